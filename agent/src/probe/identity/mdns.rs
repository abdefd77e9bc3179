//! What do you call yourself, and which services do you announce? Multicast DNS (RFC 6762) and
//! DNS-SD (RFC 6763), asked as a one-shot querier (RFC 6762 §5.1): from an ordinary port, so that the
//! answer comes back to it alone.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use daicho_shared::coverage::Outcome;
use daicho_shared::fact::{Fact, NameSource};
use daicho_shared::text;
use simple_dns::rdata::RData;
use simple_dns::{CLASS, Name, Packet, QCLASS, QTYPE, Question as DnsQuestion, ResourceRecord, TYPE};

use super::reverse_dns::reverse_name;
use crate::probe::{Audience, Card, Known, Level, Link, Probe, Question, Reading, Reply};

/// The probe.
#[derive(Debug)]
pub struct Mdns;

static CARD: Card = Card {
    name: "mdns",
    title: "Which services do you announce? (multicast DNS)",
    title_ja: "機器の名前とサービスの照会（mDNS）",
    standard: "RFC 6762 §5.1, RFC 6763 §9",
    packets: 1,
    level: Level::Query,
    may_upset: "nothing known: phones and PCs ask the same all day",
    audience: Audience::Everybody,
    why: "names and services that devices announce, from one question to all",
    why_ja: "機器が公表する名前とサービスが、一斉の1問で分かるため",
};

const PORT: u16 = 5353;
const GROUP: Ipv4Addr = Ipv4Addr::new(224, 0, 0, 251);
const ALL_SERVICES: &str = "_services._dns-sd._udp.local";
const WAIT: Duration = Duration::from_millis(900);
const GROUP_WAIT: Duration = Duration::from_millis(2500);
/// The most records of one answer that are read.
const RECORDS: usize = 128;

impl Probe for Mdns {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn call(&self, _link: &Link) -> Vec<Question> {
        let question =
            |payload| Question::Multicast { group: SocketAddr::from((GROUP, PORT)), payload, wait: GROUP_WAIT };
        query(&[ALL_SERVICES]).map(question).into_iter().collect()
    }

    /// The device alone is asked for its own name and its services (RFC 6762 §5.5).
    fn ask(&self, known: &Known<'_>) -> Vec<Question> {
        let own = reverse_name(known.target.address);
        let question = |payload| Question::Datagram { port: PORT, payload, wait: WAIT };
        query(&[ALL_SERVICES, &own]).map(question).filter(|_| known.on_link).into_iter().collect()
    }

    fn read(&self, _question: &Question, reply: Reply<'_>) -> Reading {
        match reply {
            Reply::Datagram(bytes) => {
                parse(bytes).map_or_else(|| Reading::of(Outcome::OtherProtocol), Reading::answered)
            }
            Reply::Refused => Reading::of(Outcome::Refused),
            _ => Reading::of(Outcome::Silent),
        }
    }
}

fn query(names: &[&str]) -> Option<Vec<u8>> {
    let mut packet = Packet::new_query(0);
    for name in names {
        let name = Name::new(name).ok()?;
        packet.questions.push(DnsQuestion::new(name, QTYPE::TYPE(TYPE::PTR), QCLASS::CLASS(CLASS::IN), true));
    }
    packet.build_bytes_vec().ok()
}

/// What an answer says.
pub(crate) fn parse(bytes: &[u8]) -> Option<Vec<Fact>> {
    let packet = Packet::parse(bytes).ok()?;
    let records = packet.answers.iter().chain(&packet.additional_records).take(RECORDS);
    let mut facts: Vec<Fact> = records.flat_map(record_facts).collect();
    facts.sort();
    facts.dedup();
    Some(facts)
}

fn record_facts(record: &ResourceRecord<'_>) -> Vec<Fact> {
    let owner = shown(&record.name);
    match &record.rdata {
        RData::PTR(target) => pointer(&owner, &shown(target)).into_iter().collect(),
        RData::SRV(service) => vec![named(&shown(&service.target)), announcement(&owner, Some(service.port))],
        RData::A(_) | RData::AAAA(_) => vec![named(&owner)],
        RData::TXT(strings) => product(&owner, &strings.attributes()).into_iter().collect(),
        _ => vec![],
    }
}

