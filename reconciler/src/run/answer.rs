//! `daicho answer`: drafts the answers to a form from one run, freezes them, and writes frozen ones again.
//!
//! What is frozen is the text of the JSON file, octet by octet. Everything else is rendered from that text alone, also
//! on the day on which it is frozen.

use std::path::Path;

use daicho_shared::id::RunId;
use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

use super::as_of::AsOf;
use super::console::Console;
use super::project::Project;
use super::{CLEAN, Failure, attached, reread, rooms, whole};
use crate::answer::forms::Forms;
use crate::answer::ground::Ground;
use crate::answer::question::Form;
use crate::answer::sheet::{First, Occasion, Sheet, sheet};
use crate::cli::{Answer, AnswerCommand, Common, words};
use crate::edge;
use crate::judge::verdict::Verdict;
use crate::render::answer::Paper;
use crate::store::{NewSnapshot, SnapshotInfo, Store};

/// The folder of a project with forms of its own.
const FOLDER: &str = "questions";

pub(super) fn answer(common: &Common, options: &Answer, console: &Console, now: Timestamp) -> Result<u8, Failure> {
    match (&options.command, &options.form) {
        (Some(AnswerCommand::List), _) => list(common, console),
        (Some(AnswerCommand::Show { number, out }), _) => {
            let project = Project::open_to_read(&common.folder)?;
            let (info, content) = project.store.snapshot(*number)?;
            put_out(&info, &content, out.as_deref(), console)
        }
        (None, form) => {
            let (mut project, _lock) = Project::open(&common.folder, "answer", now)?;
            let asked = Asked {
                form: form.as_deref().unwrap_or_default(),
                year: options.year.as_deref(),
                as_of: options.as_of,
                run: options.run.as_deref(),
            };
            let (info, content) = frozen(&mut project, &asked, now)?;
            console.note(&words::answer::frozen(&info, console.lang));
            put_out(&info, &content, options.out.as_deref(), console)
        }
    }
}

fn list(common: &Common, console: &Console) -> Result<u8, Failure> {
    let project = Project::open_to_read(&common.folder)?;
    let (forms, snapshots) = (forms(&project)?, project.store.snapshots()?);
    let known: Vec<String> = forms.all().iter().map(ToString::to_string).collect();
    if console.json {
        console.value(&serde_json::json!({"forms": known, "answers": snapshots}))?;
    } else {
        console.note(&words::answer::forms(&known, console.lang));
        snapshots.iter().try_for_each(|one| console.line(&words::answer::snapshot(one, console.lang)))?;
    }
    Ok(CLEAN)
}

/// Writes the files of a frozen answer, and tells it.
fn put_out(info: &SnapshotInfo, content: &str, out: Option<&Path>, console: &Console) -> Result<u8, Failure> {
    let sheet: Sheet = serde_json::from_str(content).map_err(anyhow::Error::from)?;
    let paper = Paper { sheet: &sheet, content, number: info.number, sha256: &info.sha256, lang: console.lang };
    if let Some(folder) = out {
        std::fs::create_dir_all(folder).map_err(|source| Failure::file(folder, source))?;
        for (ending, bytes) in rooms::answer_files(&paper)? {
            let path = folder.join(format!("{}-{}-{}.{ending}", info.form, info.edition, info.as_of));
            edge::replace_file(&path, &bytes).map_err(|source| Failure::file(&path, source))?;
            console.note(&words::written(&path, console.lang));
        }
    }
    let told = if console.json { content.as_bytes().to_vec() } else { rooms::answer_text(&paper, console.width)? };
    console.bytes(&told)?;
    Ok(CLEAN)
}

/// What is asked for.
pub(super) struct Asked<'a> {
    /// The form's word.
    pub(super) form: &'a str,
    /// Its year or edition; by default the newest until the day.
    pub(super) year: Option<&'a str>,
    /// The day whose state is asked for; by default the form's own, or today where that lies ahead.
    pub(super) as_of: Option<Date>,
    /// The run; by default the last one until the day that looked at the whole network.
    pub(super) run: Option<&'a str>,
}

