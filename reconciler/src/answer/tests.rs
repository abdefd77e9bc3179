//! What is answered in situations that every hospital knows.

mod hidden;
mod kinds;
mod points;

use std::collections::BTreeMap;

use daicho_shared::fact::{Fact, Transport};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use proptest::prelude::*;

use super::draft::{Answer, Draft};
use super::figure::{Met, Value};
use super::ground::Ground;
use super::points::Seen;
use super::sample::{Situation, all_well, day, department, record};
use super::sheet::{First, Sheet};
use super::unseen::Unseen;
use crate::judge::entry::*;
use crate::judge::review::standing::{Said, Standing, State};
use crate::judge::sample::KNOWLEDGE;
use crate::judge::verdict::Verdict;

const LTE: &str = "00:80:A3:00:00:66";

/// Of Q8, Q9 and Q10: the draft, and the criteria that are not met or not known.
fn drafts(sheet: &Sheet) -> Vec<String> {
    let asked = sheet.answers.iter().filter(|answer| ["Q8", "Q9", "Q10"].contains(&answer.question.number.as_str()));
    asked.map(said).collect()
}

fn said(answer: &Answer) -> String {
    let open = answer.checks.iter().filter(|check| check.met != Met::Yes);
    let open: Vec<String> =
        open.map(|check| format!("{}{}", check.key, if check.met == Met::Unknown { "?" } else { "" })).collect();
    format!("{} {:?} {}", answer.question.number, answer.draft, open.join(" ")).trim_end().to_owned()
}

fn answer<'s>(sheet: &'s Sheet, number: &str) -> &'s Answer {
    sheet.answers.iter().find(|answer| answer.question.number == number).unwrap()
}

/// A router with a line of its own that no row knows.
fn with_lte_router() -> Situation {
    let mut situation = all_well();
    situation.world.arp("10.0.0.66", LTE);
    let wwan = Fact::Interface { index: 3, name: "wwan0".into(), kind: 243, mac: None, up: true };
    situation.world.see("10.0.0.66", "snmp", vec![Fact::Forwarding { enabled: true }, wwan]);
    situation
}

#[test]
fn where_all_is_well_the_three_questions_are_yes() {
    let sheet = all_well().answer("gmis");
    assert_eq!(drafts(&sheet), ["Q8 Yes", "Q9 Yes", "Q10 Yes"]);
    assert!(answer(&sheet, "Q10").way.is_empty() && answer(&sheet, "Q10").target.is_none());
    let counted: Vec<_> = sheet.departments.iter().map(|one| (one.stated, one.registered, one.confirmed)).collect();
    assert_eq!(counted, [(Some(1), 1, 1), (Some(0), 0, 0)]);
}

#[test]
fn an_undeclared_router_is_a_no_and_says_what_to_do() {
    let situation = with_lte_router();
    let sheet = situation.answer("gmis");
    assert_eq!(
        drafts(&sheet),
        ["Q8 No machines_listed points_undeclared", "Q9 No points_undeclared", "Q10 No points_undeclared"]
    );
    let q10 = answer(&sheet, "Q10");
    assert_eq!(
        q10.way.iter().map(|step| (step.key.as_str(), step.items)).collect::<Vec<_>>(),
        [("points_undeclared", 1)]
    );
    assert_eq!(q10.target, Some(day("2026-04-16")), "a fortnight after the day on which it was asked");
    assert_eq!(sheet.figures["points.undeclared"].value, Value::Count { count: 1 });
    assert_eq!(sheet.figures["points.undeclared"].behind.len(), 1, "the finding stands behind it");
    let nobodys = sheet.departments.last().unwrap();
    assert_eq!((nobodys.department.as_deref(), nobodys.undeclared, nobodys.stated), (None, 1, None));
}

