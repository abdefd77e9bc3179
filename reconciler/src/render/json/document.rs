//! `result.json`: the output types, apart from the judge's, so that those may change.
//!
//! Described by `config/result.schema.json`. A field is never removed or given another meaning within
//! one [`VERSION`].

use std::collections::BTreeMap;
use std::net::IpAddr;

use daicho_shared::address::Mac;
use daicho_shared::coverage::Outcome;
use daicho_shared::fact::{Fact, NameSource, Transport};
use ipnet::IpNet;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;

use crate::judge::asset::{Class, Grade};
use crate::judge::entry::{Field, ProblemKind, Register};
use crate::judge::finding::{Happened, Severity};
use crate::judge::graded::{Benign, Effect, EvidenceClass, LineKind, Sight, Sign};
use crate::judge::pairing::Decision;
use crate::judge::review::standing::Head;
use crate::judge::verdict::{EntryState, PointStatus};

/// The format's name.
pub const FORMAT: &str = "daicho-result";
/// The version that is written.
pub const VERSION: u32 = 2;

/// The whole document.
#[derive(Debug, Serialize)]
#[allow(missing_docs, reason = "each field is described in config/result.schema.json, which a test holds against this")]
pub struct Document {
    pub format: &'static str,
    pub version: u32,
    pub lang: &'static str,
    pub run: Run,
    pub ledger: Vec<LedgerFile>,
    pub summary: Summary,
    pub assets: Vec<Asset>,
    pub external_points: Vec<ExternalPoint>,
    pub dual_homed: Vec<DualHomed>,
    pub closed: Option<Closed>,
    pub entries: Vec<Entry>,
    pub findings: Vec<Finding>,
    pub decision_log: Option<Head>,
    pub coverage: Vec<Coverage>,
    pub not_looked_at: Vec<String>,
    pub sent: Vec<Sent>,
    pub impact: Impact,
    pub comparisons: Vec<Comparison>,
    pub changes: Option<Changes>,
    pub problems: Vec<Problem>,
    pub troubles: Vec<Trouble>,
    pub inventories: Vec<Inventory>,
    pub basis: Option<Basis>,
    pub evidence: BTreeMap<String, Evidence>,
}

