//! Decisions: what people said devices are. Append-only; the newest about the same thing counts.

use jiff::Timestamp;
use rusqlite::params;
use serde::Serialize;

use super::Store;
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
    /// Counted from 1 over all devices.
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
        self.transact(|transaction| {
            transaction.execute(
                "INSERT INTO decisions (key, about, value, who, note, decided_us) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                params![new.key.0, new.about.code(), new.value, new.by, new.note, new.at.as_microsecond()],
            )?;
            Ok(())
        })
    }

    /// Everything that was ever decided, the newest first.
    pub fn decision_history(&self) -> Result<Vec<DecisionRow>, StoreError> {
        let sql = "SELECT number, key, about, value, who, note, decided_us,
                   number = (SELECT max(number) FROM decisions AS newer
                             WHERE newer.key = kept.key AND newer.about = kept.about)
                   FROM decisions AS kept ORDER BY number DESC";
        self.rows(sql, row)
    }

    /// The decisions that count.
    pub fn decisions(&self) -> Result<Vec<Decision>, StoreError> {
        let current = self.decision_history()?.into_iter().filter(|row| row.current);
        Ok(current.filter_map(decision).collect())
    }
}

fn row(row: &rusqlite::Row<'_>) -> rusqlite::Result<DecisionRow> {
    Ok(DecisionRow {
        number: row.get(0)?,
        key: row.get(1)?,
        about: row.get(2)?,
        value: row.get(3)?,
        by: row.get(4)?,
        note: row.get(5)?,
        at: Timestamp::from_microsecond(row.get(6)?).unwrap_or(Timestamp::UNIX_EPOCH),
        current: row.get(7)?,
    })
}

fn decision(row: DecisionRow) -> Option<Decision> {
    let DecisionRow { number, key, about, value, by, note, at, .. } = row;
    Some(Decision { number, key: DecisionKey(key), about: About::from_code(&about)?, value: value?, by, at, note })
}
