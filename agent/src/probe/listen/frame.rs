//! A frame as a checked view: Ethernet with its tags skipped, LLC and SNAP, IPv4, IPv6, UDP.
//!
//! What is read here is no more than who speaks to whom; what is said is each protocol's own business.

use std::borrow::Cow;
use std::net::IpAddr;

use daicho_shared::address::Mac;
use daicho_shared::fact::Fact;
use etherparse::LaxIpSlice;

use crate::probe::Heard;

/// Two addresses and a type or length, IEEE 802.3 §3.1.1.
const ADDRESSES: usize = 12;
/// Types that announce a tag of four octets: IEEE 802.1Q §9.6, 802.1ad, and what came before it.
const TAGS: [u16; 3] = [0x8100, 0x88a8, 0x9100];
/// The most tags of one frame that are skipped.
const TAG_LIMIT: usize = 3;
/// A number below this is a length, not a type (IEEE 802.3 §3.2.6).
const FIRST_TYPE: u16 = 0x0600;
const IPV4: u16 = 0x0800;
const IPV6: u16 = 0x86dd;
/// A packet that has it on arrival was not forwarded.
const MOST_HOPS: u8 = u8::MAX;
/// UDP, RFC 768.
const UDP: u8 = 17;
/// Source port, destination port, length, checksum.
const UDP_HEADER: usize = 8;

/// A frame without its tags.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Frame<'f> {
    /// Whom it is for.
    pub(crate) to: Mac,
    /// Who sent it on this link.
    pub(crate) from: Mac,
    /// What it carries.
    pub(crate) content: Content<'f>,
}

/// What a frame carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Content<'f> {
    /// By its type.
    Typed(u16, &'f [u8]),
    /// LLC (IEEE 802.2): destination and source service access points, and the information field.
    Llc(u8, u8, &'f [u8]),
    /// SNAP (IEEE 802): organisation, its protocol, and the data.
    Snap([u8; 3], u16, &'f [u8]),
}

/// An IP packet that is whole, or the beginning of one that the capture cut; never a fragment.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Packet<'f> {
    /// The frame that carried it.
    pub(crate) frame: Frame<'f>,
    /// Who says that he sent it.
    pub(crate) source: IpAddr,
    /// Whom it is for.
    pub(crate) destination: IpAddr,
    /// Time to live, or hop limit.
    pub(crate) hops: u8,
    /// Protocol of the payload.
    pub(crate) protocol: u8,
    /// Transport header and data.
    pub(crate) payload: &'f [u8],
}

/// A UDP datagram.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Datagram<'f> {
    /// The packet that carried it.
    pub(crate) packet: Packet<'f>,
    /// Port it came from.
    pub(crate) from_port: u16,
    /// Port it goes to.
    pub(crate) to_port: u16,
    /// Data.
    pub(crate) data: &'f [u8],
}

/// The frame as if no switch had tagged it.
pub(crate) fn untagged(frame: &[u8]) -> Cow<'_, [u8]> {
    match type_at(frame) {
        Some(at) if at > ADDRESSES => Cow::Owned([&frame[..ADDRESSES], &frame[at..]].concat()),
        _ => Cow::Borrowed(frame),
    }
}

/// Where the type or length stands, behind all tags.
fn type_at(frame: &[u8]) -> Option<usize> {
    let mut at = ADDRESSES;
    for _ in 0..TAG_LIMIT {
        if !TAGS.contains(&word(frame, at)?) {
            break;
        }
        at += 4;
    }
    Some(at).filter(|at| frame.len() >= at + 2)
}

impl<'f> Frame<'f> {
    /// Reads a frame; `None` where it is too short, or nobody in particular sent it.
    pub(crate) fn read(bytes: &'f [u8]) -> Option<Self> {
        let at = type_at(bytes)?;
        let (to, from) = (Mac(*bytes.first_chunk()?), Mac(*bytes[6..].first_chunk()?));
        let kind = word(bytes, at)?;
        let rest = &bytes[at + 2..];
        let content = if kind >= FIRST_TYPE {
            Content::Typed(kind, rest)
        } else {
            llc(rest.get(..usize::from(kind)).unwrap_or(rest))?
        };
        from.is_interface().then_some(Self { to, from, content })
    }

