//! What is your name and workgroup? NetBIOS node status, RFC 1002 §4.2.17 and §4.2.18.

use std::time::Duration;

use daicho_shared::address::Mac;
use daicho_shared::coverage::Outcome;
use daicho_shared::fact::{Fact, NameSource, Transport};
use daicho_shared::text;

use crate::probe::{Audience, Card, Known, Level, Probe, Question, Reading, Reply};

/// The probe.
#[derive(Debug)]
pub struct Netbios;

static CARD: Card = Card {
    name: "netbios",
    title: "What is your NetBIOS name? (node status)",
    title_ja: "NetBIOS名の照会",
    standard: "RFC 1002 §4.2.17",
    packets: 1,
    level: Level::Query,
    may_upset: "nothing known: Windows asks its neighbours the same",
    audience: Audience::Everybody,
    why: "the name of a Windows device, from one packet",
    why_ja: "Windows機の名前が1パケットで分かるため",
};

const PORT: u16 = 137;
const WAIT: Duration = Duration::from_millis(900);
const IDENTIFIER: [u8; 2] = [0x44, 0x41];
/// `NBSTAT`, RFC 1002 §4.2.1.2.
const NBSTAT: [u8; 2] = [0x00, 0x21];
const CLASS_IN: [u8; 2] = [0x00, 0x01];
/// R flag: the packet is an answer.
const RESPONSE: u8 = 0x80;
/// `*` padded with zeros, in first-level encoding (RFC 1001 §14.1).
const ANY_NAME: &[u8; 32] = b"CKAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
/// A header, the name that was asked for, type, class, lifetime and length.
const HEADER: usize = 12;
const NAME_ROW: usize = 18;
const NAME_LENGTH: usize = 15;
/// G flag of a name: a group, e.g. the workgroup.
const GROUP: u8 = 0x80;
const WORKSTATION: u8 = 0x00;
const FILE_SERVER: u8 = 0x20;

impl Probe for Netbios {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn ask(&self, known: &Known<'_>) -> Vec<Question> {
        let question = Question::Datagram { port: PORT, payload: request(), wait: WAIT };
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
}

fn request() -> Vec<u8> {
    let mut bytes = Vec::with_capacity(50);
    bytes.extend(IDENTIFIER);
    bytes.extend([0, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
    bytes.push(32);
    bytes.extend(ANY_NAME);
    bytes.push(0);
    bytes.extend(NBSTAT);
    bytes.extend(CLASS_IN);
    bytes
}

fn parse(bytes: &[u8]) -> Option<Vec<Fact>> {
    let header = bytes.get(..HEADER)?;
    if header[..2] != IDENTIFIER || header[2] & RESPONSE == 0 {
        return None;
    }
    let rest = after_name(&bytes[HEADER..])?;
    let (fixed, rest) = rest.split_at_checked(10)?;
    if fixed[..2] != NBSTAT {
        return None;
    }
    let (&count, rest) = rest.split_first()?;
    let rows: Vec<&[u8]> = rest.chunks_exact(NAME_ROW).take(usize::from(count)).collect();
    let unit = rest.get(usize::from(count) * NAME_ROW..).and_then(|rest| rest.get(..6));
    Some(facts(&rows, unit))
}

/// A name is one length octet, that many octets, and so on to a zero; or a pointer.
fn after_name(bytes: &[u8]) -> Option<&[u8]> {
    let (&length, rest) = bytes.split_first()?;
    match length {
        0xc0.. => rest.get(1..),
        _ => rest.get(usize::from(length)..)?.strip_prefix(&[0]),
    }
}

fn facts(rows: &[&[u8]], unit: Option<&[u8]>) -> Vec<Fact> {
    let name_of = |row: &&[u8]| text::bounded_bytes(row[..NAME_LENGTH].trim_ascii_end());
    let is = |row: &&&[u8], suffix: u8, group: bool| row[NAME_LENGTH] == suffix && (row[16] & GROUP != 0) == group;
    let domain = rows.iter().find(|row| is(row, WORKSTATION, true)).map(name_of);
    let computer = rows
        .iter()
        .find(|row| is(row, WORKSTATION, false))
        .or_else(|| rows.iter().find(|row| is(row, FILE_SERVER, false)))
        .map(name_of);
    let mut facts = vec![service()];
    facts.extend(computer.filter(|name| !name.is_empty()).map(|name| Fact::Name {
        source: NameSource::Netbios,
        name,
        domain,
    }));
    let unit = unit.and_then(|unit| <[u8; 6]>::try_from(unit).ok()).map(Mac).filter(|mac| mac.is_interface());
    facts.extend(unit.map(|mac| Fact::MachineId { source: "netbios-unit".to_owned(), value: mac.to_string() }));
    facts
}

fn service() -> Fact {
    Fact::Service {
        transport: Transport::Udp,
        port: PORT,
        protocol: "netbios-ns".to_owned(),
        product: None,
        version: None,
        banner: None,
    }
}

/// An answer of Samba's `nmbd`, as it came over the wire, for the laws.
#[cfg(test)]
pub(crate) fn sample() -> Vec<u8> {
    let mut bytes = vec![0x44, 0x41, 0x84, 0, 0, 0, 0, 1, 0, 0, 0, 0, 32];
    bytes.extend(ANY_NAME);
    bytes.extend([0, 0, 0x21, 0, 1, 0, 0, 0, 0, 0, 101, 3]);
    for (name, suffix, flags) in [("CTCONSOLE1", 0x00, 0x04), ("CTCONSOLE1", 0x20, 0x04), ("HOSP", 0x00, 0x84)] {
        bytes.extend(format!("{name:<15}").as_bytes());
        bytes.extend([suffix, flags, 0]);
    }
    bytes.extend([0; 46]);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_question_is_fifty_octets() {
        assert_eq!(request().len(), 50);
    }

    #[test]
    fn name_and_workgroup_are_read_and_an_empty_unit_is_not() {
        let facts = parse(&sample()).unwrap();
        let name = Fact::Name { source: NameSource::Netbios, name: "CTCONSOLE1".into(), domain: Some("HOSP".into()) };
        assert_eq!(facts, [service(), name]);
    }

    #[test]
    fn a_windows_unit_id_is_the_mac() {
        let mut bytes = sample();
        let at = bytes.len() - 46;
        bytes[at..at + 6].copy_from_slice(&[0, 0x1b, 0x63, 1, 2, 3]);
        let id = Fact::MachineId { source: "netbios-unit".into(), value: "00:1B:63:01:02:03".into() };
        assert!(parse(&bytes).unwrap().contains(&id));
    }

    #[test]
    fn more_names_promised_than_sent_are_not_invented() {
        let mut bytes = sample();
        bytes[56] = 200;
        assert!(parse(&bytes).is_some());
    }
}
