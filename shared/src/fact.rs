//! The closed list of things a probe may say.
//!
//! A fact is what came over the wire, read and bounded, never a conclusion: "port 104 is open",
//! not "a CT". Text in a fact is the device's own and therefore hostile; it was cut by
//! [`crate::text::bounded`] and must be escaped wherever it is shown.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use crate::address::Mac;

/// One thing a probe learned about the observation's target.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(tag = "fact", rename_all = "snake_case")]
pub enum Fact {
    /// The address answered, or spoke, from this link-layer address (RFC 826, RFC 4861).
    LinkAddress {
        /// Sender hardware address.
        mac: Mac,
    },
    /// The address answered something that only a living host answers.
    Alive,
    /// A port's state as a plain connection attempt met it.
    Port {
        /// TCP or UDP.
        transport: Transport,
        /// Port number.
        port: u16,
        /// What the attempt met.
        state: PortState,
    },
    /// A name for the machine.
    Name {
        /// Who says so.
        source: NameSource,
        /// The name as received.
        name: String,
        /// Domain or workgroup, where the source has one.
        domain: Option<String>,
    },
    /// A service spoke its protocol.
    Service {
        /// TCP or UDP.
        transport: Transport,
        /// Port number.
        port: u16,
        /// Protocol name in lower case, e.g. `ssh`, `http`, `snmp`.
        protocol: String,
        /// Product name, where the service says it.
        product: Option<String>,
        /// Product version, where the service says it.
        version: Option<String>,
        /// The greeting as received.
        banner: Option<String>,
    },
    /// An SSH host key (RFC 4253 §8).
    HostKey {
        /// TCP port.
        port: u16,
        /// Key algorithm, e.g. `ssh-ed25519`.
        algorithm: String,
        /// SHA-256 of the key blob, lower-case hexadecimal.
        sha256: String,
    },
    /// An X.509 certificate offered in a TLS handshake (RFC 5280).
    Certificate {
        /// TCP port.
        port: u16,
        /// SHA-256 of the DER encoding, lower-case hexadecimal.
        sha256: String,
        /// SHA-256 of the subject public key info, lower-case hexadecimal.
        key_sha256: String,
        /// Subject, as one line.
        subject: String,
        /// Issuer, as one line.
        issuer: String,
        /// DNS names of the subject alternative name extension.
        names: Vec<String>,
        /// IP addresses of the subject alternative name extension.
        addresses: Vec<IpAddr>,
        /// Start of validity.
        not_before: jiff::Timestamp,
        /// End of validity.
        not_after: jiff::Timestamp,
        /// Protocol version negotiated, e.g. `TLS 1.0`.
        protocol: String,
    },
    /// An HTTP answer (RFC 9110).
    Web {
        /// TCP port.
        port: u16,
        /// Spoken inside TLS.
        tls: bool,
        /// Status code.
        status: u16,
        /// Content of the page's title element.
        title: Option<String>,
        /// `Server` field.
        server: Option<String>,
        /// Realm of the `WWW-Authenticate` field.
        realm: Option<String>,
    },
    /// The SNMP system group (RFC 3418 §2).
    System {
        /// `sysDescr`.
        description: String,
        /// `sysObjectID`, dotted.
        object_id: String,
        /// `sysName`.
        name: String,
        /// `sysContact`.
        contact: String,
        /// `sysLocation`.
        location: String,
        /// `sysUpTime`, in seconds.
        uptime_seconds: u64,
    },
    /// A row of the SNMP interface table (RFC 2863).
    Interface {
        /// `ifIndex`.
        index: u32,
        /// `ifDescr` or `ifName`.
        name: String,
        /// `ifType`, the IANA number.
        kind: u32,
        /// `ifPhysAddress`, where there is one of six octets.
        mac: Option<Mac>,
        /// `ifOperStatus` is up(1).
        up: bool,
    },
    /// The device says that it holds this address, too.
    OwnAddress {
        /// The address.
        address: IpAddr,
        /// Prefix length, where it says so.
        prefix_length: Option<u8>,
        /// `ifIndex`, where it says so.
        interface: Option<u32>,
    },
    /// The device says that it forwards packets between its interfaces (e.g. `ipForwarding`).
    Forwarding {
        /// It does.
        enabled: bool,
    },
    /// The device has this address in its own ARP or neighbour table.
    Neighbour {
        /// The neighbour's address.
        address: IpAddr,
        /// The neighbour's link-layer address.
        mac: Mac,
        /// `ifIndex` of the device's interface.
        interface: Option<u32>,
    },
    /// The switch has learned this link-layer address on this port (RFC 4188, RFC 4363).
    BridgePort {
        /// The learned address.
        mac: Mac,
        /// `dot1dBasePort`.
        port: u32,
        /// `ifIndex` of that port (`dot1dBasePortIfIndex`).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        interface: Option<u32>,
        /// VLAN identifier, where the switch keeps a table for each (`dot1qTpFdbTable`).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        vlan: Option<u16>,
    },
    /// The device says which system hangs on one of its ports (LLDP: IEEE 802.1AB; CDP).
    LinkNeighbour {
        /// `lldp` or `cdp`.
        protocol: String,
        /// The device's own port, as it names it.
        local_port: String,
        /// The neighbour's chassis identifier, as text.
        chassis: String,
        /// The neighbour's port, as it names it.
        port: String,
        /// The neighbour's system name.
        name: Option<String>,
        /// The neighbour's system description or platform.
        description: Option<String>,
        /// The neighbour's management address.
        address: Option<IpAddr>,
    },
    /// The device routes to this destination by this next hop (RFC 4292, `ipRouteTable`).
    Route {
        /// Destination network.
        destination: ipnet::IpNet,
        /// Next hop.
        next_hop: IpAddr,
        /// `ifIndex`.
        interface: Option<u32>,
    },
    /// The agent's own routing table sends everything else to this address.
    DefaultGateway {
        /// The agent's interface.
        interface: String,
    },
    /// The device calls itself a router (NA R flag, router advertisement, UPnP IGD …).
    Router {
        /// How it said so, e.g. `na-r-flag`, `router-advertisement`, `all-routers-echo`, `upnp-igd`.
        how: String,
    },
    /// What the device says of its own make.
    Product {
        /// Who says so, e.g. `upnp`, `mdns`.
        source: String,
        /// Maker.
        maker: Option<String>,
        /// Model.
        model: Option<String>,
        /// Serial number.
        serial: Option<String>,
        /// Firmware or software version.
        firmware: Option<String>,
    },
    /// A number that stays with one machine: UPnP UDN, SNMP engine ID, NetBIOS unit ID …
    MachineId {
        /// Kind of number, e.g. `upnp-udn`, `snmp-engine`, `netbios-unit`.
        source: String,
        /// The number as text.
        value: String,
    },
    /// A service the device announces by DNS-SD (RFC 6763) or SSDP.
    Announcement {
        /// `mdns` or `ssdp`.
        source: String,
        /// Service or device type, e.g. `_ipp._tcp`.
        kind: String,
        /// Instance name, where there is one.
        instance: Option<String>,
        /// Port, where there is one.
        port: Option<u16>,
    },
    /// A named value that the device tells of itself in a protocol, as received: what is too
    /// particular for a fact of its own, and still tells what the device is.
    Attribute {
        /// Protocol, e.g. `dhcp`, `ldap`, `ipp`, `rtsp`, `ups`.
        source: String,
        /// Name of the value in that protocol's own spelling, e.g. `vendor-class`.
        key: String,
        /// The value.
        value: String,
    },
    /// The operating system, as a protocol states it.
    OperatingSystem {
        /// Who says so, e.g. `ntlm`, `ldap`, `inventory`.
        source: String,
        /// Name, where the protocol has one, e.g. `Windows`.
        name: Option<String>,
        /// Version, e.g. `10.0`.
        version: Option<String>,
        /// Build number, e.g. `19045`.
        build: Option<u32>,
        /// Edition, e.g. `Pro`.
        edition: Option<String>,
    },
    /// Software that is installed on the device, as it says (RFC 2790 `hrSWInstalledTable`, inventory).
    Software {
        /// Who says so.
        source: String,
        /// Name as received.
        name: String,
        /// Version, where it is a field of its own.
        version: Option<String>,
    },
    /// The device's own clock, at the moment of the observation.
    Clock {
        /// Who says so, e.g. `ntlm`.
        source: String,
        /// What the clock showed.
        time: jiff::Timestamp,
    },
    /// What a file server negotiated (MS-SMB2 §2.2.4, MS-CIFS §2.2.4.52.2).
    FileSharing {
        /// TCP port.
        port: u16,
        /// Dialects it accepted, e.g. `NT LM 0.12`, `2.1`, `3.1.1`.
        dialects: Vec<String>,
        /// It demands signed messages.
        signing_required: bool,
    },
    /// How a DICOM application entity answered one association with verification (PS3.8 §9.3, PS3.7 §9.1.5).
    Association {
        /// TCP port.
        port: u16,
        /// Spoken inside TLS.
        tls: bool,
        /// AE title that was called.
        called: String,
        /// `accepted`, `rejected` or `aborted`.
        answer: String,
        /// Result, source and reason of a rejection or abort, as numbers, e.g. `1/1/7`.
        reason: Option<String>,
        /// Implementation class UID (PS3.7 §D.3.3.2).
        implementation: Option<String>,
        /// Implementation version name.
        version: Option<String>,
        /// Abstract syntaxes that were accepted.
        accepted: Vec<String>,
        /// Status of the C-ECHO response; 0 is success.
        echo: Option<u16>,
    },
    /// The engine that answered an SNMPv3 discovery (RFC 3411 §5, RFC 3414 §4), decoded.
    Engine {
        /// `snmpEngineID`, lower-case hexadecimal.
        id: String,
        /// Private enterprise number in it.
        enterprise: u32,
        /// The link-layer address in it (format 3).
        mac: Option<Mac>,
        /// The address in it (formats 1 and 2).
        address: Option<IpAddr>,
        /// The text in it (format 4).
        text: Option<String>,
        /// `snmpEngineBoots`.
        boots: u32,
        /// `snmpEngineTime`, in seconds.
        uptime_seconds: u64,
    },
    /// Several routers share this address, and the device speaks for it (RFC 5798, RFC 2281).
    VirtualRouter {
        /// `vrrp` or `hsrp`.
        protocol: String,
        /// Group number.
        group: u16,
        /// The shared addresses.
        addresses: Vec<IpAddr>,
        /// Priority.
        priority: u8,
    },
    /// What it said, as routers do, of a packet for somebody else that was sent to its link-layer address
    /// (RFC 792, RFC 1812 §4.3).
    Hop {
        /// Time to live with which the packet was sent.
        sent_ttl: u8,
        /// Where the packet was addressed to.
        destination: IpAddr,
        /// Who says so; the device itself, unless the packet went further.
        from: IpAddr,
        /// ICMP type, e.g. 11 (time exceeded), 3 (unreachable), 5 (redirect), 0 (echo reply).
        kind: u8,
        /// ICMP code.
        code: u8,
        /// Time to live in the quoted header; another than was sent (less one a hop) where somebody rewrites it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        quoted_ttl: Option<u8>,
        /// The better way that a redirect names.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        gateway: Option<IpAddr>,
    },
    /// A packet from the agent to itself, sent to the device's link-layer address, came back: it forwards.
    Returned {
        /// Time to live with which it came back.
        ttl: u8,
    },
    /// It answered for this address, which is none of the network that it was asked in.
    AnswersFor {
        /// The address.
        address: IpAddr,
        /// How: `arp-probe` (asked with sender 0.0.0.0, RFC 5227 §2.1.1), `arp-control` (the same for an address
        /// that nobody can have), `proxy-arp` (the same, asked with a sender), `directed-broadcast` (its answer to
        /// a broadcast of that network came from there), `arp-sender`, `packet-sender` (it used the address by itself).
        how: String,
    },
    /// It takes this network for one that it is connected to: unlike others, a packet to it met silence.
    Connected {
        /// The network.
        network: ipnet::IpNet,
    },
    /// It hands out addresses (RFC 2131), and says where to go from there.
    DhcpServer {
        /// `ack` (to an INFORM) or `offer`.
        message: String,
        /// Server identifier (option 54).
        server: Option<IpAddr>,
        /// The address offered.
        offered: Option<IpAddr>,
        /// Mask of that network, as a prefix length.
        prefix_length: Option<u8>,
        /// Routers (option 3).
        routers: Vec<IpAddr>,
        /// Name servers (option 6).
        resolvers: Vec<IpAddr>,
        /// Domain (option 15).
        domain: Option<String>,
        /// Where a proxy's settings lie (option 252).
        wpad: Option<String>,
    },
    /// Its address on the far side, or that it has none, as it says.
    ExternalAddress {
        /// `upnp-igd`, `nat-pmp` or `pcp`.
        how: String,
        /// The address; absent where it speaks the protocol and tells none.
        address: Option<IpAddr>,
        /// Its line is up, where it says so.
        connected: Option<bool>,
    },
    /// An access concentrator answered: a line to a provider is bridged into this network (RFC 2516 §5.2).
    AccessConcentrator {
        /// AC-Name.
        name: String,
        /// Service names.
        services: Vec<String>,
    },
    /// A name server's own upstream, as it says (`servers.bind`).
    Upstream {
        /// Address and port, e.g. `8.8.8.8#53`.
        resolver: String,
        /// Questions that it has passed on there.
        queries: u64,
        /// Of these, failed.
        failed: u64,
    },
    /// The device answers in a way that no ordinary device does; it is not asked more.
    Unnatural {
        /// How, e.g. `every-port-open`, `endless-greeting`, `too-slow`.
        how: String,
    },
    /// The device stopped answering in mid-scan and was left alone from then on.
    LeftAlone,
}

