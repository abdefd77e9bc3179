//! Which Ubiquiti device are you? The maker's discovery protocol, version 1, on UDP port 10001: four
//! octets ask, and type-length-value fields answer. Published by the maker only as a tool; the fields
//! here are those that open implementations of it agree on.

use std::time::Duration;

use daicho_shared::coverage::Outcome;
use daicho_shared::fact::{Fact, NameSource, Transport};
use daicho_shared::text;

use crate::probe::identity::told::{attribute, service};
use crate::probe::{Audience, Card, Known, Level, Probe, Question, Reading, Reply};

/// The probe.
#[derive(Debug)]
pub struct Ubiquiti;

static CARD: Card = Card {
    name: "ubiquiti",
    title: "Which Ubiquiti device are you? (discovery)",
    title_ja: "Ubiquiti機器の機種・版の確認",
    standard: "Ubiquiti discovery protocol, version 1 (UDP 10001)",
    packets: 1,
    level: Level::Query,
    may_upset: "nothing known: the maker's own tool asks the same of everybody",
    audience: Audience::Seeming(&["network", "camera"]),
    why: "one packet tells model, firmware and name",
    why_ja: "1パケットで機種・版・名前が分かるため",
};

const PORT: u16 = 10001;
const WAIT: Duration = Duration::from_millis(600);
const REQUEST: [u8; 4] = [1, 0, 0, 0];
/// Version and command, and the length of what follows.
const HEADER: usize = 4;
/// The most fields that are read.
const FIELDS: usize = 64;
const MAC_AND_ADDRESS: u8 = 0x02;
const FIRMWARE: u8 = 0x03;
const HOST_NAME: u8 = 0x0b;
const PLATFORM: u8 = 0x0c;
const NETWORK_NAME: u8 = 0x0d;
const MODEL: u8 = 0x14;

impl Probe for Ubiquiti {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn ask(&self, known: &Known<'_>) -> Vec<Question> {
        let question = Question::Datagram { port: PORT, payload: REQUEST.to_vec(), wait: WAIT };
        if known.target.address.is_ipv4() { vec![question] } else { vec![] }
    }

    fn read(&self, _question: &Question, reply: Reply<'_>) -> Reading {
        match reply {
            Reply::Datagram(bytes) => {
                parse(bytes).map_or_else(|| Reading::of(Outcome::OtherProtocol), Reading::answered)
            }
            Reply::Refused => Reading::of(Outcome::Refused),
            _ => Reading::of(Outcome::Silent),
        }
    }

    #[cfg(test)]
    fn samples(&self) -> Vec<crate::probe::laws::Sample> {
        vec![crate::probe::laws::Sample::Datagram(tests::answer())]
    }
}

fn parse(bytes: &[u8]) -> Option<Vec<Fact>> {
    let (header, rest) = bytes.split_first_chunk::<HEADER>()?;
    let length = usize::from(u16::from_be_bytes([header[2], header[3]]));
    let fields = fields(rest.get(..length)?);
    // Without a link-layer address it is no answer of this protocol.
    fields.iter().find(|(kind, value)| *kind == MAC_AND_ADDRESS && value.len() == 10)?;
    if header[0] != 1 {
        return None;
    }
    let text = |wanted: u8| {
        let value = fields.iter().find(|(kind, _)| *kind == wanted).map(|(_, value)| text::bounded_bytes(value));
        value.filter(|text| !text.is_empty())
    };
    let product = Fact::Product {
        source: "ubiquiti".to_owned(),
        maker: Some("Ubiquiti".to_owned()),
        model: text(MODEL).or_else(|| text(PLATFORM)),
        serial: None,
        firmware: text(FIRMWARE),
    };
    let name = text(HOST_NAME).map(|name| Fact::Name { source: NameSource::Device, name, domain: None });
    let network = text(NETWORK_NAME).map(|name| attribute("ubiquiti", "essid", name));
    let own = addresses(&fields);
    let facts = [service(Transport::Udp, PORT, "ubiquiti"), product];
    Some(facts.into_iter().chain(name).chain(network).chain(own).collect())
}

/// Type, length, value.
fn fields(mut bytes: &[u8]) -> Vec<(u8, &[u8])> {
    let mut fields = vec![];
    while let Some(([kind, high, low], rest)) = bytes.split_first_chunk::<3>() {
        let Some((value, rest)) = rest.split_at_checked(usize::from(u16::from_be_bytes([*high, *low]))) else { break };
        fields.push((*kind, value));
        if fields.len() == FIELDS {
            break;
        }
        bytes = rest;
    }
    fields
}

/// The device's addresses, each after its interface's link-layer address.
fn addresses(fields: &[(u8, &[u8])]) -> Vec<Fact> {
    let own = fields.iter().filter(|(kind, _)| *kind == MAC_AND_ADDRESS).filter_map(|(_, value)| {
        let address: [u8; 4] = value.get(6..10)?.try_into().ok()?;
        (address != [0; 4]).then(|| Fact::OwnAddress { address: address.into(), prefix_length: None, interface: None })
    });
    own.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An answer as access points give it: address, firmware, uptime, name, platform, network, model.
    pub(super) fn answer() -> Vec<u8> {
        let rows: [(u8, &[u8]); 6] = [
            (MAC_AND_ADDRESS, &[0x24, 0xa4, 0x3c, 1, 2, 3, 10, 1, 0, 9]),
            (FIRMWARE, b"BZ.qca956x.v4.0.66.10832.191219.0117"),
            (0x0a, &[0, 1, 0, 0]),
            (HOST_NAME, b"AP-3F-EAST"),
            (PLATFORM, b"U7LR"),
            (MODEL, b"UAP-AC-LR"),
        ];
        let word = |length: usize| u16::try_from(length).unwrap().to_be_bytes();
        let fields: Vec<u8> = rows.iter().flat_map(|(kind, v)| [&[*kind][..], &word(v.len()), v].concat()).collect();
        [&[1, 0][..], &word(fields.len()), &fields].concat()
    }

    #[test]
    fn model_firmware_and_name_are_read() {
        let facts = parse(&answer()).unwrap();
        assert!(matches!(&facts[1], Fact::Product { model: Some(model), firmware: Some(firmware), .. }
            if model == "UAP-AC-LR" && firmware.contains("v4.0.66")));
        assert!(matches!(&facts[2], Fact::Name { name, .. } if name == "AP-3F-EAST"));
        assert!(facts.iter().any(|fact| matches!(fact, Fact::OwnAddress { .. })));
    }

    #[test]
    fn our_own_question_is_no_answer() {
        assert!(parse(&REQUEST).is_none());
    }
}
