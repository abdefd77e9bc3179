//! Which network devices hang on your ports? What a switch learned by LLDP (IEEE 802.1AB §11, LLDP-MIB)
//! and CDP (CISCO-CDP-MIB).

use std::net::IpAddr;

use daicho_shared::address::Mac;
use daicho_shared::fact::Fact;

use super::variables::{Variables, address, address_of, as_text, numbers};
use super::{enterprise, is_bridge, is_readable, read, table};
#[cfg(test)]
use crate::probe::Variable;
use crate::probe::{Audience, Card, Known, Level, Probe, Question, Reading, Reply, SnmpValue};

/// The probe.
#[derive(Debug)]
pub struct Neighbours;

static CARD: Card = Card {
    name: "snmp-neighbours",
    title: "Which systems announce themselves at your ports? (LLDP, CDP; read only)",
    title_ja: "スイッチの隣接機器（LLDP・CDP）の読み取り（SNMP）",
    standard: "IEEE 802.1AB §11, CISCO-CDP-MIB",
    packets: 8,
    level: Level::Query,
    may_upset: "a slow agent is busy for a moment; at most six small requests a table",
    audience: Audience::Answering,
    why: "how switches are connected with each other, and what hangs on them",
    why_ja: "スイッチどうしの接続と、つながっている機器を知るため",
};

/// `lldpLocPortIdSubtype`, `lldpLocPortId`, `lldpLocPortDesc`.
const LOCAL_KIND: &str = "1.0.8802.1.1.2.1.3.7.1.2";
const LOCAL_PORT: &str = "1.0.8802.1.1.2.1.3.7.1.3";
const LOCAL_DESCRIPTION: &str = "1.0.8802.1.1.2.1.3.7.1.4";
const CHASSIS_KIND: &str = "1.0.8802.1.1.2.1.4.1.1.4";
const CHASSIS: &str = "1.0.8802.1.1.2.1.4.1.1.5";
const PORT_KIND: &str = "1.0.8802.1.1.2.1.4.1.1.6";
const PORT: &str = "1.0.8802.1.1.2.1.4.1.1.7";
const NAME: &str = "1.0.8802.1.1.2.1.4.1.1.9";
const DESCRIPTION: &str = "1.0.8802.1.1.2.1.4.1.1.10";
/// `lldpRemManAddrIfSubtype`: its index holds the address.
const MANAGEMENT: &str = "1.0.8802.1.1.2.1.4.2.1.3";
/// Columns of three tables: each is read to its end, and the longer ones fill the later requests.
const LLDP: &[&str] =
    &[LOCAL_KIND, LOCAL_PORT, LOCAL_DESCRIPTION, CHASSIS_KIND, CHASSIS, PORT_KIND, PORT, NAME, DESCRIPTION, MANAGEMENT];
const LLDP_ROWS: usize = 120;

/// `cdpInterfaceName`; `cdpCacheAddress`, `cdpCacheVersion`, `cdpCacheDeviceId`, `cdpCacheDevicePort`,
/// `cdpCachePlatform`.
const CDP_INTERFACE: &str = "1.3.6.1.4.1.9.9.23.1.1.1.1.6";
const CDP_ADDRESS: &str = "1.3.6.1.4.1.9.9.23.1.2.1.1.4";
const CDP_DEVICE: &str = "1.3.6.1.4.1.9.9.23.1.2.1.1.6";
const CDP_PORT: &str = "1.3.6.1.4.1.9.9.23.1.2.1.1.7";
const CDP_PLATFORM: &str = "1.3.6.1.4.1.9.9.23.1.2.1.1.8";
const CDP: &[&str] = &[CDP_INTERFACE, CDP_ADDRESS, CDP_DEVICE, CDP_PORT, CDP_PLATFORM];
const CDP_ROWS: usize = 72;
/// Makers whose devices speak CDP: Cisco, Hewlett-Packard.
const CDP_MAKERS: &[u32] = &[9, 11];

