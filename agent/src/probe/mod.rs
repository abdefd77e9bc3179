//! What a probe is, and the one ordered list of all of them.
//!
//! A probe is knowledge, not machinery: it says which question to put ([`Question`]) and what an
//! answer means ([`Reading`]). It speaks bytes. It never opens a socket, reads a clock, or knows
//! another probe; pace, retries, budgets and the permission to send are not its business.
//!
//! Long because the vocabulary of questions and answers stands here with the list of all who use it.

mod icmpv6;
pub mod identity;
#[cfg(test)]
pub(crate) mod laws;
pub mod listen;
pub mod presence;
pub mod uplink;

use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr};
use std::sync::LazyLock;
use std::time::Duration;

use daicho_shared::address::Mac;
use daicho_shared::class::Class;
use daicho_shared::coverage::Outcome;
use daicho_shared::fact::Fact;
use daicho_shared::knowledge::guesses::Guesses;
use daicho_shared::observation::Target;
use daicho_shared::recognise::Recognition;
use ipnet::{IpNet, Ipv4Net};

/// Every probe, in the order in which a device meets them.
///
/// Planning, help, `--dry-run`, coverage and the laws in the tests iterate over this list.
pub const PROBES: &[&dyn Probe] = &[
    &presence::arp::Arp,
    &presence::neighbour::Neighbour,
    &uplink::all_routers::AllRouters,
    &uplink::router_solicitation::RouterSolicitation,
    &uplink::second_address::SecondAddress,
    &uplink::directed_broadcast::DirectedBroadcast,
    &uplink::dhcp_server::DhcpServer,
    &uplink::nat_pmp::NatPmp,
    &uplink::pcp::Pcp,
    &uplink::igd::Igd,
    &uplink::pppoe::Pppoe,
    &uplink::rip::Rip,
    &uplink::dns_upstream::DnsUpstream,
    &uplink::smb_interfaces::SmbInterfaces,
    &presence::echo::Echo,
    &presence::tcp_ping::TcpPing,
    &presence::connect::Connect,
    &presence::control::Control,
    &identity::medical::dicom::Dicom,
    &identity::medical::mllp::Mllp,
    &identity::reverse_dns::ReverseDns,
    &identity::netbios::Netbios,
    &identity::mdns::Mdns,
    &identity::ssdp::Ssdp,
    &identity::ws_discovery::WsDiscovery,
    &identity::onvif::Onvif,
    &identity::snmp::Snmp,
    &identity::snmp::entity::Entity,
    &identity::snmp::host::Host,
    &identity::snmp::printer::Printer,
    &identity::snmp::ups::Ups,
    &identity::snmp::bridge::Bridge,
    &identity::snmp::neighbours::Neighbours,
    &identity::snmp::engine::Engine,
    &identity::ssh::Ssh,
    &identity::https::Https,
    &identity::tls_legacy::TlsLegacy,
    &identity::http::Http,
    &identity::greeting::Greeting,
    &identity::windows::smb::Smb,
    &identity::windows::rdp::Rdp,
    &identity::windows::rpc::Rpc,
    &identity::windows::ldap::Ldap,
    &identity::windows::http_ntlm::HttpNtlm,
    &identity::windows::smb1::Smb1,
    &identity::windows::sql_browser::SqlBrowser,
    &identity::ipp::Ipp,
    &identity::rtsp::Rtsp,
    &identity::sip::Sip,
    &identity::llmnr::Llmnr,
    &identity::favicon::Favicon,
    &identity::database::mysql::Mysql,
    &identity::database::postgresql::Postgresql,
    &identity::database::mssql::Mssql,
    &identity::database::oracle::Oracle,
    &identity::remote::vnc::Vnc,
    &identity::building::bacnet::Bacnet,
    &identity::building::modbus::Modbus,
    &identity::gear::ubiquiti::Ubiquiti,
    &identity::gear::mikrotik::Mikrotik,
    &identity::vpn::ike::Ike,
    &identity::vpn::openvpn::Openvpn,
    &identity::vpn::wireguard::Wireguard,
    &uplink::forwarding::Forwarding,
    &uplink::forwarding::ForwardingAgain,
    &uplink::hairpin::Hairpin,
    &uplink::forwarding_v6::ForwardingV6,
    &uplink::connected_networks::ConnectedNetworks,
    &uplink::walk::WalkOut,
    &uplink::foreign_sender::ForeignSender,
    &listen::lldp::Lldp,
    &listen::cdp::Cdp,
    &listen::stp::Stp,
    &listen::vrrp::Vrrp,
    &listen::hsrp::Hsrp,
    &listen::dhcp_request::DhcpRequest,
    &listen::dhcpv6_request::Dhcpv6Request,
    &listen::mdns_heard::MdnsHeard,
    &listen::ssdp_heard::SsdpHeard,
    &listen::wsd_heard::WsdHeard,
    &listen::nbns_heard::NbnsHeard,
    &listen::llmnr_heard::LlmnrHeard,
    &listen::browser::Browser,
    &listen::igmp::Igmp,
    &listen::mld::Mld,
    &listen::router_advertisement::RouterAdvertisement,
    &listen::traffic::Traffic,
];

