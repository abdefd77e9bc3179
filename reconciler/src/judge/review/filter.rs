//! Which findings somebody means: `code=not_in_ledger class=pc segment=10.20.1.0/24`.
//!
//! Terms stand apart by spaces, and all of them must hold. `=` compares whole values, `~` looks within them, and `!`
//! before either turns it round; commas part alternatives; quotation marks hold spaces together; `department=` means
//! that none is known.

use std::collections::BTreeMap;
use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use ipnet::IpNet;
use unicode_normalization::UnicodeNormalization;

use crate::judge::asset::{Asset, AssetId};
use crate::judge::entry::{Entry, EntryId};
use crate::judge::finding::{Finding, Kind};
use crate::judge::verdict::Verdict;

/// The most characters of a filter.
pub const LIMIT: usize = 1_000;

/// A filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    terms: Vec<Term>,
}

/// What a term looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Key {
    /// 種別: code of the finding.
    Code,
    /// 重大度.
    Severity,
    /// 確度.
    Grade,
    /// 状態: code of the decision's state, or `open`.
    State,
    /// IPアドレス or セグメント: an address or a network that holds one of the device's, or of the row's.
    Segment,
    /// 分類 of the device: `network` holds `network.switch`.
    Class,
    /// メーカー.
    Maker,
    /// 型番.
    Model,
    /// 部門.
    Department,
    /// 設置場所.
    Location,
    /// 項目: the ledger's column that it is about.
    Field,
    /// 台帳: name of the ledger file.
    File,
    /// Anything that the finding, its device or its rows say.
    Text,
}

impl Key {
    /// Every one, with its word.
    pub const ALL: [(Self, &'static str); 13] = [
        (Self::Code, "code"),
        (Self::Severity, "severity"),
        (Self::Grade, "grade"),
        (Self::State, "state"),
        (Self::Segment, "segment"),
        (Self::Class, "class"),
        (Self::Maker, "maker"),
        (Self::Model, "model"),
        (Self::Department, "department"),
        (Self::Location, "location"),
        (Self::Field, "field"),
        (Self::File, "file"),
        (Self::Text, "text"),
    ];

    /// Its word.
    pub fn code(self) -> &'static str {
        Self::ALL.iter().find(|(key, _)| *key == self).map_or("text", |(_, code)| code)
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Term {
    key: Key,
    not: bool,
    within: bool,
    /// Folded.
    values: Vec<String>,
}

/// A filter that is not understood.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{found}: expected KEY=VALUE, KEY!=VALUE, KEY~TEXT or KEY!~TEXT, KEY one of {}", keys())]
pub struct FilterError {
    /// The term.
    pub found: String,
}

/// The words of all keys.
pub fn keys() -> String {
    Key::ALL.map(|(_, code)| code).join(", ")
}

impl Filter {
    /// It says itself which states are meant.
    pub fn names_state(&self) -> bool {
        self.terms.iter().any(|term| term.key == Key::State)
    }
}

impl FromStr for Filter {
    type Err = FilterError;

    fn from_str(text: &str) -> Result<Self, FilterError> {
        let wrong = |found: &str| FilterError { found: daicho_shared::text::bounded(found) };
        if text.chars().count() > LIMIT {
            return Err(wrong(text));
        }
        let words = words(text);
        let terms = words.iter().map(|word| term(word).ok_or_else(|| wrong(word)));
        let terms = terms.collect::<Result<Vec<_>, _>>()?;
        // Nothing typed means nothing chosen, never everything.
        if terms.is_empty() { Err(wrong(text)) } else { Ok(Self { terms }) }
    }
}

fn words(text: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quoted = false;
    for letter in text.chars() {
        match letter {
            '"' | '“' | '”' => quoted = !quoted,
            space if space.is_whitespace() && !quoted => words.push(String::new()),
            other => {
                if let Some(word) = words.last_mut() {
                    word.push(other);
                }
            }
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

fn term(word: &str) -> Option<Term> {
    let at = word.find(['=', '~', '＝', '～'])?;
    let (key, rest) = word.split_at(at);
    let sign = rest.chars().next()?;
    let (key, not) = key.strip_suffix(['!', '！']).map_or((key, false), |key| (key, true));
    let key = fold(key);
    let key = Key::ALL.iter().find(|(_, code)| *code == key)?.0;
    let values: Vec<String> = rest[sign.len_utf8()..].split([',', '、']).map(fold).filter(|v| !v.is_empty()).collect();
    let within = matches!(sign, '~' | '～');
    let known = key != Key::Segment || values.iter().all(|value| network(value).is_some());
    let empty = values.is_empty() && (within || key == Key::Text);
    (known && !empty).then_some(Term { key, not, within, values })
}

/// Widths and case do not matter.
pub fn fold(text: &str) -> String {
    text.trim().nfkc().flat_map(char::to_lowercase).collect()
}

fn network(text: &str) -> Option<IpNet> {
    text.parse().ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from))
}

/// A verdict in which findings are looked for.
pub struct Lookup<'a> {
    verdict: &'a Verdict,
    assets: BTreeMap<&'a AssetId, &'a Asset>,
    entries: BTreeMap<&'a EntryId, &'a Entry>,
    rows_of: BTreeMap<&'a AssetId, Vec<&'a EntryId>>,
}

impl fmt::Debug for Lookup<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Lookup of {}", self.verdict.run.id)
    }
}

