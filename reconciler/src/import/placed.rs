//! In which row an accepted change belongs by now. A file may be imported again with its rows moved, renumbered or
//! taken away: a change follows its device, and is never laid over another one.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use daicho_shared::address::Mac;

use super::amended::parsed;
use super::columns::Columns;
use super::fold::key;
use crate::judge::amendment::{Amendment, Change, Likeness};
use crate::judge::entry::{Entry, EntryId, Field, Origin, Register};

/// How much it says for a row that it has the id of the one that was meant, in points.
const ID: i32 = 2;
/// How much another network card says against it.
const MAC: i32 = 3;
/// How much the same name or address says for it, and another one against it. A number that was given to another
/// device outweighs neither.
const NAME: i32 = 2;

/// Accepted changes, in their order.
pub(crate) struct Placed {
    /// Those whose row is there, with its id and place as they are now; and every new row.
    pub here: Vec<Amendment>,
    /// Changes of a row that is gone.
    pub lost: Vec<Amendment>,
}

/// Finds the row of every change among the imported ones.
pub(crate) fn placed(entries: &[Entry], amendments: &[Amendment], columns: &Columns) -> Placed {
    let rows = Rows::of(entries);
    let new: BTreeSet<&EntryId> = amendments.iter().filter_map(|one| new_row(&one.change)).collect();
    let mut said: BTreeMap<EntryId, Said> = BTreeMap::new();
    for amendment in amendments {
        if let Change::Cell { entry, field, before, after, .. } = &amendment.change {
            said.entry(entry.clone()).or_default().add(*field, &[before, after], columns);
        }
    }
    let mut placed = Placed { here: vec![], lost: vec![] };
    for amendment in amendments {
        let mut amendment = amendment.clone();
        let Change::Cell { entry, origin, field, before, after, likeness } = &mut amendment.change else {
            placed.here.push(amendment);
            continue;
        };
        let known = Known { likeness: likeness.as_deref(), said: &said[entry] };
        match rows.find(entry, &known, &said) {
            Some(row) => {
                if *entry != row.id {
                    said.entry(row.id.clone()).or_default().add(*field, &[before, after], columns);
                }
                (*entry, *origin) = (row.id.clone(), row.origin.clone());
            }
            None if new.contains(entry) => {}
            None => {
                placed.lost.push(amendment);
                continue;
            }
        }
        placed.here.push(amendment);
    }
    placed
}

fn new_row(change: &Change) -> Option<&EntryId> {
    if let Change::Row { entry, .. } = change { Some(entry) } else { None }
}

/// What accepted changes of one row say of its device, before and after: the row may say either by now.
#[derive(Default)]
struct Said {
    fields: BTreeSet<Field>,
    keys: Keys,
}

impl Said {
    fn add(&mut self, field: Field, texts: &[&String], columns: &Columns) {
        self.fields.insert(field);
        if !matches!(field, Field::SerialNo | Field::MacAddress | Field::Hostname | Field::IpAddress) {
            return;
        }
        let origin = Origin { file: String::new(), sheet: String::new(), row: 0 };
        for text in texts {
            let cells = BTreeMap::from([(field, (*text).clone())]);
            self.keys.add(&Likeness::of(&parsed(Register::Equipment, &origin, &cells, columns).0));
        }
    }
}

/// What names a device.
#[derive(Default, Clone)]
struct Keys {
    serials: BTreeSet<String>,
    macs: BTreeSet<Mac>,
    names: BTreeSet<String>,
    addresses: BTreeSet<IpAddr>,
}

impl Keys {
    fn add(&mut self, likeness: &Likeness) {
        self.serials.extend(likeness.serial_no.as_deref().map(key));
        self.macs.extend(&likeness.macs);
        self.names.extend(likeness.hostname.as_deref().map(key));
        self.addresses.extend(&likeness.addresses);
    }

    fn of_row(row: &Entry, said: Option<&Said>) -> Self {
        let mut keys = said.map(|said| said.keys.clone()).unwrap_or_default();
        keys.serials.extend(row.serial_no.as_deref().map(key));
        keys.macs.extend(&row.macs);
        keys.names.extend(row.hostname.as_deref().map(key));
        keys.addresses.extend(&row.addresses);
        keys
    }

    fn is_empty(&self) -> bool {
        self.serials.is_empty() && self.macs.is_empty() && self.names.is_empty() && self.addresses.is_empty()
    }
}

