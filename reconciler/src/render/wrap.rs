//! Line breaks for mixed Japanese and Latin text in a fixed number of columns.
//!
//! The table library breaks anywhere between two characters. Here Latin words, addresses and numbers
//! stay whole where they fit, and no line begins with 、 or 」 nor ends with 「 (JIS X 4051, 行頭禁則・行末禁則).

use unicode_width::UnicodeWidthStr;

/// Characters that never begin a line.
const NOT_FIRST: &str = "、。，．・：；？！）］｝〕〉》」』】…ー々”ぁぃぅぇぉっゃゅょァィゥェォッャュョ,.:;?!)]}%";
/// Characters that never end a line.
const NOT_LAST: &str = "（［｛〔〈《「『【([{“";

/// Breaks a text into lines of at most `columns` columns; its own line breaks stay.
pub(crate) fn wrap(text: &str, columns: usize) -> String {
    let lines: Vec<String> = text.lines().map(|line| wrap_line(line, columns.max(4))).collect();
    lines.join("\n")
}

fn wrap_line(text: &str, columns: usize) -> String {
    let mut lines = vec![String::new()];
    for piece in pieces(text) {
        let last = lines.last_mut().map_or(0, |line| line.width());
        if last > 0 && last + piece.trim_end().width() > columns {
            lines.push(String::new());
        }
        for part in parts(&piece, columns) {
            match lines.last_mut() {
                Some(line) if line.width() + part.trim_end().width() <= columns => line.push_str(&part),
                _ => lines.push(part),
            }
        }
    }
    lines.iter().map(|line| line.trim_end()).collect::<Vec<_>>().join("\n")
}

/// What may not be broken: a Latin run with the space after it, or one wide character with the
/// punctuation that clings to it.
fn pieces(text: &str) -> Vec<String> {
    let mut pieces: Vec<String> = Vec::new();
    let mut before: Option<char> = None;
    for c in text.chars() {
        match (pieces.last_mut(), before) {
            (Some(piece), Some(before)) if clings(before, c) => piece.push(c),
            _ => pieces.push(c.to_string()),
        }
        before = Some(c);
    }
    pieces
}

fn clings(before: char, c: char) -> bool {
    let latin = |c: char| c.is_ascii_graphic();
    NOT_FIRST.contains(c) || NOT_LAST.contains(before) || (latin(before) && (latin(c) || c == ' '))
}

/// A piece that is wider than a whole line is broken anywhere.
fn parts(piece: &str, columns: usize) -> Vec<String> {
    if piece.trim_end().width() <= columns {
        return vec![piece.to_owned()];
    }
    let mut parts = vec![String::new()];
    for c in piece.chars() {
        let mut octets = [0; 4];
        let wide = c.encode_utf8(&mut octets).width();
        match parts.last_mut() {
            Some(part) if part.width() + wide <= columns => part.push(c),
            _ => parts.push(c.to_string()),
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn addresses_stay_whole_and_punctuation_clings() {
        assert_eq!(
            wrap("院内LANのほかに別の（192.168.42.129）も持つ。", 18),
            "院内LANのほかに別\nの\n（192.168.42.129）\nも持つ。"
        );
        assert_eq!(wrap("検査科の機器です。", 16), "検査科の機器で\nす。");
        assert_eq!(wrap("one two three", 8), "one two\nthree");
    }

    proptest! {
        #[test]
        fn no_line_is_too_wide_and_no_character_is_lost(text in "[a-z0-9 、。「」（）検査科機器名\n]{0,200}", columns in 4usize..40) {
            let wrapped = wrap(&text, columns);
            prop_assert!(wrapped.lines().all(|line| line.width() <= columns), "{}", wrapped);
            let kept = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
            prop_assert_eq!(kept(&wrapped), kept(&text));
        }
    }
}
