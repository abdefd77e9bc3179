//! Do you control a NAT or a firewall towards somewhere else? PCP, RFC 6887 §14.1: ANNOUNCE, which maps nothing.

use daicho_shared::coverage::Outcome;
use daicho_shared::fact::{Fact, Transport};

use super::audience::may_route;
use super::nat_pmp::{PORT, WAIT};
use crate::probe::identity::told::{attribute, service};
use crate::probe::listen::frame::long;
use crate::probe::{Audience, Card, Known, Level, Link, Probe, Question, Reading, Reply};

/// The probe.
#[derive(Debug)]
pub struct Pcp;

static CARD: Card = Card {
    name: "pcp",
    title: "Do you control a way out? (PCP ANNOUNCE; no port is mapped)",
    title_ja: "外への出口を制御する機能の確認（PCP、ポート開放はしない）",
    standard: "RFC 6887 §7.1, §14.1",
    packets: 1,
    level: Level::Query,
    may_upset: "nothing known: one short datagram that changes nothing",
    audience: Audience::Answering,
    why: "who answers translates or filters towards another network",
    why_ja: "応答する機器は、別のネットワークとの間でアドレス変換や通信制御をしているため",
};

const VERSION: u8 = 2;
/// Version, opcode, lifetime and the client's address, §7.1; the answer is as long, §7.2.
const HEADER: usize = 24;
/// Bit R, with opcode ANNOUNCE.
const ANSWER: u8 = 0x80;

impl Probe for Pcp {
    fn card(&self) -> &'static Card {
        &CARD
    }

    /// The address that we ask from stands in the question.
    fn ask(&self, known: &Known<'_>) -> Vec<Question> {
        let own = known.link.and_then(Link::ipv4).filter(|_| known.target.address.is_ipv4());
        let Some(own) = own.filter(|_| may_route(known)) else { return vec![] };
        let mut payload = vec![VERSION, 0, 0, 0, 0, 0, 0, 0];
        payload.extend(own.addr().to_ipv6_mapped().octets());
        vec![Question::Datagram { port: PORT, payload, wait: WAIT }]
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
        vec![crate::probe::laws::Sample::Datagram(crate::probe::laws::device("miniupnpd-231-pcp"))]
    }
}

/// A refusal is an answer, too: whoever gives it speaks the protocol.
fn told(bytes: &[u8]) -> Option<Vec<Fact>> {
    let head = bytes.get(..HEADER).filter(|head| head[..2] == [VERSION, ANSWER])?;
    Some(vec![
        service(Transport::Udp, PORT, "pcp"),
        Fact::ExternalAddress { how: "pcp".to_owned(), address: None, connected: None },
        attribute("pcp", "result", head[3].to_string()),
        attribute("pcp", "epoch", long(head, 8)?.to_string()),
    ])
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use daicho_shared::address::Mac;
    use daicho_shared::observation::Target;

    use super::*;
    use crate::probe::laws::device;

    #[test]
    fn the_question_is_an_announcement_and_says_who_asks() {
        let link = Link::new("lan0", Mac([2, 0, 0, 0, 0, 5]), vec!["10.77.0.1/24".parse().unwrap()]);
        let (target, open) = (Target { address: [10, 77, 0, 16].into(), mac: None, interface: None }, BTreeSet::new());
        let facts = [Fact::Returned { ttl: 1 }];
        let known = Known { on_link: true, facts: &facts, link: Some(&link), ..Known::of(&target, &open) };
        let asked = Pcp.ask(&known);
        let [Question::Datagram { port: 5351, payload, .. }] = asked.as_slice() else { panic!("{asked:?}") };
        assert_eq!((payload.len(), &payload[..8]), (HEADER, &[2, 0, 0, 0, 0, 0, 0, 0][..]));
        assert_eq!(payload[8..], [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 10, 77, 0, 1]);
    }

    #[test]
    fn who_answers_controls_something_and_tells_no_address() {
        let facts = told(&device("miniupnpd-231-pcp")).unwrap();
        let expected = Fact::ExternalAddress { how: "pcp".into(), address: None, connected: None };
        assert!(facts.contains(&expected) && facts.contains(&attribute("pcp", "result", "0")), "{facts:?}");
    }

    #[test]
    fn a_question_and_the_older_protocol_are_no_answer() {
        assert_eq!(told(&[VERSION; HEADER]), None);
        assert_eq!(told(&device("miniupnpd-231-nat-pmp")), None);
    }
}
