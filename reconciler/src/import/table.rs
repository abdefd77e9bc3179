//! Finding the table on a sheet: the heading below the title rows, and which register it is.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::cells::date::date;
use super::columns::{Columns, Reading, Role};
use super::fold::{clean, code, heading_key};
use super::limits;
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
}

/// A column of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Column {
    /// As it stands there.
    pub heading: String,
    /// What it is for; `None` for a heading that is not known.
    pub role: Option<Role>,
    /// How its values are written.
    pub reading: Reading,
    /// The heading is the form's own, which comes before its synonyms.
    pub official: bool,
}

/// What the rows above a heading say.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Title {
    /// 最終更新日.
    pub updated: Option<Date>,
    /// 最終更新者.
    pub updated_by: Option<String>,
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

/// Looks for the heading in the first rows.
pub(crate) fn find(sheet: &Sheet, file: &str, columns: &Columns) -> Found {
    let top = &sheet.rows[..sheet.rows.len().min(limits::HEADING_ROWS)];
    let titles = |end: usize| top[..end].iter().flat_map(|row| &row.cells).map(|(_, value)| value.text());
    // Not the row with the most headings: a second table further down may have more columns.
    let heading = top.iter().enumerate().find(|(_, row)| is_heading(row, columns));
    let end = heading.map_or(top.len().min(HITS), |(index, _)| index);
    if columns.is_personal_title(&sheet.name)
        || titles(end).any(|title| columns.is_personal_title(&title))
        || top.iter().any(|row| is_personal(row, columns))
    {
        return Found::Personal;
    }
    let Some((index, row)) = heading else { return Found::Nothing };
    let texts: Vec<String> = row.cells.iter().map(|(_, value)| value.text()).collect();
    let register = titles(end)
        .find_map(|title| columns.register_of_title(&title))
        .or_else(|| columns.register_of_title(&sheet.name))
        .or_else(|| columns.register_of_headings(texts.iter().map(String::as_str)))
        .or_else(|| columns.register_of_title(file))
        .unwrap_or(Register::Equipment);
    Found::Table(table(sheet, index, register, columns))
}

/// The row is a heading: enough known headings, mostly those, and some of fields that are read
/// (a title row with 部署 and 最終更新日 is none).
pub(crate) fn is_heading(row: &Row, columns: &Columns) -> bool {
    if row.cells.len() < HITS {
        return false;
    }
    let hits = hits(row, columns);
    hits >= HITS && hits_of_fields(row, columns) >= 2 && hits * 2 >= row.cells.len()
}

/// The table whose heading stands at an index; a second heading row below or above is joined.
pub(crate) fn table(sheet: &Sheet, index: usize, register: Register, columns: &Columns) -> Table {
    let row = &sheet.rows[index];
    let mut found: BTreeMap<u16, Column> = BTreeMap::new();
    let mut first = index + 1;
    let above = index.checked_sub(1).and_then(|above| sheet.rows.get(above));
    let below = sheet.rows.get(index + 1).filter(|below| is_second(row, below, register, columns));
    for (at, heading) in headings(row) {
        found.insert(at, column(&heading, register, columns));
    }
    for (at, heading) in above.into_iter().flat_map(headings) {
        let above = column(&heading, register, columns);
        if matches!(above.role, Some(Role::Field(_))) {
            found.entry(at).or_insert(above);
        }
    }
    if let Some(below) = below {
        first += 1;
        found.extend(headings(below).map(|(at, heading)| (at, column(&heading, register, columns))));
    }
    decide(&mut found, &sheet.rows[first.min(sheet.rows.len())..]);
    Table { register, first, row: row.number, columns: found }
}

/// 最終更新日 and 最終更新者 in the rows above the heading, in one cell or in two neighbours.
pub(crate) fn title(sheet: &Sheet, end: usize) -> Title {
    let mut title = Title::default();
    for row in &sheet.rows[..end.min(sheet.rows.len())] {
        let texts: Vec<String> = row.cells.iter().map(|(_, value)| value.text()).collect();
        for (at, text) in texts.iter().enumerate() {
            let next = texts.get(at + 1).map(String::as_str);
            let day = after(text, &["最終更新日", "更新年月日", "更新日", "改訂日", "作成日"], next)
                .and_then(|text| date(&text));
            let today = code(text).strip_suffix("現在").and_then(date);
            title.updated = title.updated.or(day).or(today);
            let by = after(text, &["最終更新者", "更新者", "作成者"], next).filter(|by| date(by).is_none());
            title.updated_by = title.updated_by.or(by);
        }
    }
    title
}

