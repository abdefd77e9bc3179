//! Workbooks: `findings.xlsx`, eight sheets for the screen, and in `books` the registers that are printed and handed in.
//! Filters, frozen headings, real dates, and no formulas.

mod books;
mod sheets;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use rust_xlsxwriter::{
    Color, DataValidation, DataValidationRule, DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder,
    Workbook, Worksheet, XlsxError,
};

use unicode_width::UnicodeWidthStr;

pub use self::books::{
    Attached, Book, LedgerSource, Material, OfficialColumn, OfficialRow, VendorWork, book, evidence_names, pack_index,
};
use self::sheets::{Column, Paper, Sheet, Value};
use super::Options;
use super::view::Report;
use super::words::headings::headings;
use super::words::phrase::shown;
use super::words::{Lang, fixed, standing};
use crate::judge::asset::Grade;
use crate::judge::finding::Severity;
use crate::judge::verdict::Verdict;

/// Rows of a worksheet, the heading among them (ECMA-376, and every spreadsheet program).
const ROWS: usize = 1_048_576;
/// Characters of one cell; the format's limit is 32,767.
const CELL: usize = 8_000;

/// The workbook's octets; equal verdicts give equal workbooks.
pub fn workbook(verdict: &Verdict, options: &Options) -> Result<Vec<u8>, XlsxError> {
    let report = Report::new(verdict, options);
    let words = headings(options.lang);
    let mut book = Workbook::new();
    let created = excel(local(verdict.run.started, options))?;
    book.set_properties(
        &DocProperties::new().set_title(words.title).set_author("Daicho").set_creation_datetime(&created),
    );
    let formats = Formats::new(options.lang);
    for (index, sheet) in sheets::all(&report).iter().enumerate() {
        let page = book.add_worksheet();
        write_sheet(page, sheet, &formats, options)?;
        if index == 0 {
            to_fill(page, sheet.rows.len(), options.lang)?;
        }
    }
    let title = header(options, words.title);
    for sheet in book.worksheets_mut() {
        sheet.set_header(&title);
    }
    book.save_to_buffer()
}

/// Lists and checks for the cells that people fill in; `daicho decide import` reads them.
fn to_fill(sheet: &mut Worksheet, rows: usize, lang: Lang) -> Result<(), XlsxError> {
    let Some(last) = u32::try_from(rows).ok().filter(|last| *last > 0) else { return Ok(()) };
    let choices = DataValidation::new().allow_list_strings(&standing::choices(lang))?;
    let column = sheets::TO_FILL.decision;
    sheet.add_data_validation(1, column, last, column, &choices)?;
    let days = DataValidationRule::GreaterThan(ExcelDateTime::from_ymd(2020, 1, 1)?);
    let column = sheets::TO_FILL.day;
    sheet.add_data_validation(1, column, last, column, &DataValidation::new().allow_date(days))?;
    Ok(())
}

/// Text that no spreadsheet program reads as a formula, not even after it was saved as CSV.
///
/// It is written as a string cell, too; the apostrophe protects those who copy it on.
pub fn neutral(text: &str) -> String {
    let text: String = text.chars().filter(|c| !c.is_control() || *c == '\n').take(CELL).collect();
    match text.trim_start().chars().next() {
        Some('=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠') => format!("'{text}"),
        _ => text,
    }
}

fn header(options: &Options, title: &str) -> String {
    let hospital = options.hospital.as_deref().map(shown).unwrap_or_default();
    // An ampersand begins a code in page headers.
    format!("&L{}&R{}", hospital.replace('&', "&&"), title.replace('&', "&&"))
}

struct Formats {
    head: Format,
    text: Format,
    foreign: Format,
    number: Format,
    moment: Format,
    day: Format,
    entry: Format,
    sum: Format,
    title: Format,
    above: Format,
}

impl Formats {
    fn new(lang: Lang) -> Self {
        let base = || {
            Format::new()
                .set_font_name("Yu Gothic")
                .set_font_size(10)
                .set_text_wrap()
                .set_align(FormatAlign::Top)
                .set_border(FormatBorder::Thin)
                .set_border_color(Color::RGB(0x00C9_D0D6))
        };
        let day = lang.pick("[$-411]yyyy\"年\"m\"月\"d\"日（\"aaa\"）\"", "yyyy-mm-dd");
        Self {
            head: base()
                .set_bold()
                .set_background_color(Color::RGB(0x00E9_EDF0))
                .set_align(FormatAlign::VerticalCenter),
            text: base(),
            foreign: base().set_font_name("BIZ UDGothic"),
            number: base().set_num_format("#,##0"),
            moment: base().set_num_format(format!("{day} hh:mm")),
            day: base().set_num_format(day),
            entry: base().set_num_format("yyyy/m/d"),
            sum: base().set_bold().set_background_color(Color::RGB(0x00F3_F1E7)),
            title: Format::new().set_font_name("Yu Gothic").set_font_size(14).set_bold(),
            above: Format::new().set_font_name("Yu Gothic").set_font_size(9),
        }
    }

