//! Which row group is which machine: the best pairs first; equally good ones are left to a person.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::net::IpAddr;

use daicho_shared::address::Mac;

use super::asset::Asset;
use super::compare::{self, Shown, Spellings};
use super::group::Group;
use super::knowledge::Knowledge;
use super::memory;
use super::names::block;
use super::pairing::{Comparison, Decision};

/// Who was paired with whom, by index.
#[derive(Debug, Default)]
pub(crate) struct Pairing {
    /// Group to machine.
    pub(crate) asset_of: BTreeMap<usize, usize>,
    /// Machine to group.
    pub(crate) group_of: BTreeMap<usize, usize>,
    /// Groups that declare an address which a machine answers at beside its own.
    pub(crate) shares: BTreeMap<usize, usize>,
    /// Groups that could be either of several machines, or share a machine with another group.
    pub(crate) ambiguous: BTreeMap<usize, BTreeSet<usize>>,
    /// Machines that a group could be.
    pub(crate) contested: BTreeSet<usize>,
    /// Pairs that share a key, explained: by group, then machine.
    pub(crate) comparisons: Vec<Comparison>,
    /// Every machine as keys.
    pub(crate) shown: Vec<Shown>,
    /// Spellings of makers that were compared.
    pub(crate) spellings: Spellings,
}

/// A pair: group, then machine.
type Pair = (usize, usize);

