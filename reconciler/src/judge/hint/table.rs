//! `config/services.toml` and `config/end_of_support.toml`.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use jiff::civil::Date;
use serde::Deserialize;
use unicode_normalization::UnicodeNormalization;

use crate::judge::knowledge::Pattern;

const SERVICES: &str = include_str!("../../../../config/services.toml");
const END_OF_SUPPORT: &str = include_str!("../../../../config/end_of_support.toml");

/// `config/services.toml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Services {
    /// Where item (9) stands.
    pub item_9: String,
    /// Where item (8) stands.
    pub item_8: String,
    /// What says that a service is off, in the words about it.
    pub stopped: Pattern,
    /// What sounds so and is not.
    pub kept: Pattern,
    /// Services that are seldom needed.
    pub service: Vec<Service>,
    /// Ways in which equipment is managed.
    pub management: Management,
}

/// A service that is seldom needed.
#[derive(Debug, Clone, Deserialize)]
pub struct Service {
    /// Its key and how it shows itself.
    #[serde(flatten)]
    pub way: Way,
    /// Its name in Japanese.
    pub name_ja: String,
    /// What people name it by.
    pub explained: Pattern,
    /// That the device is maintained from afar explains it, too.
    #[serde(default)]
    pub maintenance: bool,
    /// What is wrong with leaving it on.
    pub why: String,
    /// The same in Japanese.
    pub why_ja: String,
    /// Which requirement speaks of it.
    pub source: String,
}

/// How a service or a way of management shows itself.
#[derive(Debug, Clone, Deserialize)]
pub struct Way {
    /// Its key.
    pub key: String,
    /// Its name.
    pub name: String,
    /// Named texts of which one must match: it was spoken to.
    #[serde(default)]
    pub spoken: BTreeMap<String, Vec<Pattern>>,
    /// Ports that are open, e.g. `tcp/23`.
    #[serde(default)]
    pub open: Vec<String>,
    /// It counts by itself.
    #[serde(default = "yes")]
    pub alone: bool,
}

fn yes() -> bool {
    true
}

impl Way {
    /// The named text shows that it was spoken to.
    pub(super) fn is_spoken(&self, field: &str, text: &str) -> bool {
        self.spoken.get(field).is_some_and(|patterns| patterns.iter().any(|pattern| pattern.0.is_match(text)))
    }
}

/// Ways in which equipment is managed.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Management {
    /// Classes of equipment that is looked at, with their kinds.
    pub classes: Vec<String>,
    /// Of these, such as people are asked about: what item (8) is about.
    pub asked: Vec<String>,
    /// What segments for managing equipment are called.
    pub segments: Pattern,
    /// The ways.
    pub way: Vec<Way>,
}

/// `config/end_of_support.toml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EndOfSupport {
    /// When its dates were last compared with their sources.
    pub checked: Date,
    /// A last day within so many days is near.
    pub near_days: i32,
    /// A last day so many days ago is long past.
    pub long_days: i32,
    /// How people write what is told of a system, one after the other.
    pub spelling: Vec<Spelling>,
    /// The particular before the general.
    pub product: Vec<Product>,
}

/// A spelling that is read as another one.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spelling {
    /// As it is written.
    pub written: Pattern,
    /// As it is read; `$1` is the first group.
    pub read: String,
}

/// One product.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Product {
    /// Its name.
    pub name: String,
    /// What is told of a system that is this product.
    pub system: Pattern,
    /// The last day, of the edition with the shortest support.
    pub last_day: Date,
    /// Within how many days its last day is near, where that is another number.
    #[serde(default)]
    pub near_days: Option<i32>,
    /// Who publishes it.
    pub source: String,
    /// What else is to be known, e.g. of updates that can be bought.
    #[serde(default)]
    pub note: Option<String>,
    /// The same in Japanese.
    #[serde(default)]
    pub note_ja: Option<String>,
    /// Editions with another last day.
    #[serde(default)]
    pub edition: Vec<Edition>,
}

/// An edition with a last day of its own.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Edition {
    /// Its name.
    pub name: String,
    /// The same in Japanese.
    pub name_ja: String,
    /// What is told of a system of this edition.
    pub text: Pattern,
    /// The last day of its first release, where the text leaves open which release it is.
    #[serde(default)]
    pub earliest: Option<Date>,
    /// Its last day.
    pub last_day: Date,
}

impl Management {
    /// A segment with this name or purpose is for managing equipment.
    pub(super) fn is_for_managing(&self, text: &str) -> bool {
        text.lines().any(|line| self.segments.0.is_match(line.nfkc().collect::<String>().trim()))
    }
}

impl Services {
    /// The table that is compiled in.
    ///
    /// # Panics
    ///
    /// Never: a test reads it.
    pub fn builtin() -> &'static Self {
        static TABLE: LazyLock<Services> = LazyLock::new(|| toml::from_str(SERVICES).expect("is parsed by a test"));
        &TABLE
    }

    /// The service of this key.
    pub fn get(&self, key: &str) -> Option<&Service> {
        self.service.iter().find(|service| service.way.key == key)
    }

    /// The way of management of this key.
    pub fn way(&self, key: &str) -> Option<&Way> {
        self.management.way.iter().find(|way| way.key == key)
    }
}

impl EndOfSupport {
    /// The table that is compiled in.
    ///
    /// # Panics
    ///
    /// Never: a test reads it.
    pub fn builtin() -> &'static Self {
        static TABLE: LazyLock<EndOfSupport> =
            LazyLock::new(|| toml::from_str(END_OF_SUPPORT).expect("is parsed by a test"));
        &TABLE
    }

    /// The product that this system is.
    pub fn product_of(&self, system: &str) -> Option<&Product> {
        let system = self.spelt(system);
        self.product.iter().find(|product| product.system.0.is_match(&system))
    }

    /// The product, its last day, and that of the edition with the longest support where the text tells no edition.
    pub(super) fn last_days(&self, system: &str) -> Option<(&Product, Date, Option<Date>)> {
        let product = self.product_of(system)?;
        let (last_day, latest) = product.last_days(&self.spelt(system));
        Some((product, last_day, latest))
    }

    /// As the patterns of the products are written: `Windows10Pro` is Windows 10 Pro.
    fn spelt(&self, system: &str) -> String {
        // A trade mark sign becomes letters when widths are folded.
        let folded: String = system.chars().filter(|c| !matches!(c, '™' | '℠')).nfkc().collect();
        let read = |text: String, one: &Spelling| one.written.0.replace_all(&text, &one.read).into_owned();
        self.spelling.iter().fold(folded, read).trim().to_owned()
    }

    /// The product of this name.
    pub fn get(&self, name: &str) -> Option<&Product> {
        self.product.iter().find(|product| product.name == name)
    }
}

impl Product {
    fn last_days(&self, system: &str) -> (Date, Option<Date>) {
        if let Some(edition) = self.edition.iter().find(|edition| edition.text.0.is_match(system)) {
            let latest = edition.earliest.map(|_| edition.last_day);
            return (edition.earliest.unwrap_or(edition.last_day), latest);
        }
        let plain = SHORTEST.iter().any(|word| system.split_whitespace().any(|told| told.eq_ignore_ascii_case(word)));
        let latest = self.edition.iter().map(|edition| edition.last_day).max().filter(|day| *day > self.last_day);
        (self.last_day, latest.filter(|_| !plain))
    }
}

/// Editions of Windows that have the product's own last day.
const SHORTEST: [&str; 3] = ["home", "pro", "professional"];

#[cfg(test)]
mod tests;
