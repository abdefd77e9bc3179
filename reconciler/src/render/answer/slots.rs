//! The columns of the drafts: the slots that a form prints, each beside the draft that goes into it.
//!
//! A checklist prints 1回目, 目標日, 2回目 and 備考; the survey one answer; other papers none, and there a draft only says
//! whether the criteria are met. No draft is ever written into a slot: who confirms it does that.

use super::cells::Cell;
use super::{Paper, tables};
use crate::answer::draft::{Answer, Draft};
use crate::answer::sheet::{FirstDraft, Sheet};
use crate::render::words::answer as words;
use crate::render::words::answer::Headings;

/// One column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Slot {
    /// The printed number.
    Number,
    /// The printed text.
    Question,
    /// The only draft.
    Draft,
    /// The draft for 1回目.
    FirstDraft,
    /// The draft for 2回目.
    SecondDraft,
    /// Why.
    Because,
    /// The proposed 目標日.
    TargetDraft,
    /// The only answer.
    Answer,
    /// 1回目.
    First,
    /// Its day.
    FirstDay,
    /// 目標日.
    Target,
    /// 2回目.
    Second,
    /// Its day.
    SecondDay,
    /// 備考.
    Remarks,
    /// Who confirms it.
    Name,
    /// When.
    Confirmed,
    /// What was decided.
    Decision,
}

const ROUNDS: &[Slot] = &[
    Slot::Number,
    Slot::Question,
    Slot::FirstDraft,
    Slot::First,
    Slot::FirstDay,
    Slot::TargetDraft,
    Slot::Target,
    Slot::SecondDraft,
    Slot::Second,
    Slot::SecondDay,
    Slot::Remarks,
    Slot::Name,
    Slot::Because,
];

const ANSWER: &[Slot] = &[
    Slot::Number,
    Slot::Question,
    Slot::Draft,
    Slot::Because,
    Slot::TargetDraft,
    Slot::Answer,
    Slot::Target,
    Slot::Name,
    Slot::Confirmed,
    Slot::Decision,
];

const STATEMENT: &[Slot] =
    &[Slot::Number, Slot::Question, Slot::Draft, Slot::Because, Slot::Name, Slot::Confirmed, Slot::Decision];

/// The columns of a form.
pub(super) fn slots(sheet: &Sheet) -> &'static [Slot] {
    let questions = || sheet.answers.iter().map(|answer| &answer.question);
    match () {
        () if questions().any(|question| question.target_date) => ROUNDS,
        () if questions().any(crate::answer::question::Question::has_answer) => ANSWER,
        () => STATEMENT,
    }
}

impl Slot {
    pub(super) fn head(self, w: &Headings) -> &'static str {
        match self {
            Self::Number => w.number,
            Self::Question => w.question,
            Self::Draft => w.draft,
            Self::FirstDraft => w.first_draft,
            Self::SecondDraft => w.second_draft,
            Self::Because => w.because,
            Self::TargetDraft => w.target_draft,
            Self::Answer => w.answer,
            Self::First => w.first,
            Self::FirstDay => w.first_day,
            Self::Target => w.target,
            Self::Second => w.second,
            Self::SecondDay => w.second_day,
            Self::Remarks => w.remarks,
            Self::Name => w.name,
            Self::Confirmed => w.date,
            Self::Decision => w.decision,
        }
    }

    /// In characters.
    pub(super) fn width(self) -> u16 {
        match self {
            Self::Number => 7,
            Self::Question => 34,
            Self::Because => 44,
            Self::Draft => 16,
            Self::Decision | Self::Remarks => 18,
            Self::First | Self::Second => 10,
            Self::FirstDay | Self::SecondDay | Self::Target | Self::Name | Self::Confirmed => 12,
            Self::TargetDraft | Self::FirstDraft | Self::SecondDraft | Self::Answer => 14,
        }
    }

    /// It takes one of the answers that the form prints.
    pub(super) fn takes_answer(self, answer: &Answer) -> bool {
        matches!(self, Self::Answer | Self::First | Self::Second) && self.is_printed(answer)
    }

    /// It takes a day.
    pub(super) fn takes_day(self) -> bool {
        matches!(self, Self::Target | Self::FirstDay | Self::SecondDay | Self::Confirmed)
    }

    /// The form prints it for this question: some rows of a checklist have one answer and no 目標日.
    fn is_printed(self, answer: &Answer) -> bool {
        match self {
            Self::Second | Self::SecondDay | Self::SecondDraft => answer.question.target_date,
            Self::Answer | Self::First => !answer.question.options.is_empty(),
            _ => true,
        }
    }

    /// What stands in it.
    pub(super) fn cell(self, paper: &Paper<'_>, answer: &Answer) -> Cell {
        let (first, second) = rounds(paper.sheet, answer);
        let draft = |draft: Option<FirstDraft>| {
            draft.map_or(Cell::Blank, |it| {
                Cell::Draft(it.draft, words::draft_of(&answer.question, it.draft, paper.lang))
            })
        };
        match self {
            Self::Number => Cell::text(&answer.question.number),
            Self::Question => Cell::text(tables::question(answer, paper.lang)),
            Self::Draft => Cell::Draft(answer.draft, words::draft(answer, paper.lang)),
            Self::FirstDraft => draft(Some(first)),
            Self::SecondDraft => draft(second.filter(|_| self.is_printed(answer))),
            Self::Because => Cell::text(tables::reason(paper, answer)),
            Self::TargetDraft => Cell::day(first.target),
            Self::First | Self::Second | Self::SecondDay if !self.is_printed(answer) => Cell::Blank,
            Self::Target if slots(paper.sheet) == ROUNDS && !answer.question.target_date => Cell::Blank,
            Self::Target | Self::FirstDay | Self::SecondDay | Self::Confirmed => Cell::DayBox,
            Self::Answer | Self::First | Self::Second | Self::Remarks | Self::Name | Self::Decision => Cell::Box,
        }
    }
}

/// The drafts of 1回目 and 2回目: today's is the first, unless an earlier one was frozen. A question that was not asked
/// then has nothing in it but what is proposed now.
fn rounds(sheet: &Sheet, answer: &Answer) -> (FirstDraft, Option<FirstDraft>) {
    let now = FirstDraft { draft: answer.draft, target: answer.target };
    let then = sheet.first.as_ref().and_then(|first| first.drafts.get(&answer.question.key)).copied();
    match then {
        Some(then) => {
            let target = if then.draft == Draft::No { then.target.or(now.target) } else { now.target };
            (FirstDraft { target, ..then }, Some(now))
        }
        None => (now, None),
    }
}
