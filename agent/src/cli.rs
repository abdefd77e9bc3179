//! What was typed.

use std::fs::File;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context;
use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};
use daicho_shared::batch::Batch;
use daicho_shared::knowledge::ports::Profile;
use indicatif::{ProgressBar, ProgressStyle};
use ipnet::IpNet;

use crate::edge::sealed;
use crate::engine::Progress;
use crate::listen;
use crate::preview::{Asked, Preview};
use crate::probe::{Level, PROBES};
use crate::reread::reread;
use crate::run::{self, Options};
use crate::scope::ScopeError;
use crate::settings::Settings;

const EXIT_CODES: &str = "Exit codes: 0 complete, 2 usage or scope, 3 cut short (what was found is kept), 4 it failed.";

/// Looks at the networks it was given, gently, and writes down what answered.
///
/// 許可を得たネットワークだけを、機器に負担をかけない速さで調べ、応答を記録します。
#[derive(Debug, Parser)]
#[command(name = "daicho-agent", version, after_help = EXIT_CODES)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Scan, and write a batch of observations (JSON Lines). / ネットワークを調べる
    Scan(Box<Scan>),
    /// Listen without sending anything: at a mirror port, or to a capture file. / 送信せずに聞く
    Listen(Box<Listen>),
    /// Read the kept replies of a batch again with today's probes: batch in, batch out; nothing is sent. / 保存済みの応答の読み直し
    Reread,
    /// List the probes: what each asks, by which standard, and what it costs. / 調べ方の一覧
    Probes {
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Write a completion script for this shell. / 補完スクリプト
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
    /// Write manual pages into this folder. / マニュアル
    Man {
        /// The folder.
        folder: PathBuf,
    },
}

#[derive(Debug, Args)]
#[allow(clippy::struct_excessive_bools, reason = "each is a switch on the command line")]
struct Scan {
    /// Networks that may be asked; without one, nothing is sent. / 調べてよい範囲
    #[arg(long, num_args = 1.., value_name = "CIDR", value_parser = network)]
    scope: Vec<IpNet>,
    /// Networks and addresses that may not, whatever --scope says. / 送信しない範囲
    #[arg(long, num_args = 1.., value_name = "CIDR", value_parser = network)]
    exclude: Vec<IpNet>,
    /// The interface to use. / 使うLANポート
    #[arg(long, value_name = "IF")]
    interface: Option<String>,
    /// How much is asked, and how fast. / 調べる量と速さ
    #[arg(long, value_enum)]
    profile: Option<Typed>,
    /// Packets per second in total, instead of the profile's. / 1秒あたりの最大パケット数
    #[arg(long, value_name = "N")]
    packets_per_second: Option<u32>,
    /// The hospital's DNS server; without one, no name is looked up. / 院内のDNSサーバー
    #[arg(long, value_name = "ADDRESS")]
    resolver: Option<IpAddr>,
    /// Settings file, see config/agent.toml. / 設定ファイル
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Only find out who is there: no question beyond presence. / 存在確認のみ
    #[arg(long)]
    presence_only: bool,
    /// Say what would be sent, and send nothing. / 送信内容の見積もりのみ
    #[arg(long)]
    dry_run: bool,
    /// The dry run as JSON.
    #[arg(long)]
    json: bool,
    /// Keep every frame that is sent and comes in. / 送受信の記録（pcap）
    #[arg(long, value_name = "FILE")]
    pcap: Option<PathBuf>,
    /// Where the batch goes; - is standard output. / 出力先
    #[arg(long, value_name = "FILE", default_value = "-")]
    out: PathBuf,
    /// Allow networks wider than a /16.
    #[arg(long)]
    allow_large: bool,
    /// Allow public addresses.
    #[arg(long)]
    allow_public: bool,
}

