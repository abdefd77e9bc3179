//! What stands in which sheet; how it looks is the parent's business.
//!
//! Long because the workbook has many sheets; none of them is.

use std::borrow::Cow;

use jiff::Timestamp;
use jiff::civil::Date;

use crate::judge::asset::Grade;
use crate::judge::finding::Severity;
use crate::render::Options;
use crate::render::view::Report;
use crate::render::view::dual_homed::DualHomed;
use crate::render::view::finding::FindingView;
use crate::render::view::rows::{self, AssetRow, EntryRow, PointRow, ProblemRow, SentRow, SentSum};
use crate::render::words::graded::Row;
use crate::render::words::headings::{Headings, headings};
use crate::render::words::phrase::{Phrase, shown};
use crate::render::words::{Lang, fixed, observation, standing};

/// One sheet.
#[derive(Default)]
pub(super) struct Sheet {
    pub(super) name: &'static str,
    pub(super) columns: Vec<Column>,
    /// Columns that stay in sight.
    pub(super) frozen: u16,
    /// Columns that fit on paper and stay readable; the others are for the screen.
    pub(super) printed: u16,
    pub(super) rows: Vec<Vec<Value>>,
    /// Lines above the headings, the title first; none on a sheet that is read on the screen.
    pub(super) above: Vec<String>,
    pub(super) paper: Paper,
    /// Sheets of paper side by side, where one would be too narrow to be read; 0 is one, too.
    pub(super) across: u16,
}

/// A heading, its width in characters, and what may stand below it.
pub(super) struct Column {
    pub(super) name: Cow<'static, str>,
    pub(super) width: u16,
    /// The words that its cells may hold; none where any text may.
    pub(super) choices: Vec<&'static str>,
}

/// The paper on which it is printed, landscape.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Paper {
    #[default]
    A4,
    A3,
}

/// One cell.
pub(super) enum Value {
    Text(String),
    Foreign(String),
    Number(f64),
    Moment(Timestamp),
    Day(Date),
    /// A day that a person may fill in.
    Empty,
    Severity(Severity),
    Grade(Grade),
    /// Of a row that sums up the rows above it.
    Sum(String),
    /// The same over all columns that are left; the last of its row.
    Rest(String),
}

/// Which column of the findings a person fills in with one of the choices, and which with a day.
pub(super) const TO_FILL: Fill = Fill { decision: 11, day: 12 };

/// Places of columns.
pub(super) struct Fill {
    pub(super) decision: u16,
    pub(super) day: u16,
}

/// The eight sheets.
pub(super) fn all(report: &Report<'_>) -> [Sheet; 8] {
    let (scene, w) = (&report.scene, headings(report.scene.lang()));
    [
        findings(report, w),
        assets(&rows::assets(scene), scene.lang(), w),
        entries(&rows::entries(scene), scene.lang(), w),
        points(&rows::points(scene), w),
        dual_homed(report, w),
        coverage(report, w),
        sent(&rows::sent(scene), scene.lang(), w),
        problems(&rows::problems(scene), w),
    ]
}

