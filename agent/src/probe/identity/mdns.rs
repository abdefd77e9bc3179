//! What do you call yourself, and which services do you announce? Multicast DNS (RFC 6762) and
//! DNS-SD (RFC 6763), asked as a one-shot querier (RFC 6762 §5.1): from an ordinary port, so that the
//! answer comes back to it alone. First everybody at once for the types of their services; then, alone
//! (§5.5), who named types for their instances, where make and model stand, and who did not for a name.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use daicho_shared::class::Class;
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
    audience: Audience::Answering,
    why: "names and services that devices announce, from one question to all and one to each that answers",
    why_ja: "一斉の1問と、答えた機器への1問で、公表している名前とサービスが分かるため",
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

    /// The device alone is asked for its own name, and for its services: those that it announced, or
    /// all of them where it said nothing to everybody. Responders need not hear what comes by a router
    /// (RFC 6762 §11): there, only those are asked that often do.
    fn ask(&self, known: &Known<'_>) -> Vec<Question> {
        let own = reverse_name(known.target.address);
        let kind = telling(known.facts);
        let first = if has_announced(known.facts) { vec![] } else { vec![ALL_SERVICES] };
        let names: Vec<&str> = first.into_iter().chain(kind.as_deref()).chain([own.as_str()]).collect();
        let has_name = known.facts.iter().any(|fact| matches!(fact, Fact::Name { .. }));
        let hears = known.on_link || ["printer", "camera", "unknown"].iter().any(|class| known.seems(class));
        let tells = !(kind.is_none() && has_name && is_computer(known));
        query(&names).filter(|_| hears && tells).map(datagram).into_iter().collect()
    }

    #[cfg(test)]
    fn samples(&self) -> Vec<crate::probe::laws::Sample> {
        vec![crate::probe::laws::Sample::Datagram(crate::probe::laws::device("ippeveprinter-242-mdns"))]
    }

    fn read(&self, question: &Question, reply: Reply<'_>) -> Reading {
        match reply {
            Reply::Datagram(bytes) => match parse(bytes) {
                Some(facts) => Reading { follow: follow(question, &facts), ..Reading::answered(facts) },
                None => Reading::of(Outcome::OtherProtocol),
            },
            Reply::Refused => Reading::of(Outcome::Refused),
            _ => Reading::of(Outcome::Silent),
        }
    }
}

fn datagram(payload: Vec<u8>) -> Question {
    Question::Datagram { port: PORT, payload, wait: WAIT }
}

/// Computers with a name say nothing by multicast DNS that is not known already.
fn is_computer(known: &Known<'_>) -> bool {
    known.seems.is_some_and(|seems| matches!(seems.class.value, Class::Pc | Class::Server))
}

/// Types whose instances tell make, model or place, the most telling first. An answer to an ordinary port
/// is kept within 512 octets by many (RFC 6762 §6.7), and the records that do not fit are left out: only
/// the most telling type is asked for.
const TELLING: &[&str] = &[
    "_ipp._tcp",
    "_printer._tcp",
    "_pdl-datastream._tcp",
    "_axis-video._tcp",
    "_rtsp._tcp",
    "_sip._udp",
    "_googlecast._tcp",
    "_airplay._tcp",
    "_hap._tcp",
    "_device-info._tcp",
    "_adisk._tcp",
    "_smb._tcp",
    "_http._tcp",
    "_workstation._tcp",
];

fn has_announced(facts: &[Fact]) -> bool {
    facts.iter().any(|fact| matches!(fact, Fact::Announcement { source, .. } if source == "mdns"))
}

/// The most telling type that the device announced, if no instance of it is known.
fn telling(facts: &[Fact]) -> Option<String> {
    let announced = |wanted: &str, instances: bool| {
        facts.iter().any(|fact| {
            matches!(fact, Fact::Announcement { source, kind, instance, .. }
                if source == "mdns" && kind == wanted && instance.is_some() == instances)
        })
    };
    let first = TELLING.iter().find(|kind| announced(kind, false))?;
    (!announced(first, true)).then(|| format!("{first}.local"))
}

/// An answer to the device's own question about all services leads to one about the telling ones.
fn follow(question: &Question, facts: &[Fact]) -> Vec<Question> {
    let alone = matches!(question, Question::Datagram { payload, .. } if asks_for_all(payload));
    let kind = telling(facts).filter(|_| alone);
    kind.and_then(|kind| query(&[&kind])).map(datagram).into_iter().collect()
}

