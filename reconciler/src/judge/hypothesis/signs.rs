//! One machine's facts as signs, each with the observations it stands on and the addresses it is about.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use daicho_shared::fact::Fact;
use daicho_shared::id::ObservationId;
use daicho_shared::knowledge::oui::{self, Cellular};
use ipnet::{IpNet, Ipv4Net};

use super::super::evidence::{is_link_local, shows_presence};
use super::super::graded::Sign;
use super::super::knowledge::{Knowledge, TextField};
use super::super::portrait::mac_evidence;
use super::ground::{Ground, is_elsewhere, is_outside};
use super::hop;

/// Every sign with its addresses and observations.
pub(crate) type Signs = BTreeMap<Sign, Stands>;

/// What a sign stands on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Stands {
    pub(crate) addresses: BTreeSet<IpAddr>,
    pub(crate) evidence: BTreeSet<ObservationId>,
}

/// The probe that sends a packet further, with a written reason.
const WALK: &str = "walk";
/// Joins that two devices hardly ever share by accident.
const STRONG_JOINS: [&str; 6] = ["mac", "device-interface", "own-address", "eui-64", "upnp-udn", "weak-host"];

/// Every sign that the machine shows.
pub(crate) fn read(ground: &Ground<'_, '_>) -> Signs {
    let own = ground.own_addresses();
    let home = ground.home(&own);
    let mut signs = Signs::new();
    let reasons = reasons(ground);
    for observation in &ground.facts.machine.observations {
        let id = ground.facts.evidence.id(observation);
        for fact in &observation.facts {
            // An address that was seen by itself is no news; `answered` looks at it.
            if matches!(fact, Fact::OwnAddress { address, .. } if address.is_loopback() || own.contains(address)) {
                continue;
            }
            for (sign, address) in of_fact(fact, &observation.probe.0, ground, &home) {
                let stands = signs.entry(sign).or_default();
                stands.addresses.extend(address);
                stands.evidence.insert(id.clone());
                if observation.probe.0 == WALK {
                    stands.evidence.extend(reasons.iter().cloned());
                }
            }
        }
    }
    answered(ground, &own, &mut signs);
    cellular_maker(ground, &mut signs);
    tether(ground, &mut signs);
    signs
}

/// Where the written reason for a walk through the machine was kept: whoever cites the walk cites it, too.
fn reasons(ground: &Ground<'_, '_>) -> BTreeSet<ObservationId> {
    let reason = |fact: &Fact| matches!(fact, Fact::Attribute { source, key, .. } if source == WALK && key == "reason");
    ground.facts.all().filter(|(_, fact)| reason(fact)).map(|(id, _)| id).collect()
}

type One = Vec<(Sign, Option<IpAddr>)>;

fn of_fact(fact: &Fact, probe: &str, ground: &Ground<'_, '_>, home: &BTreeSet<Ipv4Net>) -> One {
    let elsewhere = |address: &IpAddr| is_elsewhere(home, *address).then_some(*address);
    let at = |sign: Sign, address: &IpAddr| elsewhere(address).map(|one| (sign, Some(one))).into_iter().collect();
    match fact {
        Fact::OwnAddress { address, interface, .. } => at(told(probe, interface.is_some()), address),
        Fact::AnswersFor { address, how } => answers_for(how).map_or_else(Vec::new, |sign| at(sign, address)),
        Fact::Connected { network } => at(Sign::ConnectedNetwork, &network.addr()),
        Fact::Neighbour { address, .. } if probe.starts_with("snmp") => at(Sign::SnmpNeighbour, address),
        Fact::Certificate { addresses, .. } => {
            addresses.iter().filter_map(elsewhere).map(|one| (Sign::CertificateAddress, Some(one))).collect()
        }
        Fact::Engine { mac, address, .. } => {
            let strange =
                mac.is_some_and(|mac| mac.is_interface() && !ground.facts.machine.macs().any(|own| own == mac));
            let strange = strange && ground.facts.machine.macs().next().is_some();
            let named = address.as_ref().and_then(elsewhere).map(|one| (Sign::EngineAddress, Some(one)));
            strange.then_some((Sign::EngineMac, None)).into_iter().chain(named).collect()
        }
        Fact::Hop { .. } => hop::sign(fact, ground, home).map(|sign| (sign, None)).into_iter().collect(),
        Fact::Route { destination, next_hop, .. } => route(probe, destination, next_hop, home),
        Fact::ExternalAddress { address, connected, .. } => external(*address, *connected, home),
        _ => plain(fact, ground.knowledge).map(|sign| (sign, None)).into_iter().collect(),
    }
}

