//! Who is there: every address of the scope once, and once more if it kept silent.

use std::collections::{HashMap, HashSet, VecDeque};
use std::net::IpAddr;
use std::time::Duration;

use daicho_shared::observation::Target;

use super::device::Proof;
use super::{Action, Asked, Ending, Engine, Job, Next};
use crate::plan::Item;
use crate::probe::{Card, PROBES, Probe, Question, Reply, named};
use crate::scope::Verdict;

/// A silent address is asked again after this long at the earliest.
const SECOND_PASS_AFTER: Duration = Duration::from_millis(1100);
/// After the last question, answers are waited for this long.
const LAST_WAIT: Duration = Duration::from_millis(900);
/// Addresses behind routers that are being asked at the same time.
const ROUTED_AT_ONCE: usize = 64;
/// A TCP port that most hosts answer, by acceptance or refusal.
const TCP_PING_PORT: u16 = 443;

/// Addresses on the agent's links.
#[derive(Debug)]
pub(super) struct Sweep {
    addresses: Vec<IpAddr>,
    next: usize,
    second: bool,
    answered: HashSet<IpAddr>,
    first_pass_began: Option<Duration>,
    over_at: Option<Duration>,
    over: bool,
}

impl Sweep {
    pub(super) fn new(addresses: Vec<IpAddr>) -> Self {
        let over = addresses.is_empty();
        Self {
            addresses,
            next: 0,
            second: false,
            answered: HashSet::new(),
            first_pass_began: None,
            over_at: None,
            over,
        }
    }

    pub(super) fn answered(&mut self, address: IpAddr) {
        self.answered.insert(address);
    }

    pub(super) fn is_over(&self) -> bool {
        self.over
    }

    pub(super) fn total(&self) -> usize {
        self.addresses.len()
    }

    pub(super) fn done(&self) -> usize {
        if self.second || self.over { self.addresses.len() } else { self.next }
    }

    /// Addresses that were never asked.
    pub(super) fn left(&self) -> Vec<IpAddr> {
        if self.second || self.over { vec![] } else { self.addresses[self.next..].to_vec() }
    }

    /// The next address, or when there may be one, or nothing any more.
    fn next(&mut self, now: Duration) -> Result<IpAddr, Option<Duration>> {
        loop {
            if self.over {
                return Err(None);
            }
            if let Some(&address) = self.addresses.get(self.next) {
                if !(self.second && self.answered.contains(&address)) {
                    self.first_pass_began.get_or_insert(now);
                    return Ok(address);
                }
                self.next += 1;
            } else if !self.second {
                let again = self.first_pass_began.unwrap_or(now) + SECOND_PASS_AFTER;
                if now < again {
                    return Err(Some(again));
                }
                (self.next, self.second) = (0, true);
            } else {
                let end = *self.over_at.get_or_insert(now + LAST_WAIT);
                if now < end {
                    return Err(Some(end));
                }
                self.over = true;
            }
        }
    }
}

/// Addresses behind routers: one echo, and one connection where that is not answered.
#[derive(Debug)]
pub(super) struct Routed {
    waiting: VecDeque<(IpAddr, Step)>,
    total: usize,
    under_way: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Echo,
    Connect,
}

impl Routed {
    pub(super) fn new(addresses: Vec<IpAddr>) -> Self {
        let total = addresses.len();
        let waiting = addresses.into_iter().map(|address| (address, Step::Echo)).collect();
        Self { waiting, total, under_way: 0 }
    }

    pub(super) fn total(&self) -> usize {
        self.total
    }

    pub(super) fn done(&self) -> usize {
        self.total - self.waiting.iter().filter(|(_, step)| *step == Step::Echo).count().min(self.total)
    }

    pub(super) fn left(&self) -> Vec<IpAddr> {
        self.waiting.iter().filter(|(_, step)| *step == Step::Echo).map(|(address, _)| *address).collect()
    }
}

impl Engine {
    pub(super) fn poll_sweep(&mut self, now: Duration) -> Next {
        loop {
            let address = match self.sweep.next(now) {
                Ok(address) => address,
                Err(Some(later)) => return Next::Later(later),
                Err(None) => return Next::Nothing,
            };
            let Some((link, probe, frame)) = self.sweep_frame(address) else {
                self.sweep.next += 1;
                continue;
            };
            let target = self.unknown(address, link);
            match self.gate.ask_sweep(now, &target, probe.card()) {
                Verdict::Granted(permit) => {
                    self.sweep.next += 1;
                    if !self.sweep.second {
                        self.log.asked(&self.gate, &self.plan, &target, probe.card().name);
                    }
                    return Next::Do(Action::Transmit { permit, link, frame });
                }
                Verdict::NotBefore(at) => return Next::Later(at),
                Verdict::Denied(_) => self.sweep.next += 1,
            }
        }
    }

