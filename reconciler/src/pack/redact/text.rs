//! Where in a text something stands that is to be masked.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::ops::Range;
use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::{Redactor, is_short};

/// Characters of a name that are looked for where it was cut.
const CUT: usize = 2;

// Every pattern is a constant; a test builds them all.
static QUAD: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(\d{1,3}\.\d{1,3}\.\d{1,3}\.)(\d{1,3})((?:[-~～〜]\d{1,3})?)").ok());
static CUT_QUAD: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"(\d{1,3}\.\d{1,3}\.\d{1,3}\.)\d{0,3}…").ok());
static PAIRS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i)[0-9a-f]{2}(?::[0-9a-f]{2}){5}|[0-9a-f]{2}(?:-[0-9a-f]{2}){5}|[0-9a-f]{4}(?:\.[0-9a-f]{4}){2}")
        .ok()
});
static BARE: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"(?i)[0-9a-f]{12}").ok());
static COLONS: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"(?i)[0-9a-f]{0,4}:[0-9a-f:.]*[0-9a-f:]").ok());

impl Redactor {
    /// The text with everything masked.
    pub fn text(&self, text: &str) -> String {
        let text = self.words(text);
        let text = replace(&text, &PAIRS, |found, around| self.pairs(found, around));
        let text = replace(&text, &BARE, |found, around| self.bare(found, around));
        let text = replace(&text, &COLONS, |found, around| self.six(found, around));
        let text = self.quads(&text);
        self.cut(&text)
    }

    fn words(&self, text: &str) -> String {
        let masked = |found: &str, (before, after): Around<'_>| {
            let joins = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
            let alone = !joins(before.chars().next_back()) && !joins(after.chars().next());
            (alone || !is_short(found)).then(|| self.mask_of(found))
        };
        replace_at(text, self.words.find_iter(text).map(|found| found.range()), masked)
    }

    /// `00:80:A3:[K7QDX]`.
    fn pairs(&self, found: &str, (before, after): Around<'_>) -> Option<String> {
        let hex = |c: Option<char>| c.is_some_and(|c| c.is_ascii_hexdigit() || c == ':' || c == '-');
        if hex(before.chars().next_back()) || after.chars().next().is_some_and(|c| c.is_ascii_hexdigit() || c == ':') {
            return None;
        }
        let colons = colons(found);
        let maker: String = found.chars().take(if found.contains('.') { 7 } else { 9 }).collect();
        Some(format!("{maker}{}", self.mask_of(&colons)))
    }

    /// Twelve digits are many things; only those that are a known card's are masked.
    fn bare(&self, found: &str, (before, after): Around<'_>) -> Option<String> {
        let joins = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
        let known = self.bare.contains(&found.to_uppercase());
        let alone = !joins(before.chars().next_back()) && !joins(after.chars().next());
        (known && alone).then(|| format!("{}{}", &found[..6], self.mask_of(&colons(found))))
    }

    /// `2001:db8:0:1::[K7QDX]`.
    fn six(&self, found: &str, (before, after): Around<'_>) -> Option<String> {
        let joins = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
        if joins(before.chars().next_back()) || joins(after.chars().next()) {
            return None;
        }
        let address: Ipv6Addr = found.parse().ok()?;
        let host = address.to_bits() & u128::from(u64::MAX);
        if address.is_multicast() || address.is_loopback() || host == 0 {
            return None;
        }
        let network = Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX));
        Some(format!("{network}{}", self.mask_of(&address.to_string())))
    }

    /// `10.20.0.[K7QDX]`. Networks, masks and versions stay.
    fn quads(&self, text: &str) -> String {
        let Some(quad) = QUAD.as_ref() else { return text.to_owned() };
        let masked = |all: &Captures<'_>, (before, after): Around<'_>| {
            let (network, host, range) = (&all[1], &all[2], &all[3]);
            let numbers = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
            let version = before.ends_with(['v', 'V']) || before.ends_with('.') || numbers(before.chars().next_back());
            let longer = numbers(after.chars().next())
                || after.strip_prefix('.').is_some_and(|rest| numbers(rest.chars().next()));
            let plain = format!("{network}{host}");
            let address: Ipv4Addr = plain.parse().ok()?;
            let known = self.masks.contains_key(&plain);
            let is_network = address.octets()[3] == 0 && range.is_empty();
            let stays = version || longer || self.versions.contains(&plain) || is_special(address) || is_network;
            (known || !stays).then(|| format!("{network}{}", self.mask_of(&plain)))
        };
        let mut out = String::with_capacity(text.len());
        let mut last = 0;
        for all in quad.captures_iter(text) {
            let Some(found) = all.get(0) else { continue };
            out.push_str(&text[last..found.start()]);
            let around = (&text[..found.start()], &text[found.end()..]);
            out.push_str(&masked(&all, around).unwrap_or_else(|| found.as_str().to_owned()));
            last = found.end();
        }
        out.push_str(&text[last..]);
        out
    }

    /// What was cut to fit keeps the beginning of a name or an address.
    fn cut(&self, text: &str) -> String {
        if !text.contains('…') {
            return text.to_owned();
        }
        let text = match CUT_QUAD.as_ref() {
            Some(cut) => cut.replace_all(text, "$1[…]…").into_owned(),
            None => text.to_owned(),
        };
        let mut parts: Vec<String> = text.split('…').map(str::to_owned).collect();
        let last = parts.len() - 1;
        for part in &mut parts[..last] {
            if let Some(length) = self.cut_term(part) {
                part.truncate(part.len() - length);
                part.push_str("[…]");
            }
        }
        parts.join("…")
    }

    /// Octets at the end of a text that begin a term.
    fn cut_term(&self, part: &str) -> Option<usize> {
        let starts = part.char_indices().rev().map(|(at, _)| at).take(200);
        let mut longest = None;
        for (count, at) in (1..).zip(starts) {
            let end = &part[at..];
            let enough = count >= if end.is_ascii() { CUT + 1 } else { CUT };
            let begins = || self.terms.range(end.to_owned()..).next().is_some_and(|term| term.starts_with(end));
            if enough && begins() {
                longest = Some(end.len());
            }
        }
        longest
    }

    /// The first text that must not be there.
    pub(super) fn leak(&self, text: &str) -> Option<String> {
        self.forbidden.find(text).map(|found| text[found.range()].to_owned())
    }
}

