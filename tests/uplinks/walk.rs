//! The walk: where somebody gave a reason, a packet may go on, and tells which way a host forwards.

use std::fs::{self, File};
use std::io::BufReader;
use std::net::IpAddr;
use std::process::Command;

use daicho_shared::batch::Batch;
use daicho_shared::fact::Fact;
use daicho_tests::{no_namespaces, program, root, run, skip};

use super::capture::{self, is_test_net};
use super::lab::missing;

/// A host that forwards into the LAN itself, and one that forwards to a telephone.
const SETTINGS: &str = r#"
[scope]
networks = ["10.77.0.14/32", "10.77.0.20/31"]
interface = "lan0"
[[uplink.walk]]
address = "10.77.0.14"
reason = "where does it forward to?"
[[uplink.walk]]
address = "10.77.0.21"
reason = "where does it forward to?"
"#;

#[test]
fn a_walk_tells_the_way_and_goes_through_nobody_else() {
    if let Some(why) = no_namespaces().or_else(missing) {
        return skip("walk", &why);
    }
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str| folder.path().join(name);
    fs::write(place("agent.toml"), SETTINGS).unwrap();
    let output = run(Command::new("bash")
        .arg(root().join("tests/uplinks/lab.sh"))
        .arg(root().join("tests/uplinks/table"))
        .arg(place("hosts"))
        .arg(program("daicho-agent"))
        .args(["scan", "--config"])
        .arg(place("agent.toml"))
        .arg("--out")
        .arg(place("batch.jsonl")));
    assert!(output.status.success(), "{}: {}", output.status, String::from_utf8_lossy(&output.stderr));
    let batch = Batch::read(BufReader::new(File::open(place("batch.jsonl")).unwrap())).unwrap();

    let back = hops(&batch, [10, 77, 0, 14]);
    let gateway: IpAddr = [10, 77, 0, 1].into();
    assert!(back.iter().any(|hop| (hop.sent_ttl, hop.from) == (2, gateway)), "the declared gateway speaks: {back:?}");
    let out = hops(&batch, [10, 77, 0, 21]);
    let telephone: IpAddr = [192, 168, 42, 129].into();
    assert!(out.iter().any(|hop| (hop.sent_ttl, hop.from) == (2, telephone)), "the telephone speaks: {out:?}");

    let walked = echoes(&place("hosts/tether-on/usb0.pcap"));
    assert!((1..=3).contains(&walked), "{walked} packets went through who was walked");
    for untouched in ["tether-off/usb0", "tether-input-drop/usb0", "lte-router/wwan0", "proxy-arp/eth1"] {
        assert_eq!(echoes(&place(&format!("hosts/{untouched}.pcap"))), 0, "{untouched}");
    }
}

#[derive(Debug)]
struct Hop {
    sent_ttl: u8,
    from: IpAddr,
}

/// What the walk through a host met.
fn hops(batch: &Batch, host: [u8; 4]) -> Vec<Hop> {
    let seen = batch.observations.iter().filter(|it| it.probe.0 == "walk" && it.target.address == IpAddr::from(host));
    let hop = |fact: &Fact| match fact {
        Fact::Hop { sent_ttl, from, .. } => Some(Hop { sent_ttl: *sent_ttl, from: *from }),
        _ => None,
    };
    seen.flat_map(|it| it.facts.iter().filter_map(hop)).collect()
}

/// Packets to an address that belongs to nobody.
fn echoes(path: &std::path::Path) -> usize {
    let frames = capture::read(path);
    frames.iter().filter(|frame| frame.ipv4().is_some_and(|(_, destination)| is_test_net(destination))).count()
}
