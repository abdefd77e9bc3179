//! What inventory files say of machines, beside what a scan saw: judged together, and cited apart.
//!
//! An inventory does not show that a machine is on the network tonight. It is heard of machines that the
//! scan saw, and found among them by MAC address, by name, or by an address whose holder is otherwise unknown.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use daicho_shared::address::Mac;
use daicho_shared::batch::Batch;
use daicho_shared::fact::Fact;
use daicho_shared::id::{ObservationId, RunId};
use daicho_shared::observation::Observation;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::identity::Unit;
use super::names::{Likeness, host_key, likeness};

/// The probe name of what was read from an inventory file.
pub const PROBE: &str = "inventory";

/// An imported inventory file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InventoryFile {
    /// The name of the batch that was made of it.
    pub run: RunId,
    /// File name without folders.
    pub name: String,
    /// SHA-256 of the file, lower-case hexadecimal.
    pub sha256: String,
    /// What wrote it, e.g. `glpi-json`, `systeminfo`.
    pub format: String,
    /// When it was imported.
    pub imported: Timestamp,
    /// Who imported it.
    pub by: String,
}

/// An inventory file with what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inventory {
    /// The file.
    pub file: InventoryFile,
    /// One observation for each machine.
    pub batch: Batch,
}

/// Which numbers of the merged batch belong to which run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Origins(Vec<(u32, RunId)>);

impl Origins {
    /// One run alone.
    pub(crate) fn of(run: &RunId) -> Self {
        Self(vec![(1, run.clone())])
    }

    /// The name under which an observation was kept.
    pub(crate) fn id(&self, number: u32) -> ObservationId {
        let found = self.0.iter().rev().find(|(first, _)| *first <= number).or_else(|| self.0.first());
        found.map_or_else(
            || ObservationId { run: RunId::from(""), number },
            |(first, run)| ObservationId { run: run.clone(), number: number.saturating_sub(first - 1) },
        )
    }
}

/// The run with the inventories' observations behind its own, and where each came from.
pub(crate) fn merged<'b>(batch: &'b Batch, inventories: &[Inventory]) -> (Cow<'b, Batch>, Origins) {
    let mut origins = Origins::of(&batch.header.run);
    if inventories.is_empty() {
        return (Cow::Borrowed(batch), origins);
    }
    let mut whole = batch.clone();
    let mut sorted: Vec<&Inventory> = inventories.iter().collect();
    sorted.sort_by(|a, b| a.file.run.cmp(&b.file.run));
    let mut last = batch.observations.iter().map(|observation| observation.number).max().unwrap_or(0);
    for inventory in sorted {
        origins.0.push((last + 1, inventory.file.run.clone()));
        let moved = inventory.batch.observations.iter();
        let before = last;
        whole.observations.extend(moved.map(|observation| {
            let number = before.saturating_add(observation.number);
            last = last.max(number);
            Arc::new(Observation { number, ..Observation::clone(observation) })
        }));
    }
    (Cow::Owned(whole), origins)
}

/// Read from an inventory file.
pub(crate) fn is_inventory(observation: &Observation) -> bool {
    observation.probe.0 == PROBE
}

/// What is known of the units that a scan saw, for finding the machine that an inventory is about.
pub(crate) struct Seen<'s> {
    /// Host name keys of every unit.
    pub(crate) names: BTreeMap<Unit, BTreeSet<String>>,
    /// Every unit that was seen.
    pub(crate) units: &'s BTreeSet<Unit>,
}

/// Link-layer addresses that the files tell of each machine, by name: one file may have what another lacks.
pub(crate) fn macs_by_name(
    observations: &[&Observation],
    generic: &BTreeSet<String>,
) -> BTreeMap<String, BTreeSet<Mac>> {
    let mut macs: BTreeMap<String, BTreeSet<Mac>> = BTreeMap::new();
    for observation in observations {
        if let Some(name) = name(observation, generic) {
            macs.entry(name).or_default().extend(own_macs(observation));
        }
    }
    macs
}

/// The unit that an inventory is about.
pub(crate) fn unit_of(
    observation: &Observation,
    seen: &Seen<'_>,
    by_name: &BTreeMap<String, BTreeSet<Mac>>,
    generic: &BTreeSet<String>,
) -> Option<Unit> {
    let name = name(observation, generic);
    let told = name.as_ref().and_then(|name| by_name.get(name)).into_iter().flatten().copied();
    let macs: BTreeSet<Mac> = own_macs(observation).chain(told).collect();
    if let Some(unit) = macs.iter().map(|mac| Unit::Mac(*mac)).find(|unit| seen.units.contains(unit)) {
        return Some(unit);
    }
    let called = |unit: &&Unit| {
        let names = seen.names.get(*unit);
        name.as_ref()
            .is_some_and(|name| names.is_some_and(|all| all.iter().any(|own| likeness(own, name) != Likeness::Differs)))
    };
    let mut named = seen.units.iter().filter(called);
    if let (Some(unit), None) = (named.next(), named.next()) {
        // Who has other cards than the file tells of, all of them, is another machine of that name.
        return (macs.is_empty() || matches!(unit, Unit::Bare(_))).then_some(*unit);
    }
    let bare = Unit::Bare(observation.target.address);
    let unnamed = seen.names.get(&bare).is_none_or(BTreeSet::is_empty);
    (seen.units.contains(&bare) && unnamed).then_some(bare)
}

