//! Vendors, remote maintenance, and reports to management: what the registers say.

use std::sync::LazyLock;

use jiff::civil::Date;
use regex::Regex;

use super::super::department::{YEAR, record_text};
use super::super::figure::{Behind, Figure, Value, Why, is_within};
use super::super::ground::Ground;
use super::super::said::{fold, is_done, is_without_contract, mds_since};
use super::must;
use crate::judge::entry::{Field, FourValued, Meaning, Record, Register};

pub(super) const NO_VENDORS: Value = Value::Unknown { why: Why::NoVendors };
const NO_REMOTE: Value = Value::Unknown { why: Why::NoRemote };
const NOTHING_RECEIVED: Value = Value::Unknown { why: Why::NothingReceived };

/// The oldest form of MDS/SDS that is asked for.
const FORM: u32 = 5;

/// Vendors of the register.
pub(super) fn listed(ground: &Ground<'_>) -> Figure {
    Figure::new(Value::Count { count: vendors(ground).len() }, ground.imported, vec![])
}

/// Vendors whose MDS/SDS were received; of those without a contract none are asked for.
pub(super) fn mds_received(ground: &Ground<'_>) -> Figure {
    let why = none(ground, Register::Vendor, NO_VENDORS);
    share(ground, &asked(ground), why, Field::MdsReceived, |record| has_mds(record, ground.day))
}

/// Of those received, in a form that is asked for.
pub(super) fn mds_current(ground: &Ground<'_>) -> Figure {
    share(ground, &received(ground), nothing_received(ground), Field::MdsFormVersion, |record| {
        let text = raw(record, Field::MdsFormVersion).filter(|text| is_done(text));
        text.and_then(version).is_some_and(|version| version >= FORM)
    })
}

/// Of those received, reviewed: on a day that is written, and not before it was received.
pub(super) fn mds_reviewed(ground: &Ground<'_>) -> Figure {
    share(ground, &received(ground), nothing_received(ground), Field::MdsReviewed, |record| {
        let reviewed = day(record, Field::MdsReviewed).filter(|_| is_kept(record, Field::MdsReviewed));
        let received = day(record, Field::MdsReceived).unwrap_or_else(mds_since);
        reviewed.is_some_and(|day| day >= received && is_mds_day(day, ground.day))
    })
}

/// Vendors that handed the checklist in within a year: it is asked for every year.
pub(super) fn checklist_returned(ground: &Ground<'_>) -> Figure {
    share(ground, &vendors(ground), NO_VENDORS, Field::ChecklistReturned, |record| {
        let returned = day(record, Field::ChecklistReturned).filter(|_| is_kept(record, Field::ChecklistReturned));
        returned.is_some_and(|day| is_within(day, YEAR, ground.day))
    })
}

/// Vendors with which the table of duties is used.
pub(super) fn role_table(ground: &Ground<'_>) -> Figure {
    share(ground, &vendors(ground), NO_VENDORS, Field::RoleTable, |record| {
        answer(record, Field::RoleTable) == Some(FourValued::Yes) && is_kept(record, Field::RoleTable)
    })
}

/// Answers of vendors that what stands at their devices speaks against.
pub(super) fn contradictions(ground: &Ground<'_>) -> Figure {
    open(ground, &["vendor_contradiction"])
}

/// Vendors that did not answer in time, and answers that are too old.
pub(super) fn overdue(ground: &Ground<'_>) -> Figure {
    open(ground, &["vendor_silent", "vendor_outdated"])
}

/// What vendors replied without confirming it: 不明, devices that came after the enquiry, devices that are not theirs.
pub(super) fn unconfirmed(ground: &Ground<'_>) -> Figure {
    open(ground, &["vendor_unknown", "vendor_unasked", "vendor_disowned"])
}

fn open(ground: &Ground<'_>, codes: &[&str]) -> Figure {
    let findings = ground.unsettled(codes).map(|finding| ground.behind(finding));
    Figure::count(findings.collect(), Some(ground.scanned))
}

/// Rows of remote maintenance that say 有, 無 or 契約なし.
pub(super) fn remote_answered(ground: &Ground<'_>) -> Figure {
    let remote = ground.records(Register::RemoteMaintenance);
    share(ground, &remote, NO_REMOTE, Field::RemoteMaintenance, |record| {
        !matches!(answer(record, Field::RemoteMaintenance), None | Some(FourValued::Unknown))
    })
}

/// Rows of remote maintenance that were confirmed within a year; 契約なし needs none.
pub(super) fn remote_confirmed(ground: &Ground<'_>) -> Figure {
    let recent =
        |record: &Record| day(record, Field::ConfirmedDate).is_some_and(|day| is_within(day, YEAR, ground.day));
    share(ground, &remote(ground), none(ground, Register::RemoteMaintenance, NO_REMOTE), Field::ConfirmedDate, recent)
}

