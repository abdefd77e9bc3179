//! The chase list: who was asked when, what came back, and who is late.

use jiff::civil::Date;
use serde::Serialize;

use super::{Device, Dossier};
use crate::judge::finding::Kind;
use crate::judge::vendor::{Enquiry, Names, Open, Vendors};
use crate::judge::verdict::Verdict;

/// One vendor's line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Chase {
    /// The vendor.
    pub vendor: String,
    /// Its devices in the ledger.
    pub devices: usize,
    /// When the oldest enquiry was written that is not answered whole; else the newest.
    pub asked: Option<Date>,
    /// Number of that enquiry.
    pub enquiry: Option<i64>,
    /// When its answer was expected.
    pub due: Option<Date>,
    /// Rows of it.
    pub rows: usize,
    /// Rows of it that are confirmed: 有, 無 or 契約なし was said.
    pub answered: usize,
    /// Rows of it to which the newest reply is 不明.
    pub unknown: usize,
    /// Its unanswered rows that the ledger does not have any more: they can only be withdrawn.
    pub gone: usize,
    /// Its devices that no enquiry is about: they came into the ledger later.
    pub added: usize,
    /// When the newest answer of this vendor came in.
    pub received: Option<Date>,
    /// Its answers that are contradicted by what was seen.
    pub contradictions: usize,
    /// Days since it was asked.
    pub days: Option<i32>,
    /// Where it stands.
    pub state: State,
}

/// Where a vendor stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// The day has passed, and rows are open.
    Overdue,
    /// Nobody asked it yet.
    NotAsked,
    /// It replied, and 不明 stands where a confirmation belongs.
    Unconfirmed,
    /// Asked; the day has not come.
    Waiting,
    /// Answered whole, but devices came into the ledger since.
    Added,
    /// Its newest confirmation is too old.
    Outdated,
    /// Answered whole.
    Answered,
    /// The ledger says 契約なし of everything that it has: there is nothing to ask (記入不要).
    NoContract,
}

/// The list, the most urgent first.
pub fn chase(
    dossiers: &[Dossier<'_>],
    verdict: &Verdict,
    vendors: &Vendors,
    names: &Names<'_>,
    today: Date,
) -> Vec<Chase> {
    let mut lines: Vec<Chase> = dossiers.iter().map(|dossier| line(dossier, verdict, vendors, names, today)).collect();
    for enquiry in vendors.standing() {
        if !lines.iter().any(|line| names.is(&line.vendor, &enquiry.vendor)) {
            lines.push(line(&Dossier::empty(&enquiry.vendor), verdict, vendors, names, today));
        }
    }
    lines.sort_by(|a, b| (a.state, a.due, &a.vendor).cmp(&(b.state, b.due, &b.vendor)));
    lines
}

fn line(dossier: &Dossier<'_>, verdict: &Verdict, vendors: &Vendors, names: &Names<'_>, today: Date) -> Chase {
    let (enquiry, open) = counts(dossier, vendors, names);
    let added = added(dossier, vendors, names);
    let about = |kind: &Kind| match kind {
        Kind::VendorContradiction { vendor, .. } | Kind::VendorDisowned { vendor, .. } => {
            names.is(vendor, &dossier.vendor)
        }
        _ => false,
    };
    let outdated = |kind: &Kind| match kind {
        Kind::VendorOutdated { vendor, .. } => names.is(vendor, &dossier.vendor),
        _ => false,
    };
    let outdated = verdict.findings.iter().any(|finding| outdated(&finding.kind));
    let state = match enquiry {
        None if outdated => State::Outdated,
        None if dossier.exempt => State::NoContract,
        None => State::NotAsked,
        Some(enquiry) if !open.silent.is_empty() && enquiry.due < today => State::Overdue,
        Some(_) if !open.silent.is_empty() => State::Waiting,
        Some(_) if !open.unknown.is_empty() => State::Unconfirmed,
        Some(_) if added > 0 => State::Added,
        Some(_) if outdated => State::Outdated,
        Some(_) => State::Answered,
    };
    let replies = vendors.replies.iter().filter(|reply| names.is(&reply.vendor, &dossier.vendor));
    let rows = enquiry.map_or(0, |enquiry| enquiry.subjects.len());
    Chase {
        vendor: dossier.vendor.clone(),
        devices: dossier.devices.len(),
        asked: enquiry.map(|enquiry| enquiry.asked_on),
        enquiry: enquiry.map(|enquiry| enquiry.number),
        due: enquiry.map(|enquiry| enquiry.due),
        rows,
        answered: rows - open.count(),
        unknown: open.unknown.len(),
        gone: open.silent.iter().filter(|subject| !dossier.asks(subject)).count(),
        added,
        received: replies.map(|reply| reply.received_on).max(),
        contradictions: verdict.findings.iter().filter(|finding| about(&finding.kind)).count(),
        days: enquiry.map(|enquiry| (today - enquiry.asked_on).get_days()),
        state,
    }
}

/// The enquiry that counts: the oldest to which an answer is missing, else the oldest of which something is 不明, else
/// the newest.
fn counts<'v>(dossier: &Dossier<'_>, vendors: &'v Vendors, names: &Names<'_>) -> (Option<&'v Enquiry>, Open<'v>) {
    let own = vendors.standing().filter(|enquiry| names.is(&enquiry.vendor, &dossier.vendor));
    let mut own: Vec<(&Enquiry, Open<'_>)> = own.map(|enquiry| (enquiry, vendors.open(names, enquiry))).collect();
    let silent = own.iter().position(|(_, open)| !open.silent.is_empty());
    let unknown = || own.iter().position(|(_, open)| !open.unknown.is_empty());
    let Some(place) = silent.or_else(unknown).or_else(|| own.len().checked_sub(1)) else {
        return (None, Open::default());
    };
    let (enquiry, open) = own.swap_remove(place);
    (Some(enquiry), open)
}

fn added(dossier: &Dossier<'_>, vendors: &Vendors, names: &Names<'_>) -> usize {
    let Some((_, about)) = vendors.asked(names, &dossier.vendor) else { return 0 };
    let is_new = |device: &&Device<'_>| !device.subjects().iter().any(|subject| about.contains(subject));
    dossier.devices.iter().filter(is_new).count()
}
