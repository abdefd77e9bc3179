//! Whole runs in virtual time: a small world answers, nothing sleeps.
//!
//! Long because every story is told in the one world that is built at the top.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use daicho_shared::address::Mac;
use daicho_shared::class::Care;
use daicho_shared::coverage::Outcome;
use daicho_shared::fact::{Fact, PortState, Transport};
use daicho_shared::knowledge::ports::Profile;
use daicho_shared::observation::Observation;
use ipnet::IpNet;
use jiff::Timestamp;

use super::{Action, Ending, Engine, Job};
use crate::plan::Plan;
use crate::probe::presence::arp;
use crate::probe::{Link, Question, Reading};
use crate::scope::{Consent, DeviceKey, Gate, Networks, Rate, Rules};

const SCANNER: Mac = Mac([2, 0, 0, 0, 0, 5]);
const OWN: Ipv4Addr = Ipv4Addr::new(10, 1, 0, 5);
/// What a DICOM node says that does not know who calls: PS3.8 §9.3.4.
const REJECT: [u8; 10] = [3, 0, 0, 0, 0, 4, 0, 1, 1, 7];
const ROUND_TRIP: Duration = Duration::from_millis(2);

/// What stands in the world.
#[derive(Default)]
struct World {
    hosts: BTreeMap<IpAddr, Host>,
    /// Every packet: when, to whom.
    packets: Vec<(Duration, IpAddr)>,
    connections: BTreeMap<IpAddr, u32>,
    /// Who answers a question to everybody at a group's port, and how.
    called: BTreeMap<u16, (IpAddr, Vec<u8>)>,
    /// TCP ports that dialogues were begun with.
    spoken_to: BTreeSet<(IpAddr, u16)>,
}

#[derive(Clone)]
struct Host {
    mac: Mac,
    open: BTreeSet<u16>,
    /// Answers nothing after so many packets.
    dies_after: usize,
    heard: usize,
    waste: Waste,
}

/// How a host wastes a caller's time.
#[derive(Clone, Copy, PartialEq)]
enum Waste {
    /// Not at all.
    None,
    /// Every port accepts, and says something that is no protocol.
    Everything,
    /// Open ports accept and keep silent.
    Silence,
    /// Open ports drip until they are cut off.
    Drip,
}

impl Waste {
    /// How a conversation goes, and how long it takes.
    fn talk(self, port: u16) -> Option<(Duration, Reading)> {
        let open = Fact::Port { transport: Transport::Tcp, port, state: PortState::Open };
        let reading = Reading { facts: vec![open], ..Reading::of(Outcome::OtherProtocol) };
        match self {
            Self::None => None,
            Self::Everything => Some((ROUND_TRIP, reading)),
            Self::Silence => Some((Duration::from_secs(5), reading)),
            Self::Drip => {
                let how = Fact::Unnatural { how: "too-slow".into() };
                let facts = reading.facts.into_iter().chain([how]).collect();
                Some((Duration::from_secs(3), Reading { facts, ..Reading::of(Outcome::OtherProtocol) }))
            }
        }
    }
}

enum Event {
    Frame(Vec<u8>),
    Done(Box<Job>, Ending),
}

fn host(last: u8, open: &[u16]) -> (IpAddr, Host) {
    let mac = Mac([0x00, 0x1b, 0x63, 0, 0, last]);
    (
        address(last),
        Host { mac, open: open.iter().copied().collect(), dies_after: usize::MAX, heard: 0, waste: Waste::None },
    )
}

fn address(last: u8) -> IpAddr {
    IpAddr::from([10, 1, 0, last])
}

fn engine(scope: &str, excluded: &[&str], care: &[u8]) -> Engine {
    let excluded: Vec<IpNet> = excluded.iter().map(|text| text.parse().unwrap()).collect();
    let networks = Networks::new(&[scope.parse().unwrap()], &excluded, Consent::default()).unwrap();
    let link = Link::new("lan0", SCANNER, vec!["10.1.0.5/24".parse().unwrap()]);
    let plan = Plan::new(&networks, vec![link], Profile::Gentle);
    let rules = Rules {
        networks,
        rate: Rate { total: 200, device: 10 },
        device_budget: 150,
        fragile_budget: 10,
        care: care.iter().map(|last| (DeviceKey::Address(address(*last)), Care::Presence)).collect(),
        multicast: true,
        passage: Care::Verify,
    };
    Engine::new(plan, Gate::new(rules), Timestamp::UNIX_EPOCH, &[])
}

