//! How carefully a device that the ledger declares medical is treated: `config/care.toml`.

use std::sync::LazyLock;

use daicho_shared::class::Care;
use serde::Deserialize;
use unicode_normalization::UnicodeNormalization;

use crate::judge::entry::{DeviceType, Entry, Field, Register};

/// The table that is compiled in.
const DEFAULT: &str = include_str!("../../../config/care.toml");

/// Words of the ledger, folded.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Words {
    presence: Vec<String>,
    verify: Vec<String>,
}

/// The care that the ledger asks for; none for a row that declares no medical device.
pub(super) fn care(entry: &Entry) -> Care {
    if entry.register != Register::Medical && entry.device_type != Some(DeviceType::Medical) {
        return Care::None;
    }
    let texts = texts(entry);
    let says = |words: &[String]| words.iter().any(|word| texts.iter().any(|text| holds(text, word)));
    if !says(&WORDS.presence) && says(&WORDS.verify) { Care::Verify } else { Care::Presence }
}

static WORDS: LazyLock<Words> = LazyLock::new(|| {
    // A test parses the table; without words, every medical device gets presence only.
    let words = toml::from_str(DEFAULT).unwrap_or(Words { presence: vec![], verify: vec![] });
    let folded = |words: Vec<String>| words.iter().map(|word| fold(word)).collect();
    Words { presence: folded(words.presence), verify: folded(words.verify) }
});

/// What the row says of its kind, folded.
fn texts(entry: &Entry) -> Vec<String> {
    let raw = entry.cells.get(&Field::DeviceType).map(|cell| cell.raw.as_str());
    let told = [raw, entry.description.as_deref(), entry.model.as_deref()].into_iter().flatten();
    let software = entry.software.iter().map(|software| software.name.as_str());
    told.chain(software).map(fold).collect()
}

fn fold(text: &str) -> String {
    text.nfkc().flat_map(char::to_lowercase).collect()
}

/// The text holds the word; a word of letters and digits stands by itself in it.
fn holds(text: &str, word: &str) -> bool {
    let whole = word.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let joins = |neighbour: Option<char>| whole && neighbour.is_some_and(|c| c.is_ascii_alphanumeric());
    text.match_indices(word).any(|(at, found)| {
        let after = text[at + found.len()..].chars().next();
        !joins(text[..at].chars().next_back()) && !joins(after)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::agent_config::tests::entry;

    fn care_for(words: &str) -> Care {
        let entry = entry("medical", None, "10.20.0.5", "00:80:A3:00:00:05");
        care(&Entry { description: Some(words.to_owned()), ..entry })
    }

    #[test]
    fn the_table_parses() {
        let words: Words = toml::from_str(DEFAULT).unwrap();
        assert!(words.presence.len() > 20 && words.verify.len() > 20);
    }

    #[test]
    fn images_are_verified_and_everything_else_is_left_in_peace() {
        for words in
            ["64列CT", "1.5T MRI", "ＣＲ装置", "超音波診断装置", "血管撮影装置", "画像サーバ", "PACS", "mr装置"]
        {
            assert_eq!(care_for(words), Care::Verify, "{words}");
        }
        for words in
            ["輸液ポンプ", "セントラルモニタ", "人工呼吸器", "CT用造影剤注入装置", "血球計数装置", "CTG", "", "温度計"]
        {
            assert_eq!(care_for(words), Care::Presence, "{words}");
        }
    }

    #[test]
    fn a_row_that_declares_no_medical_device_asks_for_nothing() {
        let entry = entry("equipment", Some("client"), "10.20.0.5", "00:80:A3:00:00:05");
        assert_eq!(care(&Entry { description: Some("CT操作用PC".to_owned()), ..entry }), Care::None);
    }
}
