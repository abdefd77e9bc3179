//! The hospital's own workbook with only the accepted cells changed.
//!
//! An xlsx file is an archive of parts. What is not named here is copied as its compressed octets stand:
//! styles, texts, charts, pictures, macros, other sheets. A sheet with accepted cells is changed at those cells,
//! as a text; new texts stand in the cell itself, so that the common table of texts stays as it is.

mod book;
mod changes;
mod edit;
mod notes;
mod package;
mod reference;
mod scan;
#[cfg(test)]
mod tests;
mod xml;

use std::collections::{BTreeMap, BTreeSet};

use self::book::{Book, relations};
use self::edit::{Write, Writes};
use self::notes::Notes;
use self::package::Package;
use self::reference::Area;
use self::scan::Scan;
use self::xml::{Kind, Splice, Tags, spliced};
use super::{Content, Made, Outcome, Refusal, Told, Wish, Wording};

/// Days between the epochs of the 1904 and the 1900 date systems.
const DAYS_1904: i64 = 1462;

/// Writes the wishes whose outcome is [`Outcome::Written`], and says of all what became of them.
pub(crate) fn write(bytes: &[u8], wishes: &[Wish], wording: &dyn Wording) -> Result<Made, Refusal> {
    let mut package = Package::open(bytes)?;
    // An archive of another kind, e.g. of OpenDocument.
    if !package.names().any(|name| name == book::TYPES) {
        return Err(Refusal::Format);
    }
    let book = Book::read(&mut package)?;
    let mut by_sheet: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (index, wish) in wishes.iter().enumerate().filter(|(_, wish)| wish.told.is_written()) {
        let sheet = wish.told.spot.as_ref().map(|spot| spot.sheet.clone()).unwrap_or_default();
        by_sheet.entry(sheet).or_default().push(index);
    }
    let mut told: Vec<Told> = wishes.iter().map(|wish| wish.told.clone()).collect();
    for (name, indices) in by_sheet {
        let writes: Vec<(usize, Write)> =
            indices.iter().filter_map(|index| Some((*index, asked(&wishes[*index], book.is_1904)?))).collect();
        for (index, outcome) in sheet(&mut package, &book, &name, &writes, &|index| wording.note(&wishes[index].told))?
        {
            told[index].outcome = outcome;
        }
    }
    if told.iter().any(Told::is_written) {
        let listed = wording.changes(&told);
        book.add_sheet(&mut package, &listed.title, changes::sheet(&listed))?;
    }
    Ok(Made { bytes: package.finish()?, told })
}

fn asked(wish: &Wish, is_1904: bool) -> Option<Write> {
    let spot = wish.told.spot.as_ref()?;
    let content = match wish.content.clone() {
        Content::Day { serial, text, like } if is_1904 => Content::Day { serial: serial - DAYS_1904, text, like },
        other => other,
    };
    Some(Write { row: spot.row, column: spot.column.into(), content, like: wish.like })
}

/// Writes the cells of one sheet; what could not be written is said.
fn sheet(
    package: &mut Package<'_>,
    book: &Book,
    name: &str,
    asked: &[(usize, Write)],
    note: &dyn Fn(usize) -> String,
) -> Result<Vec<(usize, Outcome)>, Refusal> {
    // Import knows sheets by their bounded names.
    let index = book.sheets.iter().position(|(title, _)| daicho_shared::text::bounded(title) == name);
    let index = index.ok_or_else(|| Refusal::damaged(&book.part, &format!("no sheet {name}")))?;
    let part = &book.sheets[index].1;
    let text = package.needed(part)?;
    let mut writes: Writes = asked.iter().map(|(_, write)| ((write.row, write.column), write.clone())).collect();
    let scan = scan::scan(part, &text, &edit::wanted(&writes))?;
    let hindered = edit::hindrances(&scan, &writes);
    writes.retain(|at, _| !hindered.contains_key(at));
    let place = |write: &Write| (write.row, write.column);
    if !writes.is_empty() {
        let written = asked.iter().filter(|(_, write)| writes.contains_key(&place(write)));
        // A new row has one note, at its first cell.
        let first = |write: &Write| {
            let mut others = writes.keys().filter(|(row, _)| *row == write.row);
            write.like.is_none() || others.next() == Some(&place(write))
        };
        let notes: Notes =
            written.filter(|(_, write)| first(write)).map(|(index, write)| (place(write), note(*index))).collect();
        let changed = edit::edited(&text, &scan, &writes);
        let pointing = notes::add(package, part, (changed, &scan), &notes, AUTHOR)?;
        package.put(part, pointing);
        grow(package, book, index, (&text, &scan), &writes)?;
    }
    Ok(asked.iter().filter_map(|(index, write)| Some((*index, hindered.get(&place(write))?.clone()))).collect())
}

