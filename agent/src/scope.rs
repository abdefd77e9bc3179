//! The one question: may this packet go to this target now?
//!
//! Networks, exclusions, pace, budgets, fragile devices and devices that fell silent are all asked
//! here, and a [`Permit`] is the answer. Nothing else can make one, and nothing in `edge` sends
//! without one.
//!
//! Long because the permit's fields are private to this file, with its tests: that is the guarantee.

mod networks;
mod pace;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::net::IpAddr;
use std::sync::atomic::Ordering;
use std::time::Duration;

use daicho_shared::address::Mac;
use daicho_shared::class::Care;
use daicho_shared::observation::Target;
use ipnet::IpNet;

pub use networks::{Consent, Networks, ScopeError};
pub use pace::Rate;

use crate::probe::{Card, Level};
use pace::{News, Pace};

/// The most addresses and MACs that are learned: more than any hospital has.
const LEARN_LIMIT: usize = 200_000;

/// Everything an operator said about what may be sent.
#[derive(Debug, Clone)]
pub struct Rules {
    /// Where packets may go.
    pub networks: Networks,
    /// How fast.
    pub rate: Rate,
    /// The most packets that one device receives in one run.
    pub device_budget: u32,
    /// The most packets that one fragile device receives in one run.
    pub fragile_budget: u32,
    /// Devices that are declared medical or fragile.
    pub care: HashMap<DeviceKey, Care>,
    /// Questions to everybody on a link (multicast) may be sent.
    pub multicast: bool,
    /// The one packet that asks whether a device forwards goes to devices of no more care than this.
    pub passage: Care,
}

/// Who a packet counts against: a machine on the link is its MAC, however many addresses it has.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DeviceKey {
    /// On the agent's link.
    Mac(Mac),
    /// Behind a router.
    Address(IpAddr),
}

impl DeviceKey {
    /// The key of a target.
    pub fn of(target: &Target) -> Self {
        target.mac.map_or(Self::Address(target.address), Self::Mac)
    }
}

/// The permission to send so many packets to one target, once. Only [`Gate`] makes one.
#[derive(Debug)]
pub struct Permit {
    target: Target,
    device: Option<DeviceKey>,
    probe: &'static str,
    granted: u32,
    spent: u32,
    at: Duration,
    /// The pace is told of every packet.
    news: News,
}

/// More packets were about to be sent than were permitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the packet allowance for this question is used up")]
pub struct Exhausted;

impl Permit {
    /// Whom it is for.
    pub fn target(&self) -> &Target {
        &self.target
    }

    /// About to send this many packets.
    pub fn spend(&mut self, packets: u32) -> Result<(), Exhausted> {
        if self.spent + packets > self.granted {
            return Err(Exhausted);
        }
        self.account(self.spent + packets);
        Ok(())
    }

    /// Packets spent so far.
    pub fn spent(&self) -> u32 {
        self.spent
    }

    /// The operating system says how many packets it really sent for a connection, acknowledgements
    /// included: the larger number counts.
    pub fn account(&mut self, packets: u32) {
        let more = packets.saturating_sub(self.spent);
        self.spent += more;
        self.news.fetch_add(more, Ordering::Relaxed);
    }
}

/// Why a question may not be put at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Denied {
    /// The target is outside the scope, or excluded.
    OutOfScope,
    /// The device is fragile and the question is more than presence.
    Fragile,
    /// The device's budget for this run is used up.
    Budget,
    /// It stopped answering and is left alone.
    LeftAlone,
    /// Questions to everybody are switched off.
    Multicast,
}

/// What [`Gate::ask`] answers.
#[derive(Debug)]
pub enum Verdict {
    /// Now.
    Granted(Permit),
    /// Not before this moment.
    NotBefore(Duration),
    /// Never in this run.
    Denied(Denied),
}

/// What reached one target by one probe; times since the start of the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tally {
    /// Packets.
    pub packets: u32,
    /// The first of them.
    pub first: Duration,
    /// The last of them.
    pub last: Duration,
}

