//! `daicho vendor import`: a workbook that came back. All of it is kept, or nothing; and then the latest run is judged
//! anew with it.

use std::path::Path;

use jiff::Timestamp;

use super::Desk;
use crate::cli::{Common, words};
use crate::edge;
use crate::import::coded::Coded;
use crate::judge::finding::{Finding, Kind};
use crate::judge::vendor::{Enquiry, Reply};
use crate::judge::verdict::Verdict;
use crate::run::console::Console;
use crate::run::project::Project;
use crate::run::{CLEAN, Failure, audit, rooms};
use crate::vendor::difference::{Difference, differences};
use crate::vendor::questions::Questions;
use crate::vendor::reading::{Filled, read};

/// The most problems and differences that are told one by one.
const TOLD: usize = 200;

pub(super) fn import(
    common: &Common,
    file: &Path,
    dry_run: bool,
    console: &Console,
    now: Timestamp,
) -> Result<u8, Failure> {
    let (mut project, _lock) = Project::open(&common.folder, "vendor import", now)?;
    let coded = rooms::coded(file, console.lang)?;
    let desk = Desk::new(&project, now)?;
    if let Some(known) = desk.vendors.replies.iter().find(|reply| reply.sha256 == coded.sha256) {
        console.note(&words::vendor::known_already(known, console.lang));
        return Ok(CLEAN);
    }
    let filled = read(&coded, &desk.vendors, Questions::builtin(), desk.today).map_err(|problems| {
        for problem in problems.iter().take(TOLD) {
            console.error(&words::vendor::problem(problem, console.lang));
        }
        Failure::Misanswered { problems: problems.len() }
    })?;
    let found = desk.vendors.enquiries.iter().find(|enquiry| enquiry.number == filled.enquiry);
    let enquiry = found.ok_or_else(|| anyhow::anyhow!("enquiry {} is gone", filled.enquiry))?;
    if desk.vendors.withdrawn(enquiry.number).is_some() {
        console.note(&words::vendor::was_withdrawn(enquiry.number, console.lang));
    }
    let new = differences(&filled, enquiry, &desk.vendors, &desk.verdict.ledger, &desk.names());
    let reply = reply(&coded, &filled, enquiry, &desk, now);
    if !dry_run {
        project.store.add_reply(&reply)?;
    }
    let judged = if dry_run { None } else { Some(audit::judge_again(&mut project, &desk.verdict.run.id, now)?) };
    let opposed = judged.as_ref().map(|verdict| (verdict, opposed(verdict, &desk, enquiry)));
    tell(&desk, (enquiry, &filled, &new), opposed.as_ref(), console)?;
    Ok(CLEAN)
}

fn reply(coded: &Coded, filled: &Filled, enquiry: &Enquiry, desk: &Desk, now: Timestamp) -> Reply {
    Reply {
        number: 0,
        enquiry: enquiry.number,
        vendor: enquiry.vendor.clone(),
        received: now,
        received_on: desk.today,
        by: edge::user(),
        file: daicho_shared::text::bounded(&coded.name),
        sha256: coded.sha256.clone(),
        answered_by: Some(filled.answered_by.clone()),
        answered_on: Some(filled.answered_on),
        rows: filled.rows.clone(),
    }
}

/// What of the latest run, judged with the answers, speaks against this vendor's.
fn opposed<'v>(verdict: &'v Verdict, desk: &Desk, enquiry: &Enquiry) -> Vec<&'v Finding> {
    let names = desk.names();
    let about = |finding: &&Finding| match &finding.kind {
        Kind::VendorContradiction { vendor, .. } => names.is(vendor, &enquiry.vendor),
        _ => false,
    };
    verdict.findings.iter().filter(about).collect()
}

fn tell(
    desk: &Desk,
    (enquiry, filled, new): (&Enquiry, &Filled, &[Difference]),
    opposed: Option<&(&Verdict, Vec<&Finding>)>,
    console: &Console,
) -> Result<(), Failure> {
    let dry_run = opposed.is_none();
    if console.json {
        let contradictions: Vec<&str> =
            opposed.iter().flat_map(|(_, findings)| findings).map(|finding| finding.id.as_str()).collect();
        return console.value(&serde_json::json!({
            "vendor": enquiry.vendor, "enquiry": enquiry.number, "kept": !dry_run,
            "answered_rows": filled.rows.len(), "unanswered_rows": filled.unanswered, "blanks": filled.blanks.len(),
            "new_answers": new.len(), "contradictions": contradictions,
        }));
    }
    let lang = console.lang;
    console.line(&words::vendor::imported(enquiry, filled, new.len(), dry_run, lang))?;
    for one in new.iter().take(TOLD) {
        console.line(&words::vendor::difference(one, &desk.verdict.ledger, lang))?;
    }
    if let Some(more) = new.len().checked_sub(TOLD).filter(|more| *more > 0) {
        console.line(&words::review::more(more, lang))?;
    }
    for (subject, question) in filled.blanks.iter().take(TOLD) {
        console.line(&words::vendor::blank(subject, question, &desk.verdict.ledger, lang))?;
    }
    for (verdict, finding) in opposed.iter().flat_map(|(verdict, findings)| findings.iter().map(|one| (*verdict, one)))
    {
        console.line(&words::vendor::opposed(finding, verdict, lang))?;
    }
    Ok(())
}
