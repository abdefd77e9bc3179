//! The grade of a finding in detail: what speaks for each hypothesis, what explains it, and who could not see it.

use std::collections::BTreeMap;

use super::phrase::Phrase;
use super::{Lang, fixed, headings, hypothesis, observation};
use crate::judge::asset::{Grade, Graded};
use crate::judge::finding::{Finding, Kind};
use crate::judge::graded::{Explained, Sight};
use crate::render::scene::Scene;

/// One line for each of the three hypotheses, and one for each explanation; nothing for findings of another kind.
pub(crate) fn lines(finding: &Finding, scene: &Scene<'_>) -> Vec<Phrase> {
    let about =
        matches!(finding.kind, Kind::DualHomed { .. } | Kind::UndeclaredUplink { .. } | Kind::ForwardsUndeclared);
    let asset = finding.asset.as_ref().and_then(|id| scene.asset(id)).filter(|_| about);
    let Some(asset) = asset else { return vec![] };
    let (lang, w) = (scene.lang(), headings::headings(scene.lang()));
    let three = [(w.multi_homed, &asset.multi_homed), (w.forwards, &asset.forwards), (w.uplink, &asset.uplink)];
    three.into_iter().flat_map(|(heading, graded)| one(heading, graded, lang)).map(Phrase::new).collect()
}

fn one(heading: &str, graded: &Graded, lang: Lang) -> Vec<String> {
    let mut said: Vec<String> = graded.signs.iter().map(|seen| sign(seen, lang)).collect();
    said.extend(graded.together.iter().map(|name| hypothesis::together(name, lang)));
    if said.is_empty() {
        said.extend(unseen(graded, lang));
    }
    let grade = fixed::grade(graded.grade, lang);
    let separator = lang.pick("、", ", ");
    let colon = lang.pick("：", ": ");
    let reasons = if said.is_empty() { String::new() } else { format!("{colon}{}", said.join(separator)) };
    let line = lang.pick(format!("{heading} ［{grade}］{reasons}"), format!("{heading} [{grade}]{reasons}"));
    [line].into_iter().chain(graded.benign.iter().map(|one| benign(one, lang))).collect()
}

fn sign(seen: &crate::judge::graded::SignSeen, lang: Lang) -> String {
    let (sign, class) = (hypothesis::sign(seen.sign, lang), hypothesis::class(seen.class, lang));
    lang.pick(format!("{sign}（{class}）"), format!("{sign} ({class})"))
}

fn benign(one: &Explained, lang: Lang) -> String {
    let said = hypothesis::explained(one, lang);
    lang.pick(format!("該当する他の理由：{said}"), format!("An explanation that holds: {said}"))
}

/// The methods, by what they could see: whoever reads 判定不能 must see whom to blame.
fn unseen(graded: &Graded, lang: Lang) -> Vec<String> {
    let mut by_sight: BTreeMap<Sight, Vec<String>> = BTreeMap::new();
    for method in &graded.methods {
        by_sight.entry(method.sight).or_default().push(observation::method_plain(&method.probe.0, lang));
    }
    // What was found is said by its signs; here, only whether anybody could have seen it.
    let wanted = |sight: &Sight| (graded.grade == Grade::Undecidable) != (*sight == Sight::Clear);
    let listed = by_sight.into_iter().filter(|(sight, _)| wanted(sight));
    listed
        .map(|(sight, methods)| {
            let sight = hypothesis::sight(sight, lang);
            lang.pick(format!("{}（{sight}）", methods.join("・")), format!("{} ({sight})", methods.join("; ")))
        })
        .collect()
}