impl Probe for Neighbours {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn ask(&self, known: &Known<'_>) -> Vec<Question> {
        if !is_readable(known) || !is_bridge(known) {
            return vec![];
        }
        let cdp = enterprise(known).is_some_and(|number| CDP_MAKERS.contains(&number));
        let cdp = cdp.then(|| table(CDP, CDP_ROWS));
        [table(LLDP, LLDP_ROWS)].into_iter().chain(cdp).collect()
    }

    fn read(&self, question: &Question, reply: Reply<'_>) -> Reading {
        read(question, reply, |variables| [lldp(variables), cdp(variables)].concat())
    }
}

/// Index: time, local port, number. Management addresses have kind, length and octets after that.
fn lldp(variables: &Variables<'_>) -> Vec<Fact> {
    let management: Vec<(Vec<u32>, IpAddr)> =
        variables.column(MANAGEMENT).filter_map(|(index, _)| management(index)).collect();
    let fact = |index: &str| {
        let row = numbers(index);
        let &[_, local, _] = row.as_slice() else { return None };
        let said = |column: &str| variables.said(&format!("{column}.{index}"));
        let named = |kinds: Kinds, kind: &str, column: &str| {
            identifier(
                kinds,
                variables.number(&format!("{kind}.{index}")),
                variables.get(&format!("{column}.{index}"))?,
            )
        };
        Some(Fact::LinkNeighbour {
            protocol: "lldp".to_owned(),
            local_port: own_port(variables, local),
            chassis: named(CHASSES, CHASSIS_KIND, CHASSIS)?,
            port: named(PORTS, PORT_KIND, PORT).unwrap_or_default(),
            name: said(NAME),
            description: said(DESCRIPTION),
            address: management.iter().find(|(of, _)| *of == row).map(|(_, address)| *address),
        })
    };
    variables.rows(&[CHASSIS]).into_iter().filter_map(fact).collect()
}

/// The own port's name; what it is called where its identifier is an address, its number where it has neither.
fn own_port(variables: &Variables<'_>, local: u32) -> String {
    let kind = variables.number(&format!("{LOCAL_KIND}.{local}"));
    let port = variables.get(&format!("{LOCAL_PORT}.{local}")).and_then(|port| identifier(PORTS, kind, port));
    let called = variables.said(&format!("{LOCAL_DESCRIPTION}.{local}"));
    let is_address = kind.is_some_and(|kind| kind == PORTS.0 || kind == PORTS.1);
    let (first, second) = if is_address { (called, port) } else { (port, called) };
    first.or(second).unwrap_or_else(|| local.to_string())
}

/// Kinds: 1 IPv4, 2 IPv6 (IANA address family numbers).
fn management(index: &str) -> Option<(Vec<u32>, IpAddr)> {
    let numbers = numbers(index);
    let (row, rest) = numbers.split_at_checked(3)?;
    let [1 | 2, _, octets @ ..] = rest else { return None };
    Some((row.to_vec(), address_of(octets)?))
}

/// Which numbers of a subtype mean a link-layer address, and which a network address.
type Kinds = (u32, u32);
/// IEEE 802.1AB §8.5.2.2 and §8.5.3.2.
const CHASSES: Kinds = (4, 5);
const PORTS: Kinds = (3, 4);

/// An identifier as text, by its subtype: an address as addresses are written, anything else as it is.
fn identifier((mac, network): Kinds, kind: Option<u32>, value: &SnmpValue) -> Option<String> {
    let SnmpValue::Octets(octets) = value else { return None };
    let text = match octets.as_slice() {
        octets if kind == Some(mac) && octets.len() == 6 => Mac(octets.try_into().ok()?).to_string(),
        // The address family comes first.
        [1 | 2, rest @ ..] if kind == Some(network) => address(rest)?.to_string(),
        _ => as_text(value),
    };
    Some(text).filter(|text| !text.is_empty())
}

