//! Where everything stands in a sheet's XML that may have to be changed: one pass, nothing kept of the rest.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::reference::{Area, cell};
use super::xml::{Kind, Tag, Tags};
use crate::export::Refusal;

/// Merged ranges, filters and the like that are looked at.
const AREAS: usize = 200_000;

/// A sheet's XML, with the places of what was asked for.
#[derive(Debug, Default)]
pub(crate) struct Scan {
    /// Prefix of its elements, with the colon.
    pub prefix: String,
    /// `<sheetData>`: its opening tag, and where its content ends; `None` for the end of an empty element.
    pub data: (Range<usize>, Option<usize>),
    /// The rows that were asked for and are there.
    pub rows: BTreeMap<u32, RowAt>,
    /// Where a row that is not there would be put; `None` where the rows do not say their numbers.
    pub gaps: BTreeMap<u32, Option<usize>>,
    /// `<dimension>`.
    pub dimension: Option<Range<usize>>,
    /// `<autoFilter>` of the sheet.
    pub filter: Option<Range<usize>>,
    /// The relationship of the notes' drawing.
    pub drawing: Option<String>,
    /// Relationships of tables.
    pub tables: Vec<String>,
    /// Behind the last element that must stand before the notes' drawing.
    pub before_drawing: usize,
    /// Styles of columns, first and last column from 1.
    pub columns: Vec<(u32, u32, String)>,
    /// Merged cells.
    pub merged: Vec<Area>,
    /// Ranges of array formulas and data tables.
    pub arrays: Vec<Area>,
}

/// A row.
#[derive(Debug, Default)]
pub(crate) struct RowAt {
    /// Its opening or empty tag.
    pub tag: Range<usize>,
    /// Where its content ends; `None` for an empty element.
    pub end: Option<usize>,
    /// Its cells, from the left.
    pub cells: Vec<CellAt>,
}

/// A cell.
#[derive(Debug)]
pub(crate) struct CellAt {
    /// From 0.
    pub column: u32,
    /// The whole element.
    pub span: Range<usize>,
    /// Its style.
    pub style: Option<String>,
    /// It says where it stands.
    pub placed: bool,
    /// Its value is computed, or made of more than its text.
    pub computed: bool,
}

/// Elements of a sheet that come after the notes' drawing (ECMA-376 18.3.1.99).
const AFTER_DRAWING: [&str; 8] = [
    "legacyDrawingHF",
    "picture",
    "oleObjects",
    "controls",
    "webPublishItems",
    "tableParts",
    "extLst",
    "AlternateContent",
];

struct Scanner<'w> {
    scan: Scan,
    wanted: &'w BTreeSet<u32>,
    row: u32,
    column: u32,
    placed: bool,
    missing: Vec<u32>,
    current: Option<RowAt>,
}

/// Looks for the wanted rows, and for the places of those that are not there.
pub(crate) fn scan(part: &str, text: &str, wanted: &BTreeSet<u32>) -> Result<Scan, Refusal> {
    let missing = wanted.iter().rev().copied().collect();
    let mut scanner =
        Scanner { scan: Scan::default(), wanted, row: 0, column: 0, placed: true, missing, current: None };
    let mut tags = Tags::new(part, text);
    let mut seen_data = false;
    while let Some(tag) = tags.next()? {
        if tag.depth == 0 && tag.begins() {
            root(&mut scanner.scan, part, &tag)?;
        }
        seen_data |= tag.name == "sheetData";
        scanner.tag(&tag);
    }
    if seen_data { Ok(scanner.scan) } else { Err(Refusal::damaged(part, &"no cells")) }
}

fn root(scan: &mut Scan, part: &str, tag: &Tag<'_>) -> Result<(), Refusal> {
    if tag.text.contains("purl.oclc.org/ooxml") {
        return Err(Refusal::damaged(part, &"Strict Open XML; save it as an ordinary Excel workbook"));
    }
    tag.prefix().clone_into(&mut scan.prefix);
    if tag.name == "worksheet" { Ok(()) } else { Err(Refusal::damaged(part, &"no worksheet")) }
}

