//! Where do you route? RIP version 2, RFC 2453 §3.9.1: one request for the whole table to all RIP routers of the
//! link; and what they say unasked.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use daicho_shared::address::Mac;
use daicho_shared::fact::Fact;
use ipnet::Ipv4Net;

use super::RIP_PORT;
use super::packet::{Way, datagram};
use crate::probe::listen::frame::{Datagram, Frame, long, word};
use crate::probe::{Audience, Card, Heard, Level, Link, Probe, Question};

/// The probe.
#[derive(Debug)]
pub struct Rip;

static CARD: Card = Card {
    name: "rip",
    title: "Where do you route? (one RIP request to all routers of the link)",
    title_ja: "経路の照会（RIP、一斉の1問）",
    standard: "RFC 2453 §3.9.1, §4",
    packets: 1,
    level: Level::Presence,
    may_upset: "nothing known: every RIP router asks this when it starts; no route is announced",
    audience: Audience::Everybody,
    why: "a router tells which networks it reaches, and whether everything else goes its way",
    why_ja: "ルータは、到達できるネットワークと、既定の経路の有無を答えるため",
};

const WAIT: Duration = Duration::from_secs(3);
/// All RIP version 2 routers, RFC 2453 §4.5, and the link-layer address of the group (RFC 1112 §6.4).
const GROUP: Ipv4Addr = Ipv4Addr::new(224, 0, 0, 9);
const GROUP_MAC: Mac = Mac([0x01, 0, 0x5e, 0, 0, 9]);
/// It does not leave the link.
const ONE_HOP: u8 = 1;
const REQUEST: u8 = 1;
const RESPONSE: u8 = 2;
const VERSION: u8 = 2;
/// Command, version, two octets that are zero; then entries.
const HEADER: usize = 4;
const ENTRY: usize = 20;
/// The most entries of one message, §3.6.
const ENTRIES: usize = 25;
/// Unreachable, and "everything" in a request (§3.9.1).
const INFINITY: u32 = 16;
const INTERNET: u16 = 2;

impl Probe for Rip {
    fn card(&self) -> &'static Card {
        &CARD
    }

    /// Only where the operating system will not refuse what is answered, which comes to RIP's own port.
    fn seek(&self, link: &Link) -> Vec<Question> {
        let own = link.ipv4().filter(|_| link.held.contains(&RIP_PORT));
        let frame = own.and_then(|own| request(link.mac, own.addr()));
        frame.map(|bytes| Question::Exchange { bytes, wait: WAIT }).into_iter().collect()
    }

    fn answer(&self, sent: &[u8], frame: &[u8]) -> Option<Heard> {
        let asked = Frame::read(sent)?.datagram().filter(|it| it.to_port == RIP_PORT)?.packet;
        let (datagram, facts) = response(frame)?;
        let (packet, from) = (datagram.packet, datagram.packet.frame.from);
        let is_ours = packet.destination == asked.source && packet.frame.to == asked.frame.from;
        is_ours.then_some(Heard { address: Some(packet.source), mac: Some(from), facts })
    }

    fn hear(&self, frame: &[u8]) -> Option<Heard> {
        let (datagram, facts) = response(frame)?;
        datagram.packet.heard(facts).filter(|_| datagram.packet.stays_on_link() && datagram.packet.destination == GROUP)
    }

    #[cfg(test)]
    fn samples(&self) -> Vec<crate::probe::laws::Sample> {
        use crate::probe::laws::{Sample, device};
        vec![Sample::Exchange(tests::sent(), device("bird-2012-rip")), Sample::Frame(device("bird-2012-rip-multicast"))]
    }
}

/// One entry of family 0 with metric 16 asks for everything.
fn request(mac: Mac, own: Ipv4Addr) -> Option<Vec<u8>> {
    let mut message = [0; HEADER + ENTRY];
    message[..2].copy_from_slice(&[REQUEST, VERSION]);
    message[HEADER + 16..].copy_from_slice(&INFINITY.to_be_bytes());
    let way = Way { macs: (mac, GROUP_MAC), addresses: (own, GROUP), ttl: ONE_HOP, id: 0 };
    datagram(way, (RIP_PORT, RIP_PORT), &message)
}

