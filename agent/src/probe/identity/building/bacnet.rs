//! Which building controller are you? `BACnet`/IP (ANSI/ASHRAE 135 Annex J): one Who-Is to the device alone
//! (§16.10), and vendor, model and firmware by `ReadProperty` (§15.5), which every device must answer.

use std::time::Duration;

use daicho_shared::coverage::Outcome;
use daicho_shared::fact::{Fact, Transport};
use daicho_shared::text;

use crate::probe::identity::told::{attribute, service};
use crate::probe::listen::frame::Frame;
use crate::probe::{Audience, Card, Heard, Known, Level, Probe, Question, Reading, Reply};

/// The probe.
#[derive(Debug)]
pub struct Bacnet;

static CARD: Card = Card {
    name: "bacnet",
    title: "Which building controller are you? (BACnet Who-Is, vendor, model and firmware)",
    title_ja: "BACnet機器の製造元・機種・版の確認（読み取りのみ）",
    standard: "ANSI/ASHRAE 135 Annex J, §16.10, §15.5",
    packets: 1,
    level: Level::Query,
    may_upset: "nothing known: controllers ask each other the same all day; asked only of devices that seem to be building control",
    audience: Audience::Seeming(&["building"]),
    why: "the controller itself tells maker, model and firmware",
    why_ja: "設備制御機器が自分の製造元・機種・版を答えるため",
};

const PORT: u16 = 47808;
const WAIT: Duration = Duration::from_millis(900);
/// `BACnet` Virtual Link Control (Annex J.2): type, and functions that carry a message.
const BVLC: u8 = 0x81;
const FORWARDED: u8 = 0x04;
const UNICAST: u8 = 0x0a;
const BROADCAST: u8 = 0x0b;
/// Who-Is without limits: everybody who hears it answers, and only one does.
const WHO_IS: [u8; 8] = [BVLC, UNICAST, 0, 8, 1, 0, 0x10, 0x08];
const I_AM: [u8; 2] = [0x10, 0x00];
const COMPLEX_ACK: u8 = 0x30;
const READ_PROPERTY: u8 = 12;
const INVOKE_ID: u8 = 1;
/// Object type 8, device.
const DEVICE: u32 = 8 << 22;
/// Stands for the device itself where its number is not known (§15.5.2, since protocol revision 4).
const WILDCARD: u32 = DEVICE | 0x3f_ffff;
const VENDOR_NAME: u8 = 121;
const MODEL_NAME: u8 = 70;
const FIRMWARE_REVISION: u8 = 44;

impl Probe for Bacnet {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn ask(&self, known: &Known<'_>) -> Vec<Question> {
        if known.target.address.is_ipv4() { vec![question(WHO_IS.to_vec())] } else { vec![] }
    }

    /// Some answer Who-Is by broadcast, and announce themselves so when they start.
    fn hear(&self, frame: &[u8]) -> Option<Heard> {
        let heard = Frame::read(frame)?.datagram().filter(|heard| heard.to_port == PORT)?;
        let (_, facts) = i_am(apdu(heard.data)?)?;
        heard.packet.heard(facts)
    }

    fn read(&self, asked: &Question, reply: Reply<'_>) -> Reading {
        match reply {
            Reply::Datagram(bytes) => read(bytes).unwrap_or_else(|| Reading::of(Outcome::OtherProtocol)),
            Reply::Refused => Reading::of(Outcome::Refused),
            _ => Reading { follow: second_try(asked), ..Reading::of(Outcome::Silent) },
        }
    }

    #[cfg(test)]
    fn samples(&self) -> Vec<crate::probe::laws::Sample> {
        use crate::probe::laws::{Sample, device};
        let real = ["", "-vendor", "-firmware", "-error"].map(|which| device(&format!("bacpypes3-bacnet{which}")));
        let frame = crate::probe::listen::frame::made::broadcast(PORT, &tests::i_am());
        let datagrams = real.into_iter().chain([tests::i_am(), tests::model()]).map(Sample::Datagram);
        [Sample::Frame(frame)].into_iter().chain(datagrams).collect()
    }
}

fn question(payload: Vec<u8>) -> Question {
    Question::Datagram { port: PORT, payload, wait: WAIT }
}

