//! A ledger file becomes entries and row problems. A file that cannot be read changes nothing.
//!
//! `kind` looks at the first octets; `child` reads the cells in a process of its own, within limits;
//! `inventory` reads what inventory programs say, in the same process; `table` finds the heading, `rows` the devices, `draft` and `cells` the values.

pub mod amended;
mod archive;
mod cells;
pub mod child;
mod columns;
mod csv;
mod draft;
mod error;
pub mod filled;
mod fold;
pub mod inventory;
mod kind;
mod limits;
mod reader;
mod rows;
mod sheet;
pub mod spelling;
mod table;
pub mod template;
#[cfg(test)]
mod tests;
mod values;
mod words;
mod xlsx;

use std::collections::BTreeSet;
use std::io::Read;
use std::path::Path;

use sha2::{Digest, Sha256};

pub use self::columns::{Columns, DEFAULT as COLUMNS, Described};
pub use self::error::{Content, ImportError, Place, Reason};
pub use self::values::DEFAULT as VALUES;

use self::error::Refusal;
use self::kind::Format;
use self::rows::Rows;
use self::sheet::Plain;
use self::table::Found;
use crate::judge::entry::{Entry, EntryId, Ledger, LedgerFile, RowProblem};

/// What one file holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imported {
    /// The file.
    pub file: LedgerFile,
    /// Its rows.
    pub entries: Vec<Entry>,
    /// Everything that was noticed while reading them.
    pub problems: Vec<RowProblem>,
}

/// Reads a ledger file. Its cells are read by another process: the program starts itself again with the
/// argument [`child::ARGUMENT`], so its `main` must hand that over to [`child::main`].
pub fn import(path: &Path, imported: jiff::Timestamp, columns: &Columns) -> Result<Imported, ImportError> {
    let (name, bytes) = open(path)?;
    let digest = hex::encode(Sha256::digest(&bytes));
    let format = kind::format(&name, &bytes).map_err(|reason| ImportError::new(&name, reason))?;
    let plain = reader::read(format, bytes).map_err(|refusal| refused(&name, refusal))?;
    entries(&name, digest, &plain, imported, columns)
}

/// Like [`import`], without the other process: for tests, and for files that this program made itself.
pub fn read_in_process(
    name: &str,
    bytes: &[u8],
    imported: jiff::Timestamp,
    columns: &Columns,
) -> Result<Imported, ImportError> {
    let format: Format = kind::format(name, bytes).map_err(|reason| ImportError::new(name, reason))?;
    let plain = child::cells(format, bytes).map_err(|refusal| refused(name, refusal))?;
    entries(name, hex::encode(Sha256::digest(bytes)), &plain, imported, columns)
}

/// Puts several files together. A 管理番号 that stands in two files names two rows, so the second gets
/// the id of its place; the order of the files decides, as the order of rows does within a file.
pub fn join(files: impl IntoIterator<Item = Imported>) -> Ledger {
    let mut ledger = Ledger { entries: Vec::new(), files: Vec::new(), problems: Vec::new() };
    let mut ids: BTreeSet<EntryId> = BTreeSet::new();
    for mut imported in files {
        for entry in &mut imported.entries {
            if ids.contains(&entry.id) {
                let register = entry.id.0.split(':').next().unwrap_or_default().to_owned();
                entry.id = rows::by_place(&register, &entry.origin);
            }
            ids.insert(entry.id.clone());
        }
        ledger.entries.append(&mut imported.entries);
        ledger.problems.append(&mut imported.problems);
        ledger.files.push(imported.file);
    }
    ledger
}

fn open(path: &Path) -> Result<(String, Vec<u8>), ImportError> {
    let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
    let not_opened = |error: std::io::Error| ImportError::new(&name, Reason::NotOpened { detail: error.to_string() });
    let file = std::fs::File::open(path).map_err(not_opened)?;
    let size = file.metadata().map_err(not_opened)?.len();
    if size > limits::FILE_BYTES {
        return Err(ImportError::new(&name, Reason::TooLarge { bytes: size, limit: limits::FILE_BYTES }));
    }
    let mut bytes = Vec::new();
    // The file may grow meanwhile; what is read is bounded, and checked again where it is parsed.
    file.take(limits::FILE_BYTES + 1).read_to_end(&mut bytes).map_err(not_opened)?;
    Ok((name, bytes))
}

fn refused(name: &str, refusal: Refusal) -> ImportError {
    ImportError { file: name.to_owned(), place: refusal.place, reason: refusal.reason }
}

fn entries(
    name: &str,
    sha256: String,
    plain: &Plain,
    imported: jiff::Timestamp,
    columns: &Columns,
) -> Result<Imported, ImportError> {
    let mut rows = Rows { file: name, columns, entries: Vec::new(), problems: Vec::new(), ids: BTreeSet::new() };
    let mut titles = table::Title::default();
    let mut tables = 0;
    for sheet in plain.sheets.iter().filter(|sheet| !sheet.rows.is_empty()) {
        if columns.is_skipped_sheet(&sheet.name) {
            rows.sheet_skipped(sheet);
            continue;
        }
        let Found::Table(table) = table::find(sheet, name, columns) else {
            rows.sheet_skipped(sheet);
            continue;
        };
        let title = table::title(sheet, sheet.rows.partition_point(|row| row.number < table.row));
        titles.updated = titles.updated.max(title.updated);
        titles.updated_by = titles.updated_by.or(title.updated_by);
        tables += 1;
        rows.sheet(sheet, table);
    }
    if tables == 0 {
        return Err(no_table(name, plain));
    }
    let file = LedgerFile {
        name: name.to_owned(),
        sha256,
        encoding: plain.encoding.clone(),
        updated: titles.updated,
        updated_by: titles.updated_by,
        imported,
        rows: u32::try_from(rows.entries.len()).unwrap_or(u32::MAX),
    };
    Ok(Imported { file, entries: rows.entries, problems: rows.problems })
}

fn no_table(name: &str, plain: &Plain) -> ImportError {
    let shown = |sheet: &'_ sheet::Sheet| if sheet.name.is_empty() { name.to_owned() } else { sheet.name.clone() };
    let sheets: Vec<String> = plain.sheets.iter().map(shown).take(20).collect();
    ImportError::new(name, Reason::NoTable { sheets: sheets.join(", ") })
}
