//! Which groups does a device listen to? IGMP version 1 to 3, RFC 2236 §2 and RFC 3376 §4.

use std::net::Ipv4Addr;

use daicho_shared::fact::Fact;

use super::card;
use super::frame::{Frame, long, word};
use crate::probe::identity::told::attribute;
use crate::probe::{Card, Heard, Probe};

/// The probe.
#[derive(Debug)]
pub struct Igmp;

static CARD: Card = card(
    "igmp",
    ["Which groups does a device listen to? (heard)", "マルチキャスト参加の受信（IGMP）"],
    "RFC 3376 §4, RFC 2236 §2",
    ["the groups that it joins tell what a device speaks", "参加するグループから機器の使うプロトコルが分かるため"],
);

const PROTOCOL: u8 = 2;
const QUERY: u8 = 0x11;
const REPORT_1: u8 = 0x12;
const REPORT_2: u8 = 0x16;
const REPORT_3: u8 = 0x22;
/// The most groups of one report that are read.
const GROUPS: u16 = 32;
/// Length from which a query is one of version 3.
const THIRD: usize = 12;

impl Probe for Igmp {
    fn card(&self) -> &'static Card {
        &CARD
    }

    /// Sent with a time to live of 1, and never forwarded (RFC 3376 §4).
    fn hear(&self, frame: &[u8]) -> Option<Heard> {
        let packet = Frame::read(frame)?.packet().filter(|packet| packet.protocol == PROTOCOL && packet.hops == 1)?;
        let facts = parse(packet.payload);
        (!facts.is_empty()).then(|| packet.heard(facts))?
    }

    #[cfg(test)]
    fn samples(&self) -> Vec<crate::probe::laws::Sample> {
        use crate::probe::laws::{Sample, device};
        vec![Sample::Frame(tests::report()), Sample::Frame(device("linux-618-igmp"))]
    }
}

fn parse(bytes: &[u8]) -> Vec<Fact> {
    let joined = |group: u32| {
        let group = Ipv4Addr::from(group);
        group.is_multicast().then(|| attribute("igmp", "group", group.to_string()))
    };
    match bytes.first() {
        Some(&QUERY) if bytes.len() >= 8 => {
            vec![attribute("igmp", "querier", if bytes.len() >= THIRD { "3" } else { "2" })]
        }
        Some(&(REPORT_1 | REPORT_2)) => long(bytes, 4).and_then(joined).into_iter().collect(),
        Some(&REPORT_3) => records(bytes).into_iter().filter_map(joined).collect(),
        _ => vec![],
    }
}

/// Kind, length of further data in words, count of sources, group (RFC 3376 §4.2.4). A group of whose
/// sources none is wanted is left, not joined.
fn records(bytes: &[u8]) -> Vec<u32> {
    const INCLUDES: [u8; 2] = [1, 3];
    let (mut groups, mut rest) = (vec![], bytes.get(8..).unwrap_or_default());
    for _ in 0..word(bytes, 6).unwrap_or(0).min(GROUPS) {
        let (Some(head), Some(group)) = (rest.get(..4), long(rest, 4)) else { break };
        let sources = u16::from_be_bytes([head[2], head[3]]);
        if !(INCLUDES.contains(&head[0]) && sources == 0) {
            groups.push(group);
        }
        rest = rest.get(8 + 4 * (usize::from(sources) + usize::from(head[1]))..).unwrap_or_default();
    }
    groups
}

#[cfg(test)]
mod tests {
    use daicho_shared::address::Mac;

    use super::super::frame::made;
    use super::*;

    fn sent(to: [u8; 4], body: &[u8]) -> Vec<u8> {
        made::ipv4(Mac([0, 0x80, 0xa3, 1, 2, 3]), ([10, 1, 0, 9], to), (PROTOCOL, 1), body)
    }

    pub(super) fn report() -> Vec<u8> {
        let body = [REPORT_3, 0, 0, 0, 0, 0, 0, 2, 4, 0, 0, 0, 224, 0, 0, 251, 3, 0, 0, 0, 239, 255, 255, 250];
        sent([224, 0, 0, 22], &body)
    }

    #[test]
    fn joined_groups_are_told_and_left_ones_not() {
        assert_eq!(Igmp.hear(&report()).unwrap().facts, [attribute("igmp", "group", "224.0.0.251")]);
        let second = sent([239, 255, 255, 250], &[REPORT_2, 0, 0, 0, 239, 255, 255, 250]);
        assert_eq!(Igmp.hear(&second).unwrap().facts, [attribute("igmp", "group", "239.255.255.250")]);
    }

    #[test]
    fn a_querier_is_told() {
        let query = sent([224, 0, 0, 1], &[QUERY, 100, 0, 0, 0, 0, 0, 0, 2, 125, 0, 0]);
        assert_eq!(Igmp.hear(&query).unwrap().facts, [attribute("igmp", "querier", "3")]);
    }
}