/// Rows of remote maintenance whose source addresses are restricted: 有, or in which way.
pub(super) fn remote_restricted(ground: &Ground<'_>) -> Figure {
    let open = remote(ground).into_iter().filter(|one| answer(one, Field::RemoteMaintenance) != Some(FourValued::No));
    share(
        ground,
        &open.collect::<Vec<_>>(),
        none(ground, Register::RemoteMaintenance, NO_REMOTE),
        Field::SourceIpRestriction,
        |record| {
            matches!(answer(record, Field::SourceIpRestriction), None | Some(FourValued::Yes))
                && is_kept(record, Field::SourceIpRestriction)
        },
    )
}

/// The last report to management.
pub(super) fn review_last(ground: &Ground<'_>) -> Figure {
    let held = ground.records(Register::Confirmation);
    let until = held.iter().filter_map(|record| day(record, Field::HeldOn)).filter(|day| *day <= ground.day);
    Figure::day(until.max(), Why::NoMeeting)
}

/// Rows that need nothing are rows all the same: 該当なし.
fn none(ground: &Ground<'_>, register: Register, not_imported: Value) -> Value {
    if ground.records(register).is_empty() { not_imported } else { Value::None }
}

fn nothing_received(ground: &Ground<'_>) -> Value {
    let needless = !vendors(ground).is_empty() && asked(ground).is_empty();
    if needless { Value::None } else { NOTHING_RECEIVED }
}

fn vendors<'a>(ground: &Ground<'a>) -> Vec<&'a Record> {
    ground.records(Register::Vendor)
}

/// Vendors from which a statement is asked for.
fn asked<'a>(ground: &Ground<'a>) -> Vec<&'a Record> {
    let needs = |record: &&Record| {
        answer(record, Field::MdsReceived) != Some(FourValued::NoContract)
            && !raw(record, Field::MdsKind).is_some_and(is_without_contract)
    };
    vendors(ground).into_iter().filter(needs).collect()
}

fn received<'a>(ground: &Ground<'a>) -> Vec<&'a Record> {
    asked(ground).into_iter().filter(|record| has_mds(record, ground.day)).collect()
}

fn remote<'a>(ground: &Ground<'a>) -> Vec<&'a Record> {
    let contract = |one: &&Record| answer(one, Field::RemoteMaintenance) != Some(FourValued::NoContract);
    ground.records(Register::RemoteMaintenance).into_iter().filter(contract).collect()
}

/// A date says when; 有 says so without a date.
fn has_mds(record: &Record, on: Date) -> bool {
    let received = match day(record, Field::MdsReceived) {
        Some(day) => is_mds_day(day, on),
        None => answer(record, Field::MdsReceived) == Some(FourValued::Yes),
    };
    received && is_kept(record, Field::MdsReceived)
}

/// A statement of that day is one that is asked for, and the day does not lie ahead.
fn is_mds_day(day: Date, on: Date) -> bool {
    (mds_since()..=on).contains(&day)
}

/// The cell's own words do not take back what it says: `2026/3/1 予定`.
fn is_kept(record: &Record, field: Field) -> bool {
    raw(record, field).is_some_and(is_done)
}

fn share(
    ground: &Ground<'_>,
    records: &[&Record],
    none: Value,
    field: Field,
    holds: impl Fn(&Record) -> bool,
) -> Figure {
    Figure::share(records, ground.imported, none, |record| must(holds(record), || behind(record, field)))
}

pub(super) fn behind(record: &Record, field: Field) -> Behind {
    let told = [Field::Vendor, Field::SystemName, Field::AssetNo];
    Behind::Row {
        row: record.id.0.clone(),
        origin: record.origin.clone(),
        name: told.into_iter().find_map(|field| record_text(record, field)).map(str::to_owned),
        department: None,
        field: Some(field),
    }
}

fn answer(record: &Record, field: Field) -> Option<FourValued> {
    match record.values.get(&field)?.meaning {
        Meaning::Answer(answer) => Some(answer),
        _ => None,
    }
}

fn day(record: &Record, field: Field) -> Option<Date> {
    match record.values.get(&field)?.meaning {
        Meaning::Date(dated) => Some(dated.from),
        _ => None,
    }
}

fn raw(record: &Record, field: Field) -> Option<&str> {
    record.values.get(&field).map(|cell| cell.raw.as_str())
}

/// The guideline's version, which stands beside the form's: `（GL6.0版）`.
static GUIDELINE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?:gl|ガイドライン)(?:ver\.?|第)?\d+(?:\.\d+)*版?")
        .expect("the pattern is a constant that a test uses")
});

