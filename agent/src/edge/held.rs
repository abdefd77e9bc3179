//! UDP ports that are kept open and never read: what is answered there is read from the link. Without a socket, the
//! kernel would refuse the answer, and send that refusal to whatever address the answer came from.

use std::collections::BTreeSet;
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};

use socket2::{Domain, Protocol, Socket, Type};

use crate::probe::uplink::{ASKING_PORT, DHCP_CLIENT_PORT, RIP_PORT};

/// The ports are open for as long as it lives.
#[derive(Debug)]
pub struct HeldPorts {
    sockets: Vec<UdpSocket>,
    ports: BTreeSet<u16>,
}

impl HeldPorts {
    /// Opens what can be opened: a low port needs a privilege, and another program may have it already, which
    /// serves as well.
    pub fn hold() -> Self {
        let mut held = Self { sockets: vec![], ports: BTreeSet::new() };
        for port in [DHCP_CLIENT_PORT, RIP_PORT, ASKING_PORT] {
            match open(port) {
                Ok(socket) => held.sockets.push(socket),
                Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => {}
                Err(_) => continue,
            }
            held.ports.insert(port);
        }
        held
    }

    /// The ports that are open, by us or by somebody else.
    pub fn ports(&self) -> &BTreeSet<u16> {
        &self.ports
    }
}

/// It keeps no more than one answer.
fn open(port: u16) -> std::io::Result<UdpSocket> {
    let socket = Socket::new(Domain::IPV4, Type::DGRAM, Some(Protocol::UDP))?;
    socket.set_recv_buffer_size(0)?;
    socket.bind(&SocketAddr::from((Ipv4Addr::UNSPECIFIED, port)).into())?;
    Ok(socket.into())
}
