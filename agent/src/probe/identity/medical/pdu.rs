//! The protocol data units of the DICOM upper layer that one verification needs, and nothing more: PS3.8 §9.3,
//! and the C-ECHO messages that they carry, PS3.7 §9.3.5. Bytes in, values out; bounded, and no state.

use daicho_shared::text;

/// Verification SOP class, PS3.4 §A.4.
pub(super) const VERIFICATION: &str = "1.2.840.10008.1.1";
/// DICOM application context name, PS3.7 §A.2.1.
const APPLICATION_CONTEXT: &str = "1.2.840.10008.3.1.1.1";
/// Implicit VR little endian, which everybody must have: PS3.5 §10.1.
const TRANSFER_SYNTAX: &str = "1.2.840.10008.1.2";
/// Our implementation class UID: derived from a UUID, PS3.5 §B.2.
const IMPLEMENTATION: &str = "2.25.166299113421249163402975480408012627008";
/// Our implementation version name, at most 16 characters: PS3.7 §D.3.3.2.
const VERSION_NAME: &str = concat!("DAICHO_", env!("CARGO_PKG_VERSION"));
/// The longest P-DATA-TF that we take, and the longest unit of any kind that is read.
const LONGEST: u32 = 16 * 1024;
/// The most presentation contexts of one association: odd numbers of one octet, PS3.8 §9.3.2.2.
const CONTEXTS: usize = 128;

/// A-RELEASE-RQ, PS3.8 §9.3.6.
pub(super) const RELEASE_REQUEST: [u8; 10] = [5, 0, 0, 0, 0, 4, 0, 0, 0, 0];
/// A-RELEASE-RP, PS3.8 §9.3.7.
pub(super) const RELEASE_REPLY: [u8; 10] = [6, 0, 0, 0, 0, 4, 0, 0, 0, 0];
/// A-ABORT by the service-user, PS3.8 §9.3.8.
pub(super) const ABORT: [u8; 10] = [7, 0, 0, 0, 0, 4, 0, 0, 0, 0];

/// What the peer sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Unit {
    /// A-ASSOCIATE-AC.
    Accept(Accept),
    /// A-ASSOCIATE-RJ: result, source, reason.
    Reject([u8; 3]),
    /// P-DATA-TF: the fragments of one message, most of the time one.
    Data(Vec<Fragment>),
    /// A-RELEASE-RQ.
    ReleaseRequest,
    /// A-RELEASE-RP.
    ReleaseReply,
    /// A-ABORT: source, reason.
    Abort([u8; 2]),
}

/// What an A-ASSOCIATE-AC says, PS3.8 §9.3.3.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Accept {
    /// Numbers of the presentation contexts that were accepted.
    pub(super) contexts: Vec<u8>,
    /// Longest P-DATA-TF that the peer takes; 0 is no limit (PS3.8 §D.1).
    pub(super) longest: Option<u32>,
    /// Implementation class UID.
    pub(super) implementation: Option<String>,
    /// Implementation version name.
    pub(super) version: Option<String>,
}

/// A presentation data value, PS3.8 §9.3.5.1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fragment {
    /// It belongs to a command, not to a data set.
    pub(super) command: bool,
    /// It is the last one.
    pub(super) last: bool,
    /// Its part of the message.
    pub(super) bytes: Vec<u8>,
}

/// What stands at the beginning of a stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Next {
    /// A whole unit, and its length in octets.
    Unit(Unit, usize),
    /// The rest of it is still to come.
    More,
    /// This is not DICOM.
    Strange,
}

/// Reads one unit from the beginning of a stream.
pub(super) fn next(bytes: &[u8]) -> Next {
    let Some(kind) = bytes.first() else { return Next::More };
    if !(2..=7).contains(kind) {
        return Next::Strange;
    }
    let Some((header, rest)) = bytes.split_first_chunk::<6>() else { return Next::More };
    let length = u32::from_be_bytes([header[2], header[3], header[4], header[5]]);
    let fixed = matches!(kind, 3 | 5 | 6 | 7);
    if length > LONGEST || fixed && length != 4 {
        return Next::Strange;
    }
    let length = length as usize;
    let Some(body) = rest.get(..length) else { return Next::More };
    match unit(*kind, body) {
        Some(unit) => Next::Unit(unit, header.len() + length),
        None => Next::Strange,
    }
}