#[test]
fn a_department_without_ledger_is_a_no_and_without_a_statement_it_has_no_number() {
    let mut situation = all_well();
    situation.records.push(department(3, "透析センター", None));
    let sheet = situation.answer("gmis");
    assert_eq!(
        drafts(&sheet),
        ["Q8 No departments_covered", "Q9 No departments_covered", "Q10 No departments_answered departments_covered"]
    );
    let dialysis = sheet.departments.iter().find(|one| one.department.as_deref() == Some("透析センター")).unwrap();
    assert_eq!(dialysis.stated, None, "nobody said 0");
    // A line of its own in the register of connection points is no device of its ledger.
    let mut line = situation.world.rows[3].clone();
    (line.id, line.department) = (EntryId("external_connection:EXT-009".into()), Some("透析センター".into()));
    (line.addresses, line.macs) = (vec![], vec![]);
    situation.world.rows.push(line);
    assert_eq!(situation.answer("gmis").figures["departments.covered"].value, Value::Share { part: 2, of: 3 });
    situation.world.rows.pop();
    // A 0 that nobody dated is nobody's statement either.
    situation.records.pop();
    let zero = vec![
        (Field::Department, Meaning::Text("透析センター".into())),
        (Field::ExternalPointsDeclared, Meaning::Count(0)),
    ];
    situation.records.push(record(Register::Department, 3, zero));
    assert_eq!(situation.answer("gmis").departments[2].stated, None);
}

#[test]
fn medical_rows_without_a_version_are_a_no() {
    for version in [None, Some("不明"), Some("〇.〇")] {
        let mut situation = all_well();
        situation.world.rows[2].software[0].version = version.map(str::to_owned);
        assert_eq!(drafts(&situation.answer("gmis")), ["Q8 Yes", "Q9 No medical_version", "Q10 Yes"], "{version:?}");
    }
}

#[test]
fn a_vendor_whose_line_is_another_than_declared_is_a_no() {
    let mut situation = all_well();
    situation.world.rows[3].line_kind = Some("閉域網（IP-VPN）".into());
    let address = Some("5.104.99.77".parse().unwrap());
    situation.world.see(
        "10.0.0.1",
        "igd",
        vec![Fact::ExternalAddress { how: "upnp-igd".into(), address, connected: None }],
    );
    let sheet = situation.answer("gmis");
    assert_eq!(sheet.points[0].seen, Seen::Otherwise);
    assert_eq!(drafts(&sheet)[2], "Q10 No points_undeclared points_otherwise");
}

#[test]
fn a_vendor_whose_answer_the_network_contradicts_is_a_no() {
    let mut situation = all_well();
    let said = |answer| {
        let cells = vec![
            (Field::Vendor, Meaning::Text("通信事業者A".into())),
            (Field::RemoteContract, Meaning::Answer(answer)),
        ];
        record(Register::Vendor, 1, cells)
    };
    let (transport, port) = (Transport::Udp, 500);
    let ike = Fact::Service { transport, port, protocol: "ike".into(), product: None, version: None, banner: None };
    situation.world.see("10.0.0.1", "ike", vec![ike]);
    situation.records.push(said(FourValued::Yes));
    assert_eq!(drafts(&situation.answer("gmis"))[2], "Q10 Yes");
    situation.records.pop();
    situation.records.push(said(FourValued::No));
    let sheet = situation.answer("gmis");
    assert_eq!(drafts(&sheet)[2], "Q10 No vendors_agree");
    assert_eq!(sheet.figures["vendors.contradictions"].behind.len(), 1);
}

#[test]
fn without_lists_nothing_is_yes_and_nothing_is_invented() {
    let mut situation = all_well();
    situation.records.clear();
    let sheet = situation.answer("gmis");
    assert_eq!(
        drafts(&sheet),
        [
            "Q8 Undecided departments_covered?",
            "Q9 Undecided departments_covered?",
            "Q10 Undecided departments_answered? departments_agree? departments_covered? closed_tested?"
        ]
    );
}

#[test]
fn a_ledger_or_a_scan_of_a_later_day_is_never_a_yes_and_says_so() {
    let mut situation = all_well();
    situation.files[0].imported = "2026-04-01T00:00:00Z".parse().unwrap();
    let sheet = situation.answer("gmis");
    assert_eq!(drafts(&sheet), ["Q8 Undecided", "Q9 Undecided", "Q10 Undecided"]);
    let later = Unseen::LaterLedger { file: "ledger.csv".into(), on: day("2026-04-01") };
    assert!(sheet.unseen.contains(&later), "{:?}", sheet.unseen);
    let mut verdict = all_well().verdict();
    verdict.run.started = "2026-04-01T00:00:00Z".parse().unwrap();
    let sheet = all_well().answer_of("gmis", &verdict);
    assert!(drafts(&sheet).iter().all(|draft| !draft.contains("Yes")), "{:?}", drafts(&sheet));
    assert!(sheet.unseen.contains(&Unseen::LaterScan { on: day("2026-04-01") }), "{:?}", sheet.unseen);
}

