//! Is this PostgreSQL, and which certificate does it show? `SSLRequest` (PostgreSQL Frontend/Backend
//! Protocol, "Message Formats"): one octet comes back. No `StartupMessage` is sent: it would be logged
//! as a failed login, and the version is told only to those who have logged in.

use daicho_shared::coverage::Outcome;
use daicho_shared::fact::{Fact, Transport};

use crate::probe::identity::certificate;
use crate::probe::identity::told::{Product, attribute, named, open};
use crate::probe::{Audience, Card, Dialogue, Level, Probe, Question, Reading, Security, Step, TlsPeer};

/// The probe.
#[derive(Debug)]
pub struct Postgresql;

static CARD: Card = Card {
    name: "postgresql",
    title: "Do you speak PostgreSQL, with which certificate? (no login)",
    title_ja: "PostgreSQLの確認と証明書の取得（ログインしない）",
    standard: "PostgreSQL Frontend/Backend Protocol 3.0, SSLRequest",
    packets: 9,
    level: Level::Query,
    may_upset: "nothing is logged by default: a client that goes away after SSLRequest is no failed login; with log_connections, one line",
    audience: Audience::Everybody,
    why: "one octet proves the database; its certificate names the machine",
    why_ja: "1オクテットの応答でDBと分かり、証明書で機器名が分かるため",
};

const PORT: u16 = 5432;
/// Length 8, code 1234 and 5679.
const SSL_REQUEST: [u8; 8] = [0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f];
const WILLING: u8 = b'S';
const UNWILLING: u8 = b'N';
/// `ErrorResponse`: a server older than `SSLRequest`, or one that has no room.
const ERROR: u8 = b'E';

impl Probe for Postgresql {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn speak(&self, port: u16) -> Option<Question> {
        let dialogue = || Box::new(Asked::default());
        (port == PORT).then(|| Question::Stream { port, security: Security::Plain, dialogue: dialogue() })
    }

    #[cfg(test)]
    fn samples(&self) -> Vec<crate::probe::laws::Sample> {
        use crate::probe::laws::{Sample, device};
        vec![Sample::Stream(PORT, device("postgresql-15-postgresql")), Sample::Stream(PORT, vec![UNWILLING])]
    }
}

#[derive(Debug, Default)]
struct Asked {
    connected: bool,
    answer: Option<u8>,
    certificate: Vec<Fact>,
}

impl Dialogue for Asked {
    fn open(&mut self, peer: Option<TlsPeer<'_>>) -> Step {
        self.connected = true;
        let Some(peer) = peer else { return Step::Send(SSL_REQUEST.to_vec()) };
        let own = peer.certificates.first().map(|der| certificate::facts(der, PORT, peer.protocol));
        self.certificate = own.into_iter().flatten().collect();
        Step::Done
    }

    fn hear(&mut self, bytes: &[u8]) -> Step {
        let first = bytes.first().copied();
        self.answer = self.answer.or(first);
        match self.answer {
            Some(WILLING) => Step::StartTls,
            Some(_) => Step::Done,
            None => Step::Listen,
        }
    }

    fn close(&mut self) -> Reading {
        if !self.connected {
            return Reading::of(Outcome::Silent);
        }
        let tls = match self.answer {
            Some(WILLING) => "offered",
            Some(UNWILLING) => "none",
            Some(ERROR) => "unknown",
            _ => return Reading { facts: vec![open(PORT)], ..Reading::of(Outcome::OtherProtocol) },
        };
        let product = Product { name: Some("PostgreSQL".to_owned()), ..Product::default() };
        let facts =
            vec![open(PORT), named(Transport::Tcp, PORT, "postgresql", product), attribute("postgresql", "tls", tls)];
        Reading::answered([facts, std::mem::take(&mut self.certificate)].concat())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_willing_server_is_asked_for_its_certificate_and_an_unwilling_one_is_left() {
        for (answer, step) in [(WILLING, Step::StartTls), (UNWILLING, Step::Done), (ERROR, Step::Done)] {
            let mut asked = Asked::default();
            assert_eq!(asked.open(None), Step::Send(SSL_REQUEST.to_vec()));
            assert_eq!(asked.hear(&[answer]), step);
            assert_eq!(asked.close().outcome, Some(Outcome::Answered));
        }
    }

    #[test]
    fn another_protocol_is_no_database() {
        let mut asked = Asked::default();
        asked.open(None);
        assert_eq!(asked.hear(b"HTTP/1.1 400"), Step::Done);
        assert_eq!(asked.close().outcome, Some(Outcome::OtherProtocol));
    }
}
