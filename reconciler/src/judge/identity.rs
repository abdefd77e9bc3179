//! Which addresses and interfaces are one machine, and why. A MAC address is an interface, not a machine.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use daicho_shared::address::Mac;
use daicho_shared::fact::Fact;
use daicho_shared::id::ObservationId;
use daicho_shared::observation::Observation;

use super::asset::JoinReason;
use super::evidence::{Evidence, can_be_a_host, link_addresses, shows_presence};
use super::inventory;
use super::join::{self, Edge};
use super::knowledge::Identity;
use super::names::host_key;

/// The smallest thing that is certainly one interface: a MAC address, or an address without one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Unit {
    /// An interface whose link-layer address is known.
    Mac(Mac),
    /// An address behind a router, or one that a virtual router or a proxy answers for.
    Bare(IpAddr),
}

/// One machine, as far as observations tell.
#[derive(Debug, Clone)]
pub(crate) struct Machine<'a> {
    /// Its interfaces with the addresses that answered there.
    pub(crate) units: BTreeMap<Unit, BTreeSet<IpAddr>>,
    /// What was seen of it, by number.
    pub(crate) observations: Vec<&'a Observation>,
    /// Addresses that only a router's neighbour table shows, with that observation.
    pub(crate) told: BTreeMap<IpAddr, &'a Observation>,
    /// Addresses whose link-layer address a router's neighbour table told, whether they answered or not,
    /// with that observation.
    pub(crate) bound: BTreeMap<IpAddr, &'a Observation>,
    /// Why its interfaces and addresses are held to be one machine.
    pub(crate) joined_by: Vec<JoinReason>,
    /// It is an address that moves between routers (VRRP, HSRP), not a machine of its own.
    pub(crate) moving: bool,
}

impl Machine<'_> {
    /// Its link-layer addresses.
    pub(crate) fn macs(&self) -> impl Iterator<Item = Mac> {
        self.units.keys().filter_map(|unit| match unit {
            Unit::Mac(mac) => Some(*mac),
            Unit::Bare(_) => None,
        })
    }

    /// Its addresses that answered, or that a router knows.
    pub(crate) fn addresses(&self) -> BTreeSet<IpAddr> {
        self.units.values().flatten().copied().collect()
    }
}

/// Joins what was seen into machines, in the order of their interfaces.
pub(crate) fn machines<'a>(evidence: &Evidence<'a>, rules: &Identity) -> Vec<Machine<'a>> {
    let bindings = Bindings::read(evidence, rules);
    let sightings = Sightings::read(evidence, &bindings, rules);
    let edges = join::edges(evidence, &sightings, rules);
    let groups = join::groups(&sightings.units(), &edges);
    let mut edges_of: BTreeMap<Unit, Vec<&Edge>> = BTreeMap::new();
    for edge in &edges {
        edges_of.entry(edge.one).or_default().push(edge);
    }
    groups.into_iter().map(|group| machine(evidence, &bindings, &sightings, &group, &edges_of)).collect()
}

/// Which link-layer addresses stand behind an address.
pub(crate) struct Bindings<'a> {
    direct: BTreeMap<IpAddr, BTreeSet<Mac>>,
    told: BTreeMap<IpAddr, (BTreeSet<Mac>, &'a Observation)>,
    moving: BTreeSet<IpAddr>,
    unusable: BTreeSet<Mac>,
}

impl<'a> Bindings<'a> {
    fn read(evidence: &Evidence<'a>, rules: &Identity) -> Self {
        let mut bindings =
            Self { direct: BTreeMap::new(), told: BTreeMap::new(), moving: BTreeSet::new(), unusable: BTreeSet::new() };
        for observation in evidence.observations.iter().filter(|o| !inventory::is_inventory(o)) {
            for mac in link_addresses(observation).filter(|mac| !evidence.owns_mac(*mac)) {
                bindings.bind(observation.target.address, mac);
            }
        }
        bindings.drop_proxies(rules.proxy_addresses);
        for observation in &evidence.observations {
            bindings.hear_neighbours(evidence, observation);
            bindings.hear_virtual_routers(observation);
        }
        bindings
    }

    /// Nobody holds the unspecified address: there, the link-layer address alone was heard.
    fn bind(&mut self, address: IpAddr, mac: Mac) {
        if address.is_unspecified() {
            return;
        }
        if mac.is_virtual_router() {
            self.moving.insert(address);
            self.unusable.insert(mac);
        } else {
            self.direct.entry(address).or_default().insert(mac);
        }
    }

