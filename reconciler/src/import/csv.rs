//! Separated values: encoding, separator, and the row numbers that a spreadsheet would show.

use super::cells::date::date;
use super::error::{Place, Reason, Refusal};
use super::sheet::{Budget, Filling, Plain, Value};

/// Put behind the last row: if it does not come back as a row of its own, a quotation mark was left open.
const END: &str = "\u{e000}daicho-end\u{e000}";

/// Reads separated values in any of the encodings of Japanese spreadsheets.
pub(crate) fn read(bytes: &[u8]) -> Result<Plain, Refusal> {
    let (text, encoding) = decode(bytes)?;
    let mut text = if text.contains('\r') { text.replace("\r\n", "\n").replace('\r', "\n") } else { text };
    let separator = separator(&text);
    if !text.ends_with('\n') {
        text.push('\n');
    }
    text.push_str(END);
    text.push('\n');
    let mut filling = Filling::new("");
    fill(&text, separator, &mut filling)?;
    Ok(Plain { encoding: Some(encoding.to_owned()), sheets: vec![filling.finish()] })
}

fn fill(text: &str, separator: u8, filling: &mut Filling) -> Result<(), Refusal> {
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(separator).from_reader(text.as_bytes());
    let mut record = csv::StringRecord::new();
    let mut budget = Budget::new();
    let mut row: u64 = 0;
    let mut line: u64 = 1;
    loop {
        let more = reader.read_record(&mut record).map_err(|error| Reason::Malformed { detail: error.to_string() })?;
        // The reader skips empty lines, a spreadsheet counts them; lines inside a cell are one row.
        let inside = record.iter().map(|cell| cell.matches('\n').count() as u64).sum::<u64>();
        let after = reader.position().line();
        let new = (after - line).saturating_sub(inside);
        line = after;
        if !more || record.len() == 1 && record.get(0) == Some(END) {
            return Ok(());
        }
        if record.iter().any(|cell| cell.contains(END)) {
            // The line end of this row is inside the quotation: it was not counted as new.
            return Err(open_quote(row + new + 1));
        }
        row += new.max(1);
        put(&record, u32::try_from(row).unwrap_or(u32::MAX), filling, &mut budget);
    }
}

fn put(record: &csv::StringRecord, row: u32, filling: &mut Filling, budget: &mut Budget) {
    for (column, cell) in record.iter().enumerate().filter(|(_, cell)| !cell.trim().is_empty()) {
        if let Some(value) = Value::of_text(unwrapped(cell)) {
            filling.put(row, column, value, budget);
        }
    }
}

/// `="00123"` and `'00123`: so programs and people write a text that a spreadsheet would take for a number. The sign
/// before `'24/4/1` is a part of the day.
fn unwrapped(cell: &str) -> &str {
    let trimmed = cell.trim();
    if let Some(bare) = trimmed.strip_prefix('\'').filter(|bare| !bare.ends_with('\'') && date(trimmed).is_none()) {
        return bare;
    }
    let inner = trimmed.strip_prefix("=\"").and_then(|cell| cell.strip_suffix('"'));
    inner.filter(|inner| !inner.contains('"')).unwrap_or(cell)
}

fn open_quote(row: u64) -> Refusal {
    Refusal { place: Place { row: u32::try_from(row).ok(), ..Place::default() }, reason: Reason::OpenQuote }
}

/// Byte-order marks, then strict UTF-8, then a guess among the Japanese encodings. Text that is broken in
/// the guessed encoding is refused: a replaced character would be a changed ledger.
pub(crate) fn decode(bytes: &[u8]) -> Result<(String, &'static str), Reason> {
    if let Some((encoding, mark)) = encoding_rs::Encoding::for_bom(bytes) {
        return whole(encoding, &bytes[mark..]);
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Ok((text.to_owned(), "UTF-8"));
    }
    let mut detector = chardetng::EncodingDetector::new(chardetng::Iso2022JpDetection::Allow);
    detector.feed(bytes, true);
    let guess = detector.guess(Some(b"jp"), chardetng::Utf8Detection::Deny);
    whole(guess, bytes).or_else(|error| whole(encoding_rs::SHIFT_JIS, bytes).map_err(|_| error))
}

fn whole(encoding: &'static encoding_rs::Encoding, bytes: &[u8]) -> Result<(String, &'static str), Reason> {
    let (text, broken) = encoding.decode_without_bom_handling(bytes);
    if broken {
        let before = text.split('\u{fffd}').next().unwrap_or_default();
        return Err(Reason::NotText { line: before.matches('\n').count() as u64 + 1 });
    }
    Ok((text.into_owned(), encoding.name()))
}

