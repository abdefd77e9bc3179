//! What a file's columns are held to be, and why, before anything is imported: for a person to look at and correct.

use std::path::Path;

use serde::Serialize;

use super::columns::{Columns, Role};
use super::guess;
use super::mapping::{Layout, Mappings, Said};
use super::sheet::{Plain, Row, Sheet, letters};
use super::table::{self, Basis, Column, Found, Known, Table};
use super::{ImportError, limits};
use crate::judge::entry::{Field, Register};

/// Cells of a column that are shown.
const SAMPLES: usize = 3;
/// Columns of a sheet without a table that are shown.
const SHOWN: usize = 64;

/// How a file is read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Layouts {
    /// File name without folders.
    pub file: String,
    /// Text encoding, for CSV.
    pub encoding: Option<String>,
    /// Its sheets, in their order.
    pub sheets: Vec<SheetLayout>,
}

/// How a sheet is read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SheetLayout {
    /// Name on the tab; empty for CSV.
    pub sheet: String,
    /// What it is held to be.
    pub state: State,
    /// Which register.
    pub register: Register,
    /// Number of the heading's row, as the spreadsheet shows it.
    pub row: u32,
    /// Its columns, from the left.
    pub columns: Vec<ColumnLayout>,
}

/// What a sheet is held to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// A ledger, by its headings.
    Recognised,
    /// A ledger, as a person described it.
    Mapped,
    /// No heading was found; the fullest row is shown, so that a person can say what it is.
    Unknown,
    /// About persons: never read, and not shown.
    Personal,
    /// Examples or explanations, by its name.
    Skipped,
}

/// How a column is read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ColumnLayout {
    /// As the spreadsheet shows it.
    pub column: String,
    /// Its heading.
    pub heading: String,
    /// The field's name in files, or what the column decides; empty where it is not read.
    pub field: String,
    /// Why.
    pub how: How,
    /// How sure that is, in per cent.
    pub confidence: u8,
    /// What it could be, where it is not read, and how sure that is.
    pub suggestion: Option<(Field, u8)>,
    /// Its first different cells.
    pub samples: Vec<String>,
}

/// Why a column is read as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum How {
    /// Its heading is known.
    Recognised,
    /// Its values say so.
    Guessed,
    /// A person said so.
    Mapped,
    /// It is not read.
    LeftOver,
}

/// How a file would be read.
pub fn layouts(path: &Path, columns: &Columns, mappings: &Mappings) -> Result<Layouts, ImportError> {
    let (file, _, plain) = super::cells_of(path)?;
    Ok(of_cells(file, &plain, Known { columns, mappings }))
}

impl Layouts {
    /// What a mapping file would say of each sheet; the suggestions stay out of it.
    pub fn said(&self) -> Vec<(&SheetLayout, Layout)> {
        let readable = |sheet: &&SheetLayout| !matches!(sheet.state, State::Personal | State::Skipped);
        let said = |column: &ColumnLayout| Said { heading: column.heading.clone(), field: column.field.clone() };
        let layout = |sheet: &SheetLayout| Layout {
            sheet: sheet.sheet.clone(),
            register: sheet.register,
            column: sheet.columns.iter().map(said).collect(),
        };
        self.sheets.iter().filter(readable).map(|sheet| (sheet, layout(sheet))).collect()
    }
}

fn of_cells(file: String, plain: &Plain, known: Known<'_>) -> Layouts {
    let sheets = plain.sheets.iter().filter(|sheet| !sheet.rows.is_empty());
    let sheets = sheets.map(|sheet| of_sheet(sheet, &file, known)).collect();
    Layouts { encoding: plain.encoding.clone(), sheets, file }
}

fn of_sheet(sheet: &Sheet, file: &str, known: Known<'_>) -> SheetLayout {
    let nothing = |state| SheetLayout {
        sheet: sheet.name.clone(),
        state,
        register: Register::Equipment,
        row: 0,
        columns: vec![],
    };
    if known.columns.is_skipped_sheet(&sheet.name) {
        return nothing(State::Skipped);
    }
    let (table, state) = match table::find(sheet, file, known) {
        Found::Personal => return nothing(State::Personal),
        Found::Table(table) if table.mapped => (table, State::Mapped),
        Found::Table(table) => (table, State::Recognised),
        Found::Nothing => (fullest(sheet, file, known.columns), State::Unknown),
    };
    let rows = &sheet.rows[table.first.min(sheet.rows.len())..];
    let column = |(at, column): (&u16, &Column)| of_column(*at, column, rows, table.register, known.columns);
    let columns = table.columns.iter().map(column).take(SHOWN).collect();
    SheetLayout { sheet: sheet.name.clone(), state, register: table.register, row: table.row, columns }
}

/// The first of the headings with the most columns, if every row were one: the very table that an import reads once
/// somebody has said what its columns are.
fn fullest(sheet: &Sheet, file: &str, columns: &Columns) -> Table {
    let of = |index| {
        let register = table::register_at(sheet, index, file, columns);
        let (first, found) = table::heading_at(sheet, index, register, columns);
        Table { register, first, row: sheet.rows[index].number, columns: found, mapped: false }
    };
    let top = (1..sheet.rows.len().min(limits::HEADING_ROWS)).map(of);
    // Of equals, the first.
    top.fold(of(0), |best, table| if table.columns.len() > best.columns.len() { table } else { best })
}

