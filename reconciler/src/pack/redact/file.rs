//! Which parts of a file are texts, and that nothing is left in any of them.

use std::io::{Cursor, Read, Write};

use quick_xml::escape::{escape, unescape};
use zip::{ZipArchive, ZipWriter};

use super::Redactor;
use crate::pack::archive::options;

/// Elements whose text is computed with, and never a device's or a person's.
const NUMBERS: [&str; 6] = ["v", "f", "formula1", "formula2", "definedName", "dcterms:created"];
/// Attributes that people read.
const READ: [&str; 5] = ["value", "label", "tooltip", "aria-label", "title"];

/// Why a file could not be masked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unmasked {
    /// Its form is not one whose texts are known.
    #[error("{0}: not a form whose texts are known")]
    Form(String),
    /// It is broken.
    #[error("{file}: {why}")]
    Broken {
        /// Which.
        file: String,
        /// Why.
        why: String,
    },
    /// Something is still there.
    #[error("{file}: something is left that was to be masked")]
    Left {
        /// Which file, and which part of it.
        file: String,
    },
}

impl Redactor {
    /// The file with everything masked, by the form that its name tells; fails where anything would be left.
    pub fn file(&self, name: &str, bytes: &[u8]) -> Result<Vec<u8>, Unmasked> {
        match name.rsplit('.').next().unwrap_or_default() {
            "xlsx" => self.workbook(name, bytes),
            "svg" | "drawio" | "xml" => Ok(self.xml(name, bytes)?.into_bytes()),
            "json" | "csv" | "txt" | "toml" => Ok(self.whole(name, &self.text(text(name, bytes)?))?.into_bytes()),
            _ => Err(Unmasked::Form(name.to_owned())),
        }
    }

    fn workbook(&self, name: &str, bytes: &[u8]) -> Result<Vec<u8>, Unmasked> {
        let broken = |why: &dyn std::fmt::Display| Unmasked::Broken { file: name.to_owned(), why: why.to_string() };
        let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|error| broken(&error))?;
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        for index in 0..archive.len() {
            let mut part = archive.by_index(index).map_err(|error| broken(&error))?;
            let inner = part.name().map_err(|error| broken(&error))?.into_owned();
            let mut octets = Vec::new();
            part.read_to_end(&mut octets).map_err(|error| broken(&error))?;
            let place = format!("{name}/{inner}");
            let masked = match inner.rsplit('.').next().unwrap_or_default() {
                "xml" | "rels" | "vml" => self.xml(&place, &octets)?.into_bytes(),
                _ => return Err(Unmasked::Form(place)),
            };
            writer.start_file(inner, options()).map_err(|error| broken(&error))?;
            writer.write_all(&masked).map_err(|error| broken(&error))?;
        }
        Ok(writer.finish().map_err(|error| broken(&error))?.into_inner())
    }

    /// Tags stay as they are; the texts between them, and the attributes that people read, are masked.
    fn xml(&self, name: &str, bytes: &[u8]) -> Result<String, Unmasked> {
        let broken = |why: String| Unmasked::Broken { file: name.to_owned(), why };
        let mut rest = text(name, bytes)?;
        let (mut out, mut element) = (String::with_capacity(rest.len()), "");
        while let Some(at) = rest.find('<') {
            let (between, tag) = rest.split_at(at);
            if NUMBERS.contains(&element) || between.trim().is_empty() {
                out.push_str(between);
            } else {
                let plain = unescape(between).map_err(|error| broken(error.to_string()))?;
                out.push_str(&escape(self.text(&plain)));
            }
            let end = end_of_tag(tag).ok_or_else(|| broken("a tag without an end".to_owned()))?;
            let (tag, after) = tag.split_at(end);
            element = tag.trim_start_matches('<').split([' ', '>', '/', '\n']).next().unwrap_or_default();
            out.push_str(&self.tag(tag).map_err(broken)?);
            rest = after;
        }
        out.push_str(rest);
        self.whole(name, &out)
    }

    fn tag(&self, tag: &str) -> Result<String, String> {
        let mut out = tag.to_owned();
        for attribute in READ {
            let opening = format!(" {attribute}=\"");
            let Some(from) = out.find(&opening).map(|at| at + opening.len()) else { continue };
            let Some(length) = out[from..].find('"') else { continue };
            let plain = unescape(&out[from..from + length]).map_err(|error| error.to_string())?.into_owned();
            let masked = self.text(&plain);
            if masked != plain {
                out.replace_range(from..from + length, &escape(&masked).replace('\n', "&#10;"));
            }
        }
        Ok(out)
    }

    /// The text, if nothing is left in it: neither as it stands nor as it is read.
    fn whole(&self, name: &str, made: &str) -> Result<String, Unmasked> {
        let read = unescape(made).map(std::borrow::Cow::into_owned).unwrap_or_default();
        match self.leak(made).or_else(|| self.leak(&read)) {
            Some(_) => Err(Unmasked::Left { file: name.to_owned() }),
            None => Ok(made.to_owned()),
        }
    }
}

fn text<'b>(name: &str, bytes: &'b [u8]) -> Result<&'b str, Unmasked> {
    std::str::from_utf8(bytes).map_err(|error| Unmasked::Broken { file: name.to_owned(), why: error.to_string() })
}

/// After the `>` that is not within quotes.
fn end_of_tag(tag: &str) -> Option<usize> {
    let mut quote = None;
    for (at, c) in tag.char_indices() {
        match (quote, c) {
            (None, '>') => return Some(at + 1),
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), c) if open == c => quote = None,
            _ => {}
        }
    }
    None
}