    fn severity(&self, severity: Severity) -> Format {
        let (background, font) = match severity {
            Severity::Urgent => (0x00A8_201A, 0x00FF_FFFF),
            Severity::Act => (0x00B4_5309, 0x00FF_FFFF),
            Severity::Check => (0x00FF_E9A8, 0x004D_3D00),
            Severity::Info => (0x00EC_E7E1, 0x004F_453A),
        };
        self.text.clone().set_bold().set_background_color(Color::RGB(background)).set_font_color(Color::RGB(font))
    }

    fn grade(&self, grade: Grade) -> Format {
        let font = match grade {
            Grade::Confirmed => 0x0017_357A,
            Grade::Probable => 0x004B_2E9E,
            Grade::Indication => 0x000B_6B7E,
            Grade::Undecidable => 0x007B_2D73,
            Grade::Nothing => 0x002F_6B3C,
        };
        self.text.clone().set_font_color(Color::RGB(font))
    }
}

fn write_sheet(sheet: &mut Worksheet, value: &Sheet, formats: &Formats, options: &Options) -> Result<(), XlsxError> {
    sheet.set_name(value.name)?;
    let head = u32::try_from(value.above.len()).unwrap_or(0);
    for (row, line) in (0u32..).zip(&value.above) {
        let format = if row == 0 { &formats.title } else { &formats.above };
        sheet.write_string_with_format(row, 0, neutral(line), format)?;
    }
    write_head(sheet, head, &value.columns, formats)?;
    let rows = value.rows.len().min(ROWS - 2 - value.above.len());
    for (row, cells) in (head + 1..).zip(value.rows.iter().take(rows)) {
        for (column, cell) in (0u16..).zip(cells) {
            match (cell, u16::try_from(value.columns.len() - 1)) {
                (Value::Rest(text), Ok(last)) if last > column => {
                    sheet.merge_range(row, column, row, last, &neutral(text), &formats.sum)?;
                }
                _ => write_cell(sheet, (row, column), cell, formats, options)?,
            }
        }
        sheet.set_row_height(row, height(cells, &value.columns))?;
    }
    let last = head + u32::try_from(rows).unwrap_or(u32::MAX - head);
    if let Some(left) = value.rows.len().checked_sub(rows).filter(|left| *left > 0) {
        let note = options
            .lang
            .pick(format!("ほか {left}行（result.json を参照）"), format!("{left} more rows: see result.json"));
        sheet.write_string_with_format(last + 1, 0, note, &formats.text)?;
    }
    choices(sheet, (head + 1, last), &value.columns)?;
    page(sheet, value, head, last)
}

/// Lists for the cells that hold one of a few words.
fn choices(sheet: &mut Worksheet, (first, last): (u32, u32), columns: &[Column]) -> Result<(), XlsxError> {
    for (at, column) in (0u16..).zip(columns).filter(|(_, column)| !column.choices.is_empty() && first <= last) {
        let rule = DataValidation::new().allow_list_strings(&column.choices)?;
        sheet.add_data_validation(first, at, last, at, &rule)?;
    }
    Ok(())
}

/// Filters, what stays in sight, and the paper.
fn page(sheet: &mut Worksheet, value: &Sheet, head: u32, last: u32) -> Result<(), XlsxError> {
    let last_column = u16::try_from(value.columns.len().saturating_sub(1)).unwrap_or(0);
    sheet.autofilter(head, 0, last, last_column)?;
    sheet.set_print_area(0, 0, last, printed(value))?;
    sheet.set_freeze_panes(head + 1, value.frozen)?.set_repeat_rows(head, head)?;
    let paper = if value.paper == Paper::A3 { 8 } else { 9 };
    let across = value.across.max(1);
    if across > 1 && value.frozen > 0 {
        sheet.set_repeat_columns(0, value.frozen - 1)?;
    }
    sheet
        .set_landscape()
        .set_paper_size(paper)
        .set_print_fit_to_pages(across, 0)
        .set_margins(0.4, 0.4, 0.7, 0.6, 0.3, 0.3);
    sheet.set_footer("&L&A&R&P / &N");
    Ok(())
}

