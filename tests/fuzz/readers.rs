//! Targets for what is read from files: batches, ledgers, inventories and captures; and for workbooks that are changed.

use std::io::{Cursor, Read, Write};
use std::sync::LazyLock;

use daicho::export::own_file;
use daicho::import::{Columns, Mappings, coded, inventory, original_in_process, read_in_process};
use daicho::judge::amendment::{Amendment, Basis, Change};
use daicho::judge::entry::{EntryId, Field, Ledger, Register};
use daicho::judge::vendor::{Enquiry, Subject, Vendors};
use daicho::pack::archive::{self, Held};
use daicho::pack::sign::PublicKey;
use daicho::pack::verify::verify;
use daicho::pack::{INDEX, SIGNATURE};
use daicho::render::words::{Lang, export::Words};
use daicho::vendor::questions::Questions;
use daicho::vendor::{MARKER, reading, row_key, vendor_code};
use daicho_agent::edge::capture;
use daicho_shared::batch::Records;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::target;

target!(batch, |octets: &[u8]| drop(Records::new(octets).take(1000).collect::<Vec<_>>()));

target!(ledger_csv, |octets: &[u8]| {
    drop(read_in_process("ledger.csv", octets, Timestamp::UNIX_EPOCH, &Columns::builtin()));
});

target!(ledger_book, |octets: &[u8]| {
    for name in ["ledger.xlsx", "ledger.csv", "台帳.tsv"] {
        drop(read_in_process(name, octets, Timestamp::UNIX_EPOCH, &Columns::builtin()));
    }
});

target!(mapping, |octets: &[u8]| drop(Mappings::default().add(&String::from_utf8_lossy(octets))));

target!(inventory, |octets: &[u8]| drop(inventory::read_in_process("inventory", octets)));

target!(capture, |octets: &[u8]| drop(capture::frames(octets, |_, _| Ok(()))));

// Parts of a workbook, each in turn in the place of those that are changed when a ledger is written back.
target!(export_workbook, |octets: &[u8]| {
    for part in ["xl/worksheets/sheet1.xml", "xl/comments1.xml", "xl/drawings/vmlDrawing1.vml", "xl/workbook.xml"] {
        write_back(&with_part(part, octets));
    }
});

// A pack as a stranger sends it: as an archive, and with anything in the place of its index, signature and key.
target!(pack, |octets: &[u8]| {
    drop(archive::read(octets).map(|held| verify(&held, None)));
    let files = [INDEX, SIGNATURE].map(|name| (name.to_owned(), octets.to_vec()));
    drop(verify(&Held { files: files.into(), strange: vec![] }, None));
    let _ = PublicKey::parse(&String::from_utf8_lossy(octets));
});

target!(export_separated, |octets: &[u8]| write_back(octets));

// What a vendor filled in: a sheet of its workbook, and the same as text.
target!(enquiry, |octets: &[u8]| {
    let damaged = replaced(&ENQUIRY.1, "xl/worksheets/sheet1.xml", octets);
    for (name, bytes) in [("照会票.xlsx", damaged.as_slice()), ("照会票.csv", octets)] {
        if let Ok(coded) = coded::read_in_process(name, bytes, reading::MARKS) {
            drop(reading::read(&coded, &ENQUIRY.0, Questions::builtin(), jiff::civil::date(2026, 4, 21)));
        }
    }
});

