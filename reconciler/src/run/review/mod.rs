//! `daicho findings`, and `daicho decide` about findings.

pub(super) mod order;
pub(super) mod rules;
pub(super) mod sheet;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, BufRead, IsTerminal};

use jiff::Timestamp;

use self::order::{Bench, Objection, Order};
use super::console::Console;
use super::project::Project;
use super::{CLEAN, Failure, audit, log, rooms, show};
use crate::cli::{Chosen, Common, DecideCommand, Findings, Told, words};
use crate::edge;
use crate::judge::entry::Field;
use crate::judge::finding::Finding;
use crate::judge::review::filter::{Filter, Lookup};
use crate::judge::review::handle::Handles;
use crate::judge::review::{Action, Review};
use crate::judge::verdict::Verdict;
use crate::render::list::Line;
use crate::store::Deed;

/// Findings of which a list names every one before it asks back.
const NAMED: usize = 20;

pub(super) fn findings(common: &Common, options: &Findings, console: &Console, now: Timestamp) -> Result<u8, Failure> {
    let project = Project::open_to_read(&common.folder)?;
    let run = audit::chosen(&project, options.run.as_deref())?;
    let mut verdict = show::verdict(&project, &run)?;
    rooms::stand(&project.store, &mut verdict, now)?;
    let filter = options.filter.as_deref().map(filter).transpose()?;
    let lookup = Lookup::new(&verdict);
    let wanted = |finding: &&Finding| {
        let open = verdict.standing(finding).state.is_open();
        (!options.open || open)
            && (!options.decided || !open)
            && filter.as_ref().is_none_or(|filter| lookup.is_chosen(filter, finding))
    };
    let chosen: Vec<&Finding> = verdict.findings.iter().filter(wanted).collect();
    let render = rooms::options(&project.settings.hospital.name, console.lang);
    let lines = rooms::lines(&verdict, &render);
    if console.json {
        let ids: BTreeSet<&str> = chosen.iter().map(|finding| finding.id.as_str()).collect();
        let lines: Vec<&Line> = lines.iter().filter(|line| ids.contains(line.id.as_str())).collect();
        console.value(&lines)?;
        return Ok(CLEAN);
    }
    console.bytes(&rooms::grouped(&verdict, &lines, &chosen, options.groups, &render)?)?;
    console.note(&words::review::counted(chosen.len(), verdict.open().count(), verdict.findings.len(), console.lang));
    Ok(CLEAN)
}

/// What was typed, taken apart.
struct Typed<'a> {
    chosen: &'a Chosen,
    told: &'a Told,
    action: Action,
    set: &'a [String],
    row: Option<u32>,
}

pub(super) fn decide(
    common: &Common,
    command: &DecideCommand,
    console: &Console,
    now: Timestamp,
) -> Result<u8, Failure> {
    let plain = |chosen, told, action| Typed { chosen, told, action, set: &[], row: None };
    let typed = match command {
        DecideCommand::Accept { chosen, set, told } => Typed { set, ..plain(chosen, told, Action::Accept) },
        DecideCommand::Correct { chosen, set, row, told } => {
            Typed { set, row: *row, ..plain(chosen, told, Action::Correct) }
        }
        DecideCommand::Ignore { chosen, until, told } => plain(chosen, told, Action::Ignore { until: *until }),
        DecideCommand::Assign { chosen, to, until, told } => {
            plain(chosen, told, Action::Assign { to: to.clone(), until: *until })
        }
        DecideCommand::Comment { chosen, told } => plain(chosen, told, Action::Comment),
        DecideCommand::Close { chosen, told } => plain(chosen, told, Action::Close),
        DecideCommand::Reopen { chosen, told } => plain(chosen, told, Action::Reopen),
        _ => return Ok(CLEAN),
    };
    order(common, &typed, console, now)
}

