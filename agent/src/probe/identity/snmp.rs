//! What are you, and what are your interfaces and neighbours? SNMP with a configured credential:
//! system group (RFC 3418 §2), interfaces (RFC 2863), addresses and ARP table (RFC 1213), forwarding
//! and routes (RFC 1213, RFC 4292), bridge table (RFC 4188).

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};

use daicho_shared::address::Mac;
use daicho_shared::coverage::Outcome;
use daicho_shared::fact::{Fact, NameSource, Transport};
use daicho_shared::text;
use ipnet::Ipv4Net;

use crate::probe::{
    Audience, Card, Known, Level, Probe, Question, Reading, Reply, SNMP_PAGE_ROWS, SNMP_PAGES, SnmpRead, SnmpValue,
    Variable,
};

/// The probe.
#[derive(Debug)]
pub struct Snmp;

static CARD: Card = Card {
    name: "snmp",
    title: "What are you, and what are your interfaces and neighbours? (read only)",
    title_ja: "機器情報・インターフェース・ARP表の読み取り（SNMP、設定した認証情報がある場合のみ）",
    standard: "RFC 3418 §2, RFC 2863, RFC 1213, RFC 4188",
    packets: 8,
    level: Level::Query,
    may_upset: "a slow agent is busy for a moment; tables are read in small parts, and bounded",
    audience: Audience::Everybody,
    why: "the device's own description, where a read-only credential was given",
    why_ja: "読み取り用の認証情報がある場合に、機器自身の説明を読むため",
};

const SYSTEM: &str = "1.3.6.1.2.1.1";
const FORWARDING: &str = "1.3.6.1.2.1.4.1.0";
const IF_TABLE: &str = "1.3.6.1.2.1.2.2.1";
const IF_NAME: &str = "1.3.6.1.2.1.31.1.1.1.1";
const ADDRESSES: &str = "1.3.6.1.2.1.4.20.1";
const ARP: &str = "1.3.6.1.2.1.4.22.1.2";
const ROUTE_NEXT_HOP: &str = "1.3.6.1.2.1.4.21.1.7";
const ROUTE_MASK: &str = "1.3.6.1.2.1.4.21.1.11";
const BRIDGE_PORT: &str = "1.3.6.1.2.1.17.4.3.1.2";
/// `ifDescr`, `ifType`, `ifPhysAddress`, `ifOperStatus`.
const IF_DESCR: &str = "1.3.6.1.2.1.2.2.1.2";
const IF_TYPE: &str = "1.3.6.1.2.1.2.2.1.3";
const IF_MAC: &str = "1.3.6.1.2.1.2.2.1.6";
const IF_STATUS: &str = "1.3.6.1.2.1.2.2.1.8";
const ADDRESS_INDEX: &str = "1.3.6.1.2.1.4.20.1.2";
const ADDRESS_MASK: &str = "1.3.6.1.2.1.4.20.1.3";

/// The system group and whether it forwards: who answers these is asked for its tables.
const SCALARS: &[&str] = &[
    "1.3.6.1.2.1.1.1.0",
    "1.3.6.1.2.1.1.2.0",
    "1.3.6.1.2.1.1.3.0",
    "1.3.6.1.2.1.1.4.0",
    "1.3.6.1.2.1.1.5.0",
    "1.3.6.1.2.1.1.6.0",
    FORWARDING,
];

/// Tables, and the most rows that are read of each.
const TABLES: &[(&[&str], usize)] = &[
    (&[IF_DESCR, IF_TYPE, IF_MAC, IF_STATUS, IF_NAME], 144),
    (&[ADDRESS_INDEX, ADDRESS_MASK], 72),
    (&[ARP], 288),
    (&[ROUTE_NEXT_HOP, ROUTE_MASK], 72),
    (&[BRIDGE_PORT], 288),
];

impl Probe for Snmp {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn ask(&self, known: &Known<'_>) -> Vec<Question> {
        if known.snmp { vec![Question::Snmp { read: SnmpRead::Scalars(SCALARS) }] } else { vec![] }
    }

    fn read(&self, question: &Question, reply: Reply<'_>) -> Reading {
        match reply {
            Reply::Variables { variables, version } => {
                let mut reading = Reading::answered(facts(variables, version));
                reading.follow = follow(question, variables);
                reading
            }
            Reply::Refused => Reading::of(Outcome::Refused),
            _ => Reading::of(Outcome::Silent),
        }
    }
}

