//! `NetBIOS` names on the wire, for those who hear them.

use daicho_shared::text;

/// Sixteen characters of two half octets each (RFC 1001 §14.1).
const ENCODED: usize = 32;
/// The last character is a suffix that tells what the name is for.
const LENGTH: usize = 15;

/// A name and its suffix, and what follows them. A scope (further labels) is skipped.
pub(super) fn read(bytes: &[u8]) -> Option<(String, u8, &[u8])> {
    let (&length, rest) = bytes.split_first()?;
    let (encoded, mut rest) = rest.split_at_checked(ENCODED).filter(|_| usize::from(length) == ENCODED)?;
    let letters = encoded.iter().all(|letter| (b'A'..=b'P').contains(letter));
    let octets: Vec<u8> = encoded
        .chunks_exact(2)
        .map(|pair| (pair[0].wrapping_sub(b'A') << 4) | (pair[1].wrapping_sub(b'A') & 15))
        .collect();
    while let Some((&length, after)) = rest.split_first() {
        rest = after;
        if length == 0 {
            let name = text::bounded_bytes(&octets[..LENGTH]);
            return letters.then_some((name, octets[LENGTH], rest));
        }
        rest = rest.get(usize::from(length)..)?;
    }
    None
}

/// A name in its encoding, for the tests of others.
#[cfg(test)]
pub(super) fn encoded(name: &str, suffix: u8) -> Vec<u8> {
    let mut octets = format!("{name:<15}").into_bytes();
    octets.push(suffix);
    let letters = octets.iter().flat_map(|octet| [b'A' + (octet >> 4), b'A' + (octet & 15)]);
    [32].into_iter().chain(letters).chain([0]).collect()
}
