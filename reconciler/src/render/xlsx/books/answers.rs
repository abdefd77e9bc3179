//! 事業者の回答: what vendors answered about remote maintenance, or that they did not, as a sheet of リモート保守台帳.

use super::Shelf;
use crate::judge::vendor::{REMOTE, Said};
use crate::render::words::enquiry::subject;
use crate::render::words::phrase::shown;
use crate::render::words::{Lang, fixed};
use crate::render::xlsx::sheets::{Column, Sheet, Value, columns, foreign, text};
use crate::vendor::questions::{Page, Question, Questions};
use crate::vendor::replied::Replied;

/// Columns before the questions.
const OWN: [u16; 8] = [18, 22, 18, 10, 12, 18, 18, 9];

pub(super) fn sheet(shelf: &Shelf<'_>) -> Sheet {
    let (lang, w) = (shelf.lang(), shelf.w);
    let questions: Vec<&Question> = Questions::builtin().of(Page::Remote).filter(|one| one.key != REMOTE).collect();
    let heads =
        [w.vendor, w.subject, w.asked_on, w.enquiry_number, w.remote, w.answered_on, w.answered_by, w.responsible];
    let mut list: Vec<Column> = heads.into_iter().zip(OWN).flat_map(|head| columns([head])).collect();
    list.extend(questions.iter().map(|question| Column {
        name: lang.pick(question.heading.as_str(), &question.heading_en).into(),
        width: 14,
        choices: vec![],
    }));
    let asked = shelf.material.vendors.replied.iter().filter(|one| one.subject.system_name().is_none());
    let row = |one: &Replied| {
        let own = own(shelf, one);
        own.into_iter().chain(questions.iter().map(|question| said(question, one, lang))).collect()
    };
    let rows = asked.map(row).collect();
    shelf.titled_a3(Sheet {
        name: w.vendor_answers,
        frozen: 2,
        across: 2,
        printed: u16::try_from(list.len()).unwrap_or(u16::MAX),
        columns: list,
        rows,
        ..Sheet::default()
    })
}

fn own(shelf: &Shelf<'_>, one: &Replied) -> [Value; 8] {
    let (lang, w) = (shelf.lang(), shelf.w);
    let word = one.word.map_or(w.no_answer, |word| fixed::four_valued(word, lang));
    let (number, day) = one.asked;
    [
        foreign(shown(&one.vendor)),
        foreign(subject(&one.subject, &shelf.report.scene.verdict.ledger, lang)),
        Value::Day(day),
        text(format!("{number:04}")),
        text(word),
        one.said.as_ref().map_or_else(|| text(""), |(day, _)| Value::Day(*day)),
        foreign(one.said.as_ref().map(|(_, by)| shown(by)).unwrap_or_default()),
        text(one.responsible.map_or("", |word| fixed::four_valued(word, lang))),
    ]
}

fn said(question: &Question, one: &Replied, lang: Lang) -> Value {
    match one.answers.get(&question.key) {
        None => text(""),
        Some(Said::Answer(answer)) => text(fixed::four_valued(*answer, lang)),
        Some(Said::Day(day)) => Value::Day(*day),
        Some(Said::Text(said)) => match question.choices.iter().find(|choice| choice.key == *said) {
            Some(choice) => text(lang.pick(choice.ja.as_str(), &choice.en)),
            None => foreign(super::cells::whole(said)),
        },
    }
}
