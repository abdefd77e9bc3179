//! `daicho show`: one device, with the reasons for everything that is said of it.

use daicho_shared::id::RunId;
use daicho_shared::observation::Observation;

use super::console::Console;
use super::project::Project;
use super::{CLEAN, Failure, audit, rooms};
use crate::cli::{Common, Show};
use crate::judge::asset::Asset;
use crate::judge::verdict::Verdict;

pub(super) fn show(common: &Common, options: &Show, console: &Console) -> Result<u8, Failure> {
    let project = Project::open_to_read(&common.folder)?;
    let run = audit::chosen(&project, options.run.as_deref())?;
    let verdict = verdict(&project, &run)?;
    let asset = one(&verdict, &options.device)?;
    let batch = rooms::batch(&project.store, &run)?;
    let asked: Vec<&Observation> =
        batch.observations.iter().map(|one| &**one).filter(|one| is_about(one, asset)).collect();
    let mut render = rooms::options(&project.settings.hospital.name, console.lang);
    render.width = console.width;
    console.bytes(&rooms::device(&verdict, asset, &asked, &render, console.json)?)?;
    Ok(CLEAN)
}

/// The kept verdict; a run that nobody judged yet is judged for this once.
pub(super) fn verdict(project: &Project, run: &RunId) -> Result<Verdict, Failure> {
    match project.store.verdict(run)? {
        Some(verdict) => Ok(verdict),
        None => Ok(rooms::judge(&project.store, run, &project.knowledge()?, &[])?),
    }
}

/// The one device that is meant.
pub(super) fn one<'v>(verdict: &'v Verdict, text: &str) -> Result<&'v Asset, Failure> {
    let text = text.trim();
    let shown = || daicho_shared::text::bounded(text);
    match verdict.find(text).as_slice() {
        [] => Err(Failure::NoDevice { text: shown(), declared: verdict.declares(text) }),
        [asset] => Ok(asset),
        several => Err(Failure::SeveralDevices {
            text: shown(),
            devices: several.iter().take(10).map(|asset| asset.id.0.clone()).collect(),
        }),
    }
}

fn is_about(one: &Observation, asset: &Asset) -> bool {
    let mut reached = asset.interfaces.iter().filter(|interface| !interface.told);
    reached.any(|interface| match (one.target.mac, interface.mac) {
        (Some(asked), Some(own)) => asked == own,
        _ => interface.addresses.contains(&one.target.address),
    })
}
