//! Which directory is it, and whose? LDAP: a base search of the root entry (RFC 4511 §4.5, RFC 4512
//! §5.1), which everybody may read, and a proper farewell (RFC 4511 §4.3).

use daicho_shared::coverage::Outcome;
use daicho_shared::fact::{Fact, NameSource, Transport};
use daicho_shared::text;
use jiff::Timestamp;
use jiff::civil::DateTime;

use super::ber::{Element, all, element, first, whole_length};
use super::{open, untold};
use crate::probe::{Audience, Card, Dialogue, Level, Probe, Question, Reading, Security, Step, TlsPeer};

/// The probe.
#[derive(Debug)]
pub struct Ldap;

static CARD: Card = Card {
    name: "ldap",
    title: "Which directory are you, and whose? (root entry, no login)",
    title_ja: "ディレクトリサービス(LDAP)のルート情報の確認（ログインしない）",
    standard: "RFC 4512 §5.1, RFC 4511 §4.5",
    packets: 8,
    level: Level::Query,
    may_upset: "nothing known: every client reads the root entry first",
    audience: Audience::Everybody,
    why: "a domain controller tells its name, domain and level",
    why_ja: "ドメインコントローラの名前・ドメイン・機能レベルが分かるため",
};

const PORT: u16 = 389;
const SEARCH: u8 = 0x63;
const ENTRY: u8 = 0x64;
const DONE: u8 = 0x65;
const UNBIND: u8 = 0x42;
const SEQUENCE: u8 = 0x30;
const OCTETS: u8 = 0x04;
/// A longer message is none of ours.
const LIMIT: usize = 16 * 1024;
/// The most values of one attribute that are kept.
const VALUES: usize = 8;
/// What is asked for: who, whose, how old.
const ATTRIBUTES: &[&str] = &[
    "objectClass",
    "vendorName",
    "vendorVersion",
    "dnsHostName",
    "serverName",
    "ldapServiceName",
    "defaultNamingContext",
    "namingContexts",
    "domainControllerFunctionality",
    "forestFunctionality",
    "currentTime",
    "supportedLDAPVersion",
];

impl Probe for Ldap {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn speak(&self, port: u16) -> Option<Question> {
        let dialogue = Box::new(Search::default());
        (port == PORT).then_some(Question::Stream { port, security: Security::Plain, dialogue })
    }

    #[cfg(test)]
    fn samples(&self) -> Vec<crate::probe::laws::Sample> {
        let names = ["samba-417-addc-ldap", "openldap-25-ldap"];
        names.map(|name| crate::probe::laws::Sample::Stream(PORT, crate::probe::laws::device(name))).into()
    }
}

#[derive(Debug, Default)]
struct Search {
    met: Met,
    heard: Vec<u8>,
    over: bool,
    attributes: Vec<(String, String)>,
}

/// How far it came.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Met {
    #[default]
    Nobody,
    /// The connection stands.
    Somebody,
    /// Something was heard.
    Words,
    /// It was LDAP.
    Directory,
}

impl Dialogue for Search {
    fn open(&mut self, _: Option<TlsPeer<'_>>) -> Step {
        self.met = Met::Somebody;
        Step::Send(search())
    }

    fn hear(&mut self, bytes: &[u8]) -> Step {
        if self.over {
            return Step::Done;
        }
        self.met = self.met.max(Met::Words);
        self.heard.extend(bytes);
        loop {
            let length = match whole_length(&self.heard) {
                _ if self.heard.first().is_some_and(|tag| *tag != SEQUENCE) => return Step::Done,
                None => return Step::Listen,
                Some(LIMIT..) => return Step::Done,
                Some(length) if self.heard.len() < length => return Step::Listen,
                Some(length) => length,
            };
            let message: Vec<u8> = self.heard.drain(..length).collect();
            match self.message(&message) {
                Some(Step::Listen) => {}
                step => {
                    self.over = true;
                    return step.unwrap_or(Step::Done);
                }
            }
        }
    }

    fn close(&mut self) -> Reading {
        match self.met {
            Met::Nobody => return Reading::of(Outcome::Silent),
            Met::Somebody | Met::Words => return untold(PORT, self.met == Met::Words),
            Met::Directory => {}
        }
        Reading::answered(std::iter::once(open(PORT)).chain(facts(&self.attributes)).collect())
    }
}

impl Search {
    /// RFC 4511 §4.1.1: a number, and one operation.
    fn message(&mut self, message: &[u8]) -> Option<Step> {
        let (envelope, _) = first(message)?;
        let operation = all(envelope.content).nth(1)?;
        match operation.tag {
            ENTRY => {
                self.met = Met::Directory;
                let rows = all(operation.content).nth(1)?;
                // A base search brings one entry; more are not read.
                if self.attributes.is_empty() {
                    self.attributes = all(rows.content).take(ATTRIBUTES.len()).flat_map(attribute).collect();
                }
                Some(Step::Listen)
            }
            DONE => {
                self.met = Met::Directory;
                Some(Step::Send(message_of(2, &element(UNBIND, &[]))))
            }
            _ => None,
        }
    }
}

