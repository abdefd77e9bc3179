//! The rows below a heading: which are devices, which are not, and why.

use std::collections::{BTreeMap, BTreeSet};

use super::columns::{Columns, Role};
use super::draft::{Draft, Piece};
use super::fold::heading_key;
use super::sheet::{Cut, Merged, Row, Sheet, Value, letters};
use super::table::{self, Column, Table};
use crate::judge::entry::{Entry, EntryId, Field, Origin, ProblemKind, Register, RowProblem};

/// Reads sheet after sheet of one file.
pub(crate) struct Rows<'a> {
    /// File name without folders.
    pub file: &'a str,
    /// Headings and words.
    pub columns: &'a Columns,
    /// Every row that is a device.
    pub entries: Vec<Entry>,
    /// Everything that was noticed.
    pub problems: Vec<RowProblem>,
    /// Ids that are taken.
    pub ids: BTreeSet<EntryId>,
}

/// What a row is.
enum Kind {
    Device,
    Heading,
    Skipped,
}

impl Rows<'_> {
    /// Reads a sheet's tables, one below the other.
    pub(crate) fn sheet(&mut self, sheet: &Sheet, mut table: Table) {
        self.cuts(sheet);
        self.unread(sheet, &table);
        let numbered = has(&table, Field::AssetNo);
        let merged = fillings(&sheet.merged, &sheet.rows);
        let mut above: BTreeMap<u16, Value> = BTreeMap::new();
        for (index, row) in sheet.rows.iter().enumerate().skip(table.first) {
            if index < table.first {
                continue;
            }
            match self.kind(row, &table) {
                Kind::Skipped => self.skipped(sheet, row),
                Kind::Heading => {
                    let next = table::table(sheet, index, table.register, self.columns);
                    let repeated = headings(&next) == headings(&table);
                    table = next;
                    above.clear();
                    if repeated { self.skipped(sheet, row) } else { self.unread(sheet, &table) }
                }
                Kind::Device => self.device(sheet, row, &table, &mut above, merged.get(&row.number)),
            }
        }
        if !numbered {
            self.without_numbers(sheet, &table);
        }
    }

    /// Says that a whole sheet was left out.
    pub(crate) fn sheet_skipped(&mut self, sheet: &Sheet) {
        self.note(&sheet.name, 0, None, ProblemKind::SheetSkipped, &sheet.name);
    }

    fn device(
        &mut self,
        sheet: &Sheet,
        row: &Row,
        table: &Table,
        above: &mut BTreeMap<u16, Value>,
        merged: Option<&BTreeMap<u16, Value>>,
    ) {
        let origin = Origin { file: self.file.to_owned(), sheet: sheet.name.clone(), row: row.number };
        let mut draft = Draft {
            origin,
            register: table.register,
            cells: BTreeMap::new(),
            dynamic: false,
            disposed: false,
            words: &self.columns.words,
            problems: Vec::new(),
        };
        let mut cells: BTreeMap<u16, Value> = merged.cloned().unwrap_or_default();
        cells.extend(row.cells.iter().cloned());
        let mut stray = None;
        for (at, value) in cells {
            let Some(column) = table.columns.get(&at) else {
                stray.get_or_insert((at, value.raw()));
                continue;
            };
            let raw = value.raw();
            let value = self.resolved(at, value, above);
            place(&mut draft, column, Piece { column: at, value, raw, reading: column.reading }, self.columns);
        }
        let (mut entry, problems) = draft.finish();
        entry.id = self.id(&entry);
        self.problems.extend(problems);
        if let Some((at, raw)) = stray {
            self.note(&sheet.name, row.number, Some(at), ProblemKind::CellsWithoutHeading, &raw);
        }
        self.entries.push(entry);
    }

    /// A ditto mark stands for the value above; without one above it is a word that nobody knows.
    fn resolved(&self, at: u16, value: Value, above: &mut BTreeMap<u16, Value>) -> Value {
        let value = match above.get(&at) {
            Some(upper) if self.columns.words.is_ditto(&value.text()) => upper.clone(),
            _ => value,
        };
        above.insert(at, value.clone());
        value
    }

    /// 管理番号 where it stands once in the file, else the place: the same for the same file every time.
    fn id(&mut self, entry: &Entry) -> EntryId {
        let register = match entry.register {
            Register::Equipment => "equipment",
            Register::Medical => "medical",
            Register::ExternalConnection => "external_connection",
        };
        let by_number = entry.asset_no.as_ref().map(|number| daicho_shared::text::bounded(number));
        let by_number = by_number.map(|number| EntryId(format!("{register}:{number}")));
        let id = by_number.filter(|id| !self.ids.contains(id)).unwrap_or_else(|| by_place(register, &entry.origin));
        self.ids.insert(id.clone());
        id
    }

    fn kind(&self, row: &Row, table: &Table) -> Kind {
        if table::is_heading(row, self.columns) {
            return Kind::Heading;
        }
        let first = row.cells.first().map(|(_, value)| value.text()).unwrap_or_default();
        let note =
            first.starts_with(['※', '＊', '*', '■', '【']) || first.starts_with("注)") || first.starts_with("注）");
        let of_table = row.cells.iter().filter(|(at, _)| table.columns.contains_key(at)).count();
        let alone = of_table <= 1 && !row.cells.iter().any(|(at, _)| is_key(table, *at));
        if alone || note && of_table <= 2 || self.columns.words.is_total(&first) { Kind::Skipped } else { Kind::Device }
    }

    fn skipped(&mut self, sheet: &Sheet, row: &Row) {
        let texts: Vec<String> = row.cells.iter().map(|(_, value)| value.raw()).take(8).collect();
        self.note(&sheet.name, row.number, None, ProblemKind::RowSkipped, &texts.join(" | "));
    }

    /// Columns that hold something and are not read.
    fn unread(&mut self, sheet: &Sheet, table: &Table) {
        let unread = table.columns.iter().filter(|(_, column)| matches!(column.role, None | Some(Role::Known)));
        for (at, column) in unread {
            let below = sheet.rows.iter().skip(table.first);
            if below.flat_map(|row| &row.cells).any(|(column, _)| column == at) {
                self.note(&sheet.name, table.row, Some(*at), ProblemKind::ColumnUnread, &column.heading);
            }
        }
    }

    /// A table without the column misses it once, not once a row.
    fn without_numbers(&mut self, sheet: &Sheet, table: &Table) {
        let before = self.problems.len();
        let of_sheet =
            |problem: &RowProblem| problem.kind == ProblemKind::AssetNoMissing && problem.origin.sheet == sheet.name;
        self.problems.retain(|problem| !of_sheet(problem));
        if self.problems.len() < before {
            self.note(&sheet.name, table.row, None, ProblemKind::AssetNoMissing, "");
        }
    }

    fn cuts(&mut self, sheet: &Sheet) {
        for cut in &sheet.cuts {
            match *cut {
                Cut::Rows { first, count } => {
                    self.note(&sheet.name, first, None, ProblemKind::TooManyRows, &count.to_string());
                }
                Cut::Columns { row } => self.note(&sheet.name, row, None, ProblemKind::CellsWithoutHeading, ""),
                Cut::Long { row, column } => {
                    let start = cell(sheet, row, column).map(Value::raw).unwrap_or_default();
                    self.note(&sheet.name, row, Some(column), ProblemKind::CellTooLong, &start);
                }
            }
        }
    }

    fn note(&mut self, sheet: &str, row: u32, column: Option<u16>, kind: ProblemKind, found: &str) {
        let origin = Origin { file: self.file.to_owned(), sheet: sheet.to_owned(), row };
        let found = daicho_shared::text::bounded(found);
        self.problems.push(RowProblem { origin, column: column.map(letters), field: None, kind, found });
    }
}