fn after(text: &str, labels: &[&str], next: Option<&str>) -> Option<String> {
    let text = clean(text);
    let rest = labels.iter().find_map(|label| text.strip_prefix(label))?;
    let rest = rest.trim_start_matches([':', '：', ' ', '　']).trim();
    let value = if rest.is_empty() { next? } else { rest };
    Some(daicho_shared::text::bounded(value)).filter(|value| !value.is_empty())
}

fn headings(row: &Row) -> impl Iterator<Item = (u16, String)> {
    row.cells.iter().map(|(at, value)| (*at, value.text())).filter(|(_, text)| !text.is_empty())
}

fn column(heading: &str, register: Register, columns: &Columns) -> Column {
    let (role, reading) = (columns.role(register, heading), columns.reading(heading));
    let form = columns.described().iter().find(|known| role == Some(Role::Field(known.field)));
    let official = form.is_some_and(|known| heading_key(&known.header) == heading_key(heading));
    Column { heading: heading.to_owned(), role, reading, official }
}

/// Known headings of a row, in whatever register; each counts once.
fn hits(row: &Row, columns: &Columns) -> usize {
    let known = |text: &String| columns.role(Register::ExternalConnection, text).is_some();
    headings(row)
        .map(|(_, text)| text)
        .filter(known)
        .map(|text| heading_key(&text))
        .collect::<std::collections::BTreeSet<_>>()
        .len()
}

fn hits_of_fields(row: &Row, columns: &Columns) -> usize {
    let role = |text: &str| columns.role(Register::ExternalConnection, text);
    headings(row).filter(|(_, text)| matches!(role(text), Some(Role::Field(_) | Role::Product))).count()
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

/// The lower half of a heading of two rows: only known headings, and only under empty or unknown cells.
fn is_second(upper: &Row, lower: &Row, register: Register, columns: &Columns) -> bool {
    let known = |text: &str| columns.role(register, text).is_some();
    let taken: Vec<u16> = headings(upper).filter(|(_, text)| known(text)).map(|(at, _)| at).collect();
    !lower.cells.is_empty() && headings(lower).all(|(at, text)| known(&text) && !taken.contains(&at))
}

/// Headings that mean one thing or another are decided by what stands below them.
fn decide(found: &mut BTreeMap<u16, Column>, rows: &[Row]) {
    let has =
        |found: &BTreeMap<u16, Column>, field| found.values().any(|column| column.role == Some(Role::Field(field)));
    let (numbered, named) = (has(found, Field::AssetNo), has(found, Field::Hostname));
    for (at, column) in found.iter_mut() {
        let below =
            || rows.iter().filter_map(|row| row.cells.iter().find(|cell| cell.0 == *at)).map(|(_, value)| value.text());
        match column.role {
            Some(Role::RowNumber) if !numbered && !is_counter(below()) => {
                column.role = Some(Role::Field(Field::AssetNo));
            }
            Some(Role::Product) => {
                let machine = !named && looks_like_names(below());
                column.role = Some(Role::Field(if machine { Field::Hostname } else { Field::Description }));
            }
            _ => {}
        }
    }
    unread_twins(found);
}

/// A heading that stands twice is a second table beside the first: only the first is read, and the other said.
fn unread_twins(found: &mut BTreeMap<u16, Column>) {
    let mut seen = std::collections::BTreeSet::new();
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
    let values: Vec<String> = values.filter(|text| !text.is_empty()).collect();
    !values.is_empty() && values.iter().enumerate().all(|(index, text)| code(text) == (index + 1).to_string())
}

/// Most values could be names of machines: ASCII, at most 15 characters (`NetBIOS`), without blanks.
fn looks_like_names(values: impl Iterator<Item = String>) -> bool {
    let values: Vec<String> = values.filter(|text| !text.is_empty()).map(|text| code(&text)).collect();
    let name = |text: &&String| {
        text.len() <= 15 && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
    };
    let names = values.iter().filter(name).count();
    names * 2 > values.len()
}
