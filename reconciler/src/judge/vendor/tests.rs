use daicho_shared::fact::{Fact, Transport};
use jiff::civil::date;
use proptest::prelude::*;

use super::*;
use crate::judge::entry::{Cell, Dated, Origin, Register, Written};
use crate::judge::finding::{Finding, Kind, Severity, WordOf};
use crate::judge::sample::{KNOWLEDGE, World, keyed};
use crate::judge::trace::TraceKind;

const MAC: &str = "00:80:A3:00:00:05";

fn service(transport: Transport, port: u16, protocol: &str) -> Fact {
    Fact::Service { transport, port, protocol: protocol.into(), product: None, version: None, banner: None }
}

/// One device of B社 at which this answered.
fn world(seen: Vec<Fact>) -> World {
    let mut world = World::new();
    world.arp("10.0.0.5", MAC);
    world.see("10.0.0.5", "ike", seen);
    let mut row = keyed(1, "10.0.0.5", MAC);
    row.vendor = Some("株式会社B社".into());
    row.asset_no = Some("ME-0001".into());
    world.rows.push(row);
    world
}

fn record(register: Register, cells: &[(Field, Meaning)]) -> Record {
    let written = |meaning: &Meaning| Written { column: "A".into(), raw: String::new(), meaning: meaning.clone() };
    Record {
        id: EntryId(format!("{}:1", register.code())),
        register,
        origin: Origin { file: "registers.xlsx".into(), sheet: String::new(), row: 2 },
        values: cells.iter().map(|(field, meaning)| (*field, written(meaning))).collect(),
    }
}

fn name(text: &str) -> (Field, Meaning) {
    (Field::Vendor, Meaning::Text(text.into()))
}

fn enquiry(number: i64, due: Date, subjects: Vec<Subject>) -> Enquiry {
    Enquiry {
        number,
        vendor: "B社".into(),
        asked: "2026-02-01T00:00:00Z".parse().unwrap(),
        asked_on: date(2026, 2, 1),
        by: "山田".into(),
        due,
        token: "t".into(),
        subjects,
    }
}

fn reply(number: i64, on: Date, subject: &Subject, said: FourValued) -> Reply {
    let row = Answers::from([(subject.question().to_owned(), Said::Answer(said))]);
    Reply {
        number,
        enquiry: 1,
        vendor: "B社".into(),
        received: "2026-02-10T00:00:00Z".parse().unwrap(),
        received_on: on,
        by: "山田".into(),
        file: "B.xlsx".into(),
        sha256: number.to_string(),
        answered_by: None,
        answered_on: None,
        rows: [(subject.clone(), row)].into(),
    }
}

fn of_vendors(world: &World) -> Vec<Finding> {
    let findings = world.verdict().findings.into_iter();
    findings.filter(|finding| finding.kind.code().starts_with("vendor")).collect()
}

fn ike() -> Vec<Fact> {
    vec![service(Transport::Udp, 500, "ike")]
}

#[test]
fn a_denied_endpoint_is_a_contradiction_until_it_is_admitted() {
    let mut world = world(ike());
    let subject = Subject::row(&world.rows[0].id);
    assert_eq!(of_vendors(&world), [], "nobody was asked");
    world.vendors.replies.push(reply(1, date(2026, 2, 10), &subject, FourValued::No));
    let found = of_vendors(&world);
    let [
        Finding {
            kind: Kind::VendorContradiction { vendor, said, seen, by: WordOf::Vendor }, severity, evidence, ..
        },
    ] = &found[..]
    else {
        panic!("{found:?}")
    };
    assert_eq!((vendor.as_str(), *said, *severity), ("株式会社B社", FourValued::No, Severity::Act));
    assert_eq!((seen.len(), seen[0].kind, seen[0].place().as_str()), (1, TraceKind::Vpn, "udp/500"));
    assert!(!evidence.is_empty());
    // The same statement on every night, whatever the answer is worded like.
    world.vendors.replies.push(reply(2, date(2026, 2, 11), &subject, FourValued::NoContract));
    assert_eq!(of_vendors(&world)[0].id, found[0].id);
    world.vendors.replies.push(reply(3, date(2026, 2, 12), &subject, FourValued::Yes));
    assert_eq!(of_vendors(&world), []);
}

#[test]
fn a_tool_weighs_less_and_a_console_nothing() {
    let denied = |seen| {
        let mut world = world(seen);
        let subject = Subject::row(&world.rows[0].id);
        world.vendors.replies.push(reply(1, date(2026, 2, 10), &subject, FourValued::NoContract));
        of_vendors(&world).first().map(|finding| finding.severity)
    };
    assert_eq!(denied(vec![service(Transport::Tcp, 5900, "vnc")]), Some(Severity::Check));
    assert_eq!(denied(vec![service(Transport::Tcp, 22, "ssh"), service(Transport::Tcp, 443, "https")]), None);
}

