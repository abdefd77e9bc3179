//! Who is in this other network, too? A NetBIOS node status request (RFC 1002 §4.2.17) to the broadcast address of a
//! network that may be there, sent to everybody on this link. A host takes it for its own where any of its cards is in
//! that network, and answers from one of its addresses; a router may not pass it on (RFC 1812 §5.3.4).
//!
//! The same for a network that nobody has tells who answers whatever is sent to everybody.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use daicho_shared::address::Mac;
use daicho_shared::fact::Fact;
use daicho_shared::knowledge::guesses::Guesses;
use ipnet::{IpNet, Ipv4Net};

use super::packet::{Way, datagram};
use super::{ASKING_PORT, icmp};
use crate::probe::identity::netbios;
use crate::probe::listen::frame::Frame;
use crate::probe::{Audience, Card, Heard, Level, Link, Probe, Question};

/// The probe.
#[derive(Debug)]
pub struct DirectedBroadcast;

static CARD: Card = Card {
    name: "directed-broadcast",
    title: "Who is in this other network, too? (one NetBIOS question to everybody)",
    title_ja: "別ネットワークにもつながる機器の確認（そのネットワークあての一斉問い合わせ1回）",
    standard: "RFC 1122 §3.3.6, RFC 1002 §4.2.17",
    packets: 1,
    level: Level::Presence,
    may_upset: "nothing known: Windows asks its neighbours the same",
    audience: Audience::Everybody,
    why: "one frame asks all devices of the link whether a card of theirs is in that network",
    why_ja: "1フレームで、このLANの全機器に、そのネットワークにもつながっているかを確かめられるため",
};

const NETBIOS: u16 = 137;
const WAIT: Duration = Duration::from_secs(2);
const LAST_HOP: u8 = 1;
/// TEST-NET-1 (RFC 5737).
const NOBODYS: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 0);

impl Probe for DirectedBroadcast {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn seek(&self, link: &Link) -> Vec<Question> {
        question(link, Ipv4Net::new_assert(NOBODYS, 24)).into_iter().collect()
    }

    fn guess(&self, link: &Link, guesses: &Guesses) -> Vec<Question> {
        let meets = |network: &Ipv4Net| {
            link.addresses.iter().any(|own| own.contains(&IpNet::V4(*network)) || IpNet::V4(*network).contains(own))
        };
        let elsewhere = guesses.networks.iter().filter(|network| !meets(network));
        elsewhere.filter_map(|network| question(link, *network)).collect()
    }

    fn answer(&self, sent: &[u8], frame: &[u8]) -> Option<Heard> {
        let (_, _, ours) = icmp::sent(sent)?;
        let read = Frame::read(frame)?;
        let datagram = read.datagram().filter(|it| it.from_port == NETBIOS && it.to_port == ASKING_PORT)?;
        let tag = netbios::identifier(datagram.data)?;
        let IpAddr::V4(from) = datagram.packet.source else { return None };
        (tag == tag_of(ours.destination) && !read.from.is_group()).then(|| heard(read.from, from, ours.destination))
    }

    #[cfg(test)]
    fn samples(&self) -> Vec<crate::probe::laws::Sample> {
        vec![crate::probe::laws::Sample::Exchange(tests::asked(), tests::answered([192, 168, 42, 129]))]
    }
}

/// An answer from there is an address there; one from here still shows that the broadcast was its own.
fn heard(mac: Mac, from: Ipv4Addr, broadcast: Ipv4Addr) -> Heard {
    let [a, b, c, _] = broadcast.octets();
    let network = Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, 0), 24);
    let fact = if network.addr() == NOBODYS {
        Fact::AnswersFor { address: broadcast.into(), how: "broadcast-control".to_owned() }
    } else if network.contains(&from) {
        Fact::AnswersFor { address: from.into(), how: "directed-broadcast".to_owned() }
    } else {
        Fact::Connected { network: IpNet::V4(network) }
    };
    Heard { address: None, mac: Some(mac), facts: vec![fact] }
}

