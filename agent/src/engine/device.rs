//! One device: its questions, one at a time, and when to let it be.

use std::cmp::Reverse;
use std::collections::{BTreeSet, VecDeque};
use std::time::Duration;

use daicho_shared::class::{Care, Class};
use daicho_shared::coverage::Outcome;
use daicho_shared::fact::{Fact, PortState, Transport};
use daicho_shared::knowledge::ports::{PortRow, Ports};
use daicho_shared::observation::Target;
use daicho_shared::recognise::{Recognition, Rules, Sign, recognise, signs};

use super::manner::Manner;
use super::{Action, Asked, Ending, Engine, Next, request_of};
use crate::plan::{ANSWER_WAIT, Item};
use crate::probe::{Known, Level, Probe, Question, Reading, Reply, named, points_that_count};
use crate::scope::{Denied, Verdict};

/// After this many silent questions in a row, the device is asked whether it is still there.
const SILENT_BEFORE_RECHECK: u8 = 4;
/// After this many rechecks without an answer, it is left alone.
const RECHECKS: u8 = 2;
/// The most facts of one device that are kept for choosing its questions.
const FACT_LIMIT: usize = 512;
/// Class of the ports at which DICOM is spoken, in the port table.
const DICOM_PORT: &str = "medical.dicom";
/// The most of them that it may have said unasked.
const HEARD_LIMIT: usize = 128;
/// The most follow-up questions that one answer may bring.
const FOLLOW_LIMIT: usize = 8;

/// A device that is there.
#[derive(Debug)]
pub(super) struct Device {
    pub(super) target: Target,
    pub(super) proof: Proof,
    pub(super) queue: VecDeque<Item>,
    pub(super) busy: bool,
    pub(super) on_link: bool,
    open: BTreeSet<u16>,
    facts: Vec<Fact>,
    second_pass: bool,
    /// Facts among these that were heard unasked.
    heard: usize,
    silent: u8,
    rechecks: u8,
    recheck_until: Option<Duration>,
    pub(super) manner: Manner,
}

/// How the device showed that it is there, and can show it again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Proof {
    /// A frame on the link.
    Link,
    /// An echo reply.
    Echo,
    /// An answer at a TCP port.
    Port(u16),
}

impl Device {
    pub(super) fn new(target: Target, proof: Proof, on_link: bool, queue: VecDeque<Item>) -> Self {
        Self {
            target,
            proof,
            queue,
            busy: false,
            on_link,
            open: BTreeSet::new(),
            facts: vec![],
            second_pass: false,
            heard: 0,
            silent: 0,
            rechecks: 0,
            recheck_until: None,
            manner: Manner::default(),
        }
    }

    /// What was learned, for choosing the next questions.
    pub(super) fn learn(&mut self, facts: &[Fact]) {
        if self.second_pass {
            return;
        }
        let room = FACT_LIMIT.saturating_sub(self.facts.len());
        self.facts.extend(facts.iter().take(room).cloned());
    }

    /// The same of what it said unasked; whether that is something new to consider.
    pub(super) fn learn_heard(&mut self, facts: &[Fact]) -> bool {
        let told: Vec<Fact> = facts.iter().filter(|fact| tells(fact)).take(HEARD_LIMIT - self.heard).cloned().collect();
        if told.is_empty() || self.second_pass {
            return false;
        }
        self.heard += told.len();
        self.learn(&told);
        true
    }

    /// What it seems to be, by its link-layer address and what was learned.
    pub(super) fn recognise(&self, ports: &Ports) -> Recognition {
        recognise(Rules::builtin(), &signs(self.target.mac, &self.facts, ports))
    }

    /// The care that the evidence asks for. Who answers on a DICOM port is a modality, an archive, or a
    /// computer that serves them: it exists to be verified, and only other evidence asks for more care.
    pub(super) fn care(&self, ports: &Ports) -> Care {
        let signs = signs(self.target.mac, &self.facts, ports);
        let dicom: BTreeSet<usize> = signs.iter().filter(|sign| is_dicom(sign)).filter_map(|sign| sign.fact).collect();
        let others: Vec<Sign<'_>> =
            signs.into_iter().filter(|sign| sign.fact.is_none_or(|fact| !dicom.contains(&fact))).collect();
        let asked = care(&recognise(Rules::builtin(), &others));
        if dicom.is_empty() { asked } else { asked.max(Care::Verify) }
    }

