//! 書類一覧 of a pack: what is in it, and what the hospital must add itself.

use jiff::tz::TimeZone;
use rust_xlsxwriter::{DocProperties, Workbook, XlsxError};

use crate::pack::index::Index;
use crate::render::Options;
use crate::render::words::date;
use crate::render::words::headings::{Headings, headings};
use crate::render::words::phrase::shown;
use crate::render::xlsx::sheets::{Sheet, Value, columns, foreign, number, text};
use crate::render::xlsx::{Formats, excel, header, write_sheet};

/// The workbook's octets; equal indexes give equal workbooks.
pub fn pack_index(index: &Index, options: &Options) -> Result<Vec<u8>, XlsxError> {
    let w = headings(options.lang);
    let mut file = Workbook::new();
    let midnight = index.made.to_datetime(jiff::civil::Time::midnight());
    file.set_properties(
        &DocProperties::new().set_title(w.documents).set_author("Daicho").set_creation_datetime(&excel(midnight)?),
    );
    let formats = Formats::new(options.lang);
    for sheet in [documents(index, options, w), additions(index, options, w)] {
        write_sheet(file.add_worksheet(), &sheet, &formats, &Options { tz: TimeZone::UTC, ..options.clone() })?;
    }
    let head = header(options, w.documents);
    for sheet in file.worksheets_mut() {
        sheet.set_header(&head);
    }
    file.save_to_buffer()
}

fn above(index: &Index, options: &Options, title: &str, w: &Headings) -> Vec<String> {
    let lang = options.lang;
    let hospital = index.hospital.as_deref().map(shown).unwrap_or_default();
    let partial = if index.complete { String::new() } else { format!("［{}］", w.partial) };
    let masked = if index.redacted { format!("　{}", w.masked) } else { String::new() };
    vec![
        format!("{} — {title}", index.title),
        format!(
            "{hospital}　{}: {}　{}: {}{partial}{masked}",
            w.made_on,
            date::day(index.made, lang),
            w.run,
            index.run
        ),
        index.source.clone(),
    ]
}

fn documents(index: &Index, options: &Options, w: &'static Headings) -> Sheet {
    let mut rows: Vec<Vec<Value>> = vec![];
    for document in &index.documents {
        let files: Vec<_> =
            document.files.iter().filter_map(|name| index.files.iter().find(|file| file.name == *name)).collect();
        for file in &files {
            rows.push(vec![
                text(&document.number),
                text(&document.name),
                text(&file.title),
                foreign(&file.name),
                text(&file.edition),
                Value::Day(file.date),
                foreign(&file.sha256),
                size(file.size),
            ]);
        }
        if files.is_empty() {
            rows.push(vec![text(&document.number), text(&document.name), text(w.by_hospital)]);
        }
    }
    let columns = columns([
        (w.document_number, 6),
        (w.document, 24),
        (w.document_title, 24),
        (w.file, 34),
        (w.edition, 28),
        (w.date_box, 19),
        ("SHA-256", 34),
        (w.octets, 11),
    ]);
    let above = above(index, options, w.documents, w);
    Sheet { name: w.documents, columns, frozen: 2, printed: 8, rows, above, ..Sheet::default() }
}

fn size(octets: u64) -> Value {
    u32::try_from(octets).map_or_else(|_| text(octets.to_string()), number)
}

fn additions(index: &Index, options: &Options, w: &'static Headings) -> Sheet {
    let of = |document: &crate::pack::index::Listed| -> Vec<Vec<Value>> {
        let row = |add: &String| {
            vec![
                text(&document.number),
                text(&document.name),
                text(add),
                text(&document.note),
                text(""),
                Value::Empty,
                text(""),
            ]
        };
        document.add.iter().map(row).collect()
    };
    let mut columns = columns([
        (w.document_number, 6),
        (w.document, 26),
        (w.to_add, 40),
        (w.note, 62),
        (w.added, 9),
        (w.date_box, 14),
        (w.name_box, 14),
    ]);
    columns[4].choices = options.lang.pick(vec!["はい", "いいえ"], vec!["yes", "no"]);
    let rows = index.documents.iter().flat_map(of).collect();
    let above = above(index, options, w.by_hospital, w);
    Sheet { name: w.by_hospital, columns, frozen: 2, printed: 7, rows, above, ..Sheet::default() }
}
