//! 外部接続点一覧（部門別）: what is declared beside what was seen, with a subtotal for every department, and every segment
//! that is believed closed with what was tested there.

use std::collections::{BTreeMap, BTreeSet};

use super::Shelf;
use super::cells::{attached, of_entry, whole};
use crate::judge::closed::{Basis, believed};
use crate::judge::entry::{Entry, Field, Meaning, Register};
use crate::judge::verdict::{ExternalPoint, PointStatus};
use crate::render::scene::{self, Scene};
use crate::render::view::closed;
use crate::render::words::phrase::{Phrase, shown};
use crate::render::words::problem::field;
use crate::render::words::{Lang, fixed, hypothesis, observation};
use crate::render::xlsx::sheets::{Column, Sheet, Value, columns, foreign, number, text};

/// Codes of the lines that a register may name.
const LINES: [&str; 11] = [
    "internet",
    "closed_ipvpn",
    "leased",
    "online_qualification",
    "regional_network",
    "remote_maintenance",
    "lte5g",
    "cloud",
    "pstn_isdn",
    "site_link",
    "other",
];

pub(super) fn sheets(shelf: &Shelf<'_>) -> Vec<Sheet> {
    vec![by_department(shelf), closed_segments(shelf)]
}

fn by_department(shelf: &Shelf<'_>) -> Sheet {
    let (lang, w) = (shelf.lang(), shelf.w);
    let mut list = columns([
        (w.department, 13),
        (w.declared, 17),
        (w.grade, 12),
        (w.point_name, 20),
        (w.line, 16),
        (w.device, 30),
        (w.address, 16),
        (w.vendor, 14),
        (w.contract_holder, 13),
        (field(Field::Purpose, lang), 16),
        (w.allowed, 18),
        (w.boundary, 16),
        (w.confirmed, 18),
        (w.evidence_file, 34),
        (w.signs, 28),
    ]);
    list[1].choices = statuses(lang).map(|(_, word)| word).to_vec();
    list[4].choices = LINES.iter().map(|code| line_word(code, lang)).collect();
    let rows = departments(&shelf.report.scene).into_iter().flat_map(|(name, points)| {
        let mut rows: Vec<Vec<Value>> = points.iter().map(|point| row(shelf, &name, point)).collect();
        rows.push(sum(shelf, &name, &points, list_len()));
        rows
    });
    let mut rows: Vec<Vec<Value>> = rows.collect();
    let all: Vec<&ExternalPoint> = shelf.report.scene.verdict.external_points.iter().collect();
    rows.push(sum(shelf, w.total, &all, list_len()));
    shelf.titled_a3(Sheet {
        name: w.book_points,
        frozen: 2,
        printed: u16::try_from(list.len()).unwrap_or(u16::MAX),
        columns: list,
        rows,
        ..Sheet::default()
    })
}

/// Columns of the list.
const fn list_len() -> usize {
    15
}

fn statuses(lang: Lang) -> [(PointStatus, &'static str); 4] {
    [PointStatus::Undeclared, PointStatus::DeclaredOtherwise, PointStatus::DeclaredUnseen, PointStatus::DeclaredSeen]
        .map(|status| (status, fixed::point_status(status, lang)))
}

/// The catalogue's words are made as they are asked for; a list needs them to last.
fn line_word(code: &str, lang: Lang) -> &'static str {
    use std::sync::LazyLock;
    static WORDS: LazyLock<BTreeMap<(&'static str, bool), String>> = LazyLock::new(|| {
        let of = |lang, english| LINES.map(|code| ((code, english), fixed::line_kind(code, lang)));
        of(Lang::Ja, false).into_iter().chain(of(Lang::En, true)).collect()
    });
    let found = WORDS.iter().find(|((known, english), _)| *known == code && *english == (lang == Lang::En));
    found.map_or("", |(_, word)| word.as_str())
}

