//! The lists of documents that somebody asks for: `config/packs/`.

use serde::Deserialize;

/// Okayama's list of seven documents.
const OKAYAMA: &str = include_str!("../../../config/packs/okayama.toml");

/// A list of documents.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Form {
    /// Its name on the command line.
    pub pack: String,
    /// Its title, as printed.
    pub title: String,
    /// Where it stands.
    pub source: String,
    /// The documents, in the list's order.
    pub document: Vec<Document>,
}

/// One document of a list.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Document {
    /// Its number, as printed; empty for what is added beside the list.
    #[serde(default)]
    pub number: String,
    /// It is not on the list, and is added for reference.
    #[serde(default)]
    pub also: bool,
    /// 書類の名称, as printed.
    pub name: String,
    /// 提出にあたっての注意点, as printed.
    pub note: String,
    /// What of ours answers it.
    pub made: Vec<Made>,
    /// What the hospital itself must add.
    pub hospital: Vec<String>,
}

/// Something that this program makes.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub enum Made {
    /// A workbook of `daicho books`, by its code.
    Book(String),
    /// The network diagram, by the end of its file.
    Diagram(String),
}

impl TryFrom<String> for Made {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        match text.split_once(':') {
            Some(("books", name)) => Ok(Self::Book(name.to_owned())),
            Some(("diagram", end @ ("svg" | "png" | "drawio"))) => Ok(Self::Diagram(end.to_owned())),
            _ => Err(format!("{text}: expected books:NAME, or diagram:svg, diagram:png or diagram:drawio")),
        }
    }
}

/// Okayama's list; a test parses it.
pub fn okayama() -> Result<Form, toml::de::Error> {
    toml::from_str(OKAYAMA)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::xlsx::Book;

    #[test]
    fn the_list_has_its_seven_documents_and_everything_it_names_is_made() {
        let form = okayama().unwrap();
        let numbers: Vec<&str> = form.document.iter().filter(|one| !one.also).map(|one| one.number.as_str()).collect();
        assert_eq!(numbers, ["1", "2", "3", "4", "5", "6", "7"]);
        for document in &form.document {
            assert!(!document.made.is_empty() || !document.hospital.is_empty(), "nobody makes {}", document.name);
            for made in &document.made {
                let Made::Book(name) = made else { continue };
                assert!(Book::from_code(name).is_some(), "{name} is no workbook");
            }
        }
    }
}
