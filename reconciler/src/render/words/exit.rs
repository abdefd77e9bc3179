//! Second networks, forwarding and ways out as sentences: what is said of the machine, who looks at which cable, and what
//! would settle it.

use std::collections::BTreeSet;
use std::net::IpAddr;

use daicho_shared::fact::Fact;

use super::phrase::mark;
use super::{Lang, graded, hypothesis};
use crate::judge::asset::{Asset, Grade};
use crate::judge::finding::{Finding, Kind};
use crate::judge::graded::{Sign, SignSeen};
use crate::render::scene::Scene;

/// Signs that the one sentence names; all stand in the table of grades.
const MAIN: usize = 3;
/// Addresses that it names.
const ADDRESSES: usize = 8;
/// Signs of a device that offers itself to others as their way out.
const OFFERS: [Sign; 4] = [Sign::UpnpGateway, Sign::DhcpRouter, Sign::RouterAdvertisement, Sign::DefaultGateway];

/// Which kind of way out the signs speak of: it decides where to look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// A machine that shares the line of a telephone or mobile router.
    Shared,
    /// A provider's access line.
    Access,
    /// A router with a line.
    Line,
}

/// Of the signs.
pub(super) fn way(signs: &[Sign]) -> Way {
    let any = |wanted: &[Sign]| signs.iter().any(|sign| wanted.contains(sign));
    match () {
        () if any(&[Sign::AccessConcentrator]) => Way::Access,
        () if any(&[Sign::TetherNetwork]) && !any(&OFFERS) => Way::Shared,
        () => Way::Line,
    }
}

/// It has a second network: where, how sure, and whether it joins the two.
pub(super) fn dual_homed(finding: &Finding, device: &str, scene: &Scene<'_>) -> String {
    let lang = scene.lang();
    let asset = finding.asset.as_ref().and_then(|id| scene.asset(id));
    let Kind::DualHomed { addresses } = &finding.kind else { return String::new() };
    let listed: Vec<String> = addresses.iter().take(ADDRESSES).map(|address| mark(&address.to_string())).collect();
    let listed = listed.join(lang.pick("、", ", "));
    let joins = asset.is_some_and(|asset| asset.forwards.grade == Grade::Confirmed);
    let beyond = asset.map(|asset| beyond(finding, asset, scene)).unwrap_or_default();
    match lang {
        Lang::Ja => {
            let what = match (listed.is_empty(), beyond.is_empty()) {
                (false, _) => format!("院内LANのほかに別のネットワークのIPアドレス（{listed}）も持っている"),
                (_, false) => format!("院内LANのほかに、{beyond} のある別のネットワークにもつながっている"),
                _ => "院内LANのほかに別のネットワークにもつながっている".to_owned(),
            };
            let joins =
                if joins { "ほかの機器の通信を中継することも確認しました。" } else { "" };
            match finding.grade {
                Grade::Confirmed => format!("{device}は、{}ます。{joins}", what.trim_end_matches('る')),
                Grade::Probable => format!("{device}は、{what}疑いが強い状態です。{joins}"),
                _ => format!("{device}は、{what}可能性があります。{joins}"),
            }
        }
        Lang::En => {
            let sure = match finding.grade {
                Grade::Confirmed => "",
                Grade::Probable => "very probably ",
                _ => "perhaps ",
            };
            let what = match (listed.is_empty(), beyond.is_empty()) {
                (false, _) => format!("{sure}also holds addresses of another network ({listed})"),
                (_, false) => format!("is {sure}connected to another network, too, in which {beyond} answered"),
                _ => format!("is {sure}connected to another network, too"),
            };
            let joins = if joins { " It forwards what others send." } else { "" };
            format!("{device} {what}.{joins}")
        }
    }
}

