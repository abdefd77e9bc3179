//! Who stands behind TLS, and what does the start page call itself? TLS 1.2 and 1.3 (RFC 5246,
//! RFC 8446): certificate, and on web ports one GET inside the same connection.

use std::net::IpAddr;

use daicho_shared::coverage::Outcome;
use daicho_shared::fact::{Fact, PortState, Transport};

use super::http::{authority, next, web};
use super::page::{Page, request};
use super::{certificate, tls_legacy};
use crate::probe::{Audience, Card, Dialogue, Level, Probe, Question, Reading, Security, Step, TlsPeer};

/// The probe.
#[derive(Debug)]
pub struct Https;

static CARD: Card = Card {
    name: "https",
    title: "Which certificate do you show, and what does your start page call itself?",
    title_ja: "TLS証明書とWeb画面の題名の確認",
    standard: "RFC 8446, RFC 5246, RFC 9110",
    packets: 10,
    level: Level::Query,
    may_upset: "the device computes one key exchange; an old one may log a failed handshake",
    audience: Audience::Everybody,
    why: "the certificate names the device",
    why_ja: "証明書に機器の名前が書かれているため",
};

const WEB: &[u16] = &[443, 5001, 8006, 8443, 9443];
const OTHERS: &[u16] = &[636, 993, 5671, 60443];

impl Probe for Https {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn speak(&self, port: u16) -> Option<Question> {
        let speaks = WEB.contains(&port) || OTHERS.contains(&port);
        speaks.then(|| Question::Stream { port, security: Security::Tls, dialogue: Box::new(Handshake::new(port)) })
    }
}

#[derive(Debug)]
struct Handshake {
    port: u16,
    host: String,
    facts: Vec<Fact>,
    met: bool,
    page: Page,
}

impl Handshake {
    fn new(port: u16) -> Self {
        Self { port, host: String::new(), facts: vec![], met: false, page: Page::default() }
    }
}

impl Dialogue for Handshake {
    fn meet(&mut self, address: IpAddr) {
        self.host = authority(address, self.port, Security::Tls);
    }

    fn open(&mut self, peer: Option<TlsPeer<'_>>) -> Step {
        self.met = true;
        self.facts = vec![Fact::Port { transport: Transport::Tcp, port: self.port, state: PortState::Open }];
        if let Some(peer) = peer {
            let own = peer.certificates.first().map(|der| certificate::facts(der, self.port, peer.protocol));
            self.facts.extend(own.into_iter().flatten());
        }
        if WEB.contains(&self.port) { Step::Send(request(&self.host, "/")) } else { Step::Done }
    }

    fn hear(&mut self, bytes: &[u8]) -> Step {
        if self.page.hear_head(bytes) { Step::Done } else { Step::Listen }
    }

    /// A port that accepted a connection and no modern handshake may speak an old version, which is
    /// asked for once, by hand.
    fn close(&mut self) -> Reading {
        if !self.met {
            let follow = vec![tls_legacy::question(self.port)];
            let facts = vec![Fact::Port { transport: Transport::Tcp, port: self.port, state: PortState::Open }];
            return Reading { outcome: Some(Outcome::OtherProtocol), facts, follow };
        }
        let mut facts = std::mem::take(&mut self.facts);
        facts.extend(web(&self.page, self.port, true).into_iter().flatten());
        let follow = next(&self.page, self.port, Security::Tls);
        Reading { follow: follow.into_iter().collect(), ..Reading::answered(facts) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_handshake_asks_for_the_old_versions_once() {
        let reading = Handshake::new(443).close();
        assert_eq!(reading.outcome, Some(Outcome::OtherProtocol));
        assert!(matches!(reading.follow.as_slice(), [Question::Stream { security: Security::Plain, port: 443, .. }]));
    }
}
