//! The demo ledger: rows as data, written as a CP932 CSV or as a workbook.

use std::collections::BTreeMap;

use rust_xlsxwriter::{Format, Workbook, Worksheet};
use serde::Deserialize;

/// The demo hospital's ledger.
pub const DEMO: &str = include_str!("../../demo/ledger.toml");
/// Rows above the heading: title, date, name, and an empty one.
const ABOVE: u32 = 4;

/// A ledger of several books.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ledger {
    /// Headings, in order.
    pub columns: Vec<String>,
    /// Files.
    #[serde(rename = "book")]
    pub books: Vec<Book>,
}

/// One file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Book {
    /// File name; its extension is its format.
    pub file: String,
    /// Title, and the sheet's name.
    pub title: String,
    /// 最終更新日.
    pub updated: String,
    /// 最終更新者.
    pub updated_by: String,
    /// Cells by heading; an absent one is empty.
    pub rows: Vec<BTreeMap<String, String>>,
}

/// The ledger cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// It is no ledger.
    #[error("ledger.toml: {0}")]
    Syntax(#[from] toml::de::Error),
    /// A cell stands under no heading.
    #[error("ledger.toml: {file}: no column {column:?}")]
    Column {
        /// Book.
        file: String,
        /// What the cell is called.
        column: String,
    },
    /// CSV.
    #[error("{0}")]
    Csv(#[from] csv::Error),
    /// A character that CP932 does not have.
    #[error("{0}: a character that CP932 does not have")]
    Encoding(String),
    /// Workbook.
    #[error("{0}")]
    Workbook(#[from] rust_xlsxwriter::XlsxError),
}

impl Ledger {
    /// The demo hospital's ledger.
    pub fn demo() -> Result<Self, LedgerError> {
        let ledger: Self = toml::from_str(DEMO)?;
        for book in &ledger.books {
            let mut cells = book.rows.iter().flat_map(BTreeMap::keys);
            if let Some(column) = cells.find(|column| !ledger.columns.contains(column)) {
                return Err(LedgerError::Column { file: book.file.clone(), column: column.clone() });
            }
        }
        Ok(ledger)
    }

    /// The book as a file's octets.
    pub fn write(&self, book: &Book) -> Result<Vec<u8>, LedgerError> {
        let is_csv = book.file.rsplit('.').next().is_some_and(|extension| extension.eq_ignore_ascii_case("csv"));
        if is_csv { self.csv(book) } else { self.workbook(book) }
    }

    /// Title rows, heading, rows.
    fn table(&self, book: &Book) -> Vec<Vec<String>> {
        let titles = [
            vec![book.title.clone()],
            vec!["最終更新日".to_owned(), book.updated.clone()],
            vec!["最終更新者".to_owned(), book.updated_by.clone()],
            vec![String::new()],
            self.columns.clone(),
        ];
        let cells = |row: &BTreeMap<String, String>| {
            self.columns.iter().map(|column| row.get(column).cloned().unwrap_or_default()).collect()
        };
        titles.into_iter().chain(book.rows.iter().map(cells)).collect()
    }

    fn csv(&self, book: &Book) -> Result<Vec<u8>, LedgerError> {
        let mut writer = csv::WriterBuilder::new().flexible(true).terminator(csv::Terminator::CRLF).from_writer(vec![]);
        for row in self.table(book) {
            writer.write_record(row)?;
        }
        let text = writer.into_inner().map_err(|error| csv::Error::from(error.into_error()))?;
        let text = String::from_utf8_lossy(&text);
        let (octets, _, unmappable) = encoding_rs::SHIFT_JIS.encode(&text);
        if unmappable { Err(LedgerError::Encoding(book.file.clone())) } else { Ok(octets.into_owned()) }
    }

    fn workbook(&self, book: &Book) -> Result<Vec<u8>, LedgerError> {
        let mut workbook = Workbook::new();
        let sheet = workbook.add_worksheet();
        sheet.set_name(&book.title)?;
        let bold = Format::new().set_bold();
        for (line, row) in (0..).zip(self.table(book)) {
            write_row(sheet, line, &row, (line == ABOVE).then_some(&bold))?;
        }
        sheet.set_freeze_panes(ABOVE + 1, 0)?;
        Ok(workbook.save_to_buffer()?)
    }
}

fn write_row(sheet: &mut Worksheet, line: u32, row: &[String], format: Option<&Format>) -> Result<(), LedgerError> {
    for (column, text) in (0..).zip(row) {
        match format {
            _ if text.is_empty() => {}
            Some(format) => drop(sheet.write_string_with_format(line, column, text, format)?),
            None => drop(sheet.write_string(line, column, text)?),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_csv_is_cp932_with_its_heading_in_line_five() {
        let ledger = Ledger::demo().unwrap();
        let octets = ledger.write(&ledger.books[0]).unwrap();
        assert!(std::str::from_utf8(&octets).is_err());
        let (text, _, broken) = encoding_rs::SHIFT_JIS.decode(&octets);
        assert!(!broken);
        assert!(text.lines().nth(4).unwrap().starts_with("管理番号,メーカー,OS,"), "{text}");
        assert!(text.contains("192.168.〇.〇"));
    }

    #[test]
    fn the_workbook_is_an_archive() {
        let ledger = Ledger::demo().unwrap();
        assert!(ledger.write(&ledger.books[1]).unwrap().starts_with(b"PK"));
    }
}