#[derive(Debug, Args)]
struct Listen {
    /// Networks whose devices are written down; without one, nothing is. / 記録してよい範囲
    #[arg(long, num_args = 1.., value_name = "CIDR", value_parser = network)]
    scope: Vec<IpNet>,
    /// Networks and addresses that are not, whatever --scope says. / 記録しない範囲
    #[arg(long, num_args = 1.., value_name = "CIDR", value_parser = network)]
    exclude: Vec<IpNet>,
    /// The interface at the mirror port; it needs no address. / ミラーポートにつないだLANポート
    #[arg(long, value_name = "IF", required_unless_present = "read")]
    interface: Option<String>,
    /// How long, in minutes. / 聞く時間（分）
    #[arg(long, value_name = "N", value_parser = minutes, required_unless_present = "read")]
    minutes: Option<Duration>,
    /// Read this capture file (pcap, pcapng) instead. / キャプチャファイルを読む
    #[arg(long, value_name = "FILE.pcap", conflicts_with_all = ["interface", "minutes", "pcap"])]
    read: Option<PathBuf>,
    /// Settings file, see config/agent.toml. / 設定ファイル
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Keep every frame that comes in. / 受信の記録（pcap）
    #[arg(long, value_name = "FILE")]
    pcap: Option<PathBuf>,
    /// Where the batch goes; - is standard output. / 出力先
    #[arg(long, value_name = "FILE", default_value = "-")]
    out: PathBuf,
    /// Allow networks wider than a /16.
    #[arg(long)]
    allow_large: bool,
    /// Allow public addresses.
    #[arg(long)]
    allow_public: bool,
}

/// Longer than a week is a mistake.
const LONGEST_MINUTES: f64 = 7.0 * 24.0 * 60.0;

fn minutes(text: &str) -> Result<Duration, String> {
    let minutes = text.parse::<f64>().ok().filter(|minutes| *minutes > 0.0 && *minutes <= LONGEST_MINUTES);
    minutes.map(|minutes| Duration::from_secs_f64(minutes * 60.0)).ok_or_else(|| {
        format!("{text}: 0より大きく{LONGEST_MINUTES}以下の分数ではありません / not a number of minutes up to {LONGEST_MINUTES}")
    })
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Typed {
    Gentle,
    Normal,
    Fast,
}

/// A network, or a single address.
fn network(text: &str) -> Result<IpNet, String> {
    let single = || text.parse::<IpAddr>().map(IpNet::from);
    text.parse::<IpNet>().or_else(|_| single()).map_err(|_| {
        format!("{text}: ネットワーク（例: 192.168.1.0/24）またはアドレスではありません / not a network or an address")
    })
}

/// Runs the command line.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    match run_command(cli.command) {
        Ok(code) => code,
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            let code = if error.is::<ScopeError>() { 2 } else { 4 };
            // Standard error may be closed; there is nobody left to tell then.
            let _ = writeln!(io::stderr(), "daicho-agent: {error:#}");
            ExitCode::from(code)
        }
    }
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}

