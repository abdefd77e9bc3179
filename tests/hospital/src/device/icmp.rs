//! ICMP (RFC 792), `ICMPv6` (RFC 4443) and neighbour discovery (RFC 4861).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use smoltcp::phy::ChecksumCapabilities;
use smoltcp::wire::{
    EthernetAddress, Icmpv4DstUnreachable, Icmpv4Packet, Icmpv4Repr, Icmpv4TimeExceeded, Icmpv6DstUnreachable,
    Icmpv6Packet, Icmpv6Repr, IpProtocol, Ipv4Packet, Ipv4Repr, Ipv6Repr, NdiscNeighborFlags, NdiscRepr,
};

use super::{HOPS, mac_of};
use crate::description::Device;
use crate::frame::Packet;

/// Octets of the offending packet that an error quotes after the header (RFC 792).
const QUOTED: usize = 8;
/// Where an error begins to quote.
const QUOTE: usize = 8;
/// Neighbour discovery is only valid with this hop limit (RFC 4861 §7.1).
const NEIGHBOUR_HOPS: u8 = 255;

/// The answer to an ICMP packet.
pub fn answer_v4(plan: &Device, packet: &Packet) -> Option<Packet> {
    let view = Icmpv4Packet::new_checked(packet.payload.as_slice()).ok()?;
    match Icmpv4Repr::parse(&view, &ChecksumCapabilities::default()).ok()? {
        Icmpv4Repr::EchoRequest { ident, seq_no, data } if !plan.ignores_ping => {
            Some(v4(packet.destination, packet.source, &Icmpv4Repr::EchoReply { ident, seq_no, data }))
        }
        _ => None,
    }
}

/// The answer to an `ICMPv6` packet addressed to the device.
pub fn answer_v6(plan: &Device, packet: &Packet) -> Option<Packet> {
    answer_group(plan, packet, packet.destination)
}

/// The answer to an `ICMPv6` packet, sent to a group or not, from the device's own address.
pub fn answer_group(plan: &Device, packet: &Packet, own: IpAddr) -> Option<Packet> {
    let (IpAddr::V6(from), IpAddr::V6(to), IpAddr::V6(own)) = (packet.source, packet.destination, own) else {
        return None;
    };
    match read_v6(packet, from, to)? {
        Question::Echo { ident, seq_no, data } if !plan.ignores_ping => {
            Some(v6(own, from, HOPS, &Icmpv6Repr::EchoReply { ident, seq_no, data: &data }))
        }
        Question::Neighbour(target) => advertisement(plan, from, target),
        Question::Echo { .. } => None,
    }
}

/// What a neighbour solicitation asks for.
pub fn solicited(packet: &Packet) -> Option<Ipv6Addr> {
    let (IpAddr::V6(from), IpAddr::V6(to)) = (packet.source, packet.destination) else { return None };
    match read_v6(packet, from, to)? {
        Question::Neighbour(target) => Some(target),
        Question::Echo { .. } => None,
    }
}

enum Question {
    Echo { ident: u16, seq_no: u16, data: Vec<u8> },
    Neighbour(Ipv6Addr),
}

fn read_v6(packet: &Packet, from: Ipv6Addr, to: Ipv6Addr) -> Option<Question> {
    let view = Icmpv6Packet::new_checked(packet.payload.as_slice()).ok()?;
    match Icmpv6Repr::parse(&from, &to, &view, &ChecksumCapabilities::default()).ok()? {
        Icmpv6Repr::EchoRequest { ident, seq_no, data } => Some(Question::Echo { ident, seq_no, data: data.to_vec() }),
        Icmpv6Repr::Ndisc(NdiscRepr::NeighborSolicit { target_addr, .. }) if packet.hops == NEIGHBOUR_HOPS => {
            Some(Question::Neighbour(target_addr))
        }
        _ => None,
    }
}

