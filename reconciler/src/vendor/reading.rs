//! A workbook that came back: every answer understood, or every problem with its cell. Nothing is guessed.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::questions::{Kind, Question, Questions};
use super::{MARKER, row_key, vendor_code};
use crate::import::coded::{Coded, CodedRow, CodedSheet, Marks};
use crate::import::filled::{FilledCell, day};
use crate::judge::entry::FourValued;
use crate::judge::vendor::{Answers, DISCLOSURE, Enquiry, REMOTE, Said, Subject, Vendors, of_row};

/// Code of the cover's second column: what was filled in.
pub const VALUE: &str = "value";
/// Keys of the cover's rows.
pub const COVER: [&str; 4] = ["cover:enquiry", "cover:vendor", "cover:answered_by", "cover:answered_on"];

/// The most problems that are kept.
const PROBLEMS: usize = 500;

/// What was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filled {
    /// Number of the enquiry.
    pub enquiry: i64,
    /// 回答者.
    pub answered_by: String,
    /// 回答日.
    pub answered_on: Date,
    /// What was answered.
    pub rows: BTreeMap<Subject, Answers>,
    /// Blanks that a yes leaves open, by row and question.
    pub blanks: Vec<(Subject, String)>,
    /// Rows of the enquiry without an answer in this file.
    pub unanswered: usize,
}

/// What is wrong with one cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Name on the tab; empty where no sheet is meant.
    pub sheet: String,
    /// As the spreadsheet shows it.
    pub row: u32,
    /// As the spreadsheet shows it.
    pub column: String,
    /// The cell's text, bounded.
    pub found: String,
    /// What is wrong.
    pub what: Wrong,
    /// Where the other answer stands, of which this cell says another thing.
    pub other: Option<Place>,
}

/// A cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Name on the tab.
    pub sheet: String,
    /// As the spreadsheet shows it.
    pub row: u32,
    /// As the spreadsheet shows it.
    pub column: String,
    /// The cell's text, bounded.
    pub found: String,
}

/// What can be wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wrong {
    /// No enquiry of this number was ever written.
    NoSuchEnquiry,
    /// The cover names another vendor than the one that was asked.
    OtherVendor,
    /// The row belongs to another enquiry, perhaps another vendor's.
    OtherEnquiry,
    /// The key was changed.
    KeyAltered,
    /// Something is filled in, and the row has no key.
    KeyMissing,
    /// The key stands in a row above, too.
    Twice,
    /// The sheet's hidden row of codes, or its column of keys, is gone: nothing on it can be read.
    CodesGone,
    /// None of the four answers.
    Answer,
    /// None of the choices.
    Choice,
    /// Not a day.
    Day,
    /// A day that has not come yet.
    DayAhead,
    /// The answer is of a day before the enquiry was written.
    DayBefore,
    /// Another cell answers the same question about the same thing otherwise: a sheet, row or column was copied.
    Conflict,
    /// Longer than what is kept.
    TooLong,
    /// Other cells of the row are filled in, and this one, which says whether there is any, is not.
    NoAnswer,
    /// Nobody signs for the answers.
    NoPerson,
    /// No row is answered.
    Nothing,
}

/// Reads what was filled in; `today` is where the hospital is.
pub fn read(coded: &Coded, vendors: &Vendors, questions: &Questions, today: Date) -> Result<Filled, Vec<Problem>> {
    let cover = Cover::of(coded);
    let enquiry = match cover.enquiry(vendors) {
        Ok(enquiry) => enquiry,
        Err(problem) => return Err(vec![problem]),
    };
    let mut reading = Reading::new(enquiry, questions);
    let (answered_by, answered_on) = reading.person(&cover, today);
    reading.problems.extend(cover.twice.iter().cloned());
    let strays = coded.strays.iter();
    reading.problems.extend(strays.map(|one| problem(&one.sheet, one.row, Some(&one.cell), Wrong::CodesGone)));
    for sheet in &coded.sheets {
        reading.sheet(sheet, today);
    }
    reading.blanks();
    if reading.rows.is_empty() && reading.problems.is_empty() {
        reading.problems.push(problem("", 0, None, Wrong::Nothing));
    }
    if !reading.problems.is_empty() {
        reading.problems.truncate(PROBLEMS);
        return Err(reading.problems);
    }
    let said = |subject: &Subject| reading.rows.get(subject).is_some_and(|row| of_row(subject, row).is_some());
    Ok(Filled {
        enquiry: enquiry.number,
        answered_by,
        answered_on,
        unanswered: enquiry.subjects.iter().filter(|subject| !said(subject)).count(),
        blanks: reading.blanks,
        rows: reading.rows,
    })
}

