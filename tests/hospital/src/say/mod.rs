//! What devices say unasked, and when: everything that a listener on the link hears.
//!
//! ```toml
//! says = [{ every = 5, lldp = { name = "SW-2F", port = "gi1/0/7" } }, { igmp = ["224.0.0.251"] }]
//! ```

pub mod host;
pub mod link;

use std::net::Ipv4Addr;
use std::time::Duration;

use daicho_shared::address::Mac;
use serde::Deserialize;

use crate::description::{Device, Hospital, Interface};

/// Frames that a device sends by itself, again and again.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Says {
    /// Seconds between two times; 5 unless said otherwise.
    pub every: Option<u32>,
    /// Seconds from the hospital's start to the first time; 1 unless said otherwise.
    pub first: Option<u32>,
    /// LLDP (IEEE 802.1AB).
    pub lldp: Option<link::Lldp>,
    /// CDP (Cisco).
    pub cdp: Option<link::Cdp>,
    /// Rapid spanning tree (IEEE 802.1D).
    pub stp: Option<link::Stp>,
    /// VRRP version 3 (RFC 5798).
    pub vrrp: Option<host::Shared>,
    /// HSRP version 1 (RFC 2281).
    pub hsrp: Option<host::Shared>,
    /// A DHCP request (RFC 2131).
    pub dhcp: Option<host::Dhcp>,
    /// Groups that it joins by IGMP version 2 (RFC 2236).
    pub igmp: Vec<Ipv4Addr>,
    /// It announces what its `mdns` describes (RFC 6762 §8.3).
    #[serde(rename = "mdns-announcement")]
    pub mdns: bool,
    /// It announces what its `ssdp` describes (`UPnP` Device Architecture §1.2).
    #[serde(rename = "ssdp-announcement")]
    pub ssdp: bool,
    /// It claims the names of its `netbios` (RFC 1002 §4.2.2) and announces itself (MS-BRWS).
    pub browser: Option<host::Browser>,
    /// It says hello by WS-Discovery, with these types.
    pub hello: Vec<String>,
}

/// Who says something at one interface, and when next.
#[derive(Debug)]
pub struct Speaker {
    /// Its place among the devices.
    pub device: usize,
    frames: Vec<Vec<u8>>,
    every: Duration,
    next: Duration,
}

impl Speaker {
    /// Everybody who says something on the station's own link.
    pub fn all(hospital: &Hospital) -> Vec<Self> {
        let near = |interface: &&Interface| {
            let segment = interface.segment.as_deref().and_then(|name| hospital.segment(name));
            segment.is_some_and(|segment| segment.behind.is_none())
        };
        let mut speakers = vec![];
        for (device, plan) in hospital.devices.iter().enumerate().filter(|(_, plan)| !plan.silent) {
            for interface in plan.interfaces.iter().filter(near) {
                speakers.extend(plan.says.iter().map(|says| Self {
                    device,
                    frames: frames(plan, interface, says),
                    every: Duration::from_secs(says.every.unwrap_or(5).max(1).into()),
                    next: Duration::from_secs(says.first.unwrap_or(1).into()),
                }));
            }
        }
        speakers
    }

    /// What it says by now; the time is that since the hospital's start.
    pub fn speak(&mut self, now: Duration) -> &[Vec<u8>] {
        if now < self.next {
            return &[];
        }
        self.next = now + self.every;
        &self.frames
    }
}

fn frames(plan: &Device, interface: &Interface, says: &Says) -> Vec<Vec<u8>> {
    let mac = interface.mac;
    let links = [
        says.lldp.as_ref().map(|lldp| lldp.frame(mac)),
        says.cdp.as_ref().map(|cdp| cdp.frame(mac)),
        says.stp.as_ref().map(|stp| stp.frame(mac)),
        says.dhcp.as_ref().map(|dhcp| dhcp.frame(mac)),
    ];
    let mut frames: Vec<Vec<u8>> = links.into_iter().flatten().collect();
    if let Some(own) = interface.ipv4 {
        frames.extend(host::frames(plan, (mac, own), interface.prefix.unwrap_or(24), says));
    }
    frames
}

/// A frame of this type or length.
fn ethernet(to: [u8; 6], from: Mac, kind: u16, data: &[u8]) -> Vec<u8> {
    let mut frame = [&to[..], &from.0, &kind.to_be_bytes(), data].concat();
    // IEEE 802.3 §3.2.8: no frame is shorter.
    frame.resize(frame.len().max(60), 0);
    frame
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOSPITAL: &str = "name = 'h'\nstation = { mac = '02:00:00:00:00:05', addresses = ['10.10.0.5/24'] }\n\
        [[segment]]\nname = 'A'\nnetwork = '10.10.0.0/24'\n[[device]]\nname = 'sw'\nclass = 'network.switch'\n\
        interface = [{ segment = 'A', mac = '00:80:A3:00:00:01', ipv4 = '10.10.0.9' }]\n\
        says = [{ every = 3, first = 2, lldp = { name = 'SW' }, stp = {} }, { igmp = ['224.0.0.251'] }]\n";

    #[test]
    fn each_speaks_at_its_time() {
        let hospital = Hospital::parse(HOSPITAL).unwrap();
        let mut speakers = Speaker::all(&hospital);
        let counts = |speakers: &mut Vec<Speaker>, second| -> Vec<usize> {
            speakers.iter_mut().map(|speaker| speaker.speak(Duration::from_secs(second)).len()).collect()
        };
        assert_eq!(counts(&mut speakers, 0), [0, 0]);
        assert_eq!(counts(&mut speakers, 1), [0, 1]);
        assert_eq!(counts(&mut speakers, 2), [2, 0]);
        assert_eq!(counts(&mut speakers, 4), [0, 0]);
        assert_eq!(counts(&mut speakers, 6), [2, 1]);
    }
}
