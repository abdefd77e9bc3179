//! Which system hangs on this cable? LLDP, IEEE 802.1AB-2016 §8 and §9; the inventory of LLDP-MED,
//! ANSI/TIA-1057 §10.2.6.

use daicho_shared::address::Mac;
use daicho_shared::fact::{Fact, NameSource};
use daicho_shared::text;

use super::card;
use super::frame::{Content, Frame, address, long, word};
use crate::probe::identity::told::attribute;
use crate::probe::{Card, Heard, Probe};

/// The probe.
#[derive(Debug)]
pub struct Lldp;

static CARD: Card = card(
    "lldp",
    ["Which system hangs on this cable? (heard)", "隣接機器の自己紹介の受信（LLDP）"],
    "IEEE 802.1AB-2016 §8",
    [
        "switches, access points and phones tell name, model and port by themselves",
        "スイッチ・無線AP・電話機が名前・型番・ポートを自ら告げるため",
    ],
);

const ETHERTYPE: u16 = 0x88cc;
/// The most elements of one frame that are read.
const ELEMENTS: usize = 64;
/// ANSI/TIA-1057 §9.
const MED: [u8; 3] = [0x00, 0x12, 0xbb];
/// IEEE 802.1Q annex D.
const IEEE_802_1: [u8; 3] = [0x00, 0x80, 0xc2];
/// Chassis and port identifiers by their subtype, IEEE 802.1AB-2016 §8.5.2.2 and §8.5.3.2.
const CHASSIS_MAC: u8 = 4;
const PORT_MAC: u8 = 3;
/// A management address's interface number is an `ifIndex`, §8.5.9.5.
const IF_INDEX: u8 = 2;
/// Bits of the system capabilities, §8.5.8.1.
const CAPABILITIES: [&str; 11] = [
    "other",
    "repeater",
    "bridge",
    "access-point",
    "router",
    "telephone",
    "docsis",
    "station",
    "c-vlan",
    "s-vlan",
    "two-port-relay",
];

impl Probe for Lldp {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn hear(&self, frame: &[u8]) -> Option<Heard> {
        let frame = Frame::read(frame)?;
        let Content::Typed(ETHERTYPE, bytes) = frame.content else { return None };
        let facts = parse(bytes)?;
        Some(frame.heard(facts))
    }

    #[cfg(test)]
    fn samples(&self) -> Vec<crate::probe::laws::Sample> {
        use crate::probe::laws::{Sample, device};
        vec![Sample::Frame(tests::phone()), Sample::Frame(device("lldpd-1016-lldp"))]
    }
}

/// What LLDP-MED tells of the hardware.
#[derive(Default)]
struct Inventory {
    hardware: Option<String>,
    firmware: Option<String>,
    software: Option<String>,
    serial: Option<String>,
    maker: Option<String>,
    model: Option<String>,
}

/// The first element must name the chassis, the second the port (§8.2).
fn parse(bytes: &[u8]) -> Option<Vec<Fact>> {
    let elements = elements(bytes);
    let mut facts = vec![];
    let mut inventory = Inventory::default();
    let [(1, chassis), (2, port), ..] = elements.as_slice() else { return None };
    facts.extend(chassis_facts(chassis));
    facts.push(attribute("lldp", "port", identifier(port, PORT_MAC)));
    for (kind, value) in elements.iter().skip(2) {
        match (kind, *value) {
            (4, text) => facts.push(attribute("lldp", "port-description", shown(text))),
            (5, name) => facts.push(Fact::Name { source: NameSource::Lldp, name: shown(name), domain: None }),
            (6, text) => facts.push(attribute("lldp", "system-description", shown(text))),
            (7, bits) => facts.extend(word(bits, 2).map(|on| attribute("lldp", "capabilities", capabilities(on)))),
            (8, value) => facts.extend(management(value)),
            (127, [a, b, c, subtype, value @ ..]) => match [*a, *b, *c] {
                MED => inventory.take(*subtype, shown(value)),
                IEEE_802_1 if *subtype == 1 => {
                    facts.extend(word(value, 0).map(|vlan| attribute("lldp", "vlan", vlan.to_string())));
                }
                _ => {}
            },
            _ => {}
        }
    }
    facts.extend(inventory.facts());
    Some(facts)
}

/// Seven bits of type, nine of length (§8.4).
fn elements(mut bytes: &[u8]) -> Vec<(u8, &[u8])> {
    let mut elements = vec![];
    while let (Some(head), true) = (word(bytes, 0), elements.len() < ELEMENTS) {
        let (kind, length) = ((head >> 9) as u8, usize::from(head & 0x1ff));
        let Some(value) = bytes[2..].get(..length) else { break };
        if kind == 0 {
            break;
        }
        elements.push((kind, value));
        bytes = &bytes[2 + length..];
    }
    elements
}

/// A chassis that is named by a link-layer address names the machine whose ports are many.
fn chassis_facts(value: &[u8]) -> impl Iterator<Item = Fact> + use<> {
    let mac = match value {
        [CHASSIS_MAC, mac @ ..] => <[u8; 6]>::try_from(mac).ok().map(Mac).filter(|mac| mac.is_interface()),
        _ => None,
    };
    let id = mac.map(|mac| Fact::MachineId { source: "lldp-chassis".to_owned(), value: mac.to_string() });
    std::iter::once(attribute("lldp", "chassis", identifier(value, CHASSIS_MAC))).chain(id)
}

