//! What explains a sign harmlessly: named, with the signs and addresses that it explains, and never more than that.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use daicho_shared::fact::Fact;

use super::super::asset::Class;
use super::super::entry::FourValued;
use super::super::evidence::is_link_local;
use super::super::external;
use super::super::graded::{Benign, Explained, Hypothesis, Sign, SignSeen};
use super::super::group::Group;
use super::ground::Ground;
use super::signs::is_proxy;

/// Before the table says what it does to the hypothesis.
struct Draft {
    benign: Benign,
    detail: String,
    signs: BTreeSet<Sign>,
    addresses: BTreeSet<IpAddr>,
}

/// The explanations that hold for these signs of one hypothesis.
pub(crate) fn explanations(ground: &Ground<'_, '_>, hypothesis: Hypothesis, signs: &[SignSeen]) -> Vec<Explained> {
    if signs.is_empty() {
        return vec![];
    }
    let mut drafts = declared(ground, signs);
    drafts.extend(by_address(ground, signs));
    drafts.extend(by_behaviour(ground, signs));
    let table = &ground.knowledge.hypotheses;
    let explained = drafts.into_iter().filter_map(|draft| {
        let effect = table.benign.get(&draft.benign)?.effect(hypothesis)?;
        Some(Explained {
            benign: draft.benign,
            detail: draft.detail,
            effect,
            signs: draft.signs.into_iter().collect(),
            addresses: draft.addresses.into_iter().collect(),
        })
    });
    let mut explained: Vec<Explained> = explained.filter(|one| !one.signs.is_empty()).collect();
    explained.sort();
    explained
}

/// What the ledger declares. A declared gateway answers for what any gateway shows, not for a line of another kind,
/// and not for a line that its row denies.
fn declared(ground: &Ground<'_, '_>, signs: &[SignSeen]) -> Vec<Draft> {
    let Some(group) = ground.group else { return vec![] };
    let shown: BTreeSet<Sign> = signs.iter().map(|sign| sign.sign).collect();
    let other_line = external::other_line(&ground.facts, group, &shown, ground.knowledge);
    let denied = group.any(|row| row.external_connection == FourValued::No);
    let inner = |sign: &Sign| ground.knowledge.hypotheses.signs.get(sign).is_some_and(|row| row.inner);
    let answered: BTreeSet<Sign> =
        shown.iter().copied().filter(|sign| !other_line.contains(sign) && (!denied || inner(sign))).collect();
    let whole = |benign, signs| Draft { benign, detail: String::new(), signs, addresses: BTreeSet::new() };
    let mut drafts = vec![];
    if group.is_external_connection() {
        drafts.push(whole(Benign::DeclaredExternalPoint, shown.difference(&other_line).copied().collect()));
    } else if group.is_network_device() && is_gateway(ground) {
        drafts.push(whole(Benign::DeclaredGateway, answered.clone()));
    }
    if group.is_network_device() {
        drafts.push(whole(Benign::DeclaredRouter, answered.iter().copied().filter(inner).collect()));
        drafts.push(whole(Benign::NetworkEquipment, answered));
    }
    drafts.extend(declared_second(ground, group, signs));
    drafts
}

fn is_gateway(ground: &Ground<'_, '_>) -> bool {
    ground.facts.any(|fact| matches!(fact, Fact::DefaultGateway { .. }))
}

/// 2枚挿し 有 explains every second network; a row that names an address explains that one. Neither explains what a
/// gateway tells of its outside.
fn declared_second(ground: &Ground<'_, '_>, group: &Group<'_>, signs: &[SignSeen]) -> Option<Draft> {
    let all = group.any(|row| row.dual_homed == FourValued::Yes);
    let named = |address: &&IpAddr| group.any(|row| row.addresses.contains(address));
    let table = &ground.knowledge.hypotheses.signs;
    let inward = |sign: &Sign| table.get(sign).is_some_and(|row| row.gives(Hypothesis::Uplink).is_none());
    let second = signs.iter().filter(|seen| inward(&seen.sign) || seen.sign == Sign::TetherNetwork);
    let addresses: BTreeSet<IpAddr> = second.clone().flat_map(|sign| &sign.addresses).filter(named).copied().collect();
    (all || !addresses.is_empty()).then(|| Draft {
        benign: Benign::DeclaredSecond,
        detail: String::new(),
        signs: second.map(|sign| sign.sign).collect(),
        addresses: if all { BTreeSet::new() } else { addresses },
    })
}

