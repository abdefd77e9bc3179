//! What computer are you, and what is installed on you? HOST-RESOURCES-MIB (RFC 2790): the clock,
//! memory, processors, and installed software.

use std::collections::BTreeSet;

use daicho_shared::fact::Fact;
use jiff::civil;

use super::variables::{Variables, as_text};
use super::{attribute, is_readable, read, scalars, table, ups};
#[cfg(test)]
use crate::probe::Variable;
use crate::probe::{Audience, Card, Known, Level, Probe, Question, Reading, Reply, SnmpValue};

/// The probe.
#[derive(Debug)]
pub struct Host;

static CARD: Card = Card {
    name: "snmp-host",
    title: "What computer are you, and what is installed on you? (read only)",
    title_ja: "時計・メモリー・CPU・導入済みソフトウェアの読み取り（SNMP HOST-RESOURCES-MIB）",
    standard: "RFC 2790 §4",
    packets: 8,
    level: Level::Query,
    may_upset: "a slow agent looks through its package list for a moment; at most six small requests",
    audience: Audience::Seeming(&["server", "pc", "thin-client", "hypervisor", "storage"]),
    why: "installed software with versions, for the ledger of programs",
    why_ja: "台帳に書くソフトウェアとその版を知るため",
};

/// `hrSystemDate`, `hrMemorySize` (kibibytes).
const DATE: &str = "1.3.6.1.2.1.25.1.2.0";
const MEMORY: &str = "1.3.6.1.2.1.25.2.2.0";
pub(super) const DEVICE_TYPE: &str = "1.3.6.1.2.1.25.3.2.1.2";
pub(super) const DEVICE_DESCRIPTION: &str = "1.3.6.1.2.1.25.3.2.1.3";
const SOFTWARE_NAME: &str = "1.3.6.1.2.1.25.6.3.1.2";
const SOFTWARE_DATE: &str = "1.3.6.1.2.1.25.6.3.1.5";

/// With them, whether it is a power supply that looks like a computer: many run Linux.
const SCALARS: &[&str] = &[DATE, MEMORY, ups::MAKER, ups::MODEL, ups::FIRMWARE];
const DEVICES: &[&str] = &[DEVICE_TYPE, DEVICE_DESCRIPTION];
const SOFTWARE: &[&str] = &[SOFTWARE_NAME, SOFTWARE_DATE];
/// The most rows of each: one request for devices, six for software.
const DEVICE_LIMIT: usize = 30;
const SOFTWARE_LIMIT: usize = 180;
/// `hrDeviceProcessor`, `hrDevicePrinter` (RFC 2790, `hrDeviceTypes`).
const PROCESSOR: &str = "1.3.6.1.2.1.25.3.1.3";
const PRINTER: &str = "1.3.6.1.2.1.25.3.1.5";

impl Probe for Host {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn ask(&self, known: &Known<'_>) -> Vec<Question> {
        let questions = [scalars(SCALARS), table(DEVICES, DEVICE_LIMIT), table(SOFTWARE, SOFTWARE_LIMIT)];
        if is_readable(known) { questions.into() } else { vec![] }
    }

    fn read(&self, question: &Question, reply: Reply<'_>) -> Reading {
        read(question, reply, facts)
    }
}

fn facts(variables: &Variables<'_>) -> Vec<Fact> {
    let mut facts = vec![];
    if let Some(SnmpValue::Octets(octets)) = variables.get(DATE)
        && let Some(time) = date_and_time(octets)
    {
        facts.push(match time {
            Moment::Known(time) => Fact::Clock { source: "host-resources".to_owned(), time },
            Moment::Local(time) => attribute("host-resources", "local-time", time.to_string()),
        });
    }
    let memory = variables.number(MEMORY).filter(|kibibytes| *kibibytes > 0);
    facts.extend(memory.map(|kibibytes| attribute("host-resources", "memory-kib", kibibytes.to_string())));
    facts.extend(devices(variables));
    facts.extend(software(variables));
    facts.extend(ups::facts(variables));
    facts
}

/// Processors and printers, each description once.
fn devices(variables: &Variables<'_>) -> BTreeSet<Fact> {
    let rows = variables.column(DEVICE_TYPE).filter_map(|(index, kind)| {
        let key = match as_text(kind).as_str() {
            PROCESSOR => "processor",
            PRINTER => "printer",
            _ => return None,
        };
        Some(attribute("host-resources", key, variables.said(&format!("{DEVICE_DESCRIPTION}.{index}"))?))
    });
    rows.collect()
}

