//! What maintenance vendors (事業者) were asked and what they answered, and which devices are whose. People hand these
//! values in; a scan changes none of them.

use std::collections::{BTreeMap, BTreeSet};

use daicho_shared::knowledge::makers;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

use super::entry::{Entry, EntryId, Field, FourValued, Ledger, Meaning, Record, Register};
use super::group::Group;
use super::knowledge::Knowledge;

/// The question whether there is remote maintenance at all: the rules know it by this name.
pub const REMOTE: &str = "remote_maintenance";

/// The question whether an MDS/SDS was handed in.
pub const DISCLOSURE: &str = "disclosure";

/// How the subjects begin that are systems.
const SYSTEM: &str = "system:";

/// Signs between several names in one cell.
const BETWEEN: [char; 8] = ['、', '，', '\n', '/', '／', ';', '；', '\t'];

/// Everything that vendors were asked and answered.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Vendors {
    /// The oldest first.
    pub enquiries: Vec<Enquiry>,
    /// The oldest first.
    pub replies: Vec<Reply>,
}

/// One workbook that was written for a vendor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Enquiry {
    /// Counted from 1.
    pub number: i64,
    /// The vendor, as the ledger writes it.
    pub vendor: String,
    /// When it was written.
    pub asked: Timestamp,
    /// That day, where the hospital is.
    pub asked_on: Date,
    /// Who wrote it.
    pub by: String,
    /// The day by which the answer is expected.
    pub due: Date,
    /// What the row keys of this workbook are made from.
    pub token: String,
    /// What was asked about, in the workbook's order.
    pub subjects: Vec<Subject>,
}

/// What a row of the workbook is about: a ledger row's id, `system:…`, or `whole`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Subject(pub String);

impl Subject {
    /// A device or a path, by its ledger row.
    pub fn row(id: &EntryId) -> Self {
        Self(id.0.clone())
    }

    /// A system or product, of which MDS/SDS is asked.
    pub fn system(name: &str) -> Self {
        Self(format!("{SYSTEM}{name}"))
    }

    /// The question without whose answer a row is not answered.
    pub fn question(&self) -> &'static str {
        if self.0.starts_with(SYSTEM) { DISCLOSURE } else { REMOTE }
    }

    /// Whatever else the vendor has in the hospital.
    pub fn whole() -> Self {
        Self("whole".to_owned())
    }
}

/// A workbook that a vendor filled in. A later one replaces nothing: it is a further version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reply {
    /// Counted from 1.
    pub number: i64,
    /// Which enquiry it answers.
    pub enquiry: i64,
    /// The vendor, as the enquiry has it.
    pub vendor: String,
    /// When it was read.
    pub received: Timestamp,
    /// That day, where the hospital is.
    pub received_on: Date,
    /// Who read it in.
    pub by: String,
    /// File name without folders.
    pub file: String,
    /// SHA-256 of the file, lower-case hexadecimal.
    pub sha256: String,
    /// 回答者.
    pub answered_by: Option<String>,
    /// 回答日.
    pub answered_on: Option<Date>,
    /// What was answered, by subject and question. Rows that were left empty are not here.
    pub rows: BTreeMap<Subject, Answers>,
}

/// One row's answers, by question.
pub type Answers = BTreeMap<String, Said>;

/// One answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Said {
    /// 有, 無, 不明 or 契約なし.
    Answer(FourValued),
    /// Free text, or the code of a choice.
    Text(String),
    /// A day.
    Day(Date),
}

impl Reply {
    /// The day that counts: the vendor's own, else that on which it came in.
    pub fn day(&self) -> Date {
        self.answered_on.unwrap_or(self.received_on)
    }
}

