//! Columns whose headings leave it open, decided by what stands below them.

use std::collections::{BTreeMap, BTreeSet};

use super::cells::address::addresses;
use super::cells::mac::macs;
use super::columns::{Columns, Role};
use super::fold::{code, heading_key};
use super::row;
use super::sheet::Row;
use super::table::{Basis, Column};
use crate::judge::entry::{Field, Register};

/// How many of a column's values must say so before an unknown heading is read (per cent).
pub(crate) const SURE: u8 = 80;
/// Values of a column that are looked at.
const SAMPLE: usize = 200;

/// Decides what can be decided.
pub(crate) fn decide(found: &mut BTreeMap<u16, Column>, rows: &[Row], register: Register, columns: &Columns) {
    beside(found, rows, columns);
    let has =
        |found: &BTreeMap<u16, Column>, field| found.values().any(|column| column.role == Some(Role::Field(field)));
    let (numbered, named) = (has(found, Field::AssetNo), has(found, Field::Hostname));
    for (at, column) in found.iter_mut() {
        let below = || values(rows, *at);
        match column.role {
            Some(Role::RowNumber) if !numbered && !is_counter(numbers(rows, *at, columns)) => {
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

/// A table beside this one, behind an empty column: it has a heading of a legend, or one that this one has, too, and
/// nothing that
/// identifies a device but what this one has.
fn beside(found: &mut BTreeMap<u16, Column>, rows: &[Row], known: &Columns) {
    use Field::{AssetNo, Hostname, IpAddress, MacAddress, SerialNo};
    let is_empty = |at: u16| values(rows, at).next().is_none();
    let mut tables: Vec<Vec<u16>> = vec![];
    for at in found.keys() {
        let last = tables.last().and_then(|table| table.last());
        if last.is_some_and(|last| (last + 1..*at).all(|between| !is_empty(between))) {
            tables.last_mut().into_iter().for_each(|table| table.push(*at));
        } else {
            tables.push(vec![*at]);
        }
    }
    let (mut names, mut keys) = (BTreeSet::new(), BTreeSet::new());
    for table in tables {
        let columns = || table.iter().filter_map(|at| found.get(at));
        let new_names: Vec<String> = columns().map(|column| heading_key(&column.heading)).collect();
        let new_keys: Vec<Field> = columns()
            .filter_map(|column| match column.role {
                Some(Role::Field(field @ (AssetNo | Hostname | IpAddress | MacAddress | SerialNo))) => Some(field),
                _ => None,
            })
            .collect();
        let is_other = columns().any(|column| known.is_legend(&column.heading))
            || new_names.iter().any(|name| names.contains(name));
        if !names.is_empty() && is_other && new_keys.iter().all(|key| keys.contains(key)) {
            for (_, column) in found.iter_mut().filter(|(at, _)| table.contains(at)) {
                column.role = Some(Role::Beside);
            }
        }
        names.extend(new_names);
        keys.extend(new_keys);
    }
}

/// What stands in a column that may count the rows: not beside totals, notes and the names of groups.
fn numbers<'a>(rows: &'a [Row], at: u16, columns: &'a Columns) -> impl Iterator<Item = String> + 'a {
    let rows = rows.iter().take_while(move |row| !row::ends_table(row, columns));
    let counted = rows.filter(move |row| row.cells.len() > 1 && !row::is_footer(row, columns));
    let cells = counted.filter_map(move |row| row.cells.iter().find(|cell| cell.0 == at));
    cells.map(|(_, value)| value.text()).filter(|text| !text.is_empty()).take(SAMPLE)
}

/// 1, 2, 3 … without gaps: a row counter. It may begin again, as below the name of another group.
fn is_counter(values: impl Iterator<Item = String>) -> bool {
    let mut next = 0;
    for text in values {
        let Ok(number) = code(&text).parse::<u32>() else { return false };
        if number != next + 1 && number != 1 {
            return false;
        }
        next = number;
    }
    next > 0
}

/// The value could be the name of a machine: ASCII, at most 15 characters (`NetBIOS`), without blanks.
fn looks_like_name(text: &str) -> bool {
    let text = code(text);
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    text.len() <= 15 && text.bytes().all(is_part)
}
