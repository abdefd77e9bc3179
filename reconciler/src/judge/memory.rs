//! What earlier nights know: which keys the machine had that a row was paired with.
//!
//! A host key, a certificate's key or an engine number stays with its machine when the network card is exchanged or
//! the address changes; nobody writes it into a ledger.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::Timestamp;

use super::asset::{Asset, AssetId, Mark};
use super::entry::EntryId;
use super::few::Few;
use super::group::Group;
use super::verdict::{EntryState, Verdict};

/// When each machine was seen first.
pub(crate) fn first_seen(history: &[Verdict]) -> HashMap<&AssetId, Timestamp> {
    let mut first = HashMap::new();
    for asset in history.iter().flat_map(|verdict| &verdict.assets) {
        let known = first.entry(&asset.id).or_insert(asset.first_seen);
        *known = asset.first_seen.min(*known);
    }
    first
}

/// A mark as one text, e.g. `ssh-host-key 9f86d0…`.
pub(crate) fn text(mark: &Mark) -> String {
    format!("{} {}", mark.kind, mark.value)
}

/// Keys that one of these machines has, and no other: those of a cloned image or of a firmware identify nothing.
pub(crate) fn own_keys<'a>(assets: impl Iterator<Item = &'a Asset> + Clone) -> HashMap<&'a AssetId, Few<String>> {
    let mut holders: HashMap<(&str, &str), u32> = HashMap::new();
    for mark in assets.clone().flat_map(|asset| &asset.keys) {
        *holders.entry((&mark.kind, &mark.value)).or_default() += 1;
    }
    let alone = |mark: &&Mark| holders.get(&(mark.kind.as_str(), mark.value.as_str())) == Some(&1);
    let own = |asset: &'a Asset| (&asset.id, asset.keys.iter().filter(alone).map(text).collect::<Few<_>>());
    assets.map(own).filter(|(_, keys)| !keys.is_empty()).collect()
}

/// Tells every group the keys of the machine that it was paired with last.
pub(crate) fn recall(groups: &mut [Group<'_>], history: &[Verdict]) {
    let mut open: BTreeMap<&EntryId, Vec<usize>> = BTreeMap::new();
    for (index, group) in groups.iter().enumerate() {
        for row in &group.rows {
            open.entry(&row.id).or_default().push(index);
        }
    }
    let mut told: BTreeMap<usize, BTreeSet<String>> = BTreeMap::new();
    for verdict in history.iter().rev() {
        let keys = own_keys(verdict.assets.iter());
        if keys.is_empty() {
            continue;
        }
        let mut now: BTreeMap<usize, BTreeSet<String>> = BTreeMap::new();
        for row in verdict.entries.iter().filter(|row| is_paired(row.verdict)) {
            let Some(known) = row.asset.as_ref().and_then(|asset| keys.get(asset)) else { continue };
            for group in open.get(&row.entry).into_iter().flatten().filter(|group| !told.contains_key(group)) {
                now.entry(*group).or_default().extend(known.iter().cloned());
            }
        }
        told.extend(now);
    }
    for (group, keys) in told {
        groups[group].known = keys.into_iter().collect();
    }
}

fn is_paired(state: EntryState) -> bool {
    matches!(state, EntryState::Matched | EntryState::MatchedWithDifferences)
}

#[cfg(test)]
mod tests {
    use daicho_shared::fact::Fact;

    use super::super::sample::{World, row};
    use super::*;

    fn key(sha256: &str) -> Fact {
        Fact::HostKey { port: 22, algorithm: "ssh-ed25519".into(), sha256: sha256.into() }
    }

    /// A row that declares an address alone, and after the first night a machine that has everything anew but its key.
    fn second_night(first: &[(&str, &str)], second: &[(&str, &str)]) -> EntryState {
        let mut world = World::new();
        world.rows.push(row(1));
        world.rows[0].addresses = vec!["10.0.0.5".parse().unwrap()];
        for night in [first, second] {
            world.batch_mut().observations.clear();
            for (address, sha256) in night {
                world.see(address, "ssh", vec![key(sha256)]);
            }
            let verdict = world.verdict();
            world.history.push(verdict);
        }
        world.history[1].entries[0].verdict
    }

    #[test]
    fn a_machine_is_known_again_by_the_key_that_it_had() {
        assert_eq!(second_night(&[("10.0.0.5", "ab")], &[("10.0.0.77", "ab")]), EntryState::MatchedWithDifferences);
        assert_eq!(second_night(&[("10.0.0.5", "ab")], &[("10.0.0.77", "cd")]), EntryState::NotFound);
    }

    #[test]
    fn a_key_that_two_machines_have_or_had_identifies_none() {
        let (alone, twice) = ([("10.0.0.5", "ab")], [("10.0.0.5", "ab"), ("10.0.0.6", "ab")]);
        assert_eq!(second_night(&twice, &[("10.0.0.77", "ab")]), EntryState::NotFound);
        assert_eq!(second_night(&alone, &[("10.0.0.77", "ab"), ("10.0.0.78", "ab")]), EntryState::NotFound);
    }
}
