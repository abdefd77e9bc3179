//! The rows below a heading: which are devices, which are not, and why.

use std::collections::{BTreeMap, BTreeSet};

use super::Progress;
use super::columns::{Columns, Role};
use super::disposal::{Disposal, disposal};
use super::draft::{Draft, Piece};
use super::fold::heading_key;
use super::inherit::{self, Group, Inherited};
use super::row::{self, Kind};
use super::sheet::{Cut, Row, Sheet, Value, letters};
use super::shown;
use super::table::{self, Basis, Column, Known, Table};
use crate::judge::entry::{Entry, Field, Origin, ProblemKind, Record, RowProblem};

/// Rows between two words about progress.
const STEP: u64 = 500;

/// Reads sheet after sheet of one file.
pub(crate) struct Rows<'a> {
    /// File name without folders.
    file: &'a str,
    /// Headings and words.
    known: Known<'a>,
    progress: Progress<'a>,
    done: u64,
    all: u64,
    /// Every row that is a device, its id still empty.
    pub entries: Vec<Entry>,
    /// Every row of the other registers, likewise.
    pub records: Vec<Record>,
    /// Everything that was noticed.
    pub problems: Vec<RowProblem>,
}

impl<'a> Rows<'a> {
    /// Before the first sheet.
    pub(crate) fn new(file: &'a str, known: Known<'a>, progress: Progress<'a>, all: u64) -> Self {
        Self { file, known, progress, all, done: 0, entries: vec![], records: vec![], problems: vec![] }
    }

    fn step(&mut self) {
        self.done += 1;
        if self.done.is_multiple_of(STEP) {
            (self.progress)(self.done, self.all);
        }
    }

    /// Reads a sheet's tables, one below the other.
    pub(crate) fn sheet(&mut self, sheet: &Sheet, mut table: Table, of_sheet: &Inherited) {
        self.cuts(sheet);
        self.unread(sheet, &table);
        self.hidden(sheet, &table);
        let (heading, before) = (table.row, self.entries.len() + self.records.len());
        let mut inherited = of_sheet.clone();
        let numbered = has(&table, Field::AssetNo);
        let merged = row::fillings(&sheet.merged, &sheet.rows);
        let mut above: BTreeMap<u16, Value> = BTreeMap::new();
        let (mut next, mut ended) = (table.first, false);
        for (index, whole) in sheet.rows.iter().enumerate().skip(table.first) {
            self.step();
            if index < next.max(table.first) {
                continue;
            }
            let row = &row::own(whole, &table);
            let kind = row::kind(row, merged.get(&row.number), &table, self.known.columns);
            match kind {
                Kind::Heading if ended && !row::names_devices(row, &table, self.known.columns) => {
                    self.skipped(sheet, whole);
                }
                Kind::Device | Kind::Group(_) if ended => self.skipped(sheet, whole),
                Kind::Skipped => self.skipped(sheet, whole),
                Kind::End => {
                    ended = true;
                    self.skipped(sheet, whole);
                }
                Kind::Heading => {
                    ended = false;
                    let found = table::table(sheet, index, table.register, self.known);
                    let repeated = headings(&found) == headings(&table);
                    table = found;
                    above.clear();
                    if repeated {
                        self.skipped(sheet, row);
                    } else {
                        inherited = of_sheet.clone();
                        self.unread(sheet, &table);
                    }
                }
                Kind::Group(group) => {
                    self.group(sheet, row, &group);
                    fill(&mut above, row, &group, &table);
                    inherited.enter(group);
                }
                Kind::Device => {
                    let more = row::continued(&sheet.rows[index..], &table, &merged);
                    next = index + 1 + more;
                    let row = row::joined(row, &sheet.rows[index + 1..next], &table);
                    self.device((sheet, &row), &table, &inherited, &mut above, merged.get(&row.number));
                }
            }
        }
        // A form that nobody filled in says nothing, and nothing is to be said of it.
        let filled =
            sheet.rows.iter().any(|row| row.number > heading) || sheet.merged.iter().any(|it| it.bottom > heading);
        if filled && self.entries.len() + self.records.len() == before {
            self.note(&sheet.name, heading, None, ProblemKind::TableEmpty, &sheet.name);
        }
        if !numbered {
            self.without_numbers(sheet, &table);
        }
    }

