//! From a report to the output types, one function a type.
//!
//! Long because the document has many types; no function is long.

use std::collections::BTreeMap;
use std::sync::Arc;

use daicho_shared::id::ObservationId;

use super::document as out;
use crate::judge::asset::{Asset, AssetId, Claim, Class, ClassClaim, Contrary, Decided, Graded, Why};
use crate::judge::entry::{EntryId, RowProblem};
use crate::judge::graded::{Explained, MethodSeen, SignSeen};
use crate::judge::review::standing::{Said, Standing, State};
use crate::judge::verdict::{Changes, Verdict};
use crate::render::scene::Scene;
use crate::render::view::Report;
use crate::render::view::closed::{Closed, Tested};
use crate::render::view::dual_homed::{DualHomed, Side};
use crate::render::view::finding::FindingView;
use crate::render::view::impact::{Impact, Most};
use crate::render::words::phrase::Phrase;
use crate::render::words::{self, Lang, problem};

pub(super) fn document(report: &Report<'_>) -> out::Document {
    let (scene, verdict) = (&report.scene, report.scene.verdict);
    out::Document {
        format: out::FORMAT,
        version: out::VERSION,
        lang: scene.lang().tag(),
        run: run(verdict),
        ledger: verdict.ledger.files.iter().map(file).collect(),
        summary: summary(report),
        assets: verdict.assets.iter().map(|one| asset(one, scene)).collect(),
        external_points: external_points(verdict),
        dual_homed: report.dual_homed.iter().map(dual_homed).collect(),
        closed: report.closed.as_ref().map(closed),
        entries: entries(scene),
        findings: report.findings.iter().map(|view| finding(view, report.scene.lang())).collect(),
        decision_log: verdict.reviewed.head.clone(),
        coverage: coverage(verdict),
        not_looked_at: report.looked.not.iter().map(Phrase::plain).collect(),
        sent: sent(scene),
        impact: impact(&report.impact, verdict),
        comparisons: comparisons(verdict),
        changes: verdict.changes.as_ref().map(changes),
        problems: verdict.ledger.problems.iter().map(|one| row_problem(one, scene)).collect(),
        troubles: troubles(verdict),
        inventories: inventories(verdict),
        basis: verdict.basis.as_ref().map(basis),
        evidence: evidence(verdict),
    }
}

fn run(verdict: &Verdict) -> out::Run {
    let run = &verdict.run;
    out::Run {
        id: run.id.to_string(),
        host: run.host.clone(),
        started: run.started,
        finished: run.finished,
        complete: run.complete,
        reason: run.reason.clone(),
        scope: run.scope.clone(),
        exclude: run.exclude.clone(),
        profile: run.profile.clone(),
        own: run.own.iter().map(|(mac, address)| out::OwnAddress { mac: *mac, address: *address }).collect(),
    }
}

fn file(file: &crate::judge::entry::LedgerFile) -> out::LedgerFile {
    out::LedgerFile {
        name: file.name.clone(),
        sha256: file.sha256.clone(),
        encoding: file.encoding.clone(),
        updated: file.updated,
        updated_by: file.updated_by.clone(),
        imported: file.imported,
        rows: file.rows,
    }
}

fn summary(report: &Report<'_>) -> out::Summary {
    let verdict = report.scene.verdict;
    let mut codes = BTreeMap::new();
    for finding in &verdict.findings {
        *codes.entry(finding.kind.code()).or_default() += 1;
    }
    let mut entries = BTreeMap::new();
    for entry in &verdict.entries {
        *entries.entry(state_tag(entry.verdict)).or_default() += 1;
    }
    let mut states = BTreeMap::new();
    for finding in &verdict.findings {
        *states.entry(verdict.standing(finding).state.code()).or_default() += 1;
    }
    out::Summary {
        headline: report.figures.headline.clone(),
        severities: report.figures.by_severity.iter().map(|(severity, n)| (severity_tag(*severity), *n)).collect(),
        codes,
        assets: verdict.assets.len(),
        entries,
        states,
    }
}

fn severity_tag(severity: crate::judge::finding::Severity) -> &'static str {
    use crate::judge::finding::Severity;
    match severity {
        Severity::Urgent => "urgent",
        Severity::Act => "act",
        Severity::Check => "check",
        Severity::Info => "info",
    }
}