/// The id of a row by where it stands.
pub(crate) fn by_place(register: &str, origin: &Origin) -> EntryId {
    EntryId(format!("{register}:{}!{}!R{}", origin.file, origin.sheet, origin.row))
}

fn place(draft: &mut Draft<'_>, column: &Column, piece: Piece, columns: &Columns) {
    let text = piece.value.text();
    match column.role {
        Some(Role::Field(field)) => {
            let pieces = draft.cells.entry(field).or_default();
            if column.official { pieces.insert(0, piece) } else { pieces.push(piece) }
        }
        Some(Role::Assignment) => draft.dynamic |= columns.words.is_dynamic(&text),
        Some(Role::Disposed) => draft.disposed |= !text.is_empty() && !columns.words.is_none(&text),
        Some(Role::RowNumber | Role::Product | Role::Known) | None => {}
    }
}

fn is_key(table: &Table, at: u16) -> bool {
    use Field::{Hostname, IpAddress, MacAddress, SerialNo};
    let role = table.columns.get(&at).and_then(|column| column.role);
    matches!(role, Some(Role::Field(Hostname | IpAddress | MacAddress | SerialNo)))
}

fn has(table: &Table, field: Field) -> bool {
    table.columns.values().any(|column| column.role == Some(Role::Field(field)))
}

fn headings(table: &Table) -> Vec<String> {
    table.columns.values().map(|column| heading_key(&column.heading)).collect()
}

fn cell(sheet: &Sheet, row: u32, column: u16) -> Option<&Value> {
    let row = sheet.rows.iter().find(|found| found.number == row)?;
    row.cells.iter().find(|(at, _)| *at == column).map(|(_, value)| value)
}

/// What merged ranges say in rows below their first, by row and column. Only rows that hold something
/// are filled: a range may claim a million of them.
fn fillings(merged: &[Merged], rows: &[Row]) -> BTreeMap<u32, BTreeMap<u16, Value>> {
    let mut filled: BTreeMap<u32, BTreeMap<u16, Value>> = BTreeMap::new();
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
