use std::io::Cursor;

use calamine::{Data, Reader, Xlsx};
use jiff::civil::date;

use super::cells::{attached, whole};
use super::*;
use crate::render::fixture;

fn material(verdict: &Verdict) -> Material {
    let columns = crate::import::Columns::builtin();
    let official = crate::export::official(&columns).iter().map(|column| OfficialColumn {
        field: column.field,
        header: column.header.clone(),
        choices: &[],
    });
    Material {
        made: date(2026, 11, 21),
        ledger: vec![LedgerSource {
            version: Some(3),
            file: "台帳.xlsx".into(),
            sha256: "ab".repeat(32),
            imported: jiff::Timestamp::UNIX_EPOCH,
        }],
        official: official.collect(),
        rows: crate::export::rows(&verdict.ledger, &columns).into_iter().map(|row| (row.id, row.cells)).collect(),
        listed: Listed::default(),
        attached: BTreeMap::new(),
        vendors: VendorWork::new(verdict, &crate::judge::sample::KNOWLEDGE, date(2026, 11, 21)),
    }
}

fn made(kind: Book, verdict: &Verdict, lang: Lang) -> Vec<u8> {
    book(kind, verdict, &material(verdict), &fixture::options(lang)).unwrap()
}

#[test]
fn every_book_is_written_for_every_night_in_both_languages_and_holds_no_formula() {
    for verdict in [fixture::verdict(), fixture::quiet(), fixture::busy()] {
        for (kind, lang) in Book::ALL.into_iter().flat_map(|kind| [(kind, Lang::Ja), (kind, Lang::En)]) {
            let octets = made(kind, &verdict, lang);
            let mut read = Xlsx::new(Cursor::new(&octets)).unwrap();
            let mut texts = vec![];
            for name in read.sheet_names() {
                assert!(read.worksheet_formula(&name).unwrap().used_cells().all(|(_, _, text)| text.is_empty()));
                let range = read.worksheet_range(&name).unwrap();
                texts.extend(range.used_cells().filter_map(|(_, _, cell)| match cell {
                    Data::String(text) => Some(text.clone()),
                    _ => None,
                }));
            }
            let code = kind.code();
            assert!(texts.iter().all(|text| !text.starts_with(['=', '+', '-', '@', '\t'])), "{code}");
            assert!(texts.iter().any(|text| text.contains(&"ab".repeat(32))), "{code} names the ledger");
            assert_eq!(octets, made(kind, &verdict, lang), "{code}: equal verdicts give equal workbooks");
        }
    }
}

#[test]
fn a_workbook_names_the_files_that_its_rows_are_from() {
    let verdict = fixture::verdict();
    let own = &verdict.ledger.entries.iter().find(|entry| entry.register == Register::Equipment).unwrap().origin.file;
    let file = |name: &str| LedgerSource {
        version: Some(1),
        file: name.to_owned(),
        sha256: "cd".repeat(32),
        imported: jiff::Timestamp::UNIX_EPOCH,
    };
    let others: Vec<LedgerSource> = (0..9).map(|number| file(&format!("ほか{number}.csv"))).collect();
    let all: Vec<LedgerSource> = others.into_iter().chain([file(own)]).collect();
    let named = |book| sources::of(book, &verdict, &all).iter().map(|file| file.file.clone()).collect::<Vec<_>>();
    assert_eq!(named(Book::Equipment), std::slice::from_ref(own));
    assert_eq!(named(Book::Coverage).len(), 10, "what is about the whole ledger names all");
    let octets =
        book(Book::Equipment, &verdict, &Material { ledger: all, ..material(&verdict) }, &fixture::options(Lang::Ja));
    let mut read = Xlsx::new(Cursor::new(octets.unwrap())).unwrap();
    let range = read.worksheet_range("機器管理台帳").unwrap();
    let texts: Vec<String> = range.used_cells().map(|(_, _, cell)| cell.to_string()).collect();
    assert!(texts.iter().any(|text| text.contains(own)) && !texts.iter().any(|text| text.contains("ほか0.csv")));
}

#[test]
fn a_day_is_a_day_in_the_official_ledger() {
    let mut verdict = fixture::verdict();
    let entry = std::sync::Arc::make_mut(&mut verdict.ledger)
        .entries
        .iter_mut()
        .find(|entry| entry.register == Register::Equipment)
        .unwrap();
    entry.registered = Some(date(2024, 4, 1));
    let mut read = Xlsx::new(Cursor::new(made(Book::Equipment, &verdict, Lang::Ja))).unwrap();
    let range = read.worksheet_range("機器管理台帳").unwrap();
    let days = range.used_cells().filter(|(_, _, cell)| matches!(cell, Data::DateTime(_)));
    assert!(days.count() >= 1);
}

#[test]
fn a_missing_file_is_said_and_a_reference_is_none() {
    let said = |name: &str, file: &Attached| attached(name, Some(file), Lang::Ja);
    assert_eq!(said("写真.jpg", &Attached::Missing), "写真.jpg\nファイルなし");
    assert_eq!(said("議事録 第3回", &Attached::Missing), "議事録 第3回");
    let found = Attached::Found { sha256: "ab".repeat(32), size: 3 };
    assert_eq!(said("a.pdf", &found), format!("a.pdf\nSHA-256 {}", "ab".repeat(32)));
    assert!(said("../a.pdf", &Attached::Outside).contains("フォルダの外"));
}

#[test]
fn a_list_of_files_is_parted_and_a_path_is_not() {
    assert_eq!(evidence_names("evidence/a.jpg、b.pdf\n c.pdf ;;"), ["evidence/a.jpg", "b.pdf", "c.pdf"]);
}

#[test]
fn a_cell_is_handed_in_whole_and_without_what_is_hidden() {
    let long = "長".repeat(2_000);
    assert_eq!(whole(&format!("{long}\r\nCT\u{202e}gpj\u{7}")), format!("{long}\nCT gpj"));
}
