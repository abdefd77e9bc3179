//! What does a device say of itself when it asks for an address? DHCP, RFC 2131 §2 and RFC 2132; and
//! who hands addresses out.

use std::net::Ipv4Addr;

use daicho_shared::fact::{Fact, NameSource, Transport};
use daicho_shared::text;

use super::dhcp_message::{CLIENT_PORT, Message, REPLY, REQUEST, SERVER_PORT};
use super::frame::{Datagram, Frame, long};
use super::{card, labels};
use crate::probe::identity::told::{attribute, service};
use crate::probe::{Card, Heard, Probe};

/// The probe.
#[derive(Debug)]
pub struct DhcpRequest;

static CARD: Card = card(
    "dhcp-request",
    ["What does a device say when it asks for an address? (heard)", "アドレス取得時の自己紹介の受信（DHCP）"],
    "RFC 2131 §2, RFC 2132",
    ["host name and vendor class tell what asks for an address", "アドレスを求める機器の名前とベンダー名が分かるため"],
);

/// The most octets of an identifier or list that are shown.
const SHOWN: usize = 64;
/// Messages of a server: OFFER and ACK, RFC 2132 §9.6.
const OFFERED: [u8; 2] = [2, 5];

impl Probe for DhcpRequest {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn hear(&self, frame: &[u8]) -> Option<Heard> {
        let datagram = Frame::read(frame)?.datagram()?;
        let message = Message::read(datagram.data)?;
        match (message.operation, datagram.from_port, datagram.to_port) {
            (REQUEST, CLIENT_PORT, SERVER_PORT) => request(&datagram, &message),
            (REPLY, SERVER_PORT, CLIENT_PORT) => reply(&datagram, &message),
            _ => None,
        }
    }

    #[cfg(test)]
    fn samples(&self) -> Vec<crate::probe::laws::Sample> {
        use crate::probe::laws::{Sample, device};
        vec![Sample::Frame(tests::discover()), Sample::Frame(device("busybox-135-dhcp"))]
    }
}

/// A relay's message tells of another link, and its frame is the relay's.
fn request(datagram: &Datagram<'_>, message: &Message<'_>) -> Option<Heard> {
    let sender = datagram.packet.frame.from;
    if message.is_relayed() || sender != message.hardware || !datagram.packet.stays_on_link() {
        return None;
    }
    let facts = told(message);
    if message.client.is_unspecified() {
        Some(datagram.packet.frame.heard(facts))
    } else {
        datagram.packet.heard(facts)
    }
}

fn told(message: &Message<'_>) -> Vec<Fact> {
    let name = |name: String| Fact::Name { source: NameSource::Dhcp, name, domain: None };
    let host = message.get(12).map(text::bounded_bytes);
    // Flags and two unused octets, then the name, in plain text or as labels (RFC 4702 §2.1).
    let full =
        message.get(81).and_then(|value| domain_name(value[0], value.get(3..)?)).filter(|f| Some(f) != host.as_ref());
    let mut facts: Vec<Fact> = host.into_iter().chain(full).filter(|text| !text.is_empty()).map(name).collect();
    facts.extend(message.get(60).map(|value| attribute("dhcp", "vendor-class", text::bounded_bytes(value))));
    facts.extend(message.get(77).map(|value| attribute("dhcp", "user-class", text::bounded_bytes(value))));
    facts.extend(message.get(55).map(|value| attribute("dhcp", "parameters", listed(value))));
    facts.extend(message.get(61).map(|value| attribute("dhcp", "client-id", hex::encode(shortened(value)))));
    facts
}

/// Bit E of the flags: the name is in the form of labels.
fn domain_name(flags: u8, value: &[u8]) -> Option<String> {
    const ENCODED: u8 = 0x04;
    if flags & ENCODED == 0 {
        return Some(text::bounded_bytes(value));
    }
    labels::read(value)
}

fn listed(value: &[u8]) -> String {
    shortened(value).iter().map(u8::to_string).collect::<Vec<_>>().join(",")
}

fn shortened(value: &[u8]) -> &[u8] {
    &value[..value.len().min(SHOWN)]
}

