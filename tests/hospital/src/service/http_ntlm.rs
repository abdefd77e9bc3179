//! A web service behind a Windows login (RFC 4559 §4, MS-NTHT §2.2), such as remote management
//! (MS-WSMV): every request is refused, and the first half of a login is answered.

use data_encoding::BASE64;

use super::{Say, Talk, ntlm};
use crate::description::Windows;

/// The most octets of a request that are waited for.
const REQUEST: usize = 16 * 1024;

/// A server for one connection.
#[derive(Debug)]
pub struct Guarded {
    windows: Windows,
    heard: Vec<u8>,
}

impl Guarded {
    /// For this machine.
    pub fn new(windows: Windows) -> Self {
        Self { windows, heard: vec![] }
    }

    /// The offers, or the answer to a token.
    fn fields(&self, request: &str) -> String {
        let mut lines = request.lines().filter_map(|line| line.split_once(": "));
        let token = lines.find(|(name, _)| name.eq_ignore_ascii_case("authorization")).and_then(|(_, value)| {
            let (scheme, token) = value.split_once(' ')?;
            let answer = ntlm::answer(&self.windows, &BASE64.decode(token.trim().as_bytes()).ok()?)?;
            Some(format!("WWW-Authenticate: {scheme} {}\r\n", BASE64.encode(&answer)))
        });
        token.unwrap_or_else(|| "WWW-Authenticate: Negotiate\r\nWWW-Authenticate: NTLM\r\n".to_owned())
    }
}

impl Talk for Guarded {
    fn hear(&mut self, octets: &[u8]) -> Say {
        self.heard.extend(octets);
        if self.heard.len() > REQUEST {
            return Say::last(vec![]);
        }
        if !self.heard.windows(4).any(|end| end == b"\r\n\r\n") {
            return Say::default();
        }
        let request = String::from_utf8_lossy(&std::mem::take(&mut self.heard)).into_owned();
        let fields = self.fields(&request);
        Say::more(
            format!("HTTP/1.1 401 \r\nServer: Microsoft-HTTPAPI/2.0\r\n{fields}Content-Length: 0\r\n\r\n").into_bytes(),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offers_a_login_and_answers_its_first_half() {
        let mut talk = Guarded::new(Windows { name: "PC01".into(), ..Windows::default() });
        let said = String::from_utf8(talk.hear(b"GET / HTTP/1.1\r\n\r\n").octets).unwrap();
        assert!(said.starts_with("HTTP/1.1 401 ") && said.contains("WWW-Authenticate: NTLM\r\n"), "{said}");
        let token = BASE64.encode(b"NTLMSSP\0\x01\0\0\0");
        let said = talk.hear(format!("GET / HTTP/1.1\r\nAuthorization: NTLM {token}\r\n\r\n").as_bytes()).octets;
        assert!(String::from_utf8(said).unwrap().contains("WWW-Authenticate: NTLM TlRMTVNTUAACAAAA"));
    }
}
