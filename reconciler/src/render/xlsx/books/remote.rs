//! リモート保守台帳: the rows of the register, beside what was seen at the devices that they name; and remote access that
//! was seen at devices of which no row speaks.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use daicho_shared::knowledge::ports::Ports;

use super::Shelf;
use super::cells::{answers, attached, fields, of_record};
use crate::judge::asset::{Asset, AssetId, Grade};
use crate::judge::entry::{Entry, EntryId, Field, FourValued, Meaning, Record, Register};
use crate::render::scene::{self, Scene};
use crate::render::words::phrase::{Phrase, shown};
use crate::render::words::{Lang, fixed};
use crate::render::xlsx::sheets::{Column, Sheet, Value, columns, foreign, text};
use crate::vendor::replied::Replied;

/// What the register says of each way in.
const COLUMNS: [(Field, u16); 24] = [
    (Field::AssetNo, 9),
    (Field::Vendor, 14),
    (Field::Subcontractor, 12),
    (Field::SystemName, 13),
    (Field::DeviceRef, 14),
    (Field::RemoteMaintenance, 12),
    (Field::Purpose, 16),
    (Field::RemoteWho, 14),
    (Field::RemoteFrom, 14),
    (Field::RemoteHow, 14),
    (Field::EntryDevice, 12),
    (Field::ExternalPointId, 10),
    (Field::SourceIpRestriction, 16),
    (Field::AccountAssignment, 11),
    (Field::AuthMethod, 14),
    (Field::TerminalPatched, 12),
    (Field::TerminalSupported, 12),
    (Field::TerminalMalware, 12),
    (Field::Timing, 11),
    (Field::Notice, 12),
    (Field::AccessLog, 11),
    (Field::ConfirmedBy, 13),
    (Field::ConfirmedDate, 18),
    (Field::NextReview, 18),
];

/// The port table; a test of the table parses it.
static PORTS: LazyLock<Ports> = LazyLock::new(Ports::builtin);

pub(super) fn sheets(shelf: &Shelf<'_>) -> Vec<Sheet> {
    let records: Vec<&Record> = shelf.records(Register::RemoteMaintenance).collect();
    let named: BTreeMap<&EntryId, Vec<&Entry>> =
        records.iter().map(|record| (&record.id, devices(record, &shelf.report.scene))).collect();
    vec![listed(shelf, &records, &named), unlisted(shelf, &named), super::answers::sheet(shelf)]
}

fn listed(shelf: &Shelf<'_>, records: &[&Record], named: &BTreeMap<&EntryId, Vec<&Entry>>) -> Sheet {
    let (lang, w) = (shelf.lang(), shelf.w);
    let mut list: Vec<Column> = fields(&COLUMNS, lang);
    list[5].choices = answers(lang);
    list.extend(columns([(w.evidence_file, 28), (w.vendor_answers, 22), (w.seen, 34)]));
    let row = |record: &&Record| {
        let own = COLUMNS.iter().map(|(field, _)| of_record(record, *field, lang));
        let devices = named.get(&record.id).map(Vec::as_slice).unwrap_or_default();
        let seen = seen_at(shelf, devices).join("\n");
        own.chain([foreign(evidence(shelf, record)), foreign(answered(shelf, record, devices)), text(seen)]).collect()
    };
    shelf.titled_a3(Sheet {
        name: w.book_remote,
        frozen: 2,
        across: 2,
        printed: u16::try_from(list.len()).unwrap_or(u16::MAX),
        columns: list,
        rows: records.iter().map(row).collect(),
        ..Sheet::default()
    })
}

/// One line for each vendor and device that was asked about: the newest word, its day, or that none came.
fn answered(shelf: &Shelf<'_>, record: &Record, devices: &[&Entry]) -> String {
    let (lang, w) = (shelf.lang(), shelf.w);
    let about = |id: &EntryId| *id == record.id || devices.iter().any(|device| device.id == *id);
    let asked = shelf.material.vendors.replied.iter().filter(|one| one.rows.iter().any(about));
    let line = |one: &Replied| {
        let vendor = shown(&one.vendor);
        match (&one.said, one.word) {
            (Some((day, _)), Some(word)) => format!("{vendor}: {} ({day})", fixed::four_valued(word, lang)),
            _ => format!("{vendor}: {}", w.no_answer),
        }
    };
    let mut lines: Vec<String> = asked.map(line).collect();
    lines.sort();
    lines.dedup();
    lines.join("\n")
}

fn evidence(shelf: &Shelf<'_>, record: &Record) -> String {
    let written = record.values.get(&Field::Evidence);
    let names = written.map(|written| super::evidence_names(&written.raw)).unwrap_or_default();
    let files = names.iter().map(|name| attached(name, shelf.material.attached.get(name), shelf.lang()));
    files.collect::<Vec<_>>().join("\n")
}

/// The rows of devices and lines that a record names, by number or name.
fn devices<'a>(record: &Record, scene: &Scene<'a>) -> Vec<&'a Entry> {
    let named: BTreeSet<String> = [Field::DeviceRef, Field::EntryDevice, Field::ExternalPointId]
        .into_iter()
        .filter_map(|field| record.values.get(&field))
        .flat_map(|written| match &written.meaning {
            Meaning::List(list) => list.clone(),
            Meaning::Text(text) => vec![text.clone()],
            _ => vec![],
        })
        .map(|name| name.trim().to_lowercase())
        .filter(|name| !name.is_empty())
        .collect();
    let is_named = |entry: &&Entry| {
        let keys = [entry.asset_no.as_deref(), entry.hostname.as_deref()];
        keys.into_iter().flatten().any(|key| named.contains(&key.trim().to_lowercase()))
    };
    scene.verdict.ledger.entries.iter().filter(is_named).collect()
}