    /// The IP packet in it.
    pub(crate) fn packet(self) -> Option<Packet<'f>> {
        let Content::Typed(IPV4 | IPV6, bytes) = self.content else { return None };
        let (ip, _) = LaxIpSlice::from_slice(bytes).ok()?;
        let (source, destination, hops, payload) = match &ip {
            LaxIpSlice::Ipv4(ip) => {
                let header = ip.header();
                let (from, to) = (header.source_addr().into(), header.destination_addr().into());
                (from, to, header.ttl(), ip.payload().clone())
            }
            LaxIpSlice::Ipv6(ip) => {
                let header = ip.header();
                let (from, to) = (header.source_addr().into(), header.destination_addr().into());
                (from, to, header.hop_limit(), ip.payload().clone())
            }
        };
        let protocol = payload.ip_number.0;
        let whole = !payload.fragmented;
        whole.then_some(Packet { frame: self, source, destination, hops, protocol, payload: payload.payload })
    }

    /// The UDP datagram in it.
    pub(crate) fn datagram(self) -> Option<Datagram<'f>> {
        let packet = self.packet().filter(|packet| packet.protocol == UDP)?;
        let header = packet.payload.get(..UDP_HEADER)?;
        let length = usize::from(word(header, 4)?).max(UDP_HEADER);
        let data = packet.payload.get(UDP_HEADER..length).unwrap_or(&packet.payload[UDP_HEADER..]);
        Some(Datagram { packet, from_port: word(header, 0)?, to_port: word(header, 2)?, data })
    }

    /// What the frame says of its sender, who names no address.
    pub(crate) fn heard(self, facts: Vec<Fact>) -> Heard {
        Heard { address: None, mac: Some(self.from), facts }
    }
}

fn llc(field: &[u8]) -> Option<Content<'_>> {
    match field {
        // Unnumbered information, to and from SNAP.
        [0xaa, 0xaa, 0x03, a, b, c, high, low, data @ ..] => {
            Some(Content::Snap([*a, *b, *c], u16::from_be_bytes([*high, *low]), data))
        }
        [to, from, _, data @ ..] => Some(Content::Llc(*to, *from, data)),
        _ => None,
    }
}

impl Packet<'_> {
    /// It cannot have come through a router, so that the frame's sender is the packet's: no router left
    /// its mark (RFC 5082 §3), or what it comes from or goes to is never forwarded (RFC 919 §7, RFC 5771
    /// §4, RFC 4291 §2.5.6 and §2.7).
    pub(crate) fn stays_on_link(&self) -> bool {
        let never_forwarded = match (self.source, self.destination) {
            (_, IpAddr::V4(to)) => to.is_broadcast() || to.octets()[..3] == [224, 0, 0],
            (IpAddr::V6(from), _) if from.is_unicast_link_local() => true,
            (_, IpAddr::V6(to)) => to.is_unicast_link_local() || to.octets()[0] == 0xff && to.octets()[1] & 0x0f == 2,
        };
        never_forwarded || self.hops == MOST_HOPS
    }

    /// What the packet says of the address that it comes from.
    pub(crate) fn heard(&self, facts: Vec<Fact>) -> Option<Heard> {
        let mac = Some(self.frame.from).filter(|mac| self.stays_on_link() && !mac.is_virtual_router());
        if self.source.is_unspecified() {
            return mac.map(|mac| Heard { address: None, mac: Some(mac), facts });
        }
        let broadcast = matches!(self.source, IpAddr::V4(from) if from.is_broadcast());
        let is_host = !self.source.is_multicast() && !self.source.is_loopback() && !broadcast;
        is_host.then_some(Heard { address: Some(self.source), mac, facts })
    }
}

/// Two octets, most significant first.
pub(crate) fn word(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes(*bytes.get(at..)?.first_chunk()?))
}

/// Four octets, most significant first.
pub(crate) fn long(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(*bytes.get(at..)?.first_chunk()?))
}