/// Who notes are by.
const AUTHOR: &str = "Daicho";

/// Tables and the filter's name take new rows in that follow them.
fn grow(
    package: &mut Package<'_>,
    book: &Book,
    index: usize,
    (text, scan): (&str, &Scan),
    writes: &Writes,
) -> Result<(), Refusal> {
    let new: BTreeSet<u32> = writes.values().filter(|write| write.like.is_some()).map(|write| write.row).collect();
    if new.is_empty() {
        return Ok(());
    }
    let part = &book.sheets[index].1;
    let tables: Vec<String> = relations(package, part)?
        .into_iter()
        .filter(|relation| scan.tables.contains(&relation.id))
        .map(|relation| relation.target)
        .collect();
    for table in tables {
        let old = package.needed(&table)?;
        let changed = grown_table(&table, &old, &new)?;
        if changed != old {
            package.put(&table, changed);
        }
    }
    let filter = scan.filter.as_ref().and_then(|span| {
        let tag = &text[span.clone()];
        let (_, value) = xml::attributes(tag).find(|(key, _)| *key == "ref")?;
        Area::parse(&tag[value])
    });
    match filter.map(|area| (area, edit::grown(area, &new))) {
        Some((old, grown)) if old != grown => grow_name(package, book, index, (old, grown)),
        _ => Ok(()),
    }
}

/// A table with a row of totals does not grow: the totals stand where the new row would.
fn grown_table(part: &str, text: &str, new: &BTreeSet<u32>) -> Result<String, Refusal> {
    let mut tags = Tags::new(part, text);
    let mut splices = Vec::new();
    while let Some(tag) = tags.next()? {
        let totals = tag.attribute("totalsRowCount").is_some_and(|count| count != "0");
        if tag.depth == 0 && totals {
            return Ok(text.to_owned());
        }
        if tag.begins() && matches!((tag.name, tag.depth), ("table", 0) | ("autoFilter", 1)) {
            splices.extend(edit::resized(text, tag.span.clone(), |area| edit::grown(area, new)));
        }
    }
    Ok(spliced(text, splices))
}

/// Excel keeps a filter's area a second time, as a hidden name.
fn grow_name(package: &mut Package<'_>, book: &Book, index: usize, (old, new): (Area, Area)) -> Result<(), Refusal> {
    let text = package.needed(&book.part)?;
    let mut tags = Tags::new(&book.part, &text);
    let mut open = None;
    let mut splices = Vec::new();
    while let Some(tag) = tags.next()? {
        if tag.name != "definedName" {
            continue;
        }
        let filter = tag.attribute("name").is_some_and(|name| name == "_xlnm._FilterDatabase")
            && tag.attribute("localSheetId").is_some_and(|id| id == index.to_string());
        if tag.kind == Kind::Open {
            open = filter.then_some(tag.span.end);
        } else if let Some(start) = open.take() {
            let said = &text[start..tag.span.start];
            let (end, longer) = (format!("${}", old.bottom), format!("${}", new.bottom));
            if let Some(kept) = said.strip_suffix(&end) {
                splices.push(Splice { span: start..tag.span.start, text: format!("{kept}{longer}") });
            }
        }
    }
    package.put(&book.part, spliced(&text, splices));
    Ok(())
}
