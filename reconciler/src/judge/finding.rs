//! A typed statement that stands on observations and entries. Words are made where it is shown.

use std::net::IpAddr;

use daicho_shared::id::ObservationId;
use ipnet::IpNet;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::asset::{AssetId, Grade};
use super::entry::{EntryId, Field, FourValued, ProblemKind, RowProblem};
use super::graded::Sign;
use super::hint::VantageKind;
use super::trace::Trace;

/// One statement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The same for the same statement on every night: code, asset or entry, and what it is about, but not the
    /// values: those are its facts, and a decision about it holds until they change.
    pub id: String,
    /// What is said, with the values it is said about.
    pub kind: Kind,
    /// How urgent.
    pub severity: Severity,
    /// How sure.
    pub grade: Grade,
    /// The machine, where there is one.
    pub asset: Option<AssetId>,
    /// The ledger rows, where there are any.
    pub entries: Vec<EntryId>,
    /// The observations it stands on.
    pub evidence: Vec<ObservationId>,
    /// What happened to the device, where that is more than one wrong value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub happened: Option<Happened>,
}

/// What differences between a row and its device mean together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Happened {
    /// 交換: the same name or address at the same place, other hardware.
    Replaced,
    /// 移設: the same machine in another segment.
    Moved,
    /// IPアドレスの変更: the same machine in the same segment.
    Readdressed,
    /// LANカードの交換: the same machine with another MAC address.
    NewCard,
    /// 名称変更: the same machine with another name.
    Renamed,
    /// The MAC address is one that the device makes up and changes.
    RandomMac,
}

/// What a finding says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum Kind {
    /// 台帳未登録: seen, not in the ledger.
    NotInLedger,
    /// 所在不明: declared, not seen, and looked for well enough.
    NotFound {
        /// Scans that covered its segment and did not see it.
        scans: u32,
        /// Its declared segment.
        segment: String,
    },
    /// 未確認: declared, not seen, and not looked for well enough to say more.
    NotChecked {
        /// Why.
        reason: NotCheckedReason,
    },
    /// 属性不一致: declared and seen values differ.
    Mismatch {
        /// Which column.
        field: Field,
        /// The ledger's value.
        declared: String,
        /// The network's value.
        seen: String,
    },
    /// 台帳重複: two rows claim the same key.
    DuplicateEntry {
        /// The column.
        field: Field,
        /// The shared value.
        value: String,
    },
    /// 台帳不備: a row with a defect.
    DefectiveEntry {
        /// The defect.
        problem: RowProblem,
    },
    /// 対応が一つに決まらない: a row could be either of several machines.
    AmbiguousPair {
        /// The machines.
        assets: Vec<AssetId>,
    },
    /// 二系統接続の疑い.
    DualHomed {
        /// The addresses outside the network it was found in.
        addresses: Vec<IpAddr>,
    },
    /// 未申告の外部接続点の疑い.
    UndeclaredUplink {
        /// What it does that only a way out does.
        signs: Vec<Sign>,
    },
    /// 申告のないパケット転送: it certainly forwards, and is declared as something else, or as nothing.
    ForwardsUndeclared,
    /// 廃棄済みなのに観測: a retired row answers.
    RetiredButSeen,
    /// 応答が不自然: it answers as no ordinary device does, and was not asked on.
    Unnatural {
        /// How, e.g. `every-port-open`.
        hows: Vec<String>,
    },
    /// 用途の説明がないサービス: it offers what is seldom needed, and no row or record says what for.
    UnneededServices {
        /// Which, by their keys in `config/services.toml`.
        services: Vec<String>,
        /// Of these, such as the ledger says to be off.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        denied: Vec<String>,
    },
    /// 管理画面への到達: its management answers from a segment that is not for that.
    ManagementReachable {
        /// In which ways, by their keys in `config/services.toml`.
        ways: Vec<String>,
        /// The scanner's network.
        from: Option<IpNet>,
        /// What is known of that network.
        segment: VantageKind,
    },
    /// サポート終了: the last day of its system's support has passed.
    SupportEnded {
        /// The product, by its name in `config/end_of_support.toml`, and its days.
        #[serde(flatten)]
        support: Support,
    },
    /// サポート終了間近: that day comes within a year.
    SupportEnding {
        /// The same.
        #[serde(flatten)]
        support: Support,
    },
    /// 事業者の回答と観測の食い違い: a vendor denies remote maintenance, and something made for it stands at its device.
    VendorContradiction {
        /// The vendor.
        vendor: String,
        /// 無 or 契約なし.
        said: FourValued,
        /// Where that stands.
        #[serde(default)]
        by: WordOf,
        /// What was seen.
        seen: Vec<Trace>,
    },
    /// 事業者が担当ではないと回答: the ledger calls a device its own, and the vendor says that it is not.
    VendorDisowned {
        /// The vendor.
        vendor: String,
        /// 無 or 契約なし.
        said: FourValued,
        /// What was seen there that serves maintenance from afar.
        seen: Vec<Trace>,
    },
    /// 事業者の回答が不明のまま: it replied, and confirmed nothing.
    VendorUnknown {
        /// The vendor.
        vendor: String,
        /// The day of the oldest such answer.
        answered: Date,
        /// Rows that it calls 不明.
        open: u32,
    },
    /// 照会の後に加わった機器: a vendor was asked, and never about these.
    VendorUnasked {
        /// The vendor.
        vendor: String,
        /// When it was asked last.
        asked: Date,
        /// When it answered last.
        answered: Option<Date>,
        /// Its devices that no enquiry is about.
        devices: u32,
    },
    /// 事業者への確認が古い.
    VendorOutdated {
        /// The vendor.
        vendor: String,
        /// The oldest confirmation that counts.
        confirmed: Date,
        /// Months after which it is to be renewed.
        months: u32,
    },
    /// 事業者から回答がない.
    VendorSilent {
        /// The vendor.
        vendor: String,
        /// When it was asked first.
        asked: Date,
        /// When the answer was expected.
        due: Date,
        /// Rows that are not answered.
        open: u32,
    },
}

