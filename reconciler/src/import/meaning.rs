//! What a cell means that has no field of its own in an entry, and every cell of a record.

use super::cells::address::addresses;
use super::cells::date::{dated, serial};
use super::cells::list;
use super::cells::mac::macs;
use super::cells::network::networks;
use super::columns::Columns;
use super::fold::{code, is_dash};
use super::registers::Shape;
use super::sheet::Value;
use crate::judge::entry::{Dated, Field, Meaning, ProblemKind};

/// What a cell of a field means, and what was not understood; `None` for a cell that says "none".
pub(crate) fn meaning(field: Field, value: &Value, columns: &Columns) -> Option<(Meaning, Option<ProblemKind>)> {
    let text = value.text();
    if text.is_empty() || is_dash(&text) && !columns.shapes(field).contains(&Shape::Answer) {
        return None;
    }
    let mut missed = None;
    for shape in columns.shapes(field) {
        let (found, problem) = of_shape(*shape, value, &text, columns);
        if let Some(found) = found {
            return Some((found, problem));
        }
        missed = missed.or(problem);
    }
    // A column that is understood in several ways has words of its own beside them (依頼中).
    let problem = missed.filter(|_| columns.shapes(field).len() == 1 && !columns.words.is_none(&text));
    Some((Meaning::Text(text), problem))
}

fn of_shape(shape: Shape, value: &Value, text: &str, columns: &Columns) -> (Option<Meaning>, Option<ProblemKind>) {
    let some = |is: bool, meaning: Meaning| is.then_some(meaning);
    match shape {
        Shape::Date => match date_of(value, text) {
            Some(date) => (Some(Meaning::Date(date)), None),
            // A column of dates where some cells answer 有 or 無 is understood by its other shape.
            None if columns.words.answer(text).is_some() => (None, None),
            None => (None, Some(ProblemKind::DateMalformed)),
        },
        Shape::Signed => (signed(value, text).map(Meaning::Date), None),
        Shape::Answer => (columns.words.answer(text).map(Meaning::Answer), None),
        Shape::Count => (count(text).map(Meaning::Count), None),
        Shape::List => {
            let words = list::users(text);
            (some(!words.is_empty(), Meaning::List(words)), None)
        }
        Shape::Addresses => {
            let found = addresses(text, &columns.words, None);
            (some(!found.list.is_empty(), Meaning::Addresses(found.list)), found.problem)
        }
        Shape::Macs => {
            let found = macs(text, &columns.words);
            (some(!found.macs.is_empty(), Meaning::Macs(found.macs)), found.problem)
        }
        Shape::Networks => {
            let found = networks(text);
            (some(!found.is_empty(), Meaning::Networks(found)), None)
        }
    }
}

/// A number that was not formatted as a date is a serial number all the same.
pub(crate) fn date_of(value: &Value, text: &str) -> Option<Dated> {
    match value {
        Value::Number(days) => serial(*days).map(Dated::day).or_else(|| dated(text)),
        _ => dated(text),
    }
}

/// The day, whoever signed beside it.
fn signed(value: &Value, text: &str) -> Option<Dated> {
    let part = |part: &str| date_of(&Value::Text(part.to_owned()), part).filter(|day| day.as_day().is_some());
    let parts = || text.split(|c: char| c.is_whitespace() || "()（）、,・：:".contains(c));
    date_of(value, text).or_else(|| parts().find_map(part))
}

/// A number, perhaps with the word for what is counted.
fn count(text: &str) -> Option<u32> {
    code(text).trim_end_matches(['台', '個', '件', '本', '式', '枚', '点', ' ']).parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::entry::{FourValued, Precision};

    fn read(field: Field, text: &str) -> Option<(Meaning, Option<ProblemKind>)> {
        meaning(field, &Value::Text(text.to_owned()), &Columns::builtin())
    }

    #[test]
    fn cells_are_understood_by_their_columns() {
        let date = Dated { from: jiff::civil::date(2014, 4, 1), precision: Precision::FiscalYear };
        assert_eq!(read(Field::InstalledDate, "2014年度"), Some((Meaning::Date(date), None)));
        assert_eq!(read(Field::MdsReceived, "依頼中"), Some((Meaning::Text("依頼中".into()), None)));
        let signed = Some((Meaning::Date(Dated::day(jiff::civil::date(2026, 3, 1))), None));
        assert_eq!(
            [read(Field::MdsReviewed, "2026/3/1 山田"), read(Field::MdsReviewed, "山田（R8.3.1）")],
            [(); 2].map(|()| signed.clone())
        );
        assert_eq!(read(Field::MdsReviewed, "山田"), Some((Meaning::Text("山田".into()), None)));
        assert_eq!(read(Field::MdsReceived, "有"), Some((Meaning::Answer(FourValued::Yes), None)));
        assert_eq!(read(Field::AccessControl, "有: 送信元IP限定"), Some((Meaning::Answer(FourValued::Yes), None)));
        assert_eq!(read(Field::Quantity, "４台"), Some((Meaning::Count(4), None)));
        assert_eq!(
            read(Field::Attendees, "院長、事務長"),
            Some((Meaning::List(vec!["院長".into(), "事務長".into()]), None))
        );
        assert_eq!(read(Field::SystemName, "電子カルテ"), Some((Meaning::Text("電子カルテ".into()), None)));
        assert_eq!(read(Field::SystemName, "－"), None);
        assert_eq!(read(Field::InstalledDate, "不明"), Some((Meaning::Text("不明".into()), None)));
    }
}