/// Nothing is asked where the answer would meet a closed port: the refusal would go to wherever it came from.
fn question(link: &Link, network: Ipv4Net) -> Option<Question> {
    let (own, to) = (link.ipv4()?.addr(), network.broadcast());
    let way = Way { macs: (link.mac, Mac::BROADCAST), addresses: (own, to), ttl: LAST_HOP, id: tag_of(to) };
    let ask = || datagram(way, (ASKING_PORT, NETBIOS), &netbios::status_request(tag_of(to)));
    let bytes = link.held.contains(&ASKING_PORT).then(ask).flatten()?;
    Some(Question::Exchange { bytes, wait: WAIT })
}

/// A transaction number that tells which network an answer is about.
fn tag_of(broadcast: Ipv4Addr) -> u16 {
    let [a, b, c, d] = broadcast.octets();
    u16::from_be_bytes([a ^ c.rotate_left(4), b ^ d ^ c])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probe::listen::frame::made;

    const SCANNER: Mac = Mac([2, 0, 0, 0, 0, 5]);
    const HOST: Mac = Mac([0, 0x80, 0xa3, 1, 2, 3]);

    fn link() -> Link {
        let mut link = Link::new("lan0", SCANNER, vec!["10.1.0.5/24".parse().unwrap()]);
        link.held.insert(ASKING_PORT);
        link
    }

    fn frames(networks: &[&str]) -> Vec<Vec<u8>> {
        let networks = networks.iter().map(|text| text.parse().unwrap()).collect();
        let questions = DirectedBroadcast.guess(&link(), &Guesses { addresses: vec![], networks });
        let bytes = questions.into_iter().map(|question| match question {
            Question::Exchange { bytes, .. } => bytes,
            other => panic!("{other:?}"),
        });
        bytes.collect()
    }

    pub(super) fn asked() -> Vec<u8> {
        frames(&["192.168.42.0/24"]).remove(0)
    }

    pub(super) fn answered(from: [u8; 4]) -> Vec<u8> {
        let mut names = netbios::sample();
        names[..2].copy_from_slice(&tag_of(Ipv4Addr::new(192, 168, 42, 255)).to_be_bytes());
        let from = format!("{}:137", Ipv4Addr::from(from));
        let mut frame = made::udp(HOST, &from, "10.1.0.5:34137", &names);
        frame[..6].copy_from_slice(&SCANNER.0);
        frame
    }

    fn facts(frame: &[u8]) -> Vec<Fact> {
        DirectedBroadcast.answer(&asked(), frame).map(|heard| heard.facts).unwrap_or_default()
    }

    #[test]
    fn the_question_goes_to_everybody_and_no_further() {
        let frame = asked();
        assert_eq!((&frame[..6], frame[14 + 8], &frame[30..34]), (&[0xff; 6][..], 1, &[192, 168, 42, 255][..]));
        assert!(frames(&["10.1.0.0/24"]).is_empty(), "the link's own network is no guess");
    }

    #[test]
    fn an_answer_from_there_is_an_address_and_one_from_here_a_network() {
        let address = "192.168.42.129".parse().unwrap();
        let there = Fact::AnswersFor { address, how: "directed-broadcast".into() };
        assert_eq!(facts(&answered([192, 168, 42, 129])), [there]);
        let network = "192.168.42.0/24".parse().unwrap();
        assert_eq!(facts(&answered([10, 1, 0, 9])), [Fact::Connected { network }]);
    }

    #[test]
    fn an_answer_to_another_question_is_none() {
        let other = frames(&["192.168.43.0/24"]).remove(0);
        assert_eq!(DirectedBroadcast.answer(&other, &answered([192, 168, 42, 129])), None);
    }

    #[test]
    fn all_usual_networks_have_numbers_of_their_own() {
        let guesses = Guesses::new(daicho_shared::knowledge::guesses::builtin(), &[]);
        let tags: std::collections::BTreeSet<u16> = guesses.networks.iter().map(|n| tag_of(n.broadcast())).collect();
        assert_eq!(tags.len(), guesses.networks.len());
    }

    #[test]
    fn without_a_port_that_takes_the_answer_nothing_is_asked() {
        let link = Link { held: std::collections::BTreeSet::new(), ..link() };
        assert!(DirectedBroadcast.seek(&link).is_empty());
    }
}
