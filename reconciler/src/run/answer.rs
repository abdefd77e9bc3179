//! `daicho answer`: drafts the answers to a form from one run, freezes them, and writes frozen ones again.
//!
//! What is frozen is the text of the JSON file, octet by octet. Everything else is rendered from that text alone, also
//! on the day on which it is frozen.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use daicho_shared::id::RunId;
use ipnet::IpNet;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use super::console::Console;
use super::project::Project;
use super::{CLEAN, Failure, attached, reread, rooms};
use crate::answer::forms::Forms;
use crate::answer::ground::Ground;
use crate::answer::question::Form;
use crate::answer::sheet::{First, Occasion, Sheet, sheet};
use crate::cli::{Answer, AnswerCommand, Common, words};
use crate::edge;
use crate::judge::verdict::Verdict;
use crate::render::answer::Paper;
use crate::store::{NewSnapshot, RunInfo, SnapshotInfo, Store};

/// The folder of a project with forms of its own.
const FOLDER: &str = "questions";
/// A run of fewer networks does not stand for the hospital if a wider one is no more days older than this.
const RECENT: i32 = 31;

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
    let run = match asked.run {
        Some(run) => RunId::from(run),
        None => chosen(&project.store.runs()?, day, &tz).ok_or(Failure::NoRunAsOf { day })?,
    };
    let verdict = project.store.verdict(&run)?;
    let mut verdict = verdict.ok_or_else(|| Failure::NotJudged { run: run.clone() })?;
    rooms::stand_on(&project.store, &mut verdict, day, &tz)?;
    let diagrams = diagrams(&project.store.runs()?, day, &tz);
    let mut ground = Ground::new(&verdict, &project.knowledge()?, day, &diagrams, &tz);
    for network in ground.untested() {
        if let Some(other) = tested(project, network, day, &tz)? {
            ground.also_tested(&other);
        }
    }
    let hospital = Some(project.settings.hospital.name.clone()).filter(|name| !name.is_empty());
    let (ledger_version, ledger_changed) = ledger(&project.store, &verdict, day, &tz)?;
    let evidence = attached::hashes(&project.folder, &verdict.ledger);
    let first = first(&project.store, form, day)?;
    let sheet = sheet(form, &ground, Occasion { hospital, taken, ledger_changed, evidence, first });
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

/// It was judged, until a day, and is the hospital's own: what a vendor handed in is about its devices only.
fn counts(run: &RunInfo, day: Date, tz: &TimeZone) -> bool {
    run.judged && run.vendor.is_none() && on_the_wall(run.started, tz).date() <= day
}

/// The last judged run until a day, but none that looked at a part only while another of those weeks looked at more.
fn chosen(runs: &[RunInfo], day: Date, tz: &TimeZone) -> Option<RunId> {
    let on = |run: &RunInfo| on_the_wall(run.started, tz).date();
    let until: Vec<&RunInfo> = runs.iter().filter(|run| counts(run, day, tz)).collect();
    let last = until.iter().map(|run| on(run)).max()?;
    let since = last.checked_sub(RECENT.days()).ok()?;
    let recent: Vec<&RunInfo> = until.into_iter().filter(|run| on(run) >= since).collect();
    let covers = |one: &RunInfo, other: &RunInfo| {
        other.scope.iter().all(|network| one.scope.iter().any(|wider| wider.contains(network)))
    };
    let wider = |run: &RunInfo| recent.iter().any(|other| covers(other, run) && !covers(run, other));
    recent.iter().filter(|run| !wider(run)).max_by_key(|run| run.started).map(|run| run.id.clone())
}

/// The last judged run until a day that looked at this network, e.g. `audit --closed`.
fn tested(project: &Project, network: IpNet, day: Date, tz: &TimeZone) -> Result<Option<Verdict>, Failure> {
    let runs = project.store.runs()?;
    let until = runs.iter().filter(|run| run.complete && counts(run, day, tz));
    let mut looked = until.filter(|run| run.scope.iter().any(|scope| scope.contains(&network)));
    // The newest comes first. A verdict that cannot be read any more is derived, and no reason to stop.
    Ok(looked.find_map(|run| project.store.verdict(&run.id).ok().flatten()))
}

/// Days on which a diagram could be drawn: those of judged runs.
fn diagrams(runs: &[RunInfo], day: Date, tz: &TimeZone) -> Vec<Date> {
    let judged = runs.iter().filter(|run| counts(run, day, tz));
    let days: BTreeSet<Date> = judged.map(|run| on_the_wall(run.started, tz).date()).collect();
    days.into_iter().collect()
}

/// The newest ledger version that the run was judged against, and whether the ledger of that day says something else.
fn ledger(store: &Store, verdict: &Verdict, day: Date, tz: &TimeZone) -> Result<(Option<i64>, bool), Failure> {
    let versions = store.ledger_versions()?;
    let judged =
        |file: &str, sha256: &str| verdict.ledger.files.iter().any(|one| one.name == file && one.sha256 == sha256);
    let number = versions.iter().filter(|one| judged(&one.file, &one.sha256)).map(|one| one.number).max();
    // The newest comes first.
    let mut newest = BTreeMap::new();
    for version in versions.iter().filter(|one| on_the_wall(one.imported, tz).date() <= day) {
        newest.entry(version.file.as_str()).or_insert(version);
    }
    let changed = newest.values().any(|version| match version.rows {
        Some(_) => !judged(&version.file, &version.sha256),
        None => verdict.ledger.files.iter().any(|one| one.name == version.file),
    });
    Ok((number, changed))
}

/// To the second, by the clock on the wall.
fn on_the_wall(at: Timestamp, tz: &TimeZone) -> DateTime {
    let here = at.to_zoned(tz.clone()).datetime();
    here.date().at(here.hour(), here.minute(), here.second(), 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(id: &str, day: &str, scope: &[&str]) -> RunInfo {
        RunInfo {
            id: id.into(),
            host: "scanner".into(),
            scope: scope.iter().map(|network| network.parse().unwrap()).collect(),
            started: format!("{day}T02:00:00Z").parse().unwrap(),
            finished: None,
            complete: true,
            reason: None,
            observations: 1,
            judged: true,
            vendor: None,
        }
    }

    #[test]
    fn a_run_of_one_segment_does_not_stand_for_the_hospital() {
        let runs = [
            run("old", "2026-01-05", &["10.0.0.0/8"]),
            run("whole", "2026-03-20", &["10.0.0.0/16", "10.1.0.0/24"]),
            run("closed", "2026-03-25", &["10.1.0.0/24"]),
            run("later", "2026-04-02", &["10.0.0.0/8"]),
            RunInfo { vendor: Some("B社".into()), ..run("vendor", "2026-03-30", &["10.0.0.0/8"]) },
            RunInfo { judged: false, ..run("raw", "2026-03-30", &["10.0.0.0/8"]) },
            RunInfo { vendor: Some("B社".into()), ..run("theirs", "2026-03-30", &["10.0.0.0/8"]) },
        ];
        let on = |day: &str| chosen(&runs, day.parse().unwrap(), &TimeZone::UTC).map(|run| run.0.to_string());
        assert_eq!(on("2026-03-31").as_deref(), Some("whole"));
        assert_eq!(on("2026-03-19").as_deref(), Some("old"));
        assert_eq!(on("2026-04-02").as_deref(), Some("later"));
        assert_eq!(on("2026-01-04"), None);
        let days = diagrams(&runs, "2026-03-31".parse().unwrap(), &TimeZone::UTC);
        assert_eq!(days.len(), 3);
    }
}