fn unit(kind: u8, body: &[u8]) -> Option<Unit> {
    Some(match (kind, body) {
        (2, _) => Unit::Accept(accept(body)?),
        (3, [_, result, source, reason]) => Unit::Reject([*result, *source, *reason]),
        (4, _) => Unit::Data(fragments(body)?),
        (5, _) => Unit::ReleaseRequest,
        (6, _) => Unit::ReleaseReply,
        (7, [_, _, source, reason]) => Unit::Abort([*source, *reason]),
        _ => return None,
    })
}

/// Version, titles that only repeat ours, and items; items of kinds unknown are passed over, as the
/// standard wants (PS3.8 §9.3.1).
fn accept(body: &[u8]) -> Option<Accept> {
    let mut accept = Accept::default();
    for (kind, value) in items(body.get(68..)?)? {
        match (kind, value) {
            (0x21, [id, _, 0, ..]) if accept.contexts.len() < CONTEXTS => accept.contexts.push(*id),
            (0x50, _) => {
                for (kind, value) in items(value)? {
                    match kind {
                        0x51 => accept.longest = value.try_into().ok().map(u32::from_be_bytes),
                        0x52 => accept.implementation = Some(plain(value)),
                        0x55 => accept.version = Some(plain(value)),
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }
    Some(accept)
}

/// Text without the padding that some implementations add.
fn plain(value: &[u8]) -> String {
    let end = value.iter().rposition(|byte| !matches!(byte, 0 | b' ')).map_or(0, |last| last + 1);
    text::bounded_bytes(&value[..end])
}

/// Items: kind, reserved, two octets of length, value.
fn items(mut bytes: &[u8]) -> Option<Vec<(u8, &[u8])>> {
    let mut items = vec![];
    while !bytes.is_empty() {
        let (header, rest) = bytes.split_first_chunk::<4>()?;
        let (value, rest) = rest.split_at_checked(usize::from(u16::from_be_bytes([header[2], header[3]])))?;
        items.push((header[0], value));
        bytes = rest;
    }
    Some(items)
}

fn fragments(mut bytes: &[u8]) -> Option<Vec<Fragment>> {
    let mut fragments = vec![];
    while !bytes.is_empty() {
        let (length, rest) = bytes.split_first_chunk::<4>()?;
        let (value, rest) = rest.split_at_checked(u32::from_be_bytes(*length) as usize)?;
        let ([_, control], value) = value.split_first_chunk::<2>()?;
        fragments.push(Fragment { command: control & 1 == 1, last: control & 2 == 2, bytes: value.to_vec() });
        bytes = rest;
    }
    Some(fragments)
}

/// A-ASSOCIATE-RQ for these abstract syntaxes, which get the numbers 1, 3, 5 …: PS3.8 §9.3.2.
pub(super) fn associate(calling: &str, called: &str, syntaxes: &[&str]) -> Vec<u8> {
    let mut body = vec![0, 1, 0, 0];
    body.extend(title(called));
    body.extend(title(calling));
    body.extend([0; 32]);
    body.extend(item(0x10, APPLICATION_CONTEXT.as_bytes()));
    for (id, syntax) in (1..=u8::MAX).step_by(2).zip(syntaxes) {
        let context = [&[id, 0, 0, 0][..], &item(0x30, syntax.as_bytes()), &item(0x40, TRANSFER_SYNTAX.as_bytes())];
        body.extend(item(0x20, &context.concat()));
    }
    let user = [
        item(0x51, &LONGEST.to_be_bytes()),
        item(0x52, IMPLEMENTATION.as_bytes()),
        item(0x55, VERSION_NAME.as_bytes()),
    ];
    body.extend(item(0x50, &user.concat()));
    [vec![1, 0], length32(body.len()).to_vec(), body].concat()
}

/// The number of a presentation context, by its place in what was proposed.
pub(super) fn place(context: u8) -> Option<usize> {
    (context % 2 == 1).then(|| usize::from(context / 2))
}

/// C-ECHO-RQ on a presentation context: PS3.7 §9.3.5.1, in implicit VR little endian (PS3.7 §6.3.1).
pub(super) fn echo_request(context: u8) -> Vec<u8> {
    // A UID of odd length is padded with one zero octet.
    let class = [VERIFICATION.as_bytes(), &[0]].concat();
    let elements = [
        element(0x0002, &class),
        element(0x0100, &ECHO_REQUEST.to_le_bytes()),
        element(0x0110, &MESSAGE.to_le_bytes()),
        element(0x0800, &NO_DATA_SET.to_le_bytes()),
    ]
    .concat();
    let command = [element(0x0000, &u32::try_from(elements.len()).unwrap_or(0).to_le_bytes()), elements].concat();
    let value = [&[context, 3][..], &command].concat();
    let body = [&length32(value.len())[..], &value].concat();
    [&[4, 0][..], &length32(body.len()), &body].concat()
}

/// The status of a C-ECHO-RSP, PS3.7 §9.3.5.2; `None` where the message is another one.
pub(super) fn echo_status(mut command: &[u8]) -> Option<u16> {
    let (mut response, mut status) = (false, None);
    while let Some((header, rest)) = command.split_first_chunk::<8>() {
        let [group_low, group_high, low, high, length @ ..] = *header;
        let (value, rest) = rest.split_at_checked(u32::from_le_bytes(length) as usize)?;
        let number = || value.try_into().ok().map(u16::from_le_bytes);
        match (u16::from_le_bytes([group_low, group_high]), u16::from_le_bytes([low, high])) {
            (0, 0x0100) => response = number() == Some(ECHO_RESPONSE),
            (0, 0x0900) => status = number(),
            _ => {}
        }
        command = rest;
    }
    status.filter(|_| response)
}

const ECHO_REQUEST: u16 = 0x0030;
const ECHO_RESPONSE: u16 = 0x8030;
const MESSAGE: u16 = 1;
const NO_DATA_SET: u16 = 0x0101;

/// 16 characters, padded with spaces.
fn title(text: &str) -> [u8; 16] {
    let mut title = [b' '; 16];
    for (place, byte) in title.iter_mut().zip(text.bytes()) {
        *place = byte;
    }
    title
}

fn item(kind: u8, value: &[u8]) -> Vec<u8> {
    let length = u16::try_from(value.len()).unwrap_or(u16::MAX).to_be_bytes();
    [&[kind, 0][..], &length, value].concat()
}

fn element(number: u16, value: &[u8]) -> Vec<u8> {
    let length = u32::try_from(value.len()).unwrap_or(u32::MAX).to_le_bytes();
    [&[0, 0][..], &number.to_le_bytes(), &length, value].concat()
}

fn length32(length: usize) -> [u8; 4] {
    u32::try_from(length).unwrap_or(u32::MAX).to_be_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_laid_out_as_the_standard_wants() {
        let request = associate("DAICHO", "CT1", &[VERIFICATION, "1.2.840.10008.5.1.4.31"]);
        assert_eq!((request[0], &request[10..26]), (1, &b"CT1             "[..]));
        assert_eq!(request.len() - 6, usize::from(u16::from_be_bytes([request[4], request[5]])));
        let items = items(&request[74..]).unwrap();
        assert_eq!(items.iter().map(|(kind, _)| *kind).collect::<Vec<_>>(), [0x10, 0x20, 0x20, 0x50]);
        assert_eq!((items[1].1[0], items[2].1[0]), (1, 3));
        assert!(VERSION_NAME.len() <= 16 && IMPLEMENTATION.len() <= 64);
    }

    #[test]
    fn an_echo_counts_its_own_octets() {
        let request = echo_request(1);
        assert_eq!(request.len(), 6 + 4 + 2 + 12 + 56);
        assert_eq!(&request[12..24], &[0, 0, 0, 0, 4, 0, 0, 0, 56, 0, 0, 0]);
    }

    #[test]
    fn only_an_echo_response_has_a_status() {
        let status = element(0x0900, &[0, 0]);
        let response = [element(0x0100, &ECHO_RESPONSE.to_le_bytes()), status.clone()].concat();
        assert_eq!(echo_status(&response), Some(0));
        assert_eq!(echo_status(&[element(0x0100, &ECHO_REQUEST.to_le_bytes()), status].concat()), None);
    }

    #[test]
    fn what_is_too_long_or_of_no_kind_is_not_waited_for() {
        assert_eq!(next(b"HTTP/1.1 400"), Next::Strange);
        assert_eq!(next(&[2, 0, 0xff, 0, 0, 0]), Next::Strange);
        assert_eq!(next(&[3, 0, 0, 0, 0, 5]), Next::Strange);
        assert_eq!(next(&[3, 0, 0, 0, 0, 4, 0, 1]), Next::More);
        assert_eq!(next(&[3, 0, 0, 0, 0, 4, 0, 1, 1, 7]), Next::Unit(Unit::Reject([1, 1, 7]), 10));
    }

    #[test]
    fn contexts_are_found_by_their_number() {
        assert_eq!((place(1), place(17), place(2)), (Some(0), Some(8), None));
    }
}
