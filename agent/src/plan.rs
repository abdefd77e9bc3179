//! What will be asked: networks × links × probes, and what that costs.

use std::collections::{BTreeSet, VecDeque};
use std::net::IpAddr;
use std::time::Duration;

use daicho_shared::address::Mac;
use daicho_shared::knowledge::guesses::Guesses;
use daicho_shared::knowledge::ports::{PortRow, Ports, Profile};
use daicho_shared::observation::Target;
use ipnet::IpNet;

use crate::probe::{Audience, Known, Level, Link, PROBES, Probe, Question, Setup, named};
use crate::scope::Networks;

/// Packets of a connection that is opened and closed: SYN, ACK, FIN, ACK.
const CONNECT_PACKETS: u32 = 4;
/// A network with more addresses than this is never asked address by address, consent or not.
const SWEEP_LIMIT: u32 = 1 << 24;

/// What a run will do.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The links that carry an allowed network.
    pub links: Vec<Link>,
    /// Ports to try, in order.
    pub ports: Vec<PortRow>,
    /// The whole port table, for what a port means.
    table: Ports,
    /// The configured resolver.
    pub resolver: Option<IpAddr>,
    /// An SNMP credential is configured.
    pub snmp: bool,
    /// Only find out who is there.
    pub presence_only: bool,
    /// What is configured for single probes.
    pub setup: Setup,
    /// Addresses and networks that are tried on every link.
    pub guesses: Guesses,
    /// Another number in every run.
    pub seed: u64,
}

/// One question to one device, ready to be put.
#[derive(Debug)]
pub struct Item {
    /// Who reads the answer.
    pub probe: &'static dyn Probe,
    /// What is asked.
    pub question: Question,
    /// The most packets it takes.
    pub packets: u32,
}

impl std::fmt::Debug for dyn Probe {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.card().name)
    }
}

impl Item {
    /// A question of a probe, at the card's price.
    pub fn new(probe: &'static dyn Probe, question: Question) -> Self {
        let packets = match &question {
            Question::Connect { .. } => CONNECT_PACKETS,
            Question::Echo
            | Question::Frame { .. }
            | Question::Exchange { .. }
            | Question::Datagram { .. }
            | Question::Multicast { .. } => 1,
            Question::Resolve { .. } => 0,
            Question::Stream { .. } | Question::Snmp { .. } => u32::from(probe.card().packets),
        };
        Self { probe, question, packets }
    }
}

impl Plan {
    /// Keeps the links that carry an allowed network; a link is somebody else's business otherwise.
    pub fn new(networks: &Networks, links: Vec<Link>, profile: Profile) -> Self {
        let carries = |link: &Link| {
            let meets = |net: &IpNet| networks.allowed().iter().any(|own| own.contains(net) || net.contains(own));
            link.addresses.iter().any(|address| meets(&address.trunc()))
        };
        let table = Ports::builtin();
        let ports = table.rows_of(profile);
        Self {
            links: links.into_iter().filter(carries).collect(),
            ports,
            table,
            resolver: None,
            snmp: false,
            presence_only: false,
            setup: Setup::default(),
            guesses: Guesses::default(),
            seed: 0,
        }
    }

    /// Nothing is asked; one link is listened to, of which no address need be known.
    pub fn listening(interface: &str) -> Self {
        Self {
            links: vec![Link::new(interface, Mac([0; 6]), vec![])],
            ports: vec![],
            table: Ports::builtin(),
            resolver: None,
            snmp: false,
            presence_only: true,
            setup: Setup::default(),
            guesses: Guesses::default(),
            seed: 0,
        }
    }

    /// The link on which this address stands.
    pub fn link_of(&self, address: IpAddr) -> Option<usize> {
        self.links.iter().position(|link| link.addresses.iter().any(|network| network.contains(&address)))
    }

    /// Every address of the scope that may be asked, in order, the agent's own ones left out.
    pub fn addresses(&self, networks: &Networks) -> Vec<IpAddr> {
        let own: BTreeSet<IpAddr> = self.links.iter().flat_map(|link| link.addresses.iter().map(IpNet::addr)).collect();
        let mut seen = BTreeSet::new();
        let hosts = networks.allowed().iter().filter(|network| is_enumerable(**network)).flat_map(IpNet::hosts);
        hosts.filter(|address| networks.allows(*address) && !own.contains(address) && seen.insert(*address)).collect()
    }

