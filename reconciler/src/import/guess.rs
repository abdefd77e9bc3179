//! Columns whose headings leave it open, decided by what stands below them.

use std::collections::{BTreeMap, BTreeSet};

use super::cells::address::addresses;
use super::cells::mac::macs;
use super::columns::{Columns, Role};
use super::fold::{code, heading_key};
use super::sheet::Row;
use super::table::{Basis, Column};
use crate::judge::entry::{Field, Register};

/// How many of a column's values must say so before an unknown heading is read (per cent).
pub(crate) const SURE: u8 = 80;
/// Values of a column that are looked at.
const SAMPLE: usize = 200;

/// Decides what can be decided.
pub(crate) fn decide(found: &mut BTreeMap<u16, Column>, rows: &[Row], register: Register, columns: &Columns) {
    let has =
        |found: &BTreeMap<u16, Column>, field| found.values().any(|column| column.role == Some(Role::Field(field)));
    let (numbered, named) = (has(found, Field::AssetNo), has(found, Field::Hostname));
    for (at, column) in found.iter_mut() {
        let below = || values(rows, *at);
        match column.role {
            Some(Role::RowNumber) if !numbered && !is_counter(below()) => {
                column.role = Some(Role::Field(Field::AssetNo));
                column.basis = Basis::Content(SURE);
            }
            Some(Role::Product) => {
                let share = share(below(), looks_like_name);
                let machine = !named && share > 50 && register.is_compared();
                column.role = Some(Role::Field(if machine { Field::Hostname } else { Field::Description }));
                column.basis = Basis::Content(if machine { share } else { 100 - share.min(100) }.max(50));
            }
            _ => {}
        }
    }
    if register.is_compared() {
        for at in found.keys().copied().collect::<Vec<_>>() {
            guess(found, at, rows, columns);
        }
    }
    unread_twins(found);
}

/// A heading that nobody knows above values that only one field can have.
fn guess(found: &mut BTreeMap<u16, Column>, at: u16, rows: &[Row], columns: &Columns) {
    let Some((field, percent)) =
        found.get(&at).filter(|column| column.role.is_none()).and_then(|_| of_values(values(rows, at), columns))
    else {
        return;
    };
    let taken = found.values().any(|column| column.role == Some(Role::Field(field)));
    if let Some(column) = found.get_mut(&at).filter(|_| percent >= SURE && !taken) {
        column.role = Some(Role::Field(field));
        column.basis = Basis::Content(percent);
    }
}

/// The field that most of these values belong to, and how many of them (per cent).
pub(crate) fn of_values<'a>(
    values: impl Iterator<Item = String> + Clone + 'a,
    columns: &Columns,
) -> Option<(Field, u8)> {
    if values.clone().take(2).count() < 2 {
        return None; // one value proves nothing
    }
    let words = &columns.words;
    let is_mac = |text: &str| !macs(text, words).macs.is_empty();
    let is_address = |text: &str| !addresses(text, words, None).list.is_empty();
    let is_status = |text: &str| words.status(text).is_some() && words.answer(text).is_none();
    let is_type = |text: &str| words.device_type(text).is_some();
    [
        (Field::MacAddress, share(values.clone(), is_mac)),
        (Field::IpAddress, share(values.clone(), is_address)),
        (Field::Status, share(values.clone(), is_status)),
        (Field::DeviceType, share(values, is_type)),
    ]
    .into_iter()
    .filter(|(_, percent)| *percent > 0)
    .max_by_key(|(_, percent)| *percent)
}

/// The texts of a column's first rows that hold something.
pub(crate) fn values(rows: &[Row], at: u16) -> impl Iterator<Item = String> + Clone + '_ {
    let cells = rows.iter().filter_map(move |row| row.cells.iter().find(|cell| cell.0 == at));
    cells.map(|(_, value)| value.text()).filter(|text| !text.is_empty()).take(SAMPLE)
}

/// How many of the values are so, in per cent.
fn share(values: impl Iterator<Item = String>, is_so: impl Fn(&str) -> bool) -> u8 {
    let (all, those) =
        values.fold((0_usize, 0_usize), |(all, those), text| (all + 1, those + usize::from(is_so(&text))));
    u8::try_from(those * 100 / all.max(1)).unwrap_or(0)
}

/// A heading that stands twice is a second table beside the first: only the first is read, and the other said.
fn unread_twins(found: &mut BTreeMap<u16, Column>) {
    let mut seen = BTreeSet::new();
    for column in found.values_mut() {
        use Field::{AssetNo, Hostname, RegisteredDate, SerialNo};
        let single = matches!(column.role, Some(Role::Field(AssetNo | Hostname | RegisteredDate | SerialNo)));
        if single && !seen.insert(heading_key(&column.heading)) {
            column.role = Some(Role::Known);
        }
    }
}

/// 1, 2, 3 … without gaps: a row counter.
fn is_counter(values: impl Iterator<Item = String>) -> bool {
    let values: Vec<String> = values.collect();
    !values.is_empty() && values.iter().enumerate().all(|(index, text)| code(text) == (index + 1).to_string())
}

/// The value could be the name of a machine: ASCII, at most 15 characters (`NetBIOS`), without blanks.
fn looks_like_name(text: &str) -> bool {
    let text = code(text);
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    text.len() <= 15 && text.bytes().all(is_part)
}