fn identifier(value: &[u8], mac_subtype: u8) -> String {
    match value.split_first() {
        Some((subtype, mac)) if *subtype == mac_subtype && mac.len() == 6 => {
            mac.try_into().map(|mac| Mac(mac).to_string()).unwrap_or_default()
        }
        // A network address: its family's number, then the octets (§8.5.2.3).
        Some((4 | 5, [1 | 2, octets @ ..])) if address(octets).is_some() => {
            address(octets).map(|address| address.to_string()).unwrap_or_default()
        }
        Some((_, text)) => shown(text),
        None => String::new(),
    }
}

/// Length of family and address, the family, the address, and the interface (§8.5.9).
fn management(value: &[u8]) -> Option<Fact> {
    let (&length, rest) = value.split_first()?;
    let (named, interface) = rest.split_at_checked(usize::from(length))?;
    let address = address(named.get(1..)?).filter(|address| !address.is_unspecified() && !address.is_loopback())?;
    let interface = interface.first().filter(|kind| **kind == IF_INDEX).and_then(|_| long(interface, 1));
    Some(Fact::OwnAddress { address, prefix_length: None, interface })
}

fn capabilities(bits: u16) -> String {
    let named = CAPABILITIES.iter().enumerate().filter(|(place, _)| bits & (1 << place) != 0);
    named.map(|(_, name)| *name).collect::<Vec<_>>().join(",")
}

impl Inventory {
    /// ANSI/TIA-1057 §10.2.6, subtypes 5 to 10.
    fn take(&mut self, subtype: u8, value: String) {
        let slot = match subtype {
            5 => &mut self.hardware,
            6 => &mut self.firmware,
            7 => &mut self.software,
            8 => &mut self.serial,
            9 => &mut self.maker,
            10 => &mut self.model,
            _ => return,
        };
        *slot = Some(value).filter(|value| !value.is_empty());
    }

    fn facts(self) -> Vec<Fact> {
        let hardware = self.hardware.map(|value| attribute("lldp", "hardware", value));
        let firmware = self.software.or(self.firmware);
        let told = self.maker.is_some() || self.model.is_some() || self.serial.is_some() || firmware.is_some();
        let product = told.then(|| Fact::Product {
            source: "lldp".to_owned(),
            maker: self.maker,
            model: self.model,
            serial: self.serial,
            firmware,
        });
        product.into_iter().chain(hardware).collect()
    }
}

fn shown(octets: &[u8]) -> String {
    text::bounded_bytes(octets)
}

#[cfg(test)]
mod tests {
    use super::super::frame::made;
    use super::*;

    fn element(kind: u8, value: &[u8]) -> Vec<u8> {
        let head = u16::from(kind) << 9 | u16::try_from(value.len()).unwrap();
        [&head.to_be_bytes()[..], value].concat()
    }

    /// As IEEE 802.1AB and ANSI/TIA-1057 lay it out.
    pub(super) fn phone() -> Vec<u8> {
        let med = |subtype: u8, text: &[u8]| element(127, &[&[0x00, 0x12, 0xbb, subtype], text].concat());
        let elements = [
            element(1, &[&[4][..], &[0, 0x80, 0xa3, 1, 2, 3]].concat()),
            element(2, b"\x05gi1/0/7"),
            element(3, &[0, 120]),
            element(5, b"sw-2f"),
            element(6, b"ProCurve J9019B Switch 2510B-24, revision Q.11.17"),
            element(7, &[0, 0x34, 0, 0x14]),
            element(8, &[5, 1, 10, 1, 0, 9, 2, 0, 0, 0, 1, 0]),
            element(127, &[0x00, 0x80, 0xc2, 1, 0, 20]),
            med(9, b"Aastra"),
            med(10, b"6757i"),
            med(8, b"SN123"),
            element(0, &[]),
        ];
        made::typed(Mac([0, 0x80, 0xa3, 1, 2, 4]), Mac([1, 0x80, 0xc2, 0, 0, 0x0e]), ETHERTYPE, &elements.concat())
    }

    #[test]
    fn everything_told_is_read() {
        let heard = Lldp.hear(&phone()).unwrap();
        assert_eq!((heard.address, heard.mac), (None, Some(Mac([0, 0x80, 0xa3, 1, 2, 4]))));
        let told = format!("{:?}", heard.facts);
        for wanted in
            ["00:80:A3:01:02:03", "gi1/0/7", "sw-2f", "bridge,router", "10.1.0.9", "Aastra", "6757i", "\"20\""]
        {
            assert!(told.contains(wanted), "{wanted}: {told}");
        }
    }

    #[test]
    fn a_frame_that_does_not_begin_with_chassis_and_port_is_none() {
        let frame = made::typed(Mac([0, 0x80, 0xa3, 1, 2, 4]), Mac::BROADCAST, ETHERTYPE, &element(5, b"x"));
        assert_eq!(Lldp.hear(&frame), None);
    }
}
