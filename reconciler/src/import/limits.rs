//! How much of a file is read. A ledger of a large hospital has some ten thousand rows; whatever goes
//! far beyond is a mistake or an attack, and is refused or cut with a message.

use std::time::Duration;

/// Octets of a file.
pub(crate) const FILE_BYTES: u64 = 32 << 20;
/// Rows of a sheet that hold something.
pub(crate) const ROWS: usize = 100_000;
/// Columns of a sheet.
pub(crate) const COLUMNS: usize = 256;
/// Characters of a cell.
pub(crate) const CELL_CHARS: usize = 4_096;
/// Cells of a file.
pub(crate) const CELLS: usize = 1_500_000;
/// Characters of all cells of a file.
pub(crate) const TEXT_BYTES: usize = 48 << 20;
/// Sheets of a workbook.
pub(crate) const SHEETS: usize = 128;
/// Merged ranges of a sheet.
pub(crate) const MERGES: usize = 20_000;
/// Notes about what was cut, per sheet.
pub(crate) const CUTS: usize = 1_000;
/// Parts of a workbook (it is a ZIP archive).
pub(crate) const ZIP_PARTS: usize = 4_096;
/// Octets of one inflated part.
pub(crate) const ZIP_PART_BYTES: u64 = 64 << 20;
/// Octets of all inflated parts.
pub(crate) const ZIP_TOTAL_BYTES: u64 = 192 << 20;
/// Address space of the reading process, beside that of the program itself: with its pages less than 256 MiB.
pub(crate) const READER_MEMORY: u64 = 224 << 20;
/// Processor time of the reading process, in seconds.
pub(crate) const READER_SECONDS: u64 = 20;
/// Time until the reading process is ended, whatever it waits for.
pub(crate) const READER_WALL: Duration = Duration::from_secs(40);
/// Octets of the reading process's answer.
pub(crate) const ANSWER_BYTES: u64 = 160 << 20;
/// Addresses of one cell.
pub(crate) const VALUES_PER_CELL: usize = 64;
/// Addresses of one range.
pub(crate) const RANGE: u32 = 256;
/// Rows at the top in which the heading is looked for.
pub(crate) const HEADING_ROWS: usize = 30;
