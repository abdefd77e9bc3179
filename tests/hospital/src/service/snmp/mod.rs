//! An SNMP agent (RFC 1157, RFC 3416): GET, GETNEXT and GETBULK in versions 1 and 2c, over a fixed tree.

pub mod ber;
pub mod engine;
mod tables;
pub mod tree;

use std::collections::BTreeMap;
use std::ops::Bound;

use ber::{Reader, integer, sequence, tagged};

/// An object identifier.
pub type Oid = Vec<u32>;

const GET: u8 = 0xa0;
const GET_NEXT: u8 = 0xa1;
const RESPONSE: u8 = 0xa2;
const GET_BULK: u8 = 0xa5;
const NO_SUCH_NAME: i64 = 2;
/// The most variables in one answer.
const VARIABLES: usize = 128;
/// The longest answer: what fits into a frame.
const ANSWER: usize = 1_400;

/// A value (RFC 2578 §7.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// INTEGER.
    Integer(i64),
    /// OCTET STRING.
    Octets(Vec<u8>),
    /// OBJECT IDENTIFIER.
    Oid(Oid),
    /// `IpAddress`.
    Address([u8; 4]),
    /// `Counter32`.
    Counter(u32),
    /// `Gauge32`.
    Gauge(u32),
    /// `TimeTicks`, hundredths of a second.
    Ticks(u32),
    /// noSuchInstance.
    NoSuchInstance,
    /// endOfMibView.
    EndOfView,
    /// NULL, as in a request.
    Null,
}

/// A device's agent.
#[derive(Debug, Clone)]
pub struct Agent {
    community: String,
    tree: BTreeMap<Oid, Value>,
    /// Its `snmpEngineID`, where it speaks version 3.
    engine: Option<Vec<u8>>,
}

struct Request {
    version: i64,
    kind: u8,
    id: i64,
    non_repeaters: usize,
    repetitions: usize,
    names: Vec<Oid>,
}

impl Agent {
    /// An agent that answers to this community with these values.
    pub fn new(community: String, tree: BTreeMap<Oid, Value>) -> Self {
        Self { community, tree, engine: None }
    }

    /// The same agent with version 3: it tells this engine identifier to whoever asks, and nobody more.
    #[must_use]
    pub fn with_engine(self, engine: Option<Vec<u8>>) -> Self {
        Self { engine, ..self }
    }

    /// The answer to a request; silence for anything else, and for another community.
    pub fn answer(&self, datagram: &[u8]) -> Option<Vec<u8>> {
        if let Some(report) = self.engine.as_ref().and_then(|engine| engine::report(engine, datagram)) {
            return Some(report);
        }
        let request = self.parse(datagram)?;
        let variables = match request.kind {
            GET => request.names.iter().map(|name| (name.clone(), self.get(name))).collect(),
            GET_NEXT => request.names.iter().map(|name| self.next(name)).collect(),
            GET_BULK if request.version == 1 => self.bulk(&request),
            _ => return None,
        };
        Some(self.respond(&request, variables))
    }

    fn parse(&self, datagram: &[u8]) -> Option<Request> {
        let mut message = Reader::new(datagram).sequence()?;
        let version = message.integer()?;
        let community = message.octets()?;
        if !(0..=1).contains(&version) || community != self.community.as_bytes() {
            return None;
        }
        let (kind, mut pdu) = message.any()?;
        let (id, first, second) = (pdu.integer()?, pdu.integer()?, pdu.integer()?);
        let mut list = pdu.sequence()?;
        let mut names = vec![];
        while !list.is_empty() && names.len() < VARIABLES {
            names.push(list.sequence()?.oid()?);
        }
        let bounded = |number: i64| usize::try_from(number).unwrap_or(0).min(VARIABLES);
        Some(Request { version, kind, id, non_repeaters: bounded(first), repetitions: bounded(second), names })
    }

    fn get(&self, name: &Oid) -> Value {
        self.tree.get(name).cloned().unwrap_or(Value::NoSuchInstance)
    }

    fn next(&self, name: &Oid) -> (Oid, Value) {
        let mut after = self.tree.range::<Oid, _>((Bound::Excluded(name), Bound::Unbounded));
        after.next().map_or_else(|| (name.clone(), Value::EndOfView), |(name, value)| (name.clone(), value.clone()))
    }

