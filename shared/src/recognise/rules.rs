//! The rules: `config/classes.toml` and `config/fingerprints/*.toml`.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use regex::Regex;
use serde::Deserialize;

use super::sign::Sign;
use crate::class::Class;

/// The tables that are compiled in, by file name.
pub(super) const TABLES: &[(&str, &str)] = &[
    ("classes.toml", include_str!("../../../config/classes.toml")),
    ("fingerprints/dicom.toml", include_str!("../../../config/fingerprints/dicom.toml")),
    ("fingerprints/systems.toml", include_str!("../../../config/fingerprints/systems.toml")),
];

/// Fields whose patterns are dotted prefixes: `network` holds `network.router`.
const DOTTED: [&str; 3] = ["oui", "oui.shared", "port.class"];
/// Fields whose patterns are the whole text.
const EXACT: [&str; 6] = ["port", "sign", "service", "snmp.enterprise", "snmp.engine-enterprise", "dicom.accepted"];
/// Fields whose patterns are beginnings.
const BEGINNING: [&str; 3] = ["announcement", "dicom.implementation", "snmp.object-id"];

/// All rules, and how their points are counted.
#[derive(Debug, Clone)]
pub struct Rules {
    /// Points that a class needs.
    pub threshold: u32,
    /// Points by which it must lead.
    pub lead: u32,
    /// In the order of the tables.
    pub rules: Vec<Rule>,
}

/// One piece of evidence: where to look, and what it says about the device.
#[derive(Debug, Clone)]
pub struct Rule {
    /// Name, unique, by which people find it.
    pub name: String,
    /// Points for everything that it says.
    pub weight: u32,
    /// Class that it speaks for.
    pub class: Option<Class>,
    /// Values that it speaks for; `$1` stands for what the pattern's first group matched.
    pub says: Says,
    /// Every field must match, not only one of them.
    all: bool,
    fields: Vec<(String, Matcher)>,
}

/// Values that a rule speaks for.
#[derive(Debug, Clone, Default)]
pub struct Says {
    /// Maker.
    pub maker: Option<String>,
    /// Model.
    pub model: Option<String>,
    /// Operating system.
    pub os: Option<String>,
    /// Version of firmware or software.
    pub firmware: Option<String>,
}

/// What a field's text must be; one of the patterns suffices.
#[derive(Debug, Clone)]
enum Matcher {
    Dotted(Vec<String>),
    Exact(Vec<String>),
    Beginning(Vec<String>),
    Pattern(Vec<Regex>),
}

/// Where a rule found what it looks for.
#[derive(Debug, Clone)]
pub(super) struct Found<'s, 'f> {
    pub(super) sign: &'s Sign<'f>,
    pattern: Option<&'s Regex>,
}

