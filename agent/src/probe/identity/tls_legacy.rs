//! Which certificate does a device show that speaks TLS 1.0 to 1.2 with suites no library offers any
//! more? One hand-made `ClientHello` (RFC 2246 §7.4.1.2, RFC 5246), and the server's answer in clear.

use daicho_shared::coverage::Outcome;
use daicho_shared::fact::{Fact, PortState, Transport};
use tls_parser::{TlsMessage, TlsMessageHandshake, parse_tls_message_handshake};

use super::certificate;
use crate::probe::{Audience, Card, Dialogue, Level, Probe, Question, Reading, Security, Step, TlsPeer};

/// The probe. Its question follows a handshake that failed.
#[derive(Debug)]
pub struct TlsLegacy;

static CARD: Card = Card {
    name: "tls-legacy",
    title: "Which certificate do you show to an old client?",
    title_ja: "旧式TLS（1.0以降）の証明書の確認",
    standard: "RFC 2246 §7.4, RFC 5246 §7.4",
    packets: 10,
    level: Level::Query,
    may_upset: "the device logs one handshake that was broken off",
    audience: Audience::Everybody,
    why: "the certificate of devices too old for TLS 1.2",
    why_ja: "TLS 1.2以前の古い機器の証明書を読むため",
};

/// TLS record header: type, version, length (RFC 5246 §6.2.1).
const HEADER: usize = 5;
const HANDSHAKE: u8 = 22;
/// The longest record (RFC 5246 §6.2.3: 2^14 + 2048).
const RECORD_LIMIT: usize = (1 << 14) + 2048;
/// The most handshake octets that are kept.
const LIMIT: usize = 64 * 1024;

/// RSA, DHE and ECDHE with AES, 3DES and RC4: what devices of the last twenty years offer.
const SUITES: &[u16] = &[
    0xc02f, 0xc030, 0xc027, 0xc028, 0xc013, 0xc014, 0xc012, 0xc011, 0xc009, 0xc00a, 0x009c, 0x009d, 0x003c, 0x003d,
    0x002f, 0x0035, 0x000a, 0x0005, 0x0004, 0x0033, 0x0039, 0x0016, 0x0067, 0x006b,
];

impl Probe for TlsLegacy {
    fn card(&self) -> &'static Card {
        &CARD
    }
}

/// The question for one port.
pub(super) fn question(port: u16) -> Question {
    let dialogue = Box::new(Hello { port, connected: false, raw: vec![], handshake: vec![] });
    Question::Stream { port, security: Security::Plain, dialogue }
}

#[derive(Debug)]
struct Hello {
    port: u16,
    connected: bool,
    raw: Vec<u8>,
    handshake: Vec<u8>,
}

impl Dialogue for Hello {
    fn open(&mut self, _: Option<TlsPeer<'_>>) -> Step {
        self.connected = true;
        Step::Send(client_hello())
    }

    fn hear(&mut self, bytes: &[u8]) -> Step {
        self.raw.extend(bytes);
        let enough = !self.take_records() || self.handshake.len() > LIMIT || self.certificate().is_some();
        if enough { Step::Done } else { Step::Listen }
    }

    fn close(&mut self) -> Reading {
        if !self.connected {
            return Reading::of(Outcome::Silent);
        }
        let open = Fact::Port { transport: Transport::Tcp, port: self.port, state: PortState::Open };
        let Some((version, der)) = self.certificate() else {
            return Reading { facts: vec![open], ..Reading::of(Outcome::OtherProtocol) };
        };
        let facts = certificate::facts(&der, self.port, version_name(version));
        Reading::answered([vec![open], facts].concat())
    }
}

