//! One row group against one machine, key by key: the levels that make the score explain it.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::HashMap;
use std::fmt::Display;
use std::net::IpAddr;

use daicho_shared::address::Mac;
use daicho_shared::fact::NameSource;
use daicho_shared::id::ObservationId;
use daicho_shared::knowledge::makers::Makers;
use daicho_shared::knowledge::oui;
use ipnet::IpNet;

use super::asset::{Asset, Interface};
use super::few::Few;
use super::group::{Group, numbers_in, serial_key};
use super::knowledge::{Knowledge, Weights};
use super::names::{Likeness, host_key, likeness};
use super::pairing::Level;

/// What a machine shows, as keys.
#[derive(Debug, Clone)]
pub(crate) struct Shown {
    /// MAC addresses that were seen.
    pub(crate) macs: Few<Mac>,
    /// MAC addresses that the device tells of.
    pub(crate) told_macs: Few<Mac>,
    /// Every MAC address that was seen is one that devices make up.
    pub(crate) random: bool,
    /// Addresses that were seen, link-local ones left out.
    pub(crate) addresses: Few<IpAddr>,
    /// Addresses that the device tells of.
    pub(crate) told_addresses: Few<IpAddr>,
    /// The scanned networks in which it was seen.
    pub(crate) segments: Few<IpNet>,
    /// Host name keys.
    pub(crate) hosts: Few<String>,
    /// Serial number.
    pub(crate) serial: Option<String>,
    /// Keys that it alone has tonight; filled in where all machines are known.
    pub(crate) keys: Few<String>,
    /// Words of its labels that may be a 管理番号.
    pub(crate) numbers: Few<String>,
    /// What its labels say of its place, folded.
    pub(crate) places: Few<String>,
    /// Makers: the device's word, or else its network interfaces' makers in both spellings.
    pub(crate) makers: Few<String>,
    /// The device itself names its maker.
    pub(crate) says_maker: bool,
    /// The maker of a network interface that is used for one product family only.
    pub(crate) dedicated_maker: bool,
    /// Model, folded, as the device says.
    pub(crate) model: Option<String>,
}

impl Shown {
    /// Reads an asset.
    pub(crate) fn new(asset: &Asset, knowledge: &Knowledge) -> Self {
        let (told, seen): (Vec<&Interface>, Vec<&Interface>) =
            asset.interfaces.iter().partition(|interface| interface.told);
        let macs: Few<Mac> = seen.iter().filter_map(|interface| interface.mac).collect();
        let makers: Vec<oui::Maker> = macs.iter().filter_map(|mac| oui::lookup(*mac)).collect();
        let says_maker = asset.maker.as_ref().is_some_and(|claim| claim.source != "oui");
        let said = asset.maker.iter().filter(|_| says_maker).map(|claim| claim.value.clone());
        let of_cards = makers.iter().filter(|_| !says_maker).flat_map(|m| [m.name.clone(), m.name_ja.clone()]);
        let places = asset.labels.iter().filter(|label| label.kind == "sysLocation");
        Self {
            told_macs: told.iter().filter_map(|interface| interface.mac).collect(),
            random: !macs.is_empty() && macs.iter().all(|mac| knowledge.identity.is_random(*mac)),
            addresses: addresses(&seen),
            told_addresses: addresses(&told),
            segments: seen.iter().filter_map(|interface| interface.segment.as_deref()?.parse().ok()).collect(),
            hosts: host_names(asset, knowledge).into_iter().map(|(key, _, _)| key).collect(),
            serial: asset.serial.as_ref().and_then(|claim| serial_key(&claim.value)),
            keys: Few::default(),
            numbers: asset.labels.iter().flat_map(|label| numbers_in(&label.value)).collect(),
            places: places.map(|label| knowledge.aliases.folded(&label.value)).collect(),
            dedicated_maker: makers.iter().any(|maker| maker.dedicated),
            makers: said.chain(of_cards).filter(|name| !name.is_empty()).collect(),
            says_maker,
            model: asset.model.as_ref().and_then(|claim| serial_key(&claim.value)),
            macs,
        }
    }
}

