//! Is an `IPsec` gateway there? One opening of `IKEv2` (RFC 7296 §1.2) whose only proposal nobody can accept,
//! so that the answer is a refusal and no half-open session remains; the same in `IKEv1` (RFC 2408, RFC 2409
//! §5) where that is met by silence. Any answer of the protocol proves the gateway.

use std::time::Duration;

use daicho_shared::coverage::Outcome;
use daicho_shared::fact::{Fact, Transport};

use crate::probe::identity::told::{Product, attribute, named};
use crate::probe::{Audience, Card, Known, Level, Probe, Question, Reading, Reply};

/// The probe.
#[derive(Debug)]
pub struct Ike;

static CARD: Card = Card {
    name: "ike",
    title: "Are you an IPsec gateway? (one opening that must be refused)",
    title_ja: "IPsec-VPN装置の確認（必ず拒否される提案を1回）",
    standard: "RFC 7296 §1.2, §3; RFC 2408 §3; RFC 2409 §5",
    packets: 1,
    level: Level::Query,
    may_upset: "the gateway logs one proposal that it refused; no session is opened",
    audience: Audience::Seeming(&["network", "vpn", "lte-router", "server", "unknown"]),
    why: "a way into the hospital must be known",
    why_ja: "外部からの接続口を漏れなく把握するため",
};

const PORT: u16 = 500;
const WAIT: Duration = Duration::from_millis(900);
const INITIATOR: [u8; 8] = *b"daicho-1";
/// Header: both sides' numbers, next payload, version, exchange, flags, message, length (RFC 7296 §3.1).
const HEADER: usize = 28;
const VERSION_2: u8 = 0x20;
const VERSION_1: u8 = 0x10;
const IKE_SA_INIT: u8 = 34;
const MAIN_MODE: u8 = 2;
const INITIATES: u8 = 0x08;
/// Payloads: security association, key exchange, nonce, notification, vendor (version 2); then those of version 1.
const SA: u8 = 33;
const KE: u8 = 34;
const NONCE: u8 = 40;
const NOTIFY: u8 = 41;
const VENDOR: u8 = 43;
const V1_SA: u8 = 1;
const V1_NOTIFY: u8 = 11;
const V1_VENDOR: u8 = 13;
/// Curve25519 (RFC 8031): the shortest key exchange.
const GROUP: u8 = 31;
/// The most payloads and vendor identifiers of one answer that are read.
const PAYLOADS: usize = 32;
const VENDORS: usize = 8;

impl Probe for Ike {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn ask(&self, _known: &Known<'_>) -> Vec<Question> {
        vec![question(version_2())]
    }

    fn read(&self, asked: &Question, reply: Reply<'_>) -> Reading {
        match reply {
            Reply::Datagram(bytes) => {
                parse(bytes).map_or_else(|| Reading::of(Outcome::OtherProtocol), Reading::answered)
            }
            Reply::Refused => Reading::of(Outcome::Refused),
            _ => Reading { follow: second_try(asked), ..Reading::of(Outcome::Silent) },
        }
    }

    #[cfg(test)]
    fn samples(&self) -> Vec<crate::probe::laws::Sample> {
        use crate::probe::laws::{Sample, device};
        let real = ["strongswan-59-ike", "strongswan-59-ike1"].map(device);
        real.into_iter().chain([tests::vendor()]).map(Sample::Datagram).collect()
    }
}

fn question(payload: Vec<u8>) -> Question {
    Question::Datagram { port: PORT, payload, wait: WAIT }
}

fn second_try(asked: &Question) -> Vec<Question> {
    let was_version_2 = matches!(asked, Question::Datagram { payload, .. } if payload.get(17) == Some(&VERSION_2));
    if was_version_2 { vec![question(version_1())] } else { vec![] }
}

/// Encryption, pseudo-random function, integrity and group. The first three are numbers that the
/// standard leaves to private agreements (§3.3.2): well-formed, and known to nobody.
fn version_2() -> Vec<u8> {
    const PRIVATE: [u8; 2] = [0x04, 0x44];
    let transform = |more: u8, kind: u8, id: [u8; 2]| vec![more, 0, 0, 8, kind, 0, id[0], id[1]];
    let transforms =
        [transform(3, 1, PRIVATE), transform(3, 2, PRIVATE), transform(3, 3, PRIVATE), transform(0, 4, [0, GROUP])];
    let transforms = transforms.concat();
    // Last proposal, its length, number 1, IKE, no SPI, four transforms.
    let proposal = [&[0, 0, 0, octet(8 + transforms.len()), 1, 1, 0, 4], transforms.as_slice()].concat();
    // RFC 7748 §6.1: 9 is the point that everybody's public keys are multiples of.
    let mut key = vec![0, GROUP, 0, 0, 9];
    key.resize(4 + 32, 0);
    let nonce = [0x44; 16];
    let body = [payload(KE, &proposal), payload(NONCE, &key), payload(0, &nonce)].concat();
    message([SA, VERSION_2, IKE_SA_INIT, INITIATES], &body)
}

/// Main mode with one transform (RFC 2409 Appendix A), its cipher and hash again of the private range.
fn version_1() -> Vec<u8> {
    const PRIVATE: [u8; 2] = [0xfd, 0xe9];
    let attribute = |kind: u8, value: [u8; 2]| [0x80, kind, value[0], value[1]];
    // Cipher, hash, pre-shared key, group 2.
    let attributes =
        [attribute(1, PRIVATE), attribute(2, PRIVATE), attribute(3, [0, 1]), attribute(4, [0, 2])].concat();
    let transform = [&[0, 0, 0, octet(8 + attributes.len()), 1, 1, 0, 0], attributes.as_slice()].concat();
    let proposal = [&[0, 0, 0, octet(8 + transform.len()), 1, 1, 0, 1], transform.as_slice()].concat();
    // IPsec, identity only.
    let association = [&[0, 0, 0, 1, 0, 0, 0, 1], proposal.as_slice()].concat();
    message([V1_SA, VERSION_1, MAIN_MODE, 0], &payload(0, &association))
}

