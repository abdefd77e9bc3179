//! What was not looked at: said with the same weight as what was found.

use ipnet::IpNet;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::device::Device;
use super::figure::Behind;
use super::ground::Ground;
use crate::judge::entry::Register;

/// Scans older than this many days before the day of the answer are told.
const OLD: i32 = 30;

/// Something that was not looked at, or not well.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum Unseen {
    /// The scan was cut short.
    CutShort {
        /// Why.
        reason: Option<String>,
    },
    /// The day whose state is asked for lies ahead: what is said of it is a forecast.
    Ahead {
        /// Which day.
        day: Date,
    },
    /// The scan is older than the day of the answer.
    OldScan {
        /// Its day.
        on: Date,
        /// Days between.
        days: i32,
    },
    /// A network that the settings leave out.
    Excluded {
        /// Which.
        network: IpNet,
    },
    /// A segment in which nothing was asked, or not everywhere.
    NotScanned {
        /// Which.
        network: IpNet,
        /// Its name.
        name: Option<String>,
        /// Something was asked there.
        partly: bool,
    },
    /// A declared segment whose network is not written.
    NoNetwork {
        /// Its name, else its department's.
        name: Option<String>,
    },
    /// A file of which only a part was read.
    CutFile {
        /// Its name.
        file: String,
    },
    /// A segment behind a router.
    Routed {
        /// Which.
        network: IpNet,
        /// Its name.
        name: Option<String>,
    },
    /// Questions that were not allowed, or not reached.
    NotAsked {
        /// Where.
        network: IpNet,
        /// How many.
        questions: u32,
    },
    /// Machines of which no method could tell whether they have a second network or a way out.
    Undecided {
        /// Where.
        network: IpNet,
        /// How many.
        machines: usize,
    },
    /// Devices of the ledger by which nothing could be matched.
    NoKey {
        /// How many.
        devices: usize,
    },
    /// No rows of a register were imported.
    NoRegister {
        /// Which.
        register: Register,
    },
    /// A ledger file was imported after the day of the answer.
    LaterLedger {
        /// Its name.
        file: String,
        /// When.
        on: Date,
    },
    /// The ledger has changed since the run was judged. Said of answers that were frozen before the ledger of their day
    /// was looked up.
    ChangedLedger,
    /// The scan that was chosen is of a later day than the answer.
    LaterScan {
        /// Its day.
        on: Date,
    },
}

/// Registers without which something cannot be said.
const NEEDED: [Register; 4] = [Register::Department, Register::Segment, Register::ExternalConnection, Register::Vendor];

/// What was not looked at on the day on which it was asked.
pub(super) fn unseen(ground: &Ground<'_>, today: Date) -> Vec<Unseen> {
    let run = &ground.verdict.run;
    let mut all = vec![];
    all.extend((ground.day > today).then_some(Unseen::Ahead { day: ground.day }));
    all.extend((!run.complete).then(|| Unseen::CutShort { reason: run.reason.clone() }));
    let days = ground.scanned.until(ground.day).map_or(0, |span| span.get_days());
    all.extend((days > OLD).then_some(Unseen::OldScan { on: ground.scanned, days }));
    all.extend((ground.scanned > ground.day).then_some(Unseen::LaterScan { on: ground.scanned }));
    all.extend(ground.later_files().map(|(file, on)| Unseen::LaterLedger { file: file.name.clone(), on }));
    all.extend(run.exclude.iter().map(|network| Unseen::Excluded { network: *network }));
    all.extend(ground.cut_files().into_iter().map(|file| Unseen::CutFile { file: file.to_owned() }));
    all.extend(of_segments(ground));
    all.extend(ground.unplaced.iter().map(|(row, _)| Unseen::NoNetwork { name: name(row) }));
    let keyless = ground.devices.iter().filter(|device| !Device::has_key(device)).count();
    all.extend((keyless > 0).then_some(Unseen::NoKey { devices: keyless }));
    all.extend(NEEDED.into_iter().filter(|one| !has(ground, *one)).map(|register| Unseen::NoRegister { register }));
    all
}

fn name(row: &Behind) -> Option<String> {
    if let Behind::Row { name, department, .. } = row { name.clone().or_else(|| department.clone()) } else { None }
}

fn of_segments(ground: &Ground<'_>) -> Vec<Unseen> {
    let mut all = vec![];
    for one in &ground.segments {
        let (network, name) = (one.network, one.name.clone());
        if !one.scanned {
            all.push(Unseen::NotScanned { network, name, partly: one.asked > 0 });
            continue;
        }
        all.extend((!one.on_link).then_some(Unseen::Routed { network, name }));
        all.extend((one.not_asked > 0).then_some(Unseen::NotAsked { network, questions: one.not_asked }));
        all.extend((one.undecided > 0).then_some(Unseen::Undecided { network, machines: one.undecided }));
    }
    all
}

fn has(ground: &Ground<'_>, register: Register) -> bool {
    let ledger = &ground.verdict.ledger;
    ledger.records.iter().any(|row| row.register == register)
        || ledger.entries.iter().any(|row| row.register == register)
}
