//! Hints: what a scan shows of services, of ways of management and of systems' ends of support, as questions to people.
//! None is a judgement: what is needed, what is allowed and what was updated, no network tells.

mod management;
mod service;
mod support;
pub mod table;
#[cfg(test)]
mod tests;
mod told;

use daicho_shared::id::ObservationId;
use ipnet::IpNet;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use self::told::Told;
use super::asset::AssetId;
use super::entry::{EntryId, Field};
use super::scene::Scene;

/// Everything that is hinted at, whether it became a finding or not: what a ledger explains stands here, too, so that
/// explained and unexplained can be counted.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Hints {
    /// Services that are seldom needed, by device.
    pub services: Vec<ServiceHint>,
    /// Equipment whose management answered the scanner, such as nobody is asked about, too.
    pub management: Vec<ManagementHint>,
    /// Systems whose last day of support is known.
    pub support: Vec<SupportHint>,
}

/// One service of one device that is seldom needed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceHint {
    /// The device.
    pub asset: AssetId,
    /// Its rows.
    pub entries: Vec<EntryId>,
    /// Which service, by its key in `config/services.toml`.
    pub service: String,
    /// Where it answered, e.g. `tcp/23`.
    pub ports: Vec<String>,
    /// It was spoken to; otherwise only its port is open.
    pub spoken: bool,
    /// Who says what it is for.
    pub explained: Option<ExplainedBy>,
    /// Who says that it is off, or that nobody maintains the device from afar: contradicted by its answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub denied: Option<ExplainedBy>,
    /// Where that was seen.
    pub evidence: Vec<ObservationId>,
}

/// Where people say what a service is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "snake_case")]
pub enum ExplainedBy {
    /// A cell of a ledger row names it.
    Row {
        /// The row.
        entry: EntryId,
        /// The column.
        field: Field,
    },
    /// A record of the remote-maintenance register is about the device.
    Record {
        /// The record.
        record: EntryId,
    },
}

/// One piece of equipment whose management answered the scanner.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManagementHint {
    /// The device.
    pub asset: AssetId,
    /// Its rows.
    pub entries: Vec<EntryId>,
    /// In which ways, by their keys in `config/services.toml`.
    pub ways: Vec<String>,
    /// From where it was asked.
    pub vantage: Vantage,
    /// It is of the equipment that item (8) is about.
    pub asked: bool,
    /// Where that was seen.
    pub evidence: Vec<ObservationId>,
}

/// From where the scanner asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Vantage {
    /// The scanner's own network.
    pub network: Option<IpNet>,
    /// What is known of it.
    pub kind: VantageKind,
}

/// What is known of the scanner's network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VantageKind {
    /// The segment list says that it is for managing equipment: to answer there is right.
    Management,
    /// The segment list says that it is for something else.
    Clinical,
    /// No list says what it is for; PCs or medical devices answer in it.
    Shared,
    /// No list says what it is for, and nobody else was seen in it.
    Unlisted,
}

/// A system whose last day of support is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SupportHint {
    /// The device, where one was seen.
    pub asset: Option<AssetId>,
    /// Its rows.
    pub entries: Vec<EntryId>,
    /// The product, by its name in `config/end_of_support.toml`.
    pub product: String,
    /// What was told of the system.
    pub told: String,
    /// Who told it: a protocol, or `ledger`.
    pub source: String,
    /// How sure the system is, 0 to 100; 0 where a person wrote it.
    pub confidence: u8,
    /// The last day: of the edition that was told, otherwise of that with the shortest support.
    pub last_day: Date,
    /// The last day of the edition with the longest support, where no edition was told and it is a later one.
    pub latest: Option<Date>,
    /// Something else speaks for another product.
    pub disputed: bool,
    /// How that lies to the day of the run.
    pub state: SupportState,
    /// Where that was seen; empty where a person wrote it.
    pub evidence: Vec<ObservationId>,
}

/// How a last day of support lies to a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SupportState {
    /// Not soon.
    Supported,
    /// Within a year, or half a year where a next release is routine.
    Ending,
    /// It has passed.
    Ended,
}

/// Everything that a scene hints at.
pub(crate) fn hints(scene: &Scene<'_>) -> Hints {
    let mut hints = Hints { support: support::declared(scene), ..Hints::default() };
    let (remote, kinds) = (service::Remote::new(scene), management::kinds(scene));
    for asset in 0..scene.assets.len() {
        let told = Told::new(scene, asset);
        hints.services.extend(service::hints(scene, asset, &told, &remote));
        hints.management.extend(management::hint(scene, asset, &told, &kinds));
        hints.support.extend(support::seen(scene, asset));
    }
    hints.support.sort_by(|a, b| (&a.asset, &a.entries).cmp(&(&b.asset, &b.entries)));
    hints
}

impl Hints {
    /// Every observation that one of them stands on.
    pub(crate) fn evidence(&self) -> impl Iterator<Item = &ObservationId> {
        let services = self.services.iter().flat_map(|hint| &hint.evidence);
        let management = self.management.iter().flat_map(|hint| &hint.evidence);
        services.chain(management).chain(self.support.iter().flat_map(|hint| &hint.evidence))
    }
}