fn payload(next: u8, body: &[u8]) -> Vec<u8> {
    [&[next, 0, 0, octet(4 + body.len())], body].concat()
}

fn octet(length: usize) -> u8 {
    u8::try_from(length).unwrap_or(u8::MAX)
}

fn message(kind: [u8; 4], body: &[u8]) -> Vec<u8> {
    let mut bytes = INITIATOR.to_vec();
    bytes.extend([0; 8]);
    bytes.extend(kind);
    bytes.extend([0, 0, 0, 0, 0, 0, 0, octet(HEADER + body.len())]);
    bytes.extend(body);
    bytes
}

fn parse(bytes: &[u8]) -> Option<Vec<Fact>> {
    let (header, rest) = bytes.split_first_chunk::<HEADER>()?;
    let length = usize::try_from(u32::from_be_bytes([header[24], header[25], header[26], header[27]])).ok()?;
    let version = match header[17] >> 4 {
        2 => "2",
        1 => "1",
        _ => return None,
    };
    // The number is ours, and it is no echo of our own question.
    let is_answer = header[..8] == INITIATOR && (header[8..16] != [0; 8] || header[19] & INITIATES == 0);
    let body = rest.get(..length.checked_sub(HEADER)?)?;
    if !is_answer || bytes == version_1() {
        return None;
    }
    let product = Product { banner: Some(format!("IKEv{version}")), ..Product::default() };
    let mut facts = vec![named(Transport::Udp, PORT, "ike", product), attribute("ike", "version", version)];
    for (kind, body) in payloads(header[16], body) {
        facts.extend(told(kind, body));
    }
    facts.truncate(2 + VENDORS);
    Some(facts)
}

/// Payloads by type: each says which is the next, and its own length (§3.2).
fn payloads(first: u8, mut rest: &[u8]) -> Vec<(u8, &[u8])> {
    let (mut found, mut kind) = (vec![], first);
    while let Some((header, _)) = rest.split_first_chunk::<4>() {
        let length = usize::from(u16::from_be_bytes([header[2], header[3]]));
        if kind == 0 || length < 4 || found.len() == PAYLOADS {
            break;
        }
        let Some((payload, after)) = rest.split_at_checked(length) else { break };
        found.push((kind, &payload[4..]));
        (kind, rest) = (header[0], after);
    }
    found
}

fn told(kind: u8, body: &[u8]) -> Option<Fact> {
    match kind {
        VENDOR | V1_VENDOR => Some(attribute("ike", "vendor-id", hex::encode(&body[..body.len().min(64)]))),
        // Protocol, SPI length, number.
        NOTIFY => Some(attribute("ike", "notify", notify(body.get(2..4)?))),
        V1_NOTIFY => Some(attribute("ike", "notify", notify(body.get(6..8)?))),
        _ => None,
    }
}

/// RFC 7296 §3.10.1 and RFC 2408 §3.14.1 share the numbers of these.
fn notify(number: &[u8]) -> String {
    match number {
        [0, 5] => "INVALID-MAJOR-VERSION".to_owned(),
        [0, 7] => "INVALID-SYNTAX".to_owned(),
        [0, 14] => "NO-PROPOSAL-CHOSEN".to_owned(),
        [0, 17] => "INVALID-KE-PAYLOAD".to_owned(),
        _ => number.iter().fold(0u16, |sum, octet| sum << 8 | u16::from(*octet)).to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An `IKEv1` refusal with a vendor identifier (dead peer detection, RFC 3706 §5.2).
    pub(super) fn vendor() -> Vec<u8> {
        let dpd = hex::decode("afcad71368a1f1c96b8696fc77570100").unwrap();
        let refusal = payload(V1_VENDOR, &[0, 0, 0, 1, 1, 0, 0, 14]);
        let mut bytes = message([V1_NOTIFY, VERSION_1, 5, 0], &[refusal, payload(0, &dpd)].concat());
        bytes[8..16].copy_from_slice(&[7; 8]);
        bytes
    }

    #[test]
    fn lengths_agree_with_what_is_there() {
        for bytes in [version_2(), version_1()] {
            assert_eq!(usize::from(bytes[27]), bytes.len());
            let total: usize = payloads(bytes[16], &bytes[HEADER..]).iter().map(|(_, body)| body.len() + 4).sum();
            assert_eq!(total + HEADER, bytes.len());
            assert!(parse(&bytes).is_none(), "a question is no answer");
        }
    }

    #[test]
    fn a_refusal_and_a_vendor_are_read() {
        let facts = parse(&vendor()).unwrap();
        assert!(facts.contains(&attribute("ike", "notify", "NO-PROPOSAL-CHOSEN")));
        assert!(facts.contains(&attribute("ike", "vendor-id", "afcad71368a1f1c96b8696fc77570100")));
    }

    #[test]
    fn silence_brings_the_old_version_once() {
        let first = Ike.read(&question(version_2()), Reply::Silence);
        assert_eq!(first.follow.len(), 1);
        assert!(Ike.read(&first.follow[0], Reply::Silence).follow.is_empty());
    }
}
