//! The metadata of a device: DPWS 2006/02 §5.1 (this device, this model) and Windows' computer name
//! (MS-PBSD §2.2.1), fetched by WS-Transfer Get.

use daicho_shared::coverage::Outcome;
use daicho_shared::fact::{Fact, NameSource, PortState, Transport};
use daicho_shared::text;

use super::{attribute, soap, xml};
use crate::probe::identity::page::{DOCUMENT_LIMIT, Page, post};
use crate::probe::{Dialogue, Reading, Step, TlsPeer};

const GET: &str = "http://schemas.xmlsoap.org/ws/2004/09/transfer/Get";

/// Fetches one description.
#[derive(Debug)]
pub(super) struct Metadata {
    port: u16,
    host: String,
    path: String,
    device: String,
    connected: bool,
    page: Page,
}

impl Metadata {
    /// `device` is the endpoint reference under which it answered.
    pub(super) fn new(port: u16, host: String, path: String, device: String) -> Self {
        Self { port, host, path, device, connected: false, page: Page::default() }
    }
}

impl Dialogue for Metadata {
    fn open(&mut self, _: Option<TlsPeer<'_>>) -> Step {
        self.connected = true;
        let message = soap::message(&self.device, GET, "", "");
        Step::Send(post(&self.host, &self.path, soap::MEDIA_TYPE, &message))
    }

    fn hear(&mut self, bytes: &[u8]) -> Step {
        if self.page.hear(bytes, DOCUMENT_LIMIT) { Step::Done } else { Step::Listen }
    }

    fn close(&mut self) -> Reading {
        if !self.connected {
            return Reading::of(Outcome::Silent);
        }
        let open = Fact::Port { transport: Transport::Tcp, port: self.port, state: PortState::Open };
        let facts = self.page.body().map(|body| parse(&body, self.port)).unwrap_or_default();
        let outcome = if facts.is_empty() { Outcome::OtherProtocol } else { Outcome::Answered };
        Reading { facts: [vec![open], facts].concat(), ..Reading::of(outcome) }
    }
}

#[derive(Default)]
struct Described {
    friendly_name: Option<String>,
    firmware: Option<String>,
    serial: Option<String>,
    maker: Option<String>,
    model: Option<String>,
    number: Option<String>,
    category: Option<String>,
    computer: Option<String>,
}

/// What a document says; nothing where it is no metadata.
fn parse(document: &[u8], port: u16) -> Vec<Fact> {
    let mut found = Described::default();
    xml::texts(document, |path, text| {
        if path.iter().any(|name| name == "MetadataSection") {
            found.take(path.last().map_or("", String::as_str), &text::bounded(text));
        }
    });
    found.facts(port)
}

impl Described {
    fn take(&mut self, element: &str, value: &str) {
        let slot = match element {
            "FriendlyName" => &mut self.friendly_name,
            "FirmwareVersion" => &mut self.firmware,
            "SerialNumber" => &mut self.serial,
            "Manufacturer" => &mut self.maker,
            "ModelName" => &mut self.model,
            "ModelNumber" => &mut self.number,
            "DeviceCategory" => &mut self.category,
            "Computer" => &mut self.computer,
            _ => return,
        };
        slot.get_or_insert_with(|| value.to_owned());
    }

    /// A computer describes the service that speaks for it there, not the machine.
    fn facts(self, port: u16) -> Vec<Fact> {
        let more =
            [("friendly-name", &self.friendly_name), ("model-number", &self.number), ("category", &self.category)];
        let told = |(key, value): (&str, &Option<String>)| Some(attribute("wsd", key, value.as_deref()?));
        let mut facts: Vec<Fact> = more.into_iter().filter_map(told).collect();
        if let Some(computer) = &self.computer {
            facts.extend(self.maker.map(|maker| attribute("wsd", "maker", &maker)));
            facts.push(service(port, self.model));
            facts.push(computer_name(computer));
        } else if self.maker.is_some() || self.model.is_some() {
            facts.push(Fact::Product {
                source: "wsd".to_owned(),
                maker: self.maker,
                model: self.model,
                serial: self.serial,
                firmware: self.firmware,
            });
        }
        facts
    }
}

fn service(port: u16, product: Option<String>) -> Fact {
    let protocol = "wsd".to_owned();
    Fact::Service { transport: Transport::Tcp, port, protocol, product, version: None, banner: None }
}

/// `WARD3-PC7/Workgroup:HOSP` or `ward3-pc7/Domain:hosp.example`.
fn computer_name(text: &str) -> Fact {
    let (name, place) = text.split_once('/').unwrap_or((text, ""));
    let domain = place.split_once(':').map(|(_, domain)| domain.to_owned()).filter(|domain| !domain.is_empty());
    Fact::Name { source: NameSource::WsDiscovery, name: name.to_owned(), domain }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probe::laws::device;

    fn told(bytes: &[u8]) -> Vec<Fact> {
        let mut dialogue = Metadata::new(5357, "10.1.0.9:5357".into(), "/x".into(), "urn:uuid:x".into());
        dialogue.open(None);
        dialogue.hear(bytes);
        dialogue.close().facts
    }

    #[test]
    fn a_computer_tells_its_name_and_workgroup() {
        let facts = told(&device("wsdd-070-metadata"));
        let name = Fact::Name { source: NameSource::WsDiscovery, name: "WARD3PC7".into(), domain: Some("HOSP".into()) };
        assert!(facts.contains(&name) && facts.contains(&service(5357, Some("wsdd".into()))), "{facts:?}");
    }

    #[test]
    fn a_printer_tells_its_make() {
        let xml = b"HTTP/1.1 200 OK\r\n\r\n<s:E xmlns:s='s' xmlns:p='p'><p:MetadataSection><p:ThisModel><p:Manufacturer>RICOH\
</p:Manufacturer><p:ModelName>IM C3000</p:ModelName></p:ThisModel></p:MetadataSection><p:MetadataSection><p:ThisDevice>\
<p:FriendlyName>Ward 3</p:FriendlyName><p:FirmwareVersion>2.11</p:FirmwareVersion><p:SerialNumber>3119X</p:SerialNumber>\
</p:ThisDevice></p:MetadataSection></s:E>";
        let product = Fact::Product {
            source: "wsd".into(),
            maker: Some("RICOH".into()),
            model: Some("IM C3000".into()),
            serial: Some("3119X".into()),
            firmware: Some("2.11".into()),
        };
        assert!(told(xml).contains(&product));
    }
}
