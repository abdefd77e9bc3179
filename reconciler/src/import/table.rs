//! Finding the table on a sheet: the heading below the title rows, and which register it is.

use std::collections::BTreeMap;

use super::columns::{Columns, Reading, Role};
use super::fold::heading_key;
use super::guess;
use super::limits;
use super::mapping::Mappings;
use super::sheet::{Row, Sheet};
use crate::judge::entry::{Field, Register};

/// Headings that a row needs at least.
const HITS: usize = 3;

/// A table's heading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Table {
    /// Which register it is.
    pub register: Register,
    /// Index, among the sheet's rows, of the first row below the heading.
    pub first: usize,
    /// Number of the heading's row.
    pub row: u32,
    /// The columns by position.
    pub columns: BTreeMap<u16, Column>,
    /// A person said how it is to be read.
    pub mapped: bool,
}

/// A column of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Column {
    /// As it stands there; behind that of its group, where only both together are known.
    pub heading: String,
    /// What it is for; `None` for a heading that is not known.
    pub role: Option<Role>,
    /// How its values are written.
    pub reading: Reading,
    /// The heading is the form's own, which comes before its synonyms.
    pub official: bool,
    /// Why it is held to be that.
    pub basis: Basis,
}

/// Why a column is held to be what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Basis {
    /// Its heading is known, or nothing is known of it.
    Heading,
    /// So many per cent of its values say so.
    Content(u8),
    /// A person said so.
    Mapping,
}

/// What a sheet is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Found {
    /// A ledger.
    Table(Table),
    /// A table about persons.
    Personal,
    /// Nothing that is known.
    Nothing,
}

/// What is known about headings: by the program, and by the people of this hospital.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Known<'a> {
    /// The program's tables.
    pub columns: &'a Columns,
    /// What people said about layouts of their own.
    pub mappings: &'a Mappings,
}

/// Looks for the heading in the first rows.
pub(crate) fn find(sheet: &Sheet, file: &str, known: Known<'_>) -> Found {
    let columns = known.columns;
    let top = &sheet.rows[..sheet.rows.len().min(limits::HEADING_ROWS)];
    let titles = |end: usize| top[..end].iter().flat_map(|row| &row.cells).map(|(_, value)| value.text());
    // Not the row with the most headings: a second table further down may have more columns.
    let heading = top.iter().position(|row| known.mappings.is_heading(row) || is_heading(row, columns));
    let end = heading.unwrap_or(top.len().min(HITS));
    if columns.is_personal_title(&sheet.name)
        || titles(end).any(|title| columns.is_personal_title(&title))
        || top.iter().any(|row| is_personal(row, columns))
    {
        return Found::Personal;
    }
    let Some(index) = heading else { return Found::Nothing };
    let texts: Vec<String> = headings(&top[index]).map(|(_, text)| text).collect();
    let register = titles(end)
        .find_map(|title| columns.register_of_title(&title))
        .or_else(|| columns.register_of_title(&sheet.name))
        .or_else(|| columns.register_of_headings(texts.iter().map(String::as_str)))
        .or_else(|| columns.register_of_title(file))
        .unwrap_or(Register::Equipment);
    Found::Table(table(sheet, index, register, known))
}

/// The row is a heading: enough known headings, mostly those, and some of fields that are read
/// (a title row with 部署 and 最終更新日 is none).
pub(crate) fn is_heading(row: &Row, columns: &Columns) -> bool {
    if row.cells.len() < HITS {
        return false;
    }
    let (hits, of_fields) = hits(row, columns);
    hits >= HITS && of_fields >= 2 && hits * 2 >= row.cells.len()
}

