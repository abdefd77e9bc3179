//! What at a device speaks of a way in from afar: the words of `config/vendors.toml` for what was seen there.

use std::collections::BTreeMap;

use daicho_shared::fact::Transport;
use serde::{Deserialize, Serialize};

use super::asset::{Asset, Class, Grade, Service};
use super::graded::Sign;
use super::knowledge::Knowledge;

/// `config/vendors.toml`, as compiled in.
pub const VENDORS: &str = include_str!("../../../config/vendors.toml");

/// Signs of a line by mobile radio.
const MOBILE: [Sign; 5] =
    [Sign::SnmpUplinkInterface, Sign::CellularMaker, Sign::CellularTitle, Sign::TetherNetwork, Sign::MobileMtu];

/// `config/vendors.toml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VendorRules {
    /// Months after which a confirmation is to be renewed.
    pub confirmation_months: u32,
    /// What people write where a vendor's name belongs and there is no vendor.
    pub nobody: Vec<String>,
    /// What each kind of trace is known by.
    pub trace: BTreeMap<TraceKind, TraceRule>,
}

/// What one kind of trace is known by.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TraceRule {
    /// Names that probes give to what spoke.
    pub services: Vec<String>,
    /// TCP ports at which nothing was spoken.
    pub ports: Vec<u16>,
    /// It speaks against 無 and 契約なし.
    pub contradicts: bool,
}

/// What kind of way in it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TraceKind {
    /// It ends tunnels: IKE, `OpenVPN`, `WireGuard`, SSL-VPN.
    Vpn,
    /// A line of its own: an LTE or 5G router, a way out that the ledger does not explain.
    Uplink,
    /// A program for working from afar: remote desktop, VNC, `TeamViewer`.
    RemoteTool,
    /// A second network (2枚挿し).
    SecondNetwork,
    /// SSH or Telnet, which people inside use, too.
    Console,
}

/// One thing that was seen.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Trace {
    /// What kind of way in it is.
    pub kind: TraceKind,
    /// The service's name, a class of `shared`, or the addresses of the second network.
    pub what: String,
    /// Where it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub port: Option<(Transport, u16)>,
    /// How sure that it is this.
    pub grade: Grade,
}

impl Trace {
    /// The place for people and for comparisons: `udp/500`.
    pub fn place(&self) -> String {
        self.port.map_or_else(String::new, |(transport, port)| format!("{}/{port}", transport.as_str()))
    }
}

impl VendorRules {
    /// The trace speaks against an answer that denies remote maintenance.
    pub fn contradicts(&self, trace: &Trace) -> bool {
        self.trace.get(&trace.kind).is_some_and(|rule| rule.contradicts)
    }
}

/// Everything that was seen at a device and speaks of a way in from afar, each once, sorted.
pub fn traces(asset: &Asset, knowledge: &Knowledge) -> Vec<Trace> {
    let services = asset.services.iter().filter_map(|service| of_service(service, knowledge));
    let mut traces: Vec<Trace> = services.chain(of_uplink(asset)).chain(of_second(asset)).collect();
    traces.sort();
    traces.dedup();
    traces
}

fn of_service(service: &Service, knowledge: &Knowledge) -> Option<Trace> {
    let row = knowledge.ports.get(service.transport, service.port);
    let name = service.name.to_string();
    let spoke = row.is_none_or(|row| row.name != name);
    let named = |rule: &TraceRule| spoke && rule.services.contains(&name);
    let by_port =
        |rule: &TraceRule| service.transport == Transport::Tcp && !spoke && rule.ports.contains(&service.port);
    let listed = knowledge.vendors.trace.iter().find(|(_, rule)| named(rule) || by_port(rule)).map(|(kind, _)| *kind);
    let tool = || row.is_some_and(|row| row.remote_maintenance.as_deref() == Some("yes"));
    let kind = listed.or_else(|| tool().then_some(TraceKind::RemoteTool))?;
    let what = match &service.product {
        Some(product) => format!("{name} ({product})"),
        None => name,
    };
    // An open port alone may be another program's.
    let grade = if spoke { Grade::Probable } else { Grade::Indication };
    Some(Trace { kind, what, port: Some((service.transport, service.port)), grade })
}

fn of_uplink(asset: &Asset) -> Option<Trace> {
    let uplink = &asset.uplink;
    let mobile = uplink.grade >= Grade::Indication && MOBILE.iter().any(|sign| uplink.shows(*sign));
    let router = asset.class.value == Class::LteRouter;
    (router || mobile || uplink.grade >= Grade::Probable).then(|| Trace {
        kind: TraceKind::Uplink,
        what: asset.class.value.code().to_owned(),
        port: None,
        grade: uplink.grade.max(Grade::Indication),
    })
}

fn of_second(asset: &Asset) -> Option<Trace> {
    let second = &asset.multi_homed;
    let addresses: Vec<String> = second.addresses.iter().take(8).map(ToString::to_string).collect();
    (second.grade >= Grade::Indication).then(|| Trace {
        kind: TraceKind::SecondNetwork,
        what: addresses.join(", "),
        port: None,
        grade: second.grade,
    })
}
