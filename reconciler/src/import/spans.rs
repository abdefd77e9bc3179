//! What the reader of an `OpenDocument` spreadsheet does not tell of its cells: how far merged ones reach, which rows
//! and columns are not shown, and which cells are struck through.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufReader, Cursor, Read};

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use zip::ZipArchive;

use super::error::Reason;
use super::hidden::Hidden;
use super::limits;
use super::sheet::Merged;

/// What the reader does not tell of one sheet.
#[derive(Debug, Default)]
pub(crate) struct Untold {
    /// Ranges that span several rows.
    pub merged: Vec<Merged>,
    /// Rows (from 1) and columns (from 0) that are not shown.
    pub hidden: Hidden,
    /// Row and column of cells whose style strikes them through, empty ones among them.
    pub struck: Vec<(u32, u16)>,
}

/// Everything that is not told, by sheet.
pub(crate) fn read(bytes: &[u8]) -> Result<BTreeMap<String, Untold>, Reason> {
    let damaged =
        |error: &dyn std::fmt::Display| Reason::Malformed { detail: daicho_shared::text::bounded(&error.to_string()) };
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|error| damaged(&error))?;
    let part = archive.by_name("content.xml").map_err(|error| damaged(&error))?;
    let mut reader = Reader::from_reader(BufReader::new(part.take(limits::ZIP_PART_BYTES)));
    let (mut place, mut buffer) = (Place::default(), Vec::new());
    loop {
        buffer.clear();
        match reader.read_event_into(&mut buffer).map_err(|error| damaged(&error))? {
            Event::Start(tag) => place.enter(&tag),
            Event::Empty(tag) => {
                place.enter(&tag);
                place.leave(tag.local_name().as_ref());
            }
            Event::End(tag) => place.leave(tag.local_name().as_ref()),
            Event::Eof => return Ok(place.found),
            _ => {}
        }
    }
}

/// Where the reader is: rows and columns from 0; and what it found.
#[derive(Debug, Default)]
struct Place {
    found: BTreeMap<String, Untold>,
    /// Names of the styles that strike through; they stand before the sheets.
    striking: BTreeSet<String>,
    style: String,
    sheet: String,
    row: u32,
    rows: u32,
    column: u32,
}

impl Place {
    fn enter(&mut self, tag: &BytesStart<'_>) {
        match tag.local_name().as_ref() {
            "style" => self.style = text(tag, "name").unwrap_or_default(),
            "text-properties" => self.strikes(tag),
            "table" => {
                let sheet = daicho_shared::text::bounded(&text(tag, "name").unwrap_or_default());
                (self.sheet, self.row, self.rows, self.column) = (sheet, 0, 0, 0);
            }
            "table-column" => self.columns(tag),
            "table-row" => {
                (self.column, self.rows) = (0, number(tag, "number-rows-repeated"));
                self.hide_rows(tag);
            }
            "table-cell" | "covered-table-cell" => self.cells(tag),
            _ => {}
        }
    }

    fn untold(&mut self) -> &mut Untold {
        self.found.entry(self.sheet.clone()).or_default()
    }

    fn strikes(&mut self, tag: &BytesStart<'_>) {
        let strikes = text(tag, "text-line-through-style").is_some_and(|style| style != "none");
        if strikes && self.striking.len() < limits::MERGES {
            self.striking.insert(self.style.clone());
        }
    }

    /// Columns are told before the rows.
    fn columns(&mut self, tag: &BytesStart<'_>) {
        let (first, count) = (self.column, number(tag, "number-columns-repeated"));
        self.column = first.saturating_add(count);
        let column = |at: u32| u16::try_from(at).unwrap_or(u16::MAX);
        let range = (column(first), column(self.column.saturating_sub(1)));
        let columns = &mut self.untold().hidden.columns;
        if is_unseen(tag) && columns.len() < limits::COLUMNS {
            columns.push(range);
        }
    }

