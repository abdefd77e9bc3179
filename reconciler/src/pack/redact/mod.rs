//! The same documents with what tells devices and persons masked: the last octet of IPv4 addresses, the host's half of
//! IPv6 addresses, the last three octets of MAC addresses, serial numbers, numbers of lines, names of persons, and what of
//! a computer's name tells one of these.
//!
//! One device has one mask, wherever and by whatever key it stands: a mask is made of the device and of a secret of the
//! project, so that it is the same in every pack and tells nothing. First the values are masked whose column says what
//! they are (`values`), then, in the finished files, everything that stands anywhere else (`file`).
//!
//! `holds`: what a column holds; `persons`: which words of a cell are names; `secrets`: what is to be masked; `view`: a
//! text without what people write in one way or another; `text`, `networks`, `hosts`, `reach`: where it stands in a text.

mod file;
mod holds;
mod hosts;
mod networks;
mod persons;
mod reach;
mod secrets;
mod text;
mod values;
mod view;

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::ops::Range;

use aho_corasick::{AhoCorasick, MatchKind};
use data_encoding::BASE32_NOPAD;
use ipnet::IpNet;
use sha2::{Digest, Sha256};

pub use self::file::Unmasked;
use self::persons::Words;
use self::secrets::Secrets;
use self::view::View;
use crate::judge::entry::Field;
use crate::judge::review::Kept;
use crate::judge::verdict::Verdict;

/// Characters of a mask.
const MASK: usize = 5;
/// Letters and digits of a number that is no chance, wherever it stands.
const LONG: usize = 7;
/// Those of one that is none where it stands alone.
const TOKEN: usize = 5;

/// Everything of which is known what it tells.
#[derive(Clone, Copy)]
pub struct Known<'a> {
    /// The run that is shown first, then those of frozen answers. Of what several know, the first says whose it is.
    pub verdicts: &'a [Verdict],
    /// Everything that people decided.
    pub decisions: &'a [Kept],
    /// 病院名: it stays.
    pub hospital: Option<&'a str>,
    /// Printed texts of the forms: a word of theirs is masked where it must be a name, and nowhere else.
    pub ordinary: &'a [String],
}

/// What something tells that was to be masked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// An IP address.
    Address,
    /// A MAC address.
    Mac,
    /// A serial number, or that of a line.
    Number,
    /// Somebody's name.
    Person,
    /// A computer's name that tells one of these.
    Host,
}

/// Where something stands, and what is written there instead.
type Place = (Range<usize>, String, Kind);

/// Masks texts, values and files.
pub struct Redactor {
    secret: [u8; 32],
    words: Words,
    /// By what every known text is masked: addresses as Rust writes them, MAC addresses and numbers by letters and digits.
    masks: BTreeMap<String, String>,
    addresses: BTreeSet<IpAddr>,
    networks: BTreeSet<IpNet>,
    versions: BTreeSet<String>,
    hosts: Hosts,
    cards: AhoCorasick,
    /// Numbers that are looked for everywhere, by letters and digits.
    long: AhoCorasick,
    /// Numbers that are looked for where they stand alone.
    tokens: AhoCorasick,
    /// Of these, those that could be anything.
    short: BTreeSet<String>,
    persons: BTreeMap<String, Person>,
    people: AhoCorasick,
    /// Names of companies and departments.
    kept: AhoCorasick,
    /// What names begin with in which no blank stands.
    beginnings: BTreeSet<String>,
    /// Printed texts, folded.
    ordinary: String,
    /// Names and numbers, for finding cut ones.
    terms: BTreeSet<String>,
}

struct Hosts {
    names: hosts::Masked,
    find: AhoCorasick,
}

struct Person {
    mask: String,
    /// It is a surname or a first name alone.
    part: bool,
}

/// The headings of ledgers. Neither remarks nor descriptions: an example's name there would be somebody's.
fn headings() -> Vec<String> {
    fn texts(value: &toml::Value, all: &mut Vec<String>) {
        match value {
            toml::Value::String(text) => all.push(text.clone()),
            toml::Value::Array(list) => list.iter().for_each(|one| texts(one, all)),
            toml::Value::Table(table) => {
                table.iter().filter(|(key, _)| !key.starts_with("about")).for_each(|(_, one)| texts(one, all));
            }
            _ => {}
        }
    }
    let mut all = vec![];
    let tables = [include_str!("../../../../config/columns.toml"), include_str!("../../../../config/registers.toml")];
    for table in tables.iter().filter_map(|text| text.parse::<toml::Table>().ok()) {
        texts(&toml::Value::Table(table), &mut all);
    }
    all
}

