//! What a row below a heading is: a device, part of the device above, the name of a group, a note.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::cells::address::addresses;
use super::cells::date::date;
use super::cells::mac::macs;
use super::columns::{Columns, Role};
use super::inherit::Group;
use super::sheet::{Merged, Row, Value};
use super::table::{self, Table};
use crate::judge::entry::{Field, Register};

/// What a row is.
pub(crate) enum Kind {
    /// A device, or a record.
    Device,
    /// The heading of the same or of another table.
    Heading,
    /// It names a group.
    Group(Group),
    /// No device: a total, a note, a signature.
    Skipped,
    /// The ledger ends here: the history of its changes follows.
    End,
}

/// Cells of merged ranges by row and column.
pub(crate) type Fillings = BTreeMap<u32, BTreeMap<u16, Value>>;

/// The row without what belongs to a table beside this one.
pub(crate) fn own<'a>(row: &'a Row, table: &Table) -> Cow<'a, Row> {
    let is_beside = |at: &u16| table.columns.get(at).is_some_and(|column| column.role == Some(Role::Beside));
    if !row.cells.iter().any(|(at, _)| is_beside(at)) {
        return Cow::Borrowed(row);
    }
    let cells = row.cells.iter().filter(|(at, _)| !is_beside(at)).cloned().collect();
    Cow::Owned(Row { number: row.number, cells })
}

/// What a row is; `filled` is what merged ranges say in it.
pub(crate) fn kind(row: &Row, filled: Option<&BTreeMap<u16, Value>>, table: &Table, columns: &Columns) -> Kind {
    if table::is_heading(row, columns) {
        return Kind::Heading;
    }
    if ends_table(row, columns) {
        return Kind::End;
    }
    let first = first(row);
    let note = first.starts_with(['※', '＊', '*', '■', '【']) || first.starts_with("注)") || first.starts_with("注）");
    let of_table = row.cells.iter().filter(|(at, _)| table.columns.contains_key(at)).count();
    let alone = of_table <= 1 && !row.cells.iter().any(|(at, _)| is_key(table, *at));
    // Beside merged cells, a word alone is one more of a device's.
    let group = if filled.is_none() { Group::of(row, columns) } else { None };
    match group.filter(|_| alone || note) {
        Some(group) => Kind::Group(group),
        None if alone || note && of_table <= 2 || is_footer(row, columns) => Kind::Skipped,
        None if table.register.is_compared() && is_history(row, table, columns) => Kind::Skipped,
        None => Kind::Device,
    }
}

/// A row of totals or signatures.
pub(crate) fn is_footer(row: &Row, columns: &Columns) -> bool {
    let first = first(row);
    columns.words.is_total(&first) || columns.words.is_footer(&first) && !has_address(row, columns)
}

/// From here on, the sheet tells how the ledger was changed.
pub(crate) fn ends_table(row: &Row, columns: &Columns) -> bool {
    columns.words.ends_table(&first(row)) && !has_address(row, columns)
}

/// A line of such a history: a day where a device would have its number.
fn is_history(row: &Row, table: &Table, columns: &Columns) -> bool {
    let is_day = |value: &Value| match value {
        Value::Day(_) => true,
        Value::Text(text) => date(text).is_some() && text.contains(['/', '.', '-', '年', '／', '．']),
        _ => false,
    };
    let of = |field| row.cells.iter().filter(move |(at, _)| field_of(table, *at) == Some(field));
    of(Field::AssetNo).any(|(_, value)| is_day(value))
        && of(Field::SerialNo).next().is_none()
        && !has_address(row, columns)
}

fn first(row: &Row) -> String {
    row.cells.first().map(|(_, value)| value.text()).unwrap_or_default()
}

fn has_address(row: &Row, columns: &Columns) -> bool {
    let words = &columns.words;
    let is_one = |text: String| !addresses(&text, words, None).list.is_empty() || !macs(&text, words).macs.is_empty();
    row.cells.iter().any(|(_, value)| is_one(value.text()))
}

