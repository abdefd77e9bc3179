//! The forms that there are: those compiled in, and those of a project's `questions/` folder, which win.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::question::{Form, FormError};
use crate::judge::Knowledge;

/// Every form that is compiled in, by the name of its file under `config/questions/`.
pub const BUILTIN: [(&str, &str); 7] = [
    ("gmis-r7.toml", include_str!("../../../config/questions/gmis-r7.toml")),
    ("hospital-checklist-r6.toml", include_str!("../../../config/questions/hospital-checklist-r6.toml")),
    ("vendor-checklist-r6.toml", include_str!("../../../config/questions/vendor-checklist-r6.toml")),
    ("minimum-measures-r6.toml", include_str!("../../../config/questions/minimum-measures-r6.toml")),
    ("okayama-r6.toml", include_str!("../../../config/questions/okayama-r6.toml")),
    ("bcp-r6.toml", include_str!("../../../config/questions/bcp-r6.toml")),
    ("contract-draft.toml", include_str!("../../../config/questions/contract-draft.toml")),
];

/// Forms, each by its word and edition.
#[derive(Debug, Clone)]
pub struct Forms(Vec<Form>);

impl Forms {
    /// Those compiled in, and these beside them, as file name and text: one of the same name takes the other's place.
    pub fn with(own: &[(String, String)], knowledge: &Knowledge) -> Result<Self, FormError> {
        let codes: BTreeSet<String> = knowledge.identity.severity.keys().cloned().collect();
        let replaced = |file: &str| own.iter().any(|(name, _)| name == file);
        let builtin = BUILTIN.iter().filter(|(file, _)| !replaced(file)).copied();
        let own = own.iter().map(|(file, text)| (file.as_str(), text.as_str()));
        let forms = builtin.chain(own).map(|(file, text)| Form::parse(file, text, &codes));
        forms.collect::<Result<Vec<_>, _>>().map(Self)
    }

    /// The words of all forms, each once.
    pub fn names(&self) -> Vec<&str> {
        let names: BTreeSet<&str> = self.0.iter().map(|form| form.form.as_str()).collect();
        names.into_iter().collect()
    }

    /// All of them.
    pub fn all(&self) -> &[Form] {
        &self.0
    }