/// A probe's card: what an operator, or the hospital's clinical engineers, want to know before it runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Card {
    /// Name in batches and options, e.g. `netbios`.
    pub name: &'static str,
    /// What it asks, in English.
    pub title: &'static str,
    /// What it asks, in Japanese.
    pub title_ja: &'static str,
    /// The standard it follows, with the section.
    pub standard: &'static str,
    /// The most packets one device receives from one question.
    pub packets: u16,
    /// How much it asks of a device.
    pub level: Level,
    /// What it may upset.
    pub may_upset: &'static str,
    /// Which devices it is for.
    pub audience: Audience,
    /// Why these are asked, in English.
    pub why: &'static str,
    /// Why these are asked, in Japanese.
    pub why_ja: &'static str,
}

/// Which devices a probe is for. A device is first asked the few questions that tell what it is, and
/// then only what fits it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// Everybody, in the first pass.
    Everybody,
    /// In the second pass, devices for which something speaks that they are of one of these classes:
    /// prefixes of [`Class`](daicho_shared::class::Class) codes, e.g. `network`, `medical.pacs`;
    /// `unknown` for those of which nothing is known yet.
    Seeming(&'static [&'static str]),
    /// In the second pass, everybody who answers on a port that the probe looks for itself.
    Answering,
}

/// How much a question asks of a device. Fragile devices get nothing above [`Level::Presence`], or
/// above [`Level::Verify`] where they exist to serve just that protocol ([`Care`](daicho_shared::class::Care)).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Nothing is sent to the device: listening, or asking a third party.
    Listen,
    /// What every host answers to its neighbours: ARP, neighbour solicitation, one echo.
    Presence,
    /// One packet that only a router does anything about; an operator says which fragile devices get it.
    Passage,
    /// One verification in the protocol that the device exists to serve, complete and well-formed.
    Verify,
    /// A plain connection, and what the peer says by itself or after one short standard request.
    Query,
}

/// Something to put to a device or to everybody on a segment.
#[derive(Debug)]
pub enum Question {
    /// One Ethernet frame, sent as it is. Answers arrive as frames, through [`Probe::hear`].
    Frame {
        /// The whole frame, without checksum.
        bytes: Vec<u8>,
    },
    /// One Ethernet frame whose answers are frames, too: they are read by [`Probe::answer`], which is
    /// shown what was sent.
    Exchange {
        /// The whole frame, without checksum.
        bytes: Vec<u8>,
        /// How long to wait for answers.
        wait: Duration,
    },
    /// One ICMP echo request, routed by the operating system (RFC 792, RFC 4443).
    Echo,
    /// One TCP connection, opened and closed; no octet is sent.
    Connect {
        /// TCP port.
        port: u16,
    },
    /// One TCP connection that carries a dialogue.
    Stream {
        /// TCP port.
        port: u16,
        /// Inside TLS, or plain.
        security: Security,
        /// Who speaks.
        dialogue: Box<dyn Dialogue>,
    },
    /// One UDP datagram to the device.
    Datagram {
        /// UDP port.
        port: u16,
        /// What to send.
        payload: Vec<u8>,
        /// How long to wait for answers.
        wait: Duration,
    },
    /// One UDP datagram to everybody on the segment; the answers are read one by one.
    Multicast {
        /// Group and port.
        group: SocketAddr,
        /// What to send.
        payload: Vec<u8>,
        /// How long to wait for answers.
        wait: Duration,
    },
    /// One UDP datagram about the device to the configured resolver.
    Resolve {
        /// The DNS query.
        payload: Vec<u8>,
    },
    /// SNMP requests with a configured credential.
    Snmp {
        /// What to read.
        read: SnmpRead,
    },
}

