//! What comes in on a link, asked for or not: to whom it belongs, and whether it is news.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use daicho_shared::address::Mac;
use daicho_shared::fact::Fact;
use daicho_shared::observation::Target;

use super::Engine;
use super::device::Proof;
use super::exchange::Answer;
use crate::probe::uplink::foreign_sender;
use crate::probe::{Heard, Level, Link, Probe, Reading, named, overhear};
use crate::scope::{DeviceKey, is_link_local};

/// The most devices of one run: more than any hospital has, and what a forger of addresses may cost.
pub(super) const DEVICE_LIMIT: usize = 100_000;
/// The most senders whose words are kept until it is known which device they are.
const WAITING_SENDERS: usize = 4096;
/// The most facts of one sender that are kept so.
const WAITING_FACTS: usize = 64;

/// What one probe heard in one frame.
struct Said<'s> {
    probe: &'static dyn Probe,
    heard: Heard,
    /// What it answers, where that is known.
    request: &'s [u8],
    /// It counts as an answer; one of a device's own question counts when that ends.
    counts: bool,
    frame: &'s [u8],
}

/// What was heard of senders that are no device yet.
#[derive(Debug, Default)]
pub(super) struct Waiting(HashMap<DeviceKey, Vec<Fact>>);

impl Waiting {
    /// Keeps facts of one sender, within bounds.
    pub(super) fn keep(&mut self, key: DeviceKey, facts: &[Fact]) {
        if self.0.len() >= WAITING_SENDERS && !self.0.contains_key(&key) {
            return;
        }
        let kept = self.0.entry(key).or_default();
        let room = WAITING_FACTS.saturating_sub(kept.len());
        kept.extend(facts.iter().take(room).cloned());
    }

    /// Everything that was heard of this target.
    pub(super) fn take(&mut self, target: &Target) -> Vec<Fact> {
        let by_mac = target.mac.and_then(|mac| self.0.remove(&DeviceKey::Mac(mac)));
        let by_address = self.0.remove(&DeviceKey::Address(target.address));
        [by_mac, by_address].into_iter().flatten().flatten().collect()
    }
}

fn mac_at(frame: &[u8], offset: usize) -> Option<Mac> {
    frame.get(offset..offset + 6)?.try_into().ok().map(Mac)
}

/// ARP, or neighbour discovery (RFC 4861 §4.3, §4.4): of the agent's machine, the operating system's,
/// since a link does not hear what is sent on it by ourselves.
fn is_neighbourly(frame: &[u8]) -> bool {
    match frame.get(12..14) {
        Some([0x08, 0x06]) => true,
        Some([0x86, 0xdd]) => frame.get(20) == Some(&58) && matches!(frame.get(54), Some(135 | 136)),
        _ => false,
    }
}

/// An answer that comes from an address of another network shows no device there: it is told of the link-layer
/// address alone.
fn of_link(heard: &Heard, link: &Link) -> Heard {
    let here = |address: &IpAddr| heard.mac.is_none() || link.contains(*address) || is_link_local(*address);
    Heard { address: heard.address.filter(here), ..heard.clone() }
}

impl Engine {
    /// A frame came in on a link.
    pub fn hear(&mut self, now: Duration, link: usize, frame: &[u8]) {
        let Some(interface) = self.plan.links.get(link).map(|link| link.interface.clone()) else { return };
        let (Some(to), Some(sender)) = (mac_at(frame, 0), mac_at(frame, 6)) else { return };
        if self.own.contains(&sender) && is_neighbourly(frame) {
            self.gate.overhear_own(now, to);
        }
        if self.own.contains(&sender) || self.gate.is_excluded(sender) {
            return;
        }
        let answers = self.exchanges.answers(link, frame);
        for (probe, heard) in overhear(frame) {
            self.note(now, Said { probe, heard, request: &[], counts: true, frame }, &interface);
        }
        for Answer { probe, sent, to_device, heard } in answers {
            let heard = of_link(&heard, &self.plan.links[link]);
            self.note(now, Said { probe, heard, request: &sent, counts: !to_device, frame }, &interface);
        }
    }