fn state_tag(state: crate::judge::verdict::EntryState) -> &'static str {
    use crate::judge::verdict::EntryState;
    match state {
        EntryState::Matched => "matched",
        EntryState::MatchedWithDifferences => "matched_with_differences",
        EntryState::NotFound => "not_found",
        EntryState::NotChecked => "not_checked",
        EntryState::NotExpected => "not_expected",
        EntryState::Ambiguous => "ambiguous",
    }
}

pub(super) fn asset(asset: &Asset, scene: &Scene<'_>) -> out::Asset {
    out::Asset {
        id: asset.id.0.clone(),
        interfaces: interfaces(asset),
        names: names(asset),
        class: class(&asset.class),
        maker: asset.maker.as_ref().map(claim),
        model: asset.model.as_ref().map(claim),
        serial: asset.serial.as_ref().map(claim),
        os: asset.os.as_ref().map(claim),
        firmware: asset.firmware.as_ref().map(claim),
        place: asset.place.as_ref().map(claim),
        services: services(asset),
        multi_homed: graded(&asset.multi_homed),
        forwards: graded(&asset.forwards),
        uplink: graded(&asset.uplink),
        entries: scene.row_ids_of(&asset.id).into_iter().map(|id| id.0).collect(),
        first_seen: asset.first_seen,
        last_seen: asset.last_seen,
        left_alone: asset.left_alone,
        unnatural: unnatural(asset),
        joined_by: joins(asset),
    }
}

fn class(class: &ClassClaim) -> out::ClassClaim {
    let other = |other: &Contrary<Class>| out::ClassContrary {
        value: other.value,
        weight: other.weight,
        reasons: whys(&other.reasons),
    };
    out::ClassClaim {
        value: class.value,
        confidence: class.confidence,
        reasons: whys(&class.reasons),
        others: class.others.iter().map(other).collect(),
        decided: class.decided.as_ref().map(decided),
    }
}

fn claim(claim: &Claim) -> out::Claim {
    let other = |other: &Contrary<String>| out::Contrary {
        value: other.value.clone(),
        weight: other.weight,
        reasons: whys(&other.reasons),
    };
    out::Claim {
        value: claim.value.clone(),
        source: claim.source.to_string(),
        confidence: claim.confidence,
        reasons: whys(&claim.reasons),
        others: claim.others.iter().map(other).collect(),
        decided: claim.decided.as_ref().map(decided),
        evidence: ids(&claim.evidence),
    }
}

fn whys(reasons: &[Why]) -> Vec<out::Why> {
    let one = |why: &Why| out::Why {
        rule: why.rule.to_string(),
        field: why.field.to_string(),
        text: why.text.clone(),
        weight: why.weight,
        evidence: ids(&why.evidence),
    };
    reasons.iter().map(one).collect()
}

fn decided(decided: &Decided) -> out::Decided {
    let Decided { by, at, note, key } = decided;
    out::Decided { by: by.clone(), at: *at, note: note.clone(), key: key.clone() }
}

fn unnatural(asset: &Asset) -> Vec<out::Unnatural> {
    let one =
        |one: &crate::judge::asset::Unnatural| out::Unnatural { how: one.how.clone(), evidence: ids(&one.evidence) };
    asset.unnatural.iter().map(one).collect()
}

fn interfaces(asset: &Asset) -> Vec<out::Interface> {
    let one = |interface: &crate::judge::asset::Interface| out::Interface {
        mac: interface.mac,
        addresses: interface.addresses.iter().copied().collect(),
        segment: interface.segment.clone(),
        told: interface.told,
    };
    asset.interfaces.iter().map(one).collect()
}

fn names(asset: &Asset) -> Vec<out::Name> {
    let one = |name: &crate::judge::asset::AssetName| out::Name {
        name: name.name.clone(),
        source: name.source,
        domain: name.domain.clone(),
        evidence: ids(&name.evidence),
    };
    asset.names.iter().map(one).collect()
}

