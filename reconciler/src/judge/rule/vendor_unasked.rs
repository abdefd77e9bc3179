//! 照会の後に加わった機器: a vendor was asked about its devices, and the ledger gives it more by now. Whatever it answered
//! says nothing of these.

use super::super::asset::Grade;
use super::super::finding::Kind;
use super::super::scene::Scene;
use super::super::vendor::{self, Holding};
use super::{Draft, Stress};

/// Nothing is said of a vendor that nobody ever asked: the chase list has it.
pub(crate) fn speak(scene: &Scene<'_>) -> Vec<Draft> {
    scene.holdings.iter().filter_map(|(key, holding)| unasked(scene, key, holding)).collect()
}

fn unasked(scene: &Scene<'_>, key: &str, holding: &Holding<'_>) -> Option<Draft> {
    let (asked, about) = scene.vendors.asked(&scene.names, key)?;
    let is_new = |group: &usize| !vendor::subjects(&scene.groups[*group].rows).iter().any(|one| about.contains(one));
    let new: Vec<usize> = holding.groups.iter().copied().filter(is_new).collect();
    if new.is_empty() {
        return None;
    }
    let replies = scene.vendors.replies.iter().filter(|reply| scene.names.is(&reply.vendor, key));
    Some(Draft {
        stress: Stress::Usual,
        grade: Grade::Confirmed,
        asset: None,
        entries: new.iter().map(|group| scene.groups[*group].first().id.clone()).collect(),
        evidence: vec![],
        happened: None,
        about: key.to_owned(),
        kind: Kind::VendorUnasked {
            vendor: holding.name.clone(),
            asked,
            answered: replies.map(super::super::vendor::Reply::day).max(),
            devices: u32::try_from(new.len()).unwrap_or(u32::MAX),
        },
    })
}
