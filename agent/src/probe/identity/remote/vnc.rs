//! Does somebody offer his screen by VNC? The server speaks first (RFC 6143 §7.1.1). Nothing is sent: a
//! viewer that answered could make the server ask the person in front of the screen for permission.

use daicho_shared::coverage::Outcome;
use daicho_shared::fact::Transport;
use daicho_shared::text;

use crate::probe::identity::told::{Product, attribute, named, open};
use crate::probe::{Audience, Card, Dialogue, Level, Probe, Question, Reading, Security, Step, TlsPeer};

/// The probe.
#[derive(Debug)]
pub struct Vnc;

static CARD: Card = Card {
    name: "vnc",
    title: "Which VNC version do you speak? (nothing is sent)",
    title_ja: "VNCの版の確認（何も送信しない）",
    standard: "RFC 6143 §7.1.1",
    packets: 5,
    level: Level::Query,
    may_upset: "the server logs a connection; some bar a client for seconds after five that did not log in",
    audience: Audience::Everybody,
    why: "a screen that can be steered from afar is remote maintenance",
    why_ja: "遠隔操作の受け口があるかを知るため",
};

const PORTS: &[u16] = &[5900, 5901, 5902, 5903];
/// `RFB 003.008` and a line feed.
const LENGTH: usize = 12;

impl Probe for Vnc {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn speak(&self, port: u16) -> Option<Question> {
        let dialogue = || Box::new(Listener { port, connected: false, heard: vec![] });
        PORTS.contains(&port).then(|| Question::Stream { port, security: Security::Plain, dialogue: dialogue() })
    }

    #[cfg(test)]
    fn samples(&self) -> Vec<crate::probe::laws::Sample> {
        use crate::probe::laws::{Sample, device};
        vec![Sample::Stream(5900, device("tigervnc-112-vnc")), Sample::Stream(5901, b"RFB 003.889\n".to_vec())]
    }
}

#[derive(Debug)]
struct Listener {
    port: u16,
    connected: bool,
    heard: Vec<u8>,
}

impl Dialogue for Listener {
    fn open(&mut self, _: Option<TlsPeer<'_>>) -> Step {
        self.connected = true;
        Step::Listen
    }

    fn hear(&mut self, bytes: &[u8]) -> Step {
        let room = LENGTH - self.heard.len();
        self.heard.extend(&bytes[..bytes.len().min(room)]);
        if self.heard.len() >= LENGTH { Step::Done } else { Step::Listen }
    }

    fn close(&mut self) -> Reading {
        if !self.connected {
            return Reading::of(Outcome::Silent);
        }
        let Some((major, minor)) = version(&self.heard) else {
            return Reading { facts: vec![open(self.port)], ..Reading::of(Outcome::OtherProtocol) };
        };
        let banner = Some(text::bounded_bytes(&self.heard));
        let product = Product { name: product(major, minor).map(str::to_owned), version: None, banner };
        let protocol = attribute("vnc", "protocol", format!("{major}.{minor}"));
        Reading::answered(vec![open(self.port), named(Transport::Tcp, self.port, "vnc", product), protocol])
    }
}

/// `RFB xxx.yyy` and a line feed (RFC 6143 §7.1.1).
fn version(heard: &[u8]) -> Option<(u16, u16)> {
    let text = std::str::from_utf8(heard).ok()?;
    let (major, minor) = text.strip_prefix("RFB ")?.strip_suffix('\n')?.split_once('.')?;
    let number = |digits: &str| digits.parse().ok().filter(|_| digits.len() == 3);
    Some((number(major)?, number(minor)?))
}

/// Versions of their own: RFC 6143 §7.1.1 names 3.3, 3.7 and 3.8, and nobody else may use others.
fn product(major: u16, minor: u16) -> Option<&'static str> {
    match (major, minor) {
        (3, 889) => Some("Apple Remote Desktop"),
        (4..=6, _) => Some("RealVNC"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_tell_some_products() {
        assert_eq!(version(b"RFB 003.008\n"), Some((3, 8)));
        assert_eq!(version(b"RFB 3.8\n"), None);
        assert_eq!(version(b"HTTP/1.1 40"), None);
        assert_eq!((product(3, 8), product(5, 0)), (None, Some("RealVNC")));
    }
}
