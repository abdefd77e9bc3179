//! What was typed.

use std::fs::File;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};
use daicho_shared::batch::Batch;
use daicho_shared::knowledge::ports::Profile;
use indicatif::{ProgressBar, ProgressStyle};
use ipnet::IpNet;

use crate::edge::sealed;
use crate::engine::Progress;
use crate::plan::Preview;
use crate::probe::{Level, PROBES};
use crate::reread::reread;
use crate::run::{self, Options};
use crate::scope::ScopeError;
use crate::settings::Settings;

const EXIT_CODES: &str = "Exit codes: 0 the scan is complete, 2 usage or scope, 3 the scan was cut short (what was found is kept), 4 it failed.";

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
        if let Some(reason) = &ended.reason {
            writeln!(io::stderr(), "途中で終了しました / cut short: {reason} ({} devices so far)", ended.devices)?;
        }
        Ok(ExitCode::from(if ended.complete { 0 } else { 3 }))
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
        "  1台あたり / per device      : at most {} packets over at least {} s",
        preview.packets_per_device_at_most, preview.device_seconds_at_least
    )?;
    writeln!(
        out,
        "  速さ / pace                 : {} packets/s in total, {} packets/s per device",
        preview.packets_per_second, preview.packets_per_second_and_device
    )?;
    for probe in &preview.probes {
        let care = if probe.fragile_devices { "fragile devices, too" } else { "not to fragile devices" };
        writeln!(
            out,
            "  {:<12} {:>3} questions {:>4} packets  {} / {} ({care})",
            probe.probe, probe.questions_per_device, probe.packets_per_device, probe.title_ja, probe.title
        )?;
    }
    Ok(())
}

fn list_probes(json: bool) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    for probe in PROBES {
        let card = probe.card();
        let fragile = card.level <= Level::Presence;
        if json {
            let row = serde_json::json!({
                "name": card.name, "title": card.title, "title_ja": card.title_ja, "standard": card.standard,
                "packets": card.packets, "may_upset": card.may_upset, "fragile_devices": fragile,
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
