//! `daicho decide import`: the decisions that people filled into findings.xlsx. All of them are kept, or none, and every
//! problem is told with its cell.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use jiff::Timestamp;

use super::order::{Bench, Objection, Order};
use super::{cells, keep};
use crate::cli::{Common, words};
use crate::edge;
use crate::import::filled::{FilledCell, FilledRow};
use crate::judge::amendment::Change;
use crate::judge::finding::Finding;
use crate::judge::review::facts::Facts;
use crate::judge::review::handle::Handles;
use crate::judge::review::{Action, Kept, Review, proposal};
use crate::lang::Lang;
use crate::render::words::headings::headings;
use crate::render::words::standing::chosen;
use crate::run::console::Console;
use crate::run::project::Project;
use crate::run::{CLEAN, Failure, audit, rooms, show};

/// The most problems that are told one by one.
const TOLD: usize = 200;

/// What is wrong with one cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misfilled {
    /// Name on the tab.
    pub sheet: String,
    /// As the spreadsheet shows it.
    pub row: u32,
    /// As the spreadsheet shows it.
    pub column: String,
    /// The cell's text.
    pub found: String,
    /// What is wrong.
    pub what: What,
}

/// What can be wrong with a filled-in cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// None of the decisions.
    Decision,
    /// Something is filled in, and no decision.
    NoDecision,
    /// Not a day.
    Day,
    /// 保留 without a day.
    NoDay,
    /// 依頼 without anybody.
    NoAssignee,
    /// No `項目=値`.
    Correction,
    /// No such finding was ever written.
    Finding,
    /// The finding says something else by now.
    Stale,
    /// The finding stands in another row, too.
    Twice,
    /// It cannot be decided so.
    Objection(Objection),
}

pub(in crate::run) fn import(
    common: &Common,
    file: &Path,
    dry_run: bool,
    by: Option<&str>,
    console: &Console,
    now: Timestamp,
) -> Result<u8, Failure> {
    let (mut project, _lock) = Project::open(&common.folder, "decide import", now)?;
    let run = audit::chosen(&project, None)?;
    let mut verdict = show::verdict(&project, &run)?;
    rooms::stand(&project.store, &mut verdict, now)?;
    let rows = rooms::filled(file, &wanted(), console.lang)?;
    let lines = rooms::lines(&verdict, &rooms::options("", project.settings.report.lang));
    let by = by.map_or_else(edge::user, str::to_owned);
    let kept = project.store.reviews()?;
    let decisions = kept.iter().filter(|one| one.review.action != Action::Comment);
    let last = decisions.map(|one| (one.review.finding.as_str(), one)).collect();
    let read = Reading { bench: Bench::new(&verdict, &lines, now), handles: Handles::new(&verdict), by: &by, last };
    let known: BTreeSet<&str> = kept.iter().map(|one| one.review.finding.as_str()).collect();
    let filled = read.all(&rows, &known);
    if !filled.problems.is_empty() {
        for problem in filled.problems.iter().take(TOLD) {
            console.line(&words::review::misfilled(problem, console.lang))?;
        }
        return Err(Failure::Misfilled { problems: filled.problems.len() });
    }
    let (gone, same, count) = (filled.gone, filled.same, filled.reviews.len());
    console.note(&words::review::filled(count, same, gone, console.lang));
    if console.json {
        console.value(&filled.reviews)?;
    }
    if !dry_run && count > 0 {
        keep(&mut project, filled.reviews, &by, console, now)?;
    }
    Ok(CLEAN)
}

/// The columns that are read, in both languages.
fn wanted() -> [Vec<&'static str>; 8] {
    let both = [headings(Lang::Ja), headings(Lang::En)];
    let columns =
        both.map(|w| [w.decide, w.until, w.reason, w.approver, w.assignee, w.correction, w.finding_id, w.fingerprint]);
    std::array::from_fn(|index| columns.iter().map(|names| names[index]).collect())
}

/// What was read of a workbook.
#[derive(Default)]
struct Filled {
    reviews: Vec<Review>,
    problems: Vec<Misfilled>,
    /// Rows of findings that are settled and gone by now.
    gone: usize,
    /// Rows that say what was decided already.
    same: usize,
}

/// A row's cells, by what they are.
struct Cells<'a> {
    row: &'a FilledRow,
    decision: &'a FilledCell,
    until: &'a FilledCell,
    reason: &'a FilledCell,
    approver: &'a FilledCell,
    assignee: &'a FilledCell,
    correction: &'a FilledCell,
    id: &'a FilledCell,
    fingerprint: &'a FilledCell,
}

impl<'a> Cells<'a> {
    fn of(row: &'a FilledRow) -> Option<Self> {
        let [decision, until, reason, approver, assignee, correction, id, fingerprint] = row.cells.as_slice() else {
            return None;
        };
        Some(Self { row, decision, until, reason, approver, assignee, correction, id, fingerprint })
    }

    fn problem(&self, cell: &FilledCell, what: What) -> Misfilled {
        let (sheet, row, column) = (self.row.sheet.clone(), self.row.row, cell.column.clone());
        Misfilled { sheet, row, column, found: daicho_shared::text::bounded(&cell.text), what }
    }

