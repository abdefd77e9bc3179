//! What does a device say of itself when it asks for an IPv6 address? `DHCPv6`, RFC 8415 §8 and §21;
//! its full name, RFC 4704.

use daicho_shared::fact::{Fact, NameSource};
use daicho_shared::text;

use super::frame::{Frame, long, word};
use super::{card, labels};
use crate::probe::identity::told::attribute;
use crate::probe::{Card, Heard, Probe};

/// The probe.
#[derive(Debug)]
pub struct Dhcpv6Request;

static CARD: Card = card(
    "dhcpv6-request",
    ["What does a device say when it asks for an IPv6 address? (heard)", "アドレス取得時の自己紹介の受信（DHCPv6）"],
    "RFC 8415 §8, RFC 4704",
    ["name and vendor class tell what asks for an address", "アドレスを求める機器の名前とベンダー名が分かるため"],
);

const SERVER_PORT: u16 = 547;
/// Solicit, request, confirm, renew, rebind, release, decline, information request (§7.3).
const CLIENT_MESSAGES: [u8; 8] = [1, 3, 4, 5, 6, 8, 9, 11];
const CLIENT_ID: u16 = 1;
const OPTION_REQUEST: u16 = 6;
const VENDOR_CLASS: u16 = 16;
const FULL_NAME: u16 = 39;
/// The most options of one message that are read.
const OPTIONS: usize = 64;
/// The longest identifier (§11.1).
const IDENTIFIER: usize = 130;

impl Probe for Dhcpv6Request {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn hear(&self, frame: &[u8]) -> Option<Heard> {
        let datagram = Frame::read(frame)?.datagram()?;
        let (head, options) = datagram.data.split_at_checked(4)?;
        let asks = datagram.to_port == SERVER_PORT && datagram.packet.stays_on_link();
        let facts = told(options);
        (asks && CLIENT_MESSAGES.contains(&head[0]) && !facts.is_empty()).then(|| datagram.packet.heard(facts))?
    }

    #[cfg(test)]
    fn samples(&self) -> Vec<crate::probe::laws::Sample> {
        vec![crate::probe::laws::Sample::Frame(tests::solicit())]
    }
}

fn told(mut options: &[u8]) -> Vec<Fact> {
    let mut facts = vec![];
    for _ in 0..OPTIONS {
        let Some((code, length)) = word(options, 0).zip(word(options, 2)) else { break };
        let Some(value) = options.get(4..4 + usize::from(length)) else { break };
        match code {
            CLIENT_ID if (3..=IDENTIFIER).contains(&value.len()) => {
                facts.push(Fact::MachineId { source: "duid".to_owned(), value: hex::encode(value) });
            }
            OPTION_REQUEST => facts.push(attribute("dhcpv6", "parameters", listed(value))),
            VENDOR_CLASS => facts.extend(vendor(value)),
            FULL_NAME => facts.extend(value.get(1..).and_then(full_name)),
            _ => {}
        }
        options = &options[4 + usize::from(length)..];
    }
    facts
}

fn listed(value: &[u8]) -> String {
    let codes = value.chunks_exact(2).take(OPTIONS).filter_map(|code| word(code, 0));
    codes.map(|code| code.to_string()).collect::<Vec<_>>().join(",")
}

/// Enterprise number, then each class with its length (§21.16).
fn vendor(value: &[u8]) -> Option<Fact> {
    let (number, length) = (long(value, 0)?, usize::from(word(value, 4)?));
    let class = text::bounded_bytes(value.get(6..6 + length)?);
    Some(attribute("dhcpv6", "vendor-class", format!("{number} {class}")))
}

fn full_name(value: &[u8]) -> Option<Fact> {
    Some(Fact::Name { source: NameSource::Dhcp, name: labels::read(value)?, domain: None })
}

#[cfg(test)]
mod tests {
    use daicho_shared::address::Mac;

    use super::super::frame::made;
    use super::*;

    pub(super) fn solicit() -> Vec<u8> {
        let mut data = vec![1, 0, 0, 1];
        data.extend([0, 1, 0, 10, 0, 3, 0, 1, 0, 0x80, 0xa3, 1, 2, 3]);
        data.extend([0, 6, 0, 4, 0, 23, 0, 24]);
        data.extend([0, 16, 0, 14, 0, 0, 1, 0x37, 0, 8]);
        data.extend(b"MSFT 5.0");
        data.extend([0, 39, 0, 6, 0, 4, b'p', b'c', b'-', b'7']);
        let length = u16::try_from(8 + data.len()).unwrap().to_be_bytes();
        let udp = [&[0x02, 0x22, 0x02, 0x23, length[0], length[1], 0, 0][..], &data].concat();
        let mut ip = vec![0x60, 0, 0, 0, length[0], length[1], 17, 1];
        ip.extend("fe80::9".parse::<std::net::Ipv6Addr>().unwrap().octets());
        ip.extend("ff02::1:2".parse::<std::net::Ipv6Addr>().unwrap().octets());
        ip.extend(udp);
        made::typed(Mac([0, 0x80, 0xa3, 1, 2, 3]), Mac([0x33, 0x33, 0, 1, 0, 2]), 0x86dd, &ip)
    }

    #[test]
    fn name_class_and_identifier_are_read() {
        let heard = Dhcpv6Request.hear(&solicit()).unwrap();
        assert_eq!(heard.address, Some("fe80::9".parse().unwrap()));
        let told = format!("{:?}", heard.facts);
        for wanted in ["pc-7", "311 MSFT 5.0", "23,24", "000300010080a3010203"] {
            assert!(told.contains(wanted), "{wanted}: {told}");
        }
    }
}