pub(super) fn columns<const N: usize>(list: [(&'static str, u16); N]) -> Vec<Column> {
    list.into_iter().map(|(name, width)| Column { name: name.into(), width, choices: vec![] }).collect()
}

pub(super) fn text(text: impl Into<String>) -> Value {
    Value::Text(text.into())
}

pub(super) fn foreign(text: impl Into<String>) -> Value {
    Value::Foreign(text.into())
}

pub(super) fn lines(texts: &[String]) -> Value {
    Value::Foreign(texts.join("\n"))
}

fn phrases(phrases: &[Phrase]) -> Value {
    Value::Text(phrases.iter().map(Phrase::plain).collect::<Vec<_>>().join("\n"))
}

/// Of what could not be decided, the methods, too: whoever reads it must see which could not tell.
fn graded(rows: &[Row], lang: Lang) -> String {
    let lines = rows.iter().flat_map(|row| {
        let methods = row.methods.iter().filter(|_| row.grade == Grade::Undecidable).map(Phrase::plain);
        std::iter::once(row.line(lang).plain()).chain(row.benign.iter().map(Phrase::plain)).chain(methods)
    });
    lines.collect::<Vec<_>>().join("\n")
}

pub(super) fn number(number: impl Into<f64>) -> Value {
    Value::Number(number.into())
}

#[allow(clippy::too_many_lines, reason = "a list: one line a column")]
fn findings(report: &Report<'_>, w: &'static Headings) -> Sheet {
    let lang = report.scene.lang();
    let row = |view: &FindingView<'_>| {
        let new = if view.is_new == Some(true) { w.new } else { "" };
        vec![
            Value::Severity(view.finding.severity),
            Value::Grade(view.finding.grade),
            text(&view.title),
            foreign(&view.device),
            foreign(&view.address),
            text(&view.location),
            text(&view.department),
            foreign(&view.asset_no),
            text(view.said.what.plain()),
            text(view.said.action.plain()),
            text(if view.decision.is_empty() { standing::state(&view.standing.state, lang) } else { &view.decision }),
            text(""),
            Value::Empty,
            text(""),
            text(""),
            text(""),
            text(""),
            text(view.how(lang)),
            text(graded(&view.graded, lang)),
            phrases(&view.said.other),
            text(view.said.settle.plain()),
            text(new),
            text(view.comments.join("\n")),
            foreign(&view.handle),
            foreign(&view.finding.id),
            foreign(&view.edition),
        ]
    };
    let columns = columns([
        (w.severity, 10),
        (w.grade, 14),
        (w.kind, 15),
        (w.device, 16),
        (w.address, 14),
        (w.place, 13),
        (w.department, 11),
        (w.asset_no, 10),
        (w.content, 38),
        (w.action, 38),
        (w.standing, 18),
        (w.decide, 8),
        (w.until, 12),
        (w.reason, 24),
        (w.approver, 11),
        (w.assignee, 14),
        (w.correction, 22),
        (w.how, 46),
        (w.hypotheses, 46),
        (w.other, 34),
        (w.settle, 26),
        (w.new, 7),
        (w.comment, 24),
        (w.handle, 9),
        (w.finding_id, 28),
        (w.fingerprint, 20),
    ]);
    Sheet {
        name: w.findings,
        columns,
        frozen: 4,
        printed: 11,
        rows: report.findings.iter().map(row).collect(),
        ..Sheet::default()
    }
}

fn assets(assets: &[AssetRow], lang: Lang, w: &'static Headings) -> Sheet {
    let row = |asset: &AssetRow| {
        vec![
            lines(&asset.addresses),
            lines(&asset.macs),
            lines(&asset.names),
            text(asset.class),
            foreign(&asset.maker),
            foreign(&asset.model),
            foreign(&asset.os),
            foreign(&asset.firmware),
            lines(&asset.services),
            lines(&asset.rows),
            Value::Moment(asset.last_seen),
            Value::Moment(asset.first_seen),
            number(asset.confidence),
            foreign(&asset.serial),
            Value::Grade(asset.three[0].grade),
            Value::Grade(asset.three[1].grade),
            Value::Grade(asset.three[2].grade),
            text(if asset.left_alone { lang.pick("あり", "yes") } else { "" }),
            foreign(&asset.id),
            lines(&asset.joined),
            phrases(&asset.why),
        ]
    };
    let columns = columns([
        (w.address, 17),
        (w.mac, 19),
        (w.name, 20),
        (w.class, 14),
        (w.maker, 14),
        (w.model, 14),
        (w.os, 16),
        (w.firmware, 14),
        (w.services, 24),
        (w.ledger_row, 20),
        (w.last_seen, 25),
        (w.first_seen, 25),
        (w.confidence, 11),
        (w.serial, 16),
        (w.multi_homed, 14),
        (w.forwards, 14),
        (w.uplink, 14),
        (w.left_alone, 14),
        (w.id, 22),
        (w.how, 30),
        (w.why, 60),
    ]);
    Sheet {
        name: w.assets,
        columns,
        frozen: 1,
        printed: 11,
        rows: assets.iter().map(row).collect(),
        ..Sheet::default()
    }
}

fn entries(entries: &[EntryRow<'_>], lang: Lang, w: &'static Headings) -> Sheet {
    let row = |row: &EntryRow<'_>| {
        let entry = row.entry;
        let cell = |value: &Option<String>| foreign(EntryRow::text(value.as_deref()));
        vec![
            text(fixed::register(entry.register, lang)),
            foreign(shown(&entry.origin.file)),
            foreign(shown(&entry.origin.sheet)),
            number(entry.origin.row),
            cell(&entry.asset_no),
            foreign(&row.name),
            cell(&entry.department),
            cell(&entry.location),
            foreign(&row.addresses),
            text(fixed::status(entry.status, lang)),
            text(row.state),
            foreign(&row.seen),
            foreign(&row.macs),
            cell(&entry.manufacturer),
            cell(&entry.os),
            text(fixed::four_valued(entry.remote_maintenance, lang)),
            entry.registered.map_or_else(|| text(""), Value::Day),
            foreign(&row.asset),
        ]
    };
    let columns = columns([
        (w.register, 14),
        (w.file, 18),
        (w.sheet, 14),
        (w.row, 6),
        (w.asset_no, 12),
        (w.name, 20),
        (w.department, 14),
        (w.place, 18),
        (w.address, 15),
        (w.status, 9),
        (w.state, 20),
        (w.seen_address, 16),
        (w.mac, 19),
        (w.maker, 16),
        ("OS", 16),
        (w.remote, 16),
        (w.registered, 18),
        (w.id, 22),
    ]);
    Sheet {
        name: w.entries,
        columns,
        frozen: 6,
        printed: 12,
        rows: entries.iter().map(row).collect(),
        ..Sheet::default()
    }
}

fn points(points: &[PointRow], w: &'static Headings) -> Sheet {
    let row = |point: &PointRow| {
        vec![
            text(&point.status),
            Value::Grade(point.grade),
            text(&point.line),
            text(&point.department),
            text(&point.purpose),
            text(&point.vendor),
            text(point.device.plain()),
            foreign(&point.address),
            text(point.row.plain()),
            text(&point.signs),
        ]
    };
    let columns = columns([
        (w.declared, 20),
        (w.grade, 14),
        (w.line, 24),
        (w.department, 16),
        (w.purpose, 20),
        (w.vendor, 16),
        (w.device, 38),
        (w.address, 18),
        (w.ledger_row, 38),
        (w.signs, 36),
    ]);
    Sheet {
        name: w.points,
        columns,
        frozen: 1,
        printed: 10,
        rows: points.iter().map(row).collect(),
        ..Sheet::default()
    }
}

pub(super) fn dual_homed(report: &Report<'_>, w: &'static Headings) -> Sheet {
    let lang = report.scene.lang();
    let row = |one: &DualHomed<'_>| {
        let benign: Vec<String> = one.benign.iter().map(Phrase::plain).collect();
        vec![
            foreign(&one.device),
            Value::Grade(one.asset.multi_homed.grade),
            lines(&one.side_lines(lang)),
            Value::Grade(one.asset.forwards.grade),
            text(one.signs.join("\n")),
            text(benign.join("\n")),
            text(if one.declared { lang.pick("あり", "yes") } else { lang.pick("なし", "no") }),
            foreign(DualHomed::text(one.department.as_ref())),
            foreign(DualHomed::text(one.purpose.as_ref())),
            foreign(DualHomed::text(one.vendor.as_ref())),
            foreign(shown(&one.asset.id.0)),
        ]
    };
    let columns = columns([
        (w.device, 20),
        (w.grade, 14),
        (w.sides, 36),
        (w.forwards, 14),
        (w.signs, 36),
        (w.benign, 30),
        (w.declared_second, 9),
        (w.department, 14),
        (w.purpose, 20),
        (w.vendor, 16),
        (w.id, 22),
    ]);
    Sheet {
        name: w.dual_homed,
        columns,
        frozen: 1,
        printed: 10,
        rows: report.dual_homed.iter().map(row).collect(),
        ..Sheet::default()
    }
}

