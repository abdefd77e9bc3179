//! Small worlds: what is hinted at, what explains it, and what is never said.

use std::collections::BTreeMap;

use daicho_shared::fact::{Fact, PortState, Transport};

use super::*;
use crate::judge::asset::Grade;
use crate::judge::entry::{Entry, FourValued, Meaning, Origin, Record, Register, Written};
use crate::judge::finding::Severity;
use crate::judge::finding::{Finding, Kind};
use crate::judge::sample::{KNOWLEDGE, World, keyed};
use crate::judge::verdict::Verdict;
use crate::judge::{Case, judge};

const MAC: &str = "00:80:A3:00:00:05";
const ADDRESS: &str = "10.0.0.5";

fn open(port: u16) -> Fact {
    Fact::Port { transport: Transport::Tcp, port, state: PortState::Open }
}

fn speaks(port: u16, protocol: &str) -> Fact {
    let protocol = protocol.to_owned();
    Fact::Service { transport: Transport::Tcp, port, protocol, product: None, version: None, banner: None }
}

fn sharing(dialect: &str) -> Fact {
    Fact::FileSharing { port: 445, dialects: vec![dialect.into()], signing_required: false }
}

fn build(number: u32) -> Fact {
    Fact::OperatingSystem {
        source: "ntlm".into(),
        name: Some("Windows".into()),
        version: Some("10.0".into()),
        build: Some(number),
        edition: None,
    }
}

/// A device that shows these facts.
fn world(facts: Vec<Fact>) -> World {
    let mut world = World::new();
    world.arp(ADDRESS, MAC);
    world.see(ADDRESS, "connect", facts);
    world
}

fn with_row(mut world: World, change: impl Fn(&mut Entry)) -> World {
    let mut row = keyed(1, ADDRESS, MAC);
    change(&mut row);
    world.rows.push(row);
    world
}

fn finding<'v>(verdict: &'v Verdict, code: &str) -> Option<&'v Finding> {
    verdict.findings.iter().find(|finding| finding.kind.code() == code)
}

fn record(register: Register, cells: &[(Field, &str, Meaning)]) -> Record {
    let written = |(field, raw, meaning): &(Field, &str, Meaning)| {
        (*field, Written { column: "A".into(), raw: (*raw).to_owned(), meaning: meaning.clone() })
    };
    Record {
        id: EntryId(format!("{}:1", register.code())),
        register,
        origin: Origin { file: "ledger.csv".into(), sheet: String::new(), row: 1 },
        values: cells.iter().map(written).collect::<BTreeMap<_, _>>(),
    }
}

fn verdict_with(world: &World, records: Vec<Record>) -> Verdict {
    let (batch, mut ledger) = (world.batch(), world.ledger());
    ledger.records = records;
    judge(&Case {
        batch: &batch,
        reread: None,
        inventories: &[],
        ledger: &ledger.into(),
        vendors: &world.vendors,
        history: &[],
        decisions: &[],
        knowledge: &KNOWLEDGE,
    })
}

#[test]
fn several_services_of_one_device_are_one_finding_and_what_was_spoken_counts_more() {
    let verdict = world(vec![speaks(23, "telnet"), open(21), sharing("NT LM 0.12")]).verdict();
    let found = finding(&verdict, "unneeded_services").unwrap();
    let Kind::UnneededServices { services, .. } = &found.kind else { panic!() };
    assert_eq!(services, &["telnet", "ftp", "smb1"]);
    assert_eq!((found.grade, found.severity), (Grade::Probable, Severity::Check));
    assert_eq!(verdict.hints.services.len(), 3);
    assert_eq!(verdict.hints.services[1].ports, ["tcp/21"]);
    let only_open = world(vec![open(23)]).verdict();
    let found = finding(&only_open, "unneeded_services").unwrap();
    assert_eq!((found.grade, found.severity), (Grade::Indication, Severity::Info));
}

#[test]
fn another_service_at_the_port_a_newer_dialect_and_a_trap_are_nothing() {
    let trap = Fact::Unnatural { how: "every-port-open".into() };
    for facts in [vec![open(23), speaks(23, "ssh")], vec![sharing("3.1.1")], vec![trap, open(23), open(21)]] {
        let verdict = world(facts.clone()).verdict();
        assert!(verdict.hints.services.is_empty(), "{facts:?}: {:?}", verdict.hints.services);
    }
}

