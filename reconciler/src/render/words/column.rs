//! The headings of all registers' columns.

use super::Lang;
use crate::judge::entry::Field;

/// A column's heading.
pub fn field(field: Field, lang: Lang) -> &'static str {
    match field {
        Field::AssetNo => lang.pick("管理番号", "asset number"),
        Field::Manufacturer => lang.pick("メーカー", "maker"),
        Field::Os => "OS",
        Field::Software => lang.pick("ソフトウェア", "software"),
        Field::SoftwareVersion => lang.pick("ソフトウェアバージョン", "software version"),
        Field::IpAddress => lang.pick("IPアドレス", "IP address"),
        Field::Hostname => lang.pick("コンピュータ名", "computer name"),
        Field::Location => lang.pick("設置場所", "location"),
        Field::User => lang.pick("利用者", "user"),
        Field::RegisteredDate => lang.pick("登録日", "date of registration"),
        Field::Status => lang.pick("状態", "status"),
        Field::Description => lang.pick("説明", "description"),
        Field::MacAddress => lang.pick("MACアドレス", "MAC address"),
        Field::Department => lang.pick("部門", "department"),
        Field::DeviceType => lang.pick("機器区分", "device type"),
        Field::RemoteMaintenance => lang.pick("リモート保守", "remote maintenance"),
        Field::Model => lang.pick("型番", "model"),
        Field::SerialNo => lang.pick("シリアル番号", "serial number"),
        Field::NetworkConnected => lang.pick("ネットワーク接続", "network connection"),
        Field::ExternalConnection => lang.pick("外部接続", "external connection"),
        Field::DualHomed => lang.pick("2枚挿し", "dual-homed"),
        Field::LineKind => lang.pick("回線種別", "line kind"),
        Field::Purpose => lang.pick("用途", "purpose"),
        Field::Vendor => lang.pick("保守事業者", "maintenance vendor"),
        Field::Segment => lang.pick("院内側セグメント", "inside segment"),
        other => of_devices(other, lang),
    }
}

/// What hospitals add for devices and for lines to the outside.
fn of_devices(field: Field, lang: Lang) -> &'static str {
    match field {
        Field::ManagingDepartment => lang.pick("管理部署", "managing department"),
        Field::Custodian => lang.pick("管理責任者", "custodian"),
        Field::SystemName => lang.pick("システム名", "system"),
        Field::Contact => lang.pick("連絡先", "contact"),
        Field::RemoteConfirmed => lang.pick("リモート確認日", "remote maintenance confirmed on"),
        Field::ConnectionKind => lang.pick("接続形態", "kind of connection"),
        Field::SubnetMask => lang.pick("サブネットマスク", "subnet mask"),
        Field::Gateway => lang.pick("ゲートウェイ", "gateway"),
        Field::Vlan => "VLAN",
        Field::SwitchPort => lang.pick("接続先スイッチ/ポート", "switch and port"),
        Field::FirmwareVersion => lang.pick("ファームウェア", "firmware version"),
        Field::PatchDate => lang.pick("最終パッチ適用日", "last patched on"),
        Field::Antivirus => lang.pick("ウイルス対策ソフト", "antivirus software"),
        Field::AuthMethod => lang.pick("認証方法", "authentication"),
        Field::AuthServer => lang.pick("認証サーバ", "authentication server"),
        Field::HandlesMedicalInfo => lang.pick("医療情報の取扱", "handles medical information"),
        Field::Scope => lang.pick("対象区分", "in scope"),
        Field::Importance => lang.pick("重要度", "importance"),
        Field::InstalledDate => lang.pick("導入日", "installed on"),
        Field::SupportEnd => lang.pick("サポート終了日", "end of support"),
        Field::ConfirmedDate => lang.pick("確認日", "confirmed on"),
        Field::ConfirmedBy => lang.pick("確認者", "confirmed by"),
        Field::UpdatedDate => lang.pick("最終更新日", "updated on"),
        Field::Quantity => lang.pick("数量", "quantity"),
        Field::Evidence => lang.pick("エビデンス", "evidence"),
        Field::ApprovalNo => lang.pick("承認・認証・届出番号", "approval number"),
        Field::DeviceClass => lang.pick("医療機器クラス", "medical device class"),
        Field::Modality => lang.pick("モダリティ", "modality"),
        Field::AeTitle => lang.pick("AEタイトル", "AE title"),
        Field::DicomPort => lang.pick("DICOMポート", "DICOM port"),
        Field::ConnectedSystem => lang.pick("接続先システム", "connected systems"),
        Field::MaintenanceContract => lang.pick("保守契約", "maintenance contract"),
        Field::MdsReceived => lang.pick("MDS/SDS受領", "MDS/SDS received"),
        Field::ScanPermission => lang.pick("探索可否", "may be scanned"),
        Field::SharedDepartments => lang.pick("利用部門", "departments that share it"),
        Field::ContractHolder => lang.pick("契約者", "contract holder"),
        Field::LineId => lang.pick("回線ID・電話番号", "line or telephone number"),
        Field::DirectHost => lang.pick("直結ホスト", "directly connected host"),
        Field::Direction => lang.pick("通信方向", "direction"),
        Field::RemoteMaintenanceId => lang.pick("リモート保守番号", "remote maintenance number"),
        Field::AccessControl => lang.pick("アクセス制御", "access control"),
        Field::Encryption => lang.pick("暗号化方式", "encryption"),
        Field::Monitoring => lang.pick("監視", "monitoring"),
        Field::ResponsibilityBoundary => lang.pick("責任分界点", "boundary of responsibility"),
        Field::Cutoff => lang.pick("遮断方法", "how to cut it off"),
        Field::InDiagram => lang.pick("構成図記載", "in the diagram"),
        Field::FoundBy => lang.pick("把握方法", "how it became known"),
        other => of_registers(other, lang),
    }
}

