//! The fixed words: one word for one concept, everywhere.

use daicho_shared::coverage::Outcome;
use daicho_shared::fact::NameSource;

use super::Lang;
use crate::judge::asset::{Class, Grade};
use crate::judge::entry::{FourValued, Register, Status};
use crate::judge::finding::{Finding, Happened, Kind, NotCheckedReason, Severity, WordOf};
use crate::judge::pairing::Decision;
use crate::judge::verdict::{EntryState, PointStatus};

/// 確度.
pub fn grade(grade: Grade, lang: Lang) -> &'static str {
    match grade {
        Grade::Confirmed => lang.pick("確定", "confirmed"),
        Grade::Probable => lang.pick("強い疑い", "probable"),
        Grade::Indication => lang.pick("参考", "indication"),
        Grade::Undecidable => lang.pick("判定不能", "undecidable"),
        Grade::Nothing => lang.pick("所見なし", "nothing found"),
    }
}

/// The sign beside a grade; no severity has it.
pub fn grade_mark(grade: Grade) -> &'static str {
    match grade {
        Grade::Confirmed => "●●●",
        Grade::Probable => "●●○",
        Grade::Indication => "●○○",
        Grade::Undecidable => "？",
        Grade::Nothing => "○○○",
    }
}

/// 重大度.
pub fn severity(severity: Severity, lang: Lang) -> &'static str {
    match severity {
        Severity::Urgent => lang.pick("至急", "urgent"),
        Severity::Act => lang.pick("要対応", "act"),
        Severity::Check => lang.pick("要確認", "check"),
        Severity::Info => lang.pick("情報", "info"),
    }
}

/// The sign beside a severity; no grade has it.
pub fn severity_mark(severity: Severity) -> &'static str {
    match severity {
        Severity::Urgent => "■",
        Severity::Act => "▲",
        Severity::Check => "◆",
        Severity::Info => "□",
    }
}

/// 種別 of a finding, e.g. 台帳未登録.
pub fn code(kind: &Kind, lang: Lang) -> String {
    let word = match kind {
        Kind::NotInLedger => lang.pick("台帳未登録", "not in the ledger"),
        Kind::NotFound { .. } => lang.pick("所在不明", "not found"),
        Kind::NotChecked { reason } => {
            let reason = not_checked(*reason, lang);
            return lang.pick(format!("未確認（理由: {reason}）"), format!("not checked (reason: {reason})"));
        }
        Kind::Mismatch { .. } => lang.pick("属性不一致", "mismatch"),
        Kind::DuplicateEntry { .. } => lang.pick("台帳重複", "duplicate row"),
        Kind::DefectiveEntry { .. } => lang.pick("台帳不備", "defective row"),
        Kind::AmbiguousPair { .. } => lang.pick("対応が一つに決まらない", "ambiguous match"),
        Kind::DualHomed { .. } => lang.pick("二系統接続（2枚挿し）の疑い", "suspected dual-homed device"),
        Kind::UndeclaredUplink { .. } => {
            lang.pick("未申告の外部接続点の疑い", "suspected undeclared external connection point")
        }
        Kind::ForwardsUndeclared => lang.pick("申告のないパケット中継", "undeclared packet forwarding"),
        Kind::RetiredButSeen => lang.pick("廃棄済みの記載だが応答あり", "declared retired, but answering"),
        Kind::Unnatural { .. } => lang.pick("応答が不自然", "unnatural answers"),
        Kind::UnneededServices { .. } => lang.pick("用途の説明がないサービス", "services without an explanation"),
        Kind::ManagementReachable { .. } => lang.pick("管理用の受け口への到達", "management reachable"),
        Kind::SupportEnded { .. } => lang.pick("サポート終了の可能性", "support has ended, by its version"),
        Kind::SupportEnding { .. } => lang.pick("サポート終了まで1年以内", "support ends within a year"),
        Kind::VendorContradiction { by: WordOf::Ledger, .. } => {
            lang.pick("台帳のリモート保守の記載と実測の食い違い", "remote maintenance in the ledger contradicted")
        }
        Kind::VendorContradiction { .. } => lang.pick("事業者の回答と実測の食い違い", "vendor's answer contradicted"),
        Kind::VendorDisowned { .. } => lang.pick("事業者が担当ではないと回答", "not the vendor's, it says"),
        Kind::VendorUnknown { .. } => lang.pick("事業者の回答が不明のまま", "vendor's answer still unknown"),
        Kind::VendorUnasked { .. } => lang.pick("照会の後に加わった機器", "devices added since the vendor was asked"),
        Kind::VendorOutdated { .. } => lang.pick("事業者への確認が古い", "vendor's confirmation outdated"),
        Kind::VendorSilent { .. } => lang.pick("事業者から回答がない", "no answer from the vendor"),
    };
    word.to_owned()
}

