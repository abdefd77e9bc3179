//! A directory that shows its root entry (RFC 4512 §5.1) to everybody, and nothing else (RFC 4511).

use std::collections::BTreeMap;

use super::snmp::ber::{Reader, integer, sequence, tagged};
use super::{Say, Talk};

/// The longest request that is waited for.
const LIMIT: usize = 8 * 1024;
const BIND: u8 = 0x60;
const UNBIND: u8 = 0x42;
const SEARCH: u8 = 0x63;
/// noSuchObject (RFC 4511 §4.1.9).
const NO_SUCH_OBJECT: u8 = 32;
/// inappropriateAuthentication.
const INAPPROPRIATE: u8 = 48;

/// A server for one connection.
#[derive(Debug)]
pub struct Directory {
    root: BTreeMap<String, Vec<String>>,
    heard: Vec<u8>,
}

impl Directory {
    /// A directory with this root entry.
    pub fn new(root: BTreeMap<String, Vec<String>>) -> Self {
        Self { root, heard: vec![] }
    }

    /// The answer to a message; nothing where the client says farewell.
    fn answer(&self, mut message: Reader<'_>) -> Option<Vec<u8>> {
        let number = message.integer()?;
        let (operation, mut content) = message.any()?;
        match operation {
            SEARCH => {
                let base = content.octets()?;
                if !base.is_empty() {
                    return Some(enveloped(number, &result(0x65, NO_SUCH_OBJECT)));
                }
                // Scope, aliases, two limits, types only, filter; then the attributes.
                for _ in 0..6 {
                    content.any()?;
                }
                let entry = self.entry(content.sequence()?);
                Some([enveloped(number, &entry), enveloped(number, &result(0x65, 0))].concat())
            }
            BIND => {
                content.integer()?;
                // An empty name and password: anonymous.
                let anonymous = content.octets()?.is_empty();
                Some(enveloped(number, &result(0x61, if anonymous { 0 } else { INAPPROPRIATE })))
            }
            UNBIND => None,
            _ => Some(enveloped(number, &result(0x65, INAPPROPRIATE))),
        }
    }

    /// What was asked for of the root entry, in the spelling of the server; all of it for `*`, `+` or nothing.
    fn entry(&self, mut asked: Reader<'_>) -> Vec<u8> {
        let mut names = vec![];
        while let Some(name) = asked.octets() {
            names.push(String::from_utf8_lossy(name).to_lowercase());
        }
        let all = names.is_empty() || names.iter().any(|name| name == "*" || name == "+");
        let shown = self.root.iter().filter(|(name, _)| all || names.contains(&name.to_lowercase()));
        let rows: Vec<u8> = shown.flat_map(|(name, values)| attribute(name, values)).collect();
        tagged(0x64, &[tagged(4, &[]), sequence(&rows)].concat())
    }
}

impl Talk for Directory {
    fn hear(&mut self, octets: &[u8]) -> Say {
        self.heard.extend(octets);
        let heard = std::mem::take(&mut self.heard);
        let mut rest = Reader::new(&heard);
        let Some(message) = rest.sequence() else {
            let is_none = heard.first() != Some(&0x30) || heard.len() > LIMIT;
            self.heard = heard;
            return if is_none { Say::last(vec![]) } else { Say::default() };
        };
        self.answer(message).map_or_else(|| Say::last(vec![]), Say::more)
    }
}

fn attribute(name: &str, values: &[String]) -> Vec<u8> {
    let values: Vec<u8> = values.iter().flat_map(|value| tagged(4, value.as_bytes())).collect();
    sequence(&[tagged(4, name.as_bytes()), tagged(0x31, &values)].concat())
}

/// `LDAPResult`: code, no matched name, no text.
fn result(operation: u8, code: u8) -> Vec<u8> {
    tagged(operation, &[0x0a, 1, code, 4, 0, 4, 0])
}

fn enveloped(number: i64, operation: &[u8]) -> Vec<u8> {
    sequence(&[&integer(number)[..], operation].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_its_root_entry_and_nothing_else() {
        let root = BTreeMap::from([("dnsHostName".to_owned(), vec!["dc1.hosp.local".to_owned()])]);
        let search = |base: &[u8]| {
            let fixed = [0x0a, 1, 0, 0x0a, 1, 0, 2, 1, 0, 2, 1, 0, 1, 1, 0];
            let wanted = sequence(&tagged(4, b"dnshostname"));
            let content = [&tagged(4, base)[..], &fixed, &tagged(0x87, b"objectClass"), &wanted].concat();
            enveloped(7, &tagged(SEARCH, &content))
        };
        let said = Directory::new(root.clone()).hear(&search(b"")).octets;
        assert!(said.windows(14).any(|part| part == b"dc1.hosp.local"));
        let refused = Directory::new(root.clone()).hear(&search(b"dc=hosp")).octets;
        assert_eq!(refused, enveloped(7, &result(0x65, NO_SUCH_OBJECT)));
        assert!(Directory::new(root).hear(b"GET /").close);
    }
}
