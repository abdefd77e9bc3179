//! External connection points: what rows declare, and what machines show.

use std::collections::BTreeSet;

use super::asset::Grade;
use super::finding::UplinkSign;
use super::group::Group;
use super::rule::undeclared_uplink::is_undeclared;
use super::scene::Scene;
use super::verdict::{ExternalPoint, PointStatus};

/// Declared points first, in the ledger's order; then undeclared ones, by machine.
pub(crate) fn points(scene: &Scene<'_>) -> Vec<ExternalPoint> {
    let declared = (0..scene.groups.len()).filter(|group| scene.groups[*group].is_external_connection());
    let undeclared = (0..scene.assets.len()).filter(|asset| is_undeclared(scene, *asset));
    declared
        .map(|group| declared_point(scene, group))
        .chain(undeclared.map(|asset| undeclared_point(scene, asset)))
        .collect()
}

/// Seen means that the declared machine is there; its grade says how clearly it shows a way out.
fn declared_point(scene: &Scene<'_>, group: usize) -> ExternalPoint {
    let rows = &scene.groups[group];
    let asset = scene.pairing.asset_of.get(&group).copied();
    let signs = asset.map(|asset| scene.signs(asset)).unwrap_or_default();
    let mut evidence: BTreeSet<_> = signs.values().flatten().cloned().collect();
    evidence.extend(asset.into_iter().flat_map(|asset| scene.presence(asset)));
    let line = rows.rows.iter().find_map(|row| row.line_kind.clone());
    ExternalPoint {
        asset: asset.map(|asset| scene.assets[asset].id.clone()),
        entry: Some(rows.first().id.clone()),
        kind: line.unwrap_or_else(|| suggested(signs.keys().copied())),
        status: if asset.is_some() { PointStatus::DeclaredSeen } else { PointStatus::DeclaredUnseen },
        department: department(rows),
        grade: asset.map_or(Grade::Undecidable, |asset| scene.assets[asset].uplink.grade),
        signs: signs.into_keys().collect(),
        evidence: evidence.into_iter().collect(),
    }
}

fn undeclared_point(scene: &Scene<'_>, asset: usize) -> ExternalPoint {
    let (signs, group) = (scene.signs(asset), scene.group_of(asset));
    let evidence: BTreeSet<_> = signs.values().flatten().cloned().collect();
    ExternalPoint {
        asset: Some(scene.assets[asset].id.clone()),
        entry: group.map(|group| group.first().id.clone()),
        kind: suggested(signs.keys().copied()),
        status: PointStatus::Undeclared,
        department: group.and_then(department),
        grade: scene.assets[asset].uplink.grade,
        signs: signs.into_keys().collect(),
        evidence: evidence.into_iter().collect(),
    }
}

fn department(group: &Group<'_>) -> Option<String> {
    group.rows.iter().find_map(|row| row.department.clone())
}

/// What the signs suggest, where no row says it.
fn suggested(signs: impl Iterator<Item = UplinkSign>) -> String {
    let signs: BTreeSet<UplinkSign> = signs.collect();
    let has = |sign| signs.contains(&sign);
    let kind = match () {
        () if has(UplinkSign::CellularMaker) || has(UplinkSign::CellularTitle) => "lte5g",
        () if has(UplinkSign::SnmpUplinkInterface) => "dialup_or_mobile",
        () if has(UplinkSign::UpnpGateway) => "home_router",
        () if signs.is_empty() => "unknown",
        () => "gateway",
    };
    kind.to_owned()
}
