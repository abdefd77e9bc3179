//! What changed since the run before. A machine is gone only where somebody looked for it.

use std::collections::{BTreeMap, BTreeSet};

use daicho_shared::address::Mac;
use daicho_shared::knowledge::oui;

use super::asset::{Asset, AssetId};
use super::finding::Finding;
use super::knowledge::Identity;
use super::scene::Scene;
use super::silence::looked_at;
use super::verdict::{AssetChange, Changes, Verdict};

/// Compares with the newest earlier run that asked; `None` on the first night. A run that only listened
/// knows less of everything: it brings machines and findings, and takes none back.
pub(crate) fn changes(scene: &Scene<'_>, findings: &[Finding]) -> Option<Changes> {
    let asked = |verdict: &Verdict| !verdict.coverage.is_empty();
    let place = scene.history.iter().rposition(asked).or_else(|| scene.history.len().checked_sub(1))?;
    let before = &scene.history[place];
    let earlier = scene.history.iter().enumerate().filter(|(other, _)| *other != place).map(|(_, verdict)| verdict);
    let only_listened = scene.batch.coverage.is_empty() || !asked(before);
    let now: BTreeMap<&AssetId, &Asset> = scene.assets.iter().map(|asset| (&asset.id, asset)).collect();
    let then: BTreeMap<&AssetId, &Asset> = before.assets.iter().map(|asset| (&asset.id, asset)).collect();
    let long_ago: BTreeSet<&AssetId> = earlier.flat_map(|v| &v.assets).map(|asset| &asset.id).collect();
    let appeared = || now.keys().filter(|id| !then.contains_key(**id));
    let gone = then.iter().filter(|(id, asset)| !now.contains_key(**id) && was_looked_for(scene, asset));
    let both = now.iter().filter(|_| !only_listened).filter_map(|(id, asset)| Some((*then.get(id)?, *asset)));
    Some(Changes {
        since: before.run.id.clone(),
        since_started: before.run.started,
        new: appeared().filter(|id| !long_ago.contains(**id)).map(|id| (*id).clone()).collect(),
        back: appeared().filter(|id| long_ago.contains(**id)).map(|id| (*id).clone()).collect(),
        gone: gone.map(|(id, _)| (*id).clone()).collect(),
        changed: both.flat_map(|(then, now)| compared(then, now, &scene.knowledge.identity)).collect(),
        new_findings: without(findings, &before.findings).map(|f| f.id.clone()).collect(),
        resolved_findings: if only_listened { vec![] } else { resolved(scene, findings, before) },
    })
}

fn was_looked_for(scene: &Scene<'_>, asset: &Asset) -> bool {
    let mut addresses = asset.interfaces.iter().filter(|i| !i.told).flat_map(|i| &i.addresses);
    addresses.any(|address| looked_at(&scene.look, *address, &scene.knowledge.identity).is_ok())
}

fn without<'f>(findings: &'f [Finding], others: &[Finding]) -> impl Iterator<Item = &'f Finding> {
    let known: BTreeSet<String> = others.iter().map(|finding| finding.id.clone()).collect();
    findings.iter().filter(move |finding| !known.contains(&finding.id))
}

/// A finding about a machine is resolved where the machine was seen without it, or looked for in vain.
fn resolved(scene: &Scene<'_>, findings: &[Finding], before: &Verdict) -> Vec<String> {
    let now: BTreeSet<&AssetId> = scene.assets.iter().map(|asset| &asset.id).collect();
    let then: BTreeMap<&AssetId, &Asset> = before.assets.iter().map(|asset| (&asset.id, asset)).collect();
    let looked = |finding: &&Finding| {
        let Some(id) = &finding.asset else { return true };
        now.contains(id) || then.get(id).is_some_and(|asset| was_looked_for(scene, asset))
    };
    without(&before.findings, findings).filter(looked).map(|finding| finding.id.clone()).collect()
}

/// One part of an asset, as one text.
type Part = fn(&Asset) -> String;

