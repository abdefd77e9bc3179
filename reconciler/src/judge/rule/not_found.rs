//! 所在不明: declared, not seen, and looked for well enough.

use super::super::asset::Grade;
use super::super::finding::Kind;
use super::super::scene::Scene;
use super::super::silence::on_link;
use super::{Draft, Stress, row_ids};

/// On the scanner's own link a strong suspicion; behind a router, where a device may keep silent,
/// an indication.
pub(crate) fn speak(scene: &Scene<'_>) -> Vec<Draft> {
    let missing = scene.groups.iter().zip(&scene.fates).filter_map(|(group, fate)| Some((group, fate.missed.clone()?)));
    let silences = scene.silences();
    missing
        .map(|(group, (scans, segment))| {
            let rules = &scene.knowledge.identity;
            let linked = group.addresses.iter().any(|address| on_link(&scene.look, *address, rules));
            Draft {
                kind: Kind::NotFound { scans, segment },
                stress: if linked { Stress::Usual } else { Stress::Lowered },
                grade: if linked { Grade::Probable } else { Grade::Indication },
                asset: None,
                entries: row_ids(&group.rows),
                evidence: group
                    .addresses
                    .iter()
                    .filter_map(|address| silences.get(address))
                    .flatten()
                    .cloned()
                    .collect(),
                happened: None,
                about: String::new(),
            }
        })
        .collect()
}
