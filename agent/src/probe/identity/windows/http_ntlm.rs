//! Who is behind this web service? NTLM over HTTP (RFC 4559 §4, MS-NTHT §2.2): one request with the
//! first message of a login; the refusal names the machine. Windows remote management
//! (MS-WSMV §2.2.1) is asked in this way at once, other pages where they offered it.

use daicho_shared::coverage::Outcome;
use daicho_shared::fact::Fact;
use data_encoding::BASE64;

use super::super::http::web;
use super::super::page::Page;
use super::ntlm::{self, Challenge};
use super::{open, untold};
use crate::probe::{Audience, Card, Dialogue, Known, Level, Probe, Question, Reading, Security, Step, TlsPeer};

/// The probe.
#[derive(Debug)]
pub struct HttpNtlm;

static CARD: Card = Card {
    name: "http-ntlm",
    title: "Who are you, behind your web service? (one request, no login)",
    title_ja: "Windows認証のWebでの機器名の確認（1回のみ、ログインしない）",
    standard: "MS-NTHT §2.2, RFC 4559 §4, MS-NLMP §2.2.1",
    packets: 7,
    level: Level::Query,
    may_upset: "one refused request in the log of the web service",
    audience: Audience::Answering,
    why: "its web service takes Windows logins, and the refusal of one names the machine",
    why_ja: "WebサービスがWindows認証に対応しており、拒否の応答から機器の名前が分かるため",
};

const REMOTE_MANAGEMENT: u16 = 5985;
/// The most pages of one device that are asked.
const PAGES: usize = 2;
/// A longer token is none of ours.
const TOKEN_LIMIT: usize = 4096;

impl Probe for HttpNtlm {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn speak(&self, port: u16) -> Option<Question> {
        (port == REMOTE_MANAGEMENT).then(|| question(port, false, "Negotiate"))
    }

    /// Nothing where the same was told already by another protocol: it is one machine.
    fn ask(&self, known: &Known<'_>) -> Vec<Question> {
        let is_told = |fact: &Fact| matches!(fact, Fact::OperatingSystem { source, .. } if source == "ntlm");
        if known.facts.iter().any(is_told) {
            return vec![];
        }
        let pages = offered(known.facts).into_iter().take(PAGES);
        pages.map(|(port, tls, scheme)| question(port, tls, scheme)).collect()
    }

    #[cfg(test)]
    fn samples(&self) -> Vec<crate::probe::laws::Sample> {
        vec![crate::probe::laws::Sample::Stream(REMOTE_MANAGEMENT, tests::refusal())]
    }
}

/// The pages that offered a login by NTLM: the offer follows its page among the facts.
fn offered(facts: &[Fact]) -> Vec<(u16, bool, &'static str)> {
    let mut last = None;
    let mut pages = vec![];
    for fact in facts {
        match fact {
            Fact::Web { port, tls, .. } => last = Some((*port, *tls)),
            Fact::Attribute { source, key, value } if source == "http" && key == "authenticate" => {
                let scheme = if value == "NTLM" { "NTLM" } else { "Negotiate" };
                pages.extend(
                    last.take().filter(|(port, _)| *port != REMOTE_MANAGEMENT).map(|(port, tls)| (port, tls, scheme)),
                );
            }
            _ => {}
        }
    }
    pages
}

fn question(port: u16, tls: bool, scheme: &'static str) -> Question {
    let security = if tls { Security::Tls } else { Security::Plain };
    let dialogue = Box::new(Refusal { port, tls, scheme, connected: false, heard: false, page: Page::default() });
    Question::Stream { port, security, dialogue }
}

#[derive(Debug)]
struct Refusal {
    port: u16,
    tls: bool,
    scheme: &'static str,
    connected: bool,
    heard: bool,
    page: Page,
}

impl Dialogue for Refusal {
    fn open(&mut self, _: Option<TlsPeer<'_>>) -> Step {
        self.connected = true;
        Step::Send(request(self.port, self.scheme))
    }

    fn hear(&mut self, bytes: &[u8]) -> Step {
        self.heard = true;
        if self.page.hear_head(bytes) { Step::Done } else { Step::Listen }
    }

