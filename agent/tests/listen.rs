//! A capture file becomes a batch: times of the file, no coverage, nothing outside the scope.

use std::path::Path;
use std::process::{Command, Output};

use daicho_shared::batch::Batch;
use daicho_shared::fact::Fact;

const SWITCH: [u8; 6] = [0, 0x1b, 0x54, 0, 0, 9];
const CAPTURED: u32 = 1_700_000_000;

fn agent(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_daicho-agent")).args(args).output().unwrap()
}

/// An ARP reply of this address, as `RFC 826` lays it out.
fn arp(address: [u8; 4]) -> Vec<u8> {
    let head = [&[0xff; 6][..], &SWITCH, &[8, 6, 0, 1, 8, 0, 6, 4, 0, 2]].concat();
    [&head[..], &SWITCH, &address, &[0xff; 6], &[10, 1, 0, 1]].concat()
}

/// LLDP with a tag of VLAN 7 before it.
fn lldp() -> Vec<u8> {
    let chassis = [&[2, 7, 4][..], &SWITCH].concat();
    [&[1, 0x80, 0xc2, 0, 0, 0x0e], &SWITCH[..], &[0x81, 0, 0, 7, 0x88, 0xcc], &chassis, b"\x04\x02\x051\x0a\x02SW\0\0"]
        .concat()
}

fn capture(path: &Path, frames: &[Vec<u8>]) {
    let mut bytes: Vec<u8> =
        [0xa1b2_c3d4u32, 0x0004_0002, 0, 0, 65_535, 1].iter().flat_map(|word| word.to_le_bytes()).collect();
    for (second, frame) in (CAPTURED..).zip(frames) {
        let length = u32::try_from(frame.len()).unwrap();
        bytes.extend([second, 500_000, length, length].iter().flat_map(|word| word.to_le_bytes()));
        bytes.extend(frame);
    }
    std::fs::write(path, bytes).unwrap();
}

#[test]
fn a_capture_file_becomes_a_batch() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("core.pcap");
    capture(&path, &[lldp(), arp([10, 1, 0, 9]), arp([10, 9, 9, 9]), lldp(), arp([10, 1, 0, 66])]);
    let read = path.to_str().unwrap();
    let output = agent(&["listen", "--read", read, "--scope", "10.1.0.0/24", "--exclude", "10.1.0.66"]);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let batch = Batch::read(&output.stdout[..]).unwrap();
    assert_eq!((batch.header.profile.as_str(), batch.coverage.len(), batch.sent.len()), ("listen", 0, 0));
    assert_eq!(batch.header.started.to_string(), "2023-11-14T22:13:20.5Z");
    assert_eq!(batch.end.as_ref().unwrap().finished.to_string(), "2023-11-14T22:13:24.5Z");
    assert!(batch.is_complete() && batch.header.interfaces.is_empty());
    let told: Vec<_> =
        batch.observations.iter().map(|it| (it.probe.0.as_str(), it.target.address.to_string())).collect();
    // The second sender has an address outside of the scope, and is told of by its link-layer address.
    let wanted = [("lldp", "0.0.0.0"), ("arp", "10.1.0.9"), ("foreign-sender", "10.1.0.9")];
    assert_eq!(told, wanted.map(|(probe, address)| (probe, address.to_owned())));
    assert!(batch.observations[0].facts.iter().any(|fact| matches!(fact, Fact::Name { name, .. } if name == "SW")));
    assert_eq!(batch.observations[1].at.to_string(), "2023-11-14T22:13:21.5Z");
    assert_eq!(batch.observations[1].target.interface.as_deref(), Some("core.pcap"));
}

#[test]
fn a_broken_file_is_read_as_far_as_it_goes_and_is_not_complete() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cut.pcap");
    capture(&path, &[arp([10, 1, 0, 9]), arp([10, 1, 0, 8])]);
    let bytes = std::fs::read(&path).unwrap();
    std::fs::write(&path, &bytes[..bytes.len() - 5]).unwrap();
    let output = agent(&["listen", "--read", path.to_str().unwrap(), "--scope", "10.1.0.0/24"]);
    assert_eq!(output.status.code(), Some(3));
    let batch = Batch::read(&output.stdout[..]).unwrap();
    assert_eq!((batch.observations.len(), batch.is_complete()), (1, false));
}

#[test]
fn nothing_is_read_without_a_scope_or_without_an_ear() {
    assert_eq!(agent(&["listen", "--read", "core.pcap"]).status.code(), Some(2));
    assert_eq!(agent(&["listen", "--scope", "10.1.0.0/24"]).status.code(), Some(2));
    let both = ["listen", "--scope", "10.1.0.0/24", "--read", "x", "--interface", "lan0", "--minutes", "1"];
    assert_eq!(agent(&both).status.code(), Some(2));
    let no_capture = agent(&["listen", "--scope", "10.1.0.0/24", "--read", "Cargo.toml"]);
    assert_eq!(no_capture.status.code(), Some(4));
    assert!(String::from_utf8_lossy(&no_capture.stderr).contains("pcap"), "{no_capture:?}");
}
