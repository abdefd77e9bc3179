//! Which camera are you? ONVIF `GetDeviceInformation` (Core Specification §8.3.2), without logging in: a
//! camera that demands a login says so, and that it is one.

use std::net::SocketAddr;

use daicho_shared::coverage::Outcome;
use daicho_shared::fact::{Fact, Transport};
use daicho_shared::text;

use super::page::{DOCUMENT_LIMIT, Page, post};
use super::ws_discovery::{CAMERA, call, place, read, transport_addresses};
use super::{soap, xml};
use crate::probe::{
    Audience, Card, Dialogue, Known, Level, Link, Probe, Question, Reading, Reply, Security, Step, TlsPeer,
};

/// The probe.
#[derive(Debug)]
pub struct Onvif;

static CARD: Card = Card {
    name: "onvif",
    title: "Which camera are you? (device information, no login)",
    title_ja: "カメラの型番の照会（ONVIF、ログインしない）",
    standard: "ONVIF Core Specification §7.3, §8.3.2",
    packets: 8,
    level: Level::Query,
    may_upset: "a camera may log a request without a login",
    audience: Audience::Seeming(&["camera"]),
    why: "maker, model, firmware and serial number of cameras",
    why_ja: "カメラのメーカー・型番・ファームウェア・製造番号を知るため",
};

/// §5.1.2: where the device service stands.
const PATH: &str = "/onvif/device_service";
const ACTION: &str = "http://www.onvif.org/ver10/device/wsdl/GetDeviceInformation";
/// Where cameras have their pages.
const PORTS: &[u16] = &[80, 8080, 8000, 8081];

impl Probe for Onvif {
    fn card(&self) -> &'static Card {
        &CARD
    }

    /// Cameras need not answer the question for devices of any kind.
    fn call(&self, _link: &Link) -> Vec<Question> {
        vec![call(CAMERA)]
    }

    fn ask(&self, known: &Known<'_>) -> Vec<Question> {
        let address = known.target.address;
        let told =
            transport_addresses(known.facts).and_then(|told| told.split(' ').find_map(|url| place(url, address)));
        let usual = || PORTS.iter().find(|port| known.open.contains(port)).map(|port| (*port, PATH.to_owned()));
        let question = |(port, path)| {
            let host = SocketAddr::new(address, port).to_string();
            Question::Stream { port, security: Security::Plain, dialogue: Box::new(Asking::new(port, host, path)) }
        };
        told.or_else(usual).map(question).into_iter().collect()
    }

    fn read(&self, _question: &Question, reply: Reply<'_>) -> Reading {
        match reply {
            Reply::Datagram(bytes) => read(bytes),
            _ => Reading::of(Outcome::Silent),
        }
    }

    #[cfg(test)]
    fn samples(&self) -> Vec<crate::probe::laws::Sample> {
        use crate::probe::laws::Sample;
        let found = super::ws_discovery::tests::CAMERA_MATCH.as_bytes().to_vec();
        let streams = [tests::INFORMATION, tests::FAULT].map(|text| Sample::Asked(80, text.as_bytes().to_vec()));
        [Sample::Datagram(found)].into_iter().chain(streams).collect()
    }
}

#[derive(Debug)]
struct Asking {
    port: u16,
    host: String,
    path: String,
    connected: bool,
    page: Page,
}

impl Asking {
    fn new(port: u16, host: String, path: String) -> Self {
        Self { port, host, path, connected: false, page: Page::default() }
    }
}

impl Dialogue for Asking {
    fn open(&mut self, _: Option<TlsPeer<'_>>) -> Step {
        self.connected = true;
        let namespace = " xmlns:tds=\"http://www.onvif.org/ver10/device/wsdl\"";
        let message = soap::message(
            &format!("http://{}{}", self.host, self.path),
            ACTION,
            namespace,
            "<tds:GetDeviceInformation/>",
        );
        Step::Send(post(&self.host, &self.path, soap::MEDIA_TYPE, &message))
    }

    fn hear(&mut self, bytes: &[u8]) -> Step {
        if self.page.hear(bytes, DOCUMENT_LIMIT) { Step::Done } else { Step::Listen }
    }

    fn close(&mut self) -> Reading {
        if !self.connected {
            return Reading::of(Outcome::Silent);
        }
        let Some(head) = self.page.head() else { return Reading::of(Outcome::OtherProtocol) };
        let answer = parse(&self.page.body().unwrap_or_default());
        let login = head.status == 401 || answer.denied;
        let access = login.then(|| attribute("access", "login required"));
        let facts = answer.facts();
        // A bare 401 is the answer of any page with a login; a fault of ONVIF's own is a camera's.
        let service = (answer.denied || !facts.is_empty()).then(|| self.service());
        if service.is_none() && access.is_none() {
            return Reading::of(Outcome::OtherProtocol);
        }
        Reading::answered(service.into_iter().chain(facts).chain(access).collect())
    }
}