    /// Says something of a whole sheet.
    pub(crate) fn of_sheet(&mut self, sheet: &Sheet, kind: ProblemKind) {
        self.note(&sheet.name, 0, None, kind, &sheet.name);
    }

    fn device(
        &mut self,
        (sheet, row): (&Sheet, &Row),
        table: &Table,
        inherited: &Inherited,
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
            struck: is_struck(sheet, row),
            columns: self.known.columns,
            inherited,
            problems: Vec::new(),
        };
        let mut cells: BTreeMap<u16, Value> = merged.cloned().unwrap_or_default();
        cells.extend(row.cells.iter().cloned());
        let mut stray = None;
        // The form's own heading comes before its synonyms, else the left before the right.
        let is_official = |at: &u16| table.columns.get(at).is_some_and(|column| column.official);
        let (official, others): (Vec<_>, Vec<_>) = cells.into_iter().partition(|(at, _)| is_official(at));
        for (at, value) in official.into_iter().chain(others) {
            let Some(column) = table.columns.get(&at) else {
                stray.get_or_insert((at, value.raw()));
                continue;
            };
            let raw = value.raw();
            let otherwise = shown::is_too_long(&value) || sheet.otherwise.binary_search(&(row.number, at)).is_ok();
            let value = self.resolved(at, value, above);
            let piece = Piece { column: at, value, raw, reading: column.reading };
            if let Some(Role::Field(field @ (Field::AssetNo | Field::SerialNo))) = column.role.filter(|_| otherwise) {
                draft.report(field, &piece, Some(ProblemKind::NumberNotAsShown));
            }
            place(&mut draft, column, piece, self.known.columns);
        }
        let struck = draft.struck;
        self.keep(draft);
        self.struck(sheet, row, struck);
        if let Some((at, raw)) = stray {
            self.note(&sheet.name, row.number, Some(at), ProblemKind::CellsWithoutHeading, &raw);
        }
    }

    /// What is struck through was read all the same.
    fn struck(&mut self, sheet: &Sheet, row: &Row, whole: bool) {
        let text =
            |at: u16| row.cells.iter().find(|cell| cell.0 == at).map(|(_, value)| value.raw()).unwrap_or_default();
        if whole {
            let texts: Vec<String> = row.cells.iter().map(|(_, value)| value.raw()).take(8).collect();
            return self.note(&sheet.name, row.number, None, ProblemKind::RowStruck, &texts.join(" | "));
        }
        let start = sheet.struck.partition_point(|(number, _)| *number < row.number);
        for (_, at) in sheet.struck[start..].iter().take_while(|(number, _)| *number == row.number) {
            self.note(&sheet.name, row.number, Some(*at), ProblemKind::CellStruck, &text(*at));
        }
    }

    /// Rows and columns that nobody sees were read all the same.
    fn hidden(&mut self, sheet: &Sheet, table: &Table) {
        let below = || sheet.rows.iter().skip(table.first);
        let unseen: BTreeSet<u32> = sheet.hidden_rows.iter().copied().collect();
        let rows: Vec<u32> = below().map(|row| row.number).filter(|number| unseen.contains(number)).collect();
        if let Some(first) = rows.first() {
            self.note(&sheet.name, *first, None, ProblemKind::RowsHidden, &ranges(&rows));
        }
        let filled: BTreeSet<u16> = below().flat_map(|row| row.cells.iter().map(|(at, _)| *at)).collect();
        let is_hidden = |at: &u16| sheet.hidden_columns.iter().any(|(first, last)| (*first..=*last).contains(at));
        for at in filled.into_iter().filter(is_hidden).filter(|at| table.columns.contains_key(at)) {
            let heading = table.columns.get(&at).map(|column| column.heading.clone()).unwrap_or_default();
            self.note(&sheet.name, table.row, Some(at), ProblemKind::ColumnHidden, &heading);
        }
    }

    fn keep(&mut self, draft: Draft<'_>) {
        let problems = if draft.register.is_compared() {
            let (entry, problems) = draft.finish();
            self.entries.push(entry);
            problems
        } else {
            let (record, problems) = draft.record();
            self.records.push(record);
            problems
        };
        self.problems.extend(problems);
    }

    /// A ditto mark stands for the value above; without one above it is a word that nobody knows.
    fn resolved(&self, at: u16, value: Value, above: &mut BTreeMap<u16, Value>) -> Value {
        let value = match above.get(&at) {
            Some(upper) if self.known.columns.words.is_ditto(&value.text()) => upper.clone(),
            _ => value,
        };
        above.insert(at, value.clone());
        value
    }

    fn group(&mut self, sheet: &Sheet, row: &Row, group: &Group) {
        let text = row.cells.first().map(|(_, value)| value.raw()).unwrap_or_default();
        self.note(&sheet.name, row.number, None, ProblemKind::GroupRow, &text);
        if let Some(problem) = self.problems.last_mut() {
            problem.field = Some(group.field());
        }
    }

    fn skipped(&mut self, sheet: &Sheet, row: &Row) {
        let texts: Vec<String> = row.cells.iter().map(|(_, value)| value.raw()).take(8).collect();
        self.note(&sheet.name, row.number, None, ProblemKind::RowSkipped, &texts.join(" | "));
    }

    /// Columns that hold something and are not read.
    fn unread(&mut self, sheet: &Sheet, table: &Table) {
        let unread =
            table.columns.iter().filter(|(_, column)| matches!(column.role, None | Some(Role::Known | Role::Beside)));
        for (at, column) in unread {
            let below = sheet.rows.iter().skip(table.first);
            if below.flat_map(|row| &row.cells).any(|(column, _)| column == at) {
                self.note(&sheet.name, table.row, Some(*at), ProblemKind::ColumnUnread, &column.heading);
            }
        }
        // A heading that is known as one of two things was decided as foreseen; only an unknown one is a guess.
        let guessed = table.columns.iter().filter(|(_, column)| matches!(column.basis, Basis::Content(_)));
        for (at, column) in guessed {
            let Some(Role::Field(field)) = column.role else { continue };
            if self.known.columns.role(table.register, &column.heading).is_none() {
                self.note(&sheet.name, table.row, Some(*at), ProblemKind::ColumnGuessed, &column.heading);
                if let Some(problem) = self.problems.last_mut() {
                    problem.field = Some(field);
                }
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

/// What a group says stands above the cells of its column: a ditto mark below it means the group.
fn fill(above: &mut BTreeMap<u16, Value>, row: &Row, group: &Group, table: &Table) {
    let text = row.cells.first().map(|(_, value)| value.text()).unwrap_or_default();
    let filled = table.columns.iter().filter(|(_, column)| column.role == Some(Role::Field(group.field())));
    above.extend(filled.map(|(at, _)| (*at, Value::Text(inherit::label(&text).to_owned()))));
}

/// Every cell of the row is struck through.
fn is_struck(sheet: &Sheet, row: &Row) -> bool {
    !row.cells.is_empty() && row.cells.iter().all(|(at, _)| sheet.struck.binary_search(&(row.number, *at)).is_ok())
}

/// `5–8, 12`.
fn ranges(rows: &[u32]) -> String {
    let mut found: Vec<(u32, u32)> = vec![];
    for row in rows {
        match found.last_mut() {
            Some((_, last)) if last.saturating_add(1) == *row => *last = *row,
            _ => found.push((*row, *row)),
        }
    }
    let shown =
        |(first, last): &(u32, u32)| if first == last { first.to_string() } else { format!("{first}–{last}") };
    found.iter().map(shown).collect::<Vec<_>>().join(", ")
}

fn place(draft: &mut Draft<'_>, column: &Column, piece: Piece, columns: &Columns) {
    let text = piece.value.text();
    match column.role {
        Some(Role::Field(field)) => {
            draft.cells.entry(field).or_default().push(piece);
        }
        Some(Role::Assignment) => draft.dynamic |= columns.words.is_dynamic(&text),
        Some(Role::Disposed) => match disposal(&piece.value, &columns.words, draft.inherited.today) {
            Disposal::Done => draft.disposed = true,
            Disposal::NotYet => {}
            Disposal::Unknown => draft.unknown(Field::Status, &piece),
        },
        Some(Role::RowNumber | Role::Product | Role::Known | Role::Beside) | None => {}
    }
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
