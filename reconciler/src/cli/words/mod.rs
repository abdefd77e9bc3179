//! What the commands say to people: every sentence in Japanese and English, side by side.

pub mod answer;
pub mod export;
mod failure;
pub mod ledger;
pub mod pack;
pub mod review;
pub mod vendor;

use std::path::Path;

use daicho_shared::id::RunId;
use jiff::Timestamp;
use jiff::tz::TimeZone;

pub use failure::explain;

use crate::judge::decision::{About, DecisionKey};
use crate::lang::Lang;
use crate::store::{DecisionRow, LedgerVersion, RunInfo};

/// After `init`: what to do next.
pub fn initialised(folder: &Path, scope_missing: bool, lang: Lang) -> String {
    let folder = folder.display();
    let scope = match (lang, scope_missing) {
        (_, false) => String::new(),
        (Lang::Ja, true) => {
            "\n  daicho.toml の [scope] networks に、許可を得たネットワークを記入してください。".to_owned()
        }
        (Lang::En, true) => "\n  Write the networks you may scan into [scope] networks of daicho.toml.".to_owned(),
    };
    match lang {
        Lang::Ja => format!(
            "準備ができました: {folder}\n次に行うこと:{scope}\n  daicho -C {folder} ledger import 機器台帳.xlsx\n  daicho -C {folder} audit"
        ),
        Lang::En => format!(
            "Ready: {folder}\nNext:{scope}\n  daicho -C {folder} ledger import LEDGER.xlsx\n  daicho -C {folder} audit"
        ),
    }
}

/// A file was there already.
pub fn kept(path: &Path, lang: Lang) -> String {
    let path = path.display();
    match lang {
        Lang::Ja => format!("{path} はすでにあるため、変更していません。"),
        Lang::En => format!("{path} exists already and was left as it is."),
    }
}

/// A file of the same name, from another place, takes the place of the earlier one.
pub fn replaced(name: &str, before: &str, now: &str, lang: Lang) -> String {
    match lang {
        Lang::Ja => format!(
            "『{name}』は、以前に {before} から取り込んだ同じ名前の台帳と置き換わりました（今回: {now}）。別の台帳であれば、名前を変えて両方を取り込み直してください。"
        ),
        Lang::En => format!(
            "{name} took the place of the ledger file of the same name that was imported from {before} (now: {now}). If they are two ledgers, rename one and import both again."
        ),
    }
}

/// One line of `ledger show`.
pub fn ledger_version(version: &LedgerVersion, lang: Lang) -> String {
    let rows = match (version.rows, lang) {
        (Some(rows), Lang::Ja) => format!("{rows}行"),
        (Some(rows), Lang::En) => format!("{rows} rows"),
        (None, _) => lang.pick("取り下げ", "withdrawn").to_owned(),
    };
    let current = if version.current { lang.pick("最新", "current") } else { lang.pick("旧", "old") };
    let restored = match (version.restored, lang) {
        (None, _) => String::new(),
        (Some(number), Lang::Ja) => format!("（版{number}に戻した）"),
        (Some(number), Lang::En) => format!(" (back to version {number})"),
    };
    let sha256: String = version.sha256.chars().take(12).collect();
    let (number, when) = (version.number, clock(version.imported));
    format!("{number}\t{when}\t{}\t{rows}\t{current}{restored}\t{}\t{sha256}", version.file, version.who)
}

/// One line of `runs`.
pub fn run(run: &RunInfo, lang: Lang) -> String {
    let end = match (run.complete, run.finished) {
        (true, _) => lang.pick("完了", "complete"),
        (false, Some(_)) => lang.pick("途中まで", "partial"),
        (false, None) => lang.pick("途中で中断（終了の記録なし）", "cut off (no end record)"),
    };
    let judged = if run.judged { lang.pick("照合済み", "judged") } else { lang.pick("未照合", "not judged") };
    let seen = match lang {
        Lang::Ja => format!("観測{}件", run.observations),
        Lang::En => format!("{} observations", run.observations),
    };
    let from = run.vendor.as_deref().map(crate::render::words::phrase::shown);
    let from = from.map(|vendor| lang.pick(format!("\t{vendor}から受領"), format!("\thanded in by {vendor}")));
    let from = from.unwrap_or_default();
    format!("{}\t{}\t{}\t{end}\t{seen}\t{judged}{from}", clock(run.started), run.id, run.host)
}

/// A run was kept.
pub fn scanned(run: &RunId, complete: bool, cut: bool, lang: Lang) -> String {
    match (lang, complete, cut) {
        (Lang::Ja, true, _) => format!("スキャンを保存しました（{run}）。"),
        (Lang::En, true, _) => format!("The scan is kept ({run})."),
        (Lang::Ja, false, true) => {
            format!("スキャンは途中で中断しました。それまでの結果は保存してあります（{run}）。")
        }
        (Lang::En, false, true) => format!("The scan was cut off. What was seen until then is kept ({run})."),
        (Lang::Ja, false, false) => {
            format!("スキャンは途中で終わりました。それまでの結果は保存してあります（{run}）。")
        }
        (Lang::En, false, false) => format!("The scan ended early. What was seen until then is kept ({run})."),
    }
}

/// Reports were written.
pub fn reported(folder: &Path, lang: Lang) -> String {
    let folder = folder.display();
    match lang {
        Lang::Ja => format!("報告書の出力先: {folder}"),
        Lang::En => format!("Reports: {folder}"),
    }
}

