//! `daicho import-inventory`: what inventory files say, kept beside the scans and judged with the latest.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;

use daicho_shared::batch::{Batch, End, FORMAT, Header, VERSION};
use daicho_shared::coverage::Outcome;
use daicho_shared::observation::{Observation, Target};
use jiff::Timestamp;

use super::console::Console;
use super::project::Project;
use super::{CLEAN, Failure, audit, rooms};
use crate::cli::{Common, words};
use crate::edge;
use crate::import::inventory::{Machine, Read};
use crate::judge::inventory::{Inventory, InventoryFile, PROBE};

pub(super) fn import(common: &Common, files: &[PathBuf], console: &Console, now: Timestamp) -> Result<u8, Failure> {
    let read = files.iter().map(|path| rooms::inventory(path, console.lang)).collect::<Result<Vec<_>, _>>()?;
    let mut names = BTreeSet::new();
    if let Some(twice) = read.iter().find(|one| !names.insert(&one.name)) {
        return Err(Failure::SameName { name: twice.name.clone() });
    }
    let (mut project, _lock) = Project::open(&common.folder, "import-inventory", now)?;
    let by = edge::user();
    let kept: Vec<Inventory> = read.iter().map(|one| inventory(one, &by, now)).collect();
    project.store.add_inventories(&kept)?;
    let found = judged(&mut project, &kept, now)?;
    if console.json {
        let files: Vec<_> = kept.iter().map(|one| &one.file).collect();
        console.value(&serde_json::json!({"files": files, "found": found}))?;
    } else {
        for (one, found) in kept.iter().zip(found) {
            let machines = one.batch.observations.len();
            console.line(&words::inventory(&one.file.name, &one.file.format, machines, found, console.lang))?;
        }
    }
    Ok(CLEAN)
}

/// Judges the latest run with what was imported; says for each file how many of its machines the scan saw.
fn judged(project: &mut Project, kept: &[Inventory], now: Timestamp) -> Result<Vec<Option<usize>>, Failure> {
    let Some(run) = project.store.latest_run()? else { return Ok(vec![None; kept.len()]) };
    let verdict = audit::judge_again(project, &run, now)?;
    let of = |inventory: &Inventory| {
        let ids = verdict.evidence.keys().filter(|id| id.run == inventory.file.run).map(|id| id.number);
        Some(ids.collect::<BTreeSet<_>>().len())
    };
    Ok(kept.iter().map(of).collect())
}

/// The same file is the same batch, whenever it is imported.
fn inventory(read: &Read, by: &str, now: Timestamp) -> Inventory {
    let run = format!("inventory-{}", read.sha256.chars().take(16).collect::<String>());
    let header = Header {
        format: FORMAT.to_owned(),
        version: VERSION,
        run: run.as_str().into(),
        agent: format!("daicho {}", env!("CARGO_PKG_VERSION")),
        host: daicho_shared::text::bounded(&read.name),
        started: now,
        scope: vec![],
        exclude: vec![],
        profile: PROBE.to_owned(),
        interfaces: vec![],
    };
    let mut batch = Batch::new(header);
    batch.observations =
        (1..).zip(&read.machines.list).map(|(number, machine)| observation(number, machine, now).into()).collect();
    batch.end = Some(End { finished: now, complete: true, reason: None });
    let file = InventoryFile {
        run: run.as_str().into(),
        name: daicho_shared::text::bounded(&read.name),
        sha256: read.sha256.clone(),
        format: read.machines.format.as_str().to_owned(),
        imported: now,
        by: by.to_owned(),
    };
    Inventory { file, batch }
}

fn observation(number: u32, machine: &Machine, at: Timestamp) -> Observation {
    let (address, mac) = machine.place();
    let address = address.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED));
    let target = Target { address, mac, interface: None };
    let (outcome, reply) = (Outcome::Answered, String::new());
    let request = String::new();
    Observation { number, at, probe: PROBE.into(), target, outcome, facts: machine.facts().into(), request, reply }
}
