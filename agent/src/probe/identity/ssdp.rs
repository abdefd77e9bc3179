//! Which UPnP device are you? SSDP, UPnP Device Architecture 2.0 §1.3; the description it points to is
//! fetched only from the device that answered.

use std::net::{IpAddr, Ipv4Addr, SocketAddr, SocketAddrV4};
use std::time::Duration;

use daicho_shared::coverage::Outcome;
use daicho_shared::fact::{Fact, Transport};
use daicho_shared::text;

use super::upnp::Description;
use crate::probe::{Audience, Card, Known, Level, Link, Probe, Question, Reading, Reply, Security};

/// The probe.
#[derive(Debug)]
pub struct Ssdp;

static CARD: Card = Card {
    name: "ssdp",
    title: "Which UPnP device are you? (one search, one description)",
    title_ja: "UPnP機器の確認（SSDP）",
    standard: "UPnP Device Architecture 2.0 §1.3, §2.3",
    packets: 10,
    level: Level::Query,
    may_upset: "nothing known: PCs and televisions ask the same all day",
    audience: Audience::Everybody,
    why: "make and model that devices announce, from one question to all",
    why_ja: "機器が公表するメーカーと型番が、一斉の1問で分かるため",
};

const PORT: u16 = 1900;
const GROUP: Ipv4Addr = Ipv4Addr::new(239, 255, 255, 250);
const WAIT: Duration = Duration::from_millis(1200);
const GROUP_WAIT: Duration = Duration::from_millis(2500);
/// Root devices answer once; `ssdp:all` would bring dozens of answers from one device.
const TARGET: &str = "upnp:rootdevice";

impl Probe for Ssdp {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn call(&self, _link: &Link) -> Vec<Question> {
        let group = SocketAddr::from((GROUP, PORT));
        vec![Question::Multicast { group, payload: search(&group.to_string()), wait: GROUP_WAIT }]
    }

    fn ask(&self, known: &Known<'_>) -> Vec<Question> {
        let IpAddr::V4(address) = known.target.address else { return vec![] };
        vec![Question::Datagram { port: PORT, payload: search(&format!("{address}:{PORT}")), wait: WAIT }]
    }

    fn read(&self, question: &Question, reply: Reply<'_>) -> Reading {
        match reply {
            Reply::Datagram(bytes) => read(question, bytes),
            Reply::Refused => Reading::of(Outcome::Refused),
            _ => Reading::of(Outcome::Silent),
        }
    }
}

fn search(host: &str) -> Vec<u8> {
    format!("M-SEARCH * HTTP/1.1\r\nHOST: {host}\r\nMAN: \"ssdp:discover\"\r\nMX: 1\r\nST: {TARGET}\r\n\r\n")
        .into_bytes()
}

fn read(question: &Question, bytes: &[u8]) -> Reading {
    let answer = String::from_utf8_lossy(&bytes[..bytes.len().min(4096)]).into_owned();
    let Some(fields) = fields(&answer, "HTTP/1.1 200") else { return Reading::of(Outcome::OtherProtocol) };
    let follow = get(&fields, "location").and_then(|location| description(question, location));
    Reading { outcome: Some(Outcome::Answered), facts: told(&fields), follow: follow.into_iter().collect() }
}

/// The fields of a message that begins like this, their names in lower case.
pub(crate) fn fields<'m>(message: &'m str, begins: &str) -> Option<Vec<(String, &'m str)>> {
    let mut lines = message.lines();
    lines.next().filter(|line| line.starts_with(begins))?;
    let fields = lines.filter_map(|line| line.split_once(':'));
    Some(fields.map(|(key, value)| (key.trim().to_ascii_lowercase(), value.trim())).collect())
}

fn get<'m>(fields: &[(String, &'m str)], wanted: &str) -> Option<&'m str> {
    fields.iter().find(|(key, _)| key == wanted).map(|(_, value)| *value)
}

/// What an answer or an announcement says of its sender.
pub(crate) fn told(fields: &[(String, &str)]) -> Vec<Fact> {
    let service = Fact::Service {
        transport: Transport::Udp,
        port: PORT,
        protocol: "ssdp".to_owned(),
        product: None,
        version: None,
        banner: get(fields, "server").map(text::bounded),
    };
    let id = get(fields, "usn").and_then(|usn| usn.split("::").next()).filter(|id| id.starts_with("uuid:"));
    let id = id.map(|id| Fact::MachineId { source: "upnp-udn".to_owned(), value: text::bounded(id) });
    std::iter::once(service).chain(id).collect()
}

/// Only the unicast answer leads to a fetch, and the connection goes to the device that answered,
/// whatever host the location names: the engine connects to its target and to nobody else.
fn description(question: &Question, location: &str) -> Option<Question> {
    let Question::Datagram { .. } = question else { return None };
    let rest = location.strip_prefix("http://")?;
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let (address, port) =
        host.rsplit_once(':').map_or((host, Some(80)), |(address, port)| (address, port.parse().ok()));
    let address: Ipv4Addr = address.parse().ok()?;
    let is_plain = path.chars().all(|c| c.is_ascii_graphic()) && path.len() < 256;
    let port: u16 = port.filter(|port| !daicho_shared::knowledge::ports::prints_raw(*port) && is_plain)?;
    let dialogue = Box::new(Description::new(SocketAddrV4::new(address, port), format!("/{path}")));
    Some(Question::Stream { port, security: Security::Plain, dialogue })
}

/// An answer of a home router, for the laws.
#[cfg(test)]
pub(crate) const SAMPLE: &str = "HTTP/1.1 200 OK\r\nCACHE-CONTROL: max-age=120\r\nST: upnp:rootdevice\r\n\
USN: uuid:00000000-0000-4000-8000-000000000016::upnp:rootdevice\r\nEXT:\r\nSERVER: Debian UPnP/1.1 MiniUPnPd/2.3.1\r\n\
LOCATION: http://10.77.0.16:43219/rootDesc.xml\r\n\r\n";

#[cfg(test)]
mod tests {
    use super::*;

    fn asked() -> Question {
        Question::Datagram { port: PORT, payload: vec![], wait: WAIT }
    }

    #[test]
    fn the_location_is_followed_and_the_id_kept() {
        let reading = read(&asked(), SAMPLE.as_bytes());
        assert!(matches!(reading.follow.as_slice(), [Question::Stream { port: 43219, .. }]));
        assert!(
            reading.facts.iter().any(|fact| matches!(fact, Fact::MachineId { source, .. } if source == "upnp-udn"))
        );
    }

    #[test]
    fn a_location_that_would_print_or_that_names_a_host_is_not_followed() {
        for location in ["http://10.0.0.1:9100/x", "http://printer/x", "https://10.0.0.1/x", "http://10.0.0.1:x/"] {
            assert!(description(&asked(), location).is_none(), "{location}");
        }
    }
}