fn services(asset: &Asset) -> Vec<out::Service> {
    let one = |service: &crate::judge::asset::Service| out::Service {
        transport: service.transport,
        port: service.port,
        name: service.name.to_string(),
        product: service.product.clone(),
        version: service.version.clone(),
    };
    asset.services.iter().map(one).collect()
}

fn joins(asset: &Asset) -> Vec<out::Join> {
    let one = |join: &crate::judge::asset::JoinReason| out::Join {
        key: join.key.to_string(),
        value: join.value.clone(),
        evidence: ids(&join.evidence),
    };
    asset.joined_by.iter().map(one).collect()
}

fn graded(graded: &Graded) -> out::Graded {
    let sign = |sign: &SignSeen| out::SignSeen {
        sign: sign.sign,
        class: sign.class,
        gives: sign.gives,
        addresses: sign.addresses.clone(),
        evidence: ids(&sign.evidence),
    };
    let explained = |one: &Explained| out::Explained {
        benign: one.benign,
        detail: one.detail.clone(),
        effect: one.effect,
        signs: one.signs.clone(),
        addresses: one.addresses.clone(),
    };
    let method = |one: &MethodSeen| out::MethodSeen { probe: one.probe.to_string(), sight: one.sight };
    out::Graded {
        grade: graded.grade,
        unexplained: graded.unexplained,
        addresses: graded.addresses.clone(),
        signs: graded.signs.iter().map(sign).collect(),
        together: graded.together.clone(),
        benign: graded.benign.iter().map(explained).collect(),
        methods: graded.methods.iter().map(method).collect(),
        evidence: ids(&graded.evidence),
    }
}

fn external_points(verdict: &Verdict) -> Vec<out::ExternalPoint> {
    let one = |point: &crate::judge::verdict::ExternalPoint| out::ExternalPoint {
        asset: point.asset.as_ref().map(asset_text),
        entry: point.entry.as_ref().map(entry_text),
        kind: point.kind.clone(),
        line: point.line.clone(),
        seen_kind: point.seen_kind,
        other_department: point.other_department.clone(),
        other_purpose: point.other_purpose.clone(),
        could_be_seen: point.could_be_seen,
        status: point.status,
        department: point.department.clone(),
        purpose: point.purpose.clone(),
        vendor: point.vendor.clone(),
        grade: point.grade,
        signs: point.signs.clone(),
        evidence: ids(&point.evidence),
    };
    verdict.external_points.iter().map(one).collect()
}

fn entries(scene: &Scene<'_>) -> Vec<out::Entry> {
    let rows = scene.verdict.entries.iter().filter_map(|row| Some((row, scene.entry(&row.entry)?)));
    rows.map(|(row, entry)| out::Entry {
        id: entry.id.0.clone(),
        asset_no: entry.asset_no.clone(),
        source: out::Source {
            register: entry.register,
            file: entry.origin.file.clone(),
            sheet: entry.origin.sheet.clone(),
            row: entry.origin.row,
        },
        department: entry.department.clone(),
        verdict: row.verdict,
        asset: row.asset.as_ref().map(asset_text),
    })
    .collect()
}

fn finding(view: &FindingView<'_>, lang: Lang) -> out::Finding {
    let finding = view.finding;
    out::Finding {
        id: finding.id.clone(),
        code: finding.kind.code(),
        severity: finding.severity,
        grade: finding.grade,
        asset: finding.asset.as_ref().map(asset_text),
        entry: finding.entries.first().map(entry_text),
        entries: finding.entries.iter().map(entry_text).collect(),
        department: (!view.department.is_empty()).then(|| view.department.clone()),
        title: view.title.clone(),
        text: view.said.what.plain(),
        how: view.evidence.iter().map(|line| line.sentence.plain()).collect(),
        other_reasons: view.said.other.iter().map(Phrase::plain).collect(),
        action: view.said.action.plain(),
        settled_by: view.said.settle.plain(),
        new: view.is_new,
        details: details(&finding.kind),
        happened: finding.happened,
        evidence: ids(&finding.evidence),
        handle: view.handle.clone(),
        fingerprint: view.fingerprint.clone(),
        decision: standing(view.standing, lang),
    }
}

