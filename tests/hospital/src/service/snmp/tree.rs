//! What an agent tells: the tree that follows from a device's description.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use daicho_shared::address::Mac;
use ipnet::Ipv4Net;

use super::{Oid, Value, tables};
use crate::description::{Device, Hospital, Snmp};

/// `ifType` of Ethernet.
const ETHERNET: u32 = 6;
/// Ports of a switch.
const PORTS: usize = 24;
/// `sysUpTime` in hundredths of a second: 37 days.
const UPTIME: u32 = 319_680_000;

/// The tree of a device.
pub fn grow(hospital: &Hospital, plan: &Device, snmp: &Snmp) -> BTreeMap<Oid, Value> {
    let mut tree = Tree::default();
    system(&mut tree, plan, snmp);
    interfaces(&mut tree, plan);
    addresses(&mut tree, plan);
    routes(&mut tree, snmp);
    neighbours(&mut tree, hospital, plan, snmp);
    forwarding_database(&mut tree, hospital, plan, snmp);
    tables::grow(&mut tree, snmp);
    tree.0
}

#[derive(Default)]
pub(super) struct Tree(BTreeMap<Oid, Value>);

impl Tree {
    /// An object by its whole name.
    pub(super) fn put_at(&mut self, name: &[u32], index: &[u32], value: Value) {
        self.0.insert([name, index].concat(), value);
    }

    /// An object below mib-2.
    pub(super) fn put(&mut self, name: &[u32], index: &[u32], value: Value) {
        let prefix = [1, 3, 6, 1, 2, 1];
        self.0.insert([&prefix, name, index].concat(), value);
    }
}

pub(super) fn text(text: &str) -> Value {
    Value::Octets(text.as_bytes().to_vec())
}

pub(super) fn number(number: u32) -> Value {
    Value::Integer(i64::from(number))
}

pub(super) fn index(address: Ipv4Addr) -> [u32; 4] {
    address.octets().map(u32::from)
}

/// `ifIndex` of an interface.
fn place(at: usize) -> u32 {
    u32::try_from(at + 1).unwrap_or(u32::MAX)
}

/// RFC 3418 §2.
fn system(tree: &mut Tree, plan: &Device, snmp: &Snmp) {
    let object_id = snmp.object_id.split('.').filter_map(|arc| arc.parse().ok()).collect();
    tree.put(&[1, 1], &[0], text(&snmp.descr));
    tree.put(&[1, 2], &[0], Value::Oid(object_id));
    tree.put(&[1, 3], &[0], Value::Ticks(UPTIME));
    tree.put(&[1, 4], &[0], text(&snmp.contact));
    tree.put(&[1, 5], &[0], text(&snmp.name));
    tree.put(&[1, 6], &[0], text(&snmp.location));
    let services = if plan.forwards { 76 } else { 72 };
    tree.put(&[1, 7], &[0], number(snmp.services.unwrap_or(services)));
}

/// `ifTable` and `ifName` (RFC 2863).
fn interfaces(tree: &mut Tree, plan: &Device) {
    tree.put(&[2, 1], &[0], number(place(plan.interfaces.len()) - 1));
    for (at, interface) in plan.interfaces.iter().enumerate() {
        let row = [place(at)];
        let label = interface.label.clone().unwrap_or_else(|| format!("eth{at}"));
        tree.put(&[2, 2, 1, 1], &row, number(row[0]));
        tree.put(&[2, 2, 1, 2], &row, text(&label));
        tree.put(&[2, 2, 1, 3], &row, number(interface.kind.unwrap_or(ETHERNET)));
        tree.put(&[2, 2, 1, 4], &row, number(1_500));
        tree.put(&[2, 2, 1, 5], &row, Value::Gauge(1_000_000_000));
        tree.put(&[2, 2, 1, 6], &row, Value::Octets(interface.mac.0.to_vec()));
        tree.put(&[2, 2, 1, 7], &row, number(1));
        tree.put(&[2, 2, 1, 8], &row, number(1));
        tree.put(&[31, 1, 1, 1, 1], &row, text(&label));
    }
}