impl Tally {
    /// Both together.
    pub fn add(&mut self, other: Self) {
        self.packets += other.packets;
        self.first = self.first.min(other.first);
        self.last = self.last.max(other.last);
    }
}

/// Decides, and remembers what was sent.
#[derive(Debug)]
pub struct Gate {
    rules: Rules,
    pace: Pace,
    spent: HashMap<DeviceKey, u32>,
    care: HashMap<DeviceKey, Care>,
    left_alone: HashSet<DeviceKey>,
    excluded: HashSet<Mac>,
    bound: HashSet<Mac>,
    /// Who answered from an address.
    macs: HashMap<IpAddr, Mac>,
    /// Questions whether anybody is at an address, until it is known who is.
    swept: HashMap<IpAddr, u32>,
    /// The resolver that is asked about others: what it is asked counts with what it is asked itself.
    resolver: Option<IpAddr>,
    sent: BTreeMap<(Target, &'static str), Tally>,
}

impl Gate {
    /// Nothing was sent yet.
    pub fn new(rules: Rules) -> Self {
        let pace = Pace::new(rules.rate);
        let care = rules.care.clone();
        Self {
            rules,
            pace,
            spent: HashMap::new(),
            care,
            left_alone: HashSet::new(),
            excluded: HashSet::new(),
            bound: HashSet::new(),
            macs: HashMap::new(),
            swept: HashMap::new(),
            resolver: None,
            sent: BTreeMap::new(),
        }
    }

    /// Where packets may go.
    pub fn networks(&self) -> &Networks {
        &self.rules.networks
    }

    /// May this question go to this device now?
    pub fn ask(&mut self, now: Duration, target: &Target, card: &Card, packets: u32) -> Verdict {
        let device = self.key(target);
        if let Err(denied) = self.allows(target, &device, card.level, packets) {
            return Verdict::Denied(denied);
        }
        let earliest = self.pace.earliest(now, Some(&device), packets);
        if earliest > now {
            return Verdict::NotBefore(earliest);
        }
        self.pace.begin(now, Some(&device), packets);
        *self.spent.entry(device.clone()).or_default() += packets;
        Verdict::Granted(self.permit(target.clone(), Some(device), card.name, packets, now))
    }

    /// May this one frame ask whether anybody is at this address? It names nobody's MAC yet, so only
    /// the total pace counts; it is counted against the device when that is known.
    pub fn ask_sweep(&mut self, now: Duration, target: &Target, card: &Card) -> Verdict {
        if !self.rules.networks.allows(target.address) {
            return Verdict::Denied(Denied::OutOfScope);
        }
        let verdict = self.ask_paced(now, target, card);
        if let Verdict::Granted(_) = verdict {
            *self.swept.entry(target.address).or_default() += 1;
        }
        verdict
    }

    /// May this question go to everybody on a link now? The link must carry an allowed network.
    pub fn ask_link(&mut self, now: Duration, target: &Target, card: &Card, network: &[IpNet]) -> Verdict {
        let in_scope =
            |network: &IpNet| self.rules.networks.allowed().iter().any(|allowed| overlap(*allowed, *network));
        if !self.rules.multicast {
            return Verdict::Denied(Denied::Multicast);
        }
        if !network.iter().any(in_scope) {
            return Verdict::Denied(Denied::OutOfScope);
        }
        self.ask_paced(now, target, card)
    }

    /// May the configured resolver be asked about a device now? It is named by the operator and need
    /// not lie in the scope, but an exclusion wins over that, too.
    pub fn ask_resolver(&mut self, now: Duration, resolver: IpAddr, card: &Card) -> Verdict {
        if self.rules.networks.excludes(resolver) {
            return Verdict::Denied(Denied::OutOfScope);
        }
        self.resolver = Some(resolver);
        let device = DeviceKey::Address(resolver);
        let earliest = self.pace.earliest(now, Some(&device), 1);
        if earliest > now {
            return Verdict::NotBefore(earliest);
        }
        self.pace.begin(now, Some(&device), 1);
        let target = Target { address: resolver, mac: None, interface: None };
        Verdict::Granted(self.permit(target, Some(device), card.name, 1, now))
    }

