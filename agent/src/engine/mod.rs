//! Running conversations: which question next, and what an answer changes.
//!
//! No socket, no clock, no protocol. The driver calls [`Engine::poll`] for what to do, does it, and
//! reports with [`Engine::hear`] (a frame came in), [`Engine::done`] (a question ended) and
//! [`Engine::stop`]. Time is an argument: the duration since the start of the run. A device is asked
//! one question at a time, so that it never sees two connections of ours at once.

mod device;
mod ear;
mod exchange;
mod guess;
mod log;
mod manner;
mod sweep;
#[cfg(test)]
mod tests;

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, HashMap, HashSet, VecDeque};
use std::net::IpAddr;
use std::time::Duration;

use daicho_shared::address::Mac;
use daicho_shared::batch::Trouble;
use daicho_shared::coverage::Coverage;
use daicho_shared::fact::Fact;
use daicho_shared::observation::{Observation, Target};
use jiff::Timestamp;

use crate::plan::{Item, Plan};
use crate::probe::{Link, PROBES, Probe, Question, Reading, Reply, Variable};
use crate::scope::{DeviceKey, Gate, Permit, Tally, Verdict};

use device::{Device, Proof};
use ear::{DEVICE_LIMIT, Waiting};
use exchange::Exchanges;
use guess::Guessing;
use log::Log;
use sweep::{Routed, Sweep};

/// What the driver does next.
#[derive(Debug)]
pub enum Action {
    /// Send this frame on this link of the plan; then call [`Engine::sent`].
    Transmit {
        /// Permission for it.
        permit: Permit,
        /// Index into the plan's links.
        link: usize,
        /// The whole frame.
        frame: Vec<u8>,
    },
    /// Put this question, and call [`Engine::done`] when it has ended.
    Ask(Job),
    /// Nothing to do before this moment, unless something comes in.
    Wait(Duration),
    /// The run is over.
    Finished,
}

/// One question on its way.
#[derive(Debug)]
pub struct Job {
    /// Returned with its end.
    pub id: u64,
    /// Permission for it.
    pub permit: Permit,
    /// What is asked.
    pub question: Question,
}

/// How a question ended.
#[derive(Debug)]
pub enum Ending {
    /// Nothing came in time.
    Silence,
    /// It was refused.
    Refused,
    /// An echo reply, or an accepted connection.
    Accepted,
    /// Frames answered a frame, and said this.
    Told(Vec<Fact>),
    /// Datagrams came, each from an address.
    Datagrams(Vec<(IpAddr, Vec<u8>)>),
    /// SNMP variables came.
    Variables {
        /// In the order received.
        variables: Vec<Variable>,
        /// Protocol version that worked.
        version: &'static str,
        /// The table has more rows.
        more: bool,
    },
    /// A dialogue was read; the octets it received, bounded.
    Read(Reading, Vec<u8>),
    /// The operating system could not put the question.
    Failed(String),
}

/// The state of a run.
#[derive(Debug)]
pub struct Engine {
    gate: Gate,
    plan: Plan,
    log: Log,
    calls: VecDeque<(usize, Item)>,
    guessing: Guessing,
    exchanges: Exchanges,
    sweep: Sweep,
    routed: Routed,
    devices: Vec<Device>,
    by_mac: HashMap<Mac, usize>,
    by_address: HashMap<IpAddr, usize>,
    agenda: BinaryHeap<Reverse<(Duration, usize)>>,
    jobs: HashMap<u64, Asked>,
    next_job: u64,
    deferred: Vec<Target>,
    own: HashSet<Mac>,
    waiting: Waiting,
    /// Nobody is ever asked anything, so that nobody need be recognised.
    listens_only: bool,
    sweep_turn: bool,
    stopped: Option<String>,
}

