//! Where the cells of a ledger file stand, for whoever writes it back.

use std::path::Path;

use super::columns::{Columns, Role};
use super::error::ImportError;
use super::sheet::{Plain, Row, Sheet, Value};
use super::{child, kind, open, reader, refused};
use crate::judge::entry::{Field, Register};

/// Known headings that a row needs at least.
const HEADINGS: usize = 3;

/// The cells of a file, by place.
#[derive(Debug)]
pub struct Original {
    /// File name without folders.
    pub name: String,
    /// The file.
    pub bytes: Vec<u8>,
    /// Its sheets; one without a name for separated values.
    pub(crate) sheets: Vec<Places>,
}

/// The cells of a sheet, by place.
#[derive(Debug)]
pub(crate) struct Places {
    sheet: Sheet,
    headings: Vec<Heading>,
    dittos: Vec<(u32, u16)>,
}

/// A heading, and the columns below it.
#[derive(Debug)]
struct Heading {
    row: u32,
    columns: Vec<(u16, Field)>,
}

/// Reads where everything stands, in the reading process.
pub fn original(path: &Path, columns: &Columns) -> Result<Original, ImportError> {
    let (name, bytes) = open(path)?;
    let format = kind::format(&name, &bytes).map_err(|reason| ImportError::new(&name, reason))?;
    let plain = reader::read(format, bytes.clone()).map_err(|refusal| refused(&name, refusal))?;
    Ok(Original::new(name, bytes, plain, columns))
}

/// Like [`original`], without the other process: for tests, and for files that this program made itself.
pub fn original_in_process(name: &str, bytes: &[u8], columns: &Columns) -> Result<Original, ImportError> {
    let format = kind::format(name, bytes).map_err(|reason| ImportError::new(name, reason))?;
    let plain = child::cells(format, bytes).map_err(|refusal| refused(name, refusal))?;
    Ok(Original::new(name.to_owned(), bytes.to_vec(), plain, columns))
}

impl Original {
    fn new(name: String, bytes: Vec<u8>, plain: Plain, columns: &Columns) -> Self {
        Self { name, bytes, sheets: plain.sheets.into_iter().map(|sheet| Places::new(sheet, columns)).collect() }
    }

    /// The sheet of a name.
    pub(crate) fn sheet(&self, name: &str) -> Option<&Places> {
        self.sheets.iter().find(|places| places.sheet.name == name)
    }
}

impl Places {
    fn new(sheet: Sheet, columns: &Columns) -> Self {
        let skipped = columns.is_skipped_sheet(&sheet.name) || columns.is_personal_title(&sheet.name);
        let rows = sheet.rows.iter().filter(|_| !skipped);
        let headings = rows.filter_map(|row| heading(row, columns)).collect();
        let cells = sheet.rows.iter().flat_map(|row| row.cells.iter().map(|(at, value)| (row.number, *at, value)));
        let dittos = cells
            .filter(|(_, _, value)| matches!(value, Value::Text(text) if columns.words.is_ditto(text)))
            .map(|(row, at, _)| (row, at))
            .collect();
        Self { sheet, headings, dittos }
    }

    /// Name on the tab.
    pub(crate) fn name(&self) -> &str {
        &self.sheet.name
    }

    /// The cell's text as import keeps it; empty where nothing stands.
    pub(crate) fn raw(&self, row: u32, column: u16) -> String {
        self.value(row, column).map(Value::raw).unwrap_or_default()
    }

    /// The cell is a number that is shown as a date.
    pub(crate) fn is_day(&self, row: u32, column: u16) -> bool {
        matches!(self.value(row, column), Some(Value::Day(_)))
    }

    /// The cell is a number.
    pub(crate) fn is_number(&self, row: u32, column: u16) -> bool {
        matches!(self.value(row, column), Some(Value::Number(_)))
    }

    /// The cell says "as above".
    pub(crate) fn is_ditto(&self, row: u32, column: u16) -> bool {
        self.dittos.binary_search(&(row, column)).is_ok()
    }

    /// Nothing stands in the row.
    pub(crate) fn is_blank(&self, row: u32) -> bool {
        self.row(row).is_none()
    }

    /// The last row in which something stands; 0 for an empty sheet.
    pub(crate) fn last_row(&self) -> u32 {
        self.sheet.rows.last().map_or(0, |row| row.number)
    }

    /// A row below a heading, whose column holds a date.
    pub(crate) fn dated_row(&self, column: u16) -> Option<u32> {
        let dated = |row: &&Row| row.cells.iter().any(|(at, value)| *at == column && matches!(value, Value::Day(_)));
        self.sheet.rows.iter().find(dated).map(|row| row.number)
    }

    /// The columns of a field, by the heading above a row; those of synonyms included.
    pub(crate) fn columns(&self, row: u32, field: Field) -> Vec<u16> {
        let heading = self.headings.iter().rev().find(|heading| heading.row < row);
        let columns = heading.into_iter().flat_map(|heading| &heading.columns);
        columns.filter(|(_, known)| *known == field).map(|(at, _)| *at).collect()
    }

    /// The last heading's row; what stands below it is the sheet's last table.
    pub(crate) fn last_heading(&self) -> Option<u32> {
        self.headings.last().map(|heading| heading.row)
    }

    fn row(&self, row: u32) -> Option<&Row> {
        let at = self.sheet.rows.binary_search_by_key(&row, |row| row.number).ok()?;
        self.sheet.rows.get(at)
    }

    fn value(&self, row: u32, column: u16) -> Option<&Value> {
        self.row(row)?.cells.iter().find(|(at, _)| *at == column).map(|(_, value)| value)
    }
}

/// The row's known headings, where it has enough to be one.
fn heading(row: &Row, columns: &Columns) -> Option<Heading> {
    let known = row.cells.iter().filter_map(|(at, value)| match columns.role(Register::Equipment, &value.text()) {
        Some(Role::Field(field)) => Some((*at, field)),
        _ => None,
    });
    let known: Vec<(u16, Field)> = known.collect();
    (known.len() >= HEADINGS && known.len() * 2 >= row.cells.len())
        .then_some(Heading { row: row.number, columns: known })
}
