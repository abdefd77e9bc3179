//! Why it could not be done: which file or folder, what was found, what to do next.

use std::path::Path;

use daicho_shared::batch::BatchError;

use super::clock;
use crate::lang::Lang;
use crate::render::diagram::PngError;
use crate::run::Failure;
use crate::settings::SettingsError;
use crate::store::StoreError;
use crate::store::lock::{Holder, LockError};

/// A failure in the chosen language.
pub fn explain(failure: &Failure, lang: Lang) -> String {
    match failure {
        Failure::Settings(error) => settings(error, lang),
        Failure::Store(error) => store(error, lang),
        Failure::Lock(LockError::Held { path, holder }) => held(path, holder, lang),
        Failure::Lock(LockError::File { path, source }) | Failure::File { path, source } => file(path, source, lang),
        Failure::NoScope { .. }
        | Failure::OutsideScope { .. }
        | Failure::NoRun
        | Failure::NotJudged { .. }
        | Failure::NoRunUntil { .. } => first(failure, lang),
        Failure::DiagramFormat { path, known } => diagram_format(path, known, lang),
        Failure::Png(why) => png(why, lang),
        Failure::NoDevice { .. }
        | Failure::SeveralDevices { .. }
        | Failure::NothingDecided { .. }
        | Failure::NoSuchClass { .. } => device(failure, lang),
        Failure::NoFinding { .. }
        | Failure::SeveralFindings { .. }
        | Failure::Objections { .. }
        | Failure::Filter(_)
        | Failure::BadCell { .. }
        | Failure::BadHead { .. }
        | Failure::NotConfirmed { .. }
        | Failure::Misfilled { .. } => super::review::failure(failure, lang),
        Failure::NoVendor { .. }
        | Failure::NoEnquiry { .. }
        | Failure::Withdrawn { .. }
        | Failure::DuePassed { .. }
        | Failure::Misanswered { .. }
        | Failure::NotTheirs { .. } => super::vendor::failure(failure, lang),
        Failure::Batch { path, source } => batch(path, source, lang),
        Failure::OutTaken { .. }
        | Failure::OutEnding { .. }
        | Failure::LedgerChanged { .. }
        | Failure::Unwritable { .. } => super::export::explain(failure, lang),
        Failure::Ledger { message, .. } => message.clone(),
        Failure::NoForm { .. } | Failure::Form(_) | Failure::NoRunAsOf { .. } => super::answer::failure(failure, lang),
        Failure::Rules(_) | Failure::SameName { .. } | Failure::NotEmpty { .. } | Failure::Mapping { .. } => {
            given(failure, lang)
        }
        Failure::Pack(failure) => super::pack::explain(failure, lang),
        Failure::Other(error) => format!("{error:#}"),
        Failure::ProgramMissing { .. } | Failure::ProgramStart { .. } | Failure::ProgramFailed { .. } => {
            program(failure, lang)
        }
    }
}

/// Something else comes first: leave to scan, a scan, a judgement.
fn first(failure: &Failure, lang: Lang) -> String {
    match failure {
        Failure::NoScope { .. } => lang
            .pick(
                "スキャン対象が設定されていません。daicho.toml の [scope] networks に、許可を得たネットワークを記入してください。許可のない範囲には1パケットも送信しません。",
                "No network is set to be scanned. Write the networks you have permission for into [scope] networks of daicho.toml. Not one packet goes anywhere else.",
            )
            .to_owned(),
        Failure::NoRunUntil { day } => lang.pick(
            format!("{day} までに照合した実行がありません。`daicho runs` で一覧を確かめてください。"),
            format!("no run was judged until {day}; `daicho runs` lists them"),
        ),
        Failure::OutsideScope { segment } => lang.pick(
            format!("{segment} は、daicho.toml の [scope] networks に含まれていません。許可を得てから、そこに記入してください。"),
            format!("{segment} is not within [scope] networks of daicho.toml. Get leave to scan it, and write it there."),
        ),
        Failure::NoRun => lang
            .pick(
                "このフォルダには、まだスキャンの結果がありません。先に daicho scan または daicho import-batch を実行してください。",
                "No scan is kept in this folder yet. Run daicho scan or daicho import-batch first.",
            )
            .to_owned(),
        Failure::NotJudged { run } => both(
            lang,
            format!("{run} はまだ照合していません。先に daicho reconcile を実行してください。"),
            format!("{run} was not judged yet. Run daicho reconcile first."),
        ),
        other => other.to_string(),
    }
}