/// Pairs groups with machines, one to at most one.
pub(crate) fn pair(groups: &[Group<'_>], assets: &[Asset], knowledge: &Knowledge) -> Pairing {
    let shown = all_shown(assets, knowledge);
    let rules = &knowledge.identity;
    let spellings = Spellings::default();
    let mut scored = Scored::new();
    let mut compared = vec![];
    for (group, asset) in candidates(groups, &shown, rules.crowd) {
        let levels = compare::levels(&groups[group], &shown[asset], knowledge, &spellings);
        if !compare::shares_key(&levels) {
            continue;
        }
        let score = compare::score(&levels);
        let (entry, machine) = (groups[group].first().id.clone(), assets[asset].id.clone());
        let decision = Decision::TooWeak;
        compared.push(((group, asset), Comparison { entry, asset: machine, score, levels, decision }));
        if score >= rules.pair {
            scored.insert((group, asset), score);
        }
    }
    let parts = parts(&scored, groups, &shown);
    scored.retain(|pair, _| !parts.contains(pair));
    let mut decisions = decide(&scored);
    decisions.extend(parts.into_iter().map(|pair| (pair, Decision::Beaten)));
    let open: Vec<Pair> = compared.iter().map(|(pair, _)| *pair).collect();
    let shares = shares(&open, &decisions, groups, &shown);
    decisions.extend(shares.into_iter().map(|pair| (pair, Decision::Shares)));
    Pairing { shown, spellings, ..settled(compared, &decisions, rules.near_misses) }
}

/// What every machine shows.
fn all_shown(assets: &[Asset], knowledge: &Knowledge) -> Vec<Shown> {
    let mut own = memory::own_keys(assets.iter());
    let shown =
        |asset: &Asset| Shown { keys: own.remove(&asset.id).unwrap_or_default(), ..Shown::new(asset, knowledge) };
    assets.iter().map(shown).collect()
}

/// Writes the decisions down; of the pairs that came to nothing, each row keeps the closest.
fn settled(mut compared: Vec<(Pair, Comparison)>, decisions: &BTreeMap<Pair, Decision>, near_misses: usize) -> Pairing {
    let mut pairing = Pairing::default();
    for ((group, asset), comparison) in &mut compared {
        comparison.decision = decisions.get(&(*group, *asset)).copied().unwrap_or(Decision::TooWeak);
        match comparison.decision {
            Decision::Paired => {
                pairing.asset_of.insert(*group, *asset);
                pairing.group_of.insert(*asset, *group);
            }
            Decision::Shares => drop(pairing.shares.insert(*group, *asset)),
            Decision::Ambiguous => {
                pairing.ambiguous.entry(*group).or_default().insert(*asset);
                pairing.contested.insert(*asset);
            }
            Decision::Beaten | Decision::TooWeak => {}
        }
    }
    let far = far(&compared, near_misses);
    compared.retain(|(pair, _)| !far.contains(pair));
    pairing.comparisons = compared.into_iter().map(|(_, comparison)| comparison).collect();
    pairing
}

/// Beyond the closest of every row, pairs that came to nothing.
fn far(compared: &[(Pair, Comparison)], near_misses: usize) -> BTreeSet<Pair> {
    let mut far = BTreeSet::new();
    for row in compared.chunk_by(|(one, _), (other, _)| one.0 == other.0).filter(|row| row.len() > near_misses) {
        let came_to_nothing = |it: &Comparison| matches!(it.decision, Decision::Beaten | Decision::TooWeak);
        let missed = row.iter().filter(|(_, it)| came_to_nothing(it));
        let mut missed: Vec<(i32, Pair)> = missed.map(|(pair, it)| (-it.score, *pair)).collect();
        missed.sort_unstable();
        far.extend(missed.into_iter().skip(near_misses).map(|(_, pair)| pair));
    }
    far
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

/// A row that declares nothing but addresses, all of them in use beside the own address of a machine that has a row of
/// its own: a cluster's address, or a service's that moves between machines. One machine must be meant.
fn shares(compared: &[Pair], decisions: &BTreeMap<Pair, Decision>, groups: &[Group<'_>], shown: &[Shown]) -> Vec<Pair> {
    let of = |such: Decision| decisions.iter().filter(move |(_, it)| **it == such).map(|(pair, _)| *pair);
    let owner: HashMap<usize, usize> = of(Decision::Paired).map(|(group, asset)| (asset, group)).collect();
    let taken: BTreeSet<usize> = of(Decision::Paired).chain(of(Decision::Ambiguous)).map(|pair| pair.0).collect();
    let moves = |(group, asset): &&Pair| {
        let (rows, machine) = (&groups[*group], &shown[*asset]);
        let bare = rows.macs.is_empty() && rows.serials.is_empty() && !rows.addresses.is_empty();
        let plain = bare && rows.any(|row| row.status.is_expected());
        let own = |address: &IpAddr| machine.addresses.contains(address) && !rows.addresses.contains(address);
        plain
            && !taken.contains(group)
            && rows.addresses.iter().all(|address| machine.addresses.contains(address))
            && owner.get(asset).is_some_and(|owner| groups[*owner].addresses.iter().any(own))
    };
    let mut holders: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (group, asset) in compared.iter().filter(moves) {
        holders.entry(*group).or_default().push(*asset);
    }
    holders.into_iter().filter(|(_, assets)| assets.len() == 1).map(|(group, assets)| (group, assets[0])).collect()
}

/// What rows and machines meet under.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Key<'k> {
    Mac(Mac),
    Ip(IpAddr),
    Host(&'k str),
    Serial(&'k str),
    Known(&'k str),
    Number(&'k str),
}

/// Pairs that meet under a key, in order: no other pair can share one. A key that a crowd carries on either side is none.
fn candidates(groups: &[Group<'_>], shown: &[Shown], crowd: usize) -> Vec<Pair> {
    let mut rows: HashMap<Key<'_>, Vec<usize>> = HashMap::with_capacity(groups.len() * 3);
    for (index, group) in groups.iter().enumerate() {
        for key in declared_keys(group) {
            rows.entry(key).or_default().push(index);
        }
    }
    let mut machines: HashMap<Key<'_>, Vec<usize>> = HashMap::with_capacity(rows.len());
    for (index, shown) in shown.iter().enumerate() {
        for key in shown_keys(shown).into_iter().filter(|key| rows.contains_key(key)) {
            machines.entry(key).or_default().push(index);
        }
    }
    let mut pairs = vec![];
    for (key, assets) in &machines {
        let holders = &rows[key];
        if holders.len() <= crowd && assets.len() <= crowd {
            pairs.extend(holders.iter().flat_map(|group| assets.iter().map(|asset| (*group, *asset))));
        }
    }
    pairs.sort_unstable();
    pairs.dedup();
    pairs
}

/// Each key once.
fn once(mut keys: Vec<Key<'_>>) -> Vec<Key<'_>> {
    keys.sort_unstable();
    keys.dedup();
    keys
}

fn declared_keys<'k>(group: &'k Group<'_>) -> Vec<Key<'k>> {
    let macs = group.macs.iter().map(|mac| Key::Mac(*mac));
    let hosts = group.hosts.iter().map(|host| Key::Host(block(host)));
    let serials = group.serials.iter().map(|serial| Key::Serial(serial));
    let known = group.known.iter().map(|key| Key::Known(key));
    let numbers = group.numbers.iter().map(|number| Key::Number(number));
    let addresses = group.addresses.iter().map(|address| Key::Ip(*address));
    once(macs.chain(addresses).chain(hosts).chain(serials).chain(known).chain(numbers).collect())
}

fn shown_keys(shown: &Shown) -> Vec<Key<'_>> {
    let macs = shown.macs.iter().chain(&shown.told_macs).map(|mac| Key::Mac(*mac));
    let addresses = shown.addresses.iter().chain(&shown.told_addresses).map(|address| Key::Ip(*address));
    let hosts = shown.hosts.iter().map(|host| Key::Host(block(host)));
    let serials = shown.serial.iter().map(|serial| Key::Serial(serial));
    let known = shown.keys.iter().map(|key| Key::Known(key));
    let numbers = shown.numbers.iter().map(|number| Key::Number(number));
    once(macs.chain(addresses).chain(hosts).chain(serials).chain(known).chain(numbers).collect())
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