impl World {
    fn of(hosts: impl IntoIterator<Item = (IpAddr, Host)>) -> Self {
        Self { hosts: hosts.into_iter().collect(), ..Self::default() }
    }

    /// Runs to the end; returns how long that took in the world's time.
    fn run(&mut self, engine: &mut Engine, stop_at: Option<Duration>) -> (Duration, Vec<Observation>) {
        let mut now = Duration::ZERO;
        let mut events: VecDeque<(Duration, Event)> = VecDeque::new();
        let mut observations = vec![];
        loop {
            if stop_at.is_some_and(|at| now >= at) {
                engine.stop("test");
            }
            while events.front().is_some_and(|(at, _)| *at <= now) {
                match events.pop_front().unwrap().1 {
                    Event::Frame(frame) => engine.hear(now, 0, &frame),
                    Event::Done(job, ending) => {
                        *self.connections.get_mut(&job.permit.target().address).unwrap() -= 1;
                        engine.done(now, *job, ending);
                    }
                }
            }
            observations.extend(engine.take_observations());
            match engine.poll(now) {
                Action::Transmit { mut permit, frame, .. } => {
                    permit.spend(1).unwrap();
                    events.extend(self.frame(now, &frame).map(|reply| (now + ROUND_TRIP, Event::Frame(reply))));
                    engine.sent(now, permit);
                }
                Action::Ask(job) => {
                    let (after, job, ending) = self.ask(now, job);
                    events.push_back((now + after, Event::Done(Box::new(job), ending)));
                }
                Action::Wait(until) => {
                    assert!(until > now, "the engine waits for the past");
                    now = events.front().map_or(until, |(at, _)| until.min((*at).max(now)));
                }
                Action::Finished => {
                    observations.extend(engine.take_observations());
                    return (now, observations);
                }
            }
            events.make_contiguous().sort_by_key(|(at, _)| *at);
            assert!(now < Duration::from_hours(2), "the run does not end");
        }
    }

    fn frame(&mut self, now: Duration, frame: &[u8]) -> Option<Vec<u8>> {
        if frame.get(12..14) != Some(&[8, 6]) {
            let everybody = (frame[0] & 1 == 1).then_some(IpAddr::V4(Ipv4Addr::BROADCAST));
            let host = self.hosts.iter().find(|(_, host)| host.mac.0 == frame[..6]);
            let to = everybody.or(host.map(|(address, _)| *address));
            self.packets.extend(to.map(|address| (now, address)));
            return None;
        }
        let wanted = Ipv4Addr::new(frame[38], frame[39], frame[40], frame[41]);
        self.packets.push((now, IpAddr::V4(wanted)));
        let host = self.hosts.get_mut(&IpAddr::V4(wanted))?;
        host.heard += 1;
        (host.heard <= host.dies_after).then(|| arp::reply((host.mac, wanted), (SCANNER, OWN)))
    }

    fn ask(&mut self, now: Duration, mut job: Job) -> (Duration, Job, Ending) {
        let target = job.permit.target().address;
        let running = self.connections.entry(target).or_default();
        *running += 1;
        // A group is nobody's device: what is asked of everybody may be asked side by side.
        assert!(*running == 1 || target.is_multicast(), "two questions at once to {target}");
        job.permit.spend(1).unwrap();
        self.packets.push((now, target));
        let silence = Duration::from_millis(900);
        if let Question::Multicast { group, .. } = &job.question {
            let answers = self.called.get(&group.port()).cloned().into_iter().collect();
            return (ROUND_TRIP, job, Ending::Datagrams(answers));
        }
        if let Question::Stream { port, .. } = &job.question {
            self.spoken_to.insert((target, *port));
        }
        let Some(host) = self.hosts.get_mut(&target) else { return (silence, job, Ending::Silence) };
        host.heard += 1;
        if host.heard > host.dies_after {
            return (silence, job, Ending::Silence);
        }
        if let (true, Question::Connect { .. }) = (host.waste == Waste::Everything, &job.question) {
            return (ROUND_TRIP, job, Ending::Accepted);
        }
        if let Question::Stream { port, .. } = &job.question
            && (host.waste == Waste::Everything || host.open.contains(port))
            && let Some((after, reading)) = host.waste.talk(*port)
        {
            return (after, job, Ending::Read(reading, vec![]));
        }
        let ending = match &mut job.question {
            Question::Connect { port } | Question::Stream { port, .. } if !host.open.contains(port) => Ending::Refused,
            Question::Connect { .. } | Question::Echo => Ending::Accepted,
            Question::Stream { port: 104, dialogue, .. } => {
                dialogue.open(None);
                dialogue.hear(&REJECT);
                Ending::Read(dialogue.close(), REJECT.to_vec())
            }
            Question::Stream { .. } => Ending::Read(Reading::answered(vec![Fact::Alive]), vec![]),
            _ => Ending::Silence,
        };
        (ROUND_TRIP, job, ending)
    }

