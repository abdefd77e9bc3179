//! Is SMB version 1 still switched on? NEGOTIATE with `NT LM 0.12` alone (MS-CIFS §2.2.4.52), then
//! `SESSION_SETUP_ANDX` up to the NTLM challenge (MS-SMB §2.2.4.6), which names the product. No login.

use daicho_shared::coverage::Outcome;
use daicho_shared::fact::{Fact, NameSource};
use daicho_shared::text;

use super::little::{part, u16_at, u32_at, utf16};
use super::ntlm::{self, Challenge};
use super::session::{Session, Unit, request, wrapped};
use super::smb::{PORT, server_guid, service};
use super::{open, untold};
use crate::probe::{Audience, Card, Dialogue, Known, Level, Probe, Question, Reading, Security, Step, TlsPeer};

/// The probe.
#[derive(Debug)]
pub struct Smb1;

static CARD: Card = Card {
    name: "smb1",
    title: "Is SMB version 1 switched on? (no login)",
    title_ja: "旧SMB(バージョン1)が有効かの確認（ログインしない）",
    standard: "MS-CIFS §2.2.4.52, MS-SMB §2.2.4.5 and §2.2.4.6, RFC 1002 §4.3.2",
    packets: 8,
    level: Level::Query,
    may_upset: "a server without version 1 closes the connection, and some log that",
    audience: Audience::Answering,
    why: "it serves files; version 1 spreads malware, and tells an old system's name",
    why_ja: "ファイル共有が動いており、SMB1の残存は感染拡大の要因になるため",
};

/// The same over a NetBIOS session, for systems that have nothing else.
const SESSION_PORT: u16 = 139;
const DIALECT: &str = "NT LM 0.12";
const PROTOCOL: &[u8; 4] = b"\xffSMB";
const HEADER: usize = 32;
const NEGOTIATE: u8 = 0x72;
const SESSION_SETUP: u8 = 0x73;
/// Flags2: long names, extended security, NT status codes, Unicode (MS-CIFS §2.2.3.1, MS-SMB §2.2.3.1).
const FLAGS2: u16 = 0xc801;
const UNICODE: u16 = 0x8000;
/// Capabilities: Unicode, NT status codes, extended security (MS-SMB §2.2.4.6.1).
const CAPABILITIES: u32 = 0x8000_0044;
const EXTENDED_SECURITY: u32 = 0x8000_0000;
const SIGNING_REQUIRED: u8 = 0x08;
/// "None of these" (MS-CIFS §2.2.4.52.2).
const NO_DIALECT: u16 = 0xffff;

impl Probe for Smb1 {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn ask(&self, known: &Known<'_>) -> Vec<Question> {
        let port = [PORT, SESSION_PORT].into_iter().find(|port| known.open.contains(port));
        port.map(question).into_iter().collect()
    }

    #[cfg(test)]
    fn samples(&self) -> Vec<crate::probe::laws::Sample> {
        use crate::probe::laws::{Sample, device};
        let names = ["samba-417-smb1", "samba-417-refused-smb1", "impacket-0131-smb1"];
        let over_445 = names.map(|name| Sample::Asked(PORT, device(name)));
        let granted = [&[0x82, 0, 0, 0][..], &device("samba-417-smb1")].concat();
        over_445.into_iter().chain([Sample::Asked(SESSION_PORT, granted)]).collect()
    }
}

fn question(port: u16) -> Question {
    let dialogue = Box::new(Greeting { port, ..Greeting::default() });
    Question::Stream { port, security: Security::Plain, dialogue }
}

#[derive(Debug, Default)]
struct Greeting {
    port: u16,
    connected: bool,
    heard: bool,
    session: Session,
    facts: Vec<Fact>,
}

impl Dialogue for Greeting {
    fn open(&mut self, _: Option<TlsPeer<'_>>) -> Step {
        self.connected = true;
        Step::Send(if self.port == SESSION_PORT { request() } else { wrapped(&negotiate()) })
    }

    fn hear(&mut self, bytes: &[u8]) -> Step {
        self.heard = true;
        self.session.hear(bytes);
        let mut step = Step::Listen;
        while step != Step::Done {
            step = match self.session.next() {
                None => break,
                Some(Unit::Message(message)) => self.message(&message).unwrap_or(Step::Done),
                Some(Unit::Granted) => Step::Send(wrapped(&negotiate())),
                Some(Unit::Other) => Step::Done,
            };
        }
        step
    }

