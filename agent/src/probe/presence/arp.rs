//! Who has this IPv4 address? ARP, RFC 826.

use std::net::{IpAddr, Ipv4Addr};

use daicho_shared::address::Mac;
use daicho_shared::fact::Fact;
use pnet_base::MacAddr;
use pnet_packet::Packet;
use pnet_packet::arp::{ArpHardwareTypes, ArpOperation, ArpOperations, ArpPacket, MutableArpPacket};
use pnet_packet::ethernet::{EtherTypes, EthernetPacket, MutableEthernetPacket};

use crate::probe::{Audience, Card, Heard, Level, Link, Probe, Question};

/// The probe.
#[derive(Debug)]
pub struct Arp;

static CARD: Card = Card {
    name: "arp",
    title: "Who has this address? (broadcast)",
    title_ja: "アドレスの持ち主の確認（ARP）",
    standard: "RFC 826",
    packets: 1,
    level: Level::Presence,
    may_upset: "nothing known: every host answers this to its neighbours all day",
    audience: Audience::Everybody,
    why: "a device that does not answer ARP is not on this link",
    why_ja: "ARPに答えない機器は、このLANにはいないため",
};

const ETHERNET: usize = EthernetPacket::minimum_packet_size();
const FRAME: usize = ETHERNET + ArpPacket::minimum_packet_size();

impl Probe for Arp {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn sweep(&self, link: &Link, address: IpAddr) -> Option<Question> {
        let IpAddr::V4(wanted) = address else { return None };
        let own = link.addresses.iter().find(|network| network.contains(&address))?.addr();
        let IpAddr::V4(own) = own else { return None };
        Some(Question::Frame { bytes: request(link.mac, own, wanted)? })
    }

    /// Reads replies and requests alike: whoever asks is there, too. The sender's hardware address
    /// must be the frame's source, or somebody speaks for somebody else (RFC 826 has no proxies).
    fn hear(&self, frame: &[u8]) -> Option<Heard> {
        let arp = read(frame)?;
        let (mac, address) = arp.sender;
        let is_host = !address.is_unspecified() && !address.is_multicast() && !address.is_broadcast();
        let speaks_for_itself = mac.is_interface() && arp.from == mac;
        (is_host && speaks_for_itself).then(|| Heard {
            address: Some(IpAddr::V4(address)),
            mac: Some(mac),
            facts: vec![Fact::LinkAddress { mac }, Fact::Alive],
        })
    }
}

/// An ARP request or reply for IPv4 on Ethernet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Said {
    /// Source and destination of the frame.
    pub(crate) from: Mac,
    pub(crate) to: Mac,
    /// Who speaks: its link-layer address and its address.
    pub(crate) sender: (Mac, Ipv4Addr),
    /// Whom it asks for, or answers.
    pub(crate) target: Ipv4Addr,
    /// A reply, not a request.
    pub(crate) is_reply: bool,
}

/// Reads a frame; `None` where it is something else.
pub(crate) fn read(frame: &[u8]) -> Option<Said> {
    let ethernet = EthernetPacket::new(frame).filter(|ethernet| ethernet.get_ethertype() == EtherTypes::Arp)?;
    let arp = ArpPacket::new(ethernet.payload())?;
    let is_ipv4 = arp.get_hardware_type() == ArpHardwareTypes::Ethernet
        && arp.get_protocol_type() == EtherTypes::Ipv4
        && (arp.get_hw_addr_len(), arp.get_proto_addr_len()) == (6, 4);
    let is_reply = match arp.get_operation() {
        ArpOperations::Request => false,
        ArpOperations::Reply => true,
        _ => return None,
    };
    is_ipv4.then(|| Said {
        from: Mac(ethernet.get_source().octets()),
        to: Mac(ethernet.get_destination().octets()),
        sender: (Mac(arp.get_sender_hw_addr().octets()), arp.get_sender_proto_addr()),
        target: arp.get_target_proto_addr(),
        is_reply,
    })
}

/// Who has this address? From us, or from nobody (RFC 5227 §2.1.1).
pub(crate) fn request(own_mac: Mac, own: Ipv4Addr, wanted: Ipv4Addr) -> Option<Vec<u8>> {
    frame(ArpOperations::Request, (own_mac, own), (Mac([0; 6]), wanted), Mac::BROADCAST)
}

fn frame(operation: ArpOperation, sender: (Mac, Ipv4Addr), target: (Mac, Ipv4Addr), to: Mac) -> Option<Vec<u8>> {
    let mut bytes = vec![0; FRAME];
    let mut ethernet = MutableEthernetPacket::new(&mut bytes)?;
    ethernet.set_destination(MacAddr::from(to.0));
    ethernet.set_source(MacAddr::from(sender.0.0));
    ethernet.set_ethertype(EtherTypes::Arp);
    let mut arp = MutableArpPacket::new(&mut bytes[ETHERNET..])?;
    arp.set_hardware_type(ArpHardwareTypes::Ethernet);
    arp.set_protocol_type(EtherTypes::Ipv4);
    arp.set_hw_addr_len(6);
    arp.set_proto_addr_len(4);
    arp.set_operation(operation);
    arp.set_sender_hw_addr(MacAddr::from(sender.0.0));
    arp.set_sender_proto_addr(sender.1);
    arp.set_target_hw_addr(MacAddr::from(target.0.0));
    arp.set_target_proto_addr(target.1);
    Some(bytes)
}

/// A reply, for the tests of others.
#[cfg(test)]
pub(crate) fn reply(from: (Mac, Ipv4Addr), to: (Mac, Ipv4Addr)) -> Vec<u8> {
    frame(ArpOperations::Reply, from, to, to.0).unwrap()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCANNER: Mac = Mac([2, 0, 0, 0, 0, 5]);
    const HOST: Mac = Mac([0, 0x80, 0xa3, 1, 2, 3]);

    fn link() -> Link {
        Link::new("lan0", SCANNER, vec!["10.1.0.5/24".parse().unwrap()])
    }

    #[test]
    fn the_question_is_a_plain_broadcast_request() {
        let Some(Question::Frame { bytes }) = Arp.sweep(&link(), "10.1.0.9".parse().unwrap()) else { panic!() };
        assert_eq!(
            hex::encode(bytes),
            concat!("ffffffffffff", "020000000005", "0806", "0001", "0800", "06", "04", "0001").to_owned()
                + concat!("020000000005", "0a010005", "000000000000", "0a010009")
        );
    }

    #[test]
    fn an_address_off_the_link_is_not_asked_for() {
        assert!(Arp.sweep(&link(), "10.2.0.9".parse().unwrap()).is_none());
    }

    #[test]
    fn a_reply_names_its_sender() {
        let frame = reply((HOST, [10, 1, 0, 9].into()), (SCANNER, [10, 1, 0, 5].into()));
        let heard = Arp.hear(&frame).unwrap();
        assert_eq!((heard.address, heard.mac), (Some("10.1.0.9".parse().unwrap()), Some(HOST)));
    }

    #[test]
    fn a_frame_that_speaks_for_another_is_not_believed() {
        let mut frame = reply((HOST, [10, 1, 0, 9].into()), (SCANNER, [10, 1, 0, 5].into()));
        frame[11] ^= 1;
        assert_eq!(Arp.hear(&frame), None);
    }

    #[test]
    fn an_address_probe_without_a_sender_address_names_nobody() {
        let frame = reply((HOST, [0, 0, 0, 0].into()), (SCANNER, [10, 1, 0, 5].into()));
        assert_eq!(Arp.hear(&frame), None);
    }
}
