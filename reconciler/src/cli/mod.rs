//! What was typed.
//!
//! Long because it lists every command with its options; large ones have files of their own.

mod decide;
mod vendor;
pub mod words;

use std::net::IpAddr;
use std::path::PathBuf;

use clap::{ArgGroup, Args, CommandFactory, Parser, Subcommand, ValueEnum};
use ipnet::IpNet;
use jiff::civil::Date;

pub use self::decide::{Chosen, Decide, DecideCommand, Findings, LogCommand, Said, Told};
pub use self::vendor::{VendorCommand, VendorExport};
use crate::export::Encoding;
use crate::judge::entry::Register;
use crate::judge::finding::Severity;
use crate::lang::Lang;
use crate::render::xlsx::Book;
use crate::settings::parse_network;

/// What `--help` says about exit codes.
const EXIT_CODES: &str = "\
Exit codes (終了コード):
  0  nothing to do (対応すべき所見なし)
  1  audit, reconcile: undecided findings at or above --fail-on; default: act (要対応以上の未判断の所見あり);
     log verify: the log is not whole (記録に改変の跡); pack verify: the pack is not as it was signed (署名後の変更)
  2  usage or settings (使い方・設定の誤り)
  3  the scan was partial; wins over 1, because findings of a partial scan are incomplete (スキャンが途中まで)
  4  failed, e.g. the folder is in use or the agent cannot run (失敗)
The demo ends with 0 when it ran, whatever it found.";

/// 院内LANの機器を機器台帳と照合し、相違を根拠とともに報告します。
/// Compares what stands on a hospital LAN with its equipment ledger, and says with evidence what differs.
#[derive(Debug, Parser)]
#[command(name = "daicho", version, after_help = EXIT_CODES, max_term_width = 120)]
pub struct Cli {
    /// Options of every command.
    #[command(flatten)]
    pub common: Common,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// Options of every command.
#[derive(Debug, Clone, Args)]
pub struct Common {
    /// Project folder that `init` made (プロジェクトのフォルダ)
    #[arg(short = 'C', long = "folder", global = true, value_name = "DIR", default_value = ".")]
    pub folder: PathBuf,
    /// Language; by default that of the locale, else Japanese (言語)
    #[arg(long, global = true, value_name = "ja|en", value_parser = lang)]
    pub lang: Option<Lang>,
    /// JSON on standard output (機械が読むための出力)
    #[arg(long, global = true)]
    pub json: bool,
    /// Colours on the terminal (色)
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto)]
    pub color: Color,
    /// No progress and no notes, only results and errors (結果とエラーのみ表示)
    #[arg(short, long, global = true)]
    pub quiet: bool,
}

