//! `daicho vendor`: asking maintenance vendors, reading their answers, and chasing those who do not answer.

mod export;
pub(super) mod hand_in;
mod import;
mod status;
mod withdraw;

use daicho_shared::id::RunId;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::console::Console;
use super::project::Project;
use super::{Failure, audit};
use crate::cli::{Common, VendorCommand};
use crate::judge::Knowledge;
use crate::judge::vendor::{Names, Vendors};
use crate::judge::verdict::Verdict;
use crate::vendor::{Dossier, dossiers};

pub(super) fn vendor(
    common: &Common,
    command: &VendorCommand,
    console: &Console,
    now: Timestamp,
) -> Result<u8, Failure> {
    match command {
        VendorCommand::Export(options) => export::export(common, options, console, now),
        VendorCommand::Import { file, dry_run } => import::import(common, file, *dry_run, console, now),
        VendorCommand::Status { out, contact } => {
            status::status(common, out.as_deref(), contact.as_deref(), console, now)
        }
        VendorCommand::Withdraw { number, reason, by } => {
            withdraw::withdraw(common, *number, reason, by.as_deref(), console, now)
        }
        VendorCommand::Remind { vendor, contact } => status::remind(common, vendor, contact.as_deref(), console, now),
    }
}

/// What every vendor command looks at: the latest run, judged by the ledger of today, and everything that was asked.
struct Desk {
    verdict: Verdict,
    knowledge: Knowledge,
    vendors: Vendors,
    today: Date,
}

impl Desk {
    fn new(project: &Project, now: Timestamp) -> Result<Self, Failure> {
        let run: RunId = audit::chosen(project, None)?;
        let knowledge = project.knowledge()?;
        let verdict = audit::judged_now(project, &run, &knowledge)?;
        let (vendors, today) = (project.store.vendors()?, now.to_zoned(TimeZone::system()).date());
        Ok(Self { verdict, knowledge, vendors, today })
    }

    fn names(&self) -> Names<'_> {
        Names::new(&self.verdict.ledger.records, &self.knowledge)
    }

    fn dossiers(&self) -> Vec<Dossier<'_>> {
        dossiers(&self.verdict, &self.knowledge)
    }
}

/// The one vendor that is meant.
fn one<'d, 'a>(dossiers: &'d [Dossier<'a>], names: &Names<'_>, text: &str) -> Result<&'d Dossier<'a>, Failure> {
    let found = dossiers.iter().find(|dossier| names.is(&dossier.vendor, text));
    found.ok_or_else(|| Failure::NoVendor {
        text: daicho_shared::text::bounded(text),
        known: dossiers.iter().map(|dossier| dossier.vendor.clone()).collect(),
    })
}

/// Whom vendors may ask: as typed, or as set. Who runs this is an account of this machine and nobody's name.
fn contact(typed: Option<&str>, project: &Project) -> Option<String> {
    let set = Some(project.settings.vendor.contact.as_str()).filter(|contact| !contact.trim().is_empty());
    typed.or(set).map(str::to_owned)
}
