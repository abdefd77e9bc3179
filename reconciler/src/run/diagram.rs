//! `daicho diagram`: a judged run as a drawing, and what changed between two.

use std::path::Path;

use daicho_shared::id::RunId;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::console::Console;
use super::project::Project;
use super::{CLEAN, Failure, audit, rooms, whole};
use crate::cli::{Common, Diagram, DiagramCommand, words};
use crate::edge;
use crate::render::diagram::{self, Picture};

/// Formats by the end of the file's name.
const DRAWN: &str = ".svg, .png, .drawio";
/// Formats in which changes are marked.
const MARKED: &str = ".svg, .png";

pub(super) fn diagram(common: &Common, options: &Diagram, console: &Console) -> Result<u8, Failure> {
    let project = Project::open_to_read(&common.folder)?;
    if let Some(DiagramCommand::Diff { before, after, out }) = &options.command {
        return diff(&project, [before, after], out.as_deref(), console);
    }
    let picture = picture(&project, options.run.as_deref(), console)?;
    let tz = TimeZone::system();
    match &options.out {
        Some(path) => {
            let bytes = match ending(path) {
                "svg" => diagram::svg(&picture, &tz, console.lang).into_bytes(),
                "png" => diagram::png(&diagram::svg(&picture, &tz, console.lang))?,
                "drawio" => diagram::drawio(&picture, &tz, console.lang).into_bytes(),
                _ => return Err(Failure::DiagramFormat { path: path.clone(), known: DRAWN }),
            };
            write(path, &bytes, console)?;
        }
        None if !console.json => console.bytes(diagram::svg(&picture, &tz, console.lang).as_bytes())?,
        None => {}
    }
    if console.json {
        console.value(&picture)?;
    }
    Ok(CLEAN)
}

fn diff(project: &Project, runs: [&String; 2], out: Option<&Path>, console: &Console) -> Result<u8, Failure> {
    let [before, after] = runs.map(|run| picture(project, Some(run), console));
    let (before, after) = (before?, after?);
    let changes = diagram::changes(&before, &after);
    if console.json {
        console.value(&changes)?;
    } else if changes.is_empty() {
        console.line(words::diagram_unchanged(console.lang))?;
    } else {
        let said = changes.iter().map(|change| crate::render::words::diagram::change(change, console.lang));
        said.into_iter().try_for_each(|line| console.line(&line))?;
    }
    let Some(path) = out else { return Ok(CLEAN) };
    let svg = diagram::svg_of_changes(&before, &after, &TimeZone::system(), console.lang);
    let bytes = match ending(path) {
        "svg" => svg.into_bytes(),
        "png" => diagram::png(&svg)?,
        _ => return Err(Failure::DiagramFormat { path: path.to_owned(), known: MARKED }),
    };
    write(path, &bytes, console)?;
    Ok(CLEAN)
}

fn picture(project: &Project, which: Option<&str>, console: &Console) -> Result<Picture, Failure> {
    let run = chosen(project, which)?;
    let verdict = project.store.verdict(&run)?.ok_or(Failure::NotJudged { run })?;
    Ok(Picture::new(&verdict, &rooms::options(&project.settings.hospital.name, console.lang)))
}

/// A run by its id, or the one that stands for the hospital on a day.
fn chosen(project: &Project, which: Option<&str>) -> Result<RunId, Failure> {
    let Some(day) = which.and_then(|text| text.parse::<Date>().ok()) else { return audit::chosen(project, which) };
    whole::chosen(&project.store.runs()?, day, &TimeZone::system()).ok_or(Failure::NoRunUntil { day })
}

fn ending(path: &Path) -> &str {
    path.extension().and_then(|ending| ending.to_str()).unwrap_or_default()
}

fn write(path: &Path, bytes: &[u8], console: &Console) -> Result<(), Failure> {
    edge::replace_file(path, bytes).map_err(|source| Failure::file(path, source))?;
    console.note(&words::written(path, console.lang));
    Ok(())
}
