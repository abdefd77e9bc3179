//! Who forwards IPv6? One echo request to all routers of the link: a node joins that group only when it
//! forwards (RFC 4291 §2.8, RFC 4443 §4.2).

use std::net::IpAddr;

use daicho_shared::fact::Fact;

use crate::probe::icmpv6::{ALL_ROUTERS, IDENTIFIER, echo, link_local};
use crate::probe::listen::frame::Frame;
use crate::probe::{Audience, Card, Heard, Level, Link, Probe, Question};

/// The probe.
#[derive(Debug)]
pub struct AllRouters;

static CARD: Card = Card {
    name: "all-routers",
    title: "Who forwards IPv6 on this link? (one echo to all routers)",
    title_ja: "IPv6を中継する機器の確認（全ルータあてエコー1回）",
    standard: "RFC 4443 §4.2, RFC 4291 §2.8",
    packets: 1,
    level: Level::Presence,
    may_upset: "nothing known: every IPv6 router on the link answers once",
    audience: Audience::Everybody,
    why: "who answers forwards packets, whatever it says of itself",
    why_ja: "応答する機器はパケットを中継していると分かるため",
};

const ICMPV6: u8 = 58;
const ECHO_REPLY: u8 = 129;
/// Its answers are told by this sequence number from those to the echo to all nodes.
const SEQUENCE: u8 = 2;

impl Probe for AllRouters {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn call(&self, link: &Link) -> Vec<Question> {
        let frame = link_local(link).and_then(|own| echo(link.mac, own, ALL_ROUTERS, SEQUENCE));
        frame.map(|bytes| Question::Frame { bytes }).into_iter().collect()
    }

    /// An answer from beyond a router would carry the router's MAC: only link-local ones count.
    fn hear(&self, frame: &[u8]) -> Option<Heard> {
        let packet = Frame::read(frame)?.packet()?;
        let IpAddr::V6(source) = packet.source else { return None };
        let [kind, 0, _, _, identifier @ .., 0, SEQUENCE] = packet.payload.get(..8)? else { return None };
        let ours = packet.protocol == ICMPV6 && *kind == ECHO_REPLY && identifier == IDENTIFIER;
        (ours && source.is_unicast_link_local())
            .then(|| packet.heard(vec![Fact::Router { how: "all-routers-echo".to_owned() }]))?
    }

    #[cfg(test)]
    fn samples(&self) -> Vec<crate::probe::laws::Sample> {
        vec![crate::probe::laws::Sample::Frame(tests::reply(SEQUENCE, "fe80::9"))]
    }
}

#[cfg(test)]
mod tests {
    use daicho_shared::address::Mac;

    use super::*;
    use crate::probe::icmpv6::{ETHERNET, IPV6};

    const SCANNER: Mac = Mac([2, 0, 0, 0, 0, 5]);
    const ROUTER: Mac = Mac([0, 0x80, 0xa3, 1, 2, 3]);

    pub(super) fn reply(sequence: u8, from: &str) -> Vec<u8> {
        let mut bytes = echo(ROUTER, from.parse().unwrap(), "fe80::5".parse().unwrap(), sequence).unwrap();
        bytes[..6].copy_from_slice(&SCANNER.0);
        bytes[ETHERNET + IPV6] = ECHO_REPLY;
        bytes
    }

    #[test]
    fn the_call_goes_to_all_routers() {
        let link = Link::new("lan0", SCANNER, vec!["fe80::5/64".parse().unwrap()]);
        let calls = AllRouters.call(&link);
        let [Question::Frame { bytes }] = calls.as_slice() else { panic!() };
        assert_eq!(bytes[..6], [0x33, 0x33, 0, 0, 0, 2]);
    }

    #[test]
    fn who_answers_forwards() {
        let heard = AllRouters.hear(&reply(SEQUENCE, "fe80::9")).unwrap();
        assert_eq!((heard.address, heard.mac), (Some("fe80::9".parse().unwrap()), Some(ROUTER)));
        assert_eq!(heard.facts, [Fact::Router { how: "all-routers-echo".into() }]);
    }

    #[test]
    fn an_answer_to_all_nodes_or_from_elsewhere_says_nothing() {
        assert_eq!(AllRouters.hear(&reply(1, "fe80::9")), None);
        assert_eq!(AllRouters.hear(&reply(SEQUENCE, "2001:db8::9")), None);
    }
}
