//! What routers say of a packet that they did not pass on, or passed on (RFC 792, RFC 1812 §4.3).

use std::net::{IpAddr, Ipv4Addr};

use daicho_shared::address::Mac;
use daicho_shared::fact::Fact;

use crate::probe::listen::frame::{Frame, Packet, word};

const ICMP: u8 = 1;
const UNREACHABLE: u8 = 3;
const REDIRECT: u8 = 5;
const TIME_EXCEEDED: u8 = 11;
/// An ICMP header, before what it quotes.
const HEADER: usize = 8;
const IPV4: usize = 20;

/// An ICMP error, and the header that it quotes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Error {
    /// Link-layer address that brought it.
    pub(super) by: Mac,
    /// Who sent it.
    pub(super) from: Ipv4Addr,
    /// Type and code.
    pub(super) kind: (u8, u8),
    /// The better way that a redirect names.
    pub(super) gateway: Option<Ipv4Addr>,
    /// Source, destination, time to live and identification of the packet that it is about.
    pub(super) quoted: Quoted,
}

/// A quoted header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Quoted {
    pub(super) source: Ipv4Addr,
    pub(super) destination: Ipv4Addr,
    pub(super) ttl: u8,
    pub(super) id: u16,
}

impl Error {
    /// Reads a frame; `None` where it is none of the errors of a router.
    pub(super) fn read(frame: &[u8]) -> Option<Self> {
        let packet = Frame::read(frame)?.packet().filter(|packet| packet.protocol == ICMP)?;
        let IpAddr::V4(from) = packet.source else { return None };
        let [kind, code, ..] = *packet.payload.first_chunk::<HEADER>()?;
        let gateway = (kind == REDIRECT).then(|| address(packet.payload, 4)).flatten();
        let known = [UNREACHABLE, REDIRECT, TIME_EXCEEDED].contains(&kind);
        let quoted = quoted(packet.payload.get(HEADER..)?).filter(|_| known)?;
        Some(Self { by: packet.frame.from, from, kind: (kind, code), gateway, quoted })
    }

    /// As a fact about who brought it, of a packet that was sent with this time to live.
    pub(super) fn fact(&self, sent_ttl: u8) -> Fact {
        Fact::Hop {
            sent_ttl,
            destination: self.quoted.destination.into(),
            from: self.from.into(),
            kind: self.kind.0,
            code: self.kind.1,
            quoted_ttl: Some(self.quoted.ttl),
            gateway: self.gateway.map(IpAddr::from),
        }
    }
}

fn quoted(bytes: &[u8]) -> Option<Quoted> {
    let header = bytes.get(..IPV4).filter(|header| header[0] >> 4 == 4)?;
    Some(Quoted {
        source: address(header, 12)?,
        destination: address(header, 16)?,
        ttl: header[8],
        id: word(header, 4)?,
    })
}

fn address(bytes: &[u8], at: usize) -> Option<Ipv4Addr> {
    bytes.get(at..)?.first_chunk::<4>().map(|octets| Ipv4Addr::from(*octets))
}

/// Identification and destination of an IPv4 packet that we sent, and to which link-layer address.
pub(super) fn sent(frame: &[u8]) -> Option<(Mac, Packet<'_>, Quoted)> {
    let read = Frame::read(frame)?;
    let ip = frame.get(14..14 + IPV4)?;
    Some((read.to, read.packet()?, quoted(ip)?))
}
