//! The doors to the other rooms: how this program imports, judges and renders, each in one place.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use daicho_shared::batch::Batch;
use daicho_shared::id::RunId;
use daicho_shared::observation::Observation;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use sha2::{Digest, Sha256};

use super::Failure;
use crate::answer::ground::Ground;
use crate::answer::listed::Listed;
use crate::export::{Made, Refusal};
use crate::import::amended::Amended;
use crate::import::filled::FilledRow;
use crate::import::layout::{self, ColumnLayout, Layouts};
use crate::import::template::{Guide, choices, template};
use crate::import::{Columns, ImportError, Imported, Mappings, Original, Progress};
use crate::judge::amendment::Amendment;
use crate::judge::asset::Asset;
use crate::judge::decision::Decision;
use crate::judge::entry::{Field, Ledger, ProblemKind, Register, RowProblem};
use crate::judge::finding::Finding;
use crate::judge::inventory::Inventory;
use crate::judge::review::group;
use crate::judge::review::proposal::Spelt;
use crate::judge::review::standing::{self, Reviewed};
use crate::judge::understanding::Change;
use crate::judge::vendor::Vendors;
use crate::judge::verdict::Verdict;
use crate::judge::{Case, Knowledge};
use crate::lang::Lang;
use crate::render;
use crate::store::{Rereading, Store, StoreError};

/// The first argument that makes this program the importer's reading process.
pub(super) const READ_SHEETS: &str = crate::import::child::ARGUMENT;

/// The importer's reading process.
pub(super) fn read_sheets(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    crate::import::child::main(args)
}

/// Reads a ledger file.
pub(super) fn import(
    path: &Path,
    now: Timestamp,
    mappings: &Mappings,
    lang: Lang,
    progress: Progress<'_>,
) -> Result<Imported, Failure> {
    crate::import::import(path, now, &Columns::builtin(), mappings, progress)
        .map_err(|error| refused(path, &error, lang))
}

/// How a ledger file's columns would be read.
pub(super) fn layouts(path: &Path, mappings: &Mappings, lang: Lang) -> Result<Layouts, Failure> {
    layout::layouts(path, &Columns::builtin(), mappings).map_err(|error| refused(path, &error, lang))
}

/// How a ledger file's columns would be read, as a table.
pub(super) fn layout_text(found: &Layouts, lang: Lang, width: u16) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    render::layout::text(found, lang, width, &mut bytes)?;
    Ok(bytes)
}

/// How a column would be read, beside it in a mapping file.
pub(super) fn layout_remark(column: &ColumnLayout, lang: Lang) -> String {
    render::layout::remark(column, lang)
}

fn refused(path: &Path, error: &ImportError, lang: Lang) -> Failure {
    Failure::Ledger { path: path.to_owned(), message: lang.pick(error.ja(), error.to_string()) }
}

/// Reads an inventory file.
pub(super) fn inventory(path: &Path, lang: Lang) -> Result<crate::import::inventory::Read, Failure> {
    crate::import::inventory::import(path).map_err(|error| refused(path, &error, lang))
}

/// The empty ledger workbook.
pub(super) fn ledger_template(lang: Lang) -> Result<Vec<u8>, Failure> {
    let guide = match lang {
        Lang::Ja => Guide::Japanese,
        Lang::En => Guide::English,
    };
    Ok(template(guide).map_err(anyhow::Error::from)?)
}

/// Where the cells of a ledger file stand.
pub(super) fn original(path: &Path, mappings: &Mappings, lang: Lang) -> Result<Original, Failure> {
    crate::import::original(path, &Columns::builtin(), mappings).map_err(|error| refused(path, &error, lang))
}

/// What people accepted to change in the ledger.
pub(super) fn accepted(store: &Store) -> Result<Vec<Amendment>, StoreError> {
    Ok(crate::judge::review::amendments(&store.reviews()?))
}

/// The hospital's own file with the accepted cells changed.
pub(super) fn own_file(
    original: &Original,
    ledger: &Ledger,
    amendments: &[Amendment],
    lang: Lang,
) -> Result<Made, Refusal> {
    let words = render::words::export::Words { lang, tz: TimeZone::system() };
    crate::export::own_file(original, ledger, amendments, &words)
}

/// The name of a register on the official form's sheet, which is Japanese whoever reads it.
pub(super) fn register(register: Register) -> String {
    render::words::fixed::register(register, Lang::Ja).to_owned()
}

/// The current ledger as one, with the changes that people accepted.
pub(super) fn ledger(store: &Store) -> Result<Ledger, StoreError> {
    Ok(amended(store)?.ledger)
}

/// The current ledger, and what became of every change that people accepted.
pub(super) fn amended(store: &Store) -> Result<Amended, StoreError> {
    Ok(crate::import::amended::amended(imported(store)?, &accepted(store)?, &Columns::builtin()))
}

/// What is wrong with a text that somebody wants to have in a cell of the ledger.
pub(super) fn cell_objection(field: Field, text: &str) -> Option<ProblemKind> {
    crate::import::amended::objection(field, text, &Columns::builtin())
}