/// The table whose heading stands at an index; a second heading row below or above is joined.
pub(crate) fn table(sheet: &Sheet, index: usize, register: Register, known: Known<'_>) -> Table {
    let columns = known.columns;
    let row = &sheet.rows[index];
    let upper = index.checked_sub(1).and_then(|above| sheet.rows.get(above));
    let above = upper.map(groups);
    let below = sheet.rows.get(index + 1).filter(|below| is_second(row, below, register, columns));
    let mut found: BTreeMap<u16, Column> = BTreeMap::new();
    for (at, heading) in headings(row) {
        found.insert(at, grouped(above.as_ref().and_then(|above| above(at)), &heading, register, columns));
    }
    for (at, heading) in upper.into_iter().flat_map(headings) {
        let above = column(&heading, register, columns);
        if matches!(above.role, Some(Role::Field(_))) {
            found.entry(at).or_insert(above);
        }
    }
    let mut first = index + 1;
    if let Some(below) = below {
        first += 1;
        let group = groups(row);
        found.extend(headings(below).map(|(at, heading)| (at, grouped(group(at), &heading, register, columns))));
    }
    let mut table = Table { register, first, row: row.number, columns: found, mapped: false };
    if !known.mappings.apply(&mut table) {
        guess::decide(&mut table.columns, &sheet.rows[first.min(sheet.rows.len())..], register, columns);
    }
    table
}

/// The texts of a row's filled cells.
pub(crate) fn headings(row: &Row) -> impl Iterator<Item = (u16, String)> {
    row.cells.iter().map(|(at, value)| (*at, value.text())).filter(|(_, text)| !text.is_empty())
}

/// Which group stands above a column: a group's name stands over its first column and spans those up to the next.
fn groups(row: &Row) -> impl Fn(u16) -> Option<String> + use<> {
    let names: Vec<(u16, String)> = headings(row).collect();
    move |at| names.iter().rev().find(|(start, _)| *start <= at).map(|(_, name)| name.clone())
}

/// A column below a group: the heading of both together where that is known (`MDS/SDS` over `依頼日`), else its own.
fn grouped(group: Option<String>, heading: &str, register: Register, columns: &Columns) -> Column {
    let both = group.map(|group| format!("{group}{heading}"));
    // As a whole only: a part of it would be the group's own name.
    let both =
        both.filter(|both| columns.is_whole_heading(register, both)).map(|both| column(&both, register, columns));
    both.filter(|both| both.role.is_some()).unwrap_or_else(|| column(heading, register, columns))
}

fn column(heading: &str, register: Register, columns: &Columns) -> Column {
    let (role, reading) = (columns.role(register, heading), columns.reading(heading));
    let form = columns.described().iter().find(|known| role == Some(Role::Field(known.field)));
    let official = form.is_some_and(|known| heading_key(&known.header) == heading_key(heading));
    Column { heading: heading.to_owned(), role, reading, official, basis: Basis::Heading }
}

/// Known headings of a row, in whatever register, and those of fields; each counts once.
fn hits(row: &Row, columns: &Columns) -> (usize, usize) {
    let known: BTreeMap<String, bool> = headings(row)
        .filter_map(|(_, text)| {
            let role = columns.role_anywhere(&text)?;
            Some((heading_key(&text), matches!(role, Role::Field(_) | Role::Product)))
        })
        .collect();
    (known.len(), known.values().filter(|of_field| **of_field).count())
}

/// A heading of a list of persons, without anything that names a machine.
fn is_personal(row: &Row, columns: &Columns) -> bool {
    let machine = |text: &str| {
        use Field::{Hostname, IpAddress, MacAddress, SerialNo};
        matches!(
            columns.role(Register::Equipment, text),
            Some(Role::Field(Hostname | IpAddress | MacAddress | SerialNo))
        )
    };
    let texts: Vec<String> = headings(row).map(|(_, text)| text).collect();
    texts.iter().filter(|text| columns.is_personal(text)).count() >= HITS && !texts.iter().any(|text| machine(text))
}

/// The lower half of a heading of two rows: only known headings, and only below empty or unknown cells, or below a
/// group that spans several of them.
fn is_second(upper: &Row, lower: &Row, register: Register, columns: &Columns) -> bool {
    let known = |text: &str| columns.role(register, text).is_some();
    let above: Vec<u16> = headings(upper).map(|(at, _)| at).collect();
    let taken: Vec<u16> = headings(upper).filter(|(_, text)| known(text)).map(|(at, _)| at).collect();
    let lower: Vec<(u16, String)> = headings(lower).collect();
    let spans = |at: u16| lower.iter().any(|(next, _)| *next == at + 1 && !above.contains(next));
    !lower.is_empty() && lower.iter().all(|(at, text)| known(text) && (!taken.contains(at) || spans(*at)))
}
