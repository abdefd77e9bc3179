//! Findings that can be decided together, each group with the filter that means it.

use std::collections::BTreeMap;

use super::filter::{Lookup, field};
use crate::judge::finding::{Finding, Kind};
use crate::judge::verdict::Verdict;

/// Findings that say the same of the same kind of thing.
#[derive(Debug, Clone)]
pub struct Group<'a> {
    /// What to write behind `--where`.
    pub filter: String,
    /// In the verdict's order.
    pub findings: Vec<&'a Finding>,
}

/// The groups of these findings, in the order in which their first findings stand.
pub fn groups<'a>(verdict: &'a Verdict, findings: &[&'a Finding]) -> Vec<Group<'a>> {
    let lookup = Lookup::new(verdict);
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    let mut groups: Vec<Group<'a>> = vec![];
    for finding in findings {
        let filter = likeness(finding, &lookup);
        let place = *places.entry(filter.clone()).or_insert(groups.len());
        match groups.get_mut(place) {
            Some(group) => group.findings.push(finding),
            None => groups.push(Group { filter, findings: vec![finding] }),
        }
    }
    groups
}

/// What a person decides by: what is said, how urgent it is, and of what kind of device in which segment, or of which
/// column and department.
fn likeness(finding: &Finding, lookup: &Lookup<'_>) -> String {
    let mut terms = vec![("code", finding.kind.code().to_owned()), ("severity", word(&finding.severity))];
    if let Some(field) = field(&finding.kind) {
        terms.push(("field", word(&field)));
    }
    let asset = lookup.asset(finding);
    if let (Some(asset), false) = (asset, matches!(finding.kind, Kind::Mismatch { .. })) {
        terms.push(("class", asset.class.value.code().to_owned()));
        let mut reached = asset.interfaces.iter().filter(|interface| !interface.told);
        terms.extend(reached.find_map(|interface| interface.segment.clone()).map(|net| ("segment", net)));
    }
    let departments = lookup.rows(finding).into_iter().find_map(|row| row.department.clone());
    terms.push(("department", departments.unwrap_or_default()));
    let written = terms.iter().map(|(key, value)| format!("{key}={}", quoted(value)));
    written.collect::<Vec<_>>().join(" ")
}

/// A value as a filter reads it.
fn quoted(value: &str) -> String {
    let value = daicho_shared::text::bounded(value);
    let plain: String =
        value.chars().map(|c| if matches!(c, '"' | '“' | '”' | ',' | '、') { ' ' } else { c }).collect();
    if plain.contains(char::is_whitespace) { format!("\"{plain}\"") } else { plain }
}

fn word(value: &impl serde::Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::review::filter::Filter;
    use crate::judge::sample::{World, keyed};

    #[test]
    fn the_filter_of_a_group_means_the_group() {
        let mut world = World::new();
        for host in 1..=9 {
            world.arp(&format!("10.0.{}.{host}", host % 2), &format!("00:80:A3:00:00:0{host}"));
        }
        let mut row = keyed(1, "10.0.0.77", "00:80:A3:00:00:02");
        row.department = Some("検査科 生理 検査室".into());
        world.rows.push(row);
        world.rows.push(keyed(2, "10.0.0.78", "00:80:A3:00:00:04"));
        let verdict = world.verdict();
        let all: Vec<_> = verdict.findings.iter().collect();
        let groups = groups(&verdict, &all);
        assert!(groups.len() >= 4 && groups.iter().map(|group| group.findings.len()).sum::<usize>() == all.len());
        for group in groups {
            let filter: Filter = group.filter.parse().unwrap();
            assert_eq!(Lookup::new(&verdict).chosen(&filter), group.findings, "{}", group.filter);
        }
    }
}
