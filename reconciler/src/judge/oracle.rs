//! A slow and obvious matcher, and the real one beside it on thousands of small worlds.
//!
//! It looks at every row with every machine, straight from what stands there, without blocking, indices or shared code
//! of comparison; only which rows are one machine, and the spelling of keys, are taken as given.

use std::collections::{BTreeMap, BTreeSet};

use daicho_shared::fact::{Fact, NameSource};
use ipnet::IpNet;
use proptest::prelude::*;

use super::asset::Asset;
use super::entry::{Entry, Status};
use super::group::{self, number_key, numbers_in, serial_key};
use super::knowledge::{Identity, Knowledge, Weights};
use super::names::host_key;
use super::pairing::Decision;
use super::sample::{KNOWLEDGE, World, row};
use super::verdict::{EntryState, Verdict};

/// One side of a comparison, as lists of texts.
#[derive(Default)]
struct Side {
    macs: Vec<String>,
    seen_macs: Vec<String>,
    serials: Vec<String>,
    keys: Vec<String>,
    numbers: Vec<String>,
    hosts: Vec<String>,
    addresses: Vec<String>,
    seen_addresses: Vec<String>,
    random: bool,
}

fn texts<T: ToString>(values: impl IntoIterator<Item = T>) -> Vec<String> {
    values.into_iter().map(|value| value.to_string()).collect()
}

fn declared(rows: &[&Entry], history: &[Verdict], rules: &Identity) -> Side {
    let mut side = Side::default();
    for row in rows {
        side.macs.extend(texts(&row.macs));
        side.serials.extend(row.serial_no.as_deref().and_then(serial_key));
        side.numbers.extend(row.asset_no.as_deref().and_then(number_key));
        side.hosts.extend(row.hostname.as_deref().and_then(|text| host_key(text, &rules.generic_names)));
        side.addresses.extend(texts(row.addresses.iter().filter(|_| !row.dynamic_address)));
    }
    side.keys = history.iter().rev().map(|night| known(rows, night)).find(|keys| !keys.is_empty()).unwrap_or_default();
    side
}

fn known(rows: &[&Entry], night: &Verdict) -> Vec<String> {
    let mut keys = vec![];
    for fate in night.entries.iter().filter(|fate| rows.iter().any(|row| row.id == fate.entry)) {
        let paired = matches!(fate.verdict, EntryState::Matched | EntryState::MatchedWithDifferences);
        let asset = night.assets.iter().find(|asset| paired && fate.asset.as_ref() == Some(&asset.id));
        keys.extend(asset.into_iter().flat_map(|asset| alone(asset, &night.assets)));
    }
    keys
}

/// The keys of a machine that no other has.
fn alone(asset: &Asset, all: &[Asset]) -> Vec<String> {
    let of = |asset: &Asset| texts(asset.keys.iter().map(|key| format!("{}/{}", key.kind, key.value)));
    let shared = |key: &String| all.iter().filter(|other| of(other).contains(key)).count() > 1;
    of(asset).into_iter().filter(|key| !shared(key)).collect()
}

fn shown(asset: &Asset, all: &[Asset], rules: &Identity) -> Side {
    let mut side = Side { keys: alone(asset, all), random: true, ..Side::default() };
    for interface in &asset.interfaces {
        side.macs.extend(texts(interface.mac));
        side.addresses.extend(texts(&interface.addresses));
        if !interface.told {
            side.random &= interface.mac.is_none_or(|mac| rules.is_random(mac));
            side.seen_macs.extend(texts(interface.mac));
            side.seen_addresses.extend(texts(&interface.addresses));
        }
    }
    side.random &= !side.seen_macs.is_empty();
    side.serials = asset.serial.iter().filter_map(|claim| serial_key(&claim.value)).collect();
    side.numbers = asset.labels.iter().flat_map(|label| numbers_in(&label.value)).collect();
    side.hosts = asset.names.iter().filter_map(|name| host_key(&name.name, &rules.generic_names)).collect();
    side
}

