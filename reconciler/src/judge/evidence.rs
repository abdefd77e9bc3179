//! The observations of one run, in one order, each once, with what the run itself was.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::sync::Arc;

use daicho_shared::address::Mac;
use daicho_shared::batch::Batch;
use daicho_shared::coverage::Outcome;
use daicho_shared::fact::Fact;
use daicho_shared::id::ObservationId;
use daicho_shared::observation::{Observation, Target};
use ipnet::IpNet;

use super::inventory::{self, Origins};
use super::networks::Networks;

/// Probes that ask a third party about the target: their answer does not show that it is there. A walk begins with its
/// written reason, before anything is asked; and whoever answers it answered something else before.
const HEARSAY: [&str; 4] = ["reverse-dns", "route", "walk", inventory::PROBE];

/// One run's observations.
pub(crate) struct Evidence<'a> {
    /// By number, each once.
    pub(crate) observations: Vec<&'a Arc<Observation>>,
    /// Networks that were looked at, as coverage or the scope names them.
    segments: Networks<IpNet>,
    origins: Origins,
    scope: Networks<()>,
    exclude: Networks<()>,
    on_link: Networks<()>,
    own_addresses: BTreeSet<IpAddr>,
    own_macs: BTreeSet<Mac>,
}

impl<'a> Evidence<'a> {
    /// Reads one run's batch.
    #[cfg(test)]
    pub(crate) fn new(batch: &'a Batch) -> Self {
        Self::merged(batch, Origins::of(&batch.header.run))
    }

    /// Reads a batch into which others were merged. Neither the order of its lines nor a line that comes
    /// twice matters.
    pub(crate) fn merged(batch: &'a Batch, origins: Origins) -> Self {
        let header = &batch.header;
        let covered = batch.coverage.iter().map(|coverage| coverage.segment);
        let segments: BTreeSet<IpNet> = covered.chain(header.scope.iter().copied()).collect();
        let linked: BTreeSet<IpNet> =
            batch.coverage.iter().filter(|c| c.on_link && c.asked > 0).map(|c| c.segment).collect();
        let networks = |list: &[IpNet]| list.iter().map(|network| (*network, ())).collect();
        Self {
            observations: in_order(&batch.observations),
            segments: segments.into_iter().map(|network| (network, network)).collect(),
            origins,
            scope: networks(&header.scope),
            exclude: networks(&header.exclude),
            on_link: linked.into_iter().map(|network| (network, ())).collect(),
            own_addresses: header.interfaces.iter().flat_map(|i| &i.addresses).map(IpNet::addr).collect(),
            own_macs: header.interfaces.iter().filter_map(|i| i.mac).collect(),
        }
    }

    /// The observation's name.
    pub(crate) fn id(&self, observation: &Observation) -> ObservationId {
        self.origins.id(observation.number)
    }

    /// The target is the scanner itself.
    pub(crate) fn is_own(&self, target: &Target) -> bool {
        self.owns_address(target.address) || target.mac.is_some_and(|mac| self.owns_mac(mac))
    }

    /// The address is the scanner's.
    pub(crate) fn owns_address(&self, address: IpAddr) -> bool {
        self.own_addresses.contains(&address)
    }

    /// The link-layer address is the scanner's.
    pub(crate) fn owns_mac(&self, mac: Mac) -> bool {
        self.own_macs.contains(&mac)
    }

    /// The address may be asked.
    pub(crate) fn in_scope(&self, address: IpAddr) -> bool {
        self.scope.hold(address) && !self.is_excluded(address)
    }

    /// The address may not be asked.
    pub(crate) fn is_excluded(&self, address: IpAddr) -> bool {
        self.exclude.hold(address)
    }

    /// The address lies on a link that the scanner shares.
    pub(crate) fn is_on_link(&self, address: IpAddr) -> bool {
        self.on_link.hold(address)
    }

    /// The smallest network that was looked at and holds the address.
    pub(crate) fn segment_of(&self, address: IpAddr) -> Option<IpNet> {
        self.segments.holding(address).next().copied()
    }
}