/// The ledger's column that somebody means.
pub(super) fn field(heading: &str) -> Option<Field> {
    Columns::builtin().field(heading)
}

/// How a value is written into a cell.
pub(super) fn spelling(spelt: Spelt) -> String {
    crate::import::spelling::spelling(spelt).to_owned()
}

/// Decisions that were filled into a workbook.
pub(super) fn filled(path: &Path, headings: &[Vec<&str>], lang: Lang) -> Result<Vec<FilledRow>, Failure> {
    crate::import::filled::read(path, headings).map_err(|error| refused(path, &error, lang))
}

/// A workbook that a vendor filled in.
pub(super) fn coded(path: &Path, lang: Lang) -> Result<crate::import::coded::Coded, Failure> {
    crate::import::coded::read(path, crate::vendor::reading::MARKS).map_err(|error| refused(path, &error, lang))
}

/// A day as a cell or a person writes it.
pub(super) fn day(text: &str) -> Option<Date> {
    crate::import::filled::day(text)
}

/// Writes into a verdict what people decided about its findings, as of now.
pub(super) fn stand(store: &Store, verdict: &mut Verdict, now: Timestamp) -> Result<(), StoreError> {
    let today = now.to_zoned(TimeZone::system()).date();
    let standings = standing::standings(verdict, &store.reviews()?, today);
    verdict.reviewed = Reviewed { standings, head: store.log_head()? };
    Ok(())
}

/// The files of a frozen answer, each by its name's end.
pub(super) fn answer_files(paper: &render::answer::Paper<'_>) -> anyhow::Result<Vec<(&'static str, Vec<u8>)>> {
    let (workbook, page) = (render::answer::workbook(paper)?, render::answer::html(paper)?);
    Ok(vec![("json", paper.content.as_bytes().to_vec()), ("xlsx", workbook), ("html", page)])
}

/// A frozen answer for the terminal.
pub(super) fn answer_text(paper: &render::answer::Paper<'_>, width: u16) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    render::answer::text(paper, width, &mut bytes)?;
    Ok(bytes)
}

/// The findings as lines.
pub(super) fn lines(verdict: &Verdict, options: &render::Options) -> Vec<render::list::Line> {
    render::list::lines(verdict, options)
}

/// The lines of these findings, by groups that can be decided together.
pub(super) fn grouped(
    verdict: &Verdict,
    lines: &[render::list::Line],
    chosen: &[&Finding],
    short: bool,
    options: &render::Options,
) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    render::list::grouped(lines, &group::groups(verdict, chosen), short, options, &mut bytes)?;
    Ok(bytes)
}

/// The current files' rows as one ledger.
pub(super) fn imported(store: &Store) -> Result<Ledger, StoreError> {
    Ok(joined(store.ledger()?))
}

fn joined(files: Vec<Ledger>) -> Ledger {
    crate::import::join(files.into_iter().filter_map(|one| {
        let Ledger { entries, records, files, problems } = one;
        files.into_iter().next().map(|file| Imported { file, sheets: vec![], entries, records, problems })
    }))
}

/// Judges a kept run by this knowledge, with everything that is kept beside it: the ledger, inventories,
/// decisions, and what a later agent read in its replies.
pub(super) fn judge(
    store: &Store,
    run: &RunId,
    knowledge: &Knowledge,
    history: &[Verdict],
) -> Result<Verdict, StoreError> {
    judged(
        store,
        run,
        knowledge,
        history,
        Beside {
            ledger: ledger(store)?,
            inventories: store.inventories(run)?,
            decisions: store.decisions()?,
            vendors: store.vendors_of(run)?,
        },
    )
}

/// The same with what was kept beside it at a moment. What a later agent read in its replies counts all the same: it is
/// what was seen then.
pub(super) fn judge_at(
    store: &Store,
    run: &RunId,
    knowledge: &Knowledge,
    history: &[Verdict],
    moment: Timestamp,
) -> Result<Verdict, StoreError> {
    let accepted = crate::judge::review::amendments(&store.reviews_at(moment)?);
    let amended = crate::import::amended::amended(joined(store.ledger_at(moment)?), &accepted, &Columns::builtin());
    judged(
        store,
        run,
        knowledge,
        history,
        Beside {
            ledger: amended.ledger,
            inventories: store.inventories_at(run, moment)?,
            decisions: store.decisions_at(moment)?,
            vendors: store.vendors_at(moment)?,
        },
    )
}

/// What counts for a run beside it.
struct Beside {
    ledger: Ledger,
    inventories: Vec<Inventory>,
    decisions: Vec<Decision>,
    vendors: Vendors,
}

fn judged(
    store: &Store,
    run: &RunId,
    knowledge: &Knowledge,
    history: &[Verdict],
    beside: Beside,
) -> Result<Verdict, StoreError> {
    let (batch, rereading) = (batch(store, run)?, store.rereading(run)?);
    Ok(crate::judge::judge(&Case {
        batch: &batch,
        reread: rereading.as_ref().map(|rereading| &rereading.reread),
        inventories: &beside.inventories,
        ledger: &beside.ledger.into(),
        history,
        decisions: &beside.decisions,
        vendors: &beside.vendors,
        knowledge,
    }))
}

