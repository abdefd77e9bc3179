//! A ledger file becomes entries and row problems. A file that cannot be read changes nothing.
//!
//! `kind` looks at the first octets; `child` reads the cells in a process of its own, within limits;
//! `inventory` reads what inventory programs say, in the same process; `table`, `title` and `guess` find the heading
//! and what its columns are, `mapping` is what people said about that; `rows` and `inherit` find the devices, `draft`,
//! `meaning` and `cells` the values, `ids` what a row is called; `layout` shows all that without importing anything.

pub mod amended;
mod archive;
mod book;
mod cells;
pub mod child;
pub mod coded;
mod columns;
mod csv;
mod disposal;
mod draft;
mod error;
pub mod filled;
mod fold;
mod guess;
mod hidden;
mod ids;
mod inherit;
pub mod inventory;
mod kind;
pub mod layout;
pub(crate) mod limits;
pub mod mapping;
mod meaning;
mod original;
pub(crate) mod placed;
mod reader;
mod registers;
mod row;
mod rows;
mod sheet;
mod shown;
mod spans;
pub mod spelling;
mod table;
pub mod template;
#[cfg(test)]
mod tests;
mod title;
mod values;
mod words;
mod xlsx;

use std::io::Read;
use std::path::Path;

use sha2::{Digest, Sha256};

pub use self::columns::{Columns, DEFAULT as COLUMNS, Described};
pub use self::error::{Content, ImportError, Place, Reason};
pub use self::original::{Original, original, original_in_process};
pub use self::values::DEFAULT as VALUES;

pub(crate) use self::archive::check as check_archive;
pub(crate) use self::cells::date::date as read_date;
pub(crate) use self::csv::{decode as decode_text, separator as text_separator};
pub(crate) use self::original::Places;
pub(crate) use self::sheet::letters;

use self::error::Refusal;
use self::inherit::Inherited;
use self::kind::Format;
pub use self::mapping::Mappings;
use self::rows::Rows;
use self::sheet::Plain;
use self::table::{Found, Known};
use crate::judge::entry::{Entry, Ledger, LedgerFile, ProblemKind, Record, RowProblem};

/// What one file holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imported {
    /// The file.
    pub file: LedgerFile,
    /// The names of its sheets, in their order; one empty name for CSV. Not kept.
    pub sheets: Vec<String>,
    /// Its rows that declare devices.
    pub entries: Vec<Entry>,
    /// Its rows of other registers.
    pub records: Vec<Record>,
    /// Everything that was noticed while reading them.
    pub problems: Vec<RowProblem>,
}

/// Reads a ledger file. Its cells are read by another process: the program starts itself again with the
/// argument [`child::ARGUMENT`], so its `main` must hand that over to [`child::main`].
pub fn import(
    path: &Path,
    imported: jiff::Timestamp,
    columns: &Columns,
    mappings: &Mappings,
    progress: Progress<'_>,
) -> Result<Imported, ImportError> {
    let (name, digest, plain) = cells_of(path)?;
    let file = File { name: &name, sha256: digest, plain: &plain, imported };
    entries(file, Known { columns, mappings }, progress)
}

/// Is told how many of how many rows were read, every few hundred rows.
pub type Progress<'a> = &'a dyn Fn(u64, u64);

struct File<'a> {
    name: &'a str,
    sha256: String,
    plain: &'a Plain,
    imported: jiff::Timestamp,
}

/// The cells of a file, read by another process, with its name and SHA-256.
fn cells_of(path: &Path) -> Result<(String, String, Plain), ImportError> {
    let (name, bytes) = open(path)?;
    let digest = hex::encode(Sha256::digest(&bytes));
    let format = kind::format(&name, &bytes).map_err(|reason| ImportError::new(&name, reason))?;
    let plain = reader::read(format, bytes).map_err(|refusal| refused(&name, refusal))?;
    Ok((name, digest, plain))
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
    let known = Known { columns, mappings: &Mappings::default() };
    entries(File { name, sha256: hex::encode(Sha256::digest(bytes)), plain: &plain, imported }, known, &|_, _| {})
}

/// Puts several files together. A 管理番号 that stands in two files is no row's own: each of them is called by what it
/// says beside the number, as within a file.
pub fn join(files: impl IntoIterator<Item = Imported>) -> Ledger {
    let mut ledger = Ledger { entries: vec![], records: vec![], files: vec![], problems: vec![] };
    for mut imported in files {
        // The first file's rows are taken as they are: most ledgers are one file.
        if ledger.entries.is_empty() {
            ledger.entries = imported.entries;
        } else {
            ledger.entries.append(&mut imported.entries);
        }
        ledger.records.append(&mut imported.records);
        ledger.problems.append(&mut imported.problems);
        ledger.files.push(imported.file);
    }
    ids::settle(&mut ledger.entries, &mut ledger.records);
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

fn entries(file: File<'_>, known: Known<'_>, progress: Progress<'_>) -> Result<Imported, ImportError> {
    let File { name, sha256, plain, imported } = file;
    let all = plain.sheets.iter().map(|sheet| sheet.rows.len() as u64).sum();
    let mut rows = Rows::new(name, known, progress, all);
    let today = imported.to_zoned(jiff::tz::TimeZone::system()).date();
    let (mut titles, mut tables) = (title::Title::default(), 0);
    for sheet in plain.sheets.iter().filter(|sheet| !sheet.rows.is_empty()) {
        let found =
            if known.columns.is_skipped_sheet(&sheet.name) { Found::Nothing } else { table::find(sheet, name, known) };
        let table = match found {
            Found::Table(table) => table,
            Found::Personal => {
                rows.of_sheet(sheet, ProblemKind::PersonalData);
                continue;
            }
            Found::Nothing => {
                rows.of_sheet(sheet, ProblemKind::SheetSkipped);
                continue;
            }
        };
        let title = title::title(&sheet.rows[..sheet.rows.partition_point(|row| row.number < table.row)]);
        let inherited = Inherited { today: Some(today), ..Inherited::new(&sheet.name, &title, known.columns) };
        titles.updated = titles.updated.max(title.updated);
        titles.updated_by = titles.updated_by.or(title.updated_by);
        tables += 1;
        if sheet.hidden {
            rows.of_sheet(sheet, ProblemKind::SheetHidden);
        }
        rows.sheet(sheet, table, &inherited);
    }
    if tables == 0 {
        return Err(no_table(name, plain, &rows.problems));
    }
    let file = LedgerFile {
        name: name.to_owned(),
        sha256,
        encoding: plain.encoding.clone(),
        updated: titles.updated,
        updated_by: titles.updated_by,
        imported,
        rows: u32::try_from(rows.entries.len() + rows.records.len()).unwrap_or(u32::MAX),
    };
    let sheets = plain.sheets.iter().map(|sheet| sheet.name.clone()).collect();
    ids::give(&mut rows.entries, &mut rows.records);
    Ok(Imported { file, sheets, entries: rows.entries, records: rows.records, problems: rows.problems })
}

fn no_table(name: &str, plain: &Plain, problems: &[RowProblem]) -> ImportError {
    let shown = |sheet: &'_ sheet::Sheet| if sheet.name.is_empty() { name.to_owned() } else { sheet.name.clone() };
    let sheets = plain.sheets.iter().map(shown).take(20).collect::<Vec<_>>().join(", ");
    let personal = problems.iter().any(|problem| problem.kind == ProblemKind::PersonalData);
    ImportError::new(name, if personal { Reason::Personal { sheets } } else { Reason::NoTable { sheets } })
}
