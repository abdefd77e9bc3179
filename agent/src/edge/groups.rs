//! All groups on a link, `packet(7)`: LLDP, CDP or spanning tree go to groups that nobody joins, and
//! an interface drops what it did not join. Nothing is sent for it, unlike joining by IGMP.

use std::io;
use std::os::fd::AsRawFd;

use anyhow::Context;
use socket2::{Domain, Socket, Type};

use super::interfaces;

/// Hears all groups for as long as it lives.
#[derive(Debug)]
pub(super) struct AllGroups {
    _socket: Socket,
}

impl AllGroups {
    /// Joins. The socket is bound to no protocol: no frame comes by it.
    pub(super) fn join(interface: &str) -> anyhow::Result<Self> {
        let socket = Socket::new(Domain::PACKET, Type::RAW, None).context("no packet socket")?;
        let index = i32::try_from(interfaces::index_of(interface)).context("no such interface")?;
        membership(&socket, index).with_context(|| format!("{interface}: cannot hear all groups"))?;
        Ok(Self { _socket: socket })
    }
}

#[allow(unsafe_code, reason = "setsockopt has no safe wrapper for packet sockets")]
fn membership(socket: &Socket, index: i32) -> io::Result<()> {
    let kind = u16::try_from(libc::PACKET_MR_ALLMULTI).map_err(io::Error::other)?;
    let request = libc::packet_mreq { mr_ifindex: index, mr_type: kind, mr_alen: 0, mr_address: [0; 8] };
    let length = libc::socklen_t::try_from(size_of::<libc::packet_mreq>()).map_err(io::Error::other)?;
    // SAFETY: the request is ours and lives through the call, and `length` is its size.
    let result = unsafe {
        libc::setsockopt(
            socket.as_raw_fd(),
            libc::SOL_PACKET,
            libc::PACKET_ADD_MEMBERSHIP,
            (&raw const request).cast(),
            length,
        )
    };
    if result == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}
