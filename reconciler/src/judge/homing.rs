//! Has the machine an address in another network? What it says, and what answered, are graded apart.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr};

use daicho_shared::fact::Fact;
use daicho_shared::id::ObservationId;
use ipnet::{IpNet, Ipv4Net};

use super::asset::{Grade, Graded};
use super::evidence::{can_be_a_host, is_link_local, shows_presence};
use super::knowledge::{Knowledge, Uplinks};
use super::portrait::Facts;

/// Joins that two devices hardly ever share by accident.
const STRONG_JOINS: [&str; 5] = ["mac", "device-interface", "own-address", "eui-64", "upnp-udn"];

/// IPv4 only: an IPv6 interface has addresses of several networks by design (RFC 4291 §2.1).
///
/// Confirmed: addresses in two scanned networks answered, and the join is strong. Probable: the
/// device says so, or the join is weaker. Indication: a certificate names the address, or the
/// network is one that programs make inside a machine.
pub(crate) fn multi_homed(facts: &Facts<'_, '_>, knowledge: &Knowledge) -> Graded {
    let mut claims = answered(facts);
    if claims.is_empty() {
        claims = told(facts, &knowledge.uplinks);
        claims.extend(certified(facts));
    }
    summary(claims)
}

/// The address lies in a network that programs make inside a machine.
pub(crate) fn is_benign(address: IpAddr, uplinks: &Uplinks) -> bool {
    is_link_local(address) || uplinks.benign.iter().any(|network| network.cidr.contains(&address))
}

struct Elsewhere {
    address: IpAddr,
    grade: Grade,
    evidence: Vec<ObservationId>,
}

fn summary(claims: Vec<Elsewhere>) -> Graded {
    let Some(grade) = claims.iter().map(|claim| claim.grade).max() else { return Graded::nothing() };
    let addresses: BTreeSet<IpAddr> = claims.iter().map(|claim| claim.address).collect();
    let evidence: BTreeSet<ObservationId> = claims.into_iter().flat_map(|claim| claim.evidence).collect();
    Graded { grade, addresses: addresses.into_iter().collect(), evidence: evidence.into_iter().collect() }
}

/// Addresses that answered in two scanned networks. The network that holds the smallest address
/// counts as the machine's place, the others as elsewhere.
fn answered(facts: &Facts<'_, '_>) -> Vec<Elsewhere> {
    let mut by_segment: BTreeMap<IpNet, BTreeSet<IpAddr>> = BTreeMap::new();
    for address in facts.machine.addresses().into_iter().filter(|a| a.is_ipv4() && !is_link_local(*a)) {
        if let Some(segment) = facts.evidence.segment_of(address) {
            by_segment.entry(segment).or_default().insert(address);
        }
    }
    if by_segment.len() < 2 {
        return vec![];
    }
    let strong = facts.machine.joined_by.iter().any(|reason| STRONG_JOINS.contains(&reason.key.as_str()));
    let grade = if strong { Grade::Confirmed } else { Grade::Probable };
    let joins: BTreeSet<ObservationId> = facts.machine.joined_by.iter().flat_map(|r| r.evidence.clone()).collect();
    let elsewhere = by_segment.into_values().skip(1).flatten();
    elsewhere
        .map(|address| {
            let own = facts.machine.observations.iter().filter(|o| o.target.address == address && shows_presence(o));
            let own = own.take(2).map(|o| facts.evidence.id(o));
            Elsewhere { address, grade, evidence: own.chain(joins.iter().cloned()).collect() }
        })
        .collect()
}

/// Addresses that the device says it holds, outside every network in which it was seen.
fn told(facts: &Facts<'_, '_>, uplinks: &Uplinks) -> Vec<Elsewhere> {
    let home = home_networks(facts);
    let idle = idle_interfaces(facts, uplinks);
    let mut claims = vec![];
    for (id, fact) in facts.all() {
        let Fact::OwnAddress { address: address @ IpAddr::V4(v4), interface, .. } = fact else { continue };
        if !is_elsewhere(facts, &home, *v4) || address.is_loopback() {
            continue;
        }
        let internal = is_benign(*address, uplinks) || interface.is_some_and(|index| idle.contains(&index));
        let grade = if internal { Grade::Indication } else { Grade::Probable };
        claims.push(Elsewhere { address: *address, grade, evidence: vec![id] });
    }
    if claims.iter().any(|claim| claim.grade == Grade::Probable) {
        claims.retain(|claim| claim.grade == Grade::Probable);
    }
    claims
}

