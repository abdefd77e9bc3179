//! The switch between the TAP and the devices, and the routers' way between segments.

#[cfg(test)]
mod tests;

use std::collections::{BTreeSet, HashMap};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::{Duration, Instant};

use daicho_shared::address::Mac;

use crate::description::{Hospital, Segment};
use crate::device::{Device, holds, icmp};
use crate::frame::{self, ArpQuestion, Content, Packet};
use crate::journal::{IncidentKind, Journal};
use crate::say::Speaker;
use crate::service::Services;

/// A multicast DNS group (RFC 6762 §3).
const ALL_ROUTERS: Ipv6Addr = Ipv6Addr::new(0xff02, 0, 0, 0, 0, 0, 0, 2);
/// All RIP routers, RFC 2453 §4.5.
const RIP_V4: Ipv4Addr = Ipv4Addr::new(224, 0, 0, 9);
const MDNS_V4: Ipv4Addr = Ipv4Addr::new(224, 0, 0, 251);
/// The SSDP group (`UPnP` Device Architecture 1.1 §1).
const SSDP_V4: Ipv4Addr = Ipv4Addr::new(239, 255, 255, 250);

/// All devices, and who is reached how.
#[derive(Debug)]
pub struct Switch {
    devices: Vec<Device>,
    segments: Vec<Segment>,
    /// Interfaces on the station's own link.
    by_mac: HashMap<Mac, usize>,
    /// Who answers ARP on the link, with which link-layer address.
    on_link: HashMap<Ipv4Addr, (usize, Mac)>,
    on_link_v6: HashMap<Ipv6Addr, (usize, Mac)>,
    /// Who holds an address in a segment behind a router.
    routed: HashMap<Ipv4Addr, usize>,
    /// Devices that care for groups, with their own address there and link-layer address.
    listeners: Vec<(usize, IpAddr, Mac)>,
    /// Whose link-layer address the station's packets come from.
    stations: HashMap<IpAddr, Mac>,
    busy: BTreeSet<usize>,
    speakers: Vec<Speaker>,
    journal: Journal,
}

impl Switch {
    /// Plugs every device in.
    pub fn new(hospital: &Hospital) -> Self {
        let mut switch = Self {
            devices: vec![],
            segments: hospital.segments.clone(),
            by_mac: HashMap::new(),
            on_link: HashMap::new(),
            on_link_v6: HashMap::new(),
            routed: HashMap::new(),
            listeners: vec![],
            stations: HashMap::new(),
            busy: BTreeSet::new(),
            speakers: Speaker::all(hospital),
            journal: journal(hospital),
        };
        for (index, plan) in hospital.devices.iter().enumerate() {
            switch.plug_in(index, plan);
            switch.devices.push(Device::new(index, plan.clone(), Services::new(hospital, plan)));
        }
        switch
    }

    fn plug_in(&mut self, index: usize, plan: &crate::description::Device) {
        for interface in &plan.interfaces {
            let name = interface.segment.as_deref();
            let Some(segment) = self.segments.iter().find(|segment| Some(segment.name.as_str()) == name) else {
                continue;
            };
            if segment.behind.is_some() {
                self.routed.extend(interface.ipv4.map(|address| (address, index)));
                continue;
            }
            self.by_mac.insert(interface.mac, index);
            self.on_link.extend(interface.ipv4.map(|address| (address, (index, interface.mac))));
            self.on_link_v6.extend(interface.ipv6.map(|address| (address, (index, interface.mac))));
            let listens_v4 = plan.mdns.is_some() || plan.ssdp.is_some() || plan.wsd.is_some() || plan.onvif.is_some();
            let listens_v4 = listens_v4 || plan.gateway.is_some();
            let own = [interface.ipv4.filter(|_| listens_v4).map(IpAddr::V4), interface.ipv6.map(IpAddr::V6)];
            self.listeners.extend(own.into_iter().flatten().map(|address| (index, address, interface.mac)));
        }
    }

    /// What was counted.
    pub fn into_journal(self) -> Journal {
        self.journal
    }

    /// A frame came from the station; the frames that answer it.
    pub fn hear(&mut self, bytes: &[u8]) -> Vec<Vec<u8>> {
        self.journal.frames_in += 1;
        let Some((destination, source, content)) = frame::parse(bytes) else { return vec![] };
        let answers = match content {
            Content::Arp(question) => self.arp(destination, &question).into_iter().collect(),
            Content::Ip(packet) => {
                if !packet.source.is_unspecified() {
                    self.stations.insert(packet.source, source);
                }
                if destination.is_group() { self.group(&packet, source) } else { self.unicast(&packet, destination) }
            }
            Content::Other => vec![],
        };
        self.journal.frames_out += answers.len() as u64;
        answers
    }

