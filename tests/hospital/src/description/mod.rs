//! What stands in a hospital's description: segments, devices and their habits, in TOML.
//!
//! Long because it is one vocabulary: the fields of the file format, most of them one line and its meaning.

pub mod announce;
pub mod check;
pub mod crowd;
pub mod gateway;

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use daicho_shared::address::Mac;
use daicho_shared::class::Class;
use ipnet::Ipv4Net;
use serde::Deserialize;

pub use announce::{Ipp, Onvif, Rtsp, Sip, Wsd};
pub use gateway::Gateway;

/// The description of the built-in demo hospital.
pub const DEMO: &str = include_str!("../../demo/hospital.toml");

/// A hospital.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hospital {
    /// Its name.
    pub name: String,
    /// The scanner's place in it.
    pub station: Station,
    /// Its networks.
    #[serde(rename = "segment")]
    pub segments: Vec<Segment>,
    /// Its devices.
    #[serde(rename = "device", default)]
    pub devices: Vec<Device>,
}

/// Where the command under test sits: the addresses of `lan0`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Station {
    /// Link-layer address of `lan0`.
    pub mac: Mac,
    /// Addresses of `lan0`, with their prefix lengths.
    pub addresses: Vec<Ipv4Net>,
    /// Next hop of its default route.
    pub gateway: Option<Ipv4Addr>,
}

/// One network.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Segment {
    /// Its name, as interfaces refer to it.
    pub name: String,
    /// Its addresses.
    pub network: Ipv4Net,
    /// The device that leads there; `None` for a network on the station's own link.
    pub behind: Option<String>,
}

/// One device.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(clippy::struct_excessive_bools, reason = "each is one habit, and any two go together")]
pub struct Device {
    /// Its name in the description and the journal.
    pub name: String,
    /// What it is: what an audit must say of it.
    pub class: Class,
    /// What it shows on the wire of its make: what an audit must say of that.
    #[serde(default)]
    pub shows: Shows,
    /// Its network interfaces.
    #[serde(rename = "interface")]
    pub interfaces: Vec<Interface>,
    /// Name in the hospital's DNS.
    pub dns: Option<String>,
    /// What it says to a `NetBIOS` node status request.
    pub netbios: Option<Netbios>,
    /// Who answers where Windows protocols begin a login.
    pub windows: Option<Windows>,
    /// Instances that its SQL Server browser tells of.
    #[serde(default)]
    pub sql: Vec<SqlInstance>,
    /// What it says by multicast DNS.
    pub mdns: Option<Mdns>,
    /// What it says by SSDP.
    pub ssdp: Option<Ssdp>,
    /// What it offers and tells as a small router.
    pub gateway: Option<Gateway>,
    /// What it says by WS-Discovery.
    pub wsd: Option<Wsd>,
    /// What it says as a network camera.
    pub onvif: Option<Onvif>,
    /// What it says as a telephone or exchange.
    pub sip: Option<Sip>,
    /// What it says by SNMP.
    pub snmp: Option<Snmp>,
    /// What it says unasked.
    #[serde(default)]
    pub says: Vec<crate::say::Says>,
    /// It answers DNS questions about the hospital (port 53).
    #[serde(default)]
    pub resolver: bool,
    /// TCP habits by port; a key may list several, e.g. `"135,139,445"`.
    #[serde(default)]
    pub tcp: BTreeMap<String, TcpHabit>,
    /// Habit of all other TCP ports, where they neither refuse nor drop.
    pub other_ports: Option<TcpHabit>,
    /// UDP habits.
    #[serde(default)]
    pub udp: Vec<UdpHabit>,
    /// It answers no echo request.
    #[serde(default)]
    pub ignores_ping: bool,
    /// It answers ARP and nothing else.
    #[serde(default)]
    pub silent: bool,
    /// Ports without a habit drop what comes, instead of refusing it.
    #[serde(default)]
    pub firewalled: bool,
    /// It forwards packets: R flag in neighbour advertisements, `ipForwarding`, time exceeded.
    #[serde(default)]
    pub forwards: bool,
    /// It stops answering after this many packets.
    pub dies_after: Option<u64>,
    /// It is upset by more packets than this, or by any octet in a TCP connection that is not DICOM.
    pub fragile: Option<u64>,
    /// Nothing at all may be sent to it; whatever comes is an incident.
    #[serde(default)]
    pub untouchable: bool,
}

