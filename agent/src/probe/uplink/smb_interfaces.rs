//! Which network interfaces do you have? SMB 3: `FSCTL_QUERY_NETWORK_INTERFACE_INFO` (MS-SMB2 §2.2.31, §2.2.32.5,
//! §3.3.5.15.11) in an anonymous session, which the server logs. Only where an operator wished for it.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use daicho_shared::coverage::Outcome;
use daicho_shared::fact::Fact;

use crate::probe::identity::told::attribute;
use crate::probe::identity::windows::little::{part, u16_at, u32_at, u64_at};
use crate::probe::identity::windows::ntlm;
use crate::probe::identity::windows::session::{Session, Unit, wrapped};
use crate::probe::identity::windows::smb::{PORT, service};
use crate::probe::{Audience, Card, Dialogue, Known, Level, Probe, Question, Reading, Security, Step, TlsPeer};

/// The probe.
#[derive(Debug)]
pub struct SmbInterfaces;

static CARD: Card = Card {
    name: "smb-interfaces",
    title: "Which network interfaces do you have? (SMB 3, anonymous session; off by default)",
    title_ja: "ネットワーク接続口の一覧の照会（SMB 3、匿名セッション、既定では行わない）",
    standard: "MS-SMB2 §2.2.31, §2.2.32.5, MS-NLMP §3.2.5.1.2",
    packets: 10,
    level: Level::Query,
    may_upset: "an anonymous logon, which the server writes into its log",
    audience: Audience::Answering,
    why: "a file server tells the addresses of all its network cards, those of other networks included",
    why_ja: "ファイルサーバは、別のネットワークのものを含む全LANカードのアドレスを答えるため",
};

const PROTOCOL: &[u8; 4] = b"\xfeSMB";
const HEADER: usize = 64;
/// Commands, MS-SMB2 §2.2.1.2, in the order in which they are sent.
const NEGOTIATE: u16 = 0;
const SESSION_SETUP: u16 = 1;
const LOGOFF: u16 = 2;
const TREE_CONNECT: u16 = 3;
const IOCTL: u16 = 11;
/// 3.0 and 3.0.2: older ones do not know the question, and 3.1.1 wants more of a client.
const DIALECTS: [u16; 2] = [0x0300, 0x0302];
const SIGNING_ENABLED: u8 = 1;
/// Several connections may make one session (§2.2.3): that is what the list of interfaces is for.
const MULTI_CHANNEL: u8 = 8;
const CLIENT_GUID: &[u8; 16] = b"daicho-inventory";
const QUERY_INTERFACES: u32 = 0x0014_01fc;
/// The most octets of the list; one entry is 152 (§2.2.32.5).
const LIST: u32 = 16 * 1024;
const ENTRIES: usize = 64;
/// Families of `SOCKADDR_STORAGE`, §2.2.32.5.1.
const INTERNET: u16 = 0x0002;
const INTERNET_6: u16 = 0x0017;
/// MS-ERREF §2.3.1.
const SUCCESS: u32 = 0;
const PENDING: u32 = 0x0000_0103;
const MORE_PROCESSING: u32 = 0xc000_0016;

impl Probe for SmbInterfaces {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn ask(&self, known: &Known<'_>) -> Vec<Question> {
        let wished = known.setup.uplink.search && known.setup.uplink.smb_interfaces;
        let asked = wished && known.open.contains(&PORT);
        let dialogue = Box::new(Inquiry::new(known.target.address));
        let question = Question::Stream { port: PORT, security: Security::Plain, dialogue };
        asked.then_some(question).into_iter().collect()
    }
}

/// One session, from its beginning to its end.
#[derive(Debug)]
struct Inquiry {
    server: IpAddr,
    session: Session,
    connected: bool,
    heard: bool,
    /// Number of the next message, of our session, and of our connection to a share.
    message: u64,
    identifier: u64,
    tree: u32,
    /// The command that is to be answered.
    awaited: u16,
    /// What was refused, and the reason.
    refused: Option<(u16, u32)>,
    interfaces: Vec<Fact>,
}

