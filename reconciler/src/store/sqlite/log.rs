//! The log of everything that people decided: append-only and hash-chained. It is the one place from which decisions
//! are read.

use std::collections::BTreeMap;

use jiff::Timestamp;
use rusqlite::{Transaction, params};
use serde::{Deserialize, Serialize};

use super::{Stopped, Store, from_json, to_json};
use crate::judge::decision::About;
use crate::judge::review::standing::Head;
use crate::judge::review::{Kept, Review};
use crate::judge::vendor::Withdrawal;
use crate::store::StoreError;
use crate::store::chain::{self, Breach, Link};

/// What a row of the log says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Deed {
    /// What a person says a device is.
    Device {
        /// Which device.
        key: String,
        /// What about it.
        about: About,
        /// What was decided before.
        before: Option<String>,
        /// What it is; `None` withdraws what was decided.
        after: Option<String>,
        /// Why.
        note: Option<String>,
    },
    /// What was decided about a finding.
    Finding(Review),
    /// That an enquiry to a vendor is waited for no longer.
    Withdrawn {
        /// Its number.
        enquiry: i64,
        /// The vendor that was asked.
        vendor: String,
        /// Why.
        why: String,
    },
}

/// One row of the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LogRow {
    /// Counted from 1.
    pub number: i64,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub who: String,
    /// What.
    pub deed: Deed,
    /// The hash of the row before.
    pub previous: String,
    /// Its own hash.
    pub hash: String,
}

/// Whether the log is whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Verified {
    /// Rows.
    pub rows: i64,
    /// The newest row.
    pub head: Option<Head>,
    /// The first row that does not fit.
    pub broken: Option<Broken>,
    /// Heads that were written down elsewhere, and that the log does not have (any more).
    pub unknown_heads: Vec<Head>,
    /// Rows behind the newest head that was written down: this program writes one down after every decision.
    pub unnoted: i64,
    /// What forbids that rows are changed is not as this program made it.
    pub unguarded: bool,
}

/// The first row that does not fit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Broken {
    /// Its number.
    pub row: i64,
    /// How it does not fit.
    pub how: Breach,
}

impl Verified {
    /// Every row fits, and every head that was written down is there.
    pub fn is_whole(&self) -> bool {
        self.broken.is_none() && self.unknown_heads.is_empty() && self.unnoted == 0 && !self.unguarded
    }
}

impl Store {
    /// Appends rows, all of them or none, and returns the log's new end.
    pub fn log(&mut self, who: &str, at: Timestamp, deeds: &[Deed]) -> Result<Option<Head>, StoreError> {
        let records = deeds.iter().map(to_json).collect::<Result<Vec<_>, _>>()?;
        self.transact(|transaction| {
            for record in &records {
                append(transaction, who, at, record)?;
            }
            Ok(())
        })?;
        self.log_head()
    }

    /// The newest row.
    pub fn log_head(&self) -> Result<Option<Head>, StoreError> {
        self.log_head_at(Timestamp::MAX)
    }

    /// The row that was the newest at a moment.
    pub fn log_head_at(&self, moment: Timestamp) -> Result<Option<Head>, StoreError> {
        let until = moment.as_microsecond();
        let sql = format!("SELECT number, hash FROM log WHERE at_us <= {until} ORDER BY number DESC LIMIT 1");
        let rows: Vec<Head> = self.rows(&sql, |row| Ok(Head { number: row.get(0)?, hash: row.get(1)? }))?;
        Ok(rows.into_iter().next())
    }

    /// Every row, the oldest first.
    pub fn log_rows(&self) -> Result<Vec<LogRow>, StoreError> {
        self.links()?.into_iter().map(row).collect()
    }

    /// Every decision about findings, the oldest first.
    pub fn reviews(&self) -> Result<Vec<Kept>, StoreError> {
        self.reviews_at(Timestamp::MAX)
    }

    /// Those that had been taken at a moment.
    pub fn reviews_at(&self, moment: Timestamp) -> Result<Vec<Kept>, StoreError> {
        let until = self.log_rows()?.into_iter().filter(|row| row.at <= moment);
        let findings = until.filter_map(|row| match row.deed {
            Deed::Finding(review) => Some(Kept { number: row.number, at: row.at, by: row.who, review }),
            Deed::Device { .. } | Deed::Withdrawn { .. } => None,
        });
        Ok(findings.collect())
    }

    /// Every enquiry that was withdrawn before a moment, the first withdrawal first.
    pub(super) fn withdrawals(&self, before_us: i64) -> Result<Vec<Withdrawal>, StoreError> {
        let rows = self.log_rows()?.into_iter().filter(|row| row.at.as_microsecond() < before_us);
        let withdrawn = rows.filter_map(|row| match row.deed {
            Deed::Withdrawn { enquiry, why, .. } => Some(Withdrawal { enquiry, at: row.at, by: row.who, why }),
            Deed::Device { .. } | Deed::Finding(_) => None,
        });
        Ok(withdrawn.collect())
    }

