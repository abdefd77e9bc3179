//! `daicho reconcile --rules`: today's understanding of nights long past, without a packet.
//!
//! The agent reads the kept replies again, as a child that is given a batch and gives one back; what was
//! observed stays as it is, and what is read now is kept beside it.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::thread;

use daicho_shared::batch::Batch;
use daicho_shared::id::RunId;
use daicho_shared::observation::Observation;
use jiff::Timestamp;

use super::console::Console;
use super::project::Project;
use super::{CLEAN, Failure, agent, audit, rooms};
use crate::cli::{Common, Reconcile, words};
use crate::judge::Knowledge;
use crate::judge::understanding::{self, Change};
use crate::judge::verdict::{Reread, Verdict};
use crate::store::Rereading;

/// The most octets of all tables of rules in a folder.
const RULES_LIMIT: u64 = 4 << 20;

pub(super) fn reconcile(
    common: &Common,
    options: &Reconcile,
    rules: Option<&Path>,
    console: &Console,
    now: Timestamp,
) -> Result<u8, Failure> {
    let (mut project, _lock) = Project::open(&common.folder, "reconcile", now)?;
    let knowledge = rules.map_or_else(|| project.knowledge(), |rules| project.knowledge_by(Some(rules)))?;
    let mut judged = None;
    let mut told = vec![];
    for run in chosen(&project, options)? {
        let (before, verdict) = anew(&mut project, &run, &knowledge, now)?;
        let changes = before.as_ref().map(|before| understanding::changes(before, &verdict)).unwrap_or_default();
        if console.json {
            told.push(serde_json::json!({"run": run, "basis": verdict.basis, "changes": changes}));
        } else {
            tell(&project, &verdict, &changes, before.is_some(), console)?;
        }
        judged = Some(verdict);
    }
    if console.json {
        console.value(&told)?;
    }
    console.note(&words::reread(console.lang));
    let fail_on = options.fail_on.unwrap_or(project.settings.judge.fail_on);
    Ok(judged.map_or(CLEAN, |verdict| audit::code(&verdict, fail_on)))
}

/// The run that was asked for, or every kept one, the oldest first: each is compared with those before it.
fn chosen(project: &Project, options: &Reconcile) -> Result<Vec<RunId>, Failure> {
    if let Some(run) = &options.run {
        return Ok(vec![run.as_str().into()]);
    }
    let runs: Vec<RunId> = project.store.runs()?.into_iter().rev().map(|run| run.id).collect();
    if runs.is_empty() { Err(Failure::NoRun) } else { Ok(runs) }
}

fn anew(
    project: &mut Project,
    run: &RunId,
    knowledge: &Knowledge,
    now: Timestamp,
) -> Result<(Option<Verdict>, Verdict), Failure> {
    // A verdict that this program cannot read any more is derived, and no reason to stop.
    let before = project.store.verdict(run).ok().flatten();
    let rereading = read(&project.settings.scan.agent, project.store.batch(run)?, now)?;
    project.store.save_rereading(run, &rereading)?;
    let verdict = audit::judge_by(project, run, knowledge, now)?;
    Ok((before, verdict))
}

fn tell(
    project: &Project,
    verdict: &Verdict,
    changes: &[Change],
    before: bool,
    console: &Console,
) -> Result<(), Failure> {
    let mut options = rooms::options(&project.settings.hospital.name, console.lang);
    options.width = console.width;
    console.bytes(&rooms::understanding(verdict, changes, before, &options)?)
}

/// What the agent reads in the replies of a batch today.
fn read(prefix: &[OsString], batch: Batch, now: Timestamp) -> Result<Rereading, Failure> {
    let (program, mut command) = agent::program(prefix)?;
    let start = |source| Failure::ProgramStart { path: program.clone(), source };
    command.arg("reread").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::inherit());
    let mut child = command.spawn().map_err(start)?;
    let kept: BTreeMap<u32, Arc<Observation>> =
        batch.observations.iter().map(|one| (one.number, one.clone())).collect();
    let input = child.stdin.take();
    let writer = thread::spawn(move || input.map(|mut input| batch.write(&mut input)));
    let answer = child.stdout.take().map(|output| Batch::read(BufReader::new(output)));
    let status = child.wait().map_err(start)?;
    // A child that ended early closes its input; why it ended is told by its status.
    let _ = writer.join();
    if !status.success() {
        let usage = status.code() == Some(2);
        return Err(Failure::ProgramFailed { path: program, status: status.to_string(), usage, said: String::new() });
    }
    let answer = answer.ok_or_else(|| anyhow::anyhow!("{}: no pipe", program.display()))?;
    let answer = answer.map_err(|source| Failure::Batch { path: program, source })?;
    Ok(rereading(&kept, answer, now))
}

/// What says something else now. Time, target and octets are those of the night, whatever came back.
fn rereading(kept: &BTreeMap<u32, Arc<Observation>>, answer: Batch, now: Timestamp) -> Rereading {
    let anew = answer.observations.into_iter().filter_map(|one| {
        let before = kept.get(&one.number)?;
        let read = Observation { facts: one.facts.clone(), outcome: one.outcome, ..Observation::clone(before) };
        (read != **before).then_some(read)
    });
    let observations: Vec<Observation> = anew.collect();
    let changed = u32::try_from(observations.len()).unwrap_or(u32::MAX);
    Rereading { reread: Reread { agent: answer.header.agent, at: now, changed }, observations }
}

/// The compiled-in rules and those of a folder: every `*.toml` in it, by name.
pub(super) fn knowledge(folder: &Path) -> Result<Knowledge, Failure> {
    let failed = |source| Failure::file(folder, source);
    let entries = std::fs::read_dir(folder).map_err(failed)?;
    let mut files: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    files.retain(|path| path.extension().is_some_and(|kind| kind == "toml"));
    files.sort();
    let mut left = RULES_LIMIT;
    let mut tables = vec![];
    for path in files {
        let size = std::fs::metadata(&path).map_err(|source| Failure::file(&path, source))?.len();
        left = left.checked_sub(size).ok_or_else(|| Failure::file(&path, std::io::ErrorKind::FileTooLarge.into()))?;
        let text = std::fs::read_to_string(&path).map_err(|source| Failure::file(&path, source))?;
        tables.push((path.file_name().unwrap_or_default().to_string_lossy().into_owned(), text));
    }
    Ok(Knowledge::builtin().with_rules(&tables)?)
}
