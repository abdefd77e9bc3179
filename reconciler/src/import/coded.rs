//! A workbook that this program wrote and somebody filled in: its columns are known by a row of codes, whatever was done
//! to the headings. It is as foreign as any ledger, and read by the same limited process.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::path::Path;

use sha2::{Digest, Sha256};

use super::error::{ImportError, Reason};
use super::filled::FilledCell;
use super::sheet::{Plain, Row, Sheet, letters};
use super::{child, kind, limits, open, reader, refused};

/// A workbook with rows of codes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coded {
    /// File name without folders.
    pub name: String,
    /// SHA-256 of the file, lower-case hexadecimal.
    pub sha256: String,
    /// The sheets that have such a row.
    pub sheets: Vec<CodedSheet>,
    /// Of every other sheet that holds a text of ours all the same: the first such cell. Its codes were taken away.
    pub strays: Vec<Stray>,
}

/// A cell of ours on a sheet without codes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stray {
    /// Name on the tab.
    pub sheet: String,
    /// As the spreadsheet shows it.
    pub row: u32,
    /// The cell.
    pub cell: FilledCell,
}

/// How the workbook's own texts are known.
#[derive(Clone, Copy)]
pub struct Marks {
    /// The code above the keys.
    pub marker: &'static str,
    /// A text that stands in such a workbook and hardly in any other.
    pub is_ours: fn(&str) -> bool,
}

/// One sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodedSheet {
    /// Name on the tab.
    pub name: String,
    /// The rows below the codes that hold something.
    pub rows: Vec<CodedRow>,
}

/// One row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodedRow {
    /// As the spreadsheet shows it.
    pub row: u32,
    /// Its cells by the code above them; empty ones are here, too.
    pub cells: BTreeMap<String, FilledCell>,
    /// Cells that hold something, and above which a code stands that stands above an earlier column, too: somebody
    /// copied a column.
    pub copies: Vec<(String, FilledCell)>,
}

/// Reads the rows below the first row of each sheet in which a cell is the marker; the cells of that row are codes.
pub fn read(path: &Path, marks: Marks) -> Result<Coded, ImportError> {
    let (name, bytes) = open(path)?;
    let sha256 = hex::encode(Sha256::digest(&bytes));
    let format = kind::format(&name, &bytes).map_err(|reason| ImportError::new(&name, reason))?;
    let plain = reader::read(format, bytes).map_err(|refusal| refused(&name, refusal))?;
    coded(name, sha256, &plain, marks)
}

/// Like [`read`], without the other process: for tests, and for files that this program made itself.
pub fn read_in_process(name: &str, bytes: &[u8], marks: Marks) -> Result<Coded, ImportError> {
    let format = kind::format(name, bytes).map_err(|reason| ImportError::new(name, reason))?;
    let plain = child::cells(format, bytes).map_err(|refusal| refused(name, refusal))?;
    coded(name.to_owned(), hex::encode(Sha256::digest(bytes)), &plain, marks)
}

fn coded(name: String, sha256: String, plain: &Plain, marks: Marks) -> Result<Coded, ImportError> {
    let (mut sheets, mut strays) = (vec![], vec![]);
    for sheet in &plain.sheets {
        match of_sheet(sheet, marks.marker) {
            Some(coded) => sheets.push(coded),
            None => strays.extend(stray(sheet, marks.is_ours)),
        }
    }
    if sheets.is_empty() {
        return Err(ImportError::new(&name, Reason::NotEnquiry));
    }
    Ok(Coded { name, sha256, sheets, strays })
}

fn of_sheet(sheet: &Sheet, marker: &str) -> Option<CodedSheet> {
    let has_codes = |row: &Row| row.cells.iter().any(|(_, value)| value.text() == marker);
    let place = sheet.rows.iter().take(limits::HEADING_ROWS).position(has_codes)?;
    let codes: Vec<(u16, String)> = sheet.rows[place].cells.iter().map(|(at, value)| (*at, value.text())).collect();
    let rows = sheet.rows[place + 1..].iter().map(|row| of_row(row, &codes)).collect();
    Some(CodedSheet { name: sheet.name.clone(), rows })
}

fn stray(sheet: &Sheet, is_ours: fn(&str) -> bool) -> Option<Stray> {
    let cell = |row: &Row| {
        let mut texts = row.cells.iter().map(|(at, value)| (*at, value.text()));
        let (at, text) = texts.find(|(_, text)| is_ours(text))?;
        Some(Stray { sheet: sheet.name.clone(), row: row.number, cell: FilledCell { column: letters(at), text } })
    };
    sheet.rows.iter().take(limits::HEADING_ROWS).find_map(cell)
}

fn of_row(row: &Row, codes: &[(u16, String)]) -> CodedRow {
    let text = |at: u16| {
        let value = row.cells.iter().find(|(column, _)| *column == at).map(|(_, value)| value.lines());
        value.unwrap_or_default().trim().to_owned()
    };
    let mut cells: BTreeMap<String, FilledCell> = BTreeMap::new();
    let mut copies = vec![];
    for (at, code) in codes {
        let cell = FilledCell { column: letters(*at), text: text(*at) };
        match cells.entry(code.clone()) {
            Entry::Vacant(free) => drop(free.insert(cell)),
            Entry::Occupied(_) if cell.text.is_empty() => {}
            Entry::Occupied(mut first) if first.get().text.is_empty() => drop(first.insert(cell)),
            Entry::Occupied(_) => copies.push((code.clone(), cell)),
        }
    }
    CodedRow { row: row.number, cells, copies }
}
