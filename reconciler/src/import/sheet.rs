//! A file as plain cells: what the reading process hands over.

use serde::{Deserialize, Serialize};

use super::limits;

/// The errors of spreadsheets, as they show them (ECMA-376-1 18.17.3, and those that Excel added later).
const ERRORS: [&str; 14] = [
    "#N/A",
    "#REF!",
    "#VALUE!",
    "#DIV/0!",
    "#NAME?",
    "#NUM!",
    "#NULL!",
    "#GETTING_DATA",
    "#SPILL!",
    "#CALC!",
    "#FIELD!",
    "#BLOCKED!",
    "#UNKNOWN!",
    "#CONNECT!",
];

/// What Excel writes into a CSV file where a column was too narrow for its number or day.
fn is_too_narrow(text: &str) -> bool {
    text.len() >= 4 && text.bytes().all(|byte| byte == b'#')
}

/// The cells of a file.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(crate) struct Plain {
    /// Text encoding, for CSV.
    pub encoding: Option<String>,
    /// In the order of the workbook; one without a name for CSV.
    pub sheets: Vec<Sheet>,
}

/// The cells of a sheet.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(crate) struct Sheet {
    /// Name on the tab.
    pub name: String,
    /// Rows that hold something, from the top.
    pub rows: Vec<Row>,
    /// Ranges of merged cells that span several rows.
    pub merged: Vec<Merged>,
    /// What was not read.
    pub cuts: Vec<Cut>,
    /// The workbook does not show the sheet.
    pub hidden: bool,
    /// Rows that the sheet does not show.
    #[serde(default)]
    pub hidden_rows: Vec<u32>,
    /// Columns that it does not show, first and last.
    #[serde(default)]
    pub hidden_columns: Vec<(u16, u16)>,
    /// Row and column of cells whose whole text is struck through.
    #[serde(default)]
    pub struck: Vec<(u32, u16)>,
    /// Row and column of numbers that the program shows otherwise than they are stored.
    pub otherwise: Vec<(u32, u16)>,
}

/// The cells of a row.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(crate) struct Row {
    /// As the spreadsheet shows it, from 1.
    pub number: u32,
    /// Column (from 0) and value, from the left; empty cells are left out.
    pub cells: Vec<(u16, Value)>,
}

/// A cell's value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) enum Value {
    /// Text.
    #[serde(rename = "t")]
    Text(String),
    /// A finite number.
    #[serde(rename = "n")]
    Number(f64),
    /// A number shown as a date: days in the 1900 system.
    #[serde(rename = "d")]
    Day(f64),
    /// TRUE or FALSE.
    #[serde(rename = "b")]
    Bool(bool),
    /// An error value such as `#N/A`, or the formula that has no computed value.
    #[serde(rename = "e")]
    Error(String),
}

impl Sheet {
    /// The cell's value, to be changed.
    pub(crate) fn value_mut(&mut self, row: u32, column: u16) -> Option<&mut Value> {
        let at = self.rows.binary_search_by_key(&row, |row| row.number).ok()?;
        let cells = &mut self.rows.get_mut(at)?.cells;
        let at = cells.binary_search_by_key(&column, |cell| cell.0).ok()?;
        cells.get_mut(at).map(|(_, value)| value)
    }
}

impl Value {
    /// A text, unless it is blank. The name of an error, which CSV and `OpenDocument` files keep as a text, is an error:
    /// read as a name, it would make one device of many.
    pub(crate) fn of_text(text: &str) -> Option<Self> {
        let bare = text.trim();
        let is_error = ERRORS.contains(&bare) || bare.starts_with("Err:") || is_too_narrow(bare);
        let value = if is_error { Self::Error(bare.to_owned()) } else { Self::Text(text.to_owned()) };
        (!bare.is_empty()).then_some(value)
    }

    /// The value as text. An error is no value: see [`Value::Error`].
    pub(crate) fn text(&self) -> String {
        match self {
            Self::Text(text) => super::fold::clean(text),
            Self::Number(number) => number.to_string(),
            Self::Day(days) => {
                super::cells::date::serial(*days).map_or_else(|| days.to_string(), |date| date.to_string())
            }
            Self::Bool(yes) => if *yes { "TRUE" } else { "FALSE" }.to_owned(),
            Self::Error(_) => String::new(),
        }
    }

    /// Like [`Self::text`], with the empty lines that a list may begin with.
    pub(crate) fn lines(&self) -> String {
        if let Self::Text(text) = self { super::fold::visible(text) } else { self.text() }
    }

    /// What stands in the cell, for people.
    pub(crate) fn raw(&self) -> String {
        if let Self::Error(error) = self { error.clone() } else { self.text() }
    }
}

/// Merged cells, rows and columns as in [`Row`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Merged {
    /// First row.
    pub top: u32,
    /// Last row.
    pub bottom: u32,
    /// First column, where the value stands.
    pub left: u16,
}

/// Something that was not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Cut {
    /// From this row on nothing was read; so many rows were left out.
    Rows {
        /// First row that was left out.
        first: u32,
        /// How many.
        count: u32,
    },
    /// The row has cells beyond the last column that is read.
    Columns {
        /// Row.
        row: u32,
    },
    /// The cell was cut.
    Long {
        /// Row.
        row: u32,
        /// Column.
        column: u16,
    },
}

