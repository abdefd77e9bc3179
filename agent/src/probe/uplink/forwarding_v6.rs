//! Does this IPv6 router pass packets on, and where to? One echo request to its link-layer address, to an address that
//! nobody has, with a hop limit of 1: it says that there is no way (RFC 4443 §3.1), or that the limit is reached (§3.3),
//! which is what a router with a default route says.

use std::net::Ipv6Addr;

use daicho_shared::fact::Fact;

use super::forwarding::{LAST_HOP, WAIT, ended};
use super::packet::scrambled;
use crate::probe::icmpv6::{self, link_local};
use crate::probe::listen::frame::Frame;
use crate::probe::{Audience, Card, Heard, Known, Level, Probe, Question, Reading, Reply};

/// The probe.
#[derive(Debug)]
pub struct ForwardingV6;

static CARD: Card = Card {
    name: "forwarding-v6",
    title: "Do you pass IPv6 packets on, and have you a way out? (one echo to nowhere, hop limit 1)",
    title_ja: "IPv6の中継と出口の確認（宛先のないエコー1回、隣までしか届かない）",
    standard: "RFC 4443 §3.1, §3.3",
    packets: 1,
    level: Level::Query,
    may_upset: "nothing known: a host drops what is not addressed to it",
    audience: Audience::Answering,
    why: "what an IPv6 router says tells whether it has a default route",
    why_ja: "IPv6ルータの応答の種類から、外への経路の有無が分かるため",
};

const ICMPV6: u8 = 58;
const UNREACHABLE: u8 = 1;
const TIME_EXCEEDED: u8 = 3;
/// Type, code, checksum, four octets; then the header that is quoted (RFC 4443 §2.4).
const HEADER: usize = 8;
const IPV6: usize = 40;

impl Probe for ForwardingV6 {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn ask(&self, known: &Known<'_>) -> Vec<Question> {
        let says = |fact: &Fact| matches!(fact, Fact::Router { how } if how != "upnp-igd");
        let wanted = known.setup.uplink.search && known.facts.iter().any(says);
        let frame = if wanted { question(known) } else { None };
        frame.map(|bytes| Question::Exchange { bytes, wait: WAIT }).into_iter().collect()
    }

    fn answer(&self, sent: &[u8], frame: &[u8]) -> Option<Heard> {
        let packet = Frame::read(frame)?.packet().filter(|packet| packet.protocol == ICMPV6)?;
        let [kind, code, ..] = *packet.payload.first_chunk::<HEADER>()?;
        let quoted = packet.payload.get(HEADER..HEADER + IPV6)?;
        let ours = sent.get(14..14 + IPV6)?;
        let by = packet.frame.from;
        let about_it = quoted[8..40] == ours[8..40] && sent[..6] == by.0;
        let destination = Ipv6Addr::from(<[u8; 16]>::try_from(&ours[24..40]).ok()?);
        let fact = Fact::Hop {
            sent_ttl: LAST_HOP,
            destination: destination.into(),
            from: packet.source,
            kind,
            code,
            quoted_ttl: Some(quoted[7]),
            gateway: None,
        };
        let known = [UNREACHABLE, TIME_EXCEEDED].contains(&kind);
        (known && about_it).then(|| Heard { address: None, mac: Some(by), facts: vec![fact] })
    }

    fn read(&self, _question: &Question, reply: Reply<'_>) -> Reading {
        ended(reply)
    }

    #[cfg(test)]
    fn samples(&self) -> Vec<crate::probe::laws::Sample> {
        vec![crate::probe::laws::Sample::Exchange(tests::asked(), tests::answered(TIME_EXCEEDED))]
    }
}

/// From our link-local address: with another one, a router may have no way back.
fn question(known: &Known<'_>) -> Option<Vec<u8>> {
    let (link, mac) = (known.link?, known.target.mac?);
    let own = link_local(link)?;
    icmpv6::echo_through((link.mac, mac), (own, nowhere(scrambled(known.seed, &mac.0))), LAST_HOP)
}

/// Of the documentation prefix (RFC 3849).
fn nowhere(number: u64) -> Ipv6Addr {
    let mut octets = [0; 16];
    octets[..6].copy_from_slice(&[0x20, 0x01, 0x0d, 0xb8, 0xff, 0xff]);
    octets[8..].copy_from_slice(&number.to_be_bytes());
    Ipv6Addr::from(octets)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::net::IpAddr;

    use daicho_shared::address::Mac;
    use daicho_shared::observation::Target;

    use super::*;
    use crate::probe::Link;

    const ROUTER: Mac = Mac([0, 0x80, 0xa3, 1, 2, 3]);
    const SCANNER: Mac = Mac([2, 0, 0, 0, 0, 5]);

    fn ask(facts: &[Fact]) -> Vec<Question> {
        let link = Link::new("lan0", SCANNER, vec!["fe80::5/64".parse().unwrap()]);
        let target = Target { address: [10, 1, 0, 9].into(), mac: Some(ROUTER), interface: Some("lan0".into()) };
        let open = BTreeSet::new();
        ForwardingV6.ask(&Known { on_link: true, link: Some(&link), facts, ..Known::of(&target, &open) })
    }

    pub(super) fn asked() -> Vec<u8> {
        let questions = ask(&[Fact::Router { how: "na-r-flag".into() }]);
        let [Question::Exchange { bytes, .. }] = questions.as_slice() else { panic!("{questions:?}") };
        bytes.clone()
    }

    pub(super) fn answered(kind: u8) -> Vec<u8> {
        let sent = asked();
        let mut message = vec![kind, 0, 0, 0, 0, 0, 0, 0];
        message.extend(&sent[14..]);
        let mut ip = vec![0x60, 0, 0, 0, 0, u8::try_from(message.len()).unwrap(), ICMPV6, 64];
        ip.extend("fe80::9".parse::<Ipv6Addr>().unwrap().octets());
        ip.extend("fe80::5".parse::<Ipv6Addr>().unwrap().octets());
        ip.extend(message);
        crate::probe::listen::frame::made::typed(ROUTER, SCANNER, 0x86dd, &ip)
    }

    #[test]
    fn only_who_calls_itself_a_router_is_asked() {
        assert!(ask(&[]).is_empty());
        assert_eq!((&asked()[..6], asked()[14 + 7]), (&ROUTER.0[..], 1));
    }

    #[test]
    fn both_answers_are_told_apart() {
        for kind in [UNREACHABLE, TIME_EXCEEDED] {
            let facts = ForwardingV6.answer(&asked(), &answered(kind)).unwrap().facts;
            assert!(matches!(facts.as_slice(), [Fact::Hop { kind: k, from: IpAddr::V6(_), .. }] if *k == kind));
        }
        assert_eq!(ForwardingV6.answer(&asked(), &answered(129)), None);
    }
}