#[test]
fn what_was_decided_is_not_open_and_what_was_handed_over_is() {
    let situation = with_lte_router();
    let mut verdict = situation.verdict();
    let id = verdict.findings.iter().find(|one| one.kind.code() == "undeclared_uplink").unwrap().id.clone();
    let stand = |verdict: &mut Verdict, state: State| {
        let decided = Said { by: "山田".into(), at: Timestamp::UNIX_EPOCH, reason: None, approver: None, rule: None };
        let standing = Standing { state, decided: Some(decided), comments: vec![], last: 1 };
        verdict.reviewed.standings.insert(id.clone(), standing);
    };
    stand(&mut verdict, State::Assigned { to: "放射線科".into(), until: None });
    assert_eq!(drafts(&situation.answer_of("gmis", &verdict))[2], "Q10 No points_undeclared");
    stand(&mut verdict, State::Ignored { until: day("2026-12-31") });
    let put_off = situation.answer_of("gmis", &verdict);
    assert_eq!(drafts(&put_off)[2], "Q10 No points_undeclared", "a line that is put off is there all the same");
    stand(&mut verdict, State::Accepted);
    assert_eq!(drafts(&situation.answer_of("gmis", &verdict))[2], "Q10 Yes");
}

#[test]
fn a_line_that_is_called_gone_and_whose_device_answers_is_used_otherwise() {
    let mut situation = all_well();
    situation.world.rows[3].status = Status::Retired;
    let sheet = situation.answer("gmis");
    assert_eq!(sheet.points[0].seen, Seen::Otherwise);
    assert!(drafts(&sheet)[2].starts_with("Q10 No") && drafts(&sheet)[2].contains("points_otherwise"), "{sheet:?}");
}

#[test]
fn the_retired_row_of_a_program_takes_no_device_out_and_gives_it_no_version() {
    let mut situation = all_well();
    let mut old = situation.world.rows[2].clone();
    (old.id, old.status) = (EntryId("medical:old".into()), Status::Retired);
    situation.world.rows[2].software[0].version = None;
    situation.world.rows.push(old);
    assert_eq!(drafts(&situation.answer("gmis"))[1], "Q9 No medical_version");
}

#[test]
fn a_second_network_of_a_declared_machine_is_counted_as_unclear() {
    let mut situation = all_well();
    let own = Fact::OwnAddress { address: "10.99.0.5".parse().unwrap(), prefix_length: Some(24), interface: Some(2) };
    situation.world.see("10.0.0.5", "snmp", vec![own]);
    let sheet = situation.answer("gmis");
    let unclear: Vec<_> = sheet.points.iter().filter(|point| point.seen == Seen::Unclear).collect();
    assert_eq!((unclear.len(), unclear[0].department.as_deref()), (1, Some("情報システム室")));
    assert_eq!(drafts(&sheet)[2], "Q10 No points_unknown");
    assert_eq!(sheet.departments[0].registered, 1, "it is no point of its own");
}

#[test]
fn a_closed_segment_counts_as_tested_by_another_run_of_the_year_and_by_no_older_one() {
    let mut situation = all_well();
    let whole = situation.verdict();
    situation.world.batch_mut().coverage.pop();
    let verdict = situation.verdict();
    let tested_by = |other: &Verdict, on: &str| {
        let mut ground = Ground::new(&verdict, &KNOWLEDGE, day(on), &[], &TimeZone::UTC);
        assert_eq!(ground.untested(), ["10.0.1.0/24".parse().unwrap()]);
        ground.also_tested(&Ground::new(other, &KNOWLEDGE, day(on), &[], &TimeZone::UTC));
        ground.untested().is_empty()
    };
    assert!(tested_by(&whole, "2026-03-31") && !tested_by(&verdict, "2026-03-31"));
    assert!(!tested_by(&whole, "2027-04-01"), "that was more than a year ago");
}

#[test]
fn a_second_network_that_is_put_off_leads_nobody_knows_where_all_the_same() {
    let mut situation = all_well();
    let own = Fact::OwnAddress { address: "10.99.0.5".parse().unwrap(), prefix_length: Some(24), interface: Some(2) };
    situation.world.see("10.0.0.5", "snmp", vec![own]);
    let mut verdict = situation.verdict();
    let id = verdict.findings.iter().find(|one| one.kind.code() == "dual_homed").unwrap().id.clone();
    let standing = Standing { state: State::Ignored { until: day("2026-12-31") }, ..Standing::default() };
    verdict.reviewed.standings.insert(id, standing);
    assert_eq!(drafts(&situation.answer_of("gmis", &verdict))[2], "Q10 No points_unknown");
}

