//! What figures are counted from: one verdict on one day, with its devices, departments, points and segments.

use std::collections::{BTreeMap, BTreeSet};

use daicho_shared::id::RunId;
use ipnet::IpNet;
use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

use super::department::{Department, YEAR, departments};
use super::device::Device;
use super::figure::{Behind, is_within};
use super::figures::{self, Standing};
use super::points::{PointRow, Seen, points};
use super::segments::{SegmentLook, segments, stands_in, unplaced};
use super::vendors::{Working, working};
use crate::judge::asset::{Asset, AssetId};
use crate::judge::entry::{DeviceType, Entry, EntryId, LedgerFile, ProblemKind, Record, Register};
use crate::judge::finding::{Finding, Kind};
use crate::judge::review::standing::State;
use crate::judge::verdict::Verdict;
use crate::judge::{self, Knowledge};

/// What figures are counted from.
pub struct Ground<'a> {
    /// What was judged, with the decisions that counted on that day.
    pub verdict: &'a Verdict,
    /// The day whose state is asked for.
    pub day: Date,
    /// Days on which a diagram was made, the oldest first.
    pub diagrams: &'a [Date],
    /// The day of the scan.
    pub scanned: Date,
    /// The newest day on which a ledger file was imported.
    pub imported: Option<Date>,
    /// The ledger's devices; those that are none of our business left out.
    pub(super) devices: Vec<Device<'a>>,
    pub(super) departments: Vec<Department<'a>>,
    pub(super) points: Vec<PointRow>,
    pub(super) segments: Vec<SegmentLook>,
    pub(super) vendors: Vec<Working>,
    /// Declared segments whose network is not written, with whether they are believed closed.
    pub(super) unplaced: Vec<(Behind, bool)>,
    /// Other runs of which something was taken.
    pub(super) others: Vec<RunId>,
    /// Machines that other runs saw, each with what it says about the ledger.
    pub(super) elsewhere: Vec<(Asset, Standing)>,
    tz: TimeZone,
    assets: BTreeMap<&'a AssetId, &'a Asset>,
    rows: BTreeMap<&'a EntryId, &'a Entry>,
    listed: BTreeSet<&'a AssetId>,
}

impl<'a> Ground<'a> {
    /// Everything once; `tz` says on which day a moment was.
    pub fn new(verdict: &'a Verdict, knowledge: &Knowledge, day: Date, diagrams: &'a [Date], tz: &TimeZone) -> Self {
        let on = |at: Timestamp| at.to_zoned(tz.clone()).date();
        let assets: BTreeMap<&AssetId, &Asset> = verdict.assets.iter().map(|asset| (&asset.id, asset)).collect();
        let paired: BTreeMap<&EntryId, &AssetId> =
            verdict.entries.iter().filter_map(|row| Some((&row.entry, row.asset.as_ref()?))).collect();
        let seen = |rows: &[&Entry]| rows.iter().find_map(|row| assets.get(*paired.get(&row.id)?).copied());
        let groups = judge::devices(&verdict.ledger.entries, knowledge).into_iter();
        let devices: Vec<Device<'a>> = groups
            .map(|rows| {
                let asset = seen(&rows);
                Device::new(rows, asset)
            })
            .collect();
        let departments = departments(&verdict.ledger);
        let points = points(verdict, &devices, &departments, day);
        let scanned = on(verdict.run.started);
        Self {
            verdict,
            day,
            diagrams,
            scanned,
            imported: verdict.ledger.files.iter().map(|file| on(file.imported)).max(),
            segments: segments(verdict, &devices, scanned),
            devices: devices.into_iter().filter(Device::counts).collect(),
            departments,
            points,
            vendors: working(&verdict.ledger, knowledge),
            unplaced: unplaced(&verdict.ledger),
            others: vec![],
            elsewhere: vec![],
            tz: tz.clone(),
            assets,
            rows: verdict.ledger.entries.iter().map(|row| (&row.id, row)).collect(),
            listed: listed(verdict),
        }
    }

