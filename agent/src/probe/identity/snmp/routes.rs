//! Whom do you reach, and by whom? The ARP table (RFC 1213 `ipNetToMediaTable`), and routes
//! (`ipRouteTable`, and `ipCidrRouteTable` of RFC 2096 where that is empty).

use std::net::{IpAddr, Ipv4Addr};

use daicho_shared::fact::Fact;
use ipnet::Ipv4Net;

use super::variables::{Variables, address_of, as_mac, as_u32, numbers, prefix_length};
use super::{columns, read, rest, table};
#[cfg(test)]
use crate::probe::Variable;
use crate::probe::{Question, Reading, Reply, SnmpValue};

const ARP: &str = "1.3.6.1.2.1.4.22.1.2";
const NEXT_HOP: &str = "1.3.6.1.2.1.4.21.1.7";
const MASK: &str = "1.3.6.1.2.1.4.21.1.11";
const CIDR_INTERFACE: &str = "1.3.6.1.2.1.4.24.4.1.5";

const NEIGHBOURS: &[&str] = &[ARP];
const ROUTES: &[&str] = &[NEXT_HOP, MASK];
const CIDR_ROUTES: &[&str] = &[CIDR_INTERFACE];
/// The most rows of each: 20 packets of neighbours, 3 of routes.
const NEIGHBOUR_LIMIT: usize = 800;
const ROUTE_LIMIT: usize = 90;

/// What is asked of everybody who answers.
pub(super) fn questions() -> [Question; 2] {
    [table(NEIGHBOURS, NEIGHBOUR_LIMIT), table(ROUTES, ROUTE_LIMIT)]
}

/// A question about these tables, read.
pub(super) fn answer(question: &Question, reply: Reply<'_>) -> Option<Reading> {
    let asked = columns(question);
    if ![NEIGHBOURS, ROUTES, CIDR_ROUTES].contains(&asked) {
        return None;
    }
    let mut reading = read(question, reply, facts);
    reading.follow.extend(rest(question, reply));
    if asked == ROUTES && matches!(reply, Reply::Variables { variables: [], .. }) {
        reading.follow.push(table(CIDR_ROUTES, ROUTE_LIMIT));
    }
    Some(reading)
}

fn facts(variables: &Variables<'_>) -> Vec<Fact> {
    let mut facts = neighbours(variables);
    facts.extend(routes(variables));
    facts.extend(cidr_routes(variables));
    facts
}

/// Index: interface, then address.
fn neighbours(variables: &Variables<'_>) -> Vec<Fact> {
    let rows = variables.column(ARP).filter_map(|(index, value)| {
        let (interface, address) = index.split_once('.')?;
        let address = IpAddr::V4(address.parse().ok()?);
        Some(Fact::Neighbour { address, mac: as_mac(value)?, interface: interface.parse().ok() })
    });
    rows.collect()
}

fn routes(variables: &Variables<'_>) -> Vec<Fact> {
    let rows = variables.column(NEXT_HOP).filter_map(|(index, value)| {
        let SnmpValue::Address(next_hop) = value else { return None };
        let bits = variables.mask(&format!("{MASK}.{index}"))?;
        let destination = Ipv4Net::new(index.parse().ok()?, bits).ok()?;
        Some(Fact::Route { destination: destination.into(), next_hop: *next_hop, interface: None })
    });
    rows.collect()
}

/// Index: destination, mask, type of service, next hop.
fn cidr_routes(variables: &Variables<'_>) -> Vec<Fact> {
    let rows = variables.column(CIDR_INTERFACE).filter_map(|(index, value)| {
        let numbers = numbers(index);
        let v4 = |at: usize| match address_of(numbers.get(at..at + 4)?)? {
            IpAddr::V4(address) => Some(address),
            IpAddr::V6(_) => None,
        };
        let (destination, mask, next_hop): (Ipv4Addr, Ipv4Addr, Ipv4Addr) = (v4(0)?, v4(4)?, v4(9)?);
        let destination = Ipv4Net::new(destination, prefix_length(mask)?).ok()?;
        Some(Fact::Route { destination: destination.into(), next_hop: next_hop.into(), interface: as_u32(value) })
    });
    rows.collect()
}

#[cfg(test)]
pub(super) fn sample() -> Vec<Variable> {
    super::variables::told(&[
        ("1.3.6.1.2.1.4.22.1.2.2.10.20.0.9", "x:001b63010209"),
        ("1.3.6.1.2.1.4.21.1.7.0.0.0.0", "ip:10.1.0.1"),
        ("1.3.6.1.2.1.4.21.1.11.0.0.0.0", "ip:0.0.0.0"),
        ("1.3.6.1.2.1.4.24.4.1.5.10.20.0.0.255.255.0.0.0.10.1.0.2", "4"),
    ])
}

#[cfg(test)]
mod tests {
    use daicho_shared::address::Mac;

    use super::*;

    #[test]
    fn neighbours_and_routes_are_read() {
        let list = sample();
        let facts = facts(&Variables::new(&list));
        let route = |destination: &str, next_hop: [u8; 4], interface| Fact::Route {
            destination: destination.parse().unwrap(),
            next_hop: next_hop.into(),
            interface,
        };
        let mac = Mac([0, 0x1b, 0x63, 1, 2, 9]);
        let expected = [
            Fact::Neighbour { address: "10.20.0.9".parse().unwrap(), mac, interface: Some(2) },
            route("0.0.0.0/0", [10, 1, 0, 1], None),
            route("10.20.0.0/16", [10, 1, 0, 2], Some(4)),
        ];
        assert_eq!(facts, expected);
    }
}
