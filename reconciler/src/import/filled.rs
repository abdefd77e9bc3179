//! A findings workbook that people filled in: cells by heading, nothing more. It is as foreign as any ledger, and read
//! by the same limited process.

use std::path::Path;

use jiff::civil::Date;

use super::error::{ImportError, Reason};
use super::fold::heading_key;
use super::sheet::{Plain, Row, Sheet, letters};
use super::{cells, kind, limits, open, reader, refused};

/// One row, with the cells that were asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilledRow {
    /// Name on the tab.
    pub sheet: String,
    /// As the spreadsheet shows it.
    pub row: u32,
    /// The cells, in the order in which their headings were asked for.
    pub cells: Vec<FilledCell>,
}

/// One cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilledCell {
    /// As the spreadsheet shows it.
    pub column: String,
    /// Its text; empty where nothing stands there.
    pub text: String,
}

/// Reads the rows below the first heading row that has every one of these headings. Each is given in all languages.
pub fn read(path: &Path, headings: &[Vec<&str>]) -> Result<Vec<FilledRow>, ImportError> {
    let (name, bytes) = open(path)?;
    let format = kind::format(&name, &bytes).map_err(|reason| ImportError::new(&name, reason))?;
    let plain = reader::read(format, bytes).map_err(|refusal| refused(&name, refusal))?;
    rows(&plain, headings).ok_or_else(|| ImportError::new(&name, Reason::NotFindings))
}

/// A day as a cell holds it: a date, or one of the spellings of the ledger.
pub fn day(text: &str) -> Option<Date> {
    cells::date::date(text)
}

fn rows(plain: &Plain, headings: &[Vec<&str>]) -> Option<Vec<FilledRow>> {
    plain.sheets.iter().find_map(|sheet| {
        let mut top = sheet.rows.iter().take(limits::HEADING_ROWS).enumerate();
        let (place, columns) = top.find_map(|(place, row)| Some((place, columns(row, headings)?)))?;
        Some(sheet.rows[place + 1..].iter().map(|row| filled(sheet, row, &columns)).collect())
    })
}

/// The columns of the headings, where the row has all of them.
fn columns(row: &Row, headings: &[Vec<&str>]) -> Option<Vec<u16>> {
    let at = |names: &Vec<&str>| {
        let keys: Vec<String> = names.iter().map(|name| heading_key(name)).collect();
        row.cells.iter().find(|(_, value)| keys.contains(&heading_key(&value.text()))).map(|(at, _)| *at)
    };
    headings.iter().map(at).collect()
}

fn filled(sheet: &Sheet, row: &Row, columns: &[u16]) -> FilledRow {
    let cell = |at: &u16| {
        let value = row.cells.iter().find(|(column, _)| column == at).map(|(_, value)| value.lines());
        FilledCell { column: letters(*at), text: value.unwrap_or_default().trim().to_owned() }
    };
    FilledRow { sheet: sheet.name.clone(), row: row.number, cells: columns.iter().map(cell).collect() }
}
