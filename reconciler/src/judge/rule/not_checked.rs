//! 未確認: declared, not seen, and not looked for well enough to say more.

use super::super::asset::Grade;
use super::super::finding::Kind;
use super::super::scene::Scene;
use super::{Draft, Stress, row_ids};

pub(crate) fn speak(scene: &Scene<'_>) -> Vec<Draft> {
    let open = scene.groups.iter().zip(&scene.fates).filter_map(|(group, fate)| Some((group, fate.reason?)));
    open.map(|(group, reason)| Draft {
        kind: Kind::NotChecked { reason },
        stress: Stress::Usual,
        grade: Grade::Undecidable,
        asset: None,
        entries: row_ids(&group.rows),
        evidence: vec![],
        about: String::new(),
    })
    .collect()
}
