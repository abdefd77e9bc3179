//! Workbooks of Excel 97-2003 (BIFF) and `OpenDocument` spreadsheets. `calamine` reads both as a whole, so only the
//! reading process with its limits may do it.

use std::io::Cursor;

use calamine::{Data, Ods, OdsError, Reader, SheetType, SheetVisible, Xls, XlsError};

use super::archive;
use super::error::{Place, Reason, Refusal};
use super::limits;
use super::sheet::{Budget, Filling, Merged, Plain, Sheet, Value};
use super::spans::{self, Untold};

/// Days between the epochs of the 1904 and the 1900 date systems.
pub(crate) const DAYS_1904: f64 = 1462.0;

/// Reads every sheet of an Excel 97-2003 workbook.
pub(crate) fn read_old(bytes: &[u8]) -> Result<Plain, Refusal> {
    let mut book: Xls<_> = Xls::new(Cursor::new(bytes)).map_err(|error| old_reason(&error))?;
    let offset = if book.has_1904_epoch() { DAYS_1904 } else { 0.0 };
    let mut plain = read(&mut book, offset, &|error| old_reason(error))?;
    for sheet in &mut plain.sheets {
        let ranges = book.merge_cells_by_sheet_name(&sheet.name).unwrap_or_default();
        sheet.merged = ranges
            .iter()
            .take(limits::MERGES)
            .filter_map(|range| {
                let top = range.start.0.checked_add(1)?;
                let merged =
                    Merged { top, bottom: range.end.0.checked_add(1)?, left: u16::try_from(range.start.1).ok()? };
                (merged.bottom > merged.top).then_some(merged)
            })
            .collect();
    }
    Ok(plain)
}

/// Reads every sheet of an `OpenDocument` spreadsheet.
pub(crate) fn read_open(bytes: &[u8]) -> Result<Plain, Refusal> {
    archive::check(bytes)?;
    let mut book: Ods<_> = Ods::new(Cursor::new(bytes)).map_err(|error| open_reason(&error))?;
    let mut plain = read(&mut book, 0.0, &|error| open_reason(error))?;
    let mut untold = spans::read(bytes)?;
    for sheet in &mut plain.sheets {
        let Some(Untold { merged, hidden, mut struck }) = untold.remove(&sheet.name) else { continue };
        struck.retain(|(row, column)| sheet.value_mut(*row, *column).is_some());
        (sheet.merged, sheet.hidden_rows, sheet.hidden_columns) = (merged, hidden.rows, hidden.columns);
        struck.sort_unstable();
        sheet.struck = struck;
    }
    Ok(plain)
}

fn read<'a, B: Reader<Cursor<&'a [u8]>>>(
    book: &mut B,
    offset: f64,
    reason: &dyn Fn(&B::Error) -> Reason,
) -> Result<Plain, Refusal> {
    let sheets = book.sheets_metadata().iter().filter(|sheet| sheet.typ == SheetType::WorkSheet);
    let names: Vec<(String, bool)> =
        sheets.map(|sheet| (sheet.name.clone(), sheet.visible != SheetVisible::Visible)).take(limits::SHEETS).collect();
    let mut budget = Budget::new();
    let mut plain = Plain::default();
    for (name, hidden) in names {
        let place = Place { sheet: Some(daicho_shared::text::bounded(&name)), ..Place::default() };
        let range = book.worksheet_range(&name).map_err(|error| Refusal { place, reason: reason(&error) })?;
        let (top, left) = range.start().unwrap_or_default();
        let mut filling = Filling::new(&daicho_shared::text::bounded(&name));
        for (row, column, cell) in range.used_cells() {
            let row = u32::try_from(row).unwrap_or(u32::MAX).saturating_add(top).saturating_add(1);
            if let Some(value) = value(cell, offset) {
                filling.put(row, column + left as usize, value, &mut budget);
            }
        }
        plain.sheets.push(Sheet { hidden, ..filling.finish() });
    }
    Ok(plain)
}

fn value(cell: &Data, offset: f64) -> Option<Value> {
    match cell {
        Data::Empty => None,
        #[allow(clippy::cast_precision_loss, reason = "a spreadsheet keeps numbers as f64 itself")]
        Data::Int(number) => Some(Value::Number(*number as f64)),
        Data::Float(number) => Some(Value::Number(*number)),
        Data::String(text) | Data::DurationIso(text) => Value::of_text(text),
        Data::DateTimeIso(text) => Value::of_text(text.split_once("T00:00").map_or(text, |(day, _)| day)),
        Data::Bool(yes) => Some(Value::Bool(*yes)),
        Data::DateTime(moment) => Some(Value::Day(moment.as_f64() + offset)),
        Data::Error(error) => Some(Value::Error(error.to_string())),
    }
}

fn old_reason(error: &XlsError) -> Reason {
    match error {
        XlsError::Password => Reason::PasswordProtected,
        other => Reason::Malformed { detail: daicho_shared::text::bounded(&other.to_string()) },
    }
}

fn open_reason(error: &OdsError) -> Reason {
    match error {
        OdsError::Password => Reason::PasswordProtected,
        other => Reason::Malformed { detail: daicho_shared::text::bounded(&other.to_string()) },
    }
}
