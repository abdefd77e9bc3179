//! A process that opens nothing any more: no file, and above all no socket.

/// From here on this process has its standard streams and what it holds already. Whatever would open a
/// socket fails: reading old replies again cannot send a packet, by accident or by somebody's design.
#[cfg(unix)]
#[allow(unsafe_code, reason = "the standard library has no call for resource limits")]
pub fn open_nothing_more() -> std::io::Result<()> {
    const STANDARD_STREAMS: libc::rlim_t = 3;
    let limit = libc::rlimit { rlim_cur: STANDARD_STREAMS, rlim_max: STANDARD_STREAMS };
    // SAFETY: the structure lives for the whole call, which only reads it.
    let set = unsafe { libc::setrlimit(libc::RLIMIT_NOFILE, &raw const limit) };
    if set == 0 { Ok(()) } else { Err(std::io::Error::last_os_error()) }
}

/// Other systems have no such limit; nothing in the reading opens a socket there either.
#[cfg(not(unix))]
#[allow(clippy::unnecessary_wraps, reason = "the other half can fail")]
pub fn open_nothing_more() -> std::io::Result<()> {
    Ok(())
}