fn standing(standing: &Standing, lang: Lang) -> out::Standing {
    let (until, to, why) = match &standing.state {
        State::Ignored { until } => (Some(*until), None, vec![]),
        State::Assigned { to, until } => (*until, Some(to.clone()), vec![]),
        State::Reopened { why } => (None, None, why.iter().map(|why| words::standing::back(why, lang)).collect()),
        State::Undecided | State::Accepted | State::Corrected | State::Closed => (None, None, vec![]),
    };
    let said = |said: &Said| {
        let Said { by, at, reason, approver, rule } = said.clone();
        out::Said { by, at, reason, approver, rule }
    };
    out::Standing {
        state: standing.state.code(),
        open: standing.state.is_open(),
        until,
        to,
        why,
        decided: standing.decided.as_ref().map(said),
        comments: standing.comments.iter().map(said).collect(),
    }
}

/// The kind's own values, without its code, which stands beside them.
fn details(kind: &crate::judge::finding::Kind) -> serde_json::Value {
    let mut value = serde_json::to_value(kind).unwrap_or_default();
    if let Some(object) = value.as_object_mut() {
        object.remove("code");
    }
    value
}

fn dual_homed(one: &DualHomed<'_>) -> out::DualHomed {
    let side = |side: &Side| out::Side {
        network: side.network.clone(),
        mac: side.mac,
        addresses: side.addresses.clone(),
        reached: side.reached,
        declared: side.declared,
    };
    out::DualHomed {
        asset: asset_text(&one.asset.id),
        name: one.name.clone(),
        sides: one.sides.iter().map(side).collect(),
        grade: one.asset.multi_homed.grade,
        forwards: one.asset.forwards.grade,
        declared: one.declared,
        department: one.department.clone(),
        purpose: one.purpose.clone(),
        vendor: one.vendor.clone(),
        entries: one.entries.clone(),
        evidence: ids(&one.asset.multi_homed.evidence),
    }
}

fn closed(closed: &Closed) -> out::Closed {
    let tested = |one: &Tested| out::Tested {
        probe: one.probe.clone(),
        packets: one.packets,
        asked: one.asked,
        answered: one.answered,
        not_allowed: one.not_allowed,
        not_reached: one.not_reached,
    };
    let plain = |lines: &[Phrase]| lines.iter().map(Phrase::plain).collect();
    let texts = |list: &[AssetId]| list.iter().map(asset_text).collect();
    out::Closed {
        segment: closed.segment,
        devices: closed.devices,
        on_link: closed.on_link,
        complete: closed.complete,
        methods: closed.methods.iter().map(tested).collect(),
        multi_homed: texts(&closed.multi_homed),
        forwards: texts(&closed.forwards),
        uplink: texts(&closed.uplink),
        undecided: texts(&closed.undecided),
        declared: texts(&closed.declared),
        statement: closed.statement.plain(),
        cannot_see: plain(&closed.cannot_see),
        walk_round: plain(&closed.walk_round),
    }
}

fn coverage(verdict: &Verdict) -> Vec<out::Coverage> {
    let one = |row: &daicho_shared::coverage::Coverage| out::Coverage {
        segment: row.segment,
        on_link: row.on_link,
        probe: row.probe.to_string(),
        asked: row.asked,
        answered: row.answered,
        not_allowed: row.not_allowed,
        not_reached: row.not_reached,
    };
    verdict.coverage.iter().map(one).collect()
}

fn sent(scene: &Scene<'_>) -> Vec<out::Sent> {
    let one = |sent: &daicho_shared::batch::Sent| out::Sent {
        asset: scene.reached(sent.address, sent.mac).map(asset_text),
        address: sent.address,
        mac: sent.mac,
        probe: sent.probe.to_string(),
        packets: sent.packets,
        first: sent.first,
        last: sent.last,
    };
    scene.verdict.sent.iter().map(one).collect()
}

fn impact(impact: &Impact, verdict: &Verdict) -> out::Impact {
    let most = |most: &Most| out::Most { asset: most.asset.0.clone(), packets: most.packets };
    out::Impact {
        packets: impact.total,
        packets_to_all: impact.to_all,
        most: impact.most.as_ref().map(most),
        medical_most: impact.medical_most.as_ref().map(most),
        left_alone: verdict.assets.iter().filter(|asset| asset.left_alone).map(|asset| asset.id.0.clone()).collect(),
    }
}

