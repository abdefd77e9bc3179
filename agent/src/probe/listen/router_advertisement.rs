//! What does an IPv6 router promise? Router advertisement, RFC 4861 §4.2 and §4.6, RFC 8106 §5.1.

use std::net::Ipv6Addr;

use daicho_shared::fact::Fact;

use super::frame::{Frame, long, word};
use super::{card, labels};
use crate::probe::identity::told::attribute;
use crate::probe::{Card, Heard, Probe};

/// The probe.
#[derive(Debug)]
pub struct RouterAdvertisement;

static CARD: Card = card(
    "router-advertisement",
    ["What does an IPv6 router promise? (heard)", "IPv6ルータ広告の受信"],
    "RFC 4861 §4.2, RFC 8106 §5.1",
    ["who offers a way out by IPv6, and with which addresses", "IPv6の出口と配布アドレスが分かるため"],
);

const ICMPV6: u8 = 58;
const ADVERTISEMENT: u8 = 134;
/// It is believed only at this hop limit: it cannot have been forwarded (RFC 4861 §6.1.2).
const UNFORWARDED: u8 = 255;
const HEADER: usize = 16;
/// The most options of one advertisement that are read.
const OPTIONS: usize = 32;
/// The most name servers of one option that are read.
const SERVERS: usize = 8;
const PREFIX: u8 = 3;
const MTU: u8 = 5;
const DNS_SERVERS: u8 = 25;
const DNS_SEARCH: u8 = 31;
/// M and O bits: addresses, or other things, come by `DHCPv6`.
const MANAGED: u8 = 0x80;
const OTHER: u8 = 0x40;

impl Probe for RouterAdvertisement {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn hear(&self, frame: &[u8]) -> Option<Heard> {
        let packet = Frame::read(frame)?.packet()?;
        let believed = packet.protocol == ICMPV6 && packet.hops == UNFORWARDED && packet.stays_on_link();
        let facts = parse(packet.payload).filter(|_| believed)?;
        packet.heard(facts)
    }

    #[cfg(test)]
    fn samples(&self) -> Vec<crate::probe::laws::Sample> {
        use crate::probe::laws::{Sample, device};
        vec![Sample::Frame(tests::advertisement()), Sample::Frame(device("radvd-219-advertisement"))]
    }
}

fn parse(bytes: &[u8]) -> Option<Vec<Fact>> {
    let (head, mut options) = bytes.split_at_checked(HEADER).filter(|(head, _)| head[0] == ADVERTISEMENT)?;
    let lifetime = word(head, 6)?;
    let mut facts = vec![attribute("ra", "lifetime", lifetime.to_string())];
    if lifetime > 0 {
        facts.push(Fact::Router { how: "router-advertisement".to_owned() });
    }
    let flags = [(MANAGED, "addresses"), (OTHER, "other")].into_iter().filter(|(bit, _)| head[5] & bit != 0);
    facts.extend(flags.map(|(_, what)| attribute("ra", "dhcpv6", what)));
    for _ in 0..OPTIONS {
        // Type, and length in units of eight octets.
        let length = options.get(1).map_or(0, |units| 8 * usize::from(*units));
        let Some((option, rest)) = options.split_at_checked(length).filter(|_| length > 0) else { break };
        facts.extend(read(option));
        options = rest;
    }
    Some(facts)
}

fn read(option: &[u8]) -> Vec<Fact> {
    let address = |octets: &[u8]| octets.try_into().ok().map(|octets: [u8; 16]| Ipv6Addr::from(octets));
    match option[0] {
        PREFIX => {
            let prefix = option.get(16..32).and_then(address);
            prefix.map(|prefix| attribute("ra", "prefix", format!("{prefix}/{}", option[2]))).into_iter().collect()
        }
        MTU => long(option, 4).map(|mtu| attribute("ra", "mtu", mtu.to_string())).into_iter().collect(),
        DNS_SERVERS => {
            let servers = option[8..].chunks_exact(16).take(SERVERS).filter_map(address);
            servers.map(|server| attribute("ra", "dns", server.to_string())).collect()
        }
        DNS_SEARCH => labels::read(&option[8..]).map(|domain| attribute("ra", "domain", domain)).into_iter().collect(),
        _ => vec![],
    }
}

#[cfg(test)]
mod tests {
    use daicho_shared::address::Mac;

    use super::super::frame::made;
    use super::*;

    pub(super) fn advertisement() -> Vec<u8> {
        let octets = |text: &str| text.parse::<Ipv6Addr>().unwrap().octets();
        let mut body = vec![ADVERTISEMENT, 0, 0, 0, 64, 0x40, 0x07, 0x08, 0, 0, 0, 0, 0, 0, 0, 0];
        body.extend([PREFIX, 4, 64, 0xc0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0]);
        body.extend(octets("2001:db8:1::"));
        body.extend([MTU, 1, 0, 0, 0, 0, 5, 220]);
        body.extend([DNS_SERVERS, 3, 0, 0, 0, 0, 2, 88]);
        body.extend(octets("2001:db8:1::53"));
        let mut ip = vec![0x60, 0, 0, 0, 0, u8::try_from(body.len()).unwrap(), ICMPV6, UNFORWARDED];
        ip.extend(octets("fe80::1"));
        ip.extend(octets("ff02::1"));
        ip.extend(body);
        made::typed(Mac([0, 0x80, 0xa3, 1, 2, 3]), Mac([0x33, 0x33, 0, 0, 0, 1]), 0x86dd, &ip)
    }

    #[test]
    fn what_is_promised_is_read() {
        let heard = RouterAdvertisement.hear(&advertisement()).unwrap();
        let wanted = [("lifetime", "1800"), ("prefix", "2001:db8:1::/64"), ("mtu", "1500"), ("dns", "2001:db8:1::53")];
        for (key, value) in wanted {
            assert!(heard.facts.contains(&attribute("ra", key, value)), "{key}: {heard:?}");
        }
        assert!(heard.facts.contains(&Fact::Router { how: "router-advertisement".into() }));
    }

    #[test]
    fn an_option_without_length_ends_the_reading() {
        let mut frame = advertisement();
        frame[14 + 40 + HEADER + 1] = 0;
        assert_eq!(RouterAdvertisement.hear(&frame).unwrap().facts.len(), 3);
    }
}
