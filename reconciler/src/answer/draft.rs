//! A draft answer: each criterion with its figure, what follows of them, and the shortest way to はい.
//!
//! A draft is never better than its weakest criterion. はい needs every one of them met and known; いいえ needs one that
//! is certainly not met; everything else is left to a person. Of a day of which neither scan nor ledger is kept, はい is
//! never said.

use std::collections::BTreeMap;

use jiff::ToSpan;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::figure::{BEHIND, Behind, Figure, Met};
use super::figures::concerns;
use super::ground::Ground;
use super::question::{By, Criterion, Form, Question};

/// One question with its draft.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// The question, as it was printed then.
    pub question: Question,
    /// What is proposed.
    pub draft: Draft,
    /// Its criteria, in their order.
    pub checks: Vec<Check>,
    /// What is to be done for はい, the quickest first.
    pub way: Vec<Step>,
    /// The proposed 目標日, of いいえ.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<Date>,
    /// The form's last day for a 目標日, where the proposed one lies after it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub late: Option<Date>,
}

/// What is proposed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Draft {
    /// はい.
    Yes,
    /// いいえ.
    No,
    /// 判定できない.
    Undecided,
    /// A person alone can answer.
    Person,
}

/// One criterion, checked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Check {
    /// Its word.
    pub key: String,
    /// Its figure's word.
    pub figure: String,
    /// Whether it is met.
    pub met: Met,
    /// Open findings that break it and do not stand behind its figure already.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<Behind>,
}

/// One thing to be done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// Which criterion it is for.
    pub key: String,
    /// For how many rows, devices, departments or findings; 0 where nobody knows.
    pub items: usize,
    /// How many days that usually takes.
    pub takes_days: i32,
}

impl Answer {
    /// The criterion of a check or step.
    pub fn criterion(&self, key: &str) -> Option<&Criterion> {
        self.question.criteria.iter().find(|criterion| criterion.key == key)
    }
}

/// All questions of a form. `today` is the day on which it is asked: a 目標日 lies after it.
pub(super) fn answers(
    form: &Form,
    ground: &Ground<'_>,
    figures: &BTreeMap<String, Figure>,
    today: Date,
) -> Vec<Answer> {
    let one = |question: &Question| {
        let checked = |criterion: &Criterion| check(criterion, ground, figures.get(&criterion.figure));
        let (checks, steps): (Vec<Check>, Vec<Option<Step>>) = question.criteria.iter().map(checked).unzip();
        let draft = draft(question, &checks, ground.is_whole());
        let mut way: Vec<Step> = steps.into_iter().flatten().collect();
        way.sort_by_key(|step| (step.takes_days, step.items));
        let asked = draft == Draft::No && question.has_answer();
        let target = asked.then(|| target(&way, today)).flatten();
        let printed = form.target_latest.filter(|_| question.target_date);
        let late = printed.filter(|latest| target.is_some_and(|day| day > *latest));
        Answer { question: question.clone(), draft, checks, way, target, late }
    };
    form.questions.iter().map(one).collect()
}

fn check(criterion: &Criterion, ground: &Ground<'_>, figure: Option<&Figure>) -> (Check, Option<Step>) {
    let codes: Vec<&str> = criterion.findings.iter().map(String::as_str).collect();
    let own = ground.unsettled(&codes).filter(|finding| concerns(&criterion.figure, ground, finding));
    let open: Vec<Behind> = own.map(|finding| ground.behind(finding)).collect();
    let met = match figure {
        Some(figure) => criterion.met(figure.value, ground.day),
        None => Met::Unknown,
    };
    let met = if open.is_empty() { met } else { Met::No };
    let behind = figure.map_or(&[][..], |figure| &figure.behind);
    let lacking = figure.map_or(0, Figure::lacking);
    let findings: Vec<Behind> = open.into_iter().filter(|one| !behind.contains(one)).take(BEHIND).collect();
    let items = lacking + findings.len();
    let step = Step { key: criterion.key.clone(), items, takes_days: criterion.takes_days };
    let check = Check { key: criterion.key.clone(), figure: criterion.figure.clone(), met, findings };
    (check, (met != Met::Yes).then_some(step))
}

fn draft(question: &Question, checks: &[Check], of_its_day: bool) -> Draft {
    if question.by.is_person() {
        return Draft::Person;
    }
    let hint = |check: &&Check| question.criteria.iter().any(|one| one.key == check.key && one.hint);
    let broken = checks.iter().filter(|check| check.met == Met::No && !hint(check)).count();
    let all_met = !checks.is_empty() && checks.iter().all(|check| check.met == Met::Yes);
    match question.by {
        _ if broken > 0 => Draft::No,
        By::Computed if all_met && of_its_day => Draft::Yes,
        _ => Draft::Undecided,
    }
}

/// When everything could be done, if it is begun today: also where that is later than the form allows.
fn target(way: &[Step], today: Date) -> Option<Date> {
    let days = way.iter().map(|step| step.takes_days).max()?;
    today.checked_add(days.days()).ok()
}
