//! What a network diagram shows: segments with their devices counted, the machines that join networks, and the external
//! connection points. Only what was seen or declared, and each thing says which of the two.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use ipnet::{IpNet, Ipv4Net};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::judge::asset::{Asset, Class, Grade};
use crate::judge::entry::{DeviceType, Entry, Field, Ledger, Meaning, Register};
use crate::judge::verdict::{ExternalPoint, PointStatus, Verdict};
use crate::render::Options;
use crate::render::scene::{self, Scene};
use crate::render::view::dual_homed;

/// Networks that only ledger rows speak of, beyond which the rest is counted.
const DECLARED_NETWORKS: usize = 64;

/// A network, as it was on one day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Picture {
    /// 病院名, where it is configured.
    pub hospital: Option<String>,
    /// When the run began whose verdict it is.
    pub at: Timestamp,
    /// The run.
    pub run: String,
    /// The run asked everything that was planned.
    pub complete: bool,
    /// Networks of the hospital, by address.
    pub segments: Vec<Segment>,
    /// Networks that only a machine's second side speaks of.
    pub elsewhere: Vec<Elsewhere>,
    /// Machines that stand in several networks, or at an external connection point.
    pub machines: Vec<Machine>,
    /// External connection points, undeclared ones first.
    pub doors: Vec<Door>,
    /// Networks of ledger rows that are not drawn, because there are too many.
    pub left_out: usize,
}

/// One network of the hospital.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Segment {
    /// In CIDR notation.
    pub network: String,
    /// The run asked there; otherwise only the ledger speaks of it.
    pub looked_at: bool,
    /// Devices that were seen, by class, the most frequent first.
    pub seen: Vec<(Class, usize)>,
    /// Ledger rows with an address there.
    pub rows: usize,
}

impl Segment {
    /// Devices that were seen.
    pub fn devices(&self) -> usize {
        self.seen.iter().map(|(_, count)| count).sum()
    }
}

/// A network that nobody asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Elsewhere {
    /// As far as an address tells it, e.g. `192.168.42.x`.
    pub network: String,
}

/// A machine that is drawn by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Machine {
    /// Of the asset.
    pub id: String,
    /// How people call it; as it stands.
    pub name: String,
    /// What it is.
    pub class: Class,
    /// The address under which it was reached.
    pub address: Option<IpAddr>,
    /// 部門 of its rows.
    pub department: Option<String>,
    /// The networks it stands in: of [`Picture::segments`] and [`Picture::elsewhere`].
    pub networks: Vec<String>,
    /// Networks of [`Picture::segments`] in which only the ledger says that it stands.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub declared: Vec<String>,
    /// Why it joins networks.
    pub standing: Standing,
    /// How sure the second network is.
    pub second: Grade,
    /// How sure it is that it forwards.
    pub forwards: Grade,
}

/// What a machine that joins networks is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// A network device of the ledger, or declared to stand in several networks.
    Declared,
    /// Nobody declared it.
    Undeclared,
}

/// An external connection point.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Door {
    /// The same for the same point on every day: the register's row, or the machine.
    pub key: String,
    /// How it is called: its purpose or its device; as it stands.
    pub name: String,
    /// Kind of line, as a code.
    pub kind: String,
    /// 部門.
    pub department: Option<String>,
    /// 保守事業者.
    pub vendor: Option<String>,
    /// Declared, and seen.
    pub status: PointStatus,
    /// How sure.
    pub grade: Grade,
    /// The machine of [`Picture::machines`] at which it is.
    pub machine: Option<String>,
    /// The segment that the register names, where no machine was seen.
    pub segment: Option<String>,
}

impl Picture {
    /// Draws nothing that is not in the verdict.
    pub fn new(verdict: &Verdict, options: &Options) -> Self {
        let scene = Scene::new(verdict, options);
        let (segments, left_out) = segments(&scene);
        let doors = doors(&scene, &segments);
        let machines = machines(&scene, &segments);
        let known: BTreeSet<&str> = segments.iter().map(|segment| segment.network.as_str()).collect();
        let elsewhere: BTreeSet<&String> =
            machines.iter().flat_map(|machine| &machine.networks).filter(|net| !known.contains(net.as_str())).collect();
        let elsewhere = elsewhere.into_iter().map(|network| Elsewhere { network: network.clone() }).collect();
        Self {
            hospital: options.hospital.clone(),
            at: verdict.run.started,
            run: verdict.run.id.0.to_string(),
            complete: verdict.run.complete,
            segments,
            elsewhere,
            machines,
            doors,
            left_out,
        }
    }

    /// All devices that were seen in a segment.
    pub fn devices(&self) -> usize {
        self.segments.iter().map(Segment::devices).sum()
    }
}

