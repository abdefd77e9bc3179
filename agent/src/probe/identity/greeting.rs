//! What does the service say by itself? FTP (RFC 959 §5.4), SMTP (RFC 5321 §4.3.1), POP3 (RFC 1939 §4),
//! Telnet (RFC 854) and other services that speak first. Nothing is sent.

use std::sync::LazyLock;

use daicho_shared::coverage::Outcome;
use daicho_shared::fact::{Fact, Transport};
use daicho_shared::text;
use serde::Deserialize;

use super::told::{Product, endless_greeting, named, open};
use crate::probe::{Audience, Card, Dialogue, Level, Probe, Question, Reading, Security, Step, TlsPeer};

/// The probe.
#[derive(Debug)]
pub struct Greeting;

static CARD: Card = Card {
    name: "greeting",
    title: "What do you say first? (nothing is sent)",
    title_ja: "接続時のあいさつ文の確認（何も送信しない）",
    standard: "RFC 959 §5.4, RFC 5321 §4.3.1, RFC 1939 §4, RFC 854",
    packets: 6,
    level: Level::Query,
    may_upset: "as `connect`",
    audience: Audience::Everybody,
    why: "what a service says by itself names its product",
    why_ja: "サービスが自分から名乗る製品名を読むため",
};

/// The most octets of a greeting that are read.
const LIMIT: usize = 512;
const TELNET: u16 = 23;
/// "Interpret as command", RFC 854.
const IAC: u8 = 255;
/// Sub-negotiation from here (RFC 855) to `SE`.
const SB: u8 = 250;
const SE: u8 = 240;
/// WILL, WON'T, DO, DON'T: an option follows.
const OPTIONS: std::ops::RangeInclusive<u8> = 251..=254;

/// Ports whose services speak first.
const SPEAKERS: &[(u16, &str)] = &[
    (21, "ftp"),
    (TELNET, "telnet"),
    (25, "smtp"),
    (110, "pop3"),
    (143, "imap"),
    (587, "smtp"),
    (873, "rsync"),
    (902, "vmware-auth"),
];

impl Probe for Greeting {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn speak(&self, port: u16) -> Option<Question> {
        let (_, protocol) = SPEAKERS.iter().find(|(speaker, _)| *speaker == port)?;
        let dialogue = Box::new(Listener { port, protocol, connected: false, heard: vec![] });
        Some(Question::Stream { port, security: Security::Plain, dialogue })
    }

    #[cfg(test)]
    fn samples(&self) -> Vec<crate::probe::laws::Sample> {
        use crate::probe::laws::{Sample, device};
        vec![Sample::Stream(21, device("vsftpd-303-ftp")), Sample::Stream(25, device("exim-496-smtp"))]
    }
}

#[derive(Debug)]
struct Listener {
    port: u16,
    protocol: &'static str,
    connected: bool,
    heard: Vec<u8>,
}

impl Dialogue for Listener {
    fn open(&mut self, _: Option<TlsPeer<'_>>) -> Step {
        self.connected = true;
        Step::Listen
    }

    fn hear(&mut self, bytes: &[u8]) -> Step {
        let room = LIMIT - self.heard.len();
        self.heard.extend(&bytes[..bytes.len().min(room)]);
        let is_whole = self.heard.len() >= LIMIT || (self.port != TELNET && self.heard.contains(&b'\n'));
        if is_whole { Step::Done } else { Step::Listen }
    }

    fn close(&mut self) -> Reading {
        if !self.connected {
            return Reading::of(Outcome::Silent);
        }
        let mut facts = vec![open(self.port)];
        let first_line = readable(&self.heard);
        if !first_line.is_empty() {
            facts.push(self.service(first_line));
        }
        // A line of FTP, SMTP and POP3 is shorter (RFC 5321 §4.5.3.1.5); Telnet knows no lines.
        if self.port != TELNET && self.heard.len() >= LIMIT && !self.heard.contains(&b'\n') {
            facts.push(endless_greeting());
        }
        Reading::answered(facts)
    }
}

impl Listener {
    fn service(&self, banner: String) -> Fact {
        let (name, version) = product(self.protocol, &banner).unzip();
        let product = Product { name, version: version.flatten(), banner: Some(banner) };
        named(Transport::Tcp, self.port, self.protocol, product)
    }
}