/// The cover's cells.
#[derive(Default)]
struct Cover<'a> {
    cells: BTreeMap<&'a str, (&'a str, u32, &'a FilledCell)>,
    /// Where a second cover says another thing than the first.
    twice: Vec<Problem>,
}

impl<'a> Cover<'a> {
    fn of(coded: &'a Coded) -> Self {
        let mut cover = Self::default();
        for sheet in &coded.sheets {
            for row in &sheet.rows {
                let (Some(key), Some(value)) = (row.cells.get(MARKER), row.cells.get(VALUE)) else { continue };
                let further = row.copies.iter().filter(|(code, _)| code == VALUE).map(|(_, cell)| cell);
                for cell in std::iter::once(value).chain(further) {
                    cover.take(key.text.as_str(), (&sheet.name, row.row, cell));
                }
            }
        }
        cover
    }

    fn take(&mut self, key: &'a str, (sheet, row, cell): (&'a str, u32, &'a FilledCell)) {
        match self.cells.get(key) {
            Some((_, _, known)) if cell.text.is_empty() || known.text == cell.text => {}
            Some((first, above, known)) if !known.text.is_empty() && COVER.contains(&key) => {
                let other = Some(place(first, *above, known));
                self.twice.push(Problem { other, ..problem(sheet, row, Some(cell), Wrong::Conflict) });
            }
            _ => drop(self.cells.insert(key, (sheet, row, cell))),
        }
    }

    fn text(&self, key: &str) -> &'a str {
        self.cells.get(key).map_or("", |(_, _, cell)| cell.text.as_str())
    }

    fn problem(&self, key: &str, what: Wrong) -> Problem {
        match self.cells.get(key) {
            Some((sheet, row, cell)) => problem(sheet, *row, Some(cell), what),
            None => problem("", 0, None, what),
        }
    }

    fn enquiry<'v>(&self, vendors: &'v Vendors) -> Result<&'v Enquiry, Problem> {
        let [number, vendor, ..] = COVER;
        let meant = self.text(number).parse::<i64>().ok();
        let found = vendors.enquiries.iter().find(|enquiry| Some(enquiry.number) == meant);
        let enquiry = found.ok_or_else(|| self.problem(number, Wrong::NoSuchEnquiry))?;
        let named = self.text(vendor);
        if named == vendor_code(&enquiry.vendor) { Ok(enquiry) } else { Err(self.problem(vendor, Wrong::OtherVendor)) }
    }
}

struct Reading<'a> {
    enquiry: &'a Enquiry,
    questions: &'a Questions,
    keys: BTreeMap<String, &'a Subject>,
    seen: BTreeSet<(String, String)>,
    rows: BTreeMap<Subject, Answers>,
    /// Where each answer stands.
    places: BTreeMap<(Subject, String), Place>,
    /// What was asked of a row, on whichever sheets it stands.
    asked: BTreeMap<Subject, BTreeSet<String>>,
    blanks: Vec<(Subject, String)>,
    problems: Vec<Problem>,
}

impl<'a> Reading<'a> {
    fn new(enquiry: &'a Enquiry, questions: &'a Questions) -> Self {
        let keys = enquiry.subjects.iter().map(|subject| (row_key(enquiry, subject), subject)).collect();
        Self {
            enquiry,
            questions,
            keys,
            seen: BTreeSet::new(),
            rows: BTreeMap::new(),
            places: BTreeMap::new(),
            asked: BTreeMap::new(),
            blanks: vec![],
            problems: vec![],
        }
    }

