//! Which words of a cell name persons, and which name offices, departments and companies.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::LazyLock;

use daicho_shared::knowledge::makers::Makers;
use regex::Regex;
use serde::Deserialize;

use super::view::{self, View};

/// Signs between persons, and between a person and what else is said of it.
const BETWEEN: [char; 24] = [
    '\n', '\t', '、', ',', '，', '/', '／', ';', '；', ':', '：', '(', ')', '（', '）', '[', ']', '【', '】', '「',
    '」', '『', '』', '→',
];
/// Titles of anybody, of whatever office; in one script of kana.
pub(super) const HONORIFICS: [&str; 5] = ["様", "さん", "氏", "殿", "先生"];
/// Letters of the longest word that is looked for at the ends of a name.
const LONGEST: usize = 24;
/// Letters of a name: more are a sentence.
const NAME: usize = 12;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    words: Vec<String>,
    means: Vec<String>,
    titles: Vec<String>,
    groups: Vec<String>,
    companies: Vec<String>,
    never: Vec<String>,
}

/// A company by the short form of its kind, before or behind its name, which would be taken for somebody's otherwise.
static COMPANY: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let (own, kind) = (r"[^\s()（）、,，/／:：;；]+", "株式会社|有限会社|合同会社|㈱|㈲|[(（][株有同][)）]");
    Regex::new(&format!(r"{own}[(（][株有同][)）]|(?:^|[\n、,，/／;；:：(（])\s*(?:{kind})\s?{own}|(?:{kind}){own}"))
        .ok()
});

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    toml::from_str(include_str!("../../../../config/packs/roles.toml"))
        .expect("config/packs/roles.toml is parsed by a test")
});

/// What a word of a cell of persons is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Sort {
    /// A name: looked for everywhere.
    Name,
    /// A telephone number or an address of mail.
    Reach,
    /// Perhaps a name: masked in this cell, and nowhere else.
    Unclear,
}

/// One person in a cell, or one number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    /// Where it stands.
    pub(super) range: Range<usize>,
    /// As it is compared; without the blank between the names.
    pub(super) folded: String,
    /// The names, where a blank parts them.
    pub(super) parts: Vec<String>,
    /// Where the last of them begins.
    last: usize,
    /// What it is.
    pub(super) sort: Sort,
}

/// What names no person.
pub(super) struct Words {
    /// Roles, departments and companies, folded.
    known: BTreeSet<String>,
    titles: Vec<String>,
    groups: Vec<String>,
    companies: Vec<String>,
}