/// What was handed over cannot be used as it is.
fn given(failure: &Failure, lang: Lang) -> String {
    match failure {
        Failure::Rules(error) => both(
            lang,
            format!("規則の表を読めません（{error}）。その行を直してから、もう一度実行してください。"),
            format!("A table of rules cannot be read ({error}). Correct that line, then run again."),
        ),
        Failure::SameName { name } => both(
            lang,
            format!(
                "『{name}』という名前の台帳が2つ指定されています。行の出どころを区別できないため、片方の名前を変えてから取り込んでください。"
            ),
            format!(
                "Two ledger files are named {name}. Their rows could not be told apart: rename one of them, then import both."
            ),
        ),
        Failure::NotEmpty { path } => {
            let path = path.display();
            both(
                lang,
                format!(
                    "{path} には、実演以外のファイルがあります。上書きしないよう、何も書き込んでいません。空のフォルダか、新しい名前を --out で指定してください。"
                ),
                format!(
                    "{path} holds files that are not of a demo. Nothing was written, so that nothing is overwritten. Name an empty or a new folder with --out."
                ),
            )
        }
        Failure::Mapping { path, message } => {
            let path = path.display();
            both(
                lang,
                format!(
                    "列の対応表 {path} を読めません（{message}）。その行を直すか、ファイルを消してから、もう一度実行してください。"
                ),
                format!(
                    "The mapping {path} cannot be read ({message}). Correct that line, or remove the file, then run again."
                ),
            )
        }
        other => other.to_string(),
    }
}

/// Somebody asked for a device that is not there, or is not one.
fn device(failure: &Failure, lang: Lang) -> String {
    match failure {
        Failure::NoDevice { text, declared: true } => both(
            lang,
            format!(
                "『{text}』は台帳にありますが、この調査では応答していません。電源・接続を確認するか、daicho report の「台帳照合結果」を見てください。"
            ),
            format!(
                "“{text}” stands in the ledger, but did not answer in this run. Check its power and cable, or see the ledger rows of daicho report."
            ),
        ),
        Failure::NoDevice { text, declared: false } => both(
            lang,
            format!(
                "『{text}』という機器は、この調査では見つかっていません。IPアドレス・MACアドレス・機器の名前・管理番号のいずれかで指定してください（調査した機器の一覧は daicho report の「実測機器一覧」）。別の回の調査なら --run で指定してください。"
            ),
            format!(
                "No device “{text}” was seen in this run. Name it by IP address, MAC address, name or asset number (the machines seen stand in daicho report). For another run, use --run."
            ),
        ),
        Failure::SeveralDevices { text, devices } => {
            let devices = devices.join(lang.pick("、", ", "));
            both(
                lang,
                format!("『{text}』に当てはまる機器が複数あります: {devices}。この中の一つを指定してください。"),
                format!("Several devices match “{text}”: {devices}. Name one of these."),
            )
        }
        Failure::NothingDecided { text } => both(
            lang,
            format!(
                "『{text}』のこの項目には、取り消す判断がありません。daicho decide list で一覧を確認してください。"
            ),
            format!("Nothing was decided about this of “{text}”. See daicho decide list."),
        ),
        Failure::NoSuchClass { text } => both(
            lang,
            format!(
                "『{text}』という分類はありません。daicho decide classes で使える記号（例: server、medical.analyser）を確認してください。"
            ),
            format!(
                "There is no class “{text}”. See the codes of daicho decide classes, e.g. server, medical.analyser."
            ),
        ),
        other => other.to_string(),
    }
}

