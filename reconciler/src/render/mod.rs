//! Putting a verdict out: the terminal, a page, a workbook, JSON. A value in, bytes out.

pub mod html;
pub mod json;
mod scene;
pub mod text;
mod view;
pub mod words;
mod wrap;
pub mod xlsx;

#[cfg(test)]
mod fixture;

use jiff::tz::TimeZone;

pub use self::words::Lang;

/// How a verdict is put out.
#[derive(Debug, Clone)]
pub struct Options {
    /// The language of every sentence.
    pub lang: Lang,
    /// Colour on the terminal; never the only sign.
    pub colour: bool,
    /// Columns of the terminal.
    pub width: u16,
    /// The time zone in which times are written.
    pub tz: TimeZone,
    /// 病院名, where it is configured.
    pub hospital: Option<String>,
    /// Who ran it, where it is configured.
    pub operator: Option<String>,
}

impl Default for Options {
    fn default() -> Self {
        Self { lang: Lang::Ja, colour: false, width: 100, tz: TimeZone::UTC, hospital: None, operator: None }
    }
}