/// After the scalars, every table; after a full part of a table, the next part.
fn follow(question: &Question, variables: &[Variable]) -> Vec<Question> {
    let rows = |columns, after, left| Question::Snmp { read: SnmpRead::Rows { columns, after, left } };
    match question {
        Question::Snmp { read: SnmpRead::Scalars(_) } => {
            TABLES.iter().map(|(columns, left)| rows(*columns, None, *left)).collect()
        }
        Question::Snmp { read: SnmpRead::Rows { columns, left, .. } } => {
            let first = columns.first().copied().unwrap_or_default();
            let indexes = variables.iter().filter_map(|row| row.oid.strip_prefix(first)?.strip_prefix('.'));
            let (count, last) = indexes.fold((0, None), |(count, _), index| (count + 1, Some(index.to_owned())));
            let left = left.saturating_sub(count);
            let is_full = count >= SNMP_PAGES * SNMP_PAGE_ROWS && left > 0;
            is_full.then(|| rows(*columns, last, left)).into_iter().collect()
        }
        _ => vec![],
    }
}

/// Everything that was read, by object and then by index.
struct Table<'a>(BTreeMap<&'a str, &'a SnmpValue>);

fn facts(variables: &[Variable], version: &str) -> Vec<Fact> {
    let table = Table(variables.iter().map(|variable| (variable.oid.as_str(), &variable.value)).collect());
    let mut facts = vec![service(version)];
    facts.extend(table.system());
    facts.extend(table.name());
    facts.extend(table.interfaces());
    facts.extend(table.addresses());
    facts.extend(table.neighbours());
    facts.extend(table.routes());
    facts.extend(table.bridge());
    if let Some(SnmpValue::Number(value)) = table.get(FORWARDING) {
        // ipForwarding: forwarding(1), notForwarding(2).
        facts.push(Fact::Forwarding { enabled: *value == 1 });
    }
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

impl<'a> Table<'a> {
    fn get(&self, oid: &str) -> Option<&'a SnmpValue> {
        self.0.get(oid).copied()
    }

    fn text(&self, oid: &str) -> String {
        match self.get(oid) {
            Some(SnmpValue::Octets(octets)) => text::bounded_bytes(octets),
            Some(SnmpValue::ObjectId(oid)) => oid.clone(),
            _ => String::new(),
        }
    }

    fn number(&self, oid: &str) -> Option<u32> {
        match self.get(oid)? {
            SnmpValue::Number(number) => u32::try_from(*number).ok(),
            _ => None,
        }
    }

    /// The rows of one column: what follows it in the identifier, and the value.
    fn column(&self, column: &'static str) -> impl Iterator<Item = (&'a str, &'a SnmpValue)> {
        let inside = move |oid: &'a str| oid.strip_prefix(column)?.strip_prefix('.');
        self.0.iter().filter_map(move |(oid, value)| Some((inside(oid)?, *value)))
    }

    fn system(&self) -> Option<Fact> {
        let scalar = |number: u8| self.text(&format!("{SYSTEM}.{number}.0"));
        self.get(&format!("{SYSTEM}.1.0"))?;
        // sysUpTime counts hundredths of a second.
        let uptime = self.number(&format!("{SYSTEM}.3.0")).unwrap_or(0);
        Some(Fact::System {
            description: scalar(1),
            object_id: scalar(2),
            name: scalar(5),
            contact: scalar(4),
            location: scalar(6),
            uptime_seconds: u64::from(uptime) / 100,
        })
    }

    fn name(&self) -> Option<Fact> {
        let name = Some(self.text(&format!("{SYSTEM}.5.0"))).filter(|name| !name.is_empty())?;
        Some(Fact::Name { source: NameSource::Snmp, name, domain: None })
    }

    fn interfaces(&self) -> Vec<Fact> {
        let rows = self.column(IF_DESCR).filter_map(|(index, _)| Some((index, index.parse::<u32>().ok()?)));
        rows.map(|(index, number)| {
            let name = self.text(&format!("{IF_NAME}.{index}"));
            let name = if name.is_empty() { self.text(&format!("{IF_TABLE}.2.{index}")) } else { name };
            let kind = self.number(&format!("{IF_TYPE}.{index}")).unwrap_or(0);
            let mac = self.get(&format!("{IF_MAC}.{index}")).and_then(mac);
            let up = self.number(&format!("{IF_STATUS}.{index}")) == Some(1);
            Fact::Interface { index: number, name, kind, mac, up }
        })
        .collect()
    }

    fn addresses(&self) -> Vec<Fact> {
        let rows = self
            .column(ADDRESS_INDEX)
            .filter_map(|(index, value)| Some((index, index.parse::<Ipv4Addr>().ok()?, value)));
        let usable = rows.filter(|(_, address, _)| !address.is_loopback() && !address.is_unspecified());
        usable
            .map(|(index, address, value)| Fact::OwnAddress {
                address: IpAddr::V4(address),
                prefix_length: self.mask(&format!("{ADDRESSES}.3.{index}")),
                interface: as_u32(value),
            })
            .collect()
    }

    fn mask(&self, oid: &str) -> Option<u8> {
        let Some(SnmpValue::Address(IpAddr::V4(mask))) = self.get(oid) else { return None };
        Ipv4Net::with_netmask(Ipv4Addr::UNSPECIFIED, *mask).ok().map(|net| net.prefix_len())
    }

    /// Index: interface, then address.
    fn neighbours(&self) -> Vec<Fact> {
        let rows = self.column(ARP).filter_map(|(index, value)| {
            let (interface, address) = index.split_once('.')?;
            let address = IpAddr::V4(address.parse().ok()?);
            Some(Fact::Neighbour { address, mac: mac(value)?, interface: interface.parse().ok() })
        });
        rows.collect()
    }

    fn routes(&self) -> Vec<Fact> {
        let rows = self.column(ROUTE_NEXT_HOP).filter_map(|(index, value)| {
            let SnmpValue::Address(next_hop) = value else { return None };
            let bits = self.mask(&format!("{ROUTE_MASK}.{index}"))?;
            let destination = Ipv4Net::new(index.parse().ok()?, bits).ok()?;
            Some(Fact::Route { destination: destination.into(), next_hop: *next_hop, interface: None })
        });
        rows.collect()
    }

    /// Index: the learned address, one octet a component.
    fn bridge(&self) -> Vec<Fact> {
        let rows = self.column(BRIDGE_PORT).filter_map(|(index, value)| {
            let octets: Vec<u8> = index.split('.').map(str::parse).collect::<Result<_, _>>().ok()?;
            let mac = Mac(octets.try_into().ok()?);
            Some(Fact::BridgePort { mac, port: as_u32(value)?, interface: None, vlan: None })
                .filter(|_| mac.is_interface())
        });
        rows.collect()
    }
}