pub(super) fn coverage(report: &Report<'_>, w: &'static Headings) -> Sheet {
    let lang = report.scene.lang();
    let looked = report.scene.verdict.coverage.iter().map(|row| {
        vec![
            text(w.looked),
            foreign(row.segment.to_string()),
            text(if row.on_link { w.on_link } else { w.routed }),
            text(observation::method_plain(&row.probe.0, lang)),
            number(row.asked),
            number(row.answered),
            number(row.not_allowed),
            number(row.not_reached),
        ]
    });
    let not = report.looked.not.iter().map(|line| vec![text(w.not_looked), text(line.plain())]);
    let blind = report.looked.blind.iter().map(|line| vec![text(w.blind), text(*line)]);
    let columns = columns([
        (w.item, 24),
        (w.content, 60),
        (w.reach, 12),
        (w.probe, 34),
        (w.asked, 12),
        (w.answered, 10),
        (w.not_allowed, 16),
        (w.not_reached, 12),
    ]);
    Sheet {
        name: w.coverage,
        columns,
        frozen: 2,
        printed: 8,
        rows: looked.chain(not).chain(blind).collect(),
        ..Sheet::default()
    }
}

fn sent(sent: &[SentRow<'_>], lang: Lang, w: &'static Headings) -> Sheet {
    let row = |row: &SentRow<'_>| {
        vec![
            text(if row.medical { lang.pick("医療機器", "medical device") } else { "" }),
            text(row.device.plain()),
            foreign(row.sent.address.to_string()),
            foreign(row.sent.mac.map(|mac| mac.to_string()).unwrap_or_default()),
            text(&row.method),
            number(row.sent.packets),
            Value::Moment(row.sent.first),
            Value::Moment(row.sent.last),
        ]
    };
    let columns = columns([
        (w.class, 12),
        (w.device, 44),
        (w.address, 20),
        (w.mac, 19),
        (w.probe, 32),
        (w.packets, 12),
        (w.from, 25),
        (w.to, 25),
    ]);
    Sheet { name: w.sent, columns, frozen: 2, printed: 8, rows: sent.iter().map(row).collect(), ..Sheet::default() }
}