/// A port that was not told in one of the nights says nothing of a move. A virtual machine's port is that of the host
/// on which it runs.
fn compared(then: &Asset, now: &Asset, rules: &Identity) -> Vec<AssetChange> {
    let place: (&str, Part) = (if is_virtual(now, rules) { "host" } else { "place" }, place);
    let told = then.place.is_some() && now.place.is_some();
    let parts: [(&str, Part); 5] =
        [("addresses", addresses), ("names", names), ("services", services), ("class", class), ("maker", maker)];
    let parts = parts.into_iter().chain(told.then_some(place));
    let changed = parts.filter(|(_, text)| text(then) != text(now));
    changed
        .map(|(what, text)| AssetChange {
            asset: now.id.clone(),
            what: what.into(),
            before: text(then),
            now: text(now),
        })
        .collect()
}

fn addresses(asset: &Asset) -> String {
    let seen: BTreeSet<_> = asset.interfaces.iter().filter(|i| !i.told).flat_map(|i| &i.addresses).collect();
    seen.into_iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

fn names(asset: &Asset) -> String {
    let names: BTreeSet<&str> = asset.names.iter().map(|name| name.name.as_str()).collect();
    names.into_iter().collect::<Vec<_>>().join(", ")
}

fn services(asset: &Asset) -> String {
    let ports = asset.services.iter().map(|service| format!("{}/{}", service.transport.as_str(), service.port));
    ports.collect::<Vec<_>>().join(", ")
}

fn class(asset: &Asset) -> String {
    format!("{:?}", asset.class.value).to_lowercase()
}

fn place(asset: &Asset) -> String {
    asset.place.as_ref().map_or_else(String::new, |claim| claim.value.clone())
}

fn is_virtual(asset: &Asset, rules: &Identity) -> bool {
    let by_maker = |mac: Mac| oui::lookup(mac).is_some_and(|maker| maker.class_hint == "virtual");
    let mut macs = asset.interfaces.iter().filter(|interface| !interface.told).filter_map(|interface| interface.mac);
    macs.any(|mac| by_maker(mac) || rules.is_software(mac))
}

fn maker(asset: &Asset) -> String {
    asset.maker.as_ref().map_or_else(String::new, |claim| claim.value.clone())
}

#[cfg(test)]
mod tests {
    use daicho_shared::fact::{Fact, NameSource};

    use super::super::sample::World;

    /// A machine at a port of one of two switches.
    fn at(mac: &str, switch: u8) -> World {
        let mut world = World::new();
        world.arp("10.0.0.50", mac);
        for number in [2, 3] {
            let address = format!("10.0.0.{number}");
            world.arp(&address, &format!("00:80:A3:00:00:0{number}"));
            let name = format!("SW-{number}");
            let mut facts = vec![Fact::Name { source: NameSource::Snmp, name, domain: None }];
            let mac = mac.parse().unwrap();
            facts.extend((number == switch).then_some(Fact::BridgePort { mac, port: 7, interface: None, vlan: None }));
            world.see(&address, "snmp-bridge", facts);
        }
        world
    }

    fn change(mac: &str) -> Vec<(String, String, String)> {
        let mut second = at(mac, 3);
        second.history.push(at(mac, 2).verdict());
        let changes = second.verdict().changes.unwrap();
        assert!(changes.new.is_empty() && changes.gone.is_empty());
        changes.changed.into_iter().map(|change| (change.what, change.before, change.now)).collect()
    }

    #[test]
    fn a_machine_at_another_switch_was_moved_and_a_virtual_one_changed_hosts() {
        let moved = |what: &str| vec![(what.to_owned(), "SW-2: 7".to_owned(), "SW-3: 7".to_owned())];
        assert_eq!(change("00:80:A3:00:00:50"), moved("place"));
        assert_eq!(change("00:50:56:00:00:50"), moved("host"));
        assert_eq!(change("52:54:00:00:00:50"), moved("host"));
    }
}
