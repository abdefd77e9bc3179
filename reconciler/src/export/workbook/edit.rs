//! A sheet's XML with some cells changed: each keeps its style, and nothing else moves.

use std::collections::{BTreeMap, BTreeSet};

use super::reference::{Area, letters};
use super::scan::{CellAt, RowAt, Scan};
use super::xml::{Splice, attributes, escaped, spliced, with_attribute};
use crate::export::{Content, Outcome};

/// One cell that is to be written.
#[derive(Debug, Clone)]
pub(crate) struct Write {
    /// Row from 1.
    pub row: u32,
    /// Column from 0.
    pub column: u32,
    /// What.
    pub content: Content,
    /// The row is new: it looks like this one.
    pub like: Option<u32>,
}

/// The cells of a sheet that are to be written, by place.
pub(crate) type Writes = BTreeMap<(u32, u32), Write>;

/// The rows that must be looked for.
pub(crate) fn wanted(writes: &Writes) -> BTreeSet<u32> {
    let rows = writes.values().flat_map(|write| [Some(write.row), write.like, write.content.dated_like()]);
    rows.flatten().collect()
}

/// Why cells cannot be written, by place; those that can are not in it.
pub(crate) fn hindrances(scan: &Scan, writes: &Writes) -> BTreeMap<(u32, u32), Outcome> {
    let mut found = BTreeMap::new();
    let within = |area: &Area| {
        let (from, to) = ((area.top, 0), (area.bottom, u32::MAX));
        let area = *area;
        writes.range(from..=to).map(|(at, _)| *at).filter(move |(row, column)| area.holds(*row, *column))
    };
    for area in &scan.merged {
        let shown = |at: &(u32, u32)| *at == (area.top, area.left) && area.top == area.bottom;
        found.extend(within(area).filter(|at| !shown(at)).map(|at| (at, Outcome::Merged)));
    }
    for area in &scan.arrays {
        found.extend(within(area).map(|at| (at, Outcome::Formula)));
    }
    for at in writes.keys() {
        if let Some(outcome) = hindrance(scan, *at) {
            found.insert(*at, outcome);
        }
    }
    found
}

fn hindrance(scan: &Scan, (row, column): (u32, u32)) -> Option<Outcome> {
    let Some(found) = scan.rows.get(&row) else {
        return scan.gaps.get(&row).is_none_or(Option::is_none).then_some(Outcome::Unplaced);
    };
    match cell_at(found, column) {
        Some(cell) => cell.computed.then_some(Outcome::Formula),
        // A cell that does not say its place stands behind the one before it: nothing may come between.
        None => next_cell(found, column).is_some_and(|next| !next.placed).then_some(Outcome::Unplaced),
    }
}

/// The sheet with its cells written.
pub(crate) fn edited(text: &str, scan: &Scan, writes: &Writes) -> String {
    spliced(text, splices(text, scan, writes))
}

fn splices(text: &str, scan: &Scan, writes: &Writes) -> Vec<Splice> {
    let mut splices = Vec::new();
    let mut rows: BTreeMap<u32, Vec<&Write>> = BTreeMap::new();
    for write in writes.values() {
        rows.entry(write.row).or_default().push(write);
    }
    let mut added = String::new();
    for (number, writes) in &rows {
        match (scan.rows.get(number), scan.gaps.get(number).copied().flatten()) {
            (Some(row), _) => in_row(text, scan, row, writes, &mut splices),
            (None, Some(at)) if scan.data.1.is_some() => {
                splices.push(Splice { span: at..at, text: new_row(text, scan, *number, writes) });
            }
            (None, _) => added.push_str(&new_row(text, scan, *number, writes)),
        }
    }
    if !added.is_empty() {
        let (tag, prefix) = (scan.data.0.clone(), &scan.prefix);
        splices.push(Splice { span: tag, text: format!("<{prefix}sheetData>{added}</{prefix}sheetData>") });
    }
    let new: BTreeSet<u32> = writes.values().filter(|write| write.like.is_some()).map(|write| write.row).collect();
    splices.extend(scan.dimension.clone().and_then(|span| {
        let places = writes.keys().copied();
        resized(text, span, |area| places.fold(area, |area, (row, column)| area.with(row, column)))
    }));
    splices.extend(scan.filter.clone().and_then(|span| resized(text, span, |area| grown(area, &new))));
    splices
}

/// A tag whose `ref` names another area now; `None` where it stays.
pub(crate) fn resized(text: &str, span: std::ops::Range<usize>, change: impl FnOnce(Area) -> Area) -> Option<Splice> {
    let tag = text.get(span.clone())?;
    let (_, value) = attributes(tag).find(|(key, _)| *key == "ref")?;
    let area = Area::parse(&tag[value])?;
    let changed = change(area);
    (changed != area).then(|| Splice { span, text: with_attribute(tag, "ref", &changed.shown()) })
}

/// The area with the new rows that follow it without a gap.
pub(crate) fn grown(area: Area, new: &BTreeSet<u32>) -> Area {
    let following = (area.bottom + 1..).take_while(|row| new.contains(row));
    Area { bottom: following.last().unwrap_or(area.bottom), ..area }
}

