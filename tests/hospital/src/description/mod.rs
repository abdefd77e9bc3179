//! What stands in a hospital's description: segments, devices and their habits, in TOML.

pub mod check;
pub mod crowd;

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, Ipv6Addr};

use daicho_shared::address::Mac;
use ipnet::Ipv4Net;
use serde::Deserialize;

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
    /// What it is, e.g. `server`, `pc`, `switch`: for people.
    pub class: String,
    /// Its network interfaces.
    #[serde(rename = "interface")]
    pub interfaces: Vec<Interface>,
    /// Name in the hospital's DNS.
    pub dns: Option<String>,
    /// What it says to a `NetBIOS` node status request.
    pub netbios: Option<Netbios>,
    /// What it says by multicast DNS.
    pub mdns: Option<Mdns>,
    /// What it says by SSDP.
    pub ssdp: Option<Ssdp>,
    /// What it says by SNMP.
    pub snmp: Option<Snmp>,
    /// It answers DNS questions about the hospital (port 53).
    #[serde(default)]
    pub resolver: bool,
    /// TCP habits by port; a key may list several, e.g. `"135,139,445"`.
    #[serde(default)]
    pub tcp: BTreeMap<String, TcpHabit>,
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
    /// HL7 over MLLP: accepts, and waits; whatever arrives is an incident.
    Mllp,
    /// Raw printing: whatever arrives is printed, and an incident.
    Rawprint,
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

/// The ports of a key such as `"135,139,445"`.
pub fn ports(key: &str) -> Option<Vec<u16>> {
    key.split(',').map(|port| port.trim().parse().ok().filter(|port| *port > 0)).collect()
}