fn both(lang: Lang, ja: String, en: String) -> String {
    match lang {
        Lang::Ja => ja,
        Lang::En => en,
    }
}

fn file(path: &Path, source: &std::io::Error, lang: Lang) -> String {
    let path = path.display();
    both(
        lang,
        format!("{path} を読み書きできません（{source}）。場所と権限、ディスクの空きを確認してください。"),
        format!("{path} cannot be read or written ({source}). Check its place, its permissions and the free space."),
    )
}

fn settings(error: &SettingsError, lang: Lang) -> String {
    match error {
        SettingsError::Missing { path } => {
            let path = path.display();
            both(
                lang,
                format!(
                    "設定ファイル {path} がありません。daicho init で作ったフォルダを -C で指定するか、そのフォルダの中で実行してください。"
                ),
                format!(
                    "There is no settings file {path}. Name the folder that daicho init made with -C, or run this inside it."
                ),
            )
        }
        SettingsError::Read { path, source } => file(path, source, lang),
        SettingsError::Malformed { path, line, column, found, message } => {
            let path = path.display();
            let (what, expected) = malformed(message, lang);
            both(
                lang,
                format!(
                    "{path} {line}行目 {column}文字目『{found}』: {what}{expected}この行を直してから、もう一度実行してください。"
                ),
                format!(
                    "{path} line {line}, column {column}, \"{found}\": {what}{expected} Correct this line, then run again."
                ),
            )
        }
    }
}

/// What is wrong and what was expected. The parser speaks English; its common complaints are told in
/// Japanese, the rare ones are quoted.
fn malformed(message: &str, lang: Lang) -> (String, String) {
    if lang == Lang::En {
        return (message.to_owned(), ".".to_owned());
    }
    let first = message.lines().next().unwrap_or("");
    let quoted = |text: &str| text.split('`').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>();
    if let Some(rest) = first.strip_prefix("unknown field ") {
        let names = quoted(rest);
        let known = names.get(1..).unwrap_or_default().join("、");
        return ("このような項目はありません。".to_owned(), format!("使える項目: {known}。"));
    }
    if let Some(rest) = first.strip_prefix("unknown variant ") {
        let known = quoted(rest).get(1..).unwrap_or_default().join("、");
        return ("この値は使えません。".to_owned(), format!("使える値: {known}。"));
    }
    if first.starts_with("not a network") {
        let expected = "アドレスとプレフィックス長（例: 192.168.10.0/24）で書きます。";
        return ("ネットワークとして読めません。".to_owned(), expected.to_owned());
    }
    if first.starts_with("duplicate key") {
        return ("同じ項目が2回書かれています。".to_owned(), String::new());
    }
    ("書き方を読み取れません".to_owned(), format!("（{first}）。"))
}

fn store(error: &StoreError, lang: Lang) -> String {
    match error {
        StoreError::Busy { path } => {
            let path = path.display();
            both(
                lang,
                format!("{path} は、別のプログラムが書き込み中です。終わるのを待ってから、もう一度実行してください。"),
                format!("{path} is being written by another program. Wait until it is done, then run again."),
            )
        }
        StoreError::Missing { path } => {
            let path = path.display();
            both(
                lang,
                format!("{path} がありません。このフォルダでは、まだ台帳の取り込みもスキャンも行われていません。"),
                format!("There is no {path}. Nothing was imported or scanned in this folder yet."),
            )
        }
        StoreError::Newer { path, found, known } => {
            let path = path.display();
            both(
                lang,
                format!(
                    "{path} は、新しい版の daicho で作られています（形式 {found}、この版が読めるのは {known} まで）。新しい版を使ってください。"
                ),
                format!(
                    "{path} was written by a newer daicho (schema {found}; this one reads up to {known}). Use the newer one."
                ),
            )
        }
        StoreError::NotOurs { path } => {
            let path = path.display();
            both(
                lang,
                format!(
                    "{path} は daicho のデータベースではないか、壊れています。中身は変更していません。バックアップから戻すか、別のフォルダを使ってください。"
                ),
                format!(
                    "{path} is not a database of daicho, or is damaged. It was left as it is. Restore a backup, or use another folder."
                ),
            )
        }
        other => rare(other, lang),
    }
}

