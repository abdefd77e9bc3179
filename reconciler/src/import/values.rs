//! Which word of a cell means which value: `config/values.toml`.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::cells::label::Label;
use super::fold::{heading_key, key};
use crate::judge::entry::{DeviceType, FourValued, Status};

/// The table that is compiled in.
pub const DEFAULT: &str = include_str!("../../../config/values.toml");

/// The words, folded.
#[derive(Debug, Clone)]
pub(crate) struct Words {
    status: BTreeMap<String, Status>,
    answer: BTreeMap<String, FourValued>,
    device_type: BTreeMap<String, DeviceType>,
    dynamic: Vec<String>,
    none: BTreeSet<String>,
    labels: Vec<(String, Label)>,
    ditto: BTreeSet<String>,
    totals: BTreeSet<String>,
    footers: BTreeSet<String>,
    ends: BTreeSet<String>,
    /// What columns and sheets say about devices that are gone.
    pub(crate) disposed: Disposed,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    status: BTreeMap<Status, Vec<String>>,
    answer: Answers,
    device_type: BTreeMap<DeviceType, Vec<String>>,
    address: Address,
    ditto: Ditto,
    skip_rows: SkipRows,
    disposed: Disposed,
}

/// Words about devices that are gone; one of them inside a text is enough.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Disposed {
    /// The device is still there, whatever else the text says.
    pub not_yet: Vec<String>,
    /// The device is gone.
    pub done: Vec<String>,
    /// A sheet with such a name holds devices that are gone.
    pub sheets: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Answers {
    yes: Vec<String>,
    no: Vec<String>,
    unknown: Vec<String>,
    no_contract: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Address {
    dynamic: Vec<String>,
    none: Vec<String>,
    others: Vec<String>,
    numbers: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Ditto {
    marks: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SkipRows {
    totals: Vec<String>,
    footers: Vec<String>,
    ends: Vec<String>,
}

impl Words {
    /// Reads `values.toml`.
    pub(crate) fn parse(text: &str) -> Result<Self, toml::de::Error> {
        let file: File = toml::from_str(text)?;
        let answers = [
            (FourValued::Yes, file.answer.yes),
            (FourValued::No, file.answer.no),
            (FourValued::Unknown, file.answer.unknown),
            (FourValued::NoContract, file.answer.no_contract),
        ];
        let others = file.address.others.iter().map(|word| (key(word), Label::Other));
        let numbers = file.address.numbers.iter().map(|word| (key(word), Label::Number));
        Ok(Self {
            labels: others.chain(numbers).collect(),
            status: by_word(file.status),
            answer: by_word(answers),
            device_type: by_word(file.device_type),
            dynamic: file.address.dynamic.iter().map(|word| key(word)).collect(),
            none: file.address.none.iter().map(|word| key(word)).collect(),
            ditto: file.ditto.marks.iter().map(|word| key(word)).collect(),
            footers: file.skip_rows.footers.iter().map(|word| key(word)).collect(),
            ends: file.skip_rows.ends.iter().map(|word| key(word)).collect(),
            disposed: file.disposed,
            totals: file.skip_rows.totals.iter().map(|word| key(word)).collect(),
        })
    }

    /// The first cell of a row below the table that says who wrote it: `作成者：山田`.
    pub(crate) fn is_footer(&self, text: &str) -> bool {
        let word = key(text);
        self.footers.contains(word.split(':').next().unwrap_or_default())
    }

    /// The first cell of what is no ledger any more: `■更新履歴`.
    pub(crate) fn ends_table(&self, text: &str) -> bool {
        self.ends.contains(&heading_key(text))
    }

    /// 状態.
    pub(crate) fn status(&self, text: &str) -> Option<Status> {
        lookup(&self.status, text)
    }

    /// 有, 無, 不明 or 契約なし. What a remark takes back (`有（未確認）`, `有（未設定）`) is not known.
    pub(crate) fn answer(&self, text: &str) -> Option<FourValued> {
        let answer = lookup(&self.answer, text)?;
        let remark = remark(text).and_then(|remark| self.answer.get(&remark));
        let taken_back = match answer {
            FourValued::Yes => matches!(remark, Some(FourValued::No | FourValued::Unknown)),
            FourValued::No | FourValued::NoContract => remark == Some(&FourValued::Unknown),
            FourValued::Unknown => false,
        };
        Some(if taken_back { FourValued::Unknown } else { answer })
    }

    /// 機器区分.
    pub(crate) fn device_type(&self, text: &str) -> Option<DeviceType> {
        lookup(&self.device_type, text)
    }

    /// Says that the address is handed out.
    pub(crate) fn is_dynamic(&self, text: &str) -> bool {
        let text = key(text);
        self.dynamic.iter().any(|word| text.contains(word.as_str()))
    }

    /// Says that there is no value.
    pub(crate) fn is_none(&self, text: &str) -> bool {
        super::fold::is_dash(text) || self.none.contains(&key(text))
    }

    /// What a word beside an address says of the value behind it, where that is not the device's: `優先DNS1`, `VLAN20`.
    pub(crate) fn label(&self, text: &str) -> Option<Label> {
        let word = key(text);
        let word = word.trim_end_matches(|c: char| c.is_ascii_digit());
        self.labels.iter().find(|(known, _)| word.ends_with(known.as_str())).map(|(_, label)| *label)
    }

    /// Says that the value is that of the cell above.
    pub(crate) fn is_ditto(&self, text: &str) -> bool {
        self.ditto.contains(&key(text))
    }

    /// The first cell of a row of totals.
    pub(crate) fn is_total(&self, text: &str) -> bool {
        let text = key(text);
        let bare = text.trim_end_matches(|c: char| c.is_ascii_digit() || matches!(c, ':' | '台' | '件'));
        self.totals.contains(bare)
    }
}

fn by_word<T: Copy>(table: impl IntoIterator<Item = (T, Vec<String>)>) -> BTreeMap<String, T> {
    table.into_iter().flat_map(|(value, words)| words.into_iter().map(move |word| (key(&word), value))).collect()
}

/// The word, or what stands before its remark: `有（図番NW-01）`, `有: 送信元限定`.
fn lookup<T: Copy>(table: &BTreeMap<String, T>, text: &str) -> Option<T> {
    let word = key(text);
    let head = word.split(REMARK).next().unwrap_or_default();
    table.get(&word).or_else(|| table.get(head)).copied()
}

/// What begins a remark.
const REMARK: [char; 5] = ['(', ':', '、', ',', '/'];

/// What stands behind the word: `未確認` of `有（未確認）`.
fn remark(text: &str) -> Option<String> {
    let word = key(text);
    let (_, remark) = word.split_once(REMARK)?;
    Some(remark.trim_end_matches(')').to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words() -> Words {
        Words::parse(DEFAULT).unwrap()
    }

    #[test]
    fn words_of_every_width_are_understood() {
        assert_eq!(words().status("　稼働中 "), Some(Status::Active));
        assert_eq!(words().status("廃棄（R6.3）"), Some(Status::Retired));
        assert_eq!(words().answer("有：送信元IP限定"), Some(FourValued::Yes));
        assert_eq!(words().answer("契約なし（記入不要）"), Some(FourValued::NoContract));
        for text in ["有（未確認）", "有：未設定", "有（予定）", "無（確認中）", "契約なし（要確認）"]
        {
            assert_eq!(words().answer(text), Some(FourValued::Unknown), "{text}");
        }
        for text in ["未実施", "していない", "なし", "制限なし"] {
            assert_eq!(words().answer(text), Some(FourValued::No), "{text}");
        }
        assert_eq!(words().answer("検討中"), Some(FourValued::Unknown));
        assert_eq!(words().answer("－"), Some(FourValued::No));
        assert_eq!(words().device_type("ﾉｰﾄＰＣ"), Some(DeviceType::Client));
        assert_eq!(words().status("たぶん"), None);
    }

    #[test]
    fn marks_and_totals_are_known() {
        assert!(words().is_ditto("〃") && words().is_ditto(" 同上 ") && !words().is_ditto("同上階"));
        assert!(words().is_total("合計：12台") && words().is_total("小 計") && !words().is_total("計算機"));
        assert!(words().is_none("－") && words().is_none("なし") && !words().is_none("10.0.0.1"));
    }

    #[test]
    fn no_word_means_two_values() {
        let file: File = toml::from_str(DEFAULT).unwrap();
        let mut seen = BTreeMap::new();
        for (status, list) in file.status {
            for word in list {
                assert_eq!(seen.insert(key(&word), status).filter(|earlier| *earlier != status), None, "{word}");
            }
        }
    }
}