/// When to use colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal, unless `NO_COLOR` is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make a project folder: settings, ledger template, data (はじめの準備)
    Init(Init),
    /// Import, compare, list and withdraw ledger files (機器台帳の取り込み)
    #[command(subcommand)]
    Ledger(LedgerCommand),
    /// Scan, and keep what was seen (スキャンのみ)
    Scan(Walk),
    /// Judge a kept run against the ledger and show the findings (照合のみ)
    Reconcile(Reconcile),
    /// Write report.html, findings.xlsx and result.json of a judged run (報告書のみ)
    Report(Report),
    /// Draw the network diagram of a judged run; `diff` says what changed between two (ネットワーク構成図)
    Diagram(Diagram),
    /// Write the registers and records of a judged run as workbooks for paper (台帳・一覧・記録の書き出し)
    Books(Books),
    /// Put the documents of a list together, with an index and a signature; check such a pack (提出書類のまとめと検証)
    #[command(subcommand)]
    Pack(PackCommand),
    /// Draft the answers to a form, and freeze them (調査票・チェックリストの回答案)
    Answer(Answer),
    /// Scan, reconcile and report in one (スキャン・照合・報告をまとめて実行)
    Audit(Audit),
    /// Show one device: what it is, why, and what it was asked (1台の正体とその理由)
    Show(Show),
    /// List the findings, by groups that can be decided together (所見の一覧)
    Findings(Findings),
    /// Decide about findings, or say what a device is: that wins over every scan (人の判断の記録)
    #[command(subcommand)]
    Decide(DecideCommand),
    /// Ask maintenance vendors, read their answers, and chase them (事業者への照会と回答)
    #[command(subcommand)]
    Vendor(VendorCommand),
    /// Show and verify the log of everything that was decided (判断の記録の表示と検証)
    #[command(subcommand)]
    Log(LogCommand),
    /// Keep batches that daicho-agent wrote on another machine (別の機械のスキャン結果の取り込み)
    ImportBatch {
        /// Files of JSON Lines; `-` is standard input.
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
        /// The vendor that scanned its own devices and hands this in; refused where the scope holds other addresses
        /// (この事業者が自社の機器を調べて提出したもの)
        #[arg(long, value_name = "NAME")]
        vendor: Option<String>,
    },
    /// Keep inventories of GLPI agent, OCS or Windows' own commands, and judge the latest run with them
    /// (インベントリの取り込み)
    ImportInventory {
        /// GLPI JSON, OCS XML, or the output of systeminfo, Get-ComputerInfo, wmic or ipconfig /all.
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
    },
    /// Scan a simulated hospital with the real agent (模擬病院での実演)
    Demo {
        /// Output folder; by default a new one in the current folder (出力先)
        #[arg(long, value_name = "DIR")]
        out: Option<PathBuf>,
    },
    /// List the runs that are kept (保存済みの実行の一覧)
    Runs,
    /// Print shell completions (シェルの補完)
    Completions {
        /// For which shell.
        shell: clap_complete::Shell,
    },
    /// Write manual pages (マニュアルページ)
    Man {
        /// Into which folder.
        dir: PathBuf,
    },
}

/// `init`.
#[derive(Debug, Args)]
pub struct Init {
    /// The folder to make or complete (作成するフォルダ)
    pub dir: PathBuf,
    /// Networks that may be scanned, e.g. 192.168.10.0/24 (スキャンしてよいネットワーク)
    #[arg(long, value_name = "CIDR", num_args = 1.., value_parser = parse_network)]
    pub scope: Vec<IpNet>,
    /// Network interface to use, e.g. eth0 (使うLAN端子)
    #[arg(long, value_name = "IF")]
    pub interface: Option<String>,
}

/// `ledger`.
#[derive(Debug, Subcommand)]
pub enum LedgerCommand {
    /// Import xlsx, xls, ods, CSV and TSV files; all of them or none (取り込み)
    Import {
        /// Ledger files.
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
        /// Only say what would be noticed, and what would change; keep nothing (確認のみ)
        #[arg(long)]
        dry_run: bool,
    },
    /// List the versions of the ledger files (取り込み履歴)
    Show,
    /// Show how a file's columns would be read: recognised, guessed, left over (列の読み方の確認)
    Map {
        /// A ledger file.
        file: PathBuf,
        /// Write it to mappings/ of the project folder, to be edited; imports then follow it (対応表の作成)
        #[arg(long)]
        write: bool,
    },
    /// Show what differs between two versions, e.g. `diff 3 5` (版どうしの比較)
    Diff {
        /// Number of the earlier version, as `ledger show` lists it.
        before: i64,
        /// Number of the later version.
        after: i64,
    },
    /// Go back to an earlier version of a file; it becomes a new version, and nothing is deleted (前の版に戻す)
    Rollback {
        /// Number of the version, as `ledger show` lists it.
        version: i64,
    },
    /// Write the ledger into a new file: in the form's columns, as a copy of your own file with the accepted
    /// changes, or from the devices that were seen (台帳の書き出し)
    Export(Export),
    /// Take a file out of the ledger, e.g. after it was renamed (台帳からの取り下げ)
    Withdraw {
        /// File name without folders, as `ledger show` lists it.
        file: String,
    },
}

