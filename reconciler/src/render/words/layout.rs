//! How a ledger file's columns would be read.

use super::Lang;
use super::column;
use crate::import::layout::{How, State};
use crate::judge::entry::Field;

/// Headings of the table.
pub(crate) const HEADINGS: [(&str, &str); 4] =
    [("列", "Col."), ("見出し", "Heading"), ("読み方", "Read as"), ("値の例", "Samples")];

/// The file.
pub(crate) fn file(name: &str, encoding: Option<&str>, lang: Lang) -> String {
    match (encoding, lang) {
        (None, Lang::Ja) => format!("『{name}』"),
        (None, Lang::En) => name.to_owned(),
        (Some(encoding), Lang::Ja) => format!("『{name}』（文字コード: {encoding}）"),
        (Some(encoding), Lang::En) => format!("{name} (encoding: {encoding})"),
    }
}

/// A sheet, and what it is held to be.
pub(crate) fn sheet(name: &str, state: State, register: &str, row: u32, lang: Lang) -> String {
    let head = match (name.is_empty(), lang) {
        (true, _) => String::new(),
        (false, Lang::Ja) => format!("シート『{name}』: "),
        (false, Lang::En) => format!("Sheet “{name}”: "),
    };
    let what = match state {
        State::Recognised => {
            lang.pick(format!("{register}（見出しは{row}行目）"), format!("{register} (heading in row {row})"))
        }
        State::Mapped => lang.pick(
            format!("{register}（見出しは{row}行目、対応表のとおり）"),
            format!("{register} (heading in row {row}, as the mapping says)"),
        ),
        State::Unknown => lang.pick(
            format!("見出しの行が見つかりません。値の最も多い{row}行目を見出しとした場合の読み方です。"),
            format!("No heading was found. This is how it would be read if row {row}, the fullest, were one."),
        ),
        State::Personal => {
            lang.pick("個人の情報の表です。読み込みません。", "It is about persons, and is not read.").to_owned()
        }
        State::Skipped => lang
            .pick("記入例や説明のシートです。読み込みません。", "Examples or explanations; it is not read.")
            .to_owned(),
    };
    format!("{head}{what}")
}

/// What a column is read as: a field's heading, or what the column decides.
pub(crate) fn field(code: &str, lang: Lang) -> String {
    let known = match code {
        "" => lang.pick("読まない", "not read"),
        "row_number" => lang.pick("行の番号", "row number"),
        "assignment" => lang.pick("IPアドレスの割当方法", "how the address is assigned"),
        "disposed" => lang.pick("廃棄日", "date of disposal"),
        "product" => lang.pick("機器名", "name of the product"),
        code => return Field::from_code(code).map_or(code, |known| column::field(known, lang)).to_owned(),
    };
    known.to_owned()
}

/// The field, why it is that, and how sure.
pub(crate) fn read_as(field: &str, how: How, confidence: u8, suggestion: Option<(&str, u8)>, lang: Lang) -> String {
    match (how, suggestion) {
        (How::Recognised, _) => lang.pick(format!("{field}（見出しから）"), format!("{field} (by its heading)")),
        (How::Mapped, _) => lang.pick(format!("{field}（対応表から）"), format!("{field} (by the mapping)")),
        (How::Guessed, _) => lang
            .pick(format!("{field}（値から判断、{confidence}%）"), format!("{field} (by its values, {confidence}%)")),
        (How::LeftOver, None) => field.to_owned(),
        (How::LeftOver, Some((other, percent))) => {
            lang.pick(format!("{field}。{other}?（{percent}%）"), format!("{field}; {other}? ({percent}%)"))
        }
    }
}

/// What a column could be, in the word that a mapping file takes.
pub(crate) fn could_be(code: &str, remark: &str) -> String {
    format!("{code}? {remark}")
}

/// Sample cells.
pub(crate) fn examples(samples: &[String], lang: Lang) -> String {
    if samples.is_empty() {
        return String::new();
    }
    let list = samples.join(" | ");
    lang.pick(format!("例: {list}"), format!("e.g. {list}"))
}
