//! What one machine is judged on: its facts, where it stands, and what people declared.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr};

use daicho_shared::address::Mac;
use daicho_shared::coverage::Coverage;
use daicho_shared::fact::Fact;
use ipnet::{IpNet, Ipv4Net};

use super::super::asset::Asset;
use super::super::evidence::can_be_a_host;
use super::super::group::Group;
use super::super::knowledge::Knowledge;
use super::super::networks::Networks;
use super::super::portrait::Facts;

/// One machine, and what is around it.
pub(crate) struct Ground<'s, 'a> {
    pub(crate) facts: Facts<'s, 'a>,
    pub(crate) asset: &'s Asset,
    /// The rows that are this machine.
    pub(crate) group: Option<&'s Group<'a>>,
    pub(crate) knowledge: &'s Knowledge,
    pub(crate) around: &'s Around<'a>,
}

/// What is the same for all machines of a run.
#[derive(Debug, Default)]
pub(crate) struct Around<'a> {
    /// How each network was looked at.
    pub(crate) coverage: Networks<&'a Coverage>,
    /// Whom each probe sent to.
    pub(crate) sent: BTreeMap<String, (BTreeSet<IpAddr>, BTreeSet<Mac>)>,
    /// Which probes sent to everybody on the link.
    pub(crate) called: BTreeSet<String>,
    /// How many machines answer for an address.
    pub(crate) holders: BTreeMap<IpAddr, usize>,
    /// Addresses that move between routers.
    pub(crate) moving: BTreeSet<IpAddr>,
    /// Addresses of machines that are declared as network equipment or external connection points.
    pub(crate) gateways: BTreeSet<IpAddr>,
    /// The networks that the ledger declares, and those of its addresses.
    pub(crate) declared: Networks<()>,
}

impl Ground<'_, '_> {
    /// Its addresses that answered as themselves: not those that it answered for besides.
    pub(crate) fn own_addresses(&self) -> BTreeSet<IpAddr> {
        let claimed: BTreeSet<IpAddr> = self
            .facts
            .all()
            .filter_map(|(_, fact)| match fact {
                Fact::AnswersFor { address, .. } => Some(*address),
                _ => None,
            })
            .collect();
        let mut own = self.facts.machine.addresses();
        if own.iter().any(|address| address.is_ipv4() && !claimed.contains(address)) {
            own.retain(|address| !claimed.contains(address));
        }
        own
    }

    /// The networks of the addresses that answered: as the device says, as the scope says, and a /24 where nobody
    /// does.
    pub(crate) fn home(&self, own: &BTreeSet<IpAddr>) -> BTreeSet<Ipv4Net> {
        let mut networks = BTreeSet::new();
        for &address in own {
            let IpAddr::V4(v4) = address else { continue };
            match self.facts.evidence.segment_of(address) {
                Some(IpNet::V4(segment)) => networks.insert(segment),
                _ => networks.insert(Ipv4Net::new_assert(v4, 24).trunc()),
            };
            networks.extend(self.told_network(v4));
        }
        networks
    }

    /// The network that the device itself says the address is in; a mask wider than a /8 is a mistake.
    fn told_network(&self, v4: Ipv4Addr) -> Option<Ipv4Net> {
        self.facts.all().find_map(|(_, fact)| match fact {
            Fact::OwnAddress { address, prefix_length: Some(length), .. } if *address == v4 && *length >= 8 => {
                Ipv4Net::new(v4, *length).ok().map(|net| net.trunc())
            }
            _ => None,
        })
    }

    /// The address lies in a network that people know: one that was scanned, or that the ledger declares.
    pub(crate) fn is_inside(&self, address: IpAddr) -> bool {
        self.facts.evidence.segment_of(address).is_some() || self.around.declared.hold(address)
    }
}

/// An IPv4 address outside these networks, where there are any. IPv6 interfaces have addresses of several networks
/// by design (RFC 4291 §2.1).
pub(crate) fn is_elsewhere(home: &BTreeSet<Ipv4Net>, address: IpAddr) -> bool {
    let IpAddr::V4(v4) = address else { return false };
    can_be_a_host(address) && !home.is_empty() && !home.iter().any(|net| net.contains(&v4))
}

/// Public, or shared by a carrier among its customers (RFC 6598).
pub(crate) fn is_outside(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => {
            let inner = v4.is_private() || v4.is_link_local() || v4.is_loopback();
            can_be_a_host(address) && !inner
        }
        IpAddr::V6(v6) => v6.segments()[0] & 0xe000 == 0x2000,
    }
}
