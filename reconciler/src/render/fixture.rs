//! One representative verdict for the renderers' tests: every kind of finding, and devices that lie.
//!
//! Long because it is one story: the pieces cite each other, and no piece is used alone.

use std::collections::BTreeMap;
use std::sync::Arc;

use daicho_shared::address::Mac;
use daicho_shared::batch::{Sent, Trouble};
use daicho_shared::coverage::{Coverage, Outcome};
use daicho_shared::fact::{Fact, NameSource, Transport};
use daicho_shared::id::{ObservationId, ProbeName, RunId};
use daicho_shared::observation::{Observation, Target};
use jiff::Timestamp;
use jiff::tz::{TimeZone, offset};

use super::{Lang, Options};
use crate::judge::asset::*;
use crate::judge::entry::*;
use crate::judge::finding::*;
use crate::judge::graded::{Benign, Effect, EvidenceClass, Explained, MethodSeen, Sight, Sign, SignSeen};
use crate::judge::hint::{Hints, VantageKind};
use crate::judge::pairing::{Comparison, Decision, Level};
use crate::judge::review::standing::Reviewed;
use crate::judge::trace::{Trace, TraceKind};
use crate::judge::verdict::*;

/// What a hostile device calls itself.
pub(super) const SCRIPT: &str = "<script>alert('検査')</script>\"&";
/// A formula that would start a program.
pub(super) const FORMULA: &str = "=cmd|' /C calc'!A0";
/// Terminal escapes, a right-to-left override, and line breaks.
pub(super) const ESCAPES: &str = "\u{1b}[31m\u{1b}]0;owned\u{7}CT\u{202e}gpj.exe\r\n\u{9b}2J";

const RUN: &str = "0195e8a0-1111-7000-8000-000000000002";

pub(super) fn options(lang: Lang) -> Options {
    Options {
        lang,
        tz: TimeZone::fixed(offset(9)),
        hospital: Some("見本総合病院".into()),
        operator: Some("情報システム室".into()),
        closed: None,
        ..Options::default()
    }
}

pub(super) fn verdict() -> Verdict {
    Verdict {
        run: run(),
        ledger: Ledger { entries: entries(), records: vec![], files: files(), problems: problems() }.into(),
        assets: assets(),
        entries: entry_verdicts(),
        comparisons: comparisons(),
        external_points: external_points(),
        hints: Hints::default(),
        findings: findings(),
        coverage: coverage(),
        sent: sent(),
        troubles: vec![Trouble {
            at: at("2026-03-30T17:20:00Z"),
            place: "eth0".into(),
            message: "3 frames were dropped by the kernel".into(),
        }],
        evidence: evidence(),
        changes: Some(changes()),
        inventories: vec![],
        basis: None,
        vendors: crate::judge::vendor::Vendors::default(),
        reviewed: Reviewed::default(),
    }
}

/// A first night in which nothing was found and nothing answered.
pub(super) fn quiet() -> Verdict {
    Verdict {
        run: RunSummary { complete: false, reason: Some("stopped by signal".into()), finished: None, ..run() },
        ledger: Ledger { entries: vec![], records: vec![], files: vec![], problems: vec![] }.into(),
        assets: vec![],
        entries: vec![],
        comparisons: vec![],
        external_points: vec![],
        hints: Hints::default(),
        findings: vec![],
        coverage: vec![],
        sent: vec![],
        troubles: vec![],
        evidence: BTreeMap::new(),
        changes: None,
        inventories: vec![],
        basis: None,
        vendors: crate::judge::vendor::Vendors::default(),
        reviewed: Reviewed::default(),
    }
}