impl Inquiry {
    fn new(server: IpAddr) -> Self {
        Self {
            server,
            session: Session::default(),
            connected: false,
            heard: false,
            message: 0,
            identifier: 0,
            tree: 0,
            awaited: NEGOTIATE,
            refused: None,
            interfaces: vec![],
        }
    }

    /// The next message.
    fn send(&mut self, command: u16, body: &[u8]) -> Step {
        self.awaited = command;
        Step::Send(wrapped(&self.request(command, body)))
    }

    /// §2.2.1.2.
    fn request(&mut self, command: u16, body: &[u8]) -> Vec<u8> {
        let mut bytes = PROTOCOL.to_vec();
        bytes.extend([64, 0, 1, 0, 0, 0, 0, 0]);
        bytes.extend(command.to_le_bytes());
        // One credit is asked for: one message at a time.
        bytes.extend([1, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        bytes.extend(self.message.to_le_bytes());
        bytes.extend([0; 4]);
        bytes.extend(self.tree.to_le_bytes());
        bytes.extend(self.identifier.to_le_bytes());
        bytes.resize(HEADER, 0);
        bytes.extend(body);
        self.message += 1;
        bytes
    }

    /// What a message changes; nothing where it is none that was waited for.
    fn message(&mut self, message: &[u8]) -> Option<Step> {
        let (status, command) = (u32_at(message, 8)?, u16_at(message, 12)?);
        if message.get(..4)? != PROTOCOL || command != self.awaited {
            return None;
        }
        if status == PENDING {
            return Some(Step::Listen);
        }
        match (command, status) {
            (NEGOTIATE, SUCCESS) => Some(self.send(SESSION_SETUP, &session_setup(&ntlm::negotiate_in_spnego()))),
            (SESSION_SETUP, MORE_PROCESSING) if self.identifier == 0 => {
                self.identifier = u64_at(message, 40)?;
                Some(self.send(SESSION_SETUP, &session_setup(&ntlm::anonymous_in_spnego())))
            }
            (SESSION_SETUP, SUCCESS) => Some(self.send(TREE_CONNECT, &tree_connect(self.server))),
            (TREE_CONNECT, SUCCESS) => {
                self.tree = u32_at(message, 36)?;
                Some(self.send(IOCTL, &query()))
            }
            (IOCTL, SUCCESS) => {
                let at = |place: usize| usize::try_from(u32_at(message, HEADER + place)?).ok();
                self.interfaces = interfaces(part(message, at(32)?, at(36)?)?);
                Some(self.send(LOGOFF, &logoff()))
            }
            (LOGOFF, _) => Some(Step::Done),
            (refused, reason) => {
                self.refused = Some((refused, reason));
                let began = matches!(refused, TREE_CONNECT | IOCTL);
                Some(if began { self.send(LOGOFF, &logoff()) } else { Step::Done })
            }
        }
    }
}

impl Dialogue for Inquiry {
    fn open(&mut self, _: Option<TlsPeer<'_>>) -> Step {
        self.connected = true;
        self.send(NEGOTIATE, &negotiate())
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

    /// The session does not outlive us.
    fn farewell(&mut self) -> Option<Vec<u8>> {
        let began = matches!(self.awaited, TREE_CONNECT | IOCTL);
        began.then(|| wrapped(&self.request(LOGOFF, &logoff())))
    }

    fn close(&mut self) -> Reading {
        let status = self.refused.map(|(command, reason)| {
            let name = ["negotiate", "session-setup", "logoff", "tree-connect"].get(usize::from(command));
            attribute("smb-interfaces", name.copied().unwrap_or("ioctl"), format!("0x{reason:08x}"))
        });
        let outcome = match (&status, self.connected, self.heard) {
            _ if !self.interfaces.is_empty() => Outcome::Answered,
            (Some(_), ..) => Outcome::Refused,
            (None, false, _) => Outcome::Silent,
            (None, true, false) => Outcome::BrokeOff,
            (None, true, true) => Outcome::OtherProtocol,
        };
        let spoken = (!self.interfaces.is_empty() || status.is_some()).then(|| service(PORT));
        let facts = spoken.into_iter().chain(status).chain(std::mem::take(&mut self.interfaces)).collect();
        Reading { facts, ..Reading::of(outcome) }
    }
}

/// §2.2.3.
fn negotiate() -> Vec<u8> {
    let mut body = vec![36, 0, 2, 0, SIGNING_ENABLED, 0, 0, 0, MULTI_CHANNEL, 0, 0, 0];
    body.extend(CLIENT_GUID);
    body.extend([0; 8]);
    body.extend(DIALECTS.iter().flat_map(|dialect| dialect.to_le_bytes()));
    body
}

/// §2.2.5; the token stands behind 24 octets.
fn session_setup(token: &[u8]) -> Vec<u8> {
    let mut body = vec![25, 0, 0, SIGNING_ENABLED, 0, 0, 0, 0, 0, 0, 0, 0, 88, 0];
    body.extend(u16::try_from(token.len()).unwrap_or(0).to_le_bytes());
    body.extend([0; 8]);
    body.extend(token);
    body
}

/// §2.2.9: the share that is none, but for talking.
fn tree_connect(server: IpAddr) -> Vec<u8> {
    let path: Vec<u8> = format!("\\\\{server}\\IPC$").encode_utf16().flat_map(u16::to_le_bytes).collect();
    let length = u16::try_from(path.len()).unwrap_or(0).to_le_bytes();
    [&[9, 0, 0, 0, 72, 0], &length[..], &path].concat()
}

/// §2.2.31: about no file, and without a parameter.
fn query() -> Vec<u8> {
    const FSCTL: u32 = 1;
    let mut body = vec![57, 0, 0, 0];
    body.extend(QUERY_INTERFACES.to_le_bytes());
    body.extend([0xff; 16]);
    body.extend([0, 0, 0, 0, 0, LIST, FSCTL, 0].iter().flat_map(|number: &u32| number.to_le_bytes()));
    body
}

/// §2.2.7.
fn logoff() -> [u8; 4] {
    [4, 0, 0, 0]
}

/// §2.2.32.5: entries, each with the distance to the next.
fn interfaces(mut list: &[u8]) -> Vec<Fact> {
    let mut facts = vec![];
    for _ in 0..ENTRIES {
        facts.extend(entry(list).into_iter().flatten());
        let next = u32_at(list, 0).and_then(|next| usize::try_from(next).ok()).filter(|next| *next > 0);
        match next.and_then(|next| list.get(next..)) {
            Some(rest) => list = rest,
            None => break,
        }
    }
    facts
}

/// Next, index, capabilities, reserved, speed in bits a second, address.
fn entry(entry: &[u8]) -> Option<[Fact; 2]> {
    let (index, speed) = (u32_at(entry, 4)?, u64_at(entry, 16)?);
    let octets = |at: usize| entry.get(at..);
    let address = match u16_at(entry, 24)? {
        INTERNET => IpAddr::V4(Ipv4Addr::from(*octets(28)?.first_chunk::<4>()?)),
        INTERNET_6 => IpAddr::V6(Ipv6Addr::from(*octets(32)?.first_chunk::<16>()?)),
        _ => return None,
    };
    let is_own = !address.is_loopback() && !address.is_unspecified();
    let own = Fact::OwnAddress { address, prefix_length: None, interface: Some(index) };
    is_own.then(|| [own, attribute("smb-interfaces", "link-speed", format!("{index} {speed}"))])
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use daicho_shared::observation::Target;

    use super::*;
    use crate::probe::Setup;
    use crate::probe::laws::device;

    const SERVER: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 77, 0, 18));

    fn said(pieces: &[&[u8]]) -> (Vec<Step>, Reading) {
        let mut inquiry = Inquiry::new(SERVER);
        let first = inquiry.open(None);
        let steps = std::iter::once(first).chain(pieces.iter().map(|piece| inquiry.hear(piece))).collect();
        (steps, inquiry.close())
    }

    /// The stream of one conversation, message by message.
    fn messages(name: &str) -> Vec<Vec<u8>> {
        let (mut session, stream) = (Session::default(), device(name));
        session.hear(&stream);
        let message = || match session.next() {
            Some(Unit::Message(message)) => Some(wrapped(&message)),
            _ => None,
        };
        std::iter::from_fn(message).collect()
    }

    fn own(address: [u8; 4], interface: u32) -> Fact {
        Fact::OwnAddress { address: address.into(), prefix_length: None, interface: Some(interface) }
    }

    #[test]
    fn only_a_file_server_is_asked_and_only_where_that_is_wished() {
        let (target, open) = (Target { address: SERVER, mac: None, interface: None }, BTreeSet::from([PORT]));
        let mut setup = Setup::default();
        assert!(SmbInterfaces.ask(&Known::of(&target, &open)).is_empty());
        setup.uplink.smb_interfaces = true;
        let closed = BTreeSet::new();
        let asked = |open| SmbInterfaces.ask(&Known { setup: &setup, ..Known::of(&target, open) }).len();
        assert_eq!((asked(&open), asked(&closed)), (1, 0));
    }

    #[test]
    fn samba_tells_both_its_cards_and_is_left_properly() {
        let replies = messages("samba-417-smb-interfaces");
        let (steps, reading) = said(&replies.iter().map(Vec::as_slice).collect::<Vec<_>>());
        let commands = steps.iter().filter_map(|step| match step {
            Step::Send(bytes) => u16_at(bytes, 4 + 12),
            _ => None,
        });
        let expected = [NEGOTIATE, SESSION_SETUP, SESSION_SETUP, TREE_CONNECT, IOCTL, LOGOFF];
        assert_eq!((commands.collect::<Vec<_>>().as_slice(), steps.last()), (&expected[..], Some(&Step::Done)));
        assert!(reading.facts.contains(&own([10, 77, 0, 18], 2)), "{reading:?}");
        assert!(reading.facts.contains(&own([192, 168, 42, 129], 4)), "{reading:?}");
        assert!(reading.facts.contains(&attribute("smb-interfaces", "link-speed", "4 10000000000")), "{reading:?}");
    }

    #[test]
    fn a_refusal_is_told_and_the_session_is_left() {
        let replies = messages("samba-417-smb-interfaces-refused");
        let (steps, reading) = said(&replies.iter().map(Vec::as_slice).collect::<Vec<_>>());
        assert_eq!((reading.outcome, steps.last()), (Some(Outcome::Refused), Some(&Step::Done)));
        assert!(reading.facts.contains(&attribute("smb-interfaces", "tree-connect", "0xc0000022")), "{reading:?}");
    }

    #[test]
    fn a_stream_cut_anywhere_says_the_same_and_no_damage_panics() {
        let whole = device("samba-417-smb-interfaces");
        let expected = format!("{:?}", said(&[&whole]).1);
        for cut in 0..whole.len() {
            assert_eq!(format!("{:?}", said(&[&whole[..cut], &whole[cut..]]).1), expected, "cut at {cut}");
            let mut damaged = whole.clone();
            damaged[cut] ^= 0xff;
            let _ = said(&[&damaged]);
        }
    }

    #[test]
    fn a_session_that_is_broken_off_is_ended() {
        let replies = messages("samba-417-smb-interfaces");
        let mut inquiry = Inquiry::new(SERVER);
        inquiry.open(None);
        assert_eq!(inquiry.farewell(), None, "there is no session yet");
        replies[..3].iter().for_each(|reply| drop(inquiry.hear(reply)));
        let farewell = inquiry.farewell().unwrap();
        assert_eq!((u16_at(&farewell, 16), u64_at(&farewell, 44)), (Some(LOGOFF), u64_at(&replies[1], 44)));
    }

    #[test]
    fn a_list_that_leads_in_circles_or_beyond_its_end_is_bounded() {
        let mut entry = vec![0; 152];
        (entry[0], entry[4], entry[24]) = (1, 7, 2);
        entry[28..32].copy_from_slice(&[10, 1, 0, 9]);
        assert!(interfaces(&entry).len() <= 2 * ENTRIES);
        entry[0] = 0xff;
        assert_eq!(interfaces(&entry)[0], own([10, 1, 0, 9], 7));
        entry[28] = 127;
        assert_eq!(interfaces(&entry[..40]), []);
    }
}
