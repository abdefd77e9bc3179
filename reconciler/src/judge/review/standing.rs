//! What the decisions about a finding come to on a given day.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::facts::{Changed, Facts};
use super::{Action, Kept};
use crate::judge::asset::{Asset, AssetId};
use crate::judge::finding::Finding;
use crate::judge::verdict::Verdict;

/// Decisions as they concern one verdict, and the end of the log that they stand in.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reviewed {
    /// By the finding's identity; a finding that nobody spoke of has none.
    pub standings: BTreeMap<String, Standing>,
    /// The newest row of the log, where there is one.
    pub head: Option<Head>,
}

/// The end of the log of decisions: whoever knows it can tell whether rows were taken away.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// Rows of the log.
    pub number: i64,
    /// SHA-256 of the newest one, lower-case hexadecimal.
    pub hash: String,
}

/// What was decided about one finding, as it counts today.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Standing {
    /// Where it stands.
    pub state: State,
    /// The decision that counts, or that counted until the finding came back.
    pub decided: Option<Said>,
    /// Everything that people remarked, the oldest first.
    pub comments: Vec<Said>,
    /// Number of the newest decision in the log, whether it counts or not; 0 where nobody decided anything.
    pub last: i64,
}

/// Who said something, when, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// Who.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// Why, in that person's words.
    pub reason: Option<String>,
    /// Who approved it.
    pub approver: Option<String>,
    /// The rule that decided, where one did.
    pub rule: Option<String>,
}

/// Where a finding stands.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum State {
    /// 未判断.
    #[default]
    Undecided,
    /// 台帳に登録.
    Accepted,
    /// 台帳を修正.
    Corrected,
    /// 保留.
    Ignored {
        /// The last day on which that counts.
        until: Date,
    },
    /// 担当あり.
    Assigned {
        /// The department or vendor.
        to: String,
        /// The last day on which that counts.
        until: Option<Date>,
    },
    /// 完了.
    Closed,
    /// 再開: it was decided, and is back.
    Reopened {
        /// Why.
        why: Vec<Back>,
    },
}

/// Why a finding is back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Back {
    /// The day has passed.
    Day(Date),
    /// It says something else now.
    Changed(Changed),
}

impl State {
    /// Its stable word, e.g. in `result.json` and in filters.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Undecided => "undecided",
            Self::Accepted => "accepted",
            Self::Corrected => "corrected",
            Self::Ignored { .. } => "ignored",
            Self::Assigned { .. } => "assigned",
            Self::Closed => "closed",
            Self::Reopened { .. } => "reopened",
        }
    }

    /// Somebody still has to decide.
    pub fn is_open(&self) -> bool {
        matches!(self, Self::Undecided | Self::Reopened { .. })
    }

    /// The state that an action leads to; a comment leads nowhere.
    pub fn after(action: &Action) -> Option<Self> {
        match action {
            Action::Accept => Some(Self::Accepted),
            Action::Correct => Some(Self::Corrected),
            Action::Ignore { until } => Some(Self::Ignored { until: *until }),
            Action::Assign { to, until } => Some(Self::Assigned { to: to.clone(), until: *until }),
            Action::Comment => None,
            Action::Close => Some(Self::Closed),
            Action::Reopen => Some(Self::Undecided),
        }
    }

    fn day(&self) -> Option<Date> {
        match self {
            Self::Ignored { until } => Some(*until),
            Self::Assigned { until, .. } => *until,
            _ => None,
        }
    }
}

impl Verdict {
    /// Where a finding stands.
    pub fn standing(&self, finding: &Finding) -> &Standing {
        const NONE: &Standing = &Standing { state: State::Undecided, decided: None, comments: Vec::new(), last: 0 };
        self.reviewed.standings.get(&finding.id).unwrap_or(NONE)
    }

    /// Findings that somebody still has to decide, in the verdict's order.
    pub fn open(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| self.standing(finding).state.is_open())
    }
}

/// Where every finding of a verdict stands on a day that somebody ever spoke of. `kept` in the log's order.
pub fn standings(verdict: &Verdict, kept: &[Kept], today: Date) -> BTreeMap<String, Standing> {
    let assets: BTreeMap<&AssetId, &Asset> = verdict.assets.iter().map(|asset| (&asset.id, asset)).collect();
    let mut of: BTreeMap<&str, Vec<&Kept>> = BTreeMap::new();
    for one in kept {
        of.entry(&one.review.finding).or_default().push(one);
    }
    let mine = verdict.findings.iter().filter_map(|finding| Some((finding, of.get(finding.id.as_str())?)));
    mine.map(|(finding, kept)| {
        let asset = finding.asset.as_ref().and_then(|id| assets.get(id)).copied();
        (finding.id.clone(), standing(&Facts::of_device(finding, asset), kept, today))
    })
    .collect()
}

fn standing(now: &Facts, kept: &[&Kept], today: Date) -> Standing {
    let (comments, decisions): (Vec<&Kept>, Vec<&Kept>) =
        kept.iter().partition(|one| one.review.action == Action::Comment);
    let comments = comments.into_iter().map(said).collect();
    let Some(last) = decisions.last() else { return Standing { comments, ..Standing::default() } };
    let state = State::after(&last.review.action).unwrap_or_default();
    let decided = (state != State::Undecided).then(|| said(last));
    let why = if state == State::Undecided { vec![] } else { back(&state, now, &known(&decisions, last), today) };
    let state = if why.is_empty() { state } else { State::Reopened { why } };
    Standing { state, decided, comments, last: last.number }
}

