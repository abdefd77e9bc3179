//! What people declared: a ledger row, with the cell every value came from.

use std::collections::BTreeMap;
use std::fmt;
use std::net::IpAddr;

use daicho_shared::address::Mac;
use daicho_shared::class::Class;
use daicho_shared::id::Text;
use ipnet::IpNet;
use serde::{Deserialize, Serialize};

pub use super::field::Field;
pub use super::record::{Dated, Meaning, Precision, Record, Written};

/// One ledger row. A scan never edits or deletes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Stays the same for the same device wherever its row stands.
    pub id: EntryId,
    /// Which register it stands in.
    pub register: Register,
    /// Where it stands.
    pub origin: Origin,
    /// 管理番号.
    pub asset_no: Option<String>,
    /// メーカー.
    pub manufacturer: Option<String>,
    /// 型番.
    pub model: Option<String>,
    /// シリアル番号.
    pub serial_no: Option<String>,
    /// OS.
    pub os: Option<String>,
    /// ソフトウェア, with its version where one stands beside it.
    pub software: Vec<Software>,
    /// IPアドレス (several in one cell are several addresses).
    pub addresses: Vec<IpAddr>,
    /// The address is handed out by DHCP and is no identity.
    pub dynamic_address: bool,
    /// MACアドレス.
    pub macs: Vec<Mac>,
    /// コンピュータ名.
    pub hostname: Option<String>,
    /// 設置場所.
    pub location: Option<String>,
    /// 利用者.
    pub users: Vec<String>,
    /// 登録日, ISO 8601.
    pub registered: Option<jiff::civil::Date>,
    /// 状態.
    pub status: Status,
    /// 説明.
    pub description: Option<String>,
    /// 部門 (設置部署).
    pub department: Option<String>,
    /// 機器区分.
    pub device_type: Option<DeviceType>,
    /// リモート保守.
    pub remote_maintenance: FourValued,
    /// ネットワーク接続: `No` for devices that exchange data by USB or disc only.
    pub network: FourValued,
    /// 外部接続: the row itself declares an external connection point.
    pub external_connection: FourValued,
    /// 2枚挿し: the row itself declares two networks.
    pub dual_homed: FourValued,
    /// 回線種別, of an external connection point.
    pub line_kind: Option<String>,
    /// 用途・目的. Ledgers that were stored before this column was read do not say, here and below.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purpose: Option<String>,
    /// 保守事業者: whom to ask.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vendor: Option<String>,
    /// 院内側セグメント, of an external connection point; the segments of any other device.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub segments: Vec<IpNet>,
    /// The raw text and the place of every cell that was read, by field.
    pub cells: BTreeMap<Field, Cell>,
    /// What the columns say that have no field of their own above, understood as far as they can be.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub others: BTreeMap<Field, Meaning>,
}

/// Identifies an [`Entry`]: by its number, e.g. `equipment:IT-001`; by what it says of its device where it has none of
/// its own, e.g. `equipment:!mac=00:80:A3:00:00:05`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EntryId(pub String);

impl fmt::Display for EntryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Which register a row stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Register {
    /// 機器台帳.
    Equipment,
    /// 医療機器台帳.
    Medical,
    /// 外部接続点台帳.
    ExternalConnection,
    /// クラウドサービス台帳.
    Cloud,
    /// リモート保守台帳.
    RemoteMaintenance,
    /// 事業者台帳.
    Vendor,
    /// 部門マスタ.
    Department,
    /// セグメント一覧.
    Segment,
    /// 確認・報告記録.
    Confirmation,
}

impl Register {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Equipment,
        Self::Medical,
        Self::ExternalConnection,
        Self::Cloud,
        Self::RemoteMaintenance,
        Self::Vendor,
        Self::Department,
        Self::Segment,
        Self::Confirmation,
    ];

    /// Its rows are [`Entry`]s, which are compared with the network; those of the others are [`Record`]s.
    pub fn is_compared(self) -> bool {
        matches!(self, Self::Equipment | Self::Medical | Self::ExternalConnection)
    }

    /// Its word in ids and in settings, e.g. `remote_maintenance`.
    pub fn code(self) -> &'static str {
        match self {
            Self::Equipment => "equipment",
            Self::Medical => "medical",
            Self::ExternalConnection => "external_connection",
            Self::Cloud => "cloud",
            Self::RemoteMaintenance => "remote_maintenance",
            Self::Vendor => "vendor",
            Self::Department => "department",
            Self::Segment => "segment",
            Self::Confirmation => "confirmation",
        }
    }
}

/// Where a row stands.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Origin {
    /// File name without folders.
    pub file: String,
    /// Sheet name; empty for CSV.
    pub sheet: String,
    /// Row number as the spreadsheet shows it, from 1.
    pub row: u32,
}

/// One cell as it was found.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Cell {
    /// Column as the spreadsheet shows it, e.g. `F`.
    pub column: Text,
    /// The text as it stands there.
    pub raw: String,
}

/// A program and its version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Software {
    /// Name.
    pub name: String,
    /// Version as written; `2.0` stays `2.0`.
    pub version: Option<String>,
}

/// 状態 of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// 稼働.
    Active,
    /// 停止.
    Stopped,
    /// 予備.
    Spare,
    /// 修理.
    Repair,
    /// 持出.
    Out,
    /// 予定.
    Planned,
    /// 廃棄.
    Retired,
    /// Not said, or not understood.
    Unknown,
}

impl Status {
    /// A device of this status is expected to answer on the network.
    pub fn is_expected(self) -> bool {
        matches!(self, Self::Active | Self::Unknown)
    }
}

