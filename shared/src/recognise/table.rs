//! The tables as they are written: `config/classes.toml`, `config/fingerprints/*.toml`, and tables that a user adds.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::compare::Systems;
use super::rules::Says;
use crate::class::Class;

/// The most rules of all tables together.
pub(super) const RULE_LIMIT: usize = 4_096;

/// The tables that are compiled in, by file name.
pub(super) const TABLES: &[(&str, &str)] = &[
    ("classes.toml", include_str!("../../../config/classes.toml")),
    ("fingerprints/announcements.toml", include_str!("../../../config/fingerprints/announcements.toml")),
    ("fingerprints/dhcp.toml", include_str!("../../../config/fingerprints/dhcp.toml")),
    ("fingerprints/dicom.toml", include_str!("../../../config/fingerprints/dicom.toml")),
    ("fingerprints/greetings.toml", include_str!("../../../config/fingerprints/greetings.toml")),
    ("fingerprints/http.toml", include_str!("../../../config/fingerprints/http.toml")),
    ("fingerprints/maker-numbers.toml", include_str!("../../../config/fingerprints/maker-numbers.toml")),
    ("fingerprints/neighbours.toml", include_str!("../../../config/fingerprints/neighbours.toml")),
    ("fingerprints/phone.toml", include_str!("../../../config/fingerprints/phone.toml")),
    ("fingerprints/snmp.toml", include_str!("../../../config/fingerprints/snmp.toml")),
    ("fingerprints/ssh.toml", include_str!("../../../config/fingerprints/ssh.toml")),
    ("fingerprints/systems.toml", include_str!("../../../config/fingerprints/systems.toml")),
    ("fingerprints/tls.toml", include_str!("../../../config/fingerprints/tls.toml")),
    ("fingerprints/windows-builds.toml", include_str!("../../../config/fingerprints/windows-builds.toml")),
];

/// One file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Table {
    pub(super) threshold: Option<u32>,
    pub(super) lead: Option<u32>,
    #[serde(default)]
    pub(super) rule: Vec<Row>,
    #[serde(default)]
    pub(super) list: BTreeMap<String, BTreeMap<String, OneOrMore>>,
    pub(super) systems: Option<Systems>,
}

/// One rule.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Row {
    pub(super) name: String,
    pub(super) weight: u32,
    pub(super) class: Option<Class>,
    maker: Option<String>,
    model: Option<String>,
    os: Option<String>,
    firmware: Option<String>,
    pub(super) list: Option<String>,
    #[serde(default)]
    pub(super) all: bool,
    pub(super) when: BTreeMap<String, Vec<String>>,
}

/// What a list says of a word: one value, or several that are equally likely.
#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum OneOrMore {
    One(String),
    More(Vec<String>),
}

/// Every word of every list.
pub(super) type Lists = BTreeMap<String, BTreeMap<String, Vec<String>>>;

impl Row {
    /// What it says, taken out.
    pub(super) fn says(&mut self) -> Says {
        let Self { maker, model, os, firmware, .. } = self;
        Says { maker: maker.take(), model: model.take(), os: os.take(), firmware: firmware.take() }
    }
}

impl OneOrMore {
    pub(super) fn into_values(self) -> Vec<String> {
        match self {
            Self::One(value) => vec![value],
            Self::More(values) => values,
        }
    }
}
