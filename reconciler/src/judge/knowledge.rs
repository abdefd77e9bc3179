//! What the judge knows of the field: `config/identity.toml`, `config/uplinks.toml`, and the rules of recognition.

use std::collections::{BTreeMap, BTreeSet};

use daicho_shared::knowledge::makers::Makers;
use daicho_shared::knowledge::ports::Ports;
use daicho_shared::recognise::Rules;
use ipnet::IpNet;
use regex::Regex;
use serde::Deserialize;

use super::finding::Severity;

/// Keys, weights and severities, as compiled in.
pub const IDENTITY: &str = include_str!("../../../config/identity.toml");
/// Signs of a way out, as compiled in.
pub const UPLINKS: &str = include_str!("../../../config/uplinks.toml");

/// Everything the judge knows beforehand.
#[derive(Debug, Clone)]
pub struct Knowledge {
    /// `config/classes.toml` and `config/fingerprints/`.
    pub rules: &'static Rules,
    /// `config/identity.toml`.
    pub identity: Identity,
    /// `config/uplinks.toml`.
    pub uplinks: Uplinks,
    /// Maker spellings of `config/makers.toml`.
    pub makers: Makers,
    /// `config/ports.toml`.
    pub ports: Ports,
}

/// A table of knowledge cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("{file}: {source}")]
pub struct KnowledgeError {
    /// Which table.
    pub file: &'static str,
    /// Where and why.
    pub source: Box<toml::de::Error>,
}

impl Knowledge {
    /// Reads the two tables; the rules of recognition, the makers and the ports are those compiled in.
    pub fn parse(identity: &str, uplinks: &str) -> Result<Self, KnowledgeError> {
        let identity: Identity = read("identity.toml", identity)?;
        Ok(Self {
            rules: Rules::builtin(),
            makers: Makers::builtin().clone(),
            uplinks: read("uplinks.toml", uplinks)?,
            ports: Ports::builtin(),
            identity,
        })
    }

    /// The tables that are compiled in.
    ///
    /// # Panics
    ///
    /// Never: a test parses them.
    pub fn builtin() -> Self {
        Self::parse(IDENTITY, UPLINKS).expect("the tables in config/ are parsed by a test")
    }
}

fn read<T: for<'de> Deserialize<'de>>(file: &'static str, text: &str) -> Result<T, KnowledgeError> {
    toml::from_str(text).map_err(|source| KnowledgeError { file, source: Box::new(source) })
}

/// A regular expression in a table; one that does not compile is an error of that table.
#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "String")]
pub struct Pattern(pub Regex);

impl TryFrom<String> for Pattern {
    type Error = regex::Error;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Regex::new(&text).map(Self)
    }
}

/// `config/identity.toml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Identity {
    /// Points that a pair needs.
    pub pair: i32,
    /// IPv4 addresses on one MAC beyond which it is a proxy.
    pub proxy_addresses: usize,
    /// Holders of one host name beyond which it is no key.
    pub crowd: usize,
    /// Complete scans that must have missed a row.
    pub scans_needed: u32,
    /// Observations that one finding cites.
    pub evidence_limit: usize,
    /// Names that identify nothing.
    pub generic_names: BTreeSet<String>,
    /// Probes that ask whether anybody is there.
    pub presence_probes: BTreeSet<String>,
    /// Weights.
    pub keys: Keys,
    /// How loud each finding is, by code.
    pub severity: BTreeMap<String, Loudness>,
}

/// The weights of every key.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Keys {
    /// MAC address.
    pub mac: Weights,
    /// Serial number.
    pub serial: Weights,
    /// Host name.
    pub hostname: Weights,
    /// IP address.
    pub ip: Weights,
    /// Maker.
    pub vendor: Weights,
    /// 状態 of the row.
    pub status: Weights,
}

/// What one key's levels weigh.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Weights {
    /// Both sides say the same.
    pub equal: i32,
    /// Both sides say something else.
    pub differs: i32,
    /// The first fifteen characters are the same (`NetBIOS`).
    #[serde(default)]
    pub truncated: i32,
}

/// How loud a finding is.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Loudness {
    /// As a rule.
    pub usual: Severity,
    /// Where the rule knows of an aggravating circumstance.
    pub raised: Severity,
    /// Where it knows of a mitigating one.
    pub lowered: Severity,
}

/// `config/uplinks.toml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Uplinks {
    /// Networks inside one machine.
    pub benign: Vec<BenignNetwork>,
    /// Networks of phones and mobile routers.
    pub tether: Vec<TetherNetwork>,
    /// What mobile routers say of themselves.
    pub cellular: Vec<CellularText>,
    /// Interface types and names.
    pub interface: InterfaceKinds,
}

/// A network that a program makes inside one machine.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BenignNetwork {
    /// The network.
    pub cidr: IpNet,
    /// Which program.
    pub what: String,
}

/// A network that phones or mobile routers use unless told otherwise.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TetherNetwork {
    /// The network.
    pub cidr: IpNet,
    /// Which devices.
    pub what: String,
    /// The same in Japanese.
    pub what_ja: String,
}

/// What a mobile router says of itself.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CellularText {
    /// Where it says so.
    pub field: TextField,
    /// What it says.
    pub pattern: Pattern,
    /// Maker.
    pub vendor: String,
    /// Product.
    pub product: String,
}

/// A place where a device puts text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TextField {
    /// Page title.
    Title,
    /// HTTP `Server`.
    Server,
    /// HTTP realm.
    Realm,
    /// A name of the machine.
    Name,
    /// `sysDescr`.
    Description,
    /// Model or product.
    Product,
}

/// Interface types and names that lead out, and such that lead nowhere.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InterfaceKinds {
    /// IANA ifType numbers of lines of their own.
    pub kinds: Vec<u32>,
    /// Names of such interfaces.
    pub pattern: Pattern,
    /// Names of interfaces that programs make.
    pub benign: Pattern,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_builtin_tables_parse() {
        let knowledge = Knowledge::builtin();
        assert!(knowledge.uplinks.tether.iter().any(|net| net.what.contains("Android")));
    }

    #[test]
    fn every_finding_has_a_severity() {
        let codes: BTreeSet<_> = Knowledge::builtin().identity.severity.into_keys().collect();
        let rules: BTreeSet<_> = super::super::rule::RULES.iter().map(|rule| rule.code.to_owned()).collect();
        assert_eq!(codes, rules);
    }

    #[test]
    fn a_pattern_that_does_not_compile_is_an_error_of_its_table() {
        let broken = UPLINKS.replacen("pattern = '", "pattern = '(", 1);
        let error = Knowledge::parse(IDENTITY, &broken).unwrap_err();
        assert!(error.to_string().starts_with("uplinks.toml"), "{error}");
    }

    #[test]
    fn an_unknown_key_is_an_error() {
        assert!(Knowledge::parse(&format!("spelling_mistake = 1\n{IDENTITY}"), UPLINKS).is_err());
    }
}