    fn person(&mut self, cover: &Cover<'_>, today: Date) -> (String, Date) {
        let [.., by, on] = COVER;
        let person = daicho_shared::text::bounded(cover.text(by));
        if person.is_empty() {
            self.problems.push(cover.problem(by, Wrong::NoPerson));
        }
        let answered = day(cover.text(on));
        match answered {
            None => self.problems.push(cover.problem(on, Wrong::Day)),
            Some(answered) if answered > today => self.problems.push(cover.problem(on, Wrong::DayAhead)),
            Some(answered) if answered < self.enquiry.asked_on => {
                self.problems.push(cover.problem(on, Wrong::DayBefore));
            }
            Some(_) => {}
        }
        (person, answered.unwrap_or(today))
    }

    fn sheet(&mut self, sheet: &CodedSheet, today: Date) {
        let has = |row: &CodedRow| row.cells.keys().any(|code| code == VALUE || self.questions.get(code).is_some());
        if let Some((row, key)) = sheet.rows.iter().find_map(|row| Some((row, row.cells.get(MARKER)?)))
            && !has(row)
        {
            return self.tell(sheet, row, key, Wrong::CodesGone);
        }
        for row in sheet.rows.iter().filter(|row| !row.cells.contains_key(VALUE)) {
            let asked = |question: &&Question| row.cells.contains_key(&question.key);
            let asked: Vec<&Question> = self.questions.list.iter().filter(asked).collect();
            if asked.iter().any(|question| !row.cells[&question.key].text.is_empty()) {
                self.row(sheet, row, &asked, today);
            }
        }
    }

    fn row(&mut self, sheet: &CodedSheet, row: &CodedRow, asked: &[&Question], today: Date) {
        let Some(key) = row.cells.get(MARKER) else { return };
        let Some(subject) = self.keys.get(key.text.as_str()).copied() else {
            return self.tell(sheet, row, key, self.stranger(&key.text));
        };
        if !self.seen.insert((sheet.name.clone(), key.text.clone())) {
            return self.tell(sheet, row, key, Wrong::Twice);
        }
        for question in asked {
            let copies = row.copies.iter().filter(|(code, _)| *code == question.key).map(|(_, cell)| cell);
            for cell in std::iter::once(&row.cells[&question.key]).chain(copies) {
                match said(question, cell, self.questions) {
                    Ok(Some(Said::Day(day))) if question.past && day > today => {
                        self.tell(sheet, row, cell, Wrong::DayAhead);
                    }
                    Ok(Some(said)) => self.keep(subject, question, said, place(&sheet.name, row.row, cell)),
                    Ok(None) => {}
                    Err(what) => self.tell(sheet, row, cell, what),
                }
            }
        }
        self.asked.entry(subject.clone()).or_default().extend(asked.iter().map(|question| question.key.clone()));
        for gate in [REMOTE, DISCLOSURE] {
            if let Some(cell) = row.cells.get(gate).filter(|cell| cell.text.is_empty()) {
                self.tell(sheet, row, cell, Wrong::NoAnswer);
            }
        }
        self.rows.entry(subject.clone()).or_default();
    }

    /// Why nothing of this enquiry has such a key.
    fn stranger(&self, key: &str) -> Wrong {
        let own = format!("{:04}-", self.enquiry.number);
        match key {
            "" => Wrong::KeyMissing,
            text if text.starts_with(&own) => Wrong::KeyAltered,
            text if is_key(text) => Wrong::OtherEnquiry,
            _ => Wrong::KeyAltered,
        }
    }

    fn tell(&mut self, sheet: &CodedSheet, row: &CodedRow, cell: &FilledCell, what: Wrong) {
        self.problems.push(problem(&sheet.name, row.row, Some(cell), what));
    }

    /// The same answer on two sheets is one. Of two that differ, which of them is meant only people know.
    fn keep(&mut self, subject: &Subject, question: &Question, said: Said, here: Place) {
        let known = self.rows.entry(subject.clone()).or_default().entry(question.key.clone());
        match known {
            Entry::Vacant(free) => {
                free.insert(said);
                self.places.insert((subject.clone(), question.key.clone()), here);
            }
            Entry::Occupied(first) if *first.get() == said => {}
            Entry::Occupied(_) => {
                let other = self.places.get(&(subject.clone(), question.key.clone())).cloned();
                let Place { sheet, row, column, found } = here;
                self.problems.push(Problem { sheet, row, column, found, what: Wrong::Conflict, other });
            }
        }
    }

