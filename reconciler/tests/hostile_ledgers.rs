//! Hostile and broken files against the real reading process, with its time and memory.
//!
//! No harness: `import` starts the current program again with `read-sheets`, and the current program is
//! this one.

use std::io::{Cursor, Write};
use std::path::Path;
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

use daicho::import::{Columns, Imported, Mappings, Reason, child, import};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// No hostile file may hold the import up for longer.
const PATIENCE: Duration = Duration::from_secs(30);
/// Nor may the reading process use more memory than its limit, in KiB.
const MEMORY_KIB: i64 = 512 << 10;

/// The argument that imports one file and tells how it went.
const ONE: &str = "one-file";

type Case = (&'static str, fn() -> Vec<u8>, Expected);
type Expected = fn(&Result<Imported, Reason>) -> bool;

fn main() -> ExitCode {
    let mut args = std::env::args_os().skip(1);
    match args.next() {
        Some(first) if first == child::ARGUMENT => child::main(args),
        Some(first) if first == ONE => args.next().map_or(ExitCode::from(2), |path| one(Path::new(&path))),
        _ => all(),
    }
}

fn all() -> ExitCode {
    let folder = tempfile::tempdir().expect("a folder for the files");
    let mut failed = 0;
    for (name, bytes, _) in cases() {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes()).expect("the file can be written");
        // A process of its own for each file: the peak of a process begins with that of its parent.
        let program = std::env::current_exe().expect("this program has a path");
        let status = Command::new(program).arg(ONE).arg(&path).status().expect("this program can be started");
        failed += usize::from(!status.success());
    }
    println!("{failed} failed");
    ExitCode::from(u8::from(failed > 0))
}

fn one(path: &Path) -> ExitCode {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let Some((_, _, expected)) = cases().into_iter().find(|(known, ..)| *known == name) else {
        return ExitCode::from(2);
    };
    let before = Instant::now();
    let found = import(path, jiff::Timestamp::UNIX_EPOCH, &Columns::builtin(), &Mappings::default(), &|_, _| {});
    let (took, peak) = (before.elapsed(), peak());
    let said = found.as_ref().map_or_else(ToString::to_string, |found| format!("{} entries", found.entries.len()));
    let holds = expected(&found.map_err(|error| error.reason)) && took < PATIENCE && peak <= MEMORY_KIB;
    let mark = if holds { "ok" } else { "FAILED" };
    println!("{mark:6} {name:26} {:6} ms, reader's peak {peak:6} KiB: {said:.120}", took.as_millis());
    ExitCode::from(u8::from(!holds))
}

/// The largest resident set of the reading process.
fn peak() -> i64 {
    use nix::sys::resource::{UsageWho, getrusage};
    getrusage(UsageWho::RUSAGE_CHILDREN).map_or(0, |usage| usage.max_rss())
}

fn cases() -> Vec<Case> {
    let mut cases = refused_workbooks();
    cases.extend(read_workbooks());
    cases.extend(texts());
    cases
}

fn refused_workbooks() -> Vec<Case> {
    vec![
        (
            "string_count.xlsx",
            || workbook(TABLE, Some(&string_count(0))),
            |found| matches!(found, Err(Reason::StringCount { declared: 4_000_000_000 })),
        ),
        (
            "string_count_hidden.xlsx",
            || workbook(TABLE, Some(&string_count(80 << 10))),
            |found| matches!(found, Err(Reason::ReaderDied { .. })),
        ),
        (
            "inflating_comment.xlsx",
            || workbook(&comment(100 << 20), None),
            |found| matches!(found, Err(Reason::Inflates { .. })),
        ),
        ("deep.xlsx", || workbook(&format!("<worksheet>{}<sheetData/>", "<a>".repeat(2_000_000)), None), is_refused),
        (
            "truncated.xlsx",
            || plain().split_at(plain().len() / 2).0.to_vec(),
            |found| matches!(found, Err(Reason::Truncated)),
        ),
        ("locked.xlsx", locked, |found| matches!(found, Err(Reason::PasswordProtected))),
        ("old.xls", || COMPOUND.to_vec(), |found| matches!(found, Err(Reason::WrongExtension { .. }))),
        ("text.xlsx", || b"a,b,c\n".to_vec(), |found| matches!(found, Err(Reason::WrongExtension { .. }))),
        ("workbook.csv", plain, |found| matches!(found, Err(Reason::WrongExtension { .. }))),
    ]
}

