//! Vendors (事業者): which devices are theirs, what they are asked, what they filled in, and who still has to answer.
//! Values in, values out: no I/O, no clock, no words for people.
//!
//! `questions` is what is asked, `reading` what was filled in, `difference` what that changes, `status` the chase list,
//! `duties` who looks after which system, `replied` the newest word on everything that was asked.

pub mod difference;
pub mod duties;
pub mod questions;
pub mod reading;
pub mod replied;
pub mod status;

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use crate::judge::Knowledge;
use crate::judge::asset::{Asset, AssetId};
use crate::judge::entry::{Entry, EntryId, Field, FourValued, Ledger, Meaning, Record, Register};
use crate::judge::group;
use crate::judge::trace::{Trace, traces};
use crate::judge::vendor::{self, Enquiry, Names, Subject};
use crate::judge::verdict::Verdict;

use self::questions::Questions;

/// What the code above the row keys says, in every sheet that is filled in.
pub const MARKER: &str = "daicho:key";

/// Everything that one vendor is asked about, and nothing of another.
#[derive(Debug, Clone)]
pub struct Dossier<'a> {
    /// Its name, as the vendor register writes it, else the ledger.
    pub vendor: String,
    /// Its devices, in the ledger's order.
    pub devices: Vec<Device<'a>>,
    /// Its rows of the remote-maintenance register that name none of these devices.
    pub paths: Vec<&'a Record>,
    /// Its systems and products, of which MDS/SDS is asked; one without a name where none is named.
    pub systems: Vec<System<'a>>,
    /// The ledger says 契約なし of everything that it has here: it is not asked (記入不要).
    pub exempt: bool,
    /// All of its rows in the registers of remote maintenance, clouds and vendors.
    pub records: Vec<&'a Record>,
    /// Its rows of the remote-maintenance register that name devices.
    told: Vec<&'a Record>,
}

/// One device.
#[derive(Debug, Clone)]
pub struct Device<'a> {
    /// The ledger rows that are it; never empty.
    pub rows: Vec<&'a Entry>,
    /// What was seen of it, where it was.
    pub asset: Option<&'a Asset>,
    /// What speaks of a way in from afar there.
    pub traces: Vec<Trace>,
}

/// One system or product.
#[derive(Debug, Clone)]
pub struct System<'a> {
    /// Its name.
    pub name: String,
    /// The row of the vendor register that speaks of it.
    pub record: Option<&'a Record>,
}

impl<'a> Dossier<'a> {
    /// What the sheet of remote maintenance asks about, in its order.
    pub fn remote(&self) -> Vec<Subject> {
        let devices = self.devices.iter().map(Device::subject);
        let paths = self.paths.iter().map(|record| Subject::row(&record.id));
        devices.chain(paths).chain([Subject::whole()]).collect()
    }

    /// A vendor that has nothing here any more.
    pub fn empty(vendor: &str) -> Self {
        let vendor = vendor.to_owned();
        let (paths, records, told) = (vec![], vec![], vec![]);
        Self { vendor, devices: vec![], paths, systems: vec![], exempt: false, records, told }
    }

    /// An enquiry of today would ask about it.
    pub fn asks(&self, subject: &Subject) -> bool {
        let of_device = || self.devices.iter().flat_map(Device::subjects);
        self.remote().contains(subject) || self.disclosure().contains(subject) || of_device().any(|one| one == *subject)
    }

    /// What the sheet of MDS/SDS asks about, in its order.
    pub fn disclosure(&self) -> Vec<Subject> {
        self.systems.iter().map(|system| Subject::system(&system.name)).collect()
    }

    /// The row of the remote-maintenance register about a device.
    pub fn told(&self, device: &Device<'_>) -> Option<&'a Record> {
        self.told.iter().copied().find(|record| vendor::refers(record, &device.rows))
    }
}

impl Device<'_> {
    /// As what it is asked about.
    pub fn subject(&self) -> Subject {
        Subject::row(&self.rows[0].id)
    }

    /// Everything under which it may have been asked about.
    pub fn subjects(&self) -> Vec<Subject> {
        vendor::subjects(&self.rows)
    }

    fn system_cells(&self) -> impl Iterator<Item = &str> {
        self.rows.iter().filter_map(|row| match row.others.get(&Field::SystemName) {
            Some(Meaning::Text(name)) => Some(name.as_str()),
            _ => None,
        })
    }

    /// What its own cell says of remote maintenance.
    pub fn declared(&self) -> Option<FourValued> {
        let written = self.rows.iter().find(|row| row.cells.contains_key(&Field::RemoteMaintenance));
        written.map(|row| row.remote_maintenance)
    }

    /// Some row's text.
    pub fn text(&self, read: impl Fn(&Entry) -> Option<&str>) -> String {
        self.rows.iter().find_map(|row| read(row).filter(|text| !text.is_empty())).unwrap_or_default().to_owned()
    }
}

