//! 台帳不備: a row with a defect that keeps it from being compared as it should.

use super::super::asset::Grade;
use super::super::entry::{EntryId, ProblemKind};
use super::super::finding::Kind;
use super::super::scene::Scene;
use super::{Draft, Stress};

/// A defect that hides a key is worth a look; one that does not is told for completeness.
pub(crate) fn speak(scene: &Scene<'_>) -> Vec<Draft> {
    let problems = scene.ledger.problems.iter().filter(|problem| !problem.kind.is_minor());
    problems
        .map(|problem| {
            let rows = scene.ledger.entries.iter().filter(|row| row.origin == problem.origin);
            let entries: Vec<EntryId> = rows.map(|row| row.id.clone()).collect();
            let origin = &problem.origin;
            Draft {
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
    !matches!(kind, ProblemKind::DateMalformed | ProblemKind::ValueUnknown | ProblemKind::AssetNoMissing)
}