/// The heading has a column that identifies devices: it begins a ledger, not one more list of changes.
pub(crate) fn names_devices(row: &Row, table: &Table, columns: &Columns) -> bool {
    use Field::{AssetNo, Hostname, IpAddress, MacAddress, SerialNo};
    let role = |text: &str| columns.role(table.register, text);
    let identifies = |role| matches!(role, Some(Role::Field(AssetNo | Hostname | IpAddress | MacAddress | SerialNo)));
    table::headings(row).any(|(_, text)| identifies(role(&text)))
}

/// How many rows below the first one of these go on with its device: all that identifies it is merged with theirs.
pub(crate) fn continued(rows: &[Row], table: &Table, merged: &Fillings) -> usize {
    let Some((first, below)) = rows.split_first() else { return 0 };
    let identity = |at: u16| field_of(table, at) == Some(Field::AssetNo) || is_key(table, at);
    let of_first: Vec<u16> = first.cells.iter().map(|(at, _)| *at).filter(|at| identity(*at)).collect();
    let goes_on = |row: &&Row| {
        let Some(filled) = merged.get(&row.number) else { return false };
        of_first.iter().all(|at| filled.contains_key(at)) && !row.cells.iter().any(|(at, _)| identity(*at))
    };
    if of_first.is_empty() { 0 } else { below.iter().take_while(goes_on).count() }
}

/// A device's row with the rows that go on with it: one line a row in every column in which these have something.
pub(crate) fn joined<'a>(row: &'a Row, below: &[Row], table: &Table) -> Cow<'a, Row> {
    if below.is_empty() {
        return Cow::Borrowed(row);
    }
    let mut cells: BTreeMap<u16, Value> = row.cells.iter().cloned().collect();
    let below: Vec<Cow<'_, Row>> = below.iter().map(|row| own(row, table)).collect();
    let text = |row: &Row, at: u16| row.cells.iter().find(|cell| cell.0 == at).map(|(_, value)| value.text());
    let columns: Vec<u16> = below.iter().flat_map(|row| row.cells.iter().map(|(at, _)| *at)).collect();
    for at in columns {
        let rows = std::iter::once(row).chain(below.iter().map(Cow::as_ref));
        let lines: Vec<String> = rows.map(|row| text(row, at).unwrap_or_default()).collect();
        cells.insert(at, Value::Text(lines.join("\n")));
    }
    Cow::Owned(Row { number: row.number, cells: cells.into_iter().collect() })
}

fn field_of(table: &Table, at: u16) -> Option<Field> {
    match table.columns.get(&at).and_then(|column| column.role) {
        Some(Role::Field(field)) => Some(field),
        _ => None,
    }
}

fn is_key(table: &Table, at: u16) -> bool {
    use Field::{Hostname, IpAddress, MacAddress, SerialNo};
    let Some(field) = field_of(table, at) else { return false };
    match table.register {
        Register::Vendor => field == Field::Vendor,
        Register::Department => field == Field::Department,
        Register::Segment => field == Field::Segment,
        Register::Cloud => field == Field::Service,
        Register::RemoteMaintenance | Register::Confirmation => false,
        _ => matches!(field, Hostname | IpAddress | MacAddress | SerialNo),
    }
}

/// What merged ranges say in rows below their first, by row and column. Only rows that hold something
/// are filled: a range may claim a million of them.
pub(crate) fn fillings(merged: &[Merged], rows: &[Row]) -> Fillings {
    let mut filled: Fillings = BTreeMap::new();
    let mut left = super::limits::ROWS;
    for range in merged {
        let start = rows.partition_point(|row| row.number < range.top);
        let Some(top) = rows.get(start).filter(|row| row.number == range.top) else { continue };
        let Some((_, value)) = top.cells.iter().find(|(at, _)| *at == range.left) else { continue };
        for row in rows[start + 1..].iter().take_while(|row| row.number <= range.bottom).take(left) {
            filled.entry(row.number).or_default().insert(range.left, value.clone());
            left -= 1;
        }
    }
    filled
}

#[cfg(test)]
mod tests;
