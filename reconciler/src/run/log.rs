//! `daicho log`: everything that was decided, and the proof that nothing of it was changed.
//!
//! The end of the log is written down beside the database after every decision, and printed in every report. Whoever
//! can write in the folder can change both; what a report on paper says, nobody can.

use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::path::PathBuf;

use super::console::Console;
use super::project::Project;
use super::{CLEAN, FINDINGS, Failure};
use crate::cli::{Common, LogCommand, words};
use crate::judge::review::standing::Head;
use crate::store::{Deed, LogRow};

/// The most octets of the file of heads that are read: some ten thousand decisions.
const HEADS_LIMIT: u64 = 4 << 20;

pub(super) fn log(common: &Common, command: &LogCommand, console: &Console) -> Result<u8, Failure> {
    match command {
        LogCommand::Show { about } => show(common, about.as_deref(), console),
        LogCommand::Verify { head } => verify(common, head, console),
    }
}

fn show(common: &Common, about: Option<&str>, console: &Console) -> Result<u8, Failure> {
    let mut rows = Project::open_to_read(&common.folder)?.store.log_rows()?;
    rows.retain(|row| about.is_none_or(|about| is_about(row, about)));
    if console.json {
        console.value(&rows)?;
    } else if rows.is_empty() {
        console.note(&words::no_decisions(console.lang));
    } else {
        rows.iter().try_for_each(|row| console.line(&words::review::log_row(row, console.lang)))?;
    }
    Ok(CLEAN)
}

fn is_about(row: &LogRow, about: &str) -> bool {
    let subject = match &row.deed {
        Deed::Device { key, .. } => key,
        Deed::Finding(review) => &review.finding,
        Deed::Withdrawn { vendor, .. } => vendor,
    };
    subject.to_lowercase().contains(&about.trim().to_lowercase())
}

fn verify(common: &Common, typed: &[String], console: &Console) -> Result<u8, Failure> {
    let project = Project::open_to_read(&common.folder)?;
    let (mut heads, unreadable) = written(&project)?;
    for text in typed {
        heads.push(head(text).ok_or_else(|| Failure::BadHead { text: daicho_shared::text::bounded(text) })?);
    }
    let verified = project.store.verify_log(&heads)?;
    let whole = verified.is_whole() && unreadable == 0;
    if console.json {
        console.value(&verified)?;
    } else {
        console.line(&words::review::verified(&verified, heads.len(), unreadable, console.lang))?;
    }
    Ok(if whole { CLEAN } else { FINDINGS })
}

/// Writes the end of the log down beside the database.
pub(super) fn note_head(project: &Project) -> Result<(), Failure> {
    let Some(head) = project.store.log_head()? else { return Ok(()) };
    let path = heads(project);
    let file = OpenOptions::new().create(true).append(true).open(&path);
    let written = file.and_then(|mut file| writeln!(file, "{}:{}", head.number, head.hash));
    written.map_err(|source| Failure::file(&path, source))
}

/// The ends that were written down, and how many lines are none: those were not written by this program.
fn written(project: &Project) -> Result<(Vec<Head>, usize), Failure> {
    let path = heads(project);
    let mut text = String::new();
    match File::open(&path) {
        Err(source) if source.kind() == std::io::ErrorKind::NotFound => return Ok((vec![], 0)),
        Err(source) => return Err(Failure::file(&path, source)),
        Ok(file) => file.take(HEADS_LIMIT).read_to_string(&mut text).map_err(|source| Failure::file(&path, source))?,
    };
    let heads: Vec<Head> = text.lines().filter_map(head).collect();
    let unreadable = text.lines().count() - heads.len();
    Ok((heads, unreadable))
}

fn heads(project: &Project) -> PathBuf {
    project.data().join("log-heads.txt")
}

/// `12:3fa2…`, with all 64 digits.
fn head(text: &str) -> Option<Head> {
    let (number, hash) = text.trim().split_once(':')?;
    let whole = hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
    Some(Head { number: number.parse().ok().filter(|number| *number > 0)?, hash: hash.to_owned() }).filter(|_| whole)
}
