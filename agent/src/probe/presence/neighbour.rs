//! Who speaks IPv6 on this link? One echo to all nodes (RFC 4443 §4.1), and neighbour discovery
//! (RFC 4861 §4.1-4.4) as it is heard. Finds hosts that have a link-local address and nothing else.

use std::net::{IpAddr, Ipv6Addr};

use daicho_shared::address::Mac;
use daicho_shared::fact::Fact;
use pnet_packet::Packet;
use pnet_packet::ethernet::{EtherTypes, EthernetPacket};
use pnet_packet::icmpv6::ndp::{NdpOptionPacket, NdpOptionTypes, NeighborAdvertPacket, RouterAdvertPacket};
use pnet_packet::icmpv6::{Icmpv6Packet, Icmpv6Types};
use pnet_packet::ip::IpNextHeaderProtocols;
use pnet_packet::ipv6::Ipv6Packet;

use crate::probe::icmpv6::{UNFORWARDED, echo, frame, link_local};
use crate::probe::{Audience, Card, Heard, Known, Level, Link, Probe, Question};

/// The probe.
#[derive(Debug)]
pub struct Neighbour;

static CARD: Card = Card {
    name: "neighbour",
    title: "Who speaks IPv6 on this link? (one echo to all nodes)",
    title_ja: "IPv6機器の確認（全ノードあてエコー1回）",
    standard: "RFC 4443 §4.1, RFC 4861 §4",
    packets: 1,
    level: Level::Presence,
    may_upset: "every IPv6 host on the link answers once",
    audience: Audience::Everybody,
    why: "the same for IPv6",
    why_ja: "IPv6でも存在を確かめるため",
};

const ALL_NODES: Ipv6Addr = Ipv6Addr::new(0xff02, 0, 0, 0, 0, 0, 0, 1);
/// Sequence number of the one echo request.
const SEQUENCE: u8 = 1;
const SOLICITATION_LENGTH: usize = 32;
/// R flag of a neighbour advertisement, RFC 4861 §4.4.
const ROUTER_FLAG: u8 = 0x80;

impl Probe for Neighbour {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn call(&self, link: &Link) -> Vec<Question> {
        let frame = link_local(link).and_then(|own| echo(link.mac, own, ALL_NODES, SEQUENCE));
        frame.map(|bytes| Question::Frame { bytes }).into_iter().collect()
    }

    fn sweep(&self, link: &Link, address: IpAddr) -> Option<Question> {
        let IpAddr::V6(wanted) = address else { return None };
        let own = link_local(link)?;
        Some(Question::Frame { bytes: solicitation(link.mac, own, wanted)? })
    }

    fn hear(&self, frame: &[u8]) -> Option<Heard> {
        let ethernet = EthernetPacket::new(frame).filter(|ethernet| ethernet.get_ethertype() == EtherTypes::Ipv6)?;
        let ip = Ipv6Packet::new(ethernet.payload())?;
        let icmp = Icmpv6Packet::new(ip.payload()).filter(|_| ip.get_next_header() == IpNextHeaderProtocols::Icmpv6)?;
        let mac = Mac(ethernet.get_source().octets());
        let source = ip.get_source();
        if !mac.is_interface() || source.is_unspecified() || source.is_multicast() || source.is_loopback() {
            return None;
        }
        let mut facts = vec![Fact::LinkAddress { mac }, Fact::Alive];
        let unforwarded = ip.get_hop_limit() == UNFORWARDED;
        match icmp.get_icmpv6_type() {
            // An echo reply from beyond a router carries the router's MAC: only link-local ones count.
            Icmpv6Types::EchoReply if source.is_unicast_link_local() => {}
            Icmpv6Types::NeighborSolicit if unforwarded => {}
            Icmpv6Types::NeighborAdvert if unforwarded => facts.extend(advertised(ip.payload())),
            Icmpv6Types::RouterAdvert if unforwarded => facts.extend(router(ip.payload())),
            _ => return None,
        }
        Some(Heard { address: Some(IpAddr::V6(source)), mac: Some(mac), facts })
    }

