//! An HTTP/1.1 exchange over one stream (RFC 9112): one request, the head, and as much of the body as
//! is wanted. Used by every probe that speaks HTTP.

mod markup;

use daicho_shared::text;

/// The most octets of an answer that are read.
const LIMIT: usize = 16 * 1024;
/// A device description is longer than a page's head.
pub(in crate::probe) const DOCUMENT_LIMIT: usize = 48 * 1024;
/// No page's title is longer.
const TITLE_LIMIT: usize = 8 * 1024;
/// Interim answers (RFC 9110 §15.2) that are passed over.
const INTERIM: usize = 2;

/// Reads an answer as it comes.
#[derive(Debug, Default)]
pub(in crate::probe) struct Page {
    bytes: Vec<u8>,
}

/// What an answer says of itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::probe) struct Head {
    pub(in crate::probe) status: u16,
    pub(super) server: Option<String>,
    pub(super) realm: Option<String>,
    pub(super) title: Option<String>,
    /// Where it sends its visitors: `Location`, or a refresh of the page.
    pub(super) location: Option<String>,
    /// `X-Powered-By`.
    pub(super) powered_by: Option<String>,
    /// `generator` of the page.
    pub(super) generator: Option<String>,
    /// `application-name` of the page.
    pub(super) application: Option<String>,
    /// Where the page's icon stands.
    pub(super) icon: Option<String>,
}

/// RFC 9110 §10.1.5: a user agent identifies itself.
const AGENT: &str = concat!("Daicho/", env!("CARGO_PKG_VERSION"), " (equipment inventory)");

