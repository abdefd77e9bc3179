//! 閉域と考えているセグメントの確認書: what was tested in one segment, what answered, what nobody can say.

use std::collections::BTreeMap;

use ipnet::IpNet;

use crate::judge::asset::{Asset, AssetId, Grade};
use crate::render::scene::{self, Scene};
use crate::render::words::closed as words;
use crate::render::words::phrase::Phrase;

/// The statement.
pub(crate) struct Closed {
    pub(crate) segment: IpNet,
    pub(crate) devices: usize,
    pub(crate) on_link: bool,
    pub(crate) complete: bool,
    pub(crate) methods: Vec<Tested>,
    pub(crate) multi_homed: Vec<AssetId>,
    pub(crate) forwards: Vec<AssetId>,
    pub(crate) uplink: Vec<AssetId>,
    pub(crate) undecided: Vec<AssetId>,
    pub(crate) statement: Phrase,
    pub(crate) cannot_see: Vec<Phrase>,
    pub(crate) walk_round: Vec<Phrase>,
}

/// What one method asked there.
pub(crate) struct Tested {
    pub(crate) probe: String,
    pub(crate) asked: u32,
    pub(crate) answered: u32,
    pub(crate) not_allowed: u32,
    pub(crate) not_reached: u32,
}

/// The statement about the segment that the options name.
pub(crate) fn closed(scene: &Scene<'_>) -> Option<Closed> {
    let segment = scene.options.closed?;
    let here: Vec<&Asset> = scene.verdict.assets.iter().filter(|asset| stands_in(asset, segment)).collect();
    let such = |such: &dyn Fn(&Asset) -> bool| -> Vec<AssetId> {
        here.iter().filter(|asset| such(asset)).map(|asset| asset.id.clone()).collect()
    };
    let rows = || scene.verdict.coverage.iter().filter(|row| overlap(row.segment, segment));
    let undecided = |asset: &Asset| {
        [&asset.multi_homed, &asset.forwards, &asset.uplink].iter().any(|one| one.grade == Grade::Undecidable)
    };
    let mut statement = Closed {
        segment,
        devices: here.len(),
        on_link: rows().any(|row| row.on_link),
        complete: scene.verdict.run.complete && rows().next().is_some() && rows().all(|row| row.not_reached == 0),
        methods: methods(rows()),
        multi_homed: such(&|asset| asset.multi_homed.grade >= Grade::Indication),
        forwards: such(&|asset| asset.forwards.grade >= Grade::Indication),
        uplink: such(&|asset| asset.uplink.grade >= Grade::Indication),
        undecided: such(&undecided),
        statement: Phrase::default(),
        cannot_see: words::cannot_see(scene.lang()).into_iter().map(Phrase::new).collect(),
        walk_round: words::walk_round(scene.lang()).into_iter().map(Phrase::new).collect(),
    };
    statement.statement = Phrase::new(words::statement(&statement, scene.lang()));
    Some(statement)
}

fn stands_in(asset: &Asset, segment: IpNet) -> bool {
    let reached = asset.interfaces.iter().filter(|interface| !interface.told);
    reached.flat_map(|interface| &interface.addresses).any(|address| segment.contains(address))
        || scene::address(asset).is_some_and(|address| segment.contains(&address))
}

fn overlap(one: IpNet, other: IpNet) -> bool {
    one.contains(&other) || other.contains(&one)
}

/// Every method once, with all it asked.
fn methods<'r>(rows: impl Iterator<Item = &'r daicho_shared::coverage::Coverage>) -> Vec<Tested> {
    let mut sums: BTreeMap<&str, Tested> = BTreeMap::new();
    for row in rows {
        let sum = sums.entry(&row.probe.0).or_insert_with(|| Tested {
            probe: row.probe.0.clone(),
            asked: 0,
            answered: 0,
            not_allowed: 0,
            not_reached: 0,
        });
        sum.asked = sum.asked.saturating_add(row.asked);
        sum.answered = sum.answered.saturating_add(row.answered);
        sum.not_allowed = sum.not_allowed.saturating_add(row.not_allowed);
        sum.not_reached = sum.not_reached.saturating_add(row.not_reached);
    }
    sums.into_values().collect()
}
