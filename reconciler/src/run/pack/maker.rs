//! The files of one pack: workbooks, diagrams and frozen answers, masked where that is wanted.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::PackFailure;
use crate::answer::question::{Form, Question};
use crate::answer::sheet::Sheet;
use crate::cli::{MakePack, words};
use crate::judge::verdict::Verdict;
use crate::pack::Files;
use crate::pack::form::{Made, Recipe};
use crate::pack::index::{Entry, FORMAT, Index, Listed, VERSION};
use crate::pack::redact::{Known, Redactor};
use crate::pack::sign::Key;
use crate::render::answer::Paper;
use crate::render::diagram::{self, Picture};
use crate::render::xlsx::{Book, Material};
use crate::render::{Options, Scatter};
use crate::run::as_of::AsOf;
use crate::run::console::Console;
use crate::run::project::Project;
use crate::run::{Failure, answer, books, rooms};
use crate::store::SnapshotInfo;

/// For what the project's secret makes masks.
const MASKS: &str = "daicho pack masks";

/// Makes the files of one pack.
pub(super) struct Maker<'p> {
    project: &'p Project,
    verdict: Verdict,
    material: Material,
    render: Options,
    snapshots: Vec<SnapshotInfo>,
    redactor: Option<Redactor>,
    edition: String,
}

/// One file of ours.
struct Piece {
    title: String,
    end: String,
    edition: String,
    date: Date,
    bytes: Vec<u8>,
}

impl<'p> Maker<'p> {
    pub(super) fn new(
        project: &'p Project,
        options: &MakePack,
        key: &Key,
        console: &Console,
        now: Timestamp,
    ) -> Result<Self, Failure> {
        let mut verdict = books::judged(project, options.run.as_deref(), now)?;
        let snapshots = project.store.snapshots()?;
        let mut render = rooms::options(&project.settings.hospital.name, console.lang);
        let redactor = options.redacted.then(|| masks(project, &verdict, &snapshots, key)).transpose()?;
        if let Some(redactor) = &redactor {
            verdict = redactor.verdict(&verdict);
            render.scatter = Some(Scatter::by(redactor.order()));
        }
        let material = books::material(project, &verdict, now)?;
        let newest = material.ledger.iter().filter_map(|file| file.version).max();
        let edition = words::pack::edition(newest, &verdict.run.id, console.lang);
        Ok(Self { project, verdict, material, render, snapshots, redactor, edition })
    }

    /// Every file, the list of documents among them, and the index of all.
    pub(super) fn files(&self, recipe: &Recipe) -> Result<(Index, Files), Failure> {
        let forms = answer::forms(self.project)?;
        let form = forms.find(&recipe.form, None, self.material.made);
        let form = form.ok_or_else(|| Failure::NoForm { form: recipe.form.clone(), known: vec![] })?;
        let mut pack = (self.index(recipe, form), Files::new());
        for document in &recipe.document {
            let question = form.questions.iter().find(|question| question.number == document.number);
            let listed = self.listed(&document.number, question);
            self.put(&mut pack, &document.number, &document.made, listed)?;
        }
        for extra in &recipe.extra {
            let name = self.render.lang.pick(&extra.name, &extra.name_en);
            let listed = Listed { name: name.clone(), ..Listed::default() };
            self.put(&mut pack, words::pack::also(self.render.lang), &extra.made, listed)?;
        }
        let (name, title) = words::pack::list(self.render.lang);
        let (mut index, mut files) = pack;
        let list = crate::render::xlsx::pack_index(&index, &self.render).map_err(anyhow::Error::from)?;
        let list = self.masked(name, list)?;
        index.files.push(Entry::new(name, title, &self.edition, self.day(), &list));
        index.files.sort_by(|one, other| one.name.cmp(&other.name));
        files.insert(name.to_owned(), list);
        Ok((index, files))
    }

    /// Puts one document's files into the pack, and the document into its index.
    fn put(
        &self,
        (index, files): &mut (Index, Files),
        number: &str,
        made: &[Made],
        mut listed: Listed,
    ) -> Result<(), Failure> {
        for (count, made) in (1..).zip(made) {
            let Some(piece) = self.piece(made)? else {
                let Made::Answer(form) = made else { continue };
                listed.add.insert(0, words::pack::no_answer(form, self.render.lang));
                continue;
            };
            let name = format!("{number}-{count}_{}.{}", piece.title, piece.end);
            index.files.push(Entry::new(&name, &piece.title, &piece.edition, piece.date, &piece.bytes));
            files.insert(name.clone(), piece.bytes);
            listed.files.push(name);
        }
        index.documents.push(listed);
        Ok(())
    }