    /// Time passes; the frames that devices repeat.
    pub fn tick(&mut self, now: Instant) -> Vec<Vec<u8>> {
        let busy: Vec<usize> = self.busy.iter().copied().collect();
        let mut frames = vec![];
        for index in busy {
            let answers = self.devices[index].tick(now);
            frames.extend(answers.iter().filter_map(|answer| self.send(answer)));
            if !self.devices[index].is_busy() {
                self.busy.remove(&index);
            }
        }
        self.journal.frames_out += frames.len() as u64;
        frames
    }

    /// What devices say by themselves, this long after the hospital's start.
    pub fn speak(&mut self, now: Duration) -> Vec<Vec<u8>> {
        let mut frames = vec![];
        for speaker in &mut self.speakers {
            if !self.devices[speaker.device].is_dead() {
                frames.extend(speaker.speak(now).iter().cloned());
            }
        }
        self.journal.frames_out += frames.len() as u64;
        frames
    }

    /// Devices have connections open, so that [`Self::tick`] matters.
    pub fn is_busy(&self) -> bool {
        !self.busy.is_empty()
    }

    fn arp(&mut self, destination: Mac, question: &ArpQuestion) -> Option<Vec<u8>> {
        let (index, mac) = *self.on_link.get(&question.target)?;
        if destination != Mac::BROADCAST && destination != mac {
            return None;
        }
        let answers = self.devices[index].asked_for(&mut self.journal);
        answers.then(|| frame::arp_answer(question, mac))
    }

    fn group(&mut self, packet: &Packet, source: Mac) -> Vec<Vec<u8>> {
        if let Some(target) = icmp::solicited(packet) {
            return self.solicited(packet, target, source).into_iter().collect();
        }
        let heard = match packet.destination {
            IpAddr::V4(group) => group == MDNS_V4 || group == SSDP_V4 || group == RIP_V4 || group.is_broadcast(),
            IpAddr::V6(group) => group.is_multicast(),
        };
        if !heard {
            return vec![];
        }
        let family = |address: &IpAddr| address.is_ipv4() == packet.destination.is_ipv4();
        // Only who forwards is in the group of all routers (RFC 4291 §2.8).
        let joined = |index: usize| packet.destination != ALL_ROUTERS || self.devices[index].plan().forwards;
        let listeners: Vec<_> =
            self.listeners.iter().filter(|(index, own, _)| family(own) && joined(*index)).copied().collect();
        let mut frames = vec![];
        for (index, own, mac) in listeners {
            for answer in self.devices[index].overhear(packet, own, &mut self.journal) {
                frames.extend(frame::wrap(&answer, group_mac(answer.destination).unwrap_or(source), mac));
            }
        }
        frames
    }

    fn solicited(&mut self, packet: &Packet, target: Ipv6Addr, source: Mac) -> Option<Vec<u8>> {
        let (index, mac) = *self.on_link_v6.get(&target)?;
        if !self.devices[index].asked_for(&mut self.journal) {
            return None;
        }
        let answer = icmp::answer_group(self.devices[index].plan(), packet, target.into())?;
        frame::wrap(&answer, group_mac(answer.destination).unwrap_or(source), mac)
    }

    fn unicast(&mut self, packet: &Packet, destination: Mac) -> Vec<Vec<u8>> {
        let Some(&first) = self.by_mac.get(&destination) else { return vec![] };
        let own = |interface: &&crate::description::Interface| interface.mac == destination;
        let plan = self.devices[first].plan();
        if plan.interfaces.iter().find(own).is_some_and(|interface| holds(interface, packet.destination)) {
            return self.deliver(first, packet);
        }
        if plan.untouchable {
            let text = format!("a packet for {}", packet.destination);
            self.journal.incident(first, IncidentKind::Touched, text);
        }
        if self.devices[first].is_dead() || !self.devices[first].plan().forwards {
            return vec![];
        }
        self.forward(first, packet)
    }

