//! What stands in which sheet; how it looks is the parent's business. Free text that people wrote about a device (説明,
//! 用途, 利用者) is not printed: it may name persons, or other vendors.

use crate::judge::asset::Asset;
use crate::judge::entry::{Entry, Field, Meaning, Record, Register};
use crate::judge::trace::{Trace, TraceKind};
use crate::judge::vendor::{self, Subject};
use crate::render::words::enquiry::{page, page_about};
use crate::render::words::{Lang, date, fixed, hypothesis, vendor as words};
use crate::vendor::questions::{Page, Question};
use crate::vendor::{Device, row_key};

/// One sheet.
pub(super) struct Sheet<'a> {
    pub(super) name: &'static str,
    /// Above the headings.
    pub(super) note: &'static str,
    /// Has keys and codes.
    pub(super) to_fill: bool,
    /// Sheets of paper side by side, at most: letters stay legible.
    pub(super) wide: u16,
    pub(super) columns: Vec<Column<'a>>,
    /// Key and known cells.
    pub(super) rows: Vec<(String, Vec<String>)>,
}

/// One column.
pub(super) struct Column<'a> {
    pub(super) heading: String,
    pub(super) about: String,
    pub(super) width: u16,
    /// What is filled in; `None` for what the hospital knows.
    pub(super) question: Option<&'a Question>,
}

/// The three sheets that the vendor fills in.
pub(super) fn to_fill<'a>(sheet: &super::Page<'a>) -> Vec<Sheet<'a>> {
    vec![devices(sheet), remote(sheet), disclosure(sheet)]
}

fn table<'a>(
    sheet: &super::Page<'a>,
    kind: Page,
    known: &[(&str, u16)],
    rows: Vec<(Subject, Vec<String>)>,
) -> Sheet<'a> {
    let lang = sheet.lang();
    let own = |(heading, width): &(&str, u16)| Column {
        heading: (*heading).to_owned(),
        about: sheet.words.ours.to_owned(),
        width: *width,
        question: None,
    };
    let key = Column { heading: sheet.words.key.to_owned(), about: String::new(), width: 9, question: None };
    let asked = sheet.asked.questions.of(kind).map(|question| Column {
        heading: lang.pick(&question.heading, &question.heading_en).clone(),
        about: lang.pick(&question.text, &question.text_en).clone(),
        width: width(question),
        question: Some(question),
    });
    let keyed = |(subject, cells): (Subject, Vec<String>)| (row_key(sheet.asked.enquiry, &subject), cells);
    Sheet {
        name: page(kind, lang),
        note: page_about(kind, lang),
        to_fill: true,
        wide: if kind == Page::Remote { 2 } else { 1 },
        columns: std::iter::once(key).chain(known.iter().map(own)).chain(asked).collect(),
        rows: rows.into_iter().map(keyed).collect(),
    }
}

fn width(question: &Question) -> u16 {
    use crate::vendor::questions::Kind;
    match question.kind {
        Kind::Answer | Kind::Choice => 11,
        Kind::Date => 12,
        Kind::Text => 17,
    }
}

fn devices<'a>(sheet: &super::Page<'a>) -> Sheet<'a> {
    let widths = [16, 12, 16, 20, 19, 16, 18];
    let known: Vec<(&str, u16)> = sheet.words.known.into_iter().zip(widths).collect();
    let rows = sheet.asked.dossier.devices.iter().map(|device| (device.subject(), of_device(device)));
    table(sheet, Page::Devices, &known, rows.collect())
}

fn of_device(device: &Device<'_>) -> Vec<String> {
    let rows = || device.rows.iter();
    let software = rows().flat_map(|row| &row.software).map(|one| match &one.version {
        Some(version) => format!("{} {version}", one.name).trim().to_owned(),
        None => one.name.clone(),
    });
    let addresses = rows().flat_map(|row| &row.addresses).map(ToString::to_string);
    let macs = rows().flat_map(|row| &row.macs).map(ToString::to_string);
    let text = |read: fn(&Entry) -> Option<&str>| device.text(read);
    vec![
        name(device),
        text(|row| raw(row, Field::DeviceType)),
        lines([text(|row| row.location.as_deref()), text(|row| row.department.as_deref())]),
        lines([
            text(|row| row.manufacturer.as_deref()),
            text(|row| row.model.as_deref()),
            text(|row| row.serial_no.as_deref()),
        ]),
        lines(addresses.chain(macs)),
        text(|row| row.os.as_deref()),
        lines(software),
    ]
}

/// What there is, each once, a line each.
fn lines(all: impl IntoIterator<Item = String>) -> String {
    let mut lines: Vec<String> = vec![];
    for line in all {
        if !line.is_empty() && !lines.contains(&line) {
            lines.push(line);
        }
    }
    lines.join("\n")
}

fn raw(row: &Entry, field: Field) -> Option<&str> {
    row.cells.get(&field).map(|cell| cell.raw.as_str())
}

/// What people call a device, with its number.
fn name(device: &Device<'_>) -> String {
    let called = device.text(|row| row.hostname.as_deref().or(row.model.as_deref()));
    let number = device.text(|row| row.asset_no.as_deref());
    lines([number, called])
}

