//! External connection points, and how many each department has.
//!
//! A point is one line at one device at the border of what the hospital runs. What is counted is kept apart: what a
//! department stated, what stands in the register, what of that was confirmed and seen, what was seen and stands
//! nowhere, and second networks of which nobody knows where they lead. No number is made of the sum.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::department::{Department, Stated, YEAR};
use super::device::{self, Device, dated};
use super::figure::is_within;
use super::said::{fold, is_said};
use crate::judge::asset::{Asset, AssetId, Grade};
use crate::judge::entry::{Entry, EntryId, Field, FourValued, Meaning, Origin, Register, Status};
use crate::judge::finding::Kind;
use crate::judge::review::standing::State;
use crate::judge::verdict::{ExternalPoint, PointStatus, Verdict};

/// One external connection point, as declared and as seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PointRow {
    /// 部門: as the list of departments writes it, where it has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub department: Option<String>,
    /// What people call it: the register's number, else the device's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Declared, seen, or both.
    pub seen: Seen,
    /// It is kept, but disconnected (休止): listed, not counted.
    pub dormant: bool,
    /// Of an undeclared point or a second network: somebody decided about it, so that it is not open any more.
    pub settled: bool,
    /// Of a point that was not seen: its network was looked at, so that it could have been.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub could_be_seen: Option<bool>,
    /// Kind of line, as a code.
    pub kind: String,
    /// 回線種別 as written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<String>,
    /// How clearly the device shows a way out.
    pub grade: Grade,
    /// The machine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asset: Option<String>,
    /// Its address, where it was seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// The finding that says so, of what is undeclared or unclear.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finding: Option<String>,
    /// The row, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<Origin>,
    /// 確認日, where a day is written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirmed: Option<Date>,
    /// The confirmation is at most a year old.
    pub is_confirmed: bool,
    /// The files named as evidence, with the SHA-256 of those that the hospital keeps.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub evidence: BTreeMap<String, Option<String>>,
    /// What else the register says, by column: 事業者, 用途, 契約者, 接続元制限, 責任分界 …
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub says: BTreeMap<Field, String>,
}

/// Whether a point was declared, and seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Seen {
    /// Declared, and seen.
    Declared,
    /// Declared, and used otherwise than declared.
    Otherwise,
    /// Declared, not seen.
    Unseen,
    /// Seen, declared by nobody.
    Undeclared,
    /// A machine is in a second network, and nobody knows where that leads.
    Unclear,
}

/// How many points one department has, in every sense.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DepartmentPoints {
    /// Its name; `None` for points of no department.
    pub department: Option<String>,
    /// The list of departments has it.
    pub listed: bool,
    /// The number that it stated, 0 included; `None` where nobody said so with a date. Of several statements the first
    /// that is not the number in the register.
    pub stated: Option<u32>,
    /// When.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stated_on: Option<Date>,
    /// Who.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stated_by: Option<String>,
    /// Other statements of its, where it stands in the list more than once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also_stated: Vec<Stated>,
    /// Declared and in use.
    pub registered: usize,
    /// Of these, confirmed within a year.
    pub confirmed: usize,
    /// Of these, seen.
    pub seen: usize,
    /// Of these, not seen.
    pub unseen: usize,
    /// Of those seen, used otherwise than declared.
    pub otherwise: usize,
    /// Declared, and disconnected.
    pub dormant: usize,
    /// Seen, declared by nobody, and open.
    pub undeclared: usize,
    /// Second networks that lead nobody knows where.
    pub unclear: usize,
}

/// Columns of the register that are shown beside a point.
const SHOWN: [Field; 8] = [
    Field::ContractHolder,
    Field::LineId,
    Field::AccessControl,
    Field::ResponsibilityBoundary,
    Field::Monitoring,
    Field::InDiagram,
    Field::ConfirmedBy,
    Field::SharedDepartments,
];

impl PointRow {
    /// It stands in the register, and is in use.
    pub(super) fn is_registered(&self) -> bool {
        !self.dormant && matches!(self.seen, Seen::Declared | Seen::Otherwise | Seen::Unseen)
    }

    /// Nobody has declared it, and nobody has decided about it.
    pub(super) fn is_open(&self, seen: Seen) -> bool {
        self.seen == seen && !self.settled
    }
}

