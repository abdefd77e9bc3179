//! What is to be masked: everything in a verdict that tells a device or a person, each with whose it is.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::sync::LazyLock;

use daicho_shared::address::Mac;

use crate::judge::entry::{Entry, EntryId, Field, Ledger};
use crate::judge::verdict::Verdict;

/// Columns that name persons, or numbers by which one is reached.
const PERSONS: [Field; 9] = [
    Field::Custodian,
    Field::ConfirmedBy,
    Field::AnsweredBy,
    Field::SecurityContact,
    Field::DeclaredBy,
    Field::Contact,
    Field::EmergencyContact,
    Field::Attendees,
    Field::LineId,
];
/// Words that name no person: `config/packs/roles.toml`.
static ROLES: LazyLock<BTreeSet<String>> = LazyLock::new(|| {
    #[derive(serde::Deserialize)]
    struct Roles {
        words: Vec<String>,
    }
    // A test parses the table; without it, roles are masked like names.
    let roles: Option<Roles> = toml::from_str(include_str!("../../../../config/packs/roles.toml")).ok();
    roles.into_iter().flat_map(|roles| roles.words).map(|word| fold(&word)).collect()
});
/// Columns that have a date beside a person's name.
const DATED: Field = Field::MdsReviewed;

/// Texts to be masked, by whose they are.
#[derive(Default)]
pub(super) struct Secrets {
    /// Addresses, as Rust writes them.
    pub(super) addresses: BTreeMap<String, String>,
    /// MAC addresses, with colons.
    pub(super) macs: BTreeMap<String, String>,
    /// Serial numbers, numbers of lines, names.
    pub(super) terms: BTreeMap<String, String>,
    /// Texts that look like addresses and are versions.
    pub(super) versions: BTreeSet<String>,
}

impl Secrets {
    pub(super) fn of(verdicts: &[Verdict]) -> Self {
        let mut found = Self::default();
        for verdict in verdicts {
            found.verdict(verdict);
        }
        // A version that is somebody's address, too, is masked: better one version less than one address more.
        let Self { addresses, versions, .. } = &mut found;
        versions.retain(|version| !addresses.contains_key(version));
        found
    }

    fn verdict(&mut self, verdict: &Verdict) {
        let found = self;
        for asset in &verdict.assets {
            let owner = asset.id.0.as_str();
            for interface in &asset.interfaces {
                interface.addresses.iter().for_each(|address| found.address(*address, owner));
                interface.mac.iter().for_each(|mac| found.mac(*mac, owner));
            }
            for graded in [&asset.multi_homed, &asset.forwards, &asset.uplink] {
                graded.addresses.iter().for_each(|address| found.address(*address, owner));
            }
            asset.serial.iter().for_each(|serial| found.term(&serial.value, owner));
            let versions = [&asset.os, &asset.firmware, &asset.model].into_iter().flatten().map(|claim| &claim.value);
            found.versions.extend(
                versions
                    .chain(asset.services.iter().filter_map(|one| one.version.as_ref()))
                    .flat_map(|text| quads(text)),
            );
        }
        found.ledger(verdict);
        for (mac, address) in &verdict.run.own {
            found.address(*address, "scanner");
            if let Some(mac) = mac {
                found.mac(*mac, "scanner");
            }
        }
        for sent in &verdict.sent {
            found.address(sent.address, &sent.address.to_string());
        }
    }

