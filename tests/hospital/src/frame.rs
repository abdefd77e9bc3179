//! Frames and packets: parsed and made with smoltcp's checked codecs.

use std::net::{IpAddr, Ipv4Addr};

use daicho_shared::address::Mac;
use smoltcp::phy::ChecksumCapabilities;
use smoltcp::wire::{
    ArpOperation, ArpPacket, ArpRepr, EthernetAddress, EthernetFrame, EthernetProtocol, EthernetRepr, IpProtocol,
    Ipv4Packet, Ipv4Repr, Ipv6Packet, Ipv6Repr,
};

/// Length of an Ethernet header.
pub const ETHERNET: usize = 14;

/// An IP packet without its header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Packet {
    /// Sender.
    pub source: IpAddr,
    /// Receiver.
    pub destination: IpAddr,
    /// Identification (IPv4); errors quote it.
    pub id: u16,
    /// TTL or hop limit.
    pub hops: u8,
    /// Protocol of the payload.
    pub protocol: IpProtocol,
    /// Transport header and data.
    pub payload: Vec<u8>,
}

/// An ARP request (RFC 826).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ArpQuestion {
    /// Who asks.
    pub mac: Mac,
    /// The asker's address; 0.0.0.0 in a probe (RFC 5227).
    pub address: Ipv4Addr,
    /// Who is asked for.
    pub target: Ipv4Addr,
}

/// What a frame carries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// An ARP request.
    Arp(ArpQuestion),
    /// An IP packet.
    Ip(Packet),
    /// Anything else, or something broken.
    Other,
}

/// The frame's destination, source and content; `None` if it is shorter than a header.
pub fn parse(frame: &[u8]) -> Option<(Mac, Mac, Content)> {
    let view = EthernetFrame::new_checked(frame).ok()?;
    let content = match view.ethertype() {
        EthernetProtocol::Arp => arp_question(view.payload()),
        EthernetProtocol::Ipv4 => ipv4(view.payload()),
        EthernetProtocol::Ipv6 => ipv6(view.payload()),
        EthernetProtocol::Unknown(_) => None,
    };
    Some((Mac(view.dst_addr().0), Mac(view.src_addr().0), content.unwrap_or(Content::Other)))
}

fn arp_question(bytes: &[u8]) -> Option<Content> {
    let packet = ArpPacket::new_checked(bytes).ok()?;
    match ArpRepr::parse(&packet).ok()? {
        ArpRepr::EthernetIpv4 {
            operation: ArpOperation::Request,
            source_hardware_addr,
            source_protocol_addr,
            target_protocol_addr,
            ..
        } => Some(Content::Arp(ArpQuestion {
            mac: Mac(source_hardware_addr.0),
            address: source_protocol_addr,
            target: target_protocol_addr,
        })),
        _ => None,
    }
}

fn ipv4(bytes: &[u8]) -> Option<Content> {
    let packet = Ipv4Packet::new_checked(bytes).ok()?;
    if packet.more_frags() || packet.frag_offset() != 0 {
        return None;
    }
    let header = Ipv4Repr::parse(&packet, &ChecksumCapabilities::default()).ok()?;
    Some(Content::Ip(Packet {
        source: header.src_addr.into(),
        destination: header.dst_addr.into(),
        id: packet.ident(),
        hops: header.hop_limit,
        protocol: header.next_header,
        payload: packet.payload().to_vec(),
    }))
}

/// Hop-by-hop options (MLD reports) are of no interest here: nobody listens to groups.
fn ipv6(bytes: &[u8]) -> Option<Content> {
    let packet = Ipv6Packet::new_checked(bytes).ok()?;
    let header = Ipv6Repr::parse(&packet).ok()?;
    Some(Content::Ip(Packet {
        source: header.src_addr.into(),
        destination: header.dst_addr.into(),
        id: 0,
        hops: header.hop_limit,
        protocol: header.next_header,
        payload: packet.payload().to_vec(),
    }))
}

