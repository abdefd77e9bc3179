//! `daicho vendor status` and `remind`: who still has to answer, and the letter that asks again.

use std::path::Path;

use jiff::Timestamp;

use super::{Desk, contact, one};
use crate::cli::{Common, words};
use crate::edge;
use crate::render::words::enquiry::{blank_contact, no_hospital, reminder};
use crate::run::console::Console;
use crate::run::project::Project;
use crate::run::{CLEAN, Failure};
use crate::vendor::status::{Chase, State, chase};

pub(super) fn status(
    common: &Common,
    out: Option<&Path>,
    typed: Option<&str>,
    console: &Console,
    now: Timestamp,
) -> Result<u8, Failure> {
    let project = Project::open_to_read(&common.folder)?;
    let desk = Desk::new(&project, now)?;
    let list = lines(&desk);
    if console.json {
        console.value(&list)?;
    } else if list.is_empty() {
        console.note(words::vendor::none(console.lang));
    } else {
        console.bytes(&crate::render::vendor::chase::text(&list, console.lang, console.width))?;
    }
    let Some(folder) = out else { return Ok(CLEAN) };
    std::fs::create_dir_all(folder).map_err(|source| Failure::file(folder, source))?;
    let waits = |chase: &&Chase| matches!(chase.state, State::Overdue | State::Waiting | State::Unconfirmed);
    for chase in list.iter().filter(waits) {
        let Some(text) = letter(&project, chase, typed) else { continue };
        let path = folder.join(format!("{:04}-{}.txt", chase.enquiry.unwrap_or_default(), desk.today));
        edge::replace_file(&path, text.as_bytes()).map_err(|source| Failure::file(&path, source))?;
        console.note(&words::written(&path, console.lang));
    }
    Ok(CLEAN)
}

pub(super) fn remind(
    common: &Common,
    vendor: &str,
    typed: Option<&str>,
    console: &Console,
    now: Timestamp,
) -> Result<u8, Failure> {
    let project = Project::open_to_read(&common.folder)?;
    let desk = Desk::new(&project, now)?;
    let (dossiers, names) = (desk.dossiers(), desk.names());
    let meant = one(&dossiers, &names, vendor)?;
    let line = lines(&desk).into_iter().find(|line| names.is(&line.vendor, &meant.vendor));
    match line.and_then(|line| letter(&project, &line, typed)) {
        Some(text) => console.bytes(text.as_bytes())?,
        None => console.note(words::vendor::nothing_open(console.lang)),
    }
    Ok(CLEAN)
}

fn lines(desk: &Desk) -> Vec<Chase> {
    chase(&desk.dossiers(), &desk.verdict, &desk.vendors, &desk.names(), desk.today)
}

/// In the language of reports, which is that of the workbooks.
fn letter(project: &Project, chase: &Chase, typed: Option<&str>) -> Option<String> {
    let lang = project.settings.report.lang;
    let name = Some(project.settings.hospital.name.as_str()).filter(|name| !name.is_empty());
    let contact = contact(typed, project).unwrap_or_else(|| blank_contact(lang).to_owned());
    reminder(chase, name.unwrap_or_else(|| no_hospital(lang)), &contact, lang)
}
