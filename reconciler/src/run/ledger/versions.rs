//! `daicho ledger diff` and `rollback`: what differs between versions, and the way back.

use jiff::Timestamp;

use super::super::console::Console;
use super::super::project::Project;
use super::super::{CLEAN, Failure};
use crate::cli::{Common, words};
use crate::edge;
use crate::judge::entry::Ledger;
use crate::judge::revision::{self, Revision, Rows, Spellings};

/// Lines of one kind that are shown; `--json` has all.
const LINES: usize = 100;

pub(super) fn diff(common: &Common, before: i64, after: i64, console: &Console) -> Result<u8, Failure> {
    let project = Project::open_to_read(&common.folder)?;
    let version = |number| -> Result<Ledger, Failure> {
        // A version that withdrew its file has no rows.
        let empty = Ledger { entries: vec![], records: vec![], files: vec![], problems: vec![] };
        Ok(project.store.ledger_version(number)?.unwrap_or(empty))
    };
    let found = revision(version(before)?.rows(), version(after)?.rows());
    if console.json {
        console.value(&found)?;
    } else {
        tell(&found, console)?;
    }
    Ok(CLEAN)
}

pub(super) fn rollback(common: &Common, number: i64, console: &Console, now: Timestamp) -> Result<u8, Failure> {
    let (mut project, _lock) = Project::open(&common.folder, "ledger rollback", now)?;
    let old = project.store.restore(number, &edge::user(), now)?;
    console.note(&words::ledger::restored(&old, console.lang));
    Ok(CLEAN)
}

pub(super) fn revision(before: Rows<'_>, after: Rows<'_>) -> Revision {
    revision::revision(before, after, &Spellings::builtin())
}

/// The counts, then every row and cell.
pub(super) fn tell(found: &Revision, console: &Console) -> Result<(), Failure> {
    let lang = console.lang;
    console.line(&words::ledger::revision(found, lang))?;
    let added = found.added.iter().map(|row| words::ledger::row("+", row, lang)).collect::<Vec<_>>();
    let removed = found.removed.iter().map(|row| words::ledger::row("-", row, lang)).collect::<Vec<_>>();
    let changed = found.changed.iter().map(|one| words::ledger::changed(one, lang)).collect::<Vec<_>>();
    for lines in [added, removed, changed] {
        lines.iter().take(LINES).try_for_each(|line| console.line(&format!("  {line}")))?;
        if lines.len() > LINES {
            console.line(&format!("  {}", words::ledger::more(lines.len() - LINES, lang)))?;
        }
    }
    Ok(())
}
