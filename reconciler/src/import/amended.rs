//! The ledger as people decided that it is to be: accepted changes laid over the imported rows.
//!
//! A changed cell goes through the same parser as a cell of a file, so that it means what it would mean there. A
//! change rests once the file itself says so; where the file says a third thing, the file counts and a person is told.

use std::collections::BTreeMap;

use super::columns::{Columns, Reading};
use super::draft::{Draft, Piece};
use super::fold::key;
use super::sheet::Value;
use crate::judge::amendment::{Amendment, Change};
use crate::judge::entry::{Cell, Entry, EntryId, Field, Ledger, Origin, ProblemKind, Register, RowProblem};

/// A ledger with the changes laid over it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Amended {
    /// The ledger that is judged.
    pub ledger: Ledger,
    /// Changes that are laid over it.
    pub pending: Vec<Amendment>,
    /// Changes that the file itself says by now.
    pub satisfied: Vec<Amendment>,
    /// Changes that were not laid over it, because the file says something else; each is a problem of the ledger, too.
    pub conflicts: Vec<Amendment>,
}

/// What became of one change.
enum Fate {
    Pending,
    Satisfied,
    Conflict(RowProblem),
}

/// Lays changes over a ledger.
pub fn amended(ledger: Ledger, amendments: &[Amendment], columns: &Columns) -> Amended {
    let mut all = Amended { ledger, pending: vec![], satisfied: vec![], conflicts: vec![] };
    let places = all.ledger.entries.iter().enumerate().map(|(place, entry)| (entry.id.clone(), place));
    let places: BTreeMap<EntryId, usize> = places.collect();
    let imported = Known::of(&all.ledger.entries);
    for amendment in amendments {
        let fate = match &amendment.change {
            Change::Cell { entry, origin, field, before, after } => {
                let texts = Texts { field: *field, before, after };
                match places.get(entry) {
                    Some(place) => cell(&mut all.ledger, *place, &texts, columns),
                    None => Fate::Conflict(gone(origin, &texts)),
                }
            }
            Change::Row { entry, register, cells } => {
                row(&mut all.ledger, &imported, (entry, *register, cells), columns)
            }
        };
        match fate {
            Fate::Pending => all.pending.push(amendment.clone()),
            Fate::Satisfied => all.satisfied.push(amendment.clone()),
            Fate::Conflict(problem) => {
                all.ledger.problems.push(problem);
                all.conflicts.push(amendment.clone());
            }
        }
    }
    all
}

/// What is wrong with a text that somebody wants to have in a cell.
pub fn objection(field: Field, text: &str, columns: &Columns) -> Option<ProblemKind> {
    let origin = Origin { file: String::new(), sheet: String::new(), row: 0 };
    let (_, problems) = parsed(Register::Equipment, &origin, &BTreeMap::from([(field, text.to_owned())]), columns);
    problems.into_iter().find(|problem| problem.field == Some(field)).map(|problem| problem.kind)
}

struct Texts<'a> {
    field: Field,
    before: &'a str,
    after: &'a str,
}

fn cell(ledger: &mut Ledger, place: usize, texts: &Texts<'_>, columns: &Columns) -> Fate {
    let entry = &mut ledger.entries[place];
    let found = entry.cells.get(&texts.field).map(|cell| cell.raw.clone()).unwrap_or_default();
    if means_same(entry, texts.field, &found, texts.after, columns) {
        return Fate::Satisfied;
    }
    if key(&found) != key(texts.before) {
        return Fate::Conflict(RowProblem {
            origin: entry.origin.clone(),
            column: entry.cells.get(&texts.field).map(|cell| cell.column.clone()),
            field: Some(texts.field),
            kind: ProblemKind::AmendmentConflict,
            found: daicho_shared::text::bounded(&found),
        });
    }
    let column = entry.cells.get(&texts.field).map(|cell| cell.column.clone()).unwrap_or_default();
    entry.cells.insert(texts.field, Cell { column, raw: texts.after.to_owned() });
    let (read, problems) = parsed(entry.register, &entry.origin, &both_of(entry, texts.field), columns);
    let origin = entry.origin.clone();
    take(texts.field, read, entry);
    let keyed = has_key(entry);
    // What was wrong with the cell, or with the row for want of it, is right now, or told anew.
    ledger.problems.retain(|problem| {
        let of_row = problem.origin == origin;
        let lacked = problem.kind == ProblemKind::NoKey && keyed
            || problem.kind == ProblemKind::AssetNoMissing && texts.field == Field::AssetNo;
        !(of_row && (problem.field == Some(texts.field) || lacked))
    });
    ledger.problems.extend(problems.into_iter().filter(|problem| problem.field == Some(texts.field)));
    Fate::Pending
}

/// The cell, and the one beside it that is read together with it.
fn both_of(entry: &Entry, field: Field) -> BTreeMap<Field, String> {
    let fields: &[Field] = match field {
        Field::Software | Field::SoftwareVersion => &[Field::Software, Field::SoftwareVersion],
        _ => std::slice::from_ref(match entry.cells.get_key_value(&field) {
            Some((field, _)) => field,
            None => return BTreeMap::new(),
        }),
    };
    let texts = fields.iter().filter_map(|field| Some((*field, entry.cells.get(field)?.raw.clone())));
    texts.collect()
}

