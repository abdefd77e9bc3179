//! Which way does it pass packets on? Echo requests to nowhere with a time to live of 2 to 4, by way of one device, because
//! somebody asked for it and said why. The only probe that sends anything beyond the segment, and never by default.
//!
//! An answer by the declared gateway, with a redirect to it, is harmless: the device uses the way out that is known.

use std::time::Duration;

use super::forwarding::{ended, question};
use super::icmp::{self, Error};
use crate::probe::{Audience, Card, Heard, Known, Level, Probe, Question, Reading, Reply};

/// The probe.
#[derive(Debug)]
pub struct WalkOut;

static CARD: Card = Card {
    name: "walk",
    title: "Which way do you pass packets on? (three echoes to nowhere; only where configured, with a reason)",
    title_ja: "中継先の確認（宛先のないエコー3回。理由を書いて指定した機器だけ）",
    standard: "RFC 1812 §5.3.1, RFC 792",
    packets: 3,
    level: Level::Query,
    may_upset: "the packets leave the segment by the device, as far as its second, third and fourth hop",
    audience: Audience::Answering,
    why: "the next hops tell whether it uses the declared way out or one of its own",
    why_ja: "次の中継先から、申告済みの出口か、別の出口かが分かるため",
};

const WAIT: Duration = Duration::from_millis(1500);
const PURPOSE: u8 = b'w';
const HOPS: std::ops::RangeInclusive<u8> = 2..=4;

impl Probe for WalkOut {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn ask(&self, known: &Known<'_>) -> Vec<Question> {
        let asked_for = known.setup.uplink.walk.iter().any(|walk| walk.address == known.target.address);
        let frames = HOPS.filter(|_| asked_for).filter_map(|ttl| question(known, ttl, PURPOSE));
        frames.map(|bytes| Question::Exchange { bytes, wait: WAIT }).collect()
    }

    /// Also where another neighbour brings the answer: the declared gateway does, where the device uses it.
    fn answer(&self, sent: &[u8], frame: &[u8]) -> Option<Heard> {
        let (error, (to, _, ours)) = (Error::read(frame)?, icmp::sent(sent)?);
        let about_it = (error.quoted.id, error.quoted.destination) == (ours.id, ours.destination);
        about_it.then(|| Heard { address: None, mac: Some(to), facts: vec![error.fact(ours.ttl)] })
    }

    fn read(&self, _question: &Question, reply: Reply<'_>) -> Reading {
        ended(reply)
    }
}

#[cfg(test)]
mod tests {
    use daicho_shared::fact::Fact;

    use super::super::Walk;
    use super::super::forwarding::tests::{ask, error};
    use super::*;
    use crate::probe::Setup;

    fn consent() -> Setup {
        let mut setup = Setup::default();
        setup.uplink.walk = vec![Walk { address: [10, 1, 0, 9].into(), reason: "LTE?".into() }];
        setup
    }

    #[test]
    fn nobody_is_walked_through_who_is_not_named() {
        assert_eq!(ask(&WalkOut, &[], &Setup::default()), Vec::<Vec<u8>>::new());
    }

    #[test]
    fn each_hop_tells_who_it_is() {
        let frames = ask(&WalkOut, &[], &consent());
        assert_eq!(frames.iter().map(|frame| frame[14 + 8]).collect::<Vec<_>>(), [2, 3, 4]);
        let facts = WalkOut.answer(&frames[0], &error(&frames[0], [100, 64, 9, 1], (11, 0), 1)).unwrap().facts;
        assert!(matches!(facts.as_slice(), [Fact::Hop { sent_ttl: 2, from, .. }]
            if from.to_string() == "100.64.9.1"));
    }
}