/// `ledger export`.
#[derive(Debug, Args)]
#[command(group(ArgGroup::new("what").required(true).args(["official", "workbook", "from"])))]
pub struct Export {
    /// The ledger in the form's twelve columns, then those that Daicho adds (様式の列と順)
    #[arg(long)]
    pub official: bool,
    /// A copy of this imported file (.xlsx, .xlsm, .csv, .tsv): only the accepted cells are changed
    /// (取り込んだ元のファイルの写しに、承認した変更だけを書き込む)
    #[arg(long, value_name = "FILE")]
    pub workbook: Option<PathBuf>,
    /// A ledger of the devices that were seen (見えた機器から作る台帳)
    #[arg(long, value_enum, value_name = "assets")]
    pub from: Option<Source>,
    /// The new file; .xlsx or .csv, with --workbook as that file. Nothing is overwritten (書き出し先)
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
    /// Characters of a .csv: cp932 is read by every Excel, utf-8 holds every character (文字コード)
    #[arg(long, value_enum, default_value_t = Characters::Cp932, conflicts_with = "workbook")]
    pub encoding: Characters,
    /// The register of a .csv, e.g. `medical` (.csv に入れる台帳)
    #[arg(long, value_parser = register, default_value = "equipment", conflicts_with = "workbook")]
    pub register: Register,
    /// Which run; by default the latest (対象の実行)
    #[arg(long, requires = "from")]
    pub run: Option<String>,
}

/// From what a ledger is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Source {
    /// The devices of a run.
    Assets,
}

/// How text is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Characters {
    /// Windows' `Shift_JIS`; characters that it lacks become `〓` and are told.
    Cp932,
    /// With a byte-order mark.
    #[value(name = "utf-8")]
    Utf8,
}

impl From<Characters> for Encoding {
    fn from(characters: Characters) -> Self {
        match characters {
            Characters::Cp932 => Self::Cp932,
            Characters::Utf8 => Self::Utf8,
        }
    }
}

/// `reconcile`.
#[derive(Debug, Args)]
pub struct Reconcile {
    /// Which run; by default the latest, with --rules all of them (対象の実行)
    #[arg(long)]
    pub run: Option<String>,
    /// Exit with 1 for findings of this severity or above (終了コード1にする重要度)
    #[arg(long, value_parser = severity)]
    pub fail_on: Option<Severity>,
    /// Read the kept replies again by today's knowledge and show what is understood otherwise; nothing is
    /// sent. DIR: tables of rules to be added (保存済みの応答を今の知識で読み直す。送信なし)
    #[arg(long, value_name = "DIR", num_args = 0..=1)]
    pub rules: Option<Option<PathBuf>>,
}

/// `report`.
#[derive(Debug, Args)]
pub struct Report {
    /// Which run; by default the latest (対象の実行)
    #[arg(long)]
    pub run: Option<String>,
    /// Output folder; by default one of its own in [report] out (出力先)
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
}

/// `books`.
#[derive(Debug, Args)]
pub struct Books {
    /// The folder to write into; files of the same names are replaced (出力先)
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// Only these: equipment, medical, points, dual-homed, remote, vendors, record, coverage (書き出す帳票)
    #[arg(long, value_name = "NAME", value_parser = book, num_args = 1..)]
    pub only: Vec<Book>,
    /// Which run; by default the latest (対象の実行)
    #[arg(long)]
    pub run: Option<String>,
}

/// `pack`.
#[derive(Debug, Subcommand)]
pub enum PackCommand {
    /// The seven documents of Okayama's list, as far as they can be made (岡山県の書類一覧)
    Okayama(MakePack),
    /// Make the project's signing key where there is none, and show its fingerprint (署名鍵の作成と指紋の表示)
    Key,
    /// Say what of a pack was changed, taken away or added since it was signed; no project is needed (検証)
    Verify(VerifyPack),
}

/// `pack okayama`.
#[derive(Debug, Args)]
pub struct MakePack {
    /// A new or empty folder, or a new .zip (出力先のフォルダか .zip)
    #[arg(long, value_name = "DIR|ZIP")]
    pub out: PathBuf,
    /// With addresses, serial numbers and names of persons masked (アドレスの下位・シリアル番号・氏名を伏せる)
    #[arg(long)]
    pub redacted: bool,
    /// Which run; by default the latest (対象の実行)
    #[arg(long)]
    pub run: Option<String>,
}

/// `pack verify`.
#[derive(Debug, Args)]
pub struct VerifyPack {
    /// The pack: a folder or a .zip (まとめのフォルダか .zip)
    pub path: PathBuf,
    /// The sender's public key, as the sender gave it away; without it any valid signature counts (提出元の公開鍵)
    #[arg(long, value_name = "FILE")]
    pub key: Option<PathBuf>,
}

