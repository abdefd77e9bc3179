//! Names of DICOM application entities.

use serde::{Deserialize, Serialize};

/// An AE title: 1 to 16 characters of ASCII without control characters and backslash, not only spaces
/// (PS3.5 §6.2). Spaces around it do not count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct AeTitle(String);

/// This is no AE title.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("AEタイトルは英数字16文字以内です / an AE title has 1 to 16 ASCII characters: {0:?}")]
pub struct NotAnAeTitle(String);

impl AeTitle {
    /// What a scan calls itself unless told otherwise.
    pub fn own() -> Self {
        Self("DAICHO".to_owned())
    }

    /// The title that many nodes answer to, whatever their own is.
    pub fn any() -> Self {
        Self("ANY-SCP".to_owned())
    }

    /// Its characters.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for AeTitle {
    type Error = NotAnAeTitle;

    fn try_from(text: String) -> Result<Self, NotAnAeTitle> {
        let trimmed = text.trim_matches(' ');
        let is_plain = trimmed.bytes().all(|byte| matches!(byte, b' '..=b'~') && byte != b'\\');
        let fits = is_plain && (1..=16).contains(&trimmed.len());
        if fits { Ok(Self(trimmed.to_owned())) } else { Err(NotAnAeTitle(text)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_is_of_ascii_and_short() {
        assert_eq!(AeTitle::try_from(" CT 1 ".to_owned()).unwrap().as_str(), "CT 1");
        for text in ["", "   ", "SEVENTEEN_LETTERS", "CT\\1", "ＣＴ１"] {
            assert!(AeTitle::try_from(text.to_owned()).is_err(), "{text}");
        }
    }
}
