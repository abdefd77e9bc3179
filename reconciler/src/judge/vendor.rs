//! What maintenance vendors (事業者) were asked and what they answered, and which devices are whose. People hand these
//! values in; a scan changes none of them.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::entry::{Entry, EntryId, Field, FourValued, Meaning, Record};

mod holding;
mod names;

pub use self::holding::systems;
pub(crate) use self::holding::{Holding, concerns, holdings, refers};
pub use self::names::Names;

/// The question whether there is remote maintenance at all: the rules know it by this name.
pub const REMOTE: &str = "remote_maintenance";

/// The question whether an MDS/SDS was handed in.
pub const DISCLOSURE: &str = "disclosure";

/// The question whether a device is the vendor's at all.
pub const RESPONSIBLE: &str = "responsible";

/// How the subjects begin that are systems.
const SYSTEM: &str = "system:";

/// Everything that vendors were asked and answered.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Vendors {
    /// The oldest first.
    pub enquiries: Vec<Enquiry>,
    /// The oldest first.
    pub replies: Vec<Reply>,
    /// The oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub withdrawals: Vec<Withdrawal>,
}

/// An enquiry that is waited for no longer: its devices are gone, or it went to the wrong vendor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Withdrawal {
    /// Its number.
    pub enquiry: i64,
    /// When it was withdrawn.
    pub at: Timestamp,
    /// Who withdrew it.
    pub by: String,
    /// Why.
    pub why: String,
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

    /// The name of the system; empty where all of a vendor's products are meant; `None` where it is about no system.
    pub fn system_name(&self) -> Option<&str> {
        self.0.strip_prefix(SYSTEM)
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

    /// The vendor's newest word on whether there is remote maintenance of any of these (of a system: whether its
    /// MDS/SDS was handed in). Of a device that it says is not its own, the rest need not be filled in: 契約なし.
    pub fn word<'a>(
        &'a self,
        names: &Names<'_>,
        vendor: &str,
        subjects: &[Subject],
    ) -> Option<(&'a Reply, FourValued)> {
        self.word_since(names, vendor, subjects, Timestamp::MIN)
    }

    fn word_since<'a>(
        &'a self,
        names: &Names<'_>,
        vendor: &str,
        subjects: &[Subject],
        since: Timestamp,
    ) -> Option<(&'a Reply, FourValued)> {
        let own = self.replies.iter().filter(|reply| reply.received >= since && names.is(&reply.vendor, vendor));
        let said = |reply: &'a Reply| {
            let mut rows = subjects.iter().filter_map(|subject| Some((subject, reply.rows.get(subject)?)));
            Some((reply, rows.find_map(|(subject, row)| of_row(subject, row))?))
        };
        own.filter_map(said).max_by_key(|(reply, _)| (reply.day(), reply.number))
    }

    /// Enquiries that are still waited for, or were.
    pub fn standing(&self) -> impl Iterator<Item = &Enquiry> {
        self.enquiries.iter().filter(|enquiry| self.withdrawn(enquiry.number).is_none())
    }

    /// That an enquiry was withdrawn.
    pub fn withdrawn(&self, enquiry: i64) -> Option<&Withdrawal> {
        self.withdrawals.iter().find(|withdrawal| withdrawal.enquiry == enquiry)
    }

    /// What of an enquiry is open: no reply that came in since, to whichever enquiry, says 有, 無 or 契約なし of it.
    pub fn open<'a>(&'a self, names: &Names<'_>, enquiry: &'a Enquiry) -> Open<'a> {
        let mut open = Open::default();
        for subject in &enquiry.subjects {
            let own = std::slice::from_ref(subject);
            match self.word_since(names, &enquiry.vendor, own, enquiry.asked) {
                None => open.silent.push(subject),
                Some((reply, FourValued::Unknown)) => open.unknown.push((subject, reply.day())),
                Some(_) => {}
            }
        }
        open
    }

    /// The day on which a vendor was last asked, and everything that it was ever asked about.
    pub fn asked(&self, names: &Names<'_>, vendor: &str) -> Option<(Date, BTreeSet<&Subject>)> {
        let own: Vec<&Enquiry> = self.standing().filter(|enquiry| names.is(&enquiry.vendor, vendor)).collect();
        let newest = own.iter().map(|enquiry| enquiry.asked_on).max()?;
        Some((newest, own.into_iter().flat_map(|enquiry| &enquiry.subjects).collect()))
    }
}

/// What of an enquiry is open.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Open<'a> {
    /// Nothing was said of it.
    pub silent: Vec<&'a Subject>,
    /// 不明 was said of it, on that day: a reply, and no confirmation.
    pub unknown: Vec<(&'a Subject, Date)>,
}

impl Open<'_> {
    /// Rows.
    pub fn count(&self) -> usize {
        self.silent.len() + self.unknown.len()
    }
}

/// What a row of a reply says of what it is about.
pub fn of_row(subject: &Subject, row: &Answers) -> Option<FourValued> {
    let answer = |question| match row.get(question) {
        Some(Said::Answer(answer)) => Some(*answer),
        _ => None,
    };
    let disowned = || disowned(row).map(|_| FourValued::NoContract);
    match answer(subject.question()) {
        Some(answer @ (FourValued::Yes | FourValued::No | FourValued::NoContract)) => Some(answer),
        open => disowned().or(open),
    }
}

/// The vendor says that a device is not its own: 無 or 契約なし.
pub fn disowned(row: &Answers) -> Option<FourValued> {
    match row.get(RESPONSIBLE) {
        Some(Said::Answer(answer)) if denies(*answer) => Some(*answer),
        _ => None,
    }
}

/// 無 or 契約なし.
pub fn denies(answer: FourValued) -> bool {
    matches!(answer, FourValued::No | FourValued::NoContract)
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