/// A type, an instance of one, or the name of an address.
fn pointer(owner: &str, target: &str) -> Option<Fact> {
    if owner.ends_with(".in-addr.arpa") || owner.ends_with(".ip6.arpa") {
        return Some(named(target));
    }
    if owner.eq_ignore_ascii_case(ALL_SERVICES) {
        let kind = target.trim_end_matches(".local").to_owned();
        return Some(Fact::Announcement { source: "mdns".to_owned(), kind, instance: None, port: None });
    }
    target.contains("._").then(|| announcement(target, None))
}

/// `Front Desk._ipp._tcp.local`: an instance, its type, its domain (RFC 6763 §4.1).
fn announcement(full: &str, port: Option<u16>) -> Fact {
    let (instance, kind) = full.split_once("._").map_or((full, ""), |(instance, kind)| (instance, kind));
    let kind = format!("_{}", kind.trim_end_matches(".local"));
    Fact::Announcement { source: "mdns".to_owned(), kind, instance: Some(instance.to_owned()), port }
}

fn named(name: &str) -> Fact {
    Fact::Name { source: NameSource::Mdns, name: name.trim_end_matches('.').to_owned(), domain: None }
}

/// What printers and consumer devices put beside their service: `ty`, `usb_MFG`, `usb_MDL`, `model`.
fn product(owner: &str, attributes: &std::collections::HashMap<String, Option<String>>) -> Option<Fact> {
    // Keys are compared without regard to case (RFC 6763 §6.4).
    let found = |key: &str| attributes.iter().find(|(name, _)| name.eq_ignore_ascii_case(key));
    let get = |key: &str| found(key).and_then(|(_, value)| value.as_deref()).map(text::bounded);
    let model = get("usb_MDL").or_else(|| get("ty")).or_else(|| get("model")).or_else(|| get("md"));
    let maker = get("usb_MFG").or_else(|| get("manufacturer"));
    let is_service = owner.contains("._");
    (is_service && (model.is_some() || maker.is_some())).then(|| Fact::Product {
        source: "mdns".to_owned(),
        maker,
        model,
        serial: None,
        firmware: None,
    })
}

fn shown(name: &Name<'_>) -> String {
    text::bounded(&name.to_string())
}

/// An answer, for the laws.
#[cfg(test)]
pub(crate) fn sample() -> Vec<u8> {
    use simple_dns::rdata::{A, PTR, SRV, TXT};
    let name = |text: &'static str| Name::new_unchecked(text).into_owned();
    let mut packet = Packet::new_reply(0);
    let mut add = |owner: &'static str, data: RData<'static>| {
        packet.answers.push(ResourceRecord::new(name(owner), CLASS::IN, 120, data));
    };
    add("9.0.1.10.in-addr.arpa", RData::PTR(PTR(name("ctpc1.local"))));
    add(ALL_SERVICES, RData::PTR(PTR(name("_ipp._tcp.local"))));
    add("Front._ipp._tcp.local", RData::SRV(SRV { priority: 0, weight: 0, port: 631, target: name("ctpc1.local") }));
    add(
        "Front._ipp._tcp.local",
        RData::TXT(TXT::new().with_string("usb_MFG=Canon").unwrap().with_string("ty=LBP").unwrap()),
    );
    add("ctpc1.local", RData::A(A { address: 0x0a01_0009 }));
    packet.build_bytes_vec().unwrap()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_services_and_make_are_read() {
        let facts = parse(&sample()).unwrap();
        let has = |wanted: &Fact| facts.contains(wanted);
        assert!(has(&named("ctpc1.local")));
        assert!(has(&announcement("Front._ipp._tcp.local", Some(631))));
        assert!(facts.iter().any(|fact| matches!(fact, Fact::Product { maker: Some(maker), .. } if maker == "Canon")));
    }

    #[test]
    fn the_call_is_one_question_to_the_group() {
        let link =
            Link { interface: "lan0".into(), mac: daicho_shared::address::Mac([2, 0, 0, 0, 0, 5]), addresses: vec![] };
        assert!(matches!(Mdns.call(&link).as_slice(), [Question::Multicast { group, .. }] if group.port() == 5353));
    }
}