#[test]
fn what_the_ledger_says_explains_a_service_and_is_kept_beside_it() {
    let facts = || vec![speaks(23, "telnet"), speaks(5900, "vnc")];
    let purpose = with_row(world(facts()), |row| row.purpose = Some("検査機器との接続（Telnet）".into())).verdict();
    let Kind::UnneededServices { services, .. } = &finding(&purpose, "unneeded_services").unwrap().kind else {
        panic!()
    };
    assert_eq!(services, &["vnc"]);
    let explained: Vec<bool> = purpose.hints.services.iter().map(|hint| hint.explained.is_some()).collect();
    assert_eq!(explained, [true, false]);
    let maintained = with_row(world(facts()), |row| row.remote_maintenance = crate::judge::entry::FourValued::Yes);
    let Kind::UnneededServices { services, .. } =
        &finding(&maintained.verdict(), "unneeded_services").unwrap().kind.clone()
    else {
        panic!()
    };
    assert_eq!(services, &["telnet"], "remote maintenance explains VNC, not Telnet");
}

#[test]
fn a_remote_maintenance_record_explains_a_service_of_the_device_that_it_names() {
    let world = with_row(world(vec![speaks(5900, "vnc")]), |row| row.asset_no = Some("ME-0059".into()));
    let of =
        |number: &str| record(Register::RemoteMaintenance, &[(Field::DeviceRef, number, Meaning::Text(number.into()))]);
    let named = verdict_with(&world, vec![of("ME-0058、ME-0059")]);
    assert!(finding(&named, "unneeded_services").is_none());
    assert!(matches!(named.hints.services[0].explained, Some(ExplainedBy::Record { .. })));
    let other = verdict_with(&world, vec![of("ME-0058")]);
    assert!(finding(&other, "unneeded_services").is_some());
}

#[test]
fn a_denial_explains_nothing_and_is_contradicted() {
    let told = |text: &str| {
        let world =
            with_row(world(vec![speaks(23, "telnet"), speaks(21, "ftp")]), |row| row.description = Some(text.into()));
        match finding(&world.verdict(), "unneeded_services").map(|found| found.kind.clone()) {
            Some(Kind::UnneededServices { services, denied }) => (services.join(" "), denied.join(" ")),
            _ => (String::new(), String::new()),
        }
    };
    for (text, open, denied) in [
        ("Telnetは停止済み", "telnet ftp", "telnet"),
        ("Telnet、FTPは使用しない", "telnet ftp", "telnet ftp"),
        ("Telnetは停止済み、FTPで検査機器と接続", "telnet", "telnet"),
        ("FTPで検査機器と接続（Telnet: 無効）", "telnet", "telnet"),
        ("Telnet（停止済み）、画像送信（FTP）", "telnet", "telnet"),
        ("Telnetは停止不可（検査機器と接続）。FTPで画像送信", "", ""),
        ("Telnet is disabled; FTP for images", "telnet", "telnet"),
        ("Telnet・FTPで検査機器と接続", "", ""),
        ("不要な機器は撤去", "telnet ftp", ""),
    ] {
        assert_eq!(told(text), (open.to_owned(), denied.to_owned()), "{text}");
    }
}

#[test]
fn a_record_that_says_none_explains_no_remote_control() {
    let world = with_row(world(vec![speaks(5900, "vnc")]), |row| row.asset_no = Some("ME-0059".into()));
    let of = |answer: Option<FourValued>| {
        let mut cells = vec![(Field::DeviceRef, "ME-0059", Meaning::Text("ME-0059".into()))];
        cells.extend(answer.map(|answer| (Field::RemoteMaintenance, "x", Meaning::Answer(answer))));
        record(Register::RemoteMaintenance, &cells)
    };
    for (answer, asked, denied) in [
        (None, false, false),
        (Some(FourValued::Yes), false, false),
        (Some(FourValued::No), true, true),
        (Some(FourValued::NoContract), true, true),
        (Some(FourValued::Unknown), true, false),
    ] {
        let verdict = verdict_with(&world, vec![of(answer)]);
        assert_eq!(finding(&verdict, "unneeded_services").is_some(), asked, "{answer:?}");
        assert_eq!(verdict.hints.services[0].denied.is_some(), denied, "{answer:?}");
    }
}

