//! Which icon does your page have? The one that the page names, or `/favicon.ico` (HTML, WHATWG §4.6.7.9):
//! products that have no title of their own still have their own icon. Its SHA-256 is compared, not seen.

use std::net::IpAddr;

use daicho_shared::class::Class;
use daicho_shared::coverage::Outcome;
use daicho_shared::fact::Fact;
use sha2::{Digest, Sha256};

use super::http::{authority, path_here};
use super::page::{Page, request};
use crate::probe::{Audience, Card, Dialogue, Known, Level, Probe, Question, Reading, Security, Step, TlsPeer};

/// The probe.
#[derive(Debug)]
pub struct Favicon;

static CARD: Card = Card {
    name: "favicon",
    title: "Which icon does your page have? (one GET)",
    title_ja: "Web画面のアイコンの確認（GET 1回）",
    standard: "RFC 9110, HTML §4.6.7.9",
    packets: 10,
    level: Level::Query,
    may_upset: "as `http`",
    audience: Audience::Answering,
    why: "the icon of the page names a product that nothing else names",
    why_ja: "ほかに手がかりのない機器でも、画面のアイコンから製品が分かることがあるため",
};

const PATH: &str = "/favicon.ico";
/// Larger icons are not fetched: their acknowledgements alone would be many packets.
const LIMIT: usize = 12 * 1024;
/// Hexadecimal digits of the hash that are told.
const DIGITS: usize = 32;
/// How images begin: ICO, PNG, GIF, JPEG, BMP.
const IMAGES: [&[u8]; 5] = [b"\0\0\x01\0", b"\x89PNG", b"GIF8", b"\xff\xd8\xff", b"BM"];

impl Probe for Favicon {
    fn card(&self) -> &'static Card {
        &CARD
    }

    /// Only where a page was found, and nothing else told the product.
    fn ask(&self, known: &Known<'_>) -> Vec<Question> {
        let told = known.seems.is_some_and(|seems| {
            seems.model.is_some()
                || matches!(seems.class.value, Class::Pc | Class::Server)
                || seems.class.value.is_medical()
        });
        let page = known.facts.iter().find_map(|fact| match fact {
            Fact::Web { port, tls, status, .. } if *status < 500 => Some((*port, *tls)),
            _ => None,
        });
        let Some((port, tls)) = page.filter(|_| !told) else { return vec![] };
        let security = if tls { Security::Tls } else { Security::Plain };
        let path = named(known.facts).and_then(|reference| path_here(reference, security));
        let path = path.unwrap_or_else(|| PATH.to_owned());
        let dialogue =
            Box::new(Get { port, security, path, host: String::new(), connected: false, page: Page::default() });
        vec![Question::Stream { port, security, dialogue }]
    }

    #[cfg(test)]
    fn samples(&self) -> Vec<crate::probe::laws::Sample> {
        let page = Fact::Web { port: 80, tls: false, status: 200, title: None, server: None, realm: None };
        let icon = b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nGIF89a".to_vec();
        vec![crate::probe::laws::Sample::Told(vec![page], icon)]
    }
}

/// The icon that the page names.
fn named(facts: &[Fact]) -> Option<&str> {
    facts.iter().find_map(|fact| match fact {
        Fact::Attribute { source, key, value } if source == "http" && key == "icon" => Some(value.as_str()),
        _ => None,
    })
}

#[derive(Debug)]
struct Get {
    port: u16,
    security: Security,
    path: String,
    host: String,
    connected: bool,
    page: Page,
}

impl Dialogue for Get {
    fn meet(&mut self, address: IpAddr) {
        self.host = authority(address, self.port, self.security);
    }

    fn open(&mut self, _: Option<TlsPeer<'_>>) -> Step {
        self.connected = true;
        Step::Send(request(&self.host, &self.path))
    }

    fn hear(&mut self, bytes: &[u8]) -> Step {
        let enough = self.page.hear(bytes, LIMIT);
        let useless = self.page.length().is_some_and(|length| length > LIMIT)
            || self.page.head().is_some_and(|head| head.status >= 300);
        if enough || useless { Step::Done } else { Step::Listen }
    }

    /// A hash of half an icon would be nobody's: only a whole one counts.
    fn close(&mut self) -> Reading {
        if !self.connected {
            return Reading::of(Outcome::Silent);
        }
        let Some(head) = self.page.head() else { return Reading::of(Outcome::OtherProtocol) };
        let whole = head.status == 200 && self.page.is_whole();
        let body = self.page.body().filter(|body| whole && is_image(body));
        let hash = body.map(|body| hex::encode(Sha256::digest(&body)).chars().take(DIGITS).collect());
        let fact = hash.map(|value| Fact::Attribute { source: "http".to_owned(), key: "favicon".to_owned(), value });
        Reading::answered(fact.into_iter().collect())
    }
}

/// Servers that have no icon may send their start page instead, with all appearance of success.
fn is_image(body: &[u8]) -> bool {
    IMAGES.iter().any(|start| body.starts_with(start))
        || (body.starts_with(b"<") && body.windows(4).any(|it| it == b"<svg"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(answer: &[u8]) -> Vec<Fact> {
        let (security, path) = (Security::Plain, PATH.to_owned());
        let mut get = Get { port: 80, security, path, host: String::new(), connected: false, page: Page::default() };
        get.open(None);
        get.hear(answer);
        get.close().facts
    }

    #[test]
    fn a_whole_icon_is_hashed() {
        let facts = told(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nGIF89a");
        // `printf GIF89a | sha256sum`
        let value = "610f5ae4d76e332636a17bd357fd6ce9".to_owned();
        assert_eq!(facts, [Fact::Attribute { source: "http".into(), key: "favicon".into(), value }]);
    }

    #[test]
    fn half_an_icon_and_what_is_none_tell_nothing() {
        for answer in [
            "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nGIF89a",
            "HTTP/1.1 200 OK\r\n\r\nGIF89a",
            "HTTP/1.1 404 Not Found\r\nContent-Length: 6\r\n\r\nGIF89a",
            "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n<html>",
            "HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\nGIF89a",
        ] {
            assert!(told(answer.as_bytes()).is_empty(), "{answer}");
        }
    }
}
