//! Which device is asked about in which question: by its row, by what was seen of it, and in none twice over or not at all.

use daicho_shared::class::Class;
use daicho_shared::fact::Fact;

use super::super::figure::{Behind, Value, Why};
use super::super::sample::{CT, PC, ROUTER, all_well, department, record};
use super::super::sheet::Sheet;
use super::{answer, drafts, said};
use crate::judge::asset::Asset;
use crate::judge::entry::*;
use crate::judge::sample::row;
use crate::judge::verdict::Verdict;

fn count(sheet: &Sheet, figure: &str) -> usize {
    match sheet.figures[figure].value {
        Value::Count { count } => count,
        other => panic!("{figure}: {other:?}"),
    }
}

/// As if the network had shown what a machine is.
fn seen_as(mut verdict: Verdict, mac: &str, class: Class) -> Verdict {
    let mac = mac.parse().ok();
    let own = |asset: &&mut Asset| asset.interfaces.iter().any(|one| one.mac == mac);
    verdict.assets.iter_mut().find(own).unwrap().class.value = class;
    verdict
}

#[test]
fn a_medical_device_is_asked_about_whatever_its_row_calls_it() {
    for (kind, network, medical, equipment) in [
        (Some(DeviceType::Other), FourValued::Unknown, 1, 2),
        (Some(DeviceType::Client), FourValued::Unknown, 1, 3),
        (Some(DeviceType::Printer), FourValued::Unknown, 1, 2),
        (None, FourValued::Yes, 1, 2),
        (Some(DeviceType::Medical), FourValued::No, 1, 2),
    ] {
        let mut situation = all_well();
        let ct = &mut situation.world.rows[2];
        (ct.register, ct.device_type, ct.network) = (Register::Equipment, kind, network);
        ct.software[0].version = None;
        let verdict = seen_as(situation.verdict(), CT, Class::Medical);
        let sheet = situation.answer_of("gmis", &verdict);
        let counted = (count(&sheet, "medical.rows"), count(&sheet, "ledger.rows"));
        assert_eq!(counted, (medical, equipment), "{kind:?} {network:?}");
        assert!(drafts(&sheet)[1].contains("medical_version"), "{kind:?}: {:?}", drafts(&sheet));
        let told = &sheet.figures["medical.contradicted"];
        let listed = usize::from(kind.is_some());
        assert_eq!((told.value, told.behind.len()), (Value::Count { count: listed }, listed), "{kind:?}");
        let named = told.behind.first();
        let field = if kind == Some(DeviceType::Medical) { Field::NetworkConnected } else { Field::DeviceType };
        assert!(
            named.is_none_or(|one| matches!(one, Behind::Otherwise { field: it, .. } if *it == field)),
            "{named:?}"
        );
    }
}

#[test]
fn what_is_not_on_the_network_and_was_not_seen_there_is_not_asked_about() {
    let mut situation = all_well();
    situation.world.rows[2].network = FourValued::No;
    situation.world.batch_mut().observations.retain(|one| one.target.address.to_string() != "10.0.0.20");
    let sheet = situation.answer("gmis");
    assert_eq!((count(&sheet, "medical.rows"), count(&sheet, "medical.contradicted")), (0, 0));
}

#[test]
fn a_switch_is_asked_about_whatever_its_row_calls_it() {
    for kind in [DeviceType::Other, DeviceType::Client] {
        let mut situation = all_well();
        situation.world.rows[0].device_type = Some(kind);
        situation.world.rows[0].others.remove(&Field::FirmwareVersion);
        let verdict = seen_as(situation.verdict(), ROUTER, Class::Switch);
        let sheet = situation.answer_of("gmis", &verdict);
        assert_eq!(count(&sheet, "ledger.rows"), 2, "{kind:?}");
        assert_eq!(sheet.figures["patch.network_version_filled"].value, Value::Share { part: 0, of: 1 }, "{kind:?}");
        let q8 = &drafts(&sheet)[0];
        assert!(q8.contains("rows_version") && q8.contains("rows_agree"), "{kind:?}: {q8}");
        assert!(said(answer(&sheet, "Q12")).contains("network_version"), "{kind:?}");
    }
}

#[test]
fn a_medical_device_that_is_missing_is_asked_about_in_its_own_question() {
    for (mac, address, number) in [(CT, "10.0.0.20", 1), (PC, "10.0.0.5", 0)] {
        let mut situation = all_well();
        let gone = situation.world.batch_mut();
        gone.observations.retain(|one| one.target.address.to_string() != address);
        let mut verdict = situation.verdict();
        let (scans, segment) = (3, "10.0.0.0/24".to_owned());
        verdict.findings.iter_mut().for_each(|finding| {
            if finding.kind.code() == "not_checked" {
                finding.kind = crate::judge::finding::Kind::NotFound { scans, segment: segment.clone() };
            }
        });
        let sheet = situation.answer_of("gmis", &verdict);
        let wanted = if number == 1 { (0, 1) } else { (1, 0) };
        assert_eq!((count(&sheet, "ledger.not_found"), count(&sheet, "medical.not_found")), wanted, "{mac}");
        let broken: Vec<bool> = drafts(&sheet)[..2].iter().map(|draft| draft.contains("rows_found")).collect();
        assert_eq!(broken, [number == 0, number == 1], "{mac}: no finding of another kind stands behind it");
    }
}

