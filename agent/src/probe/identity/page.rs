//! An HTTP/1.1 exchange over one stream (RFC 9112): one GET, the head, and as much of the body as
//! holds a title. Used by the plain and the TLS probe.

use daicho_shared::text;

/// The most octets of an answer that are read.
const LIMIT: usize = 16 * 1024;
/// A device description is longer than a page's head.
pub(super) const DOCUMENT_LIMIT: usize = 48 * 1024;

/// Reads an answer as it comes.
#[derive(Debug, Default)]
pub(super) struct Page {
    bytes: Vec<u8>,
}

/// What an answer says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) status: u16,
    pub(super) server: Option<String>,
    pub(super) realm: Option<String>,
    pub(super) title: Option<String>,
}

/// One GET that says who asks. RFC 9110 §10.1.5: a user agent identifies itself.
pub(super) fn request(host: &str, path: &str) -> Vec<u8> {
    let agent = concat!("Daicho/", env!("CARGO_PKG_VERSION"), " (equipment inventory)");
    format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: {agent}\r\nAccept: */*\r\nConnection: close\r\n\r\n")
        .into_bytes()
}

impl Page {
    /// Takes more octets; `true` when there is enough.
    pub(super) fn hear(&mut self, bytes: &[u8], limit: usize) -> bool {
        let room = limit.saturating_sub(self.bytes.len());
        self.bytes.extend(&bytes[..bytes.len().min(room)]);
        self.bytes.len() >= limit || self.is_whole()
    }

    /// Takes more octets of a page whose head and title are wanted.
    pub(super) fn hear_head(&mut self, bytes: &[u8]) -> bool {
        self.hear(bytes, LIMIT) || self.body().is_some_and(|body| find(body, b"</title").is_some())
    }

    /// The body is as long as it promised to be.
    fn is_whole(&self) -> bool {
        let Some(body) = self.body() else { return false };
        let length = self.field("content-length").and_then(|value| value.parse::<usize>().ok());
        length.is_some_and(|length| body.len() >= length)
    }

    pub(super) fn body(&self) -> Option<&[u8]> {
        Some(&self.bytes[find(&self.bytes, b"\r\n\r\n")? + 4..])
    }

    /// What was heard, if it is HTTP at all.
    pub(super) fn head(&self) -> Option<Head> {
        let line = self.bytes.split(|byte| *byte == b'\n').next()?;
        let line = std::str::from_utf8(line).ok()?.trim_end();
        let status = line.strip_prefix("HTTP/1.")?.split(' ').nth(1)?.parse().ok()?;
        Some(Head { status, server: self.field("server"), realm: self.realm(), title: self.title() })
    }

    fn field(&self, name: &str) -> Option<String> {
        self.fields(name).next().map(text::bounded_bytes).filter(|value| !value.is_empty())
    }

    /// The values of every field of this name, as they came.
    pub(super) fn fields<'p>(&'p self, name: &'p str) -> impl Iterator<Item = &'p [u8]> {
        let head = self.bytes.split(|byte| *byte == b'\n').skip(1).take_while(|line| !line.trim_ascii().is_empty());
        let fields = head.filter_map(|line| {
            let colon = line.iter().position(|byte| *byte == b':')?;
            Some((&line[..colon], &line[colon + 1..]))
        });
        let wanted = fields.filter(|(key, _)| key.eq_ignore_ascii_case(name.as_bytes()));
        wanted.map(|(_, value)| value.trim_ascii())
    }

    /// A scheme by which NTLM may be spoken, `NTLM` or `Negotiate` (RFC 4559 §4), where one is offered.
    pub(super) fn windows_scheme(&self) -> Option<&'static str> {
        let offered = |scheme: &&str| {
            let is_it = |value: &[u8]| {
                let word = value.split(|byte| !byte.is_ascii_alphanumeric()).next().unwrap_or_default();
                word.eq_ignore_ascii_case(scheme.as_bytes())
            };
            self.fields("www-authenticate")
                .any(|value| value.split(|byte| *byte == b',').any(|part| is_it(part.trim_ascii())))
        };
        ["NTLM", "Negotiate"].into_iter().find(offered)
    }

    /// RFC 9110 §11.5.
    fn realm(&self) -> Option<String> {
        let challenge = self.field("www-authenticate")?;
        let at = challenge.to_ascii_lowercase().find("realm=")? + "realm=".len();
        let value = challenge.get(at..)?;
        let quoted = value.strip_prefix('"').and_then(|value| value.split('"').next());
        Some(quoted.unwrap_or_else(|| value.split([',', ' ']).next().unwrap_or_default()).to_owned())
    }

    fn title(&self) -> Option<String> {
        let body = self.body()?;
        let start = find(body, b"<title")?;
        let start = start + body[start..].iter().position(|byte| *byte == b'>')? + 1;
        let end = find(&body[start..], b"</title").map_or(body.len(), |end| start + end);
        Some(unescaped(&text::bounded_bytes(&body[start..end]))).filter(|title| !title.is_empty())
    }
}

/// The entities that appear in titles of devices' pages.
fn unescaped(text: &str) -> String {
    [("&nbsp;", " "), ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")]
        .iter()
        .fold(text.to_owned(), |text, (entity, meaning)| text.replace(entity, meaning))
}

/// ASCII letters match in either case.
fn find(text: &[u8], wanted: &[u8]) -> Option<usize> {
    text.windows(wanted.len()).position(|window| window.eq_ignore_ascii_case(wanted))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(text: &str) -> Option<Head> {
        let mut page = Page::default();
        page.hear_head(text.as_bytes());
        page.head()
    }

    #[test]
    fn title_server_and_realm_are_read() {
        let text = "HTTP/1.1 401 Unauthorized\r\nServer: Boa/0.94\r\nWWW-Authenticate: Basic realm=\"LTE &x\"\r\n\r\n<html><TITLE lang=x>A &amp; B</TITLE>";
        let expected = Head {
            status: 401,
            server: Some("Boa/0.94".into()),
            realm: Some("LTE &x".into()),
            title: Some("A & B".into()),
        };
        assert_eq!(head(text), Some(expected));
    }

    #[test]
    fn what_is_not_http_is_nothing() {
        assert_eq!(head("SSH-2.0-OpenSSH_9.2\r\n"), None);
        assert_eq!(head("HTTP/1.1"), None);
    }

    #[test]
    fn a_promised_length_ends_the_answer() {
        let mut page = Page::default();
        assert!(!page.hear(b"HTTP/1.0 200 OK\r\nContent-Length: 4\r\n\r\nab", 1000));
        assert!(page.hear(b"cd", 1000));
    }
}
