//! Who answers for a name, and who makes sure that nobody else does? LLMNR, RFC 4795 §2 and §4.

use std::net::IpAddr;

use daicho_shared::fact::{Fact, NameSource};
use daicho_shared::text;
use simple_dns::rdata::RData;
use simple_dns::{Packet, QTYPE};

use super::card;
use super::frame::Frame;
use crate::probe::identity::told::attribute;
use crate::probe::{Card, Heard, Probe};

/// The probe.
#[derive(Debug)]
pub struct LlmnrHeard;

static CARD: Card = card(
    "llmnr-heard",
    ["Who answers for a name? (heard)", "Windows機の名前確認の受信（LLMNR）"],
    "RFC 4795 §2, §4",
    ["a machine makes sure of its own name when it starts", "機器が起動時に自分の名前の重複を確かめるため"],
);

const PORT: u16 = 5355;
const RESPONSE: u8 = 0x80;

impl Probe for LlmnrHeard {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn hear(&self, frame: &[u8]) -> Option<Heard> {
        let datagram = Frame::read(frame)?.datagram()?;
        let answers = datagram.data.get(2)? & RESPONSE != 0;
        let fact = match (datagram.from_port, datagram.to_port) {
            (PORT, _) if answers => answer(datagram.data, datagram.packet.source),
            (_, PORT) if !answers && datagram.packet.stays_on_link() => question(datagram.data),
            _ => None,
        }?;
        datagram.packet.heard(vec![fact])
    }

    #[cfg(test)]
    fn samples(&self) -> Vec<crate::probe::laws::Sample> {
        vec![crate::probe::laws::Sample::Frame(tests::answer([10, 1, 0, 9]))]
    }
}

/// A name with the answerer's own address.
fn answer(data: &[u8], source: IpAddr) -> Option<Fact> {
    let packet = Packet::parse(data).ok()?;
    let own = packet.answers.iter().find(|record| match &record.rdata {
        RData::A(a) => IpAddr::V4(a.address.into()) == source,
        RData::AAAA(a) => IpAddr::V6(a.address.into()) == source,
        _ => false,
    })?;
    Some(Fact::Name { source: NameSource::Llmnr, name: text::bounded(&own.name.to_string()), domain: None })
}

/// A question for every type is how a machine makes sure of its name (§4.1); any other is for somebody
/// else's, and which one is the asker's business.
fn question(data: &[u8]) -> Option<Fact> {
    let packet = Packet::parse(data).ok()?;
    let [question] = packet.questions.as_slice() else { return None };
    let name = text::bounded(&question.qname.to_string());
    matches!(question.qtype, QTYPE::ANY).then(|| attribute("llmnr", "verifies", name))
}

#[cfg(test)]
mod tests {
    use daicho_shared::address::Mac;
    use simple_dns::rdata::A;
    use simple_dns::{CLASS, Name, QCLASS, Question, ResourceRecord, TYPE};

    use super::super::frame::made;
    use super::*;

    const HOST: Mac = Mac([0, 0x80, 0xa3, 1, 2, 3]);

    pub(super) fn answer(address: [u8; 4]) -> Vec<u8> {
        let mut packet = Packet::new_reply(7);
        let data = RData::A(A { address: u32::from_be_bytes(address) });
        packet.answers.push(ResourceRecord::new(Name::new_unchecked("ct-pc1"), CLASS::IN, 30, data));
        made::udp(HOST, "10.1.0.9:5355", "10.1.0.5:50000", &packet.build_bytes_vec().unwrap())
    }

    fn asked(kind: QTYPE) -> Vec<u8> {
        let mut packet = Packet::new_query(7);
        packet.questions.push(Question::new(Name::new_unchecked("ct-pc1"), kind, QCLASS::CLASS(CLASS::IN), false));
        made::udp(HOST, "10.1.0.9:50000", "224.0.0.252:5355", &packet.build_bytes_vec().unwrap())
    }

    #[test]
    fn who_answers_with_his_own_address_is_named() {
        let heard = LlmnrHeard.hear(&answer([10, 1, 0, 9])).unwrap();
        assert_eq!(heard.facts, [Fact::Name { source: NameSource::Llmnr, name: "ct-pc1".into(), domain: None }]);
        assert_eq!(LlmnrHeard.hear(&answer([10, 1, 0, 8])), None);
    }

    #[test]
    fn whom_somebody_looks_for_is_not_written_down() {
        assert_eq!(LlmnrHeard.hear(&asked(QTYPE::TYPE(TYPE::A))), None);
        assert_eq!(LlmnrHeard.hear(&asked(QTYPE::ANY)).unwrap().facts, [attribute("llmnr", "verifies", "ct-pc1")]);
    }
}
