//! The long lists as rows of words: machines, ledger rows, external points, packets, comparisons.

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::net::IpAddr;

use daicho_shared::batch::Sent;
use jiff::Timestamp;

use super::device;
use super::impact::{is_group, is_medical};
use crate::judge::asset::{Asset, AssetId, Claim, Decided, Grade, Service, Why};
use crate::judge::entry::{Entry, RowProblem};
use crate::judge::pairing::{Comparison, Level};
use crate::judge::verdict::{EntryVerdict, ExternalPoint};
use crate::render::scene::{self, Scene};
use crate::render::words::headings::headings;
use crate::render::words::phrase::{Phrase, shown};
use crate::render::words::{device as device_words, fixed, graded, hypothesis, level, observation, problem};

/// One machine.
pub(crate) struct AssetRow {
    pub(crate) id: String,
    pub(crate) class: &'static str,
    pub(crate) confidence: u8,
    pub(crate) macs: Vec<String>,
    /// Each with a remark where the device only told of it.
    pub(crate) addresses: Vec<String>,
    pub(crate) names: Vec<String>,
    pub(crate) maker: String,
    pub(crate) model: String,
    pub(crate) serial: String,
    pub(crate) os: String,
    pub(crate) firmware: String,
    /// What speaks for each of these, most important first: `分類 80%: …`.
    pub(crate) why: Vec<Phrase>,
    pub(crate) services: Vec<String>,
    /// The three hypotheses.
    pub(crate) three: [graded::Row; 3],
    pub(crate) first_seen: Timestamp,
    pub(crate) last_seen: Timestamp,
    pub(crate) left_alone: bool,
    /// 管理番号 and name of its ledger rows.
    pub(crate) rows: Vec<String>,
    /// Why several addresses are one machine.
    pub(crate) joined: Vec<String>,
}

/// Machines, in the order of their first address.
pub(crate) fn assets(scene: &Scene<'_>) -> Vec<AssetRow> {
    let mut sorted: Vec<&Asset> = scene.verdict.assets.iter().collect();
    sorted.sort_by_cached_key(|asset| {
        let address = scene::address(asset);
        (scene.options.rank(&asset.id.0), address.is_none_or(|a| a.is_ipv6()), address, &asset.id)
    });
    sorted.into_iter().map(|asset| asset_row(asset, scene)).collect()
}

fn asset_row(asset: &Asset, scene: &Scene<'_>) -> AssetRow {
    let claim = |claim: &Option<Claim>| claim.as_ref().map(|claim| shown(&claim.value)).unwrap_or_default();
    let lang = scene.lang();
    AssetRow {
        id: shown(&asset.id.0),
        class: fixed::class(asset.class.value, lang),
        confidence: asset.class.confidence,
        macs: asset.interfaces.iter().filter_map(|i| i.mac).map(|mac| mac.to_string()).collect(),
        addresses: addresses(asset, scene),
        names: names(asset),
        maker: claim(&asset.maker),
        model: claim(&asset.model),
        serial: claim(&asset.serial),
        os: claim(&asset.os),
        firmware: claim(&asset.firmware),
        why: why(asset, scene),
        services: asset.services.iter().map(service).collect(),
        three: graded::of(asset, lang),
        first_seen: asset.first_seen,
        last_seen: asset.last_seen,
        left_alone: asset.left_alone,
        rows: scene.rows_of(&asset.id).map(row_label).collect(),
        joined: asset.joined_by.iter().map(|j| format!("{}: {}", level::key(&j.key, lang), shown(&j.value))).collect(),
    }
}

/// Every name once, whoever says it and however it is written.
fn names(asset: &Asset) -> Vec<String> {
    let mut known = BTreeSet::new();
    let once = asset.names.iter().filter(|name| known.insert(name.name.to_lowercase()));
    once.map(|name| shown(&name.name)).collect()
}

/// One line for the class and for every value that is known, and one where the ledger says another kind.
fn why(asset: &Asset, scene: &Scene<'_>) -> Vec<Phrase> {
    let (lang, w) = (scene.lang(), device_words::headings(scene.lang()));
    let line = |heading: &str, confidence: u8, reasons: &[Why], decided: Option<&Decided>| {
        let reason = match decided {
            Some(by) => Phrase::new(format!("{}: {}", w.person, device_words::decided(by, &scene.options.tz, lang))),
            None => device::why(reasons, scene)?,
        };
        Some(Phrase::new(format!("{heading} {confidence}%: ")).join(&reason))
    };
    let class = &asset.class;
    let named = [(w.maker, &asset.maker), (w.model, &asset.model), (w.os, &asset.os), (w.firmware, &asset.firmware)];
    let mut lines: Vec<Phrase> =
        line(w.class, class.confidence, &class.reasons, class.decided.as_ref()).into_iter().collect();
    lines.extend(named.into_iter().filter_map(|(heading, claim)| {
        let claim = claim.as_ref()?;
        line(heading, claim.confidence, &claim.reasons, claim.decided.as_ref())
    }));
    lines.extend(device::class_differs(asset, scene));
    lines
}

