//! Workbooks with everything that must survive, changed, and compared part by part.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Cursor, Read};

use calamine::{Data, Reader, Xlsx};
use proptest::prelude::*;
use rust_xlsxwriter::{
    Chart, ChartType, ConditionalFormatCell, ConditionalFormatCellRule, DataValidation, ExcelDateTime, Format, Formula,
    Note, Table, TableColumn, Workbook,
};
use zip::ZipArchive;

use super::*;
use crate::export::{Changes, Made, own_file};
use crate::import::{Columns, Mappings, Original, original_in_process, read_in_process};
use crate::judge::amendment::{Amendment, Basis, Change};
use crate::judge::entry::{EntryId, Field, Ledger, Register};

struct Plain;

impl Wording for Plain {
    fn note(&self, told: &Told) -> String {
        format!("{} ← {}", told.after, told.before)
    }

    fn changes(&self, told: &[Told]) -> Changes {
        let rows = told.iter().map(|told| vec![told.after.clone(), format!("{:?}", told.outcome)]).collect();
        Changes { title: "差分".into(), headings: vec!["変更後".into(), "結果".into()], rows }
    }
}

/// A ledger as hospitals keep it: title rows, a chart beside it, formulas, a table on another sheet.
fn hospital() -> Vec<u8> {
    let mut book = Workbook::new();
    let bold = Format::new().set_bold().set_background_color("#FFE699");
    let day = Format::new().set_num_format("yyyy/m/d");
    let sheet = book.add_worksheet();
    sheet.set_name("機器台帳").unwrap();
    sheet.merge_range(0, 0, 0, 6, "機器台帳", &bold).unwrap();
    let heading = ["管理番号", "コンピュータ名", "IPアドレス", "設置場所", "登録日", "状態", "台数"];
    for (at, text) in (0_u16..).zip(heading) {
        sheet.write_with_format(2, at, text, &bold).unwrap();
    }
    for row in 0..5_u32 {
        sheet.write(3 + row, 0, format!("00{}", row + 1)).unwrap();
        sheet.write(3 + row, 1, format!("PC{row}")).unwrap();
        sheet.write(3 + row, 2, format!("10.0.0.{row}")).unwrap();
        let date = ExcelDateTime::from_ymd(2020, 12, 1).unwrap();
        sheet.write_with_format(3 + row, 4, &date, &day).unwrap();
        sheet.write(3 + row, 5, "稼働").unwrap();
        sheet
            .write_formula(3 + row, 6, Formula::new(format!("=ROW()-{}", 3)).set_result((row + 1).to_string()))
            .unwrap();
    }
    sheet.merge_range(3, 3, 4, 3, "1診", &bold).unwrap();
    sheet.write(5, 3, "2診").unwrap();
    sheet.write(6, 3, "〃").unwrap();
    sheet.insert_note(3, 1, &Note::new("入替予定")).unwrap();
    sheet.autofilter(2, 0, 7, 6).unwrap();
    let rule = ConditionalFormatCell::new().set_rule(ConditionalFormatCellRule::EqualTo("廃棄")).set_format(&bold);
    sheet.add_conditional_format(3, 5, 7, 5, &rule).unwrap();
    let list = DataValidation::new().allow_list_strings(&["稼働", "廃棄"]).unwrap();
    sheet.add_data_validation(3, 5, 300, 5, &list).unwrap();
    let mut chart = Chart::new(ChartType::Column);
    chart.add_series().set_values(("機器台帳", 3, 6, 7, 6));
    sheet.insert_chart(12, 0, &chart).unwrap();
    sheet.set_column_width(3, 33).unwrap();
    let other = book.add_worksheet();
    other.set_name("集計").unwrap();
    other.write_formula(0, 0, Formula::new("=COUNTA(機器台帳!A4:A8)").set_result("5")).unwrap();
    let table = Table::new().set_columns(&[TableColumn::new().set_header("x"), TableColumn::new().set_header("y")]);
    other.add_table(3, 0, 6, 1, &table).unwrap();
    book.save_to_buffer().unwrap()
}

fn basis(minute: i8) -> Basis {
    Basis {
        finding: "f-1".into(),
        at: jiff::civil::date(2026, 11, 20).at(2, minute, 0, 0).to_zoned(jiff::tz::TimeZone::UTC).unwrap().timestamp(),
        by: "情報係".into(),
        reason: None,
        evidence: "SNMP sysName".into(),
    }
}

