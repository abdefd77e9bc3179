//! Fragile devices on the wire: a capture of everything that left the agent's machine, its kernel's own
//! requests and acknowledgements included, on a segment of the simulated hospital made of them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::BufReader;
use std::net::{IpAddr, Ipv4Addr};
use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;

use daicho_shared::address::Mac;
use daicho_shared::batch::Batch;
use daicho_shared::fact::Fact;
use daicho_tests::{no_namespaces, program, run, skip};

/// By promise, in all and in every profile.
const FRAGILE: usize = 10;
/// By promise, for one connection that verifies.
const VERIFICATION: usize = 8;
const ABSENT: usize = 2;

const HOSPITAL: &str = include_str!("fragile.toml");

/// Devices that the evidence or the settings ask to verify and nothing else, by their last octet.
const VERIFIED: [u8; 7] = [21, 22, 23, 24, 25, 26, 27];
/// Devices that get presence only: an infusion pump, a monitor and an analyser by their maker, and one that
/// the settings name.
const IN_PEACE: [u8; 4] = [41, 42, 43, 44];
/// An HL7 interface.
const INTERFACE: u8 = 31;

const SETTINGS: &str = r#"
[dicom]
calling_ae = "DAICHO"
called_ae = "ANY-SCP"
[[dicom.node]]
address = "10.10.0.22"
ae_title = "MR1"
[care]
addresses = ["10.10.0.44", "10.20.0.41"]
verify_addresses = ["10.10.0.22", "10.20.0.21"]
"#;

/// A frame that left the agent's machine.
#[derive(Debug)]
struct Frame {
    /// Whose link-layer address it goes to.
    mac: Mac,
    to: Option<Ipv4Addr>,
    /// TCP destination port and octets of payload.
    tcp: Option<(u16, usize)>,
    is_arp: bool,
}

struct Night {
    frames: Vec<Frame>,
    batch: Batch,
    incidents: serde_json::Value,
}

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
    scan_with(SETTINGS, &["10.10.0.0/26", "10.20.0.0/26"], None)
}

/// A scan, cut short after this long where a time is given.
fn scan_with(settings: &str, scope: &[&str], stop_after: Option<Duration>) -> Night {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    fs::write(path("hospital.toml"), HOSPITAL).unwrap();
    let stop_file = path("STOP");
    fs::write(path("agent.toml"), format!("stop_file = '{}'\n{settings}", stop_file.display())).unwrap();
    let stopper = stop_after.map(|after| {
        std::thread::spawn(move || {
            std::thread::sleep(after);
            fs::write(stop_file, "").unwrap();
        })
    });
    let output = run(Command::new(program("daicho-hospital"))
        .args(["exec", "--quiet", "--hospital"])
        .arg(path("hospital.toml"))
        .arg("--record")
        .arg(path("wire.pcap"))
        .arg("--stats")
        .arg(path("stats.json"))
        .arg("--")
        .arg(program("daicho-agent"))
        .args(["scan", "--interface", "lan0", "--config"])
        .arg(path("agent.toml"))
        .arg("--out")
        .arg(path("batch.jsonl"))
        .arg("--scope")
        .args(scope));
    let code = output.status.code();
    assert_eq!(code == Some(0), stop_after.is_none(), "{code:?} {}", String::from_utf8_lossy(&output.stderr));
    stopper.map(std::thread::JoinHandle::join);
    let batch = Batch::read(BufReader::new(fs::File::open(path("batch.jsonl")).unwrap())).unwrap();
    let own = batch.header.interfaces.iter().find(|it| it.name == "lan0").and_then(|it| it.mac).unwrap();
    let frames = frames(&fs::read(path("wire.pcap")).unwrap(), own);
    let stats: serde_json::Value = serde_json::from_slice(&fs::read(path("stats.json")).unwrap()).unwrap();
    Night { frames, batch, incidents: stats["incidents"].clone() }
}

/// The frames of a capture file that this machine sent.
fn frames(pcap: &[u8], own: Mac) -> Vec<Frame> {
    let mut found = vec![];
    let mut at = 24;
    while at + 16 <= pcap.len() {
        let length = u32::from_le_bytes(pcap[at + 8..at + 12].try_into().unwrap()) as usize;
        let bytes = &pcap[at + 16..at + 16 + length];
        at += 16 + length;
        if bytes.len() >= 14 && bytes[6..12] == own.0 {
            found.push(read(bytes));
        }
    }
    found
}

