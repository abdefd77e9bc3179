//! Which `MySQL` or `MariaDB` is this? The server speaks first: initial handshake packet, protocol
//! version 10 (`MySQL` Client/Server Protocol, "Connection Phase"). Nothing is sent.

use daicho_shared::coverage::Outcome;
use daicho_shared::fact::{Fact, Transport};
use daicho_shared::text;

use crate::probe::identity::told::{Product, named, open, service};
use crate::probe::{Audience, Card, Dialogue, Level, Probe, Question, Reading, Security, Step, TlsPeer};

/// The probe.
#[derive(Debug)]
pub struct Mysql;

static CARD: Card = Card {
    name: "mysql",
    title: "Which MySQL or MariaDB are you? (nothing is sent)",
    title_ja: "MySQL・MariaDBの版の確認（何も送信しない）",
    standard: "MySQL Client/Server Protocol, Protocol::HandshakeV10",
    packets: 5,
    level: Level::Query,
    may_upset: "the server logs a connection that was closed without a login, as a warning, and counts it (100 in a row bar a client); never as a failed login",
    audience: Audience::Everybody,
    why: "the server's greeting tells product and version",
    why_ja: "接続時のあいさつにDBの製品名と版が含まれるため",
};

const PORT: u16 = 3306;
/// Length (3, little endian) and sequence number.
const HEADER: usize = 4;
/// A greeting is some hundred octets long.
const LIMIT: usize = 1024;
const PROTOCOL_10: u8 = 10;
/// An error packet: host not allowed, too many connections.
const ERROR: u8 = 0xff;
/// `MariaDB` 10 and later announce themselves as a replica of 5.5.5, for old clients.
const MARIADB_PREFIX: &str = "5.5.5-";

impl Probe for Mysql {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn speak(&self, port: u16) -> Option<Question> {
        let dialogue = || Box::new(Greeting::default());
        (port == PORT).then(|| Question::Stream { port, security: Security::Plain, dialogue: dialogue() })
    }

    #[cfg(test)]
    fn samples(&self) -> Vec<crate::probe::laws::Sample> {
        use crate::probe::laws::{Sample, device};
        vec![Sample::Stream(PORT, device("mariadb-1011-mysql")), Sample::Stream(PORT, tests::refusal())]
    }
}

#[derive(Debug, Default)]
struct Greeting {
    connected: bool,
    heard: Vec<u8>,
}

impl Dialogue for Greeting {
    fn open(&mut self, _: Option<TlsPeer<'_>>) -> Step {
        self.connected = true;
        Step::Listen
    }

    fn hear(&mut self, bytes: &[u8]) -> Step {
        let room = LIMIT - self.heard.len();
        self.heard.extend(&bytes[..bytes.len().min(room)]);
        let is_whole = self.heard.len() >= LIMIT || payload(&self.heard).is_some();
        if is_whole { Step::Done } else { Step::Listen }
    }

    fn close(&mut self) -> Reading {
        if !self.connected {
            return Reading::of(Outcome::Silent);
        }
        match payload(&self.heard).and_then(read) {
            Some(facts) => Reading::answered([vec![open(PORT)], facts].concat()),
            None => Reading { facts: vec![open(PORT)], ..Reading::of(Outcome::OtherProtocol) },
        }
    }
}

/// The first packet's payload, once it is there.
fn payload(bytes: &[u8]) -> Option<&[u8]> {
    let (header, rest) = bytes.split_first_chunk::<HEADER>()?;
    let length = usize::try_from(u32::from_le_bytes([header[0], header[1], header[2], 0])).ok()?;
    rest.get(..length).filter(|_| length > 1)
}

fn read(payload: &[u8]) -> Option<Vec<Fact>> {
    match payload.split_first()? {
        (&PROTOCOL_10, rest) => greeting(rest),
        (&ERROR, rest) => Some(vec![refused(rest)]),
        _ => None,
    }
}

/// Version (a zero ends it), thread, salt, capabilities, character set; the plugin's name comes last.
fn greeting(rest: &[u8]) -> Option<Vec<Fact>> {
    let end = rest.iter().position(|byte| *byte == 0)?;
    let told = text::bounded_bytes(&rest[..end]);
    let is_mariadb = told.contains("MariaDB");
    let version = told.strip_prefix(MARIADB_PREFIX).filter(|_| is_mariadb).unwrap_or(&told);
    let number = version.split(['-', '+']).next().unwrap_or_default();
    let product = Product {
        name: Some(if is_mariadb { "MariaDB" } else { "MySQL" }.to_owned()),
        version: Some(number.to_owned()).filter(|number| number.starts_with(|first: char| first.is_ascii_digit())),
        banner: Some(told.clone()),
    };
    Some(vec![named(Transport::Tcp, PORT, "mysql", product)])
}

/// Code (little endian), then a text that says why this client may not connect.
fn refused(rest: &[u8]) -> Fact {
    match rest.split_first_chunk::<2>() {
        Some((_, why)) if why.contains(&b'\'') || why.is_ascii() => {
            let banner = Some(text::bounded_bytes(why)).filter(|text| !text.is_empty());
            let is_mariadb = banner.as_ref().is_some_and(|text| text.contains("MariaDB"));
            let name = is_mariadb.then(|| "MariaDB".to_owned());
            named(Transport::Tcp, PORT, "mysql", Product { name, version: None, banner })
        }
        _ => service(Transport::Tcp, PORT, "mysql"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Error 1130, "Host … is not allowed" (documentation of `ER_HOST_NOT_PRIVILEGED`).
    pub(super) fn refusal() -> Vec<u8> {
        let text = b"\xff\x6a\x04Host '10.77.0.1' is not allowed to connect to this MariaDB server";
        [&[u8::try_from(text.len()).unwrap(), 0, 0, 0], text.as_slice()].concat()
    }

    fn told(version: &str) -> Vec<Fact> {
        read(&[&[PROTOCOL_10], version.as_bytes(), &[0; 40]].concat()).unwrap()
    }

    #[test]
    fn mysql_and_mariadb_are_told_apart() {
        assert!(matches!(&told("8.0.36-0ubuntu0.22.04.1")[0], Fact::Service { product: Some(p), version: Some(v), .. }
            if p == "MySQL" && v == "8.0.36"));
        assert!(
            matches!(&told("5.5.5-10.3.39-MariaDB-log")[0], Fact::Service { product: Some(p), version: Some(v), .. }
            if p == "MariaDB" && v == "10.3.39")
        );
    }

    #[test]
    fn a_refusal_proves_the_server_too() {
        let facts = read(payload(&refusal()).unwrap()).unwrap();
        assert!(matches!(&facts[0], Fact::Service { product: Some(p), banner: Some(b), .. }
            if p == "MariaDB" && b.starts_with("Host '10.77.0.1'")));
    }
}
