//! A TCP connection that knows what it has cost. Every octet that comes in is acknowledged, and an
//! acknowledgement is a packet: a peer that sends without end, or one octet a second, is cut off.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::Instant;

use super::tcp_info;

/// The most octets that are read from one connection.
pub(super) const OCTETS: usize = 1 << 16;
/// The most segments that are sent on one connection. The longest honest conversation, a device
/// description of 48 kB, takes 22.
const SEGMENTS: u32 = 28;
/// So few octets, after so long a pause, are a drip; so many drips are too slow for any device.
const DRIP_OCTETS: usize = 4;
const DRIP_PAUSE: Duration = Duration::from_millis(400);
const DRIPS: u8 = 3;

/// A connection, and what it has cost so far.
#[derive(Debug)]
pub(super) struct Metered {
    stream: TcpStream,
    octets: usize,
    drips: u8,
    last: Instant,
    unnatural: Option<&'static str>,
}

impl Metered {
    /// A new connection.
    pub(super) fn new(stream: TcpStream) -> Self {
        Self { stream, octets: 0, drips: 0, last: tokio::time::Instant::now(), unnatural: None }
    }

    /// The connection itself.
    pub(super) fn below(&self) -> &TcpStream {
        &self.stream
    }

    /// Why it was cut off, if it was.
    pub(super) fn unnatural(&self) -> Option<&'static str> {
        self.unnatural
    }

    /// Cuts the connection off: the peer is told by one segment, and hears nothing more.
    pub(super) fn cut_off(self) -> Option<u32> {
        let sent = tcp_info::segments_out(&self.stream);
        // Where the kernel refuses, it closes in its own time; nothing else changes.
        let _ = socket2::SockRef::from(&self.stream).set_linger(Some(Duration::ZERO));
        sent.map(|sent| sent + 1)
    }

    /// Octets came; an error when that is enough.
    fn count(&mut self, octets: usize) -> io::Result<()> {
        let now = tokio::time::Instant::now();
        let pause = now.saturating_duration_since(std::mem::replace(&mut self.last, now));
        self.octets += octets;
        self.drips += u8::from(octets <= DRIP_OCTETS && pause >= DRIP_PAUSE);
        let segments = tcp_info::segments_out(&self.stream).unwrap_or(0);
        self.unnatural = match () {
            () if self.drips >= DRIPS => Some("too-slow"),
            () if self.octets > OCTETS || segments > SEGMENTS => Some("endless-answer"),
            () => return Ok(()),
        };
        Err(io::Error::other("the peer answers as no device does"))
    }
}

impl AsyncRead for Metered {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        match Pin::new(&mut self.stream).poll_read(context, buffer) {
            Poll::Ready(Ok(())) => match buffer.filled().len() - before {
                0 => Poll::Ready(Ok(())),
                octets => Poll::Ready(self.count(octets)),
            },
            other => other,
        }
    }
}

impl AsyncWrite for Metered {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, octets: &[u8]) -> Poll<io::Result<usize>> {
        self.last = tokio::time::Instant::now();
        Pin::new(&mut self.stream).poll_write(context, octets)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
