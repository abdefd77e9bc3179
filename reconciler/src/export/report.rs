//! What is to be changed in a file, and what became of it.

use serde::Serialize;

use crate::judge::amendment::Basis;
use crate::judge::entry::{EntryId, Field};

/// Where a cell stands.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Spot {
    /// Sheet name; empty for separated values.
    pub sheet: String,
    /// Row as the spreadsheet shows it, from 1.
    pub row: u32,
    /// Column from 0.
    pub column: u16,
}

impl Spot {
    /// The address as the spreadsheet shows it, e.g. `E12`.
    pub fn address(&self) -> String {
        format!("{}{}", crate::import::letters(self.column), self.row)
    }
}

/// One accepted cell, and what became of it in the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Told {
    /// The ledger row.
    pub entry: EntryId,
    /// The field.
    pub field: Field,
    /// Where it stands, or would stand; `None` where the file has no place for it.
    pub spot: Option<Spot>,
    /// The row is new in the file.
    pub added: bool,
    /// The text before.
    pub before: String,
    /// The accepted text.
    pub after: String,
    /// Who accepted it, when, why, on what evidence.
    pub basis: Basis,
    /// What became of it.
    pub outcome: Outcome,
}

impl Told {
    /// It stands in the file that was made, and did not before.
    pub fn is_written(&self) -> bool {
        self.outcome == Outcome::Written
    }
}

/// What became of an accepted cell. Whatever is not [`Outcome::Written`] left the cell as it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Outcome {
    /// It was written.
    Written,
    /// The file says so already.
    Present,
    /// The cell holds another text than when it was accepted.
    Conflict {
        /// What it holds.
        found: String,
    },
    /// A formula stands there.
    Formula,
    /// It belongs to merged cells of several rows, or is hidden behind its neighbour.
    Merged,
    /// The row below says "as above".
    Ditto,
    /// The field is spread over several columns of the row.
    SeveralCells,
    /// The table has no column for it.
    NoColumn,
    /// No table of this register stands in the file.
    NoTable,
    /// The text is longer than a cell may be.
    TooLong,
    /// The file's encoding lacks these characters.
    NotEncodable {
        /// Which.
        characters: String,
    },
    /// The file does not say where its cells stand, so that none can be put between them.
    Unplaced,
}

/// Why a file cannot be written back. Nothing was written then.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Neither a workbook of Excel 2007 or later nor separated values.
    #[error("cells can be changed only in .xlsx, .xlsm, .csv and .tsv files; use --official for this ledger")]
    Format,
    /// The text's encoding changes its meaning on the way.
    #[error("text in {encoding} cannot be changed cell by cell; use --official for this ledger")]
    Encoding {
        /// Which.
        encoding: String,
    },
    /// A part is missing, damaged, or not what it should be.
    #[error("{part}: {detail}; open the workbook in Excel, save it anew and import it again")]
    Damaged {
        /// Name inside the archive.
        part: String,
        /// What is wrong.
        detail: String,
    },
    /// A signature covers the workbook: any change breaks it.
    #[error("the workbook carries a digital signature, which any change would break; remove it in Excel first")]
    Signed,
    /// Nothing was accepted for this file.
    #[error("nothing was accepted that concerns this file")]
    Nothing,
}

impl Refusal {
    /// A damaged part.
    pub(crate) fn damaged(part: &str, detail: &dyn std::fmt::Display) -> Self {
        let bounded = daicho_shared::text::bounded;
        Self::Damaged { part: bounded(part), detail: bounded(&detail.to_string()) }
    }
}
