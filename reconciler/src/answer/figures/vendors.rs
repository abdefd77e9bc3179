//! Vendors, remote maintenance, and reports to management: what the registers say.

use jiff::civil::Date;

use super::super::department::{YEAR, record_text};
use super::super::figure::{Behind, Figure, Value, Why, is_within};
use super::super::ground::Ground;
use super::super::said::is_said;
use super::must;
use crate::judge::entry::{Field, FourValued, Meaning, Record, Register};

const NO_VENDORS: Value = Value::Unknown { why: Why::NoVendors };
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
    share(ground, &asked(ground), NO_VENDORS, Field::MdsReceived, has_mds)
}

/// Of those received, in a form that is asked for.
pub(super) fn mds_current(ground: &Ground<'_>) -> Figure {
    share(ground, &received(ground), NOTHING_RECEIVED, Field::MdsFormVersion, |record| {
        record_text(record, Field::MdsFormVersion).and_then(version).is_some_and(|version| version >= FORM)
    })
}

/// Of those received, reviewed.
pub(super) fn mds_reviewed(ground: &Ground<'_>) -> Figure {
    share(ground, &received(ground), NOTHING_RECEIVED, Field::MdsReviewed, |record| {
        raw(record, Field::MdsReviewed).is_some_and(is_said)
    })
}

/// Vendors that handed the checklist in.
pub(super) fn checklist_returned(ground: &Ground<'_>) -> Figure {
    share(ground, &vendors(ground), NO_VENDORS, Field::ChecklistReturned, |record| {
        day(record, Field::ChecklistReturned).is_some()
    })
}

/// Vendors with which the table of duties is used.
pub(super) fn role_table(ground: &Ground<'_>) -> Figure {
    share(ground, &vendors(ground), NO_VENDORS, Field::RoleTable, |record| {
        answer(record, Field::RoleTable) == Some(FourValued::Yes)
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
    share(ground, &remote(ground), NO_REMOTE, Field::ConfirmedDate, recent)
}

/// Rows of remote maintenance whose source addresses are restricted.
pub(super) fn remote_restricted(ground: &Ground<'_>) -> Figure {
    let open = remote(ground).into_iter().filter(|one| answer(one, Field::RemoteMaintenance) != Some(FourValued::No));
    share(ground, &open.collect::<Vec<_>>(), NO_REMOTE, Field::SourceIpRestriction, |record| {
        answer(record, Field::SourceIpRestriction) == Some(FourValued::Yes)
    })
}

/// The last report to management.
pub(super) fn review_last(ground: &Ground<'_>) -> Figure {
    let held = ground.records(Register::Confirmation);
    let until = held.iter().filter_map(|record| day(record, Field::HeldOn)).filter(|day| *day <= ground.day);
    Figure::day(until.max(), Why::NoMeeting)
}

fn vendors<'a>(ground: &Ground<'a>) -> Vec<&'a Record> {
    ground.records(Register::Vendor)
}

/// Vendors from which a statement is asked for.
fn asked<'a>(ground: &Ground<'a>) -> Vec<&'a Record> {
    let needs = |record: &&Record| answer(record, Field::MdsReceived) != Some(FourValued::NoContract);
    vendors(ground).into_iter().filter(needs).collect()
}

fn received<'a>(ground: &Ground<'a>) -> Vec<&'a Record> {
    asked(ground).into_iter().filter(|record| has_mds(record)).collect()
}

fn remote<'a>(ground: &Ground<'a>) -> Vec<&'a Record> {
    let contract = |one: &&Record| answer(one, Field::RemoteMaintenance) != Some(FourValued::NoContract);
    ground.records(Register::RemoteMaintenance).into_iter().filter(contract).collect()
}

/// A date says when; 有 says so without a date.
fn has_mds(record: &Record) -> bool {
    day(record, Field::MdsReceived).is_some() || answer(record, Field::MdsReceived) == Some(FourValued::Yes)
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

fn behind(record: &Record, field: Field) -> Behind {
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

/// The first number of `Ver5.0`.
fn version(text: &str) -> Option<u32> {
    let digits: String = text.chars().skip_while(|c| !c.is_ascii_digit()).take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::version;

    #[test]
    fn the_version_of_a_form_is_its_first_number() {
        assert_eq!(
            [version("Ver5.0"), version("4.1"), version("Ver.10"), version("不明")],
            [Some(5), Some(4), Some(10), None]
        );
    }
}
