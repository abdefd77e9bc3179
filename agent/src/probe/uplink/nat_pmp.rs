//! What is your address on the far side? NAT-PMP, RFC 6886 §3.2. No port is ever mapped.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use daicho_shared::coverage::Outcome;
use daicho_shared::fact::{Fact, Transport};

use super::audience::may_route;
use crate::probe::identity::told::{attribute, service};
use crate::probe::listen::frame::{long, word};
use crate::probe::{Audience, Card, Known, Level, Probe, Question, Reading, Reply};

/// The probe.
#[derive(Debug)]
pub struct NatPmp;

static CARD: Card = Card {
    name: "nat-pmp",
    title: "What is your address on the far side? (NAT-PMP; no port is mapped)",
    title_ja: "外側アドレスの照会（NAT-PMP、ポート開放はしない）",
    standard: "RFC 6886 §3.2",
    packets: 1,
    level: Level::Query,
    may_upset: "nothing known: two octets, and every Apple device asks the same of its router",
    audience: Audience::Answering,
    why: "a router for homes and small offices tells the address that its provider gave it",
    why_ja: "家庭・小規模向けルータは、回線事業者から割り当てられたアドレスを答えるため",
};

/// NAT-PMP and PCP share it.
pub(super) const PORT: u16 = 5351;
pub(super) const WAIT: Duration = Duration::from_millis(900);
/// Version 0, opcode 0: external address.
const REQUEST: [u8; 2] = [0, 0];
const ANSWER: [u8; 2] = [0, 128];
/// Up to the seconds since it began; with the address.
const SHORT: usize = 8;
const SUCCESS: u16 = 0;

impl Probe for NatPmp {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn ask(&self, known: &Known<'_>) -> Vec<Question> {
        let asked = known.target.address.is_ipv4() && may_route(known);
        let question = Question::Datagram { port: PORT, payload: REQUEST.to_vec(), wait: WAIT };
        asked.then_some(question).into_iter().collect()
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
        let names = ["miniupnpd-231-nat-pmp", "miniupnpd-231-nat-pmp-cgnat"];
        names.map(|name| crate::probe::laws::Sample::Datagram(crate::probe::laws::device(name))).into()
    }
}

/// An error may leave the address out (§3.5).
fn told(bytes: &[u8]) -> Option<Vec<Fact>> {
    let head = bytes.get(..SHORT).filter(|head| head[..2] == ANSWER)?;
    let (result, seconds) = (word(head, 2)?, long(head, 4)?);
    let address = long(bytes, SHORT).map(Ipv4Addr::from).filter(|address| !address.is_unspecified());
    let address = address.filter(|_| result == SUCCESS).map(IpAddr::from);
    Some(vec![
        service(Transport::Udp, PORT, "nat-pmp"),
        Fact::ExternalAddress { how: "nat-pmp".to_owned(), address, connected: None },
        attribute("nat-pmp", "result", result.to_string()),
        attribute("nat-pmp", "seconds-since-start", seconds.to_string()),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probe::laws::device;

    fn external(name: &str) -> Option<IpAddr> {
        let facts = told(&device(name)).unwrap();
        let Fact::ExternalAddress { address, .. } = facts[1] else { panic!("{facts:?}") };
        address
    }

    #[test]
    fn the_far_side_is_told_or_that_there_is_none_to_tell() {
        assert_eq!(external("miniupnpd-231-nat-pmp"), Some([5, 104, 99, 77].into()));
        assert_eq!(external("miniupnpd-231-nat-pmp-cgnat"), None);
    }

    #[test]
    fn an_address_beside_an_error_is_none() {
        let bytes = [0, 128, 0, 2, 0, 0, 0, 9, 203, 0, 113, 5];
        assert!(told(&bytes).unwrap().contains(&attribute("nat-pmp", "result", "2")));
        assert!(!format!("{:?}", told(&bytes)).contains("203.0.113.5"));
    }

    #[test]
    fn what_is_no_answer_is_another_protocol() {
        for bytes in [&[][..], &[0, 0], &[2, 128, 0, 0, 0, 0, 0, 9, 1, 2, 3, 4], &[0, 129, 0, 0, 0, 0, 0, 0]] {
            assert_eq!(told(bytes), None);
        }
    }
}