/// Both texts are read as the same value.
fn means_same(entry: &Entry, field: Field, found: &str, after: &str, columns: &Columns) -> bool {
    if key(found) == key(after) {
        return true;
    }
    let read = |text: &str| {
        let mut read = parsed(entry.register, &entry.origin, &BTreeMap::from([(field, text.to_owned())]), columns).0;
        read.cells.clear();
        read
    };
    let (found, after) = (read(found), read(after));
    found == after && after != read("")
}

fn gone(origin: &Origin, texts: &Texts<'_>) -> RowProblem {
    RowProblem {
        origin: origin.clone(),
        column: None,
        field: Some(texts.field),
        kind: ProblemKind::AmendmentRowGone,
        found: daicho_shared::text::bounded(texts.after),
    }
}

/// Reads cells as a row of a file would be read.
fn parsed(
    register: Register,
    origin: &Origin,
    cells: &BTreeMap<Field, String>,
    columns: &Columns,
) -> (Entry, Vec<RowProblem>) {
    let piece = |text: &String| {
        vec![Piece { column: 0, value: Value::Text(text.clone()), raw: text.clone(), reading: Reading::default() }]
    };
    let draft = Draft {
        origin: origin.clone(),
        register,
        cells: cells.iter().map(|(field, text)| (*field, piece(text))).collect(),
        dynamic: false,
        disposed: false,
        words: &columns.words,
        problems: vec![],
    };
    draft.finish()
}

fn has_key(entry: &Entry) -> bool {
    !entry.macs.is_empty() || !entry.addresses.is_empty() || entry.hostname.is_some() || entry.serial_no.is_some()
}

/// Takes one column's value over.
fn take(field: Field, read: Entry, entry: &mut Entry) {
    match field {
        Field::AssetNo => entry.asset_no = read.asset_no,
        Field::Manufacturer => entry.manufacturer = read.manufacturer,
        Field::Os => entry.os = read.os,
        Field::Software | Field::SoftwareVersion => entry.software = read.software,
        Field::IpAddress => (entry.addresses, entry.dynamic_address) = (read.addresses, read.dynamic_address),
        Field::Hostname => entry.hostname = read.hostname,
        Field::Location => entry.location = read.location,
        Field::User => entry.users = read.users,
        Field::RegisteredDate => entry.registered = read.registered,
        Field::Status => entry.status = read.status,
        Field::Description => entry.description = read.description,
        Field::MacAddress => entry.macs = read.macs,
        Field::Department => entry.department = read.department,
        Field::DeviceType => entry.device_type = read.device_type,
        Field::RemoteMaintenance => entry.remote_maintenance = read.remote_maintenance,
        Field::Model => entry.model = read.model,
        Field::SerialNo => entry.serial_no = read.serial_no,
        Field::NetworkConnected => entry.network = read.network,
        Field::ExternalConnection => entry.external_connection = read.external_connection,
        Field::DualHomed => entry.dual_homed = read.dual_homed,
        Field::LineKind => entry.line_kind = read.line_kind,
        Field::Purpose => entry.purpose = read.purpose,
        Field::Vendor => entry.vendor = read.vendor,
        Field::Segment => entry.segments = read.segments,
    }
}

/// The machines that imported rows name, by the numbers that are theirs alone.
struct Known {
    macs: std::collections::BTreeSet<daicho_shared::address::Mac>,
    serials: std::collections::BTreeSet<String>,
    names: std::collections::BTreeSet<(String, std::net::IpAddr)>,
}

impl Known {
    fn of(entries: &[Entry]) -> Self {
        let named = |entry: &Entry| {
            let name = entry.hostname.as_deref().map(key).unwrap_or_default();
            entry.addresses.iter().map(|address| (name.clone(), *address)).collect::<Vec<_>>()
        };
        Self {
            macs: entries.iter().flat_map(|entry| entry.macs.iter().copied()).collect(),
            serials: entries.iter().filter_map(|entry| entry.serial_no.as_deref().map(key)).collect(),
            names: entries.iter().flat_map(named).collect(),
        }
    }

    /// Some imported row is this machine: by MAC address or serial number; where it has neither, by name and address.
    fn has(&self, entry: &Entry) -> bool {
        let serial = entry.serial_no.as_deref().map(key);
        if !entry.macs.is_empty() || serial.is_some() {
            return entry.macs.iter().any(|mac| self.macs.contains(mac))
                || serial.is_some_and(|serial| self.serials.contains(&serial));
        }
        let name = entry.hostname.as_deref().map(key).unwrap_or_default();
        entry.addresses.iter().any(|address| self.names.contains(&(name.clone(), *address)))
    }
}

fn row(
    ledger: &mut Ledger,
    imported: &Known,
    (id, register, cells): (&EntryId, Register, &BTreeMap<Field, String>),
    columns: &Columns,
) -> Fate {
    let origin = Origin { file: String::new(), sheet: String::new(), row: 0 };
    let (mut entry, problems) = parsed(register, &origin, cells, columns);
    if imported.has(&entry) {
        return Fate::Satisfied;
    }
    entry.id = id.clone();
    for cell in entry.cells.values_mut() {
        // No file has this row, so no column has a letter.
        cell.column.clear();
    }
    ledger.entries.push(entry);
    // Whoever accepted the row accepted it without a number, which the hospital gives when it is written down.
    let told = problems.into_iter().filter(|problem| problem.kind != ProblemKind::AssetNoMissing);
    ledger.problems.extend(told.map(|problem| RowProblem { column: None, ..problem }));
    Fate::Pending
}
