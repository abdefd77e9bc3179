//! The workbook for one vendor: a cover, three sheets to be filled in, and what was seen at its devices. A row of codes
//! below the headings, and a key in every row, let the import find each cell again whatever was done to the rest.

pub mod chase;
mod cover;
mod sheets;

use rust_xlsxwriter::{
    Color, DataValidation, DataValidationRule, DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder,
    Workbook, Worksheet, XlsxError,
};
use unicode_width::UnicodeWidthStr;

use self::sheets::{Column, Sheet};
use super::Options;
use super::words::Lang;
use super::words::enquiry::{Form, form};
use super::words::phrase::shown;
use super::xlsx::neutral;
use crate::judge::vendor::Enquiry;
use crate::judge::verdict::Verdict;
use crate::vendor::questions::{ANSWERS, Kind, Question, Questions};
use crate::vendor::{Dossier, MARKER};

/// The headings; what is asked stands below them.
const HEAD: u32 = 1;
/// The codes, which are not shown. The import reads what stands below them.
const CODES: u32 = 3;
/// The first row that is about something.
const FIRST: u32 = 4;

/// What is asked, of whom, by whom.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// What the vendor has here.
    pub dossier: &'a Dossier<'a>,
    /// The enquiry that is kept.
    pub enquiry: &'a Enquiry,
    /// The run whose observations are shown.
    pub verdict: &'a Verdict,
    /// Whom the vendor may ask; a blank to fill in by hand where nobody said.
    pub contact: Option<&'a str>,
    /// What is asked.
    pub questions: &'a Questions,
}

/// The workbook's octets.
pub fn workbook(asked: &Asked<'_>, options: &Options) -> Result<Vec<u8>, XlsxError> {
    let page = Page { words: form(options.lang), formats: Formats::new(options.lang), asked, options };
    let mut book = Workbook::new();
    let created = excel(asked.enquiry.asked_on)?;
    book.set_properties(
        &DocProperties::new().set_title(page.words.title).set_author("Daicho").set_creation_datetime(&created),
    );
    cover::write(book.add_worksheet(), &page)?;
    for sheet in sheets::to_fill(&page) {
        page.write(book.add_worksheet(), &sheet)?;
    }
    page.write(book.add_worksheet(), &sheets::seen(&page))?;
    book.save_to_buffer()
}

struct Page<'a> {
    words: &'static Form,
    formats: Formats,
    asked: &'a Asked<'a>,
    options: &'a Options,
}

