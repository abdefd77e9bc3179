//! Makers, whatever people and devices call them: ㈱富士通, FUJITSU LIMITED and 富士通株式会社 are one.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use serde::Deserialize;
use unicode_normalization::UnicodeNormalization;

/// The table that is compiled in.
pub const DEFAULT: &str = include_str!("../../../config/makers.toml");

/// Company forms that say nothing about who a maker is; longest first within a language.
const FORMS: [&str; 11] = [
    "株式会社",
    "(株)",
    "有限会社",
    "(有)",
    "合同会社",
    "corporation",
    "incorporated",
    "limited",
    "company",
    "gmbh",
    "k.k.",
];
/// Company forms that are only recognised as whole words.
const WORDS: [&str; 9] = ["inc", "corp", "co", "ltd", "llc", "ag", "kk", "plc", "bv"];

/// Maker spellings and the usual name that each stands for.
#[derive(Debug, Clone, Default)]
pub struct Makers {
    spellings: BTreeMap<String, String>,
    /// Lengths of spellings, in octets.
    lengths: BTreeSet<usize>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    makers: Vec<Vec<String>>,
}

impl Makers {
    /// Reads a table: rows of spellings, each headed by the usual name.
    pub fn parse(text: &str) -> Result<Self, toml::de::Error> {
        toml::from_str::<Table>(text).map(|table| Self::new(&table.makers))
    }

    /// The table that is compiled in; a test parses it.
    pub fn builtin() -> &'static Self {
        static BUILTIN: LazyLock<Makers> = LazyLock::new(|| Makers::parse(DEFAULT).unwrap_or_default());
        &BUILTIN
    }

    /// From rows of spellings, each headed by the usual name.
    pub fn new(rows: &[Vec<String>]) -> Self {
        let spelled = |row: &Vec<String>| {
            let name = row.first().cloned().unwrap_or_default();
            row.iter().map(|spelling| (folded(spelling), name.clone())).collect::<Vec<_>>()
        };
        let spellings: BTreeMap<String, String> = rows.iter().flat_map(spelled).collect();
        let lengths = spellings.keys().map(String::len).collect();
        Self { spellings, lengths }
    }

    /// The usual name by the longest spelling that the text begins with; two letters must be all of it.
    pub fn known(&self, text: &str) -> Option<&str> {
        let folded = folded(text);
        let beginnings = self.lengths.iter().rev().filter_map(|length| folded.get(..*length));
        let fits = |beginning: &&str| *beginning == folded || beginning.chars().count() > 2;
        beginnings.filter(fits).find_map(|beginning| self.spellings.get(beginning)).map(String::as_str)
    }

    /// The usual name where the text is one of its spellings as a whole: a company whose name only begins with a
    /// maker's is another one.
    pub fn named(&self, text: &str) -> Option<&str> {
        self.spellings.get(&folded(text)).map(String::as_str)
    }

    /// Whether two texts name one maker; `None` where nobody can tell, because a maker without a
    /// known spelling is written in two scripts.
    pub fn same(&self, one: &str, other: &str) -> Option<bool> {
        let (a, b) = (folded(one), folded(other));
        if a.is_empty() || b.is_empty() {
            return None;
        }
        match (self.known(one), self.known(other)) {
            (Some(a), Some(b)) => Some(a == b),
            _ if begins(&a, &b) || begins(&b, &a) => Some(true),
            _ if a.is_ascii() == b.is_ascii() => Some(false),
            _ => None,
        }
    }
}

fn begins(whole: &str, beginning: &str) -> bool {
    whole == beginning || (beginning.chars().count() > 2 && whole.starts_with(beginning))
}

/// Widths, case, company forms, spaces and punctuation removed.
pub fn folded(text: &str) -> String {
    let mut text: String = text.nfkc().collect::<String>().to_lowercase();
    for form in FORMS {
        text = text.replace(form, " ");
    }
    let words = text.split(|c: char| c.is_whitespace() || ",.、。".contains(c)).filter(|word| !WORDS.contains(word));
    words.collect::<String>().chars().filter(|c| c.is_alphanumeric() || *c == 'ー').collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_builtin_table_parses_and_no_spelling_stands_for_two_makers() {
        let table: Table = toml::from_str(DEFAULT).unwrap();
        let mut owners: BTreeMap<String, &str> = BTreeMap::new();
        for row in &table.makers {
            for spelling in row {
                let before = owners.insert(folded(spelling), &row[0]);
                assert!(before.is_none_or(|owner| owner == row[0]), "{spelling}: {before:?} and {}", row[0]);
            }
        }
        assert!(owners.len() > 250);
    }

    #[test]
    fn spellings_of_one_maker_are_the_same() {
        for (a, b) in [
            ("㈱富士通", "FUJITSU LIMITED"),
            ("富士通株式会社", "Fujitsu"),
            ("日本電気（株）", "NEC Corporation"),
            ("東芝メディカルシステムズ", "キヤノンメディカルシステムズ株式会社"),
            ("キャノン", "CANON INC."),
            ("ＧＥ横河メディカル", "GE HealthCare"),
            ("ヤマハ", "Yamaha (RTX/NVR)"),
            ("Hewlett-Packard", "HP Inc."),
            ("ACME", "Acme Co., Ltd."),
        ] {
            assert_eq!(Makers::builtin().same(a, b), Some(true), "{a} {b}");
        }
    }

    #[test]
    fn other_makers_are_others_and_some_cannot_be_compared() {
        let makers = Makers::builtin();
        assert_eq!(makers.same("富士通", "NEC"), Some(false));
        assert_eq!(makers.same("富士フイルムビジネスイノベーション", "FUJIFILM Corporation"), Some(false));
        assert_eq!(makers.same("Canon", "Canon Medical Systems"), Some(false));
        assert_eq!(makers.same("A社", "FUJITSU"), None);
        assert_eq!(makers.same("", "NEC"), None);
    }

    #[test]
    fn a_usual_name_is_what_people_say() {
        for (text, name) in [
            ("HEWLETT PACKARD", "HP"),
            ("NEC Platforms (Aterm, IX)", "NEC"),
            ("Cisco Systems, Inc", "Cisco"),
            ("Schneider Electric / APC", "APC"),
            ("FUJI XEROX CO., LTD.", "FUJIFILM Business Innovation"),
        ] {
            assert_eq!(Makers::builtin().known(text), Some(name), "{text}");
        }
        assert_eq!(Makers::builtin().known("Hpx"), None);
    }

    #[test]
    fn a_company_that_only_begins_like_a_maker_is_not_named_so() {
        let makers = Makers::builtin();
        assert_eq!(makers.named("㈱富士通"), Some("Fujitsu"));
        assert_eq!((makers.known("NECネッツエスアイ"), makers.named("NECネッツエスアイ")), (Some("NEC"), None));
    }
}
