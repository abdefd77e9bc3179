//! Does this device pass packets on? One echo request to its link-layer address, addressed to nowhere, that may not
//! go further (time to live 1): a router says that its time is over, a host says nothing (RFC 1812 §5.3.1, RFC 1122 §3.2.1.1).
//!
//! The answer is ours when it quotes our identification and destination, and comes from that link-layer address. A
//! firewall does not hide it: the time to live is looked at before its rules are.

use std::net::IpAddr;
use std::time::Duration;

use daicho_shared::coverage::Outcome;
use daicho_shared::fact::Fact;

use super::icmp::{self, Error};
use super::packet::{Way, echo, nowhere, scrambled};
use crate::probe::{Audience, Card, Heard, Known, Level, Probe, Question, Reading, Reply};

/// The probe.
#[derive(Debug)]
pub struct Forwarding;

/// The same in the second pass, to who kept silent.
#[derive(Debug)]
pub struct ForwardingAgain;

static CARD: Card = Card {
    name: "forwarding",
    title: "Do you pass packets on? (one echo to nowhere, time to live 1)",
    title_ja: "中継の確認（宛先のないエコー1回、隣までしか届かない）",
    standard: "RFC 1812 §5.3.1, RFC 792",
    packets: 1,
    level: Level::Passage,
    may_upset: "nothing known: a host drops what is not addressed to it",
    audience: Audience::Everybody,
    why: "whoever passes packets on may lead out of this network",
    why_ja: "パケットを中継する機器は、外への出口になりうるため",
};

static AGAIN: Card = Card {
    name: "forwarding-again",
    title: "Do you pass packets on? (once more, after silence)",
    title_ja: "中継の再確認（無応答だった機器に、もう一度だけ）",
    level: Level::Query,
    audience: Audience::Answering,
    why: "a router answers so many of these in a second, and no more: one silence is no proof",
    why_ja: "ルータは1秒間に返す数を制限しており、1回の無応答では判断できないため",
    ..CARD
};

/// A router answers one of these a second to one asker (Linux `icmp_ratelimit`): the next may go after that.
pub(super) const WAIT: Duration = Duration::from_millis(1100);
const IDENTIFIER: u16 = 0x4441;
const DATA: [u8; 7] = *b"daicho?";
const FIRST: u8 = 0;
const SECOND: u8 = 1;
pub(super) const LAST_HOP: u8 = 1;

impl Probe for Forwarding {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn ask(&self, known: &Known<'_>) -> Vec<Question> {
        once(known, FIRST)
    }

    fn answer(&self, sent: &[u8], frame: &[u8]) -> Option<Heard> {
        hop(sent, frame)
    }

    fn read(&self, _question: &Question, reply: Reply<'_>) -> Reading {
        ended(reply)
    }

    #[cfg(test)]
    fn samples(&self) -> Vec<crate::probe::laws::Sample> {
        vec![crate::probe::laws::Sample::Exchange(tests::asked(self), tests::exceeded(self))]
    }
}

impl Probe for ForwardingAgain {
    fn card(&self) -> &'static Card {
        &AGAIN
    }

    fn ask(&self, known: &Known<'_>) -> Vec<Question> {
        if known.facts.iter().any(is_hop) { vec![] } else { once(known, SECOND) }
    }

    fn answer(&self, sent: &[u8], frame: &[u8]) -> Option<Heard> {
        hop(sent, frame)
    }

    fn read(&self, _question: &Question, reply: Reply<'_>) -> Reading {
        ended(reply)
    }

    #[cfg(test)]
    fn samples(&self) -> Vec<crate::probe::laws::Sample> {
        vec![crate::probe::laws::Sample::Exchange(tests::asked(self), tests::exceeded(self))]
    }
}

/// One frame, where it is looked for at all.
fn once(known: &Known<'_>, purpose: u8) -> Vec<Question> {
    let frame = if known.setup.uplink.search { question(known, LAST_HOP, purpose) } else { None };
    frame.map(|bytes| Question::Exchange { bytes, wait: WAIT }).into_iter().collect()
}

/// Whether anything came.
pub(super) fn ended(reply: Reply<'_>) -> Reading {
    Reading::of(if matches!(reply, Reply::Told(_)) { Outcome::Answered } else { Outcome::Silent })
}

fn is_hop(fact: &Fact) -> bool {
    matches!(fact, Fact::Hop { .. })
}

/// It says by itself that it passes packets on, and nobody changed what we sent.
pub(super) fn forwards(known: &Known<'_>) -> bool {
    known.facts.iter().any(|fact| {
        matches!(fact, Fact::Hop { sent_ttl: LAST_HOP, from, quoted_ttl: Some(0 | LAST_HOP), .. }
            if *from == known.target.address)
    })
}

/// An echo request to nowhere through a neighbour; its data ends with the length of our network's prefix. `None` off the link, and for who has no IPv4 address.
pub(super) fn question(known: &Known<'_>, ttl: u8, purpose: u8) -> Option<Vec<u8>> {
    let (link, mac) = (known.link?, known.target.mac?);
    let IpAddr::V4(address) = known.target.address else { return None };
    let network = link.ipv4()?;
    let own = network.addr();
    if !link.contains(address.into()) || mac.is_group() {
        return None;
    }
    let number = scrambled(known.seed, &[&mac.0[..], &[ttl, purpose]].concat());
    let [_, _, _, _, _, _, high, low] = number.to_be_bytes();
    let way = Way {
        macs: (link.mac, mac),
        addresses: (own, nowhere(number)),
        ttl,
        id: u16::from_be_bytes([high, low]).max(1),
    };
    echo(way, (IDENTIFIER, u16::from(ttl)), &[&DATA[..], &[network.prefix_len()]].concat())
}

