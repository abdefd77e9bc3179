//! Which parts of a file are texts, and that nothing is left in any of them.

use std::io::{Cursor, Read, Write};

use quick_xml::escape::{escape, unescape};
use zip::{ZipArchive, ZipWriter};

use super::{Kind, Redactor};
use crate::pack::archive::options;

/// Elements whose text is computed with, and never a device's or a person's.
const NUMBERS: [&str; 6] = ["v", "f", "formula1", "formula2", "definedName", "dcterms:created"];
/// Elements whose text is one of this program's own words, by the end of their part's name.
const FIXED: [(&str, &str); 1] = [("docProps/app.xml", "vt:lpstr")];
/// Attributes that people read.
const READ: [&str; 5] = ["value", "label", "tooltip", "aria-label", "title"];
/// Attributes that tell where something stands or how it looks, and sheets' names, which are this program's own words.
const LOOKS: [&str; 13] =
    ["d", "points", "viewBox", "transform", "style", "r", "s", "ref", "sqref", "spans", "name", "xmlns", "numFmtId"];
/// How often a text is masked, at most, until nothing is left.
const ROUNDS: usize = 3;

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
    /// Something is still there, where no text is expected that tells anything.
    #[error("{file}: {place}: something is left that was to be masked ({kind:?}, {hint})")]
    Left {
        /// Which document, and which part of it.
        file: String,
        /// Which element or attribute.
        place: String,
        /// What it tells.
        kind: Kind,
        /// Enough of it to find it by: how it begins, and how long it is.
        hint: String,
    },
}

impl Redactor {
    /// The file with everything masked, by the form that its name tells; fails where anything would be left.
    pub fn file(&self, name: &str, bytes: &[u8]) -> Result<Vec<u8>, Unmasked> {
        match name.rsplit('.').next().unwrap_or_default() {
            "xlsx" => self.workbook(name, bytes),
            "svg" | "drawio" | "xml" => Ok(self.xml(name, bytes)?.into_bytes()),
            "json" | "csv" | "txt" | "toml" => Ok(self.masked(name, "", text(name, bytes)?)?.into_bytes()),
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
            let fixed = FIXED.iter().any(|(part, own)| name.ends_with(part) && *own == element);
            if between.trim().is_empty() || fixed {
                out.push_str(between);
            } else {
                let plain = unescape(between).map_err(|error| broken(error.to_string()))?;
                if NUMBERS.contains(&element) {
                    self.tells_nothing(name, element, &plain)?;
                    out.push_str(between);
                } else {
                    out.push_str(&escape(self.masked(name, element, &plain)?));
                }
            }
            let end = end_of_tag(tag).ok_or_else(|| broken("a tag without an end".to_owned()))?;
            let (tag, after) = tag.split_at(end);
            element = tag.trim_start_matches('<').split([' ', '>', '/', '\n']).next().unwrap_or_default();
            out.push_str(&self.tag(name, element, tag)?);
            rest = after;
        }
        out.push_str(rest);
        Ok(out)
    }

    fn tag(&self, name: &str, element: &str, tag: &str) -> Result<String, Unmasked> {
        let mut out = String::with_capacity(tag.len());
        let mut rest = tag;
        while let Some((before, quoted)) = rest.split_once("=\"") {
            let Some((inner, after)) = quoted.split_once('"') else { break };
            let attribute = before.rsplit([' ', '\n', '\t', '\r']).next().unwrap_or_default();
            let plain =
                unescape(inner).map_err(|error| Unmasked::Broken { file: name.to_owned(), why: error.to_string() })?;
            let place = format!("{element} {attribute}");
            out.push_str(before);
            out.push_str("=\"");
            match () {
                () if READ.contains(&attribute) => {
                    let masked = self.masked(name, &place, &plain)?;
                    let new = if masked == plain { inner.to_owned() } else { escape(&masked).replace('\n', "&#10;") };
                    out.push_str(&new);
                }
                () => {
                    if !LOOKS.contains(&attribute) && !attribute.starts_with("xmlns") {
                        self.tells_nothing(name, &place, &plain)?;
                    }
                    out.push_str(inner);
                }
            }
            out.push('"');
            rest = after;
        }
        out.push_str(rest);
        Ok(out)
    }

    /// The text with everything masked, until nothing is found any more.
    fn masked(&self, file: &str, place: &str, plain: &str) -> Result<String, Unmasked> {
        let mut made = self.text(plain);
        for _ in 1..ROUNDS {
            if self.left(&made).is_none() {
                return Ok(made);
            }
            made = self.text(&made);
        }
        match self.left(&made) {
            None => Ok(made),
            Some(found) => Err(left(file, place, found)),
        }
    }

    /// A text that is not for people must not need to be masked: nobody could tell what a change would break.
    fn tells_nothing(&self, file: &str, place: &str, plain: &str) -> Result<(), Unmasked> {
        self.certain(plain).map_or(Ok(()), |found| Err(left(file, place, found)))
    }
}

fn left(file: &str, place: &str, (kind, found): (Kind, String)) -> Unmasked {
    let first: String = found.chars().take(1).collect();
    let hint = format!("{first}… ({})", found.chars().count());
    Unmasked::Left { file: file.to_owned(), place: place.trim().to_owned(), kind, hint }
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