/// `ipForwarding` and `ipAddrTable` (RFC 4293 §5, deprecated and still what devices have).
fn addresses(tree: &mut Tree, plan: &Device) {
    tree.put(&[4, 1], &[0], number(if plan.forwards { 1 } else { 2 }));
    for (at, interface) in plan.interfaces.iter().enumerate() {
        let Some(address) = interface.ipv4 else { continue };
        let mask =
            Ipv4Net::new(address, interface.prefix.unwrap_or(24)).map_or(Ipv4Addr::BROADCAST, |net| net.netmask());
        tree.put(&[4, 20, 1, 1], &index(address), Value::Address(address.octets()));
        tree.put(&[4, 20, 1, 2], &index(address), number(place(at)));
        tree.put(&[4, 20, 1, 3], &index(address), Value::Address(mask.octets()));
        tree.put(&[4, 20, 1, 4], &index(address), number(1));
    }
}

/// `ipRouteTable` (RFC 1213) and `ipCidrRouteTable` (RFC 2096).
fn routes(tree: &mut Tree, snmp: &Snmp) {
    const INDIRECT: u32 = 4;
    const LOCAL: u32 = 2;
    for route in &snmp.routes {
        let (to, mask) = (route.destination.network(), route.destination.netmask());
        tree.put(&[4, 21, 1, 1], &index(to), Value::Address(to.octets()));
        tree.put(&[4, 21, 1, 2], &index(to), number(route.interface));
        tree.put(&[4, 21, 1, 7], &index(to), Value::Address(route.next_hop.octets()));
        tree.put(&[4, 21, 1, 8], &index(to), number(INDIRECT));
        tree.put(&[4, 21, 1, 9], &index(to), number(LOCAL));
        tree.put(&[4, 21, 1, 11], &index(to), Value::Address(mask.octets()));
        let row = [&index(to)[..], &index(mask), &[0], &index(route.next_hop)].concat();
        tree.put(&[4, 24, 4, 1, 1], &row, Value::Address(to.octets()));
        tree.put(&[4, 24, 4, 1, 2], &row, Value::Address(mask.octets()));
        tree.put(&[4, 24, 4, 1, 4], &row, Value::Address(route.next_hop.octets()));
        tree.put(&[4, 24, 4, 1, 5], &row, number(route.interface));
        tree.put(&[4, 24, 4, 1, 6], &row, number(INDIRECT));
        tree.put(&[4, 24, 4, 1, 7], &row, number(LOCAL));
    }
}

/// Who stands in the device's tables for this segment: everybody but itself and the devices that must not
/// be touched, which nobody has spoken to; and the station, where it is on that link.
fn known<'a>(hospital: &'a Hospital, plan: &'a Device, segment: &'a str) -> Vec<(Option<Ipv4Addr>, Mac)> {
    let others = hospital.plugged_into(segment).filter(|(other, _)| other.name != plan.name && !other.untouchable);
    let mut known: Vec<_> = others.map(|(_, interface)| (interface.ipv4, interface.mac)).collect();
    let network = hospital.segment(segment).map(|segment| segment.network);
    let own = hospital.station.addresses.iter().map(Ipv4Net::addr);
    let here = own.filter(|address| network.is_some_and(|network| network.contains(address)));
    known.extend(here.map(|address| (Some(address), hospital.station.mac)));
    known
}

/// `ipNetToMediaTable` (RFC 4293 §5).
fn neighbours(tree: &mut Tree, hospital: &Hospital, plan: &Device, snmp: &Snmp) {
    const DYNAMIC: u32 = 3;
    for segment in &snmp.neighbours {
        let own = plan.interfaces.iter().position(|interface| interface.segment.as_ref() == Some(segment));
        let interface = place(own.unwrap_or(0));
        for (address, mac) in known(hospital, plan, segment) {
            let Some(address) = address else { continue };
            let row = [&[interface][..], &index(address)].concat();
            tree.put(&[4, 22, 1, 1], &row, number(interface));
            tree.put(&[4, 22, 1, 2], &row, Value::Octets(mac.0.to_vec()));
            tree.put(&[4, 22, 1, 3], &row, Value::Address(address.octets()));
            tree.put(&[4, 22, 1, 4], &row, number(DYNAMIC));
        }
    }
}

