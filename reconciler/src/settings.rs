//! What is meant: `daicho.toml`, read strictly. A mistyped key is an error with its place, never ignored:
//! `exclud = […]` would otherwise scan what somebody wanted left alone.
//!
//! Long because every table and key is described where it is read.

use std::ffi::OsString;
use std::fmt;
use std::io;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};

use daicho_shared::ae_title::AeTitle;
use daicho_shared::class::Passage;
use daicho_shared::knowledge::ports::Profile;
use ipnet::IpNet;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::judge::finding::Severity;
use crate::judge::review::Action;
use crate::judge::review::filter::Filter;
use crate::lang::Lang;

/// Name of the settings file in a project folder.
pub const SETTINGS_FILE: &str = "daicho.toml";

/// The commented sample that `daicho init` writes.
pub const SAMPLE: &str = include_str!("../../config/daicho.toml");

/// The most octets of a settings file that are read.
const SIZE_LIMIT: u64 = 1 << 20;

/// `daicho.toml`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Whose network it is.
    pub hospital: Hospital,
    /// Where packets may go.
    pub scope: Scope,
    /// How the scan is run.
    pub scan: Scan,
    /// Whom to ask for names.
    pub resolver: Resolver,
    /// Read-only SNMP credentials.
    pub snmp: Snmp,
    /// How DICOM nodes are verified.
    pub dicom: Dicom,
    /// How second networks and ways out are looked for.
    pub uplink: Uplink,
    /// Where reports go.
    pub report: Report,
    /// When to raise the alarm.
    pub judge: Judge,
    /// How vendors are asked.
    pub vendor: Vendor,
    /// What is decided about findings by rule.
    pub decide: Vec<DecideRule>,
}

/// One rule by which findings are decided that nobody decided yet. Its name stands in the log.
#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "RawRule")]
pub struct DecideRule {
    /// Its name.
    pub name: String,
    /// Which findings.
    pub filter: Filter,
    /// What is decided.
    pub action: Action,
    /// Who answers for it.
    pub by: String,
    /// Why.
    pub reason: String,
    /// Who approved it; without one, no urgent external connection is decided by it.
    pub approver: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRule {
    name: String,
    #[serde(rename = "where")]
    filter: String,
    action: String,
    by: String,
    reason: String,
    approver: Option<String>,
    until: Option<String>,
    to: Option<String>,
}

fn to_of(action: &Action) -> Option<&String> {
    if let Action::Assign { to, .. } = action { Some(to) } else { None }
}

impl TryFrom<RawRule> for DecideRule {
    type Error = String;

    fn try_from(raw: RawRule) -> Result<Self, String> {
        let RawRule { name, filter, action, by, reason, approver, until, to } = raw;
        let day = until.map(|day| day.parse().map_err(|_| format!("until `{day}` is no day such as 2027-03-31")));
        let action = match (action.as_str(), day.transpose()?, to) {
            ("accept", None, None) => Action::Accept,
            ("close", None, None) => Action::Close,
            ("ignore", Some(until), None) => Action::Ignore { until },
            ("assign", until, Some(to)) => Action::Assign { to, until },
            ("ignore", None, _) => return Err("a rule that ignores needs `until`".to_owned()),
            ("assign", _, None) => return Err("a rule that assigns needs `to`".to_owned()),
            _ => return Err("expected action accept, close, ignore (with until) or assign (with to)".to_owned()),
        };
        let approver = approver.filter(|approver| !approver.trim().is_empty());
        let texts = [Some(&name), Some(&by), Some(&reason), approver.as_ref(), to_of(&action)];
        if texts.into_iter().flatten().any(|text| text.chars().any(char::is_control)) {
            return Err("a rule's texts are single lines without control characters".to_owned());
        }
        let nameless = [&name, &by, &reason].into_iter().any(|text| text.trim().is_empty());
        if nameless {
            return Err("a rule needs a name, who answers for it (by), and a reason".to_owned());
        }
        if matches!(action, Action::Ignore { .. }) && approver.is_none() {
            return Err("a rule that ignores needs an approver".to_owned());
        }
        let filter = filter.parse().map_err(|error| format!("where: {error}"))?;
        Ok(Self { name, filter, action, by, reason, approver })
    }
}

/// Whose network it is.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Hospital {
    /// Printed on the report.
    pub name: String,
}