/// Somebody was at the target: it answered, refused, or broke off.
pub(crate) fn shows_presence(observation: &Observation) -> bool {
    let heard = !matches!(observation.outcome, Outcome::Silent | Outcome::NotAllowed);
    let somebody = can_be_a_host(observation.target.address) || is_bare(&observation.target);
    heard && !HEARSAY.contains(&observation.probe.0.as_str()) && somebody
}

/// Heard of a link-layer address that named no address (LLDP, spanning tree, a request for one).
pub(crate) fn is_bare(target: &Target) -> bool {
    target.address.is_unspecified() && target.mac.is_some_and(Mac::is_interface)
}

/// The link-layer addresses that an observation binds to its target.
pub(crate) fn link_addresses(observation: &Observation) -> impl Iterator<Item = Mac> {
    let told = observation.facts.iter().filter_map(|fact| match fact {
        Fact::LinkAddress { mac } => Some(*mac),
        _ => None,
    });
    observation.target.mac.into_iter().chain(told).filter(|mac| mac.is_interface())
}

/// Not a group, broadcast or unspecified address.
pub(crate) fn can_be_a_host(address: IpAddr) -> bool {
    let broadcast = matches!(address, IpAddr::V4(v4) if v4.is_broadcast());
    !address.is_multicast() && !address.is_unspecified() && !address.is_loopback() && !broadcast
}

/// A link-local address: every link has the same ones.
pub(crate) fn is_link_local(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => v4.is_link_local(),
        IpAddr::V6(v6) => v6.is_unicast_link_local(),
    }
}

/// Two observations under one number are one, or a forgery: then the smaller text stands, so that
/// the order of lines decides nothing.
fn in_order(observations: &[Arc<Observation>]) -> Vec<&Arc<Observation>> {
    let mut by_number: BTreeMap<u32, &Arc<Observation>> = BTreeMap::new();
    for observation in observations {
        by_number
            .entry(observation.number)
            .and_modify(|kept| {
                if *kept != observation && format!("{observation:?}") < format!("{kept:?}") {
                    *kept = observation;
                }
            })
            .or_insert(observation);
    }
    by_number.into_values().collect()
}

#[cfg(test)]
mod tests {
    use super::super::sample::World;
    use super::*;

    #[test]
    fn a_name_server_or_a_route_does_not_show_that_anybody_is_there() {
        let mut world = World::new();
        world.see("10.0.0.5", "reverse-dns", vec![]);
        world.see("10.0.0.1", "route", vec![Fact::DefaultGateway { interface: "eth0".into() }]);
        world.see("10.0.0.6", "echo", vec![Fact::Alive]);
        let batch = world.batch();
        let present: Vec<_> = Evidence::new(&batch).observations.iter().map(|o| shows_presence(o)).collect();
        assert_eq!(present, [false, false, true]);
    }

    #[test]
    fn the_reason_for_a_walk_does_not_show_that_anybody_is_there() {
        let mut world = World::new();
        let (source, key, value) = ("walk".into(), "reason".into(), "院長の指示".into());
        world.see("10.0.0.7", "walk", vec![Fact::Attribute { source, key, value }]);
        assert!(world.verdict().assets.is_empty());
    }

    #[test]
    fn a_link_layer_address_alone_is_somebody_and_no_address_at_all_is_nobody() {
        let mut world = World::new();
        world.see("0.0.0.0", "lldp", vec![]);
        world.hear("00:80:A3:00:00:05", "lldp", vec![]);
        let batch = world.batch();
        let present: Vec<_> = Evidence::new(&batch).observations.iter().map(|o| shows_presence(o)).collect();
        assert_eq!(present, [false, true]);
    }

    #[test]
    fn forged_numbers_do_not_make_the_order_matter() {
        let mut world = World::new();
        world.see("10.0.0.5", "echo", vec![]);
        world.see("10.0.0.6", "echo", vec![]);
        let mut batch = world.batch();
        Arc::make_mut(&mut batch.observations[1]).number = 1;
        let mut turned = batch.clone();
        turned.observations.reverse();
        let read =
            |batch: &Batch| Evidence::new(batch).observations.iter().map(|o| o.target.clone()).collect::<Vec<_>>();
        assert_eq!(read(&batch), read(&turned));
    }
}
