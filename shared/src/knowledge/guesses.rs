//! Where a second network may hide: addresses that phones, mobile routers and tunnels use unless told otherwise.
//! They are tried one by one; the table is `[[guess]]` of `config/uplinks.toml`.

use std::collections::BTreeSet;
use std::net::Ipv4Addr;
use std::sync::LazyLock;

use ipnet::{IpNet, Ipv4Net};
use serde::Deserialize;

/// The table that is compiled in.
pub const DEFAULT: &str = include_str!("../../../config/uplinks.toml");

/// A network, and the addresses in it that a host of ours may have.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Guess {
    /// The network; its broadcast address is asked, too, where it is no wider than a /24.
    pub cidr: Ipv4Net,
    /// Hosts to try, first and last octet; none where only the broadcast is asked.
    #[serde(default)]
    pub hosts: Vec<(u8, u8)>,
    /// Who uses it.
    pub what: String,
}

impl Guess {
    /// The addresses to try.
    pub fn addresses(&self) -> impl Iterator<Item = Ipv4Addr> {
        let [a, b, c, _] = self.cidr.network().octets();
        let hosts = self.hosts.iter().flat_map(|(first, last)| *first..=*last);
        hosts.map(move |host| Ipv4Addr::new(a, b, c, host)).filter(|address| self.cidr.contains(address))
    }

    /// The /24 networks (or the one smaller network) whose broadcast address is asked.
    pub fn networks(&self) -> Vec<Ipv4Net> {
        self.cidr.subnets(24.max(self.cidr.prefix_len())).map(Iterator::collect).unwrap_or_default()
    }
}

/// What is tried on a link, most telling first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Guesses {
    /// Addresses that somebody may answer for.
    pub addresses: Vec<Ipv4Addr>,
    /// Networks that somebody may be in.
    pub networks: Vec<Ipv4Net>,
}

#[derive(Deserialize)]
struct Table {
    guess: Vec<Guess>,
}

/// The table that is compiled in; a test parses it.
pub fn builtin() -> &'static [Guess] {
    static BUILTIN: LazyLock<Vec<Guess>> =
        LazyLock::new(|| toml::from_str::<Table>(DEFAULT).map(|table| table.guess).unwrap_or_default());
    &BUILTIN
}

impl Guesses {
    /// The table, and before it the networks that the ledger declares.
    pub fn new(table: &[Guess], declared: &[IpNet]) -> Self {
        let mut guesses = Self::default();
        let declared = declared.iter().filter_map(|network| match network {
            IpNet::V4(network) if network.prefix_len() >= 16 => Some(network.trunc()),
            _ => None,
        });
        let declared: BTreeSet<Ipv4Net> = declared.collect();
        let small = |network: &Ipv4Net| network.subnets(24.max(network.prefix_len())).into_iter().flatten();
        guesses.networks.extend(declared.iter().flat_map(small));
        // Small networks first: a wide one is tried for what its broadcasts bring, last of all.
        let (small, wide): (Vec<&Guess>, Vec<&Guess>) = table.iter().partition(|guess| guess.cidr.prefix_len() >= 24);
        guesses.networks.extend(small.iter().chain(&wide).flat_map(|guess| guess.networks()));
        guesses.addresses.extend(table.iter().flat_map(Guess::addresses));
        guesses.addresses.extend(declared.iter().filter(|network| network.prefix_len() >= 24).flat_map(Ipv4Net::hosts));
        guesses.deduplicate();
        guesses
    }

    fn deduplicate(&mut self) {
        let (mut addresses, mut networks) = (BTreeSet::new(), BTreeSet::new());
        self.addresses.retain(|address| addresses.insert(*address));
        self.networks.retain(|network| networks.insert(*network));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_builtin_table_parses_and_is_small_enough_for_one_night() {
        let guesses = Guesses::new(builtin(), &[]);
        let total = guesses.addresses.len() + guesses.networks.len();
        assert!((300..=900).contains(&total), "{total}");
        for address in ["192.168.42.129", "192.168.137.1", "172.20.10.2", "192.168.8.100", "10.8.0.6"] {
            assert!(guesses.addresses.contains(&address.parse().unwrap()), "{address}");
        }
        assert!(guesses.networks.contains(&"192.168.77.0/24".parse().unwrap()));
    }

    #[test]
    fn declared_networks_come_first_and_nothing_is_tried_twice() {
        let declared = ["10.20.0.0/24".parse().unwrap(), "192.168.42.0/24".parse().unwrap()];
        let guesses = Guesses::new(builtin(), &declared);
        assert_eq!(guesses.networks[0], "10.20.0.0/24".parse().unwrap());
        assert!(guesses.addresses.contains(&"10.20.0.77".parse().unwrap()));
        let unique: BTreeSet<_> = guesses.networks.iter().collect();
        assert_eq!(unique.len(), guesses.networks.len());
    }
}