/// What happened to a device, as a noun phrase.
pub fn happened(happened: Happened, lang: Lang) -> &'static str {
    match happened {
        Happened::Replaced => lang.pick("機器の交換", "device exchanged"),
        Happened::Moved => lang.pick("移設", "moved"),
        Happened::Readdressed => lang.pick("IPアドレスの変更", "address changed"),
        Happened::NewCard => lang.pick("LANカードの交換", "network card exchanged"),
        Happened::Renamed => lang.pick("名称変更", "renamed"),
        Happened::RandomMac => lang.pick("自動生成のMACアドレス", "random MAC address"),
    }
}

/// The code's name, and what happened.
pub fn title(finding: &Finding, lang: Lang) -> String {
    let code = code(&finding.kind, lang);
    match finding.happened.map(|it| happened(it, lang)) {
        Some(happened) => lang.pick(format!("{code}（{happened}）"), format!("{code} ({happened})")),
        None => code,
    }
}

/// 調査の速さ.
pub fn profile(profile: &str, lang: Lang) -> String {
    let word = match profile {
        "gentle" => lang.pick("控えめ", "gentle"),
        "normal" => lang.pick("標準", "normal"),
        "fast" => lang.pick("速い", "fast"),
        "listen" => lang.pick("受信のみ（送信なし）", "listening only, nothing sent"),
        _ => return super::phrase::shown(profile),
    };
    word.to_owned()
}

/// Why a row could not be checked, as a noun phrase.
pub fn not_checked(reason: NotCheckedReason, lang: Lang) -> &'static str {
    match reason {
        NotCheckedReason::NoKey => lang.pick("照合できる項目の記入なし", "nothing to compare with"),
        NotCheckedReason::SegmentNotScanned => lang.pick("調査していないセグメント", "segment not scanned"),
        NotCheckedReason::AddressUnknown => lang.pick("IPアドレスの記入なし", "no address declared"),
        NotCheckedReason::TooFewScans => lang.pick("調査回数の不足", "too few scans"),
        NotCheckedReason::OffHours => {
            lang.pick("電源が入っている時間帯の調査不足", "too few scans while it could be on")
        }
        NotCheckedReason::WeakMethod => lang.pick("ルータ越しの調査方法の不足", "too few methods through a router"),
        NotCheckedReason::PartialScan => lang.pick("調査の中断", "scan cut short"),
        NotCheckedReason::Excluded => lang.pick("調査除外のネットワーク", "excluded network"),
    }
}

