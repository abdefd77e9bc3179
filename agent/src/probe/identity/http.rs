//! What does the start page call itself? HTTP, RFC 9110 and RFC 9112: one GET of `/`.

use std::net::{IpAddr, SocketAddr};

use daicho_shared::coverage::Outcome;
use daicho_shared::fact::{Fact, PortState, Transport};

use super::page::{Page, request};
use super::software;
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

const PORTS: &[u16] =
    &[80, 3128, 5000, 5357, 5480, 5800, 7547, 8000, 8042, 8080, 8081, 8291, 8530, 9000, 9090, 9191, 52773];
/// The most characters of a path that is asked for.
const PATH: usize = 256;

impl Probe for Http {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn speak(&self, port: u16) -> Option<Question> {
        let dialogue = || Box::new(Get::new(port, Security::Plain, "/".to_owned()));
        PORTS.contains(&port).then(|| Question::Stream { port, security: Security::Plain, dialogue: dialogue() })
    }
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

impl Get {
    fn new(port: u16, security: Security, path: String) -> Self {
        Self { port, security, path, host: String::new(), connected: false, page: Page::default() }
    }
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
        if self.page.hear_head(bytes) { Step::Done } else { Step::Listen }
    }

    /// A start page that only sends its visitors on is followed once, on the same device and port.
    fn close(&mut self) -> Reading {
        if !self.connected {
            return Reading::of(Outcome::Silent);
        }
        let open = Fact::Port { transport: Transport::Tcp, port: self.port, state: PortState::Open };
        let Some(web) = web(&self.page, self.port, self.security == Security::Tls) else {
            return Reading { facts: vec![open], ..Reading::of(Outcome::OtherProtocol) };
        };
        let next = if self.path == "/" { next(&self.page, self.port, self.security) } else { None };
        Reading { follow: next.into_iter().collect(), ..Reading::answered([vec![open], web].concat()) }
    }
}

/// What a page says, as facts.
pub(super) fn web(page: &Page, port: u16, tls: bool) -> Option<Vec<Fact>> {
    let head = page.head()?;
    let (product, version) = head.server.as_deref().map_or((None, None), software::split);
    let service = Fact::Service {
        transport: Transport::Tcp,
        port,
        protocol: if tls { "https" } else { "http" }.to_owned(),
        product,
        version,
        banner: head.server.clone(),
    };
    let more = [
        ("location", head.location),
        ("powered-by", head.powered_by),
        ("generator", head.generator),
        ("application-name", head.application),
        ("icon", head.icon),
    ];
    let told = |(key, value): (&str, String)| Fact::Attribute { source: "http".to_owned(), key: key.to_owned(), value };
    let more = more.into_iter().filter_map(|(key, value)| Some(told((key, value?))));
    let web = Fact::Web { port, tls, status: head.status, title: head.title, server: head.server, realm: head.realm };
    let scheme = page.windows_scheme().map(|scheme| Fact::Attribute {
        source: "http".to_owned(),
        key: "authenticate".to_owned(),
        value: scheme.to_owned(),
    });
    let unnatural = page.unnatural().map(|how| Fact::Unnatural { how: how.to_owned() });
    Some([service, web].into_iter().chain(more).chain(scheme).chain(unnatural).collect())
}

/// The page to which a redirection, or a page without a title, sends its visitors, if it stands on this
/// port. A redirection's own title is only the text of its status.
pub(super) fn next(page: &Page, port: u16, security: Security) -> Option<Question> {
    let head = page.head().filter(|head| (300..400).contains(&head.status) || head.title.is_none())?;
    let path = path_here(&head.location?, security).filter(|path| path != "/")?;
    Some(Question::Stream { port, security, dialogue: Box::new(Get::new(port, security, path)) })
}

/// How a server is called in a request when only its address is known (RFC 9110 §7.2): the port is left
/// out where it is the scheme's own.
pub(super) fn authority(address: IpAddr, port: u16, security: Security) -> String {
    let own = if security == Security::Tls { 443 } else { 80 };
    match address {
        IpAddr::V4(address) if port == own => address.to_string(),
        IpAddr::V6(address) if port == own => format!("[{address}]"),
        _ => SocketAddr::new(address, port).to_string(),
    }
}

/// The path of a reference, if it leads to the server that wrote it: the server has no other name for
/// us than an address.
pub(super) fn path_here(reference: &str, security: Security) -> Option<String> {
    let scheme = if security == Security::Tls { "https://" } else { "http://" };
    let path = match (reference.strip_prefix(scheme), reference.split_once("://")) {
        (Some(rest), _) => {
            let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
            let socket = host.parse::<SocketAddr>().is_ok();
            let bare = host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok();
            (socket || bare).then(|| format!("/{path}"))?
        }
        (None, Some(_)) => return None,
        (None, None) if reference.starts_with("//") => return None,
        (None, None) if reference.starts_with('/') => reference.to_owned(),
        (None, None) => format!("/{}", reference.trim_start_matches("./")),
    };
    let path = path.split('#').next().unwrap_or_default();
    let plain = path.len() <= PATH && path.chars().all(|c| c.is_ascii_graphic());
    plain.then(|| path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(text: &str) -> Reading {
        let mut get = Get::new(80, Security::Plain, "/".to_owned());
        get.open(None);
        get.hear(text.as_bytes());
        get.close()
    }

    #[test]
    fn a_page_that_only_sends_on_is_followed_once_and_on_the_same_port() {
        let reading =
            heard("HTTP/1.1 302 Found\r\nLocation: /web/login.html#top\r\n\r\n<title>302 Found</title></head>");
        let [Question::Stream { port: 80, security: Security::Plain, dialogue }] = reading.follow.as_slice() else {
            panic!("{:?}", reading.follow)
        };
        assert!(format!("{dialogue:?}").contains("\"/web/login.html\""));
        let titled =
            heard("HTTP/1.1 200 OK\r\n\r\n<head><title>A</title><meta http-equiv=refresh content='0;url=/b'></head>");
        assert!(titled.follow.is_empty());
    }

    #[test]
    fn what_stands_elsewhere_is_not_asked_for() {
        let here = |reference| path_here(reference, Security::Plain);
        for reference in
            ["https://10.0.0.1/", "http://nas.hosp.example/", "//x/y", "http://1.2.3.4.5/a", "javascript://x", "/a b"]
        {
            assert_eq!(here(reference), None, "{reference}");
        }
        let paths = ["http://[fe80::1]/a", "http://10.0.0.1:80/a", "/a", "a", "./a"].map(here);
        assert!(paths.iter().all(|path| path.as_deref() == Some("/a")), "{paths:?}");
    }

    #[test]
    fn what_the_page_says_of_its_program_is_kept() {
        let facts =
            heard("HTTP/1.1 200 OK\r\nX-Powered-By: Express\r\n\r\n<meta name=generator content=X></head>").facts;
        for (key, value) in [("powered-by", "Express"), ("generator", "X")] {
            let wanted = Fact::Attribute { source: "http".into(), key: key.into(), value: value.into() };
            assert!(facts.contains(&wanted), "{facts:?}");
        }
    }

    #[test]
    fn another_protocol_is_said_to_be_one() {
        assert_eq!(heard("SSH-2.0-x\r\n").outcome, Some(Outcome::OtherProtocol));
    }
}
