//! Hints in words: services, ways of management and ends of support, always as questions. Nothing here says that a device
//! was updated, or was not.

use std::collections::BTreeSet;

use super::phrase::{mark, shown};
use super::{Lang, date, problem};
use crate::judge::asset::Grade;
use crate::judge::decision::PERSON;
use crate::judge::entry::{Field, Origin};
use crate::judge::finding::{Finding, Kind, Support};
use crate::judge::hint::table::{EndOfSupport, Services};
use crate::judge::hint::{ManagementHint, ServiceHint, SupportHint, SupportState, VantageKind};

/// What is said of the device or the row, in two or three sentences.
pub(super) fn what(finding: &Finding, subject: &str, lang: Lang) -> String {
    match &finding.kind {
        Kind::UnneededServices { services, denied } => {
            let named = |keys: &[String]| listed(keys.iter().map(|key| service(key, lang)), lang);
            let said = unneeded(subject, &named(services), finding.grade >= Grade::Probable, lang);
            if denied.is_empty() {
                return said;
            }
            let denied = named(denied);
            lang.pick(
                format!("{said}台帳やリモート保守台帳に停止・不使用・無とあるもの（{denied}）は、記載と実測が食い違っています。"),
                format!("{said} The ledger or the remote-maintenance register says that {denied} is off or not there, which what was seen contradicts."),
            )
        }
        Kind::ManagementReachable { ways, from, segment } => {
            let named = listed(ways.iter().map(|key| way(key)), lang);
            let from = from.map(|network| mark(&network.to_string()));
            management(subject, &named, from.as_deref(), *segment, lang)
        }
        Kind::SupportEnded { support } => {
            let (system, day) = (system(support, subject, lang), date::day(support.last_day, lang));
            let editions = editions(support, lang);
            lang.pick(
                format!("{system}提供元による更新は{day}で終わっています。{editions}"),
                format!("{system} Its maker's updates ended on {day}.{editions}"),
            )
        }
        Kind::SupportEnding { support } => {
            let (system, day) = (system(support, subject, lang), date::day(support.last_day, lang));
            let editions = editions(support, lang);
            lang.pick(
                format!("{system}提供元による更新は{day}で終わる予定です。{editions}"),
                format!("{system} Its maker's updates end on {day}.{editions}"),
            )
        }
        _ => String::new(),
    }
}

/// Behind an open port may be another program.
fn unneeded(subject: &str, services: &str, spoken: bool, lang: Lang) -> String {
    match (spoken, lang) {
        (true, Lang::Ja) => format!(
            "{subject}では、通常は使わないサービス（{services}）が応答しますが、何に使うものかが台帳にもリモート保守台帳にも書かれていません。"
        ),
        (false, Lang::Ja) => format!(
            "{subject}では、通常は使わないサービス（{services}）の受け口が開いていますが、何に使うものかが台帳にもリモート保守台帳にも書かれていません。"
        ),
        (true, Lang::En) => format!(
            "{subject} offers what is seldom needed ({services}), and neither the ledger nor the remote-maintenance register says what for."
        ),
        (false, Lang::En) => format!(
            "{subject} has a port open for what is seldom needed ({services}), and neither the ledger nor the remote-maintenance register says what for."
        ),
    }
}

fn management(subject: &str, ways: &str, from: Option<&str>, segment: VantageKind, lang: Lang) -> String {
    let place = from.map(|network| lang.pick(format!("（{network}）"), format!(" ({network})"))).unwrap_or_default();
    let known = match segment {
        VantageKind::Clinical | VantageKind::Management => lang.pick(
            "セグメント一覧では、ここは機器の管理用ではありません。",
            "By the segment list, that segment is not for managing equipment.",
        ),
        VantageKind::Shared => lang
            .pick("ここには端末PCや医療機器もつながっています。", "PCs or medical devices are in that segment, too."),
        VantageKind::Unlisted => lang.pick(
            "このセグメントの用途は、セグメント一覧に書かれていません。",
            "No segment list says what that segment is for.",
        ),
    };
    lang.pick(
        format!("{subject}の管理用の受け口（{ways}）が、調査用の機械のあるセグメント{place}からの接続に応答しました。{known}"),
        format!("{subject} lets its management ({ways}) be reached from the scanner's segment{place}. {known}"),
    )
}