    /// A proxy answers ARP for a whole network; it would make one machine of it.
    fn drop_proxies(&mut self, limit: usize) {
        let mut count: BTreeMap<Mac, usize> = BTreeMap::new();
        for (_, macs) in self.direct.iter().filter(|(address, _)| address.is_ipv4()) {
            for mac in macs {
                *count.entry(*mac).or_default() += 1;
            }
        }
        self.unusable.extend(count.into_iter().filter(|(_, addresses)| *addresses > limit).map(|(mac, _)| mac));
        for macs in self.direct.values_mut() {
            macs.retain(|mac| !self.unusable.contains(mac));
        }
        self.direct.retain(|_, macs| !macs.is_empty());
    }

    /// A router's neighbour table tells what the scanner cannot see: the link-layer addresses
    /// behind it. On the scanner's own link its own question counts, and the table is stale.
    fn hear_neighbours(&mut self, evidence: &Evidence<'a>, observation: &'a Observation) {
        for fact in &observation.facts {
            let Fact::Neighbour { address, mac, .. } = fact else { continue };
            let wanted = evidence.in_scope(*address) && !evidence.is_on_link(*address) && can_be_a_host(*address);
            let own = evidence.owns_address(*address) || evidence.owns_mac(*mac);
            if !wanted || own || !mac.is_interface() || self.unusable.contains(mac) {
                continue;
            }
            if mac.is_virtual_router() {
                self.moving.insert(*address);
            } else if !self.direct.contains_key(address) {
                self.told.entry(*address).or_insert_with(|| (BTreeSet::new(), observation)).0.insert(*mac);
            }
        }
    }

    /// An address that routers share moves between them (RFC 5798, RFC 2281).
    fn hear_virtual_routers(&mut self, observation: &Observation) {
        for fact in &observation.facts {
            if let Fact::VirtualRouter { addresses, .. } = fact {
                self.moving.extend(addresses);
            }
        }
    }

    /// The unit that an observation is about.
    fn unit_of(&self, observation: &Observation) -> Unit {
        let usable = |mac: &Mac| !self.unusable.contains(mac) && !mac.is_virtual_router();
        let direct = link_addresses(observation).find(usable);
        direct.map_or_else(|| self.unit_at(observation.target.address), Unit::Mac)
    }

    /// Who told the link-layer address of an address that did not show it itself.
    fn teller(&self, address: IpAddr) -> Option<&'a Observation> {
        let told = self.told.get(&address).filter(|(macs, _)| macs.len() == 1 && !self.direct.contains_key(&address));
        told.map(|(_, observation)| *observation)
    }

    /// The unit at an address. Two tables that disagree tell nothing.
    pub(crate) fn unit_at(&self, address: IpAddr) -> Unit {
        let direct = self.direct.get(&address).and_then(BTreeSet::first);
        let told = || self.told.get(&address).filter(|(macs, _)| macs.len() == 1).and_then(|(macs, _)| macs.first());
        direct.or_else(told).map_or(Unit::Bare(address), |mac| Unit::Mac(*mac))
    }
}

/// What was seen, by unit.
pub(crate) struct Sightings<'a> {
    addresses: BTreeMap<Unit, BTreeSet<IpAddr>>,
    observations: BTreeMap<Unit, Vec<&'a Observation>>,
    told: BTreeMap<IpAddr, &'a Observation>,
    at: BTreeMap<IpAddr, Unit>,
}

impl<'a> Sightings<'a> {
    fn read(evidence: &Evidence<'a>, bindings: &Bindings<'a>, rules: &Identity) -> Self {
        let others = || evidence.observations.iter().map(|o| &***o).filter(|o| !evidence.is_own(&o.target));
        let mut sightings = Self {
            addresses: BTreeMap::new(),
            observations: BTreeMap::new(),
            told: BTreeMap::new(),
            at: BTreeMap::new(),
        };
        for observation in others().filter(|o| shows_presence(o)) {
            sightings.place(bindings.unit_of(observation), observation.target.address);
        }
        for (address, (_, observation)) in &bindings.told {
            if !sightings.at.contains_key(address) {
                sightings.place(bindings.unit_at(*address), *address);
                sightings.told.insert(*address, observation);
            }
        }
        let (told, seen): (Vec<_>, Vec<_>) = others().partition(|o| inventory::is_inventory(o));
        for observation in seen {
            let unit = bindings.unit_of(observation);
            if sightings.addresses.contains_key(&unit) {
                sightings.observations.entry(unit).or_default().push(observation);
            }
        }
        sightings.hear_inventories(&told, rules);
        sightings
    }

