//! Targets for what is read from files: batches, ledgers, inventories and captures; and for workbooks that are changed.

use std::io::{Cursor, Read, Write};
use std::sync::LazyLock;

use daicho::export::own_file;
use daicho::import::{Columns, Mappings, inventory, original_in_process, read_in_process};
use daicho::judge::amendment::{Amendment, Basis, Change};
use daicho::judge::entry::{EntryId, Field, Ledger, Register};
use daicho::pack::archive::{self, Held};
use daicho::pack::sign::PublicKey;
use daicho::pack::verify::verify;
use daicho::pack::{INDEX, SIGNATURE};
use daicho::render::words::{Lang, export::Words};
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
    drop(PublicKey::parse(&String::from_utf8_lossy(octets)));
});

target!(export_separated, |octets: &[u8]| write_back(octets));

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
    let mut archive = zip::ZipArchive::new(Cursor::new(WORKBOOK.as_slice())).unwrap();
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
    let mut original = original_in_process("ledger.xlsx", &WORKBOOK, &columns).unwrap();
    original.bytes = bytes.to_vec();
    let _ = own_file(&original, &ledger, &accepted, &Words { lang: Lang::Ja, tz: TimeZone::UTC });
}
