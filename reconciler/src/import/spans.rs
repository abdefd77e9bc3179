//! Merged cells of an `OpenDocument` spreadsheet: its reader gives cells, but not how far they reach.

use std::collections::BTreeMap;
use std::io::{BufReader, Cursor, Read};

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use zip::ZipArchive;

use super::error::Reason;
use super::limits;
use super::sheet::Merged;

/// Ranges that span several rows, by sheet.
pub(crate) fn read(bytes: &[u8]) -> Result<BTreeMap<String, Vec<Merged>>, Reason> {
    let damaged =
        |error: &dyn std::fmt::Display| Reason::Malformed { detail: daicho_shared::text::bounded(&error.to_string()) };
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|error| damaged(&error))?;
    let part = archive.by_name("content.xml").map_err(|error| damaged(&error))?;
    let mut reader = Reader::from_reader(BufReader::new(part.take(limits::ZIP_PART_BYTES)));
    let (mut place, mut found, mut buffer) = (Cell::default(), BTreeMap::new(), Vec::new());
    loop {
        buffer.clear();
        match reader.read_event_into(&mut buffer).map_err(|error| damaged(&error))? {
            Event::Start(tag) => place.enter(&tag, &mut found),
            Event::Empty(tag) => {
                place.enter(&tag, &mut found);
                place.leave(tag.local_name().as_ref());
            }
            Event::End(tag) => place.leave(tag.local_name().as_ref()),
            Event::Eof => return Ok(found),
            _ => {}
        }
    }
}

/// Where the reader is: rows and columns from 0.
#[derive(Debug, Default)]
struct Cell {
    sheet: String,
    row: u32,
    rows: u32,
    column: u32,
}

impl Cell {
    fn enter(&mut self, tag: &BytesStart<'_>, found: &mut BTreeMap<String, Vec<Merged>>) {
        match tag.local_name().as_ref() {
            "table" => *self = Self { sheet: text(tag, "name").unwrap_or_default(), ..Self::default() },
            "table-row" => (self.column, self.rows) = (0, number(tag, "number-rows-repeated")),
            "table-cell" | "covered-table-cell" => {
                let down = number(tag, "number-rows-spanned");
                let merged = found.entry(daicho_shared::text::bounded(&self.sheet)).or_default();
                if let Some(left) =
                    u16::try_from(self.column).ok().filter(|_| down > 1 && merged.len() < limits::MERGES)
                {
                    let top = self.row.saturating_add(1);
                    merged.push(Merged { top, bottom: top.saturating_add(down - 1), left });
                }
                self.column = self.column.saturating_add(number(tag, "number-columns-repeated"));
            }
            _ => {}
        }
    }

    fn leave(&mut self, name: &str) {
        if name == "table-row" {
            self.row = self.row.saturating_add(self.rows);
        }
    }
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
