//! The cover: who asks whom, until when, how it is filled in, and who answers.

use rust_xlsxwriter::{Worksheet, XlsxError};
use unicode_width::UnicodeWidthStr;

use super::Page as Sheet;
use super::excel;
use crate::render::words::enquiry::{addressee, no_hospital, page, page_about};
use crate::render::words::phrase::shown;
use crate::render::xlsx::neutral;
use crate::vendor::questions::Page;
use crate::vendor::reading::{COVER, VALUE};
use crate::vendor::{MARKER, vendor_code};

/// Characters of the two text columns together, at the letters' size.
const WIDTH: usize = 104;

pub(super) fn write(sheet: &mut Worksheet, page: &Sheet<'_>) -> Result<(), XlsxError> {
    let (words, formats) = (page.words, &page.formats);
    sheet.set_name(words.cover)?;
    for (at, width) in [(0, 4), (1, 30), (2, 64)] {
        sheet.set_column_width(at, width)?;
    }
    sheet.set_column_hidden(0)?;
    sheet.write_string(0, 0, MARKER)?.write_string(0, 2, VALUE)?.set_row_hidden(0)?;
    sheet.merge_range(1, 1, 1, 2, words.title, &formats.title)?.set_row_height(1, 44)?;
    let mut row = facts(sheet, page)? + 1;
    for (text, strong) in paragraphs(page) {
        let format = if strong { &formats.strong } else { &formats.text };
        sheet.merge_range(row, 1, row, 2, &text, format)?;
        let lines = text.width().div_ceil(WIDTH).max(1);
        sheet.set_row_height(row, u16::try_from(lines * 16 + 6).unwrap_or(200))?;
        row += 1;
    }
    let last = to_fill(sheet, page, row + 1)?;
    sheet.set_print_area(1, 1, last, 2)?;
    page.paper(sheet);
    Ok(())
}

/// Number, addressee, sender, days. Returns the row below them.
fn facts(sheet: &mut Worksheet, page: &Sheet<'_>) -> Result<u32, XlsxError> {
    let (words, formats, enquiry) = (page.words, &page.formats, page.asked.enquiry);
    let hospital = page.options.hospital.as_deref().map_or_else(|| no_hospital(page.lang()).to_owned(), shown);
    let [number, vendor, ..] = COVER;
    let texts = [
        ("", words.to, addressee(&enquiry.vendor, page.lang())),
        ("", words.from, hospital),
        ("", words.contact, page.asked.contact.map(shown).unwrap_or_default()),
    ];
    let mut row = 2;
    for (key, label, text) in texts {
        line(sheet, page, row, (key, label))?;
        sheet.write_string_with_format(row, 2, neutral(&text), &formats.known)?;
        row += 1;
    }
    line(sheet, page, row, (number, words.number))?;
    sheet.write_string_with_format(row, 2, format!("{:04}", enquiry.number), &formats.known)?;
    for (label, day) in [(words.asked, enquiry.asked_on), (words.due, enquiry.due)] {
        row += 1;
        line(sheet, page, row, ("", label))?;
        sheet.write_datetime_with_format(row, 2, excel(day)?, &formats.day)?;
    }
    // The import compares this with the vendor that was asked.
    sheet
        .write_string(row + 1, 0, vendor)?
        .write_string(row + 1, 2, vendor_code(&enquiry.vendor))?
        .set_row_hidden(row + 1)?;
    Ok(row + 2)
}

fn paragraphs(sheet: &Sheet<'_>) -> Vec<(String, bool)> {
    let (words, lang) = (sheet.words, sheet.lang());
    let mark = lang.pick("・", "• ");
    let rules = words.rules.iter().map(|rule| (format!("{mark}{rule}"), false));
    let pages = [Page::Devices, Page::Remote, Page::Disclosure].into_iter();
    let pages = pages.map(|one| (format!("{mark}{}: {}", page(one, lang), page_about(one, lang)), false));
    let seen = (format!("{mark}{}", words.seen), false);
    let head = |text: &str| (text.to_owned(), true);
    [(words.intro.to_owned(), false), head(words.how)]
        .into_iter()
        .chain(rules)
        .chain([head(words.sheets)])
        .chain(pages)
        .chain([seen])
        .collect()
}

fn to_fill(sheet: &mut Worksheet, page: &Sheet<'_>, row: u32) -> Result<u32, XlsxError> {
    let [.., by, on] = COVER;
    line(sheet, page, row, (by, page.words.answered_by))?;
    sheet.write_blank(row, 2, &page.formats.entry)?;
    line(sheet, page, row + 1, (on, page.words.answered_on))?;
    sheet.write_blank(row + 1, 2, &page.formats.entry_day)?;
    // A label may take two lines, and a signature needs room.
    sheet.set_row_height(row, 34)?.set_row_height(row + 1, 26)?;
    Ok(row + 1)
}

fn line(sheet: &mut Worksheet, page: &Sheet<'_>, row: u32, (key, label): (&str, &str)) -> Result<(), XlsxError> {
    if !key.is_empty() {
        sheet.write_string(row, 0, key)?;
    }
    sheet.write_string_with_format(row, 1, label, &page.formats.label)?.set_row_height(row, 22)?;
    Ok(())
}