/// Fills a sheet row by row and keeps to the limits.
pub(crate) struct Filling {
    sheet: Sheet,
    left_out: Option<(u32, u32)>,
}

/// What all sheets of a file may hold together.
pub(crate) struct Budget {
    cells: usize,
    bytes: usize,
}

impl Budget {
    /// For one file.
    pub(crate) fn new() -> Self {
        Self { cells: limits::CELLS, bytes: limits::TEXT_BYTES }
    }

    fn take(&mut self, value: &Value) -> bool {
        let bytes = if let Value::Text(text) | Value::Error(text) = value { text.len() } else { 8 };
        if self.cells == 0 || self.bytes < bytes {
            return false;
        }
        self.cells -= 1;
        self.bytes -= bytes;
        true
    }
}

impl Filling {
    /// An empty sheet.
    pub(crate) fn new(name: &str) -> Self {
        Self { sheet: Sheet { name: name.to_owned(), ..Sheet::default() }, left_out: None }
    }

    /// Adds a cell; `column` from 0.
    pub(crate) fn put(&mut self, row: u32, column: usize, value: Value, budget: &mut Budget) {
        let new_row = self.sheet.rows.last().is_none_or(|last| last.number != row);
        if self.left_out.is_some_and(|(first, _)| first <= row) || new_row && self.sheet.rows.len() >= limits::ROWS {
            return self.leave_out(row);
        }
        let Some(column) = u16::try_from(column).ok().filter(|&column| usize::from(column) < limits::COLUMNS) else {
            return self.cut(Cut::Columns { row });
        };
        let value = self.shortened(row, column, value);
        if !budget.take(&value) {
            return self.leave_out(row);
        }
        if new_row {
            self.sheet.rows.push(Row { number: row, cells: Vec::new() });
        }
        if let Some(last) = self.sheet.rows.last_mut() {
            last.cells.push((column, value));
        }
    }

    /// The sheet, in order even if the file was not.
    pub(crate) fn finish(mut self) -> Sheet {
        if let Some((first, count)) = self.left_out {
            self.sheet.cuts.push(Cut::Rows { first, count });
        }
        self.sheet.rows.sort_by_key(|row| row.number);
        self.sheet.rows.dedup_by(|later, earlier| {
            let same = later.number == earlier.number;
            if same {
                earlier.cells.append(&mut later.cells);
            }
            same
        });
        for row in &mut self.sheet.rows {
            row.cells.sort_by_key(|cell| cell.0);
            row.cells.dedup_by_key(|cell| cell.0);
        }
        self.sheet
    }

    fn shortened(&mut self, row: u32, column: u16, value: Value) -> Value {
        match value {
            Value::Text(text) if text.len() > limits::CELL_CHARS => match text.char_indices().nth(limits::CELL_CHARS) {
                Some((end, _)) => {
                    self.cut(Cut::Long { row, column });
                    Value::Text(text[..end].to_owned())
                }
                None => Value::Text(text),
            },
            Value::Number(number) | Value::Day(number) if !number.is_finite() => Value::Error(number.to_string()),
            other => other,
        }
    }

    fn leave_out(&mut self, row: u32) {
        let (first, count) = self.left_out.get_or_insert((row, 1));
        // Cells of one row come one after the other, so a row is counted when its number grows.
        if row >= first.saturating_add(*count) {
            *count += 1;
        }
    }

    fn cut(&mut self, cut: Cut) {
        if self.sheet.cuts.len() < limits::CUTS && self.sheet.cuts.last() != Some(&cut) {
            self.sheet.cuts.push(cut);
        }
    }
}

/// The letters that a spreadsheet shows for a column (from 0): `A`, `Z`, `AA` …
pub(crate) fn letters(column: u16) -> String {
    let mut rest = u32::from(column) + 1;
    let mut letters = Vec::new();
    while rest > 0 {
        rest -= 1;
        letters.push(char::from(b'A' + u8::try_from(rest % 26).unwrap_or(0)));
        rest /= 26;
    }
    letters.iter().rev().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_have_the_letters_of_a_spreadsheet() {
        assert_eq!([0, 25, 26, 255, 701, 702].map(letters), ["A", "Z", "AA", "IV", "ZZ", "AAA"]);
    }

    #[test]
    fn a_long_cell_is_cut_and_said_so() {
        let mut filling = Filling::new("");
        filling.put(3, 1, Value::Text("あ".repeat(limits::CELL_CHARS + 1)), &mut Budget::new());
        let sheet = filling.finish();
        assert_eq!(sheet.cuts, [Cut::Long { row: 3, column: 1 }]);
        assert_eq!(sheet.rows[0].cells[0].1, Value::Text("あ".repeat(limits::CELL_CHARS)));
    }

    #[test]
    fn rows_in_disorder_are_put_in_order() {
        let mut filling = Filling::new("");
        let budget = &mut Budget::new();
        for (row, column) in [(9, 0), (2, 1), (2, 0), (9, 2)] {
            filling.put(row, column, Value::Bool(true), budget);
        }
        let sheet = filling.finish();
        let seen: Vec<_> = sheet.rows.iter().map(|row| (row.number, row.cells.len())).collect();
        assert_eq!(seen, [(2, 2), (9, 2)]);
    }
}