/// Weight of a key, and whether it is shared.
fn key(weights: Weights, declared: &[String], seen: &[String]) -> (i32, bool) {
    let shared = declared.iter().any(|value| seen.contains(value));
    if declared.is_empty() || seen.is_empty() {
        return (0, false);
    }
    (if shared { weights.equal } else { weights.differs }, shared)
}

fn host(weights: Weights, declared: &[String], seen: &[String]) -> (i32, bool) {
    let (weight, shared) = key(weights, declared, seen);
    let cut = |one: &String, other: &String| one.len() == 15 && other.len() > 15 && other[..15] == **one;
    let truncated = declared.iter().any(|one| seen.iter().any(|other| cut(one, other) || cut(other, one)));
    if truncated && !shared { (weights.truncated, true) } else { (weight, shared) }
}

/// The score of a pair, and whether it shares a key.
fn score(rows: &[&Entry], asset: &Asset, one: &Side, other: &Side) -> (i32, bool) {
    let keys = &KNOWLEDGE.identity.keys;
    let mut mac = key(keys.mac, &one.macs, &other.macs);
    if other.random && !mac.1 {
        mac.0 = 0;
    }
    let label = one.numbers.iter().any(|number| other.numbers.contains(number));
    let ip = key(keys.ip, &one.addresses, &other.addresses);
    let levels = [
        mac,
        key(keys.serial, &one.serials, &other.serials),
        key(keys.key, &one.keys, &other.keys),
        (if label { keys.label.equal } else { 0 }, label),
        host(keys.hostname, &one.hosts, &other.hosts),
        ip,
        (if ip.1 { 0 } else { place(one, asset) }, false),
        (if rows.iter().any(|row| row.status.is_expected()) { 0 } else { keys.status.differs }, false),
    ];
    (levels.iter().map(|level| level.0).sum(), levels.iter().any(|level| level.1))
}

fn place(one: &Side, asset: &Asset) -> i32 {
    let weights = KNOWLEDGE.identity.keys.place;
    let segments = asset.interfaces.iter().filter(|it| !it.told).filter_map(|it| it.segment.as_ref());
    let segments: Vec<IpNet> = segments.map(|text| text.parse().unwrap()).collect();
    if one.addresses.is_empty() || segments.is_empty() {
        return 0;
    }
    let near = |text: &String| segments.iter().any(|net| net.contains(&text.parse::<std::net::IpAddr>().unwrap()));
    if one.addresses.iter().any(near) { weights.equal } else { weights.differs }
}

/// A key that at most so many rows and so many machines carry, shared by both.
fn meet(rows: &[Side], assets: &[Side], group: usize, asset: usize, crowd: usize) -> bool {
    let few = |row: &dyn Fn(&Side) -> bool, machine: &dyn Fn(&Side) -> bool| {
        let both = row(&rows[group]) && machine(&assets[asset]);
        let count = |list: &[Side], such: &dyn Fn(&Side) -> bool| list.iter().filter(|side| such(side)).count();
        both && count(rows, row) <= crowd && count(assets, machine) <= crowd
    };
    let plain: [fn(&Side) -> &Vec<String>; 5] =
        [|side| &side.macs, |side| &side.serials, |side| &side.keys, |side| &side.numbers, |side| &side.addresses];
    let by_plain = plain.iter().any(|list| {
        list(&rows[group]).iter().any(|value| {
            let has = |side: &Side| list(side).contains(value);
            few(&has, &has)
        })
    });
    let begins = |text: &str| text.chars().take(15).collect::<String>();
    by_plain
        || rows[group].hosts.iter().any(|host| {
            let has = |side: &Side| side.hosts.iter().any(|other| begins(other) == begins(host));
            few(&has, &has)
        })
}

type Outcome = BTreeMap<(usize, usize), (i32, Decision)>;

