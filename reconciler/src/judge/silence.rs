//! What it means that a declared device was not seen. Nothing, unless somebody looked well enough.

use std::collections::{BTreeSet, HashMap};
use std::net::IpAddr;

use daicho_shared::batch::Batch;
use daicho_shared::coverage::Coverage;
use ipnet::IpNet;
use jiff::Timestamp;

use super::entry::{EntryId, FourValued, Status};
use super::finding::NotCheckedReason;
use super::group::Group;
use super::knowledge::Identity;
use super::networks::Networks;
use super::scene::{Fate, Scene};
use super::verdict::{EntryState, Verdict};

/// How one run looked at the network.
#[derive(Debug)]
pub(crate) struct Look<'r> {
    scope: Networks<()>,
    exclude: Networks<()>,
    coverage: Networks<&'r Coverage>,
    asked: bool,
    complete: bool,
    started: Timestamp,
    finished: Option<Timestamp>,
}

impl<'r> Look<'r> {
    /// The run that is judged.
    pub(crate) fn of(batch: &'r Batch) -> Self {
        Self {
            scope: networks(&batch.header.scope),
            exclude: networks(&batch.header.exclude),
            coverage: covered(&batch.coverage),
            asked: !batch.coverage.is_empty(),
            complete: batch.is_complete(),
            started: batch.header.started,
            finished: batch.end.as_ref().map(|end| end.finished),
        }
    }

    fn of_verdict(verdict: &'r Verdict) -> Self {
        let run = &verdict.run;
        Self {
            scope: networks(&run.scope),
            exclude: networks(&run.exclude),
            coverage: covered(&verdict.coverage),
            asked: !verdict.coverage.is_empty(),
            complete: run.complete,
            started: run.started,
            finished: run.finished,
        }
    }
}

fn networks(list: &[IpNet]) -> Networks<()> {
    list.iter().map(|network| (*network, ())).collect()
}

fn covered(list: &[Coverage]) -> Networks<&Coverage> {
    list.iter().map(|coverage| (coverage.segment, coverage)).collect()
}

/// An earlier run, and what it made of every row.
pub(crate) struct Past<'a> {
    look: Look<'a>,
    states: HashMap<&'a EntryId, EntryState>,
}

/// Earlier runs, newest first.
pub(crate) fn past(history: &[Verdict]) -> Vec<Past<'_>> {
    let one = |verdict| Past { look: Look::of_verdict(verdict), states: states(verdict) };
    history.iter().rev().map(one).collect()
}

fn states(verdict: &Verdict) -> HashMap<&EntryId, EntryState> {
    verdict.entries.iter().map(|row| (&row.entry, row.verdict)).collect()
}

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
    let answered = answered_from_afar(scene, group);
    let segment = looked_for(&scene.look, group, answered, &scene.knowledge.identity)?;
    let looked = runs_without(scene, group, answered);
    let at_hours = looked.iter().filter(|look| scene.covers_hours(group, look.started, look.finished)).count();
    let needed = scene.knowledge.identity.scans_needed as usize;
    match u32::try_from(at_hours).unwrap_or(u32::MAX) {
        scans if at_hours >= needed => Ok((scans, segment)),
        _ if looked.len() >= needed => Err(NotCheckedReason::OffHours),
        _ => Err(NotCheckedReason::TooFewScans),
    }
}

/// This run and the earlier ones, newest first, that looked for it in vain; a run that saw it ends the count, a run
/// that did not look is passed over.
fn runs_without<'s, 'a>(scene: &'s Scene<'a>, group: &Group<'_>, answered: bool) -> Vec<&'s Look<'a>> {
    let rules = &scene.knowledge.identity;
    let mut looked = vec![&scene.look];
    for past in &scene.past {
        let state = group.rows.iter().find_map(|row| past.states.get(&row.id));
        if !matches!(state, Some(EntryState::NotFound | EntryState::NotChecked)) {
            break;
        }
        looked.extend(looked_for(&past.look, group, answered, rules).is_ok().then_some(&past.look));
    }
    looked
}

