//! Does a connection succeed where nobody listens? One attempt at a port that the IANA keeps reserved
//! (RFC 6335 §6): a host that accepts it accepts everything, and its other open ports say nothing.

use crate::probe::{Audience, Card, Level, Probe, Question, Reading, Reply};

/// The probe. The engine puts its question to devices of which every port asked so far was open.
#[derive(Debug)]
pub struct Control;

/// Reserved by the IANA; no service of any product uses it.
pub const CONTROL_PORT: u16 = 1023;

static CARD: Card = Card {
    name: "control",
    title: "Do you accept a connection where nobody listens?",
    title_ja: "使われないはずのポートまで開いていないかの確認",
    standard: "RFC 9293 §3.5, RFC 6335 §6",
    packets: 1,
    level: Level::Presence,
    may_upset: "nothing known: an ordinary device refuses with one packet",
    audience: Audience::Answering,
    why: "a host that answers everything must not be taken for what it pretends to be",
    why_ja: "何にでも応答する機器を見分け、誤った判定と余計な通信を避けるため",
};

impl Probe for Control {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn read(&self, question: &Question, reply: Reply<'_>) -> Reading {
        super::connect::read(question, reply)
    }
}
