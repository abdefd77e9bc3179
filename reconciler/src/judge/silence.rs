//! What it means that a declared device was not seen. Nothing, unless somebody looked well enough.

use std::net::IpAddr;

use daicho_shared::batch::Batch;
use daicho_shared::coverage::Coverage;
use ipnet::IpNet;

use super::entry::{FourValued, Status};
use super::finding::NotCheckedReason;
use super::group::Group;
use super::knowledge::Identity;
use super::scene::{Fate, Scene};
use super::verdict::{EntryState, Verdict};

/// What became of a group that no machine was paired with.
pub(crate) fn fate(scene: &Scene<'_>, index: usize) -> Fate {
    let group = &scene.groups[index];
    if !is_expected(group) {
        return Fate { state: EntryState::NotExpected, missed: None, reason: None };
    }
    match missed(scene, group) {
        Ok((scans, segment)) => {
            Fate { state: EntryState::NotFound, missed: Some((scans, segment.to_string())), reason: None }
        }
        Err(reason) => Fate { state: EntryState::NotChecked, missed: None, reason: Some(reason) },
    }
}

/// On a network, and in use.
fn is_expected(group: &Group<'_>) -> bool {
    !group.any(|row| row.network == FourValued::No)
        && group.any(|row| row.status.is_expected())
        && !group.any(|row| matches!(row.status, Status::Retired))
}

/// The scans that looked for it and missed it, and where; or why nobody can say.
fn missed(scene: &Scene<'_>, group: &Group<'_>) -> Result<(u32, IpNet), NotCheckedReason> {
    if !group.has_key() {
        return Err(NotCheckedReason::NoKey);
    }
    if group.addresses.is_empty() {
        return Err(NotCheckedReason::AddressUnknown);
    }
    let reasons = group.addresses.iter().map(|address| looked_at(scene.batch, *address, &scene.knowledge.identity));
    let outcomes: Vec<_> = reasons.collect();
    let Some(segment) = outcomes.iter().find_map(|outcome| outcome.as_ref().ok()) else {
        return Err(outcomes
            .into_iter()
            .filter_map(Result::err)
            .max_by_key(|reason| informative(*reason))
            .unwrap_or(NotCheckedReason::SegmentNotScanned));
    };
    let scans = 1 + earlier_misses(scene.history, group);
    if scans < scene.knowledge.identity.scans_needed {
        return Err(NotCheckedReason::TooFewScans);
    }
    Ok((scans, *segment))
}

/// Of several addresses' reasons, the one that was closest to an answer is told.
fn informative(reason: NotCheckedReason) -> u8 {
    match reason {
        NotCheckedReason::PartialScan => 2,
        NotCheckedReason::Excluded => 1,
        _ => 0,
    }
}

/// The segment in which this run asked for the address to the end.
pub(crate) fn looked_at(batch: &Batch, address: IpAddr, rules: &Identity) -> Result<IpNet, NotCheckedReason> {
    if batch.header.exclude.iter().any(|net| net.contains(&address)) {
        return Err(NotCheckedReason::Excluded);
    }
    let covered = covering(&batch.coverage, address, rules);
    let in_scope = || batch.header.scope.iter().any(|net| net.contains(&address));
    // Who only listens has not looked for anybody.
    if covered.is_empty() && (batch.coverage.is_empty() || !in_scope()) {
        return Err(NotCheckedReason::SegmentNotScanned);
    }
    let whole = covered.iter().find(|coverage| coverage.asked > 0 && coverage.not_reached == 0);
    match whole {
        Some(coverage) if batch.is_complete() => Ok(coverage.segment),
        _ => Err(NotCheckedReason::PartialScan),
    }
}

/// How presence probes looked at the smallest segment around an address; on the scanner's own link
/// what was asked there counts first.
fn covering<'c>(coverage: &'c [Coverage], address: IpAddr, rules: &Identity) -> Vec<&'c Coverage> {
    let asks = |c: &&Coverage| rules.presence_probes.contains(&c.probe.0) && c.segment.contains(&address);
    let mut covering: Vec<&Coverage> = coverage.iter().filter(asks).collect();
    covering.sort_by(|a, b| {
        let rank = |c: &Coverage| (std::cmp::Reverse(c.segment.prefix_len()), !c.on_link, c.probe.0.clone());
        rank(a).cmp(&rank(b))
    });
    covering
}

/// On the scanner's own link nothing can refuse to answer; behind a router a device may keep silent.
pub(crate) fn is_on_link(batch: &Batch, address: IpAddr, rules: &Identity) -> bool {
    covering(&batch.coverage, address, rules).iter().any(|coverage| coverage.on_link && coverage.asked > 0)
}

/// Earlier runs, newest first, that missed it, too; a run that saw it ends the count, a run that
/// did not look is passed over.
fn earlier_misses(history: &[Verdict], group: &Group<'_>) -> u32 {
    let mut scans = 0;
    for verdict in history.iter().rev() {
        let row = verdict.entries.iter().find(|entry| group.any(|row| row.id == entry.entry));
        match row.map(|entry| entry.verdict) {
            Some(EntryState::NotFound) => scans += 1,
            Some(EntryState::NotChecked) => {
                let few = |f: &super::finding::Finding| {
                    f.entries.iter().any(|id| group.any(|row| row.id == *id))
                        && matches!(f.kind, super::finding::Kind::NotChecked { reason: NotCheckedReason::TooFewScans })
                };
                scans += u32::from(verdict.findings.iter().any(few));
            }
            _ => break,
        }
    }
    scans
}
