//! Is an `OpenVPN` server there? The protocol's first packet (`OpenVPN` Wire Protocol, "Control channel",
//! `P_CONTROL_HARD_RESET_CLIENT_V2`), by UDP and TCP: a server without tls-auth answers with its own reset.

use std::time::Duration;

use daicho_shared::coverage::Outcome;
use daicho_shared::fact::{Fact, Transport};

use crate::probe::identity::told::{Product, named, open};
use crate::probe::{Audience, Card, Dialogue, Known, Level, Probe, Question, Reading, Reply, Security, Step, TlsPeer};

/// The probe.
#[derive(Debug)]
pub struct Openvpn;

static CARD: Card = Card {
    name: "openvpn",
    title: "Are you an OpenVPN server? (first packet only)",
    title_ja: "OpenVPNサーバの確認（最初の1パケットのみ）",
    standard: "OpenVPN Wire Protocol, P_CONTROL_HARD_RESET_CLIENT_V2",
    packets: 6,
    level: Level::Query,
    may_upset: "a server older than 2.6 waits a minute for the rest of the handshake, repeats its answer some times and logs that it never came",
    audience: Audience::Seeming(&["network", "vpn", "lte-router", "server", "unknown"]),
    why: "a way into the hospital must be known",
    why_ja: "外部からの接続口を漏れなく把握するため",
};

const PORT: u16 = 1194;
const WAIT: Duration = Duration::from_millis(900);
/// Operation code in the upper five bits, key 0 in the lower three.
const RESET_CLIENT: u8 = 7 << 3;
const RESET_SERVER: u8 = 8 << 3;
const SESSION: [u8; 8] = *b"daicho-1";
/// The length before a packet on TCP.
const LENGTH: usize = 2;
/// The longest packet that is read.
const LIMIT: usize = 1500;

impl Probe for Openvpn {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn ask(&self, _known: &Known<'_>) -> Vec<Question> {
        vec![Question::Datagram { port: PORT, payload: request(), wait: WAIT }]
    }

    fn speak(&self, port: u16) -> Option<Question> {
        let dialogue = || Box::new(Asked::default());
        (port == PORT).then(|| Question::Stream { port, security: Security::Plain, dialogue: dialogue() })
    }

    fn read(&self, _question: &Question, reply: Reply<'_>) -> Reading {
        match reply {
            Reply::Datagram(bytes) if is_server(bytes) => Reading::answered(vec![service(Transport::Udp)]),
            Reply::Datagram(_) => Reading::of(Outcome::OtherProtocol),
            Reply::Refused => Reading::of(Outcome::Refused),
            _ => Reading::of(Outcome::Silent),
        }
    }

    #[cfg(test)]
    fn samples(&self) -> Vec<crate::probe::laws::Sample> {
        use crate::probe::laws::{Sample, device};
        let reset = device("openvpn-26-openvpn");
        let length = u16::try_from(reset.len()).unwrap_or(0).to_be_bytes();
        vec![Sample::Stream(PORT, [&length, reset.as_slice()].concat()), Sample::Datagram(reset)]
    }
}

/// Operation, session, no acknowledgements, packet 0.
fn request() -> Vec<u8> {
    [&[RESET_CLIENT], SESSION.as_slice(), &[0; 5]].concat()
}

/// Operation, the server's session, what it acknowledges (our packet 0 of our session), its own number.
fn is_server(bytes: &[u8]) -> bool {
    let Some((head, rest)) = bytes.split_first_chunk::<10>() else { return false };
    let acknowledged = usize::from(head[9]);
    let session = rest.get(acknowledged * 4..acknowledged * 4 + SESSION.len());
    head[0] == RESET_SERVER && acknowledged > 0 && session == Some(SESSION.as_slice())
}

fn service(transport: Transport) -> Fact {
    let product = Product { name: Some("OpenVPN".to_owned()), ..Product::default() };
    named(transport, PORT, "openvpn", product)
}

#[derive(Debug, Default)]
struct Asked {
    connected: bool,
    heard: Vec<u8>,
}

impl Dialogue for Asked {
    fn open(&mut self, _: Option<TlsPeer<'_>>) -> Step {
        self.connected = true;
        let request = request();
        let length = u16::try_from(request.len()).unwrap_or(0).to_be_bytes();
        Step::Send([&length, request.as_slice()].concat())
    }

    fn hear(&mut self, bytes: &[u8]) -> Step {
        let room = LIMIT - self.heard.len();
        self.heard.extend(&bytes[..bytes.len().min(room)]);
        if self.heard.len() >= LIMIT || packet(&self.heard).is_some() { Step::Done } else { Step::Listen }
    }

    fn close(&mut self) -> Reading {
        if !self.connected {
            return Reading::of(Outcome::Silent);
        }
        match packet(&self.heard).filter(|packet| is_server(packet)) {
            Some(_) => Reading::answered(vec![open(PORT), service(Transport::Tcp)]),
            None => Reading { facts: vec![open(PORT)], ..Reading::of(Outcome::OtherProtocol) },
        }
    }
}

/// The first packet of a stream, once it is there.
fn packet(bytes: &[u8]) -> Option<&[u8]> {
    let (length, rest) = bytes.split_first_chunk::<LENGTH>()?;
    rest.get(..usize::from(u16::from_be_bytes(*length)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reset() -> Vec<u8> {
        [&[RESET_SERVER][..], &[9; 8], &[1, 0, 0, 0, 0], &SESSION, &[0; 4]].concat()
    }

    #[test]
    fn only_a_reset_that_acknowledges_ours_is_a_server() {
        assert!(is_server(&reset()));
        let mut other = reset();
        other[15] ^= 1;
        assert!(!is_server(&other));
        assert!(!is_server(&request()));
    }

    #[test]
    fn the_question_is_fourteen_octets() {
        assert_eq!((request().len(), request()[0]), (14, 0x38));
    }
}