impl Page<'_> {
    fn lang(&self) -> Lang {
        self.options.lang
    }

    /// One table on A4, its headings on every page.
    fn write(&self, sheet: &mut Worksheet, table: &Sheet<'_>) -> Result<(), XlsxError> {
        sheet.set_name(table.name)?;
        let columns = u16::try_from(table.columns.len()).unwrap_or(u16::MAX).max(1);
        if table.to_fill {
            for (at, column) in (0..).zip(&table.columns) {
                sheet.write_string_with_format(CODES, at, column.code(at == 0), &self.formats.code)?;
            }
        }
        sheet.set_row_hidden(CODES)?;
        sheet.merge_range(0, 0, 0, columns - 1, table.note, &self.formats.note)?;
        sheet.set_row_height(0, if table.to_fill { 24 } else { 48 })?;
        self.head(sheet, table)?;
        let mut row = FIRST;
        for (key, cells) in &table.rows {
            self.row(sheet, row, table, (key, cells))?;
            row += 1;
        }
        let last = row.max(FIRST + 1) - 1;
        self.lists(sheet, table, last)?;
        sheet.set_freeze_panes(FIRST, if table.to_fill { 2 } else { 1 })?.set_repeat_rows(HEAD, CODES - 1)?;
        sheet.set_print_area(0, 0, last, columns - 1)?;
        self.paper(sheet);
        sheet.set_landscape().set_print_fit_to_pages(table.wide, 0);
        if table.wide > 1 {
            sheet.set_repeat_columns(0, 1)?;
        }
        Ok(())
    }

    fn paper(&self, sheet: &mut Worksheet) {
        sheet.set_paper_size(9).set_print_fit_to_pages(1, 0).set_margins(0.4, 0.4, 0.6, 0.6, 0.3, 0.3);
        let header = shown(&self.asked.enquiry.vendor).replace('&', "&&");
        sheet.set_header(format!("&L{} {:04}&R{header}", self.words.number, self.asked.enquiry.number));
        sheet.set_footer("&L&A&R&P / &N");
    }

    fn head(&self, sheet: &mut Worksheet, table: &Sheet<'_>) -> Result<(), XlsxError> {
        let mut lines = 1;
        for (at, column) in (0..).zip(&table.columns) {
            let fill = column.question.is_some();
            let (head, about) =
                if fill { (&self.formats.ask, &self.formats.about) } else { (&self.formats.head, &self.formats.ours) };
            sheet.set_column_width(at, column.width)?;
            sheet.write_string_with_format(HEAD, at, &column.heading, head)?;
            sheet.write_string_with_format(HEAD + 1, at, &column.about, about)?;
            // Small letters: more of them fit.
            lines = lines.max((column.about.width() * 4 / 5).div_ceil(usize::from(column.width).max(1)));
        }
        sheet.set_row_height(HEAD, 46)?;
        sheet.set_row_height(HEAD + 1, u16::try_from(lines * 12 + 6).unwrap_or(200).min(220))?;
        Ok(())
    }

    fn row(
        &self,
        sheet: &mut Worksheet,
        row: u32,
        table: &Sheet<'_>,
        (key, cells): (&str, &[String]),
    ) -> Result<(), XlsxError> {
        let mut lines = 1;
        let known = std::iter::once(key).chain(cells.iter().map(String::as_str)).chain(std::iter::repeat(""));
        let shift = usize::from(!table.to_fill);
        for ((at, column), text) in (0..).zip(&table.columns).zip(known.skip(shift)) {
            match column.question {
                Some(question) => sheet.write_blank(row, at, self.formats.fill(question.kind))?,
                None if at == 0 && table.to_fill => sheet.write_string_with_format(row, at, text, &self.formats.key)?,
                None => sheet.write_string_with_format(row, at, neutral(&clean(text)), &self.formats.known)?,
            };
            let room = usize::from(column.width).saturating_sub(1).max(1);
            lines = lines.max(text.lines().map(|line| line.width().div_ceil(room).max(1)).sum());
        }
        sheet.set_row_height(row, u16::try_from(lines.clamp(2, 20) * 14 + 4).unwrap_or(60))?;
        Ok(())
    }

    /// Lists and checks for the cells that are filled in.
    fn lists(&self, sheet: &mut Worksheet, table: &Sheet<'_>, last: u32) -> Result<(), XlsxError> {
        for (at, column) in (0..).zip(&table.columns) {
            let Some(rule) = column.question.map(|question| self.rule(question)).transpose()?.flatten() else {
                continue;
            };
            sheet.add_data_validation(FIRST, at, last, at, &rule)?;
        }
        Ok(())
    }

    fn rule(&self, question: &Question) -> Result<Option<DataValidation>, XlsxError> {
        let english = self.lang() == Lang::En;
        let rule = DataValidation::new();
        Ok(match question.kind {
            Kind::Answer => {
                let words = ANSWERS.map(|answer| self.asked.questions.word(answer, english));
                Some(rule.allow_list_strings(&words)?)
            }
            Kind::Choice => {
                let words: Vec<&str> =
                    question.choices.iter().map(|choice| self.lang().pick(choice.ja.as_str(), &choice.en)).collect();
                Some(rule.allow_list_strings(&words)?)
            }
            Kind::Date => Some(rule.allow_date(DataValidationRule::GreaterThan(ExcelDateTime::from_ymd(1990, 1, 1)?))),
            Kind::Text => None,
        })
    }
}

impl Column<'_> {
    /// What the import knows the column by; columns that are not read have no code.
    fn code(&self, first: bool) -> &str {
        if first { MARKER } else { self.question.map_or("", |question| &question.key) }
    }
}

struct Formats {
    title: Format,
    text: Format,
    label: Format,
    strong: Format,
    day: Format,
    code: Format,
    head: Format,
    ask: Format,
    about: Format,
    ours: Format,
    key: Format,
    known: Format,
    note: Format,
    entry: Format,
    entry_day: Format,
}

