//! Which device are you, and of what make? WS-Discovery (2005/04 §5) asked of everybody at once, and
//! the device's metadata by WS-Transfer (Devices Profile for Web Services 2006/02 §5). Windows, most
//! printers and network cameras answer.

mod metadata;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use daicho_shared::coverage::Outcome;
use daicho_shared::fact::{Fact, Transport};
use daicho_shared::knowledge::ports::prints_raw;
use daicho_shared::text;

use super::{soap, xml};
use crate::probe::{Audience, Card, Known, Level, Link, Probe, Question, Reading, Reply, Security};
use metadata::Metadata;

/// The probe.
#[derive(Debug)]
pub struct WsDiscovery;

static CARD: Card = Card {
    name: "ws-discovery",
    title: "Which device are you, and of what make? (WS-Discovery, one description)",
    title_ja: "Windows・複合機の名前と型番の照会（WS-Discovery）",
    standard: "WS-Discovery 2005/04 §5, DPWS 2006/02 §5, WS-Transfer 2004/09 §3.1",
    packets: 10,
    level: Level::Query,
    may_upset: "nothing known: Windows asks its neighbours the same",
    audience: Audience::Answering,
    why: "make, model, serial number and computer name, from those who answered one question to all",
    why_ja: "一斉の1問に答えた機器から、メーカー・型番・製造番号・コンピュータ名が分かるため",
};

const PORT: u16 = 3702;
const GROUP: Ipv4Addr = Ipv4Addr::new(239, 255, 255, 250);
const WAIT: Duration = Duration::from_millis(900);
/// Answers come within half a second (§2.4 `APP_MAX_DELAY`), and once more.
const GROUP_WAIT: Duration = Duration::from_millis(2500);
/// Where Windows' devices listen for HTTP when they do not say where.
const WSDAPI: u16 = 5357;
/// The most types, scopes and transport addresses that are read.
const WORDS: usize = 24;
const EVERYBODY: &str = "urn:schemas-xmlsoap-org:ws:2005:04:discovery";
const PROBE: &str = "http://schemas.xmlsoap.org/ws/2005/04/discovery/Probe";

impl Probe for WsDiscovery {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn call(&self, _link: &Link) -> Vec<Question> {
        vec![call(DEVICE)]
    }

    /// Those who answered are asked for their metadata. Printers and cameras that were not reached by
    /// the question to all, and PCs behind a router, are asked it alone.
    fn ask(&self, known: &Known<'_>) -> Vec<Question> {
        if known.facts.iter().any(|fact| matches!(fact, Fact::MachineId { source, .. } if source == "wsd-uuid")) {
            return metadata(known.target.address, known.facts).into_iter().collect();
        }
        let alone = known.seems("printer") || known.seems("camera") || (!known.on_link && known.seems("pc"));
        let payload = if known.seems("camera") { CAMERA } else { DEVICE };
        let question = || Question::Datagram { port: PORT, payload: probe(payload), wait: WAIT };
        alone.then(question).into_iter().collect()
    }

    fn read(&self, question: &Question, reply: Reply<'_>) -> Reading {
        match reply {
            Reply::Datagram(bytes) => {
                let reading = read(bytes);
                Reading { follow: follow(question, &reading.facts), ..reading }
            }
            Reply::Refused => Reading::of(Outcome::Refused),
            _ => Reading::of(Outcome::Silent),
        }
    }

    #[cfg(test)]
    fn samples(&self) -> Vec<crate::probe::laws::Sample> {
        use crate::probe::laws::{Sample, device};
        let found = device("wsdd-070-probe-match");
        let told = read(&found).facts;
        let camera = tests::CAMERA_MATCH.as_bytes().to_vec();
        vec![Sample::Datagram(found), Sample::Datagram(camera), Sample::Told(told, device("wsdd-070-metadata"))]
    }
}

/// A qualified type, and the declaration of its prefix.
pub(super) type Type = (&'static str, &'static str);

const DEVICE: Type = ("wsdp:Device", " xmlns:wsdp=\"http://schemas.xmlsoap.org/ws/2006/02/devprof\"");
/// ONVIF Core Specification §7.3.1: how cameras are looked for.
pub(super) const CAMERA: Type = ("dn:NetworkVideoTransmitter", " xmlns:dn=\"http://www.onvif.org/ver10/network/wsdl\"");

