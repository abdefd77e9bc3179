//! What differs between two versions of a ledger: rows that came, went, or changed. A cell that is only written
//! otherwise (髙/高, ㈱富士通/富士通, Win11/Windows 11 Pro) did not change.

use std::collections::{BTreeMap, BTreeSet};

use daicho_shared::knowledge::makers::Makers;
use serde::Serialize;

use super::alias::Aliases;
use super::entry::{Entry, EntryId, Field, Ledger, Meaning, Origin, Record, Register, Status};

/// What differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Default)]
pub struct Revision {
    /// Rows that only the later version has.
    pub added: Vec<RowName>,
    /// Rows that only the earlier version has.
    pub removed: Vec<RowName>,
    /// Cells that say something else.
    pub changed: Vec<Changed>,
    /// Cells that say the same in other words.
    pub respelled: usize,
    /// Rows that say the same.
    pub same: usize,
}

/// A row, as people know it again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RowName {
    /// Its id.
    pub id: EntryId,
    /// Which register.
    pub register: Register,
    /// Where it stands, in its own version.
    pub origin: Origin,
    /// Its number, name or address.
    pub name: String,
}

/// A cell that says something else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Changed {
    /// Its row, in the later version.
    pub row: RowName,
    /// Its column.
    pub field: Field,
    /// What stood there; empty where nothing did.
    pub before: String,
    /// What stands there.
    pub after: String,
}

/// What the comparison knows.
#[derive(Debug, Clone)]
pub struct Spellings {
    /// Characters and operating systems.
    pub aliases: Aliases,
    /// Makers.
    pub makers: &'static Makers,
}

impl Spellings {
    /// Those that are compiled in.
    pub fn builtin() -> Self {
        Self { aliases: Aliases::builtin(), makers: Makers::builtin() }
    }
}

/// A cell: the text that stands there, and what it means where that is more than its text.
type Said = (String, Option<Meant>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Meant {
    Values(String),
    Meaning(Meaning),
}

struct Row {
    name: RowName,
    cells: BTreeMap<Field, Said>,
}

/// The rows of a version.
pub type Rows<'a> = (&'a [Entry], &'a [Record]);

impl Ledger {
    /// Its rows, of whatever register.
    pub fn rows(&self) -> Rows<'_> {
        (&self.entries, &self.records)
    }
}

/// How many rows of one file bear the id of a row of the other: a ledger that was renamed is known again by it.
pub fn in_both(one: Rows<'_>, other: Rows<'_>) -> usize {
    let known: BTreeSet<&EntryId> = ids(other).collect();
    ids(one).filter(|id| known.contains(id)).count()
}

fn ids((entries, records): Rows<'_>) -> impl Iterator<Item = &EntryId> {
    entries.iter().map(|row| &row.id).chain(records.iter().map(|row| &row.id))
}

/// Compares two versions of a ledger.
pub fn revision(before: Rows<'_>, after: Rows<'_>, spellings: &Spellings) -> Revision {
    let (before, after) = (rows(before), rows(after));
    let mut found = Revision::default();
    for (key, row) in &after {
        match before.get(key) {
            None => found.added.push(row.name.clone()),
            Some(earlier) => compare(earlier, row, spellings, &mut found),
        }
    }
    let gone = before.iter().filter(|(key, _)| !after.contains_key(*key));
    found.removed.extend(gone.map(|(_, row)| row.name.clone()));
    for names in [&mut found.added, &mut found.removed] {
        names.sort_by(|one, other| one.origin.cmp(&other.origin));
    }
    found.changed.sort_by(|one, other| (&one.row.origin, one.field).cmp(&(&other.row.origin, other.field)));
    found
}

fn compare(before: &Row, after: &Row, spellings: &Spellings, found: &mut Revision) {
    let fields: BTreeSet<Field> = before.cells.keys().chain(after.cells.keys()).copied().collect();
    let empty = (String::new(), None);
    let count = found.changed.len();
    for field in fields {
        let earlier = before.cells.get(&field).unwrap_or(&empty);
        let later = after.cells.get(&field).unwrap_or(&empty);
        if earlier.0 == later.0 && earlier.1 == later.1 {
            continue;
        }
        if same(field, earlier, later, spellings) {
            found.respelled += 1;
        } else {
            let (row, before, after) = (after.name.clone(), earlier.0.clone(), later.0.clone());
            found.changed.push(Changed { row, field, before, after });
        }
    }
    found.same += usize::from(found.changed.len() == count);
}

fn same(field: Field, one: &Said, other: &Said, spellings: &Spellings) -> bool {
    if let (Some(one), Some(other)) = (&one.1, &other.1) {
        return one == other;
    }
    let (one, other) = (&one.0, &other.0);
    let text = |text: &str| spellings.aliases.folded(text);
    match field {
        Field::Os => spellings.aliases.same_system(one, other),
        Field::Manufacturer | Field::Vendor => {
            text(one) == text(other) || spellings.makers.same(one, other) == Some(true)
        }
        _ => text(one) == text(other),
    }
}

/// Rows by what identifies them: 管理番号, or else the strongest key; the place decides only where nothing else does,
/// because a row that is put in moves all those below it.
fn rows((entries, records): Rows<'_>) -> BTreeMap<String, Row> {
    let mut found: BTreeMap<String, Row> = BTreeMap::new();
    let all = entries.iter().map(of_entry).chain(records.iter().map(of_record));
    for row in all {
        let key = format!("{} {}", row.name.register.code(), row.name.name);
        let mut unique = key.clone();
        let mut again = 1;
        while found.contains_key(&unique) {
            again += 1;
            unique = format!("{key} {again}");
        }
        found.insert(unique, row);
    }
    found
}

