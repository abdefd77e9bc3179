//! Whose name it is.

use std::collections::{BTreeMap, BTreeSet};

use daicho_shared::knowledge::makers;

use super::super::entry::{Field, Record, Register};
use super::super::knowledge::Knowledge;
use super::{list, text};

/// Vendors' names: company forms, widths, variant characters, the spellings of `config/makers.toml` as a whole, and the
/// other names of the vendor register mean the same. A name that only begins like another is another.
#[derive(Debug, Clone)]
pub struct Names<'a> {
    knowledge: &'a Knowledge,
    other: BTreeMap<String, String>,
}

impl<'a> Names<'a> {
    /// With the other names that the vendor register tells. One that two vendors claim is nobody's.
    pub fn new(records: &[Record], knowledge: &'a Knowledge) -> Self {
        let mut names = Self { knowledge, other: BTreeMap::new() };
        let mut claims: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for record in records.iter().filter(|record| record.register == Register::Vendor) {
            let Some(name) = text(record, Field::Vendor) else { continue };
            let own = names.plain(&name);
            for other in list(record, Field::Aliases) {
                claims.entry(names.plain(&other)).or_default().insert(own.clone());
            }
        }
        let sole = |(other, owners): (String, BTreeSet<String>)| match owners.len() {
            1 => owners.into_iter().next().map(|owner| (other, owner)),
            _ => None,
        };
        names.other = claims.into_iter().filter_map(sole).filter(|(other, own)| other != own).collect();
        names
    }

    /// The name as a key; empty where it names nobody: 契約なし and 不明 are no vendors.
    pub fn key(&self, name: &str) -> String {
        let folded = self.knowledge.aliases.folded(name);
        if self.knowledge.vendors.nobody.iter().any(|word| self.knowledge.aliases.folded(word) == folded) {
            return String::new();
        }
        let plain = self.plain(name);
        self.other.get(&plain).cloned().unwrap_or(plain)
    }

    /// Both name one vendor.
    pub fn is(&self, one: &str, other: &str) -> bool {
        let key = self.key(one);
        !key.is_empty() && key == self.key(other)
    }

    fn plain(&self, name: &str) -> String {
        let name = self.knowledge.aliases.folded(name);
        makers::folded(self.knowledge.makers.named(&name).unwrap_or(&name))
    }
}