/// What a device shows of its make; what is absent cannot be known from the wire. Each is a part of
/// what an audit must say.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Shows {
    /// Maker.
    pub maker: Option<String>,
    /// Model.
    pub model: Option<String>,
    /// Operating system.
    pub os: Option<String>,
    /// Version of its firmware or software.
    pub firmware: Option<String>,
}

/// One network interface.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Interface {
    /// The segment it is plugged into; `None` for a network that the simulation does not have
    /// (it is told of by SNMP, and nothing answers there).
    pub segment: Option<String>,
    /// Link-layer address.
    pub mac: Mac,
    /// IPv4 address.
    pub ipv4: Option<Ipv4Addr>,
    /// Prefix length of the IPv4 address; 24 unless said otherwise.
    pub prefix: Option<u8>,
    /// IPv6 address.
    pub ipv6: Option<Ipv6Addr>,
    /// `ifDescr`; `eth0`, `eth1` … unless said otherwise.
    pub label: Option<String>,
    /// `ifType` (IANA); 6, Ethernet, unless said otherwise.
    pub kind: Option<u32>,
}

/// `NetBIOS` node status (RFC 1002 §4.2.18).
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Netbios {
    /// Computer name, up to 15 octets.
    pub name: String,
    /// Workgroup or domain, up to 15 octets.
    pub workgroup: String,
}

/// What an NTLM challenge tells (MS-NLMP §2.2.2.1).
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Windows {
    /// `NetBIOS` computer name.
    pub name: String,
    /// `NetBIOS` domain; none outside of a domain.
    pub domain: Option<String>,
    /// DNS name of the computer.
    pub dns_name: Option<String>,
    /// DNS name of the domain.
    pub dns_domain: Option<String>,
    /// Version and build, e.g. `10.0.19045`; `6.1.0`, as Samba says, unless said otherwise.
    pub version: Option<String>,
}

/// An instance of SQL Server (MC-SQLR §2.2.5).
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SqlInstance {
    /// Its name.
    pub name: String,
    /// Its version, e.g. `15.0.2000.5`.
    pub version: String,
    /// Its TCP port.
    pub port: Option<u16>,
}

/// A file server.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Smb {
    /// The newest dialect of version 2 and 3 that it speaks, `2.0.2` to `3.1.1`; none: version 1 only.
    pub dialect: Option<String>,
    /// Version 1 is switched on.
    #[serde(default)]
    pub version_1: bool,
    /// Signed messages are demanded.
    #[serde(default)]
    pub signing: bool,
    /// The system that version 1 names, e.g. `Windows 5.1`.
    pub native_os: Option<String>,
    /// The file server that version 1 names.
    pub native_lanman: Option<String>,
}

/// What a remote desktop wants (MS-RDPBCGR §5.4.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RdpSecurity {
    /// The oldest security, without TLS.
    Rdp,
    /// TLS.
    Ssl,
    /// `CredSSP` inside TLS.
    Hybrid,
}

/// Multicast DNS (RFC 6762, RFC 6763).
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mdns {
    /// Host name without `.local`.
    pub host: String,
    /// Announced services.
    #[serde(default)]
    pub services: Vec<MdnsService>,
}

/// A service announced by DNS-SD.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MdnsService {
    /// Type, e.g. `_ipp._tcp`.
    pub kind: String,
    /// Instance name.
    pub instance: String,
    /// Port.
    pub port: u16,
    /// `key=value` texts.
    #[serde(default)]
    pub txt: Vec<String>,
}

