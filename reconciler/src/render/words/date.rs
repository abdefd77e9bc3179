//! Dates and times as they are written in a hospital, in a given time zone.

use jiff::Timestamp;
use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;

use super::Lang;

/// `2026年3月31日（火）02:15`, `Tue 31 Mar 2026, 02:15`.
pub fn moment(at: Timestamp, tz: &TimeZone, lang: Lang) -> String {
    let local = at.to_zoned(tz.clone());
    let time = format!("{:02}:{:02}", local.hour(), local.minute());
    match lang {
        Lang::Ja => format!("{}{time}", day(local.date(), lang)),
        Lang::En => format!("{}, {time}", day(local.date(), lang)),
    }
}

/// `02:15:03`: one question among many of the same night.
pub fn time(at: Timestamp, tz: &TimeZone) -> String {
    at.to_zoned(tz.clone()).strftime("%H:%M:%S").to_string()
}

/// `02:15` on the same day as `other`, otherwise in full: the end of an interval.
pub fn end_of(at: Timestamp, other: Timestamp, tz: &TimeZone, lang: Lang) -> String {
    let (local, before) = (at.to_zoned(tz.clone()), other.to_zoned(tz.clone()));
    if local.date() == before.date() {
        format!("{:02}:{:02}", local.hour(), local.minute())
    } else {
        moment(at, tz, lang)
    }
}

/// `2026年3月31日（火）`, `Tue 31 Mar 2026`.
pub fn day(date: Date, lang: Lang) -> String {
    let weekday = date.weekday();
    match lang {
        Lang::Ja => format!("{}年{}月{}日（{}）", date.year(), date.month(), date.day(), weekday_ja(weekday)),
        Lang::En => date.strftime("%a %-d %b %Y").to_string(),
    }
}

/// `3日前（3月28日）`, `3 days ago (28 Mar)`, seen from `now`.
pub fn ago(at: Timestamp, now: Timestamp, tz: &TimeZone, lang: Lang) -> String {
    let (then, today) = (at.to_zoned(tz.clone()).date(), now.to_zoned(tz.clone()).date());
    let days = (today - then).get_days();
    let short = match lang {
        Lang::Ja => format!("{}月{}日", then.month(), then.day()),
        Lang::En => then.strftime("%-d %b").to_string(),
    };
    match (lang, days) {
        (Lang::Ja, 0) => format!("同日（{short}）"),
        (Lang::Ja, days) => format!("{days}日前（{short}）"),
        (Lang::En, 0) => format!("the same day ({short})"),
        (Lang::En, 1) => format!("1 day ago ({short})"),
        (Lang::En, days) => format!("{days} days ago ({short})"),
    }
}

fn weekday_ja(weekday: Weekday) -> char {
    match weekday {
        Weekday::Monday => '月',
        Weekday::Tuesday => '火',
        Weekday::Wednesday => '水',
        Weekday::Thursday => '木',
        Weekday::Friday => '金',
        Weekday::Saturday => '土',
        Weekday::Sunday => '日',
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::tz::offset;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn times_are_local_and_name_their_weekday() {
        let tokyo = TimeZone::fixed(offset(9));
        let night = at("2026-03-30T17:15:00Z");
        assert_eq!(moment(night, &tokyo, Lang::Ja), "2026年3月31日（火）02:15");
        assert_eq!(moment(night, &tokyo, Lang::En), "Tue 31 Mar 2026, 02:15");
        assert_eq!(end_of(at("2026-03-30T18:00:00Z"), night, &tokyo, Lang::Ja), "03:00");
        assert_eq!(end_of(at("2026-03-31T18:00:00Z"), night, &tokyo, Lang::En), "Wed 1 Apr 2026, 03:00");
    }

    #[test]
    fn intervals_name_their_day() {
        let tokyo = TimeZone::fixed(offset(9));
        let now = at("2026-03-31T00:00:00Z");
        assert_eq!(ago(at("2026-03-28T00:00:00Z"), now, &tokyo, Lang::Ja), "3日前（3月28日）");
        assert_eq!(ago(at("2026-03-30T00:00:00Z"), now, &tokyo, Lang::En), "1 day ago (30 Mar)");
        assert_eq!(ago(now, now, &tokyo, Lang::Ja), "同日（3月31日）");
    }
}