/// What stands before and after something that was found.
type Around<'t> = (&'t str, &'t str);

fn replace(
    text: &str,
    pattern: &LazyLock<Option<Regex>>,
    masked: impl Fn(&str, Around<'_>) -> Option<String>,
) -> String {
    let Some(pattern) = pattern.as_ref() else { return text.to_owned() };
    replace_at(text, pattern.find_iter(text).map(|found| found.range()), masked)
}

fn replace_at(
    text: &str,
    places: impl Iterator<Item = Range<usize>>,
    masked: impl Fn(&str, Around<'_>) -> Option<String>,
) -> String {
    let mut out = String::with_capacity(text.len());
    let mut last = 0;
    for place in places {
        let found = &text[place.clone()];
        out.push_str(&text[last..place.start]);
        out.push_str(&masked(found, (&text[..place.start], &text[place.end..])).unwrap_or_else(|| found.to_owned()));
        last = place.end;
    }
    out.push_str(&text[last..]);
    out
}

/// `00:80:A3:12:34:56`, however it was spelt.
fn colons(mac: &str) -> String {
    let digits: Vec<char> = mac.chars().filter(char::is_ascii_hexdigit).map(|c| c.to_ascii_uppercase()).collect();
    digits.chunks(2).map(|pair| pair.iter().collect::<String>()).collect::<Vec<_>>().join(":")
}

/// It is no device's: a mask of a network, everybody, nobody, this machine itself.
fn is_special(address: Ipv4Addr) -> bool {
    let first = address.octets()[0];
    IpAddr::V4(address).is_multicast() || address.is_loopback() || first == 0 || first == 255
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pattern_is_one() {
        for pattern in [&QUAD, &CUT_QUAD, &PAIRS, &BARE, &COLONS] {
            assert!(pattern.is_some());
        }
    }
}