/// Comma, tab or semicolon: whichever stands most often outside quotation marks in the first lines.
pub(crate) fn separator(text: &str) -> u8 {
    let mut quoted = false;
    let mut counts = [(b',', 0), (b'\t', 0), (b';', 0)];
    for byte in text.bytes().take(16 << 10) {
        if byte == b'"' {
            quoted = !quoted;
        } else if !quoted {
            counts.iter_mut().filter(|(separator, _)| *separator == byte).for_each(|(_, count)| *count += 1);
        }
    }
    let most = counts.iter().map(|(_, count)| *count).max().unwrap_or(0);
    counts.iter().find(|(_, count)| *count == most).map_or(b',', |(separator, _)| *separator)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rows(text: &str) -> Vec<(u32, Vec<String>)> {
        let plain = read(text.as_bytes()).unwrap();
        let cells = |row: &super::super::sheet::Row| row.cells.iter().map(|(_, value)| value.text()).collect();
        plain.sheets[0].rows.iter().map(|row| (row.number, cells(row))).collect()
    }

    #[test]
    fn rows_are_numbered_as_a_spreadsheet_numbers_them() {
        let seen = rows("a,b\r\n\r\n\"two\r\nlines\",c\n\n\nd,e");
        let expected = [(1, vec!["a", "b"]), (3, vec!["two\nlines", "c"]), (6, vec!["d", "e"])];
        assert_eq!(seen, expected.map(|(row, cells)| (row, cells.into_iter().map(String::from).collect())));
    }

    #[test]
    fn encodings_of_japanese_spreadsheets_are_read() {
        let text = "管理番号,設置場所\n001,ＣＴ室①㈱髙\n";
        let (cp932, _, _) = encoding_rs::SHIFT_JIS.encode(text);
        let (euc, _, _) = encoding_rs::EUC_JP.encode("管理番号,設置場所\n001,放射線科の操作室\n");
        let utf16: Vec<u8> = std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
        let named = |bytes: &[u8]| read(bytes).unwrap().encoding.unwrap();
        assert_eq!(named(text.as_bytes()), "UTF-8");
        assert_eq!(named(&[b"\xef\xbb\xbf", text.as_bytes()].concat()), "UTF-8");
        assert_eq!(named(&cp932), "Shift_JIS");
        assert_eq!(named(&euc), "EUC-JP");
        assert_eq!(named(&utf16), "UTF-16LE");
        assert_eq!(read(&cp932).unwrap().sheets, read(text.as_bytes()).unwrap().sheets);
    }

    #[test]
    fn separators_are_found() {
        assert_eq!(rows("a\tb,c\td\n")[0].1, ["a", "b,c", "d"]);
        assert_eq!(rows("a;b;c\n")[0].1, ["a", "b", "c"]);
        assert_eq!(rows("\"a\tb\",c\n")[0].1, ["a\tb", "c"]);
    }

    #[test]
    fn formulas_of_a_text_alone_are_that_text() {
        assert_eq!(rows("=\"00123\",\"=\"\"00124\"\"\"\n")[0].1, ["00123", "00124"]);
        assert_eq!(rows("'00123,'=cmd|'/c'!A1,'24/4/1,'a'\n")[0].1, ["00123", "=cmd|'/c'!A1", "'24/4/1", "'a'"]);
        assert_eq!(rows("=A1&\"x\",=\"a\"&\"b\"\n")[0].1, ["=A1&\"x\"", "=\"a\"&\"b\""]);
    }

    #[test]
    fn an_open_quotation_mark_is_named_with_its_row() {
        for (text, row) in [("a,b\n1,2\n3,\"4\n5,6\n", 3), ("a,b\n\n3,\"4", 3), ("\"", 1)] {
            let refusal = read(text.as_bytes()).unwrap_err();
            assert_eq!((refusal.reason, refusal.place.row), (Reason::OpenQuote, Some(row)), "{text:?}");
        }
    }

    #[test]
    fn octets_that_are_no_text_are_refused_with_their_line() {
        let refusal = read(b"a,b\n\x81\x40,\xff\xff\xfe\x80\n").unwrap_err();
        assert!(matches!(refusal.reason, Reason::NotText { line: 2 }), "{refusal:?}");
    }

    proptest! {
        #[test]
        fn no_octets_panic(bytes: Vec<u8>) {
            let _ = read(&bytes);
        }

        #[test]
        fn no_text_panics(text in "[a,\"\r\n\t;あ]{0,60}") {
            let _ = read(text.as_bytes());
        }
    }
}