fn addresses(asset: &Asset, scene: &Scene<'_>) -> Vec<String> {
    let told = headings(scene.lang()).told;
    let all = asset.interfaces.iter().flat_map(|i| i.addresses.iter().map(move |address| (address, i.told)));
    all.map(|(address, only)| if only { format!("{address} ({told})") } else { address.to_string() }).collect()
}

/// `tcp/104 dicom OFFIS 3.6`.
fn service(service: &Service) -> String {
    let product = [service.product.as_deref(), service.version.as_deref()].into_iter().flatten().map(shown);
    let said: Vec<String> = [shown(&service.name)].into_iter().chain(product).collect();
    format!("{}/{} {}", service.transport.as_str(), service.port, said.join(" "))
}

fn row_label(entry: &Entry) -> String {
    let known = [entry.asset_no.as_deref(), scene::row_name(entry)];
    let known: Vec<String> = known.into_iter().flatten().map(shown).collect();
    if known.is_empty() { shown(&entry.id.0) } else { known.join(" ") }
}

/// One ledger row.
pub(crate) struct EntryRow<'a> {
    pub(crate) entry: &'a Entry,
    pub(crate) state: &'static str,
    pub(crate) name: String,
    pub(crate) addresses: String,
    pub(crate) macs: String,
    pub(crate) asset: String,
    /// The seen machine's first address.
    pub(crate) seen: String,
}

impl EntryRow<'_> {
    /// A cell's text, fit to be shown.
    pub(crate) fn text(value: Option<&str>) -> String {
        value.map(shown).unwrap_or_default()
    }
}

/// Ledger rows in the ledger's order.
pub(crate) fn entries<'a>(scene: &Scene<'a>) -> Vec<EntryRow<'a>> {
    scene.verdict.entries.iter().filter_map(|row| entry_row(row, scene)).collect()
}

fn entry_row<'a>(row: &EntryVerdict, scene: &Scene<'a>) -> Option<EntryRow<'a>> {
    let entry = scene.entry(&row.entry)?;
    let seen = row.asset.as_ref().and_then(|id| scene.asset(id)).and_then(scene::address);
    Some(EntryRow {
        entry,
        state: fixed::entry_state(row.verdict, scene.lang()),
        name: EntryRow::text(scene::row_name(entry)),
        addresses: entry.addresses.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "),
        macs: entry.macs.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "),
        asset: row.asset.as_ref().map(|id| shown(&id.0)).unwrap_or_default(),
        seen: seen.map(|address| address.to_string()).unwrap_or_default(),
    })
}

/// One external connection point.
pub(crate) struct PointRow {
    /// With what differs, or whether it could have been seen.
    pub(crate) status: String,
    pub(crate) line: String,
    pub(crate) department: String,
    pub(crate) purpose: String,
    pub(crate) vendor: String,
    pub(crate) device: Phrase,
    /// Of the device; may be empty.
    pub(crate) address: String,
    pub(crate) row: Phrase,
    pub(crate) grade: Grade,
    pub(crate) signs: String,
}

/// External connection points, undeclared first, most certain first.
pub(crate) fn points(scene: &Scene<'_>) -> Vec<PointRow> {
    let mut points: Vec<&ExternalPoint> = scene.verdict.external_points.iter().collect();
    points.sort_by_key(|point| (Reverse(point.status), Reverse(point.grade)));
    points.into_iter().map(|point| point_row(point, scene)).collect()
}

fn point_row(point: &ExternalPoint, scene: &Scene<'_>) -> PointRow {
    let lang = scene.lang();
    let signs: Vec<&str> = point.signs.iter().map(|sign| hypothesis::sign(*sign, lang)).collect();
    let address = point.asset.as_ref().and_then(|id| scene.asset(id)).and_then(scene::address);
    PointRow {
        status: hypothesis::point(point, lang),
        line: fixed::line_kind(&point.kind, lang),
        department: EntryRow::text(point.department.as_deref()),
        purpose: EntryRow::text(point.purpose.as_deref()),
        vendor: EntryRow::text(point.vendor.as_deref()),
        address: address.map(|address| address.to_string()).unwrap_or_default(),
        device: point.asset.as_ref().map(|id| Phrase::new(scene.subject(id))).unwrap_or_default(),
        row: point.entry.as_ref().map(|id| Phrase::new(scene.row(id))).unwrap_or_default(),
        grade: point.grade,
        signs: signs.join(lang.pick("、", ", ")),
    }
}

/// What one address got from one probe.
pub(crate) struct SentRow<'a> {
    pub(crate) sent: &'a Sent,
    pub(crate) medical: bool,
    pub(crate) device: Phrase,
    pub(crate) method: String,
}