/// A file was written.
pub fn written(path: &Path, lang: Lang) -> String {
    let path = path.display();
    lang.pick(format!("書き出しました: {path}"), format!("written: {path}"))
}

/// Two diagrams say the same.
pub fn diagram_unchanged(lang: Lang) -> &'static str {
    lang.pick("構成図に変更はありません。", "The diagram did not change.")
}

/// An inventory file was kept; `found` of its machines were seen by the latest run.
pub fn inventory(name: &str, format: &str, machines: usize, found: Option<usize>, lang: Lang) -> String {
    match (lang, found) {
        (Lang::Ja, Some(found)) => format!(
            "{name}: {machines}台を取り込みました（形式 {format}）。うち{found}台が最新の調査で見えている機器です。"
        ),
        (Lang::Ja, None) => format!(
            "{name}: {machines}台を取り込みました（形式 {format}）。調査がまだないため、次の調査と合わせて判定します。"
        ),
        (Lang::En, Some(found)) => format!(
            "{name}: {machines} machines were kept (format {format}); {found} of them were seen by the latest run."
        ),
        (Lang::En, None) => format!(
            "{name}: {machines} machines were kept (format {format}). There is no run yet; the next one is judged with them."
        ),
    }
}

/// Kept replies were read again.
pub fn reread(lang: Lang) -> String {
    lang.pick(
        "保存済みの応答を読み直しました。1パケットも送信していません。観測の記録は元のままです。報告書は daicho report で作り直せます。",
        "Kept replies were read again. Not one packet was sent; what was observed stays as it is. daicho report writes the reports anew.",
    )
    .to_owned()
}

/// A decision was kept, or taken back.
pub fn decided(about: About, value: Option<&str>, key: &DecisionKey, lang: Lang) -> String {
    let what = crate::render::words::device::about(about, lang);
    let value = value.map(|value| match (about, value.parse()) {
        (About::Class, Ok(class)) => crate::render::words::fixed::class(class, lang).to_owned(),
        _ => daicho_shared::text::bounded(value),
    });
    let weak = match (key.address(), lang) {
        (None, _) => "",
        (_, Lang::Ja) => {
            "\nこの機器はMACアドレスもシリアル番号も分からないため、IPアドレスに対する判断として記録しました。IPアドレスを別の機器が使い始めたら、取り消してください。"
        }
        (_, Lang::En) => {
            "\nNeither MAC address nor serial number of this device is known, so the decision is about its IP address. Take it back when another device uses that."
        }
    };
    match (value, lang) {
        (Some(value), Lang::Ja) => {
            format!("{key} の{what}を『{value}』と記録しました。今後のスキャンでも変わりません。{weak}")
        }
        (Some(value), Lang::En) => format!("{what} of {key} is now “{value}”. No scan changes that.{weak}"),
        (None, Lang::Ja) => format!("{key} の{what}についての判断を取り消しました。今後はスキャンの結果を使います。"),
        (None, Lang::En) => format!("The decision on {what} of {key} was taken back. Scans count again."),
    }
}

/// Nothing was decided yet.
pub fn no_decisions(lang: Lang) -> String {
    lang.pick("人の判断の記録はまだありません。", "Nothing was decided yet.").to_owned()
}

/// One line of `decide list`.
pub fn decision(row: &DecisionRow, lang: Lang) -> String {
    let about = About::from_code(&row.about);
    let what = about.map_or(row.about.as_str(), |about| crate::render::words::device::about(about, lang));
    let value = match (&row.value, about) {
        (None, _) => lang.pick("（取り消し）", "(withdrawn)").to_owned(),
        (Some(value), Some(About::Class)) => {
            let class = value.parse().map(|class| crate::render::words::fixed::class(class, lang));
            class.map_or_else(|_| value.clone(), |word| format!("{word} [{value}]"))
        }
        (Some(value), _) => value.clone(),
    };
    let state = if row.current { "" } else { lang.pick("\t（旧）", "\t(old)") };
    let note = row.note.as_deref().unwrap_or_default();
    format!("{}\t{}\t{what}\t{value}\t{}\t{note}{state}", clock(row.at), row.key, row.by)
}

/// The demo begins.
pub fn demo_begins(lang: Lang) -> String {
    lang.pick(
        "模擬病院をこの機械の中だけに用意し、スキャンします。実際のネットワークには1パケットも送信しません。\n模擬病院の機器は電源を切らないので、1回の調査で見つからなければ所在不明とします（実際の病院では3回、電源が入っている時間帯の調査が必要です）。",
        "Scanning a simulated hospital inside this machine. Not one packet goes to a real network.\nSimulated devices are never switched off: one scan that misses a device is enough here (a real hospital needs three, at hours at which it is on).",
    )
    .to_owned()
}

/// The demo is done.
pub fn demo_done(folder: &Path, lang: Lang) -> String {
    let folder = folder.display();
    match lang {
        Lang::Ja => format!("出力先: {folder}\n  report.html  findings.xlsx  result.json  data/daicho.sqlite"),
        Lang::En => format!("Output: {folder}\n  report.html  findings.xlsx  result.json  data/daicho.sqlite"),
    }
}

/// Local time, to the minute.
fn clock(at: Timestamp) -> String {
    at.to_zoned(TimeZone::system()).strftime("%Y-%m-%d %H:%M").to_string()
}
