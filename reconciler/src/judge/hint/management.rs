//! Equipment whose management answers where the scanner stands.

use std::collections::{BTreeMap, BTreeSet};

use ipnet::IpNet;

use super::table::Way;
use super::told::{Seen, Told};
use super::{ManagementHint, Vantage, VantageKind};
use crate::judge::asset::{Asset, Class};
use crate::judge::entry::{Field, Meaning, Record, Register};
use crate::judge::rule::row_ids;
use crate::judge::scene::Scene;

/// What one machine shows. Who only listened asked nobody, and cannot say who would have answered him.
pub(super) fn hint(scene: &Scene<'_>, asset: usize, told: &Told<'_>, kinds: &Kinds) -> Option<ManagementHint> {
    let (table, it) = (&scene.knowledge.services.management, &scene.assets[asset]);
    if !within(&table.classes, it) || scene.batch.coverage.is_empty() {
        return None;
    }
    let ways: Vec<(&Way, Seen)> = table.way.iter().filter_map(|way| Some((way, told.seen(way)?))).collect();
    if !ways.iter().any(|(way, _)| way.alone) {
        return None;
    }
    let mut evidence: Vec<_> = ways.iter().flat_map(|(_, seen)| seen.evidence.iter().cloned()).collect();
    evidence.sort();
    evidence.dedup();
    evidence.truncate(scene.knowledge.identity.evidence_limit);
    let group = scene.group_of(asset);
    Some(ManagementHint {
        asset: it.id.clone(),
        entries: group.map(|group| row_ids(&group.rows)).unwrap_or_default(),
        ways: ways.iter().map(|(way, _)| way.key.clone()).collect(),
        vantage: vantage(scene, it, kinds),
        asked: within(&table.asked, it),
        evidence,
    })
}

fn within(classes: &[String], asset: &Asset) -> bool {
    classes.iter().any(|class| asset.class.value.is_within(class))
}

/// The scanner's network that the device is in; the first of its networks where it asked through a router.
fn vantage(scene: &Scene<'_>, asset: &Asset, kinds: &Kinds) -> Vantage {
    let own = || own_networks(scene);
    let reached = || asset.interfaces.iter().filter(|it| !it.told).flat_map(|it| &it.addresses);
    let on_link = own().find(|network| reached().any(|address| network.contains(address)));
    let network = on_link.or_else(|| own().find(|network| network.addr().is_ipv4()));
    let kind = network.and_then(|network| kinds.get(&network)).copied().unwrap_or(VantageKind::Unlisted);
    Vantage { network, kind }
}

/// What is known of the scanner's networks: it has few, and asked many devices from each.
pub(super) type Kinds = BTreeMap<IpNet, VantageKind>;

/// Looks at every network of the scanner once.
pub(super) fn kinds(scene: &Scene<'_>) -> Kinds {
    own_networks(scene).collect::<BTreeSet<_>>().into_iter().map(|network| (network, kind(scene, network))).collect()
}

fn own_networks(scene: &Scene<'_>) -> impl Iterator<Item = IpNet> {
    scene.batch.header.interfaces.iter().flat_map(|interface| &interface.addresses).map(IpNet::trunc)
}

fn kind(scene: &Scene<'_>, network: IpNet) -> VantageKind {
    let is_it = |record: &&Record| match record.values.get(&Field::Segment).map(|cell| &cell.meaning) {
        Some(Meaning::Networks(networks)) => networks.iter().any(|listed| listed.contains(&network)),
        _ => false,
    };
    let listed = scene.ledger.records.iter().filter(|record| record.register == Register::Segment).find(is_it);
    let Some(record) = listed else { return unlisted(scene, network) };
    let texts = [Field::Name, Field::Purpose].into_iter().filter_map(|field| record.values.get(&field));
    let managing = texts.into_iter().any(|cell| scene.knowledge.services.management.is_for_managing(&cell.raw));
    if managing { VantageKind::Management } else { VantageKind::Clinical }
}

/// Where people work or devices treat, equipment is not managed.
fn unlisted(scene: &Scene<'_>, network: IpNet) -> VantageKind {
    let works =
        |asset: &&Asset| matches!(asset.class.value, Class::Pc | Class::ThinClient) || asset.class.value.is_medical();
    let reached = |asset: &Asset| {
        let mut own = asset.interfaces.iter().filter(|it| !it.told).flat_map(|it| &it.addresses);
        own.any(|address| network.contains(address))
    };
    let shared = scene.assets.iter().filter(works).any(reached);
    if shared { VantageKind::Shared } else { VantageKind::Unlisted }
}
