//! IPv4 packets as whole Ethernet frames (RFC 791, RFC 792, RFC 768), sent past the operating system's routing: to
//! whom a frame goes is decided by its link-layer address alone.

use std::net::Ipv4Addr;

use daicho_shared::address::Mac;
use pnet_base::MacAddr;
use pnet_packet::ethernet::{EtherTypes, EthernetPacket, MutableEthernetPacket};
use pnet_packet::icmp::{IcmpTypes, MutableIcmpPacket};
use pnet_packet::ip::{IpNextHeaderProtocol, IpNextHeaderProtocols};
use pnet_packet::ipv4::{Ipv4Packet, MutableIpv4Packet};
use pnet_packet::udp::{MutableUdpPacket, UdpPacket};
use pnet_packet::{icmp, ipv4, udp};

const ETHERNET: usize = EthernetPacket::minimum_packet_size();
const IPV4: usize = Ipv4Packet::minimum_packet_size();
const UDP: usize = UdpPacket::minimum_packet_size();
const ECHO: usize = 8;

/// Where a packet comes from and goes to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Way {
    /// Our link-layer address, and the neighbour's or everybody's.
    pub(super) macs: (Mac, Mac),
    /// Source and destination.
    pub(super) addresses: (Ipv4Addr, Ipv4Addr),
    /// Time to live.
    pub(super) ttl: u8,
    /// Identification: errors quote it.
    pub(super) id: u16,
}

/// An echo request with this identifier, sequence number and data.
pub(super) fn echo(way: Way, (identifier, sequence): (u16, u16), data: &[u8]) -> Option<Vec<u8>> {
    let mut message = vec![0; ECHO];
    message[4..6].copy_from_slice(&identifier.to_be_bytes());
    message[6..8].copy_from_slice(&sequence.to_be_bytes());
    message.extend(data);
    let mut packet = MutableIcmpPacket::new(&mut message)?;
    packet.set_icmp_type(IcmpTypes::EchoRequest);
    packet.set_checksum(icmp::checksum(&packet.to_immutable()));
    frame(way, IpNextHeaderProtocols::Icmp, &message)
}

/// A datagram between these ports.
pub(super) fn datagram(way: Way, (from, to): (u16, u16), data: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = vec![0; UDP];
    bytes.extend(data);
    let length = u16::try_from(bytes.len()).ok()?;
    let mut packet = MutableUdpPacket::new(&mut bytes)?;
    packet.set_source(from);
    packet.set_destination(to);
    packet.set_length(length);
    let sum = udp::ipv4_checksum(&packet.to_immutable(), &way.addresses.0, &way.addresses.1);
    packet.set_checksum(sum);
    frame(way, IpNextHeaderProtocols::Udp, &bytes)
}

fn frame(way: Way, protocol: IpNextHeaderProtocol, payload: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = vec![0; ETHERNET + IPV4];
    bytes.extend(payload);
    let mut ethernet = MutableEthernetPacket::new(&mut bytes)?;
    ethernet.set_source(MacAddr::from(way.macs.0.0));
    ethernet.set_destination(MacAddr::from(way.macs.1.0));
    ethernet.set_ethertype(EtherTypes::Ipv4);
    let mut ip = MutableIpv4Packet::new(&mut bytes[ETHERNET..])?;
    ip.set_version(4);
    ip.set_header_length(5);
    ip.set_total_length(u16::try_from(IPV4 + payload.len()).ok()?);
    ip.set_identification(way.id);
    ip.set_ttl(way.ttl);
    ip.set_next_level_protocol(protocol);
    ip.set_source(way.addresses.0);
    ip.set_destination(way.addresses.1);
    let sum = ipv4::checksum(&ip.to_immutable());
    ip.set_checksum(sum);
    Some(bytes)
}

/// A number that only this run can know, out of its seed and what it is for (the mixing of `SplitMix64`).
pub(super) fn scrambled(seed: u64, salt: &[u8]) -> u64 {
    salt.iter().fold(seed, |state, octet| {
        let mut mixed = (state ^ u64::from(*octet)).wrapping_add(0x9e37_79b9_7f4a_7c15);
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    })
}

/// An address that nobody has: TEST-NET-2 or TEST-NET-3 (RFC 5737), chosen by this number.
pub(super) fn nowhere(number: u64) -> Ipv4Addr {
    let [net, host, ..] = number.to_be_bytes();
    let host = host.clamp(1, 254);
    if net & 1 == 0 { Ipv4Addr::new(198, 51, 100, host) } else { Ipv4Addr::new(203, 0, 113, host) }
}

#[cfg(test)]
mod tests {
    use pnet_packet::icmp::IcmpPacket;

    use super::*;

    const WAY: Way = Way {
        macs: (Mac([2, 0, 0, 0, 0, 5]), Mac([0, 0x80, 0xa3, 1, 2, 3])),
        addresses: (Ipv4Addr::new(10, 1, 0, 5), Ipv4Addr::new(198, 51, 100, 77)),
        ttl: 1,
        id: 0x1234,
    };

    #[test]
    fn an_echo_is_a_whole_frame_with_correct_sums() {
        let frame = echo(WAY, (0x4441, 1), b"daicho").unwrap();
        let read = etherparse::SlicedPacket::from_ethernet(&frame).unwrap();
        let Some(etherparse::NetSlice::Ipv4(ip)) = read.net else { panic!() };
        assert_eq!((ip.header().ttl(), ip.header().identification()), (1, 0x1234));
        assert_eq!(ip.header().to_header().calc_header_checksum(), ip.header().header_checksum());
        let Some(etherparse::TransportSlice::Icmpv4(echo)) = read.transport else { panic!() };
        let message = IcmpPacket::new(echo.slice()).unwrap();
        assert_eq!(icmp::checksum(&message), message.get_checksum());
    }

    #[test]
    fn a_datagram_has_ports_and_a_length() {
        let frame = datagram(WAY, (34137, 137), b"hello").unwrap();
        let read = etherparse::SlicedPacket::from_ethernet(&frame).unwrap();
        let Some(etherparse::TransportSlice::Udp(udp)) = read.transport else { panic!() };
        assert_eq!((udp.source_port(), udp.destination_port(), udp.payload()), (34137, 137, &b"hello"[..]));
    }

    #[test]
    fn nowhere_is_always_a_host_of_a_test_network() {
        for number in (0..10_000).map(|n| scrambled(7, &u64::to_be_bytes(n))) {
            let [a, b, c, d] = nowhere(number).octets();
            assert!([[198, 51, 100], [203, 0, 113]].contains(&[a, b, c]) && (1..=254).contains(&d));
        }
    }
}
