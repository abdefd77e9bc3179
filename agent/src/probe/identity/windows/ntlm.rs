//! Who are you, and which build? NTLM: a NEGOTIATE message (MS-NLMP §2.2.1.1) is answered with a
//! CHALLENGE (§2.2.1.2) that names the machine, its domain, its version and its clock.

use daicho_shared::fact::{Fact, NameSource};
use daicho_shared::text;
use jiff::Timestamp;

use super::ber::element;
use super::little::{filetime, part, u16_at, u32_at, u64_at, utf16};

const SIGNATURE: &[u8; 8] = b"NTLMSSP\0";
const NEGOTIATE: u32 = 1;
const CHALLENGE: u32 = 2;
const AUTHENTICATE: u32 = 3;
/// Length of an AUTHENTICATE message up to its payload, without integrity code.
const AUTHENTICATE_HEADER: u32 = 72;
/// Anonymous, Unicode, NTLM with extended session security, the version; no key is exchanged.
const ANONYMOUS_FLAGS: u32 = 0x0208_0a05;
/// What Windows itself asks for: Unicode, the target's name, signing, NTLM with extended session
/// security, the version (§2.2.2.5). Each of them only says what the peer may answer.
const FLAGS: u32 = 0xe208_8237;
const UNICODE: u32 = 0x0000_0001;
const TARGET_IS_DOMAIN: u32 = 0x0001_0000;
const TARGET_IS_SERVER: u32 = 0x0002_0000;
const HAS_VERSION: u32 = 0x0200_0000;
/// `NTLMSSP_REVISION_W2K3`, the only one (§2.2.2.10).
const REVISION: u8 = 15;
/// Header of a CHALLENGE up to the version.
const HEADER: usize = 48;
/// There are eleven kinds of pairs (§2.2.2.1), each at most once.
const PAIRS: usize = 16;

/// SPNEGO and NTLM object identifiers (RFC 4178 §4.2, MS-SPNG §3.1.5.1).
const SPNEGO: &[u8] = &[0x2b, 6, 1, 5, 5, 2];
const NTLMSSP: &[u8] = &[0x2b, 6, 1, 4, 1, 0x82, 0x37, 2, 2, 10];

/// A NEGOTIATE message without a name: nobody is introduced.
pub(super) fn negotiate() -> Vec<u8> {
    let mut bytes = SIGNATURE.to_vec();
    bytes.extend(NEGOTIATE.to_le_bytes());
    bytes.extend(FLAGS.to_le_bytes());
    bytes.extend([0; 16]);
    bytes.extend([0, 0, 0, 0, 0, 0, 0, REVISION]);
    bytes
}

/// The same as the first token of SPNEGO (RFC 4178 §4.2.1), NTLM being the only mechanism.
pub(in crate::probe) fn negotiate_in_spnego() -> Vec<u8> {
    let mechanisms = element(0xa0, &element(0x30, &element(0x06, NTLMSSP)));
    let token = element(0xa2, &element(0x04, &negotiate()));
    let init = element(0xa0, &element(0x30, &[mechanisms, token].concat()));
    element(0x60, &[element(0x06, SPNEGO), init].concat())
}

/// The answer to any CHALLENGE that gives no name and proves nothing, as the next token of SPNEGO: an anonymous
/// AUTHENTICATE message (MS-NLMP §2.2.1.3, §3.2.5.1.2), whose LM response is one octet.
pub(in crate::probe) fn anonymous_in_spnego() -> Vec<u8> {
    let field =
        |length: u16, offset: u32| [&length.to_le_bytes()[..], &length.to_le_bytes(), &offset.to_le_bytes()].concat();
    let mut bytes = SIGNATURE.to_vec();
    bytes.extend(AUTHENTICATE.to_le_bytes());
    bytes.extend(field(1, AUTHENTICATE_HEADER));
    // NT response, domain, user, workstation and session key: empty.
    (0..5).for_each(|_| bytes.extend(field(0, AUTHENTICATE_HEADER + 1)));
    bytes.extend(ANONYMOUS_FLAGS.to_le_bytes());
    bytes.extend([0, 0, 0, 0, 0, 0, 0, REVISION, 0]);
    let token = element(0xa2, &element(0x04, &bytes));
    element(0xa1, &element(0x30, &token))
}