/// Everything the matcher decides, by brute force.
fn oracle(world: &World, assets: &[Asset], knowledge: &Knowledge) -> Outcome {
    let rules = &knowledge.identity;
    let groups = group::groups(&world.rows, knowledge);
    let rows: Vec<Side> = groups.iter().map(|group| declared(&group.rows, &world.history, rules)).collect();
    let machines: Vec<Side> = assets.iter().map(|asset| shown(asset, assets, rules)).collect();
    let mut outcome = Outcome::new();
    for (g, group) in groups.iter().enumerate() {
        for (a, asset) in assets.iter().enumerate() {
            let (points, shares) = score(&group.rows, asset, &rows[g], &machines[a]);
            if shares && meet(&rows, &machines, g, a, rules.crowd) {
                outcome.insert((g, a), (points, Decision::TooWeak));
            }
        }
    }
    let parts = parts(&outcome, &rows, &machines, rules.pair);
    decide(&mut outcome, &parts, rules.pair);
    let expected = |g: usize| groups[g].rows.iter().any(|row| row.status.is_expected());
    share(&mut outcome, &rows, &machines, expected);
    outcome
}

/// Cards of a row that were seen by themselves, but for the best.
fn parts(outcome: &Outcome, rows: &[Side], machines: &[Side], needed: i32) -> Vec<(usize, usize)> {
    let card = |(g, a): &(usize, usize)| machines[*a].seen_macs.iter().any(|mac| rows[*g].macs.contains(mac));
    let cards: Vec<_> = outcome.iter().filter(|(pair, (points, _))| *points >= needed && card(pair)).collect();
    let better = |one: &(&(usize, usize), &(i32, Decision)), other: &(&(usize, usize), &(i32, Decision))| {
        one.0.0 == other.0.0 && (one.1.0 > other.1.0 || (one.1.0 == other.1.0 && one.0.1 < other.0.1))
    };
    cards.iter().filter(|one| cards.iter().any(|other| better(other, one))).map(|one| *one.0).collect()
}

/// Again and again the best of those that nobody took; equals that compete are left to a person.
fn decide(outcome: &mut Outcome, parts: &[(usize, usize)], needed: i32) {
    for pair in parts {
        outcome.get_mut(pair).unwrap().1 = Decision::Beaten;
    }
    let mut open: Vec<((usize, usize), i32)> = outcome.iter().map(|(pair, it)| (*pair, it.0)).collect();
    open.retain(|(pair, points)| *points >= needed && !parts.contains(pair));
    while let Some(best) = open.iter().map(|one| one.1).max() {
        let top: Vec<(usize, usize)> = open.iter().filter(|one| one.1 == best).map(|one| one.0).collect();
        for pair in &top {
            let rival = top.iter().any(|other| other != pair && (other.0 == pair.0 || other.1 == pair.1));
            outcome.get_mut(pair).unwrap().1 = if rival { Decision::Ambiguous } else { Decision::Paired };
        }
        let taken = |pair: &(usize, usize)| top.iter().any(|one| one.0 == pair.0 || one.1 == pair.1);
        for (pair, _) in open.iter().filter(|one| taken(&one.0) && !top.contains(&one.0)) {
            outcome.get_mut(pair).unwrap().1 = Decision::Beaten;
        }
        open.retain(|one| !taken(&one.0));
    }
}

