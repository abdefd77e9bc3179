//! Device-supplied text made harmless to keep: bounded, and free of control characters.
//!
//! This is not escaping. Whoever shows text escapes it for the place where it is shown.

use std::borrow::Cow;

/// The most characters of one device-supplied text that are kept.
pub const TEXT_LIMIT: usize = 512;

/// Cuts a text at [`TEXT_LIMIT`] characters, and replaces control characters, line separators and
/// bidirectional overrides (which can make a text read as another one) by a space.
pub fn bounded(text: &str) -> String {
    let kept: String = text.chars().take(TEXT_LIMIT).map(|c| if is_hidden(c) { ' ' } else { c }).collect();
    kept.trim().to_owned()
}

/// Reads octets as UTF-8 where they are, otherwise as CP932 (Windows' `Shift_JIS`) where nothing else
/// is likely, otherwise as Latin-1, and bounds the result.
///
/// Many octets are text in both of the latter. CP932 is read where all of them are valid in it, and
/// either one is 0x81 to 0x9F (no letter of Latin-1, and the first octet of every kana and of every
/// kanji in common use), or three of halfwidth kana stand together. What remains in doubt, e.g. one
/// rare kanji alone, is read as Latin-1; EUC-JP is not told from it.
pub fn bounded_bytes(bytes: &[u8]) -> String {
    let bytes = &bytes[..bytes.len().min(TEXT_LIMIT * 4)];
    match std::str::from_utf8(bytes) {
        Ok(text) => bounded(text),
        Err(error) if error.valid_up_to() > 0 && error.error_len().is_none() => {
            bounded(&String::from_utf8_lossy(&bytes[..error.valid_up_to()]))
        }
        Err(_) => bounded(&japanese(bytes).unwrap_or_else(|| bytes.iter().copied().map(char::from).collect())),
    }
}

/// The text in CP932, where it is one.
fn japanese(bytes: &[u8]) -> Option<String> {
    let likely = bytes.iter().any(|byte| (0x81..=0x9f).contains(byte))
        || bytes.windows(3).any(|three| three.iter().all(|byte| (0xa6..=0xdf).contains(byte)));
    let text = encoding_rs::SHIFT_JIS.decode_without_bom_handling_and_without_replacement(bytes);
    text.filter(|_| likely).map(Cow::into_owned)
}

fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn escapes_and_overrides_become_spaces() {
        assert_eq!(bounded("\u{1b}[31mCT\u{202e}1\r\n"), "[31mCT 1");
    }

    #[test]
    fn octets_that_are_not_utf8_are_kept_readable() {
        assert_eq!(bounded_bytes(&[0x43, 0x54, 0xe9]), "CT");
        assert_eq!(bounded_bytes(&[0xe9, 0x43, 0x54]), "éCT");
    }

    #[test]
    fn cp932_is_read_where_nothing_else_is_likely() {
        // 3階 放射線科; the second octets of 表 and ソ are a backslash.
        assert_eq!(bounded_bytes(b"3\x8aK \x95\xfa\x8e\xcb\x90\xfc\x89\xc8"), "3階 放射線科");
        assert_eq!(bounded_bytes(b"\x95\x5c \x83\x5c"), "表 ソ");
        assert_eq!(bounded_bytes(b"\xc5\xb0\xbd\xbe\xdd\xc0\xb0"), "ﾅｰｽｾﾝﾀｰ");
        assert_eq!(bounded_bytes("3階 放射線科".as_bytes()), "3階 放射線科");
    }

    #[test]
    fn latin_1_stays_latin_1() {
        for (bytes, text) in [
            (&b"B\xe2timent 2, 1er \xe9tage"[..], "Bâtiment 2, 1er étage"),
            (b"R\xf6ntgen", "Röntgen"),
            (b"\xdcberwachung 20 \xb0C", "Überwachung 20 °C"),
            // Windows' quotation marks: neither encoding has them.
            (b"\x93CT\x94 \xe9", "CT\u{94} é"),
        ] {
            assert_eq!(bounded_bytes(bytes).replace(' ', ""), text.replace([' ', '\u{94}'], ""));
        }
    }

    proptest! {
        #[test]
        fn nothing_hidden_remains_and_the_length_is_bounded(bytes: Vec<u8>) {
            let text = bounded_bytes(&bytes);
            prop_assert!(text.chars().count() <= TEXT_LIMIT);
            prop_assert!(!text.chars().any(is_hidden));
        }
    }
}
