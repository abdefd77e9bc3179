//! Which routers share an address? VRRP version 2 (RFC 3768 §5.1) and 3 (RFC 5798 §5.1).

use std::net::IpAddr;

use daicho_shared::fact::Fact;

use super::card;
use super::frame::{Frame, address};
use crate::probe::{Card, Heard, Probe};

/// The probe.
#[derive(Debug)]
pub struct Vrrp;

static CARD: Card = card(
    "vrrp",
    ["Which routers share an address? (heard)", "冗長化ルータの広告の受信（VRRP）"],
    "RFC 5798 §5.1, RFC 3768 §5.1",
    ["a shared gateway address is no machine of its own", "共有のゲートウェイアドレスを1台の機器と数えないため"],
);

const PROTOCOL: u8 = 112;
/// It is believed only at this hop limit: it cannot have been forwarded (RFC 5798 §5.1.1.3).
const UNFORWARDED: u8 = 255;
const ADVERTISEMENT: u8 = 1;
const HEADER: usize = 8;

impl Probe for Vrrp {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn hear(&self, frame: &[u8]) -> Option<Heard> {
        let packet = Frame::read(frame)?.packet()?;
        let believed = packet.protocol == PROTOCOL && packet.hops == UNFORWARDED && packet.stays_on_link();
        let fact = parse(packet.payload, packet.source).filter(|_| believed)?;
        packet.heard(vec![fact])
    }

    #[cfg(test)]
    fn samples(&self) -> Vec<crate::probe::laws::Sample> {
        use crate::probe::laws::{Sample, device};
        vec![Sample::Frame(tests::advertisement(2)), Sample::Frame(device("keepalived-227-vrrp"))]
    }
}

/// Version and type, group, priority, count of addresses; both versions agree so far.
fn parse(bytes: &[u8], source: IpAddr) -> Option<Fact> {
    let (head, rest) = bytes.split_at_checked(HEADER)?;
    let known = matches!(head[0] >> 4, 2 | 3) && head[0] & 0x0f == ADVERTISEMENT;
    let size = if source.is_ipv4() { 4 } else { 16 };
    let addresses: Vec<IpAddr> = rest.chunks_exact(size).take(usize::from(head[3])).filter_map(address).collect();
    (known && !addresses.is_empty()).then(|| Fact::VirtualRouter {
        protocol: "vrrp".to_owned(),
        group: head[1].into(),
        addresses,
        priority: head[2],
    })
}

#[cfg(test)]
mod tests {
    use daicho_shared::address::Mac;

    use super::super::frame::made;
    use super::*;

    pub(super) fn advertisement(version: u8) -> Vec<u8> {
        let body = [version << 4 | 1, 51, 150, 1, 0, 100, 0, 0, 10, 1, 0, 1];
        made::ipv4(Mac([0, 0x80, 0xa3, 1, 2, 3]), ([10, 1, 0, 2], [224, 0, 0, 18]), (PROTOCOL, UNFORWARDED), &body)
    }

    #[test]
    fn both_versions_name_the_shared_address() {
        for version in [2, 3] {
            let heard = Vrrp.hear(&advertisement(version)).unwrap();
            let told = Fact::VirtualRouter {
                protocol: "vrrp".into(),
                group: 51,
                addresses: vec!["10.1.0.1".parse().unwrap()],
                priority: 150,
            };
            assert_eq!((heard.address, heard.facts), (Some("10.1.0.2".parse().unwrap()), vec![told]));
        }
    }

    #[test]
    fn what_may_have_been_forwarded_is_not_believed() {
        let mut frame = advertisement(3);
        frame[14 + 8] = 254;
        assert_eq!(Vrrp.hear(&frame), None);
    }

    #[test]
    fn the_virtual_address_names_no_interface() {
        let mut frame = advertisement(2);
        frame[6..12].copy_from_slice(&[0, 0, 0x5e, 0, 1, 51]);
        assert_eq!(Vrrp.hear(&frame).unwrap().mac, None);
    }
}