#[test]
fn management_that_answers_is_a_question_unless_the_segment_is_for_it() {
    let switch = || {
        let descr = "Cisco IOS Software, C3560 Software (C3560-IPSERVICESK9-M), Version 12.2(55)SE3".to_owned();
        let empty = String::new;
        let system = Fact::System {
            description: descr,
            object_id: "1.3.6.1.4.1.9.1.516".into(),
            name: empty(),
            contact: empty(),
            location: empty(),
            uptime_seconds: 1,
        };
        world(vec![
            system,
            speaks(22, "ssh"),
            Fact::Service {
                transport: Transport::Udp,
                port: 161,
                protocol: "snmp".into(),
                product: None,
                version: None,
                banner: None,
            },
        ])
    };
    let mut shared = switch();
    shared.arp("10.0.0.7", "00:80:A3:00:00:07");
    shared.see("10.0.0.7", "connect", vec![open(104)]);
    let shared = shared.verdict();
    let Kind::ManagementReachable { segment: kind, .. } = finding(&shared, "management_reachable").unwrap().kind else {
        panic!()
    };
    assert_eq!(kind, VantageKind::Shared);
    let segment = |name: &str| {
        let network = Meaning::Networks(vec!["10.0.0.0/24".parse().unwrap()]);
        let name = (Field::Name, name, Meaning::Text(name.into()));
        record(Register::Segment, &[(Field::Segment, "10.0.0.0/24", network), name])
    };
    let unlisted = switch().verdict();
    let found = finding(&unlisted, "management_reachable").unwrap();
    let Kind::ManagementReachable { ways, from, segment: kind } = &found.kind else { panic!() };
    assert_eq!((ways.join(" "), from.unwrap().to_string()), ("ssh snmp".into(), "10.0.0.0/24".into()));
    assert_eq!(*kind, VantageKind::Unlisted);
    assert_eq!(found.grade, Grade::Indication);
    let clinical = verdict_with(&switch(), vec![segment("診療系")]);
    assert_eq!(finding(&clinical, "management_reachable").unwrap().grade, Grade::Probable);
    let managing = verdict_with(&switch(), vec![segment("機器管理用VLAN")]);
    assert!(finding(&managing, "management_reachable").is_none());
    assert_eq!(managing.hints.management[0].vantage.kind, VantageKind::Management);
}

#[test]
fn a_pc_is_not_asked_about_its_management_and_an_answer_to_snmp_alone_is_none() {
    let pc = world(vec![build(19045), open(445), open(3389), speaks(80, "http")]).verdict();
    assert_eq!(pc.hints.management, []);
    let snmp = Fact::Service {
        transport: Transport::Udp,
        port: 161,
        protocol: "snmp".into(),
        product: None,
        version: None,
        banner: None,
    };
    let printer = world(vec![open(9100), snmp]).verdict();
    assert_eq!(printer.hints.management, []);
}

#[test]
fn the_end_of_support_is_said_with_who_told_it_and_never_as_certain() {
    let verdict = world(vec![build(19045)]).verdict();
    let found = finding(&verdict, "support_ended").unwrap();
    let Kind::SupportEnded { support } = &found.kind else { panic!() };
    assert_eq!((support.product.as_str(), support.last_day.to_string()), ("Windows 10 22H2", "2025-10-14".into()));
    assert!(support.source == "os" && support.confidence > 0, "{support:?}");
    assert_eq!((found.grade, found.severity), (Grade::Probable, Severity::Info));
    let long = world(vec![build(18363)]).verdict();
    assert_eq!(finding(&long, "support_ended").unwrap().severity, Severity::Check);
    // 17763 is a server, a client, and a client with ten years of support.
    let shared = world(vec![build(17763)]).verdict();
    assert!(finding(&shared, "support_ended").is_none_or(|found| found.grade == Grade::Indication));
    // The run is of 31 March 2026: Windows Server 2016 ends on 12 January 2027, 2022 not for long.
    let near = world(vec![build(14393)]).verdict();
    assert_eq!(finding(&near, "support_ending").unwrap().severity, Severity::Info);
    let far = world(vec![build(20348)]).verdict();
    assert!(finding(&far, "support_ended").is_none() && finding(&far, "support_ending").is_none());
    assert_eq!(far.hints.support[0].state, SupportState::Supported);
}

#[test]
fn what_the_ledger_writes_counts_where_the_device_does_not_tell() {
    let written = |os: &str| with_row(world(vec![open(445)]), |row| row.os = Some(os.into())).verdict();
    let verdict = written("Win8");
    let found = finding(&verdict, "support_ended").unwrap();
    let Kind::SupportEnded { support } = &found.kind else { panic!() };
    assert_eq!((support.source.as_str(), found.grade, found.evidence.len()), ("ledger", Grade::Indication, 0));
    assert_eq!(found.entries.len(), 1);
    assert!(finding(&written("Windows 11"), "support_ended").is_none());
    let told = with_row(world(vec![build(26200)]), |row| row.os = Some("Windows 8".into())).verdict();
    assert!(finding(&told, "support_ended").is_none(), "what the device tells is newer than what was written");
    let mut retired = with_row(World::new(), |row| row.os = Some("Windows XP".into()));
    assert!(finding(&retired.verdict(), "support_ended").is_some());
    retired.rows[0].status = crate::judge::entry::Status::Retired;
    assert!(finding(&retired.verdict(), "support_ended").is_none());
}
