//! What people decided about findings. Kept apart from them: a finding is judged afresh on every night, a
//! decision is kept by the finding's identity and by the facts that it was decided on.
//!
//! `facts`: what a finding stands on, and what of it is new; `standing`: what the decisions come to today;
//! `handle`, `filter`: which findings somebody means; `group`: which can be decided together; `proposal`: what
//! accepting a finding changes in the ledger.

pub mod facts;
pub mod filter;
pub mod group;
pub mod handle;
pub mod proposal;
pub mod standing;

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use self::facts::Facts;
use super::amendment::Amendment;
use super::finding::{Finding, Severity};

/// One decision about one finding, as it is kept for ever.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Review {
    /// The finding's identity.
    pub finding: String,
    /// What was decided.
    pub action: Action,
    /// The finding as it stood then.
    pub facts: Facts,
    /// Code of the state before: see [`standing::State::code`].
    pub before: String,
    /// Code of the state after.
    pub after: String,
    /// Why, in that person's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Who approved it, where it needs that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approver: Option<String>,
    /// The name of the rule of `daicho.toml` that decided, where a rule did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    /// What is to change in the ledger, each with the text before and after.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub amendments: Vec<Amendment>,
}

/// A decision with its place in the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Kept {
    /// Its number in the log: the later one counts.
    pub number: i64,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: String,
    /// What.
    pub review: Review,
}

/// What somebody decides about a finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "action", rename_all = "snake_case")]
pub enum Action {
    /// 台帳に登録: the ledger is to say what the network shows.
    Accept,
    /// 台帳を修正: the ledger is to say what this person says.
    Correct,
    /// 期限付きで対象外.
    Ignore {
        /// The last day on which it counts.
        until: Date,
    },
    /// 担当へ依頼.
    Assign {
        /// The department or vendor.
        to: String,
        /// The last day on which it counts; without one, until it is done.
        until: Option<Date>,
    },
    /// コメント: changes nothing.
    Comment,
    /// 完了.
    Close,
    /// 判断の取り消し: what was decided before counts no more.
    Reopen,
}

impl Action {
    /// Its word in the log, in rules and on the command line.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Accept => "accept",
            Self::Correct => "correct",
            Self::Ignore { .. } => "ignore",
            Self::Assign { .. } => "assign",
            Self::Comment => "comment",
            Self::Close => "close",
            Self::Reopen => "reopen",
        }
    }

    /// It takes the finding off the table, so that nobody looks at it any more.
    pub fn settles(&self) -> bool {
        matches!(self, Self::Accept | Self::Correct | Self::Ignore { .. } | Self::Close)
    }
}

/// The longest time for which a finding can be set aside, in days: two years.
pub const LONGEST: i64 = 731;

/// What is missing for a decision to be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lacking {
    /// A reason.
    Reason,
    /// Somebody who approves it.
    Approver,
    /// Somebody who approves setting an urgent external connection aside.
    ApproverOfUplink,
    /// A day that lies ahead, and not further than [`LONGEST`].
    Day,
}

/// What keeps a decision from being taken: reason, day and approver for what is to be ignored, a reason for what
/// is closed, an approver for whatever takes an urgent external connection off the table, and a day for handing one over.
pub fn lacking(
    finding: &Finding,
    action: &Action,
    reason: Option<&str>,
    approver: Option<&str>,
    today: Date,
) -> Option<Lacking> {
    let said = |text: Option<&str>| text.is_some_and(|text| !text.trim().is_empty());
    let ahead = |day: Date| (today.until(day)).is_ok_and(|span| (0..=LONGEST).contains(&i64::from(span.get_days())));
    let day = match action {
        Action::Ignore { until } => Some(*until),
        Action::Assign { until, .. } => *until,
        _ => None,
    };
    // Handed over without a day, it would be out of sight for good.
    let for_good = is_urgent_uplink(finding) && matches!(action, Action::Assign { until: None, .. });
    let needs_reason = matches!(action, Action::Ignore { .. } | Action::Close | Action::Comment);
    match () {
        () if for_good || day.is_some_and(|day| !ahead(day)) => Some(Lacking::Day),
        () if needs_reason && !said(reason) => Some(Lacking::Reason),
        () if matches!(action, Action::Ignore { .. }) && !said(approver) => Some(Lacking::Approver),
        () if is_urgent_uplink(finding) && action.settles() && !said(approver) => Some(Lacking::ApproverOfUplink),
        () => None,
    }
}

/// It says, urgently, that something leads out.
pub fn is_urgent_uplink(finding: &Finding) -> bool {
    let leads_out = matches!(finding.kind.code(), "undeclared_uplink" | "dual_homed" | "forwards_undeclared");
    leads_out && finding.severity == Severity::Urgent
}

/// What is to change in the ledger by all decisions that count, in the order in which they were made: of every finding
/// those since the last one was taken back. Who hands a finding over or closes it does not take back what was corrected.
pub fn amendments(reviews: &[Kept]) -> Vec<Amendment> {
    let mut begun: BTreeMap<&str, i64> = BTreeMap::new();
    for kept in reviews.iter().filter(|kept| kept.review.action == Action::Reopen) {
        begun.insert(kept.review.finding.as_str(), kept.number);
    }
    let counts = |kept: &&Kept| begun.get(kept.review.finding.as_str()).is_none_or(|last| kept.number > *last);
    reviews.iter().filter(counts).flat_map(|kept| kept.review.amendments.iter().cloned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::asset::Grade;
    use crate::judge::finding::Kind;

    fn uplink() -> Finding {
        Finding {
            id: "undeclared_uplink-1".into(),
            kind: Kind::UndeclaredUplink { signs: vec![] },
            severity: Severity::Urgent,
            grade: Grade::Confirmed,
            asset: None,
            entries: vec![],
            evidence: vec![],
            happened: None,
        }
    }

    #[test]
    fn an_urgent_way_out_is_neither_settled_without_an_approver_nor_handed_over_for_good() {
        let today: Date = "2026-04-01".parse().unwrap();
        let lacks = |action: &Action, approver| lacking(&uplink(), action, Some("確認済み"), approver, today);
        for approver in [None, Some(""), Some(" ")] {
            assert_eq!(lacks(&Action::Close, approver), Some(Lacking::ApproverOfUplink));
        }
        assert_eq!(lacks(&Action::Close, Some("院長")), None);
        let assign = |until: Option<&str>| Action::Assign {
            to: "放射線科".into(),
            until: until.map(|day| day.parse().unwrap()),
        };
        assert_eq!(lacks(&assign(None), None), Some(Lacking::Day));
        assert_eq!(lacks(&assign(Some("2026-04-08")), None), None);
    }
}
