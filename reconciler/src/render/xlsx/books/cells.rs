//! Cells of registers: what a row says, as the kind of cell that it is.

use std::path::Path;

use daicho_shared::text::{TEXT_LIMIT, bounded};

use super::Attached;
use crate::judge::entry::{Dated, Entry, Field, FourValued, Meaning, Record, Written};
use crate::render::words::problem::field;
use crate::render::words::{Lang, fixed};
use crate::render::xlsx::sheets::{Column, Value, foreign, number, text};

/// The four answers, as a list offers them.
pub(super) fn answers(lang: Lang) -> Vec<&'static str> {
    [FourValued::Yes, FourValued::No, FourValued::Unknown, FourValued::NoContract]
        .map(|value| fixed::four_valued(value, lang))
        .to_vec()
}

/// Columns of registers, each under the field's name; where names are written in letters, a heading begins with a capital.
pub(super) fn fields(list: &[(Field, u16)], lang: Lang) -> Vec<Column> {
    let column = |(of, width): &(Field, u16)| {
        let mut letters = field(*of, lang).chars();
        let first: Option<String> = letters.next().map(|letter| letter.to_uppercase().collect());
        Column { name: (first.unwrap_or_default() + letters.as_str()).into(), width: *width, choices: vec![] }
    };
    list.iter().map(column).collect()
}

/// What a device's row says in a column; empty where it says nothing.
pub(super) fn of_entry(entry: &Entry, field: Field, lang: Lang) -> Value {
    let raw = entry.cells.get(&field).map(|cell| cell.raw.as_str()).unwrap_or_default();
    match (entry.others.get(&field), field) {
        (Some(meaning), _) => of_meaning(meaning, raw, lang),
        (None, Field::RegisteredDate) => entry.registered.map_or_else(|| foreign(whole(raw)), Value::Day),
        (None, Field::RemoteMaintenance) if !raw.is_empty() => text(fixed::four_valued(entry.remote_maintenance, lang)),
        // What was filled in from a group row or a sheet's name stands in the entry alone.
        (None, Field::Department) => foreign(whole(entry.department.as_deref().unwrap_or(raw))),
        (None, Field::Vendor) => foreign(whole(entry.vendor.as_deref().unwrap_or(raw))),
        (None, Field::Purpose) => foreign(whole(entry.purpose.as_deref().unwrap_or(raw))),
        (None, Field::Segment) if !entry.segments.is_empty() => {
            foreign(entry.segments.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
        }
        _ => foreign(whole(raw)),
    }
}

/// What a record says in a column; empty where it says nothing.
pub(super) fn of_record(record: &Record, field: Field, lang: Lang) -> Value {
    record.values.get(&field).map_or_else(|| text(""), |Written { raw, meaning, .. }| of_meaning(meaning, raw, lang))
}

fn of_meaning(meaning: &Meaning, raw: &str, lang: Lang) -> Value {
    match meaning {
        Meaning::Date(dated) => day(*dated, raw),
        // `有（夜間のみ）` says more than its word.
        Meaning::Answer(answer) if raw.chars().count() <= 4 => text(fixed::four_valued(*answer, lang)),
        Meaning::Count(count) => number(*count),
        Meaning::Text(said) => foreign(whole(said)),
        _ => foreign(whole(raw)),
    }
}

/// A month or a year is no day and stays text.
fn day(dated: Dated, raw: &str) -> Value {
    dated.as_day().map_or_else(|| foreign(whole(raw)), Value::Day)
}

/// All of a cell's lines, free of what is hidden. A register is handed in whole: nothing is cut but what no cell holds.
pub(super) fn whole(raw: &str) -> String {
    let line = |line: &str| {
        let chars: Vec<char> = line.chars().collect();
        chars.chunks(TEXT_LIMIT).map(|part| bounded(&part.iter().collect::<String>())).collect::<String>()
    };
    raw.lines().map(line).collect::<Vec<_>>().join("\n").trim().to_owned()
}

/// A file of evidence: its name, and what became of it.
pub(super) fn attached(name: &str, file: Option<&Attached>, lang: Lang) -> String {
    let said = match file {
        Some(Attached::Found { sha256, .. }) => format!("SHA-256 {sha256}"),
        Some(Attached::Outside) => {
            lang.pick("プロジェクトのフォルダの外のため未確認", "outside the project folder: not opened").to_owned()
        }
        Some(Attached::TooLarge { size }) => {
            lang.pick(format!("大きすぎるため未確認（{size}バイト）"), format!("too large to be read ({size} octets)"))
        }
        Some(Attached::Unreadable { why }) => {
            lang.pick(format!("読み取り不可（{}）", bounded(why)), format!("cannot be read ({})", bounded(why)))
        }
        Some(Attached::Missing) if is_file_name(name) => lang.pick("ファイルなし", "no such file").to_owned(),
        // `議事録 第3回` is a reference, and was never meant to be a file.
        Some(Attached::Missing) | None => String::new(),
    };
    format!("{}\n{said}", whole(name)).trim().to_owned()
}

/// It ends as names of files do.
fn is_file_name(name: &str) -> bool {
    let ending = Path::new(name.trim()).extension().and_then(|ending| ending.to_str()).unwrap_or_default();
    (2..=5).contains(&ending.len()) && ending.bytes().all(|byte| byte.is_ascii_alphanumeric())
}
