//! Workbooks of Excel 2007 and later (ECMA-376), cell by cell.
//!
//! `calamine`'s `worksheet_range` reserves the whole rectangle of a sheet, so that one cell at the last
//! corner ends the process; only its streaming reader is used, and only in the reading process.

use std::io::Cursor;

use calamine::{DataRef, Reader, SheetType, SheetVisible, Style, Xlsx, XlsxError};

use super::archive;
use super::book::DAYS_1904;
use super::error::{Place, Reason, Refusal};
use super::hidden::{self, Hidden};
use super::limits;
use super::sheet::{Budget, Filling, Merged, Plain, Sheet, Value};
use super::shown::{self, Form};

type Book<'a> = Xlsx<Cursor<&'a [u8]>>;

/// Reads every sheet of cells.
pub(crate) fn read(bytes: &[u8]) -> Result<Plain, Refusal> {
    archive::check(bytes)?;
    let mut book: Book<'_> = Xlsx::new(Cursor::new(bytes)).map_err(|error| reason(&error))?;
    let sheets = book.sheets_metadata().iter().filter(|sheet| sheet.typ == SheetType::WorkSheet);
    let names: Vec<(String, bool)> =
        sheets.map(|sheet| (sheet.name.clone(), sheet.visible != SheetVisible::Visible)).take(limits::SHEETS).collect();
    let mut budget = Budget::new();
    let mut plain = Plain::default();
    let mut unseen = hidden::read(bytes);
    for (name, hidden) in names {
        let found = sheet(&mut book, &name, &mut budget)?;
        let Hidden { rows, columns } = unseen.remove(&found.name).unwrap_or_default();
        plain.sheets.push(Sheet { hidden, hidden_rows: rows, hidden_columns: columns, ..found });
    }
    Ok(plain)
}

fn sheet(book: &mut Book<'_>, name: &str, budget: &mut Budget) -> Result<Sheet, Refusal> {
    let refuse = |row: u32, error: &XlsxError| Refusal {
        place: Place { sheet: Some(name.to_owned()), row: (row > 0).then_some(row), column: None },
        reason: reason(error),
    };
    let merged = merged(book, name);
    let is_1904 = book.has_1904_epoch();
    let mut cells = book.worksheet_cells_reader(name).map_err(|error| refuse(0, &error))?;
    let mut filling = Filling::new(&daicho_shared::text::bounded(name));
    let mut row = 0;
    while let Some(cell) = cells.next_cell_with_formula_metadata().map_err(|error| refuse(row, &error))? {
        row = cell.pos.0.saturating_add(1);
        if let Some(value) = value(cell.value, cell.formula.is_some(), is_1904) {
            filling.put(row, cell.pos.1 as usize, value, budget);
        }
    }
    let mut sheet = Sheet { merged, ..filling.finish() };
    drop(cells);
    as_shown(book, name, &mut sheet);
    Ok(sheet)
}

/// Numbers that a format shows with leading zeros or words become that text, and others that are shown otherwise are
/// noted, and so are cells that are struck through. A sheet whose formats cannot be read keeps its numbers.
fn as_shown(book: &mut Book<'_>, name: &str, sheet: &mut Sheet) {
    let Ok(mut cells) = book.worksheet_cells_reader(name) else { return };
    let of_style = |style: &Style| shown::form(&style.number_format.as_ref()?.format_code);
    let forms: Vec<Option<Form>> = cells.styles().iter().map(of_style).collect();
    let is_struck = |style: &Style| style.font.as_ref().is_some_and(|font| font.strikethrough);
    let struck: Vec<bool> = cells.styles().iter().map(is_struck).collect();
    if forms.iter().all(Option::is_none) && !struck.contains(&true) {
        return;
    }
    while let Ok(Some((row, column, style))) = cells.next_style_id() {
        let Ok(column) = u16::try_from(column) else { continue };
        let row = row.saturating_add(1);
        if struck.get(style) == Some(&true) && sheet.value_mut(row, column).is_some() {
            sheet.struck.push((row, column));
        }
        let Some(Some(form)) = forms.get(style) else { continue };
        let Some(value) = sheet.value_mut(row, column) else { continue };
        let Value::Number(number) = *value else { continue };
        match form.show(number) {
            Some(text) => *value = Value::Text(text),
            None => sheet.otherwise.push((row, column)),
        }
    }
    sheet.otherwise.sort_unstable();
    sheet.struck.sort_unstable();
}

fn value(value: DataRef<'_>, has_formula: bool, is_1904: bool) -> Option<Value> {
    let text = Value::of_text;
    match value {
        DataRef::Empty => has_formula.then(|| Value::Error("=".to_owned())),
        #[allow(clippy::cast_precision_loss, reason = "a spreadsheet keeps numbers as f64 itself")]
        DataRef::Int(number) => Some(Value::Number(number as f64)),
        DataRef::Float(number) => Some(Value::Number(number)),
        DataRef::String(string) | DataRef::DateTimeIso(string) | DataRef::DurationIso(string) => text(&string),
        DataRef::SharedString(string) => text(string),
        DataRef::Bool(yes) => Some(Value::Bool(yes)),
        DataRef::DateTime(moment) => Some(Value::Day(moment.as_f64() + if is_1904 { DAYS_1904 } else { 0.0 })),
        DataRef::Error(error) => Some(Value::Error(error.to_string())),
    }
}

/// Ranges that span several rows. A sheet whose ranges cannot be read is read without them.
fn merged(book: &mut Book<'_>, name: &str) -> Vec<Merged> {
    let ranges = book.merge_cells_by_sheet_name(name).unwrap_or_default();
    let down = ranges.into_iter().filter(|range| range.end.0 > range.start.0).take(limits::MERGES);
    down.filter_map(|range| {
        let left = u16::try_from(range.start.1).ok()?;
        Some(Merged { top: range.start.0.checked_add(1)?, bottom: range.end.0.checked_add(1)?, left })
    })
    .collect()
}

fn reason(error: &XlsxError) -> Reason {
    match error {
        XlsxError::Password => Reason::PasswordProtected,
        other => Reason::Malformed { detail: daicho_shared::text::bounded(&other.to_string()) },
    }
}
