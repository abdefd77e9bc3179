//! Segments: what people declared, what the ledger's addresses tell of, and what was tested in each, and when.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use daicho_shared::coverage::Coverage;
use ipnet::IpNet;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::department::record_text;
use super::device::Device;
use super::figure::Behind;
use super::said::{is_closed, said};
use crate::judge::asset::{Asset, Grade};
use crate::judge::entry::{Field, Ledger, Meaning, Record, Register, Status};
use crate::judge::verdict::{PointStatus, Verdict};

/// One segment, and how it was looked at.
#[allow(clippy::struct_excessive_bools, reason = "each is a column of its own")]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SegmentLook {
    /// Its network.
    pub network: IpNet,
    /// Its name in the list of segments.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// 所管部門.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub department: Option<String>,
    /// The list of segments has it; otherwise an address of the ledger lies in it, or it was scanned.
    pub listed: bool,
    /// It is believed closed.
    pub closed: bool,
    /// Somebody asked there, everywhere in it, and to the end.
    pub scanned: bool,
    /// The day of the scan, where something was asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on: Option<Date>,
    /// The agent stood in it; what lies behind a router is seen less well.
    pub on_link: bool,
    /// What was asked, by the names of the probes.
    pub methods: Vec<String>,
    /// Questions put.
    pub asked: u32,
    /// Questions that were not put: not allowed, or not reached.
    pub not_asked: u32,
    /// Machines that answered in it.
    pub machines: usize,
    /// Of these, such as show a way out.
    pub ways_out: usize,
    /// Of these, declared external connection points.
    pub declared_ways_out: usize,
    /// Of these, such as have a second network.
    pub second_networks: usize,
    /// Of these, such as no method could tell of.
    pub undecided: usize,
}

impl SegmentLook {
    pub(super) fn behind(&self) -> Behind {
        Behind::Segment { network: self.network, name: self.name.clone() }
    }
}

