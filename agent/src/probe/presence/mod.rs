//! Is someone there?

pub mod arp;
pub mod connect;
pub mod control;
pub mod echo;
pub mod neighbour;
pub mod tcp_ping;
