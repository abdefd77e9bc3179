//! Forms and their questions, as data: `config/questions/<form>-<edition>.toml`, and those that a project adds.
//!
//! A form file says what is printed and what must be true for はい. What is not printed (criteria, what to do, how long
//! that takes) is a proposal of ours and shown as one. A new year is a new file.

use std::collections::BTreeSet;
use std::fmt;

use jiff::civil::Date;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

use super::figures;

/// One form of one year.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Form {
    /// Its stable word, e.g. `gmis`; the file's name begins with it.
    pub form: String,
    /// What follows in the file's name, e.g. `r7`.
    #[serde(skip)]
    pub edition: String,
    /// 年度 as printed, e.g. `令和7年度`.
    pub year: String,
    /// The first day from which it is used: of several editions, the newest that has begun is taken.
    #[serde(deserialize_with = "day")]
    pub since: Date,
    /// The day whose state is asked for, where the form names one.
    #[serde(default, deserialize_with = "some_day")]
    pub as_of: Option<Date>,
    /// The last 目標日 that the form allows, where it names one.
    #[serde(default, deserialize_with = "some_day")]
    pub target_latest: Option<Date>,
    /// As printed.
    pub title: String,
    /// What it is, in English.
    pub title_en: String,
    /// Where the texts are from.
    pub source: String,
    /// In the printed order.
    #[serde(rename = "question")]
    pub questions: Vec<Question>,
}

/// One question.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// As printed, e.g. `Q8`, `2-(1)`.
    pub number: String,
    /// Its stable word, the same in every year, e.g. `ledger`.
    pub key: String,
    /// The heading under which it stands, as printed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// Its text, as printed.
    pub text: String,
    /// What it asks, in English.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text_en: Option<String>,
    /// What the form says about it, as printed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// The answers that the form prints; none where it prints none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<String>,
    /// What is to be selected where the condition is met, of a form that prints this one option and not the others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub select_when_met: Option<String>,
    /// Who can answer it.
    pub by: By,
    /// The form prints 1回目, 目標日 and 2回目: who answers いいえ at first names a day.
    #[serde(default)]
    pub target_date: bool,
    /// What only a person can say.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub person: Vec<Said>,
    /// What must be true for はい.
    #[serde(default, rename = "criterion", skip_serializing_if = "Vec::is_empty")]
    pub criteria: Vec<Criterion>,
}

/// Who can answer a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum By {
    /// Its criteria decide the draft.
    Computed,
    /// Its criteria can say いいえ and never はい: figures support the person who answers.
    Supported,
    /// A person alone.
    Person,
    /// The vendor alone, who fills in the form.
    Vendor,
}

impl By {
    /// Neither a scan nor the ledger says anything.
    pub fn is_person(self) -> bool {
        matches!(self, Self::Person | Self::Vendor)
    }
}

/// A text in two languages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Said {
    /// Japanese.
    pub text: String,
    /// English.
    pub text_en: String,
}

/// One thing that must be true for はい, and how it is measured: exactly one of `at_least`, `at_most`, `days` and `months`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Criterion {
    /// Its stable word.
    pub key: String,
    /// What must be true.
    pub text: String,
    /// The same in English.
    pub text_en: String,
    /// Which figure decides: one of [`figures::KEYS`].
    pub figure: String,
    /// The smallest share (0 to 1) or count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_least: Option<f64>,
    /// The largest share (0 to 1) or count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_most: Option<f64>,
    /// The date is no more days than this before the day of the answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days: Option<i32>,
    /// The date is no more months than this before the day of the answer, by the calendar.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub months: Option<i32>,
    /// Codes of findings that break it while they are open, whatever the figure says.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<String>,
    /// Not met, it is no reason for いいえ, only none for はい.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub hint: bool,
    /// What is to be done where it is not met.
    pub todo: String,
    /// The same in English.
    pub todo_en: String,
    /// How many days that usually takes: a proposal, for the proposed 目標日.
    #[serde(default = "a_month")]
    pub takes_days: i32,
}

fn a_month() -> i32 {
    30
}

/// A local date of TOML.
pub(super) fn day<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Date, D::Error> {
    let written = toml::value::Datetime::deserialize(deserializer)?;
    written.to_string().parse().map_err(|_| D::Error::custom(format!("{written} is not a day, e.g. 2026-03-31")))
}

fn some_day<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Date>, D::Error> {
    day(deserializer).map(Some)
}

/// A form file cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{file}: {wrong}")]
pub struct FormError {
    /// Its name.
    pub file: String,
    /// Why.
    pub wrong: Wrong,
}