fn read(bytes: &[u8]) -> Frame {
    let v4 = |at: usize| Some(Ipv4Addr::new(bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]));
    let mac = Mac(bytes[..6].try_into().unwrap());
    match bytes[12..14] {
        [8, 6] => Frame { mac, to: v4(38), tcp: None, is_arp: true },
        [8, 0] => {
            let header = usize::from(bytes[14] & 15) * 4;
            let total = usize::from(u16::from_be_bytes([bytes[16], bytes[17]]));
            let tcp = (bytes[23] == 6).then(|| {
                let segment = &bytes[14 + header..];
                let payload = total - header - usize::from(segment[12] >> 4) * 4;
                (u16::from_be_bytes([segment[2], segment[3]]), payload)
            });
            Frame { mac, to: v4(30), tcp, is_arp: false }
        }
        _ => Frame { mac, to: None, tcp: None, is_arp: false },
    }
}

impl Night {
    /// Every frame for a device: sent to its link-layer address, whatever is in it, or asking who has its address.
    fn to(&self, last: u8) -> Vec<&Frame> {
        let address = Ipv4Addr::new(10, 10, 0, last);
        let own = self.batch.observations.iter().filter(|it| it.target.address == address);
        let macs: BTreeSet<Mac> = own.filter_map(|it| it.target.mac).collect();
        let asks = |frame: &&Frame| macs.contains(&frame.mac) || frame.is_arp && frame.to == Some(address);
        let routed = |frame: &&Frame| macs.is_empty() && frame.to == Some(address);
        self.frames.iter().filter(|frame| asks(frame) || routed(frame)).collect()
    }

    fn associations(&self, last: u8) -> Vec<&Fact> {
        let address = IpAddr::from([10, 10, 0, last]);
        let about = self.batch.observations.iter().filter(|it| it.target.address == address);
        about.flat_map(|it| &it.facts).filter(|fact| matches!(fact, Fact::Association { .. })).collect()
    }
}

#[test]
fn a_fragile_device_receives_ten_packets_at_most() {
    let Some(night) = night("fragile devices") else { return };
    for last in VERIFIED.into_iter().chain(IN_PEACE).chain([INTERFACE]) {
        let frames = night.to(last);
        assert!((1..=FRAGILE).contains(&frames.len()), "10.10.0.{last}: {} packets: {frames:#?}", frames.len());
    }
    assert_eq!(night.incidents.as_array().map(Vec::len), Some(0), "{}", night.incidents);
}

#[test]
fn who_is_to_be_left_in_peace_is_asked_for_by_arp_and_nothing_else() {
    let Some(night) = night("presence only") else { return };
    for last in IN_PEACE {
        let frames = night.to(last);
        assert!(frames.iter().all(|frame| frame.is_arp) && frames.len() <= 2, "10.10.0.{last}: {frames:#?}");
    }
    // The pump next door, whose maker is not known to make pumps, is asked more: the rule has a reason.
    assert!(night.to(51).iter().any(|frame| !frame.is_arp));
}

#[test]
fn an_absent_address_is_asked_for_twice_at_most() {
    let Some(night) = night("absent addresses") else { return };
    let present: Vec<u8> = night.batch.observations.iter().filter_map(|it| last_octet(it.target.address)).collect();
    let absent: Vec<u8> = (1..=62).filter(|last| !present.contains(last) && *last != 5).collect();
    assert!(absent.len() > 40);
    for last in absent {
        let frames = night.to(last);
        assert!(!frames.is_empty() && frames.len() <= ABSENT, "10.10.0.{last}: {frames:#?}");
    }
}

fn last_octet(address: IpAddr) -> Option<u8> {
    match address {
        IpAddr::V4(address) => Some(address.octets()[3]),
        IpAddr::V6(_) => None,
    }
}

