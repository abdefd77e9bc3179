//! Services that are seldom needed, and who says what they are for.

use std::collections::{BTreeSet, HashMap};

use super::table::Service;
use super::told::Told;
use super::{ExplainedBy, ServiceHint};
use crate::judge::entry::{Entry, Field, FourValued, Meaning, Record, Register};
use crate::judge::group::{Group, numbers_in};
use crate::judge::names::host_key;
use crate::judge::rule::row_ids;
use crate::judge::scene::Scene;

/// Those of one machine, in the table's order.
pub(super) fn hints(scene: &Scene<'_>, asset: usize, told: &Told<'_>, remote: &Remote<'_>) -> Vec<ServiceHint> {
    let group = scene.group_of(asset);
    let limit = scene.knowledge.identity.evidence_limit;
    let hint = |service: &Service| {
        let seen = told.seen(&service.way)?;
        let said = group.map(|group| said(scene, group, remote, service)).unwrap_or_default();
        Some(ServiceHint {
            asset: scene.assets[asset].id.clone(),
            entries: group.map(|group| row_ids(&group.rows)).unwrap_or_default(),
            service: service.way.key.clone(),
            ports: seen.ports,
            spoken: seen.spoken,
            explained: said.explained,
            denied: said.denied,
            evidence: seen.evidence.into_iter().take(limit).collect(),
        })
    };
    scene.knowledge.services.service.iter().filter_map(hint).collect()
}

/// What people say of a service that answers.
#[derive(Default)]
struct Said {
    explained: Option<ExplainedBy>,
    denied: Option<ExplainedBy>,
}

/// A word about a service. Who names it as stopped does not say what it is for, and neither does who says that nobody
/// maintains the device from afar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Word {
    /// That it is off.
    Stopped,
    /// What it is for.
    Explains,
    /// That there is no remote maintenance, of a service that is for that.
    NotRemote,
}

/// Its rows name it, or remote-maintenance records about it. That it is stopped counts before what it is for.
fn said(scene: &Scene<'_>, group: &Group<'_>, remote: &Remote<'_>, service: &Service) -> Said {
    let of_row = |row: &&Entry| {
        let by = |field| ExplainedBy::Row { entry: row.id.clone(), field };
        in_row(scene, row, service).into_iter().map(|(field, word)| (word, by(field))).collect::<Vec<_>>()
    };
    let of_record = |record: &Record| {
        let by = ExplainedBy::Record { record: record.id.clone() };
        in_record(scene, record, service).map(|word| (word, by))
    };
    let words: Vec<(Word, ExplainedBy)> =
        group.rows.iter().flat_map(of_row).chain(remote.about(group).filter_map(of_record)).collect();
    let find = |wanted: Word| words.iter().find(|(word, _)| *word == wanted).map(|(_, by)| by.clone());
    match (find(Word::Stopped), find(Word::Explains)) {
        (Some(by), _) => Said { denied: Some(by), explained: None },
        (None, Some(by)) => Said { explained: Some(by), denied: None },
        (None, None) => Said { denied: find(Word::NotRemote), explained: None },
    }
}

fn in_row(scene: &Scene<'_>, row: &Entry, service: &Service) -> Vec<(Field, Word)> {
    let texts = [(Field::Purpose, row.purpose.as_deref()), (Field::Description, row.description.as_deref())];
    let software = row.software.iter().map(|software| (Field::Software, Some(software.name.as_str())));
    let named =
        texts.into_iter().chain(software).filter_map(|(field, text)| Some((field, word(scene, text?, service)?)));
    let remote = remote(service, row.remote_maintenance).map(|word| (Field::RemoteMaintenance, word));
    remote.into_iter().chain(named).collect()
}

/// What a record that says 無 names beside that is no explanation.
fn in_record(scene: &Scene<'_>, record: &Record, service: &Service) -> Option<Word> {
    let answer = match record.values.get(&Field::RemoteMaintenance).map(|cell| &cell.meaning) {
        Some(Meaning::Answer(answer)) => Some(*answer),
        _ => None,
    };
    let words: Vec<Word> = record.values.values().filter_map(|cell| word(scene, &cell.raw, service)).collect();
    let denied = matches!(answer, Some(FourValued::No | FourValued::NoContract));
    let named = words.iter().min().copied().filter(|word| !denied || *word == Word::Stopped);
    // A record without the column is about maintenance that there is.
    named.or_else(|| remote(service, answer.unwrap_or(FourValued::Yes)))
}

fn remote(service: &Service, answer: FourValued) -> Option<Word> {
    match answer {
        _ if !service.maintenance => None,
        FourValued::Yes => Some(Word::Explains),
        FourValued::No | FourValued::NoContract => Some(Word::NotRemote),
        FourValued::Unknown => None,
    }
}

/// What a text says of the service, clause by clause: `Telnetは停止済み、FTPで接続`. A clause that is nothing but the name goes
/// with the next one.
fn word(scene: &Scene<'_>, text: &str, service: &Service) -> Option<Word> {
    let table = scene.knowledge.services;
    let mut words = vec![];
    let mut clause = String::new();
    let mut parts = text.split(['。', '、', '，', ',', ';', '；', '（', '）', '(', ')', '\n']).peekable();
    while let Some(part) = parts.next() {
        clause.push_str(part);
        let bare = !service.explained.0.replace_all(&clause, "").contains(char::is_alphabetic);
        if bare && parts.peek().is_some() {
            continue;
        }
        if service.explained.0.is_match(&clause) {
            let rest = table.kept.0.replace_all(&clause, "");
            words.push(if table.stopped.0.is_match(&rest) { Word::Stopped } else { Word::Explains });
        }
        clause.clear();
    }
    words.into_iter().min()
}

/// The remote-maintenance register, by the numbers and names of devices that its rows name: there may be many of both.
pub(super) struct Remote<'a> {
    records: Vec<&'a Record>,
    numbers: HashMap<String, BTreeSet<usize>>,
    names: HashMap<String, BTreeSet<usize>>,
}

impl<'a> Remote<'a> {
    /// What every row names.
    pub(super) fn new(scene: &Scene<'a>) -> Self {
        let records = scene.ledger.records.iter().filter(|record| record.register == Register::RemoteMaintenance);
        let mut remote = Self { records: records.collect(), numbers: HashMap::new(), names: HashMap::new() };
        let generic = &scene.knowledge.identity.generic_names;
        for (index, record) in remote.records.iter().enumerate() {
            for cell in [Field::DeviceRef, Field::EntryDevice].iter().filter_map(|field| record.values.get(field)) {
                for number in numbers_in(&cell.raw) {
                    remote.numbers.entry(number).or_default().insert(index);
                }
                let words = cell.raw.split(|c: char| c.is_whitespace() || "、,;／/()（）".contains(c));
                for name in words.filter_map(|word| host_key(word, generic)) {
                    remote.names.entry(name).or_default().insert(index);
                }
            }
        }
        remote
    }

    /// The rows that name a device by number or name, in the register's order.
    fn about(&self, group: &Group<'_>) -> impl Iterator<Item = &'a Record> {
        let by_number = group.numbers.iter().filter_map(|number| self.numbers.get(number));
        let by_name = group.hosts.iter().filter_map(|name| self.names.get(name));
        let rows: BTreeSet<usize> = by_number.chain(by_name).flatten().copied().collect();
        rows.into_iter().map(|row| self.records[row])
    }
}