/// What a job was about.
#[derive(Debug)]
enum Asked {
    Device(usize, &'static dyn Probe),
    Recheck(usize),
    Presence(IpAddr, &'static dyn Probe),
    Everybody(usize, &'static dyn Probe),
}

impl Engine {
    /// A run over this plan that began at `started`. `gateways` are the agent's own default gateways. What an operator asked
    /// for beyond the segment is written down first.
    pub fn new(plan: Plan, gate: Gate, started: Timestamp, gateways: &[(String, IpAddr)]) -> Self {
        let (mut log, mut waiting) = (Log::new(started), Waiting::default());
        for (interface, address) in gateways {
            let target = Target { address: *address, mac: None, interface: Some(interface.as_str().into()) };
            let facts = vec![Fact::DefaultGateway { interface: interface.clone() }];
            if gate.may_record(&target) {
                waiting.keep(DeviceKey::Address(*address), &facts);
                log.observe(Duration::ZERO, "route", target, Reading::answered(facts), (&[], &[]));
            }
        }
        for walk in &plan.setup.uplink.walk {
            let target = Target { address: walk.address, mac: None, interface: None };
            if gate.may_record(&target) {
                log.observe(Duration::ZERO, "walk", target, Reading::answered(vec![walk.told()]), (&[], &[]));
            }
        }
        let addresses = plan.addresses(gate.networks());
        let mut engine = Self { waiting, ..Self::with(plan, gate, log, addresses) };
        engine.tell_left_out();
        engine
    }

    /// An engine that is told what was heard on one link, and is never asked what to send: nothing is
    /// planned. `own` are the listening machine's link-layer addresses.
    pub fn listening(interface: &str, own: &[Mac], gate: Gate, started: Timestamp) -> Self {
        let plan = Plan::listening(interface);
        let mut engine = Self::with(plan, gate, Log::new(started), vec![]);
        engine.own.extend(own);
        engine.calls.clear();
        engine.listens_only = true;
        engine
    }

    fn with(plan: Plan, gate: Gate, log: Log, addresses: Vec<IpAddr>) -> Self {
        let calls = calls(&plan);
        let (on_link, routed): (Vec<IpAddr>, Vec<IpAddr>) =
            addresses.into_iter().partition(|address| plan.link_of(*address).is_some());
        Self {
            guessing: Guessing::new(&plan),
            exchanges: Exchanges::default(),
            own: plan.links.iter().map(|link| link.mac).collect(),
            sweep: Sweep::new(on_link),
            routed: Routed::new(routed),
            gate,
            plan,
            log,
            calls,
            devices: vec![],
            by_mac: HashMap::new(),
            by_address: HashMap::new(),
            agenda: BinaryHeap::new(),
            jobs: HashMap::new(),
            next_job: 0,
            deferred: vec![],
            waiting: Waiting::default(),
            listens_only: false,
            sweep_turn: true,
            stopped: None,
        }
    }

    /// What to do now.
    pub fn poll(&mut self, now: Duration) -> Action {
        if self.stopped.is_some() {
            return Action::Finished;
        }
        if self.sweep.is_over() {
            self.release_deferred(now);
        }
        let mut wait = Duration::MAX;
        if let Next::Later(at) = self.poll_exchanges(now) {
            wait = at;
        }
        let breath = self.gate.breath(now);
        if breath > now {
            if self.is_due(now) {
                self.gate.hold(now, breath);
            }
            return Action::Wait(breath.min(now + LONGEST_WAIT));
        }
        self.sweep_turn = !self.sweep_turn;
        let order: [Source; 5] = if self.sweep_turn {
            [Self::poll_calls, Self::poll_guesses, Self::poll_sweep, Self::poll_devices, Self::poll_routed]
        } else {
            [Self::poll_calls, Self::poll_guesses, Self::poll_devices, Self::poll_routed, Self::poll_sweep]
        };
        for source in order {
            match source(self, now) {
                Next::Do(action) => return action,
                Next::Later(at) => wait = wait.min(at),
                Next::Nothing => {}
            }
        }
        if wait == Duration::MAX && self.jobs.is_empty() && self.exchanges.is_empty() {
            return Action::Finished;
        }
        Action::Wait(wait.max(now + TICK).min(now + LONGEST_WAIT))
    }

    /// Somebody is to be asked something at once.
    fn is_due(&self, now: Duration) -> bool {
        !self.calls.is_empty() || self.agenda.peek().is_some_and(|Reverse((at, _))| *at <= now)
    }

    /// How long questions waited for the total pace, in all.
    pub fn held(&self) -> Duration {
        self.gate.held()
    }

    /// The frame of a [`Action::Transmit`] was sent, or could not be.
    pub fn sent(&mut self, now: Duration, permit: Permit) {
        self.gate.settle(now, permit);
    }

    /// A question has ended.
    pub fn done(&mut self, now: Duration, job: Job, ending: Ending) {
        let Job { id, permit, question } = job;
        if let Ending::Failed(message) = &ending {
            self.log.trouble(now, permit.target().address.to_string(), message.clone());
        }
        self.gate.settle(now, permit);
        match self.jobs.remove(&id) {
            Some(Asked::Device(index, probe)) => self.device_done(now, index, probe, &question, ending),
            Some(Asked::Recheck(index)) => self.recheck_done(now, index, matches!(ending, Ending::Silence)),
            Some(Asked::Presence(address, probe)) => self.presence_done(now, address, probe, &ending),
            Some(Asked::Everybody(link, probe)) => self.everybody_done(now, link, probe, &question, ending),
            None => {}
        }
    }

    /// End the run now; what is under way is given up.
    pub fn stop(&mut self, reason: &str) {
        self.stopped.get_or_insert_with(|| reason.to_owned());
    }

    /// Why the run ended before its plan did.
    pub fn stopped(&self) -> Option<&str> {
        self.stopped.as_deref()
    }

    /// Observations since the last call, in order.
    pub fn take_observations(&mut self) -> Vec<Observation> {
        self.log.take()
    }

    /// How each segment was looked at.
    pub fn coverage(&self) -> Vec<Coverage> {
        let mut left = self.sweep.left();
        left.extend(self.routed.left());
        self.log.coverage(&self.gate, &self.plan, &left, &self.devices)
    }

    /// What went wrong so far.
    pub fn troubles(&self) -> &[Trouble] {
        self.log.troubles()
    }

    /// Something outside the engine went wrong.
    pub fn trouble(&mut self, now: Duration, place: &str, message: &str) {
        self.log.trouble(now, place.to_owned(), message.to_owned());
    }

    /// Questions under way.
    pub fn under_way(&self) -> usize {
        self.jobs.len()
    }

    /// What reached whom. Questions whether anybody is at an address are broadcast: those that
    /// nobody answered are told as one sum per segment, under its broadcast address.
    pub fn tallies(&self) -> Vec<(Target, &'static str, Tally)> {
        let mut told: BTreeMap<(Target, &'static str), Tally> = BTreeMap::new();
        for (target, probe, tally) in self.gate.sent() {
            let key = (self.reached(target), probe);
            told.entry(key).and_modify(|sum| sum.add(tally)).or_insert(tally);
        }
        told.into_iter().map(|((target, probe), tally)| (target, probe, tally)).collect()
    }

    fn reached(&self, target: &Target) -> Target {
        let mut target = target.clone();
        match self.by_address.get(&target.address) {
            Some(&index) => target.mac = self.devices[index].target.mac,
            None if target.mac.is_none() && self.plan.link_of(target.address).is_some() => {
                let segment = self.gate.networks().segment(target.address);
                target.address = segment.map_or(target.address, |segment| segment.broadcast());
            }
            None => {}
        }
        target
    }

    /// Addresses asked and still to ask, devices found and still being asked: for a progress bar.
    pub fn progress(&self) -> Progress {
        Progress {
            addresses: self.sweep.total() + self.routed.total(),
            addresses_done: self.sweep.done() + self.routed.done(),
            devices: self.devices.len(),
            devices_done: self.devices.iter().filter(|device| device.queue.is_empty() && !device.busy).count(),
        }
    }

    /// Somebody is there: a new device, with everything there is to ask it.
    fn arrive(&mut self, now: Duration, target: Target, on_link: bool, proof: Proof) {
        let known = target.mac.is_some_and(|mac| self.by_mac.contains_key(&mac));
        let index = self.devices.len();
        let full = index >= DEVICE_LIMIT;
        if known || full || self.by_address.contains_key(&target.address) || !self.gate.may_ask(&target) {
            return;
        }
        if let Some(mac) = target.mac {
            self.by_mac.insert(mac, index);
        }
        self.by_address.insert(target.address, index);
        let queue = self.plan.first_pass(&target, on_link);
        let mut device = Device::new(target, proof, on_link, queue);
        device.learn_heard(&self.waiting.take(&device.target));
        // The maker's prefix may already ask for care.
        if !self.listens_only {
            self.gate.treat_with(&device.target, device.care(self.plan.port_table()));
        }
        self.devices.push(device);
        self.agenda.push(Reverse((now, index)));
    }

    /// Link-local addresses wait until the sweep has told which machines they belong to.
    fn release_deferred(&mut self, now: Duration) {
        for target in std::mem::take(&mut self.deferred) {
            self.arrive(now, target, true, Proof::Link);
        }
    }

    fn poll_calls(&mut self, now: Duration) -> Next {
        while let Some((link, item)) = self.calls.pop_front() {
            let at = &self.plan.links[link];
            let target = everybody(&item.question, &at.interface);
            match self.gate.ask_link(now, &target, item.probe.card(), &at.addresses) {
                Verdict::Granted(permit) => {
                    return Next::Do(self.call(now, permit, link, item));
                }
                Verdict::NotBefore(at) => {
                    self.calls.push_front((link, item));
                    return Next::Later(at);
                }
                Verdict::Denied(_) => {}
            }
        }
        Next::Nothing
    }

    fn put(&mut self, permit: Permit, asked: Asked, question: Question) -> Action {
        if let (Question::Frame { bytes }, Asked::Everybody(link, _)) = (&question, &asked) {
            return Action::Transmit { permit, link: *link, frame: bytes.clone() };
        }
        self.next_job += 1;
        self.jobs.insert(self.next_job, asked);
        Action::Ask(Job { id: self.next_job, permit, question })
    }

    fn everybody_done(
        &mut self,
        now: Duration,
        link: usize,
        probe: &'static dyn Probe,
        question: &Question,
        ending: Ending,
    ) {
        let Ending::Datagrams(datagrams) = ending else { return };
        let interface = self.plan.links[link].interface.clone();
        for (address, bytes) in datagrams.into_iter().take(MULTICAST_ANSWERS) {
            let mac = self.by_address.get(&address).and_then(|index| self.devices[*index].target.mac);
            let target = Target { address, mac, interface: Some(interface.as_str().into()) };
            if !self.gate.may_record(&target) {
                continue;
            }
            let mut reading = probe.read(question, Reply::Datagram(&bytes));
            let follow = std::mem::take(&mut reading.follow);
            let facts = reading.facts.clone();
            self.log.answered(&self.gate, &self.plan, &target, probe.card().name);
            self.follow_leaks(&facts);
            self.log.observe(now, probe.card().name, target.clone(), reading, (&request_of(question), &bytes));
            if mac.is_some() || self.plan.link_of(address).is_none() {
                self.arrive(now, target, mac.is_some(), Proof::Link);
            }
            if let Some(&index) = self.by_address.get(&address) {
                self.devices[index].learn(&facts);
                self.devices[index].queue.extend(follow.into_iter().map(|question| Item::new(probe, question)));
                self.agenda.push(Reverse((now, index)));
            } else {
                self.waiting.keep(DeviceKey::Address(address), &facts);
            }
        }
    }
}

/// For a progress bar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Addresses in scope.
    pub addresses: usize,
    /// Addresses asked.
    pub addresses_done: usize,
    /// Devices found.
    pub devices: usize,
    /// Devices asked everything.
    pub devices_done: usize,
}

type Source = fn(&mut Engine, Duration) -> Next;

/// What one source of questions has.
enum Next {
    Do(Action),
    Later(Duration),
    Nothing,
}

/// The clock is looked at again after this long at the latest, so that a stop is seen in time.
const LONGEST_WAIT: Duration = Duration::from_millis(200);
/// Waiting for less than this is not worth a timer.
const TICK: Duration = Duration::from_millis(1);
/// The most answers to one multicast question that are read.
const MULTICAST_ANSWERS: usize = 4096;

/// Type of an IPv6 frame.
const IPV6_TYPE: [u8; 2] = [0x86, 0xdd];

fn calls(plan: &Plan) -> VecDeque<(usize, Item)> {
    let seeks = plan.seeks();
    let items = |(index, link): (usize, &Link)| {
        let own = PROBES.iter().flat_map(move |&probe| {
            let sought = if seeks { probe.seek(link) } else { vec![] };
            probe.call(link).into_iter().chain(sought).map(move |question| (index, Item::new(probe, question)))
        });
        own.collect::<Vec<_>>()
    };
    plan.links.iter().enumerate().flat_map(items).collect()
}

/// What was sent, where one packet is the whole question.
fn request_of(question: &Question) -> Vec<u8> {
    match question {
        Question::Frame { bytes } | Question::Exchange { bytes, .. } => bytes.clone(),
        Question::Datagram { payload, .. } | Question::Multicast { payload, .. } | Question::Resolve { payload } => {
            payload.clone()
        }
        _ => vec![],
    }
}

/// The group that a question to everybody is addressed to.
fn everybody(question: &Question, interface: &str) -> Target {
    let address = match question {
        Question::Multicast { group, .. } => group.ip(),
        Question::Exchange { bytes, .. } if bytes.get(12..14) != Some(&IPV6_TYPE) => IpAddr::from([255, 255, 255, 255]),
        _ => IpAddr::from([0xff02, 0, 0, 0, 0, 0, 0, 1]),
    };
    Target { address, mac: None, interface: Some(interface.into()) }
}
