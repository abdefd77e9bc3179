//! Addresses and MAC addresses in a text, in whatever spelling.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::ops::Range;
use std::sync::LazyLock;

use daicho_shared::address::Mac;
use regex::Regex;

use super::view::View;
use super::{Kind, Place, Redactor};

// Every pattern is a constant; a test builds them all.
static RUNS: LazyLock<[Option<(char, Regex)>; 3]> = LazyLock::new(|| {
    [('.', r"\d{1,20}(?:\.\d{1,20})+"), ('-', r"\d{1,20}(?:-\d{1,20})+"), ('_', r"\d{1,20}(?:_\d{1,20})+")]
        .map(|(sign, pattern)| Some((sign, Regex::new(pattern).ok()?)))
});
/// What follows the first address of a range (`-9`, `～.9`), and of a list (`、10`, `/11`).
static ENDS: LazyLock<[Option<Regex>; 2]> = LazyLock::new(|| {
    [
        r"^(?P<sign>\s*[-~〜ー−–—]\s*\.?)(?P<last>\d{1,3})(?:[^\d.a-z:\p{Han}]|\.?$|\.[^\d]|台)",
        r"^(?P<sign>\s*[,、・&+]\s*\.?|/\.?)(?P<last>\d{1,3})\s*(?:$|[\n、,)\]・/&」』をがはにの])",
    ]
    .map(|pattern| Regex::new(pattern).ok())
});
/// Four numbers with a blank, the end of a line or a wrong sign between them.
static PARTED: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"\d{1,3}(?:\s*[.,。]\s*\d{1,3}){2}\s*[.,。]\s*(?P<last>\d{1,3})").ok());
static SIX: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"[0-9a-f:.]*:[0-9a-f:.]*").ok());
static SIX_END: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"^\s*[-~〜ー−–—]\s*:*([0-9a-f]{1,4})(?:[^0-9a-z:]|$)").ok());
static REVERSE: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(\d{1,3})\.\d{1,3}\.\d{1,3}\.\d{1,3}\.in-addr").ok());
static REVERSE_SIX: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?:[0-9a-f]\.){15}[0-9a-f](?:\.[0-9a-f]){16}\.ip6").ok());
static LITERAL: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"[0-9a-f-]*-[0-9a-f-]*(?:s\d+)?\.ipv6-literal").ok());
static PAIRS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"[0-9a-f]{2}(?::[0-9a-f]{2}){5}|[0-9a-f]{2}(?:-[0-9a-f]{2}){5}|[0-9a-f]{4}(?:[.:-][0-9a-f]{4}){2}|[0-9a-f]{6}[:-][0-9a-f]{6}").ok()
});
static CUT: LazyLock<[Option<Regex>; 3]> = LazyLock::new(|| {
    [
        r"(\d{1,3}\.\d{1,3}\.\d{1,3}\.)\d{0,3}…",
        r"([0-9a-f]{2}[:-][0-9a-f]{2}[:-][0-9a-f]{2}[:-])[0-9a-f:-]*…",
        r"([0-9a-f]{1,4}:[0-9a-f]{0,4}:)[0-9a-f:]*…",
    ]
    .map(|pattern| Regex::new(pattern).ok())
});

