//! The demo hospital, frame by frame.

use proptest::prelude::*;
use smoltcp::phy::ChecksumCapabilities;
use smoltcp::wire::{Icmpv4Packet, Icmpv4Repr, IpProtocol, TcpControl, TcpPacket, TcpRepr, TcpSeqNumber};

use super::*;
use crate::description::DEMO;
use crate::frame::{parse, wrap};

const STATION: Mac = Mac([2, 0xda, 0x1c, 0x80, 0, 5]);
const OWN: Ipv4Addr = Ipv4Addr::new(10, 10, 0, 5);
const ROUTER: Mac = Mac([0, 0, 0x0c, 0x9a, 1, 1]);

fn demo() -> Switch {
    Switch::new(&Hospital::parse(DEMO).unwrap())
}

fn packet(to: &str, hops: u8, protocol: IpProtocol, payload: Vec<u8>) -> Packet {
    Packet { source: OWN.into(), destination: to.parse().unwrap(), id: 7, hops, protocol, payload }
}

fn echo(to: &str, hops: u8) -> Packet {
    let request = Icmpv4Repr::EchoRequest { ident: 1, seq_no: 2, data: b"daicho" };
    let mut payload = vec![0; request.buffer_len()];
    request.emit(&mut Icmpv4Packet::new_unchecked(&mut payload[..]), &ChecksumCapabilities::default());
    packet(to, hops, IpProtocol::Icmp, payload)
}

fn segment(to: &str, port: u16, control: TcpControl, numbers: (i32, Option<i32>), data: &[u8]) -> Packet {
    let segment = TcpRepr {
        src_port: 40_000,
        dst_port: port,
        control,
        seq_number: TcpSeqNumber(numbers.0),
        ack_number: numbers.1.map(TcpSeqNumber),
        window_len: 60_000,
        window_scale: None,
        max_seg_size: None,
        sack_permitted: false,
        sack_ranges: [None; 3],
        timestamp: None,
        payload: data,
    };
    let mut payload = vec![0; segment.buffer_len()];
    let to_address: IpAddr = to.parse().unwrap();
    let mut view = TcpPacket::new_unchecked(&mut payload[..]);
    segment.emit(&mut view, &IpAddr::from(OWN).into(), &to_address.into(), &ChecksumCapabilities::default());
    packet(to, 64, IpProtocol::Tcp, payload)
}

/// Source, hops and payload of each answer, all of which must come from this link-layer address.
fn answers(switch: &mut Switch, packet: &Packet, mac: Mac) -> Vec<(IpAddr, u8, Vec<u8>)> {
    let frames = switch.hear(&wrap(packet, mac, STATION).unwrap());
    let read = |bytes: &Vec<u8>| {
        let Some((STATION, from, Content::Ip(answer))) = parse(bytes) else { panic!("{bytes:?}") };
        assert_eq!(from, mac);
        (answer.source, answer.hops, answer.payload)
    };
    frames.iter().map(read).collect()
}

fn mac_of(switch: &mut Switch, address: &str) -> Option<Mac> {
    let target = address.parse().unwrap();
    switch
        .arp(Mac::BROADCAST, &ArpQuestion { mac: STATION, address: OWN, target })
        .map(|frame| Mac(frame[6..12].try_into().unwrap()))
}

#[test]
fn a_far_device_is_one_hop_away_and_unknown_networks_are_refused() {
    let mut switch = demo();
    let far = answers(&mut switch, &echo("10.20.0.21", 64), ROUTER);
    assert_eq!((far[0].0, far[0].1), ("10.20.0.21".parse().unwrap(), 63));
    let over = answers(&mut switch, &echo("10.20.0.21", 1), ROUTER);
    assert_eq!((over[0].0, over[0].2[..2].to_vec()), ("10.10.0.1".parse().unwrap(), vec![11, 0]));
    let nowhere = answers(&mut switch, &echo("203.0.113.1", 64), ROUTER);
    assert_eq!(nowhere[0].2[..2], [3, 0]);
    assert_eq!(answers(&mut switch, &echo("10.20.0.200", 64), ROUTER), []);
    let near_side = answers(&mut switch, &echo("10.20.0.1", 64), ROUTER);
    assert_eq!(near_side[0].1, 64);
}

#[test]
fn a_silent_device_answers_arp_and_nothing_else() {
    let mut switch = demo();
    let mac = mac_of(&mut switch, "10.10.0.133").unwrap();
    assert_eq!(answers(&mut switch, &echo("10.10.0.133", 64), mac), []);
    assert_eq!(mac_of(&mut switch, "10.10.0.222"), None);
}

#[test]
fn a_device_that_must_be_left_alone_tells_on_who_does_not() {
    let mut switch = demo();
    let mac = mac_of(&mut switch, "10.10.0.240").unwrap();
    answers(&mut switch, &echo("10.10.0.240", 64), mac);
    let kinds: Vec<_> = switch.into_journal().incidents.iter().map(|incident| incident.kind).collect();
    assert_eq!(kinds, [IncidentKind::Touched, IncidentKind::Touched]);
}

