//! 確認・報告記録: one page of A4 for management, with the figures, what is urgent, what was decided, and boxes for a name
//! and a date.

use rust_xlsxwriter::{Color, Format, FormatAlign, FormatBorder, Worksheet, XlsxError};

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::Shelf;
use crate::judge::finding::Severity;
use crate::render::words::phrase::shown;
use crate::render::words::standing;
use crate::render::xlsx::{Formats, neutral};

/// Columns of the page, which is held upright; their widths in characters.
const WIDTHS: [u16; 6] = [16, 14, 14, 14, 14, 20];
/// The last of them.
const LAST: u16 = 5;
/// Urgent findings that are written out.
const URGENT: usize = 7;
/// Decisions that are written out.
const DECIDED: usize = 6;
/// Width of one finding's sentence: four lines.
const SENTENCE: usize = 4 * ROOM;
/// Half-width characters on a line of the page.
const ROOM: usize = 90;

pub(super) fn write(sheet: &mut Worksheet, shelf: &Shelf<'_>, formats: &Formats) -> Result<(), XlsxError> {
    sheet.set_name(shelf.w.book_record)?;
    for (column, width) in (0u16..).zip(WIDTHS) {
        sheet.set_column_width(column, width)?;
    }
    let mut page = Page { sheet, shelf, row: 0, faces: Faces::new(formats) };
    page.top()?;
    page.figures()?;
    page.urgent()?;
    page.decided()?;
    page.boxes()?;
    let last = page.row.saturating_sub(1);
    sheet.set_print_area(0, 0, last, LAST)?;
    sheet.set_portrait().set_paper_size(9).set_print_fit_to_pages(1, 1).set_margins(0.5, 0.5, 0.6, 0.5, 0.3, 0.3);
    sheet.set_footer("&L&A&R&P / &N");
    Ok(())
}

struct Faces {
    title: Format,
    small: Format,
    head: Format,
    cell: Format,
    count: Format,
    empty: Format,
}

impl Faces {
    fn new(formats: &Formats) -> Self {
        let base = || formats.text.clone().set_align(FormatAlign::VerticalCenter);
        Self {
            title: formats.title.clone().set_font_size(16),
            small: formats.above.clone().set_text_wrap().set_align(FormatAlign::Top).set_font_size(8),
            head: base().set_bold().set_background_color(Color::RGB(0x00E9_EDF0)),
            cell: base(),
            count: base().set_bold().set_font_size(16).set_align(FormatAlign::Center).set_num_format("#,##0"),
            empty: base().set_border(FormatBorder::Thin),
        }
    }
}

struct Page<'s, 'a> {
    sheet: &'s mut Worksheet,
    shelf: &'s Shelf<'a>,
    row: u32,
    faces: Faces,
}

impl Page<'_, '_> {
    fn top(&mut self) -> Result<(), XlsxError> {
        self.sheet.write_string_with_format(self.row, 0, self.shelf.title, &self.faces.title)?;
        self.sheet.set_row_height(self.row, 26)?;
        self.row += 1;
        for line in self.shelf.origin() {
            self.across(&line, &self.faces.small.clone(), 110)?;
        }
        let headline = self.shelf.report.figures.headline.clone();
        self.heading(self.shelf.w.verdict)?;
        self.across(&headline, &self.faces.cell.clone(), ROOM)
    }

    /// The four figures side by side, each over what it is counted out of.
    fn figures(&mut self) -> Result<(), XlsxError> {
        self.heading(self.shelf.w.figures)?;
        let report = self.shelf.report;
        let (names, counts) = (self.row, self.row + 1);
        for (column, figure) in (0u16..).zip(&report.figures.four) {
            let count = u32::try_from(figure.count).unwrap_or(u32::MAX);
            self.sheet.write_string_with_format(names, column, figure.name, &self.faces.head)?;
            self.sheet.write_number_with_format(counts, column, count, &self.faces.count)?;
            let base = format!("{}\n{}", figure.base, figure.change);
            self.sheet.write_string_with_format(counts + 1, column, base, &self.faces.cell)?;
        }
        for (column, at) in [(4u16, 0usize), (5, 1)] {
            let (severity, count) = report.figures.by_severity[at];
            let word = crate::render::words::fixed::severity(severity, self.shelf.lang());
            let count = u32::try_from(count).unwrap_or(u32::MAX);
            self.sheet.write_string_with_format(names, column, word, &self.faces.head)?;
            self.sheet.write_number_with_format(counts, column, count, &self.faces.count)?;
            self.sheet.write_string_with_format(counts + 1, column, self.shelf.w.number, &self.faces.cell)?;
        }
        // Every column but the last is as narrow as the first; a word that does not fit begins a line of its own.
        let lines = |text: &str| text.lines().map(|line| line.width().div_ceil(12).max(1)).sum::<usize>();
        let bases = report.figures.four.iter().map(|figure| lines(&figure.base) + lines(&figure.change)).max();
        let bases = u16::try_from(bases.unwrap_or(1).clamp(2, 5) * 15 + 4).unwrap_or(34);
        for (row, height) in [(names, 32), (counts, 28), (counts + 1, bases)] {
            self.sheet.set_row_height(row, height)?;
        }
        self.row = counts + 2;
        for line in report.figures.counts.clone() {
            self.across(&line, &self.faces.cell.clone(), ROOM)?;
        }
        Ok(())
    }