/// The facts of the decision that counts, with all values that the same was decided about before, unless it was taken
/// back: what changes to and fro between values that were all decided about is nothing new.
fn known(decisions: &[&Kept], last: &Kept) -> Facts {
    let mut facts = last.review.facts.clone();
    let taken_back = decisions.iter().rposition(|one| one.review.action == Action::Reopen).map_or(0, |at| at + 1);
    let alike = decisions[taken_back..].iter().filter(|one| one.review.action.code() == last.review.action.code());
    for (fact, values) in alike.flat_map(|one| &one.review.facts.values) {
        facts.values.entry(*fact).or_default().extend(values.iter().cloned());
    }
    facts
}

fn back(state: &State, now: &Facts, then: &Facts, today: Date) -> Vec<Back> {
    let day = state.day().filter(|day| *day < today).map(Back::Day);
    day.into_iter().chain(now.new_since(then).into_iter().map(Back::Changed)).collect()
}

fn said(kept: &Kept) -> Said {
    let super::Review { reason, approver, rule, .. } = kept.review.clone();
    Said { by: kept.by.clone(), at: kept.at, reason, approver, rule }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::asset::Grade;
    use crate::judge::finding::Severity;
    use crate::judge::review::Review;
    use crate::judge::review::facts::Fact;

    fn facts(seen: &str) -> Facts {
        let values = BTreeMap::from([(Fact::Seen, [seen.to_owned()].into())]);
        Facts { severity: Severity::Check, grade: Grade::Probable, values }
    }

    fn kept(number: i64, action: Action, seen: &str) -> Kept {
        let review = Review {
            finding: "mismatch-1".into(),
            facts: facts(seen),
            before: "undecided".into(),
            after: State::after(&action).unwrap_or_default().code().into(),
            action,
            reason: Some("移設の途中".into()),
            approver: None,
            rule: None,
            amendments: vec![],
        };
        Kept { number, at: Timestamp::UNIX_EPOCH, by: "山田".into(), review }
    }

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    fn on(today: &str, seen: &str, kept: &[Kept]) -> Standing {
        standing(&facts(seen), &kept.iter().collect::<Vec<_>>(), day(today))
    }

    #[test]
    fn what_is_set_aside_stays_so_through_its_last_day_and_is_back_on_the_next() {
        let kept = [kept(1, Action::Ignore { until: day("2026-12-31") }, "a")];
        assert_eq!(on("2026-12-31", "a", &kept).state, State::Ignored { until: day("2026-12-31") });
        let back = on("2027-01-01", "a", &kept);
        assert_eq!(back.state, State::Reopened { why: vec![Back::Day(day("2026-12-31"))] });
        assert!(back.state.is_open() && back.decided.is_some());
    }

    #[test]
    fn a_changed_fact_brings_every_decision_back_and_says_what_was_what() {
        for action in
            [Action::Accept, Action::Correct, Action::Close, Action::Assign { to: "検査科".into(), until: None }]
        {
            let kept = [kept(1, action, "a")];
            assert!(!on("2026-01-01", "a", &kept).state.is_open());
            let State::Reopened { why } = on("2026-01-01", "b", &kept).state else { panic!() };
            let [Back::Changed(Changed::Value { fact: Fact::Seen, before, now })] = &why[..] else { panic!("{why:?}") };
            assert_eq!((before.first().unwrap().as_str(), now.first().unwrap().as_str()), ("a", "b"));
        }
    }

    #[test]
    fn what_goes_to_and_fro_between_decided_values_is_nothing_new_until_it_is_taken_back() {
        let ignore = || Action::Ignore { until: day("2026-12-31") };
        let all =
            [kept(1, ignore(), "a"), kept(2, ignore(), "b"), kept(3, Action::Reopen, "b"), kept(4, ignore(), "b")];
        for seen in ["a", "b"] {
            assert!(!on("2026-01-01", seen, &all[..2]).state.is_open(), "{seen}");
        }
        assert!(on("2026-01-01", "c", &all[..2]).state.is_open());
        assert!(on("2026-01-01", "a", &all).state.is_open());
        let other = [kept(1, Action::Close, "a"), kept(2, ignore(), "b")];
        assert!(on("2026-01-01", "a", &other).state.is_open(), "something else was decided about it");
    }

    #[test]
    fn the_latest_decision_counts_and_a_remark_decides_nothing() {
        let remarks = [kept(1, Action::Comment, "a")];
        assert_eq!(on("2026-01-01", "a", &remarks).state, State::Undecided);
        let all = [kept(1, Action::Close, "a"), kept(2, Action::Comment, "b"), kept(3, Action::Reopen, "a")];
        assert_eq!(on("2026-01-01", "a", &all[..2]).state, State::Closed);
        let back = on("2026-01-01", "a", &all);
        assert_eq!((back.state, back.decided, back.comments.len()), (State::Undecided, None, 1));
    }
}
