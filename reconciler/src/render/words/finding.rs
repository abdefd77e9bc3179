//! A finding in words: what, what else it could be, what to do, and what would settle it.
//!
//! How we know stands in [`super::observation`], because it is said of observations, not of findings.

use super::phrase::{Phrase, mark};
use super::{Lang, advice, exit, fixed, hint, problem, vendor};
use crate::judge::finding::{Finding, Happened, Kind, NotCheckedReason};
use crate::render::scene::Scene;

/// Everything that is said about one finding, evidence apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Said {
    /// One sentence that a ward manager understands.
    pub(crate) what: Phrase,
    /// Benign explanations that are possible or were ruled out.
    pub(crate) other: Vec<Phrase>,
    /// Who looks at which cable, or asks which vendor what.
    pub(crate) action: Phrase,
    /// What would settle it.
    pub(crate) settle: Phrase,
}

/// Says it.
pub(crate) fn say(finding: &Finding, scene: &Scene<'_>) -> Said {
    let lang = scene.lang();
    Said {
        what: Phrase::new(capital(what(finding, scene)) + story(finding.happened, lang)),
        other: advice::other(&finding.kind, lang).iter().map(|text| Phrase::new(*text)).collect(),
        action: Phrase::new(advice::action(finding, scene)),
        settle: Phrase::new(advice::settle(&finding.kind, lang)),
    }
}

/// What happened, where several values tell it together, as a further sentence.
fn story(happened: Option<Happened>, lang: Lang) -> &'static str {
    let Some(happened) = happened else { return "" };
    match happened {
        Happened::Replaced => lang.pick(
            "名前か設置場所が同じで、別の機器になっています。入れ替えたものとみられます（LANカードだけの交換の場合もあります）。",
            " Name or place is the same and the hardware another: it seems to have been exchanged, or its network card.",
        ),
        Happened::Moved => lang.pick(
            "同じ機器が別のセグメントで見つかりました。移設したものとみられます。",
            " The same device was found in another segment: it seems to have been moved.",
        ),
        Happened::Readdressed => lang.pick(
            "同じ機器が同じセグメントの別のIPアドレスで見つかりました。",
            " The same device was found at another address of the same segment.",
        ),
        Happened::NewCard => lang.pick(
            "シリアル番号か鍵は前と同じなので、LANカードだけを交換したものとみられます。",
            " Its serial number or its key is the same as before: only the network card seems to have been exchanged.",
        ),
        Happened::Renamed => lang.pick(
            "同じ機器の名前が変わっています。",
            " It is the same device under another name.",
        ),
        Happened::RandomMac => lang.pick(
            "このMACアドレスは端末が自動生成したもので、接続のたびに変わることがあります。台帳のMACアドレスとしては使えません。",
            " The device made this MAC address up and may change it: it is of no use in a ledger.",
        ),
    }
}