/// Every department of the ledger, those without a point, too: none is also an answer. Undeclared points first.
fn departments<'a>(scene: &Scene<'a>) -> BTreeMap<String, Vec<&'a ExternalPoint>> {
    let (verdict, lang) = (scene.verdict, scene.lang());
    let none = crate::render::words::headings::headings(lang).no_department;
    let named = verdict.ledger.records.iter().filter(|record| record.register == Register::Department);
    let named = named.filter_map(|record| super::cells::said(record, Field::Department));
    let names: BTreeSet<&str> =
        named.chain(verdict.ledger.entries.iter().filter_map(|row| row.department.as_deref())).collect();
    let mut all: BTreeMap<String, Vec<&ExternalPoint>> =
        names.into_iter().map(|name| (name.to_owned(), vec![])).collect();
    for point in &verdict.external_points {
        let name = point.department.clone().unwrap_or_else(|| none.to_owned());
        all.entry(name).or_default().push(point);
    }
    for points in all.values_mut() {
        points.sort_by_key(|point| (std::cmp::Reverse(point.status), std::cmp::Reverse(point.grade)));
    }
    all
}

fn row(shelf: &Shelf<'_>, department: &str, point: &ExternalPoint) -> Vec<Value> {
    let (scene, lang) = (&shelf.report.scene, shelf.lang());
    let rows = rows_of(point, scene);
    let said = |field| {
        let cells = rows.iter().map(|entry| of_entry(entry, field, lang));
        cells.into_iter().find(|cell| !is_empty(cell)).unwrap_or_else(|| text(""))
    };
    let asset = point.asset.as_ref().and_then(|id| scene.asset(id));
    let address = asset.and_then(scene::address).map(|address| address.to_string());
    let declared = rows.iter().flat_map(|entry| &entry.addresses).next().map(ToString::to_string);
    let device = match &point.asset {
        Some(id) => Phrase::new(scene.subject(id)).plain(),
        None => rows.iter().find_map(|entry| scene::row_name(entry)).map(shown).unwrap_or_default(),
    };
    let signs: Vec<&str> = point.signs.iter().map(|sign| hypothesis::sign(*sign, lang)).collect();
    vec![
        foreign(shown(department)),
        text(hypothesis::point(point, lang)),
        Value::Grade(point.grade),
        said(Field::Description),
        text(fixed::line_kind(&point.kind, lang)),
        text(device),
        foreign(address.or(declared).unwrap_or_default()),
        foreign(point.vendor.as_deref().map(shown).unwrap_or_default()),
        said(Field::ContractHolder),
        said(Field::Purpose),
        said(Field::AccessControl),
        said(Field::ResponsibilityBoundary),
        said(Field::ConfirmedDate),
        foreign(evidence(shelf, &rows)),
        text(signs.join(lang.pick("、", ", "))),
    ]
}

fn is_empty(value: &Value) -> bool {
    matches!(value, Value::Text(text) | Value::Foreign(text) if text.is_empty())
}

/// The register's rows about a point before the device's own: by the machine, or by the same address.
fn rows_of<'a>(point: &ExternalPoint, scene: &Scene<'a>) -> Vec<&'a Entry> {
    let own = point.entry.as_ref().and_then(|id| scene.entry(id));
    let mut rows: Vec<&Entry> = own.into_iter().collect();
    rows.extend(point.asset.iter().flat_map(|id| scene.rows_of(id)));
    if let Some(own) = own {
        let same = |row: &&Entry| {
            let address = row.addresses.iter().any(|address| own.addresses.contains(address));
            address || row.macs.iter().any(|mac| own.macs.contains(mac))
        };
        rows.extend(scene.verdict.ledger.entries.iter().filter(same));
    }
    // What nobody declared is not described by what somebody declared of another line at the same machine.
    if point.status == PointStatus::Undeclared {
        rows.retain(|row| row.register != Register::ExternalConnection);
    }
    let mut known = BTreeSet::new();
    rows.retain(|row| known.insert(&row.id));
    rows.sort_by_key(|row| row.register != Register::ExternalConnection);
    rows
}

fn evidence(shelf: &Shelf<'_>, rows: &[&Entry]) -> String {
    let external = rows.iter().filter(|row| row.register == Register::ExternalConnection);
    let names = external.filter_map(|row| row.others.get(&Field::Evidence)).flat_map(|meaning| match meaning {
        Meaning::List(names) => names.clone(),
        Meaning::Text(name) => vec![name.clone()],
        _ => vec![],
    });
    let lines = names.map(|name| attached(&name, shelf.material.attached.get(&name), shelf.lang()));
    lines.collect::<Vec<_>>().join("\n")
}

