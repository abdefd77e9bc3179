//! Keys that make two interfaces one machine. A key that many machines carry (a cloned image, a
//! firmware's built-in key) joins nothing: it needs a second witness.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use daicho_shared::address::Mac;
use daicho_shared::fact::{Fact, NameSource};
use daicho_shared::id::ObservationId;

use super::evidence::{Evidence, can_be_a_host, is_link_local};
use super::identity::{Sightings, Unit};
use super::knowledge::Identity;
use super::names::host_key;
use super::witness;

/// Two interfaces of one machine, and why.
#[derive(Debug, Clone)]
pub(crate) struct Edge {
    /// One of them.
    pub(crate) one: Unit,
    /// The other.
    pub(crate) other: Unit,
    /// The key they share.
    pub(crate) key: &'static str,
    /// Its value.
    pub(crate) value: String,
    /// Where that was seen.
    pub(crate) evidence: BTreeSet<ObservationId>,
}

/// Everything that joins two interfaces which were both seen.
pub(crate) fn edges(evidence: &Evidence<'_>, sightings: &Sightings<'_>, rules: &Identity) -> Vec<Edge> {
    let told = Told::read(evidence, sightings);
    let names = names(sightings, rules);
    let mut edges = by_interface(&told, sightings);
    edges.extend(by_own_address(&told, sightings));
    edges.extend(by_shared_number(evidence, sightings, &names, rules.clones));
    edges.extend(witness::by_weak_host(evidence, sightings));
    edges.extend(witness::by_switch_port(evidence, sightings, &names));
    edges.extend(by_eui64(evidence, sightings));
    edges
}

/// The groups that edges make of units, in order.
pub(crate) fn groups(units: &[Unit], edges: &[Edge]) -> Vec<BTreeSet<Unit>> {
    let mut leader: BTreeMap<Unit, Unit> = units.iter().map(|unit| (*unit, *unit)).collect();
    for edge in edges {
        let (a, b) = (find(&mut leader, edge.one), find(&mut leader, edge.other));
        leader.insert(a.max(b), a.min(b));
    }
    let mut groups: BTreeMap<Unit, BTreeSet<Unit>> = BTreeMap::new();
    for unit in units {
        groups.entry(find(&mut leader, *unit)).or_default().insert(*unit);
    }
    groups.into_values().collect()
}

/// The group's smallest unit; the way there is shortened, so that long chains stay cheap.
fn find(leader: &mut BTreeMap<Unit, Unit>, unit: Unit) -> Unit {
    let mut root = unit;
    while let Some(next) = leader.get(&root).copied().filter(|next| *next != root) {
        root = next;
    }
    leader.insert(unit, root);
    root
}

/// What devices say of their own interfaces and addresses.
struct Told {
    macs: BTreeMap<Mac, BTreeMap<Unit, ObservationId>>,
    addresses: BTreeMap<IpAddr, BTreeMap<Unit, ObservationId>>,
    own_macs: BTreeMap<Unit, BTreeSet<Mac>>,
}

impl Told {
    fn read(evidence: &Evidence<'_>, sightings: &Sightings<'_>) -> Self {
        let mut told = Self { macs: BTreeMap::new(), addresses: BTreeMap::new(), own_macs: BTreeMap::new() };
        for (unit, observation, fact) in sightings.facts() {
            let id = evidence.id(observation);
            match fact {
                Fact::Interface { mac: Some(mac), .. } => told.hear_mac(unit, *mac, id),
                Fact::MachineId { source, value } if source == "netbios-unit" => {
                    value.parse().into_iter().for_each(|mac| told.hear_mac(unit, mac, id.clone()));
                }
                Fact::OwnAddress { address, .. } if can_be_a_host(*address) && !is_link_local(*address) => {
                    told.addresses.entry(*address).or_default().entry(unit).or_insert(id);
                }
                _ => {}
            }
        }
        told
    }

