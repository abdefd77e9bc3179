//! Which spellings mean the same: variant characters, and operating systems, by `config/aliases.toml`.

use std::collections::BTreeMap;

use serde::Deserialize;
use unicode_normalization::UnicodeNormalization;

/// The table that is compiled in.
const DEFAULT: &str = include_str!("../../../config/aliases.toml");

/// The spellings.
#[derive(Debug, Clone)]
pub struct Aliases {
    variants: BTreeMap<char, char>,
    /// Spelling and family, the longest spelling first.
    families: Vec<(String, usize)>,
    editions: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    variants: BTreeMap<char, char>,
    os: Systems,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Systems {
    families: Vec<Vec<String>>,
    editions: Vec<String>,
}

impl Aliases {
    /// The table that is compiled in.
    ///
    /// # Panics
    /// Never: a test parses the same table.
    pub fn builtin() -> Self {
        Self::parse(DEFAULT).expect("config/aliases.toml is parsed by a test")
    }

    fn parse(text: &str) -> Result<Self, toml::de::Error> {
        let file: File = toml::from_str(text)?;
        let spelled = |(family, spellings): (usize, Vec<String>)| spellings.into_iter().map(move |one| (one, family));
        let mut families: Vec<(String, usize)> = file.os.families.into_iter().enumerate().flat_map(spelled).collect();
        families.sort_by_key(|(spelling, _)| std::cmp::Reverse(spelling.len()));
        let mut editions = file.os.editions;
        editions.sort_by_key(|word| std::cmp::Reverse(word.len()));
        Ok(Self { variants: file.variants, families, editions })
    }

    /// The text without what makes no difference to people: widths, case, blanks, the shape of a character.
    pub fn folded(&self, text: &str) -> String {
        let fold = |text: &str| -> String {
            let plain = text.nfkc().flat_map(char::to_lowercase).filter(|c| !c.is_whitespace());
            plain.map(|c| self.variants.get(&c).copied().unwrap_or(c)).collect()
        };
        // A small letter may join the mark behind it though the capital did not, and so may two between which a blank stood.
        fold(&fold(&fold(text)))
    }

    /// The usual shape of a character.
    pub fn shape(&self, c: char) -> char {
        self.variants.get(&c).copied().unwrap_or(c)
    }

    /// The two texts name the same operating system; one that says no version or edition leaves it open.
    pub fn same_system(&self, one: &str, other: &str) -> bool {
        let ((family, version), (other_family, other_version)) = (self.system(one), self.system(other));
        family == other_family && (version.is_empty() || other_version.is_empty() || version == other_version)
    }

    /// Family and version; the whole text is the family where none is known.
    fn system(&self, text: &str) -> (String, String) {
        let folded = self.folded(text).replace("microsoft", "").replace(['-', '_'], "");
        let known = self.families.iter().find_map(|(spelling, family)| {
            let rest = folded.strip_prefix(spelling.as_str())?;
            // `windows1` is no spelling of `windows10`, nor `ws2012` of `ws2012r2`, which is longer and came first.
            (!rest.starts_with(|c: char| c.is_ascii_digit()) || !spelling.ends_with(|c: char| c.is_ascii_digit()))
                .then(|| (family.to_string(), rest.to_owned()))
        });
        let (family, mut version) = known.unwrap_or_else(|| (folded.clone(), String::new()));
        for edition in &self.editions {
            version = version.replace(edition.as_str(), "");
        }
        (family, version)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn spellings_of_a_system_are_one() {
        let aliases = Aliases::builtin();
        for (one, other) in [
            ("Win11", "Windows 11 Pro"),
            ("Ｗｉｎｄｏｗｓ　１１", "win11"),
            ("Windows 11 Pro 23H2", "Win11"),
            ("Windows 11 Pro 23H2", "Windows 11 Enterprise 23H2"),
            ("WS2019", "Windows Server 2019 Standard"),
            ("Microsoft Windows 10", "Win10"),
            ("RHEL 8.4", "Red Hat Enterprise Linux 8.4"),
        ] {
            assert!(aliases.same_system(one, other), "{one} {other}");
        }
        for (one, other) in [
            ("Win11", "Win10"),
            ("Windows 11 23H2", "Windows 11 24H2"),
            ("Windows Server 2012", "Windows Server 2012 R2"),
            ("Windows 10", "Windows 100"),
            ("VxWorks", "QNX"),
        ] {
            assert!(!aliases.same_system(one, other), "{one} {other}");
        }
    }

    #[test]
    fn the_shape_of_a_character_makes_no_difference() {
        let aliases = Aliases::builtin();
        assert_eq!(aliases.folded("髙﨑　第２診察室"), aliases.folded("高崎第2診察室"));
        assert_ne!(aliases.folded("第1診察室"), aliases.folded("第2診察室"));
    }

    #[test]
    fn a_capital_that_has_no_form_with_its_mark_is_folded_with_it() {
        let aliases = Aliases::builtin();
        assert_eq!(aliases.folded("T\u{308}"), aliases.folded("t\u{308}"));
        assert_eq!(aliases.folded("t \u{308}"), "\u{1e97}");
    }

    proptest! {
        #[test]
        fn every_text_is_the_same_as_itself(text in "\\PC*") {
            let aliases = Aliases::builtin();
            prop_assert!(aliases.same_system(&text, &text));
            prop_assert_eq!(aliases.folded(&aliases.folded(&text)), aliases.folded(&text));
        }
    }
}
