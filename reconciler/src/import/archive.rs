//! A workbook is a ZIP archive. It is inflated once, within limits and into nothing, before anything
//! else looks at it: the sizes that an archive declares are only claims.

use std::io::{Cursor, Read};

use zip::ZipArchive;

use super::error::Reason;
use super::limits;

/// How much of a part is searched for the counts that it declares.
const HEAD_BYTES: usize = 64 << 10;

/// Inflates every part within the limits, and checks the counts that make a reader reserve memory.
pub(crate) fn check(bytes: &[u8]) -> Result<(), Reason> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|error| opening(bytes, &error))?;
    if archive.len() > limits::ZIP_PARTS {
        return Err(Reason::TooManyParts { parts: archive.len(), limit: limits::ZIP_PARTS });
    }
    let mut total = 0;
    for index in 0..archive.len() {
        let part = archive.by_index(index).map_err(|error| Reason::Malformed { detail: error.to_string() })?;
        let name = daicho_shared::text::bounded_bytes(part.name_raw());
        total += inflate(part, &name)?;
        if total > limits::ZIP_TOTAL_BYTES {
            return Err(Reason::Inflates { part: name, limit: limits::ZIP_TOTAL_BYTES });
        }
    }
    Ok(())
}

fn opening(bytes: &[u8], error: &zip::result::ZipError) -> Reason {
    let has_end = bytes.windows(4).rev().take(70_000).any(|window| window == b"PK\x05\x06");
    if has_end { Reason::Malformed { detail: error.to_string() } } else { Reason::Truncated }
}

fn inflate(part: impl Read, name: &str) -> Result<u64, Reason> {
    let broken = |error: std::io::Error| Reason::Malformed { detail: format!("{name}: {error}") };
    let mut part = part.take(limits::ZIP_PART_BYTES + 1);
    let mut head = Vec::new();
    part.by_ref().take(HEAD_BYTES as u64).read_to_end(&mut head).map_err(broken)?;
    let size = head.len() as u64 + std::io::copy(&mut part, &mut std::io::sink()).map_err(broken)?;
    if size > limits::ZIP_PART_BYTES {
        return Err(Reason::Inflates { part: name.to_owned(), limit: limits::ZIP_PART_BYTES });
    }
    // A text needs eight octets at least (`<si><t/>` …), so more texts than that are a lie.
    match largest_count(&head) {
        Some(declared) if declared > size / 8 => Err(Reason::StringCount { declared }),
        _ => Ok(size),
    }
}

/// The largest `count` or `uniqueCount` of the root element of a table of texts.
fn largest_count(head: &[u8]) -> Option<u64> {
    let text = String::from_utf8_lossy(head);
    let root = text.split("<sst").nth(1).or_else(|| text.split(":sst").nth(1))?;
    let attributes = root.split('>').next().unwrap_or(root);
    // `count` counts uses, not texts; only `uniqueCount` makes a reader reserve memory.
    let value = attributes.split("uniqueCount").nth(1)?.trim_start_matches(|c: char| !c.is_ascii_digit());
    let digits: String = value.chars().take_while(char::is_ascii_digit).take(20).collect();
    Some(digits.parse().unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn declared_counts_are_read() {
        let head = br#"<?xml version="1.0"?><sst xmlns="x" count="9" uniqueCount = '4000000000'><si/>"#;
        assert_eq!(largest_count(head), Some(4_000_000_000));
        assert_eq!(largest_count(b"<sst><si/></sst>"), None);
        assert_eq!(largest_count(b"<worksheet/>"), None);
        assert_eq!(largest_count(br#"<x:sst uniqueCount="99999999999999999999999">"#), Some(u64::MAX));
    }

    #[test]
    fn what_is_no_archive_is_said_so() {
        assert_eq!(check(b"PK\x03\x04half"), Err(Reason::Truncated));
        assert!(matches!(check(b"PK\x05\x06 not a directory"), Err(Reason::Malformed { .. } | Reason::Truncated)));
    }
}