    /// Reads every row and says whether the log is whole. `heads` are ends of the log as they were written down
    /// elsewhere: only they can tell that rows at the end were taken away, or that all of it was made anew.
    pub fn verify_log(&self, heads: &[Head]) -> Result<Verified, StoreError> {
        let links = self.links()?;
        let known = |head: &&Head| {
            let row = usize::try_from(head.number - 1).ok().and_then(|place| links.get(place));
            !row.is_some_and(|link| link.number == head.number && link.hash.eq_ignore_ascii_case(&head.hash))
        };
        let rows = i64::try_from(links.len()).unwrap_or(i64::MAX);
        let noted = heads.iter().filter(|head| !known(head)).map(|head| head.number).max().unwrap_or(0);
        Ok(Verified {
            rows,
            unnoted: rows - noted,
            unguarded: self.triggers()? != GUARDS,
            head: links.last().map(|link| Head { number: link.number, hash: link.hash.clone() }),
            broken: chain::breach(&links).map(|(row, how)| Broken { row, how }),
            unknown_heads: heads.iter().filter(known).cloned().collect(),
        })
    }

    /// Decisions that an earlier version kept outside of the log.
    pub(super) fn carry_over(&mut self) -> Result<(), StoreError> {
        let waiting = "SELECT (SELECT count(*) FROM log) = 0 AND (SELECT count(*) FROM decisions) > 0";
        if self.ask(waiting)? == 0 {
            return Ok(());
        }
        let sql = "SELECT decided_us, key, about, value, who, note FROM decisions ORDER BY number";
        let mut last = BTreeMap::new();
        let old = self.rows(sql, |row| {
            let (key, about, after): (String, String, Option<String>) = (row.get(1)?, row.get(2)?, row.get(3)?);
            let about = About::from_code(&about).unwrap_or(About::Class);
            let before = last.insert((key.clone(), about), after.clone()).flatten();
            let at = Timestamp::from_microsecond(row.get(0)?).unwrap_or(Timestamp::UNIX_EPOCH);
            let who: String = row.get(4)?;
            Ok((who, at, Deed::Device { key, about, before, after, note: row.get(5)? }))
        })?;
        let records = old.iter().map(|(_, _, deed)| to_json(deed)).collect::<Result<Vec<_>, _>>()?;
        self.transact(|transaction| {
            let begun: i64 = transaction.query_row("SELECT count(*) FROM log", [], |row| row.get(0))?;
            for ((who, at, _), record) in old.iter().zip(&records).filter(|_| begun == 0) {
                append(transaction, who, *at, record)?;
            }
            Ok(())
        })
    }

    /// What runs when somebody writes into the log.
    fn triggers(&self) -> Result<Vec<String>, StoreError> {
        let sql = "SELECT name FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = 'log' ORDER BY name";
        self.rows(sql, |row| row.get(0))
    }

    fn links(&self) -> Result<Vec<Link>, StoreError> {
        self.rows("SELECT number, at_us, who, record, previous, hash FROM log ORDER BY number", |row| {
            Ok(Link {
                number: row.get(0)?,
                at_us: row.get(1)?,
                who: row.get(2)?,
                record: row.get(3)?,
                previous: row.get(4)?,
                hash: row.get(5)?,
            })
        })
    }
}

/// The triggers of the log, as the schema makes them.
const GUARDS: [&str; 2] = ["log_remains", "log_stays"];

fn append(transaction: &Transaction<'_>, who: &str, at: Timestamp, record: &str) -> Result<(), Stopped> {
    let newest = "SELECT number, hash FROM log ORDER BY number DESC LIMIT 1";
    let mut statement = transaction.prepare_cached(newest)?;
    let last: Option<(i64, String)> =
        statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.next().transpose()?;
    let (number, previous) = last.map_or_else(|| (1, chain::beginning()), |(number, hash)| (number + 1, hash));
    let at_us = at.as_microsecond();
    let hash = chain::hash(number, at_us, who, record, &previous);
    let kept = transaction.execute(
        "INSERT INTO log (number, at_us, who, record, previous, hash) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        params![number, at_us, who, record, previous, hash],
    )?;
    // Something in the database may swallow a row without a word.
    if kept == 1 { Ok(()) } else { Err(StoreError::NotKept { what: format!("row {number} of the log") }.into()) }
}

fn row(link: Link) -> Result<LogRow, StoreError> {
    let Link { number, at_us, who, record, previous, hash } = link;
    let deed = from_json(&record, || format!("row {number} of the log"))?;
    let at = Timestamp::from_microsecond(at_us).unwrap_or(Timestamp::UNIX_EPOCH);
    Ok(LogRow { number, at, who, deed, previous, hash })
}
