//! 二系統接続の疑い: a machine with an address in another network, where that is not its purpose.

use super::super::asset::Grade;
use super::super::entry::{DeviceType, FourValued};
use super::super::finding::Kind;
use super::super::group::Group;
use super::super::homing::is_benign;
use super::super::scene::Scene;
use super::{Draft, Stress, row_ids};

pub(crate) fn speak(scene: &Scene<'_>) -> Vec<Draft> {
    (0..scene.assets.len()).filter_map(|index| draft(scene, index)).collect()
}

/// Silent where the second network is declared, where it is what network equipment is for, and
/// where every address lies in a network that programs make inside a machine.
fn draft(scene: &Scene<'_>, index: usize) -> Option<Draft> {
    let (asset, group) = (&scene.assets[index], scene.group_of(index));
    let uplinks = &scene.knowledge.uplinks;
    let homed = &asset.multi_homed;
    let expected =
        group.is_some_and(|group| group.is_network_device() || group.any(|row| row.dual_homed == FourValued::Yes));
    let harmless = homed.addresses.iter().all(|address| is_benign(*address, uplinks));
    if homed.grade <= Grade::Undecidable || expected || harmless {
        return None;
    }
    let tethered = homed.addresses.iter().any(|address| uplinks.tether.iter().any(|net| net.cidr.contains(address)));
    let medical = asset.class.value.is_medical() || group.is_some_and(is_medical);
    let stress = match homed.grade {
        Grade::Indication => Stress::Lowered,
        _ if tethered || medical => Stress::Raised,
        _ => Stress::Usual,
    };
    Some(Draft {
        about: homed.addresses.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "),
        stress,
        grade: homed.grade,
        asset: Some(asset.id.clone()),
        entries: group.map(|group| row_ids(&group.rows)).unwrap_or_default(),
        evidence: homed.evidence.clone(),
        kind: Kind::DualHomed { addresses: homed.addresses.clone() },
    })
}

fn is_medical(group: &Group<'_>) -> bool {
    group.any(|row| row.device_type == Some(DeviceType::Medical))
}
