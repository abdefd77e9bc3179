//! One row group against one machine, key by key: the levels that make the score explain it.

use std::collections::BTreeSet;
use std::fmt::Display;
use std::net::IpAddr;

use daicho_shared::address::Mac;
use daicho_shared::fact::NameSource;
use daicho_shared::id::ObservationId;
use daicho_shared::knowledge::oui;

use super::asset::Asset;
use super::group::{Group, serial_key};
use super::knowledge::{Knowledge, Weights};
use super::names::{Likeness, host_key, likeness};
use super::pairing::Level;

/// What a machine shows, as keys.
#[derive(Debug, Clone)]
pub(crate) struct Shown {
    /// MAC addresses that were seen.
    pub(crate) macs: BTreeSet<Mac>,
    /// MAC addresses that the device tells of.
    pub(crate) told_macs: BTreeSet<Mac>,
    /// Addresses that were seen, link-local ones left out.
    pub(crate) addresses: BTreeSet<IpAddr>,
    /// Addresses that the device tells of.
    pub(crate) told_addresses: BTreeSet<IpAddr>,
    /// Host name keys.
    pub(crate) hosts: BTreeSet<String>,
    /// Serial number.
    pub(crate) serial: Option<String>,
    /// Makers: the device's word, or else its network interfaces' makers in both spellings.
    pub(crate) makers: BTreeSet<String>,
    /// The device itself names its maker.
    pub(crate) says_maker: bool,
    /// The maker of a network interface that is used for one product family only.
    pub(crate) dedicated_maker: bool,
}

impl Shown {
    /// Reads an asset.
    pub(crate) fn new(asset: &Asset, knowledge: &Knowledge) -> Self {
        let (told, seen): (Vec<_>, Vec<_>) = asset.interfaces.iter().partition(|interface| interface.told);
        let addresses = |list: &[&super::asset::Interface]| -> BTreeSet<IpAddr> {
            let all = list.iter().flat_map(|interface| interface.addresses.iter().copied());
            all.filter(|address| !super::evidence::is_link_local(*address)).collect()
        };
        let macs: BTreeSet<Mac> = seen.iter().filter_map(|interface| interface.mac).collect();
        let makers: Vec<oui::Maker> = macs.iter().filter_map(|mac| oui::lookup(*mac)).collect();
        let says_maker = asset.maker.as_ref().is_some_and(|claim| claim.source != "oui");
        let said = asset.maker.iter().filter(|_| says_maker).map(|claim| claim.value.clone());
        let of_cards = makers.iter().filter(|_| !says_maker).flat_map(|m| [m.name.clone(), m.name_ja.clone()]);
        Self {
            told_macs: told.iter().filter_map(|interface| interface.mac).collect(),
            addresses: addresses(&seen),
            told_addresses: addresses(&told),
            hosts: host_names(asset, knowledge).into_iter().map(|(key, _, _)| key).collect(),
            serial: asset.serial.as_ref().and_then(|claim| serial_key(&claim.value)),
            dedicated_maker: makers.iter().any(|maker| maker.dedicated),
            makers: said.chain(of_cards).filter(|name| !name.is_empty()).collect(),
            says_maker,
            macs,
        }
    }
}

/// The names that are host names: key, who says so, and where that was seen.
pub(crate) fn host_names<'a>(
    asset: &'a Asset,
    knowledge: &Knowledge,
) -> Vec<(String, NameSource, &'a [ObservationId])> {
    let is_host = |source| !matches!(source, NameSource::Certificate | NameSource::Upnp);
    let names = asset.names.iter().filter(|name| is_host(name.source));
    names
        .filter_map(|name| {
            Some((host_key(&name.name, &knowledge.identity.generic_names)?, name.source, name.evidence.as_slice()))
        })
        .collect()
}

/// Every key's level, in the order of the table.
pub(crate) fn levels(group: &Group<'_>, shown: &Shown, knowledge: &Knowledge) -> Vec<Level> {
    let keys = &knowledge.identity.keys;
    vec![
        set_level("mac", &keys.mac, &group.macs, &shown.macs, &shown.told_macs),
        set_level("serial", &keys.serial, &group.serials, &shown.serial.iter().cloned().collect(), &BTreeSet::new()),
        host_level(&keys.hostname, group, shown),
        ip_level(&keys.ip, group, shown),
        vendor_level(&keys.vendor, group, shown, knowledge),
        status_level(&keys.status, group),
    ]
}

