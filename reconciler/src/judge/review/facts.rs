//! What a finding stands on, as plain values that can be compared with those of another night.
//!
//! Only what appears anew counts as a change: a device that answers less than last week says nothing new. What
//! grows by itself (the number of scans, an address within the same segment) is no fact.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::judge::asset::{Asset, Class, Grade};
use crate::judge::finding::{Finding, Kind, Severity};
use crate::judge::verdict::Verdict;

/// The most octets of one value that are kept.
const VALUE: usize = 512;

/// The facts of one finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// How urgent it was.
    pub severity: Severity,
    /// How sure it was.
    pub grade: Grade,
    /// The values that it says it about.
    pub values: BTreeMap<Fact, BTreeSet<String>>,
}

/// What a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fact {
    /// 分類 of the device.
    Class,
    /// Networks in which it was seen, or is declared.
    Segment,
    /// Why a row could not be checked.
    Reason,
    /// The ledger's value.
    Declared,
    /// The network's value.
    Seen,
    /// The value that two rows share.
    Shared,
    /// The cell's text.
    Found,
    /// Machines that a row could be.
    Candidates,
    /// Addresses outside the network.
    Addresses,
    /// Signs of a way out.
    Signs,
    /// In what way it is unnatural.
    Hows,
    /// Names of a device that shows no card of its own.
    Names,
    /// Services that nobody explained.
    Services,
    /// Ways in which its management answers.
    Ways,
    /// The system that is out of support.
    Product,
}

/// One thing that is new since it was decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum Changed {
    /// It is more urgent.
    Severity {
        /// Then.
        before: Severity,
        /// Now.
        now: Severity,
    },
    /// It is more certain.
    Grade {
        /// Then.
        before: Grade,
        /// Now.
        now: Grade,
    },
    /// A value is another one, or there is one more.
    Value {
        /// Which.
        fact: Fact,
        /// Then.
        before: BTreeSet<String>,
        /// Now.
        now: BTreeSet<String>,
    },
}

impl Facts {
    /// The facts of a finding of this verdict.
    pub fn of(finding: &Finding, verdict: &Verdict) -> Self {
        let asset = finding.asset.as_ref().and_then(|id| verdict.assets.iter().find(|asset| asset.id == *id));
        Self::of_device(finding, asset)
    }

    /// The facts of a finding about this device.
    pub fn of_device(finding: &Finding, asset: Option<&Asset>) -> Self {
        let values = values(&finding.kind, asset).into_iter().filter(|(_, values)| !values.is_empty());
        Self { severity: finding.severity, grade: finding.grade, values: values.collect() }
    }

    /// What is new, as seen from an earlier day.
    pub fn new_since(&self, then: &Self) -> Vec<Changed> {
        let severity =
            (self.severity > then.severity).then_some(Changed::Severity { before: then.severity, now: self.severity });
        let grade = (self.grade > then.grade).then_some(Changed::Grade { before: then.grade, now: self.grade });
        let none = BTreeSet::new();
        let values = self.values.iter().filter_map(|(fact, now)| {
            let before = then.values.get(fact).unwrap_or(&none);
            let new = !now.is_subset(before);
            new.then(|| Changed::Value { fact: *fact, before: before.clone(), now: now.clone() })
        });
        severity.into_iter().chain(grade).chain(values).collect()
    }

    /// The finding as a person saw it on a list: its values, and the newest decision about it then.
    pub fn edition(&self, last: i64) -> String {
        format!("{}.{last}", self.fingerprint())
    }

    /// A short name of the values: 16 hexadecimal digits of their SHA-256.
    pub fn fingerprint(&self) -> String {
        let mut hash = Sha256::new();
        for (fact, values) in &self.values {
            for part in std::iter::once(format!("{fact:?}")).chain(values.iter().cloned()) {
                hash.update(part.len().to_be_bytes());
                hash.update(part);
            }
        }
        hex::encode(&hash.finalize()[..8])
    }
}

