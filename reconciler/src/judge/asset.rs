//! What stands on the network, derived from observations, and thrown away and derived again.

use std::collections::BTreeSet;
use std::fmt;
use std::net::IpAddr;

use daicho_shared::address::Mac;
pub use daicho_shared::class::Class;
use daicho_shared::fact::{NameSource, Transport};
use daicho_shared::id::{ObservationId, Text};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use super::graded::{Grade, Graded};

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
    /// Operating system, with build and edition where known.
    pub os: Option<Claim>,
    /// Version of the firmware, or of the software that the device exists for.
    #[serde(default)]
    pub firmware: Option<Claim>,
    /// Where it hangs: the switch and its port.
    #[serde(default)]
    pub place: Option<Claim>,
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
    /// It answers in a way that no ordinary device does.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unnatural: Vec<Unnatural>,
    /// Why several addresses or interfaces are held to be one machine.
    pub joined_by: Vec<JoinReason>,
    /// Keys and numbers that stay with one machine: host key, certificate key, engine ID …
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub keys: Vec<Mark>,
    /// What people wrote into it to find it by: SNMP name, contact, location, asset tag.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub labels: Vec<Mark>,
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

/// A value, how sure it is, and why. Verdicts of the first version have neither confidence nor reasons.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Claim {
    /// The value.
    pub value: String,
    /// Who says so, e.g. `oui`, `snmp`, `upnp`; `person` where somebody decided it.
    pub source: Text,
    /// Where that was seen.
    pub evidence: Vec<ObservationId>,
    /// 0 to 100; 0 where it was not written down.
    #[serde(default)]
    pub confidence: u8,
    /// What speaks for it, strongest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<Why>,
    /// Other values that something speaks for, strongest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub others: Vec<Contrary<String>>,
    /// Somebody decided it; what the network says stands in `others`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided: Option<Decided>,
}

/// What a device is, how sure that is, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClassClaim {
    /// The class.
    pub value: Class,
    /// 0 to 100.
    pub confidence: u8,
    /// The rules of `config/classes.toml` and `config/fingerprints/` that spoke, strongest first.
    pub reasons: Vec<Why>,
    /// Other classes that something speaks for, strongest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub others: Vec<Contrary<Class>>,
    /// Somebody decided it; what the network says stands in `others`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided: Option<Decided>,
}

/// One rule that held, and where it found what it looks for.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(from = "WrittenWhy")]
pub struct Why {
    /// The rule's name.
    pub rule: Text,
    /// Where it found it, e.g. `http.title`; empty where it was not written down.
    pub field: Text,
    /// The text that it found there.
    pub text: String,
    /// Points.
    pub weight: u32,
    /// The observations that show it.
    pub evidence: Vec<ObservationId>,
}

/// Verdicts of the first version name the rule, and nothing else.
#[derive(Deserialize)]
#[serde(untagged)]
enum WrittenWhy {
    Rule(Text),
    Whole { rule: Text, field: Text, text: String, weight: u32, evidence: Vec<ObservationId> },
}

impl From<WrittenWhy> for Why {
    fn from(written: WrittenWhy) -> Self {
        match written {
            WrittenWhy::Rule(rule) => Self { rule, ..Self::default() },
            WrittenWhy::Whole { rule, field, text, weight, evidence } => Self { rule, field, text, weight, evidence },
        }
    }
}

/// Another value than the one that was concluded, and what speaks for it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Contrary<T> {
    /// The value.
    pub value: T,
    /// Points.
    pub weight: u32,
    /// What speaks for it, strongest first.
    pub reasons: Vec<Why>,
}

/// Somebody said what it is: that wins, and stays until it is withdrawn.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Decided {
    /// Who.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// Why, in that person's words.
    pub note: Option<String>,
    /// By which key the device was known then, e.g. `mac-0080A3123456`.
    pub key: String,
}

/// One way in which a device answers as no ordinary device does.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Unnatural {
    /// How, e.g. `every-port-open`.
    pub how: String,
    /// Where that was seen.
    pub evidence: Vec<ObservationId>,
}

/// A service that answered.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Service {
    /// TCP or UDP.
    pub transport: Transport,
    /// Port.
    pub port: u16,
    /// Protocol, e.g. `ssh`; the port table's name where nothing was spoken.
    pub name: Text,
    /// Product, where it says so.
    pub product: Option<String>,
    /// Version, where it says so.
    pub version: Option<String>,
}

/// A text by which a machine is known again.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Mark {
    /// What it is, e.g. `ssh-host-key`, `sysLocation`.
    pub kind: Text,
    /// The text.
    pub value: String,
    /// Where that was seen first.
    pub evidence: Option<ObservationId>,
}

/// Why two addresses or interfaces are one machine.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct JoinReason {
    /// The key they share, e.g. `mac`, `ssh-host-key`, `snmp-interface`, `netbios-name`.
    pub key: Text,
    /// Its value.
    pub value: String,
    /// Where that was seen.
    pub evidence: Vec<ObservationId>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_of_the_first_version_is_still_read() {
        let old = r#"{
            "id": "mac-0080A3000005", "interfaces": [], "names": [],
            "class": {"value": "medical", "confidence": 80, "reasons": ["port.dicom", "oui.medical"]},
            "maker": {"value": "Lantronix", "source": "oui", "evidence": ["run-1#7"]},
            "model": null, "serial": null, "os": null, "services": [],
            "multi_homed": {"grade": "nothing", "addresses": [], "evidence": []},
            "forwards": {"grade": "nothing", "addresses": [], "evidence": []},
            "uplink": {"grade": "nothing", "addresses": [], "evidence": []},
            "first_seen": "2025-03-31T02:15:00Z", "last_seen": "2025-03-31T02:15:00Z",
            "left_alone": false, "joined_by": []
        }"#;
        let asset: Asset = serde_json::from_str(old).unwrap();
        assert_eq!((asset.class.value, asset.class.reasons[0].rule.as_str()), (Class::Medical, "port.dicom"));
        let maker = asset.maker.clone().unwrap();
        assert_eq!((maker.value.as_str(), maker.confidence, maker.reasons.len()), ("Lantronix", 0, 0));
        let again: Asset = serde_json::from_str(&serde_json::to_string(&asset).unwrap()).unwrap();
        assert_eq!(again, asset);
    }
}
