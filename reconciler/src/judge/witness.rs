//! Behaviour and place as witnesses that two interfaces are one machine: it answers for the other's address, or hangs
//! at the same switch port under the same name.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use daicho_shared::address::Mac;
use daicho_shared::fact::Fact;
use daicho_shared::id::ObservationId;

use super::evidence::Evidence;
use super::identity::{Sightings, Unit};
use super::join::{Called, Edge};

/// A port that has learned more addresses than this leads to other switches, or to a host of many machines.
const CROWD: usize = 8;

/// An interface answered for an address that was seen by itself elsewhere (RFC 1122 §3.3.4.2). Not believed of a
/// proxy, and not where two interfaces answer for it: that is a shared address.
pub(crate) fn by_weak_host(evidence: &Evidence<'_>, sightings: &Sightings<'_>) -> Vec<Edge> {
    let mut claims: BTreeMap<IpAddr, BTreeMap<Unit, ObservationId>> = BTreeMap::new();
    let mut proxies = BTreeSet::new();
    let mut shared: BTreeSet<IpAddr> = BTreeSet::new();
    for (unit, observation, fact) in sightings.facts() {
        match fact {
            Fact::AnswersFor { how, .. } if how == "arp-control" || how == "proxy-arp" => {
                proxies.insert(unit);
            }
            Fact::AnswersFor { address, how } if how == "arp-probe" || how == "directed-broadcast" => {
                let id = evidence.id(observation);
                claims.entry(*address).or_default().entry(unit).or_insert(id);
            }
            Fact::VirtualRouter { addresses, .. } => shared.extend(addresses),
            _ => {}
        }
    }
    let edge = |(address, units): (&IpAddr, &BTreeMap<Unit, ObservationId>)| {
        let ((one, id), other) = (units.first_key_value()?, sightings.at(*address)?);
        let wanted = units.len() == 1 && *one != other && !proxies.contains(one) && !shared.contains(address);
        let evidence = BTreeSet::from([id.clone()]);
        wanted.then(|| Edge { one: *one, other, key: "weak-host", value: address.to_string(), evidence })
    };
    claims.iter().filter_map(edge).collect()
}

/// Two interfaces at one port of one switch, called the same.
pub(crate) fn by_switch_port(
    evidence: &Evidence<'_>,
    sightings: &Sightings<'_>,
    names: &BTreeMap<Unit, Called>,
) -> Vec<Edge> {
    let mut ports: BTreeMap<(Unit, u32), BTreeMap<Mac, ObservationId>> = BTreeMap::new();
    for (unit, observation, fact) in sightings.facts() {
        if let Fact::BridgePort { mac, port, .. } = fact {
            ports.entry((unit, *port)).or_default().entry(*mac).or_insert_with(|| evidence.id(observation));
        }
    }
    let mut edges = vec![];
    for ((_, port), learned) in ports.into_iter().filter(|(_, learned)| learned.len() <= CROWD) {
        let here: Vec<(Unit, ObservationId)> = learned
            .into_iter()
            .map(|(mac, id)| (Unit::Mac(mac), id))
            .filter(|(unit, _)| sightings.has(*unit))
            .collect();
        for (index, (one, first)) in here.iter().enumerate() {
            for (other, second) in &here[index + 1..] {
                if names.get(one).zip(names.get(other)).is_some_and(|(one, other)| one.agrees(other)) {
                    let evidence = BTreeSet::from([first.clone(), second.clone()]);
                    let value = port.to_string();
                    edges.push(Edge { one: *one, other: *other, key: "switch-port", value, evidence });
                }
            }
        }
    }
    edges
}

#[cfg(test)]
mod tests {
    use daicho_shared::fact::NameSource;

    use super::super::sample::World;
    use super::*;

    fn mac(last: u8) -> String {
        format!("00:80:A3:00:00:{last:02X}")
    }

    fn answers(address: &str, how: &str) -> Fact {
        Fact::AnswersFor { address: address.parse().unwrap(), how: how.into() }
    }

    fn name(name: &str, domain: Option<&str>) -> Fact {
        Fact::Name { source: NameSource::Netbios, name: name.into(), domain: domain.map(str::to_owned) }
    }

    fn guid(value: &str) -> Fact {
        Fact::MachineId { source: "smb-guid".into(), value: value.into() }
    }

    const RANDOM: &str = "3f1c9a42-77b0-4e0d-9a11-8fd2c05e11aa";

