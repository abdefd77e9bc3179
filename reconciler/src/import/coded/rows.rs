//! One sheet's rows by their codes, and what of it cannot be read.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use super::{CodedRow, CodedSheet, Marks, Stray, Why};
use crate::import::filled::FilledCell;
use crate::import::limits;
use crate::import::sheet::{Cut, Row, Sheet, Value, letters};

/// The sheet, where it has codes. What cannot be read is added to `strays`.
pub(super) fn read(sheet: &Sheet, marks: Marks, strays: &mut Vec<Stray>) -> Option<CodedSheet> {
    let cut = sheet.cuts.iter().find_map(|cut| if let Cut::Rows { first, .. } = cut { Some(*first) } else { None });
    strays.extend(cut.map(|first| stray(sheet, first, (0, ""), Why::Rows)));
    let Some(table) = Table::new(sheet, marks) else {
        strays.extend(ours(sheet, marks));
        return None;
    };
    strays.extend(table.formulas());
    strays.extend(table.beside());
    let rows = table.rows().map(|row| table.row(row)).collect();
    Some(CodedSheet { name: sheet.name.clone(), rows })
}

/// A sheet with its codes.
struct Table<'a> {
    sheet: &'a Sheet,
    marks: Marks,
    /// Where the row of codes stands among the rows.
    place: usize,
    /// Columns with their codes, from the left.
    codes: Vec<(u16, String)>,
    /// The column of the keys.
    marker: u16,
    /// Last row of merged cells, by column and first row.
    merged: BTreeMap<(u16, u32), u32>,
}

impl<'a> Table<'a> {
    fn new(sheet: &'a Sheet, marks: Marks) -> Option<Self> {
        let is_marker = |value: &Value| matches!(value, Value::Text(text) if text.trim() == marks.marker);
        let column = |row: &Row| row.cells.iter().find(|(_, value)| is_marker(value)).map(|(at, _)| *at);
        let (place, marker) = sheet.rows.iter().enumerate().find_map(|(place, row)| Some((place, column(row)?)))?;
        let codes = sheet.rows[place].cells.iter().map(|(at, value)| (*at, value.text()));
        let codes = codes.filter(|(_, code)| !code.is_empty()).collect();
        let merged = sheet.merged.iter().map(|range| ((range.left, range.top), range.bottom)).collect();
        Some(Self { sheet, marks, place, codes, marker, merged })
    }

    fn rows(&self) -> impl Iterator<Item = &'a Row> {
        let counts = |(place, row): &(usize, &Row)| *place > self.place || *place < self.place && self.is_keyed(row);
        self.sheet.rows.iter().enumerate().filter(counts).map(|(_, row)| row)
    }

    fn row(&self, row: &Row) -> CodedRow {
        let mut cells: BTreeMap<String, FilledCell> = BTreeMap::new();
        let mut copies = vec![];
        for (at, code) in &self.codes {
            let text = self.value(row, *at).map(Value::lines).unwrap_or_default().trim().to_owned();
            let cell = FilledCell { column: letters(*at), text };
            match cells.entry(code.clone()) {
                Entry::Vacant(free) => drop(free.insert(cell)),
                Entry::Occupied(_) if cell.text.is_empty() => {}
                Entry::Occupied(mut first) if first.get().text.is_empty() => drop(first.insert(cell)),
                Entry::Occupied(_) => copies.push((code.clone(), cell)),
            }
        }
        CodedRow { row: row.number, cells, copies }
    }

    /// What a cell shows. Cells of several rows that were merged into one answer for each of these rows; a key is of one.
    fn value(&self, row: &'a Row, at: u16) -> Option<&'a Value> {
        let own = value(row, at);
        if own.is_some() || at == self.marker || !self.is_keyed(row) {
            return own;
        }
        let (&(column, top), bottom) = self.merged.range(..=(at, row.number)).next_back()?;
        let above = self.sheet.rows.binary_search_by_key(&top, |row| row.number).ok();
        let above = above.map(|place| &self.sheet.rows[place]).filter(|above| self.is_keyed(above));
        value(above.filter(|_| column == at && *bottom >= row.number)?, at)
    }

    /// The row is one of those that were sent.
    fn is_keyed(&self, row: &Row) -> bool {
        value(row, self.marker).is_some_and(|key| (self.marks.is_ours)(key.text().trim()))
    }

    /// Cells to be filled in, in which a formula stands and no value.
    fn formulas(&self) -> Vec<Stray> {
        let coded: BTreeSet<u16> = self.codes.iter().map(|(at, _)| *at).collect();
        let broken = |value: &Value| matches!(value, Value::Error(_));
        let of = |row: &'a Row| row.cells.iter().map(move |cell| (row, cell));
        let cells = self.rows().filter(|row| value(row, self.marker).is_some()).flat_map(of);
        let cells = cells.filter(|(_, (at, value))| coded.contains(at) && broken(value));
        let told = cells.map(|(row, (at, value))| stray(self.sheet, row.number, (*at, &value.raw()), Why::Formula));
        told.take(limits::CUTS).collect()
    }

    /// The first cell of every column that has no code and lies right of one that is filled in.
    fn beside(&self) -> Vec<Stray> {
        let Some(first) = self.codes.iter().map(|(at, _)| *at).filter(|at| *at != self.marker).min() else {
            return vec![];
        };
        let mut known: BTreeSet<u16> = self.codes.iter().map(|(at, _)| *at).collect();
        let mut found = vec![];
        for row in self.rows().filter(|row| self.is_keyed(row)) {
            for (at, value) in row.cells.iter().filter(|(at, _)| *at > first) {
                let text = value.raw();
                if !text.trim().is_empty() && known.insert(*at) {
                    found.push(stray(self.sheet, row.number, (*at, text.trim()), Why::NoCode));
                }
            }
        }
        found
    }
}

