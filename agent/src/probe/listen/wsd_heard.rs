//! Devices that say hello: WS-Discovery 1.1 §4.1, and the same of 2005/04; with the scopes of ONVIF
//! (ONVIF Core Specification §7.3.2.2).

use daicho_shared::fact::Fact;
use daicho_shared::text;
use quick_xml::Reader;
use quick_xml::events::Event;

use super::card;
use super::frame::Frame;
use crate::probe::{Card, Heard, Probe};

/// The probe.
#[derive(Debug)]
pub struct WsdHeard;

static CARD: Card = card(
    "wsd-heard",
    ["Devices that say hello (heard)", "機器の起動通知の受信（WS-Discovery）"],
    "WS-Discovery 1.1 §4.1",
    [
        "printers, cameras and Windows say what they are when they start",
        "プリンタ・カメラ・Windowsが起動時に種類を自ら告げるため",
    ],
);

const PORT: u16 = 3702;
/// The most octets of one message that are read.
const LIMIT: usize = 8192;
/// The most parts of a message that are read, and how deep they may be nested.
const EVENTS: usize = 256;
const DEPTH: usize = 16;
/// The most types or scopes of one message that are read.
const WORDS: usize = 16;

impl Probe for WsdHeard {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn hear(&self, frame: &[u8]) -> Option<Heard> {
        let datagram = Frame::read(frame)?.datagram().filter(|datagram| datagram.to_port == PORT)?;
        let facts = parse(&datagram.data[..datagram.data.len().min(LIMIT)]);
        (!facts.is_empty()).then(|| datagram.packet.heard(facts))?
    }

    #[cfg(test)]
    fn samples(&self) -> Vec<crate::probe::laws::Sample> {
        use crate::probe::laws::{Sample, device};
        vec![Sample::Frame(tests::message("Hello")), Sample::Frame(device("wsdd-070-hello"))]
    }
}

/// What stands inside a `Hello`; another message says nothing of its sender's being there.
fn parse(xml: &[u8]) -> Vec<Fact> {
    let (mut reader, mut path, mut facts) = (Reader::from_reader(xml), Vec::<String>::new(), vec![]);
    for _ in 0..EVENTS {
        match reader.read_event() {
            Ok(Event::Start(start)) if path.len() < DEPTH => path.push(start.local_name().as_ref().to_owned()),
            Ok(Event::End(_)) => drop(path.pop()),
            Ok(Event::Text(content)) if path.iter().any(|name| name == "Hello") => {
                facts.extend(path.last().into_iter().flat_map(|element| read(element, &content)));
            }
            Ok(Event::Start(_) | Event::DocType(_) | Event::Eof) | Err(_) => break,
            Ok(_) => {}
        }
    }
    facts.sort();
    facts.dedup();
    facts
}

fn read(element: &str, content: &str) -> Vec<Fact> {
    let source = || "wsd".to_owned();
    match element {
        "Address" => {
            let uuid = content.trim().strip_prefix("urn:uuid:").or_else(|| content.trim().strip_prefix("uuid:"));
            uuid.map(|value| Fact::MachineId { source: "wsd-uuid".to_owned(), value: text::bounded(value) })
                .into_iter()
                .collect()
        }
        "Types" => {
            let kinds = content.split_whitespace().take(WORDS).map(|kind| kind.rsplit(':').next().unwrap_or(kind));
            let announced = |kind| Fact::Announcement { source: source(), kind, instance: None, port: None };
            kinds.map(|kind| announced(text::bounded(kind))).collect()
        }
        "Scopes" => onvif(content).into_iter().collect(),
        _ => vec![],
    }
}

/// `onvif://www.onvif.org/hardware/MODEL` and `…/name/NAME`.
fn onvif(content: &str) -> Option<Fact> {
    let scopes = || content.split_whitespace().take(WORDS);
    let scope = |key: &str| scopes().find_map(|scope| scope.strip_prefix("onvif://www.onvif.org/")?.strip_prefix(key));
    let model = scope("hardware/").map(|value| text::bounded(&value.replace("%20", " ")))?;
    Some(Fact::Product { source: "onvif".to_owned(), maker: None, model: Some(model), serial: None, firmware: None })
}

#[cfg(test)]
mod tests {
    use daicho_shared::address::Mac;

    use super::super::frame::made;
    use super::*;

    pub(super) fn message(kind: &str) -> Vec<u8> {
        let text = format!(
            "<?xml version=\"1.0\"?><s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\" \
            xmlns:d=\"http://schemas.xmlsoap.org/ws/2005/04/discovery\" \
            xmlns:a=\"http://schemas.xmlsoap.org/ws/2004/08/addressing\"><s:Body><d:{kind}><a:EndpointReference>\
            <a:Address>urn:uuid:4509a320-00a0-008f-00b6-002507510ece</a:Address></a:EndpointReference>\
            <d:Types>wsdp:Device tdn:NetworkVideoTransmitter</d:Types>\
            <d:Scopes>onvif://www.onvif.org/hardware/M3045-V onvif://www.onvif.org/name/AXIS</d:Scopes>\
            </d:{kind}></s:Body></s:Envelope>"
        );
        made::udp(Mac([0, 0x40, 0x8c, 1, 2, 3]), "10.1.0.9:3702", "239.255.255.250:3702", text.as_bytes())
    }

    #[test]
    fn a_hello_tells_types_number_and_model_and_a_question_nothing() {
        let told = format!("{:?}", WsdHeard.hear(&message("Hello")).unwrap());
        for wanted in ["NetworkVideoTransmitter", "4509a320-00a0", "M3045-V"] {
            assert!(told.contains(wanted), "{wanted}: {told}");
        }
        assert_eq!(WsdHeard.hear(&message("Probe")), None);
    }
}
