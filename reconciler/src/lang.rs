//! Japanese or English: chosen once, from `--lang` or the environment.

use serde::Deserialize;

/// The language of messages and reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Lang {
    /// 日本語.
    #[default]
    Ja,
    /// English.
    En,
}

impl Lang {
    /// The text of this language.
    pub fn pick<'a>(self, ja: &'a str, en: &'a str) -> &'a str {
        match self {
            Self::Ja => ja,
            Self::En => en,
        }
    }

    /// What the environment asks for: `LC_ALL`, then `LC_MESSAGES`, then `LANG` (POSIX, 8.2). Unset, and
    /// the `C` locale of a service manager, ask for nothing: Japanese.
    pub fn from_environment(get: impl Fn(&str) -> Option<String>) -> Self {
        let asked = ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().filter_map(get).find(|value| !value.is_empty());
        match asked.as_deref() {
            None | Some("C" | "POSIX" | "C.UTF-8" | "C.utf8") => Self::Ja,
            Some(locale) if locale.starts_with("ja") => Self::Ja,
            Some(_) => Self::En,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lang(variables: &[(&str, &str)]) -> Lang {
        Lang::from_environment(|name| {
            variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn the_environment_chooses_and_japanese_is_the_default() {
        assert_eq!(lang(&[]), Lang::Ja);
        assert_eq!(lang(&[("LANG", "C.UTF-8")]), Lang::Ja);
        assert_eq!(lang(&[("LANG", "en_US.UTF-8")]), Lang::En);
        assert_eq!(lang(&[("LANG", "en_US.UTF-8"), ("LC_ALL", "ja_JP.UTF-8")]), Lang::Ja);
        assert_eq!(lang(&[("LC_ALL", ""), ("LANG", "de_DE")]), Lang::En);
    }
}