    fn bulk(&self, request: &Request) -> Vec<(Oid, Value)> {
        let split = request.non_repeaters.min(request.names.len());
        let (once, mut columns) = (&request.names[..split], request.names[split..].to_vec());
        let mut variables: Vec<_> = once.iter().map(|name| self.next(name)).collect();
        for _ in 0..request.repetitions {
            for column in &mut columns {
                let (name, value) = self.next(column);
                column.clone_from(&name);
                variables.push((name, value));
            }
            let ended =
                columns.is_empty() || variables.iter().rev().take(columns.len()).all(|(_, v)| *v == Value::EndOfView);
            if ended || variables.len() >= VARIABLES {
                break;
            }
        }
        variables
    }

    fn respond(&self, request: &Request, mut variables: Vec<(Oid, Value)>) -> Vec<u8> {
        let missing = |(_, value): &(Oid, Value)| matches!(value, Value::NoSuchInstance | Value::EndOfView);
        let mut error = (0, 0);
        if request.version == 0
            && let Some(index) = variables.iter().position(missing)
        {
            error = (NO_SUCH_NAME, i64::try_from(index).unwrap_or(0) + 1);
            variables = request.names.iter().map(|name| (name.clone(), Value::Null)).collect();
        }
        let mut list: Vec<Vec<u8>> = variables.iter().map(|(name, value)| ber::variable(name, value)).collect();
        // A bulk answer may be shorter than asked for (RFC 3416 §4.2.3).
        while list.len() > 1 && list.iter().map(Vec::len).sum::<usize>() > ANSWER {
            list.pop();
        }
        let pdu = [integer(request.id), integer(error.0), integer(error.1), sequence(&list.concat())].concat();
        let community = tagged(4, self.community.as_bytes());
        sequence(&[integer(request.version), community, tagged(RESPONSE, &pdu)].concat())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn agent() -> Agent {
        let tree = [(vec![1, 3, 1], Value::Integer(1)), (vec![1, 3, 2], Value::Octets(b"x".to_vec()))];
        Agent::new("c".to_owned(), tree.into())
    }

    fn ask(version: i64, kind: u8, numbers: (i64, i64), names: &[&[u32]]) -> Vec<u8> {
        let list: Vec<Vec<u8>> = names.iter().map(|name| ber::variable(name, &Value::Null)).collect();
        let pdu = [integer(9), integer(numbers.0), integer(numbers.1), sequence(&list.concat())].concat();
        sequence(&[integer(version), tagged(4, b"c"), tagged(kind, &pdu)].concat())
    }

    fn answered(request: &[u8]) -> (i64, Vec<Oid>) {
        let answer = agent().answer(request).unwrap();
        let mut message = Reader::new(&answer).sequence().unwrap();
        message.integer();
        message.octets();
        let (kind, mut pdu) = message.any().unwrap();
        assert_eq!(kind, RESPONSE);
        pdu.integer();
        let error = pdu.integer().unwrap();
        pdu.integer();
        let mut list = pdu.sequence().unwrap();
        let mut names = vec![];
        while !list.is_empty() {
            names.push(list.sequence().unwrap().oid().unwrap());
        }
        (error, names)
    }

    #[test]
    fn walks_in_order_and_ends() {
        assert_eq!(answered(&ask(1, GET_NEXT, (0, 0), &[&[1, 3]])), (0, vec![vec![1, 3, 1]]));
        assert_eq!(answered(&ask(1, GET_BULK, (0, 9), &[&[1, 3]])).1, [vec![1, 3, 1], vec![1, 3, 2], vec![1, 3, 2]]);
        assert_eq!(answered(&ask(0, GET_NEXT, (0, 0), &[&[1, 3, 2]])).0, NO_SUCH_NAME);
    }

    #[test]
    fn another_community_meets_silence() {
        let mut request = ask(1, GET, (0, 0), &[&[1, 3, 1]]);
        let place = request.iter().position(|octet| *octet == b'c').unwrap();
        request[place] = b'd';
        assert_eq!(agent().answer(&request), None);
    }

    proptest! {
        #[test]
        fn noise_never_panics(octets in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = agent().answer(&octets);
        }

        #[test]
        fn a_flipped_request_never_panics(place in 0usize..40, with in any::<u8>()) {
            let mut request = ask(1, GET_BULK, (0, 9), &[&[1, 3], &[1, 3, 1]]);
            if let Some(octet) = request.get_mut(place) {
                *octet = with;
            }
            let _ = agent().answer(&request);
        }
    }
}
