//! What people said about the columns of a layout of their own: a file that `daicho ledger map --write` makes and a
//! person edits. A layout is known again by its headings, whatever the file or the sheet is called.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::columns::Role;
use super::fold::heading_key;
use super::table::{Basis, Column, Table};
use crate::judge::entry::Register;

/// Every layout that people described.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Mappings {
    layouts: Vec<Layout>,
}

/// How the columns of one table are read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Layout {
    /// The sheet on which it was seen first, for people.
    #[serde(default)]
    pub sheet: String,
    /// Which register it is.
    pub register: Register,
    /// Its columns, in their order.
    pub column: Vec<Said>,
}

/// What a person said of one column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Said {
    /// Its heading.
    pub heading: String,
    /// A field of `config/columns.toml` or `registers.toml`, or what the column is for; empty: not to be read.
    pub field: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    table: Vec<Layout>,
}

impl Mappings {
    /// Adds the layouts of one file. An unknown field is an error that names it.
    pub fn add(&mut self, text: &str) -> Result<(), String> {
        let file: File = toml::from_str(text).map_err(|error| error.to_string())?;
        for said in file.table.iter().flat_map(|layout| &layout.column) {
            if !said.field.is_empty() && Role::from_code(&said.field).is_none() {
                return Err(format!("heading \"{}\": no field \"{}\"", said.heading, said.field));
            }
        }
        self.layouts.extend(file.table);
        Ok(())
    }

    /// These are exactly the headings of a layout; they are only looked at where there is one.
    pub(crate) fn has(&self, columns: impl FnOnce() -> BTreeMap<u16, Column>) -> bool {
        !self.layouts.is_empty() && {
            let keys = keys(&columns());
            self.layouts.iter().any(|layout| layout.keys() == keys)
        }
    }

    /// Reads the table as its layout says, if one is known.
    pub(crate) fn apply(&self, table: &mut Table) -> bool {
        let keys = keys(&table.columns);
        let Some(layout) = self.layouts.iter().rev().find(|layout| layout.keys() == keys) else { return false };
        table.register = layout.register;
        table.mapped = true;
        for (column, said) in table.columns.values_mut().zip(&layout.column) {
            column.role = Some(Role::from_code(&said.field).unwrap_or(Role::Known));
            column.basis = Basis::Mapping;
        }
        true
    }
}

fn keys(columns: &BTreeMap<u16, Column>) -> Vec<String> {
    columns.values().map(|column| heading_key(&column.heading)).collect()
}

impl Layout {
    fn keys(&self) -> Vec<String> {
        self.column.iter().map(|said| heading_key(&said.heading)).collect()
    }
}

/// A mapping file's text: every table with its columns, and behind each what was recognised or only guessed.
pub fn file(name: &str, tables: &[(Layout, Vec<String>)]) -> String {
    let head = format!("# {}\n", daicho_shared::text::bounded(name).replace(['\n', '\r'], " "));
    head + &tables.iter().map(|(layout, remarks)| table(layout, remarks)).collect::<String>()
}

fn table(layout: &Layout, remarks: &[String]) -> String {
    let head = format!("\n[[table]]\nsheet = {}\nregister = \"{}\"\n", quoted(&layout.sheet), layout.register.code());
    let remarks = remarks.iter().map(String::as_str).chain(std::iter::repeat(""));
    let column = |(said, remark): (&Said, &str)| {
        let remark = if remark.is_empty() { String::new() } else { format!(" # {remark}") };
        format!("\n[[table.column]]\nheading = {}\nfield = \"{}\"{remark}\n", quoted(&said.heading), said.field)
    };
    head + &layout.column.iter().zip(remarks).map(column).collect::<String>()
}

fn quoted(text: &str) -> String {
    toml::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "[[table]]\nsheet = \"放射線科\"\nregister = \"medical\"\n[[table.column]]\nheading = \"番号\\n（ME）\"\nfield = \"asset_no\"\n[[table.column]]\nheading = \"あれこれ\"\nfield = \"\"\n";

    #[test]
    fn a_file_is_read_as_it_was_written() {
        let mut mappings = Mappings::default();
        mappings.add(TEXT).unwrap();
        let again = file("台帳\n.xlsx", &[(mappings.layouts[0].clone(), vec!["管理番号".into(), String::new()])]);
        let mut read = Mappings::default();
        read.add(&again).unwrap();
        assert_eq!(read, mappings, "{again}");
    }

    #[test]
    fn a_field_that_is_none_is_named() {
        let error = Mappings::default().add(&TEXT.replace("asset_no", "asset_number")).unwrap_err();
        assert!(error.contains("asset_number"), "{error}");
    }
}
