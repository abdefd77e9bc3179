//! Telephone numbers and addresses of mail in a text: they are somebody's, whoever it is.

use std::sync::LazyLock;

use regex::Regex;

use super::view::{self, View};
use super::{Kind, Place, Redactor};

/// Digits of a telephone number in Japan, with the zero that it begins with.
const DIGITS: [usize; 2] = [10, 11];

// Every pattern is a constant; a test builds them all.
static MAIL: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"[a-z0-9][a-z0-9._%+-]*@[a-z0-9-]+(?:\.[a-z0-9-]+)+").ok());
static TELEPHONE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let sign = r"[-()\u{2010}-\u{2015}\u{2212}ー]{1,2}";
    Regex::new(&format!(r"0[1-9]\d{{0,3}}{sign}\d{{1,4}}{sign}\d{{3,4}}|0[5-9]0\d{{8}}")).ok()
});

impl Redactor {
    /// `03-0000-9999` and `a@b.example`, known or not. Those that a form prints stay.
    pub(super) fn reached(&self, text: &str) -> Vec<Place> {
        let view = View::plain(text);
        let mut all = vec![];
        let mut put = |found: regex::Match<'_>, key: &str| {
            if !self.ordinary.contains(&view::name(found.as_str())) {
                all.push((view.back(&found.range()), self.mask_of(key), Kind::Number));
            }
        };
        for found in MAIL.iter().flat_map(|mail| mail.find_iter(&view.text)) {
            put(found, found.as_str());
        }
        for found in TELEPHONE.iter().flat_map(|telephone| telephone.find_iter(&view.text)) {
            let digits: String = found.as_str().chars().filter(char::is_ascii_digit).collect();
            let (before, after) =
                (view.text[..found.start()].chars().next_back(), view.text[found.end()..].chars().next());
            let joins = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | ':'));
            let ends = after.filter(|c| *c != '.' && *c != ':');
            if DIGITS.contains(&digits.len()) && !before.is_some_and(|c| joins(Some(c)) && c != ':') && !joins(ends) {
                put(found, &digits);
            }
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pattern_is_one() {
        assert!(MAIL.is_some() && TELEPHONE.is_some());
    }
}