/// What a CHALLENGE says.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Challenge {
    flags: u32,
    target: String,
    version: Option<(u8, u8, u16)>,
    computer: Option<String>,
    domain: Option<String>,
    dns_computer: Option<String>,
    dns_domain: Option<String>,
    dns_tree: Option<String>,
    time: Option<Timestamp>,
}

/// The CHALLENGE within a token: bare, or wrapped in SPNEGO, whose wrapping says nothing of the peer.
pub(super) fn challenge_in(token: &[u8]) -> Option<Challenge> {
    let at = token.windows(SIGNATURE.len()).position(|window| window == SIGNATURE)?;
    challenge(&token[at..])
}

fn challenge(message: &[u8]) -> Option<Challenge> {
    if u32_at(message, 8)? != CHALLENGE {
        return None;
    }
    let flags = u32_at(message, 20)?;
    let target = field(message, 12)?;
    let target = if flags & UNICODE == 0 { text::bounded_bytes(target) } else { utf16(target) };
    let mut challenge = Challenge { flags, target, version: version(message, flags), ..Challenge::default() };
    // NT 4 sends no pairs, and a header that ends before them.
    if let Some(pairs) = field(message, 40) {
        challenge.read_pairs(pairs);
    }
    Some(challenge)
}

/// Length, room, offset (§2.2.1.2 `TargetNameFields`).
fn field(message: &[u8], at: usize) -> Option<&[u8]> {
    let offset = usize::try_from(u32_at(message, at + 4)?).ok()?;
    part(message, offset, usize::from(u16_at(message, at)?))
}

fn version(message: &[u8], flags: u32) -> Option<(u8, u8, u16)> {
    let &[major, minor, low, high, _, _, _, revision] = message.get(HEADER..)?.first_chunk()?;
    let is_told = flags & HAS_VERSION != 0 && revision == REVISION && major != 0;
    is_told.then(|| (major, minor, u16::from_le_bytes([low, high])))
}

impl Challenge {
    /// `AV_PAIR`s, §2.2.2.1.
    fn read_pairs(&mut self, mut pairs: &[u8]) {
        for _ in 0..PAIRS {
            let (Some(id), Some(length)) = (u16_at(pairs, 0), u16_at(pairs, 2)) else { return };
            let Some(value) = part(pairs, 4, usize::from(length)) else { return };
            let name = || Some(utf16(value)).filter(|name| !name.is_empty());
            match id {
                0 => return,
                1 => self.computer = name(),
                2 => self.domain = name(),
                3 => self.dns_computer = name(),
                4 => self.dns_domain = name(),
                5 => self.dns_tree = name(),
                7 => self.time = u64_at(value, 0).and_then(filetime),
                _ => {}
            }
            pairs = &pairs[4 + usize::from(length)..];
        }
    }

    /// What is learned from it.
    pub(super) fn facts(&self) -> Vec<Fact> {
        let short = self.computer.clone().map(|name| named(name, self.domain.clone()));
        let is_other = |name: &String| self.computer.as_ref().is_none_or(|short| !short.eq_ignore_ascii_case(name));
        let long = self.dns_computer.clone().filter(is_other).map(|name| named(name, self.dns_domain.clone()));
        let tree = self.dns_tree.clone().map(|tree| attribute("dns-tree", tree));
        let target = self.target_kind().map(|kind| attribute("target", kind.to_owned()));
        let time = self.time.map(|time| Fact::Clock { source: "ntlm".to_owned(), time });
        [short, long, self.system(), tree, target, time].into_iter().flatten().collect()
    }