    /// Machines at 10.0.0.1 and on, each with these facts.
    fn machines(facts: &[Vec<Fact>]) -> usize {
        let mut world = World::new();
        for (last, facts) in (1u8..).zip(facts) {
            world.arp(&format!("10.0.0.{last}"), &mac(last));
            world.see(&format!("10.0.0.{last}"), "smb", facts.clone());
        }
        world.verdict().assets.len()
    }

    #[test]
    fn who_answers_for_an_address_that_was_seen_elsewhere_holds_it() {
        let mut world = World::new();
        world.arp("10.0.0.5", &mac(5));
        world.see("10.0.0.5", "second-address", vec![answers("10.0.1.5", "arp-probe")]);
        world.see("10.0.1.5", "echo", vec![Fact::Alive]);
        let verdict = world.verdict();
        assert_eq!(verdict.assets.len(), 1);
        assert!(verdict.assets[0].joined_by.iter().any(|reason| reason.key == "weak-host"));
        world.see("10.0.0.5", "second-address", vec![answers("240.0.0.1", "arp-control")]);
        assert_eq!(world.verdict().assets.len(), 2, "a proxy answers for others");
    }

    #[test]
    fn two_that_answer_for_one_address_share_it() {
        let mut world = World::new();
        world.see("10.0.1.5", "echo", vec![Fact::Alive]);
        for last in [5, 6] {
            world.arp(&format!("10.0.0.{last}"), &mac(last));
            world.see(&format!("10.0.0.{last}"), "second-address", vec![answers("10.0.1.5", "arp-probe")]);
        }
        assert_eq!(world.verdict().assets.len(), 3);
    }

    #[test]
    fn a_file_servers_number_needs_an_equal_name_and_no_other_domain() {
        let with = |name: Fact| vec![guid(RANDOM), name];
        assert_eq!(machines(&[with(name("SV1", None)), with(name("SV1", None))]), 1);
        assert_eq!(machines(&[with(name("SV1", Some("HOSP"))), with(name("SV1", Some("hosp")))]), 1);
        assert_eq!(machines(&[with(name("SV1", Some("HOSP"))), with(name("SV1", Some("LAB")))]), 2);
        assert_eq!(machines(&[with(name("SV1", None)), with(name("SV2", None))]), 2);
        assert_eq!(machines(&[vec![guid(RANDOM)], vec![guid(RANDOM)]]), 2);
    }

    #[test]
    fn a_copied_image_that_was_renamed_in_part_is_another_machine() {
        let copy = |name_there: &str| {
            let ntlm = Fact::Name { source: NameSource::Ntlm, name: "MASTER".into(), domain: None };
            vec![guid(RANDOM), ntlm, name(name_there, None)]
        };
        assert_eq!(machines(&[copy("PC-1"), copy("PC-2")]), 2);
        assert_eq!(machines(&[copy("PC-1"), copy("PC-1")]), 1);
    }

    #[test]
    fn sambas_number_is_a_name_and_joins_nothing() {
        let samba = || Fact::Attribute {
            source: "smb".into(),
            key: "guid-of-name".into(),
            value: "6f637463-736e-6c6f-6531-000000000000".into(),
        };
        assert_eq!(machines(&[vec![samba(), name("SV1", None)], vec![samba(), name("SV1", None)]]), 2);
    }

    #[test]
    fn a_cloned_image_is_many_machines_whatever_they_are_called() {
        let key = || Fact::HostKey { port: 22, algorithm: "ssh-ed25519".into(), sha256: "ab".into() };
        let clone = || vec![key(), name("IMAGE", None)];
        assert_eq!(machines(&[clone(), clone()]), 1);
        assert_eq!(machines(&vec![clone(); 5]), 5);
    }

    #[test]
    fn two_cards_at_one_port_under_one_name_are_one_machine() {
        let learned =
            |last: u8| Fact::BridgePort { mac: mac(last).parse().unwrap(), port: 7, interface: None, vlan: None };
        let world = |second: &str| {
            let mut world = World::new();
            for (last, called) in [(5, "PC1"), (6, second)] {
                world.arp(&format!("10.0.0.{last}"), &mac(last));
                world.see(&format!("10.0.0.{last}"), "netbios", vec![name(called, None)]);
            }
            world.arp("10.0.0.9", &mac(9));
            world.see("10.0.0.9", "snmp-bridge", vec![learned(5), learned(6)]);
            world.verdict().assets.len()
        };
        assert_eq!((world("PC1"), world("PC2")), (2, 3));
    }
}
