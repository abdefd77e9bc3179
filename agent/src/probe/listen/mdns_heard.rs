//! Names and services that devices announce to everybody by themselves: multicast DNS, RFC 6762 §8.3.

use std::net::IpAddr;

use simple_dns::Packet;
use simple_dns::rdata::RData;

use super::card;
use super::frame::Frame;
use crate::probe::identity::mdns;
use crate::probe::{Card, Heard, Probe};

/// The probe.
#[derive(Debug)]
pub struct MdnsHeard;

static CARD: Card = card(
    "mdns-heard",
    ["Names and services that are announced (heard)", "機器の名前とサービスの広告の受信（mDNS）"],
    "RFC 6762 §8.3, RFC 6763",
    [
        "devices announce name and services when they start, unasked",
        "機器が起動時などに名前とサービスを自ら広告するため",
    ],
);

const PORT: u16 = 5353;
/// R bit of the flags: an answer. A question carries what the asker knows of others (§7.1).
const RESPONSE: u8 = 0x80;

impl Probe for MdnsHeard {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn hear(&self, frame: &[u8]) -> Option<Heard> {
        let datagram = Frame::read(frame)?.datagram()?;
        // An answer from another port is to be ignored (§6).
        let announced = (datagram.from_port, datagram.to_port) == (PORT, PORT) && datagram.packet.stays_on_link();
        if !announced
            || datagram.data.get(2)? & RESPONSE == 0
            || speaks_for_others(datagram.data, datagram.packet.source)
        {
            return None;
        }
        let facts = mdns::parse(datagram.data).filter(|facts| !facts.is_empty())?;
        datagram.packet.heard(facts)
    }

    #[cfg(test)]
    fn samples(&self) -> Vec<crate::probe::laws::Sample> {
        use crate::probe::laws::{Sample, device};
        vec![Sample::Frame(tests::announcement("10.1.0.9:5353")), Sample::Frame(device("avahi-08-announcement"))]
    }
}

/// A reflector, or a proxy for sleeping machines, repeats other machines' records: of this family's
/// addresses in them, none is the sender's.
fn speaks_for_others(data: &[u8], source: IpAddr) -> bool {
    let Ok(packet) = Packet::parse(data) else { return true };
    let records = packet.answers.iter().chain(&packet.additional_records);
    let addresses: Vec<IpAddr> = records
        .filter_map(|record| match &record.rdata {
            RData::A(a) => Some(IpAddr::V4(a.address.into())),
            RData::AAAA(a) => Some(IpAddr::V6(a.address.into())),
            _ => None,
        })
        .filter(|address| address.is_ipv4() == source.is_ipv4())
        .collect();
    !addresses.is_empty() && !addresses.contains(&source)
}

#[cfg(test)]
mod tests {
    use daicho_shared::address::Mac;

    use super::super::frame::made;
    use super::*;

    /// The records name 10.1.0.9.
    pub(super) fn announcement(from: &str) -> Vec<u8> {
        made::udp(Mac([0, 0x80, 0xa3, 1, 2, 3]), from, "224.0.0.251:5353", &mdns::sample())
    }

    #[test]
    fn an_announcement_is_told_of_its_sender() {
        let heard = MdnsHeard.hear(&announcement("10.1.0.9:5353")).unwrap();
        assert_eq!(heard.address, Some("10.1.0.9".parse().unwrap()));
        assert!(format!("{:?}", heard.facts).contains("Canon"));
    }

    #[test]
    fn a_reflector_is_not_believed() {
        assert_eq!(MdnsHeard.hear(&announcement("10.1.0.2:5353")), None);
    }

    #[test]
    fn a_question_with_known_answers_says_nothing_of_the_asker() {
        let mut frame = announcement("10.1.0.9:5353");
        frame[14 + 20 + 8 + 2] &= 0x7f;
        assert_eq!(MdnsHeard.hear(&frame), None);
    }
}
