//! What one probe saw, once.

use std::net::IpAddr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::address::Mac;
use crate::coverage::Outcome;
use crate::id::{ProbeName, Text};
use crate::learned::Learned;

/// The most octets of a reply that are kept as evidence.
pub const REPLY_LIMIT: usize = 2048;

/// What one probe saw: when, where, about whom, and the bytes it read that from.
///
/// Append-only. It does not know that assets exist.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Observation {
    /// Its place in the batch, counted from 1.
    pub number: u32,
    /// When the answer came, or the wait for it ended.
    pub at: Timestamp,
    /// Which probe asked or listened.
    pub probe: ProbeName,
    /// Whom the facts are about.
    pub target: Target,
    /// How the question ended.
    pub outcome: Outcome,
    /// What was learned.
    #[serde(default, skip_serializing_if = "Learned::is_empty")]
    pub facts: Learned,
    /// What was sent, lower-case hexadecimal, at most [`REPLY_LIMIT`] octets, where one packet was the whole
    /// question. Never holds a credential.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub request: String,
    /// The reply, lower-case hexadecimal, at most [`REPLY_LIMIT`] octets, so that a better rule can
    /// re-read old evidence without a new scan. Never holds a credential.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reply: String,
}

/// Whom an observation is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Target {
    /// Network address; the unspecified one (`0.0.0.0`) where only the link-layer address is known.
    pub address: IpAddr,
    /// Link-layer address, where the agent shares the link.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mac: Option<Mac>,
    /// The agent's interface by which it was reached.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interface: Option<Text>,
}
