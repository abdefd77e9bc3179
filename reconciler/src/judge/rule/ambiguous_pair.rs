//! 対応が一つに決まらない: a row could be either of several machines.

use super::super::asset::{AssetId, Grade};
use super::super::finding::Kind;
use super::super::scene::Scene;
use super::{Draft, Stress, row_ids};

/// Several rows that could be one machine are told as 台帳重複 where they share a unique value;
/// here as well, because the machine stays without a row.
pub(crate) fn speak(scene: &Scene<'_>) -> Vec<Draft> {
    let open = scene.pairing.ambiguous.iter();
    open.map(|(group, assets)| {
        let ids: Vec<AssetId> = assets.iter().map(|asset| scene.assets[*asset].id.clone()).collect();
        Draft {
            about: String::new(),
            stress: Stress::Usual,
            grade: Grade::Undecidable,
            asset: None,
            entries: row_ids(&scene.groups[*group].rows),
            evidence: assets.iter().flat_map(|asset| scene.presence(*asset).into_iter().take(2)).collect(),
            kind: Kind::AmbiguousPair { assets: ids },
        }
    })
    .collect()
}