    /// It was heard; `true` when that is what it was waited for.
    pub(super) fn is_there(&mut self) -> bool {
        (self.silent, self.rechecks) = (0, 0);
        self.recheck_until.take().is_some()
    }

    fn note(&mut self, outcome: Outcome) {
        match outcome {
            Outcome::Silent => self.silent = self.silent.saturating_add(1),
            Outcome::NotAllowed => {}
            _ => {
                self.is_there();
            }
        }
    }
}

/// More than that it is there.
fn tells(fact: &Fact) -> bool {
    !matches!(fact, Fact::LinkAddress { .. } | Fact::Alive)
}

/// The care that the evidence asks for. What speaks for a kind of medical device says more than
/// what speaks for a medical device of any kind; a name alone does not make a medical device of a
/// server that shows to be one.
fn care(seems: &Recognition) -> Care {
    let enough = points_that_count(seems);
    let spoken = seems.candidates.iter().filter(|(class, points)| *points >= enough && class.is_medical());
    let classes: Vec<Class> = spoken.map(|(class, _)| *class).collect();
    let kinds = classes.iter().filter(|class| **class != Class::Medical).map(|class| class.care()).max();
    let general = classes.first().map_or(Care::None, |class| class.care());
    kinds.unwrap_or(general)
}

/// It speaks DICOM, or its port is one.
fn is_dicom(sign: &Sign<'_>) -> bool {
    match sign.field.as_ref() {
        "port.class" => sign.text == DICOM_PORT,
        field => field.starts_with("dicom."),
    }
}

impl Engine {
    pub(super) fn poll_devices(&mut self, now: Duration) -> Next {
        while let Some(&Reverse((at, index))) = self.agenda.peek() {
            if at > now {
                return Next::Later(at);
            }
            self.agenda.pop();
            if self.devices[index].busy {
                continue;
            }
            if let Some(action) = self.next_question(now, index) {
                return Next::Do(action);
            }
        }
        Next::Nothing
    }

    /// The device's next question, if it may be put now; otherwise the device is on the agenda again,
    /// or has nothing left.
    fn next_question(&mut self, now: Duration, index: usize) -> Option<Action> {
        if self.devices[index].silent >= SILENT_BEFORE_RECHECK && !self.devices[index].queue.is_empty() {
            return self.recheck(now, index);
        }
        self.begin_second_pass(index);
        while let Some(item) = self.devices[index].queue.pop_front() {
            let target = self.devices[index].target.clone();
            match self.ask_gate(now, &target, &item) {
                Verdict::Granted(permit) => {
                    self.log.asked(&self.gate, &self.plan, &target, item.probe.card().name);
                    return Some(self.put_to(now, index, permit, item));
                }
                Verdict::NotBefore(at) => {
                    self.devices[index].queue.push_front(item);
                    self.agenda.push(Reverse((at, index)));
                    return None;
                }
                Verdict::Denied(denied) => self.denied(index, &item, denied),
            }
            self.begin_second_pass(index);
        }
        None
    }

    /// When the first questions are answered: what does it seem to be, and what fits that?
    fn begin_second_pass(&mut self, index: usize) {
        let device = &mut self.devices[index];
        if device.second_pass || !device.queue.is_empty() {
            return;
        }
        device.second_pass = true;
        let seems = device.recognise(self.plan.port_table());
        self.gate.treat_with(&device.target, device.care(self.plan.port_table()));
        let known = self.plan.known(&device.target, device.on_link, &device.open);
        let known = Known { facts: &device.facts, seems: Some(&seems), ..known };
        let queue = self.plan.second_pass(&known);
        device.facts = vec![];
        device.queue = queue;
    }

    fn ask_gate(&mut self, now: Duration, target: &Target, item: &Item) -> Verdict {
        match (&item.question, self.plan.resolver) {
            (Question::Resolve { .. }, Some(resolver)) => self.gate.ask_resolver(now, resolver, item.probe.card()),
            _ => self.gate.ask(now, target, item.probe.card(), item.packets),
        }
    }

    fn put_to(&mut self, now: Duration, index: usize, permit: crate::scope::Permit, item: Item) -> Action {
        let interface = self.devices[index].target.interface.as_deref();
        let link = self.plan.links.iter().position(|link| Some(link.interface.as_str()) == interface).unwrap_or(0);
        if let Question::Frame { bytes } = item.question {
            self.agenda.push(Reverse((now, index)));
            return Action::Transmit { permit, link, frame: bytes };
        }
        self.devices[index].busy = true;
        if let Question::Exchange { bytes, wait } = item.question {
            return self.open_exchange(now, (permit, link), (item.probe, Some(index)), (bytes, wait));
        }
        self.devices[index].manner.begin(now);
        self.put(permit, Asked::Device(index, item.probe), item.question)
    }