/// It has answered an earlier run from behind a router: one method is enough to miss it there.
fn answered_from_afar(scene: &Scene<'_>, group: &Group<'_>) -> bool {
    let seen = |past: &&Past<'_>| {
        let state = group.rows.iter().find_map(|row| past.states.get(&row.id));
        matches!(state, Some(EntryState::Matched | EntryState::MatchedWithDifferences))
    };
    let rules = &scene.knowledge.identity;
    let afar = |past: &Past<'_>| {
        group.addresses.iter().any(|a| looked_at(&past.look, *a, rules).is_ok_and(|_| !on_link(&past.look, *a, rules)))
    };
    scene.past.iter().filter(seen).any(afar)
}

/// The segment in which the run looked for it, by methods that would have found it.
fn looked_for(look: &Look<'_>, group: &Group<'_>, answered: bool, rules: &Identity) -> Result<IpNet, NotCheckedReason> {
    let outcome = |address: &IpAddr| {
        let segment = looked_at(look, *address, rules)?;
        let strong = on_link(look, *address, rules) || answered || asked_by_several(look, *address, rules);
        if strong { Ok(segment) } else { Err(NotCheckedReason::WeakMethod) }
    };
    let outcomes: Vec<_> = group.addresses.iter().map(outcome).collect();
    let found = outcomes.iter().find_map(|outcome| outcome.as_ref().ok().copied());
    let reason = || outcomes.iter().filter_map(|outcome| outcome.err()).max_by_key(|reason| informative(*reason));
    found.ok_or_else(|| reason().unwrap_or(NotCheckedReason::SegmentNotScanned))
}

/// Of several addresses' reasons, the one that was closest to an answer is told.
fn informative(reason: NotCheckedReason) -> u8 {
    match reason {
        NotCheckedReason::WeakMethod => 3,
        NotCheckedReason::PartialScan => 2,
        NotCheckedReason::Excluded => 1,
        _ => 0,
    }
}

/// The segment in which a run asked for the address to the end.
pub(crate) fn looked_at(look: &Look<'_>, address: IpAddr, rules: &Identity) -> Result<IpNet, NotCheckedReason> {
    if look.exclude.hold(address) {
        return Err(NotCheckedReason::Excluded);
    }
    let covered = covering(look, address, rules);
    // Who only listens has not looked for anybody.
    if covered.is_empty() && !(look.asked && look.scope.hold(address)) {
        return Err(NotCheckedReason::SegmentNotScanned);
    }
    let whole = covered.iter().find(|coverage| coverage.asked > 0 && coverage.not_reached == 0);
    match whole {
        Some(coverage) if look.complete => Ok(coverage.segment),
        _ => Err(NotCheckedReason::PartialScan),
    }
}

/// How presence probes looked at the smallest segment around an address; on the scanner's own link
/// what was asked there counts first.
fn covering<'c>(look: &Look<'c>, address: IpAddr, rules: &Identity) -> Vec<&'c Coverage> {
    let asks = |c: &&Coverage| rules.presence_probes.contains(&*c.probe.0);
    let mut covering: Vec<&Coverage> = look.coverage.holding(address).copied().filter(asks).collect();
    covering.sort_by(|a, b| {
        let rank = |c: &Coverage| (std::cmp::Reverse(c.segment.prefix_len()), !c.on_link);
        rank(a).cmp(&rank(b)).then_with(|| a.probe.0.cmp(&b.probe.0))
    });
    covering
}

/// Behind a router any one question may be filtered: several must have been put.
fn asked_by_several(look: &Look<'_>, address: IpAddr, rules: &Identity) -> bool {
    let whole = |coverage: &&&Coverage| coverage.asked > 0 && coverage.not_reached == 0;
    let covering = covering(look, address, rules);
    let probes: BTreeSet<&str> = covering.iter().filter(whole).map(|coverage| &*coverage.probe.0).collect();
    probes.len() >= rules.routed_probes
}

/// On the scanner's own link nothing can refuse to answer; behind a router a device may keep silent.
pub(crate) fn on_link(look: &Look<'_>, address: IpAddr, rules: &Identity) -> bool {
    covering(look, address, rules).iter().any(|coverage| coverage.on_link && coverage.asked > 0)
}

#[cfg(test)]
mod tests {
    use super::super::finding::Kind;
    use super::super::knowledge::Knowledge;
    use super::super::sample::{World, keyed};
    use super::*;

    const TUESDAY_MORNING: [&str; 2] = ["2026-03-31T02:00:00Z", "2026-03-31T03:00:00Z"];
    const WEDNESDAY_NIGHT: [&str; 2] = ["2026-03-31T17:00:00Z", "2026-03-31T18:00:00Z"];