    /// Segments that are believed closed and that the run did not look at: another run may have.
    pub fn untested(&self) -> Vec<IpNet> {
        self.segments.iter().filter(|one| one.closed && !one.scanned).map(|one| one.network).collect()
    }

    /// Takes what another run of the year before saw of the closed segments that this one did not look at.
    pub fn also_tested(&mut self, other: &Ground<'_>) {
        if !is_within(other.scanned, YEAR, self.day) {
            return;
        }
        let mut tested = vec![];
        for segment in self.segments.iter_mut().filter(|one| one.closed && !one.scanned) {
            let seen = segment.seen_by(other.verdict, other.scanned);
            if seen.scanned {
                tested.push(segment.network);
                *segment = seen;
            }
        }
        if tested.is_empty() {
            return;
        }
        self.also_seen(other, &|asset| tested.iter().any(|network| stands_in(asset, *network)));
    }

    /// Takes what a later run saw, though it looked at a part only: what it found is there, whatever an earlier one missed.
    pub fn also_later(&mut self, other: &Ground<'_>) {
        self.also_seen(other, &|_| true);
    }

    /// Takes the machines of another run that this one knows nothing of, and points of theirs that nobody declared.
    fn also_seen(&mut self, other: &Ground<'_>, such: &dyn Fn(&Asset) -> bool) {
        self.others.push(other.verdict.run.id.clone());
        let points: BTreeSet<String> = self.points.iter().filter_map(|point| point.asset.clone()).collect();
        let told = |point: &&PointRow| {
            let asset = point.asset.as_ref().filter(|asset| !points.contains(*asset));
            matches!(point.seen, Seen::Undeclared | Seen::Unclear)
                && asset.and_then(|id| other.asset(&AssetId(id.clone()))).is_some_and(such)
        };
        self.points.extend(other.points.iter().filter(told).cloned());
        let known = |id: &AssetId| self.assets.contains_key(id) || self.elsewhere.iter().any(|(one, _)| one.id == *id);
        let seen = other.verdict.assets.iter().filter(|asset| such(asset) && !known(&asset.id));
        let machines = seen.filter_map(|asset| Some((asset.clone(), figures::standing(other, asset)?)));
        let machines: Vec<(Asset, Standing)> = machines.collect();
        self.elsewhere.extend(machines);
    }

    /// Files of the ledger that were imported after the day, with their days: nobody has an older one.
    pub(super) fn later_files(&self) -> impl Iterator<Item = (&'a LedgerFile, Date)> {
        let files = self.verdict.ledger.files.iter().map(|file| (file, self.on(file.imported)));
        files.filter(|(_, on)| *on > self.day)
    }

    /// Scan and ledger are of the day or of days before it, and the ledger was read to its end: neither what came later
    /// nor a part of the ledger is a word on that day.
    pub(super) fn is_whole(&self) -> bool {
        self.scanned <= self.day && self.later_files().next().is_none() && self.cut_files().is_empty()
    }

