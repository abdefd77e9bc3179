//! What stands on the network, derived from observations, and thrown away and derived again.

use std::collections::BTreeSet;
use std::fmt;
use std::net::IpAddr;

use daicho_shared::address::Mac;
pub use daicho_shared::class::Class;
use daicho_shared::fact::{NameSource, Transport};
use daicho_shared::id::ObservationId;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// One machine: several interfaces, several addresses, and every claim with its source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asset {
    /// Derived from its strongest key, so that it is the same on every night.
    pub id: AssetId,
    /// Its network interfaces, as far as they were seen.
    pub interfaces: Vec<Interface>,
    /// Names, with who says so.
    pub names: Vec<AssetName>,
    /// What it is.
    pub class: ClassClaim,
    /// Maker: of the device where it says so, otherwise of its network interface.
    pub maker: Option<Claim>,
    /// Model, as the device says.
    pub model: Option<Claim>,
    /// Serial number, as the device says.
    pub serial: Option<Claim>,
    /// Operating system or firmware, as the device says.
    pub os: Option<Claim>,
    /// Services that answered.
    pub services: Vec<Service>,
    /// It has an address or interface in another network.
    pub multi_homed: Graded,
    /// It forwards packets, or says so.
    pub forwards: Graded,
    /// It is, or says it is, a way out.
    pub uplink: Graded,
    /// First and last time it was seen.
    pub first_seen: Timestamp,
    /// Last time it was seen.
    pub last_seen: Timestamp,
    /// It stopped answering in mid-scan and was left alone.
    pub left_alone: bool,
    /// Why several addresses or interfaces are held to be one machine.
    pub joined_by: Vec<JoinReason>,
}

/// Identifies an [`Asset`], e.g. `mac-0080A3123456` or `ip-10.20.0.5`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AssetId(pub String);

impl fmt::Display for AssetId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One network interface.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Interface {
    /// Its link-layer address, where one is known.
    pub mac: Option<Mac>,
    /// Its addresses.
    pub addresses: BTreeSet<IpAddr>,
    /// The scanned network it is in; `None` for one that the device only told of.
    pub segment: Option<String>,
    /// The device told of it, the agent did not reach it.
    pub told: bool,
}

/// A name and who says so.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct AssetName {
    /// The name.
    pub name: String,
    /// Who says so.
    pub source: NameSource,
    /// Domain or workgroup.
    pub domain: Option<String>,
    /// Where that was seen.
    pub evidence: Vec<ObservationId>,
}

/// A value with the observations it was read from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Claim {
    /// The value.
    pub value: String,
    /// Who says so, e.g. `oui`, `snmp`, `upnp`.
    pub source: String,
    /// Where that was seen.
    pub evidence: Vec<ObservationId>,
}

/// What a device is, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClassClaim {
    /// The class.
    pub value: Class,
    /// 0 to 100.
    pub confidence: u8,
    /// The rules of `config/classes.toml` that spoke, strongest first.
    pub reasons: Vec<String>,
}

/// A service that answered.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Service {
    /// TCP or UDP.
    pub transport: Transport,
    /// Port.
    pub port: u16,
    /// Protocol, e.g. `ssh`; the port table's name where nothing was spoken.
    pub name: String,
    /// Product, where it says so.
    pub product: Option<String>,
    /// Version, where it says so.
    pub version: Option<String>,
}

/// A hypothesis about a machine with its grade and what it stands on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Graded {
    /// How sure.
    pub grade: Grade,
    /// The addresses concerned.
    pub addresses: Vec<IpAddr>,
    /// Where that was seen.
    pub evidence: Vec<ObservationId>,
}

impl Graded {
    /// Nothing speaks for it.
    pub fn nothing() -> Self {
        Self { grade: Grade::Nothing, addresses: vec![], evidence: vec![] }
    }
}

/// How sure a statement is. Severity is another thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Grade {
    /// 所見なし: a method that could have seen it did not.
    Nothing,
    /// 判定不能: no method could have seen it.
    Undecidable,
    /// 参考.
    Indication,
    /// 強い疑い.
    Probable,
    /// 確定.
    Confirmed,
}

/// Why two addresses or interfaces are one machine.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct JoinReason {
    /// The key they share, e.g. `mac`, `ssh-host-key`, `snmp-interface`, `netbios-name`.
    pub key: String,
    /// Its value.
    pub value: String,
    /// Where that was seen.
    pub evidence: Vec<ObservationId>,
}
