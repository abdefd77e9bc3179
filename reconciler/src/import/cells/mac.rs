//! MAC addresses as people write them, and as spreadsheets damage them.

use std::sync::LazyLock;

use daicho_shared::address::Mac;
use regex::Regex;

use crate::import::fold::code;
use crate::import::limits;
use crate::import::values::Words;
use crate::judge::entry::ProblemKind;

/// What a cell of MAC addresses says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Macs {
    /// In the order of the cell.
    pub macs: Vec<Mac>,
    /// What was not understood.
    pub problem: Option<ProblemKind>,
}

/// The spellings, longest separators first; hexadecimal digits beside them are looked at afterwards.
static SPELLINGS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"[0-9A-Fa-f]{1,2}(?:-[0-9A-Fa-f]{1,2}){5}|[0-9A-Fa-f]{1,2}(?::[0-9A-Fa-f]{1,2}){5}",
        r"|[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4}|[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}",
        r"|[0-9A-Fa-f]{2}(?: [0-9A-Fa-f]{2}){5}|[0-9A-Fa-f]{2}(?:\.[0-9A-Fa-f]{2}){5}|[0-9A-Fa-f]{12}",
        r"|[0-9A-Fa-f]{6}[-:][0-9A-Fa-f]{6}"
    ))
});
/// What a spreadsheet makes of digits only: zeros lost in front, or scientific notation.
static NUMBER: LazyLock<Regex> = LazyLock::new(|| pattern(r"^[0-9]{7,11}$|^[0-9](?:\.[0-9]+)?[Ee][+-]?[0-9]+$"));

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("the pattern is a constant that the tests of this file use")
}

/// Reads every MAC address of a cell. Lost digits are reported, never guessed.
pub(crate) fn macs(text: &str, words: &Words) -> Macs {
    let mut found = Macs::default();
    if words.is_none(text) {
        return found;
    }
    let folded = code(text);
    for line in folded.split(['\n', ',', '、', ';', '/', '|', '・']).map(str::trim).filter(|line| !line.is_empty()) {
        if found.macs.len() >= limits::VALUES_PER_CELL {
            found.note(ProblemKind::MacMalformed);
            break;
        }
        found.line(line);
    }
    found
}

impl Macs {
    fn line(&mut self, line: &str) {
        let line = unlabelled(line);
        let mut any = false;
        let mut end = 0;
        for spelling in SPELLINGS.find_iter(line) {
            let touches = |at: Option<char>| at.is_some_and(|c| c.is_ascii_alphanumeric() || matches!(c, ':' | '-'));
            let (before, after) = (&line[end..spelling.start()], &line[spelling.end()..]);
            end = spelling.end();
            any = true;
            // Seven groups, or letters that touch: some other number, not an address.
            if touches(before.chars().next_back().filter(|c| *c != ':')) || touches(after.chars().next()) {
                return self.note(ProblemKind::MacMalformed);
            }
            self.add(spelling.as_str());
        }
        if !any {
            self.note(if is_damaged(line) { ProblemKind::MacDamaged } else { ProblemKind::MacMalformed });
        }
    }

    fn add(&mut self, spelling: &str) {
        let groups = spelling.split(['-', ':', '.', ' ']).count();
        let plain = if matches!(groups, 2 | 3) { spelling.replace(['-', ':', '.'], "") } else { spelling.to_owned() };
        match plain.parse::<Mac>() {
            Ok(mac) if !mac.is_interface() => self.note(ProblemKind::MacImplausible),
            Ok(mac) if self.macs.contains(&mac) || self.macs.len() >= limits::VALUES_PER_CELL => {}
            Ok(mac) => self.macs.push(mac),
            Err(_) => self.note(ProblemKind::MacMalformed),
        }
    }

    fn note(&mut self, problem: ProblemKind) {
        self.problem.get_or_insert(problem);
    }
}

/// `有線: 00-…` and `LAN1:00-…` without the label.
fn unlabelled(line: &str) -> &str {
    match line.split_once([':', '=']) {
        Some((label, rest)) if !label.trim().chars().all(|c| c.is_ascii_hexdigit()) => rest.trim(),
        _ => line,
    }
}

/// Only digits and separators are there, but fewer than twelve digits.
fn is_damaged(line: &str) -> bool {
    let digits = line.chars().filter(char::is_ascii_hexdigit).count();
    let only = line.chars().all(|c| c.is_ascii_hexdigit() || matches!(c, ':' | '-' | '.' | ' '));
    NUMBER.is_match(line) || only && (7..12).contains(&digits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::values::DEFAULT;
    use proptest::prelude::*;

    fn read(text: &str) -> Macs {
        macs(text, &Words::parse(DEFAULT).unwrap())
    }

    #[test]
    fn every_spelling_is_one_address() {
        for text in [
            "00-00-5E-00-53-01",
            "00:00:5e:00:53:01",
            "0000.5e00.5301",
            "00005E005301",
            "00 00 5E 00 53 01",
            "００－００－５Ｅ－００－５３－０１",
            "0-0-5E-0-53-1",
            "有線：00-00-5E-00-53-01",
            "LAN1:00:00:5E:00:53:01",
            "00005E-005301",
            "0000-5E00-5301",
            "00.00.5E.00.53.01",
            "00−00−5E−00−53−01",
        ] {
            let expected = Macs { macs: vec![Mac([0, 0, 0x5e, 0, 0x53, 1])], problem: None };
            assert_eq!(read(text), expected, "{text}");
        }
    }

    #[test]
    fn several_addresses_stand_in_one_cell() {
        for text in [
            "00-00-5E-00-53-01\n00-00-5E-00-53-02",
            "有線:00:00:5E:00:53:01 無線:00:00:5E:00:53:02",
            "00005E005301/00005E005302",
        ] {
            let found = read(text);
            assert_eq!((found.macs.len(), found.problem), (2, None), "{text}: {found:?}");
        }
    }

    #[test]
    fn what_is_wrong_is_named() {
        use ProblemKind::{MacDamaged, MacImplausible, MacMalformed};
        for (text, problem) in [
            ("1122334455", MacDamaged),
            ("1.1E+11", MacDamaged),
            ("00-00-5E-00-53", MacDamaged),
            ("FF:FF:FF:FF:FF:FF", MacImplausible),
            ("00-00-00-00-00-00", MacImplausible),
            ("01:00:5E:00:00:01", MacImplausible),
            ("OO-00-5E-00-53-01", MacMalformed),
            ("00-00-5E-00-53-01-02", MacMalformed),
            ("Mac mini", MacMalformed),
            ("00-00-5E-00-53-0G", MacMalformed),
        ] {
            let found = read(text);
            assert_eq!((found.macs.len(), found.problem), (0, Some(problem)), "{text}");
        }
        assert_eq!(read("―"), Macs::default());
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "\\PC*|[0-9A-Fa-f:.\\- ]{0,60}") {
            prop_assert!(read(&text).macs.len() <= limits::VALUES_PER_CELL);
        }

        #[test]
        fn an_address_is_read_back(octets: [u8; 6]) {
            let mac = Mac(octets);
            prop_assume!(mac.is_interface());
            prop_assert_eq!(read(&mac.to_string()).macs, vec![mac]);
            prop_assert_eq!(read(&mac.digits()).macs, vec![mac]);
        }
    }
}
