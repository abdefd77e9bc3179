//! A UPnP device description: UPnP Device Architecture 2.0 §2.3. XML without a DTD, bounded.

use std::net::SocketAddrV4;

use daicho_shared::coverage::Outcome;
use daicho_shared::fact::{Fact, NameSource};
use daicho_shared::text;

use super::page::{DOCUMENT_LIMIT, Page, request};
use super::{upnp_control, xml};
use crate::probe::{Dialogue, Reading, Step, TlsPeer};

/// Fetches one description.
#[derive(Debug)]
pub(super) struct Description {
    path: String,
    host: SocketAddrV4,
    page: Page,
    connected: bool,
}

impl Description {
    pub(super) fn new(host: SocketAddrV4, path: String) -> Self {
        Self { path, host, page: Page::default(), connected: false }
    }
}

impl Dialogue for Description {
    fn open(&mut self, _: Option<TlsPeer<'_>>) -> Step {
        self.connected = true;
        Step::Send(request(&self.host.to_string(), &self.path))
    }

    fn hear(&mut self, bytes: &[u8]) -> Step {
        if self.page.hear(bytes, DOCUMENT_LIMIT) { Step::Done } else { Step::Listen }
    }

    fn close(&mut self) -> Reading {
        match self.page.body().map(|body| (parse(&body), upnp_control::told(&body, self.host, &self.path))) {
            Some((facts, services)) if !facts.is_empty() => Reading::answered([facts, services].concat()),
            _ if self.connected => Reading::of(Outcome::OtherProtocol),
            _ => Reading::of(Outcome::Silent),
        }
    }
}

#[derive(Default)]
struct Device {
    kind: Option<String>,
    friendly_name: Option<String>,
    maker: Option<String>,
    model: Option<String>,
    number: Option<String>,
    serial: Option<String>,
    udn: Option<String>,
}

/// The root device comes first; what its embedded devices say of the same is left out.
fn parse(document: &[u8]) -> Vec<Fact> {
    let mut device = Device::default();
    xml::texts(document, |path, text| {
        if let Some(name) = path.last() {
            device.take(name, &text::bounded(text));
        }
    });
    device.facts()
}

impl Device {
    fn take(&mut self, element: &str, value: &str) {
        let slot = match element {
            "deviceType" => &mut self.kind,
            "friendlyName" => &mut self.friendly_name,
            "manufacturer" => &mut self.maker,
            "modelName" => &mut self.model,
            "modelNumber" => &mut self.number,
            "serialNumber" => &mut self.serial,
            "UDN" => &mut self.udn,
            _ => return,
        };
        if !value.is_empty() {
            slot.get_or_insert_with(|| value.to_owned());
        }
    }

    fn facts(self) -> Vec<Fact> {
        let source = || "upnp".to_owned();
        let gateway = self.kind.as_deref().is_some_and(|kind| kind.contains("InternetGatewayDevice"));
        let made = self.maker.is_some() || self.model.is_some();
        let name = self.friendly_name.map(|name| Fact::Name { source: NameSource::Upnp, name, domain: None });
        let product = made.then(|| Fact::Product {
            source: source(),
            maker: self.maker,
            model: self.model,
            serial: self.serial,
            firmware: self.number,
        });
        let id = self.udn.map(|value| Fact::MachineId { source: "upnp-udn".to_owned(), value });
        let kind =
            self.kind.map(|kind| Fact::Announcement { source: "ssdp".to_owned(), kind, instance: None, port: None });
        let router = gateway.then(|| Fact::Router { how: "upnp-igd".to_owned() });
        [name, product, id, kind, router].into_iter().flatten().collect()
    }
}

#[cfg(test)]
pub(crate) const SAMPLE: &str = "HTTP/1.1 200 OK\r\n\r\n<?xml version=\"1.0\"?><root><device>\
<deviceType>urn:schemas-upnp-org:device:InternetGatewayDevice:1</deviceType><friendlyName>LTE Router</friendlyName>\
<manufacturer>NEC</manufacturer><modelName>HA100L</modelName><UDN>uuid:1</UDN>\
<deviceList><device><friendlyName>WANDevice</friendlyName></device></deviceList></device></root>";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gateway_is_read_and_its_parts_are_left_out() {
        let (_, xml) = SAMPLE.split_once("\r\n\r\n").unwrap();
        let facts = parse(xml.as_bytes());
        assert!(facts.contains(&Fact::Router { how: "upnp-igd".into() }));
        assert!(facts.contains(&Fact::Name { source: NameSource::Upnp, name: "LTE Router".into(), domain: None }));
    }

    #[test]
    fn the_description_of_miniupnpd_is_read() {
        let text = include_str!("../../../../tests/devices/miniupnpd-231-ssdp-description.hex");
        let bytes = hex::decode(text.lines().filter(|line| !line.starts_with('#')).collect::<String>()).unwrap();
        let mut dialogue = Description::new("10.77.0.16:43219".parse().unwrap(), "/rootDesc.xml".into());
        dialogue.open(None);
        dialogue.hear(&bytes);
        let facts = dialogue.close().facts;
        assert!(facts.contains(&Fact::Router { how: "upnp-igd".into() }));
        assert_eq!(facts.iter().filter_map(upnp_control::Place::of).count(), 4);
    }

    #[test]
    fn a_document_type_is_not_read() {
        assert!(parse(b"<!DOCTYPE x [<!ENTITY a \"b\">]><root><friendlyName>&a;</friendlyName></root>").is_empty());
    }

    #[test]
    fn depth_is_bounded() {
        assert!(parse("<a>".repeat(100_000).as_bytes()).is_empty());
    }
}
