//! `decide`, `findings` and `log`: what is typed when people decide.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use jiff::civil::Date;

use super::reason;
use crate::judge::decision::About;

/// `decide`.
#[derive(Debug, Subcommand)]
pub enum DecideCommand {
    /// Take what the network shows into the ledger (所見のとおり台帳に登録・反映)
    Accept {
        /// Which findings.
        #[command(flatten)]
        chosen: Chosen,
        /// Another cell of the row, e.g. 部門=検査科; may be repeated (あわせて記入する項目)
        #[arg(long, value_name = "項目=値")]
        set: Vec<String>,
        /// Who says so, and why.
        #[command(flatten)]
        told: Told,
    },
    /// Put into the ledger what you say (台帳の記載を修正)
    Correct {
        /// Which findings.
        #[command(flatten)]
        chosen: Chosen,
        /// The cell, e.g. 状態=廃棄; may be repeated (修正する項目と値)
        #[arg(long, value_name = "項目=値", required = true)]
        set: Vec<String>,
        /// Line of the row in its sheet, where the finding is about several (台帳の行番号)
        #[arg(long, value_name = "行")]
        row: Option<u32>,
        /// Who says so, and why.
        #[command(flatten)]
        told: Told,
    },
    /// Set aside until a day; it returns when its facts change (期限付きで対象外)
    Ignore {
        /// Which findings.
        #[command(flatten)]
        chosen: Chosen,
        /// The last day on which it is set aside (この日まで)
        #[arg(long, value_name = "YYYY-MM-DD")]
        until: Date,
        /// Who says so, and why.
        #[command(flatten)]
        told: Told,
    },
    /// Hand over to a department or vendor (担当部門・事業者へ依頼)
    Assign {
        /// Which findings.
        #[command(flatten)]
        chosen: Chosen,
        /// The department or vendor (依頼先)
        #[arg(long, value_name = "名前", value_parser = reason)]
        to: String,
        /// The day by which an answer is expected; then it returns (期日)
        #[arg(long, value_name = "YYYY-MM-DD")]
        until: Option<Date>,
        /// Who says so, and why.
        #[command(flatten)]
        told: Told,
    },
    /// Write a remark; it decides nothing (コメントのみ)
    Comment {
        /// Which findings.
        #[command(flatten)]
        chosen: Chosen,
        /// Who says what: --reason is the remark.
        #[command(flatten)]
        told: Told,
    },
    /// Close: dealt with outside of the ledger (対応完了)
    Close {
        /// Which findings.
        #[command(flatten)]
        chosen: Chosen,
        /// Who says so, and why.
        #[command(flatten)]
        told: Told,
    },
    /// Take back what was decided about findings (所見についての判断の取り消し)
    Reopen {
        /// Which findings; also ones that are gone, by their whole id.
        #[command(flatten)]
        chosen: Chosen,
        /// Who says so, and why.
        #[command(flatten)]
        told: Told,
    },
    /// Read the decisions that were filled into findings.xlsx; all of them or none (記入した判断の取り込み)
    Import {
        /// The workbook.
        file: PathBuf,
        /// Only say what would be decided (確認のみ)
        #[arg(long)]
        dry_run: bool,
        /// Who decided; by default who runs this (判断した人の名前)
        #[arg(long, value_name = "名前", value_parser = reason)]
        by: Option<String>,
    },
    /// What a device is: its class; `decide classes` lists them (分類)
    Class {
        /// IP address, MAC address, name or id of the device (対象の機器)
        device: String,
        /// Code of the class, e.g. `medical.analyser` (分類の記号)
        class: String,
        /// Who says so, and why.
        #[command(flatten)]
        said: Said,
    },
    /// What a device is: its maker (メーカー)
    Maker(Decide),
    /// What a device is: its model (型番)
    Model(Decide),
    /// What a device is: its operating system (OS)
    Os(Decide),
    /// Take a decision about a device back; the history keeps it (機器についての判断の取り消し)
    Withdraw {
        /// What about it: class, maker, model or os (対象の項目)
        #[arg(value_parser = about)]
        about: About,
        /// The device, or a key that `decide list` shows (対象の機器)
        device: String,
        /// Who says so, and why.
        #[command(flatten)]
        said: Said,
    },
    /// List what was decided about devices (機器についての判断の一覧)
    List {
        /// With everything that was withdrawn or replaced (取り消し・変更の履歴も表示)
        #[arg(long)]
        all: bool,
    },
    /// List the classes (分類の一覧)
    Classes,
}

