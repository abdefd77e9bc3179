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
    let heading =
        (0..top.len()).find(|&index| is_table(sheet, index, || register_at(sheet, index, file, columns), known));
    let end = heading.unwrap_or(top.len().min(HITS));
    if columns.is_personal_title(&sheet.name)
        || titles(end).any(|title| columns.is_personal_title(&title))
        || top.iter().any(|row| is_personal(row, columns))
    {
        return Found::Personal;
    }
    let Some(index) = heading else { return Found::Nothing };
    Found::Table(table(sheet, index, register_at(sheet, index, file, columns), known))
}

/// A table begins at an index: its heading is known, or that of a layout that a person described.
pub(crate) fn is_table(sheet: &Sheet, index: usize, register: impl FnOnce() -> Register, known: Known<'_>) -> bool {
    let columns = known.columns;
    is_heading(&sheet.rows[index], columns) || known.mappings.has(|| heading_at(sheet, index, register(), columns).1)
}

/// The register of a table whose heading stands at an index, by the titles above it and all other names.
pub(crate) fn register_at(sheet: &Sheet, index: usize, file: &str, columns: &Columns) -> Register {
    let mut titles = sheet.rows[..index].iter().flat_map(|row| &row.cells).map(|(_, value)| value.text());
    let texts: Vec<String> = headings(&sheet.rows[index]).map(|(_, text)| text).collect();
    titles
        .find_map(|title| columns.register_of_title(&title))
        .or_else(|| columns.register_of_title(&sheet.name))
        .or_else(|| columns.register_of_headings(texts.iter().map(String::as_str)))
        .or_else(|| columns.register_of_title(file))
        .unwrap_or(Register::Equipment)
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

/// The table whose heading stands at an index.
pub(crate) fn table(sheet: &Sheet, index: usize, register: Register, known: Known<'_>) -> Table {
    let (first, found) = heading_at(sheet, index, register, known.columns);
    let mut table = Table { register, first, row: sheet.rows[index].number, columns: found, mapped: false };
    if !known.mappings.apply(&mut table) {
        guess::decide(&mut table.columns, &sheet.rows[first.min(sheet.rows.len())..], register, known.columns);
    }
    table
}

/// The columns of a heading at an index, a second heading row below or above joined; before them the index of the
/// first row below it.
pub(crate) fn heading_at(
    sheet: &Sheet,
    index: usize,
    register: Register,
    columns: &Columns,
) -> (usize, BTreeMap<u16, Column>) {
    let row = &sheet.rows[index];
    let upper = index.checked_sub(1).and_then(|above| sheet.rows.get(above));
    let above = upper.map(groups);
    let mut found: BTreeMap<u16, Column> = BTreeMap::new();
    for (at, heading) in headings(row) {
        found.insert(at, grouped(above.as_ref().and_then(|above| above(at)), &heading, register, columns));
    }
    let of_upper: Vec<(u16, Column)> = upper
        .into_iter()
        .flat_map(headings)
        .filter(|(at, _)| !found.contains_key(at))
        .map(|(at, heading)| (at, column(&heading, register, columns)))
        .collect();
    // One heading that is read makes the row above a heading, and then all of it is one.
    if of_upper.iter().any(|(_, column)| matches!(column.role, Some(Role::Field(_)))) {
        found.extend(of_upper);
    }
    match sheet.rows.get(index + 1).filter(|below| is_second(sheet, (row, below), register, columns)) {
        Some(below) => {
            let group = groups(row);
            found.extend(headings(below).map(|(at, heading)| (at, grouped(group(at), &heading, register, columns))));
            (index + 2, found)
        }
        None => (index + 1, found),
    }
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
    let both = group.as_ref().map(|group| format!("{group}{heading}"));
    // As a whole only: a part of it would be the group's own name.
    let both =
        both.filter(|both| columns.is_whole_heading(register, both)).map(|both| column(&both, register, columns));
    let own = both.filter(|both| both.role.is_some()).unwrap_or_else(|| column(heading, register, columns));
    // A name below ソフトウェア is that of a program.
    let of_group = group.filter(|_| own.role == Some(Role::Product)).map(|group| column(&group, register, columns));
    match of_group.filter(|group| group.role == Some(Role::Field(Field::Software))) {
        Some(group) => Column { heading: format!("{}{heading}", group.heading), ..group },
        None => own,
    }
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

/// The lower half of a heading of two rows: a heading of the upper row reaches down into it, or most of it is known,
/// alone or together with its group, and stands below empty or unknown cells, or below a group that spans several.
fn is_second(sheet: &Sheet, (upper, lower): (&Row, &Row), register: Register, columns: &Columns) -> bool {
    let above: Vec<u16> = headings(upper).map(|(at, _)| at).collect();
    let is_known = |text: &str| columns.role(register, text).is_some();
    let taken: Vec<u16> = headings(upper).filter(|(_, text)| is_known(text)).map(|(at, _)| at).collect();
    let lower_texts: Vec<(u16, String)> = headings(lower).collect();
    if lower_texts.is_empty() {
        return false;
    }
    if sheet.merged.iter().any(|range| range.top == upper.number && range.bottom == lower.number) {
        return true;
    }
    let group = groups(upper);
    let spans = |at: u16| lower_texts.iter().any(|(next, _)| *next == at + 1 && !above.contains(next));
    let known = lower_texts.iter().filter(|(at, text)| grouped(group(*at), text, register, columns).role.is_some());
    known.count() * 2 >= lower_texts.len() && lower_texts.iter().all(|(at, _)| !taken.contains(at) || spans(*at))
}
