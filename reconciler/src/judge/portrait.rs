//! From a machine's observations to the asset that is shown: every value with its source.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use daicho_shared::address::Mac;
use daicho_shared::fact::{Fact, PortState, Transport};
use daicho_shared::id::{ObservationId, Text};
use daicho_shared::observation::Observation;
use jiff::Timestamp;

use super::asset::{Asset, AssetId, AssetName, Claim, Contrary, Graded, Interface, Mark, Service, Unnatural, Why};
use super::classify::{self, Citing};
use super::evidence::{Evidence, shows_presence};
use super::identity::{Machine, Unit};
use super::join;
use super::knowledge::Knowledge;

/// The most interfaces that a device may tell of: a chassis switch has hundreds, and they say little.
const TOLD_LIMIT: usize = 64;

/// Draws one machine; its hypotheses are judged when its rows are known. `first_seen` is what earlier runs know of it.
pub(crate) fn asset(
    machine: &Machine<'_>,
    evidence: &Evidence<'_>,
    knowledge: &Knowledge,
    first_seen: impl Fn(&AssetId) -> Option<Timestamp>,
) -> Asset {
    let id = identify(machine);
    let facts = Facts { machine, evidence };
    let found = classify::recognition(&facts, knowledge);
    let citing = Citing::new(&facts);
    let times: Vec<Timestamp> = presence(machine).map(|observation| observation.at).collect();
    let last_seen = times.iter().copied().max().unwrap_or(Timestamp::UNIX_EPOCH);
    let first_now = times.iter().copied().min().unwrap_or(Timestamp::UNIX_EPOCH);
    Asset {
        interfaces: interfaces(&facts),
        names: names(&facts),
        class: citing.class(&found),
        maker: citing.claim(found.maker.as_ref()),
        model: citing.claim(found.model.as_ref()),
        serial: serial(&facts),
        os: citing.claim(found.os.as_ref()),
        firmware: citing.claim(found.firmware.as_ref()),
        place: None,
        services: services(&facts, knowledge),
        multi_homed: Graded::nothing(),
        forwards: Graded::nothing(),
        uplink: Graded::nothing(),
        first_seen: first_seen(&id).unwrap_or(first_now).min(first_now),
        last_seen,
        left_alone: facts.any(|fact| matches!(fact, Fact::LeftAlone)),
        unnatural: unnatural(&facts),
        joined_by: machine.joined_by.clone(),
        keys: marks(facts.all().filter_map(|(id, fact)| Some((id, join::number(fact)?)))),
        labels: marks(facts.all().flat_map(|(id, fact)| labels(fact).map(move |label| (id.clone(), label)))),
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

/// The most keys, and the most labels, that are kept of one machine.
const MARKS: usize = 16;

/// Each once, with the observation that showed it first.
fn marks<'f>(told: impl Iterator<Item = (ObservationId, (&'static str, &'f str))>) -> Vec<Mark> {
    let mut first: BTreeMap<(&str, &str), ObservationId> = BTreeMap::new();
    for (id, mark) in told.filter(|(_, (_, value))| !value.is_empty()) {
        first.entry(mark).or_insert(id);
    }
    let mark =
        |((kind, value), id): ((&str, &str), _)| Mark { kind: kind.into(), value: value.into(), evidence: Some(id) };
    first.into_iter().take(MARKS).map(mark).collect()
}

/// Where administrators write what they call a device (RFC 3418 §2, RFC 6933 §3).
fn labels(fact: &Fact) -> impl Iterator<Item = (&'static str, &str)> {
    let texts = match fact {
        Fact::System { name, contact, location, .. } => {
            [Some(("sysName", name)), Some(("sysContact", contact)), Some(("sysLocation", location))]
        }
        Fact::Attribute { source, key, value } if source == "entity-mib" && key == "asset-id" => {
            [Some(("entPhysicalAssetID", value)), None, None]
        }
        _ => [None, None, None],
    };
    texts.into_iter().flatten().map(|(kind, value)| (kind, value.as_str()))
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

/// Points of a serial number for each source that tells it: a device's word about itself, no more.
const SERIAL_WEIGHT: u32 = 60;

/// The serial number that most sources tell; the first of those that as many tell.
fn serial(facts: &Facts<'_, '_>) -> Option<Claim> {
    let mut told: Vec<(&str, BTreeMap<&str, BTreeSet<ObservationId>>)> = vec![];
    for (id, fact) in facts.all() {
        let Fact::Product { source, serial: Some(serial), .. } = fact else { continue };
        if serial.is_empty() {
            continue;
        }
        let place = told.iter().position(|(value, _)| value == serial).unwrap_or_else(|| {
            told.push((serial, BTreeMap::new()));
            told.len() - 1
        });
        told[place].1.entry(source).or_default().insert(id);
    }
    let mut values: Vec<Contrary<String>> =
        told.into_iter().map(|(value, sources)| serial_told(value, sources)).collect();
    values.sort_by_key(|one| std::cmp::Reverse(one.weight));
    let mut values = values.into_iter();
    let Contrary { value, weight, reasons } = values.next()?;
    let evidence: BTreeSet<ObservationId> = reasons.iter().flat_map(|why| why.evidence.iter().cloned()).collect();
    let source: Text = reasons.first().map_or("", |why| why.field.split('.').next().unwrap_or("")).into();
    let (evidence, others) = (evidence.into_iter().collect(), values.collect());
    let confidence = u8::try_from(weight.min(100)).unwrap_or(100);
    Some(Claim { value, source, evidence, confidence, reasons, others, decided: None })
}

fn serial_told(value: &str, sources: BTreeMap<&str, BTreeSet<ObservationId>>) -> Contrary<String> {
    let why = |(source, ids): (&str, BTreeSet<ObservationId>)| Why {
        rule: "serial.told".into(),
        field: format!("{source}.serial").into(),
        text: value.to_owned(),
        weight: SERIAL_WEIGHT,
        evidence: ids.into_iter().collect(),
    };
    let reasons: Vec<Why> = sources.into_iter().map(why).collect();
    Contrary { value: value.to_owned(), weight: reasons.iter().map(|why| why.weight).sum(), reasons }
}

/// How it answers as no ordinary device does, each way once.
fn unnatural(facts: &Facts<'_, '_>) -> Vec<Unnatural> {
    let mut hows: BTreeMap<&str, BTreeSet<ObservationId>> = BTreeMap::new();
    for (id, fact) in facts.all() {
        if let Fact::Unnatural { how } = fact {
            hows.entry(how).or_default().insert(id);
        }
    }
    let one = |(how, ids): (&str, BTreeSet<ObservationId>)| Unnatural {
        how: how.to_owned(),
        evidence: ids.into_iter().collect(),
    };
    hows.into_iter().map(one).collect()
}

/// The first observation that shows the MAC address.
pub(crate) fn mac_evidence(facts: &Facts<'_, '_>, mac: Mac) -> Vec<ObservationId> {
    let own = facts.machine.observations.iter().copied();
    let shows = |o: &Observation| super::evidence::link_addresses(o).any(|found| found == mac);
    let direct = own.filter(|o| shows(o)).take(2);
    let mut ids: Vec<ObservationId> = direct.map(|o| facts.evidence.id(o)).collect();
    if ids.is_empty() {
        let at = facts.machine.units.get(&Unit::Mac(mac));
        let told = facts.machine.bound.iter().filter(|(address, _)| at.is_some_and(|here| here.contains(address)));
        ids = told.map(|(_, o)| facts.evidence.id(o)).take(1).collect();
    }
    ids
}

fn services(facts: &Facts<'_, '_>, knowledge: &Knowledge) -> Vec<Service> {
    let mut services: BTreeMap<(Transport, u16), Service> = BTreeMap::new();
    for (_, fact) in facts.all() {
        match fact {
            Fact::Port { transport, port, state: PortState::Open } => {
                let name = knowledge.ports.get(*transport, *port).map_or("", |row| row.name.as_str()).into();
                let service = Service { transport: *transport, port: *port, name, product: None, version: None };
                services.entry((*transport, *port)).or_insert(service);
            }
            Fact::Service { transport, port, protocol, product, version, .. } => {
                let (product, version) = (product.clone(), version.clone());
                let service =
                    Service { transport: *transport, port: *port, name: protocol.as_str().into(), product, version };
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