    fn denied(&mut self, index: usize, item: &Item, denied: Denied) {
        let target = &self.devices[index].target;
        self.log.not_allowed(&self.gate, &self.plan, target, item.probe.card().name);
        if denied == Denied::LeftAlone {
            self.devices[index].queue.clear();
        }
    }

    /// Several questions in a row were met with silence: is it still there?
    fn recheck(&mut self, now: Duration, index: usize) -> Option<Action> {
        match self.devices[index].recheck_until {
            Some(until) if now < until => {
                self.agenda.push(Reverse((until, index)));
                return None;
            }
            Some(_) => {
                self.devices[index].recheck_until = None;
                if self.devices[index].rechecks >= RECHECKS {
                    self.give_up(now, index);
                    return None;
                }
            }
            None => {}
        }
        let item = self.recheck_item(index)?;
        let target = self.devices[index].target.clone();
        match self.gate.ask(now, &target, item.probe.card(), item.packets) {
            Verdict::Granted(permit) => Some(self.put_recheck(now, index, permit, item)),
            Verdict::NotBefore(at) => {
                self.agenda.push(Reverse((at, index)));
                None
            }
            Verdict::Denied(_) => {
                self.give_up(now, index);
                None
            }
        }
    }

    fn put_recheck(&mut self, now: Duration, index: usize, permit: crate::scope::Permit, item: Item) -> Action {
        let device = &mut self.devices[index];
        device.rechecks += 1;
        if let Question::Frame { bytes } = item.question {
            let until = now + ANSWER_WAIT;
            device.recheck_until = Some(until);
            self.agenda.push(Reverse((until, index)));
            let link = self.plan.link_of(self.devices[index].target.address).unwrap_or(0);
            return Action::Transmit { permit, link, frame: bytes };
        }
        device.busy = true;
        self.recheck_job(index, permit, item)
    }

    pub(super) fn recheck_done(&mut self, now: Duration, index: usize, silent: bool) {
        let device = &mut self.devices[index];
        device.busy = false;
        if silent {
            device.recheck_until = Some(now);
        } else {
            device.is_there();
        }
        self.agenda.push(Reverse((now, index)));
    }

    /// It stopped answering: leave it alone for the rest of the run, and say so.
    fn give_up(&mut self, now: Duration, index: usize) {
        self.let_be(now, index, Reading { facts: vec![Fact::LeftAlone], ..Reading::of(Outcome::Silent) });
    }

    /// Nothing more goes to this device in this run, and this says why.
    fn let_be(&mut self, now: Duration, index: usize, why: Reading) {
        let device = &mut self.devices[index];
        let target = device.target.clone();
        let left = std::mem::take(&mut device.queue);
        for item in &left {
            self.log.not_allowed(&self.gate, &self.plan, &target, item.probe.card().name);
        }
        self.gate.leave_alone(&target);
        self.log.observe(now, "care", target, why, (&[], &[]));
    }

    pub(super) fn device_done(
        &mut self,
        now: Duration,
        index: usize,
        probe: &'static dyn Probe,
        question: &Question,
        ending: Ending,
    ) {
        self.devices[index].busy = false;
        let (mut reading, bytes) = read(probe, question, ending);
        let outcome = reading.outcome.unwrap_or(Outcome::Silent);
        let target = self.devices[index].target.clone();
        // An ordinary host drops what a frame asks that is not for its address: that silence is no absence.
        if !matches!(question, Question::Exchange { .. }) {
            self.devices[index].note(outcome);
        }
        if outcome != Outcome::Silent {
            self.log.answered(&self.gate, &self.plan, &target, probe.card().name);
        }
        let unnatural = self.watch_manner(now, index, question, &mut reading);
        self.learn(index, &reading.facts);
        self.follow_leaks(&reading.facts);
        let follow = std::mem::take(&mut reading.follow);
        // What answered a frame is written down already.
        let told = matches!(question, Question::Exchange { .. }) && outcome == Outcome::Answered;
        if !told || !reading.facts.is_empty() {
            self.log.observe(now, probe.card().name, target, reading, (&request_of(question), &bytes));
        }
        if let Some(how) = unnatural {
            return self.let_be(now, index, Reading::answered(vec![Fact::Unnatural { how }]));
        }
        for follow in follow.into_iter().take(FOLLOW_LIMIT).rev() {
            self.devices[index].queue.push_front(Item::new(probe, follow));
        }
        self.agenda.push(Reverse((self.turn(now, index), index)));
    }

