//! Everything derived from one run and one ledger, for the rules to speak about.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use daicho_shared::batch::Batch;
use daicho_shared::coverage::Outcome;
use daicho_shared::id::ObservationId;
use jiff::Timestamp;

use super::Case;
use super::asset::{Asset, AssetId};
use super::compare::Shown;
use super::evidence::{Evidence, link_addresses};
use super::finding::NotCheckedReason;
use super::group::{Group, groups};
use super::hint::Hints;
use super::identity::{Machine, machines};
use super::inventory::Origins;
use super::knowledge::Knowledge;
use super::matching::{Pairing, pair};
use super::memory;
use super::portrait::{self, Facts};
use super::silence::{Look, Past};
use super::vendor::{self, Holding, Names, Vendors};
use super::verdict::{EntryState, Verdict};
use super::{decision, difference, hint, hypothesis, place, silence};

/// The derived picture.
pub(crate) struct Scene<'a> {
    pub(crate) batch: &'a Batch,
    pub(crate) ledger: &'a super::entry::Ledger,
    pub(crate) history: &'a [Verdict],
    pub(crate) knowledge: &'a Knowledge,
    pub(crate) evidence: Evidence<'a>,
    /// Machines and assets stand at the same index, sorted by asset id.
    pub(crate) machines: Vec<Machine<'a>>,
    pub(crate) assets: Vec<Asset>,
    pub(crate) groups: Vec<Group<'a>>,
    pub(crate) pairing: Pairing,
    /// How this run looked at the network.
    pub(crate) look: Look<'a>,
    /// Earlier runs, newest first.
    pub(crate) past: Vec<Past<'a>>,
    /// What became of every group.
    pub(crate) fates: Vec<Fate>,
    /// What people should be asked about services, management and support.
    pub(crate) hints: Hints,
    /// What vendors were asked and answered.
    pub(crate) vendors: &'a Vendors,
    /// Which names mean one vendor.
    pub(crate) names: Names<'a>,
    /// What every vendor has in the hospital, by key.
    pub(crate) holdings: BTreeMap<String, Holding<'a>>,
}

/// What became of one group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fate {
    pub(crate) state: EntryState,
    /// Of a group that was not found: the scans that missed it, and the segment.
    pub(crate) missed: Option<(u32, String)>,
    /// Of a group that was not checked.
    pub(crate) reason: Option<NotCheckedReason>,
}

