//! Networks that may be there: tried slowly, one frame at a time, and anew for whatever a device gives away.

use std::collections::{BTreeSet, VecDeque};
use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use daicho_shared::fact::Fact;
use daicho_shared::knowledge::guesses::Guesses;
use ipnet::Ipv4Net;

use super::{Action, Asked, Engine, Next, everybody};
use crate::plan::{Item, Plan};
use crate::probe::{Link, PROBES, Question};
use crate::scope::{Permit, Verdict};

/// Between two guesses: 40 a second at most.
const APART: Duration = Duration::from_millis(25);
/// The most frames that are tried on one link: with what asks for devices, a /24 hears less than 1,500.
const LINK_LIMIT: usize = 950;
/// Of these, what is kept for addresses that devices give away.
const LEAKED_LIMIT: usize = 128;

/// What is still to be tried.
#[derive(Debug)]
pub(super) struct Guessing {
    queue: VecDeque<(usize, Item)>,
    next: Duration,
    leaked: BTreeSet<Ipv4Addr>,
    /// Frames that were left out, of each link.
    left_out: usize,
}

impl Guessing {
    pub(super) fn new(plan: &Plan) -> Self {
        let mut guessing = Self { queue: VecDeque::new(), next: Duration::ZERO, leaked: BTreeSet::new(), left_out: 0 };
        for (index, link) in plan.links.iter().enumerate() {
            let items = items(link, &plan.guesses);
            guessing.left_out += items.len().saturating_sub(LINK_LIMIT - LEAKED_LIMIT);
            guessing.queue.extend(items.into_iter().take(LINK_LIMIT - LEAKED_LIMIT).map(|item| (index, item)));
        }
        guessing
    }
}

fn items(link: &Link, guesses: &Guesses) -> Vec<Item> {
    let questions = PROBES.iter().flat_map(|&probe| {
        let own = probe.guess(link, guesses);
        own.into_iter().map(move |question| Item::new(probe, question))
    });
    questions.collect()
}

impl Engine {
    /// What was not tried is told: nobody may take silence about it for an answer.
    pub(super) fn tell_left_out(&mut self) {
        let count = self.guessing.left_out;
        if count > 0 {
            let message = format!(
                "推定アドレスのうち{count}件は、1晩の上限を超えるため試しません / {count} guessed addresses are not tried: more than one night allows"
            );
            self.log.trouble(Duration::ZERO, "second-address".to_owned(), message);
        }
    }

    pub(super) fn poll_guesses(&mut self, now: Duration) -> Next {
        while let Some((link, item)) = self.guessing.queue.pop_front() {
            if now < self.guessing.next {
                self.guessing.queue.push_front((link, item));
                return Next::Later(self.guessing.next);
            }
            let at = &self.plan.links[link];
            let target = everybody(&item.question, &at.interface);
            match self.gate.ask_link(now, &target, item.probe.card(), &at.addresses) {
                Verdict::Granted(permit) => {
                    self.guessing.next = now + APART;
                    self.log.asked(&self.gate, &self.plan, &target, item.probe.card().name);
                    return Next::Do(self.call(now, permit, link, item));
                }
                Verdict::NotBefore(at) => {
                    self.guessing.queue.push_front((link, item));
                    return Next::Later(at);
                }
                Verdict::Denied(_) => {}
            }
        }
        Next::Nothing
    }

    /// A frame goes out as it is, or is left open.
    pub(super) fn call(&mut self, now: Duration, permit: Permit, link: usize, item: Item) -> Action {
        match item.question {
            Question::Exchange { bytes, wait } => {
                self.open_exchange(now, (permit, link), (item.probe, None), (bytes, wait))
            }
            question => self.put(permit, Asked::Everybody(link, item.probe), question),
        }
    }

    /// A device told of addresses that are none of the link's: whoever has them may answer here.
    pub(super) fn follow_leaks(&mut self, facts: &[Fact]) {
        if !self.plan.seeks() {
            return;
        }
        let excluded = |address: &Ipv4Addr| self.gate.networks().excludes(IpAddr::V4(*address));
        let elsewhere = |address: &Ipv4Addr| self.plan.link_of(IpAddr::V4(*address)).is_none();
        let told: Vec<Ipv4Addr> = facts.iter().flat_map(told_addresses).filter(|address| is_host(*address)).collect();
        let told: Vec<Ipv4Addr> = told.into_iter().filter(|address| elsewhere(address) && !excluded(address)).collect();
        for address in told {
            if self.guessing.leaked.len() >= LEAKED_LIMIT / 2 || !self.guessing.leaked.insert(address) {
                continue;
            }
            let network = Ipv4Net::new_assert(address, 24).trunc();
            let guesses = Guesses { addresses: vec![address], networks: vec![network] };
            for (index, link) in self.plan.links.iter().enumerate() {
                let fresh = items(link, &guesses).into_iter().map(|item| (index, item));
                self.guessing.queue.extend(fresh);
            }
        }
    }
}

/// Private, shared (RFC 6598) or public: an address that a host can have, and that means something elsewhere.
fn is_host(address: Ipv4Addr) -> bool {
    let special = address.is_unspecified()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_multicast()
        || address.is_broadcast()
        || address.is_documentation();
    !special
}

/// Addresses that a fact gives away beside the one that it was asked at.
fn told_addresses(fact: &Fact) -> Vec<Ipv4Addr> {
    let addresses: Vec<IpAddr> = match fact {
        Fact::Certificate { addresses, .. } | Fact::VirtualRouter { addresses, .. } => addresses.clone(),
        Fact::OwnAddress { address, .. }
        | Fact::AnswersFor { address, .. }
        | Fact::Engine { address: Some(address), .. }
        | Fact::LinkNeighbour { address: Some(address), .. }
        | Fact::ExternalAddress { address: Some(address), .. } => vec![*address],
        Fact::Route { next_hop, .. } => vec![*next_hop],
        Fact::DhcpServer { server, routers, .. } => server.iter().chain(routers).copied().collect(),
        _ => vec![],
    };
    let v4 = addresses.into_iter().filter_map(|address| match address {
        IpAddr::V4(address) => Some(address),
        IpAddr::V6(_) => None,
    });
    v4.collect()
}
