//! What the judge knows of the field: `config/identity.toml`, `config/uplinks.toml`, and the rules of recognition.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use daicho_shared::address::Mac;
use daicho_shared::knowledge::guesses::Guess;
use daicho_shared::knowledge::makers::Makers;
use daicho_shared::knowledge::ports::Ports;
use daicho_shared::recognise::{Rules, RulesError};
use ipnet::IpNet;
use regex::Regex;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::alias::Aliases;
use super::finding::Severity;
use super::graded::LineKind;
use super::hint::table::{EndOfSupport, Services};
use super::hours::Hours;
use super::hypothesis::table::Hypotheses;
use super::trace::{VENDORS, VendorRules};

/// Keys, weights and severities, as compiled in.
pub const IDENTITY: &str = include_str!("../../../config/identity.toml");
/// Signs of a way out, as compiled in.
pub const UPLINKS: &str = include_str!("../../../config/uplinks.toml");

/// When devices are switched on, as compiled in.
pub const HOURS: &str = include_str!("../../../config/hours.toml");
/// What signs give, as compiled in.
pub const HYPOTHESES: &str = include_str!("../../../config/hypotheses.toml");

/// Everything the judge knows beforehand.
#[derive(Debug, Clone)]
pub struct Knowledge {
    /// `config/classes.toml` and `config/fingerprints/`.
    pub rules: Cow<'static, Rules>,
    /// Fingerprint of the rules: two verdicts with the same one were judged by the same rules.
    pub rules_id: String,
    /// Tables that were added to those compiled in, by file name.
    pub added_rules: Vec<String>,
    /// `config/identity.toml`.
    pub identity: Identity,
    /// `config/uplinks.toml`.
    pub uplinks: Uplinks,
    /// `config/hypotheses.toml`.
    pub hypotheses: Hypotheses,
    /// `config/hours.toml`.
    pub hours: Hours,
    /// Silence outside a device's hours counts for nothing.
    pub mind_hours: bool,
    /// Spellings of `config/aliases.toml` that mean the same.
    pub aliases: Aliases,
    /// Maker spellings of `config/makers.toml`.
    pub makers: Makers,
    /// `config/ports.toml`.
    pub ports: Ports,
    /// `config/services.toml`.
    pub services: &'static Services,
    /// `config/end_of_support.toml`.
    pub support: &'static EndOfSupport,
    /// `config/vendors.toml`.
    pub vendors: VendorRules,
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
    /// Reads the three tables; all others are those compiled in.
    pub fn parse(identity: &str, uplinks: &str, hypotheses: &str) -> Result<Self, KnowledgeError> {
        let identity: Identity = read("identity.toml", identity)?;
        Ok(Self {
            rules: Cow::Borrowed(Rules::builtin()),
            rules_id: fingerprint(Rules::builtin()),
            added_rules: vec![],
            aliases: Aliases::builtin(),
            makers: Makers::builtin().clone(),
            uplinks: read("uplinks.toml", uplinks)?,
            hypotheses: read("hypotheses.toml", hypotheses)?,
            hours: read("hours.toml", HOURS)?,
            mind_hours: true,
            ports: Ports::builtin(),
            services: Services::builtin(),
            support: EndOfSupport::builtin(),
            vendors: read("vendors.toml", VENDORS)?,
            identity,
        })
    }

    /// With tables of rules beside those compiled in, given as file name and text: see
    /// [`Rules::with_tables`] for what an own rule of a known name does.
    pub fn with_rules(self, tables: &[(String, String)]) -> Result<Self, RulesError> {
        let borrowed: Vec<(&str, &str)> = tables.iter().map(|(file, text)| (file.as_str(), text.as_str())).collect();
        let rules = self.rules.into_owned().with_tables(&borrowed)?;
        let added_rules = tables.iter().map(|(file, _)| file.clone()).collect();
        Ok(Self { rules_id: fingerprint(&rules), rules: Cow::Owned(rules), added_rules, ..self })
    }

    /// The tables that are compiled in.
    ///
    /// # Panics
    ///
    /// Never: a test parses them.
    pub fn builtin() -> Self {
        Self::parse(IDENTITY, UPLINKS, HYPOTHESES).expect("the tables in config/ are parsed by a test")
    }
}