#[test]
fn evidence_is_told_with_its_hash_where_it_is_kept() {
    let mut situation = all_well();
    let named = Meaning::List(vec!["契約書.pdf".into(), "写真.jpg".into(), "不明".into()]);
    situation.world.rows[3].others.insert(Field::Evidence, named);
    let kept = BTreeMap::from([("契約書.pdf".to_owned(), "ab".repeat(32)), ("他.pdf".to_owned(), "cd".repeat(32))]);
    let sheet = situation.answer_with("gmis", &situation.verdict(), kept);
    let told: Vec<_> = sheet.points[0].evidence.iter().map(|(name, hash)| (name.as_str(), hash.is_some())).collect();
    assert_eq!(told, [("写真.jpg", false), ("契約書.pdf", true)]);
}

#[test]
fn supported_questions_are_never_yes() {
    let sheet = all_well().answer("gmis");
    for answer in sheet.answers.iter().filter(|answer| answer.question.by == super::question::By::Supported) {
        assert_ne!(answer.draft, Draft::Yes, "{}", answer.question.number);
    }
    assert_eq!(answer(&sheet, "Q13").draft, Draft::Undecided, "no date of a patch is no proof that there was none");
}

#[test]
fn what_is_written_of_a_measure_that_is_not_taken_is_no_measure() {
    let restricted = |text: &str| {
        let mut situation = all_well();
        situation.world.rows[3].others.insert(Field::AccessControl, Meaning::Text(text.into()));
        situation.answer("hospital-checklist").figures["points.restricted"].value
    };
    assert_eq!(restricted("203.0.113.5のみ許可"), Value::Share { part: 1, of: 1 });
    for text in ["未実施", "していない", "なし", "検討中", "制限なし", "令和8年度に実施予定"]
    {
        assert_eq!(restricted(text), Value::Share { part: 0, of: 1 }, "{text}");
    }
    let mut nothing = all_well();
    nothing.world.rows.pop();
    nothing.records.clear();
    let value = nothing.answer("hospital-checklist").figures["points.restricted"].value;
    assert!(matches!(value, Value::Unknown { .. }), "no register is no restriction: {value:?}");
}

#[test]
fn a_restriction_is_not_said_while_an_undeclared_line_is_open() {
    let mut situation = with_lte_router();
    situation.world.rows[3].others.insert(Field::AccessControl, Meaning::Answer(FourValued::Yes));
    let sheet = situation.answer("hospital-checklist");
    assert_eq!(said(answer(&sheet, "2-(8)")), "2-(8) No points_undeclared");
}

#[test]
fn remote_maintenance_is_asked_of_every_device_of_the_ledger() {
    let mut situation = all_well();
    let known = |situation: &Situation| situation.answer("hospital-checklist").figures["remote.known"].value;
    assert_eq!(known(&situation), Value::Share { part: 0, of: 3 });
    situation.world.rows[0].remote_maintenance = FourValued::Yes;
    situation.world.rows[1].remote_maintenance = FourValued::NoContract;
    let named = |answer| {
        let cells = vec![
            (Field::DeviceRef, Meaning::Text("ME-003".into())),
            (Field::RemoteMaintenance, Meaning::Answer(answer)),
        ];
        record(Register::RemoteMaintenance, 1, cells)
    };
    situation.records.push(named(FourValued::Unknown));
    assert_eq!(known(&situation), Value::Share { part: 2, of: 3 });
    situation.records.pop();
    situation.records.push(named(FourValued::No));
    assert_eq!(known(&situation), Value::Share { part: 3, of: 3 });
}

#[test]
fn a_vendor_that_the_ledger_names_must_stand_in_the_register() {
    let mut situation = all_well();
    let registered = |situation: &Situation| situation.answer("contract").figures["vendors.registered"].value;
    assert!(matches!(registered(&situation), Value::Unknown { .. }), "there is no register");
    let named = |name: &str, cells: Vec<(Field, Meaning)>| {
        let name = (Field::Vendor, Meaning::Text(name.into()));
        record(Register::Vendor, 1, std::iter::once(name).chain(cells).collect())
    };
    situation.records.push(named("別の事業者", vec![]));
    assert_eq!(registered(&situation), Value::Share { part: 0, of: 1 });
    situation.records.pop();
    let vendor = |cells| named("株式会社 通信事業者A", cells);
    situation.records.push(vendor(vec![]));
    assert_eq!(registered(&situation), Value::Share { part: 1, of: 1 });
    let contacts = |situation: &Situation| situation.answer("contract").figures["vendors.contact_filled"].value;
    assert_eq!(contacts(&situation), Value::Share { part: 0, of: 1 });
    let text = |text: &str| Meaning::Text(text.into());
    situation.records.pop();
    situation
        .records
        .push(vendor(vec![(Field::Contact, text("03-0000-0000")), (Field::EmergencyContact, text("24時間窓口"))]));
    assert_eq!(contacts(&situation), Value::Share { part: 1, of: 1 });
}

