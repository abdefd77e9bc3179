//! Which camera or streaming server are you? RTSP OPTIONS, then DESCRIBE (RFC 2326 §10.1, §10.2; RFC 7826
//! for those who speak 2.0). No stream is set up, and nobody logs in.

use std::net::IpAddr;

use daicho_shared::coverage::Outcome;
use daicho_shared::fact::{Fact, PortState, Transport};
use daicho_shared::text;

use super::header::{Answer, Came, read};
use super::http::authority;
use super::page::realm;
use super::software;
use crate::probe::{Audience, Card, Dialogue, Level, Probe, Question, Reading, Security, Step, TlsPeer};

/// The probe.
#[derive(Debug)]
pub struct Rtsp;

static CARD: Card = Card {
    name: "rtsp",
    title: "Which streaming server are you? (OPTIONS, DESCRIBE; nothing is played)",
    title_ja: "カメラ映像サービスの確認（RTSP、映像は取得しない）",
    standard: "RFC 2326 §10.1, §10.2",
    packets: 8,
    level: Level::Query,
    may_upset: "a camera may log a request without a login",
    audience: Audience::Everybody,
    why: "server name and realm tell the maker of a camera",
    why_ja: "サーバ名とレルムからカメラのメーカーが分かるため",
};

const PORTS: &[u16] = &[554, 8554];
const VERSION: &str = "RTSP/1.0";
/// The most octets of both answers that are read.
const LIMIT: usize = 8 * 1024;
const AGENT: &str = concat!("Daicho/", env!("CARGO_PKG_VERSION"));

impl Probe for Rtsp {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn speak(&self, port: u16) -> Option<Question> {
        let dialogue = || Box::new(Asking { port, ..Asking::default() });
        PORTS.contains(&port).then(|| Question::Stream { port, security: Security::Plain, dialogue: dialogue() })
    }

    #[cfg(test)]
    fn samples(&self) -> Vec<crate::probe::laws::Sample> {
        use crate::probe::laws::{Sample, device};
        let streams = ["gstreamer-122-rtsp", "gstreamer-122-rtsp-login"].map(device);
        streams.into_iter().map(|bytes| Sample::Stream(554, bytes)).collect()
    }
}

#[derive(Debug, Default)]
struct Asking {
    port: u16,
    host: String,
    connected: bool,
    heard: usize,
    buffer: Vec<u8>,
    answers: Vec<Answer>,
    over: bool,
}

impl Dialogue for Asking {
    fn meet(&mut self, address: IpAddr) {
        self.host = authority(address, self.port, Security::Plain);
    }

    fn open(&mut self, _: Option<TlsPeer<'_>>) -> Step {
        self.connected = true;
        Step::Send(request("OPTIONS", "*", 1, ""))
    }

    fn hear(&mut self, bytes: &[u8]) -> Step {
        let room = LIMIT - self.heard;
        let taken = bytes.len().min(room);
        self.heard += taken;
        self.buffer.extend(&bytes[..taken]);
        let mut step = Step::Listen;
        while !self.over {
            match read(&self.buffer, VERSION) {
                Came::Whole(answer, length) => {
                    self.buffer.drain(..length);
                    step = self.take(answer);
                }
                Came::Part if self.heard < LIMIT => return step,
                Came::Part | Came::Other => self.over = true,
            }
        }
        Step::Done
    }

    fn close(&mut self) -> Reading {
        if !self.connected {
            return Reading::of(Outcome::Silent);
        }
        let open = Fact::Port { transport: Transport::Tcp, port: self.port, state: PortState::Open };
        if self.answers.is_empty() {
            return Reading { facts: vec![open], ..Reading::of(Outcome::OtherProtocol) };
        }
        Reading::answered([vec![open], facts(&self.answers, self.port)].concat())
    }
}

impl Asking {
    /// A challenge already tells what a description would.
    fn take(&mut self, answer: Answer) -> Step {
        let challenged = answer.field("www-authenticate").is_some();
        self.answers.push(answer);
        self.over = challenged || self.answers.len() == 2;
        let url = format!("rtsp://{}/", self.host);
        Step::Send(request("DESCRIBE", &url, 2, "Accept: application/sdp\r\n"))
    }
}

fn request(method: &str, url: &str, number: u8, fields: &str) -> Vec<u8> {
    format!("{method} {url} {VERSION}\r\nCSeq: {number}\r\nUser-Agent: {AGENT}\r\n{fields}\r\n").into_bytes()
}

fn facts(answers: &[Answer], port: u16) -> Vec<Fact> {
    let field = |name: &str| answers.iter().find_map(|answer| answer.field(name));
    let server = field("server");
    let (product, version) = server.map_or((None, None), software::split);
    let service = Fact::Service {
        transport: Transport::Tcp,
        port,
        protocol: "rtsp".to_owned(),
        product,
        version,
        banner: server.map(text::bounded),
    };
    let description = answers.iter().map(|answer| answer.body.as_slice()).find(|body| body.starts_with(b"v=0"));
    let line = |start: &str| description.and_then(|sdp| line(sdp, start));
    let told = [
        ("realm", field("www-authenticate").and_then(realm)),
        ("public", field("public").map(str::to_owned)),
        // RFC 8866 §5.3, §5.4, §6.2.
        ("session", line("s=")),
        ("information", line("i=")),
        ("tool", line("a=tool:")),
    ];
    let told = told.into_iter().filter_map(|(key, value)| {
        Some(Fact::Attribute { source: "rtsp".to_owned(), key: key.to_owned(), value: value? })
    });
    [service].into_iter().chain(told).collect()
}

/// The first line of a description that begins so, if it says anything.
fn line(sdp: &[u8], start: &str) -> Option<String> {
    let found = sdp.split(|byte| *byte == b'\n').find_map(|line| line.strip_prefix(start.as_bytes()))?;
    Some(text::bounded_bytes(found)).filter(|text| !matches!(text.as_str(), "" | "-"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probe::laws::device;

    fn told(bytes: &[u8]) -> Reading {
        let mut asking = Asking { port: 554, ..Asking::default() };
        asking.open(None);
        asking.hear(bytes);
        asking.close()
    }

    fn attribute(key: &str, value: &str) -> Fact {
        Fact::Attribute { source: "rtsp".into(), key: key.into(), value: value.into() }
    }

    #[test]
    fn server_and_session_of_gstreamer_are_read() {
        let facts = told(&device("gstreamer-122-rtsp")).facts;
        assert!(facts.contains(&attribute("session", "Session streamed with GStreamer")), "{facts:?}");
        assert!(facts.iter().any(
            |fact| matches!(fact, Fact::Service { product: Some(product), .. } if product == "GStreamer RTSP server")
        ));
    }

    #[test]
    fn a_camera_behind_a_login_tells_its_realm() {
        let facts = told(&device("gstreamer-122-rtsp-login")).facts;
        assert!(facts.contains(&attribute("realm", "IP Camera(C1234)")), "{facts:?}");
    }

    #[test]
    fn after_a_challenge_nothing_more_is_asked() {
        let mut asking = Asking { port: 554, ..Asking::default() };
        asking.open(None);
        let challenge = b"RTSP/1.0 401 Unauthorized\r\nCSeq: 1\r\nWWW-Authenticate: Basic realm=\"AXIS_1\"\r\n\r\n";
        assert_eq!(asking.hear(challenge), Step::Done);
    }

    #[test]
    fn another_protocol_is_said_to_be_one() {
        assert_eq!(told(b"HTTP/1.1 400 Bad Request\r\n\r\n").outcome, Some(Outcome::OtherProtocol));
    }
}