/// One line a device: what of remote access it shows.
fn seen_at(shelf: &Shelf<'_>, devices: &[&Entry]) -> Vec<String> {
    let (scene, lang) = (&shelf.report.scene, shelf.lang());
    if devices.is_empty() {
        return vec![lang.pick("対象機器の管理番号の記載なし", "names no device of the ledger").to_owned()];
    }
    let fate: BTreeMap<&EntryId, _> = scene.verdict.entries.iter().map(|row| (&row.entry, row)).collect();
    let line = |entry: &&Entry| {
        let name = shown(entry.asset_no.as_deref().or(scene::row_name(entry)).unwrap_or_default());
        let row = fate.get(&entry.id);
        let said = match row.and_then(|row| row.asset.as_ref()).and_then(|id| scene.asset(id)) {
            Some(asset) => access(asset, lang).unwrap_or_else(|| {
                lang.pick("観測あり・遠隔保守の兆候なし", "seen, without a sign of remote access").to_owned()
            }),
            None => row.map_or("", |row| fixed::entry_state(row.verdict, lang)).to_owned(),
        };
        format!("{name}: {said}")
    };
    devices.iter().map(line).collect()
}

/// Ports that serve to maintain a device from afar, and whether it is a way out; `None` where it shows neither.
fn access(asset: &Asset, lang: Lang) -> Option<String> {
    let remote = |service: &&crate::judge::asset::Service| {
        let row = PORTS.get(service.transport, service.port);
        row.is_some_and(|row| row.remote_maintenance.as_deref() == Some("yes"))
    };
    let ports =
        asset.services.iter().filter(remote).map(|service| format!("{}({})", shown(&service.name), service.port));
    let grade = asset.uplink.bare();
    let out = (grade >= Grade::Indication).then(|| {
        let word = fixed::grade(grade, lang);
        lang.pick(format!("外部への出口［{word}］"), format!("a way out [{word}]"))
    });
    let all: Vec<String> = ports.chain(out).collect();
    (!all.is_empty()).then(|| all.join(lang.pick("、", ", ")))
}

/// Devices that the ledger says to be maintained from afar, and those that show it, without a row of the register.
fn unlisted(shelf: &Shelf<'_>, named: &BTreeMap<&EntryId, Vec<&Entry>>) -> Sheet {
    let (scene, lang, w) = (&shelf.report.scene, shelf.lang(), shelf.w);
    let known: BTreeSet<&EntryId> = named.values().flatten().map(|entry| &entry.id).collect();
    let paired: BTreeMap<&EntryId, &AssetId> =
        scene.verdict.entries.iter().filter_map(|row| Some((&row.entry, row.asset.as_ref()?))).collect();
    let declared = scene.verdict.ledger.entries.iter().filter(|entry| !known.contains(&entry.id));
    let says = |entry: &&Entry| entry.remote_maintenance == FourValued::Yes && !paired.contains_key(&entry.id);
    let of_rows = declared.filter(says).map(|entry| row_alone(entry, lang));
    let of_devices = scene.verdict.assets.iter().filter_map(|asset| {
        let rows: Vec<&Entry> = scene.rows_of(&asset.id).collect();
        let listed = rows.iter().any(|entry| known.contains(&entry.id));
        let declared = rows.iter().any(|entry| entry.remote_maintenance == FourValued::Yes);
        let shown = access(asset, lang);
        (!listed && (declared || shown.is_some())).then(|| machine(asset, &rows, shown.unwrap_or_default(), scene))
    });
    let mut list = columns([
        (w.asset_no, 12),
        (w.department, 14),
        (w.device, 40),
        (w.address, 18),
        (w.vendor, 16),
        (w.in_ledger, 16),
        (w.seen, 40),
    ]);
    list[5].choices = answers(lang);
    let rows = of_devices.chain(of_rows).collect();
    shelf.titled(Sheet { name: w.remote_unlisted, columns: list, frozen: 1, printed: 7, rows, ..Sheet::default() })
}

fn machine(asset: &Asset, rows: &[&Entry], shown_there: String, scene: &Scene<'_>) -> Vec<Value> {
    let lang = scene.lang();
    let first = |read: fn(&Entry) -> Option<&str>| rows.iter().copied().find_map(read).map(shown).unwrap_or_default();
    let declared = rows.iter().map(|entry| entry.remote_maintenance).find(|value| *value != FourValued::Unknown);
    vec![
        foreign(first(|row| row.asset_no.as_deref())),
        foreign(first(|row| row.department.as_deref())),
        text(Phrase::new(scene.subject(&asset.id)).plain()),
        foreign(scene::address(asset).map(|address| address.to_string()).unwrap_or_default()),
        foreign(first(|row| row.vendor.as_deref())),
        text(declared.map_or("", |value| fixed::four_valued(value, lang))),
        text(shown_there),
    ]
}

fn row_alone(entry: &Entry, lang: Lang) -> Vec<Value> {
    let cell = |value: Option<&str>| foreign(value.map(shown).unwrap_or_default());
    let address = entry.addresses.first().map(ToString::to_string);
    vec![
        cell(entry.asset_no.as_deref()),
        cell(entry.department.as_deref()),
        cell(scene::row_name(entry)),
        cell(address.as_deref()),
        cell(entry.vendor.as_deref()),
        text(fixed::four_valued(entry.remote_maintenance, lang)),
        text(lang.pick("観測なし", "not seen")),
    ]
}
