//! Whether a device can be used, and whether somebody watches it: what the ledger says of its state.

use super::super::device::Device;
use super::super::figure::Figure;
use super::super::ground::Ground;
use super::super::said::is_done;
use super::{NO_ROWS, devices, must};
use crate::judge::entry::{DeviceType, Field, FourValued, Meaning, Status};

/// 状態 of servers, client PCs and network devices.
pub(super) fn equipment(ground: &Ground<'_>) -> Figure {
    known(ground, Device::is_equipment)
}

/// 状態 of medical devices that are connected.
pub(super) fn medical(ground: &Ground<'_>) -> Figure {
    known(ground, |device| device.is_medical() && device.is_networked())
}

fn known<'a>(ground: &Ground<'a>, which: impl Fn(&Device<'a>) -> bool) -> Figure {
    Figure::share(&devices(ground, which), ground.imported, NO_ROWS, |device| {
        let known = device.rows.iter().any(|row| row.status != Status::Unknown);
        must(known, || device.behind(Some(Field::Status)))
    })
}

/// Servers and network devices that somebody watches.
pub(super) fn watched(ground: &Ground<'_>) -> Figure {
    let which = |device: &Device<'_>| {
        let runs = device.kind().is_some_and(|kind| matches!(kind, DeviceType::Server | DeviceType::Network));
        device.is_equipment() && runs
    };
    Figure::share(&devices(ground, which), ground.imported, NO_ROWS, |device| {
        let watched = device.rows.iter().filter_map(|row| row.others.get(&Field::Monitoring)).any(is_watched);
        must(watched, || device.behind(Some(Field::Monitoring)))
    })
}

fn is_watched(cell: &Meaning) -> bool {
    match cell {
        Meaning::Answer(answer) => *answer == FourValued::Yes,
        Meaning::Text(text) => is_done(text),
        _ => false,
    }
}