    fn received(&self, last: u8) -> usize {
        self.packets.iter().filter(|(_, to)| *to == address(last)).count()
    }

    fn most_in_a_second(&self, to: Option<IpAddr>) -> usize {
        let times: Vec<Duration> =
            self.packets.iter().filter(|(_, at)| to.is_none_or(|to| to == *at)).map(|(at, _)| *at).collect();
        (0..times.len())
            .map(|first| times[first..].iter().take_while(|at| **at < times[first] + Duration::from_secs(1)).count())
            .max()
            .unwrap_or(0)
    }
}

#[test]
fn every_host_is_found_and_no_absent_address_gets_more_than_two_packets() {
    let mut world = World::of([host(9, &[22]), host(20, &[]), host(254, &[104])]);
    let mut engine = engine("10.1.0.0/24", &[], &[]);
    let (_, observations) = world.run(&mut engine, None);
    let found: BTreeSet<IpAddr> = observations.iter().map(|it| it.target.address).collect();
    assert_eq!(found, BTreeSet::from([address(9), address(20), address(254)]));
    for last in (1..=253u8).filter(|last| ![5, 9, 20].contains(last)) {
        assert!(world.received(last) <= 2, "10.1.0.{last}: {}", world.received(last));
    }
    assert_eq!(world.received(5), 0, "the scanner does not look for itself");
}

#[test]
fn an_answer_to_everybody_counts_for_a_device_that_the_sweep_meets_later() {
    let mut world = World::of([host(200, &[5357]), host(201, &[5357])]);
    let answer = crate::probe::laws::device("wsdd-070-probe-match");
    world.called.insert(3702, (address(200), answer));
    world.run(&mut engine("10.1.0.0/24", &[], &[]), None);
    assert_eq!(world.spoken_to.iter().filter(|(_, port)| *port == 5357).collect::<Vec<_>>(), [&(address(200), 5357)]);
}

#[test]
fn no_second_sees_more_than_the_profile_allows() {
    let mut world = World::of((1..=200).filter(|last| *last != 5).map(|last| host(last, &[22, 80])));
    let mut engine = engine("10.1.0.0/24", &[], &[]);
    world.run(&mut engine, None);
    assert!(world.most_in_a_second(None) <= 200, "{}", world.most_in_a_second(None));
    for last in 1..=200 {
        assert!(world.most_in_a_second(Some(address(last))) <= 10);
    }
}

#[test]
fn an_excluded_address_gets_nothing() {
    let mut world = World::of([host(9, &[22]), host(20, &[22])]);
    let mut engine = engine("10.1.0.0/24", &["10.1.0.9/32"], &[]);
    let (_, observations) = world.run(&mut engine, None);
    assert_eq!(world.received(9), 0);
    assert!(observations.iter().all(|it| it.target.address != address(9)));
}

#[test]
fn an_excluded_machine_that_speaks_up_is_neither_asked_nor_written_down() {
    let mut world = World::of([host(20, &[22])]);
    let mut engine = engine("10.1.0.0/24", &["10.1.0.9/32"], &[]);
    let (_, excluded) = host(9, &[]);
    engine.hear(Duration::ZERO, 0, &arp::reply((excluded.mac, [10, 1, 0, 9].into()), (SCANNER, OWN)));
    engine.hear(Duration::ZERO, 0, &arp::reply((excluded.mac, [10, 1, 0, 10].into()), (SCANNER, OWN)));
    let (_, observations) = world.run(&mut engine, None);
    assert!(observations.iter().all(|it| it.target.mac != Some(excluded.mac)));
}

