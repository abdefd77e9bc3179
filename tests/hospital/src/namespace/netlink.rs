//! Addresses, routes and link state by rtnetlink (RFC 3549), without any external tool.
//!
//! Four messages of fixed shape: smaller than any crate for it, and none of them is synchronous.

use std::io;
use std::net::Ipv4Addr;
use std::os::fd::{AsRawFd, OwnedFd};

use daicho_shared::address::Mac;
use ipnet::Ipv4Net;
use nix::net::if_::if_nametoindex;
use nix::sys::socket::{AddressFamily, MsgFlags, SockFlag, SockProtocol, SockType, recv, send, socket};

/// Interface index of `lo` in every network namespace.
pub const LOOPBACK: u32 = 1;

const RTM_NEWLINK: u16 = 16;
const RTM_NEWADDR: u16 = 20;
const RTM_NEWROUTE: u16 = 24;
const NLMSG_ERROR: u16 = 2;
const REQUEST_ACK: u16 = 1 | 4;
const CREATE_EXCLUSIVE: u16 = 0x400 | 0x200;
const IFLA_ADDRESS: u16 = 1;
const IFA_ADDRESS: u16 = 1;
const IFA_LOCAL: u16 = 2;
const IFA_BROADCAST: u16 = 4;
const RTA_OIF: u16 = 4;
const RTA_GATEWAY: u16 = 5;
const IFF_UP: u32 = 1;
const AF_INET: u8 = 2;
const TABLE_MAIN: u8 = 254;
const PROTOCOL_BOOT: u8 = 3;
const UNICAST: u8 = 1;

/// The kernel refused, or said something else than yes or no.
#[derive(Debug, thiserror::Error)]
pub enum LinkError {
    /// A system call failed.
    #[error("{doing}: {error}")]
    Refused {
        /// What was attempted.
        doing: &'static str,
        /// Why not.
        error: io::Error,
    },
    /// The answer is no acknowledgement.
    #[error("{0}: unexpected answer of the kernel")]
    Unexpected(&'static str),
}

/// An open rtnetlink socket.
#[derive(Debug)]
pub struct Netlink(OwnedFd);

/// The interface's index.
pub fn index_of(name: &str) -> Result<u32, LinkError> {
    if_nametoindex(name).map_err(|error| refused("find the interface", error))
}

impl Netlink {
    /// Opens a socket.
    pub fn open() -> Result<Self, LinkError> {
        let flags = SockFlag::SOCK_CLOEXEC;
        socket(AddressFamily::Netlink, SockType::Raw, flags, SockProtocol::NetlinkRoute)
            .map(Self)
            .map_err(|error| refused("open netlink", error))
    }

    /// Brings a link up, with this link-layer address if one is given.
    pub fn up(&mut self, index: u32, mac: Option<Mac>) -> Result<(), LinkError> {
        let mut body = vec![0; 4];
        body.extend(index.to_ne_bytes());
        body.extend(IFF_UP.to_ne_bytes());
        body.extend(IFF_UP.to_ne_bytes());
        if let Some(mac) = mac {
            attribute(&mut body, IFLA_ADDRESS, &mac.0);
        }
        self.request("bring the link up", RTM_NEWLINK, 0, &body)
    }

    /// Gives a link an address, and the network that goes with it.
    pub fn add_address(&mut self, index: u32, address: Ipv4Net) -> Result<(), LinkError> {
        let mut body = vec![AF_INET, address.prefix_len(), 0, 0];
        body.extend(index.to_ne_bytes());
        attribute(&mut body, IFA_LOCAL, &address.addr().octets());
        attribute(&mut body, IFA_ADDRESS, &address.addr().octets());
        attribute(&mut body, IFA_BROADCAST, &address.broadcast().octets());
        self.request("add the address", RTM_NEWADDR, CREATE_EXCLUSIVE, &body)
    }

    /// Sends everything else to this next hop.
    pub fn add_default_route(&mut self, index: u32, gateway: Ipv4Addr) -> Result<(), LinkError> {
        let mut body = vec![AF_INET, 0, 0, 0, TABLE_MAIN, PROTOCOL_BOOT, 0, UNICAST, 0, 0, 0, 0];
        attribute(&mut body, RTA_GATEWAY, &gateway.octets());
        attribute(&mut body, RTA_OIF, &index.to_ne_bytes());
        self.request("add the default route", RTM_NEWROUTE, CREATE_EXCLUSIVE, &body)
    }

    fn request(&mut self, doing: &'static str, kind: u16, flags: u16, body: &[u8]) -> Result<(), LinkError> {
        let message = message(kind, REQUEST_ACK | flags, body);
        let socket = self.0.as_raw_fd();
        send(socket, &message, MsgFlags::empty()).map_err(|error| refused(doing, error))?;
        let mut answer = [0; 4096];
        let length = recv(socket, &mut answer, MsgFlags::empty()).map_err(|error| refused(doing, error))?;
        match acknowledgement(&answer[..length]) {
            Some(0) => Ok(()),
            Some(code) => Err(LinkError::Refused { doing, error: io::Error::from_raw_os_error(-code) }),
            None => Err(LinkError::Unexpected(doing)),
        }
    }
}

fn refused(doing: &'static str, error: nix::Error) -> LinkError {
    LinkError::Refused { doing, error: error.into() }
}

fn message(kind: u16, flags: u16, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(16 + body.len()).unwrap_or(u32::MAX);
    let mut message = length.to_ne_bytes().to_vec();
    message.extend(kind.to_ne_bytes());
    message.extend(flags.to_ne_bytes());
    message.extend([0; 8]);
    message.extend(body);
    message
}

fn attribute(body: &mut Vec<u8>, kind: u16, value: &[u8]) {
    let length = u16::try_from(4 + value.len()).unwrap_or(u16::MAX);
    body.extend(length.to_ne_bytes());
    body.extend(kind.to_ne_bytes());
    body.extend(value);
    body.resize(body.len().next_multiple_of(4), 0);
}

/// The error number of an `nlmsgerr`: 0 for an acknowledgement, negative for a refusal.
fn acknowledgement(answer: &[u8]) -> Option<i32> {
    let kind = u16::from_ne_bytes(answer.get(4..6)?.try_into().ok()?);
    let code = answer.get(16..20)?.try_into().ok()?;
    (kind == NLMSG_ERROR).then(|| i32::from_ne_bytes(code))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_are_padded_to_four() {
        let mut body = vec![];
        attribute(&mut body, IFLA_ADDRESS, &[1, 2, 3, 4, 5, 6]);
        assert_eq!(body.len(), 12);
        assert_eq!(u16::from_ne_bytes([body[0], body[1]]), 10);
    }

    #[test]
    fn only_an_error_message_acknowledges() {
        assert_eq!(acknowledgement(&message(NLMSG_ERROR, 0, &(-1_i32).to_ne_bytes())), Some(-1));
        assert_eq!(acknowledgement(&message(RTM_NEWLINK, 0, &[0; 4])), None);
        assert_eq!(acknowledgement(&[0; 3]), None);
    }
}