    /// When the next packet may go to anybody at all.
    pub fn breath(&mut self, now: Duration) -> Duration {
        self.pace.breath(now)
    }

    /// A question that is due waits for the pace until then.
    pub fn hold(&mut self, now: Duration, until: Duration) {
        self.pace.hold(now, until);
    }

    /// How long questions waited for the total pace, in all.
    pub fn held(&self) -> Duration {
        self.pace.held()
    }

    /// The operating system asked by itself whether a neighbour is still there, or answered one: that
    /// is a packet, too.
    pub fn overhear_own(&mut self, now: Duration, to: Mac) {
        self.pace.overhear(now, Some(&DeviceKey::Mac(to)));
    }

    fn ask_paced(&mut self, now: Duration, target: &Target, card: &Card) -> Verdict {
        let earliest = self.pace.earliest(now, None, 1);
        if earliest > now {
            return Verdict::NotBefore(earliest);
        }
        self.pace.begin(now, None, 1);
        Verdict::Granted(self.permit(target.clone(), None, card.name, 1, now))
    }

    fn allows(&self, target: &Target, device: &DeviceKey, level: Level, packets: u32) -> Result<(), Denied> {
        if !self.may_ask(target) {
            return Err(Denied::OutOfScope);
        }
        if self.left_alone.contains(device) {
            return Err(Denied::LeftAlone);
        }
        let care = self.care(target);
        let most = match care {
            Care::None => Level::Query,
            Care::Verify => Level::Verify,
            Care::Presence => Level::Passage,
        };
        let withheld = level == Level::Passage && care > self.rules.passage;
        if level > most || withheld {
            return Err(Denied::Fragile);
        }
        let budget = if care > Care::None { self.rules.fragile_budget } else { self.rules.device_budget };
        if self.spent.get(device).copied().unwrap_or(0) + packets > budget {
            return Err(Denied::Budget);
        }
        Ok(())
    }

    /// Questions may go to this target: its address is allowed, or it is a link-local address of a
    /// machine that is known not to be an excluded one.
    pub fn may_ask(&self, target: &Target) -> bool {
        if target.mac.is_some_and(|mac| self.excluded.contains(&mac)) {
            return false;
        }
        self.rules.networks.allows(target.address) || is_link_local(target.address) && self.may_ask_link_local(target)
    }

    /// With an exclusion on the books, a link-local address may belong to the excluded machine. Only
    /// a MAC that also holds an allowed address is certain not to.
    fn may_ask_link_local(&self, target: &Target) -> bool {
        let certain = self.rules.networks.excluded().is_empty();
        if self.excluded.len() >= LEARN_LIMIT {
            return false;
        }
        target.mac.is_some_and(|mac| (certain || self.bound.contains(&mac)) && !self.excluded.contains(&mac))
    }

    /// What was heard of this address may be written down.
    pub fn may_record(&self, target: &Target) -> bool {
        if target.mac.is_some_and(|mac| self.excluded.contains(&mac)) {
            return false;
        }
        // Where only the link-layer address is known, it is the link that is in scope.
        let bare = target.address.is_unspecified() && target.mac.is_some();
        bare || self.rules.networks.allows(target.address) || is_link_local(target.address)
    }

    /// An address was heard from a MAC: learn who is excluded, and who is certainly not. Of a forger
    /// who claims more addresses than there are devices, no more is learned.
    pub fn learn(&mut self, address: IpAddr, mac: Mac) {
        if self.macs.len() < LEARN_LIMIT || self.macs.contains_key(&address) {
            self.macs.insert(address, mac);
        }
        // The question that it answered counts against it.
        if let Some(asked) = self.swept.remove(&address) {
            *self.spent.entry(DeviceKey::Mac(mac)).or_default() += asked;
        }
        if self.rules.networks.excludes(address) {
            if self.excluded.len() < LEARN_LIMIT {
                self.excluded.insert(mac);
            }
        } else if self.rules.networks.allows(address) && self.bound.len() < LEARN_LIMIT {
            self.bound.insert(mac);
        }
    }

