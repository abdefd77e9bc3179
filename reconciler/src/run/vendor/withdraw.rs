//! `daicho vendor withdraw`: an enquiry that is waited for no longer. It is a row of the log, as every decision is.

use jiff::Timestamp;

use crate::cli::{Common, words};
use crate::edge;
use crate::run::console::Console;
use crate::run::project::Project;
use crate::run::{CLEAN, Failure, audit, log};
use crate::store::Deed;

pub(super) fn withdraw(
    common: &Common,
    number: i64,
    reason: &str,
    by: Option<&str>,
    console: &Console,
    now: Timestamp,
) -> Result<u8, Failure> {
    let (mut project, _lock) = Project::open(&common.folder, "vendor withdraw", now)?;
    let vendors = project.store.vendors()?;
    let known = vendors.enquiries.iter().find(|enquiry| enquiry.number == number);
    let enquiry = known.ok_or(Failure::NoEnquiry { number })?;
    if let Some(withdrawn) = vendors.withdrawn(number) {
        return Err(Failure::Withdrawn { number, by: withdrawn.by.clone(), why: withdrawn.why.clone() });
    }
    let (vendor, why) = (enquiry.vendor.clone(), daicho_shared::text::bounded(reason));
    let by = by.map_or_else(edge::user, daicho_shared::text::bounded);
    project.store.log(&by, now, &[Deed::Withdrawn { enquiry: number, vendor: vendor.clone(), why: why.clone() }])?;
    log::note_head(&project)?;
    let run = audit::chosen(&project, None)?;
    audit::judge_again(&mut project, &run, now)?;
    console.note(&words::vendor::withdrawal(number, &vendor, &why, console.lang));
    Ok(CLEAN)
}
