//! How long it takes to load the rules and to recognise one device: `cargo bench -p daicho-shared`.

use std::hint::black_box;
use std::time::Instant;

use daicho_shared::fact::{Fact, NameSource, PortState, Transport};
use daicho_shared::knowledge::ports::Ports;
use daicho_shared::recognise::{Rules, recognise, signs};

/// Devices that are recognised, one after the other.
const TIMES: u32 = 2_000;

fn main() {
    let before = Instant::now();
    let rules = Rules::builtin();
    println!("{} rules loaded in {:.1} ms", rules.rules.len(), before.elapsed().as_secs_f64() * 1e3);
    let (ports, facts) = (Ports::builtin(), facts());
    let mac = "00:00:97:04:2F:AC".parse().ok();
    println!("{} signs of one device", signs(mac, &facts, &ports).len());
    for _ in 0..50 {
        black_box(recognise(rules, &signs(mac, &facts, &ports)));
    }
    let before = Instant::now();
    for _ in 0..TIMES {
        black_box(recognise(rules, &signs(black_box(mac), &facts, &ports)));
    }
    let each = before.elapsed() / TIMES;
    println!("{:.1} µs to recognise it", each.as_secs_f64() * 1e6);
    assert!(each.as_micros() < 1_000, "a device takes longer than a millisecond");
}

/// A talkative machine.
fn facts() -> Vec<Fact> {
    let port = |port| Fact::Port { transport: Transport::Tcp, port, state: PortState::Open };
    let ports = [22, 80, 135, 139, 443, 445, 515, 631, 1433, 3389, 8080, 9100].map(port);
    let names = [
        name(NameSource::Dns, "emr-sv01.hosp.local"),
        name(NameSource::Netbios, "EMR-SV01"),
        name(NameSource::Ntlm, "EMR-SV01"),
    ];
    let services = [
        service(22, "ssh", "SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3"),
        service(80, "http", "Microsoft-IIS/10.0"),
        service(21, "ftp", "220 Microsoft FTP Service"),
    ];
    let pages = [
        web(80, "電子カルテ ログイン 院内ポータル", "Microsoft-IIS/10.0", None),
        web(443, "IIS Windows Server", "nginx/1.22.1", Some("病院情報システム")),
    ];
    let attributes = [
        attribute("dhcp", "vendor-class", "MSFT 5.0"),
        attribute("ldap", "defaultNamingContext", "DC=hosp,DC=local"),
        attribute("lldp", "system-description", "Windows Server 2019 Standard"),
    ];
    let told = [system(), build(), product()];
    ports.into_iter().chain(names).chain(services).chain(pages).chain(attributes).chain(told).collect()
}

fn name(source: NameSource, name: &str) -> Fact {
    Fact::Name { source, name: name.to_owned(), domain: Some("HOSP".to_owned()) }
}

fn service(port: u16, protocol: &str, banner: &str) -> Fact {
    let (product, version, banner) = (Some(banner.to_owned()), Some("1.2.3".to_owned()), Some(banner.to_owned()));
    Fact::Service { transport: Transport::Tcp, port, protocol: protocol.to_owned(), product, version, banner }
}

fn web(port: u16, title: &str, server: &str, realm: Option<&str>) -> Fact {
    let (title, server, realm) = (Some(title.to_owned()), Some(server.to_owned()), realm.map(str::to_owned));
    Fact::Web { port, tls: port == 443, status: 200, title, server, realm }
}

fn attribute(source: &str, key: &str, value: &str) -> Fact {
    Fact::Attribute { source: source.to_owned(), key: key.to_owned(), value: value.to_owned() }
}

fn system() -> Fact {
    Fact::System {
        description: "Hardware: Intel64 Family 6 - Software: Windows Version 6.3 (Build 17763 Multiprocessor Free)"
            .to_owned(),
        object_id: "1.3.6.1.4.1.311.1.1.3.1.2".to_owned(),
        name: "EMR-SV01".to_owned(),
        contact: "医療情報室".to_owned(),
        location: "サーバ室".to_owned(),
        uptime_seconds: 1,
    }
}

fn build() -> Fact {
    let (name, version) = (Some("Windows".to_owned()), Some("10.0".to_owned()));
    Fact::OperatingSystem { source: "ntlm".to_owned(), name, version, build: Some(17_763), edition: None }
}

fn product() -> Fact {
    Fact::Product {
        source: "upnp".to_owned(),
        maker: Some("FUJITSU LIMITED".to_owned()),
        model: Some("PRIMERGY RX2530 M5".to_owned()),
        serial: Some("X1".to_owned()),
        firmware: Some("V1.0".to_owned()),
    }
}
