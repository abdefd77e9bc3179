//! Values before they are put on paper: what a column says it holds is masked where it stands, however short it is. What
//! stands anywhere else is found in the finished files.

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::sync::Arc;

use super::holds::{Holds, holds};
use super::{Known, Redactor};
use crate::answer::figure::Behind;
use crate::answer::points::{DepartmentPoints, PointRow};
use crate::answer::sheet::Sheet;
use crate::judge::asset::{Asset, Claim, Decided};
use crate::judge::entry::{Cell, Entry, Field, Ledger, Meaning, ProblemKind, Record, RowProblem};
use crate::judge::finding::{Finding, Kind};
use crate::judge::review::standing::{Reviewed, Said, State};
use crate::judge::verdict::Verdict;

/// Signs between several names in one cell.
const BETWEEN: [char; 6] = ['\n', '、', ',', '，', '/', '／'];

/// Names of companies, departments and the hospital: they stay.
pub(super) fn kept(known: &Known<'_>) -> BTreeSet<String> {
    let mut names: BTreeSet<String> = known.hospital.iter().map(|name| (*name).to_owned()).collect();
    let mut cell = |raw: &str| names.extend(raw.split(BETWEEN).chain([raw]).map(|name| name.trim().to_owned()));
    for verdict in known.verdicts {
        for entry in &verdict.ledger.entries {
            let own = [&entry.manufacturer, &entry.vendor, &entry.department].into_iter().flatten();
            own.for_each(|name| cell(name));
            let columns = entry.cells.iter().filter(|(field, _)| stays(**field));
            columns.for_each(|(_, written)| cell(&written.raw));
        }
        for record in &verdict.ledger.records {
            let columns = record.values.iter().filter(|(field, _)| stays(**field));
            columns.for_each(|(_, written)| cell(&written.raw));
        }
        verdict.vendors.enquiries.iter().for_each(|enquiry| cell(&enquiry.vendor));
    }
    names.remove("");
    names
}

fn stays(field: Field) -> bool {
    matches!(holds(field), Holds::Companies | Holds::Departments)
}

impl Redactor {
    /// The verdict with every value masked that stands in it as a text.
    pub fn verdict(&self, verdict: &Verdict) -> Verdict {
        let mut masked = verdict.clone();
        masked.ledger = Arc::new(self.ledger(&verdict.ledger));
        masked.assets.iter_mut().for_each(|asset| self.asset(asset));
        masked.findings.iter_mut().for_each(|finding| self.finding(finding));
        for point in &mut masked.external_points {
            for text in [&mut point.purpose, &mut point.other_purpose, &mut point.vendor, &mut point.line] {
                self.put(text);
            }
        }
        self.reviewed(&mut masked.reviewed);
        masked
    }

    fn ledger(&self, ledger: &Ledger) -> Ledger {
        let mut masked = ledger.clone();
        masked.entries.iter_mut().for_each(|entry| self.entry(entry));
        masked.records.iter_mut().for_each(|record| self.record(record));
        masked.problems.iter_mut().for_each(|problem| self.problem(problem));
        for file in &mut masked.files {
            file.updated_by = file.updated_by.as_deref().map(|by| self.persons(by));
        }
        masked
    }

    fn entry(&self, entry: &mut Entry) {
        let number = |text: &mut Option<String>| *text = text.as_deref().map(|text| self.cell(Field::SerialNo, text));
        number(&mut entry.serial_no);
        entry.users.iter_mut().for_each(|user| *user = self.persons(user));
        for text in
            [&mut entry.hostname, &mut entry.description, &mut entry.location, &mut entry.purpose, &mut entry.line_kind]
        {
            self.put(text);
        }
        for (field, Cell { raw, .. }) in &mut entry.cells {
            *raw = self.cell(*field, raw);
        }
        entry.others.iter_mut().for_each(|(field, meaning)| self.meaning(*field, meaning));
    }

    fn record(&self, record: &mut Record) {
        for (field, written) in &mut record.values {
            written.raw = self.cell(*field, &written.raw);
            self.meaning(*field, &mut written.meaning);
        }
    }

    fn meaning(&self, field: Field, meaning: &mut Meaning) {
        match meaning {
            Meaning::Text(text) => *text = self.cell(field, text),
            Meaning::List(texts) => texts.iter_mut().for_each(|text| *text = self.cell(field, text)),
            _ => {}
        }
    }