/// The question to everybody on the link: who is a device of this type?
pub(super) fn call(kind: Type) -> Question {
    Question::Multicast { group: SocketAddr::from((GROUP, PORT)), payload: probe(kind), wait: GROUP_WAIT }
}

fn probe((name, namespace): Type) -> Vec<u8> {
    let namespaces = format!(" xmlns:wsd=\"http://schemas.xmlsoap.org/ws/2005/04/discovery\"{namespace}");
    let body = format!("<wsd:Probe><wsd:Types>{name}</wsd:Types></wsd:Probe>");
    soap::message(EVERYBODY, PROBE, &namespaces, &body)
}

/// What a `ProbeMatches` message says of its sender.
#[derive(Default)]
struct Match {
    id: Option<String>,
    types: Vec<String>,
    scopes: Vec<String>,
    addresses: Vec<String>,
}

/// An answer, as facts.
pub(super) fn read(bytes: &[u8]) -> Reading {
    told(bytes, "ProbeMatch").map_or_else(|| Reading::of(Outcome::OtherProtocol), Reading::answered)
}

/// What a message says of its sender inside this element: an answer, or a `Hello` that nobody asked for.
pub(crate) fn told(bytes: &[u8], message: &str) -> Option<Vec<Fact>> {
    let mut found = Match::default();
    let mut matches = false;
    xml::texts(bytes, |path, text| {
        if path.iter().any(|name| name == message) {
            matches = true;
            found.take(path.last().map_or("", String::as_str), text);
        }
    });
    matches.then(|| found.facts())
}

impl Match {
    /// A device speaks for itself: of several matches, the first counts.
    fn take(&mut self, element: &str, text: &str) {
        let words = || text.split_ascii_whitespace().take(WORDS).map(text::bounded).collect();
        if element == "Address" {
            self.id.get_or_insert_with(|| text::bounded(text));
            return;
        }
        let slot = match element {
            "Types" => &mut self.types,
            "Scopes" => &mut self.scopes,
            "XAddrs" => &mut self.addresses,
            _ => return,
        };
        if slot.is_empty() {
            *slot = words();
        }
    }

    fn facts(self) -> Vec<Fact> {
        let service = Fact::Service {
            transport: Transport::Udp,
            port: PORT,
            protocol: "ws-discovery".to_owned(),
            product: None,
            version: None,
            banner: None,
        };
        let uuid = |id: &str| id.rsplit(':').next().unwrap_or_default().to_ascii_lowercase();
        let id = self.id.as_deref().map(uuid).filter(|id| !id.is_empty());
        let id = id.map(|value| Fact::MachineId { source: "wsd-uuid".to_owned(), value });
        // Every device is a `Device`.
        let kinds = self.types.iter().filter(|kind| !kind.ends_with(":Device")).map(|kind| Fact::Announcement {
            source: "wsd".to_owned(),
            kind: usual(kind),
            instance: None,
            port: None,
        });
        let addresses = (!self.addresses.is_empty()).then(|| attribute("wsd", "xaddrs", &self.addresses.join(" ")));
        let head = [service].into_iter().chain(id).chain(addresses);
        let mut facts: Vec<Fact> = head.chain(kinds).chain(camera(&self.scopes)).collect();
        facts.dedup();
        facts
    }
}

fn attribute(source: &str, key: &str, value: &str) -> Fact {
    Fact::Attribute { source: source.to_owned(), key: key.to_owned(), value: text::bounded(value) }
}

/// Prefixes are the sender's own: a type is told with the prefix that its standard uses.
fn usual(kind: &str) -> String {
    let name = kind.rsplit(':').next().unwrap_or(kind);
    let prefix = match name {
        "NetworkVideoTransmitter" => "dn",
        "PrintDeviceType" => "wprt",
        "ScanDeviceType" => "wscn",
        "Computer" => "pub",
        _ => return kind.to_owned(),
    };
    format!("{prefix}:{name}")
}

