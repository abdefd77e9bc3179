//! 外部接続点一覧（部門別）: what is declared beside what was seen, with a subtotal for every department, and every segment
//! that is believed closed with what was tested there.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use ipnet::IpNet;

use super::Shelf;
use super::cells::{attached, fields, of_entry};
use crate::answer::points::{DepartmentPoints, PointRow, Seen};
use crate::judge::asset::AssetId;
use crate::judge::entry::{Entry, Field, Register};
use crate::judge::graded::LineKind;
use crate::judge::verdict::{ExternalPoint, PointStatus};
use crate::render::scene;
use crate::render::view::closed;
use crate::render::words::phrase::{Phrase, shown};
use crate::render::words::{Lang, answer_points, date, fixed, hypothesis, observation};
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

/// Their words, which a list of choices needs to last.
static WORDS: LazyLock<[Vec<String>; 2]> =
    LazyLock::new(|| [Lang::Ja, Lang::En].map(|lang| LINES.map(|code| fixed::line_kind(code, lang)).to_vec()));

pub(super) fn sheets(shelf: &Shelf<'_>) -> Vec<Sheet> {
    vec![by_department(shelf), closed_segments(shelf)]
}

fn by_department(shelf: &Shelf<'_>) -> Sheet {
    let (lang, w) = (shelf.lang(), shelf.w);
    let mut list = columns([
        (w.department, 13),
        (w.declared, 17),
        (w.grade, 13),
        (w.point_name, 20),
        (w.line, 16),
        (w.device, 30),
        (w.address, 16),
        (w.vendor, 14),
        (w.contract_holder, 13),
    ]);
    list.extend(fields(&[(Field::Purpose, 16)], lang));
    list.extend(columns([(w.allowed, 18), (w.boundary, 16), (w.confirmed, 19), (w.evidence_file, 35), (w.signs, 28)]));
    list[1].choices = [Seen::Declared, Seen::Otherwise, Seen::Unseen, Seen::Undeclared, Seen::Unclear]
        .map(|one| seen(one, lang))
        .to_vec();
    list[4].choices = WORDS[usize::from(lang == Lang::En)].iter().map(String::as_str).collect();
    let listed = &shelf.material.listed;
    let mut rows: Vec<Vec<Value>> = vec![];
    for department in &listed.departments {
        let mut mine: Vec<&PointRow> = listed.points.iter().filter(|point| is_of(point, department)).collect();
        // Declared ones stay in the ledger's order; of the others, the order is that of their ids.
        let rank = |point: &PointRow| {
            let seen_only = point.asset.as_deref().filter(|_| point.seen >= Seen::Undeclared);
            seen_only.map(|asset| shelf.report.scene.options.rank(asset))
        };
        mine.sort_by_cached_key(|point| (std::cmp::Reverse(point.seen), std::cmp::Reverse(point.grade), rank(point)));
        rows.extend(mine.into_iter().map(|point| row(shelf, department, point)));
        rows.push(subtotal(shelf, department));
    }
    rows.extend(without(shelf));
    rows.push(total(shelf));
    shelf.titled_a3(Sheet {
        name: w.book_points,
        frozen: 2,
        printed: u16::try_from(list.len()).unwrap_or(u16::MAX),
        columns: list,
        rows,
        ..Sheet::default()
    })
}

fn is_of(point: &PointRow, department: &DepartmentPoints) -> bool {
    point.department == department.department
}

fn seen(seen: Seen, lang: Lang) -> &'static str {
    match seen {
        Seen::Declared => fixed::point_status(PointStatus::DeclaredSeen, lang),
        Seen::Otherwise => fixed::point_status(PointStatus::DeclaredOtherwise, lang),
        Seen::Unseen => fixed::point_status(PointStatus::DeclaredUnseen, lang),
        Seen::Undeclared => fixed::point_status(PointStatus::Undeclared, lang),
        Seen::Unclear => lang.pick("接続先の分からない二系統接続", "second network, nobody knows where it leads"),
    }
}

