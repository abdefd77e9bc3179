//! Three hypotheses about every machine, each graded by itself: has it an address in another network, does it
//! forward, is it a way out that nobody declared?
//!
//! `signs`: facts → signs, each cited. `benign`: what explains them. `grade`: signs and explanations → a grade, by
//! `config/hypotheses.toml`. `methods`: where nothing was seen, who could have seen it.

mod benign;
mod grade;
mod ground;
mod hop;
mod methods;
mod signs;
pub(crate) mod table;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use daicho_shared::fact::Fact;
use daicho_shared::id::ObservationId;
use ipnet::{IpNet, Ipv4Net};

use self::ground::{Around, Ground};
use self::signs::Signs;
use super::asset::{Asset, Grade, Graded};
use super::evidence::can_be_a_host;
use super::graded::{Hypothesis, SignSeen};
use super::knowledge::Knowledge;
use super::scene::Scene;

/// The three grades of one machine.
pub(crate) struct Hypothesised {
    multi_homed: Graded,
    forwards: Graded,
    uplink: Graded,
}

impl Hypothesised {
    /// Writes them into the asset.
    pub(crate) fn settle(self, asset: &mut Asset) {
        asset.multi_homed = self.multi_homed;
        asset.forwards = self.forwards;
        asset.uplink = self.uplink;
    }
}

/// Judges every machine of a scene, in its order.
pub(crate) fn judge(scene: &Scene<'_>) -> Vec<Hypothesised> {
    let around = around(scene);
    (0..scene.assets.len()).map(|index| machine(scene, index, &around)).collect()
}

fn machine<'a>(scene: &Scene<'a>, index: usize, around: &Around<'a>) -> Hypothesised {
    let ground = Ground {
        facts: scene.facts(index),
        asset: &scene.assets[index],
        group: scene.group_of(index),
        knowledge: scene.knowledge,
        around,
    };
    let signs = signs::read(&ground);
    let multi_homed = one(&ground, Hypothesis::MultiHomed, &signs, &BTreeMap::new());
    let forwards = one(&ground, Hypothesis::Forwards, &signs, &BTreeMap::new());
    // That the ledger expects it to forward is no reason to doubt that it does.
    let expected = ground.group.is_some_and(|group| group.is_network_device() || group.is_external_connection());
    let forwarding = if expected { forwards.bare() } else { forwards.grade };
    let with = BTreeMap::from([(Hypothesis::MultiHomed, multi_homed.grade), (Hypothesis::Forwards, forwarding)]);
    let uplink = one(&ground, Hypothesis::Uplink, &signs, &with);
    Hypothesised { multi_homed, forwards, uplink }
}

fn one(ground: &Ground<'_, '_>, about: Hypothesis, signs: &Signs, with: &BTreeMap<Hypothesis, Grade>) -> Graded {
    let table = &ground.knowledge.hypotheses;
    let seen = seen(about, signs, ground.knowledge);
    let benign = benign::explanations(ground, about, &seen);
    let outcome = grade::grade(about, &seen, &benign, with, table);
    let (methods, clear) = methods::methods(ground, about, &seen);
    let decided = match about {
        Hypothesis::Uplink => with.values().all(|grade| *grade == Grade::Nothing) && !with.is_empty(),
        _ => clear,
    };
    // Where signs were seen and every one is explained, somebody could see it.
    let grade =
        if outcome.grade == Grade::Nothing && seen.is_empty() && !decided { Grade::Undecidable } else { outcome.grade };
    let own = seen.iter().filter(|sign| signs::is_own(sign.sign)).flat_map(|sign| &sign.addresses).copied();
    let own: BTreeSet<IpAddr> = own.collect();
    let open: Vec<IpAddr> = own.iter().copied().filter(|address| outcome.open.contains(address)).collect();
    let evidence: BTreeSet<ObservationId> = seen.iter().flat_map(|sign| sign.evidence.iter().cloned()).collect();
    Graded {
        grade,
        addresses: if open.is_empty() { own.into_iter().collect() } else { open },
        evidence: evidence.into_iter().collect(),
        unexplained: (outcome.bare != outcome.grade).then_some(outcome.bare),
        signs: seen,
        together: outcome.together,
        benign,
        methods,
    }
}

/// The signs that say something of the hypothesis, strongest first.
fn seen(about: Hypothesis, signs: &Signs, knowledge: &Knowledge) -> Vec<SignSeen> {
    let shown = signs.iter().filter_map(|(sign, stands)| {
        let row = knowledge.hypotheses.signs.get(sign)?;
        Some(SignSeen {
            sign: *sign,
            class: row.class,
            gives: row.gives(about)?,
            addresses: stands.addresses.iter().copied().collect(),
            evidence: stands.evidence.iter().take(knowledge.identity.evidence_limit).cloned().collect(),
        })
    });
    let mut shown: Vec<SignSeen> = shown.collect();
    shown.sort_by(|a, b| b.gives.cmp(&a.gives).then_with(|| a.class.cmp(&b.class)).then_with(|| a.sign.cmp(&b.sign)));
    shown
}

fn around<'a>(scene: &Scene<'a>) -> Around<'a> {
    let coverage = scene.batch.coverage.iter().map(|one| (one.segment, one)).collect();
    let mut around = Around { coverage, ..Around::default() };
    for (index, machine) in scene.machines.iter().enumerate() {
        let mut answers = BTreeSet::new();
        for fact in machine.observations.iter().flat_map(|observation| &observation.facts) {
            match fact {
                Fact::AnswersFor { address, how } if how != "arp-control" && how != "proxy-arp" => {
                    answers.insert(*address);
                }
                Fact::VirtualRouter { addresses, .. } => around.moving.extend(addresses),
                _ => {}
            }
        }
        if machine.moving {
            around.moving.extend(machine.addresses());
        }
        for address in answers {
            *around.holders.entry(address).or_default() += 1;
        }
        if scene.group_of(index).is_some_and(|group| group.is_network_device() || group.is_external_connection()) {
            around.gateways.extend(machine.addresses());
        }
    }
    for sent in scene.batch.sent.iter().filter(|sent| sent.packets > 0) {
        let (addresses, macs) = around.sent.entry(sent.probe.0.to_string()).or_default();
        if !can_be_a_host(sent.address) {
            around.called.insert(sent.probe.0.to_string());
        }
        addresses.insert(sent.address);
        macs.extend(sent.mac);
    }
    let rows = &scene.ledger.entries;
    let segments = rows.iter().flat_map(|row| &row.segments).copied();
    let declared: BTreeSet<IpNet> =
        rows.iter().flat_map(|row| &row.addresses).filter_map(network).chain(segments).collect();
    around.declared = declared.into_iter().map(|network| (network, ())).collect();
    around
}

/// Nobody declares masks: a /24 around the address.
fn network(address: &IpAddr) -> Option<IpNet> {
    match address {
        IpAddr::V4(v4) => Some(IpNet::V4(Ipv4Net::new_assert(*v4, 24).trunc())),
        IpAddr::V6(_) => None,
    }
}
