//! How many packets a connection really sent: `TCP_INFO`, `tcp(7)`.

use std::os::fd::{AsRawFd, RawFd};

/// Offset of `tcpi_segs_out` in the kernel's `struct tcp_info` (linux/tcp.h, since Linux 4.2).
const SEGMENTS_OUT: usize = 136;
const LENGTH: usize = 192;

/// Segments sent so far, acknowledgements included; `None` where the kernel does not say.
pub(super) fn segments_out(socket: &impl AsRawFd) -> Option<u32> {
    let info = tcp_info(socket.as_raw_fd())?;
    let word = info.get(SEGMENTS_OUT..SEGMENTS_OUT + 4)?;
    Some(u32::from_ne_bytes(word.try_into().ok()?))
}

#[allow(unsafe_code, reason = "getsockopt has no safe wrapper that returns the kernel's newer fields")]
fn tcp_info(socket: RawFd) -> Option<Vec<u8>> {
    let mut buffer = [0u8; LENGTH];
    let mut length = libc::socklen_t::try_from(LENGTH).ok()?;
    // SAFETY: the buffer is ours and `length` is its size; the kernel writes at most that much.
    let result = unsafe {
        libc::getsockopt(socket, libc::IPPROTO_TCP, libc::TCP_INFO, buffer.as_mut_ptr().cast(), &raw mut length)
    };
    (result == 0).then(|| buffer[..(length as usize).min(LENGTH)].to_vec())
}
