//! One device in words: what it is, why, and what speaks against it.

use jiff::tz::TimeZone;

use super::field;
use super::phrase::mark;
use super::{Lang, date, fixed, observation};
use crate::judge::asset::{Class, Decided, Why};
use crate::judge::decision::About;
use crate::judge::entry::DeviceType;

/// Headings of a device's page.
pub fn headings(lang: Lang) -> &'static Headings {
    lang.pick(&JA, &EN)
}

macro_rules! headings {
    ($($name:ident: $ja:literal, $en:literal;)*) => {
        /// Every heading, in one language.
        #[derive(Debug)]
        #[allow(missing_docs, reason = "the names say it; the words stand in the table below")]
        pub struct Headings { $(pub $name: &'static str,)* }

        const JA: Headings = Headings { $($name: $ja,)* };
        const EN: Headings = Headings { $($name: $en,)* };
    };
}

headings! {
    seen: "調査", "Scan";
    class: "分類", "Class";
    maker: "メーカー", "Maker";
    model: "型番", "Model";
    os: "OS", "Operating system";
    firmware: "ファームウェア", "Firmware";
    serial: "シリアル番号", "Serial number";
    place: "接続先のスイッチ", "Switch port";
    names: "名前", "Names";
    interfaces: "ネットワークの口", "Interfaces";
    services: "応答したサービス", "Services";
    hints: "サービス・管理・更新の手がかり", "Services, management, updates";
    ledger: "台帳", "Ledger";
    pairs: "台帳との照合の内訳", "Comparison with the ledger";
    findings: "所見", "Findings";
    care: "機器への配慮", "Care";
    sent: "送信したパケット", "Packets sent";
    questions: "問い合わせと結果", "Questions and answers";
    unnatural: "応答が不自然", "Unnatural answers";
    basis: "判定に使った知識", "Judged by";
    reasons: "理由", "why";
    others: "反する手がかり", "against it";
    person: "人の判断", "decided by a person";
    joined: "1台とみなした理由", "Why it is one device";
}

/// `プリンタ・複合機（確信度 80%）`.
pub fn sure(value: &str, confidence: u8, lang: Lang) -> String {
    match confidence {
        0 => value.to_owned(),
        sure => lang.pick(format!("{value}（確信度 {sure}%）"), format!("{value} ({sure}% sure)")),
    }
}

/// Somebody said so.
pub fn by_person(value: &str, lang: Lang) -> String {
    lang.pick(format!("{value}［人の判断］"), format!("{value} [decided by a person]"))
}

/// Where no class leads.
pub fn undecided(any: bool, lang: Lang) -> String {
    let unknown = fixed::class(Class::Unknown, lang);
    match (lang, any) {
        (Lang::Ja, true) => format!("{unknown}（手がかりはありますが、一つに決まりません）"),
        (Lang::Ja, false) => format!("{unknown}（種類を示す手がかりがありません）"),
        (Lang::En, true) => format!("{unknown} (there are signs, but none decides)"),
        (Lang::En, false) => format!("{unknown} (nothing says what it is)"),
    }
}

/// A value of which nothing speaks.
pub fn nothing(lang: Lang) -> &'static str {
    lang.pick("不明（機器からの情報なし）", "not known (the device tells nothing)")
}

/// `DICOMの応答の実装名『…』 ［02:15:03 DICOMの接続確認、+60］`; `seen` is when and how, where that is known.
pub fn reason(why: &Why, seen: Option<&str>, lang: Lang) -> String {
    let found = field::found(why, lang);
    let points = (why.weight > 0).then(|| format!("+{}", why.weight));
    let grounds: Vec<String> = seen.map(ToOwned::to_owned).into_iter().chain(points).collect();
    if grounds.is_empty() {
        return found;
    }
    let grounds = grounds.join(lang.pick("、", ", "));
    lang.pick(format!("{found} ［{grounds}］"), format!("{found} [{grounds}]"))
}

/// What the confidence is, and what it is not.
pub fn confidence_note(lang: Lang) -> &'static str {
    lang.pick(
        "確信度は、手がかりの点数（［ ］内の＋の値）を種類ごとに足したもの（上限100）で、統計的な確率ではありません。",
        "Confidence is the sum of the points of what speaks for a value (the + figures, 100 at most), not a probability.",
    )
}