/// Too many texts to be looked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("too many texts to be masked: {0}")]
pub struct TooMany(String);

impl Redactor {
    /// For everything that is known; the secret is the project's.
    pub fn new(known: &Known<'_>, secret: [u8; 32]) -> Result<Self, TooMany> {
        let kept = values::kept(known);
        let words = Words::new(kept.iter().map(String::as_str));
        let mut secrets = Secrets::of(known, &words);
        let fold = |text: &String| view::name(text);
        let ordinary = known.ordinary.iter().cloned().chain(headings()).collect::<Vec<_>>().join("\n");
        let hosts = hosts::masked(std::mem::take(&mut secrets.hosts));
        let mut made = Self {
            secret,
            hosts: Hosts { find: any_of(hosts.keys())?, names: hosts },
            addresses: secrets.addresses.keys().copied().collect(),
            networks: std::mem::take(&mut secrets.networks).into_iter().filter(|net| net.prefix_len() > 0).collect(),
            versions: std::mem::take(&mut secrets.versions),
            kept: any_of(kept.iter().map(fold).filter(|name| name.chars().count() > 1).collect::<Vec<_>>().iter())?,
            ordinary: fold(&ordinary),
            masks: BTreeMap::new(),
            cards: all_of(secrets.macs.keys().map(|mac| mac.digits().to_lowercase()))?,
            long: any_of(std::iter::empty())?,
            tokens: any_of(std::iter::empty())?,
            short: BTreeSet::new(),
            persons: BTreeMap::new(),
            people: any_of(std::iter::empty())?,
            beginnings: BTreeSet::new(),
            terms: BTreeSet::new(),
            words,
        };
        made.own(&secrets);
        made.numbers(&secrets)?;
        made.people(&secrets.persons)?;
        Ok(made)
    }

    /// Whose each address and card is.
    fn own(&mut self, secrets: &Secrets) {
        let addresses = secrets.addresses.iter().map(|(address, owner)| (address.to_string(), owner));
        let macs = secrets.macs.iter().map(|(mac, owner)| (mac.digits().to_lowercase(), owner));
        let all: Vec<(String, String)> = addresses.chain(macs).map(|(text, owner)| (text, self.mask(owner))).collect();
        self.masks.extend(all);
    }

    fn numbers(&mut self, secrets: &Secrets) -> Result<(), TooMany> {
        let numbers = secrets.numbers.iter().map(|number| (number, number));
        let (mut long, mut tokens) = (BTreeSet::new(), BTreeSet::new());
        for (number, owner) in secrets.serials.iter().chain(numbers) {
            let (solid, plain) = (View::solid(number).text, View::plain(number.trim()).text);
            let digits = solid.bytes().filter(u8::is_ascii_digit).count();
            let (count, mixed) = (solid.chars().count(), digits > 0 && digits < solid.len());
            let mask = self.mask(owner);
            if count >= LONG && digits > 0 && !plain.contains('@') {
                self.masks.insert(solid.clone(), mask);
                self.terms.insert(solid.clone());
                long.insert(solid);
                continue;
            }
            let clear =
                (count >= TOKEN && (mixed || digits == 0) || count + 1 >= TOKEN && mixed || plain.contains('@'))
                    && !self.ordinary.contains(&view::name(number));
            if !clear {
                self.short.insert(plain.clone());
            }
            self.masks.insert(plain.clone(), mask);
            tokens.insert(plain);
        }
        (self.long, self.tokens) = (any_of(long.iter())?, any_of(tokens.iter())?);
        Ok(())
    }

