//! Decisions that a rule of `daicho.toml` makes: only about findings that nobody ever decided, and never about one that
//! came back.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::order::{Bench, Objection, Order};
use crate::judge::review::standing::State;
use crate::judge::review::{Lacking, Review, is_urgent_uplink};
use crate::judge::verdict::Verdict;
use crate::run::project::Project;
use crate::run::{Failure, log, rooms};
use crate::settings::DecideRule;
use crate::store::Deed;

/// What the rules came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::run) enum Applied {
    /// No rule spoke.
    Nothing,
    /// Findings were decided.
    Findings,
    /// The ledger is changed, too, so that the run has to be judged again.
    Ledger,
}

/// Decides what the rules decide; the first rule that chooses a finding counts. What a rule may not decide (an urgent
/// external connection without an approver, a day that has passed) it leaves to people.
pub(in crate::run) fn apply(project: &mut Project, verdict: &Verdict, now: Timestamp) -> Result<Applied, Failure> {
    let rules = project.settings.decide.clone();
    if rules.is_empty() {
        return Ok(Applied::Nothing);
    }
    let mut deeds: BTreeMap<&str, Vec<Deed>> = BTreeMap::new();
    let mut ledger = false;
    for (rule, decided) in decided(project, &rules, verdict, now)? {
        if let Ok(review) = decided {
            ledger |= !review.amendments.is_empty();
            deeds.entry(&rule.by).or_default().push(Deed::Finding(review));
        }
    }
    let applied = match (deeds.is_empty(), ledger) {
        (true, _) => Applied::Nothing,
        (false, false) => Applied::Findings,
        (false, true) => Applied::Ledger,
    };
    for (by, deeds) in deeds {
        project.store.log(by, now, &deeds)?;
    }
    if applied != Applied::Nothing {
        log::note_head(project)?;
    }
    Ok(applied)
}

/// Rules that choose findings which they may not decide, with how many: those are left to people.
pub(in crate::run) fn powerless(
    project: &Project,
    verdict: &Verdict,
    now: Timestamp,
) -> Result<BTreeMap<String, usize>, Failure> {
    let mut powerless = BTreeMap::new();
    for (rule, decided) in decided(project, &project.settings.decide, verdict, now)? {
        if decided.is_err() {
            *powerless.entry(rule.name.clone()).or_default() += 1;
        }
    }
    Ok(powerless)
}

/// A rule, and what it says of one finding.
type Ruled<'r> = (&'r DecideRule, Result<Review, Objection>);

/// What the rules say of every finding that nobody ever spoke of, and why they may not.
fn decided<'r>(
    project: &Project,
    rules: &'r [DecideRule],
    verdict: &Verdict,
    now: Timestamp,
) -> Result<Vec<Ruled<'r>>, Failure> {
    if rules.is_empty() {
        return Ok(vec![]);
    }
    let lines = rooms::lines(verdict, &rooms::options("", project.settings.report.lang));
    let bench = Bench::new(verdict, &lines, now);
    let undecided = verdict.findings.iter().filter(|one| verdict.standing(one).state == State::Undecided);
    // Somebody who took a decision back wants to decide himself.
    let spoken: BTreeSet<String> = project.store.reviews()?.into_iter().map(|kept| kept.review.finding).collect();
    let untouched = undecided.filter(|one| !spoken.contains(&one.id));
    let chosen = untouched.filter_map(|finding| {
        let rule = rules.iter().find(|rule| bench.lookup.is_chosen(&rule.filter, finding))?;
        // To hand it over takes it out of sight, too.
        let unapproved = is_urgent_uplink(finding) && rule.approver.is_none();
        let decided = if unapproved {
            Err(Objection::Lacking(Lacking::ApproverOfUplink))
        } else {
            bench.review(finding, &order(rule), &rule.by)
        };
        Some((rule, decided))
    });
    Ok(chosen.collect())
}

fn order(rule: &DecideRule) -> Order {
    Order {
        action: rule.action.clone(),
        reason: Some(rule.reason.clone()),
        approver: rule.approver.clone(),
        rule: Some(rule.name.clone()),
        set: BTreeMap::new(),
        row: None,
    }
}