fn read(name: &str, bytes: &[u8]) -> (Original, Ledger) {
    let columns = Columns::builtin();
    let imported = read_in_process(name, bytes, jiff::Timestamp::UNIX_EPOCH, &columns).unwrap();
    let ledger = Ledger {
        entries: imported.entries,
        files: vec![imported.file],
        problems: imported.problems,
        records: imported.records,
    };
    (original_in_process(name, bytes, &columns, &Mappings::default()).unwrap(), ledger)
}

fn change(ledger: &Ledger, number: &str, field: Field, after: &str) -> Amendment {
    let entry = ledger.entries.iter().find(|entry| entry.asset_no.as_deref() == Some(number)).unwrap();
    let before = entry.cells.get(&field).map(|cell| cell.raw.clone()).unwrap_or_default();
    let (entry, origin) = (entry.id.clone(), entry.origin.clone());
    Amendment {
        change: Change::Cell { entry, origin, field, before, after: after.into(), likeness: None },
        basis: basis(1),
    }
}

fn new(cells: &[(Field, &str)]) -> Amendment {
    let cells = cells.iter().map(|(field, text)| (*field, (*text).to_owned())).collect();
    let entry = EntryId(format!("equipment:decided:{cells:?}"));
    Amendment { change: Change::Row { entry, register: Register::Equipment, cells }, basis: basis(2) }
}

fn made(bytes: &[u8], amendments: impl Fn(&Ledger) -> Vec<Amendment>) -> Made {
    let (original, ledger) = read("台帳.xlsx", bytes);
    own_file(&original, &ledger, &amendments(&ledger), &Plain).unwrap()
}

fn parts(bytes: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).unwrap();
    let count = archive.len();
    let part = |index| {
        let mut part = archive.by_index(index).unwrap();
        let mut octets = Vec::new();
        part.read_to_end(&mut octets).unwrap();
        (part.name().unwrap().into_owned(), octets)
    };
    (0..count).map(part).collect()
}

/// Parts that differ, and parts that were added.
fn touched(before: &[u8], after: &[u8]) -> (Vec<String>, Vec<String>) {
    let (before, after) = (parts(before), parts(after));
    assert!(before.keys().all(|name| after.contains_key(name)), "no part is lost");
    let differs = before.iter().filter(|(name, octets)| after[*name] != **octets).map(|(name, _)| name.clone());
    (differs.collect(), after.keys().filter(|name| !before.contains_key(*name)).cloned().collect())
}

fn cells(bytes: &[u8], sheet: &str) -> BTreeMap<(u32, u32), Data> {
    let mut book = Xlsx::new(Cursor::new(bytes)).unwrap();
    let range = book.worksheet_range(sheet).unwrap();
    let (top, left) = range.start().unwrap_or_default();
    let used = range.used_cells().map(|(row, column, value)| {
        ((top + u32::try_from(row).unwrap() + 1, left + u32::try_from(column).unwrap()), value.clone())
    });
    used.collect()
}

#[test]
fn only_the_accepted_cells_change_and_every_other_part_stays() {
    let before = hospital();
    let made = made(&before, |ledger| {
        vec![
            change(ledger, "001", Field::Hostname, "KARTE-01"),
            change(ledger, "003", Field::IpAddress, "10.0.0.99"),
            change(ledger, "005", Field::RegisteredDate, "令和6年4月1日"),
        ]
    });
    assert!(made.told.iter().all(Told::is_written), "{:?}", made.told);
    let (changed, added) = touched(&before, &made.bytes);
    let expected = [
        "[Content_Types].xml",
        "xl/_rels/workbook.xml.rels",
        "xl/comments1.xml",
        "xl/drawings/vmlDrawing1.vml",
        "xl/workbook.xml",
        "xl/worksheets/sheet1.xml",
    ];
    assert_eq!(
        (changed.as_slice(), added.as_slice()),
        (&expected.map(String::from)[..], &["xl/worksheets/sheet3.xml".into()][..])
    );
    let (old, mut new) = (cells(&before, "機器台帳"), cells(&made.bytes, "機器台帳"));
    assert_eq!(new[&(4, 1)], Data::String("KARTE-01".into()));
    assert_eq!(new[&(6, 2)], Data::String("10.0.0.99".into()));
    let Data::DateTime(day) = &new[&(8, 4)] else { panic!("{:?}", new[&(8, 4)]) };
    assert!((day.as_f64() - 45_383.0).abs() < 0.5, "2024-04-01 is a day, not a text");
    for at in [(4, 1), (6, 2), (8, 4)] {
        new.insert(at, old[&at].clone());
    }
    assert_eq!(new, old);
    let comments = String::from_utf8(parts(&made.bytes)["xl/comments1.xml"].clone()).unwrap();
    assert!(comments.contains("入替予定") && comments.contains("KARTE-01 ← PC0") && comments.contains("ref=\"C6\""));
    assert_eq!(cells(&made.bytes, "差分").len(), 8);
}

