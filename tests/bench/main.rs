//! Daicho beside its peers, each on the same simulated hospital, in one run; see README.md beside this file.
//!
//!     cargo build --release && cargo bench -p daicho-tests --bench peers -- sweep
//!     cargo build --release && cargo bench -p daicho-tests --bench peers -- services
//!     cargo build --release && cargo bench -p daicho-tests --bench peers -- identity
//!     cargo build --release && cargo bench -p daicho-tests --bench peers -- scale
//!     cargo build --release && cargo bench -p daicho-tests --bench peers -- uplinks
//!     cargo bench -p daicho-tests --bench peers -- pairing
//!
//! Started as `inside FILE PROGRAM ARGS…` it is the yardstick: it runs one program inside the hospital and
//! writes what that took.

#[path = "../uplinks/capture.rs"]
mod capture;
mod identity;
mod pairing;
mod uplinks;

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::Instant;

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike;
use serde::{Deserialize, Serialize};
use tempfile::TempDir;

/// What one program took.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Taken {
    seconds: f64,
    cpu_seconds: f64,
    peak_kib: i64,
    output: String,
    /// The last line that it wrote to standard error.
    #[serde(default)]
    remark: String,
}

struct Contestant {
    name: &'static str,
    arguments: Vec<String>,
    /// Hosts that its output names.
    hosts: fn(&str) -> usize,
}

struct Row {
    name: &'static str,
    hosts: usize,
    packets: u64,
    taken: Taken,
}

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["inside", file, program, rest @ ..] => inside(Path::new(file), program, rest),
        ["sweep"] => race(&sweep(), &["--hosts", "2000"]),
        ["services"] => race(&services(), &[]),
        ["identity"] => identity::race(),
        ["uplinks"] => uplinks::race(),
        ["pairing"] => pairing::race(None),
        ["pairing", size] => pairing::race(Some(size.parse().expect("a number of rows"))),
        ["pairing-files", size, folder] => pairing::files(size.parse().expect("a number of rows"), Path::new(folder)),
        ["pairing-child", folder] => pairing::child(Path::new(folder)),
        ["scale"] => identity::scale(identity::CLONES),
        ["scale", clones] => identity::scale(clones.parse().expect("a number of devices")),
        _ => println!(
            "usage: cargo bench -p daicho-tests --bench peers -- sweep|services|identity|uplinks|scale [DEVICES]|pairing [ROWS]"
        ),
    }
    ExitCode::SUCCESS
}

/// Who is there in a /16 with 2,000 devices, at the same packet rate?
fn sweep() -> Vec<Contestant> {
    let rate = env::var("RATE").unwrap_or_else(|_| "2000".to_owned());

    let interval = format!("{}u", 1_000_000 / rate.parse::<u64>().expect("RATE is a number"));
    let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    vec![
        Contestant {
            name: "daicho-agent",
            arguments: words(&format!(
                "{} scan --interface lan0 --scope 10.30.0.0/16 --presence-only --packets-per-second {rate}",
                release("daicho-agent").display()
            )),
            hosts: |output| batch_hosts(output, "10.30."),
        },
        Contestant {
            name: "arp-scan",
            arguments: words(&format!(
                "arp-scan --interface=lan0 --interval={interval} --plain --ignoredups 10.30.0.0/16"
            )),
            hosts: |output| output.lines().filter(|line| line.starts_with("10.30.")).count(),
        },
        Contestant {
            name: "nmap -sn",
            arguments: words(&format!("nmap -sn -n --max-rate {rate} --min-rate {rate} -oG - 10.30.0.0/16")),
            hosts: |output| output.lines().filter(|line| line.contains("Status: Up")).count(),
        },
    ]
}

/// What stands in the demo hospital, by everybody's usual means?
fn services() -> Vec<Contestant> {
    let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    vec![
        Contestant {
            name: "daicho-agent (gentle)",
            arguments: words(&format!(
                "{} scan --interface lan0 --scope 10.10.0.0/24 10.20.0.0/24",
                release("daicho-agent").display()
            )),
            hosts: |output| batch_hosts(output, "10."),
        },
        Contestant {
            name: "nmap -sS -sV top 100",
            arguments: words("nmap -sS -sV --top-ports 100 -n -oG - 10.10.0.0/24 10.20.0.0/24"),
            hosts: |output| output.lines().filter(|line| line.contains("Status: Up")).count(),
        },
    ]
}