impl Scanner<'_> {
    fn tag(&mut self, tag: &Tag<'_>) {
        match (tag.name, tag.depth) {
            ("row", 2) => self.row(tag),
            ("c", 3) => self.cell(tag),
            ("f", 4) => self.formula(tag),
            ("sheetData", 1) => self.data(tag),
            _ => self.around(tag),
        }
        if tag.depth == 1 && tag.ends() && !AFTER_DRAWING.contains(&tag.name) {
            self.scan.before_drawing = tag.span.end;
        }
    }

    fn data(&mut self, tag: &Tag<'_>) {
        if tag.begins() {
            self.scan.data = (tag.span.clone(), None);
        }
        let end = if tag.kind == Kind::Empty { tag.span.end } else { tag.span.start };
        if tag.kind == Kind::Close {
            self.scan.data.1 = Some(end);
        }
        if tag.ends() {
            while let Some(number) = self.missing.pop() {
                self.scan.gaps.insert(number, Some(end));
            }
        }
    }

    fn row(&mut self, tag: &Tag<'_>) {
        if tag.begins() {
            let number = tag.attribute("r").and_then(|text| text.parse().ok());
            self.placed = number.is_some();
            self.row = number.unwrap_or(self.row.saturating_add(1));
            self.column = 0;
            self.gaps(tag.span.start);
            let wanted = self.wanted.contains(&self.row);
            self.current = wanted.then(|| RowAt { tag: tag.span.clone(), ..RowAt::default() });
        }
        if tag.ends()
            && let Some(mut row) = self.current.take()
        {
            row.end = (tag.kind == Kind::Close).then_some(tag.span.start);
            self.scan.rows.entry(self.row).or_insert(row);
        }
    }

    /// Rows that were asked for and have been passed go before this one.
    fn gaps(&mut self, before: usize) {
        while let Some(number) = self.missing.pop_if(|number| *number <= self.row) {
            if number < self.row {
                self.scan.gaps.insert(number, self.placed.then_some(before));
            }
        }
    }

    fn cell(&mut self, tag: &Tag<'_>) {
        if tag.begins() {
            let said = tag.attribute("r").and_then(|text| cell(&text));
            let column = said.map_or(self.column, |(_, column)| column);
            self.column = column + 1;
            let Some(row) = &mut self.current else { return };
            row.cells.push(CellAt {
                column,
                span: tag.span.clone(),
                style: tag.attribute("s").map(std::borrow::Cow::into_owned),
                placed: said.is_some(),
                // `cm` and `vm` point at data beside the sheet: dynamic arrays, pictures in cells.
                computed: tag.attribute("cm").is_some() || tag.attribute("vm").is_some(),
            });
        }
        if let Some(open) = self.current.as_mut().and_then(|row| row.cells.last_mut()).filter(|_| tag.ends()) {
            open.span.end = tag.span.end;
        }
    }

    fn formula(&mut self, tag: &Tag<'_>) {
        if let Some(cell) = self.current.as_mut().and_then(|row| row.cells.last_mut()) {
            cell.computed = true;
        }
        let kind = tag.attribute("t");
        if matches!(kind.as_deref(), Some("array" | "dataTable")) && self.scan.arrays.len() < AREAS {
            self.scan.arrays.extend(tag.attribute("ref").and_then(|area| Area::parse(&area)));
        }
    }

    fn around(&mut self, tag: &Tag<'_>) {
        if !tag.begins() {
            return;
        }
        match (tag.name, tag.depth) {
            ("dimension", 1) => self.scan.dimension = Some(tag.span.clone()),
            ("autoFilter", 1) => self.scan.filter = Some(tag.span.clone()),
            ("legacyDrawing", 1) => self.scan.drawing = tag.attribute("id").map(std::borrow::Cow::into_owned),
            ("tablePart", 2) => self.scan.tables.extend(tag.attribute("id").map(std::borrow::Cow::into_owned)),
            ("mergeCell", 2) if self.scan.merged.len() < AREAS => {
                self.scan.merged.extend(tag.attribute("ref").and_then(|area| Area::parse(&area)));
            }
            ("col", 2) if self.scan.columns.len() < AREAS => self.scan.columns.extend(column(tag)),
            _ => {}
        }
    }
}

fn column(tag: &Tag<'_>) -> Option<(u32, u32, String)> {
    let number = |name| tag.attribute(name).and_then(|text| text.parse().ok());
    Some((number("min")?, number("max")?, tag.attribute("style")?.into_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHEET: &str = r#"<worksheet xmlns="m"><dimension ref="A1:C9"/><cols><col min="1" max="3" style="4"/></cols><sheetData><row r="2" s="1"><c r="A2" s="3" t="s"><v>0</v></c><c r="C2"><f>A2</f><v>1</v></c></row><row r="5"/></sheetData><mergeCells><mergeCell ref="A1:C1"/></mergeCells><pageMargins left="1"/><tableParts><tablePart r:id="rId3"/></tableParts></worksheet>"#;

    #[test]
    fn everything_that_may_change_is_found() {
        let scan = scan("sheet", SHEET, &BTreeSet::from([1, 2, 3, 5, 9])).unwrap();
        let row = &scan.rows[&2];
        let cells: Vec<_> =
            row.cells.iter().map(|cell| (cell.column, cell.computed, &SHEET[cell.span.clone()])).collect();
        assert_eq!(cells[0], (0, false, r#"<c r="A2" s="3" t="s"><v>0</v></c>"#));
        assert_eq!((cells[1].0, cells[1].1), (2, true));
        assert!(SHEET[row.end.unwrap()..].starts_with("</row>") && scan.rows[&5].end.is_none());
        let before = |number| &SHEET[scan.gaps[&number].unwrap()..][..9];
        assert_eq!((before(1), before(3)), ("<row r=\"2", "<row r=\"5"));
        assert!(SHEET[scan.gaps[&9].unwrap()..].starts_with("</sheetData>"));
        assert!(SHEET[scan.before_drawing..].starts_with("<tableParts>"));
        assert_eq!((scan.tables.as_slice(), scan.columns[0].2.as_str()), (&["rId3".to_owned()][..], "4"));
        assert_eq!(scan.merged[0].shown(), "A1:C1");
    }

    #[test]
    fn what_is_no_sheet_is_refused() {
        for text in [
            "<chartsheet/>",
            "<worksheet/>",
            r#"<worksheet xmlns="http://purl.oclc.org/ooxml/x"><sheetData/></worksheet>"#,
        ] {
            assert!(scan("sheet", text, &BTreeSet::new()).is_err(), "{text}");
        }
        assert_eq!(scan("s", "<worksheet><sheetData/></worksheet>", &BTreeSet::from([4])).unwrap().gaps[&4], Some(23));
    }
}
