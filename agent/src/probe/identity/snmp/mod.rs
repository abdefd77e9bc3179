//! What are you? SNMP with a configured credential: the system group (RFC 3418 §2), interfaces and routes
//! first, of everybody; then one MIB a file, each asked of the devices that it is about.

pub mod bridge;
pub mod engine;
pub mod entity;
pub mod host;
mod interfaces;
pub mod neighbours;
pub mod printer;
mod routes;
pub mod ups;
mod variables;

use daicho_shared::coverage::Outcome;
use daicho_shared::fact::{Fact, NameSource, Transport};

use self::variables::Variables;
use crate::probe::{
    Audience, Card, Known, Level, Probe, Question, Reading, Reply, SNMP_PAGES, SnmpRead, Variable, snmp_page_rows,
};

/// The probe.
#[derive(Debug)]
pub struct Snmp;

static CARD: Card = Card {
    name: "snmp",
    title: "What do you call yourself, and what are your interfaces, neighbours and routes? (read only)",
    title_ja: "機器の名称・説明・インターフェース・ARP表・経路表の読み取り（SNMP、設定した認証情報がある場合のみ）",
    standard: "RFC 3418 §2, RFC 2863, RFC 1213, RFC 4293, RFC 2096",
    packets: 8,
    level: Level::Query,
    may_upset: "a slow agent is busy for a moment; tables are read in small parts, and bounded",
    audience: Audience::Everybody,
    why: "the device's own description and every network it is connected to, where a read-only credential was given",
    why_ja: "読み取り用の認証情報がある場合に、機器自身の説明と、接続しているすべてのネットワークを読むため",
};

const SYSTEM: &str = "1.3.6.1.2.1.1";
/// `sysServices`: which layers it offers services on, as a sum of powers of two.
const SERVICES: &str = "1.3.6.1.2.1.1.7.0";
/// `ipForwarding`: forwarding(1), notForwarding(2).
const FORWARDING: &str = "1.3.6.1.2.1.4.1.0";

/// The system group and whether it forwards: who answers these is asked for its tables.
const SCALARS: &[&str] = &[
    "1.3.6.1.2.1.1.1.0",
    "1.3.6.1.2.1.1.2.0",
    "1.3.6.1.2.1.1.3.0",
    "1.3.6.1.2.1.1.4.0",
    "1.3.6.1.2.1.1.5.0",
    "1.3.6.1.2.1.1.6.0",
    SERVICES,
    FORWARDING,
];

impl Probe for Snmp {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn ask(&self, known: &Known<'_>) -> Vec<Question> {
        if known.snmp { vec![scalars(SCALARS)] } else { vec![] }
    }

    fn read(&self, question: &Question, reply: Reply<'_>) -> Reading {
        let table = interfaces::answer(question, reply).or_else(|| routes::answer(question, reply));
        table.unwrap_or_else(|| read_system(question, reply))
    }
}

/// Who answers is asked at once for its interfaces and routes: that is what tells a machine with a second
/// connection, whatever it turns out to be.
fn read_system(question: &Question, reply: Reply<'_>) -> Reading {
    let Reply::Variables { version, .. } = reply else { return read(question, reply, |_| vec![]) };
    let mut reading = read(question, reply, |variables| facts(variables, version));
    reading.follow = interfaces::questions().into_iter().chain(routes::questions()).collect();
    reading
}

fn facts(variables: &Variables<'_>, version: &str) -> Vec<Fact> {
    let mut facts = vec![service(version)];
    facts.extend(system(variables));
    let name = variables.said(&format!("{SYSTEM}.5.0"));
    facts.extend(name.map(|name| Fact::Name { source: NameSource::Snmp, name, domain: None }));
    let services = variables.number(SERVICES);
    facts.extend(services.map(|services| attribute("snmp", "services", services.to_string())));
    facts.extend(variables.number(FORWARDING).map(|value| Fact::Forwarding { enabled: value == 1 }));
    facts
}

