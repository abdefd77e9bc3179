//! Which networks is a router connected to? One that has a default route says of a packet to the broadcast address of a
//! network that its time is over; of one that it is connected to, it takes the packet for itself and says nothing
//! (RFC 1812 §5.3.5.2). A silence counts only beside an answer: the same is asked of nowhere, and then once more.

use std::net::Ipv4Addr;
use std::time::Duration;

use daicho_shared::coverage::Outcome;
use daicho_shared::fact::Fact;
use daicho_shared::knowledge::guesses;
use ipnet::{IpNet, Ipv4Net};

use super::forwarding::{LAST_HOP, WAIT, forwards, hop};
use super::icmp;
use super::packet::{Way, echo, nowhere, scrambled};
use crate::probe::listen::frame::Frame;
use crate::probe::{Audience, Card, Heard, Known, Level, Probe, Question, Reading, Reply};

/// The probe.
#[derive(Debug)]
pub struct ConnectedNetworks;

static CARD: Card = Card {
    name: "connected-networks",
    title: "Which networks are you connected to? (silence beside an answer; only where configured)",
    title_ja: "接続先ネットワークの確認（応答の有無の比較。設定した場合だけ）",
    standard: "RFC 1812 §5.3.5.2, RFC 919 §7",
    packets: 1,
    level: Level::Query,
    may_upset: "nothing known: single packets that end at the router",
    audience: Audience::Answering,
    why: "a router behind which a phone or a mobile router stands is connected to its usual network",
    why_ja: "スマートフォンやモバイルルータの標準のネットワークにつながる中継機器を見つけるため",
};

const TIME_EXCEEDED: u8 = 11;
const IDENTIFIER: u16 = 0x444e;
/// The network; nowhere, as a control; the network again.
const FIRST: u16 = 1;
const CONTROL: u16 = 2;
const AGAIN: u16 = 3;
/// Control and second question fall within one second.
const SOON: Duration = Duration::from_millis(400);
/// The most networks that one router is asked about.
const NETWORKS: usize = 16;

impl Probe for ConnectedNetworks {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn ask(&self, known: &Known<'_>) -> Vec<Question> {
        let routes = known.facts.iter().any(|fact| matches!(fact, Fact::Hop { kind: TIME_EXCEEDED, .. }));
        if !known.setup.uplink.thorough || !routes || !forwards(known) {
            return vec![];
        }
        let networks = networks(known);
        networks.into_iter().filter_map(|network| first(known, network)).collect()
    }

    fn answer(&self, sent: &[u8], frame: &[u8]) -> Option<Heard> {
        hop(sent, frame)
    }

    fn read(&self, question: &Question, reply: Reply<'_>) -> Reading {
        let Question::Exchange { bytes, .. } = question else { return Reading::default() };
        let Some((network, stage)) = asked(bytes) else { return Reading::default() };
        let follow = |stage| again(bytes, network, stage).into_iter().collect();
        match (stage, reply) {
            (FIRST, Reply::Silence) => Reading { follow: follow(CONTROL), ..Reading::of(Outcome::Silent) },
            (CONTROL, Reply::Told(_)) => Reading { follow: follow(AGAIN), ..Reading::of(Outcome::Answered) },
            (AGAIN, Reply::Silence) => Reading::answered(vec![Fact::Connected { network: IpNet::V4(network) }]),
            (_, Reply::Told(_)) => Reading::of(Outcome::Answered),
            _ => Reading::of(Outcome::Silent),
        }
    }
}

fn networks(known: &Known<'_>) -> Vec<Ipv4Net> {
    let small = guesses::builtin().iter().filter(|guess| guess.cidr.prefix_len() >= 24).map(|guess| guess.cidr);
    let elsewhere = |network: &Ipv4Net| known.link.is_some_and(|link| !link.contains(network.network().into()));
    small.filter(elsewhere).take(NETWORKS).collect()
}

fn first(known: &Known<'_>, network: Ipv4Net) -> Option<Question> {
    let (link, mac) = (known.link?, known.target.mac?);
    let id = scrambled(known.seed, &[&mac.0[..], &network.network().octets()].concat());
    let addresses = (link.ipv4()?.addr(), network.broadcast());
    exchange(Way { macs: (link.mac, mac), addresses, ttl: LAST_HOP, id: short(id) }, network, FIRST, WAIT)
}