/// All points: as the verdict has them, then machines whose second network leads nobody knows where.
pub(super) fn points(
    verdict: &Verdict,
    devices: &[Device<'_>],
    departments: &[Department<'_>],
    day: Date,
) -> Vec<PointRow> {
    let by_row: BTreeMap<&EntryId, &Device<'_>> =
        devices.iter().flat_map(|device| device.rows.iter().map(move |row| (&row.id, device))).collect();
    let assets: BTreeMap<&AssetId, &Asset> = verdict.assets.iter().map(|asset| (&asset.id, asset)).collect();
    let place = Place { verdict, by_row, assets, departments, day };
    let known = verdict.external_points.iter().filter_map(|point| place.point(point));
    known.chain(place.unclear()).collect()
}

struct Place<'v, 'a> {
    verdict: &'v Verdict,
    by_row: BTreeMap<&'v EntryId, &'v Device<'a>>,
    assets: BTreeMap<&'v AssetId, &'v Asset>,
    departments: &'v [Department<'v>],
    day: Date,
}

impl Place<'_, '_> {
    /// A point whose line is gone is none, unless its device answers; then it is used otherwise than declared, and so
    /// is a disconnected line whose device still shows a way out.
    fn point(&self, point: &ExternalPoint) -> Option<PointRow> {
        let device = point.entry.as_ref().and_then(|row| self.by_row.get(row));
        let undeclared = point.status == PointStatus::Undeclared;
        let row = device.and_then(|device| match &point.entry {
            Some(id) if !undeclared => device.rows.iter().find(|row| row.id == *id).copied(),
            _ => register_row(device),
        });
        let is = |such: &[Status]| !undeclared && row.is_some_and(|row| such.contains(&row.status));
        let (gone, kept) = (is(&[Status::Retired]), is(&[Status::Stopped, Status::Spare]));
        // A device that has another line in use answers for that one.
        let answers =
            point.status != PointStatus::DeclaredUnseen && !device.is_some_and(|device| has_other(device, row));
        if gone && !answers {
            return None;
        }
        let alive = gone || kept && answers && point.grade >= Grade::Probable;
        let finding = point.asset.as_ref().filter(|_| undeclared).and_then(|asset| self.finding(asset));
        let confirmed = row.and_then(|row| dated(row, Field::ConfirmedDate)).map(|dated| dated.from);
        Some(PointRow {
            department: point.department.as_deref().map(|name| self.department(name)),
            name: row.and_then(|row| row.asset_no.clone().or_else(|| device::name(row).map(str::to_owned))),
            seen: if alive { Seen::Otherwise } else { seen(point.status) },
            dormant: kept && !alive,
            settled: finding.as_ref().is_some_and(|(_, settled)| *settled),
            could_be_seen: point.could_be_seen,
            kind: point.kind.clone(),
            line: point.line.clone(),
            grade: point.grade,
            asset: point.asset.as_ref().map(|asset| asset.0.clone()),
            address: point
                .asset
                .as_ref()
                .and_then(|asset| self.assets.get(asset))
                .map(|asset| super::ground::label(asset)),
            finding: finding.map(|(id, _)| id),
            origin: row.map(|row| row.origin.clone()),
            confirmed,
            is_confirmed: !undeclared && confirmed.is_some_and(|day| is_within(day, YEAR, self.day)),
            evidence: row.map(evidence).unwrap_or_default(),
            says: says(point, row),
        })
    }

    /// A second network behind a machine that is no point itself: the line behind it would be one.
    fn unclear(&self) -> impl Iterator<Item = PointRow> + '_ {
        let points: BTreeSet<&AssetId> =
            self.verdict.external_points.iter().filter_map(|point| point.asset.as_ref()).collect();
        let doubts = self.verdict.findings.iter().filter(|one| matches!(one.kind, Kind::DualHomed { .. }));
        doubts.filter_map(move |finding| {
            let asset = finding.asset.as_ref().filter(|asset| !points.contains(*asset))?;
            let row = finding.entries.iter().find_map(|id| self.by_row.get(id)).map(|device| device.rows[0]);
            Some(PointRow {
                department: row.and_then(|row| row.department.as_deref()).map(|name| self.department(name)),
                name: row.and_then(device::name).map(str::to_owned),
                seen: Seen::Unclear,
                dormant: false,
                settled: self.is_settled(&finding.id),
                could_be_seen: None,
                kind: "unknown".to_owned(),
                line: None,
                grade: finding.grade,
                asset: Some(asset.0.clone()),
                address: self.assets.get(asset).map(|asset| super::ground::label(asset)),
                finding: Some(finding.id.clone()),
                origin: row.map(|row| row.origin.clone()),
                confirmed: None,
                is_confirmed: false,
                evidence: BTreeMap::new(),
                says: BTreeMap::new(),
            })
        })
    }

    fn finding(&self, asset: &AssetId) -> Option<(String, bool)> {
        let about = self
            .verdict
            .findings
            .iter()
            .find(|one| matches!(one.kind, Kind::UndeclaredUplink { .. }) && one.asset.as_ref() == Some(asset))?;
        Some((about.id.clone(), self.is_settled(&about.id)))
    }

    /// Handed over is not settled; and put off is not declared: the line is there all the same.
    fn is_settled(&self, finding: &str) -> bool {
        let state = self.verdict.reviewed.standings.get(finding).map(|standing| &standing.state);
        let open = |state: &State| matches!(state, State::Assigned { .. } | State::Ignored { .. }) || state.is_open();
        state.is_some_and(|state| !open(state))
    }

    /// As the list of departments writes it.
    fn department(&self, name: &str) -> String {
        self.departments.iter().find(|one| one.is(name)).map_or(name, |one| one.name).to_owned()
    }
}

