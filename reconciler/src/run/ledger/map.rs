//! `daicho ledger map`: how a file's columns are read, and what people say about that.

use std::io::{ErrorKind, Write};
use std::path::Path;

use super::super::console::Console;
use super::super::{CLEAN, Failure, rooms};
use crate::cli::{Common, words};
use crate::edge;
use crate::import::Mappings;
use crate::import::layout::Layouts;
use crate::import::mapping;
use crate::lang::Lang;
use crate::settings::Settings;

/// Where the mappings of a project stand.
const FOLDER: &str = "mappings";
/// Octets of one mapping file.
const LIMIT: u64 = 1 << 20;

pub(super) fn map(common: &Common, file: &Path, write: bool, console: &Console) -> Result<u8, Failure> {
    Settings::read(&common.folder)?;
    let found = rooms::layouts(file, &mappings(&common.folder)?, console.lang)?;
    if console.json {
        console.value(&found)?;
    } else {
        console.bytes(&rooms::layout_text(&found, console.lang, console.width)?)?;
    }
    if write {
        save(&common.folder, &found, console)?;
    }
    Ok(CLEAN)
}

/// Every mapping of a project, in the order of the files' names.
pub(in crate::run) fn mappings(project: &Path) -> Result<Mappings, Failure> {
    let folder = project.join(FOLDER);
    let mut found = Mappings::default();
    let entries = match std::fs::read_dir(&folder) {
        Err(source) if source.kind() == ErrorKind::NotFound => return Ok(found),
        entries => entries.map_err(|source| Failure::file(&folder, source))?,
    };
    let mut paths: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
    paths.sort();
    for path in paths {
        let size = std::fs::metadata(&path).map_err(|source| Failure::file(&path, source))?.len();
        let text = if size > LIMIT { Err(format!("{size} > {LIMIT}")) } else { read(&path)? };
        text.and_then(|text| found.add(&text)).map_err(|message| Failure::Mapping { path, message })?;
    }
    Ok(found)
}

fn read(path: &Path) -> Result<Result<String, String>, Failure> {
    let bytes = std::fs::read(path).map_err(|source| Failure::file(path, source))?;
    Ok(String::from_utf8(bytes).map_err(|error| error.to_string()))
}

/// Writes what was found for a person to edit; a file that is there already is left as it is.
fn save(project: &Path, found: &Layouts, console: &Console) -> Result<(), Failure> {
    let folder = project.join(FOLDER);
    edge::make_private_folder(&folder).map_err(|source| Failure::file(&folder, source))?;
    let stem = Path::new(&found.file).file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let path = folder.join(format!("{stem}.toml"));
    match edge::make_private_file(&path).and_then(|mut file| file.write_all(text(found, console.lang).as_bytes())) {
        Err(source) if source.kind() == ErrorKind::AlreadyExists => console.note(&words::kept(&path, console.lang)),
        written => {
            written.map_err(|source| Failure::file(&path, source))?;
            console.note(&words::ledger::mapping_written(&path, console.lang));
        }
    }
    Ok(())
}

fn text(found: &Layouts, lang: Lang) -> String {
    let remarks = |sheet: &crate::import::layout::SheetLayout| {
        sheet.columns.iter().map(|column| rooms::layout_remark(column, lang)).collect::<Vec<_>>()
    };
    let tables: Vec<_> = found.said().into_iter().map(|(sheet, layout)| (layout, remarks(sheet))).collect();
    let head = words::ledger::mapping_head(&found.file, lang);
    mapping::file(&head, &tables)
}
