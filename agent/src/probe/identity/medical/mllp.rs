//! Is an HL7 interface listening? Minimal lower layer protocol, HL7 v2.5.1 appendix C §C.4: port open, and silent
//! until somebody else speaks. Nothing is ever sent: a message would be stored, by whoever interprets it.

use std::time::Duration;

use daicho_shared::coverage::Outcome;
use daicho_shared::fact::{Fact, PortState, Transport};
use daicho_shared::text;

use crate::probe::identity::certificate;
use crate::probe::{Audience, Card, Dialogue, Level, Probe, Question, Reading, Security, Step, TlsPeer};

/// The probe.
#[derive(Debug)]
pub struct Mllp;

static CARD: Card = Card {
    name: "mllp",
    title: "Is an HL7 interface listening? (connected for a second, nothing is sent)",
    title_ja: "HL7（MLLP）ポートの確認（1秒接続するだけで、何も送信しない）",
    standard: "HL7 v2.5.1 appendix C §C.4",
    packets: 5,
    level: Level::Verify,
    may_upset: "an interface engine may log a connection without a message",
    audience: Audience::Everybody,
    why: "an HL7 interface is part of the hospital's clinical data",
    why_ja: "診療データを受け渡す装置を知るため",
};

const PLAIN: &[u16] = &[2575, 6661];
/// Known to be MLLP inside TLS: the handshake shows the certificate, and nothing is said inside.
const TLS: &[u16] = &[12575];
/// How long is listened.
const PATIENCE: Duration = Duration::from_secs(1);
/// The most octets that are read.
const LIMIT: usize = 256;

impl Probe for Mllp {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn speak(&self, port: u16) -> Option<Question> {
        let security = match port {
            _ if PLAIN.contains(&port) => Security::Plain,
            _ if TLS.contains(&port) => Security::Tls,
            _ => return None,
        };
        let dialogue = Box::new(Ear { port, security, connected: false, heard: vec![], certificate: vec![] });
        Some(Question::Stream { port, security, dialogue })
    }
}

/// Listens.
#[derive(Debug)]
struct Ear {
    port: u16,
    security: Security,
    connected: bool,
    heard: Vec<u8>,
    certificate: Vec<Fact>,
}

impl Dialogue for Ear {
    fn open(&mut self, tls: Option<TlsPeer<'_>>) -> Step {
        self.connected = true;
        let Some(peer) = tls else { return Step::Listen };
        let own = peer.certificates.first().map(|der| certificate::facts(der, self.port, peer.protocol));
        self.certificate = own.unwrap_or_default();
        Step::Done
    }

    fn hear(&mut self, bytes: &[u8]) -> Step {
        let room = LIMIT - self.heard.len();
        self.heard.extend(&bytes[..bytes.len().min(room)]);
        if self.heard.len() < LIMIT { Step::Listen } else { Step::Done }
    }

    fn patience(&self) -> Duration {
        PATIENCE
    }

    fn close(&mut self) -> Reading {
        let mut facts = vec![Fact::Port { transport: Transport::Tcp, port: self.port, state: PortState::Open }];
        facts.append(&mut self.certificate);
        if !self.connected || !self.heard.is_empty() {
            // A handshake failed, or somebody speaks first: whatever this is, it is no MLLP listener.
            facts.extend((!self.heard.is_empty()).then(|| attribute("greeting", text::bounded_bytes(&self.heard))));
            return Reading { facts, ..Reading::of(Outcome::OtherProtocol) };
        }
        facts.extend((self.security == Security::Plain).then(|| attribute("silent", "yes".to_owned())));
        Reading::answered(facts)
    }
}

fn attribute(key: &str, value: String) -> Fact {
    Fact::Attribute { source: "mllp".to_owned(), key: key.to_owned(), value }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ear() -> Ear {
        Ear { port: 2575, security: Security::Plain, connected: false, heard: vec![], certificate: vec![] }
    }

    #[test]
    fn silence_is_what_an_interface_says() {
        let mut ear = ear();
        assert_eq!(ear.open(None), Step::Listen);
        let reading = ear.close();
        assert_eq!((reading.outcome, reading.facts.len()), (Some(Outcome::Answered), 2));
    }

    #[test]
    fn who_speaks_first_is_no_listener() {
        let mut ear = ear();
        ear.open(None);
        assert_eq!(ear.hear(b"login: "), Step::Listen);
        assert_eq!(ear.close().outcome, Some(Outcome::OtherProtocol));
    }
}
