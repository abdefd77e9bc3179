//! What people decided to change in the ledger after a file was imported: laid over the imported rows until the
//! hospital's own file says the same.

use std::collections::BTreeMap;
use std::net::IpAddr;

use daicho_shared::address::Mac;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::entry::{Entry, EntryId, Field, Origin, Register};

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
        /// What the row said of its device. Changes that were stored before this was kept have none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        likeness: Option<Box<Likeness>>,
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

/// By what a row is known again, wherever it stands by now.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Likeness {
    /// シリアル番号.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub serial_no: Option<String>,
    /// MACアドレス.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub macs: Vec<Mac>,
    /// コンピュータ名.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hostname: Option<String>,
    /// IPアドレス.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub addresses: Vec<IpAddr>,
    /// A short name of what each of its cells that hold something said: it decides between rows of one device, and
    /// where a row names no device.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub cells: BTreeMap<Field, String>,
}

impl Likeness {
    /// What a row says.
    pub fn of(row: &Entry) -> Self {
        let said = row.cells.iter().map(|(field, cell)| (*field, cell.raw.trim())).filter(|(_, text)| !text.is_empty());
        Self {
            serial_no: row.serial_no.clone(),
            macs: row.macs.clone(),
            hostname: row.hostname.clone(),
            addresses: row.addresses.clone(),
            cells: said.map(|(field, text)| (field, hex::encode(&Sha256::digest(text)[..4]))).collect(),
        }
    }
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