/// One enquiry, and the workbook that answers it.
static ENQUIRY: LazyLock<(Vendors, Vec<u8>)> = LazyLock::new(|| {
    let day = jiff::civil::date(2026, 4, 1);
    let enquiry = Enquiry {
        number: 1,
        vendor: "B社".into(),
        asked: Timestamp::UNIX_EPOCH,
        asked_on: day,
        by: String::new(),
        due: day,
        token: "t".into(),
        subjects: vec![Subject::whole()],
    };
    let (key, code) = (row_key(&enquiry, &Subject::whole()), vendor_code(&enquiry.vendor));
    let [number, vendor, by, on] = reading::COVER;
    let mut book = rust_xlsxwriter::Workbook::new();
    let cover = [[MARKER, reading::VALUE], [number, "1"], [vendor, &code], [by, "佐藤"], [on, "2026/4/20"]];
    for rows in [cover.to_vec(), vec![[MARKER, "remote_maintenance"], [&key, "無"]]] {
        let sheet = book.add_worksheet();
        for (row, texts) in (0..).zip(&rows) {
            sheet.write(row, 0, texts[0]).unwrap().write(row, 1, texts[1]).unwrap();
        }
    }
    (Vendors { enquiries: vec![enquiry], ..Vendors::default() }, book.save_to_buffer().unwrap())
});

#[test]
fn the_enquiry_that_is_damaged_is_whole_before() {
    let (vendors, book) = &*ENQUIRY;
    let coded = coded::read_in_process("照会票.xlsx", book, reading::MARKS).unwrap();
    assert!(reading::read(&coded, vendors, Questions::builtin(), jiff::civil::date(2026, 4, 21)).is_ok());
}

/// A small ledger with a note.
static WORKBOOK: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    for (row, texts) in [["管理番号", "コンピュータ名", "IPアドレス"], ["1", "PC1", "192.0.2.1"]].iter().enumerate()
    {
        for (column, text) in texts.iter().enumerate() {
            let place = (u32::try_from(row).unwrap(), u16::try_from(column).unwrap());
            sheet.write(place.0, place.1, *text).unwrap();
        }
    }
    sheet.insert_note(1, 1, &rust_xlsxwriter::Note::new("x")).unwrap();
    book.save_to_buffer().unwrap()
});

/// The workbook with one part replaced.
fn with_part(name: &str, octets: &[u8]) -> Vec<u8> {
    replaced(&WORKBOOK, name, octets)
}

fn replaced(book: &[u8], name: &str, octets: &[u8]) -> Vec<u8> {
    let mut archive = zip::ZipArchive::new(Cursor::new(book)).unwrap();
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for index in 0..archive.len() {
        let mut part = archive.by_index(index).unwrap();
        let this = part.name().unwrap().into_owned();
        let mut old = Vec::new();
        part.read_to_end(&mut old).unwrap();
        writer.start_file(&this, zip::write::SimpleFileOptions::default()).unwrap();
        writer.write_all(if this == name { octets } else { &old }).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// Writes accepted changes of the small ledger into a file, whatever the file is by now.
fn write_back(bytes: &[u8]) {
    let columns = Columns::builtin();
    let imported = read_in_process("ledger.xlsx", &WORKBOOK, Timestamp::UNIX_EPOCH, &columns).unwrap();
    let entry = imported.entries[0].clone();
    let basis = Basis {
        finding: String::new(),
        at: Timestamp::UNIX_EPOCH,
        by: String::new(),
        reason: None,
        evidence: String::new(),
    };
    let cell = Change::Cell {
        entry: entry.id,
        origin: entry.origin,
        field: Field::Hostname,
        before: "PC1".into(),
        after: "PC2".into(),
        likeness: None,
    };
    let cells = [(Field::AssetNo, "2".to_owned()), (Field::Hostname, "PC3".to_owned())].into();
    let row = Change::Row { entry: EntryId("new".into()), register: Register::Equipment, cells };
    let accepted = [cell, row].map(|change| Amendment { change, basis: basis.clone() });
    let ledger =
        Ledger { entries: imported.entries, files: vec![imported.file], problems: vec![], records: imported.records };
    let mut original = original_in_process("ledger.xlsx", &WORKBOOK, &columns, &Mappings::default()).unwrap();
    original.bytes = bytes.to_vec();
    let _ = own_file(&original, &ledger, &accepted, &Words { lang: Lang::Ja, tz: TimeZone::UTC });
}
