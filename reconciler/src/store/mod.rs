//! What is kept: runs, ledger versions, verdicts, and what people decided. The few verbs the others need;
//! nothing is decided here.
//!
//! [`Store`] is one `SQLite` file. [`lock::FolderLock`] keeps two runs out of one folder; the database's
//! own locks remain the second line, and end in [`StoreError::Busy`].

mod error;
pub mod lock;
mod sqlite;

pub use error::StoreError;
pub use sqlite::Store;
pub use sqlite::decisions::{DecisionRow, NewDecision};
pub use sqlite::ledger::{LedgerVersion, NewLedger};
pub use sqlite::runs::{OpenRun, RunInfo};
pub use sqlite::understanding::Rereading;
