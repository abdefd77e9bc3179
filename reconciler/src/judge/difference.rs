//! 属性不一致: what a paired row declares and what its machine shows.

use std::collections::BTreeSet;
use std::net::IpAddr;

use daicho_shared::fact::NameSource;
use daicho_shared::id::ObservationId;

use super::asset::Grade;
use super::compare::{Shown, host_names, listed, same_maker};
use super::entry::Field;
use super::few::Few;
use super::group::Group;
use super::names::{Likeness, likeness};
use super::scene::Scene;

/// One difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Difference {
    pub(crate) field: Field,
    pub(crate) declared: String,
    pub(crate) seen: String,
    pub(crate) grade: Grade,
    pub(crate) evidence: Vec<ObservationId>,
}

/// Every difference between a group and the machine it was paired with.
pub(crate) fn differences(scene: &Scene<'_>, group: usize, asset: usize) -> Vec<Difference> {
    let (rows, shown) = (&scene.groups[group], scene.shown(asset));
    let found = [
        address(scene, rows, shown, asset),
        mac(scene, rows, shown, asset),
        hostname(scene, rows, asset),
        serial(scene, rows, shown, asset),
        maker(scene, rows, shown, asset),
    ];
    found.into_iter().flatten().collect()
}

/// Compared within one address family: who declares IPv4 says nothing about IPv6. A machine known
/// by a number of its own has certainly another address; one known by its name probably.
fn address(scene: &Scene<'_>, rows: &Group<'_>, shown: &Shown, asset: usize) -> Option<Difference> {
    let held = rows.addresses.meets(&shown.addresses) || rows.addresses.meets(&shown.told_addresses);
    let seen: Few<IpAddr> = shown
        .addresses
        .iter()
        .filter(|seen| rows.addresses.iter().any(|declared| declared.is_ipv4() == seen.is_ipv4()))
        .copied()
        .collect();
    if seen.is_empty() || held {
        return None;
    }
    let certain = rows.macs.meets(&shown.macs) || shown.serial.iter().any(|serial| rows.serials.contains(serial));
    let grade = if certain { Grade::Confirmed } else { Grade::Probable };
    let (declared, evidence) = (listed(&rows.addresses), scene.presence(asset));
    Some(Difference { field: Field::IpAddress, declared, seen: listed(&seen), grade, evidence })
}

/// Random addresses (phones, virtual machines) change by themselves: an indication.
fn mac(scene: &Scene<'_>, rows: &Group<'_>, shown: &Shown, asset: usize) -> Option<Difference> {
    let shared = rows.macs.meets(&shown.macs) || rows.macs.meets(&shown.told_macs);
    if rows.macs.is_empty() || shown.macs.is_empty() || shared {
        return None;
    }
    let grade = match () {
        () if shown.macs.iter().all(|mac| mac.is_local()) => Grade::Indication,
        () if scene.machines[asset].bound.is_empty() => Grade::Confirmed,
        () => Grade::Probable,
    };
    let (declared, seen) = (listed(&rows.macs), listed(&shown.macs));
    Some(Difference { field: Field::MacAddress, declared, seen, grade, evidence: scene.links(asset) })
}

/// A name server's answer alone may be old: an indication.
fn hostname(scene: &Scene<'_>, rows: &Group<'_>, asset: usize) -> Option<Difference> {
    let names = host_names(&scene.assets[asset], scene.knowledge);
    let like = |seen: &str| rows.hosts.iter().any(|declared| likeness(declared, seen) != Likeness::Differs);
    if rows.hosts.is_empty() || names.is_empty() || names.iter().any(|(seen, _, _)| like(seen)) {
        return None;
    }
    let by_device: Vec<_> = names.iter().filter(|(_, source, _)| *source != NameSource::Dns).collect();
    let grade = if by_device.is_empty() { Grade::Indication } else { Grade::Probable };
    let told = if by_device.is_empty() { names.iter().collect() } else { by_device };
    let seen: Few<&str> = told.iter().map(|(name, _, _)| name.as_str()).collect();
    let evidence: BTreeSet<ObservationId> = told.iter().flat_map(|(_, _, ids)| ids.iter().cloned()).collect();
    let limit = scene.knowledge.identity.evidence_limit;
    let evidence = evidence.into_iter().take(limit).collect();
    let (declared, seen) = (listed(&rows.hosts), listed(&seen));
    Some(Difference { field: Field::Hostname, declared, seen, grade, evidence })
}

fn serial(scene: &Scene<'_>, rows: &Group<'_>, shown: &Shown, asset: usize) -> Option<Difference> {
    let (claim, key) = (scene.assets[asset].serial.as_ref()?, shown.serial.as_ref()?);
    if rows.serials.is_empty() || rows.serials.contains(key) {
        return None;
    }
    let (declared, seen, evidence) = (listed(&rows.serials), claim.value.clone(), claim.evidence.clone());
    Some(Difference { field: Field::SerialNo, declared, seen, grade: Grade::Probable, evidence })
}

/// The maker of a network interface is not the maker of the device: it only speaks where its
/// prefix is used for one product family.
fn maker(scene: &Scene<'_>, rows: &Group<'_>, shown: &Shown, asset: usize) -> Option<Difference> {
    let claim = scene.assets[asset].maker.as_ref()?;
    let speaks = shown.says_maker || shown.dedicated_maker;
    if !speaks || same_maker(rows, shown, scene.knowledge, &scene.pairing.spellings) != Some(false) {
        return None;
    }
    let grade = if shown.says_maker { Grade::Probable } else { Grade::Indication };
    let (declared, seen, evidence) = (listed(&rows.makers), claim.value.clone(), claim.evidence.clone());
    Some(Difference { field: Field::Manufacturer, declared, seen, grade, evidence })
}
