//! Many plain devices on the station's own link, for benchmarks.

use std::net::Ipv4Addr;

use daicho_shared::address::Mac;
use ipnet::Ipv4Net;

use super::{Device, Hospital, Interface, Segment};

/// The crowd's network.
const NETWORK: Ipv4Net = Ipv4Net::new_assert(Ipv4Addr::new(10, 30, 0, 0), 16);
/// The station's address in it.
const STATION: Ipv4Net = Ipv4Net::new_assert(Ipv4Addr::new(10, 30, 0, 5), 16);
/// The most devices that fit, with room between them.
pub const LIMIT: u16 = 8_000;

/// Adds `hosts` devices, spread evenly over 10.30.0.0/16, and gives the station an address there.
pub fn add(hospital: &mut Hospital, hosts: u16) {
    if hosts == 0 {
        return;
    }
    hospital.segments.push(Segment { name: "crowd".to_owned(), network: NETWORK, behind: None });
    hospital.station.addresses.push(STATION);
    let step = (u16::MAX - 512) / hosts.min(LIMIT);
    hospital.devices.extend((0..hosts.min(LIMIT)).map(|index| device(index, 256 + index * step)));
}

fn device(index: u16, place: u16) -> Device {
    let [high, low] = place.to_be_bytes();
    let [a, b] = index.to_be_bytes();
    let interface = Interface {
        segment: Some("crowd".to_owned()),
        mac: Mac([0x00, 0x80, 0xa3, 0x30, a, b]),
        ipv4: Some(Ipv4Addr::new(10, 30, high, low)),
        prefix: Some(16),
        ipv6: None,
        label: None,
        kind: None,
    };
    Device::plain(format!("crowd-{index:04}"), "crowd", interface)
}

impl Device {
    /// A device that has an interface and no habits.
    pub fn plain(name: String, class: &str, interface: Interface) -> Self {
        Self {
            name,
            class: class.to_owned(),
            interfaces: vec![interface],
            dns: None,
            netbios: None,
            mdns: None,
            ssdp: None,
            snmp: None,
            says: vec![],
            resolver: false,
            tcp: std::collections::BTreeMap::new(),
            ignores_ping: false,
            silent: false,
            firewalled: false,
            forwards: false,
            dies_after: None,
            fragile: None,
            untouchable: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::DEMO;
    use super::*;

    #[test]
    fn two_thousand_stand_beside_the_demo() {
        let mut hospital = Hospital::parse(DEMO).unwrap();
        let before = hospital.devices.len();
        add(&mut hospital, 2_000);
        assert_eq!(hospital.devices.len(), before + 2_000);
        super::super::check::check(&hospital).unwrap();
    }
}