/// The answer to an ARP request.
pub fn arp_answer(question: &ArpQuestion, mac: Mac) -> Vec<u8> {
    let answer = ArpRepr::EthernetIpv4 {
        operation: ArpOperation::Reply,
        source_hardware_addr: EthernetAddress(mac.0),
        source_protocol_addr: question.target,
        target_hardware_addr: EthernetAddress(question.mac.0),
        target_protocol_addr: question.address,
    };
    let mut bytes = ethernet(question.mac, mac, EthernetProtocol::Arp, answer.buffer_len());
    answer.emit(&mut ArpPacket::new_unchecked(&mut bytes[ETHERNET..]));
    bytes
}

/// The packet as a frame; `None` if the two addresses are of different families.
pub fn wrap(packet: &Packet, destination: Mac, source: Mac) -> Option<Vec<u8>> {
    let length = packet.payload.len();
    let (mut bytes, header) = match (packet.source, packet.destination) {
        (IpAddr::V4(from), IpAddr::V4(to)) => {
            let header = Ipv4Repr {
                src_addr: from,
                dst_addr: to,
                next_header: packet.protocol,
                payload_len: length,
                hop_limit: packet.hops,
            };
            let mut bytes = ethernet(destination, source, EthernetProtocol::Ipv4, header.buffer_len() + length);
            let mut view = Ipv4Packet::new_unchecked(&mut bytes[ETHERNET..]);
            header.emit(&mut view, &ChecksumCapabilities::default());
            view.set_ident(packet.id);
            view.fill_checksum();
            (bytes, header.buffer_len())
        }
        (IpAddr::V6(from), IpAddr::V6(to)) => {
            let header = Ipv6Repr {
                src_addr: from,
                dst_addr: to,
                next_header: packet.protocol,
                payload_len: length,
                hop_limit: packet.hops,
            };
            let mut bytes = ethernet(destination, source, EthernetProtocol::Ipv6, header.buffer_len() + length);
            header.emit(&mut Ipv6Packet::new_unchecked(&mut bytes[ETHERNET..]));
            (bytes, header.buffer_len())
        }
        _ => return None,
    };
    bytes[ETHERNET + header..].copy_from_slice(&packet.payload);
    Some(bytes)
}

fn ethernet(destination: Mac, source: Mac, kind: EthernetProtocol, payload: usize) -> Vec<u8> {
    let mut bytes = vec![0; ETHERNET + payload];
    let header =
        EthernetRepr { src_addr: EthernetAddress(source.0), dst_addr: EthernetAddress(destination.0), ethertype: kind };
    header.emit(&mut EthernetFrame::new_unchecked(&mut bytes));
    bytes
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const HERE: Mac = Mac([2, 0, 0, 0, 0, 1]);
    const THERE: Mac = Mac([2, 0, 0, 0, 0, 2]);

    #[test]
    fn what_was_wrapped_is_read_back() {
        let packet = Packet {
            source: "10.10.0.5".parse().unwrap(),
            destination: "10.10.0.9".parse().unwrap(),
            id: 7,
            hops: 64,
            protocol: IpProtocol::Udp,
            payload: vec![1, 2, 3],
        };
        let bytes = wrap(&packet, THERE, HERE).unwrap();
        assert_eq!(parse(&bytes), Some((THERE, HERE, Content::Ip(packet))));
    }

    #[test]
    fn an_arp_answer_names_the_asked_address() {
        let question =
            ArpQuestion { mac: HERE, address: "10.10.0.5".parse().unwrap(), target: "10.10.0.9".parse().unwrap() };
        let bytes = arp_answer(&question, THERE);
        assert_eq!(bytes.len(), 42);
        assert_eq!(&bytes[22..32], &[2, 0, 0, 0, 0, 2, 10, 10, 0, 9]);
    }

    proptest! {
        #[test]
        fn noise_never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = parse(&bytes);
        }

        #[test]
        fn noise_in_a_known_kind_never_panics(kind in 0usize..3, tail in proptest::collection::vec(any::<u8>(), 0..120)) {
            let mut bytes = vec![0; 12];
            bytes.extend([[8, 0], [8, 6], [0x86, 0xdd]][kind]);
            bytes.extend(tail);
            let _ = parse(&bytes);
        }
    }
}
