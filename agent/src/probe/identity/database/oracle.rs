//! Is an Oracle listener there, and which version? One connect packet with `COMMAND=ping`, the question
//! of Oracle's own `tnsping` (Oracle Net Services Administrator's Guide, "Using the TNSPING Utility"),
//! which the listener refuses by saying its version. No database is reached.

use daicho_shared::coverage::Outcome;
use daicho_shared::fact::{Fact, Transport};
use daicho_shared::text;

use crate::probe::identity::told::{Product, named, open};
use crate::probe::{Audience, Card, Dialogue, Level, Probe, Question, Reading, Security, Step, TlsPeer};

/// The probe.
#[derive(Debug)]
pub struct Oracle;

static CARD: Card = Card {
    name: "oracle",
    title: "Which Oracle listener are you? (tnsping)",
    title_ja: "Oracleリスナーの版の確認（tnspingと同じ照会）",
    standard: "Oracle Net Services Administrator's Guide, TNSPING",
    packets: 6,
    level: Level::Query,
    may_upset: "the listener writes one `ping` line into its log; no database sees it, and nobody logs in",
    audience: Audience::Everybody,
    why: "the listener's answer tells the version of the database software",
    why_ja: "リスナーの応答にDBソフトの版が含まれるため",
};

const PORT: u16 = 1521;
/// Length, checksum, type, flags, header checksum.
const HEADER: usize = 8;
const CONNECT: u8 = 1;
const ACCEPT: u8 = 2;
const REFUSE: u8 = 4;
const REDIRECT: u8 = 5;
/// An answer is some hundred octets long.
const LIMIT: usize = 2048;
const PING: &[u8] = b"(CONNECT_DATA=(COMMAND=ping))";
/// Where the connect data begins.
const DATA_AT: u8 = 58;

impl Probe for Oracle {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn speak(&self, port: u16) -> Option<Question> {
        let dialogue = || Box::new(Asked::default());
        (port == PORT).then(|| Question::Stream { port, security: Security::Plain, dialogue: dialogue() })
    }

    #[cfg(test)]
    fn samples(&self) -> Vec<crate::probe::laws::Sample> {
        vec![crate::probe::laws::Sample::Stream(PORT, tests::refusal())]
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
        Step::Send(request())
    }

    fn hear(&mut self, bytes: &[u8]) -> Step {
        let room = LIMIT - self.heard.len();
        self.heard.extend(&bytes[..bytes.len().min(room)]);
        let is_whole = self.heard.len() >= LIMIT || packet(&self.heard).is_some();
        if is_whole { Step::Done } else { Step::Listen }
    }

    fn close(&mut self) -> Reading {
        if !self.connected {
            return Reading::of(Outcome::Silent);
        }
        match packet(&self.heard).and_then(|(kind, body)| read(kind, body)) {
            Some(fact) => Reading::answered(vec![open(PORT), fact]),
            None => Reading { facts: vec![open(PORT)], ..Reading::of(Outcome::OtherProtocol) },
        }
    }
}

/// A connect packet: version 310, compatible with 300, SDU 2048, TDU 32767, the protocol's usual
/// characteristics, the byte order, the connect data's length and place, and 24 zeros.
fn request() -> Vec<u8> {
    let length = usize::from(DATA_AT) + PING.len();
    let mut bytes = Vec::with_capacity(length);
    bytes.extend(u16::try_from(length).unwrap_or(0).to_be_bytes());
    bytes.extend([0, 0, CONNECT, 0, 0, 0]);
    bytes.extend([0x01, 0x36, 0x01, 0x2c, 0, 0, 0x08, 0, 0x7f, 0xff, 0x7f, 0x08, 0, 0, 0, 1]);
    bytes.extend(u16::try_from(PING.len()).unwrap_or(0).to_be_bytes());
    bytes.extend([0, DATA_AT, 0, 0, 0, 0, 0, 0]);
    bytes.resize(usize::from(DATA_AT), 0);
    bytes.extend(PING);
    bytes
}

/// Type and body of a whole packet.
fn packet(bytes: &[u8]) -> Option<(u8, &[u8])> {
    let header = bytes.first_chunk::<HEADER>()?;
    let length = usize::from(u16::from_be_bytes([header[0], header[1]]));
    Some((header[4], bytes.get(HEADER..length)?))
}

/// `(DESCRIPTION=(TMP=)(VSNNUM=318767104)(ERR=0)(ALIAS=LISTENER))`: listeners refuse a ping like this.
fn read(kind: u8, body: &[u8]) -> Option<Fact> {
    if !matches!(kind, ACCEPT | REFUSE | REDIRECT) {
        return None;
    }
    let text = body.iter().position(|byte| *byte == b'(').map(|at| text::bounded_bytes(&body[at..]));
    // Only a listener speaks in parentheses; anything else could be chance.
    let text = text.filter(|text| text.starts_with("(DESCRIPTION=") || text.starts_with("(ERROR"))?;
    let version = number(&text, "(VSNNUM=").map(version);
    let product = Product { name: Some("Oracle Net Listener".to_owned()), version, banner: Some(text) };
    Some(named(Transport::Tcp, PORT, "oracle", product))
}

fn number(text: &str, key: &str) -> Option<u32> {
    let (_, rest) = text.split_once(key)?;
    rest.split(')').next()?.parse().ok()
}

/// Five numbers in one: 8, 4, 8, 4 and 8 bits. From 18 on, the second has 8 bits and the third 4.
fn version(number: u32) -> String {
    let bits = |at: u32, length: u32| (number >> at) & ((1 << length) - 1);
    let major = bits(24, 8);
    if major >= 18 {
        return format!("{major}.{}.{}.{}.{}", bits(16, 8), bits(12, 4), bits(4, 8), bits(0, 4));
    }
    format!("{major}.{}.{}.{}.{}", bits(20, 4), bits(12, 8), bits(8, 4), bits(0, 8))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A refusal of a ping as listeners of version 19 word it.
    pub(super) fn refusal() -> Vec<u8> {
        let text = b"(DESCRIPTION=(TMP=)(VSNNUM=318767104)(ERR=0)(ALIAS=LISTENER))";
        let length = u8::try_from(12 + text.len()).unwrap();
        [&[0, length, 0, 0, REFUSE, 0, 0, 0, 4, 0, 0, length - 12], text.as_slice()].concat()
    }

    #[test]
    fn the_connect_data_stand_where_the_packet_says() {
        let bytes = request();
        assert_eq!(usize::from(bytes[1]), bytes.len());
        assert_eq!(&bytes[usize::from(bytes[27])..], PING);
        assert_eq!(usize::from(bytes[25]), PING.len());
    }

    #[test]
    fn versions_are_read_by_either_layout() {
        assert_eq!(version(318_767_104), "19.0.0.0.0");
        assert_eq!(version(186_647_552), "11.2.0.4.0");
        assert_eq!(version(202_375_680), "12.1.0.2.0");
    }

    #[test]
    fn a_packet_without_a_description_is_no_listener() {
        assert!(read(REFUSE, b"hello").is_none());
        assert!(read(9, b"(DESCRIPTION=)").is_none());
    }
}
