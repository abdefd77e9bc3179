//! The chase list: who was asked when, what came back, and who is late.

use jiff::civil::Date;
use serde::Serialize;

use super::Dossier;
use crate::judge::finding::Kind;
use crate::judge::vendor::{Enquiry, Names, Vendors};
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
    /// Rows of it that are answered.
    pub answered: usize,
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
    /// Asked; the day has not come.
    Waiting,
    /// Its newest confirmation is too old.
    Outdated,
    /// Answered whole.
    Answered,
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
    let gone = vendors
        .enquiries
        .iter()
        .filter(|enquiry| !dossiers.iter().any(|dossier| names.is(&dossier.vendor, &enquiry.vendor)));
    for enquiry in gone {
        if !lines.iter().any(|line| names.is(&line.vendor, &enquiry.vendor)) {
            let empty = Dossier {
                vendor: enquiry.vendor.clone(),
                devices: vec![],
                paths: vec![],
                systems: vec![],
                told: vec![],
            };
            lines.push(line(&empty, verdict, vendors, names, today));
        }
    }
    lines.sort_by(|a, b| (a.state, a.due, &a.vendor).cmp(&(b.state, b.due, &b.vendor)));
    lines
}

fn line(dossier: &Dossier<'_>, verdict: &Verdict, vendors: &Vendors, names: &Names<'_>, today: Date) -> Chase {
    let own = || vendors.enquiries.iter().filter(|enquiry| names.is(&enquiry.vendor, &dossier.vendor));
    let open = |enquiry: &&Enquiry| !vendors.unanswered(names, enquiry).is_empty();
    let enquiry = own().find(open).or_else(|| own().next_back());
    let waiting = enquiry.map_or(0, |enquiry| vendors.unanswered(names, enquiry).len());
    let about = |kind: &Kind| match kind {
        Kind::VendorContradiction { vendor, .. } => names.is(vendor, &dossier.vendor),
        _ => false,
    };
    let outdated = |kind: &Kind| match kind {
        Kind::VendorOutdated { vendor, .. } => names.is(vendor, &dossier.vendor),
        _ => false,
    };
    let replies = vendors.replies.iter().filter(|reply| names.is(&reply.vendor, &dossier.vendor));
    let state = match enquiry {
        None if verdict.findings.iter().any(|finding| outdated(&finding.kind)) => State::Outdated,
        None => State::NotAsked,
        Some(enquiry) if waiting > 0 && enquiry.due < today => State::Overdue,
        Some(_) if waiting > 0 => State::Waiting,
        Some(_) if verdict.findings.iter().any(|finding| outdated(&finding.kind)) => State::Outdated,
        Some(_) => State::Answered,
    };
    let rows = enquiry.map_or(0, |enquiry| enquiry.subjects.len());
    Chase {
        vendor: dossier.vendor.clone(),
        devices: dossier.devices.len(),
        asked: enquiry.map(|enquiry| enquiry.asked_on),
        enquiry: enquiry.map(|enquiry| enquiry.number),
        due: enquiry.map(|enquiry| enquiry.due),
        rows,
        answered: rows - waiting,
        received: replies.map(|reply| reply.received_on).max(),
        contradictions: verdict.findings.iter().filter(|finding| about(&finding.kind)).count(),
        days: enquiry.map(|enquiry| (today - enquiry.asked_on).get_days()),
        state,
    }
}
