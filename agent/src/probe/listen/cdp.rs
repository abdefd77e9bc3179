//! Which Cisco device hangs on this cable? CDP version 1 and 2, as Cisco published its frame format
//! ("Cisco Discovery Protocol: Frame Format").

use std::net::IpAddr;

use daicho_shared::fact::{Fact, NameSource};
use daicho_shared::text;

use super::card;
use super::frame::{Content, Frame, address, long, word};
use crate::probe::identity::told::attribute;
use crate::probe::{Card, Heard, Probe};

/// The probe.
#[derive(Debug)]
pub struct Cdp;

static CARD: Card = card(
    "cdp",
    ["Which Cisco device hangs on this cable? (heard)", "隣接シスコ機器の自己紹介の受信（CDP）"],
    "Cisco Discovery Protocol, frame format",
    [
        "Cisco devices tell platform, software and port by themselves",
        "シスコ機器が型番・ソフトウェア・ポートを自ら告げるため",
    ],
);

const CISCO: [u8; 3] = [0x00, 0x00, 0x0c];
const PROTOCOL: u16 = 0x2000;
/// The most elements of one frame that are read.
const ELEMENTS: usize = 64;
/// The most addresses of one element that are read.
const ADDRESSES: u32 = 8;
/// Bits of the capabilities.
const CAPABILITIES: [&str; 8] =
    ["router", "transparent-bridge", "source-route-bridge", "switch", "host", "igmp", "repeater", "telephone"];

impl Probe for Cdp {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn hear(&self, frame: &[u8]) -> Option<Heard> {
        let frame = Frame::read(frame)?;
        let Content::Snap(CISCO, PROTOCOL, bytes) = frame.content else { return None };
        let facts = parse(bytes)?;
        Some(frame.heard(facts))
    }

    #[cfg(test)]
    fn samples(&self) -> Vec<crate::probe::laws::Sample> {
        use crate::probe::laws::{Sample, device};
        vec![Sample::Frame(tests::switch()), Sample::Frame(device("lldpd-1016-cdp"))]
    }
}

/// Version, holding time, checksum; then elements.
fn parse(bytes: &[u8]) -> Option<Vec<Fact>> {
    let ([1 | 2, ..], elements) = bytes.split_at_checked(4)? else { return None };
    let mut facts = vec![];
    for (kind, value) in self::elements(elements) {
        match kind {
            0x01 => facts.push(Fact::Name { source: NameSource::Lldp, name: text::bounded_bytes(value), domain: None }),
            0x02 | 0x16 => facts.extend(addresses(value).into_iter().map(own)),
            0x03 => facts.push(attribute("cdp", "port", text::bounded_bytes(value))),
            0x04 => facts.extend(long(value, 0).map(|bits| attribute("cdp", "capabilities", capabilities(bits)))),
            0x05 => facts.push(attribute("cdp", "software", text::bounded_bytes(value))),
            0x06 => facts.push(attribute("cdp", "platform", text::bounded_bytes(value))),
            0x09 if !value.is_empty() => facts.push(attribute("cdp", "vtp-domain", text::bounded_bytes(value))),
            0x0a => facts.extend(word(value, 0).map(|vlan| attribute("cdp", "vlan", vlan.to_string()))),
            _ => {}
        }
    }
    facts.sort();
    facts.dedup();
    (!facts.is_empty()).then_some(facts)
}

/// Type, length of the whole element, value.
fn elements(mut bytes: &[u8]) -> Vec<(u16, &[u8])> {
    let mut elements = vec![];
    while let (Some(kind), Some(length), true) = (word(bytes, 0), word(bytes, 2), elements.len() < ELEMENTS) {
        let Some(value) = bytes.get(4..usize::from(length)) else { break };
        elements.push((kind, value));
        bytes = &bytes[usize::from(length)..];
    }
    elements
}

/// Count; then each with protocol type, length and octets of the protocol, length and octets of the address.
fn addresses(value: &[u8]) -> Vec<IpAddr> {
    let mut found = vec![];
    let Some((count, mut rest)) = long(value, 0).zip(value.get(4..)) else { return found };
    for _ in 0..count.min(ADDRESSES) {
        let Some(protocol) = rest.get(1).map(|length| usize::from(*length)) else { break };
        let Some(length) = word(rest, 2 + protocol).map(usize::from) else { break };
        let Some(octets) = rest.get(4 + protocol..4 + protocol + length) else { break };
        found.extend(address(octets).filter(|address| !address.is_unspecified() && !address.is_loopback()));
        rest = &rest[4 + protocol + length..];
    }
    found
}

fn own(address: IpAddr) -> Fact {
    Fact::OwnAddress { address, prefix_length: None, interface: None }
}

fn capabilities(bits: u32) -> String {
    let named = CAPABILITIES.iter().enumerate().filter(|(place, _)| bits & (1 << place) != 0);
    named.map(|(_, name)| *name).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use daicho_shared::address::Mac;

    use super::super::frame::made;
    use super::*;

    fn element(kind: u16, value: &[u8]) -> Vec<u8> {
        let length = u16::try_from(4 + value.len()).unwrap();
        [&kind.to_be_bytes()[..], &length.to_be_bytes(), value].concat()
    }

    pub(super) fn switch() -> Vec<u8> {
        let body = [
            vec![2, 180, 0, 0],
            element(1, b"SW-ICU"),
            element(2, &[0, 0, 0, 1, 1, 1, 0xcc, 0, 4, 10, 1, 0, 9]),
            element(3, b"GigabitEthernet1/0/7"),
            element(4, &[0, 0, 0, 0x28]),
            element(5, b"Cisco IOS Software, C2960X Software (C2960X-UNIVERSALK9-M), Version 15.2(7)E2"),
            element(6, b"cisco WS-C2960X-24TS-L"),
            element(10, &[0, 20]),
        ];
        let data = [&[0xaa, 0xaa, 0x03, 0x00, 0x00, 0x0c, 0x20, 0x00][..], &body.concat()].concat();
        let length = u16::try_from(data.len()).unwrap();
        made::typed(Mac([0, 0x1b, 0x54, 1, 2, 7]), Mac([1, 0, 0x0c, 0xcc, 0xcc, 0xcc]), length, &data)
    }

    #[test]
    fn platform_software_port_and_address_are_read() {
        let told = format!("{:?}", Cdp.hear(&switch()).unwrap());
        for wanted in ["SW-ICU", "WS-C2960X-24TS-L", "15.2(7)E2", "GigabitEthernet1/0/7", "switch,igmp", "10.1.0.9"] {
            assert!(told.contains(wanted), "{wanted}: {told}");
        }
    }
}