fn rare(error: &StoreError, lang: Lang) -> String {
    match error {
        StoreError::Conflict { run, what } => both(
            lang,
            format!(
                "実行 {run} の {what} が、保存済みの記録と異なります。保存済みの記録は書き換えません。ファイルが途中で変更されていないか、出どころを確認してください。"
            ),
            format!(
                "In run {run}, {what} differs from what is kept. What is kept is never replaced. Check where the file comes from, and whether it was changed."
            ),
        ),
        StoreError::NoSuchRun { run } => both(
            lang,
            format!("実行 {run} は保存されていません。daicho runs で一覧を確認してください。"),
            format!("No run {run} is kept. See the list of daicho runs."),
        ),
        StoreError::NoSuchFile { file } => both(
            lang,
            format!("『{file}』は、いまの台帳にありません。daicho ledger show で名前を確認してください。"),
            format!("{file} is not in the ledger. See the names in daicho ledger show."),
        ),
        StoreError::NoSuchVersion { number } => both(
            lang,
            format!("版 {number} はありません。daicho ledger show で版の番号を確認してください。"),
            format!("There is no version {number}. See the numbers in daicho ledger show."),
        ),
        StoreError::NoSuchSnapshot { number } => both(
            lang,
            format!("回答案 {number} はありません。daicho answer list で番号を確認してください。"),
            format!("There is no answer {number}. See the numbers in daicho answer list."),
        ),
        StoreError::SnapshotChanged { number } => both(
            lang,
            format!(
                "回答案 {number} の内容が、固定した時のハッシュ値と一致しません。データベースが書き換えられたおそれがあります。バックアップと比べてください。"
            ),
            format!(
                "Answer {number} is not as it was frozen: its content does not fit its hash. The database may have been changed; compare it with a backup."
            ),
        ),
        StoreError::CurrentVersion { number, file } => both(
            lang,
            format!("版 {number} は、いまの『{file}』そのものです。戻す必要はありません。"),
            format!("Version {number} is {file} as it is now. There is nothing to go back to."),
        ),
        other => both(
            lang,
            format!("データベースを読み書きできません（{other}）。ディスクの空きと権限を確認してください。"),
            format!("The database cannot be read or written ({other}). Check the free space and the permissions."),
        ),
    }
}

fn held(path: &Path, holder: &Holder, lang: Lang) -> String {
    let folder = path.parent().unwrap_or(path).display();
    let pid = holder.pid.map_or_else(|| "?".to_owned(), |pid| pid.to_string());
    let since = holder.since.map_or_else(|| "?".to_owned(), clock);
    let command = &holder.command;
    both(
        lang,
        format!(
            "{folder} は使用中です。プロセス {pid}（daicho {command}、{since} 開始）またはそのスキャンが終わるのを待ってから、もう一度実行してください。"
        ),
        format!(
            "{folder} is in use. Wait until process {pid} (daicho {command}, since {since}) or its scan has ended, then run again."
        ),
    )
}

fn batch(path: &Path, error: &BatchError, lang: Lang) -> String {
    let path = path.display();
    both(
        lang,
        format!(
            "{path} を、スキャン結果として読めません（{error}）。そこまでの記録は保存してあります。daicho-agent の出力をそのまま指定しているか、確認してください。"
        ),
        format!(
            "{path} cannot be read as a batch ({error}). What stands before that is kept. Check that it is the output of daicho-agent as it was written."
        ),
    )
}

