//! The ledger in the form's own columns and order, as a workbook or as text that Excel opens.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::Serialize;

use super::separated::line;
use super::{Refusal, cp932};
use crate::import::template::{Filled, filled, word};
use crate::import::{Columns, Described, read_date};
use crate::judge::amendment::{Amendment, Change};
use crate::judge::entry::{Entry, EntryId, Field, FourValued, Ledger, Register};
use crate::render::xlsx::neutral;

/// A row of the form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The ledger row that it is, or the device.
    pub id: EntryId,
    /// In which register it stands.
    pub register: Register,
    /// Its cells; empty ones are left out.
    pub cells: BTreeMap<Field, String>,
}

/// The rows of one register.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sheet {
    /// The register's name.
    pub title: String,
    /// Its rows.
    pub rows: Vec<Row>,
}

/// What kind of file is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Form {
    /// Excel, with a title, who made it, and when.
    Workbook {
        /// 最終更新日.
        updated: Date,
        /// 最終更新者.
        updated_by: String,
    },
    /// Separated values.
    Separated(Encoding),
}

/// How text is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// CP932 (Windows' `Shift_JIS`): every Excel reads it; characters that it lacks become `〓`.
    Cp932,
    /// UTF-8 with a byte-order mark, without which Excel reads it as CP932: holds every character.
    Utf8,
}

/// A cell with characters that the encoding lacks; each became `〓`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Lacking {
    /// The line of the file, as a spreadsheet counts it.
    pub row: u32,
    /// Column from 0.
    pub column: u16,
    /// Of which field.
    pub field: Field,
    /// The characters.
    pub characters: String,
}

/// Columns of the official form; those that Daicho adds follow them.
const OFFICIAL: usize = 12;

/// The columns of the official form, in its order.
pub fn official(columns: &Columns) -> &[Described] {
    let all = columns.described();
    &all[..OFFICIAL.min(all.len())]
}

/// The rows of a ledger, as they stand there; "as above" and texts that lie in several columns are resolved.
pub fn rows(ledger: &Ledger, columns: &Columns) -> Vec<Row> {
    let row = |entry: &Entry| Row {
        id: entry.id.clone(),
        register: entry.register,
        cells: columns
            .described()
            .iter()
            .map(|column| (column.field, text(entry, column.field, columns)))
            .filter(|(_, text)| !text.trim().is_empty())
            .collect(),
    };
    ledger.entries.iter().map(row).collect()
}

/// The rows with what was accepted since.
pub fn amended(mut rows: Vec<Row>, amendments: &[Amendment]) -> Vec<Row> {
    let mut ordered: Vec<&Amendment> = amendments.iter().collect();
    ordered.sort_by_key(|amendment| amendment.basis.at);
    for amendment in ordered {
        match &amendment.change {
            Change::Cell { entry, field, after, .. } => {
                for row in rows.iter_mut().filter(|row| row.id == *entry) {
                    row.cells.insert(*field, after.clone());
                }
            }
            Change::Row { entry, register, cells } if rows.iter().all(|row| row.id != *entry) => {
                rows.push(Row { id: entry.clone(), register: *register, cells: cells.clone() });
            }
            Change::Row { .. } => {}
        }
    }
    rows
}

/// Makes the file, and says which characters it could not hold. Separated values hold the first sheet.
pub fn form(sheets: &[Sheet], form: &Form, columns: &Columns) -> Result<(Vec<u8>, Vec<Lacking>), Refusal> {
    match form {
        Form::Workbook { updated, updated_by } => {
            let sheets: Vec<Filled<'_>> = sheets
                .iter()
                .map(|sheet| Filled { title: &sheet.title, rows: sheet.rows.iter().map(|row| &row.cells).collect() })
                .collect();
            let bytes = filled(&sheets, columns, *updated, updated_by);
            Ok((bytes.map_err(|error| Refusal::damaged("xlsx", &error))?, Vec::new()))
        }
        Form::Separated(encoding) => Ok(separated(sheets.first().map_or(&[], |sheet| &sheet.rows), *encoding, columns)),
    }
}

fn separated(rows: &[Row], encoding: Encoding, columns: &Columns) -> (Vec<u8>, Vec<Lacking>) {
    let fields: Vec<Field> = columns.described().iter().map(|column| column.field).collect();
    let mut lacking = Vec::new();
    let mut text = line(columns.described().iter().map(|column| column.header.as_str()));
    for (number, row) in (2..).zip(rows) {
        let cells: Vec<String> = (0..)
            .zip(&fields)
            .map(|(column, field)| {
                let text = row.cells.get(field).map(|text| harmless(&dated(*field, text))).unwrap_or_default();
                let missing = if encoding == Encoding::Cp932 { cp932::fit(&text).missing } else { Vec::new() };
                if !missing.is_empty() {
                    let characters = missing.into_iter().collect();
                    lacking.push(Lacking { row: number, column, field: *field, characters });
                }
                text
            })
            .collect();
        text.push_str(&line(cells.iter().map(String::as_str)));
    }
    let bytes = match encoding {
        Encoding::Cp932 => cp932::encode(&cp932::fit(&text).text).into_owned(),
        Encoding::Utf8 => ["\u{feff}".as_bytes(), text.as_bytes()].concat(),
    };
    (bytes, lacking)
}

