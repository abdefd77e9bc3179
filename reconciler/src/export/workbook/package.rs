//! The workbook as an archive of parts: what is not replaced is copied as its compressed octets stand.

use std::collections::BTreeMap;
use std::io::{Cursor, Read, Write};

use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

use crate::export::Refusal;
use crate::import::{check_archive, limits};

/// The parts of a workbook, and those that were changed.
pub(crate) struct Package<'a> {
    archive: ZipArchive<Cursor<&'a [u8]>>,
    names: Vec<String>,
    changed: BTreeMap<String, String>,
}

impl<'a> Package<'a> {
    /// Opens an archive within the limits of the import: parts, their inflated sizes, and all of them.
    pub(crate) fn open(bytes: &'a [u8]) -> Result<Self, Refusal> {
        check_archive(bytes).map_err(|reason| Refusal::damaged("zip", &reason))?;
        let archive = ZipArchive::new(Cursor::new(bytes)).map_err(|error| Refusal::damaged("zip", &error))?;
        let names = archive.file_names().map(|name| name.map(std::borrow::Cow::into_owned));
        let names: Vec<String> = names.collect::<Result<_, _>>().map_err(|error| Refusal::damaged("zip", &error))?;
        Ok(Self { archive, names, changed: BTreeMap::new() })
    }

    /// The names of all parts, those that were added included.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        let added = self.changed.keys().map(String::as_str).filter(|name| self.archive.index_for_name(name).is_none());
        self.names.iter().map(String::as_str).chain(added)
    }

    /// A part's text as it stands now; `None` where there is no such part.
    pub(crate) fn text(&mut self, name: &str) -> Result<Option<String>, Refusal> {
        if let Some(changed) = self.changed.get(name) {
            return Ok(Some(changed.clone()));
        }
        let Some(index) = self.archive.index_for_name(name) else { return Ok(None) };
        let part = self.archive.by_index(index).map_err(|error| Refusal::damaged(name, &error))?;
        let mut text = String::new();
        let read = part.take(limits::ZIP_PART_BYTES + 1).read_to_string(&mut text);
        read.map_err(|error| Refusal::damaged(name, &error))?;
        Ok(Some(text))
    }

    /// Like [`Self::text`], of a part that must be there.
    pub(crate) fn needed(&mut self, name: &str) -> Result<String, Refusal> {
        self.text(name)?.ok_or_else(|| Refusal::damaged(name, &"the part is missing"))
    }

    /// Replaces or adds a part.
    pub(crate) fn put(&mut self, name: &str, text: String) {
        self.changed.insert(name.to_owned(), text);
    }

    /// A name that no part has: the pattern's `#` becomes a number.
    pub(crate) fn free_name(&self, pattern: &str) -> String {
        let taken: std::collections::BTreeSet<String> = self.names().map(str::to_ascii_lowercase).collect();
        let named = (1..).map(|number: u32| pattern.replacen('#', &number.to_string(), 1));
        named.take(taken.len() + 1).find(|name| !taken.contains(&name.to_ascii_lowercase())).unwrap_or_default()
    }

    /// The archive with its changes: replaced parts in their places, added ones at the end.
    pub(crate) fn finish(mut self) -> Result<Vec<u8>, Refusal> {
        let broken = |error: &dyn std::fmt::Display| Refusal::damaged("zip", error);
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        for index in 0..self.archive.len() {
            let part = self.archive.by_index_raw(index).map_err(|error| broken(&error))?;
            let name = part.name().map_err(|error| broken(&error))?.into_owned();
            match self.changed.remove(&name) {
                Some(text) => add(&mut writer, &name, &text),
                None => writer.raw_copy_file(part).map_err(|error| broken(&error)),
            }?;
        }
        for (name, text) in &self.changed {
            add(&mut writer, name, text)?;
        }
        Ok(writer.finish().map_err(|error| broken(&error))?.into_inner())
    }
}

fn add(writer: &mut ZipWriter<Cursor<Vec<u8>>>, name: &str, text: &str) -> Result<(), Refusal> {
    writer.start_file(name, SimpleFileOptions::default()).map_err(|error| Refusal::damaged(name, &error))?;
    writer.write_all(text.as_bytes()).map_err(|error| Refusal::damaged(name, &error))
}