    /// The first pass: the few questions that tell what a device is. First what costs it nothing, then
    /// what tells a fragile device, then everything else.
    pub fn first_pass(&self, target: &Target, on_link: bool) -> VecDeque<Item> {
        if self.presence_only {
            return VecDeque::new();
        }
        let open = BTreeSet::new();
        let known = self.known(target, on_link, &open);
        let (free, others): (Vec<Item>, Vec<Item>) = asked(&known, |audience| audience == Audience::Everybody)
            .partition(|item| item.probe.card().level <= Level::Presence);
        // A port that an operator named tells more than any usual one.
        let named = self.setup.dicom.port_of(target.address);
        let told = named.and_then(|port| spoken(port, target, &self.setup, |_| true));
        let first = self.ports.iter().filter(|row| row.seeming.is_empty() && Some(row.port) != named);
        let (telling, rest): (Vec<&PortRow>, Vec<&PortRow>) = first.partition(|row| row.fragile);
        let item = |row: &PortRow| port_item(row, target, &self.setup);
        let ports = |rows: Vec<&PortRow>| rows.into_iter().filter_map(item).collect::<Vec<_>>();
        free.into_iter().chain(told).chain(ports(telling)).chain(others).chain(ports(rest)).collect()
    }

    /// The second pass: what fits the device, by what it seems to be after the first.
    pub fn second_pass(&self, known: &Known<'_>) -> VecDeque<Item> {
        if self.presence_only {
            return VecDeque::new();
        }
        let fits = |seeming: &[String]| seeming.iter().any(|prefix| known.seems(prefix));
        let item = |row: &PortRow| port_item(row, known.target, &self.setup);
        let ports = self.ports.iter().filter(|row| fits(&row.seeming)).filter_map(item);
        let questions = asked(known, |audience| match audience {
            Audience::Everybody => false,
            Audience::Seeming(classes) => classes.iter().any(|prefix| known.seems(prefix)),
            Audience::Answering => true,
        });
        ports.chain(questions).collect()
    }

    /// Second networks and ways out are looked for.
    pub fn seeks(&self) -> bool {
        self.setup.uplink.search && !self.presence_only
    }

    /// What a port means.
    pub fn port_table(&self) -> &Ports {
        &self.table
    }

    /// What is known of a device that was not asked anything yet.
    pub fn known<'a>(&'a self, target: &'a Target, on_link: bool, open: &'a BTreeSet<u16>) -> Known<'a> {
        let by_name = |link: &&Link| on_link && Some(link.interface.as_str()) == target.interface.as_deref();
        Known {
            on_link,
            resolver: self.resolver.is_some(),
            snmp: self.snmp,
            link: self.links.iter().find(by_name),
            setup: &self.setup,
            seed: self.seed,
            ..Known::of(target, open)
        }
    }
}

/// How long an answer is waited for.
pub const ANSWER_WAIT: Duration = Duration::from_millis(900);

/// The questions of every probe for this audience.
fn asked<'k>(known: &'k Known<'_>, audience: impl Fn(Audience) -> bool + 'k) -> impl Iterator<Item = Item> + 'k {
    let probes = PROBES.iter().filter(move |probe| audience(probe.card().audience));
    probes.flat_map(|&probe| probe.ask(known).into_iter().map(move |question| Item::new(probe, question)))
}

/// A port is spoken to by the first probe that can, or only connected to. At a port that tells a
/// fragile device, only a verification may be spoken.
pub fn port_item(row: &PortRow, target: &Target, setup: &Setup) -> Option<Item> {
    let may_speak = |probe: &dyn Probe| row.payload && (!row.fragile || probe.card().level <= Level::Verify);
    spoken(row.port, target, setup, may_speak)
        .or_else(|| Some(Item::new(named("connect")?, Question::Connect { port: row.port })))
}

/// The first probe that may speak at this port, and does.
fn spoken(port: u16, target: &Target, setup: &Setup, may_speak: impl Fn(&dyn Probe) -> bool) -> Option<Item> {
    let mut speakers = PROBES.iter().filter(|probe| may_speak(**probe));
    speakers.find_map(|&probe| Some(Item::new(probe, probe.speak_to(port, target, setup)?)))
}

fn is_enumerable(network: IpNet) -> bool {
    let bits = network.max_prefix_len() - network.prefix_len();
    bits < 32 && 1u32 << bits <= SWEEP_LIMIT
}
