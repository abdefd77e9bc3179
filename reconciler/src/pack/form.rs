//! Which of our documents answer a list that somebody asks for: `config/packs/`.

use serde::Deserialize;

/// Okayama's list of seven documents.
const OKAYAMA: &str = include_str!("../../../config/packs/okayama.toml");

/// What answers a list of documents.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recipe {
    /// Its name on the command line.
    pub pack: String,
    /// The list's word among the forms, where its documents stand as questions.
    pub form: String,
    /// The documents, in the list's order.
    pub document: Vec<Document>,
    /// What is added beside the list.
    #[serde(default)]
    pub extra: Vec<Extra>,
}

/// One document of a list.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Document {
    /// Its number, as printed.
    pub number: String,
    /// What of ours answers it.
    pub made: Vec<Made>,
}

/// Something that is added for reference.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Extra {
    /// What it is called.
    pub name: String,
    /// The same in English.
    pub name_en: String,
    /// What of ours it is.
    pub made: Vec<Made>,
}

/// Something that this program makes.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub enum Made {
    /// A workbook of `daicho books`, by its code.
    Book(String),
    /// The network diagram, by the end of its file.
    Diagram(String),
    /// The newest frozen answer to a form, by the form's word.
    Answer(String),
}

impl TryFrom<String> for Made {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        match text.split_once(':') {
            Some(("books", name)) => Ok(Self::Book(name.to_owned())),
            Some(("answer", name)) => Ok(Self::Answer(name.to_owned())),
            Some(("diagram", end @ ("svg" | "png" | "drawio"))) => Ok(Self::Diagram(end.to_owned())),
            _ => {
                Err(format!("{text}: expected books:NAME, answer:NAME, or diagram:svg, diagram:png or diagram:drawio"))
            }
        }
    }
}

/// Okayama's list; a test parses it.
pub fn okayama() -> Result<Recipe, toml::de::Error> {
    toml::from_str(OKAYAMA)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answer::forms::Forms;
    use crate::judge::Knowledge;
    use crate::render::xlsx::Book;

    #[test]
    fn every_document_of_the_form_is_there_and_everything_that_is_named_is_made() {
        let (recipe, forms) = (okayama().unwrap(), Forms::with(&[], &Knowledge::builtin()).unwrap());
        let form = forms.find(&recipe.form, None, jiff::civil::date(2026, 11, 21)).unwrap();
        let asked: Vec<&str> = form.questions.iter().map(|question| question.number.as_str()).collect();
        let answered: Vec<&str> = recipe.document.iter().map(|document| document.number.as_str()).collect();
        assert_eq!((answered, asked.len()), (asked, 7));
        for document in &recipe.document {
            let question = form.questions.iter().find(|question| question.number == document.number).unwrap();
            assert!(!document.made.is_empty() || !question.person.is_empty(), "nobody makes {}", question.text);
        }
        let extra = recipe.extra.iter().flat_map(|extra| &extra.made);
        for made in recipe.document.iter().flat_map(|document| &document.made).chain(extra) {
            match made {
                Made::Book(name) => assert!(Book::from_code(name).is_some(), "{name} is no workbook"),
                Made::Answer(name) => assert!(forms.names().contains(&name.as_str()), "{name} is no form"),
                Made::Diagram(_) => {}
            }
        }
    }
}
