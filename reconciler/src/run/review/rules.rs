//! Decisions that a rule of `daicho.toml` makes: only about findings that nobody ever decided, and never about one that
//! came back.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::order::{Bench, Order};
use crate::judge::review::is_urgent_uplink;
use crate::judge::review::standing::State;
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
    let lines = rooms::lines(verdict, &rooms::options("", project.settings.report.lang));
    let bench = Bench::new(verdict, &lines, now);
    let mut deeds: BTreeMap<&str, Vec<Deed>> = BTreeMap::new();
    let undecided = verdict.findings.iter().filter(|one| verdict.standing(one).state == State::Undecided);
    // Somebody who took a decision back wants to decide himself.
    let spoken = project.store.reviews()?;
    let untouched = undecided.filter(|one| spoken.iter().all(|kept| kept.review.finding != one.id));
    let mut ledger = false;
    for finding in untouched {
        let Some(rule) = rules.iter().find(|rule| bench.lookup.is_chosen(&rule.filter, finding)) else { continue };
        // To hand it over takes it out of sight, too.
        if is_urgent_uplink(finding) && rule.approver.is_none() {
            continue;
        }
        if let Ok(review) = bench.review(finding, &order(rule), &rule.by) {
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
    log::note_head(project)?;
    Ok(applied)
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
