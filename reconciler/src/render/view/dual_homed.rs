//! 二系統接続一覧: machines with an address or interface in another network, side by side with what the ledger says; and
//! those of which only the ledger says it.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use daicho_shared::address::Mac;

use crate::judge::asset::{Asset, Grade};
use crate::judge::entry::{Entry, FourValued, Register, Status};
use crate::judge::graded::{Benign, Sign};
use crate::render::scene::{self, Scene};
use crate::render::words::phrase::{Phrase, shown};
use crate::render::words::{Lang, fixed, hypothesis};

/// One machine.
pub(crate) struct DualHomed<'a> {
    pub(crate) asset: &'a Asset,
    /// How people call it, as it stands; may be empty.
    pub(crate) name: String,
    /// The same, or what tells it from its neighbours; safe to show.
    pub(crate) device: String,
    pub(crate) sides: Vec<Side>,
    /// The ledger declares the second connection.
    pub(crate) declared: bool,
    pub(crate) department: Option<String>,
    /// 用途 of the rows, or else their 説明.
    pub(crate) purpose: Option<String>,
    /// 保守事業者 of the rows, or else their メーカー.
    pub(crate) vendor: Option<String>,
    pub(crate) entries: Vec<String>,
    /// What shows it, in words.
    pub(crate) signs: Vec<&'static str>,
    /// What may explain it.
    pub(crate) benign: Vec<Phrase>,
}

/// One side.
pub(crate) struct Side {
    /// The network, where it is known.
    pub(crate) network: Option<String>,
    /// The card, where it is known.
    pub(crate) mac: Option<Mac>,
    pub(crate) addresses: Vec<IpAddr>,
    /// The scan reached it there; otherwise it was told, betrayed or declared.
    pub(crate) reached: bool,
    /// Only the ledger says it.
    pub(crate) declared: bool,
}

/// Most certain first.
pub(crate) fn list<'a>(scene: &Scene<'a>) -> Vec<DualHomed<'a>> {
    let written = |asset: &Asset| {
        scene.rows_of(&asset.id).any(|row| row.dual_homed == FourValued::Yes && row.status != Status::Retired)
    };
    let homed = |asset: &&Asset| asset.multi_homed.bare() >= Grade::Indication || written(asset);
    let mut list: Vec<DualHomed<'a>> =
        scene.verdict.assets.iter().filter(homed).map(|asset| one(asset, scene)).collect();
    let rank = |one: &DualHomed<'_>| scene.options.rank(&one.asset.id.0);
    list.sort_by_cached_key(|one| (Reverse(one.asset.multi_homed.grade), rank(one), &one.asset.id));
    list
}

fn one<'a>(asset: &'a Asset, scene: &Scene<'a>) -> DualHomed<'a> {
    let rows: Vec<&Entry> = scene.rows_of(&asset.id).collect();
    let first = |read: fn(&Entry) -> Option<&str>| rows.iter().copied().find_map(read).map(str::to_owned);
    let own = asset.names.first().map(|name| name.name.clone());
    let lang = scene.lang();
    let second = asset.multi_homed.benign.iter().any(|one| one.benign == Benign::DeclaredSecond);
    let name = first(scene::row_name).or(own).unwrap_or_default();
    let key = || scene::key(asset).map(|(word, value)| format!("{word} {value}")).unwrap_or_default();
    DualHomed {
        asset,
        device: if name.is_empty() { key() } else { shown(&name) },
        name,
        sides: sides(asset).into_iter().chain(declared_sides(asset, &rows)).collect(),
        declared: second || rows.iter().any(|row| declares(row)),
        department: first(|row| row.department.as_deref()),
        purpose: first(|row| row.purpose.as_deref()).or_else(|| first(|row| row.description.as_deref())),
        vendor: first(|row| row.vendor.as_deref()),
        entries: scene.row_ids_of(&asset.id).into_iter().map(|id| id.0).collect(),
        signs: asset.multi_homed.signs.iter().map(|seen| hypothesis::sign(seen.sign, lang)).collect(),
        benign: asset.multi_homed.benign.iter().map(|one| Phrase::new(hypothesis::explained(one, lang))).collect(),
    }
}

/// The row declares two networks, or a line, which is one.
pub(crate) fn declares(row: &Entry) -> bool {
    let line = row.register == Register::ExternalConnection || row.external_connection == FourValued::Yes;
    line || row.dual_homed == FourValued::Yes
}

