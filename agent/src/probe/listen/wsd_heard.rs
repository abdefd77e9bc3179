//! Devices that say hello: WS-Discovery 1.1 §4.1, and the same of 2005/04; with the scopes of ONVIF
//! (ONVIF Core Specification §7.3.2.2).

use super::card;
use super::frame::Frame;
use crate::probe::identity::ws_discovery;
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

impl Probe for WsdHeard {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn hear(&self, frame: &[u8]) -> Option<Heard> {
        let datagram = Frame::read(frame)?.datagram().filter(|datagram| datagram.to_port == PORT)?;
        // Another message says nothing of its sender's being there.
        let facts = ws_discovery::told(&datagram.data[..datagram.data.len().min(LIMIT)], "Hello")?;
        datagram.packet.heard(facts)
    }

    #[cfg(test)]
    fn samples(&self) -> Vec<crate::probe::laws::Sample> {
        use crate::probe::laws::{Sample, device};
        vec![Sample::Frame(tests::message("Hello")), Sample::Frame(device("wsdd-070-hello"))]
    }
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