    fn close(&mut self) -> Reading {
        if !self.connected {
            return Reading::of(Outcome::Silent);
        }
        if self.facts.is_empty() {
            return untold(self.port, self.heard);
        }
        Reading::answered(std::iter::once(open(self.port)).chain(self.facts.drain(..)).collect())
    }
}

impl Greeting {
    fn message(&mut self, message: &[u8]) -> Option<Step> {
        let is_ours = message.get(..4)? == PROTOCOL;
        match *message.get(4).filter(|_| is_ours)? {
            NEGOTIATE if self.facts.is_empty() => self.negotiated(message),
            SESSION_SETUP if !self.facts.is_empty() => {
                self.facts.extend(challenged(message)?);
                Some(Step::Done)
            }
            _ => None,
        }
    }

    /// MS-CIFS §2.2.4.52.2, MS-SMB §2.2.4.5.2.
    fn negotiated(&mut self, message: &[u8]) -> Option<Step> {
        let (words, octets) = blocks(message)?;
        let chosen = u16_at(words, 0)?;
        if chosen == NO_DIALECT {
            self.facts = vec![service(self.port), attribute("version-1", "refused".to_owned())];
            return Some(Step::Done);
        }
        let signing_required = *words.get(2)? & SIGNING_REQUIRED != 0;
        let sharing = Fact::FileSharing { port: self.port, dialects: vec![DIALECT.to_owned()], signing_required };
        self.facts = vec![service(self.port), sharing];
        if u32_at(words, 19)? & EXTENDED_SECURITY != 0 {
            self.facts.extend(octets.first_chunk().and_then(server_guid));
            return Some(Step::Send(wrapped(&session_setup())));
        }
        self.facts.extend(names(octets.get(usize::from(*words.get(33)?)..)?));
        Some(Step::Done)
    }
}

/// Words and octets after the header (MS-CIFS §2.2.3.2, §2.2.3.3).
fn blocks(message: &[u8]) -> Option<(&[u8], &[u8])> {
    let count = 2 * usize::from(*message.get(HEADER)?);
    let words = part(message, HEADER + 1, count)?;
    let octets = part(message, HEADER + 3 + count, usize::from(u16_at(message, HEADER + 1 + count)?))?;
    Some((words, octets))
}

/// Without extended security, domain and server follow the challenge in Unicode.
fn names(octets: &[u8]) -> Option<Fact> {
    let (domain, rest) = text16(octets);
    let (name, _) = text16(rest);
    let domain = Some(domain).filter(|domain| !domain.is_empty());
    Some(Fact::Name { source: NameSource::Netbios, name, domain })
        .filter(|fact| matches!(fact, Fact::Name { name, .. } if !name.is_empty()))
}

/// MS-SMB §2.2.4.6.2: the token, then the system and its file server as texts.
fn challenged(message: &[u8]) -> Option<Vec<Fact>> {
    let (words, octets) = blocks(message)?;
    let (token, texts) = octets.split_at_checked(usize::from(u16_at(words, 6)?))?;
    let challenge = ntlm::challenge_in(token);
    let mut facts: Vec<Fact> = challenge.iter().flat_map(Challenge::facts).collect();
    let (system, manager) = if u16_at(message, 10)? & UNICODE == 0 {
        let mut texts = texts.split(|byte| *byte == 0).map(text::bounded_bytes);
        (texts.next().unwrap_or_default(), texts.next().unwrap_or_default())
    } else {
        // Unicode begins at an even octet of the message.
        let begin = message.len() - texts.len();
        let (system, rest) = text16(texts.get(begin % 2..)?);
        (system, text16(rest).0)
    };
    let told = [("native-os", system), ("native-lanman", manager)];
    facts.extend(told.into_iter().filter(|(_, text)| !text.is_empty()).map(|(key, text)| attribute(key, text)));
    Some(facts)
}