/// Where packets may go.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Scope {
    /// Networks that may be asked; none means that there is no scan.
    #[serde(deserialize_with = "networks")]
    pub networks: Vec<IpNet>,
    /// Networks that may not, whatever `networks` says.
    #[serde(deserialize_with = "networks")]
    pub exclude: Vec<IpNet>,
    /// The interface to use; by default the routing table chooses.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interface: Option<String>,
    /// Networks larger than a /16 are meant.
    pub allow_large: bool,
    /// Public addresses are meant.
    pub allow_public: bool,
    /// Questions to everybody on the link are allowed.
    pub multicast: bool,
}

impl Default for Scope {
    fn default() -> Self {
        let (networks, exclude) = (vec![], vec![]);
        Self { networks, exclude, interface: None, allow_large: false, allow_public: false, multicast: true }
    }
}

/// How the scan is run.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Scan {
    /// How much is asked, and how fast.
    pub profile: Profile,
    /// A scan stops when this file appears; relative to the project folder.
    pub stop_file: PathBuf,
    /// The agent's program, with words before its own arguments where it is started through another
    /// program. Empty: `daicho-agent` beside this program.
    #[serde(deserialize_with = "words")]
    pub agent: Vec<OsString>,
}

impl Default for Scan {
    fn default() -> Self {
        Self { profile: Profile::Gentle, stop_file: PathBuf::from("data/STOP"), agent: vec![] }
    }
}

/// Whom to ask for names.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Resolver {
    /// The one DNS server that may be asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<IpAddr>,
}

/// Read-only SNMP credentials.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Snmp {
    /// v1/v2c community names.
    pub communities: Vec<Secret>,
    /// v3 users.
    pub user: Vec<SnmpUser>,
}

/// One `SNMPv3` user (RFC 3414).
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct SnmpUser {
    /// Security name.
    pub name: String,
    /// `md5`, `sha1`, `sha224` … `sha512`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auth_protocol: Option<String>,
    /// Its password.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auth_password: Option<Secret>,
    /// `des`, `aes128` … `aes256`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub privacy_protocol: Option<String>,
    /// Its password.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub privacy_password: Option<Secret>,
}

/// How DICOM nodes are verified.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Dicom {
    /// One association, one C-ECHO, one release; otherwise the port is only connected to.
    pub verify: bool,
    /// The AE title that the scan calls itself.
    pub calling_ae: AeTitle,
    /// The AE title that it calls where no node is listed.
    pub called_ae: AeTitle,
    /// AE titles by address.
    pub node: Vec<DicomNode>,
}

/// One DICOM application entity.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct DicomNode {
    /// The device.
    pub address: IpAddr,
    /// Its AE title.
    pub ae_title: AeTitle,
    /// Its port, where it is not a usual one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub port: Option<u16>,
}

impl Default for Dicom {
    fn default() -> Self {
        Self { verify: true, calling_ae: AeTitle::own(), called_ae: AeTitle::any(), node: vec![] }
    }
}

/// How second networks and ways out are looked for.
#[derive(Debug, Clone, Copy, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Uplink {
    /// At all.
    pub search: bool,
    /// Which fragile devices get the one packet that asks whether they forward.
    pub fragile: Passage,
    /// File servers are asked for their network interfaces by an anonymous session, which they log.
    pub smb_interfaces: bool,
}

impl Default for Uplink {
    fn default() -> Self {
        Self { search: true, fragile: Passage::default(), smb_interfaces: false }
    }
}

/// A text that no log and no error message may show.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Secret(pub String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

/// Where reports go.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Report {
    /// Language of reports.
    #[serde(deserialize_with = "language")]
    pub lang: Lang,
    /// Their folder, relative to the project folder; each run gets a folder of its own in it.
    pub out: PathBuf,
}

impl Default for Report {
    fn default() -> Self {
        Self { lang: Lang::Ja, out: PathBuf::from("reports") }
    }
}

/// How vendors are asked.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Vendor {
    /// Days until an answer is expected.
    pub answer_days: std::num::NonZeroU16,
    /// Whom vendors may ask: department, name, telephone. Empty: a blank to fill in by hand.
    pub contact: String,
}