/// Who-Is may be answered by a broadcast that was not heard: the device is asked for its model once.
fn second_try(asked: &Question) -> Vec<Question> {
    let was_who_is = matches!(asked, Question::Datagram { payload, .. } if *payload == WHO_IS);
    if was_who_is { vec![question(read_property(WILDCARD, MODEL_NAME))] } else { vec![] }
}

fn read_property(object: u32, property: u8) -> Vec<u8> {
    let mut bytes = vec![BVLC, UNICAST, 0, 17, 1, 4];
    // Confirmed request, up to 1476 octets in one piece.
    bytes.extend([0x00, 0x05, INVOKE_ID, READ_PROPERTY, 0x0c]);
    bytes.extend(object.to_be_bytes());
    bytes.extend([0x19, property]);
    bytes
}

fn read(bytes: &[u8]) -> Option<Reading> {
    let apdu = apdu(bytes)?;
    if let Some((device, facts)) = i_am(apdu) {
        let follow = [VENDOR_NAME, MODEL_NAME, FIRMWARE_REVISION].map(|property| read_property(device, property));
        return Some(Reading { follow: follow.map(question).into(), ..Reading::answered(facts) });
    }
    let bacnet = service(Transport::Udp, PORT, "bacnet");
    match apdu {
        [COMPLEX_ACK, INVOKE_ID, READ_PROPERTY, rest @ ..] => {
            Some(Reading::answered([bacnet].into_iter().chain(property(rest)).collect()))
        }
        // Error, reject and abort: no such property, and still the protocol.
        [0x50 | 0x60 | 0x70 | 0x71, INVOKE_ID, ..] => Some(Reading::answered(vec![bacnet])),
        _ => None,
    }
}

/// The application's part of a message: after the virtual link (Annex J.2) and network headers (§6.2).
fn apdu(bytes: &[u8]) -> Option<&[u8]> {
    let (header, rest) = bytes.split_first_chunk::<4>()?;
    let length = usize::from(u16::from_be_bytes([header[2], header[3]]));
    let rest = rest.get(..length.checked_sub(4)?)?;
    let network = match header[..2] {
        [BVLC, FORWARDED] => rest.get(6..)?,
        [BVLC, UNICAST | BROADCAST] => rest,
        _ => return None,
    };
    let ([version, control], mut rest) = network.split_first_chunk::<2>()?;
    // A network-layer message carries no application.
    if *version != 1 || control & 0x80 != 0 {
        return None;
    }
    let has_destination = control & 0x20 != 0;
    for present in [has_destination, control & 0x08 != 0] {
        if present {
            rest = rest.get(3 + usize::from(*rest.get(2)?)..)?;
        }
    }
    if has_destination { rest.get(1..) } else { Some(rest) }
}

/// I-Am (§16.10.2): device, longest message, segmentation, vendor.
fn i_am(apdu: &[u8]) -> Option<(u32, Vec<Fact>)> {
    let rest = apdu.strip_prefix(&I_AM)?.strip_prefix(&[0xc4])?;
    let (object, rest) = rest.split_first_chunk::<4>()?;
    let device = u32::from_be_bytes(*object);
    let (_, rest) = number(rest)?;
    let (vendor, _) = number(rest.strip_prefix(&[0x91])?.get(1..)?)?;
    let facts = vec![
        service(Transport::Udp, PORT, "bacnet"),
        attribute("bacnet", "device-instance", (device & 0x3f_ffff).to_string()),
        attribute("bacnet", "vendor-id", vendor.to_string()),
    ];
    (device >> 22 == DEVICE >> 22).then_some((device, facts))
}

/// An unsigned number of one or two octets (§20.2.4).
fn number(bytes: &[u8]) -> Option<(u16, &[u8])> {
    match bytes {
        [0x21, value, rest @ ..] => Some((u16::from(*value), rest)),
        [0x22, high, low, rest @ ..] => Some((u16::from_be_bytes([*high, *low]), rest)),
        _ => None,
    }
}