/// An address of four or sixteen octets.
pub(crate) fn address(octets: &[u8]) -> Option<IpAddr> {
    let v4 = || <[u8; 4]>::try_from(octets).ok().map(IpAddr::from);
    v4().or_else(|| <[u8; 16]>::try_from(octets).ok().map(IpAddr::from))
}

/// Frames for the tests of others.
#[cfg(test)]
pub(crate) mod made {
    use std::net::SocketAddrV4;

    use super::{IPV4, Mac};

    /// A frame of this type.
    pub(crate) fn typed(from: Mac, to: Mac, kind: u16, data: &[u8]) -> Vec<u8> {
        [&to.0[..], &from.0, &kind.to_be_bytes(), data].concat()
    }

    /// A UDP datagram in IPv4; an address that is not a group goes to everybody's link-layer address.
    pub(crate) fn udp(mac: Mac, from: &str, to: &str, data: &[u8]) -> Vec<u8> {
        let (from, to): (SocketAddrV4, SocketAddrV4) = (from.parse().unwrap(), to.parse().unwrap());
        let length = u16::try_from(8 + data.len()).unwrap();
        let ports = [from.port().to_be_bytes(), to.port().to_be_bytes(), length.to_be_bytes(), [0, 0]].concat();
        ipv4(mac, (from.ip().octets(), to.ip().octets()), (17, 64), &[ports, data.to_vec()].concat())
    }

    /// A UDP datagram to everybody, from and to the same port.
    pub(crate) fn broadcast(port: u16, data: &[u8]) -> Vec<u8> {
        udp(Mac([0, 0x0c, 0x42, 1, 2, 3]), &format!("10.1.0.9:{port}"), &format!("255.255.255.255:{port}"), data)
    }

    /// An IPv4 packet: addresses, protocol and time to live, payload.
    pub(crate) fn ipv4(mac: Mac, (from, to): ([u8; 4], [u8; 4]), (protocol, hops): (u8, u8), data: &[u8]) -> Vec<u8> {
        let length = u16::try_from(20 + data.len()).unwrap().to_be_bytes();
        let head = [0x45, 0, length[0], length[1], 0, 0, 0, 0, hops, protocol, 0, 0];
        typed(mac, Mac::BROADCAST, IPV4, &[&head[..], &from, &to, data].concat())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOST: Mac = Mac([0, 0x80, 0xa3, 1, 2, 3]);

    #[test]
    fn tags_are_skipped() {
        let plain = made::udp(HOST, "10.1.0.9:5353", "224.0.0.251:5353", b"hello");
        let mut tagged = plain.clone();
        tagged.splice(12..12, [0x88, 0xa8, 0, 7, 0x81, 0x00, 0x20, 0x0a]);
        assert_eq!(untagged(&tagged), plain);
        let read = Frame::read(&tagged).and_then(Frame::datagram).unwrap();
        assert_eq!((read.data, read.to_port, read.packet.frame.from), (&b"hello"[..], 5353, HOST));
        assert_eq!(untagged(&plain[..13]), &plain[..13]);
    }

    #[test]
    fn the_padding_of_a_short_frame_is_no_data() {
        let mut frame = made::udp(HOST, "10.1.0.9:1", "224.0.0.251:2", b"hi");
        frame.resize(60, 0xee);
        assert_eq!(Frame::read(&frame).and_then(Frame::datagram).unwrap().data, b"hi");
    }

    #[test]
    fn a_length_is_no_type() {
        let bpdu = made::typed(HOST, Mac([1, 0x80, 0xc2, 0, 0, 0]), 5, &[0x42, 0x42, 3, 1, 2, 0xff, 0xff]);
        assert_eq!(Frame::read(&bpdu).unwrap().content, Content::Llc(0x42, 0x42, &[1, 2]));
    }

    #[test]
    fn only_what_cannot_have_been_forwarded_names_its_sender() {
        for (to, certain) in [("224.0.0.251:5353", true), ("255.255.255.255:67", true), ("239.255.255.250:1900", false)]
        {
            let frame = made::udp(HOST, "10.1.0.9:1", to, b"");
            let heard = Frame::read(&frame).and_then(Frame::packet).unwrap().heard(vec![]).unwrap();
            assert_eq!(heard.mac.is_some(), certain, "{to}");
        }
    }
}
