//! What a pack holds: every document of the list, every file with its SHA-256, and what the hospital must add.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{Files, INDEX, SIGNATURE};

/// The index's own name for itself.
pub const FORMAT: &str = "daicho-pack";
/// The version of its form.
pub const VERSION: u32 = 1;

/// The index of a pack: `index.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Index {
    /// [`FORMAT`].
    pub format: String,
    /// [`VERSION`].
    pub version: u32,
    /// Which list it answers, e.g. `okayama`.
    pub pack: String,
    /// The list's title.
    pub title: String,
    /// Where the list stands.
    pub source: String,
    /// 病院名, where it is configured.
    pub hospital: Option<String>,
    /// The day on which it was made.
    pub made: Date,
    /// The run that was judged.
    pub run: String,
    /// The run asked everything that was planned.
    pub complete: bool,
    /// Addresses, serial numbers and names are masked.
    pub redacted: bool,
    /// The documents, in the list's order.
    pub documents: Vec<Listed>,
    /// Every file but the index and the signature, by name.
    pub files: Vec<Entry>,
}

/// One document of the list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listed {
    /// Its number; empty for what is added beside the list.
    pub number: String,
    /// 書類名.
    pub name: String,
    /// 提出にあたっての注意点.
    pub note: String,
    /// Names of the files that answer it.
    pub files: Vec<String>,
    /// What the hospital must add itself.
    pub add: Vec<String>,
}

/// One file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Its name.
    pub name: String,
    /// What it is called.
    pub title: String,
    /// 版: of which ledger and which run it was made.
    pub edition: String,
    /// The day of the run.
    pub date: Date,
    /// Size in octets.
    pub size: u64,
    /// SHA-256, lower-case hexadecimal.
    pub sha256: String,
}

impl Entry {
    /// A file as it is.
    pub fn new(name: &str, title: &str, edition: &str, date: Date, bytes: &[u8]) -> Self {
        Self {
            name: name.to_owned(),
            title: title.to_owned(),
            edition: edition.to_owned(),
            date,
            size: bytes.len() as u64,
            sha256: sha256(bytes),
        }
    }
}

impl Index {
    /// As it stands in the pack.
    pub fn to_bytes(&self) -> serde_json::Result<Vec<u8>> {
        let mut bytes = serde_json::to_vec_pretty(self)?;
        bytes.push(b'\n');
        Ok(bytes)
    }

    /// The files that it speaks of, with those that every pack has.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.files.iter().map(|file| file.name.as_str()).chain([INDEX, SIGNATURE])
    }
}

/// Of some octets, in lower-case hexadecimal.
pub fn sha256(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// The files of a pack with its index and signature.
pub fn complete(mut files: Files, index: Vec<u8>, signature: Vec<u8>) -> Files {
    files.insert(INDEX.to_owned(), index);
    files.insert(SIGNATURE.to_owned(), signature);
    files
}