impl<'a> Scene<'a> {
    pub(crate) fn new(case: &Case<'a>, origins: Origins) -> Self {
        let evidence = Evidence::merged(case.batch, origins);
        let met = memory::first_seen(case.history);
        let known = |id: &AssetId| met.get(id).copied();
        let decisions = decision::Decisions::new(case.decisions);
        let draw = |machine| {
            let mut asset = portrait::asset(&machine, &evidence, case.knowledge, known);
            decision::apply(&mut asset, &decisions);
            (asset, machine)
        };
        let mut drawn: Vec<(Asset, Machine<'a>)> =
            machines(&evidence, &case.knowledge.identity).into_iter().map(draw).collect();
        drawn.sort_by(|a, b| a.0.id.cmp(&b.0.id));
        let (mut assets, machines): (Vec<Asset>, Vec<Machine<'a>>) = drawn.into_iter().unzip();
        place::settle(&mut assets, &machines, &evidence);
        let mut groups = groups(&case.ledger.entries, case.knowledge);
        memory::recall(&mut groups, case.history);
        let pairing = pair(&groups, &assets, case.knowledge);
        let names = Names::new(&case.ledger.records, case.knowledge);
        let mut scene = Self {
            batch: case.batch,
            ledger: case.ledger,
            history: case.history,
            knowledge: case.knowledge,
            evidence,
            machines,
            assets,
            groups,
            pairing,
            look: Look::of(case.batch),
            past: silence::past(case.history),
            fates: vec![],
            hints: Hints::default(),
            vendors: case.vendors,
            holdings: BTreeMap::new(),
            names,
        };
        scene.holdings = vendor::holdings(case.ledger, &scene.groups, &scene.names);
        let hypotheses = hypothesis::judge(&scene);
        scene.assets.iter_mut().zip(hypotheses).for_each(|(asset, graded)| graded.settle(asset));
        scene.fates = (0..scene.groups.len()).map(|index| scene.fate(index)).collect();
        scene.hints = hint::hints(&scene);
        scene
    }

    /// The row's device could be switched on while a run looked; always, where this hospital says that hours do not
    /// matter.
    pub(crate) fn covers_hours(&self, group: &Group<'_>, started: Timestamp, finished: Option<Timestamp>) -> bool {
        !self.knowledge.mind_hours || self.knowledge.hours.cover(group, started, finished)
    }

    /// The day of the run, where the hospital is.
    pub(crate) fn day(&self) -> jiff::civil::Date {
        self.knowledge.hours.day(self.batch.header.started)
    }

    fn fate(&self, group: usize) -> Fate {
        let of = |state| Fate { state, missed: None, reason: None };
        if let Some(asset) = self.pairing.asset_of.get(&group) {
            let differs = !difference::differences(self, group, *asset).is_empty();
            return of(if differs { EntryState::MatchedWithDifferences } else { EntryState::Matched });
        }
        if self.pairing.shares.contains_key(&group) {
            return of(EntryState::Matched);
        }
        if self.pairing.ambiguous.contains_key(&group) {
            return of(EntryState::Ambiguous);
        }
        if self.is_scanner(&self.groups[group]) {
            return of(EntryState::Matched);
        }
        silence::fate(self, group)
    }

    /// The row declares the machine that scans: it is there, and does not ask itself.
    fn is_scanner(&self, group: &Group<'_>) -> bool {
        let by_address = group.addresses.iter().any(|address| self.evidence.owns_address(*address));
        by_address || group.macs.iter().any(|mac| self.evidence.owns_mac(*mac))
    }

    /// One machine's facts.
    pub(crate) fn facts(&self, asset: usize) -> Facts<'_, 'a> {
        Facts { machine: &self.machines[asset], evidence: &self.evidence }
    }

    /// One machine as keys.
    pub(crate) fn shown(&self, asset: usize) -> &Shown {
        &self.pairing.shown[asset]
    }

    /// The row group that is this machine.
    pub(crate) fn group_of(&self, asset: usize) -> Option<&Group<'a>> {
        self.pairing.group_of.get(&asset).map(|group| &self.groups[*group])
    }

    /// The row group that is this machine, or else that of a line or a network device that has its card, serial number,
    /// address or name all the same, e.g. one row for both routers of a pair; an address or a name only where no card
    /// says otherwise.
    pub(crate) fn joining(&self, asset: usize) -> Option<&Group<'a>> {
        let shown = self.shown(asset);
        let has = |group: &&Group<'a>| {
            let certain = group.macs.meets(&shown.macs) || shown.serial.iter().any(|one| group.serials.contains(one));
            let other = !group.macs.is_empty() && !shown.macs.is_empty();
            certain || !other && (group.addresses.meets(&shown.addresses) || group.hosts.meets(&shown.hosts))
        };
        let mut joining =
            self.groups.iter().filter(|group| group.is_external_connection() || group.is_network_device());
        self.group_of(asset).or_else(|| joining.find(has))
    }

    /// Observations that show the machine: one of every address, as far as the limit goes.
    pub(crate) fn presence(&self, asset: usize) -> Vec<ObservationId> {
        let mut addresses = BTreeSet::new();
        let first = portrait::presence(&self.machines[asset]).filter(|o| addresses.insert(o.target.address));
        let ids: BTreeSet<ObservationId> = first.map(|o| self.evidence.id(o)).collect();
        ids.into_iter().take(self.knowledge.identity.evidence_limit).collect()
    }

    /// Observations that show an interface with its link-layer address.
    pub(crate) fn links(&self, asset: usize) -> Vec<ObservationId> {
        let shows = self.machines[asset].observations.iter().filter(|o| link_addresses(o).next().is_some());
        let ids: Vec<ObservationId> =
            shows.take(self.knowledge.identity.evidence_limit).map(|o| self.evidence.id(o)).collect();
        if ids.is_empty() { self.presence(asset) } else { ids }
    }

    /// Observations that ended in silence, as many of each address as a finding cites.
    pub(crate) fn silences(&self) -> BTreeMap<IpAddr, Vec<ObservationId>> {
        let mut silences: BTreeMap<IpAddr, Vec<ObservationId>> = BTreeMap::new();
        for one in self.evidence.observations.iter().filter(|o| o.outcome == Outcome::Silent) {
            let here = silences.entry(one.target.address).or_default();
            if here.len() < self.knowledge.identity.evidence_limit {
                here.push(self.evidence.id(one));
            }
        }
        silences
    }
}