fn what(finding: &Finding, scene: &Scene<'_>) -> String {
    let lang = scene.lang();
    let device = device(finding, scene);
    let row = row(finding, scene);
    match &finding.kind {
        Kind::NotInLedger => lang.pick(
            format!("{device}が院内LANで応答していますが、台帳に該当する行がありません。"),
            format!("{device} answers on the hospital LAN, but no ledger row matches it."),
        ),
        Kind::NotFound { scans, segment } => {
            let segment = mark(segment);
            lang.pick(
                format!("{row}の機器は、{segment} を{scans}回調べましたが見つかりません。"),
                format!("The device of {row} was not found in {scans} scans of {segment}."),
            )
        }
        Kind::NotChecked { reason } => not_checked(*reason, &row, lang),
        Kind::Mismatch { field, declared, seen } => {
            let (field, declared, seen) = (problem::field(*field, lang), mark(declared), mark(seen));
            lang.pick(
                format!("{row}の{field}は台帳では『{declared}』ですが、実測では『{seen}』です。"),
                format!("The {field} of {row} is “{declared}” in the ledger, but “{seen}” on the network."),
            )
        }
        Kind::DuplicateEntry { field, value } => {
            let (field, value, rows) = (problem::field(*field, lang), mark(value), rows(finding, scene));
            lang.pick(
                format!("同じ{field}『{value}』が台帳の複数の行に記入されています: {rows}。"),
                format!("The same {field} “{value}” stands in several ledger rows: {rows}."),
            )
        }
        Kind::DefectiveEntry { problem } => problem::what(problem, lang),
        Kind::AmbiguousPair { assets } => {
            let machines: Vec<String> = assets.iter().take(5).map(|id| scene.subject(id)).collect();
            let machines = machines.join(lang.pick("、", "; "));
            lang.pick(
                format!("{row}に当てはまる機器が{}台あり、一つに決まりません: {machines}。", assets.len()),
                format!("{row} could be any of {} machines: {machines}.", assets.len()),
            )
        }
        Kind::Unnatural { hows } => unnatural(hows, &device, lang),
        Kind::DualHomed { .. } | Kind::UndeclaredUplink { .. } | Kind::ForwardsUndeclared | Kind::RetiredButSeen => {
            network(finding, scene)
        }
        Kind::UnneededServices { .. }
        | Kind::ManagementReachable { .. }
        | Kind::SupportEnded { .. }
        | Kind::SupportEnding { .. } => {
            let subject = if finding.asset.is_some() { &device } else { &row };
            hint::what(finding, subject, lang)
        }
        Kind::VendorContradiction { .. }
        | Kind::VendorDisowned { .. }
        | Kind::VendorUnknown { .. }
        | Kind::VendorUnasked { .. }
        | Kind::VendorOutdated { .. }
        | Kind::VendorSilent { .. } => {
            let subject = if finding.asset.is_some() { &device } else { &row };
            vendor::what(&finding.kind, subject, lang)
        }
    }
}

fn unnatural(hows: &[String], device: &str, lang: Lang) -> String {
    let hows: Vec<String> = hows.iter().take(5).map(|how| fixed::unnatural(how, lang)).collect();
    let hows = hows.join(lang.pick("、", ", "));
    lang.pick(
        format!("{device}の応答は、普通の機器では見られないものです（{hows}）。分類やOSの推定は当てになりません。"),
        format!("{device} answers as no ordinary device does ({hows}). What it seems to be is worth little."),
    )
}

fn network(finding: &Finding, scene: &Scene<'_>) -> String {
    let (lang, device) = (scene.lang(), device(finding, scene));
    match &finding.kind {
        Kind::DualHomed { .. } => exit::dual_homed(finding, &device, scene),
        Kind::UndeclaredUplink { .. } => exit::uplink(finding, &device, scene),
        Kind::ForwardsUndeclared => lang.pick(
            format!(
                "{device}は、ほかの機器あての通信を中継しますが、台帳ではネットワーク機器として申告されていません。"
            ),
            format!("{device} forwards others' packets, but the ledger does not declare it as network equipment."),
        ),
        _ => {
            let row = row(finding, scene);
            lang.pick(
                format!("{row}は廃棄済みの記載ですが、{device}として院内LANで応答しています。"),
                format!("{row} is declared retired, but {device} answers on the hospital LAN."),
            )
        }
    }
}

