//! Octets as text: what Windows writes may be CP932, UTF-16 with or without its mark, or UTF-8.

use super::super::csv;
use super::super::error::Reason;

/// The text, with line ends as they are.
pub(super) fn decode(bytes: &[u8]) -> Result<String, Reason> {
    match utf16_without_mark(bytes) {
        Some(text) => Ok(text),
        None => csv::decode(bytes).map(|(text, _)| text),
    }
}

/// ASCII in UTF-16 has a zero in every second octet; no text in another encoding has any.
fn utf16_without_mark(bytes: &[u8]) -> Option<String> {
    let start = &bytes[..bytes.len().min(512) & !1];
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) || start.len() < 8 {
        return None;
    }
    let zeros = |odd: usize| start.iter().skip(odd).step_by(2).filter(|byte| **byte == 0).count();
    let (high, low) = (zeros(1), zeros(0));
    let most = start.len() / 2 * 2 / 3;
    let read = |pair: fn([u8; 2]) -> u16| {
        let units: Vec<u16> = bytes.chunks_exact(2).map(|two| pair([two[0], two[1]])).collect();
        String::from_utf16(&units).ok()
    };
    match () {
        () if high >= most && low == 0 => read(u16::from_le_bytes),
        () if low >= most && high == 0 => read(u16::from_be_bytes),
        () => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_windows_writes_is_read_in_every_encoding() {
        let text = "Node,Caption\r\nPC1,Microsoft Windows 10 Pro\r\n";
        let le: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let be: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        let marked: Vec<u8> = [0xff, 0xfe].into_iter().chain(le.clone()).collect();
        for bytes in [text.as_bytes().to_vec(), le, be, marked] {
            assert_eq!(decode(&bytes).unwrap(), text);
        }
        let japanese = "ホスト名:  PC1\r\nOS 名:  Microsoft Windows 10 Pro\r\n";
        assert_eq!(decode(&encoding_rs::SHIFT_JIS.encode(japanese).0).unwrap(), japanese);
    }
}