/// Object, property, and its value between an opening and a closing tag.
fn property(rest: &[u8]) -> Option<Fact> {
    let rest = rest.strip_prefix(&[0x0c])?.get(4..)?.strip_prefix(&[0x19])?;
    let (property, rest) = rest.split_first()?;
    let value = character_string(rest.strip_prefix(&[0x3e])?).filter(|value| !value.is_empty());
    let only = |wanted: u8| value.clone().filter(|_| *property == wanted);
    let (maker, model, firmware) = (only(VENDOR_NAME), only(MODEL_NAME), only(FIRMWARE_REVISION));
    let told = maker.is_some() || model.is_some() || firmware.is_some();
    told.then(|| Fact::Product { source: "bacnet".to_owned(), maker, model, serial: None, firmware })
}

/// §20.2.9: a tag with the length, the character set, the text.
fn character_string(bytes: &[u8]) -> Option<String> {
    let (tag, rest) = bytes.split_first()?;
    let (length, rest) = match tag {
        0x75 => rest.split_first().map(|(length, rest)| (usize::from(*length), rest))?,
        0x71..=0x74 => (usize::from(tag & 7), rest),
        _ => return None,
    };
    let (set, value) = rest.get(..length)?.split_first()?;
    Some(match set {
        // UCS-2.
        4 => {
            let units = value.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]]));
            text::bounded(&char::decode_utf16(units).map(|it| it.unwrap_or('?')).collect::<String>())
        }
        _ => text::bounded_bytes(value),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// I-Am of device 3, 1476 octets, no segmentation, vendor 99: values of ASHRAE 135 Annex F.4.
    pub(super) fn i_am() -> Vec<u8> {
        let apdu = [0x10, 0, 0xc4, 2, 0, 0, 3, 0x22, 5, 0xc4, 0x91, 3, 0x21, 99];
        [&[BVLC, BROADCAST, 0, 20, 1, 0], apdu.as_slice()].concat()
    }

    /// The answer to `ReadProperty` for a model name.
    pub(super) fn model() -> Vec<u8> {
        let mut bytes = vec![BVLC, UNICAST, 0, 28, 1, 0, COMPLEX_ACK, INVOKE_ID, READ_PROPERTY];
        bytes.extend([0x0c, 2, 0, 0, 3, 0x19, MODEL_NAME, 0x3e, 0x75, 8, 0]);
        bytes.extend(b"CTRL-20");
        bytes.push(0x3f);
        bytes[3] = u8::try_from(bytes.len()).unwrap();
        bytes
    }

    #[test]
    fn a_device_that_answers_is_asked_three_things() {
        let reading = read(&i_am()).unwrap();
        assert!(reading.facts.contains(&attribute("bacnet", "vendor-id", "99")));
        assert_eq!(reading.follow.len(), 3);
        let Question::Datagram { payload, .. } = &reading.follow[1] else { panic!() };
        assert_eq!(payload[..], [0x81, 0x0a, 0, 17, 1, 4, 0, 5, 1, 12, 0x0c, 2, 0, 0, 3, 0x19, MODEL_NAME]);
    }

    #[test]
    fn the_model_is_read_and_asks_nothing_more() {
        let reading = read(&model()).unwrap();
        assert!(matches!(&reading.facts[1], Fact::Product { model: Some(model), .. } if model == "CTRL-20"));
        assert!(reading.follow.is_empty());
    }

    #[test]
    fn a_real_stack_tells_vendor_and_firmware() {
        use crate::probe::laws::device;
        let told = |name: &str| read(&device(name)).unwrap().facts;
        assert!(matches!(&told("bacpypes3-bacnet-vendor")[1], Fact::Product { maker: Some(maker), .. }
            if maker == "Azbil Corporation"));
        assert!(matches!(&told("bacpypes3-bacnet-firmware")[1], Fact::Product { firmware: Some(version), .. }
            if version == "5.0"));
        assert_eq!(told("bacpypes3-bacnet-error"), [service(Transport::Udp, PORT, "bacnet")]);
    }

    #[test]
    fn silence_is_met_by_one_more_question_and_no_third() {
        let first = Bacnet.read(&question(WHO_IS.to_vec()), Reply::Silence);
        assert_eq!(first.follow.len(), 1);
        assert!(Bacnet.read(&first.follow[0], Reply::Silence).follow.is_empty());
    }

    #[test]
    fn text_of_two_octets_a_character_is_read() {
        assert_eq!(character_string(&[0x75, 5, 4, 0x7a, 0x7a, 0x8a, 0xbf]).as_deref(), Some("空調"));
    }
}