    /// Of a row that was not read, nobody knows what its cells hold.
    fn problem(&self, problem: &mut RowProblem) {
        let unread = matches!(
            problem.kind,
            ProblemKind::RowSkipped
                | ProblemKind::TooManyRows
                | ProblemKind::CellsWithoutHeading
                | ProblemKind::PersonalData
        );
        problem.found = match problem.field {
            _ if unread && !problem.found.is_empty() => "[…]".to_owned(),
            Some(field) => self.cell(field, &problem.found),
            None => self.text(&problem.found),
        };
    }

    fn asset(&self, asset: &mut Asset) {
        asset.names.iter_mut().for_each(|name| name.name = self.text(&name.name));
        if let Some(serial) = &mut asset.serial {
            serial.value = self.cell(Field::SerialNo, &serial.value);
            serial.others.iter_mut().for_each(|other| other.value = self.cell(Field::SerialNo, &other.value));
        }
        let claims = [
            &mut asset.maker,
            &mut asset.model,
            &mut asset.serial,
            &mut asset.os,
            &mut asset.firmware,
            &mut asset.place,
        ];
        let decided = claims.into_iter().flatten().filter_map(|claim: &mut Claim| claim.decided.as_mut());
        decided.chain(&mut asset.class.decided).for_each(|by| self.decided(by));
    }

    fn decided(&self, decided: &mut Decided) {
        decided.by = self.persons(&decided.by);
        self.put(&mut decided.note);
    }

    fn finding(&self, finding: &mut Finding) {
        self.says(&mut finding.kind);
    }

    fn says(&self, kind: &mut Kind) {
        match kind {
            Kind::Mismatch { field, declared, seen } => {
                for text in [declared, seen] {
                    *text = self.cell(*field, text);
                }
            }
            Kind::DuplicateEntry { field, value } => *value = self.cell(*field, value),
            Kind::DefectiveEntry { problem } => self.problem(problem),
            _ => {}
        }
    }

    fn reviewed(&self, reviewed: &mut Reviewed) {
        for standing in reviewed.standings.values_mut() {
            if let State::Assigned { to, .. } = &mut standing.state {
                *to = self.persons(to);
            }
            standing.decided.iter_mut().chain(&mut standing.comments).for_each(|said| self.said(said));
        }
    }

    fn said(&self, said: &mut Said) {
        said.by = self.persons(&said.by);
        said.approver = said.approver.as_deref().map(|name| self.persons(name));
        self.put(&mut said.reason);
    }

    fn put(&self, text: &mut Option<String>) {
        *text = text.as_deref().map(|text| self.text(text));
    }

    /// A frozen answer with its values masked, and without an order that tells addresses.
    pub fn sheet(&self, sheet: &Sheet) -> Sheet {
        let mut masked = sheet.clone();
        masked.points.iter_mut().for_each(|point| self.point(point));
        let rank = |asset: Option<&String>| asset.map(|asset| self.rank(asset));
        // Declared ones stand in the ledger's order.
        masked.points.sort_by_key(|point| point.origin.is_none().then(|| rank(point.asset.as_ref())).flatten());
        masked.departments.iter_mut().for_each(|one| self.department(one));
        for figure in masked.figures.values_mut() {
            self.behind(&mut figure.behind);
        }
        for check in masked.answers.iter_mut().flat_map(|answer| &mut answer.checks) {
            self.behind(&mut check.findings);
        }
        masked
    }

    fn department(&self, one: &mut DepartmentPoints) {
        one.stated_by = one.stated_by.as_deref().map(|name| self.persons(name));
    }

    fn point(&self, point: &mut PointRow) {
        point.says.iter_mut().for_each(|(field, text)| *text = self.cell(*field, text));
        self.put(&mut point.name);
    }

    fn behind(&self, behind: &mut [Behind]) {
        for one in behind.iter_mut() {
            match one {
                Behind::Row { name, .. } => self.put(name),
                Behind::Finding { says, .. } => self.says(says),
                _ => {}
            }
        }
        behind.sort_by_cached_key(|one| match one {
            Behind::Finding { id, severity, grade, .. } => (Some(Reverse((*severity, *grade))), self.rank(id)),
            Behind::Machine { asset, .. } => (None, self.rank(asset)),
            _ => (None, String::new()),
        });
    }

    /// Machines among themselves in an order that tells nothing.
    fn rank(&self, text: &str) -> String {
        self.mask(&format!("order:{text}"))
    }
}
