//! Which IPv6 groups does a device listen to? MLD version 1 and 2, RFC 2710 §3 and RFC 3810 §5.

use std::net::Ipv6Addr;

use daicho_shared::fact::Fact;

use super::card;
use super::frame::{Frame, word};
use crate::probe::identity::told::attribute;
use crate::probe::{Card, Heard, Probe};

/// The probe.
#[derive(Debug)]
pub struct Mld;

static CARD: Card = card(
    "mld",
    ["Which IPv6 groups does a device listen to? (heard)", "マルチキャスト参加の受信（MLD）"],
    "RFC 3810 §5, RFC 2710 §3",
    ["the groups that it joins tell what a device speaks", "参加するグループから機器の使うプロトコルが分かるため"],
);

const ICMPV6: u8 = 58;
const REPORT_1: u8 = 131;
const REPORT_2: u8 = 143;
/// The most groups of one report that are read.
const GROUPS: u16 = 32;
const GROUP: usize = 16;

impl Probe for Mld {
    fn card(&self) -> &'static Card {
        &CARD
    }

    /// Sent from a link-local address with a hop limit of 1 (RFC 3810 §5).
    fn hear(&self, frame: &[u8]) -> Option<Heard> {
        let packet = Frame::read(frame)?.packet().filter(|packet| packet.protocol == ICMPV6 && packet.hops == 1)?;
        let facts: Vec<Fact> = groups(packet.payload).into_iter().filter(is_telling).map(joined).collect();
        (!facts.is_empty()).then(|| packet.heard(facts))?
    }

    #[cfg(test)]
    fn samples(&self) -> Vec<crate::probe::laws::Sample> {
        use crate::probe::laws::{Sample, device};
        vec![Sample::Frame(tests::report()), Sample::Frame(device("linux-618-mld"))]
    }
}

/// A solicited-node group is its own address once more (RFC 4291 §2.7.1).
fn is_telling(group: &Ipv6Addr) -> bool {
    let solicited = group.segments()[..7] == [0xff02, 0, 0, 0, 0, 1, group.segments()[6]] && group.octets()[12] == 0xff;
    group.is_multicast() && !solicited
}

fn joined(group: Ipv6Addr) -> Fact {
    attribute("mld", "group", group.to_string())
}

fn groups(bytes: &[u8]) -> Vec<Ipv6Addr> {
    match bytes.first() {
        Some(&REPORT_1) => group(bytes, 8).into_iter().collect(),
        Some(&REPORT_2) => records(bytes),
        _ => vec![],
    }
}

fn group(bytes: &[u8], at: usize) -> Option<Ipv6Addr> {
    Some(Ipv6Addr::from(*bytes.get(at..)?.first_chunk::<GROUP>()?))
}

/// Kind, length of further data in words, count of sources, group (RFC 3810 §5.2.4). A group of whose
/// sources none is wanted is left, not joined.
fn records(bytes: &[u8]) -> Vec<Ipv6Addr> {
    const INCLUDES: [u8; 2] = [1, 3];
    let (mut groups, mut rest) = (vec![], bytes.get(8..).unwrap_or_default());
    for _ in 0..word(bytes, 6).unwrap_or(0).min(GROUPS) {
        let (Some(head), Some(joined)) = (rest.get(..4), group(rest, 4)) else { break };
        let sources = u16::from_be_bytes([head[2], head[3]]);
        if !(INCLUDES.contains(&head[0]) && sources == 0) {
            groups.push(joined);
        }
        rest = rest.get(4 + GROUP + GROUP * usize::from(sources) + 4 * usize::from(head[1])..).unwrap_or_default();
    }
    groups
}

#[cfg(test)]
mod tests {
    use daicho_shared::address::Mac;

    use super::super::frame::made;
    use super::*;

    /// With the router alert in a hop-by-hop header (RFC 3810 §5).
    pub(super) fn report() -> Vec<u8> {
        let mut body = vec![REPORT_2, 0, 0, 0, 0, 0, 0, 2];
        for group in ["ff02::fb", "ff02::1:ff01:203"] {
            body.extend([4, 0, 0, 0]);
            body.extend(group.parse::<Ipv6Addr>().unwrap().octets());
        }
        let mut ip = vec![0x60, 0, 0, 0, 0, u8::try_from(8 + body.len()).unwrap(), 0, 1];
        ip.extend("fe80::9".parse::<Ipv6Addr>().unwrap().octets());
        ip.extend("ff02::16".parse::<Ipv6Addr>().unwrap().octets());
        ip.extend([ICMPV6, 0, 5, 2, 0, 0, 1, 0]);
        ip.extend(body);
        made::typed(Mac([0, 0x80, 0xa3, 1, 2, 3]), Mac([0x33, 0x33, 0, 0, 0, 0x16]), 0x86dd, &ip)
    }

    #[test]
    fn groups_are_told_behind_the_router_alert() {
        let heard = Mld.hear(&report()).unwrap();
        assert_eq!(heard.facts, [attribute("mld", "group", "ff02::fb")]);
        assert_eq!(heard.address, Some("fe80::9".parse().unwrap()));
    }
}
