//! A hospital as large as a benchmark wants it: rows, machines, and twenty observations of each machine.
//!
//! Nine machines in ten have a row and nine rows in ten a machine. Of twenty that have both, one has another address, one
//! another card, one another name; one row declares no MAC address and one no serial number.

use std::io::Write;
use std::net::{IpAddr, Ipv4Addr};

use daicho::judge::entry::{DeviceType, Entry, EntryId, FourValued, Ledger, Origin, Register, Status};
use daicho_shared::address::Mac;
use daicho_shared::batch::{Batch, End, Header};
use daicho_shared::coverage::{Coverage, Outcome};
use daicho_shared::fact::{Fact, NameSource, PortState, Transport};
use daicho_shared::observation::{Observation, Target};
use ipnet::{IpNet, Ipv4Net};

/// Ports that every machine is tried on.
const PORTS: [u16; 13] = [22, 80, 104, 135, 139, 443, 445, 515, 631, 3389, 5900, 8080, 9100];
/// Machines of one segment.
const SEGMENT: u32 = 250;

/// What is declared, or shown, of one machine.
pub(super) struct Keys {
    pub(super) address: IpAddr,
    pub(super) mac: Option<Mac>,
    pub(super) host: String,
    pub(super) serial: Option<String>,
}

fn address(number: u32, last: u32) -> IpAddr {
    IpAddr::V4(Ipv4Addr::from(0x0a00_0000 + number / SEGMENT * 256 + last))
}

fn mac(number: u32, maker: [u8; 3]) -> Mac {
    let [_, a, b, c] = number.to_be_bytes();
    Mac([maker[0], maker[1], maker[2], a, b, c])
}

/// What the ledger says of a machine.
pub(super) fn declared(number: u32) -> Keys {
    let kind = number % 20;
    Keys {
        address: address(number, 1 + number % SEGMENT),
        mac: (kind != 7).then(|| mac(number, [0x00, 0x1b, 0x21])),
        host: format!("PC-{number:06}"),
        serial: (kind != 8).then(|| format!("SN{number:08}")),
    }
}

/// What the machine shows.
pub(super) fn shown(number: u32) -> Keys {
    let kind = number % 20;
    let own = declared(number);
    Keys {
        address: if kind == 4 { address(number, 251 + number / 20 % 4) } else { own.address },
        mac: Some(mac(number, if kind == 5 { [0x00, 0x80, 0xa3] } else { [0x00, 0x1b, 0x21] })),
        host: if kind == 6 { format!("NEW-{number:06}") } else { own.host },
        serial: Some(format!("SN{number:08}")),
    }
}

/// Numbers of the machines, and of the rows.
pub(super) fn machines(size: u32) -> std::ops::Range<u32> {
    0..size
}

pub(super) fn rows(size: u32) -> std::ops::Range<u32> {
    size / 10..size + size / 10
}

pub(super) fn ledger(size: u32) -> Ledger {
    Ledger { entries: rows(size).map(entry).collect(), records: vec![], files: vec![], problems: vec![] }
}

fn entry(number: u32) -> Entry {
    let keys = declared(number);
    Entry {
        id: EntryId(format!("equipment:ledger.csv!!R{number}")),
        register: Register::Equipment,
        origin: Origin { file: "ledger.csv".into(), sheet: String::new(), row: number },
        asset_no: Some(format!("IT-{number:06}")),
        manufacturer: Some("富士通".into()),
        model: None,
        serial_no: keys.serial,
        os: None,
        software: vec![],
        addresses: vec![keys.address],
        dynamic_address: false,
        macs: keys.mac.into_iter().collect(),
        hostname: Some(keys.host),
        location: Some(format!("{}階", number % 9)),
        users: vec![],
        registered: None,
        status: Status::Active,
        description: None,
        department: None,
        device_type: Some(DeviceType::Client),
        remote_maintenance: FourValued::Unknown,
        network: FourValued::Unknown,
        external_connection: FourValued::Unknown,
        dual_homed: FourValued::Unknown,
        line_kind: None,
        purpose: None,
        vendor: None,
        segments: vec![],
        cells: std::collections::BTreeMap::new(),
        others: std::collections::BTreeMap::new(),
    }
}

