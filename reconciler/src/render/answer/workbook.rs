//! The answer sheet as a workbook: drafts with boxes to fill in, criteria, what is missing, connection points per
//! department, what was looked at, and the form's own text.

use rust_xlsxwriter::{
    DataValidation, DataValidationRule, DocProperties, ExcelDateTime, Workbook, Worksheet, XlsxError,
};

use super::Paper;
use super::cells::{Cell, Formats, moment};
use super::page::Page;
use super::slots::slots;
use super::tables;
use crate::answer::sheet::Basis;
use crate::render::Lang;
use crate::render::words::answer as words;
use crate::render::words::phrase::shown;
use crate::render::words::{answer_points as point_words, date};

/// The workbook's octets; equal answers give equal workbooks.
pub fn workbook(paper: &Paper<'_>) -> anyhow::Result<Vec<u8>> {
    let formats = Formats::new(paper.lang);
    let mut book = Workbook::new();
    let title = paper.lang.pick(&paper.sheet.form.title, &paper.sheet.form.title_en);
    let created = moment(paper.sheet.taken)?;
    book.set_properties(&DocProperties::new().set_title(title).set_author("Daicho").set_creation_datetime(&created));
    answers(book.add_worksheet(), &formats, paper)?;
    criteria(book.add_worksheet(), &formats, paper)?;
    missing(book.add_worksheet(), &formats, paper)?;
    if tables::asks_of_points(paper) {
        points(book.add_worksheet(), &formats, paper)?;
    }
    coverage(book.add_worksheet(), &formats, paper)?;
    guide(book.add_worksheet(), &formats, paper)?;
    let hospital = paper.sheet.hospital.as_deref().map(shown).unwrap_or_default();
    // An ampersand begins a code in page headers.
    let header = format!("&L{}&R{}", hospital.replace('&', "&&"), caption(paper).replace('&', "&&"));
    for sheet in book.worksheets_mut() {
        sheet.set_header(&header);
    }
    Ok(book.save_to_buffer()?)
}

/// Which form, of which day, and which frozen answer.
fn caption(paper: &Paper<'_>) -> String {
    let (form, lang) = (&paper.sheet.form, paper.lang);
    let day = date::day(paper.sheet.as_of, lang);
    lang.pick(
        format!("{} 基準日 {day} 回答案 {}", form.year, paper.number),
        format!("{} {}, as of {day}, answer {}", form.form, form.edition, paper.number),
    )
}

fn answers(sheet: &mut Worksheet, formats: &Formats, paper: &Paper<'_>) -> Result<(), XlsxError> {
    let (lang, w) = (paper.lang, words::headings(paper.lang));
    let slots = slots(paper.sheet);
    let widths: Vec<u16> = slots.iter().map(|slot| slot.width()).collect();
    let mut page = Page::new(sheet, formats, w.answers, &widths)?;
    page.title(lang.pick(&paper.sheet.form.title, &paper.sheet.form.title_en))?;
    for line in heading(paper) {
        page.line(&line)?;
    }
    let head = page.row;
    let heads: Vec<&str> = slots.iter().map(|slot| slot.head(&w)).collect();
    let first = page.table(&heads, &tables::answers(paper))?;
    for (row, answer) in (first..).zip(&paper.sheet.answers) {
        let choices = DataValidation::new().allow_list_strings(&answer.question.options)?;
        for (column, _) in (0u16..).zip(slots).filter(|(_, slot)| slot.takes_answer(answer)) {
            page.sheet.add_data_validation(row, column, row, column, &choices)?;
        }
    }
    if page.row > first {
        let taking: Vec<u16> = (0u16..).zip(slots).filter(|(_, slot)| slot.takes_day()).map(|(it, _)| it).collect();
        days(page.sheet, &taking, (first, page.row - 1))?;
    }
    page.gap();
    page.line(words::closing(lang))?;
    page.finish(Some(head))
}

/// Columns that take days, and nothing else.
fn days(sheet: &mut Worksheet, columns: &[u16], (first, last): (u32, u32)) -> Result<(), XlsxError> {
    let rule = DataValidationRule::GreaterThan(ExcelDateTime::from_ymd(2020, 1, 1)?);
    for column in columns {
        sheet.add_data_validation(first, *column, last, *column, &DataValidation::new().allow_date(rule.clone()))?;
    }
    Ok(())
}

/// Whose answer, of which day, frozen when and as what.
pub(super) fn heading(paper: &Paper<'_>) -> Vec<String> {
    let (sheet, lang) = (paper.sheet, paper.lang);
    let hospital = sheet.hospital.as_deref().map(shown).unwrap_or_default();
    let (day, taken) = (date::day(sheet.as_of, lang), words::clock(sheet.taken, lang));
    let sentence = lang.pick(
        format!("{hospital}　{}　基準日 {day}　作成 {taken}　回答案 {}", sheet.form.year, paper.number),
        format!("{hospital}  {}  as of {day}  made {taken}  answer {}", sheet.form.year, paper.number),
    );
    let first = sheet.first.as_ref().map(|first| words::first(first, lang));
    [Some(sentence), first, Some(format!("SHA-256 {}", paper.sha256))].into_iter().flatten().collect()
}