/// One line a device.
pub(super) fn sent_sums(sums: &[SentSum], options: &Options, w: &'static Headings) -> Sheet {
    let moment = |at: Timestamp| match options.scatter {
        Some(_) => Value::Day(at.to_zoned(options.tz.clone()).date()),
        None => Value::Moment(at),
    };
    let row = |row: &SentSum| {
        vec![
            text(row.device.plain()),
            foreign(row.address.to_string()),
            number(row.packets),
            text(&row.methods),
            moment(row.first),
            moment(row.last),
        ]
    };
    let columns = columns([(w.device, 36), (w.address, 16), (w.packets, 10), (w.probe, 92), (w.from, 25), (w.to, 25)]);
    Sheet { name: w.sent, columns, frozen: 1, printed: 6, rows: sums.iter().map(row).collect(), ..Sheet::default() }
}

pub(super) fn problems(problems: &[ProblemRow<'_>], w: &'static Headings) -> Sheet {
    let row = |row: &ProblemRow<'_>| {
        let origin = &row.problem.origin;
        vec![
            foreign(shown(&origin.file)),
            foreign(shown(&origin.sheet)),
            number(origin.row),
            foreign(row.problem.column.as_deref().map(shown).unwrap_or_default()),
            text(row.field),
            text(row.title),
            foreign(&row.found),
            text(row.done),
            text(row.todo),
        ]
    };
    let columns = columns([
        (w.file, 20),
        (w.sheet, 16),
        (w.row, 7),
        (w.column, 7),
        (w.field, 18),
        (w.kind, 26),
        (w.found, 26),
        (w.done, 40),
        (w.fix, 40),
    ]);
    Sheet {
        name: w.problems,
        columns,
        frozen: 3,
        printed: 9,
        rows: problems.iter().map(row).collect(),
        ..Sheet::default()
    }
}