    fn filled(&self) -> Option<&'a FilledCell> {
        let others = [self.until, self.reason, self.approver, self.assignee, self.correction];
        others.into_iter().find(|cell| !cell.text.is_empty())
    }
}

struct Reading<'a> {
    bench: Bench<'a>,
    handles: Handles<'a>,
    by: &'a str,
    /// The newest decision about each finding.
    last: BTreeMap<&'a str, &'a Kept>,
}

impl Reading<'_> {
    /// `known`: findings about which anything was ever decided.
    fn all(&self, rows: &[FilledRow], known: &BTreeSet<&str>) -> Filled {
        let mut filled = Filled::default();
        let mut seen = BTreeSet::new();
        for cells in rows.iter().filter_map(Cells::of) {
            match (cells.decision.text.is_empty(), cells.filled()) {
                (true, None) => {}
                (true, Some(cell)) => filled.problems.push(cells.problem(cell, What::NoDecision)),
                (false, _) => self.one(&cells, known, &mut seen, &mut filled),
            }
        }
        filled
    }

    fn one(&self, cells: &Cells<'_>, known: &BTreeSet<&str>, seen: &mut BTreeSet<String>, filled: &mut Filled) {
        if !seen.insert(cells.id.text.clone()) {
            return filled.problems.push(cells.problem(cells.id, What::Twice));
        }
        let finding = match self.handles.find(&cells.id.text).as_slice() {
            [finding] if finding.id == cells.id.text => *finding,
            _ if known.contains(cells.id.text.as_str()) => return filled.gone += 1,
            _ => return filled.problems.push(cells.problem(cells.id, What::Finding)),
        };
        match self.review(cells, finding) {
            Ok(Some(review)) => filled.reviews.push(review),
            Ok(None) => filled.same += 1,
            Err(problem) => filled.problems.push(problem),
        }
    }

    /// `None` where that is decided already.
    fn review(&self, cells: &Cells<'_>, finding: &Finding) -> Result<Option<Review>, Misfilled> {
        let order = order(cells, finding)?;
        let review = self.bench.review(finding, &order, self.by);
        let last = self.last.get(finding.id.as_str());
        let counts = !self.bench.verdict.standing(finding).state.is_open();
        if review.as_ref().is_ok_and(|review| counts && last.is_some_and(|last| says_the_same(review, &last.review))) {
            return Ok(None);
        }
        let facts = Facts::of_device(finding, self.bench.lookup.asset(finding));
        if facts.edition(self.bench.verdict.standing(finding).last) != cells.fingerprint.text {
            return Err(cells.problem(cells.fingerprint, What::Stale));
        }
        review.map(Some).map_err(|objection| cells.problem(cells.decision, What::Objection(objection)))
    }
}

/// The same decision, for the same reason, with the same outcome for the ledger.
fn says_the_same(one: &Review, other: &Review) -> bool {
    let grounds = |review: &Review| (review.action.clone(), review.reason.clone(), review.approver.clone());
    let outcome = |review: &Review| -> Vec<String> {
        let said = review.amendments.iter().map(|amendment| match &amendment.change {
            Change::Cell { entry, field, after, .. } => format!("{entry} {field:?} {after}"),
            Change::Row { cells, .. } => format!("{cells:?}"),
        });
        said.collect()
    };
    grounds(one) == grounds(other) && outcome(one) == outcome(other)
}

fn order(cells: &Cells<'_>, finding: &Finding) -> Result<Order, Misfilled> {
    let text = |cell: &FilledCell| Some(daicho_shared::text::bounded(&cell.text)).filter(|text| !text.is_empty());
    let until = match cells.until.text.as_str() {
        "" => None,
        day => Some(rooms::day(day).ok_or_else(|| cells.problem(cells.until, What::Day))?),
    };
    let action = match chosen(&cells.decision.text) {
        Some("accept") => Action::Accept,
        Some("correct") => Action::Correct,
        Some("ignore") => Action::Ignore { until: until.ok_or_else(|| cells.problem(cells.until, What::NoDay))? },
        Some("assign") => {
            let to = text(cells.assignee).ok_or_else(|| cells.problem(cells.assignee, What::NoAssignee))?;
            Action::Assign { to, until }
        }
        Some("close") => Action::Close,
        Some("reopen") => Action::Reopen,
        _ => return Err(cells.problem(cells.decision, What::Decision)),
    };
    let set = corrections(&cells.correction.text, finding);
    let set = set.ok_or_else(|| cells.problem(cells.correction, What::Correction))?;
    Ok(Order { action, reason: text(cells.reason), approver: text(cells.approver), rule: None, set, row: None })
}

/// `状態=廃棄`, several parted by semicolons or lines. A value alone is meant for the finding's own column.
fn corrections(
    text: &str,
    finding: &Finding,
) -> Option<std::collections::BTreeMap<crate::judge::entry::Field, String>> {
    let parts = text.split(['\n', ';', '；']).map(str::trim).filter(|part| !part.is_empty());
    let parts: Vec<String> = parts.map(str::to_owned).collect();
    match (parts.as_slice(), proposal::meant(finding)) {
        ([value], Some(field)) if !value.contains(['=', '＝']) => Some([(field, value.clone())].into()),
        (parts, _) => cells(parts).ok(),
    }
}
