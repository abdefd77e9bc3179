//! TCP connections by the operating system's own stack: complete, well-formed, and closed properly.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::sync::watch;
use tokio::time::{Instant, timeout};
use tokio_rustls::client::TlsStream;

use daicho_shared::coverage::Outcome;
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
/// So many octets of it: whoever has more to say is not listened to.
const FAREWELL_LIMIT: usize = 16 * 1024;

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

/// Opens a connection and lets a dialogue speak, until it is over or the run is given up.
pub async fn talk(permit: &mut Permit, asked: (u16, Security), dialogue: &mut dyn Dialogue, give_up: GiveUp) -> Ending {
    let (port, security) = asked;
    dialogue.meet(permit.target().address);
    let mut course = Course::new(dialogue, give_up);
    let mut stream = match course.within(open(permit, port)).await {
        Some(Ok(stream)) => stream,
        Some(Err(ending)) => return ending,
        None => return Ending::Silence,
    };
    // However it ended, the dialogue says what it learned.
    let _ = conversation(permit, &mut stream, security, dialogue, &mut course).await;
    let farewell = close(permit, stream).await;
    course.heard.truncate(KEPT);
    let mut reading = dialogue.close();
    let unnatural = match farewell {
        Farewell::Fair => None,
        // Who did not speak the protocol, and goes on when he is left, has no end.
        Farewell::Flooded => (reading.outcome == Some(Outcome::OtherProtocol)).then_some("endless-answer"),
        Farewell::CutOff(how) => Some(how),
    };
    reading.facts.extend(unnatural.map(|how| Fact::Unnatural { how: how.to_owned() }));
    Ending::Read(reading, course.heard)
}

/// Turns true when the run is given up.
pub type GiveUp = watch::Receiver<bool>;

/// What was heard so far, and until when the conversation may last.
struct Course {
    heard: Vec<u8>,
    until: Instant,
    give_up: GiveUp,
}

impl Course {
    fn new(dialogue: &dyn Dialogue, give_up: GiveUp) -> Self {
        Self { heard: vec![], until: tokio::time::Instant::now() + dialogue.patience(), give_up }
    }

    /// What comes out of this in time; `None` when time is up.
    async fn within<T>(&mut self, work: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            biased;
            done = work => Some(done),
            () = tokio::time::sleep_until(self.until) => None,
            Ok(_) = self.give_up.wait_for(|given_up| *given_up) => None,
        }
    }
}

async fn conversation(
    permit: &mut Permit,
    stream: &mut Metered,
    security: Security,
    dialogue: &mut dyn Dialogue,
    course: &mut Course,
) -> io::Result<()> {
    if security == Security::Plain {
        let end = converse(permit, stream, dialogue, None, course).await?;
        if end == End::Over {
            return Ok(());
        }
    }
    talk_inside_tls(permit, stream, dialogue, course).await
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

/// How a connection was left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Farewell {
    /// Closed in both directions, or in ours while the peer had nothing to say.
    Fair,
    /// The peer went on after our end.
    Flooded,
    /// The peer was cut off, and why.
    CutOff(&'static str),
}

/// Closes in both directions. What the peer still says is read: octets that nobody reads would make
/// the kernel reset the connection. Then the kernel has counted every segment, its last one included.
/// A peer that was cut off, or has too much to say, gets no such courtesy.
async fn close(permit: &mut Permit, mut stream: Metered) -> Farewell {
    let mut farewell = Farewell::Fair;
    let mut is_over = false;
    if stream.unnatural().is_none() {
        let _ = timeout(FAREWELL, stream.shutdown()).await;
        tcp_ack::delay(stream.below());
        let left = timeout(FAREWELL, drain(&mut stream)).await;
        is_over = left.is_ok();
        farewell = if left == Ok(0) { Farewell::Flooded } else { farewell };
    }
    farewell = stream.unnatural().map_or(farewell, Farewell::CutOff);
    let sent = match farewell {
        Farewell::Fair => tcp_info::segments_out(stream.below()).map(|sent| sent + u32::from(!is_over)),
        Farewell::Flooded | Farewell::CutOff(_) => stream.cut_off(),
    };
    permit.account(sent.unwrap_or(permit.spent() + CLOSING));
    farewell
}

/// Reads until the peer has closed; how much it may still say then.
async fn drain(stream: &mut Metered) -> usize {
    let mut buffer = [0; 4096];
    let mut left = FAREWELL_LIMIT;
    while let Ok(count @ 1..) = stream.read(&mut buffer).await {
        left = left.saturating_sub(count);
        if left == 0 {
            break;
        }
        tcp_ack::delay(stream.below());
    }
    left
}

async fn talk_inside_tls(
    permit: &mut Permit,
    stream: &mut Metered,
    dialogue: &mut dyn Dialogue,
    course: &mut Course,
) -> io::Result<()> {
    let address = permit.target().address;
    tcp_ack::delay(stream.below());
    let shaken = course.within(super::tls::connect(address, stream)).await;
    let mut inside = shaken.unwrap_or_else(|| Err(io::ErrorKind::TimedOut.into()))?;
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
    course: &mut Course,
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
        let Some(count) = read(stream, &mut buffer, course).await else {
            if let Some(bytes) = dialogue.farewell() {
                say(permit, stream, &bytes).await?;
            }
            return Ok(End::Over);
        };
        tcp_ack::delay(stream.below());
        let count = count?;
        if count == 0 || course.heard.len() + count > OCTETS {
            return Ok(End::Over);
        }
        course.heard.extend_from_slice(&buffer[..count]);
        step = dialogue.hear(&buffer[..count]);
    }
}

/// What comes next; `None` when time is up. A peer that sends in pieces may wait for the acknowledgement
/// of the first one (RFC 896): it gets it when nothing follows at once.
async fn read<S: Wire>(stream: &mut S, buffer: &mut [u8], course: &mut Course) -> Option<io::Result<usize>> {
    if let Ok(count) = timeout(AT_ONCE, stream.read(buffer)).await {
        return Some(count);
    }
    tcp_ack::now(stream.below());
    course.within(stream.read(buffer)).await
}

async fn say<S: Wire>(permit: &mut Permit, stream: &mut S, bytes: &[u8]) -> io::Result<()> {
    permit.spend(1).map_err(io::Error::other)?;
    timeout(SAY_LIMIT, stream.write_all(bytes)).await??;
    timeout(SAY_LIMIT, stream.flush()).await?
}
