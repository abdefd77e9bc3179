//! Whom do you ask yourself? dnsmasq tells its upstream servers under a name of its own in the class CHAOS (dnsmasq(8),
//! "servers.bind"; RFC 4892 §2 for such names). No name of the Internet is ever asked for.

use std::time::Duration;

use daicho_shared::coverage::Outcome;
use daicho_shared::fact::{Fact, PortState, Transport};
use daicho_shared::text;
use simple_dns::rdata::RData;
use simple_dns::{CLASS, Name, Packet, PacketFlag, QCLASS, QTYPE, Question as DnsQuestion, TYPE};

use super::audience::may_route;
use crate::probe::identity::told::service;
use crate::probe::{Audience, Card, Known, Level, Probe, Question, Reading, Reply};

/// The probe.
#[derive(Debug)]
pub struct DnsUpstream;

static CARD: Card = Card {
    name: "dns-upstream",
    title: "Whom do you ask for names yourself? (one question in the class CHAOS)",
    title_ja: "名前の問い合わせ先の照会（dnsmasq、1問）",
    standard: "RFC 4892 §2, RFC 1035 §4",
    packets: 1,
    level: Level::Query,
    may_upset: "a relay for names that does not know the class may refuse it, or pass it to its own server once",
    audience: Audience::Answering,
    why: "the small routers' name server tells to which provider it passes questions on, and how many it has",
    why_ja: "小型ルータの名前サーバは、どの事業者のDNSへ何件取り次いだかを答えるため",
};

const PORT: u16 = 53;
const WAIT: Duration = Duration::from_millis(900);
/// "DA" for Daicho. A connected socket takes answers from the device alone.
const IDENTIFIER: u16 = 0x4441;
const NAME: &str = "servers.bind";
/// The most servers that are read.
const SERVERS: usize = 16;

impl Probe for DnsUpstream {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn ask(&self, known: &Known<'_>) -> Vec<Question> {
        let payload = (may_route(known) || serves_names(known)).then(query).flatten();
        payload.map(|payload| Question::Datagram { port: PORT, payload, wait: WAIT }).into_iter().collect()
    }

    fn read(&self, _question: &Question, reply: Reply<'_>) -> Reading {
        match reply {
            Reply::Datagram(bytes) => told(bytes).map_or(Reading::of(Outcome::OtherProtocol), Reading::answered),
            Reply::Refused => Reading::of(Outcome::Refused),
            _ => Reading::of(Outcome::Silent),
        }
    }

    #[cfg(test)]
    fn samples(&self) -> Vec<crate::probe::laws::Sample> {
        vec![crate::probe::laws::Sample::Datagram(crate::probe::laws::device("dnsmasq-290-servers"))]
    }
}

/// A neighbour that listens as a name server does.
fn serves_names(known: &Known<'_>) -> bool {
    let named = known.facts.iter().any(|fact| match fact {
        Fact::Port { port: PORT, state: PortState::Open, .. } => true,
        Fact::Service { port: PORT, protocol, .. } => protocol == "dns",
        _ => false,
    });
    known.on_link && known.setup.uplink.search && (named || known.open.contains(&PORT))
}

/// Recursion is not desired.
fn query() -> Option<Vec<u8>> {
    let mut packet = Packet::new_query(IDENTIFIER);
    let name = Name::new(NAME).ok()?;
    packet.questions.push(DnsQuestion::new(name, QTYPE::TYPE(TYPE::TXT), QCLASS::CLASS(CLASS::CH), false));
    packet.build_bytes_vec().ok()
}

/// Whoever answers serves names, even where it does not know this one.
fn told(bytes: &[u8]) -> Option<Vec<Fact>> {
    let packet = Packet::parse(bytes).ok()?;
    if packet.id() != IDENTIFIER || !packet.has_flags(PacketFlag::RESPONSE) {
        return None;
    }
    let texts =
        packet.answers.iter().filter(|record| record.class == CLASS::CH).filter_map(|record| match &record.rdata {
            RData::TXT(text) => Some(text),
            _ => None,
        });
    let strings = texts.flat_map(|text| text.iter_raw().map(|(key, _)| text::bounded_bytes(key)).collect::<Vec<_>>());
    let servers = strings.filter_map(|text| upstream(&text)).take(SERVERS);
    Some(std::iter::once(service(Transport::Udp, PORT, "dns")).chain(servers).collect())
}

/// Server, questions passed on, and those that failed, e.g. `8.8.8.8#53 1 0`.
fn upstream(text: &str) -> Option<Fact> {
    let mut parts = text.split(' ');
    let resolver = parts.next().filter(|resolver| resolver.contains('#'))?.to_owned();
    Some(Fact::Upstream { resolver, queries: parts.next()?.parse().ok()?, failed: parts.next()?.parse().ok()? })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use daicho_shared::observation::Target;

    use super::*;
    use crate::probe::laws::device;

    #[test]
    fn the_question_is_one_of_dnsmasq_and_never_of_the_internet() {
        let bytes = query().unwrap();
        let packet = Packet::parse(&bytes).unwrap();
        let [question] = packet.questions.as_slice() else { panic!() };
        assert_eq!((question.qname.to_string().as_str(), question.qclass), (NAME, QCLASS::CLASS(CLASS::CH)));
        assert!(!packet.has_flags(PacketFlag::RECURSION_DESIRED));
    }

    #[test]
    fn dnsmasq_tells_its_servers() {
        let facts = told(&device("dnsmasq-290-servers")).unwrap();
        let server = |resolver: &str, queries| Fact::Upstream { resolver: resolver.into(), queries, failed: 0 };
        assert_eq!(facts[1..], [server("8.8.8.8#53", 0), server("10.77.0.30#53", 0)]);
    }

    #[test]
    fn who_does_not_know_the_name_serves_names_all_the_same() {
        let mut refused = query().unwrap();
        (refused[2], refused[3]) = (0x80, 5);
        assert_eq!(told(&refused).unwrap(), [service(Transport::Udp, PORT, "dns")]);
        assert_eq!(told(&query().unwrap()), None, "a question is no answer");
        for text in ["8.8.8.8 1 0", "8.8.8.8#53", "8.8.8.8#53 x 0", ""] {
            assert_eq!(upstream(text), None);
        }
    }

    #[test]
    fn only_who_routes_or_serves_names_is_asked() {
        let (target, open) = (Target { address: [10, 1, 0, 9].into(), mac: None, interface: None }, BTreeSet::new());
        let asked =
            |facts: &[Fact]| DnsUpstream.ask(&Known { on_link: true, facts, ..Known::of(&target, &open) }).len();
        let other = Fact::Port { transport: Transport::Tcp, port: 80, state: PortState::Open };
        let server = Fact::Port { transport: Transport::Tcp, port: PORT, state: PortState::Open };
        assert_eq!((asked(&[]), asked(&[other]), asked(&[server])), (0, 0, 1));
        assert_eq!(asked(&[Fact::Router { how: "na-r-flag".into() }]), 1);
    }
}
