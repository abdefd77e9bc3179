//! Device-supplied text made harmless to keep: bounded, and free of control characters.
//!
//! This is not escaping. Whoever shows text escapes it for the place where it is shown.

/// The most characters of one device-supplied text that are kept.
pub const TEXT_LIMIT: usize = 512;

/// Cuts a text at [`TEXT_LIMIT`] characters, and replaces control characters, line separators and
/// bidirectional overrides (which can make a text read as another one) by a space.
pub fn bounded(text: &str) -> String {
    let kept: String = text.chars().take(TEXT_LIMIT).map(|c| if is_hidden(c) { ' ' } else { c }).collect();
    kept.trim().to_owned()
}

/// Reads octets as UTF-8 where they are, otherwise as Latin-1, and bounds the result.
pub fn bounded_bytes(bytes: &[u8]) -> String {
    let bytes = &bytes[..bytes.len().min(TEXT_LIMIT * 4)];
    match std::str::from_utf8(bytes) {
        Ok(text) => bounded(text),
        Err(error) if error.valid_up_to() > 0 && error.error_len().is_none() => {
            bounded(&String::from_utf8_lossy(&bytes[..error.valid_up_to()]))
        }
        Err(_) => bounded(&bytes.iter().map(|&byte| char::from(byte)).collect::<String>()),
    }
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

    proptest! {
        #[test]
        fn nothing_hidden_remains_and_the_length_is_bounded(bytes: Vec<u8>) {
            let text = bounded_bytes(&bytes);
            prop_assert!(text.chars().count() <= TEXT_LIMIT);
            prop_assert!(!text.chars().any(is_hidden));
        }
    }
}
