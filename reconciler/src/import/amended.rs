//! The ledger as people decided that it is to be: accepted changes laid over the imported rows.
//!
//! A changed cell goes through the same parser as a cell of a file, so that it means what it would mean there. A
//! change rests once the file itself says so; where the file says a third thing, the file counts and a person is told.

use std::collections::BTreeMap;

use super::columns::{Columns, Reading};
use super::draft::{Draft, Piece};
use super::fold::key;
use super::inherit::Inherited;
use super::placed::{Placed, placed};
use super::sheet::Value;
use crate::judge::amendment::{Amendment, Change, Likeness};
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

/// Lays changes over a ledger, in the order in which they were decided. Of changes of the same cell each begins where
/// the one before ended, and what the last one comes to counts.
pub fn amended(ledger: Ledger, amendments: &[Amendment], columns: &Columns) -> Amended {
    let mut all = Amended { ledger, pending: vec![], satisfied: vec![], conflicts: vec![] };
    let Placed { here, lost } = placed(&all.ledger.entries, amendments, columns);
    for last in chains(&lost).iter().filter_map(|chain| chain.last()) {
        all.ledger.problems.extend(row_gone(&last.change));
        all.conflicts.push((*last).clone());
    }
    let places = all.ledger.entries.iter().enumerate().map(|(place, entry)| (entry.id.clone(), place));
    let mut places: BTreeMap<EntryId, usize> = places.collect();
    let imported = Known::of(&all.ledger.entries);
    for chain in chains(&here) {
        let Some((last, earlier)) = chain.split_last() else { continue };
        let mut amendment = (*last).clone();
        let fate = match &mut amendment.change {
            Change::Cell { entry, origin, field, before, after, likeness } => match places.get(entry) {
                Some(place) => {
                    let raw = raw(&all.ledger.entries[*place], *field);
                    let begun = earlier.iter().fold(raw.clone(), |text, one| {
                        stepped(&all.ledger.entries[*place], &text, &one.change, columns).unwrap_or(text)
                    });
                    let texts = Texts { field: *field, before, after };
                    let fate = cell(&mut all.ledger, *place, &begun, &texts, columns);
                    // Whoever writes it into the file finds there what the file says.
                    *before = raw;
                    fate
                }
                None => Fate::Conflict(gone(origin, *field, after, likeness.as_deref())),
            },
            Change::Row { entry, register, cells } => {
                let fate = row(&mut all.ledger, &imported, (entry, *register, cells), columns);
                if matches!(fate, Fate::Pending) {
                    places.insert(entry.clone(), all.ledger.entries.len() - 1);
                }
                fate
            }
        };
        match fate {
            Fate::Pending => all.pending.push(amendment),
            Fate::Satisfied => all.satisfied.push(amendment),
            Fate::Conflict(problem) => {
                all.ledger.problems.push(problem);
                all.conflicts.push((*last).clone());
            }
        }
    }
    all
}

/// A cell of a row, or the row itself.
type Place<'a> = (&'a EntryId, Option<Field>);

/// The changes of every cell and every new row, in the order in which each was last decided.
fn chains(amendments: &[Amendment]) -> Vec<Vec<&Amendment>> {
    let mut chains: BTreeMap<Place<'_>, (usize, Vec<&Amendment>)> = BTreeMap::new();
    for (number, amendment) in amendments.iter().enumerate() {
        let place = match &amendment.change {
            Change::Cell { entry, field, .. } => (entry, Some(*field)),
            Change::Row { entry, .. } => (entry, None),
        };
        let (last, chain) = chains.entry(place).or_default();
        *last = number;
        chain.push(amendment);
    }
    let mut chains: Vec<_> = chains.into_values().collect();
    chains.sort_by_key(|(last, _)| *last);
    chains.into_iter().map(|(_, chain)| chain).collect()
}

