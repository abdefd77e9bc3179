//! 未申告の外部接続点の疑い: a way out that nobody declared.

use super::super::asset::Grade;
use super::super::entry::FourValued;
use super::super::finding::{Kind, UplinkSign};
use super::super::scene::Scene;
use super::{Draft, Stress, row_ids};

pub(crate) fn speak(scene: &Scene<'_>) -> Vec<Draft> {
    (0..scene.assets.len()).filter(|index| is_undeclared(scene, *index)).map(|index| draft(scene, index)).collect()
}

/// Signs that only a line of its own gives; the others are what any inner router shows.
pub(crate) fn leads_out(sign: UplinkSign) -> bool {
    use UplinkSign::{CellularMaker, CellularTitle, SnmpUplinkInterface, UpnpGateway};
    matches!(sign, UpnpGateway | SnmpUplinkInterface | CellularMaker | CellularTitle)
}

/// A row that declares an external connection answers everything. A row that declares network
/// equipment answers for an inner router's signs, and for the others unless it denies them. Any
/// other row answers for a host that forwards (virtual machines, containers), no more.
pub(crate) fn is_undeclared(scene: &Scene<'_>, index: usize) -> bool {
    let signs = scene.signs(index);
    let Some(group) = scene.group_of(index) else {
        let moves = scene.machines[index].moving && has_declared_router(scene);
        return signs.keys().any(|sign| !moves || leads_out(*sign));
    };
    if signs.is_empty() || group.is_external_connection() {
        return false;
    }
    if group.is_network_device() {
        let denied = group.any(|row| row.external_connection == FourValued::No);
        return denied && signs.keys().copied().any(leads_out);
    }
    signs.keys().any(|sign| *sign != UplinkSign::SnmpForwarding)
}

/// The address that moves between declared routers is theirs.
fn has_declared_router(scene: &Scene<'_>) -> bool {
    scene.pairing.asset_of.keys().any(|group| scene.groups[*group].is_network_device())
}

fn draft(scene: &Scene<'_>, index: usize) -> Draft {
    let (asset, signs) = (&scene.assets[index], scene.signs(index));
    Draft {
        about: String::new(),
        stress: if asset.uplink.grade <= Grade::Indication { Stress::Lowered } else { Stress::Usual },
        grade: asset.uplink.grade,
        asset: Some(asset.id.clone()),
        entries: scene.group_of(index).map(|group| row_ids(&group.rows)).unwrap_or_default(),
        evidence: signs.values().flatten().cloned().collect(),
        kind: Kind::UndeclaredUplink { signs: signs.into_keys().collect() },
    }
}