#[test]
fn a_device_dies_in_the_middle() {
    let mut switch = demo();
    let mac = mac_of(&mut switch, "10.10.0.83").unwrap();
    let answered = (0..20).filter(|_| !answers(&mut switch, &echo("10.10.0.83", 64), mac).is_empty()).count();
    assert_eq!(answered, 12);
    assert_eq!(mac_of(&mut switch, "10.10.0.83"), None);
}

#[test]
fn a_fragile_device_is_upset_once_by_too_many_packets_and_by_every_payload() {
    let mut switch = demo();
    let mac = mac_of(&mut switch, "10.10.0.170").unwrap();
    for _ in 0..40 {
        answers(&mut switch, &echo("10.10.0.170", 64), mac);
    }
    let journal = switch.into_journal();
    assert_eq!(journal.incidents.len(), 1, "{:?}", journal.incidents);
    assert_eq!(journal.incidents[0].kind, IncidentKind::Upset);
}

#[test]
fn a_connection_opens_carries_and_closes() {
    let mut switch = demo();
    let to = "10.20.0.25";
    let mut say =
        |control, numbers, data: &[u8]| answers(&mut switch, &segment(to, 104, control, numbers, data), ROUTER);
    let flags = |answer: &(IpAddr, u8, Vec<u8>)| answer.2[13];
    let number = |answer: &(IpAddr, u8, Vec<u8>)| i32::from_be_bytes(answer.2[4..8].try_into().unwrap());
    let accepted = say(TcpControl::Syn, (100, None), b"");
    assert_eq!(flags(&accepted[0]), 0x12);
    let next = number(&accepted[0]) + 1;
    assert!(say(TcpControl::None, (101, Some(next)), b"").is_empty());
    let rejected = say(TcpControl::Psh, (101, Some(next)), &[1, 0, 0, 0, 0, 1, 0]);
    assert_eq!(rejected[0].2[20..30], [3, 0, 0, 0, 0, 4, 0, 1, 1, 7]);
    assert_eq!(flags(&rejected[1]) & 1, 1);
    // Ten octets and FIN are acknowledged, and our own FIN is.
    let end = say(TcpControl::Fin, (108, Some(next + 11)), b"");
    assert_eq!(flags(&end[0]), 0x10);
    assert!(switch.devices.iter().all(|device| !device.is_busy()));
}

#[test]
fn a_lost_answer_is_repeated() {
    let mut switch = demo();
    answers(&mut switch, &segment("10.20.0.21", 104, TcpControl::Syn, (100, None), b""), ROUTER);
    assert!(switch.tick(Instant::now()).is_empty());
    assert_eq!(switch.tick(Instant::now() + std::time::Duration::from_secs(2)).len(), 1);
    switch.tick(Instant::now() + std::time::Duration::from_mins(3));
    assert!(!switch.is_busy());
}

#[test]
fn closed_ports_refuse_and_firewalled_ones_drop() {
    let mut switch = demo();
    let mac = mac_of(&mut switch, "10.10.0.10").unwrap();
    let refused = answers(&mut switch, &segment("10.10.0.10", 81, TcpControl::Syn, (1, None), b""), mac);
    assert_eq!(refused[0].2[13], 0x14);
    let mac = mac_of(&mut switch, "10.10.0.254").unwrap();
    assert_eq!(answers(&mut switch, &segment("10.10.0.254", 81, TcpControl::Syn, (1, None), b""), mac), []);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn noise_to_any_service_never_panics(
        data in proptest::collection::vec(any::<u8>(), 0..200),
        port in prop::sample::select(vec![53u16, 137, 161, 1900, 5353]),
        host in prop::sample::select(vec!["10.10.0.53", "10.10.0.70", "10.10.0.1", "10.10.0.200", "10.10.0.110"]),
    ) {
        let mut switch = demo();
        let mac = mac_of(&mut switch, host).unwrap();
        let mut payload = vec![0x9c, 0x40];
        payload.extend(port.to_be_bytes());
        payload.extend(u16::try_from(data.len() + 8).unwrap().to_be_bytes());
        // No checksum (RFC 768).
        payload.extend([0, 0]);
        payload.extend(data);
        let _ = switch.hear(&wrap(&packet(host, 64, IpProtocol::Udp, payload), mac, STATION).unwrap());
    }

    #[test]
    fn noise_as_segments_never_panics(data in proptest::collection::vec(any::<u8>(), 0..100)) {
        let mut switch = demo();
        let frame = wrap(&packet("10.20.0.21", 64, IpProtocol::Tcp, data), ROUTER, STATION).unwrap();
        let _ = switch.hear(&frame);
    }
}