/// Which findings.
#[derive(Debug, Clone, Args)]
pub struct Chosen {
    /// Ids that `daicho findings` shows (所見の記号)
    #[arg(value_name = "FINDING", required_unless_present = "filter")]
    pub findings: Vec<String>,
    /// All open findings that this fits, e.g. `code=not_in_ledger class=pc segment=10.20.1.0/24`
    /// (この条件に合うものをすべて)
    #[arg(long = "where", value_name = "条件", conflicts_with = "findings")]
    pub filter: Option<String>,
    /// Only show which findings are meant (確認のみ)
    #[arg(long)]
    pub dry_run: bool,
    /// Do not ask back (確認の質問なし)
    #[arg(long)]
    pub yes: bool,
}

/// Who says so about a finding, why, and who approves it.
#[derive(Debug, Clone, Args)]
pub struct Told {
    /// Who decides; by default who runs this (判断した人の名前)
    #[arg(long, value_name = "名前", value_parser = reason)]
    pub by: Option<String>,
    /// Why (判断の理由)
    #[arg(long, value_name = "文", value_parser = reason)]
    pub reason: Option<String>,
    /// Who approves it (承認者)
    #[arg(long, value_name = "名前", value_parser = reason)]
    pub approver: Option<String>,
}

/// One value.
#[derive(Debug, Args)]
pub struct Decide {
    /// IP address, MAC address, name or id of the device (対象の機器)
    pub device: String,
    /// What it is (値)
    pub value: String,
    /// Who says so, and why.
    #[command(flatten)]
    pub said: Said,
}

/// Who says so, and why.
#[derive(Debug, Args)]
pub struct Said {
    /// Who decides; by default who runs this (判断した人の名前)
    #[arg(long, value_name = "名前")]
    pub by: Option<String>,
    /// Why (判断の理由)
    #[arg(long, value_name = "文")]
    pub note: Option<String>,
}

/// `findings`.
#[derive(Debug, Args)]
pub struct Findings {
    /// Only those that somebody still has to decide (未判断・再開のみ)
    #[arg(long, conflicts_with = "decided")]
    pub open: bool,
    /// Only those that were decided (判断済みのみ)
    #[arg(long)]
    pub decided: bool,
    /// Only those that this fits (条件に合うもののみ)
    #[arg(long = "where", value_name = "条件")]
    pub filter: Option<String>,
    /// Only the groups, each with the condition that means it (まとまりごとの件数と条件のみ)
    #[arg(long)]
    pub groups: bool,
    /// Which run; by default the latest (対象の実行)
    #[arg(long)]
    pub run: Option<String>,
}

/// `log`.
#[derive(Debug, Subcommand)]
pub enum LogCommand {
    /// Everything that was decided, the oldest first (判断の記録)
    Show {
        /// Only what concerns this finding or device (対象)
        #[arg(long, value_name = "ID")]
        about: Option<String>,
    },
    /// Prove that the log is whole, and name the first row that is not (記録の検証)
    Verify {
        /// An end of the log as a report prints it, e.g. 12:3fa2…; may be repeated (報告書に印刷された末尾)
        #[arg(long, value_name = "NUMBER:HASH")]
        head: Vec<String>,
    },
}

fn about(text: &str) -> Result<About, String> {
    About::from_code(text).ok_or_else(|| "expected class, maker, model or os".to_owned())
}
