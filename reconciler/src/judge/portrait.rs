//! From a machine's observations to the asset that is shown: every value with its source.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use daicho_shared::address::Mac;
use daicho_shared::fact::{Fact, PortState, Transport};
use daicho_shared::id::ObservationId;
use daicho_shared::knowledge::oui;
use daicho_shared::observation::Observation;
use daicho_shared::recognise::Recognition;
use jiff::Timestamp;

use super::asset::{Asset, AssetId, AssetName, Claim, Interface, Service};
use super::evidence::{Evidence, shows_presence};
use super::identity::{Machine, Unit};
use super::knowledge::Knowledge;
use super::{classify, homing, uplink};

/// The most interfaces that a device may tell of: a chassis switch has hundreds, and they say little.
const TOLD_LIMIT: usize = 64;

/// Draws one machine. `first_seen` is what earlier runs know of it.
pub(crate) fn asset(
    machine: &Machine<'_>,
    evidence: &Evidence<'_>,
    knowledge: &Knowledge,
    first_seen: impl Fn(&AssetId) -> Option<Timestamp>,
) -> Asset {
    let id = identify(machine);
    let facts = Facts { machine, evidence };
    let uplink = uplink::uplink(&facts, knowledge);
    let found = classify::recognition(&facts, knowledge);
    let times: Vec<Timestamp> = presence(machine).map(|observation| observation.at).collect();
    let last_seen = times.iter().copied().max().unwrap_or(Timestamp::UNIX_EPOCH);
    let first_now = times.iter().copied().min().unwrap_or(Timestamp::UNIX_EPOCH);
    Asset {
        interfaces: interfaces(&facts),
        names: names(&facts),
        class: classify::class(&found),
        maker: maker(&facts, &found),
        model: classify::claim(&facts, found.model.as_ref()),
        serial: serial(&facts),
        os: classify::claim(&facts, found.os.as_ref().or(found.firmware.as_ref())),
        services: services(&facts, knowledge),
        multi_homed: homing::multi_homed(&facts, knowledge),
        forwards: uplink::forwards(&facts),
        uplink,
        first_seen: first_seen(&id).unwrap_or(first_now).min(first_now),
        last_seen,
        left_alone: facts.any(|fact| matches!(fact, Fact::LeftAlone)),
        joined_by: machine.joined_by.clone(),
        id,
    }
}

/// The same on every night: the lowest MAC address that a maker gave, then any MAC address, then an address.
fn identify(machine: &Machine<'_>) -> AssetId {
    let given = machine.macs().filter(|mac| !mac.is_local()).min();
    match given.or_else(|| machine.macs().min()) {
        Some(mac) => AssetId(format!("mac-{}", mac.digits())),
        None => AssetId(machine.addresses().first().map_or_else(String::new, |address| format!("ip-{address}"))),
    }
}

/// The observations that show the machine to be there.
pub(crate) fn presence<'a>(machine: &'a Machine<'a>) -> impl Iterator<Item = &'a Observation> {
    let own = machine.observations.iter().copied().filter(|o| shows_presence(o));
    own.chain(machine.told.values().copied())
}

/// One machine's facts, for everything that draws conclusions from them.
pub(crate) struct Facts<'e, 'a> {
    /// The machine.
    pub(crate) machine: &'e Machine<'a>,
    /// The run.
    pub(crate) evidence: &'e Evidence<'a>,
}

impl<'a> Facts<'_, 'a> {
    /// Every fact with its observation's name, in order.
    pub(crate) fn all(&self) -> impl Iterator<Item = (ObservationId, &'a Fact)> {
        self.machine.observations.iter().flat_map(|o| o.facts.iter().map(|fact| (self.evidence.id(o), fact)))
    }

    /// One of the facts is such.
    pub(crate) fn any(&self, such: impl Fn(&Fact) -> bool) -> bool {
        self.all().any(|(_, fact)| such(fact))
    }

    /// The observations with such a fact.
    pub(crate) fn ids(&self, such: impl Fn(&Fact) -> bool) -> Vec<ObservationId> {
        self.all().filter(|(_, fact)| such(fact)).map(|(id, _)| id).collect::<BTreeSet<_>>().into_iter().collect()
    }
}

fn interfaces(facts: &Facts<'_, '_>) -> Vec<Interface> {
    let seen = facts.machine.units.iter().map(|(unit, addresses)| Interface {
        mac: match unit {
            Unit::Mac(mac) => Some(*mac),
            Unit::Bare(_) => None,
        },
        segment: addresses.iter().find_map(|a| facts.evidence.segment_of(*a)).map(|net| net.to_string()),
        addresses: addresses.clone(),
        told: false,
    });
    seen.chain(told_interfaces(facts)).collect()
}