fn row(shelf: &Shelf<'_>, department: &DepartmentPoints, point: &PointRow) -> Vec<Value> {
    let (scene, lang) = (&shelf.report.scene, shelf.lang());
    let rows = rows_of(shelf, point);
    let said = |field| {
        let cells = rows.iter().map(|entry| of_entry(entry, field, lang));
        cells.into_iter().find(|cell| !is_empty(cell)).unwrap_or_else(|| text(""))
    };
    let declared = rows.iter().flat_map(|entry| &entry.addresses).next().map(ToString::to_string);
    let device = match asset(point) {
        Some(id) => Phrase::new(scene.subject(&id)).plain(),
        None => rows.iter().find_map(|entry| scene::row_name(entry)).map(shown).unwrap_or_default(),
    };
    vec![
        foreign(name(shelf, department)),
        text(status(shelf, point)),
        Value::Grade(point.grade),
        said(Field::Description),
        text(fixed::line_kind(&point.kind, lang)),
        text(device),
        foreign(point.address.clone().or(declared).unwrap_or_default()),
        said(Field::Vendor),
        said(Field::ContractHolder),
        said(Field::Purpose),
        said(Field::AccessControl),
        said(Field::ResponsibilityBoundary),
        said(Field::ConfirmedDate),
        foreign(evidence(shelf, &rows)),
        text(signs(shelf, point).join(lang.pick("、", ", "))),
    ]
}

fn asset(point: &PointRow) -> Option<AssetId> {
    point.asset.clone().map(AssetId)
}

/// The verdict's own point, of which the row is the short form.
fn whole<'a>(shelf: &Shelf<'a>, point: &PointRow) -> Option<&'a ExternalPoint> {
    let mut points = shelf.report.scene.verdict.external_points.iter();
    let undeclared = point.seen == Seen::Undeclared;
    points.find(|one| {
        let same = one.asset.as_ref().map(|id| &id.0) == point.asset.as_ref();
        let origin = one.entry.as_ref().and_then(|id| shelf.report.scene.entry(id)).map(|entry| &entry.origin);
        let row = undeclared || origin == point.origin.as_ref();
        same && row && one.kind == point.kind && (one.status == PointStatus::Undeclared) == undeclared
    })
}

fn status(shelf: &Shelf<'_>, point: &PointRow) -> String {
    let lang = shelf.lang();
    let said =
        whole(shelf, point).map_or_else(|| seen(point.seen, lang).to_owned(), |one| hypothesis::point(one, lang));
    let dormant = point.dormant.then(|| lang.pick("（休止中）", " (disconnected)"));
    let settled = point.settled.then(|| lang.pick("（判断済み）", " (decided)"));
    [said.as_str()].into_iter().chain(dormant).chain(settled).collect()
}

fn signs(shelf: &Shelf<'_>, point: &PointRow) -> Vec<&'static str> {
    let lang = shelf.lang();
    if let Some(one) = whole(shelf, point) {
        return one.signs.iter().map(|sign| hypothesis::sign(*sign, lang)).collect();
    }
    let asset = asset(point).and_then(|id| shelf.report.scene.asset(&id));
    let seen = asset.into_iter().flat_map(|asset| &asset.multi_homed.signs);
    seen.map(|seen| hypothesis::sign(seen.sign, lang)).collect()
}

fn is_empty(value: &Value) -> bool {
    matches!(value, Value::Text(text) | Value::Foreign(text) if text.is_empty())
}

/// The row that declares it, and the others of its device; those of the register first. What nobody declared is not
/// described by what somebody declared of another line at the same machine, and neither is another line of the register.
fn rows_of<'a>(shelf: &Shelf<'a>, point: &PointRow) -> Vec<&'a Entry> {
    let scene = &shelf.report.scene;
    let own = scene.verdict.ledger.entries.iter().filter(|entry| Some(&entry.origin) == point.origin.as_ref());
    let mut rows: Vec<&Entry> = own.chain(asset(point).iter().flat_map(|id| scene.rows_of(id))).collect();
    let declared = !matches!(point.seen, Seen::Undeclared | Seen::Unclear);
    let other =
        |row: &Entry| row.register == Register::ExternalConnection && Some(&row.origin) != point.origin.as_ref();
    rows.retain(|row| !other(row) && (declared || row.register != Register::ExternalConnection));
    let mut known = BTreeSet::new();
    rows.retain(|row| known.insert(&row.id));
    rows.sort_by_key(|row| row.register != Register::ExternalConnection);
    rows
}