fn not_checked(reason: NotCheckedReason, row: &str, lang: Lang) -> String {
    match reason {
        NotCheckedReason::NoKey => lang.pick(
            format!("{row}は、MACアドレス・IPアドレス・コンピュータ名・シリアル番号の記入がないため照合できません。"),
            format!("{row} declares neither MAC, IP address, name nor serial number, so it could not be checked."),
        ),
        NotCheckedReason::SegmentNotScanned => lang.pick(
            format!("{row}のIPアドレスは、今回調べていないセグメントにあります。"),
            format!("{row} has an address in a segment that was not scanned."),
        ),
        NotCheckedReason::AddressUnknown => lang.pick(
            format!("{row}は、IPアドレスの記入がないため、どのセグメントを調べればよいか決まりません。"),
            format!("{row} declares no address, so nobody knows where to look."),
        ),
        NotCheckedReason::TooFewScans => lang.pick(
            format!("{row}の機器はまだ見つかっていません。所在不明と言えるだけの回数は調べていません。"),
            format!("The device of {row} was not seen yet, in too few scans to say more."),
        ),
        NotCheckedReason::OffHours => lang.pick(
            format!("{row}の機器は見つかっていませんが、電源を切っている時間帯（夜間や休日など）の調査が含まれるため、確認できていません。"),
            format!("The device of {row} was not seen, but it may have been switched off at the time of the scans."),
        ),
        NotCheckedReason::WeakMethod => lang.pick(
            format!("{row}のセグメントはルータ越しに一通りの方法でしか調べていないため、応答しない設定の機器かどうかを確認できていません。"),
            format!("The segment of {row} was asked through a router in one way only: it may be set not to answer."),
        ),
        NotCheckedReason::PartialScan => lang.pick(
            format!("{row}のセグメントの調査が途中で終わったため、有無を判断できません。"),
            format!("The scan of the segment of {row} was cut short."),
        ),
        NotCheckedReason::Excluded => lang.pick(
            format!("{row}のIPアドレスは、調査から除外したネットワークにあります。"),
            format!("{row} has an address in an excluded network."),
        ),
    }
}

/// A sentence begins with a capital letter, unless it begins with somebody's own word.
fn capital(text: String) -> String {
    match text.chars().next() {
        Some(first) if first.is_ascii_lowercase() => format!("{}{}", first.to_ascii_uppercase(), &text[1..]),
        _ => text,
    }
}

fn device(finding: &Finding, scene: &Scene<'_>) -> String {
    let unknown = || scene.lang().pick("機器".to_owned(), "a device".to_owned());
    finding.asset.as_ref().map_or_else(unknown, |id| scene.subject(id))
}

fn row(finding: &Finding, scene: &Scene<'_>) -> String {
    let unknown = || scene.lang().pick("台帳の行".to_owned(), "a ledger row".to_owned());
    finding.entries.first().map_or_else(unknown, |id| scene.row(id))
}

fn rows(finding: &Finding, scene: &Scene<'_>) -> String {
    let lang = scene.lang();
    let rows: Vec<String> = finding.entries.iter().take(5).map(|id| scene.row(id)).collect();
    let more = finding.entries.len().saturating_sub(5);
    let listed = rows.join(lang.pick("、", "; "));
    match more {
        0 => listed,
        more => lang.pick(format!("{listed}、ほか{more}行"), format!("{listed}; {more} more")),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::render::fixture;

    /// Every sentence of every kind: complete, in one language, and calm.
    #[test]
    fn every_kind_is_said_in_full_in_both_languages() {
        let verdict = fixture::every_kind();
        let codes: BTreeSet<&str> = verdict.findings.iter().map(|finding| finding.kind.code()).collect();
        assert_eq!(codes.len(), 22);
        for lang in [Lang::Ja, Lang::En] {
            let options = fixture::options(lang);
            let scene = Scene::new(&verdict, &options);
            for finding in &verdict.findings {
                let said = say(finding, &scene);
                let sentences = [&said.what, &said.action];
                assert!(sentences.iter().all(|text| text.plain().ends_with(lang.pick('。', '.'))), "{said:?}");
                assert!(!said.other.is_empty() && !said.settle.plain().is_empty());
                for text in sentences.into_iter().chain(&said.other).chain([&said.settle]) {
                    let own: String = text.spans().iter().filter(|s| !s.foreign).map(|s| s.text).collect();
                    assert!(!own.contains(['!', '！']), "{own}");
                    assert_eq!(own.chars().any(is_japanese), lang == Lang::Ja, "{own}");
                }
            }
        }
    }

    fn is_japanese(c: char) -> bool {
        matches!(c, '\u{3000}'..='\u{30ff}' | '\u{4e00}'..='\u{9fff}')
    }
}
