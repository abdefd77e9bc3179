//! A workbook that this program wrote and somebody filled in: its columns are known by a row of codes, whatever was done
//! to the headings. It is as foreign as any ledger, and read by the same limited process.

mod rows;

use std::collections::BTreeMap;
use std::path::Path;

use sha2::{Digest, Sha256};

use super::error::{ImportError, Reason};
use super::filled::FilledCell;
use super::sheet::Plain;
use super::{child, kind, open, reader, refused};

/// A workbook with rows of codes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coded {
    /// File name without folders.
    pub name: String,
    /// SHA-256 of the file, lower-case hexadecimal.
    pub sha256: String,
    /// The sheets that have such a row.
    pub sheets: Vec<CodedSheet>,
    /// What stands in the workbook and cannot be read: whoever filled it in believes that it was answered.
    pub strays: Vec<Stray>,
}

/// Why a cell could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// A text of ours on a sheet without codes: the first one there.
    NoCodes,
    /// The first cell of a column beside the ones that are filled in: somebody added the column, or took its code away.
    NoCode,
    /// A formula without a value, or one whose value is an error.
    Formula,
    /// Nothing was read from this row on: the workbook holds too much.
    Rows,
}

/// A cell that was not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stray {
    /// Name on the tab.
    pub sheet: String,
    /// As the spreadsheet shows it.
    pub row: u32,
    /// The cell.
    pub cell: FilledCell,
    /// Why.
    pub why: Why,
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

/// Reads the rows of each sheet in which a cell is the marker; the cells of the marker's row are codes. Below it every row
/// counts, above it those with a text of ours: sorting may have moved the codes.
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
        sheets.extend(rows::read(sheet, marks, &mut strays));
    }
    if sheets.is_empty() {
        return Err(ImportError::new(&name, Reason::NotEnquiry));
    }
    Ok(Coded { name, sha256, sheets, strays })
}
