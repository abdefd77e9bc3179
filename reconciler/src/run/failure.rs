//! Why a command could not do as asked, with its exit code. Words for people are made in `cli::words`.

use std::io;
use std::path::{Path, PathBuf};

use daicho_shared::batch::BatchError;
use daicho_shared::id::RunId;
use daicho_shared::recognise::RulesError;
use ipnet::IpNet;
use jiff::Timestamp;

use super::{FAILED, Objection, USAGE};
use crate::answer::question::FormError;
use crate::export::Refusal;
use crate::judge::review::filter::FilterError;
use crate::settings::SettingsError;
use crate::store::StoreError;
use crate::store::lock::LockError;

/// A command could not do as asked.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// `daicho.toml`.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The folder is in use.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// No network may be scanned.
    #[error("no network in [scope] networks of {path}")]
    NoScope {
        /// The settings file.
        path: PathBuf,
    },
    /// The segment that is to be shown closed, or the device to be walked through, lies outside what may be scanned.
    #[error("{segment} is not within [scope] networks")]
    OutsideScope {
        /// The segment.
        segment: IpNet,
    },
    /// No run was judged until that day.
    #[error("no judged run until {day}")]
    NoRunUntil {
        /// The day.
        day: jiff::civil::Date,
    },
    /// No run stands for the day whose state a form asks for.
    #[error("no judged run until {day}, the base date")]
    NoRunAsOf {
        /// The day.
        day: jiff::civil::Date,
    },
    /// A diagram is asked for in a format that is not known.
    #[error("{path}: not a format of diagrams")]
    DiagramFormat {
        /// The file that was named.
        path: PathBuf,
        /// Which formats there are.
        known: &'static str,
    },
    /// The diagram cannot be turned into pixels.
    #[error(transparent)]
    Png(#[from] crate::render::diagram::PngError),
    /// Nothing was scanned yet.
    #[error("no run is kept in this folder yet")]
    NoRun,
    /// The run was not judged yet.
    #[error("run {run} was not judged yet")]
    NotJudged {
        /// The run.
        run: RunId,
    },
    /// A batch cannot be read.
    #[error("{path}: {source}")]
    Batch {
        /// The file, or the agent's program.
        path: PathBuf,
        /// Cause.
        source: BatchError,
    },
    /// A program that belongs beside this one is not there.
    #[error("{path}: no such program")]
    ProgramMissing {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// A program cannot be started.
    #[error("{path}: cannot start: {source}")]
    ProgramStart {
        /// The program.
        path: PathBuf,
        /// Cause.
        source: io::Error,
    },
    /// A program ended without having done its work.
    #[error("{path}: ended without a result, {status}")]
    ProgramFailed {
        /// The program.
        path: PathBuf,
        /// How it ended, e.g. `exit status: 2`.
        status: String,
        /// Its exit code was 2: usage.
        usage: bool,
        /// The end of what it said, where that was not shown already.
        said: String,
    },
    /// Two files of one name: their rows could not be told apart.
    #[error("two ledger files are named {name}")]
    SameName {
        /// The name.
        name: String,
    },
    /// A ledger file cannot be read.
    #[error("{path}: {message}")]
    Ledger {
        /// The file.
        path: PathBuf,
        /// What the importer says, in the chosen language.
        message: String,
    },
    /// A mapping of columns cannot be read.
    #[error("{path}: {message}")]
    Mapping {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        message: String,
    },
    /// A new file would take the name of one that is there.
    #[error("{path}: exists already")]
    OutTaken {
        /// The name.
        path: PathBuf,
    },
    /// A new file's name does not say what it holds.
    #[error("{path}: the name must end in {expected}")]
    OutEnding {
        /// The name.
        path: PathBuf,
        /// How it must end.
        expected: String,
    },
    /// A ledger file is not the one that was imported.
    #[error("{path}: changed since it was imported ({imported})")]
    LedgerChanged {
        /// The file.
        path: PathBuf,
        /// When the version that counts was imported.
        imported: Timestamp,
    },
    /// Accepted changes cannot be written into a ledger file.
    #[error("{path}: {refusal}")]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// Why.
        refusal: Refusal,
    },
    /// No device of the run is meant.
    #[error("no device {text}")]
    NoDevice {
        /// What was asked for.
        text: String,
        /// A ledger row declares it; it did not answer.
        declared: bool,
    },
    /// Several devices could be meant.
    #[error("{text}: one of {devices:?}")]
    SeveralDevices {
        /// What was asked for.
        text: String,
        /// Their ids.
        devices: Vec<String>,
    },
    /// Nothing was decided about this.
    #[error("nothing was decided about {text}")]
    NothingDecided {
        /// The device.
        text: String,
    },
    /// No finding of the latest run is meant.
    #[error("no finding {text}")]
    NoFinding {
        /// What was typed.
        text: String,
    },
    /// Several findings could be meant.
    #[error("{text}: one of {findings:?}")]
    SeveralFindings {
        /// What was typed.
        text: String,
        /// Their short names.
        findings: Vec<String>,
    },
    /// Findings cannot be decided so; nothing was decided.
    #[error("{} findings cannot be decided so", objections.len())]
    Objections {
        /// The short name of each, and why.
        objections: Vec<(String, Objection)>,
    },
    /// A filter that is not understood.
    #[error(transparent)]
    Filter(#[from] FilterError),
    /// No `FIELD=VALUE`.
    #[error("no cell {text}")]
    BadCell {
        /// What was typed.
        text: String,
    },
    /// No `NUMBER:HASH`.
    #[error("no end of a log {text}")]
    BadHead {
        /// What was typed.
        text: String,
    },
    /// Nobody said that all of them are meant.
    #[error("not confirmed")]
    NotConfirmed {
        /// How many there are.
        findings: usize,
    },
    /// A workbook with problems; nothing was decided.
    #[error("{problems} cells are filled in wrongly")]
    Misfilled {
        /// How many.
        problems: usize,
    },
    /// The ledger names no such vendor.
    #[error("no vendor {text}")]
    NoVendor {
        /// What was typed.
        text: String,
        /// Those that it names.
        known: Vec<String>,
    },
    /// No enquiry has this number.
    #[error("no enquiry {number}")]
    NoEnquiry {
        /// What was typed.
        number: i64,
    },
    /// The enquiry was withdrawn before.
    #[error("enquiry {number} was withdrawn already")]
    Withdrawn {
        /// Its number.
        number: i64,
        /// Who withdrew it.
        by: String,
        /// Why.
        why: String,
    },
    /// An answer is expected before today.
    #[error("{due} has passed")]
    DuePassed {
        /// The day.
        due: jiff::civil::Date,
    },
    /// A vendor's workbook with problems; nothing was kept.
    #[error("{problems} problems in the answers")]
    Misanswered {
        /// How many.
        problems: usize,
    },
    /// A batch that a vendor hands in is about others' addresses, too.
    #[error("{network} is not {vendor}'s alone")]
    NotTheirs {
        /// The vendor.
        vendor: String,
        /// The network of its scope.
        network: IpNet,
    },
    /// No class has this code.
    #[error("no class {text}")]
    NoSuchClass {
        /// What was typed.
        text: String,
    },
    /// Tables of rules cannot be read.
    #[error(transparent)]
    Rules(#[from] RulesError),
    /// A pack.
    #[error(transparent)]
    Pack(#[from] super::PackFailure),
    /// There is no such form, or not of this year.
    #[error("no form {form}")]
    NoForm {
        /// What was typed.
        form: String,
        /// The forms that there are.
        known: Vec<String>,
    },
    /// A form file cannot be used.
    #[error(transparent)]
    Form(#[from] FormError),
    /// The demo would write into a folder that holds something else.
    #[error("{path}: not empty, and not of an earlier demo")]
    NotEmpty {
        /// The folder.
        path: PathBuf,
    },
    /// A file or folder.
    #[error("{path}: {source}")]
    File {
        /// Which.
        path: PathBuf,
        /// Cause.
        source: io::Error,
    },
    /// A report cannot be made, or a file of the demo is not understood.
    #[error("{0:#}")]
    Other(#[from] anyhow::Error),
}

impl Failure {
    /// A file or folder failed.
    pub fn file(path: &Path, source: io::Error) -> Self {
        Self::File { path: path.to_owned(), source }
    }

    /// The exit code.
    pub fn code(&self) -> u8 {
        match self {
            Self::Settings(_)
            | Self::NotEmpty { .. }
            | Self::NoScope { .. }
            | Self::OutsideScope { .. }
            | Self::NoRunUntil { .. }
            | Self::NoRunAsOf { .. }
            | Self::DiagramFormat { .. }
            | Self::NoRun
            | Self::NoDevice { .. }
            | Self::SeveralDevices { .. }
            | Self::NothingDecided { .. }
            | Self::NoSuchClass { .. }
            | Self::NoFinding { .. }
            | Self::SeveralFindings { .. }
            | Self::Objections { .. }
            | Self::Filter(_)
            | Self::BadCell { .. }
            | Self::BadHead { .. }
            | Self::NotConfirmed { .. }
            | Self::Misfilled { .. }
            | Self::NoVendor { .. }
            | Self::NoEnquiry { .. }
            | Self::Withdrawn { .. }
            | Self::DuePassed { .. }
            | Self::Misanswered { .. }
            | Self::NotTheirs { .. }
            | Self::Rules(_)
            | Self::Mapping { .. }
            | Self::NoForm { .. }
            | Self::Form(_)
            | Self::NotJudged { .. }
            | Self::SameName { .. }
            | Self::Store(
                StoreError::NoSuchRun { .. }
                | StoreError::NoSuchFile { .. }
                | StoreError::NoSuchVersion { .. }
                | StoreError::CurrentVersion { .. }
                | StoreError::NoSuchSnapshot { .. },
            )
            | Self::OutTaken { .. }
            | Self::OutEnding { .. }
            | Self::LedgerChanged { .. }
            | Self::Unwritable { .. }
            | Self::ProgramFailed { usage: true, .. } => USAGE,
            Self::Pack(failure) if failure.is_usage() => USAGE,
            _ => FAILED,
        }
    }
}
