//! What is your name, and which addresses do you have? DCE/RPC bind (C706 §12.6.4.3) to the object
//! exporter, and `ServerAlive2` (MS-DCOM §3.1.2.5.1.6), which is answered without a login.

use std::net::IpAddr;

use daicho_shared::coverage::Outcome;
use daicho_shared::fact::{Fact, NameSource, Transport};

use super::little::{part, u16_at, u32_at, utf16};
use super::{open, untold};
use crate::probe::{Audience, Card, Dialogue, Level, Probe, Question, Reading, Security, Step, TlsPeer};

/// The probe.
#[derive(Debug)]
pub struct Rpc;

static CARD: Card = Card {
    name: "rpc",
    title: "What is your name, and which addresses do you have? (ServerAlive2)",
    title_ja: "Windowsの名前と全アドレスの確認（ServerAlive2）",
    standard: "MS-DCOM §3.1.2.5.1.6, C706 §12.6",
    packets: 8,
    level: Level::Query,
    may_upset: "nothing known: Windows asks this of its neighbours before it speaks DCOM",
    audience: Audience::Everybody,
    why: "every address of a Windows device shows whether it stands in two networks",
    why_ja: "Windows機の全アドレスが分かり、二重接続の有無を確認できるため",
};

const PORT: u16 = 135;
const BIND: u8 = 11;
const BIND_ACK: u8 = 12;
const BIND_NAK: u8 = 13;
const REQUEST: u8 = 0;
const RESPONSE: u8 = 2;
const FAULT: u8 = 3;
/// First and last fragment.
const WHOLE: u8 = 3;
const HEADER: usize = 16;
const LITTLE_ENDIAN: u8 = 0x10;
/// A fragment longer than what we said that we take is none of ours.
const FRAGMENT: u16 = 5_840;
/// `IObjectExporter` 99fcfec4-5260-101b-bbcb-00aa0021347a, version 0.0 (MS-DCOM §1.9).
const EXPORTER: [u8; 20] =
    [0xc4, 0xfe, 0xfc, 0x99, 0x60, 0x52, 0x1b, 0x10, 0xbb, 0xcb, 0, 0xaa, 0, 0x21, 0x34, 0x7a, 0, 0, 0, 0];
/// NDR 8a885d04-1ceb-11c9-9fe8-08002b104860, version 2 (C706 §14).
const NDR: [u8; 20] =
    [0x04, 0x5d, 0x88, 0x8a, 0xeb, 0x1c, 0xc9, 0x11, 0x9f, 0xe8, 8, 0, 0x2b, 0x10, 0x48, 0x60, 2, 0, 0, 0];
const SERVER_ALIVE_2: u8 = 5;
/// `ncacn_ip_tcp` (MS-DCOM §2.2.19.3).
const TCP: u16 = 7;
/// The most bindings that are read.
const BINDINGS: usize = 64;

impl Probe for Rpc {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn speak(&self, port: u16) -> Option<Question> {
        let dialogue = Box::new(Call::default());
        (port == PORT).then_some(Question::Stream { port, security: Security::Plain, dialogue })
    }

    #[cfg(test)]
    fn samples(&self) -> Vec<crate::probe::laws::Sample> {
        let names = ["impacket-0131-rpc", "samba-417-refused-rpc"];
        names.map(|name| crate::probe::laws::Sample::Stream(PORT, crate::probe::laws::device(name))).into()
    }
}

#[derive(Debug, Default)]
struct Call {
    connected: bool,
    heard: Vec<u8>,
    heard_any: bool,
    spoke: bool,
    facts: Vec<Fact>,
}

impl Dialogue for Call {
    fn open(&mut self, _: Option<TlsPeer<'_>>) -> Step {
        self.connected = true;
        Step::Send(bind())
    }

    fn hear(&mut self, bytes: &[u8]) -> Step {
        self.heard_any = true;
        self.heard.extend(bytes);
        let mut step = Step::Listen;
        while step != Step::Done {
            step = match next(&self.heard) {
                Next::Short => break,
                Next::Whole(length) => {
                    let fragment: Vec<u8> = self.heard.drain(..length).collect();
                    self.fragment(&fragment).unwrap_or(Step::Done)
                }
                Next::Other => Step::Done,
            };
        }
        step
    }

    fn close(&mut self) -> Reading {
        if !self.connected {
            return Reading::of(Outcome::Silent);
        }
        if !self.spoke {
            return untold(PORT, self.heard_any);
        }
        Reading::answered([open(PORT), service()].into_iter().chain(self.facts.drain(..)).collect())
    }
}

impl Call {
    fn fragment(&mut self, fragment: &[u8]) -> Option<Step> {
        match fragment[2] {
            BIND_ACK if !self.spoke => {
                self.spoke = true;
                is_accepted(fragment).then(|| Step::Send(call()))
            }
            RESPONSE if self.spoke => {
                self.facts = alive(fragment.get(HEADER + 8..)?)?;
                Some(Step::Done)
            }
            BIND_NAK | FAULT => {
                self.spoke = true;
                Some(Step::Done)
            }
            _ => None,
        }
    }
}