fn addresses(list: &[&Interface]) -> Few<IpAddr> {
    let all = list.iter().flat_map(|interface| interface.addresses.iter().copied());
    all.filter(|address| !super::evidence::is_link_local(*address)).collect()
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

/// Every key's level, in the order of the table; keys of which neither side says anything are left out.
pub(crate) fn levels(group: &Group<'_>, shown: &Shown, knowledge: &Knowledge, spellings: &Spellings) -> Vec<Level> {
    let keys = &knowledge.identity.keys;
    let mut levels = Vec::with_capacity(10);
    let known = [
        mac_level(&keys.mac, group, shown),
        set_level("serial", &keys.serial, &group.serials, shown.serial.as_slice(), &[]),
        set_level("key", &keys.key, &group.known, &shown.keys, &[]),
        label_level(&keys.label, group, shown),
        host_level(&keys.hostname, group, shown),
        ip_level(&keys.ip, group, shown),
        place_level(group, shown, knowledge),
        vendor_level(&keys.vendor, group, shown, knowledge, spellings),
        set_level("model", &keys.model, &group.models, shown.model.as_slice(), &[]),
        status_level(&keys.status, group),
    ];
    levels.extend(known.into_iter().flatten());
    levels.shrink_to_fit();
    levels
}

/// The sum of the levels.
pub(crate) fn score(levels: &[Level]) -> i32 {
    levels.iter().map(|level| level.weight).sum()
}

/// The pair shares a key that can identify: without one, no pair is considered.
pub(crate) fn shares_key(levels: &[Level]) -> bool {
    const WEAK: [&str; 4] = ["vendor", "model", "place", "status"];
    levels.iter().any(|level| !WEAK.contains(&&*level.key) && matches!(&*level.level, "equal" | "truncated"))
}

fn level(key: &'static str, reached: (&'static str, i32), declared: String, seen: String) -> Level {
    Level { key: Cow::Borrowed(key), level: Cow::Borrowed(reached.0), weight: reached.1, declared, seen }
}

fn set_level<T: PartialEq + Display>(
    key: &'static str,
    weights: &Weights,
    declared: &[T],
    seen: &[T],
    told: &[T],
) -> Option<Level> {
    let silent = seen.is_empty() && told.is_empty();
    let shared = || declared.iter().any(|value| seen.contains(value) || told.contains(value));
    let reached = match () {
        () if declared.is_empty() && silent => return None,
        () if declared.is_empty() || silent => ("absent", 0),
        () if shared() => ("equal", weights.equal),
        () => ("differs", weights.differs),
    };
    Some(level(key, reached, listed(declared), listed(seen)))
}

/// An address that the device made up says nothing against a row that declares its card's.
fn mac_level(weights: &Weights, group: &Group<'_>, shown: &Shown) -> Option<Level> {
    let mut level = set_level("mac", weights, &group.macs, &shown.macs, &shown.told_macs)?;
    if level.level == "differs" && shown.random {
        (level.level, level.weight) = (Cow::Borrowed("random"), 0);
    }
    Some(level)
}

fn ip_level(weights: &Weights, group: &Group<'_>, shown: &Shown) -> Option<Level> {
    let mut level = set_level("ip", weights, &group.addresses, &shown.addresses, &shown.told_addresses)?;
    if group.addresses.is_empty() && group.any(|row| row.dynamic_address) {
        level.level = Cow::Borrowed("dynamic");
    }
    Some(level)
}

/// Only where a label holds the row's number: other words of it are no other number.
fn label_level(weights: &Weights, group: &Group<'_>, shown: &Shown) -> Option<Level> {
    let shared: Few<&String> = group.numbers.iter().filter(|number| shown.numbers.contains(number)).collect();
    let reached = ("equal", weights.equal);
    (!shared.is_empty()).then(|| level("label", reached, listed(&group.numbers), listed(&shared)))
}

