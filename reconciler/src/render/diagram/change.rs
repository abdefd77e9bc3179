//! What is different between two days' pictures.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::picture::{Elsewhere, Picture};

/// How a thing differs from the earlier picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Marked {
    /// It was not there.
    New,
    /// It is no longer there.
    Gone,
    /// It is there in both, and says something else.
    Changed,
}

/// One difference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// What kind of thing.
    pub part: Part,
    /// The same for the same thing on every day.
    pub key: String,
    /// How it is called; as it stands.
    pub name: String,
    /// New, gone, or changed.
    pub marked: Marked,
    /// What it said, field by field, and what it says; of a thing that changed.
    pub fields: Vec<FieldChange>,
}

/// A field of a thing that changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldChange {
    /// As it is called in the picture, e.g. `status`.
    pub field: String,
    /// What it said; empty where it said nothing.
    pub before: String,
    /// What it says.
    pub after: String,
}

/// What a diagram consists of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// An external connection point.
    Door,
    /// A machine that joins networks.
    Machine,
    /// A network of the hospital.
    Segment,
    /// A network behind a machine.
    Elsewhere,
}

type Things = BTreeMap<(Part, String), (String, Vec<(&'static str, String)>)>;

/// All differences: points first, then machines, then networks.
pub fn changes(before: &Picture, after: &Picture) -> Vec<Change> {
    let (old, new) = (things(before), things(after));
    let keys: std::collections::BTreeSet<_> = old.keys().chain(new.keys()).collect();
    let change = |id: &(Part, String)| {
        let (part, key) = id.clone();
        let (marked, name, fields) = match (old.get(id), new.get(id)) {
            (None, Some((name, _))) => (Marked::New, name.clone(), vec![]),
            (Some((name, _)), None) => (Marked::Gone, name.clone(), vec![]),
            (Some((_, before)), Some((name, after))) if before != after => {
                (Marked::Changed, name.clone(), fields(before, after))
            }
            _ => return None,
        };
        Some(Change { part, key, name, marked, fields })
    };
    keys.into_iter().filter_map(change).collect()
}

/// The later picture, with what is gone drawn where it was: everything that is to be marked.
pub(super) fn both(before: &Picture, after: &Picture) -> Picture {
    let mut both = after.clone();
    let missing = |key: &str, keys: &[String]| !keys.iter().any(|known| known == key);
    let keys: Vec<String> = after.doors.iter().map(|door| door.key.clone()).collect();
    both.doors.extend(before.doors.iter().filter(|door| missing(&door.key, &keys)).cloned());
    let keys: Vec<String> = after.machines.iter().map(|machine| machine.id.clone()).collect();
    both.machines.extend(before.machines.iter().filter(|machine| missing(&machine.id, &keys)).cloned());
    let keys: Vec<String> = after.segments.iter().map(|segment| segment.network.clone()).collect();
    both.segments.extend(before.segments.iter().filter(|segment| missing(&segment.network, &keys)).cloned());
    let known: Vec<String> = both.segments.iter().map(|segment| segment.network.clone()).collect();
    let all = after.elsewhere.iter().chain(&before.elsewhere).map(|one| one.network.clone());
    let all: std::collections::BTreeSet<String> = all.filter(|network| missing(network, &known)).collect();
    both.elsewhere = all.into_iter().map(|network| Elsewhere { network }).collect();
    both
}

fn things(picture: &Picture) -> Things {
    let mut things = Things::new();
    let text = |value: Option<&String>| value.cloned().unwrap_or_default();
    for door in &picture.doors {
        let fields = vec![
            ("status", code(&door.status)),
            ("kind", door.kind.clone()),
            ("department", text(door.department.as_ref())),
            ("vendor", text(door.vendor.as_ref())),
            ("machine", text(door.machine.as_ref())),
        ];
        things.insert((Part::Door, door.key.clone()), (door.name.clone(), fields));
    }
    for machine in &picture.machines {
        let fields = vec![
            ("name", machine.name.clone()),
            ("address", machine.address.map(|address| address.to_string()).unwrap_or_default()),
            ("class", machine.class.code().to_owned()),
            ("networks", machine.networks.join(", ")),
            ("declared", machine.declared.join(", ")),
            ("standing", code(&machine.standing)),
            ("forwards", code(&machine.forwards)),
        ];
        things.insert((Part::Machine, machine.id.clone()), (machine.name.clone(), fields));
    }
    for segment in &picture.segments {
        let fields = vec![("looked_at", segment.looked_at.to_string())];
        things.insert((Part::Segment, segment.network.clone()), (segment.network.clone(), fields));
    }
    for one in &picture.elsewhere {
        things.insert((Part::Elsewhere, one.network.clone()), (one.network.clone(), vec![]));
    }
    things
}

/// An enum's code, as it stands in results.
fn code(value: &impl Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

fn fields(before: &[(&'static str, String)], after: &[(&'static str, String)]) -> Vec<FieldChange> {
    let pairs = before.iter().zip(after).filter(|(old, new)| old.1 != new.1);
    pairs
        .map(|(old, new)| FieldChange { field: old.0.to_owned(), before: old.1.clone(), after: new.1.clone() })
        .collect()
}
