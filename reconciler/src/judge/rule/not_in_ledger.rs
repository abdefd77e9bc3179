//! 台帳未登録: a machine that no row is paired with. Louder for what should never stand there undeclared.

use std::collections::HashMap;
use std::net::IpAddr;

use daicho_shared::address::Mac;

use super::super::asset::{Class, Grade};
use super::super::finding::{Happened, Kind};
use super::super::scene::Scene;
use super::{Draft, Stress};

/// A machine that a row might be is left to `ambiguous_pair`; an address that moves between
/// routers is no machine; a declared second card stands in the ledger already.
pub(crate) fn speak(scene: &Scene<'_>) -> Vec<Draft> {
    let parts = Parts::new(scene);
    let unpaired = (0..scene.assets.len()).filter(|index| {
        !scene.pairing.group_of.contains_key(index)
            && !scene.pairing.contested.contains(index)
            && !scene.machines[*index].moving
            && !parts.is_declared(scene, *index)
    });
    unpaired.map(|index| draft(scene, index)).collect()
}

fn draft(scene: &Scene<'_>, index: usize) -> Draft {
    let asset = &scene.assets[index];
    let class = asset.class.value;
    let leads_out = matches!(class, Class::Router | Class::LteRouter | Class::Vpn | Class::Firewall);
    let grave = leads_out || class.is_medical() || class == Class::Server;
    // Nobody can enter a number that the device changes by itself: a guest's telephone, most of the time.
    let random = scene.shown(index).random && !grave;
    let only_told = scene.machines[index].observations.is_empty();
    Draft {
        kind: Kind::NotInLedger,
        stress: match () {
            () if grave => Stress::Raised,
            () if random => Stress::Lowered,
            () => Stress::Usual,
        },
        happened: random.then_some(Happened::RandomMac),
        grade: if only_told { Grade::Probable } else { Grade::Confirmed },
        asset: Some(asset.id.clone()),
        entries: vec![],
        evidence: scene.presence(index),
        about: String::new(),
    }
}

/// What paired rows declare besides the machine that each is paired with: a row's second card or address, seen by
/// itself.
struct Parts {
    macs: HashMap<Mac, Vec<usize>>,
    addresses: HashMap<IpAddr, Vec<usize>>,
}

impl Parts {
    /// Of a row's addresses only those of a machine that is at one of them, too: an address that the row's machine has
    /// left may be anybody's.
    fn new(scene: &Scene<'_>) -> Self {
        let mut parts = Self { macs: HashMap::new(), addresses: HashMap::new() };
        for (group, paired) in &scene.pairing.asset_of {
            let rows = &scene.groups[*group];
            for mac in &rows.macs {
                parts.macs.entry(*mac).or_default().push(*paired);
            }
            if rows.addresses.len() > 1 && rows.addresses.meets(&scene.shown(*paired).addresses) {
                rows.addresses.iter().for_each(|address| parts.addresses.entry(*address).or_default().push(*paired));
            }
        }
        parts
    }

    fn is_declared(&self, scene: &Scene<'_>, asset: usize) -> bool {
        let own = scene.shown(asset);
        let macs = own.macs.iter().filter_map(|mac| self.macs.get(mac));
        let addresses = own.addresses.iter().filter_map(|address| self.addresses.get(address));
        macs.chain(addresses).flatten().any(|paired| *paired != asset)
    }
}