/// Who answered from beyond it what should have ended at it.
fn beyond(finding: &Finding, asset: &Asset, scene: &Scene<'_>) -> String {
    let own = |address: &IpAddr| asset.interfaces.iter().any(|interface| interface.addresses.contains(address));
    let seen = finding.evidence.iter().filter_map(|id| scene.verdict.evidence.get(id));
    let from = seen.flat_map(|one| &one.facts).filter_map(|fact| match fact {
        Fact::Hop { sent_ttl: 1, from, .. } if !own(from) => Some(*from),
        _ => None,
    });
    let from: BTreeSet<IpAddr> = from.collect();
    let listed: Vec<String> = from.iter().take(ADDRESSES).map(|address| mark(&address.to_string())).collect();
    listed.join(scene.lang().pick("、", ", "))
}

/// It leads out, and nobody declared it.
pub(super) fn uplink(finding: &Finding, device: &str, scene: &Scene<'_>) -> String {
    let lang = scene.lang();
    let signs = main_signs(finding, scene);
    match (lang, finding.grade) {
        (Lang::Ja, Grade::Confirmed) => {
            format!("{device}は、病院の外への出口になっていますが、台帳に申告がありません（主な兆候：{signs}）。")
        }
        (Lang::Ja, Grade::Probable) => {
            format!("{device}は、病院の外への出口になっている疑いが強く、台帳に申告がありません（主な兆候：{signs}）。")
        }
        (Lang::Ja, _) => {
            format!(
                "{device}は、病院の外への出口になっている可能性があり、台帳に申告がありません（主な兆候：{signs}）。"
            )
        }
        (Lang::En, Grade::Confirmed) => {
            format!("{device} is a way out of the hospital that no register declares (main signs: {signs}).")
        }
        (Lang::En, Grade::Probable) => {
            format!(
                "{device} is very probably a way out of the hospital that no register declares (main signs: {signs})."
            )
        }
        (Lang::En, _) => {
            format!("{device} may be a way out of the hospital that no register declares (main signs: {signs}).")
        }
    }
}

/// The strongest signs, with their addresses, and how many more there are.
fn main_signs(finding: &Finding, scene: &Scene<'_>) -> String {
    let lang = scene.lang();
    let Kind::UndeclaredUplink { signs } = &finding.kind else { return String::new() };
    let asset = finding.asset.as_ref().and_then(|id| scene.asset(id));
    // Of a machine that shares a line, the network says more than that it forwards.
    let shared = way(signs) == Way::Shared;
    let seen = |asset: &Asset| {
        let mut seen: Vec<&SignSeen> = asset.uplink.signs.iter().collect();
        seen.sort_by_key(|one| shared && one.sign != Sign::TetherNetwork);
        seen.into_iter().map(|seen| graded::named(seen, lang)).collect::<Vec<_>>()
    };
    let mut named = asset.map(seen).unwrap_or_default();
    if named.is_empty() {
        named = signs.iter().map(|sign| hypothesis::sign(*sign, lang).to_owned()).collect();
    }
    let more = named.len().saturating_sub(MAIN);
    named.truncate(MAIN);
    let listed = named.join(lang.pick("、", ", "));
    match more {
        0 => listed,
        more => lang.pick(format!("{listed}、ほか{more}件"), format!("{listed}, and {more} more")),
    }
}

