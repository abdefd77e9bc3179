//! Dates as people write them: Western, Japanese eras, and the serial numbers of spreadsheets.

use std::sync::LazyLock;

use jiff::ToSpan;
use jiff::civil::Date;
use regex::Regex;

use crate::import::fold::code;
use crate::judge::entry::{Dated, Precision};

/// Years before the first year of an era, by its letters.
const ERAS: [(&str, i16); 8] =
    [("令和", 2018), ("令", 2018), ("R", 2018), ("平成", 1988), ("平", 1988), ("H", 1988), ("昭和", 1925), ("S", 1925)];

/// Year, month, day with any of the usual signs between; a time of day may follow.
static DAY: LazyLock<Regex> = LazyLock::new(|| {
    let text = r"^(令和|令|平成|平|昭和|[RHSrhs]|')?\s*([0-9]{1,4}|元)\s*[-/.年]\s*([0-9]{1,2})\s*[-/.月]\s*([0-9]{1,2})\s*日?\s*(?:\([月火水木金土日]\))?\s*(?:[0-9]{1,2}:[0-9:]+)?$";
    Regex::new(text).expect("the pattern is a constant that the tests of this file use")
});

/// A year, perhaps with a month, or a fiscal year.
static YEAR: LazyLock<Regex> = LazyLock::new(|| {
    let text = r"^(令和|令|平成|平|昭和|[RHSrhs])?\s*([0-9]{1,4}|元)(?:\s*(年度)|\s*年\s*(?:([0-9]{1,2})\s*月)?|\s*[-/.]\s*([0-9]{1,2}))?$";
    Regex::new(text).expect("the pattern is a constant that the tests of this file use")
});

/// Reads a day, month, year or fiscal year, as exactly as it was written. `頃` and two-digit years without an era
/// (which may be of either calendar) are no dates.
pub(crate) fn dated(text: &str) -> Option<Dated> {
    if let Some(day) = date(text) {
        return Some(Dated::day(day));
    }
    let folded = code(text);
    let parts = YEAR.captures(&folded)?;
    let era = parts.get(1).map(|era| era.as_str());
    let base = match era {
        Some(era) => base_of(era)?,
        None if parts[2].len() == 4 => 0,
        None => return None,
    };
    let month = parts.get(4).or_else(|| parts.get(5)).map(|month| month.as_str());
    let (month, precision) = match (month, parts.get(3)) {
        (Some(month), _) => (month, Precision::Month),
        (None, Some(_)) => ("4", Precision::FiscalYear),
        // Four digits alone are a number like any other.
        (None, None) if era.is_none() && !folded.contains('年') => return None,
        (None, None) => ("1", Precision::Year),
    };
    Some(Dated { from: day(&parts[2], month, "1", base)?, precision })
}

fn base_of(era: &str) -> Option<i16> {
    ERAS.iter().find(|(name, _)| name.eq_ignore_ascii_case(era)).map(|(_, base)| *base)
}

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
        Some(era) => base_of(era)?,
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
    fn months_years_and_fiscal_years_are_known_as_such() {
        use Precision::{Day, FiscalYear, Month, Year};
        for (text, from, precision) in [
            ("R6.4.1", jiff::civil::date(2024, 4, 1), Day),
            ("2014/10", jiff::civil::date(2014, 10, 1), Month),
            ("H26.10", jiff::civil::date(2014, 10, 1), Month),
            ("令和元年5月", jiff::civil::date(2019, 5, 1), Month),
            ("昭和63年", jiff::civil::date(1988, 1, 1), Year),
            ("S63", jiff::civil::date(1988, 1, 1), Year),
            ("2014年", jiff::civil::date(2014, 1, 1), Year),
            ("2014年度", jiff::civil::date(2014, 4, 1), FiscalYear),
            ("Ｈ２６年度", jiff::civil::date(2014, 4, 1), FiscalYear),
        ] {
            assert_eq!(dated(text), Some(Dated { from, precision }), "{text}");
        }
        for text in ["", "24/4", "2014", "2010年頃", "H20以前", "開院時", "R6.13", "6.4.1"] {
            assert_eq!(dated(text), None, "{text}");
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
            prop_assert!(date(&text).is_none_or(|day| dated(&text) == Some(Dated::day(day))));
        }

        #[test]
        fn a_day_is_read_back_in_both_calendars(year in 1990_i16..2100, month in 1_i8..=12, day in 1_i8..=28) {
            let expected = Some(jiff::civil::date(year, month, day));
            prop_assert_eq!(date(&format!("{year}/{month}/{day}")), expected);
            let era = if year > 2018 { format!("R{}", year - 2018) } else { format!("平成{}年", year - 1988) };
            let text = if year > 2018 { format!("{era}.{month}.{day}") } else { format!("{era}{month}月{day}日") };
            prop_assert_eq!(date(&text), expected);
        }

        #[test]
        fn no_number_panics(days: f64) {
            let _ = serial(days);
        }
    }
}