/// Characters for a question's number, or for its number and heading.
fn numbers(paper: &Paper<'_>) -> u16 {
    let long = |answer| tables::called(paper, answer).contains('\n');
    if paper.sheet.answers.iter().any(long) { 24 } else { 8 }
}

fn criteria(sheet: &mut Worksheet, formats: &Formats, paper: &Paper<'_>) -> Result<(), XlsxError> {
    let w = words::headings(paper.lang);
    let mut page = Page::new(sheet, formats, w.criteria, &[numbers(paper), 42, 13, 24, 15, 46, 42, 8])?;
    page.title(w.criteria)?;
    let head = page.row;
    page.table(&[w.number, w.criterion, w.met, w.figure, w.at, w.behind, w.todo, w.takes], &tables::criteria(paper))?;
    page.finish(Some(head))
}

fn missing(sheet: &mut Worksheet, formats: &Formats, paper: &Paper<'_>) -> Result<(), XlsxError> {
    let w = words::headings(paper.lang);
    let mut page = Page::new(sheet, formats, w.missing, &[numbers(paper), 46, 72, 16, 12])?;
    page.title(w.missing)?;
    let head = page.row;
    let first = page.table(&[w.number, w.criterion, w.thing, w.name, w.date], &tables::missing(paper))?;
    if page.row > first {
        days(page.sheet, &[4], (first, page.row - 1))?;
        page.sheet.autofilter(head, 0, page.row - 1, 4)?;
    }
    page.finish(Some(head))
}

fn points(sheet: &mut Worksheet, formats: &Formats, paper: &Paper<'_>) -> Result<(), XlsxError> {
    let (lang, w) = (paper.lang, words::headings(paper.lang));
    let mut page = Page::new(sheet, formats, w.points, &[20, 14, 20, 18, 16, 18, 22, 18, 16, 18])?;
    page.title(w.points)?;
    page.table(&point_words::departments(lang), &tables::departments(paper))?;
    page.gap();
    page.table(&point_words::points(lang), &tables::points(paper))?;
    page.finish(None)
}

fn coverage(sheet: &mut Worksheet, formats: &Formats, paper: &Paper<'_>) -> Result<(), XlsxError> {
    let (lang, w) = (paper.lang, words::headings(paper.lang));
    let mut page = Page::new(sheet, formats, w.coverage, &[24, 22, 16, 100])?;
    page.title(w.coverage)?;
    page.table(&point_words::segments(lang), &tables::segments(paper))?;
    page.gap();
    page.title(w.not_looked)?;
    for one in &paper.sheet.unseen {
        page.line(&words::unseen(one, lang))?;
    }
    for spot in crate::render::words::blind::spots(lang) {
        page.line(spot)?;
    }
    page.gap();
    page.title(w.basis)?;
    for line in basis(&paper.sheet.basis, lang) {
        page.line(&line)?;
    }
    page.finish(None)
}

pub(super) fn basis(basis: &Basis, lang: Lang) -> Vec<String> {
    let (run, started, version) = (&basis.run, words::clock(basis.started, lang), &basis.daicho);
    let mut lines = vec![lang.pick(
        format!("調査 {run}　開始 {started}　Daicho {version}"),
        format!("scan {run}, begun {started}, Daicho {version}"),
    )];
    lines.extend(basis.files.iter().map(|file| {
        let (name, rows, sha256) = (shown(&file.name), file.rows, &file.sha256);
        let imported = date::day(file.imported, lang);
        lang.pick(
            format!("台帳 {name}　{rows}行　取り込み {imported}　SHA-256 {sha256}"),
            format!("ledger file {name}, {rows} rows, imported {imported}, SHA-256 {sha256}"),
        )
    }));
    lines.extend(basis.log.as_ref().map(|head| {
        let (number, hash) = (head.number, &head.hash);
        lang.pick(
            format!("判断の記録 {number}件目まで　{hash}"),
            format!("log of decisions up to row {number}, {hash}"),
        )
    }));
    lines
}

fn guide(sheet: &mut Worksheet, formats: &Formats, paper: &Paper<'_>) -> Result<(), XlsxError> {
    let (lang, w) = (paper.lang, words::headings(paper.lang));
    let mut page = Page::new(sheet, formats, w.guide, &[7, 50, 105])?;
    page.title(w.guide)?;
    page.line(
        &lang.pick(format!("出典: {}", paper.sheet.form.source), format!("Source: {}", paper.sheet.form.source)),
    )?;
    let head = page.row;
    let rows = paper.sheet.answers.iter().map(|answer| {
        let note = answer.question.note.clone().unwrap_or_default();
        vec![Cell::text(&answer.question.number), Cell::text(&answer.question.text), Cell::text(note)]
    });
    page.table(&[w.number, w.question, w.note], &rows.collect::<Vec<_>>())?;
    page.finish(Some(head))
}
