//! Snapshots: answers to forms as they were frozen. What a snapshot says is its own; nothing else that is kept is needed
//! to read it again.

use daicho_shared::id::RunId;
use jiff::Timestamp;
use jiff::civil::Date;
use rusqlite::{OptionalExtension, params};
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::Store;
use crate::store::StoreError;

/// An answer to be frozen.
#[derive(Debug, Clone)]
pub struct NewSnapshot<'a> {
    /// The form's word.
    pub form: &'a str,
    /// Its edition.
    pub edition: &'a str,
    /// The day whose state was asked for.
    pub as_of: Date,
    /// Now.
    pub taken: Timestamp,
    /// Who asked for it: the user of the operating system.
    pub who: &'a str,
    /// The run that it stands on.
    pub run: &'a RunId,
    /// The newest ledger version that the run was judged against.
    pub ledger_version: Option<i64>,
    /// What is frozen, as JSON.
    pub content: &'a str,
}

/// One snapshot, without its content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SnapshotInfo {
    /// Counted from 1.
    pub number: i64,
    /// The form's word.
    pub form: String,
    /// Its edition.
    pub edition: String,
    /// The day whose state was asked for.
    pub as_of: Date,
    /// When it was frozen.
    pub taken: Timestamp,
    /// Who asked for it.
    pub who: String,
    /// The run that it stands on.
    pub run: RunId,
    /// The newest ledger version that the run was judged against.
    pub ledger_version: Option<i64>,
    /// SHA-256 of its content, lower-case hexadecimal.
    pub sha256: String,
}

impl Store {
    /// Freezes an answer.
    pub fn freeze(&mut self, new: &NewSnapshot<'_>) -> Result<SnapshotInfo, StoreError> {
        let sha256 = hash(new.content);
        let (as_of, taken) = (new.as_of.to_string(), new.taken.as_microsecond());
        let number = self.transact(|transaction| {
            transaction.execute(
                "INSERT INTO snapshots (form, edition, as_of, taken_us, who, run, ledger_version, sha256, content)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
                params![
                    new.form,
                    new.edition,
                    as_of,
                    taken,
                    new.who,
                    new.run.0.as_str(),
                    new.ledger_version,
                    sha256,
                    new.content
                ],
            )?;
            Ok(transaction.last_insert_rowid())
        })?;
        Ok(self.snapshot(number)?.0)
    }

    /// All snapshots, the newest first.
    pub fn snapshots(&self) -> Result<Vec<SnapshotInfo>, StoreError> {
        let rows = self.rows(&format!("SELECT {COLUMNS} FROM snapshots ORDER BY number DESC"), read)?;
        Ok(rows)
    }

    /// One snapshot and its content, octet by octet as it was frozen. One whose content is not what its hash says is
    /// never handed out.
    pub fn snapshot(&self, number: i64) -> Result<(SnapshotInfo, String), StoreError> {
        let sql = format!("SELECT {COLUMNS}, content FROM snapshots WHERE number = ?1");
        let found = self.connection.query_row(&sql, [number], |row| Ok((read(row)?, row.get::<_, String>(9)?)));
        let found = found.optional().map_err(|source| self.failure(source))?;
        let (info, content) = found.ok_or(StoreError::NoSuchSnapshot { number })?;
        if hash(&content) == info.sha256 { Ok((info, content)) } else { Err(StoreError::SnapshotChanged { number }) }
    }
}

const COLUMNS: &str = "number, form, edition, as_of, taken_us, who, run, ledger_version, sha256";

fn read(row: &rusqlite::Row<'_>) -> rusqlite::Result<SnapshotInfo> {
    let (as_of, run): (String, String) = (row.get(3)?, row.get(6)?);
    Ok(SnapshotInfo {
        number: row.get(0)?,
        form: row.get(1)?,
        edition: row.get(2)?,
        as_of: as_of.parse().map_err(|error| {
            rusqlite::Error::FromSqlConversionFailure(3, rusqlite::types::Type::Text, Box::new(error))
        })?,
        taken: Timestamp::from_microsecond(row.get(4)?).unwrap_or(Timestamp::UNIX_EPOCH),
        who: row.get(5)?,
        run: run.as_str().into(),
        ledger_version: row.get(7)?,
        sha256: row.get(8)?,
    })
}

fn hash(content: &str) -> String {
    hex::encode(Sha256::digest(content))
}