/// Who looks at which socket, and asks whom.
pub(super) fn action(finding: &Finding, who: &str, scene: &Scene<'_>) -> String {
    let lang = scene.lang();
    let (found, vendor) = (found_at(finding, scene), vendor(finding, scene));
    if let Kind::UndeclaredUplink { signs } = &finding.kind {
        return match way(signs) {
            Way::Shared => lang.pick(
                format!("{who}は、{found}機器のUSB端子と、無線LAN・Bluetoothの設定を見て、スマートフォンやモバイルルーターにつながっていないか確認してください。つながっていれば、誰が何のために使っているかを控えて情報システム担当者に伝え、事業者が設置した場合は目的と契約者を{vendor}に確認してください。"),
                format!("{who}: {found}look at the device's USB sockets and its wireless and Bluetooth settings for a phone or a mobile router. If there is one, note whose it is and what for, and tell IT staff; if a vendor installed it, ask {vendor} what for and who holds the contract."),
            ),
            Way::Access => lang.pick(
                format!("{who}は、{found}この機器がONU（回線終端装置）や事業者の接続装置かどうかを確認してください。院内LANに回線が直接つながっている状態なので、回線の契約者と目的を{vendor}に確認し、外部接続点台帳に登録してください。確認が済むまでケーブルは抜かないでください（診療への影響を先に確認）。"),
                format!("{who}: {found}see whether this is a line termination (ONU) or a provider's equipment: an access line is connected to the hospital LAN itself. Ask {vendor} who holds the line and what for, and add it to the register. Do not unplug it before its effect on care is known."),
            ),
            Way::Line => lang.pick(
                format!("{who}は、{found}機器の回線側の端子（WAN・電話・SIM）に何がつながっているかを確認してください。回線の契約者・目的・保守での利用を{vendor}に確認し、外部接続点台帳に登録してください。確認が済むまでケーブルは抜かないでください（診療への影響を先に確認）。"),
                format!("{who}: {found}see what is connected to the device's line side (WAN, telephone, SIM). Ask {vendor} who holds the line and what for, and add it to the register. Do not unplug it before its effect on care is known."),
            ),
        };
    }
    if matches!(finding.kind, Kind::DualHomed { .. }) {
        return lang.pick(
            format!("{who}は、{found}機器のUSB端子とLAN端子を確認し、2本目のLANケーブル・スマートフォン・モバイルルーターが接続されていないか見てください。事業者が設置した場合は、目的・接続方法を{vendor}に確認してください。"),
            format!("{who}: {found}look at the device's USB and LAN sockets for a second cable, a phone or a mobile router. If a vendor installed it, ask {vendor} what for and how it is connected."),
        );
    }
    lang.pick(
        format!("{who}は、{found}この機器で接続の共有・VPN・仮想化ソフトを使っているかを確認してください。事業者が設定した場合は、何のための中継かを{vendor}に確認し、必要なら台帳の機器区分に「ネットワーク機器」と書いてください。"),
        format!("{who}: {found}find out whether the device shares its connection, or runs VPN or virtualisation software. If a vendor set it up, ask {vendor} what for; if it is needed, declare the device as network equipment."),
    )
}

/// Where to begin: at the switch port, where one is known.
fn found_at(finding: &Finding, scene: &Scene<'_>) -> String {
    let place = finding.asset.as_ref().and_then(|id| scene.asset(id)).and_then(|asset| asset.place.as_ref());
    let Some(place) = place.map(|place| mark(&place.value)) else { return String::new() };
    scene.lang().pick(
        format!("スイッチのポート『{place}』からLANケーブルをたどって機器を見つけ、"),
        format!("follow the cable from switch port “{place}” to the device, and "),
    )
}

/// Whom to ask: the vendor that the ledger names, or whoever it is.
fn vendor(finding: &Finding, scene: &Scene<'_>) -> String {
    let own = finding.entries.iter().filter_map(|id| scene.entry(id));
    let paired = finding.asset.iter().flat_map(|id| scene.rows_of(id));
    let named = own.chain(paired).find_map(|row| row.vendor.as_deref()).map(mark);
    match (named, scene.lang()) {
        (Some(name), Lang::Ja) => format!("事業者『{name}』"),
        (Some(name), Lang::En) => format!("“{name}”"),
        (None, Lang::Ja) => "事業者".to_owned(),
        (None, Lang::En) => "the vendor".to_owned(),
    }
}

/// What would settle a way out, as a noun phrase.
pub(super) fn settle(signs: &[Sign], lang: Lang) -> &'static str {
    match way(signs) {
        Way::Shared => lang.pick(
            "機器のネットワーク設定画面（USB・無線LAN・Bluetoothのどれが別のネットワークにつながっているか）",
            "the device's network settings: which of USB, wireless and Bluetooth leads to the other network",
        ),
        Way::Access => lang.pick(
            "回線の契約書と、機器から回線終端装置までの配線の確認",
            "the line contract, and the cable from the device to the line termination",
        ),
        Way::Line if signs.contains(&Sign::DefaultGateway) => lang.pick(
            "この機器の回線側の配線と回線契約書、または外部接続点台帳への申告",
            "the cable and contract on its line side, or its declaration in the register",
        ),
        Way::Line => lang.pick(
            "SIM・回線の契約書、または管理画面に表示される回線側のIPアドレス",
            "the SIM or line contract, or the outer address on its management page",
        ),
    }
}

