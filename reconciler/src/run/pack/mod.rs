//! `daicho pack`: the documents that a list asks for, with an index and a signature; the key; the check.

mod check;
mod failure;
mod key;
mod maker;

use std::path::Path;

use jiff::Timestamp;

pub use self::failure::PackFailure;
use self::maker::Maker;
use super::console::Console;
use super::project::Project;
use super::{CLEAN, Failure};
use crate::cli::{Common, MakePack, PackCommand, words};
use crate::edge;
use crate::pack::archive;
use crate::pack::index::complete;

pub(super) fn pack(common: &Common, command: &PackCommand, console: &Console, now: Timestamp) -> Result<u8, Failure> {
    match command {
        PackCommand::Okayama(options) => okayama(common, options, console, now),
        PackCommand::Key => key::key(common, console, now),
        PackCommand::Verify(options) => check::check(options, console),
    }
}

fn okayama(common: &Common, options: &MakePack, console: &Console, now: Timestamp) -> Result<u8, Failure> {
    let recipe = crate::pack::form::okayama().map_err(anyhow::Error::from)?;
    let is_archive = options.out.extension().is_some_and(|end| end.eq_ignore_ascii_case("zip"));
    free(&options.out, is_archive)?;
    let project = Project::open_to_read(&common.folder)?;
    let key = key::load(&project)?;
    let maker = Maker::new(&project, options, &key, console, now)?;
    let (index, files) = maker.files(&recipe)?;
    let octets = index.to_bytes().map_err(anyhow::Error::from)?;
    let signed = key.sign(&octets);
    let signature = signed.to_bytes().map_err(anyhow::Error::from)?;
    let files = complete(files, octets, signature);
    if is_archive {
        let bytes = archive::write(&files).map_err(anyhow::Error::from)?;
        write(&options.out, &bytes)?;
    } else {
        std::fs::create_dir_all(&options.out).map_err(|source| Failure::file(&options.out, source))?;
        files.iter().try_for_each(|(name, bytes)| write(&options.out.join(name), bytes))?;
    }
    if console.json {
        console.value(&serde_json::json!({"out": options.out, "fingerprint": signed.fingerprint, "index": index}))?;
        return Ok(CLEAN);
    }
    words::pack::made(&options.out, &index, &signed.fingerprint, console.lang)
        .iter()
        .try_for_each(|line| console.line(line))?;
    Ok(CLEAN)
}

/// A pack never mixes with what lay there before.
fn free(out: &Path, is_archive: bool) -> Result<(), Failure> {
    let empty = !is_archive && std::fs::read_dir(out).is_ok_and(|mut entries| entries.next().is_none());
    let taken = out.symlink_metadata().is_ok() && !empty;
    if taken { Err(PackFailure::OutTaken { path: out.to_owned() }.into()) } else { Ok(()) }
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    edge::replace_file(path, bytes).map_err(|source| Failure::file(path, source))
}