fn service(version: &str) -> Fact {
    Fact::Service {
        transport: Transport::Udp,
        port: 161,
        protocol: "snmp".to_owned(),
        product: None,
        version: Some(version.to_owned()),
        banner: None,
    }
}

fn system(variables: &Variables<'_>) -> Option<Fact> {
    let scalar = |number: u8| variables.text(&format!("{SYSTEM}.{number}.0"));
    let (description, object_id) = (scalar(1), scalar(2));
    // sysUpTime counts hundredths of a second.
    let uptime = variables.number(&format!("{SYSTEM}.3.0")).unwrap_or(0);
    let told = !description.is_empty() || !object_id.is_empty();
    told.then(|| Fact::System {
        description,
        object_id,
        name: scalar(5),
        contact: scalar(4),
        location: scalar(6),
        uptime_seconds: u64::from(uptime) / 100,
    })
}

fn attribute(source: &str, key: &str, value: String) -> Fact {
    Fact::Attribute { source: source.to_owned(), key: key.to_owned(), value }
}

/// The device answered with one of the configured credentials: it may be asked for more.
fn is_readable(known: &Known<'_>) -> bool {
    let speaks = |fact: &Fact| matches!(fact, Fact::Service { port: 161, protocol, .. } if protocol == "snmp");
    known.snmp && known.facts.iter().any(speaks)
}

/// It joins segments: it seems to be a network device, or says that it works on layer 2 (RFC 3418,
/// `sysServices`).
fn is_bridge(known: &Known<'_>) -> bool {
    let says = |fact: &Fact| match fact {
        Fact::Attribute { source, key, value } if source == "snmp" && key == "services" => {
            value.parse::<u32>().is_ok_and(|services| services & 2 != 0 && services & 64 == 0)
        }
        _ => false,
    };
    known.seems("network") || known.facts.iter().any(says)
}

/// The private enterprise number of `sysObjectID`.
fn enterprise(known: &Known<'_>) -> Option<u32> {
    known.facts.iter().find_map(|fact| match fact {
        Fact::System { object_id, .. } => object_id.strip_prefix("1.3.6.1.4.1.")?.split('.').next()?.parse().ok(),
        _ => None,
    })
}

fn scalars(scalars: &'static [&'static str]) -> Question {
    Question::Snmp { read: SnmpRead::Scalars(scalars) }
}

/// A table from its first row, at most so many rows of it.
fn table(columns: &'static [&'static str], left: usize) -> Question {
    table_with(columns, left, vec![])
}

/// A table that is read together with what earlier answers told.
fn table_with(columns: &'static [&'static str], left: usize, known: Vec<Variable>) -> Question {
    Question::Snmp { read: SnmpRead::Rows { columns, after: None, left, known } }
}

/// Reads an answer's variables; every other end of a question is the same for every MIB.
fn read(question: &Question, reply: Reply<'_>, facts: impl FnOnce(&Variables<'_>) -> Vec<Fact>) -> Reading {
    match reply {
        Reply::Variables { variables, .. } => {
            let known = match question {
                Question::Snmp { read: SnmpRead::Rows { known, .. } } => known.as_slice(),
                _ => &[],
            };
            Reading::answered(facts(&Variables::new(known.iter().chain(variables))))
        }
        Reply::Refused => Reading::of(Outcome::Refused),
        _ => Reading::of(Outcome::Silent),
    }
}

/// The columns that a question is about.
fn columns(question: &Question) -> &'static [&'static str] {
    match question {
        Question::Snmp { read: SnmpRead::Rows { columns, .. } } => columns,
        _ => &[],
    }
}

/// The next part of a table that has more rows. Version 1 brings one row a request: there, as many
/// requests are made as for the other versions, and fewer rows read.
fn rest(question: &Question, reply: Reply<'_>) -> Option<Question> {
    let Question::Snmp { read: SnmpRead::Rows { columns, left, known, .. } } = question else { return None };
    let Reply::Variables { variables, version, more: true } = reply else { return None };
    let first = columns.first()?;
    let indexes = variables.iter().filter_map(|row| row.oid.strip_prefix(first)?.strip_prefix('.'));
    let (count, last) = indexes.fold((0, None), |(count, _), index| (count + 1, Some(index)));
    let cost = if version == "v1" { SNMP_PAGES * snmp_page_rows(columns.len()) } else { count };
    let left = left.saturating_sub(cost);
    let after = Some(last?.to_owned());
    (left > 0).then(|| Question::Snmp { read: SnmpRead::Rows { columns, after, left, known: known.clone() } })
}

