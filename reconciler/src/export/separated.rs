//! Separated values: the hospital's own file with some fields changed, and new files that Excel opens.

use std::collections::BTreeMap;
use std::ops::Range;

use encoding_rs::{Encoding, ISO_2022_JP, SHIFT_JIS, UTF_8, UTF_16BE, UTF_16LE};

use super::official::harmless;
use super::{Made, Outcome, Refusal, Told, Wish, cp932};
use crate::import::{decode_text, text_separator};

/// Changes fields of a file in its own encoding and with its own line ends; new rows come last.
pub(crate) fn write(bytes: &[u8], mut wishes: Vec<Wish>) -> Result<Made, Refusal> {
    let (text, name) = decode_text(bytes).map_err(|reason| Refusal::damaged("text", &reason))?;
    let encoding = Encoding::for_label(name.as_bytes()).unwrap_or(UTF_8);
    // Its octets mean something else after every change of the character set.
    if encoding == ISO_2022_JP {
        return Err(Refusal::Encoding { encoding: name.to_owned() });
    }
    let separator = text_separator(&text.replace("\r\n", "\n").replace('\r', "\n"));
    let file = File::new(bytes, text, encoding);
    let rows = records(&file.octets, separator);
    let mut splices: Vec<(Range<usize>, Vec<u8>)> = Vec::new();
    let mut added: BTreeMap<u32, BTreeMap<u16, usize>> = BTreeMap::new();
    for (index, wish) in wishes.iter_mut().enumerate().filter(|(_, wish)| wish.told.is_written()) {
        let Some(spot) = &wish.told.spot else { continue };
        if let Err(missing) = file.encoded(&wish.told.after) {
            wish.told.outcome = Outcome::NotEncodable { characters: missing };
        } else if wish.told.added {
            added.entry(spot.row).or_default().insert(spot.column, index);
        } else {
            match change(&file, rows.get(&spot.row), spot.column.into(), separator, &wish.told.after) {
                Some(splice) => splices.push(splice),
                None => wish.told.outcome = Outcome::Unplaced,
            }
        }
    }
    let mut octets = spliced(&file.octets, splices);
    append(&file, &mut octets, separator, added.values(), &mut wishes);
    let told: Vec<Told> = wishes.into_iter().map(|wish| wish.told).collect();
    Ok(Made { bytes: file.whole(&octets), told })
}

/// A file as octets in which separators, quotation marks and line ends are one ASCII octet each, and no other
/// character holds one: so are UTF-8, CP932 (second octets begin at 0x40) and EUC-JP. UTF-16 is rewritten as UTF-8.
struct File {
    mark: Vec<u8>,
    octets: Vec<u8>,
    encoding: &'static Encoding,
    line_end: &'static str,
}

impl File {
    fn new(bytes: &[u8], text: String, encoding: &'static Encoding) -> Self {
        let mark = Encoding::for_bom(bytes).map_or(0, |(_, length)| length);
        let wide = encoding == UTF_16LE || encoding == UTF_16BE;
        let line_end = if text.contains("\r\n") {
            "\r\n"
        } else if text.contains('\n') {
            "\n"
        } else {
            "\r"
        };
        let line_end = if text.contains(['\r', '\n']) { line_end } else { "\r\n" };
        let octets = if wide { text.into_bytes() } else { bytes[mark..].to_vec() };
        Self { mark: bytes[..mark].to_vec(), octets, encoding, line_end }
    }

    /// A text in the file's encoding, which no spreadsheet program computes: a device may call itself a formula. The
    /// characters that the encoding lacks, if it lacks some.
    fn encoded(&self, text: &str) -> Result<Vec<u8>, String> {
        let text = &harmless(text);
        if self.encoding == SHIFT_JIS {
            let fitted = cp932::fit(text);
            let missing: String = fitted.missing.iter().collect();
            return if missing.is_empty() { Ok(cp932::encode(&fitted.text).into_owned()) } else { Err(missing) };
        }
        let (octets, _, lost) = self.encoding.output_encoding().encode(text);
        let lacks = |c: &char| self.encoding.encode(c.encode_utf8(&mut [0; 4])).2;
        if lost { Err(text.chars().filter(lacks).collect()) } else { Ok(octets.into_owned()) }
    }

