//! A workbook that came back: every answer understood, or every problem with its cell. Nothing is guessed.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::questions::{Kind, Question, Questions};
use super::{MARKER, row_key, vendor_code};
use crate::import::coded::{Coded, CodedRow, CodedSheet};
use crate::import::filled::{FilledCell, day};
use crate::judge::entry::FourValued;
use crate::judge::vendor::{Answers, DISCLOSURE, Enquiry, REMOTE, Said, Subject, Vendors};

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
    /// None of the four answers.
    Answer,
    /// None of the choices.
    Choice,
    /// Not a day.
    Day,
    /// A day that has not come yet.
    DayAhead,
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
    for sheet in &coded.sheets {
        reading.sheet(sheet);
    }
    if reading.rows.is_empty() && reading.problems.is_empty() {
        reading.problems.push(problem("", 0, None, Wrong::Nothing));
    }
    if !reading.problems.is_empty() {
        reading.problems.truncate(PROBLEMS);
        return Err(reading.problems);
    }
    let gate = |subject: &&Subject| !reading.rows.get(*subject).is_some_and(|row| row.contains_key(subject.question()));
    Ok(Filled {
        enquiry: enquiry.number,
        answered_by,
        answered_on,
        unanswered: enquiry.subjects.iter().filter(gate).count(),
        blanks: reading.blanks,
        rows: reading.rows,
    })
}

/// The cover's cells.
#[derive(Default)]
struct Cover<'a> {
    cells: BTreeMap<&'a str, (&'a str, u32, &'a FilledCell)>,
}

impl<'a> Cover<'a> {
    fn of(coded: &'a Coded) -> Self {
        let mut cells = BTreeMap::new();
        for sheet in &coded.sheets {
            for row in &sheet.rows {
                let (Some(key), Some(value)) = (row.cells.get(MARKER), row.cells.get(VALUE)) else { continue };
                cells.entry(key.text.as_str()).or_insert((sheet.name.as_str(), row.row, value));
            }
        }
        Self { cells }
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
            Some(_) => {}
        }
        (person, answered.unwrap_or(today))
    }

    fn sheet(&mut self, sheet: &CodedSheet) {
        for row in sheet.rows.iter().filter(|row| !row.cells.contains_key(VALUE)) {
            let asked = |question: &&Question| row.cells.contains_key(&question.key);
            let asked: Vec<&Question> = self.questions.list.iter().filter(asked).collect();
            if asked.iter().any(|question| !row.cells[&question.key].text.is_empty()) {
                self.row(sheet, row, &asked);
            }
        }
    }

    fn row(&mut self, sheet: &CodedSheet, row: &CodedRow, asked: &[&Question]) {
        let Some(key) = row.cells.get(MARKER) else { return };
        let mut tell = |cell: &FilledCell, what| self.problems.push(problem(&sheet.name, row.row, Some(cell), what));
        let Some(subject) = self.keys.get(key.text.as_str()).copied() else {
            let own = format!("{:04}-", self.enquiry.number);
            let what = match key.text.as_str() {
                "" => Wrong::KeyMissing,
                text if text.starts_with(&own) => Wrong::KeyAltered,
                text if is_key(text) => Wrong::OtherEnquiry,
                _ => Wrong::KeyAltered,
            };
            return tell(key, what);
        };
        if !self.seen.insert((sheet.name.clone(), key.text.clone())) {
            return tell(key, Wrong::Twice);
        }
        let mut answers = Answers::new();
        for question in asked {
            let cell = &row.cells[&question.key];
            match said(question, cell, self.questions) {
                Ok(Some(said)) => drop(answers.insert(question.key.clone(), said)),
                Ok(None) => {}
                Err(what) => tell(cell, what),
            }
        }
        for gate in [REMOTE, DISCLOSURE] {
            if let Some(cell) = row.cells.get(gate).filter(|cell| cell.text.is_empty()) {
                tell(cell, Wrong::NoAnswer);
            }
        }
        self.blanks.extend(blanks(asked, &answers).map(|key| (subject.clone(), key)));
        self.rows.entry(subject.clone()).or_default().extend(answers);
    }
}

/// A yes that leaves needed cells empty.
fn blanks(asked: &[&Question], answers: &Answers) -> impl Iterator<Item = String> {
    let yes = [REMOTE, DISCLOSURE].iter().any(|gate| answers.get(*gate) == Some(&Said::Answer(FourValued::Yes)));
    let open = asked.iter().filter(|question| yes && question.needed && !answers.contains_key(&question.key));
    open.map(|question| question.key.clone()).collect::<Vec<_>>().into_iter()
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
    Problem { sheet: daicho_shared::text::bounded(sheet), row, column, found, what }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

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
        CodedRow { row: number, cells: cells.iter().map(|(code, text)| ((*code).to_owned(), cell(text))).collect() }
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
        Coded { name: "B.xlsx".into(), sha256: String::new(), sheets }
    }

    fn of(rows: Vec<CodedRow>) -> Result<Filled, Vec<Problem>> {
        let vendors = Vendors { enquiries: vec![enquiry()], replies: vec![] };
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