#[test]
fn a_device_of_which_nobody_knows_whether_it_can_be_used_is_a_no() {
    let mut situation = all_well();
    situation.world.rows[1].status = Status::Unknown;
    assert_eq!(drafts(&situation.answer("gmis"))[0], "Q8 No rows_status");
    situation.world.rows[2].status = Status::Unknown;
    assert_eq!(drafts(&situation.answer("gmis"))[1], "Q9 No medical_status");
}

#[test]
fn a_day_after_the_forms_year_is_proposed_and_said_to_be_late() {
    let sheet = with_lte_router().answer("hospital-checklist");
    let ledger = answer(&sheet, "2-(1)");
    assert_eq!((ledger.target, ledger.late), (Some(day("2026-05-02")), Some(day("2025-03-31"))));
    let open = with_lte_router().answer("minimum-measures");
    let points = open.answers.iter().find(|one| one.question.key == "external_points").unwrap();
    assert!(points.target.is_some() && points.late.is_none(), "that form names no last day");
}

#[test]
fn a_form_that_prints_no_answer_gets_no_day() {
    for form in ["contract", "okayama", "bcp"] {
        let sheet = with_lte_router().answer(form);
        let no: Vec<_> = sheet.answers.iter().filter(|one| one.draft == Draft::No).collect();
        assert!(!no.is_empty() && no.iter().all(|one| one.target.is_none() && one.late.is_none()), "{form}");
    }
}

#[test]
fn an_earlier_answer_stands_in_the_first_slot_of_a_form_that_prints_two() {
    let first = First::of(3, &with_lte_router().answer("hospital-checklist"));
    let second = all_well().answer_after("hospital-checklist", first.clone());
    assert_eq!(second.first.as_ref().unwrap().drafts["ledger"].draft, Draft::No);
    assert_eq!(answer(&second, "2-(1)").draft, Draft::Yes);
    assert_eq!(all_well().answer_after("gmis", first).first, None, "the survey prints one answer");
}

#[test]
fn a_frozen_sheet_is_read_back_as_it_was() {
    let sheet = with_lte_router().answer("gmis");
    let text = serde_json::to_string_pretty(&sheet).unwrap();
    let again: Sheet = serde_json::from_str(&text).unwrap();
    assert_eq!(again, sheet);
    assert_eq!(serde_json::to_string_pretty(&again).unwrap(), text);
}

/// Ways to spoil the hospital, each with the questions that cannot be はい any more.
fn spoil(situation: &mut Situation, how: usize) -> &'static [&'static str] {
    match how {
        0 => {
            *situation = Situation { records: std::mem::take(&mut situation.records), ..with_lte_router() };
            &["Q8", "Q9", "Q10"]
        }
        1 => {
            situation.records.push(department(9, "透析センター", None));
            &["Q8", "Q9", "Q10"]
        }
        2 => {
            situation.world.rows[1].os = None;
            &["Q8"]
        }
        3 => {
            situation.world.rows[2].software.clear();
            &["Q9"]
        }
        4 => {
            situation.world.rows[3].others.remove(&Field::ConfirmedDate);
            &["Q10"]
        }
        5 => {
            situation.world.arp("10.0.0.77", "00:11:22:33:44:77");
            &["Q8"]
        }
        _ => {
            situation.world.batch_mut().coverage.pop();
            &["Q8", "Q9", "Q10"]
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// However many things are wrong at once, none of them hides behind another.
    #[test]
    fn nothing_that_is_open_is_ever_a_yes(ways in prop::collection::btree_set(0usize..7, 1..5)) {
        let mut situation = all_well();
        let spoilt: Vec<&str> = ways.iter().flat_map(|how| spoil(&mut situation, *how).iter().copied()).collect();
        let sheet = situation.answer("gmis");
        for number in spoilt {
            prop_assert_ne!(answer(&sheet, number).draft, Draft::Yes, "{}", number);
        }
    }
}
