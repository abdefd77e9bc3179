//! When two spellings are one value: one may say no more than the other.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::knowledge::makers::{Makers, folded};

/// What is known of the names of operating systems.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Systems {
    /// Words that say nothing, e.g. `microsoft`.
    #[serde(default)]
    silent: Vec<String>,
    /// Editions: they stand in the middle of a name, and not every source tells them.
    #[serde(default)]
    editions: Vec<String>,
    /// A family, and the systems that belong to it by the first word of their names.
    #[serde(default)]
    families: BTreeMap<String, Vec<String>>,
}

impl Systems {
    /// Adds what another table knows.
    pub(super) fn extend(&mut self, more: Self) {
        self.silent.extend(more.silent);
        self.editions.extend(more.editions);
        for (family, members) in more.families {
            self.families.entry(family).or_default().extend(members);
        }
    }

    fn is_edition(&self, word: &str) -> bool {
        self.editions.iter().any(|edition| edition == word)
    }
}

/// How values of one kind are compared.
#[derive(Debug, Clone, Copy)]
pub(super) enum Kind<'k> {
    /// Makers, by the table of spellings.
    Maker,
    /// Operating systems.
    System(&'k Systems),
    /// Models and versions, by their words.
    Words,
}

/// A value, taken apart once for many comparisons.
#[derive(Debug, Clone)]
pub(super) struct Value {
    /// As it is shown.
    pub(super) shown: String,
    words: Vec<String>,
    editions: Vec<String>,
    known: bool,
}

impl Kind<'_> {
    /// Takes a text apart; a maker gets its usual name.
    pub(super) fn value(self, text: &str) -> Value {
        match self {
            Self::Maker => {
                let usual = Makers::builtin().known(text);
                let shown = usual.unwrap_or(text).to_owned();
                Value { words: vec![folded(&shown)], editions: vec![], known: usual.is_some(), shown }
            }
            Self::System(systems) => {
                let words = words(text).filter(|word| !systems.silent.contains(word));
                let (editions, words) = words.partition(|word| systems.is_edition(word));
                Value { shown: text.to_owned(), words, editions, known: false }
            }
            Self::Words => {
                Value { shown: text.to_owned(), words: words(text).collect(), editions: vec![], known: false }
            }
        }
    }

    /// `general` says nothing that `special` does not say, too.
    pub(super) fn covers(self, general: &Value, special: &Value) -> bool {
        match self {
            Self::Maker if general.known || special.known => general.words == special.words,
            Self::Maker => special.words[0].starts_with(&general.words[0]),
            Self::System(systems) => {
                let editions =
                    general.editions.is_empty() || special.editions.is_empty() || general.editions == special.editions;
                editions && (is_family(systems, general, special) || is_part(&general.words, &special.words))
            }
            Self::Words => is_part(&general.words, &special.words),
        }
    }
}

impl Value {
    /// Its name with the edition that another source tells, in the place where that one has it.
    pub(super) fn with_edition(&self, other: &Self, kind: Kind<'_>) -> Option<String> {
        let Kind::System(systems) = kind else { return None };
        if !self.editions.is_empty() || other.editions.is_empty() {
            return None;
        }
        let told: Vec<&str> = other.shown.split_whitespace().collect();
        let is_edition = |word: &&str| words(word).next().is_some_and(|word| systems.is_edition(&word));
        let before = told.get(told.iter().position(is_edition)?.checked_sub(1)?)?;
        let edition = told.iter().copied().filter(is_edition);
        let own: Vec<&str> = self.shown.split_whitespace().collect();
        let place = own.iter().position(|word| word.eq_ignore_ascii_case(before))? + 1;
        Some(
            own[..place]
                .iter()
                .copied()
                .chain(edition)
                .chain(own[place..].iter().copied())
                .collect::<Vec<_>>()
                .join(" "),
        )
    }
}

