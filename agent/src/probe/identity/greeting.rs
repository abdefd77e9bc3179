//! What does the service say by itself? FTP (RFC 959 §5.4), SMTP (RFC 5321 §4.3.1), Telnet (RFC 854),
//! VNC (RFC 6143 §7.1.1), MySQL and other services that speak first. Nothing is sent.

use daicho_shared::coverage::Outcome;
use daicho_shared::fact::{Fact, PortState, Transport};
use daicho_shared::text;

use crate::probe::{Audience, Card, Dialogue, Level, Probe, Question, Reading, Security, Step, TlsPeer};

/// The probe.
#[derive(Debug)]
pub struct Greeting;

static CARD: Card = Card {
    name: "greeting",
    title: "What do you say first? (nothing is sent)",
    title_ja: "接続時のあいさつ文の確認（何も送信しない）",
    standard: "RFC 959 §5.4, RFC 5321 §4.3.1, RFC 854, RFC 6143 §7.1.1",
    packets: 6,
    level: Level::Query,
    may_upset: "as `connect`",
    audience: Audience::Everybody,
    why: "what a service says by itself names its product",
    why_ja: "サービスが自分から名乗る製品名を読むため",
};

/// The most octets of a greeting that are read.
const LIMIT: usize = 512;
const TELNET: u16 = 23;
/// "Interpret as command", RFC 854.
const IAC: u8 = 255;

/// Ports whose services speak first.
const SPEAKERS: &[(u16, &str)] = &[
    (21, "ftp"),
    (TELNET, "telnet"),
    (25, "smtp"),
    (110, "pop3"),
    (873, "rsync"),
    (902, "vmware-auth"),
    (3306, "mysql"),
    (5900, "vnc"),
];

impl Probe for Greeting {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn speak(&self, port: u16) -> Option<Question> {
        let (_, protocol) = SPEAKERS.iter().find(|(speaker, _)| *speaker == port)?;
        let dialogue = Box::new(Listener { port, protocol, connected: false, heard: vec![] });
        Some(Question::Stream { port, security: Security::Plain, dialogue })
    }
}

#[derive(Debug)]
struct Listener {
    port: u16,
    protocol: &'static str,
    connected: bool,
    heard: Vec<u8>,
}

impl Dialogue for Listener {
    fn open(&mut self, _: Option<TlsPeer<'_>>) -> Step {
        self.connected = true;
        Step::Listen
    }

    fn hear(&mut self, bytes: &[u8]) -> Step {
        let room = LIMIT - self.heard.len();
        self.heard.extend(&bytes[..bytes.len().min(room)]);
        let is_whole = self.heard.len() >= LIMIT || (self.port != TELNET && self.heard.contains(&b'\n'));
        if is_whole { Step::Done } else { Step::Listen }
    }

    fn close(&mut self) -> Reading {
        if !self.connected {
            return Reading::of(Outcome::Silent);
        }
        let mut facts = vec![Fact::Port { transport: Transport::Tcp, port: self.port, state: PortState::Open }];
        let first_line = readable(&self.heard);
        if !first_line.is_empty() {
            facts.push(self.service(first_line));
        }
        Reading::answered(facts)
    }
}

impl Listener {
    fn service(&self, banner: String) -> Fact {
        Fact::Service {
            transport: Transport::Tcp,
            port: self.port,
            protocol: self.protocol.to_owned(),
            product: None,
            version: None,
            banner: Some(banner),
        }
    }
}

/// The greeting up to its first line break, Telnet commands left out.
fn readable(bytes: &[u8]) -> String {
    let mut text = Vec::new();
    let mut rest = bytes.iter();
    while let Some(&byte) = rest.next() {
        match byte {
            IAC => {
                // A command and its option: two more octets.
                rest.next();
                rest.next();
            }
            b'\r' | b'\n' if text.iter().any(|byte: &u8| byte.is_ascii_alphanumeric()) => break,
            _ => text.push(byte),
        }
    }
    text::bounded_bytes(&text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_is_the_banner() {
        assert_eq!(readable(b"220 ProFTPD Server ready\r\nmore"), "220 ProFTPD Server ready");
    }

    #[test]
    fn telnet_negotiation_is_not_text() {
        assert_eq!(readable(&[255, 253, 1, 255, 251, 3, b'\r', b'\n', b'C', b'T', b' ', b'1', b'\n']), "CT 1");
    }
}