#[test]
fn behind_a_router_it_is_the_same() {
    let Some(night) = night("routed") else { return };
    let to = |last: u8| {
        let address = Some(Ipv4Addr::new(10, 20, 0, last));
        night.frames.iter().filter(|frame| frame.to == address).collect::<Vec<_>>()
    };
    assert!((1..=FRAGILE).contains(&to(21).len()), "{:#?}", to(21));
    // An echo request, which this one answers.
    assert!(to(41).len() == 1 && to(41)[0].tcp.is_none(), "{:#?}", to(41));
    assert!((1..=62).filter(|last| ![1, 21, 41].contains(last)).all(|last| to(last).len() <= ABSENT));
    let about = night.batch.observations.iter().filter(|it| it.target.address == IpAddr::from([10, 20, 0, 21]));
    assert_eq!(about.flat_map(|it| &it.facts).filter(|fact| matches!(fact, Fact::Association { .. })).count(), 1);
}

#[test]
fn a_verification_is_one_short_connection() {
    let Some(night) = night("verification") else { return };
    for last in VERIFIED {
        let mut by_port: BTreeMap<u16, usize> = BTreeMap::new();
        for (port, _) in night.to(last).iter().filter_map(|frame| frame.tcp) {
            *by_port.entry(port).or_default() += 1;
        }
        assert!(by_port.values().all(|packets| *packets <= VERIFICATION), "10.10.0.{last}: {by_port:?}");
        assert!(by_port.keys().all(|port| [104, 11112, 2575].contains(port)), "10.10.0.{last}: {by_port:?}");
        assert_eq!(night.associations(last).len(), 1, "10.10.0.{last}");
    }
}

#[test]
fn an_answer_is_read_whatever_it_is() {
    let Some(night) = night("answers") else { return };
    let answers = |last: u8| match night.associations(last)[..] {
        [Fact::Association { answer, reason, echo, called, .. }] => {
            (answer.as_str(), reason.as_deref(), *echo, called.as_str())
        }
        ref other => panic!("10.10.0.{last}: {other:?}"),
    };
    assert_eq!(answers(21), ("accepted", None, Some(0), "ANY-SCP"));
    assert_eq!(answers(22), ("accepted", None, Some(0), "MR1"));
    assert_eq!(answers(24), ("rejected", Some("1/1/7"), None, "ANY-SCP"));
    assert_eq!(answers(25), ("aborted", Some("2/1"), None, "ANY-SCP"));
    // Behind TLS, of a device that nothing told to be medical before.
    assert!(matches!(night.associations(52)[..], [Fact::Association { tls: true, echo: Some(0), port: 2762, .. }]));
}

#[test]
fn an_association_is_released_though_nobody_answers_or_the_scan_is_stopped() {
    if let Some(why) = no_namespaces() {
        return skip("release", &why);
    }
    for stop_after in [None, Some(Duration::from_secs(2))] {
        let night = scan_with(SETTINGS, &["10.10.0.27/32"], stop_after);
        // The hospital complains of an association that is never released.
        assert_eq!(night.incidents.as_array().map(Vec::len), Some(0), "{stop_after:?}: {}", night.incidents);
        assert!(matches!(night.associations(27)[..], [Fact::Association { echo: None, .. }]), "{stop_after:?}");
        assert_eq!(night.batch.end.as_ref().map(|end| end.complete), Some(stop_after.is_none()));
    }
}

#[test]
fn an_hl7_interface_hears_nothing() {
    let Some(night) = night("HL7") else { return };
    let octets: usize = night.to(INTERFACE).iter().filter_map(|frame| frame.tcp).map(|(_, payload)| payload).sum();
    assert_eq!(octets, 0);
    assert!(night.to(INTERFACE).iter().any(|frame| frame.tcp.is_some_and(|(port, _)| port == 2575)));
}

#[test]
fn what_is_told_of_a_fragile_device_is_what_it_received() {
    let Some(night) = night("sent records") else { return };
    for last in VERIFIED.into_iter().chain(IN_PEACE).chain([INTERFACE]) {
        let address = IpAddr::from([10, 10, 0, last]);
        let told: u32 = night.batch.sent.iter().filter(|it| it.address == address).map(|it| it.packets).sum();
        let seen = night.to(last).len();
        // The kernel's own question before its first packet is not ours.
        let kernel = usize::from(seen > 2);
        assert_eq!(told as usize + kernel, seen, "10.10.0.{last}");
    }
}
