//! The added sheet that lists what was changed, and what was not and why.

use super::reference::letters;
use super::xml::escaped;
use crate::export::Changes;

const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
/// The widest and the narrowest column, in characters.
const WIDTHS: (usize, usize) = (9, 60);

/// A sheet of texts: bold headings, which stay in sight; as wide as one page where it is printed. No style of the workbook is used or added.
pub(crate) fn sheet(changes: &Changes) -> String {
    let columns: String = (0..changes.headings.len()).map(|at| column(changes, at)).collect();
    let heading = row(1, &changes.headings, true);
    let rows: String = (2..).zip(&changes.rows).map(|(number, cells)| row(number, cells, false)).collect();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<worksheet xmlns=\"{MAIN}\"><sheetPr><pageSetUpPr fitToPage=\"1\"/></sheetPr><sheetViews><sheetView workbookViewId=\"0\"><pane ySplit=\"1\" topLeftCell=\"A2\" activePane=\"bottomLeft\" state=\"frozen\"/></sheetView></sheetViews><cols>{columns}</cols><sheetData>{heading}{rows}</sheetData><pageMargins left=\"0.4\" right=\"0.4\" top=\"0.5\" bottom=\"0.5\" header=\"0.3\" footer=\"0.3\"/><pageSetup paperSize=\"9\" orientation=\"landscape\" fitToHeight=\"0\"/></worksheet>"
    )
}

fn column(changes: &Changes, at: usize) -> String {
    let cells = changes.rows.iter().filter_map(|row| row.get(at)).chain(changes.headings.get(at));
    let widest = cells.flat_map(|text| text.lines()).map(unicode_width::UnicodeWidthStr::width).max().unwrap_or(0);
    let (width, number) = (widest.clamp(WIDTHS.0, WIDTHS.1) + 2, at + 1);
    format!("<col min=\"{number}\" max=\"{number}\" width=\"{width}\" customWidth=\"1\"/>")
}

fn row(number: u32, cells: &[String], bold: bool) -> String {
    let cell = |(column, text): (u32, &String)| {
        let text = format!("<t xml:space=\"preserve\">{}</t>", escaped(text));
        let shown = if bold { format!("<r><rPr><b/></rPr>{text}</r>") } else { text };
        format!("<c r=\"{}{number}\" t=\"inlineStr\"><is>{shown}</is></c>", letters(column))
    };
    format!("<row r=\"{number}\">{}</row>", (0..).zip(cells).map(cell).collect::<String>())
}