    fn hide_rows(&mut self, tag: &BytesStart<'_>) {
        let rows = (1..=self.rows).map(|row| self.row.saturating_add(row)).take(limits::ROWS);
        if is_unseen(tag) {
            let rows: Vec<u32> = rows.collect();
            let hidden = &mut self.untold().hidden.rows;
            hidden.extend(rows.into_iter().take(limits::ROWS.saturating_sub(hidden.len())));
        }
    }

    fn cells(&mut self, tag: &BytesStart<'_>) {
        let (down, across) = (number(tag, "number-rows-spanned"), number(tag, "number-columns-repeated"));
        let (top, first) = (self.row.saturating_add(1), self.column);
        self.column = first.saturating_add(across);
        let Ok(left) = u16::try_from(first) else { return };
        let struck = text(tag, "style-name").is_some_and(|style| self.striking.contains(&style));
        let rows = self.rows;
        if down <= 1 && !struck {
            return;
        }
        let untold = self.untold();
        if down > 1 && untold.merged.len() < limits::MERGES {
            untold.merged.push(Merged { top, bottom: top.saturating_add(down - 1), left });
        }
        if struck {
            let columns = (left..).take(across.min(u32::from(u16::MAX)) as usize).take(limits::COLUMNS);
            let cells =
                (top..top.saturating_add(rows)).flat_map(|row| columns.clone().map(move |column| (row, column)));
            let room = limits::ROWS.saturating_sub(untold.struck.len());
            untold.struck.extend(cells.take(room));
        }
    }

    fn leave(&mut self, name: &str) {
        if name == "table-row" {
            self.row = self.row.saturating_add(self.rows);
        }
    }
}

/// Hidden by hand, or by a filter.
fn is_unseen(tag: &BytesStart<'_>) -> bool {
    text(tag, "visibility").is_some_and(|text| text == "collapse" || text == "filter")
}

/// An attribute's number; 1 where it is not written.
fn number(tag: &BytesStart<'_>, name: &str) -> u32 {
    text(tag, name).and_then(|text| text.parse().ok()).unwrap_or(1)
}

/// An attribute's text, whatever its prefix.
pub(super) fn text(tag: &BytesStart<'_>, name: &str) -> Option<String> {
    let attribute = tag.attributes().flatten().find(|attribute| attribute.key.local_name().as_ref() == name)?;
    quick_xml::escape::unescape(&attribute.value).ok().map(std::borrow::Cow::into_owned)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn rows_and_columns_that_are_not_shown_and_cells_that_are_struck_are_told() {
        let content = r#"<d xmlns:t="t" xmlns:s="s"><s:style s:name="a"><s:text-properties s:text-line-through-style="solid"/></s:style>
            <s:style s:name="b"><s:text-properties s:text-line-through-style="none"/></s:style>
            <t:table t:name="x"><t:table-column t:number-columns-repeated="2"/><t:table-column t:visibility="collapse"/>
            <t:table-row t:number-rows-repeated="2"><t:table-cell t:number-rows-spanned="3"/></t:table-row>
            <t:table-row t:visibility="filter"><t:table-cell/><t:table-cell t:style-name="a" t:number-columns-repeated="2"/>
            <t:table-cell t:style-name="b"/></t:table-row></t:table></d>"#;
        let mut file = zip::ZipWriter::new(Cursor::new(Vec::new()));
        file.start_file("content.xml", zip::write::SimpleFileOptions::default()).unwrap();
        file.write_all(content.as_bytes()).unwrap();
        let found = read(&file.finish().unwrap().into_inner()).unwrap();
        let Untold { merged, hidden, struck } = &found["x"];
        assert_eq!(merged[..], [Merged { top: 1, bottom: 3, left: 0 }]);
        assert_eq!((&hidden.rows[..], &hidden.columns[..]), (&[3][..], &[(2, 2)][..]));
        assert_eq!(struck[..], [(3, 1), (3, 2)]);
    }
}
