//! Elements of the basic encoding rules (X.690 §8.1), as far as these protocols need them.

use x509_parser::asn1_rs::{Any, Class, FromBer};

/// An element: its identifier octet (tags to 30, as here) and its content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Element<'b> {
    pub(super) tag: u8,
    pub(super) content: &'b [u8],
}

/// Writes an element; its length in as few octets as hold it.
pub(in crate::probe) fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len().to_be_bytes();
    let digits: Vec<u8> = length.into_iter().skip_while(|digit| *digit == 0).collect();
    let mut bytes = vec![tag];
    match digits.as_slice() {
        [] => bytes.push(0),
        &[short @ ..0x80] => bytes.push(short),
        _ => {
            bytes.push(0x80 | u8::try_from(digits.len()).unwrap_or(8));
            bytes.extend(digits);
        }
    }
    bytes.extend(content);
    bytes
}

/// The first element, and what comes after it; nothing where it is not whole.
pub(super) fn first(bytes: &[u8]) -> Option<(Element<'_>, &[u8])> {
    let (rest, any) = Any::from_ber(bytes).ok()?;
    let class = match any.class() {
        Class::Universal => 0x00,
        Class::Application => 0x40,
        Class::ContextSpecific => 0x80,
        Class::Private => 0xc0,
    };
    let number = u8::try_from(any.tag().0).ok().filter(|number| *number < 31)?;
    let constructed = if any.header.is_constructed() { 0x20 } else { 0 };
    Some((Element { tag: class | constructed | number, content: any.data }, rest))
}

/// The elements in a row, up to the first that is not one.
pub(super) fn all(bytes: &[u8]) -> impl Iterator<Item = Element<'_>> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        let (element, after) = first(rest)?;
        rest = after;
        Some(element)
    })
}

/// How many octets the first element takes, header included, where its header is whole. An indefinite
/// length is none (RFC 4511 §5.1 forbids it).
pub(super) fn whole_length(bytes: &[u8]) -> Option<usize> {
    let (&short, rest) = bytes.get(1..)?.split_first()?;
    match short {
        0..=0x7f => Some(2 + usize::from(short)),
        0x81..=0x84 => {
            let digits = rest.get(..usize::from(short & 0x7f))?;
            let length = digits.iter().fold(0, |length: usize, digit| length << 8 | usize::from(*digit));
            Some(2 + digits.len() + length)
        }
        0x80 | 0x85.. => Some(usize::MAX),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        for length in [0, 1, 127, 128, 255, 256, 70_000] {
            let content = vec![7; length];
            let bytes = element(0x64, &content);
            let (read, rest) = first(&bytes).unwrap();
            assert_eq!((read, rest), (Element { tag: 0x64, content: &content }, &[][..]));
            assert_eq!(whole_length(&bytes), Some(bytes.len()));
            assert!(first(&bytes[..bytes.len() - 1]).is_none());
        }
    }

    #[test]
    fn endless_elements_are_none() {
        assert_eq!(whole_length(&[0x30, 0x80]), Some(usize::MAX));
        assert_eq!(all(&[0x30, 0x84, 255, 255, 255, 255, 1]).count(), 0);
    }
}