fn evidence(shelf: &Shelf<'_>, rows: &[&Entry]) -> String {
    let external = rows.iter().filter(|row| row.register == Register::ExternalConnection);
    let names =
        external.filter_map(|row| row.cells.get(&Field::Evidence)).flat_map(|cell| super::evidence_names(&cell.raw));
    let lines = names.map(|name| attached(&name, shelf.material.attached.get(&name), shelf.lang()));
    lines.collect::<Vec<_>>().join("\n")
}

fn name(shelf: &Shelf<'_>, department: &DepartmentPoints) -> String {
    department.department.as_deref().map_or_else(|| shelf.w.no_department.to_owned(), shown)
}

fn subtotal(shelf: &Shelf<'_>, one: &DepartmentPoints) -> Vec<Value> {
    let (lang, w) = (shelf.lang(), shelf.w);
    let who =
        one.stated_by.as_deref().map(|name| lang.pick(format!("、{}", shown(name)), format!(", {}", shown(name))));
    let stated = match (one.stated, one.stated_on) {
        (Some(number), Some(day)) => {
            let (day, who) = (date::day(day, lang), who.unwrap_or_default());
            lang.pick(format!("部門の申告 {number}件（{day}{who}）"), format!("stated: {number} ({day}{who})"))
        }
        _ if one.listed => lang.pick("部門の申告なし", "nothing stated by the department").to_owned(),
        _ => lang.pick("部門マスタに記載なし", "not in the list of departments").to_owned(),
    };
    let heading = format!("{} {}", name(shelf, one), w.subtotal);
    vec![
        Value::Sum(heading),
        Value::Sum(number_of(one.registered, lang)),
        Value::Rest(format!("{stated}{}{}", answer_points::also_stated(one, lang), counts(one, lang))),
    ]
}

fn number_of(count: usize, lang: Lang) -> String {
    lang.pick(format!("登録 {count}件"), format!("{count} registered"))
}

fn counts(one: &DepartmentPoints, lang: Lang) -> String {
    lang.pick(
        format!(
            "　登録 {}件: 確認済み（1年以内） {}、観測あり {}、観測なし {}、申告と異なる {}、休止 {}　／　未申告 {}件、接続先の分からない二系統接続 {}件",
            one.registered, one.confirmed, one.seen, one.unseen, one.otherwise, one.dormant, one.undeclared, one.unclear
        ),
        format!(
            "  {} registered: {} confirmed within a year, {} seen, {} not seen, {} otherwise than declared, {} disconnected  /  {} undeclared, {} second networks that lead nobody knows where",
            one.registered, one.confirmed, one.seen, one.unseen, one.otherwise, one.dormant, one.undeclared, one.unclear
        ),
    )
}

/// Departments of the ledger of which neither a point nor a statement is known: that is no zero.
fn without(shelf: &Shelf<'_>) -> Option<Vec<Value>> {
    let (lang, listed) = (shelf.lang(), &shelf.material.listed);
    let known: BTreeSet<&str> = listed.departments.iter().filter_map(|one| one.department.as_deref()).collect();
    let entries = shelf.report.scene.verdict.ledger.entries.iter();
    let others: BTreeSet<&str> =
        entries.filter_map(|entry| entry.department.as_deref()).filter(|name| !known.contains(name)).collect();
    let names: Vec<String> = others.into_iter().map(shown).collect();
    let said =
        lang.pick("申告も観測もない部門（0件の申告もなし）", "Neither stated, declared nor seen (no zero was stated)");
    (!names.is_empty()).then(|| {
        vec![
            Value::Sum(lang.pick("その他の部門", "Other departments").to_owned()),
            Value::Rest(format!("{said}: {}", names.join(lang.pick("、", ", ")))),
        ]
    })
}