fn in_row(text: &str, scan: &Scan, row: &RowAt, writes: &[&Write], splices: &mut Vec<Splice>) {
    let mut inside = String::new();
    for write in writes {
        let style = style(text, scan, write, Some(row));
        let shown = shown(scan, write, style.as_deref());
        match (cell_at(row, write.column), next_cell(row, write.column), row.end) {
            (Some(cell), ..) => splices.push(Splice { span: cell.span.clone(), text: shown }),
            (None, Some(next), _) => splices.push(Splice { span: next.span.start..next.span.start, text: shown }),
            (None, None, Some(end)) => splices.push(Splice { span: end..end, text: shown }),
            (None, None, None) => inside.push_str(&shown),
        }
    }
    let tag = widened(&text[row.tag.clone()], writes);
    if !inside.is_empty() {
        let open = tag.trim_end_matches('>').trim_end_matches('/').trim_end().to_owned();
        splices.push(Splice { span: row.tag.clone(), text: format!("{open}>{inside}</{}row>", scan.prefix) });
    } else if tag != text[row.tag.clone()] {
        splices.push(Splice { span: row.tag.clone(), text: tag });
    }
}

/// `spans` says between which columns (from 1) a row has cells.
fn widened(tag: &str, writes: &[&Write]) -> String {
    let spans = attributes(tag).find(|(key, _)| *key == "spans");
    let area = spans.and_then(|(_, range)| tag[range].split_once(':')).and_then(|(first, last)| {
        let (first, last): (u32, u32) = (first.parse().ok()?, last.parse().ok()?);
        Some((first, last))
    });
    let Some((first, last)) = area else { return tag.to_owned() };
    let columns = || writes.iter().map(|write| write.column + 1);
    let wide = (columns().fold(first, u32::min), columns().fold(last, u32::max));
    if wide == (first, last) { tag.to_owned() } else { with_attribute(tag, "spans", &format!("{}:{}", wide.0, wide.1)) }
}

/// A row that was not there: it looks like another, cell by cell.
fn new_row(text: &str, scan: &Scan, number: u32, writes: &[&Write]) -> String {
    let prefix = &scan.prefix;
    let like = writes.iter().find_map(|write| scan.rows.get(&write.like?));
    let mut cells: BTreeMap<u32, String> = BTreeMap::new();
    for cell in like.into_iter().flat_map(|like| &like.cells).filter(|cell| cell.style.is_some()) {
        let write = Write { row: number, column: cell.column, content: Content::Text(String::new()), like: None };
        cells.insert(cell.column, shown(scan, &write, cell.style.as_deref()));
    }
    for write in writes {
        let style = style(text, scan, write, None);
        cells.insert(write.column, shown(scan, write, style.as_deref()));
    }
    let tag = like.map_or("", |like| &text[like.tag.clone()]);
    let kept = attributes(tag).filter(|(key, _)| matches!(*key, "s" | "customFormat" | "ht" | "customHeight"));
    let looks: Vec<String> = kept.map(|(key, range)| format!(" {key}=\"{}\"", &tag[range])).collect();
    let looks = looks.concat();
    format!("<{prefix}row r=\"{number}\"{looks}>{}</{prefix}row>", cells.into_values().collect::<String>())
}

/// The style of a written cell: its own, or that of the row it looks like, or of its row or column.
fn style(text: &str, scan: &Scan, write: &Write, row: Option<&RowAt>) -> Option<String> {
    if let Some(cell) = row.and_then(|row| cell_at(row, write.column)) {
        return cell.style.clone();
    }
    let like = write.like.and_then(|like| cell_at(scan.rows.get(&like)?, write.column));
    let of_row = || {
        let tag = &text[row?.tag.clone()];
        let value = |name| attributes(tag).find(|(key, _)| *key == name).map(|(_, range)| tag[range].to_owned());
        value("customFormat").and_then(|_| value("s"))
    };
    let number = write.column + 1;
    let of_column = || scan.columns.iter().find(|(first, last, _)| (*first..=*last).contains(&number));
    like.and_then(|cell| cell.style.clone()).or_else(of_row).or_else(|| of_column().map(|(_, _, style)| style.clone()))
}

fn shown(scan: &Scan, write: &Write, style: Option<&str>) -> String {
    let prefix = &scan.prefix;
    let styled = style.map_or(String::new(), |style| format!(" s=\"{}\"", escaped(style)));
    let start = format!("<{prefix}c r=\"{}{}\"{styled}", letters(write.column), write.row);
    let text = |text: &str| {
        let text = escaped(text);
        format!(
            "{start} t=\"inlineStr\"><{prefix}is><{prefix}t xml:space=\"preserve\">{text}</{prefix}t></{prefix}is></{prefix}c>"
        )
    };
    let number = |number: &str| format!("{start}><{prefix}v>{number}</{prefix}v></{prefix}c>");
    match &write.content {
        Content::Text(empty) if empty.is_empty() => format!("{start}/>"),
        Content::Text(said) => text(said),
        Content::Number(digits) => number(digits),
        Content::Day { serial, text: said, like } => {
            let other = scan.rows.get(like).and_then(|row| cell_at(row, write.column));
            let dated = other.is_some_and(|cell| cell.style.as_deref() == style);
            if dated { number(&serial.to_string()) } else { text(said) }
        }
    }
}

fn cell_at(row: &RowAt, column: u32) -> Option<&CellAt> {
    row.cells.iter().find(|cell| cell.column == column)
}

fn next_cell(row: &RowAt, column: u32) -> Option<&CellAt> {
    row.cells.iter().find(|cell| cell.column > column)
}
