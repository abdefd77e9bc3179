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
    let text = |text: &str| Some(text.to_owned());
    let port = |port| Fact::Port { transport: Transport::Tcp, port, state: PortState::Open };
    let name = |source, name: &str| Fact::Name { source, name: name.to_owned(), domain: text("HOSP") };
    let attribute = |source: &str, key: &str, value: &str| Fact::Attribute {
        source: source.into(),
        key: key.into(),
        value: value.into(),
    };
    let service = |number: u16, protocol: &str, banner: &str| Fact::Service {
        transport: Transport::Tcp,
        port: number,
        protocol: protocol.to_owned(),
        product: text(banner),
        version: text("1.2.3"),
        banner: text(banner),
    };
    let mut facts: Vec<Fact> = [22, 80, 135, 139, 443, 445, 515, 631, 1433, 3389, 8080, 9100].map(port).to_vec();
    facts.extend([
        name(NameSource::Dns, "emr-sv01.hosp.local"),
        name(NameSource::Netbios, "EMR-SV01"),
        name(NameSource::Ntlm, "EMR-SV01"),
        service(22, "ssh", "SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3"),
        service(80, "http", "Microsoft-IIS/10.0"),
        service(21, "ftp", "220 Microsoft FTP Service"),
        Fact::Web {
            port: 80,
            tls: false,
            status: 200,
            title: text("電子カルテ ログイン 院内ポータル"),
            server: text("Microsoft-IIS/10.0"),
            realm: None,
        },
        Fact::Web {
            port: 443,
            tls: true,
            status: 401,
            title: text("IIS Windows Server"),
            server: text("nginx/1.22.1"),
            realm: text("病院情報システム"),
        },
        Fact::System {
            description: "Hardware: Intel64 Family 6 - Software: Windows Version 6.3 (Build 17763 Multiprocessor Free)"
                .into(),
            object_id: "1.3.6.1.4.1.311.1.1.3.1.2".into(),
            name: "EMR-SV01".into(),
            contact: "医療情報室".into(),
            location: "サーバ室".into(),
            uptime_seconds: 1,
        },
        Fact::OperatingSystem {
            source: "ntlm".into(),
            name: text("Windows"),
            version: text("10.0"),
            build: Some(17763),
            edition: None,
        },
        Fact::Product {
            source: "upnp".into(),
            maker: text("FUJITSU LIMITED"),
            model: text("PRIMERGY RX2530 M5"),
            serial: text("X1"),
            firmware: text("V1.0"),
        },
        attribute("dhcp", "vendor-class", "MSFT 5.0"),
        attribute("ldap", "defaultNamingContext", "DC=hosp,DC=local"),
        attribute("lldp", "system-description", "Windows Server 2019 Standard"),
    ]);
    facts
}