fn of_column(at: u16, column: &Column, rows: &[Row], register: Register, columns: &Columns) -> ColumnLayout {
    let read = column.role.filter(|role| !matches!(role, Role::Known | Role::Beside));
    let (how, confidence) = match (read, column.basis) {
        (_, Basis::Mapping) => (How::Mapped, 100),
        (None, _) => (How::LeftOver, 0),
        (Some(_), Basis::Content(percent)) => (How::Guessed, percent),
        (Some(_), Basis::Heading) => (How::Recognised, 100),
    };
    let suggestion = (how == How::LeftOver).then(|| suggestion(at, column, rows, register, columns)).flatten();
    let mut samples: Vec<String> = vec![];
    for text in guess::values(rows, at) {
        let text = daicho_shared::text::bounded(&text);
        if samples.len() < SAMPLES && !samples.contains(&text) {
            samples.push(text);
        }
    }
    ColumnLayout {
        column: letters(at),
        heading: column.heading.clone(),
        field: read.map(Role::code).unwrap_or_default(),
        how,
        confidence,
        suggestion,
        samples,
    }
}

/// What a column could be: by its values, else by the known heading that its own contains.
fn suggestion(at: u16, column: &Column, rows: &[Row], register: Register, columns: &Columns) -> Option<(Field, u8)> {
    let by_values = guess::of_values(guess::values(rows, at), columns).filter(|(_, percent)| *percent >= 50);
    by_values.or_else(|| columns.similar(register, &column.heading))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, mappings: &Mappings) -> Layouts {
        let plain = super::super::csv::read(text.as_bytes()).unwrap();
        of_cells("台帳.csv".into(), &plain, Known { columns: &Columns::builtin(), mappings })
    }

    const TEXT: &str = "管理番号,端末のコンピュータ名称欄,識別,好きな色,機器名\nA-1,PC1,00-00-5E-00-53-01,青,CT-1\nA-2,PC2,00-00-5E-00-53-02,青,CT-2\nA-3,PC3,なし,赤,CT-3\n";

    #[test]
    fn what_is_recognised_guessed_and_left_over_is_told_apart() {
        let text = TEXT.replace("機器名", "メーカー,機器名").replace(",CT-", ",A社,CT-");
        let found = read(&text, &Mappings::default());
        let told: Vec<_> = found.sheets[0]
            .columns
            .iter()
            .map(|column| (column.column.as_str(), column.field.as_str(), column.how, column.confidence))
            .collect();
        let expected = [
            ("A", "asset_no", How::Recognised, 100),
            ("B", "", How::LeftOver, 0),
            ("C", "", How::LeftOver, 0),
            ("D", "", How::LeftOver, 0),
            ("E", "manufacturer", How::Recognised, 100),
            ("F", "hostname", How::Guessed, 100),
        ];
        assert_eq!(told, expected);
        let columns = &found.sheets[0].columns;
        assert!(matches!(columns[1].suggestion, Some((Field::Hostname, 30..=79))), "{:?}", columns[1]);
        assert_eq!(columns[2].suggestion, Some((Field::MacAddress, 66)), "one of three is none");
        assert_eq!(
            (columns[3].suggestion, columns[3].samples.as_slice()),
            (None, ["青".to_owned(), "赤".to_owned()].as_slice())
        );
    }

    #[test]
    fn a_layout_that_nobody_knows_is_read_as_a_person_says() {
        let text = "甲,乙,丙\nA-1,PC1,10.0.0.1\nA-2,PC2,10.0.0.2\n";
        let unknown = read(text, &Mappings::default());
        assert_eq!((unknown.sheets[0].state, unknown.sheets[0].row), (State::Unknown, 1));
        let (sheet, mut layout) = unknown.said().remove(0);
        assert_eq!(sheet.columns[2].suggestion, Some((Field::IpAddress, 100)));
        for (said, field) in layout.column.iter_mut().zip(["asset_no", "hostname", "ip_address"]) {
            field.clone_into(&mut said.field);
        }
        let mut mappings = Mappings::default();
        mappings.add(&super::super::mapping::file("台帳.csv", &[(layout, vec![])])).unwrap();
        let known = read(text, &mappings);
        assert_eq!(known.sheets[0].state, State::Mapped);
        assert!(known.sheets[0].columns.iter().all(|column| column.how == How::Mapped));
    }

    #[test]
    fn a_mapping_reads_the_table_of_two_lines_that_was_shown() {
        let text = "甲,通信,,乙\n,子,丑,\nA-1,PC1,10.0.0.1,x\nA-2,PC2,10.0.0.2,y\n";
        let mut plain = super::super::csv::read(text.as_bytes()).unwrap();
        let heading = [0, 3].map(|left| super::super::sheet::Merged { top: 1, bottom: 2, left });
        plain.sheets[0].merged.extend(heading);
        let columns = Columns::builtin();
        let of = |mappings: &Mappings| of_cells("台帳.csv".into(), &plain, Known { columns: &columns, mappings });
        let mut layouts = of(&Mappings::default());
        // A row of data has more cells than either line of the heading.
        layouts.sheets[0].columns.iter().for_each(|column| assert_eq!(column.how, How::LeftOver));
        let (_, mut layout) = layouts.said().remove(0);
        let headings: Vec<_> = layout.column.iter().map(|said| said.heading.as_str()).collect();
        assert_eq!(headings, ["甲", "子", "丑", "乙"]);
        for (said, field) in layout.column.iter_mut().zip(["asset_no", "hostname", "ip_address", ""]) {
            field.clone_into(&mut said.field);
        }
        let mut mappings = Mappings::default();
        mappings.add(&super::super::mapping::file("台帳.csv", &[(layout, vec![])])).unwrap();
        layouts = of(&mappings);
        assert_eq!((layouts.sheets[0].state, layouts.sheets[0].row), (State::Mapped, 1));
        assert_eq!(layouts.sheets[0].columns[2].samples, ["10.0.0.1", "10.0.0.2"]);
    }
}