impl Words {
    pub(super) fn new<'t>(kept: impl Iterator<Item = &'t str>) -> Self {
        let fold = |words: &[String]| words.iter().map(|word| view::name(word)).collect::<Vec<_>>();
        let mut known: BTreeSet<String> = fold(&TABLE.words).into_iter().chain(fold(&TABLE.means)).collect();
        known.extend(kept.map(view::name).filter(|word| !word.is_empty()));
        let mut titles = fold(&TABLE.titles);
        titles.sort_by_key(|title| std::cmp::Reverse(title.len()));
        // An office alone is nobody's name.
        known.extend(titles.iter().filter(|title| title.chars().count() > 1).cloned());
        Self { known, titles, groups: fold(&TABLE.groups), companies: fold(&TABLE.companies) }
    }

    /// The persons of a cell, and the numbers by which they are reached.
    pub(super) fn found(&self, raw: &str) -> Vec<Found> {
        let segments = pieces(raw, |c| BETWEEN.contains(&c));
        let companies: Vec<Range<usize>> =
            COMPANY.iter().flat_map(|company| company.find_iter(raw)).map(|found| found.range()).collect();
        let found = segments.into_iter().flat_map(|segment| self.segment(raw, &segment));
        let within = |one: &Found| {
            companies.iter().any(|company| company.start <= one.range.start && one.range.end <= company.end)
        };
        found.filter(|one| !within(one)).collect()
    }

    /// A name and its surname stand side by side; two whole names do, too.
    fn segment(&self, raw: &str, place: &Range<usize>) -> Vec<Found> {
        let mut all: Vec<Found> = vec![];
        let mut beside = false;
        for word in pieces(&raw[place.clone()], char::is_whitespace) {
            let word = place.start + word.start..place.start + word.end;
            let Some(found) = self.word(raw, word.clone()) else {
                beside = false;
                continue;
            };
            let whole = found.range.start == word.start;
            let ends = found.range.end == word.end;
            if beside && whole && all.last().is_some_and(|last| begins_with_office(last) && is_name_part(&found)) {
                all.last_mut().into_iter().for_each(without_office);
            }
            match all.last_mut().filter(|last| beside && whole && joins(last, &found)) {
                Some(last) => {
                    (last.range.end, last.last) = (found.range.end, found.range.start);
                    last.folded.push_str(&found.folded);
                    last.parts.push(found.folded);
                    last.sort = Sort::Name;
                }
                None => all.push(found),
            }
            beside = ends;
        }
        all
    }

    fn word(&self, raw: &str, place: Range<usize>) -> Option<Found> {
        let view = View::names(&raw[place.clone()]);
        if view.text.chars().count() > 3 && self.groups.iter().any(|word| view.text.ends_with(word.as_str())) {
            return None;
        }
        let (mut inner, mut titled) = self.stripped(&view.text);
        if inner.start > 0 && self.groups.iter().any(|word| view.text[inner.clone()] == **word) {
            return None;
        }
        if !titled && is_sentence(&view.text[inner.clone()]) {
            let end = HONORIFICS.iter().filter_map(|word| Some(view.text.find(word)? + word.len())).min()?;
            (inner, titled) = self.stripped(&view.text[..end]);
        }
        let folded = view.text[inner.clone()].to_owned();
        let sort = self.sort(&folded, titled)?;
        let back = view.back(&inner);
        let range = place.start + back.start..place.start + back.end;
        Some(Found { last: range.start, range, parts: vec![folded.clone()], folded, sort })
    }

    /// Without the roles, companies and titles at both ends, and whether a title stood behind it.
    fn stripped(&self, text: &str) -> (Range<usize>, bool) {
        let (mut from, mut to, mut titled) = (0, text.len(), false);
        loop {
            let inner = &text[from..to];
            let trimmed = inner.trim_start_matches(|c: char| !c.is_alphanumeric() && c != '+');
            let trimmed_end = trimmed.trim_end_matches(|c: char| !c.is_alphanumeric());
            if trimmed_end.len() < inner.len() {
                from += inner.len() - trimmed.len();
                to = from + trimmed_end.len();
                continue;
            }
            if let Some(length) = self.known_start(inner) {
                from += length;
            } else if let Some(title) = self.titles.iter().find(|title| Self::titled(inner, title)) {
                (to, titled) = (to - title.len(), true);
            } else if let Some(length) = self.known_end(inner) {
                to -= length;
            } else {
                return (from..to, titled);
            }
        }
    }

    /// A title of one letter may be the end of a name that is as short.
    fn titled(text: &str, title: &str) -> bool {
        let Some(rest) = text.strip_suffix(title) else { return false };
        let ascii = title.is_ascii();
        !rest.is_empty() && !ascii && (title.chars().count() > 1 || rest.chars().count() > 1)
    }

    fn known_start(&self, text: &str) -> Option<usize> {
        let ends: Vec<usize> = text.char_indices().map(|(at, c)| at + c.len_utf8()).take(LONGEST).collect();
        let is = |(count, end): (usize, &usize)| (self.is_known(&text[..*end], count + 1, text)).then_some(*end);
        ends.iter().enumerate().rev().find_map(is)
    }

    fn known_end(&self, text: &str) -> Option<usize> {
        let starts: Vec<usize> = text.char_indices().rev().map(|(at, _)| at).take(LONGEST).collect();
        let is = |(count, at): (usize, &usize)| self.is_known(&text[*at..], count + 1, text).then_some(text.len() - at);
        starts.iter().enumerate().rev().find_map(is)
    }

    /// One letter, or a word of Latin letters within others, is part of a name more often than a role.
    fn is_known(&self, part: &str, letters: usize, whole: &str) -> bool {
        let all = part.len() == whole.len();
        (all || letters > 1 && (!part.is_ascii() || !whole.is_ascii()))
            && (self.known.contains(part) || all && self.is_company(part))
    }

    /// It says so, or is a maker.
    fn is_company(&self, text: &str) -> bool {
        self.companies.iter().any(|word| text.contains(word.as_str())) || Makers::builtin().named(text).is_some()
    }

    /// `None` for what is certainly no person.
    fn sort(&self, text: &str, titled: bool) -> Option<Sort> {
        let letters = text.chars().filter(|c| c.is_alphabetic()).count();
        let digits = text.chars().filter(char::is_ascii_digit).count();
        let count = text.chars().count();
        if letters == 0 {
            let reach = text.starts_with(['0', '+']) && (9..=15).contains(&digits);
            return reach.then_some(Sort::Reach);
        }
        if text.contains('@') {
            return Some(Sort::Reach);
        }
        if text.is_ascii() {
            return Some(if letters + digits >= 4 { Sort::Name } else { Sort::Unclear });
        }
        let ends = |least: usize, words: &[&str]| count >= least && words.iter().any(|word| text.ends_with(word));
        let is_group = ends(3, &["科", "課", "係", "局", "班"]) || ends(2, &["社", "課", "病棟"]);
        if titled {
            return Some(if count > 1 { Sort::Name } else { Sort::Unclear });
        }
        if is_group || self.is_company(text) || is_sentence(text) {
            return None;
        }
        let mixed = digits > 0 || text.chars().any(|c| c.is_ascii());
        let unclear = mixed || !(2..=NAME).contains(&count) || ends(3, &["部", "室"]);
        Some(if unclear { Sort::Unclear } else { Sort::Name })
    }

    /// It is a word for nobody, or for nothing: `なし`, `不明`, `N/A`.
    pub(super) fn is_word(&self, text: &str) -> bool {
        self.known.contains(&view::name(text))
    }

    /// The titles, folded, the longest first.
    pub(super) fn titles(&self) -> &[String] {
        &self.titles
    }

    /// What of the letters before a title may be somebody's name, though nobody else speaks of it.
    pub(super) fn before_title(&self, run: &str) -> Option<Range<usize>> {
        let never = TABLE.never.iter().any(|word| run.ends_with(word.as_str()));
        let (rest, _) = self.stripped(run);
        let name = &run[rest.clone()];
        (!never && rest.end == run.len() && self.sort(name, false) == Some(Sort::Name)).then_some(rest)
    }
}

