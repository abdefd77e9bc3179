//! 台帳不備: a row with a defect that keeps it from being compared as it should.

use std::collections::HashMap;

use super::super::asset::Grade;
use super::super::entry::{EntryId, Origin, ProblemKind};
use super::super::finding::Kind;
use super::super::scene::Scene;
use super::{Draft, Stress};

/// A defect that hides a key is worth a look; one that does not is told for completeness.
pub(crate) fn speak(scene: &Scene<'_>) -> Vec<Draft> {
    let mut rows: HashMap<&Origin, Vec<EntryId>> = HashMap::new();
    for row in &scene.ledger.entries {
        rows.entry(&row.origin).or_default().push(row.id.clone());
    }
    let problems = scene.ledger.problems.iter().filter(|problem| !problem.kind.is_minor());
    problems
        .map(|problem| {
            let entries = rows.get(&problem.origin).cloned().unwrap_or_default();
            let origin = &problem.origin;
            Draft {
                happened: None,
                about: format!("{origin:?} {:?} {:?}", problem.column, problem.kind),
                stress: if hides_key(problem.kind) { Stress::Usual } else { Stress::Lowered },
                grade: Grade::Confirmed,
                asset: None,
                entries,
                evidence: vec![],
                kind: Kind::DefectiveEntry { problem: problem.clone() },
            }
        })
        .collect()
}

fn hides_key(kind: ProblemKind) -> bool {
    !matches!(
        kind,
        ProblemKind::DateMalformed
            | ProblemKind::ValueUnknown
            | ProblemKind::AssetNoMissing
            | ProblemKind::StatusConflict
    )
}
