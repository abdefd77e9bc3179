//! `daicho pack`: the documents that a list asks for, with an index and a signature; the key; the check.

mod check;
mod failure;
mod key;

use std::path::Path;

use jiff::Timestamp;
use jiff::tz::TimeZone;

pub use self::failure::PackFailure;
use super::console::Console;
use super::project::Project;
use super::{CLEAN, Failure, books, rooms};
use crate::cli::{Common, MakePack, PackCommand, words};
use crate::edge;
use crate::judge::verdict::Verdict;
use crate::pack::form::{Document, Form, Made};
use crate::pack::index::{Entry, FORMAT, Index, Listed, VERSION, complete};
use crate::pack::redact::Redactor;
use crate::pack::sign::Key;
use crate::pack::{Files, archive};
use crate::render::Options;
use crate::render::diagram::{self, Picture};
use crate::render::xlsx::{Book, Material};

/// For what the project's secret makes masks.
const MASKS: &str = "daicho pack masks";

pub(super) fn pack(common: &Common, command: &PackCommand, console: &Console, now: Timestamp) -> Result<u8, Failure> {
    match command {
        PackCommand::Okayama(options) => okayama(common, options, console, now),
        PackCommand::Key => key::key(common, console, now),
        PackCommand::Verify(options) => check::check(options, console),
    }
}

fn okayama(common: &Common, options: &MakePack, console: &Console, now: Timestamp) -> Result<u8, Failure> {
    let form = crate::pack::form::okayama().map_err(anyhow::Error::from)?;
    let is_archive = options.out.extension().is_some_and(|end| end.eq_ignore_ascii_case("zip"));
    free(&options.out, is_archive)?;
    let project = Project::open_to_read(&common.folder)?;
    let key = key::load(&project)?;
    let maker = Maker::new(&project, options, &key, console, now)?;
    let (index, files) = maker.files(&form)?;
    let octets = index.to_bytes().map_err(anyhow::Error::from)?;
    let signed = key.sign(&octets);
    let signature = signed.to_bytes().map_err(anyhow::Error::from)?;
    let files = complete(files, octets, signature);
    if is_archive {
        let bytes = archive::write(&files).map_err(anyhow::Error::from)?;
        write(&options.out, &bytes)?;
    } else {
        std::fs::create_dir_all(&options.out).map_err(|source| Failure::file(&options.out, source))?;
        files.iter().try_for_each(|(name, bytes)| write(&options.out.join(name), bytes))?;
    }
    if console.json {
        console.value(&serde_json::json!({"out": options.out, "fingerprint": signed.fingerprint, "index": index}))?;
        return Ok(CLEAN);
    }
    words::pack::made(&options.out, &index, &signed.fingerprint, console.lang)
        .iter()
        .try_for_each(|line| console.line(line))?;
    Ok(CLEAN)
}

/// A pack never mixes with what lay there before.
fn free(out: &Path, is_archive: bool) -> Result<(), Failure> {
    let empty = !is_archive && std::fs::read_dir(out).is_ok_and(|mut entries| entries.next().is_none());
    let taken = out.symlink_metadata().is_ok() && !empty;
    if taken { Err(PackFailure::OutTaken { path: out.to_owned() }.into()) } else { Ok(()) }
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    edge::replace_file(path, bytes).map_err(|source| Failure::file(path, source))
}

/// Makes the files of one pack.
struct Maker {
    verdict: Verdict,
    material: Material,
    render: Options,
    redactor: Option<Redactor>,
    edition: String,
}

impl Maker {
    fn new(
        project: &Project,
        options: &MakePack,
        key: &Key,
        console: &Console,
        now: Timestamp,
    ) -> Result<Self, Failure> {
        let verdict = books::judged(project, options.run.as_deref(), now)?;
        let material = books::material(project, &verdict, now)?;
        let render = rooms::options(&project.settings.hospital.name, console.lang);
        let redactor = options.redacted.then(|| Redactor::new(&verdict, key.derived(MASKS))).transpose();
        let newest = material.ledger.iter().filter_map(|file| file.version).max();
        Ok(Self {
            edition: words::pack::edition(newest, &verdict.run.id, console.lang),
            redactor: redactor.map_err(PackFailure::from)?,
            verdict,
            material,
            render,
        })
    }

