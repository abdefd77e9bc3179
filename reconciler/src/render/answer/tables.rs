//! What stands in which table of an answer sheet.

use super::Paper;
use super::cells::Cell;
use super::slots::slots;
use crate::answer::draft::{Answer, Check};
use crate::answer::figure::{Behind, Met, Value};
use crate::answer::points::{DepartmentPoints, PointRow};
use crate::judge::entry::Field;
use crate::render::Lang;
use crate::render::words::answer as words;
use crate::render::words::answer_points as point_words;
use crate::render::words::fixed;
use crate::render::words::phrase::shown;

/// Things behind a figure that are named in the table of criteria; the table of what is missing names more.
const NAMED: usize = 3;

/// One line a question: the draft, and the boxes.
pub(super) fn answers(paper: &Paper<'_>) -> Vec<Vec<Cell>> {
    let row = |answer: &Answer| slots(paper.sheet).iter().map(|slot| slot.cell(paper, answer)).collect();
    paper.sheet.answers.iter().map(row).collect()
}

/// A question's number; with its heading where the form prints the number under several.
pub(super) fn called(paper: &Paper<'_>, answer: &Answer) -> String {
    let number = &answer.question.number;
    let twice = paper.sheet.answers.iter().filter(|other| other.question.number == *number).count() > 1;
    match answer.question.group.as_deref().filter(|_| twice) {
        Some(group) => format!("{number}\n{group}"),
        None => number.clone(),
    }
}

/// The form's own words, under the heading that it prints; in English what they mean below them.
pub(super) fn question(answer: &Answer, lang: Lang) -> String {
    let question = &answer.question;
    let english = question.text_en.as_deref().filter(|_| lang == Lang::En);
    let lines = [question.group.as_deref(), Some(&question.text), english];
    lines.into_iter().flatten().collect::<Vec<_>>().join("\n")
}

/// Why, then every criterion that is not met, with its figure.
pub(super) fn reason(paper: &Paper<'_>, answer: &Answer) -> String {
    let lang = paper.lang;
    let lacking = answer.checks.iter().filter(|check| check.met != Met::Yes).filter_map(|check| {
        let criterion = answer.criterion(&check.key)?;
        Some(format!("{} {}: {}", mark(check.met), words::criterion(criterion, lang), value(paper, check)))
    });
    let late = answer.late.map(|last| words::late(last, lang));
    std::iter::once(words::because(answer, lang)).chain(lacking).chain(late).collect::<Vec<_>>().join("\n")
}

fn mark(met: Met) -> &'static str {
    match met {
        Met::Yes => "○",
        Met::No => "×",
        Met::Unknown => "？",
    }
}

pub(super) fn value(paper: &Paper<'_>, check: &Check) -> String {
    figure(paper, check).map_or_else(String::new, |value| words::value(value, paper.lang))
}

/// What the figure of a criterion comes to.
fn figure(paper: &Paper<'_>, check: &Check) -> Option<Value> {
    paper.sheet.figures.get(&check.figure).map(|figure| figure.value)
}

/// What is to be done for a criterion.
pub(super) fn todo<'p>(paper: &Paper<'p>, answer: &'p Answer, key: &str) -> Option<&'p str> {
    let check = answer.checks.iter().find(|check| check.key == key)?;
    Some(words::todo(answer.criterion(key)?, figure(paper, check), paper.lang))
}

/// Everything behind a criterion, and how much more there is.
pub(super) fn behind<'p>(paper: &Paper<'p>, check: &'p Check) -> (Vec<&'p Behind>, usize) {
    let figure = paper.sheet.figures.get(&check.figure);
    let own = figure.map_or(&[][..], |figure| &figure.behind);
    (own.iter().chain(&check.findings).collect(), figure.map_or(0, |figure| figure.more))
}

/// One line a criterion; then what only a person can say.
pub(super) fn criteria(paper: &Paper<'_>) -> Vec<Vec<Cell>> {
    paper.sheet.answers.iter().flat_map(|answer| criteria_of(paper, answer)).collect()
}

/// The same of one question.
pub(super) fn criteria_of(paper: &Paper<'_>, answer: &Answer) -> Vec<Vec<Cell>> {
    let lang = paper.lang;
    let mut rows = vec![];
    for check in &answer.checks {
        let Some(criterion) = answer.criterion(&check.key) else { continue };
        let at = paper.sheet.figures.get(&check.figure).and_then(|figure| figure.at);
        let open = check.met != Met::Yes;
        rows.push(vec![
            Cell::text(called(paper, answer)),
            Cell::text(words::criterion(criterion, lang)),
            Cell::Met(check.met, words::met(check.met, lang)),
            Cell::text(value(paper, check)),
            Cell::day(at),
            Cell::text(if open { named(paper, check) } else { String::new() }),
            Cell::text(if open { words::todo(criterion, figure(paper, check), lang) } else { "" }),
            if open { Cell::Number(f64::from(criterion.takes_days)) } else { Cell::Blank },
        ]);
    }
    let by_person = answer.question.person.iter().map(|said| words::said(said, lang)).map(|said| {
        let word = words::headings(lang).by_person;
        let mut row = vec![Cell::text(called(paper, answer)), Cell::text(said), Cell::text(word)];
        row.extend([Cell::Blank, Cell::Blank, Cell::Box, Cell::Blank, Cell::Blank]);
        row
    });
    rows.extend(by_person);
    rows
}

