//! Which engine are you? SNMPv3 discovery (RFC 3414 §4): an agent tells whoever asks its engine identifier,
//! how often it started, and for how long it has run. No credential is sent.

use std::net::IpAddr;

use async_snmp::ber::Decoder;
use bytes::Bytes;
use daicho_shared::address::Mac;
use daicho_shared::coverage::Outcome;
use daicho_shared::fact::Fact;
use daicho_shared::text;

use super::service;
use super::variables::address;
use crate::plan::ANSWER_WAIT;
#[cfg(test)]
use crate::probe::laws;
use crate::probe::{Audience, Card, Known, Level, Probe, Question, Reading, Reply};

/// The probe.
#[derive(Debug)]
pub struct Engine;

static CARD: Card = Card {
    name: "snmp-engine",
    title: "Which SNMP engine are you? (discovery without a credential)",
    title_ja: "SNMPの識別番号・起動回数・稼働時間の問い合わせ（認証情報は送りません）",
    standard: "RFC 3414 §4, RFC 3411 §5",
    packets: 1,
    level: Level::Query,
    may_upset: "nothing known; one datagram, which every SNMPv3 agent must answer",
    audience: Audience::Seeming(&[
        "network",
        "printer",
        "ups",
        "server",
        "storage",
        "hypervisor",
        "vpn",
        "lte-router",
        "camera",
        "phone",
        "building",
        "unknown",
    ]),
    why: "the identifier names the maker of the software, and often a MAC address of the device",
    why_ja: "識別番号から、ソフトウェアの製造者や機器のMACアドレスが分かることがあるため",
};

const PORT: u16 = 161;
/// Message 717,892,101, at most 1472 octets in answer, reportable, user-based security model; no engine,
/// no user; a GET of nothing.
const DISCOVERY: [u8; 60] = [
    0x30, 0x3a, 0x02, 0x01, 0x03, 0x30, 0x10, 0x02, 0x04, 0x2a, 0xca, 0x2a, 0x05, 0x02, 0x02, 0x05, 0xc0, 0x04, 0x01,
    0x04, 0x02, 0x01, 0x03, 0x04, 0x10, 0x30, 0x0e, 0x04, 0x00, 0x02, 0x01, 0x00, 0x02, 0x01, 0x00, 0x04, 0x00, 0x04,
    0x00, 0x04, 0x00, 0x30, 0x11, 0x04, 0x00, 0x04, 0x00, 0xa0, 0x0b, 0x02, 0x01, 0x00, 0x02, 0x01, 0x00, 0x02, 0x01,
    0x00, 0x30, 0x00,
];
/// Private enterprise number of net-snmp, whose format 128 is random and the time it was made.
const NET_SNMP: u32 = 8072;
const NET_SNMP_RANDOM: u8 = 128;

impl Probe for Engine {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn ask(&self, _known: &Known<'_>) -> Vec<Question> {
        vec![Question::Datagram { port: PORT, payload: DISCOVERY.to_vec(), wait: ANSWER_WAIT }]
    }

    fn read(&self, _question: &Question, reply: Reply<'_>) -> Reading {
        match reply {
            Reply::Datagram(bytes) => match parse(bytes) {
                Some(engine) => Reading::answered(engine.facts()),
                None => Reading::of(Outcome::BrokeOff),
            },
            Reply::Refused => Reading::of(Outcome::Refused),
            _ => Reading::of(Outcome::Silent),
        }
    }

    #[cfg(test)]
    fn samples(&self) -> Vec<laws::Sample> {
        vec![laws::Sample::Datagram(laws::device("net-snmp-593-engine"))]
    }
}

struct Found {
    id: Vec<u8>,
    boots: u32,
    seconds: u32,
}