/// The device has a line in use beside this one.
fn has_other(device: &Device<'_>, line: Option<&Entry>) -> bool {
    let lines = device.rows.iter().filter(|row| row.register == Register::ExternalConnection);
    lines.filter(|row| Some(&row.id) != line.map(|line| &line.id)).any(|row| row.status.is_expected())
}

fn seen(status: PointStatus) -> Seen {
    match status {
        PointStatus::DeclaredSeen => Seen::Declared,
        PointStatus::DeclaredOtherwise => Seen::Otherwise,
        PointStatus::DeclaredUnseen => Seen::Unseen,
        PointStatus::Undeclared => Seen::Undeclared,
    }
}

/// The register's row speaks before the device's own.
fn register_row<'a>(device: &Device<'a>) -> Option<&'a Entry> {
    let register = device.rows.iter().find(|row| row.register == Register::ExternalConnection);
    register.or_else(|| device.rows.first()).copied()
}

fn says(point: &ExternalPoint, row: Option<&Entry>) -> BTreeMap<Field, String> {
    let mut says = BTreeMap::new();
    for (field, text) in [(Field::Vendor, &point.vendor), (Field::Purpose, &point.purpose)] {
        says.extend(text.as_deref().filter(|text| is_said(text)).map(|text| (field, text.to_owned())));
    }
    let columns = SHOWN.into_iter().filter_map(|field| Some((field, written(row?.others.get(&field)?)?)));
    says.extend(columns.filter(|(_, text)| is_said(text)));
    says
}

/// The files that a row names, whatever else is written between them.
fn evidence(row: &Entry) -> BTreeMap<String, Option<String>> {
    let names = match row.others.get(&Field::Evidence) {
        Some(Meaning::List(names)) => names.clone(),
        Some(Meaning::Text(name)) => vec![name.clone()],
        _ => vec![],
    };
    names.into_iter().filter(|name| is_said(name)).map(|name| (name, None)).collect()
}

fn written(meaning: &Meaning) -> Option<String> {
    match meaning {
        Meaning::Text(text) => Some(text.clone()),
        Meaning::List(texts) => Some(texts.join(" ")),
        Meaning::Answer(FourValued::Yes) => Some("有".to_owned()),
        Meaning::Answer(FourValued::No) => Some("無".to_owned()),
        _ => None,
    }
}

/// How many points each department has: those of the list in its order, then others that rows name, then points of no
/// department.
pub(super) fn by_department(points: &[PointRow], departments: &[Department<'_>]) -> Vec<DepartmentPoints> {
    let named: BTreeMap<String, Option<String>> =
        points.iter().map(|point| (key(point.department.as_deref()), point.department.clone())).collect();
    let listed = departments.iter().map(|department| {
        let mut counted = count(points, Some(department.name));
        let mut stated: Vec<Stated> = department.statements().collect();
        stated.sort_by_key(|one| usize::try_from(one.number) == Ok(counted.registered));
        counted.listed = true;
        if !stated.is_empty() {
            let worst = stated.remove(0);
            (counted.stated, counted.stated_on, counted.stated_by) = (Some(worst.number), Some(worst.on), worst.by);
        }
        counted.also_stated = stated;
        counted
    });
    let listed: Vec<DepartmentPoints> = listed.collect();
    let is_listed =
        |name: &Option<String>| name.as_deref().is_some_and(|name| departments.iter().any(|one| one.is(name)));
    let (known, unknown): (Vec<_>, Vec<_>) =
        named.into_values().filter(|name| !is_listed(name)).partition(Option::is_some);
    let others = known.into_iter().chain(unknown).map(|name| count(points, name.as_deref()));
    listed.into_iter().chain(others).collect()
}

fn key(name: Option<&str>) -> String {
    name.map(fold).unwrap_or_default()
}

fn count(points: &[PointRow], department: Option<&str>) -> DepartmentPoints {
    let mine: Vec<&PointRow> =
        points.iter().filter(|point| key(point.department.as_deref()) == key(department)).collect();
    let of = |such: &dyn Fn(&PointRow) -> bool| mine.iter().filter(|point| such(point)).count();
    let registered = |such: fn(&PointRow) -> bool| of(&|point: &PointRow| point.is_registered() && such(point));
    DepartmentPoints {
        department: department.map(str::to_owned),
        listed: false,
        stated: None,
        stated_on: None,
        stated_by: None,
        also_stated: vec![],
        registered: registered(|_| true),
        confirmed: registered(|point| point.is_confirmed),
        seen: registered(|point| point.seen != Seen::Unseen),
        unseen: registered(|point| point.seen == Seen::Unseen),
        otherwise: registered(|point| point.seen == Seen::Otherwise),
        dormant: of(&|point| point.dormant),
        undeclared: of(&|point| point.is_open(Seen::Undeclared)),
        unclear: of(&|point| point.is_open(Seen::Unclear)),
    }
}