/// Whether a stream is wrapped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Security {
    /// As it is.
    Plain,
    /// Inside TLS 1.2 or 1.3, any certificate accepted: it is evidence here, not a credential.
    Tls,
}

/// What to read by SNMP, in few packets: a long table takes several questions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SnmpRead {
    /// Scalars, by one GET; dotted object identifiers.
    Scalars(&'static [&'static str]),
    /// Rows of a table, all its columns together, by at most [`SNMP_PAGES`] requests.
    Rows {
        /// Columns, dotted object identifiers.
        columns: &'static [&'static str],
        /// Rows after this index; from the first where absent.
        after: Option<String>,
        /// Rows that may still be read of this table, this question's included.
        left: usize,
        /// What earlier answers told that these rows are read together with.
        known: Vec<Variable>,
    },
}

/// The most requests for one question about rows.
pub const SNMP_PAGES: usize = 6;
/// Variables asked for by one request: the answer stays within two frames.
const SNMP_PAGE_VARIABLES: usize = 60;

/// Rows of so many columns that one request asks for.
pub fn snmp_page_rows(columns: usize) -> usize {
    (SNMP_PAGE_VARIABLES / columns.max(1)).clamp(1, 40)
}

/// One variable that SNMP brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variable {
    /// Dotted object identifier.
    pub oid: String,
    /// Its value.
    pub value: SnmpValue,
}

/// A value of RFC 2578 §7.1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SnmpValue {
    /// Integer32, Counter, Gauge, `TimeTicks` …
    Number(i128),
    /// OCTET STRING.
    Octets(Vec<u8>),
    /// OBJECT IDENTIFIER, dotted.
    ObjectId(String),
    /// `IpAddress`.
    Address(IpAddr),
    /// noSuchObject, noSuchInstance, endOfMibView, null.
    Nothing,
}

/// A conversation over one TCP connection, as a state machine over bytes.
///
/// Cut anywhere, the same stream must give the same reading.
pub trait Dialogue: Send + std::fmt::Debug {
    /// Who will be spoken to, before the connection is opened: for protocols in which the client
    /// names the server.
    fn meet(&mut self, _address: IpAddr) {}

    /// The connection stands; inside TLS, with the peer's certificates (DER, leaf first) and the
    /// protocol version, e.g. `TLS 1.3`.
    fn open(&mut self, tls: Option<TlsPeer<'_>>) -> Step;
    /// More octets came.
    fn hear(&mut self, bytes: &[u8]) -> Step;
    /// How long the conversation may take in all, however slowly the peer speaks.
    fn patience(&self) -> Duration {
        PATIENCE
    }
    /// Time is up: the last octets, so that the peer is not left in the middle of something.
    fn farewell(&mut self) -> Option<Vec<u8>> {
        None
    }
    /// The conversation is over, whoever ended it: what was learned.
    fn close(&mut self) -> Reading;
}

/// Who stands at the other end of a TLS connection.
#[derive(Debug, Clone, Copy)]
pub struct TlsPeer<'a> {
    /// Certificates as sent, DER.
    pub certificates: &'a [Vec<u8>],
    /// Protocol version, e.g. `TLS 1.2`.
    pub protocol: &'a str,
}

/// What a dialogue does next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Send this, then listen.
    Send(Vec<u8>),
    /// Shake hands for TLS on this connection; [`Dialogue::open`] is called again when that is done,
    /// and the conversation ends where it fails.
    StartTls,
    /// Listen on.
    Listen,
    /// Close the connection.
    Done,
}

