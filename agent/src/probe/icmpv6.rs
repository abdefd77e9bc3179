//! `ICMPv6` messages to a group of a link, as whole Ethernet frames (RFC 4443, RFC 4861, RFC 2464 §7).

use std::net::{IpAddr, Ipv6Addr};

use daicho_shared::address::Mac;
use pnet_base::MacAddr;
use pnet_packet::ethernet::{EtherTypes, EthernetPacket, MutableEthernetPacket};
use pnet_packet::icmpv6::{Icmpv6Packet, Icmpv6Types, MutableIcmpv6Packet, checksum};
use pnet_packet::ip::IpNextHeaderProtocols;
use pnet_packet::ipv6::{Ipv6Packet, MutableIpv6Packet};

use super::Link;

pub(super) const ETHERNET: usize = EthernetPacket::minimum_packet_size();
pub(super) const IPV6: usize = Ipv6Packet::minimum_packet_size();
/// Neighbour discovery is believed only at this hop limit: it cannot have been forwarded (RFC 4861 §7.1).
pub(super) const UNFORWARDED: u8 = 255;
/// "DA" for Daicho; RFC 4443 leaves the identifier to the sender.
pub(super) const IDENTIFIER: [u8; 2] = [0x44, 0x41];
/// All routers of a link, RFC 4291 §2.7.1.
pub(super) const ALL_ROUTERS: Ipv6Addr = Ipv6Addr::new(0xff02, 0, 0, 0, 0, 0, 0, 2);
const ECHO_LENGTH: usize = 8;

/// The agent's link-local address on a link.
pub(super) fn link_local(link: &Link) -> Option<Ipv6Addr> {
    link.addresses.iter().find_map(|network| match network.addr() {
        IpAddr::V6(address) if address.is_unicast_link_local() => Some(address),
        _ => None,
    })
}

/// An echo request to a group of the link. The sequence number tells whose answer comes back.
pub(super) fn echo(mac: Mac, own: Ipv6Addr, group: Ipv6Addr, sequence: u8) -> Option<Vec<u8>> {
    let mut payload = [0; ECHO_LENGTH];
    payload[4..6].copy_from_slice(&IDENTIFIER);
    payload[7] = sequence;
    frame(mac, own, group, Icmpv6Types::EchoRequest.0, &payload)
}

/// An echo request by way of a neighbour, to an address that is not its own.
pub(super) fn echo_through(macs: (Mac, Mac), way: (Ipv6Addr, Ipv6Addr), hops: u8) -> Option<Vec<u8>> {
    let mut payload = [0; ECHO_LENGTH];
    payload[4..6].copy_from_slice(&IDENTIFIER);
    message(macs, way, (hops, Icmpv6Types::EchoRequest.0), &payload)
}

/// A message to a group of the link, at the hop limit that no forwarded packet has; its type and its
/// checksum are filled in.
pub(super) fn frame(mac: Mac, from: Ipv6Addr, to: Ipv6Addr, kind: u8, payload: &[u8]) -> Option<Vec<u8>> {
    let [.., c, d, e, f] = to.octets();
    message((mac, Mac([0x33, 0x33, c, d, e, f])), (from, to), (UNFORWARDED, kind), payload)
}

fn message(
    (own, neighbour): (Mac, Mac),
    (from, to): (Ipv6Addr, Ipv6Addr),
    (hops, kind): (u8, u8),
    payload: &[u8],
) -> Option<Vec<u8>> {
    let mut bytes = vec![0; ETHERNET + IPV6 + payload.len()];
    let mut ethernet = MutableEthernetPacket::new(&mut bytes)?;
    ethernet.set_destination(MacAddr::from(neighbour.0));
    ethernet.set_source(MacAddr::from(own.0));
    ethernet.set_ethertype(EtherTypes::Ipv6);
    let mut ip = MutableIpv6Packet::new(&mut bytes[ETHERNET..])?;
    ip.set_version(6);
    ip.set_payload_length(u16::try_from(payload.len()).ok()?);
    ip.set_next_header(IpNextHeaderProtocols::Icmpv6);
    ip.set_hop_limit(hops);
    ip.set_source(from);
    ip.set_destination(to);
    let icmp = &mut bytes[ETHERNET + IPV6..];
    icmp.copy_from_slice(payload);
    icmp[0] = kind;
    let sum = checksum(&Icmpv6Packet::new(icmp)?, &from, &to);
    MutableIcmpv6Packet::new(icmp)?.set_checksum(sum);
    Some(bytes)
}