    fn ledger(&mut self, verdict: &Verdict) {
        let fate: BTreeMap<&EntryId, &str> =
            verdict.entries.iter().filter_map(|row| Some((&row.entry, row.asset.as_ref()?.0.as_str()))).collect();
        let departments = departments(&verdict.ledger);
        for entry in &verdict.ledger.entries {
            let owner = fate.get(&entry.id).copied().unwrap_or(&entry.id.0);
            entry.addresses.iter().for_each(|address| self.address(*address, owner));
            entry.macs.iter().for_each(|mac| self.mac(*mac, owner));
            entry.serial_no.iter().for_each(|serial| self.term(serial, owner));
            self.versions.extend(version_cells(entry).flat_map(quads));
            for user in &entry.users {
                self.person(user, &departments);
            }
            let cells = PERSONS.iter().filter_map(|field| entry.cells.get(field)).map(|cell| cell.raw.as_str());
            cells.for_each(|raw| self.persons(raw, &departments));
        }
        for record in &verdict.ledger.records {
            let cells = PERSONS.iter().filter_map(|field| record.values.get(field)).map(|cell| cell.raw.as_str());
            cells.for_each(|raw| self.persons(raw, &departments));
            if let Some(cell) = record.values.get(&DATED) {
                let parts = cell.raw.split_whitespace().filter(|part| !part.starts_with(|c: char| c.is_ascii_digit()));
                parts.for_each(|part| self.person(part, &departments));
            }
        }
        let made = verdict.ledger.files.iter().filter_map(|file| file.updated_by.as_deref());
        made.for_each(|name| self.persons(name, &departments));
    }

    fn address(&mut self, address: IpAddr, owner: &str) {
        if !address.is_unspecified() && !address.is_loopback() && !address.is_multicast() && !is_broadcast(address) {
            self.addresses.entry(address.to_string()).or_insert_with(|| owner.to_owned());
        }
    }

    fn mac(&mut self, mac: Mac, owner: &str) {
        self.macs.entry(mac.to_string()).or_insert_with(|| owner.to_owned());
    }

    fn term(&mut self, text: &str, owner: &str) {
        let text = text.trim();
        if text.chars().any(char::is_alphanumeric) && text.chars().count() <= 200 {
            self.terms.entry(text.to_owned()).or_insert_with(|| owner.to_owned());
        }
    }

    /// A cell of one or several persons, perhaps with their department before the name.
    fn persons(&mut self, raw: &str, departments: &BTreeSet<String>) {
        for part in raw.split(['\n', '、', ',', '，', '/', '／']).map(str::trim) {
            self.person(part, departments);
            for word in part.split_whitespace() {
                self.person(word, departments);
            }
        }
    }

    /// A name, and the same without what stands in brackets behind it. A department is nobody's name.
    fn person(&mut self, name: &str, departments: &BTreeSet<String>) {
        let bare = name.split(['（', '(']).next().unwrap_or(name).trim();
        for name in [name.trim(), bare] {
            if !departments.contains(&fold(name)) && !ROLES.contains(&fold(name)) {
                self.term(name, &format!("person:{}", fold(bare)));
            }
        }
    }
}

fn is_broadcast(address: IpAddr) -> bool {
    matches!(address, IpAddr::V4(v4) if v4.is_broadcast() || v4.octets()[0] == 0)
}

fn fold(text: &str) -> String {
    use unicode_normalization::UnicodeNormalization;
    text.nfkc().flat_map(char::to_lowercase).filter(|c| !c.is_whitespace()).collect()
}

/// Names of departments, as any register writes them.
fn departments(ledger: &Ledger) -> BTreeSet<String> {
    let of_rows = ledger.entries.iter().filter_map(|entry| entry.department.as_deref());
    let fields = [Field::Department, Field::ManagingDepartment];
    let of_records =
        ledger.records.iter().flat_map(move |record| fields.into_iter().filter_map(|field| record.values.get(&field)));
    of_rows.chain(of_records.map(|cell| cell.raw.as_str())).map(fold).collect()
}

fn version_cells(entry: &Entry) -> impl Iterator<Item = &str> {
    let fields = [Field::Os, Field::SoftwareVersion, Field::FirmwareVersion, Field::Software];
    fields.into_iter().filter_map(|field| entry.cells.get(&field)).map(|cell| cell.raw.as_str())
}

/// Words of a text that consist of numbers and points.
fn quads(text: &str) -> Vec<String> {
    let words = text.split(|c: char| !c.is_ascii_digit() && c != '.');
    words.map(|word| word.trim_matches('.').to_owned()).filter(|word| word.matches('.').count() == 3).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_of_roles_parses() {
        assert!(ROLES.len() > 40 && ROLES.contains("部署共用"));
    }
}
