//! Which rules look at a sign: by field, with all patterns of a field tried in one pass over its text.

use std::collections::HashMap;
use std::sync::OnceLock;

use regex::{Captures, Regex, RegexBuilder, RegexSet, RegexSetBuilder};

use super::sign::Sign;

/// The most octets of a sign's text that patterns look at.
const LOOKED_AT: usize = 2_048;
/// The most memory that one compiled pattern may take, in octets.
const PATTERN_SIZE: usize = 1 << 20;
/// The most memory that all patterns of one field may take, in octets.
const FIELD_SIZE: usize = 64 << 20;

/// Fields whose patterns are dotted prefixes: `network` holds `network.router`.
const DOTTED: [&str; 5] = ["oui", "oui.mixed", "oui.shared", "port.class", "snmp.object-id"];
/// Fields whose patterns are the whole text.
const EXACT: [&str; 6] = ["port", "sign", "service", "snmp.enterprise", "snmp.engine-enterprise", "dicom.accepted"];
/// Fields whose patterns are beginnings.
const BEGINNING: [&str; 2] = ["announcement", "dicom.implementation"];

/// In these three kinds of fields: whatever stands there.
const ANY: &str = "*";

/// A condition of a rule: one field and its patterns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Condition {
    /// The rule, by its place.
    pub(super) rule: usize,
    /// Its field, by its place among the rule's.
    pub(super) field: usize,
}

/// A condition met by a sign.
#[derive(Debug, Clone, Copy)]
pub(super) struct Hit<'r> {
    pub(super) condition: Condition,
    /// The sign, by its place.
    pub(super) sign: usize,
    /// The pattern that matched, where it is one.
    pub(super) pattern: Option<&'r Pattern>,
}

/// A regular expression that is compiled when its groups are needed: most never match.
#[derive(Debug, Clone)]
pub(super) struct Pattern {
    text: String,
    compiled: OnceLock<Option<Regex>>,
}

impl Pattern {
    /// What its groups match; `None` where it does not match.
    pub(super) fn captures<'t>(&self, text: &'t str) -> Option<Captures<'t>> {
        self.compiled.get_or_init(|| compile(&self.text).ok()).as_ref()?.captures(text)
    }
}

/// Every condition of every rule.
#[derive(Debug, Clone, Default)]
pub(super) struct Index(HashMap<String, Field>);

#[derive(Debug, Clone)]
struct Field {
    kind: Kind,
    plain: Vec<(String, Condition)>,
    patterns: Vec<(Pattern, Condition)>,
    set: RegexSet,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Dotted,
    Exact,
    Beginning,
    Pattern,
}

/// One pattern; an error where it does not compile, or grows too large.
pub(super) fn compile(text: &str) -> Result<Regex, regex::Error> {
    RegexBuilder::new(&ascii(text)).size_limit(PATTERN_SIZE).build()
}

/// The pattern with ASCII classes in place of Unicode's: they are small, and a text in Japanese does
/// not send the matcher on its slow path.
fn ascii(pattern: &str) -> String {
    let mut written = String::with_capacity(pattern.len() * 2);
    let mut letters = pattern.chars();
    while let Some(letter) = letters.next() {
        let escaped = if letter == '\\' { letters.next() } else { None };
        match escaped {
            Some('b') => written.push_str(r"(?-u:\b)"),
            Some('d') => written.push_str("[0-9]"),
            Some('s') => written.push_str(r"[\t\n\f\r ]"),
            Some('w') => written.push_str("[0-9A-Za-z_]"),
            Some(other) => written.extend([letter, other]),
            None => written.push(letter),
        }
    }
    written
}

/// The field's patterns are regular expressions.
pub(super) fn takes_patterns(field: &str) -> bool {
    Kind::of(field) == Kind::Pattern
}

impl Kind {
    fn of(field: &str) -> Self {
        match field {
            _ if DOTTED.contains(&field) => Self::Dotted,
            _ if EXACT.contains(&field) => Self::Exact,
            _ if BEGINNING.contains(&field) => Self::Beginning,
            _ => Self::Pattern,
        }
    }

    fn holds(self, text: &str, written: &str) -> bool {
        match self {
            _ if written == ANY => true,
            Self::Dotted => is_within(text, written.trim_end_matches('.')),
            Self::Beginning => text.starts_with(written),
            Self::Exact | Self::Pattern => text == written,
        }
    }
}

