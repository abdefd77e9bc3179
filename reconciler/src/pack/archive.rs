//! A pack as one ZIP. Written so that equal files give equal octets; read as what a stranger sends.

use std::collections::BTreeSet;
use std::io::{Cursor, Read, Write};

use zip::result::ZipError;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipArchive, ZipWriter};

use super::layout::{self, Hidden};
use super::{Files, is_plain};

/// The most files of a pack.
pub const FILES: usize = 1_000;
/// The most octets of one file.
pub const FILE: u64 = 64 << 20;
/// The most octets of all files together.
pub const ALL: u64 = 256 << 20;

/// Why an archive is no pack.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// No ZIP, or a broken one.
    #[error("{0}")]
    Broken(String),
    /// Two files of one name: programs differ in which of them they show. Names that differ in case alone are one name on
    /// many systems.
    #[error("two files of one name: {0}")]
    Duplicate(String),
    /// It holds more than its files.
    #[error(transparent)]
    Hidden(#[from] Hidden),
    /// More files, or more octets, than any pack has.
    #[error("too large")]
    TooLarge,
}

impl From<ZipError> for Unreadable {
    fn from(error: ZipError) -> Self {
        Self::Broken(error.to_string())
    }
}

/// The same for every file, whenever and by whomever it is written.
pub(super) fn options() -> SimpleFileOptions {
    SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(DateTime::default())
        .unix_permissions(0o644)
}

/// One ZIP: files by name, all of one fixed time (a ZIP knows none before 1980-01-01), without anything of this machine.
pub fn write(files: &Files) -> Result<Vec<u8>, ZipError> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        writer.start_file(name.as_str(), options())?;
        writer.write_all(bytes)?;
    }
    Ok(writer.finish()?.into_inner())
}

/// What an archive holds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Held {
    /// Files with a plain name.
    pub files: Files,
    /// Names that lead elsewhere, or are none; their files are not read.
    pub strange: Vec<String>,
}

/// Reads an archive into memory and nowhere else, within limits: the sizes that it declares are only claims.
pub fn read(bytes: &[u8]) -> Result<Held, Unreadable> {
    let mut archive = ZipArchive::new(Cursor::new(bytes))?;
    if archive.len() > FILES {
        return Err(Unreadable::TooLarge);
    }
    let mut names = BTreeSet::new();
    if let Some(twice) = layout::check(bytes)?.into_iter().find(|name| !names.insert(folded(name))) {
        return Err(Unreadable::Duplicate(twice));
    }
    let mut held = Held::default();
    let mut left = ALL;
    for index in 0..archive.len() {
        let part = archive.by_index(index)?;
        let told = daicho_shared::text::bounded_bytes(part.name_raw());
        let name = match part.name() {
            Ok(name) if is_plain(&name) && part.is_file() => name.into_owned(),
            _ => {
                held.strange.push(told);
                continue;
            }
        };
        let most = FILE.min(left);
        let mut octets = Vec::new();
        part.take(most + 1).read_to_end(&mut octets).map_err(|error| Unreadable::Broken(format!("{name}: {error}")))?;
        let size = octets.len() as u64;
        if size > most {
            return Err(Unreadable::TooLarge);
        }
        left -= size;
        held.files.insert(name, octets);
    }
    Ok(held)
}

/// As a system that minds neither case nor how a letter is composed.
fn folded(name: &str) -> String {
    use unicode_normalization::UnicodeNormalization;
    name.nfkc().flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(list: &[(&str, &[u8])]) -> Files {
        list.iter().map(|(name, bytes)| ((*name).to_owned(), bytes.to_vec())).collect()
    }

    #[test]
    fn equal_files_give_equal_octets_and_come_back() {
        let made = files(&[("a.txt", b"one"), ("書類一覧.xlsx", b"two")]);
        let bytes = write(&made).unwrap();
        assert_eq!(write(&made.clone()).unwrap(), bytes);
        assert_eq!(read(&bytes).unwrap(), Held { files: made, strange: vec![] });
    }

    #[test]
    fn names_that_lead_elsewhere_are_told_and_not_read() {
        let bytes =
            write(&files(&[("../evil.txt", b"x"), ("/etc/passwd", b"x"), ("a\\b", b"x"), ("ok", b"y")])).unwrap();
        let held = read(&bytes).unwrap();
        assert_eq!(held.files, files(&[("ok", b"y")]));
        assert_eq!(held.strange.len(), 3);
    }

    #[test]
    fn what_inflates_without_end_is_refused() {
        let bytes = write(&files(&[("zeros", &vec![0; usize::try_from(FILE).unwrap() + 1])])).unwrap();
        assert!(bytes.len() < 2 << 20);
        assert_eq!(read(&bytes), Err(Unreadable::TooLarge));
        assert!(matches!(read(b"PK\x03\x04 half"), Err(Unreadable::Broken(_))));
    }

    #[test]
    fn two_files_of_one_name_are_refused() {
        let mut bytes = write(&files(&[("a.txt", b"one"), ("b.txt", b"two")])).unwrap();
        while let Some(at) = bytes.windows(5).position(|window| window == b"b.txt") {
            bytes[at] = b'a';
        }
        assert_eq!(read(&bytes), Err(Unreadable::Duplicate("a.txt".into())));
        let same_on_windows = write(&files(&[("A.txt", b"one"), ("a.txt", b"two")])).unwrap();
        assert_eq!(read(&same_on_windows), Err(Unreadable::Duplicate("a.txt".into())));
    }
}
