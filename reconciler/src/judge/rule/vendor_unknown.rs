//! 事業者の回答が不明のまま: a vendor replied 不明. That is a reply, and no confirmation: the question stays open.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::super::asset::Grade;
use super::super::entry::EntryId;
use super::super::finding::Kind;
use super::super::scene::Scene;
use super::super::vendor::Subject;
use super::{Draft, Stress};

/// One statement a vendor: whatever its newest word on is 不明, in whichever enquiry it was asked.
pub(crate) fn speak(scene: &Scene<'_>) -> Vec<Draft> {
    let mut open: BTreeMap<String, (&str, BTreeMap<&Subject, Date>)> = BTreeMap::new();
    for enquiry in scene.vendors.standing() {
        for (subject, day) in scene.vendors.open(&scene.names, enquiry).unknown {
            let key = scene.names.key(&enquiry.vendor);
            open.entry(key).or_insert((&enquiry.vendor, BTreeMap::new())).1.insert(subject, day);
        }
    }
    let rows: BTreeSet<&EntryId> = scene.ledger.entries.iter().map(|row| &row.id).collect();
    open.into_iter().filter_map(|(key, (vendor, unknown))| draft(key, vendor, &unknown, &rows)).collect()
}

fn draft(key: String, vendor: &str, unknown: &BTreeMap<&Subject, Date>, rows: &BTreeSet<&EntryId>) -> Option<Draft> {
    let answered = unknown.values().min().copied()?;
    let entries = unknown.keys().map(|subject| EntryId(subject.0.clone())).filter(|id| rows.contains(id));
    Some(Draft {
        stress: Stress::Usual,
        grade: Grade::Confirmed,
        asset: None,
        entries: entries.collect(),
        evidence: vec![],
        happened: None,
        about: key,
        kind: Kind::VendorUnknown {
            vendor: vendor.to_owned(),
            answered,
            open: u32::try_from(unknown.len()).unwrap_or(u32::MAX),
        },
    })
}
