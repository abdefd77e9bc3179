//! A small hospital in which all is well, to be spoilt by tests in one way each.

use std::collections::BTreeMap;

use daicho_shared::fact::Fact;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

use super::forms::Forms;
use super::ground::Ground;
use super::sheet::{First, Occasion, Sheet, sheet};
use crate::judge::entry::*;
use crate::judge::sample::{KNOWLEDGE, World, keyed};
use crate::judge::verdict::Verdict;
use crate::judge::{Case, judge};

pub(crate) const ROUTER: &str = "00:80:A3:00:00:01";
pub(crate) const PC: &str = "00:80:A3:00:00:05";
pub(crate) const CT: &str = "00:80:A3:00:00:20";

/// The hospital: what is seen, and what is declared.
pub(crate) struct Situation {
    pub(crate) world: World,
    pub(crate) records: Vec<Record>,
    pub(crate) files: Vec<LedgerFile>,
    pub(crate) diagrams: Vec<Date>,
}

/// A declared gateway, a PC and a CT; two departments that stated 1 and 0 points; two segments, both scanned.
pub(crate) fn all_well() -> Situation {
    let mut world = World::new();
    for (address, mac) in [("10.0.0.1", ROUTER), ("10.0.0.5", PC), ("10.0.0.20", CT)] {
        world.arp(address, mac);
    }
    world.see("10.0.0.1", "route", vec![Fact::DefaultGateway { interface: "eth0".into() }]);
    world.rows = vec![router(), pc(), ct(), point()];
    Situation {
        world,
        records: vec![
            department(1, "情報システム室", Some(1)),
            department(2, "放射線科", Some(0)),
            segment(1, "10.0.0.0/24", "業務系", None),
            segment(2, "10.0.1.0/24", "検査系", Some("閉域")),
        ],
        files: vec![LedgerFile {
            name: "ledger.csv".into(),
            sha256: "00".repeat(32),
            encoding: None,
            updated: Some(day("2026-03-01")),
            updated_by: Some("情報システム室".into()),
            imported: "2026-03-20T01:00:00Z".parse().unwrap(),
            rows: 8,
        }],
        diagrams: vec![day("2025-09-30"), day("2026-03-31")],
    }
}

pub(crate) fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn filled(number: u32, address: &str, mac: &str, kind: DeviceType) -> Entry {
    let mut row = keyed(number, address, mac);
    row.asset_no = Some(format!("IT-00{number}"));
    row.department = Some("情報システム室".into());
    row.device_type = Some(kind);
    row.location = Some("1階 サーバ室".into());
    row.users = vec!["情報システム室".into()];
    row
}

fn router() -> Entry {
    let mut row = filled(1, "10.0.0.1", ROUTER, DeviceType::Network);
    row.others.insert(Field::FirmwareVersion, Meaning::Text("14.01.36".into()));
    row
}

fn pc() -> Entry {
    let mut row = filled(2, "10.0.0.5", PC, DeviceType::Client);
    row.os = Some("Windows 11 23H2".into());
    row
}

fn ct() -> Entry {
    let mut row = filled(3, "10.0.0.20", CT, DeviceType::Medical);
    row.id = EntryId("medical:ME-003".into());
    row.register = Register::Medical;
    row.asset_no = Some("ME-003".into());
    row.department = Some("放射線科".into());
    row.software = vec![Software { name: "撮影ソフト".into(), version: Some("4.1".into()) }];
    row
}

/// The gateway's line in the register of connection points, confirmed five weeks before.
fn point() -> Entry {
    let mut row = keyed(4, "10.0.0.1", ROUTER);
    row.id = EntryId("external_connection:EXT-001".into());
    row.register = Register::ExternalConnection;
    row.asset_no = Some("EXT-001".into());
    row.department = Some("情報システム室".into());
    row.line_kind = Some("光回線（インターネット）".into());
    row.vendor = Some("通信事業者A".into());
    let confirmed = Meaning::Date(Dated::day(day("2026-02-24")));
    row.others.insert(Field::ConfirmedDate, confirmed);
    row.others.insert(Field::ResponsibilityBoundary, Meaning::Text("ルータのWAN端子".into()));
    row
}

pub(crate) fn department(number: u32, name: &str, points: Option<u32>) -> Record {
    let mut cells = vec![(Field::Department, Meaning::Text(name.into()))];
    if let Some(points) = points {
        cells.push((Field::ExternalPointsDeclared, Meaning::Count(points)));
        cells.push((Field::DeclaredDate, Meaning::Date(Dated::day(day("2026-02-20")))));
        cells.push((Field::DeclaredBy, Meaning::Text("山田".into())));
    }
    record(Register::Department, number, cells)
}

fn segment(number: u32, network: &str, name: &str, closed: Option<&str>) -> Record {
    let mut cells = vec![
        (Field::Segment, Meaning::Networks(vec![network.parse().unwrap()])),
        (Field::Name, Meaning::Text(name.into())),
    ];
    cells.extend(closed.map(|text| (Field::Closed, Meaning::Text(text.into()))));
    record(Register::Segment, number, cells)
}

pub(crate) fn record(register: Register, number: u32, cells: Vec<(Field, Meaning)>) -> Record {
    let written = |meaning: Meaning| {
        let raw = if let Meaning::Text(text) = &meaning { text.clone() } else { "x".to_owned() };
        Written { column: "A".into(), raw, meaning }
    };
    Record {
        id: EntryId(format!("{}:{number}", register.code())),
        register,
        origin: Origin { file: "台帳.xlsx".into(), sheet: register.code().into(), row: number },
        values: cells.into_iter().map(|(field, meaning)| (field, written(meaning))).collect::<BTreeMap<_, _>>(),
    }
}

impl Situation {
    /// What is judged of it.
    pub(crate) fn verdict(&self) -> Verdict {
        let mut ledger = self.world.ledger();
        ledger.records = self.records.clone();
        ledger.files = self.files.clone();
        judge(&Case {
            batch: &self.world.batch(),
            reread: None,
            inventories: &[],
            ledger: &ledger.into(),
            history: &[],
            decisions: &[],
            vendors: &self.world.vendors,
            knowledge: &KNOWLEDGE,
        })
    }

    /// What is answered to a form as of 31 March 2026.
    pub(crate) fn answer(&self, form: &str) -> Sheet {
        self.answer_of(form, &self.verdict())
    }

    pub(crate) fn answer_of(&self, form: &str, verdict: &Verdict) -> Sheet {
        self.answer_with(form, verdict, BTreeMap::new())
    }

    pub(crate) fn answer_with(&self, form: &str, verdict: &Verdict, evidence: BTreeMap<String, String>) -> Sheet {
        self.answered(form, verdict, evidence, None)
    }

    /// The same a second time, after this first one.
    pub(crate) fn answer_after(&self, form: &str, first: First) -> Sheet {
        self.answered(form, &self.verdict(), BTreeMap::new(), Some(first))
    }

    fn answered(
        &self,
        form: &str,
        verdict: &Verdict,
        evidence: BTreeMap<String, String>,
        first: Option<First>,
    ) -> Sheet {
        let forms = Forms::with(&[], &KNOWLEDGE).unwrap();
        let as_of = day("2026-03-31");
        let ground = Ground::new(verdict, &KNOWLEDGE, as_of, &self.diagrams, &TimeZone::UTC);
        let taken: DateTime = "2026-04-02T10:00:00".parse().unwrap();
        let occasion = Occasion { hospital: Some("見本病院".into()), taken, evidence, first };
        sheet(forms.find(form, None, as_of).unwrap(), &ground, occasion)
    }
}
