//! Where the cells of a ledger file stand, for whoever writes it back.

use std::path::Path;

use super::columns::{Columns, Role};
use super::error::ImportError;
use super::mapping::Mappings;
use super::sheet::{Plain, Row, Sheet, Value};
use super::table::{self, Column, Found, Known, Table};
use super::{child, kind, open, reader, refused};
use crate::judge::entry::Field;

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
pub fn original(path: &Path, columns: &Columns, mappings: &Mappings) -> Result<Original, ImportError> {
    let (name, bytes) = open(path)?;
    let format = kind::format(&name, &bytes).map_err(|reason| ImportError::new(&name, reason))?;
    let plain = reader::read(format, bytes.clone()).map_err(|refusal| refused(&name, refusal))?;
    Ok(Original::new(name, bytes, plain, Known { columns, mappings }))
}

/// Like [`original`], without the other process: for tests, and for files that this program made itself.
pub fn original_in_process(
    name: &str,
    bytes: &[u8],
    columns: &Columns,
    mappings: &Mappings,
) -> Result<Original, ImportError> {
    let format = kind::format(name, bytes).map_err(|reason| ImportError::new(name, reason))?;
    let plain = child::cells(format, bytes).map_err(|refusal| refused(name, refusal))?;
    Ok(Original::new(name.to_owned(), bytes.to_vec(), plain, Known { columns, mappings }))
}

impl Original {
    fn new(name: String, bytes: Vec<u8>, plain: Plain, known: Known<'_>) -> Self {
        let sheets = plain.sheets.into_iter().map(|sheet| Places::new(sheet, &name, known)).collect();
        Self { name, bytes, sheets }
    }

    /// The sheet of a name.
    pub(crate) fn sheet(&self, name: &str) -> Option<&Places> {
        self.sheets.iter().find(|places| places.sheet.name == name)
    }
}

impl Places {
    fn new(sheet: Sheet, file: &str, known: Known<'_>) -> Self {
        let columns = known.columns;
        let skipped = columns.is_skipped_sheet(&sheet.name) || columns.is_personal_title(&sheet.name);
        let headings = if skipped { vec![] } else { headings(&sheet, file, known) };
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

/// The headings of a sheet's tables, as import finds them.
fn headings(sheet: &Sheet, file: &str, known: Known<'_>) -> Vec<Heading> {
    let Found::Table(first) = table::find(sheet, file, known) else { return vec![] };
    let register = first.register;
    let below = (first.first..sheet.rows.len()).filter(|at| table::is_table(sheet, *at, || register, known));
    let below = below.map(|at| table::table(sheet, at, register, known));
    std::iter::once(first.clone()).chain(below).map(heading).collect()
}

fn heading(table: Table) -> Heading {
    let field = |(at, column): (u16, Column)| match column.role {
        Some(Role::Field(field)) => Some((at, field)),
        _ => None,
    };
    Heading { row: table.row, columns: table.columns.into_iter().filter_map(field).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CUSTOM: &str = "一覧,,\n甲,乙,丙\nA-1,PC1,\nA-2,,10.20.0.6\n";
    const LAYOUT: &str = "[[table]]\nregister = \"equipment\"\n[[table.column]]\nheading = \"甲\"\nfield = \"asset_no\"\n[[table.column]]\nheading = \"乙\"\nfield = \"hostname\"\n[[table.column]]\nheading = \"丙\"\nfield = \"ip_address\"\n";

    fn places(text: &str, mappings: &Mappings) -> Original {
        original_in_process("独自.csv", text.as_bytes(), &Columns::builtin(), mappings).unwrap()
    }

    #[test]
    fn a_blank_cell_is_found_by_the_heading_that_a_person_described() {
        let mut mappings = Mappings::default();
        mappings.add(LAYOUT).unwrap();
        let known = places(CUSTOM, &mappings);
        assert_eq!(known.sheets[0].columns(3, Field::IpAddress), [2]);
        assert_eq!(known.sheets[0].columns(4, Field::Hostname), [1]);
        assert!(places(CUSTOM, &Mappings::default()).sheets[0].columns(3, Field::IpAddress).is_empty());
    }

    #[test]
    fn every_table_of_a_sheet_has_its_own_columns_also_below_two_rows_of_headings() {
        let text = "管理番号,機器,,設置場所\n,コンピュータ名,IPアドレス,\nA-1,PC1,10.20.0.5,1階\n\n管理番号,設置場所,コンピュータ名,IPアドレス\nB-1,2階,PC2,10.20.0.6\n";
        let found = places(text, &Mappings::default());
        let places = &found.sheets[0];
        assert_eq!([places.columns(3, Field::IpAddress), places.columns(3, Field::Location)], [[2], [3]]);
        assert_eq!([places.columns(6, Field::IpAddress), places.columns(6, Field::Location)], [[3], [1]]);
    }
}