/// Networks that were asked, and those that the list of segments and ledger rows speak of beside them.
fn segments(scene: &Scene<'_>) -> (Vec<Segment>, usize) {
    let verdict = scene.verdict;
    let asked: BTreeSet<IpNet> =
        verdict.coverage.iter().map(|row| row.segment).chain(verdict.run.scope.iter().copied()).collect();
    // A link's own IPv6 network is where the IPv4 network is, unless machines were reached in no other.
    let homes: Vec<IpAddr> = verdict.assets.iter().filter_map(scene::address).filter(IpAddr::is_ipv6).collect();
    let is_home = |net: &IpNet| homes.iter().any(|address| net.contains(address) && !is_link_local(*address));
    let asked: BTreeSet<IpNet> = asked.into_iter().filter(|net| matches!(net, IpNet::V4(_)) || is_home(net)).collect();
    let asked: Vec<IpNet> = asked.iter().filter(|net| !is_around(**net, &asked)).copied().collect();
    let listed = listed(&verdict.ledger, &asked);
    let mut rows: BTreeMap<IpNet, usize> = asked.iter().chain(&listed).map(|net| (*net, 0)).collect();
    for entry in &verdict.ledger.entries {
        for net in entry.addresses.iter().filter_map(|address| network_of(*address, [&asked, &listed], entry)) {
            *rows.entry(net).or_default() += 1;
        }
    }
    let mut seen: BTreeMap<IpNet, BTreeMap<Class, usize>> = BTreeMap::new();
    for asset in &verdict.assets {
        if let Some(net) = home(asset, &asked) {
            *seen.entry(net).or_default().entry(asset.class.value).or_default() += 1;
        }
    }
    let beyond = rows.len().saturating_sub(asked.len() + DECLARED_NETWORKS);
    // What was asked is drawn, however many others the ledger speaks of.
    let others = rows.keys().filter(|net| !asked.contains(net)).take(DECLARED_NETWORKS);
    let drawn: BTreeSet<IpNet> = asked.iter().chain(others).copied().collect();
    let segments = rows.into_iter().filter(|(net, _)| drawn.contains(net)).map(|(net, rows)| {
        let mut classes: Vec<(Class, usize)> = seen.remove(&net).unwrap_or_default().into_iter().collect();
        classes.sort_by_key(|(class, count)| (Reverse(*count), *class));
        Segment { network: net.to_string(), looked_at: asked.contains(&net), seen: classes, rows }
    });
    (segments.collect(), beyond)
}

fn is_link_local(address: IpAddr) -> bool {
    matches!(address, IpAddr::V6(v6) if v6.is_unicast_link_local())
}

/// Networks of the list of segments that nobody asked, not even a part of them.
fn listed(ledger: &Ledger, asked: &[IpNet]) -> Vec<IpNet> {
    let records = ledger.records.iter().filter(|record| record.register == Register::Segment);
    let networks = records.filter_map(|record| match &record.values.get(&Field::Segment)?.meaning {
        Meaning::Networks(networks) => Some(networks),
        _ => None,
    });
    let networks: BTreeSet<IpNet> = networks.flatten().map(IpNet::trunc).collect();
    let is_new = |net: &IpNet| !asked.iter().any(|one| one.contains(net) || net.contains(one));
    networks.into_iter().filter(is_new).collect()
}

/// A wider network of the settings, of which only parts are links, is drawn as its parts.
fn is_around(net: IpNet, all: &BTreeSet<IpNet>) -> bool {
    all.iter().any(|other| *other != net && net.contains(other))
}

/// Where a ledger row's address lies; nobody told a mask, so that a /24 is meant.
fn network_of(address: IpAddr, [asked, listed]: [&[IpNet]; 2], entry: &Entry) -> Option<IpNet> {
    let told =
        || entry.segments.iter().filter(|net| net.contains(&address)).max_by_key(|net| net.prefix_len()).copied();
    let around = || match address {
        IpAddr::V4(v4) => Ipv4Net::new(v4, 24).ok().map(|net| IpNet::V4(net.trunc())),
        IpAddr::V6(_) => None,
    };
    let known = within(address, asked).or_else(|| within(address, listed));
    known.or_else(|| told().filter(|net| matches!(net, IpNet::V4(_)))).or_else(around)
}

fn within(address: IpAddr, nets: &[IpNet]) -> Option<IpNet> {
    nets.iter().filter(|net| net.contains(&address)).max_by_key(|net| net.prefix_len()).copied()
}

/// A machine is counted once, where it was reached first.
fn home(asset: &Asset, asked: &[IpNet]) -> Option<IpNet> {
    within(scene::address(asset)?, asked)
}