/// What is wrong with a form file.
#[derive(Debug, thiserror::Error)]
pub enum Wrong {
    /// Not TOML, or not these keys.
    #[error(transparent)]
    Toml(#[from] Box<toml::de::Error>),
    /// The file's name is not `<form>-<edition>.toml`.
    #[error("the file's name must be {form}-<edition>.toml")]
    Name {
        /// The form that it holds.
        form: String,
    },
    /// A question or criterion stands there twice.
    #[error("{0} stands there twice")]
    Twice(String),
    /// A criterion names a figure that there is not.
    #[error("{criterion}: there is no figure {figure}")]
    Figure {
        /// Which criterion.
        criterion: String,
        /// Which figure.
        figure: String,
    },
    /// A criterion names a code of findings that there is not.
    #[error("{criterion}: there is no finding {code}")]
    Finding {
        /// Which criterion.
        criterion: String,
        /// Which code.
        code: String,
    },
    /// A criterion has none of `at_least`, `at_most`, `days` and `months`, or several.
    #[error("{0}: exactly one of at_least, at_most, days and months")]
    Measure(String),
    /// A question that is computed or supported has no criterion, or one for a person has some.
    #[error("{0}: who answers it does not fit its criteria")]
    By(String),
    /// A text is empty.
    #[error("{0}: an empty text")]
    Empty(String),
}

impl Form {
    /// Reads a form file; `codes` are the codes of all findings.
    pub fn parse(file: &str, text: &str, codes: &BTreeSet<String>) -> Result<Self, FormError> {
        let wrong = |wrong| FormError { file: file.to_owned(), wrong };
        let mut form: Self = toml::from_str(text).map_err(|source| wrong(Wrong::Toml(Box::new(source))))?;
        form.edition = edition(file, &form.form).ok_or_else(|| wrong(Wrong::Name { form: form.form.clone() }))?;
        form.check(codes).map_err(wrong)?;
        Ok(form)
    }

    /// It prints 1回目, 目標日 and 2回目.
    pub fn has_rounds(&self) -> bool {
        self.questions.iter().any(|question| question.target_date)
    }

    fn check(&self, codes: &BTreeSet<String>) -> Result<(), Wrong> {
        let mut keys = BTreeSet::new();
        for question in &self.questions {
            if !keys.insert(question.key.as_str()) {
                return Err(Wrong::Twice(question.key.clone()));
            }
            question.check(codes)?;
        }
        Ok(())
    }
}

impl Question {
    /// The form prints an answer: はい and いいえ, or what is to be selected. Of a form that prints none, a draft only
    /// says whether the criteria are met.
    pub fn has_answer(&self) -> bool {
        !self.options.is_empty() || self.select_when_met.is_some()
    }

    fn check(&self, codes: &BTreeSet<String>) -> Result<(), Wrong> {
        if self.criteria.is_empty() != self.by.is_person() {
            return Err(Wrong::By(self.key.clone()));
        }
        if [&self.number, &self.key, &self.text].into_iter().any(|text| text.trim().is_empty()) {
            return Err(Wrong::Empty(self.key.clone()));
        }
        let mut keys = BTreeSet::new();
        for criterion in &self.criteria {
            let name = format!("{}.{}", self.key, criterion.key);
            if !keys.insert(criterion.key.as_str()) {
                return Err(Wrong::Twice(name));
            }
            criterion.check(&name, codes)?;
        }
        Ok(())
    }
}

impl Criterion {
    fn check(&self, name: &str, codes: &BTreeSet<String>) -> Result<(), Wrong> {
        let measures = [self.at_least.is_some(), self.at_most.is_some(), self.days.is_some(), self.months.is_some()];
        if measures.into_iter().filter(|set| *set).count() != 1 {
            return Err(Wrong::Measure(name.to_owned()));
        }
        if !figures::exists(&self.figure) {
            return Err(Wrong::Figure { criterion: name.to_owned(), figure: self.figure.clone() });
        }
        if let Some(code) = self.findings.iter().find(|code| !codes.contains(*code)) {
            return Err(Wrong::Finding { criterion: name.to_owned(), code: code.clone() });
        }
        let texts = [&self.key, &self.text, &self.text_en, &self.todo, &self.todo_en];
        if texts.into_iter().any(|text| text.trim().is_empty()) {
            return Err(Wrong::Empty(name.to_owned()));
        }
        Ok(())
    }
}

impl fmt::Display for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.form, self.edition)
    }
}

/// What follows the form's word in the file's name.
fn edition(file: &str, form: &str) -> Option<String> {
    let rest = file.strip_suffix(".toml")?.strip_prefix(form)?.strip_prefix('-')?;
    let plain = !rest.is_empty() && rest.chars().all(|c| c.is_ascii_alphanumeric());
    plain.then(|| rest.to_owned())
}
