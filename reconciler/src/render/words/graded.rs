//! The grades of a machine in detail: what speaks for each hypothesis, what explains it, and who could not see it.

use std::collections::BTreeMap;

use super::phrase::{Phrase, mark};
use super::{Lang, fixed, headings, hypothesis, observation};
use crate::judge::asset::{Asset, Grade, Graded};
use crate::judge::finding::{Finding, Kind};
use crate::judge::graded::{Explained, Sight, SignSeen};
use crate::render::scene::Scene;

/// Addresses that one sign is shown with.
const ADDRESSES: usize = 4;

/// One hypothesis about a machine.
pub(crate) struct Row {
    /// Its name.
    pub(crate) heading: &'static str,
    /// What is asked, in words of every day.
    pub(crate) asks: &'static str,
    pub(crate) grade: Grade,
    /// What was seen of it; where nothing was, whether it could have been.
    pub(crate) seen: Vec<Phrase>,
    /// Explanations that hold.
    pub(crate) benign: Vec<Phrase>,
    /// The methods, by what they could see of this machine.
    pub(crate) methods: Vec<Phrase>,
}

impl Row {
    /// In one line: name, grade, and what was seen.
    pub(crate) fn line(&self, lang: Lang) -> Phrase {
        let grade = fixed::grade(self.grade, lang);
        let comma = Phrase::new(lang.pick("、", ", "));
        let start = lang.pick(format!("{} ［{grade}］：", self.heading), format!("{} [{grade}]: ", self.heading));
        let mut line = Phrase::new(start);
        for (at, seen) in self.seen.iter().enumerate() {
            line = if at > 0 { line.join(&comma).join(seen) } else { line.join(seen) };
        }
        line
    }
}

/// Of a finding that stands on a hypothesis, all three of its machine; nothing of any other.
pub(crate) fn rows(finding: &Finding, scene: &Scene<'_>) -> Vec<Row> {
    let about =
        matches!(finding.kind, Kind::DualHomed { .. } | Kind::UndeclaredUplink { .. } | Kind::ForwardsUndeclared);
    let asset = finding.asset.as_ref().and_then(|id| scene.asset(id)).filter(|_| about);
    asset.map(|asset| of(asset, scene.lang()).into()).unwrap_or_default()
}

/// The three hypotheses about a machine.
pub(crate) fn of(asset: &Asset, lang: Lang) -> [Row; 3] {
    let w = headings::headings(lang);
    [
        row(w.multi_homed, w.asks_multi_homed, &asset.multi_homed, lang),
        row(w.forwards, w.asks_forwards, &asset.forwards, lang),
        row(w.uplink, w.asks_uplink, &asset.uplink, lang),
    ]
}

fn row(heading: &'static str, asks: &'static str, graded: &Graded, lang: Lang) -> Row {
    let mut seen: Vec<String> = graded.signs.iter().map(|seen| sign(seen, lang)).collect();
    seen.extend(graded.together.iter().map(|name| hypothesis::together(name, lang)));
    if seen.is_empty() {
        seen.push(hypothesis::nothing_seen(graded.grade == Grade::Undecidable, lang).to_owned());
    }
    Row {
        heading,
        asks,
        grade: graded.grade,
        seen: seen.into_iter().map(Phrase::new).collect(),
        benign: graded.benign.iter().map(|one| Phrase::new(benign(one, lang))).collect(),
        methods: methods(graded, lang),
    }
}

/// A sign with its addresses and its kind of evidence.
fn sign(seen: &SignSeen, lang: Lang) -> String {
    let (sign, class) = (named(seen, lang), hypothesis::class(seen.class, lang));
    lang.pick(format!("{sign}［{class}］"), format!("{sign} [{class}]"))
}

/// A sign with its addresses.
pub(crate) fn named(seen: &SignSeen, lang: Lang) -> String {
    let sign = hypothesis::sign(seen.sign, lang);
    let addresses: Vec<String> = seen.addresses.iter().take(ADDRESSES).map(|one| mark(&one.to_string())).collect();
    match (addresses.is_empty(), lang) {
        (true, _) => sign.to_owned(),
        (false, Lang::Ja) => format!("{sign}（{}）", addresses.join("、")),
        (false, Lang::En) => format!("{sign} ({})", addresses.join(", ")),
    }
}

fn benign(one: &Explained, lang: Lang) -> String {
    let said = hypothesis::explained(one, lang);
    lang.pick(format!("該当する他の理由：{said}"), format!("An explanation that holds: {said}"))
}

/// One line for each kind of sight: whoever reads 判定不能 must see which methods could not tell.
fn methods(graded: &Graded, lang: Lang) -> Vec<Phrase> {
    let mut by_sight: BTreeMap<Sight, Vec<String>> = BTreeMap::new();
    for method in &graded.methods {
        by_sight.entry(method.sight).or_default().push(observation::method_plain(&method.probe.0, lang));
    }
    let line = |(sight, methods): (Sight, Vec<String>)| {
        let (sight, methods) = (hypothesis::sight(sight, lang), methods.join(lang.pick("、", "; ")));
        Phrase::new(lang.pick(format!("{sight}：{methods}"), format!("{sight}: {methods}")))
    };
    by_sight.into_iter().map(line).collect()
}
