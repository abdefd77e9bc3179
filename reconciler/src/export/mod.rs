//! Writing the ledger back: octets and accepted changes become octets and a report. Nothing here opens a file.
//!
//! `accepted` finds the place of every accepted cell, `workbook` and `separated` change the hospital's own file at
//! those places, `official` makes the form's table anew, and `seen` makes a ledger of what a scan saw.

mod accepted;
mod cp932;
mod official;
mod report;
mod seen;
mod separated;
mod workbook;

use crate::import::Original;
use crate::judge::amendment::Amendment;
use crate::judge::entry::{Field, Ledger};

pub use self::official::{Encoding, Form, Lacking, Row, Sheet, amended, form, official, rows};
pub use self::report::{Outcome, Refusal, Spot, Told};
pub use self::seen::seen;

/// Characters that a cell of a workbook may hold (Excel's own limit, in UTF-16 units).
const CELL_UNITS: usize = 32_767;

/// A file that was made, and what became of every accepted cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// The file.
    pub bytes: Vec<u8>,
    /// What became of every cell that concerns it, in the order of the changes.
    pub told: Vec<Told>,
}

/// The words that are written into a workbook.
pub trait Wording {
    /// The note at a changed cell: what stood there, since when it is accepted, on what evidence.
    fn note(&self, told: &Told) -> String;
    /// The sheet that lists the changes.
    fn changes(&self, told: &[Told]) -> Changes;
}

/// The sheet that lists the changes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Changes {
    /// Name on the tab.
    pub title: String,
    /// Headings.
    pub headings: Vec<String>,
    /// Cells, by row.
    pub rows: Vec<Vec<String>>,
}

/// What is to stand in a cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Content {
    /// Text.
    Text(String),
    /// A number, by its digits.
    Number(String),
    /// A day, where the cell shows numbers as days.
    Day {
        /// Days in the 1900 system.
        serial: i64,
        /// As it was accepted.
        text: String,
        /// A row whose cell of this column shows a day.
        like: u32,
    },
}

impl Content {
    /// A row that is looked at to know what the cell shows.
    pub(crate) fn dated_like(&self) -> Option<u32> {
        if let Self::Day { like, .. } = self { Some(*like) } else { None }
    }
}

/// An accepted cell, and how it would be written. Its outcome is [`Outcome::Written`] until something hinders.
#[derive(Debug, Clone)]
pub(crate) struct Wish {
    /// What will be said of it.
    pub told: Told,
    /// What is to stand there.
    pub content: Content,
    /// The row is new: it looks like this one.
    pub like: Option<u32>,
}

/// The hospital's own file with the accepted cells changed and nothing else. `ledger` is what was imported,
/// without the changes.
pub fn own_file(
    original: &Original,
    ledger: &Ledger,
    amendments: &[Amendment],
    wording: &dyn Wording,
) -> Result<Made, Refusal> {
    let wishes = accepted::wishes(original, ledger, amendments);
    if wishes.is_empty() {
        return Err(Refusal::Nothing);
    }
    let bytes = &original.bytes;
    if bytes.starts_with(b"PK") {
        workbook::write(bytes, &wishes, wording)
    } else if bytes.starts_with(&[0xd0, 0xcf, 0x11, 0xe0]) {
        Err(Refusal::Format)
    } else {
        separated::write(bytes, wishes)
    }
}

/// The form's own heading of a field counts before its synonyms.
fn first_column(columns: &[u16]) -> Option<u16> {
    columns.first().copied()
}

/// The cells of a row that name the device.
const KEYS: [Field; 5] = [Field::AssetNo, Field::SerialNo, Field::MacAddress, Field::Hostname, Field::IpAddress];
