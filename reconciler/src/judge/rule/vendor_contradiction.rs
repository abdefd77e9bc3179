//! 事業者の回答と観測の食い違い: a vendor says that there is no remote maintenance, or no contract for it, and what stands
//! at its device is made for it. Where the vendor itself did not say, the ledger's word is held against what was seen.

use std::collections::BTreeSet;

use daicho_shared::fact::{Fact, Transport};
use daicho_shared::id::ObservationId;

use super::super::entry::{EntryId, Field, FourValued, Register};
use super::super::finding::{Kind, WordOf};
use super::super::scene::Scene;
use super::super::trace::{Trace, TraceKind, traces};
use super::super::vendor::{self, Holding, Said};
use super::{Draft, Stress, row_ids};

pub(crate) fn speak(scene: &Scene<'_>) -> Vec<Draft> {
    let mut drafts = vec![];
    for (key, holding) in &scene.holdings {
        for group in &holding.groups {
            drafts.extend(contradiction(scene, key, holding, *group));
        }
    }
    drafts
}

fn contradiction(scene: &Scene<'_>, key: &str, holding: &Holding<'_>, group: usize) -> Option<Draft> {
    let asset = *scene.pairing.asset_of.get(&group)?;
    let (said, by, told) = denied(scene, key, holding, group)?;
    let seen = against(scene, asset);
    let grade = seen.iter().map(|trace| trace.grade).max()?;
    let tools_only = seen.iter().all(|trace| trace.kind == TraceKind::RemoteTool);
    // A device's own cell is the hospital's: it may be older than the device, and speaks for no vendor.
    let cell = by == WordOf::Ledger && told.is_none();
    let mut entries = row_ids(&scene.groups[group].rows);
    entries.extend(told);
    Some(Draft {
        stress: if tools_only || cell { Stress::Lowered } else { Stress::Usual },
        grade,
        asset: Some(scene.assets[asset].id.clone()),
        entries,
        evidence: evidence(scene, asset, &seen),
        happened: None,
        about: key.to_owned(),
        kind: Kind::VendorContradiction { vendor: holding.name.clone(), said, by, seen },
    })
}

/// What at a device speaks against a word that denies remote maintenance.
pub(super) fn against(scene: &Scene<'_>, asset: usize) -> Vec<Trace> {
    let mut seen = traces(&scene.assets[asset], scene.knowledge);
    seen.retain(|trace| scene.knowledge.vendors.contradicts(trace));
    seen
}

/// Whose word denies it, and the row of a register where that stands.
type Denied = (FourValued, WordOf, Option<EntryId>);

/// The newest word on this device that denies it: the vendor's own reply, else what the ledger has.
fn denied(scene: &Scene<'_>, key: &str, holding: &Holding<'_>, group: usize) -> Option<Denied> {
    let rows = &scene.groups[group].rows;
    if let Some((reply, answer)) = scene.vendors.word(&scene.names, key, &vendor::subjects(rows)) {
        // Of a device that it calls another's, `vendor_disowned` speaks.
        let own = vendor::subjects(rows).iter().any(|subject| is_denied(reply.rows.get(subject)));
        return own.then_some((answer, WordOf::Vendor, None));
    }
    let (answer, told) = declared(scene, key, holding, group)?;
    vendor::denies(answer).then_some((answer, WordOf::Ledger, told))
}

fn is_denied(row: Option<&vendor::Answers>) -> bool {
    matches!(row.and_then(|row| row.get(vendor::REMOTE)), Some(Said::Answer(answer)) if vendor::denies(*answer))
}

/// What the hospital has on record: the register's row about this device, the device's own cell, and the contract with
/// the vendor as a whole.
fn declared(
    scene: &Scene<'_>,
    key: &str,
    holding: &Holding<'_>,
    group: usize,
) -> Option<(FourValued, Option<EntryId>)> {
    let rows = &scene.groups[group].rows;
    let of = |register, field| {
        let records = holding.records.iter().filter(move |record| record.register == register);
        let mut told = records.filter(move |record| register == Register::Vendor || vendor::refers(record, rows));
        told.find_map(move |record| Some((vendor::answer(record, field)?, Some(record.id.clone()))))
    };
    let path = of(Register::RemoteMaintenance, Field::RemoteMaintenance);
    let cell = || {
        let own = rows.iter().filter(|row| vendor::concerns(row, key, &scene.names));
        let mut written = own.filter(|row| row.cells.contains_key(&Field::RemoteMaintenance));
        written.find(|row| row.remote_maintenance != FourValued::Unknown).map(|row| (row.remote_maintenance, None))
    };
    path.or_else(cell).or_else(|| of(Register::Vendor, Field::RemoteContract))
}

/// Observations that show these traces.
pub(super) fn evidence(scene: &Scene<'_>, asset: usize, seen: &[Trace]) -> Vec<ObservationId> {
    let ports: BTreeSet<(Transport, u16)> = seen.iter().filter_map(|trace| trace.port).collect();
    let facts = scene.facts(asset);
    let shows = |fact: &Fact| match fact {
        Fact::Port { transport, port, .. } | Fact::Service { transport, port, .. } => {
            ports.contains(&(*transport, *port))
        }
        _ => false,
    };
    let mut ids: Vec<ObservationId> = facts.all().filter(|(_, fact)| shows(fact)).map(|(id, _)| id).collect();
    if seen.iter().any(|trace| trace.kind == TraceKind::Uplink) {
        ids.extend(scene.assets[asset].uplink.evidence.iter().cloned());
    }
    ids.dedup();
    ids.truncate(scene.knowledge.identity.evidence_limit);
    if ids.is_empty() { scene.presence(asset) } else { ids }
}
