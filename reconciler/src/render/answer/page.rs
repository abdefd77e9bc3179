//! One sheet of paper: a title, lines, and tables below each other; A4 landscape, as wide as the paper.

use rust_xlsxwriter::{Worksheet, XlsxError};
use unicode_width::UnicodeWidthStr;

use super::cells::{Cell, Formats};
use crate::render::xlsx::neutral;

/// Points of one line of text.
const LINE: u32 = 15;
/// The most lines of one row: a row cannot be higher than 409 points.
const MOST: usize = 26;

/// A sheet that is being written from top to bottom.
pub(super) struct Page<'b> {
    pub(super) sheet: &'b mut Worksheet,
    formats: &'b Formats,
    widths: Vec<u16>,
    /// The next free row.
    pub(super) row: u32,
}

impl<'b> Page<'b> {
    /// An empty sheet with columns of these widths, in characters.
    pub(super) fn new(
        sheet: &'b mut Worksheet,
        formats: &'b Formats,
        name: &str,
        widths: &[u16],
    ) -> Result<Self, XlsxError> {
        sheet.set_name(name)?;
        for (column, width) in (0u16..).zip(widths) {
            sheet.set_column_width(column, *width)?;
        }
        sheet.set_landscape().set_paper_size(9).set_print_fit_to_pages(1, 0);
        sheet.set_margins(0.4, 0.4, 0.7, 0.6, 0.3, 0.3).set_footer("&L&A&R&P / &N");
        Ok(Self { sheet, formats, widths: widths.to_vec(), row: 0 })
    }

    /// The sheet's title.
    pub(super) fn title(&mut self, text: &str) -> Result<(), XlsxError> {
        self.sheet.write_string_with_format(self.row, 0, neutral(text), &self.formats.title)?;
        self.sheet.set_row_height(self.row, 24)?;
        self.row += 1;
        Ok(())
    }

    /// A line across all columns, as high as its text.
    pub(super) fn line(&mut self, text: &str) -> Result<(), XlsxError> {
        let last = u16::try_from(self.widths.len() - 1).unwrap_or(0);
        let format = self.formats.line.clone().set_text_wrap();
        let width = self.widths.iter().sum::<u16>();
        if last > 0 {
            self.sheet.merge_range(self.row, 0, self.row, last, &neutral(text), &format)?;
        } else {
            self.sheet.write_string_with_format(self.row, 0, neutral(text), &format)?;
        }
        self.sheet.set_row_height(self.row, points(lines(text, width)))?;
        self.row += 1;
        Ok(())
    }

    /// An empty row.
    pub(super) fn gap(&mut self) {
        self.row += 1;
    }

    /// A table; returns its first row of cells.
    pub(super) fn table(&mut self, heads: &[&str], rows: &[Vec<Cell>]) -> Result<u32, XlsxError> {
        for (column, head) in (0u16..).zip(heads) {
            self.sheet.write_string_with_format(self.row, column, *head, &self.formats.head)?;
        }
        let high = heads.iter().zip(&self.widths).map(|(head, width)| lines(head, *width)).max().unwrap_or(1);
        self.sheet.set_row_height(self.row, points(high).max(24.0))?;
        self.row += 1;
        let first = self.row;
        for cells in rows {
            for (column, cell) in (0u16..).zip(cells) {
                self.formats.write(self.sheet, (self.row, column), cell)?;
            }
            let high = cells.iter().zip(&self.widths).map(|(cell, width)| lines(cell.shown(), *width)).max();
            self.sheet.set_row_height(self.row, points(high.unwrap_or(1)))?;
            self.row += 1;
        }
        Ok(first)
    }

    /// Says what is printed; `head` is repeated on every page, where there is one.
    pub(super) fn finish(self, head: Option<u32>) -> Result<(), XlsxError> {
        let last = u16::try_from(self.widths.len() - 1).unwrap_or(0);
        self.sheet.set_print_area(0, 0, self.row.saturating_sub(1), last)?;
        if let Some(head) = head {
            self.sheet.set_repeat_rows(head, head)?;
            self.sheet.set_freeze_panes(head + 1, 0)?;
        }
        Ok(())
    }
}

/// Lines that a text needs in a column.
fn lines(text: &str, width: u16) -> usize {
    let room = usize::from(width).saturating_sub(1).max(1);
    text.lines().map(|line| line.width().div_ceil(room).max(1)).sum::<usize>().max(1)
}

fn points(lines: usize) -> f64 {
    let lines = u32::try_from(lines.min(MOST)).unwrap_or(1);
    f64::from(lines * LINE + 3)
}