/// A text up to its zero, and what comes after.
fn text16(bytes: &[u8]) -> (String, &[u8]) {
    let length = bytes.chunks_exact(2).position(|pair| pair == [0, 0]).map_or(bytes.len(), |units| units * 2);
    (utf16(&bytes[..length]), bytes.get(length + 2..).unwrap_or_default())
}

fn attribute(key: &str, value: String) -> Fact {
    Fact::Attribute { source: "smb".to_owned(), key: key.to_owned(), value }
}

/// MS-CIFS §2.2.3.1: no process, no tree, no user.
fn header(command: u8) -> Vec<u8> {
    let mut bytes = PROTOCOL.to_vec();
    // No status; paths without case.
    bytes.extend([command, 0, 0, 0, 0, 0x18]);
    bytes.extend(FLAGS2.to_le_bytes());
    bytes.resize(HEADER, 0);
    bytes
}

fn negotiate() -> Vec<u8> {
    let mut bytes = header(NEGOTIATE);
    let offered = [b"\x02", DIALECT.as_bytes(), b"\0"].concat();
    bytes.push(0);
    bytes.extend(u16::try_from(offered.len()).unwrap_or(0).to_le_bytes());
    bytes.extend(offered);
    bytes
}

/// MS-SMB §2.2.4.6.1: one message at a time, no other command behind it.
fn session_setup() -> Vec<u8> {
    let token = ntlm::negotiate_in_spnego();
    let length = u16::try_from(token.len()).unwrap_or(0);
    let mut bytes = header(SESSION_SETUP);
    bytes.extend([12, 0xff, 0, 0, 0, 0x04, 0x11, 1, 0, 0, 0, 0, 0, 0, 0]);
    bytes.extend(length.to_le_bytes());
    bytes.extend([0; 4]);
    bytes.extend(CAPABILITIES.to_le_bytes());
    // Our own system and file server stay unnamed: two empty texts, aligned.
    let padding = (bytes.len() + 2 + token.len()) % 2;
    bytes.extend((length + u16::try_from(padding).unwrap_or(0) + 4).to_le_bytes());
    bytes.extend(token);
    bytes.resize(bytes.len() + padding + 4, 0);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probe::laws::device;

    fn facts(name: &str) -> Vec<Fact> {
        let mut greeting = Greeting { port: PORT, ..Greeting::default() };
        greeting.open(None);
        assert_eq!(greeting.hear(&device(name)), Step::Done);
        greeting.close().facts
    }

    #[test]
    fn version_1_names_the_product() {
        let facts = facts("samba-417-smb1");
        let is_on = |fact: &Fact| matches!(fact, Fact::FileSharing { dialects, .. } if dialects == &[DIALECT]);
        assert!(facts.iter().any(is_on));
        assert!(facts.contains(&attribute("native-lanman", "Samba 4.17.12-Debian".into())), "{facts:?}");
    }

    #[test]
    fn a_refusal_is_no_version_1() {
        let facts = facts("samba-417-refused-smb1");
        assert!(facts.contains(&attribute("version-1", "refused".into())));
        assert!(!facts.iter().any(|fact| matches!(fact, Fact::FileSharing { .. })));
    }

    #[test]
    fn an_old_server_names_itself_without_a_login() {
        // Sixteen words without extended security, a challenge of eight octets, domain and server.
        let mut message = header(NEGOTIATE);
        let mut words = [0; 34];
        words[33] = 8;
        message.push(17);
        message.extend(words);
        let texts: Vec<u8> = "HOSP\0NT4CT\0".encode_utf16().flat_map(u16::to_le_bytes).collect();
        message.extend(u16::try_from(8 + texts.len()).unwrap().to_le_bytes());
        message.extend([[7; 8].to_vec(), texts].concat());
        let mut greeting = Greeting { port: PORT, ..Greeting::default() };
        greeting.open(None);
        assert_eq!(greeting.hear(&wrapped(&message)), Step::Done);
        let name = Fact::Name { source: NameSource::Netbios, name: "NT4CT".into(), domain: Some("HOSP".into()) };
        assert!(greeting.close().facts.contains(&name));
    }

    #[test]
    fn messages_are_as_long_as_they_say() {
        for message in [negotiate(), session_setup()] {
            let (_, octets) = blocks(&message).unwrap();
            assert!(message.ends_with(octets));
        }
    }
}