impl Found<'_, '_> {
    /// The template with the pattern's groups filled in.
    pub(super) fn fill(&self, template: &str) -> String {
        let Some(pattern) = self.pattern else { return template.to_owned() };
        let mut filled = String::new();
        if let Some(groups) = pattern.captures(&self.sign.text) {
            groups.expand(template, &mut filled);
        }
        filled.split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

impl Rule {
    /// The signs by which the rule holds; none where it does not.
    pub(super) fn holds<'s, 'f>(&'s self, signs: &'s [Sign<'f>]) -> Vec<Found<'s, 'f>> {
        let mut found = vec![];
        for (field, matcher) in &self.fields {
            let hits = signs.iter().filter(|sign| sign.field == field.as_str()).filter_map(|sign| matcher.find(sign));
            let before = found.len();
            found.extend(hits);
            if self.all && found.len() == before {
                return vec![];
            }
        }
        found
    }
}

impl Matcher {
    fn new(field: &str, patterns: Vec<String>) -> Result<Self, regex::Error> {
        if DOTTED.contains(&field) {
            return Ok(Self::Dotted(patterns));
        }
        if EXACT.contains(&field) {
            return Ok(Self::Exact(patterns));
        }
        if BEGINNING.contains(&field) {
            return Ok(Self::Beginning(patterns));
        }
        Ok(Self::Pattern(patterns.iter().map(|pattern| Regex::new(pattern)).collect::<Result<_, _>>()?))
    }

    fn find<'s, 'f>(&'s self, sign: &'s Sign<'f>) -> Option<Found<'s, 'f>> {
        let text = sign.text.as_ref();
        let plain = |holds: bool| holds.then_some(Found { sign, pattern: None });
        match self {
            Self::Dotted(prefixes) => plain(prefixes.iter().any(|prefix| is_within(text, prefix))),
            Self::Exact(texts) => plain(texts.iter().any(|whole| whole == text)),
            Self::Beginning(prefixes) => plain(prefixes.iter().any(|prefix| text.starts_with(prefix))),
            Self::Pattern(patterns) => {
                let pattern = patterns.iter().find(|pattern| pattern.is_match(text))?;
                Some(Found { sign, pattern: Some(pattern) })
            }
        }
    }
}

/// `network.router` is within `network` and within itself; `networking` is not.
fn is_within(text: &str, prefix: &str) -> bool {
    text.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// A table of rules cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("{file}: {what}")]
pub struct RulesError {
    /// Which table.
    pub file: String,
    /// Where and why.
    pub what: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    threshold: Option<u32>,
    lead: Option<u32>,
    #[serde(default)]
    rule: Vec<Row>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    name: String,
    weight: u32,
    class: Option<Class>,
    maker: Option<String>,
    model: Option<String>,
    os: Option<String>,
    firmware: Option<String>,
    #[serde(default)]
    all: bool,
    when: BTreeMap<String, Vec<String>>,
}

impl Row {
    fn compile(self, file: &str) -> Result<Rule, RulesError> {
        let Self { name, weight, class, maker, model, os, firmware, all, when } = self;
        let compiled = when.into_iter().map(|(field, patterns)| {
            let matcher = Matcher::new(&field, patterns);
            matcher.map(|matcher| (field, matcher)).map_err(|error| problem(file, &format!("{name}: {error}")))
        });
        let fields = compiled.collect::<Result<_, _>>()?;
        Ok(Rule { weight, class, says: Says { maker, model, os, firmware }, all, fields, name })
    }
}

fn problem(file: &str, what: &str) -> RulesError {
    RulesError { file: file.to_owned(), what: what.to_owned() }
}

impl Rules {
    /// Reads tables, given as file name and text; `threshold` and `lead` stand in one of them.
    pub fn parse(tables: &[(&str, &str)]) -> Result<Self, RulesError> {
        let mut whole = Self { threshold: 0, lead: 0, rules: vec![] };
        for (file, text) in tables {
            let table: Table = toml::from_str(text).map_err(|error| problem(file, &error.to_string()))?;
            whole.threshold = table.threshold.unwrap_or(whole.threshold);
            whole.lead = table.lead.unwrap_or(whole.lead);
            for row in table.rule {
                let rule = row.compile(file)?;
                if whole.rules.iter().any(|known| known.name == rule.name) {
                    return Err(problem(file, &format!("two rules are called {}", rule.name)));
                }
                whole.rules.push(rule);
            }
        }
        Ok(whole)
    }

    /// The tables that are compiled in.
    ///
    /// # Panics
    ///
    /// Never: a test parses them.
    pub fn builtin() -> &'static Self {
        static BUILTIN: LazyLock<Rules> =
            LazyLock::new(|| Rules::parse(TABLES).expect("the tables in config/ are parsed by a test"));
        &BUILTIN
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_builtin_tables_parse() {
        assert!(Rules::builtin().rules.len() > 30 && Rules::builtin().threshold > 0);
    }

    #[test]
    fn a_pattern_that_does_not_compile_and_a_name_used_twice_are_errors_of_their_table() {
        let rule = "[[rule]]\nname = 'a'\nweight = 1\nwhen.\"http.title\" = ['x']\n";
        let error = Rules::parse(&[("t.toml", &rule.replace("'x'", "'('"))]).unwrap_err();
        assert!(error.to_string().starts_with("t.toml: a: "), "{error}");
        let error = Rules::parse(&[("t.toml", rule), ("u.toml", rule)]).unwrap_err();
        assert_eq!(error.to_string(), "u.toml: two rules are called a");
    }
}