/// SSDP and the device description behind it (`UPnP` Device Architecture 1.1).
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ssdp {
    /// Device type, e.g. `urn:schemas-upnp-org:device:InternetGatewayDevice:1`.
    pub kind: String,
    /// `SERVER` field.
    pub server: String,
    /// Port of the description.
    pub port: u16,
    /// friendlyName.
    pub friendly_name: String,
    /// manufacturer.
    pub manufacturer: String,
    /// modelName.
    pub model: String,
    /// serialNumber.
    pub serial: Option<String>,
}

/// An SNMP v1 and v2c agent.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Snmp {
    /// Community that it answers to.
    pub community: String,
    /// `sysDescr`.
    pub descr: String,
    /// `sysObjectID`, dotted.
    pub object_id: String,
    /// `sysName`.
    pub name: String,
    /// `sysContact`.
    #[serde(default)]
    pub contact: String,
    /// `sysLocation`.
    #[serde(default)]
    pub location: String,
    /// Segments whose devices stand in its ARP table.
    #[serde(default)]
    pub neighbours: Vec<String>,
    /// Segments whose devices stand in its forwarding database.
    #[serde(default)]
    pub bridges: Vec<String>,
    /// Its routes.
    #[serde(default)]
    pub routes: Vec<Route>,
    /// `sysServices`; what suits a host or a router unless said otherwise.
    pub services: Option<u32>,
    /// Its forwarding database is kept for this VLAN (RFC 4363).
    pub vlan: Option<u16>,
    /// `snmpEngineID`, hexadecimal digits: it answers SNMPv3 discovery with it.
    pub engine: Option<String>,
    /// Its chassis (RFC 6933).
    pub entity: Option<Chassis>,
    /// Names of installed software (RFC 2790).
    #[serde(default)]
    pub software: Vec<String>,
    /// Its printer (RFC 3805).
    pub printer: Option<PrinterMib>,
    /// Its power supply (RFC 1628).
    pub ups: Option<UpsMib>,
    /// Who announces itself at its ports (IEEE 802.1AB).
    #[serde(default)]
    pub lldp: Vec<LldpNeighbour>,
}

/// A chassis.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Chassis {
    /// `entPhysicalMfgName`.
    pub maker: String,
    /// `entPhysicalModelName`.
    pub model: String,
    /// `entPhysicalSerialNum`.
    pub serial: String,
    /// `entPhysicalSoftwareRev`.
    #[serde(default)]
    pub software: String,
}

/// A printer.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PrinterMib {
    /// `prtGeneralPrinterName`.
    #[serde(default)]
    pub name: String,
    /// `hrDeviceDescr`.
    pub model: String,
    /// `prtGeneralSerialNumber`.
    pub serial: String,
}

/// A power supply.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UpsMib {
    /// `upsIdentManufacturer`.
    pub maker: String,
    /// `upsIdentModel`.
    pub model: String,
    /// `upsIdentUPSSoftwareVersion`.
    #[serde(default)]
    pub firmware: String,
}

/// A system that announces itself at a port.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LldpNeighbour {
    /// Number of the own port.
    pub port: u32,
    /// Name of the own port.
    pub label: String,
    /// The neighbour's chassis identifier.
    pub mac: Mac,
    /// The neighbour's port.
    pub far_port: String,
    /// The neighbour's system name.
    pub name: String,
    /// The neighbour's system description.
    #[serde(default)]
    pub descr: String,
    /// The neighbour's management address.
    pub address: Option<Ipv4Addr>,
}

/// A row of a routing table.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Route {
    /// Destination.
    pub destination: Ipv4Net,
    /// Next hop.
    pub next_hop: Ipv4Addr,
    /// `ifIndex`, from 1.
    pub interface: u32,
}

