//! A simulated hospital LAN: devices with their own link-layer addresses and protocol habits on a
//! TAP interface inside a network namespace that this program makes for itself.
//!
//! ```text
//! CMD ── kernel ── lan0 (TAP) ── switch ── device ── tcp, udp, icmp, ndp ── service
//! ```
//!
//! Nothing here can reach a real network: the namespace has no other interface than `lan0` and `lo`.

pub mod cli;
pub mod demo;
pub mod description;
pub mod device;
pub mod frame;
pub mod journal;
pub mod namespace;
pub mod recording;
pub mod run;
pub mod say;
pub mod service;
pub mod switch;
