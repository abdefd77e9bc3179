//! Who finds second networks and ways out on the lab of `tests/uplinks`, at which price, and what leaves the
//! LAN meanwhile: one run of the lab for each program, captured on the LAN and on every line behind.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Command;

use daicho_shared::batch::Batch;
use daicho_shared::fact::Fact;
use daicho_tests::{program, root};
use tempfile::TempDir;

use super::Taken;
use super::capture::{self, Frame};

/// What the lab's scripts plant: who forwards, by last octet.
const FORWARDERS: [u8; 11] = [1, 2, 3, 14, 15, 16, 21, 22, 23, 24, 30];
/// Addresses in second networks that nobody declared; the two of the Windows PCs are told and not held.
const SECOND: [&str; 17] = [
    "172.16.5.12",
    "10.8.0.6",
    "10.99.5.1",
    "192.168.88.2",
    "192.168.200.17",
    "172.16.9.19",
    "172.16.9.28",
    "192.168.42.20",
    "192.168.42.21",
    "192.168.42.22",
    "192.168.42.23",
    "192.168.42.24",
    "192.168.42.25",
    "192.168.42.26",
    "192.168.42.27",
    "192.168.8.1",
    "100.64.9.2",
];

/// A program, and how its output is read.
struct Seeker {
    name: &'static str,
    command: String,
    reads: fn(&str) -> Found,
}

/// What it found of what was planted.
#[derive(Default)]
struct Found {
    forwarders: BTreeSet<u8>,
    second: BTreeSet<&'static str>,
    /// Of DHCP, IPv6 router, port control by UPnP and by NAT-PMP at the LTE router, and the access line.
    services: BTreeSet<&'static str>,
}

/// Runs them all.
pub(super) fn race() {
    println!("| program | forwarders | second addresses | services | packets | left the LAN | time |");
    println!("|---|---|---|---|---|---|---|");
    for seeker in seekers() {
        print(&seeker);
    }
}

fn seekers() -> Vec<Seeker> {
    let agent = format!("{} scan --interface lan0 --scope 10.77.0.0/24", program("daicho-agent").display());
    let scripts = |arguments: &str| format!("nmap -n -e lan0 {arguments}");
    vec![
        Seeker { name: "daicho-agent, gentle", command: agent, reads: by_batch },
        Seeker {
            name: "nmap ip-forwarding",
            command: scripts("-sn -PR --script ip-forwarding --script-args target=8.8.8.8 10.77.0.0/24"),
            reads: by_text,
        },
        Seeker {
            name: "nmap nbstat, upnp-info, nat-pmp-info",
            command: scripts("-PR -sU -p 137,1900,5351 --script nbstat,upnp-info,nat-pmp-info 10.77.0.0/24"),
            reads: by_text,
        },
        Seeker {
            name: "nmap broadcast-dhcp, -pppoe, -upnp",
            command: scripts(
                "--script broadcast-dhcp-discover,broadcast-pppoe-discover,broadcast-upnp-info \
                 --script-args broadcast-pppoe-discover.timeout=5s",
            ),
            reads: by_text,
        },
        Seeker {
            name: "nmap IPv6 multicast scripts",
            command: scripts(
                "-6 -sn --script targets-ipv6-multicast-echo,targets-ipv6-multicast-mld,\
                 targets-ipv6-multicast-invalid-dst,broadcast-ripng-discover --script-args newtargets,interface=lan0",
            ),
            reads: by_text,
        },
        Seeker { name: "nbtscan", command: "nbtscan -v 10.77.0.0/24".to_owned(), reads: by_text },
    ]
}

fn print(seeker: &Seeker) {
    let folder = TempDir::new().expect("a temporary folder");
    let (taken, hosts) = (folder.path().join("taken.json"), folder.path().join("hosts"));
    let status = Command::new("bash")
        .arg(root().join("tests/uplinks/lab.sh"))
        .arg(root().join("tests/uplinks/table"))
        .arg(&hosts)
        .arg(std::env::current_exe().expect("this program"))
        .arg("inside")
        .arg(&taken)
        .args(seeker.command.split_whitespace())
        .status()
        .expect("the lab runs");
    assert!(status.success(), "{}: {status}", seeker.name);
    let taken: Taken = serde_json::from_slice(&fs::read(taken).expect("a result")).expect("JSON");
    if std::env::var_os("SHOW").is_some() {
        eprintln!("== {}\n{}\n{}", seeker.name, taken.output, taken.remark);
    }
    let found = (seeker.reads)(&taken.output);
    let sent = capture::read(&hosts.join("lan0.pcap")).iter().filter(|frame| frame.is_from_scanner()).count();
    println!(
        "| {} | {} of {} | {} of {} | {} | {sent} | {} | {:.1} s |",
        seeker.name,
        found.forwarders.len(),
        FORWARDERS.len(),
        found.second.len(),
        SECOND.len(),
        if found.services.is_empty() {
            "–".to_owned()
        } else {
            found.services.into_iter().collect::<Vec<_>>().join(", ")
        },
        left(&hosts),
        taken.seconds
    );
}

