//! What is it? One protocol, one file: the question, what an answer means, samples, tests.

pub mod building;
pub mod database;
pub mod favicon;
pub mod gear;
pub mod greeting;
pub mod http;
pub mod https;
pub mod ipp;
pub mod llmnr;
pub mod mdns;
pub mod medical;
pub mod netbios;
pub mod onvif;
pub mod remote;
pub mod reverse_dns;
pub mod rtsp;
pub mod sip;
pub mod snmp;
pub mod ssdp;
pub mod ssh;
pub mod tls_legacy;
pub mod vpn;
pub mod windows;
pub mod ws_discovery;

mod certificate;
mod header;
mod identifier;
pub(super) mod page;
mod soap;
mod software;
pub(crate) mod told;
mod upnp;
pub(super) mod upnp_control;
pub(super) mod xml;
