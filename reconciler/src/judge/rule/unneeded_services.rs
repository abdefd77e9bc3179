//! 用途の説明がないサービス: a device offers what is seldom needed, and neither its row nor a remote-maintenance record says
//! what for. One finding a device: a person looks at the device once.

use super::super::asset::Grade;
use super::super::finding::Kind;
use super::super::hint::ServiceHint;
use super::super::scene::Scene;
use super::{Draft, Stress};

pub(crate) fn speak(scene: &Scene<'_>) -> Vec<Draft> {
    let of_devices = scene.hints.services.chunk_by(|a, b| a.asset == b.asset);
    of_devices.filter_map(|of_device| draft(scene, of_device)).collect()
}

/// What was spoken to is there; behind an open port may be another program.
fn draft(scene: &Scene<'_>, hints: &[ServiceHint]) -> Option<Draft> {
    let open: Vec<&ServiceHint> = hints.iter().filter(|hint| hint.explained.is_none()).collect();
    let first = *open.first()?;
    let spoken = open.iter().any(|hint| hint.spoken);
    let denied = open.iter().filter(|hint| hint.denied.is_some());
    let evidence = open.iter().flat_map(|hint| hint.evidence.iter().cloned());
    Some(Draft {
        happened: None,
        about: String::new(),
        stress: if spoken { Stress::Usual } else { Stress::Lowered },
        grade: if spoken { Grade::Probable } else { Grade::Indication },
        asset: Some(first.asset.clone()),
        entries: first.entries.clone(),
        evidence: evidence.take(scene.knowledge.identity.evidence_limit).collect(),
        kind: Kind::UnneededServices {
            services: open.iter().map(|hint| hint.service.clone()).collect(),
            denied: denied.map(|hint| hint.service.clone()).collect(),
        },
    })
}