impl<'a> Lookup<'a> {
    /// Of one verdict.
    pub fn new(verdict: &'a Verdict) -> Self {
        let mut rows_of: BTreeMap<&AssetId, Vec<&EntryId>> = BTreeMap::new();
        for row in &verdict.entries {
            if let Some(asset) = &row.asset {
                rows_of.entry(asset).or_default().push(&row.entry);
            }
        }
        Self {
            verdict,
            assets: verdict.assets.iter().map(|asset| (&asset.id, asset)).collect(),
            entries: verdict.ledger.entries.iter().map(|entry| (&entry.id, entry)).collect(),
            rows_of,
        }
    }

    /// The device that a finding is about.
    pub fn asset(&self, finding: &Finding) -> Option<&'a Asset> {
        finding.asset.as_ref().and_then(|id| self.assets.get(id)).copied()
    }

    /// The rows that a finding is about, or else those of its device.
    pub fn rows(&self, finding: &Finding) -> Vec<&'a Entry> {
        let own: Vec<_> = finding.entries.iter().filter_map(|id| self.entries.get(id).copied()).collect();
        if !own.is_empty() {
            return own;
        }
        let of = finding.asset.as_ref().and_then(|id| self.rows_of.get(id)).into_iter().flatten();
        of.filter_map(|id| self.entries.get(id).copied()).collect()
    }

    /// The findings that a filter chooses, in the verdict's order.
    pub fn chosen(&self, filter: &Filter) -> Vec<&'a Finding> {
        self.verdict.findings.iter().filter(|finding| self.is_chosen(filter, finding)).collect()
    }

    /// The filter chooses this one.
    pub fn is_chosen(&self, filter: &Filter, finding: &Finding) -> bool {
        filter.terms.iter().all(|term| self.holds(term, finding) != term.not)
    }

    fn holds(&self, term: &Term, finding: &Finding) -> bool {
        match term.key {
            Key::Segment => self.is_in(term, finding),
            Key::Text => {
                let texts = self.texts(finding);
                term.values.iter().any(|value| texts.iter().any(|text| text.contains(value.as_str())))
            }
            key => {
                let values = self.values(key, finding);
                if term.values.is_empty() { values.is_empty() } else { values.iter().any(|text| is(term, text)) }
            }
        }
    }

    fn is_in(&self, term: &Term, finding: &Finding) -> bool {
        let reached = self.asset(finding).into_iter().flat_map(|asset| &asset.interfaces).filter(|i| !i.told);
        let seen = reached.flat_map(|interface| interface.addresses.iter().copied());
        let rows = self.rows(finding);
        let declared = rows.iter().flat_map(|row| row.addresses.iter().copied());
        let addresses: Vec<IpAddr> = seen.chain(declared).collect();
        if term.values.is_empty() {
            return addresses.is_empty();
        }
        let networks = term.values.iter().filter_map(|value| network(value));
        networks.into_iter().any(|network| addresses.iter().any(|address| network.contains(address)))
    }

    fn values(&self, key: Key, finding: &Finding) -> Vec<String> {
        let asset = self.asset(finding);
        let rows = self.rows(finding);
        let of_rows = |read: &dyn Fn(&Entry) -> Option<&str>| -> Vec<String> {
            rows.iter().filter_map(|row| read(row)).map(fold).collect()
        };
        match key {
            Key::Code => vec![finding.kind.code().to_owned()],
            Key::Severity => vec![word(&finding.severity)],
            Key::Grade => vec![word(&finding.grade)],
            Key::State => {
                let state = &self.verdict.standing(finding).state;
                std::iter::once(state.code()).chain(state.is_open().then_some("open")).map(str::to_owned).collect()
            }
            Key::Class => asset.map(|asset| asset.class.value.code().to_owned()).into_iter().collect(),
            Key::Maker => {
                let seen = asset.and_then(|asset| asset.maker.as_ref()).map(|claim| fold(&claim.value));
                seen.into_iter().chain(of_rows(&|row| row.manufacturer.as_deref())).collect()
            }
            Key::Model => {
                let seen = asset.and_then(|asset| asset.model.as_ref()).map(|claim| fold(&claim.value));
                seen.into_iter().chain(of_rows(&|row| row.model.as_deref())).collect()
            }
            Key::Department => of_rows(&|row| row.department.as_deref()),
            Key::Location => of_rows(&|row| row.location.as_deref()),
            Key::File => of_rows(&|row| Some(&row.origin.file)),
            Key::Field => field(&finding.kind).map(|field| word(&field)).into_iter().collect(),
            Key::Segment | Key::Text => vec![],
        }
    }

    fn texts(&self, finding: &Finding) -> Vec<String> {
        let kind = serde_json::to_string(&finding.kind).unwrap_or_default();
        let asset = self.asset(finding);
        let names = asset.into_iter().flat_map(|asset| asset.names.iter().map(|name| name.name.clone()));
        let keys = asset.into_iter().flat_map(|asset| &asset.interfaces).flat_map(|interface| {
            let mac = interface.mac.map(|mac| mac.to_string());
            interface.addresses.iter().map(ToString::to_string).chain(mac)
        });
        let claims = asset.into_iter().flat_map(|asset| {
            [&asset.maker, &asset.model, &asset.serial, &asset.os].into_iter().flatten().map(|c| c.value.clone())
        });
        let cells = self.rows(finding).into_iter().flat_map(|row| row.cells.values().map(|cell| cell.raw.clone()));
        std::iter::once(kind).chain(names).chain(keys).chain(claims).chain(cells).map(|text| fold(&text)).collect()
    }
}

