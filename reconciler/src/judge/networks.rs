//! Networks, and what belongs to each, found by an address without a look at every one.

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap};
use std::net::IpAddr;

use ipnet::IpNet;

/// Values by network.
#[derive(Debug, Clone)]
pub(crate) struct Networks<T> {
    /// Which prefix lengths there are, longest first, by family.
    lengths: [BTreeSet<Reverse<u8>>; 2],
    by_network: HashMap<IpNet, Vec<T>>,
}

impl<T> Default for Networks<T> {
    fn default() -> Self {
        Self { lengths: Default::default(), by_network: HashMap::new() }
    }
}

impl<T> FromIterator<(IpNet, T)> for Networks<T> {
    fn from_iter<I: IntoIterator<Item = (IpNet, T)>>(values: I) -> Self {
        let mut networks = Self::default();
        for (network, value) in values {
            networks.lengths[family(network.addr())].insert(Reverse(network.prefix_len()));
            networks.by_network.entry(network.trunc()).or_default().push(value);
        }
        networks
    }
}

impl<T> Networks<T> {
    /// Everything whose network holds the address, that of the smallest network first.
    pub(crate) fn holding(&self, address: IpAddr) -> impl Iterator<Item = &T> {
        let network = move |length: &Reverse<u8>| IpNet::new(address, length.0).ok().map(|net| net.trunc());
        let networks = self.lengths[family(address)].iter().filter_map(network);
        networks.filter_map(|network| self.by_network.get(&network)).flatten()
    }

    /// Some network holds the address.
    pub(crate) fn hold(&self, address: IpAddr) -> bool {
        self.holding(address).next().is_some()
    }
}

fn family(address: IpAddr) -> usize {
    usize::from(address.is_ipv6())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn network() -> impl Strategy<Value = IpNet> {
        let v4 = (0u8..4, 0u8..4, 0u8..=32)
            .prop_map(|(a, b, length)| IpNet::new(IpAddr::from([10, a, b, 1]), length).unwrap());
        let v6 = (0u16..3, 0u8..=128)
            .prop_map(|(a, length)| IpNet::new(IpAddr::from([0xfd00, a, 0, 0, 0, 0, 0, 1]), length).unwrap());
        prop_oneof![v4, v6]
    }

    proptest! {
        #[test]
        fn it_finds_what_a_look_at_every_network_finds(
            networks in prop::collection::vec(network(), 0..8), address in network(),
        ) {
            let address = address.addr();
            let mut expected: Vec<IpNet> = networks.iter().copied().filter(|net| net.contains(&address)).collect();
            expected.sort_by_key(|net| Reverse(net.prefix_len()));
            let found: Networks<IpNet> = networks.iter().map(|net| (*net, *net)).collect();
            prop_assert_eq!(found.hold(address), !expected.is_empty());
            let found: Vec<IpNet> = found.holding(address).copied().collect();
            prop_assert_eq!(found, expected);
        }
    }
}
