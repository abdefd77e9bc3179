//! A text as it is searched: without what people write in one way or another, and with the way back to the text itself.

use std::ops::Range;
use std::sync::LazyLock;

use unicode_normalization::UnicodeNormalization;

use crate::judge::alias::Aliases;

/// Shapes of characters.
static ALIASES: LazyLock<Aliases> = LazyLock::new(Aliases::builtin);

/// A folded text, and where each of its octets stands in the text that it was made of.
pub(super) struct View {
    /// Widths and case are folded.
    pub(super) text: String,
    at: Vec<(usize, usize)>,
}

impl View {
    /// Widths and case only: addresses are looked for in it.
    pub(super) fn plain(text: &str) -> Self {
        Self::of(text, Some)
    }

    /// Without blanks and points, in one script of kana, and with one shape of each character: names are looked for in it.
    pub(super) fn names(text: &str) -> Self {
        Self::of(text, name_letter)
    }

    /// Letters and digits alone: numbers are looked for in it, however they are parted.
    pub(super) fn solid(text: &str) -> Self {
        Self::of(text, |c| c.is_alphanumeric().then_some(c))
    }

    fn of(text: &str, keep: impl Fn(char) -> Option<char>) -> Self {
        let mut view = Self { text: String::with_capacity(text.len()), at: Vec::with_capacity(text.len()) };
        let mut chars = text.char_indices().peekable();
        while let Some((from, first)) = chars.next() {
            let mut to = from + first.len_utf8();
            // A mark of a voiced sound of half width stands behind its letter, and both are one.
            while let Some((at, mark)) = chars.next_if(|(_, c)| is_mark(*c)) {
                to = at + mark.len_utf8();
            }
            if is_invisible(first) {
                continue;
            }
            for folded in text[from..to].nfkc().flat_map(char::to_lowercase).filter(|c| !is_mark(*c)).filter_map(&keep)
            {
                view.text.push(folded);
                view.at.extend(std::iter::repeat_n((from, to), folded.len_utf8()));
            }
        }
        view
    }

    /// The part of the text that a part of the view was made of.
    pub(super) fn back(&self, range: &Range<usize>) -> Range<usize> {
        match (self.at.get(range.start), range.end.checked_sub(1).and_then(|last| self.at.get(last))) {
            (Some((from, _)), Some((_, to))) => *from..*to,
            _ => 0..0,
        }
    }
}

/// A name as it is compared.
pub(super) fn name(text: &str) -> String {
    View::names(text).text
}

fn name_letter(c: char) -> Option<char> {
    let kana = match c {
        'ァ'..='ヶ' => char::from_u32(u32::from(c) - 0x60).unwrap_or(c),
        c => ALIASES.shape(c),
    };
    (!c.is_whitespace() && !matches!(c, '・' | '･')).then_some(kana)
}

/// It belongs to the letter before it: a sound mark of half width, a combining mark, a selector of a letter's shape.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{ff9e}' | '\u{ff9f}' | '\u{300}'..='\u{36f}' | '\u{3099}' | '\u{309a}' | '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}')
}

fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// The text with what stands at these places replaced; of two that overlap, the first is.
pub(super) fn replaced(text: &str, mut places: Vec<(Range<usize>, String)>) -> String {
    places.sort_by_key(|(range, _)| (range.start, std::cmp::Reverse(range.end)));
    let mut out = String::with_capacity(text.len());
    let mut last = 0;
    for (range, new) in places {
        if range.start >= last && !range.is_empty() {
            out.push_str(&text[last..range.start]);
            out.push_str(&new);
            last = range.end;
        }
    }
    out.push_str(&text[last..]);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_thing_are_one_and_lead_back() {
        for spelt in ["ヤマダ タロウ", "ﾔﾏﾀﾞ　ﾀﾛｳ", "やまだ・たろう", "ヤ\u{200b}マダタロウ"]
        {
            assert_eq!(name(spelt), "やまだたろう", "{spelt}");
        }
        assert_eq!(name("髙橋 四郎"), name("高橋四郎"));
        let text = "担当: ﾔﾏﾀﾞ　ﾀﾛｳ様";
        let view = View::names(text);
        let at = view.text.find("やまだたろう").unwrap();
        assert_eq!(&text[view.back(&(at..at + "やまだたろう".len()))], "ﾔﾏﾀﾞ　ﾀﾛｳ");
        assert_eq!(View::plain("１０．２０.0.５").text, "10.20.0.5");
        assert_eq!(View::solid("00-80:A3").text, "0080a3");
    }

    #[test]
    fn of_places_that_overlap_the_first_is_replaced() {
        let places = vec![(2..4, "B".to_owned()), (0..3, "A".to_owned()), (4..4, "x".to_owned())];
        assert_eq!(replaced("abcdef", places), "Adef");
    }
}
