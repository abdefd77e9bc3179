//! Hints by device: services that nobody explained, management that answers where it should not, systems whose last day of
//! support has passed. Counted are findings, of which there is one a device.

use super::super::figure::{Figure, Value, Why};
use super::super::ground::Ground;
use crate::judge::entry::DeviceType;
use crate::judge::finding::Finding;

/// Hosts that offer what is seldom needed, and nobody explained it.
pub(super) fn unexplained(ground: &Ground<'_>) -> Figure {
    unsettled(ground, "unneeded_services", |_| true)
}

/// Of these, servers.
pub(super) fn servers_unexplained(ground: &Ground<'_>) -> Figure {
    unsettled(ground, "unneeded_services", |kind| kind == DeviceType::Server)
}

/// Of these, client PCs.
pub(super) fn clients_unexplained(ground: &Ground<'_>) -> Figure {
    unsettled(ground, "unneeded_services", |kind| kind == DeviceType::Client)
}

/// Equipment whose management answers from a segment that is not for it.
pub(super) fn management_from_clinical(ground: &Ground<'_>) -> Figure {
    unsettled(ground, "management_reachable", |_| true)
}

/// Systems beyond their last day of support, as far as is known.
pub(super) fn beyond_end(ground: &Ground<'_>) -> Figure {
    ended(ground, |_| true)
}

/// Of these, servers.
pub(super) fn servers_beyond_end(ground: &Ground<'_>) -> Figure {
    ended(ground, |kind| kind == DeviceType::Server)
}

/// Of these, client PCs.
pub(super) fn clients_beyond_end(ground: &Ground<'_>) -> Figure {
    ended(ground, |kind| kind == DeviceType::Client)
}

/// Of these, network devices.
pub(super) fn network_beyond_end(ground: &Ground<'_>) -> Figure {
    ended(ground, |kind| kind == DeviceType::Network)
}

/// What people decided ends the question.
fn unsettled(ground: &Ground<'_>, code: &str, which: fn(DeviceType) -> bool) -> Figure {
    counted(ground, ground.unsettled(&[code]).filter(|finding| ground.kind(finding).is_some_and(which)))
}

/// What people decided makes no system younger.
fn ended(ground: &Ground<'_>, which: fn(DeviceType) -> bool) -> Figure {
    let ended = ground.verdict.findings.iter().filter(|finding| finding.kind.code() == "support_ended");
    counted(ground, ended.filter(|finding| ground.kind(finding).is_some_and(which)))
}

/// Where nothing answered at all, nobody knows.
fn counted<'a>(ground: &Ground<'a>, findings: impl Iterator<Item = &'a Finding>) -> Figure {
    if ground.verdict.assets.is_empty() {
        return Figure::new(Value::Unknown { why: Why::NothingSeen }, Some(ground.scanned), vec![]);
    }
    Figure::count(findings.map(|finding| ground.behind(finding)).collect(), Some(ground.scanned))
}
