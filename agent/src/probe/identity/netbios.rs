//! What is your name and workgroup, and which addresses does that name have? NetBIOS node status
//! (RFC 1002 §4.2.17, §4.2.18), then one name query (§4.2.12, §4.2.13), put to the device itself.

use std::net::Ipv4Addr;
use std::time::Duration;

use daicho_shared::address::Mac;
use daicho_shared::coverage::Outcome;
use daicho_shared::fact::{Fact, NameSource, Transport};
use daicho_shared::knowledge::oui;
use daicho_shared::text;

use crate::probe::{Audience, Card, Known, Level, Probe, Question, Reading, Reply};

/// The probe.
#[derive(Debug)]
pub struct Netbios;

static CARD: Card = Card {
    name: "netbios",
    title: "What is your NetBIOS name, and which addresses does it have?",
    title_ja: "NetBIOS名と、その名前が持つ全アドレスの照会",
    standard: "RFC 1002 §4.2.17, §4.2.12",
    packets: 1,
    level: Level::Query,
    may_upset: "nothing known: Windows asks its neighbours the same",
    audience: Audience::Everybody,
    why: "the name of a Windows device from one packet, its other networks from a second one if it answers",
    why_ja: "Windows機の名前が1パケットで分かり、応答した機器は次の1パケットで二重接続も分かるため",
};

const PORT: u16 = 137;
const WAIT: Duration = Duration::from_millis(900);
const IDENTIFIER: [u8; 2] = [0x44, 0x41];
/// `NBSTAT`, RFC 1002 §4.2.1.2.
const NBSTAT: [u8; 2] = [0x00, 0x21];
/// `NB`, RFC 1002 §4.2.1.2.
const NB: [u8; 2] = [0x00, 0x20];
/// Recursion desired: what a name query carries that is not broadcast. Without the B flag, a host tells
/// the addresses of all its interfaces.
const RECURSION: u8 = 0x01;
const RESULT: u8 = 0x0f;
const CLASS_IN: [u8; 2] = [0x00, 0x01];
/// R flag: the packet is an answer.
const RESPONSE: u8 = 0x80;
/// `*` padded with zeros, in first-level encoding (RFC 1001 §14.1).
const ANY_NAME: &[u8; 32] = b"CKAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
/// A header, the name that was asked for, type, class, lifetime and length.
const HEADER: usize = 12;
const NAME_ROW: usize = 18;
const NAME_LENGTH: usize = 15;
/// Flags and address of a name.
const ADDRESS_ROW: usize = 6;
/// The most addresses that are read.
const ADDRESSES: usize = 32;
/// G flag of a name: a group, e.g. the workgroup.
const GROUP: u8 = 0x80;
const WORKSTATION: u8 = 0x00;
const FILE_SERVER: u8 = 0x20;

impl Probe for Netbios {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn ask(&self, known: &Known<'_>) -> Vec<Question> {
        let question = Question::Datagram { port: PORT, payload: request(*ANY_NAME, NBSTAT, 0), wait: WAIT };
        if known.target.address.is_ipv4() { vec![question] } else { vec![] }
    }

    fn read(&self, _question: &Question, reply: Reply<'_>) -> Reading {
        match reply {
            Reply::Datagram(bytes) => parse(bytes).unwrap_or_else(|| Reading::of(Outcome::OtherProtocol)),
            Reply::Refused => Reading::of(Outcome::Refused),
            _ => Reading::of(Outcome::Silent),
        }
    }
}

/// A node status request with this transaction number.
pub(crate) fn status_request(number: u16) -> Vec<u8> {
    let mut bytes = request(*ANY_NAME, NBSTAT, 0);
    bytes[..2].copy_from_slice(&number.to_be_bytes());
    bytes
}

/// The transaction number of an answer.
pub(crate) fn identifier(bytes: &[u8]) -> Option<u16> {
    let header = bytes.get(..HEADER).filter(|header| header[2] & RESPONSE != 0)?;
    Some(u16::from_be_bytes([header[0], header[1]]))
}

