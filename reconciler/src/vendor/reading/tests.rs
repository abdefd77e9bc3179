use jiff::civil::date;
use proptest::prelude::*;

use super::*;
use crate::import::coded::{Stray, Why};
use crate::judge::vendor::RESPONSIBLE;
use crate::vendor::vendor_code;

fn enquiry() -> Enquiry {
    Enquiry {
        number: 7,
        vendor: "株式会社B社".into(),
        asked: jiff::Timestamp::UNIX_EPOCH,
        asked_on: date(2026, 4, 1),
        by: "山田".into(),
        due: date(2026, 5, 1),
        token: "abc".into(),
        subjects: vec![Subject("equipment:1".into()), Subject::whole(), Subject::system("PACS")],
    }
}

fn cell(text: &str) -> FilledCell {
    FilledCell { column: "B".into(), text: text.into() }
}

fn row(number: u32, cells: &[(&str, &str)]) -> CodedRow {
    let cells = cells.iter().map(|(code, text)| ((*code).to_owned(), cell(text))).collect();
    CodedRow { row: number, cells, copies: vec![] }
}

/// A cover that is signed, and one sheet with these rows.
fn book(rows: Vec<CodedRow>) -> Coded {
    let [number, vendor, by, on] = COVER;
    let code = vendor_code("株式会社B社");
    let cover = [(number, "0007"), (vendor, code.as_str()), (by, "佐藤"), (on, "2026-04-20")];
    let cover = (1..).zip(cover).map(|(at, (key, text))| row(at, &[(MARKER, key), (VALUE, text)])).collect();
    let sheets = vec![
        CodedSheet { name: "照会票".into(), rows: cover },
        CodedSheet { name: "リモートメンテナンス".into(), rows },
    ];
    Coded { name: "B.xlsx".into(), sha256: String::new(), sheets, strays: vec![] }
}

fn of(rows: Vec<CodedRow>) -> Result<Filled, Vec<Problem>> {
    let vendors = Vendors { enquiries: vec![enquiry()], ..Vendors::default() };
    read(&book(rows), &vendors, Questions::builtin(), date(2026, 4, 21))
}

fn key(subject: &Subject) -> String {
    row_key(&enquiry(), subject)
}

#[test]
fn rows_may_be_sorted_and_left_empty_and_blanks_are_told() {
    let (device, whole) = (key(&Subject("equipment:1".into())), key(&Subject::whole()));
    let filled = of(vec![
        row(9, &[(MARKER, &whole), (REMOTE, "無"), ("purpose", "")]),
        row(5, &[(MARKER, &device), (REMOTE, "有"), ("purpose", "監視"), ("who", "")]),
        row(12, &[(MARKER, ""), (REMOTE, ""), ("purpose", "")]),
    ])
    .unwrap();
    assert_eq!((filled.rows.len(), filled.unanswered, filled.answered_by.as_str()), (2, 1, "佐藤"));
    assert_eq!(filled.blanks, [(Subject("equipment:1".into()), "who".to_owned())]);
    assert_eq!(filled.rows[&Subject::whole()][REMOTE], Said::Answer(FourValued::No));
}

#[test]
fn what_is_filled_in_wrongly_is_told_once_each_with_its_cell() {
    let device = key(&Subject("equipment:1".into()));
    let wrong = |cells: &[(&str, &str)]| {
        let problems = of(vec![row(4, cells)]).unwrap_err();
        assert!(problems.iter().all(|one| one.row == 4 && one.column == "B"), "{problems:?}");
        problems.iter().map(|one| one.what).collect::<Vec<_>>()
    };
    assert_eq!(wrong(&[(MARKER, &device), (REMOTE, ""), ("purpose", "監視")]), [Wrong::NoAnswer]);
    assert_eq!(wrong(&[(MARKER, &device), (REMOTE, "多分")]), [Wrong::Answer]);
    assert_eq!(wrong(&[(MARKER, ""), (REMOTE, "有")]), [Wrong::KeyMissing]);
    assert_eq!(wrong(&[(MARKER, "0007-0000000000"), (REMOTE, "有")]), [Wrong::KeyAltered]);
    assert_eq!(wrong(&[(MARKER, "0008-0123456789"), (REMOTE, "有")]), [Wrong::OtherEnquiry]);
    let long = "あ".repeat(513);
    assert_eq!(wrong(&[(MARKER, &device), (REMOTE, "有"), ("who", &long)]), [Wrong::TooLong]);
    let twice = || row(4, &[(MARKER, &device), (REMOTE, "有")]);
    assert_eq!(of(vec![twice(), twice()]).unwrap_err()[0].what, Wrong::Twice);
}