    /// The frame that asks whether anybody is at this address.
    pub(super) fn sweep_frame(&self, address: IpAddr) -> Option<(usize, &'static dyn Probe, Vec<u8>)> {
        let link = self.plan.link_of(address)?;
        PROBES.iter().find_map(|&probe| match probe.sweep(&self.plan.links[link], address)? {
            Question::Frame { bytes } => Some((link, probe, bytes)),
            _ => None,
        })
    }

    fn unknown(&self, address: IpAddr, link: usize) -> Target {
        Target { address, mac: None, interface: Some(self.plan.links[link].interface.as_str().into()) }
    }

    pub(super) fn poll_routed(&mut self, now: Duration) -> Next {
        while self.routed.under_way < ROUTED_AT_ONCE {
            let Some((address, step)) = self.routed.waiting.pop_front() else { return Next::Nothing };
            if self.by_address.contains_key(&address) {
                continue;
            }
            let Some(item) = presence(step) else { continue };
            let target = Target { address, mac: None, interface: None };
            match self.gate.ask(now, &target, presence_card(&item), item.packets) {
                Verdict::Granted(permit) => {
                    self.log.asked(&self.gate, &self.plan, &target, item.probe.card().name);
                    self.routed.under_way += 1;
                    return Next::Do(self.put(permit, Asked::Presence(address, item.probe), item.question));
                }
                Verdict::NotBefore(at) => {
                    self.routed.waiting.push_front((address, step));
                    return Next::Later(at);
                }
                Verdict::Denied(_) => {}
            }
        }
        Next::Nothing
    }

    pub(super) fn presence_done(&mut self, now: Duration, address: IpAddr, probe: &'static dyn Probe, ending: &Ending) {
        self.routed.under_way -= 1;
        let target = Target { address, mac: None, interface: None };
        let (question, reply, proof) = match ending {
            Ending::Accepted if probe.card().name == ECHO => (Question::Echo, Reply::Accepted, Proof::Echo),
            Ending::Accepted => (connect(), Reply::Accepted, Proof::Port(TCP_PING_PORT)),
            Ending::Refused if probe.card().name != ECHO => (connect(), Reply::Refused, Proof::Port(TCP_PING_PORT)),
            _ => return self.try_connect(address, probe),
        };
        let reading = probe.read(&question, reply);
        self.log.answered(&self.gate, &self.plan, &target, probe.card().name);
        self.log.observe(now, probe.card().name, target.clone(), reading, (&[], &[]));
        self.arrive(now, target, false, proof);
    }

    /// No echo: one connection, unless the device is to be treated with care.
    fn try_connect(&mut self, address: IpAddr, probe: &'static dyn Probe) {
        let target = Target { address, mac: None, interface: None };
        if probe.card().name == ECHO && !self.gate.is_fragile(&target) {
            self.routed.waiting.push_back((address, Step::Connect));
        }
    }

    /// Puts a recheck whether a device that fell silent is still there.
    pub(super) fn recheck_item(&self, index: usize) -> Option<Item> {
        let device = &self.devices[index];
        match device.proof {
            Proof::Link => {
                let (_, probe, bytes) = self.sweep_frame(device.target.address)?;
                Some(Item::new(probe, Question::Frame { bytes }))
            }
            Proof::Echo => presence(Step::Echo),
            Proof::Port(port) => Some(Item::new(named(TCP_PING)?, Question::Connect { port })),
        }
    }

    pub(super) fn recheck_job(&mut self, index: usize, permit: crate::scope::Permit, item: Item) -> Action {
        self.next_job += 1;
        self.jobs.insert(self.next_job, Asked::Recheck(index));
        Action::Ask(Job { id: self.next_job, permit, question: item.question })
    }
}

const ECHO: &str = "echo";
const TCP_PING: &str = "tcp-ping";

fn connect() -> Question {
    Question::Connect { port: TCP_PING_PORT }
}

fn presence(step: Step) -> Option<Item> {
    Some(match step {
        Step::Echo => Item::new(named(ECHO)?, Question::Echo),
        Step::Connect => Item::new(named(TCP_PING)?, connect()),
    })
}

fn presence_card(item: &Item) -> &'static Card {
    item.probe.card()
}

/// How many addresses a list holds per segment.
pub(super) fn count_by<K: std::hash::Hash + Eq>(items: impl Iterator<Item = K>) -> HashMap<K, u32> {
    let mut counts = HashMap::new();
    for item in items {
        *counts.entry(item).or_insert(0) += 1;
    }
    counts
}
