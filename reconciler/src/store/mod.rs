//! What is kept: runs, ledger versions, verdicts, frozen answers, and what people decided, in a log that shows when somebody changed it. The few verbs the others need;
//! nothing is decided here.
//!
//! [`Store`] is one `SQLite` file. [`lock::FolderLock`] keeps two runs out of one folder; the database's
//! own locks remain the second line, and end in [`StoreError::Busy`].

mod chain;
mod error;
pub mod lock;
mod sqlite;

pub use chain::Breach;
pub use error::StoreError;
pub use sqlite::Store;
pub use sqlite::decisions::{DecisionRow, NewDecision};
pub use sqlite::ledger::{LedgerVersion, NewLedger};
pub use sqlite::log::{Broken, Deed, LogRow, Verified};
pub use sqlite::runs::{OpenRun, RunInfo};
pub use sqlite::snapshots::{NewSnapshot, SnapshotInfo};
pub use sqlite::understanding::Rereading;
pub use sqlite::vendors::HandedIn;