    /// Every file, the list of documents among them, and the index of all.
    fn files(&self, form: &Form) -> Result<(Index, Files), Failure> {
        let mut index = self.index(form);
        let mut files = Files::new();
        for document in &form.document {
            let mut names = vec![];
            for (count, made) in (1..).zip(&document.made) {
                let (name, title, bytes) = self.one(document, count, made)?;
                index.files.push(Entry::new(&name, &title, &self.edition, self.day(), &bytes));
                files.insert(name.clone(), bytes);
                names.push(name);
            }
            index.documents.push(Listed {
                number: document.number.clone(),
                name: document.name.clone(),
                note: document.note.clone(),
                files: names,
                add: document.hospital.clone(),
            });
        }
        let (name, title) = words::pack::list(self.render.lang);
        let list = crate::render::xlsx::pack_index(&index, &self.render).map_err(anyhow::Error::from)?;
        let list = self.masked(name, list)?;
        index.files.push(Entry::new(name, title, &self.edition, self.day(), &list));
        index.files.sort_by(|one, other| one.name.cmp(&other.name));
        files.insert(name.to_owned(), list);
        Ok((index, files))
    }

    fn index(&self, form: &Form) -> Index {
        Index {
            format: FORMAT.to_owned(),
            version: VERSION,
            pack: form.pack.clone(),
            title: form.title.clone(),
            source: form.source.clone(),
            hospital: self.render.hospital.clone(),
            made: self.material.made,
            run: self.verdict.run.id.to_string(),
            complete: self.verdict.run.complete,
            redacted: self.redactor.is_some(),
            documents: vec![],
            files: vec![],
        }
    }

    /// The day of the run, which every document is about.
    fn day(&self) -> jiff::civil::Date {
        self.verdict.run.started.to_zoned(TimeZone::system()).date()
    }

    /// One file: its name, its title, its octets.
    fn one(&self, document: &Document, count: usize, made: &Made) -> Result<(String, String, Vec<u8>), Failure> {
        let (title, end) = match made {
            Made::Book(code) => (book(code)?.title(self.render.lang).to_owned(), "xlsx"),
            Made::Diagram(end) => (words::pack::diagram(self.render.lang).to_owned(), end.as_str()),
        };
        let number = &document.number;
        let before =
            if document.also { words::pack::also(self.render.lang).to_owned() } else { format!("{number}-{count}") };
        let name = format!("{before}_{title}.{end}");
        let bytes = match made {
            Made::Book(code) => {
                self.masked(&name, rooms::book(book(code)?, &self.verdict, &self.material, &self.render)?)?
            }
            Made::Diagram(end) => self.diagram(&name, end)?,
        };
        Ok((name, title, bytes))
    }

    /// Pixels are drawn from what was masked before.
    fn diagram(&self, name: &str, end: &str) -> Result<Vec<u8>, Failure> {
        let (picture, tz, lang) = (Picture::new(&self.verdict, &self.render), TimeZone::system(), self.render.lang);
        if end == "drawio" {
            return self.masked(name, diagram::drawio(&picture, &tz, lang).into_bytes());
        }
        let svg = self.masked("diagram.svg", diagram::svg(&picture, &tz, lang).into_bytes())?;
        if end == "png" {
            return Ok(diagram::png(&String::from_utf8_lossy(&svg))?);
        }
        Ok(svg)
    }

    fn masked(&self, name: &str, bytes: Vec<u8>) -> Result<Vec<u8>, Failure> {
        match &self.redactor {
            None => Ok(bytes),
            Some(redactor) => Ok(redactor.file(name, &bytes).map_err(PackFailure::from)?),
        }
    }
}

fn book(code: &str) -> Result<Book, Failure> {
    Ok(Book::from_code(code).ok_or_else(|| anyhow::anyhow!("config/packs: {code} is no workbook"))?)
}