/// The text that an earlier change leads to; `None` where it does not begin with this one.
fn stepped(entry: &Entry, text: &str, change: &Change, columns: &Columns) -> Option<String> {
    let Change::Cell { field, before, after, .. } = change else { return None };
    let fits = key(text) == key(before) && !means_same(entry, *field, text, after, columns);
    fits.then(|| after.clone())
}

fn raw(entry: &Entry, field: Field) -> String {
    entry.cells.get(&field).map(|cell| cell.raw.clone()).unwrap_or_default()
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

/// `begun` is the text that earlier changes of this cell lead to.
fn cell(ledger: &mut Ledger, place: usize, begun: &str, texts: &Texts<'_>, columns: &Columns) -> Fate {
    let entry = &mut ledger.entries[place];
    let found = raw(entry, texts.field);
    if means_same(entry, texts.field, &found, texts.after, columns) {
        return Fate::Satisfied;
    }
    if key(begun) != key(texts.before) && !means_same(entry, texts.field, begun, texts.after, columns) {
        return Fate::Conflict(RowProblem {
            origin: entry.origin.clone(),
            column: entry.cells.get(&texts.field).map(|cell| cell.column.to_string()),
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

fn row_gone(change: &Change) -> Option<RowProblem> {
    let Change::Cell { origin, field, after, likeness, .. } = change else { return None };
    Some(gone(origin, *field, after, likeness.as_deref()))
}

/// Another device's row may stand in its place by now, so its name is told.
fn gone(origin: &Origin, field: Field, after: &str, likeness: Option<&Likeness>) -> RowProblem {
    let name = likeness.and_then(|likeness| likeness.hostname.as_ref());
    let found = name.map_or_else(|| after.to_owned(), |name| format!("{name}: {after}"));
    RowProblem {
        origin: origin.clone(),
        column: None,
        field: Some(field),
        kind: ProblemKind::AmendmentRowGone,
        found: daicho_shared::text::bounded(&found),
    }
}

/// Reads cells as a row of a file would be read.
pub(super) fn parsed(
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
        struck: false,
        columns,
        inherited: &Inherited::default(),
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
        Field::RegisteredDate => {
            entry.registered = read.registered;
            take_other(field, read, entry);
        }
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
        _ => take_other(field, read, entry),
    }
}

fn take_other(field: Field, mut read: Entry, entry: &mut Entry) {
    match read.others.remove(&field) {
        Some(meaning) => entry.others.insert(field, meaning),
        None => entry.others.remove(&field),
    };
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
        cell.column = "".into();
    }
    ledger.entries.push(entry);
    // Whoever accepted the row accepted it without a number, which the hospital gives when it is written down.
    let told = problems.into_iter().filter(|problem| problem.kind != ProblemKind::AssetNoMissing);
    ledger.problems.extend(told.map(|problem| RowProblem { column: None, ..problem }));
    Fate::Pending
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::{join, read_in_process};
    use crate::judge::amendment::Basis;

    fn ledger(rows: &str) -> Ledger {
        let text = format!("管理番号,IPアドレス,MACアドレス,状態\n{rows}");
        let imported =
            read_in_process("台帳.csv", text.as_bytes(), jiff::Timestamp::UNIX_EPOCH, &Columns::builtin()).unwrap();
        join([imported])
    }

    fn basis() -> Basis {
        let (finding, by, evidence) = ("mismatch-1".to_owned(), "山田".to_owned(), String::new());
        Basis { finding, at: jiff::Timestamp::UNIX_EPOCH, by, reason: None, evidence }
    }

    fn cell(field: Field, before: &str, after: &str) -> Amendment {
        let origin = Origin { file: "台帳.csv".into(), sheet: String::new(), row: 2 };
        let (before, after) = (before.to_owned(), after.to_owned());
        Amendment {
            change: Change::Cell {
                entry: EntryId("equipment:A-1".into()),
                origin,
                field,
                before,
                after,
                likeness: None,
            },
            basis: basis(),
        }
    }

    fn over(rows: &str, amendments: &[Amendment]) -> Amended {
        amended(ledger(rows), amendments, &Columns::builtin())
    }

    const ROW: &str = "A-1,10.0.0.77,00:80:A3:00:00:06,廃棄\n";

    #[test]
    fn a_cell_means_what_it_would_mean_in_the_file_and_its_problem_goes() {
        let change = cell(Field::IpAddress, "192.168.〇.〇", "１０．０．０．６");
        let all = over("A-1,192.168.〇.〇,00:80:A3:00:00:06,廃棄\n", &[change, cell(Field::Status, "廃棄", "稼動")]);
        let entry = &all.ledger.entries[0];
        assert_eq!(entry.addresses, ["10.0.0.6".parse::<std::net::IpAddr>().unwrap()]);
        assert_eq!(entry.status, crate::judge::entry::Status::Active);
        assert_eq!((all.pending.len(), all.ledger.problems.as_slice()), (2, &[][..]));
    }

    #[test]
    fn a_change_rests_once_the_file_says_so_and_a_third_value_is_told() {
        let change = cell(Field::IpAddress, "10.0.0.77", "10.0.0.6");
        assert_eq!(over(ROW, std::slice::from_ref(&change)).pending.len(), 1);
        let said = over(&ROW.replace("10.0.0.77", "１０.0.0.6"), std::slice::from_ref(&change));
        assert_eq!(said.satisfied.len(), 1, "the same value, written otherwise");
        let third = over(&ROW.replace("10.0.0.77", "10.0.0.9"), &[change]);
        assert_eq!(third.ledger.problems[0].kind, ProblemKind::AmendmentConflict);
        assert_eq!(third.ledger.entries[0].addresses[0].to_string(), "10.0.0.9", "the file counts");
        let gone = over("A-2,10.0.0.9,,\n", &[cell(Field::Status, "廃棄", "稼働")]);
        assert!(gone.ledger.problems.iter().any(|one| one.kind == ProblemKind::AmendmentRowGone));
    }

    #[test]
    fn changes_of_one_cell_follow_one_another_wherever_the_file_has_got_to() {
        let chain = [cell(Field::IpAddress, "10.0.0.77", "10.0.0.6"), cell(Field::IpAddress, "10.0.0.6", "10.0.0.5")];
        for (file, pending) in [("10.0.0.77", 1), ("10.0.0.6", 1), ("10.0.0.5", 0)] {
            let all = over(&ROW.replace("10.0.0.77", file), &chain);
            assert_eq!((all.pending.len(), all.conflicts.len()), (pending, 0), "{file}");
            assert_eq!(all.ledger.entries[0].addresses[0].to_string(), "10.0.0.5");
            let Some(Change::Cell { before, .. }) = all.pending.first().map(|one| &one.change) else { continue };
            assert_eq!(before, file);
        }
        assert_eq!(over(&ROW.replace("10.0.0.77", "10.0.0.9"), &chain).conflicts.len(), 1);
    }

    #[test]
    fn a_row_is_added_until_the_file_names_that_machine() {
        let texts = [(Field::MacAddress, "00:80:A3:00:00:05"), (Field::IpAddress, "10.0.0.5"), (Field::Status, "稼働")];
        let cells = texts.into_iter().map(|(field, text)| (field, text.to_owned())).collect();
        let entry = EntryId("equipment:decided:x".into());
        let new = Amendment { change: Change::Row { entry, register: Register::Equipment, cells }, basis: basis() };
        let all = over(ROW, std::slice::from_ref(&new));
        assert_eq!((all.ledger.entries.len(), all.ledger.problems.len()), (2, 0));
        assert_eq!(all.ledger.entries[1].macs[0].to_string(), "00:80:A3:00:00:05");
        let named = format!("{ROW}A-9,10.0.0.99,00-80-a3-00-00-05,稼働\n");
        let all = over(&named, &[new]);
        assert_eq!((all.ledger.entries.len(), all.satisfied.len()), (2, 1));
    }
}
