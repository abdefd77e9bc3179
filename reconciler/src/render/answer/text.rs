//! The summary for the terminal: drafts of the questions that can be answered, why, and the shortest way to はい.

use std::io::{self, Write};

use comfy_table::{ContentArrangement, Table, presets};

use super::{Paper, tables};
use crate::answer::draft::{Answer, Draft};
use crate::answer::figure::Met;
use crate::answer::question::By;
use crate::render::words::answer as words;
use crate::render::words::answer_points as point_words;
use crate::render::words::date;
use crate::render::words::phrase::shown;
use crate::render::wrap::wrap;

/// Writes the summary. A closed pipe comes back as the `Err` it is.
pub fn text(paper: &Paper<'_>, width: u16, output: &mut impl Write) -> io::Result<()> {
    let (sheet, lang, width) = (paper.sheet, paper.lang, usize::from(width));
    writeln!(output, "{}", lang.pick(&sheet.form.title, &sheet.form.title_en))?;
    let day = date::day(sheet.as_of, lang);
    let of =
        lang.pick(format!("基準日 {day}　回答案 {}", paper.number), format!("as of {day}, answer {}", paper.number));
    writeln!(output, "{}  {of}\n", sheet.form.year)?;
    if let Some(first) = &sheet.first {
        writeln!(output, "{}\n", wrap(&words::first(first, lang), width))?;
    }
    for answer in sheet.answers.iter().filter(|answer| answer.draft != Draft::Person) {
        question(paper, answer, width, output)?;
    }
    for by in [By::Person, By::Vendor] {
        let left = sheet.answers.iter().filter(|answer| answer.draft == Draft::Person && answer.question.by == by);
        let numbers: Vec<&str> = left.map(|answer| answer.question.number.as_str()).collect();
        if !numbers.is_empty() {
            writeln!(output, "{}\n", wrap(&words::left(by, &numbers, lang), width))?;
        }
    }
    if tables::asks_of_points(paper) {
        departments(paper, output)?;
    }
    if !sheet.unseen.is_empty() {
        writeln!(output, "{}", words::headings(lang).not_looked)?;
        for one in &sheet.unseen {
            bullet("・", &words::unseen(one, lang), width, output)?;
        }
        writeln!(output)?;
    }
    writeln!(output, "{}", wrap(words::closing(lang), width))
}

fn question(paper: &Paper<'_>, answer: &Answer, width: usize, output: &mut impl Write) -> io::Result<()> {
    let lang = paper.lang;
    let text = answer.question.text_en.as_deref().filter(|_| lang == crate::render::Lang::En);
    let group = answer.question.group.as_ref().map(|group| format!("{group} ")).unwrap_or_default();
    let title = format!("{group}{} {}", answer.question.number, text.unwrap_or(&answer.question.text));
    writeln!(output, "{}", wrap(&title, width))?;
    let target = answer.target.map(|day| {
        let day = date::day(day, lang);
        lang.pick(format!("　目標日（案） {day}"), format!("  target date (draft) {day}"))
    });
    writeln!(output, "  → {}{}", words::draft(answer, lang), target.unwrap_or_default())?;
    if answer.draft == Draft::Undecided {
        bullet("    ", &words::because(answer, lang), width, output)?;
    }
    if let Some(last) = answer.late {
        bullet("    ", &words::late(last, lang), width, output)?;
    }
    for check in &answer.checks {
        let Some(criterion) = answer.criterion(&check.key) else { continue };
        let mark = match check.met {
            Met::Yes => "○ ",
            Met::No => "× ",
            Met::Unknown => "？ ",
        };
        let line = format!("{}: {}", words::criterion(criterion, lang), tables::value(paper, check));
        bullet(&format!("    {mark}"), &line, width, output)?;
    }
    // One thing to do may serve several criteria.
    let mut todo: Vec<&str> = vec![];
    for one in answer.way.iter().filter_map(|step| tables::todo(paper, answer, &step.key)) {
        if !todo.contains(&one) {
            todo.push(one);
        }
    }
    for (number, one) in (1..).zip(todo) {
        bullet(&format!("    {number}. "), one, width, output)?;
    }
    writeln!(output)
}

/// Columns of the table by department that fit a terminal: where their headings stand, and how wide they are.
const COLUMNS: [(usize, usize); 7] = [(0, 22), (1, 10), (4, 10), (5, 10), (6, 10), (8, 10), (9, 10)];

/// One line a department.
fn departments(paper: &Paper<'_>, output: &mut impl Write) -> io::Result<()> {
    let lang = paper.lang;
    let heads = point_words::departments(lang);
    let row = |cells: [&str; 7]| cells.iter().zip(COLUMNS).map(|(text, (_, width))| wrap(text, width)).collect();
    let mut table = Table::new();
    table.load_style(presets::ASCII_HORIZONTAL_ONLY).set_content_arrangement(ContentArrangement::Disabled);
    table.force_no_tty();
    table.set_header::<Vec<String>>(row(COLUMNS.map(|(head, _)| heads[head])));
    for one in &paper.sheet.departments {
        let name = one.department.as_deref().map_or_else(|| point_words::no_department(lang).to_owned(), shown);
        let [registered, confirmed, seen, undeclared, unclear] =
            [one.registered, one.confirmed, one.seen, one.undeclared, one.unclear].map(|count| count.to_string());
        let stated = point_words::stated(one, lang);
        table.add_row::<Vec<String>>(row([&name, &stated, &registered, &confirmed, &seen, &undeclared, &unclear]));
    }
    writeln!(output, "{}\n{table}\n", words::headings(lang).points)
}

/// A paragraph behind a mark, with its further lines below its first.
fn bullet(mark: &str, text: &str, width: usize, output: &mut impl Write) -> io::Result<()> {
    use unicode_width::UnicodeWidthStr;
    let indent = mark.width();
    let wrapped = wrap(text, width.saturating_sub(indent));
    for (number, line) in wrapped.lines().enumerate() {
        let head = if number == 0 { mark.to_owned() } else { " ".repeat(indent) };
        writeln!(output, "{head}{line}")?;
    }
    Ok(())
}