/// `看護部 大和田`, which is a name as `長谷部 誠` is, until another name follows.
fn begins_with_office(found: &Found) -> bool {
    let [office, _] = found.parts.as_slice() else { return false };
    office.chars().count() > 2 && office.ends_with(['部', '室'])
}

fn is_name_part(found: &Found) -> bool {
    found.sort != Sort::Reach && !found.folded.is_ascii() && !found.folded.contains(|c: char| c.is_ascii_digit())
}

/// The name behind the office alone.
fn without_office(found: &mut Found) {
    found.parts.remove(0);
    found.folded = found.parts.concat();
    found.range.start = found.last;
}

/// Surname and name: neither is long enough to be both.
fn joins(last: &Found, next: &Found) -> bool {
    let (one, other) = (last.folded.chars().count(), next.folded.chars().count());
    let latin = last.folded.is_ascii() && next.folded.is_ascii();
    let names = |found: &Found| found.sort != Sort::Reach && !found.folded.contains(|c: char| c.is_ascii_digit());
    let short =
        if latin { last.parts.len() < 3 } else { last.parts.len() == 1 && one <= 4 && other <= 5 && one + other <= 7 };
    // Kana are more letters for the same name.
    let kana = |text: &str| text.chars().all(|c| matches!(c, 'ぁ'..='ゖ' | 'ー'));
    let kana = kana(&last.folded) && kana(&next.folded) && last.parts.len() == 1;
    names(last) && names(next) && last.folded.is_ascii() == next.folded.is_ascii() && (short || kana)
}

