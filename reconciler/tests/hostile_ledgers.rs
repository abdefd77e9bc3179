//! Hostile and broken files against the real reading process, with its time and memory.
//!
//! No harness: `import` starts the current program again with `read-sheets`, and the current program is
//! this one.

use std::io::{Cursor, Write};
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use daicho::import::{Columns, Imported, Reason, child, import};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// No hostile file may hold the import up for longer.
const PATIENCE: Duration = Duration::from_secs(30);
/// Nor may the reading process use more memory than its limit, in KiB.
const MEMORY_KIB: i64 = 512 << 10;

type Expected = fn(&Result<Imported, Reason>) -> bool;

fn main() -> ExitCode {
    let mut args = std::env::args_os().skip(1);
    if args.next().is_some_and(|first| first == child::ARGUMENT) {
        return child::main(args);
    }
    let folder = tempfile::tempdir().expect("a folder for the files");
    let mut failed = 0;
    for (name, bytes, expected) in cases() {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).expect("the file can be written");
        failed += usize::from(!holds(&path, expected));
    }
    println!("{failed} failed");
    ExitCode::from(u8::from(failed > 0))
}

fn holds(path: &Path, expected: Expected) -> bool {
    let before = Instant::now();
    let found = import(path, jiff::Timestamp::UNIX_EPOCH, &Columns::builtin());
    let took = before.elapsed();
    let said = found.as_ref().map_or_else(ToString::to_string, |found| format!("{} entries", found.entries.len()));
    let found = found.map_err(|error| error.reason);
    let holds = expected(&found) && took < PATIENCE && peak() <= MEMORY_KIB;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let mark = if holds { "ok" } else { "FAILED" };
    println!("{mark:6} {name:28} {:6} ms, peak so far {:6} KiB: {said:.110}", took.as_millis(), peak());
    holds
}

/// The largest resident set of any reading process so far.
fn peak() -> i64 {
    use nix::sys::resource::{UsageWho, getrusage};
    getrusage(UsageWho::RUSAGE_CHILDREN).map_or(0, |usage| usage.max_rss())
}

fn cases() -> Vec<(&'static str, Vec<u8>, Expected)> {
    let mut cases = workbooks();
    cases.extend(texts());
    cases
}