/// Index: interface, number.
fn cdp(variables: &Variables<'_>) -> Vec<Fact> {
    let fact = |index: &str| {
        let local = index.split('.').next()?;
        let said = |column: &str| variables.said(&format!("{column}.{index}"));
        let reached = match variables.get(&format!("{CDP_ADDRESS}.{index}")) {
            Some(SnmpValue::Octets(octets)) => address(octets),
            _ => None,
        };
        let device = said(CDP_DEVICE)?;
        Some(Fact::LinkNeighbour {
            protocol: "cdp".to_owned(),
            local_port: variables.said(&format!("{CDP_INTERFACE}.{local}")).unwrap_or_else(|| local.to_owned()),
            chassis: device.clone(),
            port: said(CDP_PORT).unwrap_or_default(),
            name: Some(device),
            description: said(CDP_PLATFORM),
            address: reached.filter(|address| !address.is_unspecified()),
        })
    };
    variables.rows(&[CDP_DEVICE]).into_iter().filter_map(fact).collect()
}

#[cfg(test)]
pub(super) fn sample() -> Vec<Variable> {
    super::variables::told(&[
        ("1.0.8802.1.1.2.1.3.7.1.2.24", "5"),
        ("1.0.8802.1.1.2.1.3.7.1.3.24", "Gi0/24"),
        ("1.0.8802.1.1.2.1.4.1.1.4.0.24.1", "4"),
        ("1.0.8802.1.1.2.1.4.1.1.5.0.24.1", "x:001b63010209"),
        ("1.0.8802.1.1.2.1.4.1.1.6.0.24.1", "7"),
        ("1.0.8802.1.1.2.1.4.1.1.7.0.24.1", "1"),
        ("1.0.8802.1.1.2.1.4.1.1.9.0.24.1", "SW-2F01"),
        ("1.0.8802.1.1.2.1.4.2.1.3.0.24.1.1.4.10.1.0.9", "2"),
        ("1.3.6.1.4.1.9.9.23.1.1.1.1.6.10101", "FastEthernet0/1"),
        ("1.3.6.1.4.1.9.9.23.1.2.1.1.4.10101.3", "x:0a010032"),
        ("1.3.6.1.4.1.9.9.23.1.2.1.1.6.10101.3", "SEP001B63010210"),
        ("1.3.6.1.4.1.9.9.23.1.2.1.1.7.10101.3", "Port 1"),
        ("1.3.6.1.4.1.9.9.23.1.2.1.1.8.10101.3", "Cisco IP Phone 7942"),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lldp_and_cdp_neighbours_are_read() {
        let list = sample();
        let variables = Variables::new(&list);
        let neighbour = |protocol: &str, local: &str, chassis: &str, port: &str| {
            (protocol.to_owned(), local.to_owned(), chassis.to_owned(), port.to_owned())
        };
        let read: Vec<_> = [lldp(&variables), cdp(&variables)]
            .concat()
            .into_iter()
            .map(|fact| match fact {
                Fact::LinkNeighbour {
                    protocol, local_port, chassis, port, address: Some(_), name: Some(_), ..
                } => (protocol, local_port, chassis, port),
                other => panic!("{other:?}"),
            })
            .collect();
        // A port that calls itself by one digit is told as octets, which the sample writes as a number.
        let expected = [
            neighbour("lldp", "Gi0/24", "00:1B:63:01:02:09", ""),
            neighbour("cdp", "FastEthernet0/1", "SEP001B63010210", "Port 1"),
        ];
        assert_eq!(read, expected);
    }

    #[test]
    fn identifiers_are_written_by_their_kind() {
        let octets = |octets: &[u8]| SnmpValue::Octets(octets.to_vec());
        assert_eq!(identifier(PORTS, Some(4), &octets(&[1, 10, 1, 0, 9])).as_deref(), Some("10.1.0.9"));
        assert_eq!(identifier(CHASSES, Some(7), &octets(b"rack 3")).as_deref(), Some("rack 3"));
        assert_eq!(identifier(CHASSES, Some(4), &octets(&[])), None);
    }
}
