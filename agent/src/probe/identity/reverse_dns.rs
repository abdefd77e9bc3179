//! What does the hospital's resolver call this address? PTR, RFC 1035 §3.5 and RFC 3596 §2.5.
//! Nothing reaches the device.

use std::net::IpAddr;

use daicho_shared::coverage::Outcome;
use daicho_shared::fact::{Fact, NameSource};
use daicho_shared::text;
use simple_dns::rdata::RData;
use simple_dns::{CLASS, Name, Packet, PacketFlag, QCLASS, QTYPE, Question as DnsQuestion, TYPE};

use crate::probe::{Audience, Card, Known, Level, Probe, Question, Reading, Reply};

/// The probe.
#[derive(Debug)]
pub struct ReverseDns;

static CARD: Card = Card {
    name: "reverse-dns",
    title: "What does the hospital's DNS server call this address?",
    title_ja: "院内DNSサーバーへの名前の照会（機器には送信しない）",
    standard: "RFC 1035 §3.5, RFC 3596 §2.5",
    packets: 0,
    level: Level::Listen,
    may_upset: "nothing: the device is not asked",
    audience: Audience::Everybody,
    why: "the name in the hospital's DNS often tells the kind; costs the device nothing",
    why_ja: "院内DNSの名前は種類の手がかりになり、機器に負担がないため",
};

/// "DA" for Daicho. A connected socket takes answers from the resolver alone.
const IDENTIFIER: u16 = 0x4441;
/// The most names that one address is given.
const NAMES: usize = 4;

impl Probe for ReverseDns {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn ask(&self, known: &Known<'_>) -> Vec<Question> {
        let wanted = known.resolver && !crate::scope::is_link_local(known.target.address);
        let payload = wanted.then(|| query(known.target.address)).flatten();
        payload.map(|payload| Question::Resolve { payload }).into_iter().collect()
    }

    fn read(&self, _question: &Question, reply: Reply<'_>) -> Reading {
        let Reply::Datagram(bytes) = reply else { return Reading::of(Outcome::Silent) };
        let Ok(packet) = Packet::parse(bytes) else { return Reading::of(Outcome::OtherProtocol) };
        let names = packet.answers.iter().filter_map(|record| match &record.rdata {
            RData::PTR(name) => Some(text::bounded(&name.to_string())),
            _ => None,
        });
        Reading::answered(names.filter(|name| !name.is_empty()).take(NAMES).map(|name| named(&name)).collect())
    }
}

/// A full name is split at its first dot into host and domain.
fn named(full: &str) -> Fact {
    let full = full.trim_end_matches('.').to_owned();
    let domain = full.split_once('.').map(|(_, domain)| domain.to_owned());
    Fact::Name { source: NameSource::Dns, name: full, domain }
}

fn query(address: IpAddr) -> Option<Vec<u8>> {
    let mut packet = Packet::new_query(IDENTIFIER);
    packet.set_flags(PacketFlag::RECURSION_DESIRED);
    let name = reverse_name(address);
    let name = Name::new(&name).ok()?;
    packet.questions.push(DnsQuestion::new(name, QTYPE::TYPE(TYPE::PTR), QCLASS::CLASS(CLASS::IN), false));
    packet.build_bytes_vec().ok()
}

/// The name that stands for an address in the reverse tree.
pub(super) fn reverse_name(address: IpAddr) -> String {
    match address {
        IpAddr::V4(address) => {
            let [a, b, c, d] = address.octets();
            format!("{d}.{c}.{b}.{a}.in-addr.arpa")
        }
        IpAddr::V6(address) => {
            let digits = hex::encode(address.octets());
            let reversed: Vec<String> = digits.chars().rev().map(String::from).collect();
            format!("{}.ip6.arpa", reversed.join("."))
        }
    }
}

/// An answer, for the laws.
#[cfg(test)]
pub(crate) fn sample() -> Vec<u8> {
    use simple_dns::ResourceRecord;
    use simple_dns::rdata::PTR;
    let mut packet = Packet::new_reply(IDENTIFIER);
    let owner = Name::new_unchecked("9.0.1.10.in-addr.arpa").into_owned();
    let name = Name::new_unchecked("ct1.hosp.example").into_owned();
    packet.answers.push(ResourceRecord::new(owner, CLASS::IN, 60, RData::PTR(PTR(name))));
    packet.build_bytes_vec().unwrap()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_question_is_the_reversed_address() {
        assert_eq!(reverse_name("10.1.0.9".parse().unwrap()), "9.0.1.10.in-addr.arpa");
        assert!(reverse_name("fe80::1".parse().unwrap()).starts_with("1.0.0.0.0"));
        let bytes = query("10.1.0.9".parse().unwrap()).unwrap();
        assert_eq!(&bytes[..2], &IDENTIFIER.to_be_bytes());
    }

    #[test]
    fn the_answer_names_host_and_domain() {
        let question = Question::Resolve { payload: vec![] };
        let reading = ReverseDns.read(&question, Reply::Datagram(&sample()));
        let expected = Fact::Name {
            source: NameSource::Dns,
            name: "ct1.hosp.example".into(),
            domain: Some("hosp.example".into()),
        };
        assert_eq!(reading.facts, [expected]);
    }
}
