//! Ledger rows that are one machine. The official form has one row per PC and program; several
//! registers name the same device. A group is what is paired with a machine.

use std::collections::{BTreeSet, HashMap};
use std::net::IpAddr;

use daicho_shared::address::Mac;
use unicode_normalization::UnicodeNormalization;

use super::across;
use super::entry::{DeviceType, Entry, EntryId, Field, FourValued, Register, Status};
use super::few::Few;
use super::knowledge::Knowledge;
use super::names::host_key;

/// Rows that are one machine, and what they declare together.
#[derive(Debug, Clone)]
pub(crate) struct Group<'a> {
    /// In the ledger's order; never empty.
    pub(crate) rows: Vec<&'a Entry>,
    /// MAC addresses.
    pub(crate) macs: Few<Mac>,
    /// Addresses that are an identity (not handed out by DHCP).
    pub(crate) addresses: Few<IpAddr>,
    /// Host name keys.
    pub(crate) hosts: Few<String>,
    /// Serial numbers.
    pub(crate) serials: Few<String>,
    /// Makers.
    pub(crate) makers: Few<String>,
    /// Models, folded.
    pub(crate) models: Few<String>,
    /// 管理番号 as keys.
    pub(crate) numbers: Few<String>,
    /// Keys that its machine had on earlier nights.
    pub(crate) known: Few<String>,
}

impl<'a> Group<'a> {
    fn new(rows: Vec<&'a Entry>, knowledge: &Knowledge) -> Self {
        let generic = &knowledge.identity.generic_names;
        let fixed = rows.iter().filter(|row| !row.dynamic_address);
        Self {
            macs: rows.iter().flat_map(|row| row.macs.iter().copied()).collect(),
            addresses: fixed.flat_map(|row| row.addresses.iter().copied()).collect(),
            hosts: rows.iter().filter_map(|row| host_key(row.hostname.as_deref()?, generic)).collect(),
            serials: rows.iter().filter_map(|row| serial_key(row.serial_no.as_deref()?)).collect(),
            makers: rows.iter().filter_map(|row| row.manufacturer.clone()).filter(|text| !text.is_empty()).collect(),
            models: rows.iter().filter_map(|row| serial_key(row.model.as_deref()?)).collect(),
            numbers: rows.iter().filter_map(|row| number_key(row.asset_no.as_deref()?)).collect(),
            known: Few::default(),
            rows,
        }
    }

    /// The row that stands for the group.
    pub(crate) fn first(&self) -> &'a Entry {
        self.rows[0]
    }

    /// Something that a scan can find it by.
    pub(crate) fn has_key(&self) -> bool {
        let dynamic = self.rows.iter().any(|row| row.dynamic_address);
        !(self.macs.is_empty() && self.addresses.is_empty() && self.hosts.is_empty() && self.serials.is_empty())
            || dynamic
    }

    /// Some row says so.
    pub(crate) fn any(&self, such: impl Fn(&Entry) -> bool) -> bool {
        self.rows.iter().any(|row| such(row))
    }

    /// Declared as network equipment.
    pub(crate) fn is_network_device(&self) -> bool {
        self.any(|row| row.device_type == Some(DeviceType::Network))
    }

    /// Declared as an external connection point.
    pub(crate) fn is_external_connection(&self) -> bool {
        self.any(|row| row.register == Register::ExternalConnection || row.external_connection == FourValued::Yes)
    }

    /// Declared as a medical device.
    pub(crate) fn is_medical(&self) -> bool {
        self.any(|row| row.device_type == Some(DeviceType::Medical) || row.register == Register::Medical)
    }

    /// Every row says that it is gone.
    pub(crate) fn is_retired(&self) -> bool {
        self.rows.iter().all(|row| row.status == Status::Retired)
    }
}

/// A serial number or model as a key: case, spaces and hyphens do not matter.
pub(crate) fn serial_key(text: &str) -> Option<String> {
    let key: String = text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_uppercase).collect();
    (key.chars().count() >= 3).then_some(key)
}

/// A 管理番号 as a key: width, case and hyphens do not matter. Short ones and words may stand in any text.
pub(crate) fn number_key(text: &str) -> Option<String> {
    let key: String = text.nfkc().filter(|c| c.is_alphanumeric()).flat_map(char::to_uppercase).collect();
    (key.chars().count() >= 4 && key.chars().any(|c| c.is_ascii_digit())).then_some(key)
}

/// The words of a label that may be a 管理番号.
pub(crate) fn numbers_in(text: &str) -> impl Iterator<Item = String> {
    let folded: String = text.nfkc().collect();
    let words: Vec<String> =
        folded.split(|c: char| !c.is_alphanumeric() && !"-_‐－".contains(c)).filter_map(number_key).collect();
    words.into_iter()
}

