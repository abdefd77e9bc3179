//! サポート終了, and サポート終了間近: by a dated table, and by what the device or the ledger says of its system. Updates that
//! were bought beyond that day cannot be seen, so this is never certain.

use super::super::asset::Grade;
use super::super::finding::{Kind, Support};
use super::super::hint::{SupportHint, SupportState};
use super::super::scene::Scene;
use super::{Draft, Stress};

/// Points of a system's claim below which it is an indication only.
const CERTAIN: u8 = 50;

pub(crate) fn ended(scene: &Scene<'_>) -> Vec<Draft> {
    let hints = scene.hints.support.iter().filter(|hint| hint.state == SupportState::Ended);
    hints.map(|hint| draft(scene, hint, |support| Kind::SupportEnded { support })).collect()
}

pub(crate) fn ending(scene: &Scene<'_>) -> Vec<Draft> {
    let hints = scene.hints.support.iter().filter(|hint| hint.state == SupportState::Ending);
    hints.map(|hint| draft(scene, hint, |support| Kind::SupportEnding { support })).collect()
}

fn draft(scene: &Scene<'_>, hint: &SupportHint, kind: impl Fn(Support) -> Kind) -> Draft {
    let today = scene.knowledge.hours.local(scene.batch.header.started).date();
    // Another edition, which nobody told, may be in support still.
    let perhaps = hint.latest.is_some_and(|day| day >= today);
    let long = (today - hint.latest.unwrap_or(hint.last_day)).get_days() > scene.knowledge.support.long_days;
    let sure = hint.confidence >= CERTAIN && !perhaps && !hint.disputed;
    let support = Support {
        product: hint.product.clone(),
        last_day: hint.last_day,
        latest: hint.latest,
        told: hint.told.clone(),
        source: hint.source.clone(),
        confidence: hint.confidence,
    };
    Draft {
        happened: None,
        about: String::new(),
        stress: match (sure, long) {
            (true, true) => Stress::Raised,
            (true, false) => Stress::Usual,
            (false, _) => Stress::Lowered,
        },
        grade: if sure { Grade::Probable } else { Grade::Indication },
        asset: hint.asset.clone(),
        entries: hint.entries.clone(),
        evidence: hint.evidence.clone(),
        kind: kind(support),
    }
}
