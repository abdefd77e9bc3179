//! TCP connections by the operating system's own stack: complete, well-formed, and closed properly.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::{Instant, timeout, timeout_at};
use tokio_rustls::client::TlsStream;

use daicho_shared::fact::Fact;

use super::meter::{Metered, OCTETS};
use super::{ending_of, socket_address, tcp_ack, tcp_info};
use crate::engine::Ending;
use crate::plan::ANSWER_WAIT;
use crate::probe::{Dialogue, Security, Step, TlsPeer};
use crate::scope::Permit;

/// What follows within this time was sent together.
const AT_ONCE: Duration = Duration::from_millis(10);
/// Octets that the peer does not take within this time are not sent.
const SAY_LIMIT: Duration = Duration::from_secs(2);
/// Octets that wait in the kernel: what is under way when a peer is cut off is refused one by one.
const RECEIVE_BUFFER: u32 = 16 * 1024;
/// The most octets of a dialogue that are handed on as evidence.
const KEPT: usize = 4096;
/// What closing costs, where the kernel does not count: our FIN, and the acknowledgement of the peer's.
const CLOSING: u32 = 2;
/// The peer's own FIN, and what it still had to say, are waited for this long.
const FAREWELL: Duration = Duration::from_millis(250);

/// Opens and closes a connection.
pub async fn connect(permit: &mut Permit, port: u16) -> Ending {
    match open(permit, port).await {
        Ok(stream) => {
            close(permit, stream).await;
            Ending::Accepted
        }
        Err(ending) => ending,
    }
}

/// Opens a connection and lets a dialogue speak.
pub async fn talk(permit: &mut Permit, port: u16, security: Security, dialogue: &mut dyn Dialogue) -> Ending {
    dialogue.meet(permit.target().address);
    let mut stream = match open(permit, port).await {
        Ok(stream) => stream,
        Err(ending) => return ending,
    };
    let mut heard = Vec::new();
    let until = Instant::now() + dialogue.patience();
    // However it ended, the dialogue says what it learned.
    let _ = conversation(permit, &mut stream, security, dialogue, (&mut heard, until)).await;
    let unnatural = close(permit, stream).await;
    heard.truncate(KEPT);
    let mut reading = dialogue.close();
    reading.facts.extend(unnatural.map(|how| Fact::Unnatural { how: how.to_owned() }));
    Ending::Read(reading, heard)
}

/// What was heard so far, and until when the conversation may last.
type Course<'h> = (&'h mut Vec<u8>, Instant);

async fn conversation(
    permit: &mut Permit,
    stream: &mut Metered,
    security: Security,
    dialogue: &mut dyn Dialogue,
    (heard, until): Course<'_>,
) -> io::Result<()> {
    if security == Security::Plain {
        let end = converse(permit, stream, dialogue, None, (heard, until)).await?;
        if end == End::Over {
            return Ok(());
        }
    }
    talk_inside_tls(permit, stream, dialogue, (heard, until)).await
}

/// A stream, and the TCP connection below it.
trait Wire: AsyncRead + AsyncWrite + Unpin {
    fn below(&self) -> &TcpStream;
}

impl Wire for Metered {
    fn below(&self) -> &TcpStream {
        Metered::below(self)
    }
}

impl Wire for TlsStream<&mut Metered> {
    fn below(&self) -> &TcpStream {
        self.get_ref().0.below()
    }
}

async fn open(permit: &mut Permit, port: u16) -> Result<Metered, Ending> {
    permit.spend(1).map_err(|error| Ending::Failed(error.to_string()))?;
    let address = socket_address(permit, port);
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() };
    let socket = socket.map_err(|error| Ending::Failed(error.to_string()))?;
    // The handshake's last acknowledgement travels with our first octets, too.
    tcp_ack::delay(&socket);
    // Where the kernel keeps its own size, only a flood costs more.
    let _ = socket.set_recv_buffer_size(RECEIVE_BUFFER);
    // Shorter than the kernel's first retransmission after one second: one SYN, never two.
    match timeout(ANSWER_WAIT, socket.connect(address)).await {
        Ok(Ok(stream)) => Ok(Metered::new(stream)),
        Ok(Err(error)) => Err(ending_of(&error)),
        Err(_) => Err(Ending::Silence),
    }
}