impl Vendors {
    /// The newest answers to a question about any of these, by this vendor, with the reply that holds them: by the day on
    /// which they were given, then in the order in which they came.
    pub fn newest<'a>(
        &'a self,
        names: &Names<'_>,
        vendor: &str,
        subjects: &[Subject],
        question: &str,
    ) -> Option<(&'a Reply, &'a Said)> {
        let own = self.replies.iter().filter(|reply| names.is(&reply.vendor, vendor));
        let said = |reply: &'a Reply| {
            let mut rows = subjects.iter().filter_map(|subject| reply.rows.get(subject));
            Some((reply, rows.find_map(|row| row.get(question))?))
        };
        own.filter_map(said).max_by_key(|(reply, _)| (reply.day(), reply.number))
    }

    /// What of an enquiry no reply answers that came in since, to whichever enquiry.
    pub fn unanswered<'a>(&'a self, names: &Names<'_>, enquiry: &'a Enquiry) -> Vec<&'a Subject> {
        let later = |reply: &&Reply| reply.received >= enquiry.asked && names.is(&reply.vendor, &enquiry.vendor);
        let rows = self.replies.iter().filter(later).flat_map(|reply| &reply.rows);
        let answered: BTreeSet<&Subject> =
            rows.filter(|(subject, row)| row.contains_key(subject.question())).map(|(subject, _)| subject).collect();
        enquiry.subjects.iter().filter(|subject| !answered.contains(subject)).collect()
    }
}

/// Vendors' names: company forms, widths, variant characters, the spellings of `config/makers.toml` as a whole, and the
/// other names of the vendor register mean the same. A name that only begins like another is another.
#[derive(Debug, Clone)]
pub struct Names<'a> {
    knowledge: &'a Knowledge,
    other: BTreeMap<String, String>,
}

impl<'a> Names<'a> {
    /// With the other names that the vendor register tells. One that two vendors claim is nobody's.
    pub fn new(records: &[Record], knowledge: &'a Knowledge) -> Self {
        let mut names = Self { knowledge, other: BTreeMap::new() };
        let mut claims: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for record in records.iter().filter(|record| record.register == Register::Vendor) {
            let Some(name) = text(record, Field::Vendor) else { continue };
            let own = names.plain(&name);
            for other in list(record, Field::Aliases) {
                claims.entry(names.plain(&other)).or_default().insert(own.clone());
            }
        }
        let sole = |(other, owners): (String, BTreeSet<String>)| match owners.len() {
            1 => owners.into_iter().next().map(|owner| (other, owner)),
            _ => None,
        };
        names.other = claims.into_iter().filter_map(sole).filter(|(other, own)| other != own).collect();
        names
    }

    /// The name as a key; empty where it names nobody.
    pub fn key(&self, name: &str) -> String {
        let plain = self.plain(name);
        self.other.get(&plain).cloned().unwrap_or(plain)
    }

    /// Both name one vendor.
    pub fn is(&self, one: &str, other: &str) -> bool {
        let key = self.key(one);
        !key.is_empty() && key == self.key(other)
    }

    fn plain(&self, name: &str) -> String {
        let name = self.knowledge.aliases.folded(name);
        makers::folded(self.knowledge.makers.named(&name).unwrap_or(&name))
    }
}

/// What one vendor has in the hospital.
#[derive(Debug, Clone, Default)]
pub(crate) struct Holding<'a> {
    /// As the vendor register writes it, else as the ledger does first.
    pub(crate) name: String,
    /// Its devices, as places in the list of groups.
    pub(crate) groups: BTreeSet<usize>,
    /// Its rows in the registers of remote maintenance, clouds and vendors.
    pub(crate) records: Vec<&'a Record>,
}