/// 分類.
pub fn class(class: Class, lang: Lang) -> &'static str {
    match class {
        Class::Server => lang.pick("サーバ", "server"),
        Class::Pc => lang.pick("端末PC", "PC"),
        Class::ThinClient => lang.pick("シンクライアント・専用端末", "thin client or kiosk"),
        Class::Hypervisor => lang.pick("仮想化基盤", "hypervisor"),
        Class::Storage => lang.pick("ストレージ・NAS", "storage"),
        Class::Router => lang.pick("ルータ", "router"),
        Class::Switch => lang.pick("スイッチ", "switch"),
        Class::AccessPoint => lang.pick("無線アクセスポイント", "access point"),
        Class::Firewall => lang.pick("ファイアウォール", "firewall"),
        Class::LoadBalancer => lang.pick("負荷分散装置", "load balancer"),
        Class::Network => lang.pick("ネットワーク機器", "network device"),
        Class::Vpn => lang.pick("VPN装置", "VPN device"),
        Class::LteRouter => lang.pick("LTE・5Gルータ", "LTE or 5G router"),
        Class::Modality => lang.pick("医療機器（撮影装置）", "medical device (modality)"),
        Class::Pacs => lang.pick("医療機器（PACS）", "medical device (PACS)"),
        Class::MedicalGateway => lang.pick("医療機器（連携ゲートウェイ）", "medical device (gateway)"),
        Class::Analyser => lang.pick("医療機器（検体検査装置）", "medical device (analyser)"),
        Class::PatientMonitor => lang.pick("医療機器（生体情報モニタ）", "medical device (patient monitor)"),
        Class::Infusion => lang.pick("医療機器（輸液・シリンジポンプ）", "medical device (infusion pump)"),
        Class::Dispensing => lang.pick("医療機器（調剤・薬剤部門装置）", "medical device (dispensing)"),
        Class::Medical => lang.pick("医療機器", "medical device"),
        Class::Printer => lang.pick("プリンタ・複合機", "printer"),
        Class::Camera => lang.pick("カメラ・録画装置", "camera"),
        Class::Phone => lang.pick("電話機", "phone"),
        Class::Ups => lang.pick("UPS・電源装置", "UPS"),
        Class::Building => lang.pick("設備・ビル管理機器", "building equipment"),
        Class::Iot => lang.pick("IoT・その他の機器", "IoT or other device"),
        Class::Unknown => lang.pick("種類不明", "unknown kind"),
    }
}

/// 状態 of a ledger row.
pub fn status(status: Status, lang: Lang) -> &'static str {
    match status {
        Status::Active => lang.pick("稼働", "in use"),
        Status::Stopped => lang.pick("停止", "stopped"),
        Status::Spare => lang.pick("予備", "spare"),
        Status::Repair => lang.pick("修理", "under repair"),
        Status::Out => lang.pick("持出", "taken out"),
        Status::Planned => lang.pick("予定", "planned"),
        Status::Retired => lang.pick("廃棄", "retired"),
        Status::Unknown => lang.pick("記入なし", "not said"),
    }
}

/// 有 · 無 · 不明（未確認） · 契約なし（記入不要）.
pub fn four_valued(value: FourValued, lang: Lang) -> &'static str {
    match value {
        FourValued::Yes => lang.pick("有", "yes"),
        FourValued::No => lang.pick("無", "no"),
        FourValued::Unknown => lang.pick("不明（未確認）", "unknown"),
        FourValued::NoContract => lang.pick("契約なし（記入不要）", "no contract"),
    }
}

/// Which register.
pub fn register(register: Register, lang: Lang) -> &'static str {
    match register {
        Register::Equipment => lang.pick("機器台帳", "equipment ledger"),
        Register::Medical => lang.pick("医療機器台帳", "medical device ledger"),
        Register::ExternalConnection => lang.pick("外部接続点台帳", "external connection register"),
        Register::Cloud => lang.pick("クラウドサービス台帳", "cloud service register"),
        Register::RemoteMaintenance => lang.pick("リモート保守台帳", "remote maintenance register"),
        Register::Vendor => lang.pick("事業者台帳", "vendor register"),
        Register::Department => lang.pick("部門マスタ", "departments"),
        Register::Segment => lang.pick("セグメント一覧", "segments"),
        Register::Confirmation => lang.pick("確認・報告記録", "reviews and reports"),
    }
}

/// Beside an address that was not seen.
pub fn only_declared(lang: Lang) -> &'static str {
    lang.pick("（台帳の記載のみ）", "(only in the ledger)")
}

