//! `daicho ledger`: import, list, withdraw.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::console::Console;
use super::project::Project;
use super::{CLEAN, Failure, rooms};
use crate::cli::{Common, LedgerCommand, words};
use crate::edge;
use crate::import::Imported;
use crate::judge::entry::Ledger;
use crate::settings::Settings;
use crate::store::{NewLedger, Store};

pub(super) fn ledger(
    common: &Common,
    command: &LedgerCommand,
    console: &Console,
    now: Timestamp,
) -> Result<u8, Failure> {
    match command {
        LedgerCommand::Import { files, dry_run: true } => {
            Settings::read(&common.folder)?;
            tell(&read(files, console, now)?, console)
        }
        LedgerCommand::Import { files, dry_run: false } => {
            let (mut project, _lock) = Project::open(&common.folder, "ledger import", now)?;
            tell(&import(&mut project.store, files, console, now)?, console)
        }
        LedgerCommand::Show => show(common, console),
        LedgerCommand::Export(options) => super::export::export(common, options, console, now),
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
    console: &Console,
    now: Timestamp,
) -> Result<Vec<Imported>, Failure> {
    let imported = read(files, console, now)?;
    let who = edge::user();
    let kept: Vec<_> = files.iter().zip(&imported).map(|(path, one)| version(path, one, &who)).collect();
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
    Ok(imported)
}

fn read(files: &[PathBuf], console: &Console, now: Timestamp) -> Result<Vec<Imported>, Failure> {
    let mut names = BTreeSet::new();
    for path in files {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if !names.insert(name.clone()) {
            return Err(Failure::SameName { name });
        }
    }
    files.iter().map(|path| rooms::import(path, now, console.lang)).collect()
}

fn version(path: &Path, imported: &Imported, who: &str) -> NewLedger {
    let ledger = Ledger {
        entries: imported.entries.clone(),
        files: vec![imported.file.clone()],
        problems: imported.problems.clone(),
    };
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned()).display().to_string();
    NewLedger { ledger, path: daicho_shared::text::bounded(&path), who: who.to_owned() }
}

/// Every problem of every row: nothing is dropped silently.
fn tell(imported: &[Imported], console: &Console) -> Result<u8, Failure> {
    if console.json {
        let ledgers: Vec<_> = imported
            .iter()
            .map(|one| serde_json::json!({"file": one.file, "entries": one.entries, "problems": one.problems}))
            .collect();
        console.value(&ledgers)?;
        return Ok(CLEAN);
    }
    for one in imported {
        console.line(&words::imported(&one.file.name, one.entries.len(), one.problems.len(), console.lang))?;
        for problem in &one.problems {
            console.line(&format!("  {}", rooms::problem(problem, console.lang)))?;
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
