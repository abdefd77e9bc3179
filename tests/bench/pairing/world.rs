//! A hospital as large as a benchmark wants it: rows, machines, and twenty observations of each machine.
//!
//! Nine machines in ten have a row and nine rows in ten a machine. Of twenty that have both, one has another address, one
//! another card, one another name; one row declares no MAC address and one no serial number.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};

use daicho_shared::address::Mac;
use daicho_shared::batch::{End, Header, Record, write_record};
use daicho_shared::coverage::{Coverage, Outcome};
use daicho_shared::fact::{Fact, NameSource, PortState, Transport};
use daicho_shared::observation::{Observation, Target};
use ipnet::{IpNet, Ipv4Net};

/// Ports that every machine is tried on.
const PORTS: [u16; 13] = [22, 80, 104, 135, 139, 443, 445, 515, 631, 3389, 5900, 8080, 9100];
/// Machines of one segment.
const SEGMENT: u32 = 250;

/// What is declared, or shown, of one machine.
struct Keys {
    address: IpAddr,
    mac: Option<Mac>,
    host: String,
    serial: Option<String>,
}

fn address(number: u32, last: u32) -> IpAddr {
    IpAddr::V4(Ipv4Addr::from(0x0a00_0000 + number / SEGMENT * 256 + last))
}

fn mac(number: u32, maker: [u8; 3]) -> Mac {
    let [_, a, b, c] = number.to_be_bytes();
    Mac([maker[0], maker[1], maker[2], a, b, c])
}

/// What the ledger says of a machine.
fn declared(number: u32) -> Keys {
    let kind = number % 20;
    Keys {
        address: address(number, 1 + number % SEGMENT),
        mac: (kind != 7).then(|| mac(number, [0x00, 0x1b, 0x21])),
        host: format!("PC-{number:06}"),
        serial: (kind != 8).then(|| format!("SN{number:08}")),
    }
}

/// What the machine shows.
fn shown(number: u32) -> Keys {
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
fn machines(size: u32) -> std::ops::Range<u32> {
    0..size
}

fn rows(size: u32) -> std::ops::Range<u32> {
    size / 10..size + size / 10
}

/// The most rows of one sheet.
const SHEET: usize = 100_000;

/// The night as the agent hands it in: JSON Lines.
pub(super) fn write_batch(size: u32, file: &Path) -> io::Result<()> {
    let mut out = BufWriter::new(File::create(file)?);
    let segments: Vec<IpNet> = (0..=size / SEGMENT).map(|n| segment(n * SEGMENT)).collect();
    let started = "2026-03-31T02:00:00Z".parse().expect("a time");
    let header = Header {
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
    };
    write_record(&mut out, &Record::Header(header))?;
    let mut count = 0;
    for number in machines(size) {
        for mut one in observed(number, started) {
            count += 1;
            one.number = count;
            write_record(&mut out, &Record::Observation(one))?;
        }
    }
    for segment in segments {
        for probe in ["arp", "echo"] {
            let (asked, answered) = (254, SEGMENT);
            let (on_link, probe, not_allowed, not_reached) = (true, probe.into(), 0, 0);
            let one = Coverage { segment, on_link, probe, asked, answered, not_allowed, not_reached };
            write_record(&mut out, &Record::Coverage(one))?;
        }
    }
    let end = End { finished: "2026-03-31T03:00:00Z".parse().expect("a time"), complete: true, reason: None };
    write_record(&mut out, &Record::End(end))?;
    out.flush()
}

/// The ledger as a hospital keeps it, in as many files as sheets allow; the files' names.
pub(super) fn write_ledger(size: u32, folder: &Path) -> io::Result<Vec<PathBuf>> {
    let rows: Vec<u32> = rows(size).collect();
    rows.chunks(SHEET).enumerate().map(|(n, rows)| write_sheet(rows, folder.join(format!("ledger-{n}.csv")))).collect()
}

fn write_sheet(rows: &[u32], file: PathBuf) -> io::Result<PathBuf> {
    let mut out = BufWriter::new(File::create(&file)?);
    writeln!(out, "管理番号,メーカー,シリアル番号,IPアドレス,MACアドレス,コンピュータ名,設置場所,機器区分,状態")?;
    for number in rows {
        let Keys { address, mac, host, serial } = declared(*number);
        let (mac, serial) = (mac.map(|mac| mac.to_string()).unwrap_or_default(), serial.unwrap_or_default());
        writeln!(out, "IT-{number:06},富士通,{serial},{address},{mac},{host},{}階,端末PC,稼働", number % 9)?;
    }
    out.flush()?;
    Ok(file)
}

fn segment(number: u32) -> IpNet {
    let IpAddr::V4(v4) = address(number, 0) else { unreachable!("an IPv4 address was made") };
    IpNet::V4(Ipv4Net::new_assert(v4, 24))
}

/// Twenty observations of one machine, without their numbers.
fn observed(number: u32, at: jiff::Timestamp) -> Vec<Observation> {
    let keys = shown(number);
    let mut seen = Vec::with_capacity(20);
    let mut see = |probe: &str, outcome: Outcome, facts: Vec<Fact>| {
        let target = Target { address: keys.address, mac: keys.mac, interface: None };
        let (probe, facts, request, reply) = (probe.into(), facts.into(), String::new(), String::new());
        seen.push(Observation { number: 0, at, probe, target, outcome, facts, request, reply });
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
    seen
}

/// The night as one flat table, as if somebody had made it for pandas already.
pub(super) fn write_table(size: u32, file: &Path) -> io::Result<()> {
    let mut out = BufWriter::new(File::create(file)?);
    writeln!(out, "at,probe,address,mac,host,serial")?;
    let at = "2026-03-31T02:00:00Z".parse().expect("a time");
    for one in machines(size).flat_map(|number| observed(number, at)) {
        let (mut host, mut serial) = ("", "");
        for fact in &one.facts {
            match fact {
                Fact::Name { name, .. } => host = name,
                Fact::Product { serial: Some(told), .. } => serial = told,
                _ => {}
            }
        }
        let mac = one.target.mac.map(|mac| mac.to_string()).unwrap_or_default();
        writeln!(out, "{},{},{},{mac},{host},{serial}", one.at, one.probe, one.target.address)?;
    }
    out.flush()
}
