//! 台帳不備: a row with a defect that keeps it from being compared as it should.

use std::collections::HashMap;

use super::super::asset::Grade;
use super::super::entry::{EntryId, Ledger, Origin, ProblemKind, RowProblem};
use super::super::finding::Kind;
use super::super::scene::Scene;
use super::{Draft, Stress};

/// A defect that hides a key is worth a look; one that does not is told for completeness.
pub(crate) fn speak(scene: &Scene<'_>) -> Vec<Draft> {
    let rows = Rows::of(scene.ledger);
    let mut same: HashMap<String, usize> = HashMap::new();
    let problems = scene.ledger.problems.iter().filter(|problem| !problem.kind.is_minor());
    problems
        .map(|problem| {
            let (entries, what) = rows.about(problem);
            // Two columns of one field may have the same defect.
            let number = same.entry(what.clone()).or_default();
            *number += 1;
            Draft {
                happened: None,
                about: format!("{what} {number}"),
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

/// The rows of the ledger by where they stand.
struct Rows<'a> {
    entries: HashMap<&'a Origin, Vec<&'a EntryId>>,
    records: HashMap<&'a Origin, &'a EntryId>,
}

impl<'a> Rows<'a> {
    fn of(ledger: &'a Ledger) -> Self {
        let mut entries: HashMap<&Origin, Vec<&EntryId>> = HashMap::new();
        for row in &ledger.entries {
            entries.entry(&row.origin).or_default().push(&row.id);
        }
        Self { entries, records: ledger.records.iter().map(|row| (&row.origin, &row.id)).collect() }
    }

    /// The rows that a problem belongs to, and what it is called. Where they stand is no part of that: a row that is
    /// put in moves all those below it. Of a row that is gone only its former place is known, which may be another
    /// row's by now.
    fn about(&self, problem: &RowProblem) -> (Vec<EntryId>, String) {
        let RowProblem { origin, column, field, kind, found } = problem;
        let known = *kind != ProblemKind::AmendmentRowGone;
        let entries = self.entries.get(origin).filter(|_| known);
        let record = self.records.get(origin).filter(|_| known);
        let ids: Vec<&EntryId> = entries.into_iter().flatten().copied().chain(record.copied()).collect();
        let what = if ids.is_empty() {
            let found = if known { "" } else { found };
            format!("{origin:?} {column:?} {field:?} {kind:?} {found}")
        } else {
            format!("{ids:?} {field:?} {kind:?}")
        };
        (entries.into_iter().flatten().copied().cloned().collect(), what)
    }
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

#[cfg(test)]
mod tests {
    use super::super::super::entry::Field;
    use super::super::super::sample::{World, row};
    use super::*;
    use crate::judge::{Case, judge, knowledge};

    fn problem(line: u32, column: &str, kind: ProblemKind) -> RowProblem {
        let (origin, found) = (row(line).origin, "10.0.0.x".to_owned());
        RowProblem { origin, column: Some(column.into()), field: Some(Field::IpAddress), kind, found }
    }

    /// The findings of a ledger with one row in this line.
    fn told(line: u32, problems: Vec<RowProblem>) -> Vec<(String, usize)> {
        let mut world = World::new();
        world.rows.push(row(line));
        world.rows[0].id = EntryId("equipment:001".into());
        let ledger = Ledger { problems, ..world.ledger() };
        let batch = world.batch();
        let knowledge = knowledge::Knowledge::builtin();
        let case = Case {
            batch: &batch,
            reread: None,
            inventories: &[],
            ledger: &ledger.into(),
            history: &[],
            decisions: &[],
            vendors: &crate::judge::vendor::Vendors::default(),
            knowledge: &knowledge,
        };
        let findings = judge(&case).findings.into_iter().filter(|finding| finding.kind.code() == "defective_entry");
        findings.map(|finding| (finding.id, finding.entries.len())).collect()
    }

    #[test]
    fn a_row_that_moves_keeps_its_findings_and_every_defect_is_told() {
        use ProblemKind::{AddressMalformed, AddressPlaceholder};
        let at = |line, columns: [&str; 2]| {
            let [one, other] = columns.map(|column| problem(line, column, AddressMalformed));
            told(line, vec![one, other, problem(line, columns[0], AddressPlaceholder)])
        };
        let before = at(5, ["F", "G"]);
        assert_eq!(before.len(), 3, "two columns of one field, and two kinds of defect");
        assert_eq!(at(6, ["H", "I"]), before);
        let without_row = |line| told(5, vec![problem(line, "F", ProblemKind::ColumnUnread)]);
        assert_ne!(without_row(2), without_row(3));
    }

    #[test]
    fn a_row_that_is_gone_is_not_the_one_that_stands_there_now() {
        let gone = told(5, vec![problem(5, "F", ProblemKind::AmendmentRowGone)]);
        assert!(matches!(gone[..], [(_, 0)]), "{gone:?}");
    }
}