/// The last column on paper: what stands above a narrow table runs on into empty columns, and is printed whole.
fn printed(value: &Sheet) -> u16 {
    /// Characters of an empty column.
    const BLANK: usize = 8;
    let columns = usize::from(value.printed).min(value.columns.len()).max(1);
    let wide: usize = value.columns.iter().take(columns).map(|column| usize::from(column.width)).sum();
    // These lines are in smaller letters than what columns are counted in.
    let needed = value.above.iter().map(|line| line.width() * 9 / 10).max().unwrap_or(0);
    let blanks = if columns == value.columns.len() { needed.saturating_sub(wide).div_ceil(BLANK) } else { 0 };
    u16::try_from(columns + blanks - 1).unwrap_or(u16::MAX)
}

/// Points for the cell with the most lines: not every program fits rows to wrapped text by itself.
fn height(cells: &[Value], columns: &[Column]) -> f64 {
    const LINE: usize = 15;
    const MOST: usize = 26;
    let needed = |text: &str, width: u16| {
        let room = usize::from(width).saturating_sub(1).max(1);
        text.lines().map(|line| line.width().div_ceil(room).max(1)).sum::<usize>()
    };
    let lines = cells.iter().zip(columns).map(|(cell, column)| match cell {
        Value::Text(text) | Value::Foreign(text) | Value::Sum(text) => needed(text, column.width),
        _ => 1,
    });
    let points = lines.max().unwrap_or(1).clamp(1, MOST) * LINE + 3;
    u16::try_from(points).map_or(409.0, f64::from)
}

fn write_head(sheet: &mut Worksheet, row: u32, columns: &[Column], formats: &Formats) -> Result<(), XlsxError> {
    let mut lines = 1;
    for (index, column) in (0u16..).zip(columns) {
        sheet.set_column_width(index, column.width)?;
        sheet.write_string_with_format(row, index, neutral(&column.name), &formats.head)?;
        // A filter's button takes the room of three characters.
        lines = lines.max(column.name.width().div_ceil(usize::from(column.width).saturating_sub(3).max(1)));
    }
    sheet.set_row_height(row, f64::from(u8::try_from(lines.clamp(1, 4)).unwrap_or(1)) * 15.0 + 9.0)?;
    Ok(())
}

fn write_cell(
    sheet: &mut Worksheet,
    (row, column): (u32, u16),
    value: &Value,
    formats: &Formats,
    options: &Options,
) -> Result<(), XlsxError> {
    let lang = options.lang;
    match value {
        Value::Text(text) => sheet.write_string_with_format(row, column, neutral(text), &formats.text)?,
        Value::Sum(text) | Value::Rest(text) => {
            sheet.write_string_with_format(row, column, neutral(text), &formats.sum)?
        }
        Value::Foreign(text) => sheet.write_string_with_format(row, column, neutral(text), &formats.foreign)?,
        Value::Number(number) => sheet.write_number_with_format(row, column, *number, &formats.number)?,
        Value::Moment(at) => {
            sheet.write_datetime_with_format(row, column, excel(local(*at, options))?, &formats.moment)?
        }
        Value::Empty => sheet.write_blank(row, column, &formats.entry)?,
        Value::Day(day) => write_day(sheet, (row, column), *day, formats)?,
        Value::Severity(severity) => {
            let word = format!("{} {}", fixed::severity_mark(*severity), fixed::severity(*severity, lang));
            sheet.write_string_with_format(row, column, word, &formats.severity(*severity))?
        }
        Value::Grade(grade) => {
            let word = format!("{} {}", fixed::grade_mark(*grade), fixed::grade(*grade, lang));
            sheet.write_string_with_format(row, column, word, &formats.grade(*grade))?
        }
    };
    Ok(())
}

/// A day that the format cannot hold (before 1900) stays text.
fn write_day<'a>(
    sheet: &'a mut Worksheet,
    (row, column): (u32, u16),
    day: Date,
    formats: &Formats,
) -> Result<&'a mut Worksheet, XlsxError> {
    match excel(day.to_datetime(jiff::civil::Time::midnight())) {
        Ok(date) => sheet.write_datetime_with_format(row, column, date, &formats.day),
        Err(_) => sheet.write_string_with_format(row, column, day.to_string(), &formats.text),
    }
}

