//! Capture files of the lab, read as far as the tests ask: who sent what to whom.

use std::fmt;
use std::fs;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::path::Path;

/// The scanner on the LAN.
const SCANNER: Ipv4Addr = Ipv4Addr::new(10, 77, 0, 5);
const SCANNER_MAC: [u8; 6] = [0x02, 0x77, 0, 0, 0, 5];
/// Its link-local address follows from its MAC (RFC 4291 appendix A).
const SCANNER_LINK_LOCAL: Ipv6Addr = Ipv6Addr::new(0xfe80, 0, 0, 0, 0x77, 0xff, 0xfe00, 5);

/// <https://www.tcpdump.org/linktypes.html>: Ethernet, and IP without anything below.
const ETHERNET: u32 = 1;
pub(super) const ARP: u16 = 0x0806;
const IPV4: u16 = 0x0800;
const IPV6: u16 = 0x86dd;
const ICMP: u8 = 1;
const ICMPV6: u8 = 58;

/// One captured frame.
pub(super) struct Frame {
    /// Seconds since 1970.
    pub(super) seconds: f64,
    /// The Ethernet header, or nothing where the line has none.
    pub(super) link: Vec<u8>,
    /// What follows it.
    pub(super) body: Vec<u8>,
    /// What the body is (IEEE 802.3 clause 3.2.6).
    pub(super) kind: u16,
}

/// All frames of a file in the old pcap format, as tcpdump writes it on this machine.
///
/// # Panics
/// Where the file is none.
pub(super) fn read(path: &Path) -> Vec<Frame> {
    let file = fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let number = |at: usize| u32::from_le_bytes(file[at..at + 4].try_into().unwrap());
    assert_eq!(number(0), 0xa1b2_c3d4, "{} is a capture in this machine's order", path.display());
    let ethernet = number(20) == ETHERNET;
    let (mut at, mut frames) = (24, vec![]);
    while at + 16 <= file.len() {
        let length = number(at + 8) as usize;
        let seconds = f64::from(number(at)) + f64::from(number(at + 4)) / 1e6;
        let Some(octets) = file.get(at + 16..at + 16 + length) else { break };
        frames.push(Frame::new(seconds, octets, ethernet));
        at += 16 + length;
    }
    frames
}

impl Frame {
    fn new(seconds: f64, octets: &[u8], ethernet: bool) -> Self {
        let (link, body) = octets.split_at(if ethernet { 14.min(octets.len()) } else { 0 });
        let bare = if body.first().is_some_and(|first| first >> 4 == 6) { IPV6 } else { IPV4 };
        let kind = link.get(12..14).map_or(bare, |kind| u16::from_be_bytes([kind[0], kind[1]]));
        Self { seconds, link: link.to_vec(), body: body.to_vec(), kind }
    }

    /// Who sent it on this line.
    fn ethernet_source(&self) -> Option<[u8; 6]> {
        self.link.get(6..12)?.try_into().ok()
    }

    /// The sender that an ARP message names.
    fn arp_sender(&self) -> Option<Ipv4Addr> {
        (self.kind == ARP).then(|| address(&self.body, 14)).flatten()
    }

    /// Source and destination, IPv4.
    pub(super) fn ipv4(&self) -> Option<(Ipv4Addr, Ipv4Addr)> {
        (self.kind == IPV4).then(|| Some((address(&self.body, 12)?, address(&self.body, 16)?))).flatten()
    }

    /// Source and destination, IPv6.
    pub(super) fn ipv6(&self) -> Option<(Ipv6Addr, Ipv6Addr)> {
        let part = |at: usize| Some(Ipv6Addr::from(<[u8; 16]>::try_from(self.body.get(at..at + 16)?).ok()?));
        (self.kind == IPV6).then(|| Some((part(8)?, part(24)?))).flatten()
    }

    /// Of IPv4 without options, as everything that the agent sends: its protocol, and what follows.
    pub(super) fn carried(&self) -> Option<(u8, &[u8])> {
        match self.kind {
            IPV4 => Some((*self.body.get(9)?, self.body.get(20..)?)),
            IPV6 => Some((*self.body.get(6)?, self.body.get(40..)?)),
            _ => None,
        }
    }

    /// The scanner sent it.
    pub(super) fn is_from_scanner(&self) -> bool {
        self.ethernet_source() == Some(SCANNER_MAC)
    }
}

impl fmt::Debug for Frame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let head = &self.body[..self.body.len().min(48)];
        write!(f, "{:.6} {} {}", self.seconds, hex::encode(&self.link), hex::encode(head))
    }
}

pub(super) fn address(body: &[u8], at: usize) -> Option<Ipv4Addr> {
    Some(Ipv4Addr::from(<[u8; 4]>::try_from(body.get(at..at + 4)?).ok()?))
}

/// RFC 5737: addresses that belong to nobody.
pub(super) fn is_test_net(address: Ipv4Addr) -> bool {
    matches!(address.octets(), [192, 0, 2, _] | [198, 51, 100, _] | [203, 0, 113, _])
}

/// What a router says of somebody's packet: an answer, and not sent by us.
fn is_icmp_error(frame: &Frame) -> bool {
    frame.carried().is_some_and(|(protocol, rest)| protocol == ICMP && matches!(rest.first(), Some(3 | 5 | 11)))
}

/// RFC 4861: two neighbours who ask for each other.
fn is_neighbour_talk(frame: &Frame) -> bool {
    frame.carried().is_some_and(|(protocol, rest)| protocol == ICMPV6 && matches!(rest.first(), Some(135 | 136)))
}

/// On a line behind: something that the scanner sent or caused. Its own addresses, a destination that belongs
/// to nobody, or any packet for one host: of themselves, the lab's hosts speak there to everybody only.
pub(super) fn is_ours(frame: &Frame) -> bool {
    let ipv4 = frame.ipv4().is_some_and(|(source, destination)| {
        let to_one = !destination.is_multicast() && !destination.is_broadcast() && destination.octets()[3] != 255;
        !is_icmp_error(frame) && (source == SCANNER || is_test_net(destination) || to_one)
    });
    let ipv6 = frame.ipv6().is_some_and(|(source, destination)| {
        source == SCANNER_LINK_LOCAL || (!destination.is_multicast() && !is_neighbour_talk(frame))
    });
    frame.is_from_scanner() || frame.arp_sender() == Some(SCANNER) || ipv4 || ipv6
}