/// Frames on the lines behind that the program sent or caused, and behind whom.
fn left(hosts: &Path) -> String {
    let mut behind: BTreeMap<String, usize> = BTreeMap::new();
    for host in fs::read_dir(hosts).expect("the hosts").flatten().filter(|entry| entry.path().is_dir()) {
        let files = fs::read_dir(host.path()).expect("a host").flatten().map(|entry| entry.path());
        let captures = files.filter(|path| path.extension().is_some_and(|it| it == "pcap"));
        let frames: Vec<Frame> = captures.flat_map(|path| capture::read(&path)).collect();
        let ours = frames.iter().filter(|frame| capture::is_ours(frame)).count();
        if ours > 0 {
            behind.insert(host.file_name().to_string_lossy().into_owned(), ours);
        }
    }
    let total: usize = behind.values().sum();
    let names: Vec<String> = behind.into_keys().collect();
    if total == 0 { "0".to_owned() } else { format!("{total} ({})", names.join(", ")) }
}

/// The agent's batch.
fn by_batch(output: &str) -> Found {
    let batch = Batch::read(output.as_bytes()).expect("a batch");
    let mut found = Found::default();
    for seen in &batch.observations {
        let last = seen.target.mac.map_or(0, |mac| mac.0[5]);
        for fact in &seen.facts {
            match fact {
                Fact::Hop { kind: 3 | 11, .. } | Fact::Returned { .. } if FORWARDERS.contains(&last) => {
                    found.forwarders.insert(last);
                }
                Fact::AnswersFor { address, how } if how != "proxy-arp" && how != "arp-control" => {
                    found.second.extend(planted(&address.to_string()));
                }
                Fact::OwnAddress { address, .. } => found.second.extend(planted(&address.to_string())),
                fact => found.services.extend(service(fact, last)),
            }
        }
    }
    found
}

fn planted(address: &str) -> Option<&'static str> {
    SECOND.into_iter().find(|planted| *planted == address)
}

fn service(fact: &Fact, last: u8) -> Option<&'static str> {
    match fact {
        Fact::AccessConcentrator { .. } => Some("access line"),
        Fact::DhcpServer { .. } if last == 30 => Some("DHCP"),
        Fact::Router { how } if last == 30 && how == "router-advertisement" => Some("IPv6 router"),
        Fact::Announcement { kind, .. } if kind.contains("InternetGatewayDevice") => Some("UPnP"),
        Fact::ExternalAddress { how, .. } if how == "nat-pmp" => Some("NAT-PMP"),
        _ => None,
    }
}

/// What a program printed; generously: whatever names it has found it.
fn by_text(output: &str) -> Found {
    const SIGNS: [(&str, &str); 4] = [
        ("Server Identifier: 10.77.0.30", "DHCP"),
        ("2001:db8:bad:", "IPv6 router"),
        ("MiniUPnPd", "UPnP"),
        ("ACCESS-BAS1", "access line"),
    ];
    let mut found = Found::default();
    let mut last = 0;
    for line in output.lines() {
        if let Some(host) = line.strip_prefix("Nmap scan report for 10.77.0.") {
            last = host.parse().unwrap_or(0);
        }
        if line.contains("ip forwarding enabled") && FORWARDERS.contains(&last) {
            found.forwarders.insert(last);
        }
        // With more states in the column, it is wider; `open|filtered` is silence.
        if line.starts_with("5351/udp open ") {
            found.services.insert("NAT-PMP");
        }
        found.services.extend(SIGNS.iter().filter(|(sign, _)| line.contains(sign)).map(|(_, name)| *name));
        found.second.extend(SECOND.iter().filter(|address| line.split([' ', ',', ':']).any(|word| word == **address)));
    }
    found
}
