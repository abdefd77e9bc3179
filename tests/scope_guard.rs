//! The promise on the wire: a capture of everything that left the agent's machine during a scan of the
//! simulated hospital, compared with what was allowed, and with what the batch says was sent.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::BufReader;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;

use daicho_shared::address::Mac;
use daicho_shared::batch::Batch;
use daicho_tests::{no_namespaces, program, run, skip};
use ipnet::IpNet;

const SCOPE: [&str; 2] = ["10.10.0.0/24", "10.20.0.0/24"];
const EXCLUDED: Ipv4Addr = Ipv4Addr::new(10, 10, 0, 240);

/// What the operating system says by itself on a link: nothing that a scan causes.
const HOUSEKEEPING: [Ipv6Addr; 2] = [
    // MLDv2 reports, RFC 3810 §5.2.14; router solicitations, RFC 4861 §6.3.7.
    Ipv6Addr::new(0xff02, 0, 0, 0, 0, 0, 0, 0x16),
    Ipv6Addr::new(0xff02, 0, 0, 0, 0, 0, 0, 2),
];
const GROUPS: [IpAddr; 4] = [
    IpAddr::V4(Ipv4Addr::new(224, 0, 0, 251)),
    IpAddr::V4(Ipv4Addr::new(239, 255, 255, 250)),
    IpAddr::V4(Ipv4Addr::new(224, 0, 0, 22)),
    IpAddr::V6(Ipv6Addr::new(0xff02, 0, 0, 0, 0, 0, 0, 1)),
];

/// A frame that left the agent's machine.
#[derive(Debug)]
struct Frame {
    at: Duration,
    to_everybody: bool,
    /// Time to live or hop limit.
    ttl: Option<u8>,
    to: Option<IpAddr>,
    /// TCP destination port and octets of payload.
    tcp: Option<(u16, usize)>,
    is_arp: bool,
}

struct Night {
    frames: Vec<Frame>,
    batch: Batch,
    stats: serde_json::Value,
}

/// One night for all tests: two at once would share the machine, and their seconds.
fn night(test: &str) -> Option<&'static Night> {
    static NIGHT: OnceLock<Result<Night, String>> = OnceLock::new();
    match NIGHT.get_or_init(|| no_namespaces().map_or_else(|| Ok(scan()), Err)) {
        Ok(night) => Some(night),
        Err(why) => {
            skip(test, why);
            None
        }
    }
}

fn scan() -> Night {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let config = "[snmp]\ncommunities = [\"hospital-ro\"]\n[resolver]\naddress = \"10.10.0.53\"\n";
    fs::write(path("agent.toml"), config).unwrap();
    let output = run(Command::new(program("daicho-hospital"))
        .args(["exec", "--quiet", "--record"])
        .arg(path("wire.pcap"))
        .arg("--stats")
        .arg(path("stats.json"))
        .arg("--")
        .arg(program("daicho-agent"))
        .args(["scan", "--interface", "lan0", "--scope", SCOPE[0], SCOPE[1], "--exclude", &EXCLUDED.to_string()])
        .arg("--config")
        .arg(path("agent.toml"))
        .arg("--out")
        .arg(path("batch.jsonl")));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let batch = Batch::read(BufReader::new(fs::File::open(path("batch.jsonl")).unwrap())).unwrap();
    let own = batch.header.interfaces.iter().find(|it| it.name == "lan0").and_then(|it| it.mac).unwrap();
    let frames = frames(&fs::read(path("wire.pcap")).unwrap(), own);
    let stats = serde_json::from_slice(&fs::read(path("stats.json")).unwrap()).unwrap();
    Night { frames, batch, stats }
}

/// The frames of a capture file that this machine sent.
fn frames(pcap: &[u8], own: Mac) -> Vec<Frame> {
    let word = |at: usize| u32::from_le_bytes(pcap[at..at + 4].try_into().unwrap());
    let mut found = vec![];
    let mut at = 24;
    while at + 16 <= pcap.len() {
        let time = Duration::new(word(at).into(), word(at + 4) * 1000);
        let length = word(at + 8) as usize;
        let bytes = &pcap[at + 16..at + 16 + length];
        at += 16 + length;
        if bytes.len() >= 14 && bytes[6..12] == own.0 {
            found.push(read(time, bytes));
        }
    }
    found
}