    fn hear_mac(&mut self, unit: Unit, mac: Mac, id: ObservationId) {
        if mac.is_interface() && !mac.is_virtual_router() {
            self.macs.entry(mac).or_default().entry(unit).or_insert(id);
            self.own_macs.entry(unit).or_default().insert(mac);
        }
    }
}

/// The device says that an interface which was seen is its own. A MAC that two devices claim
/// (a bridge's, a bond's, a cloned one) tells nothing.
fn by_interface(told: &Told, sightings: &Sightings<'_>) -> Vec<Edge> {
    let claimed = told.macs.iter().filter(|(_, claims)| claims.len() == 1);
    let edge = |(mac, claims): (&Mac, &BTreeMap<Unit, ObservationId>)| {
        let (one, id) = claims.first_key_value()?;
        let other = Unit::Mac(*mac);
        let wanted = *one != other && sightings.has(other);
        let evidence = BTreeSet::from([id.clone()]);
        wanted.then(|| Edge { one: *one, other, key: "device-interface", value: mac.to_string(), evidence })
    };
    claimed.filter_map(edge).collect()
}

/// The device says that an address which was seen is its own. Not believed where two devices say
/// so, or where another interface answers there than any the device tells of.
fn by_own_address(told: &Told, sightings: &Sightings<'_>) -> Vec<Edge> {
    let edge = |(address, claims): (&IpAddr, &BTreeMap<Unit, ObservationId>)| {
        let ((one, id), other) = (claims.first_key_value()?, sightings.at(*address)?);
        let agrees = match (other, told.own_macs.get(one)) {
            (Unit::Mac(mac), Some(own)) => own.contains(&mac),
            _ => true,
        };
        let wanted = claims.len() == 1 && *one != other && agrees;
        let evidence = BTreeSet::from([id.clone()]);
        wanted.then(|| Edge { one: *one, other, key: "own-address", value: address.to_string(), evidence })
    };
    told.addresses.iter().filter_map(edge).collect()
}