/// A night with so much to say that the first page must choose.
pub(super) fn busy() -> Verdict {
    let mut verdict = verdict();
    for number in 0..90u8 {
        let mut one = asset("02:AA:00:00:00:00", Class::Pc, &format!("10.20.0.{}", number + 100), Some("PC"));
        one.interfaces[0].mac = Some(Mac([2, 0xaa, 0, 0, 1, number]));
        one.id = AssetId(format!("mac-02AA000001{number:02X}"));
        let urgent = if number < 9 { Severity::Urgent } else { Severity::Check };
        let signs = vec![Sign::DefaultGateway, Sign::SnmpForwarding, Sign::CellularTitle];
        let kind = if number < 9 { Kind::UndeclaredUplink { signs } } else { Kind::NotInLedger };
        verdict.findings.push(finding(kind, urgent, Grade::Probable, Some(&one.id.0), &[], &[3, 4]));
        verdict.sent.push(Sent {
            address: one.interfaces[0].addresses.first().copied().unwrap(),
            mac: one.interfaces[0].mac,
            ..sent().remove(0)
        });
        verdict.assets.push(one);
    }
    verdict
}

/// Findings with every reason, every defect and every field there is.
pub(super) fn every_kind() -> Verdict {
    use NotCheckedReason::*;
    use ProblemKind::*;
    let mut verdict = verdict();
    for reason in [NotCheckedReason::NoKey, SegmentNotScanned, AddressUnknown, TooFewScans, PartialScan, Excluded] {
        let kind = Kind::NotChecked { reason };
        verdict.findings.push(finding(kind, Severity::Info, Grade::Confirmed, None, &[11], &[]));
    }
    verdict.findings.extend(of_vendors());
    let kinds = [
        AddressMalformed,
        AddressPlaceholder,
        AddressImplausible,
        MacMalformed,
        MacDamaged,
        MacImplausible,
        DateMalformed,
        ValueUnknown,
        AssetNoMissing,
        ProblemKind::NoKey,
        FormulaError,
        CellsWithoutHeading,
        RowSkipped,
        TooManyRows,
        CellTooLong,
        AmendmentConflict,
        AmendmentRowGone,
        RowStruck,
        CellStruck,
        RowsHidden,
        ColumnHidden,
        TableEmpty,
    ];
    for kind in kinds {
        let problem = RowProblem { kind, ..problems().remove(1) };
        verdict.findings.push(finding(
            Kind::DefectiveEntry { problem },
            Severity::Info,
            Grade::Confirmed,
            None,
            &[11],
            &[],
        ));
    }
    let hows = vec!["every-port-open".into(), SCRIPT.into()];
    let tarpit = Some("mac-3C22FB010203");
    verdict.findings.push(finding(Kind::Unnatural { hows }, Severity::Act, Grade::Confirmed, tarpit, &[], &[4]));
    verdict.findings.push(finding(Kind::ForwardsUndeclared, Severity::Act, Grade::Confirmed, tarpit, &[], &[4]));
    hints(&mut verdict);
    let addresses = vec![];
    verdict.findings.push(finding(Kind::DualHomed { addresses }, Severity::Act, Grade::Indication, None, &[], &[]));
    verdict
}

