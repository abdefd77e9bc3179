//! Several words in one cell: programs with their versions, and users.

use crate::import::fold::{is_dash, visible};
use crate::judge::entry::Software;

/// Words that stand on lines of their own or between list marks; marks inside parentheses do not count.
pub(crate) fn words(text: &str, marks: &[char]) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut depth = 0_u32;
    for c in visible(text).chars() {
        match c {
            '(' | '（' => depth += 1,
            ')' | '）' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if c == '\n' || depth == 0 && marks.contains(&c) {
            words.push(String::new());
        } else if let Some(word) = words.last_mut() {
            word.push(c);
        }
    }
    words.into_iter().map(|word| word.trim().to_owned()).collect()
}

/// People: every word, empty ones left out.
pub(crate) fn users(text: &str) -> Vec<String> {
    let marks = ['、', '・', ',', '，', ';', '/', '／'];
    words(text, &marks).into_iter().filter(|word| !word.is_empty() && !is_dash(word)).collect()
}

/// Pairs programs and versions by their order. More versions than programs belong to the last program;
/// a version without any program keeps an empty name, so that it is not lost.
pub(crate) fn software(names: &str, versions: &str) -> Vec<Software> {
    let marks = ['、', ',', '，', ';', '；'];
    let mut names = words(names, &marks);
    names.retain(|name| !name.is_empty() && !is_dash(name));
    let versions = words(versions, &marks);
    if names.is_empty() && versions.iter().any(|version| !version.is_empty() && !is_dash(version)) {
        names.push(String::new());
    }
    let last = names.len().saturating_sub(1);
    let version_of = |index: usize| {
        let of_this = if index == last { versions.get(index..) } else { versions.get(index..=index) };
        let joined =
            of_this.unwrap_or_default().iter().filter(|version| !version.is_empty()).cloned().collect::<Vec<_>>();
        Some(joined.join(", ")).filter(|text| !text.is_empty() && !is_dash(text))
    };
    names.iter().enumerate().map(|(index, name)| Software { name: name.clone(), version: version_of(index) }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn pairs(names: &str, versions: &str) -> Vec<(String, Option<String>)> {
        software(names, versions).into_iter().map(|software| (software.name, software.version)).collect()
    }

    #[test]
    fn versions_follow_their_programs() {
        let two = |a: &str, b: Option<&str>| vec![("A".into(), Some(a.into())), ("B".into(), b.map(String::from))];
        assert_eq!(pairs("A\nB", "2.0\n1.10"), two("2.0", Some("1.10")));
        assert_eq!(pairs("A、B", "2.0"), two("2.0", None));
        assert_eq!(pairs("A\nB", "\n1.10"), vec![("A".into(), None), ("B".into(), Some("1.10".into()))]);
        assert_eq!(pairs("A", "1, 2"), vec![("A".into(), Some("1, 2".into()))]);
        assert_eq!(pairs("", "V8.1"), vec![(String::new(), Some("V8.1".into()))]);
        assert_eq!(pairs("-", "-"), []);
    }

    #[test]
    fn users_are_split_outside_parentheses() {
        assert_eq!(
            users("a医師（内科、外科）、b医師（小児科）\nc技師"),
            ["a医師（内科、外科）", "b医師（小児科）", "c技師"]
        );
        assert!(users("－").is_empty());
    }

    proptest! {
        #[test]
        fn no_text_panics_and_no_program_is_lost(names in "\\PC*", versions in "\\PC*") {
            let count = words(&names, &['、', ',', '，', ';', '；']).iter().filter(|name| !name.is_empty() && !is_dash(name)).count();
            prop_assert!(software(&names, &versions).len() >= count);
        }
    }
}