/// Two sheets, as somebody has them who copied a tab.
fn copied(first: &[(&str, &str)], second: &[(&str, &str)]) -> Result<Filled, Vec<Problem>> {
    let vendors = Vendors { enquiries: vec![enquiry()], ..Vendors::default() };
    let mut book = book(vec![row(4, first)]);
    book.sheets.push(CodedSheet { name: "リモートメンテナンス (2)".into(), rows: vec![row(5, second)] });
    read(&book, &vendors, Questions::builtin(), date(2026, 4, 21))
}

#[test]
fn of_two_answers_to_one_question_none_is_chosen() {
    let device = key(&Subject("equipment:1".into()));
    let said = |answer, purpose| vec![(MARKER, device.as_str()), (REMOTE, answer), ("purpose", purpose)];
    let problems = copied(&said("無", ""), &said("有", "監視")).unwrap_err();
    let [Problem { sheet, row: 5, found, what: Wrong::Conflict, other: Some(other), .. }] = &problems[..] else {
        panic!("{problems:?}")
    };
    assert_eq!((sheet.as_str(), found.as_str()), ("リモートメンテナンス (2)", "有"));
    assert_eq!((other.sheet.as_str(), other.row, other.found.as_str()), ("リモートメンテナンス", 4, "無"));
    let same = copied(&said("有", "監視"), &said("有", "監視")).unwrap();
    assert_eq!(same.rows.len(), 1);
    let further = copied(&said("有", ""), &said("有り", "監視")).unwrap();
    assert_eq!(further.rows[&Subject("equipment:1".into())]["purpose"], Said::Text("監視".into()));
    assert!(!further.blanks.iter().any(|(_, question)| question == "purpose"), "the other sheet has it");
}

#[test]
fn a_copied_column_and_a_second_cover_are_told_where_they_differ() {
    let device = key(&Subject("equipment:1".into()));
    let mut twice = row(4, &[(MARKER, &device), (REMOTE, "無")]);
    twice.copies.push((REMOTE.to_owned(), FilledCell { column: "F".into(), text: "有".into() }));
    let problems = of(vec![twice]).unwrap_err();
    assert_eq!((problems[0].what, problems[0].column.as_str()), (Wrong::Conflict, "F"));
    let vendors = Vendors { enquiries: vec![enquiry()], ..Vendors::default() };
    let mut two = book(vec![row(4, &[(MARKER, &device), (REMOTE, "無")])]);
    let mut cover = two.sheets[0].clone();
    cover.name = "照会票 (2)".into();
    cover.rows[2].cells.insert(VALUE.to_owned(), cell("鈴木"));
    two.sheets.push(cover);
    let problems = read(&two, &vendors, Questions::builtin(), date(2026, 4, 21)).unwrap_err();
    assert_eq!((problems[0].what, problems[0].found.as_str()), (Wrong::Conflict, "鈴木"));
}

#[test]
fn a_sheet_that_lost_its_codes_is_told_and_not_passed_over() {
    let device = key(&Subject("equipment:1".into()));
    let vendors = Vendors { enquiries: vec![enquiry()], ..Vendors::default() };
    let told = |book: &Coded| {
        let problems = read(book, &vendors, Questions::builtin(), date(2026, 4, 21)).unwrap_err();
        problems.iter().map(|one| one.what).collect::<Vec<_>>()
    };
    let mut lost = book(vec![]);
    lost.strays
        .push(Stray { sheet: "リモートメンテナンス".into(), row: 5, cell: cell(&device), why: Why::NoCodes });
    assert_eq!(told(&lost), [Wrong::CodesGone]);
    assert_eq!(told(&book(vec![row(4, &[(MARKER, &device)])])), [Wrong::CodesGone], "only the keys are left");
}

