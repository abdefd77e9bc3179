//! A figure: what it comes to, on which day, and what stands behind it.

use ipnet::IpNet;
use jiff::ToSpan;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::question::Criterion;
use crate::judge::asset::{Class, Grade};
use crate::judge::entry::{Field, Origin};
use crate::judge::finding::{Kind, Severity};

/// Things behind one figure that are kept by name; of more, the number.
pub const BEHIND: usize = 200;

/// One figure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figure {
    /// What it comes to.
    pub value: Value,
    /// The day of what it was counted from: of the scan, or of the ledger.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Date>,
    /// What keeps it from being better: the rows with an empty cell, the findings that are open. At most [`BEHIND`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub behind: Vec<Behind>,
    /// How many more there are.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub more: usize,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde wants it so")]
fn is_zero(number: &usize) -> bool {
    *number == 0
}

/// What a figure comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Value {
    /// So many of so many.
    Share {
        /// Those for which it is so.
        part: usize,
        /// All; never 0.
        of: usize,
    },
    /// So many.
    Count {
        /// How many.
        count: usize,
    },
    /// A day.
    Day {
        /// Which.
        day: Date,
    },
    /// 該当なし: there is nothing that it could be counted of, and that is known.
    None,
    /// Nobody knows.
    Unknown {
        /// Why.
        why: Why,
    },
}

/// Why nobody knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// No list of departments was imported.
    NoDepartments,
    /// No department has stated a number.
    NoStatement,
    /// Neither the list of segments nor the ledger names a network.
    NoSegments,
    /// No device of this kind is in the ledger.
    NoRows,
    /// The ledger does not say when it was updated.
    NoDate,
    /// No vendor was imported.
    NoVendors,
    /// No remote maintenance was imported.
    NoRemote,
    /// Nothing was received yet.
    NothingReceived,
    /// No meeting was recorded.
    NoMeeting,
    /// Nothing was seen.
    NothingSeen,
    /// There is no diagram.
    NoDiagram,
}

/// One thing behind a figure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum Behind {
    /// A ledger row, of a device or of any register.
    Row {
        /// Its id.
        row: String,
        /// Where it stands.
        origin: Origin,
        /// What people call it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
        /// 部門.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        department: Option<String>,
        /// The column that is missing or wrong, where one is meant.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        field: Option<Field>,
    },
    /// A finding.
    Finding {
        /// Its identity.
        id: String,
        /// What it says.
        says: Kind,
        /// How urgent.
        severity: Severity,
        /// How sure.
        grade: Grade,
        /// The device: its address or MAC address, or the row's name.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        device: Option<String>,
        /// 部門.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        department: Option<String>,
    },
    /// A ledger row that says otherwise than what was seen of its device.
    Otherwise {
        /// Its id.
        row: String,
        /// Where it stands.
        origin: Origin,
        /// What people call it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
        /// 部門.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        department: Option<String>,
        /// The column.
        field: Field,
        /// What the device seems to be.
        class: Class,
    },
    /// A machine that was seen.
    Machine {
        /// Its id.
        asset: String,
        /// Its address or MAC address.
        device: String,
        /// Its class, as a code.
        class: String,
    },
    /// A department.
    Department {
        /// Its name.
        name: String,
    },
    /// A segment.
    Segment {
        /// Its network.
        network: IpNet,
        /// Its name.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
    },
}

/// Whether a criterion is met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Met {
    /// It is.
    Yes,
    /// It is not.
    No,
    /// Nobody knows.
    Unknown,
}

impl Figure {
    /// A share of `all`; whatever does not hold stands behind it.
    pub(super) fn share<T>(
        all: &[T],
        at: Option<Date>,
        empty: Value,
        holds: impl Fn(&T) -> Result<(), Box<Behind>>,
    ) -> Self {
        let missing: Vec<Behind> = all.iter().filter_map(|one| holds(one).err()).map(|one| *one).collect();
        let part = all.len() - missing.len();
        let value = if all.is_empty() { empty } else { Value::Share { part, of: all.len() } };
        Self::new(value, at, missing)
    }

    pub(super) fn count(counted: Vec<Behind>, at: Option<Date>) -> Self {
        Self::new(Value::Count { count: counted.len() }, at, counted)
    }

    pub(super) fn day(day: Option<Date>, otherwise: Why) -> Self {
        Self::new(day.map_or(Value::Unknown { why: otherwise }, |day| Value::Day { day }), day, vec![])
    }

