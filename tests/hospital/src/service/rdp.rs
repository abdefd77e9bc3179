//! A remote desktop up to the challenge of a login: X.224 connection confirm (MS-RDPBCGR §2.2.1.2),
//! TLS, and `CredSSP` (MS-CSSP §2.2.1). Nobody gets in.

use super::snmp::ber::{Reader, tagged};
use super::{Say, Talk, ntlm, tls};
use crate::description::{RdpSecurity, Windows};

/// The longest request that is waited for.
const LIMIT: usize = 4096;
/// `STATUS_LOGON_FAILURE`.
const LOGON_FAILURE: i64 = -1_073_741_715;

/// A server for one connection.
#[derive(Debug)]
pub struct Server {
    security: RdpSecurity,
    heard: Vec<u8>,
    inside: Option<tls::Wrapped>,
    session: Option<tls::Wrapped>,
}

impl Server {
    /// A server; `session` is what speaks TLS when that was chosen.
    pub fn new(security: RdpSecurity, session: tls::Wrapped) -> Self {
        Self { security, heard: vec![], inside: None, session: Some(session) }
    }

    /// What is chosen among what the client asked for; a negotiation was not asked for by old clients.
    fn confirm(&mut self, request: &[u8]) -> Vec<u8> {
        let asked =
            request.len().checked_sub(8).and_then(|at| request.get(at..)).filter(|part| part[..4] == [1, 0, 8, 0]);
        let asked = asked.and_then(|part| part[4..].first_chunk()).map(|number| u32::from_le_bytes(*number));
        let chosen = match (self.security, asked) {
            (RdpSecurity::Rdp, _) | (_, None) => None,
            (RdpSecurity::Ssl, Some(asked)) => (asked & 1 != 0).then_some(1),
            (RdpSecurity::Hybrid, Some(asked)) => (asked & 2 != 0).then_some(2),
        };
        if let Some(protocol) = chosen {
            self.inside = self.session.take();
            return vec![3, 0, 0, 19, 14, 0xd0, 0, 0, 0x12, 0x34, 0, 2, 0x1f, 8, 0, protocol, 0, 0, 0];
        }
        match (self.security, asked) {
            // HYBRID_REQUIRED_BY_SERVER, SSL_REQUIRED_BY_SERVER.
            (RdpSecurity::Hybrid, Some(_)) => vec![3, 0, 0, 19, 14, 0xd0, 0, 0, 0x12, 0x34, 0, 3, 0, 8, 0, 5, 0, 0, 0],
            (RdpSecurity::Ssl, Some(_)) => vec![3, 0, 0, 19, 14, 0xd0, 0, 0, 0x12, 0x34, 0, 3, 0, 8, 0, 1, 0, 0, 0],
            _ => vec![3, 0, 0, 11, 6, 0xd0, 0, 0, 0x12, 0x34, 0],
        }
    }
}

impl Talk for Server {
    fn hear(&mut self, octets: &[u8]) -> Say {
        if let Some(inside) = &mut self.inside {
            return inside.hear(octets);
        }
        self.heard.extend(octets);
        let Some(&[version, _, high, low]) = self.heard.first_chunk() else { return Say::default() };
        let length = usize::from(u16::from_be_bytes([high, low]));
        if version != 3 || !(11..=LIMIT).contains(&length) || self.heard.get(5).is_some_and(|code| *code != 0xe0) {
            return Say::last(vec![]);
        }
        if self.heard.len() < length {
            return Say::default();
        }
        let request: Vec<u8> = self.heard.drain(..length).collect();
        Say::more(self.confirm(&request))
    }
}

/// What is inside TLS: one token is answered, the next is refused.
#[derive(Debug)]
pub struct CredSsp {
    windows: Windows,
    heard: Vec<u8>,
}

impl CredSsp {
    /// For this machine.
    pub fn new(windows: Windows) -> Self {
        Self { windows, heard: vec![] }
    }
}

impl Talk for CredSsp {
    fn hear(&mut self, octets: &[u8]) -> Say {
        self.heard.extend(octets);
        if Reader::new(&self.heard).sequence().is_none() {
            return if self.heard.len() > LIMIT { Say::last(vec![]) } else { Say::default() };
        }
        let request = std::mem::take(&mut self.heard);
        // Where the token begins: an OCTET STRING with an NTLM message, as clients of today send it.
        let bare = request.windows(8).position(|part| part == b"NTLMSSP\0");
        let Some(challenge) = bare.and_then(|at| ntlm::answer(&self.windows, &request[at..])) else {
            return Say::last(ts_request(&tagged(0xa4, &super::snmp::ber::integer(LOGON_FAILURE))));
        };
        let tokens = tagged(0x30, &tagged(0x30, &tagged(0xa0, &tagged(0x04, &challenge))));
        Say::more(ts_request(&tagged(0xa1, &tokens)))
    }
}

fn ts_request(field: &[u8]) -> Vec<u8> {
    tagged(0x30, &[&tagged(0xa0, &[2, 1, 6])[..], field].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server(security: RdpSecurity) -> Server {
        let described = crate::description::Certificate { subject: "x".into(), organisation: None, names: vec![] };
        let identity = tls::Identity::new(&described).unwrap();
        let inner = Box::new(CredSsp::new(Windows { name: "PC01".into(), ..Windows::default() }));
        Server::new(security, tls::Wrapped::new(&identity, inner).unwrap())
    }

    #[test]
    fn chooses_what_both_sides_know() {
        let both = [3, 0, 0, 19, 14, 0xe0, 0, 0, 0, 0, 0, 1, 0, 8, 0, 3, 0, 0, 0];
        for (security, answer) in [(RdpSecurity::Hybrid, (2, 2)), (RdpSecurity::Ssl, (2, 1))] {
            let said = server(security).hear(&both).octets;
            assert_eq!((said[11], said[15]), answer);
        }
        assert_eq!(server(RdpSecurity::Rdp).hear(&both).octets.len(), 11);
        let mut ssl = both;
        ssl[15] = 1;
        let refused = server(RdpSecurity::Hybrid).hear(&ssl).octets;
        assert_eq!((refused[11], refused[15]), (3, 5));
    }

    #[test]
    fn a_second_token_is_refused() {
        let mut talk = CredSsp::new(Windows { name: "PC01".into(), ..Windows::default() });
        let token = |kind| ts_request(&tagged(0xa1, &tagged(0x04, &[b"NTLMSSP\0", &[kind, 0, 0, 0][..]].concat())));
        assert!(!talk.hear(&token(1)).close);
        assert!(talk.hear(&token(3)).close);
    }
}
