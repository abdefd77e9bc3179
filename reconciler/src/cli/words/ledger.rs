//! What `daicho ledger` says.

use std::path::Path;

use crate::import::Imported;
use crate::judge::revision::{Changed, Revision, RowName};
use crate::lang::Lang;
use crate::render::words::phrase::{Phrase, mark};
use crate::render::words::problem::field;
use crate::store::LedgerVersion;

/// A file is being read.
pub fn reading(name: &str, lang: Lang) -> String {
    let name = plain(&mark(name));
    lang.pick(format!("『{name}』を読み取り中"), format!("Reading {name}"))
}

/// One ledger file was read.
pub fn imported(one: &Imported, lang: Lang) -> String {
    let (name, problems) = (plain(&mark(&one.file.name)), one.problems.len());
    let (rows, records) = (one.entries.len(), one.records.len());
    let others = match (records, lang) {
        (0, _) => String::new(),
        (records, Lang::Ja) => format!("、機器以外の台帳{records}行"),
        (records, Lang::En) => format!(" and {records} rows of other registers"),
    };
    let encoding = match (&one.file.encoding, lang) {
        (None, _) => String::new(),
        (Some(encoding), Lang::Ja) => format!("文字コードは{encoding}です。"),
        (Some(encoding), Lang::En) => format!(" The encoding is {encoding}."),
    };
    lang.pick(
        format!("『{name}』: 機器{rows}行{others}を読み取りました。{encoding}確認が必要な点は{problems}件です。"),
        format!("{name}: {rows} rows of devices{others} read.{encoding} {problems} points to check."),
    )
}

/// At least half of a file's rows (`same` of `rows`) are those of another file that was imported before.
pub fn renamed(name: &str, before: &str, (same, rows): (usize, usize), lang: Lang) -> String {
    let (name, before) = (plain(&mark(name)), plain(&mark(before)));
    match lang {
        Lang::Ja => format!(
            "『{name}』の{rows}行のうち{same}行は、取り込み済みの『{before}』の行と同じ機器です。このままでは両方が台帳として数えられます。ファイル名を変えただけであれば、前のファイルを取り下げてください: daicho ledger withdraw '{before}'"
        ),
        Lang::En => format!(
            "{same} of the {rows} rows of {name} are those of {before}, which was imported before; both count as they are. If the file was only renamed, withdraw the earlier one: daicho ledger withdraw '{before}'"
        ),
    }
}

/// Head of a mapping file.
pub fn mapping_head(name: &str, lang: Lang) -> String {
    let name = plain(&mark(name));
    lang.pick(
        format!("『{name}』の列の読み方。field を直すと、次の取り込みから使われます。空にした列は読みません。"),
        format!("How the columns of {name} are read. Imports follow what is written here; a column without a field is not read."),
    )
}

/// A mapping was written.
pub fn mapping_written(path: &Path, lang: Lang) -> String {
    let path = path.display();
    lang.pick(
        format!("対応表を {path} に書きました。違うところを直してから取り込んでください。"),
        format!("The mapping is in {path}. Correct what is wrong, then import."),
    )
}

/// An earlier version is the newest again.
pub fn restored(old: &LedgerVersion, lang: Lang) -> String {
    let (number, name) = (old.number, plain(&mark(&old.file)));
    lang.pick(
        format!("『{name}』を版 {number} の内容に戻しました。新しい版として記録してあり、どの版も消えていません。"),
        format!("{name} is what it was in version {number}. That is a version of its own; none was deleted."),
    )
}

/// Counts of what differs.
pub fn revision(found: &Revision, lang: Lang) -> String {
    let Revision { added, removed, changed, respelled, same } = found;
    let (added, removed, changed) = (added.len(), removed.len(), changed.len());
    lang.pick(
        format!("前の版との違い: 追加{added}行、削除{removed}行、値の変更{changed}か所、書き方だけの違い{respelled}か所、変更のない行{same}行。"),
        format!("Against the earlier version: {added} rows added, {removed} removed, {changed} values changed, {respelled} only written otherwise, {same} rows unchanged."),
    )
}

/// A row that came or went.
pub fn row(sign: &str, row: &RowName, lang: Lang) -> String {
    let register = crate::render::words::fixed::register(row.register, lang);
    let place = crate::render::words::problem::place(&row.origin, lang);
    plain(&format!("{sign} {register} {}: {place}", mark(&row.name)))
}

/// A cell that says something else.
pub fn changed(one: &Changed, lang: Lang) -> String {
    let heading = field(one.field, lang);
    let shown = |text: &str| if text.is_empty() { lang.pick("（空欄）", "(empty)").to_owned() } else { mark(text) };
    let (name, before, after) = (mark(&one.row.name), shown(&one.before), shown(&one.after));
    plain(&lang.pick(
        format!("* {name} の{heading}: 『{before}』→『{after}』"),
        format!("* {name}, {heading}: “{before}” → “{after}”"),
    ))
}

/// So many more than are shown.
pub fn more(count: usize, lang: Lang) -> String {
    lang.pick(format!("ほか{count}件（--json ですべて）"), format!("and {count} more (all with --json)"))
}

fn plain(text: &str) -> String {
    Phrase::new(text.to_owned()).plain()
}