#[test]
fn what_must_not_be_overwritten_is_told_and_left() {
    let before = hospital();
    let made = made(&before, |ledger| {
        let mut conflict = change(ledger, "002", Field::Status, "停止");
        if let Change::Cell { before, .. } = &mut conflict.change {
            *before = "予備".into();
        }
        vec![
            conflict,
            change(ledger, "001", Field::Location, "3診"),
            change(ledger, "003", Field::Location, "3診"),
            change(ledger, "005", Field::Vendor, "B社"),
            change(ledger, "004", Field::Status, "稼働"),
        ]
    });
    let outcome = |field, after: &str| {
        made.told
            .iter()
            .find(|told| told.field == field && told.after == after && told.before != "2診")
            .unwrap()
            .outcome
            .clone()
    };
    assert_eq!(outcome(Field::Status, "停止"), Outcome::Conflict { found: "稼働".into() });
    assert_eq!(outcome(Field::Location, "3診"), Outcome::Merged);
    assert_eq!(made.told.iter().find(|told| told.before == "2診").unwrap().outcome, Outcome::Ditto);
    assert_eq!(outcome(Field::Vendor, "B社"), Outcome::NoColumn);
    assert_eq!(outcome(Field::Status, "稼働"), Outcome::Present);
    assert_eq!(parts(&made.bytes), parts(&before), "nothing was written, so nothing changed");
}

#[test]
fn a_formula_is_told_and_left() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (at, text) in (0_u16..).zip(["管理番号", "コンピュータ名", "IPアドレス"]) {
        sheet.write(0, at, text).unwrap();
    }
    sheet.write(1, 0, "1").unwrap();
    sheet.write_formula(1, 1, Formula::new("=\"PC\"&A2").set_result("PC1")).unwrap();
    sheet.write_array_formula(1, 2, 1, 2, Formula::new("=\"10.0.0.\"&A2").set_result("10.0.0.1")).unwrap();
    let before = book.save_to_buffer().unwrap();
    let made = made(&before, |ledger| {
        vec![change(ledger, "1", Field::Hostname, "X"), change(ledger, "1", Field::IpAddress, "10.0.0.2")]
    });
    assert!(made.told.iter().all(|told| told.outcome == Outcome::Formula), "{:?}", made.told);
}

#[test]
fn new_rows_come_below_the_last_one_and_look_like_it() {
    let before = hospital();
    let rows = |_: &Ledger| {
        vec![
            new(&[(Field::AssetNo, "006"), (Field::Hostname, "=NEW()"), (Field::RegisteredDate, "2026-11-20")]),
            new(&[(Field::AssetNo, "007"), (Field::Hostname, "PC7"), (Field::MacAddress, "00-00-5E-00-53-01")]),
        ]
    };
    let made = made(&before, rows);
    let new = cells(&made.bytes, "機器台帳");
    assert_eq!((&new[&(9, 0)], &new[&(10, 0)]), (&Data::String("006".into()), &Data::String("007".into())));
    assert_eq!(new[&(9, 1)], Data::String("=NEW()".into()), "a device's name is no formula");
    assert!(matches!(new[&(9, 4)], Data::DateTime(_)), "{:?}", new[&(9, 4)]);
    assert_eq!(made.told.iter().find(|told| told.field == Field::MacAddress).unwrap().outcome, Outcome::NoColumn);
    let parts = parts(&made.bytes);
    let text = |name: &str| String::from_utf8(parts[name].clone()).unwrap();
    assert!(text("xl/worksheets/sheet1.xml").contains("<autoFilter ref=\"A3:G10\""));
    assert!(text("xl/workbook.xml").contains("$A$3:$G$10"));
    let (_, ledger) = read("台帳.xlsx", &made.bytes);
    assert_eq!(ledger.entries.len(), 7);
    // Imported again, the file says so itself: nothing is added twice.
    let (original, ledger) = read("台帳.xlsx", &made.bytes);
    let again = own_file(&original, &ledger, &rows(&ledger), &Plain).unwrap();
    assert!(again.told.iter().all(|told| told.outcome == Outcome::Present), "{:?}", again.told);
}

#[test]
fn changes_of_one_cell_follow_one_another() {
    let before = hospital();
    let made = made(&before, |ledger| {
        let first = change(ledger, "002", Field::Hostname, "A");
        let mut second = change(ledger, "002", Field::Hostname, "B");
        second.basis = basis(9);
        if let Change::Cell { before, .. } = &mut second.change {
            *before = "A".into();
        }
        vec![second, first]
    });
    assert_eq!(made.told.len(), 1);
    assert_eq!(cells(&made.bytes, "機器台帳")[&(5, 1)], Data::String("B".into()));
}

