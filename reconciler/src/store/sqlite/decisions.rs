//! Decisions about devices: what people said they are. They stand in the log; the newest about the same thing counts.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::Serialize;

use super::Store;
use super::log::Deed;
use crate::judge::decision::{About, Decision, DecisionKey};
use crate::store::StoreError;

/// A decision to be kept.
#[derive(Debug, Clone)]
pub struct NewDecision<'a> {
    /// Which device.
    pub key: &'a DecisionKey,
    /// What about it.
    pub about: About,
    /// What it is; `None` withdraws what was decided.
    pub value: Option<&'a str>,
    /// Who decided.
    pub by: &'a str,
    /// Why.
    pub note: Option<&'a str>,
    /// When.
    pub at: Timestamp,
}

/// One line of the history of decisions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DecisionRow {
    /// Its number in the log.
    pub number: i64,
    /// Which device.
    pub key: String,
    /// `class`, `maker`, `model` or `os`.
    pub about: String,
    /// What it is; `None` where it was withdrawn.
    pub value: Option<String>,
    /// Who decided.
    pub by: String,
    /// Why.
    pub note: Option<String>,
    /// When.
    pub at: Timestamp,
    /// The newest about the same thing.
    pub current: bool,
}

impl Store {
    /// Keeps a decision.
    pub fn decide(&mut self, new: &NewDecision<'_>) -> Result<(), StoreError> {
        let history = self.decision_history()?;
        let same = |row: &&DecisionRow| row.current && row.key == new.key.0 && row.about == new.about.code();
        let deed = Deed::Device {
            key: new.key.0.clone(),
            about: new.about,
            before: history.iter().find(same).and_then(|row| row.value.clone()),
            after: new.value.map(str::to_owned),
            note: new.note.map(str::to_owned),
        };
        self.log(new.by, new.at, &[deed]).map(drop)
    }

    /// Everything that was ever decided about devices, the newest first.
    pub fn decision_history(&self) -> Result<Vec<DecisionRow>, StoreError> {
        self.history_at(Timestamp::MAX)
    }

    fn history_at(&self, moment: Timestamp) -> Result<Vec<DecisionRow>, StoreError> {
        let mut seen = BTreeSet::new();
        let until = self.log_rows()?.into_iter().filter(|row| row.at <= moment);
        let rows = until.rev().filter_map(|row| {
            let Deed::Device { key, about, after, note, .. } = row.deed else { return None };
            let current = seen.insert((key.clone(), about));
            let about = about.code().to_owned();
            Some(DecisionRow { number: row.number, key, about, value: after, by: row.who, note, at: row.at, current })
        });
        Ok(rows.collect())
    }

    /// The decisions that count.
    pub fn decisions(&self) -> Result<Vec<Decision>, StoreError> {
        self.decisions_at(Timestamp::MAX)
    }

    /// The decisions that counted at a moment.
    pub fn decisions_at(&self, moment: Timestamp) -> Result<Vec<Decision>, StoreError> {
        let current = self.history_at(moment)?.into_iter().filter(|row| row.current);
        Ok(current.filter_map(decision).collect())
    }
}

fn decision(row: DecisionRow) -> Option<Decision> {
    let DecisionRow { number, key, about, value, by, note, at, .. } = row;
    Some(Decision { number, key: DecisionKey(key), about: About::from_code(&about)?, value: value?, by, at, note })
}