    /// Files of which only a part was read: they have more rows than the limit.
    pub(super) fn cut_files(&self) -> BTreeSet<&'a str> {
        let cut = self.verdict.ledger.problems.iter().filter(|one| one.kind == ProblemKind::TooManyRows);
        cut.map(|one| one.origin.file.as_str()).collect()
    }

    /// A moment by the clock on the wall, to the second.
    pub(super) fn at(&self, at: Timestamp) -> DateTime {
        let here = at.to_zoned(self.tz.clone()).datetime();
        here.date().at(here.hour(), here.minute(), here.second(), 0)
    }

    /// The day of a moment.
    pub(super) fn on(&self, at: Timestamp) -> Date {
        self.at(at).date()
    }

    pub(super) fn asset(&self, id: &AssetId) -> Option<&'a Asset> {
        self.assets.get(id).copied()
    }

    /// Some row of a ledger of devices is this machine: the register of connection points lists lines.
    pub(super) fn is_listed(&self, asset: &Asset) -> bool {
        self.listed.contains(&asset.id)
    }

    /// Some row, of a line or of a device, is this machine.
    pub(super) fn has_line(&self, asset: &Asset) -> bool {
        self.verdict.entries.iter().any(|row| row.asset.as_ref() == Some(&asset.id))
    }

    /// Rows of a register without devices.
    pub(super) fn records(&self, register: Register) -> Vec<&'a Record> {
        self.verdict.ledger.records.iter().filter(|record| record.register == register).collect()
    }

    /// Findings with one of these codes that nobody has settled: handed over is not settled.
    pub(super) fn unsettled(&self, codes: &[&str]) -> impl Iterator<Item = &'a Finding> {
        let of_code = self.verdict.findings.iter().filter(move |finding| codes.contains(&finding.kind.code()));
        of_code.filter(|finding| self.is_unsettled(finding))
    }

    /// Neither accepted, corrected, closed nor set aside. A way out that was set aside is there all the same, and so is what
    /// may be one.
    pub(super) fn is_unsettled(&self, finding: &Finding) -> bool {
        let state = &self.verdict.standing(finding).state;
        let leads_out = matches!(
            finding.kind,
            Kind::UndeclaredUplink { .. } | Kind::DualHomed { .. } | Kind::VendorContradiction { .. }
        );
        state.is_open()
            || matches!(state, State::Assigned { .. })
            || leads_out && matches!(state, State::Ignored { .. })
    }

    /// The device of a finding, where it has rows.
    pub(super) fn device(&self, finding: &Finding) -> Option<Device<'a>> {
        let rows: Vec<&'a Entry> = finding.entries.iter().filter_map(|id| self.rows.get(id).copied()).collect();
        let asset = finding.asset.as_ref().and_then(|id| self.asset(id));
        (!rows.is_empty()).then(|| Device::new(rows, asset))
    }

    /// 機器区分 of a machine that no row declares: what it seems to be.
    pub(super) fn seen_kind(&self, finding: &Finding) -> Option<DeviceType> {
        finding.asset.as_ref().and_then(|id| self.asset(id)).map(|asset| DeviceType::of(asset.class.value))
    }

    /// A finding, to be shown behind a figure.
    pub(super) fn behind(&self, finding: &Finding) -> Behind {
        let row = finding.entries.iter().find_map(|id| self.rows.get(id).copied());
        let device = finding.asset.as_ref().and_then(|id| self.asset(id)).map(label);
        Behind::Finding {
            id: finding.id.clone(),
            says: finding.kind.clone(),
            severity: finding.severity,
            grade: finding.grade,
            device: device.or_else(|| row.and_then(|row| super::device::name(row).map(str::to_owned))),
            department: row.and_then(|row| row.department.clone()),
        }
    }
}

/// Machines that rows of a ledger of devices were paired with.
fn listed(verdict: &Verdict) -> BTreeSet<&AssetId> {
    let of_lines = |row: &&Entry| row.register == Register::ExternalConnection;
    let lines: BTreeSet<&EntryId> = verdict.ledger.entries.iter().filter(of_lines).map(|row| &row.id).collect();
    let devices = verdict.entries.iter().filter(|row| !lines.contains(&row.entry));
    devices.filter_map(|row| row.asset.as_ref()).collect()
}

/// A machine's address, or whatever else tells it from others.
pub(super) fn label(asset: &Asset) -> String {
    let reached = asset.interfaces.iter().filter(|interface| !interface.told);
    let address = reached.flat_map(|one| &one.addresses).min_by_key(|address| (address.is_ipv6(), **address));
    let mac = || asset.interfaces.iter().find_map(|one| one.mac).map(|mac| mac.to_string());
    address.map(ToString::to_string).or_else(mac).unwrap_or_else(|| asset.id.0.clone())
}
