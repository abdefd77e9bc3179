//! The network diagram: drawn from the verdict, and from nothing else.
//!
//! `picture` says what is to be drawn, `card` with which words, `layout` where, `change` what is different from another day's picture; `svg`,
//! `drawio` and `png` draw it. A picture is a value that is kept, so that two of them can be compared.

mod card;
mod change;
mod drawio;
mod layout;
mod picture;
mod png;
mod svg;
#[cfg(test)]
mod tests;

pub use self::change::{Change, FieldChange, Marked, Part, changes};
pub use self::drawio::drawio;
pub use self::picture::{Door, Elsewhere, Machine, Picture, Segment, Standing};
pub use self::png::{PngError, png};
pub use self::svg::{inline_svg, svg, svg_of_changes};
