//! `daicho ledger`: import, list, withdraw. `map` says how files are read, `versions` what differs between versions.

mod map;
mod renamed;
mod versions;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use indicatif::{ProgressBar, ProgressStyle};
use jiff::Timestamp;

pub(super) use self::map::mappings;
use super::console::Console;
use super::project::{Project, database};
use super::{CLEAN, Failure, rooms};
use crate::cli::{Common, LedgerCommand, words};
use crate::edge;
use crate::import::{Imported, Mappings};
use crate::judge::entry::Ledger;
use crate::judge::revision::Revision;
use crate::settings::Settings;
use crate::store::{NewLedger, Store, StoreError};

pub(super) fn ledger(
    common: &Common,
    command: &LedgerCommand,
    console: &Console,
    now: Timestamp,
) -> Result<u8, Failure> {
    match command {
        LedgerCommand::Import { files, dry_run: true } => dry_run(common, files, console, now),
        LedgerCommand::Import { files, dry_run: false } => {
            let (mut project, _lock) = Project::open(&common.folder, "ledger import", now)?;
            let mappings = mappings(&project.folder)?;
            tell(&import(&mut project.store, files, &mappings, console, now)?, &[], console)
        }
        LedgerCommand::Show => show(common, console),
        LedgerCommand::Export(options) => super::export::export(common, options, console, now),
        LedgerCommand::Map { file, write } => map::map(common, file, *write, console),
        LedgerCommand::Diff { before, after } => versions::diff(common, *before, *after, console),
        LedgerCommand::Rollback { version } => versions::rollback(common, *version, console, now),
        LedgerCommand::Withdraw { file } => {
            let (mut project, _lock) = Project::open(&common.folder, "ledger withdraw", now)?;
            project.store.withdraw(file, &edge::user(), now)?;
            Ok(CLEAN)
        }
    }
}

/// Reads all files, then keeps all of them or, if one cannot be read, none.
pub(super) fn import(
    store: &mut Store,
    files: &[PathBuf],
    mappings: &Mappings,
    console: &Console,
    now: Timestamp,
) -> Result<Vec<Imported>, Failure> {
    let imported = read(files, mappings, console, now)?;
    renamed::tell(&store.ledger()?, &imported, console);
    let who = edge::user();
    // Moved and moved back, never copied: a large ledger is most of what this program holds.
    let (kept, sheets): (Vec<_>, Vec<_>) =
        files.iter().zip(imported).map(|(path, one)| version(path, one, &who)).unzip();
    let before = store.ledger_versions()?;
    store.add_ledger_versions(&kept)?;
    for new in &kept {
        let moved = |old: &&crate::store::LedgerVersion| {
            old.current && old.rows.is_some() && new.ledger.files.iter().any(|file| file.name == old.file)
        };
        if let Some(old) = before.iter().find(moved).filter(|old| old.path != new.path) {
            console.note(&words::replaced(&old.file, &old.path, &new.path, console.lang));
        }
    }
    Ok(kept.into_iter().zip(sheets).filter_map(|(new, sheets)| told_of(new.ledger, sheets)).collect())
}

fn told_of(ledger: Ledger, sheets: Vec<String>) -> Option<Imported> {
    let Ledger { entries, records, files, problems } = ledger;
    Some(Imported { file: files.into_iter().next()?, sheets, entries, records, problems })
}

/// Everything that would be noticed, and what would change; nothing is kept.
fn dry_run(common: &Common, files: &[PathBuf], console: &Console, now: Timestamp) -> Result<u8, Failure> {
    Settings::read(&common.folder)?;
    let imported = read(files, &mappings(&common.folder)?, console, now)?;
    let current = match Store::open_existing(&database(&common.folder)) {
        Ok(store) => store.ledger()?,
        Err(StoreError::Missing { .. }) => vec![],
        Err(error) => return Err(error.into()),
    };
    renamed::tell(&current, &imported, console);
    let earlier = |one: &Imported| current.iter().find(|old| old.files.iter().any(|file| file.name == one.file.name));
    let revisions: Vec<Option<Revision>> = imported
        .iter()
        .map(|one| earlier(one).map(|old| versions::revision(old.rows(), (&one.entries, &one.records))))
        .collect();
    tell(&imported, &revisions, console)
}

fn read(files: &[PathBuf], mappings: &Mappings, console: &Console, now: Timestamp) -> Result<Vec<Imported>, Failure> {
    let mut names = BTreeSet::new();
    for path in files {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if !names.insert(name.clone()) {
            return Err(Failure::SameName { name });
        }
    }
    let one = |path: &PathBuf| {
        let bar = bar(path, console);
        let step = |done, all| {
            bar.set_length(all);
            bar.set_position(done);
        };
        let read = rooms::import(path, now, mappings, console.lang, &step);
        bar.finish_and_clear();
        read
    };
    files.iter().map(one).collect()
}

/// On a terminal only. Until the cells are there, it says that it waits for them.
fn bar(path: &Path, console: &Console) -> ProgressBar {
    if console.quiet {
        return ProgressBar::hidden();
    }
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let bar = ProgressBar::no_length().with_message(words::ledger::reading(&name, console.lang));
    if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} [{wide_bar}] {human_pos}/{human_len} {elapsed}") {
        bar.set_style(style.progress_chars("=> "));
    }
    bar.enable_steady_tick(std::time::Duration::from_millis(200));
    bar
}

fn version(path: &Path, imported: Imported, who: &str) -> (NewLedger, Vec<String>) {
    let Imported { file, sheets, entries, records, problems } = imported;
    let ledger = Ledger { entries, records, files: vec![file], problems };
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned()).display().to_string();
    (NewLedger { ledger, path: daicho_shared::text::bounded(&path), who: who.to_owned() }, sheets)
}

/// Every problem of every row: nothing is dropped silently. `revisions` are those of a dry run.
fn tell(imported: &[Imported], revisions: &[Option<Revision>], console: &Console) -> Result<u8, Failure> {
    let revision = |at: usize| revisions.get(at).and_then(Option::as_ref);
    if console.json {
        let json = |(at, one): (usize, &Imported)| {
            serde_json::json!({
                "file": one.file, "entries": one.entries, "records": one.records, "problems": one.problems,
                "changes": revision(at)
            })
        };
        console.value(&imported.iter().enumerate().map(json).collect::<Vec<_>>())?;
        return Ok(CLEAN);
    }
    for (at, one) in imported.iter().enumerate() {
        console.line(&words::ledger::imported(one, console.lang))?;
        for problem in &one.problems {
            console.line(&format!("  {}", rooms::problem(problem, &one.sheets, console.lang)))?;
        }
        if let Some(revision) = revision(at) {
            versions::tell(revision, console)?;
        }
    }
    Ok(CLEAN)
}

fn show(common: &Common, console: &Console) -> Result<u8, Failure> {
    let project = Project::open_to_read(&common.folder)?;
    let versions = project.store.ledger_versions()?;
    if console.json {
        console.value(&versions)?;
    } else {
        versions.iter().try_for_each(|version| console.line(&words::ledger_version(version, console.lang)))?;
    }
    Ok(CLEAN)
}