/// What happens on a TCP port.
#[derive(Debug, Clone, Deserialize)]
#[serde(tag = "habit", rename_all = "kebab-case", deny_unknown_fields)]
pub enum TcpHabit {
    /// Refuses (RST).
    Closed,
    /// Drops what comes.
    Filtered,
    /// Accepts, and says nothing.
    Silent,
    /// Accepts, says this, and says nothing more.
    Greeting {
        /// What it says.
        text: String,
    },
    /// Accepts, and answers the first octets with these.
    Fixed {
        /// Hexadecimal digits.
        hex: String,
    },
    /// HTTP/1.1.
    Http(Http),
    /// HTTP/1.1 inside TLS 1.2 or 1.3.
    Https {
        /// Its certificate.
        certificate: Certificate,
        /// Its page.
        page: Http,
    },
    /// A TLS 1.0 server: `ServerHello` and `Certificate` in clear, and no further.
    OldTls {
        /// Its certificate.
        certificate: Certificate,
    },
    /// SSH up to the host key.
    Ssh {
        /// Identification string, e.g. `SSH-2.0-OpenSSH_8.7`.
        banner: String,
        /// Host keys of the same seed are equal; the device's name unless said otherwise.
        key: Option<String>,
    },
    /// DICOM upper layer (PS3.8).
    Dicom(Dicom),
    /// The same inside TLS 1.2 or 1.3.
    DicomTls {
        /// Its certificate.
        certificate: Certificate,
        /// What it answers.
        node: Dicom,
    },
    /// SMB up to the challenge of a login; the machine is the device's `windows`.
    Smb(Smb),
    /// A remote desktop up to the challenge of a login.
    Rdp {
        /// What it wants.
        security: RdpSecurity,
        /// Its certificate.
        certificate: Certificate,
    },
    /// DCE/RPC with the object exporter: `ServerAlive2` tells the machine's name and all its addresses.
    Rpc,
    /// A web service behind a Windows login.
    HttpNtlm,
    /// A directory that shows its root entry.
    Ldap {
        /// Attributes and their values.
        root: BTreeMap<String, Vec<String>>,
    },
    /// A streaming server.
    Rtsp(Rtsp),
    /// A printer's attributes.
    Ipp(Ipp),
    /// `MySQL` or `MariaDB` up to the login.
    Mysql {
        /// Version as it tells it, e.g. `8.0.36` or `5.5.5-10.11.6-MariaDB`.
        version: String,
    },
    /// PostgreSQL without TLS, up to the login.
    Postgresql,
    /// SQL Server up to the login.
    Mssql {
        /// Version, e.g. `15.0.2000`.
        version: String,
    },
    /// Oracle's listener, which refuses everybody.
    Oracle {
        /// Version number, e.g. 318767104 for 19.0.
        version: u32,
    },
    /// VNC: its greeting.
    Vnc {
        /// Version, e.g. `003.008`.
        version: String,
    },
    /// A controller that tells what it is.
    Modbus(Identity),
    /// Says one octet a second, for ever.
    Drip,
    /// Says something, and then something else for ever.
    Endless {
        /// What it says first, hexadecimal digits.
        #[serde(default)]
        start: String,
        /// What it repeats, hexadecimal digits.
        again: String,
    },
    /// HL7 over MLLP: accepts, and waits; whatever arrives is an incident.
    Mllp,
    /// Raw printing: whatever arrives is printed, and an incident.
    Rawprint,
}

/// What a controller says of its make.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Identity {
    /// Maker.
    pub vendor: String,
    /// Product or model.
    pub product: String,
    /// Revision of the firmware.
    pub revision: String,
}

