//! 事業者から回答がない: a vendor was asked, and the day has passed.

use std::collections::BTreeMap;

use super::super::asset::Grade;
use super::super::finding::Kind;
use super::super::scene::Scene;
use super::super::vendor::Enquiry;
use super::{Draft, Stress};

/// The oldest enquiry of a vendor that still waits counts: asking again does not make the wait shorter.
pub(crate) fn speak(scene: &Scene<'_>) -> Vec<Draft> {
    let day = scene.day();
    let mut waiting: BTreeMap<String, (&Enquiry, usize)> = BTreeMap::new();
    for enquiry in scene.vendors.standing().filter(|enquiry| enquiry.due < day) {
        let open = scene.vendors.open(&scene.names, enquiry).silent.len();
        if open > 0 {
            waiting.entry(scene.names.key(&enquiry.vendor)).or_insert((enquiry, open));
        }
    }
    waiting.into_iter().map(|(key, (enquiry, open))| draft(key, enquiry, open)).collect()
}

fn draft(key: String, enquiry: &Enquiry, open: usize) -> Draft {
    Draft {
        stress: Stress::Usual,
        grade: Grade::Confirmed,
        asset: None,
        entries: vec![],
        evidence: vec![],
        happened: None,
        about: key,
        kind: Kind::VendorSilent {
            vendor: enquiry.vendor.clone(),
            asked: enquiry.asked_on,
            due: enquiry.due,
            open: u32::try_from(open).unwrap_or(u32::MAX),
        },
    }
}
