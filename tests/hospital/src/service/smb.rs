//! SMB up to the challenge of a login: version 1 (MS-CIFS §2.2.4.52, MS-SMB §2.2.4.5, §2.2.4.6) and
//! versions 2 and 3 (MS-SMB2 §2.2.3 to §2.2.6). Whoever goes on is refused.

use sha2::{Digest, Sha256};

use super::{Say, Talk, ntlm};
use crate::description::{Smb, Windows};

/// The longest message that is waited for.
const LIMIT: usize = 16 * 1024;
const NEGOTIATE_1: u8 = 0x72;
const SETUP_1: u8 = 0x73;
const MORE: u32 = 0xc000_0016;
const LOGON_FAILURE: u32 = 0xc000_006d;
const NOT_SUPPORTED: u32 = 0xc000_00bb;
/// Any number, the same in every message of the session.
const SESSION: u64 = 0x0400_0000_0041;

/// A server for one connection.
#[derive(Debug)]
pub struct Server {
    windows: Windows,
    habit: Smb,
    heard: Vec<u8>,
}

impl Server {
    /// A server of this machine.
    pub fn new(windows: Windows, habit: Smb) -> Self {
        Self { windows, habit, heard: vec![] }
    }

    fn answer(&self, message: &[u8]) -> Option<Say> {
        match message.first_chunk()? {
            b"\xfeSMB" => self.answer_2(message),
            b"\xffSMB" => self.answer_1(message),
            _ => None,
        }
    }

    fn guid(&self) -> [u8; 16] {
        let digest = Sha256::digest(format!("server guid of {}", self.windows.name));
        std::array::from_fn(|at| digest[at])
    }

    fn dialect(&self) -> Option<u16> {
        match self.habit.dialect.as_deref()? {
            "2.0.2" => Some(0x0202),
            "2.1" => Some(0x0210),
            "3.0" => Some(0x0300),
            "3.0.2" => Some(0x0302),
            "3.1.1" => Some(0x0311),
            _ => None,
        }
    }

    fn answer_2(&self, message: &[u8]) -> Option<Say> {
        let most = self.dialect()?;
        let number = message.get(24..32)?;
        match u16::from_le_bytes(*message.get(12..)?.first_chunk()?) {
            0 => {
                let count = usize::from(u16::from_le_bytes(*message.get(66..)?.first_chunk()?));
                let offered =
                    message.get(100..)?.chunks_exact(2).take(count).map(|pair| u16::from_le_bytes([pair[0], pair[1]]));
                let chosen = offered.filter(|dialect| *dialect <= most).max()?;
                Some(Say::more(framed(&self.negotiated(number, chosen))))
            }
            1 => {
                let offset = usize::from(u16::from_le_bytes(*message.get(76..)?.first_chunk()?));
                let token = message.get(offset..)?;
                Some(match ntlm::answer(&self.windows, token) {
                    Some(challenge) => Say::more(framed(&setup(number, MORE, &challenge))),
                    None => Say::last(framed(&setup(number, LOGON_FAILURE, &[]))),
                })
            }
            command => Some(Say::last(framed(&error(number, command)))),
        }
    }

    /// MS-SMB2 §2.2.4.
    fn negotiated(&self, number: &[u8], dialect: u16) -> Vec<u8> {
        let token = ntlm::offer();
        let mut octets = header_2(0, 0, number, 0);
        let modern = dialect == 0x0311;
        octets.extend([65, 0, if self.habit.signing { 3 } else { 1 }, 0]);
        octets.extend(dialect.to_le_bytes());
        octets.extend([u8::from(modern), 0]);
        octets.extend(self.guid());
        octets.extend(7u32.to_le_bytes());
        octets.extend([0x0010_0000u32.to_le_bytes(); 3].concat());
        octets.extend(ntlm::now().to_le_bytes());
        octets.extend([0; 8]);
        octets.extend(128u16.to_le_bytes());
        octets.extend(u16::try_from(token.len()).unwrap_or_default().to_le_bytes());
        let context = (128 + token.len()).next_multiple_of(8);
        octets.extend(if modern { u32::try_from(context).unwrap_or_default() } else { 0 }.to_le_bytes());
        octets.extend(token);
        if modern {
            octets.resize(context, 0);
            // Preauthentication integrity: SHA-512 and a salt.
            octets.extend([1, 0, 38, 0, 0, 0, 0, 0, 1, 0, 32, 0, 1, 0]);
            octets.extend([0x17; 32]);
        }
        octets
    }

