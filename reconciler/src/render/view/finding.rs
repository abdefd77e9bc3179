//! Findings as rows: everything a table, a page or a workbook says about one.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use daicho_shared::id::ObservationId;

use super::basis::basis;
use crate::judge::asset::{Asset, AssetId, Class};
use crate::judge::entry::EntryId;
use crate::judge::finding::{Finding, Severity};
use crate::judge::review::facts::Facts;
use crate::judge::review::handle::Handles;
use crate::judge::review::standing::{Standing, State};
use crate::render::scene::{self, Scene};
use crate::render::words::finding::Said;
use crate::render::words::phrase::{Phrase, short, shown};
use crate::render::words::{self, Lang, fixed, observation, problem};

/// Answers to the same question that one finding shows: the next say the same again.
const ALIKE: usize = 3;

/// One finding.
pub(crate) struct FindingView<'a> {
    pub(crate) finding: &'a Finding,
    /// 種別.
    pub(crate) title: String,
    /// The machine or row in a few words; safe to show.
    pub(crate) device: String,
    pub(crate) address: String,
    /// Class with confidence, maker and model; empty where nothing is known.
    pub(crate) identity: String,
    pub(crate) location: String,
    pub(crate) department: String,
    pub(crate) asset_no: String,
    pub(crate) said: Said,
    /// Of what hypothesis which grade, by which signs, and which methods could not see it.
    pub(crate) graded: Vec<words::graded::Row>,
    pub(crate) evidence: Vec<EvidenceLine>,
    /// It was not there in the run before; `None` on the first night.
    pub(crate) is_new: Option<bool>,
    /// The short name that people type.
    pub(crate) handle: String,
    pub(crate) fingerprint: String,
    /// The same, with the newest decision.
    pub(crate) edition: String,
    pub(crate) standing: &'a Standing,
    /// What people decided, in a few words; empty where nobody decided yet.
    pub(crate) decision: String,
    /// Remarks.
    pub(crate) comments: Vec<String>,
}

/// One observation, ledger cell or vain search in words.
pub(crate) struct EvidenceLine {
    pub(crate) sentence: Phrase,
    /// Seen on the network; otherwise the ledger says it.
    pub(crate) seen: bool,
    /// What was sent, likewise.
    pub(crate) request: Vec<String>,
    /// The reply's octets in hexadecimal, in lines of 32 octets; empty where none were kept.
    pub(crate) reply: Vec<String>,
}

/// Findings of one severity and kind: what is the same for all is said once.
pub(crate) struct Group<'a> {
    /// Somebody still has to decide.
    pub(crate) open: bool,
    pub(crate) severity: Severity,
    pub(crate) title: &'a str,
    pub(crate) other: &'a [Phrase],
    pub(crate) settle: &'a Phrase,
    /// Where it is the same for all.
    pub(crate) action: Option<&'a Phrase>,
    pub(crate) views: Vec<&'a FindingView<'a>>,
}

/// Groups, in the order in which their first findings stand.
pub(crate) fn groups<'a>(views: &'a [FindingView<'a>]) -> Vec<Group<'a>> {
    let mut groups: Vec<Group<'a>> = Vec::new();
    let mut places: BTreeMap<_, usize> = BTreeMap::new();
    for view in views {
        let said = &view.said;
        let key = (view.is_open(), view.finding.severity, &view.title, &said.settle, said.other.as_slice());
        let place = *places.entry(key).or_insert(groups.len());
        if let Some(group) = groups.get_mut(place) {
            group.action = group.action.filter(|action| *action == &said.action);
            group.views.push(view);
        } else {
            groups.push(Group {
                open: view.is_open(),
                severity: view.finding.severity,
                title: &view.title,
                other: &said.other,
                settle: &said.settle,
                action: Some(&said.action),
                views: vec![view],
            });
        }
    }
    groups.sort_by_key(|group| (!group.open, Reverse(group.severity)));
    groups
}

/// All findings: those that somebody still has to decide before the others, then most urgent first, then most certain
/// first, then in the judge's order.
pub(crate) fn all<'a>(scene: &Scene<'a>) -> Vec<FindingView<'a>> {
    let handles = Handles::new(scene.verdict);
    let findings = scene.verdict.findings.iter();
    let mut views: Vec<FindingView<'a>> = findings.map(|finding| view(finding, &handles, scene)).collect();
    views.sort_by_key(|view| (!view.is_open(), Reverse(view.finding.severity), Reverse(view.finding.grade)));
    views
}