macro_rules! described {
    ($($(#[$doc:meta])* struct $name:ident { $($field:ident: $kind:ty,)* })*) => {$(
        $(#[$doc])*
        #[derive(Debug, Serialize)]
        #[allow(missing_docs, reason = "each field is described in config/result.schema.json, which a test holds against this")]
        pub struct $name { $(pub $field: $kind,)* }
    )*};
}

described! {
    /// The run that was judged.
    struct Run {
        id: String,
        host: String,
        started: Timestamp,
        finished: Option<Timestamp>,
        complete: bool,
        reason: Option<String>,
        scope: Vec<IpNet>,
        exclude: Vec<IpNet>,
        profile: String,
        own: Vec<OwnAddress>,
    }

    /// An address of the scanner itself.
    struct OwnAddress {
        mac: Option<Mac>,
        address: IpAddr,
    }

    /// One imported file.
    struct LedgerFile {
        name: String,
        sha256: String,
        encoding: Option<String>,
        updated: Option<Date>,
        updated_by: Option<String>,
        imported: Timestamp,
        rows: u32,
    }

    /// Counts and the line of verdict.
    struct Summary {
        headline: String,
        severities: BTreeMap<&'static str, usize>,
        codes: BTreeMap<&'static str, usize>,
        assets: usize,
        entries: BTreeMap<&'static str, usize>,
        states: BTreeMap<&'static str, usize>,
    }

    /// One machine.
    struct Asset {
        id: String,
        interfaces: Vec<Interface>,
        names: Vec<Name>,
        class: ClassClaim,
        maker: Option<Claim>,
        model: Option<Claim>,
        serial: Option<Claim>,
        os: Option<Claim>,
        firmware: Option<Claim>,
        place: Option<Claim>,
        services: Vec<Service>,
        multi_homed: Graded,
        forwards: Graded,
        uplink: Graded,
        entries: Vec<String>,
        first_seen: Timestamp,
        last_seen: Timestamp,
        left_alone: bool,
        unnatural: Vec<Unnatural>,
        joined_by: Vec<Join>,
    }

    /// One interface.
    struct Interface {
        mac: Option<Mac>,
        addresses: Vec<IpAddr>,
        segment: Option<String>,
        told: bool,
    }

    /// One name and who says so.
    struct Name {
        name: String,
        source: NameSource,
        domain: Option<String>,
        evidence: Vec<String>,
    }

    /// What it is, how sure that is, and why.
    struct ClassClaim {
        value: Class,
        confidence: u8,
        reasons: Vec<Why>,
        others: Vec<ClassContrary>,
        decided: Option<Decided>,
    }

    /// A value, how sure it is, and why.
    struct Claim {
        value: String,
        source: String,
        confidence: u8,
        reasons: Vec<Why>,
        others: Vec<Contrary>,
        decided: Option<Decided>,
        evidence: Vec<String>,
    }

    /// One rule that held, and where it found what it looks for.
    struct Why {
        rule: String,
        field: String,
        text: String,
        weight: u32,
        evidence: Vec<String>,
    }

    /// Another class, and what speaks for it.
    struct ClassContrary {
        value: Class,
        weight: u32,
        reasons: Vec<Why>,
    }

    /// Another value, and what speaks for it.
    struct Contrary {
        value: String,
        weight: u32,
        reasons: Vec<Why>,
    }

    /// Who decided it.
    struct Decided {
        by: String,
        at: Timestamp,
        note: Option<String>,
        key: String,
    }

    /// One way in which it answers as no ordinary device does.
    struct Unnatural {
        how: String,
        evidence: Vec<String>,
    }

    /// A service that answered.
    struct Service {
        transport: Transport,
        port: u16,
        name: String,
        product: Option<String>,
        version: Option<String>,
    }

    /// A hypothesis.
    struct Graded {
        grade: Grade,
        unexplained: Option<Grade>,
        addresses: Vec<IpAddr>,
        signs: Vec<SignSeen>,
        together: Vec<String>,
        benign: Vec<Explained>,
        methods: Vec<MethodSeen>,
        evidence: Vec<String>,
    }

    /// One sign, and what it stands on.
    struct SignSeen {
        sign: Sign,
        class: EvidenceClass,
        gives: Grade,
        addresses: Vec<IpAddr>,
        evidence: Vec<String>,
    }

    /// A benign explanation that holds.
    struct Explained {
        benign: Benign,
        detail: String,
        effect: Effect,
        signs: Vec<Sign>,
        addresses: Vec<IpAddr>,
    }

    /// What a method could see of the machine.
    struct MethodSeen {
        probe: String,
        sight: Sight,
    }

    /// Why interfaces or addresses are one machine.
    struct Join {
        key: String,
        value: String,
        evidence: Vec<String>,
    }

    /// One external connection point.
    struct ExternalPoint {
        asset: Option<String>,
        entry: Option<String>,
        kind: String,
        line: Option<String>,
        seen_kind: Option<LineKind>,
        other_department: Option<String>,
        other_purpose: Option<String>,
        could_be_seen: Option<bool>,
        status: PointStatus,
        department: Option<String>,
        purpose: Option<String>,
        vendor: Option<String>,
        grade: Grade,
        signs: Vec<Sign>,
        evidence: Vec<String>,
    }

    /// One machine of the list 二系統接続一覧.
    struct DualHomed {
        asset: String,
        name: String,
        sides: Vec<Side>,
        grade: Grade,
        forwards: Grade,
        declared: bool,
        department: Option<String>,
        purpose: Option<String>,
        vendor: Option<String>,
        entries: Vec<String>,
        evidence: Vec<String>,
    }

    /// One side of such a machine.
    struct Side {
        network: Option<String>,
        mac: Option<Mac>,
        addresses: Vec<IpAddr>,
        reached: bool,
        declared: bool,
    }

    /// The statement about a segment that is believed closed.
    struct Closed {
        segment: IpNet,
        devices: usize,
        on_link: bool,
        complete: bool,
        methods: Vec<Tested>,
        multi_homed: Vec<String>,
        forwards: Vec<String>,
        uplink: Vec<String>,
        undecided: Vec<String>,
        declared: Vec<String>,
        statement: String,
        cannot_see: Vec<String>,
        walk_round: Vec<String>,
    }

    /// What one method asked there.
    struct Tested {
        probe: String,
        packets: u64,
        asked: u32,
        answered: u32,
        not_allowed: u32,
        not_reached: u32,
    }

    /// One ledger row and what became of it.
    struct Entry {
        id: String,
        asset_no: Option<String>,
        source: Source,
        department: Option<String>,
        verdict: EntryState,
        asset: Option<String>,
    }

    /// Where a row stands.
    struct Source {
        register: Register,
        file: String,
        sheet: String,
        row: u32,
    }

    /// One statement.
    struct Finding {
        id: String,
        code: &'static str,
        severity: Severity,
        grade: Grade,
        asset: Option<String>,
        entry: Option<String>,
        entries: Vec<String>,
        department: Option<String>,
        title: String,
        text: String,
        how: Vec<String>,
        other_reasons: Vec<String>,
        action: String,
        settled_by: String,
        new: Option<bool>,
        details: serde_json::Value,
        happened: Option<Happened>,
        evidence: Vec<String>,
        handle: String,
        fingerprint: String,
        decision: Standing,
    }

    /// What people decided about a finding.
    struct Standing {
        state: &'static str,
        open: bool,
        until: Option<Date>,
        to: Option<String>,
        why: Vec<String>,
        decided: Option<Said>,
        comments: Vec<Said>,
    }

    /// Who said something, when, and why.
    struct Said {
        by: String,
        at: Timestamp,
        reason: Option<String>,
        approver: Option<String>,
        rule: Option<String>,
    }

    /// How one segment was looked at by one probe.
    struct Coverage {
        segment: IpNet,
        on_link: bool,
        probe: String,
        asked: u32,
        answered: u32,
        not_allowed: u32,
        not_reached: u32,
    }

    /// What reached one address by one probe.
    struct Sent {
        asset: Option<String>,
        address: IpAddr,
        mac: Option<Mac>,
        probe: String,
        packets: u32,
        first: Timestamp,
        last: Timestamp,
    }

    /// What reached the devices, in sum.
    struct Impact {
        packets: u64,
        packets_to_all: u64,
        most: Option<Most>,
        medical_most: Option<Most>,
        left_alone: Vec<String>,
    }

    /// The device that got most.
    struct Most {
        asset: String,
        packets: u64,
    }

    /// One row compared with one machine.
    struct Comparison {
        entry: String,
        asset: String,
        score: i32,
        decision: Decision,
        levels: Vec<Level>,
    }

    /// One key's contribution.
    struct Level {
        key: String,
        level: String,
        weight: i32,
        declared: String,
        seen: String,
    }

    /// What changed since the run before.
    struct Changes {
        since: String,
        since_started: Timestamp,
        new: Vec<String>,
        gone: Vec<String>,
        back: Vec<String>,
        changed: Vec<AssetChange>,
        new_findings: Vec<String>,
        resolved_findings: Vec<String>,
    }

    /// One machine's change.
    struct AssetChange {
        asset: String,
        what: String,
        before: String,
        now: String,
    }

    /// What was noticed in the ledger.
    struct Problem {
        file: String,
        sheet: String,
        row: u32,
        column: Option<String>,
        field: Option<Field>,
        kind: ProblemKind,
        found: String,
        text: String,
        action: String,
    }

    /// What went wrong in the run.
    struct Trouble {
        at: Timestamp,
        place: String,
        message: String,
    }

    /// One inventory file that was judged together with the run.
    struct Inventory {
        run: String,
        name: String,
        sha256: String,
        format: String,
        imported: Timestamp,
        by: String,
    }

    /// By which knowledge the run was judged.
    struct Basis {
        daicho: String,
        rules: String,
        added_rules: Vec<String>,
        reread: Option<Reread>,
    }

    /// The kept replies were read again.
    struct Reread {
        agent: String,
        at: Timestamp,
        changed: u32,
    }

    /// One cited observation.
    struct Evidence {
        at: Timestamp,
        probe: String,
        address: IpAddr,
        mac: Option<Mac>,
        interface: Option<String>,
        outcome: Outcome,
        facts: Vec<Fact>,
        request: String,
        reply: String,
    }
}
