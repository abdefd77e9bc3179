//! The judge: values in, a [`Verdict`] out. No I/O, no clock, no words for people.
//!
//! Table of contents, in the order in which a verdict comes about:
//!
//! 1. `inventory`, `evidence`: one run's observations and imported inventories, in one order, each once
//! 2. `identity`, `join`: which addresses and interfaces are one machine, and why
//! 3. `portrait`, `classify`: what is shown of a machine, with sources; `decision`: what people said it is, which
//!    wins
//! 4. `group`, `names`: which ledger rows are one machine, and what they declare
//! 5. `memory`, `compare`, `matching`: which group is which machine, explained
//! 6. `hypothesis`: has it a second network, does it forward, is it a way out; graded, explained, and by whom seen
//! 7. `difference`, `happening`: what a pair differs in, and what happened; `silence`, `hours`: what it means not to be
//!    seen, and when
//! 8. `hint`: services, management and ends of support, as questions; `rule`: one reason to speak each
//! 9. `external`, `changes`: connection points; what is new since the run before
//!
//! Beside that, `revision` says what differs between two versions of the ledger; `alias` knows which spellings mean
//! the same.
//! `review` is what people decided about findings, `amendment` what of it changes the ledger: both are values beside
//! the verdict, which is judged as if nobody had looked at it.
//!
//! `vendor` is what vendors were asked and answered, `trace` what speaks of a way in from afar at a device.
//!
//! `knowledge` holds what the judge knows beforehand: `config/classes.toml`, `identity.toml`, `uplinks.toml`,
//! `hypotheses.toml`, `hours.toml`, `services.toml`, `end_of_support.toml`, `vendors.toml`.

mod across;
pub mod alias;
pub mod amendment;
pub mod asset;
pub mod decision;
pub mod entry;
pub mod field;
pub mod finding;
pub mod graded;
pub mod hint;
pub mod hours;
pub mod inventory;
pub mod knowledge;
pub mod pairing;
pub mod record;
pub mod review;
pub mod revision;
pub mod trace;
pub mod understanding;
pub mod vendor;
pub mod verdict;

mod changes;
mod classify;
mod compare;
mod difference;
mod evidence;
mod external;
mod few;
mod find;
pub(crate) mod group;
mod happening;
mod hypothesis;
mod identity;
mod join;
#[cfg(test)]
mod laws;
mod matching;
mod memory;
mod names;
mod networks;
#[cfg(test)]
mod oracle;
mod place;
mod portrait;
mod rule;
#[cfg(test)]
pub(crate) mod sample;
mod scene;
mod silence;
mod witness;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use daicho_shared::batch::Batch;
use daicho_shared::id::ObservationId;
use daicho_shared::observation::Observation;

use self::asset::{Asset, Why};
use self::decision::Decision;
use self::entry::Ledger;
use self::finding::Finding;
use self::hint::Hints;
use self::inventory::{Inventory, InventoryFile};
pub use self::knowledge::Knowledge;
use self::review::standing::Reviewed;
use self::scene::Scene;
use self::vendor::Vendors;
use self::verdict::{Basis, EntryVerdict, ExternalPoint, Reread, RunSummary, Verdict};

/// What is judged.
#[derive(Debug, Clone, Copy)]
pub struct Case<'a> {
    /// One run.
    pub batch: &'a Batch,
    /// The run's replies were read again, by this agent.
    pub reread: Option<&'a Reread>,
    /// Inventory files that count for this run.
    pub inventories: &'a [Inventory],
    /// What people declared.
    pub ledger: &'a Arc<Ledger>,
    /// Verdicts on earlier runs of the same folder, oldest first.
    pub history: &'a [Verdict],
    /// What people decided about devices.
    pub decisions: &'a [Decision],
    /// What vendors were asked and answered.
    pub vendors: &'a Vendors,
    /// What the judge knows beforehand.
    pub knowledge: &'a Knowledge,
}

/// Judges one run against one ledger. The same case always gives the same verdict, whatever the
/// order of the batch's lines.
pub fn judge(case: &Case<'_>) -> Verdict {
    let (batch, origins) = inventory::merged(case.batch, case.inventories);
    let mut scene = Scene::new(&Case { batch: &batch, ..*case }, origins);
    let findings = rule::findings(&scene);
    let external_points = external::points(&scene);
    let changes = changes::changes(&scene, &findings);
    // What is only needed for the rules goes before the evidence comes.
    let comparisons = std::mem::take(&mut scene.pairing.comparisons);
    scene.pairing.shown = vec![];
    let hints = std::mem::take(&mut scene.hints);
    let evidence = cited(&scene, &findings, &external_points, &hints);
    Verdict {
        run: run(case.batch),
        ledger: Arc::clone(case.ledger),
        entries: entries(&scene),
        comparisons,
        external_points,
        hints,
        findings,
        coverage: sorted(&case.batch.coverage, |c| (c.segment, c.probe.clone(), c.on_link, c.asked, c.answered)),
        sent: sorted(&case.batch.sent, Clone::clone),
        troubles: sorted(&case.batch.troubles, |t| (t.at, t.place.clone(), t.message.clone())),
        evidence,
        changes,
        assets: scene.assets,
        inventories: sorted(&files(case), |file| file.run.clone()),
        basis: Some(basis(case)),
        vendors: case.vendors.clone(),
        reviewed: Reviewed::default(),
    }
}