#[test]
fn the_registers_speak_where_the_vendor_did_not() {
    let mut world = world(ike());
    let none = (Field::RemoteContract, Meaning::Answer(FourValued::NoContract));
    world.records.push(record(Register::Vendor, &[name("B社"), none]));
    assert!(matches!(&of_vendors(&world)[..], [Finding { kind: Kind::VendorContradiction { .. }, .. }]));
    let device = (Field::DeviceRef, Meaning::List(vec!["ME-0001".into()]));
    let any = (Field::RemoteMaintenance, Meaning::Answer(FourValued::Yes));
    world.records.push(record(Register::RemoteMaintenance, &[name("B社"), device, any]));
    assert_eq!(of_vendors(&world), [], "the row about this device counts more than the contract as a whole");
}

#[test]
fn another_vendors_word_counts_for_nothing() {
    let mut world = world(ike());
    let subject = Subject::row(&world.rows[0].id);
    let said = Reply { vendor: "B社サービス".into(), ..reply(1, date(2026, 2, 10), &subject, FourValued::No) };
    world.vendors.replies.push(said);
    assert_eq!(of_vendors(&world), []);
}

#[test]
fn silence_counts_from_the_first_enquiry_and_begins_after_the_day() {
    // The run is of 31 March 2026.
    let mut world = world(vec![]);
    let (first, second) = (Subject::row(&world.rows[0].id), Subject::whole());
    world.vendors.enquiries.push(enquiry(1, date(2026, 3, 31), vec![first.clone(), second.clone()]));
    assert_eq!(of_vendors(&world), [], "the day itself has not passed");
    world.vendors.enquiries[0].due = date(2026, 3, 30);
    world.vendors.enquiries.push(enquiry(2, date(2026, 12, 31), vec![first.clone(), second.clone()]));
    let open = |world: &World| {
        of_vendors(world).into_iter().find_map(|one| match one.kind {
            Kind::VendorSilent { asked, due, open, .. } => Some((asked, due, open)),
            _ => None,
        })
    };
    assert_eq!(open(&world), Some((date(2026, 2, 1), date(2026, 3, 30), 2)), "asking again makes it no shorter");
    world.vendors.replies.push(reply(1, date(2026, 3, 1), &first, FourValued::Unknown));
    assert_eq!(open(&world), Some((date(2026, 2, 1), date(2026, 3, 30), 1)), "不明 is a reply");
    world.vendors.replies.push(reply(2, date(2026, 3, 2), &second, FourValued::No));
    assert_eq!(open(&world), None);
}

#[test]
fn unknown_is_a_reply_and_no_confirmation() {
    let mut world = world(vec![]);
    let (first, second) = (Subject::row(&world.rows[0].id), Subject::whole());
    world.vendors.enquiries.push(enquiry(1, date(2026, 12, 31), vec![first.clone(), second.clone()]));
    let asked = [(1, &first), (2, &second)];
    world.vendors.replies =
        asked.map(|(number, about)| reply(number, date(2026, 3, 1), about, FourValued::Unknown)).into();
    let found = of_vendors(&world);
    let [Finding { kind: Kind::VendorUnknown { answered, open, .. }, entries, .. }] = &found[..] else {
        panic!("{found:?}")
    };
    assert_eq!((*answered, *open, entries.as_slice()), (date(2026, 3, 1), 2, &[world.rows[0].id.clone()][..]));
    let names = Names::new(&[], &KNOWLEDGE);
    assert_eq!(world.vendors.open(&names, &world.vendors.enquiries[0]).count(), 2, "both questions stay open");
    // Later it knows of one, and takes the other back to 不明.
    world.vendors.replies.push(reply(3, date(2026, 3, 2), &first, FourValued::No));
    world.vendors.replies.push(reply(4, date(2026, 3, 3), &second, FourValued::No));
    assert_eq!(of_vendors(&world), []);
    world.vendors.replies.push(reply(5, date(2026, 3, 4), &second, FourValued::Unknown));
    assert!(matches!(&of_vendors(&world)[..], [Finding { kind: Kind::VendorUnknown { open: 1, .. }, .. }]));
}

