//! 未申告の外部接続点の疑い: a way out that nobody declared.

use std::collections::BTreeSet;

use super::super::asset::Grade;
use super::super::entry::FourValued;
use super::super::external::other_line;
use super::super::finding::Kind;
use super::super::graded::Sign;
use super::super::scene::Scene;
use super::{Draft, Stress, row_ids};

pub(crate) fn speak(scene: &Scene<'_>) -> Vec<Draft> {
    (0..scene.assets.len()).filter(|index| is_undeclared(scene, *index)).map(|index| draft(scene, index)).collect()
}

/// A row that declares an external connection, or network equipment, answers for everything but another line than the
/// declared one; where it denies a line, for an inner router's signs only. Any other row answers for a host that
/// forwards (virtual machines, containers), no more.
pub(crate) fn is_undeclared(scene: &Scene<'_>, index: usize) -> bool {
    let uplink = &scene.assets[index].uplink;
    if uplink.grade <= Grade::Undecidable {
        return false;
    }
    let shown: BTreeSet<Sign> = uplink.signs.iter().map(|seen| seen.sign).collect();
    let leads_out =
        || shown.iter().any(|sign| scene.knowledge.hypotheses.signs.get(sign).is_some_and(|row| !row.inner));
    let Some(group) = scene.joining(index) else {
        let moves = scene.machines[index].moving && has_declared_router(scene);
        return !moves || leads_out();
    };
    if group.is_external_connection() || group.is_network_device() {
        let denied = group.any(|row| row.external_connection == FourValued::No);
        let other = other_line(&scene.facts(index), group, &shown, scene.knowledge);
        return !other.is_empty() || (denied && leads_out());
    }
    leads_out() || shown.contains(&Sign::DefaultGateway)
}

/// The address that moves between declared routers is theirs.
fn has_declared_router(scene: &Scene<'_>) -> bool {
    scene.pairing.asset_of.keys().any(|group| scene.groups[*group].is_network_device())
}

fn draft(scene: &Scene<'_>, index: usize) -> Draft {
    let asset = &scene.assets[index];
    Draft {
        happened: None,
        about: String::new(),
        stress: if asset.uplink.grade <= Grade::Indication { Stress::Lowered } else { Stress::Usual },
        grade: asset.uplink.grade,
        asset: Some(asset.id.clone()),
        entries: scene.group_of(index).map(|group| row_ids(&group.rows)).unwrap_or_default(),
        evidence: asset.uplink.evidence.clone(),
        kind: Kind::UndeclaredUplink { signs: asset.uplink.signs.iter().map(|seen| seen.sign).collect() },
    }
}