/// What a way out could be instead.
pub(super) fn other(signs: &[Sign], lang: Lang) -> &'static [&'static str] {
    match way(signs) {
        Way::Shared => lang.pick(
            &[
                "同じ番号のネットワークを、院内や装置内で正式に使っている場合",
                "検証用・IoT機器用の小型機器の初期設定のネットワーク",
                "以前のテザリングの設定だけが残り、いまはつながっていない場合",
            ],
            &[
                "a network of the same number that the hospital or a device uses officially",
                "the default network of a small test or IoT device",
                "settings left from earlier tethering, with nothing connected now",
            ],
        ),
        Way::Access => lang.pick(
            &["院内の接続装置の試験機や研修用の機器", "回線事業者の装置が、LANの側の口に誤ってつながれている場合"],
            &["test or training equipment inside", "a provider's equipment cabled to the LAN by mistake"],
        ),
        Way::Line => lang.pick(
            &[
                "申告済みの外部接続点の予備機や入替機",
                "院内のセグメントどうしをつなぐだけのルータ・L3スイッチ",
                "ルーター機能を切って無線アクセスポイントとして使う機器",
            ],
            &[
                "a spare or successor of a declared point",
                "a router between segments inside the hospital",
                "a router used as an access point only",
            ],
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::asset::Claim;
    use crate::judge::graded::EvidenceClass;
    use crate::render::fixture;
    use crate::render::words::phrase::Phrase;

    fn told(finding: &Finding, scene: &Scene<'_>) -> (String, String) {
        let plain = |text: String| Phrase::new(text).plain();
        (plain(uplink(finding, "D", scene)), plain(action(finding, "W", scene)))
    }

    #[test]
    fn signs_decide_where_to_look() {
        assert_eq!(way(&[Sign::ForwardsHop, Sign::TetherNetwork]), Way::Shared);
        assert_eq!(way(&[Sign::DhcpRouter, Sign::TetherNetwork]), Way::Line);
        assert_eq!(way(&[Sign::AccessConcentrator]), Way::Access);
    }

    #[test]
    fn the_sentence_is_as_sure_as_its_grade_and_names_what_was_seen() {
        let mut verdict = fixture::every_kind();
        let index = verdict.findings.iter().position(|one| matches!(one.kind, Kind::UndeclaredUplink { .. })).unwrap();
        let mut finding = verdict.findings[index].clone();
        let id = finding.asset.clone().unwrap();
        let asset = verdict.assets.iter_mut().find(|asset| asset.id == id).unwrap();
        asset.uplink.signs = vec![SignSeen {
            sign: Sign::TetherNetwork,
            class: EvidenceClass::C,
            gives: Grade::Indication,
            addresses: vec!["192.168.42.129".parse().unwrap()],
            evidence: vec![],
        }];
        let claim = |value: &str| Claim {
            value: value.into(),
            source: "snmp".into(),
            confidence: 0,
            reasons: vec![],
            others: vec![],
            evidence: vec![],
            decided: None,
        };
        asset.place = Some(claim("SW1: Gi1/0/5"));
        finding.kind = Kind::UndeclaredUplink { signs: vec![Sign::TetherNetwork] };
        let options = fixture::options(Lang::Ja);
        let scene = Scene::new(&verdict, &options);
        let mut said = vec![];
        for grade in [Grade::Confirmed, Grade::Probable, Grade::Indication] {
            finding.grade = grade;
            let (what, todo) = told(&finding, &scene);
            assert!(what.contains("192.168.42.129") && todo.contains("SW1: Gi1/0/5"), "{what} {todo}");
            said.push(what);
        }
        assert!(said[0].contains("なっていますが") && said[1].contains("疑いが強く") && said[2].contains("可能性"));
    }
}
