//! 廃棄済みなのに観測: a row says that the machine is gone, and it answers.

use super::super::asset::Grade;
use super::super::finding::Kind;
use super::super::scene::Scene;
use super::{Draft, Stress, row_ids};

/// Certain where a number of its own answers, its MAC address or serial number; an address or a
/// name may have been given to its successor.
pub(crate) fn speak(scene: &Scene<'_>) -> Vec<Draft> {
    let pairs = scene.pairing.asset_of.iter().filter(|(group, _)| scene.groups[**group].is_retired());
    pairs
        .map(|(group, asset)| {
            let (rows, shown) = (&scene.groups[*group], scene.shown(*asset));
            let by_number =
                rows.macs.meets(&shown.macs) || shown.serial.iter().any(|serial| rows.serials.contains(serial));
            Draft {
                kind: Kind::RetiredButSeen,
                stress: if by_number { Stress::Usual } else { Stress::Lowered },
                grade: if by_number { Grade::Confirmed } else { Grade::Probable },
                asset: Some(scene.assets[*asset].id.clone()),
                entries: row_ids(&rows.rows),
                evidence: scene.presence(*asset),
                happened: None,
                about: String::new(),
            }
        })
        .collect()
}