/// A router's variables, for the laws: all MIBs together.
#[cfg(test)]
pub(crate) fn sample() -> Vec<Variable> {
    let system = variables::told(&[
        ("1.3.6.1.2.1.1.1.0", "Core router"),
        ("1.3.6.1.2.1.1.3.0", "4200"),
        ("1.3.6.1.2.1.1.5.0", "core1"),
        (SERVICES, "78"),
        (FORWARDING, "1"),
    ]);
    let parts = [interfaces::sample(), routes::sample(), entity::sample(), host::sample(), printer::sample()];
    let more = [ups::sample(), bridge::sample(), neighbours::sample()];
    system.into_iter().chain(parts.into_iter().chain(more).flatten()).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::probe::{PROBES, SnmpValue};

    /// A real identifier with another index, or with another value.
    fn hostile() -> impl Strategy<Value = Variable> {
        let value = prop_oneof![
            any::<i64>().prop_map(|number| SnmpValue::Number(number.into())),
            proptest::collection::vec(any::<u8>(), 0..40).prop_map(SnmpValue::Octets),
            Just(SnmpValue::Address([255, 0, 255, 0].into())),
            Just(SnmpValue::Nothing),
        ];
        let index = proptest::collection::vec(prop_oneof![0u32..40, any::<u32>()], 0..24);
        (any::<prop::sample::Index>(), 0usize..6, index, value).prop_map(|(which, cut, index, value)| {
            let sample = sample();
            let parts: Vec<&str> = sample[which.index(sample.len())].oid.split('.').collect();
            let kept = parts[..parts.len() - cut].iter().map(|part| (*part).to_owned());
            let oid: Vec<String> = kept.chain(index.iter().map(u32::to_string)).collect();
            Variable { oid: oid.join("."), value }
        })
    }

    proptest! {
        #[test]
        fn no_variable_panics(variables in proptest::collection::vec(hostile(), 0..60)) {
            let reply = Reply::Variables { variables: &variables, version: "v1", more: true };
            for probe in PROBES.iter().filter(|probe| probe.card().name.starts_with("snmp")) {
                let _ = probe.read(&scalars(SCALARS), reply);
                let _ = probe.read(&table(&["1.3.6.1.2.1.17.4.3.1.2"], 100), reply);
            }
        }
    }

    fn rows(left: usize) -> Question {
        table(&["1.2", "1.3"], left)
    }

    #[test]
    fn the_system_group_is_read_and_an_empty_one_is_not() {
        let list = sample();
        let told = facts(&Variables::new(&list), "v2c");
        assert!(told.contains(&Fact::Name { source: NameSource::Snmp, name: "core1".into(), domain: None }));
        assert!(told.contains(&Fact::Forwarding { enabled: true }));
        assert_eq!(facts(&Variables::new(&[]), "v2c").len(), 1);
    }

    #[test]
    fn a_table_goes_on_after_its_last_row_while_there_is_more_and_may_be() {
        let list = variables::told(&[("1.2.7", "a"), ("1.2.8", "b"), ("1.3.7", "c")]);
        let reply = |version, more| Reply::Variables { variables: &list, version, more };
        let Some(Question::Snmp { read: SnmpRead::Rows { after, left, .. } }) = rest(&rows(9), reply("v2c", true))
        else {
            panic!("the table ended")
        };
        assert_eq!((after.as_deref(), left), (Some("8"), 7));
        assert!(rest(&rows(9), reply("v2c", false)).is_none() && rest(&rows(2), reply("v2c", true)).is_none());
        assert!(rest(&rows(180), reply("v1", true)).is_none(), "six requests were made");
    }
}