impl Index {
    /// Of all rules' conditions: field, pattern, whose.
    pub(super) fn new(conditions: Vec<(&str, &str, Condition)>) -> Result<Self, regex::Error> {
        let mut by_field: HashMap<String, Vec<(&str, Condition)>> = HashMap::new();
        for (field, text, condition) in conditions {
            by_field.entry(field.to_owned()).or_default().push((text, condition));
        }
        let fields = by_field.into_iter().map(|(name, written)| Ok((Field::new(&name, &written)?, name)));
        Ok(Self(fields.map(|made| made.map(|(field, name)| (name, field))).collect::<Result<_, regex::Error>>()?))
    }

    /// Every condition that a sign meets, in the order of rules, their fields, and signs; a sign
    /// counts once for a condition, by the first of its patterns.
    pub(super) fn hits<'r>(&'r self, signs: &[Sign<'_>]) -> Vec<Hit<'r>> {
        let mut hits = vec![];
        for (place, sign) in signs.iter().enumerate() {
            if let Some(field) = self.0.get(sign.field.as_ref()) {
                field.find(clipped(&sign.text), place, &mut hits);
            }
        }
        hits.sort_by_key(|hit| (hit.condition, hit.sign));
        hits.dedup_by_key(|hit| (hit.condition, hit.sign));
        hits
    }
}

impl Field {
    fn new(name: &str, written: &[(&str, Condition)]) -> Result<Self, regex::Error> {
        let kind = Kind::of(name);
        let mut field = Self { kind, plain: vec![], patterns: vec![], set: RegexSet::empty() };
        if kind == Kind::Pattern {
            let texts = written.iter().map(|(text, _)| ascii(text));
            field.set = RegexSetBuilder::new(texts).size_limit(FIELD_SIZE).dfa_size_limit(FIELD_SIZE).build()?;
            let pattern = |text: &str| Pattern { text: text.to_owned(), compiled: OnceLock::new() };
            field.patterns = written.iter().map(|(text, whose)| (pattern(text), *whose)).collect();
        } else {
            field.plain = written.iter().map(|(text, whose)| ((*text).to_owned(), *whose)).collect();
        }
        Ok(field)
    }

    fn find<'r>(&'r self, text: &str, sign: usize, hits: &mut Vec<Hit<'r>>) {
        let plain = self.plain.iter().filter(|(written, _)| self.kind.holds(text, written));
        hits.extend(plain.map(|(_, condition)| Hit { condition: *condition, sign, pattern: None }));
        let matched = self.set.matches(text).into_iter().map(|place| &self.patterns[place]);
        hits.extend(matched.map(|(pattern, condition)| Hit { condition: *condition, sign, pattern: Some(pattern) }));
    }
}

/// The part of a text that patterns look at.
pub(super) fn clipped(text: &str) -> &str {
    &text[..text.floor_char_boundary(LOOKED_AT)]
}

/// `network.router` is within `network` and within itself; `networking` is not.
fn is_within(text: &str, prefix: &str) -> bool {
    text.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixes_end_at_a_dot_and_patterns_have_a_size() {
        assert!(Kind::of("oui").holds("network.router", "network") && !Kind::of("oui").holds("networking", "network"));
        assert!(Kind::of("snmp.object-id").holds("1.3.6.1.4.1.9.1.5", "1.3.6.1.4.1.9."));
        assert!(!Kind::of("snmp.object-id").holds("1.3.6.1.4.1.99", "1.3.6.1.4.1.9"));
        assert!(compile("(a{1000}){1000}").is_err());
    }

    #[test]
    fn classes_are_ascii_and_everything_else_stays() {
        assert_eq!(ascii(r"^NAS\b[\w.]\.\\d\S"), r"^NAS(?-u:\b)[[0-9A-Za-z_].]\.\\d\S");
        let found = compile(r"(?i)\bnas\b").unwrap();
        assert!(found.is_match("NAS装置") && found.is_match("病棟NAS") && !found.is_match("nasu"));
    }

    #[test]
    fn a_long_text_is_cut_between_characters() {
        assert_eq!(clipped(&"あ".repeat(1_000)).len(), 2_046);
    }
}
