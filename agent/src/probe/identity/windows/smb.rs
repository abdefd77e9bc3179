//! Which file server, and who stands behind it? SMB 2 and 3: NEGOTIATE (MS-SMB2 §2.2.3, §2.2.4), then
//! `SESSION_SETUP` (§2.2.5, §2.2.6) up to the NTLM challenge. The login is never completed.

use daicho_shared::coverage::Outcome;
use daicho_shared::fact::{Fact, Transport};

use super::little::{filetime, guid, part, u16_at, u32_at, u64_at};
use super::ntlm::{self, Challenge};
use super::session::{Session, Unit, wrapped};
use super::{open, untold};
use crate::probe::{Audience, Card, Dialogue, Level, Probe, Question, Reading, Security, Step, TlsPeer};

/// The probe.
#[derive(Debug)]
pub struct Smb;

static CARD: Card = Card {
    name: "smb",
    title: "Which SMB version, and who are you? (no login)",
    title_ja: "ファイル共有(SMB)の版と機器名の確認（ログインしない）",
    standard: "MS-SMB2 §2.2.3 to §2.2.6, MS-NLMP §2.2.1",
    packets: 8,
    level: Level::Query,
    may_upset: "nothing known: every Windows client begins like this, and none of it is a login yet",
    audience: Audience::Everybody,
    why: "name, domain and build of a Windows device, from one connection",
    why_ja: "Windows機の名前・ドメイン・ビルド番号が1回の接続で分かるため",
};

pub(in crate::probe) const PORT: u16 = 445;
/// 2.0.2 to 3.1.1 (§2.2.3).
const DIALECTS: &[(u16, &str)] =
    &[(0x0202, "2.0.2"), (0x0210, "2.1"), (0x0300, "3.0"), (0x0302, "3.0.2"), (0x0311, "3.1.1")];
const PROTOCOL: &[u8; 4] = b"\xfeSMB";
const HEADER: usize = 64;
const NEGOTIATE: u16 = 0;
const SESSION_SETUP: u16 = 1;
/// Signing is possible (§2.2.3); the server's bit that it is required (§2.2.4).
const SIGNING_ENABLED: u8 = 1;
const SIGNING_REQUIRED: u16 = 2;
/// Any number that is not zero: it names a client to the server, not a person.
const CLIENT_GUID: &[u8; 16] = b"daicho-inventory";

impl Probe for Smb {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn speak(&self, port: u16) -> Option<Question> {
        let dialogue = Box::new(Greeting::default());
        (port == PORT).then_some(Question::Stream { port, security: Security::Plain, dialogue })
    }

    #[cfg(test)]
    fn samples(&self) -> Vec<crate::probe::laws::Sample> {
        let names = ["samba-417-smb", "samba-417-addc-smb"];
        names.map(|name| crate::probe::laws::Sample::Stream(PORT, crate::probe::laws::device(name))).into()
    }
}

#[derive(Debug, Default)]
struct Greeting {
    connected: bool,
    heard: bool,
    session: Session,
    /// What the server negotiated, once it did.
    negotiated: Option<Vec<Fact>>,
    challenge: Option<Challenge>,
}

impl Dialogue for Greeting {
    fn open(&mut self, _: Option<TlsPeer<'_>>) -> Step {
        self.connected = true;
        Step::Send(wrapped(&negotiate()))
    }

    fn hear(&mut self, bytes: &[u8]) -> Step {
        self.heard = true;
        self.session.hear(bytes);
        let mut step = Step::Listen;
        while step != Step::Done {
            step = match self.session.next() {
                None => break,
                Some(Unit::Message(message)) => self.message(&message).unwrap_or(Step::Done),
                Some(Unit::Granted | Unit::Other) => Step::Done,
            };
        }
        step
    }

    fn close(&mut self) -> Reading {
        if !self.connected {
            return Reading::of(Outcome::Silent);
        }
        let Some(negotiated) = self.negotiated.take() else { return untold(PORT, self.heard) };
        let told = self.challenge.iter().flat_map(Challenge::facts);
        Reading::answered([open(PORT), service(PORT)].into_iter().chain(negotiated).chain(told).collect())
    }
}

impl Greeting {
    fn message(&mut self, message: &[u8]) -> Option<Step> {
        let is_ours = message.get(..4)? == PROTOCOL;
        match u16_at(message, 12).filter(|_| is_ours)? {
            NEGOTIATE if self.negotiated.is_none() => {
                self.negotiated = Some(negotiated(message)?);
                Some(Step::Send(wrapped(&session_setup())))
            }
            SESSION_SETUP if self.negotiated.is_some() => {
                let offset = usize::from(u16_at(message, HEADER + 4)?);
                let token = part(message, offset, usize::from(u16_at(message, HEADER + 6)?))?;
                self.challenge = ntlm::challenge_in(token);
                Some(Step::Done)
            }
            _ => None,
        }
    }
}

/// It serves files.
pub(in crate::probe) fn service(port: u16) -> Fact {
    Fact::Service {
        transport: Transport::Tcp,
        port,
        protocol: "smb".to_owned(),
        product: None,
        version: None,
        banner: None,
    }
}

