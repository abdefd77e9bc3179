//! UPnP devices that announce themselves: SSDP NOTIFY, UPnP Device Architecture 2.0 §1.2.

use daicho_shared::fact::Fact;
use daicho_shared::text;

use super::card;
use super::frame::Frame;
use crate::probe::identity::ssdp;
use crate::probe::{Card, Heard, Probe};

/// The probe.
#[derive(Debug)]
pub struct SsdpHeard;

static CARD: Card = card(
    "ssdp-heard",
    ["UPnP devices that announce themselves (heard)", "UPnP機器の広告の受信（SSDP）"],
    "UPnP Device Architecture 2.0 §1.2",
    ["devices announce make and kind unasked", "機器がメーカーと種類を自ら広告するため"],
);

const PORT: u16 = 1900;

impl Probe for SsdpHeard {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn hear(&self, frame: &[u8]) -> Option<Heard> {
        let datagram = Frame::read(frame)?.datagram().filter(|datagram| datagram.to_port == PORT)?;
        let text = String::from_utf8_lossy(&datagram.data[..datagram.data.len().min(LIMIT)]).into_owned();
        let fields = ssdp::fields(&text, "NOTIFY * HTTP/1.1")?;
        let get = |wanted: &str| fields.iter().find(|(key, _)| key == wanted).map(|(_, value)| *value);
        if get("nts")? != "ssdp:alive" {
            return None;
        }
        let mut facts = ssdp::told(&fields);
        // A device sends one message for each of its services, too: they say nothing more of it.
        let kind = get("nt").filter(|kind| kind.contains(":device:")).map(text::bounded);
        facts.extend(kind.map(|kind| Fact::Announcement {
            source: "ssdp".to_owned(),
            kind,
            instance: None,
            port: None,
        }));
        datagram.packet.heard(facts)
    }

    #[cfg(test)]
    fn samples(&self) -> Vec<crate::probe::laws::Sample> {
        vec![crate::probe::laws::Sample::Frame(tests::notify("ssdp:alive"))]
    }
}

/// The most octets of one message that are read.
const LIMIT: usize = 4096;

#[cfg(test)]
mod tests {
    use daicho_shared::address::Mac;

    use super::super::frame::made;
    use super::*;

    pub(super) fn notify(state: &str) -> Vec<u8> {
        let text = format!(
            "NOTIFY * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nNT: urn:schemas-upnp-org:device:Printer:1\r\n\
            NTS: {state}\r\nUSN: uuid:1::urn:schemas-upnp-org:device:Printer:1\r\nSERVER: Canon/1 UPnP/1.0 LBP/2\r\n\r\n"
        );
        made::udp(Mac([0, 0x80, 0xa3, 1, 2, 3]), "10.1.0.9:1900", "239.255.255.250:1900", text.as_bytes())
    }

    #[test]
    fn who_is_there_says_what_it_is_and_who_leaves_says_nothing() {
        let heard = SsdpHeard.hear(&notify("ssdp:alive")).unwrap();
        // The group may be forwarded: the frame's sender may be a router.
        assert_eq!((heard.address, heard.mac), (Some("10.1.0.9".parse().unwrap()), None));
        let told = format!("{:?}", heard.facts);
        assert!(told.contains("device:Printer:1") && told.contains("LBP/2") && told.contains("uuid:1"), "{told}");
        assert_eq!(SsdpHeard.hear(&notify("ssdp:byebye")), None);
    }
}
