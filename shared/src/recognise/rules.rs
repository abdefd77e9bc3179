//! The rules: `config/classes.toml` and `config/fingerprints/*.toml`.

use std::collections::HashSet;
use std::sync::LazyLock;

use super::compare::Systems;
use super::index::{Condition, Hit, Index, clipped, compile, takes_patterns};
use super::sign::Sign;
use super::table::{Lists, RULE_LIMIT, Row, TABLES, Table};
use crate::class::Class;

/// All rules, and how their points are counted.
#[derive(Debug, Clone)]
pub struct Rules {
    /// Points that a class needs.
    pub threshold: u32,
    /// Points by which it must lead.
    pub lead: u32,
    /// In the order of the tables.
    pub rules: Vec<Rule>,
    pub(super) systems: Systems,
    lists: Lists,
    index: Index,
}

/// One piece of evidence: where to look, and what it says about the device.
#[derive(Debug, Clone)]
pub struct Rule {
    /// Name, unique, by which people find it.
    pub name: String,
    /// The table that it stands in.
    pub table: String,
    /// Points for everything that it says.
    pub weight: u32,
    /// Class that it speaks for.
    pub class: Option<Class>,
    /// Values that it speaks for; `$1` stands for what the pattern's first group matched, `$0` for all of it.
    pub says: Says,
    /// The list in which a filled value is looked up.
    list: Option<String>,
    /// Every field must match, not only one of them.
    all: bool,
    /// Fields with their patterns.
    when: Vec<(String, Vec<String>)>,
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

/// A table of rules cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}: {what}")]
pub struct RulesError {
    /// Which table.
    pub file: String,
    /// Where and why.
    pub what: String,
}

impl Rules {
    /// Reads tables, given as file name and text; `threshold` and `lead` stand in one of them.
    pub fn parse(tables: &[(&str, &str)]) -> Result<Self, RulesError> {
        Self::empty().with_tables(tables)
    }

    fn empty() -> Self {
        let (systems, lists, index) = (Systems::default(), Lists::new(), Index::default());
        Self { threshold: 0, lead: 0, rules: vec![], systems, lists, index }
    }

    /// These rules, and those of more tables on top: a rule replaces the one of the same name, a word
    /// of a list the same word, and `threshold` and `lead` the numbers before. Within the new tables
    /// every name stands once.
    pub fn with_tables(self, tables: &[(&str, &str)]) -> Result<Self, RulesError> {
        for (file, text) in tables {
            let table: Table = toml::from_str(text).map_err(|error| problem(file, error))?;
            table.rule.iter().try_for_each(|row| check_patterns(file, row))?;
        }
        self.with_checked(tables)
    }

    /// Of tables whose patterns are known to compile.
    fn with_checked(mut self, tables: &[(&str, &str)]) -> Result<Self, RulesError> {
        let mut fresh = HashSet::new();
        for (file, text) in tables {
            let table: Table = toml::from_str(text).map_err(|error| problem(file, error))?;
            self.add(file, table, &mut fresh)?;
        }
        self.check_lists()?;
        self.index = self.indexed()?;
        Ok(self)
    }

    /// The tables that are compiled in.
    ///
    /// # Panics
    ///
    /// Never: a test parses them.
    pub fn builtin() -> &'static Self {
        static BUILTIN: LazyLock<Rules> =
            LazyLock::new(|| Rules::empty().with_checked(TABLES).expect("the tables in config/ are parsed by a test"));
        &BUILTIN
    }

    /// The rules that hold, by their place, each with the signs by which it does.
    pub(super) fn held<'r>(&'r self, signs: &[Sign<'_>]) -> Vec<(usize, Vec<Hit<'r>>)> {
        let hits = self.index.hits(signs);
        let of_rules = hits.chunk_by(|a, b| a.condition.rule == b.condition.rule);
        of_rules.filter(|hits| self.is_met(hits)).map(|hits| (hits[0].condition.rule, hits.to_vec())).collect()
    }

