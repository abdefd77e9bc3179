//! The cover of a workbook that came back: which enquiry it answers, whom it was addressed to, who signs.

use std::collections::BTreeMap;

use super::{COVER, Problem, VALUE, Wrong, place, problem};
use crate::import::coded::Coded;
use crate::import::filled::FilledCell;
use crate::judge::vendor::{Enquiry, Vendors};
use crate::vendor::{MARKER, vendor_code};

/// The cover's cells.
#[derive(Default)]
pub(super) struct Cover<'a> {
    cells: BTreeMap<&'a str, (&'a str, u32, &'a FilledCell)>,
    /// Where a second cover says another thing than the first.
    pub(super) twice: Vec<Problem>,
}

impl<'a> Cover<'a> {
    pub(super) fn of(coded: &'a Coded) -> Self {
        let mut cover = Self::default();
        for sheet in &coded.sheets {
            for row in &sheet.rows {
                let (Some(key), Some(value)) = (row.cells.get(MARKER), row.cells.get(VALUE)) else { continue };
                let further = row.copies.iter().filter(|(code, _)| code == VALUE).map(|(_, cell)| cell);
                for cell in std::iter::once(value).chain(further) {
                    cover.take(key.text.as_str(), (&sheet.name, row.row, cell));
                }
            }
        }
        cover
    }

    fn take(&mut self, key: &'a str, (sheet, row, cell): (&'a str, u32, &'a FilledCell)) {
        match self.cells.get(key) {
            Some((_, _, known)) if cell.text.is_empty() || known.text == cell.text => {}
            Some((first, above, known)) if !known.text.is_empty() && COVER.contains(&key) => {
                let other = Some(Box::new(place(first, *above, known)));
                self.twice.push(Problem { other, ..problem(sheet, row, Some(cell), Wrong::Conflict) });
            }
            _ => drop(self.cells.insert(key, (sheet, row, cell))),
        }
    }

    pub(super) fn text(&self, key: &str) -> &'a str {
        self.cells.get(key).map_or("", |(_, _, cell)| cell.text.as_str())
    }

    pub(super) fn problem(&self, key: &str, what: Wrong) -> Problem {
        match self.cells.get(key) {
            Some((sheet, row, cell)) => problem(sheet, *row, Some(cell), what),
            None => problem("", 0, None, what),
        }
    }

    pub(super) fn enquiry<'v>(&self, vendors: &'v Vendors) -> Result<&'v Enquiry, Problem> {
        let [number, vendor, ..] = COVER;
        if self.text(number).is_empty() {
            return Err(self.problem(number, Wrong::CoverGone));
        }
        let meant = self.text(number).parse::<i64>().ok();
        let found = vendors.enquiries.iter().find(|enquiry| Some(enquiry.number) == meant);
        let enquiry = found.ok_or_else(|| self.problem(number, Wrong::NoSuchEnquiry))?;
        let named = self.text(vendor);
        if named == vendor_code(&enquiry.vendor) { Ok(enquiry) } else { Err(self.problem(vendor, Wrong::OtherVendor)) }
    }
}