fn batch_hosts(output: &str, prefix: &str) -> usize {
    let records = output.lines().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
    let seen = records.filter(|record| record["record"] == "observation" && record["probe"] != "route");
    let addresses: std::collections::BTreeSet<String> =
        seen.filter_map(|record| record["target"]["address"].as_str().map(str::to_owned)).collect();
    addresses.iter().filter(|address| address.starts_with(prefix)).count()
}

/// Every row is printed as it is known: the slowest may take long.
fn race(contestants: &[Contestant], hospital: &[&str]) {
    println!("| program | hosts | packets | time | CPU | peak memory | packets, ratio | time, ratio |");
    println!("|---|---|---|---|---|---|---|---|");
    let mut first = None;
    for contestant in contestants {
        let row = run(contestant, hospital);
        print(&row, first.as_ref().unwrap_or(&row));
        first.get_or_insert(row);
    }
}

fn run(contestant: &Contestant, hospital: &[&str]) -> Row {
    let folder = TempDir::new().expect("a temporary folder");
    let path = |name: &str| folder.path().join(name);
    let status = Command::new(release("daicho-hospital"))
        .args(["exec", "--quiet"])
        .args(hospital)
        .arg("--record")
        .arg(path("wire.pcap"))
        .arg("--")
        .arg(env::current_exe().expect("this program"))
        .arg("inside")
        .arg(path("taken.json"))
        .args(&contestant.arguments)
        .status()
        .expect("daicho-hospital runs");
    assert!(status.success(), "{}: {status}", contestant.name);
    let taken: Taken = serde_json::from_slice(&fs::read(path("taken.json")).expect("a result")).expect("JSON");
    let packets = sent(&fs::read(path("wire.pcap")).expect("a capture"));
    Row { name: contestant.name, hosts: (contestant.hosts)(&taken.output), packets, taken }
}

/// Frames of a capture that came from the machine that sent the first one: the scanner.
fn sent(pcap: &[u8]) -> u64 {
    let (mut at, mut count, mut own) = (24, 0, None);
    while at + 16 <= pcap.len() {
        let length = u32::from_le_bytes(pcap[at + 8..at + 12].try_into().expect("four octets")) as usize;
        let source = pcap[at + 22..at + 28].to_vec();
        if *own.get_or_insert_with(|| source.clone()) == source {
            count += 1;
        }
        at += 16 + length;
    }
    count
}

/// Runs one program and writes what it took.
fn inside(file: &Path, program: &str, arguments: &[&str]) {
    let started = Instant::now();
    let output = Command::new(program).args(arguments).output().expect("the program runs");
    let seconds = started.elapsed().as_secs_f64();
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).expect("usage");
    let cpu = usage.user_time().num_microseconds() + usage.system_time().num_microseconds();
    let remark = String::from_utf8_lossy(&output.stderr).lines().last().unwrap_or_default().to_owned();
    let output = String::from_utf8_lossy(&output.stdout).into_owned();
    let peak_kib = usage.max_rss();
    #[allow(clippy::cast_precision_loss, reason = "a run lasts less than 285 years")]
    let taken = Taken { seconds, cpu_seconds: cpu as f64 / 1e6, peak_kib, output, remark };
    fs::write(file, serde_json::to_vec(&taken).expect("JSON")).expect("a place for the result");
}

fn release(name: &str) -> PathBuf {
    daicho_tests::root().join("target/release").join(name)
}

#[allow(clippy::cast_precision_loss, reason = "counts of one run")]
fn print(row: &Row, first: &Row) {
    println!(
        "| {} | {} | {} | {:.1} s | {:.2} s | {:.1} MiB | {:.2} | {:.2} |",
        row.name,
        row.hosts,
        row.packets,
        row.taken.seconds,
        row.taken.cpu_seconds,
        row.taken.peak_kib as f64 / 1024.0,
        row.packets as f64 / first.packets as f64,
        row.taken.seconds / first.taken.seconds
    );
}
