//! Does it really pass packets on? An echo request from ourselves to ourselves, sent to the device's link-layer address
//! with a time to live of 2: it comes back with 1. Its way out of the device leads to us, so that it stays on the link.

use daicho_shared::fact::Fact;

use super::forwarding::{WAIT, ended, forwards, hop};
use super::icmp;
use super::packet::{Way, echo, scrambled};
use crate::probe::listen::frame::Frame;
use crate::probe::{Audience, Card, Heard, Known, Level, Probe, Question, Reading, Reply};

/// The probe.
#[derive(Debug)]
pub struct Hairpin;

static CARD: Card = Card {
    name: "hairpin",
    title: "Do you really pass packets on? (one packet to ourselves, by way of you)",
    title_ja: "中継の実地確認（調査機から調査機あての1パケットを、その機器経由で送る）",
    standard: "RFC 1812 §5.2.1",
    packets: 1,
    level: Level::Query,
    may_upset: "nothing known: one ordinary packet for a router to route",
    audience: Audience::Answering,
    why: "a router whose filters drop everything says that it forwards, and does not",
    why_ja: "中継すると答えても、フィルタですべて止めている機器があるため",
};

const TTL: u8 = 2;
const IDENTIFIER: u16 = 0x4448;
const DATA: &[u8] = b"daicho<>";

impl Probe for Hairpin {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn ask(&self, known: &Known<'_>) -> Vec<Question> {
        let frame = if forwards(known) { question(known) } else { None };
        frame.map(|bytes| Question::Exchange { bytes, wait: WAIT }).into_iter().collect()
    }

    fn answer(&self, sent: &[u8], frame: &[u8]) -> Option<Heard> {
        returned(sent, frame).or_else(|| hop(sent, frame))
    }

    fn read(&self, _question: &Question, reply: Reply<'_>) -> Reading {
        ended(reply)
    }

    #[cfg(test)]
    fn samples(&self) -> Vec<crate::probe::laws::Sample> {
        vec![crate::probe::laws::Sample::Exchange(tests::asked(), tests::back(1))]
    }
}

fn question(known: &Known<'_>) -> Option<Vec<u8>> {
    let (link, mac) = (known.link?, known.target.mac?);
    let own = link.ipv4()?.addr();
    let [.., high, low] = scrambled(known.seed, &[&mac.0[..], b"hairpin"].concat()).to_be_bytes();
    let id = u16::from_be_bytes([high, low]).max(1);
    echo(Way { macs: (link.mac, mac), addresses: (own, own), ttl: TTL, id }, (IDENTIFIER, 1), DATA)
}

/// Our own packet, by the device's hand, one hop older; a router that translates addresses may have put its own for
/// the sender's.
fn returned(sent: &[u8], frame: &[u8]) -> Option<Heard> {
    let (to, _, ours) = icmp::sent(sent)?;
    let (_, packet, back) = icmp::sent(frame)?;
    let is_ours = (back.id, back.destination) == (ours.id, ours.destination) && packet.payload.ends_with(DATA);
    let by_it = Frame::read(frame)?.from == to;
    let older = back.ttl < ours.ttl;
    (is_ours && by_it && older).then(|| Heard {
        address: None,
        mac: Some(to),
        facts: vec![Fact::Returned { ttl: back.ttl }],
    })
}

#[cfg(test)]
mod tests {
    use super::super::forwarding::tests::{ROUTER, SCANNER, ask, error};
    use super::*;
    use crate::probe::Setup;

    fn forwarder(from: [u8; 4], quoted_ttl: u8) -> Fact {
        Fact::Hop {
            sent_ttl: 1,
            destination: [198, 51, 100, 7].into(),
            from: from.into(),
            kind: 11,
            code: 0,
            quoted_ttl: Some(quoted_ttl),
            gateway: None,
        }
    }

    pub(super) fn asked() -> Vec<u8> {
        ask(&Hairpin, &[forwarder([10, 1, 0, 9], 1)], &Setup::default()).remove(0)
    }

    pub(super) fn back(ttl: u8) -> Vec<u8> {
        let mut frame = asked();
        frame[..6].copy_from_slice(&SCANNER.0);
        frame[6..12].copy_from_slice(&ROUTER.0);
        frame[14 + 8] = ttl;
        frame
    }

    #[test]
    fn what_comes_back_older_was_passed_on() {
        assert_eq!(Hairpin.answer(&asked(), &back(1)).unwrap().facts, [Fact::Returned { ttl: 1 }]);
        assert_eq!(Hairpin.answer(&asked(), &back(2)), None, "a bridge's copy is no answer");
        assert_eq!(Hairpin.answer(&asked(), &asked()), None);
        let mut translated = back(1);
        translated[14 + 12..14 + 16].copy_from_slice(&[10, 1, 0, 9]);
        assert_eq!(Hairpin.answer(&asked(), &translated).unwrap().facts, [Fact::Returned { ttl: 1 }]);
    }

    #[test]
    fn a_redirect_to_ourselves_is_an_answer() {
        let facts = Hairpin.answer(&asked(), &error(&asked(), [10, 1, 0, 9], (5, 1), 2)).unwrap().facts;
        assert!(matches!(facts.as_slice(), [Fact::Hop { sent_ttl: 2, kind: 5, gateway: Some(_), .. }]));
    }

    #[test]
    fn who_rewrites_the_time_to_live_is_left_alone() {
        for fact in [forwarder([10, 1, 0, 9], 62), forwarder([203, 0, 113, 5], 1)] {
            assert_eq!(ask(&Hairpin, &[fact], &Setup::default()), Vec::<Vec<u8>>::new());
        }
    }
}