/// The greeting up to its first line break, Telnet commands left out.
fn readable(bytes: &[u8]) -> String {
    let mut text = Vec::new();
    let mut rest = bytes.iter();
    while let Some(&byte) = rest.next() {
        match byte {
            IAC => skip_command(&mut rest),
            b'\r' | b'\n' if text.iter().any(|byte: &u8| byte.is_ascii_alphanumeric()) => break,
            _ => text.push(byte),
        }
    }
    text::bounded_bytes(&text)
}

fn skip_command(rest: &mut std::slice::Iter<'_, u8>) {
    match rest.next() {
        Some(&SB) => drop(rest.find(|byte| **byte == SE)),
        Some(command) if OPTIONS.contains(command) => drop(rest.next()),
        _ => {}
    }
}

/// One row of `config/greetings.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    protocol: Vec<String>,
    says: String,
    product: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    greeting: Vec<Row>,
}

static TABLE: LazyLock<Vec<Row>> = LazyLock::new(|| {
    let text = include_str!("../../../../config/greetings.toml");
    toml::from_str::<Table>(text).map(|table| table.greeting).unwrap_or_default()
});

/// Words between a product and its version: `220 (vsFTPd 3.0.3)`, `ProFTPD Version 1.3.5`.
const WORDS_BETWEEN: usize = 3;

/// The product that a greeting names, with its version where it tells one.
fn product(protocol: &str, banner: &str) -> Option<(String, Option<String>)> {
    let lower = banner.to_ascii_lowercase();
    let told = |row: &Row| row.protocol.iter().any(|own| own == protocol);
    TABLE.iter().filter(|row| told(row)).find_map(|row| {
        let at = lower.find(&row.says.to_ascii_lowercase())? + row.says.len();
        Some((row.product.clone(), banner.get(at..).and_then(version)))
    })
}

/// The first word of the next few that begins with a digit and looks like a version.
fn version(rest: &str) -> Option<String> {
    let words = rest.split(|c: char| c.is_whitespace() || "()[],;:/_".contains(c)).filter(|word| !word.is_empty());
    let plain = words.take(WORDS_BETWEEN).map(|word| word.trim_start_matches(['v', 'V']).trim_end_matches('.'));
    let is_version = |word: &&str| word.starts_with(|first: char| first.is_ascii_digit()) && word.contains('.');
    plain.into_iter().find(is_version).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_is_the_banner() {
        assert_eq!(readable(b"220 ProFTPD Server ready\r\nmore"), "220 ProFTPD Server ready");
    }

    #[test]
    fn telnet_negotiation_is_not_text() {
        assert_eq!(readable(&[255, 253, 1, 255, 251, 3, b'\r', b'\n', b'C', b'T', b' ', b'1', b'\n']), "CT 1");
        assert_eq!(readable(&[255, 250, 24, 1, 255, 240, b'C', b'T', 255, 241]), "CT");
    }

    #[test]
    fn the_table_is_read() {
        assert!(TABLE.len() > 20);
        for row in TABLE.iter() {
            assert!(row.protocol.iter().all(|own| SPEAKERS.iter().any(|(_, told)| told == own)), "{row:?}");
        }
    }

    #[test]
    fn products_and_versions_are_read() {
        let is = |protocol: &str, banner: &str, name: &str, version: Option<&str>| {
            assert_eq!(product(protocol, banner), Some((name.to_owned(), version.map(str::to_owned))), "{banner}");
        };
        is("ftp", "220 (vsFTPd 3.0.3)", "vsFTPd", Some("3.0.3"));
        is("ftp", "220 ProFTPD 1.3.5e Server (Debian) [10.0.0.1]", "ProFTPD", Some("1.3.5e"));
        is("ftp", "220-FileZilla Server 0.9.60 beta", "FileZilla Server", Some("0.9.60"));
        is("ftp", "220 Microsoft FTP Service", "Microsoft FTP Service", None);
        is("smtp", "220 mx ESMTP Exim 4.96 Sat, 21 Nov 2026 07:00:00 +0000", "Exim", Some("4.96"));
        is("smtp", "220 mail.hosp.example ESMTP Postfix (Debian/GNU)", "Postfix", None);
        is(
            "smtp",
            "220 ex01.hosp.example Microsoft ESMTP MAIL Service, Version: 10.0.17763.1697 ready",
            "Microsoft ESMTP MAIL Service",
            Some("10.0.17763.1697"),
        );
        assert_eq!(product("ftp", "220 ready"), None);
        assert_eq!(product("smtp", "220 vsFTPd 3"), None);
    }
}