/// Segments that are declared, then those that the ledger's addresses tell of, then what else was scanned.
pub(super) fn segments(verdict: &Verdict, devices: &[Device<'_>], scanned: Date) -> Vec<SegmentLook> {
    let mut all: BTreeMap<IpNet, Option<&Record>> = BTreeMap::new();
    for record in verdict.ledger.records.iter().filter(|record| record.register == Register::Segment) {
        if let Some(Meaning::Networks(networks)) = record.values.get(&Field::Segment).map(|cell| &cell.meaning) {
            all.extend(networks.iter().map(|network| (network.trunc(), Some(record))));
        }
    }
    let declared: Vec<IpNet> = all.keys().copied().collect();
    let within = |networks: &[IpNet], address: IpAddr| networks.iter().any(|network| network.contains(&address));
    for network in &verdict.run.scope {
        let known = declared.iter().any(|one| one.contains(network) || network.contains(one));
        if !known {
            all.entry(network.trunc()).or_default();
        }
    }
    let known: Vec<IpNet> = all.keys().copied().collect();
    for address in addresses(devices).into_iter().filter(|address| !within(&known, *address)) {
        all.entry(around(address)).or_default();
    }
    all.into_iter().map(|(network, record)| look(network, record, verdict, scanned)).collect()
}

/// Rows of the list of segments that name no network, with whether they are believed closed: nobody can have looked there.
pub(super) fn unplaced(ledger: &Ledger) -> Vec<(Behind, bool)> {
    let rows = ledger.records.iter().filter(|record| record.register == Register::Segment);
    let placed = |record: &Record| match record.values.get(&Field::Segment).map(|cell| &cell.meaning) {
        Some(Meaning::Networks(networks)) => !networks.is_empty(),
        _ => false,
    };
    let behind = |record: &Record| Behind::Row {
        row: record.id.0.clone(),
        origin: record.origin.clone(),
        name: record_text(record, Field::Name).and_then(said).map(str::to_owned),
        department: record_text(record, Field::Department).and_then(said).map(str::to_owned),
        field: Some(Field::Segment),
    };
    rows.filter(|record| !placed(record)).map(|record| (behind(record), believed_closed(record))).collect()
}

/// Addresses of devices that are expected on a network.
fn addresses(devices: &[Device<'_>]) -> BTreeSet<IpAddr> {
    let expected = devices.iter().filter(|device| device.counts() && device.is_networked());
    let rows =
        expected.flat_map(|device| &device.rows).filter(|row| !matches!(row.status, Status::Spare | Status::Out));
    rows.filter(|row| !row.dynamic_address).flat_map(|row| row.addresses.iter().copied()).collect()
}

/// The network in which an address most likely lies.
fn around(address: IpAddr) -> IpNet {
    let length = if address.is_ipv4() { 24 } else { 64 };
    IpNet::new(address, length).map_or_else(|_| address.into(), |network| network.trunc())
}

fn look(network: IpNet, record: Option<&Record>, verdict: &Verdict, on: Date) -> SegmentLook {
    let text = |field| record.and_then(|record| record_text(record, field)).and_then(said).map(str::to_owned);
    let declared = SegmentLook {
        network,
        name: text(Field::Name),
        department: text(Field::Department),
        listed: record.is_some(),
        closed: record.is_some_and(believed_closed),
        scanned: false,
        on: None,
        on_link: false,
        methods: vec![],
        asked: 0,
        not_asked: 0,
        machines: 0,
        ways_out: 0,
        declared_ways_out: 0,
        second_networks: 0,
        undecided: 0,
    };
    declared.seen_by(verdict, on)
}

impl SegmentLook {
    /// The same segment as a run looked at it.
    pub(super) fn seen_by(&self, verdict: &Verdict, on: Date) -> Self {
        let network = self.network;
        let touching = |row: &&Coverage| row.segment.contains(&network) || network.contains(&row.segment);
        let rows: Vec<&Coverage> = verdict.coverage.iter().filter(touching).collect();
        let whole: Vec<&&Coverage> = rows.iter().filter(|row| row.segment.contains(&network)).collect();
        let here: Vec<&Asset> = verdict.assets.iter().filter(|asset| stands_in(asset, network)).collect();
        let such = |such: fn(&Asset) -> bool| here.iter().filter(|asset| such(asset)).count();
        let methods: BTreeSet<String> =
            rows.iter().filter(|row| row.asked > 0).map(|row| row.probe.to_string()).collect();
        let not_asked = |row: &Coverage| row.not_reached.saturating_add(row.not_allowed);
        Self {
            scanned: whole.iter().any(|row| row.asked > 0) && whole.iter().all(|row| row.not_reached == 0),
            on: (!methods.is_empty()).then_some(on),
            on_link: rows.iter().any(|row| row.on_link),
            methods: methods.into_iter().collect(),
            asked: rows.iter().fold(0, |sum, row| sum.saturating_add(row.asked)),
            not_asked: rows.iter().fold(0, |sum, row| sum.saturating_add(not_asked(row))),
            machines: here.len(),
            ways_out: such(|asset| asset.uplink.grade >= Grade::Indication),
            declared_ways_out: here.iter().filter(|asset| is_declared(asset, verdict)).count(),
            second_networks: such(|asset| asset.multi_homed.grade >= Grade::Indication),
            undecided: such(|asset| {
                [&asset.multi_homed, &asset.uplink].into_iter().any(|one| one.grade == Grade::Undecidable)
            }),
            ..self.clone()
        }
    }
}

fn believed_closed(record: &Record) -> bool {
    record.values.get(&Field::Closed).is_some_and(|cell| is_closed(&cell.raw))
}

pub(super) fn stands_in(asset: &Asset, network: IpNet) -> bool {
    let reached = asset.interfaces.iter().filter(|interface| !interface.told);
    reached.flat_map(|interface| &interface.addresses).any(|address| network.contains(address))
}

fn is_declared(asset: &Asset, verdict: &Verdict) -> bool {
    let mut points = verdict.external_points.iter().filter(|point| point.status != PointStatus::Undeclared);
    points.any(|point| point.asset.as_ref() == Some(&asset.id))
}
