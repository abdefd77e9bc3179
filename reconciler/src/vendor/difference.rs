//! What a reply says otherwise than what was known before: the vendor's own earlier word, and the ledger's.

use crate::judge::entry::{Entry, Field, FourValued, Ledger};
use crate::judge::vendor::{self, Enquiry, Names, REMOTE, Said, Subject, Vendors};

use super::reading::Filled;

/// One answer that is new, or another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// What it is about.
    pub subject: Subject,
    /// Name of the question.
    pub question: String,
    /// The vendor's newest word before this.
    pub before: Option<Said>,
    /// What the ledger has, where it says another thing about whether there is remote maintenance.
    pub ledger: Option<FourValued>,
    /// What it says now.
    pub now: Said,
}

/// Everything that is new, in the order of the enquiry.
pub fn differences(
    filled: &Filled,
    enquiry: &Enquiry,
    vendors: &Vendors,
    ledger: &Ledger,
    names: &Names<'_>,
) -> Vec<Difference> {
    let mut all = vec![];
    for subject in &enquiry.subjects {
        for (question, now) in filled.rows.get(subject).into_iter().flatten() {
            let own = [subject.clone()];
            let before = vendors.newest(names, &enquiry.vendor, &own, question).map(|(_, said)| said.clone());
            let declared = (question == REMOTE).then(|| declared(ledger, subject)).flatten();
            let ledger = declared.filter(|declared| *now != Said::Answer(*declared));
            if before.as_ref() != Some(now) {
                let (subject, question, now) = (subject.clone(), question.clone(), now.clone());
                all.push(Difference { subject, question, before, ledger, now });
            }
        }
    }
    all
}

/// What the ledger says of remote maintenance there, where it says anything.
fn declared(ledger: &Ledger, subject: &Subject) -> Option<FourValued> {
    let row = ledger.entries.iter().find(|row| row.id.0 == subject.0);
    let cell = |row: &&Entry| row.cells.contains_key(&Field::RemoteMaintenance);
    let of_row = row.filter(cell).map(|row| row.remote_maintenance);
    let record = ledger.records.iter().find(|record| record.id.0 == subject.0);
    of_row.or_else(|| vendor::answer(record?, Field::RemoteMaintenance))
}