    fn urgent(&mut self) -> Result<(), XlsxError> {
        self.heading(self.shelf.w.open_urgent)?;
        let open: Vec<String> = self
            .shelf
            .report
            .findings
            .iter()
            .filter(|view| view.finding.severity == Severity::Urgent && view.standing.state.is_open())
            .map(|view| {
                let lang = self.shelf.lang();
                let department = match view.department.as_str() {
                    "" => String::new(),
                    name => lang.pick(format!("［{name}］"), format!("[{name}] ")),
                };
                format!("{department}{}", cut(&view.said.what.plain(), SENTENCE))
            })
            .collect();
        self.lines(&open, URGENT)
    }

    fn decided(&mut self) -> Result<(), XlsxError> {
        self.heading(self.shelf.w.decisions_made)?;
        let scene = &self.shelf.report.scene;
        let mut decided: Vec<(i64, String)> = self
            .shelf
            .report
            .findings
            .iter()
            .filter(|view| !view.decision.is_empty())
            .map(|view| {
                let what = format!("{}（{}）", view.title, shown(&view.device));
                let said = standing::standing(view.standing, &scene.options.tz, scene.lang());
                (view.standing.last, cut(&format!("{what}: {said}"), SENTENCE))
            })
            .collect();
        decided.sort_by_key(|(number, _)| std::cmp::Reverse(*number));
        let lines: Vec<String> = decided.into_iter().map(|(_, line)| line).collect();
        self.lines(&lines, DECIDED)
    }

    /// Boxes for a person's hand.
    fn boxes(&mut self) -> Result<(), XlsxError> {
        let w = self.shelf.w;
        self.heading(w.instructions)?;
        self.merged(self.row, 0, LAST, "", &self.faces.empty.clone())?;
        self.sheet.set_row_height(self.row, 70)?;
        self.row += 1;
        for who in [w.reported_by, w.approved_by] {
            self.sheet.write_string_with_format(self.row, 0, who, &self.faces.head)?;
            self.sheet.write_string_with_format(self.row, 1, w.name_box, &self.faces.head)?;
            self.merged(self.row, 2, 3, "", &self.faces.empty.clone())?;
            self.sheet.write_string_with_format(self.row, 4, w.date_box, &self.faces.head)?;
            self.sheet.write_blank(self.row, 5, &self.faces.empty.clone().set_num_format("yyyy/m/d"))?;
            self.sheet.set_row_height(self.row, 34)?;
            self.row += 1;
        }
        Ok(())
    }

    fn heading(&mut self, words: &str) -> Result<(), XlsxError> {
        self.merged(self.row, 0, LAST, words, &self.faces.head.clone())?;
        self.sheet.set_row_height(self.row, 18)?;
        self.row += 1;
        Ok(())
    }

    /// One line each; what does not fit on the page is counted.
    fn lines(&mut self, lines: &[String], most: usize) -> Result<(), XlsxError> {
        let face = self.faces.cell.clone();
        if lines.is_empty() {
            return self.across(self.shelf.w.none, &face, ROOM);
        }
        for line in lines.iter().take(most) {
            self.across(line, &face, ROOM)?;
        }
        match lines.len().saturating_sub(most) {
            0 => Ok(()),
            left => {
                let more = self
                    .shelf
                    .lang()
                    .pick(format!("ほか {left}件（所見一覧を参照）"), format!("{left} more: see the findings"));
                self.across(&more, &face, ROOM)
            }
        }
    }

    /// A line over the whole width, as high as it needs: `room` characters fit on one.
    fn across(&mut self, line: &str, face: &Format, room: usize) -> Result<(), XlsxError> {
        self.merged(self.row, 0, LAST, line, face)?;
        let lines = u16::try_from(line.width().div_ceil(room).clamp(1, 4)).unwrap_or(1);
        self.sheet.set_row_height(self.row, f64::from(lines) * 14.0 + 3.0)?;
        self.row += 1;
        Ok(())
    }

    fn merged(&mut self, row: u32, from: u16, to: u16, words: &str, face: &Format) -> Result<(), XlsxError> {
        self.sheet.merge_range(row, from, row, to, &neutral(words), face)?;
        Ok(())
    }
}

/// As much as fits into a width, with a mark where something is left out.
fn cut(text: &str, most: usize) -> String {
    if text.width() <= most {
        return text.to_owned();
    }
    let mut room = most - 2;
    let fits = |c: &char| {
        let wide = c.width().unwrap_or(0);
        let fits = wide <= room;
        room = room.saturating_sub(wide);
        fits
    };
    text.chars().take_while(fits).chain(['…']).collect()
}