/// The ledger's machines, in its order.
pub(crate) fn groups<'a>(entries: &'a [Entry], knowledge: &Knowledge) -> Vec<Group<'a>> {
    let mut within: Vec<Vec<&Entry>> = vec![];
    for register in [Register::Equipment, Register::Medical, Register::ExternalConnection] {
        within.extend(same_machine(entries.iter().filter(|row| row.register == register), knowledge));
    }
    let mut groups = across::joined(within, knowledge);
    let places: HashMap<&EntryId, usize> = entries.iter().enumerate().map(|(place, row)| (&row.id, place)).collect();
    for rows in &mut groups {
        rows.sort_by_key(|row| places.get(&row.id));
    }
    groups.sort_by_cached_key(|rows| places.get(&rows[0].id));
    groups.into_iter().map(|rows| Group::new(rows, knowledge)).collect()
}

/// Rows of one register: the same number, name and addresses is the same machine with another program.
fn same_machine<'a>(rows: impl Iterator<Item = &'a Entry>, knowledge: &Knowledge) -> Vec<Vec<&'a Entry>> {
    let mut groups: Vec<Vec<&Entry>> = vec![];
    let mut by_number: HashMap<Vec<RowKey>, Vec<usize>> = HashMap::new();
    for row in rows {
        let candidates = by_number.entry(meeting_place(row, knowledge)).or_default();
        let fits = |index: &&usize| groups[**index].iter().all(|other| are_one(other, row, knowledge));
        if let Some(index) = candidates.iter().find(fits).copied() {
            groups[index].push(row);
        } else {
            candidates.push(groups.len());
            groups.push(vec![row]);
        }
    }
    groups
}

/// Where rows of one machine meet: under its number, or, without one, under all their keys.
fn meeting_place(row: &Entry, knowledge: &Knowledge) -> Vec<RowKey> {
    row.asset_no.clone().map_or_else(|| keys(row, knowledge), |number| vec![RowKey::Number(number)])
}

/// What two rows may share.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum RowKey {
    Number(String),
    Mac(Mac),
    Ip(IpAddr),
    Serial(String),
    Host(String),
}

/// One more key agrees and none disagrees. Rows without a number must be equal in every key. Rows of one number with
/// one name or serial number are one machine, whatever cards and addresses each of them has: one row for each card.
fn are_one(a: &Entry, b: &Entry, knowledge: &Knowledge) -> bool {
    let generic = &knowledge.identity.generic_names;
    let host = |row: &Entry| row.hostname.as_deref().and_then(|text| host_key(text, generic));
    let sets = [
        relation(&set(&a.macs), &set(&b.macs)),
        relation(&set(&a.addresses), &set(&b.addresses)),
        relation(&host(a).into_iter().collect(), &host(b).into_iter().collect()),
        relation(&a.serial_no.iter().collect(), &b.serial_no.iter().collect()),
    ];
    let one_number = a.asset_no.is_some();
    let of_a_card = one_number
        && sets[2..].contains(&Relation::Shared)
        && !sets[2..].contains(&Relation::Differs)
        && !sets[..2].contains(&Relation::Shared);
    let agrees = sets.contains(&Relation::Shared);
    let differs = sets.contains(&Relation::Differs);
    let half = sets.contains(&Relation::OneSided);
    of_a_card || agrees && !differs && (one_number || !half)
}

#[derive(PartialEq)]
enum Relation {
    Shared,
    Differs,
    OneSided,
    Absent,
}

fn relation<T: Ord>(a: &BTreeSet<T>, b: &BTreeSet<T>) -> Relation {
    match (a.is_empty(), b.is_empty()) {
        (true, true) => Relation::Absent,
        (false, false) if a.is_disjoint(b) => Relation::Differs,
        (false, false) => Relation::Shared,
        _ => Relation::OneSided,
    }
}

fn set<T: Ord + Copy>(list: &[T]) -> BTreeSet<T> {
    list.iter().copied().collect()
}

pub(super) fn keys(row: &Entry, knowledge: &Knowledge) -> Vec<RowKey> {
    let mut keys: Vec<RowKey> = row.macs.iter().map(|mac| RowKey::Mac(*mac)).collect();
    if !row.dynamic_address {
        keys.extend(row.addresses.iter().map(|address| RowKey::Ip(*address)));
    }
    keys.extend(row.serial_no.as_deref().and_then(serial_key).map(RowKey::Serial));
    let host = row.hostname.as_deref().and_then(|text| host_key(text, &knowledge.identity.generic_names));
    keys.extend(host.map(RowKey::Host));
    keys
}

