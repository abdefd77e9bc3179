//! What accepting or correcting a finding changes in the ledger. Cell texts are those that the import would read;
//! whoever calls knows how a value is spelt in a cell.

use std::collections::BTreeMap;

use super::filter::{Lookup, field};
use crate::judge::amendment::{Change, Likeness};
use crate::judge::asset::{Asset, Class};
use crate::judge::entry::{DeviceType, Entry, EntryId, Field, Register};
use crate::judge::finding::{Finding, Kind};

/// A value that a cell has a word for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spelt {
    /// 稼働.
    Active,
    /// 有.
    Yes,
    /// 機器区分.
    Type(DeviceType),
}

/// How a value is spelt in a cell.
pub type Spelling<'a> = &'a dyn Fn(Spelt) -> String;

/// Why a decision changes nothing in the ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// The network shows no value that the ledger could take: a person must say what is right.
    NothingSeen,
    /// The finding is about no row that could be corrected.
    NoRow,
    /// It is about several rows, and nobody said which.
    SeveralRows,
    /// None of its rows stands in this line.
    NoSuchRow,
    /// Nothing was said that is to stand there.
    NothingSaid,
}

/// What the ledger is to say so that it says what the network shows. `added` are cells that a person adds, e.g. the
/// department of devices that are registered together.
pub fn accept(
    finding: &Finding,
    lookup: &Lookup<'_>,
    added: &BTreeMap<Field, String>,
    spell: Spelling<'_>,
) -> Result<Vec<Change>, Refused> {
    let rows = lookup.rows(finding);
    let (column, text) = match &finding.kind {
        Kind::NotInLedger => return new_row(finding, lookup, added, spell),
        Kind::UndeclaredUplink { .. } if rows.is_empty() => {
            let mut added = added.clone();
            added.entry(Field::ExternalConnection).or_insert_with(|| spell(Spelt::Yes));
            return new_row(finding, lookup, &added, spell);
        }
        Kind::Mismatch { field: Field::Hostname, seen, .. } => (Field::Hostname, first(seen)),
        Kind::Mismatch { field, seen, .. } => (*field, seen.clone()),
        Kind::RetiredButSeen => (Field::Status, spell(Spelt::Active)),
        Kind::DualHomed { .. } => (Field::DualHomed, spell(Spelt::Yes)),
        Kind::UndeclaredUplink { .. } => (Field::ExternalConnection, spell(Spelt::Yes)),
        Kind::ForwardsUndeclared => (Field::DeviceType, spell(Spelt::Type(DeviceType::Network))),
        Kind::NotFound { .. }
        | Kind::NotChecked { .. }
        | Kind::DuplicateEntry { .. }
        | Kind::DefectiveEntry { .. }
        | Kind::AmbiguousPair { .. }
        | Kind::Unnatural { .. }
        | Kind::UnneededServices { .. }
        | Kind::ManagementReachable { .. }
        | Kind::SupportEnded { .. }
        | Kind::SupportEnding { .. }
        | Kind::VendorContradiction { .. }
        | Kind::VendorDisowned { .. }
        | Kind::VendorUnknown { .. }
        | Kind::VendorUnasked { .. }
        | Kind::VendorOutdated { .. }
        | Kind::VendorSilent { .. } => return Err(Refused::NothingSeen),
    };
    if rows.is_empty() {
        return Err(Refused::NoRow);
    }
    let mut cells = added.clone();
    cells.insert(column, text);
    Ok(rows_that_say(&rows, column).into_iter().flat_map(|row| changes(row, &cells)).collect())
}

/// What the ledger is to say because a person says so. `row` is the line of the row where there are several.
pub fn correct(
    finding: &Finding,
    lookup: &Lookup<'_>,
    said: &BTreeMap<Field, String>,
    row: Option<u32>,
) -> Result<Vec<Change>, Refused> {
    if said.is_empty() {
        return Err(Refused::NothingSaid);
    }
    let rows = lookup.rows(finding);
    let chosen: Vec<&Entry> = match row {
        Some(line) => rows.iter().copied().filter(|entry| entry.origin.row == line).collect(),
        None => rows.clone(),
    };
    match (chosen.as_slice(), row) {
        ([], None) => Err(Refused::NoRow),
        ([], Some(_)) => Err(Refused::NoSuchRow),
        (several, None) if several.len() > 1 && tells_rows_apart(&finding.kind) => Err(Refused::SeveralRows),
        (chosen, _) => Ok(chosen.iter().flat_map(|row| changes(row, said)).collect()),
    }
}

/// The column that somebody means who only says a value.
pub fn meant(finding: &Finding) -> Option<Field> {
    field(&finding.kind)
}

/// The rows are different machines, so that one correction cannot be meant for all of them.
fn tells_rows_apart(kind: &Kind) -> bool {
    matches!(kind, Kind::DuplicateEntry { .. })
}

/// Rows of one machine that declare something in this column; where none does, its first row.
fn rows_that_say<'a>(rows: &[&'a Entry], column: Field) -> Vec<&'a Entry> {
    let says = |row: &&&Entry| row.cells.get(&column).is_some_and(|cell| !cell.raw.trim().is_empty());
    let saying: Vec<&Entry> = rows.iter().filter(says).copied().collect();
    let whole_machine = matches!(column, Field::Status | Field::DeviceType);
    if saying.is_empty() && !whole_machine {
        rows[..1].to_vec()
    } else if whole_machine {
        rows.to_vec()
    } else {
        saying
    }
}