/// Particles between other letters.
fn is_sentence(text: &str) -> bool {
    let kanji = text.chars().any(|c| matches!(c, '\u{4e00}'..='\u{9fff}'));
    let begins = text.starts_with(['に', 'を', 'が', 'は', 'で', 'へ', 'の', 'と', 'し', 'よ', 'も']);
    let particle =
        ["から", "より", "にて", "による", "を", "する", "した", "して"].iter().any(|word| text.contains(word));
    kanji && (begins || particle)
}

/// Where the pieces stand that these signs part; none is empty.
fn pieces(text: &str, parts: impl Fn(char) -> bool) -> Vec<Range<usize>> {
    let mut all = vec![];
    let mut from = 0;
    for (at, sign) in text.char_indices().filter(|(_, c)| parts(*c)).chain([(text.len(), ' ')]) {
        if at > from {
            all.push(from..at);
        }
        from = at + sign.len_utf8();
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(raw: &str) -> Vec<(String, Sort)> {
        let words = Words::new(["株式会社B社", "B社", "内科", "医療情報室"].into_iter());
        words.found(raw).into_iter().map(|one| (raw[one.range].to_owned(), one.sort)).collect()
    }

    #[test]
    fn names_are_told_from_offices_and_companies() {
        for (raw, name) in [
            ("鈴木一郎（内科）", "鈴木一郎"),
            ("医療情報室 鈴木一郎", "鈴木一郎"),
            ("B社 田中 次郎", "田中 次郎"),
            ("B社サポート担当:田中様", "田中"),
            ("内科　山田　太郎 部長", "山田　太郎"),
            ("鷹取 院長", "鷹取"),
            ("2026/6/15 鈴木一郎", "鈴木一郎"),
            ("Taro Yamada", "Taro Yamada"),
            ("ﾔﾏﾀﾞ ﾀﾛｳ", "ﾔﾏﾀﾞ ﾀﾛｳ"),
            ("suzuki01", "suzuki01"),
            ("阿部", "阿部"),
            ("鈴木さんより聞き取り", "鈴木"),
            ("青葉 保守部 万里小路 充", "万里小路 充"),
            ("看護部 大和田 隆", "大和田 隆"),
            ("看護部 小鳥遊", "看護部 小鳥遊"),
            ("長谷部 誠", "長谷部 誠"),
        ] {
            assert!(found(raw).contains(&(name.to_owned(), Sort::Name)), "{raw}: {:?}", found(raw));
        }
        for raw in [
            "B社サポート",
            "株式会社B社",
            "B社",
            "サポート",
            "C社 保守員",
            "医療情報室",
            "手術センター",
            "全員",
            "部署共用",
            "(株)中央 営業",
            "2026/6/15",
            "24時間窓口",
            "3階西病棟",
        ] {
            assert_eq!(found(raw), [], "{raw}");
        }
        for raw in ["長谷部", "ab", "林"] {
            assert_eq!(found(raw), [(raw.to_owned(), Sort::Unclear)], "{raw}");
        }
        assert_eq!(found("03-0000-9999 a@b.example").iter().filter(|(_, sort)| *sort == Sort::Reach).count(), 2);
        let two = found("鈴木一郎 佐藤三郎、高橋四郎");
        assert_eq!(two.len(), 3, "{two:?}");
    }
}