fn read_workbooks() -> Vec<Case> {
    vec![
        ("plain.xlsx", plain, |found| entries(found) == Some(1)),
        ("far_cell.xlsx", || workbook(&behind_rows(FAR, ""), None), |found| entries(found) == Some(1)),
        ("merged_everything.xlsx", || workbook(&behind_rows("", MERGED), None), |found| entries(found) == Some(1)),
        ("many_strings.xlsx", || workbook(TABLE, Some(&many_strings(1_000_000))), |found| entries(found) == Some(1)),
        ("nested.xlsx", || workbook(&nested(200_000), None), |found| entries(found) == Some(1)),
        ("large_ledger.xlsx", || workbook(&rows(20_000), None), |found| entries(found) == Some(20_000)),
    ]
}

fn texts() -> Vec<Case> {
    vec![
        ("wide.csv", || format!("{CSV}{}\n", ",x".repeat(1_000_000)).into_bytes(), |found| entries(found) == Some(1)),
        ("long.csv", long, |found| entries(found) == Some(99_999)),
        (
            "open_quote.csv",
            || format!("{CSV}\n002,\"PC2,10.0.0.2\n").into_bytes(),
            |found| matches!(found, Err(Reason::OpenQuote)),
        ),
        ("nul.csv", || b"a,b,c\n\0,1,2\n".to_vec(), |found| matches!(found, Err(Reason::WrongExtension { .. }))),
        ("empty.csv", Vec::new, |found| matches!(found, Err(Reason::Empty))),
        ("quotes.csv", || vec![b'"'; 20 << 20], is_refused),
        ("commas.csv", || vec![b','; 20 << 20], is_refused),
        ("lines.csv", || vec![b'\n'; 20 << 20], is_refused),
    ]
}

fn entries(found: &Result<Imported, Reason>) -> Option<usize> {
    found.as_ref().ok().map(|found| found.entries.len())
}

fn plain() -> Vec<u8> {
    workbook(TABLE, None)
}

fn behind_rows(row: &str, part: &str) -> String {
    TABLE.replace("</sheetData>", &format!("{row}</sheetData>{part}"))
}

fn nested(depth: usize) -> String {
    TABLE.replace("<sheetData>", &("<a>".repeat(depth) + "<sheetData>"))
}

/// A table of one text that claims to have four thousand million, behind a comment.
fn string_count(comment: usize) -> String {
    let comment = if comment > 0 { format!("<!--{}-->", " ".repeat(comment)) } else { String::new() };
    format!(r#"{comment}<sst xmlns="{MAIN}" uniqueCount="4000000000"><si><t>a</t></si></sst>"#)
}

fn many_strings(count: usize) -> String {
    format!(r#"<sst xmlns="{MAIN}">{}</sst>"#, "<si><t/></si>".repeat(count))
}

fn comment(bytes: usize) -> String {
    format!("<worksheet><!--{}--></worksheet>", " ".repeat(bytes))
}

fn locked() -> Vec<u8> {
    let mut bytes = COMPOUND.to_vec();
    bytes.extend("EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes));
    bytes
}

fn long() -> Vec<u8> {
    let rows = (0..120_000_u32).fold(String::new(), |text, row| text + &format!("A{row},PC{row},10.0.0.1\n"));
    format!("管理番号,コンピュータ名,IPアドレス\n{rows}").into_bytes()
}

fn is_refused(found: &Result<Imported, Reason>) -> bool {
    found.is_err()
}

const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const COMPOUND: [u8; 8] = [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];
const CSV: &str = "管理番号,コンピュータ名,IPアドレス\n001,PC1,10.0.0.1";
const FAR: &str = r#"<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>"#;
const MERGED: &str = r#"<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>"#;
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
