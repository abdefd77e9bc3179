//! Which run stands for the hospital on a day, and which only for the part that it looked at.

use std::collections::BTreeSet;

use daicho_shared::id::RunId;
use ipnet::IpNet;
use jiff::ToSpan;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::store::RunInfo;

/// A run of fewer networks does not stand for the hospital if a wider one is no more days away than this.
const RECENT: i32 = 31;

/// The last judged run until a day, but none that looked at a part only while another of those weeks looked at more.
pub(super) fn chosen(runs: &[RunInfo], day: Date, tz: &TimeZone) -> Option<RunId> {
    last(runs, day, tz).map(|run| run.id.clone())
}

/// Days of which there is a diagram of the whole hospital: the day's own run is drawn for it, that ended, and looked at
/// no less than another of those weeks.
pub(super) fn days(runs: &[RunInfo], day: Date, tz: &TimeZone) -> Vec<Date> {
    let until: Vec<&RunInfo> = runs.iter().filter(|run| counts(run, day, tz)).collect();
    let on: BTreeSet<Date> = until.iter().map(|run| started(run, tz)).collect();
    let drawn = |day: &Date| last(runs, *day, tz).filter(|run| started(run, tz) == *day && run.complete);
    let near = |run: &RunInfo, other: &RunInfo| {
        started(run, tz).until(started(other, tz)).is_ok_and(|span| span.get_days().abs() <= RECENT)
    };
    let whole = |run: &RunInfo| !until.iter().any(|other| near(run, other) && is_wider(other, run));
    on.into_iter().filter(|day| drawn(day).is_some_and(whole)).collect()
}

/// The last judged run until a day that looked at this network to the end, e.g. `audit --closed`.
pub(super) fn of_network(runs: &[RunInfo], network: IpNet, day: Date, tz: &TimeZone) -> Option<RunId> {
    let until = runs.iter().filter(|run| run.complete && counts(run, day, tz));
    let looked = until.filter(|run| run.scope.iter().any(|scope| scope.contains(&network)));
    looked.max_by_key(|run| run.started).map(|run| run.id.clone())
}

/// Judged runs after this one until a day, of each scope the newest: they looked at a part only, and what they saw is newer.
pub(super) fn later(runs: &[RunInfo], than: &RunId, day: Date, tz: &TimeZone) -> Vec<RunId> {
    let Some(than) = runs.iter().find(|run| run.id == *than) else { return vec![] };
    let after: Vec<&RunInfo> = runs.iter().filter(|run| counts(run, day, tz) && run.started > than.started).collect();
    let newer = |run: &RunInfo| after.iter().any(|other| other.started > run.started && covers(other, run));
    after.iter().filter(|run| !newer(run)).map(|run| run.id.clone()).collect()
}

fn last<'r>(runs: &'r [RunInfo], day: Date, tz: &TimeZone) -> Option<&'r RunInfo> {
    let until: Vec<&RunInfo> = runs.iter().filter(|run| counts(run, day, tz)).collect();
    let last = until.iter().map(|run| started(run, tz)).max()?;
    let since = last.checked_sub(RECENT.days()).ok()?;
    let recent: Vec<&RunInfo> = until.into_iter().filter(|run| started(run, tz) >= since).collect();
    let part = |run: &RunInfo| recent.iter().any(|other| is_wider(other, run));
    recent.iter().copied().filter(|run| !part(run)).max_by_key(|run| run.started)
}

/// It was judged, until a day, and is the hospital's own: what a vendor handed in is about its devices only.
fn counts(run: &RunInfo, day: Date, tz: &TimeZone) -> bool {
    run.judged && run.vendor.is_none() && started(run, tz) <= day
}

fn started(run: &RunInfo, tz: &TimeZone) -> Date {
    run.started.to_zoned(tz.clone()).date()
}

/// It looked at everything that the other one looked at, and at more.
fn is_wider(one: &RunInfo, other: &RunInfo) -> bool {
    covers(one, other) && !covers(other, one)
}

fn covers(one: &RunInfo, other: &RunInfo) -> bool {
    other.scope.iter().all(|network| one.scope.iter().any(|wider| wider.contains(network)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(id: &str, day: &str, scope: &[&str]) -> RunInfo {
        RunInfo {
            id: id.into(),
            host: "scanner".into(),
            scope: scope.iter().map(|network| network.parse().unwrap()).collect(),
            started: format!("{day}T02:00:00Z").parse().unwrap(),
            finished: None,
            complete: true,
            reason: None,
            observations: 1,
            judged: true,
            vendor: None,
        }
    }

    #[test]
    fn a_run_of_one_segment_does_not_stand_for_the_hospital() {
        let runs = [
            run("old", "2026-01-05", &["10.0.0.0/8"]),
            run("whole", "2026-03-20", &["10.0.0.0/16", "10.1.0.0/24"]),
            run("closed", "2026-03-25", &["10.1.0.0/24"]),
            run("later", "2026-04-02", &["10.0.0.0/8"]),
            RunInfo { vendor: Some("B社".into()), ..run("vendor", "2026-03-30", &["10.0.0.0/8"]) },
            RunInfo { judged: false, ..run("raw", "2026-03-30", &["10.0.0.0/8"]) },
            RunInfo { vendor: Some("B社".into()), ..run("theirs", "2026-03-30", &["10.0.0.0/8"]) },
        ];
        let on = |day: &str| chosen(&runs, day.parse().unwrap(), &TimeZone::UTC).map(|run| run.0.to_string());
        assert_eq!(on("2026-03-31").as_deref(), Some("whole"));
        assert_eq!(on("2026-03-19").as_deref(), Some("old"));
        assert_eq!(on("2026-04-02").as_deref(), Some("later"));
        assert_eq!(on("2026-01-04"), None);
        let later = |than: &str, day: &str| later(&runs, &than.into(), day.parse().unwrap(), &TimeZone::UTC);
        assert_eq!(later("whole", "2026-03-31"), ["closed".into()]);
        assert_eq!(later("old", "2026-03-31"), ["whole".into(), "closed".into()]);
        assert!(later("closed", "2026-03-31").is_empty());
    }

    #[test]
    fn a_part_of_the_hospital_is_no_version_of_its_diagram() {
        let whole = |day: &str| run(day, day, &["10.0.0.0/16", "10.1.0.0/24"]);
        let mut runs = vec![
            run("part before", "2026-01-04", &["10.1.0.0/24"]),
            whole("2026-01-05"),
            whole("2026-03-20"),
            run("closed", "2026-03-20", &["10.1.0.0/24"]),
            run("closed again", "2026-03-25", &["10.1.0.0/24"]),
            RunInfo { complete: false, ..whole("2026-03-26") },
            whole("2026-04-02"),
        ];
        let told = |runs: &[RunInfo]| days(runs, "2026-03-31".parse().unwrap(), &TimeZone::UTC);
        let whole_days = ["2026-01-05".parse().unwrap(), "2026-03-20".parse().unwrap()];
        assert_eq!(told(&runs), whole_days);
        runs.retain(|run| run.id != RunId::from("2026-03-20"));
        assert_eq!(told(&runs), whole_days[..1], "a day with a part alone has none");
        let of = |network: &str, day: &str| {
            of_network(&runs, network.parse().unwrap(), day.parse().unwrap(), &TimeZone::UTC)
        };
        assert_eq!(of("10.1.0.0/24", "2026-03-31"), Some("closed again".into()));
        assert_eq!(of("10.2.0.0/16", "2026-03-31"), None);
    }
}
