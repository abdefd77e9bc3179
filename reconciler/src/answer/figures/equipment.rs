//! サーバ、端末PC、ネットワーク機器: what the ledger says of them, and which of them it does not know.

use std::collections::BTreeSet;

use daicho_shared::class::Class;

use super::super::device::{Device, is_one_of_three};
use super::super::figure::{Behind, Figure, Value, Why};
use super::super::ground::{Ground, label};
use super::{NO_ROWS, devices, must};
use crate::judge::asset::Asset;
use crate::judge::entry::{DeviceType, Field};

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

/// 所在不明 that nobody has settled.
pub(super) fn not_found(ground: &Ground<'_>) -> Figure {
    let missing = ground.unsettled(&["not_found", "retired_but_seen"]).map(|finding| ground.behind(finding));
    Figure::count(missing.collect(), Some(ground.scanned))
}

/// Machines that were seen and stand in the ledger. One that nobody can tell what it is may be one of the three.
pub(super) fn machines_listed(ground: &Ground<'_>) -> Figure {
    listed(ground, |asset| asset.class.value == Class::Unknown || is_one_of_three(DeviceType::of(asset.class.value)))
}

/// Of the machines of some classes, those that stand in the ledger; what somebody has settled is left out.
pub(super) fn listed(ground: &Ground<'_>, which: impl Fn(&Asset) -> bool) -> Figure {
    let own = |asset: &Asset| {
        let mut addresses = asset.interfaces.iter().flat_map(|one| &one.addresses);
        addresses.any(|address| ground.verdict.run.own.iter().any(|(_, own)| own == address))
    };
    let unlisted = |asset: &Asset| {
        let mut findings = ground.verdict.findings.iter().filter(|one| one.kind.code() == "not_in_ledger");
        findings.find(|one| one.asset.as_ref() == Some(&asset.id))
    };
    let settled = |asset: &Asset| {
        !ground.is_listed(asset) && unlisted(asset).is_some_and(|finding| !ground.is_unsettled(finding))
    };
    let seen = ground.verdict.assets.iter().filter(|asset| asset.interfaces.iter().any(|one| !one.told));
    let all: Vec<&Asset> = seen.filter(|asset| which(asset) && !own(asset) && !settled(asset)).collect();
    let none = if ground.verdict.assets.is_empty() { Value::Unknown { why: Why::NothingSeen } } else { Value::None };
    Figure::share(&all, Some(ground.scanned), none, |asset| {
        must(ground.is_listed(asset), || {
            unlisted(asset).map_or_else(|| machine(asset), |finding| ground.behind(finding))
        })
    })
}

fn machine(asset: &Asset) -> Behind {
    Behind::Machine { asset: asset.id.0.clone(), device: label(asset), class: asset.class.value.code().to_owned() }
}
