//! Rules: each has one reason to speak, and speaks about the whole scene.

mod ambiguous_pair;
mod defective_entry;
mod dual_homed;
mod duplicate_entry;
mod forwards_undeclared;
mod management_reachable;
mod mismatch;
mod not_checked;
mod not_found;
mod not_in_ledger;
mod retired_but_seen;
mod support;
pub(crate) mod undeclared_uplink;
mod unnatural;
mod unneeded_services;
mod vendor_contradiction;
mod vendor_disowned;
mod vendor_outdated;
mod vendor_silent;
mod vendor_unasked;
mod vendor_unknown;

use daicho_shared::id::ObservationId;
use sha2::{Digest, Sha256};

use super::asset::{AssetId, Grade};
use super::entry::EntryId;
use super::finding::{Finding, Happened, Kind, Severity};
use super::knowledge::Knowledge;
use super::scene::Scene;

/// One rule.
pub(crate) struct Rule {
    /// The code of the findings it makes.
    pub(crate) code: &'static str,
    /// What it says about a scene.
    pub(crate) speak: fn(&Scene<'_>) -> Vec<Draft>,
}

/// Every rule, in the order in which they speak.
pub(crate) const RULES: &[Rule] = &[
    Rule { code: "undeclared_uplink", speak: undeclared_uplink::speak },
    Rule { code: "dual_homed", speak: dual_homed::speak },
    Rule { code: "forwards_undeclared", speak: forwards_undeclared::speak },
    Rule { code: "not_in_ledger", speak: not_in_ledger::speak },
    Rule { code: "retired_but_seen", speak: retired_but_seen::speak },
    Rule { code: "not_found", speak: not_found::speak },
    Rule { code: "unnatural", speak: unnatural::speak },
    Rule { code: "mismatch", speak: mismatch::speak },
    Rule { code: "ambiguous_pair", speak: ambiguous_pair::speak },
    Rule { code: "duplicate_entry", speak: duplicate_entry::speak },
    Rule { code: "defective_entry", speak: defective_entry::speak },
    Rule { code: "support_ended", speak: support::ended },
    Rule { code: "unneeded_services", speak: unneeded_services::speak },
    Rule { code: "management_reachable", speak: management_reachable::speak },
    Rule { code: "support_ending", speak: support::ending },
    Rule { code: "not_checked", speak: not_checked::speak },
    Rule { code: "vendor_contradiction", speak: vendor_contradiction::speak },
    Rule { code: "vendor_disowned", speak: vendor_disowned::speak },
    Rule { code: "vendor_unknown", speak: vendor_unknown::speak },
    Rule { code: "vendor_unasked", speak: vendor_unasked::speak },
    Rule { code: "vendor_outdated", speak: vendor_outdated::speak },
    Rule { code: "vendor_silent", speak: vendor_silent::speak },
];

/// What a rule says, before severity and identity are given to it.
pub(crate) struct Draft {
    pub(crate) kind: Kind,
    pub(crate) stress: Stress,
    pub(crate) grade: Grade,
    pub(crate) asset: Option<AssetId>,
    pub(crate) entries: Vec<EntryId>,
    pub(crate) evidence: Vec<ObservationId>,
    pub(crate) happened: Option<Happened>,
    /// What it is about, besides its code, machine and rows: part of its identity.
    pub(crate) about: String,
}

/// Circumstances, as `config/identity.toml` translates them into a severity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stress {
    Lowered,
    Usual,
    Raised,
}

/// Everything that all rules say, most urgent first.
pub(crate) fn findings(scene: &Scene<'_>) -> Vec<Finding> {
    let drafts = RULES.iter().flat_map(|rule| (rule.speak)(scene).into_iter().map(|draft| (rule.code, draft)));
    let mut findings: Vec<Finding> = drafts.map(|(code, draft)| finding(code, draft, scene.knowledge)).collect();
    findings.sort_by(|a, b| {
        b.severity.cmp(&a.severity).then_with(|| a.kind.code().cmp(b.kind.code())).then_with(|| a.id.cmp(&b.id))
    });
    findings.dedup_by(|a, b| a.id == b.id);
    findings
}

fn finding(code: &str, draft: Draft, knowledge: &Knowledge) -> Finding {
    let mut evidence = draft.evidence;
    evidence.sort();
    evidence.dedup();
    Finding {
        id: identity(&draft.kind, draft.asset.as_ref(), &draft.entries, &draft.about),
        severity: severity(code, draft.stress, knowledge),
        kind: draft.kind,
        grade: draft.grade,
        asset: draft.asset,
        entries: draft.entries,
        evidence,
        happened: draft.happened,
    }
}

/// The same statement has the same name on every night. What is said of a device as such is the same statement whether
/// the device has a row by now, or another one.
fn identity(kind: &Kind, asset: Option<&AssetId>, entries: &[EntryId], about: &str) -> String {
    let mut hash = Sha256::new();
    let entries = if asset.is_some() && kind.is_of_device() { &[] } else { entries };
    // Which of the rows stands first may change, too.
    let mut rows: Vec<&str> = entries.iter().map(|entry| entry.0.as_str()).collect();
    rows.sort_unstable();
    let asset = asset.map_or("", |asset| asset.0.as_str());
    for part in [kind.code(), asset, about].into_iter().chain(rows) {
        hash.update(part.len().to_be_bytes());
        hash.update(part);
    }
    format!("{}-{}", kind.code(), hex::encode(&hash.finalize()[..8]))
}

fn severity(code: &str, stress: Stress, knowledge: &Knowledge) -> Severity {
    let loudness = knowledge.identity.severity.get(code);
    loudness.map_or(Severity::Check, |loudness| match stress {
        Stress::Lowered => loudness.lowered,
        Stress::Usual => loudness.usual,
        Stress::Raised => loudness.raised,
    })
}

/// The ids of a group's rows.
pub(crate) fn row_ids(rows: &[&super::entry::Entry]) -> Vec<EntryId> {
    rows.iter().map(|row| row.id.clone()).collect()
}
