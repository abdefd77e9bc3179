//! The columns of every register, and how their cells are understood: `config/registers.toml`.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::judge::entry::{Field, Register};

/// The table that is compiled in.
pub(crate) const DEFAULT: &str = include_str!("../../../config/registers.toml");

/// The table, as it is written.
#[derive(Debug, Clone)]
pub(crate) struct Registers {
    columns: BTreeMap<Register, BTreeMap<Field, Vec<String>>>,
    /// How the cells of a field may be understood, in the order in which it is tried.
    pub shapes: BTreeMap<Field, Vec<Shape>>,
}

/// A way to understand a cell. A cell that is understood in none is text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Shape {
    /// A day, month, year or fiscal year.
    Date,
    /// A day and a name: `2026/3/1 山田`.
    Signed,
    /// 有, 無, 不明 or 契約なし.
    Answer,
    /// How many.
    Count,
    /// Several values.
    List,
    /// IP addresses.
    Addresses,
    /// MAC addresses.
    Macs,
    /// Networks.
    Networks,
}

#[derive(Deserialize)]
struct File {
    kinds: BTreeMap<Shape, Vec<Field>>,
    #[serde(flatten)]
    columns: BTreeMap<Register, BTreeMap<Field, Vec<String>>>,
}

impl Registers {
    /// Reads `registers.toml`.
    pub(crate) fn parse(text: &str) -> Result<Self, toml::de::Error> {
        let file: File = toml::from_str(text)?;
        let mut shapes: BTreeMap<Field, Vec<Shape>> = BTreeMap::new();
        for (shape, fields) in file.kinds {
            for field in fields {
                shapes.entry(field).or_default().push(shape);
            }
        }
        Ok(Self { columns: file.columns, shapes })
    }

    /// Every field of every register with its headings.
    pub(crate) fn headings(&self) -> impl Iterator<Item = (Register, Field, &[String])> {
        self.columns.iter().flat_map(|(register, fields)| {
            fields.iter().map(|(field, headings)| (*register, *field, headings.as_slice()))
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::import::fold::heading_key;

    #[test]
    fn the_table_parses_and_no_register_is_without_columns() {
        let table = Registers::parse(DEFAULT).unwrap();
        for register in Register::ALL {
            assert!(table.headings().filter(|(of, ..)| *of == register).count() >= 7, "{register:?}");
        }
    }

    /// A heading that a register has twice is told apart by the group above it (依頼日 below チェックリスト or MDS/SDS).
    #[test]
    fn a_register_has_no_first_heading_twice() {
        let table = Registers::parse(DEFAULT).unwrap();
        let mut seen = BTreeMap::new();
        for (register, field, headings) in table.headings() {
            let key = (register, heading_key(&headings[0]));
            assert_eq!(seen.insert(key, field), None, "{register:?} {}", headings[0]);
        }
    }
}
