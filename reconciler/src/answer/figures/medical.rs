//! ネットワークに接続される医療機器.

use super::super::device::Device;
use super::super::figure::{Figure, Value};
use super::super::ground::Ground;
use super::{NO_ROWS, devices, equipment, must};
use crate::judge::entry::{EntryId, Field};

fn networked<'g, 'a>(ground: &'g Ground<'a>) -> Vec<&'g Device<'a>> {
    devices(ground, |device| device.is_medical() && device.is_networked())
}

/// Medical devices of the ledger that are connected.
pub(super) fn rows(ground: &Ground<'_>) -> Figure {
    Figure::new(Value::Count { count: networked(ground).len() }, ground.imported, vec![])
}

/// 最終更新日 of the files in which they stand.
pub(super) fn updated(ground: &Ground<'_>) -> Figure {
    equipment::last_updated(ground, |device| device.is_medical() && device.is_networked())
}

/// Machines that look like medical devices and stand in the ledger.
pub(super) fn listed(ground: &Ground<'_>) -> Figure {
    equipment::listed(ground, |asset| asset.class.value.is_medical())
}

/// 所在不明 and 廃棄済みなのに観測 that nobody has settled.
pub(super) fn not_found(ground: &Ground<'_>) -> Figure {
    equipment::missing(ground, "medical.not_found")
}

/// Devices whose rows say another kind, or no network, than what was seen of them.
pub(super) fn contradicted(ground: &Ground<'_>) -> Figure {
    let told = networked(ground).into_iter().filter_map(Device::contradicted);
    Figure::count(told.collect(), Some(ground.scanned))
}

/// 台帳重複 among the rows of medical devices.
pub(super) fn duplicates(ground: &Ground<'_>) -> Figure {
    let all = networked(ground);
    let medical = |id: &EntryId| all.iter().any(|device| device.rows.iter().any(|row| row.id == *id));
    let twice = ground.unsettled(&["duplicate_entry"]).filter(|finding| finding.entries.iter().any(medical));
    Figure::count(twice.map(|finding| ground.behind(finding)).collect(), ground.imported)
}

/// 設置部署.
pub(super) fn department_filled(ground: &Ground<'_>) -> Figure {
    filled(ground, Field::Department, |device| device.department().is_some())
}

/// MACアドレス.
pub(super) fn mac_filled(ground: &Ground<'_>) -> Figure {
    filled(ground, Field::MacAddress, Device::has_mac)
}

/// ソフトウェアのバージョン: that of the operating system alone is none.
pub(super) fn version_filled(ground: &Ground<'_>) -> Figure {
    filled(ground, Field::SoftwareVersion, Device::has_software_version)
}

fn filled<'a>(ground: &Ground<'a>, field: Field, holds: fn(&Device<'a>) -> bool) -> Figure {
    Figure::share(&networked(ground), ground.imported, NO_ROWS, |device| {
        must(holds(device), || device.behind(Some(field)))
    })
}
