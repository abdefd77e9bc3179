//! What a file is, by its first octets and its name.

use super::error::{Content, Reason};

/// A file that can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    /// Separated values.
    Text,
    /// Excel 2007 and later.
    Workbook,
    /// Excel 97-2003.
    OldWorkbook,
    /// An `OpenDocument` spreadsheet.
    OpenDocument,
}

impl Format {
    /// The word of the command line.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Workbook => "workbook",
            Self::OldWorkbook => "old-workbook",
            Self::OpenDocument => "open-document",
        }
    }

    /// The opposite of [`Self::as_str`].
    pub(crate) fn from_word(word: &str) -> Option<Self> {
        [Self::Text, Self::Workbook, Self::OldWorkbook, Self::OpenDocument]
            .into_iter()
            .find(|format| format.as_str() == word)
    }
}

/// The format of a file, or why it is not read. The content decides; a name that says something else
/// is an error, because one of the two is not what people think it is.
pub(crate) fn format(name: &str, bytes: &[u8]) -> Result<Format, Reason> {
    let extension = extension(name);
    if bytes.is_empty() {
        return Err(Reason::Empty);
    }
    let found = content(bytes);
    if found == Content::Encrypted {
        return Err(Reason::PasswordProtected);
    }
    match (found, extension.as_str()) {
        (Content::Text, "csv" | "tsv" | "txt" | "tab" | "") => Ok(Format::Text),
        (Content::Workbook, "xlsx" | "xlsm" | "") => Ok(Format::Workbook),
        (Content::OldWorkbook, "xls" | "") => Ok(Format::OldWorkbook),
        // A workbook whose directory was cut off still begins as an archive does.
        (Content::Archive | Content::OpenDocument, "xlsx" | "xlsm" | "ods") if !contains(bytes, b"PK\x05\x06") => {
            Err(Reason::Truncated)
        }
        (Content::OpenDocument, "ods" | "") => Ok(Format::OpenDocument),
        (found, _) => Err(Reason::WrongExtension { extension, found }),
    }
}

/// Compound files (MS-CFB): workbooks before 2007, and every encrypted workbook ([MS-OFFCRYPTO] 2.3.2).
fn compound(bytes: &[u8]) -> Content {
    let names = |name: &str| {
        let name: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        contains(bytes, &name)
    };
    if names("EncryptedPackage") {
        Content::Encrypted
    } else if names("Workbook") || names("Book") {
        Content::OldWorkbook
    } else {
        Content::Other
    }
}

fn content(bytes: &[u8]) -> Content {
    if bytes.starts_with(&[0xd0, 0xcf, 0x11, 0xe0]) {
        return compound(bytes);
    }
    if bytes.starts_with(b"PK") && contains(bytes, b"application/vnd.oasis.opendocument.spreadsheet") {
        return Content::OpenDocument;
    }
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
        let compound = |name: &str| {
            let name = name.encode_utf16().flat_map(u16::to_le_bytes);
            [0xd0, 0xcf, 0x11, 0xe0].into_iter().chain(name).collect::<Vec<u8>>()
        };
        assert_eq!(format("a.xls", &compound("Workbook")), Ok(Format::OldWorkbook));
        assert_eq!(format("a.xls", &compound("WordDocument")), wrong("xls", Content::Other));
        assert_eq!(format("a.xlsx", &compound("Workbook")), wrong("xlsx", Content::OldWorkbook));
        assert_eq!(format("a.xls", &compound("EncryptedPackage")), Err(Reason::PasswordProtected));
        assert_eq!(format("a.xlsx", b"PK\x03\x04xl/w"), Err(Reason::Truncated));
        let ods = b"PK\x03\x04mimetypeapplication/vnd.oasis.opendocument.spreadsheetPK\x05\x06";
        assert_eq!(format("a.ods", ods), Ok(Format::OpenDocument));
        assert_eq!(format("a.xlsx", ods), wrong("xlsx", Content::OpenDocument));
    }

    proptest! {
        #[test]
        fn no_octets_panic(name in "\\PC*", bytes: Vec<u8>) {
            let _ = format(&name, &bytes);
        }
    }
}
