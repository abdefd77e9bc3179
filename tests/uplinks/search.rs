//! Which of the scanner's frames belong to the search for second networks and ways out.

use std::net::Ipv6Addr;

use super::capture::{ARP, Frame, address, is_test_net};

/// RFC 2516 §4: discovery.
const PPPOE: u16 = 0x8863;
const UDP: u8 = 17;
/// DNS, DHCP, RIP, NAT-PMP and PCP.
const SERVICES: [u16; 4] = [53, 67, 520, 5351];

/// To a broadcast or multicast address of the line.
pub(super) fn is_to_everybody(frame: &Frame) -> bool {
    frame.link.first().is_some_and(|first| first & 1 == 1)
}

/// Asks who has an address that is none of the LAN.
pub(super) fn is_guess(frame: &Frame) -> bool {
    let asks = frame.kind == ARP && frame.body.get(7) == Some(&1);
    let target = asks.then(|| address(&frame.body, 24)).flatten();
    target.is_some_and(|target| target.octets()[..3] != [10, 77, 0])
}

/// Belongs to the search, as far as the frame itself tells.
pub(super) fn is_search(frame: &Frame) -> bool {
    let ipv4 = frame.ipv4().is_some_and(|(source, destination)| {
        let elsewhere = destination.octets()[..3] != [10, 77, 0] && destination.octets()[3] == 255;
        is_test_net(destination) || source == destination || (elsewhere && !destination.is_broadcast())
    });
    let ipv6 = frame.ipv6().is_some_and(|(_, destination)| {
        destination == Ipv6Addr::new(0xff02, 0, 0, 0, 0, 0, 0, 2) || destination.segments()[..2] == [0x2001, 0xdb8]
    });
    let service = udp_destination(frame).is_some_and(|port| SERVICES.contains(&port));
    is_guess(frame) || ipv4 || ipv6 || service || frame.kind == PPPOE
}

fn udp_destination(frame: &Frame) -> Option<u16> {
    let (protocol, rest) = frame.carried()?;
    (protocol == UDP).then(|| Some(u16::from_be_bytes([*rest.get(2)?, *rest.get(3)?]))).flatten()
}

/// The most of these frames within any second.
pub(super) fn busiest_second(frames: &[&Frame]) -> usize {
    let begun = |from: usize| frames[from..].iter().take_while(|it| it.seconds < frames[from].seconds + 1.0).count();
    (0..frames.len()).map(begun).max().unwrap_or_default()
}
