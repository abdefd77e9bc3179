//! What is it? One protocol, one file: the question, what an answer means, samples, tests.

pub mod greeting;
pub mod http;
pub mod https;
pub mod mdns;
pub mod netbios;
pub mod onvif;
pub mod reverse_dns;
pub mod snmp;
pub mod ssdp;
pub mod ssh;
pub mod tls_legacy;
pub mod ws_discovery;

mod certificate;
mod page;
mod soap;
mod software;
mod upnp;
mod xml;