impl Formats {
    fn new(lang: Lang) -> Self {
        let plain = || Format::new().set_font_name("Yu Gothic").set_font_size(10).set_text_wrap();
        let boxed = || {
            plain().set_align(FormatAlign::Top).set_border(FormatBorder::Thin).set_border_color(Color::RGB(0x00B8_C0C8))
        };
        let day = lang.pick("yyyy\"年\"m\"月\"d\"日\"", "yyyy-mm-dd");
        let (yellow, grey) = (Color::RGB(0x00FF_F8DC), Color::RGB(0x00E9_EDF0));
        Self {
            title: plain().set_bold().set_font_size(15).set_align(FormatAlign::VerticalCenter),
            text: plain().set_align(FormatAlign::Top),
            label: boxed().set_bold().set_background_color(grey),
            strong: plain().set_bold().set_font_size(12),
            day: boxed().set_num_format(day).set_align(FormatAlign::Left),
            code: plain().set_font_size(8).set_font_color(Color::RGB(0x0090_9090)),
            head: boxed().set_bold().set_background_color(grey).set_align(FormatAlign::VerticalCenter),
            ask: boxed()
                .set_bold()
                .set_background_color(Color::RGB(0x00F5_DFA0))
                .set_align(FormatAlign::VerticalCenter),
            about: boxed().set_font_size(8).set_background_color(yellow),
            ours: boxed().set_font_size(8).set_background_color(grey),
            key: boxed().set_font_size(7).set_font_color(Color::RGB(0x0070_7070)),
            known: boxed(),
            note: plain().set_align(FormatAlign::VerticalCenter),
            // As text, so that a spreadsheet keeps 2.0 and 001 as they were typed.
            entry: boxed().set_background_color(yellow).set_num_format("@"),
            entry_day: boxed().set_background_color(yellow).set_num_format("yyyy/m/d").set_align(FormatAlign::Left),
        }
    }

    fn fill(&self, kind: Kind) -> &Format {
        if kind == Kind::Date { &self.entry_day } else { &self.entry }
    }
}

/// Lines that people wrote, without what hides or turns text round.
fn clean(text: &str) -> String {
    text.lines().map(daicho_shared::text::bounded).collect::<Vec<_>>().join("\n")
}

/// A day as a spreadsheet keeps it.
fn excel(day: jiff::civil::Date) -> Result<ExcelDateTime, XlsxError> {
    ExcelDateTime::from_ymd(day.year().unsigned_abs(), day.month().unsigned_abs(), day.day().unsigned_abs())
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use calamine::{Data, Reader, Xlsx};

    use std::sync::Arc;

    use super::*;
    use crate::judge::Knowledge;
    use crate::render::fixture;
    use crate::vendor::{dossiers, token};

    /// A verdict of which some rows are a vendor's whose name, device and place are hostile.
    fn verdict() -> Verdict {
        let mut verdict = fixture::verdict();
        for row in Arc::make_mut(&mut verdict.ledger).entries.iter_mut().take(4) {
            row.vendor = Some("=HYPERLINK(1)".into());
            row.hostname = Some(fixture::FORMULA.into());
            row.location = Some(fixture::ESCAPES.into());
            row.manufacturer = Some("+1".into());
        }
        verdict
    }

    fn book(lang: Lang) -> Vec<u8> {
        let (verdict, knowledge) = (verdict(), Knowledge::builtin());
        let dossiers = dossiers(&verdict, &knowledge);
        let dossier = dossiers.iter().find(|one| one.vendor.starts_with('=')).unwrap();
        let day = jiff::civil::date(2026, 4, 1);
        let asked = jiff::Timestamp::UNIX_EPOCH;
        let enquiry = Enquiry {
            number: 7,
            vendor: dossier.vendor.clone(),
            asked,
            asked_on: day,
            by: "山田".into(),
            due: jiff::civil::date(2026, 5, 1),
            token: token(7, &dossier.vendor, asked),
            subjects: dossier.remote().into_iter().chain(dossier.disclosure()).collect(),
        };
        let questions = Questions::builtin();
        let asked = Asked { dossier, enquiry: &enquiry, verdict: &verdict, contact: Some("@x"), questions };
        workbook(&asked, &fixture::options(lang)).unwrap()
    }

    #[test]
    fn no_cell_is_a_formula_and_none_begins_like_one() {
        for lang in [Lang::Ja, Lang::En] {
            let mut book: Xlsx<_> = Xlsx::new(Cursor::new(book(lang))).unwrap();
            assert_eq!(book.sheet_names().len(), 5);
            for name in book.sheet_names() {
                assert!(book.worksheet_formula(&name).unwrap().used_cells().all(|(_, _, formula)| formula.is_empty()));
                for (row, column, cell) in book.worksheet_range(&name).unwrap().used_cells() {
                    if let Data::String(text) = cell {
                        assert!(!text.starts_with(['=', '+', '-', '@', '\t']), "{name} {row} {column} {text}");
                        assert!(!text.chars().any(|c| (c.is_control() && c != '\n') || c == '\u{202e}'), "{text:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn days_are_days_and_equal_enquiries_give_equal_bytes() {
        let mut read: Xlsx<_> = Xlsx::new(Cursor::new(book(Lang::Ja))).unwrap();
        let cover = read.worksheet_range("照会票").unwrap();
        assert_eq!(cover.used_cells().filter(|(_, _, cell)| matches!(cell, Data::DateTime(_))).count(), 2);
        assert_eq!(book(Lang::En), book(Lang::En));
    }
}
