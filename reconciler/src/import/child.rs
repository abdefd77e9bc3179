//! The reading process: the only place where a hostile file meets a parser.
//!
//! The program starts itself again with the hidden argument `read-sheets`, hands the file over on
//! standard input, and gets plain cells back. A workbook that makes a parser reserve half a terabyte ends
//! that process, not the one that holds the ledger.

use std::ffi::OsString;
use std::io::{Read, Write};
use std::process::ExitCode;

use serde::{Deserialize, Serialize};

use super::error::{Reason, Refusal};
use super::inventory::{self, Machines};
use super::kind::Format;
use super::sheet::Plain;
use super::{book, csv, limits, xlsx};

/// The hidden argument that makes the program a reading process.
pub const ARGUMENT: &str = "read-sheets";

/// What the reading process writes on standard output.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Answer {
    /// The cells.
    #[serde(rename = "plain")]
    Plain(Plain),
    /// The machines of an inventory.
    #[serde(rename = "machines")]
    Machines(Machines),
    /// Why there are none.
    #[serde(rename = "refusal")]
    Refusal(Refusal),
}

/// Reads a file from standard input and writes its cells, as JSON, on standard output. `args` are
/// those that follow [`ARGUMENT`]. Call it before threads are started and sockets or databases are opened.
pub fn main(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let word = args.into_iter().next().unwrap_or_default();
    let format = word.to_str().and_then(Format::from_word);
    if format.is_none() && word != inventory::WORD {
        return ExitCode::from(2);
    }
    if limit().is_err() {
        return ExitCode::from(3);
    }
    let mut bytes = Vec::new();
    if std::io::stdin().lock().take(limits::FILE_BYTES + 1).read_to_end(&mut bytes).is_err() {
        return ExitCode::from(4);
    }
    let answer = match format {
        Some(format) => cells(format, &bytes).map(Answer::Plain),
        None => machines(&bytes).map(Answer::Machines),
    };
    let answer = answer.unwrap_or_else(Answer::Refusal);
    match write(&answer) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::from(5),
    }
}

/// The cells of a file. Not safe against every file: a parser may end the process.
pub(crate) fn cells(format: Format, bytes: &[u8]) -> Result<Plain, Refusal> {
    let size = bytes.len() as u64;
    if size > limits::FILE_BYTES {
        return Err(Reason::TooLarge { bytes: size, limit: limits::FILE_BYTES }.into());
    }
    match format {
        Format::Text => csv::read(bytes),
        Format::Workbook => xlsx::read(bytes),
        Format::OldWorkbook => book::read_old(bytes),
        Format::OpenDocument => book::read_open(bytes),
    }
}

/// As [`cells`], for an inventory.
fn machines(bytes: &[u8]) -> Result<Machines, Refusal> {
    let size = bytes.len() as u64;
    if size > limits::FILE_BYTES {
        return Err(Reason::TooLarge { bytes: size, limit: limits::FILE_BYTES }.into());
    }
    inventory::machines(bytes)
}

fn write(answer: &Answer) -> std::io::Result<()> {
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    serde_json::to_writer(&mut out, answer)?;
    out.flush()
}

/// Limits this process before it looks at the first octet: address space, processor time, no files to
/// write, no core dump.
#[cfg(unix)]
fn limit() -> nix::Result<()> {
    use nix::sys::resource::{Resource, setrlimit};
    setrlimit(Resource::RLIMIT_CPU, limits::READER_SECONDS, limits::READER_SECONDS + 2)?;
    setrlimit(Resource::RLIMIT_CORE, 0, 0)?;
    // Standard output is a pipe, which this limit does not concern.
    setrlimit(Resource::RLIMIT_FSIZE, 0, 0)?;
    let most = own_size() + limits::READER_MEMORY;
    setrlimit(Resource::RLIMIT_AS, most, most)
}

/// Address space that the program takes before it reads anything: an unoptimised one is several times as large.
#[cfg(unix)]
fn own_size() -> u64 {
    use nix::unistd::{SysconfVar, sysconf};
    let page = sysconf(SysconfVar::PAGE_SIZE).ok().flatten().and_then(|page| u64::try_from(page).ok());
    let pages = std::fs::read_to_string("/proc/self/statm").ok();
    let pages = pages.and_then(|text| text.split(' ').next()?.parse::<u64>().ok());
    pages.unwrap_or(0) * page.unwrap_or(4096)
}

/// Other systems have no such call in the standard library; the parent's clock still ends the process.
#[cfg(not(unix))]
#[allow(clippy::unnecessary_wraps, reason = "the other half can fail")]
fn limit() -> std::io::Result<()> {
    Ok(())
}
