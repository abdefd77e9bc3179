//! 応答が不自然: a machine that answers everything, or without end. What it says of itself is worth little.

use super::super::asset::{Asset, Grade};
use super::super::finding::Kind;
use super::super::scene::Scene;
use super::{Draft, Stress, row_ids};

pub(crate) fn speak(scene: &Scene<'_>) -> Vec<Draft> {
    let odd = scene.assets.iter().enumerate().filter(|(_, asset)| !asset.unnatural.is_empty());
    odd.map(|(index, asset)| draft(scene, index, asset)).collect()
}

/// Louder where no row declares it: a trap or a relay that nobody put there.
fn draft(scene: &Scene<'_>, index: usize, asset: &Asset) -> Draft {
    let group = scene.group_of(index);
    let hows: Vec<String> = asset.unnatural.iter().map(|one| one.how.clone()).collect();
    let evidence = asset.unnatural.iter().flat_map(|one| one.evidence.iter().cloned());
    Draft {
        about: String::new(),
        stress: if group.is_some() { Stress::Usual } else { Stress::Raised },
        grade: Grade::Confirmed,
        asset: Some(asset.id.clone()),
        entries: group.map(|group| row_ids(&group.rows)).unwrap_or_default(),
        evidence: evidence.take(scene.knowledge.identity.evidence_limit).collect(),
        kind: Kind::Unnatural { hows },
    }
}
