//! Which printer are you? IPP Get-Printer-Attributes (RFC 8011 §4.2.5) for a dozen attributes, over HTTP
//! (RFC 8010). Nothing is printed, no job is made.

use std::net::IpAddr;

use daicho_shared::coverage::Outcome;
use daicho_shared::fact::{Fact, NameSource, PortState, Transport};
use daicho_shared::text;

use super::http::{authority, web};
use super::page::{Page, post};
use super::software;
use crate::probe::{Audience, Card, Dialogue, Level, Probe, Question, Reading, Security, Step, TlsPeer};

/// The probe.
#[derive(Debug)]
pub struct Ipp;

static CARD: Card = Card {
    name: "ipp",
    title: "Which printer are you? (a dozen attributes; nothing is printed)",
    title_ja: "プリンタの型番の照会（IPP、印刷しない）",
    standard: "RFC 8011 §4.2.5, RFC 8010",
    packets: 9,
    level: Level::Query,
    may_upset: "nothing known: every print queue asks the same",
    audience: Audience::Everybody,
    why: "make, model, firmware, name and place of printers",
    why_ja: "プリンタのメーカー・型番・ファームウェア・名前・設置場所が分かるため",
};

const PORT: u16 = 631;
/// Where printers have their one queue (PWG 5100.14 §4.2).
const PATH: &str = "/ipp/print";
const MEDIA_TYPE: &str = "application/ipp";
const LIMIT: usize = 16 * 1024;
/// The most values of one answer that are read.
const VALUES: usize = 256;

/// RFC 8010 §3.5: tags of groups and of values.
const OPERATION: u8 = 0x01;
const END: u8 = 0x03;
const PRINTER: u8 = 0x04;
const KEYWORD: u8 = 0x44;
const URI: u8 = 0x45;
const CHARSET: u8 = 0x47;
const LANGUAGE: u8 = 0x48;
/// Text and name, with a language before them and without.
const WITH_LANGUAGE: [u8; 2] = [0x35, 0x36];
const TEXTS: [u8; 5] = [0x41, 0x42, KEYWORD, URI, 0x46];

const WANTED: [&str; 12] = [
    "printer-make-and-model",
    "printer-device-id",
    "printer-firmware-name",
    "printer-firmware-string-version",
    "printer-uuid",
    "printer-name",
    "printer-dns-sd-name",
    "printer-info",
    "printer-location",
    "printer-organization",
    "printer-more-info",
    "ipp-versions-supported",
];

impl Probe for Ipp {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn speak(&self, port: u16) -> Option<Question> {
        let dialogue = || Box::new(Asking::default());
        (port == PORT).then(|| Question::Stream { port, security: Security::Plain, dialogue: dialogue() })
    }

    #[cfg(test)]
    fn samples(&self) -> Vec<crate::probe::laws::Sample> {
        use crate::probe::laws::{Sample, device};
        ["ippeveprinter-242-ipp", "cups-242-ipp"].map(|name| Sample::Stream(PORT, device(name))).into()
    }
}

#[derive(Debug, Default)]
struct Asking {
    host: String,
    connected: bool,
    page: Page,
}

impl Dialogue for Asking {
    fn meet(&mut self, address: IpAddr) {
        self.host = authority(address, PORT, Security::Plain);
    }

    fn open(&mut self, _: Option<TlsPeer<'_>>) -> Step {
        self.connected = true;
        Step::Send(post(&self.host, PATH, MEDIA_TYPE, &request(&format!("ipp://{}{PATH}", self.host))))
    }

    fn hear(&mut self, bytes: &[u8]) -> Step {
        if self.page.hear(bytes, LIMIT) { Step::Done } else { Step::Listen }
    }

    fn close(&mut self) -> Reading {
        if !self.connected {
            return Reading::of(Outcome::Silent);
        }
        let open = Fact::Port { transport: Transport::Tcp, port: PORT, state: PortState::Open };
        let Some(head) = self.page.head() else {
            return Reading { facts: vec![open], ..Reading::of(Outcome::OtherProtocol) };
        };
        let spoken = self.page.body().and_then(|body| parse(&body));
        let facts = match spoken {
            Some(values) => [vec![service(head.server)], told(&values)].concat(),
            None => web(&self.page, PORT, false).unwrap_or_default(),
        };
        Reading::answered([vec![open], facts].concat())
    }
}

/// RFC 8010 §3.1: version 1.1, Get-Printer-Attributes, request 1, operation attributes.
fn request(printer: &str) -> Vec<u8> {
    let mut bytes = vec![1, 1, 0, 0x0b, 0, 0, 0, 1, OPERATION];
    let mut add = |tag: u8, name: &str, value: &str| {
        bytes.push(tag);
        for text in [name, value] {
            // Both are our own, and short.
            bytes.extend(u16::try_from(text.len()).unwrap_or(0).to_be_bytes());
            bytes.extend(text.as_bytes());
        }
    };
    add(CHARSET, "attributes-charset", "utf-8");
    add(LANGUAGE, "attributes-natural-language", "en");
    add(URI, "printer-uri", printer);
    for (place, wanted) in WANTED.iter().enumerate() {
        // Further values of an attribute have no name (§3.1.3).
        add(KEYWORD, if place == 0 { "requested-attributes" } else { "" }, wanted);
    }
    bytes.push(END);
    bytes
}

