//! 二系統接続の疑い: a machine with an address in another network, where that is not its purpose.

use super::super::asset::Grade;
use super::super::entry::FourValued;
use super::super::finding::Kind;
use super::super::group::Group;
use super::super::scene::Scene;
use super::undeclared_uplink::is_undeclared;
use super::{Draft, Stress, row_ids};

pub(crate) fn speak(scene: &Scene<'_>) -> Vec<Draft> {
    (0..scene.assets.len()).filter_map(|index| draft(scene, index)).collect()
}

/// Silent where the second network is declared, where it is what network equipment or a declared line is for, and where
/// nothing is left that a benign explanation does not explain: such machines stand in the list of dual-homed ones, with it.
fn draft(scene: &Scene<'_>, index: usize) -> Option<Draft> {
    let (asset, group) = (&scene.assets[index], scene.group_of(index));
    let uplinks = &scene.knowledge.uplinks;
    let homed = &asset.multi_homed;
    let harmless = homed.grade <= Grade::Indication && homed.bare() > homed.grade;
    if homed.grade <= Grade::Undecidable || harmless {
        return None;
    }
    let expected = scene.joining(index).is_some_and(|group| {
        let joins = group.is_network_device() || group.is_external_connection();
        joins || group.any(|row| row.dual_homed == FourValued::Yes)
    });
    if expected {
        return None;
    }
    let tethered = homed.addresses.iter().any(|address| uplinks.tether.iter().any(|net| net.cidr.contains(address)));
    let medical = asset.class.value.is_medical() || group.is_some_and(Group::is_medical);
    // The same machine is named as a way out already, louder than this.
    let named = asset.uplink.grade > Grade::Indication && is_undeclared(scene, index);
    let stress = match homed.grade {
        Grade::Indication => Stress::Lowered,
        _ if (tethered && !named) || medical => Stress::Raised,
        _ => Stress::Usual,
    };
    Some(Draft {
        happened: None,
        about: String::new(),
        stress,
        grade: homed.grade,
        asset: Some(asset.id.clone()),
        entries: group.map(|group| row_ids(&group.rows)).unwrap_or_default(),
        evidence: homed.evidence.clone(),
        kind: Kind::DualHomed { addresses: homed.addresses.clone() },
    })
}