fn asks_for_all(query: &[u8]) -> bool {
    let packet = Packet::parse(query);
    packet.is_ok_and(|packet| packet.questions.iter().any(|question| question.qname.to_string() == ALL_SERVICES))
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
        RData::TXT(strings) if owner.contains("._") => described(&strings.attributes()),
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

/// What printers and consumer devices put beside their service: `ty`, `usb_MFG`, `usb_MDL`, `model`; a
/// printer's place is its `note`, and its number the same that IPP tells (Bonjour Printing 1.2.1 §9.2).
fn described(attributes: &std::collections::HashMap<String, Option<String>>) -> Vec<Fact> {
    // Keys are compared without regard to case (RFC 6763 §6.4).
    let found = |key: &str| attributes.iter().find(|(name, _)| name.eq_ignore_ascii_case(key));
    let get = |key: &str| found(key).and_then(|(_, value)| value.as_deref()).map(text::bounded);
    let get = |key: &str| get(key).filter(|value| !value.is_empty());
    let model = get("usb_MDL").or_else(|| get("ty")).or_else(|| get("model")).or_else(|| get("md"));
    let maker = get("usb_MFG").or_else(|| get("manufacturer"));
    let source = || "mdns".to_owned();
    let product = (model.is_some() || maker.is_some()).then(|| Fact::Product {
        source: source(),
        maker,
        model,
        serial: None,
        firmware: None,
    });
    let note = get("note").map(|value| Fact::Attribute { source: source(), key: "note".to_owned(), value });
    let number =
        get("UUID").map(|value| Fact::MachineId { source: "ipp-uuid".to_owned(), value: value.to_lowercase() });
    [product, note, number].into_iter().flatten().collect()
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
        let link = Link::new("lan0", daicho_shared::address::Mac([2, 0, 0, 0, 0, 5]), vec![]);
        assert!(matches!(Mdns.call(&link).as_slice(), [Question::Multicast { group, .. }] if group.port() == 5353));
    }

    #[test]
    fn a_printer_tells_model_and_place_beside_its_service() {
        let facts = parse(&crate::probe::laws::device("ippeveprinter-242-mdns")).unwrap();
        let note = Fact::Attribute { source: "mdns".into(), key: "note".into(), value: "Ward 3".into() };
        assert!(facts.contains(&note), "{facts:?}");
        assert!(
            facts
                .iter()
                .any(|fact| matches!(fact, Fact::Product { model: Some(model), .. } if model == "Canon iR-ADV C5840"))
        );
        assert!(facts.iter().any(|fact| matches!(fact, Fact::MachineId { source, .. } if source == "ipp-uuid")));
    }

    fn names_asked(question: &Question) -> Vec<String> {
        let Question::Datagram { payload, .. } = question else { panic!("{question:?}") };
        Packet::parse(payload).unwrap().questions.iter().map(|question| question.qname.to_string()).collect()
    }

    fn asked(facts: &[Fact], on_link: bool) -> Vec<Question> {
        let target = daicho_shared::observation::Target { address: [10, 1, 0, 9].into(), mac: None, interface: None };
        let open = std::collections::BTreeSet::new();
        Mdns.ask(&Known { on_link, facts, ..Known::of(&target, &open) })
    }

    fn announced(kind: &str) -> Fact {
        Fact::Announcement { source: "mdns".into(), kind: kind.into(), instance: None, port: None }
    }

    #[test]
    fn who_named_types_is_asked_for_the_most_telling_one_and_its_name() {
        let facts = ["_http._tcp", "_ssh._tcp", "_ipp._tcp", "_printer._tcp", "_pdl-datastream._tcp"].map(announced);
        let questions = asked(&facts, true);
        let own = "9.0.1.10.in-addr.arpa";
        assert_eq!(names_asked(&questions[0]), ["_ipp._tcp.local", own]);
    }

    #[test]
    fn who_said_nothing_is_asked_for_everything_once_and_then_for_instances() {
        let questions = asked(&[], true);
        assert_eq!(names_asked(&questions[0]), [ALL_SERVICES, "9.0.1.10.in-addr.arpa"]);
        let follow = follow(&questions[0], &[announced("_ipp._tcp")]);
        assert_eq!(names_asked(&follow[0]), ["_ipp._tcp.local"]);
        assert!(super::follow(&follow[0], &[announced("_ipp._tcp")]).is_empty());
    }

    #[test]
    fn behind_a_router_only_those_are_asked_that_seem_to_hear() {
        assert!(asked(&[], false).is_empty());
    }
}