    /// A router received a packet that is not for the address it came to.
    fn forward(&mut self, router: usize, packet: &Packet) -> Vec<Vec<u8>> {
        let (IpAddr::V4(to), Some(near)) = (packet.destination, self.near_address(router)) else { return vec![] };
        let plan = self.devices[router].plan();
        if plan.interfaces.iter().any(|interface| interface.ipv4 == Some(to)) {
            return self.deliver(router, packet);
        }
        if packet.hops <= 1 {
            let answer = icmp::time_exceeded(packet, near);
            return answer.and_then(|answer| self.send_from(router, &answer)).into_iter().collect();
        }
        if let Some(station) = self.stations.get(&packet.destination).copied() {
            let passed_on = Packet { hops: packet.hops - 1, ..packet.clone() };
            let by = self.near(router).map(|(_, mac)| mac);
            return by.and_then(|mac| frame::wrap(&passed_on, station, mac)).into_iter().collect();
        }
        let name = plan.name.as_str();
        let leads = |segment: &&Segment| segment.behind.as_deref() == Some(name) && segment.network.contains(&to);
        if self.segments.iter().any(|segment| leads(&segment)) {
            // An address that nobody holds meets silence, as behind a router that drops.
            let Some(&index) = self.routed.get(&to) else { return vec![] };
            return self.deliver(index, &Packet { hops: packet.hops - 1, ..packet.clone() });
        }
        let leads_on = self.segments.iter().any(|segment| segment.behind.as_deref() == Some(name));
        let answer = if leads_on { icmp::network_unreachable(packet, near) } else { None };
        answer.and_then(|answer| self.send_from(router, &answer)).into_iter().collect()
    }

    fn deliver(&mut self, index: usize, packet: &Packet) -> Vec<Vec<u8>> {
        let answers = self.devices[index].hear(packet, &mut self.journal);
        if self.devices[index].is_busy() {
            self.busy.insert(index);
        }
        answers.iter().filter_map(|answer| self.send(answer)).collect()
    }

    /// The answer's frame: from the interface that holds the sender's address, or by the router.
    fn send(&self, answer: &Packet) -> Option<Vec<u8>> {
        let to = group_mac(answer.destination).or_else(|| self.stations.get(&answer.destination).copied())?;
        match answer.source {
            IpAddr::V6(from) => frame::wrap(answer, to, self.on_link_v6.get(&from)?.1),
            IpAddr::V4(from) => {
                if let Some((_, mac)) = self.on_link.get(&from) {
                    return frame::wrap(answer, to, *mac);
                }
                let segment = self.segments.iter().find(|segment| segment.network.contains(&from))?;
                let router = self.devices.iter().find(|device| Some(&device.plan().name) == segment.behind.as_ref())?;
                // The router's own far address is one hop nearer.
                let own = router.plan().interfaces.iter().any(|interface| interface.ipv4 == Some(from));
                let hops = answer.hops - u8::from(!own);
                frame::wrap(&Packet { hops, ..answer.clone() }, to, self.near(router.index())?.1)
            }
        }
    }

    fn send_from(&self, router: usize, answer: &Packet) -> Option<Vec<u8>> {
        let to = self.stations.get(&answer.destination).copied()?;
        frame::wrap(answer, to, self.near(router)?.1)
    }

    fn near_address(&self, router: usize) -> Option<Ipv4Addr> {
        self.near(router).map(|(address, _)| address)
    }

    /// A device's address on the station's link.
    fn near(&self, device: usize) -> Option<(Ipv4Addr, Mac)> {
        let interfaces = &self.devices[device].plan().interfaces;
        let mut addresses = interfaces.iter().filter_map(|interface| Some((interface.ipv4?, interface.mac)));
        addresses.find(|(address, _)| self.on_link.contains_key(address))
    }
}

/// The link-layer address of a group (RFC 1112 §6.4, RFC 2464 §7), or of everybody.
fn group_mac(address: IpAddr) -> Option<Mac> {
    match address {
        IpAddr::V4(everybody) if everybody.is_broadcast() => Some(Mac::BROADCAST),
        IpAddr::V4(group) if group.is_multicast() => {
            let [_, b, c, d] = group.octets();
            Some(Mac([0x01, 0x00, 0x5e, b & 0x7f, c, d]))
        }
        IpAddr::V6(group) if group.is_multicast() => {
            let [.., a, b, c, d] = group.octets();
            Some(Mac([0x33, 0x33, a, b, c, d]))
        }
        _ => None,
    }
}

fn journal(hospital: &Hospital) -> Journal {
    Journal::new(hospital.devices.iter().map(|plan| {
        let addresses = plan.interfaces.iter().flat_map(|interface| {
            [interface.ipv4.map(IpAddr::V4), interface.ipv6.map(IpAddr::V6)].into_iter().flatten()
        });
        let addresses = addresses.map(|address| address.to_string()).collect();
        (plan.name.clone(), plan.class.to_string(), addresses)
    }))
}
