//! Where every accepted cell stands in a file, and whether it may be written there.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::report::{Outcome, Spot, Told};
use super::{CELL_UNITS, Content, KEYS, Wish, first_column};
use crate::import::placed::{Placed, placed};
use crate::import::{Columns, Original, Places, letters, read_date};
use crate::judge::amendment::{Amendment, Basis, Change};
use crate::judge::entry::{Entry, EntryId, Field, Ledger, Origin, Register};

/// Every accepted cell that concerns the file.
pub(crate) fn wishes(original: &Original, ledger: &Ledger, amendments: &[Amendment]) -> Vec<Wish> {
    let mut ordered = amendments.to_vec();
    ordered.sort_by_key(|amendment| amendment.basis.at);
    let Placed { here, lost } = placed(&ledger.entries, &ordered, &Columns::builtin());
    let ordered: Vec<&Amendment> = here.iter().collect();
    let mut wishes = cells(original, ledger, &ordered);
    wishes.extend(gone(original, &lost));
    wishes.extend(rows(original, ledger, &ordered));
    undo_dittos(original, &mut wishes);
    wishes
}

/// What was accepted about one cell, one after the other.
struct Step<'a> {
    before: &'a str,
    after: &'a str,
    basis: &'a Basis,
}

/// The changes of every cell, one after the other.
type Chains<'a> = BTreeMap<(&'a EntryId, Field), Vec<Step<'a>>>;

fn chains<'a>(amendments: &[&'a Amendment], concerns: impl Fn(&EntryId, &Origin) -> bool) -> Chains<'a> {
    let mut chains = Chains::new();
    for amendment in amendments {
        let Change::Cell { entry, origin, field, before, after, .. } = &amendment.change else { continue };
        if concerns(entry, origin) {
            chains.entry((entry, *field)).or_default().push(Step { before, after, basis: &amendment.basis });
        }
    }
    chains
}

fn cells(original: &Original, ledger: &Ledger, amendments: &[&Amendment]) -> Vec<Wish> {
    let of_file = ledger.entries.iter().filter(|entry| entry.origin.file == original.name);
    let entries: BTreeMap<&EntryId, &Entry> = of_file.map(|entry| (&entry.id, entry)).collect();
    let added: BTreeSet<&EntryId> = amendments.iter().filter_map(|one| new_row(one)).collect();
    let chains = chains(amendments, |entry, _| entries.contains_key(entry) && !added.contains(entry));
    let wish = |((id, field), steps): (&(&EntryId, Field), &Vec<Step<'_>>)| {
        cell(original, entries.get(id).copied(), id, *field, steps)
    };
    chains.iter().filter_map(wish).collect()
}

/// Changes of rows that stood in this file and are gone.
fn gone(original: &Original, lost: &[Amendment]) -> Vec<Wish> {
    let lost: Vec<&Amendment> = lost.iter().collect();
    let chains = chains(&lost, |_, origin| origin.file == original.name);
    chains.iter().filter_map(|((id, field), steps)| cell(original, None, id, *field, steps)).collect()
}

fn new_row(amendment: &Amendment) -> Option<&EntryId> {
    if let Change::Row { entry, .. } = &amendment.change { Some(entry) } else { None }
}