    pub(super) fn new(value: Value, at: Option<Date>, mut behind: Vec<Behind>) -> Self {
        let more = behind.len().saturating_sub(BEHIND);
        behind.truncate(BEHIND);
        Self { value, at, behind, more }
    }

    /// How many things keep it from being better.
    pub fn lacking(&self) -> usize {
        self.behind.len() + self.more
    }
}

impl Criterion {
    /// Whether the figure meets it on a day. A day that lies ahead meets nothing: it is a mistake in the ledger.
    pub fn met(&self, value: Value, on: Date) -> Met {
        let yes = |met: bool| if met { Met::Yes } else { Met::No };
        match value {
            Value::None => Met::Yes,
            Value::Unknown { .. } => Met::Unknown,
            Value::Day { day } => self.within().map_or(Met::Unknown, |within| yes(is_within(day, within, on))),
            Value::Share { part, of } => self.compare(ratio(part, of)).map_or(Met::Unknown, yes),
            Value::Count { count } => self.compare(ratio(count, 1)).map_or(Met::Unknown, yes),
        }
    }

    fn within(&self) -> Option<Within> {
        self.days.map(Within::Days).or(self.months.map(Within::Months))
    }

    fn compare(&self, value: f64) -> Option<bool> {
        let least = self.at_least.map(|least| value >= least);
        least.or_else(|| self.at_most.map(|most| value <= most))
    }
}

/// How old something may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Within {
    Days(i32),
    /// By the calendar: what was confirmed on 31 March is 12 months old on 31 March, leap year or not.
    Months(i32),
}

/// The day is at most so long before the other one, and not after it.
pub(super) fn is_within(day: Date, within: Within, on: Date) -> bool {
    let span = match within {
        Within::Days(days) => days.days(),
        Within::Months(months) => months.months(),
    };
    day <= on && day.checked_add(span).is_ok_and(|last| on <= last)
}

/// Exact where it matters: all of them are 1, none of them is 0.
#[allow(clippy::cast_precision_loss, reason = "no ledger has so many rows")]
fn ratio(part: usize, of: usize) -> f64 {
    part as f64 / of.max(1) as f64
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn criterion(at_least: Option<f64>, days: Option<i32>, months: Option<i32>) -> Criterion {
        let text = String::new;
        Criterion {
            key: text(),
            text: text(),
            text_en: text(),
            figure: text(),
            at_least,
            at_most: None,
            days,
            months,
            findings: vec![],
            hint: false,
            todo: text(),
            todo_en: text(),
            takes_days: 30,
        }
    }

    #[test]
    fn a_date_that_lies_ahead_or_too_far_back_meets_nothing() {
        let met = |criterion: &Criterion, day: &str, on: &str| {
            criterion.met(Value::Day { day: day.parse().unwrap() }, on.parse().unwrap())
        };
        let year = criterion(None, None, Some(12));
        for (day, on, wanted) in [
            ("2026-03-31", "2026-03-31", Met::Yes),
            ("2025-03-31", "2026-03-31", Met::Yes),
            ("2025-03-30", "2026-03-31", Met::No),
            ("2026-04-01", "2026-03-31", Met::No),
            // 366 days.
            ("2023-03-31", "2024-03-31", Met::Yes),
            ("2023-03-30", "2024-03-31", Met::No),
            ("2024-02-29", "2025-02-28", Met::Yes),
            ("2024-02-29", "2025-03-01", Met::No),
        ] {
            assert_eq!(met(&year, day, on), wanted, "{day} on {on}");
        }
        let quarter = criterion(None, Some(90), None);
        assert_eq!(met(&quarter, "2025-12-31", "2026-03-31"), Met::Yes);
        assert_eq!(met(&quarter, "2025-12-30", "2026-03-31"), Met::No);
        let on = Date::constant(2026, 3, 31);
        assert_eq!(year.met(Value::Count { count: 1 }, on), Met::Unknown, "a count is no date");
        assert_eq!(year.met(Value::Unknown { why: Why::NoDate }, on), Met::Unknown);
    }

    proptest! {
        #[test]
        fn all_means_all(part in 0usize..100_000, more in 0usize..3) {
            let all = criterion(Some(1.0), None, None);
            let on = Date::constant(2026, 3, 31);
            let value = Value::Share { part, of: part + more };
            prop_assume!(part + more > 0);
            prop_assert_eq!(all.met(value, on) == Met::Yes, more == 0);
        }
    }
}