/// Clouds, remote maintenance, vendors, departments, segments and reviews.
#[allow(clippy::too_many_lines, reason = "a catalogue: one line a column")]
fn of_registers(field: Field, lang: Lang) -> &'static str {
    match field {
        Field::Service => lang.pick("サービス名称/用途", "service and its use"),
        Field::Domain => lang.pick("ドメイン/アドレス", "domain or address"),
        Field::PlaceAndRoute => lang.pick("利用場所/アクセス経路", "place and route of access"),
        Field::StartDate => lang.pick("利用開始日", "in use since"),
        Field::SpecConformity => lang.pick("サービス仕様適合開示書", "service conformity disclosure"),
        Field::ExternalPointId => lang.pick("外部接続点ID", "external connection point"),
        Field::Subcontractor => lang.pick("再委託先", "subcontractor"),
        Field::DeviceRef => lang.pick("対象機器(管理番号)", "devices concerned"),
        Field::RemoteWho => lang.pick("誰が", "who connects"),
        Field::RemoteFrom => lang.pick("どこから", "from where"),
        Field::RemoteHow => lang.pick("どのように", "how"),
        Field::RemoteTool => lang.pick("使用ソフト", "remote tool"),
        Field::EntryDevice => lang.pick("接続機器", "entry device"),
        Field::SourceIpRestriction => lang.pick("接続元IP制限", "source address restriction"),
        Field::AccountAssignment => lang.pick("ID付与", "accounts"),
        Field::TerminalPatched => lang.pick("端末の安全状態:パッチ", "terminal: patches"),
        Field::TerminalSupported => lang.pick("端末の安全状態:サポート", "terminal: supported"),
        Field::TerminalMalware => lang.pick("端末の安全状態:検査", "terminal: malware check"),
        Field::Timing => lang.pick("実施タイミング", "when"),
        Field::Notice => lang.pick("連絡の有無", "notice"),
        Field::Attended => lang.pick("立会・開閉操作", "attended"),
        Field::AccessLog => lang.pick("ログ", "log"),
        Field::RuleDoc => lang.pick("申請書・規程", "form or rule"),
        Field::AnsweredBy => lang.pick("回答者", "answered by"),
        Field::NextReview => lang.pick("次回確認予定日", "next review"),
        Field::Aliases => lang.pick("別名・旧社名・略称", "other names"),
        Field::Roles => lang.pick("役割", "roles"),
        Field::Contract => lang.pick("契約", "contract"),
        Field::ContractPeriod => lang.pick("契約期間", "contract period"),
        Field::Sla => "SLA",
        Field::EmergencyContact => lang.pick("緊急連絡先", "emergency contact"),
        Field::SecurityManager => lang.pick("管理責任者（事業者）", "security manager"),
        Field::ChecklistRequested => lang.pick("チェックリスト依頼日", "checklist requested on"),
        Field::ChecklistReturned => lang.pick("チェックリスト回収日", "checklist returned on"),
        Field::ChecklistUnit => lang.pick("作成単位", "checklist per"),
        Field::ChecklistNoItems => lang.pick("いいえ項目", "items answered no"),
        Field::MdsKind => lang.pick("MDS/SDS種別", "MDS or SDS"),
        Field::MdsRequested => lang.pick("MDS/SDS依頼日", "MDS/SDS requested on"),
        Field::MdsFormVersion => lang.pick("書式版", "form version"),
        Field::MdsGuidelineVersion => lang.pick("対応ガイドライン版", "guideline version"),
        Field::MdsProduct => lang.pick("対象製品・版", "product and version"),
        Field::MdsBlanks => lang.pick("空欄数・理由", "blanks and why"),
        Field::MdsReviewed => lang.pick("点検日・点検者", "reviewed on and by"),
        Field::Certifications => lang.pick("認証", "certifications"),
        Field::RoleTable => lang.pick("役割分担確認表", "table of roles"),
        Field::RemoteContract => lang.pick("リモート契約", "remote maintenance contract"),
        Field::LastReport => lang.pick("最終報告日", "last report"),
        Field::NotifyClause => lang.pick("脆弱性通知", "vulnerability notices"),
        Field::Procures => lang.pick("調達権限", "may procure"),
        Field::SecurityContact => lang.pick("情報セキュリティ担当者", "security contact"),
        Field::ExternalPointsDeclared => lang.pick("外部接続点数(申告)", "external connection points declared"),
        Field::DeclaredDate => lang.pick("申告日", "declared on"),
        Field::DeclaredBy => lang.pick("申告者", "declared by"),
        Field::Name => lang.pick("名称", "name"),
        Field::Closed => lang.pick("閉域", "closed network"),
        Field::Dhcp => lang.pick("DHCP範囲", "DHCP range"),
        Field::LastScanned => lang.pick("最終探索日", "last scanned on"),
        Field::Diagram => lang.pick("構成図番号", "diagram number"),
        Field::HeldOn => lang.pick("日付", "held on"),
        Field::Meeting => lang.pick("会議名", "meeting"),
        Field::Attendees => lang.pick("出席(経営層)", "attendees"),
        Field::LedgerVersion => lang.pick("台帳版", "ledger version"),
        Field::Figures => lang.pick("報告内容", "figures reported"),
        Field::Decisions => lang.pick("決定事項", "decisions"),
        Field::Minutes => lang.pick("議事録番号", "minutes number"),
        // Every other column is worded above; a test asks for each.
        _ => lang.pick("（名前のない列）", "(column without a name)"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_column_of_every_register_has_a_name_in_both_languages() {
        let table: toml::Table = include_str!("../../../../config/registers.toml").parse().unwrap();
        let registers = table.iter().filter(|(name, _)| *name != "kinds");
        let codes: Vec<&String> = registers.flat_map(|(_, columns)| columns.as_table().unwrap().keys()).collect();
        assert!(codes.len() > 130, "{}", codes.len());
        for code in codes {
            let known = Field::from_code(code).unwrap();
            assert_ne!(field(known, Lang::Ja), "（名前のない列）", "{code}");
            let english = field(known, Lang::En);
            assert!(english.is_ascii() && !english.starts_with('('), "{code}: {english}");
        }
    }
}
