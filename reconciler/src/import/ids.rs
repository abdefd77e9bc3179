//! What a row is called: by its number where that is its own, else by what it says of its device. Never by its line,
//! which belongs to another device as soon as a row above it comes or goes.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use sha2::{Digest, Sha256};

use super::fold::{code, key};
use crate::judge::entry::{Entry, EntryId, Field, Record, Register};

/// A row of whatever register.
#[derive(Clone, Copy)]
enum Row<'a> {
    Entry(&'a Entry),
    Record(&'a Record),
}

/// Gives the rows of one file their ids.
pub(crate) fn give(entries: &mut [Entry], records: &mut [Record]) {
    let rows = rows(entries, records);
    let begun = rows.iter().map(|row| row.by_number().unwrap_or_else(|| format!("{}:", row.register().code())));
    let ids = told_apart(&rows, begun.collect(), |row| row.by_number().is_none());
    assign(ids, entries, records);
}

/// Tells the rows of several files apart that have the same id or number. All others keep the id that they have.
pub(crate) fn settle(entries: &mut [Entry], records: &mut [Record]) {
    let rows = rows(entries, records);
    let numbers: Vec<Option<String>> = rows.iter().map(Row::by_number).collect();
    let holders = counted(numbers.iter().flatten());
    let begun: Vec<String> = rows.iter().map(|row| row.id().0.clone()).collect();
    let ids = told_apart(&rows, begun, |row| {
        let number = row.by_number().filter(|number| *number == row.id().0);
        number.is_some_and(|number| holders.get(number.as_str()).is_some_and(|count| *count > 1))
    });
    assign(ids, entries, records);
}

fn rows<'a>(entries: &'a [Entry], records: &'a [Record]) -> Vec<Row<'a>> {
    entries.iter().map(Row::Entry).chain(records.iter().map(Row::Record)).collect()
}

fn assign(ids: Vec<String>, entries: &mut [Entry], records: &mut [Record]) {
    let places = entries.iter_mut().map(|row| &mut row.id).chain(records.iter_mut().map(|row| &mut row.id));
    for (place, id) in places.zip(ids) {
        *place = EntryId(id);
    }
}

/// Adds to the ids that several rows have, or that do not say enough, what tells these rows apart; which of them comes
/// first decides only between rows that say the same in every cell.
fn told_apart(rows: &[Row<'_>], mut ids: Vec<String>, too_short: impl Fn(&Row<'_>) -> bool) -> Vec<String> {
    let counts = counted(&ids);
    let several = |id: &String| counts[id.as_str()] > 1;
    let mut open: Vec<usize> = (0..rows.len()).filter(|at| too_short(&rows[*at]) || several(&ids[*at])).collect();
    for level in [Row::key, Row::keys, Row::content] {
        for at in &open {
            let own = level(&rows[*at]);
            if !ids[*at].ends_with(&own) {
                ids[*at] = format!("{}!{own}", ids[*at]);
            }
        }
        let counts = counted(&ids);
        open.retain(|at| counts[ids[*at].as_str()] > 1);
    }
    if open.is_empty() {
        return ids;
    }
    let still: BTreeSet<usize> = open.iter().copied().collect();
    let settled = ids.iter().enumerate().filter(|(at, _)| !still.contains(at)).map(|(_, id)| id.clone());
    let mut taken: BTreeSet<String> = settled.collect();
    let mut again: BTreeMap<String, usize> = BTreeMap::new();
    for at in open {
        let same = ids[at].clone();
        let number = again.entry(same.clone()).or_default();
        while !taken.insert(ids[at].clone()) {
            *number += 1;
            ids[at] = format!("{same}!{}", *number + 1);
        }
    }
    ids
}

fn counted<'a>(ids: impl IntoIterator<Item = &'a String>) -> HashMap<&'a str, usize> {
    let mut counts = HashMap::new();
    for id in ids {
        *counts.entry(id.as_str()).or_default() += 1;
    }
    counts
}

impl Row<'_> {
    fn id(&self) -> &EntryId {
        match self {
            Self::Entry(entry) => &entry.id,
            Self::Record(record) => &record.id,
        }
    }

    fn register(&self) -> Register {
        match self {
            Self::Entry(entry) => entry.register,
            Self::Record(record) => record.register,
        }
    }

    /// The id that 管理番号 makes, where there is one.
    fn by_number(&self) -> Option<String> {
        let number = match self {
            Self::Entry(entry) => entry.asset_no.clone(),
            Self::Record(record) => record.values.get(&Field::AssetNo).map(|written| code(&written.raw)),
        };
        let number = number.filter(|number| !number.is_empty()).map(|number| daicho_shared::text::bounded(&number));
        number.map(|number| format!("{}:{number}", self.register().code()))
    }

    /// The best of what the row says of its device; where it names none, everything that it says.
    fn key(&self) -> String {
        let named = |(kind, text): (&str, String)| daicho_shared::text::bounded(&format!("{kind}={text}"));
        self.names().into_iter().next().map_or_else(|| self.content(), named)
    }

    /// Everything that the row says of its device, and its programs: a machine may have a row for each of them.
    fn keys(&self) -> String {
        let programs = match self {
            Self::Entry(entry) => entry.software.iter().map(|software| ("software", key(&software.name))).collect(),
            Self::Record(_) => vec![],
        };
        digest(self.names().into_iter().chain(programs).map(|(kind, text)| format!("{kind}={text}")))
    }

    /// What every cell says.
    fn content(&self) -> String {
        match self {
            Self::Entry(entry) => {
                digest(entry.cells.iter().map(|(field, cell)| format!("{field:?}={}", key(&cell.raw))))
            }
            Self::Record(record) => {
                digest(record.values.iter().map(|(field, written)| format!("{field:?}={}", key(&written.raw))))
            }
        }
    }

    /// What names the device, the best first.
    fn names(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Entry(entry) => names(entry),
            Self::Record(record) => {
                let said = |(kind, field)| Some((kind, key(&record.values.get(&field)?.raw)));
                let fields = [
                    ("serial", Field::SerialNo),
                    ("service", Field::Service),
                    ("segment", Field::Segment),
                    ("vendor", Field::Vendor),
                    ("department", Field::Department),
                ];
                fields.into_iter().filter_map(said).filter(|(_, text)| !text.is_empty()).collect()
            }
        }
    }
}

fn names(entry: &Entry) -> Vec<(&'static str, String)> {
    let mut macs: Vec<String> = entry.macs.iter().map(ToString::to_string).collect();
    macs.sort();
    let mut addresses = entry.addresses.clone();
    addresses.sort();
    let addresses: Vec<String> = addresses.iter().map(ToString::to_string).collect();
    let text = |text: &Option<String>| text.as_deref().map(key).unwrap_or_default();
    let names = [
        ("serial", text(&entry.serial_no)),
        ("mac", macs.join(",")),
        ("name", text(&entry.hostname)),
        ("address", addresses.join(",")),
    ];
    names.into_iter().filter(|(_, text)| !text.is_empty()).collect()
}

/// 16 hexadecimal digits of the SHA-256 of several texts.
fn digest(parts: impl Iterator<Item = String>) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.len().to_be_bytes());
        hash.update(part);
    }
    hex::encode(&hash.finalize()[..8])
}