fn program(failure: &Failure, lang: Lang) -> String {
    match failure {
        Failure::ProgramMissing { path } => {
            let path = path.display();
            both(
                lang,
                format!(
                    "{path} がありません。daicho と同じフォルダに置いてください（スキャンを行うプログラムは daicho.toml の [scan] agent でも指定できます）。"
                ),
                format!(
                    "There is no {path}. Put it beside daicho (the agent can also be named in [scan] agent of daicho.toml)."
                ),
            )
        }
        Failure::ProgramStart { path, source } => {
            let path = path.display();
            both(
                lang,
                format!("{path} を起動できません（{source}）。ファイルと実行権限を確認してください。"),
                format!("{path} cannot be started ({source}). Check the file and its permission to be run."),
            )
        }
        Failure::ProgramFailed { path, status, said, .. } => {
            let path = path.display();
            let said = if said.is_empty() { String::new() } else { format!("\n{}", said.trim_end()) };
            both(
                lang,
                format!(
                    "{path} が結果を出さずに終わりました（{status}）。上に表示された理由を確認してください。{said}"
                ),
                format!("{path} ended without a result ({status}). See the reason it gave.{said}"),
            )
        }
        other => other.to_string(),
    }
}

fn diagram_format(path: &Path, known: &str, lang: Lang) -> String {
    let path = path.display();
    lang.pick(
        format!("{path}: 構成図の形式が分かりません。拡張子を {known} のいずれかにしてください。"),
        format!("{path}: not a format of diagrams; the name must end with one of {known}"),
    )
}

fn png(why: &PngError, lang: Lang) -> String {
    match why {
        PngError::NoFont => lang.pick(
            "日本語のフォントが見つからないため、PNG を描けません。フォント（Noto Sans CJK など）を入れるか、.svg を指定してください。".to_owned(),
            "no font with Japanese characters is installed, so a PNG cannot be drawn; install one (e.g. Noto Sans CJK) or write .svg".to_owned(),
        ),
        PngError::NotDrawn { detail } => lang.pick(
            format!("構成図を PNG にできません（{detail}）。.svg を指定してください。"),
            format!("the diagram cannot be drawn as PNG ({detail}); write .svg"),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Settings;

    #[test]
    fn a_mistyped_key_is_told_with_its_place_and_the_known_keys() {
        let error = Settings::parse("[scope]\nexclud = []\n", Path::new("daicho.toml")).unwrap_err();
        let ja = explain(&error.into(), Lang::Ja);
        assert!(ja.contains("daicho.toml 2行目 1文字目『exclud』") && ja.contains("exclude、"), "{ja}");
        assert!(!ja.contains("expected"), "{ja}");
    }

    #[test]
    fn values_that_are_no_network_or_no_profile_are_told_with_what_is() {
        for (text, expected) in [
            ("[scope]\nnetworks = [\"10.0.0.0/33\"]\n", "192.168.10.0/24"),
            ("[scan]\nprofile = \"slow\"\n", "gentle、normal、fast"),
            ("[scope]\nnetworks = []\nnetworks = []\n", "2回"),
        ] {
            let error = Settings::parse(text, Path::new("daicho.toml")).unwrap_err();
            let ja = explain(&error.into(), Lang::Ja);
            assert!(ja.contains(expected), "{ja}");
        }
    }

    #[test]
    fn who_holds_the_folder_is_told() {
        let holder = Holder { pid: Some(4711), command: "audit".to_owned(), since: None };
        let path = Path::new("/srv/daicho/.daicho.lock").to_owned();
        let failure = Failure::Lock(LockError::Held { path, holder });
        assert!(explain(&failure, Lang::Ja).starts_with("/srv/daicho は使用中です。プロセス 4711（daicho audit"));
        assert!(explain(&failure, Lang::En).starts_with("/srv/daicho is in use."));
        assert_eq!(failure.code(), 4);
    }
}
