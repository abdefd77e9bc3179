//! Is it a remote desktop, how does it want to be spoken to, and who is it? X.224 connection request
//! with a security negotiation (MS-RDPBCGR §2.2.1.1, §2.2.1.2), TLS, and where the server speaks
//! `CredSSP`, the first message of NTLM (MS-CSSP §2.2.1). Nobody logs in.

use daicho_shared::coverage::Outcome;
use daicho_shared::fact::{Fact, Transport};

use super::super::certificate;
use super::ber::{self, element};
use super::ntlm::{self, Challenge};
use super::{open, untold};
use crate::probe::{Audience, Card, Dialogue, Level, Probe, Question, Reading, Security, Step, TlsPeer};

/// The probe.
#[derive(Debug)]
pub struct Rdp;

static CARD: Card = Card {
    name: "rdp",
    title: "Are you a remote desktop, and who are you? (no login)",
    title_ja: "リモートデスクトップの方式・証明書・機器名の確認（ログインしない）",
    standard: "MS-RDPBCGR §2.2.1.1 and §2.2.1.2, MS-CSSP §2.2.1, MS-NLMP §2.2.1",
    packets: 10,
    level: Level::Query,
    may_upset: "the device computes one key exchange; nobody's screen changes",
    audience: Audience::Everybody,
    why: "a way to maintain the device from afar, which names its machine",
    why_ja: "遠隔操作の入口であり、機器の名前とビルド番号も分かるため",
};

const PORT: u16 = 3389;
/// TPKT (RFC 1006 §6), X.224 CR without references, `RDP_NEG_REQ` for TLS and `CredSSP`.
const REQUEST: [u8; 19] = [3, 0, 0, 19, 14, 0xe0, 0, 0, 0, 0, 0, 1, 0, 8, 0, 3, 0, 0, 0];
const CONFIRM: u8 = 0xd0;
const RESPONSE: u8 = 2;
const FAILURE: u8 = 3;
/// Where the negotiation stands in a connection confirm.
const NEGOTIATION: usize = 11;
/// A connection confirm is 11 or 19 octets long.
const CONFIRM_LIMIT: usize = 64;
/// A `TSRequest` with a challenge is far below this.
const LIMIT: usize = 8 * 1024;
const SSL: u32 = 1;
const HYBRID: u32 = 2;
/// MS-RDPBCGR §2.2.1.2.1.
const PROTOCOLS: &[(u32, &str)] =
    &[(0, "rdp"), (SSL, "ssl"), (HYBRID, "hybrid"), (4, "rdstls"), (8, "hybrid-ex"), (16, "rdsaad")];
/// §2.2.1.2.2.
const FAILURES: &[(u32, &str)] = &[
    (1, "ssl-required"),
    (2, "ssl-not-allowed"),
    (3, "ssl-without-certificate"),
    (4, "inconsistent-flags"),
    (5, "hybrid-required"),
    (6, "ssl-with-user-certificate-required"),
];

impl Probe for Rdp {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn speak(&self, port: u16) -> Option<Question> {
        let dialogue = Box::new(Greeting::default());
        (port == PORT).then_some(Question::Stream { port, security: Security::Plain, dialogue })
    }

    #[cfg(test)]
    fn samples(&self) -> Vec<crate::probe::laws::Sample> {
        use crate::probe::laws::{Sample, device};
        let hybrid = [&confirm(HYBRID)[..], &ts_request(&device("windows-2008r2-ntlm-challenge"))].concat();
        vec![Sample::Stream(PORT, hybrid), Sample::Stream(PORT, device("xrdp-0921-rdp"))]
    }
}

#[derive(Debug, Default)]
struct Greeting {
    connected: bool,
    inside: bool,
    heard: Vec<u8>,
    certificate: Vec<Fact>,
}

/// What the server chose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Choice {
    Protocol(u32),
    Failure(u32),
}

impl Dialogue for Greeting {
    fn open(&mut self, tls: Option<TlsPeer<'_>>) -> Step {
        self.connected = true;
        let Some(peer) = tls else { return Step::Send(REQUEST.to_vec()) };
        self.inside = true;
        let own = peer.certificates.first().map(|der| certificate::facts(der, PORT, peer.protocol));
        self.certificate = own.unwrap_or_default();
        match confirmed(&self.heard) {
            Some((Choice::Protocol(HYBRID), _)) => Step::Send(ts_request(&ntlm::negotiate())),
            _ => Step::Done,
        }
    }

    fn hear(&mut self, bytes: &[u8]) -> Step {
        let room = LIMIT.saturating_sub(self.heard.len());
        self.heard.extend(&bytes[..bytes.len().min(room)]);
        match (confirm_length(&self.heard), confirmed(&self.heard)) {
            (Some(length), None) if self.heard.len() < length => Step::Listen,
            (None, _) if self.heard.len() < 4 => Step::Listen,
            (_, Some((_, token))) if self.inside => {
                let is_whole = ber::whole_length(token).is_some_and(|length| token.len() >= length);
                if is_whole || self.heard.len() >= LIMIT { Step::Done } else { Step::Listen }
            }
            (_, Some((Choice::Protocol(SSL | HYBRID), _))) => Step::StartTls,
            _ => Step::Done,
        }
    }