/// What became of a row.
pub fn entry_state(state: EntryState, lang: Lang) -> &'static str {
    match state {
        EntryState::Matched => lang.pick("一致", "matched"),
        EntryState::MatchedWithDifferences => lang.pick("一致（値の相違あり）", "matched, values differ"),
        EntryState::NotFound => lang.pick("所在不明", "not found"),
        EntryState::NotChecked => lang.pick("未確認", "not checked"),
        EntryState::NotExpected => lang.pick("照合対象外", "not expected on the network"),
        EntryState::Ambiguous => lang.pick("対応が一つに決まらない", "ambiguous match"),
    }
}

/// Declared, seen, or both.
pub fn point_status(status: PointStatus, lang: Lang) -> &'static str {
    match status {
        PointStatus::DeclaredSeen => lang.pick("申告あり・観測あり", "declared and seen"),
        PointStatus::DeclaredUnseen => lang.pick("申告あり・観測なし", "declared, not seen"),
        PointStatus::DeclaredOtherwise => {
            lang.pick("別の部門・用途として申告あり", "declared for another department or purpose")
        }
        PointStatus::Undeclared => lang.pick("未申告・観測あり", "seen, not declared"),
    }
}

/// How a device answers as no ordinary device does, as a noun phrase.
pub fn unnatural(how: &str, lang: Lang) -> String {
    let word = match how {
        "every-port-open" => lang.pick("調べたポートのすべてが開いている", "every port that was tried is open"),
        "endless-greeting" => lang.pick("あいさつ文が終わらない", "a greeting without end"),
        "endless-answer" => lang.pick("応答が終わらない", "an answer without end"),
        "too-slow" => lang.pick("応答が極端に遅い（1文字ずつ）", "answers one octet at a time"),
        "too-much" | "too-large" => lang.pick("応答が極端に大きい", "answers far too large"),
        _ => return super::phrase::mark(how),
    };
    word.to_owned()
}

/// What became of a comparison.
pub fn decision(decision: Decision, lang: Lang) -> &'static str {
    match decision {
        Decision::Paired => lang.pick("同じ機器と判断", "held to be the same"),
        Decision::Shares => lang.pick("共用のIPアドレスとして確認", "an address that it shares"),
        Decision::Beaten => lang.pick("別の組み合わせを優先", "another pair was better"),
        Decision::TooWeak => lang.pick("一致する項目の不足", "too little in common"),
        Decision::Ambiguous => lang.pick("同点のため人の確認が必要", "a tie: a person must say"),
    }
}

/// How a question ended, as a noun phrase.
pub fn outcome(outcome: Outcome, lang: Lang) -> &'static str {
    match outcome {
        Outcome::Answered => lang.pick("応答あり", "answered"),
        Outcome::Silent => lang.pick("応答なし", "silent"),
        Outcome::Refused => lang.pick("拒否の応答", "refused"),
        Outcome::OtherProtocol => lang.pick("別の手順での応答", "answered in another protocol"),
        Outcome::BrokeOff => lang.pick("応答の途中で切断", "broke off"),
        Outcome::NotAllowed => lang.pick("安全設定により送信せず", "not sent: not allowed"),
    }
}

/// Who gave the name.
pub fn name_source(source: NameSource, lang: Lang) -> &'static str {
    match source {
        NameSource::Dns => lang.pick("DNS逆引き", "reverse DNS"),
        NameSource::Netbios => "NetBIOS",
        NameSource::Mdns => "mDNS",
        NameSource::Snmp => "SNMP",
        NameSource::Certificate => lang.pick("サーバ証明書", "certificate"),
        NameSource::Upnp => "UPnP",
        NameSource::Ntlm => lang.pick("Windowsの認証応答", "NTLM challenge"),
        NameSource::Ldap => "LDAP",
        NameSource::Rpc => lang.pick("Windowsの遠隔呼び出し（DCOM）", "Windows RPC (DCOM)"),
        NameSource::Llmnr => "LLMNR",
        NameSource::Browser => lang.pick("Windowsのブラウザ告知", "Windows browser announcement"),
        NameSource::Dhcp => "DHCP",
        NameSource::Lldp => "LLDP/CDP",
        NameSource::WsDiscovery => "WS-Discovery",
        NameSource::SqlBrowser => "SQL Server Browser",
        NameSource::Device => lang.pick("機器自身の名乗り", "the device itself"),
        NameSource::Inventory => lang.pick("インベントリファイル", "inventory file"),
    }
}