/// Rows of nothing but addresses that a machine with a row and an address of its own answers at, too.
fn share(outcome: &mut Outcome, rows: &[Side], machines: &[Side], expected: impl Fn(usize) -> bool) {
    let decided = outcome.clone();
    let owner = |a: usize| decided.iter().find(|(pair, it)| pair.1 == a && it.1 == Decision::Paired).map(|one| one.0.0);
    for (g, row) in rows.iter().enumerate().filter(|(g, _)| expected(*g)) {
        let open = !decided.iter().any(|(p, it)| p.0 == g && matches!(it.1, Decision::Paired | Decision::Ambiguous));
        let plain = row.macs.is_empty() && row.serials.is_empty() && !row.addresses.is_empty();
        let holds = |a: usize| {
            let seen = &machines[a].seen_addresses;
            let own = |o: usize| rows[o].addresses.iter().any(|it| seen.contains(it) && !row.addresses.contains(it));
            row.addresses.iter().all(|it| seen.contains(it)) && owner(a).is_some_and(own)
        };
        let holders: Vec<usize> =
            decided.keys().filter(|pair| pair.0 == g && holds(pair.1)).map(|pair| pair.1).collect();
        if let ([holder], true, true) = (holders.as_slice(), open, plain) {
            outcome.get_mut(&(g, *holder)).unwrap().1 = Decision::Shares;
        }
    }
}

const MACS: [&str; 5] =
    ["00:80:A3:00:00:01", "00:80:A3:00:00:02", "3A:11:22:33:44:55", "52:54:00:00:00:01", "00:80:A3:00:00:03"];
const ADDRESSES: [&str; 5] = ["10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.1.4", "10.0.1.5"];
const NAMES: [&str; 5] = ["PC-1", "radiology-viewer2", "radiology-viewe", "PC-2", "localhost"];
const SERIALS: [&str; 3] = ["SN-100", "SN-200", "x"];
const NUMBERS: [&str; 4] = ["IT-0001", "IT-0002", "1", "ME0003"];

fn pick(pool: &'static [&'static str]) -> impl Strategy<Value = Option<&'static str>> {
    prop::option::of(prop::sample::select(pool))
}

