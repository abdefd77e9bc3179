//! What people decided to change in the ledger after a file was imported: laid over the imported rows until the
//! hospital's own file says the same.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::entry::{EntryId, Field, Origin, Register};

/// One accepted change of the ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Amendment {
    /// What is changed.
    pub change: Change,
    /// Who accepted it, when, why, and on what evidence.
    pub basis: Basis,
}

/// What an [`Amendment`] changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum Change {
    /// One cell of a row that was imported.
    Cell {
        /// The row.
        entry: EntryId,
        /// Where the row stands.
        origin: Origin,
        /// Which column.
        field: Field,
        /// The text that stood there when it was accepted; empty where the file has no such column.
        before: String,
        /// The text that is to stand there.
        after: String,
    },
    /// A row that no file has.
    Row {
        /// Its own id, of which the finding's identity is a part.
        entry: EntryId,
        /// In which register.
        register: Register,
        /// Its cells.
        cells: BTreeMap<Field, String>,
    },
}

/// On what an [`Amendment`] stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Basis {
    /// The finding that led to it.
    pub finding: String,
    /// When it was accepted.
    pub at: Timestamp,
    /// Who accepted it.
    pub by: String,
    /// Why, in that person's words.
    pub reason: Option<String>,
    /// What was seen, in a sentence for people, e.g. `2026-11-20 02:14 SNMP sysName`.
    pub evidence: String,
}