impl Default for Vendor {
    fn default() -> Self {
        Self { answer_days: std::num::NonZeroU16::MIN.saturating_add(29), contact: String::new() }
    }
}

/// When to raise the alarm.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Judge {
    /// Findings from here on make the exit code 1.
    pub fail_on: Severity,
    /// A folder with tables of rules beside those compiled in, relative to the project folder.
    pub rules: Option<PathBuf>,
    /// Scans that must have missed a device before it is called 所在不明; otherwise as `config/identity.toml` says.
    pub scans_needed: Option<NonZeroU32>,
    /// A scan counts only at hours at which the device could be switched on (`config/hours.toml`).
    pub hours: bool,
}

impl Default for Judge {
    fn default() -> Self {
        Self { fail_on: Severity::Act, rules: None, scans_needed: None, hours: true }
    }
}

/// The settings cannot be used. Words for people are made in `cli::words`.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// There is no file: the folder is not a project folder.
    #[error("{path}: no such file")]
    Missing {
        /// Where it would be.
        path: PathBuf,
    },
    /// It cannot be read.
    #[error("{path}: {source}")]
    Read {
        /// The file.
        path: PathBuf,
        /// Cause.
        source: io::Error,
    },
    /// Something in it is not understood.
    #[error("{path}:{line}:{column}: {message}")]
    Malformed {
        /// The file.
        path: PathBuf,
        /// Line, from 1.
        line: usize,
        /// Column in characters, from 1.
        column: usize,
        /// The words at that place.
        found: String,
        /// What is wrong with them, in English.
        message: String,
    },
}

impl Settings {
    /// Reads the settings of a project folder.
    pub fn read(folder: &Path) -> Result<Self, SettingsError> {
        let path = folder.join(SETTINGS_FILE);
        match read_bounded(&path) {
            Ok(text) => Self::parse(&text, &path),
            Err(source) if source.kind() == io::ErrorKind::NotFound => Err(SettingsError::Missing { path }),
            Err(source) => Err(SettingsError::Read { path, source }),
        }
    }

    /// Reads settings from text; `path` is for messages.
    pub fn parse(text: &str, path: &Path) -> Result<Self, SettingsError> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        toml::from_str(text).map_err(|error| malformed(text, path, &error))
    }
}

fn read_bounded(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    let file = std::fs::File::open(path)?;
    let read = io::Read::read_to_string(&mut io::Read::take(file, SIZE_LIMIT + 1), &mut text)?;
    if read as u64 > SIZE_LIMIT { Err(io::Error::from(io::ErrorKind::FileTooLarge)) } else { Ok(text) }
}

fn malformed(text: &str, path: &Path, error: &toml::de::Error) -> SettingsError {
    let span = narrowed(text, error);
    let before = text.get(..span.start).unwrap_or("");
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    // A password may stand in the wrong place; a key or a network never is one.
    let found = text.get(span).unwrap_or("").lines().next().unwrap_or("").trim().to_owned();
    SettingsError::Malformed {
        path: path.to_owned(),
        line: before.matches('\n').count() + 1,
        column: before[line_start..].chars().count() + 1,
        found: if before[line_start..].contains("password") {
            String::new()
        } else {
            daicho_shared::text::bounded(&found)
        },
        message: error.message().to_owned(),
    }
}

/// The place of the error. For a network in a list the parser names the whole list; the text that is
/// no network is known, and stands in there.
fn narrowed(text: &str, error: &toml::de::Error) -> std::ops::Range<usize> {
    let span = error.span().unwrap_or(0..0);
    let inner = error.message().strip_prefix(NOT_A_NETWORK).and_then(|rest| {
        let wrong = rest.split('`').nth(1)?;
        let start = span.start + text.get(span.clone())?.find(&format!("\"{wrong}\""))?;
        Some(start..start + wrong.len() + 2)
    });
    inner.unwrap_or(span)
}

const NOT_A_NETWORK: &str = "not a network";

/// Networks, and single addresses as networks of one; host bits are cut off.
fn networks<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<IpNet>, D::Error> {
    Ok(Vec::<Spanless>::deserialize(deserializer)?.into_iter().map(|network| network.0).collect())
}

/// A network read from text by [`parse_network`].
struct Spanless(IpNet);

impl<'de> Deserialize<'de> for Spanless {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        parse_network(&text).map(Self).map_err(serde::de::Error::custom)
    }
}