/// The sides that were seen or told of, and beside them the addresses that betray another one.
pub(crate) fn sides(asset: &Asset) -> Vec<Side> {
    let seen = asset.interfaces.iter().filter(|interface| !interface.addresses.is_empty());
    let mut sides: Vec<Side> = seen
        .map(|interface| Side {
            network: interface.segment.clone().or_else(|| around(interface.addresses.iter().next().copied())),
            mac: interface.mac,
            addresses: interface.addresses.iter().copied().collect(),
            reached: !interface.told,
            declared: false,
        })
        .collect();
    // Who told of an address did not always tell of its card.
    let carded: BTreeSet<IpAddr> =
        sides.iter().filter(|side| side.mac.is_some()).flat_map(|side| side.addresses.iter().copied()).collect();
    sides.retain(|side| side.mac.is_some() || side.reached || !side.addresses.iter().all(|it| carded.contains(it)));
    let known: Vec<IpAddr> = sides.iter().flat_map(|side| side.addresses.iter().copied()).collect();
    let mut betrayed: BTreeMap<Option<String>, Vec<IpAddr>> = BTreeMap::new();
    for address in asset.multi_homed.addresses.iter().filter(|address| !known.contains(address)) {
        betrayed.entry(around(Some(*address))).or_default().push(*address);
    }
    let networks = asset.multi_homed.signs.iter().filter(|seen| seen.sign == Sign::ConnectedNetwork);
    for network in networks.flat_map(|seen| &seen.addresses) {
        let network = around(Some(*network));
        if !sides.iter().any(|side| side.network == network) {
            betrayed.entry(network).or_default();
        }
    }
    sides.extend(betrayed.into_iter().map(|(network, addresses)| Side {
        network,
        mac: None,
        addresses,
        reached: false,
        declared: false,
    }));
    sides
}

/// Addresses that only rows with a declared second network give it, one side each.
pub(crate) fn declared_sides(asset: &Asset, rows: &[&Entry]) -> Vec<Side> {
    let seen: BTreeSet<IpAddr> = sides(asset).into_iter().flat_map(|side| side.addresses).collect();
    let rows = rows.iter().filter(|row| row.dual_homed == FourValued::Yes && row.status != Status::Retired);
    let told: BTreeSet<IpAddr> = rows.flat_map(|row| row.addresses.iter().copied()).collect();
    let side = |address: &IpAddr| Side {
        network: around(Some(*address)),
        mac: None,
        addresses: vec![*address],
        reached: false,
        declared: true,
    };
    told.difference(&seen).map(side).collect()
}

/// Nobody told a mask: a /24 is meant as a place to look, and marked as a guess.
fn around(address: Option<IpAddr>) -> Option<String> {
    match address? {
        IpAddr::V4(v4) => {
            let [a, b, c, _] = v4.octets();
            Some(format!("{a}.{b}.{c}.x"))
        }
        IpAddr::V6(_) => None,
    }
}

impl DualHomed<'_> {
    /// Safe to show.
    pub(crate) fn text(value: Option<&String>) -> String {
        value.map(|text| shown(text)).unwrap_or_default()
    }

    /// One line a side: network, addresses, card, and whether only the ledger says it.
    pub(crate) fn side_lines(&self, lang: Lang) -> Vec<String> {
        let line = |side: &Side| {
            let network = side.network.as_ref().map(|network| format!("[{network}]"));
            let addresses = side.addresses.iter().map(ToString::to_string);
            let mac = side.mac.map(|mac| format!("({mac})"));
            let declared = side.declared.then(|| fixed::only_declared(lang).to_owned());
            let parts: Vec<String> = network.into_iter().chain(addresses).chain(mac).chain(declared).collect();
            parts.join(" ")
        };
        self.sides.iter().map(line).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::asset::Interface;
    use crate::render::fixture;

    #[test]
    fn an_address_of_which_several_told_is_one_side() {
        let verdict = fixture::verdict();
        let mut asset = verdict.assets[0].clone();
        let told = |mac: Option<Mac>| Interface {
            mac,
            addresses: ["192.168.42.129".parse().unwrap()].into(),
            segment: None,
            told: true,
        };
        asset.interfaces = vec![told(None), told(Some(Mac([0, 7, 64, 3, 97, 24])))];
        let sides = sides(&asset);
        let at = |side: &&Side| side.addresses.iter().any(|it| it.to_string() == "192.168.42.129");
        assert_eq!(sides.iter().filter(at).count(), 1);
        asset.interfaces.pop();
        assert!(super::sides(&asset).iter().any(|side| at(&side)), "it is kept where nobody told of the card");
    }
}
