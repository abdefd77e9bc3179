//! The message catalogue: every word that people read, in Japanese and in English.
//!
//! Words are plain functions over the judge's types, so that a kind without words does not compile and
//! no language can be missing: each place gives both.

mod advice;
pub(crate) mod answer;
pub(crate) mod answer_points;
pub(crate) mod basis;
pub mod blind;
pub(crate) mod closed;
mod column;
pub mod date;
pub mod device;
pub mod diagram;
pub mod enquiry;
mod exit;
pub mod export;
pub mod field;
pub mod finding;
pub mod fixed;
pub(crate) mod graded;
pub mod headings;
mod heard;
pub(crate) mod hint;
pub mod hypothesis;
pub(crate) mod layout;
pub mod level;
pub mod observation;
pub mod phrase;
pub mod problem;
pub mod standing;
mod uplink;
pub mod vendor;

/// The language of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Lang {
    /// 日本語, the first language.
    #[default]
    Ja,
    /// English.
    En,
}

impl Lang {
    /// Reads the value of `LC_ALL`, `LC_MESSAGES` or `LANG`. Unset, `C` and `POSIX` name no language and
    /// leave the first one; any other language that is not Japanese is served better by English.
    pub fn from_env(value: &str) -> Self {
        let language = value.split(['_', '.', '@']).next().unwrap_or_default().to_ascii_lowercase();
        match language.as_str() {
            "" | "c" | "posix" | "ja" | "japanese" => Self::Ja,
            _ => Self::En,
        }
    }

    /// `ja` or `en`.
    pub fn tag(self) -> &'static str {
        self.pick("ja", "en")
    }

    /// The text of this language.
    pub fn pick<T>(self, ja: T, en: T) -> T {
        match self {
            Self::Ja => ja,
            Self::En => en,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_names_the_language() {
        for (value, lang) in [
            ("", Lang::Ja),
            ("C.UTF-8", Lang::Ja),
            ("POSIX", Lang::Ja),
            ("ja_JP.UTF-8", Lang::Ja),
            ("en_GB.UTF-8", Lang::En),
            ("de_DE@euro", Lang::En),
            ("EN", Lang::En),
        ] {
            assert_eq!(Lang::from_env(value), lang, "{value}");
        }
    }
}