/// The system, who told it, and how sure that is.
fn system(support: &Support, subject: &str, lang: Lang) -> String {
    let (product, told, confidence) = (mark(&support.product), mark(&support.told), support.confidence);
    match support.source.as_str() {
        "ledger" => lang.pick(
            format!("{subject}のOSは、台帳の記載（『{told}』）では{product}です。"),
            format!("{subject} runs {product}, as the ledger says (“{told}”)."),
        ),
        PERSON => lang.pick(
            format!("{subject}のOSは、担当者の判断（『{told}』）では{product}です。"),
            format!("{subject} runs {product}, as a person decided (“{told}”)."),
        ),
        _ => lang.pick(
            format!("{subject}のOSは、機器の応答（『{told}』、確からしさ{confidence}/100）から{product}とみられます。"),
            format!("{subject} seems to run {product}, by its own answers (“{told}”, {confidence} of 100)."),
        ),
    }
}

/// Which other editions live longer, where none was told.
fn editions(support: &Support, lang: Lang) -> String {
    let product = EndOfSupport::builtin().get(&support.product);
    let Some((product, _)) = product.zip(support.latest) else { return String::new() };
    let longer = product.edition.iter().filter(|edition| edition.last_day > support.last_day);
    let one = |edition: &crate::judge::hint::table::Edition| {
        let day = date::day(edition.last_day, lang);
        lang.pick(format!("{}は{day}まで", edition.name_ja), format!("{} until {day}", edition.name))
    };
    let all = longer.map(one).collect::<Vec<_>>().join(lang.pick("、", ", "));
    lang.pick(
        format!("エディションが分からないため、最も早い日を示しています（{all}）。"),
        format!(" No edition was told, so this is the earliest day ({all})."),
    )
}

/// Who says so besides the device: the requirement, the maker's dates, and updates that can be bought beyond them.
pub(crate) fn basis(kind: &Kind, lang: Lang) -> Vec<String> {
    match kind {
        Kind::SupportEnded { support } | Kind::SupportEnding { support } => dates(support, lang),
        Kind::UnneededServices { services, .. } => {
            let table = Services::builtin();
            let sources = services.iter().filter_map(|key| table.get(key)).map(|it| it.source.as_str());
            requirements([table.item_9.as_str()].into_iter().chain(sources), lang)
        }
        Kind::ManagementReachable { .. } => requirements([Services::builtin().item_8.as_str()].into_iter(), lang),
        _ => vec![],
    }
}

fn requirements<'t>(sources: impl Iterator<Item = &'t str>, lang: Lang) -> Vec<String> {
    let each: BTreeSet<&str> = sources.collect();
    let one = |source: &str| lang.pick(format!("関係する要件: {source}。"), format!("The requirement: {source}."));
    each.into_iter().map(one).collect()
}

fn dates(support: &Support, lang: Lang) -> Vec<String> {
    let table = EndOfSupport::builtin();
    let Some(product) = table.get(&support.product) else { return vec![] };
    let checked = date::day(table.checked, lang);
    let source = lang.pick(
        format!("更新が終わる日の出典: {}（{checked}に確認）。", product.source),
        format!("The last day of updates is published by {} (checked on {checked}).", product.source),
    );
    std::iter::once(source).chain(lang.pick(&product.note_ja, &product.note).clone()).collect()
}