/// A kept run, as it is understood by the latest agent that read its replies.
pub(super) fn batch(store: &Store, run: &RunId) -> Result<Batch, StoreError> {
    let mut batch = store.batch(run)?;
    if let Some(rereading) = store.rereading(run)? {
        read_anew(&mut batch, &rereading);
    }
    Ok(batch)
}

/// What is read today takes the place of what was read then; everything else of the observation stays.
fn read_anew(batch: &mut Batch, rereading: &Rereading) {
    let anew: BTreeMap<u32, &Observation> = rereading.observations.iter().map(|one| (one.number, one)).collect();
    for observation in &mut batch.observations {
        if let Some(read) = anew.get(&observation.number) {
            let observation = Arc::make_mut(observation);
            observation.facts.clone_from(&read.facts);
            observation.outcome = read.outcome;
        }
    }
}

/// What was noticed in a row and what to do, as a sentence for who keeps the file; `sheets` are the file's.
pub(super) fn problem(problem: &RowProblem, sheets: &[String], lang: Lang) -> String {
    let sheet =
        sheets.iter().position(|name| *name == problem.origin.sheet).filter(|_| !problem.origin.sheet.is_empty());
    render::words::phrase::Phrase::new(render::words::problem::told(problem, sheet.map(|at| at + 1), lang)).plain()
}

/// How a verdict is put out on paper and in files: the same for everybody who asks.
pub(super) fn options(hospital: &str, lang: Lang) -> render::Options {
    let hospital = Some(hospital.to_owned()).filter(|name| !name.is_empty());
    render::Options { lang, tz: TimeZone::system(), hospital, ..render::Options::default() }
}

/// The findings as a table for the terminal.
pub(super) fn findings(verdict: &Verdict, options: &render::Options, out: &mut impl Write) -> anyhow::Result<()> {
    Ok(render::text::findings(verdict, options, out)?)
}

/// One device, for the terminal or as JSON.
pub(super) fn device(
    verdict: &Verdict,
    asset: &Asset,
    asked: &[&Observation],
    options: &render::Options,
    json: bool,
) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if json {
        render::json::device::write(verdict, asset, asked, options, &mut bytes)?;
    } else {
        render::device::text(verdict, asset, asked, options, &mut bytes)?;
    }
    Ok(bytes)
}

/// What is understood otherwise than before, of one run.
pub(super) fn understanding(
    verdict: &Verdict,
    changes: &[Change],
    before: bool,
    options: &render::Options,
) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    render::understanding::text(verdict, changes, before, options, &mut bytes)?;
    Ok(bytes)
}

/// `result.json`.
pub(super) fn result_json(verdict: &Verdict, options: &render::Options) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    render::json::write(verdict, options, &mut bytes)?;
    Ok(bytes)
}

/// `report.html`.
pub(super) fn report_html(verdict: &Verdict, options: &render::Options) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    render::html::report(verdict, options, &mut bytes)?;
    Ok(bytes)
}

/// The statement about the segment that the options name, and its file's name.
pub(super) fn closed(verdict: &Verdict, options: &render::Options) -> anyhow::Result<Option<(String, Vec<u8>)>> {
    let Some(segment) = options.closed else { return Ok(None) };
    let mut bytes = Vec::new();
    render::closed::statement(verdict, options, &mut bytes)?;
    Ok(Some((render::closed::file_name(segment), bytes)))
}

/// One of the workbooks for paper.
pub(super) fn book(
    book: render::xlsx::Book,
    verdict: &Verdict,
    material: &render::xlsx::Material,
    options: &render::Options,
) -> anyhow::Result<Vec<u8>> {
    Ok(render::xlsx::book(book, verdict, material, options)?)
}

/// The official columns of 機器管理台帳, and the ledger's rows by them.
pub(super) fn official(ledger: &Ledger) -> (Vec<render::xlsx::OfficialColumn>, Vec<render::xlsx::OfficialRow>) {
    let columns = Columns::builtin();
    let official = crate::export::official(&columns).iter().map(|column| render::xlsx::OfficialColumn {
        field: column.field,
        header: column.header.clone(),
        choices: choices(column.field).unwrap_or_default(),
    });
    let rows = crate::export::rows(ledger, &columns).into_iter().map(|row| (row.id, row.cells));
    (official.collect(), rows.collect())
}

/// External connection points by department, and the segments, as of now.
pub(super) fn listed(verdict: &Verdict, knowledge: &Knowledge, now: Timestamp) -> Listed {
    let tz = TimeZone::system();
    let today = now.to_zoned(tz.clone()).date();
    Ground::new(verdict, knowledge, today, &[], &tz).listed()
}

/// In lower-case hexadecimal.
pub(super) fn sha256(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// `findings.xlsx`.
pub(super) fn findings_xlsx(verdict: &Verdict, options: &render::Options) -> anyhow::Result<Vec<u8>> {
    Ok(render::xlsx::workbook(verdict, options)?)
}