/// Pairs rows with machines that were seen, without anything else: every pair that shares a key, explained.
pub fn pairs(entries: &[entry::Entry], assets: &[Asset], knowledge: &Knowledge) -> Vec<pairing::Comparison> {
    matching::pair(&group::groups(entries, knowledge), assets, knowledge).comparisons
}

/// The ledger's devices, in its order: the rows of each that are held to be one machine.
pub fn devices<'a>(entries: &'a [entry::Entry], knowledge: &Knowledge) -> Vec<Vec<&'a entry::Entry>> {
    group::groups(entries, knowledge).into_iter().map(|group| group.rows).collect()
}

fn files(case: &Case<'_>) -> Vec<InventoryFile> {
    case.inventories.iter().map(|inventory| inventory.file.clone()).collect()
}

fn basis(case: &Case<'_>) -> Basis {
    Basis {
        daicho: env!("CARGO_PKG_VERSION").to_owned(),
        rules: case.knowledge.rules_id.clone(),
        added_rules: case.knowledge.added_rules.clone(),
        reread: case.reread.cloned(),
    }
}

fn sorted<T: Clone + PartialEq, K: Ord>(list: &[T], key: impl Fn(&T) -> K) -> Vec<T> {
    let mut list = list.to_vec();
    list.sort_by_key(key);
    list.dedup();
    list
}

fn run(batch: &Batch) -> RunSummary {
    let header = &batch.header;
    let own = header.interfaces.iter().flat_map(|i| i.addresses.iter().map(|net| (i.mac, net.addr())));
    let cut_off = || Some("batch was cut off".to_owned());
    RunSummary {
        id: header.run.clone(),
        host: header.host.clone(),
        started: header.started,
        finished: batch.end.as_ref().map(|end| end.finished),
        complete: batch.is_complete(),
        reason: batch.end.as_ref().map_or_else(cut_off, |end| end.reason.clone()),
        scope: header.scope.clone(),
        exclude: header.exclude.clone(),
        profile: header.profile.clone(),
        own: own.collect(),
    }
}

/// What became of every row, in the ledger's order.
fn entries(scene: &Scene<'_>) -> Vec<EntryVerdict> {
    let mut fates = BTreeMap::new();
    for (index, group) in scene.groups.iter().enumerate() {
        let paired = scene.pairing.asset_of.get(&index).or_else(|| scene.pairing.shares.get(&index));
        let asset = paired.map(|asset| scene.assets[*asset].id.clone());
        for row in &group.rows {
            fates.insert(&row.id, (scene.fates[index].state, asset.clone()));
        }
    }
    let verdict = |entry: &entry::Entry| {
        let (verdict, asset) = fates.get(&entry.id)?.clone();
        Some(EntryVerdict { entry: entry.id.clone(), verdict, asset })
    };
    scene.ledger.entries.iter().filter_map(verdict).collect()
}

/// Every observation that something cites.
fn cited(
    scene: &Scene<'_>,
    findings: &[Finding],
    points: &[ExternalPoint],
    hints: &Hints,
) -> BTreeMap<ObservationId, Arc<Observation>> {
    let mut ids: BTreeSet<&ObservationId> = findings.iter().flat_map(|finding| &finding.evidence).collect();
    ids.extend(points.iter().flat_map(|point| &point.evidence));
    ids.extend(hints.evidence());
    ids.extend(scene.assets.iter().flat_map(cited_by));
    let known = scene.evidence.observations.iter().map(|o| (scene.evidence.id(o), *o));
    known.filter(|(id, _)| ids.contains(id)).map(|(id, observation)| (id, Arc::clone(observation))).collect()
}

fn cited_by(asset: &Asset) -> impl Iterator<Item = &ObservationId> {
    let told = [&asset.maker, &asset.model, &asset.serial, &asset.os, &asset.firmware, &asset.place];
    let claims = told.into_iter().flatten().flat_map(|claim| {
        claim
            .evidence
            .iter()
            .chain(grounds(&claim.reasons))
            .chain(claim.others.iter().flat_map(|o| grounds(&o.reasons)))
    });
    let class = grounds(&asset.class.reasons).chain(asset.class.others.iter().flat_map(|o| grounds(&o.reasons)));
    let grades = [&asset.multi_homed, &asset.forwards, &asset.uplink].into_iter().flat_map(|graded| &graded.evidence);
    let names = asset.names.iter().flat_map(|name| &name.evidence);
    let joins = asset.joined_by.iter().flat_map(|reason| &reason.evidence);
    let unnatural = asset.unnatural.iter().flat_map(|one| &one.evidence);
    claims.chain(class).chain(grades).chain(names).chain(joins).chain(unnatural)
}

fn grounds(reasons: &[Why]) -> impl Iterator<Item = &ObservationId> {
    reasons.iter().flat_map(|why| &why.evidence)
}