fn view<'a>(finding: &'a Finding, handles: &Handles<'_>, scene: &Scene<'a>) -> FindingView<'a> {
    let (asset, rows) = (finding.asset.as_ref(), finding.entries.as_slice());
    let (standing, tz, lang) = (scene.verdict.standing(finding), &scene.options.tz, scene.lang());
    let decided = standing.state != State::Undecided;
    let facts = Facts::of_device(finding, asset.and_then(|id| scene.asset(id)));
    FindingView {
        finding,
        title: fixed::title(finding, scene.lang()),
        device: device(asset, rows, scene),
        address: asset
            .and_then(|id| scene.asset(id))
            .and_then(scene::address)
            .map(|a| a.to_string())
            .unwrap_or_default(),
        identity: asset.and_then(|id| scene.asset(id)).map(|asset| identity(asset, scene)).unwrap_or_default(),
        location: cell(asset, rows, scene, |row| row.location.as_deref()),
        department: shown(&scene.departments(asset, rows)),
        asset_no: cell(asset, rows, scene, |row| row.asset_no.as_deref()),
        said: words::finding::say(finding, scene),
        graded: words::graded::rows(finding, scene),
        evidence: evidence(finding, scene),
        is_new: scene.verdict.changes.as_ref().map(|changes| changes.new_findings.contains(&finding.id)),
        handle: handles.of(finding),
        fingerprint: facts.fingerprint(),
        edition: facts.edition(standing.last),
        standing,
        decision: if decided { words::standing::standing(standing, tz, lang) } else { String::new() },
        comments: standing.comments.iter().map(|said| words::standing::said(said, tz, lang)).collect(),
    }
}

/// The name by which people know it: the ledger's, else the device's own, else its address.
fn device(asset: Option<&AssetId>, rows: &[EntryId], scene: &Scene<'_>) -> String {
    let declared =
        rows.iter().filter_map(|id| scene.entry(id)).chain(asset.into_iter().flat_map(|id| scene.rows_of(id)));
    let declared = declared.into_iter().find_map(scene::row_name);
    let machine = asset.and_then(|id| scene.asset(id));
    let own = machine.and_then(|asset| asset.names.first()).map(|name| name.name.as_str());
    let key = || machine.and_then(scene::key).map(|(word, value)| format!("{word} {value}"));
    let place = || {
        rows.first()
            .and_then(|id| scene.entry(id))
            .map(|row| Phrase::new(problem::place(&row.origin, scene.lang())).plain())
    };
    declared.or(own).map(short).or_else(key).or_else(place).unwrap_or_default()
}

/// `ルータ（確信度 80%） Yamaha RTX1210`.
fn identity(asset: &Asset, scene: &Scene<'_>) -> String {
    let lang = scene.lang();
    let known = asset.class.value != Class::Unknown;
    let class = known.then(|| words::device::sure(fixed::class(asset.class.value, lang), asset.class.confidence, lang));
    let claims = [&asset.maker, &asset.model].into_iter().flatten().map(|claim| short(&claim.value));
    class.into_iter().chain(claims).collect::<Vec<_>>().join(" ")
}

fn cell(
    asset: Option<&AssetId>,
    rows: &[EntryId],
    scene: &Scene<'_>,
    read: impl Fn(&crate::judge::entry::Entry) -> Option<&str>,
) -> String {
    let own = rows.iter().filter_map(|id| scene.entry(id));
    let mut paired = asset.into_iter().flat_map(|id| scene.rows_of(id));
    own.map(&read).chain(paired.by_ref().map(&read)).flatten().next().map(shown).unwrap_or_default()
}

fn evidence(finding: &Finding, scene: &Scene<'_>) -> Vec<EvidenceLine> {
    let basis = basis(finding, scene).into_iter().map(|sentence| EvidenceLine {
        sentence,
        seen: false,
        request: vec![],
        reply: vec![],
    });
    let mut told: BTreeMap<&str, usize> = BTreeMap::new();
    let mut more = 0;
    let few = finding.evidence.iter().filter(|id| {
        let Some(seen) = scene.verdict.evidence.get(id) else { return false };
        let count = told.entry(&seen.probe.0).or_default();
        *count += 1;
        more += usize::from(*count > ALIKE);
        *count <= ALIKE
    });
    let mut lines: Vec<EvidenceLine> = basis.chain(few.filter_map(|id| line(id, scene))).collect();
    if more > 0 {
        let sentence = Phrase::new(observation::more_alike(more, scene.lang()));
        lines.push(EvidenceLine { sentence, seen: false, request: vec![], reply: vec![] });
    }
    lines
}

fn line(id: &ObservationId, scene: &Scene<'_>) -> Option<EvidenceLine> {
    let verdict = scene.verdict;
    let seen = verdict.evidence.get(id)?;
    let when = scene.moment(seen.at);
    let host = scene.inventory(id).map_or(&verdict.run.host, |file| &file.name);
    let sentence = Phrase::new(observation::sentence(seen, &when, host, scene.lang()));
    Some(EvidenceLine { sentence, seen: true, request: hex_lines(&seen.request), reply: hex_lines(&seen.reply) })
}

/// Hexadecimal digits only, 32 octets a line.
fn hex_lines(reply: &str) -> Vec<String> {
    let digits: Vec<char> = reply.chars().filter(char::is_ascii_hexdigit).collect();
    digits.chunks(64).map(|line| line.chunks(2).map(String::from_iter).collect::<Vec<_>>().join(" ")).collect()
}

impl FindingView<'_> {
    /// Somebody still has to decide.
    pub(crate) fn is_open(&self) -> bool {
        self.standing.state.is_open()
    }

    /// What the whole finding says, in one paragraph.
    pub(crate) fn how(&self, lang: Lang) -> String {
        self.evidence.iter().map(|line| line.sentence.plain()).collect::<Vec<_>>().join(lang.pick("", " "))
    }
}