fn advertisement(plan: &Device, to: Ipv6Addr, target: Ipv6Addr) -> Option<Packet> {
    let mac = mac_of(plan, target.into())?;
    let mut flags = NdiscNeighborFlags::OVERRIDE;
    if plan.forwards {
        flags |= NdiscNeighborFlags::ROUTER;
    }
    // An unspecified sender is a duplicate address probe: everybody is told (RFC 4861 §7.2.4).
    let to = if to.is_unspecified() {
        Ipv6Addr::new(0xff02, 0, 0, 0, 0, 0, 0, 1)
    } else {
        flags |= NdiscNeighborFlags::SOLICITED;
        to
    };
    let lladdr = Some(EthernetAddress(mac.0).into());
    let answer = Icmpv6Repr::Ndisc(NdiscRepr::NeighborAdvert { flags, target_addr: target, lladdr });
    Some(v6(target, to, NEIGHBOUR_HOPS, &answer))
}

/// "There is nobody at this port" (RFC 792, RFC 4443 §3.1).
pub fn port_unreachable(packet: &Packet) -> Option<Packet> {
    let data = &packet.payload[..packet.payload.len().min(QUOTED)];
    match (packet.source, packet.destination) {
        (IpAddr::V4(_), IpAddr::V4(own)) => unreachable_v4(packet, own, Icmpv4DstUnreachable::PortUnreachable),
        (IpAddr::V6(to), IpAddr::V6(own)) => {
            let header = Ipv6Repr {
                src_addr: to,
                dst_addr: own,
                next_header: packet.protocol,
                payload_len: packet.payload.len(),
                hop_limit: packet.hops,
            };
            let reason = Icmpv6DstUnreachable::PortUnreachable;
            Some(v6(own, to, HOPS, &Icmpv6Repr::DstUnreachable { reason, header, data }))
        }
        _ => None,
    }
}

/// "There is no way to that network", said by a router.
pub fn network_unreachable(packet: &Packet, router: Ipv4Addr) -> Option<Packet> {
    unreachable_v4(packet, router, Icmpv4DstUnreachable::NetUnreachable)
}

/// "The packet's time is over", said by a router.
pub fn time_exceeded(packet: &Packet, router: Ipv4Addr) -> Option<Packet> {
    let header = quoted_v4(packet)?;
    let data = &packet.payload[..packet.payload.len().min(QUOTED)];
    let answer = Icmpv4Repr::TimeExceeded { reason: Icmpv4TimeExceeded::TtlExpired, header, data };
    Some(quoting(packet.id, v4(router.into(), packet.source, &answer)))
}

fn unreachable_v4(packet: &Packet, own: Ipv4Addr, reason: Icmpv4DstUnreachable) -> Option<Packet> {
    let header = quoted_v4(packet)?;
    let data = &packet.payload[..packet.payload.len().min(QUOTED)];
    Some(quoting(packet.id, v4(own.into(), packet.source, &Icmpv4Repr::DstUnreachable { reason, header, data })))
}

/// The quoted header as it came, with its identification, which smoltcp does not keep.
fn quoting(id: u16, mut error: Packet) -> Packet {
    if let Some(quoted) = error.payload.get_mut(QUOTE..) {
        let mut header = Ipv4Packet::new_unchecked(quoted);
        header.set_ident(id);
        header.fill_checksum();
    }
    Icmpv4Packet::new_unchecked(&mut error.payload[..]).fill_checksum();
    error
}

fn quoted_v4(packet: &Packet) -> Option<Ipv4Repr> {
    let (IpAddr::V4(src_addr), IpAddr::V4(dst_addr)) = (packet.source, packet.destination) else { return None };
    Some(Ipv4Repr {
        src_addr,
        dst_addr,
        next_header: packet.protocol,
        payload_len: packet.payload.len(),
        hop_limit: packet.hops,
    })
}

fn v4(from: IpAddr, to: IpAddr, message: &Icmpv4Repr<'_>) -> Packet {
    let mut payload = vec![0; message.buffer_len()];
    message.emit(&mut Icmpv4Packet::new_unchecked(&mut payload[..]), &ChecksumCapabilities::default());
    Packet { source: from, destination: to, id: 0, hops: HOPS, protocol: IpProtocol::Icmp, payload }
}

fn v6(from: Ipv6Addr, to: Ipv6Addr, hops: u8, message: &Icmpv6Repr<'_>) -> Packet {
    let mut payload = vec![0; message.buffer_len()];
    let mut view = Icmpv6Packet::new_unchecked(&mut payload[..]);
    message.emit(&from, &to, &mut view, &ChecksumCapabilities::default());
    Packet { source: from.into(), destination: to.into(), id: 0, hops, protocol: IpProtocol::Icmpv6, payload }
}