fn order(common: &Common, typed: &Typed<'_>, console: &Console, now: Timestamp) -> Result<u8, Failure> {
    let (mut project, _lock) = Project::open(&common.folder, "decide", now)?;
    let run = audit::chosen(&project, None)?;
    let mut verdict = show::verdict(&project, &run)?;
    rooms::stand(&project.store, &mut verdict, now)?;
    let lines = rooms::lines(&verdict, &rooms::options("", project.settings.report.lang));
    let bench = Bench::new(&verdict, &lines, now);
    let by = typed.told.by.clone().unwrap_or_else(edge::user);
    let order = Order {
        action: typed.action.clone(),
        reason: typed.told.reason.clone(),
        approver: typed.told.approver.clone(),
        rule: None,
        set: cells(typed.set)?,
        row: typed.row,
    };
    let (chosen, gone) = chosen(typed, &project, &verdict, &bench.lookup)?;
    let reviews = reviews(&chosen, &order, &bench, &by)?;
    tell(&chosen, &reviews, &lines, typed.chosen.dry_run, console)?;
    if typed.chosen.dry_run || (reviews.is_empty() && gone.is_empty()) {
        return Ok(CLEAN);
    }
    if typed.chosen.filter.is_some() && !typed.chosen.yes {
        confirm(reviews.len(), console)?;
    }
    let done = [reviews, gone].concat();
    keep(&mut project, done, &by, console, now)?;
    Ok(CLEAN)
}

/// Keeps decisions, and judges the latest run again where the ledger is another one now.
pub(super) fn keep(
    project: &mut Project,
    reviews: Vec<Review>,
    by: &str,
    console: &Console,
    now: Timestamp,
) -> Result<(), Failure> {
    let run = audit::chosen(project, None)?;
    let (count, accepted): (usize, BTreeSet<String>) = (
        reviews.len(),
        reviews.iter().filter(|review| !review.amendments.is_empty()).map(|review| review.finding.clone()).collect(),
    );
    let undone = reviews.iter().any(|review| review.action == Action::Reopen);
    let deeds: Vec<Deed> = reviews.into_iter().map(Deed::Finding).collect();
    project.store.log(by, now, &deeds)?;
    log::note_head(project)?;
    let verdict = if accepted.is_empty() && !undone {
        let mut verdict = show::verdict(project, &run)?;
        rooms::stand(&project.store, &mut verdict, now)?;
        verdict
    } else {
        audit::judge_again(project, &run, now)?
    };
    let handles = Handles::new(&verdict);
    let still = verdict.findings.iter().filter(|finding| accepted.contains(&finding.id));
    let still: Vec<String> = still.map(|finding| handles.of(finding)).collect();
    console.note(&words::review::kept(count, verdict.open().count(), &still, console.lang));
    Ok(())
}

/// The findings that are meant; of a decision that is taken back, also those that are gone.
fn chosen<'a>(
    typed: &Typed<'_>,
    project: &Project,
    verdict: &'a Verdict,
    lookup: &Lookup<'a>,
) -> Result<(Vec<&'a Finding>, Vec<Review>), Failure> {
    if let Some(text) = &typed.chosen.filter {
        let filter = filter(text)?;
        let open = |finding: &&Finding| {
            filter.names_state()
                || typed.action == Action::Reopen && !verdict.standing(finding).state.is_open()
                || typed.action != Action::Reopen && verdict.standing(finding).state.is_open()
        };
        return Ok((lookup.chosen(&filter).into_iter().filter(open).collect(), vec![]));
    }
    let handles = Handles::new(verdict);
    let (mut chosen, mut gone): (Vec<&Finding>, Vec<Review>) = (vec![], vec![]);
    for text in &typed.chosen.findings {
        match handles.find(text).as_slice() {
            [finding] if !chosen.contains(finding) => chosen.push(finding),
            [_] => {}
            [] if typed.action == Action::Reopen => gone.push(taken_back(project, text, typed.told)?),
            [] => return Err(Failure::NoFinding { text: daicho_shared::text::bounded(text) }),
            several => {
                return Err(Failure::SeveralFindings {
                    text: daicho_shared::text::bounded(text),
                    findings: several.iter().take(10).map(|finding| handles.of(finding)).collect(),
                });
            }
        }
    }
    Ok((chosen, gone))
}