#[test]
fn a_device_to_be_careful_with_is_only_found() {
    let mut world = World::of([host(9, &[22]), host(20, &[22])]);
    let mut engine = engine("10.1.0.0/24", &[], &[9]);
    world.run(&mut engine, None);
    assert!(world.received(9) <= 2, "{}", world.received(9));
    assert!(world.received(20) > 10);
}

#[test]
fn a_dicom_port_is_verified_and_ends_the_questions() {
    let mut world = World::of([host(9, &[104, 80])]);
    let mut engine = engine("10.1.0.0/24", &[], &[]);
    let (_, observations) = world.run(&mut engine, None);
    let verified: Vec<_> = observations.iter().filter(|it| it.probe.0 == "dicom").collect();
    assert!(matches!(&*verified[0].facts, [.., Fact::Association { answer, .. }] if answer == "rejected"));
    let asked: BTreeSet<&str> = observations.iter().map(|it| it.probe.0.as_str()).collect();
    assert_eq!(asked, BTreeSet::from(["arp", "dicom", "forwarding", "mllp"]), "nothing that asks more follows");
    assert!(engine.coverage().iter().any(|it| it.not_allowed > 0));
}

#[test]
fn a_maker_of_pumps_is_enough_to_be_left_in_peace() {
    let (at, mut pump) = host(9, &[104, 80]);
    // Infusion pumps and nothing else, by config/oui.
    pump.mac = Mac([0x00, 0x03, 0xb1, 0, 0, 9]);
    let mut world = World::of([(at, pump)]);
    world.run(&mut engine("10.1.0.0/24", &[], &[]), None);
    assert_eq!(world.received(9), 1, "one ARP request");
}

#[test]
fn a_device_that_falls_silent_is_left_alone_and_reported() {
    let (at, mut dying) = host(9, &[22]);
    dying.dies_after = 4;
    let mut world = World::of([(at, dying), host(20, &[22])]);
    let mut engine = engine("10.1.0.0/24", &[], &[]);
    let (_, observations) = world.run(&mut engine, None);
    let left: Vec<_> = observations.iter().filter(|it| it.facts.contains(&Fact::LeftAlone)).collect();
    assert_eq!(left.len(), 1);
    assert_eq!((left[0].target.address, left[0].outcome), (address(9), Outcome::Silent));
    assert!(world.received(9) < 12, "{}", world.received(9));
}

#[test]
fn a_silent_firewall_is_not_a_dead_device() {
    let (at, host) = host(9, &[]);
    let mut world = World::of([(at, host)]);
    let mut engine = engine("10.1.0.0/24", &[], &[]);
    let (_, observations) = world.run(&mut engine, None);
    assert!(observations.iter().all(|it| !it.facts.contains(&Fact::LeftAlone)));
}

#[test]
fn routed_hosts_are_found_by_echo() {
    let routed = IpAddr::from([10, 9, 0, 7]);
    let (_, mut device) = host(7, &[443]);
    device.mac = Mac([0; 6]);
    let mut world = World::of([(routed, device)]);
    let mut engine = engine("10.9.0.0/28", &[], &[]);
    let (_, observations) = world.run(&mut engine, None);
    assert!(observations.iter().any(|it| it.target.address == routed && it.probe.0 == "echo"));
    let absent = IpAddr::from([10, 9, 0, 8]);
    assert!(world.packets.iter().filter(|(_, to)| *to == absent).count() <= 2);
}

#[test]
fn a_stop_ends_the_run_at_once_and_says_what_was_not_reached() {
    let mut world = World::of([host(9, &[22]), host(20, &[22])]);
    let mut engine = engine("10.1.0.0/24", &[], &[]);
    let (ended, _) = world.run(&mut engine, Some(Duration::from_millis(500)));
    assert!(ended < Duration::from_secs(1));
    assert_eq!(engine.stopped(), Some("test"));
    assert!(engine.coverage().iter().any(|it| it.not_reached > 0));
}

#[test]
fn what_was_sent_is_what_the_wire_saw() {
    let mut world = World::of([host(9, &[22]), host(20, &[104])]);
    let mut engine = engine("10.1.0.0/24", &[], &[]);
    world.run(&mut engine, None);
    let told: u32 = engine.tallies().iter().map(|(.., tally)| tally.packets).sum();
    // One call to all IPv6 nodes is not sent here: the link has no link-local address.
    assert_eq!(told as usize, world.packets.len());
}

