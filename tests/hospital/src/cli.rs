//! The command line.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::{Parser, Subcommand};

use crate::demo::write_files;
use crate::description::{DEMO, Hospital, crowd};
use crate::namespace::{NamespaceError, child};
use crate::run::{Paper, exec};

/// A simulated hospital LAN in a private network namespace.
#[derive(Debug, Parser)]
#[command(name = "daicho-hospital", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Runs a command inside the hospital's network; its exit code is the command's.
    Exec(Exec),
    /// Writes the demo hospital's ledger, settings and expected findings into a folder.
    Files {
        /// The folder; it is made.
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
    },
    /// Checks a description.
    Check {
        /// The description, TOML.
        file: PathBuf,
    },
}

#[derive(Debug, clap::Args)]
struct Exec {
    /// A hospital's description; the built-in demo hospital without it.
    #[arg(long, value_name = "FILE.toml")]
    hospital: Option<PathBuf>,
    /// Adds this many plain devices in 10.30.0.0/16, for benchmarks.
    #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u16).range(0..=i64::from(crowd::LIMIT)))]
    hosts: u16,
    /// Adds this many devices like those of the hospital in 10.30.0.0/16, for benchmarks.
    #[arg(long, default_value_t = 0, conflicts_with = "hosts", value_parser = clap::value_parser!(u16).range(0..=i64::from(crowd::LIMIT)))]
    clones: u16,
    /// Writes every frame to a capture file.
    #[arg(long, value_name = "FILE.pcap")]
    record: Option<PathBuf>,
    /// Writes what reached each device, and every incident, as JSON.
    #[arg(long, value_name = "FILE.json")]
    stats: Option<PathBuf>,
    /// Says nothing by itself.
    #[arg(long)]
    quiet: bool,
    /// The command and its arguments.
    #[arg(last = true, required = true)]
    command: Vec<String>,
}

/// The namespace was refused.
const REFUSED: u8 = 4;
/// Anything else went wrong on our side.
const FAILED: u8 = 125;
/// The description is wrong.
const WRONG: u8 = 2;

/// Does what the command line says.
pub fn run() -> ExitCode {
    match Arguments::parse().command {
        Command::Exec(options) => execute(&options),
        Command::Files { out } => match write_files(&out) {
            Ok(files) => say(files.iter().map(|file| file.display().to_string())),
            Err(error) => fail(&error.into(), FAILED),
        },
        Command::Check { file } => match read(Some(&file)) {
            Ok(hospital) => say([format!("{}: {} devices", hospital.name, hospital.devices.len())]),
            Err(error) => fail(&error, WRONG),
        },
    }
}

fn execute(options: &Exec) -> ExitCode {
    match try_execute(options) {
        Ok(code) => ExitCode::from(code),
        Err(error) if error.is::<NamespaceError>() => fail(&error, REFUSED),
        Err(error) => fail(&error, FAILED),
    }
}

fn try_execute(options: &Exec) -> anyhow::Result<u8> {
    let mut hospital = read(options.hospital.as_ref())?;
    crowd::add(&mut hospital, options.hosts);
    crowd::clone_devices(&mut hospital, options.clones);
    let signals = child::hold_signals().context("signals")?;
    let paper = Paper { record: options.record.clone(), stats: options.stats.clone() };
    if !options.quiet {
        eprintln!("daicho-hospital: {}, {} devices", hospital.name, hospital.devices.len());
    }
    exec(hospital, &options.command, signals, &paper)
}

fn read(file: Option<&PathBuf>) -> anyhow::Result<Hospital> {
    let Some(file) = file else { return Ok(Hospital::parse(DEMO)?) };
    let text = std::fs::read_to_string(file).with_context(|| file.display().to_string())?;
    Hospital::parse(&text).with_context(|| file.display().to_string())
}

/// A reader that has gone away is no failure.
fn say(lines: impl IntoIterator<Item = String>) -> ExitCode {
    let mut out = std::io::stdout().lock();
    for line in lines {
        if writeln!(out, "{line}").is_err() {
            break;
        }
    }
    ExitCode::SUCCESS
}

fn fail(error: &anyhow::Error, code: u8) -> ExitCode {
    eprintln!("daicho-hospital: {error:#}");
    ExitCode::from(code)
}
