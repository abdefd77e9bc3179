//! What counts as filled in: `config/answers.toml`.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use jiff::civil::Date;
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
    denied: BTreeSet<String>,
    affirmed: BTreeSet<String>,
    not_done: BTreeSet<String>,
    not_done_but: BTreeSet<String>,
    no_contract: BTreeSet<String>,
    #[serde(deserialize_with = "super::question::day")]
    mds_since: Date,
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
            denied: folded(read.denied),
            affirmed: folded(read.affirmed),
            not_done: folded(read.not_done),
            not_done_but: folded(read.not_done_but),
            no_contract: folded(read.no_contract),
            mds_since: read.mds_since,
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

/// A cell about a measure says that it is taken: not that there is none, that it is still to come, or that nobody knows.
pub(super) fn is_done(text: &str) -> bool {
    let folded = fold(text);
    let (head, remark) = folded.split_once(['(', ':', '、', ',']).unwrap_or((&folded, ""));
    if WORDS.denied.contains(head) || is_taken_back(&folded) {
        return false;
    }
    // Only of a remark that says something more than `有`.
    let affirmed = WORDS.affirmed.contains(head) && !WORDS.unknown.iter().any(|word| remark.contains(word.as_str()));
    affirmed || is_said(text)
}

/// It says that there is no contract, so that nothing is to be filled in.
pub(super) fn is_without_contract(text: &str) -> bool {
    let text = fold(text);
    WORDS.no_contract.iter().any(|word| text.contains(word.as_str()))
}

/// It holds a word for what is not done, and that word is not part of one that means something else.
fn is_taken_back(folded: &str) -> bool {
    let harmless = |rest: String, word: &String| rest.replace(word.as_str(), " ");
    let rest = WORDS.not_done_but.iter().fold(folded.to_owned(), harmless);
    WORDS.not_done.iter().any(|word| rest.contains(word.as_str()))
}

/// The oldest day of an MDS/SDS that is still asked for.
pub(super) fn mds_since() -> Date {
    WORDS.mds_since
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
    fn a_measure_is_done_when_nothing_takes_it_back() {
        for text in [
            "有",
            "○",
            "有（送信元IP限定）",
            "○（FWで送信元を限定）",
            "203.0.113.5のみ許可",
            "未許可の端末は遮断",
            "インターネット側からの接続を許可していない",
            "死活監視（事業者、24時間）",
            "不要なポートを閉塞",
            "送信元IP限定（例外なし）",
            "済",
        ] {
            assert!(is_done(text), "{text}");
        }
        for text in [
            "",
            "無",
            "×",
            "なし",
            "特になし",
            "未",
            "未実施",
            "実施していない",
            "していません",
            "検討中",
            "令和8年度に予定",
            "制限なし",
            "無制限",
            "有（未設定）",
            "有：予定",
            "無（検討済）",
            "契約なし（記入不要）",
            "対象外",
            "不明",
            "有（確認中）",
            "監視せず",
            "依頼中",
            "〇〇社の拠点のみ",
            "ＯＦＦ",
        ] {
            assert!(!is_done(text), "{text}");
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
