//! What vendors say, set beside what was seen, in words.

use super::phrase::mark;
use super::{Lang, date, fixed};
use crate::judge::asset::Class;
use crate::judge::finding::{Kind, WordOf};
use crate::judge::trace::{Trace, TraceKind};

/// What is found.
pub(super) fn what(kind: &Kind, device: &str, lang: Lang) -> String {
    match kind {
        Kind::VendorContradiction { .. } | Kind::VendorDisowned { .. } => opposed(kind, device, lang),
        Kind::VendorUnknown { vendor, answered, open } => {
            let (vendor, answered) = (mark(vendor), date::day(*answered, lang));
            lang.pick(
                format!("{vendor}の回答のうち{open}行が「不明」のままです（最も古い回答: {answered}）。回答はありましたが、確認できたことにはなりません。"),
                format!("{open} rows of {vendor}'s answers are “unknown” (oldest answer: {answered}): a reply, but no confirmation."),
            )
        }
        Kind::VendorUnasked { vendor, asked, answered, devices } => {
            let (vendor, asked) = (mark(vendor), date::day(*asked, lang));
            let answered = answered.map(|day| date::day(day, lang));
            let answered = answered.map_or_else(String::new, |day| {
                lang.pick(format!("、最後の回答は{day}"), format!(", its last answer is of {day}"))
            });
            lang.pick(
                format!("{vendor}の担当機器{devices}台は、照会した後に台帳に加わったもので、まだ照会していません（最後の照会は{asked}{answered}）。"),
                format!("{devices} devices of {vendor} came into the ledger after it was asked, and nobody asked about them yet (last asked on {asked}{answered})."),
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

/// What the vendor says, or the ledger, and what stands at the device all the same.
fn opposed(kind: &Kind, device: &str, lang: Lang) -> String {
    match kind {
        Kind::VendorContradiction { vendor, said, by, seen } => {
            let said = fixed::four_valued(*said, lang);
            let (vendor, seen) = (mark(vendor), traces(seen, lang));
            match by {
                WordOf::Vendor => lang.pick(
                    format!("{vendor}は{device}のリモートメンテナンスを「{said}」としていますが、この機器には外部からの保守に使える仕組みがあります: {seen}。"),
                    format!("{vendor} says “{said}” of remote maintenance of {device}, but something that serves it stands there: {seen}."),
                ),
                WordOf::Ledger => lang.pick(
                    format!("台帳では{vendor}による{device}のリモートメンテナンスは「{said}」ですが、この機器には外部からの保守に使える仕組みがあります: {seen}。"),
                    format!("The ledger says “{said}” of remote maintenance of {device} by {vendor}, but something that serves it stands there: {seen}."),
                ),
            }
        }
        Kind::VendorDisowned { vendor, said, seen } => {
            let (vendor, said) = (mark(vendor), fixed::four_valued(*said, lang));
            let there = traces(seen, lang);
            let there = match (seen.is_empty(), lang) {
                (true, _) => String::new(),
                (false, Lang::Ja) => format!("この機器には外部からの保守に使える仕組みがあります: {there}。"),
                (false, Lang::En) => format!(" Something that serves maintenance from outside stands there: {there}."),
            };
            lang.pick(
                format!("台帳では{device}の保守事業者は{vendor}ですが、{vendor}は担当について「{said}」と回答しています。{there}"),
                format!("The ledger calls {vendor} the vendor of {device}, but asked whether it is, {vendor} answered “{said}”.{there}"),
            )
        }
        _ => String::new(),
    }
}

fn traces(seen: &[Trace], lang: Lang) -> String {
    let seen: Vec<String> = seen.iter().take(6).map(|one| mark(&trace(one, lang))).collect();
    seen.join(lang.pick("、", ", "))
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
        Kind::VendorDisowned { .. } => lang.pick(
            &["担当が別の事業者や部署に移った場合", "台帳の「保守事業者」に販売店や以前の事業者が残っている場合"],
            &["another vendor or department has taken it over", "the ledger still names a dealer or an earlier vendor"],
        ),
        Kind::VendorUnknown { .. } => lang.pick(
            &["確認できた後の回答が届いていて、取り込みだけが残っている場合"],
            &["the vendor has found out since, and its answer was not read in yet"],
        ),
        Kind::VendorUnasked { .. } => lang.pick(
            &["台帳の行の書き方だけが変わり、機器は以前に照会したものと同じ場合"],
            &["only the row was written anew, and the device is one that was asked about"],
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
        Kind::VendorDisowned { vendor, .. } => {
            let vendor = mark(vendor);
            lang.pick(
                format!("{who}は、この機器の保守を誰が担当しているのかを確認し、台帳の「保守事業者」を直してください。担当がいない場合は、契約の要否を決めてください（{vendor}の回答は照会票で確認できます）。"),
                format!("{who}: find out who maintains it, and correct the ledger's vendor. If nobody does, decide whether a contract is needed ({vendor}'s answer is in its workbook)."),
            )
        }
        Kind::VendorUnknown { vendor, .. } => {
            let vendor = mark(vendor);
            lang.pick(
                format!("情報システム担当者は、{vendor}に確認できる予定日を尋ね、確認後の回答を受け取ってください（文面は daicho vendor remind で作れます）。"),
                format!("IT staff: ask {vendor} when it will know, and have it answer then (daicho vendor remind writes the letter)."),
            )
        }
        Kind::VendorUnasked { vendor, .. } => {
            let vendor = mark(vendor);
            lang.pick(
                format!("情報システム担当者は、{vendor}に、加わった機器を含めて改めて照会してください（daicho vendor export）。"),
                format!("IT staff: ask {vendor} again, with these devices (daicho vendor export)."),
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
        Kind::VendorDisowned { .. } => lang.pick(
            "台帳の「保守事業者」の修正、または事業者の訂正した回答",
            "a corrected vendor in the ledger, or the vendor's corrected answer",
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
