//! One device: it hears packets that are addressed to it, and answers as its description says.

pub mod icmp;
pub mod tcp;
pub mod udp;

use std::net::IpAddr;
use std::time::Instant;

use daicho_shared::address::Mac;
use smoltcp::wire::IpProtocol;

use crate::description;
use crate::frame::Packet;
use crate::journal::{IncidentKind, Journal};
use crate::service::Services;
use tcp::Kind;

/// TTL and hop limit of what a device sends by itself.
pub const HOPS: u8 = 64;

/// A running device.
#[derive(Debug)]
pub struct Device {
    index: usize,
    plan: description::Device,
    services: Services,
    connections: tcp::Connections,
    packets: u64,
    upset: bool,
}

impl Device {
    /// A device that nobody has spoken to yet; `index` is its place in the journal.
    pub fn new(index: usize, plan: description::Device, services: Services) -> Self {
        Self { index, plan, services, connections: tcp::Connections::default(), packets: 0, upset: false }
    }

    /// Its description.
    pub fn plan(&self) -> &description::Device {
        &self.plan
    }

    /// Its place in the journal.
    pub fn index(&self) -> usize {
        self.index
    }

    /// It answers no more.
    pub fn is_dead(&self) -> bool {
        self.plan.dies_after.is_some_and(|limit| self.packets > limit)
    }

    /// It was asked for by ARP or neighbour solicitation; whether it answers.
    pub fn asked_for(&self, journal: &mut Journal) -> bool {
        journal.devices[self.index].asked_for += 1;
        if self.plan.untouchable {
            journal.incident(self.index, IncidentKind::Touched, "asked for by ARP".to_owned());
        }
        !self.is_dead()
    }

    /// It hears a packet addressed to it; what it answers.
    pub fn hear(&mut self, packet: &Packet, journal: &mut Journal) -> Vec<Packet> {
        self.packets += 1;
        journal.devices[self.index].packets += 1;
        self.complain(packet, journal);
        if self.is_dead() || self.plan.silent {
            return vec![];
        }
        match packet.protocol {
            IpProtocol::Icmp => icmp::answer_v4(&self.plan, packet).into_iter().collect(),
            IpProtocol::Icmpv6 => icmp::answer_v6(&self.plan, packet).into_iter().collect(),
            IpProtocol::Tcp => self.hear_tcp(packet, journal),
            IpProtocol::Udp => udp::answer(&self.plan, &mut self.services, packet),
            _ => vec![],
        }
    }

    /// It hears a packet sent to a group; what it answers from its own address.
    pub fn overhear(&mut self, packet: &Packet, own: IpAddr, journal: &mut Journal) -> Vec<Packet> {
        if self.is_dead() || self.plan.silent {
            return vec![];
        }
        let answers = match packet.protocol {
            IpProtocol::Icmpv6 => icmp::answer_group(&self.plan, packet, own).into_iter().collect(),
            IpProtocol::Udp => udp::answer_group(&self.plan, &mut self.services, packet, own),
            _ => vec![],
        };
        if !answers.is_empty() {
            journal.devices[self.index].multicast += 1;
        }
        answers
    }

    /// Time passes: what it repeats.
    pub fn tick(&mut self, now: Instant) -> Vec<Packet> {
        if self.is_dead() { vec![] } else { self.connections.tick(now) }
    }

    /// It has connections, so that time matters to it.
    pub fn is_busy(&self) -> bool {
        !self.connections.is_empty()
    }

    fn hear_tcp(&mut self, packet: &Packet, journal: &mut Journal) -> Vec<Packet> {
        let heard = self.connections.hear(packet, &self.plan, &mut self.services);
        if let Some(complaint) = &heard.complaint {
            journal.incident(self.index, IncidentKind::Said, format!("port {}: {complaint}", heard.port));
        }
        if heard.octets > 0 {
            journal.devices[self.index].tcp_octets += heard.octets as u64;
            if heard.service == Kind::Printer {
                let text = format!("{} octets printed on port {}", heard.octets, heard.port);
                journal.incident(self.index, IncidentKind::Printed, text);
            }
            if self.plan.fragile.is_some() && heard.service != Kind::Verifiable {
                let text = format!("{} octets of TCP payload on port {}", heard.octets, heard.port);
                journal.incident(self.index, IncidentKind::Upset, text);
            }
        }
        heard.answers
    }

    fn complain(&mut self, packet: &Packet, journal: &mut Journal) {
        if self.plan.untouchable {
            let text = format!("{:?} packet from {}", packet.protocol, packet.source);
            journal.incident(self.index, IncidentKind::Touched, text);
        }
        let Some(limit) = self.plan.fragile else { return };
        if self.packets > limit && !self.upset {
            self.upset = true;
            journal.incident(self.index, IncidentKind::Upset, format!("more than {limit} packets"));
        }
    }
}

/// The interface that holds this address.
pub fn interface_of(plan: &description::Device, address: IpAddr) -> Option<&description::Interface> {
    plan.interfaces.iter().find(|interface| holds(interface, address))
}

/// The interface holds this address.
pub fn holds(interface: &description::Interface, address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => interface.ipv4 == Some(address),
        IpAddr::V6(address) => interface.ipv6 == Some(address),
    }
}

/// Link-layer address behind an address.
pub fn mac_of(plan: &description::Device, address: IpAddr) -> Option<Mac> {
    interface_of(plan, address).map(|interface| interface.mac)
}
