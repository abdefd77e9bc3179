//! The doors to the other rooms: how this program imports, judges and renders, each in one place.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use daicho_shared::batch::Batch;
use daicho_shared::id::RunId;
use daicho_shared::observation::Observation;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::Failure;
use crate::import::amended::Amended;
use crate::import::filled::FilledRow;
use crate::import::template::{Guide, template};
use crate::import::{Columns, Imported};
use crate::judge::asset::Asset;
use crate::judge::entry::{Field, Ledger, ProblemKind, RowProblem};
use crate::judge::finding::Finding;
use crate::judge::review::group;
use crate::judge::review::proposal::Spelt;
use crate::judge::review::standing::{self, Reviewed};
use crate::judge::understanding::Change;
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
pub(super) fn import(path: &Path, now: Timestamp, lang: Lang) -> Result<Imported, Failure> {
    crate::import::import(path, now, &Columns::builtin()).map_err(|error| Failure::Ledger {
        path: path.to_owned(),
        message: match lang {
            Lang::Ja => error.ja(),
            Lang::En => error.to_string(),
        },
    })
}

/// Reads an inventory file.
pub(super) fn inventory(path: &Path, lang: Lang) -> Result<crate::import::inventory::Read, Failure> {
    crate::import::inventory::import(path).map_err(|error| Failure::Ledger {
        path: path.to_owned(),
        message: match lang {
            Lang::Ja => error.ja(),
            Lang::En => error.to_string(),
        },
    })
}

/// The empty ledger workbook.
pub(super) fn ledger_template(lang: Lang) -> Result<Vec<u8>, Failure> {
    let guide = match lang {
        Lang::Ja => Guide::Japanese,
        Lang::En => Guide::English,
    };
    Ok(template(guide).map_err(anyhow::Error::from)?)
}

/// The current ledger as one, with the changes that people accepted.
pub(super) fn ledger(store: &Store) -> Result<Ledger, StoreError> {
    Ok(amended(store)?.ledger)
}

/// The current ledger, and what became of every change that people accepted.
pub(super) fn amended(store: &Store) -> Result<Amended, StoreError> {
    let amendments = crate::judge::review::amendments(&store.reviews()?);
    Ok(crate::import::amended::amended(imported(store)?, &amendments, &Columns::builtin()))
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
    crate::import::filled::read(path, headings).map_err(|error| Failure::Ledger {
        path: path.to_owned(),
        message: match lang {
            Lang::Ja => error.ja(),
            Lang::En => error.to_string(),
        },
    })
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
fn imported(store: &Store) -> Result<Ledger, StoreError> {
    let files = store.ledger()?.into_iter().filter_map(|one| {
        let Ledger { entries, files, problems } = one;
        files.into_iter().next().map(|file| Imported { file, entries, problems })
    });
    Ok(crate::import::join(files))
}

/// Judges a kept run by this knowledge, with everything that is kept beside it: the ledger, inventories,
/// decisions, and what a later agent read in its replies.
pub(super) fn judge(
    store: &Store,
    run: &RunId,
    knowledge: &Knowledge,
    history: &[Verdict],
) -> Result<Verdict, StoreError> {
    let (batch, rereading) = (batch(store, run)?, store.rereading(run)?);
    let (ledger, inventories, decisions) = (ledger(store)?, store.inventories(run)?, store.decisions()?);
    Ok(crate::judge::judge(&Case {
        batch: &batch,
        reread: rereading.as_ref().map(|rereading| &rereading.reread),
        inventories: &inventories,
        ledger: &ledger,
        history,
        decisions: &decisions,
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
            observation.facts.clone_from(&read.facts);
            observation.outcome = read.outcome;
        }
    }
}

/// What was noticed in a row, as a sentence.
pub(super) fn problem(problem: &RowProblem, lang: Lang) -> String {
    render::words::phrase::Phrase::new(render::words::problem::what(problem, lang)).plain()
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

/// `findings.xlsx`.
pub(super) fn findings_xlsx(verdict: &Verdict, options: &render::Options) -> anyhow::Result<Vec<u8>> {
    Ok(render::xlsx::workbook(verdict, options)?)
}