impl Hello {
    /// Moves whole handshake records over; `false` when something else came.
    fn take_records(&mut self) -> bool {
        while let Some(header) = self.raw.get(..HEADER) {
            let length = usize::from(u16::from_be_bytes([header[3], header[4]]));
            if header[0] != HANDSHAKE || header[1] != 3 || length > RECORD_LIMIT {
                return false;
            }
            if self.raw.len() < HEADER + length {
                return true;
            }
            let record: Vec<u8> = self.raw.drain(..HEADER + length).collect();
            self.handshake.extend(&record[HEADER..]);
        }
        true
    }

    /// The version and the leaf certificate, once both are there.
    fn certificate(&self) -> Option<(u16, Vec<u8>)> {
        let mut rest = self.handshake.as_slice();
        let mut version = None;
        while let Ok((after, TlsMessage::Handshake(message))) = parse_tls_message_handshake(rest) {
            match message {
                TlsMessageHandshake::ServerHello(hello) => version = Some(hello.version.0),
                TlsMessageHandshake::Certificate(chain) => {
                    return Some((version?, chain.cert_chain.first()?.data.to_vec()));
                }
                _ => {}
            }
            rest = after;
        }
        None
    }
}

fn version_name(version: u16) -> &'static str {
    match version {
        0x0300 => "SSL 3.0",
        0x0301 => "TLS 1.0",
        0x0302 => "TLS 1.1",
        0x0303 => "TLS 1.2",
        _ => "TLS",
    }
}

/// Record version 3.1, hello version 3.3: old servers choose lower, none is confused.
fn client_hello() -> Vec<u8> {
    let suites: Vec<u8> = SUITES.iter().flat_map(|suite| suite.to_be_bytes()).collect();
    // Supported groups P-256, P-384, P-521, and uncompressed points (RFC 8422 §5.1).
    let extensions: &[u8] = &[0, 10, 0, 8, 0, 6, 0, 23, 0, 24, 0, 25, 0, 11, 0, 2, 1, 0];
    let mut body = vec![3, 3];
    // The random is never used for a key: the handshake is not finished.
    body.extend([0x44; 32]);
    body.push(0);
    body.extend(length16(suites.len()));
    body.extend(suites);
    body.extend([1, 0]);
    body.extend(length16(extensions.len()));
    body.extend(extensions);
    let mut record = vec![HANDSHAKE, 3, 1];
    record.extend(length16(body.len() + 4));
    record.extend([1, 0]);
    record.extend(length16(body.len()));
    record.extend(body);
    record
}

fn length16(length: usize) -> [u8; 2] {
    u16::try_from(length).unwrap_or(u16::MAX).to_be_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hello_is_well_formed() {
        let bytes = client_hello();
        let (rest, record) = tls_parser::parse_tls_plaintext(&bytes).unwrap();
        assert!(rest.is_empty());
        let TlsMessage::Handshake(TlsMessageHandshake::ClientHello(hello)) = &record.msg[0] else { panic!() };
        assert_eq!(hello.ciphers.len(), SUITES.len());
    }

    #[test]
    fn the_certificate_of_a_tls_1_0_server_is_read() {
        let text = include_str!("../../../../tests/devices/openssl-tls10-old-tls.hex");
        let bytes = hex::decode(text.lines().filter(|line| !line.starts_with('#')).collect::<String>()).unwrap();
        let mut hello = Hello { port: 443, connected: false, raw: vec![], handshake: vec![] };
        hello.open(None);
        hello.hear(&bytes);
        let reading = hello.close();
        assert!(
            matches!(&reading.facts[1], Fact::Certificate { protocol, .. } if protocol == "TLS 1.0"),
            "{reading:?}"
        );
    }

    #[test]
    fn an_alert_is_an_answer_without_a_certificate() {
        let mut hello = Hello { port: 443, connected: false, raw: vec![], handshake: vec![] };
        hello.open(None);
        assert_eq!(hello.hear(&[21, 3, 1, 0, 2, 2, 70]), Step::Done);
        assert_eq!(hello.close().outcome, Some(Outcome::OtherProtocol));
    }
}
