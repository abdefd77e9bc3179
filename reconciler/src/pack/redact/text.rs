//! Where in a text something stands that is to be masked.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::persons::HONORIFICS;
use super::view::{View, replaced};
use super::{Kind, Place, Redactor};

/// Letters of a name or a number that are looked for where it was cut.
const CUT: usize = 2;

// Every pattern is a constant; a test builds them all.
static BEFORE_TITLE: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?:[\p{Han}々]{1,8}|[ァ-ヶー]{2,10}|[ぁ-ゖー]{2,6})\s?$").ok());
static HAN: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"[\p{Han}々]+").ok());
/// What stands before a serial number that is too short to be looked for everywhere.
static LABEL: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?:s/n|\bsn|serial(?:\s*(?:no\.?|number))?|シリアル(?:番号|no\.?|ナンバー)?|製造番号|製造no\.?|製番|機番)[\s:=#.『「“']*$").ok()
});

impl Redactor {
    /// The text with everything masked.
    pub fn text(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for find in Self::STAGES {
            let places = find(self, &text);
            if !places.is_empty() {
                text = replaced(&text, places.into_iter().map(|(range, mask, _)| (range, mask)).collect());
            }
        }
        text
    }

    /// What is looked for, in this order: what is part of something longer comes after it.
    const STAGES: [for<'t> fn(&Self, &'t str) -> Vec<Place>; 12] = [
        |_, text| Self::cut_addresses(text),
        Self::cut,
        Self::reached,
        Self::names_of_hosts,
        Self::names,
        Self::serials,
        Self::macs,
        Self::sixes,
        Self::quads,
        Self::parted,
        Self::titled,
        Self::beginnings,
    ];

    /// What of a text is still there, if anything is: it is masked already.
    pub(super) fn left(&self, text: &str) -> Option<(Kind, String)> {
        let mut places = Self::STAGES.iter().flat_map(|find| find(self, text));
        places.next().map(|(range, _, kind)| (kind, text[range].to_owned()))
    }

    /// What is certain to be there, of a text that is read by programs.
    pub(super) fn certain(&self, text: &str) -> Option<(Kind, String)> {
        let long = |kind: Kind, found: &str| match kind {
            Kind::Person => !found.is_ascii() && found.chars().count() > 2,
            Kind::Number => found.len() > 6 && found.contains(|c: char| c.is_ascii_alphabetic()),
            Kind::Mac | Kind::Address | Kind::Host => true,
        };
        let found = [Self::names, Self::serials, Self::macs, Self::sixes, Self::quads]
            .into_iter()
            .flat_map(|find| find(self, text));
        let mut found = found.map(|(range, _, kind)| (kind, text[range].to_owned()));
        found.find(|(kind, found)| long(*kind, found))
    }

    fn names_of_hosts(&self, text: &str) -> Vec<Place> {
        let view = View::plain(text);
        let mut all = vec![];
        for found in self.hosts.find.find_iter(&view.text) {
            let Some((owner, tells)) = self.hosts.names.get(&view.text[found.range()]) else { continue };
            if is_alone(&view.text, &found.range()) {
                let place = |tells: &Range<usize>| found.start() + tells.start..found.start() + tells.end;
                all.extend(tells.iter().map(|tells| (view.back(&place(tells)), self.mask(owner), Kind::Host)));
            }
        }
        all
    }

    /// Whole names wherever they stand; surnames not within the name of a company or a department.
    fn names(&self, text: &str) -> Vec<Place> {
        let view = View::names(text);
        let kept: Vec<Range<usize>> = self.kept.find_iter(&view.text).map(|found| found.range()).collect();
        let mut all = vec![];
        for found in self.people.find_iter(&view.text) {
            let (range, name) = (found.range(), &view.text[found.range()]);
            let Some(person) = self.persons.get(name) else { continue };
            let within = || kept.iter().any(|kept| kept.start <= range.start && range.end <= kept.end);
            let back = view.back(&range);
            if person.part && within() || name.is_ascii() && !is_word(text, &back) {
                continue;
            }
            all.push((back, person.mask.clone(), Kind::Person));
        }
        all
    }

    /// Long numbers however they are parted; others where they stand alone; the shortest behind a word that says so.
    fn serials(&self, text: &str) -> Vec<Place> {
        let mut all = vec![];
        let solid = View::solid(text);
        for found in self.long.find_iter(&solid.text) {
            let key = &solid.text[found.range()];
            let back = solid.back(&found.range());
            let digits = key.bytes().all(|octet| octet.is_ascii_digit());
            let (before, after) = (text[..back.start].chars().next_back(), text[back.end..].chars().next());
            let joins = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
            if !digits || !joins(before) && !joins(after) {
                all.push((back, self.mask_of(key), Kind::Number));
            }
        }
        let plain = View::plain(text);
        for found in self.tokens.find_iter(&plain.text) {
            let key = &plain.text[found.range()];
            let told = || LABEL.as_ref().is_some_and(|label| label.is_match(&plain.text[..found.start()]));
            if is_alone(&plain.text, &found.range()) && (!self.short.contains(key) || told()) {
                all.push((plain.back(&found.range()), self.mask_of(key), Kind::Number));
            }
        }
        all
    }

    /// A name before a title: the beginning of one that is known, or any before a title that everybody has.
    fn titled(&self, text: &str) -> Vec<Place> {
        let Some(pattern) = BEFORE_TITLE.as_ref() else { return vec![] };
        let mut all = vec![];
        for title in self.words.titles().iter().filter(|title| !title.is_ascii()) {
            for (at, _) in text.match_indices(title.as_str()) {
                let Some(run) = pattern.find(&text[..at]) else { continue };
                let view = View::names(run.as_str());
                let known = || view.text.char_indices().find(|(from, _)| self.beginnings.contains(&view.text[*from..]));
                let anybody = || self.words.before_title(&view.text).filter(|_| is_honorific(title, &text[at..]));
                let Some(name) = known().map(|(from, _)| from..view.text.len()).or_else(anybody) else { continue };
                if self.ordinary.contains(&format!("{}{title}", &view.text[name.clone()])) {
                    continue;
                }
                let back = view.back(&name);
                let mask = self.mask(&format!("person:{}", &view.text[name]));
                all.push((run.start() + back.start..run.start() + back.end, mask, Kind::Person));
            }
        }
        all
    }

    /// A surname that stands alone, where it is known from a name in which no blank parts it.
    fn beginnings(&self, text: &str) -> Vec<Place> {
        let runs = HAN.iter().flat_map(|han| han.find_iter(text));
        let place = |run: regex::Match<'_>| {
            let folded = super::view::name(run.as_str());
            let known =
                folded.chars().count() > 1 && self.beginnings.contains(&folded) && !self.ordinary.contains(&folded);
            known.then(|| (run.range(), self.mask(&format!("person:{folded}")), Kind::Person))
        };
        runs.filter_map(place).collect()
    }

    /// What was cut to fit keeps the beginning of a name or a number.
    fn cut(&self, text: &str) -> Vec<Place> {
        let cuts = text.match_indices('…').map(|(at, _)| at);
        let place = |at: usize| {
            let from = text[..at].char_indices().rev().take(60).last().map_or(0, |(from, _)| from);
            let part = &text[from..at];
            let names = cut_of(&View::names(part), part, &self.terms);
            let numbers = cut_of(&View::solid(part), part, &self.terms);
            let start = names.into_iter().chain(numbers).min()?;
            Some((from + start..at, "[…]".to_owned(), Kind::Person))
        };
        cuts.filter_map(place).collect()
    }
}

