//! 属性不一致: a row and its machine say different things.

use super::super::asset::Grade;
use super::super::difference::differences;
use super::super::finding::Kind;
use super::super::scene::Scene;
use super::{Draft, Stress, row_ids};

pub(crate) fn speak(scene: &Scene<'_>) -> Vec<Draft> {
    let pairs = scene.pairing.asset_of.iter();
    pairs.flat_map(|(group, asset)| drafts(scene, *group, *asset)).collect()
}

fn drafts(scene: &Scene<'_>, group: usize, asset: usize) -> Vec<Draft> {
    if scene.groups[group].is_retired() {
        return vec![];
    }
    let found = differences(scene, group, asset).into_iter();
    found
        .map(|difference| Draft {
            // The values are facts, not identity: with other ones it is the same finding, come back.
            about: format!("{:?}", difference.field),
            stress: if difference.grade == Grade::Indication { Stress::Lowered } else { Stress::Usual },
            grade: difference.grade,
            asset: Some(scene.assets[asset].id.clone()),
            entries: row_ids(&scene.groups[group].rows),
            evidence: difference.evidence,
            kind: Kind::Mismatch { field: difference.field, declared: difference.declared, seen: difference.seen },
        })
        .collect()
}
