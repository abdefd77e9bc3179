//! `daicho scan`, `reconcile`, `report`, and all three as `audit`.

use std::path::{Path, PathBuf};

use daicho_shared::id::RunId;
use ipnet::IpNet;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::agent::{self, Agent};
use super::agent_config::Errand;
use super::console::Console;
use super::keeper::Kept;
use super::project::Project;
use super::review::rules::Applied;
use super::{CLEAN, FINDINGS, Failure, PARTIAL, agent_config, reread, review, rooms};
use crate::cli::{Audit, Common, Reconcile, Report, Walk, words};
use crate::edge;
use crate::judge::Knowledge;
use crate::judge::finding::Severity;
use crate::judge::verdict::Verdict;
use crate::settings::{SETTINGS_FILE, Settings};
use crate::store::lock::FolderLock;

/// Earlier verdicts that the judge looks at: two weeks of nights.
pub(super) const HISTORY: u32 = 14;

pub(super) fn scan(common: &Common, walk: &Walk, console: &Console, now: Timestamp) -> Result<u8, Failure> {
    let (mut project, lock) = Project::open(&common.folder, "scan", now)?;
    let kept = run_agent(&mut project, &lock, &Errand { closed: None, walk: Some(walk) }, console)?;
    if console.json {
        console.value(&serde_json::json!({"run": kept.run, "complete": kept.complete, "cut": kept.cut}))?;
    }
    Ok(if kept.complete { CLEAN } else { PARTIAL })
}

pub(super) fn reconcile(
    common: &Common,
    options: &Reconcile,
    console: &Console,
    now: Timestamp,
) -> Result<u8, Failure> {
    if let Some(rules) = &options.rules {
        return reread::reconcile(common, options, rules.as_deref(), console, now);
    }
    let (mut project, _lock) = Project::open(&common.folder, "reconcile", now)?;
    let run = chosen(&project, options.run.as_deref())?;
    let verdict = judge(&mut project, &run, now)?;
    show(&project, &verdict, console)?;
    tell_powerless(&project, &verdict, console, now)?;
    Ok(code(&verdict, options.fail_on.unwrap_or(project.settings.judge.fail_on)))
}

pub(super) fn report(common: &Common, options: &Report, console: &Console, now: Timestamp) -> Result<u8, Failure> {
    let project = Project::open_to_read(&common.folder)?;
    let run = chosen(&project, options.run.as_deref())?;
    let mut verdict = project.store.verdict(&run)?.ok_or(Failure::NotJudged { run })?;
    rooms::stand(&project.store, &mut verdict, now)?;
    let folder = options.out.clone().unwrap_or_else(|| report_folder(&project, &verdict));
    write_reports(&project, &verdict, &folder)?;
    if console.json {
        let options = rooms::options(&project.settings.hospital.name, console.lang);
        console.bytes(&rooms::result_json(&verdict, &options)?)?;
    }
    console.note(&words::reported(&folder, console.lang));
    Ok(CLEAN)
}

pub(super) fn audit(common: &Common, options: &Audit, console: &Console, now: Timestamp) -> Result<u8, Failure> {
    let (mut project, lock) = Project::open(&common.folder, "audit", now)?;
    let errand = Errand { closed: options.closed, walk: Some(&options.walk) };
    let kept = run_agent(&mut project, &lock, &errand, console)?;
    let verdict = judge(&mut project, &kept.run, now)?;
    let folder = report_folder(&project, &verdict);
    write_documents(&project, &verdict, options.closed, &folder)?;
    show_with(&project, &verdict, options.closed, console)?;
    tell_powerless(&project, &verdict, console, now)?;
    console.note(&words::reported(&folder, console.lang));
    Ok(code(&verdict, options.fail_on.unwrap_or(project.settings.judge.fail_on)))
}

/// Scans and judges.
pub(super) fn audit_folder(
    project: &mut Project,
    lock: &FolderLock,
    console: &Console,
    now: Timestamp,
) -> Result<Verdict, Failure> {
    let kept = run_agent(project, lock, &Errand::default(), console)?;
    judge(project, &kept.run, now)
}

/// Shows the findings, or the whole result as JSON.
pub(super) fn show(project: &Project, verdict: &Verdict, console: &Console) -> Result<(), Failure> {
    show_with(project, verdict, None, console)
}

fn show_with(project: &Project, verdict: &Verdict, closed: Option<IpNet>, console: &Console) -> Result<(), Failure> {
    let mut options = rooms::options(&project.settings.hospital.name, console.lang);
    options.closed = closed;
    if console.json {
        return console.bytes(&rooms::result_json(verdict, &options)?);
    }
    options.colour = console.color;
    options.width = console.width;
    let mut table = Vec::new();
    rooms::findings(verdict, &options, &mut table)?;
    console.bytes(&table)
}

/// Writes the documents of one verdict into a folder.
pub(super) fn write_reports(project: &Project, verdict: &Verdict, folder: &Path) -> Result<(), Failure> {
    write_documents(project, verdict, None, folder)
}