#[test]
fn a_sheet_without_its_first_question_is_told_whatever_else_stands_there() {
    let device = key(&Subject("equipment:1".into()));
    for cells in [[("purpose", "監視")], [("purpose", "")], [("disclosure_kind", "MDS")]] {
        let problems = of(vec![row(4, &[&[(MARKER, device.as_str())][..], &cells].concat())]).unwrap_err();
        assert_eq!(problems.iter().map(|one| one.what).collect::<Vec<_>>(), [Wrong::CodesGone], "{cells:?}");
    }
}

#[test]
fn what_could_not_be_read_is_told_and_so_is_a_missing_cover() {
    let vendors = Vendors { enquiries: vec![enquiry()], ..Vendors::default() };
    let device = key(&Subject("equipment:1".into()));
    for (why, wrong) in [
        (Why::NoCode, Wrong::NoColumn),
        (Why::Formula, Wrong::Formula),
        (Why::Rows, Wrong::RowsCut),
        (Why::NoCodes, Wrong::CodesGone),
    ] {
        let mut book = book(vec![row(4, &[(MARKER, &device), (REMOTE, "無")])]);
        book.strays.push(Stray { sheet: "リモートメンテナンス".into(), row: 5, cell: cell("有"), why });
        let problems = read(&book, &vendors, Questions::builtin(), date(2026, 4, 21)).unwrap_err();
        assert_eq!((problems.len(), problems[0].what, problems[0].row), (1, wrong, 5));
    }
    let mut bare = book(vec![row(4, &[(MARKER, &device), (REMOTE, "無")])]);
    bare.sheets.remove(0);
    let problems = read(&bare, &vendors, Questions::builtin(), date(2026, 4, 21)).unwrap_err();
    assert_eq!(problems.iter().map(|one| one.what).collect::<Vec<_>>(), [Wrong::CoverGone]);
}

#[test]
fn days_lie_between_the_enquiry_and_today() {
    let vendors = Vendors { enquiries: vec![enquiry()], ..Vendors::default() };
    let device = key(&Subject("equipment:1".into()));
    let read = |on: &str, patched: &str| {
        let mut book =
            book(vec![row(4, &[(MARKER, &device), (REMOTE, "無"), (RESPONSIBLE, ""), ("patch_date", patched)])]);
        book.sheets[0].rows[3].cells.insert(VALUE.to_owned(), cell(on));
        let problems = read(&book, &vendors, Questions::builtin(), date(2026, 4, 21)).err().unwrap_or_default();
        problems.iter().map(|one| one.what).collect::<Vec<_>>()
    };
    assert_eq!(read("2026-04-01", "2020-01-01"), [], "the day of the enquiry itself");
    assert_eq!(read("2026-03-31", ""), [Wrong::DayBefore]);
    assert_eq!(read("2026-04-22", ""), [Wrong::DayAhead]);
    assert_eq!(read("2026-04-20", "2026-04-22"), [Wrong::DayAhead], "nobody patched tomorrow");
}

proptest! {
    /// Whatever is typed: nothing is kept of rows that were not asked about, and nobody panics.
    #[test]
    fn only_what_was_asked_is_kept(
        texts in proptest::collection::vec(("\\PC{0,20}", "有|無|不明|契約なし|\\PC{0,8}", "\\PC{0,12}"), 0..8),
    ) {
        let device = key(&Subject("equipment:1".into()));
        let rows = (4..).zip(&texts).map(|(number, (own, answer, text))| {
            let key = if text.len() % 2 == 0 { &device } else { own };
            row(number, &[(MARKER, key), (REMOTE, answer), ("purpose", text), (RESPONSIBLE, ""), ("patch_date", own)])
        });
        if let Ok(filled) = of(rows.collect()) {
            let asked = enquiry().subjects;
            prop_assert!(filled.rows.keys().all(|subject| asked.contains(subject)));
        }
    }
}
