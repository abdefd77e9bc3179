//! What vendors are asked: `config/vendor_questions.toml`.

use std::sync::LazyLock;

use serde::Deserialize;
use unicode_normalization::UnicodeNormalization;

use crate::judge::entry::{Field, FourValued};

/// The table that is compiled in.
pub const DEFAULT: &str = include_str!("../../../config/vendor_questions.toml");

/// The questions, and the words of the answers.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Questions {
    answers: Words<Vec<String>>,
    answers_en: Words<String>,
    /// In the order of the columns.
    #[serde(rename = "question")]
    pub list: Vec<Question>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Words<T> {
    yes: T,
    no: T,
    unknown: T,
    no_contract: T,
}

impl<T> Words<T> {
    fn of(&self, value: FourValued) -> &T {
        match value {
            FourValued::Yes => &self.yes,
            FourValued::No => &self.no,
            FourValued::Unknown => &self.unknown,
            FourValued::NoContract => &self.no_contract,
        }
    }
}

/// One question: one column.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// Its name, under which answers are kept.
    pub key: String,
    /// On which sheet it stands.
    pub sheet: Page,
    /// What may be answered.
    pub kind: Kind,
    /// The column's heading.
    pub heading: String,
    /// The same in English.
    pub heading_en: String,
    /// What is asked.
    pub text: String,
    /// The same in English.
    pub text_en: String,
    /// Where there is remote maintenance, or a disclosure, a blank is told.
    #[serde(default)]
    pub needed: bool,
    /// Of a day: it lies in the past; one that has not come is told.
    #[serde(default)]
    pub past: bool,
    /// The ledger's column that knows something of it.
    #[serde(default)]
    pub field: Option<Field>,
    /// Of a choice.
    #[serde(default)]
    pub choices: Vec<Choice>,
}

/// One of several answers.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    /// Its name, under which it is kept.
    pub key: String,
    /// In Japanese.
    pub ja: String,
    /// In English.
    pub en: String,
}

/// A sheet that is filled in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Page {
    /// 対象機器.
    Devices,
    /// リモートメンテナンス.
    Remote,
    /// MDS/SDS.
    Disclosure,
}

/// What may be answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// 有, 無, 不明, 契約なし.
    Answer,
    /// One of [`Question::choices`].
    Choice,
    /// A day.
    Date,
    /// Anything.
    Text,
}

/// The four answers, in the order of the list.
pub const ANSWERS: [FourValued; 4] = [FourValued::Yes, FourValued::No, FourValued::Unknown, FourValued::NoContract];

impl Questions {
    /// The table that is compiled in; a test parses it.
    ///
    /// # Panics
    /// Never: see there.
    pub fn builtin() -> &'static Self {
        static BUILTIN: LazyLock<Questions> =
            LazyLock::new(|| toml::from_str(DEFAULT).expect("config/vendor_questions.toml is parsed by a test"));
        &BUILTIN
    }

    /// The columns of one sheet.
    pub fn of(&self, page: Page) -> impl Iterator<Item = &Question> {
        self.list.iter().filter(move |question| question.sheet == page)
    }

    /// The question of this name.
    pub fn get(&self, key: &str) -> Option<&Question> {
        self.list.iter().find(|question| question.key == key)
    }

    /// The word of an answer.
    pub fn word(&self, answer: FourValued, english: bool) -> &str {
        if english { self.answers_en.of(answer) } else { self.answers.of(answer).first().map_or("", String::as_str) }
    }

    /// The answer that a word means, in whatever language it was filled in.
    pub fn answer(&self, word: &str) -> Option<FourValued> {
        let word = fold(word);
        ANSWERS.into_iter().find(|answer| self.answers.of(*answer).iter().any(|known| fold(known) == word))
    }
}

impl Question {
    /// The choice that a word means.
    pub fn choice(&self, word: &str) -> Option<&Choice> {
        let word = fold(word);
        self.choices.iter().find(|choice| [&choice.ja, &choice.en].into_iter().any(|known| fold(known) == word))
    }
}

fn fold(text: &str) -> String {
    text.nfkc().flat_map(char::to_lowercase).filter(|c| !c.is_whitespace()).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::judge::vendor::{DISCLOSURE, REMOTE};

    #[test]
    fn the_builtin_questions_parse_and_have_what_their_kind_needs() {
        let questions = Questions::builtin();
        let keys: BTreeSet<&str> = questions.list.iter().map(|question| question.key.as_str()).collect();
        assert_eq!(keys.len(), questions.list.len());
        for question in &questions.list {
            assert_eq!(question.choices.is_empty(), question.kind != Kind::Choice, "{}", question.key);
            let english = [&question.heading_en, &question.text_en];
            assert!(!question.text.is_empty() && english.iter().all(|text| !text.chars().any(is_japanese)));
        }
        for (page, gate) in [(Page::Remote, REMOTE), (Page::Disclosure, DISCLOSURE)] {
            let first = questions.of(page).next().unwrap();
            assert_eq!((first.key.as_str(), first.kind), (gate, Kind::Answer));
        }
    }

    fn is_japanese(c: char) -> bool {
        matches!(c, '\u{3000}'..='\u{30ff}' | '\u{4e00}'..='\u{9fff}')
    }

    #[test]
    fn every_question_of_the_training_is_asked() {
        for key in [
            "purpose",
            "who",
            "from",
            "how",
            "source_restriction",
            "account_assignment",
            "auth_method",
            "terminal_patched",
            "terminal_supported",
            "terminal_checked",
            "timing",
            "notice",
            "evidence",
        ] {
            assert_eq!(Questions::builtin().get(key).unwrap().sheet, Page::Remote, "{key}");
        }
    }

    #[test]
    fn four_answers_are_read_in_both_languages_and_nothing_else_is() {
        let questions = Questions::builtin();
        for answer in ANSWERS {
            assert_eq!(questions.answer(questions.word(answer, false)), Some(answer));
            assert_eq!(questions.answer(questions.word(answer, true)), Some(answer));
        }
        assert_eq!(questions.answer("契約なし(記入不要)"), Some(FourValued::NoContract));
        for other in ["", "-", "○", "はい", "有無", "無回答"] {
            assert_eq!(questions.answer(other), None, "{other}");
        }
        let accounts = questions.get("account_assignment").unwrap();
        assert_eq!(accounts.choice("共用").map(|choice| choice.key.as_str()), Some("shared"));
        assert!(accounts.choice("個人").is_none());
    }
}
