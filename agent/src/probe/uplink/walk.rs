//! Which way does it pass packets on? Echo requests to nowhere with a time to live of 2 to 4, by way of one device, because
//! somebody asked for it and said why. The only probe that sends anything beyond the segment, and never by default.
//!
//! An answer by the declared gateway, with a redirect to it, is harmless: the device uses the way out that is known.

use std::net::IpAddr;
use std::time::Duration;

use daicho_shared::fact::Fact;
use ipnet::Ipv4Net;

use super::forwarding::{ended, question};
use super::icmp::{self, Error};
use super::packet::{Way, echo};
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
const FIRST_HOP: u8 = 2;
const LAST_HOP: u8 = 4;
const TIME_EXCEEDED: u8 = 11;

impl Probe for WalkOut {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn ask(&self, known: &Known<'_>) -> Vec<Question> {
        let asked_for = known.setup.uplink.walk.iter().any(|walk| walk.address == known.target.address);
        let frame = if asked_for { question(known, FIRST_HOP, PURPOSE) } else { None };
        frame.map(exchange).into_iter().collect()
    }

    /// Also where another neighbour brings the answer: the declared gateway does, where the device uses it.
    fn answer(&self, sent: &[u8], frame: &[u8]) -> Option<Heard> {
        let (error, (to, _, ours)) = (Error::read(frame)?, icmp::sent(sent)?);
        let about_it = (error.quoted.id, error.quoted.destination) == (ours.id, ours.destination);
        about_it.then(|| Heard { address: None, mac: Some(to), facts: vec![error.fact(ours.ttl)] })
    }

    /// Further only where the hop before was somebody outside: the declared way out is known, and where nobody
    /// answers or there is no way, there is nothing more to learn.
    fn read(&self, asked: &Question, reply: Reply<'_>) -> Reading {
        let (Question::Exchange { bytes, .. }, Reply::Told(facts)) = (asked, reply) else { return ended(reply) };
        let next = if goes_on(bytes, facts) { further(bytes) } else { None };
        Reading { follow: next.map(exchange).into_iter().collect(), ..ended(reply) }
    }
}

fn exchange(bytes: Vec<u8>) -> Question {
    Question::Exchange { bytes, wait: WAIT }
}

/// Every answer says that the packet's time was over, and comes from outside our own network.
fn goes_on(sent: &[u8], facts: &[Fact]) -> bool {
    let Some((_, packet, ours)) = icmp::sent(sent) else { return false };
    let length = packet.payload.last().copied().unwrap_or(0);
    let Ok(own) = Ipv4Net::new(ours.source, length) else { return false };
    let outside = |from: &IpAddr| matches!(from, IpAddr::V4(from) if !own.contains(from));
    facts.iter().all(|fact| matches!(fact, Fact::Hop { kind: TIME_EXCEEDED, from, .. } if outside(from)))
}

/// The same packet with one hop more to live, and another number.
fn further(sent: &[u8]) -> Option<Vec<u8>> {
    let (to, packet, before) = icmp::sent(sent).filter(|(_, _, before)| before.ttl < LAST_HOP)?;
    let addresses = (before.source, before.destination);
    let way =
        Way { macs: (packet.frame.from, to), addresses, ttl: before.ttl + 1, id: before.id.wrapping_add(1).max(1) };
    let [_, _, _, _, high, low, _, _, data @ ..] = packet.payload else { return None };
    echo(way, (u16::from_be_bytes([*high, *low]), u16::from(way.ttl)), data)
}

#[cfg(test)]
mod tests {
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
        assert_eq!(frames.iter().map(|frame| frame[14 + 8]).collect::<Vec<_>>(), [2]);
        let facts = WalkOut.answer(&frames[0], &error(&frames[0], [100, 64, 9, 1], (11, 0), 1)).unwrap().facts;
        assert!(matches!(facts.as_slice(), [Fact::Hop { sent_ttl: 2, from, .. }]
            if from.to_string() == "100.64.9.1"));
    }

    /// The times to live of the questions that follow, where every hop is answered from there in this way.
    fn walked(from: [u8; 4], kind: (u8, u8)) -> Vec<u8> {
        let (mut times, mut frame) = (vec![], ask(&WalkOut, &[], &consent()).remove(0));
        loop {
            times.push(frame[14 + 8]);
            let facts = WalkOut.answer(&frame, &error(&frame, from, kind, 1)).unwrap().facts;
            let mut reading = WalkOut.read(&exchange(frame), Reply::Told(&facts));
            let Some(Question::Exchange { bytes, .. }) = reading.follow.pop() else { return times };
            frame = bytes;
        }
    }

    #[test]
    fn it_ends_at_the_declared_gateway_and_where_there_is_no_way() {
        assert_eq!(walked([100, 64, 9, 1], (11, 0)), [2, 3, 4]);
        assert_eq!(walked([10, 1, 0, 1], (11, 0)), [2], "a gateway of our own network");
        assert_eq!(walked([192, 168, 42, 1], (3, 0)), [2], "no way");
        let frame = ask(&WalkOut, &[], &consent()).remove(0);
        assert!(WalkOut.read(&exchange(frame), Reply::Silence).follow.is_empty());
    }
}