fn comparisons(verdict: &Verdict) -> Vec<out::Comparison> {
    let level = |level: &crate::judge::pairing::Level| out::Level {
        key: level.key.to_string(),
        level: level.level.to_string(),
        weight: level.weight,
        declared: level.declared.clone(),
        seen: level.seen.clone(),
    };
    let one = |comparison: &crate::judge::pairing::Comparison| out::Comparison {
        entry: comparison.entry.0.clone(),
        asset: comparison.asset.0.clone(),
        score: comparison.score,
        decision: comparison.decision,
        levels: comparison.levels.iter().map(level).collect(),
    };
    verdict.comparisons.iter().map(one).collect()
}

fn changes(changes: &Changes) -> out::Changes {
    let texts = |ids: &[AssetId]| ids.iter().map(asset_text).collect();
    let change = |change: &crate::judge::verdict::AssetChange| out::AssetChange {
        asset: change.asset.0.clone(),
        what: change.what.clone(),
        before: change.before.clone(),
        now: change.now.clone(),
    };
    out::Changes {
        since: changes.since.to_string(),
        since_started: changes.since_started,
        new: texts(&changes.new),
        gone: texts(&changes.gone),
        back: texts(&changes.back),
        changed: changes.changed.iter().map(change).collect(),
        new_findings: changes.new_findings.clone(),
        resolved_findings: changes.resolved_findings.clone(),
    }
}

fn row_problem(problem: &RowProblem, scene: &Scene<'_>) -> out::Problem {
    let lang = scene.lang();
    out::Problem {
        file: problem.origin.file.clone(),
        sheet: problem.origin.sheet.clone(),
        row: problem.origin.row,
        column: problem.column.clone(),
        field: problem.field,
        kind: problem.kind,
        found: problem.found.clone(),
        text: Phrase::new(problem::what(problem, lang)).plain(),
        action: problem::todo(problem.kind, lang).to_owned(),
    }
}

fn troubles(verdict: &Verdict) -> Vec<out::Trouble> {
    let one = |trouble: &daicho_shared::batch::Trouble| out::Trouble {
        at: trouble.at,
        place: trouble.place.clone(),
        message: trouble.message.clone(),
    };
    verdict.troubles.iter().map(one).collect()
}

fn inventories(verdict: &Verdict) -> Vec<out::Inventory> {
    let one = |file: &crate::judge::inventory::InventoryFile| out::Inventory {
        run: file.run.to_string(),
        name: file.name.clone(),
        sha256: file.sha256.clone(),
        format: file.format.clone(),
        imported: file.imported,
        by: file.by.clone(),
    };
    verdict.inventories.iter().map(one).collect()
}

pub(super) fn basis(basis: &crate::judge::verdict::Basis) -> out::Basis {
    let reread = |reread: &crate::judge::verdict::Reread| out::Reread {
        agent: reread.agent.clone(),
        at: reread.at,
        changed: reread.changed,
    };
    out::Basis {
        daicho: basis.daicho.clone(),
        rules: basis.rules.clone(),
        added_rules: basis.added_rules.clone(),
        reread: basis.reread.as_ref().map(reread),
    }
}

fn evidence(verdict: &Verdict) -> BTreeMap<String, out::Evidence> {
    let one = |(id, seen): (&ObservationId, &Arc<daicho_shared::observation::Observation>)| {
        let evidence = out::Evidence {
            at: seen.at,
            probe: seen.probe.to_string(),
            address: seen.target.address,
            mac: seen.target.mac,
            interface: seen.target.interface.as_ref().map(ToString::to_string),
            outcome: seen.outcome,
            facts: seen.facts.to_vec(),
            request: seen.request.clone(),
            reply: seen.reply.clone(),
        };
        (id.to_string(), evidence)
    };
    verdict.evidence.iter().map(one).collect()
}

fn ids(ids: &[ObservationId]) -> Vec<String> {
    ids.iter().map(ToString::to_string).collect()
}

fn asset_text(id: &AssetId) -> String {
    id.0.clone()
}

fn entry_text(id: &EntryId) -> String {
    id.0.clone()
}