/// Transport protocol of a port.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Transport {
    /// RFC 9293.
    Tcp,
    /// RFC 768.
    Udp,
}

impl Transport {
    /// `tcp` or `udp`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Tcp => "tcp",
            Self::Udp => "udp",
        }
    }
}

/// What a plain connection attempt met at a port.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PortState {
    /// It was accepted.
    Open,
    /// It was refused (RST or port unreachable).
    Closed,
}

/// Who gives a machine its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NameSource {
    /// PTR record of the configured resolver.
    Dns,
    /// NetBIOS node status.
    Netbios,
    /// Multicast DNS.
    Mdns,
    /// `sysName`.
    Snmp,
    /// Certificate subject or alternative name.
    Certificate,
    /// UPnP friendly name.
    Upnp,
    /// NTLM challenge (MS-NLMP §2.2.2.1), whichever protocol carried it.
    Ntlm,
    /// LDAP rootDSE.
    Ldap,
    /// `ServerAlive2` (MS-DCOM §3.1.2.5.1.6).
    Rpc,
    /// Link-local multicast name resolution (RFC 4795).
    Llmnr,
    /// A browser announcement (MS-BRWS).
    Browser,
    /// DHCP option 12 or 81.
    Dhcp,
    /// LLDP or CDP system name.
    Lldp,
    /// Web services discovery.
    WsDiscovery,
    /// Microsoft SQL Server browser.
    SqlBrowser,
    /// The device's name field in another protocol (IPP, `BACnet`, SIP, MNDP …).
    Device,
    /// An inventory file.
    Inventory,
}
