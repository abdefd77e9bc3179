//! 対応が一つに決まらない: a row could be either of several machines.

use std::collections::BTreeSet;

use super::super::asset::{AssetId, Grade};
use super::super::entry::EntryId;
use super::super::finding::Kind;
use super::super::group::{Group, duplicates};
use super::super::scene::Scene;
use super::{Draft, Stress, row_ids};

/// Silent where rows compete for one machine because they claim the same number or address:
/// 台帳重複 says that, and the ledger is what must change.
pub(crate) fn speak(scene: &Scene<'_>) -> Vec<Draft> {
    let duplicated: BTreeSet<EntryId> = duplicates(&scene.groups).iter().flat_map(|d| row_ids(&d.rows)).collect();
    let told = |group: &Group<'_>| group.any(|row| duplicated.contains(&row.id));
    let open = scene.pairing.ambiguous.iter();
    let open = open.filter(|(group, assets)| assets.len() > 1 || !told(&scene.groups[**group]));
    open.map(|(group, assets)| {
        let ids: Vec<AssetId> = assets.iter().map(|asset| scene.assets[*asset].id.clone()).collect();
        Draft {
            happened: None,
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
