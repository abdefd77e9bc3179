//! Who is responsible for what: devices and their vendors, what the register says of each, and what was asked of each
//! device.

use super::super::device::Device;
use super::super::figure::{Figure, Value};
use super::super::ground::Ground;
use super::super::said::{is_done, is_said};
use super::vendors::{self, NO_VENDORS};
use super::{NO_ROWS, devices, must};
use crate::judge::entry::{Field, FourValued, Register};
use crate::judge::vendor::{answer, refers};

/// Devices of the ledger that name a vendor.
pub(super) fn vendor_filled(ground: &Ground<'_>) -> Figure {
    let all = devices(ground, Device::in_ledger);
    Figure::share(&all, ground.imported, NO_ROWS, |device| {
        let named = device.rows.iter().any(|row| row.vendor.as_deref().is_some_and(is_said));
        must(named, || device.behind(Some(Field::Vendor)))
    })
}

/// Of the vendors that devices and registers name, those that stand in the register of vendors.
pub(super) fn vendors_registered(ground: &Ground<'_>) -> Figure {
    if ground.records(Register::Vendor).is_empty() {
        return Figure::new(NO_VENDORS, ground.imported, vec![]);
    }
    Figure::share(&ground.vendors, ground.imported, Value::None, |one| must(one.listed, || one.behind.clone()))
}

/// Vendors whose contract is named.
pub(super) fn contract_filled(ground: &Ground<'_>) -> Figure {
    filled(ground, &[Field::Contract])
}

/// Vendors whom somebody can reach, in an emergency, too.
pub(super) fn contact_filled(ground: &Ground<'_>) -> Figure {
    filled(ground, &[Field::Contact, Field::EmergencyContact])
}

fn filled(ground: &Ground<'_>, fields: &[Field]) -> Figure {
    let all = ground.records(Register::Vendor);
    Figure::share(&all, ground.imported, NO_VENDORS, |record| {
        let said = |field: &Field| record.values.get(field).is_some_and(|cell| is_done(&cell.raw));
        let lacking = fields.iter().find(|field| !said(field));
        must(lacking.is_none(), || vendors::behind(record, *lacking.unwrap_or(&Field::Vendor)))
    })
}

/// Devices of the ledger of which somebody said whether they are maintained from afar: 有, 無 or 契約なし, in their own
/// row or in a row of remote maintenance that names them.
pub(super) fn remote_known(ground: &Ground<'_>) -> Figure {
    let all = devices(ground, |device| device.in_ledger() && device.is_networked());
    let records = ground.records(Register::RemoteMaintenance);
    Figure::share(&all, ground.imported, NO_ROWS, |device| {
        let own = device.rows.iter().any(|row| row.remote_maintenance != FourValued::Unknown);
        let named = || {
            let mut about = records.iter().filter(|record| refers(record, &device.rows));
            about.any(|record| answer(record, Field::RemoteMaintenance).is_some_and(|it| it != FourValued::Unknown))
        };
        must(own || named(), || device.behind(Some(Field::RemoteMaintenance)))
    })
}