/// One value that several machines of one register claim.
#[derive(Debug, Clone)]
pub(crate) struct Duplicate<'a> {
    /// The column.
    pub(crate) field: Field,
    /// The value.
    pub(crate) value: String,
    /// The rows that claim it.
    pub(crate) rows: Vec<&'a Entry>,
}

/// 台帳重複. Retired and planned rows may share what their successor or predecessor has.
pub(crate) fn duplicates<'a>(groups: &[Group<'a>]) -> Vec<Duplicate<'a>> {
    let mut claims: Vec<(Claim, usize, &'a Entry)> = vec![];
    for (index, group) in groups.iter().enumerate() {
        for row in group.rows.iter().copied().filter(|row| !matches!(row.status, Status::Retired | Status::Planned)) {
            claims.extend(
                unique_values(row).into_iter().map(|(field, value)| ((row.register, field, value), index, row)),
            );
        }
    }
    // Stable: within a value, groups and rows keep the ledger's order.
    claims.sort_by(|one, other| one.0.cmp(&other.0));
    let shared = claims.chunk_by(|one, other| one.0 == other.0).filter(|held| held[0].1 != held[held.len() - 1].1);
    shared
        .map(|held| {
            let (_, field, value) = held[0].0.clone();
            Duplicate { field, value, rows: held.iter().map(|(_, _, row)| *row).collect() }
        })
        .collect()
}

/// A value of one column, within a register.
type Claim = (Register, Field, String);

fn unique_values(row: &Entry) -> Vec<(Field, String)> {
    let mut values: Vec<(Field, String)> = row.macs.iter().map(|mac| (Field::MacAddress, mac.to_string())).collect();
    if !row.dynamic_address {
        values.extend(row.addresses.iter().map(|address| (Field::IpAddress, address.to_string())));
    }
    values.extend(row.asset_no.iter().map(|number| (Field::AssetNo, number.clone())));
    values.extend(row.serial_no.iter().map(|serial| (Field::SerialNo, serial.clone())));
    values.sort();
    values.dedup();
    values
}

#[cfg(test)]
mod tests {
    use super::super::sample::row;
    use super::*;

    fn sizes(entries: &[Entry]) -> Vec<usize> {
        groups(entries, &Knowledge::builtin()).iter().map(|group| group.rows.len()).collect()
    }

    #[test]
    fn one_row_per_program_is_one_machine() {
        let mut a = row(1);
        a.asset_no = Some("001".into());
        a.hostname = Some("PC1".into());
        a.addresses = vec!["10.0.0.5".parse().unwrap()];
        let mut b = a.clone();
        b.id = row(2).id;
        b.addresses.clear();
        let entries = [a, b];
        assert_eq!(sizes(&entries), [2]);
        assert!(duplicates(&groups(&entries, &Knowledge::builtin())).is_empty());
    }

    #[test]
    fn one_number_on_two_machines_is_a_duplicate() {
        let mut a = row(1);
        a.asset_no = Some("001".into());
        a.addresses = vec!["10.0.0.5".parse().unwrap()];
        let mut b = row(2);
        b.asset_no = Some("001".into());
        b.addresses = vec!["10.0.0.6".parse().unwrap()];
        let entries = [a, b];
        assert_eq!(sizes(&entries), [1, 1]);
        let all = groups(&entries, &Knowledge::builtin());
        let duplicates = duplicates(&all);
        assert_eq!((duplicates.len(), duplicates[0].field, duplicates[0].rows.len()), (1, Field::AssetNo, 2));
    }

    #[test]
    fn another_number_with_the_same_address_is_a_duplicate_unless_retired() {
        let mut a = row(1);
        a.asset_no = Some("001".into());
        a.addresses = vec!["10.0.0.5".parse().unwrap()];
        let mut b = a.clone();
        b.id = row(2).id;
        b.asset_no = Some("002".into());
        let mut entries = [a, b];
        assert_eq!(duplicates(&groups(&entries, &Knowledge::builtin()))[0].field, Field::IpAddress);
        entries[0].status = Status::Retired;
        assert!(duplicates(&groups(&entries, &Knowledge::builtin())).is_empty());
    }

    #[test]
    fn a_device_in_two_registers_is_one_machine() {
        let mut a = row(1);
        a.macs = vec!["00:80:A3:00:00:01".parse().unwrap()];
        let mut b = a.clone();
        b.id = row(2).id;
        b.register = Register::Medical;
        assert_eq!(sizes(&[a, b]), [2]);
    }
}
