//! What devices say: TCP dialogues and answers to datagrams, one protocol a file.

pub mod database;
pub mod dicom;
pub mod fixed;
pub mod gateway;
pub mod gear;
pub mod http;
pub mod http_ntlm;
pub mod ipp;
pub mod ldap;
pub mod names;
pub mod netbios;
pub mod ntlm;
pub mod posted;
pub mod rdp;
pub mod rpc;
pub mod rtsp;
pub mod sip;
pub mod smb;
pub mod snmp;
pub mod sql_browser;
pub mod ssdp;
pub mod ssh;
pub mod tarpit;
pub mod tls;
pub mod wsd;

use std::collections::HashMap;
use std::fmt::Debug;
use std::net::IpAddr;
use std::time::Instant;

use crate::description::{Certificate, Device, Hospital, Http, TcpHabit, ports};

/// One TCP dialogue, from the server's side.
pub trait Talk: Debug {
    /// The connection stands.
    fn open(&mut self) -> Say {
        Say::default()
    }

    /// Octets came.
    fn hear(&mut self, octets: &[u8]) -> Say;

    /// Time has passed, and everything that was said has been taken.
    fn go_on(&mut self, _now: Instant) -> Say {
        Say::default()
    }

    /// It speaks on after the peer has closed its side.
    fn never_ends(&self) -> bool {
        false
    }

    /// The peer has closed its side, or broken off.
    fn end(&mut self) {}

    /// Something was said that nobody may say here; told once.
    fn complaint(&mut self) -> Option<String> {
        None
    }
}

/// What a server says next.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Say {
    /// Octets to send.
    pub octets: Vec<u8>,
    /// Close after them.
    pub close: bool,
}

impl Say {
    /// Says this and listens on.
    pub fn more(octets: Vec<u8>) -> Self {
        Self { octets, close: false }
    }

    /// Says this and closes.
    pub fn last(octets: Vec<u8>) -> Self {
        Self { octets, close: true }
    }
}

/// How a datagram came.
#[derive(Debug, Clone, Copy)]
pub struct Asked {
    /// The port it came to.
    pub port: u16,
    /// The port it came from.
    pub from_port: u16,
    /// It was sent to a group.
    pub group: bool,
    /// The device's own address on that interface.
    pub own: IpAddr,
}

const DNS: u16 = 53;
const NETBIOS: u16 = 137;
const SNMP: u16 = 161;
const SQL_BROWSER: u16 = 1434;
const SSDP: u16 = 1900;
const WS_DISCOVERY: u16 = 3702;
const SIP: u16 = 5060;
const MDNS: u16 = 5353;

/// A device's services.
#[derive(Debug, Default)]
pub struct Services {
    tcp: HashMap<u16, TcpHabit>,
    /// Certificates are made when they are first shown: a hospital starts at once.
    identities: HashMap<u16, Option<tls::Identity>>,
    zone: Option<names::Zone>,
    snmp: Option<snmp::Agent>,
    /// Port and text of the device description.
    description: Option<(u16, String)>,
}

impl Services {
    /// The services of a device.
    pub fn new(hospital: &Hospital, plan: &Device) -> Self {
        let listed = plan
            .tcp
            .iter()
            .flat_map(|(key, habit)| ports(key).unwrap_or_default().into_iter().map(move |port| (port, habit.clone())));
        let mut tcp: HashMap<u16, TcpHabit> = listed.collect();
        if let Some(ssdp) = &plan.ssdp {
            let server = Some(ssdp.server.clone());
            tcp.entry(ssdp.port).or_insert(TcpHabit::Http(Http { status: Some(404), server, ..Http::default() }));
        }
        for port in wsd::ports(plan) {
            tcp.entry(port).or_insert(TcpHabit::Http(Http { status: Some(404), ..Http::default() }));
        }
        let agent = |snmp: &crate::description::Snmp| {
            let engine = snmp.engine.as_ref().and_then(|engine| hex::decode(engine).ok());
            snmp::Agent::new(snmp.community.clone(), snmp::tree::grow(hospital, plan, snmp)).with_engine(engine)
        };
        let more = plan.gateway.as_ref().map(|_| gateway::services()).unwrap_or_default();
        Self {
            tcp,
            identities: HashMap::new(),
            zone: plan.resolver.then(|| names::Zone::hospital(hospital)),
            snmp: plan.snmp.as_ref().map(agent),
            description: plan.ssdp.as_ref().map(|ssdp| (ssdp.port, ssdp::description(ssdp, &plan.name, &more))),
        }
    }

    /// The habit of a TCP port.
    pub fn tcp_habit(&self, port: u16, plan: &Device) -> TcpHabit {
        let rest = if plan.firewalled { TcpHabit::Filtered } else { TcpHabit::Closed };
        let rest = plan.other_ports.clone().unwrap_or(rest);
        self.tcp.get(&port).cloned().unwrap_or(rest)
    }