fn certified(facts: &Facts<'_, '_>) -> Vec<Elsewhere> {
    let home = home_networks(facts);
    let mut claims = vec![];
    for (id, fact) in facts.all() {
        let Fact::Certificate { addresses, .. } = fact else { continue };
        for address in addresses {
            let IpAddr::V4(v4) = address else { continue };
            if is_elsewhere(facts, &home, *v4) && !is_link_local(*address) {
                claims.push(Elsewhere { address: *address, grade: Grade::Indication, evidence: vec![id.clone()] });
            }
        }
    }
    claims
}

fn is_elsewhere(facts: &Facts<'_, '_>, home: &[Ipv4Net], address: Ipv4Addr) -> bool {
    let known = facts.machine.addresses().contains(&IpAddr::V4(address));
    can_be_a_host(IpAddr::V4(address)) && !known && !home.is_empty() && !home.iter().any(|net| net.contains(&address))
}

/// The networks of the addresses that answered: as the device says, as the scope says, and a /24
/// where nobody does.
fn home_networks(facts: &Facts<'_, '_>) -> Vec<Ipv4Net> {
    let mut networks = BTreeSet::new();
    for address in facts.machine.addresses() {
        let IpAddr::V4(v4) = address else { continue };
        match facts.evidence.segment_of(address) {
            Some(IpNet::V4(segment)) => networks.insert(segment),
            _ => networks.insert(Ipv4Net::new_assert(v4, 24).trunc()),
        };
        for (_, fact) in facts.all() {
            if let Fact::OwnAddress { address: told, prefix_length: Some(length), .. } = fact
                && *told == address
                && let Ok(net) = Ipv4Net::new(v4, *length)
                && *length >= 8
            {
                networks.insert(net.trunc());
            }
        }
    }
    networks.into_iter().collect()
}

/// Interfaces that programs make, and such that are down.
fn idle_interfaces(facts: &Facts<'_, '_>, uplinks: &Uplinks) -> BTreeSet<u32> {
    let idle = facts.all().filter_map(|(_, fact)| match fact {
        Fact::Interface { index, name, up, .. } if !up || uplinks.interface.benign.0.is_match(name) => Some(*index),
        _ => None,
    });
    idle.collect()
}

#[cfg(test)]
mod tests {
    use super::super::sample::World;
    use super::*;

    fn own(address: &str) -> Fact {
        Fact::OwnAddress { address: address.parse().unwrap(), prefix_length: Some(24), interface: Some(2) }
    }

    fn homed(facts: Vec<Fact>) -> Graded {
        let mut world = World::new();
        world.arp("10.0.0.20", "00:80:A3:00:00:20");
        world.see("10.0.0.20", "snmp", facts);
        world.verdict().assets[0].multi_homed.clone()
    }

    #[test]
    fn an_address_told_elsewhere_is_a_strong_suspicion() {
        let graded = homed(vec![own("10.0.0.20"), own("192.168.42.129")]);
        assert_eq!(graded.grade, Grade::Probable);
        assert_eq!(graded.addresses, ["192.168.42.129".parse::<IpAddr>().unwrap()]);
        assert_eq!(graded.evidence.len(), 1);
    }

    #[test]
    fn networks_inside_a_machine_are_no_more_than_an_indication() {
        assert_eq!(homed(vec![own("172.17.0.1")]).grade, Grade::Indication);
        assert_eq!(homed(vec![own("127.0.0.1")]).grade, Grade::Nothing);
        let down = Fact::Interface { index: 2, name: "eth1".into(), kind: 6, mac: None, up: false };
        assert_eq!(homed(vec![down, own("192.168.42.129")]).grade, Grade::Indication);
    }

    #[test]
    fn an_address_of_the_same_network_is_no_second_network() {
        assert_eq!(homed(vec![own("10.0.0.21")]), Graded::nothing());
    }

    #[test]
    fn one_interface_that_answers_in_two_scanned_networks_is_confirmed() {
        let mut world = World::new();
        world.arp("10.0.0.20", "00:80:A3:00:00:20");
        world.arp("10.0.1.20", "00:80:A3:00:00:20");
        let verdict = world.verdict();
        assert_eq!(verdict.assets[0].multi_homed.grade, Grade::Confirmed);
        assert_eq!(verdict.assets[0].multi_homed.addresses, ["10.0.1.20".parse::<IpAddr>().unwrap()]);
    }
}
