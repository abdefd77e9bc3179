//! What does the start page call itself? HTTP, RFC 9110 and RFC 9112: one GET of `/`.

use daicho_shared::coverage::Outcome;
use daicho_shared::fact::{Fact, PortState, Transport};

use super::page::{Page, request};
use crate::probe::{Audience, Card, Dialogue, Level, Probe, Question, Reading, Security, Step, TlsPeer};

/// The probe.
#[derive(Debug)]
pub struct Http;

static CARD: Card = Card {
    name: "http",
    title: "What does your start page call itself? (one GET)",
    title_ja: "Web画面の題名の確認（GET 1回）",
    standard: "RFC 9110, RFC 9112",
    packets: 8,
    level: Level::Query,
    may_upset: "a device whose page locks after repeated requests sees one only",
    audience: Audience::Everybody,
    why: "the title of the page names the device",
    why_ja: "画面の題名に機器の名前が書かれているため",
};

const PORTS: &[u16] = &[80, 5000, 5357, 5480, 5800, 7547, 8000, 8042, 8080, 8081, 8291, 52773];

impl Probe for Http {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn speak(&self, port: u16) -> Option<Question> {
        let dialogue = || Box::new(Get { port, connected: false, page: Page::default() });
        PORTS.contains(&port).then(|| Question::Stream { port, security: Security::Plain, dialogue: dialogue() })
    }
}

#[derive(Debug)]
struct Get {
    port: u16,
    connected: bool,
    page: Page,
}

impl Dialogue for Get {
    fn open(&mut self, _: Option<TlsPeer<'_>>) -> Step {
        self.connected = true;
        Step::Send(request("device", "/"))
    }

    fn hear(&mut self, bytes: &[u8]) -> Step {
        if self.page.hear_head(bytes) { Step::Done } else { Step::Listen }
    }

    fn close(&mut self) -> Reading {
        if !self.connected {
            return Reading::of(Outcome::Silent);
        }
        let open = Fact::Port { transport: Transport::Tcp, port: self.port, state: PortState::Open };
        let Some(web) = web(&self.page, self.port, false) else {
            return Reading { facts: vec![open], ..Reading::of(Outcome::OtherProtocol) };
        };
        Reading::answered([vec![open], web].concat())
    }
}

/// What a page says, as facts.
pub(super) fn web(page: &Page, port: u16, tls: bool) -> Option<Vec<Fact>> {
    let head = page.head()?;
    let (product, version) = product(head.server.as_deref());
    let service = Fact::Service {
        transport: Transport::Tcp,
        port,
        protocol: if tls { "https" } else { "http" }.to_owned(),
        product,
        version,
        banner: head.server.clone(),
    };
    let web = Fact::Web { port, tls, status: head.status, title: head.title, server: head.server, realm: head.realm };
    let scheme = page.windows_scheme().map(|scheme| Fact::Attribute {
        source: "http".to_owned(),
        key: "authenticate".to_owned(),
        value: scheme.to_owned(),
    });
    Some([service, web].into_iter().chain(scheme).collect())
}

/// `nginx/1.22.1` is a product and its version (RFC 9110 §10.2.4).
fn product(server: Option<&str>) -> (Option<String>, Option<String>) {
    let Some(first) = server.and_then(|server| server.split(' ').next()) else { return (None, None) };
    match first.split_once('/') {
        Some((product, version)) => (Some(product.to_owned()), Some(version.to_owned())),
        None => (Some(first.to_owned()), None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_field_is_split_into_product_and_version() {
        assert_eq!(product(Some("nginx/1.22.1")), (Some("nginx".into()), Some("1.22.1".into())));
        assert_eq!(product(Some("Boa")), (Some("Boa".into()), None));
        assert_eq!(product(None), (None, None));
    }

    #[test]
    fn another_protocol_is_said_to_be_one() {
        let mut get = Get { port: 80, connected: false, page: Page::default() };
        get.open(None);
        get.hear(b"SSH-2.0-x\r\n");
        assert_eq!(get.close().outcome, Some(Outcome::OtherProtocol));
    }
}