/// 機器区分 of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeviceType {
    /// サーバ.
    Server,
    /// 端末PC.
    Client,
    /// ネットワーク機器.
    Network,
    /// 医療機器.
    Medical,
    /// プリンタ.
    Printer,
    /// その他.
    Other,
}

impl DeviceType {
    /// 機器区分 under which a ledger has a device of this class.
    pub fn of(class: Class) -> Self {
        match class {
            Class::Pc | Class::ThinClient => Self::Client,
            Class::Server | Class::Hypervisor | Class::Storage => Self::Server,
            Class::Printer => Self::Printer,
            class if class.is_medical() => Self::Medical,
            class if class.is_within("network") || class.generals().any(|general| general == Class::Network) => {
                Self::Network
            }
            _ => Self::Other,
        }
    }
}

/// Yes, no, not confirmed, or no contract: a boolean would turn "not asked" into "none".
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FourValued {
    /// 有.
    Yes,
    /// 無.
    No,
    /// 不明（未確認）, and the empty cell.
    #[default]
    Unknown,
    /// 契約なし（記入不要）.
    NoContract,
}

/// A register as it was imported: the rows, and everything that was noticed while reading them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ledger {
    /// The rows of all imported files, in order.
    pub entries: Vec<Entry>,
    /// The rows of the registers that declare no device. Ledgers that were stored before these were read have none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub records: Vec<Record>,
    /// The imported files.
    pub files: Vec<LedgerFile>,
    /// Everything that was noticed, row by row.
    pub problems: Vec<RowProblem>,
}

/// One imported file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerFile {
    /// File name without folders.
    pub name: String,
    /// SHA-256 of the file, lower-case hexadecimal.
    pub sha256: String,
    /// Text encoding, for CSV, e.g. `Shift_JIS`.
    pub encoding: Option<String>,
    /// 最終更新日 of the title rows.
    pub updated: Option<jiff::civil::Date>,
    /// 最終更新者 of the title rows.
    pub updated_by: Option<String>,
    /// When it was imported.
    pub imported: jiff::Timestamp,
    /// Rows read.
    pub rows: u32,
}

/// What was noticed in one cell or row, and what was done about it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RowProblem {
    /// Where the row stands.
    pub origin: Origin,
    /// Column as the spreadsheet shows it, where one cell is meant.
    pub column: Option<String>,
    /// The field of that column.
    pub field: Option<Field>,
    /// What is wrong.
    pub kind: ProblemKind,
    /// The cell's text, bounded.
    pub found: String,
}

/// What can be wrong with a row. Each kind implies what was done: see the message catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProblemKind {
    /// Not an IP address; kept as text, not compared.
    AddressMalformed,
    /// The form's example (`192.168.〇.〇`) was left in; counts as empty.
    AddressPlaceholder,
    /// An address that no device can have; kept, not compared.
    AddressImplausible,
    /// Not a MAC address; kept as text, not compared.
    MacMalformed,
    /// A MAC address that lost digits in a spreadsheet; not guessed.
    MacDamaged,
    /// A group or all-zero address; not compared.
    MacImplausible,
    /// Not a date; kept as text.
    DateMalformed,
    /// Not one of the known words; treated as unknown.
    ValueUnknown,
    /// 管理番号 is empty.
    AssetNoMissing,
    /// Neither MAC, IP address, name nor serial number: cannot be compared with the network.
    NoKey,
    /// A formula without a computed value, or an error value.
    FormulaError,
    /// More cells than columns with a heading; the rest was kept unread.
    CellsWithoutHeading,
    /// The row was left out: it repeats the heading, is a subtotal, a note …
    RowSkipped,
    /// The row was left out: the file has more rows than the limit.
    TooManyRows,
    /// The cell was cut at the limit.
    CellTooLong,
    /// The sheet was left out: examples, explanations, or no ledger's heading. Row 0.
    SheetSkipped,
    /// The sheet was left out because it is about persons (アカウント台帳, 名簿 …). Row 0.
    PersonalData,
    /// A row that names a group: it fills empty cells of the rows below it.
    GroupRow,
    /// A range of addresses in one cell: one row declares several devices.
    AddressRange,
    /// The heading is not known; what stands below it said what the column is. The row is the heading's.
    ColumnGuessed,
    /// The column's heading is not one that is read; its cells were left out. The row is the heading's.
    ColumnUnread,
    /// 状態 says that the device is in use, and another column that it is gone.
    StatusConflict,
    /// The sheet is hidden in the workbook, and was read all the same. Row 0.
    SheetHidden,
    /// A number whose shown form (`ME-059`, `001234`) or last digits the file does not tell.
    NumberNotAsShown,
    /// Somebody accepted another text for this cell; the file says neither that nor what stood there then.
    AmendmentConflict,
    /// Somebody accepted a change of this row, and the file has no such row any more.
    AmendmentRowGone,
    /// The whole row is struck through: it was read, and whether the device is gone is not known.
    RowStruck,
    /// The cell is struck through, and was read all the same.
    CellStruck,
    /// Rows that the sheet does not show were read all the same. The row is the first of them.
    RowsHidden,
    /// A column that the sheet does not show was read all the same. The row is the heading's.
    ColumnHidden,
    /// Below the heading no row is a device or record (all cells merged into one, an empty form …). The heading's row.
    TableEmpty,
}

#[cfg(test)]
mod tests {
    use super::super::sample::row;
    use super::*;

    #[test]
    fn a_ledger_that_was_stored_before_a_column_was_read_still_loads() {
        let mut stored = serde_json::to_value(row(1)).unwrap();
        let object = stored.as_object_mut().unwrap();
        for later in ["purpose", "vendor", "segments", "others"] {
            object.remove(later);
        }
        assert_eq!(serde_json::from_value::<Entry>(stored).unwrap(), row(1));
    }
}
