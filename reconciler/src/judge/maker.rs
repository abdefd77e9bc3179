//! Makers, whatever people and devices call them: ㈱富士通, FUJITSU LIMITED and 富士通株式会社 are one.

use std::collections::BTreeMap;

use unicode_normalization::UnicodeNormalization;

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

/// Maker spellings and the name each stands for.
#[derive(Debug, Clone)]
pub struct Makers(BTreeMap<String, String>);

impl Makers {
    /// From rows of spellings, each row headed by the name used for comparison.
    pub fn new(rows: &[Vec<String>]) -> Self {
        let spelled = |row: &Vec<String>| {
            let name = row.first().cloned().unwrap_or_default();
            row.iter().map(|spelling| (folded(spelling), name.clone())).collect::<Vec<_>>()
        };
        Self(rows.iter().flat_map(spelled).collect())
    }

    /// The comparison name of the longest spelling that the text begins with.
    pub fn known(&self, text: &str) -> Option<&str> {
        let folded = folded(text);
        let fits = |spelling: &&String| {
            folded == **spelling || (spelling.chars().count() > 2 && folded.starts_with(&**spelling))
        };
        let longest = self.0.keys().filter(fits).max_by_key(|spelling| spelling.len())?;
        self.0.get(longest).map(String::as_str)
    }

    /// Whether two texts name one maker; `None` where nobody can tell, because a maker without a
    /// known spelling is written in two scripts.
    pub fn same(&self, one: &str, other: &str) -> Option<bool> {
        let (a, b) = (folded(one), folded(other));
        if a.is_empty() || b.is_empty() {
            return None;
        }
        if a == b || (a.chars().count() > 2 && b.starts_with(&a)) || (b.chars().count() > 2 && a.starts_with(&b)) {
            return Some(true);
        }
        match (self.known(one), self.known(other)) {
            (Some(a), Some(b)) => Some(a == b),
            _ if a.is_ascii() == b.is_ascii() => Some(false),
            _ => None,
        }
    }
}

/// Widths, case, company forms, spaces and punctuation removed.
fn folded(text: &str) -> String {
    let mut text: String = text.nfkc().collect::<String>().to_lowercase();
    for form in FORMS {
        text = text.replace(form, " ");
    }
    let words = text.split(|c: char| c.is_whitespace() || ",.、。".contains(c)).filter(|word| !WORDS.contains(word));
    words.collect::<String>().chars().filter(|c| c.is_alphanumeric() || *c == 'ー').collect()
}

#[cfg(test)]
mod tests {
    use super::super::knowledge::Knowledge;

    #[test]
    fn spellings_of_one_maker_are_the_same() {
        let makers = Knowledge::builtin().makers;
        for (a, b) in [
            ("㈱富士通", "FUJITSU LIMITED"),
            ("富士通株式会社", "Fujitsu"),
            ("日本電気（株）", "NEC Corporation"),
            ("東芝メディカルシステムズ", "キヤノンメディカルシステムズ株式会社"),
            ("キャノン", "CANON INC."),
            ("ＧＥ横河メディカル", "GE HealthCare"),
            ("ヤマハ", "Yamaha (RTX/NVR)"),
            ("ACME", "Acme Co., Ltd."),
        ] {
            assert_eq!(makers.same(a, b), Some(true), "{a} {b}");
        }
    }

    #[test]
    fn other_makers_are_others_and_some_cannot_be_compared() {
        let makers = Knowledge::builtin().makers;
        assert_eq!(makers.same("富士通", "NEC"), Some(false));
        assert_eq!(makers.same("富士フイルムビジネスイノベーション", "FUJIFILM Corporation"), Some(false));
        assert_eq!(makers.same("A社", "FUJITSU"), None);
        assert_eq!(makers.same("", "NEC"), None);
    }
}
