//! What an SNMP answer holds, by object and index: the one reader of all the SNMP probes.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use daicho_shared::address::Mac;
use daicho_shared::text;
use ipnet::Ipv4Net;

use crate::probe::{SnmpValue, Variable};

/// Variables by dotted object identifier.
pub(super) struct Variables<'a>(BTreeMap<&'a str, &'a SnmpValue>);

impl<'a> Variables<'a> {
    /// Puts variables in order; where an agent tells one twice, the last counts.
    pub(super) fn new(variables: impl IntoIterator<Item = &'a Variable>) -> Self {
        Self(variables.into_iter().map(|variable| (variable.oid.as_str(), &variable.value)).collect())
    }

    /// One value.
    pub(super) fn get(&self, oid: &str) -> Option<&'a SnmpValue> {
        self.0.get(oid).copied()
    }

    /// A text, bounded; empty where there is none.
    pub(super) fn text(&self, oid: &str) -> String {
        self.get(oid).map_or_else(String::new, as_text)
    }

    /// A text that says something.
    pub(super) fn said(&self, oid: &str) -> Option<String> {
        Some(self.text(oid)).filter(|text| !text.is_empty())
    }

    /// A number.
    pub(super) fn number(&self, oid: &str) -> Option<u32> {
        self.get(oid).and_then(as_u32)
    }

    /// The rows of one column: what follows it in the identifier, and the value.
    pub(super) fn column(&self, column: &'static str) -> impl Iterator<Item = (&'a str, &'a SnmpValue)> {
        let inside = move |oid: &'a str| oid.strip_prefix(column)?.strip_prefix('.');
        self.0.iter().filter_map(move |(oid, value)| Some((inside(oid)?, *value)))
    }

    /// The indexes of these columns in the order of their numbers, each once.
    pub(super) fn rows(&self, columns: &[&'static str]) -> Vec<&'a str> {
        let indexes = columns.iter().flat_map(|column| self.column(column)).map(|(index, _)| index);
        let by_number: BTreeMap<Vec<u32>, &str> = indexes.map(|index| (numbers(index), index)).collect();
        by_number.into_values().collect()
    }

    /// The prefix length of a network mask.
    pub(super) fn mask(&self, oid: &str) -> Option<u8> {
        let Some(SnmpValue::Address(IpAddr::V4(mask))) = self.get(oid) else { return None };
        prefix_length(*mask)
    }
}

/// The components of a dotted index; none where it is not one.
pub(super) fn numbers(index: &str) -> Vec<u32> {
    index.split('.').map(str::parse).collect::<Result<_, _>>().unwrap_or_default()
}

/// How many ones a mask begins with, where nothing else follows.
pub(super) fn prefix_length(mask: Ipv4Addr) -> Option<u8> {
    Ipv4Net::with_netmask(Ipv4Addr::UNSPECIFIED, mask).ok().map(|net| net.prefix_len())
}

/// A number that fits.
pub(super) fn as_u32(value: &SnmpValue) -> Option<u32> {
    match value {
        SnmpValue::Number(number) => u32::try_from(*number).ok(),
        _ => None,
    }
}

/// A text, bounded.
pub(super) fn as_text(value: &SnmpValue) -> String {
    match value {
        SnmpValue::Octets(octets) => text::bounded_bytes(octets),
        SnmpValue::ObjectId(oid) => oid.clone(),
        _ => String::new(),
    }
}

/// The link-layer address of one interface.
pub(super) fn as_mac(value: &SnmpValue) -> Option<Mac> {
    match value {
        SnmpValue::Octets(octets) => octets.as_slice().try_into().ok().map(Mac).filter(|mac| mac.is_interface()),
        _ => None,
    }
}

/// An address from octets as numbers, as they stand in an index.
pub(super) fn address_of(octets: &[u32]) -> Option<IpAddr> {
    let octets: Vec<u8> = octets.iter().map(|octet| u8::try_from(*octet)).collect::<Result<_, _>>().ok()?;
    address(&octets)
}

/// An address from its octets.
pub(super) fn address(octets: &[u8]) -> Option<IpAddr> {
    let v4 = <[u8; 4]>::try_from(octets).map(|octets| IpAddr::V4(Ipv4Addr::from(octets)));
    v4.or_else(|_| <[u8; 16]>::try_from(octets).map(|octets| IpAddr::V6(Ipv6Addr::from(octets)))).ok()
}

/// Variables for tests: texts, numbers, `x:` and hexadecimal digits, `oid:`, `ip:`.
#[cfg(test)]
pub(super) fn told(list: &[(&str, &str)]) -> Vec<Variable> {
    let value = |text: &str| match text.split_once(':') {
        Some(("x", digits)) => SnmpValue::Octets(hex::decode(digits).unwrap()),
        Some(("oid", oid)) => SnmpValue::ObjectId(oid.to_owned()),
        Some(("ip", address)) => SnmpValue::Address(address.parse().unwrap()),
        _ => text.parse().map_or_else(|_| SnmpValue::Octets(text.into()), SnmpValue::Number),
    };
    list.iter().map(|(oid, text)| Variable { oid: (*oid).to_owned(), value: value(text) }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_stand_in_the_order_of_their_numbers() {
        let list = told(&[("1.2.10", "b"), ("1.2.9", "a"), ("1.3.11", "c"), ("1.22.1", "no")]);
        assert_eq!(Variables::new(&list).rows(&["1.2", "1.3"]), ["9", "10", "11"]);
    }

    #[test]
    fn only_a_mask_has_a_prefix_length() {
        assert_eq!(prefix_length([255, 255, 240, 0].into()), Some(20));
        assert_eq!(prefix_length([255, 0, 255, 0].into()), None);
    }
}