    fn answer_1(&self, message: &[u8]) -> Option<Say> {
        match *message.get(4)? {
            NEGOTIATE_1 => {
                let offered: Vec<&[u8]> = message.get(35..)?.split(|octet| *octet == 0).collect();
                let old =
                    offered.iter().position(|dialect| *dialect == b"\x02NT LM 0.12").filter(|_| self.habit.version_1);
                let wildcard = offered.contains(&&b"\x02SMB 2.???"[..]) && self.dialect().is_some();
                if wildcard {
                    return Some(Say::more(framed(&self.negotiated(&[0; 8], 0x02ff))));
                }
                Some(Say::more(framed(&self.negotiated_1(message, old?))))
            }
            SETUP_1 if self.habit.version_1 => {
                // Twelve words, the length of the token in the eighth; then the octets (MS-SMB §2.2.4.6.1).
                let length = usize::from(u16::from_le_bytes(*message.get(47..)?.first_chunk()?));
                let token = message.get(59..59 + length)?;
                Some(match ntlm::answer(&self.windows, token) {
                    Some(challenge) => Say::more(framed(&self.setup_1(message, MORE, &challenge))),
                    None => Say::last(framed(&self.setup_1(message, LOGON_FAILURE, &[]))),
                })
            }
            _ => None,
        }
    }

    /// MS-SMB §2.2.4.5.2.1: with extended security.
    fn negotiated_1(&self, request: &[u8], index: usize) -> Vec<u8> {
        let mut octets = header_1(request, 0);
        octets.push(17);
        octets.extend(u16::try_from(index).unwrap_or_default().to_le_bytes());
        octets.push(if self.habit.signing { 0x0f } else { 0x03 });
        octets.extend([50, 0, 1, 0]);
        octets.extend(16_644u32.to_le_bytes());
        octets.extend(65_536u32.to_le_bytes());
        octets.extend([0; 4]);
        octets.extend(0x8000_e3fdu32.to_le_bytes());
        octets.extend(ntlm::now().to_le_bytes());
        octets.extend([0; 3]);
        let blob = [&self.guid()[..], &ntlm::offer()].concat();
        octets.extend(u16::try_from(blob.len()).unwrap_or_default().to_le_bytes());
        octets.extend(blob);
        octets
    }

    /// MS-SMB §2.2.4.6.2: the texts as the client wants them, Unicode at an even octet.
    fn setup_1(&self, request: &[u8], status: u32, token: &[u8]) -> Vec<u8> {
        let mut octets = header_1(request, status);
        octets.extend([4, 0xff, 0, 0, 0, 0, 0]);
        octets.extend(u16::try_from(token.len()).unwrap_or_default().to_le_bytes());
        let mut block = token.to_vec();
        let wide = is_unicode(request);
        if wide && (octets.len() + 2 + block.len()) % 2 == 1 {
            block.push(0);
        }
        for text in [&self.habit.native_os, &self.habit.native_lanman] {
            let text = text.as_deref().unwrap_or_default();
            block.extend(if wide { ntlm::utf16(text) } else { text.into() });
            block.extend(&[0, 0][..=usize::from(wide)]);
        }
        octets.extend(u16::try_from(block.len()).unwrap_or_default().to_le_bytes());
        octets.extend(block);
        octets
    }
}

impl Talk for Server {
    fn hear(&mut self, octets: &[u8]) -> Say {
        self.heard.extend(octets);
        let mut said = Say::default();
        while let Some(&[kind, _, high, low]) = self.heard.first_chunk() {
            let length = usize::from(u16::from_be_bytes([high, low]));
            // RFC 1002 §4.3.2: a session request is granted, whoever is called.
            if kind != 0x81 && (kind != 0 || length > LIMIT) {
                return Say { close: true, ..said };
            }
            if self.heard.len() < 4 + length {
                break;
            }
            let message: Vec<u8> = self.heard.drain(..4 + length).skip(4).collect();
            let granted = || Say::more(vec![0x82, 0, 0, 0]);
            let answer = if kind == 0x81 { Some(granted()) } else { self.answer(&message) };
            let answer = answer.unwrap_or_else(|| Say::last(vec![]));
            said.octets.extend(answer.octets);
            said.close |= answer.close;
        }
        said
    }
}