/// The next question about this network, made from the one before.
fn again(sent: &[u8], network: Ipv4Net, stage: u16) -> Option<Question> {
    let (to, _, before) = icmp::sent(sent)?;
    let number = scrambled(u64::from(before.id), &[&to.0[..], &stage.to_be_bytes()].concat());
    let to_nowhere = stage == CONTROL;
    let destination = if to_nowhere { nowhere(number) } else { network.broadcast() };
    let macs = (Frame::read(sent)?.from, to);
    let way = Way { macs, addresses: (before.source, destination), ttl: LAST_HOP, id: short(number) };
    exchange(way, network, stage, SOON)
}

fn exchange(way: Way, network: Ipv4Net, stage: u16, wait: Duration) -> Option<Question> {
    let data = [&network.network().octets()[..], &[network.prefix_len()]].concat();
    echo(way, (IDENTIFIER, stage), &data).map(|bytes| Question::Exchange { bytes, wait })
}

fn short(number: u64) -> u16 {
    let [.., high, low] = number.to_be_bytes();
    u16::from_be_bytes([high, low]).max(1)
}

/// Which network a frame of ours was about, and at which stage.
fn asked(sent: &[u8]) -> Option<(Ipv4Net, u16)> {
    let (_, packet, _) = icmp::sent(sent)?;
    let [_, _, _, _, _, _, high, low, a, b, c, d, length] = *packet.payload.first_chunk::<13>()?;
    let network = Ipv4Net::new(Ipv4Addr::new(a, b, c, d), length).ok()?;
    Some((network, u16::from_be_bytes([high, low])))
}

#[cfg(test)]
mod tests {
    use super::super::forwarding::tests::{ask, error};
    use super::*;
    use crate::probe::Setup;

    fn forwarder() -> Fact {
        Fact::Hop {
            sent_ttl: 1,
            destination: [198, 51, 100, 7].into(),
            from: [10, 1, 0, 9].into(),
            kind: 11,
            code: 0,
            quoted_ttl: Some(1),
            gateway: None,
        }
    }

    fn frames() -> Vec<Vec<u8>> {
        let mut setup = Setup::default();
        setup.uplink.thorough = true;
        ask(&ConnectedNetworks, &[forwarder()], &setup)
    }

    fn read(bytes: Vec<u8>, reply: Reply<'_>) -> Reading {
        ConnectedNetworks.read(&Question::Exchange { bytes, wait: WAIT }, reply)
    }

    fn next(reading: &mut Reading) -> Vec<u8> {
        let Some(Question::Exchange { bytes, .. }) = reading.follow.pop() else { panic!("{reading:?}") };
        bytes
    }

    #[test]
    fn it_is_asked_only_where_configured() {
        assert_eq!(ask(&ConnectedNetworks, &[forwarder()], &Setup::default()), Vec::<Vec<u8>>::new());
        assert!(frames().iter().any(|frame| frame[30..34] == [192, 168, 42, 255]));
    }

    #[test]
    fn silence_twice_beside_an_answer_is_a_connected_network() {
        let first = frames().into_iter().find(|frame| frame[30..34] == [192, 168, 42, 255]).unwrap();
        let control = next(&mut read(first, Reply::Silence));
        assert!(Ipv4Addr::new(control[30], control[31], control[32], control[33]).is_documentation());
        let second = next(&mut read(control, Reply::Told(&[])));
        assert_eq!(second[30..34], [192, 168, 42, 255]);
        let network = "192.168.42.0/24".parse().unwrap();
        assert_eq!(read(second.clone(), Reply::Silence).facts, [Fact::Connected { network }]);
        assert_eq!(read(second, Reply::Told(&[])).facts, []);
    }

    #[test]
    fn an_answer_or_a_silent_control_ends_it() {
        let first = frames().remove(0);
        assert!(ConnectedNetworks.answer(&first, &error(&first, [10, 1, 0, 9], (11, 0), 1)).is_some());
        assert!(read(first.clone(), Reply::Told(&[])).follow.is_empty());
        let control = next(&mut read(first, Reply::Silence));
        assert!(read(control, Reply::Silence).follow.is_empty());
    }
}