#[test]
fn a_declared_second_card_and_a_moving_address_are_no_machines_without_a_row() {
    let mut situation = all_well();
    situation.world.arp("10.0.0.6", "00:80:A3:00:00:06");
    situation.world.rows[1].macs.push("00:80:A3:00:00:06".parse().unwrap());
    let addresses = vec!["10.0.0.254".parse().unwrap()];
    let shared = Fact::VirtualRouter { protocol: "vrrp".into(), group: 7, addresses, priority: 100 };
    situation.world.see("10.0.0.1", "vrrp", vec![shared]);
    situation.world.arp("10.0.0.254", "00:00:5E:00:01:07");
    let sheet = situation.answer("gmis");
    assert_eq!(drafts(&sheet)[0], "Q8 Yes", "{:?}", sheet.figures["machines.listed"]);
}

#[test]
fn a_machine_that_stands_in_the_register_of_lines_alone_is_in_no_ledger() {
    let mut situation = all_well();
    situation.world.rows.remove(0);
    let sheet = situation.answer("gmis");
    assert_eq!(drafts(&sheet)[0], "Q8 No machines_listed");
    let behind = &sheet.figures["machines.listed"].behind;
    assert!(matches!(&behind[..], [Behind::Machine { device, .. }] if device == "10.0.0.1"), "{behind:?}");
}

#[test]
fn of_two_machines_that_one_row_may_be_one_stands_nowhere() {
    let mut situation = all_well();
    let mut twin = row(9);
    (twin.hostname, twin.device_type) = (Some("TWIN-PC".into()), Some(DeviceType::Client));
    situation.world.rows.push(twin);
    for (address, mac) in [("10.0.0.31", "00:80:A3:00:00:31"), ("10.0.0.32", "00:80:A3:00:00:32")] {
        situation.world.arp(address, mac);
        let source = daicho_shared::fact::NameSource::Netbios;
        let name = Fact::Name { source, name: "TWIN-PC".into(), domain: None };
        situation.world.see(address, "netbios", vec![name]);
    }
    let verdict = situation.verdict();
    assert!(verdict.findings.iter().any(|one| one.kind.code() == "ambiguous_pair"), "{:?}", verdict.findings);
    assert!(drafts(&situation.answer("gmis"))[0].contains("machines_listed"));
}

#[test]
fn a_finding_of_another_kind_stands_behind_no_criterion() {
    let mut situation = all_well();
    situation.world.rows[1].os = Some("Windows 8.1".into());
    let sheet = situation.answer("gmis");
    let check =
        |number: &str, key: &str| answer(&sheet, number).checks.iter().find(|one| one.key == key).unwrap().clone();
    assert_eq!(check("Q13", "host_support").met, super::Met::No);
    let network = check("Q12", "network_support");
    assert_eq!((network.met, network.findings.len()), (super::Met::Yes, 0));
}

#[test]
fn where_nobody_has_a_contract_nothing_is_asked_for() {
    let mut situation = all_well();
    let unknown = Value::Unknown { why: Why::NoRemote };
    assert_eq!(situation.answer("gmis").figures["remote.confirmed"].value, unknown);
    let none = Meaning::Answer(FourValued::NoContract);
    situation.records.push(record(Register::RemoteMaintenance, 1, vec![(Field::RemoteMaintenance, none.clone())]));
    let vendor = vec![(Field::Vendor, Meaning::Text("B社".into())), (Field::MdsReceived, none)];
    situation.records.push(record(Register::Vendor, 1, vendor));
    let sheet = situation.answer("gmis");
    for figure in ["remote.confirmed", "remote.restricted", "vendors.mds_received", "vendors.mds_reviewed"] {
        assert_eq!(sheet.figures[figure].value, Value::None, "{figure}");
    }
}

#[test]
fn a_department_that_stands_there_twice_is_told_twice_and_its_worst_statement_counts() {
    let mut situation = all_well();
    situation.records.push(department(9, "情報システム室", Some(3)));
    let sheet = situation.answer("gmis");
    let told = &sheet.departments[0];
    assert_eq!((sheet.departments.len(), told.stated, told.also_stated[0].number), (2, Some(3), 1));
    assert_eq!(drafts(&sheet)[2], "Q10 No departments_agree");
    *situation.records.last_mut().unwrap() = department(9, "情報システム室", None);
    assert_eq!(drafts(&situation.answer("gmis"))[2], "Q10 No departments_answered");
}