/// Closes in both directions. What the peer still says is read: octets that nobody reads would make
/// the kernel reset the connection. Then the kernel has counted every segment, its last one included.
/// A peer that was cut off gets no such courtesy, and why it was is handed on.
async fn close(permit: &mut Permit, mut stream: Metered) -> Option<&'static str> {
    if stream.unnatural().is_none() {
        let _ = timeout(FAREWELL, stream.shutdown()).await;
        tcp_ack::delay(stream.below());
        let is_over = timeout(FAREWELL, drain(&mut stream)).await.is_ok();
        if stream.unnatural().is_none() {
            let sent = tcp_info::segments_out(stream.below()).map(|sent| sent + u32::from(!is_over));
            permit.account(sent.unwrap_or(permit.spent() + CLOSING));
            return None;
        }
    }
    let how = stream.unnatural();
    permit.account(stream.cut_off().unwrap_or(permit.spent() + CLOSING));
    how
}

async fn drain(stream: &mut Metered) {
    let mut buffer = [0; 4096];
    while let Ok(1..) = stream.read(&mut buffer).await {
        tcp_ack::delay(stream.below());
    }
}

async fn talk_inside_tls(
    permit: &mut Permit,
    stream: &mut Metered,
    dialogue: &mut dyn Dialogue,
    course: Course<'_>,
) -> io::Result<()> {
    let address = permit.target().address;
    tcp_ack::delay(stream.below());
    let mut inside = timeout_at(course.1, super::tls::connect(address, stream)).await.map_err(io::Error::other)??;
    let (certificates, protocol) = super::tls::peer(&inside);
    let peer = TlsPeer { certificates: &certificates, protocol };
    converse(permit, &mut inside, dialogue, Some(peer), course).await.map(drop)
}

/// Why a conversation came to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Over,
    StartTls,
}

async fn converse<S: Wire>(
    permit: &mut Permit,
    stream: &mut S,
    dialogue: &mut dyn Dialogue,
    peer: Option<TlsPeer<'_>>,
    (heard, until): Course<'_>,
) -> io::Result<End> {
    let mut step = dialogue.open(peer);
    tcp_ack::delay(stream.below());
    let mut buffer = [0; 4096];
    loop {
        match step {
            Step::Done => return Ok(End::Over),
            Step::StartTls => return Ok(End::StartTls),
            Step::Listen => {}
            Step::Send(bytes) => say(permit, stream, &bytes).await?,
        }
        let Some(count) = read(stream, &mut buffer, until).await else {
            if let Some(bytes) = dialogue.farewell() {
                say(permit, stream, &bytes).await?;
            }
            return Ok(End::Over);
        };
        tcp_ack::delay(stream.below());
        let count = count?;
        if count == 0 || heard.len() + count > OCTETS {
            return Ok(End::Over);
        }
        heard.extend_from_slice(&buffer[..count]);
        step = dialogue.hear(&buffer[..count]);
    }
}

/// What comes next; `None` when time is up. A peer that sends in pieces may wait for the acknowledgement
/// of the first one (RFC 896): it gets it when nothing follows at once.
async fn read<S: Wire>(stream: &mut S, buffer: &mut [u8], until: Instant) -> Option<io::Result<usize>> {
    if let Ok(count) = timeout_at(until.min(Instant::now() + AT_ONCE), stream.read(buffer)).await {
        return Some(count);
    }
    tcp_ack::now(stream.below());
    timeout_at(until, stream.read(buffer)).await.ok()
}

async fn say<S: Wire>(permit: &mut Permit, stream: &mut S, bytes: &[u8]) -> io::Result<()> {
    permit.spend(1).map_err(io::Error::other)?;
    timeout(SAY_LIMIT, stream.write_all(bytes)).await??;
    timeout(SAY_LIMIT, stream.flush()).await?
}