fn read(at: Duration, bytes: &[u8]) -> Frame {
    let v4 = |at: usize| Ipv4Addr::new(bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]);
    let other = Frame { at, to_everybody: bytes[0] & 1 == 1, ttl: None, to: None, tcp: None, is_arp: false };
    match bytes[12..14] {
        [8, 6] => Frame { to: Some(v4(38).into()), is_arp: true, ..other },
        [8, 0] => {
            let header = usize::from(bytes[14] & 15) * 4;
            let total = usize::from(u16::from_be_bytes([bytes[16], bytes[17]]));
            let tcp = (bytes[23] == 6).then(|| {
                let segment = &bytes[14 + header..];
                let payload = total - header - usize::from(segment[12] >> 4) * 4;
                (u16::from_be_bytes([segment[2], segment[3]]), payload)
            });
            Frame { to: Some(v4(30).into()), tcp, ttl: Some(bytes[22]), ..other }
        }
        [0x86, 0xdd] => {
            let to: [u8; 16] = bytes[38..54].try_into().unwrap();
            Frame { to: Some(Ipv6Addr::from(to).into()), ttl: Some(bytes[21]), ..other }
        }
        _ => other,
    }
}

/// What asks for second networks and ways out: it cannot leave the segment. ARP and what is sent to everybody does not
/// by itself; one packet to a neighbour ends there, or comes back to us.
fn stays_here(frame: &Frame) -> bool {
    let to = match frame.to {
        Some(IpAddr::V4(to)) => to,
        Some(IpAddr::V6(to)) => return to.segments()[..2] == [0x2001, 0xdb8] && frame.ttl == Some(1),
        // What is no IP is never routed: a question for access concentrators.
        None => return frame.to_everybody,
    };
    let nowhere = to.is_documentation() && frame.ttl == Some(1);
    let round_trip = to == Ipv4Addr::new(10, 10, 0, 5) && frame.ttl == Some(2);
    frame.to_everybody && (frame.is_arp || frame.ttl == Some(1)) || nowhere || round_trip
}

fn is_allowed(to: IpAddr) -> bool {
    let in_scope = SCOPE.iter().any(|network| network.parse::<IpNet>().unwrap().contains(&to));
    let own_link = match to {
        IpAddr::V6(to) => {
            to.is_unicast_link_local()
                || HOUSEKEEPING.contains(&to)
                || to.octets()[..12] == [0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]
        }
        IpAddr::V4(_) => false,
    };
    (in_scope && to != IpAddr::V4(EXCLUDED)) || GROUPS.contains(&to) || own_link
}

#[test]
fn nothing_leaves_the_scope_and_nothing_is_rushed() {
    let Some(night) = night("scope guard") else { return };
    let strays: Vec<&Frame> =
        night.frames.iter().filter(|frame| !frame.to.is_some_and(is_allowed) && !stays_here(frame)).collect();
    assert!(strays.is_empty(), "{strays:#?}");
    assert!(night.frames.len() > 1000, "the scan sent {} frames only: is this a scan?", night.frames.len());

    let printed: Vec<&Frame> = night.frames.iter().filter(|frame| is_print(frame)).collect();
    assert!(printed.is_empty(), "octets for a printer: {printed:#?}");

    assert_eq!(night.stats["incidents"].as_array().map(Vec::len), Some(0), "{}", night.stats["incidents"]);

    let total = busiest_second(night.frames.iter());
    assert!(total <= 200, "{total} packets in one second");
    for (to, frames) in by_target(&night.frames) {
        // An ARP or neighbour request of the operating system before its first packet is its own.
        let most = busiest_second(frames.iter().copied().filter(|frame| !frame.is_arp));
        assert!(most <= 10 || to.is_multicast(), "{to}: {most} packets in one second");
    }
}