#[test]
fn a_table_takes_new_rows_in() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    let headers = ["管理番号", "コンピュータ名", "IPアドレス"];
    let columns: Vec<TableColumn> = headers.iter().map(|text| TableColumn::new().set_header(*text)).collect();
    sheet.add_table(0, 0, 2, 2, &Table::new().set_columns(&columns)).unwrap();
    for row in 1..3_u32 {
        for (at, text) in (0_u16..).zip([format!("{row}"), format!("PC{row}"), format!("10.0.0.{row}")]) {
            sheet.write(row, at, text).unwrap();
        }
    }
    let before = book.save_to_buffer().unwrap();
    let made = made(&before, |_| vec![new(&[(Field::AssetNo, "3"), (Field::Hostname, "PC3")])]);
    let table = String::from_utf8(parts(&made.bytes)["xl/tables/table1.xml"].clone()).unwrap();
    assert_eq!(table.matches("ref=\"A1:C4\"").count(), 2, "{table}");
    assert!(touched(&before, &made.bytes).1.contains(&"xl/comments1.xml".to_owned()));
}

#[test]
fn a_signed_workbook_and_one_without_anything_accepted_are_refused() {
    let before = hospital();
    let (original, ledger) = read("台帳.xlsx", &before);
    assert_eq!(own_file(&original, &ledger, &[], &Plain), Err(Refusal::Nothing));
    let mut package = Package::open(&before).unwrap();
    package.put("_xmlsignatures/sig1.xml", "<x/>".into());
    let signed = package.finish().unwrap();
    let (original, ledger) = read("台帳.xlsx", &signed);
    let wanted = [change(&ledger, "001", Field::Hostname, "X")];
    assert_eq!(own_file(&original, &ledger, &wanted, &Plain), Err(Refusal::Signed));
}

/// A small ledger with texts of a person's own.
fn small(rows: &[Vec<String>]) -> Vec<u8> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (at, text) in (0_u16..).zip(["管理番号", "コンピュータ名", "設置場所", "説明"]) {
        sheet.write(0, at, text).unwrap();
    }
    for (number, row) in (1_u32..).zip(rows) {
        sheet.write(number, 0, format!("N{number}")).unwrap();
        for (at, text) in (1_u16..).zip(row) {
            if !text.is_empty() {
                sheet.write(number, at, text).unwrap();
            }
        }
    }
    let other = book.add_worksheet();
    other.write(3, 3, "x").unwrap();
    book.save_to_buffer().unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn every_other_cell_and_part_stays(
        rows in proptest::collection::vec(proptest::collection::vec("[a-z<&あ\"' ]{0,4}", 3), 1..6),
        wanted in proptest::collection::vec((0..6_usize, 0..3_usize, "[A-Z<>&漢_x0-9]{1,9}"), 1..5),
    ) {
        let before = small(&rows);
        let fields = [Field::Hostname, Field::Location, Field::Description];
        let (original, ledger) = read("台帳.xlsx", &before);
        prop_assume!(!ledger.entries.is_empty());
        let mut asked: BTreeMap<(u32, u32), String> = BTreeMap::new();
        let mut amendments = Vec::new();
        for (row, column, after) in &wanted {
            let entry = &ledger.entries[row % ledger.entries.len()];
            let at = (entry.origin.row, u32::try_from(*column).unwrap() + 1);
            if asked.insert(at, after.clone()).is_none() {
                amendments.push(change(&ledger, entry.asset_no.as_deref().unwrap(), fields[*column], after));
            } else {
                asked.insert(at, amendments.iter().rev().find_map(|one| match &one.change {
                    Change::Cell { origin, field, after, .. } if origin.row == at.0 && *field == fields[*column] => Some(after.clone()),
                    _ => None,
                }).unwrap());
            }
        }
        let made = own_file(&original, &ledger, &amendments, &Plain).unwrap();
        let written: BTreeSet<(u32, u32)> = made.told.iter().filter(|told| told.is_written()).map(|told| {
            let spot = told.spot.as_ref().unwrap();
            (spot.row, u32::from(spot.column))
        }).collect();
        let (old, new) = (cells(&before, "Sheet1"), cells(&made.bytes, "Sheet1"));
        let places: BTreeSet<_> = old.keys().chain(new.keys()).copied().collect();
        for at in places {
            if written.contains(&at) {
                prop_assert_eq!(new.get(&at).map(ToString::to_string), asked.get(&at).cloned());
            } else {
                prop_assert_eq!(new.get(&at), old.get(&at));
            }
        }
        let named = ["[Content_Types].xml", "xl/_rels/workbook.xml.rels", "xl/workbook.xml", "xl/worksheets/sheet1.xml"];
        let (changed, _) = touched(&before, &made.bytes);
        prop_assert!(changed.iter().all(|name| named.contains(&name.as_str())), "{:?}", changed);
        if written.is_empty() {
            prop_assert!(changed.is_empty());
        }
    }

    #[test]
    fn no_archive_panics(place in 0..4000_usize, octet: u8) {
        let mut bytes = small(&[vec!["a".into(), "b".into(), "c".into()]]);
        let (_, ledger) = read("台帳.xlsx", &bytes);
        let wanted = [change(&ledger, "N1", Field::Hostname, "X")];
        let at = place % bytes.len();
        bytes[at] ^= octet;
        if let Ok(original) = original_in_process("台帳.xlsx", &bytes, &Columns::builtin(), &Mappings::default()) {
            let _ = own_file(&original, &ledger, &wanted, &Plain);
        }
    }
}