/// The columns by which a row is known again, the best first.
const NAMES: [Field; 9] = [
    Field::AssetNo,
    Field::SerialNo,
    Field::MacAddress,
    Field::Hostname,
    Field::IpAddress,
    Field::Service,
    Field::Segment,
    Field::Vendor,
    Field::Department,
];

fn named(id: &EntryId, register: Register, origin: &Origin, cells: &BTreeMap<Field, Said>) -> RowName {
    let name = NAMES.iter().find_map(|field| cells.get(field).filter(|(text, _)| !text.is_empty()));
    let name = name.map_or_else(|| format!("{}!{}", origin.sheet, origin.row), |(text, _)| text.replace('\n', " "));
    RowName { id: id.clone(), register, origin: origin.clone(), name }
}

fn of_entry(entry: &Entry) -> Row {
    let mut cells: BTreeMap<Field, Said> =
        entry.cells.iter().map(|(field, cell)| (*field, (cell.raw.clone(), meant(entry, *field)))).collect();
    // A ditto mark or a merged cell says what the row above says; the name of a department may stand on the tab.
    for (field, text) in [
        (Field::Manufacturer, &entry.manufacturer),
        (Field::Os, &entry.os),
        (Field::Location, &entry.location),
        (Field::Department, &entry.department),
        (Field::Model, &entry.model),
        (Field::AssetNo, &entry.asset_no),
        (Field::Hostname, &entry.hostname),
        (Field::SerialNo, &entry.serial_no),
        (Field::Vendor, &entry.vendor),
        (Field::Purpose, &entry.purpose),
    ] {
        if let Some(text) = text {
            cells.insert(field, (text.clone(), None));
        }
    }
    let name = named(&entry.id, entry.register, &entry.origin, &cells);
    Row { name, cells }
}

fn of_record(record: &Record) -> Row {
    let cells: BTreeMap<Field, Said> = record
        .values
        .iter()
        .map(|(field, written)| match &written.meaning {
            Meaning::Text(text) => (*field, (text.clone(), None)),
            meaning => (*field, (written.raw.clone(), Some(Meant::Meaning(meaning.clone())))),
        })
        .collect();
    let name = named(&record.id, record.register, &record.origin, &cells);
    Row { name, cells }
}

/// What a cell of an entry means where that is more than its text; a cell that was not understood is its text.
fn meant(entry: &Entry, field: Field) -> Option<Meant> {
    let some = |is: bool, text: String| is.then_some(Meant::Values(text));
    match field {
        Field::IpAddress => {
            some(!entry.addresses.is_empty(), format!("{:?} {}", entry.addresses, entry.dynamic_address))
        }
        Field::MacAddress => some(!entry.macs.is_empty(), format!("{:?}", entry.macs)),
        Field::Status => some(entry.status != Status::Unknown, format!("{:?}", entry.status)),
        Field::DeviceType => entry.device_type.map(|kind| Meant::Values(format!("{kind:?}"))),
        Field::RegisteredDate if entry.registered.is_some() => some(true, format!("{:?}", entry.registered)),
        Field::User => some(true, format!("{:?}", entry.users)),
        Field::Segment => some(!entry.segments.is_empty(), format!("{:?}", entry.segments)),
        _ => match entry.others.get(&field) {
            None | Some(Meaning::Text(_)) => None,
            Some(meaning) => Some(Meant::Meaning(meaning.clone())),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::super::entry::Cell;
    use super::super::sample::row;
    use super::*;

    fn ledger(rows: Vec<Entry>) -> Ledger {
        Ledger { entries: rows, records: vec![], files: vec![], problems: vec![] }
    }

    fn device(number: &str, place: u32) -> Entry {
        let mut entry = row(place);
        entry.asset_no = Some(number.to_owned());
        entry.manufacturer = Some("富士通".to_owned());
        entry.location = Some("髙﨑分院".to_owned());
        entry.os = Some("Win11".to_owned());
        entry.cells.insert(Field::Description, Cell { column: "L".into(), raw: "古い".into() });
        entry
    }

    #[test]
    fn rows_that_came_went_and_changed_are_told_and_respelled_cells_are_not() {
        let before = ledger(vec![device("001", 2), device("002", 3), device("003", 4)]);
        let mut later = device("002", 2);
        later.manufacturer = Some("㈱富士通".to_owned());
        later.location = Some("高崎分院".to_owned());
        later.os = Some("Windows 11 Pro".to_owned());
        let mut changed = device("003", 3);
        changed.cells.insert(Field::Description, Cell { column: "L".into(), raw: "新しい".into() });
        let found =
            revision(before.rows(), ledger(vec![later, changed, device("004", 4)]).rows(), &Spellings::builtin());
        let names = |rows: &[RowName]| rows.iter().map(|row| row.name.clone()).collect::<Vec<_>>();
        assert_eq!((names(&found.added), names(&found.removed)), (vec!["004".into()], vec!["001".to_owned()]));
        assert_eq!((found.respelled, found.same), (3, 1));
        let told: Vec<_> =
            found.changed.iter().map(|one| (one.row.name.as_str(), one.field, one.after.as_str())).collect();
        assert_eq!(told, [("003", Field::Description, "新しい")]);
    }

    #[test]
    fn a_ledger_does_not_differ_from_itself() {
        let one = ledger(vec![device("001", 2), device("001", 3), row(4), row(5)]);
        let found = revision(one.rows(), one.rows(), &Spellings::builtin());
        assert_eq!(found, Revision { same: 4, ..Revision::default() });
    }
}