fn run_command(command: Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Scan(scan) => scan.run(),
        Command::Listen(listen) => listen.run(),
        Command::Reread => read_again().map(|()| ExitCode::SUCCESS),
        Command::Probes { json } => list_probes(json).map(|()| ExitCode::SUCCESS),
        Command::Completions { shell } => {
            clap_complete::generate(shell, &mut Cli::command(), "daicho-agent", &mut io::stdout());
            Ok(ExitCode::SUCCESS)
        }
        Command::Man { folder } => {
            clap_mangen::generate_to(Cli::command(), &folder)
                .with_context(|| format!("cannot write to {}", folder.display()))?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

/// A batch on standard input, the same batch as it is understood today on standard output. Its header names
/// this agent, because its facts are this agent's.
fn read_again() -> anyhow::Result<()> {
    sealed::open_nothing_more().context("cannot give up the right to open sockets")?;
    let mut batch = Batch::read(io::stdin().lock()).context("standard input is no batch")?;
    reread(&mut batch);
    env!("CARGO_PKG_VERSION").clone_into(&mut batch.header.agent);
    let mut output = BufWriter::new(io::stdout().lock());
    batch.write(&mut output)?;
    Ok(output.flush()?)
}

impl Scan {
    fn run(self) -> anyhow::Result<ExitCode> {
        let settings = self.settings()?;
        if self.dry_run {
            print_preview(&run::preview(&settings)?, self.json)?;
            return Ok(ExitCode::SUCCESS);
        }
        settings.rules()?;
        let output = open(&self.out)?;
        let bar = progress_bar();
        let shown = bar.clone();
        let progress = Box::new(move |progress: Progress| show(&shown, progress));
        let ended = run::run(&settings, Options { output, pcap: self.pcap, progress })?;
        bar.finish_and_clear();
        let (took, held) = (ended.took.as_secs_f64(), ended.held.as_secs_f64());
        writeln!(
            io::stderr(),
            "{took:.1}秒、うち送信間隔の上限で待った時間 {held:.1}秒 / {took:.1} s, for {held:.1} s of these the pace was the limit"
        )?;
        say_how_it_ended(&ended)
    }

    /// The settings file, and over it what was typed.
    fn settings(&self) -> anyhow::Result<Settings> {
        let mut settings = self.config.as_deref().map(Settings::read).transpose()?.unwrap_or_default();
        settings.scope.networks.extend(&self.scope);
        settings.scope.exclude.extend(&self.exclude);
        settings.scope.interface = self.interface.clone().or(settings.scope.interface);
        settings.scope.allow_large |= self.allow_large;
        settings.scope.allow_public |= self.allow_public;
        settings.resolver.address = self.resolver.or(settings.resolver.address);
        settings.pace.packets_per_second = self.packets_per_second.or(settings.pace.packets_per_second);
        settings.pace.presence_only |= self.presence_only;
        if let Some(profile) = self.profile {
            settings.pace.profile = match profile {
                Typed::Gentle => Profile::Gentle,
                Typed::Normal => Profile::Normal,
                Typed::Fast => Profile::Fast,
            };
        }
        Ok(settings)
    }
}

impl Listen {
    fn run(self) -> anyhow::Result<ExitCode> {
        let mut settings = self.config.as_deref().map(Settings::read).transpose()?.unwrap_or_default();
        settings.scope.networks.extend(&self.scope);
        settings.scope.exclude.extend(&self.exclude);
        settings.scope.allow_large |= self.allow_large;
        settings.scope.allow_public |= self.allow_public;
        settings.rules()?;
        let output = open(&self.out)?;
        let ended = match (self.read, self.interface, self.minutes) {
            (Some(file), ..) => listen::read(&settings, &file, output)?,
            (None, Some(interface), Some(lasts)) => {
                listen::listen(&settings, &listen::Ear { interface, lasts, pcap: self.pcap }, output)?
            }
            // Refused by the command line's own rules.
            _ => anyhow::bail!(
                "--interface と --minutes、または --read が必要です / --interface and --minutes, or --read"
            ),
        };
        say_how_it_ended(&ended)
    }
}

fn say_how_it_ended(ended: &run::Ended) -> anyhow::Result<ExitCode> {
    if let Some(reason) = &ended.reason {
        writeln!(io::stderr(), "途中で終了しました / cut short: {reason} ({} devices so far)", ended.devices)?;
    }
    Ok(ExitCode::from(if ended.complete { 0 } else { 3 }))
}

fn open(path: &Path) -> anyhow::Result<Box<dyn Write>> {
    if path == Path::new("-") {
        return Ok(Box::new(BufWriter::new(io::stdout())));
    }
    let file = File::create(path).with_context(|| format!("書き込めません / cannot write: {}", path.display()))?;
    Ok(Box::new(BufWriter::new(file)))
}

fn progress_bar() -> ProgressBar {
    if !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{elapsed_precise} {wide_bar} {pos}/{len} {msg}");
    ProgressBar::new(0).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

fn show(bar: &ProgressBar, progress: Progress) {
    bar.set_length((progress.addresses + progress.devices) as u64);
    bar.set_position((progress.addresses_done + progress.devices_done) as u64);
    bar.set_message(format!("機器 / devices: {}/{}", progress.devices_done, progress.devices));
}

fn print_preview(preview: &Preview, json: bool) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    if json {
        serde_json::to_writer_pretty(&mut out, preview)?;
        writeln!(out)?;
        return Ok(());
    }
    writeln!(out, "送信の見積もり / what would be sent (nothing was)")?;
    writeln!(
        out,
        "  アドレス / addresses        : {} on link, {} routed",
        preview.addresses_on_link, preview.addresses_routed
    )?;
    writeln!(
        out,
        "  存在確認 / presence         : at most {} packets, about {} s",
        preview.sweep_packets_at_most, preview.sweep_seconds
    )?;
    writeln!(
        out,
        "  別ネットワーク / elsewhere  : at most {} frames to everybody on each link, 40 a second",
        preview.guess_packets
    )?;
    writeln!(
        out,
        "  1台あたり / per device      : at most {} packets over at least {} s",
        preview.packets_per_device_at_most, preview.device_seconds_at_least
    )?;
    writeln!(
        out,
        "  速さ / pace                 : {} packets/s in total, {} packets/s per device",
        preview.packets_per_second, preview.packets_per_second_and_device
    )?;
    writeln!(
        out,
        "  上限 / budget               : {} packets per device, {} per fragile device",
        preview.device_budget, preview.fragile_budget
    )?;
    print_pass(&mut out, "第1段 全機器に / first, everybody", &preview.first_pass)?;
    print_pass(&mut out, "第2段 種類に合うものだけ / then, only what fits the device", &preview.second_pass)
}

fn print_pass(out: &mut impl Write, heading: &str, pass: &[Asked]) -> anyhow::Result<()> {
    writeln!(out, "{heading}")?;
    for asked in pass {
        let ports = if asked.ports.is_empty() { String::new() } else { format!("  TCP {}", list(&asked.ports)) };
        let whom = if asked.classes.is_empty() { String::new() } else { format!("  → {}", asked.classes.join(" ")) };
        let care = if asked.fragile_devices { "  fragile ○" } else { "" };
        writeln!(out, "  {:<13} {:>2} packets  {}{ports}{whom}{care}", asked.probe, asked.packets, asked.title_ja)?;
        writeln!(out, "  {:13} なぜ / why: {} / {}", "", asked.why_ja, asked.why)?;
    }
    Ok(())
}

fn list(ports: &[u16]) -> String {
    ports.iter().map(u16::to_string).collect::<Vec<_>>().join(",")
}

fn list_probes(json: bool) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    for probe in PROBES {
        let card = probe.card();
        let fragile = card.level <= Level::Verify;
        if json {
            let row = serde_json::json!({
                "name": card.name, "title": card.title, "title_ja": card.title_ja, "standard": card.standard,
                "packets": card.packets, "may_upset": card.may_upset, "fragile_devices": fragile,
                "why": card.why, "why_ja": card.why_ja,
            });
            writeln!(out, "{row}")?;
        } else {
            let mark = if fragile { "○" } else { "×" };
            writeln!(
                out,
                "{:<12} {:>3} packets  fragile {mark}  {} / {}  [{}]",
                card.name, card.packets, card.title_ja, card.title, card.standard
            )?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(line: &str) -> Settings {
        let cli = Cli::try_parse_from(line.split_whitespace()).unwrap();
        let Command::Scan(scan) = cli.command else { panic!("not a scan") };
        scan.settings().unwrap()
    }

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }

    #[test]
    fn several_scopes_and_single_addresses_are_read() {
        let settings =
            settings("daicho-agent scan --scope 10.1.0.0/24 10.2.0.0/24 --exclude 10.1.0.9 --profile normal");
        assert_eq!(settings.scope.networks.len(), 2);
        assert_eq!(settings.scope.exclude, ["10.1.0.9/32".parse().unwrap()]);
        assert_eq!(settings.pace.profile, Profile::Normal);
    }

    #[test]
    fn a_bad_scope_says_what_was_expected() {
        let error = Cli::try_parse_from(["daicho-agent", "scan", "--scope", "10.1.0.300"]).unwrap_err().to_string();
        assert!(error.contains("192.168.1.0/24"), "{error}");
    }
}
