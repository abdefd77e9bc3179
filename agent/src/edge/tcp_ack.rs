//! When the kernel acknowledges what came in: `TCP_QUICKACK`, `tcp(7)`. Only a matter of packets: where
//! the kernel does not do as it is told, the conversation is the same.

use std::os::fd::{AsRawFd, RawFd};

/// An acknowledgement waits for our next octets and travels with them. The kernel forgets this now and
/// then, so it is said again after every read.
pub(super) fn delay(socket: &impl AsRawFd) {
    quick(socket.as_raw_fd(), 0);
}

/// What is owed goes now; later ones wait again.
pub(super) fn now(socket: &impl AsRawFd) {
    // Even, and not zero: once (`tcp_sock_set_quickack` of the kernel).
    quick(socket.as_raw_fd(), 2);
}

#[allow(unsafe_code, reason = "the safe wrappers know on and off, but not once")]
fn quick(socket: RawFd, value: libc::c_int) {
    let length = libc::socklen_t::try_from(size_of::<libc::c_int>()).unwrap_or(0);
    // SAFETY: the option reads one int; `value` is one, lives until the call returns, and `length` is its size.
    unsafe {
        libc::setsockopt(socket, libc::IPPROTO_TCP, libc::TCP_QUICKACK, (&raw const value).cast(), length);
    }
}
