//! What is written down: observations in order, and how each segment was looked at.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::time::Duration;

use daicho_shared::batch::Trouble;
use daicho_shared::coverage::{Coverage, Outcome};
use daicho_shared::fact::Fact;
use daicho_shared::id::ProbeName;
use daicho_shared::observation::{Observation, REPLY_LIMIT, Target};
use ipnet::IpNet;
use jiff::Timestamp;

use super::device::Device;
use super::sweep::count_by;
use crate::plan::Plan;
use crate::probe::Reading;
use crate::scope::Gate;

/// The most troubles of one run that are written down.
const TROUBLE_LIMIT: usize = 1000;

#[derive(Debug)]
pub(super) struct Log {
    started: Timestamp,
    number: u32,
    fresh: Vec<Observation>,
    heard: BTreeSet<(Target, Vec<Fact>)>,
    counts: BTreeMap<(IpNet, &'static str), Counts>,
    troubles: Vec<Trouble>,
}

#[derive(Debug, Default, Clone, Copy)]
struct Counts {
    asked: u32,
    answered: u32,
    not_allowed: u32,
}

impl Log {
    pub(super) fn new(started: Timestamp) -> Self {
        Self { started, number: 0, fresh: vec![], heard: BTreeSet::new(), counts: BTreeMap::new(), troubles: vec![] }
    }

    pub(super) fn observe(
        &mut self,
        now: Duration,
        probe: &'static str,
        target: Target,
        reading: Reading,
        reply: &[u8],
    ) {
        let outcome = reading.outcome.unwrap_or(Outcome::Silent);
        self.number += 1;
        let reply = hex::encode(&reply[..reply.len().min(REPLY_LIMIT)]);
        let at = self.started + now;
        let probe = ProbeName::from(probe);
        self.fresh.push(Observation { number: self.number, at, probe, target, outcome, facts: reading.facts, reply });
    }

    /// Something went wrong; the run goes on.
    pub(super) fn trouble(&mut self, now: Duration, place: String, message: String) {
        if self.troubles.len() < TROUBLE_LIMIT {
            self.troubles.push(Trouble { at: self.started + now, place, message });
        }
    }

    pub(super) fn troubles(&self) -> &[Trouble] {
        &self.troubles
    }

    /// The same target has not said the same before.
    pub(super) fn is_news(&mut self, target: &Target, facts: &[Fact]) -> bool {
        self.heard.insert((target.clone(), facts.to_vec()))
    }

    pub(super) fn take(&mut self) -> Vec<Observation> {
        std::mem::take(&mut self.fresh)
    }

    pub(super) fn asked(&mut self, gate: &Gate, plan: &Plan, target: &Target, probe: &'static str) {
        self.counts_of(gate, plan, target, probe).asked += 1;
    }

    pub(super) fn answered(&mut self, gate: &Gate, plan: &Plan, target: &Target, probe: &'static str) {
        self.counts_of(gate, plan, target, probe).answered += 1;
    }

    pub(super) fn not_allowed(&mut self, gate: &Gate, plan: &Plan, target: &Target, probe: &'static str) {
        self.counts_of(gate, plan, target, probe).not_allowed += 1;
    }

    fn counts_of(&mut self, gate: &Gate, plan: &Plan, target: &Target, probe: &'static str) -> &mut Counts {
        let segment = segment(gate, plan, target);
        self.counts.entry((segment, probe)).or_default()
    }

    /// Coverage, with what was planned and not reached.
    pub(super) fn coverage(&self, gate: &Gate, plan: &Plan, left: &[IpAddr], devices: &[Device]) -> Vec<Coverage> {
        let mut counts = self.counts.clone();
        let presence = |address: &IpAddr| if plan.link_of(*address).is_some() { "arp" } else { "echo" };
        let unswept = left.iter().filter_map(|address| Some((gate.networks().segment(*address)?, presence(address))));
        let unasked = devices.iter().flat_map(|device| {
            let segment = segment(gate, plan, &device.target);
            device.queue.iter().map(move |item| (segment, item.probe.card().name))
        });
        let not_reached = count_by(unswept.chain(unasked));
        for key in not_reached.keys() {
            counts.entry(*key).or_default();
        }
        for (network, probe) in gate.networks().allowed().iter().map(|network| (*network, presence(&network.addr()))) {
            counts.entry((network, probe)).or_default();
        }
        counts
            .into_iter()
            .map(|((segment, probe), counts)| Coverage {
                segment,
                on_link: plan.link_of(segment.addr()).is_some(),
                probe: ProbeName::from(probe),
                asked: counts.asked,
                answered: counts.answered,
                not_allowed: counts.not_allowed,
                not_reached: not_reached.get(&(segment, probe)).copied().unwrap_or(0),
            })
            .collect()
    }
}

/// The scope's network that a target belongs to. A link-local address belongs to the network that
/// shares its link.
fn segment(gate: &Gate, plan: &Plan, target: &Target) -> IpNet {
    let by_link = || {
        let link = plan.links.iter().find(|link| Some(&link.interface) == target.interface.as_ref())?;
        link.addresses.iter().find_map(|address| gate.networks().segment(address.addr()))
    };
    gate.networks().segment(target.address).or_else(by_link).unwrap_or_else(|| IpNet::from(target.address))
}
