//! UDP (RFC 768): datagrams to services, and "nobody here" for the rest.

use std::net::IpAddr;

use smoltcp::phy::ChecksumCapabilities;
use smoltcp::wire::{IpProtocol, UDP_HEADER_LEN, UdpPacket, UdpRepr};

use super::{HOPS, icmp};
use crate::description::Device;
use crate::frame::Packet;
use crate::service::{Asked, Services, answers_to_group};

/// The answers to a datagram addressed to the device.
pub fn answer(plan: &Device, services: &mut Services, packet: &Packet) -> Vec<Packet> {
    let Some((header, data)) = parse(packet) else { return vec![] };
    let asked = Asked { port: header.dst_port, from_port: header.src_port, group: false, own: packet.destination };
    let Some(said) = services.datagram(plan, &asked, &data) else {
        let refuses = !plan.firewalled;
        return refuses.then(|| icmp::port_unreachable(packet)).flatten().into_iter().collect();
    };
    said.into_iter().map(|data| datagram(packet.destination, packet.source, header, &data)).collect()
}

/// The answers to a datagram sent to a group, from the device's own address to its sender.
pub fn answer_group(plan: &Device, services: &mut Services, packet: &Packet, own: IpAddr) -> Vec<Packet> {
    let Some((header, data)) = parse(packet) else { return vec![] };
    let asked = Asked { port: header.dst_port, from_port: header.src_port, group: true, own };
    let Some(said) = services.datagram(plan, &asked, &data) else { return vec![] };
    // Who has no address yet is answered with a broadcast (RFC 2131 §4.1).
    let nobody = packet.source.is_unspecified();
    let to = if nobody || answers_to_group(&asked, &data) { packet.destination } else { packet.source };
    said.into_iter().map(|data| datagram(own, to, header, &data)).collect()
}

fn parse(packet: &Packet) -> Option<(UdpRepr, Vec<u8>)> {
    let view = UdpPacket::new_checked(packet.payload.as_slice()).ok()?;
    let (from, to) = (packet.source.into(), packet.destination.into());
    let header = UdpRepr::parse(&view, &from, &to, &ChecksumCapabilities::default()).ok()?;
    Some((header, view.payload().to_vec()))
}

/// A datagram back: the ports of `asked` change places.
fn datagram(from: IpAddr, to: IpAddr, asked: UdpRepr, data: &[u8]) -> Packet {
    let header = UdpRepr { src_port: asked.dst_port, dst_port: asked.src_port };
    let mut payload = vec![0; UDP_HEADER_LEN + data.len()];
    header.emit(
        &mut UdpPacket::new_unchecked(&mut payload[..]),
        &from.into(),
        &to.into(),
        data.len(),
        |buffer| buffer.copy_from_slice(data),
        &ChecksumCapabilities::default(),
    );
    let hops = if to.is_multicast() { 255 } else { HOPS };
    Packet { source: from, destination: to, id: 0, hops, protocol: IpProtocol::Udp, payload }
}
