//! What a small router tells of the way out that it offers.

use std::net::Ipv4Addr;

use ipnet::Ipv4Net;
use serde::Deserialize;

/// The services of a small router. It grants nothing: no port is mapped, no address is leased.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Gateway {
    /// Its address on the far side, as NAT-PMP and `UPnP` tell it; none is told where a provider translates, too.
    pub external: Option<Ipv4Addr>,
    /// The network of which it offers addresses; the first one is its own.
    pub offers: Option<Ipv4Net>,
    /// Name servers that it tells its clients of.
    pub resolvers: Vec<Ipv4Addr>,
    /// The servers to which it passes questions on, as dnsmasq writes them, e.g. `8.8.8.8#53 12 0`.
    pub upstream: Vec<String>,
    /// Networks that it announces by RIP.
    pub routes: Vec<Ipv4Net>,
}