/// What came back to a question that is not a stream.
#[derive(Debug, Clone, Copy)]
pub enum Reply<'a> {
    /// Nothing came in time.
    Silence,
    /// It was refused: RST, port unreachable.
    Refused,
    /// An echo reply, or a connection that was accepted.
    Accepted,
    /// Frames answered a frame, and said this together.
    Told(&'a [Fact]),
    /// One datagram.
    Datagram(&'a [u8]),
    /// SNMP variables; `version` is `v1`, `v2c` or `v3`.
    Variables {
        /// In the order received.
        variables: &'a [Variable],
        /// Protocol version that worked.
        version: &'a str,
        /// The table has more rows.
        more: bool,
    },
}

/// What an answer means.
#[derive(Debug, Default)]
pub struct Reading {
    /// How the question ended.
    pub outcome: Option<Outcome>,
    /// What was learned about the device that answered.
    pub facts: Vec<Fact>,
    /// What is worth asking next, of the same device and by the same probe.
    pub follow: Vec<Question>,
}

impl Reading {
    /// A reading of this outcome without facts.
    pub fn of(outcome: Outcome) -> Self {
        Self { outcome: Some(outcome), ..Self::default() }
    }

    /// The device answered in the protocol asked for.
    pub fn answered(facts: Vec<Fact>) -> Self {
        Self { outcome: Some(Outcome::Answered), facts, follow: vec![] }
    }
}

/// A frame that was heard on the link, and what it says about its sender.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heard {
    /// Whom it is about; absent where the frame names nobody's address.
    pub address: Option<IpAddr>,
    /// Its link-layer address; absent where a router may have sent the frame for somebody else.
    pub mac: Option<Mac>,
    /// What was learned.
    pub facts: Vec<Fact>,
}

/// What all probes hear in a frame, whatever VLAN tags a switch put on it.
pub fn overhear(frame: &[u8]) -> Vec<(&'static dyn Probe, Heard)> {
    let frame = listen::frame::untagged(frame);
    PROBES.iter().filter_map(|probe| Some((*probe, probe.hear(&frame)?))).collect()
}

/// A network on the agent's own link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// The agent's interface.
    pub interface: String,
    /// The agent's link-layer address there.
    pub mac: Mac,
    /// The agent's addresses there, with their networks.
    pub addresses: Vec<IpNet>,
    /// UDP ports at which the agent's machine listens, so that it refuses no answer that comes there: a
    /// refusal could go anywhere.
    pub held: BTreeSet<u16>,
}

impl Link {
    /// A link on which no port is held.
    pub fn new(interface: &str, mac: Mac, addresses: Vec<IpNet>) -> Self {
        Self { interface: interface.to_owned(), mac, addresses, held: BTreeSet::new() }
    }

    /// The agent's IPv4 address there, with its network.
    pub fn ipv4(&self) -> Option<Ipv4Net> {
        self.addresses.iter().find_map(|network| match network {
            IpNet::V4(network) if !network.addr().is_link_local() => Some(*network),
            _ => None,
        })
    }

    /// The address lies in a network of this link.
    pub fn contains(&self, address: IpAddr) -> bool {
        self.addresses.iter().any(|network| network.contains(&address))
    }
}

/// What is known of a device when a question for it is chosen.
#[derive(Debug, Clone)]
pub struct Known<'a> {
    /// The device.
    pub target: &'a Target,
    /// It is on the agent's own link.
    pub on_link: bool,
    /// TCP ports that were found open.
    pub open: &'a BTreeSet<u16>,
    /// A resolver is configured.
    pub resolver: bool,
    /// An SNMP credential is configured.
    pub snmp: bool,
    /// What was learned so far; empty in the first pass.
    pub facts: &'a [Fact],
    /// What the device seems to be, by these facts; absent in the first pass.
    pub seems: Option<&'a Recognition>,
    /// The link that it shares with the agent.
    pub link: Option<&'a Link>,
    /// What an operator configured.
    pub setup: &'a Setup,
    /// Another number in every run: what must not be guessed by others is made from it.
    pub seed: u64,
}

