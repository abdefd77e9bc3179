//! A ledger of what a scan saw: a hospital without one begins with it, and nothing in it is guessed.

use std::collections::{BTreeMap, BTreeSet};

use daicho_shared::fact::NameSource;

use super::official::Row;
use crate::import::Columns;
use crate::import::template::word_of;
use crate::judge::asset::{Asset, AssetId, Claim, Class, Grade};
use crate::judge::entry::{DeviceType, Entry, EntryId, Field, FourValued, Register, Status};
use crate::judge::verdict::Verdict;

/// One row a device that answered or was heard. The number is that of the paired ledger row; without one of its own
/// it is the device's id, which stays the same every night, until somebody gives it a number. A serial number that
/// several devices show names none of them and is left out.
pub fn seen(verdict: &Verdict, columns: &Columns) -> Vec<Row> {
    let numbers = numbers(verdict);
    let serials = verdict.assets.iter().filter_map(|asset| asset.serial.as_ref()).map(|claim| claim.value.as_str());
    let mut shown: BTreeMap<&str, usize> = BTreeMap::new();
    for serial in serials {
        *shown.entry(serial).or_default() += 1;
    }
    let row = |asset: &Asset| {
        let mut cells = cells(asset, numbers.get(&asset.id).copied(), columns);
        if cells.get(&Field::SerialNo).is_some_and(|serial| shown.get(serial.as_str()) > Some(&1)) {
            cells.remove(&Field::SerialNo);
        }
        Row { id: EntryId(format!("equipment:{}", asset.id)), register: Register::Equipment, cells }
    };
    verdict.assets.iter().map(row).collect()
}

/// The number of the first row that was paired with a device; each number once.
fn numbers(verdict: &Verdict) -> BTreeMap<&AssetId, &str> {
    let entries: BTreeMap<&EntryId, &Entry> = verdict.ledger.entries.iter().map(|entry| (&entry.id, entry)).collect();
    let (mut numbers, mut given) = (BTreeMap::new(), BTreeSet::new());
    for paired in &verdict.entries {
        let number = entries.get(&paired.entry).and_then(|entry| entry.asset_no.as_deref());
        if let (Some(asset), Some(number)) = (&paired.asset, number)
            && !numbers.contains_key(asset)
            && given.insert(number)
        {
            numbers.insert(asset, number);
        }
    }
    numbers
}

fn cells(asset: &Asset, number: Option<&str>, columns: &Columns) -> BTreeMap<Field, String> {
    let reached = || asset.interfaces.iter().filter(|interface| !interface.told);
    let listed = |texts: BTreeSet<String>| texts.into_iter().collect::<Vec<_>>().join("\n");
    let segments = reached().filter_map(|interface| interface.segment.clone());
    let yes = |holds: bool| if holds { answer(columns) } else { "" }.to_owned();
    let day = asset.first_seen.to_zoned(jiff::tz::TimeZone::system()).date();
    let known = Some(asset.class.value).filter(|class| *class != Class::Unknown);
    let cells = [
        (Field::AssetNo, number.unwrap_or(&asset.id.0).to_owned()),
        (Field::Manufacturer, said(asset.maker.as_ref())),
        (Field::Model, said(asset.model.as_ref())),
        (Field::SerialNo, said(asset.serial.as_ref())),
        (Field::Os, said(asset.os.as_ref())),
        (Field::Hostname, name(asset)),
        (Field::IpAddress, listed(reached().flat_map(|one| &one.addresses).map(ToString::to_string).collect())),
        (Field::MacAddress, listed(reached().filter_map(|one| one.mac).map(|mac| mac.to_string()).collect())),
        (Field::RegisteredDate, day.to_string()),
        (Field::Status, word_of(Field::Status, |word| columns.words.status(word) == Some(Status::Active)).to_owned()),
        (
            Field::DeviceType,
            known.map(|class| type_word(DeviceType::of(class), columns)).unwrap_or_default().to_owned(),
        ),
        (Field::NetworkConnected, yes(true)),
        (Field::Segment, listed(segments.collect())),
        // Only what was seen is said: that nothing was seen is no "none".
        (Field::ExternalConnection, yes(asset.uplink.grade > Grade::Undecidable)),
        (Field::DualHomed, yes(asset.multi_homed.grade > Grade::Undecidable)),
    ];
    cells.into_iter().filter(|(_, text)| !text.is_empty()).collect()
}

/// What the device says itself: the maker of its network card alone is not its maker.
fn said(claim: Option<&Claim>) -> String {
    claim.filter(|claim| claim.source != "oui").map(|claim| claim.value.clone()).unwrap_or_default()
}

/// The name that the device has for itself; that of a name server may be old, and certificates and announcements name
/// services, too.
fn name(asset: &Asset) -> String {
    let of_service = |source| matches!(source, NameSource::Certificate | NameSource::Upnp);
    let own = asset.names.iter().find(|name| name.source != NameSource::Dns && !of_service(name.source));
    let known = own.or_else(|| asset.names.iter().find(|name| !of_service(name.source)));
    known.map(|name| name.name.clone()).unwrap_or_default()
}

fn answer(columns: &Columns) -> &'static str {
    word_of(Field::NetworkConnected, |word| columns.words.answer(word) == Some(FourValued::Yes))
}

fn type_word(kind: DeviceType, columns: &Columns) -> &'static str {
    word_of(Field::DeviceType, |word| columns.words.device_type(word) == Some(kind))
}
