//! Is a line to a provider bridged into this network? `PPPoE`, RFC 2516 §5.1: one PADI to everybody. No session is
//! ever requested.

use std::time::Duration;

use daicho_shared::address::Mac;
use daicho_shared::fact::Fact;
use daicho_shared::text;

use super::packet::scrambled;
use crate::probe::listen::frame::{Content, Frame, word};
use crate::probe::{Audience, Card, Heard, Level, Link, Probe, Question};

/// The probe.
#[derive(Debug)]
pub struct Pppoe;

static CARD: Card = Card {
    name: "pppoe",
    title: "Is a provider's line bridged into this network? (one PPPoE PADI; no session)",
    title_ja: "回線事業者の回線がLANに直結していないかの確認（PPPoE、接続はしない）",
    standard: "RFC 2516 §5.1, §5.2",
    packets: 1,
    level: Level::Presence,
    may_upset: "nothing known: an access concentrator answers and keeps nothing",
    audience: Audience::Everybody,
    why: "who answers is the other end of a line: nothing else speaks this",
    why_ja: "応答するのは回線の収容装置だけであり、外部への回線がつながっていると分かるため",
};

const WAIT: Duration = Duration::from_secs(3);
/// Discovery stage, §4.
const DISCOVERY: u16 = 0x8863;
/// Version 1, type 1.
const VERSION: u8 = 0x11;
const INITIATION: u8 = 0x09;
const OFFER: u8 = 0x07;
/// Version and type, code, session, length.
const HEADER: usize = 6;
/// Tags, appendix A.
const END: u16 = 0x0000;
const SERVICE: u16 = 0x0101;
const NAME: u16 = 0x0102;
const HOST: u16 = 0x0103;
/// The most tags of one message, and services of one offer, that are read.
const TAGS: usize = 32;
const SERVICES: usize = 8;

/// Kind and value.
type Tags<'t> = Vec<(u16, &'t [u8])>;

impl Probe for Pppoe {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn seek(&self, link: &Link) -> Vec<Question> {
        vec![Question::Exchange { bytes: initiation(link.mac), wait: WAIT }]
    }

    fn answer(&self, sent: &[u8], frame: &[u8]) -> Option<Heard> {
        let (asked, ours) = message(sent, INITIATION)?;
        let (offer, tags) = message(frame, OFFER)?;
        let host = |tags: &Tags<'_>| tags.iter().find(|(kind, _)| *kind == HOST).map(|(_, value)| value.to_vec());
        let is_ours = offer.to == asked.from && host(&tags) == host(&ours);
        is_ours.then(|| offer.heard(vec![told(&tags)]))
    }

    #[cfg(test)]
    fn samples(&self) -> Vec<crate::probe::laws::Sample> {
        use crate::probe::laws::{Sample, device};
        vec![Sample::Exchange(initiation(tests::SCANNER), device("rp-pppoe-315-offer"))]
    }
}

/// Any service; the number tells our offers from those to others.
fn initiation(mac: Mac) -> Vec<u8> {
    let number = scrambled(u64::from(DISCOVERY), &mac.0).to_be_bytes();
    let tags = [&tag(SERVICE, &[])[..], &tag(HOST, &number)].concat();
    let length = u16::try_from(tags.len()).unwrap_or(0).to_be_bytes();
    let head = [VERSION, INITIATION, 0, 0];
    [&Mac::BROADCAST.0[..], &mac.0, &DISCOVERY.to_be_bytes(), &head, &length, &tags].concat()
}

fn tag(kind: u16, value: &[u8]) -> Vec<u8> {
    let length = u16::try_from(value.len()).unwrap_or(0);
    [&kind.to_be_bytes()[..], &length.to_be_bytes(), value].concat()
}

/// A message with this code, and its tags.
fn message(bytes: &[u8], code: u8) -> Option<(Frame<'_>, Tags<'_>)> {
    let frame = Frame::read(bytes)?;
    let Content::Typed(DISCOVERY, message) = frame.content else { return None };
    let length = usize::from(word(message, 4)?);
    let tags = message.get(HEADER..HEADER + length)?;
    (message[..2] == [VERSION, code]).then(|| (frame, read(tags)))
}

fn read(mut bytes: &[u8]) -> Tags<'_> {
    let mut tags = vec![];
    while let (Some(kind), Some(length)) = (word(bytes, 0), word(bytes, 2)) {
        let Some(value) = bytes.get(4..4 + usize::from(length)) else { break };
        if kind == END || tags.len() >= TAGS {
            break;
        }
        tags.push((kind, value));
        bytes = &bytes[4 + value.len()..];
    }
    tags
}

fn told(tags: &[(u16, &[u8])]) -> Fact {
    let texts =
        |wanted| tags.iter().filter(move |(kind, _)| *kind == wanted).map(|(_, value)| text::bounded_bytes(value));
    Fact::AccessConcentrator {
        name: texts(NAME).next().unwrap_or_default(),
        services: texts(SERVICE).filter(|service| !service.is_empty()).take(SERVICES).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probe::laws::device;

    pub(super) const SCANNER: Mac = Mac([2, 0, 0, 0, 0, 5]);

    fn offered(frame: &[u8]) -> Option<Fact> {
        Pppoe.answer(&initiation(SCANNER), frame).map(|mut heard| heard.facts.remove(0))
    }

    #[test]
    fn everybody_is_asked_for_any_service_and_nothing_is_requested() {
        let calls = Pppoe.seek(&Link::new("lan0", SCANNER, vec![]));
        let [Question::Exchange { bytes, .. }] = calls.as_slice() else { panic!("{calls:?}") };
        let (frame, tags) = message(bytes, INITIATION).unwrap();
        assert_eq!((frame.to, frame.from, tags[0]), (Mac::BROADCAST, SCANNER, (SERVICE, &[][..])));
    }

    #[test]
    fn an_access_concentrator_tells_its_name_and_services() {
        let frame = device("rp-pppoe-315-offer");
        let expected = Fact::AccessConcentrator { name: "BRAS-OSAKA-01".into(), services: vec!["flets".into()] };
        assert_eq!(offered(&frame), Some(expected));
        let heard = Pppoe.answer(&initiation(SCANNER), &frame).unwrap();
        assert_eq!((heard.address, heard.mac.map(|mac| mac.0.to_vec())), (None, Some(frame[6..12].to_vec())));
    }

    #[test]
    fn an_offer_to_somebody_else_is_none_to_us() {
        let frame = device("rp-pppoe-315-offer");
        let mut other = frame.clone();
        other[5] ^= 1;
        assert_eq!(offered(&other), None);
        let mut number = frame.clone();
        *number.last_mut().unwrap() ^= 1;
        assert_eq!(offered(&number), None);
        assert_eq!(offered(&frame[..frame.len() - 1]), None, "a tag is cut off");
        assert_eq!(Pppoe.answer(&frame, &frame), None, "what we send is no offer");
    }

    #[test]
    fn tags_are_bounded() {
        let (name, service) = (tag(NAME, b"AC"), tag(SERVICE, b"flets").repeat(99));
        let Fact::AccessConcentrator { services, .. } = told(&read(&[name, service].concat())) else { panic!() };
        assert_eq!(services.len(), SERVICES);
        assert_eq!(read(&tag(HOST, &[7]).repeat(99)).len(), TAGS);
    }
}