/// The questions about services, management and support, of a device and of a row that no device shows.
fn hints(verdict: &mut Verdict) {
    let pc = Some("mac-3C22FB010203");
    let services = vec!["telnet".into(), "smb1".into(), "vnc".into()];
    let ways = vec!["ssh".into(), "web".into()];
    let from = Some("10.20.0.0/24".parse().unwrap());
    let support = |product: &str, last_day: &str, latest: Option<&str>, source: &str| Support {
        product: product.into(),
        last_day: last_day.parse().unwrap(),
        latest: latest.map(|day| day.parse().unwrap()),
        told: SCRIPT.into(),
        source: source.into(),
        confidence: if source == "ledger" { 0 } else { 80 },
    };
    let ended = support("Windows 10 22H2", "2025-10-14", None, "smb");
    let unsure = support("Windows 10 1809", "2020-11-10", Some("2029-01-09"), "ledger");
    let ending = support("Windows Server 2016", "2027-01-12", None, "ntlm");
    let mut add = |kind, asset: Option<&str>, rows: &[u32]| {
        let seen: &[u32] = if asset.is_some() { &[4] } else { &[] };
        verdict.findings.push(finding(kind, Severity::Info, Grade::Indication, asset, rows, seen));
    };
    add(Kind::UnneededServices { denied: services[..1].to_vec(), services }, pc, &[]);
    for segment in [VantageKind::Clinical, VantageKind::Shared, VantageKind::Unlisted] {
        let from = from.filter(|_| segment != VantageKind::Unlisted);
        add(Kind::ManagementReachable { ways: ways.clone(), from, segment }, pc, &[]);
    }
    add(Kind::SupportEnded { support: ended }, pc, &[]);
    add(Kind::SupportEnded { support: unsure }, None, &[11]);
    add(Kind::SupportEnding { support: ending }, pc, &[]);
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn mac(text: &str) -> Mac {
    text.parse().unwrap()
}

fn obs(number: u32) -> ObservationId {
    ObservationId { run: RUN.into(), number }
}

fn id(text: &str) -> AssetId {
    AssetId(text.into())
}

fn row_id(row: u32) -> EntryId {
    EntryId(format!("equipment:台帳.xlsx!機器台帳!R{row}"))
}

fn run() -> RunSummary {
    RunSummary {
        id: RunId::from(RUN),
        host: "kanri-pc".into(),
        started: at("2026-03-30T17:00:00Z"),
        finished: Some(at("2026-03-30T18:12:00Z")),
        complete: true,
        reason: None,
        scope: vec!["10.20.0.0/24".parse().unwrap(), "10.20.1.0/24".parse().unwrap(), "10.20.9.0/24".parse().unwrap()],
        exclude: vec!["10.20.0.240/28".parse().unwrap()],
        profile: "gentle".into(),
        own: vec![(Some(mac("02:00:00:00:00:01")), "10.20.0.9".parse().unwrap())],
    }
}

fn files() -> Vec<LedgerFile> {
    vec![LedgerFile {
        name: "台帳.xlsx".into(),
        sha256: "ab".repeat(32),
        encoding: None,
        updated: Some("2025-07-01".parse().unwrap()),
        updated_by: Some("鈴木一郎".into()),
        imported: at("2026-03-30T08:00:00Z"),
        rows: 9,
    }]
}

fn entry(row: u32, name: &str, department: &str, address: &str) -> Entry {
    Entry {
        id: row_id(row),
        register: Register::Equipment,
        origin: Origin { file: "台帳.xlsx".into(), sheet: "機器台帳".into(), row },
        asset_no: Some(format!("A-{row:04}")),
        manufacturer: Some("富士通".into()),
        model: None,
        serial_no: None,
        os: Some("Windows 10".into()),
        software: vec![],
        addresses: address.parse().into_iter().collect(),
        dynamic_address: false,
        macs: vec![],
        hostname: Some(name.into()),
        location: Some(format!("本館2階 {department}")),
        users: vec![],
        registered: Some("2020-12-01".parse().unwrap()),
        status: Status::Active,
        description: None,
        department: Some(department.into()),
        device_type: None,
        remote_maintenance: FourValued::Unknown,
        network: FourValued::Yes,
        external_connection: FourValued::Unknown,
        dual_homed: FourValued::Unknown,
        line_kind: None,
        purpose: None,
        vendor: None,
        segments: vec![],
        cells: BTreeMap::new(),
        others: BTreeMap::new(),
    }
}

fn entries() -> Vec<Entry> {
    let mut rows = vec![
        entry(5, "検体検査装置PC", "検査科", "10.20.0.21"),
        entry(6, "CT-CONSOLE", "放射線科", "10.20.0.31"),
        entry(7, "受付PC-3", "医事課", "10.20.1.77"),
        entry(8, "薬剤プリンタ", "薬剤部", ""),
        entry(9, "NAS-01", "医事課", "10.20.0.50"),
        entry(10, "NAS-01", "医事課", "10.20.0.50"),
        entry(11, FORMULA, "医事課", "172.16.5.5"),
        entry(12, "旧サーバ", "情報システム室", "10.20.0.60"),
        entry(13, "電子カルテ端末", "外来", "10.20.0.70"),
    ];
    rows[1].device_type = Some(DeviceType::Medical);
    rows[7].status = Status::Retired;
    let cell = |raw: &str| Cell { column: "F".into(), raw: raw.into() };
    rows[1].cells = [(Field::Hostname, cell("CT-CONSOLE"))].into();
    rows[4].cells = [(Field::IpAddress, cell("１０．２０．０．５０"))].into();
    rows[5].cells = [(Field::IpAddress, cell(FORMULA))].into();
    rows
}

fn problems() -> Vec<RowProblem> {
    let problem = |row, column: &str, field, kind, found: &str| RowProblem {
        origin: Origin { file: "台帳.xlsx".into(), sheet: "機器台帳".into(), row },
        column: Some(column.into()),
        field: Some(field),
        kind,
        found: found.into(),
    };
    vec![
        problem(8, "F", Field::IpAddress, ProblemKind::AddressPlaceholder, "192.168.〇.〇"),
        problem(11, "G", Field::Hostname, ProblemKind::CellTooLong, FORMULA),
    ]
}

fn asset(key: &str, class: Class, address: &str, name: Option<&str>) -> Asset {
    Asset {
        id: AssetId(format!("mac-{}", mac(key).digits())),
        interfaces: vec![Interface {
            mac: Some(mac(key)),
            addresses: [address.parse().unwrap()].into(),
            segment: Some("10.20.0.0/24".into()),
            told: false,
        }],
        names: name.map(own_name).into_iter().collect(),
        class: ClassClaim {
            value: class,
            confidence: 80,
            reasons: vec![why("port.dicom", "port", "tcp/104", 80)],
            others: vec![],
            decided: None,
        },
        maker: Some(Claim {
            value: "Fujitsu".into(),
            source: "oui".into(),
            evidence: vec![obs(1)],
            confidence: 20,
            reasons: vec![why("oui.maker", "oui.maker", "Fujitsu", 20)],
            ..Claim::default()
        }),
        model: None,
        serial: None,
        os: None,
        firmware: None,
        place: None,
        services: vec![],
        multi_homed: Graded::nothing(),
        forwards: Graded::nothing(),
        uplink: Graded::nothing(),
        first_seen: at("2026-03-28T17:00:00Z"),
        last_seen: at("2026-03-30T17:15:00Z"),
        left_alone: false,
        unnatural: vec![],
        joined_by: vec![],
        keys: vec![],
        labels: vec![],
    }
}

/// A phone at the USB socket, and a network of virtual machines beside it.
fn second_network() -> Graded {
    let address = |text: &str| text.parse().unwrap();
    let sign = |sign, class, gives, addresses: &[&str]| SignSeen {
        sign,
        class,
        gives,
        addresses: addresses.iter().map(|text| address(text)).collect(),
        evidence: vec![obs(1)],
    };
    Graded {
        grade: Grade::Confirmed,
        addresses: vec![address("192.168.42.129")],
        evidence: vec![obs(1)],
        signs: vec![
            sign(Sign::SecondAddress, EvidenceClass::A, Grade::Confirmed, &["192.168.42.129"]),
            sign(Sign::SnmpAddresses, EvidenceClass::B, Grade::Confirmed, &["172.17.0.1"]),
        ],
        benign: vec![Explained {
            benign: Benign::InsideMachine,
            detail: "Docker".into(),
            effect: Effect::Indication,
            signs: vec![Sign::SnmpAddresses],
            addresses: vec![address("172.17.0.1")],
        }],
        methods: vec![MethodSeen { probe: "second-address".into(), sight: Sight::Saw }],
        ..Graded::nothing()
    }
}

fn why(rule: &str, field: &str, text: &str, weight: u32) -> Why {
    Why { rule: rule.into(), field: field.into(), text: text.into(), weight, evidence: vec![obs(1)] }
}

fn own_name(name: &str) -> AssetName {
    AssetName { name: name.into(), source: NameSource::Netbios, domain: None, evidence: vec![obs(1)] }
}

fn assets() -> Vec<Asset> {
    let mut lab = asset("00:80:A3:12:34:56", Class::Medical, "10.20.0.21", Some("KENSA-PC"));
    lab.interfaces.push(Interface {
        mac: None,
        addresses: ["192.168.42.129".parse().unwrap()].into(),
        segment: None,
        told: true,
    });
    lab.multi_homed = second_network();
    lab.uplink = Graded {
        grade: Grade::Undecidable,
        methods: vec![MethodSeen { probe: "igd".into(), sight: Sight::NoAnswer }],
        ..Graded::nothing()
    };
    let mut ct = asset("00:0B:AB:00:00:31", Class::Medical, "10.20.0.31", Some(ESCAPES));
    ct.left_alone = true;
    ct.services = vec![Service {
        transport: Transport::Tcp,
        port: 104,
        name: "dicom".into(),
        product: Some(SCRIPT.into()),
        version: Some("+1+1".into()),
    }];
    ct.joined_by =
        vec![JoinReason { key: "eui-64".into(), value: "fe80::20b:abff:fe00:31".into(), evidence: vec![obs(2)] }];
    let lte = asset("00:A0:DE:99:88:77", Class::Router, "10.20.0.254", Some(SCRIPT));
    let unknown = asset("3C:22:FB:01:02:03", Class::Unknown, "10.20.0.99", Some(FORMULA));
    let long = asset("3C:22:FB:01:02:04", Class::Printer, "10.20.0.98", Some(&"長い名前".repeat(2500)));
    let old = asset("00:E0:00:00:00:60", Class::Server, "10.20.0.60", Some("OLDSV"));
    vec![ct, lab, lte, old, unknown, long]
}

fn entry_verdicts() -> Vec<EntryVerdict> {
    let row = |row, verdict, asset: Option<&str>| EntryVerdict { entry: row_id(row), verdict, asset: asset.map(id) };
    vec![
        row(5, EntryState::Matched, Some("mac-0080A3123456")),
        row(6, EntryState::MatchedWithDifferences, Some("mac-000BAB000031")),
        row(7, EntryState::NotFound, None),
        row(8, EntryState::NotChecked, None),
        row(9, EntryState::Ambiguous, None),
        row(10, EntryState::NotFound, None),
        row(11, EntryState::NotChecked, None),
        row(12, EntryState::NotExpected, Some("mac-00E000000060")),
        row(13, EntryState::NotFound, None),
    ]
}

fn comparisons() -> Vec<Comparison> {
    let level = |key: &str, level: &str, weight, declared: &str, seen: &str| Level {
        key: key.to_owned().into(),
        level: level.to_owned().into(),
        weight,
        declared: declared.into(),
        seen: seen.into(),
    };
    let ip = || level("ip", "equal", 50, "10.20.0.31", "10.20.0.31");
    vec![
        Comparison {
            entry: row_id(6),
            asset: id("mac-000BAB000031"),
            score: 40,
            levels: vec![ip(), level("hostname", "differs", -10, "CT-CONSOLE", ESCAPES)],
            decision: Decision::Paired,
        },
        Comparison {
            entry: row_id(9),
            asset: id("mac-3C22FB010203"),
            score: 35,
            levels: vec![level("hostname", "differs", -10, "NAS-01", FORMULA)],
            decision: Decision::TooWeak,
        },
    ]
}

fn external_points() -> Vec<ExternalPoint> {
    vec![
        ExternalPoint {
            asset: Some(id("mac-00A0DE998877")),
            entry: None,
            kind: "lte5g".into(),
            line: None,
            seen_kind: None,
            other_department: None,
            other_purpose: None,
            could_be_seen: None,
            status: PointStatus::Undeclared,
            department: None,
            purpose: None,
            vendor: None,
            grade: Grade::Probable,
            signs: vec![Sign::UpnpGateway, Sign::CellularMaker],
            evidence: vec![obs(3)],
        },
        ExternalPoint {
            asset: None,
            entry: Some(row_id(12)),
            kind: "online_qualification".into(),
            line: Some("OQS".into()),
            seen_kind: None,
            other_department: None,
            other_purpose: None,
            could_be_seen: Some(false),
            status: PointStatus::DeclaredUnseen,
            department: Some("医事課".into()),
            purpose: Some("オンライン資格確認".into()),
            vendor: Some("B社".into()),
            grade: Grade::Nothing,
            signs: vec![],
            evidence: vec![],
        },
    ]
}

fn finding(kind: Kind, severity: Severity, grade: Grade, asset: Option<&str>, rows: &[u32], seen: &[u32]) -> Finding {
    let about = rows.iter().map(u32::to_string).chain(asset.map(str::to_owned)).collect::<Vec<_>>().join("-");
    Finding {
        id: format!("{}-{about}", kind.code()),
        kind,
        severity,
        grade,
        asset: asset.map(id),
        entries: rows.iter().map(|row| row_id(*row)).collect(),
        evidence: seen.iter().map(|number| obs(*number)).collect(),
        happened: None,
    }
}

#[rustfmt::skip]
fn findings() -> Vec<Finding> {
    use Grade::{Confirmed, Indication, Probable};
    use Severity::{Act, Check, Info, Urgent};
    let (lab, ct, lte) = (Some("mac-0080A3123456"), Some("mac-000BAB000031"), Some("mac-00A0DE998877"));
    let addresses = vec!["192.168.42.129".parse().unwrap()];
    let signs = vec![Sign::UpnpGateway, Sign::CellularMaker];
    let mismatch = |field, declared: &str, seen: &str| Kind::Mismatch { field, declared: declared.into(), seen: seen.into() };
    let not_found = |scans, segment: &str| Kind::NotFound { scans, segment: segment.into() };
    vec![
        finding(Kind::NotInLedger, Check, Confirmed, Some("mac-3C22FB010203"), &[], &[4]),
        finding(Kind::UndeclaredUplink { signs }, Urgent, Probable, lte, &[], &[3]),
        finding(Kind::DualHomed { addresses }, Urgent, Confirmed, lab, &[5], &[1, 2]),
        finding(not_found(3, "10.20.1.0/24"), Act, Probable, None, &[7], &[5]),
        finding(not_found(1, "10.20.0.0/24"), Check, Indication, None, &[13], &[]),
        finding(Kind::RetiredButSeen, Act, Confirmed, Some("mac-00E000000060"), &[12], &[4]),
        finding(mismatch(Field::Hostname, "CT-CONSOLE", ESCAPES), Check, Confirmed, ct, &[6], &[2]),
        finding(Kind::NotChecked { reason: NotCheckedReason::SegmentNotScanned }, Info, Confirmed, None, &[11], &[]),
        finding(Kind::DuplicateEntry { field: Field::IpAddress, value: "10.20.0.50".into() }, Check, Confirmed, None, &[9, 10], &[]),
        finding(Kind::DefectiveEntry { problem: problems().remove(0) }, Check, Confirmed, None, &[8], &[]),
        finding(Kind::AmbiguousPair { assets: vec![id("mac-3C22FB010203"), id("mac-3C22FB010204")] }, Check, Indication, None, &[9], &[4]),
        finding(Kind::NotInLedger, Info, Confirmed, Some("mac-3C22FB010204"), &[], &[4]),
    ]
}

/// What vendors say and do not say.
fn of_vendors() -> [Finding; 6] {
    let day = |month| jiff::civil::date(2026, month, 1);
    let seen = [(TraceKind::Vpn, "ike", Some((Transport::Udp, 500))), (TraceKind::Uplink, "lte-router", None)];
    let seen = seen.map(|(kind, what, port)| Trace { kind, what: what.into(), port, grade: Grade::Probable });
    let (vendor, said) = (FORMULA.to_owned(), FourValued::No);
    [
        Kind::VendorContradiction { vendor: vendor.clone(), said, by: WordOf::Vendor, seen: seen.clone().into() },
        Kind::VendorDisowned { vendor, said, seen: seen.into() },
        Kind::VendorUnknown { vendor: "B社".into(), answered: day(1), open: 2 },
        Kind::VendorUnasked { vendor: "B社".into(), asked: day(1), answered: None, devices: 2 },
        Kind::VendorOutdated { vendor: "B社".into(), confirmed: day(1), months: 12 },
        Kind::VendorSilent { vendor: "B社".into(), asked: day(1), due: day(2), open: 3 },
    ]
    .map(|kind| finding(kind, Severity::Check, Grade::Confirmed, Some("mac-0080A3123456"), &[5], &[1]))
}

fn coverage() -> Vec<Coverage> {
    let row = |segment: &str, on_link, probe: &str, [asked, answered, not_allowed, not_reached]: [u32; 4]| Coverage {
        segment: segment.parse().unwrap(),
        on_link,
        probe: probe.into(),
        asked,
        answered,
        not_allowed,
        not_reached,
    };
    vec![
        row("10.20.0.0/24", true, "arp", [238, 61, 0, 0]),
        row("10.20.0.0/24", true, "netbios", [61, 20, 8, 0]),
        row("10.20.1.0/24", false, "echo", [254, 30, 0, 12]),
    ]
}

fn sent() -> Vec<Sent> {
    let row = |address: &str, key: Option<&str>, probe: &str, packets| Sent {
        address: address.parse().unwrap(),
        mac: key.map(mac),
        probe: probe.into(),
        packets,
        first: at("2026-03-30T17:00:05Z"),
        last: at("2026-03-30T17:15:00Z"),
    };
    vec![
        row("10.20.0.21", Some("00:80:A3:12:34:56"), "arp", 2),
        row("10.20.0.21", Some("00:80:A3:12:34:56"), "netbios", 3),
        row("10.20.0.31", Some("00:0B:AB:00:00:31"), "arp", 2),
        row("10.20.0.99", Some("3C:22:FB:01:02:03"), "http", 41),
        row("10.20.0.201", None, "arp", 1),
        row("224.0.0.251", None, "mdns", 4),
    ]
}

fn observation(number: u32, probe: &str, address: &str, key: &str, facts: Vec<Fact>) -> (ObservationId, Observation) {
    let seen = Observation {
        number,
        at: at("2026-03-30T17:15:00Z"),
        probe: ProbeName::from(probe),
        target: Target { address: address.parse().unwrap(), mac: Some(mac(key)), interface: Some("eth0".into()) },
        outcome: Outcome::Answered,
        facts: facts.into(),
        request: "00a0".into(),
        reply: "00a1ff".repeat(40),
    };
    (obs(number), seen)
}

fn evidence() -> BTreeMap<ObservationId, Arc<Observation>> {
    let address = "192.168.42.129".parse().unwrap();
    let own = Fact::OwnAddress { address, prefix_length: Some(24), interface: Some(2) };
    let name = |name: &str| Fact::Name { source: NameSource::Netbios, name: name.into(), domain: None };
    let web = Fact::Web { port: 80, tls: false, status: 200, title: Some(SCRIPT.into()), server: None, realm: None };
    let router = Fact::Router { how: "upnp-igd".into() };
    let mut silent = observation(5, "echo", "10.20.1.77", "00:00:00:00:00:77", vec![]);
    silent.1.outcome = Outcome::Silent;
    silent.1.reply.clear();
    silent.1.target.mac = None;
    [
        observation(1, "netbios", "10.20.0.21", "00:80:A3:12:34:56", vec![name("KENSA-PC"), own]),
        observation(2, "arp", "10.20.0.31", "00:0B:AB:00:00:31", vec![name(ESCAPES)]),
        observation(3, "ssdp", "10.20.0.254", "00:A0:DE:99:88:77", vec![router, web]),
        observation(4, "netbios", "10.20.0.99", "3C:22:FB:01:02:03", vec![name(FORMULA), Fact::Alive]),
        silent,
    ]
    .into_iter()
    .map(|(id, seen)| (id, seen.into()))
    .collect()
}

fn changes() -> Changes {
    Changes {
        since: "0195e8a0-1111-7000-8000-000000000001".into(),
        since_started: at("2026-03-27T17:00:00Z"),
        new: vec![id("mac-3C22FB010203")],
        gone: vec![id("mac-0000000000AA")],
        back: vec![id("mac-00E000000060")],
        changed: vec![AssetChange {
            asset: id("mac-000BAB000031"),
            what: "class".into(),
            before: "unknown".into(),
            now: "medical".into(),
        }],
        new_findings: vec!["not_in_ledger-mac-3C22FB010203".into(), "undeclared_uplink-mac-00A0DE998877".into()],
        resolved_findings: vec!["mismatch-0123456789abcdef".into()],
    }
}