    fn index(&self, recipe: &Recipe, form: &Form) -> Index {
        Index {
            format: FORMAT.to_owned(),
            version: VERSION,
            pack: recipe.pack.clone(),
            title: self.render.lang.pick(&form.title, &form.title_en).clone(),
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

    /// The document as the list has it, with what only the hospital can add.
    fn listed(&self, number: &str, question: Option<&Question>) -> Listed {
        let lang = self.render.lang;
        let Some(question) = question else { return Listed { number: number.to_owned(), ..Listed::default() } };
        let english = question.text_en.as_ref().unwrap_or(&question.text);
        Listed {
            number: number.to_owned(),
            name: lang.pick(&question.text, english).clone(),
            note: question.note.as_deref().unwrap_or_default().trim().to_owned(),
            files: vec![],
            add: question.person.iter().map(|said| lang.pick(&said.text, &said.text_en).clone()).collect(),
        }
    }

    /// The day of the run, which every document is about.
    fn day(&self) -> Date {
        self.verdict.run.started.to_zoned(TimeZone::system()).date()
    }

    /// One file; `None` for an answer that nobody has frozen yet.
    fn piece(&self, made: &Made) -> Result<Option<Piece>, Failure> {
        let lang = self.render.lang;
        let of_run = |title: &str, end: &str, bytes| Piece {
            title: title.to_owned(),
            end: end.to_owned(),
            edition: self.edition.clone(),
            date: self.day(),
            bytes,
        };
        Ok(Some(match made {
            Made::Book(code) => {
                let book =
                    Book::from_code(code).ok_or_else(|| anyhow::anyhow!("config/packs: {code} is no workbook"))?;
                let bytes = rooms::book(book, &self.verdict, &self.material, &self.render)?;
                let newest = self.material.newest(book, &self.verdict);
                let edition = words::pack::edition(newest, &self.verdict.run.id, lang);
                let bytes = self.masked(&format!("{}.xlsx", book.title(lang)), bytes)?;
                Piece { edition, ..of_run(book.title(lang), "xlsx", bytes) }
            }
            Made::Diagram(end) => of_run(words::pack::diagram(lang), end, self.diagram(end)?),
            Made::Answer(form) => match self.snapshots.iter().find(|one| one.form == *form) {
                Some(snapshot) => self.answer(snapshot)?,
                None => return Ok(None),
            },
        }))
    }

    fn answer(&self, snapshot: &SnapshotInfo) -> Result<Piece, Failure> {
        let (info, content) = self.project.store.snapshot(snapshot.number)?;
        let sheet: Sheet = serde_json::from_str(&content).map_err(anyhow::Error::from)?;
        let sheet = self.redactor.as_ref().map_or_else(|| sheet.clone(), |redactor| redactor.sheet(&sheet));
        let (lang, title) = (self.render.lang, words::pack::answer(&info.form, &info.edition, self.render.lang));
        let paper = Paper { sheet: &sheet, content: &content, number: info.number, sha256: &info.sha256, lang };
        let workbook = crate::render::answer::workbook(&paper)?;
        Ok(Piece {
            bytes: self.masked(&format!("{title}.xlsx"), workbook)?,
            title,
            end: "xlsx".to_owned(),
            edition: words::pack::frozen(info.number, &info.run, lang),
            date: info.as_of,
        })
    }

    /// Pixels are drawn from what was masked before.
    fn diagram(&self, end: &str) -> Result<Vec<u8>, Failure> {
        let (picture, tz, lang) = (Picture::new(&self.verdict, &self.render), TimeZone::system(), self.render.lang);
        if end == "drawio" {
            return self.masked(
                &format!("{}.drawio", words::pack::diagram(lang)),
                diagram::drawio(&picture, &tz, lang).into_bytes(),
            );
        }
        let svg = self
            .masked(&format!("{}.svg", words::pack::diagram(lang)), diagram::svg(&picture, &tz, lang).into_bytes())?;
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

/// Of everything that this run and those of the frozen answers know, and everybody who ever decided anything.
fn masks(project: &Project, verdict: &Verdict, snapshots: &[SnapshotInfo], key: &Key) -> Result<Redactor, Failure> {
    let mut verdicts = vec![verdict.clone()];
    let (knowledge, tz, mut seen) = (project.knowledge()?, TimeZone::system(), vec![]);
    for snapshot in snapshots {
        if !verdicts.iter().any(|verdict| verdict.run.id == snapshot.run) {
            verdicts.extend(project.store.verdict(&snapshot.run)?);
        }
        // An answer is made of the ledger of its day, whose rows may stand in no other verdict, and of other runs, too.
        let as_of = AsOf::new(snapshot.as_of, snapshot.taken, snapshot.taken, &tz);
        for run in answer::runs(project, snapshot)? {
            if !seen.contains(&(as_of, run.clone())) {
                verdicts.push(as_of.shown(project, &run, &knowledge)?);
                seen.push((as_of, run));
            }
        }
    }
    let forms = answer::forms(project)?;
    let ordinary = forms.all().iter().map(|form| serde_json::to_string(&form.questions)).collect::<Result<Vec<_>, _>>();
    let ordinary = ordinary.map_err(anyhow::Error::from)?;
    let known = Known {
        verdicts: &verdicts,
        decisions: &project.store.reviews()?,
        hospital: Some(project.settings.hospital.name.as_str()).filter(|name| !name.is_empty()),
        ordinary: &ordinary,
    };
    Ok(Redactor::new(&known, key.derived(MASKS)).map_err(PackFailure::from)?)
}