/// 回線種別, or what the signs suggest; a word that is not known is shown as it stands.
pub fn line_kind(kind: &str, lang: Lang) -> String {
    let word = match kind.to_ascii_lowercase().as_str() {
        "gateway" | "router" => lang.pick("ルータ・ゲートウェイ", "router or gateway"),
        "internet" => lang.pick("インターネット回線", "Internet line"),
        "closed_ipvpn" => lang.pick("閉域網・IP-VPN", "closed network (IP-VPN)"),
        "leased" => lang.pick("専用線", "leased line"),
        "oqs" | "online_qualification" => lang.pick("オンライン資格確認の回線", "online eligibility check line"),
        "regional" | "regional_network" => lang.pick("地域医療ネットワーク", "regional medical network"),
        "lte5g" => lang.pick("モバイル回線（LTE/5G）", "mobile line (LTE/5G)"),
        "pstn_isdn" => lang.pick("電話回線・ISDN", "telephone line or ISDN"),
        "remote_maintenance" => lang.pick("リモート保守の回線", "remote maintenance line"),
        "tethering" => lang.pick("テザリング・接続共有", "tethering or connection sharing"),
        "ipv6_uplink" => lang.pick("IPv6の出口", "a way out by IPv6"),
        "modem" => lang.pick("電話回線のモデム", "modem on a telephone line"),
        "cloud_link" | "cloud" => lang.pick("クラウド接続", "cloud link"),
        "site_link" => lang.pick("拠点間接続", "site link"),
        "dialup_or_mobile" => lang.pick("モバイル回線または電話回線", "mobile or dial-up line"),
        "home_router" => lang.pick("家庭用ルーター", "home router"),
        "wireless_public" => lang.pick("公衆無線LAN", "public wireless LAN"),
        "dual_homed" => lang.pick("二系統接続（2枚挿し）", "dual-homed device"),
        "other" => lang.pick("その他", "other"),
        "" | "unknown" => lang.pick("種別不明", "unknown kind"),
        _ => return super::phrase::shown(kind),
    };
    word.to_owned()
}

/// What a machine changed in.
pub fn changed(what: &str, lang: Lang) -> String {
    let word = match what {
        "addresses" => lang.pick("IPアドレス", "addresses"),
        "macs" | "interfaces" => lang.pick("ネットワークの口", "interfaces"),
        "names" => lang.pick("名前", "names"),
        "services" => lang.pick("動いているサービス", "services"),
        "class" => lang.pick("分類", "class"),
        "maker" => lang.pick("メーカー", "maker"),
        "place" => lang.pick("接続先のスイッチのポート（移設）", "switch port (moved)"),
        "host" => {
            lang.pick("仮想マシンが動いているホスト（接続先のポート）", "host of the virtual machine (switch port)")
        }
        "model" => lang.pick("型番", "model"),
        "os" => "OS",
        _ => return super::phrase::shown(what),
    };
    word.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grade_and_severity_share_neither_word_nor_mark() {
        let grades = [Grade::Confirmed, Grade::Probable, Grade::Indication, Grade::Undecidable, Grade::Nothing];
        let severities = [Severity::Urgent, Severity::Act, Severity::Check, Severity::Info];
        for g in grades {
            for s in severities {
                assert_ne!(grade_mark(g), severity_mark(s));
                for lang in [Lang::Ja, Lang::En] {
                    assert_ne!(grade(g, lang), severity(s, lang));
                }
            }
        }
    }
}