/// Whose word it is that a vendor has no remote maintenance.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WordOf {
    /// The vendor's, in a reply.
    #[default]
    Vendor,
    /// The hospital's, in the ledger or a register.
    Ledger,
}

/// A system and its last day of support.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Support {
    /// The product, by its name in `config/end_of_support.toml`.
    pub product: String,
    /// The last day.
    pub last_day: Date,
    /// That of the edition with the longest support, where no edition was told.
    pub latest: Option<Date>,
    /// What was told of the system.
    pub told: String,
    /// Who told it: a protocol, or `ledger`.
    pub source: String,
    /// How sure the system is, 0 to 100; 0 where a person wrote it.
    pub confidence: u8,
}

/// Why a row could not be checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NotCheckedReason {
    /// It declares neither address, MAC, name nor serial number.
    NoKey,
    /// Its address lies outside every scanned segment.
    SegmentNotScanned,
    /// It declares no address, so nobody knows where to look.
    AddressUnknown,
    /// Not enough complete scans yet.
    TooFewScans,
    /// Enough complete scans, but too few of them at hours at which it could be switched on.
    OffHours,
    /// Its segment was asked through a router, in too few ways for a device that keeps silent.
    WeakMethod,
    /// The scan of its segment was cut short.
    PartialScan,
    /// It lies in an excluded network.
    Excluded,
}

/// How urgent a finding is. Grade is another thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// 情報.
    Info,
    /// 要確認.
    Check,
    /// 要対応.
    Act,
    /// 至急.
    Urgent,
}

impl Kind {
    /// It says what a device is or does, whatever the ledger says of it.
    pub fn is_of_device(&self) -> bool {
        matches!(
            self,
            Self::NotInLedger
                | Self::DualHomed { .. }
                | Self::UndeclaredUplink { .. }
                | Self::ForwardsUndeclared
                | Self::Unnatural { .. }
                | Self::UnneededServices { .. }
                | Self::ManagementReachable { .. }
                | Self::SupportEnded { .. }
                | Self::SupportEnding { .. }
        )
    }

    /// The stable code in reports, e.g. `not_in_ledger`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotInLedger => "not_in_ledger",
            Self::NotFound { .. } => "not_found",
            Self::NotChecked { .. } => "not_checked",
            Self::Mismatch { .. } => "mismatch",
            Self::DuplicateEntry { .. } => "duplicate_entry",
            Self::DefectiveEntry { .. } => "defective_entry",
            Self::AmbiguousPair { .. } => "ambiguous_pair",
            Self::DualHomed { .. } => "dual_homed",
            Self::UndeclaredUplink { .. } => "undeclared_uplink",
            Self::ForwardsUndeclared => "forwards_undeclared",
            Self::RetiredButSeen => "retired_but_seen",
            Self::Unnatural { .. } => "unnatural",
            Self::UnneededServices { .. } => "unneeded_services",
            Self::ManagementReachable { .. } => "management_reachable",
            Self::SupportEnded { .. } => "support_ended",
            Self::SupportEnding { .. } => "support_ending",
            Self::VendorContradiction { .. } => "vendor_contradiction",
            Self::VendorDisowned { .. } => "vendor_disowned",
            Self::VendorUnknown { .. } => "vendor_unknown",
            Self::VendorUnasked { .. } => "vendor_unasked",
            Self::VendorOutdated { .. } => "vendor_outdated",
            Self::VendorSilent { .. } => "vendor_silent",
        }
    }
}

impl ProblemKind {
    /// The row can still be compared; the problem is worth a correction, no more.
    pub fn is_minor(self) -> bool {
        matches!(
            self,
            Self::RowSkipped
                | Self::GroupRow
                | Self::PersonalData
                | Self::ColumnGuessed
                | Self::SheetHidden
                | Self::RowsHidden
                | Self::ColumnHidden
                | Self::CellsWithoutHeading
                | Self::CellTooLong
        )
    }
}
