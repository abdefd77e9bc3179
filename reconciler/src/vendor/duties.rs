//! Which vendor looks after which system, and whether its MDS/SDS was asked for and came: of the ledger, the registers and
//! what the vendors answered. Names are read as everywhere: `judge::vendor`.

use std::collections::{BTreeMap, BTreeSet};

use super::replied::Replied;
use super::{Device, Dossier, system_cell};
use crate::judge::Knowledge;
use crate::judge::entry::{EntryId, Field, FourValued, Ledger, Record, Register};
use crate::judge::vendor::{self, Names};

/// One vendor for one system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Duty {
    /// The vendor; empty where a register names none.
    pub vendor: String,
    /// The system; empty where none is named.
    pub system: String,
    /// Devices of the ledger.
    pub devices: usize,
    /// Whether they are maintained from afar: the vendor's word, else the ledger's; 有 before 不明 before 無.
    pub remote: Option<FourValued>,
    /// Rows of the vendor register that speak of it.
    pub records: Vec<EntryId>,
    /// Where its MDS/SDS stand.
    pub documents: Documents,
    /// What the vendor answered of them.
    pub replied: Option<Replied>,
}

/// Whether the MDS or SDS of a vendor was asked for, and came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Documents {
    /// Neither in the register nor asked.
    NotInRegister,
    /// The register has the vendor, for other systems.
    OtherSystem,
    /// 契約なし（記入不要）.
    NoContract,
    /// In the register, and nobody asked.
    NotAsked,
    /// Asked, and no answer came.
    Asked,
    /// It answered 不明: a reply, no more.
    Unclear,
    /// It answered that it did not hand them in.
    Refused,
    /// It answered that it handed them in; the register has no day on which they came.
    Claimed,
    /// The register says that they came.
    Received,
}

impl Documents {
    /// All of them, the best first.
    pub const ALL: [Self; 9] = [
        Self::Received,
        Self::Claimed,
        Self::Refused,
        Self::Unclear,
        Self::Asked,
        Self::NotAsked,
        Self::NoContract,
        Self::OtherSystem,
        Self::NotInRegister,
    ];
}

/// Every vendor by every system of its own.
pub fn duties(dossiers: &[Dossier<'_>], ledger: &Ledger, replied: &[Replied], knowledge: &Knowledge) -> Vec<Duty> {
    let names = Names::new(&ledger.records, knowledge);
    let fold = |text: &str| knowledge.aliases.folded(text);
    let mut all: Vec<Duty> = dossiers.iter().flat_map(|one| of_vendor(one, replied, &names, &fold)).collect();
    let held: BTreeSet<&EntryId> = dossiers.iter().flat_map(|one| &one.records).map(|record| &record.id).collect();
    let registers = [Register::Vendor, Register::RemoteMaintenance];
    let nobodys = ledger.records.iter().filter(|one| registers.contains(&one.register) && !held.contains(&one.id));
    let records = nobodys.collect();
    all.extend(of_vendor(&Dossier { records, ..Dossier::empty("") }, &[], &names, &fold));
    all
}

fn of_vendor(
    dossier: &Dossier<'_>,
    replied: &[Replied],
    names: &Names<'_>,
    fold: &dyn Fn(&str) -> String,
) -> Vec<Duty> {
    let own: Vec<&Replied> = replied.iter().filter(|one| names.is(&one.vendor, &dossier.vendor)).collect();
    let mut systems: BTreeMap<String, Group<'_>> = BTreeMap::new();
    for device in &dossier.devices {
        let cells: Vec<&str> = device.system_cells().flat_map(vendor::systems).collect();
        for (key, name) in keyed(&cells, fold) {
            systems.entry(key).or_insert_with(|| Group::new(name)).devices.push(device);
        }
    }
    for record in &dossier.records {
        let cell = system_cell(record);
        for (key, name) in keyed(&vendor::systems(&cell).collect::<Vec<_>>(), fold) {
            systems.entry(key).or_insert_with(|| Group::new(name)).records.push(record);
        }
    }
    let listed = dossier.records.iter().any(|record| record.register == Register::Vendor);
    systems.into_iter().map(|(key, group)| group.duty(dossier, &key, (&own, listed), fold)).collect()
}

/// Each name once, by its key; one empty name where there is none.
fn keyed(cells: &[&str], fold: &dyn Fn(&str) -> String) -> BTreeMap<String, String> {
    let named = cells.iter().map(|name| (fold(name), daicho_shared::text::bounded(name)));
    let all: BTreeMap<String, String> = named.collect();
    if all.is_empty() { BTreeMap::from([(String::new(), String::new())]) } else { all }
}

struct Group<'a> {
    name: String,
    devices: Vec<&'a Device<'a>>,
    records: Vec<&'a Record>,
}

