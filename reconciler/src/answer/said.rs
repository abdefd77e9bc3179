//! What counts as filled in: `config/answers.toml`.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use serde::Deserialize;
use unicode_normalization::UnicodeNormalization;

/// The table, as compiled in.
const TABLE: &str = include_str!("../../../config/answers.toml");

static WORDS: LazyLock<Words> = LazyLock::new(|| Words::parse(TABLE).expect("config/answers.toml is parsed by a test"));

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Words {
    empty: BTreeSet<String>,
    unknown: BTreeSet<String>,
    masks: BTreeSet<String>,
    open: BTreeSet<String>,
    outside: BTreeSet<String>,
}

impl Words {
    fn parse(text: &str) -> Result<Self, toml::de::Error> {
        let read: Self = toml::from_str(text)?;
        let folded = |words: BTreeSet<String>| words.iter().map(|word| fold(word)).collect();
        Ok(Self {
            empty: folded(read.empty),
            unknown: folded(read.unknown),
            masks: folded(read.masks),
            open: folded(read.open),
            outside: folded(read.outside),
        })
    }
}

/// Folds widths and case, and drops white space: two names that people read as one are one.
pub(super) fn fold(text: &str) -> String {
    text.nfkc().flat_map(char::to_lowercase).filter(|c| !c.is_whitespace()).collect()
}

/// A cell says something: it is neither empty nor a word for that, nor says that nobody knows, nor the form's example, nor
/// masked.
pub(super) fn is_said(text: &str) -> bool {
    let text = fold(text);
    let holds = |words: &BTreeSet<String>| words.iter().any(|word| text.contains(word.as_str()));
    text.contains(char::is_alphanumeric)
        && !WORDS.empty.contains(&text)
        && !holds(&WORDS.unknown)
        && !holds(&WORDS.masks)
}

/// The text, where it says something.
pub(super) fn said(text: &str) -> Option<&str> {
    is_said(text).then_some(text)
}

/// The text of 閉域 says that a segment is believed closed.
pub(super) fn is_closed(text: &str) -> bool {
    is_said(text) && !WORDS.open.contains(&fold(text)) || is_mark(text)
}

/// A circle is a mask in a text, and a yes in a column that asks.
fn is_mark(text: &str) -> bool {
    matches!(fold(text).as_str(), "○" | "〇" | "◯" | "●")
}

/// The text of 対象区分 says that a device is none of the medical information systems.
pub(super) fn is_outside(text: &str) -> bool {
    let text = fold(text);
    WORDS.outside.iter().any(|word| text.contains(word.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_empty() {
        for text in ["", " ", "　", "不明", "―", "-", "192.168.〇.〇", "〇〇電子カルテ", "Ｎ／Ａ", "ＸＸＸ", "？？"]
            .into_iter()
            .chain(["バージョン不明", "不明（メーカーに確認中）", "未", "調査中です", "問合せ中", "最新", "2F（未定）"])
        {
            assert!(!is_said(text), "{text}");
        }
        for text in ["1階 放射線科", "a医師", "10.0.19045", "Windows 11", "XP"] {
            assert!(is_said(text), "{text}");
        }
    }

    #[test]
    fn closed_is_what_is_not_said_to_be_open() {
        for text in ["閉域", "○", "有", "IP-VPN"] {
            assert!(is_closed(text), "{text}");
        }
        for text in ["", "不明", "無", "×", "インターネット可"] {
            assert!(!is_closed(text), "{text}");
        }
        assert!(is_outside("対象外（人事給与）") && !is_outside("対象"));
    }
}
