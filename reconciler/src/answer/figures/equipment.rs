//! サーバ、端末PC、ネットワーク機器: what the ledger says of them, and which of them it does not know.

use std::collections::BTreeSet;

use daicho_shared::class::Class;

use super::super::device::{Device, is_one_of_three};
use super::super::figure::{Behind, Figure, Value, Why};
use super::super::ground::{Ground, label};
use super::{NO_ROWS, Standing, concerns, devices, must};
use crate::judge::asset::Asset;
use crate::judge::entry::{DeviceType, Field};
use crate::judge::finding::{Finding, Kind};

/// Devices of the ledger.
pub(super) fn rows(ground: &Ground<'_>) -> Figure {
    Figure::new(Value::Count { count: devices(ground, Device::is_equipment).len() }, ground.imported, vec![])
}

/// 最終更新日: of several files the oldest, because the ledger is no newer than that.
pub(super) fn updated(ground: &Ground<'_>) -> Figure {
    last_updated(ground, Device::is_equipment)
}

/// Of the files in which such devices stand, and that have a date, the oldest.
pub(super) fn last_updated<'a>(ground: &Ground<'a>, which: impl Fn(&Device<'a>) -> bool) -> Figure {
    let rows = devices(ground, which).into_iter().flat_map(|device| &device.rows);
    let names: BTreeSet<&str> = rows.map(|row| row.origin.file.as_str()).collect();
    let files = ground.verdict.ledger.files.iter().filter(|file| names.contains(file.name.as_str()));
    Figure::day(files.filter_map(|file| file.updated).min(), Why::NoDate)
}

/// Something to be matched by.
pub(super) fn keyed(ground: &Ground<'_>) -> Figure {
    filled(ground, None, Device::has_key)
}

/// 所在.
pub(super) fn place_filled(ground: &Ground<'_>) -> Figure {
    filled(ground, Some(Field::Location), Device::has_place)
}

/// 利用者.
pub(super) fn user_filled(ground: &Ground<'_>) -> Figure {
    filled(ground, Some(Field::User), Device::has_user)
}

/// バージョン.
pub(super) fn version_filled(ground: &Ground<'_>) -> Figure {
    filled(ground, Some(Field::SoftwareVersion), Device::has_version)
}

fn filled<'a>(ground: &Ground<'a>, field: Option<Field>, holds: fn(&Device<'a>) -> bool) -> Figure {
    let all = devices(ground, Device::is_equipment);
    Figure::share(&all, ground.imported, NO_ROWS, |device| must(holds(device), || device.behind(field)))
}

/// 所在不明 and 廃棄済みなのに観測 that nobody has settled.
pub(super) fn not_found(ground: &Ground<'_>) -> Figure {
    missing(ground, "ledger.not_found")
}

/// The same, of the devices that the figure is about.
pub(super) fn missing(ground: &Ground<'_>, key: &str) -> Figure {
    let missing = ground.unsettled(&["not_found", "retired_but_seen"]);
    let own = missing.filter(|finding| concerns(key, ground, finding)).map(|finding| ground.behind(finding));
    Figure::count(own.collect(), Some(ground.scanned))
}

/// Devices whose rows say another kind, or no network, than what was seen of them.
pub(super) fn contradicted(ground: &Ground<'_>) -> Figure {
    let all = devices(ground, Device::is_equipment);
    Figure::count(all.into_iter().filter_map(Device::contradicted).collect(), Some(ground.scanned))
}

/// Machines that were seen and stand in the ledger. One that nobody can tell what it is may be one of the three.
pub(super) fn machines_listed(ground: &Ground<'_>) -> Figure {
    listed(ground, |asset| asset.class.value == Class::Unknown || is_one_of_three(DeviceType::of(asset.class.value)))
}

/// Of the machines of some classes, those that stand in the ledger. What somebody has settled is left out, and so is what
/// is part of another machine: a declared second card, an address that moves between routers.
pub(super) fn listed(ground: &Ground<'_>, which: impl Fn(&Asset) -> bool) -> Figure {
    let all = ground.verdict.assets.iter().filter(|asset| which(asset)).filter_map(|asset| standing(ground, asset));
    let elsewhere = ground.elsewhere.iter().filter(|(asset, _)| which(asset)).map(|(_, standing)| standing.clone());
    let all: Vec<Standing> = all.chain(elsewhere).collect();
    let none = if ground.verdict.assets.is_empty() { Value::Unknown { why: Why::NothingSeen } } else { Value::None };
    Figure::share(&all, Some(ground.scanned), none, Clone::clone)
}

/// It is the scanner itself.
fn is_own(ground: &Ground<'_>, asset: &Asset) -> bool {
    let mut addresses = asset.interfaces.iter().flat_map(|one| &one.addresses);
    addresses.any(|address| ground.verdict.run.own.iter().any(|(_, own)| own == address))
}

/// Whether a machine stands in the ledger; `None` where that is no question.
pub(in super::super) fn standing(ground: &Ground<'_>, asset: &Asset) -> Option<Standing> {
    if is_own(ground, asset) || asset.interfaces.iter().all(|one| one.told) {
        return None;
    }
    if ground.is_listed(asset) {
        return Some(Ok(()));
    }
    let about = |finding: &&Finding| match &finding.kind {
        Kind::NotInLedger => finding.asset.as_ref() == Some(&asset.id),
        // Of several machines that one row may be, all but one stand nowhere.
        Kind::AmbiguousPair { assets } => assets.contains(&asset.id),
        _ => false,
    };
    match ground.verdict.findings.iter().find(about) {
        Some(finding) => ground.is_unsettled(finding).then(|| Err(Box::new(ground.behind(finding)))),
        // A line of the register is no row of its device.
        None => ground.has_line(asset).then(|| Err(Box::new(machine(asset)))),
    }
}

fn machine(asset: &Asset) -> Behind {
    Behind::Machine { asset: asset.id.0.clone(), device: label(asset), class: asset.class.value.code().to_owned() }
}
