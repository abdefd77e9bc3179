//! Many devices on the station's own link, for benchmarks: plain ones, or such as the hospital has.

use std::net::Ipv4Addr;

use daicho_shared::address::Mac;
use daicho_shared::class::Class;
use ipnet::Ipv4Net;

use super::{Device, Hospital, Interface, Segment, Shows};

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

/// Adds `count` devices like those that the hospital has on the station's link, one kind after the
/// other, side by side in 10.30.0.0/16. Each keeps its maker's prefix, its habits and its class.
pub fn clone_devices(hospital: &mut Hospital, count: u16) {
    if count == 0 {
        return;
    }
    let models: Vec<Device> = hospital.devices.iter().filter(|device| is_model(hospital, device)).cloned().collect();
    hospital.segments.push(Segment { name: "crowd".to_owned(), network: NETWORK, behind: None });
    hospital.station.addresses.push(STATION);
    let clones = models.iter().cycle().zip(0..count.min(LIMIT)).map(|(model, index)| alike(model, index));
    hospital.devices.extend(clones.collect::<Vec<_>>());
}

/// One interface on the link, and nothing that there may be only once.
fn is_model(hospital: &Hospital, device: &Device) -> bool {
    let near = |interface: &Interface| {
        let segment = interface.segment.as_deref().and_then(|name| hospital.segment(name));
        segment.is_some_and(|segment| segment.behind.is_none()) && interface.ipv4.is_some()
    };
    device.interfaces.len() == 1 && near(&device.interfaces[0]) && !device.resolver && !device.untouchable
}

fn alike(model: &Device, index: u16) -> Device {
    let mut clone = model.clone();
    clone.name = numbered(&model.name, index);
    clone.interfaces[0] = Interface {
        segment: Some("crowd".to_owned()),
        mac: numbered_mac(model.interfaces[0].mac, index),
        ipv4: Some(Ipv4Addr::from(u32::from(Ipv4Addr::new(10, 30, 0, 16)) + u32::from(index))),
        prefix: Some(16),
        ipv6: None,
        ..model.interfaces[0].clone()
    };
    clone.dns = model.dns.as_deref().map(|name| numbered_host(name, index));
    if let Some(netbios) = &mut clone.netbios {
        netbios.name = numbered(&netbios.name, index);
    }
    if let Some(mdns) = &mut clone.mdns {
        mdns.host = numbered(&mdns.host, index);
    }
    if let Some(snmp) = &mut clone.snmp {
        snmp.name = numbered(&snmp.name, index);
    }
    clone
}

/// The same of the first label of a domain name.
fn numbered_host(name: &str, index: u16) -> String {
    let (host, domain) = name.split_once('.').unwrap_or((name, "local"));
    format!("{}.{domain}", numbered(host, index))
}

/// Another address of the same maker. In IEEE's IAB blocks the maker's prefix is 36 bits long: there is
/// room for 4,096.
fn numbered_mac(Mac(mut octets): Mac, index: u16) -> Mac {
    let [high, low] = index.to_be_bytes();
    if let [0x00, 0x50, 0xc2, ..] | [0x40, 0xd8, 0x55, ..] = octets {
        octets[4] = octets[4] & 0xf0 | high & 0x0f;
    } else {
        octets[3..5].copy_from_slice(&[0xe0, high]);
    }
    octets[5] = low;
    Mac(octets)
}

/// Still the kind of name that it was, and short enough for `NetBIOS`.
fn numbered(name: &str, index: u16) -> String {
    let short: String = name.chars().take(10).collect();
    format!("{short}{index:04}")
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
    Device::plain(format!("crowd-{index:04}"), Class::Unknown, interface)
}

impl Device {
    /// A device that has an interface and no habits.
    pub fn plain(name: String, class: Class, interface: Interface) -> Self {
        Self {
            name,
            class,
            shows: Shows::default(),
            interfaces: vec![interface],
            dns: None,
            netbios: None,
            windows: None,
            sql: vec![],
            mdns: None,
            ssdp: None,
            gateway: None,
            wsd: None,
            onvif: None,
            sip: None,
            snmp: None,
            says: vec![],
            resolver: false,
            tcp: std::collections::BTreeMap::new(),
            other_ports: None,
            udp: vec![],
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

    #[test]
    fn three_thousand_like_the_demos_stand_beside_it() {
        let mut hospital = Hospital::parse(DEMO).unwrap();
        let before = hospital.devices.len();
        clone_devices(&mut hospital, 3_000);
        assert_eq!(hospital.devices.len(), before + 3_000);
        super::super::check::check(&hospital).unwrap();
    }
}