/// What a camera says by its scopes (ONVIF Core Specification §7.3.2.2): `onvif://www.onvif.org/KEY/VALUE`.
fn camera(scopes: &[String]) -> Vec<Fact> {
    let told = |scope: &String| {
        let (key, value) = scope.strip_prefix("onvif://www.onvif.org/")?.split_once('/')?;
        Some((key.to_ascii_lowercase(), unquoted(value))).filter(|(_, value)| !value.is_empty())
    };
    let told: Vec<(String, String)> = scopes.iter().filter_map(told).collect();
    let hardware = told.iter().find(|(key, _)| key == "hardware").map(|(_, value)| value.clone());
    let product = hardware.map(|model| Fact::Product {
        source: "onvif".to_owned(),
        maker: None,
        model: Some(model),
        serial: None,
        firmware: None,
    });
    let kept = told.iter().filter(|(key, _)| matches!(key.as_str(), "name" | "location"));
    product.into_iter().chain(kept.map(|(key, value)| attribute("onvif", key, value))).collect()
}

/// RFC 3986 §2.1.
fn unquoted(text: &str) -> String {
    let mut octets = vec![];
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let decoded = after.get(..2).filter(|_| first == b'%').and_then(|pair| hex::decode(pair).ok());
        octets.push(decoded.as_ref().map_or(first, |pair| pair[0]));
        rest = if decoded.is_some() { &after[2..] } else { after };
    }
    text::bounded_bytes(&octets)
}

/// Who was asked alone is asked for its metadata at once, where it says; the connection goes to the device
/// that was asked, whatever address it names.
fn follow(question: &Question, facts: &[Fact]) -> Vec<Question> {
    let Question::Datagram { .. } = question else { return vec![] };
    let told = transport_addresses(facts).and_then(|told| told.split(' ').find_map(named_address));
    told.and_then(|address| metadata(address, facts)).into_iter().collect()
}

/// The address in a plain URL.
fn named_address(url: &str) -> Option<IpAddr> {
    let host = url.strip_prefix("http://")?.split('/').next()?;
    let socket: Option<SocketAddr> = host.parse().ok();
    socket.map(|it| it.ip()).or_else(|| host.trim_matches(['[', ']']).parse().ok())
}

/// Metadata stand where the device says, if that is on the device itself; computers that do not say
/// it have them on Windows' port, under their own number.
fn metadata(address: IpAddr, facts: &[Fact]) -> Option<Question> {
    let id = facts.iter().find_map(|fact| match fact {
        Fact::MachineId { source, value } if source == "wsd-uuid" => Some(value.as_str()),
        _ => None,
    })?;
    let kinds = || {
        facts.iter().filter_map(|fact| match fact {
            Fact::Announcement { source, kind, .. } if source == "wsd" => Some(kind.as_str()),
            _ => None,
        })
    };
    let (port, path) = match transport_addresses(facts) {
        Some(told) => told.split(' ').find_map(|url| place(url, address))?,
        None if kinds().any(|kind| kind == "pub:Computer") => (WSDAPI, format!("/{id}")),
        None => return None,
    };
    // A camera's address is that of its device service, which `onvif` asks.
    let camera = kinds().any(|kind| kind == CAMERA.0);
    let host = SocketAddr::new(address, port).to_string();
    let dialogue = || Box::new(Metadata::new(port, host, path, format!("urn:uuid:{id}")));
    (!camera).then(|| Question::Stream { port, security: Security::Plain, dialogue: dialogue() })
}

/// The transport addresses that a device told, with spaces between them.
pub(super) fn transport_addresses(facts: &[Fact]) -> Option<&str> {
    facts.iter().find_map(|fact| match fact {
        Fact::Attribute { source, key, value } if source == "wsd" && key == "xaddrs" => Some(value.as_str()),
        _ => None,
    })
}

