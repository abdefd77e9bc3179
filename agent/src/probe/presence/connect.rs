//! Does this TCP port accept a connection? RFC 9293 §3.5; opened, closed, and not one octet sent.

use daicho_shared::coverage::Outcome;
use daicho_shared::fact::{Fact, PortState, Transport};

use crate::probe::{Audience, Card, Level, Probe, Question, Reading, Reply};

/// The probe.
#[derive(Debug)]
pub struct Connect;

static CARD: Card = Card {
    name: "connect",
    title: "Does this port accept a connection?",
    title_ja: "ポートの接続確認（何も送信しない）",
    standard: "RFC 9293 §3.5",
    packets: 4,
    level: Level::Query,
    may_upset: "a service that takes one connection at a time is busy for a moment; some log it",
    audience: Audience::Everybody,
    why: "which services there are tells what the device is",
    why_ja: "開いているポートから機器の種類を知るため",
};

impl Probe for Connect {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn read(&self, question: &Question, reply: Reply<'_>) -> Reading {
        read(question, reply)
    }
}

/// What a connection attempt says: open and closed are both signs of life.
pub(super) fn read(question: &Question, reply: Reply<'_>) -> Reading {
    let Question::Connect { port } = question else { return Reading::of(Outcome::Silent) };
    let state = |state| vec![Fact::Alive, Fact::Port { transport: Transport::Tcp, port: *port, state }];
    match reply {
        Reply::Accepted => Reading::answered(state(PortState::Open)),
        Reply::Refused => Reading { facts: state(PortState::Closed), ..Reading::of(Outcome::Refused) },
        _ => Reading::of(Outcome::Silent),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_a_sign_of_life() {
        let reading = Connect.read(&Question::Connect { port: 104 }, Reply::Refused);
        assert_eq!(reading.outcome, Some(Outcome::Refused));
        assert!(reading.facts.contains(&Fact::Alive));
    }

    #[test]
    fn silence_says_nothing() {
        let reading = Connect.read(&Question::Connect { port: 104 }, Reply::Silence);
        assert_eq!((reading.outcome, reading.facts), (Some(Outcome::Silent), vec![]));
    }
}