/// RFC 4511 §4.1.7: a name, and its values.
fn attribute(row: Element<'_>) -> Vec<(String, String)> {
    let mut parts = all(row.content);
    let (Some(name), Some(values)) = (parts.next(), parts.next()) else { return vec![] };
    let name = text::bounded_bytes(name.content);
    // Names come as the server spells them; ours is the one that rules know.
    let Some(name) = ATTRIBUTES.iter().find(|wanted| wanted.eq_ignore_ascii_case(&name)) else { return vec![] };
    let values = all(values.content).filter(|value| value.tag == OCTETS).take(VALUES);
    values.map(|value| ((*name).to_owned(), text::bounded_bytes(value.content))).collect()
}

fn facts(attributes: &[(String, String)]) -> Vec<Fact> {
    let value = |wanted: &str| attributes.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.clone());
    let service = Fact::Service {
        transport: Transport::Tcp,
        port: PORT,
        protocol: "ldap".to_owned(),
        product: value("vendorName"),
        version: value("vendorVersion"),
        banner: None,
    };
    let domain = value("defaultNamingContext").and_then(|context| dotted(&context));
    let name = value("dnsHostName").map(|name| Fact::Name { source: NameSource::Ldap, name, domain });
    let clock = value("currentTime").and_then(|time| moment(&time));
    let clock = clock.map(|time| Fact::Clock { source: "ldap".to_owned(), time });
    let others =
        attributes.iter().filter(|(name, _)| !matches!(name.as_str(), "vendorName" | "vendorVersion" | "currentTime"));
    let others = others.map(|(key, value)| Fact::Attribute {
        source: "ldap".to_owned(),
        key: key.clone(),
        value: value.clone(),
    });
    [Some(service), name, clock].into_iter().flatten().chain(others).collect()
}

/// `DC=hosp,DC=example` is the domain `hosp.example` (RFC 2247 §2).
fn dotted(context: &str) -> Option<String> {
    let pairs = context.split(',').map_while(|part| part.trim().split_once('='));
    let labels: Vec<&str> =
        pairs.take_while(|(key, _)| key.eq_ignore_ascii_case("dc")).map(|(_, label)| label).collect();
    (!labels.is_empty()).then(|| labels.join("."))
}

/// `GeneralizedTime` in UTC (RFC 4517 §3.3.13), to the second.
fn moment(text: &str) -> Option<Timestamp> {
    let digits = text.get(..14).filter(|_| text.ends_with('Z'))?;
    let time = DateTime::strptime("%Y%m%d%H%M%S", digits).ok()?;
    Some(time.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp())
}

fn message_of(number: u8, operation: &[u8]) -> Vec<u8> {
    element(SEQUENCE, &[&[2, 1, number], operation].concat())
}

/// RFC 4511 §4.5.1: base object "", no aliases, one entry, five seconds, `(objectClass=*)`.
fn search() -> Vec<u8> {
    let fixed = [OCTETS, 0, 0x0a, 1, 0, 0x0a, 1, 0, 2, 1, 1, 2, 1, 5, 1, 1, 0];
    let present = element(0x87, b"objectClass");
    let wanted: Vec<u8> = ATTRIBUTES.iter().flat_map(|name| element(OCTETS, name.as_bytes())).collect();
    message_of(1, &element(SEARCH, &[&fixed[..], &present, &element(SEQUENCE, &wanted)].concat()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn domain_and_time_are_read() {
        assert_eq!(dotted("DC=hosp,DC=example").as_deref(), Some("hosp.example"));
        assert_eq!(dotted("o=Hospital"), None);
        assert_eq!(moment("20261121072253.0Z").unwrap().to_string(), "2026-11-21T07:22:53Z");
        assert_eq!((moment("2026-11-21"), moment("20261121072253")), (None, None));
    }

    #[test]
    fn a_search_that_is_refused_is_an_answer_and_is_ended() {
        let mut search = Search::default();
        search.open(None);
        // insufficientAccessRights (50), no text.
        let refused = message_of(1, &element(DONE, &[0x0a, 1, 50, OCTETS, 0, OCTETS, 0]));
        assert_eq!(search.hear(&refused), Step::Send(vec![0x30, 5, 2, 1, 2, UNBIND, 0]));
        assert_eq!(search.close().outcome, Some(Outcome::Answered));
    }

    #[test]
    fn another_protocol_and_an_endless_message_end_the_dialogue() {
        for bytes in [&b"220 ready\r\n"[..], &[0x30, 0x84, 0x7f, 0, 0, 0]] {
            let mut search = Search::default();
            search.open(None);
            assert_eq!(search.hear(bytes), Step::Done);
            assert_eq!(search.close().outcome, Some(Outcome::OtherProtocol));
        }
    }
}