    fn close(&mut self) -> Reading {
        if !self.connected {
            return Reading::of(Outcome::Silent);
        }
        let Some(web) = web(&self.page, self.port, self.tls) else {
            return untold(self.port, self.heard);
        };
        let told = challenge(&self.page).map(|challenge| challenge.facts()).unwrap_or_default();
        Reading::answered([vec![open(self.port)], web, told].concat())
    }
}

/// The token after the scheme, base64.
fn challenge(page: &Page) -> Option<Challenge> {
    let token = |value: &[u8]| {
        let text = std::str::from_utf8(value).ok()?;
        let (scheme, token) = text.split_once(' ')?;
        let known = scheme.eq_ignore_ascii_case("NTLM") || scheme.eq_ignore_ascii_case("Negotiate");
        let token = token.split(',').next()?.trim();
        BASE64.decode(token.as_bytes()).ok().filter(|_| known && token.len() <= TOKEN_LIMIT)
    };
    page.fields("www-authenticate").filter_map(token).find_map(|token| ntlm::challenge_in(&token))
}

/// Remote management takes POST only (MS-WSMV §3.1.4.1); an empty one asks for nothing.
fn request(port: u16, scheme: &str) -> Vec<u8> {
    let line = if port == REMOTE_MANAGEMENT { "POST /wsman" } else { "GET /" };
    let length = if port == REMOTE_MANAGEMENT { "Content-Length: 0\r\n" } else { "" };
    let token = if scheme == "NTLM" { ntlm::negotiate() } else { ntlm::negotiate_in_spnego() };
    let agent = concat!("Daicho/", env!("CARGO_PKG_VERSION"), " (equipment inventory)");
    let token = BASE64.encode(&token);
    format!(
        "{line} HTTP/1.1\r\nHost: device\r\nUser-Agent: {agent}\r\nAccept: */*\r\n{length}Authorization: {scheme} {token}\r\n\r\n"
    )
    .into_bytes()
}

#[cfg(test)]
mod tests {
    use daicho_shared::fact::NameSource;

    use super::*;

    /// As Windows' HTTP server refuses, with a real challenge.
    pub(super) fn refusal() -> Vec<u8> {
        let token = BASE64.encode(&crate::probe::laws::device("windows-2008r2-ntlm-challenge"));
        format!("HTTP/1.1 401 \r\nServer: Microsoft-HTTPAPI/2.0\r\nWWW-Authenticate: Negotiate {token}\r\nContent-Length: 0\r\n\r\n")
            .into_bytes()
    }

    #[test]
    fn a_refusal_names_the_machine() {
        let Question::Stream { mut dialogue, .. } = HttpNtlm.speak(REMOTE_MANAGEMENT).unwrap() else { panic!() };
        dialogue.open(None);
        assert_eq!(dialogue.hear(&refusal()), Step::Done);
        let facts = dialogue.close().facts;
        let is_name =
            |fact: &Fact| matches!(fact, Fact::Name { source: NameSource::Ntlm, name, .. } if name == "VAGRANT-2008R2");
        let is_build = |fact: &Fact| matches!(fact, Fact::OperatingSystem { build: Some(7601), .. });
        assert!(facts.iter().any(is_name) && facts.iter().any(is_build), "{facts:?}");
    }

    #[test]
    fn only_pages_that_offered_it_are_asked() {
        let web = |port| Fact::Web { port, tls: false, status: 401, title: None, server: None, realm: None };
        let offer = Fact::Attribute { source: "http".into(), key: "authenticate".into(), value: "NTLM".into() };
        assert_eq!(offered(&[web(80), web(8080), offer.clone(), offer]), [(8080, false, "NTLM")]);
        assert_eq!(offered(&[web(80)]), []);
    }

    #[test]
    fn the_whole_login_is_never_sent() {
        for (port, scheme) in [(REMOTE_MANAGEMENT, "Negotiate"), (80, "NTLM")] {
            let sent = String::from_utf8(request(port, scheme)).unwrap();
            let token = sent.split("Authorization: ").nth(1).unwrap().split(['\r', ' ']).nth(1).unwrap();
            let token = BASE64.decode(token.as_bytes()).unwrap();
            assert!(token.ends_with(&ntlm::negotiate()));
        }
    }
}
