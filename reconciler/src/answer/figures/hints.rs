//! Hints by device: services that nobody explained, management that answers where it should not, systems whose last day of
//! support has passed. Counted are findings, of which there is one a device.

use super::super::figure::{Figure, Value, Why};
use super::super::ground::Ground;
use super::concern::is_of;
use crate::judge::entry::DeviceType;
use crate::judge::finding::Finding;

/// Hosts that offer what is seldom needed, and nobody explained it.
pub(super) fn unexplained(ground: &Ground<'_>) -> Figure {
    unsettled(ground, "unneeded_services", &[])
}

/// Of these, servers.
pub(super) fn servers_unexplained(ground: &Ground<'_>) -> Figure {
    unsettled(ground, "unneeded_services", &[DeviceType::Server])
}

/// Of these, client PCs.
pub(super) fn clients_unexplained(ground: &Ground<'_>) -> Figure {
    unsettled(ground, "unneeded_services", &[DeviceType::Client])
}

/// Equipment whose management answers from a segment that is not for it.
pub(super) fn management_from_clinical(ground: &Ground<'_>) -> Figure {
    unsettled(ground, "management_reachable", &[])
}

/// Systems beyond their last day of support, as far as is known.
pub(super) fn beyond_end(ground: &Ground<'_>) -> Figure {
    ended(ground, &[])
}

/// Of these, servers and client PCs.
pub(super) fn hosts_beyond_end(ground: &Ground<'_>) -> Figure {
    ended(ground, &[DeviceType::Server, DeviceType::Client])
}

/// Of these, servers.
pub(super) fn servers_beyond_end(ground: &Ground<'_>) -> Figure {
    ended(ground, &[DeviceType::Server])
}

/// Of these, client PCs.
pub(super) fn clients_beyond_end(ground: &Ground<'_>) -> Figure {
    ended(ground, &[DeviceType::Client])
}

/// Of these, network devices.
pub(super) fn network_beyond_end(ground: &Ground<'_>) -> Figure {
    ended(ground, &[DeviceType::Network])
}

/// What people decided ends the question.
fn unsettled(ground: &Ground<'_>, code: &str, kinds: &[DeviceType]) -> Figure {
    counted(ground, ground.unsettled(&[code]).filter(|finding| is_among(ground, finding, kinds)))
}

/// What people decided makes no system younger.
fn ended(ground: &Ground<'_>, kinds: &[DeviceType]) -> Figure {
    let ended = ground.verdict.findings.iter().filter(|finding| finding.kind.code() == "support_ended");
    counted(ground, ended.filter(|finding| is_among(ground, finding, kinds)))
}

/// Of one of these kinds; of any, where none is named.
fn is_among(ground: &Ground<'_>, finding: &Finding, kinds: &[DeviceType]) -> bool {
    kinds.is_empty() || is_of(ground, finding, kinds)
}

/// Where nothing answered at all, nobody knows.
fn counted<'a>(ground: &Ground<'a>, findings: impl Iterator<Item = &'a Finding>) -> Figure {
    if ground.verdict.assets.is_empty() {
        return Figure::new(Value::Unknown { why: Why::NothingSeen }, Some(ground.scanned), vec![]);
    }
    Figure::count(findings.map(|finding| ground.behind(finding)).collect(), Some(ground.scanned))
}

#[cfg(test)]
mod tests {
    use daicho_shared::fact::{Fact, Transport};
    use jiff::tz::TimeZone;

    use super::*;
    use crate::judge::review::standing::{Standing, State};
    use crate::judge::sample::{KNOWLEDGE, World, keyed};
    use crate::judge::verdict::Verdict;

    /// A server past its support and a client PC, both with Telnet.
    fn world() -> World {
        let mut world = World::new();
        for (number, kind) in [(5, DeviceType::Server), (6, DeviceType::Client)] {
            let (address, mac) = (format!("10.0.0.{number}"), format!("00:80:A3:00:00:0{number}"));
            world.arp(&address, &mac);
            let telnet = Fact::Service {
                transport: Transport::Tcp,
                port: 23,
                protocol: "telnet".into(),
                product: None,
                version: None,
                banner: None,
            };
            world.see(&address, "greeting", vec![telnet]);
            let mut row = keyed(number, &address, &mac);
            row.device_type = Some(kind);
            row.os = (kind == DeviceType::Server).then(|| "Windows Server 2012 R2".to_owned());
            world.rows.push(row);
        }
        world
    }

    fn counts(verdict: &Verdict, figures: &[fn(&Ground<'_>) -> Figure]) -> Vec<Value> {
        let ground = Ground::new(verdict, &KNOWLEDGE, "2026-03-31".parse().unwrap(), &[], &TimeZone::UTC);
        figures.iter().map(|figure| figure(&ground).value).collect()
    }

    fn count(count: usize) -> Value {
        Value::Count { count }
    }

    #[test]
    fn hosts_are_counted_by_kind_and_each_stands_behind_its_figure() {
        let verdict = world().verdict();
        let services = counts(&verdict, &[unexplained, servers_unexplained, clients_unexplained]);
        assert_eq!(services, [count(2), count(1), count(1)]);
        let ended = counts(
            &verdict,
            &[beyond_end, hosts_beyond_end, servers_beyond_end, clients_beyond_end, network_beyond_end],
        );
        assert_eq!(ended, [count(1), count(1), count(1), count(0), count(0)]);
        let ground = Ground::new(&verdict, &KNOWLEDGE, "2026-03-31".parse().unwrap(), &[], &TimeZone::UTC);
        assert_eq!(unexplained(&ground).lacking(), 2);
    }

    #[test]
    fn a_decision_answers_a_question_and_makes_no_system_younger() {
        let mut verdict = world().verdict();
        for finding in &verdict.findings {
            let standing = Standing { state: State::Closed, ..Standing::default() };
            verdict.reviewed.standings.insert(finding.id.clone(), standing);
        }
        assert_eq!(counts(&verdict, &[unexplained, beyond_end]), [count(0), count(1)]);
    }

    #[test]
    fn where_nothing_answered_nobody_knows() {
        let unknown = Value::Unknown { why: Why::NothingSeen };
        let verdict = World::new().verdict();
        assert_eq!(counts(&verdict, &[unexplained, management_from_clinical, beyond_end]), [unknown; 3]);
    }
}
