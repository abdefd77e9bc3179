//! DICOM upper layer (PS3.8 §9.3) as an acceptor that is there to be verified: it answers an association,
//! C-ECHO (PS3.7 §9.3.5) and release, and complains of everything else that somebody may want of it.

use super::{Say, Talk};
use crate::description::{Dicom, DicomAnswer};

/// The longest A-ASSOCIATE-RQ that is waited for.
const REQUEST: usize = 16 * 1024;
/// A-ABORT by the service-provider, unrecognized PDU (§9.3.8).
const ABORT: [u8; 10] = [7, 0, 0, 0, 0, 4, 0, 0, 2, 1];
/// A-RELEASE-RP (§9.3.7).
const RELEASED: [u8; 10] = [6, 0, 0, 0, 0, 4, 0, 0, 0, 0];
/// Verification SOP class, PS3.4 §A.4, padded to an even length.
const VERIFICATION: &[u8; 18] = b"1.2.840.10008.1.1\0";
/// Implicit VR little endian, PS3.5 §10.1.
const TRANSFER_SYNTAX: &[u8] = b"1.2.840.10008.1.2";

/// A node for one connection.
#[derive(Debug)]
pub struct Node {
    habit: Dicom,
    heard: Vec<u8>,
    state: State,
    /// Presentation contexts of the association that were accepted, with their abstract syntaxes.
    contexts: Vec<(u8, Vec<u8>)>,
    echoes: usize,
    complaint: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// The connection stands.
    Idle,
    /// An association stands.
    Associated,
    /// It was released, rejected or aborted.
    Over,
}

impl Node {
    /// A node of these habits.
    pub fn new(habit: Dicom) -> Self {
        Self { habit, heard: vec![], state: State::Idle, contexts: vec![], echoes: 0, complaint: None }
    }

    fn unit(&mut self, kind: u8, body: &[u8]) -> Say {
        match (self.state, kind) {
            (State::Idle, 1) => self.associate(body),
            (State::Associated, 4) => self.data(body),
            (State::Associated, 5) => {
                self.state = State::Over;
                // The requestor closes the connection after this (§9.2.3, AR-4 and AR-3).
                Say::more(RELEASED.to_vec())
            }
            (_, 7) => self.complain("A-ABORT".to_owned()),
            (state, kind) => self.complain(format!("unit {kind} while {state:?}")),
        }
    }

    fn complain(&mut self, what: String) -> Say {
        self.complaint.get_or_insert(what);
        self.state = State::Over;
        Say::last(ABORT.to_vec())
    }

    fn associate(&mut self, body: &[u8]) -> Say {
        let called = body.get(4..20).map(|title| String::from_utf8_lossy(title).trim().to_owned());
        let knows = self.habit.called.is_none() || self.habit.called == called;
        self.state = State::Over;
        match self.habit.answer {
            DicomAnswer::Abort => Say::last(ABORT.to_vec()),
            DicomAnswer::Accept | DicomAnswer::Mute if knows => match self.accept(body) {
                Some(accept) => {
                    self.state = State::Associated;
                    Say::more(accept)
                }
                None => self.complain("A-ASSOCIATE-RQ that is none".to_owned()),
            },
            // Rejected-permanent, by the service-user, called-AE-title-not-recognized (§9.3.4).
            DicomAnswer::Accept | DicomAnswer::Mute | DicomAnswer::Reject => {
                Say::last(vec![3, 0, 0, 0, 0, 4, 0, 1, 1, 7])
            }
        }
    }

