//! HTTP/1.1 (RFC 9112): one answer, then the connection ends.

use super::{Say, Talk};
use crate::description::Http;

/// The most octets of a request that are waited for.
const REQUEST: usize = 16 * 1024;

/// A server that has one page, and perhaps a device description beside it.
#[derive(Debug)]
pub struct Page {
    shown: Http,
    description: Option<String>,
    heard: Vec<u8>,
}

impl Page {
    /// A server for one connection; `description` is what stands at `/desc.xml`.
    pub fn new(page: Http, description: Option<String>) -> Self {
        Self { shown: page, description, heard: vec![] }
    }

    fn answer(&self, request: &str) -> Vec<u8> {
        let mut words = request.split_ascii_whitespace();
        let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        if !matches!(method, "GET" | "HEAD") {
            return response(405, "", "text/plain", "", false);
        }
        let body = method == "GET";
        match &self.description {
            Some(xml) if path == "/desc.xml" => response(200, &self.fields(), "text/xml; charset=\"utf-8\"", xml, body),
            _ => response(self.status(), &self.fields(), "text/html; charset=utf-8", &self.html(), body),
        }
    }

    fn status(&self) -> u16 {
        self.shown.status.unwrap_or(if self.shown.realm.is_some() { 401 } else { 200 })
    }

    fn fields(&self) -> String {
        let server = self.shown.server.as_ref().map(|server| format!("Server: {server}\r\n"));
        let realm = self.shown.realm.as_ref().map(|realm| format!("WWW-Authenticate: Basic realm=\"{realm}\"\r\n"));
        [server, realm].into_iter().flatten().collect()
    }

    fn html(&self) -> String {
        let title = self.shown.title.as_deref().unwrap_or_default();
        let title = title.replace('&', "&amp;").replace('<', "&lt;");
        format!("<!DOCTYPE html><html><head><title>{title}</title></head><body></body></html>\n")
    }
}

impl Talk for Page {
    fn hear(&mut self, octets: &[u8]) -> Say {
        self.heard.extend(octets);
        if self.heard.len() > REQUEST {
            return Say::last(response(431, "", "text/plain", "", false));
        }
        if !self.heard.windows(4).any(|end| end == b"\r\n\r\n") {
            return Say::default();
        }
        Say::last(self.answer(&String::from_utf8_lossy(&self.heard)))
    }
}

fn response(status: u16, fields: &str, kind: &str, text: &str, body: bool) -> Vec<u8> {
    let reason = match status {
        200 => "OK",
        301 => "Moved Permanently",
        401 => "Unauthorized",
        405 => "Method Not Allowed",
        431 => "Request Header Fields Too Large",
        _ => "Other",
    };
    let length = text.len();
    let head = format!(
        "HTTP/1.1 {status} {reason}\r\n{fields}Content-Type: {kind}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
    );
    let text = if body { text } else { "" };
    format!("{head}{text}").into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(page: Http, request: &str) -> String {
        let mut talk = Page::new(page, Some("<root/>".to_owned()));
        String::from_utf8(talk.hear(request.as_bytes()).octets).unwrap()
    }

    #[test]
    fn says_title_and_server() {
        let page = Http { title: Some("A & B".into()), server: Some("nginx".into()), ..Http::default() };
        let text = said(page, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
        assert!(text.contains("<title>A &amp; B</title>") && text.contains("Server: nginx\r\n"), "{text}");
    }

    #[test]
    fn a_realm_asks_for_a_password() {
        let page = Http { realm: Some("cam".into()), ..Http::default() };
        let text = said(page, "HEAD / HTTP/1.0\r\n\r\n");
        assert!(text.starts_with("HTTP/1.1 401 ") && text.ends_with("\r\n\r\n"), "{text}");
    }

    #[test]
    fn waits_for_the_whole_request_and_not_for_ever() {
        let mut talk = Page::new(Http::default(), None);
        assert_eq!(talk.hear(b"GET / HTTP/1.1\r\n"), Say::default());
        assert!(talk.hear(&[b'x'; REQUEST]).close);
    }
}
