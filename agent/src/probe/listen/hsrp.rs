//! Which Cisco routers share an address? HSRP version 1 (RFC 2281 §5); version 2 is Cisco's own, with
//! the same values in a group state element.

use daicho_shared::fact::Fact;

use super::card;
use super::frame::{Frame, address, long, word};
use crate::probe::{Card, Heard, Probe};

/// The probe.
#[derive(Debug)]
pub struct Hsrp;

static CARD: Card = card(
    "hsrp",
    ["Which Cisco routers share an address? (heard)", "冗長化ルータの広告の受信（HSRP）"],
    "RFC 2281 §5",
    ["a shared gateway address is no machine of its own", "共有のゲートウェイアドレスを1台の機器と数えないため"],
);

const PORT: u16 = 1985;
const HELLO: u8 = 0;
/// Version to virtual address, RFC 2281 §5.1.
const FIRST: usize = 20;
/// Group state element of version 2: type 1, length 40.
const GROUP_STATE: [u8; 2] = [1, 40];

impl Probe for Hsrp {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn hear(&self, frame: &[u8]) -> Option<Heard> {
        let datagram = Frame::read(frame)?.datagram()?;
        let hello = datagram.to_port == PORT && datagram.packet.stays_on_link();
        let fact = first(datagram.data).or_else(|| second(datagram.data)).filter(|_| hello)?;
        datagram.packet.heard(vec![fact])
    }

    #[cfg(test)]
    fn samples(&self) -> Vec<crate::probe::laws::Sample> {
        vec![crate::probe::laws::Sample::Frame(tests::hello())]
    }
}

fn first(data: &[u8]) -> Option<Fact> {
    let data = data.get(..FIRST).filter(|data| data[..2] == [0, HELLO])?;
    Some(fact(data[6].into(), &data[16..20], data[5]))
}

/// Type, length, version, operation, state, IP version, group, identifier, priority, two times, address.
fn second(data: &[u8]) -> Option<Fact> {
    let (head, data) = data.split_at_checked(2)?;
    let data = data.get(..40).filter(|data| head == GROUP_STATE && data[..2] == [2, HELLO])?;
    let octets = if data[3] == 4 { &data[24..28] } else { &data[24..40] };
    Some(fact(word(data, 4)?, octets, u8::try_from(long(data, 12)?).unwrap_or(u8::MAX)))
}

fn fact(group: u16, octets: &[u8], priority: u8) -> Fact {
    let shared = address(octets).filter(|address| !address.is_unspecified());
    let (protocol, addresses) = ("hsrp".to_owned(), shared.into_iter().collect());
    Fact::VirtualRouter { protocol, group, addresses, priority }
}

#[cfg(test)]
mod tests {
    use daicho_shared::address::Mac;

    use super::super::frame::made;
    use super::*;

    const ROUTER: Mac = Mac([0, 0x1b, 0x54, 1, 2, 3]);

    pub(super) fn hello() -> Vec<u8> {
        let body = [0, 0, 16, 3, 10, 110, 7, 0, b'c', b'i', b's', b'c', b'o', 0, 0, 0, 10, 1, 0, 1];
        made::udp(ROUTER, "10.1.0.2:1985", "224.0.0.2:1985", &body)
    }

    #[test]
    fn both_versions_name_the_shared_address() {
        let mut second = vec![1, 40, 2, 0, 6, 4, 0, 7, 0, 0x1b, 0x54, 1, 2, 3, 0, 0, 0, 110];
        second.extend([0, 0, 0x0b, 0xb8, 0, 0, 0x27, 0x10, 10, 1, 0, 1]);
        second.extend([0; 12]);
        for frame in [hello(), made::udp(ROUTER, "10.1.0.2:1985", "224.0.0.102:1985", &second)] {
            let heard = Hsrp.hear(&frame).unwrap();
            let addresses = vec!["10.1.0.1".parse().unwrap()];
            let told = Fact::VirtualRouter { protocol: "hsrp".into(), group: 7, addresses, priority: 110 };
            assert_eq!(heard.facts, [told]);
        }
    }
}