/// MS-SMB2 §2.2.6.
fn setup(number: &[u8], status: u32, token: &[u8]) -> Vec<u8> {
    let mut octets = header_2(1, status, number, SESSION);
    octets.extend([9, 0, 0, 0, 72, 0]);
    octets.extend(u16::try_from(token.len()).unwrap_or_default().to_le_bytes());
    octets.extend(token);
    octets
}

/// MS-SMB2 §2.2.2.
fn error(number: &[u8], command: u16) -> Vec<u8> {
    let mut octets = header_2(command, NOT_SUPPORTED, number, 0);
    octets.extend([9, 0, 0, 0, 0, 0, 0, 0, 0]);
    octets
}

/// MS-SMB2 §2.2.1.2: an answer.
fn header_2(command: u16, status: u32, number: &[u8], session: u64) -> Vec<u8> {
    let mut octets = b"\xfeSMB\x40\0\0\0".to_vec();
    octets.extend(status.to_le_bytes());
    octets.extend(command.to_le_bytes());
    octets.extend([1, 0, 1, 0, 0, 0, 0, 0, 0, 0]);
    octets.extend(number);
    octets.extend([0; 8]);
    octets.extend(session.to_le_bytes());
    octets.extend([0; 16]);
    octets
}

/// MS-CIFS §2.2.3.1: an answer with the client's own numbers.
fn header_1(request: &[u8], status: u32) -> Vec<u8> {
    let mut octets = b"\xffSMB".to_vec();
    octets.push(request[4]);
    octets.extend(status.to_le_bytes());
    octets.extend([0x98, 0x01, if is_unicode(request) { 0xc8 } else { 0x48 }]);
    octets.extend([0; 12]);
    octets.extend(request.get(24..28).unwrap_or(&[0; 4]));
    octets.extend([0, 8]);
    octets.extend(request.get(30..32).unwrap_or(&[0; 2]));
    octets
}

/// `SMB_FLAGS2_UNICODE` (MS-CIFS §2.2.3.1).
fn is_unicode(request: &[u8]) -> bool {
    request.get(11).is_some_and(|flags| flags & 0x80 != 0)
}

fn framed(message: &[u8]) -> Vec<u8> {
    let length = u32::try_from(message.len()).unwrap_or_default().to_be_bytes();
    [&length, message].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server(dialect: Option<&str>, version_1: bool) -> Server {
        let habit = Smb { dialect: dialect.map(str::to_owned), version_1, ..Smb::default() };
        Server::new(Windows { name: "PC01".into(), ..Windows::default() }, habit)
    }

    fn old(dialects: &[u8]) -> Vec<u8> {
        let mut message = b"\xffSMB\x72".to_vec();
        message.extend([0; 27]);
        message.extend([0, u8::try_from(dialects.len()).unwrap(), 0]);
        message.extend(dialects);
        framed(&message)
    }

    #[test]
    fn version_1_is_refused_where_it_is_off() {
        let said = server(Some("3.1.1"), false).hear(&old(b"\x02NT LM 0.12\0"));
        assert_eq!(said, Say::last(vec![]));
        let said = server(Some("3.1.1"), true).hear(&old(b"\x02NT LM 0.12\0"));
        assert_eq!(&said.octets[4..9], b"\xffSMB\x72");
        let said = server(Some("3.1.1"), true).hear(&old(b"\x02NT LM 0.12\0\x02SMB 2.???\0"));
        assert_eq!(&said.octets[4..8], b"\xfeSMB");
    }

    #[test]
    fn garbage_ends_the_session() {
        assert!(server(None, true).hear(b"GET / HTTP/1.1\r\n\r\n").close);
    }
}
