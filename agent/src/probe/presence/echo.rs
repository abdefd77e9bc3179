//! Is anybody at this routed address? ICMP echo, RFC 792 and RFC 4443 §4.1.

use daicho_shared::coverage::Outcome;
use daicho_shared::fact::Fact;

use crate::probe::{Audience, Card, Level, Probe, Question, Reading, Reply};

/// The probe. The engine puts its question to routed addresses.
#[derive(Debug)]
pub struct Echo;

static CARD: Card = Card {
    name: "echo",
    title: "Are you there? (one echo request)",
    title_ja: "存在の確認（ICMPエコー1回）",
    standard: "RFC 792, RFC 4443 §4.1",
    packets: 1,
    level: Level::Presence,
    may_upset: "nothing known",
    audience: Audience::Everybody,
    why: "presence of devices behind a router",
    why_ja: "ルータの先の機器の存在を確かめるため",
};

impl Probe for Echo {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn read(&self, _question: &Question, reply: Reply<'_>) -> Reading {
        match reply {
            Reply::Accepted => Reading::answered(vec![Fact::Alive]),
            Reply::Refused => Reading::of(Outcome::Refused),
            _ => Reading::of(Outcome::Silent),
        }
    }
}
