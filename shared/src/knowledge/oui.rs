//! Makers by MAC prefix: the annotated tables of `config/oui/`, then the full registry.
//!
//! A prefix says who made the network interface, not what the device is: much medical equipment
//! shows the prefix of an industrial PC board.

use std::collections::HashMap;
use std::sync::LazyLock;

use serde::Deserialize;

use crate::address::Mac;

const TABLES: [&str; 5] = [
    include_str!("../../../config/oui/medical.csv"),
    include_str!("../../../config/oui/cellular.csv"),
    include_str!("../../../config/oui/network.csv"),
    include_str!("../../../config/oui/camera_printer.csv"),
    include_str!("../../../config/oui/host.csv"),
];

/// What a prefix tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Maker {
    /// Usual name of the maker, e.g. `Allied Telesis`; the registered one where it has no usual name.
    pub name: String,
    /// Japanese name; empty where it has none.
    pub name_ja: String,
    /// Class hint, e.g. `medical.monitor`; empty where the prefix says nothing.
    pub class_hint: String,
    /// The prefix is used for one product family only, so the class hint may be believed.
    pub dedicated: bool,
    /// The prefix is used for several product families, of which the class hint names the usual one.
    pub mixed: bool,
    /// The maker's cellular use: all, some, a module inside something, or none.
    pub cellular: Cellular,
}

/// Whether devices with the prefix have a mobile line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cellular {
    /// They do, or a cellular module maker's part is inside.
    Yes,
    /// Some of the maker's devices do.
    Some,
    /// Not known to.
    No,
}

/// When the tables were made, e.g. `2026-06`.
pub fn table_date() -> String {
    ABOUT.date.clone()
}

/// Looks up the longest prefix: 36, then 28, then 24 bits. A locally administered address has no
/// maker, whatever a table says.
pub fn lookup(mac: Mac) -> Option<Maker> {
    if mac.is_local() || !mac.is_interface() {
        return None;
    }
    let digits = mac.digits();
    [9, 7, 6].into_iter().find_map(|length| ANNOTATED.get(&digits[..length]).cloned()).or_else(|| registered(&digits))
}

/// The full registry. Its lookup slices octets and must be given ASCII digits only.
fn registered(digits: &str) -> Option<Maker> {
    let organisation = oui_data::lookup(digits)?.organization();
    Some(Maker {
        name: organisation.to_owned(),
        name_ja: String::new(),
        class_hint: String::new(),
        dedicated: false,
        mixed: false,
        cellular: Cellular::No,
    })
}

static ANNOTATED: LazyLock<HashMap<String, Maker>> = LazyLock::new(|| {
    let rows = TABLES.iter().flat_map(|table| csv::Reader::from_reader(table.as_bytes()).into_deserialize());
    rows.filter_map(Result::ok).map(|row: Row| (row.prefix.clone(), row.maker())).collect()
});

/// `config/oui/table.toml`.
#[derive(Default, Deserialize)]
struct About {
    date: String,
    groups: Vec<String>,
}

static ABOUT: LazyLock<About> =
    LazyLock::new(|| toml::from_str(include_str!("../../../config/oui/table.toml")).unwrap_or_default());

#[derive(Deserialize)]
struct Row {
    prefix: String,
    organisation: String,
    vendor: String,
    vendor_ja: String,
    class_hint: String,
    specificity: String,
    cellular: String,
}

impl Row {
    fn maker(self) -> Maker {
        let cellular = match self.cellular.as_str() {
            "yes" => Cellular::Yes,
            "some" => Cellular::Some,
            _ => Cellular::No,
        };
        let (dedicated, mixed) = (self.specificity == "dedicated", self.specificity == "mixed");
        let name = if ABOUT.groups.contains(&self.vendor) { self.organisation } else { self.vendor };
        Maker { name, name_ja: self.vendor_ja, class_hint: self.class_hint, dedicated, mixed, cellular }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn maker(text: &str) -> Option<Maker> {
        lookup(text.parse().unwrap())
    }

    #[test]
    fn annotated_prefixes_come_first() {
        let marquette = maker("00:00:A1:01:02:03").unwrap();
        assert_eq!(marquette.class_hint, "medical.monitor");
        assert!(marquette.dedicated);
    }

    #[test]
    fn quoted_organisations_do_not_shift_columns() {
        assert_eq!(maker("00:00:F4:00:00:01").unwrap().name, "Allied Telesis");
    }

    #[test]
    fn a_group_of_makers_is_no_name() {
        assert_eq!(maker("00:00:60:00:00:01").unwrap().name, "Kontron Europe GmbH");
        assert_eq!(table_date(), "2026-06");
    }

    #[test]
    fn random_addresses_have_no_maker() {
        assert_eq!(maker("02:42:AC:11:00:02"), None);
        assert_eq!(maker("FF:FF:FF:FF:FF:FF"), None);
    }

    #[test]
    fn every_row_of_every_table_is_read() {
        let rows: usize = TABLES.iter().map(|table| table.lines().count() - 1).sum();
        assert_eq!(ANNOTATED.len(), rows);
    }

    proptest! {
        #[test]
        fn no_address_panics(octets: [u8; 6]) {
            let _ = lookup(Mac(octets));
        }
    }
}
