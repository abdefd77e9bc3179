//! What is written down: observations in order, and how each segment was looked at.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::{BuildHasher, RandomState};
use std::net::IpAddr;
use std::time::Duration;

use daicho_shared::address::Mac;
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
/// The most different things that one sender may say.
const NEWS_OF_ONE: u16 = 64;
/// The most different things that are written down of all senders' later words; everybody's first word
/// is kept beside them.
const NEWS: usize = 60_000;
/// The most link-layer addresses that may claim one address of the scope.
const CLAIMANTS: u8 = 4;
/// The most senders without an address of the scope.
const STRANGERS: usize = 16_384;

#[derive(Debug)]
pub(super) struct Log {
    started: Timestamp,
    number: u32,
    fresh: Vec<Observation>,
    news: News,
    counts: BTreeMap<(IpNet, &'static str), Counts>,
    troubles: Vec<Trouble>,
}

/// Who said something: address and link-layer address, as far as the frame proves them.
pub(super) type Sender = (Option<IpAddr>, Option<Mac>);

/// What was heard already. A number stands for each thing that was said, so that a hostile host that
/// says a million things costs a bounded number of octets.
#[derive(Debug, Default)]
struct News {
    keys: RandomState,
    said: HashSet<u64>,
    senders: HashMap<Sender, u16>,
    claimants: HashMap<IpAddr, u8>,
    strangers: usize,
    told: bool,
}

impl News {
    /// Whether it is news; `None` where it is, and no room is left for it.
    fn take(&mut self, sender: Sender, in_scope: bool, facts: &[Fact]) -> Option<bool> {
        let said = self.keys.hash_one((sender, facts));
        if self.said.contains(&said) {
            return Some(false);
        }
        match self.senders.get_mut(&sender) {
            Some(count) if *count >= NEWS_OF_ONE || self.said.len() >= NEWS => return None,
            Some(count) => *count += 1,
            None => self.admit(sender, in_scope)?,
        }
        Some(self.said.insert(said))
    }

    fn admit(&mut self, sender: Sender, in_scope: bool) -> Option<()> {
        match sender.0.filter(|_| in_scope) {
            Some(address) => {
                let claimants = self.claimants.entry(address).or_default();
                *claimants = claimants.checked_add(1).filter(|count| *count <= CLAIMANTS)?;
            }
            None => {
                self.strangers = Some(self.strangers + 1).filter(|count| *count <= STRANGERS)?;
            }
        }
        self.senders.insert(sender, 1);
        Some(())
    }
}

#[derive(Debug, Default, Clone, Copy)]
struct Counts {
    asked: u32,
    answered: u32,
    not_allowed: u32,
}

impl Log {
    pub(super) fn new(started: Timestamp) -> Self {
        let (counts, troubles) = (BTreeMap::new(), vec![]);
        Self { started, number: 0, fresh: vec![], news: News::default(), counts, troubles }
    }

    pub(super) fn observe(
        &mut self,
        now: Duration,
        probe: &'static str,
        target: Target,
        reading: Reading,
        (request, reply): (&[u8], &[u8]),
    ) {
        let outcome = reading.outcome.unwrap_or(Outcome::Silent);
        self.number += 1;
        let kept = |octets: &[u8]| hex::encode(&octets[..octets.len().min(REPLY_LIMIT)]);
        let (request, reply, facts) = (kept(request), kept(reply), reading.facts.into());
        let at = self.started + now;
        let probe = ProbeName::from(probe);
        self.fresh.push(Observation { number: self.number, at, probe, target, outcome, facts, request, reply });
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

    /// This sender has not said the same before, and has not said too much.
    pub(super) fn is_news(&mut self, now: Duration, sender: Sender, in_scope: bool, facts: &[Fact]) -> bool {
        let news = self.news.take(sender, in_scope, facts);
        if news.is_none() && !std::mem::replace(&mut self.news.told, true) {
            let who = sender.1.map(|mac| mac.to_string()).or(sender.0.map(|address| address.to_string()));
            let message = "more was heard than is kept; the rest of what such senders said is left out";
            self.trouble(now, who.unwrap_or_default(), message.to_owned());
        }
        news.unwrap_or(false)
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
        let link = plan.links.iter().find(|link| Some(link.interface.as_str()) == target.interface.as_deref())?;
        link.addresses.iter().find_map(|address| gate.networks().segment(address.addr()))
    };
    gate.networks().segment(target.address).or_else(by_link).unwrap_or_else(|| IpNet::from(target.address))
}
