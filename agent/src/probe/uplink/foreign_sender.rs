//! Who uses an address of another network on this link? Heard: an ARP packet or a broadcast whose sender has one. A kernel
//! sends such by itself when a second card's address is the source of what it wants to say (RFC 1122 §3.3.4.2).

use std::net::IpAddr;

use daicho_shared::fact::Fact;

use crate::probe::listen::card;
use crate::probe::presence::arp::{self, Arp};
use crate::probe::{Card, Heard, Probe};

/// The probe.
#[derive(Debug)]
pub struct ForeignSender;

static CARD: Card = card(
    "foreign-sender",
    ["Who uses an address of another network here? (heard)", "別ネットワークのアドレスで送信する機器（受信）"],
    "RFC 826, RFC 1122 §3.3.4.2",
    [
        "a device with a second network sometimes speaks with its other address",
        "二つ目のネットワークのアドレスが、こちら側の通信に現れることがあるため",
    ],
);

impl Probe for ForeignSender {
    fn card(&self) -> &'static Card {
        &CARD
    }
}

/// What a frame to everybody says of its sender, where another probe found this address in it and it is none of ours.
/// An answer to a question of ours is no slip of the tongue.
pub(crate) fn slip(frame: &[u8], heard: &Heard) -> Option<Heard> {
    let (Some(address @ IpAddr::V4(v4)), Some(mac)) = (heard.address, heard.mac) else { return None };
    let to_everybody = frame.first().is_some_and(|octet| octet & 1 == 1);
    let usable = !v4.is_link_local() && !v4.is_loopback() && !v4.is_unspecified();
    let how = if Arp.hear(frame).is_some() && arp::read(frame).is_some() { "arp-sender" } else { "packet-sender" };
    let fact = Fact::AnswersFor { address, how: how.to_owned() };
    (to_everybody && usable).then(|| Heard { address: None, mac: Some(mac), facts: vec![fact] })
}

#[cfg(test)]
mod tests {
    use daicho_shared::address::Mac;

    use super::*;
    use crate::probe::listen::frame::made;

    const HOST: Mac = Mac([0, 0x80, 0xa3, 1, 2, 3]);

    #[test]
    fn arp_and_packets_are_told_apart() {
        let frame = arp::request(HOST, [192, 168, 42, 129].into(), [10, 1, 0, 5].into()).unwrap();
        let told = slip(&frame, &Arp.hear(&frame).unwrap()).unwrap();
        let fact = |how: &str| Fact::AnswersFor { address: [192, 168, 42, 129].into(), how: how.into() };
        assert_eq!((told.address, told.mac, told.facts), (None, Some(HOST), vec![fact("arp-sender")]));
        let frame = made::udp(HOST, "192.168.42.129:138", "255.255.255.255:138", b"hello");
        let heard = Heard { address: Some([192, 168, 42, 129].into()), mac: Some(HOST), facts: vec![] };
        assert_eq!(slip(&frame, &heard).unwrap().facts, [fact("packet-sender")]);
    }

    #[test]
    fn an_answer_to_us_and_an_address_that_nobody_gave_are_nothing() {
        let answer = arp::reply((HOST, [192, 168, 42, 129].into()), (Mac([2, 0, 0, 0, 0, 5]), [0; 4].into()));
        assert_eq!(slip(&answer, &Arp.hear(&answer).unwrap()), None);
        let alone = arp::request(HOST, [169, 254, 7, 7].into(), [169, 254, 7, 8].into()).unwrap();
        assert_eq!(slip(&alone, &Arp.hear(&alone).unwrap()), None);
    }
}
