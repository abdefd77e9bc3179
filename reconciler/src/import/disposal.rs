//! What a column about disposal says: a planned day is none that has come.

use jiff::ToSpan;
use jiff::civil::Date;

use super::fold::code;
use super::meaning::date_of;
use super::sheet::Value;
use super::values::Words;
use crate::judge::entry::{Dated, FourValued, Status};
use crate::judge::record::Precision;

/// Whether a device is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Disposal {
    /// It is gone.
    Done,
    /// It is still there.
    NotYet,
    /// The cell does not say that in words that are known.
    Unknown,
}

/// Reads a cell of 廃棄日, 返却日 …; `today` is the day of the import, without which every day has passed.
pub(crate) fn disposal(value: &Value, words: &Words, today: Option<Date>) -> Disposal {
    let text = value.text();
    if text.is_empty() || words.is_none(&text) {
        return Disposal::NotYet;
    }
    let has = |list: &[String]| list.iter().any(|word| text.contains(word.as_str()));
    if has(&words.disposed.not_yet) {
        return Disposal::NotYet;
    }
    if let Some(date) = date_of(value, &text).or_else(|| date_inside(&text, words)) {
        return today.map_or(Disposal::Done, |today| passed(date, today));
    }
    match (words.status(&text), words.answer(&text)) {
        // A cross may mean "gone" as well as "no".
        (Some(Status::Retired), Some(FourValued::No)) => Disposal::Unknown,
        (Some(Status::Retired), _) | (_, Some(FourValued::Yes)) => Disposal::Done,
        (Some(Status::Unknown), _) => Disposal::Unknown,
        (Some(_), _) | (_, Some(FourValued::No)) => Disposal::NotYet,
        _ if has(&words.disposed.done) => Disposal::Done,
        _ => Disposal::Unknown,
    }
}

/// What a status says of the day on which the device goes: `稼働（R6.4廃棄）` is gone once that month is over, and neither
/// `廃棄（2030/3/31）` nor `廃棄予定` is gone yet. `None` where the status says nothing of the kind.
pub(crate) fn disposed_on(text: &str, words: &Words, today: Option<Date>) -> Option<Disposal> {
    let folded = code(text);
    let (head, remark) = folded.split_once(['(', ':', '、', ',']).unwrap_or((&folded, ""));
    let (head, remark) = (Part::new(head, words), Part::new(remark, words));
    if !head.disposed && !remark.disposed {
        return None;
    }
    let dated = [(&remark, head.disposed), (&head, false)]
        .into_iter()
        .find(|(part, of_head)| part.day.is_some() && (part.disposed || *of_head));
    match dated {
        Some((part, _)) if part.planned => Some(Disposal::NotYet),
        Some((part, _)) => part.day.map(|day| today.map_or(Disposal::Done, |today| passed(day, today))),
        None => {
            let planned = [&head, &remark].into_iter().any(|part| part.planned && part.bare);
            planned.then_some(Disposal::NotYet)
        }
    }
}

/// A status before its remark, or the remark.
struct Part {
    /// It holds a word for being gone.
    disposed: bool,
    /// It holds a word for being still there.
    planned: bool,
    /// It holds nothing else.
    bare: bool,
    /// The day that stands there beside these words, and nothing else.
    day: Option<Dated>,
}

impl Part {
    fn new(text: &str, words: &Words) -> Self {
        let has = |list: &[String]| list.iter().any(|word| word != DONE && text.contains(word.as_str()));
        let known = words.disposed.done.iter().chain(&words.disposed.not_yet);
        let rest = known.fold(text.to_owned(), |text, word| text.replace(word.as_str(), " "));
        let rest = rest.trim_matches(|c: char| c.is_whitespace() || "()、,・:にでみより".contains(c));
        Self {
            disposed: has(&words.disposed.done),
            planned: has(&words.disposed.not_yet),
            bare: rest.is_empty(),
            day: date_of(&Value::Text(rest.to_owned()), rest),
        }
    }
}

/// Done, of whatever it may be.
const DONE: &str = "済";

/// The date of `R6.3.31返却済` and of `廃棄（2024/3/31）`.
fn date_inside(text: &str, words: &Words) -> Option<Dated> {
    let folded = words.disposed.done.iter().fold(code(text), |text, word| text.replace(word.as_str(), " "));
    let parts = folded.split(|c: char| c.is_whitespace() || matches!(c, '(' | ')' | ':' | '、' | ','));
    parts.filter(|part| !part.is_empty()).find_map(|part| date_of(&Value::Text(part.to_owned()), part))
}

fn passed(date: Dated, today: Date) -> Disposal {
    let span = match date.precision {
        Precision::Day => 0.days(),
        Precision::Month => 1.month(),
        Precision::Year | Precision::FiscalYear => 1.year(),
    };
    let next = date.from.checked_add(span).unwrap_or(date.from);
    match date.precision {
        _ if today < date.from => Disposal::NotYet,
        Precision::Day => Disposal::Done,
        _ if today >= next => Disposal::Done,
        // Some day of this month or year.
        _ => Disposal::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::values::DEFAULT;

    #[test]
    fn a_day_beside_a_status_says_whether_the_device_is_gone() {
        let words = Words::parse(DEFAULT).unwrap();
        let said = |text: &str| disposed_on(text, &words, Some(jiff::civil::date(2026, 11, 21)));
        for text in [
            "稼働(R6.4廃棄)",
            "稼働（令和6年4月に廃棄）",
            "廃棄（R6.3）",
            "R6.4廃棄",
            "廃棄 R6.4",
            "使用中（2024/3/31撤去済み）",
        ] {
            assert_eq!(said(text), Some(Disposal::Done), "{text}");
        }
        for text in [
            "稼働（2030/3/31廃棄）",
            "廃棄（2030/3/31）",
            "稼働（R6.3廃棄予定）",
            "廃棄予定",
            "稼働（廃棄予定）",
            "廃棄（予定）",
        ] {
            assert_eq!(said(text), Some(Disposal::NotYet), "{text}");
        }
        for text in [
            "稼働",
            "廃棄",
            "廃棄済み",
            "稼働（2024/4/1点検済）",
            "稼働（廃棄PCの代替）",
            "廃棄（返却不要の物）",
            "予備（R6.4）",
        ] {
            assert_eq!(said(text), None, "{text}");
        }
    }

    #[test]
    fn a_device_is_gone_when_its_day_has_come_or_a_word_says_so() {
        let words = Words::parse(DEFAULT).unwrap();
        let today = Some(jiff::civil::date(2026, 11, 21));
        let said = |text: &str| disposal(&Value::Text(text.into()), &words, today);
        for text in
            ["R6.4.1", "2026/11/21", "2025年度", "2026/10", "廃棄済", "済", "○", "R6.3.31返却済", "廃棄（2024/3/31）"]
        {
            assert_eq!(said(text), Disposal::Done, "{text}");
        }
        let here = [
            "",
            "-",
            "2030/3/31",
            "令和10年3月31日",
            "令和10年度予定",
            "未",
            "未返却",
            "再リース",
            "稼働中",
            "廃棄(2030/3/31)",
        ];
        for text in here {
            assert_eq!(said(text), Disposal::NotYet, "{text}");
        }
        for text in ["×", "山田", "2026/11", "2026年度"] {
            assert_eq!(said(text), Disposal::Unknown, "{text}");
        }
        assert_eq!(disposal(&Value::Number(45383.0), &words, today), Disposal::Done);
        assert_eq!(disposal(&Value::Day(47573.0), &words, today), Disposal::NotYet);
    }
}
