//! Which devices hang on which of your ports? Forwarding databases: by VLAN (RFC 4363, Q-BRIDGE-MIB),
//! without VLANs where there is none (RFC 4188, BRIDGE-MIB), and the interfaces behind port numbers.

use std::collections::BTreeMap;

use daicho_shared::address::Mac;
use daicho_shared::fact::Fact;

use super::variables::{Variables, as_u32, numbers};
use super::{columns, is_bridge, is_readable, read, rest, table, table_with};
#[cfg(test)]
use crate::probe::Variable;
use crate::probe::{Audience, Card, Known, Level, Probe, Question, Reading, Reply};

/// The probe.
#[derive(Debug)]
pub struct Bridge;

static CARD: Card = Card {
    name: "snmp-bridge",
    title: "Which devices hang on which of your ports? (read only)",
    title_ja: "スイッチのどのポートにどの機器が接続されているかの読み取り（SNMP）",
    standard: "RFC 4188, RFC 4363",
    packets: 8,
    level: Level::Query,
    may_upset: "a slow agent is busy for a moment; at most 1600 rows in small parts, 40 packets",
    audience: Audience::Answering,
    why: "switches know at which socket each device is plugged in",
    why_ja: "各機器の接続場所（スイッチとポート）を知るため",
};

/// `dot1dBasePortIfIndex`, and `dot1qVlanFdbId`, which tells the VLAN of a database.
const PORT_INTERFACE: &str = "1.3.6.1.2.1.17.1.4.1.2";
const VLAN_DATABASE: &str = "1.3.6.1.2.1.17.7.1.4.2.1.3";
/// `dot1qTpFdbPort`, `dot1dTpFdbPort`.
const BY_VLAN: &str = "1.3.6.1.2.1.17.7.1.2.2.1.2";
const PLAIN: &str = "1.3.6.1.2.1.17.4.3.1.2";

const PORTS: &[&str] = &[PORT_INTERFACE, VLAN_DATABASE];
const LEARNED_BY_VLAN: &[&str] = &[BY_VLAN];
const LEARNED: &[&str] = &[PLAIN];
const PORT_LIMIT: usize = 180;
const LEARNED_LIMIT: usize = 1600;

impl Probe for Bridge {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn ask(&self, known: &Known<'_>) -> Vec<Question> {
        if is_readable(known) && is_bridge(known) { vec![table(PORTS, PORT_LIMIT)] } else { vec![] }
    }

    fn read(&self, question: &Question, reply: Reply<'_>) -> Reading {
        let mut reading = read(question, reply, facts);
        let Reply::Variables { variables, .. } = reply else { return reading };
        if columns(question) == PORTS {
            reading.follow.push(table_with(LEARNED_BY_VLAN, LEARNED_LIMIT, variables.to_vec()));
        } else if columns(question) == LEARNED_BY_VLAN && variables.is_empty() {
            reading.follow.push(table_with(LEARNED, LEARNED_LIMIT, ports(question)));
        } else {
            reading.follow.extend(rest(question, reply));
        }
        reading
    }
}

/// What an earlier answer told of the ports.
fn ports(question: &Question) -> Vec<crate::probe::Variable> {
    match question {
        Question::Snmp { read: crate::probe::SnmpRead::Rows { known, .. } } => known.clone(),
        _ => vec![],
    }
}

fn facts(variables: &Variables<'_>) -> Vec<Fact> {
    let vlans = vlans(variables);
    let by_vlan = variables.column(BY_VLAN).filter_map(|(index, port)| {
        let (database, mac) = index.split_once('.')?;
        let database: u32 = database.parse().ok()?;
        Some((mac, port, vlans.get(&database).copied()))
    });
    let plain = variables.column(PLAIN).map(|(mac, port)| (mac, port, None));
    let fact = |(mac, port, vlan): (&str, _, _)| {
        let octets: Vec<u8> = numbers(mac).into_iter().map(u8::try_from).collect::<Result<_, _>>().ok()?;
        let mac = Mac(octets.try_into().ok()?);
        // Port 0: learned, and the switch does not say where.
        let port = as_u32(port).filter(|port| *port > 0)?;
        let interface = variables.number(&format!("{PORT_INTERFACE}.{port}"));
        mac.is_interface().then_some(Fact::BridgePort { mac, port, interface, vlan })
    };
    by_vlan.chain(plain).filter_map(fact).collect()
}

/// The VLAN of each forwarding database; a database that several share tells none. Index: time, VLAN.
fn vlans(variables: &Variables<'_>) -> BTreeMap<u32, u16> {
    let mut vlans: BTreeMap<u32, Option<u16>> = BTreeMap::new();
    for (index, database) in variables.column(VLAN_DATABASE) {
        let vlan = numbers(index).get(1).and_then(|vlan| u16::try_from(*vlan).ok());
        let (Some(vlan), Some(database)) = (vlan.filter(|vlan| (1..=4094).contains(vlan)), as_u32(database)) else {
            continue;
        };
        vlans.entry(database).and_modify(|one| *one = one.filter(|one| *one == vlan)).or_insert(Some(vlan));
    }
    vlans.into_iter().filter_map(|(database, vlan)| Some((database, vlan?))).collect()
}

#[cfg(test)]
pub(super) fn sample() -> Vec<Variable> {
    super::variables::told(&[
        ("1.3.6.1.2.1.17.1.4.1.2.7", "10107"),
        ("1.3.6.1.2.1.17.7.1.4.2.1.3.0.20", "2"),
        ("1.3.6.1.2.1.17.7.1.2.2.1.2.2.0.27.99.1.2.9", "7"),
        ("1.3.6.1.2.1.17.7.1.2.2.1.2.2.0.27.99.1.2.10", "0"),
        ("1.3.6.1.2.1.17.4.3.1.2.0.27.99.1.2.11", "8"),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn learned_addresses_have_a_port_an_interface_and_a_vlan() {
        let list = sample();
        let learned = |last, port, interface, vlan| Fact::BridgePort {
            mac: Mac([0, 0x1b, 0x63, 1, 2, last]),
            port,
            interface,
            vlan,
        };
        let facts = facts(&Variables::new(&list));
        assert_eq!(facts, [learned(9, 7, Some(10107), Some(20)), learned(11, 8, None, None)]);
    }

    #[test]
    fn ports_are_read_first_and_told_to_the_tables_after_them() {
        let list = sample();
        let reply = |variables| Reply::Variables { variables, version: "v2c", more: false };
        let mut first = Bridge.read(&table(PORTS, PORT_LIMIT), reply(&list[..2]));
        let by_vlan = first.follow.pop().unwrap();
        let told = Bridge.read(&by_vlan, reply(&list[2..3])).facts;
        assert!(matches!(told[..], [Fact::BridgePort { interface: Some(10107), vlan: Some(20), .. }]), "{told:?}");
        let mut none = Bridge.read(&by_vlan, reply(&[]));
        let plain = none.follow.pop().unwrap();
        assert_eq!((columns(&plain), Bridge.read(&plain, reply(&[])).follow.len()), (LEARNED, 0));
    }
}