/// The ledger's column that a finding is about.
pub fn field(kind: &Kind) -> Option<crate::judge::entry::Field> {
    match kind {
        Kind::Mismatch { field, .. } | Kind::DuplicateEntry { field, .. } => Some(*field),
        Kind::DefectiveEntry { problem } => problem.field,
        _ => None,
    }
}

fn is(term: &Term, text: &str) -> bool {
    term.values.iter().any(|value| {
        let general = term.key == Key::Class && text.strip_prefix(value.as_str()).is_some_and(|r| r.starts_with('.'));
        text == value || general || (term.within && text.contains(value.as_str()))
    })
}

/// The word by which a value is kept.
fn word(value: &impl serde::Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::sample::{World, keyed};

    fn chosen(world: &World, filter: &str) -> Vec<&'static str> {
        let verdict = world.verdict();
        let filter: Filter = filter.parse().unwrap();
        Lookup::new(&verdict).chosen(&filter).iter().map(|finding| finding.kind.code()).collect()
    }

    fn world() -> World {
        let mut world = World::new();
        world.arp("10.0.0.5", "00:80:A3:00:00:05");
        world.arp("10.0.0.6", "00:80:A3:00:00:06");
        let mut row = keyed(1, "10.0.0.77", "00:80:A3:00:00:06");
        row.department = Some("検査科".into());
        world.rows.push(row);
        world
    }

    #[test]
    fn terms_hold_together_and_commas_part_alternatives() {
        let world = world();
        assert_eq!(chosen(&world, "code=not_in_ledger"), ["not_in_ledger"]);
        assert_eq!(chosen(&world, "code=not_in_ledger,mismatch state=open"), ["mismatch", "not_in_ledger"]);
        assert_eq!(chosen(&world, "code!=not_in_ledger 　segment=10.0.0.0/24"), ["mismatch"]);
        assert_eq!(chosen(&world, "segment=10.0.0.5"), ["not_in_ledger"]);
        assert_eq!(chosen(&world, "department~検査 field=ip_address"), ["mismatch"]);
        assert_eq!(chosen(&world, "maker~lantronix text=\"10.0.0.77\""), ["mismatch"]);
        assert_eq!(chosen(&world, "state=closed"), Vec::<&str>::new());
    }

    #[test]
    fn what_is_not_understood_chooses_nothing() {
        for wrong in ["", "  ", "code", "colour=red", "segment=somewhere", "maker~", "text=", &"x".repeat(LIMIT + 1)] {
            assert!(wrong.parse::<Filter>().is_err(), "{wrong}");
        }
    }
}
