//! Why the store could not do as asked. Words for people are made in `cli::words`.

use std::path::PathBuf;

use daicho_shared::id::RunId;

/// The store cannot do as asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// There is no database: nothing was imported or scanned in this folder yet.
    #[error("{path}: no such database")]
    Missing {
        /// Where it would be.
        path: PathBuf,
    },
    /// Another process is writing.
    #[error("{path}: another process is writing")]
    Busy {
        /// The database.
        path: PathBuf,
    },
    /// A newer version of this program wrote the database.
    #[error("{path}: written by a newer version (schema {found}, this program knows {known})")]
    Newer {
        /// The database.
        path: PathBuf,
        /// Its schema version.
        found: i64,
        /// The newest schema version of this program.
        known: i64,
    },
    /// A file of another kind, or damaged.
    #[error("{path}: not a Daicho database, or damaged")]
    NotOurs {
        /// The file.
        path: PathBuf,
    },
    /// A batch says something else under a run id and number that are already kept.
    #[error("run {run}: {what} differs from what is kept; kept evidence is never replaced")]
    Conflict {
        /// The run.
        run: RunId,
        /// What differs, e.g. `observation 12`.
        what: String,
    },
    /// No such run.
    #[error("no run {run}")]
    NoSuchRun {
        /// The run asked for.
        run: RunId,
    },
    /// No file of this name is in the ledger.
    #[error("no ledger file {file}")]
    NoSuchFile {
        /// The file name asked for.
        file: String,
    },
    /// No ledger version has this number.
    #[error("no ledger version {number}")]
    NoSuchVersion {
        /// The number.
        number: i64,
    },
    /// The version is the newest one of its file already.
    #[error("version {number} of {file} is current")]
    CurrentVersion {
        /// The number.
        number: i64,
        /// Its file.
        file: String,
    },
    /// No snapshot has this number.
    #[error("no snapshot {number}")]
    NoSuchSnapshot {
        /// The number.
        number: i64,
    },
    /// A snapshot's content is not what its hash says: somebody changed it.
    #[error("snapshot {number} is not as it was frozen")]
    SnapshotChanged {
        /// The number.
        number: i64,
    },
    /// The database took a record and did not keep it.
    #[error("{what}: the database did not keep it")]
    NotKept {
        /// Which record.
        what: String,
    },
    /// A kept record cannot be read back.
    #[error("{what}: kept record cannot be read: {source}")]
    Unreadable {
        /// Which record.
        what: String,
        /// Cause.
        source: serde_json::Error,
    },
    /// The database failed.
    #[error("{path}: {source}")]
    Database {
        /// The database.
        path: PathBuf,
        /// Cause.
        source: rusqlite::Error,
    },
    /// The schema could not be brought up to date.
    #[error("{path}: schema: {source}")]
    Schema {
        /// The database.
        path: PathBuf,
        /// Cause.
        source: Box<refinery::Error>,
    },
}