fn total(shelf: &Shelf<'_>) -> Vec<Value> {
    let lang = shelf.lang();
    let all = shelf.material.listed.departments.iter().fold(None, |sum: Option<DepartmentPoints>, one| {
        Some(sum.map_or_else(
            || one.clone(),
            |sum| DepartmentPoints {
                registered: sum.registered + one.registered,
                confirmed: sum.confirmed + one.confirmed,
                seen: sum.seen + one.seen,
                unseen: sum.unseen + one.unseen,
                otherwise: sum.otherwise + one.otherwise,
                dormant: sum.dormant + one.dormant,
                undeclared: sum.undeclared + one.undeclared,
                unclear: sum.unclear + one.unclear,
                ..sum
            },
        ))
    });
    let said = all.as_ref().map_or_else(|| shelf.w.none.to_owned(), |all| counts(all, lang).trim().to_owned());
    let registered = all.map_or(0, |all| all.registered);
    vec![Value::Sum(shelf.w.total.to_owned()), Value::Sum(number_of(registered, lang)), Value::Rest(said)]
}

fn closed_segments(shelf: &Shelf<'_>) -> Sheet {
    let w = shelf.w;
    let rows: Vec<Vec<Value>> =
        believed(shelf).into_iter().map(|(segment, because)| segment_row(shelf, segment, &because)).collect();
    let rows = if rows.is_empty() { vec![vec![text(w.believed_none)]] } else { rows };
    let columns: Vec<Column> = columns([
        (w.segment, 20),
        (w.believed_by, 28),
        (w.statement, 56),
        (w.seen_at, 26),
        (w.devices, 9),
        (w.closed_undecided, 18),
        (w.tested, 60),
    ]);
    shelf.titled_a3(Sheet { name: w.believed, columns, frozen: 1, printed: 7, rows, ..Sheet::default() })
}

/// Segments that their list calls closed, and those inside of a declared line of a closed network; each with the rows.
fn believed(shelf: &Shelf<'_>) -> BTreeMap<IpNet, Vec<String>> {
    let (scene, lang) = (&shelf.report.scene, shelf.lang());
    let mut all: BTreeMap<IpNet, Vec<String>> = BTreeMap::new();
    for look in shelf.material.listed.segments.iter().filter(|look| look.closed) {
        let name = look.name.as_deref().map(shown).unwrap_or_default();
        let list = fixed::register(Register::Segment, lang);
        all.entry(look.network).or_default().push(format!("{list} {name}").trim().to_owned());
    }
    for point in scene.verdict.external_points.iter().filter(|point| point.kind == LineKind::ClosedIpvpn.code()) {
        let entry = point.entry.as_ref().and_then(|id| scene.entry(id));
        for segment in entry.iter().flat_map(|entry| &entry.segments) {
            let row = entry.map(|entry| Phrase::new(scene.row(&entry.id)).plain()).unwrap_or_default();
            all.entry(segment.trunc()).or_default().push(row);
        }
    }
    all
}

fn segment_row(shelf: &Shelf<'_>, segment: IpNet, because: &[String]) -> Vec<Value> {
    let (scene, lang) = (&shelf.report.scene, shelf.lang());
    let statement = closed::of(segment, scene);
    let asked = |method: &&closed::Tested| method.search && method.asked > 0;
    let tested: Vec<String> = statement
        .methods
        .iter()
        .filter(asked)
        .map(|method| {
            let (name, asked, answered) =
                (observation::method_plain(&method.probe, lang), method.asked, method.answered);
            lang.pick(
                format!("{name}（問い合わせ {asked}、応答 {answered}）"),
                format!("{name} ({asked} asked, {answered} answered)"),
            )
        })
        .collect();
    let when = if tested.is_empty() {
        text(lang.pick("調べていない", "not tested"))
    } else {
        Value::Moment(scene.verdict.run.started)
    };
    vec![
        foreign(segment.to_string()),
        foreign(because.join("\n")),
        text(statement.statement.plain()),
        when,
        number(u32::try_from(statement.devices).unwrap_or(u32::MAX)),
        number(u32::try_from(statement.undecided.len()).unwrap_or(u32::MAX)),
        text(tested.join(lang.pick("、", ", "))),
    ]
}
