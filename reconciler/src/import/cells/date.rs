//! Dates as people write them: Western, Japanese eras, and the serial numbers of spreadsheets.

use std::sync::LazyLock;

use jiff::ToSpan;
use jiff::civil::Date;
use regex::Regex;

use crate::import::fold::code;

/// Years before the first year of an era, by its letters.
const ERAS: [(&str, i16); 8] =
    [("令和", 2018), ("令", 2018), ("R", 2018), ("平成", 1988), ("平", 1988), ("H", 1988), ("昭和", 1925), ("S", 1925)];

/// Year, month, day with any of the usual signs between; a time of day may follow.
static DAY: LazyLock<Regex> = LazyLock::new(|| {
    let text = r"^(令和|令|平成|平|昭和|[RHSrhs]|')?\s*([0-9]{1,4}|元)\s*[-/.年]\s*([0-9]{1,2})\s*[-/.月]\s*([0-9]{1,2})\s*日?\s*(?:\([月火水木金土日]\))?\s*(?:[0-9]{1,2}:[0-9:]+)?$";
    Regex::new(text).expect("the pattern is a constant that the tests of this file use")
});

/// Reads a day. Months, years, `頃` and two-digit years (which may be of either calendar) are no days.
pub(crate) fn date(text: &str) -> Option<Date> {
    let folded = code(text);
    if folded.len() == 8 && folded.bytes().all(|byte| byte.is_ascii_digit()) {
        return day(&folded[..4], &folded[4..6], &folded[6..], 0);
    }
    if folded.len() == 5 && folded.bytes().all(|byte| byte.is_ascii_digit()) {
        return serial(folded.parse().ok()?);
    }
    let parts = DAY.captures(&folded)?;
    let base = match parts.get(1).map(|era| era.as_str()) {
        Some("'") => 2000,
        Some(era) => ERAS.iter().find(|(name, _)| name.eq_ignore_ascii_case(era)).map(|(_, base)| *base)?,
        None if parts[2].len() == 4 => 0,
        None => return None,
    };
    day(&parts[2], &parts[3], &parts[4], base)
}

/// The day of a spreadsheet's serial number in the 1900 system, whose 1900-02-29 never was.
/// Only days that a ledger can mean: 1954 to 2119.
pub(crate) fn serial(days: f64) -> Option<Date> {
    if !(20_000.0..80_000.0).contains(&days) {
        return None;
    }
    #[allow(clippy::cast_possible_truncation, reason = "the range was checked above")]
    let whole = days.floor() as i64;
    jiff::civil::date(1899, 12, 30).checked_add(whole.days()).ok()
}

fn day(year: &str, month: &str, day: &str, base: i16) -> Option<Date> {
    let year = if year == "元" { 1 } else { year.parse::<i16>().ok()? };
    if base > 0 && year > 99 {
        return None;
    }
    let year = year.checked_add(base)?;
    if !(1926..=2150).contains(&year) {
        return None;
    }
    Date::new(year, month.parse().ok()?, day.parse().ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_spelling_is_one_day() {
        for text in [
            "2024/4/1",
            "2024-04-01",
            "2024.4.1",
            "20240401",
            "2024年4月1日",
            "'24/4/1",
            "R6.4.1",
            "R06.04.01",
            "令和6年4月1日",
            "令6.4.1",
            "㋿6年4月1日",
            "R6/4/1",
            "Ｒ６．４．１",
            "45383",
            "2024/4/1 0:00",
            "2024年4月1日（月）",
            "H36.4.1",
        ] {
            assert_eq!(date(text), Some(jiff::civil::date(2024, 4, 1)), "{text}");
        }
        assert_eq!(date("令和元年5月1日"), Some(jiff::civil::date(2019, 5, 1)));
        assert_eq!(date("㍻31.4.30"), Some(jiff::civil::date(2019, 4, 30)));
        assert_eq!(date("S63.4.1"), Some(jiff::civil::date(1988, 4, 1)));
    }

    #[test]
    fn what_is_no_day_is_not_guessed() {
        for text in [
            "",
            "24/4/1",
            "6.4.1",
            "2014年度",
            "2014/10",
            "2010年頃",
            "不明",
            "2024/13/1",
            "2023/2/29",
            "H26.10",
            "9999999",
        ] {
            assert_eq!(date(text), None, "{text}");
        }
    }

    #[test]
    fn serials_count_from_the_year_1900() {
        assert_eq!(serial(45383.75), Some(jiff::civil::date(2024, 4, 1)));
        assert_eq!(serial(f64::NAN), None);
        assert_eq!(serial(1e300), None);
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "\\PC*|[0-9RH年月日./ -]{0,20}") {
            let _ = date(&text);
        }

        #[test]
        fn no_number_panics(days: f64) {
            let _ = serial(days);
        }
    }
}