/// One department's points, by what became of them.
fn sum(shelf: &Shelf<'_>, name: &str, points: &[&ExternalPoint], width: usize) -> Vec<Value> {
    let (lang, w) = (shelf.lang(), shelf.w);
    let counts = statuses(lang).map(|(status, word)| {
        let count = points.iter().filter(|point| point.status == status).count();
        format!("{word} {count}")
    });
    let heading = if name == w.total { name.to_owned() } else { format!("{} {}", shown(name), w.subtotal) };
    let all = lang.pick(format!("{}件", points.len()), format!("{} points", points.len()));
    let said =
        std::iter::once(format!("{all}（{}）", declared(shelf, name))).filter(|_| !declared(shelf, name).is_empty());
    let all = said.last().unwrap_or(all);
    let cells = [heading, all, String::new(), counts.join(lang.pick("、", ", "))];
    cells.into_iter().chain(std::iter::repeat_n(String::new(), width - 4)).map(Value::Sum).collect()
}

/// How many the department itself declared, and when.
fn declared(shelf: &Shelf<'_>, department: &str) -> String {
    let mut rows = shelf.records(Register::Department);
    let row = rows.find(|record| super::cells::said(record, Field::Department) == Some(department));
    let cell = |field| row.and_then(|row| super::cells::said(row, field)).map(whole);
    match (cell(Field::ExternalPointsDeclared), cell(Field::DeclaredDate)) {
        (Some(count), Some(day)) => {
            shelf.lang().pick(format!("申告 {count}、{day}"), format!("declared {count}, {day}"))
        }
        (Some(count), None) => shelf.lang().pick(format!("申告 {count}"), format!("declared {count}")),
        (None, _) => String::new(),
    }
}

fn closed_segments(shelf: &Shelf<'_>) -> Sheet {
    let (scene, lang, w) = (&shelf.report.scene, shelf.lang(), shelf.w);
    let segments = believed(scene.verdict);
    let rows: Vec<Vec<Value>> = segments
        .iter()
        .map(|(segment, because)| {
            let statement = closed::of(*segment, scene);
            let search =
                statement.methods.iter().filter(|method| method.search && (method.asked > 0 || method.packets > 0));
            let tested = search
                .map(|method| format!("{}（{}）", observation::method_plain(&method.probe, lang), method.packets));
            let names = because.iter().map(|basis| source(basis, shelf)).collect::<Vec<_>>().join("\n");
            vec![
                foreign(segment.to_string()),
                foreign(names),
                text(statement.statement.plain()),
                Value::Moment(scene.verdict.run.started),
                number(u32::try_from(statement.devices).unwrap_or(u32::MAX)),
                number(u32::try_from(statement.undecided.len()).unwrap_or(u32::MAX)),
                text(tested.collect::<Vec<_>>().join(lang.pick("、", ", "))),
            ]
        })
        .collect();
    let rows = if rows.is_empty() { vec![vec![text(w.believed_none)]] } else { rows };
    let columns: Vec<Column> = columns([
        (w.segment, 20),
        (w.believed_by, 26),
        (w.statement, 52),
        (w.seen_at, 25),
        (w.devices, 8),
        (w.closed_undecided, 16),
        (w.tested, 56),
    ]);
    shelf.titled_a3(Sheet { name: w.believed, columns, frozen: 1, printed: 7, rows, ..Sheet::default() })
}

/// The row that calls a segment closed.
fn source(basis: &Basis, shelf: &Shelf<'_>) -> String {
    let lang = shelf.lang();
    match basis {
        Basis::Segment(id) => {
            let mut records = shelf.records(Register::Segment);
            let name =
                records.find(|record| record.id == *id).and_then(|record| super::cells::said(record, Field::Name));
            format!("{} {}", fixed::register(Register::Segment, lang), name.map(shown).unwrap_or_default())
                .trim()
                .to_owned()
        }
        Basis::Line(id) => Phrase::new(shelf.report.scene.row(id)).plain(),
    }
}