/// `diagram`.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Diagram {
    /// Compare two of them.
    #[command(subcommand)]
    pub command: Option<DiagramCommand>,
    /// The file to write: .svg, .png, or .drawio to be edited (出力ファイル)
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Which run: its id, or a day, for the last run until then; by default the latest (対象の実行、または日付)
    #[arg(long, value_name = "RUN|DAY")]
    pub run: Option<String>,
}

/// `diagram diff`.
#[derive(Debug, Subcommand)]
pub enum DiagramCommand {
    /// Say what changed between two runs or days, and draw it (構成図の変更点)
    Diff {
        /// The earlier run, or a day such as 2026-03-31: the last run until then.
        before: String,
        /// The later one.
        after: String,
        /// The later diagram, with what changed marked: .svg or .png (出力ファイル)
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
}

/// `answer`.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct Answer {
    /// Look at answers that were frozen.
    #[command(subcommand)]
    pub command: Option<AnswerCommand>,
    /// Which form, e.g. gmis (様式)
    #[arg(required = true)]
    pub form: Option<String>,
    /// The day whose state is asked for; by default the form's own, or today where that lies ahead (基準日)
    #[arg(long, value_name = "DAY")]
    pub as_of: Option<Date>,
    /// The form's year, e.g. 令和7年度 or r7; by default the newest until that day (年度)
    #[arg(long)]
    pub year: Option<String>,
    /// Which run; by default the last one until that day that looked at the whole network (対象の実行)
    #[arg(long)]
    pub run: Option<String>,
    /// The folder to write into (出力先)
    #[arg(long, value_name = "DIR", required = true)]
    pub out: Option<PathBuf>,
}

/// `answer list` and `answer show`.
#[derive(Debug, Subcommand)]
pub enum AnswerCommand {
    /// List the answers that were frozen, and the forms that there are (固定した回答案の一覧)
    List,
    /// Write a frozen answer again, octet by octet (固定した回答案の再出力)
    Show {
        /// Its number, as `answer list` lists it.
        number: i64,
        /// The folder to write into (出力先)
        #[arg(long, value_name = "DIR")]
        out: Option<PathBuf>,
    },
}

/// `audit`.
#[derive(Debug, Args)]
pub struct Audit {
    /// Exit with 1 for findings of this severity or above (終了コード1にする重要度)
    #[arg(long, value_parser = severity)]
    pub fail_on: Option<Severity>,
    /// Scan this segment only, thoroughly, and write the statement that it is closed, or is not
    /// (閉域と考えているセグメントだけを調べ、確認書を書く)
    #[arg(long, value_name = "CIDR", value_parser = parse_network)]
    pub closed: Option<IpNet>,
    /// A device to be walked through.
    #[command(flatten)]
    pub walk: Walk,
}

/// A device through which packets are sent beyond the LAN, to say which way it forwards.
#[derive(Debug, Clone, Default, Args)]
pub struct Walk {
    /// Device to walk through: packets leave this LAN (中継の先をたどる機器。パケットがこのLANの外へ出ます)
    #[arg(long, value_name = "ADDRESS", requires = "reason")]
    pub walk: Option<IpAddr>,
    /// Why; it is kept with the run (その理由。記録に残ります)
    #[arg(long, value_name = "TEXT", requires = "walk", value_parser = reason)]
    pub reason: Option<String>,
}

/// `show`.
#[derive(Debug, Args)]
pub struct Show {
    /// IP address, MAC address, name, 管理番号 or id of the device (対象の機器)
    pub device: String,
    /// Which run; by default the latest (対象の実行)
    #[arg(long)]
    pub run: Option<String>,
}

impl Command {
    /// Its name, for the lock file.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Init(_) => "init",
            Self::Ledger(_) => "ledger",
            Self::Scan(_) => "scan",
            Self::Reconcile(_) => "reconcile",
            Self::Report(_) => "report",
            Self::Diagram(_) => "diagram",
            Self::Books(_) => "books",
            Self::Pack(_) => "pack",
            Self::Answer(_) => "answer",
            Self::Audit(_) => "audit",
            Self::Show(_) => "show",
            Self::Findings(_) => "findings",
            Self::Decide(_) => "decide",
            Self::Vendor(_) => "vendor",
            Self::Log(_) => "log",
            Self::ImportBatch { .. } => "import-batch",
            Self::ImportInventory { .. } => "import-inventory",
            Self::Demo { .. } => "demo",
            Self::Runs => "runs",
            Self::Completions { .. } => "completions",
            Self::Man { .. } => "man",
        }
    }
}

