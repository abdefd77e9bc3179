//! `daicho runs` and `daicho import-batch`.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};

use daicho_shared::batch::{BatchError, Records};
use jiff::Timestamp;

use super::console::Console;
use super::keeper::{Keeper, Kept};
use super::project::Project;
use super::vendor::hand_in;
use super::{CLEAN, Failure, PARTIAL};
use crate::cli::{Common, words};
use crate::edge;
use crate::store::Store;

pub(super) fn list(common: &Common, console: &Console) -> Result<u8, Failure> {
    let runs = Project::open_to_read(&common.folder)?.store.runs()?;
    if console.json {
        console.value(&runs)?;
    } else {
        runs.iter().try_for_each(|run| console.line(&words::run(run, console.lang)))?;
    }
    Ok(CLEAN)
}

pub(super) fn import(
    common: &Common,
    files: &[PathBuf],
    vendor: Option<&str>,
    console: &Console,
    now: Timestamp,
) -> Result<u8, Failure> {
    let (mut project, _lock) = Project::open(&common.folder, "import-batch", now)?;
    let mut code = CLEAN;
    for path in files {
        let own = vendor.map(|vendor| hand_in::own(&project, vendor, path)).transpose()?;
        let kept = keep_file(&mut project.store, path)?;
        if let Some(own) = &own {
            hand_in::keep(&mut project, &kept.run, &own.vendor, path, now)?;
            console.note(&words::vendor::handed_in(&kept.run, &own.vendor, own.strangers, console.lang));
        }
        console.note(&words::scanned(&kept.run, kept.complete, kept.cut, console.lang));
        if !kept.complete {
            code = PARTIAL;
        }
    }
    Ok(code)
}

fn keep_file(store: &mut Store, path: &Path) -> Result<Kept, Failure> {
    if path == Path::new("-") {
        return keep(store, io::stdin().lock(), path);
    }
    let file = File::open(path).map_err(|source| Failure::file(path, source))?;
    keep(store, BufReader::new(file), path)
}

/// A batch that turns out to be damaged half-way is kept up to there, as a run that was cut off would be.
fn keep(store: &mut Store, input: impl BufRead, path: &Path) -> Result<Kept, Failure> {
    let broken = |source: BatchError| Failure::Batch { path: path.to_owned(), source };
    let mut keeper = Keeper::new(store, edge::tick());
    for record in Records::new(input) {
        match record {
            Ok(record) => keeper.take(record, edge::tick())?,
            Err(source) => {
                keeper.finish()?;
                return Err(broken(source));
            }
        }
    }
    keeper.finish()?.ok_or_else(|| broken(BatchError::NoHeader { line: 1 }))
}