    fn close(&mut self) -> Reading {
        if !self.connected {
            return Reading::of(Outcome::Silent);
        }
        let Some((choice, token)) = confirmed(&self.heard) else { return untold(PORT, !self.heard.is_empty()) };
        let challenge = ntlm::challenge_in(token);
        let told = challenge.iter().flat_map(Challenge::facts);
        let facts = [open(PORT), service(), choice.fact()].into_iter().chain(self.certificate.drain(..)).chain(told);
        Reading::answered(facts.collect())
    }
}

impl Choice {
    fn fact(self) -> Fact {
        let (key, number, names) = match self {
            Self::Protocol(number) => ("security", number, PROTOCOLS),
            Self::Failure(number) => ("refusal", number, FAILURES),
        };
        let name = names.iter().find(|(code, _)| *code == number).map(|(_, name)| (*name).to_owned());
        let value = name.unwrap_or_else(|| number.to_string());
        Fact::Attribute { source: "rdp".to_owned(), key: key.to_owned(), value }
    }
}

fn service() -> Fact {
    Fact::Service {
        transport: Transport::Tcp,
        port: PORT,
        protocol: "rdp".to_owned(),
        product: None,
        version: None,
        banner: None,
    }
}

fn confirm_length(heard: &[u8]) -> Option<usize> {
    let &[3, _, high, low] = heard.first_chunk()? else { return None };
    Some(usize::from(u16::from_be_bytes([high, low]))).filter(|length| (NEGOTIATION..CONFIRM_LIMIT).contains(length))
}

/// What the connection confirm says, and what came after it. One without a negotiation is of a server
/// that knows the oldest security only (§2.2.1.2).
fn confirmed(heard: &[u8]) -> Option<(Choice, &[u8])> {
    let (confirm, rest) = heard.split_at_checked(confirm_length(heard)?)?;
    if confirm[5] != CONFIRM {
        return None;
    }
    let Some(&[kind, _, 8, 0, a, b, c, d]) = confirm.get(NEGOTIATION..) else {
        return Some((Choice::Protocol(0), rest)).filter(|_| confirm.len() == NEGOTIATION);
    };
    let number = u32::from_le_bytes([a, b, c, d]);
    match kind {
        RESPONSE => Some((Choice::Protocol(number), rest)),
        FAILURE => Some((Choice::Failure(number), rest)),
        _ => None,
    }
}

/// MS-CSSP §2.2.1: version 6, and one token.
fn ts_request(token: &[u8]) -> Vec<u8> {
    let version = element(0xa0, &[2, 1, 6]);
    let token = element(0x30, &element(0x30, &element(0xa0, &element(0x04, token))));
    element(0x30, &[version, element(0xa1, &token)].concat())
}

#[cfg(test)]
fn confirm(protocol: u32) -> [u8; 19] {
    let [a, b, c, d] = protocol.to_le_bytes();
    [3, 0, 0, 19, 14, CONFIRM, 0, 0, 0x12, 0x34, 0, RESPONSE, 0x1f, 8, 0, a, b, c, d]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn security(heard: &[u8]) -> Option<Choice> {
        confirmed(heard).map(|(choice, _)| choice)
    }

    #[test]
    fn a_choice_is_read_and_tls_follows_where_it_was_chosen() {
        for (protocol, step) in [(0, Step::Done), (SSL, Step::StartTls), (HYBRID, Step::StartTls), (16, Step::Done)] {
            let mut greeting = Greeting::default();
            greeting.open(None);
            assert_eq!(
                (greeting.hear(&confirm(protocol)), security(&greeting.heard)),
                (step, Some(Choice::Protocol(protocol)))
            );
        }
    }

    #[test]
    fn a_confirm_without_a_choice_is_the_oldest_security() {
        assert_eq!(security(&[3, 0, 0, 11, 6, CONFIRM, 0, 0, 0, 0, 0]), Some(Choice::Protocol(0)));
        let refusal = [3, 0, 0, 19, 14, CONFIRM, 0, 0, 0, 0, 0, FAILURE, 0, 8, 0, 2, 0, 0, 0];
        assert_eq!(security(&refusal), Some(Choice::Failure(2)));
    }

    #[test]
    fn the_first_message_of_ntlm_is_sent_inside_tls_only() {
        let mut greeting = Greeting::default();
        greeting.open(None);
        greeting.hear(&confirm(HYBRID));
        let Step::Send(sent) = greeting.open(Some(TlsPeer { certificates: &[], protocol: "TLS 1.2" })) else {
            panic!()
        };
        // As Microsoft's own client: 30 37 A0 03 02 01 06 A1 30 …
        assert_eq!(&sent[..9], [0x30, 0x37, 0xa0, 3, 2, 1, 6, 0xa1, 0x30]);
        assert_eq!(greeting.hear(&ts_request(b"x")), Step::Done);
    }

    #[test]
    fn another_protocol_is_none() {
        let mut greeting = Greeting::default();
        greeting.open(None);
        assert_eq!(greeting.hear(b"SSH-2.0-x\r\n"), Step::Done);
        assert_eq!(greeting.close().outcome, Some(Outcome::OtherProtocol));
    }
}