/// An LLDP frame of this sender, with this system name.
fn lldp(mac: Mac, name: &str) -> Vec<u8> {
    let element = |kind: u8, value: &[u8]| [&[kind << 1, u8::try_from(value.len()).unwrap()], value].concat();
    let body = [element(1, &[&[4][..], &mac.0].concat()), element(2, b"\x051"), element(5, name.as_bytes())].concat();
    [&[1, 0x80, 0xc2, 0, 0, 0x0e], &mac.0[..], &[0x88, 0xcc], &body, &[0, 0]].concat()
}

#[test]
fn a_sender_without_an_address_is_told_of_by_its_link_layer_address_and_once() {
    let (at, device) = host(9, &[]);
    let mut engine = engine("10.1.0.0/24", &[], &[]);
    for _ in 0..3 {
        engine.hear(Duration::ZERO, 0, &lldp(device.mac, "sw"));
    }
    let first = engine.take_observations();
    assert_eq!(first.len(), 1);
    assert_eq!((first[0].target.address, first[0].target.mac), ([0, 0, 0, 0].into(), Some(device.mac)));
    let IpAddr::V4(v4) = at else { panic!() };
    engine.hear(Duration::ZERO, 0, &arp::reply((device.mac, v4), (SCANNER, OWN)));
    engine.hear(Duration::ZERO, 0, &lldp(device.mac, "sw renamed"));
    assert_eq!(engine.take_observations().last().unwrap().target.address, at);
}

#[test]
fn tags_and_own_frames_and_excluded_senders_make_no_difference_or_no_news() {
    let mut engine = engine("10.1.0.0/24", &["10.1.0.9/32"], &[]);
    let excluded = Mac([0, 0x1b, 0x63, 0, 0, 9]);
    engine.hear(Duration::ZERO, 0, &arp::reply((excluded, Ipv4Addr::new(10, 1, 0, 9)), (SCANNER, OWN)));
    engine.hear(Duration::ZERO, 0, &lldp(excluded, "sw"));
    engine.hear(Duration::ZERO, 0, &lldp(SCANNER, "me"));
    assert!(engine.take_observations().is_empty());
    let mut tagged = arp::reply((Mac([0, 0x1b, 0x63, 0, 0, 7]), Ipv4Addr::new(10, 1, 0, 7)), (SCANNER, OWN));
    tagged.splice(12..12, [0x81, 0, 0, 10]);
    engine.hear(Duration::ZERO, 0, &tagged);
    assert_eq!(engine.take_observations().len(), 1);
}

#[test]
fn what_was_heard_before_a_device_arrived_decides_what_it_is_asked() {
    let (at, device) = host(9, &[22]);
    let mac = device.mac;
    let mut world = World::of([(at, device)]);
    let mut engine = engine("10.1.0.0/24", &[], &[]);
    engine.hear(Duration::ZERO, 0, &dicom_syn_ack(at));
    world.run(&mut engine, None);
    // A port of a modality was heard: verification and nothing more.
    let target = daicho_shared::observation::Target { address: at, mac: Some(mac), interface: None };
    assert!(engine.gate.is_fragile(&target));
}

/// A modality's port accepted somebody else's connection.
fn dicom_syn_ack(from: IpAddr) -> Vec<u8> {
    let IpAddr::V4(from) = from else { panic!() };
    let router = [0, 0x1b, 0x54, 0, 0, 1];
    let ip = [&[0x45, 0, 0, 40, 0, 0, 0, 0, 63, 6, 0, 0][..], &from.octets(), &[10, 1, 0, 77]].concat();
    let tcp = [0, 104, 0xc3, 0x50, 0, 0, 0, 1, 0, 0, 0, 1, 0x50, 0x12, 1, 0, 0, 0, 0, 0];
    [&[0, 0x1b, 0x63, 0, 0, 77], &router[..], &[8, 0], &ip, &tcp].concat()
}