#[test]
fn an_enquiry_that_was_withdrawn_is_waited_for_no_longer_and_what_was_answered_stays() {
    let mut world = world(ike());
    let (first, gone) = (Subject::row(&world.rows[0].id), Subject("equipment:gone".into()));
    world.vendors.enquiries.push(enquiry(1, date(2026, 3, 1), vec![first.clone(), gone]));
    world.vendors.replies.push(reply(1, date(2026, 2, 10), &first, FourValued::No));
    let codes = |world: &World| of_vendors(world).iter().map(|one| one.kind.code()).collect::<Vec<_>>();
    assert_eq!(codes(&world), ["vendor_contradiction", "vendor_silent"]);
    let at = "2026-03-20T00:00:00Z".parse().unwrap();
    world.vendors.withdrawals.push(Withdrawal { enquiry: 1, at, by: "山田".into(), why: "廃棄".into() });
    assert_eq!(codes(&world), ["vendor_contradiction"]);
}

#[test]
fn a_device_that_came_after_the_enquiry_was_never_asked_about() {
    let mut world = world(vec![]);
    let first = Subject::row(&world.rows[0].id);
    world.vendors.enquiries.push(enquiry(1, date(2026, 3, 1), vec![first.clone()]));
    world.vendors.replies.push(reply(1, date(2026, 2, 10), &first, FourValued::No));
    assert_eq!(of_vendors(&world), []);
    let mut row = keyed(2, "10.0.0.6", "00:80:A3:00:00:06");
    row.vendor = Some("B社".into());
    world.rows.push(row);
    let found = of_vendors(&world);
    let [Finding { kind: Kind::VendorUnasked { asked, answered, devices, .. }, entries, .. }] = &found[..] else {
        panic!("{found:?}")
    };
    assert_eq!((*asked, *answered, *devices), (date(2026, 2, 1), Some(date(2026, 2, 10)), 1));
    assert_eq!(entries, &[world.rows[1].id.clone()]);
    let second = Subject::row(&world.rows[1].id);
    world.vendors.enquiries.push(enquiry(2, date(2026, 12, 31), vec![second]));
    assert_eq!(of_vendors(&world), []);
}

#[test]
fn a_device_that_is_not_the_vendors_needs_no_further_answer_and_somebody_else_to_ask() {
    for said in [FourValued::No, FourValued::NoContract] {
        let mut world = world(ike());
        let first = Subject::row(&world.rows[0].id);
        world.vendors.enquiries.push(enquiry(1, date(2026, 3, 1), vec![first.clone()]));
        let row = Answers::from([(RESPONSIBLE.to_owned(), Said::Answer(said))]);
        let answer = Reply { rows: [(first.clone(), row)].into(), ..reply(1, date(2026, 2, 10), &first, said) };
        world.vendors.replies.push(answer);
        let found = of_vendors(&world);
        let [Finding { kind: Kind::VendorDisowned { said: told, seen, .. }, severity, .. }] = &found[..] else {
            panic!("{found:?}")
        };
        assert_eq!((*told, seen.len(), *severity), (said, 1, Severity::Act), "an IKE endpoint of nobody's");
    }
    let mut world = world(ike());
    let first = Subject::row(&world.rows[0].id);
    let row = Answers::from([(RESPONSIBLE.to_owned(), Said::Answer(FourValued::Unknown))]);
    world
        .vendors
        .replies
        .push(Reply { rows: [(first.clone(), row)].into(), ..reply(1, date(2026, 2, 10), &first, FourValued::No) });
    assert_eq!(of_vendors(&world), [], "不明 denies nothing");
}

#[test]
fn the_ledgers_own_cell_is_held_against_what_was_seen_as_the_ledgers_word() {
    for (said, told) in
        [(FourValued::No, true), (FourValued::NoContract, true), (FourValued::Unknown, false), (FourValued::Yes, false)]
    {
        let mut world = world(ike());
        world.rows[0].remote_maintenance = said;
        world.rows[0].cells.insert(Field::RemoteMaintenance, Cell { column: "A".into(), raw: String::new() });
        let found = of_vendors(&world);
        let ledger = matches!(
            &found[..],
            [Finding { kind: Kind::VendorContradiction { by: WordOf::Ledger, said: told_by_it, .. }, .. }] if *told_by_it == said
        );
        assert_eq!(ledger, told, "{said:?}: {found:?}");
    }
}

/// The carrier's line and the maintainer's box may be one device with a row each: what one row denies, it denies of the
/// vendor that it names.
#[test]
fn a_row_that_names_one_vendor_says_nothing_of_another() {
    let mut world = world(ike());
    world.rows[0].remote_maintenance = FourValued::No;
    world.rows[0].cells.insert(Field::RemoteMaintenance, Cell { column: "A".into(), raw: String::new() });
    let mut line = keyed(2, "10.0.0.5", MAC);
    line.register = Register::ExternalConnection;
    line.vendor = Some("株式会社C社".into());
    world.rows.push(line);
    let accused: Vec<String> = of_vendors(&world)
        .into_iter()
        .filter_map(|finding| match finding.kind {
            Kind::VendorContradiction { vendor, .. } => Some(vendor),
            _ => None,
        })
        .collect();
    assert_eq!(accused, ["株式会社B社"]);
}