/// Explanations of single addresses: whose network it is, and who else answers for it.
fn by_address(ground: &Ground<'_, '_>, signs: &[SignSeen]) -> Vec<Draft> {
    let idle = idle_addresses(ground);
    let mut drafts: BTreeMap<(Benign, String), Draft> = BTreeMap::new();
    for sign in signs {
        for address in &sign.addresses {
            let Some((benign, detail)) = whose(ground, *address, &idle) else { continue };
            let empty = || Draft { benign, detail: detail.clone(), signs: BTreeSet::new(), addresses: BTreeSet::new() };
            let draft = drafts.entry((benign, detail.clone())).or_insert_with(empty);
            draft.signs.insert(sign.sign);
            draft.addresses.insert(*address);
        }
    }
    drafts.into_values().collect()
}

fn whose(ground: &Ground<'_, '_>, address: IpAddr, idle: &BTreeSet<IpAddr>) -> Option<(Benign, String)> {
    let inside = ground.knowledge.uplinks.benign.iter().find(|network| network.cidr.contains(&address));
    let plain = |benign| Some((benign, String::new()));
    match inside {
        _ if is_link_local(address) => plain(Benign::LinkLocal),
        _ if ground.around.moving.contains(&address) => plain(Benign::VirtualAddress),
        Some(network) => Some((Benign::InsideMachine, network.what.clone())),
        None if idle.contains(&address) => plain(Benign::IdleInterface),
        None if ground.around.holders.get(&address).is_some_and(|holders| *holders > 1) => {
            plain(Benign::ClusterAddress)
        }
        None => None,
    }
}

/// Addresses of interfaces that are down, or that programs make.
fn idle_addresses(ground: &Ground<'_, '_>) -> BTreeSet<IpAddr> {
    let kinds = &ground.knowledge.uplinks.interface;
    let idle: BTreeSet<u32> = ground
        .facts
        .all()
        .filter_map(|(_, fact)| match fact {
            Fact::Interface { index, name, up, .. } if !up || kinds.benign.0.is_match(name) => Some(*index),
            _ => None,
        })
        .collect();
    let told = ground.facts.all().filter_map(|(_, fact)| match fact {
        Fact::OwnAddress { address, interface: Some(index), .. } if idle.contains(index) => Some(*address),
        _ => None,
    });
    told.collect()
}

/// Explanations of behaviour: who answers for others, who forwards for machines within, and where it sends things.
fn by_behaviour(ground: &Ground<'_, '_>, signs: &[SignSeen]) -> Vec<Draft> {
    let shown = |sign: Sign| signs.iter().any(|seen| seen.sign == sign);
    let only =
        |benign, detail: String, signs: BTreeSet<Sign>| Draft { benign, detail, signs, addresses: BTreeSet::new() };
    let all = || signs.iter().map(|sign| sign.sign).collect::<BTreeSet<_>>();
    let mut drafts = vec![];
    if shown(Sign::SecondAddress) && is_proxy(ground) {
        drafts.push(only(Benign::ProxyArp, String::new(), BTreeSet::from([Sign::SecondAddress])));
    }
    if let Some(program) = hosts(ground) {
        drafts.push(only(Benign::VirtualisationHost, program, all()));
    }
    if ground.facts.machine.moving && !ground.around.gateways.is_empty() {
        let inner = |sign: &Sign| ground.knowledge.hypotheses.signs.get(sign).is_some_and(|row| row.inner);
        drafts.push(only(Benign::VirtualAddress, String::new(), all().into_iter().filter(inner).collect()));
    }
    let redirect = ground.facts.all().find_map(|(_, fact)| match fact {
        Fact::Hop { kind: 5, gateway: Some(gateway), .. } => Some(*gateway),
        _ => None,
    });
    if let Some(gateway) = redirect.filter(|gateway| ground.around.gateways.contains(gateway)) {
        let inner = |sign: &Sign| ground.knowledge.hypotheses.signs.get(sign).is_some_and(|row| row.inner);
        drafts.push(only(Benign::RedirectsToGateway, gateway.to_string(), all().into_iter().filter(inner).collect()));
    }
    drafts
}

/// The program that makes networks within the machine, where it shows one.
fn hosts(ground: &Ground<'_, '_>) -> Option<String> {
    let nets = &ground.knowledge.uplinks.benign;
    let program = |address: &IpAddr| {
        let inside = nets.iter().find(|network| network.cidr.contains(address));
        inside.filter(|_| !is_link_local(*address) && !address.is_loopback()).map(|network| network.what.clone())
    };
    let told = ground.facts.all().find_map(|(_, fact)| match fact {
        Fact::OwnAddress { address, .. } | Fact::AnswersFor { address, .. } => program(address),
        _ => None,
    });
    told.or_else(|| (ground.asset.class.value == Class::Hypervisor).then(String::new))
}