    fn whole(&self, octets: &[u8]) -> Vec<u8> {
        let wide: fn(u16) -> [u8; 2] = if self.encoding == UTF_16LE { u16::to_le_bytes } else { u16::to_be_bytes };
        if self.encoding == UTF_16LE || self.encoding == UTF_16BE {
            let text = String::from_utf8_lossy(octets);
            return self.mark.iter().copied().chain(text.encode_utf16().flat_map(wide)).collect();
        }
        [self.mark.as_slice(), octets].concat()
    }
}

/// The fields of every row, and where the row ends, by its number as a spreadsheet shows it.
#[derive(Debug, Default)]
struct Record {
    fields: Vec<Range<usize>>,
}

/// Splits as the import does: quotation marks count at the beginning of a field only, and an empty line is a row.
fn records(octets: &[u8], separator: u8) -> BTreeMap<u32, Record> {
    let mut rows = BTreeMap::new();
    let (mut number, mut at) = (1_u32, 0);
    while at < octets.len() {
        let mut record = Record::default();
        loop {
            let end = field_end(octets, at, separator);
            record.fields.push(at..end);
            at = end + 1;
            if octets.get(end) != Some(&separator) {
                at += usize::from(octets.get(end) == Some(&b'\r') && octets.get(end + 1) == Some(&b'\n'));
                break;
            }
        }
        rows.insert(number, record);
        number = number.saturating_add(1);
    }
    rows
}

fn field_end(octets: &[u8], start: usize, separator: u8) -> usize {
    let mut quoted = octets.get(start) == Some(&b'"');
    let mut at = start + usize::from(quoted);
    while let Some(octet) = octets.get(at) {
        match octet {
            b'"' if quoted && octets.get(at + 1) == Some(&b'"') => at += 1,
            b'"' if quoted => quoted = false,
            octet if !quoted && (*octet == separator || matches!(octet, b'\r' | b'\n')) => return at,
            _ => {}
        }
        at += 1;
    }
    octets.len()
}

fn change(
    file: &File,
    record: Option<&Record>,
    column: usize,
    separator: u8,
    after: &str,
) -> Option<(Range<usize>, Vec<u8>)> {
    let fields = &record?.fields;
    let octets = quoted(file.encoded(after).ok()?, separator);
    if let Some(span) = fields.get(column) {
        return Some((span.clone(), octets));
    }
    // The row is shorter than its heading: separators fill the gap.
    let end = fields.last()?.end;
    let gap = vec![separator; column + 1 - fields.len()];
    Some((end..end, [gap, octets].concat()))
}

fn append<'a>(
    file: &File,
    octets: &mut Vec<u8>,
    separator: u8,
    rows: impl Iterator<Item = &'a BTreeMap<u16, usize>>,
    wishes: &mut [Wish],
) {
    let mut number = u32::try_from(records(octets, separator).len()).unwrap_or(u32::MAX);
    for row in rows {
        if octets.last().is_some_and(|last| !matches!(last, b'\r' | b'\n')) {
            octets.extend_from_slice(file.line_end.as_bytes());
        }
        number = number.saturating_add(1);
        let width = row.keys().next_back().map_or(0, |last| *last + 1);
        for column in 0..width {
            if column > 0 {
                octets.push(separator);
            }
            let Some(index) = row.get(&column) else { continue };
            octets.extend(quoted(file.encoded(&wishes[*index].told.after).unwrap_or_default(), separator));
            if let Some(spot) = &mut wishes[*index].told.spot {
                spot.row = number;
            }
        }
        octets.extend_from_slice(file.line_end.as_bytes());
    }
}

