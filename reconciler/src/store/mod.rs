//! What is kept: runs, ledger versions and verdicts. The few verbs the others need, and no decisions.
//!
//! [`Store`] is one `SQLite` file. [`lock::FolderLock`] keeps two runs out of one folder; the database's
//! own locks remain the second line, and end in [`StoreError::Busy`].

mod error;
pub mod lock;
mod sqlite;

pub use error::StoreError;
pub use sqlite::Store;
pub use sqlite::ledger::{LedgerVersion, NewLedger};
pub use sqlite::runs::{OpenRun, RunInfo};
