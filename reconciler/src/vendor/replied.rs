//! The newest word of every vendor on everything that it was asked: what the registers show beside their own rows.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::{Device, Dossier};
use crate::judge::entry::{EntryId, FourValued};
use crate::judge::vendor::{Answers, Enquiry, Names, RESPONSIBLE, Reply, Said, Subject, Vendors, of_row};

/// What one vendor says of one thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replied {
    /// The vendor, as its enquiry has it.
    pub vendor: String,
    /// What it was asked about.
    pub subject: Subject,
    /// The ledger rows that are it, where it is a device or a path.
    pub rows: Vec<EntryId>,
    /// Number of the newest enquiry that asks it, and its day.
    pub asked: (i64, Date),
    /// 有, 無, 不明 or 契約なし; `None` where it did not answer.
    pub word: Option<FourValued>,
    /// Whether it looks after the device.
    pub responsible: Option<FourValued>,
    /// The newest reply's other answers.
    pub answers: Answers,
    /// When it answered, and who.
    pub said: Option<(Date, String)>,
}

/// Everything that standing enquiries ask, by vendor, each thing once.
pub fn replied(dossiers: &[Dossier<'_>], vendors: &Vendors, names: &Names<'_>) -> Vec<Replied> {
    let mut newest: BTreeMap<(String, &Subject), &Enquiry> = BTreeMap::new();
    for enquiry in vendors.standing() {
        for subject in &enquiry.subjects {
            newest.insert((names.key(&enquiry.vendor), subject), enquiry);
        }
    }
    newest
        .into_iter()
        .map(|((key, subject), enquiry)| one(dossiers, vendors, names, (&key, subject, enquiry)))
        .collect()
}

fn one(
    dossiers: &[Dossier<'_>],
    vendors: &Vendors,
    names: &Names<'_>,
    (key, subject, enquiry): (&str, &Subject, &Enquiry),
) -> Replied {
    let dossier = dossiers.iter().find(|dossier| names.is(&dossier.vendor, key));
    let device = dossier.and_then(|one| one.devices.iter().find(|device| device.subjects().contains(subject)));
    let subjects = device.map_or_else(|| vec![subject.clone()], Device::subjects);
    let reply = newest(vendors, names, key, &subjects);
    let answers = reply.map(|(_, row)| row.clone()).unwrap_or_default();
    Replied {
        vendor: dossier.map_or_else(|| enquiry.vendor.clone(), |dossier| dossier.vendor.clone()),
        subject: subject.clone(),
        rows: subjects.into_iter().map(|subject| EntryId(subject.0)).collect(),
        asked: (enquiry.number, enquiry.asked_on),
        word: reply.and_then(|(_, row)| of_row(subject, row)),
        responsible: match answers.get(RESPONSIBLE) {
            Some(Said::Answer(answer)) => Some(*answer),
            _ => None,
        },
        answers,
        said: reply.map(|(reply, _)| (reply.day(), reply.answered_by.clone().unwrap_or_default())),
    }
}

/// The newest reply that says whether there is any.
fn newest<'v>(
    vendors: &'v Vendors,
    names: &Names<'_>,
    key: &str,
    subjects: &[Subject],
) -> Option<(&'v Reply, &'v Answers)> {
    let (reply, _) = vendors.word(names, key, subjects)?;
    let mut rows = subjects.iter().filter_map(|subject| Some((subject, reply.rows.get(subject)?)));
    let (_, row) = rows.find(|(subject, row)| of_row(subject, row).is_some())?;
    Some((reply, row))
}
