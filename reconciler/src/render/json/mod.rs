//! `result.json` for machines. Equal verdicts give equal bytes: no clock, no random order.

mod convert;
pub mod device;
pub mod document;

use std::io::{self, Write};

pub use self::document::Document;
use super::Options;
use super::view::Report;
use crate::judge::verdict::Verdict;

/// The JSON Schema (draft 2020-12) of [`Document`].
pub const SCHEMA: &str = include_str!("../../../../config/result.schema.json");

/// The document of a verdict; its sentences are in the options' language.
pub fn document(verdict: &Verdict, options: &Options) -> Document {
    convert::document(&Report::new(verdict, options))
}

/// Writes the document, indented, with a line break at its end.
pub fn write(verdict: &Verdict, options: &Options, output: &mut impl Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *output, &document(verdict, options))?;
    output.write_all(b"\n")
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::Value;

    use super::*;
    use crate::judge::asset::Graded;
    use crate::judge::entry::{FourValued, Status};
    use crate::render::{Lang, fixture};

    fn written(verdict: &Verdict, lang: Lang) -> Vec<u8> {
        let mut bytes = Vec::new();
        write(verdict, &fixture::options(lang), &mut bytes).unwrap();
        bytes
    }

    #[test]
    fn the_document_obeys_its_schema_in_both_languages() {
        let schema: Value = serde_json::from_str(SCHEMA).unwrap();
        jsonschema::meta::validate(&schema).unwrap();
        let validator = jsonschema::validator_for(&schema).unwrap();
        for verdict in [fixture::verdict(), fixture::quiet()] {
            for lang in [Lang::Ja, Lang::En] {
                let document: Value = serde_json::from_slice(&written(&verdict, lang)).unwrap();
                let errors: Vec<String> =
                    validator.iter_errors(&document).map(|e| format!("{}: {e}", e.instance_path)).collect();
                assert_eq!(errors, Vec::<String>::new());
            }
        }
    }

    #[test]
    fn the_schema_refuses_other_documents() {
        let schema: Value = serde_json::from_str(SCHEMA).unwrap();
        let validator = jsonschema::validator_for(&schema).unwrap();
        let good: Value = serde_json::from_slice(&written(&fixture::verdict(), Lang::Ja)).unwrap();
        let spoil = |pointer: &str, value: Value| {
            let mut bad = good.clone();
            *bad.pointer_mut(pointer).unwrap() = value;
            !validator.is_valid(&bad)
        };
        assert!(validator.is_valid(&good));
        assert!(spoil("/version", 1.into()));
        assert!(spoil("/findings/0/severity", "confirmed".into()));
        assert!(spoil("/assets/0/interfaces/0/mac", "00-80-A3".into()));
        assert!(spoil("/run", serde_json::json!({})));
    }

    #[test]
    fn equal_verdicts_give_equal_bytes() {
        assert_eq!(written(&fixture::verdict(), Lang::Ja), written(&fixture::verdict(), Lang::Ja));
    }

    #[test]
    fn every_reference_leads_somewhere() {
        let document: Value = serde_json::from_slice(&written(&fixture::verdict(), Lang::En)).unwrap();
        for finding in document["findings"].as_array().unwrap() {
            for id in finding["evidence"].as_array().unwrap() {
                assert!(document["evidence"].get(id.as_str().unwrap()).is_some(), "{id}");
            }
            if let Some(asset) = finding["asset"].as_str() {
                assert!(document["assets"].as_array().unwrap().iter().any(|one| one["id"] == asset), "{asset}");
            }
            if let Some(entry) = finding["entry"].as_str() {
                assert!(document["entries"].as_array().unwrap().iter().any(|one| one["id"] == entry), "{entry}");
            }
        }
    }

    #[test]
    fn the_core_names_stand_as_they_are_documented() {
        let document: Value = serde_json::from_slice(&written(&fixture::verdict(), Lang::Ja)).unwrap();
        let lab = document["assets"].as_array().unwrap().iter().find(|one| one["id"] == "mac-0080A3123456").unwrap();
        assert_eq!(lab["multi_homed"]["grade"], "confirmed");
        assert_eq!(lab["multi_homed"]["addresses"][0], "192.168.42.129");
        assert_eq!(lab["entries"][0], "equipment:台帳.xlsx!機器台帳!R5");
        assert_eq!(document["external_points"][0]["status"], "undeclared");
        assert_eq!(document["entries"][0]["verdict"], "matched");
        assert_eq!(document["findings"][0]["code"], "dual_homed");
        assert_eq!(document["sent"][0]["asset"], "mac-0080A3123456");
        assert_eq!(document["impact"]["medical_most"]["packets"], 5);
    }

    #[test]
    fn what_only_the_ledger_says_of_two_networks_is_listed_too() {
        let listed = |declared: FourValued, status: Status| {
            let mut verdict = fixture::verdict();
            verdict.assets.iter_mut().for_each(|asset| asset.multi_homed = Graded::nothing());
            let entry = &mut Arc::make_mut(&mut verdict.ledger).entries[0];
            (entry.dual_homed, entry.status) = (declared, status);
            let document: Value = serde_json::from_slice(&written(&verdict, Lang::Ja)).unwrap();
            document["dual_homed"].as_array().unwrap().iter().filter(|one| one["declared"] == true).count()
        };
        assert_eq!(listed(FourValued::Yes, Status::Active), 1);
        assert_eq!(listed(FourValued::No, Status::Active), 0);
        assert_eq!(listed(FourValued::Yes, Status::Retired), 0, "a device that is gone has no cards");
    }
}
