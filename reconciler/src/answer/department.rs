//! The list of departments, and what each stated about its external connection points.

use std::collections::BTreeSet;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::figure::{Behind, Within, is_within};
use super::said::{fold, is_done, is_said};
use crate::judge::entry::{Field, FourValued, Ledger, Meaning, Record, Register};

/// A statement that is older is to be renewed.
pub(super) const YEAR: Within = Within::Months(12);

/// One department of the list: its rows, where it stands there more than once.
pub(super) struct Department<'a> {
    pub(super) name: &'a str,
    records: Vec<&'a Record>,
    known_as: BTreeSet<String>,
}

/// What a department stated about its connection points.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stated {
    /// How many, 0 included.
    pub number: u32,
    /// When.
    pub on: Date,
    /// Who.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
}

impl Department<'_> {
    pub(super) fn is(&self, name: &str) -> bool {
        self.known_as.contains(&fold(name))
    }

    /// What it stated first. A number without a day is nobody's statement: forms are often handed out with a 0 in them.
    pub(super) fn stated(&self) -> Option<(u32, Date)> {
        self.statements().next().map(|one| (one.number, one.on))
    }

    /// Every statement, one a row.
    pub(super) fn statements(&self) -> impl Iterator<Item = Stated> {
        self.records.iter().filter_map(|record| stated(record))
    }

    /// Each of its rows has a statement of the year before a day: of several, the worst counts.
    pub(super) fn is_stated_by(&self, on: Date) -> bool {
        let recent = |record: &&Record| stated(record).is_some_and(|one| is_within(one.on, YEAR, on));
        self.records.iter().all(recent)
    }

    /// It may procure by itself; also where nobody says, and where only one of its rows says so.
    pub(super) fn procures(&self) -> bool {
        let answer = |record: &Record| record.values.get(&Field::Procures).map(|cell| cell.meaning.clone());
        self.records.iter().any(|record| !matches!(answer(record), Some(Meaning::Answer(FourValued::No))))
    }

    pub(super) fn has_contact(&self) -> bool {
        self.records.iter().any(|record| record_text(record, Field::SecurityContact).is_some_and(is_done))
    }

    pub(super) fn behind(&self) -> Behind {
        Behind::Department { name: self.name.to_owned() }
    }
}

fn stated(record: &Record) -> Option<Stated> {
    let meaning = |field| record.values.get(&field).map(|cell| &cell.meaning);
    let by = record_text(record, Field::DeclaredBy).filter(|text| is_said(text)).map(str::to_owned);
    match (meaning(Field::ExternalPointsDeclared)?, meaning(Field::DeclaredDate)?) {
        (Meaning::Count(number), Meaning::Date(dated)) => Some(Stated { number: *number, on: dated.from, by }),
        _ => None,
    }
}

/// The list of departments, in its order, each once.
pub(super) fn departments(ledger: &Ledger) -> Vec<Department<'_>> {
    let mut departments: Vec<Department<'_>> = vec![];
    let rows = ledger.records.iter().filter(|record| record.register == Register::Department);
    let named = rows.filter_map(|record| Some((record, record_text(record, Field::Department)?)));
    for (record, name) in named.filter(|(_, name)| is_said(name)) {
        let known_as = std::iter::once(name).chain(record_texts(record, Field::Aliases)).map(fold);
        if let Some(known) = departments.iter_mut().find(|one| fold(one.name) == fold(name)) {
            known.records.push(record);
            known.known_as.extend(known_as);
        } else {
            departments.push(Department { name, records: vec![record], known_as: known_as.collect() });
        }
    }
    departments
}

/// A record's text of one column.
pub(super) fn record_text(record: &Record, field: Field) -> Option<&str> {
    record_texts(record, field).into_iter().next()
}

/// All texts of one column.
pub(super) fn record_texts(record: &Record, field: Field) -> Vec<&str> {
    match record.values.get(&field).map(|cell| &cell.meaning) {
        Some(Meaning::Text(text)) => vec![text],
        Some(Meaning::List(texts)) => texts.iter().map(String::as_str).collect(),
        _ => vec![],
    }
}
