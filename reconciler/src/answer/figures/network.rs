//! Connection points, segments, the scan and the diagram.

use super::super::figure::{Behind, Figure, Value, Why};
use super::super::ground::Ground;
use super::super::points::{PointRow, Seen};
use super::super::said::is_done;
use super::super::segments::SegmentLook;
use super::{Standing, must};
use crate::judge::entry::Field;

/// Points of the register that are in use.
pub(super) fn registered(ground: &Ground<'_>) -> Figure {
    Figure::new(Value::Count { count: in_use(ground).len() }, ground.imported, vec![])
}

/// Points whose department stands in the list of departments; without a list, whose department is written.
pub(super) fn department_known(ground: &Ground<'_>) -> Figure {
    let listed = |name: &str| ground.departments.is_empty() || ground.departments.iter().any(|one| one.is(name));
    Figure::share(&in_use(ground), ground.imported, Value::None, |point| {
        let known = point.department.as_deref().is_some_and(listed);
        must(known, || behind(point, ground, Some(Field::Department)))
    })
}

/// Points that were confirmed within a year.
pub(super) fn confirmed(ground: &Ground<'_>) -> Figure {
    filled(ground, Field::ConfirmedDate, |point| point.is_confirmed)
}

/// Points that were seen, of those that could have been.
pub(super) fn seen(ground: &Ground<'_>) -> Figure {
    let visible = |point: &&PointRow| point.seen != Seen::Unseen || point.could_be_seen == Some(true);
    let all: Vec<&PointRow> = in_use(ground).into_iter().filter(visible).collect();
    Figure::share(&all, Some(ground.scanned), Value::None, |point| {
        must(point.seen != Seen::Unseen, || behind(point, ground, None))
    })
}

/// Open points that nobody declared.
pub(super) fn undeclared(ground: &Ground<'_>) -> Figure {
    open(ground, Seen::Undeclared)
}

/// Points that are used otherwise than declared.
pub(super) fn otherwise(ground: &Ground<'_>) -> Figure {
    open(ground, Seen::Otherwise)
}

/// Second networks that lead nobody knows where.
pub(super) fn unknown(ground: &Ground<'_>) -> Figure {
    open(ground, Seen::Unclear)
}

/// 監視.
pub(super) fn monitored(ground: &Ground<'_>) -> Figure {
    measured(ground, Field::Monitoring)
}

/// アクセス制御・接続元制限.
pub(super) fn restricted(ground: &Ground<'_>) -> Figure {
    measured(ground, Field::AccessControl)
}

/// 責任分界点.
pub(super) fn boundary_filled(ground: &Ground<'_>) -> Figure {
    measured(ground, Field::ResponsibilityBoundary)
}

fn in_use<'g>(ground: &'g Ground<'_>) -> Vec<&'g PointRow> {
    ground.points.iter().filter(|point| point.is_registered()).collect()
}

fn filled(ground: &Ground<'_>, field: Field, holds: fn(&PointRow) -> bool) -> Figure {
    Figure::share(&in_use(ground), ground.imported, Value::None, |point| {
        must(holds(point), || behind(point, ground, Some(field)))
    })
}

/// What is said of every point: where the register has none, and no department said that it has none, nobody knows.
fn measured(ground: &Ground<'_>, field: Field) -> Figure {
    let done = |point: &PointRow| point.says.get(&field).is_some_and(|text| is_done(text));
    let stated = ground.departments.iter().any(|one| one.stated().is_some());
    let none = if stated { Value::None } else { Value::Unknown { why: Why::NoStatement } };
    Figure::share(&in_use(ground), ground.imported, none, |point| {
        must(done(point), || behind(point, ground, Some(field)))
    })
}

fn open(ground: &Ground<'_>, seen: Seen) -> Figure {
    let points = ground.points.iter().filter(|point| !point.dormant && point.is_open(seen));
    Figure::count(points.map(|point| behind(point, ground, None)).collect(), Some(ground.scanned))
}

/// The finding where there is one; else the row, else the machine.
fn behind(point: &PointRow, ground: &Ground<'_>, field: Option<Field>) -> Behind {
    let finding = ground.verdict.findings.iter().find(|one| point.finding.as_deref() == Some(one.id.as_str()));
    match (finding, &point.origin) {
        (Some(finding), _) => ground.behind(finding),
        (None, Some(origin)) => Behind::Row {
            row: point.name.clone().unwrap_or_default(),
            origin: origin.clone(),
            name: point.name.clone(),
            department: point.department.clone(),
            field,
        },
        (None, None) => Behind::Machine {
            asset: point.asset.clone().unwrap_or_default(),
            device: point.address.clone().unwrap_or_default(),
            class: String::new(),
        },
    }
}

/// Segments in which somebody asked everywhere and to the end.
pub(super) fn segments_scanned(ground: &Ground<'_>) -> Figure {
    let all: Vec<&SegmentLook> = ground.segments.iter().collect();
    tested(&all, ground, |_| true, Value::Unknown { why: Why::NoSegments })
}

/// Of the segments that are believed closed, those that were tested.
pub(super) fn closed_tested(ground: &Ground<'_>) -> Figure {
    let closed: Vec<&SegmentLook> = ground.segments.iter().filter(|segment| segment.closed).collect();
    let listed = ground.segments.iter().any(|segment| segment.listed) || !ground.unplaced.is_empty();
    tested(&closed, ground, |closed| closed, if listed { Value::None } else { Value::Unknown { why: Why::NoSegments } })
}

/// A declared segment whose network is not written was tested by nobody.
fn tested(segments: &[&SegmentLook], ground: &Ground<'_>, counts: fn(bool) -> bool, none: Value) -> Figure {
    let looked = segments.iter().map(|one| must(one.scanned, || one.behind()));
    let unplaced = ground.unplaced.iter().filter(|(_, closed)| counts(*closed));
    let all: Vec<Standing> = looked.chain(unplaced.map(|(row, _)| Err(Box::new(row.clone())))).collect();
    Figure::share(&all, Some(ground.scanned), none, Clone::clone)
}

/// The day of the scan; of one that was cut short, none.
pub(super) fn scan_day(ground: &Ground<'_>) -> Figure {
    Figure::day(Some(ground.scanned).filter(|_| ground.verdict.run.complete), Why::NothingSeen)
}

/// Days of which there is a diagram.
pub(super) fn diagram_versions(ground: &Ground<'_>) -> Figure {
    let at = ground.diagrams.last().copied();
    Figure::new(Value::Count { count: ground.diagrams.len() }, at, vec![])
}

/// The newest of them.
pub(super) fn diagram_newest(ground: &Ground<'_>) -> Figure {
    Figure::day(ground.diagrams.last().copied(), Why::NoDiagram)
}
