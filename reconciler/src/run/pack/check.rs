//! `daicho pack verify`: a pack is compared with what was signed, offline, and nothing of it is written anywhere.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use super::{PackFailure, key};
use crate::cli::{VerifyPack, words};
use crate::pack::archive::{self, Held, Unreadable};
use crate::pack::is_plain;
use crate::pack::verify::verify;
use crate::run::console::Console;
use crate::run::{CLEAN, FINDINGS, Failure};

/// The most octets of an archive.
const ARCHIVE: u64 = 512 << 20;

pub(super) fn check(options: &VerifyPack, console: &Console) -> Result<u8, Failure> {
    let key = options.key.as_deref().map(key::public).transpose()?;
    let path = &options.path;
    let held = if path.is_dir() { folder(path)? } else { zip(path)? };
    let checked = verify(&held, key.as_ref()).map_err(|why| not_pack(path, &why))?;
    if console.json {
        console.value(&checked)?;
    } else {
        words::pack::checked(&checked, console.lang).iter().try_for_each(|line| console.line(line))?;
    }
    Ok(if checked.is_whole() { CLEAN } else { FINDINGS })
}

fn not_pack(path: &Path, why: &dyn std::fmt::Display) -> PackFailure {
    PackFailure::NotPack { path: path.to_owned(), why: why.to_string() }
}

fn zip(path: &Path) -> Result<Held, Failure> {
    let octets = bounded(path, ARCHIVE).map_err(|source| not_pack(path, &source))?;
    let archive = |why| PackFailure::Archive { path: path.to_owned(), why };
    let octets = octets.ok_or_else(|| archive(Unreadable::TooLarge))?;
    Ok(archive::read(&octets).map_err(archive)?)
}

/// The files of a folder, as they are; whatever else lies there was added.
fn folder(path: &Path) -> Result<Held, Failure> {
    let wrong = |source: io::Error| not_pack(path, &source);
    let too_large = || PackFailure::Archive { path: path.to_owned(), why: Unreadable::TooLarge };
    let mut held = Held::default();
    let mut left = archive::ALL;
    for (count, entry) in std::fs::read_dir(path).map_err(wrong)?.enumerate() {
        let entry = entry.map_err(wrong)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if count >= archive::FILES {
            return Err(too_large().into());
        }
        // A link could stand for any other file.
        if !is_plain(&name) || !entry.file_type().map_err(wrong)?.is_file() {
            held.strange.push(name);
            continue;
        }
        let octets = bounded(&entry.path(), archive::FILE.min(left)).map_err(wrong)?.ok_or_else(too_large)?;
        left -= octets.len() as u64;
        held.files.insert(name, octets);
    }
    Ok(held)
}

/// A file's octets; `None` where they are more.
fn bounded(path: &Path, most: u64) -> io::Result<Option<Vec<u8>>> {
    let mut octets = Vec::new();
    File::open(path)?.take(most + 1).read_to_end(&mut octets)?;
    Ok((octets.len() as u64 <= most).then_some(octets))
}