/// What happens on a UDP port that is a protocol's own.
#[derive(Debug, Clone, Deserialize)]
#[serde(tag = "habit", rename_all = "kebab-case", deny_unknown_fields)]
pub enum UdpHabit {
    /// `BACnet`/IP, port 47808.
    Bacnet {
        /// Number of the device object.
        device: u32,
        /// Vendor identifier.
        vendor: u8,
        /// What its properties say.
        identity: Identity,
    },
    /// Ubiquiti's discovery, port 10001.
    Ubiquiti {
        /// Host name.
        name: String,
        /// Model.
        model: String,
        /// Firmware.
        firmware: String,
    },
    /// `MikroTik`'s neighbour discovery, port 5678; answers the one who asks.
    Mikrotik {
        /// Identity.
        name: String,
        /// Board.
        board: String,
        /// Version of `RouterOS`.
        version: String,
    },
    /// IKE, port 500: refuses every proposal.
    Ike {
        /// A vendor identifier, hexadecimal digits.
        vendor: Option<String>,
    },
    /// `OpenVPN` without tls-auth, port 1194.
    Openvpn,
    /// `WireGuard`, port 51820: keeps silent.
    Wireguard,
}

/// A DICOM application entity. Whatever is asked of it but one C-ECHO and a release is an incident.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Dicom {
    /// How it answers an association; rejects it unless said otherwise.
    pub answer: DicomAnswer,
    /// The AE title that it answers to; any unless said otherwise.
    pub called: Option<String>,
    /// Implementation class UID.
    pub implementation: Option<String>,
    /// Implementation version name.
    pub version: Option<String>,
    /// Abstract syntaxes that it accepts besides verification, as UIDs.
    pub syntaxes: Vec<String>,
}

/// How an association is answered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DicomAnswer {
    /// It is rejected: the called AE title is not known here.
    #[default]
    Reject,
    /// It is accepted.
    Accept,
    /// It is accepted, and the verification never answered.
    Mute,
    /// It is aborted.
    Abort,
}

/// A page.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Http {
    /// Content of the title element.
    pub title: Option<String>,
    /// `Server` field.
    pub server: Option<String>,
    /// Realm; the status is 401 then.
    pub realm: Option<String>,
    /// Status; 200 unless said otherwise.
    pub status: Option<u16>,
}

/// A self-signed certificate.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Certificate {
    /// Common name.
    pub subject: String,
    /// Organisation.
    pub organisation: Option<String>,
    /// Names and addresses of the subject alternative name extension.
    #[serde(default)]
    pub names: Vec<String>,
}

/// A description could not be read.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    /// Not TOML, or a field that nobody knows, with line and column.
    #[error("{0}")]
    Syntax(#[from] toml::de::Error),
    /// It says something that cannot be.
    #[error("{place}: {what}")]
    Meaning {
        /// Device or segment.
        place: String,
        /// What is wrong.
        what: String,
    },
}

impl Hospital {
    /// Reads a description and checks that it can be.
    pub fn parse(text: &str) -> Result<Self, Problem> {
        let hospital: Self = toml::from_str(text)?;
        check::check(&hospital)?;
        Ok(hospital)
    }

    /// The segment of this name.
    pub fn segment(&self, name: &str) -> Option<&Segment> {
        self.segments.iter().find(|segment| segment.name == name)
    }

    /// Every interface in a segment, with its device.
    pub fn plugged_into<'a>(&'a self, segment: &'a str) -> impl Iterator<Item = (&'a Device, &'a Interface)> {
        self.devices.iter().flat_map(move |device| {
            let plugged = move |interface: &&Interface| interface.segment.as_deref() == Some(segment);
            device.interfaces.iter().filter(plugged).map(move |interface| (device, interface))
        })
    }
}

impl Device {
    /// Every address of every interface, IPv4 first.
    pub fn addresses(&self) -> Vec<IpAddr> {
        let old = self.interfaces.iter().filter_map(|interface| interface.ipv4.map(IpAddr::V4));
        let new = self.interfaces.iter().filter_map(|interface| interface.ipv6.map(IpAddr::V6));
        old.chain(new).collect()
    }
}

/// The ports of a key such as `"135,139,445"`.
pub fn ports(key: &str) -> Option<Vec<u16>> {
    key.split(',').map(|port| port.trim().parse().ok().filter(|port| *port > 0)).collect()
}
