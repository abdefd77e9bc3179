//! The list of departments, and what each stated about its external connection points.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::figure::{Behind, is_within};
use super::said::{fold, is_done, is_said};
use crate::judge::entry::{Field, FourValued, Ledger, Meaning, Record, Register};

/// A statement older than this many days is to be renewed.
pub(super) const YEAR: i32 = 365;

/// One row of the list of departments.
pub(super) struct Department<'a> {
    pub(super) name: &'a str,
    record: &'a Record,
    known_as: BTreeSet<String>,
}

impl Department<'_> {
    pub(super) fn is(&self, name: &str) -> bool {
        self.known_as.contains(&fold(name))
    }

    /// The number that it stated, 0 included. A number without a day is nobody's statement: forms are often handed
    /// out with a 0 in them.
    pub(super) fn stated(&self) -> Option<(u32, Date)> {
        match (self.record.values.get(&Field::ExternalPointsDeclared).map(|cell| &cell.meaning), self.stated_on()) {
            (Some(Meaning::Count(number)), Some(day)) => Some((*number, day)),
            _ => None,
        }
    }

    /// The number that it stated within the year before a day.
    pub(super) fn stated_by(&self, on: Date) -> Option<(u32, Date)> {
        self.stated().filter(|(_, day)| is_within(*day, YEAR, on))
    }

    fn stated_on(&self) -> Option<Date> {
        match self.record.values.get(&Field::DeclaredDate)?.meaning {
            Meaning::Date(dated) => Some(dated.from),
            _ => None,
        }
    }

    pub(super) fn stated_name(&self) -> Option<String> {
        record_text(self.record, Field::DeclaredBy).filter(|text| is_said(text)).map(str::to_owned)
    }

    /// It may procure by itself; `None` where nobody says.
    pub(super) fn procures(&self) -> bool {
        let answer = self.record.values.get(&Field::Procures).map(|cell| &cell.meaning);
        !matches!(answer, Some(Meaning::Answer(FourValued::No)))
    }

    pub(super) fn has_contact(&self) -> bool {
        record_text(self.record, Field::SecurityContact).is_some_and(is_done)
    }

    pub(super) fn behind(&self) -> Behind {
        Behind::Department { name: self.name.to_owned() }
    }
}

/// The list of departments, in its order, each once.
pub(super) fn departments(ledger: &Ledger) -> Vec<Department<'_>> {
    let mut known = BTreeSet::new();
    let rows = ledger.records.iter().filter(|record| record.register == Register::Department);
    let named = rows.filter_map(|record| Some((record, record_text(record, Field::Department)?)));
    let departments = named.filter(|(_, name)| is_said(name)).map(|(record, name)| {
        let aliases = record_texts(record, Field::Aliases);
        let known_as = std::iter::once(name).chain(aliases).map(fold).collect();
        Department { name, record, known_as }
    });
    departments.filter(|department| known.insert(fold(department.name))).collect()
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