fn quoted(octets: Vec<u8>, separator: u8) -> Vec<u8> {
    let plain = |octet: &u8| *octet != separator && !matches!(octet, b'"' | b'\r' | b'\n');
    if octets.iter().all(plain) {
        return octets;
    }
    let inner = octets.iter().flat_map(|octet| if *octet == b'"' { vec![b'"', b'"'] } else { vec![*octet] });
    std::iter::once(b'"').chain(inner).chain(std::iter::once(b'"')).collect()
}

fn spliced(octets: &[u8], mut splices: Vec<(Range<usize>, Vec<u8>)>) -> Vec<u8> {
    splices.sort_by_key(|(span, _)| (span.start, span.end));
    let mut out = Vec::with_capacity(octets.len());
    let mut done = 0;
    for (span, new) in splices {
        out.extend_from_slice(octets.get(done..span.start).unwrap_or_default());
        out.extend(new);
        done = done.max(span.end);
    }
    out.extend_from_slice(octets.get(done..).unwrap_or_default());
    out
}

/// One line of a new file, with its end (RFC 4180).
pub(crate) fn line<'a>(cells: impl Iterator<Item = &'a str>) -> String {
    let cells: Vec<String> = cells
        .map(|cell| {
            let quoted = cell.contains([',', '"', '\r', '\n']);
            if quoted { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell.to_owned() }
        })
        .collect();
    format!("{}\r\n", cells.join(","))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::export::{Changes, Wording, own_file};
    use crate::import::{Columns, Mappings, original_in_process, read_in_process};
    use crate::judge::amendment::{Amendment, Basis, Change};
    use crate::judge::entry::{EntryId, Field, Ledger, Register};

    struct Silent;

    impl Wording for Silent {
        fn note(&self, _told: &Told) -> String {
            String::new()
        }

        fn changes(&self, _told: &[Told]) -> Changes {
            Changes::default()
        }
    }

    fn basis() -> Basis {
        let at = jiff::Timestamp::UNIX_EPOCH;
        Basis { finding: "f".into(), at, by: "b".into(), reason: None, evidence: "e".into() }
    }

    fn written(bytes: &[u8], number: &str, field: Field, after: &str) -> Made {
        let columns = Columns::builtin();
        let imported = read_in_process("台帳.csv", bytes, jiff::Timestamp::UNIX_EPOCH, &columns).unwrap();
        let entry = imported.entries.iter().find(|entry| entry.asset_no.as_deref() == Some(number)).unwrap();
        let before = entry.cells.get(&field).map(|cell| cell.raw.clone()).unwrap_or_default();
        let (id, origin) = (entry.id.clone(), entry.origin.clone());
        let change = Change::Cell { entry: id, origin, field, before, after: after.into(), likeness: None };
        let cells = [(Field::AssetNo, "99".to_owned()), (Field::Hostname, "a,\"b".to_owned())].into();
        let row = Change::Row { entry: EntryId("equipment:new".into()), register: Register::Equipment, cells };
        let all = [change, row].map(|change| Amendment { change, basis: basis() });
        let original = original_in_process("台帳.csv", bytes, &columns, &Mappings::default()).unwrap();
        let ledger = Ledger {
            entries: imported.entries,
            files: vec![imported.file],
            problems: imported.problems,
            records: imported.records,
        };
        own_file(&original, &ledger, &all, &Silent).unwrap()
    }

    const LEDGER: &str = "管理番号,コンピュータ名,設置場所\r\n\r\n\"1\",PC1,\"2階\r\n\"\"東\"\"\"\r\n2,PC2\r\n";

    #[test]
    fn only_the_field_changes_whatever_the_encoding() {
        let expected = LEDGER.replace("PC2", "PC2,③病棟") + "99,\"a,\"\"b\"\r\n";
        let (cp932, ..) = SHIFT_JIS.encode(LEDGER);
        let wide: Vec<u8> = format!("\u{feff}{LEDGER}").encode_utf16().flat_map(u16::to_le_bytes).collect();
        for bytes in [LEDGER.as_bytes().to_vec(), ["\u{feff}", LEDGER].concat().into_bytes(), cp932.to_vec(), wide] {
            let made = written(&bytes, "2", Field::Location, "③病棟");
            assert!(made.told.iter().all(Told::is_written), "{:?}", made.told);
            let (encoding, _) = Encoding::for_bom(&bytes).unwrap_or((SHIFT_JIS, 0));
            let encoding = if bytes == LEDGER.as_bytes() { UTF_8 } else { encoding };
            assert_eq!(encoding.decode(&made.bytes).0, expected);
            assert!(made.bytes.starts_with(&bytes[..2]));
            assert_eq!(made.told.last().unwrap().spot.as_ref().unwrap().row, 5);
        }
    }

    #[test]
    fn a_quoted_field_is_replaced_whole_and_a_bare_line_end_kept() {
        let made = written(LEDGER.replace("\r\n", "\n").as_bytes(), "1", Field::Location, "3階");
        let expected = LEDGER.replace("\"2階\r\n\"\"東\"\"\"", "3階").replace("\r\n", "\n") + "99,\"a,\"\"b\"\n";
        assert_eq!(String::from_utf8(made.bytes).unwrap(), expected);
    }

    #[test]
    fn a_device_that_calls_itself_a_formula_is_written_as_a_text_and_read_back_as_its_name() {
        let name = "=HYPERLINK(\"http://x\",\"開く\")";
        let made = written(LEDGER.as_bytes(), "1", Field::Hostname, name);
        let text = String::from_utf8(made.bytes.clone()).unwrap();
        assert!(text.contains("\"'=HYPERLINK(") && !text.contains(",\"=HYPER"), "{text}");
        let again = read_in_process("台帳.csv", &made.bytes, jiff::Timestamp::UNIX_EPOCH, &Columns::builtin()).unwrap();
        let row = again.entries.iter().find(|row| row.asset_no.as_deref() == Some("1")).unwrap();
        assert_eq!(row.cells[&Field::Hostname].raw, name);
        let made = written(LEDGER.as_bytes(), "1", Field::Location, "-");
        assert!(!String::from_utf8(made.bytes).unwrap().contains("'-"));
    }

    #[test]
    fn characters_that_the_encoding_lacks_are_told_and_not_replaced() {
        let (cp932, ..) = SHIFT_JIS.encode(LEDGER);
        let made = written(&cp932, "1", Field::Hostname, "𠮷野〜1");
        assert_eq!(made.told[0].outcome, Outcome::NotEncodable { characters: "𠮷".into() });
        assert!(SHIFT_JIS.decode(&made.bytes).0.contains("PC1"));
        let made = written(&cp932, "1", Field::Hostname, "8〜9");
        assert!(SHIFT_JIS.decode(&made.bytes).0.contains("8～9"));
    }

    proptest! {
        #[test]
        fn fields_stand_where_import_reads_them(text in "[a,\"\r\n\tあ]{0,60}") {
            let separator = text_separator(&text.replace("\r\n", "\n").replace('\r', "\n"));
            let rows = records(text.as_bytes(), separator);
            let none = Mappings::default();
            if let Ok(original) = original_in_process("x.csv", text.as_bytes(), &Columns::builtin(), &none) {
                for row in 1..=original.sheets[0].last_row() {
                    for column in 0..20_u16 {
                        let read = original.sheets[0].raw(row, column);
                        let field = rows.get(&row).and_then(|record| record.fields.get(usize::from(column)));
                        let field = field.map(|span| text[span.clone()].to_owned()).unwrap_or_default();
                        let unified = field.replace("\r\n", "\n").replace('\r', "\n");
                        let inner: String = unified.chars().filter(|c| *c != '"').collect();
                        let read: String = read.chars().filter(|c| *c != '"').collect();
                        prop_assert_eq!(inner.trim(), read.trim());
                    }
                }
            }
        }
    }
}
