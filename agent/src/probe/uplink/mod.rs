//! Who leads out of this network, and who has a second one? Nothing that is asked here by default leaves the
//! segment: it is addressed to a neighbour's link-layer address or to everybody's, with a time to live that ends there.

pub mod all_routers;
mod audience;
pub mod connected_networks;
pub mod dhcp_server;
pub mod directed_broadcast;
pub mod dns_upstream;
pub mod foreign_sender;
pub mod forwarding;
pub mod forwarding_v6;
pub mod hairpin;
mod icmp;
pub mod igd;
pub mod nat_pmp;
mod packet;
pub mod pcp;
pub mod pppoe;
pub mod rip;
pub mod router_solicitation;
pub mod second_address;
pub mod smb_interfaces;
pub mod walk;

use std::net::IpAddr;

use daicho_shared::fact::Fact;
use daicho_shared::text;
use serde::Deserialize;

use crate::probe::identity::told::attribute;

/// Where a DHCP client is answered (RFC 2131 §4.1).
pub const DHCP_CLIENT_PORT: u16 = 68;
/// RIP, asking and answering (RFC 2453 §4.1).
pub const RIP_PORT: u16 = 520;
/// Our own, where any will do.
pub const ASKING_PORT: u16 = 34137;

/// What an operator configured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setup {
    /// Look for second networks and ways out at all.
    pub search: bool,
    /// Ask what forwards which networks it is connected to.
    pub thorough: bool,
    /// Ask file servers for their network interfaces.
    pub smb_interfaces: bool,
    /// Devices through which a packet may be sent further.
    pub walk: Vec<Walk>,
}

impl Default for Setup {
    fn default() -> Self {
        Self { search: true, thorough: false, smb_interfaces: false, walk: vec![] }
    }
}

/// Somebody wants to know which way a device forwards, and says why.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Walk {
    /// The device.
    pub address: IpAddr,
    /// Why; it is written into the batch.
    pub reason: String,
}

impl Walk {
    /// That it was asked for, and why.
    pub fn told(&self) -> Fact {
        attribute("walk", "reason", text::bounded(&self.reason))
    }
}
