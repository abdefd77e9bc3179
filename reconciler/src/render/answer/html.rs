//! The frozen answer as one self-contained page that prints on A4, as the report is: it asks the network for nothing and
//! runs no script. Every text goes through the template's escaping.

use askama::Template;

use super::cells::Cell;
use super::slots::{Slot, slots};
use super::{Paper, tables, workbook};
use crate::answer::draft::{Answer, Draft};
use crate::answer::figure::Met;
use crate::render::Lang;
use crate::render::html::{CSS, style_hash};
use crate::render::words::answer as words;
use crate::render::words::answer::Headings;
use crate::render::words::{answer_points as point_words, blind, date};

/// The page's octets; equal answers give equal pages.
pub fn html(paper: &Paper<'_>) -> anyhow::Result<Vec<u8>> {
    Ok(Page::new(paper).render()?.into_bytes())
}

#[derive(Template)]
#[template(path = "answer.html")]
struct Page<'a> {
    w: Headings,
    lang: Lang,
    css: &'static str,
    style_hash: String,
    title: &'a str,
    lines: Vec<String>,
    closing: &'static str,
    none: &'static str,
    criteria_heads: [&'static str; 7],
    cards: Vec<Card<'a>>,
    sections: Vec<Section>,
}

/// One question.
struct Card<'a> {
    number: &'a str,
    group: Option<&'a str>,
    text: &'a str,
    english: Option<&'a str>,
    note: Option<&'a str>,
    draft: Shown,
    because: String,
    late: Option<String>,
    criteria: Vec<Vec<Shown>>,
    boxes: Vec<(&'static str, Shown)>,
}

/// Tables, then lines.
struct Section {
    title: &'static str,
    tables: Vec<(Vec<&'static str>, Vec<Vec<Shown>>)>,
    lines: Vec<String>,
}

/// A cell as a page shows it.
struct Shown {
    class: &'static str,
    text: String,
}

impl<'a> Page<'a> {
    fn new(paper: &Paper<'a>) -> Self {
        let (sheet, lang, w) = (paper.sheet, paper.lang, words::headings(paper.lang));
        Self {
            lang,
            css: CSS,
            style_hash: style_hash(),
            title: lang.pick(&sheet.form.title, &sheet.form.title_en),
            lines: workbook::heading(paper),
            closing: words::closing(lang),
            none: lang.pick("ありません。", "None."),
            criteria_heads: [w.criterion, w.met, w.figure, w.at, w.behind, w.todo, w.takes],
            cards: sheet.answers.iter().map(|answer| card(paper, answer, &w)).collect(),
            sections: sections(paper, &w),
            w,
        }
    }
}

fn card<'a>(paper: &Paper<'a>, answer: &'a Answer, w: &Headings) -> Card<'a> {
    let (question, lang) = (&answer.question, paper.lang);
    let slots = slots(paper.sheet).iter().filter(|slot| !matches!(slot, Slot::Number | Slot::Question | Slot::Because));
    let boxes = slots.map(|slot| {
        let mut cell = shown(slot.cell(paper, answer), lang);
        if slot.takes_answer(answer) {
            cell.text = question.options.iter().map(|option| format!("□ {option}")).collect::<Vec<_>>().join("\n");
        }
        (slot.head(w), cell)
    });
    Card {
        number: &question.number,
        group: question.group.as_deref(),
        text: &question.text,
        english: question.text_en.as_deref().filter(|_| lang == Lang::En),
        note: question.note.as_deref().map(str::trim),
        draft: Shown { class: class(answer.draft), text: words::draft(answer, lang) },
        because: words::because(answer, lang),
        late: answer.late.map(|last| words::late(last, lang)),
        criteria: tables::criteria_of(paper, answer)
            .into_iter()
            .map(|row| of_row(row.into_iter().skip(1), lang))
            .collect(),
        boxes: boxes.collect(),
    }
}

fn sections(paper: &Paper<'_>, w: &Headings) -> Vec<Section> {
    let (sheet, lang) = (paper.sheet, paper.lang);
    let table = |heads: &[&'static str], rows: Vec<Vec<Cell>>| {
        (heads.to_vec(), rows.into_iter().map(|row| of_row(row, lang)).collect::<Vec<_>>())
    };
    let missing = table(&[w.number, w.criterion, w.thing, w.name, w.date], tables::missing(paper));
    let points = || {
        vec![
            table(&point_words::departments(lang), tables::departments(paper)),
            table(&point_words::points(lang), tables::points(paper)),
        ]
    };
    let looked = table(&point_words::segments(lang), tables::segments(paper));
    let unseen = sheet.unseen.iter().map(|one| words::unseen(one, lang));
    let blind = blind::spots(lang).into_iter().map(str::to_owned);
    let mut basis = workbook::basis(&sheet.basis, lang);
    basis.push(lang.pick(format!("出典: {}", sheet.form.source), format!("Source: {}", sheet.form.source)));
    let mut sections = vec![Section { title: w.missing, tables: vec![missing], lines: vec![] }];
    if tables::asks_of_points(paper) {
        sections.push(Section { title: w.points, tables: points(), lines: vec![] });
    }
    sections.push(Section { title: w.coverage, tables: vec![looked], lines: vec![] });
    sections.push(Section { title: w.not_looked, tables: vec![], lines: unseen.chain(blind).collect() });
    sections.push(Section { title: w.basis, tables: vec![], lines: basis });
    sections
}

fn of_row(row: impl IntoIterator<Item = Cell>, lang: Lang) -> Vec<Shown> {
    row.into_iter().map(|cell| shown(cell, lang)).collect()
}

fn shown(cell: Cell, lang: Lang) -> Shown {
    let (class, text) = match cell {
        Cell::Text(text) => ("", text),
        Cell::Number(number) => ("n", format!("{number}")),
        Cell::Day(day) => ("", date::day(day, lang)),
        Cell::Draft(draft, text) => (class(draft), text),
        Cell::Met(met, word) => (
            class(match met {
                Met::Yes => Draft::Yes,
                Met::No => Draft::No,
                Met::Unknown => Draft::Undecided,
            }),
            word.to_owned(),
        ),
        Cell::Box | Cell::DayBox => ("box", String::new()),
        Cell::Blank => ("", String::new()),
    };
    Shown { class, text }
}

/// Colour is never the only sign: the word stands beside it.
fn class(draft: Draft) -> &'static str {
    match draft {
        Draft::Yes => "draft yes",
        Draft::No => "draft no",
        Draft::Undecided => "draft undecided",
        Draft::Person => "draft person",
    }
}
