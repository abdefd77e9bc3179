//! Which routers offer a way out by IPv6? Router solicitation, RFC 4861 §4.1. The advertisements that
//! answer it are read where they are heard.

use pnet_packet::icmpv6::Icmpv6Types;

use crate::probe::icmpv6::{ALL_ROUTERS, frame, link_local};
use crate::probe::{Audience, Card, Level, Link, Probe, Question};

/// The probe.
#[derive(Debug)]
pub struct RouterSolicitation;

static CARD: Card = Card {
    name: "router-solicitation",
    title: "Which routers offer a way out by IPv6? (one router solicitation)",
    title_ja: "IPv6ルータの確認（ルータ要請1回）",
    standard: "RFC 4861 §4.1, §6.3.7",
    packets: 1,
    level: Level::Presence,
    may_upset: "nothing known: every IPv6 host asks this when it starts",
    audience: Audience::Everybody,
    why: "a router that nobody knows of answers at once, not only every few minutes",
    why_ja: "把握されていないルータも、数分おきの広告を待たずに応答するため",
};

/// Without options, and for the link-layer address with one.
const LENGTH: usize = 16;
const SOURCE_LINK_ADDRESS: u8 = 1;

impl Probe for RouterSolicitation {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn call(&self, link: &Link) -> Vec<Question> {
        let mut payload = [0; LENGTH];
        payload[8..10].copy_from_slice(&[SOURCE_LINK_ADDRESS, 1]);
        payload[10..].copy_from_slice(&link.mac.0);
        let solicitation =
            link_local(link).and_then(|own| frame(link.mac, own, ALL_ROUTERS, Icmpv6Types::RouterSolicit.0, &payload));
        solicitation.map(|bytes| Question::Frame { bytes }).into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use daicho_shared::address::Mac;
    use pnet_packet::Packet;
    use pnet_packet::icmpv6::ndp::{NdpOptionTypes, RouterSolicitPacket};

    use super::*;
    use crate::probe::icmpv6::{ETHERNET, IPV6};

    #[test]
    fn one_well_formed_solicitation_goes_to_all_routers() {
        let mac = Mac([2, 0, 0, 0, 0, 5]);
        let link = Link::new("lan0", mac, vec!["fe80::5/64".parse().unwrap()]);
        let calls = RouterSolicitation.call(&link);
        let [Question::Frame { bytes }] = calls.as_slice() else { panic!() };
        assert_eq!(bytes[..6], [0x33, 0x33, 0, 0, 0, 2]);
        let solicitation = RouterSolicitPacket::new(&bytes[ETHERNET + IPV6..]).unwrap();
        let options = solicitation.get_options();
        assert_eq!(options.len(), 1);
        assert_eq!((options[0].option_type, options[0].data.as_slice()), (NdpOptionTypes::SourceLLAddr, &mac.0[..]));
        assert!(solicitation.payload().is_empty());
    }
}
