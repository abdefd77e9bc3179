//! A frozen answer on paper: a workbook to be filled in and signed, and a summary for the terminal. Everything comes
//! from what was frozen, so that the same answer gives the same octets for ever.

mod cells;
mod page;
mod tables;
mod text;
mod workbook;

pub use self::text::text;
pub use self::workbook::workbook;

use super::Lang;
use crate::answer::sheet::Sheet;

/// A frozen answer, and how it is put out.
#[derive(Debug, Clone, Copy)]
pub struct Paper<'a> {
    /// What was frozen.
    pub sheet: &'a Sheet,
    /// The same as it was frozen, octet by octet.
    pub content: &'a str,
    /// Its number.
    pub number: i64,
    /// Its SHA-256, lower-case hexadecimal.
    pub sha256: &'a str,
    /// The language of everything but the form's own text.
    pub lang: Lang,
}
