//! `daicho decide`: what a person says a device is. It wins over every scan, and is never overwritten. What is decided
//! about findings is done in `review`.

use jiff::Timestamp;

use super::console::Console;
use super::project::Project;
use super::{CLEAN, Failure, audit, log, review, show};
use crate::cli::{Common, Decide, DecideCommand, Said, words};
use crate::edge;
use crate::judge::asset::Class;
use crate::judge::decision::{About, DecisionKey};
use crate::store::{DecisionRow, NewDecision};

pub(super) fn decide(
    common: &Common,
    command: &DecideCommand,
    console: &Console,
    now: Timestamp,
) -> Result<u8, Failure> {
    match command {
        DecideCommand::Class { device, class, said } => {
            let class: Class = class.parse().map_err(|_| Failure::NoSuchClass { text: bounded(class) })?;
            keep(common, About::Class, &Wish { device, value: Some(class.code()), said }, console, now)
        }
        DecideCommand::Maker(decide) => keep_text(common, About::Maker, decide, console, now),
        DecideCommand::Model(decide) => keep_text(common, About::Model, decide, console, now),
        DecideCommand::Os(decide) => keep_text(common, About::Os, decide, console, now),
        DecideCommand::Withdraw { about, device, said } => {
            keep(common, *about, &Wish { device, value: None, said }, console, now)
        }
        DecideCommand::List { all } => list(common, *all, console),
        DecideCommand::Classes => classes(console),
        DecideCommand::Import { file, dry_run, by } => {
            review::sheet::import(common, file, *dry_run, by.as_deref(), console, now)
        }
        of_findings => review::decide(common, of_findings, console, now),
    }
}

/// What somebody wants to have kept.
struct Wish<'a> {
    device: &'a str,
    value: Option<&'a str>,
    said: &'a Said,
}

fn bounded(text: &str) -> String {
    daicho_shared::text::bounded(text)
}

fn keep_text(common: &Common, about: About, decide: &Decide, console: &Console, now: Timestamp) -> Result<u8, Failure> {
    let value = bounded(&decide.value);
    keep(common, about, &Wish { device: &decide.device, value: Some(&value), said: &decide.said }, console, now)
}

/// Keeps the decision, and judges the latest run again, so that every report has it from now on.
fn keep(common: &Common, about: About, wish: &Wish<'_>, console: &Console, now: Timestamp) -> Result<u8, Failure> {
    let (mut project, _lock) = Project::open(&common.folder, "decide", now)?;
    let run = audit::chosen(&project, None)?;
    let key = key(&project, about, wish, &run)?;
    let by = wish.said.by.as_deref().map_or_else(edge::user, bounded);
    let note = wish.said.note.as_deref().map(bounded);
    let new = NewDecision { key: &key, about, value: wish.value, by: &by, note: note.as_deref(), at: now };
    project.store.decide(&new)?;
    log::note_head(&project)?;
    audit::judge_again(&mut project, &run, now)?;
    console.note(&words::decided(about, wish.value, &key, console.lang));
    Ok(CLEAN)
}

/// A device of the latest run; for a withdrawal also a key as `decide list` shows it, because the device
/// may be gone.
fn key(
    project: &Project,
    about: About,
    wish: &Wish<'_>,
    run: &daicho_shared::id::RunId,
) -> Result<DecisionKey, Failure> {
    let known = project.store.decisions()?;
    let about_it = |key: &DecisionKey| known.iter().any(|one| one.about == about && one.key == *key);
    let typed = DecisionKey(wish.device.trim().to_owned());
    if wish.value.is_none() && about_it(&typed) {
        return Ok(typed);
    }
    let verdict = show::verdict(project, run)?;
    let asset = show::one(&verdict, wish.device)?;
    let key =
        DecisionKey::of(asset).ok_or_else(|| Failure::NoDevice { text: bounded(wish.device), declared: false })?;
    if wish.value.is_some() {
        return Ok(key);
    }
    let mine = known.into_iter().find(|one| one.about == about && one.key.is(asset));
    mine.map(|one| one.key).ok_or_else(|| Failure::NothingDecided { text: bounded(wish.device) })
}

fn list(common: &Common, all: bool, console: &Console) -> Result<u8, Failure> {
    let mut rows = Project::open_to_read(&common.folder)?.store.decision_history()?;
    let counts = |row: &DecisionRow| row.current && row.value.is_some();
    rows.retain(|row| all || counts(row));
    if console.json {
        console.value(&rows)?;
    } else if rows.is_empty() {
        console.note(&words::no_decisions(console.lang));
    } else {
        rows.iter().try_for_each(|row| console.line(&words::decision(row, console.lang)))?;
    }
    Ok(CLEAN)
}

/// Every class with its word, for typing.
fn classes(console: &Console) -> Result<u8, Failure> {
    let word = |class| crate::render::words::fixed::class(class, console.lang);
    Class::ALL.iter().try_for_each(|(class, code)| console.line(&format!("{code}\t{}", word(*class))))?;
    Ok(CLEAN)
}