fn software(variables: &Variables<'_>) -> Vec<Fact> {
    let names = variables.column(SOFTWARE_NAME).map(|(_, name)| as_text(name)).filter(|name| !name.is_empty());
    let version = |name: &str| dpkg(name).map(|(_, version)| version.to_owned());
    let mut facts: Vec<Fact> = names
        .map(|name| Fact::Software {
            source: "snmp".to_owned(),
            version: version(&name),
            name: dpkg(&name).map_or(name.clone(), |(package, _)| package.to_owned()),
        })
        .collect();
    let dates = variables.column(SOFTWARE_DATE).filter_map(|(_, date)| match date {
        SnmpValue::Octets(octets) => date_and_time(octets).map(Moment::date),
        _ => None,
    });
    let last = dates.max().map(|date| attribute("host-resources", "last-installed", date.to_string()));
    facts.extend(last);
    facts
}

/// `name_version_architecture`, as net-snmp tells a Debian package: a version begins with a digit.
fn dpkg(name: &str) -> Option<(&str, &str)> {
    let mut parts = name.split('_');
    let (package, version, architecture) = (parts.next()?, parts.next()?, parts.next()?);
    let is_one = parts.next().is_none()
        && !architecture.is_empty()
        && !package.contains(' ')
        && version.starts_with(|first: char| first.is_ascii_digit());
    is_one.then_some((package, version))
}

/// When something was, as the device says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Moment {
    /// With its distance from universal time.
    Known(jiff::Timestamp),
    /// On a clock somewhere.
    Local(civil::DateTime),
}

impl Moment {
    fn date(self) -> civil::Date {
        match self {
            Self::Known(time) => time.to_zoned(jiff::tz::TimeZone::UTC).date(),
            Self::Local(time) => time.date(),
        }
    }
}

/// `DateAndTime` (RFC 2579): year, month, day, hour, minute, second, tenths; sign, hours, minutes.
fn date_and_time(octets: &[u8]) -> Option<Moment> {
    let (&[high, low, month, day, hour, minute, second, _], zone) = octets.split_first_chunk::<8>()?;
    let small = |octet: u8| i8::try_from(octet).ok();
    let year = i16::from_be_bytes([high, low]);
    let (month, day, hour, minute) = (small(month)?, small(day)?, small(hour)?, small(minute)?);
    // A leap second counts as the one before it.
    let second = small(second)?.min(59);
    let local = civil::DateTime::new(year, month, day, hour, minute, second, 0).ok()?;
    let &[sign, hours, minutes] = zone else { return Some(Moment::Local(local)) };
    let distance = (i32::from(hours) * 60 + i32::from(minutes)) * 60;
    let distance = if sign == b'-' { -distance } else { distance };
    let offset = jiff::tz::Offset::from_seconds(distance).ok()?;
    Some(Moment::Known(offset.to_timestamp(local).ok()?))
}

#[cfg(test)]
pub(super) fn sample() -> Vec<Variable> {
    super::variables::told(&[
        (DATE, "x:07ea0b150a1e0f002b0900"),
        (MEMORY, "8388608"),
        ("1.3.6.1.2.1.25.3.2.1.2.1", "oid:1.3.6.1.2.1.25.3.1.3"),
        ("1.3.6.1.2.1.25.3.2.1.3.1", "Intel(R) Xeon(R)"),
        ("1.3.6.1.2.1.25.6.3.1.2.7", "openssh-server_1:9.2p1-2+deb12u3_amd64"),
        ("1.3.6.1.2.1.25.6.3.1.5.7", "x:07e8050109000000"),
        ("1.3.6.1.2.1.25.6.3.1.2.8", "Security Update for Windows Server 2012 (KB2756872)"),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_tells_its_clock_and_its_software() {
        let list = sample();
        let facts = facts(&Variables::new(&list));
        let expected = [
            Fact::Clock { source: "host-resources".into(), time: "2026-11-21T01:30:15Z".parse().unwrap() },
            attribute("host-resources", "processor", "Intel(R) Xeon(R)".into()),
            attribute("host-resources", "last-installed", "2024-05-01".into()),
            Fact::Software {
                source: "snmp".into(),
                name: "openssh-server".into(),
                version: Some("1:9.2p1-2+deb12u3".into()),
            },
        ];
        for fact in expected {
            assert!(facts.contains(&fact), "{fact:?}: {facts:?}");
        }
        assert!(
            facts
                .iter()
                .any(|fact| matches!(fact, Fact::Software { version: None, name, .. } if name.contains("KB2756872")))
        );
    }

    #[test]
    fn a_date_that_is_none_is_not_read() {
        for octets in [&b""[..], &[7, 0xea, 13, 1, 0, 0, 0, 0], &[7, 0xea, 1], &[0xff; 8], &[0xff; 11]] {
            assert_eq!(date_and_time(octets), None, "{octets:?}");
        }
    }
}
