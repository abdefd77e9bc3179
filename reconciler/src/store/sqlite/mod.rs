//! The store in one `SQLite` file. All SQL of the program stands in this folder.

pub(super) mod decisions;
pub(super) mod ledger;
pub(super) mod log;
pub(super) mod runs;
pub(super) mod snapshots;
pub(super) mod understanding;
pub(super) mod vendors;
mod verdicts;

use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::Duration;

use refinery::embed_migrations;
use rusqlite::{Connection, ErrorCode, OpenFlags, TransactionBehavior};

use super::StoreError;

embed_migrations!("src/store/sqlite/migrations");

/// `application_id` of our files, set by the first migration.
const APPLICATION: i64 = 1_147_224_911;

/// How long a writer waits for another one before [`StoreError::Busy`]. Transactions are small, so a
/// longer wait means that somebody holds the file.
const PATIENCE: Duration = Duration::from_secs(5);

/// One `SQLite` file with everything that is kept of one hospital.
#[derive(Debug)]
pub struct Store {
    connection: Connection,
    path: PathBuf,
}

impl Store {
    /// Opens the database, makes it where there is none, and brings its schema up to date.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        Self::open_patiently(path, PATIENCE)
    }

    /// Opens a database that exists, for a command that only reads: a mistyped folder must not leave
    /// an empty database behind.
    pub fn open_existing(path: &Path) -> Result<Self, StoreError> {
        if path.is_file() { Self::open(path) } else { Err(StoreError::Missing { path: path.to_owned() }) }
    }

    /// As [`Store::open`], with another patience for a busy file.
    pub fn open_patiently(path: &Path, patience: Duration) -> Result<Self, StoreError> {
        let _turn = turn(path);
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags).map_err(|source| failure(path, source))?;
        let mut store = Self { connection, path: path.to_owned() };
        store.prepare(patience).map_err(|source| failure(path, source))?;
        store.check_owner()?;
        store.migrate()?;
        Ok(store)
    }

    /// `synchronous = FULL`: a night's evidence shall survive a power cut, too, and with a few hundred
    /// records to a transaction the extra `fsync` costs nothing. `recursive_triggers` makes
    /// `INSERT OR REPLACE` stumble over the triggers that forbid deletion.
    fn prepare(&self, patience: Duration) -> rusqlite::Result<()> {
        self.connection.busy_timeout(patience)?;
        self.connection.pragma_update(None, "journal_mode", "WAL")?;
        self.connection.pragma_update(None, "synchronous", "FULL")?;
        self.connection.pragma_update(None, "foreign_keys", true)?;
        self.connection.pragma_update(None, "recursive_triggers", true)?;
        // A file that somebody handed over may hold functions and views that run on reading it.
        self.connection.pragma_update(None, "trusted_schema", false)
    }

    fn check_owner(&self) -> Result<(), StoreError> {
        let owner: i64 = self.ask("SELECT application_id FROM pragma_application_id")?;
        let tables: i64 = self.ask("SELECT count(*) FROM sqlite_schema")?;
        let ours = owner == APPLICATION || (owner == 0 && tables == 0);
        if ours { Ok(()) } else { Err(StoreError::NotOurs { path: self.path.clone() }) }
    }

    fn migrate(&mut self) -> Result<(), StoreError> {
        let runner = migrations::runner();
        let known = runner.get_migrations().iter().map(|migration| i64::from(migration.version())).max().unwrap_or(0);
        let found = self.schema_version()?;
        if found > known {
            return Err(StoreError::Newer { path: self.path.clone(), found, known });
        }
        // An up-to-date file is only read: `daicho runs` works while a scan is writing.
        if found < known {
            runner.run(&mut self.connection).map_err(|source| schema_failure(&self.path, source))?;
        }
        self.carry_over()
    }

    fn schema_version(&self) -> Result<i64, StoreError> {
        let history: i64 = self.ask("SELECT count(*) FROM sqlite_schema WHERE name = 'refinery_schema_history'")?;
        if history == 0 {
            return Ok(0);
        }
        self.ask("SELECT coalesce(max(version), 0) FROM refinery_schema_history")
    }

    fn ask(&self, sql: &str) -> Result<i64, StoreError> {
        self.connection.query_row(sql, [], |row| row.get(0)).map_err(|source| self.failure(source))
    }

    /// Runs `work` in one transaction that takes the write lock at once: it happens whole or not at
    /// all, and never fails half-way for want of the lock.
    fn transact<T>(
        &mut self,
        work: impl FnOnce(&rusqlite::Transaction<'_>) -> Result<T, Stopped>,
    ) -> Result<T, StoreError> {
        let path = self.path.clone();
        let transaction = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(|source| failure(&path, source))?;
        let done = work(&transaction).map_err(|stopped| stopped.at(&path))?;
        transaction.commit().map_err(|source| failure(&path, source))?;
        Ok(done)
    }

    fn failure(&self, source: rusqlite::Error) -> StoreError {
        failure(&self.path, source)
    }
}

/// Why a transaction's work stopped.
enum Stopped {
    Database(rusqlite::Error),
    Store(StoreError),
}

impl Stopped {
    fn at(self, path: &Path) -> StoreError {
        match self {
            Self::Database(source) => failure(path, source),
            Self::Store(error) => error,
        }
    }
}

impl From<rusqlite::Error> for Stopped {
    fn from(source: rusqlite::Error) -> Self {
        Self::Database(source)
    }
}

impl From<StoreError> for Stopped {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

fn failure(path: &Path, source: rusqlite::Error) -> StoreError {
    let path = path.to_owned();
    match source.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => StoreError::Busy { path },
        Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => StoreError::NotOurs { path },
        _ => StoreError::Database { path, source },
    }
}

/// Programs open one after the other: two that make a new file at the same time would trip over each
/// other's tables. The turn ends with the returned file, or with its program. Where no lock can be had,
/// `SQLite` itself says why.
fn turn(path: &Path) -> Option<File> {
    let lock = File::create(path.with_extension("opening")).ok()?;
    lock.lock().ok().map(|()| lock)
}

fn schema_failure(path: &Path, source: refinery::Error) -> StoreError {
    let busy = std::error::Error::source(source.kind())
        .and_then(|cause| cause.downcast_ref::<rusqlite::Error>())
        .is_some_and(|cause| cause.sqlite_error_code() == Some(ErrorCode::DatabaseBusy));
    let path = path.to_owned();
    if busy { StoreError::Busy { path } } else { StoreError::Schema { path, source: Box::new(source) } }
}

/// Reads a kept JSON record.
fn from_json<T: serde::de::DeserializeOwned>(text: &str, what: impl FnOnce() -> String) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|source| StoreError::Unreadable { what: what(), source })
}

/// Writes a record as JSON.
fn to_json<T: serde::Serialize>(value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|source| StoreError::Unreadable { what: "record to keep".to_owned(), source })
}

#[cfg(test)]
mod tests;