fn values(kind: &Kind, asset: Option<&Asset>) -> Vec<(Fact, BTreeSet<String>)> {
    match kind {
        Kind::NotInLedger | Kind::RetiredButSeen | Kind::ForwardsUndeclared => device(asset),
        Kind::NotFound { segment, .. } => vec![(Fact::Segment, one(segment))],
        Kind::NotChecked { reason } => vec![(Fact::Reason, one(&format!("{reason:?}")))],
        Kind::Mismatch { declared, seen, .. } => vec![(Fact::Declared, one(declared)), (Fact::Seen, one(seen))],
        Kind::DuplicateEntry { value, .. } => vec![(Fact::Shared, one(value))],
        Kind::DefectiveEntry { problem } => vec![(Fact::Found, one(&problem.found))],
        Kind::AmbiguousPair { assets } => {
            vec![(Fact::Candidates, assets.iter().map(|asset| bounded(&asset.0)).collect())]
        }
        Kind::DualHomed { addresses } => {
            vec![(Fact::Addresses, addresses.iter().map(ToString::to_string).collect())]
        }
        Kind::UndeclaredUplink { signs } => {
            let signs = signs.iter().filter_map(|sign| Some(serde_json::to_value(sign).ok()?.as_str()?.to_owned()));
            vec![(Fact::Signs, signs.collect())]
        }
        Kind::Unnatural { hows } => vec![(Fact::Hows, hows.iter().map(|how| bounded(how)).collect())],
        Kind::UnneededServices { services, .. } => vec![(Fact::Services, services.iter().cloned().collect())],
        Kind::ManagementReachable { ways, .. } => vec![(Fact::Ways, ways.iter().cloned().collect())],
        Kind::SupportEnded { support } | Kind::SupportEnding { support } => {
            vec![(Fact::Product, one(&support.product))]
        }
        Kind::VendorContradiction { said, seen, .. } | Kind::VendorDisowned { said, seen, .. } => {
            let traces = seen.iter().map(|trace| bounded(format!("{} {}", trace.what, trace.place()).trim()));
            vec![(Fact::Declared, one(&format!("{said:?}"))), (Fact::Seen, traces.collect())]
        }
        Kind::VendorUnknown { answered, open, .. } => {
            vec![(Fact::Declared, one(&format!("{answered} {open}")))]
        }
        Kind::VendorUnasked { devices, .. } => vec![(Fact::Declared, one(&devices.to_string()))],
        Kind::VendorOutdated { confirmed, .. } => vec![(Fact::Declared, one(&confirmed.to_string()))],
        Kind::VendorSilent { asked, .. } => vec![(Fact::Declared, one(&asked.to_string()))],
    }
}

/// What it is, and where it hangs. Not its address, which may be handed out anew every week.
fn device(asset: Option<&Asset>) -> Vec<(Fact, BTreeSet<String>)> {
    let Some(asset) = asset else { return vec![] };
    let class = Some(asset.class.value).filter(|class| *class != Class::Unknown);
    let reached = asset.interfaces.iter().filter(|interface| !interface.told);
    // An address may be anybody's tomorrow; a card is not.
    let bare = asset.interfaces.iter().all(|interface| interface.mac.is_none());
    let names = asset.names.iter().filter(|_| bare).map(|name| bounded(&name.name.to_lowercase()));
    vec![
        (Fact::Names, names.collect()),
        (Fact::Class, class.map(|class| class.code().to_owned()).into_iter().collect()),
        (Fact::Segment, reached.filter_map(|interface| interface.segment.as_deref()).map(bounded).collect()),
    ]
}

fn one(text: &str) -> BTreeSet<String> {
    BTreeSet::from([bounded(text)])
}

/// A listing of many addresses may be long; what distinguishes two of them stays.
fn bounded(text: &str) -> String {
    if text.len() <= VALUE {
        return text.to_owned();
    }
    let digest = hex::encode(&Sha256::digest(text)[..8]);
    format!("{}… {digest}", daicho_shared::text::bounded(text).chars().take(VALUE / 4).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(severity: Severity, values: &[(Fact, &[&str])]) -> Facts {
        let set = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        let values = values.iter().map(|(fact, texts)| (*fact, set(texts))).collect();
        Facts { severity, grade: Grade::Probable, values }
    }

    #[test]
    fn only_what_appears_anew_is_a_change() {
        let then = facts(Severity::Act, &[(Fact::Addresses, &["10.9.0.1", "10.9.0.2"])]);
        let less = facts(Severity::Check, &[(Fact::Addresses, &["10.9.0.1"])]);
        assert_eq!(less.new_since(&then), []);
        let other = facts(Severity::Act, &[(Fact::Addresses, &["10.9.0.3"])]);
        let [Changed::Value { fact: Fact::Addresses, before, now }] = &other.new_since(&then)[..] else { panic!() };
        assert_eq!((before.len(), now.len()), (2, 1));
        let graver = facts(Severity::Urgent, &[]);
        assert_eq!(graver.new_since(&then), [Changed::Severity { before: Severity::Act, now: Severity::Urgent }]);
    }

    #[test]
    fn a_long_value_stays_bounded_and_distinct() {
        let (a, b) = ("あ".repeat(4000), format!("{}い", "あ".repeat(4000)));
        assert!(bounded(&a).len() <= VALUE && bounded(&a) != bounded(&b));
    }

    #[test]
    fn the_fingerprint_tells_values_apart() {
        let one = facts(Severity::Act, &[(Fact::Declared, &["a"]), (Fact::Seen, &["b"])]);
        let other = facts(Severity::Act, &[(Fact::Declared, &["b"]), (Fact::Seen, &["a"])]);
        assert_ne!(one.fingerprint(), other.fingerprint());
        assert_eq!(one.fingerprint(), Facts { severity: Severity::Info, ..one.clone() }.fingerprint());
    }
}