fn machines(scene: &Scene<'_>, segments: &[Segment]) -> Vec<Machine> {
    let at_door: BTreeSet<&str> =
        scene.verdict.external_points.iter().filter_map(|point| Some(point.asset.as_ref()?.0.as_str())).collect();
    let nets: Vec<IpNet> = segments.iter().filter_map(|segment| segment.network.parse().ok()).collect();
    let mut machines: Vec<Machine> = scene
        .verdict
        .assets
        .iter()
        .map(|asset| machine(scene, asset, &nets))
        .filter(|machine| machine.networks.len() + machine.declared.len() > 1 || at_door.contains(machine.id.as_str()))
        .collect();
    let rank = |machine: &Machine| scene.options.rank(&machine.id);
    machines.sort_by_cached_key(|one| (Reverse(one.standing), one.networks.clone(), rank(one), one.id.clone()));
    machines
}

fn machine(scene: &Scene<'_>, asset: &Asset, nets: &[IpNet]) -> Machine {
    let rows: Vec<&Entry> = scene.rows_of(&asset.id).collect();
    let called = rows.iter().copied().find_map(scene::row_name).map(str::to_owned);
    let own = asset.names.first().map(|name| name.name.clone());
    let key = || scene::key(asset).map(|(word, value)| format!("{word} {value}")).unwrap_or_default();
    let declared = rows.iter().any(|row| joins(row));
    let networks = networks(asset, nets);
    Machine {
        id: asset.id.0.clone(),
        name: called.or(own).unwrap_or_else(key),
        class: asset.class.value,
        address: scene::address(asset),
        department: rows.iter().find_map(|row| row.department.clone()),
        declared: only_declared(asset, &rows, nets).difference(&networks).cloned().collect(),
        networks: networks.into_iter().collect(),
        standing: if declared { Standing::Declared } else { Standing::Undeclared },
        second: asset.multi_homed.bare(),
        forwards: asset.forwards.bare(),
    }
}

/// Where it was reached, and what betrays another network where that is more than a circumstance.
fn networks(asset: &Asset, nets: &[IpNet]) -> BTreeSet<String> {
    let mut networks = BTreeSet::new();
    for side in dual_homed::sides(asset) {
        let second = asset.multi_homed.bare() >= Grade::Indication;
        let segment = side.addresses.iter().find_map(|address| within(*address, nets)).map(|net| net.to_string());
        let told = side.network.filter(|_| second && !side.reached);
        networks.extend(segment.filter(|_| side.reached || second).or(told));
    }
    networks
}

/// Where only its rows say that it stands.
fn only_declared(asset: &Asset, rows: &[&Entry], nets: &[IpNet]) -> BTreeSet<String> {
    let addresses = dual_homed::declared_sides(asset, rows).into_iter().flat_map(|side| side.addresses);
    addresses.filter_map(|address| within(address, nets)).map(|net| net.to_string()).collect()
}

fn doors(scene: &Scene<'_>, segments: &[Segment]) -> Vec<Door> {
    let mut doors: Vec<Door> = scene.verdict.external_points.iter().map(|point| door(scene, point, segments)).collect();
    let rank = |door: &Door| scene.options.rank(&door.key);
    doors.sort_by_cached_key(|one| (Reverse(one.status), Reverse(one.grade), rank(one), one.key.clone()));
    doors
}

fn door(scene: &Scene<'_>, point: &ExternalPoint, segments: &[Segment]) -> Door {
    let entry = point.entry.as_ref().and_then(|id| scene.entry(id));
    let asset = point.asset.as_ref().and_then(|id| scene.asset(id));
    let row = entry.and_then(scene::row_name);
    let own = asset.and_then(|asset| asset.names.first()).map(|name| name.name.as_str());
    let key = asset.and_then(scene::key).map(|(word, value)| format!("{word} {value}"));
    let name = point.purpose.as_deref().or(row).or(own).map(str::to_owned).or(key).unwrap_or_default();
    let told = entry.into_iter().flat_map(|entry| &entry.segments).map(ToString::to_string);
    let segment = told.into_iter().find(|net| segments.iter().any(|segment| segment.network == *net));
    let ids = point.entry.as_ref().map(|id| id.0.clone()).or_else(|| point.asset.as_ref().map(|id| id.0.clone()));
    Door {
        key: ids.unwrap_or_default(),
        name,
        kind: point.kind.clone(),
        department: point.department.clone(),
        vendor: point.vendor.clone(),
        status: point.status,
        grade: point.grade,
        machine: point.asset.as_ref().map(|id| id.0.clone()),
        segment: segment.filter(|_| asset.is_none()),
    }
}

/// A way between networks is what the row is for, or what it says.
fn joins(row: &Entry) -> bool {
    row.device_type == Some(DeviceType::Network) || dual_homed::declares(row)
}