/// Every vendor that the ledger names, by key. Retired devices are nobody's any more.
pub(crate) fn holdings<'a>(
    ledger: &'a Ledger,
    groups: &[Group<'_>],
    names: &Names<'_>,
) -> BTreeMap<String, Holding<'a>> {
    let mut all: BTreeMap<String, Holding<'a>> = BTreeMap::new();
    let mut hold = |name: &str| -> Option<String> {
        let key = names.key(name);
        let holding = all.entry(key.clone()).or_default();
        if holding.name.is_empty() {
            name.trim().clone_into(&mut holding.name);
        }
        Some(key).filter(|key| !key.is_empty())
    };
    let mut owned: Vec<(String, usize)> = vec![];
    let mut told: Vec<(String, &'a Record)> = vec![];
    for record in ordered(&ledger.records) {
        for key in text(record, Field::Vendor).iter().flat_map(|cell| parts(cell)).filter_map(&mut hold) {
            told.push((key.clone(), record));
            owned.extend(referred(record, groups).into_iter().map(|group| (key.clone(), group)));
        }
    }
    for (index, group) in groups.iter().enumerate() {
        for cell in group.rows.iter().filter_map(|row| row.vendor.as_deref()) {
            owned.extend(parts(cell).filter_map(&mut hold).map(|key| (key, index)));
        }
    }
    all.remove("");
    for (key, record) in told {
        all.entry(key).or_default().records.push(record);
    }
    for (key, index) in owned.into_iter().filter(|(_, index)| !groups[*index].is_retired()) {
        all.entry(key).or_default().groups.insert(index);
    }
    all
}

/// The vendor register names vendors first.
fn ordered(records: &[Record]) -> impl Iterator<Item = &Record> {
    let asked = [Register::Vendor, Register::RemoteMaintenance, Register::Cloud];
    asked.into_iter().flat_map(move |register| records.iter().filter(move |record| record.register == register))
}

fn parts(cell: &str) -> impl Iterator<Item = &str> {
    cell.split(BETWEEN).map(str::trim).filter(|name| !name.is_empty())
}

/// The devices that a row of the remote-maintenance register names by their numbers.
fn referred(record: &Record, groups: &[Group<'_>]) -> Vec<usize> {
    let listed = listed(record);
    let has = |(index, group): (usize, &Group<'_>)| is_listed(&listed, &group.rows).then_some(index);
    groups.iter().enumerate().filter(|_| !listed.is_empty()).filter_map(has).collect()
}

/// The row of the remote-maintenance register names this device by its number.
pub(crate) fn refers(record: &Record, rows: &[&Entry]) -> bool {
    is_listed(&listed(record), rows)
}

fn listed(record: &Record) -> BTreeSet<String> {
    list(record, Field::DeviceRef)
        .iter()
        .map(|number| plain_number(number))
        .filter(|number| !number.is_empty())
        .collect()
}

fn is_listed(listed: &BTreeSet<String>, rows: &[&Entry]) -> bool {
    rows.iter().filter_map(|row| row.asset_no.as_deref()).any(|number| listed.contains(&plain_number(number)))
}

/// A 管理番号 where only 管理番号 are expected: width, case and signs do not matter.
fn plain_number(number: &str) -> String {
    number.nfkc().filter(|c| c.is_alphanumeric()).flat_map(char::to_uppercase).collect()
}

/// Every subject under which a device may have been asked about: the rows of its group.
pub(crate) fn subjects(rows: &[&Entry]) -> Vec<Subject> {
    rows.iter().map(|row| Subject::row(&row.id)).collect()
}

/// A cell's text.
pub(crate) fn text(record: &Record, field: Field) -> Option<String> {
    record.values.get(&field).map(|cell| match &cell.meaning {
        Meaning::Text(text) => text.clone(),
        _ => cell.raw.clone(),
    })
}

/// A cell's texts.
pub(crate) fn list(record: &Record, field: Field) -> Vec<String> {
    match record.values.get(&field).map(|cell| &cell.meaning) {
        Some(Meaning::List(texts)) => texts.clone(),
        Some(Meaning::Text(text)) => vec![text.clone()],
        _ => vec![],
    }
}

/// A cell's answer.
pub(crate) fn answer(record: &Record, field: Field) -> Option<FourValued> {
    match record.values.get(&field)?.meaning {
        Meaning::Answer(answer) => Some(answer),
        _ => None,
    }
}

/// A cell's day; the first one of a month or a year.
pub(crate) fn day(record: &Record, field: Field) -> Option<Date> {
    match record.values.get(&field)?.meaning {
        Meaning::Date(date) => Some(date.from),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
