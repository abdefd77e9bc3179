//! Which findings a figure is about: those of its own kind of devices, where it counts one.

use super::super::device::is_one_of_three;
use super::super::ground::Ground;
use crate::judge::entry::DeviceType;
use crate::judge::finding::Finding;

/// The finding is about devices of the kind that this figure counts; what is about no device concerns every figure.
pub fn concerns(key: &str, ground: &Ground<'_>, finding: &Finding) -> bool {
    let of = |kinds: &[DeviceType]| is_of(ground, finding, kinds);
    let (subject, about) = key.split_once('.').unwrap_or((key, ""));
    match (subject, about.split('_').next().unwrap_or_default()) {
        ("ledger" | "machines", _) => is_equipment(ground, finding),
        ("medical", _) => of(&[DeviceType::Medical]),
        (_, "network") => of(&[DeviceType::Network]),
        (_, "server" | "servers") => of(&[DeviceType::Server]),
        (_, "client" | "clients") => of(&[DeviceType::Client]),
        (_, "host" | "hosts") => of(&[DeviceType::Server, DeviceType::Client]),
        _ => true,
    }
}

/// The finding's device is of one of these kinds, by its rows or by what was seen of it.
pub(super) fn is_of(ground: &Ground<'_>, finding: &Finding, kinds: &[DeviceType]) -> bool {
    let seen = |kind: Option<DeviceType>| kind.is_none_or(|kind| kinds.contains(&kind));
    let medical = kinds == [DeviceType::Medical];
    ground.device(finding).map_or_else(
        || seen(ground.seen_kind(finding)),
        |device| kinds.iter().any(|kind| device.is(*kind)) || medical && device.is_medical(),
    )
}

/// It is no medical device, and one of サーバ、端末PC、ネットワーク機器, or nobody can tell.
fn is_equipment(ground: &Ground<'_>, finding: &Finding) -> bool {
    let seen = |kind: DeviceType| is_one_of_three(kind) || kind == DeviceType::Other;
    ground.device(finding).map_or_else(|| ground.seen_kind(finding).is_none_or(seen), |device| device.is_equipment())
}