    fn hear_inventories(&mut self, told: &[&'a Observation], rules: &Identity) {
        if told.is_empty() {
            return;
        }
        let generic = &rules.generic_names;
        let mut names: BTreeMap<Unit, BTreeSet<String>> = BTreeMap::new();
        for (unit, _, fact) in self.facts() {
            if let Fact::Name { name, .. } = fact {
                names.entry(unit).or_default().extend(host_key(name, generic));
            }
        }
        let units = self.addresses.keys().copied().collect();
        let seen = inventory::Seen { names, units: &units };
        let by_name = inventory::macs_by_name(told, generic);
        let placed = told.iter().filter_map(|o| Some((inventory::unit_of(o, &seen, &by_name, generic)?, *o)));
        for (unit, observation) in placed.collect::<Vec<_>>() {
            self.observations.entry(unit).or_default().push(observation);
        }
    }

    fn place(&mut self, unit: Unit, address: IpAddr) {
        match (unit, address.is_unspecified()) {
            (_, false) => {
                self.addresses.entry(unit).or_default().insert(address);
                self.at.entry(address).or_insert(unit);
            }
            (Unit::Mac(_), true) => drop(self.addresses.entry(unit).or_default()),
            // A virtual router's or a proxy's link-layer address, and nothing else: no machine of its own.
            (Unit::Bare(_), true) => {}
        }
    }

    /// Everything that was seen.
    pub(crate) fn units(&self) -> Vec<Unit> {
        self.addresses.keys().copied().collect()
    }

    /// The interface was seen.
    pub(crate) fn has(&self, unit: Unit) -> bool {
        self.addresses.contains_key(&unit)
    }

    /// What was seen of it first.
    pub(crate) fn first(&self, unit: Unit) -> Option<&'a Observation> {
        self.observations.get(&unit)?.first().copied()
    }

    /// Who was seen at the address.
    pub(crate) fn at(&self, address: IpAddr) -> Option<Unit> {
        self.at.get(&address).copied()
    }

    /// Every fact, with whom it is about.
    pub(crate) fn facts(&self) -> impl Iterator<Item = (Unit, &'a Observation, &'a Fact)> {
        self.observations
            .iter()
            .flat_map(|(unit, list)| list.iter().flat_map(|o| o.facts.iter().map(|fact| (*unit, *o, fact))))
    }
}

fn machine<'a>(
    evidence: &Evidence<'a>,
    bindings: &Bindings<'a>,
    sightings: &Sightings<'a>,
    group: &BTreeSet<Unit>,
    edges: &BTreeMap<Unit, Vec<&Edge>>,
) -> Machine<'a> {
    let units: BTreeMap<Unit, BTreeSet<IpAddr>> =
        group.iter().filter_map(|unit| Some((*unit, sightings.addresses.get(unit)?.clone()))).collect();
    let mut observations: Vec<&Observation> =
        group.iter().filter_map(|unit| sightings.observations.get(unit)).flatten().copied().collect();
    observations.sort_by_key(|observation| observation.number);
    let here: BTreeSet<IpAddr> = units.values().flatten().copied().collect();
    let told = here.iter().filter_map(|address| Some((*address, *sightings.told.get(address)?))).collect();
    let bound = here.iter().filter_map(|address| Some((*address, bindings.teller(*address)?))).collect();
    let moving = group.iter().all(|unit| matches!(unit, Unit::Bare(address) if bindings.moving.contains(address)));
    let joined_by = reasons(evidence, &units, &observations, edges);
    Machine { units, observations, told, bound, joined_by, moving }
}

fn reasons(
    evidence: &Evidence<'_>,
    units: &BTreeMap<Unit, BTreeSet<IpAddr>>,
    observations: &[&Observation],
    edges: &BTreeMap<Unit, Vec<&Edge>>,
) -> Vec<JoinReason> {
    let by_mac = units.iter().filter_map(|(unit, addresses)| match unit {
        Unit::Mac(mac) if addresses.len() > 1 => {
            let evidence = mac_evidence(evidence, observations, *mac, addresses);
            Some(JoinReason { key: "mac".into(), value: mac.to_string(), evidence })
        }
        _ => None,
    });
    let by_key = units.keys().filter_map(|unit| edges.get(unit)).flatten().map(|edge| JoinReason {
        key: edge.key.into(),
        value: edge.value.clone(),
        evidence: edge.evidence.iter().cloned().collect(),
    });
    by_mac.chain(by_key).collect::<BTreeSet<_>>().into_iter().collect()
}

/// The first observation of every address that answered from the MAC.
fn mac_evidence(
    evidence: &Evidence<'_>,
    observations: &[&Observation],
    mac: Mac,
    addresses: &BTreeSet<IpAddr>,
) -> Vec<ObservationId> {
    let from = |address: &IpAddr| {
        observations.iter().find(|o| o.target.address == *address && link_addresses(o).any(|found| found == mac))
    };
    addresses.iter().filter_map(from).map(|observation| evidence.id(observation)).collect()
}
