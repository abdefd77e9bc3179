//! `daicho books`: the registers and records as workbooks for paper.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::console::Console;
use super::project::Project;
use super::{CLEAN, Failure, attached, audit, rooms};
use crate::cli::{Books, Common, words};
use crate::edge;
use crate::judge::verdict::Verdict;
use crate::render::Options;
use crate::render::xlsx::{Book, LedgerSource, Material, VendorWork};
use crate::store::LedgerVersion;

pub(super) fn books(common: &Common, options: &Books, console: &Console, now: Timestamp) -> Result<u8, Failure> {
    let project = Project::open_to_read(&common.folder)?;
    let verdict = judged(&project, options.run.as_deref(), now)?;
    let material = material(&project, &verdict, now)?;
    let render = rooms::options(&project.settings.hospital.name, console.lang);
    let wanted = if options.only.is_empty() { Book::ALL.to_vec() } else { options.only.clone() };
    std::fs::create_dir_all(&options.out).map_err(|source| Failure::file(&options.out, source))?;
    let mut written = vec![];
    for book in wanted {
        let path = options.out.join(file_name(book, &render));
        let bytes = rooms::book(book, &verdict, &material, &render)?;
        write(&path, &bytes)?;
        console.note(&words::written(&path, console.lang));
        written.push(serde_json::json!({"book": book.code(), "file": path, "sha256": rooms::sha256(&bytes)}));
    }
    if console.json {
        console.value(&written)?;
    }
    Ok(CLEAN)
}

/// A judged run, with what people decided about its findings as of now.
pub(super) fn judged(project: &Project, which: Option<&str>, now: Timestamp) -> Result<Verdict, Failure> {
    let run = audit::chosen(project, which)?;
    let mut verdict = project.store.verdict(&run)?.ok_or(Failure::NotJudged { run })?;
    rooms::stand(&project.store, &mut verdict, now)?;
    Ok(verdict)
}

/// What the workbooks say beside the verdict: versions of the ledger's files, the official columns, files of evidence.
pub(super) fn material(project: &Project, verdict: &Verdict, now: Timestamp) -> Result<Material, Failure> {
    let versions = project.store.ledger_versions()?;
    let ledger = verdict.ledger.files.iter().map(|file| LedgerSource {
        version: version(&versions, &file.name, &file.sha256),
        file: file.name.clone(),
        sha256: file.sha256.clone(),
        imported: file.imported,
    });
    let (official, rows) = rooms::official(&verdict.ledger);
    let (made, knowledge) = (now.to_zoned(TimeZone::system()).date(), project.knowledge()?);
    Ok(Material {
        made,
        ledger: ledger.collect(),
        official,
        listed: rooms::listed(verdict, &knowledge, now),
        vendors: VendorWork::new(verdict, &knowledge, made),
        rows,
        attached: attached::attached(&project.folder, &verdict.ledger),
    })
}

/// The newest version that holds this content under this name.
fn version(versions: &[LedgerVersion], file: &str, sha256: &str) -> Option<i64> {
    let mut same = versions.iter().filter(|one| one.file == file && one.sha256 == sha256 && one.rows.is_some());
    same.next().map(|one| one.number)
}

/// `機器管理台帳.xlsx`.
pub(super) fn file_name(book: Book, options: &Options) -> PathBuf {
    PathBuf::from(format!("{}.xlsx", book.title(options.lang)))
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    edge::replace_file(path, bytes).map_err(|source| Failure::file(path, source))
}