/// A server's GUID stays with the installation; Samba puts its name there, which identifies no machine.
pub(super) fn server_guid(bytes: &[u8; 16]) -> Option<Fact> {
    let name = bytes.trim_ascii_end().split(|byte| *byte == 0).next().unwrap_or_default();
    let is_name =
        !name.is_empty() && name.iter().all(u8::is_ascii_graphic) && bytes[name.len()..].iter().all(|byte| *byte == 0);
    let value = guid(bytes)?;
    Some(if is_name {
        Fact::Attribute { source: "smb".to_owned(), key: "guid-of-name".to_owned(), value }
    } else {
        Fact::MachineId { source: "smb-guid".to_owned(), value }
    })
}

/// §2.2.4.
fn negotiated(message: &[u8]) -> Option<Vec<Fact>> {
    let body = message.get(HEADER..)?;
    let revision = u16_at(body, 4)?;
    let (_, dialect) = DIALECTS.iter().find(|(number, _)| *number == revision)?;
    let sharing = Fact::FileSharing {
        port: PORT,
        dialects: vec![(*dialect).to_owned()],
        signing_required: u16_at(body, 2)? & SIGNING_REQUIRED != 0,
    };
    let guid = server_guid(body.get(8..)?.first_chunk()?);
    let clock = u64_at(body, 40).and_then(filetime).map(|time| Fact::Clock { source: "smb".to_owned(), time });
    (u32_at(message, 8)? == 0).then(|| [Some(sharing), guid, clock].into_iter().flatten().collect())
}

/// §2.2.1.2: number of the message, and nothing of a session yet.
fn header(command: u16, number: u64) -> Vec<u8> {
    let mut bytes = PROTOCOL.to_vec();
    bytes.extend([64, 0, 0, 0, 0, 0, 0, 0]);
    bytes.extend(command.to_le_bytes());
    // One credit is asked for: one message at a time.
    bytes.extend([1, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    bytes.extend(number.to_le_bytes());
    bytes.resize(HEADER, 0);
    bytes
}

/// §2.2.3, with the one context that 3.1.1 demands: preauthentication integrity by SHA-512 (§2.2.3.1.1).
fn negotiate() -> Vec<u8> {
    const SALT: usize = 32;
    let mut bytes = header(NEGOTIATE, 0);
    bytes.extend([36, 0, 5, 0, SIGNING_ENABLED, 0, 0, 0, 0, 0, 0, 0]);
    bytes.extend(CLIENT_GUID);
    // The context stands at 112, where eight divide, and is alone.
    bytes.extend([112, 0, 0, 0, 1, 0, 0, 0]);
    bytes.extend(DIALECTS.iter().flat_map(|(dialect, _)| dialect.to_le_bytes()));
    bytes.resize(112, 0);
    bytes.extend([1, 0, 38, 0, 0, 0, 0, 0, 1, 0, 32, 0, 1, 0]);
    bytes.extend([0x44; SALT]);
    bytes
}

/// §2.2.5, with the first token of SPNEGO.
fn session_setup() -> Vec<u8> {
    let token = ntlm::negotiate_in_spnego();
    let mut bytes = header(SESSION_SETUP, 1);
    bytes.extend([25, 0, 0, SIGNING_ENABLED, 0, 0, 0, 0, 0, 0, 0, 0, 88, 0]);
    bytes.extend(u16::try_from(token.len()).unwrap_or(0).to_le_bytes());
    bytes.extend([0; 8]);
    bytes.extend(token);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probe::laws::device;

    fn facts(name: &str) -> Vec<Fact> {
        let mut greeting = Greeting::default();
        greeting.open(None);
        assert_eq!(greeting.hear(&device(name)), Step::Done);
        greeting.close().facts
    }

    #[test]
    fn a_domain_controller_tells_dialect_signing_and_names() {
        let facts = facts("samba-417-addc-smb");
        let sharing = Fact::FileSharing { port: PORT, dialects: vec!["3.1.1".into()], signing_required: true };
        assert!(facts.contains(&sharing), "{facts:?}");
        let is_name = |fact: &Fact| matches!(fact, Fact::Name { name, domain: Some(domain), .. } if name == "dc1.hosp.example" && domain == "hosp.example");
        assert!(facts.iter().any(is_name), "{facts:?}");
    }

    #[test]
    fn a_guid_made_of_the_name_identifies_no_machine() {
        let facts = facts("samba-417-smb");
        assert!(!facts.iter().any(|fact| matches!(fact, Fact::MachineId { .. })), "{facts:?}");
        let guid: [u8; 16] = std::array::from_fn(|at| u8::try_from(at * 16 + 9).unwrap());
        assert!(matches!(server_guid(&guid), Some(Fact::MachineId { .. })));
        assert_eq!(server_guid(&[0; 16]), None);
    }

    #[test]
    fn messages_are_laid_out_as_the_standard_wants() {
        let request = negotiate();
        assert_eq!((request.len(), &request[100..110]), (158, &[2, 2, 0x10, 2, 0, 3, 2, 3, 0x11, 3][..]));
        let setup = session_setup();
        let length = usize::from(u16_at(&setup, 78).unwrap());
        assert_eq!(part(&setup, 88, length).unwrap(), ntlm::negotiate_in_spnego());
        assert_eq!(setup.len(), 88 + length);
    }

    #[test]
    fn silence_is_no_other_protocol() {
        for (said, outcome) in [(&b""[..], Outcome::BrokeOff), (b"SSH-2.0-x\r\n", Outcome::OtherProtocol)] {
            let mut greeting = Greeting::default();
            greeting.open(None);
            if !said.is_empty() {
                greeting.hear(said);
            }
            assert_eq!(greeting.close().outcome, Some(outcome));
        }
    }
}