    /// This machine is known to hold an excluded address.
    pub fn is_excluded(&self, mac: Mac) -> bool {
        self.excluded.contains(&mac)
    }

    /// Whom a packet to this target counts against.
    fn key(&self, target: &Target) -> DeviceKey {
        let resolver =
            self.resolver.filter(|resolver| target.mac.is_some() && self.macs.get(resolver) == target.mac.as_ref());
        resolver.map_or_else(|| DeviceKey::of(target), DeviceKey::Address)
    }

    /// How carefully the device is to be treated.
    pub fn care(&self, target: &Target) -> Care {
        let keys = [self.key(target), DeviceKey::of(target), DeviceKey::Address(target.address)];
        keys.iter().filter_map(|key| self.care.get(key)).copied().max().unwrap_or(Care::None)
    }

    /// The device is medical or fragile.
    pub fn is_fragile(&self, target: &Target) -> bool {
        self.care(target) > Care::None
    }

    /// What the device seems to be asks for this care; more than was known counts, less does not.
    pub fn treat_with(&mut self, target: &Target, care: Care) {
        if care > Care::None {
            let known = self.care.entry(self.key(target)).or_insert(care);
            *known = care.max(*known);
        }
    }

    /// From now on, the device gets nothing.
    pub fn leave_alone(&mut self, target: &Target) {
        self.left_alone.insert(self.key(target));
    }

    /// The question is over: what was reserved and not sent is given back.
    pub fn settle(&mut self, now: Duration, permit: Permit) {
        let Permit { target, device, probe, granted, spent, at, .. } = permit;
        if let Some(device) = &device {
            let total = self.spent.entry(device.clone()).or_default();
            *total = (*total + spent).saturating_sub(granted);
        }
        self.pace.settle(at, granted, now, spent, device.as_ref());
        if spent > 0 {
            let tally = self.sent.entry((target, probe)).or_insert(Tally { packets: 0, first: at, last: at });
            tally.packets += spent;
            tally.last = now.max(at);
        }
    }

    fn permit(
        &self,
        target: Target,
        device: Option<DeviceKey>,
        probe: &'static str,
        granted: u32,
        at: Duration,
    ) -> Permit {
        Permit { target, device, probe, granted, spent: 0, at, news: self.pace.news() }
    }

