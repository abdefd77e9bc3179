//! Is a tunnel to elsewhere offered here? One opening each, that can never become a tunnel.

pub mod ike;
pub mod openvpn;
pub mod wireguard;
