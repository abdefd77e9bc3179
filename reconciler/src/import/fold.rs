//! Texts folded for comparison. What is kept is the text as it was written.

use unicode_normalization::UnicodeNormalization;

/// Words whose final long-vowel mark is written or not, as people like.
const LONG_VOWELS: [&str; 8] =
    ["サーバー", "コンピューター", "ユーザー", "メーカー", "ルーター", "ベンダー", "プリンター", "フォルダー"];

/// Parenthesised notes that say how to fill a column in, not what it is.
const NOTES: [&str; 12] = [
    "(必須)",
    "(任意)",
    "(半角)",
    "(全角)",
    "(西暦)",
    "(和暦)",
    "(半角英数)",
    "(半角英数字)",
    "(選択)",
    "(記入不要)",
    "(複数可)",
    "(あれば)",
];

/// Folds widths, case and dashes, and drops white space: two words that people read as one are one.
pub(crate) fn key(text: &str) -> String {
    text.nfkc().flat_map(char::to_lowercase).filter(|c| !is_blank(*c)).map(dash).collect()
}

/// Like [`key`], for a heading: ornaments and filling-in notes are dropped too.
pub(crate) fn heading_key(text: &str) -> String {
    let mut folded: String =
        text.nfkc().flat_map(char::to_lowercase).filter(|c| !is_blank(*c) && !is_ornament(*c)).collect();
    // Every cell of every row is asked whether it is a heading: most have no note to look for.
    if folded.contains('(') {
        for note in NOTES {
            folded = folded.replace(note, "");
        }
    }
    if let Some(start) = folded.find("(例") {
        folded.truncate(start);
    }
    if folded.contains('ー') {
        for word in LONG_VOWELS {
            folded = folded.replace(word, word.trim_end_matches('ー'));
        }
    }
    folded
}

/// Folds widths and dashes for numbers, names and addresses; case and inner spaces stay.
pub(crate) fn code(text: &str) -> String {
    text.nfkc().filter(|c| !is_invisible(*c)).map(dash).collect::<String>().trim().to_owned()
}

/// The text without outer blanks, invisible characters and controls other than tab and line feed.
pub(crate) fn clean(text: &str) -> String {
    visible(text).trim().to_owned()
}

/// Like [`clean`], with its outer blanks: an empty first line has a meaning in a list.
pub(crate) fn visible(text: &str) -> String {
    let unified = text.replace("\r\n", "\n").replace('\r', "\n");
    let kept = unified.chars().filter(|c| !is_invisible(*c));
    kept.map(|c| if c.is_control() && !matches!(c, '\n' | '\t') { ' ' } else { c }).collect()
}

/// Nothing but dashes: how people write "none".
pub(crate) fn is_dash(text: &str) -> bool {
    let folded = key(text);
    !folded.is_empty() && folded.chars().all(|c| matches!(c, '-' | 'ー'))
}

fn is_blank(c: char) -> bool {
    c.is_whitespace() || is_invisible(c)
}

fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

fn is_ornament(c: char) -> bool {
    matches!(
        c,
        '※' | '*'
            | '●'
            | '○'
            | '◎'
            | '■'
            | '□'
            | '◆'
            | '【'
            | '】'
            | '['
            | ']'
            | '「'
            | '」'
            | ':'
            | '・'
            | '.'
    ) || matches!(c, ',' | '、' | '。' | '_' | '~' | '〜')
        || (dash(c) == '-')
}

/// Every dash that is typed in codes; not the long-vowel mark, which is part of words.
fn dash(c: char) -> char {
    match c {
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe63}' | '\u{ff0d}' | '\u{2500}' => '-',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn spellings_of_a_heading_are_one() {
        for text in
            ["IPアドレス", "ＩＰ アドレス", "※IPｱﾄﾞﾚｽ（必須）", "【ＩＰアドレス】", "IP\nアドレス（例：192.168.1.1）"]
        {
            assert_eq!(heading_key(text), "ipアドレス", "{text}");
        }
        assert_eq!(heading_key("サーバー名"), heading_key("サーバ名"));
        assert_eq!(heading_key("管理№"), heading_key("管理No."));
        assert_eq!(heading_key("型番/型式"), "型番/型式");
    }

    #[test]
    fn dashes_of_codes_are_one_and_words_keep_theirs() {
        assert_eq!(code("ＰＣ－００１"), "PC-001");
        assert_eq!(code("PC−001"), "PC-001");
        assert_eq!(key("サーバー"), "サーバー");
        assert!(is_dash("―") && is_dash("－") && is_dash("ー") && !is_dash("") && !is_dash("-1"));
    }

    proptest! {
        #[test]
        fn no_text_panics_and_nothing_hidden_stays(text in "\\PC*|[\\s\\S]*") {
            let (_, _, _) = (key(&text), heading_key(&text), code(&text));
            prop_assert!(!clean(&text).chars().any(|c| is_invisible(c) || c.is_control() && !matches!(c, '\n' | '\t')));
        }
    }
}
