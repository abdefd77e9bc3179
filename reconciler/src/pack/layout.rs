//! Whether an archive is nothing but its files: programs differ in which of two names they show, and in what they find
//! behind the end of a ZIP or before its beginning (PKWARE APPNOTE 6.3, section 4.3).

use std::ops::Range;

/// Octets of the end of the central directory, without a comment.
const END: usize = 22;
/// Octets of a local header and of a row of the central directory, without what varies.
const LOCAL: usize = 30;
const ROW: usize = 46;
/// Sizes and flags: encrypted, and the sizes stand behind the octets.
const ENCRYPTED: u16 = 1;
const DESCRIBED: u16 = 8;
/// Info-ZIP's other name of a file.
const OTHER_NAME: u16 = 0x7075;

/// What an archive holds beside its files.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Hidden {
    /// Octets before the first file, between two files, or before the central directory.
    #[error("octets that belong to no file at {0}")]
    Octets(usize),
    /// Octets behind the end, or a comment.
    #[error("octets behind the end")]
    Behind,
    /// A file has another name, size or content where it lies than where it is listed.
    #[error("{0}: other where it lies than where it is listed")]
    Other(String),
    /// It is encrypted.
    #[error("{0}: encrypted")]
    Encrypted(String),
    /// Numbers of files or octets that no pack has (ZIP64), or that lead out of the archive.
    #[error("numbers that no pack has")]
    Numbers,
}

/// The names of all files, one that stands twice twice. Follows every octet of an archive from the first to the last;
/// each must be a file's or the directory's.
pub(super) fn check(bytes: &[u8]) -> Result<Vec<String>, Hidden> {
    let end = bytes.len().checked_sub(END).ok_or(Hidden::Numbers)?;
    if bytes.get(end..end + 4) != Some(b"PK\x05\x06") || number(bytes, end + 20, 2)? != 0 {
        return Err(Hidden::Behind);
    }
    let (count, size, from) = (number(bytes, end + 10, 2)?, number(bytes, end + 12, 4)?, number(bytes, end + 16, 4)?);
    let disks = number(bytes, end + 4, 4)? != 0 || number(bytes, end + 8, 2)? != count;
    if disks || from.checked_add(size) != Some(end) {
        return Err(if from.checked_add(size).is_some_and(|all| all < end) {
            Hidden::Octets(from)
        } else {
            Hidden::Numbers
        });
    }
    let mut rows = vec![];
    let mut at = from;
    for _ in 0..count {
        let row = Row::read(bytes, at)?;
        at = row.end;
        rows.push(row);
    }
    if at != end {
        return Err(Hidden::Octets(at));
    }
    rows.sort_by_key(|row| row.local);
    let mut expected = 0;
    for row in &rows {
        if row.local != expected {
            return Err(Hidden::Octets(expected.min(row.local)));
        }
        expected = row.lies(bytes)?;
    }
    if expected == from { Ok(rows.iter().map(Row::told).collect()) } else { Err(Hidden::Octets(expected)) }
}

/// A row of the central directory.
struct Row {
    name: Vec<u8>,
    flags: u16,
    method: usize,
    /// CRC, packed and plain size, as they stand.
    sums: Vec<u8>,
    packed: usize,
    local: usize,
    end: usize,
}

impl Row {
    fn read(bytes: &[u8], at: usize) -> Result<Self, Hidden> {
        if part(bytes, at..at + 4)? != b"PK\x01\x02" {
            return Err(Hidden::Octets(at));
        }
        let lengths = [28, 30, 32].map(|place| number(bytes, at + place, 2));
        let [name, extra, comment] = lengths;
        let (name, extra, comment) = (name?, extra?, comment?);
        let from = at + ROW;
        let row = Self {
            name: part(bytes, from..from + name)?.to_vec(),
            flags: u16::try_from(number(bytes, at + 8, 2)?).unwrap_or_default(),
            method: number(bytes, at + 10, 2)?,
            sums: part(bytes, at + 16..at + 28)?.to_vec(),
            packed: number(bytes, at + 20, 4)?,
            local: number(bytes, at + 42, 4)?,
            end: from + name + extra + comment,
        };
        part(bytes, from..row.end)?;
        let told = row.told();
        if row.packed == 0xffff_ffff || row.local == 0xffff_ffff {
            return Err(Hidden::Numbers);
        }
        if row.flags & ENCRYPTED != 0 {
            return Err(Hidden::Encrypted(told));
        }
        if has_other_name(part(bytes, from + name..from + name + extra)?, &row.name) {
            return Err(Hidden::Other(told));
        }
        Ok(row)
    }

