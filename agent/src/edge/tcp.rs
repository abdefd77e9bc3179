//! TCP connections by the operating system's own stack: complete, well-formed, and closed properly.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::{ending_of, socket_address, tcp_info};
use crate::engine::Ending;
use crate::plan::ANSWER_WAIT;
use crate::probe::{Dialogue, Security, Step, TlsPeer};
use crate::scope::Permit;

/// A dialogue takes no longer than this, however slowly the peer speaks.
const DIALOGUE_LIMIT: Duration = Duration::from_secs(5);
/// The most octets that are read from one connection.
const READ_LIMIT: usize = 1 << 16;
/// The most octets of a dialogue that are handed on as evidence.
const KEPT: usize = 4096;
/// What closing costs: our FIN, and the acknowledgement of the peer's.
const CLOSING: u32 = 2;

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
    // However it ended, the dialogue says what it learned.
    let _ = timeout(DIALOGUE_LIMIT, conversation(permit, &mut stream, security, dialogue, &mut heard)).await;
    close(permit, stream).await;
    heard.truncate(KEPT);
    Ending::Read(dialogue.close(), heard)
}

async fn conversation(
    permit: &mut Permit,
    stream: &mut TcpStream,
    security: Security,
    dialogue: &mut dyn Dialogue,
    heard: &mut Vec<u8>,
) -> io::Result<()> {
    if security == Security::Plain {
        delay_acknowledgements(stream);
        let end = converse(permit, stream, dialogue, None, heard, delay_acknowledgements).await?;
        if end == End::Over {
            return Ok(());
        }
    }
    talk_inside_tls(permit, stream, dialogue, heard).await
}

/// An acknowledgement that waits for our next octets travels with them: fewer packets for the device.
/// The kernel forgets this after every read.
fn delay_acknowledgements(stream: &TcpStream) {
    // Only a matter of packets: without it, the conversation is the same.
    let _ = socket2::SockRef::from(stream).set_tcp_quickack(false);
}

async fn open(permit: &mut Permit, port: u16) -> Result<TcpStream, Ending> {
    permit.spend(1).map_err(|error| Ending::Failed(error.to_string()))?;
    // Shorter than the kernel's first retransmission after one second: one SYN, never two.
    match timeout(ANSWER_WAIT, TcpStream::connect(socket_address(permit, port))).await {
        Ok(Ok(stream)) => Ok(stream),
        Ok(Err(error)) => Err(ending_of(&error)),
        Err(_) => Err(Ending::Silence),
    }
}

async fn close(permit: &mut Permit, mut stream: TcpStream) {
    let _ = timeout(Duration::from_millis(100), stream.shutdown()).await;
    let sent = tcp_info::segments_out(&stream).unwrap_or(CLOSING);
    permit.account(sent + CLOSING);
}

async fn talk_inside_tls(
    permit: &mut Permit,
    stream: &mut TcpStream,
    dialogue: &mut dyn Dialogue,
    heard: &mut Vec<u8>,
) -> io::Result<()> {
    let address = permit.target().address;
    let mut inside = super::tls::connect(address, stream).await?;
    let (certificates, protocol) = super::tls::peer(&inside);
    let peer = TlsPeer { certificates: &certificates, protocol };
    converse(permit, &mut inside, dialogue, Some(peer), heard, |_| ()).await.map(drop)
}

/// Why a conversation came to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Over,
    StartTls,
}

async fn converse<S: AsyncRead + AsyncWrite + Unpin>(
    permit: &mut Permit,
    stream: &mut S,
    dialogue: &mut dyn Dialogue,
    peer: Option<TlsPeer<'_>>,
    heard: &mut Vec<u8>,
    after_read: impl Fn(&S),
) -> io::Result<End> {
    let mut step = dialogue.open(peer);
    let mut buffer = [0; 4096];
    loop {
        match step {
            Step::Done => return Ok(End::Over),
            Step::StartTls => return Ok(End::StartTls),
            Step::Listen => {}
            Step::Send(bytes) => {
                permit.spend(1).map_err(io::Error::other)?;
                stream.write_all(&bytes).await?;
                stream.flush().await?;
            }
        }
        let count = stream.read(&mut buffer).await?;
        after_read(stream);
        if count == 0 || heard.len() + count > READ_LIMIT {
            return Ok(End::Over);
        }
        heard.extend_from_slice(&buffer[..count]);
        step = dialogue.hear(&buffer[..count]);
    }
}