/// A server names itself in its offer (RFC 2132 §9.7); what came through a relay says nothing of it.
fn reply(datagram: &Datagram<'_>, message: &Message<'_>) -> Option<Heard> {
    let kind = message.get(53)?;
    let own = message.get(54)?
        == match datagram.packet.source {
            std::net::IpAddr::V4(source) => source.octets(),
            std::net::IpAddr::V6(_) => return None,
        };
    if message.is_relayed() || !own || !OFFERED.contains(&kind[0]) {
        return None;
    }
    let service = service(Transport::Udp, SERVER_PORT, "dhcp");
    let offers = |code, key| {
        let addresses = message.get(code)?.chunks_exact(4).take(4).filter_map(|octets| long(octets, 0));
        let addresses: Vec<String> = addresses.map(|address| Ipv4Addr::from(address).to_string()).collect();
        Some(attribute("dhcp", key, addresses.join(",")))
    };
    let facts = [Some(service), offers(3, "offers-router"), offers(6, "offers-dns")];
    datagram.packet.heard(facts.into_iter().flatten().collect())
}

#[cfg(test)]
mod tests {
    use daicho_shared::address::Mac;

    use super::super::dhcp_message::{COOKIE, END, HARDWARE, MAGIC, RELAY};
    use super::super::frame::made;
    use super::*;

    const CLIENT: Mac = Mac([0, 0x80, 0xa3, 1, 2, 3]);

    fn message(operation: u8, options: &[u8]) -> Vec<u8> {
        let mut bytes = vec![0; COOKIE];
        bytes[..3].copy_from_slice(&[operation, 1, 6]);
        bytes[HARDWARE..HARDWARE + 6].copy_from_slice(&CLIENT.0);
        [&bytes[..], &MAGIC, options, &[END]].concat()
    }

    pub(super) fn discover() -> Vec<u8> {
        let mut options = vec![53, 1, 1, 12, 5];
        options.extend(b"CT-01");
        options.extend([60, 8]);
        options.extend(b"MSFT 5.0");
        options.extend([55, 3, 1, 3, 6, 61, 7, 1, 0, 0x80, 0xa3, 1, 2, 3]);
        options.extend([81, 16, 4, 0, 0, 5, b'c', b't', b'-', b'0', b'1', 4, b'h', b'o', b's', b'p', 0, 0]);
        made::udp(CLIENT, "0.0.0.0:68", "255.255.255.255:67", &message(REQUEST, &options))
    }

    #[test]
    fn what_a_client_says_is_told_of_its_link_layer_address() {
        let heard = DhcpRequest.hear(&discover()).unwrap();
        assert_eq!((heard.address, heard.mac), (None, Some(CLIENT)));
        let told = format!("{:?}", heard.facts);
        for wanted in ["CT-01", "ct-01.hosp", "MSFT 5.0", "1,3,6", "010080a3010203"] {
            assert!(told.contains(wanted), "{wanted}: {told}");
        }
    }

    #[test]
    fn a_relayed_message_and_a_foreign_hardware_address_name_nobody() {
        let at = 14 + 20 + 8;
        for place in [at + RELAY + 3, at + HARDWARE] {
            let mut frame = discover();
            frame[place] ^= 9;
            assert_eq!(DhcpRequest.hear(&frame), None);
        }
    }

    #[test]
    fn a_server_is_known_by_its_offer() {
        let options = [53, 1, 2, 54, 4, 10, 1, 0, 1, 3, 4, 10, 1, 0, 254];
        let offer = made::udp(CLIENT, "10.1.0.1:67", "255.255.255.255:68", &message(REPLY, &options));
        let heard = DhcpRequest.hear(&offer).unwrap();
        assert_eq!(heard.address, Some("10.1.0.1".parse().unwrap()));
        assert!(heard.facts.contains(&attribute("dhcp", "offers-router", "10.1.0.254")), "{heard:?}");
        let other = made::udp(CLIENT, "10.1.0.2:67", "255.255.255.255:68", &message(REPLY, &options));
        assert_eq!(DhcpRequest.hear(&other), None);
    }
}
