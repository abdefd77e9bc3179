//! What `ledger export` says.

use std::path::Path;

use jiff::Timestamp;

use super::clock;
use crate::export::{Lacking, Refusal, Told};
use crate::lang::Lang;
use crate::render::words::{export, problem};
use crate::run::Failure;

/// A new file was written; `rows` of its rows are the ledger's.
pub fn exported(path: &Path, rows: usize, lang: Lang) -> String {
    let path = path.display();
    match lang {
        Lang::Ja => format!("{path} に{rows}行を書き出しました。"),
        Lang::En => format!("{rows} rows were written to {path}."),
    }
}

/// A copy of the hospital's own file was written.
pub fn written_back(path: &Path, told: &[Told], lang: Lang) -> String {
    let path = path.display();
    let written = told.iter().filter(|told| told.is_written()).count();
    let left = told.len() - written;
    let copied = match lang {
        Lang::Ja => format!(
            "{path} に、承認した変更を書き込んだ写しを作りました。書き込んだセル{written}か所、書き込まなかったセル{left}か所。元のファイルはそのままです。"
        ),
        Lang::En => format!(
            "{path} is a copy with the accepted changes: {written} cells written, {left} left. The file itself stays as it is."
        ),
    };
    if told.iter().any(|told| told.added && told.is_written()) {
        return copied + lang.pick(
            "\n追加した行は表の最後（合計や注記の行の下のこともあります）にあります。集計の数式・入力規則・印刷範囲・名前付き範囲は広げていないため、位置と範囲を確かめてください。",
            "\nAdded rows stand at the end of the table, which may be below its totals or notes. Sums, lists, print areas and named ranges were not extended to them: check where they stand.",
        );
    }
    copied
}

/// One accepted cell, and what became of it.
pub fn told(told: &Told, lang: Lang) -> String {
    let place = told.spot.as_ref().map(|spot| match spot.sheet.as_str() {
        "" => spot.address(),
        sheet => format!("{sheet}!{}", spot.address()),
    });
    let bounded = daicho_shared::text::bounded;
    let (before, after) = (bounded(&told.before), bounded(&told.after));
    let field = problem::field(told.field, lang);
    let place = place.unwrap_or_else(|| bounded(&told.entry.0));
    format!("{place}\t{field}\t{before} → {after}\t{}", export::outcome(told, lang))
}

/// A cell with characters that the encoding lacks.
pub fn lacking(lacking: &Lacking, lang: Lang) -> String {
    let (row, characters) = (lacking.row, &lacking.characters);
    let field = problem::field(lacking.field, lang);
    match lang {
        Lang::Ja => format!(
            "{row}行目 {field}: CP932 に無い文字（{characters}）を〓に置き換えました。すべての文字を残すには --encoding utf-8 を指定してください。"
        ),
        Lang::En => format!(
            "row {row}, {field}: CP932 lacks {characters}, which became 〓. --encoding utf-8 keeps every character."
        ),
    }
}

/// Rows of registers that the file has no room for.
pub fn other_registers(rows: usize, lang: Lang) -> String {
    match lang {
        Lang::Ja => format!(
            "ほかの台帳の{rows}行は含まれていません。.csv には1つの台帳だけが入ります（--register で指定。.xlsx ならすべて入ります）。"
        ),
        Lang::En => format!(
            "{rows} rows of other registers are left out: a .csv holds one register (--register), an .xlsx all of them."
        ),
    }
}

/// Why nothing was written.
pub(super) fn explain(failure: &Failure, lang: Lang) -> String {
    match failure {
        Failure::OutTaken { path } => taken(path, lang),
        Failure::OutEnding { path, expected } => ending(path, expected, lang),
        Failure::LedgerChanged { path, imported } => changed(path, *imported, lang),
        Failure::Unwritable { path, refusal } => refused(path, refusal, lang),
        other => other.to_string(),
    }
}

/// Why the hospital's own file cannot be written back.
fn refused(path: &Path, refusal: &Refusal, lang: Lang) -> String {
    let (path, why) = (path.display(), export::refusal(refusal, lang));
    match lang {
        Lang::Ja => format!("{path}: {why}。何も書き込んでいません。"),
        Lang::En => format!("{path}: {why}. Nothing was written."),
    }
}

/// The new file's name is taken.
fn taken(path: &Path, lang: Lang) -> String {
    let path = path.display();
    match lang {
        Lang::Ja => format!("{path} はすでにあります。上書きはしません。--out に別の名前を指定してください。"),
        Lang::En => format!("{path} exists already and is not overwritten. Name another file with --out."),
    }
}

/// The new file's name ends otherwise than it must.
fn ending(path: &Path, expected: &str, lang: Lang) -> String {
    let path = path.display();
    match lang {
        Lang::Ja => format!("{path}: --out の名前は {expected} で終わるものにしてください。"),
        Lang::En => format!("{path}: the name given with --out must end in {expected}."),
    }
}

/// The file is not the one that was imported.
fn changed(path: &Path, imported: Timestamp, lang: Lang) -> String {
    let (path, when) = (path.display(), clock(imported));
    match lang {
        Lang::Ja => format!(
            "{path} は、{when} に取り込んだあとで変更されています。先に daicho ledger import で取り込み直してから、書き出してください。何も書き込んでいません。"
        ),
        Lang::En => format!(
            "{path} was changed since it was imported ({when}). Import it again with daicho ledger import, then export. Nothing was written."
        ),
    }
}
