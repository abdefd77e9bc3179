//! Which `MikroTik` router are you? `MikroTik` Neighbor Discovery (`RouterOS` documentation, "Neighbor
//! discovery") on UDP port 5678: four zeros ask, and the device answers to everybody on its link.

use std::time::Duration;

use daicho_shared::coverage::Outcome;
use daicho_shared::fact::{Fact, NameSource, Transport};
use daicho_shared::text;

use crate::probe::identity::told::{attribute, service};
use crate::probe::listen::frame::{Datagram, Frame};
use crate::probe::{Audience, Card, Heard, Known, Level, Probe, Question, Reading, Reply};

/// The probe.
#[derive(Debug)]
pub struct Mikrotik;

static CARD: Card = Card {
    name: "mndp",
    title: "Which MikroTik router are you? (neighbour discovery)",
    title_ja: "MikroTik機器の機種・版の確認",
    standard: "MikroTik Neighbor Discovery Protocol (UDP 5678)",
    packets: 1,
    level: Level::Query,
    may_upset: "nothing known: routers of this maker ask each other the same",
    audience: Audience::Seeming(&["network", "lte-router"]),
    why: "one packet tells board, version and name",
    why_ja: "1パケットで機種・版・名前が分かるため",
};

const PORT: u16 = 5678;
const WAIT: Duration = Duration::from_millis(300);
const REQUEST: [u8; 4] = [0; 4];
/// Header and sequence number.
const HEADER: usize = 4;
/// The most fields that are read.
const FIELDS: usize = 32;
const IDENTITY: u16 = 5;
const VERSION: u16 = 7;
const PLATFORM: u16 = 8;
const SOFTWARE_ID: u16 = 11;
const BOARD: u16 = 12;
const INTERFACE: u16 = 16;

impl Probe for Mikrotik {
    fn card(&self) -> &'static Card {
        &CARD
    }

    /// The answer goes to everybody on the device's link: elsewhere, asking is of no use.
    fn ask(&self, known: &Known<'_>) -> Vec<Question> {
        let question = Question::Datagram { port: PORT, payload: REQUEST.to_vec(), wait: WAIT };
        if known.on_link && known.target.address.is_ipv4() { vec![question] } else { vec![] }
    }

    fn hear(&self, frame: &[u8]) -> Option<Heard> {
        let both = |heard: &Datagram<'_>| heard.to_port == PORT && heard.from_port == PORT;
        let heard = Frame::read(frame)?.datagram().filter(both)?;
        heard.packet.heard(parse(heard.data)?)
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
        use crate::probe::laws::Sample;
        vec![
            Sample::Frame(crate::probe::listen::frame::made::broadcast(PORT, &tests::announcement())),
            Sample::Datagram(tests::announcement()),
        ]
    }
}

fn parse(bytes: &[u8]) -> Option<Vec<Fact>> {
    let fields = fields(bytes.get(HEADER..)?);
    let text = |wanted: u16| {
        let value = fields.iter().find(|(kind, _)| *kind == wanted).map(|(_, value)| text::bounded_bytes(value));
        value.filter(|text| !text.is_empty())
    };
    let (identity, version) = (text(IDENTITY)?, text(VERSION)?);
    let product = Fact::Product {
        source: "mndp".to_owned(),
        maker: text(PLATFORM),
        model: text(BOARD),
        serial: None,
        firmware: Some(version),
    };
    let name = Fact::Name { source: NameSource::Device, name: identity, domain: None };
    let software = text(SOFTWARE_ID).map(|id| Fact::MachineId { source: "mikrotik-software".to_owned(), value: id });
    let interface = text(INTERFACE).map(|interface| attribute("mndp", "interface", interface));
    Some([service(Transport::Udp, PORT, "mndp"), product, name].into_iter().chain(software).chain(interface).collect())
}

/// Type, length, value.
fn fields(mut bytes: &[u8]) -> Vec<(u16, &[u8])> {
    let mut fields = vec![];
    while let Some((header, rest)) = bytes.split_first_chunk::<4>() {
        let length = usize::from(u16::from_be_bytes([header[2], header[3]]));
        let Some((value, rest)) = rest.split_at_checked(length) else { break };
        fields.push((u16::from_be_bytes([header[0], header[1]]), value));
        if fields.len() == FIELDS {
            break;
        }
        bytes = rest;
    }
    fields
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An announcement as `RouterOS` 6 makes it.
    pub(super) fn announcement() -> Vec<u8> {
        let rows: [(u16, &[u8]); 7] = [
            (1, &[0x00, 0x0c, 0x42, 1, 2, 3]),
            (IDENTITY, b"ward-3f-router"),
            (VERSION, b"6.48.6 (long-term)"),
            (PLATFORM, b"MikroTik"),
            (SOFTWARE_ID, b"8YUH-ABCD"),
            (BOARD, b"RB750Gr3"),
            (INTERFACE, b"bridge/ether2"),
        ];
        let mut bytes = vec![0, 0, 0, 7];
        for (kind, value) in rows {
            bytes.extend(kind.to_be_bytes());
            bytes.extend(u16::try_from(value.len()).unwrap().to_be_bytes());
            bytes.extend(value);
        }
        bytes
    }

    #[test]
    fn board_version_and_name_are_read() {
        let facts = parse(&announcement()).unwrap();
        assert!(
            matches!(&facts[1], Fact::Product { maker: Some(maker), model: Some(model), firmware: Some(version), .. }
            if maker == "MikroTik" && model == "RB750Gr3" && version.starts_with("6.48.6"))
        );
        assert!(matches!(&facts[2], Fact::Name { name, .. } if name == "ward-3f-router"));
    }

    #[test]
    fn a_question_is_no_announcement() {
        assert!(Mikrotik.hear(&crate::probe::listen::frame::made::broadcast(PORT, &REQUEST)).is_none());
    }
}
