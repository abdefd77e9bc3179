//! Rows and columns that a workbook of Excel 2007 and later does not show: its reader gives cells, but not whether
//! anybody sees them. A file in which that cannot be found is read without it.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Cursor, Read};

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use zip::ZipArchive;

use super::limits;
use super::spans::text;

type Archive<'a> = ZipArchive<Cursor<&'a [u8]>>;

/// Where a workbook says which part is which sheet.
const WORKBOOK: &str = "xl/workbook.xml";
const RELATIONS: &str = "xl/_rels/workbook.xml.rels";

/// What one sheet does not show.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Hidden {
    /// From 1.
    pub rows: Vec<u32>,
    /// From 0, first and last.
    pub columns: Vec<(u16, u16)>,
}

/// What each sheet does not show, by its name.
pub(crate) fn read(bytes: &[u8]) -> BTreeMap<String, Hidden> {
    let Ok(mut archive) = ZipArchive::new(Cursor::new(bytes)) else { return BTreeMap::new() };
    let mut parts = BTreeMap::new();
    each(&mut archive, RELATIONS, |tag| {
        if tag.local_name().as_ref() == "Relationship"
            && let (Some(id), Some(target)) = (text(tag, "Id"), text(tag, "Target"))
        {
            parts.insert(id, target);
        }
    });
    let mut sheets = vec![];
    each(&mut archive, WORKBOOK, |tag| {
        if tag.local_name().as_ref() == "sheet"
            && let (Some(name), Some(id)) = (text(tag, "name"), text(tag, "id"))
            && sheets.len() < limits::SHEETS
        {
            sheets.push((name, id));
        }
    });
    let mut found = BTreeMap::new();
    for (name, id) in sheets {
        let Some(target) = parts.get(&id) else { continue };
        let part = target.strip_prefix('/').map_or_else(|| format!("xl/{target}"), str::to_owned);
        let mut hidden = Hidden::default();
        each(&mut archive, &part, |tag| hidden.take(tag));
        found.insert(daicho_shared::text::bounded(&name), hidden);
    }
    found
}

impl Hidden {
    fn take(&mut self, tag: &BytesStart<'_>) {
        let name = tag.local_name();
        let name = name.as_ref();
        if !matches!(name, "row" | "col") || !text(tag, "hidden").is_some_and(|text| text == "1" || text == "true") {
            return;
        }
        let number = |name: &str| text(tag, name).and_then(|text| text.parse::<u32>().ok());
        if name == "row" {
            self.rows.extend(number("r").filter(|_| self.rows.len() < limits::ROWS));
        } else if let (Some(first), Some(last)) = (number("min"), number("max")) {
            let column = |at: u32| u16::try_from(at.saturating_sub(1)).unwrap_or(u16::MAX);
            if self.columns.len() < limits::COLUMNS {
                self.columns.push((column(first), column(last)));
            }
        }
    }
}

/// Every tag of a part, up to where it can be read.
fn each(archive: &mut Archive<'_>, part: &str, mut tag: impl FnMut(&BytesStart<'_>)) {
    let Ok(file) = archive.by_name(part) else { return };
    let mut reader = Reader::from_reader(BufReader::new(file.take(limits::ZIP_PART_BYTES)));
    let mut buffer = Vec::new();
    while let Some(Event::Start(found) | Event::Empty(found)) = next(&mut reader, &mut buffer) {
        tag(&found);
    }
}

/// The next tag that begins.
fn next<'b, R: BufRead>(reader: &mut Reader<R>, buffer: &'b mut Vec<u8>) -> Option<Event<'b>> {
    loop {
        buffer.clear();
        match reader.read_event_into(buffer).ok()? {
            Event::Start(tag) => return Some(Event::Start(tag.into_owned())),
            Event::Empty(tag) => return Some(Event::Empty(tag.into_owned())),
            Event::Eof => return None,
            _ => {}
        }
    }
}