/// Benign explanations.
pub(super) fn other(kind: &Kind, lang: Lang) -> &'static [&'static str] {
    match kind {
        Kind::UnneededServices { .. } => lang.pick(
            &[
                "保守や機器どうしの連携に実際に使われているサービス",
                "出荷時の設定のまま動いているだけのサービス",
                "別のソフトウェアが同じ番号の受け口を使っている場合",
            ],
            &[
                "a service that maintenance or another device really uses",
                "a service that is on because it was delivered so",
                "another program that listens at the same port",
            ],
        ),
        Kind::ManagementReachable { .. } => lang.pick(
            &[
                "調査用の機械のIPアドレスが、管理用の接続元として許可されている場合",
                "管理用の端末が同じセグメントにあり、ほかの方法で接続元を制限している場合",
            ],
            &[
                "the scanner's address is one of those that are let in for management",
                "the terminals for management are in the same segment, and who connects is limited otherwise",
            ],
        ),
        _ => lang.pick(
            &[
                "有償の延長サポート（ESUなど）の契約がある機器",
                "期限の長いエディション（LTSCなど）で動いている機器",
                "事業者が別の対策で保護している医療機器の制御用PC",
            ],
            &[
                "a device whose support was extended by contract (ESU and the like)",
                "an edition with longer support (LTSC and the like)",
                "the control PC of a medical device that its vendor protects otherwise",
            ],
        ),
    }
}

/// Who asks whom about what, and for which item of the checklist.
pub(super) fn action(kind: &Kind, who: &str, lang: Lang) -> String {
    match kind {
        Kind::UnneededServices { services, .. } => {
            let table = Services::builtin();
            let why = services.iter().filter_map(|key| table.get(key));
            let one = |it: &crate::judge::hint::table::Service| lang.pick(it.why_ja.clone(), it.why.clone());
            let why = why.map(one).collect::<Vec<_>>().join(lang.pick("、", "; "));
            lang.pick(
                format!("{who}は、何に使うサービスかを保守の事業者に確認してください。使うものなら台帳の「用途」か「説明」の列に書き、使わないものなら事業者と相談してから止めてください。気を付ける理由: {why}。チェックリスト2-(9)の確認に使えます。"),
                format!("{who}: ask the maintenance vendor what it is for. If it is used, write so into the ledger's purpose or description; if not, turn it off together with the vendor. Why it matters: {why}. This serves checklist item 2-(9)."),
            )
        }
        Kind::ManagementReachable { .. } => lang.pick(
            "情報システム担当者は、機器の設定画面の接続元制限（アクセスリストなど）を確認し、管理に使う端末だけに絞れるかを保守の事業者に確認してください。チェックリスト2-(8)の確認に使えます。".to_owned(),
            "IT staff: look at the device's list of permitted sources, and ask the maintenance vendor whether it can be limited to the terminals for management. This serves checklist item 2-(8).".to_owned(),
        ),
        _ => lang.pick(
            format!("{who}は、機器の設定画面でOSの版とエディションを確認し、更新の予定と、更新できない場合の代わりの対策を保守の事業者に確認してください。チェックリスト2-(7)、G-MIS Q12・Q13の確認に使えます。"),
            format!("{who}: read version and edition off the device's settings, and ask the maintenance vendor when it will be replaced, or what protects it until then. This serves checklist item 2-(7) and G-MIS Q12 and Q13."),
        ),
    }
}

/// What would settle it, as a noun phrase.
pub(super) fn settle(kind: &Kind, lang: Lang) -> &'static str {
    match kind {
        Kind::UnneededServices { .. } => lang.pick(
            "機器のサービス一覧かタスクマネージャーの画面と、事業者の回答",
            "the device's own list of services, and the vendor's answer",
        ),
        Kind::ManagementReachable { .. } => lang.pick(
            "機器の接続元制限の設定、または別のセグメントから調べた結果",
            "the device's list of permitted sources, or a scan from another segment",
        ),
        _ => lang.pick(
            "機器の設定画面のOSの版とエディション、延長サポートの契約の有無",
            "version and edition in the device's settings, and whether support was extended by contract",
        ),
    }
}