/// Where a term begins that ends with the text.
fn cut_of(view: &View, part: &str, terms: &BTreeSet<String>) -> Option<usize> {
    let starts: Vec<usize> = view.text.char_indices().map(|(at, _)| at).collect();
    starts.into_iter().find_map(|at| {
        let end = &view.text[at..];
        let enough = end.chars().count() >= if end.is_ascii() { CUT + 1 } else { CUT };
        let begins =
            || terms.range(end.to_owned()..).next().is_some_and(|term| term.starts_with(end) && term.len() > end.len());
        let back = view.back(&(at..view.text.len())).start;
        let joins = end.is_ascii() && part[..back].ends_with(|c: char| c.is_ascii_alphanumeric());
        (enough && !joins && begins()).then_some(back)
    })
}

/// `様`, and neither `様式` nor `氏名`.
fn is_honorific(title: &str, rest: &str) -> bool {
    let after = rest[title.len()..].chars().next();
    let word = after.is_some_and(|c| matches!(c, '式' | '子' | '名' | '々' | '相' | '態' | '方'));
    HONORIFICS.contains(&title) && !word
}

/// No letter or digit of the Latin script stands beside it that would make it part of another word.
fn is_alone(text: &str, range: &Range<usize>) -> bool {
    let joins = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    !joins(text[..range.start].chars().next_back()) && !joins(text[range.end..].chars().next())
}

/// A number may stand behind it: `PC-SUZUKI01`.
fn is_word(text: &str, range: &Range<usize>) -> bool {
    let letter = text[range.end..].chars().next().is_some_and(|c| c.is_ascii_alphabetic());
    !letter && is_alone(text, &(range.start..text.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pattern_is_one() {
        assert!([&BEFORE_TITLE, &HAN, &LABEL].into_iter().all(|pattern| pattern.is_some()));
    }
}
