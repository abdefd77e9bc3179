//! Commands: load, judge, store, render. The only files that know all rooms, and `rooms` in particular.

mod agent;
mod agent_config;
mod answer;
mod as_of;
mod attached;
mod audit;
mod books;
mod console;
mod decide;
mod declared;
mod demo;
mod diagram;
mod export;
mod failure;
mod init;
mod inventory;
mod keeper;
mod ledger;
mod log;
mod pack;
mod project;
mod reread;
mod review;
mod rooms;
mod runs;
mod show;
mod vendor;
mod whole;

use std::process::ExitCode;

use clap::Parser;
use jiff::Timestamp;

pub use failure::Failure;
pub use pack::PackFailure;
pub use review::order::Objection;
pub use review::sheet::{Misfilled, What};

use crate::cli::{Cli, Command, words};
use console::Console;

/// Nothing to do.
const CLEAN: u8 = 0;
/// Findings at or above `--fail-on`.
const FINDINGS: u8 = 1;
/// Usage or settings.
const USAGE: u8 = 2;
/// The scan was partial.
const PARTIAL: u8 = 3;
/// Failed.
const FAILED: u8 = 4;

/// Reads the command line, does what it says, and returns the exit code.
pub fn main() -> ExitCode {
    // The reading process of the importer starts before anything else is opened.
    let mut args = std::env::args_os().skip(1);
    if args.next().is_some_and(|first| first == rooms::READ_SHEETS) {
        return rooms::read_sheets(args);
    }
    let cli = Cli::parse();
    let mut console = Console::new(&cli.common);
    match command(&cli, &mut console, crate::edge::now()) {
        Ok(code) => ExitCode::from(code),
        Err(failure) => {
            console.error(&words::explain(&failure, console.lang));
            ExitCode::from(failure.code())
        }
    }
}

fn command(cli: &Cli, console: &mut Console, now: Timestamp) -> Result<u8, Failure> {
    let common = &cli.common;
    match &cli.command {
        Command::Init(init) => init::init(init, console),
        Command::Ledger(command) => ledger::ledger(common, command, console, now),
        Command::Scan(walk) => audit::scan(common, walk, console, now),
        Command::Reconcile(options) => audit::reconcile(common, options, console, now),
        Command::Report(options) => audit::report(common, options, console, now),
        Command::Diagram(options) => diagram::diagram(common, options, console),
        Command::Pack(command) => pack::pack(common, command, console, now),
        Command::Books(options) => books::books(common, options, console, now),
        Command::Audit(options) => audit::audit(common, options, console, now),
        Command::Answer(options) => answer::answer(common, options, console, now),
        Command::Show(options) => show::show(common, options, console),
        Command::Findings(options) => review::findings(common, options, console, now),
        Command::Vendor(command) => vendor::vendor(common, command, console, now),
        Command::Log(command) => log::log(common, command, console),
        Command::Decide(command) => decide::decide(common, command, console, now),
        Command::ImportInventory { files } => inventory::import(common, files, console, now),
        Command::ImportBatch { files, vendor } => runs::import(common, files, vendor.as_deref(), console, now),
        Command::Demo { out } => demo::demo(common, out.as_deref(), console, now),
        Command::Runs => runs::list(common, console),
        Command::Completions { shell } => completions(*shell, console),
        Command::Man { dir } => manual(dir),
    }
}

fn completions(shell: clap_complete::Shell, console: &mut Console) -> Result<u8, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut crate::cli::command(), "daicho", &mut script);
    console.bytes(&script)?;
    Ok(CLEAN)
}

fn manual(folder: &std::path::Path) -> Result<u8, Failure> {
    let written =
        std::fs::create_dir_all(folder).and_then(|()| clap_mangen::generate_to(crate::cli::command(), folder));
    written.map_err(|source| Failure::file(folder, source))?;
    Ok(CLEAN)
}