impl Redactor {
    /// Cards that are known, with any signs or none between their digits, and what else is written like one.
    pub(super) fn macs(&self, text: &str) -> Vec<Place> {
        let solid = View::solid(text);
        let mut all = vec![];
        for found in self.cards.find_overlapping_iter(&solid.text) {
            let range = found.range();
            let owner = self.masks.get(&solid.text[range.clone()]);
            all.push((solid.back(&(range.start + 6..range.end)), owner.cloned().unwrap_or_default(), Kind::Mac));
        }
        let (view, Some(pairs)) = (View::plain(text), PAIRS.as_ref()) else { return all };
        for found in pairs.find_iter(&view.text) {
            let (before, after) = around(&view.text, &found.range());
            let joins = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric() || c == ':');
            let digits: String = found.as_str().chars().filter(char::is_ascii_hexdigit).collect();
            let Ok(mac) = digits.parse::<Mac>() else { continue };
            let kept = half(found.as_str());
            if !joins(before) && !joins(after) && mac.is_interface() && kept < found.len() {
                let range = found.start() + kept..found.end();
                all.push((view.back(&range), self.mask_of(&mac.digits().to_lowercase()), Kind::Mac));
            }
        }
        all
    }

    /// `2001:db8:0:1::[K7QDX]`, and the same in names.
    pub(super) fn sixes(&self, text: &str) -> Vec<Place> {
        let (view, Some(six)) = (View::plain(text), SIX.as_ref()) else { return vec![] };
        let mut all = vec![];
        for run in six.find_iter(&view.text).filter(|run| run.as_str().matches(':').count() >= 2) {
            let (mut at, mut network) = (run.start(), None);
            while at < run.end() {
                let Some((end, address)) = Self::six_at(&view.text, at..run.end()) else {
                    at = next_start(&view.text, at, run.end());
                    continue;
                };
                network = Some(Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX)));
                all.extend(self.masked_six(address).map(|mask| (view.back(&(at..end)), mask, Kind::Address)));
                at = end;
            }
            let end = SIX_END.as_ref().and_then(|end| end.captures(&view.text[run.end()..])?.get(1));
            if let (Some(network), Some(end)) = (network, end) {
                let range = run.end() + end.start()..run.end() + end.end();
                all.push((view.back(&range), self.mask_of(&format!("{network}-{}", end.as_str())), Kind::Address));
            }
        }
        for (pattern, cut) in [(&LITERAL, ".ipv6-literal".len()), (&REVERSE_SIX, 0)] {
            for found in pattern.iter().flat_map(|pattern| pattern.find_iter(&view.text)) {
                let end = if cut > 0 { found.end() - cut } else { found.start() + 31 };
                let range = found.start()..end;
                all.push((view.back(&range), self.mask_of(&view.text[range.clone()]), Kind::Address));
            }
        }
        all
    }

    /// The longest address that begins here.
    fn six_at(text: &str, place: Range<usize>) -> Option<(usize, Ipv6Addr)> {
        let joins = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
        if joins(text[..place.start].chars().next_back()) {
            return None;
        }
        let longest = place.end.min(place.start + 45);
        let ends = (place.start + 2..=longest).rev().filter(|end| !joins(text[*end..].chars().next()));
        let parsed = |end: usize| Some((end, text[place.start..end].parse::<Ipv6Addr>().ok()?));
        ends.into_iter().find_map(parsed)
    }

    fn masked_six(&self, address: Ipv6Addr) -> Option<String> {
        let host = address.to_bits() & u128::from(u64::MAX);
        if address.is_multicast() || address.is_loopback() || host == 0 {
            return None;
        }
        let network = Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX));
        Some(format!("{network}{}", self.mask_of(&address.to_string())))
    }

    /// `10.20.0.[K7QDX]`, both ends of a range, and the same with other signs in names of hosts. Networks, masks of
    /// networks and versions stay.
    pub(super) fn quads(&self, text: &str) -> Vec<Place> {
        let view = View::plain(text);
        let mut all = vec![];
        for found in REVERSE.iter().flat_map(|reverse| reverse.captures_iter(&view.text)) {
            let Some(last) = found.get(1) else { continue };
            let back: Vec<&str> = found[0].trim_end_matches(".in-addr").rsplit('.').collect();
            all.push((view.back(&last.range()), self.mask_of(&back.join(".")), Kind::Address));
        }
        for (sign, run) in RUNS.iter().flatten() {
            for found in run.find_iter(&view.text) {
                self.run(&view, found.range(), *sign, &mut all);
            }
        }
        all
    }

    /// An address that is known, however its numbers are parted.
    pub(super) fn parted(&self, text: &str) -> Vec<Place> {
        let view = View::plain(text);
        let mut all = vec![];
        for found in PARTED.iter().flat_map(|parted| parted.captures_iter(&view.text)) {
            let (Some(whole), Some(last)) = (found.get(0), found.name("last")) else { continue };
            let numbers: Option<Vec<u8>> =
                whole.as_str().split(['.', ',', '。']).map(|one| octet(one.trim())).collect();
            let address = numbers.and_then(|octets| Some(Ipv4Addr::from(<[u8; 4]>::try_from(octets).ok()?)));
            let joins = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit() || c == '.');
            let (before, after) = around(&view.text, &whole.range());
            let Some(address) = address.filter(|one| self.addresses.contains(&IpAddr::V4(*one))) else { continue };
            if !joins(before) && !after.is_some_and(|c| c.is_ascii_digit()) {
                all.push((view.back(&last.range()), self.mask_of(&address.to_string()), Kind::Address));
            }
        }
        all
    }

    /// Four numbers of a run of numbers are an address; of more, those that are known.
    fn run(&self, view: &View, run: Range<usize>, sign: char, all: &mut Vec<Place>) {
        let text = &view.text;
        let mut numbers: Vec<Range<usize>> = vec![];
        let mut at = run.start;
        for number in text[run.clone()].split(sign) {
            numbers.push(at..at + number.len());
            at += number.len() + 1;
        }
        let mut from = 0;
        while let Some([a, b, c, d]) = numbers.get(from..from + 4) {
            let octets: Option<Vec<u8>> = [a, b, c, d].iter().map(|one| octet(&text[(*one).clone()])).collect();
            let address = octets.and_then(|octets| Some(Ipv4Addr::from(<[u8; 4]>::try_from(octets).ok()?)));
            let Some(address) =
                address.filter(|address| self.is_masked(*address, text, &run, (sign, numbers.len() == 4)))
            else {
                from += 1;
                continue;
            };
            all.push((view.back(d), self.mask_of(&address.to_string()), Kind::Address));
            if sign == '.' && from + 4 == numbers.len() {
                self.ends(view, d.end, address, all);
            }
            from += 4;
        }
    }

    /// The other numbers of a range or a list of addresses.
    fn ends(&self, view: &View, from: usize, first: Ipv4Addr, all: &mut Vec<Place>) {
        let mut at = from;
        while let Some(end) = ENDS.iter().flatten().find_map(|ends| ends.captures(&view.text[at..])) {
            let (Some(last), Some(sign)) = (end.name("last"), end.name("sign")) else { return };
            let number: u16 = last.as_str().parse().unwrap_or(u16::MAX);
            // The length of a network's prefix.
            let prefix = sign.as_str() == "/" && (number == 16 || (20..=32).contains(&number));
            let Some(number) = u8::try_from(number).ok().filter(|_| !prefix) else { return };
            let [a, b, c, _] = first.octets();
            let other = Ipv4Addr::new(a, b, c, number);
            let range = at + last.start()..at + last.end();
            all.push((view.back(&range), self.mask_of(&other.to_string()), Kind::Address));
            at = range.end;
        }
    }

    fn is_masked(&self, address: Ipv4Addr, text: &str, run: &Range<usize>, (sign, four): (char, bool)) -> bool {
        let known = self.addresses.contains(&IpAddr::V4(address));
        let network = address.octets()[3] == 0 || is_special(address);
        let ours = known || !network && self.networks.iter().any(|network| network.contains(&IpAddr::V4(address)));
        if known || ours && (four || sign != '.') {
            return true;
        }
        let (before, _) = around(text, run);
        let version = before.is_some_and(|c| c == 'v' || c == '.') || self.versions.contains(&address.to_string());
        sign == '.' && four && !version && !network
    }

    /// What was cut to fit keeps the beginning of an address.
    pub(super) fn cut_addresses(text: &str) -> Vec<Place> {
        let all = CUT.iter().flatten().flat_map(|cut| cut.captures_iter(text));
        let places =
            all.filter_map(|found| Some((found.get(1)?.end()..found.get(0)?.end(), "[…]…".to_owned(), Kind::Address)));
        places.filter(|(range, mask, _)| text[range.clone()] != **mask).collect()
    }
}

