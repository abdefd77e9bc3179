//! 台帳未登録: a machine that no row is paired with. Louder for what should never stand there undeclared.

use super::super::asset::{Class, Grade};
use super::super::finding::Kind;
use super::super::scene::Scene;
use super::{Draft, Stress};

/// A machine that a row might be is left to `ambiguous_pair`; an address that moves between
/// routers is no machine; a declared second card stands in the ledger already.
pub(crate) fn speak(scene: &Scene<'_>) -> Vec<Draft> {
    let unpaired = (0..scene.assets.len()).filter(|index| {
        !scene.pairing.group_of.contains_key(index)
            && !scene.pairing.is_contested(*index)
            && !scene.machines[*index].moving
            && !scene.is_declared_part(*index)
    });
    unpaired.map(|index| draft(scene, index)).collect()
}

fn draft(scene: &Scene<'_>, index: usize) -> Draft {
    let asset = &scene.assets[index];
    let class = asset.class.value;
    let leads_out = matches!(class, Class::Router | Class::LteRouter | Class::Vpn | Class::Firewall);
    let grave = leads_out || class.is_medical() || class == Class::Server;
    let only_told = scene.machines[index].observations.is_empty();
    Draft {
        kind: Kind::NotInLedger,
        stress: if grave { Stress::Raised } else { Stress::Usual },
        grade: if only_told { Grade::Probable } else { Grade::Confirmed },
        asset: Some(asset.id.clone()),
        entries: vec![],
        evidence: scene.presence(index),
        about: String::new(),
    }
}