/// The form's version, named as one, or alone in its cell.
static VERSION: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?:(?:version|ver|v)\.?|第|様式|書式)(\d{1,2})(?:\.\d+)*(?:版|[^\d.]|$)|^(\d{1,2})(?:\.\d+)*版?$")
        .expect("the pattern is a constant that a test uses")
});

/// 5 of `Ver5.0`. A year, a day or a page is no version; of several versions the oldest counts.
fn version(text: &str) -> Option<u32> {
    let folded = fold(text);
    let form = GUIDELINE.replace_all(&folded, " ");
    let found = VERSION.captures_iter(form.trim()).filter_map(|found| found.get(1).or_else(|| found.get(2)));
    found.filter_map(|number| number.as_str().parse().ok()).min()
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::super::super::figure::{Figure, Value};
    use super::super::super::ground::Ground;
    use super::*;
    use crate::answer::sample::{all_well, record};
    use crate::judge::entry::Dated;
    use crate::judge::sample::KNOWLEDGE;

    /// A cell as a person wrote it, with what the import makes of it.
    fn cell(raw: &str) -> (Meaning, String) {
        let meaning = match raw {
            "有" | "有（未設定）" => Meaning::Answer(FourValued::Yes),
            "無" => Meaning::Answer(FourValued::No),
            _ => match raw.split(' ').next().and_then(|day| day.parse().ok()) {
                Some(day) => Meaning::Date(Dated::day(day)),
                None => Meaning::Text(raw.to_owned()),
            },
        };
        (meaning, raw.to_owned())
    }

    /// Whether a figure counts the one row of a register in which these cells stand, on 31 March 2026.
    fn counts(register: Register, cells: &[(Field, &str)], figure: fn(&Ground<'_>) -> Figure) -> bool {
        let mut situation = all_well();
        let meant = cells.iter().map(|(field, raw)| (*field, cell(raw).0)).collect();
        let mut row = record(register, 1, meant);
        for (field, raw) in cells {
            row.values.get_mut(field).unwrap().raw = cell(raw).1;
        }
        situation.records.push(row);
        let (verdict, day) = (situation.verdict(), "2026-03-31".parse().unwrap());
        let ground = Ground::new(&verdict, &KNOWLEDGE, day, &[], &TimeZone::UTC);
        figure(&ground).value == Value::Share { part: 1, of: 1 }
    }

    #[test]
    fn a_statement_that_is_not_reviewed_is_not_counted_as_reviewed() {
        let reviewed = |text| {
            let cells = [(Field::MdsReceived, "2025-06-01"), (Field::MdsReviewed, text)];
            counts(Register::Vendor, &cells, mds_reviewed)
        };
        assert!(reviewed("2025-07-01") && reviewed("2025-07-01 山田"));
        for text in
            ["未", "未点検", "未実施", "済", "山田", "2025-05-01", "2026-04-01", "1990-01-01", "2025-07-01 予定"]
        {
            assert!(!reviewed(text), "{text}");
        }
    }

    #[test]
    fn a_day_that_lies_ahead_or_far_back_confirms_nothing() {
        for (text, mds, checklist) in [
            ("2026-03-01", true, true),
            ("2026-03-31", true, true),
            ("2026-04-01", false, false),
            ("2024-10-01", true, false),
            ("2009-10-01", false, false),
            ("2026-03-01 予定", false, false),
        ] {
            assert_eq!(counts(Register::Vendor, &[(Field::MdsReceived, text)], mds_received), mds, "{text}");
            let returned = counts(Register::Vendor, &[(Field::ChecklistReturned, text)], checklist_returned);
            assert_eq!(returned, checklist, "{text}");
        }
    }

    #[test]
    fn a_restriction_that_is_not_there_is_none() {
        let restricted =
            |text| counts(Register::RemoteMaintenance, &[(Field::SourceIpRestriction, text)], remote_restricted);
        assert!(restricted("有") && restricted("203.0.113.5のみ"));
        for text in ["無", "有（未設定）", "未実施", "していない", "検討中", "不明", "なし", "制限なし"]
        {
            assert!(!restricted(text), "{text}");
        }
    }

    #[test]
    fn the_version_of_a_form_is_the_one_that_is_named_so() {
        for (text, wanted) in [
            ("Ver5.0", Some(5)),
            ("Ｖｅｒ．５．０", Some(5)),
            ("4.1", Some(4)),
            ("5.0版", Some(5)),
            ("Ver.10", Some(10)),
            ("MDS Ver4.0", Some(4)),
            ("2024年版 Ver4.0", Some(4)),
            ("Ver4.0（GL6.0版対応）", Some(4)),
            ("Ver5.0 / Ver4.1", Some(4)),
            ("2024/9/12", None),
            ("2024年版", None),
            ("GL6.0版", None),
            ("全12頁", None),
            ("不明", None),
        ] {
            assert_eq!(version(text), wanted, "{text}");
        }
    }
}
