//! Is anybody at this routed address that answers no echo? One connection attempt, RFC 9293 §3.5.

use crate::probe::{Audience, Card, Level, Probe, Question, Reading, Reply};

/// The probe. The engine puts its question to routed addresses that kept silent.
#[derive(Debug)]
pub struct TcpPing;

static CARD: Card = Card {
    name: "tcp-ping",
    title: "Are you there? (one connection attempt)",
    title_ja: "存在の確認（TCP接続1回）",
    standard: "RFC 9293 §3.5",
    packets: 4,
    level: Level::Presence,
    may_upset: "as `connect`; never put to a device that is to be treated with care",
    audience: Audience::Everybody,
    why: "presence of devices behind a router that answer no echo",
    why_ja: "pingに答えない機器の存在を確かめるため",
};

impl Probe for TcpPing {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn read(&self, question: &Question, reply: Reply<'_>) -> Reading {
        super::connect::read(question, reply)
    }
}
