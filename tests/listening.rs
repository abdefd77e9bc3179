//! What devices of a simulated ward say by themselves reaches the batch: while scanning, at a mirror
//! port, and from a capture file; and whoever only listens sends nothing.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use daicho_shared::address::Mac;
use daicho_shared::batch::Batch;
use daicho_shared::fact::Fact;
use daicho_tests::{no_namespaces, program, run, skip};

const WARD: &str = r#"
name = "ward"
station = { mac = "02:DA:1C:80:00:05", addresses = ["10.10.0.5/27"] }
[[segment]]
name = "A"
network = "10.10.0.0/27"

[[device]]
name = "SW-2F"
class = "network.switch"
interface = [{ segment = "A", mac = "00:80:A3:00:00:10", ipv4 = "10.10.0.10" }]
says = [
  { every = 2, lldp = { name = "SW-2F", port = "gi1/0/7", description = "Switch 2510B", address = "10.10.0.10", capabilities = 4 } },
  { every = 2, stp = { bridge = "00:80:A3:00:00:10", port = 7 } },
]

[[device]]
name = "unmanaged port"
class = "network.switch"
silent = true
interface = [{ segment = "A", mac = "00:80:A3:00:00:11" }]

[[device]]
name = "SW-CORE"
class = "network.switch"
interface = [{ segment = "A", mac = "00:1B:54:00:00:12" }]
says = [{ every = 2, cdp = { name = "SW-CORE", platform = "cisco WS-C2960X", software = "IOS 15.2", port = "Gi1/0/1" } }]

[[device]]
name = "RT-A"
class = "network.router"
interface = [{ segment = "A", mac = "00:80:A3:00:00:13", ipv4 = "10.10.0.13" }]
says = [
  { every = 2, vrrp = { group = 51, address = "10.10.0.1", priority = 150 } },
  { every = 2, hsrp = { group = 7, address = "10.10.0.2", priority = 110 } },
]

[[device]]
name = "PC"
class = "pc"
interface = [{ segment = "A", mac = "00:80:A3:00:00:14", ipv4 = "10.10.0.14" }]
netbios = { name = "UKETSUKE-PC01", workgroup = "HOSP" }
says = [
  { every = 2, dhcp = { host = "UKETSUKE-PC01", vendor = "MSFT 5.0", parameters = [1, 3, 6, 15] } },
  { every = 2, browser = { comment = "front desk", version = [10, 0], kind = 4099 }, igmp = ["224.0.0.252"] },
]

[[device]]
name = "PRT"
class = "printer"
interface = [{ segment = "A", mac = "00:80:A3:00:00:15", ipv4 = "10.10.0.15" }]
mdns = { host = "prt1", services = [{ kind = "_ipp._tcp", instance = "Front", port = 631, txt = ["ty=LBP 6300", "usb_MFG=Canon"] }] }
ssdp = { kind = "urn:schemas-upnp-org:device:Printer:1", server = "Canon/1 UPnP/1.0", port = 80, friendly_name = "P", manufacturer = "Canon", model = "LBP" }
says = [{ every = 2, mdns-announcement = true, ssdp-announcement = true, hello = ["wprt:PrintDeviceType"] }]

[[device]]
name = "excluded"
class = "medical.infusion"
interface = [{ segment = "A", mac = "00:80:A3:00:00:1E", ipv4 = "10.10.0.30" }]
says = [{ every = 2, igmp = ["224.0.0.251"] }]
"#;

/// Link-layer address, probe, and what the facts must tell.
const SAID: &[(&str, &str, &[&str])] = &[
    ("00:80:A3:00:00:10", "lldp", &["SW-2F", "gi1/0/7", "Switch 2510B", "bridge", "10.10.0.10"]),
    ("00:80:A3:00:00:10", "stp", &["32768.00:80:A3:00:00:10", "rstp"]),
    ("00:1B:54:00:00:12", "cdp", &["SW-CORE", "cisco WS-C2960X", "IOS 15.2", "Gi1/0/1"]),
    ("00:80:A3:00:00:13", "vrrp", &["10.10.0.1", "51", "150"]),
    ("00:80:A3:00:00:13", "hsrp", &["10.10.0.2", "110"]),
    ("00:80:A3:00:00:14", "dhcp-request", &["UKETSUKE-PC01", "MSFT 5.0", "1,3,6,15"]),
    ("00:80:A3:00:00:14", "igmp", &["224.0.0.252"]),
    ("00:80:A3:00:00:15", "mdns-heard", &["prt1.local", "_ipp._tcp", "Canon"]),
];

/// The same for those that name an address, and may have come through a router.
const SAID_FROM: &[(&str, &str, &[&str])] = &[
    ("10.10.0.14", "nbns-heard", &["UKETSUKE-PC01"]),
    ("10.10.0.14", "browser", &["UKETSUKE-PC01", "HOSP", "front desk", "10.0", "0x00001003"]),
    ("10.10.0.15", "ssdp-heard", &["urn:schemas-upnp-org:device:Printer:1", "Canon/1 UPnP/1.0"]),
    ("10.10.0.15", "wsd-heard", &["PrintDeviceType"]),
];

