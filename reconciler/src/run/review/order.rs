//! One decision, made ready to be kept: the finding as it stands, what it changes in the ledger, and why not.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::judge::amendment::{Amendment, Basis, Change};
use crate::judge::asset::AssetId;
use crate::judge::entry::{Field, ProblemKind, Register};
use crate::judge::finding::Finding;
use crate::judge::review::facts::Facts;
use crate::judge::review::filter::Lookup;
use crate::judge::review::proposal::{self, Refused};
use crate::judge::review::standing::State;
use crate::judge::review::{self, Action, Lacking, Review};
use crate::judge::verdict::Verdict;
use crate::render::list::Line;
use crate::run::rooms;

/// What somebody wants to have decided about a finding.
#[derive(Debug, Clone)]
pub(in crate::run) struct Order {
    pub(in crate::run) action: Action,
    pub(in crate::run) reason: Option<String>,
    pub(in crate::run) approver: Option<String>,
    pub(in crate::run) rule: Option<String>,
    /// Cells that are to say something else.
    pub(in crate::run) set: BTreeMap<Field, String>,
    /// Line of the row that is meant, where there are several.
    pub(in crate::run) row: Option<u32>,
}

impl Order {
    fn is_approved(&self) -> bool {
        self.approver.as_deref().is_some_and(|approver| !approver.trim().is_empty())
    }
}

/// The ledger is to say that the device has a line or a second network: then its way out is no finding any more.
fn declares_line(change: &Change) -> bool {
    const FIELDS: [Field; 3] = [Field::ExternalConnection, Field::DualHomed, Field::LineKind];
    match change {
        Change::Cell { field, .. } => FIELDS.contains(field),
        Change::Row { cells, register, .. } => {
            *register == Register::ExternalConnection || FIELDS.iter().any(|field| cells.contains_key(field))
        }
    }
}

/// Why it cannot be decided so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Objection {
    /// Something is missing.
    Lacking(Lacking),
    /// The ledger cannot be changed so.
    Refused(Refused),
    /// The text means nothing in that column.
    Cell(Field, ProblemKind),
}

/// Where decisions about one verdict are made ready.
pub(in crate::run) struct Bench<'a> {
    pub(in crate::run) verdict: &'a Verdict,
    pub(in crate::run) lookup: Lookup<'a>,
    /// What was seen, by finding, in words.
    grounds: BTreeMap<&'a str, &'a str>,
    now: Timestamp,
    today: Date,
}

impl<'a> Bench<'a> {
    pub(in crate::run) fn new(verdict: &'a Verdict, lines: &'a [Line], now: Timestamp) -> Self {
        let ground =
            |line: &'a Line| (line.id.as_str(), if line.ground.is_empty() { &line.text } else { &line.ground });
        Self {
            verdict,
            lookup: Lookup::new(verdict),
            grounds: lines.iter().map(ground).map(|(id, text)| (id, text.as_str())).collect(),
            now,
            today: now.to_zoned(TimeZone::system()).date(),
        }
    }

    /// The decision, as it would be kept.
    pub(in crate::run) fn review(&self, finding: &Finding, order: &Order, by: &str) -> Result<Review, Objection> {
        let (reason, approver) = (order.reason.as_deref(), order.approver.as_deref());
        if let Some(lacking) = review::lacking(finding, &order.action, reason, approver, self.today) {
            return Err(Objection::Lacking(lacking));
        }
        for (field, text) in &order.set {
            if let Some(problem) = rooms::cell_objection(*field, text) {
                return Err(Objection::Cell(*field, problem));
            }
        }
        let changes = match order.action {
            Action::Accept => proposal::accept(finding, &self.lookup, &order.set, &rooms::spelling),
            Action::Correct => proposal::correct(finding, &self.lookup, &order.set, order.row),
            _ => Ok(vec![]),
        };
        let changes = changes.map_err(Objection::Refused)?;
        if changes.iter().any(declares_line) && self.leads_out(finding) && !order.is_approved() {
            return Err(Objection::Lacking(Lacking::ApproverOfUplink));
        }
        let before = self.verdict.standing(finding).state.code();
        Ok(Review {
            finding: finding.id.clone(),
            facts: Facts::of_device(finding, self.lookup.asset(finding)),
            before: before.to_owned(),
            after: State::after(&order.action).map_or(before, |state| state.code()).to_owned(),
            action: order.action.clone(),
            reason: order.reason.clone(),
            approver: order.approver.clone(),
            rule: order.rule.clone(),
            amendments: changes.into_iter().map(|change| self.amendment(change, finding, order, by)).collect(),
        })
    }

    /// The finding's device has an urgent way out that nobody decided about.
    fn leads_out(&self, finding: &Finding) -> bool {
        let rows = self.verdict.entries.iter().filter(|row| finding.entries.contains(&row.entry));
        let assets: Vec<&AssetId> = finding.asset.iter().chain(rows.filter_map(|row| row.asset.as_ref())).collect();
        let urgent = self.verdict.open().filter(|one| review::is_urgent_uplink(one));
        urgent.filter_map(|one| one.asset.as_ref()).any(|asset| assets.contains(&asset))
    }

    fn amendment(&self, change: Change, finding: &Finding, order: &Order, by: &str) -> Amendment {
        let ground = self.grounds.get(finding.id.as_str()).copied().unwrap_or_default();
        let basis = Basis {
            finding: finding.id.clone(),
            at: self.now,
            by: by.to_owned(),
            reason: order.reason.clone(),
            evidence: daicho_shared::text::bounded(ground),
        };
        Amendment { change, basis }
    }
}
