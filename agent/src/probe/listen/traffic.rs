//! Which services answer others? What a mirror port or a capture file brings of other machines'
//! conversations: an accepted TCP connection (RFC 9293 §3.5), an answer of a name or time server.
//!
//! Nothing is learned of the frame's sender: a router forwards others' packets under its own address.

use daicho_shared::fact::{Fact, PortState, Transport};

use super::card;
use super::frame::{Frame, Packet, word};
use crate::probe::identity::told::service;
use crate::probe::{Card, Heard, Probe};

/// The probe.
#[derive(Debug)]
pub struct Traffic;

static CARD: Card = card(
    "traffic",
    ["Which services answer others? (mirror port or capture file)", "通信の受信（ミラーポート・キャプチャファイル）"],
    "RFC 9293 §3.5, RFC 1035 §4.1.1, RFC 5905 §7.3",
    ["what others were answered need not be asked again", "他の機器への応答から、開いているサービスが分かるため"],
);

const TCP: u8 = 6;
/// Flags of the header: SYN and ACK, and none of FIN and RST (RFC 9293 §3.1).
const FLAGS: usize = 13;
const SYN_ACK: u8 = 0x12;
const DECIDING: u8 = 0x17;
const DNS: u16 = 53;
const NTP: u16 = 123;
/// QR bit of a DNS header.
const RESPONSE: u8 = 0x80;
/// Mode of an NTP packet: server.
const SERVER: u8 = 4;

impl Probe for Traffic {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn hear(&self, frame: &[u8]) -> Option<Heard> {
        let frame = Frame::read(frame)?;
        let packet = frame.packet().filter(|_| !frame.to.is_group())?;
        let fact = if packet.protocol == TCP { accepted(&packet) } else { answered(frame) }?;
        let heard = packet.heard(vec![fact])?;
        Some(Heard { mac: None, ..heard })
    }

    #[cfg(test)]
    fn samples(&self) -> Vec<crate::probe::laws::Sample> {
        vec![crate::probe::laws::Sample::Frame(tests::accepted())]
    }
}

fn accepted(packet: &Packet<'_>) -> Option<Fact> {
    let port = word(packet.payload, 0).filter(|port| *port != 0)?;
    let accepts = packet.payload.get(FLAGS)? & DECIDING == SYN_ACK;
    accepts.then_some(Fact::Port { transport: Transport::Tcp, port, state: PortState::Open })
}

fn answered(frame: Frame<'_>) -> Option<Fact> {
    let datagram = frame.datagram()?;
    let protocol = match (datagram.from_port, datagram.to_port) {
        (DNS, to) if to != DNS && datagram.data.len() >= 12 && datagram.data[2] & RESPONSE != 0 => "dns",
        (NTP, _) if datagram.data.len() >= 48 && datagram.data[0] & 7 == SERVER => "ntp",
        _ => return None,
    };
    Some(service(Transport::Udp, datagram.from_port, protocol))
}

#[cfg(test)]
mod tests {
    use daicho_shared::address::Mac;

    use super::super::frame::made;
    use super::*;

    fn segment(flags: u8) -> Vec<u8> {
        let header = [0, 104, 0xc3, 0x50, 0, 0, 0, 1, 0, 0, 0, 1, 0x50, flags, 1, 0, 0, 0, 0, 0];
        let mut frame = made::ipv4(Mac([0, 0x1b, 0x54, 1, 2, 3]), ([10, 1, 0, 9], [10, 1, 0, 7]), (TCP, 63), &header);
        frame[..6].copy_from_slice(&[0, 0x80, 0xa3, 9, 9, 9]);
        frame
    }

    pub(super) fn accepted() -> Vec<u8> {
        segment(SYN_ACK)
    }

    #[test]
    fn an_accepted_connection_is_an_open_port_of_nobodys_link_layer_address() {
        let heard = Traffic.hear(&accepted()).unwrap();
        let open = Fact::Port { transport: Transport::Tcp, port: 104, state: PortState::Open };
        assert_eq!((heard.address, heard.mac, heard.facts), (Some("10.1.0.9".parse().unwrap()), None, vec![open]));
        for flags in [0x02, 0x10, 0x14, 0x13, 0x18] {
            assert_eq!(Traffic.hear(&segment(flags)), None, "{flags:02x}");
        }
    }
}
