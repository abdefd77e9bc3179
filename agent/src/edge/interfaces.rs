//! The agent's own interfaces and default gateways, as the operating system tells them. Sends nothing.

use std::net::{IpAddr, UdpSocket};

use daicho_shared::address::Mac;
use daicho_shared::batch::AgentInterface;
use ipnet::IpNet;

use crate::probe::Link;

/// All interfaces that are up, loopback left out.
pub fn list() -> Vec<AgentInterface> {
    netdev::get_interfaces().into_iter().filter(|it| it.is_up() && !it.is_loopback()).map(|it| described(&it)).collect()
}

fn described(interface: &netdev::Interface) -> AgentInterface {
    let v4 = interface.ipv4.iter().copied().map(IpNet::V4);
    let v6 = interface.ipv6.iter().copied().map(IpNet::V6);
    let gateways = interface.gateway.iter();
    AgentInterface {
        name: interface.name.clone(),
        mac: interface.mac_addr.map(|mac| Mac(mac.octets())),
        addresses: v4.chain(v6).collect(),
        gateways: gateways.flat_map(|gateway| gateway.ipv4.iter().copied().map(IpAddr::V4)).collect(),
    }
}

/// The links among them: interfaces with a MAC and an address.
pub fn links(interfaces: &[AgentInterface], only: Option<&str>) -> Vec<Link> {
    let wanted = interfaces.iter().filter(|interface| only.is_none_or(|name| name == interface.name));
    wanted
        .filter_map(|interface| {
            let mac = interface.mac.filter(|mac| mac.is_interface())?;
            let addresses = interface.addresses.clone();
            Some(Link::new(&interface.name, mac, addresses))
        })
        .filter(|link| !link.addresses.is_empty())
        .collect()
}

/// The interface by which the operating system would send to an address; `None` where it knows no way. Sends nothing:
/// to connect a datagram socket only looks up the route (connect(2)).
pub fn towards(address: IpAddr) -> Option<String> {
    const DISCARD: u16 = 9;
    let any = if address.is_ipv4() { "0.0.0.0:0" } else { "[::]:0" };
    let socket = UdpSocket::bind(any).ok()?;
    socket.connect((address, DISCARD)).ok()?;
    let own = socket.local_addr().ok()?.ip();
    let holds = |interface: &&netdev::Interface| match own {
        IpAddr::V4(own) => interface.ipv4.iter().any(|net| net.addr() == own),
        IpAddr::V6(own) => interface.ipv6.iter().any(|net| net.addr() == own),
    };
    netdev::get_interfaces().iter().find(holds).map(|interface| interface.name.clone())
}

/// The operating system's number of an interface; 0 where it has gone.
pub fn index_of(name: &str) -> u32 {
    netdev::get_interfaces().iter().find(|interface| interface.name == name).map_or(0, |interface| interface.index)
}

/// The agent machine's name.
pub fn host_name() -> String {
    let name = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    daicho_shared::text::bounded(&name)
}