    /// A yes that leaves needed cells empty, whichever of several sheets has it.
    fn blanks(&mut self) {
        for (subject, asked) in &self.asked {
            let answers = &self.rows[subject];
            let yes =
                [REMOTE, DISCLOSURE].iter().any(|gate| answers.get(*gate) == Some(&Said::Answer(FourValued::Yes)));
            let needed = self.questions.list.iter().filter(|one| yes && one.needed && asked.contains(&one.key));
            let open = needed.filter(|question| !answers.contains_key(&question.key));
            self.blanks.extend(open.map(|question| (subject.clone(), question.key.clone())));
        }
    }
}

fn said(question: &Question, cell: &FilledCell, questions: &Questions) -> Result<Option<Said>, Wrong> {
    let text = cell.text.as_str();
    if text.is_empty() {
        return Ok(None);
    }
    let said = match question.kind {
        Kind::Answer => Said::Answer(questions.answer(text).ok_or(Wrong::Answer)?),
        Kind::Choice => Said::Text(question.choice(text).ok_or(Wrong::Choice)?.key.clone()),
        Kind::Date => Said::Day(day(text).ok_or(Wrong::Day)?),
        Kind::Text if text.chars().count() > daicho_shared::text::TEXT_LIMIT => return Err(Wrong::TooLong),
        Kind::Text => Said::Text(daicho_shared::text::bounded(text)),
    };
    Ok(Some(said))
}

/// How a workbook of ours is known.
pub const MARKS: Marks = Marks { marker: MARKER, is_ours };

/// A row's key, or the code of one of the questions that every enquiry asks.
fn is_ours(text: &str) -> bool {
    is_key(text) || [REMOTE, DISCLOSURE].contains(&text)
}

/// `0007-3f9a12bc45`.
fn is_key(text: &str) -> bool {
    let Some((number, digits)) = text.split_once('-') else { return false };
    number.len() >= 4
        && number.bytes().all(|b| b.is_ascii_digit())
        && digits.len() == 10
        && digits.bytes().all(|b| b.is_ascii_hexdigit())
}

fn problem(sheet: &str, row: u32, cell: Option<&FilledCell>, what: Wrong) -> Problem {
    let column = cell.map(|cell| cell.column.clone()).unwrap_or_default();
    let found = cell.map(|cell| daicho_shared::text::bounded(&cell.text)).unwrap_or_default();
    Problem { sheet: daicho_shared::text::bounded(sheet), row, column, found, what, other: None }
}

fn place(sheet: &str, row: u32, cell: &FilledCell) -> Place {
    let (sheet, found) = (daicho_shared::text::bounded(sheet), daicho_shared::text::bounded(&cell.text));
    Place { sheet, row, column: cell.column.clone(), found }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;
    use crate::import::coded::Stray;

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
        lost.strays.push(Stray { sheet: "リモートメンテナンス".into(), row: 5, cell: cell(&device) });
        assert_eq!(told(&lost), [Wrong::CodesGone]);
        assert_eq!(told(&book(vec![row(4, &[(MARKER, &device)])])), [Wrong::CodesGone], "only the keys are left");
    }

    #[test]
    fn days_lie_between_the_enquiry_and_today() {
        let vendors = Vendors { enquiries: vec![enquiry()], ..Vendors::default() };
        let device = key(&Subject("equipment:1".into()));
        let read = |on: &str, patched: &str| {
            let mut book = book(vec![row(4, &[(MARKER, &device), (REMOTE, "無"), ("patch_date", patched)])]);
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
                row(number, &[(MARKER, key), (REMOTE, answer), ("purpose", text), ("patch_date", own)])
            });
            if let Ok(filled) = of(rows.collect()) {
                let asked = enquiry().subjects;
                prop_assert!(filled.rows.keys().all(|subject| asked.contains(subject)));
            }
        }
    }
}