/// Reads `192.168.10.0/24`, `192.168.10.7` or `fd00::/64`.
pub fn parse_network(text: &str) -> Result<IpNet, NotANetwork> {
    let text = text.trim();
    let network = text.parse::<IpNet>().or_else(|_| text.parse::<IpAddr>().map(IpNet::from));
    let wrong = || NotANetwork(daicho_shared::text::bounded(text));
    network.map(|network| network.trunc()).map_err(|_| wrong())
}

/// The text is not a network.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a network: `{0}`; expected an address and a prefix length, e.g. 192.168.10.0/24")]
pub struct NotANetwork(pub String);

/// `ja` or `en`.
fn language<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Lang, D::Error> {
    let text = String::deserialize(deserializer)?;
    crate::lang::from_tag(&text).ok_or_else(|| serde::de::Error::unknown_variant(&text, &crate::lang::TAGS))
}

/// One word, or a list of words.
fn words<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<OsString>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged, expecting = "expected a program, or a list of a program and its first arguments")]
    enum Words {
        One(String),
        Many(Vec<String>),
    }
    Ok(match Words::deserialize(deserializer)? {
        Words::One(word) => vec![word.into()],
        Words::Many(words) => words.into_iter().map(OsString::from).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Settings, SettingsError> {
        Settings::parse(text, Path::new("daicho.toml"))
    }

    #[test]
    fn the_sample_parses_and_says_the_defaults() {
        assert_eq!(format!("{:?}", parse(SAMPLE).unwrap()), format!("{:?}", Settings::default()));
    }

    #[test]
    fn every_commented_setting_of_the_sample_parses_too() {
        let setting = |text: &str| {
            text.starts_with("[[")
                || text
                    .split_once(" = ")
                    .is_some_and(|(key, _)| key.chars().all(|c| c.is_ascii_lowercase() || c == '_'))
        };
        let opened: Vec<_> =
            SAMPLE.lines().map(|line| line.strip_prefix("# ").filter(|text| setting(text)).unwrap_or(line)).collect();
        let settings = parse(&opened.join("\n")).unwrap();
        assert_eq!(settings.scope.interface.as_deref(), Some("eth0"));
        assert_eq!(settings.snmp.user.len(), 1);
        assert_eq!(settings.scan.agent, ["/usr/local/bin/daicho-agent"]);
        assert!(settings.resolver.address.is_some());
        assert_eq!(settings.judge.rules.as_deref(), Some(Path::new("rules")));
    }

    #[test]
    fn an_error_says_where_and_what() {
        let text = "[scope]\nnetworks = [\"10.0.0.0/24\",\n  \"10.0.0.0/33\"]\n";
        let Err(SettingsError::Malformed { line, column, found, .. }) = parse(text) else { panic!("accepted") };
        assert_eq!((line, column, found.as_str()), (3, 3, "\"10.0.0.0/33\""));
        let Err(SettingsError::Malformed { line, found, message, .. }) = parse("[scope]\nexclud = []\n") else {
            panic!("accepted")
        };
        assert_eq!((line, found.as_str()), (2, "exclud"));
        assert!(message.contains("exclude"), "{message}");
    }

    #[test]
    fn secrets_are_not_shown() {
        let text = "[snmp]\ncommunities = [\"hush\"]\n[[snmp.user]]\nname = \"u\"\nauth_password = \"hush\"\n";
        assert!(!format!("{:?}", parse(text).unwrap()).contains("hush"));
        let wrong = "[[snmp.user]]\nname = \"u\"\nauth_password = [\"hush\"]\n";
        assert!(!parse(wrong).unwrap_err().to_string().contains("hush"));
    }

    #[test]
    fn single_addresses_and_host_bits_are_understood() {
        assert_eq!(parse_network("10.1.2.3").unwrap().to_string(), "10.1.2.3/32");
        assert_eq!(parse_network(" 10.1.2.3/16 ").unwrap().to_string(), "10.1.0.0/16");
        assert_eq!(parse_network("192.168.〇.〇"), Err(NotANetwork("192.168.〇.〇".to_owned())));
    }

    proptest::proptest! {
        #[test]
        fn no_text_panics(text in "\\PC*(\n\\PC*){0,3}") {
            let _ = parse(&text);
        }
    }
}
