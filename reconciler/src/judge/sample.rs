//! Small worlds for tests.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::LazyLock;

use daicho_shared::batch::{AgentInterface, Batch, End, Header};
use daicho_shared::coverage::{Coverage, Outcome};
use daicho_shared::fact::Fact;
use daicho_shared::observation::{Observation, Target};

use super::decision::Decision;
use super::entry::{Entry, EntryId, FourValued, Ledger, Origin, Register, Status};
use super::inventory::Inventory;
use super::verdict::Verdict;
use super::{Case, Knowledge, judge};

/// Parsed once: compiling the patterns takes longer than judging. One scan is enough: most of these worlds have one.
pub(crate) static KNOWLEDGE: LazyLock<Knowledge> = LazyLock::new(|| {
    let mut knowledge = Knowledge::builtin();
    knowledge.identity.scans_needed = 1;
    knowledge
});

/// A run over 10.0.0.0/24 (on the link) and 10.0.1.0/24 by a scanner at 10.0.0.250, and a ledger.
pub(crate) struct World {
    batch: Batch,
    /// Rows.
    pub(crate) rows: Vec<Entry>,
    /// Earlier verdicts.
    pub(crate) history: Vec<Verdict>,
    /// What people decided.
    pub(crate) decisions: Vec<Decision>,
    /// Imported inventories.
    pub(crate) inventories: Vec<Inventory>,
    /// Rows of registers without devices.
    pub(crate) records: Vec<super::entry::Record>,
    /// What vendors were asked and answered.
    pub(crate) vendors: super::vendor::Vendors,
}

impl World {
    /// Nobody seen, nothing declared, everything asked.
    pub(crate) fn new() -> Self {
        let scope = vec!["10.0.0.0/24".parse().unwrap(), "10.0.1.0/24".parse().unwrap()];
        let header = Header {
            format: "daicho-batch".into(),
            version: 1,
            run: "run-1".into(),
            agent: "0.1.0".into(),
            host: "scanner".into(),
            started: "2026-03-31T02:00:00Z".parse().unwrap(),
            scope: scope.clone(),
            exclude: vec!["10.0.0.128/30".parse().unwrap()],
            profile: "gentle".into(),
            interfaces: vec![AgentInterface {
                name: "eth0".into(),
                mac: Some("02:00:00:00:00:FA".parse().unwrap()),
                addresses: vec!["10.0.0.250/24".parse().unwrap()],
                gateways: vec!["10.0.0.1".parse().unwrap()],
            }],
        };
        let mut batch = Batch::new(header);
        for (segment, on_link, probe) in [(scope[0], true, "arp"), (scope[0], true, "echo"), (scope[1], false, "echo")]
        {
            let probe = probe.into();
            batch.coverage.push(Coverage {
                segment,
                on_link,
                probe,
                asked: 254,
                answered: 3,
                not_allowed: 0,
                not_reached: 0,
            });
        }
        batch.end = Some(End { finished: "2026-03-31T03:00:00Z".parse().unwrap(), complete: true, reason: None });
        Self {
            batch,
            rows: vec![],
            history: vec![],
            decisions: vec![],
            inventories: vec![],
            records: vec![],
            vendors: super::vendor::Vendors::default(),
        }
    }

    /// The batch as it stands.
    pub(crate) fn batch(&self) -> Batch {
        self.batch.clone()
    }

    /// The batch, to be changed.
    pub(crate) fn batch_mut(&mut self) -> &mut Batch {
        &mut self.batch
    }

    /// A probe saw facts at an address.
    pub(crate) fn see(&mut self, address: &str, probe: &str, facts: Vec<Fact>) {
        let number = u32::try_from(self.batch.observations.len()).unwrap() + 1;
        let target = Target { address: address.parse().unwrap(), mac: None, interface: None };
        let at = "2026-03-31T02:15:00Z".parse().unwrap();
        let outcome = Outcome::Answered;
        let seen = Observation {
            number,
            at,
            probe: probe.into(),
            target,
            outcome,
            facts: facts.into(),
            request: String::new(),
            reply: String::new(),
        };
        self.batch.observations.push(seen.into());
    }

    /// What was seen last.
    pub(crate) fn last(&mut self) -> &mut Observation {
        Arc::make_mut(self.batch.observations.last_mut().unwrap())
    }

    /// A frame was heard that named no address.
    pub(crate) fn hear(&mut self, mac: &str, probe: &str, facts: Vec<Fact>) {
        self.see("0.0.0.0", probe, facts);
        self.last().target.mac = Some(mac.parse().unwrap());
    }

    /// Nobody was asked: a mirror port or a capture file.
    pub(crate) fn only_listened(&mut self) {
        self.batch.coverage.clear();
        self.batch.header.profile = "listen".into();
    }

    /// An ARP answer.
    pub(crate) fn arp(&mut self, address: &str, mac: &str) {
        self.see(address, "arp", vec![Fact::LinkAddress { mac: mac.parse().unwrap() }]);
        self.last().target.mac = Some(mac.parse().unwrap());
    }

    /// The ledger as it stands.
    pub(crate) fn ledger(&self) -> Ledger {
        Ledger { entries: self.rows.clone(), records: self.records.clone(), files: vec![], problems: vec![] }
    }

    /// The verdict.
    pub(crate) fn verdict(&self) -> Verdict {
        self.verdict_by(&KNOWLEDGE)
    }

    /// The verdict by other knowledge.
    pub(crate) fn verdict_by(&self, knowledge: &Knowledge) -> Verdict {
        let ledger = self.ledger();
        judge(&Case {
            batch: &self.batch,
            reread: None,
            inventories: &self.inventories,
            ledger: &ledger.into(),
            history: &self.history,
            decisions: &self.decisions,
            vendors: &self.vendors,
            knowledge,
        })
    }

    /// Codes and grades of the findings, in their order.
    pub(crate) fn codes(&self) -> Vec<&'static str> {
        self.verdict().findings.iter().map(|finding| finding.kind.code()).collect()
    }
}

/// An active row of the equipment ledger with nothing in it.
pub(crate) fn row(number: u32) -> Entry {
    Entry {
        id: EntryId(format!("equipment:ledger.csv!!R{number}")),
        register: Register::Equipment,
        origin: Origin { file: "ledger.csv".into(), sheet: String::new(), row: number },
        asset_no: None,
        manufacturer: None,
        model: None,
        serial_no: None,
        os: None,
        software: vec![],
        addresses: vec![],
        dynamic_address: false,
        macs: vec![],
        hostname: None,
        location: None,
        users: vec![],
        registered: None,
        status: Status::Active,
        description: None,
        department: None,
        device_type: None,
        remote_maintenance: FourValued::Unknown,
        network: FourValued::Unknown,
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

/// A row with an address and a MAC address.
pub(crate) fn keyed(number: u32, address: &str, mac: &str) -> Entry {
    let mut row = row(number);
    row.addresses = vec![address.parse().unwrap()];
    row.macs = mac.parse().into_iter().collect();
    row
}
