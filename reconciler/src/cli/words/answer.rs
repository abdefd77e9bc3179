//! What `daicho answer` says.

use crate::lang::Lang;
use crate::run::Failure;
use crate::store::SnapshotInfo;

/// One line of `answer list`.
pub fn snapshot(info: &SnapshotInfo, lang: Lang) -> String {
    let (number, form, taken) = (info.number, format!("{}-{}", info.form, info.edition), super::clock(info.taken));
    let sha256: String = info.sha256.chars().take(12).collect();
    let as_of = lang.pick(format!("基準日 {}", info.as_of), format!("as of {}", info.as_of));
    format!("{number}\t{taken}\t{form}\t{as_of}\t{}\t{}\t{sha256}", info.run, info.who)
}

/// The forms that can be answered.
pub fn forms(known: &[String], lang: Lang) -> String {
    let known = known.join(lang.pick("、", ", "));
    lang.pick(format!("回答案を作れる様式: {known}"), format!("Forms: {known}"))
}

/// A form was answered and frozen.
pub fn frozen(info: &SnapshotInfo, lang: Lang) -> String {
    let (number, sha256) = (info.number, &info.sha256);
    lang.pick(
        format!("回答案 {number} として固定しました（SHA-256 {sha256}）。あとからの調査や取り込みでは変わりません。"),
        format!("Frozen as answer {number} (SHA-256 {sha256}). Later scans and imports do not change it."),
    )
}

/// Why a form cannot be answered.
pub fn failure(failure: &Failure, lang: Lang) -> String {
    match failure {
        Failure::NoRunAsOf { day } => lang.pick(
            format!("基準日 {day} までに照合した実行がないため、この日の状況を答えられません。別の日の状況でよければ --as-of で指定してください。"),
            format!("No run was judged until the base date {day}, so nobody can say how things stood. Name another day with --as-of if that will do."),
        ),
        Failure::NoForm { form, known } => lang.pick(
            format!("『{form}』という様式または年度はありません。{}", forms(known, lang)),
            format!("There is no form or year {form}. {}.", forms(known, lang)),
        ),
        Failure::Form(error) => lang.pick(
            format!(
                "様式のファイル {} を読めません（{}）。questions フォルダの内容を直してください。",
                error.file, error.wrong
            ),
            format!(
                "The form file {} cannot be read ({}). Correct it in the folder questions.",
                error.file, error.wrong
            ),
        ),
        other => other.to_string(),
    }
}