    fn ask(&self, _known: &Known<'_>) -> Vec<Question> {
        vec![]
    }
}

/// The R flag says that the sender forwards (RFC 4861 §4.4).
fn advertised(payload: &[u8]) -> Option<Fact> {
    let advert = NeighborAdvertPacket::new(payload)?;
    (advert.get_flags() & ROUTER_FLAG != 0).then(|| Fact::Router { how: "na-r-flag".to_owned() })
}

/// A lifetime above zero says that the sender wants to be the default router (RFC 4861 §4.2).
fn router(payload: &[u8]) -> Option<Fact> {
    let advert = RouterAdvertPacket::new(payload)?;
    (advert.get_lifetime() > 0).then(|| Fact::Router { how: "router-advertisement".to_owned() })
}

/// To the solicited-node group of the wanted address, RFC 4291 §2.7.1 and RFC 4861 §4.3.
fn solicitation(mac: Mac, own: Ipv6Addr, wanted: Ipv6Addr) -> Option<Vec<u8>> {
    let [.., a, b, c] = wanted.octets();
    let group = Ipv6Addr::new(0xff02, 0, 0, 0, 0, 1, 0xff00 | u16::from(a), u16::from_be_bytes([b, c]));
    let mut payload = [0; SOLICITATION_LENGTH];
    payload[8..24].copy_from_slice(&wanted.octets());
    let mut option = [0; 8];
    option[0] = NdpOptionTypes::SourceLLAddr.0;
    option[1] = u8::try_from(NdpOptionPacket::minimum_packet_size() / 2).unwrap_or(1);
    option[2..8].copy_from_slice(&mac.0);
    payload[24..32].copy_from_slice(&option);
    frame(mac, own, group, Icmpv6Types::NeighborSolicit.0, &payload)
}

#[cfg(test)]
mod tests {
    use pnet_packet::icmpv6::checksum;

    use super::*;
    use crate::probe::icmpv6::{ETHERNET, IPV6};

    const SCANNER: Mac = Mac([2, 0, 0, 0, 0, 5]);
    const HOST: Mac = Mac([0, 0x80, 0xa3, 1, 2, 3]);
    const OWN: Ipv6Addr = Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 5);
    const OTHER: Ipv6Addr = Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 9);

    fn advert(hop_limit: u8, flags: u8) -> Vec<u8> {
        let mut payload = [0; 24];
        payload[4] = flags;
        payload[8..24].copy_from_slice(&OTHER.octets());
        let mut bytes = frame(HOST, OTHER, OWN, Icmpv6Types::NeighborAdvert.0, &payload).unwrap();
        bytes[ETHERNET + 7] = hop_limit;
        bytes
    }

    #[test]
    fn the_call_goes_to_all_nodes_with_a_right_checksum() {
        let addresses = vec!["10.1.0.5/24".parse().unwrap(), "fe80::5/64".parse().unwrap()];
        let link = Link::new("lan0", SCANNER, addresses);
        let calls = Neighbour.call(&link);
        let [Question::Frame { bytes }] = calls.as_slice() else { panic!() };
        assert_eq!(&bytes[..6], &[0x33, 0x33, 0, 0, 0, 1]);
        let icmp = Icmpv6Packet::new(&bytes[ETHERNET + IPV6..]).unwrap();
        assert_eq!(icmp.get_checksum(), checksum(&icmp, &OWN, &ALL_NODES));
    }

    #[test]
    fn the_router_flag_is_read() {
        let heard = Neighbour.hear(&advert(255, 0xe0)).unwrap();
        assert!(heard.facts.contains(&Fact::Router { how: "na-r-flag".into() }));
        assert!(
            !Neighbour.hear(&advert(255, 0x60)).unwrap().facts.iter().any(|fact| matches!(fact, Fact::Router { .. }))
        );
    }

    #[test]
    fn an_advertisement_that_may_have_been_forwarded_is_not_believed() {
        assert_eq!(Neighbour.hear(&advert(254, 0xe0)), None);
    }
}
