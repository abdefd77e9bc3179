//! The vendors that devices and registers name, and which of them stand in the register of vendors.

use super::device;
use super::figure::Behind;
use crate::judge::Knowledge;
use crate::judge::entry::{Entry, Field, Ledger, Record, Register};
use crate::judge::group::groups;
use crate::judge::vendor::{Names, holdings};

/// One vendor that works for the hospital.
pub(super) struct Working {
    /// It stands in the register of vendors.
    pub(super) listed: bool,
    /// Where it is named, with its name.
    pub(super) behind: Behind,
}

/// Every vendor that a device in use or a row of remote maintenance or clouds names, each once.
pub(super) fn working(ledger: &Ledger, knowledge: &Knowledge) -> Vec<Working> {
    let names = Names::new(&ledger.records, knowledge);
    let groups = groups(&ledger.entries, knowledge);
    let vendors = holdings(ledger, &groups, &names).into_values().filter_map(|holding| {
        let listed = holding.records.iter().any(|record| record.register == Register::Vendor);
        let row = holding.groups.iter().find_map(|group| groups[*group].rows.first().copied());
        let record = holding.records.iter().copied().find(|record| record.register != Register::Vendor);
        let behind =
            row.map(|row| of_row(row, &holding.name)).or_else(|| record.map(|it| of_record(it, &holding.name)));
        Some(Working { listed, behind: behind? })
    });
    vendors.collect()
}

fn of_row(row: &Entry, vendor: &str) -> Behind {
    let name = device::name(row).map_or_else(|| vendor.to_owned(), |name| format!("{vendor} ({name})"));
    Behind::Row {
        row: row.id.0.clone(),
        origin: row.origin.clone(),
        name: Some(name),
        department: row.department.clone(),
        field: Some(Field::Vendor),
    }
}

fn of_record(record: &Record, vendor: &str) -> Behind {
    Behind::Row {
        row: record.id.0.clone(),
        origin: record.origin.clone(),
        name: Some(vendor.to_owned()),
        department: None,
        field: Some(Field::Vendor),
    }
}
