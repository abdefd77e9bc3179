//! The looks of an answer sheet's cells.

use jiff::civil::{Date, DateTime, Time};
use rust_xlsxwriter::{Color, ExcelDateTime, Format, FormatAlign, FormatBorder, Worksheet, XlsxError};

use crate::answer::draft::Draft;
use crate::answer::figure::Met;
use crate::render::Lang;
use crate::render::xlsx::{excel, neutral};

/// One cell.
pub(super) enum Cell {
    /// Text.
    Text(String),
    /// A number.
    Number(f64),
    /// A day.
    Day(Date),
    /// A draft, in its colour.
    Draft(Draft, String),
    /// Whether a criterion is met, in its colour.
    Met(Met, &'static str),
    /// For a person to fill in with text.
    Box,
    /// For a person to fill in with a day.
    DayBox,
    /// Nothing.
    Blank,
}

impl Cell {
    /// Text of ours, or of people and devices.
    pub(super) fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// A count.
    pub(super) fn count(count: usize) -> Self {
        Self::Number(u32::try_from(count).map_or(f64::MAX, f64::from))
    }

    /// A day, where there is one.
    pub(super) fn day(day: Option<Date>) -> Self {
        day.map_or(Self::Blank, Self::Day)
    }

    /// Its text, for the height of its row.
    pub(super) fn shown(&self) -> &str {
        match self {
            Self::Text(text) | Self::Draft(_, text) => text,
            Self::Met(_, word) => word,
            _ => "",
        }
    }
}

/// Formats, made once a workbook.
pub(super) struct Formats {
    pub(super) title: Format,
    pub(super) line: Format,
    pub(super) head: Format,
    text: Format,
    number: Format,
    day: Format,
    to_fill: Format,
    day_to_fill: Format,
}

impl Formats {
    pub(super) fn new(lang: Lang) -> Self {
        let plain = || Format::new().set_font_name("Yu Gothic").set_font_size(10).set_align(FormatAlign::Top);
        let bordered =
            || plain().set_text_wrap().set_border(FormatBorder::Thin).set_border_color(Color::RGB(0x00C9_D0D6));
        let filled = || bordered().set_background_color(Color::RGB(0x00FF_FBEA));
        let day = lang.pick("yyyy\"年\"m\"月\"d\"日\"", "yyyy-mm-dd");
        Self {
            title: plain().set_bold().set_font_size(14),
            line: plain(),
            head: bordered()
                .set_bold()
                .set_background_color(Color::RGB(0x00E9_EDF0))
                .set_align(FormatAlign::VerticalCenter),
            text: bordered(),
            number: bordered().set_num_format("#,##0"),
            day: bordered().set_num_format(day).set_align(FormatAlign::Left),
            to_fill: filled(),
            day_to_fill: filled().set_num_format("yyyy/m/d"),
        }
    }

    /// Colour is never the only sign: the word stands in the cell.
    fn draft(&self, draft: Draft) -> Format {
        let colour = match draft {
            Draft::Yes => 0x002F_6B3C,
            Draft::No => 0x00A8_201A,
            Draft::Undecided => 0x007B_2D73,
            Draft::Person => 0x004F_453A,
        };
        self.text.clone().set_bold().set_font_color(Color::RGB(colour))
    }

    fn met(&self, met: Met) -> Format {
        self.draft(match met {
            Met::Yes => Draft::Yes,
            Met::No => Draft::No,
            Met::Unknown => Draft::Undecided,
        })
    }

    /// Writes one cell.
    pub(super) fn write(&self, sheet: &mut Worksheet, at: (u32, u16), cell: &Cell) -> Result<(), XlsxError> {
        let (row, column) = at;
        match cell {
            Cell::Text(text) => sheet.write_string_with_format(row, column, neutral(text), &self.text)?,
            Cell::Number(number) => sheet.write_number_with_format(row, column, *number, &self.number)?,
            Cell::Day(day) => match moment(day.to_datetime(Time::midnight())) {
                Ok(date) => sheet.write_datetime_with_format(row, column, date, &self.day)?,
                Err(_) => sheet.write_string_with_format(row, column, day.to_string(), &self.text)?,
            },
            Cell::Draft(draft, text) => {
                sheet.write_string_with_format(row, column, neutral(text), &self.draft(*draft))?
            }
            Cell::Met(met, word) => sheet.write_string_with_format(row, column, *word, &self.met(*met))?,
            Cell::Box => sheet.write_blank(row, column, &self.to_fill)?,
            Cell::DayBox => sheet.write_blank(row, column, &self.day_to_fill)?,
            Cell::Blank => sheet.write_blank(row, column, &self.text)?,
        };
        Ok(())
    }
}

/// A moment as a spreadsheet keeps it.
pub(super) fn moment(at: DateTime) -> Result<ExcelDateTime, XlsxError> {
    excel(at)
}
