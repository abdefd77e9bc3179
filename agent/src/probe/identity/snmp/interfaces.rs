//! What are your interfaces and addresses? `ifTable` and `ifName` (RFC 2863), `ipAddrTable` (RFC 1213),
//! and `ipAddressTable` (RFC 4293) where that is empty.

use std::net::{IpAddr, Ipv4Addr};

use daicho_shared::fact::Fact;

use super::variables::{Variables, address_of, as_mac, as_u32, numbers};
use super::{columns, read, rest, table};
#[cfg(test)]
use crate::probe::Variable;
use crate::probe::{Question, Reading, Reply};

const IF_DESCR: &str = "1.3.6.1.2.1.2.2.1.2";
const IF_TYPE: &str = "1.3.6.1.2.1.2.2.1.3";
const IF_MAC: &str = "1.3.6.1.2.1.2.2.1.6";
const IF_STATUS: &str = "1.3.6.1.2.1.2.2.1.8";
const IF_NAME: &str = "1.3.6.1.2.1.31.1.1.1.1";
const ADDRESS_INDEX: &str = "1.3.6.1.2.1.4.20.1.2";
const ADDRESS_MASK: &str = "1.3.6.1.2.1.4.20.1.3";
const ANY_ADDRESS_INDEX: &str = "1.3.6.1.2.1.4.34.1.3";

const INTERFACES: &[&str] = &[IF_DESCR, IF_TYPE, IF_MAC, IF_STATUS, IF_NAME];
const ADDRESSES: &[&str] = &[ADDRESS_INDEX, ADDRESS_MASK];
const ANY_ADDRESSES: &[&str] = &[ANY_ADDRESS_INDEX];
/// The most rows of each.
const INTERFACE_LIMIT: usize = 144;
const ADDRESS_LIMIT: usize = 90;

/// What is asked of everybody who answers.
pub(super) fn questions() -> [Question; 2] {
    [table(INTERFACES, INTERFACE_LIMIT), table(ADDRESSES, ADDRESS_LIMIT)]
}

/// A question about these tables, read.
pub(super) fn answer(question: &Question, reply: Reply<'_>) -> Option<Reading> {
    let asked = columns(question);
    if ![INTERFACES, ADDRESSES, ANY_ADDRESSES].contains(&asked) {
        return None;
    }
    let mut reading = read(question, reply, facts);
    reading.follow.extend(rest(question, reply));
    if asked == ADDRESSES && reading.facts.is_empty() && matches!(reply, Reply::Variables { .. }) {
        reading.follow.push(table(ANY_ADDRESSES, ADDRESS_LIMIT));
    }
    Some(reading)
}

fn facts(variables: &Variables<'_>) -> Vec<Fact> {
    let mut facts = interfaces(variables);
    facts.extend(addresses(variables));
    facts.extend(any_addresses(variables));
    facts
}

fn interfaces(variables: &Variables<'_>) -> Vec<Fact> {
    let rows = variables.column(IF_DESCR).filter_map(|(index, _)| Some((index, index.parse::<u32>().ok()?)));
    let fact = |(index, number): (&str, u32)| Fact::Interface {
        index: number,
        name: variables
            .said(&format!("{IF_NAME}.{index}"))
            .unwrap_or_else(|| variables.text(&format!("{IF_DESCR}.{index}"))),
        kind: variables.number(&format!("{IF_TYPE}.{index}")).unwrap_or(0),
        mac: variables.get(&format!("{IF_MAC}.{index}")).and_then(as_mac),
        up: variables.number(&format!("{IF_STATUS}.{index}")) == Some(1),
    };
    rows.map(fact).collect()
}

fn addresses(variables: &Variables<'_>) -> Vec<Fact> {
    let rows = variables.column(ADDRESS_INDEX);
    let rows = rows.filter_map(|(index, value)| Some((index, index.parse::<Ipv4Addr>().ok()?, value)));
    let usable = rows.filter(|(_, address, _)| !address.is_loopback() && !address.is_unspecified());
    let fact = |(index, address, value)| Fact::OwnAddress {
        address: IpAddr::V4(address),
        prefix_length: variables.mask(&format!("{ADDRESS_MASK}.{index}")),
        interface: as_u32(value),
    };
    usable.map(fact).collect()
}

/// Index: kind (1 IPv4, 2 IPv6), number of octets, octets. Addresses that belong to one link only
/// (kinds 3 and 4) say nothing.
fn any_addresses(variables: &Variables<'_>) -> Vec<Fact> {
    let rows = variables.column(ANY_ADDRESS_INDEX).filter_map(|(index, value)| {
        let numbers = numbers(index);
        let [1 | 2, _, octets @ ..] = numbers.as_slice() else { return None };
        Some((address_of(octets)?, as_u32(value)))
    });
    let usable = rows.filter(|(address, _)| !address.is_loopback() && !address.is_unspecified());
    usable.map(|(address, interface)| Fact::OwnAddress { address, prefix_length: None, interface }).collect()
}

#[cfg(test)]
pub(super) fn sample() -> Vec<Variable> {
    super::variables::told(&[
        ("1.3.6.1.2.1.2.2.1.2.2", "Gi0/2"),
        ("1.3.6.1.2.1.2.2.1.3.2", "6"),
        ("1.3.6.1.2.1.2.2.1.6.2", "x:0080a3010203"),
        ("1.3.6.1.2.1.2.2.1.8.2", "1"),
        ("1.3.6.1.2.1.4.20.1.2.192.168.42.129", "2"),
        ("1.3.6.1.2.1.4.20.1.3.192.168.42.129", "ip:255.255.255.0"),
        ("1.3.6.1.2.1.4.34.1.3.1.4.10.8.0.6", "3"),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn interfaces_and_addresses_are_read() {
        let list = sample();
        let facts = facts(&Variables::new(&list));
        let own = |address: &str, prefix_length, interface| Fact::OwnAddress {
            address: address.parse().unwrap(),
            prefix_length,
            interface: Some(interface),
        };
        assert!(facts.contains(&own("192.168.42.129", Some(24), 2)) && facts.contains(&own("10.8.0.6", None, 3)));
        assert!(matches!(&facts[0], Fact::Interface { index: 2, name, up: true, mac: Some(_), .. } if name == "Gi0/2"));
    }

    #[test]
    fn the_newer_table_is_asked_where_the_older_is_empty() {
        let reply = Reply::Variables { variables: &[], version: "v2c", more: false };
        assert_eq!(answer(&table(ADDRESSES, 9), reply).unwrap().follow.len(), 1);
        assert!(answer(&table(ANY_ADDRESSES, 9), reply).unwrap().follow.is_empty());
        assert!(answer(&table(ADDRESSES, 9), Reply::Silence).unwrap().follow.is_empty());
    }
}
