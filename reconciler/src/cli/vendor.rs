//! `vendor`: what is typed when vendors are asked.

use std::path::PathBuf;

use clap::{ArgGroup, Args, Subcommand};
use jiff::civil::Date;

use super::reason;

/// `vendor`.
#[derive(Debug, Subcommand)]
pub enum VendorCommand {
    /// Write the workbook that a vendor fills in: its devices, remote maintenance, MDS/SDS, and what was seen there
    /// (照会票の書き出し)
    Export(VendorExport),
    /// Read a workbook that came back: all of it or nothing; answers are kept as versions (回答の取り込み)
    Import {
        /// The workbook (.xlsx, .xlsm, .xls, .ods).
        file: PathBuf,
        /// Only say what would be kept, and what is new (確認のみ)
        #[arg(long)]
        dry_run: bool,
    },
    /// Who was asked when, what came back, who is late (督促一覧)
    Status {
        /// Also write a letter for every vendor that still has to answer into this folder, one a day: that of the same
        /// day is replaced (督促文の出力先)
        #[arg(long, value_name = "DIR")]
        out: Option<PathBuf>,
        /// Whom the vendors may ask; by default [vendor] contact, else a blank to fill in (当院の担当)
        #[arg(long, value_name = "TEXT", value_parser = reason)]
        contact: Option<String>,
    },
    /// Wait no longer for an enquiry: its devices are gone, or it went to the wrong vendor. What was answered stays
    /// (照会の取り下げ)
    Withdraw {
        /// Number of the enquiry (照会番号).
        number: i64,
        /// Why; kept for good (理由)
        #[arg(long, value_name = "TEXT", value_parser = reason)]
        reason: String,
        /// Who decides; by default who runs this (判断した人の名前)
        #[arg(long, value_name = "NAME", value_parser = reason)]
        by: Option<String>,
    },
    /// Print the letter that reminds a vendor (督促文)
    Remind {
        /// The vendor, as the ledger writes it or by another of its names (事業者)
        #[arg(long, value_name = "NAME")]
        vendor: String,
        /// Whom it may ask; by default [vendor] contact, else a blank to fill in (当院の担当)
        #[arg(long, value_name = "TEXT", value_parser = reason)]
        contact: Option<String>,
    },
}

/// `vendor export`.
#[derive(Debug, Args)]
#[command(group(ArgGroup::new("who").required(true).args(["vendor", "all"])))]
pub struct VendorExport {
    /// The vendor, as the ledger writes it or by another of its names (事業者)
    #[arg(long, value_name = "NAME")]
    pub vendor: Option<String>,
    /// Every vendor that the ledger names (すべての事業者)
    #[arg(long)]
    pub all: bool,
    /// The new .xlsx; with --all, a folder. Nothing is overwritten (書き出し先)
    #[arg(long, value_name = "FILE|DIR")]
    pub out: PathBuf,
    /// The day by which the answer is expected; by default as many days from now as settings say (回答期限)
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub due: Option<Date>,
    /// Whom the vendor may ask; by default [vendor] contact, else a blank to fill in (当院の担当)
    #[arg(long, value_name = "TEXT", value_parser = reason)]
    pub contact: Option<String>,
}
