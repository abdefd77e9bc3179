//! 申告のないパケット転送: a machine that certainly forwards, and is not declared as network equipment.

use super::super::asset::Grade;
use super::super::finding::Kind;
use super::super::scene::Scene;
use super::undeclared_uplink::is_undeclared;
use super::{Draft, Stress, row_ids};

/// Silent where the ledger expects it, and where the same machine is named as a way out already, louder than this.
pub(crate) fn speak(scene: &Scene<'_>) -> Vec<Draft> {
    (0..scene.assets.len()).filter_map(|index| draft(scene, index)).collect()
}

fn draft(scene: &Scene<'_>, index: usize) -> Option<Draft> {
    let (asset, group) = (&scene.assets[index], scene.group_of(index));
    // Few of many machines forward: only these are looked for in all rows.
    if asset.forwards.grade < Grade::Confirmed || scene.machines[index].moving {
        return None;
    }
    let joins = scene.joining(index);
    let expected = joins.is_some_and(|group| group.is_network_device() || group.is_external_connection());
    let louder = asset.uplink.grade > Grade::Indication && is_undeclared(scene, index);
    if expected || louder {
        return None;
    }
    Some(Draft {
        happened: None,
        about: String::new(),
        stress: if group.is_some() { Stress::Usual } else { Stress::Raised },
        grade: asset.forwards.grade,
        asset: Some(asset.id.clone()),
        entries: group.map(|group| row_ids(&group.rows)).unwrap_or_default(),
        evidence: asset.forwards.evidence.clone(),
        kind: Kind::ForwardsUndeclared,
    })
}
