//! What is the name of your address? LLMNR (RFC 4795 §2.4): a PTR question about an address goes to that
//! address alone, by TCP, and its owner answers with its name. Asked only of what seems a PC or a server
//! and has told no name by any other protocol.

use std::net::IpAddr;

use daicho_shared::coverage::Outcome;
use daicho_shared::fact::{Fact, NameSource, PortState, Transport};
use daicho_shared::text;
use simple_dns::rdata::RData;
use simple_dns::{CLASS, Name, Packet, QCLASS, QTYPE, Question as DnsQuestion, TYPE};

use super::reverse_dns::reverse_name;
use crate::probe::{Audience, Card, Dialogue, Known, Level, Probe, Question, Reading, Security, Step, TlsPeer};

/// The probe.
#[derive(Debug)]
pub struct Llmnr;

static CARD: Card = Card {
    name: "llmnr",
    title: "What is the name of your address? (LLMNR)",
    title_ja: "端末名の照会（LLMNR）",
    standard: "RFC 4795 §2.4",
    packets: 7,
    level: Level::Query,
    may_upset: "nothing known: the system itself answers, no service",
    audience: Audience::Seeming(&["pc", "server", "thin-client"]),
    why: "a PC that told its name by no other protocol",
    why_ja: "ほかのプロトコルで名前が分からなかった端末の名前を知るため",
};

const PORT: u16 = 5355;
/// "DA" for Daicho: one question to a connection.
const IDENTIFIER: u16 = 0x4441;
/// The most octets of an answer that are read.
const LIMIT: usize = 1024;

impl Probe for Llmnr {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn ask(&self, known: &Known<'_>) -> Vec<Question> {
        let named = known.facts.iter().any(|fact| matches!(fact, Fact::Name { .. }));
        let dialogue = Box::new(Asking { about: known.target.address, connected: false, heard: vec![] });
        let question = Question::Stream { port: PORT, security: Security::Plain, dialogue };
        // §2.5: answers are for neighbours on the link.
        if known.on_link && !named { vec![question] } else { vec![] }
    }

    #[cfg(test)]
    fn samples(&self) -> Vec<crate::probe::laws::Sample> {
        use crate::probe::laws::{Sample, device};
        vec![Sample::Told(vec![], device("systemd-resolved-252-llmnr"))]
    }
}

#[derive(Debug)]
struct Asking {
    about: IpAddr,
    connected: bool,
    heard: Vec<u8>,
}

impl Dialogue for Asking {
    fn open(&mut self, _: Option<TlsPeer<'_>>) -> Step {
        self.connected = true;
        query(self.about).map_or(Step::Done, Step::Send)
    }

    fn hear(&mut self, bytes: &[u8]) -> Step {
        let room = LIMIT - self.heard.len();
        self.heard.extend(&bytes[..bytes.len().min(room)]);
        if self.heard.len() == LIMIT || message(&self.heard).is_some() { Step::Done } else { Step::Listen }
    }

    fn close(&mut self) -> Reading {
        if !self.connected {
            return Reading::of(Outcome::Silent);
        }
        let open = Fact::Port { transport: Transport::Tcp, port: PORT, state: PortState::Open };
        let names = message(&self.heard).and_then(names);
        let outcome = if names.is_some() { Outcome::Answered } else { Outcome::OtherProtocol };
        Reading { facts: [open].into_iter().chain(names.into_iter().flatten()).collect(), ..Reading::of(outcome) }
    }
}

/// A DNS message by TCP has its length before it (RFC 1035 §4.2.2).
fn query(about: IpAddr) -> Option<Vec<u8>> {
    let name = reverse_name(about);
    let mut packet = Packet::new_query(IDENTIFIER);
    let name = Name::new(&name).ok()?;
    packet.questions.push(DnsQuestion::new(name, QTYPE::TYPE(TYPE::PTR), QCLASS::CLASS(CLASS::IN), false));
    let bytes = packet.build_bytes_vec().ok()?;
    let length = u16::try_from(bytes.len()).ok()?.to_be_bytes();
    Some([&length, bytes.as_slice()].concat())
}

fn message(heard: &[u8]) -> Option<&[u8]> {
    let (length, rest) = heard.split_first_chunk::<2>()?;
    rest.get(..usize::from(u16::from_be_bytes(*length)))
}

fn names(message: &[u8]) -> Option<Vec<Fact>> {
    let packet = Packet::parse(message).ok().filter(|packet| packet.id() == IDENTIFIER)?;
    let name = packet.answers.iter().find_map(|record| match &record.rdata {
        RData::PTR(name) => Some(text::bounded(&name.to_string())),
        _ => None,
    });
    let name = name.filter(|name| !name.is_empty())?;
    Some(vec![Fact::Name { source: NameSource::Llmnr, name, domain: None }])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probe::laws::device;

    fn told(bytes: &[u8]) -> Vec<Fact> {
        let mut asking = Asking { about: [10, 77, 0, 19].into(), connected: false, heard: vec![] };
        asking.open(None);
        asking.hear(bytes);
        asking.close().facts
    }

    #[test]
    fn the_owner_of_an_address_tells_its_name() {
        let facts = told(&device("systemd-resolved-252-llmnr"));
        let name = Fact::Name { source: NameSource::Llmnr, name: "WARD3PC7".into(), domain: None };
        assert!(facts.contains(&name), "{facts:?}");
    }

    #[test]
    fn half_an_answer_names_nobody() {
        let whole = device("systemd-resolved-252-llmnr");
        assert!((0..whole.len()).all(|at| told(&whole[..at]).len() == 1));
    }

    #[test]
    fn the_question_is_about_the_address() {
        let bytes = query([10, 77, 0, 19].into()).unwrap();
        assert_eq!(usize::from(u16::from_be_bytes([bytes[0], bytes[1]])), bytes.len() - 2);
        assert!(bytes.windows(8).any(|window| window == b"\x07in-addr"));
    }
}
