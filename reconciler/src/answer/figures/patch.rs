//! Versions and dates of updates, as people wrote them down: never whether something is patched.

use super::super::department::YEAR;
use super::super::device::Device;
use super::super::figure::{Figure, is_within};
use super::super::ground::Ground;
use super::{NO_ROWS, devices, must};
use crate::judge::entry::{DeviceType, Field};

/// Network devices with a version.
pub(super) fn network_version_filled(ground: &Ground<'_>) -> Figure {
    versions(ground, is_network)
}

/// Network devices that were updated within a year.
pub(super) fn network_dated(ground: &Ground<'_>) -> Figure {
    dated(ground, is_network)
}

/// Servers and client PCs with a version.
pub(super) fn host_version_filled(ground: &Ground<'_>) -> Figure {
    versions(ground, is_host)
}

/// Servers and client PCs that were updated within a year.
pub(super) fn host_dated(ground: &Ground<'_>) -> Figure {
    dated(ground, is_host)
}

/// Servers with a version.
pub(super) fn server_version_filled(ground: &Ground<'_>) -> Figure {
    versions(ground, is_server)
}

/// Servers that were updated within a year.
pub(super) fn server_dated(ground: &Ground<'_>) -> Figure {
    dated(ground, is_server)
}

/// Client PCs with a version.
pub(super) fn client_version_filled(ground: &Ground<'_>) -> Figure {
    versions(ground, is_client)
}

/// Client PCs that were updated within a year.
pub(super) fn client_dated(ground: &Ground<'_>) -> Figure {
    dated(ground, is_client)
}

fn is_server(device: &Device<'_>) -> bool {
    device.is_equipment() && device.is(DeviceType::Server)
}

fn is_client(device: &Device<'_>) -> bool {
    device.is_equipment() && device.is(DeviceType::Client)
}

fn is_network(device: &Device<'_>) -> bool {
    device.is_equipment() && device.is(DeviceType::Network)
}

fn is_host(device: &Device<'_>) -> bool {
    device.is_equipment() && device.kind() != Some(DeviceType::Network)
}

fn versions(ground: &Ground<'_>, which: fn(&Device<'_>) -> bool) -> Figure {
    Figure::share(&devices(ground, which), ground.imported, NO_ROWS, |device| {
        must(device.has_version(), || device.behind(Some(Field::SoftwareVersion)))
    })
}

fn dated(ground: &Ground<'_>, which: fn(&Device<'_>) -> bool) -> Figure {
    Figure::share(&devices(ground, which), ground.imported, NO_ROWS, |device| {
        let recent = device.date(Field::PatchDate).is_some_and(|day| is_within(day, YEAR, ground.day));
        must(recent, || device.behind(Some(Field::PatchDate)))
    })
}
