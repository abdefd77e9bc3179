//! What reached each device, and what must not have.

use std::time::Instant;

use serde::Serialize;

/// The most incidents that are kept; the rest is only counted.
const INCIDENTS: usize = 1_000;

/// The journal of one run.
#[derive(Debug, Serialize)]
pub struct Journal {
    #[serde(skip)]
    started: Option<Instant>,
    /// Frames that came from the station.
    pub frames_in: u64,
    /// Frames that went to the station.
    pub frames_out: u64,
    /// What reached each device, in the description's order.
    pub devices: Vec<Count>,
    /// What must not have happened, in the order in which it did.
    pub incidents: Vec<Incident>,
    /// Incidents beyond the ones that are kept.
    pub further_incidents: u64,
}

/// What reached one device.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Count {
    /// The device.
    pub name: String,
    /// What it is.
    pub class: String,
    /// Its addresses.
    pub addresses: Vec<String>,
    /// ARP requests and neighbour solicitations for its addresses.
    pub asked_for: u64,
    /// IP packets addressed to it.
    pub packets: u64,
    /// Multicast packets that it cares for.
    pub multicast: u64,
    /// Octets of TCP payload.
    pub tcp_octets: u64,
}

/// Something that a gentle scanner does not do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Incident {
    /// Milliseconds since the start.
    pub at_ms: u64,
    /// The device.
    pub device: String,
    /// Which rule was broken.
    pub kind: IncidentKind,
    /// What happened.
    pub text: String,
}

/// Which rule was broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum IncidentKind {
    /// Octets were sent to a raw printing port.
    Printed,
    /// A fragile device received more than it bears.
    Upset,
    /// Something was said to a clinical service that nobody may say to it.
    Said,
    /// Something was sent to a device that must be left alone.
    Touched,
}

impl Journal {
    /// An empty journal of devices `(name, class, addresses)`.
    pub fn new(devices: impl Iterator<Item = (String, String, Vec<String>)>) -> Self {
        let count = |(name, class, addresses)| Count { name, class, addresses, ..Count::default() };
        Self {
            started: Some(Instant::now()),
            frames_in: 0,
            frames_out: 0,
            devices: devices.map(count).collect(),
            incidents: vec![],
            further_incidents: 0,
        }
    }

    /// Writes an incident down.
    pub fn incident(&mut self, device: usize, kind: IncidentKind, text: String) {
        if self.incidents.len() >= INCIDENTS {
            self.further_incidents += 1;
            return;
        }
        let elapsed = self.started.map_or(0, |started| started.elapsed().as_millis());
        let name = self.devices.get(device).map_or_else(String::new, |count| count.name.clone());
        let at_ms = u64::try_from(elapsed).unwrap_or(u64::MAX);
        self.incidents.push(Incident { at_ms, device: name, kind, text });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn too_many_incidents_are_counted_and_not_kept() {
        let mut journal = Journal::new([("x".to_owned(), "pc".to_owned(), vec![])].into_iter());
        for _ in 0..INCIDENTS + 5 {
            journal.incident(0, IncidentKind::Upset, String::new());
        }
        assert_eq!((journal.incidents.len(), journal.further_incidents), (INCIDENTS, 5));
    }
}