fn as_u32(value: &SnmpValue) -> Option<u32> {
    match value {
        SnmpValue::Number(number) => u32::try_from(*number).ok(),
        _ => None,
    }
}

fn mac(value: &SnmpValue) -> Option<Mac> {
    match value {
        SnmpValue::Octets(octets) => octets.as_slice().try_into().ok().map(Mac).filter(|mac| mac.is_interface()),
        _ => None,
    }
}

/// A router's variables, for the laws.
#[cfg(test)]
pub(crate) fn sample() -> Vec<Variable> {
    let octets = |text: &[u8]| SnmpValue::Octets(text.to_vec());
    [
        ("1.3.6.1.2.1.1.1.0".to_owned(), octets(b"Core router")),
        ("1.3.6.1.2.1.1.3.0".to_owned(), SnmpValue::Number(4200)),
        ("1.3.6.1.2.1.1.5.0".to_owned(), octets(b"core1")),
        (FORWARDING.to_owned(), SnmpValue::Number(1)),
        (format!("{IF_DESCR}.2"), octets(b"Gi0/2")),
        (format!("{IF_TYPE}.2"), SnmpValue::Number(6)),
        (format!("{IF_MAC}.2"), octets(&[0, 0x80, 0xa3, 1, 2, 3])),
        (format!("{IF_STATUS}.2"), SnmpValue::Number(1)),
        (format!("{ADDRESS_INDEX}.192.168.42.129"), SnmpValue::Number(2)),
        (format!("{ADDRESS_MASK}.192.168.42.129"), SnmpValue::Address([255, 255, 255, 0].into())),
        (format!("{ARP}.2.10.20.0.9"), octets(&[0, 0x1b, 0x63, 1, 2, 9])),
        (format!("{ROUTE_NEXT_HOP}.0.0.0.0"), SnmpValue::Address([10, 1, 0, 1].into())),
        (format!("{ROUTE_MASK}.0.0.0.0"), SnmpValue::Address([0, 0, 0, 0].into())),
        (format!("{BRIDGE_PORT}.0.27.99.1.2.9"), SnmpValue::Number(7)),
    ]
    .map(|(oid, value)| Variable { oid, value })
    .to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_router_tells_addresses_neighbours_routes_and_ports() {
        let facts = facts(&sample(), "v2c");
        let expected = [
            Fact::OwnAddress {
                address: "192.168.42.129".parse().unwrap(),
                prefix_length: Some(24),
                interface: Some(2),
            },
            Fact::Neighbour {
                address: "10.20.0.9".parse().unwrap(),
                mac: Mac([0, 0x1b, 0x63, 1, 2, 9]),
                interface: Some(2),
            },
            Fact::Route { destination: "0.0.0.0/0".parse().unwrap(), next_hop: [10, 1, 0, 1].into(), interface: None },
            Fact::BridgePort { mac: Mac([0, 0x1b, 0x63, 1, 2, 9]), port: 7, interface: None, vlan: None },
            Fact::Forwarding { enabled: true },
        ];
        for fact in expected {
            assert!(facts.contains(&fact), "{fact:?}");
        }
    }
}