    /// A form: of this year (`令和7年度`) or edition (`r7`), or the newest one that had begun on that day. Where none
    /// had begun, the oldest.
    pub fn find(&self, name: &str, year: Option<&str>, day: Date) -> Option<&Form> {
        let mut editions: Vec<&Form> = self.0.iter().filter(|form| form.form == name).collect();
        editions.sort_by_key(|form| form.since);
        match year {
            Some(year) => editions.into_iter().find(|form| form.year == year || form.edition == year),
            None => editions.iter().rfind(|form| form.since <= day).or(editions.first()).copied(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::figures;
    use super::super::question::{By, Wrong};
    use super::*;
    use crate::judge::sample::KNOWLEDGE;

    const GMIS: &str = BUILTIN[0].1;

    fn forms(own: &[(&str, String)]) -> Result<Forms, FormError> {
        let own: Vec<_> = own.iter().map(|(file, text)| ((*file).to_owned(), text.clone())).collect();
        Forms::with(&own, &KNOWLEDGE)
    }

    fn wrong(text: &str) -> Wrong {
        forms(&[("gmis-r7.toml", text.to_owned())]).unwrap_err().wrong
    }

    #[test]
    fn every_form_that_is_compiled_in_can_be_read() {
        let forms = forms(&[]).unwrap();
        assert_eq!(forms.all().len(), BUILTIN.len());
    }

    /// The table: every question of every form is answered by figures that exist, or is a person's.
    #[test]
    fn every_question_maps_to_figures_that_exist_or_is_a_persons() {
        let codes: BTreeSet<&str> = KNOWLEDGE.identity.severity.keys().map(String::as_str).collect();
        let mut table = vec![];
        for form in forms(&[]).unwrap().all() {
            let mut printed = BTreeSet::new();
            let (mut by_figures, mut by_person) = (0, 0);
            for question in &form.questions {
                let name = format!("{form} {}", question.key);
                assert!(printed.insert((&question.group, &question.number)), "{name}: {} twice", question.number);
                assert!(question.options.is_empty() || question.options == ["はい", "いいえ"], "{name}");
                assert!(!question.target_date || !question.options.is_empty(), "{name}: a 目標日 without いいえ");
                let known = question.criteria.iter().all(|one| {
                    figures::exists(&one.figure) && one.findings.iter().all(|code| codes.contains(code.as_str()))
                });
                assert!(known, "{name}");
                match question.by {
                    By::Person | By::Vendor => by_person += 1,
                    // What no figure tells is said, and so is that はい stands on more than a hint.
                    By::Computed | By::Supported => {
                        by_figures += 1;
                        assert!(!question.person.is_empty() && !question.criteria.is_empty(), "{name}");
                        let hints = question.criteria.iter().filter(|one| one.hint).count();
                        assert!(question.by == By::Supported || hints < question.criteria.len(), "{name}");
                    }
                }
            }
            table.push((form.form.clone(), by_figures, by_person));
        }
        table.sort();
        let wanted = [
            ("bcp", 2, 0),
            ("contract", 7, 0),
            ("gmis", 7, 20),
            ("hospital-checklist", 9, 10),
            ("minimum-measures", 3, 5),
            ("okayama", 3, 4),
            ("vendor-checklist", 0, 14),
        ];
        assert_eq!(table, wanted.map(|(form, figures, person)| (form.to_owned(), figures, person)));
    }

    #[test]
    fn every_file_of_the_folder_is_compiled_in() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../config/questions");
        let files = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap());
        let compiled: BTreeSet<String> = BUILTIN.iter().map(|(file, _)| (*file).to_owned()).collect();
        assert_eq!(files.collect::<BTreeSet<_>>(), compiled);
    }

    /// Numbers change from year to year; what is asked for keeps its key in every form.
    #[test]
    fn the_same_is_asked_under_the_same_key() {
        let forms = forms(&[]).unwrap();
        let asks = |key: &str| -> Vec<(&str, &str)> {
            let all = forms.all().iter().flat_map(|form| form.questions.iter().map(move |one| (form, one)));
            all.filter(|(_, one)| one.key == key).map(|(form, one)| (form.form.as_str(), one.number.as_str())).collect()
        };
        let ledger = [
            ("gmis", "Q8"),
            ("hospital-checklist", "2-(1)"),
            ("okayama", "4"),
            ("bcp", "1-1(1)"),
            ("contract", "Part1 B-6"),
        ];
        assert_eq!(asks("ledger"), ledger);
        assert_eq!(asks("external_points"), [("gmis", "Q10"), ("minimum-measures", "4")]);
        assert_eq!(asks("mds_sds"), [("gmis", "Q6"), ("hospital-checklist", "2-(3)"), ("vendor-checklist", "2-(3)")]);
        assert_eq!(asks("remote_maintenance"), [("hospital-checklist", "2-(2)"), ("vendor-checklist", "2-(2)")]);
        assert_eq!(asks("source_restriction").len(), 4);
        assert_eq!(asks("patch_network").len(), 4);
    }

    /// In the year's checklist and in the least measures every いいえ needs a 目標日; other papers have no such column.
    #[test]
    fn only_the_forms_that_print_it_have_a_target_date() {
        for form in forms(&[]).unwrap().all() {
            let with = form.questions.iter().filter(|question| question.target_date).count();
            let wanted = match form.form.as_str() {
                // Whether there are such systems at all is はい or いいえ, without a day.
                "hospital-checklist" => form.questions.len() - 1,
                "vendor-checklist" | "minimum-measures" => form.questions.len(),
                _ => 0,
            };
            assert_eq!(with, wanted, "{form}");
            assert!(form.target_latest.is_none() || form.form.ends_with("checklist"), "{form}");
        }
    }

    #[test]
    fn the_survey_has_its_questions_and_says_which_of_them_are_computed() {
        let forms = forms(&[]).unwrap();
        let gmis = forms.find("gmis", None, "2026-03-31".parse().unwrap()).unwrap();
        let numbers = |by: By| -> Vec<&str> {
            gmis.questions.iter().filter(|one| one.by == by).map(|one| one.number.as_str()).collect()
        };
        assert_eq!(gmis.questions.len(), 27);
        assert_eq!(numbers(By::Computed), ["Q8", "Q9", "Q10"]);
        assert_eq!(numbers(By::Supported), ["Q6", "Q12", "Q13", "Q15"]);
        // The form prints one option of these two, and not what else can be selected.
        for number in ["Q8", "Q9"] {
            let question = gmis.questions.iter().find(|one| one.number == number).unwrap();
            assert!(question.options.is_empty());
            assert_eq!(question.select_when_met.as_deref(), Some("院内全体の台帳管理を行っている部門"));
        }
    }

    #[test]
    fn a_new_year_is_a_new_file() {
        let next = GMIS.replace("令和7年度", "令和8年度").replace("2025-04-01", "2026-04-01");
        let forms = forms(&[("gmis-r8.toml", next)]).unwrap();
        let on = |year, day: &str| forms.find("gmis", year, day.parse().unwrap()).map(|form| form.edition.clone());
        assert_eq!(on(None, "2026-03-31").as_deref(), Some("r7"));
        assert_eq!(on(None, "2026-04-01").as_deref(), Some("r8"));
        assert_eq!(on(None, "2020-01-01").as_deref(), Some("r7"));
        assert_eq!(on(Some("令和7年度"), "2027-01-01").as_deref(), Some("r7"));
        assert_eq!(on(Some("r9"), "2027-01-01"), None);
        assert_eq!(forms.names().iter().filter(|name| **name == "gmis").count(), 1);
    }

    #[test]
    fn what_is_wrong_with_a_form_is_said() {
        let but = |from: &str, to: &str| GMIS.replacen(from, to, 1);
        assert!(matches!(wrong(&but("number =", "nummer =")), Wrong::Toml(_)));
        assert!(matches!(wrong(&but("form = \"gmis\"", "form = \"other\"")), Wrong::Name { .. }));
        assert!(matches!(wrong(&but("key = \"staff\"", "key = \"csirt\"")), Wrong::Twice(_)));
        assert!(matches!(wrong(&but("\"departments.covered\"", "\"departments.painted\"")), Wrong::Figure { .. }));
        assert!(matches!(wrong(&but("\"undeclared_uplink\"", "\"EXT-001\"")), Wrong::Finding { .. }));
        assert!(matches!(wrong(&but("days = 90", "days = 90\nat_most = 0")), Wrong::Measure(_)));
        assert!(matches!(wrong(&but("by = \"person\"", "by = \"computed\"")), Wrong::By(_)));
        assert!(matches!(wrong(&but("text = \"回答者の氏名\"", "text = \" \"")), Wrong::Empty(_)));
    }
}