/// The sum of the levels.
pub(crate) fn score(levels: &[Level]) -> i32 {
    levels.iter().map(|level| level.weight).sum()
}

/// The pair shares a key that can identify: without one, no pair is considered.
pub(crate) fn shares_key(levels: &[Level]) -> bool {
    levels.iter().any(|level| {
        !matches!(level.key.as_str(), "vendor" | "status") && matches!(level.level.as_str(), "equal" | "truncated")
    })
}

fn set_level<T: Ord + Display>(
    key: &str,
    weights: &Weights,
    declared: &BTreeSet<T>,
    seen: &BTreeSet<T>,
    told: &BTreeSet<T>,
) -> Level {
    let shared = !declared.is_disjoint(seen) || !declared.is_disjoint(told);
    let (level, weight) = match () {
        () if declared.is_empty() || (seen.is_empty() && told.is_empty()) => ("absent", 0),
        () if shared => ("equal", weights.equal),
        () => ("differs", weights.differs),
    };
    Level { key: key.into(), level: level.into(), weight, declared: listed(declared), seen: listed(seen) }
}

fn ip_level(weights: &Weights, group: &Group<'_>, shown: &Shown) -> Level {
    let mut level = set_level("ip", weights, &group.addresses, &shown.addresses, &shown.told_addresses);
    if group.addresses.is_empty() && group.any(|row| row.dynamic_address) {
        "dynamic".clone_into(&mut level.level);
    }
    level
}

fn host_level(weights: &Weights, group: &Group<'_>, shown: &Shown) -> Level {
    let pairs = group.hosts.iter().flat_map(|declared| shown.hosts.iter().map(move |seen| likeness(declared, seen)));
    let (level, weight) = match pairs.max() {
        None => ("absent", 0),
        Some(Likeness::Equal) => ("equal", weights.equal),
        Some(Likeness::Truncated) => ("truncated", weights.truncated),
        Some(Likeness::Differs) => ("differs", weights.differs),
    };
    let (declared, seen) = (listed(&group.hosts), listed(&shown.hosts));
    Level { key: "hostname".into(), level: level.into(), weight, declared, seen }
}

/// A network interface's maker is weak: it counts for, and against only where the prefix is used
/// for one product family.
fn vendor_level(weights: &Weights, group: &Group<'_>, shown: &Shown, knowledge: &Knowledge) -> Level {
    let (level, weight) = match same_maker(group, shown, knowledge) {
        Some(true) => ("equal", weights.equal),
        Some(false) if shown.says_maker || shown.dedicated_maker => ("differs", weights.differs),
        Some(false) => ("differs", 0),
        None => ("absent", 0),
    };
    let (declared, seen) = (listed(&group.makers), listed(&shown.makers));
    Level { key: "vendor".into(), level: level.into(), weight, declared, seen }
}

/// A retired row and its successor may share an address: the one in use comes first.
fn status_level(weights: &Weights, group: &Group<'_>) -> Level {
    let expected = group.any(|row| row.status.is_expected());
    let (level, weight) = if expected { ("expected", weights.equal) } else { ("not_expected", weights.differs) };
    Level { key: "status".into(), level: level.into(), weight, declared: String::new(), seen: String::new() }
}

/// Whether any declared maker is any shown one; `None` where nobody can tell.
pub(crate) fn same_maker(group: &Group<'_>, shown: &Shown, knowledge: &Knowledge) -> Option<bool> {
    let pairs = group.makers.iter().flat_map(|declared| shown.makers.iter().map(move |seen| (declared, seen)));
    let verdicts: Vec<Option<bool>> = pairs.map(|(declared, seen)| knowledge.makers.same(declared, seen)).collect();
    match () {
        () if verdicts.contains(&Some(true)) => Some(true),
        () if verdicts.contains(&Some(false)) => Some(false),
        () => None,
    }
}

/// Values as one text.
pub(crate) fn listed<T: Display>(values: &BTreeSet<T>) -> String {
    values.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}
