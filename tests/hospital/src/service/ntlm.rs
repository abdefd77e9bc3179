//! The server's side of the first half of an NTLM login (MS-NLMP §2.2.1), bare or in SPNEGO
//! (RFC 4178 §4.2.2). Nobody gets in: the second half is refused.

use std::time::{SystemTime, UNIX_EPOCH};

use super::snmp::ber::tagged;
use crate::description::Windows;

const SIGNATURE: &[u8; 8] = b"NTLMSSP\0";
const OID: &[u8] = &[0x2b, 6, 1, 4, 1, 0x82, 0x37, 2, 2, 10];
/// 1601-01-01 to 1970-01-01 in units of 100 ns (MS-DTYP §2.3.3).
const EPOCH: u64 = 116_444_736_000_000_000;

/// What a client's token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Token {
    /// A NEGOTIATE message.
    Negotiate,
    /// An AUTHENTICATE message.
    Authenticate,
}

/// Reads a client's token, wrapped or not.
pub fn read(token: &[u8]) -> Option<Token> {
    let at = token.windows(8).position(|part| part == SIGNATURE)?;
    match token.get(at + 8..at + 12)? {
        [1, 0, 0, 0] => Some(Token::Negotiate),
        [3, 0, 0, 0] => Some(Token::Authenticate),
        _ => None,
    }
}

/// The CHALLENGE, wrapped as the client's NEGOTIATE was.
pub fn answer(windows: &Windows, token: &[u8]) -> Option<Vec<u8>> {
    if read(token)? != Token::Negotiate {
        return None;
    }
    let challenge = challenge(windows);
    if token.starts_with(SIGNATURE) {
        return Some(challenge);
    }
    let state = tagged(0xa0, &[0x0a, 1, 1]);
    let mechanism = tagged(0xa1, &tagged(0x06, OID));
    let response = tagged(0xa2, &tagged(0x04, &challenge));
    Some(tagged(0xa1, &tagged(0x30, &[state, mechanism, response].concat())))
}

/// What a server offers in its own first token: NTLM and nothing else (MS-SPNG §2.2.1).
pub fn offer() -> Vec<u8> {
    let mechanisms = tagged(0xa0, &tagged(0x30, &tagged(0x06, OID)));
    let init = tagged(0xa0, &tagged(0x30, &mechanisms));
    tagged(0x60, &[tagged(0x06, &[0x2b, 6, 1, 5, 5, 2]), init].concat())
}

/// The clock as a FILETIME.
pub fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    EPOCH + u64::try_from(since.as_nanos() / 100).unwrap_or_default()
}

/// §2.2.1.2: the fields in their order, then the target's name, then the pairs.
fn challenge(windows: &Windows) -> Vec<u8> {
    let domain = windows.domain.as_deref();
    let target = utf16(domain.unwrap_or(&windows.name));
    let info = pairs(windows);
    // Unicode, request target, NTLM, always sign, domain or server, extended security, target info,
    // version, 128, 56 bits.
    let flags: u32 = 0xa288_8205 | if domain.is_some() { 0x1_0000 } else { 0x2_0000 };
    let mut octets = SIGNATURE.to_vec();
    octets.extend(2u32.to_le_bytes());
    octets.extend(field(target.len(), 56));
    octets.extend(flags.to_le_bytes());
    octets.extend([0x5a; 8]);
    octets.extend([0; 8]);
    octets.extend(field(info.len(), 56 + target.len()));
    octets.extend(version(windows.version.as_deref().unwrap_or("6.1.0")));
    octets.extend(target);
    octets.extend(info);
    octets
}

/// §2.2.2.1: domain, computer, DNS domain, DNS computer, DNS tree, time, end.
fn pairs(windows: &Windows) -> Vec<u8> {
    let own = windows.name.clone();
    let texts = [
        (2, Some(windows.domain.clone().unwrap_or_else(|| own.clone()))),
        (1, Some(own.clone())),
        (4, windows.dns_domain.clone()),
        (3, Some(windows.dns_name.clone().unwrap_or(own))),
        (5, windows.dns_domain.clone()),
    ];
    let mut octets = vec![];
    for (id, text) in texts.into_iter().filter_map(|(id, text)| Some((id, text?))) {
        octets.extend(pair(id, &utf16(&text)));
    }
    octets.extend(pair(7, &now().to_le_bytes()));
    octets.extend(pair(0, &[]));
    octets
}

fn pair(id: u16, value: &[u8]) -> Vec<u8> {
    [&id.to_le_bytes(), &length(value.len())[..], value].concat()
}

/// Length, room, offset.
fn field(octets: usize, offset: usize) -> Vec<u8> {
    let offset = u32::try_from(offset).unwrap_or_default().to_le_bytes();
    [&length(octets)[..], &length(octets), &offset].concat()
}

fn length(octets: usize) -> [u8; 2] {
    u16::try_from(octets).unwrap_or(u16::MAX).to_le_bytes()
}

/// `10.0.19045`, then the revision of NTLM.
fn version(text: &str) -> [u8; 8] {
    let mut numbers = text.split('.').map(|number| number.parse::<u16>().unwrap_or_default());
    let mut next = || numbers.next().unwrap_or_default();
    let [major, minor, build] = [next(), next(), next()];
    let [low, high] = build.to_le_bytes();
    [major.to_le_bytes()[0], minor.to_le_bytes()[0], low, high, 0, 0, 0, 15]
}

/// UTF-16LE.
pub fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pc() -> Windows {
        Windows {
            name: "PC01".into(),
            domain: Some("HOSP".into()),
            version: Some("10.0.19045".into()),
            ..Windows::default()
        }
    }

    #[test]
    fn answers_as_it_was_asked() {
        let bare = b"NTLMSSP\0\x01\0\0\0".to_vec();
        let said = answer(&pc(), &bare).unwrap();
        assert_eq!(&said[..12], b"NTLMSSP\0\x02\0\0\0");
        assert_eq!(&said[48..56], [10, 0, 0x65, 0x4a, 0, 0, 0, 15]);
        assert_eq!(answer(&pc(), &tagged(0x60, &bare)).unwrap()[0], 0xa1);
        assert_eq!(answer(&pc(), b"NTLMSSP\0\x03\0\0\0"), None);
    }
}