    fn note(&mut self, now: Duration, said: Said<'_>, interface: &str) {
        match (said.heard.address, said.heard.mac) {
            (Some(address), Some(mac)) => self.present(now, said, address, mac, interface),
            (address, mac) => {
                let target = self.unproven(address, mac, interface);
                self.take_note(now, said, &target);
            }
        }
    }

    /// The sender shows that he is at this address.
    fn present(&mut self, now: Duration, said: Said<'_>, address: IpAddr, mac: Mac, interface: &str) {
        self.gate.learn(address, mac);
        let target = Target { address, mac: Some(mac), interface: Some(interface.into()) };
        if self.own.contains(&mac) {
            return;
        }
        if !self.gate.may_record(&target) {
            return self.stranger(now, &said, interface);
        }
        self.sweep.answered(address);
        let known = self.by_mac.get(&mac).copied();
        if let Some(index) = known.filter(|index| self.devices[*index].is_there()) {
            self.agenda.push(Reverse((now, index)));
        }
        if !self.take_note(now, said, &target) {
            return;
        }
        if is_link_local(address) && !self.sweep.is_over() {
            self.deferred.push(target);
        } else {
            self.arrive(now, target, true, Proof::Link);
        }
    }

    /// The sender used an address that is none of the networks asked about: the machine has another one.
    fn stranger(&mut self, now: Duration, said: &Said<'_>, interface: &str) {
        let elsewhere = said
            .heard
            .address
            .filter(|address| self.plan.link_of(*address).is_none() && !self.gate.networks().excludes(*address));
        let slip = elsewhere.and_then(|_| foreign_sender::slip(said.frame, &said.heard));
        let (Some(heard), Some(probe)) = (slip, named("foreign-sender")) else { return };
        let target = self.unproven(None, heard.mac, interface);
        self.take_note(now, Said { probe, heard, request: &[], counts: false, frame: said.frame }, &target);
    }

    /// Whom a frame is about that does not show where he is: the device with this link-layer address
    /// where it is known, or the address alone.
    fn unproven(&self, address: Option<IpAddr>, mac: Option<Mac>, interface: &str) -> Target {
        let known = mac.and_then(|mac| self.by_mac.get(&mac)).map(|index| self.devices[*index].target.address);
        let address = address.or(known).unwrap_or(Ipv4Addr::UNSPECIFIED.into());
        Target { address, mac, interface: Some(interface.into()) }
    }

    /// Writes it down once, and keeps it for choosing questions; `true` where it was news.
    fn take_note(&mut self, now: Duration, said: Said<'_>, target: &Target) -> bool {
        let Said { probe, heard: Heard { address, mac, facts }, request, counts, frame } = said;
        let bare = target.mac.is_none() && target.address.is_unspecified();
        let in_scope = self.gate.networks().allows(target.address);
        if bare || !self.gate.may_record(target) || !self.log.is_news(now, (address, mac), in_scope, &facts) {
            return false;
        }
        if counts && probe.card().level > Level::Listen {
            self.log.answered(&self.gate, &self.plan, target, probe.card().name);
        }
        if !self.listens_only {
            self.consider(target, &facts);
            self.follow_leaks(&facts);
        }
        self.log.observe(now, probe.card().name, target.clone(), Reading::answered(facts), (request, frame));
        true
    }

    /// What a device says of itself unasked decides what it is asked, and may ask for care from this
    /// moment.
    fn consider(&mut self, target: &Target, facts: &[Fact]) {
        let by_mac = target.mac.and_then(|mac| self.by_mac.get(&mac));
        let Some(&index) = by_mac.or_else(|| self.by_address.get(&target.address)) else {
            return self.waiting.keep(DeviceKey::of(target), facts);
        };
        let device = &mut self.devices[index];
        if device.learn_heard(facts) {
            let care = device.care(self.plan.port_table());
            self.gate.treat_with(&device.target, care);
        }
    }
}
