//! Sentences that remember which part of them came from a device or a ledger cell.
//!
//! Such text is never translated, is cut and freed of hidden characters, and is set in a monospace face
//! where there is one. The borders are Unicode noncharacters (The Unicode Standard, §23.7), which are
//! meant for such internal use and are removed from everything that comes in.

use daicho_shared::text::bounded;

/// The most characters of one foreign text that are shown.
pub const SHOWN_LIMIT: usize = 120;

const OPEN: char = '\u{fdd0}';
const CLOSE: char = '\u{fdd1}';

/// A sentence with marked foreign parts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Phrase(String);

/// A part of a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span<'a> {
    /// It came from a device or a cell.
    pub foreign: bool,
    /// The text.
    pub text: &'a str,
}

impl Phrase {
    /// A sentence that was put together with [`mark`].
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// One foreign text alone.
    pub fn foreign(text: &str) -> Self {
        Self(mark(text))
    }

    /// Both, one after the other.
    #[must_use]
    pub fn join(&self, other: &Self) -> Self {
        Self(format!("{}{}", self.0, other.0))
    }

    /// With our own words after it.
    #[must_use]
    pub fn then(&self, own: &str) -> Self {
        Self(format!("{}{own}", self.0))
    }

    /// The text without its borders.
    pub fn plain(&self) -> String {
        self.0.chars().filter(|c| !is_border(*c)).collect()
    }

    /// The parts, in order.
    pub fn spans(&self) -> Vec<Span<'_>> {
        let parts = self.0.split(OPEN).enumerate().flat_map(|(index, part)| match part.split_once(CLOSE) {
            Some((foreign, own)) if index > 0 => {
                [Span { foreign: true, text: foreign }, Span { foreign: false, text: own }]
            }
            _ => [Span { foreign: false, text: part }, Span { foreign: false, text: "" }],
        });
        parts.filter(|span| !span.text.is_empty()).collect()
    }
}

/// Foreign text made fit to be shown: nothing hidden, one line, at most [`SHOWN_LIMIT`] characters.
pub fn shown(text: &str) -> String {
    let clean: String = bounded(text).chars().filter(|c| !is_border(*c)).collect();
    if clean.chars().count() <= SHOWN_LIMIT {
        return clean;
    }
    clean.chars().take(SHOWN_LIMIT - 1).chain(['…']).collect()
}

/// [`mark`] for a name in the middle of a sentence: at most 40 characters; lists show it longer.
pub fn mark_short(text: &str) -> String {
    mark(&short(text))
}

/// [`shown`], for a name that stands beside others: at most 40 characters.
pub fn short(text: &str) -> String {
    const ROOM: usize = 40;
    let text = shown(text);
    if text.chars().count() <= ROOM { text } else { text.chars().take(ROOM - 1).chain(['…']).collect() }
}

/// [`shown`], with borders, to be put into a sentence.
pub fn mark(text: &str) -> String {
    format!("{OPEN}{}{CLOSE}", shown(text))
}

fn is_border(c: char) -> bool {
    c == OPEN || c == CLOSE
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn parts_are_told_apart() {
        let phrase = Phrase::new(format!("機器 {} が応答", mark("CT\u{fdd1}1")));
        assert_eq!(phrase.plain(), "機器 CT1 が応答");
        assert_eq!(
            phrase.spans(),
            [
                Span { foreign: false, text: "機器 " },
                Span { foreign: true, text: "CT1" },
                Span { foreign: false, text: " が応答" }
            ]
        );
    }

    #[test]
    fn long_text_is_cut_with_an_ellipsis() {
        let text = shown(&"長".repeat(10_000));
        assert_eq!((text.chars().count(), text.ends_with('…')), (SHOWN_LIMIT, true));
    }

    proptest! {
        #[test]
        fn foreign_text_cannot_leave_its_borders(text in "[\\PC\u{fdd0}\u{fdd1}\u{1b}\n]*") {
            let phrase = Phrase::new(format!("前{}後", mark(&text)));
            let own: String = phrase.spans().iter().filter(|span| !span.foreign).map(|span| span.text).collect();
            prop_assert_eq!(own, "前後");
            prop_assert!(phrase.plain().chars().count() <= SHOWN_LIMIT + 2);
            prop_assert!(!phrase.plain().chars().any(char::is_control));
        }
    }
}