    /// A dialogue for a new connection; `None` if it is refused.
    pub fn talk(&mut self, port: u16, habit: &TcpHabit, plan: &Device) -> Option<Box<dyn Talk>> {
        Some(match habit {
            TcpHabit::Closed | TcpHabit::Filtered => return None,
            TcpHabit::Silent | TcpHabit::Rawprint => Box::new(fixed::Silent),
            TcpHabit::Mllp => Box::new(fixed::Interface::default()),
            TcpHabit::Greeting { text } => Box::new(fixed::Greeting(text.clone().into_bytes())),
            TcpHabit::Fixed { hex } => Box::new(fixed::Fixed(hex::decode(hex).unwrap_or_default())),
            TcpHabit::Http(page) if wsd::Desk::at(port, plan) => {
                Box::new(wsd::Desk::new(port, plan, http::Page::new(page.clone(), self.description(port))))
            }
            TcpHabit::Http(page) if self.description(port).is_some() && plan.gateway.is_some() => Box::new(
                gateway::Control::new(plan.gateway.as_ref()?, http::Page::new(page.clone(), self.description(port))),
            ),
            TcpHabit::Rtsp(server) => Box::new(rtsp::Server::new(server.clone())),
            TcpHabit::Ipp(printer) => Box::new(ipp::Printer::new(printer.clone())),
            TcpHabit::Http(page) => Box::new(http::Page::new(page.clone(), self.description(port))),
            TcpHabit::Https { certificate, page } => {
                let page = http::Page::new(page.clone(), self.description(port));
                Box::new(tls::Wrapped::new(self.identity(port, certificate)?, Box::new(page)).ok()?)
            }
            TcpHabit::OldTls { certificate } => Box::new(tls::Old::new(self.identity(port, certificate)?)),
            TcpHabit::Ssh { banner, key } => Box::new(ssh::Server::new(banner, key.as_deref().unwrap_or(&plan.name))),
            TcpHabit::Dicom(node) => Box::new(dicom::Node::new(node.clone())),
            TcpHabit::DicomTls { certificate, node } => {
                let node = Box::new(dicom::Node::new(node.clone()));
                Box::new(tls::Wrapped::new(self.identity(port, certificate)?, node).ok()?)
            }
            TcpHabit::Smb(smb) => Box::new(smb::Server::new(plan.windows.clone()?, smb.clone())),
            TcpHabit::Rpc => Box::new(rpc::Mapper::new(plan.windows.clone()?.name, plan.addresses())),
            TcpHabit::HttpNtlm => Box::new(http_ntlm::Guarded::new(plan.windows.clone()?)),
            TcpHabit::Ldap { root } => Box::new(ldap::Directory::new(root.clone())),
            TcpHabit::Mysql { version } => Box::new(database::Mysql(version.clone())),
            TcpHabit::Postgresql => Box::new(database::Postgresql::default()),
            TcpHabit::Mssql { version } => Box::new(database::Mssql::new(version)),
            TcpHabit::Oracle { version } => Box::new(database::Oracle::new(*version)),
            TcpHabit::Vnc { version } => Box::new(fixed::Greeting(format!("RFB {version}\n").into_bytes())),
            TcpHabit::Modbus(identity) => Box::new(gear::Modbus::new(identity.clone())),
            TcpHabit::Drip => Box::new(tarpit::Drip::default()),
            TcpHabit::Endless { start, again } => {
                let octets = |text: &String| hex::decode(text).unwrap_or_default();
                Box::new(tarpit::Endless::new(octets(start), octets(again)))
            }
            TcpHabit::Rdp { security, certificate } => {
                let inner = Box::new(rdp::CredSsp::new(plan.windows.clone()?));
                let session = tls::Wrapped::new(self.identity(port, certificate)?, inner).ok()?;
                Box::new(rdp::Server::new(*security, session))
            }
        })
    }

    /// The answers to a datagram; `None` if nobody listens there.
    pub fn datagram(&mut self, plan: &Device, asked: &Asked, data: &[u8]) -> Option<Vec<Vec<u8>>> {
        if let Some(said) = plan.gateway.as_ref().and_then(|gateway| gateway::answer(gateway, asked, data)) {
            return Some(vec![said]);
        }
        let answer = match asked.port {
            SSDP => return plan.ssdp.as_ref().map(|ssdp| ssdp::answer(ssdp, &plan.name, asked.own, data)),
            WS_DISCOVERY if plan.wsd.is_some() || plan.onvif.is_some() => {
                return Some(wsd::answer(plan, asked.own, data));
            }
            SIP if !asked.group => sip::answer(plan.sip.as_ref()?, asked.own, data),
            MDNS => {
                let zone = names::Zone::device(plan.mdns.as_ref()?, asked.own);
                zone.answer(data, Some(answers_to_group(asked, data)))
            }
            NETBIOS if !asked.group => {
                let mac = crate::device::mac_of(plan, asked.own)?;
                netbios::answer(plan.netbios.as_ref()?, mac, &plan.addresses(), data)
            }
            SQL_BROWSER if !asked.group && !plan.sql.is_empty() => sql_browser::answer(&plan.name, &plan.sql, data),
            SNMP if !asked.group => self.snmp.as_ref()?.answer(data),
            DNS if !asked.group => self.zone.as_ref()?.answer(data, None),
            _ if !asked.group => {
                let mac = crate::device::mac_of(plan, asked.own)?;
                return plan.udp.iter().find_map(|habit| gear::answer(habit, mac, asked, data));
            }
            _ => return None,
        };
        Some(answer.into_iter().collect())
    }

    fn description(&self, port: u16) -> Option<String> {
        self.description.as_ref().filter(|(at, _)| *at == port).map(|(_, text)| text.clone())
    }

    fn identity(&mut self, port: u16, certificate: &Certificate) -> Option<&tls::Identity> {
        self.identities.entry(port).or_insert_with(|| tls::Identity::new(certificate).ok()).as_ref()
    }
}

/// A multicast DNS question from port 5353 that does not ask for a unicast answer is answered to
/// the group (RFC 6762 §5.4 and §6.7).
pub fn answers_to_group(asked: &Asked, data: &[u8]) -> bool {
    asked.group && asked.port == MDNS && asked.from_port == MDNS && !names::wants_unicast(data)
}
