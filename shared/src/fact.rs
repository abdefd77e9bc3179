//! The closed list of things a probe may say.
//!
//! A fact is what came over the wire, read and bounded, never a conclusion: "port 104 is open",
//! not "a CT". Text in a fact is the device's own and therefore hostile; it was cut by
//! [`crate::text::bounded`] and must be escaped wherever it is shown.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use crate::address::Mac;

/// One thing a probe learned about the observation's target.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
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
    /// The switch has learned this link-layer address on this port (RFC 4188).
    BridgePort {
        /// The learned address.
        mac: Mac,
        /// `dot1dBasePort`.
        port: u32,
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
        /// How it said so, e.g. `na-r-flag`, `router-advertisement`, `upnp-igd`.
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
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
}