/// The security parameters of a version 3 message (RFC 3414 §2.4), whatever the rest says.
fn parse(bytes: &[u8]) -> Option<Found> {
    let mut message = Decoder::new(Bytes::copy_from_slice(bytes)).read_sequence().ok()?;
    let version = message.read_integer().ok()?;
    message.read_sequence().ok()?;
    let parameters = message.read_octet_string().ok().filter(|_| version == 3)?;
    let mut parameters = Decoder::new(parameters).read_sequence().ok()?;
    let id = parameters.read_octet_string().ok()?.to_vec();
    let boots = parameters.read_integer().ok().and_then(|boots| u32::try_from(boots).ok())?;
    let seconds = parameters.read_integer().ok().and_then(|seconds| u32::try_from(seconds).ok())?;
    // RFC 3411 §5: an SnmpEngineID has 5 to 32 octets, and is neither all zeros nor all ones.
    let usable =
        (5..=32).contains(&id.len()) && id.iter().any(|octet| *octet != 0) && id.iter().any(|octet| *octet != 255);
    usable.then_some(Found { id, boots, seconds })
}

impl Found {
    fn facts(&self) -> Vec<Fact> {
        let number = u32::from_be_bytes([self.id[0], self.id[1], self.id[2], self.id[3]]);
        // Without the first bit, the twelve octets are the enterprise's own.
        let format = (number >> 31 == 1).then_some(self.id[4]);
        let (enterprise, rest) = (number & 0x7fff_ffff, &self.id[5..]);
        let mac = format.filter(|format| *format == 3).and_then(|_| rest.try_into().ok().map(Mac));
        let mac = mac.filter(|mac| mac.is_interface());
        let address: Option<IpAddr> = format.filter(|format| matches!(format, 1 | 2)).and_then(|_| address(rest));
        let text = format.filter(|format| *format == 4).map(|_| text::bounded_bytes(rest));
        let id = hex::encode(&self.id);
        // Addresses, texts and numbers that people give are given twice; these are not.
        let own = mac.is_some() || (enterprise == NET_SNMP && format == Some(NET_SNMP_RANDOM));
        let machine = own.then(|| Fact::MachineId { source: "snmp-engine".to_owned(), value: id.clone() });
        let engine = Fact::Engine {
            id,
            enterprise,
            mac,
            address,
            text: text.filter(|text| !text.is_empty()),
            boots: self.boots,
            uptime_seconds: u64::from(self.seconds),
        };
        [engine, service("v3")].into_iter().chain(machine).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(id: &str) -> Vec<Fact> {
        Found { id: hex::decode(id).unwrap(), boots: 3, seconds: 90 }.facts()
    }

    fn is_machine(facts: &[Fact]) -> bool {
        facts.iter().any(|fact| matches!(fact, Fact::MachineId { .. }))
    }

    #[test]
    fn formats_are_decoded() {
        let by_mac = told("800000090300 1b63010209".replace(' ', "").as_str());
        assert!(
            matches!(&by_mac[0], Fact::Engine { enterprise: 9, mac: Some(mac), .. } if mac.0 == [0, 0x1b, 0x63, 1, 2, 9])
        );
        let by_address = told("80001f88010a010009");
        assert!(
            matches!(&by_address[0], Fact::Engine { address: Some(address), .. } if address.to_string() == "10.1.0.9")
        );
        let by_text = told("80000001046d667031");
        assert!(matches!(&by_text[0], Fact::Engine { text: Some(text), .. } if text == "mfp1"));
        let old = told("000000090000000000000001");
        assert!(matches!(&old[0], Fact::Engine { enterprise: 9, mac: None, text: None, .. }));
        assert!(is_machine(&by_mac) && !is_machine(&by_address) && !is_machine(&by_text) && !is_machine(&old));
    }

    #[test]
    fn a_real_report_is_read() {
        let found = parse(&laws::device("net-snmp-593-engine")).unwrap();
        let facts = found.facts();
        assert!(matches!(&facts[0], Fact::Engine { enterprise: NET_SNMP, boots, .. } if *boots > 0), "{facts:?}");
        assert!(is_machine(&facts));
    }

    #[test]
    fn what_is_not_version_3_is_not_read() {
        assert!(parse(&DISCOVERY).is_none(), "an empty identifier names nobody");
        assert!(parse(b"0").is_none() && parse(&[]).is_none());
    }
}