    /// Samba and its like tell a Windows version that is not theirs, and build 0.
    fn system(&self) -> Option<Fact> {
        let (major, minor, build) = self.version?;
        if build == 0 {
            return Some(attribute("version", format!("{major}.{minor}.0")));
        }
        Some(Fact::OperatingSystem {
            source: "ntlm".to_owned(),
            name: Some("Windows".to_owned()),
            version: Some(format!("{major}.{minor}")),
            build: Some(u32::from(build)),
            edition: None,
        })
    }

    /// It belongs to a domain, or stands alone.
    fn target_kind(&self) -> Option<&'static str> {
        match (self.flags & TARGET_IS_DOMAIN != 0, self.flags & TARGET_IS_SERVER != 0) {
            (true, _) => Some("domain"),
            (false, true) => Some("server"),
            (false, false) => None,
        }
    }
}

/// A machine without a domain gives its own name for one.
fn named(name: String, domain: Option<String>) -> Fact {
    let domain = domain.filter(|domain| !domain.eq_ignore_ascii_case(&name));
    Fact::Name { source: NameSource::Ntlm, name, domain }
}

fn attribute(key: &str, value: String) -> Fact {
    Fact::Attribute { source: "ntlm".to_owned(), key: key.to_owned(), value }
}

/// The worked example of MS-NLMP §4.2.4.3 (`CHALLENGE_MESSAGE` of NTLM version 2).
#[cfg(test)]
pub(super) fn sample() -> Vec<u8> {
    crate::probe::laws::device("ms-nlmp-ntlm-challenge")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_question_is_forty_octets_and_names_nobody() {
        assert_eq!(negotiate().len(), 40);
        assert_eq!(&negotiate()[..16], b"NTLMSSP\0\x01\0\0\0\x37\x82\x08\xe2");
        let wrapped = negotiate_in_spnego();
        assert_eq!((wrapped[0], usize::from(wrapped[1])), (0x60, wrapped.len() - 2));
        assert!(wrapped.ends_with(&negotiate()));
    }

    #[test]
    fn the_example_of_the_standard_is_read() {
        let challenge = challenge_in(&sample()).unwrap();
        assert_eq!((challenge.computer.as_deref(), challenge.domain.as_deref()), (Some("Server"), Some("Domain")));
        assert_eq!((challenge.target.as_str(), challenge.version), ("Server", Some((6, 0, 6000))));
    }

    #[test]
    fn pairs_that_lie_about_their_length_end_the_reading() {
        let mut challenge = Challenge::default();
        challenge.read_pairs(&[1, 0, 4, 0, b'C', 0, b'T', 0, 2, 0, 255, 255, b'x', 0]);
        assert_eq!((challenge.computer.as_deref(), challenge.domain.as_deref()), (Some("CT"), None));
    }

    #[test]
    fn a_real_windows_tells_build_names_and_time() {
        let facts = challenge_in(&crate::probe::laws::device("windows-2008r2-ntlm-challenge")).unwrap().facts();
        let name = Fact::Name { source: NameSource::Ntlm, name: "VAGRANT-2008R2".into(), domain: None };
        assert!(facts.contains(&name), "{facts:?}");
        let is_system = |fact: &Fact| matches!(fact, Fact::OperatingSystem { version: Some(version), build: Some(7601), .. } if version == "6.1");
        let is_time =
            |fact: &Fact| matches!(fact, Fact::Clock { time, .. } if time.to_string().starts_with("2013-03-"));
        assert!(facts.iter().any(is_system) && facts.iter().any(is_time), "{facts:?}");
    }

    #[test]
    fn build_zero_is_no_windows() {
        let samba = Challenge { version: Some((6, 1, 0)), ..Challenge::default() };
        assert!(matches!(samba.system(), Some(Fact::Attribute { .. })));
    }
}