impl<'a> Known<'a> {
    /// A device of which nothing is known.
    pub fn of(target: &'a Target, open: &'a BTreeSet<u16>) -> Self {
        static NOTHING: LazyLock<Setup> = LazyLock::new(Setup::default);
        let (on_link, resolver, snmp) = (false, false, false);
        Self { target, on_link, open, resolver, snmp, facts: &[], seems: None, link: None, setup: &NOTHING, seed: 0 }
    }
}

impl Known<'_> {
    /// Something speaks for a class within this prefix; `unknown` holds where nothing decides.
    pub fn seems(&self, prefix: &str) -> bool {
        let Some(seems) = self.seems else { return false };
        match prefix {
            "unknown" => seems.class.value == Class::Unknown,
            _ => seems.seems(prefix, points_that_count(seems)),
        }
    }
}

/// How long a conversation may take, unless its dialogue says otherwise.
pub const PATIENCE: Duration = Duration::from_secs(5);

/// What an operator configured for single probes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Setup {
    /// AE titles.
    pub dicom: identity::medical::dicom::Titles,
    /// Second networks and ways out.
    pub uplink: uplink::Setup,
}

/// Points from which on a device seems to be of a class: more than one weak sign, and not much less
/// than what speaks for something else.
pub(crate) fn points_that_count(seems: &Recognition) -> u32 {
    let most = seems.candidates.first().map_or(0, |(_, points)| *points);
    SEEMING_POINTS.max(most / 2)
}

/// Points that let a device seem to be of a class: one weak sign is too little.
pub const SEEMING_POINTS: u32 = 15;

/// One protocol's knowledge.
pub trait Probe: Sync {
    /// Its card.
    fn card(&self) -> &'static Card;

    /// The question whether anybody is at this address (presence probes on the agent's link).
    fn sweep(&self, _link: &Link, _address: IpAddr) -> Option<Question> {
        None
    }

    /// Questions to everybody on a link.
    fn call(&self, _link: &Link) -> Vec<Question> {
        vec![]
    }

    /// The same in search of second networks and ways out; not put where an operator switched that off.
    fn seek(&self, _link: &Link) -> Vec<Question> {
        vec![]
    }

    /// What a frame says that came in on a link, asked for or not.
    fn hear(&self, _frame: &[u8]) -> Option<Heard> {
        None
    }

    /// What a frame means that came in while a frame of the probe's own was open ([`Question::Exchange`]).
    fn answer(&self, _sent: &[u8], _frame: &[u8]) -> Option<Heard> {
        None
    }

    /// Questions to everybody on a link about networks that may be there; they are put slowly, one by one.
    fn guess(&self, _link: &Link, _guesses: &Guesses) -> Vec<Question> {
        vec![]
    }

    /// Questions to one device, once it is known to be there: in the first pass or in the second, as
    /// the card's audience says.
    fn ask(&self, _known: &Known<'_>) -> Vec<Question> {
        vec![]
    }

    /// The dialogue for one TCP port of the port table; the first probe of the list that has one
    /// speaks, and a port for which none has one is only connected to.
    fn speak(&self, _port: u16) -> Option<Question> {
        None
    }

    /// The same for one device, with what an operator configured.
    fn speak_to(&self, port: u16, _target: &Target, _setup: &Setup) -> Option<Question> {
        self.speak(port)
    }

    /// What an answer means. Streams are read by their dialogue instead.
    fn read(&self, _question: &Question, _reply: Reply<'_>) -> Reading {
        Reading::default()
    }

    /// Real or realistic answers, for the laws that hold for all probes.
    #[cfg(test)]
    fn samples(&self) -> Vec<laws::Sample> {
        vec![]
    }
}

/// Octets that a real program sent, for tests of other rooms.
#[cfg(test)]
pub(crate) fn laws_device(name: &str) -> Vec<u8> {
    laws::device(name)
}

/// The probe of this name.
pub fn named(name: &str) -> Option<&'static dyn Probe> {
    PROBES.iter().copied().find(|probe| probe.card().name == name)
}
