//! Which row group is which machine: the best pairs first; equally good ones are left to a person.

use std::collections::{BTreeMap, BTreeSet};

use super::asset::Asset;
use super::compare::{self, Shown};
use super::group::Group;
use super::knowledge::Knowledge;
use super::names::block;
use super::pairing::{Comparison, Decision};

/// Who was paired with whom, by index.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Pairing {
    /// Group to machine.
    pub(crate) asset_of: BTreeMap<usize, usize>,
    /// Machine to group.
    pub(crate) group_of: BTreeMap<usize, usize>,
    /// Groups that could be either of several machines, or share a machine with another group.
    pub(crate) ambiguous: BTreeMap<usize, BTreeSet<usize>>,
    /// Every pair that shares a key, explained: by group, then machine.
    pub(crate) comparisons: Vec<Comparison>,
}

impl Pairing {
    /// The machine is one of several that a row could be.
    pub(crate) fn is_contested(&self, asset: usize) -> bool {
        self.ambiguous.values().any(|assets| assets.contains(&asset))
    }
}

/// Pairs groups with machines, one to at most one.
pub(crate) fn pair(groups: &[Group<'_>], assets: &[Asset], knowledge: &Knowledge) -> Pairing {
    let shown: Vec<Shown> = assets.iter().map(|asset| Shown::new(asset, knowledge)).collect();
    let mut scored = BTreeMap::new();
    let mut comparisons = vec![];
    for (group, asset) in candidates(groups, &shown, knowledge.identity.crowd) {
        let levels = compare::levels(&groups[group], &shown[asset], knowledge);
        if !compare::shares_key(&levels) {
            continue;
        }
        let score = compare::score(&levels);
        let (entry, machine) = (groups[group].first().id.clone(), assets[asset].id.clone());
        comparisons
            .push(((group, asset), Comparison { entry, asset: machine, score, levels, decision: Decision::TooWeak }));
        if score >= knowledge.identity.pair {
            scored.insert((group, asset), score);
        }
    }
    let parts = parts(&scored, groups, &shown);
    scored.retain(|pair, _| !parts.contains(pair));
    let mut decisions = decide(&scored);
    decisions.extend(parts.into_iter().map(|pair| (pair, Decision::Beaten)));
    let mut pairing = Pairing::default();
    for ((group, asset), mut comparison) in comparisons {
        comparison.decision = decisions.get(&(group, asset)).copied().unwrap_or(Decision::TooWeak);
        match comparison.decision {
            Decision::Paired => {
                pairing.asset_of.insert(group, asset);
                pairing.group_of.insert(asset, group);
            }
            Decision::Ambiguous => {
                pairing.ambiguous.entry(group).or_default().insert(asset);
            }
            Decision::Beaten | Decision::TooWeak => {}
        }
        pairing.comparisons.push(comparison);
    }
    pairing
}

/// A row may declare several cards, and each may be seen by itself: the best stands for the row, and the
/// others are its parts, not its rivals.
fn parts(scored: &Scored, groups: &[Group<'_>], shown: &[Shown]) -> BTreeSet<(usize, usize)> {
    let declared =
        |(group, asset): &(usize, usize)| shown[*asset].macs.iter().any(|mac| groups[*group].macs.contains(mac));
    let mut best: BTreeMap<usize, (i32, std::cmp::Reverse<usize>)> = BTreeMap::new();
    for (pair, score) in scored.iter().filter(|(pair, _)| declared(pair)) {
        let rank = (*score, std::cmp::Reverse(pair.1));
        best.entry(pair.0).and_modify(|held| *held = rank.max(*held)).or_insert(rank);
    }
    let is_part = |pair: &&(usize, usize)| declared(pair) && best.get(&pair.0).is_some_and(|held| held.1.0 != pair.1);
    scored.keys().filter(is_part).copied().collect()
}

/// Pairs that meet under a key: no other pair can share one.
fn candidates(groups: &[Group<'_>], shown: &[Shown], crowd: usize) -> BTreeSet<(usize, usize)> {
    let mut rows: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (index, group) in groups.iter().enumerate() {
        let keys = keys(group.macs.iter(), group.addresses.iter(), group.hosts.iter(), group.serials.iter());
        for key in keys {
            rows.entry(key).or_default().push(index);
        }
    }
    let mut pairs = BTreeSet::new();
    for (asset, shown) in shown.iter().enumerate() {
        let macs = shown.macs.iter().chain(&shown.told_macs);
        let addresses = shown.addresses.iter().chain(&shown.told_addresses);
        for key in keys(macs, addresses, shown.hosts.iter(), shown.serial.iter()) {
            let holders = rows.get(&key).map_or(&[][..], Vec::as_slice);
            if holders.len() <= crowd {
                pairs.extend(holders.iter().map(|group| (*group, asset)));
            }
        }
    }
    pairs
}

fn keys<'k, M, A>(
    macs: impl Iterator<Item = M>,
    addresses: impl Iterator<Item = A>,
    hosts: impl Iterator<Item = &'k String>,
    serials: impl Iterator<Item = &'k String>,
) -> BTreeSet<String>
where
    M: std::fmt::Display,
    A: std::fmt::Display,
{
    let hosts = hosts.map(|host| format!("host {}", block(host)));
    let serials = serials.map(|serial| format!("serial {serial}"));
    let macs = macs.map(|mac| format!("mac {mac}"));
    macs.chain(addresses.map(|address| format!("ip {address}"))).chain(hosts).chain(serials).collect()
}

type Scored = BTreeMap<(usize, usize), i32>;

/// From the best score down. At one score, a pair that stands alone is made; pairs that compete
/// with an equal are ambiguous, and so are their rows and machines from then on.
fn decide(scored: &Scored) -> BTreeMap<(usize, usize), Decision> {
    let mut by_score: BTreeMap<i32, Vec<(usize, usize)>> = BTreeMap::new();
    for (pair, score) in scored {
        by_score.entry(*score).or_default().push(*pair);
    }
    let (mut groups, mut assets) = (BTreeSet::new(), BTreeSet::new());
    let mut decisions = BTreeMap::new();
    for pairs in by_score.into_values().rev() {
        let (free, taken): (Vec<_>, Vec<_>) =
            pairs.into_iter().partition(|(group, asset)| !groups.contains(group) && !assets.contains(asset));
        decisions.extend(taken.into_iter().map(|pair| (pair, Decision::Beaten)));
        let mut rivals: (BTreeMap<usize, usize>, BTreeMap<usize, usize>) = Default::default();
        for (group, asset) in &free {
            *rivals.0.entry(*group).or_default() += 1;
            *rivals.1.entry(*asset).or_default() += 1;
        }
        for (group, asset) in free {
            let alone = rivals.0.get(&group) == Some(&1) && rivals.1.get(&asset) == Some(&1);
            decisions.insert((group, asset), if alone { Decision::Paired } else { Decision::Ambiguous });
            groups.insert(group);
            assets.insert(asset);
        }
    }
    decisions
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Slow and obvious: look at every pair again and again, and take the best that nobody took.
    fn oracle(scored: &Scored) -> BTreeMap<(usize, usize), Decision> {
        let mut open: Vec<((usize, usize), i32)> = scored.iter().map(|(pair, score)| (*pair, *score)).collect();
        let mut decided = BTreeMap::new();
        while let Some(best) = open.iter().map(|(_, score)| *score).max() {
            let top: Vec<(usize, usize)> = open.iter().filter(|(_, s)| *s == best).map(|(pair, _)| *pair).collect();
            for pair in &top {
                let rival = top.iter().any(|other| other != pair && (other.0 == pair.0 || other.1 == pair.1));
                decided.insert(*pair, if rival { Decision::Ambiguous } else { Decision::Paired });
            }
            for (pair, _) in open.extract_if(.., |(pair, _)| top.iter().any(|t| t.0 == pair.0 || t.1 == pair.1)) {
                decided.entry(pair).or_insert(Decision::Beaten);
            }
        }
        decided
    }

    proptest! {
        #[test]
        fn small_worlds_agree_with_the_oracle(
            scored in prop::collection::btree_map((0usize..5, 0usize..5), 40i32..46, 0..20),
        ) {
            prop_assert_eq!(decide(&scored), oracle(&scored));
        }

        #[test]
        fn nobody_is_paired_twice(scored in prop::collection::btree_map((0usize..6, 0usize..6), 40i32..60, 0..30)) {
            let made: Vec<_> = decide(&scored).into_iter().filter(|(_, d)| *d == Decision::Paired).map(|(p, _)| p).collect();
            let groups: BTreeSet<_> = made.iter().map(|pair| pair.0).collect();
            let assets: BTreeSet<_> = made.iter().map(|pair| pair.1).collect();
            prop_assert_eq!((groups.len(), assets.len()), (made.len(), made.len()));
        }
    }

    #[test]
    fn two_rows_as_good_as_each_other_are_left_to_a_person() {
        let decisions = decide(&Scored::from([((0, 0), 50), ((1, 0), 50), ((1, 1), 45)]));
        assert_eq!(decisions[&(0, 0)], Decision::Ambiguous);
        assert_eq!(decisions[&(1, 0)], Decision::Ambiguous);
        assert_eq!(decisions[&(1, 1)], Decision::Beaten);
    }
}