fn local(at: Timestamp, options: &Options) -> DateTime {
    at.to_zoned(options.tz.clone()).datetime()
}

pub(super) fn excel(at: DateTime) -> Result<ExcelDateTime, XlsxError> {
    let out_of_range = || XlsxError::DateTimeRangeError(format!("{at} lies outside the years that Excel knows"));
    let part = |number: i8| u8::try_from(number).map_err(|_| out_of_range());
    let year = u16::try_from(at.year()).map_err(|_| out_of_range())?;
    let date = ExcelDateTime::from_ymd(year, part(at.month())?, part(at.day())?)?;
    date.and_hms(u16::from(part(at.hour())?), part(at.minute())?, f64::from(at.second()))
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use calamine::{Data, Range, Reader, Xlsx};
    use proptest::prelude::*;

    use super::*;
    use crate::render::fixture;

    fn read(verdict: &Verdict, lang: Lang) -> Xlsx<Cursor<Vec<u8>>> {
        Xlsx::new(Cursor::new(workbook(verdict, &fixture::options(lang)).unwrap())).unwrap()
    }

    fn sheet(name: &str) -> Range<Data> {
        read(&fixture::verdict(), Lang::Ja).worksheet_range(name).unwrap()
    }

    #[test]
    fn the_sheets_stand_in_their_order() {
        let names = [
            "所見一覧",
            "実測機器一覧",
            "台帳照合結果",
            "外部接続点",
            "二系統接続一覧",
            "調査範囲",
            "送信記録",
            "台帳の指摘",
        ];
        assert_eq!(read(&fixture::verdict(), Lang::Ja).sheet_names(), names);
        assert_eq!(read(&fixture::quiet(), Lang::En).sheet_names().len(), 8);
    }

    #[test]
    fn no_cell_is_a_formula_and_none_begins_like_one() {
        let mut book = read(&fixture::verdict(), Lang::Ja);
        for name in book.sheet_names() {
            let formulas = book.worksheet_formula(&name).unwrap();
            assert!(formulas.used_cells().all(|(_, _, formula)| formula.is_empty()), "{name}");
            for (row, column, cell) in book.worksheet_range(&name).unwrap().used_cells() {
                if let Data::String(text) = cell {
                    assert!(!text.starts_with(['=', '+', '-', '@', '\t', '\r']), "{name} {row} {column} {text}");
                    assert!(!text.chars().any(|c| (c.is_control() && c != '\n') || c == '\u{202e}'), "{text:?}");
                }
            }
        }
    }

    #[test]
    fn a_formula_in_a_device_name_comes_back_as_text() {
        let assets = sheet("実測機器一覧");
        let neutralised = format!("'{}", fixture::FORMULA);
        assert!(assets.used_cells().any(|(_, _, cell)| cell == &Data::String(neutralised.clone())));
    }

    #[test]
    fn dates_are_dates_in_local_time_and_counts_are_numbers() {
        let sent = sheet("送信記録");
        let first = sent.rows().nth(1).unwrap();
        let dates: Vec<String> = first
            .iter()
            .filter_map(|cell| match cell {
                Data::DateTime(at) => Some(format!("{:?}", at.to_ymd_hms_milli())),
                _ => None,
            })
            .collect();
        assert_eq!(dates, ["(2026, 3, 31, 2, 0, 5, 0)", "(2026, 3, 31, 2, 15, 0, 0)"]);
        assert!(first.contains(&Data::Float(2.0)) && first.contains(&Data::String("医療機器".into())));
    }

    #[test]
    fn every_finding_and_row_is_there() {
        let verdict = fixture::verdict();
        assert_eq!(sheet("所見一覧").height(), verdict.findings.len() + 1);
        assert_eq!(sheet("台帳照合結果").height(), verdict.entries.len() + 1);
        assert_eq!(sheet("送信記録").height(), verdict.sent.len() + 1);
    }

    #[test]
    fn equal_verdicts_give_equal_bytes() {
        let bytes = || workbook(&fixture::verdict(), &fixture::options(Lang::Ja)).unwrap();
        assert_eq!(bytes(), bytes());
    }

    proptest! {
        #[test]
        fn no_text_begins_like_a_formula(text in "[=+@\\-\t\r \\PC]{0,40}") {
            let text = neutral(&text);
            prop_assert!(!text.trim_start().starts_with(['=', '+', '-', '@', '\t', '\r']));
        }
    }
}
