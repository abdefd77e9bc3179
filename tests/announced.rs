//! Devices that say what they are when they are asked: one scan of a small segment of the simulated hospital,
//! which complains of whoever prints, plays a stream or places a call.

use std::fs;
use std::io::BufReader;
use std::net::IpAddr;
use std::process::Command;

use daicho_shared::batch::Batch;
use daicho_shared::fact::{Fact, NameSource};
use daicho_tests::{no_namespaces, program, run, skip};

const HOSPITAL: &str = include_str!("announced.toml");
const SETTINGS: &str = "[scope]\nnetworks = [\"10.5.0.0/24\"]\ninterface = \"lan0\"\n";
/// By promise, for half of the devices.
const PACKETS: u32 = 60;

#[test]
fn every_device_says_what_it_is_and_nothing_is_done_to_it() {
    if let Some(why) = no_namespaces() {
        return skip("announced", &why);
    }
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    fs::write(path("hospital.toml"), HOSPITAL).unwrap();
    fs::write(path("agent.toml"), SETTINGS).unwrap();
    let output = run(Command::new(program("daicho-hospital"))
        .args(["exec", "--quiet", "--hospital"])
        .arg(path("hospital.toml"))
        .arg("--stats")
        .arg(path("stats.json"))
        .arg("--")
        .arg(program("daicho-agent"))
        .args(["scan", "--config"])
        .arg(path("agent.toml"))
        .arg("--out")
        .arg(path("batch.jsonl")));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let batch = Batch::read(BufReader::new(fs::File::open(path("batch.jsonl")).unwrap())).unwrap();
    says(&batch);
    let stats: serde_json::Value = serde_json::from_str(&fs::read_to_string(path("stats.json")).unwrap()).unwrap();
    assert_eq!(stats["incidents"].as_array().map(Vec::len), Some(0), "{}", stats["incidents"]);
    for last in 10..=14 {
        let sent = packets(&batch, last);
        assert!((1..=PACKETS).contains(&sent), "10.5.0.{last} received {sent} packets");
    }
}

fn says(batch: &Batch) {
    let computer = facts(batch, 10);
    let name =
        Fact::Name { source: NameSource::WsDiscovery, name: "WARD3PC7".into(), domain: Some("hosp.example".into()) };
    assert!(computer.contains(&name), "{computer:#?}");
    let copier = facts(batch, 11);
    for source in ["wsd", "ipp"] {
        let made = product(source, "RICOH", "IM C3000", "3119X", "2.11");
        assert!(copier.contains(&made), "{source}: {copier:#?}");
    }
    assert!(copier.contains(&attribute("ipp", "printer-location", "3F")));
    let camera = facts(batch, 12);
    for wanted in [
        product("onvif", "Panasonic", "WV-S1131", "KCV02961", "4.52"),
        attribute("onvif", "location", "ER entrance"),
        attribute("rtsp", "session", "cam 1"),
    ] {
        assert!(camera.contains(&wanted), "{wanted:?}: {camera:#?}");
    }
    let behind_a_login = facts(batch, 13);
    for wanted in [attribute("onvif", "access", "login required"), attribute("rtsp", "realm", "AXIS_ACCC8E000013")] {
        assert!(behind_a_login.contains(&wanted), "{wanted:?}: {behind_a_login:#?}");
    }
    let telephone = facts(batch, 14);
    assert!(telephone.contains(&attribute("sip", "user-agent", "Yealink SIP-T46S 66.84.0.15")), "{telephone:#?}");
}

fn facts(batch: &Batch, last: u8) -> Vec<Fact> {
    let address: IpAddr = [10, 5, 0, last].into();
    let about = batch.observations.iter().filter(|it| it.target.address == address);
    about.flat_map(|it| it.facts.to_vec()).collect()
}

fn packets(batch: &Batch, last: u8) -> u32 {
    let address: IpAddr = [10, 5, 0, last].into();
    batch.sent.iter().filter(|sent| sent.address == address).map(|sent| sent.packets).sum()
}

fn product(source: &str, maker: &str, model: &str, serial: &str, firmware: &str) -> Fact {
    Fact::Product {
        source: source.into(),
        maker: Some(maker.into()),
        model: Some(model.into()),
        serial: Some(serial.into()),
        firmware: Some(firmware.into()),
    }
}

fn attribute(source: &str, key: &str, value: &str) -> Fact {
    Fact::Attribute { source: source.into(), key: key.into(), value: value.into() }
}
