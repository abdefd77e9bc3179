//! What a device seems to be, by the evidence: pure functions over facts, and rules that are data.
//!
//! [`signs`] turns facts into named texts, [`Rules`] holds `config/classes.toml` and
//! `config/fingerprints/`, and [`recognise`] adds up what the rules say. The agent asks it which
//! questions fit a device and writes nothing of it down; the reconciler asks it what to tell people.

mod compare;
mod index;
mod rules;
mod sign;
mod table;
mod weigh;

pub use rules::{Rule, Rules, RulesError};
pub use sign::{Sign, signs};
pub use weigh::recognise;

use crate::class::Class;

/// What a device seems to be, with the reasons and with what speaks against it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recognition {
    /// Its class; [`Class::Unknown`] where too little speaks for any, or two are equally likely.
    pub class: Conclusion<Class>,
    /// Every class that something speaks for, with its points, the most likely first.
    pub candidates: Vec<(Class, u32)>,
    /// Maker of the device; of its network interface where nothing else is known.
    pub maker: Option<Conclusion<String>>,
    /// Model.
    pub model: Option<Conclusion<String>>,
    /// Operating system, with build and edition where known.
    pub os: Option<Conclusion<String>>,
    /// Version of the firmware, or of the software the device exists for.
    pub firmware: Option<Conclusion<String>>,
}

impl Recognition {
    /// Some evidence, of at least so many points, speaks for a class within this prefix.
    pub fn seems(&self, prefix: &str, points: u32) -> bool {
        self.candidates.iter().any(|(class, found)| *found >= points && class.is_within(prefix))
    }
}

/// A value, how sure it is, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conclusion<T> {
    /// The value.
    pub value: T,
    /// 0 to 100.
    pub confidence: u8,
    /// What speaks for it, strongest first.
    pub reasons: Vec<Reason>,
    /// Other values that something speaks for, strongest first: contradictions are kept and shown.
    pub others: Vec<Other<T>>,
}

/// Another value, and what speaks for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Other<T> {
    /// The value.
    pub value: T,
    /// Points.
    pub weight: u32,
    /// What speaks for it, strongest first.
    pub reasons: Vec<Reason>,
}

/// One rule that held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// The rule's name.
    pub rule: String,
    /// Where it found what it looks for, e.g. `http.title`.
    pub field: String,
    /// The text that it found there.
    pub text: String,
    /// Points.
    pub weight: u32,
    /// The fact, by its place in what was given to [`signs`]; `None` for a link-layer address.
    pub fact: Option<usize>,
}
