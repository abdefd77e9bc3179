//! The part of BER (X.690) that SNMP uses (RFC 3417 §8).

use super::{Oid, Value};

/// The most arcs of an object identifier (RFC 2578 §3.5).
const ARCS: usize = 128;

/// Reads values one after the other.
#[derive(Debug, Clone, Copy)]
pub struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    /// Reads these octets.
    pub fn new(octets: &'a [u8]) -> Self {
        Self(octets)
    }

    /// Nothing is left.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The next value's tag and content.
    pub fn any(&mut self) -> Option<(u8, Self)> {
        let (&tag, rest) = self.0.split_first()?;
        let (&first, rest) = rest.split_first()?;
        let (length, rest) = match first {
            0..=0x7f => (usize::from(first), rest),
            0x81 => (usize::from(*rest.first()?), &rest[1..]),
            0x82 => (usize::from(u16::from_be_bytes(*rest.first_chunk::<2>()?)), &rest[2..]),
            _ => return None,
        };
        let content = rest.get(..length)?;
        self.0 = &rest[length..];
        Some((tag, Self(content)))
    }

    /// A value of this tag.
    fn expect(&mut self, tag: u8) -> Option<Self> {
        self.any().filter(|(found, _)| *found == tag).map(|(_, content)| content)
    }

    /// A SEQUENCE.
    pub fn sequence(&mut self) -> Option<Self> {
        self.expect(0x30)
    }

    /// An OCTET STRING.
    pub fn octets(&mut self) -> Option<&'a [u8]> {
        self.expect(4).map(|content| content.0)
    }

    /// An INTEGER of at most eight octets.
    pub fn integer(&mut self) -> Option<i64> {
        let content = self.expect(2)?.0;
        let sign = if *content.first()? & 0x80 == 0 { 0 } else { -1 };
        (content.len() <= 8).then(|| content.iter().fold(sign, |number, octet| number << 8 | i64::from(*octet)))
    }

    /// An OBJECT IDENTIFIER.
    pub fn oid(&mut self) -> Option<Oid> {
        let (&first, rest) = self.expect(6)?.0.split_first()?;
        let mut oid = vec![u32::from(first / 40).min(2)];
        oid.push(u32::from(first) - 40 * oid[0]);
        let mut arc = 0u32;
        for octet in rest {
            arc = arc.checked_mul(128)? + u32::from(octet & 0x7f);
            if octet & 0x80 == 0 {
                oid.push(std::mem::take(&mut arc));
            }
        }
        (oid.len() <= ARCS).then_some(oid)
    }
}

/// A value of this tag.
pub fn tagged(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len();
    let mut octets = match u16::try_from(length).unwrap_or(u16::MAX).to_be_bytes() {
        [0, low] if low < 0x80 => vec![tag, low],
        [high, low] => vec![tag, 0x82, high, low],
    };
    octets.extend(content);
    octets
}

/// A SEQUENCE.
pub fn sequence(content: &[u8]) -> Vec<u8> {
    tagged(0x30, content)
}

/// An INTEGER.
pub fn integer(number: i64) -> Vec<u8> {
    tagged(2, &shortest(number))
}

/// A name with its value.
pub fn variable(name: &[u32], value: &Value) -> Vec<u8> {
    let value = match value {
        Value::Integer(number) => integer(*number),
        Value::Octets(octets) => tagged(4, octets),
        Value::Oid(oid) => tagged(6, &arcs(oid)),
        Value::Address(address) => tagged(0x40, address),
        Value::Counter(number) => tagged(0x41, &shortest(i64::from(*number))),
        Value::Gauge(number) => tagged(0x42, &shortest(i64::from(*number))),
        Value::Ticks(number) => tagged(0x43, &shortest(i64::from(*number))),
        Value::NoSuchInstance => tagged(0x81, &[]),
        Value::EndOfView => tagged(0x82, &[]),
        Value::Null => tagged(5, &[]),
    };
    sequence(&[tagged(6, &arcs(name)), value].concat())
}

/// Two's complement without needless octets in front.
fn shortest(number: i64) -> Vec<u8> {
    let octets = number.to_be_bytes();
    let needless = |pair: &[u8]| matches!((pair[0], pair[1] & 0x80), (0, 0) | (0xff, 0x80));
    let start = octets.windows(2).take_while(|pair| needless(pair)).count();
    octets[start..].to_vec()
}

fn arcs(oid: &[u32]) -> Vec<u8> {
    let first = oid.first().unwrap_or(&0) * 40 + oid.get(1).unwrap_or(&0);
    let mut octets = vec![];
    for arc in std::iter::once(&first).chain(oid.iter().skip(2)) {
        let groups: Vec<u8> = (0..5).rev().map(|place| (arc >> (7 * place) & 0x7f) as u8).collect();
        let start = groups.iter().position(|group| *group != 0).unwrap_or(4);
        for (place, group) in groups.iter().enumerate().skip(start) {
            octets.push(if place == 4 { *group } else { group | 0x80 });
        }
    }
    octets
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn numbers_come_back(number in any::<i64>()) {
            prop_assert_eq!(Reader::new(&integer(number)).integer(), Some(number));
        }

        #[test]
        fn names_come_back(arcs in proptest::collection::vec(any::<u32>(), 0..20)) {
            let name: Oid = [1, 3].into_iter().chain(arcs).collect();
            let octets = variable(&name, &Value::Null);
            prop_assert_eq!(Reader::new(&octets).sequence().unwrap().oid(), Some(name));
        }
    }
}
