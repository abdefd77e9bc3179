//! Does the `WireGuard` port behave as `WireGuard` does? It answers nobody whose key it does not know
//! (`WireGuard` white paper §5.1), so that there is nothing to read: only a port that keeps silent on a
//! host that refuses its other closed ports. That is said, and no more.

use std::time::Duration;

use daicho_shared::coverage::Outcome;

use crate::probe::identity::told::attribute;
use crate::probe::{Audience, Card, Known, Level, Probe, Question, Reading, Reply};

/// The probe.
#[derive(Debug)]
pub struct Wireguard;

static CARD: Card = Card {
    name: "wireguard",
    title: "Does your WireGuard port keep silent where others refuse? (empty datagrams)",
    title_ja: "WireGuard用ポートだけが無応答かの確認（空のデータグラム）",
    standard: "RFC 1122 §4.1.3.1, WireGuard: Next Generation Kernel Network Tunnel §5.1",
    packets: 1,
    level: Level::Query,
    may_upset: "nothing known: an empty datagram is discarded",
    audience: Audience::Seeming(&["network", "vpn", "lte-router", "server", "unknown"]),
    why: "a way into the hospital must be known",
    why_ja: "外部からの接続口を漏れなく把握するため",
};

const PORT: u16 = 51820;
/// Ports on which nothing listens, asked in this order when the first kept silent.
///
/// Two, one right after the other: hosts answer about one such question a second (RFC 1812 §4.3.2.8). Who
/// refuses both had an answer to spare for the first question, too, and its silence was meant.
const CONTROLS: [u16; 2] = [51823, 51827];
const WAIT: Duration = Duration::from_millis(900);

impl Probe for Wireguard {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn ask(&self, _known: &Known<'_>) -> Vec<Question> {
        vec![question(PORT)]
    }

    fn read(&self, asked: &Question, reply: Reply<'_>) -> Reading {
        let Question::Datagram { port, .. } = asked else { return Reading::default() };
        let follow = |port| Reading { follow: vec![question(port)], ..Reading::default() };
        match (*port, reply) {
            (PORT, Reply::Silence) => Reading { outcome: Some(Outcome::Silent), ..follow(CONTROLS[0]) },
            (port, Reply::Refused) if port == CONTROLS[0] => {
                Reading { outcome: Some(Outcome::Refused), ..follow(CONTROLS[1]) }
            }
            (port, Reply::Refused) if port == CONTROLS[1] => {
                let silent = attribute("wireguard", "silent-port", format!("udp/{PORT}"));
                Reading { facts: vec![silent], ..Reading::of(Outcome::Refused) }
            }
            (_, Reply::Refused) => Reading::of(Outcome::Refused),
            (_, Reply::Datagram(_)) => Reading::of(Outcome::OtherProtocol),
            _ => Reading::of(Outcome::Silent),
        }
    }
}

fn question(port: u16) -> Question {
    Question::Datagram { port, payload: vec![], wait: WAIT }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is said of a host that meets the three questions so; `true` is a refusal.
    fn told(refuses: [bool; 3]) -> Vec<daicho_shared::fact::Fact> {
        let (mut facts, mut asked) = (vec![], vec![question(PORT)]);
        for refused in refuses {
            let Some(question) = asked.pop() else { break };
            let reading = Wireguard.read(&question, if refused { Reply::Refused } else { Reply::Silence });
            facts.extend(reading.facts);
            asked = reading.follow;
        }
        facts
    }

    #[test]
    fn silence_is_told_only_where_both_other_ports_are_refused() {
        assert_eq!(told([false, true, true]), [attribute("wireguard", "silent-port", "udp/51820")]);
        for other in [[true, true, true], [false, false, true], [false, true, false], [false, false, false]] {
            assert_eq!(told(other), []);
        }
    }
}
