//! 事業者の回答と観測の食い違い: a vendor says that there is no remote maintenance, or no contract for it, and what stands
//! at its device is made for it.

use std::collections::BTreeSet;

use daicho_shared::fact::{Fact, Transport};
use daicho_shared::id::ObservationId;

use super::super::entry::{EntryId, Field, FourValued, Register};
use super::super::finding::Kind;
use super::super::scene::Scene;
use super::super::trace::{Trace, TraceKind, traces};
use super::super::vendor::{self, Holding, REMOTE, Said};
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
    let (said, told) = denied(scene, key, holding, group)?;
    let mut seen = traces(&scene.assets[asset], scene.knowledge);
    seen.retain(|trace| scene.knowledge.vendors.contradicts(trace));
    let grade = seen.iter().map(|trace| trace.grade).max()?;
    let tools_only = seen.iter().all(|trace| trace.kind == TraceKind::RemoteTool);
    let mut entries = row_ids(&scene.groups[group].rows);
    entries.extend(told);
    Some(Draft {
        stress: if tools_only { Stress::Lowered } else { Stress::Usual },
        grade,
        asset: Some(scene.assets[asset].id.clone()),
        entries,
        evidence: evidence(scene, asset, &seen),
        happened: None,
        about: key.to_owned(),
        kind: Kind::VendorContradiction { vendor: holding.name.clone(), said, seen },
    })
}

/// The newest word on this device that denies it: the vendor's own reply, else what the registers have of the vendor.
fn denied(scene: &Scene<'_>, key: &str, holding: &Holding<'_>, group: usize) -> Option<(FourValued, Option<EntryId>)> {
    let subjects = vendor::subjects(&scene.groups[group].rows);
    let reply = scene.vendors.newest(&scene.names, key, &subjects, REMOTE);
    if let Some((_, Said::Answer(answer))) = reply {
        return denies(*answer).then_some((*answer, None));
    }
    let of = |register, field| {
        let records = holding.records.iter().filter(move |record| record.register == register);
        let mut told = records
            .filter(move |record| register == Register::Vendor || vendor::refers(record, &scene.groups[group].rows));
        told.find_map(move |record| Some((vendor::answer(record, field)?, Some(record.id.clone()))))
    };
    let path = of(Register::RemoteMaintenance, Field::RemoteMaintenance);
    path.or_else(|| of(Register::Vendor, Field::RemoteContract)).filter(|(answer, _)| denies(*answer))
}

fn denies(answer: FourValued) -> bool {
    matches!(answer, FourValued::No | FourValued::NoContract)
}

/// Observations that show these traces.
fn evidence(scene: &Scene<'_>, asset: usize, seen: &[Trace]) -> Vec<ObservationId> {
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