/// Ports that refused a connection, once for all.
pub fn refused_ports(ports: &[String], lang: Lang) -> String {
    let listed = ports.join(lang.pick("、", ", "));
    lang.pick(
        format!("接続を拒否したポート（{}個）: {listed}", ports.len()),
        format!("ports that refused ({}): {listed}", ports.len()),
    )
}

/// Questions that ended alike and said nothing else.
pub fn ended(outcome: daicho_shared::coverage::Outcome, methods: &[String], lang: Lang) -> String {
    let (outcome, listed) = (fixed::outcome(outcome, lang), methods.join(lang.pick("、", ", ")));
    format!("{outcome}: {listed}")
}

/// When and how an observation was made: `02:15:03 TCPポートへの接続`.
pub fn seen(one: &daicho_shared::observation::Observation, tz: &TimeZone, lang: Lang) -> String {
    let (time, method) = (date::time(one.at, tz), observation::method(&one.probe.0, lang));
    format!("{time} {method}")
}

/// Who decided, when, and why.
pub fn decided(by: &Decided, tz: &TimeZone, lang: Lang) -> String {
    let (who, when) = (mark(&by.by), date::moment(by.at, tz, lang));
    let note = by.note.as_deref().map(|note| lang.pick(format!("『{}』", mark(note)), format!(": “{}”", mark(note))));
    let note = note.unwrap_or_default();
    lang.pick(format!("{who}、{when}{note}"), format!("{who}, {when}{note}"))
}

/// What a decision is about.
pub fn about(about: About, lang: Lang) -> &'static str {
    let words = headings(lang);
    match about {
        About::Class => words.class,
        About::Maker => words.maker,
        About::Model => words.model,
        About::Os => words.os,
    }
}

/// How carefully a device is treated, by what it is held to be.
pub fn care(care: daicho_shared::class::Care, declared: bool, lang: Lang) -> String {
    use daicho_shared::class::Care;
    let why = if declared { lang.pick("台帳の記載により、", "the ledger calls for it: ") } else { "" };
    let what =
        match care {
            Care::Presence => lang
                .pick("存在の確認だけを行う機器（内容の問い合わせはしません）", "presence only; nothing else is asked"),
            Care::Verify => lang
                .pick("存在の確認と、DICOMの接続確認1回までを行う機器", "presence, and one DICOM verification at most"),
            Care::None => {
                lang.pick("通常の機器（種類に合う問い合わせを行います）", "an ordinary device, asked what fits it")
            }
        };
    format!("{why}{what}")
}

/// 機器区分 of a ledger row.
pub fn device_type(kind: DeviceType, lang: Lang) -> &'static str {
    match kind {
        DeviceType::Server => lang.pick("サーバ", "server"),
        DeviceType::Client => lang.pick("端末PC", "PC"),
        DeviceType::Network => lang.pick("ネットワーク機器", "network device"),
        DeviceType::Medical => lang.pick("医療機器", "medical device"),
        DeviceType::Printer => lang.pick("プリンタ", "printer"),
        DeviceType::Other => lang.pick("その他", "other"),
    }
}

/// The ledger says another kind than the network does: worth a look, no more.
pub fn class_differs(declared: DeviceType, seen: Class, lang: Lang) -> String {
    let (declared, seen) = (device_type(declared, lang), fixed::class(seen, lang));
    lang.pick(
        format!("分類の食い違い（情報）: 台帳の機器区分は『{declared}』、実測からの推定は『{seen}』です。推定には限りがあるため、台帳が誤りとは限りません。"),
        format!("Class differs (information): the ledger says “{declared}”, the network suggests “{seen}”. A guess from outside has limits; the ledger need not be wrong."),
    )
}