/// Runs a command of the agent in the ward; the batch, and everything that went over the wire.
fn agent(folder: &Path, arguments: &[&str]) -> Batch {
    fs::write(folder.join("ward.toml"), WARD).unwrap();
    let output = run(Command::new(program("daicho-hospital"))
        .args(["exec", "--quiet", "--hospital"])
        .arg(folder.join("ward.toml"))
        .arg("--record")
        .arg(folder.join("wire.pcap"))
        .arg("--")
        .arg(program("daicho-agent"))
        .args(arguments)
        .args(["--scope", "10.10.0.0/27", "--exclude", "10.10.0.30", "--out"])
        .arg(folder.join("batch.jsonl")));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    read(&folder.join("batch.jsonl"))
}

fn read(path: &Path) -> Batch {
    Batch::read(std::io::BufReader::new(fs::File::open(path).unwrap())).unwrap()
}

fn assert_said(batch: &Batch) {
    let by_mac = |mac: &str, probe: &str| {
        let mac: Mac = mac.parse().unwrap();
        batch.observations.iter().filter(|it| it.target.mac == Some(mac) && it.probe.0 == probe).collect::<Vec<_>>()
    };
    let by_address = |address: &str, probe: &str| {
        let address: std::net::IpAddr = address.parse().unwrap();
        batch.observations.iter().filter(|it| it.target.address == address && it.probe.0 == probe).collect::<Vec<_>>()
    };
    let found = SAID.iter().map(|(mac, probe, wanted)| (by_mac(mac, probe), mac, probe, wanted));
    let found = found.chain(SAID_FROM.iter().map(|(at, probe, wanted)| (by_address(at, probe), at, probe, wanted)));
    for (observations, who, probe, wanted) in found {
        let told: Vec<&Fact> = observations.iter().flat_map(|it| &it.facts).collect();
        let told = format!("{told:?}");
        for text in *wanted {
            assert!(told.contains(text), "{who} {probe}: no {text} in {told}");
        }
        assert!(observations.len() < 8, "{who} {probe} is written down {} times", observations.len());
    }
    let excluded: Mac = "00:80:A3:00:00:1E".parse().unwrap();
    assert!(batch.observations.iter().all(|it| it.target.mac != Some(excluded)), "the excluded device is written down");
}

/// What this machine sent, by type of frame and destination.
fn sent(pcap: &Path) -> BTreeSet<(u16, Mac)> {
    let bytes = fs::read(pcap).unwrap();
    let mut rest = &bytes[24..];
    let mut sent = BTreeSet::new();
    while let Some(head) = rest.first_chunk::<16>() {
        let length = u32::from_le_bytes([head[8], head[9], head[10], head[11]]) as usize;
        let frame = &rest[16..16 + length];
        if frame[6..12] == [0x02, 0xda, 0x1c, 0x80, 0x00, 0x05] {
            sent.insert((u16::from_be_bytes([frame[12], frame[13]]), Mac(*frame.first_chunk().unwrap())));
        }
        rest = &rest[16 + length..];
    }
    sent
}

#[test]
fn a_scan_hears_what_is_said_beside_it() {
    if let Some(why) = no_namespaces() {
        return skip("listening while scanning", &why);
    }
    let folder = tempfile::tempdir().unwrap();
    let batch = agent(folder.path(), &["scan", "--interface", "lan0"]);
    assert_said(&batch);
    let sent_by_listening = batch.sent.iter().filter(|sent| ["lldp", "stp", "igmp"].contains(&sent.probe.0.as_str()));
    assert_eq!(sent_by_listening.count(), 0);
}

#[test]
fn a_mirror_port_and_its_capture_tell_the_same_and_nothing_is_sent() {
    if let Some(why) = no_namespaces() {
        return skip("listening", &why);
    }
    let folder = tempfile::tempdir().unwrap();
    let kept = folder.path().join("kept.pcap");
    let listen = ["listen", "--interface", "lan0", "--minutes", "0.12", "--pcap", kept.to_str().unwrap()];
    let live = agent(folder.path(), &listen);
    assert_said(&live);
    assert!(live.sent.is_empty() && live.coverage.is_empty() && live.is_complete());
    // The operating system's own MLD reports and router solicitations are all that left the machine.
    let groups = [Mac([0x33, 0x33, 0, 0, 0, 0x16]), Mac([0x33, 0x33, 0, 0, 0, 2])];
    let housekeeping = |(kind, to): &(u16, Mac)| *kind == 0x86dd && groups.contains(to);
    let sent = sent(&folder.path().join("wire.pcap"));
    assert!(sent.iter().all(housekeeping), "{sent:?}");
    let again = folder.path().join("again.jsonl");
    let output = run(Command::new(program("daicho-agent"))
        .args(["listen", "--scope", "10.10.0.0/27", "--exclude", "10.10.0.30", "--read"])
        .arg(&kept)
        .arg("--out")
        .arg(&again));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let told = |batch: &Batch| -> BTreeSet<String> {
        let own: Mac = "02:DA:1C:80:00:05".parse().unwrap();
        let others = batch.observations.iter().filter(|it| it.target.mac != Some(own));
        others.map(|it| format!("{} {} {:?} {:?}", it.probe, it.target.address, it.target.mac, it.facts)).collect()
    };
    assert_eq!(told(&live), told(&read(&again)));
}
