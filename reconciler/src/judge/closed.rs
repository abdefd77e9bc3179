//! Segments that people believe to be closed, with the rows that say so. `config/closed.toml` has the words.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use ipnet::IpNet;
use serde::Deserialize;
use unicode_normalization::UnicodeNormalization;

use super::entry::{EntryId, Field, Ledger, Register};
use super::graded::LineKind;
use super::record::Meaning;
use super::verdict::Verdict;

/// The table that is compiled in.
const DEFAULT: &str = include_str!("../../../config/closed.toml");

/// Who says that a segment is closed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Basis {
    /// A row of the list of segments: 閉域.
    Segment(EntryId),
    /// A declared line of a closed network (閉域網・IP-VPN) whose inside segment it is.
    Line(EntryId),
}

/// Every segment that a row calls closed, by address, with all the rows that do.
pub fn believed(verdict: &Verdict) -> BTreeMap<IpNet, Vec<Basis>> {
    let mut found: BTreeMap<IpNet, Vec<Basis>> = BTreeMap::new();
    let rows = listed(&verdict.ledger).chain(lines(verdict));
    for (segment, basis) in rows {
        let all = found.entry(segment).or_default();
        if !all.contains(&basis) {
            all.push(basis);
        }
    }
    found
}

/// Rows of the list of segments.
fn listed(ledger: &Ledger) -> impl Iterator<Item = (IpNet, Basis)> {
    let segments = ledger.records.iter().filter(|record| record.register == Register::Segment);
    segments.filter(|record| record.values.get(&Field::Closed).is_some_and(|cell| is_believed(&cell.raw))).flat_map(
        |record| match record.values.get(&Field::Segment).map(|cell| &cell.meaning) {
            Some(Meaning::Networks(networks)) => {
                networks.iter().map(|network| (network.trunc(), Basis::Segment(record.id.clone()))).collect()
            }
            _ => vec![],
        },
    )
}

/// Inside segments of declared lines.
fn lines(verdict: &Verdict) -> impl Iterator<Item = (IpNet, Basis)> {
    let closed = verdict.external_points.iter().filter(|point| point.kind == LineKind::ClosedIpvpn.code());
    closed.filter_map(|point| point.entry.as_ref()).flat_map(|id| {
        let entry = verdict.ledger.entries.iter().find(|entry| entry.id == *id);
        let segments = entry.map(|entry| entry.segments.clone()).unwrap_or_default();
        segments.into_iter().map(|segment| (segment.trunc(), Basis::Line(id.clone())))
    })
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Words {
    believed: Vec<String>,
}

static WORDS: LazyLock<Vec<String>> = LazyLock::new(|| {
    // A test parses the table; without words, no cell calls a segment closed.
    let words: Option<Words> = toml::from_str(DEFAULT).ok();
    words.map(|words| words.believed.iter().map(|word| fold(word)).collect()).unwrap_or_default()
});

fn is_believed(text: &str) -> bool {
    WORDS.contains(&fold(text))
}

fn fold(text: &str) -> String {
    text.nfkc().flat_map(char::to_lowercase).filter(|c| !c.is_whitespace()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_counts_as_a_whole_cell_only() {
        assert!(toml::from_str::<Words>(DEFAULT).unwrap().believed.len() > 10);
        assert!(is_believed(" 閉域　網") && is_believed("YES") && !is_believed("閉域ではない") && !is_believed(""));
    }
}