/// `dot1dTpFdbTable` (RFC 4188), or `dot1qTpFdbTable` (RFC 4363) where it has VLANs, and a port table behind it.
fn forwarding_database(tree: &mut Tree, hospital: &Hospital, plan: &Device, snmp: &Snmp) {
    const LEARNED: u32 = 3;
    /// The number of its one forwarding database.
    const DATABASE: u32 = 1;
    if let Some(vlan) = snmp.vlan {
        tree.put(&[17, 7, 1, 4, 2, 1, 3], &[0, u32::from(vlan)], Value::Gauge(DATABASE));
    }
    let learned = snmp.bridges.iter().flat_map(|segment| known(hospital, plan, segment));
    for (at, (_, mac)) in learned.enumerate() {
        let row = mac.0.map(u32::from);
        let port = place(at % PORTS);
        if snmp.vlan.is_some() {
            let row = [&[DATABASE][..], &row].concat();
            tree.put(&[17, 7, 1, 2, 2, 1, 2], &row, number(port));
            tree.put(&[17, 7, 1, 2, 2, 1, 3], &row, number(LEARNED));
        } else {
            tree.put(&[17, 4, 3, 1, 1], &row, Value::Octets(mac.0.to_vec()));
            tree.put(&[17, 4, 3, 1, 2], &row, number(port));
            tree.put(&[17, 4, 3, 1, 3], &row, number(LEARNED));
        }
        tree.put(&[17, 1, 4, 1, 2], &[port], number(port));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::description::DEMO;

    fn tree_of(name: &str) -> BTreeMap<Oid, Value> {
        let hospital = Hospital::parse(DEMO).unwrap();
        let plan = hospital.devices.iter().find(|device| device.name == name).unwrap();
        grow(&hospital, plan, plan.snmp.as_ref().unwrap())
    }

    fn below(tree: &BTreeMap<Oid, Value>, prefix: &[u32]) -> usize {
        tree.keys().filter(|oid| oid.starts_with(&[&[1, 3, 6, 1, 2, 1], prefix].concat())).count()
    }

    #[test]
    fn the_router_knows_the_far_segment() {
        let tree = tree_of("CORE-SW01");
        assert!(below(&tree, &[4, 22, 1, 2, 2]) >= 7);
        assert_eq!(tree[&vec![1, 3, 6, 1, 2, 1, 4, 1, 0]], Value::Integer(1));
        assert_eq!(below(&tree, &[4, 21, 1, 7]), 3);
    }

    const WARD: &str = r#"
        name = "ward"
        [station]
        mac = "02:00:00:00:00:05"
        addresses = ["10.0.0.250/24"]
        [[segment]]
        name = "lan"
        network = "10.0.0.0/24"
        [[device]]
        name = "SW-2F01"
        class = "network.switch"
        interface = [{ segment = "lan", mac = "00:1b:63:00:00:02", ipv4 = "10.0.0.2" }]
        [device.snmp]
        community = "c"
        descr = "switch"
        object_id = "1.3.6.1.4.1.9.1.617"
        name = "SW-2F01"
        services = 6
        vlan = 20
        engine = "8000000903001b63000002"
        bridges = ["lan"]
        software = ["one", "two"]
        entity = { maker = "Cisco", model = "WS-C3560", serial = "FDO1" }
        printer = { model = "P", serial = "S" }
        ups = { maker = "M", model = "U" }
        lldp = [{ port = 24, label = "Gi0/24", mac = "00:1b:63:00:00:01", far_port = "1", name = "CORE", address = "10.0.0.1" }]
        "#;

    #[test]
    fn every_table_stands_in_the_tree() {
        let hospital = Hospital::parse(WARD).unwrap();
        let plan = &hospital.devices[0];
        let tree = grow(&hospital, plan, plan.snmp.as_ref().unwrap());
        assert_eq!(tree[&vec![1, 3, 6, 1, 2, 1, 1, 7, 0]], Value::Integer(6));
        for (table, count) in [(&[47][..], 7), (&[25, 6], 8), (&[43], 2), (&[33], 3), (&[17, 7, 1, 2, 2, 1, 2], 1)] {
            assert_eq!(below(&tree, table), count, "{table:?}");
        }
        let lldp = tree.keys().filter(|oid| oid.starts_with(&[1, 0, 8802, 1, 1, 2, 1])).count();
        assert_eq!((lldp, below(&tree, &[17, 4])), (9, 0));
    }

    #[test]
    fn the_switch_has_learned_ports_and_nobody_knows_the_untouchable() {
        let tree = tree_of("SW-1F01");
        assert!(below(&tree, &[17, 4, 3, 1, 2]) > 50);
        let hospital = Hospital::parse(DEMO).unwrap();
        let left_alone = hospital.devices.iter().find(|device| device.untouchable).unwrap().interfaces[0].mac;
        assert!(!tree.values().any(|value| *value == Value::Octets(left_alone.0.to_vec())));
    }
}
