//! What no scan of this kind can see, and what was not looked at this time.

use super::Lang;

/// What this method cannot see, as noun phrases.
pub fn spots(lang: Lang) -> [&'static str; 6] {
    lang.pick(
        [
            "使われていない2枚目のLANカード",
            "装置に直結されたルーター",
            "電話回線のモデム",
            "電源の切れている機器、応答を返さない設定の機器",
            "管理機能のないスイッチ、USB・SASだけでつながる機器",
            "スマートフォンのテザリングなど、調査時刻に使われていなかった接続",
        ],
        [
            "a second network card that is not in use",
            "a router cabled directly to a device",
            "a modem on a telephone line",
            "devices that are switched off or set not to answer",
            "unmanaged switches and devices on USB or SAS only",
            "connections not in use at the time, such as a tethered phone",
        ],
    )
}

/// One scan sees only the hours in which it ran.
pub fn hours(span: &str, lang: Lang) -> String {
    match lang {
        Lang::Ja => format!("調べた時間帯は {span} だけです。ほかの時間帯にだけ動く機器は見えていません。"),
        Lang::En => format!("Only the time from {span} was looked at. Devices that run at other hours were not seen."),
    }
}

/// A routed segment hides MAC addresses.
pub fn routed(segment: &str, lang: Lang) -> String {
    match lang {
        Lang::Ja => format!(
            "{segment} はルータ越しに調べました。MACアドレスは直接確認できず、応答を返さない機器は見えていません。"
        ),
        Lang::En => {
            format!("{segment} was asked through a router: MAC addresses and devices that do not answer were not seen.")
        }
    }
}

/// Nothing at all was asked in a network of the scope.
pub fn untouched(segment: &str, lang: Lang) -> String {
    match lang {
        Lang::Ja => format!("{segment} は対象範囲ですが、1件も問い合わせていません。"),
        Lang::En => format!("{segment} is in scope, but nothing was asked there."),
    }
}

/// The run ended before everything was asked.
pub fn cut_short(segment: &str, questions: u32, lang: Lang) -> String {
    match lang {
        Lang::Ja => format!("{segment} では、{questions}件の問い合わせを行う前に調査が終わりました。"),
        Lang::En => format!("In {segment} the scan ended before {questions} questions were put."),
    }
}

/// Questions that the safety settings forbade.
pub fn forbidden(segment: &str, questions: u32, lang: Lang) -> String {
    match lang {
        Lang::Ja => format!("{segment} では、機器を守る設定により{questions}件の問い合わせを行っていません。"),
        Lang::En => format!("In {segment} the safety settings forbade {questions} questions."),
    }
}

/// A network that was excluded.
pub fn excluded(segment: &str, lang: Lang) -> String {
    match lang {
        Lang::Ja => format!("{segment} は設定により調査から除外しました。"),
        Lang::En => format!("{segment} was excluded by configuration."),
    }
}

/// Ledger rows whose addresses lie outside.
pub fn rows_outside(count: usize, networks: &str, lang: Lang) -> String {
    match lang {
        Lang::Ja => format!("台帳の{count}行は、調べていないセグメントのIPアドレスです（{networks}）。"),
        Lang::En => format!("{count} ledger rows have addresses in segments that were not scanned ({networks})."),
    }
}

/// Addresses in which nobody answered.
pub fn silent(silent: u32, asked: u32, lang: Lang) -> String {
    match lang {
        Lang::Ja => format!(
            "在否の問い合わせ {asked}件のうち {silent}件は応答がありませんでした。空きか、応答しない機器かは区別できません。"
        ),
        Lang::En => format!(
            "{silent} of {asked} presence questions were not answered: free addresses and silent devices look the same."
        ),
    }
}

/// A device that stopped answering.
pub fn left_alone(lang: Lang) -> &'static str {
    lang.pick(
        "調査の途中で応答しなくなったため、以後この機器には送信していません。",
        "It stopped answering in mid-scan; nothing more was sent to it.",
    )
}
