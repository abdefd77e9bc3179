//! What vendors say, set beside what was seen, in words.

use super::phrase::mark;
use super::{Lang, date, fixed};
use crate::judge::asset::Class;
use crate::judge::finding::Kind;
use crate::judge::trace::{Trace, TraceKind};

/// What is found.
pub(super) fn what(kind: &Kind, device: &str, lang: Lang) -> String {
    match kind {
        Kind::VendorContradiction { vendor, said, seen } => {
            let said = fixed::four_valued(*said, lang);
            let seen: Vec<String> = seen.iter().take(6).map(|one| mark(&trace(one, lang))).collect();
            let (vendor, seen) = (mark(vendor), seen.join(lang.pick("、", ", ")));
            lang.pick(
                format!("{vendor}は{device}のリモートメンテナンスを「{said}」としていますが、この機器には外部からの保守に使える仕組みがあります: {seen}。"),
                format!("{vendor} says “{said}” of remote maintenance of {device}, but something that serves it stands there: {seen}."),
            )
        }
        Kind::VendorOutdated { vendor, confirmed, months } => {
            let (vendor, confirmed) = (mark(vendor), date::day(*confirmed, lang));
            lang.pick(
                format!(
                    "{vendor}のリモートメンテナンスについての確認から{months}か月を過ぎています（最も古い確認: {confirmed}）。"
                ),
                format!(
                    "What {vendor} confirmed about remote maintenance is more than {months} months old (oldest: {confirmed})."
                ),
            )
        }
        Kind::VendorSilent { vendor, asked, due, open } => {
            let (vendor, asked, due) = (mark(vendor), date::day(*asked, lang), date::day(*due, lang));
            lang.pick(
                format!("{vendor}に{asked}に照会しましたが、期限の{due}を過ぎても{open}行の回答がありません。"),
                format!("{vendor} was asked on {asked}; {open} rows are not answered, and {due} has passed."),
            )
        }
        _ => String::new(),
    }
}

/// What else it could be.
pub(super) fn other(kind: &Kind, lang: Lang) -> &'static [&'static str] {
    match kind {
        Kind::VendorContradiction { .. } => lang.pick(
            &[
                "院内の職員だけが使う遠隔操作",
                "別の事業者が設置した機器やソフトウェア",
                "契約の終了後に残った設定や機器",
            ],
            &["used by staff inside only", "put there by another vendor", "left over from a contract that ended"],
        ),
        Kind::VendorOutdated { .. } => lang.pick(
            &["確認は済んでいて、台帳や照会票への記録だけが残っている場合"],
            &["it was confirmed since, and only the record is missing"],
        ),
        _ => lang.pick(
            &["回答が届いていて、取り込みだけが残っている場合", "担当者の変更や送り先の誤り"],
            &["the answer is there and was not read in yet", "another contact person, or a wrong address"],
        ),
    }
}

/// Who does what.
pub(super) fn action(kind: &Kind, who: &str, lang: Lang) -> String {
    match kind {
        Kind::VendorContradiction { vendor, .. } => {
            let vendor = mark(vendor);
            lang.pick(
                format!("{who}は、観測した内容を{vendor}に示し、誰が何のために設置し、いつ使うのかを確認してください。使わないものなら停止・撤去の時期を決め、使うものなら回答を訂正してもらってください（daicho vendor export で照会票を作れます）。"),
                format!("{who}: show {vendor} what was seen, and ask who put it there, what for, and when it is used. Have it stopped or removed, or have the answer corrected (daicho vendor export writes the enquiry)."),
            )
        }
        Kind::VendorOutdated { vendor, .. } => {
            let vendor = mark(vendor);
            lang.pick(
                format!("情報システム担当者は、{vendor}に改めて照会してください（daicho vendor export）。"),
                format!("IT staff: ask {vendor} again (daicho vendor export)."),
            )
        }
        Kind::VendorSilent { vendor, .. } => {
            let vendor = mark(vendor);
            lang.pick(
                format!("情報システム担当者は、{vendor}に督促してください（文面は daicho vendor remind で作れます）。"),
                format!("IT staff: remind {vendor} (daicho vendor remind writes the letter)."),
            )
        }
        _ => String::new(),
    }
}

/// What would settle it.
pub(super) fn settle(kind: &Kind, lang: Lang) -> &'static str {
    match kind {
        Kind::VendorContradiction { .. } => lang.pick(
            "事業者の訂正した回答、または機器の停止・撤去の後の調査",
            "the vendor's corrected answer, or a scan after it was stopped or removed",
        ),
        _ => lang.pick("事業者の新しい回答の取り込み", "reading in a new answer of the vendor"),
    }
}

/// What kind of way in it is.
pub fn trace_kind(kind: TraceKind, lang: Lang) -> &'static str {
    match kind {
        TraceKind::Vpn => lang.pick("VPNの接続口", "VPN endpoint"),
        TraceKind::Uplink => lang.pick("外部への回線", "line of its own"),
        TraceKind::RemoteTool => lang.pick("遠隔操作のソフトウェア", "remote-control program"),
        TraceKind::SecondNetwork => lang.pick("2系統目のネットワーク（2枚挿し）", "second network"),
        TraceKind::Console => lang.pick("管理用の接続口（院内からも使用）", "console, used from inside, too"),
    }
}

/// What was seen, without its kind: `ike udp/500`, `LTE・5Gルータ`.
pub fn trace_what(trace: &Trace, lang: Lang) -> String {
    let what = match (trace.kind, trace.what.parse::<Class>()) {
        (TraceKind::Uplink, Ok(Class::Unknown)) => lang.pick("機器", "device").to_owned(),
        (TraceKind::Uplink, Ok(class)) => fixed::class(class, lang).to_owned(),
        _ => trace.what.clone(),
    };
    format!("{what} {}", trace.place()).trim().to_owned()
}

/// Both.
pub fn trace(trace: &Trace, lang: Lang) -> String {
    let (kind, what) = (trace_kind(trace.kind, lang), trace_what(trace, lang));
    lang.pick(format!("{kind}（{what}）"), format!("{kind} ({what})"))
}
