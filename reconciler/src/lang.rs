//! Japanese or English: chosen once, from `--lang` or the environment.

pub use crate::render::words::Lang;

/// How the languages are named in settings and on the command line.
pub const TAGS: [&str; 2] = ["ja", "en"];

/// The language of a tag.
pub fn from_tag(tag: &str) -> Option<Lang> {
    match tag {
        "ja" => Some(Lang::Ja),
        "en" => Some(Lang::En),
        _ => None,
    }
}

/// What the environment asks for: `LC_ALL`, then `LC_MESSAGES`, then `LANG` (POSIX, 8.2).
pub fn from_environment(get: impl Fn(&str) -> Option<String>) -> Lang {
    let asked = ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().filter_map(get).find(|value| !value.is_empty());
    Lang::from_env(asked.as_deref().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lang(variables: &[(&str, &str)]) -> Lang {
        from_environment(|name| variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned()))
    }

    #[test]
    fn the_environment_chooses_and_japanese_is_the_default() {
        assert_eq!(lang(&[]), Lang::Ja);
        assert_eq!(lang(&[("LANG", "C.UTF-8")]), Lang::Ja);
        assert_eq!(lang(&[("LANG", "en_US.UTF-8")]), Lang::En);
        assert_eq!(lang(&[("LANG", "en_US.UTF-8"), ("LC_ALL", "ja_JP.UTF-8")]), Lang::Ja);
        assert_eq!(lang(&[("LC_ALL", ""), ("LANG", "de_DE")]), Lang::En);
    }

    #[test]
    fn every_tag_is_a_language() {
        assert!(TAGS.into_iter().all(|tag| from_tag(tag).is_some()));
        assert_eq!(from_tag("JA"), None);
    }
}
