//! `config/services.toml` and `config/end_of_support.toml`.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use jiff::civil::Date;
use serde::Deserialize;

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
    /// The particular before the general.
    pub product: Vec<Product>,
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
    /// Its last day.
    pub last_day: Date,
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
        self.product.iter().find(|product| product.system.0.is_match(system))
    }

    /// The product of this name.
    pub fn get(&self, name: &str) -> Option<&Product> {
        self.product.iter().find(|product| product.name == name)
    }
}

impl Product {
    /// The last day, and that of the edition with the longest support where the text tells no edition.
    pub(super) fn last_days(&self, system: &str) -> (Date, Option<Date>) {
        if let Some(edition) = self.edition.iter().find(|edition| edition.text.0.is_match(system)) {
            return (edition.last_day, None);
        }
        let plain = SHORTEST.iter().any(|word| system.split_whitespace().any(|told| told.eq_ignore_ascii_case(word)));
        let latest = self.edition.iter().map(|edition| edition.last_day).max().filter(|day| *day > self.last_day);
        (self.last_day, latest.filter(|_| !plain))
    }
}

/// Editions of Windows that have the product's own last day.
const SHORTEST: [&str; 3] = ["home", "pro", "professional"];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::judge::Knowledge;

    #[test]
    fn a_system_is_the_most_particular_product_that_fits() {
        let table = EndOfSupport::builtin();
        for (told, product) in [
            ("Windows 10 22H2 (19045)", "Windows 10 22H2"),
            ("Windows 10 Pro 21H2 (19044)", "Windows 10 21H2"),
            ("Win10", "Windows 10"),
            ("Microsoft Windows 10 Pro", "Windows 10"),
            ("Windows 8.1 (9600)", "Windows 8.1"),
            ("Win8", "Windows 8"),
            ("Windows 7 SP1 (7601)", "Windows 7"),
            ("Windows Server 2008 R2 SP1 (7601)", "Windows Server 2008 R2"),
            ("Windows Server 2008 SP2 (6003)", "Windows Server 2008"),
            ("Windows Server 2012 R2 (9600)", "Windows Server 2012 R2"),
            ("WindowsServer2016", "Windows Server 2016"),
            ("Debian GNU/Linux 11", "Debian 11"),
            ("RHEL 7", "Red Hat Enterprise Linux 7"),
            ("CentOS Linux 7.9", "CentOS Linux 7"),
            ("VMware ESXi 6.7.0", "VMware ESXi 6.7"),
            ("FortiOS 7.2.8", "FortiOS 7.2"),
            ("FortiOS v7.0.12", "FortiOS 7.0"),
        ] {
            assert_eq!(table.product_of(told).map(|it| it.name.as_str()), Some(product), "{told}");
        }
        for told in ["Windows 11", "Windows", "Linux 5.14.0", "Debian", "FortiOS 7.4.1", "FortiOS", "ESXi", "Debian 1"]
        {
            assert_eq!(table.product_of(told).map(|it| it.name.as_str()), None, "{told}");
        }
    }

    #[test]
    fn an_edition_that_is_told_has_its_own_day_and_one_that_is_not_leaves_both() {
        let table = EndOfSupport::builtin();
        let days = |told: &str| {
            let (day, latest) = table.product_of(told).unwrap().last_days(told);
            (day.to_string(), latest.map(|day| day.to_string()))
        };
        let day = |text: &str| (text.to_owned(), None);
        assert_eq!(days("Windows 10 21H2 (19044)"), ("2023-06-13".into(), Some("2032-01-13".into())));
        assert_eq!(days("Windows 10 Pro 21H2 (19044)"), day("2023-06-13"));
        assert_eq!(days("Windows 10 Enterprise LTSC 21H2"), day("2027-01-12"));
        assert_eq!(days("Windows 10 IoT Enterprise LTSC 21H2"), day("2032-01-13"));
        assert_eq!(days("Windows 10 Enterprise 21H2 (19044)"), day("2024-06-11"));
        assert_eq!(days("Windows 10 22H2 (19045)"), day("2025-10-14"));
    }

    #[test]
    fn names_and_keys_are_unique_and_every_text_has_both_languages() {
        let (services, support) = (Services::builtin(), EndOfSupport::builtin());
        let names: BTreeSet<&str> = support.product.iter().map(|product| product.name.as_str()).collect();
        assert_eq!(names.len(), support.product.len());
        let keys: BTreeSet<&str> = services.service.iter().map(|service| service.way.key.as_str()).collect();
        assert_eq!(keys.len(), services.service.len());
        for product in &support.product {
            assert_eq!(product.note.is_some(), product.note_ja.is_some(), "{}", product.name);
            assert!(product.edition.iter().all(|edition| edition.last_day > product.last_day), "{}", product.name);
            assert!(product.source.contains("https://"), "{}", product.name);
        }
        assert!(services.service.iter().all(|it| !(it.way.spoken.is_empty() && it.way.open.is_empty())));
    }

    /// A port is only looked at where the agent's table has it, and a field only where signs have it.
    #[test]
    fn every_port_of_the_table_is_one_that_the_agent_tries() {
        let knowledge = Knowledge::builtin();
        let ways = knowledge.services.service.iter().map(|service| &service.way);
        for open in ways.chain(&knowledge.services.management.way).flat_map(|way| &way.open) {
            let port = open.strip_prefix("tcp/").and_then(|port| port.parse().ok()).unwrap();
            assert!(knowledge.ports.get(daicho_shared::fact::Transport::Tcp, port).is_some(), "{open}");
        }
    }
}
