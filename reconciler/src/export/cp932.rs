//! Text for programs that read CP932 (Windows' `Shift_JIS`), above all Excel.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use encoding_rs::SHIFT_JIS;
use serde::Deserialize;
use unicode_normalization::char::compose;

/// Which characters are another code of the same character: data.
const TABLE: &str = include_str!("../../../config/cp932.toml");
/// GETA MARK: how Japanese print shows that a character is missing.
const MISSING: char = '〓';

static CHARACTERS: LazyLock<Table> = LazyLock::new(|| toml::from_str(TABLE).expect("cp932.toml is parsed by a test"));

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    same: BTreeMap<char, char>,
    drop: Dropped,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Dropped {
    characters: BTreeSet<char>,
}

/// A text that CP932 can hold, and what it cannot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fitted {
    /// The text; every character that CP932 lacks is `〓`.
    pub text: String,
    /// The characters that it lacks, in order, each once.
    pub missing: Vec<char>,
}

/// Fits a text into CP932: other codes of the same character are replaced, and kana with a separate
/// voicing mark (as macOS writes file names) are put together.
pub(crate) fn fit(text: &str) -> Fitted {
    let mut fitted = Fitted { text: String::with_capacity(text.len()), missing: Vec::new() };
    let mut rest = text.chars().peekable();
    while let Some(read) = rest.next() {
        let joined = rest.peek().filter(|mark| matches!(mark, '\u{3099}' | '\u{309A}'));
        let joined = joined.and_then(|mark| compose(read, *mark));
        if joined.is_some() {
            rest.next();
        }
        let known = joined.unwrap_or(read);
        let known = CHARACTERS.same.get(&known).copied().unwrap_or(known);
        if CHARACTERS.drop.characters.contains(&known) {
            continue;
        }
        if is_held(known) {
            fitted.text.push(known);
        } else {
            fitted.text.push(MISSING);
            if !fitted.missing.contains(&known) {
                fitted.missing.push(known);
            }
        }
    }
    fitted
}

/// The octets of a fitted text.
pub(crate) fn encode(fitted: &str) -> Cow<'_, [u8]> {
    SHIFT_JIS.encode(fitted).0
}

/// CP932 gives the very same character back.
fn is_held(c: char) -> bool {
    let mut room = [0; 4];
    let text: &str = c.encode_utf8(&mut room);
    let (octets, _, lost) = SHIFT_JIS.encode(text);
    !lost && SHIFT_JIS.decode_without_bom_handling(&octets).0 == text
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn there_and_back(text: &str) -> String {
        SHIFT_JIS.decode_without_bom_handling(&encode(&fit(text).text)).0.into_owned()
    }

    #[test]
    fn other_codes_of_the_same_character_are_those_of_windows() {
        assert_eq!(there_and_back("8〜9時 −5℃ ‖ 30¢ £5 ¬ — ¥100 ‾"), "8～9時 －5℃ ∥ 30￠ ￡5 ￢ ― ￥100 ￣");
        assert!(fit("8〜9時 − ‖ ¢£¬ — ¥ ‾").missing.is_empty());
    }

    #[test]
    fn what_windows_added_stays() {
        for text in ["①㈱Ⅲ№℡", "髙﨑 神 德", "～－∥", "ｶﾀｶﾅ", "A\\B~C"] {
            assert_eq!(there_and_back(text), text);
        }
    }

    #[test]
    fn separate_voicing_marks_are_joined_and_nothing_else_is_folded() {
        assert_eq!(
            fit("サーハ\u{3099}ーPC フ\u{309A}リンタ"),
            Fitted { text: "サーバーPC プリンタ".into(), missing: vec![] }
        );
        // NFC would make 神 of it, another character of CP932.
        assert_eq!(fit("\u{FA19}").text, "\u{FA19}");
    }

    #[test]
    fn what_is_missing_is_told_once() {
        let fitted = fit("𠮷野 é 𠮷\u{200B}");
        assert_eq!((fitted.text.as_str(), fitted.missing.as_slice()), ("〓野 〓 〓", &['𠮷', 'é'][..]));
    }

    proptest! {
        #[test]
        fn every_fitted_text_comes_back_as_it_is(text in "\\PC*|[\\s\\S]{0,40}") {
            let fitted = fit(&text).text;
            let octets = encode(&fitted);
            prop_assert_eq!(SHIFT_JIS.decode_without_bom_handling(&octets).0, fitted.as_str());
        }
    }
}