/// Runs LibreOffice without a window in a profile of its own; `None` where it is not installed.
fn office(folder: &std::path::Path, to: &str, file: &str) -> Option<()> {
    let profile = format!("-env:UserInstallation=file://{}/profile", folder.display());
    let arguments = [profile.as_str(), "--headless", "--convert-to", to, file];
    let run =
        std::process::Command::new("soffice").args(arguments).current_dir(folder).env("LC_ALL", "C.UTF-8").output();
    let output = run.inspect_err(|error| eprintln!("skipped: soffice: {error}")).ok()?;
    assert!(output.status.success(), "{output:?}");
    Some(())
}

/// The cells of every sheet as LibreOffice computes and shows them.
fn shown_by_office(folder: &std::path::Path, name: &str) -> Option<BTreeMap<String, String>> {
    office(
        folder,
        "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1",
        &format!("{name}.xlsx"),
    )?;
    let files = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    let sheet = |path: std::path::PathBuf| {
        let sheet = path.file_stem()?.to_str()?.strip_prefix(&format!("{name}-"))?.to_owned();
        Some((sheet, std::fs::read_to_string(&path).ok()?))
    };
    Some(files.filter_map(sheet).collect())
}

#[test]
fn libreoffice_opens_what_was_written_also_into_its_own_files() {
    let folder = tempfile::tempdir().unwrap();
    let wanted = |ledger: &Ledger| {
        let new = new(&[(Field::AssetNo, "006"), (Field::Hostname, "NEW"), (Field::RegisteredDate, "2026-11-20")]);
        vec![
            change(ledger, "001", Field::Hostname, "KARTE-01"),
            change(ledger, "003", Field::RegisteredDate, "R6.4.1"),
            new,
        ]
    };
    std::fs::write(folder.path().join("excel.xlsx"), hospital()).unwrap();
    if office(folder.path(), "ods", "excel.xlsx")
        .and_then(|()| office(folder.path(), "xlsx:Calc MS Excel 2007 XML", "excel.ods"))
        .is_none()
    {
        return;
    }
    let ods = std::fs::read(folder.path().join("excel.ods")).unwrap();
    let (original, ledger) = read("台帳.ods", &ods);
    assert_eq!(own_file(&original, &ledger, &wanted(&ledger), &Plain), Err(Refusal::Format));
    let own = std::fs::read(folder.path().join("excel.xlsx")).unwrap();
    for (name, before) in [("a", hospital()), ("b", own)] {
        let made = made(&before, wanted);
        assert!(made.told.iter().all(Told::is_written), "{:?}", made.told);
        std::fs::write(folder.path().join(format!("{name}0.xlsx")), &before).unwrap();
        std::fs::write(folder.path().join(format!("{name}1.xlsx")), &made.bytes).unwrap();
        let old = shown_by_office(folder.path(), &format!("{name}0")).unwrap();
        let new = shown_by_office(folder.path(), &format!("{name}1")).unwrap();
        let ledger =
            old["機器台帳"].replace("PC0", "KARTE-01").replace("10.0.0.2,2診,12/01/2020", "10.0.0.2,2診,04/01/2024");
        let ledger = ledger.replace("5\n", "5\n006,NEW,,,11/20/2026,,\n");
        assert_eq!(new["機器台帳"], ledger);
        // The sum counts the cells of rows 4 to 8, as its formula says.
        assert_eq!(new["集計"], old["集計"]);
        assert!(new["差分"].contains("KARTE-01"));
    }
}