fn remote<'a>(sheet: &super::Page<'a>) -> Sheet<'a> {
    let (words, dossier) = (sheet.words, sheet.asked.dossier);
    let devices = dossier.devices.iter().map(|device| {
        let place = device.text(|row| row.location.as_deref().or(row.department.as_deref()));
        (device.subject(), vec![name(device), place, known(sheet, device)])
    });
    let paths = dossier.paths.iter().map(|record| {
        let about = vendor::text(record, Field::SystemName).or_else(|| vendor::text(record, Field::AssetNo));
        (Subject::row(&record.id), vec![about.unwrap_or_default(), String::new(), of_record(sheet, record)])
    });
    let whole = (Subject::whole(), vec![words.whole.to_owned(), String::new(), String::new()]);
    let columns = [(words.subject, 18), (words.place, 13), (words.record, 20)];
    table(sheet, Page::Remote, &columns, devices.chain(paths).chain([whole]).collect())
}

/// What the hospital has on record of a device: its own cell, and the register's row; where both say something, each
/// under its register's name.
fn known(sheet: &super::Page<'_>, device: &Device<'_>) -> String {
    let lang = sheet.lang();
    let said = device.declared().zip(sheet.asked.questions.get(vendor::REMOTE));
    let said = said.map(|(said, question)| headed(question, fixed::four_valued(said, lang), lang)).unwrap_or_default();
    let told = sheet.asked.dossier.told(device).map(|record| of_record(sheet, record)).unwrap_or_default();
    match (said.is_empty(), told.is_empty()) {
        (false, false) => {
            let own = device.rows.first().map_or(Register::Equipment, |row| row.register);
            let of = |register, said: &str| format!("【{}】\n{said}", fixed::register(register, lang));
            [of(own, &said), of(Register::RemoteMaintenance, &told)].join("\n")
        }
        _ => said + &told,
    }
}

fn headed(question: &Question, text: &str, lang: Lang) -> String {
    format!("{}: {text}", lang.pick(&question.heading, &question.heading_en))
}

fn of_record(sheet: &super::Page<'_>, record: &Record) -> String {
    let lang = sheet.lang();
    let told = sheet.asked.questions.of(Page::Remote).filter_map(|question| {
        let written = record.values.get(&question.field?)?;
        let text = match &written.meaning {
            Meaning::Answer(answer) => fixed::four_valued(*answer, lang).to_owned(),
            _ => daicho_shared::text::bounded(&written.raw),
        };
        Some(headed(question, &text, lang))
    });
    lines(told)
}

fn disclosure<'a>(sheet: &super::Page<'a>) -> Sheet<'a> {
    let words = sheet.words;
    let rows = sheet.asked.dossier.systems.iter().map(|system| {
        let name = if system.name.is_empty() { words.all_products.to_owned() } else { system.name.clone() };
        let known = system.record.map(|record| {
            let told = sheet.asked.questions.of(Page::Disclosure).filter_map(|question| {
                let raw = &record.values.get(&question.field?)?.raw;
                Some(headed(question, &daicho_shared::text::bounded(raw), sheet.lang()))
            });
            lines(told)
        });
        (Subject::system(&system.name), vec![name, known.unwrap_or_default()])
    });
    table(sheet, Page::Disclosure, &[(words.system, 26), (words.record, 26)], rows.collect())
}

/// What was seen at its devices, one row a trace.
pub(super) fn seen<'a>(sheet: &super::Page<'a>) -> Sheet<'a> {
    let (words, lang) = (sheet.words, sheet.lang());
    let when = words.scanned.to_owned() + &date::moment(sheet.asked.verdict.run.started, &sheet.options.tz, lang);
    let headings = [words.subject].into_iter().chain(words.traces).zip([22, 34, 44, 12, 26]);
    let columns = headings.map(|(heading, width)| Column {
        heading: heading.to_owned(),
        about: if heading == words.subject { when.clone() } else { String::new() },
        width,
        question: None,
    });
    let rows = sheet.asked.dossier.devices.iter().flat_map(|device| of_seen(sheet, device));
    Sheet {
        name: words.seen,
        note: words.seen_note,
        to_fill: false,
        wide: 1,
        columns: columns.collect(),
        rows: rows.map(|cells| (String::new(), cells)).collect(),
    }
}

fn of_seen(sheet: &super::Page<'_>, device: &Device<'_>) -> Vec<Vec<String>> {
    let lang = sheet.lang();
    let empty = |why: &str| vec![vec![name(device), why.to_owned(), String::new(), String::new(), String::new()]];
    let Some(asset) = device.asset else { return empty(sheet.words.silent) };
    let last = date::moment(asset.last_seen, &sheet.options.tz, lang);
    if device.traces.is_empty() {
        let mut rows = empty(sheet.words.nothing);
        rows[0][4] = last;
        return rows;
    }
    let row = |trace: &Trace| {
        let what = lines([words::trace_what(trace, lang), signs(asset, trace, lang)]);
        let kind = words::trace_kind(trace.kind, lang).to_owned();
        vec![name(device), kind, what, fixed::grade(trace.grade, lang).to_owned(), last.clone()]
    };
    device.traces.iter().map(row).collect()
}

/// What a line of its own and a second network were seen by: the vendor is asked to explain it.
fn signs(asset: &Asset, trace: &Trace, lang: Lang) -> String {
    let seen = match trace.kind {
        TraceKind::Uplink => &asset.uplink.signs,
        TraceKind::SecondNetwork => &asset.multi_homed.signs,
        TraceKind::Vpn | TraceKind::RemoteTool | TraceKind::Console => return String::new(),
    };
    let words: Vec<&str> = seen.iter().map(|seen| hypothesis::sign(seen.sign, lang)).collect();
    words.join(lang.pick("、", ", "))
}