fn own_macs(observation: &Observation) -> impl Iterator<Item = Mac> {
    let told = observation.facts.iter().filter_map(|fact| match fact {
        Fact::Interface { mac, .. } => *mac,
        _ => None,
    });
    observation.target.mac.into_iter().chain(told).filter(|mac| mac.is_interface())
}

fn name(observation: &Observation, generic: &BTreeSet<String>) -> Option<String> {
    observation.facts.iter().find_map(|fact| match fact {
        Fact::Name { name, .. } => host_key(name, generic),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use daicho_shared::fact::NameSource;

    use super::super::sample::World;
    use super::*;

    const MAC: &str = "00:80:A3:00:00:05";

    fn inventory(facts: Vec<Fact>, address: &str, mac: Option<&str>) -> Inventory {
        let mut world = World::new();
        world.see(address, PROBE, facts);
        let mut batch = world.batch();
        batch.header.run = "inventory-1".into();
        Arc::make_mut(&mut batch.observations[0]).target.mac = mac.map(|mac| mac.parse().unwrap());
        let file = InventoryFile {
            run: "inventory-1".into(),
            name: "pc1.json".into(),
            sha256: "00".repeat(32),
            format: "glpi-json".into(),
            imported: "2026-03-31T01:00:00Z".parse().unwrap(),
            by: "root".into(),
        };
        Inventory { file, batch }
    }

    fn named(name: &str) -> Fact {
        Fact::Name { source: NameSource::Inventory, name: name.into(), domain: None }
    }

    fn windows() -> Fact {
        let (name, version) = (Some("Windows 10 Pro".into()), Some("10.0".into()));
        Fact::OperatingSystem { source: "inventory".into(), name, version, build: Some(19045), edition: None }
    }

    fn product() -> Fact {
        let text = |text: &str| Some(text.to_owned());
        Fact::Product {
            source: "inventory".into(),
            maker: text("FUJITSU"),
            model: text("ESPRIMO"),
            serial: text("S1"),
            firmware: None,
        }
    }

    #[test]
    fn an_inventory_is_heard_of_the_machine_with_its_mac_and_cited_under_its_own_run() {
        let mut world = World::new();
        world.arp("10.0.0.5", MAC);
        world.arp("10.0.0.6", "00:80:A3:00:00:06");
        // The address has changed hands since the file was written; the MAC address has not.
        world.inventories.push(inventory(vec![named("PC1"), windows(), product()], "10.0.0.6", Some(MAC)));
        let verdict = world.verdict();
        let serial = verdict.assets[0].serial.clone().unwrap();
        assert_eq!((serial.value.as_str(), serial.source.as_str()), ("S1", "inventory"));
        assert_eq!(serial.evidence[0].to_string(), "inventory-1#1");
        assert!(verdict.evidence.contains_key(&serial.evidence[0]));
        assert!(verdict.assets[1].serial.is_none());
        assert_eq!(verdict.assets.len(), 2);
        assert_eq!(verdict.inventories.len(), 1);
    }

    #[test]
    fn without_a_mac_the_name_finds_it_and_two_of_that_name_are_left_alone() {
        let name = |name: &str| Fact::Name { source: NameSource::Netbios, name: name.into(), domain: None };
        let mut world = World::new();
        world.arp("10.0.0.5", MAC);
        world.see("10.0.0.5", "netbios", vec![name("PC1")]);
        world.inventories.push(inventory(vec![named("pc1.hosp.local"), product()], "0.0.0.0", None));
        assert_eq!(world.verdict().assets[0].serial.as_ref().unwrap().value, "S1");
        world.arp("10.0.0.6", "00:80:A3:00:00:06");
        world.see("10.0.0.6", "netbios", vec![name("PC1")]);
        assert!(world.verdict().assets.iter().all(|asset| asset.serial.is_none()));
    }

    #[test]
    fn an_inventory_alone_makes_no_machine() {
        let mut world = World::new();
        world.inventories.push(inventory(vec![named("PC1"), product()], "10.0.0.9", Some(MAC)));
        assert!(world.verdict().assets.is_empty());
    }

    #[test]
    fn two_cards_of_one_inventory_are_one_machine() {
        let card = |index, mac: &str| Fact::Interface {
            index,
            name: "LAN".into(),
            kind: 6,
            mac: Some(mac.parse().unwrap()),
            up: true,
        };
        let mut world = World::new();
        world.arp("10.0.0.5", MAC);
        world.arp("10.0.0.6", "00:80:A3:00:00:06");
        let facts = vec![named("PC1"), card(1, MAC), card(2, "00:80:A3:00:00:06")];
        world.inventories.push(inventory(facts, "10.0.0.5", Some(MAC)));
        assert_eq!(world.verdict().assets.len(), 1);
    }
}