    /// Whole names, their parts, and what they begin with. A surname of two persons is neither's.
    fn people(&mut self, persons: &BTreeMap<String, Vec<String>>) -> Result<(), TooMany> {
        let mut parts: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for (name, own) in persons {
            let mask = self.mask(&format!("person:{name}"));
            if self.is_name(name) {
                self.persons.insert(name.clone(), Person { mask: mask.clone(), part: name.chars().count() < 3 });
            }
            for part in own.iter().filter(|_| own.len() > 1) {
                parts.entry(part).or_default().insert(name);
            }
            if own.len() == 2 && name.is_ascii() {
                self.persons.insert(format!("{}{}", own[1], own[0]), Person { mask, part: false });
            }
            let joined = own.len() < 2 && name.chars().all(|c| !c.is_ascii());
            let ends = name.char_indices().map(|(at, _)| at).skip(1).take(3);
            self.beginnings
                .extend(ends.filter(|_| joined && name.chars().count() > 2).map(|end| name[..end].to_owned()));
        }
        for (part, names) in parts {
            let sole = names.iter().next().filter(|_| names.len() == 1);
            let owner = sole.map_or_else(|| format!("person:{part}"), |name| format!("person:{name}"));
            let mask = self.mask(&owner);
            self.beginnings.insert(part.to_owned());
            let count = part.chars().count();
            if if part.is_ascii() { count > 3 } else { count > 1 } && self.is_name(part) {
                self.persons.entry(part.to_owned()).or_insert(Person { mask, part: true });
            }
        }
        self.terms.extend(persons.keys().cloned());
        self.people = any_of(self.persons.keys())?;
        Ok(())
    }

    /// It is no word of the printed forms and headings, either: such a word is masked in its own cell alone.
    fn is_name(&self, name: &str) -> bool {
        !self.ordinary.contains(name)
    }

    /// `[K7QDX]`: the same for the same device or text.
    fn mask(&self, owner: &str) -> String {
        let digest = Sha256::digest([self.secret.as_slice(), owner.as_bytes()].concat());
        let mask: String = BASE32_NOPAD.encode(&digest).chars().take(MASK).collect();
        format!("[{mask}]")
    }

    /// Of a text that is known, its device's; of any other, its own.
    fn mask_of(&self, text: &str) -> String {
        self.masks.get(text).cloned().unwrap_or_else(|| self.mask(text))
    }

    /// A cell with everything masked that its column says is to be.
    pub(crate) fn cell(&self, field: Field, raw: &str) -> String {
        match holds::holds(field) {
            holds::Holds::Persons => self.persons(raw),
            holds::Holds::Serial | holds::Holds::Number => {
                let whole = |part: &str| {
                    let number = secrets::numbers(part).find(|number| !self.words.is_word(number))?;
                    let (solid, plain) = (View::solid(&number).text, View::plain(&number).text);
                    let known = self.masks.get(&solid).or_else(|| self.masks.get(&plain));
                    Some(known.cloned().unwrap_or_else(|| self.mask(&plain)))
                };
                let parts = raw.split_inclusive(['\n', '、', ',', '，']);
                let masked = parts.map(|part| {
                    let inner = part.trim_end_matches(['\n', '、', ',', '，']);
                    whole(inner).map_or_else(|| part.to_owned(), |mask| format!("{mask}{}", &part[inner.len()..]))
                });
                masked.collect()
            }
            holds::Holds::Addresses => raw.split_inclusive('\n').map(|line| self.addresses(line)).collect(),
            _ => self.text(raw),
        }
    }

    /// A line of a cell of addresses: one with a misprint, or that a spreadsheet spoilt, is masked as a whole.
    fn addresses(&self, line: &str) -> String {
        let masked = self.text(line);
        let unread = masked == line && View::plain(line).text.contains(|c: char| c.is_ascii_digit());
        if unread { format!("[…]{}", &line[line.trim_end().len()..]) } else { masked }
    }

    /// A text that names persons, with every name masked, those that are not clear among them.
    pub(crate) fn persons(&self, raw: &str) -> String {
        let places = self.words.found(raw).into_iter().map(|found| {
            let mask = match self.persons.get(&found.folded) {
                Some(person) => person.mask.clone(),
                None => self.mask(&format!("person:{}", found.folded)),
            };
            (found.range, mask)
        });
        self.text(&view::replaced(raw, places.collect()))
    }

    /// An order that tells nothing.
    pub fn order(&self) -> [u8; 32] {
        Sha256::digest([b"order\0", self.secret.as_slice()].concat()).into()
    }
}

/// Any of these texts, the longest where several begin at one place.
fn any_of<'t>(texts: impl Iterator<Item = &'t String>) -> Result<AhoCorasick, TooMany> {
    let builder = &mut AhoCorasick::builder();
    let built = builder.match_kind(MatchKind::LeftmostLongest).build(texts.filter(|text| !text.is_empty()));
    built.map_err(|error| TooMany(error.to_string()))
}

/// All of these texts, those among them that overlap, too.
fn all_of(texts: impl Iterator<Item = String>) -> Result<AhoCorasick, TooMany> {
    AhoCorasick::new(texts).map_err(|error| TooMany(error.to_string()))
}

#[cfg(test)]
mod tests;
