//! The operating system: one thing a file. The only place with `unsafe`, and the only clock.
//!
//! Whatever sends takes a [`crate::scope::Permit`] and spends it first.

pub mod capture;
pub mod clock;
pub mod echo;
mod groups;
pub mod held;
pub mod interfaces;
pub mod link;
mod meter;
pub mod pcap;
pub mod sealed;
pub mod snmp;
pub mod tcp;
mod tcp_ack;
mod tcp_info;
pub mod tls;
pub mod udp;

use std::net::{IpAddr, SocketAddr, SocketAddrV6};

use crate::engine::Ending;
use crate::scope::Permit;

/// Where a permit's target is reached at a port; a link-local address with its interface's number.
fn socket_address(permit: &Permit, port: u16) -> SocketAddr {
    let target = permit.target();
    match target.address {
        IpAddr::V4(_) => SocketAddr::new(target.address, port),
        IpAddr::V6(address) => {
            let index = target.interface.as_deref().filter(|_| address.is_unicast_link_local());
            let scope = index.map_or(0, interfaces::index_of);
            SocketAddr::V6(SocketAddrV6::new(address, port, 0, scope))
        }
    }
}

/// What an error of the operating system means for a question.
fn ending_of(error: &std::io::Error) -> Ending {
    use std::io::ErrorKind as Kind;
    match error.kind() {
        Kind::ConnectionRefused | Kind::ConnectionReset => Ending::Refused,
        Kind::TimedOut | Kind::HostUnreachable => Ending::Silence,
        _ => Ending::Failed(error.to_string()),
    }
}