fn changes(row: &Entry, cells: &BTreeMap<Field, String>) -> Vec<Change> {
    let change = |(field, after): (&Field, &String)| Change::Cell {
        entry: row.id.clone(),
        origin: row.origin.clone(),
        field: *field,
        before: row.cells.get(field).map(|cell| cell.raw.clone()).unwrap_or_default(),
        after: daicho_shared::text::bounded(after),
        likeness: Some(Box::new(Likeness::of(row))),
    };
    cells.iter().map(change).collect()
}

fn new_row(
    finding: &Finding,
    lookup: &Lookup<'_>,
    added: &BTreeMap<Field, String>,
    spell: Spelling<'_>,
) -> Result<Vec<Change>, Refused> {
    let asset = lookup.asset(finding).ok_or(Refused::NothingSeen)?;
    let mut cells = shown(asset, spell);
    cells.extend(added.iter().map(|(field, text)| (*field, daicho_shared::text::bounded(text))));
    Ok(vec![Change::Row { entry: row_id(finding), register: Register::Equipment, cells }])
}

/// The id of a row that a decision about this finding adds.
pub fn row_id(finding: &Finding) -> EntryId {
    EntryId(format!("equipment:decided:{}", finding.id))
}

/// What the device shows of itself. The maker of a network card alone is not the maker of the device.
fn shown(asset: &Asset, spell: Spelling<'_>) -> BTreeMap<Field, String> {
    let reached = || asset.interfaces.iter().filter(|interface| !interface.told);
    let macs: Vec<String> = reached().filter_map(|interface| interface.mac).map(|mac| mac.to_string()).collect();
    let addresses = || reached().flat_map(|interface| &interface.addresses);
    let fixed: Vec<String> = addresses().filter(|one| one.is_ipv4()).map(ToString::to_string).collect();
    let any: Vec<String> = addresses().map(ToString::to_string).collect();
    let claim = |claim: &Option<super::super::asset::Claim>| {
        claim.as_ref().filter(|claim| claim.source != "oui").map(|claim| claim.value.clone()).unwrap_or_default()
    };
    let known = Some(asset.class.value).filter(|class| *class != Class::Unknown);
    let cells = [
        (Field::MacAddress, macs.join(", ")),
        (Field::IpAddress, if fixed.is_empty() { any } else { fixed }.join(", ")),
        (Field::Hostname, asset.names.first().map(|name| name.name.clone()).unwrap_or_default()),
        (Field::Manufacturer, claim(&asset.maker)),
        (Field::Model, claim(&asset.model)),
        (Field::SerialNo, claim(&asset.serial)),
        (Field::Os, claim(&asset.os)),
        (Field::Status, spell(Spelt::Active)),
        (Field::DeviceType, known.map(|class| spell(Spelt::Type(DeviceType::of(class)))).unwrap_or_default()),
    ];
    let bounded = cells.into_iter().map(|(field, text)| (field, daicho_shared::text::bounded(&text)));
    bounded.filter(|(_, text)| !text.is_empty()).collect()
}

/// A machine may tell several names; a cell holds one.
fn first(listed: &str) -> String {
    listed.split(',').next().unwrap_or_default().trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::entry::Cell;
    use crate::judge::sample::{World, keyed};

    fn spell(spelt: Spelt) -> String {
        format!("{spelt:?}")
    }

    fn world() -> World {
        let mut world = World::new();
        world.arp("10.0.0.5", "00:80:A3:00:00:05");
        world.arp("10.0.0.6", "00:80:A3:00:00:06");
        let mut row = keyed(1, "10.0.0.77", "00:80:A3:00:00:06");
        row.cells.insert(Field::IpAddress, Cell { column: "E".into(), raw: "10.0.0.77".into() });
        world.rows.push(row);
        world
    }

    #[test]
    fn an_undeclared_device_becomes_a_row_with_what_it_shows_and_what_a_person_adds() {
        let verdict = world().verdict();
        let finding = verdict.findings.iter().find(|one| one.kind == Kind::NotInLedger).unwrap();
        let added = BTreeMap::from([(Field::Department, "検査科".to_owned())]);
        let changes = accept(finding, &Lookup::new(&verdict), &added, &spell).unwrap();
        let [Change::Row { cells, .. }] = &changes[..] else { panic!("{changes:?}") };
        assert_eq!(cells[&Field::MacAddress], "00:80:A3:00:00:05");
        assert_eq!(cells[&Field::IpAddress], "10.0.0.5");
        assert_eq!(cells[&Field::Department], "検査科");
        assert!(!cells.contains_key(&Field::Manufacturer), "a network card's maker is not the device's");
    }

    #[test]
    fn a_mismatch_takes_the_networks_value_and_keeps_what_stood_there() {
        let verdict = world().verdict();
        let finding = verdict.findings.iter().find(|one| one.kind.code() == "mismatch").unwrap();
        let changes = accept(finding, &Lookup::new(&verdict), &BTreeMap::new(), &spell).unwrap();
        let [Change::Cell { field: Field::IpAddress, before, after, .. }] = &changes[..] else { panic!("{changes:?}") };
        assert_eq!((before.as_str(), after.as_str()), ("10.0.0.77", "10.0.0.6"));
        let lookup = Lookup::new(&verdict);
        assert_eq!(correct(finding, &lookup, &BTreeMap::new(), None), Err(Refused::NothingSaid));
        let said = BTreeMap::from([(Field::Status, "廃棄".to_owned())]);
        assert_eq!(correct(finding, &lookup, &said, Some(9)), Err(Refused::NoSuchRow));
        assert_eq!(correct(finding, &lookup, &said, Some(1)).map(|changes| changes.len()), Ok(1));
    }
}
