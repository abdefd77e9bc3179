//! When a declared device can be expected to be switched on: `config/hours.toml`.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time, Weekday};
use jiff::tz::Offset;
use serde::Deserialize;
use unicode_normalization::UnicodeNormalization;

use super::entry::{DeviceType, Entry};
use super::group::Group;

/// `config/hours.toml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hours {
    /// What the hospital's clocks are ahead of UTC, in minutes.
    pub utc_offset_minutes: i32,
    /// Month and day of the days that are no working days in any year, e.g. `12-31`.
    pub closed_yearly: BTreeSet<String>,
    /// Public holidays.
    pub closed: BTreeSet<Date>,
    /// In order: the first that fits decides.
    pub on: Vec<On>,
}

/// When devices of a kind are switched on.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct On {
    /// A name for the hours.
    pub name: String,
    /// 機器区分; none means every one.
    #[serde(default)]
    pub types: Vec<DeviceType>,
    /// Words of which one stands in the row's texts; none means that the texts do not matter.
    #[serde(default)]
    pub words: Vec<String>,
    /// On which days.
    pub days: Days,
    /// From this local time on.
    #[serde(default)]
    pub from: Option<Time>,
    /// Until this local time.
    #[serde(default)]
    pub until: Option<Time>,
}

/// On which days a device is switched on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Days {
    /// All.
    Every,
    /// Monday to Friday, without the days on which the hospital is closed.
    Weekdays,
}

impl Hours {
    /// The device could be on from the run's first question to its last. A run without an end is one moment.
    pub(crate) fn cover(&self, group: &Group<'_>, started: Timestamp, finished: Option<Timestamp>) -> bool {
        let Some(on) = self.on.iter().find(|on| on.fits(group)) else { return true };
        let whole = on.days == Days::Every && on.from.is_none() && on.until.is_none();
        let (first, last) = (self.local(started), self.local(finished.unwrap_or(started)));
        let covers = |at: DateTime| on.covers(at) && (on.days == Days::Every || self.is_working_day(at.date()));
        whole || (covers(first) && covers(last) && (on.is_round_the_clock() || first.date() == last.date()))
    }

    fn is_working_day(&self, day: Date) -> bool {
        let weekend = matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
        let yearly = self.closed_yearly.contains(&format!("{:02}-{:02}", day.month(), day.day()));
        !weekend && !yearly && !self.closed.contains(&day)
    }

    /// The day of a moment, where the hospital is.
    pub(crate) fn day(&self, at: Timestamp) -> Date {
        self.local(at).date()
    }

    /// The hospital's own time.
    pub(crate) fn local(&self, at: Timestamp) -> DateTime {
        let seconds = self.utc_offset_minutes.saturating_mul(60);
        Offset::from_seconds(seconds).unwrap_or(Offset::UTC).to_datetime(at)
    }
}

impl On {
    fn fits(&self, group: &Group<'_>) -> bool {
        let typed =
            self.types.is_empty() || group.any(|row| row.device_type.is_some_and(|it| self.types.contains(&it)));
        typed && (self.words.is_empty() || group.any(|row| self.names(row)))
    }

    fn names(&self, row: &Entry) -> bool {
        let texts = [&row.location, &row.department, &row.description, &row.purpose];
        let fold = |text: &str| text.nfkc().collect::<String>().to_lowercase();
        let texts: Vec<String> = texts.into_iter().flatten().map(|text| fold(text)).collect();
        self.words.iter().map(|word| fold(word)).any(|word| texts.iter().any(|text| text.contains(&word)))
    }

    fn is_round_the_clock(&self) -> bool {
        self.from.is_none() && self.until.is_none()
    }

    /// The time of day lies within the hours.
    fn covers(&self, at: DateTime) -> bool {
        let since = self.from.is_none_or(|from| from <= at.time());
        since && self.until.is_none_or(|until| at.time() <= until)
    }
}

#[cfg(test)]
mod tests {
    use super::super::group::groups;
    use super::super::sample::{KNOWLEDGE, row};
    use super::*;

    fn covers(change: impl FnOnce(&mut Entry), started: &str, finished: &str) -> bool {
        let mut rows = [row(1)];
        change(&mut rows[0]);
        let group = &groups(&rows, &KNOWLEDGE)[0];
        KNOWLEDGE.hours.cover(group, started.parse().unwrap(), finished.parse().ok())
    }

    const NIGHT: [&str; 2] = ["2026-03-30T17:00:00Z", "2026-03-30T18:00:00Z"];
    const TUESDAY: [&str; 2] = ["2026-03-31T02:00:00Z", "2026-03-31T03:00:00Z"];
    const SUNDAY: [&str; 2] = ["2026-03-29T02:00:00Z", "2026-03-29T03:00:00Z"];

    #[test]
    fn an_outpatient_terminal_is_off_at_night_and_on_sundays() {
        let at = |run: [&str; 2]| covers(|row| row.location = Some("内科外来".into()), run[0], run[1]);
        assert_eq!([at(NIGHT), at(TUESDAY), at(SUNDAY)], [false, true, false]);
        assert!(!at([TUESDAY[0], "2026-03-31T11:00:00Z"]), "it ended in the evening");
        assert!(!at([TUESDAY[0], "2026-04-01T03:00:00Z"]), "there was a night in between");
    }

    /// Tuesday 2026-09-22 lies between two holidays; a hospital closes at the turn of the year.
    #[test]
    fn an_outpatient_terminal_is_off_on_holidays() {
        let at = |day: &str| {
            let [from, until] = ["02", "03"].map(|hour| format!("{day}T{hour}:00:00Z"));
            covers(|row| row.location = Some("内科外来".into()), &from, &until)
        };
        for day in ["2026-09-22", "2026-05-06", "2027-03-22", "2026-12-29", "2099-01-03"] {
            assert!(!at(day), "{day}");
        }
        for day in ["2026-09-24", "2026-05-07", "2026-12-28", "2027-01-04"] {
            assert!(at(day), "{day}");
        }
    }

    /// What is listed are days, and none of them a weekend, which needs no listing.
    #[test]
    fn the_closed_days_are_days() {
        let hours = &KNOWLEDGE.hours;
        assert!(hours.closed_yearly.iter().all(|day| format!("2028-{day}").parse::<Date>().is_ok()));
        let weekend = |day: &Date| matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
        assert!(!hours.closed.iter().any(weekend));
    }

    #[test]
    fn a_server_and_a_ward_are_always_on() {
        assert!(covers(|row| row.device_type = Some(DeviceType::Server), NIGHT[0], NIGHT[1]));
        assert!(covers(|row| row.location = Some("ＩＣＵ 3床".into()), NIGHT[0], NIGHT[1]));
        assert!(covers(|row| row.department = Some("3階西病棟".into()), SUNDAY[0], NIGHT[1]));
    }
}