/// A decision about a finding that is gone, e.g. because it was accepted, taken back.
fn taken_back(project: &Project, text: &str, told: &Told) -> Result<Review, Failure> {
    let kept = project.store.reviews()?;
    let digits = crate::judge::review::handle::digits(text.trim());
    let mut known = kept.into_iter().rev().filter(|one| {
        !digits.is_empty() && crate::judge::review::handle::digits(&one.review.finding).starts_with(digits)
    });
    let last = known.next().ok_or_else(|| Failure::NoFinding { text: daicho_shared::text::bounded(text) })?;
    let others: BTreeSet<String> =
        known.map(|one| one.review.finding).filter(|other| *other != last.review.finding).collect();
    if !others.is_empty() {
        let findings = std::iter::once(last.review.finding).chain(others).take(10).collect();
        return Err(Failure::SeveralFindings { text: daicho_shared::text::bounded(text), findings });
    }
    Ok(Review {
        action: Action::Reopen,
        before: last.review.after.clone(),
        after: "undecided".to_owned(),
        reason: told.reason.clone(),
        approver: told.approver.clone(),
        rule: None,
        amendments: vec![],
        ..last.review
    })
}

/// Every decision, or every reason why not.
fn reviews(chosen: &[&Finding], order: &Order, bench: &Bench<'_>, by: &str) -> Result<Vec<Review>, Failure> {
    let handles = Handles::new(bench.verdict);
    let mut objections: Vec<(String, Objection)> = vec![];
    let mut reviews = vec![];
    for finding in chosen {
        match bench.review(finding, order, by) {
            Ok(review) => reviews.push(review),
            Err(objection) => objections.push((handles.of(finding), objection)),
        }
    }
    if objections.is_empty() { Ok(reviews) } else { Err(Failure::Objections { objections }) }
}

/// Which findings are meant, and what changes in the ledger.
fn tell(
    chosen: &[&Finding],
    reviews: &[Review],
    lines: &[Line],
    dry_run: bool,
    console: &Console,
) -> Result<(), Failure> {
    if console.json {
        return console.value(&reviews);
    }
    let shown = if dry_run { chosen.len() } else { NAMED };
    for (finding, review) in chosen.iter().zip(reviews).take(shown) {
        if let Some(line) = lines.iter().find(|line| line.id == finding.id) {
            console.line(&crate::render::list::one(line))?;
        }
        review.amendments.iter().try_for_each(|one| {
            words::review::amendment(one, console.lang).iter().try_for_each(|line| console.line(&format!("    {line}")))
        })?;
    }
    if let Some(more) = chosen.len().checked_sub(shown).filter(|more| *more > 0) {
        console.line(&words::review::more(more, console.lang))?;
    }
    Ok(())
}

/// Asks back where somebody sits at the terminal; otherwise `--yes` says it beforehand.
fn confirm(count: usize, console: &Console) -> Result<(), Failure> {
    let refused = || Failure::NotConfirmed { findings: count };
    if !io::stdin().is_terminal() {
        return Err(refused());
    }
    console.note(&words::review::ask(count, console.lang));
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer).map_err(|source| Failure::file(std::path::Path::new("-"), source))?;
    let yes = ["y", "yes", "はい"].contains(&answer.trim().to_lowercase().as_str());
    if yes { Ok(()) } else { Err(refused()) }
}

/// `部門=検査科`, each once.
pub(super) fn cells(set: &[String]) -> Result<BTreeMap<Field, String>, Failure> {
    let wrong = |text: &str| Failure::BadCell { text: daicho_shared::text::bounded(text) };
    let mut cells = BTreeMap::new();
    for text in set {
        let (heading, value) = text.split_once(['=', '＝']).ok_or_else(|| wrong(text))?;
        let field = rooms::field(heading).ok_or_else(|| wrong(text))?;
        if cells.insert(field, daicho_shared::text::bounded(value)).is_some() {
            return Err(wrong(text));
        }
    }
    Ok(cells)
}

fn filter(text: &str) -> Result<Filter, Failure> {
    Ok(words::review::filter(text).parse()?)
}
