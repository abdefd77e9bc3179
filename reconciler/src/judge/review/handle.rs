//! Short names of findings, for people to type: `3fa21` for `not_in_ledger-3fa2174c09b1e5d8`.

use std::collections::BTreeMap;

use crate::judge::finding::Finding;
use crate::judge::verdict::Verdict;

/// The fewest characters of a short name.
const SHORTEST: usize = 5;

/// The short names of a verdict's findings.
#[derive(Debug, Clone)]
pub struct Handles<'a> {
    by_digits: BTreeMap<&'a str, &'a Finding>,
}

impl<'a> Handles<'a> {
    /// Of one verdict.
    pub fn new(verdict: &'a Verdict) -> Self {
        Self { by_digits: verdict.findings.iter().map(|finding| (digits(&finding.id), finding)).collect() }
    }

    /// The shortest name that means this finding alone.
    pub fn of(&self, finding: &Finding) -> String {
        let own = digits(&finding.id);
        let before = self.by_digits.range(..own).next_back();
        let after = self.by_digits.range(own..).find(|(other, _)| **other != own);
        let shared = before.into_iter().chain(after).map(|(other, _)| common(own, other)).max().unwrap_or(0);
        own.chars().take((shared + 1).max(SHORTEST)).collect()
    }

    /// Every finding that the text may mean: its whole identity, or the beginning of its digits.
    pub fn find(&self, text: &str) -> Vec<&'a Finding> {
        let text = text.trim().to_ascii_lowercase();
        let text = digits(&text);
        if text.is_empty() {
            return vec![];
        }
        self.by_digits.range(text..).take_while(|(own, _)| own.starts_with(text)).map(|(_, finding)| *finding).collect()
    }
}

/// What stands behind the code.
pub fn digits(id: &str) -> &str {
    id.rsplit_once('-').map_or(id, |(_, digits)| digits)
}

/// Characters that two texts begin with in common.
fn common(one: &str, other: &str) -> usize {
    one.chars().zip(other.chars()).take_while(|(a, b)| a == b).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::sample::World;

    #[test]
    fn a_short_name_means_one_finding_and_is_as_long_as_it_must_be() {
        let mut world = World::new();
        for host in 1..=40 {
            world.arp(&format!("10.0.0.{host}"), &format!("00:80:A3:00:00:{host:02X}"));
        }
        let verdict = world.verdict();
        let handles = Handles::new(&verdict);
        assert!(verdict.findings.len() >= 40);
        for finding in &verdict.findings {
            let handle = handles.of(finding);
            let found: Vec<_> = handles.find(&handle).iter().map(|one| one.id.clone()).collect();
            assert_eq!((found.as_slice(), handle.len() >= SHORTEST), (&[finding.id.clone()][..], true));
            assert_eq!(handles.find(&finding.id).len(), 1);
        }
        assert!(handles.find("").is_empty() && handles.find("zzzz").is_empty());
        let by_first_digit = "0123456789abcdef".chars().map(|digit| handles.find(&digit.to_string()).len());
        assert_eq!(by_first_digit.sum::<usize>(), verdict.findings.len());
    }
}