    /// What reached whom, sorted.
    pub fn sent(&self) -> impl Iterator<Item = (&Target, &'static str, Tally)> {
        self.sent.iter().map(|((target, probe), tally)| (target, *probe, *tally))
    }
}

fn overlap(one: IpNet, other: IpNet) -> bool {
    one.contains(&other) || other.contains(&one)
}

/// IPv6 link-local unicast, RFC 4291 §2.5.6.
pub fn is_link_local(address: IpAddr) -> bool {
    matches!(address, IpAddr::V6(address) if address.is_unicast_link_local())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probe::Audience;

    const QUERY: Card = Card {
        name: "test",
        title: "",
        title_ja: "",
        standard: "",
        packets: 4,
        level: Level::Query,
        may_upset: "",
        audience: Audience::Everybody,
        why: "",
        why_ja: "",
    };
    const PRESENCE: Card = Card { level: Level::Presence, ..QUERY };

    fn gate(excluded: &[&str]) -> Gate {
        let excluded: Vec<IpNet> = excluded.iter().map(|text| text.parse().unwrap()).collect();
        let networks = Networks::new(&["10.1.0.0/24".parse().unwrap()], &excluded, Consent::default()).unwrap();
        Gate::new(Rules {
            networks,
            rate: Rate { total: 200, device: 10 },
            device_budget: 20,
            fragile_budget: 4,
            care: HashMap::new(),
            multicast: true,
            passage: Care::Verify,
        })
    }

    fn target(address: &str, mac: u8) -> Target {
        Target { address: address.parse().unwrap(), mac: Some(Mac([0, 0, 0, 0, 1, mac])), interface: None }
    }

    fn granted(verdict: Verdict) -> Permit {
        match verdict {
            Verdict::Granted(permit) => permit,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_permit_cannot_be_overspent() {
        let mut gate = gate(&[]);
        let mut permit = granted(gate.ask(Duration::ZERO, &target("10.1.0.5", 5), &QUERY, 2));
        assert_eq!(permit.spend(2), Ok(()));
        assert_eq!(permit.spend(1), Err(Exhausted));
    }

    #[test]
    fn outside_the_scope_nothing_is_granted() {
        let mut gate = gate(&["10.1.0.9/32"]);
        for address in ["10.2.0.5", "8.8.8.8", "10.1.0.9"] {
            let verdict = gate.ask(Duration::ZERO, &target(address, 5), &PRESENCE, 1);
            assert!(matches!(verdict, Verdict::Denied(Denied::OutOfScope)), "{address}");
        }
    }

    #[test]
    fn an_excluded_machine_is_excluded_under_all_its_addresses() {
        let mut gate = gate(&["10.1.0.9/32"]);
        gate.learn("10.1.0.9".parse().unwrap(), Mac([0, 0, 0, 0, 1, 9]));
        assert!(!gate.may_ask(&target("10.1.0.10", 9)));
        assert!(!gate.may_record(&target("fe80::9", 9)));
    }

    #[test]
    fn a_link_local_address_is_asked_only_when_it_cannot_be_an_excluded_machine() {
        assert!(gate(&[]).may_ask(&target("fe80::5", 5)));
        let mut gate = gate(&["10.1.0.9/32"]);
        assert!(!gate.may_ask(&target("fe80::5", 5)));
        gate.learn("10.1.0.5".parse().unwrap(), Mac([0, 0, 0, 0, 1, 5]));
        assert!(gate.may_ask(&target("fe80::5", 5)));
    }

    #[test]
    fn a_fragile_device_gets_presence_only_and_little_of_it() {
        let mut gate = gate(&[]);
        let pump = target("10.1.0.5", 5);
        gate.treat_with(&pump, Care::Presence);
        assert!(matches!(gate.ask(Duration::ZERO, &pump, &QUERY, 1), Verdict::Denied(Denied::Fragile)));
        granted(gate.ask(Duration::ZERO, &pump, &PRESENCE, 4));
        assert!(matches!(gate.ask(Duration::from_secs(9), &pump, &PRESENCE, 1), Verdict::Denied(Denied::Budget)));
    }

    #[test]
    fn what_was_not_sent_is_given_back_and_what_was_is_remembered() {
        let mut gate = gate(&[]);
        let host = target("10.1.0.5", 5);
        for second in 0..10 {
            let now = Duration::from_secs(second * 2);
            let mut permit = granted(gate.ask(now, &host, &QUERY, 10));
            permit.spend(1).unwrap();
            gate.settle(now, permit);
        }
        let sent: Vec<_> = gate.sent().collect();
        assert_eq!(sent.len(), 1);
        assert_eq!(sent[0].2.packets, 10);
    }

    #[test]
    fn what_the_resolver_is_asked_about_others_counts_with_what_it_is_asked_itself() {
        let mut gate = gate(&[]);
        let resolver = target("10.1.0.5", 5);
        gate.learn(resolver.address, resolver.mac.unwrap());
        for _ in 0..8 {
            let mut verdict = gate.ask_resolver(Duration::ZERO, resolver.address, &QUERY);
            while let Verdict::NotBefore(at) = verdict {
                verdict = gate.ask_resolver(at, resolver.address, &QUERY);
            }
            granted(verdict);
        }
        let verdict = gate.ask(Duration::from_millis(900), &resolver, &QUERY, 4);
        assert!(matches!(verdict, Verdict::NotBefore(_)), "{verdict:?}");
    }

    #[test]
    fn a_device_left_alone_gets_nothing_under_any_address() {
        let mut gate = gate(&[]);
        gate.leave_alone(&target("10.1.0.5", 5));
        let verdict = gate.ask(Duration::ZERO, &target("10.1.0.6", 5), &PRESENCE, 1);
        assert!(matches!(verdict, Verdict::Denied(Denied::LeftAlone)));
    }
}