    fn is_met(&self, hits: &[Hit<'_>]) -> bool {
        let rule = &self.rules[hits[0].condition.rule];
        let fields = hits.chunk_by(|a, b| a.condition.field == b.condition.field).count();
        !rule.all || fields == rule.when.len()
    }

    /// What a rule says by a sign: the template with the pattern's groups filled in, looked up in the
    /// rule's list where it has one. Several values are equally likely ones; none where the list
    /// does not know the word.
    pub(super) fn fill(&self, rule: &Rule, template: &str, hit: &Hit<'_>, sign: &Sign<'_>) -> Vec<String> {
        if !template.contains('$') {
            return vec![template.to_owned()];
        }
        let text = clipped(&sign.text);
        let mut filled = String::new();
        match hit.pattern.and_then(|pattern| pattern.captures(text)) {
            Some(groups) => groups.expand(template, &mut filled),
            None => filled = template.replace("$0", text),
        }
        let value = filled.split_whitespace().collect::<Vec<_>>().join(" ");
        match &rule.list {
            Some(list) => self.lists.get(list).and_then(|words| words.get(&value)).cloned().unwrap_or_default(),
            None if value.is_empty() => vec![],
            None => vec![value],
        }
    }

    fn add(&mut self, file: &str, table: Table, fresh: &mut HashSet<String>) -> Result<(), RulesError> {
        self.threshold = table.threshold.unwrap_or(self.threshold);
        self.lead = table.lead.unwrap_or(self.lead);
        self.systems.extend(table.systems.unwrap_or_default());
        for (name, words) in table.list {
            let values = words.into_iter().map(|(word, value)| (word, value.into_values()));
            self.lists.entry(name).or_default().extend(values);
        }
        for row in table.rule {
            let rule = Rule::new(file, row)?;
            if !fresh.insert(rule.name.clone()) {
                return Err(problem(file, format!("two rules are called {}", rule.name)));
            }
            match self.rules.iter().position(|known| known.name == rule.name) {
                Some(place) => self.rules[place] = rule,
                None if self.rules.len() < RULE_LIMIT => self.rules.push(rule),
                None => return Err(problem(file, format!("more than {RULE_LIMIT} rules"))),
            }
        }
        Ok(())
    }

    fn check_lists(&self) -> Result<(), RulesError> {
        let missing = |rule: &&Rule| rule.list.as_ref().is_some_and(|list| !self.lists.contains_key(list));
        match self.rules.iter().find(missing) {
            Some(rule) => Err(problem(&rule.table, format!("{}: its list is in no table", rule.name))),
            None => Ok(()),
        }
    }

    fn indexed(&self) -> Result<Index, RulesError> {
        let mut conditions = vec![];
        for (rule, known) in self.rules.iter().enumerate() {
            for (field, (name, patterns)) in known.when.iter().enumerate() {
                let condition = Condition { rule, field };
                conditions.extend(patterns.iter().map(|text| (name.as_str(), text.as_str(), condition)));
            }
        }
        Index::new(conditions).map_err(|error| problem("all tables together", error))
    }
}

impl Rule {
    fn new(file: &str, mut row: Row) -> Result<Self, RulesError> {
        let says = row.says();
        let Row { name, weight, class, list, all, when, .. } = row;
        let wrong = |what: &str| Err(problem(file, format!("{name}: {what}")));
        if !(1..=100).contains(&weight) {
            return wrong("a weight is 1 to 100");
        }
        if when.is_empty() || when.values().any(Vec::is_empty) {
            return wrong("a rule needs a field, and every field a pattern");
        }
        if class.is_none() && says.all().is_empty() {
            return wrong("it says nothing");
        }
        let when = when.into_iter().collect();
        Ok(Self { weight, class, says, list, all, when, table: file.to_owned(), name })
    }
}

impl Says {
    fn all(&self) -> Vec<&String> {
        [&self.maker, &self.model, &self.os, &self.firmware].into_iter().flatten().collect()
    }
}

/// Each pattern by itself, so that the error names its rule.
fn check_patterns(file: &str, row: &Row) -> Result<(), RulesError> {
    for text in row.when.iter().filter(|(field, _)| takes_patterns(field)).flat_map(|(_, patterns)| patterns) {
        compile(text).map_err(|error| problem(file, format!("{}: {error}", row.name)))?;
    }
    Ok(())
}

fn problem(file: &str, what: impl std::fmt::Display) -> RulesError {
    RulesError { file: file.to_owned(), what: what.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULE: &str = "[[rule]]\nname = 'a'\nweight = 1\nclass = 'pc'\nwhen.\"http.title\" = ['x']\n";

    #[test]
    fn the_builtin_tables_parse_and_none_is_forgotten() {
        assert_eq!(Rules::parse(TABLES).err(), None);
        assert!(Rules::builtin().rules.len() > 30 && Rules::builtin().threshold > 0);
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../config/fingerprints");
        for entry in std::fs::read_dir(folder).unwrap() {
            let name = format!("fingerprints/{}", entry.unwrap().file_name().into_string().unwrap());
            assert!(TABLES.iter().any(|(table, _)| *table == name), "{name} is not in TABLES");
        }
    }

    #[test]
    fn a_pattern_that_does_not_compile_and_a_name_used_twice_are_errors_of_their_table() {
        let error = Rules::parse(&[("t.toml", &RULE.replace("'x'", "'('"))]).unwrap_err();
        assert!(error.to_string().starts_with("t.toml: a: "), "{error}");
        let error = Rules::parse(&[("t.toml", RULE), ("u.toml", RULE)]).unwrap_err();
        assert_eq!(error.to_string(), "u.toml: two rules are called a");
    }

    #[test]
    fn a_rule_that_can_never_hold_or_says_nothing_is_an_error() {
        for (from, to) in
            [("['x']", "[]"), ("class = 'pc'", ""), ("weight = 1", "weight = 101"), ("weight", "list = 'l'\nweight")]
        {
            assert!(Rules::parse(&[("t.toml", &RULE.replace(from, to))]).is_err(), "{to}");
        }
    }

    #[test]
    fn a_table_on_top_replaces_rules_of_the_same_name_and_adds_others() {
        let own = format!("{}{}", RULE.replace("weight = 1", "weight = 7"), RULE.replace("'a'", "'b'"));
        let rules = Rules::parse(&[("t.toml", RULE)]).unwrap().with_tables(&[("own.toml", &own)]).unwrap();
        let shown: Vec<_> = rules.rules.iter().map(|rule| (rule.name.as_str(), rule.weight)).collect();
        assert_eq!(shown, [("a", 7), ("b", 1)]);
        assert!(Rules::builtin().clone().with_tables(&[("own.toml", "threshold = 40")]).unwrap().threshold == 40);
    }
}
