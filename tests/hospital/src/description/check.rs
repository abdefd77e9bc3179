//! Whether a description can be: names resolve, addresses are unique and lie in their segments.

use std::collections::BTreeSet;
use std::net::IpAddr;

use super::{Device, Hospital, Problem, TcpHabit, ports};

/// Says the first thing that cannot be, with its place.
pub fn check(hospital: &Hospital) -> Result<(), Problem> {
    segments(hospital)?;
    let mut seen = Seen::default();
    for device in &hospital.devices {
        names(device, &mut seen)?;
        interfaces(hospital, device, &mut seen)?;
        habits(device)?;
    }
    Ok(())
}

#[derive(Default)]
struct Seen {
    names: BTreeSet<String>,
    macs: BTreeSet<[u8; 6]>,
    addresses: BTreeSet<IpAddr>,
}

fn wrong(place: &str, what: String) -> Problem {
    Problem::Meaning { place: place.to_owned(), what }
}

fn segments(hospital: &Hospital) -> Result<(), Problem> {
    for segment in &hospital.segments {
        let place = format!("segment {}", segment.name);
        if hospital.segments.iter().filter(|other| other.name == segment.name).count() > 1 {
            return Err(wrong(&place, "the name is used twice".to_owned()));
        }
        let Some(router) = &segment.behind else { continue };
        let on_link = |name: &str| hospital.segment(name).is_some_and(|near| near.behind.is_none());
        let reaches = |device: &Device| {
            device.name == *router && device.interfaces.iter().any(|i| i.segment.as_deref().is_some_and(on_link))
        };
        if !hospital.devices.iter().any(reaches) {
            return Err(wrong(&place, format!("behind = {router:?} is no device on the station's link")));
        }
    }
    Ok(())
}

fn names(device: &Device, seen: &mut Seen) -> Result<(), Problem> {
    let place = place(device);
    if !seen.names.insert(device.name.clone()) {
        return Err(wrong(&place, "the name is used twice".to_owned()));
    }
    if let Some(netbios) = &device.netbios {
        for name in [&netbios.name, &netbios.workgroup] {
            if name.len() > 15 || !name.is_ascii() {
                return Err(wrong(&place, format!("netbios name {name:?} is longer than 15 octets or not ASCII")));
            }
        }
    }
    Ok(())
}

fn interfaces(hospital: &Hospital, device: &Device, seen: &mut Seen) -> Result<(), Problem> {
    let place = place(device);
    if device.interfaces.is_empty() {
        return Err(wrong(&place, "it has no interface".to_owned()));
    }
    for interface in &device.interfaces {
        if !interface.mac.is_interface() || !seen.macs.insert(interface.mac.0) {
            return Err(wrong(&place, format!("mac {} is a group address or used twice", interface.mac)));
        }
        for address in [interface.ipv4.map(IpAddr::V4), interface.ipv6.map(IpAddr::V6)].into_iter().flatten() {
            if !seen.addresses.insert(address) {
                return Err(wrong(&place, format!("address {address} is used twice")));
            }
        }
        let Some(name) = &interface.segment else { continue };
        let segment = hospital.segment(name).ok_or_else(|| wrong(&place, format!("no segment {name:?}")))?;
        if interface.ipv4.is_some_and(|address| !segment.network.contains(&address)) {
            return Err(wrong(&place, format!("its address lies outside segment {name} ({})", segment.network)));
        }
    }
    Ok(())
}

fn habits(device: &Device) -> Result<(), Problem> {
    let place = place(device);
    let mut seen = BTreeSet::new();
    for (key, habit) in &device.tcp {
        let listed = ports(key).ok_or_else(|| wrong(&place, format!("tcp key {key:?} is no list of ports")))?;
        for port in listed {
            if !seen.insert(port) {
                return Err(wrong(&place, format!("tcp port {port} has two habits")));
            }
        }
        let is_windows = matches!(habit, TcpHabit::Smb(_) | TcpHabit::Rdp { .. } | TcpHabit::Rpc | TcpHabit::HttpNtlm);
        if is_windows && device.windows.is_none() {
            return Err(wrong(
                &place,
                format!("tcp {key} names the machine, and [device.windows] does not say who that is"),
            ));
        }
        if let TcpHabit::Fixed { hex } = habit {
            hex::decode(hex).map_err(|error| wrong(&place, format!("tcp {key}: hex: {error}")))?;
        }
    }
    if let Some(snmp) = &device.snmp {
        for oid in snmp.object_id.split('.') {
            oid.parse::<u32>().map_err(|_| wrong(&place, format!("object_id {:?} is not dotted", snmp.object_id)))?;
        }
    }
    Ok(())
}

fn place(device: &Device) -> String {
    format!("device {}", device.name)
}

#[cfg(test)]
mod tests {
    use super::super::DEMO;
    use super::*;

    const HEAD: &str = "name = 'h'\nstation = { mac = '02:00:00:00:00:05', addresses = ['10.10.0.5/24'] }\n\
        [[segment]]\nname = 'A'\nnetwork = '10.10.0.0/24'\n";

    fn problem(devices: &str) -> String {
        Hospital::parse(&format!("{HEAD}{devices}")).map(|_| ()).unwrap_err().to_string()
    }

    #[test]
    fn the_demo_can_be() {
        let demo = Hospital::parse(DEMO).unwrap();
        assert!(demo.devices.len() >= 60, "{}", demo.devices.len());
    }

    #[test]
    fn says_where_and_what() {
        let device = |rest: &str| format!("[[device]]\nname = 'x'\nclass = 'pc'\n{rest}\n");
        let mac = "mac = '00:80:A3:00:00:01'";
        assert!(
            problem(&device(&format!("interface = [{{ segment = 'B', {mac} }}]"))).contains("device x: no segment")
        );
        let far = device(&format!("interface = [{{ segment = 'A', {mac}, ipv4 = '10.99.0.1' }}]"));
        assert!(problem(&far).contains("outside segment A"));
        let twice = device(&format!("interface = [{{ segment = 'A', {mac} }}]"));
        assert!(problem(&format!("{twice}{twice}")).contains("used twice"));
        let ports = device(&format!("interface = [{{ segment = 'A', {mac} }}]\ntcp.80x = {{ habit = 'silent' }}"));
        assert!(problem(&ports).contains("no list of ports"));
    }

    #[test]
    fn an_unknown_field_is_named_with_its_line() {
        let text = problem("[[device]]\nname = 'x'\nclass = 'pc'\ninterface = []\ncolour = 'red'\n");
        assert!(text.contains("colour") && text.contains("line"), "{text}");
    }
}