/// Who tells an address decides how much it is worth: a table by interface, a list, or a greeting.
fn told(probe: &str, by_interface: bool) -> Sign {
    match probe {
        "smb-interfaces" if by_interface => Sign::SmbInterfaces,
        "lldp" | "cdp" | "snmp-neighbours" => Sign::LldpAddress,
        "rpc" => Sign::RpcAddresses,
        "netbios" => Sign::NetbiosAddresses,
        snmp if snmp.starts_with("snmp") && by_interface => Sign::SnmpAddresses,
        _ => Sign::ToldAddress,
    }
}

fn answers_for(how: &str) -> Option<Sign> {
    match how {
        "arp-probe" => Some(Sign::SecondAddress),
        "directed-broadcast" => Some(Sign::DirectedBroadcast),
        "arp-sender" => Some(Sign::ArpSender),
        "packet-sender" => Some(Sign::PacketSender),
        _ => None,
    }
}

/// A default route to another network is a way out; within the own network it is everybody's.
fn route(probe: &str, destination: &IpNet, next_hop: &IpAddr, home: &BTreeSet<Ipv4Net>) -> One {
    let default = destination.prefix_len() == 0;
    match (probe, default) {
        ("rip", true) => vec![(Sign::RipDefault, None)],
        ("rip", false) if is_elsewhere(home, destination.addr()) => vec![(Sign::RipRoute, Some(destination.addr()))],
        (other, true) if other != "rip" && is_elsewhere(home, *next_hop) => vec![(Sign::DefaultRoute, Some(*next_hop))],
        _ => vec![],
    }
}

/// A gateway behind a carrier's translation tells no address, or the unspecified one (RFC 6886 §3.2).
fn external(address: Option<IpAddr>, connected: Option<bool>, home: &BTreeSet<Ipv4Net>) -> One {
    match address.filter(|address| !address.is_unspecified()) {
        Some(address) if is_outside(address) => vec![(Sign::ExternalAddress, Some(address))],
        Some(address) if is_elsewhere(home, address) => vec![(Sign::OuterAddress, Some(address))],
        _ if connected == Some(true) => vec![(Sign::LineUp, None)],
        _ => vec![(Sign::PortMapping, None)],
    }
}

fn plain(fact: &Fact, knowledge: &Knowledge) -> Option<Sign> {
    let kinds = &knowledge.uplinks.interface;
    match fact {
        Fact::DefaultGateway { .. } => Some(Sign::DefaultGateway),
        Fact::Router { how } => match how.as_str() {
            "upnp-igd" => Some(Sign::UpnpGateway),
            "na-r-flag" => Some(Sign::Ipv6Router),
            "all-routers-echo" => Some(Sign::AllRouters),
            "router-advertisement" => Some(Sign::RouterAdvertisement),
            _ => None,
        },
        Fact::Forwarding { enabled: true } => Some(Sign::SnmpForwarding),
        Fact::Returned { .. } => Some(Sign::Returned),
        Fact::AccessConcentrator { .. } => Some(Sign::AccessConcentrator),
        Fact::DhcpServer { routers, .. } if routers.is_empty() => Some(Sign::DhcpServer),
        Fact::DhcpServer { .. } => Some(Sign::DhcpRouter),
        Fact::Upstream { resolver, queries, .. } => {
            (*queries > 0 && resolver_address(resolver).is_some_and(is_outside)).then_some(Sign::OutsideResolver)
        }
        Fact::Attribute { source, key, value } if source == "ra" && key == "mtu" => {
            value.parse().is_ok_and(|mtu| knowledge.hypotheses.mobile_mtu.holds(mtu)).then_some(Sign::MobileMtu)
        }
        Fact::Interface { name, kind, up: true, .. } => {
            (kinds.kinds.contains(kind) || kinds.pattern.0.is_match(name)).then_some(Sign::SnmpUplinkInterface)
        }
        _ => is_cellular(fact, knowledge).then_some(Sign::CellularTitle),
    }
}

/// `8.8.8.8#53`, as the server writes it.
fn resolver_address(text: &str) -> Option<IpAddr> {
    text.split('#').next().and_then(|address| address.parse().ok())
}

