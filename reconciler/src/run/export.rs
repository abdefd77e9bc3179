//! `daicho ledger export`: the ledger goes back to where people keep it. No file is ever overwritten.

use std::collections::BTreeMap;
use std::io::{ErrorKind, Write};
use std::path::Path;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use sha2::{Digest, Sha256};

use super::console::Console;
use super::ledger::mappings;
use super::project::Project;
use super::{CLEAN, Failure, audit, rooms, show};
use crate::cli::{Common, Export, words};
use crate::edge;
use crate::export::{Form, Row, Sheet};
use crate::import::Columns;
use crate::judge::entry::Register;
use crate::store::{LedgerVersion, StoreError};

pub(super) fn export(common: &Common, options: &Export, console: &Console, now: Timestamp) -> Result<u8, Failure> {
    let project = Project::open_to_read(&common.folder)?;
    if options.out.symlink_metadata().is_ok() {
        return Err(Failure::OutTaken { path: options.out.clone() });
    }
    match &options.workbook {
        Some(file) => own_file(&project, file, options, console),
        None => form(&project, options, console, now),
    }
}

fn own_file(project: &Project, file: &Path, options: &Export, console: &Console) -> Result<u8, Failure> {
    ends_in(&options.out, &[&extension(file)])?;
    let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let version = version(project, &name)?;
    let original = rooms::original(file, &mappings(&project.folder)?, console.lang)?;
    if hex::encode(Sha256::digest(&original.bytes)) != version.sha256 {
        return Err(Failure::LedgerChanged { path: file.to_owned(), imported: version.imported });
    }
    let ledger = rooms::imported(&project.store)?;
    let amendments = rooms::accepted(&project.store)?;
    let made = rooms::own_file(&original, &ledger, &amendments, console.lang)
        .map_err(|refusal| Failure::Unwritable { path: file.to_owned(), refusal })?;
    create(&options.out, &made.bytes)?;
    if console.json {
        console.value(&serde_json::json!({"out": options.out, "cells": made.told}))?;
        return Ok(CLEAN);
    }
    console.line(&words::export::written_back(&options.out, &made.told, console.lang))?;
    made.told.iter().try_for_each(|told| console.line(&words::export::told(told, console.lang)))?;
    Ok(CLEAN)
}

/// The version of the file that counts.
fn version(project: &Project, name: &str) -> Result<LedgerVersion, Failure> {
    let mut versions = project.store.ledger_versions()?.into_iter();
    let version = versions.find(|version| version.current && version.rows.is_some() && version.file == name);
    Ok(version.ok_or_else(|| StoreError::NoSuchFile { file: name.to_owned() })?)
}

fn form(project: &Project, options: &Export, console: &Console, now: Timestamp) -> Result<u8, Failure> {
    let columns = Columns::builtin();
    ends_in(&options.out, &["xlsx", "csv"])?;
    let rows = if options.from.is_some() {
        let run = audit::chosen(project, options.run.as_deref())?;
        crate::export::seen(&show::verdict(project, &run)?, &columns)
    } else {
        let rows = crate::export::rows(&rooms::imported(&project.store)?, &columns);
        // Changes whose row is gone, or says a third thing, are left out: the file counts.
        crate::export::amended(rows, &rooms::amended(&project.store)?.pending)
    };
    let is_csv = extension(&options.out) == "csv";
    let form = if is_csv {
        Form::Separated(options.encoding.into())
    } else {
        Form::Workbook { updated: now.to_zoned(TimeZone::system()).date(), updated_by: edge::user() }
    };
    let all = rows.len();
    let sheets = sheets(rows, is_csv.then_some(options.register));
    let kept: usize = sheets.iter().map(|sheet| sheet.rows.len()).sum();
    let made = crate::export::form(&sheets, &form, &columns);
    let (bytes, lacking) = made.map_err(|refusal| Failure::Unwritable { path: options.out.clone(), refusal })?;
    create(&options.out, &bytes)?;
    if console.json {
        console.value(&serde_json::json!({
            "out": options.out, "rows": kept, "left_out": all - kept, "replaced": lacking,
        }))?;
        return Ok(CLEAN);
    }
    console.line(&words::export::exported(&options.out, kept, console.lang))?;
    lacking.iter().try_for_each(|one| console.line(&words::export::lacking(one, console.lang)))?;
    if all > kept {
        console.line(&words::export::other_registers(all - kept, console.lang))?;
    }
    Ok(CLEAN)
}

/// One sheet a register, in the order of the registers; one register alone where only one is wanted.
fn sheets(rows: Vec<Row>, only: Option<Register>) -> Vec<Sheet> {
    // A ledger without a row is a sheet with headings, not a workbook without a sheet.
    let mut sheets = BTreeMap::from([(only.unwrap_or(Register::Equipment), Vec::new())]);
    for row in rows.into_iter().filter(|row| only.is_none_or(|only| only == row.register)) {
        sheets.entry(row.register).or_default().push(row);
    }
    sheets.into_iter().map(|(register, rows)| Sheet { title: rooms::register(register), rows }).collect()
}

fn extension(path: &Path) -> String {
    path.extension().unwrap_or_default().to_string_lossy().to_lowercase()
}

pub(super) fn ends_in(path: &Path, known: &[&str]) -> Result<(), Failure> {
    if known.contains(&extension(path).as_str()) {
        return Ok(());
    }
    let expected: Vec<String> = known.iter().map(|extension| format!(".{extension}")).collect();
    Err(Failure::OutEnding { path: path.to_owned(), expected: expected.join(" / ") })
}

/// A new file, and only a new one: whatever has the name by now stays as it is.
pub(super) fn create(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let made = edge::make_file(path);
    let written = made.and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()));
    written.map_err(|source| match source.kind() {
        ErrorKind::AlreadyExists => Failure::OutTaken { path: path.to_owned() },
        _ => Failure::file(path, source),
    })
}