/// Of everything that a rule says, in its order.
fn fingerprint(rules: &Rules) -> String {
    let said = format!("{} {} {:?}", rules.threshold, rules.lead, rules.rules);
    hex::encode(&Sha256::digest(said)[..6])
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
    /// Holders of one key beyond which it is none.
    pub crowd: usize,
    /// Pairs that came to nothing, of one row, that are kept.
    pub near_misses: usize,
    /// Holders of one key beyond which it is a clone's.
    pub clones: usize,
    /// Complete scans that must have missed a row.
    pub scans_needed: u32,
    /// Observations that one finding cites.
    pub evidence_limit: usize,
    /// Names that identify nothing.
    pub generic_names: BTreeSet<String>,
    /// First digits of link-layer addresses that software makes and keeps.
    pub software_macs: Vec<String>,
    /// Probes that ask whether anybody is there.
    pub presence_probes: BTreeSet<String>,
    /// How many of them must have asked a segment behind a router.
    pub routed_probes: usize,
    /// Weights.
    pub keys: Keys,
    /// How loud each finding is, by code.
    pub severity: BTreeMap<String, Loudness>,
}

impl Identity {
    /// The address was made by software that keeps it: a virtual machine's or a container's.
    pub(crate) fn is_software(&self, mac: Mac) -> bool {
        let digits = mac.digits();
        self.software_macs.iter().any(|first| digits.starts_with(first.as_str()))
    }

    /// The address is one that a device makes up and changes.
    pub(crate) fn is_random(&self, mac: Mac) -> bool {
        mac.is_local() && !self.is_software(mac)
    }
}

/// The weights of every key.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Keys {
    /// MAC address.
    pub mac: Weights,
    /// Serial number.
    pub serial: Weights,
    /// Keys of an earlier night.
    pub key: Weights,
    /// 管理番号 on the device.
    pub label: Weights,
    /// Host name.
    pub hostname: Weights,
    /// IP address.
    pub ip: Weights,
    /// Segment or 設置場所.
    pub place: Weights,
    /// Maker.
    pub vendor: Weights,
    /// Model.
    pub model: Weights,
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
    /// Addresses that the agent tries.
    pub guess: Vec<Guess>,
    /// What mobile routers say of themselves.
    pub cellular: Vec<CellularText>,
    /// What the register's 回線種別 texts mean.
    pub line: Vec<LineText>,
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

/// What a 回線種別 text means.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LineText {
    /// Its kind.
    pub kind: LineKind,
    /// What is written.
    pub pattern: Pattern,
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
    /// Of these numbers, those of mobile lines.
    pub mobile_kinds: Vec<u32>,
    /// Names of interfaces of mobile lines.
    pub mobile: Pattern,
    /// Of these numbers, those of telephone lines.
    pub modem_kinds: Vec<u32>,
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
        let error = Knowledge::parse(IDENTITY, &broken, HYPOTHESES).unwrap_err();
        assert!(error.to_string().starts_with("uplinks.toml"), "{error}");
    }

    #[test]
    fn an_unknown_key_is_an_error() {
        assert!(Knowledge::parse(&format!("spelling_mistake = 1\n{IDENTITY}"), UPLINKS, HYPOTHESES).is_err());
    }

    #[test]
    fn rules_can_be_added_and_change_the_fingerprint() {
        let table = |name: &str| {
            let text = format!("[[rule]]\nname = '{name}'\nweight = 50\nmodel = 'M'\nwhen.\"http.title\" = ['x']\n");
            [("own.toml".to_owned(), text)]
        };
        let knowledge = Knowledge::builtin();
        let (count, before) = (knowledge.rules.rules.len(), knowledge.rules_id.clone());
        let more = knowledge.with_rules(&table("own")).unwrap();
        assert_eq!((more.rules.rules.len(), more.added_rules.as_slice()), (count + 1, &["own.toml".to_owned()][..]));
        assert!(more.rules_id != before && more.rules.threshold > 0);
        let again = Knowledge::builtin().with_rules(&table("own")).unwrap();
        assert_eq!(again.rules_id, more.rules_id, "the same rules have the same fingerprint");
        let broken = [("own.toml".to_owned(), "[[rule]]\nname = 1\n".to_owned())];
        assert!(more.with_rules(&broken).unwrap_err().to_string().starts_with("own.toml"));
    }
}