#[test]
fn the_batch_tells_what_the_wire_saw() {
    let Some(night) = night("sent records") else { return };
    let mut told: BTreeMap<IpAddr, u32> = BTreeMap::new();
    for sent in night.batch.sent.iter().filter(|sent| sent.probe.0 != "arp") {
        *told.entry(sent.address).or_default() += sent.packets;
    }
    for (to, frames) in by_target(&night.frames) {
        let seen = frames.iter().filter(|frame| !frame.is_arp).count();
        // Guesses by ARP are told of everybody.
        let everybody = to == IpAddr::V4(Ipv4Addr::BROADCAST);
        if to.is_ipv6() || to.is_multicast() || everybody || seen == 0 {
            continue;
        }
        let told = told.get(&to).copied().unwrap_or(0);
        let seen = u32::try_from(seen).unwrap();
        // Of a connection that was closed, the last acknowledgement is assumed; and what asks whether a device
        // forwards is told of the device, and addressed to somebody else.
        assert!(told.abs_diff(seen) <= seen / 5 + 4, "{to}: told {told}, seen {seen}");
    }
}

/// The machine's routes lead to the scope by `lan0`; who named another interface is told, and nothing is sent.
#[test]
fn nothing_leaves_by_an_interface_that_was_not_named() {
    if let Some(why) = no_namespaces() {
        return skip("the named interface", &why);
    }
    let folder = tempfile::tempdir().unwrap();
    let stats = folder.path().join("stats.json");
    let output = run(Command::new(program("daicho-hospital"))
        .args(["exec", "--quiet", "--stats"])
        .arg(&stats)
        .arg("--")
        .arg(program("daicho-agent"))
        .args(["scan", "--interface", "lo", "--scope", SCOPE[0], "--out"])
        .arg(folder.path().join("batch.jsonl")));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && said.contains("lan0"), "{}: {said}", output.status);
    let stats: serde_json::Value = serde_json::from_slice(&fs::read(&stats).unwrap()).unwrap();
    let reached: u64 = stats["devices"]
        .as_array()
        .unwrap()
        .iter()
        .map(|device| device["asked_for"].as_u64().unwrap() + device["packets"].as_u64().unwrap())
        .sum();
    assert_eq!(reached, 0, "{stats}");
}

/// Of the wire, with the operating system's own packets.
#[test]
fn half_of_the_devices_receive_sixty_packets_at_most() {
    let Some(night) = night("median") else { return };
    let answered: BTreeSet<IpAddr> = night.batch.observations.iter().map(|seen| seen.target.address).collect();
    let devices = by_target(&night.frames).into_iter().filter(|(to, _)| to.is_ipv4() && answered.contains(to));
    let mut counts: Vec<usize> = devices.map(|(_, frames)| frames.len()).collect();
    counts.sort_unstable();
    assert!(counts.len() >= 75, "{} devices only", counts.len());
    assert!(counts[counts.len() / 2] <= 60, "{counts:?}");
}

fn is_print(frame: &Frame) -> bool {
    frame.tcp.is_some_and(|(port, payload)| payload > 0 && (port == 515 || (9100..=9107).contains(&port)))
}

fn by_target(frames: &[Frame]) -> BTreeMap<IpAddr, Vec<&Frame>> {
    let mut targets: BTreeMap<IpAddr, Vec<&Frame>> = BTreeMap::new();
    for frame in frames {
        if let Some(to) = frame.to {
            targets.entry(to).or_default().push(frame);
        }
    }
    targets
}

fn busiest_second<'a>(frames: impl Iterator<Item = &'a Frame>) -> usize {
    let times: Vec<Duration> = frames.map(|frame| frame.at).collect();
    let within =
        |first: &Duration| times.iter().filter(|at| **at >= *first && **at < *first + Duration::from_secs(1)).count();
    times.iter().map(within).max().unwrap_or(0)
}