fn is_cellular(fact: &Fact, knowledge: &Knowledge) -> bool {
    let texts: Vec<(TextField, &str)> = match fact {
        Fact::Web { title, server, realm, .. } => {
            let parts = [(TextField::Title, title), (TextField::Server, server), (TextField::Realm, realm)];
            parts.into_iter().filter_map(|(field, text)| Some((field, text.as_deref()?))).collect()
        }
        Fact::Name { name, .. } => vec![(TextField::Name, name)],
        Fact::System { description, .. } => vec![(TextField::Description, description)],
        Fact::Product { model: Some(model), .. } => vec![(TextField::Product, model)],
        _ => vec![],
    };
    let rules = &knowledge.uplinks.cellular;
    texts.iter().any(|(field, text)| rules.iter().any(|rule| rule.field == *field && rule.pattern.0.is_match(text)))
}

/// Addresses that answered in two scanned networks. The network that holds the smallest address counts as the
/// machine's place, the others as elsewhere.
fn answered(ground: &Ground<'_, '_>, own: &BTreeSet<IpAddr>, signs: &mut Signs) {
    let (evidence, machine) = (ground.facts.evidence, ground.facts.machine);
    let mut by_segment: BTreeMap<IpNet, BTreeSet<IpAddr>> = BTreeMap::new();
    for &address in own.iter().filter(|a| a.is_ipv4() && !is_link_local(**a)) {
        if let Some(segment) = evidence.segment_of(address) {
            by_segment.entry(segment).or_default().insert(address);
        }
    }
    if by_segment.len() < 2 {
        return;
    }
    let strong = machine.joined_by.iter().any(|reason| STRONG_JOINS.contains(&reason.key.as_str()));
    let stands = signs.entry(if strong { Sign::AnsweredElsewhere } else { Sign::AnsweredElsewhereJoined }).or_default();
    for address in by_segment.into_values().skip(1).flatten() {
        let here = machine.observations.iter().filter(|o| o.target.address == address && shows_presence(o));
        stands.evidence.extend(here.take(2).map(|o| evidence.id(o)));
        stands.addresses.insert(address);
    }
    stands.evidence.extend(machine.joined_by.iter().flat_map(|reason| reason.evidence.iter().cloned()));
}

fn cellular_maker(ground: &Ground<'_, '_>, signs: &mut Signs) {
    let dedicated = |maker: oui::Maker| maker.cellular == Cellular::Yes && maker.dedicated;
    if let Some(mac) = ground.facts.machine.macs().find(|mac| oui::lookup(*mac).is_some_and(dedicated)) {
        let evidence = mac_evidence(&ground.facts, mac).into_iter().collect();
        signs.insert(Sign::CellularMaker, Stands { addresses: BTreeSet::new(), evidence });
    }
}

/// An address of its own in a network that phones and mobile routers hand out.
fn tether(ground: &Ground<'_, '_>, signs: &mut Signs) {
    let nets = &ground.knowledge.uplinks.tether;
    let handed_out = |address: &IpAddr| nets.iter().any(|net| net.cidr.contains(address));
    let mut found = Stands::default();
    let proxy = is_proxy(ground);
    for (_, stands) in signs.iter().filter(|(sign, _)| is_own(**sign) && !(proxy && **sign == Sign::SecondAddress)) {
        let addresses: Vec<IpAddr> = stands.addresses.iter().copied().filter(handed_out).collect();
        if !addresses.is_empty() {
            found.addresses.extend(addresses);
            found.evidence.extend(stands.evidence.iter().cloned());
        }
    }
    if !found.addresses.is_empty() {
        signs.insert(Sign::TetherNetwork, found);
    }
}

/// It answers ARP for others: for an address that nobody can have, or for one that is asked about in earnest.
pub(crate) fn is_proxy(ground: &Ground<'_, '_>) -> bool {
    ground.facts.any(|fact| matches!(fact, Fact::AnswersFor { how, .. } if how == "arp-control" || how == "proxy-arp"))
}

/// The addresses of such a sign are the machine's own; those of others are a neighbour's, a network's, a next hop's.
pub(crate) fn is_own(sign: Sign) -> bool {
    use Sign::{ConnectedNetwork, DefaultRoute, RipRoute, SnmpNeighbour};
    !matches!(sign, ConnectedNetwork | DefaultRoute | RipRoute | SnmpNeighbour)
}
