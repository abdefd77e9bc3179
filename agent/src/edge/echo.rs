//! ICMP echo through the operating system's routing, by way of `surge-ping`.

use std::net::IpAddr;
use std::sync::atomic::{AtomicU16, Ordering};

use surge_ping::{Client, Config, ICMP, PingIdentifier, PingSequence, SurgeError};

use super::socket_address;
use crate::engine::Ending;
use crate::plan::ANSWER_WAIT;
use crate::scope::Permit;

/// Pings, one packet each.
pub struct Pinger {
    v4: Option<Client>,
    v6: Option<Client>,
    sequence: AtomicU16,
}

impl Pinger {
    /// Opens the sockets; a family that the machine does not have is left out.
    pub fn new() -> Self {
        let v6 = Config::builder().kind(ICMP::V6).build();
        Self { v4: Client::new(&Config::default()).ok(), v6: Client::new(&v6).ok(), sequence: AtomicU16::new(0) }
    }

    /// One echo request.
    pub async fn ask(&self, permit: &mut Permit) -> Ending {
        let address = permit.target().address;
        let client = if address.is_ipv4() { &self.v4 } else { &self.v6 };
        let Some(client) = client else { return Ending::Failed("no ICMP socket".to_owned()) };
        let sequence = self.sequence.fetch_add(1, Ordering::Relaxed);
        let mut pinger = client.pinger(address, PingIdentifier(identifier())).await;
        pinger.timeout(ANSWER_WAIT);
        if let (IpAddr::V6(_), std::net::SocketAddr::V6(peer)) = (address, socket_address(permit, 0)) {
            pinger.scope_id(peer.scope_id());
        }
        if let Err(error) = permit.spend(1) {
            return Ending::Failed(error.to_string());
        }
        match pinger.ping(PingSequence(sequence), &[]).await {
            Ok(_) => Ending::Accepted,
            Err(SurgeError::Timeout { .. }) => Ending::Silence,
            Err(SurgeError::IOError(error)) => super::ending_of(&error),
            Err(error) => Ending::Failed(error.to_string()),
        }
    }
}

impl Default for Pinger {
    fn default() -> Self {
        Self::new()
    }
}

/// Tells this process' echoes from another's.
fn identifier() -> u16 {
    u16::try_from(std::process::id() & 0xffff).unwrap_or(0)
}