    /// When the device is due: at once, before all others, while it is being asked what tells whether it
    /// is fragile. Spread over minutes, these few questions would cost it further ones of the kernel's own,
    /// whether it still has its address.
    fn turn(&self, now: Duration, index: usize) -> Duration {
        let next = self.devices[index].queue.front();
        let telling = next.is_some_and(|item| item.probe.card().level == Level::Verify);
        if telling { Duration::ZERO } else { now }
    }

    /// Facts are kept for choosing questions; an open port of a medical protocol asks for care from
    /// this moment.
    fn learn(&mut self, index: usize, facts: &[Fact]) {
        let device = &mut self.devices[index];
        let mut asked = Care::None;
        for fact in facts {
            if let Fact::Association { .. } = fact {
                asked = asked.max(Care::Verify);
            }
            let Fact::Port { transport: Transport::Tcp, port, state: PortState::Open } = fact else { continue };
            device.open.insert(*port);
            let rows = self.plan.ports.iter().filter(|row| row.port == *port && row.fragile);
            asked = rows.map(port_care).fold(asked, Care::max);
        }
        device.learn(facts);
        if asked > Care::None {
            let care = device.care(self.plan.port_table()).max(asked);
            self.gate.treat_with(&device.target, care);
        } else if facts.iter().any(|fact| matches!(fact, Fact::Name { .. })) {
            self.heed_name(index);
        }
    }

    /// A name may tell a medical device before anything else does. It counts where nothing speaks against
    /// it: a nurse's PC is called after its ward, too.
    fn heed_name(&mut self, index: usize) {
        let device = &self.devices[index];
        if device.second_pass {
            return;
        }
        let seems = device.recognise(self.plan.port_table());
        if seems.class.value.is_medical() {
            self.gate.treat_with(&device.target, care(&seems));
        }
    }
}

/// The care that an open port of a medical protocol asks for by itself.
fn port_care(row: &PortRow) -> Care {
    if row.class == DICOM_PORT { Care::Verify } else { Care::Presence }
}

fn read(probe: &'static dyn Probe, question: &Question, ending: Ending) -> (Reading, Vec<u8>) {
    match ending {
        Ending::Silence => (silent(probe.read(question, Reply::Silence)), vec![]),
        Ending::Refused => (refused(probe, question), vec![]),
        Ending::Accepted => (probe.read(question, Reply::Accepted), vec![]),
        Ending::Told(facts) => (probe.read(question, Reply::Told(&facts)), vec![]),
        Ending::Datagrams(datagrams) => read_datagrams(probe, question, datagrams),
        Ending::Variables { variables, version, more } => {
            (probe.read(question, Reply::Variables { variables: &variables, version, more }), vec![])
        }
        Ending::Read(reading, bytes) => (reading, bytes),
        Ending::Failed(_) => (Reading::of(Outcome::BrokeOff), vec![]),
    }
}

/// A refused stream is a closed port, whoever wanted to speak there.
fn refused(probe: &'static dyn Probe, question: &Question) -> Reading {
    match (question, named("connect")) {
        (Question::Stream { port, .. }, Some(connect)) => {
            connect.read(&Question::Connect { port: *port }, Reply::Refused)
        }
        _ => probe.read(question, Reply::Refused),
    }
}

/// Silence stays silence, whatever a probe makes of it.
fn silent(mut reading: Reading) -> Reading {
    reading.outcome.get_or_insert(Outcome::Silent);
    reading
}

fn read_datagrams(
    probe: &'static dyn Probe,
    question: &Question,
    datagrams: Vec<(std::net::IpAddr, Vec<u8>)>,
) -> (Reading, Vec<u8>) {
    let mut whole = Reading::default();
    let mut kept = Vec::new();
    for (_, bytes) in datagrams {
        let reading = probe.read(question, Reply::Datagram(&bytes));
        whole.outcome = whole.outcome.or(reading.outcome);
        whole.facts.extend(reading.facts);
        whole.follow.extend(reading.follow);
        kept.extend(bytes);
    }
    whole.facts.sort();
    whole.facts.dedup();
    (whole, kept)
}