/// The whole command line, for completions and manual pages.
pub fn command() -> clap::Command {
    Cli::command()
}

fn lang(text: &str) -> Result<Lang, String> {
    crate::lang::from_tag(text).ok_or_else(|| "expected ja or en".to_owned())
}

/// The most characters of a reason.
const REASON: usize = 200;

/// Some text, without control characters.
fn reason(text: &str) -> Result<String, String> {
    let text = text.trim();
    let plain = !text.is_empty() && !text.chars().any(char::is_control);
    let short = text.chars().count() <= REASON;
    (plain && short).then(|| text.to_owned()).ok_or_else(|| format!("expected 1 to {REASON} characters on one line"))
}

fn register(text: &str) -> Result<Register, String> {
    let known = serde_json::from_value(serde_json::Value::String(text.to_owned())).ok();
    known
        .filter(|register: &Register| register.is_compared())
        .ok_or_else(|| "expected equipment, medical or external_connection".to_owned())
}

fn book(text: &str) -> Result<Book, String> {
    let known = || Book::ALL.map(Book::code).join(", ");
    Book::from_code(text).ok_or_else(|| format!("expected one of {}", known()))
}

fn severity(text: &str) -> Result<Severity, String> {
    match text {
        "urgent" => Ok(Severity::Urgent),
        "act" => Ok(Severity::Act),
        "check" => Ok(Severity::Check),
        "info" => Ok(Severity::Info),
        _ => Err("expected urgent, act, check or info".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        command().debug_assert();
    }

    #[test]
    fn options_of_every_command_may_stand_behind_it() {
        let typed = ["daicho", "audit", "-C", "/srv/daicho", "--fail-on", "check", "--json", "--lang", "en"];
        let cli = Cli::try_parse_from(typed).unwrap();
        assert_eq!((cli.common.folder, cli.common.lang), (PathBuf::from("/srv/daicho"), Some(Lang::En)));
        assert!(matches!(cli.command, Command::Audit(Audit { fail_on: Some(Severity::Check), .. })));
    }

    #[test]
    fn several_scopes_follow_one_option() {
        let cli = Cli::try_parse_from(["daicho", "init", "x", "--scope", "10.1.0.0/24", "10.2.0.7"]).unwrap();
        let Command::Init(init) = cli.command else { panic!("not init") };
        assert_eq!(init.scope.iter().map(ToString::to_string).collect::<Vec<_>>(), ["10.1.0.0/24", "10.2.0.7/32"]);
        assert!(Cli::try_parse_from(["daicho", "init", "x", "--scope", "10.1.0.0/33"]).is_err());
    }

    #[test]
    fn a_walk_needs_a_reason_and_a_reason_a_walk() {
        let parse = |typed: &[&str]| Cli::try_parse_from(["daicho"].iter().chain(typed));
        assert!(parse(&["scan", "--walk", "10.0.0.5"]).is_err());
        assert!(parse(&["audit", "--reason", "because"]).is_err());
        assert!(parse(&["scan", "--walk", "10.0.0.5", "--reason", " "]).is_err());
        assert!(parse(&["scan", "--walk", "10.0.0.5", "--reason", &"x".repeat(REASON + 1)]).is_err());
        let cli =
            parse(&["audit", "--walk", "10.0.0.5", "--reason", "情報システム室の指示", "--closed", "10.0.0.0/24"]);
        let Command::Audit(audit) = cli.unwrap().command else { panic!("not audit") };
        assert_eq!(audit.walk.reason.as_deref(), Some("情報システム室の指示"));
        assert_eq!(audit.closed, "10.0.0.0/24".parse().ok());
    }

    #[test]
    fn a_wrong_severity_is_refused() {
        assert!(Cli::try_parse_from(["daicho", "audit", "--fail-on", "loud"]).is_err());
    }
}