/// Whether two lists have something in common; `None` where one of them is empty.
fn meet<T: Ord>(one: &BTreeSet<T>, other: &BTreeSet<T>) -> Option<bool> {
    (!one.is_empty() && !other.is_empty()).then(|| !one.is_disjoint(other))
}

/// What is known of the row that was meant.
struct Known<'a> {
    likeness: Option<&'a Likeness>,
    said: &'a Said,
}

impl Known<'_> {
    fn keys(&self) -> Keys {
        let mut keys = self.said.keys.clone();
        if let Some(likeness) = self.likeness {
            keys.add(likeness);
        }
        keys
    }

    /// This row is the device that was meant. A row with the same id may have got another name or network card; one
    /// that is only alike must not contradict at all.
    fn is(&self, row: &Entry, said: Option<&Said>, same_id: bool) -> bool {
        let (meant, found) = (self.keys(), Keys::of_row(row, said));
        if let Some(same) = meet(&meant.serials, &found.serials) {
            return same;
        }
        let mac = meet(&meant.macs, &found.macs);
        if mac == Some(true) {
            return true;
        }
        let others =
            [(mac, MAC), (meet(&meant.names, &found.names), NAME), (meet(&meant.addresses, &found.addresses), NAME)];
        let told = others.iter().filter_map(|(same, points)| Some((same.as_ref()?, points)));
        if same_id {
            ID + told.map(|(same, points)| if *same { *points } else { -*points }).sum::<i32>() > 0
        } else {
            let told: Vec<bool> = told.map(|(same, _)| *same).collect();
            !told.is_empty() && told.iter().all(|same| *same)
                || meant.is_empty() && found.is_empty() && self.says_the_same(row)
        }
    }

    /// Every cell that no change is about says what it said.
    fn says_the_same(&self, row: &Entry) -> bool {
        let Some(likeness) = self.likeness else { return false };
        let now = Likeness::of(row);
        let of = |cells: &BTreeMap<Field, String>| {
            let kept = cells.iter().filter(|(field, _)| !self.said.fields.contains(*field));
            kept.map(|(field, text)| (*field, text.clone())).collect::<BTreeMap<_, _>>()
        };
        let (then, now) = (of(&likeness.cells), of(&now.cells));
        !then.is_empty() && then == now
    }
}

/// Imported rows by what names their devices.
struct Rows<'a> {
    entries: &'a [Entry],
    by_id: BTreeMap<&'a EntryId, usize>,
    by_key: BTreeMap<String, Vec<usize>>,
    nameless: Vec<usize>,
}

impl<'a> Rows<'a> {
    fn of(entries: &'a [Entry]) -> Self {
        let mut rows = Self {
            entries,
            by_id: entries.iter().enumerate().map(|(at, entry)| (&entry.id, at)).collect(),
            by_key: BTreeMap::new(),
            nameless: vec![],
        };
        for (at, entry) in entries.iter().enumerate() {
            let keys = texts(&Keys::of_row(entry, None));
            if keys.is_empty() {
                rows.nameless.push(at);
            }
            for text in keys {
                rows.by_key.entry(text).or_default().push(at);
            }
        }
        rows
    }