/// With the statement about a segment that is believed closed, where one was scanned for it.
fn write_documents(project: &Project, verdict: &Verdict, closed: Option<IpNet>, folder: &Path) -> Result<(), Failure> {
    let lang = project.settings.report.lang;
    std::fs::create_dir_all(folder).map_err(|source| Failure::file(folder, source))?;
    let mut options = rooms::options(&project.settings.hospital.name, lang);
    options.closed = closed;
    if let Some((name, page)) = rooms::closed(verdict, &options)? {
        write(folder, &name, &page)?;
    }
    write(folder, "result.json", &rooms::result_json(verdict, &options)?)?;
    write(folder, "report.html", &rooms::report_html(verdict, &options)?)?;
    write(folder, "findings.xlsx", &rooms::findings_xlsx(verdict, &options)?)
}

fn write(folder: &Path, name: &str, bytes: &[u8]) -> Result<(), Failure> {
    let path = folder.join(name);
    edge::replace_file(&path, bytes).map_err(|source| Failure::file(&path, source))
}

fn run_agent(
    project: &mut Project,
    lock: &FolderLock,
    errand: &Errand<'_>,
    console: &Console,
) -> Result<Kept, Failure> {
    if project.settings.scope.networks.is_empty() {
        return Err(Failure::NoScope { path: project.folder.join(SETTINGS_FILE) });
    }
    let settings = &narrowed(&project.settings, errand.closed)?;
    if let Some(address) = errand.walk.and_then(|walk| walk.walk) {
        within(settings, address.into())?;
    }
    let config = {
        let known =
            agent_config::Known { ledger: &rooms::ledger(&project.store)?, decisions: &project.store.decisions()? };
        agent_config::write(&project.data(), &project.folder, settings, &known, errand)?
    };
    let agent = Agent { prefix: &settings.scan.agent, config: &config, lock, quiet: console.quiet };
    let kept = agent::scan(&agent, &mut project.store)?;
    console.note(&words::scanned(&kept.run, kept.complete, kept.cut, console.lang));
    Ok(kept)
}

/// A closed segment is scanned alone, and lies within what may be scanned.
fn narrowed(settings: &Settings, closed: Option<IpNet>) -> Result<Settings, Failure> {
    let mut settings = settings.clone();
    if let Some(segment) = closed {
        within(&settings, segment)?;
        settings.scope.networks = vec![segment.trunc()];
    }
    Ok(settings)
}

/// A rule that may not decide what it chooses is not left to be thought at work.
fn tell_powerless(project: &Project, verdict: &Verdict, console: &Console, now: Timestamp) -> Result<(), Failure> {
    for (rule, findings) in review::rules::powerless(project, verdict, now)? {
        console.note(&words::review::powerless(&rule, findings, console.lang));
    }
    Ok(())
}

fn within(settings: &Settings, segment: IpNet) -> Result<(), Failure> {
    let allowed = settings.scope.networks.iter().any(|network| network.contains(&segment));
    if allowed { Ok(()) } else { Err(Failure::OutsideScope { segment }) }
}

fn judge(project: &mut Project, run: &RunId, now: Timestamp) -> Result<Verdict, Failure> {
    let knowledge = project.knowledge()?;
    let mut verdict = judge_by(project, run, &knowledge, now)?;
    if project.store.latest_run()?.as_ref() != Some(run) {
        return Ok(verdict);
    }
    match review::rules::apply(project, &verdict, now)? {
        Applied::Nothing => {}
        Applied::Findings => rooms::stand(&project.store, &mut verdict, now)?,
        Applied::Ledger => verdict = judge_by(project, run, &knowledge, now)?,
    }
    Ok(verdict)
}

/// Judges a run once more, after something that counts for it has changed.
pub(super) fn judge_again(project: &mut Project, run: &RunId, now: Timestamp) -> Result<Verdict, Failure> {
    judge(project, run, now)
}

/// Judges a run by everything that is kept today, and keeps nothing.
pub(super) fn judged_now(project: &Project, run: &RunId, knowledge: &Knowledge) -> Result<Verdict, Failure> {
    let history = project.store.verdicts(run, HISTORY)?;
    Ok(rooms::judge(&project.store, run, knowledge, &history)?)
}

/// Judges a run by this knowledge and keeps the verdict in place of an earlier one.
pub(super) fn judge_by(
    project: &mut Project,
    run: &RunId,
    knowledge: &Knowledge,
    now: Timestamp,
) -> Result<Verdict, Failure> {
    let history = project.store.verdicts(run, HISTORY)?;
    let mut verdict = rooms::judge(&project.store, run, knowledge, &history)?;
    project.store.save_verdict(&verdict, now)?;
    rooms::stand(&project.store, &mut verdict, now)?;
    Ok(verdict)
}

pub(super) fn chosen(project: &Project, run: Option<&str>) -> Result<RunId, Failure> {
    match run {
        Some(run) => Ok(run.into()),
        None => project.store.latest_run()?.ok_or(Failure::NoRun),
    }
}

/// A folder of its own for every run, named by its start in local time.
fn report_folder(project: &Project, verdict: &Verdict) -> PathBuf {
    let started = verdict.run.started.to_zoned(TimeZone::system());
    project.folder.join(&project.settings.report.out).join(started.strftime("%Y-%m-%d-%H%M%S").to_string())
}

/// Only findings that somebody still has to decide raise the alarm. A partial scan wins over findings: those of a partial scan are incomplete, and whoever is alarmed
/// must know that first.
pub(super) fn code(verdict: &Verdict, fail_on: Severity) -> u8 {
    if !verdict.run.complete {
        PARTIAL
    } else if verdict.open().any(|finding| finding.severity >= fail_on) {
        FINDINGS
    } else {
        CLEAN
    }
}
