//! Who knows what the devices are, at which price; and how that grows to 3,000 devices.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use daicho_hospital::description::{DEMO, Device, Hospital, crowd};
use daicho_shared::address::Mac;
use daicho_shared::batch::Batch;
use daicho_shared::class::Class;
use daicho_shared::fact::Fact;
use daicho_shared::knowledge::ports::{Ports, Profile};
use daicho_shared::recognise::{Rules, recognise, signs};

use super::{Contestant, Row, release, run};

/// The demo hospital's networks, and the device there that must be left alone.
const SCOPE: [&str; 2] = ["10.10.0.0/24", "10.20.0.0/24"];
const EXCLUDED: &str = "10.10.0.240";
/// Where the clones stand.
const CROWD: &str = "10.30.0.0/20";
pub(super) const CLONES: u16 = 3000;
/// The pace that gentle keeps, packets a second.
const PACE: f64 = 167.0;
/// nmap is stopped after so many seconds, and its row says so.
const PATIENCE: &str = "1500";

/// The demo hospital: daicho-agent, and nmap with version detection on the same ports.
pub(super) fn race() {
    let hospital = Hospital::parse(DEMO).expect("the demo hospital is tested");
    println!("| program | devices | class right | packets | time | CPU | peak memory |");
    println!("|---|---|---|---|---|---|---|");
    for (contestant, known) in [(agent(&SCOPE), by_batch as Known), (nmap(), by_nmap as Known)] {
        let row = run(&contestant, &[]);
        let right = right(&hospital, &known(&row.taken.output));
        print(&row, right, hospital.devices.len() - 1);
    }
}

/// So many devices like those of the demo hospital, at the gentle default.
pub(super) fn scale(clones: u16) {
    let mut hospital = Hospital::parse(DEMO).expect("the demo hospital is tested");
    crowd::clone_devices(&mut hospital, clones);
    hospital.devices.retain(|device| device.interfaces.iter().any(|it| it.segment.as_deref() == Some("crowd")));
    let row = run(&agent(&[CROWD]), &["--clones", &clones.to_string()]);
    let right = right(&hospital, &by_batch(&row.taken.output));
    println!("| program | devices | class right | packets | time | CPU | peak memory |");
    println!("|---|---|---|---|---|---|---|");
    print(&row, right, hospital.devices.len());
    let batch = Batch::read(row.taken.output.as_bytes()).expect("a batch");
    let told: u64 = batch.sent.iter().map(|sent| u64::from(sent.packets)).sum();
    #[allow(clippy::cast_precision_loss, reason = "counts of one run")]
    let share = told as f64 / (PACE * row.taken.seconds);
    println!("\n{told} packets told in the batch: {:.0} % of what the pace allows in that time; ", share * 100.0);
    println!("{:.1} % of one core", row.taken.cpu_seconds / row.taken.seconds * 100.0);
    println!("packets to one device: {}", spread(&batch));
    println!("{}", row.taken.remark);
}

/// Median, nine tenths, most.
fn spread(batch: &Batch) -> String {
    let mut by_device: BTreeMap<Mac, u32> = BTreeMap::new();
    for sent in &batch.sent {
        *by_device.entry(sent.mac.unwrap_or(Mac([0; 6]))).or_default() += sent.packets;
    }
    by_device.remove(&Mac([0; 6]));
    let mut counts: Vec<u32> = by_device.into_values().collect();
    counts.sort_unstable();
    let at = |tenths: usize| counts.get(counts.len().saturating_sub(1) * tenths / 10).copied().unwrap_or(0);
    format!("median {}, nine in ten at most {}, most {}", at(5), at(9), at(10))
}

/// What a program says of each address: prefixes of class codes, one of which must hold.
type Known = fn(&str) -> BTreeMap<IpAddr, Vec<String>>;

fn agent(scope: &[&str]) -> Contestant {
    let settings = std::env::temp_dir().join("daicho-bench-agent.toml");
    std::fs::write(&settings, "[snmp]\ncommunities = [\"hospital-ro\"]\n[resolver]\naddress = \"10.10.0.53\"\n")
        .expect("a place for the settings");
    let words = format!(
        "{} scan --interface lan0 --exclude {EXCLUDED} --config {} --scope {}",
        release("daicho-agent").display(),
        settings.display(),
        scope.join(" ")
    );
    Contestant {
        name: "daicho-agent, gentle",
        arguments: words.split_whitespace().map(str::to_owned).collect(),
        hosts: |output| by_batch(output).len(),
    }
}

