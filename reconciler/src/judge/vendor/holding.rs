//! Which devices and rows of the registers are whose.

use std::collections::{BTreeMap, BTreeSet};

use unicode_normalization::UnicodeNormalization;

use super::super::entry::{Entry, Field, Ledger, Record, Register};
use super::super::group::Group;
use super::{Names, list, text};

/// Signs between several names in one cell.
const BETWEEN: [char; 8] = ['、', '，', '\n', '/', '／', ';', '；', '\t'];

/// What one vendor has in the hospital.
#[derive(Debug, Clone, Default)]
pub(crate) struct Holding<'a> {
    /// As the vendor register writes it, else as the ledger does first.
    pub(crate) name: String,
    /// Its devices, as places in the list of groups.
    pub(crate) groups: BTreeSet<usize>,
    /// Its rows in the registers of remote maintenance, clouds and vendors.
    pub(crate) records: Vec<&'a Record>,
}

/// Every vendor that the ledger names, by key. Retired devices are nobody's any more.
pub(crate) fn holdings<'a>(
    ledger: &'a Ledger,
    groups: &[Group<'_>],
    names: &Names<'_>,
) -> BTreeMap<String, Holding<'a>> {
    let mut all: BTreeMap<String, Holding<'a>> = BTreeMap::new();
    let mut hold = |name: &str| -> Option<String> {
        let key = names.key(name);
        let holding = all.entry(key.clone()).or_default();
        if holding.name.is_empty() {
            name.trim().clone_into(&mut holding.name);
        }
        Some(key).filter(|key| !key.is_empty())
    };
    let numbered = numbered(groups);
    let mut owned: Vec<(String, usize)> = vec![];
    let mut told: Vec<(String, &'a Record)> = vec![];
    for record in ordered(&ledger.records) {
        for key in text(record, Field::Vendor).iter().flat_map(|cell| named(cell, names)).filter_map(&mut hold) {
            told.push((key.clone(), record));
            owned.extend(referred(record, &numbered).into_iter().map(|group| (key.clone(), group)));
        }
    }
    for (index, group) in groups.iter().enumerate() {
        for cell in group.rows.iter().filter_map(|row| row.vendor.as_deref()) {
            owned.extend(named(cell, names).filter_map(&mut hold).map(|key| (key, index)));
        }
    }
    all.remove("");
    for (key, record) in told {
        all.entry(key).or_default().records.push(record);
    }
    for (key, index) in owned.into_iter().filter(|(_, index)| !groups[*index].is_retired()) {
        all.entry(key).or_default().groups.insert(index);
    }
    all
}

/// The vendor register names vendors first.
fn ordered(records: &[Record]) -> impl Iterator<Item = &Record> {
    let asked = [Register::Vendor, Register::RemoteMaintenance, Register::Cloud];
    asked.into_iter().flat_map(move |register| records.iter().filter(move |record| record.register == register))
}

/// The names in a cell; `N/A` as a whole is none.
fn named<'c>(cell: &'c str, names: &Names<'_>) -> impl Iterator<Item = &'c str> + use<'c> {
    let someone = !names.key(cell).is_empty();
    parts(cell).filter(move |_| someone)
}

/// What the row says of its device's maintenance is said of this vendor: it names it, or nobody.
pub(crate) fn concerns(row: &Entry, key: &str, names: &Names<'_>) -> bool {
    row.vendor.as_deref().is_none_or(|cell| named(cell, names).any(|name| names.key(name) == key))
}

/// The systems that a cell names, one or several: `PACS、RIS`. Other than a company's, a system's name holds no comma.
pub fn systems(cell: &str) -> impl Iterator<Item = &str> {
    cell.split(',').flat_map(parts)
}

pub(super) fn parts(cell: &str) -> impl Iterator<Item = &str> {
    cell.split(BETWEEN).map(str::trim).filter(|name| !name.is_empty())
}

/// Devices by their 管理番号: there may be many, and each of many rows of the registers names a few.
fn numbered(groups: &[Group<'_>]) -> BTreeMap<String, BTreeSet<usize>> {
    let mut numbered: BTreeMap<String, BTreeSet<usize>> = BTreeMap::new();
    for (index, group) in groups.iter().enumerate() {
        for number in group.rows.iter().filter_map(|row| row.asset_no.as_deref()) {
            numbered.entry(plain_number(number)).or_default().insert(index);
        }
    }
    numbered
}

/// The devices that a row of the remote-maintenance register names by their numbers.
fn referred(record: &Record, numbered: &BTreeMap<String, BTreeSet<usize>>) -> BTreeSet<usize> {
    listed(record).iter().filter_map(|number| numbered.get(number)).flatten().copied().collect()
}

/// The row of the remote-maintenance register names this device by its number.
pub(crate) fn refers(record: &Record, rows: &[&Entry]) -> bool {
    is_listed(&listed(record), rows)
}

fn listed(record: &Record) -> BTreeSet<String> {
    list(record, Field::DeviceRef)
        .iter()
        .map(|number| plain_number(number))
        .filter(|number| !number.is_empty())
        .collect()
}

fn is_listed(listed: &BTreeSet<String>, rows: &[&Entry]) -> bool {
    rows.iter().filter_map(|row| row.asset_no.as_deref()).any(|number| listed.contains(&plain_number(number)))
}

/// A 管理番号 where only 管理番号 are expected: width, case and signs do not matter.
fn plain_number(number: &str) -> String {
    number.nfkc().filter(|c| c.is_alphanumeric()).flat_map(char::to_uppercase).collect()
}
