//! Little-endian numbers and texts, as Microsoft's protocols write them; nothing is read beyond the end.

use daicho_shared::text;
use jiff::Timestamp;

/// Seconds from 1601-01-01, where a FILETIME begins (MS-DTYP §2.3.3), to 1970-01-01.
const EPOCH: i64 = 11_644_473_600;
const TICKS: u64 = 10_000_000;

pub(in crate::probe) fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(bytes.get(at..)?.first_chunk().copied()?))
}

pub(in crate::probe) fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..)?.first_chunk().copied()?))
}

pub(in crate::probe) fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_le_bytes(bytes.get(at..)?.first_chunk().copied()?))
}

/// This many octets from here.
pub(in crate::probe) fn part(bytes: &[u8], at: usize, length: usize) -> Option<&[u8]> {
    bytes.get(at..)?.get(..length)
}

/// UTF-16LE as bounded text; an odd last octet is dropped.
pub(super) fn utf16(bytes: &[u8]) -> String {
    let units = bytes.chunks_exact(2).take(text::TEXT_LIMIT).map(|pair| u16::from_le_bytes([pair[0], pair[1]]));
    text::bounded(&char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect::<String>())
}

/// A FILETIME; zero is "not told".
pub(super) fn filetime(ticks: u64) -> Option<Timestamp> {
    let seconds = i64::try_from(ticks / TICKS).ok().filter(|_| ticks > 0)? - EPOCH;
    let nanoseconds = i32::try_from(ticks % TICKS).ok()? * 100;
    Timestamp::new(seconds, nanoseconds).ok()
}

/// A GUID as people write it (MS-DTYP §2.3.4.3); all zero is none.
pub(super) fn guid(bytes: &[u8; 16]) -> Option<String> {
    let (first, second, third) = (u32_at(bytes, 0)?, u16_at(bytes, 4)?, u16_at(bytes, 6)?);
    let (head, tail) = (hex::encode(&bytes[8..10]), hex::encode(&bytes[10..]));
    (*bytes != [0; 16]).then(|| format!("{first:08x}-{second:04x}-{third:04x}-{head}-{tail}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filetime_is_a_moment_and_zero_is_none() {
        assert_eq!(filetime(116_444_736_000_000_000), Timestamp::from_second(0).ok());
        assert_eq!(filetime(133_485_408_001_234_567).unwrap().to_string(), "2024-01-01T00:00:00.1234567Z");
        assert_eq!((filetime(0), filetime(u64::MAX)), (None, None));
    }

    #[test]
    fn a_guid_is_written_with_its_first_parts_turned() {
        let bytes: [u8; 16] = std::array::from_fn(|at| u8::try_from(at).unwrap());
        assert_eq!(guid(&bytes).unwrap(), "03020100-0504-0706-0809-0a0b0c0d0e0f");
        assert_eq!(guid(&[0; 16]), None);
    }

    #[test]
    fn half_a_character_is_dropped() {
        assert_eq!(utf16(b"C\0T\x001"), "CT");
        assert_eq!((u32_at(&[1, 2, 3], 0), u16_at(&[1], usize::MAX)), (None, None));
    }
}