fn request(name: [u8; 32], kind: [u8; 2], flags: u8) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(50);
    bytes.extend(IDENTIFIER);
    bytes.extend([flags, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
    bytes.push(32);
    bytes.extend(name);
    bytes.push(0);
    bytes.extend(kind);
    bytes.extend(CLASS_IN);
    bytes
}

fn parse(bytes: &[u8]) -> Option<Reading> {
    let header = bytes.get(..HEADER)?;
    if header[..2] != IDENTIFIER || header[2] & RESPONSE == 0 {
        return None;
    }
    if header[3] & RESULT != 0 {
        return Some(Reading::of(Outcome::Refused));
    }
    let rest = after_name(&bytes[HEADER..])?;
    let (fixed, rest) = rest.split_at_checked(10)?;
    match [fixed[0], fixed[1]] {
        NBSTAT => status(rest),
        NB => Some(Reading::answered(addresses(rest))),
        _ => None,
    }
}

/// The names of a node, and the question for the addresses of its own name: it is one that the node has
/// for certain, where not every system answers for `*`.
fn status(rest: &[u8]) -> Option<Reading> {
    let (&count, rest) = rest.split_first()?;
    let rows: Vec<&[u8]> = rest.chunks_exact(NAME_ROW).take(usize::from(count)).collect();
    let unit = rest.get(usize::from(count) * NAME_ROW..).and_then(|rest| rest.get(..6));
    let name = computer(&rows).and_then(encoded).unwrap_or(*ANY_NAME);
    let follow = Question::Datagram { port: PORT, payload: request(name, NB, RECURSION), wait: WAIT };
    Some(Reading { follow: vec![follow], ..Reading::answered(facts(&rows, unit)) })
}

/// Flags and address, again and again (RFC 1002 §4.2.13); a group's addresses are others' too.
fn addresses(rest: &[u8]) -> Vec<Fact> {
    let rows = rest.chunks_exact(ADDRESS_ROW).take(ADDRESSES).filter(|row| row[0] & GROUP == 0);
    let addresses = rows.map(|row| Ipv4Addr::new(row[2], row[3], row[4], row[5])).filter(|own| !own.is_unspecified());
    let own = addresses.map(|own| Fact::OwnAddress { address: own.into(), prefix_length: None, interface: None });
    std::iter::once(service()).chain(own).collect()
}

/// First-level encoding (RFC 1001 §14.1) of a name with its suffix.
fn encoded(row: &[u8]) -> Option<[u8; 32]> {
    let name: &[u8; NAME_LENGTH + 1] = row.first_chunk()?;
    Some(std::array::from_fn(|at| {
        let octet = name[at / 2];
        b'A' + if at % 2 == 0 { octet >> 4 } else { octet & 0x0f }
    }))
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
    let name_of = |row: &[u8]| text::bounded_bytes(row[..NAME_LENGTH].trim_ascii_end());
    let domain = rows.iter().find(|row| is(row, WORKSTATION, true)).map(|row| name_of(row));
    let mut facts = vec![service()];
    facts.extend(computer(rows).map(name_of).filter(|name| !name.is_empty()).map(|name| Fact::Name {
        source: NameSource::Netbios,
        name,
        domain,
    }));
    let unit = unit.and_then(|unit| <[u8; 6]>::try_from(unit).ok()).map(Mac).filter(|mac| is_assigned(*mac));
    facts.extend(unit.map(|mac| Fact::MachineId { source: "netbios-unit".to_owned(), value: mac.to_string() }));
    facts
}

/// Samba as domain controller puts there what lay in its memory: an address that claims to be assigned
/// must be of a maker.
fn is_assigned(mac: Mac) -> bool {
    const LOCAL: u8 = 0x02;
    mac.is_interface() && (mac.0[0] & LOCAL != 0 || oui::lookup(mac).is_some())
}

/// The row of the machine's own name.
fn computer<'r>(rows: &[&'r [u8]]) -> Option<&'r [u8]> {
    let of = |suffix: u8| rows.iter().find(|row| is(row, suffix, false));
    of(WORKSTATION).or_else(|| of(FILE_SERVER)).copied()
}

fn is(row: &[u8], suffix: u8, group: bool) -> bool {
    row[NAME_LENGTH] == suffix && (row[16] & GROUP != 0) == group
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
        assert_eq!(request(*ANY_NAME, NBSTAT, 0).len(), 50);
    }

    #[test]
    fn name_and_workgroup_are_read_and_an_empty_unit_is_not() {
        let facts = parse(&sample()).unwrap().facts;
        let name = Fact::Name { source: NameSource::Netbios, name: "CTCONSOLE1".into(), domain: Some("HOSP".into()) };
        assert_eq!(facts, [service(), name]);
    }

    #[test]
    fn the_addresses_of_the_own_name_are_asked_for_next() {
        let reading = parse(&sample()).unwrap();
        let [Question::Datagram { payload, .. }] = reading.follow.as_slice() else { panic!("{reading:?}") };
        assert_eq!((payload.len(), &payload[13..45]), (50, &b"EDFEEDEPEOFDEPEMEFDBCACACACACAAA"[..]));
    }

    #[test]
    fn a_name_with_two_addresses_stands_in_two_networks() {
        let mut answer = vec![0x44, 0x41, 0x85, 0x80, 0, 0, 0, 1, 0, 0, 0, 0, 32];
        answer.extend(ANY_NAME);
        answer.extend([0, 0, 0x20, 0, 1, 0, 0, 0, 0, 0, 12, 0, 0, 10, 10, 0, 20, 0, 0, 192, 168, 42, 129]);
        let reading = parse(&answer).unwrap();
        let own = |address: [u8; 4]| Fact::OwnAddress { address: address.into(), prefix_length: None, interface: None };
        assert_eq!(reading.facts, [service(), own([10, 10, 0, 20]), own([192, 168, 42, 129])]);
        assert!(reading.follow.is_empty());
        answer[3] = 0x83;
        assert_eq!(parse(&answer).unwrap().outcome, Some(Outcome::Refused));
    }

    #[test]
    fn a_windows_unit_id_is_the_mac() {
        let mut bytes = sample();
        let at = bytes.len() - 46;
        bytes[at..at + 6].copy_from_slice(&[0, 0x1b, 0x63, 1, 2, 3]);
        let id = Fact::MachineId { source: "netbios-unit".into(), value: "00:1B:63:01:02:03".into() };
        assert!(parse(&bytes).unwrap().facts.contains(&id));
    }

    #[test]
    fn a_unit_id_of_no_maker_is_none() {
        let mut bytes = sample();
        let at = bytes.len() - 46;
        // As Samba's domain controller sent it: a pointer.
        bytes[at..at + 6].copy_from_slice(&[0x10, 0x12, 0xe3, 0x26, 0x51, 0x7f]);
        let facts = parse(&bytes).unwrap().facts;
        assert!(!facts.iter().any(|fact| matches!(fact, Fact::MachineId { .. })), "{facts:?}");
    }

    #[test]
    fn more_names_promised_than_sent_are_not_invented() {
        let mut bytes = sample();
        bytes[56] = 200;
        assert!(parse(&bytes).is_some());
    }
}
