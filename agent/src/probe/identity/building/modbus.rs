//! Which controller are you? Modbus Read Device Identification (MODBUS Application Protocol V1.1b3 §6.21,
//! function 43/14): vendor, product code and revision. Nothing else is read, and nothing written.

use daicho_shared::coverage::Outcome;
use daicho_shared::fact::{Fact, Transport};
use daicho_shared::text;

use crate::probe::identity::told::{open, service};
use crate::probe::{Audience, Card, Dialogue, Level, Probe, Question, Reading, Security, Step, TlsPeer};

/// The probe.
#[derive(Debug)]
pub struct Modbus;

static CARD: Card = Card {
    name: "modbus",
    title: "Which controller are you? (Modbus Read Device Identification)",
    title_ja: "Modbus機器の製造元・型式・版の確認（読み取りのみ）",
    standard: "MODBUS Application Protocol V1.1b3 §6.21",
    packets: 6,
    level: Level::Query,
    may_upset: "a controller that takes one connection at a time is busy for a moment; asked only of devices that seem to be building control",
    audience: Audience::Seeming(&["building"]),
    why: "the controller itself tells maker, product and revision",
    why_ja: "設備制御機器が自分の製造元・型式・版を答えるため",
};

const PORT: u16 = 502;
/// Transaction, protocol, length, unit (MODBUS Messaging on TCP/IP V1.0b §3.1.3).
const HEADER: usize = 7;
const TRANSACTION: [u8; 2] = [0x44, 0x41];
/// A server that is addressed directly (§4.4.2.1 there).
const UNIT: u8 = 0xff;
const ENCAPSULATED: u8 = 0x2b;
const DEVICE_IDENTIFICATION: u8 = 0x0e;
const BASIC: u8 = 0x01;
const EXCEPTION: u8 = 0x80;
/// The longest message (§4.1 there).
const LIMIT: usize = 260;
/// The first basic object; product code and revision are the next two.
const VENDOR: u8 = 0;

impl Probe for Modbus {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn speak(&self, port: u16) -> Option<Question> {
        let dialogue = || Box::new(Asked::default());
        (port == PORT).then(|| Question::Stream { port, security: Security::Plain, dialogue: dialogue() })
    }

    #[cfg(test)]
    fn samples(&self) -> Vec<crate::probe::laws::Sample> {
        use crate::probe::laws::{Sample, device};
        vec![Sample::Stream(PORT, device("pymodbus-modbus")), Sample::Stream(PORT, tests::exception())]
    }
}

#[derive(Debug, Default)]
struct Asked {
    connected: bool,
    heard: Vec<u8>,
}

impl Dialogue for Asked {
    fn open(&mut self, _: Option<TlsPeer<'_>>) -> Step {
        self.connected = true;
        let [high, low] = TRANSACTION;
        Step::Send(vec![high, low, 0, 0, 0, 5, UNIT, ENCAPSULATED, DEVICE_IDENTIFICATION, BASIC, VENDOR])
    }

    fn hear(&mut self, bytes: &[u8]) -> Step {
        let room = LIMIT - self.heard.len();
        self.heard.extend(&bytes[..bytes.len().min(room)]);
        let is_whole = self.heard.len() >= LIMIT || message(&self.heard).is_some();
        if is_whole { Step::Done } else { Step::Listen }
    }

    fn close(&mut self) -> Reading {
        if !self.connected {
            return Reading::of(Outcome::Silent);
        }
        match message(&self.heard).and_then(read) {
            Some(facts) => Reading::answered([vec![open(PORT)], facts].concat()),
            None => Reading { facts: vec![open(PORT)], ..Reading::of(Outcome::OtherProtocol) },
        }
    }
}

/// Function code and data of a whole answer to our question.
fn message(bytes: &[u8]) -> Option<&[u8]> {
    let (header, rest) = bytes.split_first_chunk::<HEADER>()?;
    let length = usize::from(u16::from_be_bytes([header[4], header[5]]));
    let is_ours = header[..4] == [TRANSACTION[0], TRANSACTION[1], 0, 0];
    rest.get(..length.checked_sub(1)?).filter(|_| is_ours)
}

fn read(message: &[u8]) -> Option<Vec<Fact>> {
    let modbus = service(Transport::Tcp, PORT, "modbus");
    match message {
        // It speaks Modbus, and not this function.
        [function, _, ..] if *function == ENCAPSULATED | EXCEPTION => Some(vec![modbus]),
        // Code, conformity, more follows, next object, number of objects.
        [ENCAPSULATED, DEVICE_IDENTIFICATION, _, _, _, _, count, objects @ ..] => {
            Some([modbus].into_iter().chain(product(objects, *count)).collect())
        }
        _ => None,
    }
}

/// Objects: number, length, text.
fn product(mut objects: &[u8], count: u8) -> Option<Fact> {
    let mut texts = [None, None, None];
    for _ in 0..count {
        let Some(([number, length], rest)) = objects.split_first_chunk::<2>() else { break };
        let Some((value, rest)) = rest.split_at_checked(usize::from(*length)) else { break };
        if let Some(place) = texts.get_mut(usize::from(*number)) {
            *place = Some(text::bounded_bytes(value)).filter(|text| !text.is_empty());
        }
        objects = rest;
    }
    let [maker, model, firmware] = texts;
    let told = maker.is_some() || model.is_some() || firmware.is_some();
    told.then(|| Fact::Product { source: "modbus".to_owned(), maker, model, serial: None, firmware })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// "Illegal function", as §7 lays it out.
    pub(super) fn exception() -> Vec<u8> {
        vec![0x44, 0x41, 0, 0, 0, 3, UNIT, ENCAPSULATED | EXCEPTION, 1]
    }

    #[test]
    fn the_standards_example_is_read() {
        // §6.21, the response to a request for basic identification.
        let mut objects = vec![VENDOR, 22];
        objects.extend(b"Company identification");
        objects.extend([1, 15]);
        objects.extend(b"Product code XX");
        objects.extend([2, 5]);
        objects.extend(b"V2.11");
        let message = [&[ENCAPSULATED, DEVICE_IDENTIFICATION, BASIC, 1, 0, 0, 3], objects.as_slice()].concat();
        let facts = read(&message).unwrap();
        assert!(
            matches!(&facts[1], Fact::Product { maker: Some(maker), model: Some(model), firmware: Some(firmware), .. }
            if maker == "Company identification" && model == "Product code XX" && firmware == "V2.11")
        );
    }

    #[test]
    fn an_exception_proves_the_protocol() {
        let bytes = exception();
        assert_eq!(read(message(&bytes).unwrap()).unwrap().len(), 1);
    }
}