/// The texts among the printer's attributes; `None` where it is no answer in IPP.
fn parse(bytes: &[u8]) -> Option<Vec<(String, String)>> {
    let (head, mut rest) = bytes.split_at_checked(8)?;
    if !matches!(head[0], 1 | 2) || head[4..8] != [0, 0, 0, 1] {
        return None;
    }
    let (mut group, mut name, mut values) = (0, String::new(), vec![]);
    for _ in 0..VALUES {
        let Some((&tag, after)) = rest.split_first() else { break };
        if tag == END {
            break;
        }
        if tag < 0x10 {
            (group, rest) = (tag, after);
            continue;
        }
        let Some((named, after)) = counted(after) else { break };
        let Some((value, after)) = counted(after) else { break };
        if !named.is_empty() {
            name = text::bounded_bytes(named);
        }
        let value = if WITH_LANGUAGE.contains(&tag) { in_a_language(value) } else { Some(value) };
        let is_text = WITH_LANGUAGE.contains(&tag) || TEXTS.contains(&tag);
        let value = value.filter(|_| is_text && group == PRINTER).map(text::bounded_bytes);
        values.extend(value.filter(|value| !value.is_empty()).map(|value| (name.clone(), value)));
        rest = after;
    }
    Some(values)
}

fn counted(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk::<2>()?;
    rest.split_at_checked(usize::from(u16::from_be_bytes(*length)))
}

/// The text after its language (RFC 8011 §5.1.3.1).
fn in_a_language(value: &[u8]) -> Option<&[u8]> {
    let (_, rest) = counted(value)?;
    counted(rest).map(|(text, _)| text)
}

fn service(server: Option<String>) -> Fact {
    let (product, version) = server.as_deref().map_or((None, None), software::split);
    let protocol = "ipp".to_owned();
    Fact::Service { transport: Transport::Tcp, port: PORT, protocol, product, version, banner: server }
}

fn told(values: &[(String, String)]) -> Vec<Fact> {
    let first = |name: &str| values.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    let id = first("printer-device-id").unwrap_or_default();
    let model = device_id(id, &["MDL", "MODEL"]).or_else(|| first("printer-make-and-model").map(str::to_owned));
    let product = model.map(|model| Fact::Product {
        source: "ipp".to_owned(),
        maker: device_id(id, &["MFG", "MANUFACTURER"]),
        model: Some(model),
        serial: device_id(id, &["SN", "SERN", "SERIALNUMBER"]),
        firmware: first("printer-firmware-string-version").map(str::to_owned),
    });
    let name = first("printer-dns-sd-name").or_else(|| first("printer-info"));
    let name = name.map(|name| Fact::Name { source: NameSource::Device, name: name.to_owned(), domain: None });
    let uuid = first("printer-uuid").map(|uuid| uuid.trim_start_matches("urn:uuid:").to_ascii_lowercase());
    let uuid = uuid.map(|value| Fact::MachineId { source: "ipp-uuid".to_owned(), value });
    // An attribute with several values is told as one text.
    let attributes = WANTED.iter().filter_map(|wanted| {
        let all: Vec<&str> = values.iter().filter(|(key, _)| key == wanted).map(|(_, value)| value.as_str()).collect();
        let value = text::bounded(&all.join(" "));
        (!all.is_empty()).then(|| Fact::Attribute { source: "ipp".to_owned(), key: (*wanted).to_owned(), value })
    });
    [product, name, uuid].into_iter().flatten().chain(attributes).collect()
}

/// A value of an IEEE 1284 device identifier: `MFG:Canon;MDL:LBP;`.
fn device_id(id: &str, keys: &[&str]) -> Option<String> {
    let pairs = id.split(';').filter_map(|pair| pair.split_once(':'));
    let mut found = pairs.filter(|(key, _)| keys.iter().any(|wanted| key.trim().eq_ignore_ascii_case(wanted)));
    found.next().map(|(_, value)| value.trim().to_owned()).filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probe::laws::device;

    fn heard(name: &str) -> Vec<Fact> {
        let mut asking = Asking::default();
        asking.open(None);
        asking.hear(&device(name));
        asking.close().facts
    }

    #[test]
    fn a_printer_tells_make_model_and_place() {
        let facts = heard("ippeveprinter-242-ipp");
        assert!(
            facts.iter().any(|fact| matches!(fact, Fact::Product { maker: Some(maker), model: Some(model), .. }
                if maker == "Canon" && model == "iR-ADV C5840")),
            "{facts:?}"
        );
        let place = Fact::Attribute { source: "ipp".into(), key: "printer-location".into(), value: "Ward 3".into() };
        assert!(facts.contains(&place), "{facts:?}");
    }

    #[test]
    fn a_print_server_without_that_queue_still_names_itself() {
        assert!(heard("cups-242-ipp").iter().any(|fact| matches!(fact,
            Fact::Service { protocol, product: Some(product), version: Some(version), .. }
                if protocol == "ipp" && product == "CUPS" && version == "2.4")));
    }

    #[test]
    fn lengths_that_promise_more_than_came_end_the_reading() {
        let mut bytes = vec![2, 0, 0, 0, 0, 0, 0, 1, PRINTER, 0x41, 0, 1, b'a', 0xff, 0xff];
        assert_eq!(parse(&bytes), Some(vec![]));
        bytes[4] = 9;
        assert_eq!(parse(&bytes), None);
    }

    #[test]
    fn the_request_is_well_formed() {
        let bytes = request("ipp://10.1.0.9:631/ipp/print");
        let mut rest = &bytes[9..bytes.len() - 1];
        let mut values = vec![];
        while let Some((_, after)) = rest.split_first() {
            let (_, after) = counted(after).unwrap();
            let (value, after) = counted(after).unwrap();
            values.push(value);
            rest = after;
        }
        assert_eq!(values.len(), 3 + WANTED.len());
        assert_eq!(values[2], b"ipp://10.1.0.9:631/ipp/print");
        assert_eq!((&bytes[..4], bytes.last()), (&[1, 1, 0, 0x0b][..], Some(&END)));
    }
}
