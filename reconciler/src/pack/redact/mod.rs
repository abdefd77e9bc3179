//! The same documents with what tells devices and persons masked: the last octet of IPv4 addresses, the host's half of
//! IPv6 addresses, the last three octets of MAC addresses, serial numbers, numbers of lines, and names of persons.
//!
//! One device has one mask, wherever and by whatever key it stands: a mask is made of the device and of a secret of the
//! project, so that it is the same in every pack and tells nothing. `secrets`: what is to be masked; `text`: where it
//! stands in a text; `file`: which parts of a file are texts.

mod file;
mod secrets;
mod text;

use std::collections::{BTreeMap, BTreeSet};

use aho_corasick::{AhoCorasick, MatchKind};
use data_encoding::BASE32_NOPAD;
use sha2::{Digest, Sha256};

pub use self::file::Unmasked;
use self::secrets::Secrets;
use crate::judge::verdict::Verdict;

/// Characters of a mask.
const MASK: usize = 5;
/// A name or number of less than these is masked only where it stands alone.
const SHORT: usize = 4;

/// Masks texts and files.
pub struct Redactor {
    secret: [u8; 32],
    /// What every known text is masked by.
    masks: BTreeMap<String, String>,
    /// Serial numbers, names and so on, for finding cut ones.
    terms: BTreeSet<String>,
    /// All terms at once.
    words: AhoCorasick,
    /// Versions that look like addresses.
    versions: BTreeSet<String>,
    /// MAC addresses without their separators, which are looked for in ids.
    bare: BTreeSet<String>,
    /// Every spelling of everything that must not be in a file.
    forbidden: AhoCorasick,
}

/// Too many texts to be looked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("too many texts to be masked: {0}")]
pub struct TooMany(String);

impl Redactor {
    /// For everything of these verdicts; the secret is the project's. Of what several know, the first says whose it is.
    pub fn new(verdicts: &[Verdict], secret: [u8; 32]) -> Result<Self, TooMany> {
        let secrets = Secrets::of(verdicts);
        let mut made = Self {
            secret,
            masks: BTreeMap::new(),
            words: any_of(secrets.terms.keys())?,
            terms: secrets.terms.keys().cloned().collect(),
            versions: secrets.versions,
            bare: secrets.macs.keys().map(|mac| bare(mac)).collect(),
            forbidden: any_of(std::iter::empty())?,
        };
        let known = secrets.addresses.iter().chain(&secrets.macs).chain(&secrets.terms);
        made.masks = known.map(|(text, owner)| (text.to_lowercase(), made.mask(owner))).collect();
        let spelt = secrets.macs.keys().flat_map(|mac| [mac.clone(), mac.replace(':', "-"), bare(mac)]);
        let long = secrets.terms.keys().filter(|term| !is_short(term)).cloned();
        let all: BTreeSet<String> = secrets.addresses.keys().cloned().chain(spelt).chain(long).collect();
        made.forbidden = any_of(all.iter())?;
        Ok(made)
    }

    /// `[K7QDX]`: the same for the same device or text.
    fn mask(&self, owner: &str) -> String {
        let digest = Sha256::digest([self.secret.as_slice(), owner.as_bytes()].concat());
        let mask: String = BASE32_NOPAD.encode(&digest).chars().take(MASK).collect();
        format!("[{mask}]")
    }

    /// Of a text that is known, its device's; of any other, its own.
    fn mask_of(&self, text: &str) -> String {
        let folded = text.to_lowercase();
        self.masks.get(&folded).cloned().unwrap_or_else(|| self.mask(&folded))
    }
}

fn bare(mac: &str) -> String {
    mac.chars().filter(char::is_ascii_hexdigit).collect::<String>().to_uppercase()
}

/// Whether a term could be a part of ordinary words.
fn is_short(term: &str) -> bool {
    let count = term.chars().count();
    if term.is_ascii() { count < SHORT } else { count < 2 }
}

/// Any of these texts, the longest where several begin at one place, in whatever letters.
fn any_of<'t>(texts: impl Iterator<Item = &'t String>) -> Result<AhoCorasick, TooMany> {
    let builder = &mut AhoCorasick::builder();
    let built = builder.match_kind(MatchKind::LeftmostLongest).ascii_case_insensitive(true);
    built.build(texts.filter(|text| !text.is_empty())).map_err(|error| TooMany(error.to_string()))
}

#[cfg(test)]
mod tests;
