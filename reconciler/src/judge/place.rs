//! Where a machine hangs: the switch and the port, by what switches learned at their ports.
//!
//! Every switch on the way to a machine has learned its address. The machine hangs where fewest other
//! addresses were learned: a port that leads to another switch has learned all of that switch's.

use std::collections::{BTreeMap, BTreeSet};

use daicho_shared::address::Mac;
use daicho_shared::fact::Fact;
use daicho_shared::id::ObservationId;

use super::asset::{Asset, Claim};
use super::evidence::Evidence;
use super::identity::Machine;

/// A port that has learned more addresses than this leads to other switches, or to a host of many machines.
const CROWD: usize = 8;
/// The most observations that a place cites.
const EVIDENCE: usize = 4;

/// Says of every machine where it hangs; `machines` and `assets` stand at the same index.
pub(crate) fn settle(assets: &mut [Asset], machines: &[Machine<'_>], evidence: &Evidence<'_>) {
    let switches = Switches::read(assets, machines, evidence);
    for (index, machine) in machines.iter().enumerate() {
        assets[index].place = switches.place(index, machine);
    }
}

/// A port: the switch by its index, and the port's number (`dot1dBasePort`).
type Port = (usize, u32);

/// What all the switches of a run say.
struct Switches {
    /// The addresses that each port has learned, with who said so.
    learned: BTreeMap<Port, BTreeMap<Mac, ObservationId>>,
    ports_of: BTreeMap<Mac, BTreeSet<Port>>,
    /// Ports at which a switch announces itself.
    uplinks: BTreeSet<Port>,
    /// How people call each port.
    names: BTreeMap<Port, String>,
}

impl Switches {
    fn read(assets: &[Asset], machines: &[Machine<'_>], evidence: &Evidence<'_>) -> Self {
        let mut switches = Self {
            learned: BTreeMap::new(),
            ports_of: BTreeMap::new(),
            uplinks: BTreeSet::new(),
            names: BTreeMap::new(),
        };
        for (index, machine) in machines.iter().enumerate() {
            switches.hear(index, &assets[index], machine, evidence);
        }
        switches.mark_uplinks(assets, machines);
        switches
    }

    fn hear(&mut self, index: usize, asset: &Asset, machine: &Machine<'_>, evidence: &Evidence<'_>) {
        let interfaces = interfaces(machine);
        for observation in &machine.observations {
            for fact in &observation.facts {
                let Fact::BridgePort { mac, port, interface, .. } = fact else { continue };
                let place = (index, *port);
                self.learned.entry(place).or_default().entry(*mac).or_insert_with(|| evidence.id(observation));
                self.ports_of.entry(*mac).or_default().insert(place);
                let name = interface.and_then(|interface| interfaces.get(&interface).copied());
                let port = name.filter(|name| !name.is_empty()).map_or_else(|| port.to_string(), str::to_owned);
                self.names.entry(place).or_insert_with(|| format!("{}: {port}", called(asset)));
            }
        }
    }

    /// A port that has learned another switch's own address leads to it, as does one at which such a switch
    /// announces itself by LLDP or CDP.
    fn mark_uplinks(&mut self, assets: &[Asset], machines: &[Machine<'_>]) {
        let known: BTreeSet<usize> = self.learned.keys().map(|(switch, _)| *switch).collect();
        let own = |switch: &usize| machines[*switch].macs().chain(told_macs(&machines[*switch]));
        let switch_macs: BTreeMap<Mac, usize> =
            known.iter().flat_map(|switch| own(switch).map(|mac| (mac, *switch))).collect();
        let learned_switch = |(place, macs): (&Port, &BTreeMap<Mac, ObservationId>)| {
            macs.keys().any(|mac| switch_macs.get(mac).is_some_and(|other| *other != place.0)).then_some(*place)
        };
        self.uplinks = self.learned.iter().filter_map(learned_switch).collect();
        let names: BTreeSet<String> = known.iter().map(|switch| called(&assets[*switch]).to_lowercase()).collect();
        for (place, name) in &self.names {
            let (_, port) = name.split_once(": ").unwrap_or_default();
            if announced(&machines[place.0], port).any(|other| names.contains(&other.to_lowercase())) {
                self.uplinks.insert(*place);
            }
        }
    }

    /// The port with the fewest addresses, where it is one and has few. What a switch says of itself is no place.
    fn place(&self, index: usize, machine: &Machine<'_>) -> Option<Claim> {
        let ports: BTreeSet<Port> =
            machine.macs().filter_map(|mac| self.ports_of.get(&mac)).flatten().copied().collect();
        let elsewhere = ports.into_iter().filter(|place| place.0 != index && !self.uplinks.contains(place));
        let mut by_crowd: Vec<(usize, Port)> = elsewhere.map(|place| (self.learned[&place].len(), place)).collect();
        by_crowd.sort_unstable();
        let &(crowd, place) = by_crowd.first()?;
        let doubtful = by_crowd.get(1).is_some_and(|(other, _)| *other == crowd);
        if crowd > CROWD || doubtful {
            return None;
        }
        let ids = machine.macs().filter_map(|mac| self.learned[&place].get(&mac).cloned());
        let ids: BTreeSet<ObservationId> = ids.collect();
        let evidence = ids.into_iter().take(EVIDENCE).collect();
        let value = self.names.get(&place)?.clone();
        Some(Claim { value, source: "bridge".into(), evidence, ..Claim::default() })
    }
}

/// How people call a machine: by the name it was given, or by an address.
fn called(asset: &Asset) -> String {
    use daicho_shared::fact::NameSource;
    let own = asset.names.iter().find(|name| name.source == NameSource::Snmp).or_else(|| asset.names.first());
    let address = || asset.interfaces.iter().flat_map(|interface| &interface.addresses).next().map(ToString::to_string);
    own.map(|name| name.name.clone()).or_else(address).unwrap_or_else(|| asset.id.to_string())
}

/// A machine's interfaces by number.
fn interfaces<'a>(machine: &Machine<'a>) -> BTreeMap<u32, &'a str> {
    let facts = machine.observations.iter().flat_map(|observation| &observation.facts);
    let named = facts.filter_map(|fact| match fact {
        Fact::Interface { index, name, .. } => Some((*index, name.as_str())),
        _ => None,
    });
    named.collect()
}

/// The link-layer addresses that a machine says are its own.
fn told_macs(machine: &Machine<'_>) -> impl Iterator<Item = Mac> {
    let facts = machine.observations.iter().flat_map(|observation| &observation.facts);
    facts.filter_map(|fact| match fact {
        Fact::Interface { mac, .. } => *mac,
        _ => None,
    })
}

/// Who announces itself at a port.
fn announced<'a>(machine: &Machine<'a>, port: &str) -> impl Iterator<Item = &'a str> {
    let facts = machine.observations.iter().flat_map(|observation| &observation.facts);
    facts.filter_map(move |fact| match fact {
        Fact::LinkNeighbour { local_port, name: Some(name), .. } if local_port == port => Some(name.as_str()),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use daicho_shared::fact::NameSource;

    use super::super::asset::Asset;
    use super::super::sample::World;
    use super::*;

    fn mac(last: u8) -> Mac {
        Mac([0, 0x1b, 0x63, 0, 0, last])
    }

    fn learned(last: u8, port: u32) -> Fact {
        Fact::BridgePort { mac: mac(last), port, interface: Some(port + 100), vlan: None }
    }

    fn interface(port: u32, name: &str, own: u8) -> Fact {
        Fact::Interface { index: port + 100, name: name.into(), kind: 6, mac: Some(mac(own)), up: true }
    }

    fn named(name: &str) -> Fact {
        Fact::Name { source: NameSource::Snmp, name: name.into(), domain: None }
    }

    /// A core switch (1) with a ward switch (2) at its port 24, and machines from 11 behind that.
    fn ward(machines: &[(u8, u32)]) -> World {
        let mut world = World::new();
        for last in [1, 2].into_iter().chain(machines.iter().map(|(last, _)| *last)) {
            world.arp(&format!("10.0.0.{last}"), &mac(last).to_string());
        }
        let mut core = vec![named("CORE"), interface(24, "Gi0/24", 101), learned(2, 24)];
        core.extend(machines.iter().map(|(last, _)| learned(*last, 24)));
        let mut ward = vec![named("SW-2F01"), interface(17, "17", 102), interface(25, "25", 102), learned(1, 25)];
        ward.extend(machines.iter().map(|(last, port)| learned(*last, *port)));
        world.see("10.0.0.1", "snmp-bridge", core);
        world.see("10.0.0.2", "snmp-bridge", ward);
        world
    }

    fn place(world: &World, last: u8) -> Option<String> {
        let verdict = world.verdict();
        let address = format!("10.0.0.{last}").parse().unwrap();
        let stands = |asset: &&Asset| asset.interfaces.iter().any(|interface| interface.addresses.contains(&address));
        let asset = verdict.assets.iter().find(stands).unwrap();
        assert!(
            asset.place.as_ref().is_none_or(|place| place.evidence.iter().all(|id| verdict.evidence.contains_key(id)))
        );
        asset.place.as_ref().map(|place| place.value.clone())
    }

    #[test]
    fn a_machine_hangs_at_the_access_port_and_not_at_the_uplink() {
        let world = ward(&[(11, 17)]);
        assert_eq!(place(&world, 11).as_deref(), Some("SW-2F01: 17"));
        let crowd: Vec<(u8, u32)> = (11..40).map(|last| (last, u32::from(last))).collect();
        assert_eq!(place(&ward(&crowd), 17).as_deref(), Some("SW-2F01: 17"));
    }

    #[test]
    fn a_crowded_port_is_no_place_and_neither_is_one_of_two() {
        let crowd: Vec<(u8, u32)> = (11..30).map(|last| (last, 17)).collect();
        assert_eq!(place(&ward(&crowd), 11), None);
        let mut world = ward(&[(11, 17)]);
        world.arp("10.0.0.3", &mac(3).to_string());
        world.see("10.0.0.3", "snmp-bridge", vec![named("SW-3F01"), learned(11, 5)]);
        assert_eq!(place(&world, 11), None, "two switches say the same of it");
    }

    #[test]
    fn a_port_without_a_name_is_told_by_its_number_and_a_switch_without_one_by_its_address() {
        let mut world = World::new();
        world.arp("10.0.0.3", &mac(3).to_string());
        world.arp("10.0.0.11", &mac(11).to_string());
        world.see("10.0.0.3", "snmp-bridge", vec![learned(11, 5)]);
        assert_eq!(place(&world, 11).as_deref(), Some("10.0.0.3: 5"));
        assert_eq!(place(&world, 3), None);
    }

    #[test]
    fn a_port_at_which_a_switch_announces_itself_is_an_uplink() {
        let mut world = ward(&[(11, 17)]);
        let announced = Fact::LinkNeighbour {
            protocol: "lldp".into(),
            local_port: "17".into(),
            chassis: "x".into(),
            port: "1".into(),
            name: Some("CORE".into()),
            description: None,
            address: None,
        };
        world.see("10.0.0.2", "snmp-neighbours", vec![announced]);
        assert_eq!(place(&world, 11), None);
    }
}