/// `Linux 6.1` and `Debian 12`: the first names the family of the second.
fn is_family(systems: &Systems, general: &Value, special: &Value) -> bool {
    let members = general.words.first().and_then(|family| systems.families.get(family));
    members.is_some_and(|members| special.words.first().is_some_and(|first| members.contains(first)))
}

/// The words stand in the other text, in the same order; `12` stands in `12.5`.
fn is_part(general: &[String], special: &[String]) -> bool {
    let mut rest = special.iter();
    !general.is_empty() && general.iter().all(|word| rest.any(|other| begins_version(other, word)))
}

fn begins_version(version: &str, beginning: &str) -> bool {
    version.strip_prefix(beginning).is_some_and(|rest| {
        rest.is_empty() || (rest.starts_with(['.', '-']) && beginning.starts_with(|c: char| c.is_ascii_digit()))
    })
}

/// Lower-case words, without brackets and separators; `v1.2` is `1.2`.
fn words(text: &str) -> impl Iterator<Item = String> + '_ {
    let apart = |c: char| c.is_whitespace() || "()[]{},;:/\"'®™".contains(c);
    text.split(apart).filter(|word| !word.is_empty()).map(|word| {
        let word = word.to_lowercase();
        let version = word.strip_prefix('v').filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
        version.map_or_else(|| word.clone(), str::to_owned)
    })
}

#[cfg(test)]
mod tests {
    use super::super::Rules;
    use super::*;

    fn covers(kind: Kind<'_>, general: &str, special: &str) -> bool {
        kind.covers(&kind.value(general), &kind.value(special))
    }

    #[test]
    fn a_system_that_says_less_is_no_other_system() {
        let kind = Kind::System(&Rules::builtin().systems);
        for (general, special) in [
            ("Windows", "Windows 10 Pro 22H2 (19045)"),
            ("Windows 10 22H2 (19045)", "Microsoft Windows 10 Pro 22H2 (19045)"),
            ("Windows 10 Pro", "Windows 10 22H2 (19045)"),
            ("Linux", "Debian 12"),
            ("Linux 6.1.0-18-amd64", "Debian GNU/Linux 12 (bookworm)"),
            ("Debian 12", "Debian GNU/Linux 12.5"),
        ] {
            assert!(covers(kind, general, special), "{general} | {special}");
        }
        for (one, other) in [
            ("Windows 10", "Windows 11"),
            ("Windows 10 Pro", "Windows 10 Home 22H2 (19045)"),
            ("Windows 1", "Windows 10"),
            ("Linux", "Windows 10"),
            ("Windows 10 22H2 (19045)", "Windows 10"),
        ] {
            assert!(!covers(kind, one, other), "{one} | {other}");
        }
    }

    #[test]
    fn an_edition_goes_where_its_source_has_it() {
        let kind = Kind::System(&Rules::builtin().systems);
        let value = kind.value("Windows 10 22H2 (19045)");
        let shown = value.with_edition(&kind.value("Microsoft Windows 10 Pro"), kind);
        assert_eq!(shown.as_deref(), Some("Windows 10 Pro 22H2 (19045)"));
        assert_eq!(value.with_edition(&kind.value("Pro"), kind), None);
    }

    #[test]
    fn makers_are_compared_by_their_usual_names_and_models_by_words() {
        assert!(covers(Kind::Maker, "Hewlett-Packard", "HP Inc."));
        assert!(!covers(Kind::Maker, "Canon", "Canon Medical Systems"));
        assert!(covers(Kind::Maker, "ACME", "Acme Networks"));
        assert!(covers(Kind::Words, "LaserJet M402dn", "HP LaserJet M402dn"));
        assert!(!covers(Kind::Words, "LaserJet M402", "HP LaserJet M402dn"));
        assert!(covers(Kind::Words, "7.2", "v7.2.8,build1639"));
        assert!(!covers(Kind::Words, "", "anything"));
    }
}