    fn world(address: &str) -> World {
        let mut world = World::new();
        world.rows.push(keyed(1, address, "00:80:A3:00:00:09"));
        world.rows[0].location = Some("内科外来".into());
        world
    }

    /// The kind of the one finding, of these runs one after the other.
    fn kind(world: &mut World, runs: &[[&str; 2]]) -> Kind {
        let knowledge = Knowledge::builtin();
        for (number, run) in runs.iter().enumerate() {
            let batch = world.batch_mut();
            batch.header.run = format!("run-{number}").as_str().into();
            batch.header.started = run[0].parse().unwrap();
            batch.end.as_mut().unwrap().finished = run[1].parse().unwrap();
            let verdict = world.verdict_by(&knowledge);
            world.history.push(verdict);
        }
        world.history.last().unwrap().findings[0].kind.clone()
    }

    fn unchecked(reason: NotCheckedReason) -> Kind {
        Kind::NotChecked { reason }
    }

    #[test]
    fn three_runs_while_it_could_be_on_make_it_missing() {
        let kind = |days: usize| kind(&mut world("10.0.0.9"), &vec![TUESDAY_MORNING; days]);
        assert_eq!(kind(1), unchecked(NotCheckedReason::TooFewScans));
        assert_eq!(kind(2), unchecked(NotCheckedReason::TooFewScans));
        assert_eq!(kind(3), Kind::NotFound { scans: 3, segment: "10.0.0.0/24".into() });
    }

    #[test]
    fn nights_say_nothing_about_what_is_switched_off_at_night() {
        let mut runs = vec![WEDNESDAY_NIGHT; 5];
        assert_eq!(kind(&mut world("10.0.0.9"), &runs), unchecked(NotCheckedReason::OffHours));
        runs.extend([TUESDAY_MORNING; 3]);
        assert!(matches!(kind(&mut world("10.0.0.9"), &runs), Kind::NotFound { scans: 3, .. }));
        let mut ward = world("10.0.0.9");
        ward.rows[0].location = Some("3階病棟".into());
        assert!(matches!(kind(&mut ward, &[WEDNESDAY_NIGHT; 3]), Kind::NotFound { scans: 3, .. }));
    }

    #[test]
    fn a_run_that_saw_it_begins_the_count_anew_and_one_that_did_not_look_counts_for_nothing() {
        let mut world = world("10.0.0.9");
        kind(&mut world, &[TUESDAY_MORNING; 2]);
        world.arp("10.0.0.9", "00:80:A3:00:00:09");
        let seen = world.verdict();
        world.history.push(seen);
        world.batch_mut().observations.clear();
        assert_eq!(kind(&mut world, &[TUESDAY_MORNING; 2]), unchecked(NotCheckedReason::TooFewScans));
        let whole = world.batch().coverage;
        world.batch_mut().coverage.retain(|coverage| !coverage.on_link);
        world.batch_mut().header.scope.remove(0);
        assert_eq!(kind(&mut world, &[TUESDAY_MORNING]), unchecked(NotCheckedReason::SegmentNotScanned));
        world.batch_mut().coverage = whole;
        assert!(matches!(kind(&mut world, &[TUESDAY_MORNING]), Kind::NotFound { scans: 3, .. }));
    }

    #[test]
    fn behind_a_router_one_method_is_not_enough_unless_it_answered_there_before() {
        let runs = [TUESDAY_MORNING; 3];
        assert_eq!(kind(&mut world("10.0.1.9"), &runs), unchecked(NotCheckedReason::WeakMethod));
        let mut asked_twice = world("10.0.1.9");
        let mut ping = asked_twice.batch().coverage[2].clone();
        ping.probe = "tcp-ping".into();
        asked_twice.batch_mut().coverage.push(ping);
        assert!(matches!(kind(&mut asked_twice, &runs), Kind::NotFound { scans: 3, .. }));
        let mut known = world("10.0.1.9");
        known.see("10.0.1.9", "echo", vec![daicho_shared::fact::Fact::Alive]);
        let seen = known.verdict();
        known.history.push(seen);
        known.batch_mut().observations.clear();
        assert!(matches!(kind(&mut known, &runs), Kind::NotFound { scans: 3, .. }));
    }
}
