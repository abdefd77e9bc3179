//! What is it? One protocol, one file: the question, what an answer means, samples, tests.

pub mod building;
pub mod database;
pub mod gear;
pub mod greeting;
pub mod http;
pub mod https;
pub mod mdns;
pub mod medical;
pub mod netbios;
pub mod remote;
pub mod reverse_dns;
pub mod snmp;
pub mod ssdp;
pub mod ssh;
pub mod tls_legacy;
pub mod vpn;

mod certificate;
mod heard;
mod page;
mod told;
mod upnp;
