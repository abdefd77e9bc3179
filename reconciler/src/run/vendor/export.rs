//! `daicho vendor export`: one workbook a vendor. That it was asked is kept once the workbook is there.

use std::path::{Path, PathBuf};

use jiff::{Timestamp, ToSpan};

use super::{Desk, contact, one};
use crate::cli::{Common, VendorExport, words};
use crate::edge;
use crate::judge::vendor::Enquiry;
use crate::render::vendor::{Asked, workbook};
use crate::run::console::Console;
use crate::run::export::{create, ends_in};
use crate::run::project::Project;
use crate::run::{CLEAN, Failure, rooms};
use crate::vendor::questions::Questions;
use crate::vendor::{Dossier, token};

/// The most characters of a vendor's name in a file's name.
const NAME: usize = 40;

pub(super) fn export(
    common: &Common,
    options: &VendorExport,
    console: &Console,
    now: Timestamp,
) -> Result<u8, Failure> {
    let (mut project, _lock) = Project::open(&common.folder, "vendor export", now)?;
    let desk = Desk::new(&project, now)?;
    let (dossiers, names) = (desk.dossiers(), desk.names());
    let chosen: Vec<&Dossier<'_>> = match &options.vendor {
        Some(text) => vec![one(&dossiers, &names, text)?],
        None if dossiers.is_empty() => return Err(Failure::NoVendor { text: String::new(), known: vec![] }),
        // 契約なし（記入不要）: who has no contract is asked by name only.
        None => dossiers.iter().filter(|dossier| !dossier.exempt).collect(),
    };
    let mut enquiries = vec![];
    for (number, dossier) in (project.store.next_enquiry()?..).zip(&chosen) {
        enquiries.push(enquiry(number, dossier, &project, &desk, options, now)?);
    }
    let paths: Vec<PathBuf> = if options.all {
        enquiries.iter().map(|enquiry| options.out.join(file_name(enquiry))).collect()
    } else {
        vec![options.out.clone()]
    };
    for path in &paths {
        ends_in(path, &["xlsx"])?;
        if path.symlink_metadata().is_ok() {
            return Err(Failure::OutTaken { path: path.clone() });
        }
    }
    if options.all {
        std::fs::create_dir_all(&options.out).map_err(|source| Failure::file(&options.out, source))?;
    }
    let contact = contact(options.contact.as_deref(), &project);
    write(&mut project, &desk, &chosen, (&enquiries, &paths), contact.as_deref())?;
    if console.json {
        let told = enquiries.iter().zip(&paths).map(|(enquiry, path)| {
            serde_json::json!({"vendor": enquiry.vendor, "enquiry": enquiry.number, "due": enquiry.due, "out": path,
                "rows": enquiry.subjects.len()})
        });
        console.value(&told.collect::<Vec<_>>())?;
        return Ok(CLEAN);
    }
    let told = enquiries.iter().zip(&paths).zip(&chosen);
    for ((enquiry, path), dossier) in told {
        console.line(&words::vendor::exported(enquiry, dossier.devices.len(), path, console.lang))?;
    }
    if options.all {
        for dossier in dossiers.iter().filter(|dossier| dossier.exempt) {
            console.note(&words::vendor::exempt(&dossier.vendor, console.lang));
        }
    }
    if contact.is_none() {
        console.note(words::vendor::no_contact(console.lang));
    }
    console.note(words::vendor::exported_note(console.lang));
    Ok(CLEAN)
}

fn enquiry(
    number: i64,
    dossier: &Dossier<'_>,
    project: &Project,
    desk: &Desk,
    options: &VendorExport,
    now: Timestamp,
) -> Result<Enquiry, Failure> {
    let days = i64::from(project.settings.vendor.answer_days.get());
    let due = options.due.map_or_else(|| desk.today.checked_add(days.days()), Ok).map_err(anyhow::Error::from)?;
    if due < desk.today {
        return Err(Failure::DuePassed { due });
    }
    Ok(Enquiry {
        number,
        vendor: dossier.vendor.clone(),
        asked: now,
        asked_on: desk.today,
        by: edge::user(),
        due,
        token: token(number, &dossier.vendor, now),
        subjects: dossier.remote().into_iter().chain(dossier.disclosure()).collect(),
    })
}

/// All workbooks, then the record that they were written. What cannot be kept is taken away again, so that no workbook
/// goes out that could not be read back.
fn write(
    project: &mut Project,
    desk: &Desk,
    dossiers: &[&Dossier<'_>],
    (enquiries, paths): (&[Enquiry], &[PathBuf]),
    contact: Option<&str>,
) -> Result<(), Failure> {
    let options = rooms::options(&project.settings.hospital.name, project.settings.report.lang);
    let mut written: Vec<&Path> = vec![];
    let mut all = || -> Result<(), Failure> {
        for ((enquiry, path), dossier) in enquiries.iter().zip(paths).zip(dossiers) {
            let questions = Questions::builtin();
            let asked = Asked { dossier, enquiry, verdict: &desk.verdict, contact, questions };
            create(path, &workbook(&asked, &options).map_err(anyhow::Error::from)?)?;
            written.push(path);
        }
        Ok(project.store.add_enquiries(enquiries)?)
    };
    let made = all();
    if made.is_err() {
        for path in written {
            let _ = std::fs::remove_file(path);
        }
    }
    made
}

/// `0007-株式会社B社.xlsx`: whatever a name holds, the file stays in its folder.
fn file_name(enquiry: &Enquiry) -> String {
    let safe = |c: char| if c.is_alphanumeric() { c } else { '_' };
    let name: String = enquiry.vendor.chars().map(safe).take(NAME).collect();
    format!("{:04}-{name}.xlsx", enquiry.number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_never_leads_out_of_the_folder() {
        let day = jiff::civil::date(2026, 4, 1);
        let enquiry = |vendor: &str| Enquiry {
            number: 7,
            vendor: vendor.to_owned(),
            asked: Timestamp::UNIX_EPOCH,
            asked_on: day,
            by: String::new(),
            due: day,
            token: String::new(),
            subjects: vec![],
        };
        assert_eq!(file_name(&enquiry("株式会社B社")), "0007-株式会社B社.xlsx");
        assert_eq!(file_name(&enquiry("../../etc/x\0")), "0007-______etc_x_.xlsx");
        assert!(file_name(&enquiry(&"あ".repeat(500))).chars().count() < 60);
    }
}