fn named(paper: &Paper<'_>, check: &Check) -> String {
    let (all, more) = behind(paper, check);
    let mut lines: Vec<String> = all.iter().take(NAMED).map(|one| words::behind(one, paper.lang)).collect();
    let left = all.len() - lines.len() + more;
    lines.extend((left > 0).then(|| words::more(left, paper.lang)));
    lines.join("\n")
}

/// One line a thing that is missing, each once a criterion.
pub(super) fn missing(paper: &Paper<'_>) -> Vec<Vec<Cell>> {
    let lang = paper.lang;
    let mut rows = vec![];
    for answer in &paper.sheet.answers {
        for check in answer.checks.iter().filter(|check| check.met != Met::Yes) {
            let Some(criterion) = answer.criterion(&check.key) else { continue };
            let (all, more) = behind(paper, check);
            let line = |thing: String| {
                let number = called(paper, answer);
                let head = [&number, words::criterion(criterion, lang), &thing];
                head.into_iter().map(Cell::text).chain([Cell::Box, Cell::DayBox]).collect::<Vec<_>>()
            };
            rows.extend(all.iter().map(|one| line(words::behind(one, lang))));
            rows.extend((more > 0).then(|| line(words::more(more, lang))));
        }
    }
    rows
}

/// One line a department, and the sum.
pub(super) fn departments(paper: &Paper<'_>) -> Vec<Vec<Cell>> {
    let (all, lang) = (&paper.sheet.departments, paper.lang);
    let name = |one: &DepartmentPoints| match (&one.department, one.listed) {
        (Some(name), true) => shown(name),
        (Some(name), false) => point_words::not_listed(&shown(name), lang),
        (None, _) => point_words::no_department(lang).to_owned(),
    };
    let counts = |one: &DepartmentPoints| {
        [one.registered, one.confirmed, one.seen, one.unseen, one.undeclared, one.unclear].map(Cell::count)
    };
    let row = |one: &DepartmentPoints| {
        let single = one.stated.filter(|_| one.also_stated.is_empty());
        let stated = single.map_or_else(|| Cell::text(point_words::stated(one, lang)), |n| Cell::Number(n.into()));
        let by = Cell::text(one.stated_by.as_deref().map(shown).unwrap_or_default());
        [Cell::text(name(one)), stated, Cell::day(one.stated_on), by].into_iter().chain(counts(one)).collect()
    };
    let mut rows: Vec<Vec<Cell>> = all.iter().map(row).collect();
    let sum = |count: fn(&DepartmentPoints) -> usize| Cell::count(all.iter().map(count).sum());
    let mut total = vec![Cell::text(point_words::total(lang)), Cell::Blank, Cell::Blank, Cell::Blank];
    total.extend([sum(|one| one.registered), sum(|one| one.confirmed), sum(|one| one.seen)]);
    total.extend([sum(|one| one.unseen), sum(|one| one.undeclared), sum(|one| one.unclear)]);
    rows.push(total);
    rows
}

/// One line a point.
pub(super) fn points(paper: &Paper<'_>) -> Vec<Vec<Cell>> {
    let lang = paper.lang;
    let row = |point: &PointRow| {
        let says = |field| Cell::text(point.says.get(&field).map(|text| shown(text)).unwrap_or_default());
        let line = point.line.as_deref().map_or_else(|| fixed::line_kind(&point.kind, lang), shown);
        vec![
            Cell::text(point.department.as_deref().map_or_else(|| point_words::no_department(lang).to_owned(), shown)),
            Cell::text(point.name.as_deref().map(shown).unwrap_or_default()),
            Cell::text(point_words::seen(point.seen, point.settled, lang)),
            Cell::text(line),
            Cell::text(point.address.clone().unwrap_or_default()),
            says(Field::Vendor),
            says(Field::AccessControl),
            says(Field::ResponsibilityBoundary),
            Cell::day(point.confirmed),
            Cell::text(evidence(point, lang)),
        ]
    };
    paper.sheet.points.iter().map(row).collect()
}

/// The files, each with the beginning of its hash, or that nobody has it.
fn evidence(point: &PointRow, lang: Lang) -> String {
    let line = |(name, hash): (&String, &Option<String>)| match hash {
        Some(hash) => format!("{} SHA-256 {}…", shown(name), &hash[..hash.len().min(12)]),
        None => format!("{} {}", shown(name), point_words::no_file(lang)),
    };
    point.evidence.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// One line a segment: what was tested there, and when.
pub(super) fn segments(paper: &Paper<'_>) -> Vec<Vec<Cell>> {
    let lang = paper.lang;
    let rows = paper.sheet.segments.iter().map(|one| {
        vec![
            Cell::text(one.network.to_string()),
            Cell::text(one.name.as_deref().map(shown).unwrap_or_default()),
            Cell::text(if one.closed { lang.pick("閉域（申告）", "closed (declared)") } else { "" }),
            Cell::text(point_words::tested(one, lang)),
        ]
    });
    rows.collect()
}

/// The form asks about connection points.
pub(super) fn asks_of_points(paper: &Paper<'_>) -> bool {
    let checks = paper.sheet.answers.iter().flat_map(|answer| &answer.checks);
    let mut figures = checks.map(|check| check.figure.as_str());
    figures.any(|key| key.starts_with("points.") || key.starts_with("departments.points"))
}