/// Every vendor that the ledger names, by name, with what was seen of its devices.
pub fn dossiers<'a>(verdict: &'a Verdict, knowledge: &Knowledge) -> Vec<Dossier<'a>> {
    let assets: BTreeMap<&AssetId, &Asset> = verdict.assets.iter().map(|asset| (&asset.id, asset)).collect();
    let of_row = verdict.entries.iter().filter_map(|row| Some((&row.entry, *assets.get(row.asset.as_ref()?)?)));
    gathered(&verdict.ledger, &of_row.collect(), knowledge)
}

/// The same of a ledger alone, of which nothing was seen yet.
pub fn ledger_dossiers<'a>(ledger: &'a Ledger, knowledge: &Knowledge) -> Vec<Dossier<'a>> {
    gathered(ledger, &BTreeMap::new(), knowledge)
}

fn gathered<'a>(ledger: &'a Ledger, of_row: &BTreeMap<&EntryId, &'a Asset>, knowledge: &Knowledge) -> Vec<Dossier<'a>> {
    let names = Names::new(&ledger.records, knowledge);
    let groups = group::groups(&ledger.entries, knowledge);
    let device = |index: &usize| {
        let rows = groups[*index].rows.clone();
        let asset = rows.iter().find_map(|row| of_row.get(&row.id).copied());
        Device { traces: asset.map(|asset| traces(asset, knowledge)).unwrap_or_default(), rows, asset }
    };
    let mut dossiers = vec![];
    for holding in vendor::holdings(ledger, &groups, &names).into_values() {
        let devices: Vec<Device<'a>> = holding.groups.iter().map(device).collect();
        let remote = holding.records.iter().copied().filter(|record| record.register == Register::RemoteMaintenance);
        let of_device = |record: &&Record| devices.iter().any(|device| vendor::refers(record, &device.rows));
        let (told, paths) = remote.partition(of_device);
        let systems = systems(&devices, &holding.records, knowledge);
        let exempt = is_exempt(&devices, &holding.records);
        let (vendor, records) = (holding.name, holding.records);
        dossiers.push(Dossier { vendor, devices, paths, systems, exempt, records, told });
    }
    dossiers.sort_by(|a, b| a.vendor.cmp(&b.vendor));
    dossiers
}

/// 契約なし of the vendor as a whole, or of every device and path of it; what says nothing follows the vendor as a whole.
fn is_exempt(devices: &[Device<'_>], records: &[&Record]) -> bool {
    let of = |register| records.iter().copied().filter(move |record| record.register == register);
    let whole = of(Register::Vendor).any(|record| {
        let contract = vendor::text(record, Field::Contract);
        let none = contract.is_some_and(|text| Questions::builtin().answer(&text) == Some(FourValued::NoContract));
        none || vendor::answer(record, Field::RemoteContract) == Some(FourValued::NoContract)
    });
    let paths = of(Register::RemoteMaintenance).map(|record| vendor::answer(record, Field::RemoteMaintenance));
    let told: Vec<Option<FourValued>> = devices.iter().map(Device::declared).chain(paths).collect();
    let none = |said: &Option<FourValued>| match said {
        None | Some(FourValued::Unknown) => whole,
        Some(said) => *said == FourValued::NoContract,
    };
    told.iter().all(none) && (whole || !told.is_empty() && of(Register::Cloud).next().is_none())
}

/// What a row of a register calls its system or service.
fn system_cell(record: &Record) -> String {
    let field = if record.register == Register::Cloud { Field::Service } else { Field::SystemName };
    vendor::text(record, field).unwrap_or_default()
}

/// The systems that devices and registers name, each once; one without a name where none is named.
fn systems<'a>(devices: &[Device<'a>], records: &[&'a Record], knowledge: &Knowledge) -> Vec<System<'a>> {
    let mut systems: BTreeMap<String, System<'a>> = BTreeMap::new();
    let mut add = |cell: &str, record: Option<&'a Record>| {
        for name in vendor::systems(cell).map(daicho_shared::text::bounded).filter(|name| !name.is_empty()) {
            let known = systems.entry(knowledge.aliases.folded(&name)).or_insert(System { name, record: None });
            known.record = known.record.or(record);
        }
    };
    for record in records {
        add(&system_cell(record), Some(record).copied());
    }
    for name in devices.iter().flat_map(Device::system_cells) {
        add(name, None);
    }
    let record = records.iter().copied().find(|record| record.register == Register::Vendor);
    if systems.is_empty() {
        return vec![System { name: String::new(), record }];
    }
    systems.into_values().collect()
}

/// What the row keys of an enquiry are made from: whoever changes a digit of a key is found out.
pub fn token(number: i64, vendor: &str, asked: jiff::Timestamp) -> String {
    hex::encode(&Sha256::digest(format!("{number}\n{vendor}\n{}", asked.as_microsecond()))[..8])
}

/// By what the cover's addressee is compared: a name may begin like a formula, and is not written where no one looks.
pub fn vendor_code(vendor: &str) -> String {
    hex::encode(&Sha256::digest(vendor)[..8])
}

/// The key of a row: the enquiry's number, and ten digits that belong to this row of it alone.
pub fn row_key(enquiry: &Enquiry, subject: &Subject) -> String {
    let digest = Sha256::digest(format!("{}\n{}", enquiry.token, subject.0));
    format!("{:04}-{}", enquiry.number, hex::encode(&digest[..5]))
}
