//! 機器管理台帳 in the official columns, and 医療機器台帳.

use super::Shelf;
use super::cells::{answers, fields, of_entry, whole};
use crate::judge::entry::{Entry, Field, Register};
use crate::render::words::{Lang, fixed};
use crate::render::xlsx::sheets::{Column, Sheet, Value, columns, foreign, text};

/// The official columns and no other, in the form's order.
pub(super) fn equipment(shelf: &Shelf<'_>) -> Sheet {
    let official = &shelf.material.official;
    let rows = shelf.material.rows.iter().filter_map(|(id, cells)| Some((shelf.report.scene.entry(id)?, cells)));
    let rows = rows.filter(|(entry, _)| entry.register == Register::Equipment).map(|(entry, cells)| {
        let cell = |field: Field| match entry.registered.filter(|_| field == Field::RegisteredDate) {
            Some(day) => Value::Day(day),
            None => foreign(cells.get(&field).map(|text| whole(text)).unwrap_or_default()),
        };
        official.iter().map(|column| cell(column.field)).collect()
    });
    let headings = official.iter().map(|column| Column {
        name: column.header.clone().into(),
        width: width(column.field),
        choices: column.choices.to_vec(),
    });
    shelf.titled(Sheet {
        name: shelf.w.book_equipment,
        columns: headings.collect(),
        frozen: 1,
        printed: u16::try_from(official.len()).unwrap_or(u16::MAX),
        rows: rows.collect(),
        ..Sheet::default()
    })
}

fn width(field: Field) -> u16 {
    match field {
        Field::Description => 30,
        Field::IpAddress | Field::RegisteredDate | Field::Hostname | Field::Location => 18,
        Field::Status => 8,
        Field::AssetNo => 10,
        _ => 14,
    }
}

/// What 医療機器台帳 shows of every row, before what the scan says of it.
const MEDICAL: [(Field, u16); 21] = [
    (Field::AssetNo, 10),
    (Field::Department, 12),
    (Field::Location, 16),
    (Field::Description, 24),
    (Field::Manufacturer, 13),
    (Field::Model, 13),
    (Field::SerialNo, 14),
    (Field::ApprovalNo, 14),
    (Field::DeviceClass, 10),
    (Field::Modality, 10),
    (Field::Os, 14),
    (Field::Software, 14),
    (Field::SoftwareVersion, 12),
    (Field::IpAddress, 16),
    (Field::MacAddress, 19),
    (Field::AeTitle, 14),
    (Field::ConnectedSystem, 14),
    (Field::Vendor, 14),
    (Field::MaintenanceContract, 11),
    (Field::RemoteMaintenance, 11),
    (Field::MdsReceived, 12),
];

/// Every row of the medical register, and of any other that says 医療機器.
pub(super) fn medical(shelf: &Shelf<'_>) -> Sheet {
    let (lang, w) = (shelf.lang(), shelf.w);
    let mut list: Vec<Column> = fields(&MEDICAL, lang);
    for (column, (of, _)) in list.iter_mut().zip(MEDICAL) {
        column.choices = choices(of, lang);
    }
    list.extend(columns([(w.registered, 18), (w.state, 16), (w.seen_address, 16)]));
    let scene = &shelf.report.scene;
    let rows = scene.verdict.entries.iter().filter_map(|row| Some((row, scene.entry(&row.entry)?)));
    let rows = rows.filter(|(_, entry)| is_medical(entry)).map(|(row, entry)| {
        let seen = row.asset.as_ref().and_then(|id| scene.asset(id)).and_then(crate::render::scene::address);
        let own = MEDICAL.iter().map(|(field, _)| of_entry(entry, *field, lang));
        own.chain([
            of_entry(entry, Field::RegisteredDate, lang),
            text(fixed::entry_state(row.verdict, lang)),
            foreign(seen.map(|address| address.to_string()).unwrap_or_default()),
        ])
        .collect()
    });
    let printed = u16::try_from(list.len()).unwrap_or(u16::MAX);
    shelf.titled_a3(Sheet {
        name: w.book_medical,
        across: 2,
        columns: list,
        frozen: 1,
        printed,
        rows: rows.collect(),
        ..Sheet::default()
    })
}

fn choices(field: Field, lang: Lang) -> Vec<&'static str> {
    match field {
        Field::MaintenanceContract | Field::RemoteMaintenance | Field::MdsReceived => answers(lang),
        _ => vec![],
    }
}

pub(super) fn is_medical(entry: &Entry) -> bool {
    let declared = entry.device_type == Some(crate::judge::entry::DeviceType::Medical);
    entry.register == Register::Medical || (declared && entry.register == Register::Equipment)
}