/// Port and path of a plain URL, if its host is this address and nothing would be printed there.
pub(super) fn place(url: &str, address: IpAddr) -> Option<(u16, String)> {
    let (host, path) = url.strip_prefix("http://")?.split_once('/')?;
    let port = host.parse().map_or(80, |socket: SocketAddr| socket.port());
    let plain = path.len() < 256 && path.chars().all(|c| c.is_ascii_graphic());
    (named_address(url) == Some(address) && plain && !prints_raw(port)).then(|| (port, format!("/{path}")))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// As in the examples of the ONVIF Core Specification §7.3.3, with its namespaces.
    pub(crate) const CAMERA_MATCH: &str = "<?xml version=\"1.0\"?><e:Envelope xmlns:e=\"http://www.w3.org/2003/05/soap-envelope\" \
xmlns:w=\"http://schemas.xmlsoap.org/ws/2004/08/addressing\" xmlns:d=\"http://schemas.xmlsoap.org/ws/2005/04/discovery\" \
xmlns:tdn=\"http://www.onvif.org/ver10/network/wsdl\"><e:Header><w:MessageID>uuid:1</w:MessageID>\
<w:ReplyTo><w:Address>http://x/anonymous</w:Address></w:ReplyTo></e:Header><e:Body><d:ProbeMatches><d:ProbeMatch>\
<w:EndpointReference><w:Address>urn:uuid:A91B83CA-3388-7688-99AA-101806A776FB</w:Address></w:EndpointReference>\
<d:Types>tdn:NetworkVideoTransmitter</d:Types><d:Scopes>onvif://www.onvif.org/type/video_encoder \
onvif://www.onvif.org/hardware/D1-566 onvif://www.onvif.org/name/ACME%20D1 onvif://www.onvif.org/location/ward%2f3</d:Scopes>\
<d:XAddrs>http://10.1.0.9/onvif/device_service http://169.254.1.1/onvif/device_service</d:XAddrs>\
<d:MetadataVersion>10</d:MetadataVersion></d:ProbeMatch></d:ProbeMatches></e:Body></e:Envelope>";

    fn address() -> IpAddr {
        [10, 1, 0, 9].into()
    }

    #[test]
    fn a_camera_tells_type_hardware_name_and_place() {
        let facts = read(CAMERA_MATCH.as_bytes()).facts;
        let kind = "dn:NetworkVideoTransmitter".to_owned();
        let wanted = [
            Fact::MachineId { source: "wsd-uuid".into(), value: "a91b83ca-3388-7688-99aa-101806a776fb".into() },
            Fact::Announcement { source: "wsd".into(), kind, instance: None, port: None },
            attribute("onvif", "name", "ACME D1"),
            attribute("onvif", "location", "ward/3"),
        ];
        for fact in wanted {
            assert!(facts.contains(&fact), "{fact:?} in {facts:?}");
        }
        assert!(metadata(address(), &facts).is_none(), "onvif asks it");
    }

    #[test]
    fn a_computer_without_transport_addresses_is_asked_at_windows_port() {
        let facts = read(&crate::probe::laws::device("wsdd-070-probe-match")).facts;
        assert!(matches!(metadata(address(), &facts), Some(Question::Stream { port: 5357, .. })), "{facts:?}");
    }

    #[test]
    fn who_was_asked_alone_is_asked_on_where_it_says() {
        let alone = Question::Datagram { port: PORT, payload: vec![], wait: WAIT };
        let id = Fact::MachineId { source: "wsd-uuid".into(), value: "1".into() };
        let facts = [id, attribute("wsd", "xaddrs", "http://printer/x http://10.1.0.9:53202/y")];
        assert!(matches!(follow(&alone, &facts).as_slice(), [Question::Stream { port: 53202, .. }]));
        assert!(follow(&call(DEVICE), &facts).is_empty(), "the second pass asks those");
    }

    #[test]
    fn only_an_address_of_the_device_itself_is_a_place() {
        assert_eq!(place("http://10.1.0.9:80/x", address()), Some((80, "/x".into())));
        assert_eq!(place("http://[fe80::1]:5357/x", "fe80::1".parse().unwrap()), Some((5357, "/x".into())));
        for url in [
            "http://10.1.0.8/x",
            "http://printer/x",
            "https://10.1.0.9/x",
            "http://10.1.0.9:9100/x",
            "http://10.1.0.9/a b",
        ] {
            assert_eq!(place(url, address()), None, "{url}");
        }
    }
}
