//! Rows of the registers that declare no device (clouds, vendors, segments …), and cells by what they mean.

use std::collections::BTreeMap;
use std::net::IpAddr;

use daicho_shared::address::Mac;
use ipnet::IpNet;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::entry::{EntryId, FourValued, Origin, Register};
use super::field::Field;

/// One row of a register that declares no device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// Stays the same for the same row wherever it stands.
    pub id: EntryId,
    /// Which register it stands in.
    pub register: Register,
    /// Where it stands.
    pub origin: Origin,
    /// Its cells that hold something.
    pub values: BTreeMap<Field, Written>,
}

/// One cell: as it was found, and what it means.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Written {
    /// Column as the spreadsheet shows it; empty where the value was carried here from elsewhere (a sheet's name).
    pub column: String,
    /// The text as it stands there.
    pub raw: String,
    /// What it means, after ditto marks and merged cells.
    pub meaning: Meaning,
}

/// What a cell means.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Meaning {
    /// Text, without outer blanks and invisible characters.
    Text(String),
    /// Several texts.
    List(Vec<String>),
    /// A day, month, year or fiscal year.
    Date(Dated),
    /// 有, 無, 不明 or 契約なし.
    Answer(FourValued),
    /// How many.
    Count(u32),
    /// IP addresses.
    Addresses(Vec<IpAddr>),
    /// MAC addresses.
    Macs(Vec<Mac>),
    /// Networks.
    Networks(Vec<IpNet>),
}

/// A date as exactly as it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Dated {
    /// Its first day.
    pub from: Date,
    /// How much of it was written.
    pub precision: Precision,
}

/// How exactly a date was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Precision {
    /// `2024/4/1`.
    Day,
    /// `2024/4`.
    Month,
    /// `昭和63年`.
    Year,
    /// `2014年度`: from 1 April to 31 March.
    FiscalYear,
}

impl Dated {
    /// One day.
    pub fn day(day: Date) -> Self {
        Self { from: day, precision: Precision::Day }
    }

    /// The day, where a day was written.
    pub fn as_day(self) -> Option<Date> {
        (self.precision == Precision::Day).then_some(self.from)
    }
}
