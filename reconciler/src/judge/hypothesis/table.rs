//! `config/hypotheses.toml`: what each sign gives, what explains it, and which methods could have seen it.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::super::graded::{Benign, Effect, EvidenceClass, Grade, Hypothesis, Sign};
use super::super::knowledge::Pattern;

/// The table.
#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "Written")]
pub struct Hypotheses {
    /// What each sign gives.
    pub signs: BTreeMap<Sign, SignRow>,
    /// Signs that mean more together.
    pub together: Vec<Together>,
    /// What each explanation does.
    pub benign: BTreeMap<Benign, BenignRow>,
    /// Every method, with what it is able to see.
    pub methods: Vec<Method>,
    /// Systems that answer for every address of theirs at every interface.
    pub linux: Pattern,
    /// Packet sizes that hint at a mobile line.
    pub mobile_mtu: MobileMtu,
}

/// The largest packets that an IPv6 router lets its network send (RFC 4861 §4.6.4), where a line by mobile radio is
/// behind it. In octets.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MobileMtu {
    /// IPv6 allows no less (RFC 8200 §5).
    least: u32,
    /// Ethernet itself carries this much, so that only less is a hint.
    below: u32,
    /// What fixed lines have.
    fixed: BTreeSet<u32>,
}

impl MobileMtu {
    /// The size is one that no fixed line has.
    pub fn holds(&self, mtu: u32) -> bool {
        (self.least..self.below).contains(&mtu) && !self.fixed.contains(&mtu)
    }
}

/// What one sign gives.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignRow {
    name: Sign,
    /// Kind of evidence.
    pub class: EvidenceClass,
    /// Who speaks: two signs of one family are one witness.
    pub family: String,
    multi_homed: Option<Grade>,
    forwards: Option<Grade>,
    uplink: Option<Grade>,
    /// Any inner router, or host of virtual machines, shows it.
    #[serde(default)]
    pub inner: bool,
}

impl SignRow {
    /// What it gives for a hypothesis, where it says anything of it.
    pub fn gives(&self, hypothesis: Hypothesis) -> Option<Grade> {
        match hypothesis {
            Hypothesis::MultiHomed => self.multi_homed,
            Hypothesis::Forwards => self.forwards,
            Hypothesis::Uplink => self.uplink,
        }
    }
}

/// Signs that mean more together.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Together {
    /// Its name, for the report.
    pub name: String,
    /// About what.
    pub hypothesis: Hypothesis,
    /// What they give.
    pub gives: Grade,
    /// All of these.
    #[serde(default)]
    pub all: BTreeSet<Sign>,
    /// And one of these, where there are any.
    #[serde(default)]
    pub any: BTreeSet<Sign>,
    /// And these hypotheses at least so sure.
    #[serde(default)]
    pub with: BTreeMap<Hypothesis, Grade>,
}

/// What an explanation does to each hypothesis.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BenignRow {
    name: Benign,
    multi_homed: Option<Effect>,
    forwards: Option<Effect>,
    uplink: Option<Effect>,
}

impl BenignRow {
    /// What it does, where it explains anything of the hypothesis.
    pub fn effect(self, hypothesis: Hypothesis) -> Option<Effect> {
        match hypothesis {
            Hypothesis::MultiHomed => self.multi_homed,
            Hypothesis::Forwards => self.forwards,
            Hypothesis::Uplink => self.uplink,
        }
    }
}

/// One method.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Method {
    /// The probe.
    pub probe: String,
    /// About what.
    pub hypothesis: Hypothesis,
    /// Whose silence means something.
    pub sees: Sees,
    /// It is enough to say that there is nothing.
    #[serde(default)]
    pub decides: bool,
    /// It reaches the scanner's own link only.
    #[serde(default)]
    pub link: bool,
    /// Whom it asks.
    #[serde(default)]
    pub asks: Whom,
}

/// Whom a method asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Whom {
    /// One device after the other.
    #[default]
    Each,
    /// All at once.
    Everybody,
    /// Nobody: it listens for as long as a scan lasts.
    Nobody,
}

/// Whose silence means something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sees {
    /// Who told its addresses by this probe.
    Addresses,
    /// Who answers IP at all.
    Presence,
    /// Systems that answer for every address of theirs.
    Linux,
    /// Who answered the probe.
    Answer,
    /// Nobody's.
    Nobody,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    sign: Vec<SignRow>,
    together: Vec<Together>,
    benign: Vec<BenignRow>,
    method: Vec<Method>,
    linux: Linux,
    mobile_mtu: MobileMtu,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Linux {
    pattern: Pattern,
}

impl TryFrom<Written> for Hypotheses {
    type Error = String;

    /// A circumstance gives no more than an indication; nothing is said twice.
    fn try_from(written: Written) -> Result<Self, String> {
        let all = [Hypothesis::MultiHomed, Hypothesis::Forwards, Hypothesis::Uplink];
        let bold = |row: &SignRow| all.iter().filter_map(|one| row.gives(*one)).any(|grade| grade > Grade::Indication);
        if let Some(row) = written.sign.iter().find(|row| row.class == EvidenceClass::C && bold(row)) {
            return Err(format!("sign {:?}: a circumstance gives no more than an indication", row.name));
        }
        let (signs, rows) = (written.sign.len(), written.benign.len());
        let table = Self {
            signs: written.sign.into_iter().map(|row| (row.name, row)).collect(),
            together: written.together,
            benign: written.benign.into_iter().map(|row| (row.name, row)).collect(),
            methods: written.method,
            linux: written.linux.pattern,
            mobile_mtu: written.mobile_mtu,
        };
        if table.signs.len() != signs || table.benign.len() != rows {
            return Err("a sign or an explanation has two rows".to_owned());
        }
        Ok(table)
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::knowledge::{HYPOTHESES, Knowledge};
    use super::*;

    #[test]
    fn a_circumstance_that_gives_more_than_an_indication_is_refused() {
        let bold = HYPOTHESES.replacen(
            "family = \"title\"\nuplink = \"indication\"",
            "family = \"title\"\nuplink = \"probable\"",
            1,
        );
        assert_ne!(bold, HYPOTHESES);
        let error = toml::from_str::<Hypotheses>(&bold).unwrap_err();
        assert!(error.to_string().contains("circumstance"), "{error}");
    }

    #[test]
    fn a_row_that_comes_twice_is_refused() {
        let twice = format!("{HYPOTHESES}\n[[benign]]\nname = \"proxy_arp\"\n");
        assert!(toml::from_str::<Hypotheses>(&twice).is_err());
    }

    #[test]
    fn every_hypothesis_has_a_method_that_decides_or_stands_on_the_others() {
        let table = &Knowledge::builtin().hypotheses;
        let decides = |one| table.methods.iter().any(|method| method.hypothesis == one && method.decides);
        assert!(decides(Hypothesis::MultiHomed) && decides(Hypothesis::Forwards) && !decides(Hypothesis::Uplink));
    }
}