/// A text that no spreadsheet program computes. A lone dash, how people write "none", and a number stay.
pub(super) fn harmless(text: &str) -> String {
    let dashes = text.chars().all(|c| matches!(c, '-' | '－' | ' '));
    let number = text.parse::<f64>().is_ok_and(f64::is_finite) && !text.starts_with('+');
    if dashes || number { text.to_owned() } else { neutral(text) }
}

/// A day as the form writes it, e.g. `2024/4/1`.
fn dated(field: Field, text: &str) -> String {
    match read_date(text).filter(|_| field == Field::RegisteredDate) {
        Some(day) => format!("{}/{}/{}", day.year(), day.month(), day.day()),
        None => text.to_owned(),
    }
}

/// What stands in a row's cell. Where the hospital's columns differ from the form's (a mark that means no, a
/// date that means retired, a place in three columns), the understood value counts, else the text itself.
fn text(entry: &Entry, field: Field, columns: &Columns) -> String {
    let cell = entry.cells.get(&field);
    let raw = cell.map(|cell| cell.raw.clone()).unwrap_or_default();
    let plain = cell.is_some_and(|cell| !cell.column.contains(',')) && !columns.words.is_ditto(&raw);
    let listed = |list: Vec<String>| list.join("\n");
    // An empty cell of yes and no stays empty: nobody said that it is unknown.
    if let Some(word) = word(field, entry, columns)
        && !(raw.is_empty() && columns.words.answer(word) == Some(FourValued::Unknown))
    {
        return word.to_owned();
    }
    let understood = match field {
        Field::RegisteredDate => entry.registered.map(|day| day.to_string()),
        Field::IpAddress if entry.dynamic_address && !columns.words.is_dynamic(&raw) => {
            Some(listed(entry.addresses.iter().map(ToString::to_string).chain(["DHCP".to_owned()]).collect()))
        }
        _ if plain => None,
        Field::AssetNo => entry.asset_no.clone(),
        Field::Manufacturer => entry.manufacturer.clone(),
        Field::Os => entry.os.clone(),
        Field::Software => Some(listed(entry.software.iter().map(|software| software.name.clone()).collect())),
        Field::SoftwareVersion => {
            Some(listed(entry.software.iter().map(|software| software.version.clone().unwrap_or_default()).collect()))
        }
        Field::IpAddress => Some(listed(entry.addresses.iter().map(ToString::to_string).collect())),
        Field::MacAddress => Some(listed(entry.macs.iter().map(ToString::to_string).collect())),
        Field::Hostname => entry.hostname.clone(),
        Field::Location => entry.location.clone(),
        Field::User => Some(listed(entry.users.clone())),
        Field::Description => entry.description.clone(),
        Field::Department => entry.department.clone(),
        Field::Model => entry.model.clone(),
        Field::SerialNo => entry.serial_no.clone(),
        Field::LineKind => entry.line_kind.clone(),
        Field::Purpose => entry.purpose.clone(),
        Field::Vendor => entry.vendor.clone(),
        Field::Segment => Some(listed(entry.segments.iter().map(ToString::to_string).collect())),
        _ => None,
    };
    let raw = if columns.words.is_ditto(&raw) { String::new() } else { raw };
    understood.filter(|text| !text.trim().is_empty()).unwrap_or(raw)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::export::seen;
    use crate::import::{Imported, join, read_in_process};
    use crate::judge::sample::{World, keyed};

    fn imported(name: &str, bytes: &[u8], columns: &Columns) -> Imported {
        read_in_process(name, bytes, jiff::Timestamp::UNIX_EPOCH, columns).unwrap()
    }

    fn row(cells: &[(Field, &str)]) -> Row {
        let cells = cells.iter().map(|(field, text)| (*field, (*text).to_owned())).collect();
        Row { id: EntryId("equipment:1".into()), register: Register::Equipment, cells }
    }

    fn csv(rows: Vec<Row>, encoding: Encoding) -> (Vec<u8>, Vec<Lacking>) {
        let sheet = Sheet { title: "機器台帳".into(), rows };
        form(&[sheet], &Form::Separated(encoding), &Columns::builtin()).unwrap()
    }

    #[test]
    fn the_official_columns_come_first_in_their_order() {
        let (bytes, _) =
            csv(vec![row(&[(Field::AssetNo, "001"), (Field::RegisteredDate, "令和6年4月1日")])], Encoding::Cp932);
        let text = encoding_rs::SHIFT_JIS.decode(&bytes).0.into_owned();
        let official = "管理番号,メーカー,OS,ソフトウェア,ソフトウェアバージョン,IPアドレス,コンピュータ名,設置場所,利用者,登録日,状態,説明,";
        assert!(text.starts_with(official), "{text}");
        let columns = Columns::builtin();
        let headings: Vec<&str> = super::official(&columns).iter().map(|column| column.header.as_str()).collect();
        assert_eq!(headings.join(",") + ",", official);
        assert!(text.contains("\r\n001,,,,,,,,,2024/4/1,,"), "{text}");
    }

    #[test]
    fn formulas_are_neutralised_and_what_cp932_lacks_is_told() {
        let cells = [(Field::Hostname, "=cmd|'/c calc'!A1"), (Field::Model, "-"), (Field::User, "𠮷田〜\"A\"\n+B")];
        let (bytes, lacking) = csv(vec![row(&cells)], Encoding::Cp932);
        let text = encoding_rs::SHIFT_JIS.decode(&bytes).0.into_owned();
        assert!(text.contains(",'=cmd|'/c calc'!A1,") && text.contains(",-,"), "{text}");
        assert!(text.contains("\"〓田～\"\"A\"\"\n+B\""), "{text}");
        let expected = Lacking { row: 2, column: 8, field: Field::User, characters: "𠮷".into() };
        assert_eq!(lacking, [expected]);
        let (bytes, lacking) = csv(vec![row(&cells)], Encoding::Utf8);
        assert!(lacking.is_empty() && bytes.starts_with("\u{feff}管理番号".as_bytes()));
        assert!(String::from_utf8(bytes).unwrap().contains("𠮷田〜"));
    }

    #[test]
    fn a_ledger_comes_back_as_it_was() {
        let columns = Columns::builtin();
        let text = "No.,資産番号,棟,フロア,IP,NIC数,スタンドアロン,状態,使用者,備考\n\
                    1,A-1,本館,2F,192.0.2.1,2,×,使用中,a医師、b医師,x\n\
                    2,A-2,〃,3F,DHCP,1,○,除却,,〃\n";
        let first = imported("a.csv", text.as_bytes(), &columns);
        let ledger = join([first.clone()]);
        let sheet = Sheet { title: "機器台帳".into(), rows: rows(&ledger, &columns) };
        let made = [
            ("b.xlsx", Form::Workbook { updated: jiff::civil::date(2026, 11, 20), updated_by: "情報係".into() }),
            ("b.csv", Form::Separated(Encoding::Cp932)),
            ("b.csv", Form::Separated(Encoding::Utf8)),
        ];
        for (name, kind) in made {
            let (bytes, lacking) = form(std::slice::from_ref(&sheet), &kind, &columns).unwrap();
            let again = imported(name, &bytes, &columns);
            assert_eq!((again.problems.as_slice(), lacking.as_slice()), (&[][..], &[][..]), "{name}");
            for (was, is) in first.entries.iter().zip(&again.entries) {
                let blank =
                    |entry: &Entry| Entry { origin: was.origin.clone(), cells: BTreeMap::new(), ..entry.clone() };
                assert_eq!(blank(is), blank(was));
            }
            assert_eq!(again.entries.len(), 2);
        }
    }

    #[test]
    fn accepted_changes_are_in_it() {
        let basis = crate::judge::amendment::Basis {
            finding: "f".into(),
            at: jiff::Timestamp::UNIX_EPOCH,
            by: "b".into(),
            reason: None,
            evidence: "e".into(),
        };
        let entry = keyed(1, "10.0.0.5", "00:80:A3:00:00:05");
        let ledger = Ledger { entries: vec![entry.clone()], files: vec![], problems: vec![], records: vec![] };
        let cell = Change::Cell {
            entry: entry.id.clone(),
            origin: entry.origin,
            field: Field::Location,
            before: String::new(),
            after: "1診".into(),
            likeness: None,
        };
        let id = EntryId("equipment:new".into());
        let new = Change::Row { entry: id.clone(), register: Register::Equipment, cells: BTreeMap::new() };
        let accepted = [cell, new].map(|change| Amendment { change, basis: basis.clone() });
        let rows = amended(rows(&ledger, &Columns::builtin()), &accepted);
        assert_eq!((rows[0].cells[&Field::Location].as_str(), &rows[1].id), ("1診", &id));
    }

    #[test]
    fn a_ledger_of_what_was_seen_leaves_nothing_to_say() {
        let columns = Columns::builtin();
        let mut world = World::new();
        for (address, mac) in
            [("10.0.0.5", "00:80:A3:00:00:05"), ("10.0.0.6", "00:80:A3:00:00:06"), ("10.0.0.1", "00:80:A3:00:00:01")]
        {
            world.arp(address, mac);
        }
        let before = world.verdict();
        assert_eq!(before.findings.len(), 3, "every device is unknown to an empty ledger");
        let sheet = Sheet { title: "機器台帳".into(), rows: seen(&before, &columns) };
        let forms = [
            ("見.xlsx", Form::Workbook { updated: jiff::civil::date(2026, 11, 20), updated_by: "情報係".into() }),
            ("見.csv", Form::Separated(Encoding::Cp932)),
        ];
        for (name, kind) in forms {
            let (bytes, _) = form(std::slice::from_ref(&sheet), &kind, &columns).unwrap();
            let again = imported(name, &bytes, &columns);
            assert_eq!(again.problems, []);
            world.rows = again.entries;
            assert_eq!(world.verdict().findings, []);
        }
    }
}
