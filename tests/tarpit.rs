//! Hosts that answer everything, on the wire: what each costs in packets, octets and seconds, by a capture
//! of the simulated hospital, and that the ordinary devices beside them are through as soon as without.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io::BufReader;
use std::net::{IpAddr, Ipv4Addr};
use std::process::Command;

use daicho_shared::batch::Batch;
use daicho_shared::fact::Fact;
use daicho_tests::{no_namespaces, program, run, skip};

/// Promises for one such host: packets to it, octets in both directions, and seconds.
const PACKETS: u32 = 40;
const OCTETS: u64 = 96 * 1024;
const SECONDS: f64 = 10.0;
/// Protocol number in an IPv4 header.
const TCP: u8 = 6;
/// An acknowledgement comes when it comes: what the batch tells may be this much off, either way.
const SLACK: f64 = 2.0;

const ORDINARY: u8 = 20;
const FIRST_ORDINARY: u8 = 10;

/// Name, last octet, what it does, and what it must be called.
const TARPITS: [(&str, u8, &str, &str); 7] = [
    ("drip", 101, r#"other_ports = { habit = "drip" }"#, "every-port-open"),
    ("endless", 102, r#"other_ports = { habit = "endless", again = "41" }"#, "endless-answer"),
    ("open", 103, r#"other_ports = { habit = "silent" }"#, "every-port-open"),
    ("shell", 107, r#"tcp."22,23,80" = { habit = "drip" }"#, "too-slow"),
    ("tls", 104, r#"tcp."443" = { habit = "endless", again = "1603034000" }"#, "endless-answer"),
    // 64 kB of title after a proper head: the page's reader has enough long before.
    (
        "title",
        105,
        r#"tcp."80" = { habit = "endless", start = "485454502f312e3120323030204f4b0d0a0d0a3c7469746c653e", again = "41" }"#,
        "endless-title",
    ),
    ("banner", 106, r#"tcp."22" = { habit = "endless", again = "5353482d" }"#, "endless-greeting"),
];

/// What one scan cost.
struct Scan {
    batch: Batch,
    /// Packets to, octets in both directions, first and last second, by last octet of the address.
    wire: BTreeMap<u8, Cost>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Cost {
    packets: u32,
    octets: u64,
    first: Option<f64>,
    last: f64,
}

impl Cost {
    fn seconds(&self) -> f64 {
        self.last - self.first.unwrap_or(self.last)
    }
}

fn hospital(tarpits: bool) -> String {
    let mut text = String::from(
        "name = \"tarpit\"\nstation = { mac = \"02:DA:1C:80:00:05\", addresses = [\"10.10.0.5/24\"] }\n[[segment]]\nname = \"A\"\nnetwork = \"10.10.0.0/24\"\n",
    );
    let mut device = |name: &str, last: u8, habits: &str| {
        write!(
            text,
            "[[device]]\nname = \"{name}-{last}\"\nclass = \"unknown\"\ninterface = [{{ segment = \"A\", mac = \"02:00:00:00:00:{last:02x}\", ipv4 = \"10.10.0.{last}\" }}]\n{habits}\n"
        )
        .unwrap();
    };
    for last in FIRST_ORDINARY..FIRST_ORDINARY + ORDINARY {
        device(
            "srv",
            last,
            "tcp.\"22\" = { habit = \"ssh\", banner = \"SSH-2.0-OpenSSH_9.2\" }\ntcp.\"80\" = { habit = \"http\", title = \"RIS\" }",
        );
    }
    for (name, last, habits, _) in TARPITS.iter().filter(|_| tarpits) {
        device(name, *last, habits);
    }
    text
}

fn scan(tarpits: bool) -> Scan {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    fs::write(path("hospital.toml"), hospital(tarpits)).unwrap();
    fs::write(path("agent.toml"), "").unwrap();
    let output = run(Command::new(program("daicho-hospital"))
        .args(["exec", "--quiet", "--hospital"])
        .arg(path("hospital.toml"))
        .arg("--record")
        .arg(path("wire.pcap"))
        .arg("--")
        .arg(program("daicho-agent"))
        .args(["scan", "--interface", "lan0", "--scope", "10.10.0.0/25", "--config"])
        .arg(path("agent.toml"))
        .arg("--out")
        .arg(path("batch.jsonl")));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let batch = Batch::read(BufReader::new(fs::File::open(path("batch.jsonl")).unwrap())).unwrap();
    Scan { batch, wire: costs(&fs::read(path("wire.pcap")).unwrap()) }
}

fn costs(pcap: &[u8]) -> BTreeMap<u8, Cost> {
    let word = |at: usize| u32::from_le_bytes(pcap[at..at + 4].try_into().unwrap());
    let mut costs: BTreeMap<u8, Cost> = BTreeMap::new();
    let mut at = 24;
    while at + 16 <= pcap.len() {
        let time = f64::from(word(at)) + f64::from(word(at + 4)) / 1e6;
        let bytes = &pcap[at + 16..at + 16 + word(at + 8) as usize];
        at += 16 + bytes.len();
        if bytes.len() < 34 || bytes[12..14] != [8, 0] {
            continue;
        }
        let (from, to) = (bytes[29], bytes[33]);
        let cost = costs.entry(if to == 5 { from } else { to }).or_default();
        cost.packets += u32::from(from == 5);
        cost.octets += bytes.len() as u64;
        // Whether a device forwards is asked by one packet of its own, whenever the pace has room: that holds nobody up.
        if bytes[23] == TCP {
            cost.first.get_or_insert(time);
            cost.last = time;
        }
    }
    costs
}

/// When the last ordinary device was through, in seconds since the first packet of the scan to any.
fn others_done(scan: &Scan) -> f64 {
    let ordinary = (FIRST_ORDINARY..FIRST_ORDINARY + ORDINARY).filter_map(|last| scan.wire.get(&last));
    let first = scan.wire.values().filter_map(|cost| cost.first).fold(f64::MAX, f64::min);
    ordinary.map(|cost| cost.last).fold(0.0, f64::max) - first
}

fn unnatural(scan: &Scan) -> BTreeMap<IpAddr, Vec<String>> {
    let mut told: BTreeMap<IpAddr, Vec<String>> = BTreeMap::new();
    for observation in &scan.batch.observations {
        for fact in &observation.facts {
            if let Fact::Unnatural { how } = fact {
                told.entry(observation.target.address).or_default().push(how.clone());
            }
        }
    }
    told
}

fn told_of(told: &BTreeMap<IpAddr, Vec<String>>, last: u8) -> Vec<String> {
    told.get(&IpAddr::V4(Ipv4Addr::new(10, 10, 0, last))).cloned().unwrap_or_default()
}

#[test]
fn hosts_that_answer_everything_cost_little_and_slow_nobody() {
    if let Some(why) = no_namespaces() {
        return skip("tarpit", &why);
    }
    let (without, with) = (scan(false), scan(true));
    assert!(unnatural(&without).is_empty(), "{:?}", unnatural(&without));
    let told = unnatural(&with);
    for (name, last, ..) in TARPITS {
        let (cost, how) = (with.wire[&last], told_of(&told, last));
        eprintln!("{name}: {} packets, {} octets, {:.1} s, {how:?}", cost.packets, cost.octets, cost.seconds());
    }
    for (name, last, _, expected) in TARPITS {
        let (cost, how) = (with.wire[&last], told_of(&told, last));
        assert_eq!(how, [expected], "{name}");
        assert!(cost.packets <= PACKETS, "{name}: {} packets", cost.packets);
        assert!(cost.octets <= OCTETS, "{name}: {} octets", cost.octets);
        assert!(cost.seconds() <= SECONDS, "{name}: {} s", cost.seconds());
    }
    assert_eq!(told.len(), TARPITS.len(), "{told:?}");
    let (alone, beside) = (others_done(&without), others_done(&with));
    eprintln!("others: {alone:.1} s without, {beside:.1} s with");
    assert!(beside <= alone + SLACK, "the others took {beside:.1} s instead of {alone:.1} s");
}