    /// A-ASSOCIATE-AC (§9.3.3): every context that was proposed is answered.
    fn accept(&mut self, body: &[u8]) -> Option<Vec<u8>> {
        let mut answer = body.get(..68)?.to_vec();
        answer.extend(item(0x10, b"1.2.840.10008.3.1.1.1"));
        for (kind, value) in items(body.get(68..)?)? {
            if kind != 0x20 {
                continue;
            }
            let id = *value.first()?;
            let inner = items(value.get(4..)?)?;
            let syntax = inner.iter().find(|(kind, _)| *kind == 0x30)?.1;
            let readable = inner.iter().any(|(kind, value)| *kind == 0x40 && *value == TRANSFER_SYNTAX);
            let own = self.habit.syntaxes.iter().any(|own| own.as_bytes() == syntax);
            // 3: abstract syntax not supported; 4: transfer syntaxes not supported.
            let result = if !own && syntax != &VERIFICATION[..17] { 3 } else { u8::from(!readable) * 4 };
            if result == 0 {
                self.contexts.push((id, syntax.to_vec()));
            }
            answer.extend(item(0x21, &[&[id, 0, result, 0][..], &item(0x40, TRANSFER_SYNTAX)].concat()));
        }
        let mut user = item(0x51, &[0, 0, 0x40, 0]);
        user.extend(item(0x52, self.habit.implementation.as_deref().unwrap_or("1.2.3.4").as_bytes()));
        if let Some(version) = &self.habit.version {
            user.extend(item(0x55, version.as_bytes()));
        }
        answer.extend(item(0x50, &user));
        Some(unit(2, &answer))
    }

    /// P-DATA-TF (§9.3.5): one presentation data value with a whole command, which must be C-ECHO-RQ.
    fn data(&mut self, body: &[u8]) -> Say {
        let (Some(length), Some([context, control]), Some(command)) =
            (body.first_chunk::<4>(), body.get(4..6), body.get(6..))
        else {
            return self.complain("P-DATA-TF without a value".to_owned());
        };
        let whole = u32::from_be_bytes(*length) as usize == body.len() - 4 && *control == 3;
        let verifies = self.contexts.iter().any(|(id, syntax)| id == context && syntax == &VERIFICATION[..17]);
        let field = element(command, 0x0100);
        if !whole || !verifies || field != Some(&[0x30, 0][..]) {
            return self.complain(format!("message {field:02x?} on context {context}"));
        }
        self.echoes += 1;
        if self.echoes > 1 {
            return self.complain("a second C-ECHO".to_owned());
        }
        if self.habit.answer == DicomAnswer::Mute {
            return Say::default();
        }
        let message = element(command, 0x0110).unwrap_or(&[0, 0]).to_vec();
        let elements = [
            written(0x0002, VERIFICATION),
            written(0x0100, &[0x30, 0x80]),
            written(0x0120, &message),
            written(0x0800, &[1, 1]),
            written(0x0900, &[0, 0]),
        ]
        .concat();
        let length = u32::try_from(elements.len()).unwrap_or(0).to_le_bytes();
        let value = [&[*context, 3][..], &written(0, &length), &elements].concat();
        let length = u32::try_from(value.len()).unwrap_or(0).to_be_bytes();
        Say::more(unit(4, &[&length[..], &value].concat()))
    }
}

impl Talk for Node {
    fn hear(&mut self, octets: &[u8]) -> Say {
        self.heard.extend(octets);
        let mut said = Say::default();
        while !self.heard.is_empty() && !said.close {
            if !(1..=7).contains(&self.heard[0]) {
                return self.complain("something that is not DICOM".to_owned());
            }
            let Some(head) = self.heard.first_chunk::<6>() else { break };
            let length = usize::try_from(u32::from_be_bytes([head[2], head[3], head[4], head[5]])).unwrap_or(REQUEST);
            if length > REQUEST {
                return self.complain("a unit that never ends".to_owned());
            }
            if self.heard.len() < 6 + length {
                break;
            }
            let whole: Vec<u8> = self.heard.drain(..6 + length).collect();
            let next = self.unit(whole[0], &whole[6..]);
            said.octets.extend(next.octets);
            said.close |= next.close;
        }
        said
    }

    fn end(&mut self) {
        if self.state == State::Associated {
            self.complaint.get_or_insert("an association that was never released".to_owned());
        }
    }

    fn complaint(&mut self) -> Option<String> {
        self.complaint.take()
    }
}

fn unit(kind: u8, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len()).unwrap_or(0).to_be_bytes();
    [&[kind, 0][..], &length, body].concat()
}

fn item(kind: u8, value: &[u8]) -> Vec<u8> {
    let length = u16::try_from(value.len()).unwrap_or(0).to_be_bytes();
    [&[kind, 0][..], &length, value].concat()
}

fn items(mut octets: &[u8]) -> Option<Vec<(u8, &[u8])>> {
    let mut items = vec![];
    while let [kind, _, high, low, rest @ ..] = octets {
        let length = usize::from(u16::from_be_bytes([*high, *low]));
        items.push((*kind, rest.get(..length)?));
        octets = &rest[length..];
    }
    octets.is_empty().then_some(items)
}