/// Answers a form and freezes the answer: what was kept of it, and its content.
pub(super) fn frozen(
    project: &mut Project,
    asked: &Asked<'_>,
    now: Timestamp,
) -> Result<(SnapshotInfo, String), Failure> {
    let tz = TimeZone::system();
    let taken = on_the_wall(now, &tz);
    let forms = forms(project)?;
    let form = form(&forms, asked, taken.date())?;
    let day = asked.as_of.unwrap_or_else(|| form.as_of.map_or(taken.date(), |day| day.min(taken.date())));
    let runs = project.store.runs()?;
    let run = match asked.run {
        Some(run) => RunId::from(run),
        None => whole::chosen(&runs, day, &tz).ok_or(Failure::NoRunAsOf { day })?,
    };
    if !runs.iter().any(|one| one.id == run && one.judged) {
        return Err(Failure::NotJudged { run });
    }
    let (as_of, knowledge) = (AsOf::new(day, now, now, &tz), project.knowledge()?);
    let verdict = as_of.verdict(project, &run, &knowledge)?;
    let diagrams = whole::days(&runs, day, &tz);
    let mut ground = Ground::new(&verdict, &knowledge, day, &diagrams, &tz);
    for network in ground.untested() {
        if let Some(other) = whole::of_network(&runs, network, day, &tz) {
            let other = as_of.verdict(project, &other, &knowledge)?;
            ground.also_tested(&Ground::new(&other, &knowledge, day, &[], &tz));
        }
    }
    for other in whole::later(&runs, &run, day, &tz) {
        let other = as_of.verdict(project, &other, &knowledge)?;
        ground.also_later(&Ground::new(&other, &knowledge, day, &[], &tz));
    }
    let hospital = Some(project.settings.hospital.name.clone()).filter(|name| !name.is_empty());
    let ledger_version = ledger_version(&project.store, &verdict, &as_of)?;
    let evidence = attached::hashes(&project.folder, &verdict.ledger);
    let first = first(&project.store, form, day)?;
    let sheet = sheet(form, &ground, Occasion { hospital, taken, evidence, first });
    let content = serde_json::to_string_pretty(&sheet).map_err(anyhow::Error::from)? + "\n";
    let new = NewSnapshot {
        form: &form.form,
        edition: &form.edition,
        as_of: day,
        taken: now,
        who: &edge::user(),
        run: &run,
        ledger_version,
        content: &content,
    };
    Ok((project.store.freeze(&new)?, content))
}

/// The 1回目: the first answer to this form that was frozen for an earlier day.
fn first(store: &Store, form: &Form, day: Date) -> Result<Option<First>, Failure> {
    let same = |one: &SnapshotInfo| one.form == form.form && one.edition == form.edition && one.as_of < day;
    let Some(info) = store.snapshots()?.into_iter().filter(same).min_by_key(|one| one.number) else { return Ok(None) };
    let (info, content) = store.snapshot(info.number)?;
    let sheet: Sheet = serde_json::from_str(&content).map_err(anyhow::Error::from)?;
    Ok(Some(First::of(info.number, &sheet)))
}

/// The runs that a frozen answer stands on.
pub(super) fn runs(project: &Project, snapshot: &SnapshotInfo) -> Result<Vec<RunId>, Failure> {
    let (_, content) = project.store.snapshot(snapshot.number)?;
    let sheet: Sheet = serde_json::from_str(&content).map_err(anyhow::Error::from)?;
    Ok(std::iter::once(sheet.basis.run).chain(sheet.basis.others).collect())
}

pub(super) fn forms(project: &Project) -> Result<Forms, Failure> {
    let folder = project.folder.join(FOLDER);
    let own = if folder.is_dir() { reread::tables(&folder)? } else { vec![] };
    Ok(Forms::with(&own, &project.knowledge()?)?)
}

fn form<'f>(forms: &'f Forms, asked: &Asked<'_>, today: Date) -> Result<&'f Form, Failure> {
    let unknown = || Failure::NoForm {
        form: asked.year.map_or_else(|| asked.form.to_owned(), |year| format!("{} {year}", asked.form)),
        known: forms.all().iter().map(ToString::to_string).collect(),
    };
    forms.find(asked.form, asked.year, asked.as_of.unwrap_or(today)).ok_or_else(unknown)
}

/// The newest version of the ledger's files that the run was judged against.
fn ledger_version(store: &Store, verdict: &Verdict, as_of: &AsOf) -> Result<Option<i64>, Failure> {
    let of_file =
        |file: &str, sha256: &str| verdict.ledger.files.iter().any(|one| one.name == file && one.sha256 == sha256);
    let versions = store.ledger_versions()?;
    let same = versions.iter().filter(|one| of_file(&one.file, &one.sha256));
    let (until, later): (Vec<_>, Vec<_>) = same.partition(|one| as_of.has(one.imported));
    let first = later.iter().map(|one| one.number).min();
    Ok(until.iter().map(|one| one.number).max().or(first))
}

/// To the second, by the clock on the wall.
fn on_the_wall(at: Timestamp, tz: &TimeZone) -> DateTime {
    let here = at.to_zoned(tz.clone()).datetime();
    here.date().at(here.hour(), here.minute(), here.second(), 0)
}
