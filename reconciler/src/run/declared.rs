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
    let told =
        [raw, entry.description.as_deref(), entry.purpose.as_deref(), entry.model.as_deref()].into_iter().flatten();
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

    #[test]
    fn the_table_parses() {
        let words: Words = toml::from_str(DEFAULT).unwrap();
        assert!(words.presence.len() > 20 && words.verify.len() > 20);
    }
}