fn value(row: &Row, at: u16) -> Option<&Value> {
    let place = row.cells.binary_search_by_key(&at, |(column, _)| *column).ok()?;
    row.cells.get(place).map(|(_, value)| value)
}

/// The first text of ours on a sheet without codes.
fn ours(sheet: &Sheet, marks: Marks) -> Option<Stray> {
    let cell = |row: &Row| {
        let mut texts = row.cells.iter().map(|(at, value)| (*at, value.text()));
        let (at, text) = texts.find(|(_, text)| (marks.is_ours)(text))?;
        Some(stray(sheet, row.number, (at, &text), Why::NoCodes))
    };
    sheet.rows.iter().take(limits::HEADING_ROWS).find_map(cell)
}

fn stray(sheet: &Sheet, row: u32, (at, text): (u16, &str), why: Why) -> Stray {
    Stray { sheet: sheet.name.clone(), row, cell: FilledCell { column: letters(at), text: text.to_owned() }, why }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::sheet::Merged;

    const MARKS: Marks = Marks { marker: "key", is_ours: |text| text.starts_with("k-") };

    /// Rows from the first on; the columns from the first on. An empty text is an empty cell, `=` a formula without a value.
    fn sheet(rows: &[&[&str]]) -> Sheet {
        let value = |text: &str| match text {
            "=" => Some(Value::Error(text.to_owned())),
            text => Value::of_text(text),
        };
        let row = |(number, cells): (u32, &&[&str])| Row {
            number,
            cells: (0..).zip(*cells).filter_map(|(at, text)| Some((at, value(text)?))).collect(),
        };
        Sheet { name: "S".into(), rows: (1..).zip(rows).map(row).collect(), ..Sheet::default() }
    }

    /// Row and answer of what was read; row, column and reason of what could not be.
    type Told = (Vec<(u32, String)>, Vec<(u32, String, Why)>);

    fn of(sheet: &Sheet) -> Told {
        let mut strays = vec![];
        let coded = read(sheet, MARKS, &mut strays);
        let rows = coded.into_iter().flat_map(|coded| coded.rows);
        let answer = |row: CodedRow| (row.row, row.cells["a"].text.clone());
        let told = |one: Stray| (one.row, one.cell.column, one.why);
        (rows.map(answer).collect(), strays.into_iter().map(told).collect())
    }

    #[test]
    fn rows_that_sorting_put_above_the_codes_are_read_and_headings_are_not() {
        let mut rows: Vec<&[&str]> = vec![&["Key", "Any?"], &["k-1", "yes"], &["key", "a"], &["k-2", "no"]];
        assert_eq!(of(&sheet(&rows)).0, [(2, "yes".to_owned()), (4, "no".to_owned())]);
        rows.splice(1..1, std::iter::repeat_n(&["k-3", ""][..], 200));
        assert_eq!(of(&sheet(&rows)).0.len(), 202, "the codes may stand at the end of a long list");
    }

    #[test]
    fn one_answer_in_merged_cells_is_that_of_every_row() {
        let mut sheet = sheet(&[&["key", "a"], &["k-1", "yes"], &["k-2"], &["", ""], &["k-3"]]);
        sheet.merged.push(Merged { top: 2, bottom: 4, left: 1 });
        let answers = of(&sheet).0;
        let texts: Vec<&str> = answers.iter().map(|(_, text)| text.as_str()).collect();
        assert_eq!(texts, ["yes", "yes", "", ""], "{answers:?}");
        sheet.merged[0] = Merged { top: 1, bottom: 5, left: 1 };
        assert_eq!(of(&sheet).0[1].1, "", "a code is no answer");
    }

    #[test]
    fn columns_without_a_code_formulas_without_a_value_and_rows_that_are_cut_are_told_once() {
        let beside = sheet(&[&["key", "", "a"], &["k-1", "ours", "yes", "", "added"], &["k-2", "", "", "", "more"]]);
        assert_eq!(of(&beside).1, [(2, "E".to_owned(), Why::NoCode)]);
        let broken = sheet(&[&["key", "=", "a"], &["k-1", "=", "="], &["", "", "="]]);
        assert_eq!(of(&broken).1, [(2, "C".to_owned(), Why::Formula)]);
        let mut cut = sheet(&[&["key", "a"], &["k-1", "yes"]]);
        cut.cuts.push(Cut::Rows { first: 3, count: 9 });
        assert_eq!(of(&cut).1, [(3, "A".to_owned(), Why::Rows)]);
    }
}
