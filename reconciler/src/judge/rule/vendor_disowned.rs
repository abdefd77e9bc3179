//! 事業者が担当ではないと回答: a device whose maintenance the ledger gives to a vendor, and the vendor says that it is
//! not its own. Somebody has to be asked about it, and the ledger names the wrong one, or nobody is there.

use super::super::asset::Grade;
use super::super::finding::Kind;
use super::super::scene::Scene;
use super::super::vendor::{self, Holding, Said};
use super::vendor_contradiction::{against, evidence};
use super::{Draft, Stress, row_ids};

pub(crate) fn speak(scene: &Scene<'_>) -> Vec<Draft> {
    scene.holdings.iter().flat_map(|(key, holding)| disowned(scene, key, holding)).collect()
}

fn disowned(scene: &Scene<'_>, key: &str, holding: &Holding<'_>) -> Vec<Draft> {
    let mut drafts = vec![];
    for group in &holding.groups {
        let rows = &scene.groups[*group].rows;
        let newest = scene.vendors.newest(&scene.names, key, &vendor::subjects(rows), vendor::RESPONSIBLE);
        let Some((_, Said::Answer(said))) = newest else { continue };
        if !vendor::denies(*said) {
            continue;
        }
        let asset = scene.pairing.asset_of.get(group).copied();
        let seen = asset.map(|asset| against(scene, asset)).unwrap_or_default();
        drafts.push(Draft {
            stress: if seen.is_empty() { Stress::Usual } else { Stress::Raised },
            grade: Grade::Confirmed,
            asset: asset.map(|asset| scene.assets[asset].id.clone()),
            entries: row_ids(rows),
            evidence: asset.filter(|_| !seen.is_empty()).map(|one| evidence(scene, one, &seen)).unwrap_or_default(),
            happened: None,
            about: key.to_owned(),
            kind: Kind::VendorDisowned { vendor: holding.name.clone(), said: *said, seen },
        });
    }
    drafts
}