fn host_level(weights: &Weights, group: &Group<'_>, shown: &Shown) -> Option<Level> {
    let pairs = group.hosts.iter().flat_map(|declared| shown.hosts.iter().map(move |seen| likeness(declared, seen)));
    let reached = match pairs.max() {
        None if group.hosts.is_empty() && shown.hosts.is_empty() => return None,
        None => ("absent", 0),
        Some(Likeness::Equal) => ("equal", weights.equal),
        Some(Likeness::Truncated) => ("truncated", weights.truncated),
        Some(Likeness::Differs) => ("differs", weights.differs),
    };
    Some(level("hostname", reached, listed(&group.hosts), listed(&shown.hosts)))
}

/// Of a device that is not at its declared address: is it at least in that segment, or does it name the row's 設置場所?
fn place_level(group: &Group<'_>, shown: &Shown, knowledge: &Knowledge) -> Option<Level> {
    if group.addresses.iter().any(|address| shown.addresses.contains(address) || shown.told_addresses.contains(address))
    {
        return None;
    }
    let near = |address: &IpAddr| shown.segments.iter().any(|segment| segment.contains(address));
    let weights = &knowledge.identity.keys.place;
    let locations = group.rows.iter().filter_map(|row| Some(knowledge.aliases.folded(row.location.as_deref()?)));
    let locations: Few<String> = locations.filter(|it| it.len() > 3).collect();
    let named = locations.iter().any(|location| shown.places.iter().any(|place| place.contains(location.as_str())));
    let reached = match () {
        () if named || group.addresses.iter().any(near) => ("equal", weights.equal),
        () if group.addresses.is_empty() || shown.segments.is_empty() => return None,
        () => ("differs", weights.differs),
    };
    let declared = if named { listed(&locations) } else { listed(&group.addresses) };
    let seen = if named { listed(&shown.places) } else { listed(&shown.segments) };
    Some(level("place", reached, declared, seen))
}

/// A network interface's maker is weak: it counts for, and against only where the prefix is used
/// for one product family.
fn vendor_level(
    weights: &Weights,
    group: &Group<'_>,
    shown: &Shown,
    knowledge: &Knowledge,
    spellings: &Spellings,
) -> Option<Level> {
    if group.makers.is_empty() && shown.makers.is_empty() {
        return None;
    }
    let reached = match same_maker(group, shown, knowledge, spellings) {
        Some(true) => ("equal", weights.equal),
        Some(false) if shown.says_maker || shown.dedicated_maker => ("differs", weights.differs),
        Some(false) => ("differs", 0),
        None => ("absent", 0),
    };
    Some(level("vendor", reached, listed(&group.makers), listed(&shown.makers)))
}

/// A retired row and its successor may share an address: the one in use comes first.
fn status_level(weights: &Weights, group: &Group<'_>) -> Option<Level> {
    let expected = group.any(|row| row.status.is_expected());
    (!expected).then(|| level("status", ("not_expected", weights.differs), String::new(), String::new()))
}

/// Comparisons of spellings that were made already: a hospital has a hundred makers, and a row for each device.
#[derive(Debug, Default)]
pub(crate) struct Spellings(RefCell<HashMap<String, HashMap<String, Option<bool>>>>);

impl Spellings {
    fn same(&self, declared: &str, seen: &str, makers: &Makers) -> Option<bool> {
        let known = self.0.borrow().get(declared).and_then(|with| with.get(seen).copied());
        known.unwrap_or_else(|| {
            let same = makers.same(declared, seen);
            self.0.borrow_mut().entry(declared.to_owned()).or_default().insert(seen.to_owned(), same);
            same
        })
    }
}

/// Whether any declared maker is any shown one; `None` where nobody can tell.
pub(crate) fn same_maker(
    group: &Group<'_>,
    shown: &Shown,
    knowledge: &Knowledge,
    spellings: &Spellings,
) -> Option<bool> {
    let pairs = group.makers.iter().flat_map(|declared| shown.makers.iter().map(move |seen| (declared, seen)));
    let verdicts: Vec<Option<bool>> =
        pairs.map(|(declared, seen)| spellings.same(declared, seen, &knowledge.makers)).collect();
    match () {
        () if verdicts.contains(&Some(true)) => Some(true),
        () if verdicts.contains(&Some(false)) => Some(false),
        () => None,
    }
}

/// Values as one text.
pub(crate) fn listed<T: Display>(values: &[T]) -> String {
    values.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}
