//! What a file is, by its first octets and its name.

use super::error::{Content, Reason};

/// A file that can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    /// Separated values.
    Text,
    /// Excel 2007 and later.
    Workbook,
}

impl Format {
    /// The word of the command line.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Workbook => "workbook",
        }
    }

    /// The opposite of [`Self::as_str`].
    pub(crate) fn from_word(word: &str) -> Option<Self> {
        [Self::Text, Self::Workbook].into_iter().find(|format| format.as_str() == word)
    }
}

/// The format of a file, or why it is not read. The content decides; a name that says something else
/// is an error, because one of the two is not what people think it is.
pub(crate) fn format(name: &str, bytes: &[u8]) -> Result<Format, Reason> {
    let extension = extension(name);
    if bytes.is_empty() {
        return Err(Reason::Empty);
    }
    if bytes.starts_with(&[0xd0, 0xcf, 0x11, 0xe0]) {
        return Err(compound(bytes));
    }
    let found = content(bytes);
    if found == Content::Archive && contains(bytes, b"application/vnd.oasis.opendocument.spreadsheet") {
        return Err(Reason::OpenDocument);
    }
    match (found, extension.as_str()) {
        (Content::Text, "csv" | "tsv" | "txt" | "tab" | "") => Ok(Format::Text),
        (Content::Workbook, "xlsx" | "xlsm" | "") => Ok(Format::Workbook),
        // A workbook whose directory was cut off still begins as an archive does.
        (Content::Archive, "xlsx" | "xlsm") if !contains(bytes, b"PK\x05\x06") => Err(Reason::Truncated),
        (found, _) => Err(Reason::WrongExtension { extension, found }),
    }
}

/// Compound files (MS-CFB): workbooks before 2007, and every encrypted workbook ([MS-OFFCRYPTO] 2.3.2).
fn compound(bytes: &[u8]) -> Reason {
    let name: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
    if contains(bytes, &name) { Reason::PasswordProtected } else { Reason::OldXls }
}

fn content(bytes: &[u8]) -> Content {
    if bytes.starts_with(b"PK") {
        let workbook = contains(bytes, b"xl/workbook.xml") || contains(bytes, b"[Content_Types].xml");
        return if workbook { Content::Workbook } else { Content::Archive };
    }
    let start: Vec<u8> = bytes.iter().take(512).map(u8::to_ascii_lowercase).collect();
    if bytes.starts_with(b"%PDF") {
        Content::Pdf
    } else if [&b"\x89PNG"[..], b"\xff\xd8\xff", b"GIF8", b"BM", b"II*\0"].iter().any(|magic| bytes.starts_with(magic))
    {
        Content::Picture
    } else if contains(&start, b"<html") || contains(&start, b"<!doctype html") || contains(&start, b"<table") {
        Content::Html
    } else if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) || !contains(bytes, &[0]) {
        Content::Text
    } else {
        Content::Other
    }
}

fn extension(name: &str) -> String {
    name.rsplit_once('.').map(|(_, extension)| extension.to_lowercase()).unwrap_or_default()
}

fn contains(bytes: &[u8], what: &[u8]) -> bool {
    // Only places that begin with the first octet are compared: linear on every input that matters.
    let Some((&first, rest)) = what.split_first() else { return true };
    bytes.iter().enumerate().any(|(at, &byte)| byte == first && bytes[at + 1..].starts_with(rest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_kind_has_its_answer() {
        let wrong = |extension: &str, found| Err(Reason::WrongExtension { extension: extension.into(), found });
        assert_eq!(format("a.csv", b"a,b"), Ok(Format::Text));
        assert_eq!(format("a.xlsx", b"PK\x03\x04..[Content_Types].xml"), Ok(Format::Workbook));
        assert_eq!(format("a.xlsx", b"a,b"), wrong("xlsx", Content::Text));
        assert_eq!(format("a.csv", b"PK\x03\x04..xl/workbook.xml"), wrong("csv", Content::Workbook));
        assert_eq!(format("a.xls", b"<html><table>"), wrong("xls", Content::Html));
        assert_eq!(format("a.csv", b"%PDF-1.7"), wrong("csv", Content::Pdf));
        assert_eq!(format("a.csv", b"a\0b"), wrong("csv", Content::Other));
        assert_eq!(format("a.xlsx", b""), Err(Reason::Empty));
        assert_eq!(format("a.xls", &[0xd0, 0xcf, 0x11, 0xe0, 0xa1]), Err(Reason::OldXls));
        assert_eq!(format("a.xlsx", b"PK\x03\x04xl/w"), Err(Reason::Truncated));
        let ods = b"PK\x03\x04mimetypeapplication/vnd.oasis.opendocument.spreadsheetPK\x05\x06";
        assert_eq!(format("a.ods", ods), Err(Reason::OpenDocument));
    }

    proptest! {
        #[test]
        fn no_octets_panic(name in "\\PC*", bytes: Vec<u8>) {
            let _ = format(&name, &bytes);
        }
    }
}