/// One GET that says who asks.
pub(super) fn request(host: &str, path: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: {AGENT}\r\nAccept: */*\r\nConnection: close\r\n\r\n")
        .into_bytes()
}

/// One POST that asks and changes nothing: `kind` is the media type of `body`.
pub(super) fn post(host: &str, path: &str, kind: &str, body: &[u8]) -> Vec<u8> {
    posted((host, path), &format!("Content-Type: {kind}"), body)
}

/// The same for an action of SOAP 1.1 (§6.1.1), which is named beside the body, too.
pub(in crate::probe) fn act(host: &str, path: &str, action: &str, body: &[u8]) -> Vec<u8> {
    posted((host, path), &format!("Content-Type: text/xml; charset=\"utf-8\"\r\nSOAPAction: \"{action}\""), body)
}

fn posted((host, path): (&str, &str), fields: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: {AGENT}\r\n{fields}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
    );
    [head.as_bytes(), body].concat()
}

impl Page {
    /// Takes more octets; `true` when there is enough.
    pub(in crate::probe) fn hear(&mut self, bytes: &[u8], limit: usize) -> bool {
        let room = limit.saturating_sub(self.bytes.len());
        self.bytes.extend(&bytes[..bytes.len().min(room)]);
        self.bytes.len() >= limit || self.is_whole()
    }

    /// Takes more octets of a page whose head is wanted.
    pub(super) fn hear_head(&mut self, bytes: &[u8]) -> bool {
        self.hear(bytes, LIMIT) || self.raw_body().is_some_and(|body| markup::end_of_head(body).is_some())
    }

    /// What no device's page is: a head or a title without an end.
    pub(super) fn unnatural(&self) -> Option<&'static str> {
        let Some(body) = self.raw_body() else { return (self.bytes.len() >= LIMIT).then_some("endless-answer") };
        let title = &body[find(body, b"<title")?..];
        (title.len() > TITLE_LIMIT && find(title, b"</title").is_none()).then_some("endless-title")
    }

    /// The body is as long as it promised to be.
    pub(in crate::probe) fn is_whole(&self) -> bool {
        let Some(body) = self.raw_body() else { return false };
        match self.length() {
            Some(length) => body.len() >= length,
            None => self.is_chunked() && unchunked(body).1,
        }
    }

    /// The body without its transfer coding, as much of it as came.
    pub(in crate::probe) fn body(&self) -> Option<Vec<u8>> {
        let body = self.raw_body()?;
        if self.is_chunked() {
            return Some(unchunked(body).0);
        }
        let length = self.length().unwrap_or(body.len()).min(body.len());
        Some(body[..length].to_vec())
    }

    /// The length that the body promises to have.
    pub(super) fn length(&self) -> Option<usize> {
        self.field("content-length").and_then(|value| value.parse().ok())
    }

    /// What was heard, if it is HTTP at all.
    pub(in crate::probe) fn head(&self) -> Option<Head> {
        let line = self.last().split(|byte| *byte == b'\n').next()?;
        let line = std::str::from_utf8(line).ok()?.trim_end();
        let status = line.strip_prefix("HTTP/1.")?.split(' ').nth(1)?.parse().ok()?;
        let body = self.body().unwrap_or_default();
        let page = &body[..markup::end_of_head(&body).unwrap_or(body.len())];
        Some(Head {
            status,
            server: self.field("server"),
            realm: self.realm(),
            title: markup::title(page),
            location: self.field("location").or_else(|| markup::refresh(page)),
            powered_by: self.field("x-powered-by"),
            generator: markup::meta(page, "generator"),
            application: markup::meta(page, "application-name"),
            icon: markup::icon(page),
        })
    }

    /// The final answer, interim ones left out.
    fn last(&self) -> &[u8] {
        let mut rest = self.bytes.as_slice();
        for _ in 0..INTERIM {
            let interim = rest.starts_with(b"HTTP/1.") && rest.get(8..10) == Some(b" 1".as_slice());
            match find(rest, b"\r\n\r\n").filter(|_| interim) {
                Some(end) => rest = &rest[end + 4..],
                None => break,
            }
        }
        rest
    }

    fn raw_body(&self) -> Option<&[u8]> {
        let answer = self.last();
        Some(&answer[find(answer, b"\r\n\r\n")? + 4..])
    }

    fn is_chunked(&self) -> bool {
        self.field("transfer-encoding").is_some_and(|coding| coding.eq_ignore_ascii_case("chunked"))
    }

    fn field(&self, name: &str) -> Option<String> {
        self.fields(name).next().map(text::bounded_bytes).filter(|value| !value.is_empty())
    }

    /// The values of every field of this name, as they came.
    pub(super) fn fields<'p>(&'p self, name: &'p str) -> impl Iterator<Item = &'p [u8]> {
        let head = self.last().split(|byte| *byte == b'\n').skip(1).take_while(|line| !line.trim_ascii().is_empty());
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

    fn realm(&self) -> Option<String> {
        realm(&self.field("www-authenticate")?)
    }
}

/// The realm of a challenge: RFC 9110 §11.5, and RTSP's and SIP's after it.
pub(super) fn realm(challenge: &str) -> Option<String> {
    let at = challenge.to_ascii_lowercase().find("realm=")? + "realm=".len();
    let value = challenge.get(at..)?;
    let quoted = value.strip_prefix('"').and_then(|value| value.split('"').next());
    Some(quoted.unwrap_or_else(|| value.split([',', ' ']).next().unwrap_or_default()).to_owned())
}

/// The chunks that came (RFC 9112 §7.1), and whether the last one did.
fn unchunked(mut rest: &[u8]) -> (Vec<u8>, bool) {
    let mut whole = vec![];
    while let Some(end) = find(rest, b"\r\n") {
        let line = std::str::from_utf8(&rest[..end]).unwrap_or_default();
        let Ok(size) = usize::from_str_radix(line.split(';').next().unwrap_or_default().trim(), 16) else { break };
        rest = &rest[end + 2..];
        if size == 0 {
            return (whole, true);
        }
        whole.extend(&rest[..size.min(rest.len())]);
        // The chunk ends with a line break of its own.
        let Some(after) = size.checked_add(2).and_then(|size| rest.get(size..)) else { break };
        rest = after;
    }
    (whole, false)
}

/// ASCII letters match in either case.
pub(super) fn find(text: &[u8], wanted: &[u8]) -> Option<usize> {
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
            ..Head::default()
        };
        assert_eq!(head(text), Some(expected));
    }

    #[test]
    fn a_title_without_an_end_is_unnatural_and_a_long_page_is_not() {
        let page = |text: String| Page { bytes: text.into_bytes() }.unnatural();
        assert_eq!(page(format!("HTTP/1.1 200 OK\r\n\r\n<title>{}", "A".repeat(9000))), Some("endless-title"));
        assert_eq!(page(format!("HTTP/1.1 200 OK\r\n\r\n<title>A</title>{}", "A".repeat(16_000))), None);
        assert_eq!(page(format!("HTTP/1.1 200 OK\r\nX: {}", "A".repeat(17_000))), Some("endless-answer"));
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

    #[test]
    fn chunks_are_put_together_and_interim_answers_left_out() {
        let text = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x\r\nde\r\n0\r\n\r\n";
        let mut page = Page::default();
        assert!(page.hear(text, 1000));
        assert_eq!((page.body().unwrap(), page.head().unwrap().status), (b"abcde".to_vec(), 200));
    }

    #[test]
    fn a_chunk_of_any_size_is_no_reason_to_stumble() {
        assert_eq!(unchunked(b"ffffffffffffffff\r\nab"), (b"ab".to_vec(), false));
    }
}
