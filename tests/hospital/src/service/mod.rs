//! What devices say: TCP dialogues and answers to datagrams, one protocol a file.

use std::collections::HashMap;
use std::fmt::Debug;
use std::net::IpAddr;

use crate::description::{Device, Hospital, TcpHabit, ports};

pub mod fixed;

/// One TCP dialogue, from the server's side.
pub trait Talk: Debug {
    /// The connection stands.
    fn open(&mut self) -> Say {
        Say::default()
    }

    /// Octets came.
    fn hear(&mut self, octets: &[u8]) -> Say;
}

/// What a server says next.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Say {
    /// Octets to send.
    pub octets: Vec<u8>,
    /// Close after them.
    pub close: bool,
}

impl Say {
    /// Says this and listens on.
    pub fn more(octets: Vec<u8>) -> Self {
        Self { octets, close: false }
    }

    /// Says this and closes.
    pub fn last(octets: Vec<u8>) -> Self {
        Self { octets, close: true }
    }
}

/// How a datagram came.
#[derive(Debug, Clone, Copy)]
pub struct Asked {
    /// The port it came to.
    pub port: u16,
    /// The port it came from.
    pub from_port: u16,
    /// It was sent to a group.
    pub group: bool,
    /// The device's own address on that interface.
    pub own: IpAddr,
}

/// A device's services.
#[derive(Debug, Default)]
pub struct Services {
    tcp: HashMap<u16, TcpHabit>,
}

impl Services {
    /// The services of a device.
    pub fn new(_hospital: &Hospital, plan: &Device) -> Self {
        let mut tcp = HashMap::new();
        for (key, habit) in &plan.tcp {
            for port in ports(key).unwrap_or_default() {
                tcp.insert(port, habit.clone());
            }
        }
        Self { tcp }
    }

    /// The habit of a TCP port.
    pub fn tcp_habit(&self, port: u16, plan: &Device) -> TcpHabit {
        let rest = if plan.firewalled { TcpHabit::Filtered } else { TcpHabit::Closed };
        self.tcp.get(&port).cloned().unwrap_or(rest)
    }

    /// A dialogue for a new connection; `None` if it is refused.
    pub fn talk(&mut self, _port: u16, habit: &TcpHabit, _plan: &Device, _own: IpAddr) -> Option<Box<dyn Talk>> {
        Some(match habit {
            TcpHabit::Closed | TcpHabit::Filtered => return None,
            TcpHabit::Greeting { text } => Box::new(fixed::Greeting(text.clone().into_bytes())),
            TcpHabit::Fixed { hex } => Box::new(fixed::Fixed(hex::decode(hex).unwrap_or_default())),
            _ => Box::new(fixed::Silent),
        })
    }

    /// The answers to a datagram; `None` if nobody listens there.
    pub fn datagram(&mut self, _asked: &Asked, _data: &[u8]) -> Option<Vec<Vec<u8>>> {
        None
    }

    /// The answer to this question goes to the group.
    pub fn answers_to_group(&self, _asked: &Asked, _data: &[u8]) -> bool {
        false
    }
}
