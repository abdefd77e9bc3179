//! 管理画面への到達: equipment that answers for its management where the scanner stands, in a segment that is not for that.
//! From one place it is seen that one address was let in, no more.

use super::super::asset::Grade;
use super::super::finding::Kind;
use super::super::hint::{ManagementHint, VantageKind};
use super::super::scene::Scene;
use super::{Draft, Stress};

pub(crate) fn speak(scene: &Scene<'_>) -> Vec<Draft> {
    let hints = scene.hints.management.iter().filter(|hint| hint.asked && hint.vantage.kind != VantageKind::Management);
    hints.map(draft).collect()
}

fn draft(hint: &ManagementHint) -> Draft {
    let known = hint.vantage.kind == VantageKind::Clinical;
    Draft {
        happened: None,
        about: String::new(),
        stress: if known { Stress::Usual } else { Stress::Lowered },
        grade: if known { Grade::Probable } else { Grade::Indication },
        asset: Some(hint.asset.clone()),
        entries: hint.entries.clone(),
        evidence: hint.evidence.clone(),
        kind: Kind::ManagementReachable {
            ways: hint.ways.clone(),
            from: hint.vantage.network,
            segment: hint.vantage.kind,
        },
    }
}
