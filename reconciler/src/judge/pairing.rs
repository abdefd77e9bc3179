//! Which ledger row is which machine, and why that one and not another.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::asset::AssetId;
use super::entry::EntryId;

/// One row compared with one machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Comparison {
    /// The row.
    pub entry: EntryId,
    /// The machine.
    pub asset: AssetId,
    /// The sum of the levels' weights.
    pub score: i32,
    /// Every key of which one side says something, with the level it reached: the explanation of the score.
    pub levels: Vec<Level>,
    /// Whether they were held to be the same.
    pub decision: Decision,
}

/// One key's contribution to a score.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Level {
    /// The key, as named in `config/identity.toml`, e.g. `mac`.
    pub key: Cow<'static, str>,
    /// The level reached, e.g. `equal`, `differs`, `absent` (of one side).
    pub level: Cow<'static, str>,
    /// Weight added or taken.
    pub weight: i32,
    /// The ledger's value.
    pub declared: String,
    /// The network's value.
    pub seen: String,
}

/// What became of a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// The same machine.
    Paired,
    /// An address that the machine answers at beside its own: a cluster's, or a service's that moves.
    Shares,
    /// Close, but another pair was better.
    Beaten,
    /// Close, but not close enough.
    TooWeak,
    /// As good as another: a person must say.
    Ambiguous,
}
