//! Everything the judge says about one night.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;

use daicho_shared::address::Mac;
use daicho_shared::batch::{Sent, Trouble};
use daicho_shared::coverage::Coverage;
use daicho_shared::id::{ObservationId, RunId};
use daicho_shared::observation::Observation;
use ipnet::IpNet;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::asset::{Asset, AssetId, Grade};
use super::entry::{EntryId, Ledger};
use super::finding::Finding;
use super::graded::{LineKind, Sign};
use super::hint::Hints;
use super::inventory::InventoryFile;
use super::pairing::Comparison;
use super::review::standing::Reviewed;
use super::vendor::Vendors;

/// The verdict: a value that holds everything a report says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// The run that was judged.
    pub run: RunSummary,
    /// The ledger it was judged against.
    pub ledger: Arc<Ledger>,
    /// What stands on the network, sorted by id.
    pub assets: Vec<Asset>,
    /// What became of every row, in the ledger's order.
    pub entries: Vec<EntryVerdict>,
    /// Every pair and near miss, explained.
    pub comparisons: Vec<Comparison>,
    /// External connection points, declared and seen.
    pub external_points: Vec<ExternalPoint>,
    /// What people should be asked about services, ways of management and ends of support, explained or not.
    #[serde(default)]
    pub hints: Hints,
    /// What is to be said, most urgent first.
    pub findings: Vec<Finding>,
    /// How each segment was looked at, and what was not looked at.
    pub coverage: Vec<Coverage>,
    /// What reached each device.
    pub sent: Vec<Sent>,
    /// What went wrong.
    pub troubles: Vec<Trouble>,
    /// Every observation that is cited as evidence.
    pub evidence: BTreeMap<ObservationId, Arc<Observation>>,
    /// What changed since the run before; `None` on the first night.
    pub changes: Option<Changes>,
    /// Inventory files that were judged together with the run.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub inventories: Vec<InventoryFile>,
    /// By which knowledge it was judged; verdicts of the first version do not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub basis: Option<Basis>,
    /// What vendors were asked and answered until then.
    #[serde(default)]
    pub vendors: Vendors,
    /// What people decided about the findings, as of the day on which it is shown. It changes by itself, with the
    /// calendar and with every decision, so it is never kept with the verdict.
    #[serde(skip)]
    pub reviewed: Reviewed,
}

/// By which knowledge a run was judged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Basis {
    /// Version of this program.
    pub daicho: String,
    /// Fingerprint of the rules of recognition.
    pub rules: String,
    /// Tables that were added to those compiled in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub added_rules: Vec<String>,
    /// The kept replies were read again; `None` where the facts are those of the night.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reread: Option<Reread>,
}

/// Kept replies, read again by a later agent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reread {
    /// Its version.
    pub agent: String,
    /// When.
    pub at: Timestamp,
    /// Observations that say something else now.
    pub changed: u32,
}

/// The run that was judged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunSummary {
    /// The run.
    pub id: RunId,
    /// The agent machine's name.
    pub host: String,
    /// When it began.
    pub started: Timestamp,
    /// When it ended, where it did.
    pub finished: Option<Timestamp>,
    /// Everything planned was asked.
    pub complete: bool,
    /// Why not.
    pub reason: Option<String>,
    /// Networks that were asked.
    pub scope: Vec<IpNet>,
    /// Networks that were not.
    pub exclude: Vec<IpNet>,
    /// `gentle`, `normal` or `fast`.
    pub profile: String,
    /// The scanner's own addresses: not a finding.
    pub own: Vec<(Option<Mac>, IpAddr)>,
}

/// What became of one row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntryVerdict {
    /// The row.
    pub entry: EntryId,
    /// What became of it.
    pub verdict: EntryState,
    /// The machine it was paired with.
    pub asset: Option<AssetId>,
}

/// What became of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EntryState {
    /// 一致.
    Matched,
    /// 一致（値の相違あり）.
    MatchedWithDifferences,
    /// 所在不明.
    NotFound,
    /// 未確認.
    NotChecked,
    /// 照合対象外: not on a network, retired, spare, taken out, planned …
    NotExpected,
    /// 対応が一つに決まらない.
    Ambiguous,
}

/// One external connection point.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExternalPoint {
    /// The machine, where one was seen.
    pub asset: Option<AssetId>,
    /// The declaring row, where there is one.
    pub entry: Option<EntryId>,
    /// Kind of line, as a code, e.g. `internet`, `lte5g`: as declared, or what the signs suggest.
    pub kind: String,
    /// 回線種別 as the register has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<String>,
    /// What the signs suggest, where that is something else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen_kind: Option<LineKind>,
    /// Another department than that of the device's own row.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub other_department: Option<String>,
    /// A purpose of another kind than the register's, in the device's own row.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub other_purpose: Option<String>,
    /// Of a point that was not seen: its network was looked at, so that it could have been.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub could_be_seen: Option<bool>,
    /// Declared and seen, declared only, or seen only.
    pub status: PointStatus,
    /// 部門.
    pub department: Option<String>,
    /// 用途.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purpose: Option<String>,
    /// 保守事業者.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vendor: Option<String>,
    /// How sure.
    pub grade: Grade,
    /// What it does that only a way out does.
    pub signs: Vec<Sign>,
    /// Where that was seen.
    pub evidence: Vec<ObservationId>,
}

/// Whether an external connection point was declared, and seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PointStatus {
    /// Declared, and seen.
    DeclaredSeen,
    /// Declared, not seen.
    DeclaredUnseen,
    /// Declared for another department or purpose than it shows.
    DeclaredOtherwise,
    /// Seen, declared by nobody.
    Undeclared,
}

/// What changed since the run before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changes {
    /// The run before.
    pub since: RunId,
    /// When that run began.
    pub since_started: Timestamp,
    /// Machines never seen before.
    pub new: Vec<AssetId>,
    /// Machines seen in the run before, and not now, although their segment was looked at.
    pub gone: Vec<AssetId>,
    /// Machines that were gone in the run before, and are back.
    pub back: Vec<AssetId>,
    /// Machines that changed, and in what.
    pub changed: Vec<AssetChange>,
    /// Findings that were not there in the run before.
    pub new_findings: Vec<String>,
    /// Findings of the run before that are there no more.
    pub resolved_findings: Vec<String>,
}

/// One machine's change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssetChange {
    /// The machine.
    pub asset: AssetId,
    /// What changed, e.g. `addresses`, `names`, `services`, `class`.
    pub what: String,
    /// Before.
    pub before: String,
    /// Now.
    pub now: String,
}