fn workbooks() -> Vec<(&'static str, Vec<u8>, Expected)> {
    let plain = workbook(TABLE, None);
    let truncated = plain[..plain.len() / 2].to_vec();
    let far = TABLE.replace("</sheetData>", r#"<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>"#);
    let count = r#"<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" uniqueCount="4000000000"><si><t>a</t></si></sst>"#;
    let padded = format!("<!--{}-->{count}", " ".repeat(80 << 10));
    let deep = format!("<worksheet>{}<sheetData/>", "<a>".repeat(2_000_000));
    let nested = TABLE.replace("<sheetData>", &format!("{}<sheetData>", "<a>".repeat(200_000)));
    let comment = format!("<worksheet><!--{}--></worksheet>", " ".repeat(100 << 20));
    let merged =
        TABLE.replace("</sheetData>", r#"</sheetData><mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>"#);
    let many =
        format!("{}<si><t/></si></sst>", r#"<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">"#)
            .replace("<si><t/></si>", &"<si><t/></si>".repeat(4_000_000));
    let mut locked = vec![0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];
    locked.extend("EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes));
    vec![
        ("plain.xlsx", plain.clone(), |found| found.as_ref().is_ok_and(|found| found.entries.len() == 1)),
        ("far_cell.xlsx", workbook(&far, None), |found| found.as_ref().is_ok_and(|found| found.entries.len() == 1)),
        ("merged_everything.xlsx", workbook(&merged, None), |found| found.is_ok()),
        ("string_count.xlsx", workbook(TABLE, Some(count)), |found| matches!(found, Err(Reason::StringCount { .. }))),
        ("string_count_hidden.xlsx", workbook(TABLE, Some(&padded)), is_refused),
        ("many_strings.xlsx", workbook(TABLE, Some(&many)), |_| true),
        ("inflating_comment.xlsx", workbook(&comment, None), |found| matches!(found, Err(Reason::Inflates { .. }))),
        ("deep.xlsx", workbook(&deep, None), is_refused),
        ("nested.xlsx", workbook(&nested, None), |_| true),
        ("truncated.xlsx", truncated, |found| matches!(found, Err(Reason::Truncated))),
        ("locked.xlsx", locked, |found| matches!(found, Err(Reason::PasswordProtected))),
        ("text.xlsx", b"a,b,c\n".to_vec(), |found| matches!(found, Err(Reason::WrongExtension { .. }))),
        ("workbook.csv", plain, |found| matches!(found, Err(Reason::WrongExtension { .. }))),
        ("large_ledger.xlsx", workbook(&rows(20_000), None), |found| {
            found.as_ref().is_ok_and(|found| found.entries.len() == 20_000)
        }),
    ]
}

fn texts() -> Vec<(&'static str, Vec<u8>, Expected)> {
    let heading = "管理番号,コンピュータ名,IPアドレス\n001,PC1,10.0.0.1";
    let wide = format!("{heading}{}\n", ",x".repeat(1_000_000));
    let long = format!(
        "{heading}\n{}",
        (0..120_000_u32).fold(String::new(), |text, row| text + &format!("A{row},PC{row},10.0.0.1\n"))
    );
    vec![
        ("wide.csv", wide.into_bytes(), |found| found.as_ref().is_ok_and(|found| found.entries.len() == 1)),
        ("long.csv", long.into_bytes(), |found| found.as_ref().is_ok_and(|found| found.entries.len() < 100_000)),
        ("open_quote.csv", format!("{heading}\n002,\"PC2,10.0.0.2\n").into_bytes(), |found| {
            matches!(found, Err(Reason::OpenQuote))
        }),
        ("nul.csv", b"a,b,c\n\0,1,2\n".to_vec(), |found| matches!(found, Err(Reason::WrongExtension { .. }))),
        ("empty.csv", Vec::new(), |found| matches!(found, Err(Reason::Empty))),
        ("quotes.csv", vec![b'"'; 20 << 20], is_refused),
        ("commas.csv", vec![b','; 20 << 20], is_refused),
        ("lines.csv", vec![b'\n'; 20 << 20], is_refused),
    ]
}

fn is_refused(found: &Result<Imported, Reason>) -> bool {
    found.is_err()
}

const TABLE: &str = r#"<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>管理番号</t></is></c><c r="B1" t="inlineStr"><is><t>コンピュータ名</t></is></c><c r="C1" t="inlineStr"><is><t>IPアドレス</t></is></c></row><row r="2"><c r="A2" t="inlineStr"><is><t>001</t></is></c><c r="B2" t="inlineStr"><is><t>PC1</t></is></c><c r="C2" t="inlineStr"><is><t>10.0.0.1</t></is></c></row></sheetData></worksheet>"#;

fn rows(count: u32) -> String {
    let (start, _) = TABLE.split_once(r#"<row r="2">"#).expect("the table has a second row");
    let cell = |column: char, row: u32, text: String| {
        format!(r#"<c r="{column}{row}" t="inlineStr"><is><t>{text}</t></is></c>"#)
    };
    let row = |row: u32| {
        let cells =
            [cell('A', row, format!("A{row}")), cell('B', row, format!("PC{row}")), cell('C', row, "10.0.0.1".into())];
        format!(r#"<row r="{row}">{}</row>"#, cells.concat())
    };
    format!("{start}{}</sheetData></worksheet>", (2..count + 2).map(row).collect::<String>())
}

fn workbook(sheet: &str, strings: Option<&str>) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    let mut part = |name: &str, text: &str| {
        archive.start_file(name, SimpleFileOptions::default()).expect("a new part");
        archive.write_all(text.as_bytes()).expect("writing to memory");
    };
    part("[Content_Types].xml", r#"<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>"#);
    part(
        "_rels/.rels",
        r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#,
    );
    part(
        "xl/workbook.xml",
        r#"<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="台帳" sheetId="1" r:id="rId1"/></sheets></workbook>"#,
    );
    part(
        "xl/_rels/workbook.xml.rels",
        r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings" Target="sharedStrings.xml"/></Relationships>"#,
    );
    part("xl/worksheets/sheet1.xml", sheet);
    if let Some(strings) = strings {
        part("xl/sharedStrings.xml", strings);
    }
    archive.finish().expect("writing to memory").into_inner()
}
