//! What was looked at, and, with the same weight, what was not.

use std::collections::{BTreeMap, BTreeSet};

use ipnet::IpNet;

use crate::render::scene::Scene;
use crate::render::words::phrase::{Phrase, mark};
use crate::render::words::{blind, date};

/// Probes that ask whether anybody is there at all; the others only speak to whoever is.
const PRESENCE: [&str; 4] = ["arp", "neighbour", "echo", "tcp-ping"];

/// What was looked at, and what was not.
pub(crate) struct Looked {
    pub(crate) segments: Vec<SegmentView>,
    /// Sentences.
    pub(crate) not: Vec<Phrase>,
    /// What no scan of this kind can see.
    pub(crate) blind: [&'static str; 6],
}

/// One segment, all probes together.
pub(crate) struct SegmentView {
    pub(crate) segment: IpNet,
    pub(crate) on_link: bool,
    /// Machines that were found in it.
    pub(crate) devices: usize,
    pub(crate) asked: u32,
    pub(crate) answered: u32,
    pub(crate) not_allowed: u32,
    pub(crate) not_reached: u32,
    presence_asked: u32,
    presence_answered: u32,
}

/// Only these probes can say that nobody is there.
pub(crate) fn is_presence(probe: &str) -> bool {
    PRESENCE.contains(&probe)
}

/// Sums the coverage up.
pub(crate) fn looked(scene: &Scene<'_>) -> Looked {
    let segments = segments(scene);
    let not = not_looked(&segments, scene).into_iter().map(Phrase::new).collect();
    Looked { segments, not, blind: blind::spots(scene.lang()) }
}

fn segments(scene: &Scene<'_>) -> Vec<SegmentView> {
    let mut segments: BTreeMap<IpNet, SegmentView> = BTreeMap::new();
    for row in &scene.verdict.coverage {
        let view = segments.entry(row.segment).or_insert_with(|| SegmentView {
            segment: row.segment,
            on_link: row.on_link,
            devices: devices(row.segment, scene),
            asked: 0,
            answered: 0,
            not_allowed: 0,
            not_reached: 0,
            presence_asked: 0,
            presence_answered: 0,
        });
        view.asked = view.asked.saturating_add(row.asked);
        view.answered = view.answered.saturating_add(row.answered);
        view.not_allowed = view.not_allowed.saturating_add(row.not_allowed);
        view.not_reached = view.not_reached.saturating_add(row.not_reached);
        if is_presence(&row.probe.0) {
            view.presence_asked = view.presence_asked.saturating_add(row.asked);
            view.presence_answered = view.presence_answered.saturating_add(row.answered);
        }
    }
    segments.into_values().collect()
}

fn devices(segment: IpNet, scene: &Scene<'_>) -> usize {
    let lives = |asset: &&crate::judge::asset::Asset| {
        let reached = asset.interfaces.iter().filter(|interface| !interface.told);
        reached.flat_map(|interface| &interface.addresses).any(|address| segment.contains(address))
    };
    scene.verdict.assets.iter().filter(lives).count()
}

fn not_looked(segments: &[SegmentView], scene: &Scene<'_>) -> Vec<String> {
    let (lang, run) = (scene.lang(), &scene.verdict.run);
    let net = |segment: &IpNet| mark(&segment.to_string());
    let mut lines: Vec<String> = run.exclude.iter().map(|segment| blind::excluded(&net(segment), lang)).collect();
    let seen: BTreeSet<IpNet> = segments.iter().filter(|view| view.asked > 0).map(|view| view.segment).collect();
    let untouched = run
        .scope
        .iter()
        .filter(|scope| !seen.iter().any(|segment| scope.contains(segment) || segment.contains(*scope)));
    lines.extend(untouched.map(|scope| blind::untouched(&net(scope), lang)));
    for view in segments {
        let name = net(&view.segment);
        if view.not_reached > 0 {
            lines.push(blind::cut_short(&name, view.not_reached, lang));
        }
        if view.not_allowed > 0 {
            lines.push(blind::forbidden(&name, view.not_allowed, lang));
        }
        if !view.on_link {
            lines.push(blind::routed(&name, lang));
        }
    }
    lines.extend(rows_outside(scene));
    lines.extend(silent(segments, scene));
    lines.extend(hours(scene));
    lines
}

/// Ledger rows in networks that nobody asked, each /24 (IPv6: /64) named.
fn rows_outside(scene: &Scene<'_>) -> Option<String> {
    let scope = &scene.verdict.run.scope;
    let outside = |address: &&std::net::IpAddr| !scope.iter().any(|net| net.contains(*address));
    let rows = scene.verdict.ledger.entries.iter().filter(|row| row.addresses.iter().any(|a| outside(&a)));
    let rows: Vec<_> = rows.collect();
    let networks: BTreeSet<IpNet> = rows
        .iter()
        .flat_map(|row| row.addresses.iter().filter(outside))
        .filter_map(|address| IpNet::new(*address, if address.is_ipv4() { 24 } else { 64 }).ok().map(|net| net.trunc()))
        .collect();
    let named: Vec<String> = networks.iter().take(6).map(|net| mark(&net.to_string())).collect();
    let more = if networks.len() > named.len() { scene.lang().pick(" ほか", ", …") } else { "" };
    let named = format!("{}{more}", named.join(scene.lang().pick("、", ", ")));
    (!rows.is_empty()).then(|| blind::rows_outside(rows.len(), &named, scene.lang()))
}

fn silent(segments: &[SegmentView], scene: &Scene<'_>) -> Option<String> {
    let asked: u32 = segments.iter().map(|view| view.presence_asked).sum();
    let answered: u32 = segments.iter().map(|view| view.presence_answered).sum();
    (asked > answered).then(|| blind::silent(asked - answered, asked, scene.lang()))
}

fn hours(scene: &Scene<'_>) -> Option<String> {
    let (run, options) = (&scene.verdict.run, scene.options);
    let finished = run.finished?;
    let lang = scene.lang();
    let (from, to) = (scene.moment(run.started), date::end_of(finished, run.started, &options.tz, lang));
    Some(blind::hours(&lang.pick(format!("{from}から{to}"), format!("{from} to {to}")), lang))
}