    /// The file itself, as it is listed; where it ends.
    fn lies(&self, bytes: &[u8]) -> Result<usize, Hidden> {
        let (at, other) = (self.local, || Hidden::Other(self.told()));
        if part(bytes, at..at + 4)? != b"PK\x03\x04" {
            return Err(Hidden::Octets(at));
        }
        let (name, extra) = (number(bytes, at + 26, 2)?, number(bytes, at + 28, 2)?);
        let from = at + LOCAL;
        let described = self.flags & DESCRIBED != 0;
        let flags = number(bytes, at + 6, 2)? == usize::from(self.flags) && number(bytes, at + 8, 2)? == self.method;
        let sums = described || part(bytes, at + 14..at + 26)? == self.sums;
        let named = part(bytes, from..from + name)? == self.name;
        if !flags || !sums || !named || has_other_name(part(bytes, from + name..from + name + extra)?, &self.name) {
            return Err(other());
        }
        let end = from + name + extra + self.packed;
        part(bytes, from..end)?;
        if !described {
            return Ok(end);
        }
        // Its signature is optional.
        let signed = bytes.get(end..end + 4) == Some(b"PK\x07\x08");
        let sums = end + if signed { 4 } else { 0 };
        if part(bytes, sums..sums + 12)? == self.sums { Ok(sums + 12) } else { Err(other()) }
    }

    fn told(&self) -> String {
        daicho_shared::text::bounded_bytes(&self.name)
    }
}

/// An extra field names the file otherwise.
fn has_other_name(extra: &[u8], name: &[u8]) -> bool {
    let mut rest = extra;
    while let [a, b, c, d, after @ ..] = rest {
        let (id, length) = (u16::from_le_bytes([*a, *b]), usize::from(u16::from_le_bytes([*c, *d])));
        let Some((field, next)) = after.split_at_checked(length) else { return false };
        // A version and a CRC stand before it.
        if id == OTHER_NAME && field.get(5..) != Some(name) {
            return true;
        }
        rest = next;
    }
    false
}

fn part(bytes: &[u8], range: Range<usize>) -> Result<&[u8], Hidden> {
    bytes.get(range).ok_or(Hidden::Numbers)
}

/// Little endian, two or four octets.
fn number(bytes: &[u8], at: usize, length: usize) -> Result<usize, Hidden> {
    let octets = part(bytes, at..at + length)?;
    Ok(octets.iter().rev().fold(0, |sum, octet| sum << 8 | usize::from(*octet)))
}

#[cfg(test)]
mod tests {
    use super::super::{Files, archive};
    use super::*;

    fn packed() -> Vec<u8> {
        let files: Files =
            [("a.txt", "one"), ("b.txt", "two")].map(|(name, text)| (name.to_owned(), text.as_bytes().to_vec())).into();
        archive::write(&files).unwrap()
    }

    fn find(bytes: &[u8], part: &[u8]) -> Vec<usize> {
        (0..bytes.len()).filter(|at| bytes[*at..].starts_with(part)).collect()
    }

    #[test]
    fn what_we_write_is_nothing_but_its_files() {
        assert_eq!(check(&packed()), Ok(vec!["a.txt".to_owned(), "b.txt".to_owned()]));
        assert_eq!(check(&archive::write(&Files::new()).unwrap()), Ok(vec![]));
    }

    #[test]
    fn octets_before_between_and_behind_are_found() {
        let whole = packed();
        assert!(check(&[b"#!/bin/sh\n".as_slice(), &whole].concat()).is_err());
        assert_eq!(check(&[whole.as_slice(), b"x"].concat()), Err(Hidden::Behind));
        let mut commented = whole.clone();
        let length = commented.len();
        commented[length - 2] = 1;
        commented.push(b'x');
        assert_eq!(check(&commented), Err(Hidden::Behind));
        // A file that the directory does not list.
        let mut unlisted = whole.clone();
        let rows = find(&whole, b"PK\x01\x02");
        unlisted.drain(rows[0]..rows[1]);
        let end = unlisted.len() - END;
        unlisted[end + 8] = 1;
        unlisted[end + 10] = 1;
        let size = u32::try_from(whole.len() - END - rows[1]).unwrap().to_le_bytes();
        unlisted[end + 12..end + 16].copy_from_slice(&size);
        assert_eq!(check(&unlisted), Err(Hidden::Octets(0)));
    }

    #[test]
    fn a_file_that_is_listed_otherwise_than_it_lies_is_named() {
        let whole = packed();
        let mut other = whole.clone();
        let at = find(&whole, b"a.txt")[0];
        other[at] = b'c';
        assert_eq!(check(&other), Err(Hidden::Other("a.txt".into())));
        let mut flagged = whole.clone();
        flagged[find(&whole, b"PK\x01\x02")[1] + 8] |= 1;
        assert_eq!(check(&flagged), Err(Hidden::Encrypted("b.txt".into())));
        let mut large = whole.clone();
        let row = find(&whole, b"PK\x01\x02")[0];
        large[row + 20..row + 24].copy_from_slice(&[0xff; 4]);
        assert_eq!(check(&large), Err(Hidden::Numbers));
    }

    #[test]
    fn no_octets_panic() {
        let whole = packed();
        for at in 0..whole.len() {
            drop(check(&whole[..at]));
            let mut changed = whole.clone();
            changed[at] = 0xff;
            drop(check(&changed));
        }
    }
}