#[test]
fn a_flood_of_different_frames_costs_a_bounded_number_of_observations() {
    let mut engine = engine("10.1.0.0/24", &[], &[]);
    let one = Mac([0, 0x1b, 0x63, 0, 0, 66]);
    for number in 0u32..100_000 {
        let [_, a, b, c] = number.to_be_bytes();
        engine.hear(Duration::ZERO, 0, &lldp(one, &number.to_string()));
        engine.hear(Duration::ZERO, 0, &lldp(Mac([2, 1, 2, a, b, c]), "flood"));
    }
    let kept = engine.take_observations().len();
    assert!(kept < 20_000, "{kept}");
    assert_eq!(engine.troubles().len(), 1);
    // Who stands at an address of the scope is still heard.
    engine.hear(
        Duration::ZERO,
        0,
        &arp::reply((Mac([0, 0x1b, 0x63, 0, 0, 9]), Ipv4Addr::new(10, 1, 0, 9)), (SCANNER, OWN)),
    );
    assert_eq!(engine.take_observations().len(), 1);
}

#[test]
fn a_forger_of_link_local_addresses_makes_a_bounded_number_of_devices() {
    let mut engine = engine("10.1.0.0/24", &[], &[]);
    for number in 0u32..60_000 {
        engine.hear(Duration::ZERO, 0, &solicitation(number));
    }
    assert!(engine.take_observations().len() < 20_000);
    assert!(engine.deferred.len() < 20_000, "{}", engine.deferred.len());
}

fn solicitation(number: u32) -> Vec<u8> {
    let [_, a, b, c] = number.to_be_bytes();
    let from = [0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, a, b, c];
    let to = [0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xff, 0, 0, 5];
    let ip = [&[0x60, 0, 0, 0, 0, 24, 58, 255][..], &from, &to, &[135, 0, 0, 0, 0, 0, 0, 0], &[0; 16]].concat();
    [&[0x33, 0x33, 0xff, 0, 0, 5], &[2, 1, 2, a, b, c][..], &[0x86, 0xdd], &ip].concat()
}

/// What is said of a host that wastes time in this way on these ports, and when the run was over.
fn wasted(waste: Waste, open: &[u16]) -> (Vec<String>, usize, Duration) {
    let (at, mut tarpit) = host(66, open);
    tarpit.waste = waste;
    let others = (10..60).map(|last| host(last, &[22]));
    let mut world = World::of(others.chain([(at, tarpit)]));
    let (ended, observations) = world.run(&mut engine("10.1.0.0/24", &[], &[]), None);
    for last in 10..60 {
        assert!(observations.iter().any(|it| it.target.address == address(last)), "10.1.0.{last}");
    }
    let facts = observations.iter().flat_map(|it| it.facts.iter().map(move |fact| (it.target.address, fact)));
    let told = facts.filter_map(|(about, fact)| match fact {
        Fact::Unnatural { how } => Some((about, how.clone())),
        _ => None,
    });
    let (about, told): (Vec<IpAddr>, Vec<String>) = told.unzip();
    assert!(about.iter().all(|about| *about == at), "{about:?}");
    (told, world.received(66), ended)
}

#[test]
fn a_host_that_accepts_everything_is_named_once_and_asked_no_more() {
    let (told, received, _) = wasted(Waste::Everything, &[]);
    assert_eq!(told, ["every-port-open"]);
    assert!(received <= 10, "{received}");
}

#[test]
fn a_host_that_drips_is_cut_off_at_its_first_port() {
    let (told, received, ended) = wasted(Waste::Drip, &[22, 80, 443, 445]);
    let (none, without, natural) = wasted(Waste::None, &[22, 80, 443, 445]);
    assert_eq!((told, none), (vec!["too-slow".to_owned()], vec![]));
    assert!(received < without, "{received} and {without}");
    assert!(ended <= natural + Duration::from_secs(4), "{ended:?} and {natural:?}");
}

#[test]
fn a_host_that_accepts_and_keeps_silent_on_many_ports_costs_bounded_seconds() {
    let open = [22, 80, 443, 445, 3389, 135, 554, 23, 21, 8080, 8443, 5900];
    let (told, _, ended) = wasted(Waste::Silence, &open);
    assert_eq!(told, ["too-slow"]);
    assert!(ended < Duration::from_secs(90), "{ended:?}");
}

#[test]
fn an_ordinary_host_with_open_ports_is_not_unnatural() {
    let (told, ..) = wasted(Waste::None, &[22, 80, 443, 445, 3389, 135]);
    assert_eq!(told, Vec::<String>::new());
}