    /// The one row that was meant.
    fn find(&self, id: &EntryId, known: &Known<'_>, said: &BTreeMap<EntryId, Said>) -> Option<&'a Entry> {
        let entries = self.entries;
        if let Some(row) = self.by_id.get(id).map(|at| &entries[*at])
            && (known.likeness.is_none() || known.is(row, said.get(id), true))
        {
            return Some(row);
        }
        known.likeness?;
        let keys = texts(&known.keys());
        let near: BTreeSet<usize> = if keys.is_empty() {
            self.nameless.iter().copied().collect()
        } else {
            keys.iter().filter_map(|text| self.by_key.get(text)).flatten().copied().collect()
        };
        let near = near.into_iter().map(|at| &entries[at]);
        let mut fitting: Vec<&Entry> = near.filter(|row| known.is(row, said.get(&row.id), false)).collect();
        if fitting.len() > 1 {
            // Several rows of one device: the one that says the same in the other cells.
            fitting.retain(|row| known.says_the_same(row));
        }
        if let [row] = fitting[..] { Some(row) } else { None }
    }
}

fn texts(keys: &Keys) -> Vec<String> {
    let serials = keys.serials.iter().map(|text| format!("serial {text}"));
    let macs = keys.macs.iter().map(|mac| format!("mac {mac}"));
    let names = keys.names.iter().map(|text| format!("name {text}"));
    let addresses = keys.addresses.iter().map(|address| format!("address {address}"));
    serials.chain(macs).chain(names).chain(addresses).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::amended::amended;
    use crate::import::{join, read_in_process};
    use crate::judge::amendment::Basis;
    use crate::judge::entry::{Ledger, ProblemKind, Status};

    const HEADING: &str = "管理番号,シリアル番号,MACアドレス,コンピュータ名,IPアドレス,ソフトウェア,設置場所,状態";

    fn ledger(rows: &[&str]) -> Ledger {
        let text = format!("{HEADING}\n{}\n", rows.join("\n"));
        join([read_in_process("台帳.csv", text.as_bytes(), jiff::Timestamp::UNIX_EPOCH, &Columns::builtin()).unwrap()])
    }

    /// A change of a cell of one of these rows.
    fn change(rows: &[&str], at: usize, field: Field, after: &str) -> Amendment {
        let row = &ledger(rows).entries[at];
        let basis = Basis {
            finding: "f".into(),
            at: jiff::Timestamp::UNIX_EPOCH,
            by: "山田".into(),
            reason: None,
            evidence: String::new(),
        };
        let change = Change::Cell {
            entry: row.id.clone(),
            origin: row.origin.clone(),
            field,
            before: row.cells.get(&field).map(|cell| cell.raw.clone()).unwrap_or_default(),
            after: after.into(),
            likeness: Some(Box::new(Likeness::of(row))),
        };
        Amendment { change, basis }
    }

    /// 状態=廃棄 for the first of these rows, laid over other rows: the lines that are disposed of now, and whether
    /// the change is a conflict.
    fn retired(before: &[&str], after: &[&str]) -> (Vec<u32>, bool) {
        let all = amended(ledger(after), &[change(before, 0, Field::Status, "廃棄")], &Columns::builtin());
        let told = all.ledger.problems.iter().any(|one| one.kind == ProblemKind::AmendmentRowGone);
        assert_eq!((told, all.pending.len()), (!all.conflicts.is_empty(), usize::from(!told)));
        let retired = all.ledger.entries.iter().filter(|row| row.status == Status::Retired);
        (retired.map(|row| row.origin.row).collect(), told)
    }

    #[test]
    fn a_change_goes_with_its_device_however_the_rows_are_turned() {
        for (mine, other) in [
            (",SN-1,,PC1,,,,稼働", ",SN-2,,PC2,,,,稼働"),
            (",,00:80:A3:00:00:01,PC1,,,,稼働", ",,00:80:A3:00:00:02,PC2,,,,稼働"),
            (",,,PC1,10.0.0.1,,,稼働", ",,,PC2,10.0.0.2,,,稼働"),
            (",,,,10.0.0.1,,,稼働", ",,,,10.0.0.2,,,稼働"),
            (",,,,,,1F,稼働", ",,,,,,2F,稼働"),
            ("IT-900,,,PC1,10.0.0.1,,,稼働", "IT-900,,,PC2,10.0.0.2,,,稼働"),
            ("IT-900,,,,,,1F,稼働", "IT-900,,,,,,2F,稼働"),
            ("IT-900,,,PC1,10.0.0.1,甲,,稼働", "IT-900,,,PC1,10.0.0.1,乙,,稼働"),
        ] {
            assert_eq!(retired(&[mine, other], &[mine, other]), (vec![2], false), "{mine}");
            assert_eq!(retired(&[mine, other], &[other, mine]), (vec![3], false), "{mine}");
            assert_eq!(retired(&[mine, other], &[mine]), (vec![2], false), "{mine}");
        }
    }

    #[test]
    fn a_change_of_a_row_that_is_gone_is_told_and_laid_over_no_other() {
        let gone = (vec![], true);
        let before = [",,,PC1,10.0.0.1,,,稼働", ",,,PC2,10.0.0.2,,,稼働"];
        assert_eq!(retired(&before, &before[1..]), gone);
        // The name or the address of a device that went is another device's now.
        let before = [",,00:80:A3:00:00:01,PC1,10.0.0.1,,,稼働"];
        for other in [",,,PC1,10.0.0.9,,,稼働", ",,,PC9,10.0.0.1,,,稼働", ",,00:80:A3:00:00:09,PC1,10.0.0.1,,,稼働"]
        {
            assert_eq!(retired(&before, &[other]), gone, "{other}");
        }
        assert_eq!(retired(&[",SN-1,,PC1,,,,稼働"], &[",SN-9,,PC1,,,,稼働"]), gone);
        let same = ["IT-900,,,PC1,10.0.0.1,,,稼働", "IT-900,,,PC2,10.0.0.2,,,稼働"];
        assert_eq!(retired(&same, &same[1..]), gone, "the number is the other row's alone now");
        let nameless = [",,,,,,1F,稼働", ",,,,,,2F,稼働"];
        assert_eq!(retired(&nameless, &nameless[1..]), gone);
    }

    #[test]
    fn a_number_that_was_given_to_another_device_takes_no_change_along() {
        let gone = (vec![], true);
        let before = ["1,,,PC1,,,,稼働", "2,,,PC2,,,,稼働", "3,,,PC3,,,,稼働"];
        assert_eq!(retired(&before, &["1,,,PC2,,,,稼働", "2,,,PC3,,,,稼働"]), gone, "numbered anew");
        assert_eq!(retired(&before, &["1,,,PC2,,,,稼働", "2,,,PC1,,,,稼働"]), (vec![3], false));
        let full = ["1,,00:80:A3:00:00:01,PC1,10.0.0.1,,,稼働"];
        for (row, same) in [
            ("1,,00:80:A3:00:00:09,PC1,10.0.0.1,,,稼働", true),
            ("1,,00:80:A3:00:00:01,PC9,10.0.0.9,,,稼働", true),
            ("9,,00:80:A3:00:00:01,PC9,10.0.0.9,,,稼働", true),
            ("1,,00:80:A3:00:00:09,PC9,10.0.0.1,,,稼働", false),
            ("1,,00:80:A3:00:00:09,PC9,10.0.0.9,,,稼働", false),
            ("1,,,PC9,10.0.0.9,,,稼働", false),
            ("9,,00:80:A3:00:00:09,PC1,10.0.0.1,,,稼働", false),
        ] {
            let expected = if same { (vec![2], false) } else { gone.clone() };
            assert_eq!(retired(&full, &[row]), expected, "{row}");
        }
    }

    #[test]
    fn changes_rest_when_the_file_says_so_even_of_what_names_the_device() {
        let before = [",,00:80:A3:00:00:01,PC1,10.0.0.1,,1F,稼働", "7,,,PC7,,,,稼働", "7,,,PC8,,,,稼働"];
        let changes = [
            change(&before, 0, Field::MacAddress, "00:80:A3:00:00:09"),
            change(&before, 0, Field::Hostname, "PC9"),
            change(&before, 0, Field::Location, "2F"),
            change(&before, 2, Field::AssetNo, "8"),
        ];
        let now = ["7,,,PC7,,,,稼働", ",,00-80-A3-00-00-09,PC9,10.0.0.1,,2F,稼働", "8,,,PC8,,,,稼働"];
        let all = amended(ledger(&now), &changes, &Columns::builtin());
        assert_eq!((all.satisfied.len(), all.conflicts.len()), (4, 0), "{:?}", all.conflicts);
        let half = [before[1], ",,00-80-A3-00-00-09,PC1,10.0.0.1,,1F,稼働", before[2]];
        let all = amended(ledger(&half), &changes, &Columns::builtin());
        assert_eq!((all.satisfied.len(), all.pending.len()), (1, 3), "{:?}", all.conflicts);
    }

    #[test]
    fn a_change_that_was_stored_without_a_likeness_goes_by_the_id_alone() {
        let rows = ["1,,,PC1,,,,稼働"];
        let mut old = change(&rows, 0, Field::Status, "廃棄");
        let stored = |one: &Amendment| serde_json::to_value(one).unwrap();
        let Change::Cell { likeness, .. } = &mut old.change else { panic!() };
        *likeness = None;
        assert_eq!(stored(&old)["change"].get("likeness"), None);
        assert_eq!(serde_json::from_value::<Amendment>(stored(&old)).unwrap(), old);
        let all = |rows: &[&str]| amended(ledger(rows), std::slice::from_ref(&old), &Columns::builtin());
        assert_eq!((all(&rows).pending.len(), all(&["2,,,PC1,,,,稼働"]).conflicts.len()), (1, 1));
    }
}