/// Packets: medical devices first, then other machines, then addresses without one; groups last.
pub(crate) fn sent<'a>(scene: &Scene<'a>) -> Vec<SentRow<'a>> {
    let mut rows: Vec<SentRow<'a>> = scene.verdict.sent.iter().map(|sent| sent_row(sent, scene)).collect();
    let known = |row: &SentRow<'_>| scene.reached(row.sent.address, row.sent.mac).is_some();
    rows.sort_by_cached_key(|row| {
        let address = row.sent.address;
        let rank = scene.options.rank(&address.to_string());
        (!row.medical, is_group(address), !known(row), rank, address, row.sent.probe.clone())
    });
    rows
}

fn sent_row<'a>(sent: &'a Sent, scene: &Scene<'a>) -> SentRow<'a> {
    let (words, asset) = (headings(scene.lang()), scene.reached(sent.address, sent.mac));
    let device = match asset {
        Some(id) => Phrase::new(scene.subject(id)),
        None if is_group(sent.address) => Phrase::new(words.everybody),
        None => Phrase::new(words.nobody),
    };
    let medical = asset.is_some_and(|id: &AssetId| is_medical(id, scene));
    SentRow { sent, medical, device, method: observation::method_plain(&sent.probe.0, scene.lang()) }
}

/// What one address got from all probes together.
pub(crate) struct SentSum {
    pub(crate) device: Phrase,
    pub(crate) address: IpAddr,
    pub(crate) packets: u32,
    /// `ARP 1、HTTPの応答 4`.
    pub(crate) methods: String,
    pub(crate) first: Timestamp,
    pub(crate) last: Timestamp,
}

/// One line for each address, in the order of [`sent`]: the page would be all packets otherwise.
pub(crate) fn sent_sums(scene: &Scene<'_>) -> Vec<SentSum> {
    let comma = scene.lang().pick("、", ", ");
    let mut sums: Vec<SentSum> = vec![];
    for row in sent(scene) {
        let Sent { address, packets, first, last, .. } = *row.sent;
        let method = format!("{} {packets}", row.method);
        match sums.last_mut().filter(|sum| sum.address == address) {
            Some(sum) => {
                sum.packets += packets;
                sum.methods = [sum.methods.as_str(), &method].join(comma);
                (sum.first, sum.last) = (sum.first.min(first), sum.last.max(last));
            }
            None => sums.push(SentSum { device: row.device, address, packets, methods: method, first, last }),
        }
    }
    sums
}

/// One row compared with one machine.
pub(crate) struct ComparisonRow {
    pub(crate) row: Phrase,
    pub(crate) device: Phrase,
    pub(crate) score: i32,
    pub(crate) decision: &'static str,
    /// `IPアドレス 一致 +50（台帳『…』、実測『…』）`.
    pub(crate) levels: Vec<Phrase>,
}

/// Every pair and near miss.
pub(crate) fn comparisons(scene: &Scene<'_>) -> Vec<ComparisonRow> {
    scene.verdict.comparisons.iter().map(|one| comparison(one, scene)).collect()
}

/// One pair or near miss.
pub(crate) fn comparison(one: &Comparison, scene: &Scene<'_>) -> ComparisonRow {
    use crate::render::words::phrase::mark;
    let lang = scene.lang();
    let say = |one: &Level| {
        let (key, reached) = (level::key(&one.key, lang), level::level(&one.level, lang));
        let (weight, declared, seen) = (one.weight, mark(&one.declared), mark(&one.seen));
        Phrase::new(lang.pick(
            format!("{key}: {reached} {weight:+}（台帳 {declared} / 実測 {seen}）"),
            format!("{key}: {reached} {weight:+} (ledger {declared} / seen {seen})"),
        ))
    };
    ComparisonRow {
        row: Phrase::new(scene.row(&one.entry)),
        device: Phrase::new(scene.subject(&one.asset)),
        score: one.score,
        decision: fixed::decision(one.decision, lang),
        levels: one.levels.iter().map(say).collect(),
    }
}

/// One problem of a ledger row.
pub(crate) struct ProblemRow<'a> {
    pub(crate) problem: &'a RowProblem,
    pub(crate) place: Phrase,
    pub(crate) title: &'static str,
    pub(crate) field: &'static str,
    pub(crate) found: String,
    pub(crate) done: &'static str,
    pub(crate) todo: &'static str,
}

/// Row problems, in the ledger's order.
pub(crate) fn problems<'a>(scene: &Scene<'a>) -> Vec<ProblemRow<'a>> {
    let lang = scene.lang();
    let row = |one: &'a RowProblem| ProblemRow {
        problem: one,
        place: Phrase::new(problem::place_of(one, lang)),
        title: problem::title(one.kind, lang),
        field: one.field.map(|field| problem::field(field, lang)).unwrap_or_default(),
        found: shown(&one.found),
        done: problem::done(one.kind, lang),
        todo: problem::todo(one.kind, lang),
    };
    scene.verdict.ledger.problems.iter().map(row).collect()
}