impl Group<'_> {
    fn new(name: String) -> Self {
        Self { name, devices: vec![], records: vec![] }
    }

    fn duty(
        self,
        dossier: &Dossier<'_>,
        key: &str,
        (own, listed): (&[&Replied], bool),
        fold: &dyn Fn(&str) -> String,
    ) -> Duty {
        // An enquiry may have asked of several systems in one row.
        let about = |one: &&&Replied| {
            let name = one.subject.system_name();
            name.is_some_and(|name| {
                let mut parts = vendor::systems(name).map(fold).peekable();
                if parts.peek().is_none() { key.is_empty() } else { parts.any(|part| part == key) }
            })
        };
        let replied = own.iter().filter(about).max_by_key(|one| (one.word.is_some(), one.asked.0)).copied();
        let records: Vec<&Record> =
            self.records.iter().copied().filter(|record| record.register == Register::Vendor).collect();
        Duty {
            vendor: dossier.vendor.clone(),
            devices: self.devices.len(),
            remote: self.remote(dossier, own),
            documents: documents(&records, replied, listed),
            records: records.iter().map(|record| record.id.clone()).collect(),
            replied: replied.cloned(),
            system: self.name,
        }
    }

    fn remote(&self, dossier: &Dossier<'_>, own: &[&Replied]) -> Option<FourValued> {
        let of_device = |device: &&Device<'_>| {
            let said = own.iter().find(|one| device.subjects().contains(&one.subject)).and_then(|one| one.word);
            let told = || vendor::answer(dossier.told(device)?, Field::RemoteMaintenance);
            said.or_else(told).or_else(|| device.declared())
        };
        let of_record = |record: &&Record| vendor::answer(record, Field::RemoteMaintenance);
        let words = self.devices.iter().filter_map(of_device).chain(self.records.iter().filter_map(of_record));
        words.min_by_key(|word| match word {
            FourValued::Yes => 0,
            FourValued::Unknown => 1,
            FourValued::No => 2,
            FourValued::NoContract => 3,
        })
    }
}

fn documents(records: &[&Record], replied: Option<&Replied>, listed: bool) -> Documents {
    let register = records.iter().map(|record| of_register(record)).max();
    match (register, replied.map(|one| one.word)) {
        (Some(Documents::Received), _) => Documents::Received,
        (_, Some(Some(FourValued::Yes))) => Documents::Claimed,
        (_, Some(Some(FourValued::No))) => Documents::Refused,
        (_, Some(Some(FourValued::Unknown))) => Documents::Unclear,
        (_, Some(Some(FourValued::NoContract))) | (Some(Documents::NoContract), _) => Documents::NoContract,
        (_, Some(None)) => Documents::Asked,
        (Some(told), None) => told,
        (None, None) if listed => Documents::OtherSystem,
        (None, None) => Documents::NotInRegister,
    }
}

fn of_register(record: &Record) -> Documents {
    let answered =
        |value| [Field::MdsReceived, Field::MdsKind].iter().any(|of| vendor::answer(record, *of) == Some(value));
    let kind = vendor::text(record, Field::MdsKind).unwrap_or_default();
    if vendor::day(record, Field::MdsReceived).is_some() || answered(FourValued::Yes) {
        Documents::Received
    } else if answered(FourValued::NoContract) || kind.contains("契約なし") || kind.contains("対象外") {
        Documents::NoContract
    } else if vendor::day(record, Field::MdsRequested).is_some() {
        Documents::Asked
    } else {
        Documents::NotAsked
    }
}