/// Interfaces and addresses that the device tells of, and nobody reached.
fn told_interfaces(facts: &Facts<'_, '_>) -> Vec<Interface> {
    let seen_macs: BTreeSet<Mac> = facts.machine.macs().collect();
    let seen_addresses = facts.machine.addresses();
    let mut by_index: BTreeMap<Option<u32>, (Option<Mac>, BTreeSet<IpAddr>)> = BTreeMap::new();
    for (_, fact) in facts.all() {
        match fact {
            Fact::Interface { index, mac: Some(mac), up: true, .. } if mac.is_interface() => {
                by_index.entry(Some(*index)).or_default().0 = Some(*mac);
            }
            Fact::OwnAddress { address, interface, .. }
                if !seen_addresses.contains(address) && !address.is_loopback() =>
            {
                by_index.entry(*interface).or_default().1.insert(*address);
            }
            _ => {}
        }
    }
    let untold = |(mac, addresses): &(Option<Mac>, BTreeSet<IpAddr>)| {
        !addresses.is_empty() || mac.is_some_and(|mac| !seen_macs.contains(&mac))
    };
    let interface = |(mac, addresses)| Interface { mac, addresses, segment: None, told: true };
    let told: BTreeSet<Interface> = by_index.into_values().filter(untold).map(interface).collect();
    told.into_iter().take(TOLD_LIMIT).collect()
}

fn names(facts: &Facts<'_, '_>) -> Vec<AssetName> {
    let mut names: BTreeMap<_, BTreeSet<ObservationId>> = BTreeMap::new();
    for (id, fact) in facts.all() {
        if let Fact::Name { source, name, domain } = fact {
            names.entry((name.clone(), *source, domain.clone())).or_default().insert(id);
        }
    }
    let name = |((name, source, domain), ids): (_, BTreeSet<_>)| AssetName {
        name,
        source,
        domain,
        evidence: ids.into_iter().collect(),
    };
    names.into_iter().map(name).collect()
}

/// The first serial number that the device tells of, with every observation that tells the same one.
fn serial(facts: &Facts<'_, '_>) -> Option<Claim> {
    let told = facts.all().filter_map(|(id, fact)| match fact {
        Fact::Product { source, serial: Some(serial), .. } if !serial.is_empty() => Some((id, serial, source)),
        _ => None,
    });
    let told: Vec<(ObservationId, &String, &String)> = told.collect();
    let (_, value, source) = told.first()?;
    let same = told.iter().filter(|(_, other, _)| other == value).map(|(id, _, _)| id.clone());
    let evidence = same.collect::<BTreeSet<_>>().into_iter().collect();
    Some(Claim { value: (*value).clone(), source: (*source).clone(), evidence })
}

/// Who made the device; where nothing but a MAC prefix says so, the evidence is where that was seen.
fn maker(facts: &Facts<'_, '_>, found: &Recognition) -> Option<Claim> {
    let mut claim = classify::claim(facts, found.maker.as_ref())?;
    if claim.evidence.is_empty() {
        let mac = facts.machine.macs().find(|mac| oui::lookup(*mac).is_some())?;
        claim.evidence = mac_evidence(facts, mac);
    }
    Some(claim)
}

/// The first observation that shows the MAC address.
pub(crate) fn mac_evidence(facts: &Facts<'_, '_>, mac: Mac) -> Vec<ObservationId> {
    let own = facts.machine.observations.iter().copied();
    let shows = |o: &Observation| super::evidence::link_addresses(o).any(|found| found == mac);
    let direct = own.filter(|o| shows(o)).take(2);
    let mut ids: Vec<ObservationId> = direct.map(|o| facts.evidence.id(o)).collect();
    if ids.is_empty() {
        ids = facts.machine.told.values().map(|o| facts.evidence.id(o)).take(1).collect();
    }
    ids
}

fn services(facts: &Facts<'_, '_>, knowledge: &Knowledge) -> Vec<Service> {
    let mut services: BTreeMap<(Transport, u16), Service> = BTreeMap::new();
    for (_, fact) in facts.all() {
        match fact {
            Fact::Port { transport, port, state: PortState::Open } => {
                let name = knowledge.ports.get(*transport, *port).map_or_else(String::new, |row| row.name.clone());
                let service = Service { transport: *transport, port: *port, name, product: None, version: None };
                services.entry((*transport, *port)).or_insert(service);
            }
            Fact::Service { transport, port, protocol, product, version, .. } => {
                let (product, version) = (product.clone(), version.clone());
                let service = Service { transport: *transport, port: *port, name: protocol.clone(), product, version };
                let known = services.get(&(*transport, *port)).is_some_and(|known| known.product.is_some());
                if !known {
                    services.insert((*transport, *port), service);
                }
            }
            _ => {}
        }
    }
    services.into_values().collect()
}