#[test]
fn a_cell_that_says_that_there_is_no_vendor_names_none() {
    let mut world = World::new();
    let cells = ["契約なし", "無", "不明", "Ｎ／Ａ", "N/A", "自院", " 契約なし（記入不要） ", "A社、契約なし"];
    for (number, cell) in (1..).zip(cells) {
        let mut row = keyed(number, &format!("10.0.0.{number}"), &format!("00:80:A3:00:00:{number:02X}"));
        row.vendor = Some(cell.into());
        world.rows.push(row);
    }
    let ledger = world.ledger();
    let groups = crate::judge::group::groups(&ledger.entries, &KNOWLEDGE);
    let held = holdings(&ledger, &groups, &Names::new(&[], &KNOWLEDGE));
    let held: Vec<(&str, usize)> = held.values().map(|one| (one.name.as_str(), one.groups.len())).collect();
    assert_eq!(held, [("A社", 1)]);
}

#[test]
fn a_cell_may_name_several_systems() {
    assert_eq!(systems("PACS、RIS").collect::<Vec<_>>(), ["PACS", "RIS"]);
    assert_eq!(systems(" PACS / RIS,HIS\n").collect::<Vec<_>>(), ["PACS", "RIS", "HIS"]);
}

#[test]
fn a_confirmation_is_old_after_twelve_months_wherever_it_stands() {
    let mut world = world(vec![]);
    let confirmed = |day| (Field::ConfirmedDate, Meaning::Date(Dated::day(day)));
    let device = || (Field::DeviceRef, Meaning::List(vec!["ME-0001".into()]));
    for (day, old) in [(date(2025, 3, 31), false), (date(2025, 3, 30), true)] {
        world.records = vec![record(Register::RemoteMaintenance, &[name("B社"), device(), confirmed(day)])];
        let found = of_vendors(&world);
        let told =
            matches!(&found[..], [Finding { kind: Kind::VendorOutdated { confirmed, .. }, .. }] if *confirmed == day);
        assert_eq!(told, old, "{found:?}");
    }
    let subjects = [Subject::row(&world.rows[0].id), Subject::row(&world.records[0].id)];
    for subject in &subjects {
        world.vendors.replies.push(reply(1, date(2026, 3, 1), subject, FourValued::Yes));
    }
    assert_eq!(of_vendors(&world), []);
}

#[test]
fn names_are_one_by_form_width_spelling_and_register_and_never_by_their_beginning() {
    let aliases = (Field::Aliases, Meaning::List(vec!["旧C商会".into(), "D".into()]));
    let other = (Field::Aliases, Meaning::List(vec!["D".into()]));
    let records =
        [record(Register::Vendor, &[name("C医療"), aliases]), record(Register::Vendor, &[name("E医療"), other])];
    let names = Names::new(&records, &KNOWLEDGE);
    for (one, another) in [("株式会社Ｃ医療", "c医療"), ("㈱富士通", "FUJITSU LIMITED"), ("旧C商会", "C医療 株式会社")]
    {
        assert!(names.is(one, another), "{one} {another}");
    }
    for (one, another) in
        [("C医療", "C医療サービス"), ("NEC", "NECネッツエスアイ"), ("D", "C医療"), ("", ""), ("株式会社", "㈱")]
    {
        assert!(!names.is(one, another), "{one} {another}");
    }
}

proptest! {
    /// Whatever the cells hold: a device is held by those vendors alone that its cell names.
    #[test]
    fn nobody_holds_anothers_device(cells in proptest::collection::vec("[ABab社㈱株式会社、/ 　\\PC]{0,6}", 1..6)) {
        let mut world = World::new();
        for (number, cell) in (1..).zip(&cells) {
            let mut row = keyed(number, &format!("10.0.0.{number}"), &format!("00:80:A3:00:00:{number:02X}"));
            row.vendor = Some(cell.clone());
            world.rows.push(row);
        }
        let ledger = world.ledger();
        let names = Names::new(&[], &KNOWLEDGE);
        let groups = crate::judge::group::groups(&ledger.entries, &KNOWLEDGE);
        for (key, holding) in holdings(&ledger, &groups, &names) {
            prop_assert!(!key.is_empty());
            for index in &holding.groups {
                let named = groups[*index].rows.iter().filter_map(|row| row.vendor.as_deref());
                prop_assert!(named.flat_map(holding::parts).any(|part| names.key(part) == key));
            }
        }
    }
}