/// A number or key that stays with one machine, seen at two interfaces.
fn by_shared_number(evidence: &Evidence<'_>, sightings: &Sightings<'_>, names: &Names, clones: usize) -> Vec<Edge> {
    type Holders = BTreeMap<Unit, ObservationId>;
    let mut holders: BTreeMap<(&'static str, &str), Holders> = BTreeMap::new();
    for (unit, observation, fact) in sightings.facts() {
        if let Some(key) = number(fact) {
            let units = holders.entry(key).or_default();
            units.entry(unit).or_insert_with(|| evidence.id(observation));
            // A bridge's address is that of one of its own interfaces, which may have been seen by itself.
            let own = key.1.parse().ok().filter(|_| key.0 == BRIDGE).map(Unit::Mac);
            if let Some(own) = own.filter(|own| sightings.has(*own)) {
                units.entry(own).or_insert_with(|| evidence.id(observation));
            }
        }
    }
    let mut edges = vec![];
    // A switch names itself by one address at every port, however many.
    for ((key, value), units) in holders.into_iter().filter(|((key, _), units)| *key == BRIDGE || units.len() <= clones)
    {
        let pairs =
            units.iter().enumerate().flat_map(|(i, one)| units.iter().skip(i + 1).map(move |other| (one, other)));
        for ((one, first), (other, second)) in pairs.take(PAIR_LIMIT) {
            if agree(key, names.get(one), names.get(other)) {
                let evidence = BTreeSet::from([first.clone(), second.clone()]);
                edges.push(Edge { one: *one, other: *other, key, value: value.to_owned(), evidence });
            }
        }
    }
    edges
}

/// The most pairs that one shared number is tried on: a fleet with one firmware key has no use for more.
const PAIR_LIMIT: usize = 4096;

/// The address that a switch names itself by, at every port (IEEE 802.1D §7.12.5, IEEE 802.1AB §8.5.2).
const BRIDGE: &str = "bridge-address";

type Names = BTreeMap<Unit, Called>;

/// How an interface's machine is called.
#[derive(Debug, Default)]
pub(crate) struct Called {
    /// Host name keys, by who told them.
    names: BTreeMap<NameSource, BTreeSet<String>>,
    /// `NetBIOS` domains and workgroups: one machine is in one.
    domains: BTreeSet<String>,
}

/// By these, a machine has one name, whichever card it is asked at; two are the mark of a copied disk image.
const ONE_NAME: [NameSource; 5] =
    [NameSource::Netbios, NameSource::Ntlm, NameSource::Rpc, NameSource::Snmp, NameSource::Browser];

impl Called {
    /// They share a name, no protocol calls them differently, and they are not in different domains.
    pub(crate) fn agrees(&self, other: &Self) -> bool {
        let apart = !self.domains.is_empty() && !other.domains.is_empty() && self.domains.is_disjoint(&other.domains);
        let differs = |source: &NameSource| {
            let both = self.names.get(source).zip(other.names.get(source));
            both.is_some_and(|(one, other)| one.is_disjoint(other))
        };
        !apart && !ONE_NAME.iter().any(differs) && !self.all().is_disjoint(&other.all())
    }

    fn all(&self) -> BTreeSet<&str> {
        self.names.values().flatten().map(String::as_str).collect()
    }
}

/// A number or key that stays with one machine, and what it is.
pub(crate) fn number(fact: &Fact) -> Option<(&'static str, &str)> {
    match fact {
        Fact::HostKey { sha256, .. } => Some(("ssh-host-key", sha256)),
        Fact::Certificate { key_sha256, .. } => Some(("certificate-key", key_sha256)),
        // Samba puts its name there, which the agent tells as an attribute: that is no number.
        Fact::MachineId { source, value } if source == "smb-guid" => Some(("smb-guid", value)),
        Fact::MachineId { source, value } if source == "upnp-udn" => Some(("upnp-udn", value)),
        Fact::MachineId { source, value } if source == "snmp-engine" => Some(("snmp-engine", value)),
        Fact::MachineId { source, value } if source == "bridge" || source == "lldp-chassis" => Some((BRIDGE, value)),
        _ => None,
    }
}

/// Keys are copied with disk images and built into firmware: they need an equal name beside them.
/// Numbers made for one device only must not be contradicted by names.
fn agree(key: &str, one: Option<&Called>, other: Option<&Called>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => one.agrees(other),
        _ => matches!(key, "upnp-udn" | "snmp-engine" | BRIDGE),
    }
}

fn names(sightings: &Sightings<'_>, rules: &Identity) -> Names {
    let mut names = Names::new();
    for (unit, _, fact) in sightings.facts() {
        let Fact::Name { source, name, domain } = fact else { continue };
        if matches!(source, NameSource::Certificate | NameSource::Upnp) {
            continue;
        }
        let Some(key) = host_key(name, &rules.generic_names) else { continue };
        let called = names.entry(unit).or_default();
        called.names.entry(*source).or_default().insert(key);
        if *source == NameSource::Netbios {
            called.domains.extend(domain.iter().map(|domain| domain.to_lowercase()));
        }
    }
    names
}

/// An IPv6 address that carries its interface's MAC (RFC 4291, appendix A), and that MAC.
fn by_eui64(evidence: &Evidence<'_>, sightings: &Sightings<'_>) -> Vec<Edge> {
    let edge = |unit: Unit| {
        let Unit::Bare(IpAddr::V6(address)) = unit else { return None };
        let octets = address.octets();
        if octets[11..13] != [0xff, 0xfe] {
            return None;
        }
        let mac = Mac([octets[8] ^ 2, octets[9], octets[10], octets[13], octets[14], octets[15]]);
        let other = Unit::Mac(mac);
        let value = address.to_string();
        let seen = sightings.first(unit).map(|observation| evidence.id(observation)).into_iter().collect();
        sightings.has(other).then_some(Edge { one: unit, other, key: "eui-64", value, evidence: seen })
    };
    sightings.units().into_iter().filter_map(edge).collect()
}