fn cell(original: &Original, entry: Option<&Entry>, id: &EntryId, field: Field, steps: &[Step<'_>]) -> Option<Wish> {
    let (first, last) = (steps.first()?, steps.last()?);
    let told = |spot, outcome| Told {
        entry: id.clone(),
        field,
        spot,
        added: false,
        before: first.before.to_owned(),
        after: last.after.to_owned(),
        basis: last.basis.clone(),
        outcome,
    };
    let wish = |told: Told, content| Some(Wish { told, content, like: None });
    let text = || Content::Text(last.after.to_owned());
    let place = entry.and_then(|entry| Some((entry, original.sheet(&entry.origin.sheet)?)));
    let Some((entry, places)) = place else {
        return wish(told(None, Outcome::Conflict { found: String::new() }), text());
    };
    let (column, outcome) = found(places, entry, field, steps);
    let Some(column) = column else { return wish(told(None, outcome), text()) };
    let spot = Spot { sheet: entry.origin.sheet.clone(), row: entry.origin.row, column };
    let content = content(places, spot.row, column, last.after);
    wish(told(Some(spot), outcome), content)
}

/// The column of a field in a row, and what stands in the way.
fn found(places: &Places, entry: &Entry, field: Field, steps: &[Step<'_>]) -> (Option<u16>, Outcome) {
    let columns = columns(places, entry, field);
    let row = entry.origin.row;
    let texts: Vec<(u16, String)> = columns.iter().map(|column| (*column, places.raw(row, *column))).collect();
    let same = |text: &str, other: &str| text.trim() == other.trim();
    let Some(first) = first_column(&columns) else { return (None, Outcome::NoColumn) };
    let last = steps.last().map_or("", |step| step.after);
    if let Some((column, _)) = texts.iter().find(|(_, text)| !last.is_empty() && same(text, last)) {
        return (Some(*column), Outcome::Present);
    }
    // Whichever of the accepted texts stands there now: the file may have been imported in between.
    let expected = texts.iter().find(|(_, text)| steps.iter().any(|step| same(step.before, text)));
    let joined: Vec<&str> = texts.iter().map(|(_, text)| text.as_str()).filter(|text| !text.is_empty()).collect();
    match expected {
        Some((_, text)) if text.is_empty() && !joined.is_empty() => (Some(first), Outcome::SeveralCells),
        Some((column, _)) if last.encode_utf16().count() > CELL_UNITS => (Some(*column), Outcome::TooLong),
        Some((column, _)) => (Some(*column), Outcome::Written),
        None if steps.iter().any(|step| same(step.before, &joined.join("\n"))) => (Some(first), Outcome::SeveralCells),
        None => (Some(first), Outcome::Conflict { found: joined.join("\n") }),
    }
}

/// Where import read the field in this row; else where its heading stands.
fn columns(places: &Places, entry: &Entry, field: Field) -> Vec<u16> {
    let read = entry.cells.get(&field).map(|cell| cell.column.as_str()).unwrap_or_default();
    let mut columns: Vec<u16> = read.split(',').filter_map(|letters| number(letters.trim())).collect();
    for column in places.columns(entry.origin.row, field) {
        if !columns.contains(&column) {
            columns.push(column);
        }
    }
    columns
}

/// The opposite of [`letters`].
fn number(text: &str) -> Option<u16> {
    if text.is_empty() || text.len() > 3 {
        return None;
    }
    let column = text
        .bytes()
        .try_fold(0_u32, |sum, byte| byte.is_ascii_uppercase().then(|| sum * 26 + u32::from(byte - b'A') + 1))?;
    let column = u16::try_from(column.checked_sub(1)?).ok()?;
    debug_assert_eq!(letters(column), text);
    Some(column)
}

/// How a text is written so that the cell stays what it is: a day where days stand, a number where one stood.
fn content(places: &Places, row: u32, column: u16, after: &str) -> Content {
    let text = || Content::Text(after.to_owned());
    let dated = if places.is_day(row, column) { Some(row) } else { places.dated_row(column) };
    if let (Some(serial), Some(like)) = (read_date(after).and_then(serial), dated) {
        return Content::Day { serial, text: after.to_owned(), like };
    }
    let digits = after.parse::<f64>().is_ok_and(|number| number.is_finite() && number.to_string() == after);
    if digits && places.is_number(row, column) { Content::Number(after.to_owned()) } else { text() }
}

/// Days in the 1900 system, which counts a 29 February that never was: exact from March 1900 on.
fn serial(day: Date) -> Option<i64> {
    let days = day.since(jiff::civil::date(1899, 12, 30)).ok()?.get_days();
    (days > 60).then_some(i64::from(days))
}

/// Rows that no file has, where this file is the one they belong into.
fn rows(original: &Original, ledger: &Ledger, amendments: &[&Amendment]) -> Vec<Wish> {
    let mut wishes = Vec::new();
    let mut taken: BTreeMap<String, u32> = BTreeMap::new();
    for amendment in amendments {
        let Change::Row { entry, register, cells } = &amendment.change else { continue };
        let mut cells = cells.clone();
        for later in amendments {
            if let Change::Cell { entry: of, field, after, .. } = &later.change
                && of == entry
            {
                cells.insert(*field, after.clone());
            }
        }
        cells.retain(|_, text| !text.trim().is_empty());
        if let Some((sheet, last)) = home(original, ledger, *register, &cells) {
            let present = is_present(ledger, *register, &cells);
            let new = New { id: entry, cells: &cells, basis: &amendment.basis, present };
            wishes.extend(row(original, &sheet, last, &new, &mut taken));
        }
    }
    wishes
}

/// A row that is to be added.
struct New<'a> {
    id: &'a EntryId,
    cells: &'a BTreeMap<Field, String>,
    basis: &'a Basis,
    present: bool,
}

/// The sheet that a new row belongs into, and the last row of its register there; `None` where another file is
/// its place. Most rows of the same department decide, then most rows of the register.
fn home(
    original: &Original,
    ledger: &Ledger,
    register: Register,
    cells: &BTreeMap<Field, String>,
) -> Option<(String, Option<u32>)> {
    let department = cells.get(&Field::Department).map(|text| text.trim());
    let mut sheets: BTreeMap<(&str, &str), (usize, usize, u32)> = BTreeMap::new();
    for entry in ledger.entries.iter().filter(|entry| entry.register == register) {
        let place = sheets.entry((&entry.origin.file, &entry.origin.sheet)).or_default();
        let same = department.is_some() && entry.department.as_deref() == department;
        *place = (place.0 + usize::from(same), place.1 + 1, place.2.max(entry.origin.row));
    }
    let most = sheets.iter().rev().max_by_key(|(_, (same, all, _))| (*same, *all));
    match most {
        Some(((file, sheet), (_, _, last))) => (*file == original.name).then(|| ((*sheet).to_owned(), Some(*last))),
        // Nobody has such a row yet: the first table of the only file takes it.
        None if ledger.files.len() == 1 => {
            let places = original.sheets.iter().find(|places| places.last_heading().is_some())?;
            Some((places.name().to_owned(), None))
        }
        None => None,
    }
}

/// The file has the row by now: a row says the same of something that names the device, and nothing else.
fn is_present(ledger: &Ledger, register: Register, cells: &BTreeMap<Field, String>) -> bool {
    let says = |entry: &Entry| {
        let both = KEYS.iter().filter_map(|field| Some((entry.cells.get(field)?.raw.trim(), cells.get(field)?.trim())));
        let same: Vec<bool> = both.map(|(said, new)| said == new).collect();
        !same.is_empty() && same.iter().all(|same| *same)
    };
    ledger.entries.iter().filter(|entry| entry.register == register).any(says)
}

fn row(
    original: &Original,
    sheet: &str,
    last: Option<u32>,
    new: &New<'_>,
    taken: &mut BTreeMap<String, u32>,
) -> Vec<Wish> {
    let Some(places) = original.sheet(sheet) else { return Vec::new() };
    let last = last.or_else(|| places.last_heading()).unwrap_or_default();
    let number = free_row(places, last, taken.get(sheet).copied());
    if let (Some(number), false) = (number, new.present) {
        taken.insert(sheet.to_owned(), number);
    }
    let cells = new.cells.iter().map(|(field, after)| {
        let column = first_column(&places.columns(last + 1, *field));
        let outcome = match (new.present, number, column) {
            (true, ..) => Outcome::Present,
            (_, None, _) => Outcome::NoTable,
            (_, _, None) => Outcome::NoColumn,
            _ if after.encode_utf16().count() > CELL_UNITS => Outcome::TooLong,
            _ => Outcome::Written,
        };
        let spot = number.zip(column).filter(|_| !new.present);
        let spot = spot.map(|(row, column)| Spot { sheet: sheet.to_owned(), row, column });
        let told = Told {
            entry: new.id.clone(),
            field: *field,
            added: true,
            before: String::new(),
            after: after.clone(),
            basis: new.basis.clone(),
            outcome,
            spot,
        };
        let content =
            column.map_or_else(|| Content::Text(after.clone()), |column| content(places, last, column, after));
        Wish { told, content, like: Some(last) }
    });
    cells.collect()
}

/// The row below the last one, if nothing stands there; else the one below everything, if that is the same table.
fn free_row(places: &Places, last: u32, taken: Option<u32>) -> Option<u32> {
    let next = taken.unwrap_or(last).max(last).checked_add(1)?;
    if places.is_blank(next) {
        return Some(next);
    }
    let same_table = places.last_heading().is_none_or(|heading| heading <= last);
    let below = places.last_row().max(next).checked_add(1)?;
    same_table.then_some(below)
}

/// A cell to which the row below points with "as above" would change that row, too.
fn undo_dittos(original: &Original, wishes: &mut [Wish]) {
    let written: BTreeSet<Spot> =
        wishes.iter().filter(|wish| wish.told.is_written()).filter_map(|wish| wish.told.spot.clone()).collect();
    for wish in wishes.iter_mut().filter(|wish| wish.told.is_written()) {
        let Some(spot) = &wish.told.spot else { continue };
        let below = Spot { row: spot.row.saturating_add(1), ..spot.clone() };
        let points = original.sheet(&spot.sheet).is_some_and(|places| places.is_ditto(below.row, below.column));
        if points && !written.contains(&below) {
            wish.told.outcome = Outcome::Ditto;
        }
    }
}
