//! A workbook that came back: every answer understood, or every problem with its cell. Nothing is guessed.

mod cover;

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use self::cover::Cover;
use super::questions::{Kind, Page, Question, Questions};
use super::{MARKER, row_key};
use crate::import::coded::{Coded, CodedRow, CodedSheet, Marks, Why};
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
    pub other: Option<Box<Place>>,
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
    /// No cell says which enquiry is answered: the cover is gone.
    CoverGone,
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
    /// The column is none of those that were sent, or its code is gone.
    NoColumn,
    /// A formula without a value.
    Formula,
    /// The workbook holds more than is read.
    RowsCut,
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
    reading.problems.extend(strays.map(|one| problem(&one.sheet, one.row, Some(&one.cell), unread(one.why))));
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
        let keyed =
            sheet.rows.iter().find_map(|row| Some((row, row.cells.get(MARKER).filter(|key| is_key(&key.text))?)));
        if let Some((row, key)) = keyed.filter(|(row, _)| !self.is_whole(row)) {
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

    /// The columns have codes, and of every page that stands here the first question is there, on which the rest depends.
    fn is_whole(&self, row: &CodedRow) -> bool {
        let has = |question: &Question| row.cells.contains_key(&question.key);
        let pages = [Page::Devices, Page::Remote, Page::Disclosure];
        let mut here = pages.into_iter().filter(|page| self.questions.of(*page).any(has)).peekable();
        here.peek().is_some() && here.all(|page| self.questions.of(page).next().is_some_and(has))
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
                let other = self.places.get(&(subject.clone(), question.key.clone())).cloned().map(Box::new);
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

fn unread(why: Why) -> Wrong {
    match why {
        Why::NoCodes => Wrong::CodesGone,
        Why::NoCode => Wrong::NoColumn,
        Why::Formula => Wrong::Formula,
        Why::Rows => Wrong::RowsCut,
    }
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
mod tests;