/// A response, and the routes in it. Version 1 says nothing of masks, and is left.
fn response(frame: &[u8]) -> Option<(Datagram<'_>, Vec<Fact>)> {
    let datagram = Frame::read(frame)?.datagram().filter(|it| (it.from_port, it.to_port) == (RIP_PORT, RIP_PORT))?;
    let (head, entries) = datagram.data.split_at_checked(HEADER)?;
    let IpAddr::V4(from) = datagram.packet.source else { return None };
    let routes = entries.chunks_exact(ENTRY).take(ENTRIES).filter_map(|entry| route(entry, from));
    let routes: Vec<Fact> = routes.collect();
    let told = head[..2] == [RESPONSE, VERSION] && !routes.is_empty();
    told.then_some((datagram, routes))
}

/// §4: family, tag, network, mask, next hop (0.0.0.0: the sender), metric.
fn route(entry: &[u8], from: Ipv4Addr) -> Option<Fact> {
    let address = |at| long(entry, at).map(Ipv4Addr::from);
    let reachable = word(entry, 0)? == INTERNET && (1..INFINITY).contains(&long(entry, 16)?);
    let network = Ipv4Net::with_netmask(address(4)?, address(8)?).ok().filter(|_| reachable)?;
    let next_hop = address(12).filter(|hop| !hop.is_unspecified()).unwrap_or(from);
    Some(Fact::Route { destination: network.trunc().into(), next_hop: next_hop.into(), interface: None })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probe::laws::device;

    const SCANNER: Mac = Mac([2, 0, 0, 0, 0, 5]);

    pub(super) fn sent() -> Vec<u8> {
        request(SCANNER, Ipv4Addr::new(10, 77, 0, 1)).unwrap()
    }

    fn networks(facts: &[Fact]) -> Vec<String> {
        let network = |fact: &Fact| match fact {
            Fact::Route { destination, next_hop, .. } => format!("{destination} by {next_hop}"),
            other => panic!("{other:?}"),
        };
        facts.iter().map(network).collect()
    }

    #[test]
    fn the_whole_table_is_asked_for_once_and_only_where_the_answer_is_not_refused() {
        let mut link = Link::new("lan0", SCANNER, vec!["10.77.0.1/24".parse().unwrap()]);
        assert!(Rip.seek(&link).is_empty());
        link.held.insert(RIP_PORT);
        let calls = Rip.seek(&link);
        let [Question::Exchange { bytes, .. }] = calls.as_slice() else { panic!("{calls:?}") };
        let datagram = Frame::read(bytes).and_then(Frame::datagram).unwrap();
        assert_eq!(
            (datagram.packet.frame.to, datagram.packet.hops, datagram.from_port),
            (GROUP_MAC, ONE_HOP, RIP_PORT)
        );
        assert_eq!(datagram.data, [&[1, 2, 0, 0][..], &[0; 19], &[16]].concat());
    }

    #[test]
    fn a_router_tells_its_networks_and_its_way_out() {
        let heard = Rip.answer(&sent(), &device("bird-2012-rip")).unwrap();
        assert_eq!(heard.address, Some([10, 77, 0, 20].into()));
        let expected = ["0.0.0.0/0 by 10.77.0.20", "100.64.9.0/24 by 10.77.0.20", "10.77.0.0/24 by 10.77.0.20"];
        let mut told = networks(&heard.facts);
        told.sort();
        assert_eq!(told, {
            let mut sorted = expected;
            sorted.sort_unstable();
            sorted
        });
    }

    #[test]
    fn what_is_announced_to_all_is_heard_and_not_taken_for_an_answer() {
        let announced = device("bird-2012-rip-multicast");
        assert_eq!(Rip.answer(&sent(), &announced), None);
        assert!(!Rip.hear(&announced).unwrap().facts.is_empty());
        assert_eq!(Rip.hear(&device("bird-2012-rip")), None);
        assert_eq!(Rip.hear(&sent()), None);
    }

    #[test]
    fn what_cannot_be_reached_and_what_is_no_network_is_left() {
        let entry = |family: u8, mask: [u8; 4], metric: u8| {
            let octets = [&[0, family, 0, 0, 10, 9, 8, 0][..], &mask, &[10, 77, 0, 9], &[0, 0, 0, metric]].concat();
            route(&octets, Ipv4Addr::new(10, 77, 0, 20))
        };
        let told = entry(2, [255, 255, 255, 0], 15);
        assert_eq!(networks(told.as_slice()), ["10.9.8.0/24 by 10.77.0.9"]);
        assert_eq!(entry(2, [255, 255, 255, 0], 16), None);
        assert_eq!(entry(2, [255, 0, 255, 0], 1), None);
        assert_eq!((entry(0, [0; 4], 1), entry(255, [0; 4], 1)), (None, None));
    }
}
