//! What is easily overlooked: what another run saw, a segment without a network, a ledger that was read in part.

use std::collections::BTreeMap;
use std::sync::Arc;

use daicho_shared::fact::Fact;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::super::draft::Draft;
use super::super::ground::Ground;
use super::super::points::Seen;
use super::super::sample::{Situation, all_well, day, record};
use super::super::sheet::{Occasion, Sheet, sheet};
use super::super::unseen::Unseen;
use super::{KNOWLEDGE, answer, drafts, said};
use crate::answer::figure::Value;
use crate::answer::forms::Forms;
use crate::judge::entry::*;
use crate::judge::verdict::Verdict;

const DIAGRAMS: [Date; 2] = [Date::constant(2025, 9, 30), Date::constant(2026, 3, 31)];

/// The survey as of 31 March 2026, by one run and whatever is taken from another.
fn survey<'v>(verdict: &'v Verdict, other: &'v Verdict, take: fn(&mut Ground<'v>, &Ground<'_>)) -> Sheet {
    let as_of = day("2026-03-31");
    let mut own = Ground::new(verdict, &KNOWLEDGE, as_of, &DIAGRAMS, &TimeZone::UTC);
    take(&mut own, &Ground::new(other, &KNOWLEDGE, as_of, &[], &TimeZone::UTC));
    let forms = Forms::with(&[], &KNOWLEDGE).unwrap();
    let taken = "2026-04-02T10:00:00".parse().unwrap();
    let occasion = Occasion { hospital: None, taken, evidence: BTreeMap::new(), first: None };
    sheet(forms.find("gmis", None, as_of).unwrap(), &own, occasion)
}

/// A router with a line of its own, which no row knows.
fn lte(situation: &mut Situation, address: &str) {
    situation.world.arp(address, super::LTE);
    let wwan = Fact::Interface { index: 3, name: "wwan0".into(), kind: 243, mac: None, up: true };
    situation.world.see(address, "snmp", vec![Fact::Forwarding { enabled: true }, wwan]);
}

#[test]
fn a_line_in_a_closed_segment_is_open_though_only_another_run_looked_there() {
    let mut situation = all_well();
    let whole = situation.verdict();
    lte(&mut situation, "10.0.1.66");
    let with_line = situation.verdict();
    let mut part = all_well();
    part.world.batch_mut().coverage.pop();
    let verdict = part.verdict();
    let clean = survey(&verdict, &whole, Ground::also_tested);
    assert_eq!(drafts(&clean), ["Q8 Yes", "Q9 Yes", "Q10 Yes"]);
    let sheet = survey(&verdict, &with_line, Ground::also_tested);
    assert_eq!(
        drafts(&sheet),
        ["Q8 No machines_listed points_undeclared", "Q9 No points_undeclared", "Q10 No points_undeclared"]
    );
    assert_eq!(sheet.basis.others, std::slice::from_ref(&with_line.run.id), "it says on what it stands");
    let counted: usize = sheet.departments.iter().map(|one| one.undeclared).sum();
    let told = sheet.points.iter().filter(|point| point.seen == Seen::Undeclared).count();
    assert_eq!((counted, told, sheet.figures["points.undeclared"].value), (1, 1, Value::Count { count: 1 }));
}

#[test]
fn what_a_later_run_of_a_part_saw_is_there_once() {
    let verdict = all_well().verdict();
    let mut part = all_well();
    lte(&mut part, "10.0.0.66");
    let sheet = survey(&verdict, &part.verdict(), Ground::also_later);
    assert_eq!(drafts(&sheet)[2], "Q10 No points_undeclared");
    let twice = survey(&part.verdict(), &part.verdict(), Ground::also_later);
    assert_eq!(twice.figures["points.undeclared"].value, Value::Count { count: 1 });
    assert_eq!(twice.figures["machines.listed"], part.answer("gmis").figures["machines.listed"]);
}

#[test]
fn a_declared_segment_without_a_network_was_looked_at_by_nobody() {
    for network in [None, Some(Meaning::Text("別紙参照".into())), Some(Meaning::Networks(vec![]))] {
        let mut situation = all_well();
        let cells = [(Field::Name, Meaning::Text("手術系".into())), (Field::Closed, Meaning::Text("閉域".into()))];
        let cells = cells.into_iter().chain(network.map(|network| (Field::Segment, network))).collect();
        situation.records.push(record(Register::Segment, 3, cells));
        let sheet = situation.answer("gmis");
        assert_eq!(sheet.figures["segments.scanned"].value, Value::Share { part: 2, of: 3 });
        assert_eq!(sheet.figures["segments.closed_tested"].value, Value::Share { part: 1, of: 2 });
        assert!(
            drafts(&sheet).iter().all(|draft| draft.contains(" No ") && draft.contains("segments_scanned")),
            "{:?}",
            drafts(&sheet)
        );
        assert!(sheet.unseen.contains(&Unseen::NoNetwork { name: Some("手術系".into()) }), "{:?}", sheet.unseen);
    }
}

#[test]
fn of_a_ledger_that_was_read_in_part_nothing_is_a_yes() {
    let situation = all_well();
    let mut verdict = situation.verdict();
    Arc::make_mut(&mut verdict.ledger).problems.push(RowProblem {
        origin: Origin { file: "ledger.csv".into(), sheet: String::new(), row: 20_001 },
        column: None,
        field: None,
        kind: ProblemKind::TooManyRows,
        found: String::new(),
    });
    let sheet = situation.answer_of("gmis", &verdict);
    assert!(sheet.answers.iter().all(|answer| answer.draft != Draft::Yes), "{:?}", drafts(&sheet));
    assert!(sheet.unseen.contains(&Unseen::CutFile { file: "ledger.csv".into() }));
}

#[test]
fn a_version_that_is_still_to_be_found_out_is_none() {
    for text in [
        "要確認（メーカー）",
        "未取得",
        "情報なし",
        "記載なし",
        "わからない",
        "取得できず",
        "未把握",
        "確認できない",
        "要調査",
    ] {
        let mut situation = all_well();
        situation.world.rows[2].software[0].version = Some(text.into());
        assert_eq!(said(answer(&situation.answer("gmis"), "Q9")), "Q9 No medical_version", "{text}");
    }
}