/// A machine's address, card, name, serial number, number on its label, and host key.
type Seen = (&'static str, Option<&'static str>, Option<&'static str>, Option<&'static str>, Option<&'static str>, u8);

fn seen() -> impl Strategy<Value = Vec<Seen>> {
    let address = prop::sample::select(&ADDRESSES[..]);
    prop::collection::vec((address, pick(&MACS), pick(&NAMES), pick(&SERIALS), pick(&NUMBERS), 0u8..4), 0..6)
}

fn rows() -> impl Strategy<Value = Vec<Entry>> {
    let keys = (pick(&ADDRESSES), pick(&ADDRESSES), pick(&MACS), pick(&MACS), pick(&NAMES), pick(&SERIALS));
    let one = (keys, pick(&NUMBERS), 0u8..8, any::<bool>()).prop_map(|(keys, number, status, dynamic)| {
        let mut entry = row(0);
        entry.addresses = [keys.0, keys.1].into_iter().flatten().map(|text| text.parse().unwrap()).collect();
        entry.macs = [keys.2, keys.3].into_iter().flatten().map(|text| text.parse().unwrap()).collect();
        (entry.hostname, entry.serial_no) = (keys.4.map(str::to_owned), keys.5.map(str::to_owned));
        entry.asset_no = number.map(str::to_owned);
        entry.status = if status == 0 { Status::Retired } else { Status::Active };
        entry.dynamic_address = dynamic && status == 1;
        if status > 5 {
            // An address alone: what a cluster's row has.
            entry.macs.clear();
            (entry.hostname, entry.serial_no, entry.asset_no) = (None, None, None);
            entry.addresses.truncate(1);
        }
        entry
    });
    prop::collection::vec(one, 0..6).prop_map(|list| {
        let numbered = list.into_iter().zip(1..).map(|(entry, line)| Entry { id: row(line).id, ..entry });
        numbered.collect()
    })
}

fn look(world: &mut World, machines: &[Seen]) {
    world.batch_mut().observations.clear();
    for (address, mac, name, serial, number, key) in machines {
        match mac.filter(|_| address.starts_with("10.0.0.")) {
            Some(mac) => world.arp(address, mac),
            None => world.see(address, "echo", vec![Fact::Alive]),
        }
        let product = serial.map(|serial| Fact::Product {
            source: "upnp".into(),
            maker: None,
            model: None,
            serial: Some(serial.into()),
            firmware: None,
        });
        let name = name.map(|name| Fact::Name { source: NameSource::Netbios, name: name.into(), domain: None });
        let label = number.map(|number| Fact::System {
            description: String::new(),
            object_id: String::new(),
            name: String::new(),
            contact: String::new(),
            location: format!("2F {number}"),
            uptime_seconds: 0,
        });
        let sha256 = format!("key-{key}");
        let key = (*key > 0).then(|| Fact::HostKey { port: 22, algorithm: "ssh-ed25519".into(), sha256 });
        world.see(address, "snmp", [product, name, label, key].into_iter().flatten().collect());
    }
}

fn by_index(verdict: &Verdict, world: &World, knowledge: &Knowledge) -> Outcome {
    let groups = group::groups(&world.rows, knowledge);
    let place = |one: &super::pairing::Comparison| {
        let group = groups.iter().position(|group| group.first().id == one.entry).unwrap();
        let asset = verdict.assets.iter().position(|asset| asset.id == one.asset).unwrap();
        ((group, asset), (one.score, one.decision))
    };
    verdict.comparisons.iter().map(place).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn the_matcher_agrees_with_it(first in seen(), second in seen(), rows in rows(), crowd in 1usize..6) {
        let mut knowledge = KNOWLEDGE.clone();
        (knowledge.identity.crowd, knowledge.identity.near_misses) = (crowd, usize::MAX);
        let mut world = World::new();
        world.rows = rows;
        for night in [first, second] {
            look(&mut world, &night);
            let verdict = world.verdict_by(&knowledge);
            let expected = oracle(&world, &verdict.assets, &knowledge);
            prop_assert_eq!(by_index(&verdict, &world, &knowledge), expected);
            world.history.push(verdict);
        }
    }

    #[test]
    fn of_many_near_misses_the_closest_are_kept(night in seen(), rows in rows(), limit in 0usize..3) {
        let mut knowledge = KNOWLEDGE.clone();
        let mut world = World::new();
        world.rows = rows;
        look(&mut world, &night);
        knowledge.identity.near_misses = usize::MAX;
        let all = by_index(&world.verdict_by(&knowledge), &world, &knowledge);
        knowledge.identity.near_misses = limit;
        let kept = by_index(&world.verdict_by(&knowledge), &world, &knowledge);
        let missed = |it: &(i32, Decision)| matches!(it.1, Decision::Beaten | Decision::TooWeak);
        for (pair, one) in &all {
            let closer = |(other, it): &(&(usize, usize), &(i32, Decision))| {
                other.0 == pair.0 && missed(it) && (-it.0, **other) < (-one.0, *pair)
            };
            let stays = !missed(one) || all.iter().filter(closer).count() < limit;
            prop_assert_eq!(kept.contains_key(pair), stays, "{:?} {:?}", pair, one);
        }
        let rows: BTreeSet<usize> = kept.keys().map(|pair| pair.0).collect();
        prop_assert!(rows.len() <= world.rows.len());
    }
}

/// Worlds in which nothing is ever decided would agree with anything.
#[test]
fn its_worlds_hold_every_decision() {
    use proptest::strategy::ValueTree;
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut decided: BTreeSet<Decision> = BTreeSet::new();
    let all = [Decision::Paired, Decision::Shares, Decision::Beaten, Decision::TooWeak, Decision::Ambiguous];
    for _ in 0..3000 {
        let (night, rows) = (seen(), rows()).new_tree(&mut runner).unwrap().current();
        let mut world = World::new();
        world.rows = rows;
        look(&mut world, &night);
        decided.extend(world.verdict().comparisons.iter().map(|one| one.decision));
    }
    assert_eq!(decided, all.into_iter().collect());
}
