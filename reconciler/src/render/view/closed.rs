//! 閉域と考えているセグメントの確認書: what was tested in one segment, what answered, what nobody can say.

use std::collections::BTreeMap;

use daicho_shared::coverage::Coverage;
use ipnet::IpNet;

use crate::judge::asset::{Asset, AssetId, Grade};
use crate::judge::verdict::PointStatus;
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
    /// Machines of declared external connection points: whoever has one is not closed.
    pub(crate) declared: Vec<AssetId>,
    pub(crate) statement: Phrase,
    pub(crate) cannot_see: Vec<Phrase>,
    pub(crate) walk_round: Vec<Phrase>,
}

/// What one method asked there.
pub(crate) struct Tested {
    pub(crate) probe: String,
    /// It looks for second networks and ways out; others ask who is there and what it is.
    pub(crate) search: bool,
    /// Packets that were sent for it, also to everybody.
    pub(crate) packets: u64,
    pub(crate) asked: u32,
    pub(crate) answered: u32,
    pub(crate) not_allowed: u32,
    pub(crate) not_reached: u32,
}

/// The statement about the segment that the options name.
pub(crate) fn closed(scene: &Scene<'_>) -> Option<Closed> {
    scene.options.closed.map(|segment| of(segment, scene))
}

/// The statement about one segment.
pub(crate) fn of(segment: IpNet, scene: &Scene<'_>) -> Closed {
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
        methods: methods(rows(), scene),
        multi_homed: such(&|asset| asset.multi_homed.grade >= Grade::Indication),
        forwards: such(&|asset| asset.forwards.grade >= Grade::Indication),
        uplink: such(&|asset| asset.uplink.grade >= Grade::Indication),
        undecided: such(&undecided),
        declared: such(&|asset| is_declared(asset, scene)),
        statement: Phrase::default(),
        cannot_see: words::cannot_see(scene.lang()).into_iter().map(Phrase::new).collect(),
        walk_round: words::walk_round(scene.lang()).into_iter().map(Phrase::new).collect(),
    };
    statement.statement = Phrase::new(words::statement(&statement, scene.lang()));
    statement
}

fn stands_in(asset: &Asset, segment: IpNet) -> bool {
    let reached = asset.interfaces.iter().filter(|interface| !interface.told);
    reached.flat_map(|interface| &interface.addresses).any(|address| segment.contains(address))
        || scene::address(asset).is_some_and(|address| segment.contains(&address))
}

fn overlap(one: IpNet, other: IpNet) -> bool {
    one.contains(&other) || other.contains(&one)
}

fn is_declared(asset: &Asset, scene: &Scene<'_>) -> bool {
    let points = scene.verdict.external_points.iter();
    points.filter(|point| point.entry.is_some()).any(|point| {
        let declared = matches!(point.status, PointStatus::DeclaredSeen | PointStatus::DeclaredOtherwise);
        declared && point.asset.as_ref() == Some(&asset.id)
    })
}

/// Every method once, with all it asked and sent; those that look for a way out first. What was sent to everybody
/// counts whole: a scan of one segment sends nowhere else.
fn methods<'r>(rows: impl Iterator<Item = &'r Coverage>, scene: &Scene<'_>) -> Vec<Tested> {
    let mut sums: BTreeMap<&str, Tested> = BTreeMap::new();
    for row in rows {
        let sum = sums.entry(&row.probe.0).or_insert_with(|| tested(&row.probe.0, scene));
        sum.asked = sum.asked.saturating_add(row.asked);
        sum.answered = sum.answered.saturating_add(row.answered);
        sum.not_allowed = sum.not_allowed.saturating_add(row.not_allowed);
        sum.not_reached = sum.not_reached.saturating_add(row.not_reached);
    }
    for sent in &scene.verdict.sent {
        sums.entry(&sent.probe.0).or_insert_with(|| tested(&sent.probe.0, scene));
    }
    let mut methods: Vec<Tested> = sums.into_values().collect();
    methods.sort_by_key(|one| !one.search);
    methods
}

fn tested(probe: &str, scene: &Scene<'_>) -> Tested {
    let sent = scene.verdict.sent.iter().filter(|sent| sent.probe.0 == probe);
    let bare = probe.strip_suffix("-again").unwrap_or(probe);
    let graded = scene.verdict.assets.iter().flat_map(|asset| [&asset.multi_homed, &asset.forwards, &asset.uplink]);
    Tested {
        probe: probe.to_owned(),
        search: graded.flat_map(|one| &one.methods).any(|method| method.probe.0 == bare),
        packets: sent.map(|sent| u64::from(sent.packets)).sum(),
        asked: 0,
        answered: 0,
        not_allowed: 0,
        not_reached: 0,
    }
}