/// What a router says of this very frame of ours.
pub(super) fn hop(sent: &[u8], frame: &[u8]) -> Option<Heard> {
    let (error, (to, _, ours)) = (Error::read(frame)?, icmp::sent(sent)?);
    let quoted = error.quoted;
    let about_it = (quoted.id, quoted.destination, quoted.source) == (ours.id, ours.destination, ours.source);
    (about_it && error.by == to).then(|| Heard { address: None, mac: Some(to), facts: vec![error.fact(ours.ttl)] })
}

#[cfg(test)]
pub(super) mod tests {
    use std::collections::BTreeSet;
    use std::net::Ipv4Addr;

    use daicho_shared::address::Mac;
    use daicho_shared::observation::Target;

    use super::*;
    use crate::probe::Link;
    use crate::probe::listen::frame::made;

    pub(in super::super) const ROUTER: Mac = Mac([0, 0x80, 0xa3, 1, 2, 3]);
    pub(in super::super) const SCANNER: Mac = Mac([2, 0, 0, 0, 0, 5]);

    /// What a probe asks of the router at 10.1.0.9, of which this is known.
    pub(in super::super) fn ask(probe: &dyn Probe, facts: &[Fact], setup: &crate::probe::Setup) -> Vec<Vec<u8>> {
        let link = Link::new("lan0", SCANNER, vec!["10.1.0.5/24".parse().unwrap()]);
        let target = Target { address: [10, 1, 0, 9].into(), mac: Some(ROUTER), interface: Some("lan0".into()) };
        let open = BTreeSet::new();
        let known = Known { on_link: true, link: Some(&link), facts, setup, seed: 7, ..Known::of(&target, &open) };
        let frames = probe.ask(&known).into_iter().map(|question| match question {
            Question::Exchange { bytes, .. } => bytes,
            other => panic!("{other:?}"),
        });
        frames.collect()
    }

    pub(super) fn asked(probe: &dyn Probe) -> Vec<u8> {
        let mut frames = ask(probe, &[], &crate::probe::Setup::default());
        assert_eq!(frames.len(), 1);
        frames.remove(0)
    }

    /// An ICMP error about a frame of ours, as the kernel of a router makes it.
    pub(in super::super) fn error(sent: &[u8], from: [u8; 4], kind: (u8, u8), quoted_ttl: u8) -> Vec<u8> {
        let mut message = vec![kind.0, kind.1, 0, 0, 0, 0, 0, 0];
        message.extend(&sent[14..]);
        message[8 + 8] = quoted_ttl;
        let mut frame = made::ipv4(ROUTER, (from, [10, 1, 0, 5]), (1, 64), &message);
        frame[..6].copy_from_slice(&SCANNER.0);
        frame
    }

    pub(super) fn exceeded(probe: &dyn Probe) -> Vec<u8> {
        error(&asked(probe), [10, 1, 0, 9], (11, 0), 1)
    }

    fn facts(sent: &[u8], frame: &[u8]) -> Vec<Fact> {
        Forwarding.answer(sent, frame).map(|heard| heard.facts).unwrap_or_default()
    }

    #[test]
    fn the_question_is_an_echo_to_nowhere_that_ends_at_the_neighbour() {
        let frame = asked(&Forwarding);
        assert_eq!((&frame[..6], frame[14 + 8], frame[14 + 9]), (&ROUTER.0[..], 1, 1));
        let to = Ipv4Addr::new(frame[30], frame[31], frame[32], frame[33]);
        assert!(to.is_documentation(), "{to}");
        assert_ne!(asked(&ForwardingAgain), frame, "another number every time");
    }

    #[test]
    fn every_way_in_which_a_router_answers_is_told_apart() {
        let sent = asked(&Forwarding);
        for kind in [(11, 0), (3, 0), (3, 1), (3, 13), (5, 1)] {
            let facts = facts(&sent, &error(&sent, [10, 1, 0, 9], kind, 1));
            assert!(matches!(facts.as_slice(), [Fact::Hop { sent_ttl: 1, quoted_ttl: Some(1), kind: k, code, .. }]
                    if (*k, *code) == kind));
        }
        assert_eq!(facts(&sent, &error(&sent, [10, 1, 0, 9], (0, 0), 1)), [], "no error");
    }

    #[test]
    fn an_answer_to_another_packet_or_by_another_neighbour_is_none() {
        let sent = asked(&Forwarding);
        let answer = error(&sent, [10, 1, 0, 9], (11, 0), 1);
        for at in [6, 14 + 28 + 4, 14 + 28 + 16] {
            let mut other = answer.clone();
            other[at] ^= 0x10;
            assert_eq!(facts(&sent, &other), [], "octet {at}");
        }
    }

    #[test]
    fn a_time_to_live_that_somebody_changed_is_told() {
        let sent = asked(&Forwarding);
        let facts = facts(&sent, &error(&sent, [203, 0, 113, 5], (11, 0), 62));
        assert!(matches!(facts.as_slice(), [Fact::Hop { quoted_ttl: Some(62), from, .. }]
            if *from == IpAddr::from([203, 0, 113, 5])));
    }

    #[test]
    fn who_has_answered_is_not_asked_again() {
        let sent = asked(&Forwarding);
        let facts = facts(&sent, &exceeded(&Forwarding));
        assert_eq!(ask(&ForwardingAgain, &facts, &crate::probe::Setup::default()), Vec::<Vec<u8>>::new());
    }
}
