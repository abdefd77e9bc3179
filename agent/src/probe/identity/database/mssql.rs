//! Which SQL Server is this? `PRELOGIN` (MS-TDS §2.2.6.5), which every client sends before it logs in:
//! the server answers with its version and whether it insists on encryption.

use daicho_shared::coverage::Outcome;
use daicho_shared::fact::{Fact, Transport};

use crate::probe::identity::told::{Product, attribute, named, open};
use crate::probe::{Audience, Card, Dialogue, Level, Probe, Question, Reading, Security, Step, TlsPeer};

/// The probe.
#[derive(Debug)]
pub struct Mssql;

static CARD: Card = Card {
    name: "mssql",
    title: "Which SQL Server are you? (no login)",
    title_ja: "SQL Serverの版の確認（ログインしない）",
    standard: "MS-TDS §2.2.6.5, §2.2.3",
    packets: 6,
    level: Level::Query,
    may_upset: "the server logs nothing by default; the connection ends before a login",
    audience: Audience::Everybody,
    why: "the answer to the first message tells version and build",
    why_ja: "最初の応答に版とビルド番号が含まれるため",
};

const PORT: u16 = 1433;
/// Packet header: type, status, length (big endian), process, packet number, window (§2.2.3.1).
const HEADER: usize = 8;
const PRELOGIN: u8 = 0x12;
const RESPONSE: u8 = 0x04;
const END_OF_MESSAGE: u8 = 0x01;
/// The longest packet a server may send before a size is agreed.
const LIMIT: usize = 4096;

const VERSION: u8 = 0x00;
const ENCRYPTION: u8 = 0x01;
const INSTANCE: u8 = 0x02;
const THREAD: u8 = 0x03;
const MARS: u8 = 0x04;
const TERMINATOR: u8 = 0xff;
/// Token, offset and length of one option (§2.2.6.5).
const OPTION: usize = 5;

impl Probe for Mssql {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn speak(&self, port: u16) -> Option<Question> {
        let dialogue = || Box::new(Asked::default());
        (port == PORT).then(|| Question::Stream { port, security: Security::Plain, dialogue: dialogue() })
    }

    #[cfg(test)]
    fn samples(&self) -> Vec<crate::probe::laws::Sample> {
        vec![crate::probe::laws::Sample::Stream(PORT, tests::answer())]
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
        let is_whole = self.heard.len() >= LIMIT
            || self.heard.first().is_some_and(|kind| *kind != RESPONSE)
            || body(&self.heard).is_some();
        if is_whole { Step::Done } else { Step::Listen }
    }

    fn close(&mut self) -> Reading {
        if !self.connected {
            return Reading::of(Outcome::Silent);
        }
        match body(&self.heard).and_then(read) {
            Some(facts) => Reading::answered([vec![open(PORT)], facts].concat()),
            None => Reading { facts: vec![open(PORT)], ..Reading::of(Outcome::OtherProtocol) },
        }
    }
}

/// Version 0, encryption supported, any instance, no thread, no multiple result sets.
fn request() -> Vec<u8> {
    let values: [(u8, &[u8]); 5] =
        [(VERSION, &[0; 6]), (ENCRYPTION, &[0]), (INSTANCE, &[0]), (THREAD, &[0; 4]), (MARS, &[0])];
    let (mut table, mut data) = (vec![], vec![]);
    for (token, value) in values {
        let offset = values.len() * OPTION + 1 + data.len();
        table.push(token);
        table.extend(length16(offset));
        table.extend(length16(value.len()));
        data.extend(value);
    }
    table.push(TERMINATOR);
    let mut bytes = vec![PRELOGIN, END_OF_MESSAGE];
    bytes.extend(length16(HEADER + table.len() + data.len()));
    bytes.extend([0; 4]);
    [bytes, table, data].concat()
}

fn length16(length: usize) -> [u8; 2] {
    u16::try_from(length).unwrap_or(u16::MAX).to_be_bytes()
}

/// What follows the header of a whole response.
fn body(bytes: &[u8]) -> Option<&[u8]> {
    let header = bytes.first_chunk::<HEADER>()?;
    let length = usize::from(u16::from_be_bytes([header[2], header[3]]));
    bytes.get(HEADER..length).filter(|_| header[0] == RESPONSE)
}

fn read(body: &[u8]) -> Option<Vec<Fact>> {
    // VERSION must be the first option (§2.2.6.5).
    let version = option(body, VERSION).filter(|value| value.len() >= 4)?;
    let build = u16::from_be_bytes([version[2], version[3]]);
    let product = Product {
        name: Some("Microsoft SQL Server".to_owned()),
        version: Some(format!("{}.{}.{build}", version[0], version[1])),
        banner: None,
    };
    let encryption = option(body, ENCRYPTION).and_then(|value| match value.first()? {
        0 => Some("off"),
        1 => Some("on"),
        2 => Some("not-supported"),
        3 => Some("required"),
        _ => None,
    });
    let encryption = encryption.map(|value| attribute("mssql", "encryption", value));
    Some([named(Transport::Tcp, PORT, "mssql", product)].into_iter().chain(encryption).collect())
}

/// The value of an option of the table.
fn option(body: &[u8], wanted: u8) -> Option<&[u8]> {
    let rows = body.chunks_exact(OPTION).take_while(|row| row[0] != TERMINATOR).take(16);
    let row = rows.into_iter().find(|row| row[0] == wanted)?;
    let offset = usize::from(u16::from_be_bytes([row[1], row[2]]));
    body.get(offset..offset + usize::from(u16::from_be_bytes([row[3], row[4]])))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The answer of a SQL Server 2019 (15.0.2000), laid out as in MS-TDS §4.2.
    pub(super) fn answer() -> Vec<u8> {
        let mut body = vec![0, 0, 26, 0, 6, 1, 0, 32, 0, 1, 2, 0, 33, 0, 1, 3, 0, 34, 0, 0, 4, 0, 34, 0, 1, 0xff];
        body.extend([15, 0, 0x07, 0xd0, 0, 0, 1, 0, 0]);
        [&[RESPONSE, 1, 0, u8::try_from(body.len() + 8).unwrap(), 0, 0, 1, 0], body.as_slice()].concat()
    }

    #[test]
    fn the_request_is_what_the_standard_shows() {
        let bytes = request();
        assert_eq!(bytes[..8], [0x12, 1, 0, 47, 0, 0, 0, 0]);
        // MS-TDS §4.1: the first option's value stands right after the terminator.
        assert_eq!(bytes[8..13], [0, 0, 26, 0, 6]);
        assert_eq!(bytes[8 + 25], 0xff);
        assert_eq!(bytes.len(), 47);
    }

    #[test]
    fn version_and_encryption_are_read() {
        let answer = answer();
        let facts = read(body(&answer).unwrap()).unwrap();
        assert!(matches!(&facts[0], Fact::Service { version: Some(version), .. } if version == "15.0.2000"));
        assert_eq!(facts[1], attribute("mssql", "encryption", "on"));
    }
}