/// Octets of the first half of a MAC address, with the sign behind it.
fn half(mac: &str) -> usize {
    let mut digits = 0;
    for (at, c) in mac.char_indices() {
        if digits == 6 && c.is_ascii_hexdigit() {
            return at;
        }
        digits += usize::from(c.is_ascii_hexdigit());
    }
    mac.len()
}

fn octet(text: &str) -> Option<u8> {
    (text.len() <= 3).then(|| text.parse().ok())?
}

/// The characters before and after a part of a text.
fn around(text: &str, range: &Range<usize>) -> (Option<char>, Option<char>) {
    (text[..range.start].chars().next_back(), text[range.end..].chars().next())
}

/// After the next colon.
fn next_start(text: &str, at: usize, end: usize) -> usize {
    text[at..end].find(':').map_or(end, |colon| at + colon + 1)
}

/// It is no device's: a mask of a network, everybody, nobody, this machine itself.
fn is_special(address: Ipv4Addr) -> bool {
    let first = address.octets()[0];
    address.is_multicast() || address.is_loopback() || first == 0 || first == 255
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pattern_is_one() {
        assert!(RUNS.iter().all(Option::is_some) && CUT.iter().chain(&*ENDS).all(Option::is_some));
        for pattern in [&SIX, &SIX_END, &REVERSE, &REVERSE_SIX, &LITERAL, &PAIRS, &PARTED] {
            assert!(pattern.is_some());
        }
    }
}