/// What stands at the beginning of what was heard.
enum Next {
    /// Too little to tell.
    Short,
    /// A fragment of this length.
    Whole(usize),
    /// Another protocol.
    Other,
}

/// Version 5.0, little-endian (C706 §12.6.3.1).
fn next(heard: &[u8]) -> Next {
    if !b"\x05\x00".starts_with(&heard[..heard.len().min(2)]) {
        return Next::Other;
    }
    let Some(header) = heard.get(..HEADER) else { return Next::Short };
    let least = if header[2] == BIND_NAK { HEADER } else { HEADER + 8 };
    let length = usize::from(u16::from_le_bytes([header[8], header[9]]));
    match length {
        _ if header[4] != LITTLE_ENDIAN || length < least || length > usize::from(FRAGMENT) => Next::Other,
        _ if heard.len() < length => Next::Short,
        _ => Next::Whole(length),
    }
}

/// The result of the one context that was offered (C706 §12.6.4.4), after the secondary address.
fn is_accepted(fragment: &[u8]) -> bool {
    let address = u16_at(fragment, 24).map(usize::from);
    address.and_then(|length| u16_at(fragment, (26 + length).next_multiple_of(4) + 4)) == Some(0)
}

/// `COMVERSION`, `DUALSTRINGARRAY` (MS-DCOM §2.2.11, §2.2.19.1): string bindings up to an empty one.
fn alive(stub: &[u8]) -> Option<Vec<Fact>> {
    let version = format!("{}.{}", u16_at(stub, 0)?, u16_at(stub, 2)?);
    let mut facts = vec![Fact::Attribute { source: "rpc".to_owned(), key: "com-version".to_owned(), value: version }];
    if u32_at(stub, 4)? == 0 {
        return Some(facts);
    }
    let entries = 2 * usize::from(u16_at(stub, 12)?);
    let security = 2 * usize::from(u16_at(stub, 14)?);
    let mut rest = part(stub, 16, entries.min(security))?;
    for _ in 0..BINDINGS {
        let Some(tower @ 1..) = u16_at(rest, 0) else { break };
        let units = rest[2..].chunks_exact(2).position(|unit| unit == [0, 0]).unwrap_or(rest.len() / 2 - 1);
        let text = utf16(&rest[2..2 + units * 2]);
        facts.extend(Some(text).filter(|text| tower == TCP && !text.is_empty()).map(binding));
        rest = rest.get(4 + units * 2..).unwrap_or_default();
    }
    Some(facts)
}

/// The machine's name, or one of its addresses.
fn binding(text: String) -> Fact {
    match text.parse::<IpAddr>() {
        Ok(address) => Fact::OwnAddress { address, prefix_length: None, interface: None },
        Err(_) => Fact::Name { source: NameSource::Rpc, name: text, domain: None },
    }
}

fn service() -> Fact {
    Fact::Service {
        transport: Transport::Tcp,
        port: PORT,
        protocol: "msrpc".to_owned(),
        product: None,
        version: None,
        banner: None,
    }
}

fn header(kind: u8, length: u8) -> Vec<u8> {
    vec![5, 0, kind, WHOLE, LITTLE_ENDIAN, 0, 0, 0, length, 0, 0, 0, 1, 0, 0, 0]
}

fn bind() -> Vec<u8> {
    let mut bytes = header(BIND, 72);
    bytes.extend([FRAGMENT.to_le_bytes(), FRAGMENT.to_le_bytes()].concat());
    // No association yet; one context with one transfer syntax.
    bytes.extend([0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0]);
    bytes.extend(EXPORTER);
    bytes.extend(NDR);
    bytes
}

fn call() -> Vec<u8> {
    let mut bytes = header(REQUEST, 24);
    bytes.extend([0, 0, 0, 0, 0, 0, SERVER_ALIVE_2, 0]);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_questions_are_as_they_were_measured() {
        let measured = concat!(
            "05000b03100000004800000001000000d016d016000000000100000000000100c4fefc9960521b10bbcb00aa0021347a",
            "00000000045d888aeb1cc9119fe808002b10486002000000"
        );
        assert_eq!(hex::encode(bind()), measured);
        assert_eq!(hex::encode(call()), "050000031000000018000000010000000000000000000500");
    }

    #[test]
    fn a_binding_that_has_no_end_is_read_to_the_end() {
        let mut stub = vec![5, 0, 7, 0, 1, 0, 0, 0, 4, 0, 0, 0, 4, 0, 4, 0];
        stub.extend([7, 0, b'C', 0, b'T', 0, b'1', 0]);
        let name = Fact::Name { source: NameSource::Rpc, name: "CT1".into(), domain: None };
        assert_eq!(alive(&stub).unwrap()[1..], [name]);
        assert_eq!(alive(&stub[..20]), None);
    }

    #[test]
    fn another_protocol_ends_the_dialogue_at_once() {
        let mut call = Call::default();
        call.open(None);
        assert_eq!(call.hear(b"HTTP/1.1 400 Bad Request\r\n"), Step::Done);
        assert_eq!(call.close().outcome, Some(Outcome::OtherProtocol));
    }
}
