//! 台帳重複: two machines of one register claim the same number or address.

use super::super::asset::Grade;
use super::super::finding::Kind;
use super::super::group::duplicates;
use super::super::scene::Scene;
use super::{Draft, Stress, row_ids};

pub(crate) fn speak(scene: &Scene<'_>) -> Vec<Draft> {
    let found = duplicates(&scene.groups).into_iter();
    found
        .map(|duplicate| Draft {
            happened: None,
            about: format!("{:?} {}", duplicate.field, duplicate.value),
            stress: Stress::Usual,
            grade: Grade::Confirmed,
            asset: None,
            entries: row_ids(&duplicate.rows),
            evidence: vec![],
            kind: Kind::DuplicateEntry { field: duplicate.field, value: duplicate.value },
        })
        .collect()
}
