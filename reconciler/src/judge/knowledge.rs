//! What the judge knows of the field: `config/classes.toml`, `config/identity.toml`, `config/uplinks.toml`.

use std::collections::{BTreeMap, BTreeSet};

use daicho_shared::knowledge::ports::Ports;
use ipnet::IpNet;
use regex::Regex;
use serde::Deserialize;

use super::asset::Class;
use super::finding::Severity;
use super::maker::Makers;

/// Classes and the evidence for them, as compiled in.
pub const CLASSES: &str = include_str!("../../../config/classes.toml");
/// Keys, weights and severities, as compiled in.
pub const IDENTITY: &str = include_str!("../../../config/identity.toml");
/// Signs of a way out, as compiled in.
pub const UPLINKS: &str = include_str!("../../../config/uplinks.toml");

/// Everything the judge knows beforehand.
#[derive(Debug, Clone)]
pub struct Knowledge {
    /// `config/classes.toml`.
    pub classes: Classes,
    /// `config/identity.toml`.
    pub identity: Identity,
    /// `config/uplinks.toml`.
    pub uplinks: Uplinks,
    /// Maker spellings of `config/identity.toml`.
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
    /// Reads the three tables; the port table is the one compiled in.
    pub fn parse(classes: &str, identity: &str, uplinks: &str) -> Result<Self, KnowledgeError> {
        let identity: Identity = read("identity.toml", identity)?;
        Ok(Self {
            classes: read("classes.toml", classes)?,
            makers: Makers::new(&identity.makers),
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
        Self::parse(CLASSES, IDENTITY, UPLINKS).expect("the tables in config/ are parsed by a test")
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

/// `config/classes.toml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Classes {
    /// Points that a class needs.
    pub threshold: u32,
    /// Points by which it must lead.
    pub lead: u32,
    /// The rules.
    pub rule: Vec<ClassRule>,
    /// Where an operating system's name stands in a text.
    pub os: Vec<OsRule>,
}

/// One piece of evidence for a class.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClassRule {
    /// Name, shown as the reason.
    pub name: String,
    /// The class it speaks for.
    pub class: Class,
    /// Points.
    pub weight: u32,
    /// What the judge found out itself.
    #[serde(default)]
    pub signs: Vec<String>,
    /// Open TCP ports.
    #[serde(default)]
    pub port: Vec<u16>,
    /// Prefixes of the port table's classes.
    #[serde(default)]
    pub port_class: Vec<String>,
    /// Prefixes of class hints of MAC prefixes used for one product family.
    #[serde(default)]
    pub oui: Vec<String>,
    /// Prefixes of class hints of other MAC prefixes.
    #[serde(default)]
    pub oui_shared: Vec<String>,
    /// Private enterprise numbers.
    #[serde(default)]
    pub object_id: Vec<u32>,
    /// `sysDescr`.
    #[serde(default)]
    pub description: Vec<Pattern>,
    /// Page titles.
    #[serde(default)]
    pub title: Vec<Pattern>,
    /// HTTP `Server` fields.
    #[serde(default)]
    pub server: Vec<Pattern>,
    /// HTTP realms.
    #[serde(default)]
    pub realm: Vec<Pattern>,
    /// Names of the machine.
    #[serde(default)]
    pub name_pattern: Vec<Pattern>,
    /// Model and product texts.
    #[serde(default)]
    pub product: Vec<Pattern>,
    /// Prefixes of announced types.
    #[serde(default)]
    pub announcement: Vec<String>,
}

/// Where an operating system's name stands in a text.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OsRule {
    /// What it matches is the name.
    pub pattern: Pattern,
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
    /// Maker spellings, first the name used for comparison.
    pub makers: Vec<Vec<String>>,
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
        assert!(knowledge.classes.rule.len() > 30);
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
        let broken = CLASSES.replace("'(?i)windows (server )?", "'(?i)windows ((server )?");
        let error = Knowledge::parse(&broken, IDENTITY, UPLINKS).unwrap_err();
        assert!(error.to_string().starts_with("classes.toml"), "{error}");
    }

    #[test]
    fn an_unknown_key_is_an_error() {
        assert!(Knowledge::parse(CLASSES, &format!("spelling_mistake = 1\n{IDENTITY}"), UPLINKS).is_err());
    }
}