/// A service of a device, and who says what it is for.
pub(crate) fn service_line(hint: &ServiceHint, by: Option<&str>, lang: Lang) -> String {
    let (name, ports) = (service(&hint.service, lang), hint.ports.join(", "));
    let spoken = lang.pick("応答あり", "it answers");
    let how = if hint.spoken { spoken } else { lang.pick("受け口が開いている", "its port is open") };
    let by = by.unwrap_or(lang.pick("用途の記載なし", "nobody says what for"));
    lang.pick(format!("{name}（{ports}、{how}）: {by}"), format!("{name} ({ports}, {how}): {by}"))
}

/// The cell that says that a service is off.
pub(crate) fn denied_by_row(row: &str, field: Field, lang: Lang) -> String {
    let field = problem::field(field, lang);
    lang.pick(
        format!("停止・不使用・無との記載と食い違い（{row}の{field}）"),
        format!("said to be off or not there by the {field} of {row}"),
    )
}

/// The record that says that a service is off, or that there is no remote maintenance.
pub(crate) fn denied_by_record(origin: Option<&Origin>, lang: Lang) -> String {
    let place = origin.map(|origin| problem::place(origin, lang)).unwrap_or_default();
    lang.pick(
        format!("停止・不使用・無との記載と食い違い（リモート保守台帳、{place}）"),
        format!("said to be off or not there by the remote-maintenance register, {place}"),
    )
}

/// The cell that names a service.
pub(crate) fn by_row(row: &str, field: Field, lang: Lang) -> String {
    let field = problem::field(field, lang);
    lang.pick(format!("用途の記載あり（{row}の{field}）"), format!("explained by the {field} of {row}"))
}

/// The record that is about the device.
pub(crate) fn by_record(origin: Option<&Origin>, lang: Lang) -> String {
    let place = origin.map(|origin| problem::place(origin, lang)).unwrap_or_default();
    lang.pick(
        format!("用途の記載あり（リモート保守台帳、{place}）"),
        format!("explained by the remote-maintenance register, {place}"),
    )
}

/// The ways in which a device is managed, as far as they answered.
pub(crate) fn management_line(hint: &ManagementHint, lang: Lang) -> String {
    let ways = listed(hint.ways.iter().map(|key| way(key)), lang);
    let from = hint.vantage.network.map(|network| mark(&network.to_string())).unwrap_or_default();
    lang.pick(format!("管理用の受け口: {ways}（{from} から応答）"), format!("management: {ways}, reached from {from}"))
}

/// A system and its last day of support.
pub(crate) fn support_line(hint: &SupportHint, lang: Lang) -> String {
    let (product, day) = (mark(&hint.product), date::day(hint.last_day, lang));
    let told = match hint.source.as_str() {
        "ledger" => lang.pick("台帳の記載による", "as the ledger says"),
        _ => lang.pick("機器の応答による", "by its answers"),
    };
    match hint.state {
        SupportState::Ended => lang.pick(
            format!("{product}（{told}）: 提供元による更新は{day}で終わっています"),
            format!("{product} ({told}): its maker's updates ended on {day}"),
        ),
        SupportState::Ending | SupportState::Supported => lang.pick(
            format!("{product}（{told}）: 提供元による更新は{day}まで"),
            format!("{product} ({told}): its maker's updates go on until {day}"),
        ),
    }
}

/// A service by its key.
pub(super) fn service(key: &str, lang: Lang) -> String {
    let service = Services::builtin().get(key);
    service.map_or_else(|| shown(key), |it| lang.pick(it.name_ja.clone(), it.way.name.clone()))
}

/// A way of management by its key.
pub(super) fn way(key: &str) -> String {
    Services::builtin().way(key).map_or_else(|| shown(key), |way| way.name.clone())
}

fn listed(names: impl Iterator<Item = String>, lang: Lang) -> String {
    names.collect::<Vec<_>>().join(lang.pick("、", ", "))
}