/// An element of group 0000 in implicit VR little endian (PS3.7 §6.3.1).
fn written(number: u16, value: &[u8]) -> Vec<u8> {
    let length = u32::try_from(value.len()).unwrap_or(0).to_le_bytes();
    [&[0, 0][..], &number.to_le_bytes(), &length, value].concat()
}

fn element(mut command: &[u8], wanted: u16) -> Option<&[u8]> {
    while let [0, 0, low, high, a, b, c, d, rest @ ..] = command {
        let length = usize::try_from(u32::from_le_bytes([*a, *b, *c, *d])).ok()?;
        let value = rest.get(..length)?;
        if u16::from_le_bytes([*low, *high]) == wanted {
            return Some(value);
        }
        command = &rest[length..];
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    const REJECT: [u8; 10] = [3, 0, 0, 0, 0, 4, 0, 1, 1, 7];

    fn accepting() -> Node {
        Node::new(Dicom { answer: DicomAnswer::Accept, ..Dicom::default() })
    }

    /// An association for verification and storage of CT images.
    fn request() -> Vec<u8> {
        let mut body = vec![0; 68];
        for (id, syntax) in [(1, &VERIFICATION[..17]), (3, b"1.2.840.10008.5.1.4.1.1.2")] {
            body.extend(item(0x20, &[&[id, 0, 0, 0][..], &item(0x30, syntax), &item(0x40, TRANSFER_SYNTAX)].concat()));
        }
        unit(1, &body)
    }

    fn message(context: u8, field: u8) -> Vec<u8> {
        let command = [written(0x0100, &[field, 0]), written(0x0110, &[1, 0])].concat();
        let value = [&[context, 3][..], &command].concat();
        unit(4, &[&u32::try_from(value.len()).unwrap().to_be_bytes()[..], &value].concat())
    }

    #[test]
    fn a_whole_request_is_rejected_and_garbage_aborted() {
        let mut node = Node::new(Dicom::default());
        assert_eq!(node.hear(&[1, 0, 0, 0, 0, 2]), Say::default());
        assert_eq!(node.hear(&[0, 1]), Say::last(REJECT.to_vec()));
        assert_eq!(node.complaint(), None);
        for garbage in [&b"GET /"[..], &[1, 0, 255, 0, 0, 0]] {
            let mut node = Node::new(Dicom::default());
            assert_eq!(node.hear(garbage), Say::last(ABORT.to_vec()));
            assert!(node.complaint().is_some());
        }
    }

    #[test]
    fn an_association_is_accepted_verified_and_released() {
        let mut node = accepting();
        let accept = node.hear(&request()).octets;
        let results: Vec<u8> =
            items(&accept[74..]).unwrap().iter().filter(|(kind, _)| *kind == 0x21).map(|(_, it)| it[2]).collect();
        assert_eq!((accept[0], results), (2, vec![0, 3]));
        let echo = node.hear(&message(1, 0x30)).octets;
        assert_eq!(element(&echo[12..], 0x0900), Some(&[0, 0][..]));
        assert_eq!(node.hear(&[5, 0, 0, 0, 0, 4, 0, 0, 0, 0]), Say::more(RELEASED.to_vec()));
        node.end();
        assert_eq!(node.complaint(), None);
    }

    #[test]
    fn everything_else_is_complained_of() {
        for (context, field) in [(1, 0x20), (1, 0x01), (3, 0x30)] {
            let mut node = accepting();
            node.hear(&request());
            assert_eq!(node.hear(&message(context, field)), Say::last(ABORT.to_vec()));
            assert!(node.complaint().is_some(), "{context} {field}");
        }
        let mut node = accepting();
        node.hear(&request());
        node.end();
        assert_eq!(node.complaint().as_deref(), Some("an association that was never released"));
    }

    #[test]
    fn a_wrong_title_is_rejected() {
        let mut node = Node::new(Dicom { called: Some("CT1".into()), answer: DicomAnswer::Accept, ..Dicom::default() });
        assert_eq!(node.hear(&request()), Say::last(REJECT.to_vec()));
    }
}
