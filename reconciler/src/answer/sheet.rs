//! An answer sheet: everything that is said about one form on one day, as a value that is frozen and never changes.

use std::collections::BTreeMap;

use daicho_shared::id::RunId;
use jiff::civil::{Date, DateTime};
use serde::{Deserialize, Serialize};

use super::draft::{Answer, Draft, answers};
use super::figure::Figure;
use super::figures::figures;
use super::ground::Ground;
use super::points::{DepartmentPoints, PointRow, by_department};
use super::question::Form;
use super::segments::SegmentLook;
use super::unseen::{Unseen, unseen};
use crate::judge::review::standing::Head;

/// The version of this format.
pub const VERSION: u32 = 1;

/// One form's answers, with everything they stand on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sheet {
    /// [`VERSION`] of the program that froze it.
    pub version: u32,
    /// 病院名, where it is configured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hospital: Option<String>,
    /// Which form.
    pub form: Heading,
    /// The day whose state is asked for.
    pub as_of: Date,
    /// When it was frozen, by the clock on the wall.
    pub taken: DateTime,
    /// What it stands on.
    pub basis: Basis,
    /// What stands in 1回目, where this is the 2回目.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first: Option<First>,
    /// In the printed order.
    pub answers: Vec<Answer>,
    /// All figures, by key.
    pub figures: BTreeMap<String, Figure>,
    /// External connection points, counted per department.
    pub departments: Vec<DepartmentPoints>,
    /// External connection points.
    pub points: Vec<PointRow>,
    /// Segments, and what was tested in each.
    pub segments: Vec<SegmentLook>,
    /// What was not looked at.
    pub unseen: Vec<Unseen>,
}

/// The 1回目 of a form that prints two: the first answer that was frozen for an earlier day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct First {
    /// Its number.
    pub number: i64,
    /// The day whose state it tells.
    pub as_of: Date,
    /// What was proposed then, by the question's key.
    pub drafts: BTreeMap<String, FirstDraft>,
}

/// What was proposed for one question in the 1回目.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct FirstDraft {
    /// The draft.
    pub draft: Draft,
    /// The proposed 目標日.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<Date>,
}

impl First {
    /// Of an answer that was frozen before.
    pub fn of(number: i64, sheet: &Sheet) -> Self {
        let draft =
            |answer: &Answer| (answer.question.key.clone(), FirstDraft { draft: answer.draft, target: answer.target });
        Self { number, as_of: sheet.as_of, drafts: sheet.answers.iter().map(draft).collect() }
    }
}

/// Which form of which year.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Heading {
    /// Its word.
    pub form: String,
    /// Its edition.
    pub edition: String,
    /// 年度 as printed.
    pub year: String,
    /// As printed.
    pub title: String,
    /// In English.
    pub title_en: String,
    /// Where the texts are from.
    pub source: String,
}

/// What an answer sheet stands on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Basis {
    /// The run.
    pub run: RunId,
    /// Other runs: of closed segments that this one did not look at, and later ones of a part of the hospital.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub others: Vec<RunId>,
    /// When it began, by the clock on the wall.
    pub started: DateTime,
    /// When it ended, where it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finished: Option<DateTime>,
    /// Everything planned was asked.
    pub complete: bool,
    /// The ledger's files.
    pub files: Vec<File>,
    /// Version of the program.
    pub daicho: String,
    /// Fingerprint of the rules by which the run was judged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rules: Option<String>,
    /// The end of the log of decisions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub log: Option<Head>,
}

/// One file of the ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct File {
    /// Its name.
    pub name: String,
    /// SHA-256, lower-case hexadecimal.
    pub sha256: String,
    /// 最終更新日.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated: Option<Date>,
    /// When it was imported.
    pub imported: Date,
    /// Its rows.
    pub rows: u32,
}

/// What is known beside the verdict when a sheet is made.
#[derive(Debug, Clone)]
pub struct Occasion {
    /// 病院名, where it is configured.
    pub hospital: Option<String>,
    /// Now, by the clock on the wall.
    pub taken: DateTime,
    /// SHA-256 of the files of evidence that the hospital keeps, by name.
    pub evidence: BTreeMap<String, String>,
    /// The answer that stands in 1回目, where one was frozen for an earlier day.
    pub first: Option<First>,
}

/// Answers a form.
pub fn sheet(form: &Form, ground: &Ground<'_>, occasion: Occasion) -> Sheet {
    let figures = figures(ground);
    let today = occasion.taken.date();
    Sheet {
        version: VERSION,
        hospital: occasion.hospital,
        form: Heading {
            form: form.form.clone(),
            edition: form.edition.clone(),
            year: form.year.clone(),
            title: form.title.clone(),
            title_en: form.title_en.clone(),
            source: form.source.clone(),
        },
        first: occasion.first.filter(|_| form.has_rounds()),
        as_of: ground.day,
        taken: occasion.taken,
        basis: basis(ground),
        answers: answers(form, ground, &figures, today),
        departments: by_department(&ground.points, &ground.departments),
        points: ground.points.iter().map(|point| with_evidence(point, &occasion.evidence)).collect(),
        segments: ground.segments.clone(),
        unseen: unseen(ground, today),
        figures,
    }
}

/// The point with the hashes of its files, where they are kept.
fn with_evidence(point: &PointRow, kept: &BTreeMap<String, String>) -> PointRow {
    let hashed = point.evidence.keys().map(|name| (name.clone(), kept.get(name).cloned()));
    PointRow { evidence: hashed.collect(), ..point.clone() }
}

fn basis(ground: &Ground<'_>) -> Basis {
    let (verdict, run) = (ground.verdict, &ground.verdict.run);
    let file = |file: &crate::judge::entry::LedgerFile| File {
        name: file.name.clone(),
        sha256: file.sha256.clone(),
        updated: file.updated,
        imported: ground.on(file.imported),
        rows: file.rows,
    };
    Basis {
        run: run.id.clone(),
        others: ground.others.clone(),
        started: ground.at(run.started),
        finished: run.finished.map(|at| ground.at(at)),
        complete: run.complete,
        files: verdict.ledger.files.iter().map(file).collect(),
        daicho: env!("CARGO_PKG_VERSION").to_owned(),
        rules: verdict.basis.as_ref().map(|basis| basis.rules.clone()),
        log: verdict.reviewed.head.clone(),
    }
}