impl Asking {
    fn service(&self) -> Fact {
        let protocol = "onvif".to_owned();
        Fact::Service {
            transport: Transport::Tcp,
            port: self.port,
            protocol,
            product: None,
            version: None,
            banner: None,
        }
    }
}

/// What came back, read as far as it is ONVIF.
#[derive(Default)]
struct Answer {
    maker: Option<String>,
    model: Option<String>,
    firmware: Option<String>,
    serial: Option<String>,
    hardware: Option<String>,
    /// It says that the sender is not authorized (§5.12.2.4, `ter:NotAuthorized`).
    denied: bool,
}

fn parse(document: &[u8]) -> Answer {
    let mut answer = Answer::default();
    xml::texts(document, |path, text| {
        if path.iter().any(|name| name == "Fault") {
            answer.denied |= text.contains("NotAuthorized") || text.to_ascii_lowercase().contains("not authorized");
            return;
        }
        let slot = match path.last().map(String::as_str) {
            Some("Manufacturer") => &mut answer.maker,
            Some("Model") => &mut answer.model,
            Some("FirmwareVersion") => &mut answer.firmware,
            Some("SerialNumber") => &mut answer.serial,
            Some("HardwareId") => &mut answer.hardware,
            _ => return,
        };
        slot.get_or_insert_with(|| text::bounded(text));
    });
    answer
}

impl Answer {
    fn facts(&self) -> Vec<Fact> {
        let Self { maker, model, firmware, serial, .. } = self;
        let made = maker.is_some() || model.is_some();
        let source = "onvif".to_owned();
        let product = made.then(|| Fact::Product {
            source,
            maker: maker.clone(),
            model: model.clone(),
            serial: serial.clone(),
            firmware: firmware.clone(),
        });
        let hardware = self.hardware.as_deref().map(|id| attribute("hardware-id", id));
        [product, hardware].into_iter().flatten().collect()
    }
}

fn attribute(key: &str, value: &str) -> Fact {
    Fact::Attribute { source: "onvif".to_owned(), key: key.to_owned(), value: value.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(answer: &str) -> Reading {
        let mut dialogue = Asking::new(80, "10.1.0.9:80".into(), PATH.into());
        dialogue.open(None);
        dialogue.hear(answer.as_bytes());
        dialogue.close()
    }

    /// §8.3.2, with the values of its example.
    pub(super) const INFORMATION: &str = "HTTP/1.1 200 OK\r\n\r\n<SOAP-ENV:Envelope xmlns:SOAP-ENV=\"http://www.w3.org/2003/05/soap-envelope\" \
xmlns:tds=\"http://www.onvif.org/ver10/device/wsdl\"><SOAP-ENV:Body><tds:GetDeviceInformationResponse>\
<tds:Manufacturer>ACME</tds:Manufacturer><tds:Model>D1-566</tds:Model><tds:FirmwareVersion>5.4.1</tds:FirmwareVersion>\
<tds:SerialNumber>566-1</tds:SerialNumber><tds:HardwareId>566</tds:HardwareId></tds:GetDeviceInformationResponse>\
</SOAP-ENV:Body></SOAP-ENV:Envelope>";

    pub(super) const FAULT: &str = "HTTP/1.1 400 Bad Request\r\n\r\n<s:Envelope xmlns:s=\"s\"><s:Body><s:Fault><s:Code>\
<s:Value>s:Sender</s:Value><s:Subcode><s:Value>ter:NotAuthorized</s:Value></s:Subcode></s:Code></s:Fault></s:Body></s:Envelope>";

    #[test]
    fn make_and_firmware_are_read() {
        let product = Fact::Product {
            source: "onvif".into(),
            maker: Some("ACME".into()),
            model: Some("D1-566".into()),
            serial: Some("566-1".into()),
            firmware: Some("5.4.1".into()),
        };
        assert!(told(INFORMATION).facts.contains(&product));
    }

    #[test]
    fn a_camera_that_wants_a_login_says_so() {
        let facts = told(FAULT).facts;
        assert!(facts.contains(&attribute("access", "login required")), "{facts:?}");
        assert!(facts.iter().any(|fact| matches!(fact, Fact::Service { protocol, .. } if protocol == "onvif")));
    }

    #[test]
    fn a_page_that_is_no_camera_is_none() {
        assert_eq!(
            told("HTTP/1.1 404 Not Found\r\n\r\n<html><body>no</body></html>").outcome,
            Some(Outcome::OtherProtocol)
        );
        let login = told("HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Digest realm=\"x\"\r\n\r\n");
        assert_eq!(login.facts, [attribute("access", "login required")]);
    }
}