/// The same ports, with version and system detection, and a patience.
fn nmap() -> Contestant {
    let ports: Vec<String> = Ports::builtin().asked_by(Profile::Gentle).map(|row| row.port.to_string()).collect();
    let words = format!(
        "timeout {PATIENCE} nmap -sS -sV -O -n -p {} --exclude {EXCLUDED} {}",
        ports.join(","),
        SCOPE.join(" ")
    );
    Contestant {
        name: "nmap -sS -sV -O, same ports",
        arguments: words.split_whitespace().map(str::to_owned).collect(),
        hosts: |output| by_nmap(output).len(),
    }
}

fn by_batch(output: &str) -> BTreeMap<IpAddr, Vec<String>> {
    let Ok(batch) = Batch::read(output.as_bytes()) else { return BTreeMap::new() };
    let mut facts: BTreeMap<IpAddr, (BTreeSet<Mac>, Vec<Fact>)> = BTreeMap::new();
    for observation in batch.observations {
        let (macs, known) = facts.entry(observation.target.address).or_default();
        macs.extend(observation.target.mac);
        known.extend(observation.facts.iter().cloned());
    }
    let ports = Ports::builtin();
    let class = |(macs, facts): (BTreeSet<Mac>, Vec<Fact>)| {
        recognise(Rules::builtin(), &signs(macs, &facts, &ports)).class.value
    };
    facts.into_iter().map(|(address, known)| (address, vec![class(known).code().to_owned()])).collect()
}

/// nmap's own words for kinds of devices, as far as they are one of ours; generous where it only
/// names a system.
fn by_nmap(output: &str) -> BTreeMap<IpAddr, Vec<String>> {
    const WORDS: [(&str, &[&str]); 16] = [
        ("printer", &["printer"]),
        ("print server", &["printer"]),
        ("webcam", &["camera"]),
        ("VoIP", &["phone"]),
        ("storage-misc", &["storage"]),
        ("switch", &["network"]),
        ("WAP", &["network", "lte-router"]),
        ("router", &["network", "lte-router"]),
        ("firewall", &["network", "vpn"]),
        ("load balancer", &["network"]),
        ("power-device", &["ups"]),
        ("specialized", &["iot", "building", "hypervisor"]),
        ("media device", &["iot"]),
        ("Windows", &["pc", "server", "thin-client"]),
        ("hypervisor", &["hypervisor"]),
        ("terminal server", &["iot"]),
    ];
    let mut known: BTreeMap<IpAddr, Vec<String>> = BTreeMap::new();
    let mut address = None;
    for line in output.lines() {
        if let Some(host) = line.strip_prefix("Nmap scan report for ") {
            address = host.trim_matches(['(', ')']).parse().ok();
        }
        let Some(address) = address else { continue };
        let said = known.entry(address).or_default();
        if line.starts_with("Device type:") || line.starts_with("Service Info:") {
            let words = WORDS.iter().filter(|(word, _)| line.contains(word));
            said.extend(words.flat_map(|(_, classes)| classes.iter().map(|&class| class.to_owned())));
        }
    }
    known
}

/// Devices whose class one of the prefixes names; the others are told by kind.
fn right(hospital: &Hospital, known: &BTreeMap<IpAddr, Vec<String>>) -> usize {
    let said = |device: &Device| -> Vec<String> {
        let own = device.interfaces.iter().filter_map(|it| Some(IpAddr::V4(it.ipv4?)));
        own.filter_map(|address| known.get(&address)).flatten().cloned().collect()
    };
    let (right, wrong): (Vec<&Device>, Vec<&Device>) =
        hospital.devices.iter().partition(|device| said(device).iter().any(|prefix| is(device.class, prefix)));
    let mut kinds: BTreeMap<(String, Class, Vec<String>), usize> = BTreeMap::new();
    for device in wrong {
        let kind = device.name.trim_end_matches(|letter: char| letter.is_ascii_digit()).to_owned();
        *kinds.entry((kind, device.class, said(device))).or_default() += 1;
    }
    for ((kind, class, said), count) in kinds {
        eprintln!("not named rightly: {count} × {kind} ({}): {}", class.code(), said.join(", "));
    }
    right.len()
}

fn is(class: Class, prefix: &str) -> bool {
    class != Class::Unknown && class.is_within(prefix)
}

#[allow(clippy::cast_precision_loss, reason = "counts of one run")]
fn print(row: &Row, right: usize, devices: usize) {
    println!(
        "| {} | {} | {right} of {devices} | {} | {:.1} s | {:.2} s | {:.1} MiB |",
        row.name,
        row.hosts,
        row.packets,
        row.taken.seconds,
        row.taken.cpu_seconds,
        row.taken.peak_kib as f64 / 1024.0,
    );
}