pub(super) fn batch(size: u32) -> Batch {
    let segments: Vec<IpNet> = (0..=size / SEGMENT).map(|n| segment(n * SEGMENT)).collect();
    let started = "2026-03-31T02:00:00Z".parse().expect("a time");
    let mut batch = Batch::new(Header {
        format: daicho_shared::batch::FORMAT.into(),
        version: daicho_shared::batch::VERSION,
        run: "01900000-0000-7000-8000-000000000001".into(),
        agent: "0.1.0".into(),
        host: "scanner".into(),
        started,
        scope: segments.clone(),
        exclude: vec![],
        profile: "gentle".into(),
        interfaces: vec![],
    });
    for segment in segments {
        for probe in ["arp", "echo"] {
            let (asked, answered) = (254, SEGMENT);
            let (on_link, probe, not_allowed, not_reached) = (true, probe.into(), 0, 0);
            batch.coverage.push(Coverage { segment, on_link, probe, asked, answered, not_allowed, not_reached });
        }
    }
    batch.observations.reserve_exact(size as usize * 20);
    for number in machines(size) {
        observe(&mut batch, number, started);
    }
    batch.end = Some(End { finished: "2026-03-31T03:00:00Z".parse().expect("a time"), complete: true, reason: None });
    batch
}

fn segment(number: u32) -> IpNet {
    let IpAddr::V4(v4) = address(number, 0) else { unreachable!("an IPv4 address was made") };
    IpNet::V4(Ipv4Net::new_assert(v4, 24))
}

fn observe(batch: &mut Batch, number: u32, at: jiff::Timestamp) {
    let keys = shown(number);
    let mut see = |probe: &str, outcome: Outcome, facts: Vec<Fact>| {
        let target = Target { address: keys.address, mac: keys.mac, interface: None };
        let number = u32::try_from(batch.observations.len()).expect("few enough") + 1;
        let (probe, request, reply) = (probe.into(), String::new(), String::new());
        batch.observations.push(Observation { number, at, probe, target, outcome, facts, request, reply });
    };
    see("arp", Outcome::Answered, keys.mac.map(|mac| Fact::LinkAddress { mac }).into_iter().collect());
    see("echo", Outcome::Answered, vec![Fact::Alive]);
    for port in PORTS {
        let open = u32::from(port) % 3 == number % 3;
        let (state, outcome) =
            if open { (PortState::Open, Outcome::Answered) } else { (PortState::Closed, Outcome::Refused) };
        see("connect", outcome, vec![Fact::Port { transport: Transport::Tcp, port, state }]);
    }
    let name = |source| Fact::Name { source, name: keys.host.clone(), domain: None };
    see("netbios", Outcome::Answered, vec![name(NameSource::Netbios)]);
    see("reverse-dns", Outcome::Answered, vec![name(NameSource::Dns)]);
    let web = Fact::Web {
        port: 80,
        tls: false,
        status: 200,
        title: Some("Login".into()),
        server: Some("nginx".into()),
        realm: None,
    };
    see("http", Outcome::Answered, vec![web]);
    let key = Fact::HostKey { port: 22, algorithm: "ssh-ed25519".into(), sha256: format!("{number:064x}") };
    see("ssh", Outcome::Answered, vec![key]);
    let product = Fact::Product {
        source: "entity-mib".into(),
        maker: Some("FUJITSU".into()),
        model: Some("ESPRIMO D588".into()),
        serial: keys.serial.clone(),
        firmware: None,
    };
    see("snmp-entity", Outcome::Answered, vec![product]);
}

/// The same as tables: what each observation tells of the keys, and what the rows declare.
pub(super) fn write_tables(size: u32, folder: &std::path::Path) -> std::io::Result<()> {
    let mut file = std::io::BufWriter::new(std::fs::File::create(folder.join("ledger.csv"))?);
    writeln!(file, "row,address,mac,host,serial")?;
    for number in rows(size) {
        let keys = declared(number);
        let mac = keys.mac.map(|mac| mac.to_string()).unwrap_or_default();
        writeln!(file, "{number},{},{mac},{},{}", keys.address, keys.host, keys.serial.unwrap_or_default())?;
    }
    file.flush()?;
    let mut file = std::io::BufWriter::new(std::fs::File::create(folder.join("observations.csv"))?);
    writeln!(file, "number,at,probe,address,mac,host,serial")?;
    for one in batch(size).observations {
        let (mut host, mut serial) = ("", "");
        for fact in &one.facts {
            match fact {
                Fact::Name { name, .. } => host = name,
                Fact::Product { serial: Some(told), .. } => serial = told,
                _ => {}
            }
        }
        let mac = one.target.mac.map(|mac| mac.to_string()).unwrap_or_default();
        writeln!(file, "{},{},{},{},{mac},{host},{serial}", one.number, one.at, one.probe, one.target.address)?;
    }
    file.flush()
}
